//! What all Aria extensions in a process share, though each has a runtime of its own linked in: the list of active
//! borrows and the class `BorrowError`. The first one that is imported puts both into the module `aria_runtime`.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use aria_abi::codes::ErrorKind;
use pyo3_ffi::*;

use crate::borrow::Active;
use crate::python::{Owned, Raised, exception_class};

/// The active borrows, newest first. Its layout is part of the contract between extensions, as
/// [`aria_abi::SHARED_VERSION`] counts it.
#[repr(C)]
pub(crate) struct Registry {
    /// Guards the list on free-threaded CPython; elsewhere the GIL does.
    lock: AtomicUsize,
    /// First of the list, or null.
    pub(crate) first: AtomicPtr<Active>,
    /// How many in the list are exclusive: while there is none, readers need not look at each other.
    pub(crate) exclusive: AtomicUsize,
}

static OWN: Registry = Registry {
    lock: AtomicUsize::new(0),
    first: AtomicPtr::new(null_mut()),
    exclusive: AtomicUsize::new(0),
};
static REGISTRY: AtomicPtr<Registry> = AtomicPtr::new((&raw const OWN).cast_mut());
static BORROW_ERROR: AtomicPtr<PyObject> = AtomicPtr::new(null_mut());

const MODULE: &std::ffi::CStr = c"aria_runtime";
/// Changes with `SHARED_VERSION`, so that extensions of different compilers keep apart.
const REGISTRY_NAME: &std::ffi::CStr = c"aria_runtime._borrows_2";
const _: () = assert!(
    aria_abi::SHARED_VERSION == 2,
    "give REGISTRY_NAME the new version"
);

/// The list of active borrows. The caller holds the GIL.
#[inline]
pub(crate) fn registry() -> &'static Registry {
    // SAFETY: the pointer is to `OWN` or to the `OWN` of another extension, and extensions are never unloaded.
    unsafe { &*REGISTRY.load(Ordering::Relaxed) }
}

impl Registry {
    /// Whether a borrow that writes, or one that only reads, could conflict with an active one.
    #[inline]
    pub(crate) fn could_conflict(&self, exclusive: bool) -> bool {
        let nobody = self.first.load(Ordering::Relaxed).is_null();
        !nobody && (exclusive || self.exclusive.load(Ordering::Relaxed) > 0)
    }

    /// Runs `body` with the list to itself.
    #[inline]
    pub(crate) fn locked<R>(&self, body: impl FnOnce(&Registry) -> R) -> R {
        #[cfg(Py_GIL_DISABLED)]
        while self
            .lock
            .compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            std::thread::yield_now();
        }
        let result = body(self);
        #[cfg(Py_GIL_DISABLED)]
        self.lock.store(0, Ordering::Release);
        #[cfg(not(Py_GIL_DISABLED))]
        let _ = &self.lock;
        result
    }
}

/// The class `BorrowError`, borrowed; `RuntimeError` before the first import has made it.
pub(crate) fn borrow_error() -> *mut PyObject {
    let class = BORROW_ERROR.load(Ordering::Acquire);
    if class.is_null() {
        exception_class(ErrorKind::RuntimeError)
    } else {
        class
    }
}

/// Finds or makes what is shared. The GIL is held.
pub(crate) unsafe fn join() -> Result<(), Raised> {
    if !BORROW_ERROR.load(Ordering::Acquire).is_null() {
        return Ok(());
    }
    // SAFETY: the GIL is held; the module is borrowed from sys.modules, where it stays.
    unsafe {
        let module = PyImport_AddModule(MODULE.as_ptr());
        if module.is_null() {
            return Err(Raised);
        }
        let capsule = get_or_set(module, c"_borrows_2", || {
            PyCapsule_New(
                (&raw const OWN).cast_mut().cast(),
                REGISTRY_NAME.as_ptr(),
                None,
            )
        })?;
        let shared = PyCapsule_GetPointer(capsule.as_ptr(), REGISTRY_NAME.as_ptr());
        if shared.is_null() {
            return Err(Raised);
        }
        REGISTRY.store(shared.cast(), Ordering::Release);
        let class = get_or_set(module, c"BorrowError", || {
            PyErr_NewExceptionWithDoc(
                c"aria_runtime.BorrowError".as_ptr(),
                c"Memory that a running Aria function holds was asked for a second time, by one that writes.".as_ptr(),
                PyExc_RuntimeError,
                null_mut(),
            )
        })?;
        BORROW_ERROR.store(class.into_ptr(), Ordering::Release);
    }
    Ok(())
}

/// A module's attribute, which `make` makes when it is missing.
unsafe fn get_or_set(
    module: *mut PyObject,
    name: &std::ffi::CStr,
    make: impl FnOnce() -> *mut PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: the GIL is held and `module` is alive.
    unsafe {
        if let Some(found) = Owned::take(PyObject_GetAttrString(module, name.as_ptr())) {
            return Ok(found);
        }
        PyErr_Clear();
        let made = Owned::take(make()).ok_or(Raised)?;
        if PyObject_SetAttrString(module, name.as_ptr(), made.as_ptr()) != 0 {
            return Err(Raised);
        }
        Ok(made)
    }
}
