//! Operations on Python objects. Results are new references; a failed call into Python becomes the thread's pending error.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use aria_abi::codes::PyOp;
use aria_abi::layout::{Location, NameCell};
use pyo3_ffi::*;

use crate::drops::{self, Dropped};
use crate::error::{capture, or_capture, pending_from_python};
use crate::gil;
use crate::panics::guard_pending;
use crate::python::{Owned, Raised, text};

/// See the runtime table.
///
/// # Safety
/// The GIL is held and `obj` is null or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_retain(obj: *mut PyObject) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe { Py_XINCREF(obj) };
    obj
}

/// See the runtime table.
///
/// # Safety
/// `obj` is null or live, and the caller owns a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_drop(obj: *mut PyObject) {
    if obj.is_null() {
        return;
    }
    if gil::is_attached() {
        // SAFETY: the GIL is held and the reference is the caller's.
        unsafe { Py_DECREF(obj) };
    } else {
        guard_pending((), || drops::defer(Dropped::Object(obj)));
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `cell` is a name of the extension; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_module(
    cell: *mut NameCell,
    location: *const Location,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let module = cached(cell, |name| {
            let name = Owned::take(PyUnicode_FromStringAndSize(
                name.as_ptr().cast(),
                name.len() as Py_ssize_t,
            ))?;
            // Unlike `PyImport_Import`, this gives the innermost module of a dotted path.
            Owned::take(PyImport_ImportModuleLevelObject(
                name.as_ptr(),
                null_mut(),
                null_mut(),
                null_mut(),
                0,
            ))?;
            Owned::take(PyImport_GetModule(name.as_ptr()))
                .or_else(|| Owned::take(PyImport_Import(name.as_ptr())))
        });
        Py_XINCREF(module);
        or_capture(module, location)
    }
}

/// The interned string of a name, borrowed; null with an exception set.
unsafe fn interned(cell: *mut NameCell) -> *mut PyObject {
    // SAFETY: the GIL is held and `cell` is a name of the extension.
    unsafe {
        cached(cell, |name| {
            let mut name =
                PyUnicode_FromStringAndSize(name.as_ptr().cast(), name.len() as Py_ssize_t);
            if !name.is_null() {
                PyUnicode_InternInPlace(&mut name);
            }
            Owned::take(name)
        })
    }
}

/// What a cell caches, made on first use, borrowed from the cell, which keeps it for ever.
#[inline]
unsafe fn cached(cell: *mut NameCell, make: impl FnOnce(&str) -> Option<Owned>) -> *mut PyObject {
    // SAFETY: cells are only ever accessed here; `AtomicPtr` has the layout of the pointer.
    let cache = unsafe { AtomicPtr::from_ptr((&raw mut (*cell).cache).cast::<*mut PyObject>()) };
    let found = cache.load(Ordering::Acquire);
    if !found.is_null() {
        return found;
    }
    // SAFETY: the cell's text is a constant of the extension.
    let Some(made) = make(unsafe { text((*cell).text) }) else {
        return null_mut();
    };
    match cache.compare_exchange(
        null_mut(),
        made.as_ptr(),
        Ordering::Release,
        Ordering::Acquire,
    ) {
        Ok(_) => made.into_ptr(),
        // An import may have run this function again, and another thread may have been here.
        Err(found) => found,
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live; `name` is a name of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_getattr(
    obj: *mut PyObject,
    name: *mut NameCell,
    location: *const Location,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let name = interned(name);
        or_capture(
            if name.is_null() {
                null_mut()
            } else {
                PyObject_GetAttr(obj, name)
            },
            location,
        )
    }
}

/// See the runtime table.
///
/// # Safety
/// As `aria_rt_py_getattr`; `value` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_setattr(
    obj: *mut PyObject,
    name: *mut NameCell,
    value: *mut PyObject,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        let name = interned(name);
        succeeded(
            !name.is_null() && PyObject_SetAttr(obj, name, value) == 0,
            location,
        )
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `callee` is live; `args` holds `nargs + nkw` live objects and `kwnames` `nkw` names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_call(
    callee: *mut PyObject,
    args: *const *mut PyObject,
    nargs: i64,
    kwnames: *const *mut NameCell,
    nkw: i64,
    location: *const Location,
) -> *mut PyObject {
    guard_pending(null_mut(), || {
        // SAFETY: forwarded from the caller.
        or_capture(
            unsafe { call(callee, args, nargs as usize, kwnames, nkw as usize) },
            location,
        )
    })
}

/// See the runtime table.
///
/// # Safety
/// As `aria_rt_py_call`; `obj` is live and `name` a name of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_call_method(
    obj: *mut PyObject,
    name: *mut NameCell,
    args: *const *mut PyObject,
    nargs: i64,
    kwnames: *const *mut NameCell,
    nkw: i64,
    location: *const Location,
) -> *mut PyObject {
    guard_pending(null_mut(), || {
        // SAFETY: forwarded from the caller.
        or_capture(
            unsafe { call_method(obj, name, args, nargs as usize, kwnames, nkw as usize) },
            location,
        )
    })
}

/// The keyword names as a tuple; `Ok(None)` when there are none.
unsafe fn keyword_names(
    kwnames: *const *mut NameCell,
    nkw: usize,
) -> Result<Option<Owned>, Raised> {
    if nkw == 0 {
        return Ok(None);
    }
    // SAFETY: `kwnames` holds `nkw` names, and PyTuple_SetItem takes a reference over.
    unsafe {
        let names = Owned::take(PyTuple_New(nkw as Py_ssize_t)).ok_or(Raised)?;
        for index in 0..nkw {
            let name = interned(*kwnames.add(index));
            if name.is_null() {
                return Err(Raised);
            }
            Py_INCREF(name);
            PyTuple_SetItem(names.as_ptr(), index as Py_ssize_t, name);
        }
        Ok(Some(names))
    }
}

#[cfg(any(Py_3_12, not(Py_LIMITED_API)))]
unsafe fn call(
    callee: *mut PyObject,
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: *const *mut NameCell,
    nkw: usize,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let Ok(names) = keyword_names(kwnames, nkw) else {
            return null_mut();
        };
        PyObject_Vectorcall(
            callee,
            args,
            nargs,
            names.as_ref().map_or(null_mut(), Owned::as_ptr),
        )
    }
}

#[cfg(any(Py_3_12, not(Py_LIMITED_API)))]
unsafe fn call_method(
    obj: *mut PyObject,
    name: *mut NameCell,
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: *const *mut NameCell,
    nkw: usize,
) -> *mut PyObject {
    /// Arguments up to this number need no allocation.
    const FEW: usize = 8;
    // SAFETY: forwarded from the caller; the receiver goes before the arguments.
    unsafe {
        let name = interned(name);
        let Ok(names) = keyword_names(kwnames, nkw) else {
            return null_mut();
        };
        if name.is_null() {
            return null_mut();
        }
        let names = names.as_ref().map_or(null_mut(), Owned::as_ptr);
        let n = nargs + nkw;
        let given = if n > 0 {
            std::slice::from_raw_parts(args, n)
        } else {
            &[]
        };
        let mut few = [null_mut(); FEW + 1];
        let mut many = Vec::new();
        let with_receiver = if n <= FEW {
            &mut few[..n + 1]
        } else {
            many.resize(n + 1, null_mut());
            &mut many[..]
        };
        with_receiver[0] = obj;
        with_receiver[1..].copy_from_slice(given);
        PyObject_VectorcallMethod(name, with_receiver.as_ptr(), nargs + 1, names)
    }
}

/// The stable ABI has vectorcall from 3.12 on.
#[cfg(all(not(Py_3_12), Py_LIMITED_API))]
unsafe fn call(
    callee: *mut PyObject,
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: *const *mut NameCell,
    nkw: usize,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller; PyTuple_SetItem takes a reference over.
    unsafe {
        let Ok(names) = keyword_names(kwnames, nkw) else {
            return null_mut();
        };
        let Some(positional) = Owned::take(PyTuple_New(nargs as Py_ssize_t)) else {
            return null_mut();
        };
        for index in 0..nargs {
            Py_INCREF(*args.add(index));
            PyTuple_SetItem(positional.as_ptr(), index as Py_ssize_t, *args.add(index));
        }
        let keywords = match names {
            None => None,
            Some(names) => {
                let Some(keywords) = Owned::take(PyDict_New()) else {
                    return null_mut();
                };
                for index in 0..nkw {
                    let name = PyTuple_GetItem(names.as_ptr(), index as Py_ssize_t);
                    if PyDict_SetItem(keywords.as_ptr(), name, *args.add(nargs + index)) != 0 {
                        return null_mut();
                    }
                }
                Some(keywords)
            }
        };
        PyObject_Call(
            callee,
            positional.as_ptr(),
            keywords.as_ref().map_or(null_mut(), Owned::as_ptr),
        )
    }
}

#[cfg(all(not(Py_3_12), Py_LIMITED_API))]
unsafe fn call_method(
    obj: *mut PyObject,
    name: *mut NameCell,
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: *const *mut NameCell,
    nkw: usize,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let name = interned(name);
        if name.is_null() {
            return null_mut();
        }
        match Owned::take(PyObject_GetAttr(obj, name)) {
            Some(method) => call(method.as_ptr(), args, nargs, kwnames, nkw),
            None => null_mut(),
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; the objects are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_getitem(
    obj: *mut PyObject,
    key: *mut PyObject,
    location: *const Location,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe { or_capture(PyObject_GetItem(obj, key), location) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; the objects are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_setitem(
    obj: *mut PyObject,
    key: *mut PyObject,
    value: *mut PyObject,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe { succeeded(PyObject_SetItem(obj, key, value) == 0, location) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `a` is live, and `b` is unless the operator has one operand.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_operate(
    op: i32,
    a: *mut PyObject,
    b: *mut PyObject,
    location: *const Location,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let result = match PyOp::from_code(op as u32) {
            Some(PyOp::Add) => PyNumber_Add(a, b),
            Some(PyOp::Sub) => PyNumber_Subtract(a, b),
            Some(PyOp::Mul) => PyNumber_Multiply(a, b),
            Some(PyOp::Div) => PyNumber_TrueDivide(a, b),
            Some(PyOp::FloorDiv) => PyNumber_FloorDivide(a, b),
            Some(PyOp::Mod) => PyNumber_Remainder(a, b),
            Some(PyOp::Pow) => PyNumber_Power(a, b, Py_None()),
            Some(PyOp::MatMul) => PyNumber_MatrixMultiply(a, b),
            Some(op @ (PyOp::Lt | PyOp::Le | PyOp::Eq | PyOp::Ne | PyOp::Gt | PyOp::Ge)) => {
                PyObject_RichCompare(a, b, op as i32 - PyOp::Lt as i32)
            }
            Some(PyOp::Neg) => PyNumber_Negative(a),
            Some(PyOp::In) => match PySequence_Contains(b, a) {
                -1 => null_mut(),
                found => PyBool_FromLong(found.into()),
            },
            None => null_mut(),
        };
        or_capture(result, location)
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_truth(obj: *mut PyObject, location: *const Location) -> i32 {
    // SAFETY: forwarded from the caller.
    let truth = unsafe { PyObject_IsTrue(obj) };
    if truth < 0 {
        capture(location);
    }
    truth
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_iter(
    obj: *mut PyObject,
    location: *const Location,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe { or_capture(PyObject_GetIter(obj), location) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `iterator` is live; `out` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_py_next(
    iterator: *mut PyObject,
    out: *mut *mut PyObject,
    location: *const Location,
) -> i32 {
    pending_from_python(location, || {
        // SAFETY: forwarded from the caller.
        unsafe {
            if PyIter_Check(iterator) == 0 {
                let given = crate::python::type_name(iterator);
                crate::python::type_error(&format!("'{given}' object is not an iterator"));
                return Err(Raised);
            }
            *out = PyIter_Next(iterator);
            if (*out).is_null() && !PyErr_Occurred().is_null() {
                Err(Raised)
            } else {
                Ok(())
            }
        }
    })
}

/// The status of a call into Python. The GIL is held.
fn succeeded(done: bool, location: *const Location) -> i32 {
    if !done {
        capture(location);
    }
    i32::from(!done)
}
