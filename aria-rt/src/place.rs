//! Who asks for a conversion, in words for its errors.

use std::fmt::{self, Display, Formatter};

use aria_abi::layout::ParamSpec;

use pyo3_ffi::{PyObject, PyObject_Repr};

use crate::item::Item;
use crate::python::{Owned, display, text};

/// The place that wants a value.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A parameter of an exported function.
    Parameter(&'a ParamSpec),
    /// A typed place inside Aria code.
    Value,
    /// An item of a list that one of the others wants.
    Item {
        /// The list's place.
        of: &'a Place<'a>,
        /// Its position there.
        index: isize,
    },
    /// An element of a set.
    Element {
        /// The set's place.
        of: &'a Place<'a>,
    },
    /// A key of a dict.
    Key {
        /// The dict's place.
        of: &'a Place<'a>,
    },
    /// The value of a key of a dict.
    Entry {
        /// The dict's place.
        of: &'a Place<'a>,
        /// The key; live as long as the place.
        key: *mut PyObject,
    },
    /// A field of a record.
    Field {
        /// The record's place.
        of: &'a Place<'a>,
        /// Its name.
        name: &'a str,
    },
}

impl Place<'_> {
    /// How to name the object in a piece of code.
    pub(crate) fn variable(&self) -> &str {
        match self {
            // SAFETY: a parameter's texts are constants of the extension.
            Place::Parameter(spec) => unsafe { text(spec.name) },
            Place::Value => "x",
            Place::Item { of, .. }
            | Place::Element { of }
            | Place::Key { of }
            | Place::Entry { of, .. }
            | Place::Field { of, .. } => of.variable(),
        }
    }

    /// What the place takes.
    pub(crate) fn array_type(&self, item: Item) -> String {
        // SAFETY: the GIL is held where places are told, and what was raised before is told before.
        let numpy = unsafe { item.numpy_name() };
        format!("an array of {} ({numpy})", item.name())
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Place::Parameter(spec) => {
                // SAFETY: a parameter's texts are constants of the extension.
                let (function, name) = unsafe { (text(spec.function), text(spec.name)) };
                write!(f, "{function}() argument '{name}'")
            }
            Place::Value => f.write_str("the Python value"),
            Place::Item { of, index } => write!(f, "{of}: item {index}"),
            Place::Element { of } => write!(f, "{of}: an element"),
            Place::Key { of } => write!(f, "{of}: a key"),
            Place::Entry { of, key } => {
                // SAFETY: the key is live, and the GIL is held where places are told.
                let key = unsafe { Owned::take(PyObject_Repr(*key)) };
                match key {
                    // SAFETY: the GIL is held.
                    Some(text) => unsafe {
                        write!(f, "{of}: the value of {}", display(text.as_ptr()))
                    },
                    None => write!(f, "{of}: a value"),
                }
            }
            Place::Field { of, name } => write!(f, "{of}: field '{name}'"),
        }
    }
}
