//! Handing an array to Python. The block becomes a Python object where it lies: its header is an instance of the runtime's
//! type `aria_runtime.Array`, which frees the block when Python drops it. With NumPy that object is the base of an
//! `ndarray`; without, it is the result itself, speaks the buffer protocol, and can be measured, indexed and printed.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3_ffi::*;

use crate::array::{self, Block};
use crate::drops;
use crate::item::Item;
use crate::numpy::Api;
use crate::panics::guard;
use crate::python::{Class, Owned, Raised, new_class, new_str, set_error};
use crate::scalars;

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `data` came from `aria_rt_array_alloc`, holds `len` initialised elements, and is given away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_array_to_py(data: *mut u8, len: i64, elem: i32) -> *mut PyObject {
    drops::drain();
    guard(null_mut(), || {
        // SAFETY: forwarded from the caller.
        unsafe {
            match own(data, len, Item::of(elem as u32)) {
                Ok(owner) => as_ndarray(owner),
                Err(Raised) => {
                    array::free(data);
                    null_mut()
                }
            }
        }
    })
}

/// The Python object that a block of memory is, or of which it is a part: the block's own object becomes an `ndarray`.
///
/// # Safety
/// The GIL is held and `owner` is live.
pub(crate) unsafe fn object_of_memory(owner: *mut PyObject) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let Some(shared) = Owned::share(owner) else {
            return null_mut();
        };
        if Py_TYPE(owner) == CLASS.known() {
            as_ndarray(shared)
        } else {
            shared.into_ptr()
        }
    }
}

/// Turns a block into the Python object that owns it. On failure the block is still the caller's.
///
/// # Safety
/// The GIL is held; `data` came from `array::allocate` and holds `len` elements.
pub(crate) unsafe fn own(data: *mut u8, len: i64, elem: Item) -> Result<Owned, Raised> {
    // SAFETY: the header lies before the elements; PyObject_Init makes it an object with one reference.
    unsafe {
        let class = CLASS.get(|| make_class())?;
        let block = Block::of(data);
        (&raw mut (*block).len).write(len as isize);
        (&raw mut (*block).stride).write(elem.size() as isize);
        (&raw mut (*block).elem).write(elem.code());
        Owned::take(PyObject_Init(block.cast(), class)).ok_or(Raised)
    }
}

/// An `ndarray` over a block's object, or the object itself where there is no NumPy.
unsafe fn as_ndarray(owner: Owned) -> *mut PyObject {
    // SAFETY: `owner` is a block's object, which keeps its elements alive; the GIL is held.
    unsafe {
        let Some(api) = Api::import() else {
            return owner.into_ptr();
        };
        let block: *mut Block = owner.as_ptr().cast();
        let (len, elem) = ((*block).len, Item::of((*block).elem));
        api.wrap(Block::data(block), &[len], elem, owner)
    }
}

/// The type `aria_runtime.Array`.
static CLASS: Class = Class::new();

#[cold]
unsafe fn make_class() -> Result<Owned, Raised> {
    let slot = |slot: c_int, pfunc: *mut c_void| PyType_Slot { slot, pfunc };
    let mut slots = [
        slot(Py_tp_dealloc, dealloc as *mut c_void),
        slot(Py_tp_repr, repr as *mut c_void),
        slot(Py_sq_length, length as *mut c_void),
        slot(Py_mp_length, length as *mut c_void),
        slot(Py_sq_item, item as *mut c_void),
        slot(Py_mp_subscript, subscript as *mut c_void),
        slot(Py_bf_getbuffer, get_buffer as *mut c_void),
        slot(
            Py_tp_doc,
            c"An array that Aria computed. It speaks the buffer protocol: memoryview(a), numpy.asarray(a).".as_ptr().cast_mut().cast(),
        ),
        slot(0, null_mut()),
    ];
    // SAFETY: the slots are those functions; the GIL is held.
    unsafe { new_class::<Block>(c"aria_runtime.Array", &mut slots) }
}

unsafe extern "C" fn dealloc(object: *mut PyObject) {
    // SAFETY: CPython calls this once, when the last reference is gone; an instance of a heap type owns one to its type.
    unsafe {
        let class = Py_TYPE(object);
        array::free(Block::data(object.cast()));
        Py_DECREF(class.cast());
    }
}

unsafe extern "C" fn length(object: *mut PyObject) -> Py_ssize_t {
    // SAFETY: CPython passes an instance.
    unsafe { (*object.cast::<Block>()).len }
}

unsafe extern "C" fn item(object: *mut PyObject, index: Py_ssize_t) -> *mut PyObject {
    // SAFETY: CPython passes an instance and holds the GIL; the index is checked.
    unsafe {
        let block: *mut Block = object.cast();
        if index < 0 || index >= (*block).len {
            PyErr_SetString(PyExc_IndexError, c"array index out of range".as_ptr());
            return null_mut();
        }
        scalars::item_to_py(
            Item::of((*block).elem),
            Block::data(block).offset(index * (*block).stride),
        )
    }
}

unsafe extern "C" fn subscript(object: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
    // SAFETY: CPython passes an instance and an object and holds the GIL.
    unsafe {
        if PyIndex_Check(key) != 0 {
            let mut index = PyNumber_AsSsize_t(key, PyExc_IndexError);
            if index == -1 && !PyErr_Occurred().is_null() {
                return null_mut();
            }
            if index < 0 {
                index += length(object);
            }
            return item(object, index);
        }
        match Owned::take(PyMemoryView_FromObject(object)) {
            Some(view) => PyObject_GetItem(view.as_ptr(), key),
            None => null_mut(),
        }
    }
}

unsafe extern "C" fn repr(object: *mut PyObject) -> *mut PyObject {
    const SHOWN: isize = 1000;
    guard(null_mut(), || {
        // SAFETY: CPython passes an instance and holds the GIL.
        unsafe {
            let block: *mut Block = object.cast();
            let name = Item::of((*block).elem).numpy_name();
            let text = if (*block).len > SHOWN {
                format!("<aria_runtime.Array of {} {name}>", (*block).len)
            } else {
                match Owned::take(PySequence_List(object)) {
                    Some(list) => format!(
                        "Array({}, dtype={name})",
                        crate::python::display(list.as_ptr())
                    ),
                    None => return null_mut(),
                }
            };
            new_str(&text).map_or(null_mut(), Owned::into_ptr)
        }
    })
}

unsafe extern "C" fn get_buffer(
    object: *mut PyObject,
    view: *mut Py_buffer,
    flags: c_int,
) -> c_int {
    // SAFETY: CPython passes an instance and a buffer to fill, and holds the GIL. Shape and strides lie in the block,
    // which lives as long as the reference in `obj`.
    unsafe {
        if view.is_null() {
            set_error(PyExc_BufferError, "a view is needed");
            return -1;
        }
        let block: *mut Block = object.cast();
        let wants = |flag: c_int| flags & flag == flag;
        let view = &mut *view;
        Py_INCREF(object);
        view.obj = object;
        view.buf = Block::data(block).cast();
        view.len = (*block).len * (*block).stride;
        view.itemsize = (*block).stride;
        view.readonly = 0;
        view.ndim = 1;
        view.format = null_mut();
        if wants(PyBUF_FORMAT) {
            view.format = Item::of((*block).elem).format().as_ptr().cast_mut();
        }
        view.shape = if wants(PyBUF_ND) {
            &raw mut (*block).len
        } else {
            null_mut()
        };
        view.strides = if wants(PyBUF_STRIDES) {
            &raw mut (*block).stride
        } else {
            null_mut()
        };
        view.suboffsets = null_mut();
        view.internal = null_mut();
        0
    }
}

/// MemoryError.
#[cold]
pub(crate) fn out_of_memory() -> Raised {
    // SAFETY: the GIL is held where arrays are converted.
    unsafe { PyErr_NoMemory() };
    Raised
}
