//! What the call graph says about functions: which are recursive, which may fail, which gain by wider vectors.
//!
//! A recursive function checks the stack, so it may fail even where MIR says that nothing in it raises; then its
//! callers may fail too.

use crate::arena::Id;
use crate::mir::{Block, FnId, Function, Program, Rvalue, StmtKind};

/// What the call graph says about functions.
#[derive(Debug)]
pub(super) struct CallGraph {
    recursive: Vec<bool>,
    raises: Vec<bool>,
    wide: Vec<bool>,
}

impl CallGraph {
    /// Reads the calls of all functions.
    pub(super) fn of(program: &Program) -> Self {
        let callees: Vec<Vec<usize>> = program
            .functions
            .iter()
            .map(|(_, function)| {
                let mut calls = Vec::new();
                collect_calls(&function.body, &mut calls);
                calls
            })
            .collect();
        let recursive: Vec<bool> = (0..callees.len()).map(|f| reaches(&callees, f)).collect();
        let functions = || program.functions.iter().map(|(_, function)| function);
        let mut raises: Vec<bool> = functions().map(|f| f.raises).collect();
        for (raises, &recursive) in raises.iter_mut().zip(&recursive) {
            *raises |= recursive;
        }
        let mut wide: Vec<bool> = functions().map(works_on_arrays).collect();
        spread_to_callers(&callees, &mut raises);
        spread_to_callers(&callees, &mut wide);
        CallGraph {
            recursive,
            raises,
            wide,
        }
    }

    /// Whether the function may be running already when it is called.
    pub(super) fn is_recursive(&self, id: FnId) -> bool {
        self.recursive[id.index()]
    }

    /// Whether the function is worth code of its own for each level.
    pub(super) fn is_wide(&self, id: FnId) -> bool {
        self.wide[id.index()]
    }

    /// Whether the function may fail.
    pub(super) fn raises(&self, id: FnId) -> bool {
        self.raises[id.index()]
    }
}

/// What is true of a function becomes true of its callers.
fn spread_to_callers(callees: &[Vec<usize>], is_true: &mut [bool]) {
    loop {
        let grown = |f: &usize| !is_true[*f] && callees[*f].iter().any(|&c| is_true[c]);
        let found: Vec<usize> = (0..callees.len()).filter(grown).collect();
        if found.is_empty() {
            return;
        }
        for f in found {
            is_true[f] = true;
        }
    }
}

/// Whether the function has loops that wider vectors may speed up.
fn works_on_arrays(function: &Function) -> bool {
    let mut touches = false;
    let mut whole = false;
    function.body.each(&mut |stmt| match &stmt.kind {
        StmtKind::Store { .. } => touches = true,
        StmtKind::Assign { value, .. } => {
            touches |= matches!(value, Rvalue::Load { .. });
            whole |= matches!(
                value,
                Rvalue::Map { .. }
                    | Rvalue::Reduce { .. }
                    | Rvalue::Fill { .. }
                    | Rvalue::ToArray(_)
            );
        }
        _ => {}
    });
    whole || (!function.loops.is_empty() && (touches || !function.uses_python))
}

/// Whether a call of `start` may lead to another call of `start`.
fn reaches(callees: &[Vec<usize>], start: usize) -> bool {
    let mut seen = vec![false; callees.len()];
    let mut work = callees[start].clone();
    while let Some(function) = work.pop() {
        if function == start {
            return true;
        }
        if !std::mem::replace(&mut seen[function], true) {
            work.extend(&callees[function]);
        }
    }
    false
}

fn collect_calls(block: &Block, calls: &mut Vec<usize>) {
    block.each(&mut |stmt| {
        if let StmtKind::Assign {
            value: Rvalue::Call { callee, .. },
            ..
        } = &stmt.kind
        {
            calls.push(callee.index());
        }
    });
}
