//! What the compiler says about instances of generic functions and types.

use super::{Code, Diagnostic};
use crate::source::Span;

/// A function that calls itself with ever larger types.
#[must_use]
pub fn endless_function(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::NotSupported,
        span,
        format!("`{name}` needs itself for ever larger types, which is not supported"),
        "each call asks for another instance",
    )
    .help(format!(
        "let `{name}` call itself with the types that it was called with"
    ))
}

/// A type that contains itself with ever larger arguments.
#[must_use]
pub fn endless_type(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::NotSupported,
        span,
        format!("`{name}` contains itself with ever larger arguments, which is not supported"),
        format!("a value of `{name}` is needed here"),
    )
    .help(format!(
        "let the fields of `{name}` mention it with its own parameters only"
    ))
}
