//! What cases say in their comments.

use std::path::Path;

/// The text of a case.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn read(case: &Path) -> String {
    std::fs::read_to_string(case).unwrap_or_else(|e| panic!("{}: {e}", case.display()))
}

/// `#~ E0501 E0302` at the end of a line: the codes that the compiler reports there. `#~^` speaks of the line above, one
/// for each `^`. Gives 1-based lines and codes, sorted.
#[must_use]
pub fn codes(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let Some((_, comment)) = line.split_once("#~") else {
            continue;
        };
        let codes = comment.trim_start_matches('^');
        let above = comment.len() - codes.len();
        for code in codes.split_whitespace() {
            found.push((index + 1 - above, code.to_owned()));
        }
    }
    found.sort();
    found
}

/// `name = value #= Type` and `reveal(value) #= Type`: the 1-based line, the variable (or `reveal`), and the type.
#[must_use]
pub fn types(source: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let Some((code, ty)) = line.split_once("#=") else {
            continue;
        };
        let code = code.trim();
        let name = match code.find("reveal(") {
            Some(_) => "reveal",
            None => code.split([' ', ':']).next().unwrap_or(""),
        };
        found.push((index + 1, name.to_owned(), ty.trim().to_owned()));
    }
    found
}

/// `# count f: loop=1 alloc=0`: the function and the numbers of its constructs.
///
/// # Panics
/// If such a line is malformed.
#[must_use]
pub fn counts(source: &str) -> Vec<(String, Vec<(String, usize)>)> {
    lines(source, "# count ")
        .map(|rest| {
            let (function, list) = rest.split_once(':').expect("# count NAME: WHAT=NUMBER …");
            let pair = |word: &str| {
                let (what, number) = word.split_once('=').expect("WHAT=NUMBER");
                (what.to_owned(), number.parse().expect("a number"))
            };
            let pairs = list.split_whitespace().map(pair).collect();
            (function.trim().to_owned(), pairs)
        })
        .collect()
}

/// `# RUN-levels: x86-64, x86-64-v4`: the words after such a line's prefix.
pub fn words<'a>(source: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    lines(source, prefix)
        .flat_map(|rest| rest.split(','))
        .map(str::trim)
}

/// `# 9:5 fused map+sum`: a place, and the remark that is made there.
pub fn remarks(source: &str) -> impl Iterator<Item = &str> {
    lines(source, "# ").filter(|rest| {
        let place = rest.split_whitespace().next().unwrap_or("");
        let mut numbers = place.split(':');
        let number = |n: Option<&str>| n.is_some_and(|n| n.parse::<usize>().is_ok());
        number(numbers.next()) && number(numbers.next()) && numbers.next().is_none()
    })
}

fn lines<'a>(source: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    source
        .lines()
        .filter_map(move |line| line.trim_start().strip_prefix(prefix))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_on_their_line_and_above() {
        let source = "a #~ E0201 E0301\nb\n#~^ E0101\n";
        let expected = [(1, "E0201"), (1, "E0301"), (2, "E0101")];
        assert_eq!(
            codes(source),
            expected.map(|(line, code)| (line, code.to_owned()))
        );
    }

    #[test]
    fn types_are_of_variables_and_of_what_is_revealed() {
        let source = "  x = a + 1 #= Int\n  y: Float = x #= Float\n  reveal(z) #= Array[Int]\n";
        let expected = [
            (1, "x", "Int"),
            (2, "y", "Float"),
            (3, "reveal", "Array[Int]"),
        ];
        assert_eq!(
            types(source),
            expected.map(|(line, name, ty)| (line, name.to_owned(), ty.to_owned()))
        );
    }

    #[test]
    fn remarks_begin_with_a_place() {
        let source = "# A sentence: 3\n# 9:5 fused map+sum\n";
        assert_eq!(remarks(source).collect::<Vec<_>>(), ["9:5 fused map+sum"]);
    }

    #[test]
    fn counts_are_pairs() {
        let found = counts("# count f: loop=1 alloc=0\n");
        assert_eq!(found[0].0, "f");
        assert_eq!(
            found[0].1,
            [("loop".to_owned(), 1), ("alloc".to_owned(), 0)]
        );
    }
}
