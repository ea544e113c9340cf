//! Views do not outlive the call that they were lent to.

use super::Roots;
use crate::diagnostics::{Reports, borrow};
use crate::hir::ParamMode;
use crate::mir::{Captures, Function, LocalId, Operand, Rvalue, StmtKind};
use crate::types::Ty;
use std::collections::HashMap;

pub(super) fn check(function: &Function, roots: &Roots<'_>, reports: &mut Reports) {
    let holds_view = |local: LocalId| function.locals[local].ty.holds_view();
    let first_view = |parts: &[Operand]| {
        let views = parts.iter().filter_map(Operand::local);
        let mut views = views.filter(|l| holds_view(*l));
        views.find_map(|view| roots.escaping(view))
    };
    let stored = |span, parts: &[Operand], reports: &mut Reports| {
        if let Some(origin) = first_view(parts) {
            reports.add(borrow::view_stored(span, &origin, "a value"));
        }
    };
    // Objects that views were turned into, and what they were.
    let mut objects = HashMap::new();
    function.body.each(&mut |stmt| match &stmt.kind {
        StmtKind::Return(Operand::Local(local)) if holds_view(*local) => {
            if let Some(origin) = roots.escaping(*local) {
                reports.add(borrow::view_returned(stmt.span, &origin));
            }
        }
        // A view parameter is changed through, never replaced; a tuple that holds a view would carry it out.
        StmtKind::Assign { dst: Some(dst), .. }
            if holds_view(*dst) && roots.mode(*dst).is_some() =>
        {
            let place = &function.locals[*dst].name;
            let from = roots.roots(*dst);
            if let (Some(place), Some(root)) = (place, from.iter().find(|r| *r != dst)) {
                let place = format!("`{place}`");
                reports.add(borrow::view_stored(stmt.span, &roots.origin(*root), &place));
            }
        }
        StmtKind::PySetAttr { value, .. } | StmtKind::PySetItem { value, .. } => {
            let made = value.local().and_then(|v| objects.get(&v));
            if let Some(origin) = made.and_then(|view| roots.escaping(*view)) {
                let diagnostic = borrow::view_stored(stmt.span, &origin, "the object");
                reports.add(diagnostic);
            }
        }
        StmtKind::Assign {
            dst: Some(dst),
            value:
                Rvalue::ToObject {
                    value: Operand::Local(view),
                    ..
                },
        } if holds_view(*view) => {
            objects.insert(*dst, *view);
        }
        // A block that is lent to the function is on the caller's stack.
        StmtKind::Assign {
            value: Rvalue::Clone(kept),
            ..
        } if is_lent_function(function, *kept) => {
            reports.add(borrow::function_kept(stmt.span, &roots.origin(*kept)));
        }
        StmtKind::Assign {
            value: Rvalue::Closure { captures, .. },
            ..
        } => {
            if let Some(origin) = first_view(captures) {
                reports.add(borrow::view_captured(stmt.span, &origin));
            }
        }
        StmtKind::Assign {
            value: Rvalue::Adt { fields: parts, .. } | Rvalue::List { items: parts, .. },
            ..
        } => stored(stmt.span, parts, reports),
        StmtKind::Assign {
            value: Rvalue::ListOp { args: parts, .. },
            ..
        } => stored(stmt.span, parts, reports),
        StmtKind::SetField { of, value, .. }
            if !matches!(function.locals[*of].ty, Ty::Tuple(_)) =>
        {
            stored(stmt.span, std::slice::from_ref(value), reports);
        }
        _ => {}
    });
}

/// Whether it is a function value that belongs to the caller. What a closure owns itself does not.
pub(super) fn is_lent_function(function: &Function, local: LocalId) -> bool {
    let owned = match function.captures {
        Some((captured, Captures::ByValue)) => captured,
        _ => 0,
    };
    let mut lent = function.params.iter().skip(owned);
    matches!(function.locals[local].ty, Ty::Fn(_))
        && lent.any(|p| p.local == local && p.mode != ParamMode::Own)
}
