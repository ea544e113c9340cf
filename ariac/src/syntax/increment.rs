//! `i++` at the end of a line, which the grammar reads as a sum with the next line.

use super::{Field, Kind, Node};
use std::ops::Range;

/// The `++` or `--` in a sum whose right side begins on the next line, with the blanks before it.
#[must_use]
pub fn increment(node: Node<'_>) -> Option<Range<usize>> {
    if node.kind() != Kind::BinaryExpression {
        return None;
    }
    let (left, right) = (node.field(Field::Left)?, node.field(Field::Right)?);
    if right.kind() != Kind::UnaryExpression {
        return None;
    }
    let (start, end) = (left.range().end, right.range().start + 1);
    let begin = node.range().start;
    let sign = node.text().get(start - begin..end - begin)?;
    let behind = right.text().get(1..)?;
    let ends_line = behind
        .trim_start_matches([' ', '\t', '\r'])
        .starts_with(['\n', '#']);
    (matches!(sign.trim(), "++" | "--") && ends_line).then_some(start..end)
}
