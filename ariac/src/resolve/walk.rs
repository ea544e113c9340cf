//! Goes through declarations in the order of the text, and says what each name means.

use super::bind::Bind;
use super::control::{Capture, Loop};
use super::members::before;
use super::modules::Globals;
use super::scope::{ScopeKind, Scopes};
use super::type_names::SelfMeaning;
use super::{Binding, BindingKind, BlockReturns, Meaning, Names, attributes};
use crate::builtins::{Builtin, Namespace, Receiver, find_method};
use crate::diagnostics::{Diagnostic, Reports, names as say};
use crate::hir::{Arg, ExprId, ExprKind, Hir, Ident, Module, PatId, StrPart};
use crate::source::Span;

pub(super) struct Walk<'h, 'r> {
    pub(super) hir: &'h Hir,
    pub(super) module: &'h Module,
    /// Its place among the files.
    pub(super) module_index: usize,
    pub(super) globals: &'r Globals<'h>,
    pub(super) names: &'r mut Names,
    pub(super) reports: &'r mut Reports,
    pub(super) scopes: Scopes<'h>,
    pub(super) loops: Vec<Loop<'h>>,
    /// The `rescue`s around this place in this function or block, by what they bind.
    pub(super) rescues: Vec<PatId>,
    /// The blocks around this place.
    pub(super) captures: Vec<Capture>,
    /// The type parameters in scope, and where they are declared.
    pub(super) generics: Vec<(&'h str, Span)>,
    /// What `Self` means here.
    pub(super) self_meaning: SelfMeaning,
    /// Whether this is in an `ensures`, where `old(…)` has a meaning.
    pub(super) in_ensures: bool,
    /// The first binding of the `ensures`, and inside of `old(…)` the first in that: what is between is not there on entry.
    pub(super) ensures_from: usize,
    pub(super) old_from: Option<usize>,
    /// The parameters whose names a default value must not use.
    pub(super) hidden: Vec<&'h str>,
    /// How many blocks after calls are around this place, aside from those that run in place.
    pub(super) blocks: usize,
    /// How a block returns from this function, if one does.
    pub(super) returns: Option<BlockReturns>,
    /// Whether something in this function could not be lowered: it may have declared any name.
    pub(super) has_holes: bool,
}

impl<'h, 'r> Walk<'h, 'r> {
    pub(super) fn new(
        hir: &'h Hir,
        module_index: usize,
        globals: &'r Globals<'h>,
        names: &'r mut Names,
        reports: &'r mut Reports,
    ) -> Self {
        Walk {
            hir,
            module: &hir.modules[module_index],
            module_index,
            globals,
            names,
            reports,
            scopes: Scopes::default(),
            loops: Vec::new(),
            rescues: Vec::new(),
            captures: Vec::new(),
            generics: Vec::new(),
            self_meaning: SelfMeaning::Nothing,
            in_ensures: false,
            ensures_from: 0,
            old_from: None,
            hidden: Vec::new(),
            blocks: 0,
            returns: None,
            has_holes: false,
        }
    }

    pub(super) fn start(&mut self) {
        self.scopes.start_function();
        self.scopes.enter(ScopeKind::Function);
        self.loops.clear();
        self.captures.clear();
        self.blocks = 0;
        self.returns = None;
        self.has_holes = false;
    }

    pub(super) fn report(&mut self, report: Diagnostic) {
        self.reports.add(report);
    }

    pub(super) fn expr(&mut self, id: ExprId) {
        let hir = self.hir;
        let span = hir.exprs[id].span;
        match &hir.exprs[id].kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Symbol(_) => {}
            ExprKind::Type(ty) => self.ty(*ty),
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
                if self.names.exprs.get(*callee) == Some(&Meaning::Old) {
                    return self.old(id, args);
                }
                self.args(args);
                if let Some(block) = block {
                    self.closure(id, block, false);
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
                self.scoped_name(id, *receiver, name);
                self.args(args);
                if let Some(block) = block {
                    let runs_in_place = self.runs_in_place(*receiver, name);
                    self.closure(id, block, runs_in_place);
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
                self.if_expression(then, otherwise.as_ref());
            }
            ExprKind::Match { value, arms } => {
                self.expr(*value);
                self.arms(arms);
            }
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            } => self.begin(body, rescues, otherwise.as_ref(), ensure.as_ref()),
            ExprKind::Try(value) => {
                // The value may be left at any place in it.
                let mark = self.scopes.begin_way();
                self.expr(*value);
                self.scopes.end_way(mark);
            }
            ExprKind::Await(value) => self.expr(*value),
            ExprKind::Propagate(value) => {
                self.expr(*value);
                self.returns_from_block(id, span);
            }
            ExprKind::Closure(closure) => self.closure(id, closure, false),
            ExprKind::Map(pairs) => {
                for (key, value) in pairs {
                    self.expr(*key);
                    self.expr(*value);
                }
            }
            ExprKind::Loop {
                label,
                body,
                attributes,
            } => {
                attributes::check_loop(attributes, self.reports);
                self.endless(id, label.as_ref(), body);
            }
            ExprKind::While {
                label,
                condition,
                body,
                attributes,
            } => {
                attributes::check_loop(attributes, self.reports);
                let is_endless = matches!(hir.exprs[*condition].kind, ExprKind::Bool(true));
                self.expr(*condition);
                let breaks = self.loop_body(id, label.as_ref(), None, false, body);
                if is_endless {
                    self.scopes.after_breaks(breaks);
                }
            }
            ExprKind::For {
                label,
                parallel,
                pattern,
                iterable,
                body,
                attributes,
            } => {
                attributes::check_loop(attributes, self.reports);
                self.expr(*iterable);
                self.loop_body(id, label.as_ref(), Some(*pattern), *parallel, body);
            }
            ExprKind::Break { label, value } => {
                self.break_loop(id, span, label.as_ref(), *value);
            }
            ExprKind::Continue { label } => self.jump(id, span, "continue", label.as_ref()),
            ExprKind::Return(value) => {
                if let Some(value) = value {
                    self.expr(*value);
                }
                self.returns_from_block(id, span);
                self.scopes.diverge();
            }
            ExprKind::Reraise => {
                match self.rescues.last() {
                    Some(rescue) => self.names.rescues.set(id, *rescue),
                    None => self.report(say::nothing_to_raise(span, self.blocks > 0)),
                }
                self.scopes.diverge();
            }
            ExprKind::Raise { value, from } => {
                self.raise(*value);
                from.iter().for_each(|from| self.raise(*from));
                self.scopes.diverge();
            }
            ExprKind::Let {
                mutable,
                pattern,
                ty,
                value,
            } => {
                self.expr(*value);
                ty.iter().for_each(|t| self.ty(*t));
                let bind = Bind {
                    kind: BindingKind::Local,
                    mutable: *mutable,
                    mut_at: (!mutable).then_some(before(hir.pats[*pattern].span)),
                    is_again: false,
                };
                self.pattern(*pattern, bind);
            }
            ExprKind::Assign { target, ty, value } => {
                self.expr(*value);
                ty.iter().for_each(|t| self.ty(*t));
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

    /// `old(…)`: a variable that has its value from when the function begins, so that a block can capture it.
    fn old(&mut self, id: ExprId, args: &'h [Arg]) {
        let from = self.old_from.or(Some(self.names.bindings.len()));
        let outer = std::mem::replace(&mut self.old_from, from);
        let mut captures = std::mem::take(&mut self.captures);
        self.args(args);
        self.old_from = outer;
        let entry = self.names.bindings.push(Binding {
            name: "old".to_owned(),
            span: self.hir.exprs[id].span,
            mutable: false,
            kind: BindingKind::Local,
            mut_at: None,
        });
        self.names.exprs.set(id, Meaning::Local(entry));
        captures.iter_mut().for_each(|c| c.uses(entry));
        self.captures = captures;
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

    /// Whether it is `Python.with_gil` or `Python.without_gil`.
    fn runs_in_place(&self, receiver: ExprId, name: &Ident) -> bool {
        let is_python =
            self.names.exprs.get(receiver) == Some(&Meaning::Namespace(Namespace::Python));
        let method = find_method(Receiver::PythonNamespace, &name.name);
        is_python && method.is_some_and(|m| matches!((m.builtin)(), Builtin::Gil(_)))
    }
}
