//! The borrow checker: on fresh MIR, before any pass. After it no user error remains.
//!
//! * **Escape** ([`escape`]): a view does not outlive the call that it was lent to. It is not returned, alone or in a
//!   tuple, nor stored in a parameter of the caller's. (Blocks run during the call, so they may use views.)
//! * **Exclusivity** ([`exclusive`]): what is passed as `mut` is not passed a second time in the same call; nothing is
//!   changed through a read-only borrow; an array is not changed while a view of it is still used, a list not while a loop
//!   goes through it. Different fields of one value are different memory. A block counts as an argument with all that it
//!   uses of the function around it.
//!
//! * **Parallel blocks** ([`parallel`]): they change nothing that their threads share; turns of a parallel loop ([`turns`]) may change
//!   what no other turn sees.
//!
//! All ask where a view comes from: its *roots*, the parameters and variables whose memory it may show, through locals,
//! tuples, branches and loops alike.

mod escape;
mod exclusive;
mod parallel;
#[cfg(test)]
mod tests;
mod turns;

use crate::diagnostics::Reports;
use crate::diagnostics::borrow::Origin;
use crate::hir::ParamMode;
use crate::mir::{
    Access, Const, Function, LocalId, NdOp, Operand, Program, Rvalue, Signatures, Step, Stmt,
    StmtKind, liveness,
};
use exclusive::Calls;
use std::collections::{HashMap, HashSet};

/// Reports what breaks the laws of borrowing.
pub fn check(program: &Program, reports: &mut Reports) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter() {
        let roots = Roots::of(function);
        escape::check(function, &roots, reports);
        let calls = Calls::of(program, &signatures, function, &roots);
        exclusive::check(&calls, reports);
        exclusive::captured_copies(&calls, reports);
        parallel::check(&signatures, function, &roots, &calls, reports);
    }
}

/// Whether a statement, which changes a local, changes what the local shows: a view that gets another value, or is moved,
/// changes nothing but itself.
fn changes_shown(function: &Function, stmt: &Stmt, local: LocalId) -> bool {
    let mut replaced = false;
    stmt.locals(&mut |l, access| {
        let is_itself = matches!(access, Access::Write | Access::Take | Access::Bind);
        replaced |= l == local && is_itself;
    });
    !(replaced && function.locals[local].ty.is_view())
}

/// Where the memory that a local shows comes from.
struct Roots<'a> {
    function: &'a Function,
    origins: HashMap<LocalId, Vec<LocalId>>,
    /// The views that were made as slices.
    slices: HashSet<LocalId>,
    /// What each alias is a part of, where it is always the same.
    parts: HashMap<LocalId, Option<(LocalId, Step)>>,
}

impl<'a> Roots<'a> {
    fn of(function: &'a Function) -> Self {
        let mut parts = HashMap::new();
        let mut slices = HashSet::new();
        function.body.each(&mut |stmt| {
            if let StmtKind::Assign {
                dst: Some(dst),
                value:
                    Rvalue::Slice { .. } | Rvalue::Nd(NdOp::Section { .. } | NdOp::Transposed(_)),
            } = &stmt.kind
            {
                slices.insert(*dst);
            }
            if let StmtKind::Alias { dst, of, step } = &stmt.kind {
                let part = Some((*of, step.clone()));
                let known = parts.entry(*dst).or_insert_with(|| part.clone());
                if *known != part {
                    *known = None;
                }
            }
        });
        Roots {
            function,
            slices,
            origins: liveness::origins(&function.body, &function.locals),
            parts,
        }
    }

    /// The local that an alias is a part of in the end, and the way there.
    fn path(&self, local: LocalId) -> (LocalId, Vec<Step>) {
        let mut steps = Vec::new();
        let mut at = local;
        while let Some(Some((of, step))) = self.parts.get(&at) {
            steps.push(step.clone());
            at = *of;
        }
        steps.reverse();
        (at, steps)
    }

    /// What a statement looks at by way of a local: all of it, or a field that it reads or sets.
    fn looked_at(&self, stmt: &Stmt, local: LocalId) -> (LocalId, Vec<Step>) {
        let mut place = self.path(local);
        let field = match &stmt.kind {
            StmtKind::SetField {
                of, variant, index, ..
            } if *of == local => Some((*variant, *index)),
            StmtKind::Assign {
                value:
                    Rvalue::Field {
                        tuple,
                        variant,
                        index,
                        ..
                    },
                ..
            } if *tuple == local => Some((*variant, *index)),
            _ => None,
        };
        let step = field.map(|(variant, index)| Step::Field { variant, index });
        place.1.extend(step);
        place
    }

    /// Whether two ways from the same local lead to parts that have nothing in common.
    fn disjoint(a: &(LocalId, Vec<Step>), b: &(LocalId, Vec<Step>)) -> bool {
        let int = |operand: &Operand| match operand {
            Operand::Const(Const::Int(n)) => Some(*n),
            _ => None,
        };
        let differ = |pair: (&Step, &Step)| match pair {
            (
                Step::Field { variant, index },
                Step::Field {
                    variant: other,
                    index: at,
                },
            ) => variant == other && index != at,
            (Step::Element { index, .. }, Step::Element { index: other, .. }) => {
                matches!((int(index), int(other)), (Some(a), Some(b)) if a != b)
            }
            _ => false,
        };
        a.0 == b.0 && a.1.iter().zip(&b.1).any(differ)
    }

    /// Whether two ways lead to memory that may be the same.
    fn meet(&self, a: &(LocalId, Vec<Step>), b: &(LocalId, Vec<Step>)) -> bool {
        if a.0 == b.0 {
            return !Roots::disjoint(a, b);
        }
        // An alias that is now one part, now another.
        let is_part = |l: LocalId, of: LocalId| {
            matches!(self.parts.get(&l), Some(None))
                && self.origins.get(&l).is_some_and(|o| o.contains(&of))
        };
        is_part(a.0, b.0) || is_part(b.0, a.0)
    }

    /// The local itself, if it borrows from no other; else all that it may borrow from in the end.
    fn roots(&self, local: LocalId) -> Vec<LocalId> {
        let origins = self.origins.get(&local).map_or(&[][..], Vec::as_slice);
        let is_root = |l: &&LocalId| self.origins.get(l).is_none_or(Vec::is_empty);
        let mut roots: Vec<LocalId> = origins.iter().filter(is_root).copied().collect();
        if self.is_param(local) || origins.is_empty() {
            roots.push(local);
        }
        roots
    }

    /// The roots of what a statement changes by way of a local.
    fn changed_roots(&self, stmt: &Stmt, local: LocalId) -> Vec<LocalId> {
        match changes_shown(self.function, stmt, local) {
            true => self.roots(local),
            false => vec![local],
        }
    }

    /// All locals that the view may pass through, itself included.
    fn all(&self, local: LocalId) -> Vec<LocalId> {
        let mut all = vec![local];
        all.extend(self.origins.get(&local).into_iter().flatten());
        all
    }

    fn is_param(&self, local: LocalId) -> bool {
        self.function.params.iter().any(|p| p.local == local)
    }

    fn mode(&self, local: LocalId) -> Option<ParamMode> {
        let param = self.function.params.iter().find(|p| p.local == local);
        param.map(|p| p.mode)
    }

    fn origin(&self, local: LocalId) -> Origin {
        let known = &self.function.locals[local];
        Origin {
            name: known.name.clone().unwrap_or_else(|| "this value".into()),
            span: known.span,
            ty: known.ty.clone(),
            is_param: self.is_param(local),
            is_slice: false,
        }
    }

    /// Where a view that escapes comes from.
    fn escaping(&self, view: LocalId) -> Option<Origin> {
        let root = self.roots(view).first().copied()?;
        Some(Origin {
            is_slice: self.all(view).iter().any(|l| self.slices.contains(l)),
            ..self.origin(root)
        })
    }
}
