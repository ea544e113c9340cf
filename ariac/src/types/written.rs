//! From types as they are written to types.

use super::{Adt, FnTy, Generic, IntKind, NdTy, Repr, Ty};
use crate::builtins::exception;
use crate::diagnostics::borrow::view_argument;
use crate::diagnostics::{Reports, declared as said, syntax, types as say};
use crate::hir::{Hir, Ident, ItemId, ItemKind, ParamMode, TypeArg, TypeExprId, TypeExprKind};
use crate::resolve::{Names, TypeMeaning};
use crate::source::Span;
use std::sync::Arc;

/// The types of the language itself; the prelude declares more.
const NAMES: [&str; 22] = [
    "Int",
    "Int64",
    "Int8",
    "Int16",
    "Int32",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float",
    "Float64",
    "Float32",
    "Bool",
    "Unit",
    "String",
    "Error",
    "List",
    "Array",
    "ArrayView",
    "PyArrayView",
    "PythonArray",
    "PythonObject",
];

/// Whether a name is that of a built-in type.
#[must_use]
pub fn is_type_name(name: &str) -> bool {
    NAMES.contains(&name)
}

/// The names of the built-in types.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter()
}

/// A type without parts, by its name.
#[must_use]
pub fn scalar_type(name: &str) -> Option<Ty> {
    Some(match name {
        "Int" | "Int64" => Ty::Int,
        "Float" | "Float64" => Ty::Float,
        "Float32" => Ty::Float32,
        "Bool" => Ty::Bool,
        "String" => Ty::String,
        other => Ty::Sized(IntKind::from_name(other)?),
    })
}

/// Where a type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere in Aria.
    Aria,
    /// In the signature of a Rust function, where `ArrayView` is what `PyArrayView` is.
    Rust,
}

/// Turns written types into types.
pub(super) struct Written<'a> {
    pub(super) hir: &'a Hir,
    pub(super) names: &'a Names,
    pub(super) place: Place,
    /// The type parameters in scope.
    pub(super) generics: &'a [Generic],
    /// What `Self` is here.
    pub(super) self_ty: Option<&'a Ty>,
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
            TypeExprKind::Path { name, args } | TypeExprKind::Qualified { name, args, .. } => {
                self.path(id, name, args, span, reports)
            }
            TypeExprKind::SelfType => self.self_type(),
            TypeExprKind::Fn { params, ret } => {
                let params: Vec<(Ty, ParamMode)> = params
                    .iter()
                    .map(|(ty, mode)| (self.ty(*ty, reports), *mode))
                    .collect();
                let ret = self.ty(*ret, reports);
                if ret == Ty::Error || params.iter().any(|(ty, _)| *ty == Ty::Error) {
                    return Ty::Error;
                }
                Ty::Fn(Arc::new(FnTy { params, ret }))
            }
            TypeExprKind::Union(_) => {
                reports.add(syntax::union_type(span));
                Ty::Error
            }
        }
    }

    /// What `Self` is; where it is nothing, that has been reported with the names.
    fn self_type(&self) -> Ty {
        self.self_ty.cloned().unwrap_or(Ty::Error)
    }

    fn path(
        &self,
        id: TypeExprId,
        name: &Ident,
        args: &[TypeArg],
        span: Span,
        reports: &mut Reports,
    ) -> Ty {
        let ty = match self.names.types.get(id) {
            Some(TypeMeaning::Adt(item)) => return self.declared(*item, name, args, span, reports),
            Some(TypeMeaning::Param(index)) => match self.generics.get(*index as usize) {
                Some(generic) => generic.ty(*index as usize),
                None => Ty::Error,
            },
            Some(TypeMeaning::SelfType) => self.self_type(),
            Some(TypeMeaning::Trait(_)) => {
                reports.add(said::trait_as_type(span, &name.name));
                return Ty::Error;
            }
            Some(TypeMeaning::Error) => return Ty::Error,
            Some(TypeMeaning::Builtin) | None => {
                return self.builtin(name, args, span, reports);
            }
        };
        if !args.is_empty() && ty != Ty::Error {
            reports.add(say::no_type_arguments(span, &ty));
            return Ty::Error;
        }
        ty
    }

    /// A declared type with its arguments.
    fn declared(
        &self,
        item: ItemId,
        name: &Ident,
        args: &[TypeArg],
        span: Span,
        reports: &mut Reports,
    ) -> Ty {
        let ItemKind::Type(decl) = &self.hir.items[item].kind else {
            return Ty::Error;
        };
        let mut tys = Vec::new();
        for arg in args {
            match arg {
                TypeArg::Type(ty) => tys.push(self.argument(*ty, reports)),
                TypeArg::Int(_, at) => {
                    reports.add(said::type_arguments(
                        *at,
                        &name.name,
                        decl.generics.len(),
                        args.len(),
                    ));
                    return Ty::Error;
                }
            }
        }
        if tys.len() != decl.generics.len() {
            let (wanted, found) = (decl.generics.len(), tys.len());
            reports.add(said::type_arguments(span, &name.name, wanted, found));
            return Ty::Error;
        }
        if tys.contains(&Ty::Error) {
            return Ty::Error;
        }
        Ty::Adt(Adt {
            item,
            name: self.hir.items[item].name.name.as_str().into(),
            args: tys.into(),
            repr: Repr::Owned,
            record: self.names.records.get(&item).copied(),
        })
    }

    /// A type as the argument of another: one whose values can be kept.
    fn argument(&self, id: TypeExprId, reports: &mut Reports) -> Ty {
        let ty = self.ty(id, reports);
        if ty.holds_view() {
            reports.add(view_argument(self.hir.types[id].span, &ty));
            return Ty::Error;
        }
        ty
    }

    fn builtin(&self, name: &Ident, args: &[TypeArg], span: Span, reports: &mut Reports) -> Ty {
        let scalar = match &*name.name {
            "Int" | "Int64" => Ty::Int,
            "Float" | "Float64" => Ty::Float,
            "Float32" => Ty::Float32,
            "Bool" => Ty::Bool,
            "Unit" => Ty::Unit,
            "String" => Ty::String,
            "PythonObject" => Ty::PythonObject,
            "Error" => Ty::Exception,
            "List" => return self.list(args, span, reports),
            "Array" => return self.array(name, args, span, Ty::Array, reports),
            "PyArrayView" => return self.array(name, args, span, Ty::PyArrayView, reports),
            "PythonArray" => return self.array(name, args, span, Ty::PythonArray, reports),
            // A Rust function does not ask whose elements it looks at.
            "ArrayView" => {
                let make = match self.place {
                    Place::Rust => Ty::PyArrayView,
                    _ => Ty::ArrayView,
                };
                return self.array(name, args, span, make, reports);
            }
            other => match IntKind::from_name(other) {
                Some(kind) => Ty::Sized(kind),
                None => {
                    self.unknown(name, other, reports);
                    return match exception(other) {
                        Some(_) => Ty::Exception,
                        None => Ty::Error,
                    };
                }
            },
        };
        if !args.is_empty() {
            reports.add(say::no_type_arguments(span, &scalar));
            return Ty::Error;
        }
        scalar
    }

    fn list(&self, args: &[TypeArg], span: Span, reports: &mut Reports) -> Ty {
        let [TypeArg::Type(element)] = args else {
            reports.add(said::type_arguments(span, "List", 1, args.len()));
            return Ty::Error;
        };
        match self.argument(*element, reports) {
            Ty::Error => Ty::Error,
            ty => Ty::List(Box::new(ty)),
        }
    }

    /// What is neither built in nor declared has been reported with the names.
    fn unknown(&self, name: &Ident, text: &str, reports: &mut Reports) {
        if exception(text).is_some() {
            reports.add(syntax::exception_type(name.span, text));
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
        let (element, rank) = match args {
            [TypeArg::Type(element)] => (*element, 1),
            [TypeArg::Type(element), TypeArg::Int(rank, at)] => match u8::try_from(*rank) {
                Ok(rank @ 1..=NdTy::MOST) => (*element, rank),
                _ => {
                    reports.add(say::rank(*at, *rank, NdTy::MOST));
                    return Ty::Error;
                }
            },
            _ => {
                reports.add(say::element_missing(span, &name.name));
                return Ty::Error;
            }
        };
        let ty = self.ty(element, reports);
        match ty {
            Ty::Error => Ty::Error,
            ty if ty.can_be_element() => make(Box::new(ty)).with_rank(rank),
            _ => {
                let at = self.hir.types[element].span;
                reports.add(say::element(at, &ty));
                Ty::Error
            }
        }
    }
}
