//! Literals, which adapt to the type that is wanted.

use super::{Infer, Want, Why};
use crate::diagnostics::borrow::{Origin, view_stored};
use crate::diagnostics::{declared as said, syntax, types as say};
use crate::hir::{ExprId, ExprKind, UnaryOp};
use crate::resolve::{BindingKind, Meaning};
use crate::types::unify::has_holes;
use crate::types::{Coercion, IntKind, Ty};

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
            (Some(name), _) => IntKind::from_name(name).map_or(Ty::Int, Ty::Sized),
            (None, Some(ty @ (Ty::Float | Ty::Float32 | Ty::Sized(_)))) => ty.clone(),
            (None, Some(ty @ Ty::Param(_))) if ty.is_number() => ty.clone(),
            (None, _) => Ty::Int,
        };
        // What every number type has.
        if ty.is_any_number() && (is_negative || value > 127) {
            let report = syntax::integer_range(self.span(id), &ty.to_string(), "0", "127");
            self.report(report);
            return Ty::Error;
        }
        if let Ty::Sized(kind) = ty {
            let (low, high) = kind.range();
            let number = i128::from(value) * if is_negative { -1 } else { 1 };
            if !(low..=high).contains(&number) {
                let (low, high) = (low.to_string(), high.to_string());
                let report = syntax::integer_range(self.span(id), kind.name(), &low, &high);
                self.report(report);
                return Ty::Error;
            }
        }
        if value >= INT_LIMIT + u64::from(is_negative) && ty == Ty::Int {
            let (low, high) = (i64::MIN.to_string(), i64::MAX.to_string());
            self.report(syntax::integer_range(self.span(id), "Int", &low, &high));
            return Ty::Error;
        }
        ty
    }

    pub(super) fn float_literal(&mut self, suffix: Option<&'static str>, want: Want<'_>) -> Ty {
        match (suffix, want.hint()) {
            (Some("Float32"), _) | (None, Some(Ty::Float32)) => Ty::Float32,
            (None, Some(ty @ Ty::Param(_))) if ty.is_float() => ty.clone(),
            _ => Ty::Float,
        }
    }

    /// `[a, b]`.
    pub(super) fn array_literal(&mut self, id: ExprId, items: &[ExprId], want: Want<'_>) -> Ty {
        if let Some(Ty::List(element)) = want.hint() {
            let element = (**element).clone();
            if !has_holes(&element) {
                for &item in items {
                    self.check(item, &element, Why::Text("an element of this list"));
                }
                return Ty::List(Box::new(element));
            }
        }
        let wants_list = matches!(want.hint(), Some(Ty::List(_)));
        if let (Some(Ty::Nd(nd)), true) = (want.hint(), items.is_empty()) {
            return Ty::array(nd.kind.scalar().clone(), nd.rank);
        }
        if let Some(Ty::Nd(nd)) = want.hint() {
            let row = Ty::array(nd.kind.scalar().clone(), nd.rank - 1);
            return self.rows(id, items, Some(&row));
        }
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
                // Arrays are the rows of one with a dimension more.
                if ty.is_array_like() && common.is_none() && !wants_list {
                    return self.rows(id, items, None);
                }
                match self.element_with(common.as_ref(), &ty, item) {
                    Some(ty) => common = Some(ty),
                    None => is_wrong |= ty != Ty::Never,
                }
            }
        }
        let Some(common) = common.filter(|_| !is_wrong) else {
            return Ty::Error;
        };
        // Of records a list is what programs want that do not say so: it grows.
        let is_kept = common.record().is_some() && !common.is_complex();
        if !common.can_be_element() || is_kept {
            return Ty::List(Box::new(common));
        }
        for &item in items {
            let ty = self.types.exprs.get(item).cloned().unwrap_or(Ty::Error);
            if ty == Ty::Int && common.is_float() && self.is_literal(item) {
                // `[1, 2.5]`: the literal is a Float after all.
                self.infer(item, Want::Hint(&common));
            } else {
                self.widen(item, &ty, &common);
            }
        }
        match wants_list {
            true => Ty::List(Box::new(common)),
            false => Ty::Array(Box::new(common)),
        }
    }

    /// The type of elements so far together with one more; none after a report.
    fn element_with(&mut self, common: Option<&Ty>, ty: &Ty, item: ExprId) -> Option<Ty> {
        match (common, ty) {
            (_, Ty::Error | Ty::Never) => None,
            (_, ty) if ty.is_array_like() => {
                match self.view_origin(item, ty) {
                    Some(origin) => {
                        self.report(view_stored(self.span(item), &origin, "a list"));
                    }
                    None => self.report(say::element_value(self.span(item), ty)),
                }
                None
            }
            (None, ty) if ty.can_be_element() => Some(ty.clone()),
            (Some(common), ty) if common == ty => Some(ty.clone()),
            (Some(common), ty)
                if common.is_number() && ty.is_number() && wider(common, ty) != Ty::Error =>
            {
                Some(wider(common, ty))
            }
            (Some(common), ty) if ty.can_be_element() => {
                self.report(say::mismatch(self.span(item), common, ty));
                None
            }
            (_, Ty::Unit | Ty::Range | Ty::PythonObject) => {
                self.report(say::element_value(self.span(item), ty));
                None
            }
            // Other values are kept in a list.
            (None, ty) => Some(ty.clone()),
            (Some(common), ty) => {
                self.report(say::mismatch(self.span(item), common, ty));
                None
            }
        }
    }

    /// `{a: 1, "b" => 2}`.
    pub(super) fn map_literal(
        &mut self,
        id: ExprId,
        pairs: &[(ExprId, ExprId)],
        want: Want<'_>,
    ) -> Ty {
        let known = match want.hint() {
            Some(Ty::Adt(adt)) if Some(adt.item) == self.types.known.map => {
                Some((adt.args[0].clone(), adt.args[1].clone()))
            }
            _ => None,
        };
        let (mut key, mut value) = match known.filter(|(k, v)| !has_holes(k) && !has_holes(v)) {
            Some((key, value)) => (Some(key), Some(value)),
            None => (None, None),
        };
        for &(k, v) in pairs {
            for (slot, part, what) in [
                (&mut key, k, "a key of this map"),
                (&mut value, v, "a value of this map"),
            ] {
                match slot {
                    Some(want) => self.check(part, want, Why::Text(what)),
                    None => match self.infer(part, Want::Any) {
                        Ty::Never | Ty::Error => {}
                        ty => *slot = Some(ty),
                    },
                }
            }
        }
        match (key, value) {
            (Some(key), Some(value)) => {
                if !self.has_lang_trait(&key, "Hash") || !self.has_lang_trait(&key, "Eq") {
                    let report = said::lacks_trait(self.span(id), &key, "Hash", "a key");
                    self.report(report);
                    return Ty::Error;
                }
                self.prelude_type(self.types.known.map, vec![key, value])
            }
            _ => {
                if pairs.is_empty() {
                    self.report(said::unclear(self.span(id), "{}", "K"));
                }
                Ty::Error
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
            is_slice: false,
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

/// The type of arithmetic on two types of numbers; [`Ty::Error`] where one must be converted: integers of different
/// widths do not mix with each other, nor with floats, nor do type parameters with anything else.
pub(super) fn wider(a: &Ty, b: &Ty) -> Ty {
    match (a, b) {
        (Ty::Sized(_) | Ty::Param(_), _) | (_, Ty::Sized(_) | Ty::Param(_)) => {
            if a == b {
                a.clone()
            } else {
                Ty::Error
            }
        }
        (Ty::Float, _) | (_, Ty::Float) => Ty::Float,
        (Ty::Float32, _) | (_, Ty::Float32) => Ty::Float32,
        _ => Ty::Int,
    }
}
