//! `ariac report`: what became of each loop and array expression, where the GIL is released, what is allocated.
//!
//! Facts come from the passes and from LLVM; here they are put together by function and line.

use crate::llvm::LoopRemark;
use crate::passes::{Remark, RemarkKind};
use crate::pipeline::{Compiled, Frontend};
use crate::source::SourceMap;
use serde::Serialize;
use std::fmt::Write as _;

/// One fact or one loop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The file.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// The Aria function.
    pub function: String,
    /// `loop`, `fused`, `bounds`, `strides`, `gil` or `alloc`.
    pub kind: &'static str,
    /// The fact in words; of a loop, what kind of loop it is: `for`, `map`, `sum`.
    pub text: String,
    /// Of a loop: what became of it at each CPU level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelRow>,
}

/// What became of a loop at a CPU level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelRow {
    /// `x86-64-v3`.
    pub level: &'static str,
    /// Elements that are worked on at once; none when the loop is scalar.
    pub width: Option<u32>,
    /// Vectors in flight.
    pub interleave: u32,
    /// Why the loop is scalar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// All facts about a program, in the order of the source.
#[must_use]
pub fn collect(frontend: &Frontend, compiled: &Compiled, sources: &SourceMap) -> Vec<Row> {
    let mut rows: Vec<Row> = frontend
        .remarks
        .iter()
        .map(|remark| fact(remark, sources))
        .collect();
    for remark in &compiled.loops {
        let level = LevelRow {
            level: remark.level.name(),
            width: remark.width,
            interleave: remark.interleave,
            reason: remark.reason.clone(),
        };
        match rows.iter_mut().find(|row| is_same_loop(row, remark)) {
            Some(row) => add_level(&mut row.levels, level),
            None => rows.push(Row {
                file: sources.file(remark.span.file).path.clone(),
                line: remark.line,
                column: remark.column,
                function: remark.function.clone(),
                kind: "loop",
                text: remark.what.name().to_owned(),
                levels: vec![level],
            }),
        }
    }
    let order = |row: &Row| (row.file.clone(), row.line, row.column, row.kind != "loop");
    rows.sort_by_key(order);
    rows
}

fn is_same_loop(row: &Row, remark: &LoopRemark) -> bool {
    row.kind == "loop"
        && (row.line, row.column) == (remark.line, remark.column)
        && row.function == remark.function
        && row.text == remark.what.name()
}

/// A loop that was copied (for contiguous arrays, for checked bounds) has several remarks at one level: the best one
/// is the loop that runs when all is as it usually is.
fn add_level(levels: &mut Vec<LevelRow>, new: LevelRow) {
    match levels.iter_mut().find(|old| old.level == new.level) {
        None => levels.push(new),
        Some(old) => {
            if new.width > old.width {
                *old = new;
            }
        }
    }
}

fn fact(remark: &Remark, sources: &SourceMap) -> Row {
    let (line, column) = sources.line_column(remark.span);
    Row {
        file: sources.file(remark.span.file).path.clone(),
        line,
        column,
        function: remark.function.clone(),
        kind: match remark.kind {
            RemarkKind::Fused => "fused",
            RemarkKind::Bounds => "bounds",
            RemarkKind::Strides => "strides",
            RemarkKind::Gil => "gil",
            RemarkKind::Alloc => "alloc",
        },
        text: remark.text.clone(),
        levels: Vec::new(),
    }
}

/// The report for people: functions with their loops and facts by line.
#[must_use]
pub fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut functions: Vec<&str> = Vec::new();
    for row in rows {
        if !functions.contains(&row.function.as_str()) {
            functions.push(&row.function);
        }
    }
    for (i, function) in functions.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let _ = writeln!(out, "{function}");
        for row in rows.iter().filter(|row| row.function == *function) {
            let place = format!("{}:{}", row.line, row.column);
            if row.kind == "loop" {
                let _ = writeln!(
                    out,
                    "  {place:>7}  {:<8} {}",
                    row.text,
                    vectors(&row.levels)
                );
            } else {
                let _ = writeln!(out, "  {place:>7}  {}", row.text);
            }
        }
    }
    if rows.is_empty() {
        out.push_str("there are no loops, and nothing is allocated\n");
    }
    out
}

/// `4 lanes (x86-64-v3), 8 lanes (x86-64-v4)`, or why the loop is scalar.
fn vectors(levels: &[LevelRow]) -> String {
    let words = |row: &LevelRow| match (row.width, &row.reason) {
        (Some(width), _) => format!("{width} lanes ({})", row.level),
        (None, Some(reason)) => format!("scalar ({}): {reason}", row.level),
        (None, None) => format!("scalar ({})", row.level),
    };
    let all_scalar = levels.iter().all(|row| row.width.is_none());
    match levels.first() {
        Some(first) if all_scalar => first
            .reason
            .as_ref()
            .map_or("scalar".to_owned(), |reason| format!("scalar: {reason}")),
        _ => levels.iter().map(words).collect::<Vec<_>>().join(", "),
    }
}

/// The report for tools: one JSON array.
#[must_use]
pub fn json(rows: &[Row]) -> String {
    let mut text = serde_json::to_string_pretty(rows).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn level(level: &'static str, width: Option<u32>, reason: Option<&str>) -> LevelRow {
        LevelRow {
            level,
            width,
            interleave: 1,
            reason: reason.map(Into::into),
        }
    }

    fn row(kind: &'static str, text: &str, levels: Vec<LevelRow>) -> Row {
        Row {
            file: "k.aria".into(),
            line: 3,
            column: 5,
            function: "f".into(),
            kind,
            text: text.into(),
            levels,
        }
    }

    #[test]
    fn widths_are_told_by_level_and_reasons_once() {
        let rows = [
            row(
                "loop",
                "for",
                vec![
                    level("x86-64", Some(2), None),
                    level("x86-64-v3", Some(4), None),
                ],
            ),
            row("gil", "GIL released", vec![]),
            row(
                "loop",
                "while",
                vec![level("x86-64", None, Some("it may leave early"))],
            ),
        ];
        let expected = "f
      3:5  for      2 lanes (x86-64), 4 lanes (x86-64-v3)
      3:5  GIL released
      3:5  while    scalar: it may leave early
";
        assert_eq!(text(&rows), expected);
    }

    #[test]
    fn of_two_copies_of_a_loop_the_wider_is_told() {
        let mut levels = vec![level("x86-64", None, Some("strided"))];
        add_level(&mut levels, level("x86-64", Some(2), None));
        add_level(&mut levels, level("x86-64", None, Some("strided")));
        assert_eq!(levels, [level("x86-64", Some(2), None)]);
    }
}
