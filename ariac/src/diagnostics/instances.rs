//! What the compiler says about instances of generic functions and types.

use super::{Code, Diagnostic};
use crate::source::Span;
use crate::types::Ty;

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

/// A function whose body would have to contain itself. `way`: the function that it calls and that leads back to it, when
/// that is another one.
#[must_use]
pub fn inline_recursion(span: Span, declared: Span, name: &str, way: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is recursive and cannot be inlined");
    let label = match way {
        None => "calls itself".to_owned(),
        Some(way) => format!("`{way}` leads back to `{name}`"),
    };
    Diagnostic::error(Code::InlineRecursion, span, message, label)
        .at(declared, "its body should take the place of each call")
        .help(format!(
            "remove `@inline`, or write what repeats in `{name}` as a loop"
        ))
}

/// A type for which `@pyclass` asks, and which Python does not see: `stays` is the type of a field that does not cross.
#[must_use]
pub fn cannot_be_class(span: Span, name: &str, is_generic: bool, stays: Option<&Ty>) -> Diagnostic {
    let message = format!("`{name}` cannot be a class in Python");
    let report = Diagnostic::error(Code::UnknownAttribute, span, message, "asks for it");
    match stays {
        Some(ty) => report
            .note(format!("{ty} does not cross the boundary"))
            .help("let all fields be public, and of types that Python has too"),
        None if is_generic => report.help(
            "a type with parameters is a class with the arguments that functions of the module give it; remove the attribute",
        ),
        None => report.help("remove `priv`, and a `_` at the beginning of the name"),
    }
}

/// An instance for which `@export` asks, and which Python cannot call.
#[must_use]
pub fn cannot_export(span: Span, name: &str, is_private: bool) -> Diagnostic {
    let message = format!("`{name}` cannot be called from Python");
    let report = Diagnostic::error(Code::UnknownAttribute, span, message, "asks for it");
    match is_private {
        true => report.help("remove `priv`, and a `_` at the beginning of the name"),
        false => report.help(
            "let its parameters and result be of types that Python has too: numbers, `Bool`, `String`, arrays and views of them, lists, maps, sets, tuples, `Option`, and types of the program with public fields",
        ),
    }
}
