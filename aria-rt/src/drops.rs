//! References that were dropped without the GIL wait here: a lock-free list, drained whenever this runtime next takes
//! the GIL, and by CPython's pending calls should that never happen.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use aria_abi::layout::Borrow;
use pyo3_ffi::*;

use crate::python::Aside;

/// What waits to be dropped.
pub(crate) enum Dropped {
    /// One reference.
    Object(*mut PyObject),
    /// A heap-allocated borrow.
    Borrow(*mut Borrow),
}

struct Node {
    dropped: Dropped,
    next: *mut Node,
}

static HEAD: AtomicPtr<Node> = AtomicPtr::new(null_mut());

/// Queues a drop. Any thread, GIL held or not.
#[cold]
pub(crate) fn defer(dropped: Dropped) {
    // Without Python there is nothing of Python's to drop, and the rest, which calls it, is left out.
    if cfg!(feature = "program") {
        return;
    }
    let node = Box::into_raw(Box::new(Node {
        dropped,
        next: null_mut(),
    }));
    let mut head = HEAD.load(Ordering::Relaxed);
    loop {
        // SAFETY: the node is still ours alone.
        unsafe { (*node).next = head };
        match HEAD.compare_exchange_weak(head, node, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => break,
            Err(now) => head = now,
        }
    }
    if head.is_null() {
        // SAFETY: needs neither GIL nor thread state. When its queue is full the next drain does the work.
        unsafe { Py_AddPendingCall(Some(drain_later), null_mut()) };
    }
}

extern "C" fn drain_later(_: *mut c_void) -> c_int {
    drain();
    0
}

/// Drops what waits. The GIL is held.
#[inline]
pub(crate) fn drain() {
    if !HEAD.load(Ordering::Relaxed).is_null() {
        drain_all();
    }
}

#[cold]
fn drain_all() {
    // SAFETY: the GIL is held, by the contract of `drain`.
    let _aside = unsafe { Aside::put() };
    let mut node = HEAD.swap(null_mut(), Ordering::Acquire);
    while !node.is_null() {
        // SAFETY: `defer` made each node with Box and put it on the list once; the swap made the list ours.
        let Node { dropped, next } = *unsafe { Box::from_raw(node) };
        match dropped {
            // SAFETY: the list owns the reference and the GIL is held.
            Dropped::Object(object) => unsafe { Py_DECREF(object) },
            // SAFETY: the list owns the borrow and the GIL is held.
            Dropped::Borrow(borrow) => unsafe { crate::pyarray::free(borrow) },
        }
        node = next;
    }
}
