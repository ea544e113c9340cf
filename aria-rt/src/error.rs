//! The error that is pending on a thread: what emitted code leaves behind when a function returns status 1, and how it
//! becomes the Python exception at the boundary.
//!
//! An error is kept as the facts it was raised with and worded when Python asks, so that raising needs neither the GIL
//! nor, but for `aria_rt_raise`'s shared string, any memory.

use std::cell::Cell;
use std::ptr::null_mut;

use aria_abi::codes::ErrorKind;
use aria_abi::layout::{FunctionSpec, Location, Str, Text};
use pyo3_ffi::*;

use crate::caught::{self, Caught};
use crate::drops::{self, Dropped};
use crate::gil;
use crate::panics::{guard, guard_pending};
use crate::python::{self, Aside, Owned, Raised, exception_class, set_error};
use crate::strings;
use crate::traceback;

/// Why the code failed.
pub(crate) enum Cause {
    /// `raise Kind("text")`; owns the string.
    Raised {
        kind: ErrorKind,
        message: *mut Str,
    },
    /// An error of the runtime itself.
    Message {
        kind: ErrorKind,
        message: String,
    },
    /// A Python exception; owns the reference.
    Python(*mut PyObject),
    Index {
        index: i64,
        len: i64,
    },
    IndexAlong {
        index: i64,
        len: i64,
        axis: i64,
    },
    Slice {
        lo: i64,
        hi: i64,
        len: i64,
    },
    Overflow(Text),
    ZeroDivision,
    Shape {
        left: i64,
        right: i64,
    },
    Empty(Text),
    Recursion,
    Memory,
    /// An error that was caught, raised again; owns a reference.
    Caught(*mut Caught),
    /// No error: a block returns from the call of a function that has this number.
    EndOfCall(i64),
    /// An error that was raised because of another one; owns a reference to each.
    From {
        error: *mut Caught,
        from: *mut Caught,
    },
}

/// An error and where it was raised.
pub(crate) struct Pending {
    pub(crate) cause: Cause,
    /// Null: not known.
    pub(crate) location: *const Location,
}

// SAFETY: the cause owns what it points to, and locations are constants of the extension; a worker's error moves to the
// thread that started the loop.
unsafe impl Send for Pending {}

impl Drop for Pending {
    fn drop(&mut self) {
        match self.cause {
            // SAFETY: the cause owns the string.
            Cause::Raised { message, .. } => unsafe { strings::drop_str(message) },
            Cause::Python(object) if gil::is_attached() => {
                // SAFETY: the cause owns the reference and the GIL is held.
                unsafe { Py_DECREF(object) }
            }
            Cause::Python(object) => drops::defer(Dropped::Object(object)),
            // SAFETY: the cause owns the references.
            _ => unsafe {
                for error in self.cause.take_errors() {
                    caught::drop_error(error);
                }
            },
        }
    }
}

thread_local! {
    static PENDING: Cell<Option<Pending>> = const { Cell::new(None) };
}

/// Makes an error pending on this thread, in place of one that may be.
pub(crate) fn set_pending(cause: Cause, location: *const Location) {
    restore_pending(Pending { cause, location });
}

/// Takes this thread's pending error away.
pub(crate) fn take_pending() -> Option<Pending> {
    PENDING.take()
}

/// Makes an error that `take_pending` took pending again, here or on another thread.
pub(crate) fn restore_pending(pending: Pending) {
    drop(PENDING.replace(Some(pending)));
}

/// Makes the Python exception that is set the pending error. The GIL is held.
#[cold]
pub(crate) fn capture(location: *const Location) {
    // SAFETY: the GIL is held; the references come from CPython and are handed on or dropped once.
    unsafe {
        let exception = fetch_exception();
        if exception.is_null() {
            let message = "a call into Python failed without an exception".to_owned();
            set_pending(
                Cause::Message {
                    kind: ErrorKind::RuntimeError,
                    message,
                },
                location,
            );
        } else {
            set_pending(Cause::Python(exception), location);
        }
    }
}

/// Null for a failed call into Python, whose exception is made pending. The GIL is held.
#[inline]
pub(crate) fn or_capture(object: *mut PyObject, location: *const Location) -> *mut PyObject {
    if object.is_null() {
        capture(location);
    }
    object
}

/// The exception that is set, as one object that carries its traceback; null when none is. It is not set any more.
#[allow(
    deprecated,
    reason = "the one form that every supported CPython and the stable ABI have"
)]
pub(crate) unsafe fn fetch_exception() -> *mut PyObject {
    let (mut class, mut value, mut trace) = (null_mut(), null_mut(), null_mut());
    // SAFETY: the GIL is held; the three references are owned here.
    unsafe {
        PyErr_Fetch(&mut class, &mut value, &mut trace);
        if class.is_null() {
            return null_mut();
        }
        PyErr_NormalizeException(&mut class, &mut value, &mut trace);
        if !trace.is_null() {
            PyException_SetTraceback(value, trace);
            Py_DECREF(trace);
        }
        Py_XDECREF(class);
        value
    }
}

/// Sets an exception object, with the traceback it carries.
#[allow(
    deprecated,
    reason = "the one form that every supported CPython and the stable ABI have"
)]
pub(crate) unsafe fn restore_exception(exception: *mut PyObject) {
    // SAFETY: `exception` is a reference that the caller gives; PyErr_Restore takes all three.
    unsafe {
        let class: *mut PyObject = Py_TYPE(exception).cast();
        Py_INCREF(class);
        PyErr_Restore(class, exception, PyException_GetTraceback(exception));
    }
}

impl Pending {
    /// Sets the Python exception and adds Aria's place to its traceback. The GIL is held.
    fn raise(self, spec: *const FunctionSpec) {
        if !self.set() {
            // SAFETY: the function's description is null or a constant of the extension.
            unsafe {
                if let Some(spec) = spec.as_ref() {
                    traceback::add(spec.file, spec.name, spec.line);
                }
            }
        }
        self.set_causes();
    }

    /// Sets the Python exception without what caused it; whether the place where it was raised is known. The GIL is held.
    fn set(&self) -> bool {
        self.cause.set();
        // SAFETY: a location is a constant of the extension or null.
        unsafe {
            match self.place().as_ref() {
                None => false,
                Some(location) => {
                    traceback::add(location.file, location.function, location.line);
                    true
                }
            }
        }
    }

    /// Gives the exception that is set its `__cause__`, and that its own, to the end of the row. The GIL is held.
    fn set_causes(&self) {
        let Some(mut from) = self.cause.from() else {
            return;
        };
        // SAFETY: the GIL is held; an exception is owned by the one that it caused, and the first one by this function, which
        // gives it away.
        unsafe {
            let first = fetch_exception();
            let mut caused = first;
            while !caused.is_null() {
                from.set();
                let cause = fetch_exception();
                if !cause.is_null() {
                    PyException_SetCause(caused, cause);
                }
                caused = cause;
                match from.cause.from() {
                    Some(next) => from = next,
                    None => break,
                }
            }
            if !first.is_null() {
                restore_exception(first);
            }
        }
    }

    /// Where the error was raised first; null when that is not known.
    fn place(&self) -> *const Location {
        let mut pending = self;
        while let Some(error) = pending.cause.again() {
            pending = error;
        }
        pending.location
    }
}

/// Sets `SystemExit` with a status, which Python wants as a number. The GIL is held.
unsafe fn set_exit(status: &str) {
    match status.parse() {
        // SAFETY: the GIL is held; CPython takes a reference of its own.
        Ok(status) => unsafe {
            if let Some(status) = Owned::take(PyLong_FromLongLong(status)) {
                PyErr_SetObject(PyExc_SystemExit, status.as_ptr());
            }
        },
        Err(_) => set_error(exception_class(ErrorKind::SystemExit), status),
    }
}

/// An error in words, for who has no Python to raise it in.
#[cfg(feature = "program")]
pub(crate) struct Told {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    /// File, line, function.
    pub(crate) place: Option<(String, u32, String)>,
    /// What caused it, and that in turn.
    pub(crate) causes: Vec<Told>,
}

#[cfg(feature = "program")]
impl Pending {
    /// The error in words, and those that caused it, the nearest first.
    pub(crate) fn told(self) -> Told {
        let mut told = self.told_alone();
        let mut pending = &self;
        while let Some(from) = pending.cause.from() {
            told.causes.push(from.told_alone());
            pending = from;
        }
        told
    }

    fn told_alone(&self) -> Told {
        let (kind, message) = self.cause.words();
        // SAFETY: a location is a constant of the program or null, and so are its texts.
        let place = unsafe {
            self.place().as_ref().map(|location| {
                let [file, function] =
                    [location.file, location.function].map(|t| python::text(t).to_owned());
                (file, location.line, function)
            })
        };
        Told {
            kind,
            message,
            place,
            causes: Vec::new(),
        }
    }
}

#[cfg(feature = "program")]
impl Told {
    /// The status with which `exit` ends the program; none of another error.
    pub(crate) fn exit_status(&self) -> Option<u8> {
        match self.kind {
            ErrorKind::SystemExit => self.message.parse().ok(),
            _ => None,
        }
    }
}

/// As CPython prints an exception that nobody handles.
#[cfg(feature = "program")]
impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for cause in self.causes.iter().rev() {
            writeln!(f, "{cause}")?;
            let what = "The above exception was the direct cause of the following exception:";
            writeln!(f, "{what}\n")?;
        }
        if let Some((file, line, function)) = &self.place {
            writeln!(f, "Traceback (most recent call last):")?;
            writeln!(f, "  File \"{file}\", line {line}, in {function}")?;
            // The source is shown where it can still be read.
            let source = std::fs::read_to_string(file).unwrap_or_default();
            let shown = source.lines().nth((*line as usize).saturating_sub(1));
            if let Some(shown) = shown.map(str::trim).filter(|shown| !shown.is_empty()) {
                writeln!(f, "    {shown}")?;
            }
        }
        match self.message.as_str() {
            "" => writeln!(f, "{:?}", self.kind),
            message => writeln!(f, "{:?}: {message}", self.kind),
        }
    }
}

impl Cause {
    /// The error that this one is, raised again.
    fn again(&self) -> Option<&Pending> {
        match self {
            // SAFETY: the cause owns a reference, so the error is alive as long as the cause is.
            Cause::Caught(error) | Cause::From { error, .. } => unsafe { Some(&(**error).pending) },
            _ => None,
        }
    }

    /// The error as it was first.
    pub(crate) fn root(&self) -> &Cause {
        let mut cause = self;
        while let Some(error) = cause.again() {
            cause = &error.cause;
        }
        cause
    }

    /// The error that this one was raised because of.
    fn from(&self) -> Option<&Pending> {
        let mut cause = self;
        loop {
            if let Cause::From { from, .. } = cause {
                // SAFETY: the cause owns a reference, so the error is alive as long as the cause is.
                return unsafe { Some(&(**from).pending) };
            }
            cause = &cause.again()?.cause;
        }
    }

    /// Gives away the references that the cause owns to other errors; it is an error without them afterwards.
    pub(crate) fn take_errors(&mut self) -> impl Iterator<Item = *mut Caught> + use<> {
        let errors = match *self {
            Cause::Caught(error) => [Some(error), None],
            Cause::From { error, from } => [Some(error), Some(from)],
            _ => [None, None],
        };
        if errors[0].is_some() {
            *self = Cause::Memory;
        }
        errors.into_iter().flatten()
    }

    /// Sets the Python exception. The GIL is held.
    fn set(&self) {
        match self {
            // SAFETY: the cause owns a reference, and gives one more away; the GIL is held.
            Cause::Python(exception) => unsafe {
                Py_INCREF(*exception);
                restore_exception(*exception);
            },
            // SAFETY: the GIL is held.
            Cause::Memory => unsafe {
                PyErr_NoMemory();
            },
            Cause::Raised { kind, message } => {
                // SAFETY: the cause owns the string; the GIL is held.
                unsafe {
                    match (kind, strings::as_str(*message)) {
                        (ErrorKind::SystemExit, status) => set_exit(status),
                        (kind, message) => set_error(exception_class(*kind), message),
                    }
                }
            }
            Cause::Message { kind, message } => set_error(exception_class(*kind), message),
            Cause::Caught(_) | Cause::From { .. } => self.root().set(),
            cause => {
                let (kind, message) = cause.words();
                set_error(exception_class(kind), &message);
            }
        }
    }

    /// Class and text; of a Python exception no text.
    pub(crate) fn words(&self) -> (ErrorKind, String) {
        // SAFETY: texts are constants of the extension.
        let text = |text: &Text| unsafe { python::text(*text) };
        match self {
            Cause::Index { index, len } => (
                ErrorKind::IndexError,
                format!("index {index} is out of range for length {len}"),
            ),
            Cause::IndexAlong { index, len, axis } => (
                ErrorKind::IndexError,
                format!("index {index} is out of range for dimension {axis} of length {len}"),
            ),
            Cause::Slice { lo, hi, len } => (
                ErrorKind::IndexError,
                format!("slice {lo}..<{hi} of an array of {len}"),
            ),
            Cause::Overflow(what) => (
                ErrorKind::OverflowError,
                format!("{} overflows", text(what)),
            ),
            Cause::ZeroDivision => (ErrorKind::ZeroDivisionError, "division by zero".to_owned()),
            Cause::Shape { left, right } => (
                ErrorKind::ValueError,
                format!("operands have different lengths, {left} and {right}"),
            ),
            Cause::Empty(what) => (
                ErrorKind::ValueError,
                format!("{} of an empty array", text(what)),
            ),
            Cause::Recursion => (
                ErrorKind::RecursionError,
                "maximum recursion depth exceeded in Aria code".to_owned(),
            ),
            Cause::Raised { kind, message } => {
                // SAFETY: the cause owns the string.
                (*kind, unsafe { strings::as_str(*message) }.to_owned())
            }
            Cause::Message { kind, message } => (*kind, message.clone()),
            Cause::Caught(_) | Cause::From { .. } => self.root().words(),
            Cause::Python(_) => (ErrorKind::Python, String::new()),
            // The call itself takes it, so that nobody asks.
            Cause::EndOfCall(_) => (
                ErrorKind::RuntimeError,
                "a block returned from a call that has ended, a bug of Aria".to_owned(),
            ),
            Cause::Memory => (ErrorKind::MemoryError, String::new()),
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `spec` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_error_to_python(spec: *const FunctionSpec) -> *mut PyObject {
    drops::drain();
    guard((), || match take_pending() {
        Some(pending) => pending.raise(spec),
        // SAFETY: the GIL is held.
        None if unsafe { PyErr_Occurred() }.is_null() => set_error(
            exception_class(ErrorKind::RuntimeError),
            "an Aria function failed without an error, a bug of Aria",
        ),
        None => {}
    });
    null_mut()
}

/// See the runtime table.
///
/// # Safety
/// `message` is null or a live string; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_raise(kind: i32, message: *mut Str, location: *const Location) {
    guard_pending((), || {
        let kind = ErrorKind::from_code(kind as u32).unwrap_or(ErrorKind::RuntimeError);
        // SAFETY: forwarded from the caller.
        let message = unsafe { strings::retain(message) };
        set_pending(Cause::Raised { kind, message }, location);
    });
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_index(index: i64, len: i64, location: *const Location) {
    guard_pending((), || set_pending(Cause::Index { index, len }, location));
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_index_along(
    index: i64,
    len: i64,
    axis: i64,
    location: *const Location,
) {
    guard_pending((), || {
        set_pending(Cause::IndexAlong { index, len, axis }, location)
    });
}

/// See the runtime table.
///
/// # Safety
/// `what` is a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_raise_overflow(what: *const Text, location: *const Location) {
    // SAFETY: forwarded from the caller.
    let what = unsafe { *what };
    guard_pending((), || set_pending(Cause::Overflow(what), location));
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_zero_division(location: *const Location) {
    guard_pending((), || set_pending(Cause::ZeroDivision, location));
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_shape(left: i64, right: i64, location: *const Location) {
    guard_pending((), || set_pending(Cause::Shape { left, right }, location));
}

/// See the runtime table.
///
/// # Safety
/// `what` is a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_raise_empty(what: *const Text, location: *const Location) {
    // SAFETY: forwarded from the caller.
    let what = unsafe { *what };
    guard_pending((), || set_pending(Cause::Empty(what), location));
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_recursion(location: *const Location) {
    guard_pending((), || set_pending(Cause::Recursion, location));
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_memory(location: *const Location) {
    guard_pending((), || set_pending(Cause::Memory, location));
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, and `object` is a Python object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_raise_object(object: *mut PyObject, location: *const Location) {
    guard_pending((), || {
        // SAFETY: forwarded from the caller; CPython takes references of its own.
        unsafe {
            if PyExceptionClass_Check(object) != 0 {
                PyErr_SetNone(object);
            } else if PyExceptionInstance_Check(object) != 0 {
                PyErr_SetObject(Py_TYPE(object).cast(), object);
            } else {
                python::type_error("exceptions must derive from BaseException");
            }
        }
        capture(location);
    });
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_capture_python_error(location: *const Location) {
    guard_pending((), || capture(location));
}

/// Runs what fails with a Python exception, for a caller that wants a pending error. The GIL is held.
pub(crate) fn pending_from_python(
    location: *const Location,
    body: impl FnOnce() -> Result<(), Raised>,
) -> i32 {
    guard_pending(1, || match body() {
        Ok(()) => 0,
        Err(_) => {
            capture(location);
            1
        }
    })
}

/// Cleans up while an exception may be set. The GIL is held.
pub(crate) fn keeping_exception(body: impl FnOnce()) {
    // SAFETY: the GIL is held, by this function's contract.
    let _aside = unsafe { Aside::put() };
    body();
}

/// Class and text of the pending error.
#[cfg(test)]
pub(crate) fn pending_words() -> Option<(ErrorKind, String)> {
    take_pending().map(|pending| pending.cause.words())
}
