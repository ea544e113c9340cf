//! What may be changed is seen by one name only.

use super::Roots;
use crate::diagnostics::{Reports, borrow};
use crate::hir::ParamMode;
use crate::mir::liveness::{self, LocalSet, Visit};
use crate::mir::{Access, Function, LocalId, Operand, Program, Rvalue, Signatures, Stmt, StmtKind};

pub(super) fn check(
    program: &Program,
    signatures: &Signatures,
    function: &Function,
    roots: &Roots<'_>,
    reports: &mut Reports,
) {
    let calls = Calls {
        program,
        function,
        roots,
    };
    function.body.each(&mut |stmt| {
        calls.arguments(stmt, reports);
        calls.stores(stmt, reports);
    });
    if roots.origins.is_empty() {
        return;
    }
    let mut body = function.body.clone();
    let mut changes = Changes {
        signatures,
        function,
        roots,
        reports,
    };
    liveness::walk(function, &mut body, &mut changes);
}

struct Calls<'a> {
    program: &'a Program,
    function: &'a Function,
    roots: &'a Roots<'a>,
}

impl Calls<'_> {
    /// A `mut` argument is the only one that shows its memory.
    fn arguments(&self, stmt: &Stmt, reports: &mut Reports) {
        let StmtKind::Assign { value, .. } = &stmt.kind else {
            return;
        };
        let (name, params, args): (&str, Vec<(&str, ParamMode)>, _) = match value {
            Rvalue::Call { callee, args } => {
                let callee = &self.program.functions[*callee];
                let params = callee.params.iter().map(|p| (p.name.as_str(), p.mode));
                (&callee.name, params.collect(), args)
            }
            Rvalue::CallNative { callee, args } => {
                let callee = &self.program.natives[*callee];
                let params = callee.params.iter().map(|p| ("the other", p.1));
                (&callee.symbol, params.collect(), args)
            }
            _ => return,
        };
        for (i, (param, mode)) in params.iter().enumerate() {
            let Some(Operand::Local(changed)) = args.get(i).filter(|_| *mode == ParamMode::Mut)
            else {
                continue;
            };
            let mine = self.roots.roots(*changed);
            self.read_only(stmt, *changed, &mine, reports);
            for (j, (other_param, other_mode)) in params.iter().enumerate() {
                // Of two `mut` arguments the pair is told once.
                if j == i || *other_mode == ParamMode::Mut && j < i {
                    continue;
                }
                let Some(Operand::Local(other)) = args.get(j) else {
                    continue;
                };
                let by_value = *other_mode != ParamMode::Mut
                    && self.function.locals[*other].ty.elem().is_some();
                let theirs = self.roots.roots(*other);
                if let Some(shared) = theirs.iter().find(|r| mine.contains(r) && !by_value) {
                    let origin = self.roots.origin(*shared);
                    let params = [*param, *other_param];
                    reports.add(borrow::aliased_arguments(stmt.span, name, &origin, params));
                }
            }
        }
    }

    fn stores(&self, stmt: &Stmt, reports: &mut Reports) {
        if let StmtKind::Store { array, .. } = &stmt.kind {
            let roots = self.roots.roots(*array);
            self.read_only(stmt, *array, &roots, reports);
        }
    }

    /// Nothing is changed that was lent to be read.
    fn read_only(&self, stmt: &Stmt, changed: LocalId, roots: &[LocalId], reports: &mut Reports) {
        let is_array = self.function.locals[changed].ty.is_array_like();
        let read = |r: &&LocalId| self.roots.mode(**r) == Some(ParamMode::Read);
        if let Some(root) = roots.iter().find(read).filter(|_| is_array) {
            reports.add(borrow::not_mutable(stmt.span, &self.roots.origin(*root)));
        }
    }
}

/// Looks for changes of arrays that a view still shows.
struct Changes<'a, 'r> {
    signatures: &'a Signatures,
    function: &'a Function,
    roots: &'a Roots<'a>,
    reports: &'r mut Reports,
}

impl Visit for Changes<'_, '_> {
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, _carried: &LocalSet) -> Vec<Stmt> {
        let mut changed = Vec::new();
        stmt.changes(self.signatures, &mut |local| changed.push(local));
        let mut written = Vec::new();
        stmt.locals(&mut |local, access| {
            if access == Access::Write {
                written.push(local);
            }
        });
        for local in changed {
            if !self.function.locals[local].ty.is_array_like() {
                continue;
            }
            let shown = self.roots.origins.iter().filter(|(view, origins)| {
                **view != local
                    && after.contains(**view)
                    && origins.contains(&local)
                    && !written.contains(view)
                    && !self.roots.all(local).contains(view)
            });
            let shown = shown.min_by_key(|(view, _)| **view);
            // A view that another view was copied from may get a new value: the copy keeps showing the old memory.
            let replaced_view =
                written.contains(&local) && self.function.locals[local].ty.holds_view();
            if let (Some((view, _)), false) = (shown, replaced_view) {
                let known = &self.function.locals[*view];
                let origin = self.roots.origin(local);
                self.reports.add(match &known.name {
                    Some(name) => {
                        borrow::changed_while_viewed(stmt.span, &origin, name, known.span)
                    }
                    // The loop itself holds the view.
                    None => borrow::changed_while_iterated(stmt.span, &origin, known.span),
                });
            }
        }
        Vec::new()
    }
}
