//! "Did you mean": the name that was probably meant.

/// Longer names than this are not compared: the time grows with the square of the length.
const LONGEST: usize = 60;

/// The candidate that differs least from `name`: at most one edit in three characters, or in capitals alone.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().collect();
    if wanted.len() > LONGEST {
        return None;
    }
    let allowed = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            distance(&wanted, candidate, allowed)
        };
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    // A name of one or two letters resembles every other: only capitals count.
    best.filter(|(d, _)| *d == 0 || wanted.len() > 2)
        .map(|(_, name)| name)
}

/// Number of insertions, removals, changes and swaps of neighbours (optimal string alignment); more than `limit` when
/// the lengths alone differ by more.
fn distance(a: &[char], b: &str, limit: usize) -> usize {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let names = ["length", "sum", "mean", "to_array"];
        assert_eq!(nearest("lenght", names), Some("length"));
        assert_eq!(nearest("Sum", names), Some("sum"));
        assert_eq!(nearest("toarray", names), Some("to_array"));
        assert_eq!(nearest("x", names), None);
        assert_eq!(nearest("quantile", names), None);
    }
}
