//! What the functions of a program do, read off their instructions.

use crate::arena::Id;
use crate::mir::{FnId, Program, Rvalue, Signatures, StmtKind, function_values};
use crate::types::Ty;
use std::collections::HashMap;

/// Sets [`Function::raises`], [`Function::uses_python`] and [`Function::streams`] from the instructions and, through calls, to a fixpoint.
/// A recursive function raises: it may recurse too deep.
pub(crate) fn infer_effects(program: &mut Program) {
    for (_, function) in program.functions.iter_mut() {
        (function.raises, function.uses_python) = (false, false);
    }
    let none = Signatures::of(program);
    let mut values: HashMap<Ty, Vec<FnId>> = HashMap::new();
    for id in function_values(program) {
        let ty = program.functions[id].value_ty();
        values.entry(ty).or_default().push(id);
    }
    let n = program.functions.len();
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut callees: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut raises = vec![false; n];
    let mut uses_python = vec![false; n];
    let mut streams = vec![false; n];
    for (id, function) in program.functions.iter() {
        let at = id.index();
        function.body.each(&mut |stmt| {
            raises[at] |= none.stmt_may_fail(stmt, function);
            uses_python[at] |= none.needs_gil(stmt, function);
            streams[at] |= none.streams(stmt);
            let StmtKind::Assign { value, .. } = &stmt.kind else {
                return;
            };
            let called: &[FnId] = match value {
                Rvalue::Call { callee, .. } => std::slice::from_ref(callee),
                // Whichever function of this type it is.
                Rvalue::CallValue { callee, .. } => values
                    .get(&function.locals[*callee].ty)
                    .map_or(&[], Vec::as_slice),
                _ => &[],
            };
            for callee in called {
                callers[callee.index()].push(at);
                callees[at].push(callee.index());
            }
        });
    }
    for at in recursive(&callees) {
        raises[at] = true;
    }
    spread(&mut raises, &callers);
    spread(&mut uses_python, &callers);
    spread(&mut streams, &callers);
    for (id, function) in program.functions.iter_mut() {
        function.raises = raises[id.index()];
        function.uses_python = uses_python[id.index()];
        function.streams = streams[id.index()];
    }
}

/// What is true of a function becomes true of its callers.
fn spread(flags: &mut [bool], callers: &[Vec<usize>]) {
    let mut work: Vec<usize> = (0..flags.len()).filter(|&i| flags[i]).collect();
    while let Some(at) = work.pop() {
        for &caller in &callers[at] {
            if !flags[caller] {
                flags[caller] = true;
                work.push(caller);
            }
        }
    }
}

/// The functions that can call themselves: those on a cycle of the call graph (Tarjan's components, without recursion).
pub(super) fn recursive(callees: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let n = callees.len();
    let (mut index, mut low) = (vec![NEW; n], vec![NEW; n]);
    let mut on_stack = vec![false; n];
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..n {
        if index[root] != NEW {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some(&mut (at, ref mut edge)) = path.last_mut() {
            if *edge == 0 && index[at] == NEW {
                (index[at], low[at]) = (next, next);
                next += 1;
                stack.push(at);
                on_stack[at] = true;
            }
            if let Some(&to) = callees[at].get(*edge) {
                *edge += 1;
                if index[to] == NEW {
                    path.push((to, 0));
                } else if on_stack[to] {
                    low[at] = low[at].min(index[to]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[at]);
            }
            if low[at] == index[at] {
                let start = stack.iter().rposition(|&x| x == at).unwrap_or(0);
                let component = stack.split_off(start);
                for &member in &component {
                    on_stack[member] = false;
                }
                if component.len() > 1 || callees[at].contains(&at) {
                    found.extend(component);
                }
            }
        }
    }
    found
}
