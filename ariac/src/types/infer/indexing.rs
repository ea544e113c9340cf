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
        let mut is_stepped = false;
        for &index in indices {
            let ExprKind::Range { lo, hi, step, .. } = self.kind(index) else {
                if self.is_range(index) {
                    self.infer(index, Want::Any);
                    is_stepped = true;
                } else {
                    self.check(index, &Ty::Int, Why::Index);
                }
                continue;
            };
            for bound in [lo, hi].into_iter().flatten() {
                self.check(*bound, &Ty::Int, Why::Text("a bound of a range"));
            }
            if let Some(step) = step {
                is_stepped = true;
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
        // What has a function `slice` of the program's own gets the bounds alone.
        let stepped = self.members.own(&self.types, ty, "_slice_by");
        let member = match (is_stepped, stepped) {
            (false, _) => member,
            (true, Some(stepped)) => stepped,
            (true, None) => {
                self.report(say::no_step(self.span(indices[0]), ty));
                return Ty::Error;
            }
        };
        let Some(signature) = self.types.signatures.get(member.item) else {
            return Ty::Error;
        };
        let arguments = signature.params.len() - 1;
        let generics: Vec<Ty> = member
            .outer
            .into_iter()
            .map(|t| t.unwrap_or(Ty::Error))
            .collect();
        let ret = signature.ret.subst(&generics);
        let callee = Callee::Fn {
            item: member.item,
            args: std::iter::once(None)
                .chain((0..arguments).map(Some))
                .collect(),
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
