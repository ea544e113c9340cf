//! `async` functions: their calls stand after `await`, for nobody else would run them.

use super::{Callee, Types};
use crate::diagnostics::{Reports, awaits as say};
use crate::hir::{ExprId, ExprKind, Hir, ItemId};
use std::collections::HashSet;

/// The `async` function that an expression calls or names.
#[must_use]
pub fn async_callee(hir: &Hir, types: &Types, expr: ExprId) -> Option<ItemId> {
    let item = match types.callees.get(expr)? {
        Callee::Fn { item, .. }
        | Callee::TraitFn { item, .. }
        | Callee::Each { item }
        | Callee::Reference { item, .. } => *item,
        _ => return None,
    };
    hir.is_async(item).then_some(item)
}

/// Reports what calls an `async` function and does not await it.
pub(super) fn report(hir: &Hir, types: &Types, reports: &mut Reports) {
    if !hir.items.ids().any(|item| hir.is_async(item)) {
        return;
    }
    let awaited: HashSet<ExprId> = hir
        .exprs
        .iter()
        .filter_map(|(_, expr)| match expr.kind {
            ExprKind::Await(value) => Some(value),
            _ => None,
        })
        .collect();
    for (expr, callee) in types.callees.iter() {
        let Some(item) = async_callee(hir, types, expr) else {
            continue;
        };
        let (span, name) = (hir.exprs[expr].span, &hir.items[item].name);
        match callee {
            Callee::Reference { .. } | Callee::Each { .. } => {
                reports.add(say::async_as_value(span, &name.name, name.span));
            }
            _ if !awaited.contains(&expr) => {
                let may_wait = hir
                    .items
                    .iter()
                    .any(|(id, around)| hir.is_async(id) && around.span.contains(span));
                reports.add(say::not_awaited(span, &name.name, name.span, may_wait));
            }
            _ => {}
        }
    }
}
