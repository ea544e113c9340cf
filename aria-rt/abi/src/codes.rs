//! Small numbers that cross the boundary between emitted code and the runtime.

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $value:literal,)* }) => {
        $(#[$doc])*
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant = $value,)* }

        impl $name {
            /// All values, in order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The value with this number, if there is one.
            #[must_use]
            pub const fn from_code(code: u32) -> Option<$name> {
                match code { $($value => Some($name::$variant),)* _ => None }
            }
        }
    };
}

/// Work below this many nanoseconds is done with the GIL held: a release and a retake cost about 30 ns alone, and up to
/// CPython's switch interval when another thread takes the chance, so 10 µs keeps the overhead below a percent.
pub const WORTH_A_SWITCH_NS: i64 = 10_000;

codes! {
    /// What one element of an array, or one scalar that crosses the boundary, is.
    Elem {
        /// `Float`: IEEE 754 binary64.
        F64 = 0,
        /// `Float32`: IEEE 754 binary32.
        F32 = 1,
        /// `Int`: 64-bit signed.
        I64 = 2,
        /// `Int32`.
        I32 = 3,
        /// `Int16`.
        I16 = 4,
        /// `Int8`.
        I8 = 5,
        /// `UInt64`.
        U64 = 6,
        /// `UInt32`.
        U32 = 7,
        /// `UInt16`.
        U16 = 8,
        /// `UInt8`.
        U8 = 9,
        /// `Bool`: one byte that is 0 or 1.
        Bool = 10,
        /// `Complex`: two binary64 values.
        C128 = 11,
    }
}

codes! {
    /// What a part of a text is, in [`TextPart`](crate::layout::TextPart).
    TextKind {
        /// A `Str*`.
        String = 0,
        /// A signed integer.
        Signed = 1,
        /// An unsigned integer.
        Unsigned = 2,
        /// The bits of a binary64 number.
        Float = 3,
        /// The bits of a binary32 number, zeros above them.
        Float32 = 4,
        /// 0: `false`; anything else: `true`.
        Bool = 5,
    }
}

codes! {
    /// How a parameter or result crosses the Python boundary. Elements are given apart, by [`Elem`].
    Kind {
        /// A number or `Bool`: see the element code.
        Scalar = 0,
        /// `String`.
        String = 1,
        /// `Unit`, `None` in Python.
        Unit = 2,
        /// `PythonObject`.
        Object = 3,
        /// `PyArrayView[T]`.
        View = 4,
        /// `PythonArray[T]`.
        PythonArray = 5,
        /// `Array[T]`.
        Array = 6,
        /// A tuple.
        Tuple = 7,
        /// `Option[T]`, of what a [`crate::layout::ValueSpec`] describes.
        Option = 8,
        /// `List[T]`, of the same.
        List = 9,
        /// `Map[K, V]`.
        Map = 10,
        /// `Set[T]`.
        Set = 11,
        /// A `struct`, `data` or `enum` of the program.
        Record = 12,
        /// `Complex`.
        Complex = 13,
        /// `Bytes`.
        Bytes = 14,
    }
}

codes! {
    /// The class of an error that Aria code or the runtime raises: a Python exception class of the same name.
    ErrorKind {
        /// A Python exception that came back from a call into Python.
        Python = 0,
        /// A failed `requires`, two different lengths, a value out of range.
        ValueError = 1,
        /// A wrong type at the boundary.
        TypeError = 2,
        /// An index out of range.
        IndexError = 3,
        /// An integer result that does not fit.
        OverflowError = 4,
        /// `//` or `%` by zero.
        ZeroDivisionError = 5,
        /// Out of memory.
        MemoryError = 6,
        /// Recursion too deep.
        RecursionError = 7,
        /// `raise RuntimeError(…)`.
        RuntimeError = 8,
        /// A missing key.
        KeyError = 9,
        /// A failed `assert`.
        AssertionError = 10,
        /// `raise ArithmeticError(…)`.
        ArithmeticError = 11,
        /// `raise NotImplementedError(…)`.
        NotImplementedError = 12,
        /// A second exclusive borrow of memory that a running Aria function holds; subclass of `RuntimeError`.
        BorrowError = 13,
        /// A buffer that its exporter refuses to give.
        BufferError = 14,
        /// `raise StopIteration(…)`.
        StopIteration = 15,
        /// `raise OSError(…)`.
        OSError = 16,
        /// `raise AttributeError(…)`.
        AttributeError = 17,
        /// `raise Exception(…)`.
        Exception = 18,
        /// `exit(status)`: the message is the status.
        SystemExit = 19,
        /// `raise LookupError(…)`: what `IndexError` and `KeyError` are.
        LookupError = 20,
        /// There is no such file; an `OSError`.
        FileNotFoundError = 21,
        /// The system does not allow it; an `OSError`.
        PermissionError = 22,
    }
}

codes! {
    /// Operators on Python objects.
    PyOp {
        /// `a + b`
        Add = 0,
        /// `a - b`
        Sub = 1,
        /// `a * b`
        Mul = 2,
        /// `a / b`
        Div = 3,
        /// `a // b`
        FloorDiv = 4,
        /// `a % b`
        Mod = 5,
        /// `a ** b`
        Pow = 6,
        /// `a @ b`
        MatMul = 7,
        /// `a < b`; comparisons follow in CPython's order, `Py_LT` to `Py_GE`.
        Lt = 8,
        /// `a <= b`
        Le = 9,
        /// `a == b`
        Eq = 10,
        /// `a != b`
        Ne = 11,
        /// `a > b`
        Gt = 12,
        /// `a >= b`
        Ge = 13,
        /// `-a`; `b` is null.
        Neg = 14,
        /// `a in b`
        In = 15,
    }
}

/// The first code of an element that is a record of the extension's own, [`crate::layout::ItemSpec`]: the first of
/// [`crate::layout::ModuleSpec::records`].
pub const FIRST_RECORD: u32 = 16;

impl Elem {
    /// Bytes of one element.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Elem::C128 => 16,
            Elem::F64 | Elem::I64 | Elem::U64 => 8,
            Elem::F32 | Elem::I32 | Elem::U32 => 4,
            Elem::I16 | Elem::U16 => 2,
            Elem::I8 | Elem::U8 | Elem::Bool => 1,
        }
    }

    /// The element type's names in Aria and in NumPy.
    #[must_use]
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Elem::F64 => ("Float", "float64"),
            Elem::F32 => ("Float32", "float32"),
            Elem::I64 => ("Int", "int64"),
            Elem::I32 => ("Int32", "int32"),
            Elem::I16 => ("Int16", "int16"),
            Elem::I8 => ("Int8", "int8"),
            Elem::U64 => ("UInt64", "uint64"),
            Elem::U32 => ("UInt32", "uint32"),
            Elem::U16 => ("UInt16", "uint16"),
            Elem::U8 => ("UInt8", "uint8"),
            Elem::Bool => ("Bool", "bool"),
            Elem::C128 => ("Complex", "complex128"),
        }
    }
}
