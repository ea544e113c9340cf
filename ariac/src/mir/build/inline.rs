//! `@inline` functions: none of them may call itself, for its body would have to contain itself.

use super::Context;
use crate::diagnostics::{Diagnostic, instances as say};
use crate::mir::{FnId, Program, Rvalue, StmtKind};
use crate::source::Span;
use std::collections::HashSet;

/// Each `@inline` function that calls itself, by way of others or not.
pub(super) fn recursive(cx: &Context<'_>, program: &Program) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = HashSet::new();
    for (id, function) in program.functions.iter().filter(|(_, f)| f.inline) {
        let Some(item) = function.item.map(|item| &cx.hir.items[item]) else {
            continue;
        };
        let back = calls(program, id)
            .into_iter()
            .find(|(callee, _)| reaches(program, *callee, id));
        if let (Some((callee, span)), Some(attribute)) = (back, item.attribute("inline"))
            && told.insert(attribute.span)
        {
            let way = (callee != id).then(|| program.functions[callee].name.as_str());
            let name = &item.name.name;
            found.push(say::inline_recursion(span, attribute.span, name, way));
        }
    }
    found
}

fn calls(program: &Program, id: FnId) -> Vec<(FnId, Span)> {
    let mut calls = Vec::new();
    program.functions[id].body.each(&mut |stmt| {
        if let StmtKind::Assign {
            value: Rvalue::Call { callee, .. },
            ..
        } = &stmt.kind
        {
            calls.push((*callee, stmt.span));
        }
    });
    calls
}

/// Whether a function is another one, or leads to it by calls.
fn reaches(program: &Program, from: FnId, to: FnId) -> bool {
    let mut seen = HashSet::new();
    let mut work = vec![from];
    while let Some(function) = work.pop() {
        if function == to {
            return true;
        }
        if seen.insert(function) {
            work.extend(calls(program, function).iter().map(|(callee, _)| *callee));
        }
    }
    false
}
