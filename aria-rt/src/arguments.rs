//! Binding the arguments of a call to parameters: the slow path of a wrapper, for keywords, defaults and mistakes, worded
//! as CPython words them.

use std::fmt::Write;
use std::ptr::null_mut;

use aria_abi::layout::{FunctionSpec, ParamSpec};
use pyo3_ffi::*;

use crate::panics::guard;
use crate::python::{Raised, status, text, type_error, type_name, utf8, value_error};

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `spec` is a constant of the extension; `args` holds `nargs` objects and one more for each name in the
/// tuple `kwnames`, which may be null; `slots` has room for every parameter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_bind_arguments(
    spec: *const FunctionSpec,
    args: *const *mut PyObject,
    nargs: i64,
    kwnames: *mut PyObject,
    slots: *mut *mut PyObject,
) -> i32 {
    guard(1, || {
        // SAFETY: forwarded from the caller.
        status(unsafe {
            let spec = &*spec;
            let n = spec.n_params as usize;
            let params = if n == 0 {
                &[]
            } else {
                std::slice::from_raw_parts(spec.params, n)
            };
            let slots = if n == 0 {
                &mut []
            } else {
                std::slice::from_raw_parts_mut(slots, n)
            };
            bind(spec, params, args, nargs as usize, kwnames, slots)
        })
    })
}

unsafe fn bind(
    spec: &FunctionSpec,
    params: &[ParamSpec],
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: *mut PyObject,
    slots: &mut [*mut PyObject],
) -> Result<(), Raised> {
    // SAFETY: texts are constants of the extension; `args` and `kwnames` are as the export's contract says.
    unsafe {
        let function = text(spec.name);
        slots.fill(null_mut());
        if nargs > params.len() {
            too_many(function, params, nargs);
            return Err(Raised);
        }
        for (index, slot) in slots.iter_mut().enumerate().take(nargs) {
            *slot = *args.add(index);
        }
        let nkw = if kwnames.is_null() {
            0
        } else {
            PyTuple_Size(kwnames) as usize
        };
        for index in 0..nkw {
            let name = utf8(PyTuple_GetItem(kwnames, index as Py_ssize_t)).ok_or(Raised)?;
            let Some(position) = params.iter().position(|param| text(param.name) == name) else {
                type_error(&format!(
                    "{function}() got an unexpected keyword argument '{name}'"
                ));
                return Err(Raised);
            };
            if !slots[position].is_null() {
                type_error(&format!(
                    "{function}() got multiple values for argument '{name}'"
                ));
                return Err(Raised);
            }
            slots[position] = *args.add(nargs + index);
        }
        let missing: Vec<&str> = params
            .iter()
            .zip(slots.iter())
            .filter(|(param, slot)| slot.is_null() && param.has_default == 0)
            .map(|(param, _)| text(param.name))
            .collect();
        if !missing.is_empty() {
            type_error(&missing_words(function, &missing));
            return Err(Raised);
        }
    }
    Ok(())
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live; `spec` is a constant of the extension; `items` has room for `n` objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_tuple_from_py(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    n: i64,
    items: *mut *mut PyObject,
) -> i32 {
    guard(1, || {
        // SAFETY: forwarded from the caller; a tuple never changes, so its members live as long as it does.
        status(unsafe {
            let (function, name) = (text((*spec).function), text((*spec).name));
            if PyTuple_Check(obj) == 0 {
                type_error(&format!(
                    "{function}() argument '{name}' must be a tuple of {n}, not {}",
                    type_name(obj)
                ));
                return status(Err(Raised));
            }
            let len = PyTuple_Size(obj);
            if len as i64 != n {
                value_error(&format!(
                    "{function}() argument '{name}' must be a tuple of {n}, not of {len}"
                ));
                return status(Err(Raised));
            }
            for index in 0..len {
                *items.add(index as usize) = PyTuple_GetItem(obj, index);
            }
            Ok(())
        })
    })
}

#[cold]
fn too_many(function: &str, params: &[ParamSpec], nargs: usize) {
    let most = params.len();
    let least = params.iter().filter(|param| param.has_default == 0).count();
    let takes = if least == most {
        most.to_string()
    } else {
        format!("from {least} to {most}")
    };
    let s = if most == 1 { "" } else { "s" };
    let were = if nargs == 1 { "was" } else { "were" };
    type_error(&format!(
        "{function}() takes {takes} positional argument{s} but {nargs} {were} given"
    ));
}

fn missing_words(function: &str, missing: &[&str]) -> String {
    let n = missing.len();
    let s = if n == 1 { "" } else { "s" };
    let mut words = format!("{function}() missing {n} required positional argument{s}: ");
    for (index, name) in missing.iter().enumerate() {
        let before = match index {
            0 => "",
            _ if n == 2 => " and ",
            _ if index == n - 1 => ", and ",
            _ => ", ",
        };
        // Writing to a String never fails.
        let _ = write!(words, "{before}'{name}'");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::missing_words;

    #[test]
    fn as_cpython_words_it() {
        assert_eq!(
            missing_words("f", &["x"]),
            "f() missing 1 required positional argument: 'x'"
        );
        assert_eq!(
            missing_words("f", &["x", "y"]),
            "f() missing 2 required positional arguments: 'x' and 'y'"
        );
        assert_eq!(
            missing_words("f", &["x", "y", "z"]),
            "f() missing 3 required positional arguments: 'x', 'y', and 'z'"
        );
    }
}
