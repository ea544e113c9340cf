//! `async` and `await`.

use super::{Code, Diagnostic};
use crate::source::Span;
use crate::types::Ty;

/// `await` in a function that is not `async`.
#[must_use]
pub fn not_in_async(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`await` needs an `async fn`, and `{name}` is none");
    Diagnostic::error(Code::AwaitOutside, span, message, "waits")
        .at(declared, "declared here")
        .help(format!(
            "write `async fn {name}`; whoever calls it awaits it then"
        ))
}

/// `await` where the `async` function around it cannot wait. `why` not.
#[must_use]
pub fn cannot_wait(span: Span, why: &str) -> Diagnostic {
    let message = "`await` cannot wait here";
    Diagnostic::error(Code::AwaitOutside, span, message, "waits")
        .note(why)
        .help("await in the body of the `async fn`, and use the result here")
}

/// `await` of what is there already.
#[must_use]
pub fn nothing_to_await(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!("expected a call of an `async fn` or a Python object, found {ty}");
    let label = format!("this is {ty}");
    Diagnostic::error(Code::Mismatch, span, message, label)
        .help("leave `await` out: there is nothing to wait for")
}

/// A call of an `async` function without `await`; `may_wait`: in another one.
#[must_use]
pub fn not_awaited(span: Span, name: &str, declared: Span, may_wait: bool) -> Diagnostic {
    let message = format!("`{name}` is an `async fn`, and this call is not awaited");
    let report = Diagnostic::error(Code::NotAwaited, span, message, "nobody runs it")
        .at(declared, "declared here");
    if !may_wait {
        return report.help("make the function around it an `async fn`, and `await` the call");
    }
    let place = Span {
        end: span.start,
        ..span
    };
    report.fix(place, "await ".to_owned(), "wait for its result")
}

/// An `async` function as a value, or called for each element.
#[must_use]
pub fn async_as_value(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` is an `async fn`, which is no value");
    Diagnostic::error(
        Code::NotAwaited,
        span,
        message,
        "nobody would await its calls",
    )
    .at(declared, "declared here")
    .help(format!("call it where it is needed: `await {name}(…)`"))
}
