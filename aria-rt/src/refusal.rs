//! Why a borrow is refused, in words: what was wanted, what was given, and what would be accepted.

use aria_abi::codes::ErrorKind;
use aria_abi::layout::ParamSpec;
use pyo3_ffi::*;

use crate::borrow::Request;
use crate::buffer::{Lock, Offer};
use crate::item::Item;
use crate::python::{text, type_has, type_name};

/// An error's class and text.
type Refusal = (ErrorKind, String);

/// The memory that is asked for.
pub(crate) struct Memory<'a> {
    /// The wanted number of dimensions.
    pub(crate) rank: usize,
    /// There are no elements.
    pub(crate) is_empty: bool,
    /// Bytes from one element to the next along each dimension.
    pub(crate) strides: &'a [i64],
    /// Elements have bytes in common.
    pub(crate) shares: bool,
}

/// What stands against borrowing an offer; `None` when nothing does.
///
/// # Safety
/// The GIL is held and `obj`, which made the offer, is live.
pub(crate) unsafe fn of_offer(
    obj: *mut PyObject,
    request: &Request<'_>,
    offer: &Offer,
    memory: &Memory<'_>,
) -> Option<Refusal> {
    let Request {
        place,
        elem,
        exclusive,
        ..
    } = *request;
    let (align, variable) = (elem.alignment(), place.variable());
    // SAFETY: the GIL is held.
    let named = || unsafe { offer.element_name() };
    // SAFETY: the GIL is held.
    let is_of = unsafe { offer.is_of(elem) };
    if !is_of {
        let wanted = place.array_type(elem);
        return Some((
            ErrorKind::TypeError,
            format!("{place} must be {wanted}, not {}", named()),
        ));
    }
    let mask = |address: usize| address & (align - 1);
    let is_aligned = || {
        let mut strides = memory.strides.iter();
        mask(offer.data as usize) == 0 && strides.all(|&stride| mask(stride as usize) == 0)
    };
    let refusal = if offer.ndim as usize != memory.rank {
        let word = if memory.rank == 1 {
            "dimension"
        } else {
            "dimensions"
        };
        format!("must have {} {word}, not {}", memory.rank, offer.ndim)
    } else if offer.element.swapped {
        // SAFETY: the GIL is held.
        let (named, native) = (named(), unsafe { elem.numpy_name() });
        format!(
            "must have the native byte order, not that of {named}; {variable}.astype('{native}') converts it"
        )
    } else if exclusive && !offer.writable {
        match offer.lock {
            Lock::Reference(_) => {
                format!("is written to, but the array is read-only; {variable}.copy() is not")
            }
            Lock::Buffer(_) => {
                // SAFETY: `obj` is live and the GIL is held.
                let exporter = unsafe { type_name(obj) };
                let message = format!("{place} is written to, but {exporter} is read-only");
                return Some((ErrorKind::BufferError, message));
            }
        }
    } else if !memory.is_empty && !is_aligned() {
        format!("must be aligned to {align} bytes; {variable}.copy() is")
    } else if exclusive && memory.shares {
        format!("is written to, but its elements share memory; {variable}.copy() has its own")
    } else {
        return None;
    };
    Some((ErrorKind::ValueError, format!("{place} {refusal}")))
}

/// The text of the TypeError for an object that offers no memory.
///
/// # Safety
/// The GIL is held and `obj` is live.
pub(crate) unsafe fn of_object(obj: *mut PyObject, request: &Request<'_>) -> String {
    let Request { place, elem, .. } = *request;
    // SAFETY: forwarded from the caller.
    let (given, convertible) = unsafe {
        let is_list = PyList_Check(obj) != 0 || PyTuple_Check(obj) != 0;
        (type_name(obj), is_list || type_has(obj, c"__array__"))
    };
    let cure = match elem {
        Item::Scalar(elem) if convertible => format!(
            "; numpy.asarray({}, dtype='{}') makes one",
            place.variable(),
            elem.names().1
        ),
        _ => String::new(),
    };
    format!(
        "{place} must be {}, not {given}{cure}",
        place.array_type(elem)
    )
}

/// An active borrow that stands in the way.
pub(crate) struct Conflict {
    /// Its parameter; null for one on the heap.
    pub(crate) spec: *const ParamSpec,
    pub(crate) same_call: bool,
    pub(crate) exclusive: bool,
}

/// The error for a borrow that conflicts with another; `None`: with one that has ended meanwhile.
pub(crate) fn of_conflict(request: &Request<'_>, conflict: Option<Conflict>) -> Refusal {
    let place = request.place;
    let how = if request.exclusive {
        "is written to and "
    } else {
        ""
    };
    let Some(Conflict {
        spec,
        same_call,
        exclusive,
    }) = conflict
    else {
        let message = format!("{place} {how}was in use by another thread; try again");
        return (ErrorKind::BorrowError, message);
    };
    // SAFETY: a parameter's description is a constant of an extension, and extensions are never unloaded.
    let other = unsafe {
        spec.as_ref()
            .map(|spec| (text(spec.function), text(spec.name)))
    };
    let holder = match other {
        Some((_, name)) if same_call => {
            let which = if exclusive {
                ", which is written to"
            } else {
                ""
            };
            return (
                ErrorKind::ValueError,
                format!("{place} {how}overlaps argument '{name}'{which}"),
            );
        }
        Some((function, _)) => format!("a running call of {function}()"),
        None => "a PythonArray of running Aria code".to_owned(),
    };
    let holds = if exclusive { "writes to" } else { "reads" };
    (
        ErrorKind::BorrowError,
        format!("{place} {how}overlaps memory that {holder} {holds}"),
    )
}
