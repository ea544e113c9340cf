//! Copying what Python offers into memory of Aria: lists, strided arrays, arrays of a type that casts safely (NumPy's rule
//! `safe`), in either byte order, aligned or not.

use std::ptr::null_mut;

use aria_abi::codes::Elem;
use aria_abi::layout::{Borrow, Location, ParamSpec, RawArray};
use pyo3_ffi::*;

use crate::array;
use crate::borrow::{self, Active, Request};
use crate::buffer::{self, Offer};
use crate::element::ElementKind;
use crate::error::pending_from_python;
use crate::handover::{self, out_of_memory};
use crate::item::Item;
use crate::panics::guard;
use crate::place::Place;
use crate::python::{Owned, Raised, status, type_error, type_has, value_error};
use crate::scalars;

/// The body of `aria_rt_borrow_or_copy`; `frame` as in `borrow`.
///
/// # Safety
/// As `aria_rt_borrow_or_copy`.
pub(crate) unsafe extern "C" fn borrow_or_copy_from(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut Borrow,
    frame: usize,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        let request = Request::of_parameter(spec, frame);
        if borrow::try_borrow_array(obj, &request, out.cast(), true) {
            return 0;
        }
        guard(1, || status(borrow_or_copy(obj, &request, out.cast())))
    }
}

#[cold]
unsafe fn borrow_or_copy(
    obj: *mut PyObject,
    request: &Request<'_>,
    out: *mut Active,
) -> Result<(), Raised> {
    let Request {
        place,
        elem,
        exclusive,
        ..
    } = *request;
    // SAFETY: forwarded from the caller; a copied block is owned by its object before anything else can fail.
    unsafe {
        if exclusive {
            return borrow_contiguous(obj, request, out);
        }
        let made = match buffer::ask(obj, false)? {
            Some(offer) if can_borrow(&offer, elem) => {
                return borrow::accept(obj, request, offer, out);
            }
            Some(offer) => copy_offer(&offer, elem, &place)?,
            None => copy_object(obj, elem, &place)?,
        };
        let owner =
            handover::own(made.data, made.len, elem).inspect_err(|_| array::free(made.data))?;
        borrow::own_copy(out, owner, made.data, made.len, elem);
        Ok(())
    }
}

/// A written parameter is never copied: what was written would be lost.
unsafe fn borrow_contiguous(
    obj: *mut PyObject,
    request: &Request<'_>,
    out: *mut Active,
) -> Result<(), Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        borrow::borrow(obj, request, out)?;
        if (*out).stride != request.elem.size() as i64 {
            borrow::release(out);
            let place = request.place;
            value_error(&format!(
                "{place} is written to and must be contiguous; {}.copy() is",
                place.variable()
            ));
            return Err(Raised);
        }
    }
    Ok(())
}

fn can_borrow(offer: &Offer, elem: Item) -> bool {
    offer.ndim == 1
        // SAFETY: the GIL is held while there is an offer.
        && unsafe { offer.is_of(elem) }
        && !offer.element.swapped
        && (offer.len <= 1 || offer.stride == elem.size() as i64)
        && (offer.data as usize).is_multiple_of(elem.alignment())
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live; `out` is writable; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_array_from_py(
    obj: *mut PyObject,
    elem: i32,
    out: *mut RawArray,
    location: *const Location,
) -> i32 {
    pending_from_python(location, || {
        // SAFETY: forwarded from the caller.
        unsafe {
            *out = RawArray {
                data: null_mut(),
                len: 0,
            };
            let elem = Item::of(elem as u32);
            *out = match buffer::ask(obj, false)? {
                Some(offer) => copy_offer(&offer, elem, &Place::Value)?,
                None => copy_object(obj, elem, &Place::Value)?,
            };
        }
        Ok(())
    })
}

/// Copies offered memory, converted to `elem`.
unsafe fn copy_offer(offer: &Offer, elem: Item, place: &Place<'_>) -> Result<RawArray, Raised> {
    if offer.ndim != 1 {
        value_error(&format!(
            "{place} must have 1 dimension, not {}",
            offer.ndim
        ));
        return Err(Raised);
    }
    let Some(transfer) = Transfer::of(offer, elem) else {
        // SAFETY: the GIL is held.
        let named = unsafe { offer.element_name() };
        type_error(&format!(
            "{place} must be {}, not {named}",
            place.array_type(elem)
        ));
        return Err(Raised);
    };
    let data = array::allocate(offer.len, elem.size() as i64);
    if data.is_null() {
        return Err(out_of_memory());
    }
    // SAFETY: the offer describes `len` readable elements, and the block has room for as many.
    unsafe { transfer.run(offer.data, offer.stride as isize, offer.len as usize, data) };
    Ok(RawArray {
        data,
        len: offer.len,
    })
}

/// How offered elements become those of Aria.
#[derive(Clone, Copy)]
pub(crate) enum Transfer {
    /// They are the same: so many bytes each.
    Bytes(usize),
    /// They are converted; in the other byte order or not.
    Cast(Convert, bool),
}

impl Transfer {
    /// The way from an offer's elements to these, if there is one that loses nothing.
    pub(crate) fn of(offer: &Offer, item: Item) -> Option<Transfer> {
        // SAFETY: the GIL is held while there is an offer.
        if unsafe { offer.is_of(item) } && !offer.element.swapped {
            return Some(Transfer::Bytes(item.size()));
        }
        let Item::Scalar(elem) = item else {
            return None;
        };
        let convert = conversion(offer.element.kind, elem)?;
        Some(Transfer::Cast(convert, offer.element.swapped))
    }

    /// Copies `len` elements at `from`, `stride` bytes apart, to adjacent ones at `to`.
    ///
    /// # Safety
    /// There are as many, of the offer's type, and room for as many of Aria's.
    pub(crate) unsafe fn run(self, from: *const u8, stride: isize, len: usize, to: *mut u8) {
        // SAFETY: forwarded from the caller.
        unsafe {
            match self {
                Transfer::Bytes(size) if stride == size as isize => {
                    to.copy_from_nonoverlapping(from, len * size);
                }
                Transfer::Bytes(size) => {
                    for index in 0..len {
                        let from = from.offset(index as isize * stride);
                        to.add(index * size).copy_from_nonoverlapping(from, size);
                    }
                }
                Transfer::Cast(convert, swapped) => convert(from, stride, len, swapped, to),
            }
        }
    }
}

/// Copies an object without a buffer: what has `__array__` goes through NumPy, sequences item by item.
unsafe fn copy_object(
    obj: *mut PyObject,
    elem: Item,
    place: &Place<'_>,
) -> Result<RawArray, Raised> {
    // SAFETY: the GIL is held and `obj` is live, by the callers' contracts.
    unsafe {
        if let Some(converted) = as_ndarray(obj)?
            && let Some(offer) = buffer::ask(converted.as_ptr(), false)?
        {
            return copy_offer(&offer, elem, place);
        }
        let is_list = PyList_Check(obj) != 0 || PyTuple_Check(obj) != 0;
        let is_text = PyUnicode_Check(obj) != 0 || PyBytes_Check(obj) != 0;
        if !is_list && (is_text || PyDict_Check(obj) != 0 || PySequence_Check(obj) == 0) {
            let given = crate::python::type_name(obj);
            type_error(&format!(
                "{place} must be {} or a list, not {given}",
                place.array_type(elem)
            ));
            return Err(Raised);
        }
        let items =
            Owned::take(PySequence_Fast(obj, c"a sequence is needed".as_ptr())).ok_or(Raised)?;
        copy_items(items.as_ptr(), elem, place)
    }
}

/// `numpy.asarray(obj)` of what has `__array__` and is no list.
///
/// # Safety
/// The GIL is held and `obj` is live.
pub(crate) unsafe fn as_ndarray(obj: *mut PyObject) -> Result<Option<Owned>, Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        let is_list = PyList_Check(obj) != 0 || PyTuple_Check(obj) != 0;
        if is_list || !type_has(obj, c"__array__") {
            return Ok(None);
        }
        let numpy = Owned::take(PyImport_ImportModule(c"numpy".as_ptr())).ok_or(Raised)?;
        let asarray = Owned::take(PyObject_GetAttrString(numpy.as_ptr(), c"asarray".as_ptr()));
        let asarray = asarray.ok_or(Raised)?;
        let arguments = Owned::take(PyTuple_New(1)).ok_or(Raised)?;
        Py_INCREF(obj);
        PyTuple_SetItem(arguments.as_ptr(), 0, obj);
        let converted = PyObject_Call(asarray.as_ptr(), arguments.as_ptr(), null_mut());
        Owned::take(converted).map(Some).ok_or(Raised)
    }
}

/// Copies a list or tuple. Converting an item may run Python code that changes the list, which is an error as it is for a
/// dict.
unsafe fn copy_items(
    items: *mut PyObject,
    elem: Item,
    place: &Place<'_>,
) -> Result<RawArray, Raised> {
    // SAFETY: `items` is a list or tuple that the caller keeps alive; each item is owned while it is converted.
    unsafe {
        let len = PySequence_Size(items);
        let data = array::allocate(len as i64, elem.size() as i64);
        if data.is_null() {
            return Err(out_of_memory());
        }
        if fill_items(items, elem, place, data, len).is_err() {
            array::free(data);
            return Err(Raised);
        }
        Ok(RawArray {
            data,
            len: len as i64,
        })
    }
}

/// Copies the `len` items of a list or tuple to `data`, which has room for as many.
///
/// # Safety
/// The GIL is held; `items` is a list or tuple that the caller keeps alive.
pub(crate) unsafe fn fill_items(
    items: *mut PyObject,
    elem: Item,
    place: &Place<'_>,
    data: *mut u8,
    len: isize,
) -> Result<(), Raised> {
    // SAFETY: the caller's promise; each item is owned while it is converted.
    unsafe {
        let is_list = PyList_Check(items) != 0;
        for index in 0..len {
            if PySequence_Size(items) != len {
                value_error(&format!("{place} changed its length while it was read"));
                return Err(Raised);
            }
            let item = if is_list {
                list_item(items, index)
            } else {
                Owned::share(PyTuple_GetItem(items, index))
            };
            let to = data.add(index as usize * elem.size());
            scalars::write_item(item.ok_or(Raised)?.as_ptr(), elem, to, place, index)?;
        }
        Ok(())
    }
}

/// An item of a list; `None` with an exception set when the list has become shorter.
#[inline]
unsafe fn list_item(list: *mut PyObject, index: isize) -> Option<Owned> {
    // SAFETY: `list` is a live list. Without a GIL, another thread may replace the item before a borrowed reference to it
    // is shared, so there it must be given as an owned one.
    #[cfg(Py_GIL_DISABLED)]
    return unsafe { Owned::take(PyList_GetItemRef(list, index)) };
    // SAFETY: as above.
    #[cfg(not(Py_GIL_DISABLED))]
    return unsafe { Owned::share(PyList_GetItem(list, index)) };
}

/// Converts `len` elements at `from`, `stride` bytes apart, to adjacent ones at `to`.
type Convert = unsafe fn(from: *const u8, stride: isize, len: usize, swapped: bool, to: *mut u8);

/// An element as it lies in foreign memory.
trait Foreign: Copy {
    /// Reads one that may be unaligned and in the other byte order.
    unsafe fn read(from: *const u8, swapped: bool) -> Self;
}

macro_rules! foreign {
    ($($ty:ty)*) => {$(
        impl Foreign for $ty {
            #[inline(always)]
            unsafe fn read(from: *const u8, swapped: bool) -> $ty {
                // SAFETY: the caller has an element there.
                let mut bytes = unsafe { from.cast::<[u8; size_of::<$ty>()]>().read_unaligned() };
                if swapped {
                    bytes.reverse();
                }
                <$ty>::from_ne_bytes(bytes)
            }
        }
    )*};
}
foreign!(f64 f32 i64 i32 i16 i8 u64 u32 u16 u8);

/// A NumPy bool: any byte but 0 is true.
#[derive(Clone, Copy)]
struct Truth(u8);

impl Foreign for Truth {
    #[inline(always)]
    unsafe fn read(from: *const u8, _: bool) -> Truth {
        // SAFETY: the caller has an element there.
        Truth(u8::from(unsafe { *from } != 0))
    }
}

/// An IEEE 754 binary16.
#[derive(Clone, Copy)]
struct Half(f32);

impl Foreign for Half {
    unsafe fn read(from: *const u8, swapped: bool) -> Half {
        // SAFETY: the caller has an element there.
        Half(half_to_f32(unsafe { u16::read(from, swapped) }))
    }
}

impl<T: Foreign> Foreign for (T, T) {
    #[inline(always)]
    unsafe fn read(from: *const u8, swapped: bool) -> (T, T) {
        // SAFETY: the caller has a pair there.
        unsafe {
            (
                T::read(from, swapped),
                T::read(from.add(size_of::<T>()), swapped),
            )
        }
    }
}

fn half_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let (exponent, fraction) = (u32::from(bits >> 10 & 31), u32::from(bits & 0x3ff));
    match (exponent, fraction) {
        (31, _) => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        (0, _) => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

unsafe fn each<F: Foreign, T>(
    from: *const u8,
    stride: isize,
    len: usize,
    swapped: bool,
    to: *mut u8,
    cast: impl Fn(F) -> T,
) {
    let to = to.cast::<T>();
    for index in 0..len {
        // SAFETY: the caller has `len` elements at `from`, `stride` apart, and room for as many at `to`.
        unsafe {
            to.add(index)
                .write(cast(F::read(from.offset(index as isize * stride), swapped)))
        };
    }
}

macro_rules! conversions {
    ($kind:expr, $elem:expr; $($from:pat => $foreign:ty, $value:ident: { $($to:ident => $out:ty, $cast:expr;)* })*) => {
        match ($kind, $elem) {
            $($(
                ($from, Elem::$to) => {
                    unsafe fn convert(from: *const u8, stride: isize, len: usize, swapped: bool, to: *mut u8) {
                        // SAFETY: forwarded from the caller.
                        unsafe { each::<$foreign, $out>(from, stride, len, swapped, to, |$value| $cast) }
                    }
                    Some(convert as Convert)
                }
            )*)*
            _ => None,
        }
    };
}

/// The conversion from a foreign element type, if it loses nothing (NumPy's `safe` casts).
#[allow(
    clippy::unnecessary_cast,
    clippy::cast_lossless,
    reason = "one table for widening and for the same type"
)]
pub(crate) fn conversion(kind: ElementKind, elem: Elem) -> Option<Convert> {
    use ElementKind::{Aria, Complex64};
    conversions! { kind, elem;
        Aria(Elem::F64) => f64, v: { F64 => f64, v; C128 => (f64, f64), (v, 0.0); }
        Aria(Elem::F32) => f32, v: { F32 => f32, v; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        ElementKind::Half => Half, v: { F32 => f32, v.0; F64 => f64, v.0 as f64; C128 => (f64, f64), (v.0 as f64, 0.0); }
        Aria(Elem::C128) => (f64, f64), v: { C128 => (f64, f64), v; }
        Complex64 => (f32, f32), v: { C128 => (f64, f64), (v.0 as f64, v.1 as f64); }
        Aria(Elem::I64) => i64, v: { I64 => i64, v; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::I32) => i32, v: { I32 => i32, v; I64 => i64, v as i64; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::I16) => i16, v: { I16 => i16, v; I32 => i32, v as i32; I64 => i64, v as i64; F32 => f32, v as f32; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::I8) => i8, v: { I8 => i8, v; I16 => i16, v as i16; I32 => i32, v as i32; I64 => i64, v as i64; F32 => f32, v as f32; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::U64) => u64, v: { U64 => u64, v; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::U32) => u32, v: { U32 => u32, v; U64 => u64, v as u64; I64 => i64, v as i64; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::U16) => u16, v: { U16 => u16, v; U32 => u32, v as u32; U64 => u64, v as u64; I32 => i32, v as i32; I64 => i64, v as i64; F32 => f32, v as f32; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::U8) => u8, v: { U8 => u8, v; U16 => u16, v as u16; U32 => u32, v as u32; U64 => u64, v as u64; I16 => i16, v as i16; I32 => i32, v as i32; I64 => i64, v as i64; F32 => f32, v as f32; F64 => f64, v as f64; C128 => (f64, f64), (v as f64, 0.0); }
        Aria(Elem::Bool) => Truth, v: { Bool => u8, v.0; I8 => i8, v.0 as i8; U8 => u8, v.0; I16 => i16, v.0 as i16; U16 => u16, v.0 as u16; I32 => i32, v.0 as i32; U32 => u32, v.0 as u32; I64 => i64, v.0 as i64; U64 => u64, v.0 as u64; F32 => f32, v.0 as f32; F64 => f64, v.0 as f64; C128 => (f64, f64), (v.0 as f64, 0.0); }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x8000, -0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(
                half_to_f32(bits).to_bits(),
                f32::to_bits(value),
                "{bits:#x}"
            );
        }
        assert!(half_to_f32(0x7e00).is_nan());
    }

    #[test]
    fn swapped_strided_widening() {
        let from: Vec<u8> = [1i32, 99, -2, 99, 3, 99]
            .iter()
            .flat_map(|v| v.to_be_bytes())
            .collect();
        let mut to = [0.0f64; 3];
        let convert =
            conversion(ElementKind::Aria(Elem::I32), Elem::F64).expect("int32 to float64 is safe");
        // SAFETY: three elements, eight bytes apart.
        unsafe {
            convert(
                from.as_ptr(),
                8,
                3,
                cfg!(target_endian = "little"),
                to.as_mut_ptr().cast(),
            )
        };
        assert_eq!(to, [1.0, -2.0, 3.0]);
    }

    #[test]
    fn unsafe_casts_are_refused() {
        for (from, to) in [
            (Elem::F64, Elem::F32),
            (Elem::F64, Elem::I64),
            (Elem::I64, Elem::I32),
            (Elem::I8, Elem::U8),
            (Elem::C128, Elem::F64),
            (Elem::I32, Elem::F32),
            (Elem::U64, Elem::I64),
        ] {
            assert!(
                conversion(ElementKind::Aria(from), to).is_none(),
                "{from:?} {to:?}"
            );
        }
        for &elem in Elem::ALL {
            assert!(conversion(ElementKind::Aria(elem), elem).is_some());
        }
    }
}
