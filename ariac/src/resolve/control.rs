//! What runs some of its parts, or some of them more than once: branches, loops, handlers, blocks.

use super::bind::Bind;
use super::scope::{ScopeKind, Way};
use super::walk::Walk;
use super::{Binding, BindingId, BindingKind, BlockReturns, Meaning};
use crate::diagnostics::{names as say, nearest};
use crate::hir::{Arm, Block, Closure, ExprId, ExprKind, Ident, PatId, Rescue};
use crate::source::Span;
use std::collections::HashSet;

/// A loop around the current statement.
pub(super) struct Loop<'h> {
    expr: ExprId,
    label: Option<&'h Ident>,
    /// Length of the trail where it began.
    mark: usize,
    /// What has a value at each `break`; none: there was no `break` yet.
    breaks: Option<HashSet<BindingId>>,
}

/// A block around the current statement, and the outer variables that it has used.
pub(super) struct Capture {
    /// The variables that are older than the block have smaller numbers.
    first_inner: usize,
    used: Vec<BindingId>,
}

impl Capture {
    /// Notes that the block uses a variable from outside.
    pub(super) fn uses(&mut self, binding: BindingId) {
        if !self.used.contains(&binding) {
            self.used.push(binding);
        }
    }
}

impl<'h> Walk<'h, '_> {
    pub(super) fn stmts(&mut self, block: &'h Block) {
        for &stmt in &block.stmts {
            self.expr(stmt);
        }
    }

    /// The statements of an `if` or loop.
    fn body(&mut self, block: &'h Block) {
        self.scopes.enter(ScopeKind::Body);
        self.stmts(block);
        self.scopes.leave(&self.names.bindings);
    }

    /// A body that may not run.
    fn way(&mut self, block: Option<&'h Block>) -> Way {
        let mark = self.scopes.begin_way();
        if let Some(block) = block {
            self.body(block);
        }
        self.scopes.end_way(mark)
    }

    pub(super) fn if_expression(&mut self, then: &'h Block, otherwise: Option<&'h Block>) {
        let ways = vec![self.way(Some(then)), self.way(otherwise)];
        self.scopes.join(ways);
    }

    /// The arms of a `match`, of which one runs.
    pub(super) fn arms(&mut self, arms: &'h [Arm]) {
        let mut ways = Vec::new();
        for arm in arms {
            let mark = self.scopes.begin_way();
            self.scopes.enter(ScopeKind::Body);
            self.pattern(arm.pattern, Bind::fixed(BindingKind::Pattern));
            arm.guard.into_iter().for_each(|guard| self.expr(guard));
            self.stmts(&arm.body);
            self.scopes.leave(&self.names.bindings);
            ways.push(self.scopes.end_way(mark));
        }
        // Without arms nothing is known of what comes after.
        if !ways.is_empty() {
            self.scopes.join(ways);
        }
    }

    pub(super) fn begin(
        &mut self,
        body: &'h Block,
        rescues: &'h [Rescue],
        otherwise: Option<&'h Block>,
        ensure: Option<&'h Block>,
    ) {
        let mark = self.scopes.begin_way();
        self.body(body);
        if let Some(otherwise) = otherwise {
            self.body(otherwise);
        }
        let mut ways = vec![self.scopes.end_way(mark)];
        // An error may come before the body has done anything.
        for rescue in rescues {
            let mark = self.scopes.begin_way();
            self.scopes.enter(ScopeKind::Body);
            self.pattern(rescue.pattern, Bind::fixed(BindingKind::Pattern));
            rescue.ty.iter().for_each(|t| self.ty(*t));
            self.rescues.push(rescue.pattern);
            self.stmts(&rescue.body);
            self.rescues.pop();
            self.scopes.leave(&self.names.bindings);
            ways.push(self.scopes.end_way(mark));
        }
        let ensured = self.way(ensure);
        self.scopes.join(ways);
        self.scopes.follow(ensured);
    }

    /// `loop`: only `break` leaves it.
    pub(super) fn endless(&mut self, id: ExprId, label: Option<&'h Ident>, body: &'h Block) {
        let breaks = self.loop_body(id, label, None, false, body);
        self.scopes.after_breaks(breaks);
    }

    /// A block after a call or as a value. `Python.with_gil` and `without_gil` run theirs once, in place: jumps go through it.
    pub(super) fn closure(&mut self, id: ExprId, closure: &'h Closure, runs_in_place: bool) {
        let outer = (!runs_in_place).then(|| {
            let around = std::mem::take(&mut self.loops);
            let rescues = std::mem::take(&mut self.rescues);
            (around, rescues, self.scopes.begin_way())
        });
        self.blocks += usize::from(!runs_in_place);
        self.captures.push(Capture {
            first_inner: self.names.bindings.len(),
            used: Vec::new(),
        });
        self.scopes.enter(ScopeKind::Function);
        for (param, mode) in closure.params.iter().zip(&closure.modes) {
            self.pattern(*param, Bind::closure_param(*mode));
        }
        closure.types.iter().flatten().for_each(|t| self.ty(*t));
        self.stmts(&closure.body);
        self.scopes.leave(&self.names.bindings);
        if let Some(capture) = self.captures.pop() {
            self.names.captures.set(id, capture.used);
        }
        self.blocks -= usize::from(!runs_in_place);
        if let Some((loops, rescues, mark)) = outer {
            self.scopes.end_way(mark);
            self.loops = loops;
            self.rescues = rescues;
        }
    }

    /// A `return` or `?`, which in a block needs variables of the function.
    pub(super) fn returns_from_block(&mut self, id: ExprId, span: Span) {
        if self.blocks == 0 {
            return;
        }
        let returns = self.returns.unwrap_or_else(|| {
            let mut variable = || {
                self.names.bindings.push(Binding {
                    name: "return".to_owned(),
                    span,
                    mutable: true,
                    kind: BindingKind::Local,
                    mut_at: None,
                })
            };
            BlockReturns {
                values: variable(),
                call: variable(),
            }
        });
        self.returns = Some(returns);
        self.names.returns.set(id, returns);
    }

    /// Notes that a variable is used: the blocks between here and its declaration capture it.
    pub(super) fn used(&mut self, binding: BindingId) {
        use crate::arena::Id;
        for capture in &mut self.captures {
            if binding.index() < capture.first_inner {
                capture.uses(binding);
            }
        }
    }

    /// Goes through the body of a loop; gives what has a value at all its `break`s.
    pub(super) fn loop_body(
        &mut self,
        expr: ExprId,
        label: Option<&'h Ident>,
        pattern: Option<PatId>,
        is_parallel: bool,
        body: &'h Block,
    ) -> Option<HashSet<BindingId>> {
        let mark = self.scopes.begin_way();
        self.loops.push(Loop {
            expr,
            label,
            mark: mark.0,
            breaks: None,
        });
        // What a turn of a parallel loop assigns first is its own: no other turn may see it.
        self.scopes.enter(match is_parallel {
            true => ScopeKind::Function,
            false => ScopeKind::Body,
        });
        if let Some(pattern) = pattern {
            self.pattern(pattern, Bind::fixed(BindingKind::Loop));
        }
        self.stmts(body);
        self.scopes.leave(&self.names.bindings);
        self.scopes.end_way(mark);
        self.loops.pop().and_then(|l| l.breaks)
    }

    pub(super) fn break_loop(
        &mut self,
        id: ExprId,
        span: Span,
        label: Option<&Ident>,
        value: Option<ExprId>,
    ) {
        if let Some(value) = value {
            if let ExprKind::Name(name) = &self.hir.exprs[value].kind
                && label.is_none()
                && self.scopes.find(name).is_none()
                && self
                    .loops
                    .iter()
                    .any(|l| l.label.is_some_and(|l| l.name == *name))
            {
                let report = say::label_without_colon(self.hir.exprs[value].span, name);
                self.report(report);
                self.names.exprs.set(value, Meaning::Error);
                self.scopes.diverge();
                return;
            }
            self.expr(value);
        }
        self.jump(id, span, "break", label);
        if let Some(value) = value
            && let Some(target) = self.names.loops.get(id)
            && !matches!(self.hir.exprs[*target].kind, ExprKind::Loop { .. })
        {
            self.report(say::break_value(self.hir.exprs[value].span));
        }
    }

    pub(super) fn jump(&mut self, id: ExprId, span: Span, word: &str, label: Option<&Ident>) {
        let found = match label {
            None => self.loops.len().checked_sub(1),
            Some(label) => self
                .loops
                .iter()
                .rposition(|l| l.label.is_some_and(|n| n.name == label.name)),
        };
        match (found, label) {
            (Some(index), _) => {
                let target = &mut self.loops[index];
                self.names.loops.set(id, target.expr);
                if word == "break" && self.scopes.is_reachable() {
                    let now = self.scopes.assigned_since(target.mark);
                    target.breaks = Some(match target.breaks.take() {
                        Some(before) => before.intersection(&now).copied().collect(),
                        None => now,
                    });
                }
            }
            (None, Some(label)) if !self.loops.is_empty() => {
                let known = self.loops.iter().filter_map(|l| l.label).map(|l| &*l.name);
                let near = nearest(&label.name, known);
                let report = say::unknown_label(label.span, &label.name, near);
                self.report(report);
            }
            _ => {
                let report = say::outside_loop(span, word, self.blocks > 0);
                self.report(report);
            }
        }
        self.scopes.diverge();
    }
}
