//! What runs on several threads changes nothing that they share, and touches no Python.
//!
//! The variables that a parallel block assigns by their names are the effect checker's. Here are all other ways: a method
//! that changes a list, a part that is changed through an alias, a block inside the block, and functions that were lent,
//! which may be blocks that change variables of a caller.

use super::Roots;
use super::escape::is_lent_function;
use super::exclusive::Calls;
use crate::diagnostics::{Reports, effects as say};
use crate::hir::ParamMode;
use crate::mir::{Function, Kernel, LocalId, Rvalue, Signatures, Stmt, StmtKind};
use std::collections::{HashMap, HashSet};

pub(super) fn check(
    signatures: &Signatures,
    function: &Function,
    roots: &Roots<'_>,
    calls: &Calls<'_>,
    reports: &mut Reports,
) {
    let mut everywhere = HashMap::new();
    let mut kernels = Vec::new();
    function.body.each(&mut |stmt| {
        stmt.locals(&mut |local, _| *everywhere.entry(local).or_insert(0_u32) += 1);
        if let StmtKind::Assign {
            value:
                Rvalue::Map {
                    kernel,
                    parallel: true,
                    ..
                },
            ..
        } = &stmt.kind
        {
            kernels.push((stmt.clone(), kernel.clone()));
        }
    });
    for (stmt, kernel) in kernels {
        let block = Parallel {
            signatures,
            function,
            roots,
            calls,
            own: own_locals(&stmt, &kernel, &everywhere),
        };
        block.check(&stmt, &kernel, reports);
    }
}

/// The locals of a kernel: those that nothing else mentions.
fn own_locals(
    stmt: &Stmt,
    kernel: &Kernel,
    everywhere: &HashMap<LocalId, u32>,
) -> HashSet<LocalId> {
    // The statement itself names the kernel's parameters and result.
    let mut inside = HashMap::new();
    let mut count = |local, _| *inside.entry(local).or_insert(0_u32) += 1;
    stmt.locals(&mut count);
    kernel.body.each(&mut |stmt| stmt.locals(&mut count));
    if let StmtKind::Assign { dst, value } = &stmt.kind {
        if let Some(dst) = dst {
            inside.remove(dst);
        }
        if let Rvalue::Map { sources, .. } = value {
            for source in sources {
                inside.remove(source);
            }
        }
    }
    inside
        .into_iter()
        .filter(|(local, n)| everywhere.get(local) == Some(n))
        .map(|(local, _)| local)
        .collect()
}

struct Parallel<'a> {
    signatures: &'a Signatures,
    function: &'a Function,
    roots: &'a Roots<'a>,
    calls: &'a Calls<'a>,
    own: HashSet<LocalId>,
}

impl Parallel<'_> {
    fn check(&self, block: &Stmt, kernel: &Kernel, reports: &mut Reports) {
        let mut told: HashSet<LocalId> = HashSet::new();
        kernel.body.each(&mut |stmt| {
            if self.signatures.needs_gil(stmt, self.function) {
                reports.add(say::parallel_touches(stmt.span, block.span, None));
            }
            for local in self.changed(stmt) {
                for root in self.roots.changed_roots(stmt, local) {
                    if self.is_shared(root) && told.insert(root) {
                        let origin = self.roots.origin(root);
                        let report = say::parallel_assigns(stmt.span, &origin.name, origin.span);
                        reports.add(report);
                    }
                }
            }
            stmt.locals(&mut |local, _| {
                if is_lent_function(self.function, local) && told.insert(local) {
                    let origin = self.roots.origin(local);
                    let report = say::parallel_calls(stmt.span, &origin.name, origin.span);
                    reports.add(report);
                }
            });
        });
    }

    fn is_shared(&self, root: LocalId) -> bool {
        !self.own.contains(&root) || self.function.params.iter().any(|p| p.local == root)
    }

    /// What a statement changes, by itself or by a block that it makes.
    fn changed(&self, stmt: &Stmt) -> Vec<LocalId> {
        let mut changed = Vec::new();
        match &stmt.kind {
            StmtKind::Alias { .. } => {}
            StmtKind::Assign { dst: Some(dst), .. } if self.calls.blocks.contains_key(dst) => {
                let uses = self.calls.blocks[dst].iter();
                let uses = uses.filter(|used| used.mode == ParamMode::Mut);
                changed.extend(uses.map(|used| used.local));
            }
            _ => stmt.changes(self.signatures, &mut |local| changed.push(local)),
        }
        changed
    }
}
