//! Which instance of a generic function a call from Python means.
//!
//! Instances differ in the types of some parameters. An argument is of a type, or nearer or farther from it, or does not fit at
//! all; the instance whose arguments are nearest is called, and of several the first.

use std::ptr::null_mut;

use aria_abi::codes::{Elem, Kind};
use aria_abi::layout::{ChoiceSpec, FunctionSpec, ParamSpec, ValueSpec};
use pyo3_ffi::*;

use crate::arguments;
use crate::buffer;
use crate::copy::conversion;
use crate::element::ElementKind;
use crate::item::Item;
use crate::numpy;
use crate::panics::guard;
use crate::python::{Owned, Raised, text, type_error, type_has, type_name};
use crate::records;
use crate::values::parts;

/// How far an argument that fits is from the type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is of the type.
    Exact = 0,
    /// It is of the same kind: an integer for an integer, another number for a Float.
    Alike = 1,
    /// It is a number all the same.
    Converted = 2,
    /// It is a real number for a Complex.
    Extended = 3,
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
            let choice = Choice::of(&*spec);
            if kwnames.is_null() && nargs > 0 && nargs as usize == choice.n_params {
                let objects = std::slice::from_raw_parts(args, choice.n_params);
                return choice.choose(objects).unwrap_or(-1);
            }
            let mut objects = vec![null_mut(); choice.n_params];
            let slots = objects.as_mut_ptr();
            let first = choice.instances[0];
            if arguments::aria_rt_bind_arguments(first, args, nargs, kwnames, slots) != 0 {
                return -1;
            }
            choice.choose(&objects).unwrap_or(-1)
        }
    })
}

/// The instances and the types in which they differ.
struct Choice<'a> {
    instances: &'a [*const FunctionSpec],
    n_params: usize,
    types: &'a [*const ValueSpec],
}

impl<'a> Choice<'a> {
    /// # Safety
    /// The spec is a constant of an extension: there is an instance, all have the same number of parameters, and there is a
    /// type, perhaps null, for each of these.
    unsafe fn of(spec: &'a ChoiceSpec) -> Choice<'a> {
        // SAFETY: forwarded from the caller.
        unsafe {
            let count = spec.n_instances as usize;
            let instances = std::slice::from_raw_parts(spec.instances, count);
            let n_params = (*instances[0]).n_params as usize;
            Choice {
                instances,
                n_params,
                types: std::slice::from_raw_parts(spec.types, count * n_params),
            }
        }
    }

    /// The type of a parameter, if the instances differ in it.
    fn ty(&self, instance: usize, position: usize) -> Option<&'a ValueSpec> {
        // SAFETY: what is not null is a constant of the extension.
        unsafe { self.types[instance * self.n_params + position].as_ref() }
    }

    /// A parameter, which tells its name and type.
    fn param(&self, instance: usize, position: usize) -> &'a ParamSpec {
        // SAFETY: an instance has that many parameters, constants of the extension.
        unsafe { &*(*self.instances[instance]).params.add(position) }
    }

    /// The number of the nearest instance.
    ///
    /// # Safety
    /// The GIL is held, and the objects, one for each parameter, are live; null for what is left out.
    unsafe fn choose(&self, objects: &[*mut PyObject]) -> Result<i32, Raised> {
        let mut best: Option<(i32, usize)> = None;
        for instance in 0..self.instances.len() {
            let mut distance = Some(0);
            for (position, &object) in objects.iter().enumerate() {
                let Some(ty) = self.ty(instance, position).filter(|_| !object.is_null()) else {
                    continue;
                };
                // SAFETY: forwarded from the caller.
                let fits = unsafe { fit(ty, object)? };
                distance = distance.zip(fits).map(|(all, fit)| all + fit as i32);
                if distance.is_none() {
                    break;
                }
            }
            if let Some(distance) = distance
                && best.is_none_or(|(least, _)| distance < least)
            {
                best = Some((distance, instance));
                if distance == 0 {
                    break;
                }
            }
        }
        match best {
            Some((_, instance)) => Ok(instance as i32),
            None => {
                // SAFETY: forwarded from the caller.
                unsafe { self.refuse(objects) };
                Err(Raised)
            }
        }
    }

    /// No instance fits: says what would be accepted, and what was given.
    ///
    /// # Safety
    /// As `choose`.
    #[cold]
    unsafe fn refuse(&self, objects: &[*mut PyObject]) {
        let places = (0..objects.len()).filter(|&p| !objects[p].is_null());
        let places: Vec<usize> = places.filter(|&p| self.ty(0, p).is_some()).collect();
        let accepted: Vec<String> = (0..self.instances.len())
            .map(|instance| {
                let types = places.iter().map(|&p| {
                    let param = self.param(instance, p);
                    // SAFETY: texts of a parameter are constants of the extension.
                    unsafe { format!("{}: {}", text(param.name), text(param.ty)) }
                });
                format!("({})", types.collect::<Vec<_>>().join(", "))
            })
            .collect();
        // SAFETY: forwarded from the caller.
        unsafe {
            let given: Vec<String> = places.iter().map(|&p| described(objects[p])).collect();
            let name = text((*self.instances[0]).name);
            type_error(&format!(
                "{name}() takes {}, not ({})",
                accepted.join(" or "),
                given.join(", ")
            ));
        }
    }
}

/// How an object fits a type, if it does; `Raised` when a question to it failed.
///
/// # Safety
/// The GIL is held and the object is live.
unsafe fn fit(ty: &ValueSpec, object: *mut PyObject) -> Result<Option<Fit>, Raised> {
    let exact = |is: bool| Ok(is.then_some(Fit::Exact));
    // SAFETY: forwarded from the caller.
    unsafe {
        match Kind::from_code(ty.kind) {
            Some(Kind::Scalar) => {
                Ok(Elem::from_code(ty.elem).and_then(|elem| scalar(elem, object)))
            }
            Some(Kind::String) => exact(PyUnicode_Check(object) != 0),
            Some(Kind::Unit) => exact(object == Py_None()),
            Some(Kind::Bytes) => exact(PyBytes_Check(object) != 0),
            Some(Kind::Complex) => Ok(complex(object)),
            Some(Kind::View | Kind::PythonArray) => memory(Item::of(ty.elem), object, 0),
            Some(Kind::Array) => memory(Item::of(ty.elem), object, (ty.stride as usize).max(1)),
            Some(Kind::Tuple) => {
                let parts = parts(ty);
                if PyTuple_Check(object) == 0 || PyTuple_Size(object) as usize != parts.len() {
                    return Ok(None);
                }
                let items = (0..).zip(parts);
                worst(items.map(|(i, part)| fit(&*part.ty, PyTuple_GetItem(object, i))))
            }
            Some(Kind::Option) if object == Py_None() => exact(true),
            Some(Kind::Option) => match parts(ty) {
                [part] => fit(&*part.ty, object),
                _ => exact(false),
            },
            Some(Kind::List) => match parts(ty) {
                [element] => sequence(object, |item| fit(&*element.ty, item)),
                _ => exact(false),
            },
            Some(Kind::Set) => match parts(ty) {
                [_, _, member, _] if PyAnySet_Check(object) != 0 => {
                    each(PySequence_Tuple(object), |item| fit(&*member.ty, item))
                }
                _ => exact(false),
            },
            Some(Kind::Map) => match parts(ty) {
                [_, _, key, value] if PyDict_Check(object) != 0 => {
                    let keys = each(PyDict_Keys(object), |item| fit(&*key.ty, item));
                    let values = each(PyDict_Values(object), |item| fit(&*value.ty, item));
                    worst([keys, values].into_iter())
                }
                _ => exact(false),
            },
            Some(Kind::Record) => records::fits(object, ty).map(|is| is.then_some(Fit::Exact)),
            Some(Kind::Object) | None => Ok(Some(Fit::Converted)),
        }
    }
}

/// The farthest of all; none when one does not fit.
fn worst(all: impl Iterator<Item = Result<Option<Fit>, Raised>>) -> Result<Option<Fit>, Raised> {
    let mut farthest = Fit::Exact;
    for fit in all {
        match fit? {
            Some(fit) => farthest = farthest.max(fit),
            None => return Ok(None),
        }
    }
    Ok(Some(farthest))
}

/// The farthest of the items of a list or tuple that only this function knows; null: it could not be made.
///
/// # Safety
/// The GIL is held.
unsafe fn each(
    items: *mut PyObject,
    fit: impl Fn(*mut PyObject) -> Result<Option<Fit>, Raised>,
) -> Result<Option<Fit>, Raised> {
    // SAFETY: forwarded from the caller. The items live as long as what holds them, which nobody else can change.
    unsafe {
        let items = Owned::take(items).ok_or(Raised)?;
        let is_tuple = PyTuple_Check(items.as_ptr()) != 0;
        let len = PyObject_Size(items.as_ptr());
        worst((0..len).map(|i| match is_tuple {
            true => fit(PyTuple_GetItem(items.as_ptr(), i)),
            false => fit(PyList_GetItem(items.as_ptr(), i)),
        }))
    }
}

/// What can become a list, by its items.
///
/// # Safety
/// The GIL is held and the object is live.
unsafe fn sequence(
    object: *mut PyObject,
    fit: impl Fn(*mut PyObject) -> Result<Option<Fit>, Raised>,
) -> Result<Option<Fit>, Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        let is_text = PyUnicode_Check(object) != 0
            || PyBytes_Check(object) != 0
            || PyByteArray_Check(object) != 0;
        if is_text || PyDict_Check(object) != 0 || PySequence_Check(object) == 0 {
            return Ok(None);
        }
        each(PySequence_Tuple(object), fit)
    }
}

/// Memory of elements; what is copied may be converted, or be a list, of lists if it has several dimensions. `copied`: the
/// number of dimensions then, else 0.
///
/// # Safety
/// The GIL is held and the object is live.
unsafe fn memory(item: Item, object: *mut PyObject, copied: usize) -> Result<Option<Fit>, Raised> {
    let is_copied = copied > 0;
    // SAFETY: forwarded from the caller.
    unsafe {
        // An array's fields say it at once; the buffer protocol would hold the memory for a moment.
        if let Some(array) = numpy::exact_array(object) {
            return Ok(match item {
                Item::Scalar(elem) => fit_element(numpy::element(array).kind, elem, is_copied),
                Item::Record(record) => record.is_dtype(array.descr.cast()).then_some(Fit::Exact),
            });
        }
        let Some(offer) = buffer::ask(object, false)? else {
            return match copied {
                0 => Ok(None),
                1 => sequence(object, |object| match item {
                    Item::Scalar(Elem::C128) => Ok(complex(object)),
                    Item::Scalar(elem) => Ok(scalar(elem, object)),
                    Item::Record(record) => record.value().map_or(Ok(None), |ty| fit(ty, object)),
                }),
                _ => sequence(object, |object| memory(item, object, copied - 1)),
            };
        };
        Ok(match item {
            Item::Scalar(elem) => fit_element(offer.element.kind, elem, is_copied),
            Item::Record(_) => offer.is_of(item).then_some(Fit::Exact),
        })
    }
}

/// Elements in memory.
fn fit_element(kind: ElementKind, elem: Elem, is_copied: bool) -> Option<Fit> {
    match kind {
        ElementKind::Aria(own) if own == elem => Some(Fit::Exact),
        _ if !is_copied => None,
        _ => conversion(kind, elem).map(|_| match kind {
            ElementKind::Complex64 => Fit::Alike,
            _ if elem == Elem::C128 => Fit::Extended,
            ElementKind::Aria(own) if is_real(own) == is_real(elem) => Fit::Alike,
            _ => Fit::Converted,
        }),
    }
}

/// Whether it is a `Float` or `Float32`.
fn is_real(elem: Elem) -> bool {
    matches!(elem, Elem::F64 | Elem::F32)
}

/// A `Complex`, which other numbers become.
///
/// # Safety
/// The GIL is held and the object is live.
unsafe fn complex(object: *mut PyObject) -> Option<Fit> {
    // SAFETY: forwarded from the caller.
    unsafe {
        match PyComplex_Check(object) != 0 {
            true => Some(Fit::Exact),
            false => scalar(Elem::F64, object).map(|_| Fit::Extended),
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
