//! What the type checker found out, in side tables over the HIR.

use crate::arena::SideTable;
use crate::builtins::Builtin;
use crate::hir::{ExprId, ItemId, ParamMode, PatId, TypeDeclKind};
use crate::resolve::BindingId;
use crate::types::{Adt, Param, ParamClass, Ty};

/// The types of a program.
#[derive(Debug, Default)]
pub struct Types {
    /// The type of each expression, before its [`Coercion`]. A statement has `Unit`.
    pub exprs: SideTable<ExprId, Ty>,
    /// What happens to an expression's value where its surroundings want another type.
    pub coercions: SideTable<ExprId, Coercion>,
    /// The type of each variable.
    pub bindings: SideTable<BindingId, Ty>,
    /// The signature of each function, `extern` ones included.
    pub signatures: SideTable<ItemId, Signature>,
    /// The types for which each generic function with `@export` is a function of the module: what is put in for each of its
    /// [`Signature::generics`], instance by instance.
    pub exports: SideTable<ItemId, Vec<Vec<Ty>>>,
    /// The type of each constant.
    pub consts: SideTable<ItemId, Ty>,
    /// The value of each constant that is an integer and could be computed.
    pub const_ints: SideTable<ItemId, i128>,
    /// For each `Index` that is assigned and whose receiver has a function `set_index` for it: that function. The indices and
    /// the value are its arguments.
    pub setters: SideTable<ExprId, Callee>,
    /// What each `Call` and `MethodCall` calls; what each `Index` calls that is no element of an array, list or tuple (the
    /// indices are the arguments; a range is two, its bounds, the second exclusive; where one is left out, 0 or the length);  also each `Name` of a function that stands alone and so is a call, and
    /// each `Name` of a variant without fields.
    pub callees: SideTable<ExprId, Callee>,
    /// The type of what each pattern is matched with.
    pub pats: SideTable<PatId, Ty>,
    /// What each constructor pattern takes apart; also each `Name` pattern that is a variant, not a variable.
    pub constructors: SideTable<PatId, Constructor>,
    /// The declared types.
    pub adts: SideTable<ItemId, AdtDef>,
    /// The traits.
    pub traits: SideTable<ItemId, TraitDef>,
    /// The `impl`s, and for each declared type what is in its own body.
    pub impls: Vec<ImplDef>,
    /// The declarations that the compiler itself refers to.
    pub known: Known,
    /// The traits of the prelude, by name: `Eq`, `Ord`, `Hash`, `Add`, …
    pub lang_traits: std::collections::HashMap<String, ItemId>,
}

/// Declarations of the prelude that the language's own constructs mean.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// `Option[T]`: variants `Some(T)`, `None`.
    pub option: Option<ItemId>,
    /// `Result[T, E]`: variants `Ok(T)`, `Err(E)`.
    pub result: Option<ItemId>,
    /// `Map[K, V]`.
    pub map: Option<ItemId>,
    /// `Set[T]`.
    pub set: Option<ItemId>,
    /// `StringBuilder`.
    pub string_builder: Option<ItemId>,
    /// `Complex`.
    pub complex: Option<ItemId>,
    /// `Bytes`.
    pub bytes: Option<ItemId>,
}

impl Known {
    /// Whether a type is an `Option`.
    #[must_use]
    pub fn is_option(&self, adt: &Adt) -> bool {
        self.option == Some(adt.item)
    }

    /// Whether a type is a `Result`.
    #[must_use]
    pub fn is_result(&self, adt: &Adt) -> bool {
        self.result == Some(adt.item)
    }
}

/// What a constructor pattern takes apart.
#[derive(Clone, Debug)]
pub struct Constructor {
    /// The variant, by its position.
    pub variant: u32,
    /// The fields that are looked at, by their positions, and the patterns that they must match.
    pub fields: Vec<(usize, PatId)>,
}

/// A declared type.
#[derive(Clone, Debug)]
pub struct AdtDef {
    /// Which of the three declarations.
    pub kind: TypeDeclKind,
    /// Its name.
    pub name: std::sync::Arc<str>,
    /// Its type parameters.
    pub generics: Vec<Generic>,
    /// Its variants; of a struct or data, one.
    pub variants: Vec<VariantDef>,
}

/// A variant; types may have the parameters of the declaration in them.
#[derive(Clone, Debug)]
pub struct VariantDef {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<FieldDef>,
    /// `Red = 1`.
    pub value: Option<i64>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct FieldDef {
    /// Its name; its position, when it has none.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Its default value.
    pub default: Option<ExprId>,
    /// Whether only the type's own functions may use it.
    pub private: bool,
}

/// A type parameter and what it must have.
#[derive(Clone, Debug)]
pub struct Generic {
    /// Its name.
    pub name: std::sync::Arc<str>,
    /// The traits that it must have, those of `where` included.
    pub bounds: Vec<Bound>,
    /// Whether one of the traits is unknown, and reported: then nothing is missing for certain.
    pub is_open: bool,
    /// What follows from the traits for the language.
    pub class: ParamClass,
}

impl Generic {
    /// A parameter of which nothing is known yet.
    #[must_use]
    pub fn any(name: &str) -> Generic {
        Generic {
            name: name.into(),
            bounds: Vec::new(),
            is_open: false,
            class: ParamClass::Any,
        }
    }

    /// The type that is this parameter, at its place among those in scope.
    #[must_use]
    pub fn ty(&self, index: usize) -> Ty {
        Ty::Param(Param {
            index: index as u32,
            name: self.name.clone(),
            class: self.class,
        })
    }
}

/// A trait with its arguments, `Self` not among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The trait.
    pub item: ItemId,
    /// The arguments for its type parameters.
    pub args: Vec<Ty>,
}

/// A trait. In the types of its functions [`Ty::Param`] 0 is `Self`, then come the trait's parameters, then the
/// function's.
#[derive(Clone, Debug)]
pub struct TraitDef {
    /// Its type parameters, `Self` first.
    pub generics: Vec<Generic>,
    /// The traits that come with it.
    pub supers: Vec<Bound>,
    /// Its functions by name.
    pub methods: Vec<(String, ItemId)>,
    /// Its constants by name.
    pub consts: Vec<(String, ItemId)>,
}

/// An `impl`, or the body of a declared type.
#[derive(Clone, Debug)]
pub struct ImplDef {
    /// The `impl`, or the declaration of the type.
    pub item: ItemId,
    /// Its type parameters.
    pub generics: Vec<Generic>,
    /// The trait, if it is of one.
    pub of_trait: Option<Bound>,
    /// The type.
    pub ty: Ty,
    /// Its functions by name.
    pub methods: Vec<(String, ItemId)>,
    /// Its constants by name.
    pub consts: Vec<(String, ItemId)>,
}

/// A function's type.
#[derive(Clone, Debug)]
pub struct Signature {
    /// All type parameters in scope: those of the type, `impl` or trait around it (of a trait, `Self` first), then its own.
    pub generics: Vec<Generic>,
    /// The parameters; of a method, `self` first.
    pub params: Vec<ParamTy>,
    /// The result.
    pub ret: Ty,
}

/// A parameter's type.
#[derive(Clone, Debug)]
pub struct ParamTy {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// How it is passed.
    pub mode: ParamMode,
    /// Whether a caller may leave it out.
    pub has_default: bool,
}

/// A conversion that the compiler inserts.
#[derive(Clone, Debug, PartialEq)]
pub enum Coercion {
    /// `Int` where a `Float` is wanted. (A literal is typed as `Float` at once.)
    IntToFloat,
    /// `Int` where a `Float32` is wanted, in mixed arithmetic.
    IntToFloat32,
    /// `Float32` where a `Float` is wanted, in mixed arithmetic.
    Float32ToFloat,
    /// `Array[Int]` (or a view) where its elements are wanted as `Float`: happens inside the fused loop.
    ElementsTo(Ty),
    /// A `PythonObject` where a typed place wants this type.
    FromObject(Ty),
    /// A `PythonObject` as a condition: its truth, as Python's `bool(x)`.
    Truth,
    /// A value where a `PythonObject` is wanted. A view becomes the object whose memory it shows.
    ToObject,
    /// `PythonArray[T]` or `Array[T]` lent as `PyArrayView[T]`, or the like: same memory, no work.
    Lend(Ty),
}

impl Types {
    /// Whether a Python object can become a value of this type where the program asks for it.
    #[must_use]
    pub fn comes_from_object(&self, ty: &Ty) -> bool {
        self.crosses(ty, &Ty::can_come_from_object)
    }

    /// Whether a value of this type can become a Python object.
    #[must_use]
    pub fn becomes_object(&self, ty: &Ty) -> bool {
        self.crosses(ty, &Ty::can_become_object)
    }

    /// Whether all parts of a type cross.
    fn crosses(&self, ty: &Ty, by_itself: &dyn Fn(&Ty) -> bool) -> bool {
        let known = [self.known.option, self.known.map, self.known.set];
        match ty {
            Ty::Tuple(items) => items.iter().all(|ty| self.crosses(ty, by_itself)),
            Ty::List(element) => self.crosses(element, by_itself),
            Ty::Adt(adt) if known.contains(&Some(adt.item)) => {
                adt.args.iter().all(|ty| self.crosses(ty, by_itself))
            }
            ty => by_itself(ty),
        }
    }
}

/// What a call calls.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A function of the program, `extern` ones included. Arguments are coerced to the parameters' types; for
    /// `extern Python` the conversions to objects and of the result from an object come on top. `args[i]` is the index of the call's argument for parameter `i`; none: its default.
    Fn {
        item: ItemId,
        /// A block after the call is the argument for the last parameter, which has none here.
        args: Vec<Option<usize>>,
        /// What is put in for each of [`Signature::generics`].
        generics: Vec<Ty>,
        /// Whether the call's receiver is the first parameter: then `args[0]` is none.
        receiver: bool,
    },
    /// A function of a trait, of a type that is known only in an instance. `generics` begins with that type, then come the
    /// trait's arguments and the function's own; the rest is as in [`Callee::Fn`].
    TraitFn {
        of_trait: ItemId,
        item: ItemId,
        args: Vec<Option<usize>>,
        generics: Vec<Ty>,
        receiver: bool,
    },
    /// A value is made: `Circle(1.0)`, `Point(x: 0.0, y: 1.0)`, `None`. `args[i]` is the index of the call's argument for
    /// field `i`; none: its default. The expression's type says of what.
    Construct {
        variant: u32,
        args: Vec<Option<usize>>,
    },
    /// `p.with(x: 1.0)`: a copy of the receiver with some fields changed; `args[i]` as in [`Callee::Construct`], none: as it was.
    With { args: Vec<Option<usize>> },
    /// A field of the receiver is read (or, as a target, written).
    Field { index: usize },
    /// A method of the elements of the receiver, an array: it is called for each, and gives an array.
    Each { item: ItemId },
    /// A function's name that stands for the function: a value of type `Fn`.
    Reference { item: ItemId, generics: Vec<Ty> },
    /// A constant of a type, `Point.ORIGIN`, or of a trait for the type, `T.ZERO`: then `item` is the trait's constant,
    /// which an instance finds in the `impl` for `self_ty`.
    Const {
        item: ItemId,
        of_trait: Option<ItemId>,
        self_ty: Ty,
    },
    /// The receiver, or the callee of a `Call`, is a function value that is called.
    Value,
    /// A built-in: the receiver, then the arguments.
    Builtin(Builtin),
    /// A Python object is called.
    PyCall,
    /// A method of a Python object (or module) is called.
    PyMethod,
    /// An attribute of a Python object (or module) is read.
    PyAttr,
}
