//! `base[lo..<hi]`, and `base[…]` of types whose functions `index`, `slice` and `set_index` say what it means.

use super::methods::Call;
use super::{Infer, Want, Why};
use crate::diagnostics::types as say;
use crate::hir::{Arg, ExprId, ExprKind, Ident};
use crate::resolve::Meaning;
use crate::types::{Callee, Ty};

impl Infer<'_, '_> {
    /// Whether an index is a range: it names several elements.
    pub(super) fn is_range(&self, index: ExprId) -> bool {
        match self.kind(index) {
            ExprKind::Range { .. } => true,
            _ => {
                let meaning = self.meaning(index);
                matches!(meaning, Some(Meaning::Local(of)) if self.types.bindings.get(of) == Some(&Ty::Range))
            }
        }
    }

    /// `base[lo..<hi]`.
    pub(super) fn slice(&mut self, id: ExprId, base: ExprId, ty: &Ty, indices: &[ExprId]) -> Ty {
        for &index in indices {
            let ExprKind::Range { lo, hi, step, .. } = self.kind(index) else {
                match self.is_range(index) && ty.is_array_like() {
                    true => self.infer(index, Want::Any),
                    false => {
                        self.check(index, &Ty::Int, Why::Text("an index"));
                        Ty::Int
                    }
                };
                continue;
            };
            for bound in [lo, hi].into_iter().flatten() {
                self.check(*bound, &Ty::Int, Why::Text("a bound of a range"));
            }
            if let Some(step) = step {
                if !ty.is_array_like() {
                    let span = self.span(*step);
                    return self.unsupported(span, "a step in a slice is");
                }
                self.check(*step, &Ty::Int, Why::Text("the step of a range"));
            }
            self.types.exprs.set(index, Ty::Range);
        }
        if let Some(element) = ty.element() {
            return match indices {
                [_] => Ty::ArrayView(Box::new(element.clone())),
                _ => {
                    self.report(say::index_count(self.span(id), ty, indices.len()));
                    Ty::Error
                }
            };
        }
        let Some(member) = self.members.own(&self.types, ty, "slice") else {
            let report = say::expected(self.span(base), "an array, a list or a String", ty);
            self.report(report);
            return Ty::Error;
        };
        let Some(signature) = self.types.signatures.get(member.item) else {
            return Ty::Error;
        };
        let generics: Vec<Ty> = member
            .outer
            .into_iter()
            .map(|t| t.unwrap_or(Ty::Error))
            .collect();
        let ret = signature.ret.subst(&generics);
        let callee = Callee::Fn {
            item: member.item,
            args: vec![None, Some(0), Some(1)],
            generics,
            receiver: true,
        };
        self.set_callee(id, callee);
        ret
    }

    /// `base[key]` by the function `index` of the type; none if it has none.
    pub(super) fn index_function(&mut self, id: ExprId, ty: &Ty, indices: &[ExprId]) -> Option<Ty> {
        self.members.own(&self.types, ty, "index")?;
        Some(self.call_with_indices(id, ty, "index", indices, None))
    }

    /// Notes the function that assigns `base[key]`, if the type has one.
    pub(super) fn index_setter(&mut self, target: ExprId, ty: &Ty) {
        let ExprKind::Index { .. } = self.kind(target) else {
            return;
        };
        let Some(member) = self.members.own(&self.types, ty, "set_index") else {
            return;
        };
        let generics: Vec<Ty> = member
            .outer
            .into_iter()
            .map(|t| t.unwrap_or(Ty::Error))
            .collect();
        let params = self
            .types
            .signatures
            .get(member.item)
            .map_or(0, |s| s.params.len());
        let callee = Callee::Fn {
            item: member.item,
            args: (0..params).map(|i| i.checked_sub(1)).collect(),
            generics,
            receiver: true,
        };
        self.types.setters.set(target, callee);
    }

    fn call_with_indices(
        &mut self,
        id: ExprId,
        ty: &Ty,
        name: &str,
        indices: &[ExprId],
        want: Option<&Ty>,
    ) -> Ty {
        let span = self.span(id);
        let name = Ident {
            name: name.to_owned(),
            span,
        };
        let args: Vec<Arg> = indices
            .iter()
            .map(|&value| Arg { name: None, value })
            .collect();
        let call = Call {
            id,
            receiver: id,
            name: &name,
            args: &args,
            parens: true,
            block: None,
        };
        let want = want.map_or(Want::Any, Want::Hint);
        self.member(&call, ty, want).unwrap_or(Ty::Error)
    }
}
