//! The streams of `sys`.

use aria_abi::layout::{Location, Str};
use pyo3_ffi::*;

use super::{Amount, Sink};
use crate::error::pending_from_python;
use crate::gil::{aria_rt_gil_ensure, aria_rt_gil_unensure};
use crate::parts::Parts;
use crate::python::{Owned, Raised, new_str, set_error};
use crate::strings;

/// Writes to `sys.stdout` or `sys.stderr`, on any thread; 1: an error is pending.
pub(super) fn write(sink: Sink, parts: Parts<'_>, location: *const Location) -> i32 {
    let name = match sink {
        Sink::Output => c"stdout",
        Sink::Error => c"stderr",
    };
    with_gil(location, || {
        // SAFETY: the GIL is held; owned references are dropped by `Owned`; parts are UTF-8.
        unsafe {
            let stream = stream(name)?;
            // `sys.stdout` is None where there is no terminal to write to, and Python's `print` is silent then, too.
            if stream.as_ptr() == Py_None() {
                return Ok(());
            }
            let mut text = Vec::with_capacity(parts.room());
            parts.each(|piece| text.extend_from_slice(piece));
            let text = std::str::from_utf8_unchecked(&text);
            let text = new_str(text).ok_or(Raised)?;
            let write = Owned::take(PyObject_GetAttrString(stream.as_ptr(), c"write".as_ptr()));
            call(&write.ok_or(Raised)?, &[text.as_ptr()]).map(drop)
        }
    })
}

/// Reads from `sys.stdin`, on any thread.
pub(super) fn read(amount: Amount, out: &mut *mut Str, location: *const Location) {
    let method = match amount {
        Amount::All => c"read",
        Amount::Line => c"readline",
    };
    with_gil(location, || {
        // SAFETY: the GIL is held; owned references are dropped by `Owned`.
        unsafe {
            let stream = stream(c"stdin")?;
            let read = Owned::take(PyObject_GetAttrString(stream.as_ptr(), method.as_ptr()));
            let text = call(&read.ok_or(Raised)?, &[])?;
            *out = strings::from_str_object(text.as_ptr())?;
        }
        Ok(())
    });
}

/// Runs `body` with the GIL; a Python exception that it leaves becomes the pending error, and the status 1.
fn with_gil(location: *const Location, body: impl FnOnce() -> Result<(), Raised>) -> i32 {
    // SAFETY: the interpreter has imported this module; the token goes back on the same thread.
    unsafe {
        let token = aria_rt_gil_ensure();
        let status = pending_from_python(location, body);
        aria_rt_gil_unensure(token);
        status
    }
}

/// A stream of `sys`. The GIL is held.
unsafe fn stream(name: &std::ffi::CStr) -> Result<Owned, Raised> {
    // SAFETY: the GIL is held; the object is borrowed from `sys` and shared at once.
    unsafe {
        Owned::share(PySys_GetObject(name.as_ptr())).ok_or_else(|| {
            let message = format!("lost sys.{}", name.to_string_lossy());
            set_error(PyExc_RuntimeError, &message);
            Raised
        })
    }
}

/// `callee(args…)`. The GIL is held.
unsafe fn call(callee: &Owned, args: &[*mut PyObject]) -> Result<Owned, Raised> {
    // SAFETY: the GIL is held; the tuple takes references of its own.
    unsafe {
        let tuple = Owned::take(PyTuple_New(args.len() as Py_ssize_t)).ok_or(Raised)?;
        for (index, &arg) in args.iter().enumerate() {
            Py_INCREF(arg);
            PyTuple_SetItem(tuple.as_ptr(), index as Py_ssize_t, arg);
        }
        Owned::take(PyObject_CallObject(callee.as_ptr(), tuple.as_ptr())).ok_or(Raised)
    }
}
