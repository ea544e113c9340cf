//! Uses of what is `@deprecated`: a warning each, but for those in the declaration itself.

use super::{Callee, Ty, Types};
use crate::diagnostics::{Reports, names as say};
use crate::hir::{ExprId, ExprKind, Hir, ItemId};
use crate::resolve::{Meaning, Names, TypeMeaning};
use crate::source::Span;

pub(super) fn report(hir: &Hir, names: &Names, types: &Types, reports: &mut Reports) {
    if hir.items.ids().all(|id| hir.deprecated(id).is_none()) {
        return;
    }
    for (item, span) in uses(hir, names, types) {
        if let Some(text) = hir.deprecated(item)
            && !is_inside(hir, types, item, span)
        {
            let name = &hir.items[item].name;
            reports.add(say::deprecated(span, &name.name, text, name.span));
        }
    }
}

/// The declarations that are named, and where.
fn uses(hir: &Hir, names: &Names, types: &Types) -> Vec<(ItemId, Span)> {
    let mut uses = Vec::new();
    for (expr, meaning) in names.exprs.iter() {
        let is_scoped = matches!(hir.exprs[expr].kind, ExprKind::MethodCall { .. });
        match meaning {
            // Of `Shape.Circle`, the enum has been told already.
            Meaning::Variant(..) if is_scoped => {}
            Meaning::Fn(item)
            | Meaning::Const(item)
            | Meaning::Adt(item)
            | Meaning::Variant(item, _) => uses.push((*item, place(hir, expr))),
            _ => {}
        }
    }
    for (ty, meaning) in names.types.iter() {
        if let TypeMeaning::Adt(item) = meaning {
            uses.push((*item, hir.types[ty].span));
        }
    }
    for (pat, (item, _)) in names.variants.iter() {
        uses.push((*item, hir.pats[pat].span));
    }
    // What stands behind a value or a type, or is meant by an operator: `resolve` did not know what it is.
    for (expr, callee) in types.callees.iter().chain(types.setters.iter()) {
        let is_by_name = matches!(
            hir.exprs[expr].kind,
            ExprKind::Name(_) | ExprKind::Call { .. }
        );
        if is_by_name || names.exprs.get(expr).is_some() {
            continue;
        }
        match callee {
            Callee::Fn { item, .. }
            | Callee::TraitFn { item, .. }
            | Callee::Each { item }
            | Callee::Reference { item, .. }
            | Callee::Const { item, .. } => uses.push((*item, place(hir, expr))),
            _ => {}
        }
    }
    uses
}

/// The name in an expression; an operator has none.
fn place(hir: &Hir, expr: ExprId) -> Span {
    match &hir.exprs[expr].kind {
        ExprKind::MethodCall { name, .. } => name.span,
        _ => hir.exprs[expr].span,
    }
}

/// Whether a place is in a declaration, or in an `impl` of it.
fn is_inside(hir: &Hir, types: &Types, item: ItemId, place: Span) -> bool {
    let holds = |item: ItemId| hir.items[item].span.contains(place);
    let is_of_it = |ty: &Ty| matches!(ty, Ty::Adt(adt) if adt.item == item);
    holds(item)
        || types
            .impls
            .iter()
            .any(|of| is_of_it(&of.ty) && holds(of.item))
}
