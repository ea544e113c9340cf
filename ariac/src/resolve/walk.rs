//! Goes through declarations in the order of the text, and says what each name means.

use super::scope::{ScopeKind, Scopes};
use super::{Binding, BindingId, BindingKind, Meaning, Names, attributes, functions_of};
use crate::builtins::{Builtin, Namespace, Receiver, find_method};
use crate::diagnostics::{Diagnostic, Reports, names as say, nearest, syntax};
use crate::hir::{
    Arg, Block, Closure, ExprId, ExprKind, Function, Hir, Ident, ItemId, ItemKind, Module,
    ParamMode, PatId, StrPart, TypeExprKind,
};
use crate::source::Span;
use std::collections::{HashMap, HashSet};

/// A loop around the current statement.
struct Loop<'h> {
    expr: ExprId,
    label: Option<&'h Ident>,
    /// Length of the trail where it began.
    mark: usize,
    /// What has a value at each `break`; none: there was no `break` yet.
    breaks: Option<HashSet<BindingId>>,
}

pub(super) struct Walk<'h, 'r> {
    pub(super) hir: &'h Hir,
    pub(super) module: &'h Module,
    pub(super) globals: &'r HashMap<&'h str, Meaning>,
    pub(super) names: &'r mut Names,
    pub(super) reports: &'r mut Reports,
    pub(super) scopes: Scopes<'h>,
    loops: Vec<Loop<'h>>,
    /// The parameters whose names a default value must not use.
    pub(super) hidden: Vec<&'h str>,
    /// How many blocks after calls are around this place, `Python.with_gil` aside.
    pub(super) blocks: usize,
    /// Whether the function gives an `Option` or `Result`, which was reported as not supported yet.
    pub(super) gives_later: bool,
    /// Whether something in this function could not be lowered: it may have declared any name.
    pub(super) has_holes: bool,
}

impl<'h, 'r> Walk<'h, 'r> {
    pub(super) fn new(
        hir: &'h Hir,
        module: &'h Module,
        globals: &'r HashMap<&'h str, Meaning>,
        names: &'r mut Names,
        reports: &'r mut Reports,
    ) -> Self {
        Walk {
            hir,
            module,
            globals,
            names,
            reports,
            scopes: Scopes::default(),
            loops: Vec::new(),
            hidden: Vec::new(),
            blocks: 0,
            has_holes: false,
            gives_later: false,
        }
    }

    pub(super) fn item(&mut self, id: ItemId) {
        let hir = self.hir;
        attributes::check(hir, &hir.items[id], self.reports);
        if let ItemKind::Const { value, .. } = &hir.items[id].kind {
            self.start(id);
            self.expr(*value);
        }
        for function in functions_of(hir, id) {
            if function != id {
                attributes::check(hir, &hir.items[function], self.reports);
            }
            if let ItemKind::Fn(f) = &hir.items[function].kind {
                self.function(function, f);
            }
        }
    }

    fn start(&mut self, _item: ItemId) {
        self.scopes.start_function();
        self.scopes.enter(ScopeKind::Function);
        self.loops.clear();
        self.blocks = 0;
        self.has_holes = false;
    }

    fn function(&mut self, id: ItemId, function: &'h Function) {
        self.start(id);
        self.gives_later = function.ret.is_some_and(|t| match &self.hir.types[t].kind {
            TypeExprKind::Path { name, .. } => matches!(&*name.name, "Option" | "Result"),
            _ => false,
        });
        self.hidden = function.params.iter().map(|p| &*p.name.name).collect();
        for param in &function.params {
            if let Some(default) = param.default {
                self.expr(default);
            }
        }
        self.hidden.clear();
        let mut params = Vec::new();
        for param in &function.params {
            let name = &param.name;
            if let Some(first) = self.scopes.find_here(&name.name) {
                let first = self.names.bindings[first].span;
                self.report(say::duplicate(name.span, &name.name, first));
            }
            let binding = Binding {
                name: name.name.clone(),
                span: name.span,
                mutable: param.mode != ParamMode::Read,
                kind: BindingKind::Param,
                mut_at: (param.mode == ParamMode::Read).then_some(before(name.span)),
            };
            let id = self.names.bindings.push(binding);
            self.scopes.declare(&name.name, id, ScopeKind::Function);
            params.push(id);
        }
        self.names.params.set(id, params);
        for requires in &function.requires {
            self.expr(requires.condition);
            if let Some(message) = requires.message {
                self.expr(message);
            }
        }
        if let Some(body) = &function.body {
            self.stmts(body);
        }
        self.scopes.leave(&self.names.bindings);
    }

    pub(super) fn report(&mut self, report: Diagnostic) {
        self.reports.add(report);
    }

    fn stmts(&mut self, block: &'h Block) {
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

    pub(super) fn expr(&mut self, id: ExprId) {
        let hir = self.hir;
        let span = hir.exprs[id].span;
        match &hir.exprs[id].kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Symbol(_)
            | ExprKind::Type(_) => {}
            ExprKind::Error => self.has_holes = true,
            ExprKind::Name(name) => {
                let meaning = self.meaning(name, span);
                self.names.exprs.set(id, meaning);
            }
            ExprKind::Str(parts) => {
                for part in parts {
                    if let StrPart::Value(value) = part {
                        self.expr(*value);
                    }
                }
            }
            ExprKind::Tuple(items) | ExprKind::Array(items) => self.exprs(items),
            ExprKind::Unary { operand, .. } => self.expr(*operand),
            ExprKind::Binary { left, right, .. } => self.exprs(&[*left, *right]),
            ExprKind::Logical { left, right, .. } => {
                self.expr(*left);
                let mark = self.scopes.begin_way();
                self.expr(*right);
                self.scopes.end_way(mark);
            }
            ExprKind::Compare { first, rest } => {
                self.expr(*first);
                rest.iter().for_each(|(_, e)| self.expr(*e));
            }
            ExprKind::Range { lo, hi, step, .. } => {
                [lo, hi, step]
                    .into_iter()
                    .flatten()
                    .for_each(|e| self.expr(*e));
            }
            ExprKind::Call {
                callee,
                args,
                block,
            } => {
                self.expr(*callee);
                self.args(args);
                if let Some(block) = block {
                    self.closure(block, false);
                }
            }
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                block,
                ..
            } => {
                self.expr(*receiver);
                self.args(args);
                if let Some(block) = block {
                    let is_with_gil = self.is_with_gil(*receiver, name);
                    self.closure(block, is_with_gil);
                }
            }
            ExprKind::Index { base, indices } => {
                self.expr(*base);
                self.exprs(indices);
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.expr(*condition);
                let mark = self.scopes.begin_way();
                self.body(then);
                let one = self.scopes.end_way(mark);
                let mark = self.scopes.begin_way();
                if let Some(otherwise) = otherwise {
                    self.body(otherwise);
                }
                let other = self.scopes.end_way(mark);
                self.scopes.join(one, other);
            }
            ExprKind::Match { .. }
            | ExprKind::Begin { .. }
            | ExprKind::Try(_)
            | ExprKind::Propagate(_)
            | ExprKind::Closure(_)
            | ExprKind::Map(_) => {}
            ExprKind::Loop { label, body } => {
                let breaks = self.loop_body(id, label.as_ref(), None, body);
                self.scopes.after_breaks(breaks);
            }
            ExprKind::While {
                label,
                condition,
                body,
            } => {
                let is_endless = matches!(hir.exprs[*condition].kind, ExprKind::Bool(true));
                self.expr(*condition);
                let breaks = self.loop_body(id, label.as_ref(), None, body);
                if is_endless {
                    self.scopes.after_breaks(breaks);
                }
            }
            ExprKind::For {
                label,
                pattern,
                iterable,
                body,
                attributes,
            } => {
                attributes::check_loop(attributes, self.reports);
                self.expr(*iterable);
                self.loop_body(id, label.as_ref(), Some(*pattern), body);
            }
            ExprKind::Break { label, value } => {
                if let Some(value) = value {
                    self.expr(*value);
                    let at = hir.exprs[*value].span;
                    self.report(syntax::not_supported(at, "a value of `break` is"));
                }
                self.jump(id, span, "break", label.as_ref());
            }
            ExprKind::Continue { label } => self.jump(id, span, "continue", label.as_ref()),
            ExprKind::Return(value) => {
                if let Some(value) = value {
                    self.expr(*value);
                }
                if self.blocks > 0 {
                    self.report(syntax::not_supported(span, "`return` from a block is"));
                }
                self.scopes.diverge();
            }
            ExprKind::Raise(value) => {
                self.raise(*value);
                self.scopes.diverge();
            }
            ExprKind::Let {
                mutable,
                pattern,
                value,
                ..
            } => {
                self.expr(*value);
                let mut_at = (!mutable).then_some(before(hir.pats[*pattern].span));
                self.pattern(*pattern, BindingKind::Local, *mutable, mut_at);
            }
            ExprKind::Assign { target, value, .. } => {
                self.expr(*value);
                self.target(*target);
            }
            ExprKind::CompoundAssign { target, value, .. } => {
                self.expr(*target);
                self.expr(*value);
                if matches!(hir.exprs[*target].kind, ExprKind::Tuple(_)) {
                    let at = hir.exprs[*target].span;
                    self.report(say::no_place(at));
                } else if let Some(Meaning::Local(id)) = self.names.exprs.get(*target) {
                    self.check_mutable(*id, hir.exprs[*target].span);
                } else if let Some(meaning) = self.names.exprs.get(*target)
                    && *meaning != Meaning::Error
                {
                    let at = hir.exprs[*target].span;
                    self.report(say::no_place(at));
                }
            }
        }
    }

    fn exprs(&mut self, items: &[ExprId]) {
        for &item in items {
            self.expr(item);
        }
    }

    pub(super) fn args(&mut self, args: &[Arg]) {
        for arg in args {
            self.expr(arg.value);
        }
    }

    fn is_with_gil(&self, receiver: ExprId, name: &Ident) -> bool {
        let is_python =
            self.names.exprs.get(receiver) == Some(&Meaning::Namespace(Namespace::Python));
        let method = find_method(Receiver::PythonNamespace, &name.name);
        is_python && method.is_some_and(|m| (m.builtin)() == Builtin::WithGil)
    }

    /// A block after a call. `Python.with_gil` runs its block once, in place: jumps go through it.
    fn closure(&mut self, closure: &'h Closure, is_with_gil: bool) {
        let outer =
            (!is_with_gil).then(|| (std::mem::take(&mut self.loops), self.scopes.begin_way()));
        self.blocks += usize::from(!is_with_gil);
        self.scopes.enter(ScopeKind::Function);
        for &param in &closure.params {
            self.pattern(param, BindingKind::Closure, false, None);
        }
        self.stmts(&closure.body);
        self.scopes.leave(&self.names.bindings);
        self.blocks -= usize::from(!is_with_gil);
        if let Some((loops, mark)) = outer {
            self.scopes.end_way(mark);
            self.loops = loops;
        }
    }

    /// Goes through the body of a loop; gives what has a value at all its `break`s.
    fn loop_body(
        &mut self,
        expr: ExprId,
        label: Option<&'h Ident>,
        pattern: Option<PatId>,
        body: &'h Block,
    ) -> Option<HashSet<BindingId>> {
        let mark = self.scopes.begin_way();
        self.loops.push(Loop {
            expr,
            label,
            mark: mark.0,
            breaks: None,
        });
        self.scopes.enter(ScopeKind::Body);
        if let Some(pattern) = pattern {
            self.pattern(pattern, BindingKind::Loop, false, None);
        }
        self.stmts(body);
        self.scopes.leave(&self.names.bindings);
        self.scopes.end_way(mark);
        self.loops.pop().and_then(|l| l.breaks)
    }

    fn jump(&mut self, id: ExprId, span: Span, word: &str, label: Option<&Ident>) {
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

/// The empty span before another.
fn before(span: Span) -> Span {
    Span {
        end: span.start,
        ..span
    }
}
