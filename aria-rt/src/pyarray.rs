//! `PythonArray`s as values of Aria code: borrows that live on the heap, shared and read-only, and outlive the call that
//! made them if they must.

use std::ptr::null_mut;

use aria_abi::layout::{Borrow, Location};
use pyo3_ffi::PyObject;

use crate::borrow::{self, Active, Request};
use crate::drops::{self, Dropped};
use crate::error::pending_from_python;
use crate::gil;
use crate::handover::out_of_memory;
use crate::item::Item;
use crate::nd;
use crate::panics::guard_pending;
use crate::place::Place;
use crate::python::Raised;

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_pyarray_of_object(
    obj: *mut PyObject,
    elem: i32,
    location: *const Location,
) -> *mut Borrow {
    let request = Request {
        place: Place::Value,
        elem: Item::of(elem as u32),
        exclusive: false,
        frame: 0,
    };
    // SAFETY: forwarded from the caller; `out` is a fresh borrow that stays in place.
    on_heap(location, |out| unsafe {
        if borrow::try_borrow_array(obj, &request, out, false) {
            Ok(())
        } else {
            borrow::borrow(obj, &request, out)
        }
    })
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `borrow` is active; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_pyarray_retain(
    borrow: *const Borrow,
    location: *const Location,
) -> *mut Borrow {
    // SAFETY: forwarded from the caller.
    on_heap(location, |out| unsafe { borrow::share(borrow.cast(), out) })
}

/// See the runtime table.
///
/// # Safety
/// As `aria_rt_pyarray_of_object`; `dims` has room for two numbers a dimension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_pyarray_of_nd(
    obj: *mut PyObject,
    elem: i32,
    rank: i32,
    dims: *mut i64,
    location: *const Location,
) -> *mut Borrow {
    let request = Request {
        place: Place::Value,
        elem: Item::of(elem as u32),
        exclusive: false,
        frame: 0,
    };
    // SAFETY: forwarded from the caller; `out` is a fresh borrow that stays in place.
    on_heap(location, |out| unsafe {
        let found = nd::borrow(obj, &request, rank as usize, out)?;
        found.write(dims);
        Ok(())
    })
}

/// A fresh borrow that `fill` makes active; null with an error pending. The GIL is held.
fn on_heap(
    location: *const Location,
    fill: impl FnOnce(*mut Active) -> Result<(), Raised>,
) -> *mut Borrow {
    let mut made: *mut Borrow = null_mut();
    pending_from_python(location, || {
        // SAFETY: zeroed memory of the right size is an inactive borrow.
        let borrow: *mut Borrow = unsafe { libc::calloc(1, size_of::<Borrow>()) }.cast();
        if borrow.is_null() {
            return Err(out_of_memory());
        }
        match fill(borrow.cast()) {
            Ok(()) => made = borrow,
            // SAFETY: the borrow is inactive, and the memory ours.
            Err(Raised) => unsafe {
                libc::free(borrow.cast());
                return Err(Raised);
            },
        }
        Ok(())
    });
    made
}

/// See the runtime table.
///
/// # Safety
/// `borrow` is null or came from a function of this file, and is given away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_pyarray_drop(borrow: *mut Borrow) {
    if borrow.is_null() {
        return;
    }
    if gil::is_attached() {
        // SAFETY: forwarded from the caller; the GIL is held.
        unsafe { free(borrow) };
    } else {
        guard_pending((), || drops::defer(Dropped::Borrow(borrow)));
    }
}

/// Ends and frees a heap-allocated borrow.
///
/// # Safety
/// The GIL is held; `borrow` came from this file and is given away.
pub(crate) unsafe fn free(borrow: *mut Borrow) {
    // SAFETY: forwarded from the caller.
    unsafe {
        borrow::release(borrow.cast());
        libc::free(borrow.cast());
    }
}
