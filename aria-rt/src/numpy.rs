//! NumPy without NumPy at build time: its C API is a table of pointers in a capsule, found when an `ndarray` first
//! appears; an array's fields are read where they lie.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use pyo3_ffi::*;

use crate::element::{Element, Facts, numpy_type};
use crate::item::Item;
use crate::python::{Owned, display};

/// `PyArrayObject_fields`: the same in every NumPy since 1.7.
#[repr(C)]
pub(crate) struct ArrayFields {
    head: PyObject,
    pub(crate) data: *mut u8,
    pub(crate) nd: c_int,
    pub(crate) dimensions: *mut isize,
    pub(crate) strides: *mut isize,
    base: *mut PyObject,
    pub(crate) descr: *mut DescrFields,
    pub(crate) flags: c_int,
}

/// The beginning of `PyArray_Descr`, as far as NumPy 1 and 2 agree on it: `flags` and `elsize`, which follow, differ.
#[repr(C)]
pub(crate) struct DescrFields {
    head: PyObject,
    typeobj: *mut PyTypeObject,
    kind: c_char,
    type_: c_char,
    pub(crate) byteorder: u8,
    former_flags: c_char,
    pub(crate) type_num: c_int,
}

impl DescrFields {
    /// `kind` to `type_num` in one.
    #[inline(always)]
    unsafe fn word(this: *const Self) -> u64 {
        // SAFETY: forwarded from the caller; they are eight bytes that begin at a multiple of eight.
        unsafe { (&raw const (*this).kind).cast::<u64>().read() }
    }
}

const _: () = assert!(
    std::mem::offset_of!(DescrFields, kind) % 8 == 0
        && std::mem::offset_of!(DescrFields, type_num)
            == std::mem::offset_of!(DescrFields, kind) + 4
);

/// `NPY_ARRAY_WRITEABLE`.
pub(crate) const WRITEABLE: c_int = 0x0400;
/// `NPY_ARRAY_CARRAY_RO`: C-contiguous, aligned.
const CARRAY_RO: c_int = 0x0001 | 0x0100;
/// `NPY_ARRAY_CARRAY`: that, and writeable.
const CARRAY: c_int = CARRAY_RO | WRITEABLE;

/// The type `numpy.ndarray`, once it has been seen; null before.
static NDARRAY: AtomicPtr<PyTypeObject> = AtomicPtr::new(null_mut());
/// NumPy's table of functions, stored before `NDARRAY`.
static TABLE: AtomicPtr<*const c_void> = AtomicPtr::new(null_mut());

/// The fields of `object` if its type is exactly `numpy.ndarray` and NumPy has been seen before: a load and a compare.
///
/// # Safety
/// `object` is live and the GIL is held while the result is used.
#[inline]
pub(crate) unsafe fn exact_array<'a>(object: *mut PyObject) -> Option<&'a ArrayFields> {
    // SAFETY: `object` is live; an object of exactly this type has these fields.
    unsafe {
        let ndarray = NDARRAY.load(Ordering::Relaxed);
        if Py_TYPE(object) == ndarray {
            Some(&*object.cast())
        } else {
            None
        }
    }
}

/// The fields of an array with one dimension.
pub(crate) struct Vector {
    pub(crate) data: *mut u8,
    pub(crate) len: i64,
    pub(crate) stride: i64,
}

/// An array's memory if it has one dimension, elements of this type in native byte order, and can be written if it must.
///
/// # Safety
/// The array is live and the GIL is held.
#[inline(always)]
pub(crate) unsafe fn vector(array: &ArrayFields, facts: &Facts, written: bool) -> Option<Vector> {
    let foreign = if cfg!(target_endian = "little") {
        b'>'
    } else {
        b'<'
    };
    // SAFETY: an array has a dtype; one with `nd == 1` has one dimension and one stride.
    unsafe {
        let descr = &*array.descr;
        let [own, same] = facts.numpy;
        if array.nd != 1
            || (descr.type_num != own && descr.type_num != same)
            || descr.byteorder == foreign
            || (written && array.flags & WRITEABLE == 0)
        {
            return None;
        }
        Some(Vector {
            data: array.data,
            len: *array.dimensions as i64,
            stride: *array.strides as i64,
        })
    }
}

/// What the most usual array there is looks like: an exact `ndarray` with one dimension, contiguous, not empty, of NumPy's own
/// dtype for an element type.
pub(crate) struct Usual {
    class: *mut PyTypeObject,
    dtype: u64,
    stride: i64,
}

impl Usual {
    /// The usual array of these elements.
    #[inline(always)]
    pub(crate) fn of(facts: &Facts) -> Self {
        Usual {
            class: NDARRAY.load(Ordering::Relaxed),
            dtype: facts.dtype,
            stride: facts.size,
        }
    }

    /// The memory of an object that looks so, and is writeable if it must be. All else is `None`, right or wrong.
    ///
    /// # Safety
    /// `object` is live and the GIL is held.
    #[inline(always)]
    pub(crate) unsafe fn vector(&self, object: *mut PyObject, written: bool) -> Option<Vector> {
        let wanted = if written { CARRAY } else { CARRAY_RO };
        // SAFETY: an object of exactly this type has these fields; an array has a dtype; one with `nd == 1` has one dimension.
        unsafe {
            let array = object.cast::<ArrayFields>();
            if Py_TYPE(object) != self.class
                || (*array).nd != 1
                || (*array).flags & wanted != wanted
                || DescrFields::word((*array).descr) != self.dtype
            {
                return None;
            }
            let len = *(*array).dimensions as i64;
            (len > 0).then_some(Vector {
                data: (*array).data,
                len,
                stride: self.stride,
            })
        }
    }
}

/// The element type of an array.
pub(crate) fn element(array: &ArrayFields) -> Element {
    // SAFETY: a live array has a dtype.
    let descr = unsafe { &*array.descr };
    Element::from_numpy(descr.type_num, descr.byteorder)
}

/// The dtype as NumPy writes it (`float32`, `>f8`, `[('a', '<f8')]`).
///
/// # Safety
/// The GIL is held.
pub(crate) unsafe fn dtype_name(array: &ArrayFields) -> String {
    // SAFETY: a live array has a dtype.
    unsafe { display(array.descr.cast()) }
}

/// NumPy's C API.
#[derive(Clone, Copy)]
pub(crate) struct Api(*const *const c_void);

impl Api {
    /// The API if the process has imported NumPy. No exception is left set.
    ///
    /// # Safety
    /// The GIL is held.
    pub(crate) unsafe fn if_imported() -> Option<Api> {
        let table = TABLE.load(Ordering::Acquire);
        if !table.is_null() {
            return Some(Api(table.cast_const()));
        }
        // SAFETY: the GIL is held; sys.modules is borrowed.
        unsafe {
            let modules = PyImport_GetModuleDict();
            if PyDict_GetItemString(modules, c"numpy".as_ptr()).is_null() {
                return None;
            }
            find_api()
        }
    }

    /// The API; NumPy is imported if it is there. No exception is left set.
    ///
    /// # Safety
    /// The GIL is held.
    pub(crate) unsafe fn import() -> Option<Api> {
        /// A failed search of `sys.path` is slow, and made once.
        static MISSING: AtomicBool = AtomicBool::new(false);
        // SAFETY: the GIL is held.
        unsafe {
            let mut api = Api::if_imported();
            if api.is_none() && !MISSING.load(Ordering::Relaxed) {
                api = find_api();
                MISSING.store(api.is_none(), Ordering::Relaxed);
            }
            api
        }
    }

    /// A new `numpy.ufunc`; none with an exception set.
    ///
    /// # Safety
    /// The GIL is held; there is a loop and its data for each row of `types`; the texts are NUL-terminated or null.
    #[cfg(not(feature = "program"))]
    pub(crate) unsafe fn ufunc(
        self,
        loops: &'static [unsafe extern "C" fn(
            *mut *mut c_char,
            *const isize,
            *const isize,
            *mut c_void,
        )],
        data: &'static [*mut c_void],
        types: &'static [c_char],
        [n_in, n_out]: [c_int; 2],
        name: *const c_char,
        doc: *const c_char,
    ) -> Option<Owned> {
        type FromLoops = unsafe extern "C" fn(
            *const c_void,
            *const *mut c_void,
            *const c_char,
            c_int,
            c_int,
            c_int,
            c_int,
            *const c_char,
            *const c_char,
            c_int,
        ) -> *mut PyObject;
        /// `PyUFunc_None`: there is no element that leaves others as they are.
        const NO_IDENTITY: c_int = -1;
        // SAFETY: entry 1 of the ufuncs' table has been this function since NumPy 1.7, with this signature.
        unsafe {
            let table = table_of(c"_UFUNC_API")?;
            let from_loops: FromLoops = std::mem::transmute(*table.add(1));
            Owned::take(from_loops(
                loops.as_ptr().cast(),
                data.as_ptr(),
                types.as_ptr(),
                loops.len() as c_int,
                n_in,
                n_out,
                NO_IDENTITY,
                name,
                doc,
                0,
            ))
        }
    }

    /// A new array of this shape over memory that `owner` keeps alive; steals `owner`. Null with an exception set.
    ///
    /// # Safety
    /// `data` holds as many elements as the shape has of this type as long as `owner` lives; the GIL is held.
    pub(crate) unsafe fn wrap(
        self,
        data: *mut u8,
        shape: &[isize],
        item: Item,
        owner: Owned,
    ) -> *mut PyObject {
        type New = unsafe extern "C" fn(
            *mut PyTypeObject,
            c_int,
            *const isize,
            c_int,
            *const isize,
            *mut c_void,
            c_int,
            c_int,
            *mut PyObject,
        ) -> *mut PyObject;
        type NewFromDescr = unsafe extern "C" fn(
            *mut PyTypeObject,
            *mut PyObject,
            c_int,
            *const isize,
            *const isize,
            *mut c_void,
            c_int,
            *mut PyObject,
        ) -> *mut PyObject;
        type SetBaseObject = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int;
        // SAFETY: entries 93, 94 and 282 of the table have been these functions since NumPy 1.7, with these signatures; the
        // dtype is given away.
        unsafe {
            let set_base: SetBaseObject = std::mem::transmute(*self.0.add(282));
            let (class, rank) = (NDARRAY.load(Ordering::Relaxed), shape.len() as c_int);
            let (shape, no_strides) = (shape.as_ptr(), std::ptr::null());
            let array = match item {
                Item::Scalar(elem) => {
                    let new: New = std::mem::transmute(*self.0.add(93));
                    let number = numpy_type(elem);
                    new(
                        class,
                        rank,
                        shape,
                        number,
                        no_strides,
                        data.cast(),
                        0,
                        CARRAY,
                        null_mut(),
                    )
                }
                Item::Record(record) => {
                    let new: NewFromDescr = std::mem::transmute(*self.0.add(94));
                    let Ok(dtype) = record.dtype() else {
                        return null_mut();
                    };
                    Py_INCREF(dtype);
                    new(
                        class,
                        dtype,
                        rank,
                        shape,
                        no_strides,
                        data.cast(),
                        CARRAY,
                        null_mut(),
                    )
                }
            };
            let Some(array) = Owned::take(array) else {
                return null_mut();
            };
            if set_base(array.as_ptr(), owner.into_ptr()) != 0 {
                return null_mut();
            }
            array.into_ptr()
        }
    }
}

/// One of NumPy's tables of functions, by the name of its capsule. No exception is left set.
unsafe fn table_of(name: &CStr) -> Option<*const *const c_void> {
    // SAFETY: the GIL is held; each object is checked; what fails is cleared.
    unsafe {
        let mut module = Owned::take(PyImport_ImportModule(
            c"numpy._core._multiarray_umath".as_ptr(),
        ));
        if module.is_none() {
            PyErr_Clear();
            module = Owned::take(PyImport_ImportModule(
                c"numpy.core._multiarray_umath".as_ptr(),
            ));
        }
        let table = module
            .and_then(|module| Owned::take(PyObject_GetAttrString(module.as_ptr(), name.as_ptr())))
            .map_or(null_mut(), |capsule| {
                PyCapsule_GetPointer(capsule.as_ptr(), std::ptr::null())
            });
        if table.is_null() {
            PyErr_Clear();
            return None;
        }
        Some(table.cast::<*const c_void>().cast_const())
    }
}

/// Imports NumPy's C module and reads the capsule. The GIL is held.
#[cold]
unsafe fn find_api() -> Option<Api> {
    // SAFETY: the GIL is held; entry 0 of the table says its version.
    unsafe {
        let table = table_of(c"_ARRAY_API")?;
        let version: unsafe extern "C" fn() -> u32 = std::mem::transmute(*table);
        // Another layout of arrays than that of NumPy 1 and 2: such arrays go through the buffer protocol.
        if !matches!(version() >> 24, 1 | 2) {
            return None;
        }
        TABLE.store(table.cast_mut(), Ordering::Release);
        NDARRAY.store((*table.add(2)).cast_mut().cast(), Ordering::Release);
        Some(Api(table))
    }
}
