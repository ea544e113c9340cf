//! Puts Aria's file, function and line into a Python traceback.
//!
//! CPython's traceback entries need a frame, and a frame needs a code object. Against the full API both are made empty,
//! as Cython and pyexpat do. The stable ABI can make neither: there a code object that raises the exception again is
//! compiled once, renamed for each entry, and run.

use aria_abi::layout::Text;

use crate::python::text;

/// Adds an entry to the traceback of the exception that is set. Whatever fails here is ignored: the exception itself is
/// worth more than its traceback. The GIL is held.
///
/// # Safety
/// The texts are alive; an exception is set.
#[cold]
pub(crate) unsafe fn add(file: Text, function: Text, line: u32) {
    // SAFETY: forwarded from the caller.
    unsafe { add_entry(text(file), text(function), line) }
}

#[cfg(not(Py_LIMITED_API))]
unsafe fn add_entry(file: &str, function: &str, line: u32) {
    use std::ffi::{CString, c_int};
    use std::ptr::null_mut;

    use pyo3_ffi::*;

    use crate::python::{Aside, Owned};

    let (Ok(file), Ok(function)) = (CString::new(file), CString::new(function)) else {
        return;
    };
    // SAFETY: the GIL is held; each object is checked before it is used, and owned references are dropped by `Owned`.
    unsafe {
        let frame = {
            let _aside = Aside::put();
            let code = Owned::take(
                PyCode_NewEmpty(file.as_ptr(), function.as_ptr(), line as c_int).cast(),
            );
            let globals = Owned::take(PyDict_New());
            let frame = match (&code, &globals) {
                (Some(code), Some(globals)) => PyFrame_New(
                    PyThreadState_Get(),
                    code.as_ptr().cast(),
                    globals.as_ptr(),
                    null_mut(),
                ),
                _ => null_mut(),
            };
            PyErr_Clear();
            Owned::take(frame.cast())
        };
        if let Some(frame) = frame {
            PyTraceBack_Here(frame.as_ptr().cast());
        }
    }
}

#[cfg(Py_LIMITED_API)]
unsafe fn add_entry(file: &str, function: &str, line: u32) {
    use pyo3_ffi::*;

    use crate::error::{fetch_exception, restore_exception};
    use crate::python::Owned;

    // SAFETY: the GIL is held; `fetch_exception` gives a reference that is put back whatever happens between.
    unsafe {
        let Some(exception) = Owned::take(fetch_exception()) else {
            return;
        };
        if let Some(code) = raising_code(file, function, line)
            && let Some(globals) = Owned::take(PyDict_New())
            && PyDict_SetItemString(globals.as_ptr(), c"error".as_ptr(), exception.as_ptr()) == 0
        {
            Py_XDECREF(PyEval_EvalCode(
                code.as_ptr(),
                globals.as_ptr(),
                globals.as_ptr(),
            ));
            // The traceback refers to the frame, and the frame to its globals: with the exception among them it would keep
            // itself alive, and with it the arrays in the frames above, until the garbage collector comes by.
            PyDict_Clear(globals.as_ptr());
        }
        // Up to 3.11 the traceback is kept beside the exception: fetching puts it back into the same object.
        Py_XDECREF(fetch_exception());
        restore_exception(exception.into_ptr());
    }
}

/// Code that runs `raise error` as line `line` of `function` in `file`; `None` with an exception set.
#[cfg(Py_LIMITED_API)]
unsafe fn raising_code(file: &str, function: &str, line: u32) -> Option<crate::python::Owned> {
    use std::ptr::null_mut;
    use std::sync::atomic::{AtomicPtr, Ordering};

    use pyo3_ffi::*;

    use crate::python::{Owned, new_str};

    static TEMPLATE: AtomicPtr<PyObject> = AtomicPtr::new(null_mut());
    // SAFETY: the GIL is held; every object is checked before it is used.
    unsafe {
        let mut template = TEMPLATE.load(Ordering::Acquire);
        if template.is_null() {
            template = Py_CompileString(c"raise error".as_ptr(), c"aria".as_ptr(), Py_file_input);
            if template.is_null() {
                return None;
            }
            TEMPLATE.store(template, Ordering::Release);
        }
        let replace = Owned::take(PyObject_GetAttrString(template, c"replace".as_ptr()))?;
        let code = Owned::take(PyObject_GetAttrString(template, c"co_code".as_ptr()))?;
        let units = usize::try_from(PyBytes_Size(code.as_ptr())).ok()? / 2;
        let table = line_table(units);
        let table = Owned::take(PyBytes_FromStringAndSize(
            table.as_ptr().cast(),
            table.len() as Py_ssize_t,
        ))?;
        let arguments = Owned::take(PyDict_New())?;
        let set = |name: &std::ffi::CStr, value: Option<Owned>| {
            let value = value?;
            (PyDict_SetItemString(arguments.as_ptr(), name.as_ptr(), value.as_ptr()) == 0)
                .then_some(())
        };
        set(c"co_filename", new_str(file))?;
        set(c"co_name", new_str(function))?;
        set(c"co_qualname", new_str(function))?;
        set(c"co_firstlineno", Owned::take(PyLong_FromLong(line.into())))?;
        set(c"co_linetable", Some(table))?;
        let none = Owned::take(PyTuple_New(0))?;
        Owned::take(PyObject_Call(
            replace.as_ptr(),
            none.as_ptr(),
            arguments.as_ptr(),
        ))
    }
}

/// CPython's location table (from 3.11 on: `Objects/locations.md`) for code that is all on its first line, without
/// columns, which would underline a piece of Aria's line that means nothing.
#[cfg(Py_LIMITED_API)]
fn line_table(mut units: usize) -> Vec<u8> {
    const NO_COLUMNS: u8 = 13;
    let mut table = Vec::new();
    while units > 0 {
        let run = units.min(8);
        table.extend([0x80 | NO_COLUMNS << 3 | (run as u8 - 1), 0]);
        units -= run;
    }
    table
}
