//! Numbers and `Bool` between Python and Aria. The fast paths read the fields of exact floats and small ints where they
//! lie (not in the stable ABI, which forbids it); everything else is in cold functions.

use std::ptr::null_mut;

use aria_abi::codes::Elem;
use aria_abi::layout::{Location, ParamSpec};
use pyo3_ffi::*;

use crate::element::scalar;
use crate::error::pending_from_python;
use crate::item::Item;
use crate::panics::guard;
use crate::place::Place;
use crate::python::{
    Owned, Raised, exception_class, set_error, status, type_error, type_has, type_name,
};
use crate::values::{from_py, refused, to_py};

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `obj` is live, `spec` a constant of the extension, `out` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_f64_from_py(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut f64,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        if let Some(value) = exact_f64(obj) {
            *out = value;
            return 0;
        }
        slow(spec, |place| {
            *out = f64_of(obj, place)?;
            Ok(())
        })
    }
}

/// See the runtime table.
///
/// # Safety
/// As `aria_rt_f64_from_py`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_f32_from_py(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut f32,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        if let Some(value) = exact_f64(obj) {
            *out = value as f32;
            return 0;
        }
        slow(spec, |place| {
            *out = f64_of(obj, place)? as f32;
            Ok(())
        })
    }
}

/// See the runtime table.
///
/// # Safety
/// As `aria_rt_f64_from_py`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_int_from_py(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut i64,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        let elem = (*spec).elem;
        if let Some(value) = small_int(obj)
            && (elem == Elem::I64 as u32 || fits(scalar(elem), value))
        {
            *out = value;
            return 0;
        }
        slow(spec, |place| {
            *out = int_of(obj, scalar(elem), place)?;
            Ok(())
        })
    }
}

/// See the runtime table.
///
/// # Safety
/// As `aria_rt_f64_from_py`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_bool_from_py(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut u8,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        if obj == Py_True() || obj == Py_False() {
            *out = u8::from(obj == Py_True());
            return 0;
        }
        slow(spec, |place| {
            *out = bool_of(obj, place)?;
            Ok(())
        })
    }
}

#[cold]
unsafe fn slow(spec: *const ParamSpec, body: impl FnOnce(&Place<'_>) -> Result<(), Raised>) -> i32 {
    // SAFETY: the exports' callers pass a constant of the extension.
    let place = Place::Parameter(unsafe { &*spec });
    guard(1, || status(body(&place)))
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `obj` is live, `out` has room for the element, `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_scalar_of_object(
    obj: *mut PyObject,
    elem: i32,
    out: *mut u8,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    pending_from_python(location, || unsafe {
        write(obj, scalar(elem as u32), out, &Place::Value)
    })
}

/// The value of an exact `float`.
#[inline]
#[cfg(not(Py_LIMITED_API))]
unsafe fn exact_f64(obj: *mut PyObject) -> Option<f64> {
    // SAFETY: `obj` is live; an object of exactly this type has the field.
    unsafe {
        if PyFloat_CheckExact(obj) != 0 {
            Some((*obj.cast::<PyFloatObject>()).ob_fval)
        } else {
            None
        }
    }
}

#[inline]
#[cfg(Py_LIMITED_API)]
unsafe fn exact_f64(obj: *mut PyObject) -> Option<f64> {
    // SAFETY: `obj` is live and an exact float, whose conversion cannot fail.
    unsafe {
        if PyFloat_CheckExact(obj) != 0 {
            Some(PyFloat_AsDouble(obj))
        } else {
            None
        }
    }
}

/// CPython's `PyLongObject`, as far as ints of one digit need it.
#[cfg(all(not(Py_LIMITED_API), Py_3_12))]
#[repr(C)]
struct LongFields {
    head: PyObject,
    /// Bits 0 and 1: 1 minus the sign; from bit 3 on: the number of digits.
    tag: usize,
    digit: u32,
}

#[cfg(all(not(Py_LIMITED_API), not(Py_3_12)))]
#[repr(C)]
struct LongFields {
    head: PyObject,
    /// The number of digits, with the number's sign.
    size: Py_ssize_t,
    digit: u32,
}

/// The value of an exact `int` of at most one digit (below 2³⁰).
#[inline]
#[cfg(not(Py_LIMITED_API))]
unsafe fn small_int(obj: *mut PyObject) -> Option<i64> {
    // SAFETY: `obj` is live; an object of exactly this type has these fields, and a digit also when it is 0.
    unsafe {
        if PyLong_CheckExact(obj) == 0 {
            return None;
        }
        let long = &*obj.cast::<LongFields>();
        #[cfg(Py_3_12)]
        return (long.tag < 16).then(|| (1 - (long.tag & 3) as i64) * i64::from(long.digit));
        #[cfg(not(Py_3_12))]
        return match long.size {
            0 => Some(0),
            1 => Some(i64::from(long.digit)),
            -1 => Some(-i64::from(long.digit)),
            _ => None,
        };
    }
}

#[inline]
#[cfg(Py_LIMITED_API)]
unsafe fn small_int(obj: *mut PyObject) -> Option<i64> {
    // SAFETY: `obj` is live; the overflow flag tells whether the value is right.
    unsafe {
        if PyLong_CheckExact(obj) == 0 {
            return None;
        }
        let mut overflow = 0;
        let value = PyLong_AsLongLongAndOverflow(obj, &mut overflow);
        (overflow == 0).then_some(value)
    }
}

/// `float(obj)` for what is a number: never text.
unsafe fn f64_of(obj: *mut PyObject, place: &Place<'_>) -> Result<f64, Raised> {
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        if let Some(value) = small_int(obj) {
            return Ok(value as f64);
        }
        let value = PyFloat_AsDouble(obj);
        if value == -1.0 && !PyErr_Occurred().is_null() {
            let numeric = || type_has(obj, c"__float__") || type_has(obj, c"__index__");
            return Err(explain(obj, place, "float", numeric));
        }
        Ok(value)
    }
}

/// `operator.index(obj)` as the bits of an i64, in the range of `elem`.
unsafe fn int_of(obj: *mut PyObject, elem: Elem, place: &Place<'_>) -> Result<i64, Raised> {
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        let Some(number) = Owned::take(PyNumber_Index(obj)) else {
            return Err(explain(obj, place, "int", || type_has(obj, c"__index__")));
        };
        if elem == Elem::U64 {
            let value = PyLong_AsUnsignedLongLong(number.as_ptr());
            if value != u64::MAX || PyErr_Occurred().is_null() {
                return Ok(value as i64);
            }
            PyErr_Clear();
        } else {
            let mut overflow = 0;
            let value = PyLong_AsLongLongAndOverflow(number.as_ptr(), &mut overflow);
            if overflow == 0 && fits(elem, value) {
                return Ok(value);
            }
        }
        let (low, high) = range(elem);
        set_error(
            exception_class(aria_abi::codes::ErrorKind::OverflowError),
            &format!(
                "{place} must be from {low} to {high} to fit {}",
                elem.names().0
            ),
        );
        Err(Raised)
    }
}

unsafe fn bool_of(obj: *mut PyObject, place: &Place<'_>) -> Result<u8, Raised> {
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        if obj == Py_True() || obj == Py_False() {
            return Ok(u8::from(obj == Py_True()));
        }
        // NumPy's bool: `numpy.bool` since 2.0, `numpy.bool_` before; the stable ABI shows the name alone.
        let given = type_name(obj);
        if matches!(
            given.as_str(),
            "numpy.bool" | "numpy.bool_" | "bool" | "bool_"
        ) {
            return match PyObject_IsTrue(obj) {
                -1 => Err(Raised),
                truth => Ok(truth as u8),
            };
        }
        type_error(&format!("{place} must be bool, not {given}"));
        Err(Raised)
    }
}

unsafe fn complex_of(obj: *mut PyObject, place: &Place<'_>) -> Result<(f64, f64), Raised> {
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        let converted = if type_has(obj, c"__complex__") && PyComplex_Check(obj) == 0 {
            let made = PyObject_CallMethod(obj, c"__complex__".as_ptr(), std::ptr::null());
            Some(Owned::take(made).ok_or(Raised)?)
        } else {
            None
        };
        let number = converted.as_ref().map_or(obj, Owned::as_ptr);
        if PyComplex_Check(number) != 0 {
            return Ok((
                PyComplex_RealAsDouble(number),
                PyComplex_ImagAsDouble(number),
            ));
        }
        f64_of(obj, place).map(|real| (real, 0.0))
    }
}

/// Puts our wording in place of CPython's TypeError when the type is simply not a number.
#[cold]
unsafe fn explain(
    obj: *mut PyObject,
    place: &Place<'_>,
    wanted: &str,
    numeric: impl FnOnce() -> bool,
) -> Raised {
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        if PyErr_ExceptionMatches(PyExc_TypeError) == 0 {
            return Raised;
        }
        let aside = crate::python::Aside::put();
        let numeric = numeric();
        drop(aside);
        if !numeric {
            PyErr_Clear();
            type_error(&format!("{place} must be {wanted}, not {}", type_name(obj)));
        }
    }
    Raised
}

/// Stores the number `obj` as an element at `out`.
pub(crate) unsafe fn write(
    obj: *mut PyObject,
    elem: Elem,
    out: *mut u8,
    place: &Place<'_>,
) -> Result<(), Raised> {
    // SAFETY: the GIL is held, `obj` is live, and `out` has room for the element, perhaps unaligned.
    unsafe {
        match elem {
            Elem::F64 => {
                let value = if let Some(value) = exact_f64(obj) {
                    value
                } else {
                    f64_of(obj, place)?
                };
                out.cast::<f64>().write_unaligned(value);
            }
            Elem::F32 => out
                .cast::<f32>()
                .write_unaligned(f64_of(obj, place)? as f32),
            Elem::Bool => out.write(bool_of(obj, place)?),
            Elem::C128 => out
                .cast::<(f64, f64)>()
                .write_unaligned(complex_of(obj, place)?),
            _ => {
                // Little- and big-endian alike: the value is cut to its type first.
                let value = int_of(obj, elem, place)?;
                match elem.size() {
                    8 => out.cast::<i64>().write_unaligned(value),
                    4 => out.cast::<i32>().write_unaligned(value as i32),
                    2 => out.cast::<i16>().write_unaligned(value as i16),
                    _ => out.cast::<i8>().write(value as i8),
                }
            }
        }
    }
    Ok(())
}

/// As `write`, for item `index` of a list; an error says which it was.
///
/// # Safety
/// The GIL is held, `obj` is live, and `out` has room for the element.
pub(crate) unsafe fn write_item(
    obj: *mut PyObject,
    item: Item,
    out: *mut u8,
    place: &Place<'_>,
    index: isize,
) -> Result<(), Raised> {
    let place = Place::Item { of: place, index };
    // SAFETY: forwarded from the caller; a record's value lies in memory as its element does.
    unsafe {
        match item {
            Item::Scalar(elem) => write(obj, elem, out, &place),
            Item::Record(record) => match record.value() {
                Some(value) => from_py(obj, value, out, &place),
                None => Err(refused(obj, item.name(), &place)),
            },
        }
    }
}

/// A Python object for the element at `data`; null with an exception set.
///
/// # Safety
/// As `read_to_py`.
pub(crate) unsafe fn item_to_py(item: Item, data: *mut u8) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        match item {
            Item::Scalar(elem) => read_to_py(elem, data),
            Item::Record(record) => match record.value() {
                Some(value) => to_py(data, value).map_or(null_mut(), Owned::into_ptr),
                None => {
                    let name = item.name();
                    type_error(&format!("Python has no class for {name}"));
                    null_mut()
                }
            },
        }
    }
}

/// A Python number with the value of the element at `data`; null with an exception set.
///
/// # Safety
/// The GIL is held and an element is there.
pub(crate) unsafe fn read_to_py(elem: Elem, data: *const u8) -> *mut PyObject {
    macro_rules! at {
        ($ty:ty) => {
            data.cast::<$ty>().read_unaligned()
        };
    }
    // SAFETY: the GIL is held, and the caller has an element of the type there.
    unsafe {
        match elem {
            Elem::F64 => PyFloat_FromDouble(at!(f64)),
            Elem::F32 => PyFloat_FromDouble(at!(f32).into()),
            Elem::I64 => PyLong_FromLongLong(at!(i64)),
            Elem::I32 => PyLong_FromLongLong(at!(i32).into()),
            Elem::I16 => PyLong_FromLongLong(at!(i16).into()),
            Elem::I8 => PyLong_FromLongLong(at!(i8).into()),
            Elem::U64 => PyLong_FromUnsignedLongLong(at!(u64)),
            Elem::U32 => PyLong_FromLongLong(at!(u32).into()),
            Elem::U16 => PyLong_FromLongLong(at!(u16).into()),
            Elem::U8 => PyLong_FromLongLong(at!(u8).into()),
            Elem::Bool => PyBool_FromLong(i64::from(at!(u8) != 0)),
            Elem::C128 => {
                let (real, imaginary) = at!((f64, f64));
                PyComplex_FromDoubles(real, imaginary)
            }
        }
    }
}

/// The least and the greatest value of an integer type.
fn range(elem: Elem) -> (i128, i128) {
    let bits = elem.size() as u32 * 8;
    match elem {
        Elem::U64 | Elem::U32 | Elem::U16 | Elem::U8 => (0, (1 << bits) - 1),
        _ => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
    }
}

#[inline]
fn fits(elem: Elem, value: i64) -> bool {
    match elem {
        Elem::I32 => i32::try_from(value).is_ok(),
        Elem::I16 => i16::try_from(value).is_ok(),
        Elem::I8 => i8::try_from(value).is_ok(),
        Elem::U64 => value >= 0,
        Elem::U32 => u32::try_from(value).is_ok(),
        Elem::U16 => u16::try_from(value).is_ok(),
        Elem::U8 => u8::try_from(value).is_ok(),
        _ => true,
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_f64_to_py(value: f64) -> *mut PyObject {
    // SAFETY: the GIL is held.
    unsafe { PyFloat_FromDouble(value) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_complex_to_py(re: f64, im: f64) -> *mut PyObject {
    // SAFETY: the GIL is held.
    unsafe { PyComplex_FromDoubles(re, im) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_i64_to_py(value: i64) -> *mut PyObject {
    // SAFETY: the GIL is held.
    unsafe { PyLong_FromLongLong(value) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_u64_to_py(value: i64) -> *mut PyObject {
    // SAFETY: the GIL is held.
    unsafe { PyLong_FromUnsignedLongLong(value as u64) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_bool_to_py(value: i32) -> *mut PyObject {
    // SAFETY: the GIL is held.
    unsafe { PyBool_FromLong(i64::from(value != 0)) }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_none() -> *mut PyObject {
    // SAFETY: None lives for ever.
    unsafe {
        let none = Py_None();
        Py_INCREF(none);
        none
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `items` holds `n` owned references or nulls, which are given away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_tuple_to_py(items: *const *mut PyObject, n: i64) -> *mut PyObject {
    // SAFETY: forwarded from the caller; a null among the items means that an exception is set.
    unsafe {
        let items = if n > 0 {
            std::slice::from_raw_parts(items, n as usize)
        } else {
            &[]
        };
        let tuple = if items.iter().any(|item| item.is_null()) {
            null_mut()
        } else {
            PyTuple_New(items.len() as Py_ssize_t)
        };
        if tuple.is_null() {
            crate::error::keeping_exception(|| items.iter().for_each(|&item| Py_XDECREF(item)));
            return null_mut();
        }
        for (index, &item) in items.iter().enumerate() {
            PyTuple_SetItem(tuple, index as Py_ssize_t, item);
        }
        tuple
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(range(Elem::I8), (-128, 127));
        assert_eq!(range(Elem::U64), (0, u64::MAX.into()));
        assert_eq!(range(Elem::I64), (i64::MIN.into(), i64::MAX.into()));
        for elem in [
            Elem::I32,
            Elem::I16,
            Elem::I8,
            Elem::U32,
            Elem::U16,
            Elem::U8,
        ] {
            let (low, high) = range(elem);
            for value in [low - 1, low, 0, high, high + 1] {
                assert_eq!(
                    fits(elem, value as i64),
                    (low..=high).contains(&value),
                    "{elem:?} {value}"
                );
            }
        }
    }
}
