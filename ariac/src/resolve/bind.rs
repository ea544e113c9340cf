//! What patterns and assignments bind.

use super::scope::ScopeKind;
use super::walk::Walk;
use super::{Binding, BindingId, BindingKind, Meaning};
use crate::diagnostics::names as say;
use crate::hir::{ExprId, ExprKind, PatId, PatKind};
use crate::source::Span;

impl Walk<'_, '_> {
    /// What a pattern binds.
    pub(super) fn pattern(
        &mut self,
        id: PatId,
        kind: BindingKind,
        mutable: bool,
        mut_at: Option<Span>,
    ) {
        let hir = self.hir;
        let span = hir.pats[id].span;
        match &hir.pats[id].kind {
            PatKind::Wildcard
            | PatKind::Literal(_)
            | PatKind::Range { .. }
            | PatKind::Or(_)
            | PatKind::As { .. }
            | PatKind::Constructor { .. }
            | PatKind::Array { .. } => {}
            PatKind::Error => self.has_holes = true,
            PatKind::Tuple(items) => {
                for &item in items {
                    self.pattern(item, kind, mutable, mut_at);
                }
            }
            PatKind::Name(name) => {
                if let Some(first) = self.scopes.find_here(name) {
                    let first = self.names.bindings[first].span;
                    self.report(say::duplicate(span, name, first));
                }
                let binding = Binding {
                    name: name.clone(),
                    span,
                    mutable,
                    kind,
                    mut_at,
                };
                let binding = self.names.bindings.push(binding);
                self.names.pats.set(id, binding);
                self.scopes.declare(name, binding, ScopeKind::Body);
            }
        }
    }

    /// The target of a plain assignment.
    pub(super) fn target(&mut self, id: ExprId) {
        let hir = self.hir;
        let span = hir.exprs[id].span;
        match &hir.exprs[id].kind {
            ExprKind::Name(name) => {
                if let Some(binding) = self.scopes.find(name) {
                    self.check_mutable(binding, span);
                    self.scopes.assign(binding);
                    self.names.exprs.set(id, Meaning::Local(binding));
                    return;
                }
                let binding = Binding {
                    name: name.clone(),
                    span,
                    mutable: true,
                    kind: BindingKind::Local,
                    mut_at: None,
                };
                let binding = self.names.bindings.push(binding);
                self.names.exprs.set(id, Meaning::Local(binding));
                self.names.declarations.set(id, binding);
                self.scopes.declare(name, binding, ScopeKind::Function);
            }
            ExprKind::Tuple(items) => {
                for &item in items {
                    self.target(item);
                }
            }
            ExprKind::MethodCall {
                args,
                parens: false,
                block: None,
                ..
            } if args.is_empty() => self.expr(id),
            ExprKind::Index { .. } => self.expr(id),
            ExprKind::Error => self.has_holes = true,
            _ => self.report(say::no_place(span)),
        }
    }

    pub(super) fn check_mutable(&mut self, id: BindingId, span: Span) {
        let binding = &self.names.bindings[id];
        if binding.mutable {
            return;
        }
        let (name, declared, mut_at) = (binding.name.clone(), binding.span, binding.mut_at);
        let what = match binding.kind {
            BindingKind::Param => "parameter, which is read-only",
            BindingKind::Local => "value of `let` without `mut`",
            BindingKind::Loop => "variable of a loop",
            BindingKind::Closure => "parameter of a block",
        };
        let report = say::not_assignable(span, &name, what, declared);
        let report = match (binding.kind, mut_at) {
            (BindingKind::Local, Some(at)) => report.fix(at, "mut ", "make it mutable"),
            _ => report.help(format!(
                "assign to another name, for instance `{name}_next`"
            )),
        };
        self.report(report);
    }
}
