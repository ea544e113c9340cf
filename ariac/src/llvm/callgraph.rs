//! What the call graph says about functions: which are recursive, and which may fail.
//!
//! A recursive function checks the stack, so it may fail even where MIR says that nothing in it raises; then its
//! callers may fail too.

use crate::arena::Id;
use crate::mir::{Block, FnId, Program, Rvalue, StmtKind};

/// What the call graph says about functions.
#[derive(Debug)]
pub(super) struct CallGraph {
    recursive: Vec<bool>,
    raises: Vec<bool>,
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
        let mut raises: Vec<bool> = program.functions.iter().map(|(_, f)| f.raises).collect();
        for (raises, &recursive) in raises.iter_mut().zip(&recursive) {
            *raises |= recursive;
        }
        loop {
            let grown = |f: &usize| !raises[*f] && callees[*f].iter().any(|&c| raises[c]);
            let found: Vec<usize> = (0..callees.len()).filter(grown).collect();
            if found.is_empty() {
                return CallGraph { recursive, raises };
            }
            for f in found {
                raises[f] = true;
            }
        }
    }

    /// Whether the function may be running already when it is called.
    pub(super) fn is_recursive(&self, id: FnId) -> bool {
        self.recursive[id.index()]
    }

    /// Whether the function may fail.
    pub(super) fn raises(&self, id: FnId) -> bool {
        self.raises[id.index()]
    }
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
