//! Which glue may go so deep that it must look at the stack.

use super::owned_fields;
use crate::llvm::context::ModuleCx;
use crate::types::{Adt, Repr, Ty};
use std::collections::HashSet;

/// Whether the glue of a boxed type or list may come back to itself otherwise than in tail position.
pub(super) fn nests(cx: &ModuleCx<'_>, ty: &Ty) -> bool {
    let calls = calls(cx, ty);
    let mut inner = calls.iter().filter(|call| !call.is_tail);
    inner.any(|call| reaches(cx, &call.callee, ty))
}

/// Whether dropping a value of the type, which something else owns, may lead to more of the same.
pub(super) fn may_go_deep(cx: &ModuleCx<'_>, ty: &Ty) -> bool {
    let mut found = Vec::new();
    collect(cx, ty, false, &mut found);
    !found.is_empty()
}

/// A type whose glue is called by that of another.
struct Call {
    callee: Ty,
    is_tail: bool,
}

/// What the glue of a boxed type, a list or a function value calls.
fn calls(cx: &ModuleCx<'_>, ty: &Ty) -> Vec<Call> {
    let mut calls = Vec::new();
    match ty {
        Ty::List(element) => collect(cx, element, false, &mut calls),
        Ty::Adt(adt) => variants(cx, adt, true, &mut calls),
        _ => {}
    }
    calls
}

/// What dropping a value of the type, in tail position or not, calls.
fn collect(cx: &ModuleCx<'_>, ty: &Ty, is_tail: bool, calls: &mut Vec<Call>) {
    match ty {
        Ty::Tuple(items) => {
            let owned: Vec<&Ty> = items.iter().filter(|ty| ty.is_owned()).collect();
            fields(cx, &owned, is_tail, calls);
        }
        Ty::Adt(adt) if adt.repr == Repr::Owned => variants(cx, adt, is_tail, calls),
        Ty::Adt(_) | Ty::List(_) | Ty::Fn(_) if ty.is_owned() => calls.push(Call {
            callee: ty.clone(),
            is_tail,
        }),
        _ => {}
    }
}

fn variants(cx: &ModuleCx<'_>, adt: &Adt, is_tail: bool, calls: &mut Vec<Call>) {
    for variant in 0..cx.adt(adt).variants.len() {
        let owned: Vec<&Ty> = owned_fields(cx, adt, variant).map(|(_, ty)| ty).collect();
        fields(cx, &owned, is_tail, calls);
    }
}

fn fields(cx: &ModuleCx<'_>, owned: &[&Ty], is_tail: bool, calls: &mut Vec<Call>) {
    for (i, ty) in owned.iter().enumerate() {
        let is_last = i + 1 == owned.len();
        collect(cx, ty, is_tail && is_last, calls);
    }
}

/// Whether the glue of `from` may call that of `to`. A function value may own anything.
fn reaches(cx: &ModuleCx<'_>, from: &Ty, to: &Ty) -> bool {
    let mut seen = HashSet::new();
    let mut work = vec![from.clone()];
    while let Some(ty) = work.pop() {
        if ty == *to || matches!(ty, Ty::Fn(_)) {
            return true;
        }
        if seen.insert(ty.clone()) {
            work.extend(calls(cx, &ty).into_iter().map(|call| call.callee));
        }
    }
    false
}
