//! What the compiler says about names and attributes.

use super::{Code, Diagnostic};
use crate::source::Span;

/// What people write who come from another language, and what Aria has instead.
const FOREIGN: &[(&str, &str)] = &[
    ("True", "it is written `true`"),
    ("False", "it is written `false`"),
    ("None", "it is written `nil`"),
    ("null", "it is written `nil`"),
    ("len", "the length of `x` is `x.length`"),
    ("range", "a range is written `0..<n`"),
    (
        "str",
        "the text of `x` is `x.to_string`, and `\"#{x}\"` in a string",
    ),
    ("int", "`x.to_int` cuts a number towards zero"),
    ("float", "`x.to_float` is the number as a Float"),
    ("sum", "the sum of an array `x` is `x.sum`"),
    (
        "print",
        "there is no output yet; with `extern Python from builtins as py`, `py.print(x)` prints",
    ),
    (
        "puts",
        "there is no output yet; with `extern Python from builtins as py`, `py.print(x)` prints",
    ),
    (
        "math",
        "mathematical functions are called by name: `sqrt(x)`, or as methods: `x.sqrt`",
    ),
    ("elif", "it is written `elsif`"),
];

/// A name that means nothing here.
#[must_use]
pub fn unknown(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let report = Diagnostic::error(
        Code::UnknownName,
        span,
        format!("`{name}` is not known"),
        "unknown name",
    );
    if let Some((_, help)) = FOREIGN.iter().find(|(n, _)| *n == name) {
        return report.help(*help);
    }
    match near {
        Some(near) => report.fix(span, near, "a name like it is known"),
        None => report,
    }
}

/// An exception that Aria does not know.
#[must_use]
pub fn unknown_exception(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the exception `{name}` is not known");
    let report = Diagnostic::error(Code::UnknownName, span, message, "unknown exception");
    match near {
        Some(near) => report.fix(span, near, "an exception like it is known"),
        None => report
            .note("Python's built-in exceptions can be raised by name; others as Python objects"),
    }
}

/// A variable that exists, but only in a loop, block or inner `let`.
#[must_use]
pub fn out_of_scope(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` does not exist here any more");
    Diagnostic::error(Code::UnknownName, span, message, "used after its end")
        .at(
            declared,
            "exists only in the construct where it is declared",
        )
        .help(format!(
            "assign `{name}` before that construct, so that it lives on after it"
        ))
}

/// A variable that has a value on some ways only.
#[must_use]
pub fn maybe_unassigned(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` may have no value here");
    Diagnostic::error(
        Code::UnknownName,
        span,
        message,
        "not assigned on every way to this place",
    )
    .at(declared, "assigned here, which may not have happened")
    .help(format!(
        "give `{name}` a value before, or on the other ways too"
    ))
}

/// A parameter in a default value.
#[must_use]
pub fn parameter_in_default(span: Span, name: &str) -> Diagnostic {
    let message = format!("the parameter `{name}` cannot be used in a default value");
    Diagnostic::error(Code::UnknownName, span, message, "not known yet")
        .note("default values are computed before the parameters have theirs")
}

/// A name that is declared twice.
#[must_use]
pub fn duplicate(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::error(
        Code::DuplicateName,
        span,
        format!("`{name}` is declared twice"),
        "declared again",
    )
    .at(first, "first declared here")
}

/// An assignment to what cannot be assigned. `what`: "parameter", "constant of a `let`".
#[must_use]
pub fn not_assignable(span: Span, name: &str, what: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` cannot be assigned: it is a {what}");
    Diagnostic::error(Code::NotAssignable, span, message, "assigned here")
        .at(declared, "declared here")
}

/// An assignment to something that is no place.
#[must_use]
pub fn no_place(span: Span) -> Diagnostic {
    let message = "this cannot be assigned";
    let label = "expected a name, an element `a[i]` or an attribute `a.b`";
    Diagnostic::error(Code::NotAssignable, span, message, label)
}

/// `break` or `continue` that belongs to no loop.
#[must_use]
pub fn outside_loop(span: Span, word: &str, is_in_block: bool) -> Diagnostic {
    let message = format!("`{word}` outside of a loop");
    let report = Diagnostic::error(Code::OutsideLoop, span, message, "no loop around it");
    match is_in_block {
        true => report.note("a block cannot leave or continue the loop around it"),
        false => report,
    }
}

/// A label that no loop around has.
#[must_use]
pub fn unknown_label(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("no loop around this is called `{name}`");
    let report = Diagnostic::error(Code::OutsideLoop, span, message, "unknown label");
    match near {
        Some(near) => report.fix(span, format!(":{near}"), "a label like it is known"),
        None => report.help(format!("name the loop: `{name}: for …`")),
    }
}

/// An attribute that does not exist.
#[must_use]
pub fn unknown_attribute(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the attribute `@{name}` is not known");
    let report = Diagnostic::error(Code::UnknownAttribute, span, message, "unknown attribute");
    match near {
        Some(near) => report.fix(span, near, "an attribute like it is known"),
        None => report,
    }
}

/// An argument of an attribute that it does not take, or a value that the argument does not have.
#[must_use]
pub fn attribute_argument(
    span: Span,
    message: &str,
    expected: &str,
    fix: Option<&str>,
) -> Diagnostic {
    let report = Diagnostic::error(
        Code::UnknownAttribute,
        span,
        message,
        format!("expected {expected}"),
    );
    match fix {
        Some(fix) => report.fix(span, fix, "write it so"),
        None => report,
    }
}
