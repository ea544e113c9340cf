//! What the compiler says about patterns.

use super::{Code, Diagnostic};
use crate::source::Span;
use crate::types::{Binder, Ty};

/// Cases that no arm of a `match` covers, as patterns; `more` says whether there are others.
#[must_use]
pub fn not_covered(span: Span, ty: &Ty, cases: &[String], more: bool) -> Diagnostic {
    let is_open = cases.iter().any(|case| case == "_");
    let label = match is_open {
        true => format!("other values of {ty} are not covered"),
        false => uncovered(cases, more, "covered"),
    };
    let message = "`match` does not cover every case";
    let report = Diagnostic::error(Code::NotCovered, span, message, label);
    if is_open {
        return report.help("add `else …` for them");
    }
    let arms: Vec<String> = cases.iter().map(|c| format!("`when {c} then …`")).collect();
    report.help(format!("add {}, or `else …`", arms.join(" and ")))
}

/// A `match` whose cases were not all looked at.
#[must_use]
pub fn too_complex(span: Span) -> Diagnostic {
    let message = "`match` has too many combinations to prove that it covers every case";
    Diagnostic::error(
        Code::NotCovered,
        span,
        message,
        "expected an arm for the rest",
    )
    .help("add `else …`")
}

/// A pattern that does not match these cases, where there is nothing else to do.
#[must_use]
pub fn refutable(span: Span, binder: Binder, cases: &[String]) -> Diagnostic {
    let place = match binder {
        Binder::Let => "`let`",
        Binder::For => "`for`",
        Binder::Parameter => "a parameter",
    };
    let message = format!("the pattern of {place} must match every value");
    let label = match cases {
        [] => "too many combinations to prove that it does".to_owned(),
        cases if cases.iter().any(|case| case == "_") => "matches some values only".to_owned(),
        cases => uncovered(cases, false, "matched"),
    };
    let report = Diagnostic::error(Code::Refutable, span, message, label);
    match binder {
        Binder::Let => report.help("use `match`, where the other cases have an arm"),
        _ => report.help("bind a name here, and take it apart with `match` in the body"),
    }
}

/// An arm, or an alternative of its pattern, that no value reaches. `covered_by`: what takes its values before.
#[must_use]
pub fn unreachable(span: Span, what: &str, covered_by: &[Span]) -> Diagnostic {
    let message = format!("this {what} is never reached");
    let label = match covered_by {
        [] => "matches no value",
        _ => "never reached",
    };
    let report = Diagnostic::warning(Code::Unreachable, span, message, label);
    let (by, text) = match covered_by {
        [one] => (std::slice::from_ref(one), "takes all its values"),
        // Of many a few show how it comes about.
        several => (&several[..several.len().min(3)], "takes some of its values"),
    };
    let report = by.iter().fold(report, |report, by| report.at(*by, text));
    report.help(match covered_by {
        [_] => "remove it, or move it up",
        _ => "remove it",
    })
}

/// "`A`, `B` and `C` are not covered".
fn uncovered(cases: &[String], more: bool, done: &str) -> String {
    let mut names: Vec<String> = cases.iter().map(|c| format!("`{c}`")).collect();
    if more {
        names.push("others".to_owned());
    }
    let verb = if names.len() == 1 { "is" } else { "are" };
    let last = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => format!("{last} {verb} not {done}"),
        false => format!("{} and {last} {verb} not {done}", names.join(", ")),
    }
}
