//! Borrowing the memory of an argument, with every check that lets emitted code read it blindly: element type, rank, byte
//! order, alignment, writability, and no second borrow that could see a write.
//!
//! A borrow is a `Borrow` in the wrapper's frame (or on the heap, see `pyarray`), linked into a list of all active ones
//! that `shared::Registry` heads; it must not move while it is active. The list is short, so a new borrow walks it.
//! Extents are compared in whole bytes from the first to the last element: interleaved strided views count as overlapping.
//!
//! Two borrows belong to the same call when they were made from the same frame. The wrapper's stack pointer tells: it is
//! constant over the wrapper's calls, differs between live frames, and is passed on by a two-instruction entry. The answer
//! decides only between `ValueError` (two arguments of one call) and `BorrowError` (another running call).

use std::ptr::null_mut;
use std::sync::atomic::Ordering;

use aria_abi::layout::{Borrow, ParamSpec};
use pyo3_ffi::*;

use crate::buffer::{self, Lock, Offer};
use crate::copy::borrow_or_copy_from;
use crate::drops;
use crate::element::{self, Facts};
use crate::item::Item;
use crate::numpy::{self, ArrayFields, Vector};
use crate::panics::guard;
use crate::place::Place;
use crate::python::{Aside, Owned, Raised, exception_class, set_error, status, type_error};
use crate::refusal::{self, Conflict};
use crate::shared::{Registry, registry};

/// An active [`Borrow`], with the runtime's part of it.
#[repr(C)]
pub(crate) struct Active {
    pub(crate) data: *mut u8,
    pub(crate) len: i64,
    pub(crate) stride: i64,
    pub(crate) owner: *mut PyObject,
    /// The list's links.
    next: *mut Active,
    previous: *mut Active,
    /// First byte, and the one after the last.
    low: usize,
    high: usize,
    /// Of the parameter; null for a heap-allocated borrow.
    spec: *const ParamSpec,
    /// Identifies the call that made it; 0 for a heap-allocated borrow.
    frame: usize,
    state: u32,
    elem: u32,
    /// Held when `state` has `BUFFER`.
    buffer: Py_buffer,
}

const _: () = assert!(
    size_of::<Active>() <= size_of::<Borrow>() && align_of::<Active>() <= align_of::<Borrow>()
);

/// In the list of active borrows.
const LISTED: u32 = 1;
/// Exclusive: the memory is written.
const EXCLUSIVE: u32 = 2;
/// Holds a `Py_buffer`.
const BUFFER: u32 = 4;

/// The address of an empty array's elements: none is read, but emitted code may rely on a null-free, aligned address.
pub(crate) const NOWHERE: *mut u8 = std::ptr::without_provenance_mut(64);

/// What a borrow is for.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) elem: Item,
    pub(crate) exclusive: bool,
    pub(crate) frame: usize,
}

impl<'a> Request<'a> {
    /// # Safety
    /// `spec` is a constant of the extension.
    #[inline]
    pub(crate) unsafe fn of_parameter(spec: *const ParamSpec, frame: usize) -> Request<'a> {
        // SAFETY: the caller's promise.
        let spec = unsafe { &*spec };
        Request {
            place: Place::Parameter(spec),
            elem: Item::of(spec.elem),
            exclusive: spec.mutable != 0,
            frame,
        }
    }

    fn spec(&self) -> *const ParamSpec {
        match self.place {
            Place::Parameter(spec) => spec,
            _ => std::ptr::null(),
        }
    }
}

/// An export whose body gets one more parameter, the caller's stack pointer, in the register that is named.
macro_rules! entry_with_frame {
    ($(#[$doc:meta])* $name:ident => $body:ident($($param:ident: $ty:ty),*) $x86:literal $arm:literal) => {
        $(#[$doc])*
        #[cfg(target_arch = "x86_64")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name($($param: $ty),*) -> i32 {
            core::arch::naked_asm!(concat!("mov ", $x86, ", rsp"), "jmp {body}", body = sym $body)
        }

        $(#[$doc])*
        #[cfg(target_arch = "aarch64")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name($($param: $ty),*) -> i32 {
            core::arch::naked_asm!(concat!("mov ", $arm, ", sp"), "b {body}", body = sym $body)
        }
    };
}
pub(crate) use entry_with_frame;

entry_with_frame! {
    /// See the runtime table.
    ///
    /// # Safety
    /// The GIL is held, `obj` is live, `spec` a constant of the extension, `out` a zeroed `Borrow` that stays in place.
    aria_rt_borrow => borrow_from(obj: *mut PyObject, spec: *const ParamSpec, out: *mut Borrow) "rcx" "x3"
}

entry_with_frame! {
    /// See the runtime table.
    ///
    /// # Safety
    /// As `aria_rt_borrow`.
    aria_rt_borrow_or_copy => borrow_or_copy_from(obj: *mut PyObject, spec: *const ParamSpec, out: *mut Borrow) "rcx" "x3"
}

/// The body of `aria_rt_borrow`; `frame` identifies the call.
///
/// # Safety
/// As `aria_rt_borrow`.
pub(crate) unsafe extern "C" fn borrow_from(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut Borrow,
    frame: usize,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        let request = Request::of_parameter(spec, frame);
        if try_borrow_array(obj, &request, out.cast(), false) {
            return 0;
        }
        borrow_slowly(obj, spec, out, frame)
    }
}

/// A function of its own, so that the fast path saves few registers.
#[cold]
#[inline(never)]
unsafe extern "C" fn borrow_slowly(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut Borrow,
    frame: usize,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        let request = Request::of_parameter(spec, frame);
        guard(1, || status(borrow(obj, &request, out.cast())))
    }
}

/// The fast path: an exact one-dimensional `ndarray` that is as it should be, while nothing conflicts. With `contiguous`
/// its elements must be adjacent too. On `false` nothing has happened.
///
/// # Safety
/// The GIL is held, `obj` is live, `out` inactive and stays in place.
#[inline(always)]
pub(crate) unsafe fn try_borrow_array(
    obj: *mut PyObject,
    request: &Request<'_>,
    out: *mut Active,
    contiguous: bool,
) -> bool {
    // SAFETY: `obj` is live; `out` is inactive and stays in place.
    unsafe {
        let Some(array) = numpy::exact_array(obj) else {
            return false;
        };
        let Item::Scalar(elem) = request.elem else {
            return false;
        };
        let facts = element::facts(elem);
        let Some(plain) = plain(array, facts, request.exclusive) else {
            return false;
        };
        if contiguous && plain.stride != facts.size {
            return false;
        }
        if !enlist(out, request, plain.data, plain.len, plain.stride) {
            return false;
        }
        Py_INCREF(obj);
        (*out).owner = obj;
        true
    }
}

/// The elements of an array that is as it should be.
pub(crate) struct Plain {
    pub(crate) data: *mut u8,
    pub(crate) len: i64,
    pub(crate) stride: i64,
}

/// The elements of a one-dimensional `ndarray` of this type in native byte order, aligned, and writable if they must be;
/// `None` where something is different.
///
/// # Safety
/// The GIL is held and the array is live.
#[inline(always)]
pub(crate) unsafe fn plain(array: &ArrayFields, facts: &Facts, written: bool) -> Option<Plain> {
    // SAFETY: forwarded from the caller.
    unsafe {
        let Vector {
            mut data,
            len,
            mut stride,
        } = numpy::vector(array, facts, written)?;
        let size = facts.size;
        if len <= 1 {
            stride = size;
            if len == 0 {
                data = NOWHERE;
            }
        }
        if (data as usize | stride as usize) & facts.align_mask != 0
            || (written && stride.abs() < size)
        {
            return None;
        }
        Some(Plain { data, len, stride })
    }
}

/// Borrows an array that conflicts with nothing.
///
/// # Safety
/// The GIL is held, `obj` is live and its elements are `plain`, and no active borrow conflicts; `out` is inactive and stays
/// in place.
pub(crate) unsafe fn take(
    obj: *mut PyObject,
    request: &Request<'_>,
    plain: Plain,
    out: *mut Active,
) {
    // SAFETY: forwarded from the caller.
    unsafe {
        registry().locked(|registry| {
            let (low, high) = extent(
                plain.data,
                plain.len,
                plain.stride,
                request.elem.size() as i64,
            );
            link(out, request, plain, (low, high), registry);
        });
        Py_INCREF(obj);
        (*out).owner = obj;
    }
}

/// Fills the part of `out` that describes the memory and links it into the list; `false`, with nothing done, when an active
/// borrow conflicts.
#[inline(always)]
unsafe fn enlist(
    out: *mut Active,
    request: &Request<'_>,
    data: *mut u8,
    len: i64,
    stride: i64,
) -> bool {
    let extent = extent(data, len, stride, request.elem.size() as i64);
    let plain = Plain { data, len, stride };
    // SAFETY: forwarded from the caller.
    unsafe { enlist_extent(out, request, plain, extent) }
}

/// The same, of memory of this extent.
#[inline(always)]
unsafe fn enlist_extent(
    out: *mut Active,
    request: &Request<'_>,
    plain: Plain,
    (low, high): (usize, usize),
) -> bool {
    registry().locked(|registry| {
        let head = registry.first.load(Ordering::Relaxed);
        let exclusive = registry.exclusive.load(Ordering::Relaxed);
        // SAFETY: the list holds active borrows only, and is ours while it is locked; `out` is writable.
        unsafe {
            if (request.exclusive || exclusive > 0) && is_taken(head, low, high, request.exclusive)
            {
                return false;
            }
            link(out, request, plain, (low, high), registry);
        }
        true
    })
}

/// Fills the part of `out` that describes the memory and links it into the list.
///
/// # Safety
/// The list is the caller's; `out` is writable and stays in place.
#[inline(always)]
unsafe fn link(
    out: *mut Active,
    request: &Request<'_>,
    Plain { data, len, stride }: Plain,
    (low, high): (usize, usize),
    registry: &Registry,
) {
    if request.exclusive {
        let exclusive = registry.exclusive.load(Ordering::Relaxed);
        registry.exclusive.store(exclusive + 1, Ordering::Relaxed);
    }
    let head = registry.first.load(Ordering::Relaxed);
    // SAFETY: the list holds active borrows only; the caller's promise.
    unsafe {
        let out = &mut *out;
        out.data = data;
        out.len = len;
        out.stride = stride;
        out.next = head;
        out.previous = null_mut();
        out.low = low;
        out.high = high;
        out.spec = request.spec();
        out.frame = request.frame;
        out.state = LISTED | if request.exclusive { EXCLUSIVE } else { 0 };
        out.elem = request.elem.code();
        if !head.is_null() {
            (*head).previous = out;
        }
        registry.first.store(out, Ordering::Relaxed);
    }
}

/// Whether a borrow in the list conflicts with these bytes.
///
/// # Safety
/// The list holds active borrows only, and is the caller's while it looks.
unsafe fn is_taken(mut other: *mut Active, low: usize, high: usize, exclusive: bool) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        while !other.is_null() {
            if overlaps(&*other, low, high, exclusive) {
                return true;
            }
            other = (*other).next;
        }
    }
    false
}

/// The first byte of an array, and the one after its last.
#[inline(always)]
pub(crate) fn extent(data: *mut u8, len: i64, stride: i64, size: i64) -> (usize, usize) {
    let start = data as usize;
    let last = start.wrapping_add((len - 1).max(0).wrapping_mul(stride) as usize);
    let size = if len > 0 { size as usize } else { 0 };
    (start.min(last), start.max(last).wrapping_add(size))
}

#[inline]
fn overlaps(other: &Active, low: usize, high: usize, exclusive: bool) -> bool {
    (exclusive || other.state & EXCLUSIVE != 0) && low < other.high && other.low < high
}

/// Borrows from any exporter, with every check.
///
/// # Safety
/// The GIL is held, `obj` is live, `out` inactive and stays in place.
#[cold]
pub(crate) unsafe fn borrow(
    obj: *mut PyObject,
    request: &Request<'_>,
    out: *mut Active,
) -> Result<(), Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        let Some(offer) = buffer::ask(obj, request.exclusive)? else {
            type_error(&refusal::of_object(obj, request));
            return Err(Raised);
        };
        accept(obj, request, offer, out)
    }
}

/// Checks an offer and borrows it.
///
/// # Safety
/// As `borrow`; `offer` came from `obj`.
pub(crate) unsafe fn accept(
    obj: *mut PyObject,
    request: &Request<'_>,
    offer: Offer,
    out: *mut Active,
) -> Result<(), Raised> {
    let size = request.elem.size() as i64;
    let stride = if offer.len <= 1 { size } else { offer.stride };
    let memory = refusal::Memory {
        rank: 1,
        is_empty: offer.len == 0,
        strides: &[stride],
        shares: stride.abs() < size,
    };
    // SAFETY: the GIL is held and `obj` is live.
    if let Some((kind, message)) = unsafe { refusal::of_offer(obj, request, &offer, &memory) } {
        set_error(exception_class(kind), &message);
        return Err(Raised);
    }
    let data = if offer.len == 0 { NOWHERE } else { offer.data };
    let plain = Plain {
        data,
        len: offer.len,
        stride,
    };
    let extent = extent(data, offer.len, stride, size);
    // SAFETY: the offer's lock keeps the memory in place, and goes into the borrow.
    unsafe { hold(obj, request, plain, extent, offer.lock, out) }
}

/// Borrows memory of an object that is locked.
///
/// # Safety
/// The GIL is held, `obj` is live, the lock keeps the memory of this extent in place, `out` is inactive and stays in place.
pub(crate) unsafe fn hold(
    obj: *mut PyObject,
    request: &Request<'_>,
    plain: Plain,
    extent: (usize, usize),
    lock: Lock,
    out: *mut Active,
) -> Result<(), Raised> {
    // SAFETY: the caller's promise.
    unsafe {
        if !enlist_extent(out, request, plain, extent) {
            conflict(request, extent);
            return Err(Raised);
        }
        match lock {
            Lock::Reference(reference) => (*out).owner = reference.into_ptr(),
            Lock::Buffer(view) => {
                (*out).buffer = view.into_raw();
                (*out).state |= BUFFER;
                Py_INCREF(obj);
                (*out).owner = obj;
            }
        }
    }
    Ok(())
}

/// The error for a borrow that `enlist` refused.
#[cold]
unsafe fn conflict(request: &Request<'_>, (low, high): (usize, usize)) {
    // The facts are copied under the lock: on free-threaded Python the other borrow may end at any time.
    let found = registry().locked(|registry| {
        let mut other = registry.first.load(Ordering::Relaxed);
        // SAFETY: the list holds active borrows only, and is ours while it is locked.
        unsafe {
            while !other.is_null() && !overlaps(&*other, low, high, request.exclusive) {
                other = (*other).next;
            }
            other.as_ref().map(|other| Conflict {
                spec: other.spec,
                same_call: !other.spec.is_null() && other.frame == request.frame,
                exclusive: other.state & EXCLUSIVE != 0,
            })
        }
    });
    let (kind, message) = refusal::of_conflict(request, found);
    set_error(exception_class(kind), &message);
}

/// Makes `out` own memory that nobody else sees, a fresh copy whose `owner` frees it.
///
/// # Safety
/// `out` is writable and inactive; `owner` keeps `len` elements at `data` alive.
pub(crate) unsafe fn own_copy(out: *mut Active, owner: Owned, data: *mut u8, len: i64, elem: Item) {
    // SAFETY: forwarded from the caller.
    let out = unsafe { &mut *out };
    out.data = data;
    out.len = len;
    out.stride = elem.size() as i64;
    out.elem = elem.code();
    out.state = 0;
    out.owner = owner.into_ptr();
}

/// A second, shared borrow of the memory of an active one.
///
/// # Safety
/// The GIL is held; `source` is active; `out` is inactive and stays in place.
pub(crate) unsafe fn share(source: *const Active, out: *mut Active) -> Result<(), Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        let source = &*source;
        let elem = Item::of(source.elem);
        let request = Request {
            place: Place::Value,
            elem,
            exclusive: false,
            frame: 0,
        };
        let plain = Plain {
            data: source.data,
            len: source.len,
            stride: source.stride,
        };
        let extent = (source.low, source.high);
        if source.state & BUFFER != 0 {
            // A buffer keeps the memory that it describes, which need not be that of the first one.
            let Some(offer) = buffer::ask(source.owner, false)? else {
                type_error(&refusal::of_object(source.owner, &request));
                return Err(Raised);
            };
            if offer.data != source.data && source.low != source.high {
                let exporter = crate::python::type_name(source.owner);
                crate::python::value_error(&format!(
                    "{exporter} offers other memory each time it is asked, so it cannot be kept; numpy.array() of it can"
                ));
                return Err(Raised);
            }
            return hold(source.owner, &request, plain, extent, offer.lock, out);
        }
        if !enlist_extent(out, &request, plain, extent) {
            conflict(&request, extent);
            return Err(Raised);
        }
        Py_INCREF(source.owner);
        (*out).owner = source.owner;
    }
    Ok(())
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `borrow` is a `Borrow` that is zeroed or was filled by this runtime.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_release(borrow: *mut Borrow) {
    // SAFETY: forwarded from the caller.
    unsafe { release(borrow.cast()) };
    drops::drain();
}

/// Ends a borrow.
///
/// # Safety
/// The GIL is held; `borrow` is inactive or was filled by this file.
#[inline]
pub(crate) unsafe fn release(borrow: *mut Active) {
    // SAFETY: an active borrow owns a reference to its owner; what is listed is in the list once.
    unsafe {
        let active = &mut *borrow;
        let owner = std::mem::replace(&mut active.owner, null_mut());
        if owner.is_null() {
            return;
        }
        if active.state & LISTED != 0 {
            registry().locked(|registry| unlink(active, registry));
        }
        if active.state & BUFFER != 0 || Py_REFCNT(owner) == 1 {
            release_slow(active, owner);
        } else {
            Py_DECREF(owner);
        }
    }
}

#[inline]
unsafe fn unlink(active: &mut Active, registry: &Registry) {
    if active.state & EXCLUSIVE != 0 {
        let exclusive = registry.exclusive.load(Ordering::Relaxed);
        registry.exclusive.store(exclusive - 1, Ordering::Relaxed);
    }
    // SAFETY: the neighbours of a listed borrow are listed; the list is locked.
    unsafe {
        if active.previous.is_null() {
            registry.first.store(active.next, Ordering::Relaxed);
        } else {
            (*active.previous).next = active.next;
        }
        if !active.next.is_null() {
            (*active.next).previous = active.previous;
        }
    }
}

/// Gives back what may run Python code: a buffer, or the last reference.
#[cold]
unsafe fn release_slow(active: &mut Active, owner: *mut PyObject) {
    // SAFETY: the GIL is held; the buffer is held exactly when `state` says so; the reference is owned.
    unsafe {
        let _aside = Aside::put();
        if active.state & BUFFER != 0 {
            active.state = 0;
            PyBuffer_Release(&mut active.buffer);
        }
        Py_DECREF(owner);
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `borrow` is active.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_borrow_to_py(borrow: *mut Borrow) -> *mut PyObject {
    // SAFETY: an active borrow has an owner.
    unsafe {
        let active: *mut Active = borrow.cast();
        guard(null_mut(), || {
            crate::handover::object_of_memory((*active).owner)
        })
    }
}
