//! Errors that were caught: values of Aria's type `Error`. Several owners share one, on any thread; the GIL is taken where
//! a Python exception must be looked at.

use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicIsize, Ordering, fence};

use aria_abi::codes::ErrorKind;
use aria_abi::layout::{IMMORTAL, Str};
use pyo3_ffi::*;

use crate::error::{Cause, Pending, restore_pending, take_pending};
#[cfg(not(feature = "program"))]
use crate::gil;
use crate::panics::guard_pending;
use crate::python::{Owned, display, exception_class};
use crate::strings;

/// An error that was caught.
pub struct Caught {
    /// How many there are; of one without any, the next that is dropped.
    owners: AtomicIsize,
    pub(crate) pending: Pending,
}

// SAFETY: the error is not changed, its owners are counted atomically, and Python objects are touched with the GIL only.
unsafe impl Sync for Caught {}

/// What is caught when there is no memory to keep an error in.
static NO_MEMORY: Caught = Caught {
    owners: AtomicIsize::new(IMMORTAL),
    pending: Pending {
        cause: Cause::Memory,
        location: std::ptr::null(),
    },
};

/// An error as a value, with one owner.
fn keep(pending: Pending) -> *mut Caught {
    if let Cause::Caught(error) = pending.cause {
        // The reference that the cause owns is the value's from here on.
        std::mem::forget(pending);
        return error;
    }
    // SAFETY: the memory is large enough, and is written before anyone sees it.
    unsafe {
        let error: *mut MaybeUninit<Caught> = libc::malloc(size_of::<Caught>()).cast();
        match error.as_mut() {
            None => (&raw const NO_MEMORY).cast_mut(),
            Some(place) => place.write(Caught {
                owners: AtomicIsize::new(1),
                pending,
            }),
        }
    }
}

/// Drops a reference. An error may have been raised because of another, and that of a third, in a row of any length: those
/// that nobody owns any more wait in a list, not on the stack.
///
/// # Safety
/// `error` is null or alive, and the caller owns a reference.
pub(crate) unsafe fn drop_error(error: *mut Caught) {
    let mut waiting = null_mut();
    // SAFETY: forwarded from the caller; what is in the list has no owner but the list, and is freed once.
    unsafe {
        release(error, &mut waiting);
        while let Some(dead) = waiting.as_mut() {
            let this = waiting;
            waiting = dead.owners.load(Ordering::Relaxed) as *mut Caught;
            for owned in dead.pending.cause.take_errors() {
                release(owned, &mut waiting);
            }
            this.drop_in_place();
            libc::free(this.cast());
        }
    }
}

/// Drops a reference; an error that has no other goes to the head of the list.
///
/// # Safety
/// As [`drop_error`]'s.
unsafe fn release(error: *mut Caught, waiting: &mut *mut Caught) {
    // SAFETY: forwarded from the caller; the last owner is alone with the error.
    unsafe {
        let Some(shared) = error.as_ref() else { return };
        if shared.owners.load(Ordering::Relaxed) == IMMORTAL {
            return;
        }
        if shared.owners.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            shared.owners.store(*waiting as isize, Ordering::Relaxed);
            *waiting = error;
        }
    }
}

/// Whether an error of one kind is one of another: Python's hierarchy of classes.
fn is_below(kind: ErrorKind, class: ErrorKind) -> bool {
    let above = match kind {
        kind if kind == class => return true,
        ErrorKind::OverflowError | ErrorKind::ZeroDivisionError => ErrorKind::ArithmeticError,
        ErrorKind::RecursionError | ErrorKind::NotImplementedError | ErrorKind::BorrowError => {
            ErrorKind::RuntimeError
        }
        ErrorKind::IndexError | ErrorKind::KeyError => ErrorKind::LookupError,
        ErrorKind::FileNotFoundError | ErrorKind::PermissionError => ErrorKind::OSError,
        // What ends a program is no Exception in Python either.
        ErrorKind::Exception | ErrorKind::SystemExit => return false,
        _ => ErrorKind::Exception,
    };
    is_below(above, class)
}

/// Asks the Python exception that an error is, if it is one, with the GIL, which is taken wherever this is.
#[cfg(not(feature = "program"))]
fn ask_exception<R>(error: &Caught, ask: impl FnOnce(*mut PyObject) -> R) -> Option<R> {
    let Cause::Python(exception) = *error.pending.cause.root() else {
        return None;
    };
    if gil::is_attached() {
        return Some(ask(exception));
    }
    // SAFETY: the interpreter is there: it made the exception; the calls are paired.
    unsafe {
        let token = gil::aria_rt_gil_ensure();
        let answer = ask(exception);
        gil::aria_rt_gil_unensure(token);
        Some(answer)
    }
}

/// A program of its own has no Python, and nothing of it may be linked.
#[cfg(feature = "program")]
fn ask_exception<R>(_: &Caught, _: impl FnOnce(*mut PyObject) -> R) -> Option<R> {
    None
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_error_take() -> *mut Caught {
    take_pending().map_or_else(|| (&raw const NO_MEMORY).cast_mut(), keep)
}

/// See the runtime table.
///
/// # Safety
/// `error` is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_retain(error: *mut Caught) -> *mut Caught {
    // SAFETY: forwarded from the caller.
    unsafe {
        if let Some(shared) = error.as_ref()
            && shared.owners.load(Ordering::Relaxed) != IMMORTAL
        {
            shared.owners.fetch_add(1, Ordering::Relaxed);
        }
    }
    error
}

/// See the runtime table.
///
/// # Safety
/// `error` is null or alive, and the caller owns a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_drop(error: *mut Caught) {
    // SAFETY: forwarded from the caller.
    unsafe { drop_error(error) };
}

/// See the runtime table.
///
/// # Safety
/// `error` is alive, and the caller gives a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_raise(error: *mut Caught) {
    restore_pending(Pending {
        cause: Cause::Caught(error),
        location: std::ptr::null(),
    });
}

/// See the runtime table.
///
/// # Safety
/// Both are alive, and the caller gives a reference to each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_raise_from(error: *mut Caught, from: *mut Caught) {
    restore_pending(Pending {
        cause: Cause::From { error, from },
        location: std::ptr::null(),
    });
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_end_call(call: i64) {
    restore_pending(Pending {
        cause: Cause::EndOfCall(call),
        location: std::ptr::null(),
    });
}

/// See the runtime table.
///
/// # Safety
/// `error` is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_ends_call(error: *const Caught, call: i64) -> i32 {
    // SAFETY: forwarded from the caller.
    let cause = unsafe { (*error).pending.cause.root() };
    i32::from(matches!(cause, Cause::EndOfCall(ended) if *ended == call))
}

/// See the runtime table.
///
/// # Safety
/// `error` is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_text(error: *const Caught) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let error = unsafe { &*error };
    guard_pending(null_mut(), || {
        // SAFETY: the error owns the exception, and the GIL is held.
        let text = ask_exception(error, |exception| unsafe { display(exception) });
        let text = text.unwrap_or_else(|| error.pending.cause.words().1);
        strings::new(text.as_bytes())
    })
}

/// See the runtime table.
///
/// # Safety
/// `error` is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_class(error: *const Caught) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let error = unsafe { &*error };
    guard_pending(null_mut(), || {
        let name = ask_exception(error, class_name);
        let name = name.unwrap_or_else(|| format!("{:?}", error.pending.cause.words().0));
        strings::new(name.as_bytes())
    })
}

/// The name of an exception's class, as tracebacks show it for the built-in ones. The GIL is held.
fn class_name(exception: *mut PyObject) -> String {
    // SAFETY: the exception is alive, and the GIL is held; the name is a new reference.
    unsafe {
        let class: *mut PyObject = Py_TYPE(exception).cast();
        match Owned::take(PyObject_GetAttrString(class, c"__name__".as_ptr())) {
            Some(name) => display(name.as_ptr()),
            None => {
                PyErr_Clear();
                "Exception".to_owned()
            }
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// `error` is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_is(error: *const Caught, class: i32) -> i32 {
    // SAFETY: forwarded from the caller.
    let error = unsafe { &*error };
    if matches!(error.pending.cause.root(), Cause::EndOfCall(_)) {
        return 0;
    }
    let class = ErrorKind::from_code(class as u32).unwrap_or(ErrorKind::Exception);
    guard_pending(0, || {
        // SAFETY: the error owns the exception, and the GIL is held.
        let is = ask_exception(error, |exception| unsafe {
            PyErr_GivenExceptionMatches(exception, exception_class(class))
        });
        is.unwrap_or_else(|| i32::from(is_below(error.pending.cause.words().0, class)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{aria_rt_raise_index, pending_words};
    use std::ptr::null;

    // Only what needs no Python: the unit tests are a program without.

    #[test]
    fn errors_are_caught_shared_and_raised_again() {
        aria_rt_raise_index(7, 3, null());
        let error = aria_rt_error_take();
        assert!(pending_words().is_none());
        let expected = "index 7 is out of range for length 3".to_owned();
        let expected = (ErrorKind::IndexError, expected);
        // SAFETY: the error is alive until its last reference is given to the next error, which is taken away at last.
        unsafe {
            assert_eq!((*error).pending.cause.words(), expected);
            let other = aria_rt_error_retain(error);
            aria_rt_error_raise(error);
            let again = aria_rt_error_take();
            assert_eq!(again, other, "it is the same error");
            aria_rt_error_drop(again);
            assert_eq!((*other).owners.load(Ordering::Relaxed), 1);
            aria_rt_error_raise(other);
        }
        assert_eq!(pending_words(), Some(expected));
    }

    #[test]
    fn errors_have_causes_in_rows_of_any_length() {
        aria_rt_raise_index(0, 0, null());
        let first = aria_rt_error_take();
        let mut last = first;
        // SAFETY: each error is alive until its reference is given to the next one; the last is dropped, and all with it.
        unsafe {
            aria_rt_error_retain(first);
            for n in 1..100_000 {
                aria_rt_raise_index(n, 0, null());
                let next = aria_rt_error_take();
                aria_rt_error_raise_from(next, last);
                last = aria_rt_error_take();
            }
            let (kind, text) = (*last).pending.cause.words();
            assert_eq!(kind, ErrorKind::IndexError);
            assert!(text.starts_with("index 99999 "), "{text}");
            aria_rt_error_drop(last);
            assert_eq!((*first).owners.load(Ordering::Relaxed), 1);
            aria_rt_error_drop(first);
        }
    }

    #[test]
    fn an_error_is_caught_without_one() {
        let error = aria_rt_error_take();
        // SAFETY: the error is a constant.
        unsafe {
            assert_eq!((*error).pending.cause.words().0, ErrorKind::MemoryError);
            aria_rt_error_drop(aria_rt_error_retain(error));
            aria_rt_error_drop(error);
        }
    }

    #[test]
    fn classes_are_below_each_other_as_in_python() {
        for (kind, class, expected) in [
            (ErrorKind::IndexError, ErrorKind::IndexError, true),
            (ErrorKind::IndexError, ErrorKind::LookupError, true),
            (ErrorKind::KeyError, ErrorKind::LookupError, true),
            (ErrorKind::IndexError, ErrorKind::KeyError, false),
            (
                ErrorKind::ZeroDivisionError,
                ErrorKind::ArithmeticError,
                true,
            ),
            (ErrorKind::OverflowError, ErrorKind::ArithmeticError, true),
            (ErrorKind::RecursionError, ErrorKind::RuntimeError, true),
            (ErrorKind::BorrowError, ErrorKind::Exception, true),
            (ErrorKind::Exception, ErrorKind::ValueError, false),
            (ErrorKind::SystemExit, ErrorKind::Exception, false),
        ] {
            assert_eq!(is_below(kind, class), expected, "{kind:?} {class:?}");
        }
    }
}
