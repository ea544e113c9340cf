//! Types.

use crate::hir::{ItemId, ParamMode};
use aria_abi::codes::Elem;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A type. Cheap to clone: nothing deeper than a few boxes occurs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// `()`, also what a statement has.
    Unit,
    /// `Bool`.
    Bool,
    /// `Int`, 64-bit signed and checked.
    Int,
    /// `Int8`, `UInt64` and the like: checked as `Int` is.
    Sized(IntKind),
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
    /// `List[T]`: growable, of anything but views.
    List(Box<Ty>),
    /// A declared type with its arguments: a `struct`, `data` or `enum`; `Option` and `Result` too.
    Adt(Adt),
    /// `T` in the body of what is generic over it. MIR has none: its functions are instances.
    Param(Param),
    /// `Fn(A, mut B) -> C`.
    Fn(Arc<FnTy>),
    /// `Error`: an error that was caught, a Python exception perhaps. An owned pointer to an object of the runtime, which
    /// several owners share.
    Exception,
    /// `Array[T]` of rank 1.
    Array(Box<Ty>),
    /// `ArrayView[T]` of rank 1: a slice, or anything that a function is lent to read its elements. MIR has none: there it
    /// is a `PyArrayView`, of which it differs in that Python gives none.
    ArrayView(Box<Ty>),
    /// `PyArrayView[T]` of rank 1.
    PyArrayView(Box<Ty>),
    /// `PythonArray[T]` of rank 1.
    PythonArray(Box<Ty>),
    /// An array, view or handle of more than one dimension.
    Nd(Box<NdTy>),
    /// `PythonObject`: any Python object, also the `py` of `Python.with_gil |py|`.
    PythonObject,
    /// An expression that does not come back: `return`, `raise`, `break`.
    Never,
    /// Wrong, and reported; agrees with everything.
    Error,
}

/// The type of arrays of more than one dimension.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NdTy {
    /// What it would be with one dimension: an `Array`, `ArrayView` or `PyArrayView` of the elements.
    pub kind: Ty,
    /// The number of dimensions: 2 to [`NdTy::MOST`].
    pub rank: u8,
}

impl NdTy {
    /// No array has more dimensions.
    pub const MOST: u8 = 8;
}

/// The widths of integers beside `Int`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "named by their widths")]
pub enum IntKind {
    I8,
    I16,
    I32,
    U8,
    U16,
    U32,
    U64,
}

impl IntKind {
    /// All of them.
    pub const ALL: [IntKind; 7] = [
        IntKind::I8,
        IntKind::I16,
        IntKind::I32,
        IntKind::U8,
        IntKind::U16,
        IntKind::U32,
        IntKind::U64,
    ];

    /// The name in Aria.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IntKind::I8 => "Int8",
            IntKind::I16 => "Int16",
            IntKind::I32 => "Int32",
            IntKind::U8 => "UInt8",
            IntKind::U16 => "UInt16",
            IntKind::U32 => "UInt32",
            IntKind::U64 => "UInt64",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<IntKind> {
        IntKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Bits of a value.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            IntKind::I8 | IntKind::U8 => 8,
            IntKind::I16 | IntKind::U16 => 16,
            IntKind::I32 | IntKind::U32 => 32,
            IntKind::U64 => 64,
        }
    }

    /// Whether it has negative values.
    #[must_use]
    pub fn is_signed(self) -> bool {
        matches!(self, IntKind::I8 | IntKind::I16 | IntKind::I32)
    }

    /// The least and the greatest value.
    #[must_use]
    pub fn range(self) -> (i128, i128) {
        match self.is_signed() {
            true => (-(1 << (self.bits() - 1)), (1 << (self.bits() - 1)) - 1),
            false => (0, (1 << self.bits()) - 1),
        }
    }
}

/// A declared type with its arguments. Equal when the declaration and the arguments are: what is said of its
/// representation follows from them.
#[derive(Clone, Debug)]
pub struct Adt {
    /// Its declaration.
    pub item: ItemId,
    /// The declaration's name.
    pub name: Arc<str>,
    /// The arguments for its type parameters.
    pub args: Arc<[Ty]>,
    /// How its values are kept. Right in MIR; the type checker does not ask, and has `Owned` everywhere.
    pub repr: Repr,
    /// What it is if arrays can hold it: a `data` of numbers, `Bool`, and others of the kind.
    pub record: Option<RecordKind>,
}

/// Which `data` it is that arrays can hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordKind {
    /// The prelude's `Complex`: a number to Python and NumPy.
    Complex,
    /// Any other.
    Fields,
}

/// How the values of a declared type are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repr {
    /// By value, and nothing in it must be dropped.
    Plain,
    /// By value, with something in it that must be dropped.
    Owned,
    /// At an address of its own on the heap, since it may contain values of its own type.
    Boxed,
}

impl PartialEq for Adt {
    fn eq(&self, other: &Adt) -> bool {
        self.item == other.item && self.args == other.args
    }
}

impl Eq for Adt {}

impl Hash for Adt {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.item.hash(state);
        self.args.hash(state);
    }
}

/// A type parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its place among the parameters that are in scope: those of the type, `impl` or trait around a function come
    /// before the function's own; in a trait, `Self` is the first of all.
    pub index: u32,
    /// Its name.
    pub name: Arc<str>,
    /// What the language knows of the types that it stands for.
    pub class: ParamClass,
}

/// Which types of the language a type parameter stands for, by the traits of the prelude that only the language gives to
/// types.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ParamClass {
    /// Any.
    #[default]
    Any,
    /// What an array can hold.
    Element,
    /// Numbers: operators and the methods of all numbers work on its values, element by element on arrays of them.
    Number,
    /// `Float` and `Float32`: division and the mathematical functions work too.
    Real,
}

impl PartialEq for Param {
    fn eq(&self, other: &Param) -> bool {
        self.index == other.index
    }
}

impl Eq for Param {}

impl Hash for Param {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

/// The type of a function value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FnTy {
    /// Its parameters.
    pub params: Vec<(Ty, ParamMode)>,
    /// Its result.
    pub ret: Ty,
}

impl Ty {
    /// The type with the arguments for its parameters put in.
    #[must_use]
    pub fn subst(&self, args: &[Ty]) -> Ty {
        let all = |items: &[Ty]| items.iter().map(|t| t.subst(args)).collect();
        match self {
            Ty::Param(param) => match args.get(param.index as usize) {
                Some(ty) => ty.clone(),
                None => self.clone(),
            },
            Ty::Tuple(items) => Ty::Tuple(all(items)),
            Ty::List(t) => Ty::List(Box::new(t.subst(args))),
            Ty::Array(t) => Ty::Array(Box::new(t.subst(args))),
            Ty::ArrayView(t) => Ty::ArrayView(Box::new(t.subst(args))),
            Ty::PyArrayView(t) => Ty::PyArrayView(Box::new(t.subst(args))),
            Ty::PythonArray(t) => Ty::PythonArray(Box::new(t.subst(args))),
            Ty::Nd(nd) => nd.kind.subst(args).with_rank(nd.rank),
            Ty::Adt(adt) if !adt.args.is_empty() => Ty::Adt(Adt {
                args: adt.args.iter().map(|t| t.subst(args)).collect(),
                ..adt.clone()
            }),
            Ty::Fn(f) => Ty::Fn(Arc::new(FnTy {
                params: f.params.iter().map(|(t, m)| (t.subst(args), *m)).collect(),
                ret: f.ret.subst(args),
            })),
            _ => self.clone(),
        }
    }

    /// Calls `visit` with the type and all types in it.
    pub fn each(&self, visit: &mut dyn FnMut(&Ty)) {
        visit(self);
        match self {
            Ty::Tuple(items) => items.iter().for_each(|t| t.each(visit)),
            Ty::List(t)
            | Ty::Array(t)
            | Ty::ArrayView(t)
            | Ty::PyArrayView(t)
            | Ty::PythonArray(t) => t.each(visit),
            Ty::Nd(nd) => {
                if let Some(element) = nd.kind.element() {
                    element.each(visit);
                }
            }
            Ty::Adt(adt) => adt.args.iter().for_each(|t| t.each(visit)),
            Ty::Fn(f) => {
                f.params.iter().for_each(|(t, _)| t.each(visit));
                f.ret.each(visit);
            }
            _ => {}
        }
    }

    /// Whether a value has a text: can be interpolated and printed.
    #[must_use]
    pub fn has_text(&self) -> bool {
        !matches!(self, Ty::Unit | Ty::Range | Ty::Never | Ty::Error)
    }

    /// Whether values can be part of a text as they are: strings, numbers, `Bool`.
    #[must_use]
    pub fn is_text_part(&self) -> bool {
        matches!(self, Ty::String | Ty::Bool) || self.is_number()
    }

    /// Whether a type parameter is in it.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        let mut found = false;
        self.each(&mut |ty| found |= matches!(ty, Ty::Param(_)));
        found
    }

    /// An integer of any width, `Float` or `Float32`, or a type parameter that stands for one of them.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.is_integer() || self.is_float() || self.class() >= Some(ParamClass::Number)
    }

    /// Whether arrays can hold it: numbers, `Bool` and `data` of them, or a type parameter that stands for one of them.
    #[must_use]
    pub fn can_be_element(&self) -> bool {
        self.elem().is_some()
            || self.record().is_some()
            || self.class() >= Some(ParamClass::Element)
    }

    /// A `data` that arrays can hold; `Complex` is one.
    #[must_use]
    pub fn record(&self) -> Option<&Adt> {
        match self {
            Ty::Adt(adt) if adt.record.is_some() => Some(adt),
            _ => None,
        }
    }

    /// Whether it is the prelude's `Complex`.
    #[must_use]
    pub fn is_complex(&self) -> bool {
        self.record()
            .is_some_and(|adt| adt.record == Some(RecordKind::Complex))
    }

    /// Of a type parameter, what it stands for.
    #[must_use]
    pub fn class(&self) -> Option<ParamClass> {
        match self {
            Ty::Param(param) => Some(param.class),
            _ => None,
        }
    }

    /// An integer of any width.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(self, Ty::Int | Ty::Sized(_))
    }

    /// `Float` or `Float32`, or a type parameter that stands for one of them.
    #[must_use]
    pub fn is_float(&self) -> bool {
        matches!(self, Ty::Float | Ty::Float32) || self.class() == Some(ParamClass::Real)
    }

    /// Whether it stands for integers and floats alike, so that what differs between them is not known.
    #[must_use]
    pub fn is_any_number(&self) -> bool {
        self.class() == Some(ParamClass::Number)
    }

    /// The element type of an array, view or handle, whatever its dimensions.
    #[must_use]
    pub fn element(&self) -> Option<&Ty> {
        match self {
            Ty::Array(t) | Ty::ArrayView(t) | Ty::PyArrayView(t) | Ty::PythonArray(t) => Some(t),
            Ty::Nd(nd) => nd.kind.element(),
            _ => None,
        }
    }

    /// The number of dimensions of an array, view or handle; 0 of anything else.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Ty::Nd(nd) => nd.rank,
            ty => u8::from(ty.is_array_like()),
        }
    }

    /// Of an array, view or handle of one dimension: the same with this many.
    #[must_use]
    pub fn with_rank(self, rank: u8) -> Ty {
        match rank {
            0 | 1 => self,
            _ => Ty::Nd(Box::new(NdTy { kind: self, rank })),
        }
    }

    /// The owned array of these elements with this many dimensions, at least one.
    #[must_use]
    pub fn array(element: Ty, rank: u8) -> Ty {
        Ty::Array(Box::new(element)).with_rank(rank)
    }

    /// What it is with one dimension, of an array, view or handle of any.
    #[must_use]
    pub fn kind(&self) -> &Ty {
        match self {
            Ty::Nd(nd) => &nd.kind,
            ty => ty,
        }
    }

    /// Whether it is an array, view or handle: what elementwise operators and array methods take.
    #[must_use]
    pub fn is_array_like(&self) -> bool {
        self.element().is_some()
    }

    /// Whether it is a view: elements that somebody else owns.
    #[must_use]
    pub fn is_view(&self) -> bool {
        matches!(self.kind(), Ty::ArrayView(_) | Ty::PyArrayView(_))
    }

    /// Whether a value of this type borrows memory that somebody else owns: a view, or a tuple with one in it.
    #[must_use]
    pub fn holds_view(&self) -> bool {
        match self {
            ty if ty.is_view() => true,
            Ty::Tuple(items) => items.iter().any(Ty::holds_view),
            _ => false,
        }
    }

    /// Whether a value must be dropped: it owns memory or a reference.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        match self {
            Ty::String | Ty::Array(_) | Ty::PythonArray(_) | Ty::PythonObject => true,
            Ty::List(_) | Ty::Fn(_) | Ty::Param(_) | Ty::Exception => true,
            Ty::Adt(adt) => adt.repr != Repr::Plain,
            Ty::Tuple(items) => items.iter().any(Ty::is_owned),
            Ty::Nd(nd) => nd.kind.is_owned(),
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
            Ty::Sized(_) | Ty::Param(_) => false,
            Ty::Nd(nd) => nd.kind.can_come_from_object(),
            ty => ty.is_number() || ty.is_complex(),
        }
    }

    /// Whether a value of this type can become a Python object.
    #[must_use]
    pub fn can_become_object(&self) -> bool {
        match self {
            Ty::Unit | Ty::ArrayView(_) | Ty::PyArrayView(_) => true,
            Ty::Tuple(items) => items.iter().all(Ty::can_become_object),
            Ty::Nd(nd) => nd.kind.can_become_object(),
            ty => ty.can_come_from_object(),
        }
    }

    /// Whether an argument from Python can have this type where only its own memory is at stake: what is made of others,
    /// the builder of MIR tells.
    #[must_use]
    pub fn can_cross(&self) -> bool {
        match self {
            Ty::Tuple(items) => items.iter().all(Ty::can_cross),
            Ty::Unit | Ty::Bool | Ty::String | Ty::PythonObject => true,
            Ty::ArrayView(_) => false,
            Ty::Nd(nd) => nd.kind.can_cross(),
            ty => ty.is_number() || ty.is_array_like(),
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
            Ty::Sized(kind) => match kind {
                IntKind::I8 => Elem::I8,
                IntKind::I16 => Elem::I16,
                IntKind::I32 => Elem::I32,
                IntKind::U8 => Elem::U8,
                IntKind::U16 => Elem::U16,
                IntKind::U32 => Elem::U32,
                IntKind::U64 => Elem::U64,
            },
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
            Ty::Exception => f.write_str("Error"),
            Ty::Sized(kind) => f.write_str(kind.name()),
            Ty::List(t) => write!(f, "List[{t}]"),
            Ty::Param(param) => f.write_str(&param.name),
            Ty::Adt(adt) => {
                f.write_str(&adt.name)?;
                for (i, arg) in adt.args.iter().enumerate() {
                    write!(f, "{}{arg}", if i == 0 { "[" } else { ", " })?;
                }
                f.write_str(if adt.args.is_empty() { "" } else { "]" })
            }
            Ty::Fn(ty) => {
                f.write_str("Fn(")?;
                for (i, (param, mode)) in ty.params.iter().enumerate() {
                    let mode = match mode {
                        ParamMode::Read => "",
                        ParamMode::Mut => "mut ",
                        ParamMode::Own => "own ",
                    };
                    write!(f, "{}{mode}{param}", if i == 0 { "" } else { ", " })?;
                }
                write!(f, ") -> {}", ty.ret)
            }
            Ty::Array(t) => write!(f, "Array[{t}]"),
            Ty::ArrayView(t) => write!(f, "ArrayView[{t}]"),
            Ty::PyArrayView(t) => write!(f, "PyArrayView[{t}]"),
            Ty::PythonArray(t) => write!(f, "PythonArray[{t}]"),
            Ty::Nd(nd) => {
                let one = nd.kind.to_string();
                write!(f, "{}, {}]", one.trim_end_matches(']'), nd.rank)
            }
            Ty::PythonObject => f.write_str("PythonObject"),
            Ty::Never => f.write_str("Never"),
            Ty::Error => f.write_str("_"),
        }
    }
}
