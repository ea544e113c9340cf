//! Giving the GIL up, taking it back, and knowing which it is. On free-threaded CPython the same calls detach and
//! attach the thread state.
//!
//! CPython up to 3.13 ends daemon threads at interpreter exit by unwinding through the call that waits for the GIL;
//! pyo3-ffi's forms of those calls hang the thread instead, as CPython 3.14 does.

use std::cell::Cell;

use aria_abi::codes::WORTH_A_SWITCH_NS;
use pyo3_ffi::*;

use crate::drops;

thread_local! {
    /// Whether Aria code gave up the GIL on this thread, or the thread never had it (a worker of the pool). The stable
    /// ABI has no PyGILState_Check, so the runtime keeps its own account.
    static DETACHED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread holds the GIL.
pub(crate) fn is_attached() -> bool {
    // Without Python there is no GIL to hold.
    if cfg!(feature = "program") || DETACHED.get() {
        return false;
    }
    #[cfg(not(Py_LIMITED_API))]
    // SAFETY: may be called on any thread.
    return unsafe { PyGILState_Check() != 0 };
    #[cfg(Py_LIMITED_API)]
    return true;
}

/// Says that this thread, a worker of the pool, starts without the GIL.
pub(crate) fn begin_detached() {
    DETACHED.set(true);
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_gil_release(work: i64) -> *mut PyThreadState {
    if cfg!(feature = "program") || work < WORTH_A_SWITCH_NS {
        return std::ptr::null_mut();
    }
    // SAFETY: the GIL is held.
    unsafe { detach() }
}

/// See the runtime table.
///
/// # Safety
/// `state` came from `aria_rt_gil_release` on this thread, and the GIL is not held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_gil_acquire(state: *mut PyThreadState) {
    // SAFETY: forwarded from the caller.
    unsafe { attach(state) };
    drops::drain();
}

/// See the runtime table.
///
/// # Safety
/// The interpreter is initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_gil_ensure() -> i32 {
    let detached = DETACHED.get();
    // SAFETY: the interpreter is initialised: it has imported this module.
    let state = unsafe { PyGILState_Ensure() };
    DETACHED.set(false);
    drops::drain();
    let held = matches!(state, PyGILState_STATE::PyGILState_LOCKED);
    i32::from(held) | i32::from(detached) << 1
}

/// See the runtime table.
///
/// # Safety
/// `token` came from the matching `aria_rt_gil_ensure` on this thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_gil_unensure(token: i32) {
    DETACHED.set(token & 2 != 0);
    let state = if token & 1 != 0 {
        PyGILState_STATE::PyGILState_LOCKED
    } else {
        PyGILState_STATE::PyGILState_UNLOCKED
    };
    // SAFETY: the caller pairs the calls.
    unsafe { PyGILState_Release(state) };
}

/// Says whether this thread runs without the GIL, or may, because somebody else has released it. What was said before.
#[cfg(not(feature = "program"))]
pub(crate) fn set_detached(detached: bool) -> bool {
    DETACHED.replace(detached)
}

/// Gives up the GIL whatever the work.
///
/// # Safety
/// The GIL is held.
pub(crate) unsafe fn detach() -> *mut PyThreadState {
    DETACHED.set(true);
    // SAFETY: the GIL is held.
    unsafe { PyEval_SaveThread() }
}

/// Takes back what `detach` gave up.
///
/// # Safety
/// `state` came from `detach` on this thread, and the GIL is not held.
pub(crate) unsafe fn attach(state: *mut PyThreadState) {
    // SAFETY: forwarded from the caller.
    unsafe { PyEval_RestoreThread(state) };
    DETACHED.set(false);
}
