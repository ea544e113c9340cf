//! Whether `impl`s fit their traits.

use super::Infer;
use crate::diagnostics::{declared as said, nearest};
use crate::hir::{ExprKind, ItemId, ItemKind};
use crate::types::unify::overlap;
use crate::types::{Bound, ImplDef, ParamTy, Signature, Ty, pretty_head};

/// The traits that only the language gives to types.
const SEALED: [&str; 3] = ["Element", "Number", "Real"];

impl Infer<'_, '_> {
    /// Reports `impl`s that do not fit their traits.
    pub(super) fn check_impl(&mut self, id: ItemId) {
        let Some(known) = self.types.impls.iter().find(|i| i.item == id).cloned() else {
            return;
        };
        let Some(bound) = &known.of_trait else { return };
        let Some(def) = self.types.traits.get(bound.item).cloned() else {
            return;
        };
        let of = self.hir.items[bound.item].name.name.clone();
        let ItemKind::Impl(decl) = &self.hir.items[id].kind else {
            return;
        };
        let span = self.hir.types[decl.ty].span;
        if self.is_sealed(bound.item) {
            self.report(said::impl_sealed(span, &of));
            return;
        }
        for (name, item) in &known.methods {
            let at = self.hir.items[*item].name.span;
            let Some((_, declared)) = def.methods.iter().find(|(n, _)| n == name) else {
                let near = nearest(name, def.methods.iter().map(|(n, _)| n.as_str()));
                self.report(said::impl_extra(at, &of, name, near));
                continue;
            };
            self.check_impl_signature(&known, bound, (*item, *declared));
        }
        let has_body = |item: ItemId| match &self.hir.items[item].kind {
            ItemKind::Fn(function) => function.body.is_some(),
            ItemKind::Const { value, .. } => {
                !matches!(self.hir.exprs[*value].kind, ExprKind::Error)
            }
            _ => true,
        };
        let methods = def
            .methods
            .iter()
            .filter(|(n, item)| !has_body(*item) && !known.methods.iter().any(|(m, _)| m == n));
        let consts = def
            .consts
            .iter()
            .filter(|(n, item)| !has_body(*item) && !known.consts.iter().any(|(m, _)| m == n));
        let missing: Vec<&str> = methods.chain(consts).map(|(n, _)| n.as_str()).collect();
        if !missing.is_empty() {
            self.report(said::impl_lacks(span, &of, &missing));
        }
        let supers = def.supers.clone();
        let mut args = vec![known.ty.clone()];
        args.extend(bound.args.iter().cloned());
        for inherited in supers {
            let inherited = Bound {
                item: inherited.item,
                args: inherited.args.iter().map(|t| t.subst(&args)).collect(),
            };
            self.scope.generics = known.generics.clone();
            if !self.traits().has(&known.ty, &inherited) {
                let wanted = self.bound_text(&inherited, &known.ty);
                let by = format!("`{of}`");
                self.report(said::lacks_trait(span, &known.ty, &wanted, &by));
            }
        }
        let first = self.members.impls(bound.item).iter().find_map(|&i| {
            let other = &self.types.impls[i];
            let same = other.item != id
                && other.item < id
                && other.of_trait.as_ref().is_some_and(|o| {
                    let args = o.args.iter().zip(&bound.args);
                    args.into_iter().all(|(a, b)| overlap(a, b))
                })
                && overlap(&other.ty, &known.ty);
            same.then_some(other.item)
        });
        if let Some(first) = first {
            let first = self.hir.items[first].span;
            self.report(said::impl_twice(span, &of, &known.ty, first));
        }
    }

    /// Whether only the language gives a trait to types.
    pub(super) fn is_sealed(&self, of_trait: ItemId) -> bool {
        let traits = &self.types.lang_traits;
        SEALED
            .iter()
            .any(|name| traits.get(*name) == Some(&of_trait))
    }

    fn check_impl_signature(
        &mut self,
        known: &ImplDef,
        bound: &Bound,
        (item, declared): (ItemId, ItemId),
    ) {
        let (Some(have), Some(want)) = (
            self.types.signatures.get(item).cloned(),
            self.types.signatures.get(declared).cloned(),
        ) else {
            return;
        };
        // The trait's parameters as the `impl` has them; the function's own follow those of the `impl`.
        let mut args = vec![known.ty.clone()];
        args.extend(bound.args.iter().cloned());
        let outer = args.len();
        for (i, generic) in want.generics.iter().enumerate().skip(outer) {
            args.push(generic.ty(known.generics.len() + i - outer));
        }
        let same = have.params.len() == want.params.len()
            && have.generics.len() - known.generics.len() == want.generics.len() - outer
            && have
                .params
                .iter()
                .zip(&want.params)
                .all(|(h, w)| h.mode == w.mode && h.ty == w.ty.subst(&args))
            && have.ret == want.ret.subst(&args)
            && self.hir.is_async(item) == self.hir.is_async(declared);
        let is_wrong =
            |s: &Signature| s.ret == Ty::Error || s.params.iter().any(|p| p.ty == Ty::Error);
        if same || is_wrong(&have) || is_wrong(&want) {
            return;
        }
        let name = self.hir.items[item].name.clone();
        let wanted = Signature {
            params: want
                .params
                .iter()
                .map(|p| ParamTy {
                    ty: p.ty.subst(&args),
                    ..p.clone()
                })
                .collect(),
            ret: want.ret.subst(&args),
            generics: Vec::new(),
        };
        let word = |item| {
            if self.hir.is_async(item) {
                "async "
            } else {
                ""
            }
        };
        let wanted = format!("{}{}", word(declared), pretty_head(&name.name, &wanted));
        let found = format!("{}{}", word(item), pretty_head(&name.name, &have));
        let at = self.hir.items[declared].name.span;
        self.report(said::impl_differs(
            name.span, &name.name, &wanted, &found, at,
        ));
    }
}
