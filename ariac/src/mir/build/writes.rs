//! Whether evaluating an expression changes a variable.

use super::Context;
use crate::builtins::Builtin;
use crate::hir::{self, ExprId, ExprKind, ParamMode};
use crate::resolve::{BindingId, Meaning};
use crate::types::Callee;
use std::collections::HashSet;

impl Context<'_> {
    /// Whether evaluating the expression may give a variable another value.
    pub(super) fn writes(&self, id: ExprId) -> bool {
        if let Some(known) = self.writes.borrow().get(id) {
            return *known;
        }
        let writes = self.compute_writes(id);
        self.writes.borrow_mut().set(id, writes);
        writes
    }

    /// Of expressions that are evaluated one after the other, whether one behind it may give a variable that it names another
    /// value, so that its own must be saved. Nobody can reach a variable but by its name.
    pub(super) fn changed_later(&self, ids: &[ExprId]) -> Vec<bool> {
        let mut changed = HashSet::new();
        let mut later = vec![false; ids.len()];
        for (i, &id) in ids.iter().enumerate().rev() {
            later[i] = !changed.is_empty() && self.names_any(id, &changed);
            if self.writes(id) {
                self.variables(id, &mut changed);
            }
        }
        later
    }

    /// Whether evaluating `by` may give a variable that `of` names another value.
    pub(super) fn changes(&self, by: ExprId, of: ExprId) -> bool {
        self.changed_later(&[of, by])[0]
    }

    fn variables(&self, id: ExprId, found: &mut HashSet<BindingId>) {
        if let Some(Meaning::Local(binding)) = self.names.exprs.get(id) {
            found.insert(*binding);
        }
        hir::for_each_child(self.hir, id, |child| self.variables(child, found));
    }

    fn names_any(&self, id: ExprId, variables: &HashSet<BindingId>) -> bool {
        if let Some(Meaning::Local(binding)) = self.names.exprs.get(id)
            && variables.contains(binding)
        {
            return true;
        }
        let mut found = false;
        hir::for_each_child(self.hir, id, |child| {
            found = found || self.names_any(child, variables);
        });
        found
    }

    /// Whether an expression names a variable.
    pub(super) fn names_variable(&self, id: ExprId, variable: BindingId) -> bool {
        if let Some(Meaning::Local(binding)) = self.names.exprs.get(id)
            && *binding == variable
        {
            return true;
        }
        let mut found = false;
        hir::for_each_child(self.hir, id, |child| {
            found = found || self.names_variable(child, variable);
        });
        found
    }

    fn compute_writes(&self, id: ExprId) -> bool {
        let any = |ids: &[ExprId]| ids.iter().any(|&e| self.writes(e));
        let block = |b: &hir::Block| any(&b.stmts);
        let passes_mut = |id: ExprId| match self.types.callees.get(id) {
            Some(Callee::Value | Callee::Builtin(Builtin::List(_))) => true,
            Some(Callee::Fn { item, .. } | Callee::TraitFn { item, .. }) => {
                let signature = self.types.signatures.get(*item);
                signature.is_none_or(|s| s.params.iter().any(|p| p.mode == ParamMode::Mut))
            }
            _ => false,
        };
        match &self.hir.exprs[id].kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Symbol(_)
            | ExprKind::Name(_)
            | ExprKind::Type(_)
            | ExprKind::Error
            | ExprKind::Reraise
            | ExprKind::Continue { .. } => false,
            ExprKind::Assign { .. }
            | ExprKind::CompoundAssign { .. }
            | ExprKind::Let { .. }
            | ExprKind::While { .. }
            | ExprKind::For { .. } => true,
            ExprKind::Str(parts) => parts.iter().any(|p| match p {
                hir::StrPart::Text(_) => false,
                hir::StrPart::Value(e) => self.writes(*e),
            }),
            ExprKind::Tuple(items) | ExprKind::Array(items) => any(items),
            ExprKind::Unary { operand, .. } => self.writes(*operand),
            ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
                self.writes(*left) || self.writes(*right)
            }
            ExprKind::Compare { first, rest } => {
                self.writes(*first) || rest.iter().any(|(_, e)| self.writes(*e))
            }
            ExprKind::Range { lo, hi, step, .. } => [lo, hi, step]
                .into_iter()
                .flatten()
                .any(|&e| self.writes(e)),
            ExprKind::Call {
                callee,
                args,
                block: closure,
            } => {
                passes_mut(id)
                    || self.writes(*callee)
                    || args.iter().any(|a| self.writes(a.value))
                    || closure.as_ref().is_some_and(|c| block(&c.body))
            }
            ExprKind::MethodCall {
                receiver,
                args,
                block: closure,
                ..
            } => {
                passes_mut(id)
                    || self.writes(*receiver)
                    || args.iter().any(|a| self.writes(a.value))
                    || closure.as_ref().is_some_and(|c| block(&c.body))
            }
            ExprKind::Index { base, indices } => self.writes(*base) || any(indices),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.writes(*condition) || block(then) || otherwise.as_ref().is_some_and(block),
            ExprKind::Return(value) | ExprKind::Break { value, .. } => {
                value.is_some_and(|e| self.writes(e))
            }
            ExprKind::Try(value) | ExprKind::Propagate(value) | ExprKind::Await(value) => {
                self.writes(*value)
            }
            ExprKind::Raise { value, from } => {
                self.writes(*value) || from.is_some_and(|from| self.writes(from))
            }
            // What is declared in them counts as a change too, which costs a copy at most.
            ExprKind::Match { .. }
            | ExprKind::Loop { .. }
            | ExprKind::Begin { .. }
            | ExprKind::Closure(_) => true,
            ExprKind::Map(pairs) => pairs
                .iter()
                .any(|(k, v)| self.writes(*k) || self.writes(*v)),
        }
    }
}
