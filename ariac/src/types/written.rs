//! From types as they are written to types.

use super::Ty;
use crate::builtins::exception;
use crate::diagnostics::{Reports, syntax, types as say};
use crate::hir::{Hir, Ident, TypeArg, TypeExprId, TypeExprKind};
use crate::source::Span;

/// The types that a program can name.
const NAMES: [&str; 12] = [
    "Int",
    "Int64",
    "Float",
    "Float64",
    "Float32",
    "Bool",
    "Unit",
    "String",
    "Array",
    "PyArrayView",
    "PythonArray",
    "PythonObject",
];

/// The types of the language that this version of the compiler lacks.
const LATER: [&str; 17] = [
    "Int8",
    "Int16",
    "Int32",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Complex",
    "Bytes",
    "Option",
    "Result",
    "ArrayView",
    "List",
    "Map",
    "Set",
    "Fn",
    "Error",
];

/// Whether a name is that of a built-in type.
#[must_use]
pub fn is_type_name(name: &str) -> bool {
    NAMES.contains(&name) || LATER.contains(&name)
}

/// The names of the built-in types.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(LATER)
}

/// Where a type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere in Aria.
    Aria,
    /// In the signature of a Rust function, where `ArrayView` is a slice.
    Rust,
}

/// Turns written types into types.
pub(super) struct Written<'a> {
    pub(super) hir: &'a Hir,
    pub(super) place: Place,
}

impl Written<'_> {
    /// The type; [`Ty::Error`] when it is wrong, after a report.
    pub(super) fn ty(&self, id: TypeExprId, reports: &mut Reports) -> Ty {
        let span = self.hir.types[id].span;
        match &self.hir.types[id].kind {
            TypeExprKind::Error => Ty::Error,
            TypeExprKind::Tuple(items) if items.is_empty() => Ty::Unit,
            TypeExprKind::Tuple(items) => {
                let items: Vec<Ty> = items.iter().map(|t| self.ty(*t, reports)).collect();
                if items.contains(&Ty::Error) {
                    Ty::Error
                } else {
                    Ty::Tuple(items)
                }
            }
            TypeExprKind::Qualified { .. }
            | TypeExprKind::SelfType
            | TypeExprKind::Fn { .. }
            | TypeExprKind::Union(_) => Ty::Error,
            TypeExprKind::Path { name, args } => self.path(name, args, span, reports),
        }
    }

    fn path(&self, name: &Ident, args: &[TypeArg], span: Span, reports: &mut Reports) -> Ty {
        let scalar = match &*name.name {
            "Int" | "Int64" => Ty::Int,
            "Float" | "Float64" => Ty::Float,
            "Float32" => Ty::Float32,
            "Bool" => Ty::Bool,
            "Unit" => Ty::Unit,
            "String" => Ty::String,
            "PythonObject" => Ty::PythonObject,
            "Array" => return self.array(name, args, span, Ty::Array, reports),
            "PyArrayView" => return self.array(name, args, span, Ty::PyArrayView, reports),
            "PythonArray" => return self.array(name, args, span, Ty::PythonArray, reports),
            "ArrayView" if self.place == Place::Rust => {
                return self.array(name, args, span, Ty::PyArrayView, reports);
            }
            other => {
                self.unknown(name, other, reports);
                return Ty::Error;
            }
        };
        if !args.is_empty() {
            reports.add(say::no_type_arguments(span, &scalar));
            return Ty::Error;
        }
        scalar
    }

    /// What is neither built in nor declared has been reported with the names.
    fn unknown(&self, name: &Ident, text: &str, reports: &mut Reports) {
        if LATER.contains(&text) || exception(text).is_some() {
            let what = format!("the type `{text}` is");
            reports.add(syntax::not_supported(name.span, &what));
        }
    }

    fn array(
        &self,
        name: &Ident,
        args: &[TypeArg],
        span: Span,
        make: fn(Box<Ty>) -> Ty,
        reports: &mut Reports,
    ) -> Ty {
        let element = match args {
            [TypeArg::Type(element)] | [TypeArg::Type(element), TypeArg::Int(1, _)] => *element,
            [TypeArg::Type(_), TypeArg::Int(_, rank)] => {
                reports.add(syntax::not_supported(
                    *rank,
                    "an array of more than one dimension is",
                ));
                return Ty::Error;
            }
            _ => {
                reports.add(say::element_missing(span, &name.name));
                return Ty::Error;
            }
        };
        let ty = self.ty(element, reports);
        match ty {
            Ty::Error => Ty::Error,
            Ty::Int | Ty::Float | Ty::Float32 | Ty::Bool => make(Box::new(ty)),
            _ => {
                let at = self.hir.types[element].span;
                reports.add(say::element(at, &ty));
                Ty::Error
            }
        }
    }
}
