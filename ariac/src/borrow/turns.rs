//! Turns of a `parallel_for` do not meet: what one of them changes, no other one sees.
//!
//! A turn may change an array of the function around it where the loop's variable says: `a[i]`, `m[i, j]`, and the section `m[i, ..]` with
//! all that is done with it. No two turns have the same `i`. Then all other looks at that array must be at `[i]` too, by the same
//! name: another view of it may show the same elements at other indices. The length and the shape of an array stay as they are.

use super::Roots;
use super::exclusive::Calls;
use super::parallel::{Shared, owned_by};
use crate::diagnostics::{Reports, effects as say};
use crate::mir::{
    Access, Along, Block, Function, LocalId, LoopId, NdOp, Operand, Rvalue, Signatures, Step, Stmt,
    StmtKind,
};
use crate::source::Span;
use std::collections::{HashMap, HashSet};

pub(super) fn check(
    signatures: &Signatures,
    function: &Function,
    roots: &Roots<'_>,
    calls: &Calls<'_>,
    everywhere: &HashMap<LocalId, u32>,
    reports: &mut Reports,
) {
    function.body.each(&mut |stmt| {
        let StmtKind::For { id, var, body, .. } = &stmt.kind else {
            return;
        };
        if !function.loops[*id].parallel {
            return;
        }
        let own = owned_by(body, &[*var], everywhere);
        let mut turns = Turns {
            shared: Shared {
                signatures,
                function,
                roots,
                calls,
                what: say::Parallel::Loop,
                own,
            },
            at: stmt.span,
            var: *var,
            changes: HashMap::new(),
            indices: HashSet::from([*var]),
            parts: HashMap::new(),
            looks: Vec::new(),
        };
        turns.changes = changes(&turns.shared, body);
        turns.stays(body, &mut vec![*id], reports);
        turns.gather(body);
        turns.report(body, reports);
    });
}

/// A look at an array, or at a value that may hold one, that is declared outside of the loop.
struct Look {
    /// The array, as the local and the way from it.
    place: (LocalId, Vec<Step>),
    /// All that it may show.
    roots: Vec<LocalId>,
    how: How,
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// An element or section that belongs to the turn.
    Own,
    /// The same, which is changed.
    OwnChanged,
    /// Anything else.
    Anywhere,
}

struct Turns<'a> {
    shared: Shared<'a>,
    at: Span,
    var: LocalId,
    /// How often each local gets another value.
    changes: HashMap<LocalId, u32>,
    /// The loop's variable and its copies.
    indices: HashSet<LocalId>,
    /// Views on sections that belong to the turn, with the array that they show.
    parts: HashMap<LocalId, LocalId>,
    looks: Vec<Look>,
}

impl Turns<'_> {
    /// Nothing leaves the loop.
    fn stays(&self, block: &Block, inside: &mut Vec<LoopId>, reports: &mut Reports) {
        for stmt in &block.stmts {
            let how = match &stmt.kind {
                StmtKind::Return(_) => Some("return"),
                StmtKind::Break(id) if !inside[1..].contains(id) => Some("break"),
                StmtKind::Continue(id) if !inside.contains(id) => Some("continue"),
                _ => None,
            };
            if let Some(how) = how {
                reports.add(say::parallel_left(stmt.span, how, self.at));
            }
            let known = inside.len();
            if let StmtKind::For { id, .. } | StmtKind::While { id, .. } = &stmt.kind {
                inside.push(*id);
            }
            stmt.blocks(&mut |block| self.stays(block, inside, reports));
            inside.truncate(known);
        }
    }

    /// Notes every look at an array from outside.
    fn gather(&mut self, body: &Block) {
        body.each(&mut |stmt| {
            if let StmtKind::Assign {
                dst: Some(dst),
                value,
            } = &stmt.kind
                && self.shared.own.contains(dst)
                && self.changes.get(dst) == Some(&1)
            {
                self.learn(*dst, value);
            }
        });
        body.each(&mut |stmt| self.looks(stmt));
    }

    fn learn(&mut self, dst: LocalId, value: &Rvalue) {
        let shown = match value {
            Rvalue::Use(Operand::Local(source)) if self.indices.contains(source) => {
                self.indices.insert(dst);
                return;
            }
            Rvalue::Nd(NdOp::Section { array, along }) => {
                let is_own = match along.first() {
                    Some(Along::At(index)) => self.is_index(index),
                    _ => false,
                };
                let known = self.parts.get(array).copied();
                known.or(is_own.then_some(*array))
            }
            Rvalue::Nd(NdOp::Transposed(source))
            | Rvalue::View(source)
            | Rvalue::Slice { array: source, .. }
            | Rvalue::Use(Operand::Local(source)) => self.parts.get(source).copied(),
            _ => None,
        };
        if let Some(array) = shown {
            self.parts.insert(dst, array);
        }
    }

    fn is_index(&self, operand: &Operand) -> bool {
        operand.local().is_some_and(|l| self.indices.contains(&l))
    }

    fn looks(&mut self, stmt: &Stmt) {
        let changed = self.shared.changed(stmt);
        let own = self.own_look(stmt);
        let mut mentioned = Vec::new();
        stmt.locals(&mut |local, _| mentioned.push(local));
        for local in mentioned {
            let (array, how) = match self.parts.get(&local) {
                Some(array) => (*array, How::Own),
                None if own == Some(local) => (local, How::Own),
                None if asks_for_lengths(stmt) => continue,
                // The part, or what the view shows, is looked at where that is used.
                None if makes_a_name(stmt) => continue,
                None => (local, How::Anywhere),
            };
            let ty = &self.shared.function.locals[array].ty;
            let is_array = ty.is_array_like();
            let how = match (how, changed.contains(&local)) {
                (How::Own, true) if is_array => How::OwnChanged,
                (how, _) => how,
            };
            let roots = self.shared.roots.roots(array);
            let roots: Vec<LocalId> = roots
                .into_iter()
                .filter(|root| self.shared.is_shared(*root))
                .collect();
            // A value that is no array may hold one.
            if (is_array || ty.is_owned()) && !roots.is_empty() {
                self.looks.push(Look {
                    place: self.shared.roots.looked_at(stmt, array),
                    roots,
                    how,
                    span: stmt.span,
                });
            }
        }
    }

    /// The array of which the statement looks only at what belongs to the turn.
    fn own_look(&self, stmt: &Stmt) -> Option<LocalId> {
        let (array, index) = match &stmt.kind {
            StmtKind::Store { array, index, .. } => (array, Some(index)),
            StmtKind::StoreAt { array, indices, .. } => (array, indices.first()),
            StmtKind::Assign { value, .. } => match value {
                Rvalue::Load { array, index, .. } => (array, Some(index)),
                Rvalue::Nd(NdOp::Load { array, indices }) => (array, indices.first()),
                Rvalue::Nd(NdOp::Section { array, along }) => match along.first() {
                    Some(Along::At(index)) => (array, Some(index)),
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        index.is_some_and(|i| self.is_index(i)).then_some(*array)
    }

    fn report(&self, body: &Block, reports: &mut Reports) {
        let var = self.shared.function.locals[self.var].name.as_deref();
        let var = var.unwrap_or("i");
        let mut told: HashSet<LocalId> = HashSet::new();
        // Each turn's own elements are changed by one name, and seen by that alone.
        for change in self.looks.iter().filter(|look| look.how == How::OwnChanged) {
            let meets = self.looks.iter().find(|other| {
                let same = other.place == change.place;
                let shares = other.roots.iter().any(|root| change.roots.contains(root));
                let apart = Roots::disjoint(&other.place, &change.place);
                shares && !apart && (other.how == How::Anywhere || !same)
            });
            if let Some(other) = meets
                && let Some(root) = change.roots.iter().find(|root| other.roots.contains(root))
                && told.insert(*root)
            {
                let name = match change.place.0 == *root {
                    true => self.shared.named(&change.place),
                    false => self.shared.roots.origin(*root).name,
                };
                let report = say::parallel_meets(other.span, &name, var, change.span);
                reports.add(report);
            }
        }
        self.shared.check(
            body,
            self.at,
            &mut |stmt, local, root| {
                let is_array = self.shared.function.locals[local].ty.is_array_like();
                let is_own = self.parts.contains_key(&local) || self.own_look(stmt) == Some(local);
                if is_array && is_own || !told.insert(root) {
                    return None;
                }
                let origin = self.shared.roots.origin(root);
                let is_element =
                    matches!(stmt.kind, StmtKind::Store { .. } | StmtKind::StoreAt { .. });
                Some(match is_array && is_element {
                    true => {
                        let path = self.shared.roots.path(local);
                        let name = match path.0 == root {
                            true => self.shared.named(&path),
                            false => origin.name,
                        };
                        say::parallel_stores(stmt.span, &name, var, origin.span)
                    }
                    false => say::parallel_assigns(
                        stmt.span,
                        say::Parallel::Loop,
                        &origin.name,
                        origin.span,
                    ),
                })
            },
            reports,
        );
    }
}

/// How often each local gets another value; an array whose elements change stays what it is.
fn changes(shared: &Shared<'_>, body: &Block) -> HashMap<LocalId, u32> {
    let mut changes = HashMap::new();
    body.each(&mut |stmt| {
        let mut replaced = HashSet::new();
        stmt.locals(&mut |local, access| {
            if matches!(access, Access::Write | Access::Bind) {
                replaced.insert(local);
            }
        });
        let changed = match stmt.kind {
            StmtKind::Alias { .. } => replaced.iter().copied().collect(),
            _ => shared.changed(stmt),
        };
        for local in changed {
            let is_array = shared.function.locals[local].ty.is_array_like();
            if replaced.contains(&local) || !is_array {
                *changes.entry(local).or_insert(0) += 1;
            }
        }
    });
    changes
}

/// Whether a statement makes another name for an array, and looks at none of its elements.
fn makes_a_name(stmt: &Stmt) -> bool {
    matches!(
        &stmt.kind,
        StmtKind::Alias { .. }
            | StmtKind::Assign {
                value: Rvalue::View(_) | Rvalue::Nd(NdOp::Transposed(_)),
                ..
            }
    )
}

/// Whether a statement asks only how many elements there are.
fn asks_for_lengths(stmt: &Stmt) -> bool {
    matches!(
        &stmt.kind,
        StmtKind::Assign {
            value: Rvalue::Len(_) | Rvalue::Nd(NdOp::Dim { .. }) | Rvalue::IsContiguous(_),
            ..
        }
    )
}
