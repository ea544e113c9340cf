//! Which instance of a generic function a call from Python means.
//!
//! Instances differ in the types of some parameters. An argument is of a type, or nearer or farther from it, or does not fit at
//! all; the instance whose arguments are nearest is called, and of several the first.

use std::ptr::null_mut;

use aria_abi::codes::{Elem, Kind};
use aria_abi::layout::{ChoiceSpec, FunctionSpec, ParamSpec};
use pyo3_ffi::*;

use crate::arguments;
use crate::buffer;
use crate::numpy;
use crate::panics::guard;
use crate::python::{Raised, text, type_error, type_has, type_name};

/// How far an argument that fits is from the type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is of the type.
    Exact = 0,
    /// It is of the same kind: an integer for an integer, another number for a Float.
    Alike = 1,
    /// It is a number all the same.
    Converted = 2,
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `spec` is a constant of the extension; the arguments are as in `aria_rt_bind_arguments`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_choose(
    spec: *const ChoiceSpec,
    args: *const *mut PyObject,
    nargs: i64,
    kwnames: *mut PyObject,
) -> i32 {
    guard(-1, || {
        // SAFETY: forwarded from the caller; there is an instance, and all have the same number of parameters.
        unsafe {
            let spec = &*spec;
            let instances = std::slice::from_raw_parts(spec.instances, spec.n_instances as usize);
            let first = &*instances[0];
            let mut objects = vec![null_mut(); first.n_params as usize];
            let slots = objects.as_mut_ptr();
            if arguments::aria_rt_bind_arguments(first, args, nargs, kwnames, slots) != 0 {
                return -1;
            }
            choose(instances, &objects).unwrap_or(-1)
        }
    })
}

unsafe fn choose(
    instances: &[*const FunctionSpec],
    objects: &[*mut PyObject],
) -> Result<i32, Raised> {
    let mut best: Option<(i32, i32)> = None;
    for (number, index) in instances.iter().zip(0..) {
        let mut distance = Some(0);
        for (position, &object) in objects.iter().enumerate() {
            // SAFETY: forwarded from the caller; a position is one of a parameter.
            let fits = unsafe {
                if object.is_null() || !differs(instances, position) {
                    continue;
                }
                fit(param(*number, position), object)
            };
            distance = distance
                .zip(fits)
                .map(|(distance, fit)| distance + fit as i32);
        }
        if let Some(distance) = distance
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, index));
        }
    }
    match best {
        Some((_, index)) => Ok(index),
        None => {
            // SAFETY: forwarded from the caller.
            unsafe { refuse(instances, objects) };
            Err(Raised)
        }
    }
}

/// The parameter of an instance.
unsafe fn param<'a>(instance: *const FunctionSpec, position: usize) -> &'a ParamSpec {
    // SAFETY: the caller gives a position that the function has, and specs are constants of the extension.
    unsafe { &*(*instance).params.add(position) }
}

/// Whether the instances differ in the type of a parameter.
unsafe fn differs(instances: &[*const FunctionSpec], position: usize) -> bool {
    // SAFETY: forwarded from the caller.
    unsafe {
        let first = text(param(instances[0], position).ty);
        instances
            .iter()
            .any(|&other| text(param(other, position).ty) != first)
    }
}

/// How an argument fits a parameter.
unsafe fn fit(param: &ParamSpec, object: *mut PyObject) -> Option<Fit> {
    let elem = Elem::from_code(param.elem).unwrap_or(Elem::F64);
    // SAFETY: forwarded from the caller.
    unsafe {
        match Kind::from_code(param.kind) {
            Some(Kind::Scalar) => scalar(elem, object),
            Some(Kind::String) => (PyUnicode_Check(object) != 0).then_some(Fit::Exact),
            _ => Some(Fit::Converted),
        }
    }
}

/// A number or Bool.
unsafe fn scalar(elem: Elem, object: *mut PyObject) -> Option<Fit> {
    // SAFETY: forwarded from the caller.
    unsafe {
        // Nearly all arguments are Python's own numbers: nothing need be asked of those.
        if PyLong_CheckExact(object) != 0 {
            return match elem {
                Elem::I64 => Some(Fit::Exact),
                Elem::Bool => None,
                Elem::F64 | Elem::F32 => Some(Fit::Converted),
                _ => Some(Fit::Alike),
            };
        }
        if PyFloat_CheckExact(object) != 0 {
            return match elem {
                Elem::F64 => Some(Fit::Exact),
                Elem::F32 => Some(Fit::Converted),
                _ => None,
            };
        }
        // An array of one element would become a number, but is none.
        if numpy::exact_array(object).is_some() {
            return None;
        }
        let name = type_name(object);
        let is_bool = PyBool_Check(object) != 0;
        // NumPy's scalars are called as the elements of its arrays.
        let is_numpy = |elem: Elem| {
            let numpy = elem.names().1;
            name == numpy || name.strip_prefix("numpy.") == Some(numpy)
        };
        let is_numpy_bool = matches!(&*name, "bool_" | "numpy.bool_" | "numpy.bool");
        let whole = !is_bool && (PyLong_Check(object) != 0 || type_has(object, c"__index__"));
        let real = !is_bool && (whole || type_has(object, c"__float__"));
        // What it is when it is of the type, and else when it can become one.
        let (exact, near, far) = match elem {
            Elem::Bool => (is_bool || is_numpy_bool, false, false),
            Elem::F64 => (PyFloat_Check(object) != 0, real && !whole, real),
            Elem::F32 => (is_numpy(elem), false, real),
            Elem::I64 => (
                (PyLong_Check(object) != 0 && !is_bool) || is_numpy(elem),
                whole,
                whole,
            ),
            _ => (is_numpy(elem), whole, whole),
        };
        match (exact, near, far) {
            (true, _, _) => Some(Fit::Exact),
            (_, true, _) => Some(Fit::Alike),
            (_, _, true) => Some(Fit::Converted),
            _ => None,
        }
    }
}

/// No instance fits: says what would be accepted, and what was given.
#[cold]
unsafe fn refuse(instances: &[*const FunctionSpec], objects: &[*mut PyObject]) {
    // SAFETY: forwarded from the caller.
    unsafe {
        let places = (0..objects.len()).filter(|&p| !objects[p].is_null() && differs(instances, p));
        let places: Vec<usize> = places.collect();
        let accepted: Vec<String> = instances
            .iter()
            .map(|&instance| {
                let types = places.iter().map(|&p| {
                    let param = param(instance, p);
                    format!("{}: {}", text(param.name), text(param.ty))
                });
                format!("({})", types.collect::<Vec<_>>().join(", "))
            })
            .collect();
        let given: Vec<String> = places.iter().map(|&p| described(objects[p])).collect();
        let name = text((*instances[0]).name);
        type_error(&format!(
            "{name}() takes {}, not ({})",
            accepted.join(" or "),
            given.join(", ")
        ));
    }
}

/// The type of an argument, and of an array its elements'.
unsafe fn described(object: *mut PyObject) -> String {
    // SAFETY: forwarded from the caller.
    unsafe {
        let name = type_name(object);
        match buffer::ask(object, false) {
            Ok(Some(offer)) => format!("{name} of {}", offer.element_name()),
            Ok(None) => name,
            Err(Raised) => {
                PyErr_Clear();
                name
            }
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `message` is a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_warn_deprecated(message: *const aria_abi::layout::Text) -> i32 {
    guard(1, || {
        // SAFETY: forwarded from the caller; the text is copied, and ends with a NUL.
        unsafe {
            let message = std::ffi::CString::new(text(*message)).unwrap_or_default();
            PyErr_WarnEx(PyExc_DeprecationWarning, message.as_ptr(), 1)
        }
    })
}
