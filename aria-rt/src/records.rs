//! Declared types: a `struct`, `data` or `enum` of the program is a class of Python.
//!
//! The classes are plain Python code that the compiler writes (see `python/classes.rs` there) and that runs when the module is
//! made. What crosses is copied, field by field: a value of Aria becomes a new instance; an instance, another object with
//! the fields, or a dict of them becomes a value.

use std::ffi::CStr;

use aria_abi::layout::{ClassCell, ClassesSpec, FieldSpec, RecordSpec, ValueSpec, VariantSpec};
use pyo3_ffi::*;

use crate::handover::out_of_memory;
use crate::place::Place;
use crate::python::{Owned, Raised, text, type_error, type_name};
use crate::values::{from_py, refused, to_py};

/// Runs the code of a module's classes, and notes them.
///
/// # Safety
/// The GIL is held; `classes` are constants of the extension that `module` is made of.
pub(crate) unsafe fn make_classes(
    module: *mut PyObject,
    classes: &ClassesSpec,
) -> Result<(), Raised> {
    // SAFETY: texts are NUL-terminated; the module's dict lives as long as the module; the cells are written only here.
    unsafe {
        let dict = PyModule_GetDict(module);
        let code = Py_CompileString(
            classes.source.cast(),
            c"<classes of an Aria module>".as_ptr(),
            Py_file_input,
        );
        let code = Owned::take(code).ok_or(Raised)?;
        Owned::take(PyEval_EvalCode(code.as_ptr(), dict, dict)).ok_or(Raised)?;
        for index in 0..classes.n_cells as usize {
            let cell: *mut ClassCell = *classes.cells.add(index);
            let mut found = Owned::share(module).ok_or(Raised)?;
            let path = CStr::from_ptr((*cell).path.cast()).to_string_lossy();
            for name in path.split('.') {
                let name = crate::python::new_str(name).ok_or(Raised)?;
                let next = PyObject_GetAttr(found.as_ptr(), name.as_ptr());
                found = Owned::take(next).ok_or(Raised)?;
            }
            (*cell).object = found.into_ptr().cast();
        }
    }
    Ok(())
}

fn record(ty: &ValueSpec) -> &RecordSpec {
    // SAFETY: the spec of a record has one, a constant.
    unsafe { &*ty.record }
}

/// The variants; of a struct, one.
fn variants(record: &RecordSpec) -> &[VariantSpec] {
    // SAFETY: the compiler says how many there are.
    unsafe { std::slice::from_raw_parts(record.variants, record.n_variants as usize) }
}

fn is_enum(record: &RecordSpec) -> bool {
    record.tag_bytes > 0 || record.n_variants > 1
}

/// Whether a value is an address, null for one of its two variants.
fn is_address(record: &RecordSpec) -> bool {
    record.tag_bytes == 0 && record.n_variants == 2
}

fn fields(variant: &VariantSpec) -> &[FieldSpec] {
    match variant.n_fields {
        0 => &[],
        // SAFETY: the compiler says how many there are.
        n => unsafe { std::slice::from_raw_parts(variant.fields, n as usize) },
    }
}

/// Runs what converts a value that may contain others like it: RecursionError where they nest too deep.
fn nested<R>(convert: impl FnOnce() -> Result<R, Raised>) -> Result<R, Raised> {
    // SAFETY: the GIL is held; what is entered is left.
    unsafe {
        if Py_EnterRecursiveCall(c" while a value is converted".as_ptr()) != 0 {
            return Err(Raised);
        }
        let result = convert();
        Py_LeaveRecursiveCall();
        result
    }
}

/// An instance for the value at `value`.
///
/// # Safety
/// As `values::to_py`.
pub(crate) unsafe fn record_to_py(value: *mut u8, ty: &ValueSpec) -> Option<Owned> {
    let record = record(ty);
    // SAFETY: the GIL is held, and the type says what is at `value`.
    nested(|| unsafe {
        let body = match record.boxed {
            0 => value,
            _ => value.cast::<*mut u8>().read(),
        };
        let variant = match record.tag_bytes {
            0 if is_address(record) => {
                let full = record.full as usize;
                match body.cast::<*mut u8>().read().is_null() {
                    true => 1 - full,
                    false => full,
                }
            }
            0 => 0,
            1 => usize::from(body.read()),
            _ => usize::from(body.cast::<u16>().read()),
        };
        let variant = &variants(record)[variant];
        let class: *mut PyObject = (*variant.class).object.cast();
        let fields = fields(variant);
        if PyType_Check(class) == 0 {
            return Owned::share(class).ok_or(Raised);
        }
        let args = Owned::take(PyTuple_New(fields.len() as Py_ssize_t)).ok_or(Raised)?;
        for (index, field) in (0..).zip(fields) {
            let item = to_py(body.add(field.offset as usize), &*field.ty).ok_or(Raised)?;
            PyTuple_SetItem(args.as_ptr(), index, item.into_ptr());
        }
        Owned::take(PyObject_CallObject(class, args.as_ptr())).ok_or(Raised)
    })
    .ok()
}

/// Writes an object that has the fields to `out`.
///
/// # Safety
/// As `values::from_py`.
pub(crate) unsafe fn record_from_py(
    obj: *mut PyObject,
    ty: &ValueSpec,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    let record = record(ty);
    // SAFETY: the GIL is held; the type says what is at `out`. A body that is zero is a value of the first variant all of whose
    // fields are empty, and it is owned by `out` from the beginning.
    nested(|| unsafe {
        let number = match is_enum(record) {
            true => variant_of(obj, record)?,
            false => Some(0),
        };
        let Some(number) = number else {
            let name = text(record.name);
            return Err(refused(obj, &format!("a variant of {name}"), place));
        };
        let variant = &variants(record)[number];
        let fields = fields(variant);
        let mut body = out;
        if record.boxed > 0 {
            body = match fields.is_empty() && is_enum(record) {
                true => variant.constant,
                false => libc::calloc(1, record.boxed as usize).cast(),
            };
            if body.is_null() {
                return Err(out_of_memory());
            }
            out.cast::<*mut u8>().write(body);
        }
        if body != variant.constant {
            match record.tag_bytes {
                0 => {}
                1 => body.write(number as u8),
                _ => body.cast::<u16>().write(number as u16),
            }
        }
        for field in fields {
            let name = CStr::from_ptr(field.name.cast());
            let item = get(obj, name, record, place)?;
            let name = name.to_str().unwrap_or_default();
            let place = Place::Field { of: place, name };
            from_py(
                item.as_ptr(),
                &*field.ty,
                body.add(field.offset as usize),
                &place,
            )?;
        }
        Ok(())
    })
}

/// Whether an object is of a type's class, or one of its variants'.
///
/// # Safety
/// The GIL is held, `obj` is live, and `ty` is the type of a record.
pub(crate) unsafe fn fits(obj: *mut PyObject, ty: &ValueSpec) -> Result<bool, Raised> {
    // SAFETY: forwarded from the caller.
    unsafe { variant_of(obj, record(ty)).map(|number| number.is_some()) }
}

/// The number of the variant that an object is, if it is one.
unsafe fn variant_of(obj: *mut PyObject, record: &RecordSpec) -> Result<Option<usize>, Raised> {
    for (number, variant) in variants(record).iter().enumerate() {
        // SAFETY: the GIL is held, and the cell has its object since the module was made.
        unsafe {
            let class: *mut PyObject = (*variant.class).object.cast();
            if PyType_Check(class) == 0 {
                if obj == class {
                    return Ok(Some(number));
                }
                continue;
            }
            match PyObject_IsInstance(obj, class) {
                1 => return Ok(Some(number)),
                0 => {}
                _ => return Err(Raised),
            }
        }
    }
    Ok(None)
}

/// The field of a dict or another object.
unsafe fn get(
    obj: *mut PyObject,
    name: &CStr,
    record: &RecordSpec,
    place: &Place<'_>,
) -> Result<Owned, Raised> {
    // SAFETY: the GIL is held.
    unsafe {
        if PyDict_Check(obj) != 0 {
            let key = Owned::take(PyUnicode_FromString(name.as_ptr())).ok_or(Raised)?;
            if let Some(item) = Owned::share(PyDict_GetItemWithError(obj, key.as_ptr())) {
                return Ok(item);
            }
        } else if let Some(item) = Owned::take(PyObject_GetAttrString(obj, name.as_ptr())) {
            return Ok(item);
        }
        let is_missing =
            PyErr_Occurred().is_null() || PyErr_ExceptionMatches(PyExc_AttributeError) != 0;
        if is_missing {
            PyErr_Clear();
            let (class, given) = (text(record.name), type_name(obj));
            let name = name.to_string_lossy();
            type_error(&format!(
                "{place} must be {class} or have its fields: {given} has no '{name}'"
            ));
        }
        Err(Raised)
    }
}
