//! What the compiler says about effects.

use super::{Code, Diagnostic};
use crate::source::Span;

/// What a `pure` function must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impurity {
    /// Touch Python.
    Python,
    /// Read or write a stream.
    Stream,
    /// Raise an error on purpose.
    Error,
}

/// A `pure` function that is not.
#[must_use]
pub fn pure(
    span: Span,
    declared: Span,
    name: &str,
    why: Impurity,
    callee: Option<&str>,
) -> Diagnostic {
    let what = match why {
        Impurity::Python => "touches Python",
        Impurity::Stream => "reads or writes a stream",
        Impurity::Error => "may raise an error",
    };
    let message = format!("`{name}` is declared pure, but {what}");
    let label = match callee {
        Some(callee) => format!("`{callee}` {what}"),
        None if why == Impurity::Error => "raises an error".to_owned(),
        None => what.to_owned(),
    };
    Diagnostic::error(Code::PureTouches, span, message, label)
        .at(declared, "declared pure")
        .help(format!("remove `pure`, or do this outside of `{name}`"))
}

/// Python is touched where the GIL is released.
#[must_use]
pub fn gil_released(span: Span, declared: Span, callee: Option<&str>) -> Diagnostic {
    let label = match callee {
        Some(callee) => format!("`{callee}` touches Python"),
        None => "touches Python".to_owned(),
    };
    Diagnostic::error(
        Code::GilReleased,
        span,
        "Python is touched where the GIL is released",
        label,
    )
    .at(declared, "releases the GIL")
    .help("put it into `Python.with_gil |py| … end`, or let the compiler decide with `gil: :auto`")
}

/// A parallel block that touches Python.
#[must_use]
pub fn parallel_touches(span: Span, block: Span, callee: Option<&str>) -> Diagnostic {
    let label = match callee {
        Some(callee) => format!("`{callee}` touches Python"),
        None => "touches Python".to_owned(),
    };
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        "a parallel block touches Python",
        label,
    )
    .at(block, "runs on several threads, without the GIL")
    .help("compute what comes from Python before the block, or use `map`")
}

/// A parallel block that changes a variable around it.
#[must_use]
pub fn parallel_assigns(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("a parallel block changes `{name}`, which its turns share");
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        message,
        "changed by several threads at once",
    )
    .at(declared, "declared outside of the block")
    .help("let the block give a value, and combine the values after it; or use `map`")
}

/// A parallel block that uses a function that was lent.
#[must_use]
pub fn parallel_calls(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("a parallel block calls `{name}`, which may change what its turns share");
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        message,
        "called by several threads at once",
    )
    .at(
        declared,
        "may be a block that changes variables of the caller",
    )
    .help(format!(
        "declare `own {name}`: a function that is given away changes nothing around it"
    ))
    .help("or use `map`")
}

/// An effect that a function has and does not state.
#[must_use]
pub fn not_stated(span: Span, declared: Span, effect: &str, callee: Option<&str>) -> Diagnostic {
    let what = match effect {
        "py" => "touches Python",
        "io" => "reads or writes a stream or file",
        _ => "may raise an error",
    };
    let label = match callee {
        Some(callee) => format!("`{callee}` {what}"),
        None => what.to_owned(),
    };
    let message = format!("the function {what}, and does not state the effect `{effect}`");
    Diagnostic::error(Code::NotStated, span, message, label)
        .at(declared, "its effects are stated here")
        .help(format!(
            "add `{effect}` to them, or state none at all: then they are inferred"
        ))
}
