//! A block that stands alone, `get = |i| data[i] end`: a value of type `Fn`. One that uses a view of the
//! function's caller is wrong: the block may run when the view is gone.

use super::Lower;
use crate::diagnostics::borrow::{Origin, view_captured};
use crate::hir::{ExprId, ExprKind, Ident, Param, TypeArg, TypeExprKind};
use crate::syntax::{Kind, Node};
use crate::types::Ty;

/// A parameter that is a view.
pub(super) struct ViewParam {
    name: Ident,
    ty: Ty,
}

impl Lower<'_> {
    /// The views among a function's parameters.
    pub(super) fn views(&self, params: &[Param]) -> Vec<ViewParam> {
        let view = |param: &Param| {
            let TypeExprKind::Path { name, args } = &self.hir.types[param.ty].kind else {
                return None;
            };
            let element = match args.first() {
                Some(TypeArg::Type(ty)) => match &self.hir.types[*ty].kind {
                    TypeExprKind::Path { name, .. } if name.name == "Float32" => Ty::Float32,
                    TypeExprKind::Path { name, .. } if name.name == "Int" => Ty::Int,
                    TypeExprKind::Path { name, .. } if name.name == "Bool" => Ty::Bool,
                    _ => Ty::Float,
                },
                _ => Ty::Float,
            };
            let make = match &*name.name {
                "ArrayView" => Ty::ArrayView,
                "PyArrayView" => Ty::PyArrayView,
                _ => return None,
            };
            Some(ViewParam {
                name: param.name.clone(),
                ty: make(Box::new(element)),
            })
        };
        params.iter().filter_map(view).collect()
    }

    /// A block that stands alone.
    pub(super) fn block_value(&mut self, node: Node<'_>) -> ExprId {
        let mut captured = None;
        node.walk(|inner| {
            if inner.kind() == Kind::Identifier && captured.is_none() {
                let view = self.views.iter().find(|v| v.name.name == inner.text());
                captured = view.map(|view| (self.span(inner), origin(view)));
            }
            captured.is_none()
        });
        match captured {
            Some((place, origin)) => {
                self.report(view_captured(place, &origin));
                self.error(self.span(node))
            }
            None => {
                let closure = self.closure(node);
                let span = self.span(node);
                self.push(ExprKind::Closure(closure), span)
            }
        }
    }
}

fn origin(view: &ViewParam) -> Origin {
    Origin {
        name: view.name.name.clone(),
        span: view.name.span,
        ty: view.ty.clone(),
        is_param: true,
        is_slice: false,
    }
}
