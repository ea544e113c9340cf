//! What runs on several threads changes nothing that they share, and touches no Python.
//!
//! The variables that a parallel block assigns by their names are the effect checker's. Here are all other ways: a method
//! that changes a list, a part that is changed through an alias, a block inside the block, and functions that were lent,
//! which may be blocks that change variables of a caller.

use super::escape::is_lent_function;
use super::exclusive::Calls;
use super::{Roots, turns};
use crate::diagnostics::{Diagnostic, Reports, effects as say};
use crate::hir::ParamMode;
use crate::mir::{Block, Function, Kernel, LocalId, Rvalue, Signatures, Step, Stmt, StmtKind};
use crate::source::Span;
use crate::types::Ty;
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
        let shared = Shared {
            signatures,
            function,
            roots,
            calls,
            what: BLOCK,
            own: own_locals(&stmt, &kernel, &everywhere),
        };
        let mut told = HashSet::new();
        shared.check(
            &kernel.body,
            stmt.span,
            &mut |stmt, _, root| {
                let origin = roots.origin(root);
                told.insert(root)
                    .then(|| say::parallel_assigns(stmt.span, BLOCK, &origin.name, origin.span))
            },
            reports,
        );
    }
    turns::check(signatures, function, roots, calls, &everywhere, reports);
}

const BLOCK: say::Parallel = say::Parallel::Block;

/// The locals of a kernel: those that nothing else mentions.
fn own_locals(
    stmt: &Stmt,
    kernel: &Kernel,
    everywhere: &HashMap<LocalId, u32>,
) -> HashSet<LocalId> {
    // The statement itself names the kernel's parameters and result.
    let mut named = Vec::new();
    stmt.locals(&mut |local, _| named.push(local));
    if let StmtKind::Assign { dst, value } = &stmt.kind {
        named.retain(|local| Some(*local) != *dst);
        if let Rvalue::Map { sources, .. } = value {
            named.retain(|local| !sources.contains(local));
        }
    }
    owned_by(&kernel.body, &named, everywhere)
}

/// The locals that a block, and what is around it by the locals that it names, mentions as often as all of the function does.
pub(super) fn owned_by(
    block: &Block,
    named: &[LocalId],
    everywhere: &HashMap<LocalId, u32>,
) -> HashSet<LocalId> {
    let mut inside = HashMap::new();
    let mut count = |local| *inside.entry(local).or_insert(0_u32) += 1;
    named.iter().copied().for_each(&mut count);
    block.each_local(&mut |local, _| count(local));
    inside
        .into_iter()
        .filter(|(local, n)| everywhere.get(local) == Some(n))
        .map(|(local, _)| local)
        .collect()
}

/// Code that runs on several threads.
pub(super) struct Shared<'a> {
    pub(super) signatures: &'a Signatures,
    pub(super) function: &'a Function,
    pub(super) roots: &'a Roots<'a>,
    pub(super) calls: &'a Calls<'a>,
    pub(super) what: say::Parallel,
    /// The locals of which each turn has its own.
    pub(super) own: HashSet<LocalId>,
}

/// What is wrong with a statement that changes, by a local, something shared; none if nothing is, or it was told.
pub(super) type Judge<'j> = dyn FnMut(&Stmt, LocalId, LocalId) -> Option<Diagnostic> + 'j;

impl Shared<'_> {
    /// Reports what touches Python, changes what is shared, or calls what was lent. `at`: the loop or call.
    pub(super) fn check(
        &self,
        body: &Block,
        at: Span,
        judge: &mut Judge<'_>,
        reports: &mut Reports,
    ) {
        let mut told: HashSet<LocalId> = HashSet::new();
        let mut python = false;
        body.each(&mut |stmt| {
            if self.signatures.needs_gil(stmt, self.function) && !python {
                python = true;
                reports.add(say::parallel_touches(stmt.span, self.what, at, None));
            }
            for local in self.changed(stmt) {
                for root in self.roots.changed_roots(stmt, local) {
                    if self.is_shared(root)
                        && let Some(report) = judge(stmt, local, root)
                    {
                        reports.add(report);
                    }
                }
            }
            stmt.locals(&mut |local, _| {
                if is_lent_function(self.function, local) && told.insert(local) {
                    let origin = self.roots.origin(local);
                    let report =
                        say::parallel_calls(stmt.span, self.what, &origin.name, origin.span);
                    reports.add(report);
                }
            });
        });
    }

    pub(super) fn is_shared(&self, root: LocalId) -> bool {
        !self.own.contains(&root) || self.function.params.iter().any(|p| p.local == root)
    }

    /// How the program names a variable, or a field of it: `s.cells`.
    pub(super) fn named(&self, (local, steps): &(LocalId, Vec<Step>)) -> String {
        let mut name = self.roots.origin(*local).name;
        let mut ty = self.function.locals[*local].ty.clone();
        for step in steps {
            let (Step::Field { variant, index }, Ty::Adt(adt)) = (step, &ty) else {
                break;
            };
            let layout = self.calls.layout(adt);
            let variant = layout.and_then(|l| l.variants.get(*variant as usize));
            let Some((field, of)) = variant.and_then(|v| v.fields.get(*index)) else {
                break;
            };
            name = format!("{name}.{field}");
            ty = of.clone();
        }
        name
    }

    /// What a statement changes, by itself or by a block that it makes.
    pub(super) fn changed(&self, stmt: &Stmt) -> Vec<LocalId> {
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
