//! Maps, sets, complex numbers and bytes: the types of the prelude that cross as Python's own.
//!
//! A `Map` is a list of entries and a table made of it. The runtime fills the keys and values of the entries; the rest is
//! made by the function of the prelude that `ValueSpec::finish` is.

use std::ffi::c_void;
use std::ptr::null_mut;

use aria_abi::layout::{RawList, ValuePart, ValueSpec};
use pyo3_ffi::*;

use crate::error::aria_rt_error_to_python;
use crate::handover::out_of_memory;
use crate::place::Place;
use crate::python::{Owned, Raised};
use crate::values::{from_py, parts, refused, to_py};

/// The hash of an entry that was removed.
const DEAD: i64 = -1;

/// The entries of a map that is being filled.
struct Entries<'a> {
    list: &'a mut RawList,
    stride: usize,
    key: &'a ValuePart,
    value: &'a ValuePart,
}

/// Room for the entries of an empty map at `out`; none for no entries.
unsafe fn entries<'a>(
    ty: &'a ValueSpec,
    out: *mut u8,
    len: usize,
) -> Result<Option<Entries<'a>>, Raised> {
    let [entries, _, key, value] = parts(ty) else {
        return Err(Raised);
    };
    if len == 0 {
        return Ok(None);
    }
    let stride = ty.stride as usize;
    // SAFETY: an empty map is all zero, and its list of entries is where the type says.
    unsafe {
        let data = libc::calloc(len, stride);
        if data.is_null() {
            return Err(out_of_memory());
        }
        let list = &mut *out.add(entries.offset as usize).cast::<RawList>();
        (list.data, list.capacity) = (data, len as i64);
        Ok(Some(Entries {
            list,
            stride,
            key,
            value,
        }))
    }
}

impl Entries<'_> {
    /// One more entry, empty yet: where its key and its value go.
    unsafe fn next(&mut self) -> (*mut u8, *mut u8) {
        // SAFETY: there is room for as many as were asked for.
        unsafe {
            let at = self.list.data.cast::<u8>();
            let at = at.add(self.list.len as usize * self.stride);
            self.list.len += 1;
            (
                at.add(self.key.offset as usize),
                at.add(self.value.offset as usize),
            )
        }
    }
}

/// Makes a map whole whose entries have keys and values.
unsafe fn finish(ty: &ValueSpec, map: *mut u8) -> Result<(), Raised> {
    // SAFETY: the function is the prelude's, for maps of this type.
    let failed = unsafe { ty.finish.is_none_or(|finish| finish(map) != 0) };
    if failed {
        // SAFETY: the GIL is held; the error that is pending becomes Python's.
        unsafe { aria_rt_error_to_python(std::ptr::null()) };
        return Err(Raised);
    }
    Ok(())
}

/// Writes a dict as a `Map` to `out`.
///
/// # Safety
/// As `values::from_py`.
pub(crate) unsafe fn map_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    // SAFETY: the GIL is held. The items are in a list that only this function knows: converting one may run Python code, which
    // may change the dict.
    unsafe {
        if PyDict_Check(obj) == 0 {
            return Err(refused(obj, "a dict", place));
        }
        let items = Owned::take(PyDict_Items(obj)).ok_or(Raised)?;
        let len = PyList_Size(items.as_ptr());
        let Some(mut entries) = entries(ty, out, len as usize)? else {
            return Ok(());
        };
        let (key_ty, value_ty) = (&*entries.key.ty, &*entries.value.ty);
        for index in 0..len {
            let item = PyList_GetItem(items.as_ptr(), index);
            let (key, value) = (PyTuple_GetItem(item, 0), PyTuple_GetItem(item, 1));
            let (key_at, value_at) = entries.next();
            from_py(key, key_ty, key_at, &Place::Key { of: place })?;
            from_py(value, value_ty, value_at, &Place::Entry { of: place, key })?;
        }
        finish(ty, out)
    }
}

/// Writes a set or frozenset as a `Set` to `out`: a map of its elements to `true`.
///
/// # Safety
/// As `values::from_py`.
pub(crate) unsafe fn set_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    // SAFETY: as in `map_from_py`; a tuple never changes.
    unsafe {
        if PyAnySet_Check(obj) == 0 {
            return Err(refused(obj, "a set", place));
        }
        let items = Owned::take(PySequence_Tuple(obj)).ok_or(Raised)?;
        let len = PyTuple_Size(items.as_ptr());
        let Some(mut entries) = entries(ty, out, len as usize)? else {
            return Ok(());
        };
        let element = &*entries.key.ty;
        for index in 0..len {
            let (key, value) = entries.next();
            value.write(1);
            let item = PyTuple_GetItem(items.as_ptr(), index);
            from_py(item, element, key, &Place::Element { of: place })?;
        }
        finish(ty, out)
    }
}

/// Calls `each` with the addresses of the keys and values of a map, until it fails.
unsafe fn walk(
    map: *mut u8,
    ty: &ValueSpec,
    mut each: impl FnMut(*mut u8, *mut u8) -> Option<()>,
) -> Option<()> {
    let [entries, hash, key, value] = parts(ty) else {
        return None;
    };
    // SAFETY: a map of the type is at `map`.
    unsafe {
        let list = &*map.add(entries.offset as usize).cast::<RawList>();
        for index in 0..list.len as usize {
            let at = list.data.cast::<u8>().add(index * ty.stride as usize);
            if at.add(hash.offset as usize).cast::<i64>().read() == DEAD {
                continue;
            }
            each(at.add(key.offset as usize), at.add(value.offset as usize))?;
        }
    }
    Some(())
}

/// A dict of a map's keys and values, in their order.
///
/// # Safety
/// As `values::to_py`.
pub(crate) unsafe fn map_to_py(map: *mut u8, ty: &ValueSpec) -> Option<Owned> {
    // SAFETY: the GIL is held, and the type says what is at `map`.
    unsafe {
        let [_, _, key_ty, value_ty] = parts(ty) else {
            return None;
        };
        let dict = Owned::take(PyDict_New())?;
        walk(map, ty, |key, value| {
            let key = to_py(key, &*key_ty.ty)?;
            let value = to_py(value, &*value_ty.ty)?;
            let status = PyDict_SetItem(dict.as_ptr(), key.as_ptr(), value.as_ptr());
            (status == 0).then_some(())
        })?;
        Some(dict)
    }
}

/// A set of a set's elements.
///
/// # Safety
/// As `values::to_py`.
pub(crate) unsafe fn set_to_py(set: *mut u8, ty: &ValueSpec) -> Option<Owned> {
    // SAFETY: as in `map_to_py`.
    unsafe {
        let [_, _, key_ty, _] = parts(ty) else {
            return None;
        };
        let made = Owned::take(PySet_New(null_mut()))?;
        walk(set, ty, |key, _| {
            let key = to_py(key, &*key_ty.ty)?;
            (PySet_Add(made.as_ptr(), key.as_ptr()) == 0).then_some(())
        })?;
        Some(made)
    }
}

/// Writes a number as a `Complex` to `out`.
///
/// # Safety
/// As `values::from_py`.
pub(crate) unsafe fn complex_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    let [re, im] = parts(ty) else {
        return Err(Raised);
    };
    // SAFETY: the GIL is held, and both parts are floats.
    unsafe {
        let is_number =
            PyComplex_Check(obj) != 0 || PyFloat_Check(obj) != 0 || PyLong_Check(obj) != 0;
        if !is_number {
            return Err(refused(obj, "a complex number", place));
        }
        let (real, imaginary) = (PyComplex_RealAsDouble(obj), PyComplex_ImagAsDouble(obj));
        if real == -1.0 && !PyErr_Occurred().is_null() {
            return Err(Raised);
        }
        out.add(re.offset as usize).cast::<f64>().write(real);
        out.add(im.offset as usize).cast::<f64>().write(imaginary);
    }
    Ok(())
}

/// A Python complex.
///
/// # Safety
/// As `values::to_py`.
pub(crate) unsafe fn complex_to_py(value: *mut u8, ty: &ValueSpec) -> Option<Owned> {
    let [re, im] = parts(ty) else {
        return None;
    };
    // SAFETY: the GIL is held, and both parts are floats.
    unsafe {
        let part = |part: &ValuePart| value.add(part.offset as usize).cast::<f64>().read();
        Owned::take(PyComplex_FromDoubles(part(re), part(im)))
    }
}

/// Writes bytes or a bytearray as `Bytes` to `out`.
///
/// # Safety
/// As `values::from_py`.
pub(crate) unsafe fn bytes_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    let [list] = parts(ty) else {
        return Err(Raised);
    };
    // SAFETY: the GIL is held; nothing runs between the look at the object's memory and the copy of it.
    unsafe {
        let (from, len) = if PyBytes_Check(obj) != 0 {
            (PyBytes_AsString(obj), PyBytes_Size(obj))
        } else if PyByteArray_Check(obj) != 0 {
            (PyByteArray_AsString(obj), PyByteArray_Size(obj))
        } else {
            return Err(refused(obj, "bytes", place));
        };
        if len == 0 {
            return Ok(());
        }
        let data: *mut c_void = libc::malloc(len as usize);
        if data.is_null() {
            return Err(out_of_memory());
        }
        data.copy_from_nonoverlapping(from.cast(), len as usize);
        let list = &mut *out.add(list.offset as usize).cast::<RawList>();
        (list.data, list.len, list.capacity) = (data, len as i64, len as i64);
    }
    Ok(())
}

/// Python bytes.
///
/// # Safety
/// As `values::to_py`.
pub(crate) unsafe fn bytes_to_py(value: *mut u8, ty: &ValueSpec) -> Option<Owned> {
    let [list] = parts(ty) else {
        return None;
    };
    // SAFETY: the GIL is held, and a list of bytes is where the type says.
    unsafe {
        let list = &*value.add(list.offset as usize).cast::<RawList>();
        Owned::take(PyBytes_FromStringAndSize(
            list.data.cast(),
            list.len as Py_ssize_t,
        ))
    }
}
