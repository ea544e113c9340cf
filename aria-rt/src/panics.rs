//! Rust panics stop here: no export lets one unwind into emitted code or CPython. A panic is a bug of the runtime, and
//! becomes a `RuntimeError` that says so, and where; nothing is printed.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aria_abi::codes::ErrorKind;

use crate::error::{Cause, set_pending};
use crate::python::{exception_class, set_error};

thread_local! {
    /// Where in the runtime this thread panicked last.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Has panics note where they happen, instead of printing it. Each extension has a Rust runtime of its own, so nobody
/// else's panics change.
pub(crate) fn keep_quiet() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|place| format!(" at {}:{}", place.file(), place.line()));
        PLACE.set(place);
    }));
}

/// Runs the body of an export that reports by a Python exception. The GIL is held. Without Python it is the pending error
/// that reports.
#[inline]
pub(crate) fn guard<R>(failed: R, body: impl FnOnce() -> R) -> R {
    if cfg!(feature = "program") {
        return guard_pending(failed, body);
    }
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        set_error(
            exception_class(ErrorKind::RuntimeError),
            &describe(&*payload),
        );
        failed
    })
}

/// Runs the body of an export that reports by the thread's pending error.
#[inline]
pub(crate) fn guard_pending<R>(failed: R, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let message = describe(&*payload);
        set_pending(
            Cause::Message {
                kind: ErrorKind::RuntimeError,
                message,
            },
            std::ptr::null(),
        );
        failed
    })
}

#[cold]
fn describe(payload: &(dyn Any + Send)) -> String {
    let what = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no description");
    let place = PLACE.take().unwrap_or_default();
    format!("internal error in the Aria runtime, a bug of Aria: {what}{place}")
}
