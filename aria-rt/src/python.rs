//! The few things about Python objects that every other file needs: owned references, type names, raising.

use std::ffi::{CStr, c_int};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

use aria_abi::codes::ErrorKind;
use aria_abi::layout::Text;
use pyo3_ffi::*;

/// An owned reference. It may only live while the GIL is held.
pub(crate) struct Owned(NonNull<PyObject>);

impl Owned {
    /// Takes over a new reference; `None` when a call into Python failed with null.
    ///
    /// # Safety
    /// `object` is null or a reference that the caller owns; the GIL is held until the value is dropped.
    #[inline]
    pub(crate) unsafe fn take(object: *mut PyObject) -> Option<Owned> {
        NonNull::new(object).map(Owned)
    }

    /// Adds a reference to a borrowed object.
    ///
    /// # Safety
    /// `object` is null or a live object; the GIL is held until the value is dropped.
    #[inline]
    pub(crate) unsafe fn share(object: *mut PyObject) -> Option<Owned> {
        // SAFETY: the caller passes null or a live object.
        unsafe { Py_XINCREF(object) };
        NonNull::new(object).map(Owned)
    }

    /// The object, borrowed.
    #[inline]
    pub(crate) fn as_ptr(&self) -> *mut PyObject {
        self.0.as_ptr()
    }

    /// Gives the reference away.
    #[inline]
    pub(crate) fn into_ptr(self) -> *mut PyObject {
        let object = self.0.as_ptr();
        std::mem::forget(self);
        object
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the value owns one reference, and the GIL is held while it lives.
        unsafe { Py_DECREF(self.0.as_ptr()) };
    }
}

/// A type of the runtime's own, made on first use.
pub(crate) struct Class(AtomicPtr<PyTypeObject>);

impl Class {
    pub(crate) const fn new() -> Class {
        Class(AtomicPtr::new(null_mut()))
    }

    /// The type, which `make` makes if there is none yet.
    #[inline]
    pub(crate) fn get(
        &self,
        make: impl FnOnce() -> Result<Owned, Raised>,
    ) -> Result<*mut PyTypeObject, Raised> {
        match self.known() {
            class if class.is_null() => self.publish(make()?),
            class => Ok(class),
        }
    }

    /// The type; null when it has not been made.
    #[inline]
    pub(crate) fn known(&self) -> *mut PyTypeObject {
        self.0.load(Ordering::Acquire)
    }

    #[cold]
    fn publish(&self, made: Owned) -> Result<*mut PyTypeObject, Raised> {
        let class = made.as_ptr().cast();
        let before =
            self.0
                .compare_exchange(null_mut(), class, Ordering::AcqRel, Ordering::Acquire);
        match before {
            Ok(_) => Ok(made.into_ptr().cast()),
            // Another thread was faster, which happens on free-threaded CPython only.
            Err(other) => Ok(other),
        }
    }
}

/// A class with these slots, of which only the runtime makes instances, with room for a `T`, which begins with a `PyObject`.
///
/// # Safety
/// The GIL is held, and the slots, which end with 0, have the signatures that CPython documents for them.
#[cold]
pub(crate) unsafe fn new_class<T>(name: &CStr, slots: &mut [PyType_Slot]) -> Result<Owned, Raised> {
    let mut spec = PyType_Spec {
        name: name.as_ptr(),
        basicsize: size_of::<T>() as c_int,
        itemsize: 0,
        flags: (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION) as u32,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the caller's promise.
    unsafe { Owned::take(PyType_FromSpec(&mut spec)) }.ok_or(Raised)
}

/// Says that a Python exception is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raised;

/// The status that an export returns: 0, or 1 with a Python exception set.
#[inline]
pub(crate) fn status(result: Result<(), Raised>) -> i32 {
    i32::from(result.is_err())
}

/// A `Text` as a string slice.
///
/// # Safety
/// `text` points to UTF-8 that outlives the result.
#[inline]
pub(crate) unsafe fn text<'a>(text: Text) -> &'a str {
    if text.data.is_null() || text.len == 0 {
        return "";
    }
    // SAFETY: the caller's promise; the compiler emits only UTF-8.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(text.data, text.len)) }
}

/// Sets a Python exception of class `class`. The GIL is held.
#[cold]
pub(crate) fn set_error(class: *mut PyObject, message: &str) {
    // SAFETY: the GIL is held; a failure leaves another exception set, which is as good.
    unsafe {
        if let Some(value) = new_str(message) {
            PyErr_SetObject(class, value.as_ptr());
        }
    }
}

/// Sets TypeError. The GIL is held.
#[cold]
pub(crate) fn type_error(message: &str) {
    set_error(exception_class(ErrorKind::TypeError), message);
}

/// Sets ValueError. The GIL is held.
#[cold]
pub(crate) fn value_error(message: &str) {
    set_error(exception_class(ErrorKind::ValueError), message);
}

/// A new Python string; `None` with an exception set when memory is out.
///
/// # Safety
/// The GIL is held.
pub(crate) unsafe fn new_str(value: &str) -> Option<Owned> {
    // SAFETY: pointer and length describe `value`; the result is a new reference or null.
    unsafe {
        Owned::take(PyUnicode_FromStringAndSize(
            value.as_ptr().cast(),
            value.len() as Py_ssize_t,
        ))
    }
}

/// The UTF-8 of a Python string, valid as long as the object; `None` with an exception set (lone surrogates).
///
/// # Safety
/// `object` is a `str`, outlives the result, and the GIL is held.
pub(crate) unsafe fn utf8<'a>(object: *mut PyObject) -> Option<&'a str> {
    let mut len: Py_ssize_t = 0;
    // SAFETY: `object` is a str; CPython keeps the UTF-8 form with it.
    unsafe {
        let data = PyUnicode_AsUTF8AndSize(object, &mut len);
        if data.is_null() {
            return None;
        }
        Some(std::str::from_utf8_unchecked(std::slice::from_raw_parts(
            data.cast(),
            len as usize,
        )))
    }
}

/// `str(object)` as Rust text; a replacement text when that fails. No exception is left set.
///
/// # Safety
/// `object` is live and the GIL is held.
pub(crate) unsafe fn display(object: *mut PyObject) -> String {
    // SAFETY: forwarded from the caller.
    unsafe {
        let shown = Owned::take(PyObject_Str(object));
        match shown.as_ref().and_then(|shown| utf8(shown.as_ptr())) {
            Some(shown) => shown.to_owned(),
            None => {
                PyErr_Clear();
                "?".to_owned()
            }
        }
    }
}

/// The name of an object's type, as CPython's messages show it.
///
/// # Safety
/// `object` is live and the GIL is held.
#[cold]
pub(crate) unsafe fn type_name(object: *mut PyObject) -> String {
    // SAFETY: `object` is live, and so is its type.
    unsafe {
        if object == Py_None() {
            return "None".to_owned();
        }
        type_name_of(Py_TYPE(object))
    }
}

#[cfg(not(Py_LIMITED_API))]
unsafe fn type_name_of(class: *mut PyTypeObject) -> String {
    // SAFETY: a live type has a NUL-terminated name.
    unsafe { CStr::from_ptr((*class).tp_name) }
        .to_string_lossy()
        .into_owned()
}

#[cfg(Py_LIMITED_API)]
unsafe fn type_name_of(class: *mut PyTypeObject) -> String {
    // SAFETY: `class` is live and the GIL is held.
    unsafe {
        let name = Owned::take(PyType_GetName(class));
        match name {
            Some(name) => display(name.as_ptr()),
            None => {
                PyErr_Clear();
                "object".to_owned()
            }
        }
    }
}

/// Whether the type of `object` has the attribute `name`, as special methods are looked up.
///
/// # Safety
/// `object` is live and the GIL is held, with no exception set.
pub(crate) unsafe fn type_has(object: *mut PyObject, name: &CStr) -> bool {
    // SAFETY: forwarded from the caller; the lookup's own errors are cleared.
    unsafe {
        let found = Owned::take(PyObject_GetAttrString(
            Py_TYPE(object).cast(),
            name.as_ptr(),
        ));
        if found.is_none() {
            PyErr_Clear();
        }
        found.is_some()
    }
}

/// The exception that is set, put aside while cleaning up; it is set again when the value is dropped.
pub(crate) struct Aside {
    class: *mut PyObject,
    value: *mut PyObject,
    traceback: *mut PyObject,
}

impl Aside {
    /// # Safety
    /// The GIL is held until the value is dropped.
    #[allow(
        deprecated,
        reason = "the one form that every supported CPython and the stable ABI have"
    )]
    pub(crate) unsafe fn put() -> Aside {
        let mut aside = Aside {
            class: std::ptr::null_mut(),
            value: std::ptr::null_mut(),
            traceback: std::ptr::null_mut(),
        };
        // SAFETY: the GIL is held; the three places are writable.
        unsafe { PyErr_Fetch(&mut aside.class, &mut aside.value, &mut aside.traceback) };
        aside
    }
}

impl Drop for Aside {
    #[allow(
        deprecated,
        reason = "the one form that every supported CPython and the stable ABI have"
    )]
    fn drop(&mut self) {
        // SAFETY: the three references came from PyErr_Fetch and are given back; the GIL is held.
        unsafe {
            if !self.class.is_null() || !PyErr_Occurred().is_null() {
                PyErr_Restore(self.class, self.value, self.traceback);
            }
        }
    }
}

/// The Python exception class of an error kind, borrowed.
pub(crate) fn exception_class(kind: ErrorKind) -> *mut PyObject {
    // SAFETY: CPython fills these globals before it loads any extension.
    unsafe {
        match kind {
            ErrorKind::Python | ErrorKind::Exception => PyExc_Exception,
            ErrorKind::ValueError => PyExc_ValueError,
            ErrorKind::TypeError => PyExc_TypeError,
            ErrorKind::IndexError => PyExc_IndexError,
            ErrorKind::OverflowError => PyExc_OverflowError,
            ErrorKind::ZeroDivisionError => PyExc_ZeroDivisionError,
            ErrorKind::MemoryError => PyExc_MemoryError,
            ErrorKind::RecursionError => PyExc_RecursionError,
            ErrorKind::RuntimeError => PyExc_RuntimeError,
            ErrorKind::KeyError => PyExc_KeyError,
            ErrorKind::AssertionError => PyExc_AssertionError,
            ErrorKind::ArithmeticError => PyExc_ArithmeticError,
            ErrorKind::NotImplementedError => PyExc_NotImplementedError,
            ErrorKind::BorrowError => crate::shared::borrow_error(),
            ErrorKind::BufferError => PyExc_BufferError,
            ErrorKind::StopIteration => PyExc_StopIteration,
            ErrorKind::OSError => PyExc_OSError,
            ErrorKind::AttributeError => PyExc_AttributeError,
            ErrorKind::LookupError => PyExc_LookupError,
            ErrorKind::FileNotFoundError => PyExc_FileNotFoundError,
            ErrorKind::PermissionError => PyExc_PermissionError,
            ErrorKind::SystemExit => PyExc_SystemExit,
        }
    }
}
