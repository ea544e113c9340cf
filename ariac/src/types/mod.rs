//! Types: what every expression is.
//!
//! Signatures are written, bodies are inferred: one pass over each function in the order of the text, with the type that
//! is wanted passed down (so that literals adapt to it) and the type that is there passed up. Where the two differ and the
//! language converts, a [`Coercion`] is noted; where they differ otherwise, it is a report, and [`Ty::Error`] keeps it
//! from being followed by others.
//!
//! [`ty`] and [`results`] say what comes out; [`written`] reads types, [`signature`] functions' heads, [`infer`] bodies; [`deprecated`] finds what
//! should not be used any more.

pub mod awaits;
mod declared;
mod deprecated;
pub mod exhaustive;
mod infer;
mod members;
mod pretty;
mod results;
mod signature;
mod ty;
mod unify;
mod written;

pub use exhaustive::Binder;
pub use pretty::pretty;
use pretty::pretty_head;
pub use results::{
    AdtDef, Bound, Callee, Coercion, Constructor, FieldDef, Generic, ImplDef, Known, ParamTy,
    Signature, TraitDef, Types, VariantDef,
};
pub use ty::{Adt, FnTy, IntKind, NdTy, Param, ParamClass, RecordKind, Repr, Ty};
pub use written::{is_type_name, scalar_type, type_names};

use crate::diagnostics::Reports;
use crate::hir::Hir;
use crate::resolve::Names;

/// Finds the type of everything in a program, and reports where types do not agree.
#[must_use]
pub fn check(hir: &Hir, names: &Names, reports: &mut Reports) -> Types {
    let mut types = Types::default();
    declared::declare(hir, names, &mut types, reports);
    signature::signatures(hir, names, &mut types, reports);
    let types = infer::bodies(hir, names, types, reports);
    deprecated::report(hir, names, &types, reports);
    awaits::report(hir, &types, reports);
    types
}
