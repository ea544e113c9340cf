//! Puts the lines together. Two blanks stand before a comment; comments, and the `then` of arms, that were aligned with
//! those of the neighbouring lines stay aligned.

use super::printer::Line;

/// The text of the lines.
pub(super) fn join(mut lines: Vec<Line>) -> String {
    align_stops(&mut lines);
    let columns = comment_columns(&lines);
    let mut out = String::new();
    for (line, column) in lines.iter().zip(columns) {
        out.push_str(&line.code);
        if let Some((comment, _)) = &line.comment {
            if !line.code.trim().is_empty() {
                let blanks = column - width(&line.code);
                out.extend(std::iter::repeat_n(' ', blanks));
            }
            out.push_str(comment);
        }
        out.push('\n');
    }
    out
}

/// Widens the blank before each stop to the longest of its neighbours that had the same column.
fn align_stops(lines: &mut [Line]) {
    let had: Vec<Option<usize>> = lines.iter().map(|l| l.stop.map(|s| s.1)).collect();
    for run in runs(&had) {
        let before = |line: &Line| {
            let (at, _) = line.stop.unwrap_or_default();
            (at, width(line.code.get(..at).unwrap_or(&line.code)))
        };
        let widest = lines[run.clone()].iter().map(|line| before(line).1).max();
        for line in &mut lines[run] {
            let (at, width) = before(line);
            let blanks = widest.unwrap_or(width) - width;
            line.code.insert_str(at, &" ".repeat(blanks));
        }
    }
}

/// The column of each line's comment.
fn comment_columns(lines: &[Line]) -> Vec<usize> {
    let had: Vec<Option<usize>> = lines
        .iter()
        .map(|line| line.comment.as_ref().map(|c| c.1))
        .collect();
    let mut columns: Vec<usize> = lines.iter().map(|line| width(&line.code) + 2).collect();
    for run in runs(&had) {
        let widest = columns[run.clone()].iter().copied().max().unwrap_or(0);
        columns[run].fill(widest);
    }
    columns
}

/// The ranges of neighbours that have the same column.
fn runs(columns: &[Option<usize>]) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 1..=columns.len() {
        if end == columns.len() || columns[end] != columns[start] {
            if columns[start].is_some() && end - start > 1 {
                runs.push(start..end);
            }
            start = end;
        }
    }
    runs
}

fn width(text: &str) -> usize {
    text.chars().count()
}
