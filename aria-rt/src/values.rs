//! Values that are made of others, in both directions: lists, tuples, `Option`. A [`ValueSpec`] says what a type's values
//! consist of and where in memory.
//!
//! What is converted is written into zeroed memory, where it is whole or partly empty at any time: whoever owns the memory
//! drops it, also when a conversion fails in the middle.

use std::ptr::null_mut;

use aria_abi::codes::Kind;
use aria_abi::layout::{ParamSpec, Str, ValuePart, ValueSpec};
use pyo3_ffi::*;

use crate::collections::{
    bytes_from_py, bytes_to_py, complex_from_py, complex_to_py, map_from_py, map_to_py,
    set_from_py, set_to_py,
};
use crate::element::scalar;
use crate::handover::{aria_rt_array_to_py, out_of_memory};
use crate::panics::guard;
use crate::place::Place;
use crate::python::{Owned, Raised, status, type_error, type_name, value_error};
use crate::records::{record_from_py, record_to_py};
use crate::scalars::{read_to_py, write};
use crate::strings::{aria_rt_str_to_py, from_str_object};

/// A `List` in memory.
#[repr(C)]
struct RawList {
    data: *mut u8,
    len: i64,
    cap: i64,
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `obj` is live, `param` and `ty` are constants of the extension, and there is room for a value of the
/// type at `out`, all of it zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_value_from_py(
    obj: *mut PyObject,
    param: *const ParamSpec,
    ty: *const ValueSpec,
    out: *mut u8,
) -> i32 {
    // SAFETY: forwarded from the caller.
    guard(1, || unsafe {
        status(from_py(obj, &*ty, out, &Place::Parameter(&*param)))
    })
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `ty` is a constant of the extension, and a value of the type is at `value`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_value_to_py(
    value: *mut u8,
    ty: *const ValueSpec,
) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    guard(null_mut(), || unsafe {
        to_py(value, &*ty).map_or(null_mut(), Owned::into_ptr)
    })
}

/// The parts of a type's values.
pub(crate) fn parts(ty: &ValueSpec) -> &[ValuePart] {
    match ty.n_parts {
        0 => &[],
        // SAFETY: the compiler says how many there are.
        n => unsafe { std::slice::from_raw_parts(ty.parts, n as usize) },
    }
}

/// Writes what an object is as a value of `ty` to `out`.
///
/// # Safety
/// As `aria_rt_value_from_py`.
pub(crate) unsafe fn from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    // SAFETY: the GIL is held; the type says what is at `out`, and where its parts are.
    unsafe {
        match Kind::from_code(ty.kind) {
            Some(Kind::Scalar) => write(obj, scalar(ty.elem), out, place),
            Some(Kind::String) => {
                if PyUnicode_Check(obj) == 0 {
                    return Err(refused(obj, "str", place));
                }
                out.cast::<*mut Str>().write(from_str_object(obj)?);
                Ok(())
            }
            Some(Kind::Object) => {
                Py_INCREF(obj);
                out.cast::<*mut PyObject>().write(obj);
                Ok(())
            }
            Some(Kind::Tuple) => tuple_from_py(obj, ty, out, place),
            Some(Kind::Option) => {
                let is_none = obj == Py_None();
                if ty.some != ty.none {
                    out.write(if is_none { ty.none } else { ty.some } as u8);
                }
                match parts(ty) {
                    [part] if !is_none => {
                        from_py(obj, &*part.ty, out.add(part.offset as usize), place)
                    }
                    _ => Ok(()),
                }
            }
            Some(Kind::List) => list_from_py(obj, ty, out.cast(), place),
            Some(Kind::Map) => map_from_py(obj, ty, out, place),
            Some(Kind::Set) => set_from_py(obj, ty, out, place),
            Some(Kind::Record) => record_from_py(obj, ty, out, place),
            Some(Kind::Complex) => complex_from_py(obj, ty, out, place),
            Some(Kind::Bytes) => bytes_from_py(obj, ty, out, place),
            _ => Err(refused(obj, "what Aria can take", place)),
        }
    }
}

unsafe fn tuple_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    // SAFETY: as in `from_py`; a tuple never changes, so its members live as long as it does.
    unsafe {
        let parts = parts(ty);
        let n = parts.len();
        if PyTuple_Check(obj) == 0 {
            return Err(refused(obj, &format!("a tuple of {n}"), place));
        }
        let len = PyTuple_Size(obj);
        if len as usize != n {
            value_error(&format!("{place} must be a tuple of {n}, not of {len}"));
            return Err(Raised);
        }
        for (index, part) in (0..).zip(parts) {
            let place = Place::Item { of: place, index };
            let item = PyTuple_GetItem(obj, index);
            from_py(item, &*part.ty, out.add(part.offset as usize), &place)?;
        }
    }
    Ok(())
}

unsafe fn list_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut RawList,
    place: &Place<'_>,
) -> Result<(), Raised> {
    let [element] = parts(ty) else {
        return Err(Raised);
    };
    // SAFETY: as in `from_py`. The items are those of a tuple that only this function knows, or that never changes: converting
    // one may run Python code, which may change a list.
    unsafe {
        let is_text =
            PyUnicode_Check(obj) != 0 || PyBytes_Check(obj) != 0 || PyByteArray_Check(obj) != 0;
        if is_text || PyDict_Check(obj) != 0 || PySequence_Check(obj) == 0 {
            return Err(refused(obj, "a list", place));
        }
        let items = Owned::take(PySequence_Tuple(obj)).ok_or(Raised)?;
        let len = PyTuple_Size(items.as_ptr());
        if len == 0 {
            return Ok(());
        }
        let element = &*element.ty;
        let data: *mut u8 = libc::calloc(len as usize, element.size as usize).cast();
        if data.is_null() {
            return Err(out_of_memory());
        }
        let list = &mut *out;
        (list.data, list.cap) = (data, len as i64);
        for index in 0..len {
            // The list has the element from here on, though it is empty yet.
            list.len = index as i64 + 1;
            let place = Place::Item { of: place, index };
            let at = data.add(index as usize * element.size as usize);
            from_py(PyTuple_GetItem(items.as_ptr(), index), element, at, &place)?;
        }
    }
    Ok(())
}

/// Whether there is something in an `Option`.
///
/// # Safety
/// A value of the type is at `value`.
unsafe fn has_value(value: *const u8, ty: &ValueSpec) -> bool {
    // SAFETY: the type says whether a byte or an address is there.
    unsafe {
        match ty.some == ty.none {
            true => !value.cast::<*const u8>().read().is_null(),
            false => u32::from(value.read()) == ty.some,
        }
    }
}

/// Says what is wanted in a place, and what was given.
#[cold]
pub(crate) fn refused(obj: *mut PyObject, wanted: &str, place: &Place<'_>) -> Raised {
    // SAFETY: the object is live, and the GIL is held.
    let given = unsafe { type_name(obj) };
    type_error(&format!("{place} must be {wanted}, not {given}"));
    Raised
}

/// A Python object for the value at `value`, which stays there; only arrays are taken out, for Python gets their memory.
///
/// # Safety
/// As `aria_rt_value_to_py`.
pub(crate) unsafe fn to_py(value: *mut u8, ty: &ValueSpec) -> Option<Owned> {
    // SAFETY: the GIL is held, and the type says what is at `value`.
    unsafe {
        match Kind::from_code(ty.kind) {
            Some(Kind::Scalar) => Owned::take(read_to_py(scalar(ty.elem), value)),
            Some(Kind::String) => Owned::take(aria_rt_str_to_py(value.cast::<*mut Str>().read())),
            Some(Kind::Object) => Owned::share(value.cast::<*mut PyObject>().read()),
            Some(Kind::Array) => {
                let data = value.cast::<*mut u8>();
                // Behind the address is the length along each dimension.
                if ty.stride > 1 {
                    return Owned::take(crate::nd::aria_rt_nd_to_py(
                        data.replace(null_mut()),
                        value.add(size_of::<usize>()).cast(),
                        ty.stride as i32,
                        ty.elem as i32,
                    ));
                }
                let len = value.add(size_of::<usize>()).cast::<i64>().read();
                Owned::take(aria_rt_array_to_py(
                    data.replace(null_mut()),
                    len,
                    ty.elem as i32,
                ))
            }
            Some(Kind::Tuple) => {
                let parts = parts(ty);
                let tuple = Owned::take(PyTuple_New(parts.len() as Py_ssize_t))?;
                for (index, part) in (0..).zip(parts) {
                    let item = to_py(value.add(part.offset as usize), &*part.ty)?;
                    PyTuple_SetItem(tuple.as_ptr(), index, item.into_ptr());
                }
                Some(tuple)
            }
            Some(Kind::Option) if has_value(value, ty) => match parts(ty) {
                [part] => to_py(value.add(part.offset as usize), &*part.ty),
                _ => Owned::share(Py_None()),
            },
            Some(Kind::List) => {
                let list = &*value.cast::<RawList>();
                let element = &*parts(ty).first()?.ty;
                let made = Owned::take(PyList_New(list.len as Py_ssize_t))?;
                for index in 0..list.len as usize {
                    let item = to_py(list.data.add(index * element.size as usize), element)?;
                    PyList_SetItem(made.as_ptr(), index as Py_ssize_t, item.into_ptr());
                }
                Some(made)
            }
            Some(Kind::Map) => map_to_py(value, ty),
            Some(Kind::Set) => set_to_py(value, ty),
            Some(Kind::Record) => record_to_py(value, ty),
            Some(Kind::Complex) => complex_to_py(value, ty),
            Some(Kind::Bytes) => bytes_to_py(value, ty),
            _ => Owned::share(Py_None()),
        }
    }
}
