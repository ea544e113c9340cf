//! What the compiler says about effects.

use super::{Code, Diagnostic};
use crate::source::Span;
use crate::types::Ty;

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

/// Python is touched where the GIL is released: by a block, or by an attribute for the whole function.
#[must_use]
pub fn gil_released(
    span: Span,
    declared: Span,
    is_block: bool,
    callee: Option<&str>,
) -> Diagnostic {
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
    .help(match is_block {
        true => "do it before or after the block, or put it into `Python.with_gil |py| … end`",
        false => {
            "put it into `Python.with_gil |py| … end`, or let the compiler decide with `gil: :auto`"
        }
    })
}

/// A ufunc that touches Python.
#[must_use]
pub fn ufunc_touches(span: Span, attribute: Span, callee: Option<&str>) -> Diagnostic {
    let label = match callee {
        Some(callee) => format!("`{callee}` touches Python"),
        None => "touches Python".to_owned(),
    };
    let message = "a ufunc cannot touch Python";
    Diagnostic::error(Code::GilReleased, span, message, label)
        .at(attribute, "NumPy calls it without the GIL")
        .help("leave the attribute out; a function of arrays may call Python")
}

/// Code that runs on several threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parallel {
    /// The block of a `parallel_map`.
    Block,
    /// The body of a `parallel_for`.
    Loop,
}

impl Parallel {
    fn name(self) -> &'static str {
        match self {
            Parallel::Block => "block",
            Parallel::Loop => "loop",
        }
    }

    /// What does the same on one thread.
    fn instead(self) -> &'static str {
        match self {
            Parallel::Block => "`map`",
            Parallel::Loop => "`for`",
        }
    }
}

/// Parallel code that touches Python.
#[must_use]
pub fn parallel_touches(
    span: Span,
    what: Parallel,
    block: Span,
    callee: Option<&str>,
) -> Diagnostic {
    let label = match callee {
        Some(callee) => format!("`{callee}` touches Python"),
        None => "touches Python".to_owned(),
    };
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        format!("a parallel {} touches Python", what.name()),
        label,
    )
    .at(block, "runs on several threads, without the GIL")
    .help(format!(
        "compute what comes from Python before the {}, or use {}",
        what.name(),
        what.instead()
    ))
}

/// Parallel code that changes a variable around it.
#[must_use]
pub fn parallel_assigns(span: Span, what: Parallel, name: &str, declared: Span) -> Diagnostic {
    let word = what.name();
    let message = format!("a parallel {word} changes `{name}`, which its turns share");
    let help = match what {
        Parallel::Block => "let the block give a value, and combine the values after it",
        Parallel::Loop => &format!(
            "`let {name} = …` is a variable of the turn's own; let each turn put its part into an array, and combine these after the loop"
        ),
    };
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        message,
        "changed by several threads at once",
    )
    .at(declared, format!("declared outside of the {word}"))
    .help(format!("{help}; or use {}", what.instead()))
}

/// `parallel_for` over something else than a range.
#[must_use]
pub fn parallel_range(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!("`parallel_for` goes through a range, found {ty}");
    let report = Diagnostic::error(Code::ParallelEffect, span, message, format!("this is {ty}"));
    match ty.is_array_like() || matches!(ty, Ty::List(_)) {
        true => report.help("go through its indices: `parallel_for i in 0..<xs.length`"),
        false => report.help("for instance `parallel_for i in 0..<n`"),
    }
}

/// A parallel loop that is left before its end.
#[must_use]
pub fn parallel_left(span: Span, how: &str, block: Span) -> Diagnostic {
    let message = format!("`{how}` cannot leave a parallel loop, whose turns run at the same time");
    Diagnostic::error(Code::ParallelEffect, span, message, "leaves the loop")
        .at(block, "runs on several threads")
        .help("go through all turns, and look at what they found after the loop; or use `for`")
}

/// An array of which turns of a parallel loop see each other's elements.
#[must_use]
pub fn parallel_meets(span: Span, name: &str, var: &str, other: Span) -> Diagnostic {
    let message = format!("turns of this loop would meet in `{name}`, which they change");
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        message,
        format!("reads other places of `{name}` than `{name}[{var}]`"),
    )
    .at(other, "changed here")
    .help(format!(
        "read from a copy that is made before the loop: `old = {name}.copy`"
    ))
}

/// An array that turns of a parallel loop change at any place.
#[must_use]
pub fn parallel_stores(span: Span, name: &str, var: &str, declared: Span) -> Diagnostic {
    let message = format!("a parallel loop changes `{name}` at places that several turns may name");
    Diagnostic::error(
        Code::ParallelEffect,
        span,
        message,
        format!("is not `{name}[{var}]`"),
    )
    .at(declared, "declared outside of the loop")
    .help(format!(
        "let each turn change its own element or row, `{name}[{var}]` or `{name}[{var}, …]`; or use `for`"
    ))
}

/// A parallel block that uses a function that was lent.
#[must_use]
pub fn parallel_calls(span: Span, what: Parallel, name: &str, declared: Span) -> Diagnostic {
    let word = what.name();
    let message =
        format!("a parallel {word} calls `{name}`, which may change what its turns share");
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
    .help(format!("or use {}", what.instead()))
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
