//! What every name means: the result of `resolve`.

use crate::arena::{Arena, SideTable};
use crate::builtins::{MathFn, Namespace, Routine};
use crate::hir::{ExprId, ItemId, PatId, TypeExprId};
use crate::source::Span;
use crate::types::RecordKind;
use aria_abi::codes::ErrorKind;
use std::collections::HashMap;

crate::define_id! {
    /// A variable: a parameter, a local, a closure's parameter.
    BindingId "b"
}

/// The meaning of the names of a program.
#[derive(Debug, Default)]
pub struct Names {
    /// All variables.
    pub bindings: Arena<BindingId, Binding>,
    /// What each [`crate::hir::ExprKind::Name`] means; assignment targets included. Also each
    /// [`crate::hir::ExprKind::MethodCall`] that is a name with its scope: `geometry.area(x)` is a function, `Shape.Circle(r)` and
    /// `Self.Empty` are variants. (A function or constant of a type is not: that is for `types`.)
    pub exprs: SideTable<ExprId, Meaning>,
    /// The variable of each [`crate::hir::PatKind::Name`].
    pub pats: SideTable<PatId, BindingId>,
    /// The variables of each function's parameters.
    pub params: SideTable<ItemId, Vec<BindingId>>,
    /// Targets of plain assignments that declare their variable: the `Name` expression to the new variable.
    /// Such a target has its entry in `exprs` too. The variable belongs to the whole function or block, not to the
    /// `if` or loop around it; that it has a value wherever it is read has been checked.
    pub declarations: SideTable<ExprId, BindingId>,
    /// The loop that each `break` and `continue` belongs to.
    pub loops: SideTable<ExprId, ExprId>,
    /// What the name of each written type means ([`crate::hir::TypeExprKind::Path`], `Qualified`, `SelfType`).
    pub types: SideTable<TypeExprId, TypeMeaning>,
    /// The declaration and variant of each constructor pattern (of a struct or data, 0). None after a report.
    pub variants: SideTable<PatId, (ItemId, u32)>,
    /// The constant of each pattern that is the name of one, `LIMIT`, which is a [`crate::hir::PatKind::Constructor`] without parts.
    pub constants: SideTable<PatId, ItemId>,
    /// The file, by its place in [`crate::hir::Hir::modules`], that each [`crate::hir::ItemKind::Import`] means.
    pub imports: SideTable<ItemId, usize>,
    /// The file, by its place, of each declaration; functions and constants of types included.
    pub modules: SideTable<ItemId, usize>,
    /// The variable `result` of each function that has `ensures`.
    pub results: SideTable<ItemId, BindingId>,
    /// The variables of the surrounding function that each [`crate::hir::ExprKind::Closure`], and the block of each call, uses,
    /// in the order of their first use.
    pub captures: SideTable<ExprId, Vec<BindingId>>,
    /// For each `return` and `?` in a block, where the value goes that it gives the function around.
    pub returns: SideTable<ExprId, BlockReturns>,
    /// The same, for each function that has such a block.
    pub block_returns: SideTable<ItemId, BlockReturns>,
    /// For each `raise` that stands alone, the `rescue` whose error it raises again, by what that binds.
    pub rescues: SideTable<ExprId, PatId>,
    /// The `data` types that arrays can hold: all their fields are numbers, `Bool`, or of such types.
    pub records: HashMap<ItemId, RecordKind>,
}

/// Variables without a name by which a block returns from the function around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockReturns {
    /// What is returned: a list of one value, or of none as long as no block has returned.
    pub values: BindingId,
    /// An Int that tells this call of the function from others.
    pub call: BindingId,
}

/// What a type's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeMeaning {
    /// A declared type.
    Adt(ItemId),
    /// A trait, where a bound can stand.
    Trait(ItemId),
    /// A type parameter, by its place as [`crate::types::Param::index`] counts.
    Param(u32),
    /// `Self` in a type's body or an `impl`: the type. (In a trait it is the parameter 0.)
    SelfType,
    /// A type of the language, by its name.
    Builtin,
    /// Unknown, and reported.
    Error,
}

/// A variable.
#[derive(Debug)]
pub struct Binding {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Whether it may be assigned again or, for a parameter, written through.
    pub mutable: bool,
    /// How it came to be.
    pub kind: BindingKind,
    /// Where `mut` would go to make it mutable, for those that may be: an empty span.
    pub mut_at: Option<Span>,
}

/// How a variable came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// A parameter of a function.
    Param,
    /// `let` or a first assignment.
    Local,
    /// The variable of a `for`.
    Loop,
    /// A parameter of a block.
    Closure,
    /// A part of what is matched, or the error of a `rescue`.
    Pattern,
    /// `result` in an `ensures`.
    Result,
}

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A variable.
    Local(BindingId),
    /// A function, also of an `extern` block.
    Fn(ItemId),
    /// A constant.
    Const(ItemId),
    /// A Python module bound by `extern Python`.
    PyModule(ItemId),
    /// A mathematical function called by name, `sqrt(x)`.
    Math(MathFn),
    /// A function that the language knows by name, `print(x)`.
    Routine(Routine),
    /// A name with members that is no value: `Python`, `Array`.
    Namespace(Namespace),
    /// The name of a type, where a method asks for one: `object.to_array(Float)`. The built-in carries the type.
    Type,
    /// The class of an exception: `ValueError` in `raise ValueError("…")`.
    Exception(ErrorKind),
    /// A variant of an enum.
    Variant(ItemId, u32),
    /// A struct or data, as its constructor, or any declared type as the scope of its functions: `Point.origin()`.
    Adt(ItemId),
    /// A trait as the scope of its functions.
    Trait(ItemId),
    /// A type parameter as the scope of functions: `T.zero()`.
    TypeParam(u32),
    /// `Self` as a constructor or scope.
    SelfType,
    /// Another module, as the scope of its names: an [`crate::hir::ItemKind::Import`].
    Module(ItemId),
    /// The pseudo-function `old(x)` in an `ensures`: what `x` was on entry.
    Old,
    /// The pseudo-function `reveal(x)`, which is `x` and shows its type in `--emit=types`.
    Reveal,
    /// Unknown, and reported.
    Error,
}
