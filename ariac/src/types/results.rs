//! What the type checker found out, in side tables over the HIR.

use crate::arena::SideTable;
use crate::builtins::Builtin;
use crate::hir::{ExprId, ItemId, ParamMode};
use crate::resolve::BindingId;
use crate::types::Ty;

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
    /// The type of each constant.
    pub consts: SideTable<ItemId, Ty>,
    /// What each `Call` and `MethodCall` calls; also each `Name` of a function that stands alone and so is a call.
    pub callees: SideTable<ExprId, Callee>,
}

/// A function's type.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The parameters.
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

/// What a call calls.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A function of the program, `extern` ones included. Arguments are coerced to the parameters' types; for
    /// `extern Python` the conversions to objects and of the result from an object come on top. `args[i]` is the index of the call's argument for parameter `i`; none: its default.
    Fn {
        item: ItemId,
        args: Vec<Option<usize>>,
    },
    /// A built-in: the receiver, then the arguments.
    Builtin(Builtin),
    /// A Python object is called.
    PyCall,
    /// A method of a Python object (or module) is called.
    PyMethod,
    /// An attribute of a Python object (or module) is read.
    PyAttr,
}
