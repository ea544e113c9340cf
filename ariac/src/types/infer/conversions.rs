//! Types as arguments: `x.to[Float]`, `x.to_array(Float)`.

use super::Infer;
use super::methods::Call;
use crate::builtins::Builtin;
use crate::diagnostics::types as say;
use crate::hir::{Arg, ExprId, ExprKind};
use crate::resolve::Meaning;
use crate::types::{Callee, IntKind, Ty};

impl Infer<'_, '_> {
    /// `x.to[Float]` of a number.
    pub(super) fn number_to(&mut self, call: &Call<'_>) -> Ty {
        let Some(ty) = self.type_argument(call, "x.to[Float]") else {
            return Ty::Error;
        };
        let builtin = match ty {
            Ty::Float => Builtin::ToFloat,
            Ty::Float32 => Builtin::ToFloat32,
            Ty::Int => Builtin::ToInt,
            Ty::String => Builtin::ToStr,
            Ty::Sized(_) => Builtin::ToNumber,
            Ty::Param(_) if ty.is_number() => Builtin::ToNumber,
            Ty::Error => return Ty::Error,
            ty => {
                let span = self.span(call.id);
                self.report(say::not_here(
                    span,
                    &ty,
                    "made of a number",
                    "a number becomes a number or a String",
                ));
                return Ty::Error;
            }
        };
        self.set_callee(call.id, Callee::Builtin(builtin));
        ty
    }

    /// The type that a method takes as its one argument; none after a report.
    pub(super) fn type_argument(&mut self, call: &Call<'_>, example: &str) -> Option<Ty> {
        if let [Arg { name: None, value }] = call.args {
            match self.kind(*value) {
                ExprKind::Type(ty) => return Some(self.written(*ty)),
                ExprKind::Name(name)
                    if matches!(
                        self.meaning(*value),
                        Some(Meaning::Type | Meaning::Namespace(_))
                    ) =>
                {
                    return Some(self.named_type(name, *value));
                }
                ExprKind::Name(_) if matches!(self.meaning(*value), Some(Meaning::Adt(_))) => {
                    self.types.exprs.set(*value, Ty::Unit);
                    return self.scope_type(*value);
                }
                ExprKind::Name(_) if self.meaning(*value) == Some(Meaning::Error) => return None,
                _ => {}
            }
        }
        self.report(say::type_argument(
            self.span(call.id),
            &call.name.name,
            example,
        ));
        self.ignore(call.args);
        None
    }

    /// The type behind a plain name.
    pub(super) fn named_type(&mut self, name: &str, at: ExprId) -> Ty {
        let span = self.span(at);
        match name {
            "Int" | "Int64" => Ty::Int,
            "Float" | "Float64" => Ty::Float,
            "Float32" => Ty::Float32,
            "Bool" => Ty::Bool,
            "String" => Ty::String,
            "Unit" => Ty::Unit,
            "PythonObject" => Ty::PythonObject,
            "Error" => Ty::Exception,
            "Array" | "ArrayView" | "PyArrayView" | "PythonArray" => {
                self.report(say::element_missing(span, name));
                Ty::Error
            }
            name => match IntKind::from_name(name) {
                Some(kind) => Ty::Sized(kind),
                None => self.unsupported(span, &format!("the type `{name}` is")),
            },
        }
    }
}
