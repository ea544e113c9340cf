//! Memory that a Python object offers: an `ndarray`'s fields, or what the buffer protocol says, in one description.
//! Nothing is judged here; see `borrow` and `copy`.

use std::ffi::{CStr, c_int};

use pyo3_ffi::*;

use crate::element::{Element, ElementKind};
use crate::item::Item;
use crate::numpy::{self, Api};
use crate::python::{Owned, Raised};

/// A description of offered memory.
pub(crate) struct Offer {
    pub(crate) data: *mut u8,
    pub(crate) ndim: i32,
    /// Of the first dimension; 1 where there is none.
    pub(crate) len: i64,
    /// Of the first dimension, in bytes.
    pub(crate) stride: i64,
    pub(crate) element: Element,
    pub(crate) writable: bool,
    pub(crate) lock: Lock,
}

impl Offer {
    /// The length and the stride along each dimension.
    pub(crate) fn dimensions(&self) -> Vec<(i64, i64)> {
        let ndim = usize::try_from(self.ndim).unwrap_or(0);
        let (shape, strides) = match &self.lock {
            Lock::Reference(array) => {
                // SAFETY: only exact arrays are locked by a reference.
                let array = unsafe { &*array.as_ptr().cast::<numpy::ArrayFields>() };
                (array.dimensions, array.strides)
            }
            Lock::Buffer(view) => (view.0.shape, view.0.strides),
        };
        if shape.is_null() || strides.is_null() {
            return (0..ndim).map(|_| (self.len, self.stride)).collect();
        }
        // SAFETY: shape and strides have `ndim` entries.
        let pair = |axis| unsafe { (*shape.add(axis) as i64, *strides.add(axis) as i64) };
        (0..ndim).map(pair).collect()
    }

    /// Whether it has such elements, byte order aside.
    ///
    /// # Safety
    /// The GIL is held.
    pub(crate) unsafe fn is_of(&self, item: Item) -> bool {
        match (item, &self.lock) {
            (Item::Scalar(elem), _) => self.element.kind == ElementKind::Aria(elem),
            // SAFETY: only exact arrays are locked by a reference, and they have a dtype.
            (Item::Record(record), Lock::Reference(array)) => unsafe {
                let array = &*array.as_ptr().cast::<numpy::ArrayFields>();
                record.is_dtype(array.descr.cast())
            },
            (Item::Record(record), Lock::Buffer(view)) => {
                let itemsize = usize::try_from(view.0.itemsize).unwrap_or(0);
                record.is_format(view.format(), itemsize)
            }
        }
    }

    /// The element type as the exporter calls it, for messages.
    ///
    /// # Safety
    /// The GIL is held.
    pub(crate) unsafe fn element_name(&self) -> String {
        match &self.lock {
            // SAFETY: only exact arrays are locked by a reference.
            Lock::Reference(array) => unsafe { numpy::dtype_name(&*array.as_ptr().cast()) },
            Lock::Buffer(view) => match self.element.name() {
                Some(name) if !self.element.swapped => name.to_owned(),
                _ => format!("format '{}'", view.format().to_string_lossy()),
            },
        }
    }
}

/// What keeps offered memory where it is.
pub(crate) enum Lock {
    /// A reference to the array. NumPy refuses to resize an array that is referenced from elsewhere.
    Reference(Owned),
    /// The buffer, which the exporter keeps until it is released.
    Buffer(Buffer),
}

/// A held `Py_buffer`.
pub(crate) struct Buffer(Py_buffer);

impl Buffer {
    /// The elements' format; bytes when there is none.
    fn format(&self) -> &CStr {
        if self.0.format.is_null() {
            return c"B";
        }
        // SAFETY: a format is NUL-terminated and lives as long as the buffer.
        unsafe { CStr::from_ptr(self.0.format) }
    }

    /// The buffer, to be released by someone else.
    pub(crate) fn into_raw(self) -> Py_buffer {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the buffer is held and released once; the GIL is held while an `Offer` lives.
        unsafe { PyBuffer_Release(&mut self.0) };
    }
}

/// Asks `object` for its memory; `Ok(None)` when it is no exporter.
///
/// # Safety
/// `object` is live and the GIL is held as long as the offer lives.
pub(crate) unsafe fn ask(object: *mut PyObject, writable: bool) -> Result<Option<Offer>, Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        Api::if_imported();
        if let Some(array) = numpy::exact_array(object) {
            let Some(reference) = Owned::share(object) else {
                return Err(Raised);
            };
            let has_dimension = array.nd > 0;
            return Ok(Some(Offer {
                data: array.data,
                ndim: array.nd,
                len: if has_dimension {
                    *array.dimensions as i64
                } else {
                    1
                },
                stride: if has_dimension {
                    *array.strides as i64
                } else {
                    0
                },
                element: numpy::element(array),
                writable: array.flags & numpy::WRITEABLE != 0,
                lock: Lock::Reference(reference),
            }));
        }
        if PyObject_CheckBuffer(object) == 0 {
            return Ok(None);
        }
        ask_buffer(object, writable).map(Some)
    }
}

unsafe fn ask_buffer(object: *mut PyObject, writable: bool) -> Result<Offer, Raised> {
    let mut view = Py_buffer::new();
    let reading = PyBUF_FORMAT | PyBUF_STRIDES;
    // SAFETY: `view` is filled on success only, and then held by `Buffer`.
    let view = unsafe {
        let mut failed = if writable {
            PyObject_GetBuffer(object, &mut view, reading | PyBUF_WRITABLE)
        } else {
            1
        };
        if failed != 0 {
            // A read-only exporter is described all the same, for the sake of the message.
            PyErr_Clear();
            failed = PyObject_GetBuffer(object, &mut view, reading);
        }
        if failed != 0 {
            return Err(Raised);
        }
        Buffer(view)
    };
    let raw = &view.0;
    let itemsize = usize::try_from(raw.itemsize).unwrap_or(0);
    let (len, stride) = if raw.ndim > 0 && !raw.shape.is_null() && !raw.strides.is_null() {
        // SAFETY: shape and strides have `ndim` entries.
        unsafe { (*raw.shape as i64, *raw.strides as i64) }
    } else if raw.ndim == 1 && raw.itemsize > 0 {
        ((raw.len / raw.itemsize) as i64, raw.itemsize as i64)
    } else {
        (1, 0)
    };
    let element = Element::from_format(view.format().to_bytes(), itemsize);
    Ok(Offer {
        data: raw.buf.cast(),
        ndim: raw.ndim as c_int,
        len,
        stride,
        element,
        writable: raw.readonly == 0,
        lock: Lock::Buffer(view),
    })
}
