//! What could not be parsed is reported, and the rest of the line left in peace: one mistake, one message.

use crate::diagnostics::{Reports, syntax as say};
use crate::source::{FileId, Span};
use crate::syntax::Problem;

/// Words that begin a declaration.
const DECLARATIONS: [&str; 17] = [
    "fn", "pure", "async", "struct", "data", "enum", "trait", "impl", "extern", "import", "from",
    "const", "pub", "priv", "module", "end", "@",
];

/// Those whose members mean nothing without them.
const WITH_MEMBERS: [&str; 5] = ["struct", "data", "enum", "trait", "impl"];

/// Reports a problem, unless another one explains it.
pub(super) fn report(file: FileId, problem: &Problem, text: &str, reports: &mut Reports) {
    let at = |offset: usize| Span::new(file, offset, offset);
    if let Problem::MissingEnd {
        unclosed, suspect, ..
    } = problem
        && suspect
            .iter()
            .chain(unclosed)
            .any(|u| reports.is_silent(at(u.at.start)))
    {
        return;
    }
    let report = say::problem(file, problem, text);
    let place = report.primary.span.range().start;
    reports.add(report);
    if matches!(
        problem,
        Problem::Unexpected { .. } | Problem::NoOperand { .. } | Problem::Unclosed { .. }
    ) {
        let lost = lost(text, problem.at().start);
        reports.silence(Span::new(file, lost.start, lost.end));
        let line = line(text, place);
        reports.silence(Span::new(file, line.start, line.end));
    }
}

/// The line around an offset.
fn line(text: &str, at: usize) -> std::ops::Range<usize> {
    let at = at.min(text.len());
    let start = text.get(..at).and_then(|t| t.rfind('\n'));
    let start = start.map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|t| t.find('\n'));
    start..end.map_or(text.len(), |length| at + length)
}

/// What a problem spoils: its line; if that begins something at the top of the file whose members mean nothing without
/// it, all lines up to the next declaration.
fn lost(text: &str, at: usize) -> std::ops::Range<usize> {
    let line = line(text, at);
    let first = text.get(line.clone()).unwrap_or("");
    let begins = |line: &str, words: &[&str]| {
        let word = line.split(|c: char| !c.is_alphanumeric()).next();
        word.is_some_and(|word| words.contains(&word)) || line.starts_with('@')
    };
    let is_top = first.starts_with(char::is_alphabetic);
    if !is_top || (begins(first, &DECLARATIONS) && !begins(first, &WITH_MEMBERS)) {
        return line;
    }
    let mut end = line.end;
    for next in text.get(line.end..).unwrap_or("").split_inclusive('\n') {
        if begins(next, &DECLARATIONS) && !next.starts_with("end") {
            break;
        }
        end += next.len();
    }
    line.start..end
}
