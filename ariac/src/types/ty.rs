//! Types.

use aria_abi::codes::Elem;
use std::fmt;

/// A type. Cheap to clone: nothing deeper than a few boxes occurs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// `()`, also what a statement has.
    Unit,
    /// `Bool`.
    Bool,
    /// `Int`, 64-bit signed and checked.
    Int,
    /// `Float`, binary64.
    Float,
    /// `Float32`, binary32.
    Float32,
    /// `String`.
    String,
    /// `(A, B)`; never empty.
    Tuple(Vec<Ty>),
    /// `lo..hi`: exists only as the iterable of a `for`, an index, or a local.
    Range,
    /// `Array[T]` of rank 1.
    Array(Box<Ty>),
    /// `PyArrayView[T]` of rank 1.
    PyArrayView(Box<Ty>),
    /// `PythonArray[T]` of rank 1.
    PythonArray(Box<Ty>),
    /// `PythonObject`: any Python object, also the `py` of `Python.with_gil |py|`.
    PythonObject,
    /// An expression that does not come back: `return`, `raise`, `break`.
    Never,
    /// Wrong, and reported; agrees with everything.
    Error,
}

impl Ty {
    /// `Int`, `Float` or `Float32`.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Ty::Int | Ty::Float | Ty::Float32)
    }

    /// `Float` or `Float32`.
    #[must_use]
    pub fn is_float(&self) -> bool {
        matches!(self, Ty::Float | Ty::Float32)
    }

    /// The element type of an array, view or handle.
    #[must_use]
    pub fn element(&self) -> Option<&Ty> {
        match self {
            Ty::Array(t) | Ty::PyArrayView(t) | Ty::PythonArray(t) => Some(t),
            _ => None,
        }
    }

    /// Whether it is an array, view or handle: what elementwise operators and array methods take.
    #[must_use]
    pub fn is_array_like(&self) -> bool {
        self.element().is_some()
    }

    /// Whether a value of this type borrows memory that somebody else owns: a view, or a tuple with one in it.
    #[must_use]
    pub fn holds_view(&self) -> bool {
        match self {
            Ty::PyArrayView(_) => true,
            Ty::Tuple(items) => items.iter().any(Ty::holds_view),
            _ => false,
        }
    }

    /// Whether a value must be dropped: it owns memory or a reference.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        match self {
            Ty::String | Ty::Array(_) | Ty::PythonArray(_) | Ty::PythonObject => true,
            Ty::Tuple(items) => items.iter().any(Ty::is_owned),
            _ => false,
        }
    }

    /// Whether it is, or contains, a Python object.
    #[must_use]
    pub fn is_python(&self) -> bool {
        matches!(self, Ty::PythonObject)
    }

    /// Whether a Python object can become a value of this type where the program asks for it.
    #[must_use]
    pub fn can_come_from_object(&self) -> bool {
        match self {
            Ty::Bool | Ty::String | Ty::Array(_) | Ty::PythonArray(_) | Ty::PythonObject => true,
            ty => ty.is_number(),
        }
    }

    /// Whether a value of this type can become a Python object.
    #[must_use]
    pub fn can_become_object(&self) -> bool {
        match self {
            Ty::Unit | Ty::PyArrayView(_) => true,
            Ty::Tuple(items) => items.iter().all(Ty::can_become_object),
            ty => ty.can_come_from_object(),
        }
    }

    /// The type of one operand or element: of an array its elements, of anything else itself.
    #[must_use]
    pub fn scalar(&self) -> &Ty {
        self.element().unwrap_or(self)
    }

    /// The runtime's code for a scalar or array element of this type.
    #[must_use]
    pub fn elem(&self) -> Option<Elem> {
        Some(match self {
            Ty::Float => Elem::F64,
            Ty::Float32 => Elem::F32,
            Ty::Int => Elem::I64,
            Ty::Bool => Elem::Bool,
            _ => return None,
        })
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Unit => f.write_str("Unit"),
            Ty::Bool => f.write_str("Bool"),
            Ty::Int => f.write_str("Int"),
            Ty::Float => f.write_str("Float"),
            Ty::Float32 => f.write_str("Float32"),
            Ty::String => f.write_str("String"),
            Ty::Tuple(items) => {
                f.write_str("(")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str(")")
            }
            Ty::Range => f.write_str("Range"),
            Ty::Array(t) => write!(f, "Array[{t}]"),
            Ty::PyArrayView(t) => write!(f, "PyArrayView[{t}]"),
            Ty::PythonArray(t) => write!(f, "PythonArray[{t}]"),
            Ty::PythonObject => f.write_str("PythonObject"),
            Ty::Never => f.write_str("Never"),
            Ty::Error => f.write_str("_"),
        }
    }
}
