//! Literals, which adapt to the type that is wanted.

use super::{Infer, Want, Why};
use crate::diagnostics::borrow::{Origin, view_stored};
use crate::diagnostics::{syntax, types as say};
use crate::hir::{ExprId, ExprKind, UnaryOp};
use crate::resolve::{BindingKind, Meaning};
use crate::types::{Coercion, Ty};

/// One more than the greatest `Int`.
const INT_LIMIT: u64 = 1 << 63;

impl Infer<'_, '_> {
    /// A literal without a suffix, perhaps negative: its type depends on its surroundings.
    pub(super) fn is_literal(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::Int { suffix: None, .. } | ExprKind::Float { suffix: None, .. } => true,
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                matches!(
                    self.kind(*operand),
                    ExprKind::Int { suffix: None, .. } | ExprKind::Float { suffix: None, .. }
                )
            }
            _ => false,
        }
    }

    pub(super) fn int_literal(
        &mut self,
        id: ExprId,
        value: u64,
        suffix: Option<&'static str>,
        want: Want<'_>,
        is_negative: bool,
    ) -> Ty {
        let ty = match (suffix, want.hint()) {
            (Some("Int64"), _) => Ty::Int,
            (Some(other), _) => {
                return self.unsupported(self.span(id), &format!("the type `{other}` is"));
            }
            (None, Some(ty @ (Ty::Float | Ty::Float32))) => ty.clone(),
            (None, _) => Ty::Int,
        };
        if value >= INT_LIMIT && !is_negative && ty == Ty::Int {
            let (low, high) = (i64::MIN.to_string(), i64::MAX.to_string());
            self.report(syntax::integer_range(self.span(id), "Int", &low, &high));
            return Ty::Error;
        }
        ty
    }

    pub(super) fn float_literal(&mut self, suffix: Option<&'static str>, want: Want<'_>) -> Ty {
        match (suffix, want.hint()) {
            (Some("Float32"), _) | (None, Some(Ty::Float32)) => Ty::Float32,
            _ => Ty::Float,
        }
    }

    /// `[a, b]`.
    pub(super) fn array_literal(&mut self, id: ExprId, items: &[ExprId], want: Want<'_>) -> Ty {
        let hint = want.hint().and_then(Ty::element).cloned();
        if items.is_empty() {
            return match hint {
                Some(element) => Ty::Array(Box::new(element)),
                None => {
                    self.report(say::empty_array(self.span(id)));
                    Ty::Error
                }
            };
        }
        if let Some(element) = hint {
            for &item in items {
                self.check(item, &element, Why::Text("an element of this array"));
            }
            return Ty::Array(Box::new(element));
        }
        // Literals come last, so that they adapt to the others.
        let mut common: Option<Ty> = None;
        let mut is_wrong = false;
        for is_literal in [false, true] {
            for &item in items {
                if self.is_literal(item) != is_literal {
                    continue;
                }
                let ty = match &common {
                    Some(hint) => {
                        let hint = hint.clone();
                        self.infer(item, Want::Hint(&hint))
                    }
                    None => self.infer(item, Want::Any),
                };
                match self.element_with(common.as_ref(), &ty, item) {
                    Some(ty) => common = Some(ty),
                    None => is_wrong |= ty != Ty::Never,
                }
            }
        }
        let Some(common) = common.filter(|_| !is_wrong) else {
            return Ty::Error;
        };
        for &item in items {
            let ty = self.types.exprs.get(item).cloned().unwrap_or(Ty::Error);
            if ty == Ty::Int && common.is_float() && self.is_literal(item) {
                // `[1, 2.5]`: the literal is a Float after all.
                self.infer(item, Want::Hint(&common));
            } else {
                self.widen(item, &ty, &common);
            }
        }
        Ty::Array(Box::new(common))
    }

    /// The type of elements so far together with one more; none after a report.
    fn element_with(&mut self, common: Option<&Ty>, ty: &Ty, item: ExprId) -> Option<Ty> {
        match (common, ty) {
            (_, Ty::Error | Ty::Never) => None,
            (_, ty) if ty.is_array_like() => {
                match self.view_origin(item, ty) {
                    Some(origin) => {
                        self.report(view_stored(self.span(item), &origin, "an array"));
                    }
                    None => {
                        self.unsupported(self.span(item), "an array of more than one dimension is");
                    }
                }
                None
            }
            (None, ty) if ty.is_number() || *ty == Ty::Bool => Some(ty.clone()),
            (Some(common), ty) if common == ty => Some(ty.clone()),
            (Some(common), ty) if common.is_number() && ty.is_number() => Some(wider(common, ty)),
            (Some(common), ty) if ty.is_number() || *ty == Ty::Bool => {
                self.report(say::mismatch(self.span(item), common, ty));
                None
            }
            (_, ty) => {
                self.report(say::element_value(self.span(item), ty));
                None
            }
        }
    }

    /// Where a view comes from that a variable holds.
    fn view_origin(&self, id: ExprId, ty: &Ty) -> Option<Origin> {
        let Some(Meaning::Local(variable)) = self.names.exprs.get(id) else {
            return None;
        };
        let binding = &self.names.bindings[*variable];
        ty.holds_view().then(|| Origin {
            name: binding.name.clone(),
            span: binding.span,
            ty: ty.clone(),
            is_param: binding.kind == BindingKind::Param,
        })
    }

    /// Notes that a number becomes another in mixed arithmetic.
    pub(super) fn widen(&mut self, id: ExprId, from: &Ty, to: &Ty) {
        let coercion = match (from, to) {
            (Ty::Int, Ty::Float) => Coercion::IntToFloat,
            (Ty::Int, Ty::Float32) => Coercion::IntToFloat32,
            (Ty::Float32, Ty::Float) => Coercion::Float32ToFloat,
            _ => return,
        };
        self.types.coercions.set(id, coercion);
    }
}

/// The type of arithmetic on two types of numbers.
pub(super) fn wider(a: &Ty, b: &Ty) -> Ty {
    match (a, b) {
        (Ty::Float, _) | (_, Ty::Float) => Ty::Float,
        (Ty::Float32, _) | (_, Ty::Float32) => Ty::Float32,
        _ => Ty::Int,
    }
}
