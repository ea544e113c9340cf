//! What one element of an array is: a scalar, or a record, a `data` of them that NumPy knows as a structured dtype.

use std::ffi::{CStr, CString};
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use aria_abi::codes::{Elem, FIRST_RECORD};
use aria_abi::layout::{ItemField, ItemSpec, ValueSpec};
use pyo3_ffi::*;

use crate::element::{alignment, format};
use crate::python::{Owned, Raised, display, new_str, text};

/// What one element of an array is.
#[derive(Clone, Copy)]
pub(crate) enum Item {
    /// A number or `Bool`; a `Complex`.
    Scalar(Elem),
    /// A `data` of those.
    Record(&'static Record),
}

/// A `data` that arrays hold.
pub(crate) struct Record {
    spec: &'static ItemSpec,
    code: u32,
    /// As the buffer protocol writes it.
    format: CString,
    /// NumPy's dtype for it, an owned reference; null before it is needed.
    dtype: AtomicPtr<PyObject>,
    /// The last dtype that was found to be equal to it, an owned reference; null before.
    equal: AtomicPtr<PyObject>,
}

// SAFETY: the description is a constant of the extension, and the objects are used with the GIL held.
unsafe impl Sync for Record {}
// SAFETY: as above.
unsafe impl Send for Record {}

/// The records of this extension, in the order of their codes.
static RECORDS: OnceLock<Box<[Record]>> = OnceLock::new();

/// Notes the records of an extension.
pub(crate) fn register(specs: &'static [ItemSpec]) {
    RECORDS.get_or_init(|| {
        let numbered = (FIRST_RECORD..).zip(specs);
        numbered
            .map(|(code, spec)| Record::new(code, spec))
            .collect()
    });
}

impl Item {
    /// What an element code of emitted code means.
    pub(crate) fn of(code: u32) -> Item {
        if let Some(elem) = Elem::from_code(code) {
            return Item::Scalar(elem);
        }
        let records = RECORDS.get().map_or(&[][..], |records| &records[..]);
        let record = code
            .checked_sub(FIRST_RECORD)
            .and_then(|index| records.get(index as usize));
        debug_assert!(record.is_some(), "element code {code}");
        record.map_or(Item::Scalar(Elem::F64), Item::Record)
    }

    /// The code.
    pub(crate) fn code(self) -> u32 {
        match self {
            Item::Scalar(elem) => elem as u32,
            Item::Record(record) => record.code,
        }
    }

    /// Bytes of an element.
    pub(crate) fn size(self) -> usize {
        match self {
            Item::Scalar(elem) => elem.size(),
            Item::Record(record) => record.spec.size as usize,
        }
    }

    /// The boundary on which an element must lie.
    pub(crate) fn alignment(self) -> usize {
        match self {
            Item::Scalar(elem) => alignment(elem),
            Item::Record(record) => record.spec.align as usize,
        }
    }

    /// Its name in Aria.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Item::Scalar(elem) => elem.names().0,
            // SAFETY: the text is a constant of the extension.
            Item::Record(record) => unsafe { text(record.spec.name) },
        }
    }

    /// NumPy's name of its dtype; where there is no NumPy, its format.
    ///
    /// # Safety
    /// The GIL is held, and no exception is set.
    pub(crate) unsafe fn numpy_name(self) -> String {
        match self {
            Item::Scalar(elem) => elem.names().1.to_owned(),
            // SAFETY: forwarded from the caller.
            Item::Record(record) => unsafe {
                match record.dtype() {
                    Ok(dtype) => display(dtype),
                    Err(Raised) => {
                        PyErr_Clear();
                        format!("format '{}'", record.format.to_string_lossy())
                    }
                }
            },
        }
    }

    /// How the buffer protocol writes it.
    pub(crate) fn format(self) -> &'static CStr {
        match self {
            Item::Scalar(elem) => format(elem),
            Item::Record(record) => &record.format,
        }
    }
}

impl Record {
    fn new(code: u32, spec: &'static ItemSpec) -> Record {
        let mut format = Vec::new();
        push_format(spec, &mut format);
        Record {
            spec,
            code,
            // Names of Aria have no NUL.
            format: CString::new(format).unwrap_or_default(),
            dtype: AtomicPtr::new(null_mut()),
            equal: AtomicPtr::new(null_mut()),
        }
    }

    /// What its values are as such; none of a type for which Python has no class.
    pub(crate) fn value(&self) -> Option<&'static ValueSpec> {
        // SAFETY: a constant of the extension, or null.
        unsafe { self.spec.value.as_ref() }
    }

    /// NumPy's dtype for it, borrowed.
    ///
    /// # Safety
    /// The GIL is held.
    pub(crate) unsafe fn dtype(&self) -> Result<*mut PyObject, Raised> {
        let known = self.dtype.load(Ordering::Acquire);
        if !known.is_null() {
            return Ok(known);
        }
        // SAFETY: the GIL is held.
        let made = unsafe { make_dtype(self.spec)? }.into_ptr();
        let before =
            self.dtype
                .compare_exchange(null_mut(), made, Ordering::AcqRel, Ordering::Acquire);
        match before {
            Ok(_) => Ok(made),
            Err(other) => {
                // SAFETY: another thread was faster, and this one's is nobody else's.
                unsafe { Py_DECREF(made) };
                Ok(other)
            }
        }
    }

    /// Whether an array with this dtype has such elements: the same names, types and places.
    ///
    /// # Safety
    /// The GIL is held, and `descr` is live.
    pub(crate) unsafe fn is_dtype(&self, descr: *mut PyObject) -> bool {
        if descr == self.equal.load(Ordering::Acquire) {
            return true;
        }
        // SAFETY: forwarded from the caller; what is stored is an owned reference, and nobody looks behind it.
        unsafe {
            let is_equal = match self.dtype() {
                Ok(own) => PyObject_RichCompareBool(descr, own, Py_EQ),
                Err(Raised) => -1,
            };
            if is_equal < 0 {
                PyErr_Clear();
            }
            if is_equal > 0 {
                Py_INCREF(descr);
                let before = self.equal.swap(descr, Ordering::AcqRel);
                Py_XDECREF(before);
            }
            is_equal > 0
        }
    }

    /// Whether a buffer with this format and item size has such elements.
    pub(crate) fn is_format(&self, format: &CStr, itemsize: usize) -> bool {
        *self.format == *format && itemsize == self.spec.size as usize
    }
}

fn fields(spec: &ItemSpec) -> &'static [ItemField] {
    // SAFETY: the compiler says how many there are; they are constants of the extension.
    unsafe { std::slice::from_raw_parts(spec.fields, spec.n_fields as usize) }
}

/// A field that is a record itself.
fn inner(field: &ItemField) -> Option<&'static ItemSpec> {
    // SAFETY: a constant of the extension, or null.
    unsafe { field.record.as_ref() }
}

fn field_elem(field: &ItemField) -> Elem {
    Elem::from_code(field.elem).unwrap_or(Elem::F64)
}

/// `T{d:x:?:on:xxxi:n:}`: the types and names of the fields, and a letter for each byte that is not used (PEP 3118).
fn push_format(spec: &ItemSpec, to: &mut Vec<u8>) {
    to.extend(b"T{");
    let mut at = 0;
    for field in fields(spec) {
        to.extend(std::iter::repeat_n(b'x', (field.offset - at) as usize));
        at = field.offset;
        match inner(field) {
            Some(record) => {
                push_format(record, to);
                at += record.size;
            }
            None => {
                to.extend(format(field_elem(field)).to_bytes());
                at += field_elem(field).size() as u64;
            }
        }
        to.push(b':');
        // SAFETY: names are NUL-terminated constants of the extension.
        to.extend(unsafe { CStr::from_ptr(field.name.cast()) }.to_bytes());
        to.push(b':');
    }
    to.extend(std::iter::repeat_n(b'x', (spec.size - at) as usize));
    to.push(b'}');
}

/// `numpy.dtype({"names": …, "formats": …, "offsets": …, "itemsize": …}, align=True)`.
unsafe fn make_dtype(spec: &ItemSpec) -> Result<Owned, Raised> {
    // SAFETY: the GIL is held; each object is checked and owned until it is given away.
    unsafe {
        let new_list = || Owned::take(PyList_New(0)).ok_or(Raised);
        let (names, formats, offsets) = (new_list()?, new_list()?, new_list()?);
        let append = |list: &Owned, item: Option<Owned>| {
            let item = item.ok_or(Raised)?;
            match PyList_Append(list.as_ptr(), item.as_ptr()) {
                0 => Ok(()),
                _ => Err(Raised),
            }
        };
        for field in fields(spec) {
            let format = match inner(field) {
                Some(record) => Some(make_dtype(record)?),
                None => new_str(field_elem(field).names().1),
            };
            append(&names, Owned::take(PyUnicode_FromString(field.name.cast())))?;
            append(&formats, format)?;
            append(
                &offsets,
                Owned::take(PyLong_FromUnsignedLongLong(field.offset)),
            )?;
        }
        let layout = Owned::take(PyDict_New()).ok_or(Raised)?;
        let size = Owned::take(PyLong_FromUnsignedLongLong(spec.size)).ok_or(Raised)?;
        let entries = [
            (c"names", names),
            (c"formats", formats),
            (c"offsets", offsets),
            (c"itemsize", size),
        ];
        for (key, value) in &entries {
            if PyDict_SetItemString(layout.as_ptr(), key.as_ptr(), value.as_ptr()) != 0 {
                return Err(Raised);
            }
        }
        let numpy = Owned::take(PyImport_ImportModule(c"numpy".as_ptr())).ok_or(Raised)?;
        let dtype = Owned::take(PyObject_GetAttrString(numpy.as_ptr(), c"dtype".as_ptr()));
        let dtype = dtype.ok_or(Raised)?;
        let args = Owned::take(PyTuple_New(1)).ok_or(Raised)?;
        PyTuple_SetItem(args.as_ptr(), 0, layout.into_ptr());
        let keywords = Owned::take(PyDict_New()).ok_or(Raised)?;
        if PyDict_SetItemString(keywords.as_ptr(), c"align".as_ptr(), Py_True()) != 0 {
            return Err(Raised);
        }
        let made = PyObject_Call(dtype.as_ptr(), args.as_ptr(), keywords.as_ptr());
        Owned::take(made).ok_or(Raised)
    }
}
