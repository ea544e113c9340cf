//! The types of bodies.
//!
//! [`Infer::infer`] finds the type of an expression; [`Infer::check`] puts one into a place that has a type.
//! [`stmt`] and [`control`] are statements, [`operators`] operators, [`call`] functions of the program, [`methods`]
//! built-in ones, [`python`] objects, [`coerce`] conversions and their absence.

mod assign;
mod call;
mod closures;
mod coerce;
mod consts;
mod control;
mod conversions;
mod declared;
mod export;
mod generic_call;
mod handling;
mod impls;
mod indexing;
mod literal;
mod matching;
mod math;
mod methods;
mod nd;
mod operators;
mod python;
mod routines;
mod scoped;

use self::closures::Around;
use super::declared::{Scope, scopes};
use super::members::Members;
use super::unify::has_holes;
use super::{Binder, Callee, Ty, Types, exhaustive};
use crate::diagnostics::{Diagnostic, Reports, declared as said, syntax, types as say};
use crate::hir::{
    Block, ExprId, ExprKind, Function, Hir, ItemId, ItemKind, Module, PatId, StrPart,
};
use crate::resolve::{BindingId, Meaning, Names};
use crate::source::Span;
use coerce::Why;
use std::collections::{HashMap, HashSet};

/// What becomes of an expression's value.
#[derive(Clone, Copy)]
enum Want<'t> {
    /// It is dropped.
    Nothing,
    /// It is used.
    Any,
    /// It is used where this type is likely: literals adapt to it. Whether it fits is for others to see.
    Hint(&'t Ty),
}

impl<'t> Want<'t> {
    fn hint(self) -> Option<&'t Ty> {
        match self {
            Want::Hint(ty) => Some(ty),
            _ => None,
        }
    }

    fn is_used(self) -> bool {
        !matches!(self, Want::Nothing)
    }
}

/// Infers all bodies.
pub(super) fn bodies(hir: &Hir, names: &Names, types: Types, reports: &mut Reports) -> Types {
    let is_break = |id: &ExprId| matches!(hir.exprs[*id].kind, ExprKind::Break { .. });
    let left = names
        .loops
        .iter()
        .filter(|(id, _)| is_break(id))
        .map(|(_, l)| *l);
    let members = Members::of(&types);
    let scopes = scopes(&types);
    let mut infer = Infer {
        members,
        scopes,
        scope: Scope::default(),
        matches: Vec::new(),
        binders: Vec::new(),
        breaks: Vec::new(),
        hir,
        names,
        reports,
        types,
        module: None,
        function: None,
        around: Vec::new(),
        left_by_break: left.collect(),
        literals: HashMap::new(),
        consts: HashMap::new(),
    };
    for module in &hir.modules {
        infer.module = Some(module);
        for &item in &module.items {
            infer.item(item);
            infer.exports(item);
        }
    }
    infer.coverage();
    infer.types
}

/// A `loop`, the type that is wanted of it, and the values of its `break`s.
type Loop = (ExprId, Option<Ty>, Vec<(Option<ExprId>, Ty)>);

struct Infer<'h, 'r> {
    hir: &'h Hir,
    names: &'h Names,
    reports: &'r mut Reports,
    types: Types,
    /// What types can do.
    members: Members,
    /// What is around the functions of each type, trait and `impl`.
    scopes: HashMap<ItemId, Scope>,
    /// The type parameters that are in scope, and what `Self` is.
    scope: Scope,
    /// Each `match`, what it looks at, and the type of that: for the check that no case is missing.
    matches: Vec<(ExprId, ExprId, Ty)>,
    /// The patterns of `let`, `for` and blocks, which must match whatever comes.
    binders: Vec<(PatId, Binder)>,
    /// The `loop`s around the current statement: the type that is wanted of each, and what its `break`s gave.
    breaks: Vec<Loop>,
    /// The file that is being looked at.
    module: Option<&'h Module>,
    /// The function that is being looked at, and its result.
    function: Option<(ItemId, Ty)>,
    /// What is around this place that a `return` cannot leave.
    around: Vec<Around>,
    /// Loops that a `break` leaves.
    left_by_break: HashSet<ExprId>,
    /// Variables whose first value is an `Int` literal: `0.0` may have been meant.
    literals: HashMap<BindingId, ExprId>,
    /// Constants whose type is known, or being found out.
    consts: HashMap<ItemId, consts::State>,
}

impl<'h> Infer<'h, '_> {
    fn item(&mut self, id: ItemId) {
        match &self.hir.items[id].kind {
            ItemKind::Const { .. } => {
                self.const_type(id, self.hir.items[id].name.span);
            }
            ItemKind::Import { .. } | ItemKind::FromImport { .. } => {}
            ItemKind::Type(decl) => {
                self.enter(id);
                self.field_defaults(id);
                self.functions(&decl.methods, &decl.consts);
            }
            ItemKind::Trait(decl) => {
                self.enter(id);
                self.functions(&decl.methods, &decl.consts);
            }
            ItemKind::Impl(decl) => {
                self.enter(id);
                self.functions(&decl.methods, &decl.consts);
                self.check_impl(id);
            }
            ItemKind::Fn(function) => {
                self.scope = Scope::default();
                self.body(id, function);
            }
            ItemKind::ExternPython { functions, .. } | ItemKind::ExternNative { functions, .. } => {
                for &function in functions {
                    self.bind_params(function);
                }
            }
        }
    }

    /// Reports cases that a `match` leaves out, arms that are never reached, and patterns that bind but may not match.
    fn coverage(&mut self) {
        for (id, value, ty) in std::mem::take(&mut self.matches) {
            if let ExprKind::Match { arms, .. } = self.kind(id) {
                for report in
                    exhaustive::match_reports(self.hir, self.names, &self.types, value, &ty, arms)
                {
                    self.reports.add(report);
                }
            }
        }
        for (pattern, binder) in std::mem::take(&mut self.binders) {
            let Some(ty) = self.types.pats.get(pattern) else {
                continue;
            };
            let report = exhaustive::refutable_report(
                self.hir,
                self.names,
                &self.types,
                pattern,
                ty,
                binder,
            );
            if let Some(report) = report {
                self.reports.add(report);
            }
        }
    }

    /// Looks at what stands in the body of an item.
    fn enter(&mut self, id: ItemId) {
        self.scope = self.scopes.get(&id).cloned().unwrap_or_default();
    }

    fn functions(&mut self, methods: &[ItemId], consts: &[ItemId]) {
        let around = self.scope.clone();
        for &id in consts {
            if let ItemKind::Const { value, .. } = &self.hir.items[id].kind
                && !matches!(self.kind(*value), ExprKind::Error)
            {
                self.const_type(id, self.hir.items[id].name.span);
            }
        }
        for &id in methods {
            if let ItemKind::Fn(function) = &self.hir.items[id].kind {
                self.body(id, function);
            }
            self.scope = around.clone();
        }
    }

    /// The default values of a type's fields.
    fn field_defaults(&mut self, id: ItemId) {
        let Some(def) = self.types.adts.get(id).cloned() else {
            return;
        };
        if let ItemKind::Type(decl) = &self.hir.items[id].kind {
            let written = decl.variants.iter().flat_map(|v| &v.fields);
            for (written, field) in written.zip(def.variants.iter().flat_map(|v| &v.fields)) {
                self.written_bounds(written.ty, &field.ty);
            }
        }
        for field in def.variants.iter().flat_map(|v| &v.fields) {
            if let Some(default) = field.default {
                self.check(default, &field.ty, Why::Text("the field"));
            }
        }
    }

    fn bind_params(&mut self, id: ItemId) {
        let signature = self.types.signatures.get(id);
        let tys: Vec<Ty> = signature.map_or_else(Vec::new, |s| {
            s.params.iter().map(|p| p.ty.clone()).collect()
        });
        let bindings = self.names.params.get(id).map_or(&[][..], Vec::as_slice);
        for (&binding, ty) in bindings.iter().zip(tys) {
            self.types.bindings.set(binding, ty);
        }
    }

    fn body(&mut self, id: ItemId, function: &'h Function) {
        let Some(signature) = self.types.signatures.get(id).cloned() else {
            return;
        };
        self.bind_params(id);
        self.scope.generics.clone_from(&signature.generics);
        self.function = Some((id, signature.ret.clone()));
        if let Some(ret) = function.ret {
            self.written_bounds(ret, &signature.ret);
        }
        let bindings = self.names.params.get(id).cloned().unwrap_or_default();
        for (i, (param, ty)) in function.params.iter().zip(&signature.params).enumerate() {
            if !self.written_bounds(param.ty, &ty.ty)
                && let Some(&binding) = bindings.get(i)
            {
                // What follows from it has been said.
                self.types.bindings.set(binding, Ty::Error);
            }
            if let Some(default) = param.default {
                self.inside(Around::Clause, |this| {
                    this.check(default, &ty.ty, Why::Default(param.ty));
                });
            }
        }
        for requires in &function.requires {
            self.inside(Around::Clause, |this| this.condition(requires.condition));
            if let Some(message) = requires.message {
                self.check(message, &Ty::String, Why::Text("the text of an error"));
            }
        }
        let Some(body) = &function.body else { return };
        if let Some(&returns) = self.names.block_returns.get(id) {
            let values = Ty::List(Box::new(signature.ret.clone()));
            self.types.bindings.set(returns.values, values);
            self.types.bindings.set(returns.call, Ty::Int);
        }
        if let Some(&result) = self.names.results.get(id) {
            self.types.bindings.set(result, signature.ret.clone());
        }
        for ensures in &function.ensures {
            self.inside(Around::Clause, |this| this.condition(ensures.condition));
            if let Some(message) = ensures.message {
                self.check(message, &Ty::String, Why::Text("the text of an error"));
            }
        }
        if signature.ret != Ty::Unit {
            self.check_block(body, &signature.ret, Why::Return(id));
        } else if function.is_expression && function.ret.is_none() {
            let ty = self.block(body, Want::Any);
            if !matches!(ty, Ty::Unit | Ty::Never | Ty::Error) {
                let name = &self.hir.items[id].name;
                self.report(say::result_unstated(name.span, &name.name, &ty));
            }
        } else {
            self.block(body, Want::Nothing);
        }
        self.function = None;
    }

    fn report(&mut self, report: Diagnostic) {
        self.reports.add(report);
    }

    /// Reports that `what` ("`match` is") is not supported yet; the type of what could not be typed.
    fn unsupported(&mut self, span: Span, what: &str) -> Ty {
        self.report(syntax::not_supported(span, what));
        Ty::Error
    }

    fn span(&self, id: ExprId) -> Span {
        self.hir.exprs[id].span
    }

    fn kind(&self, id: ExprId) -> &'h ExprKind {
        &self.hir.exprs[id].kind
    }

    /// What a name means; of anything else, nothing.
    fn meaning(&self, id: ExprId) -> Option<Meaning> {
        self.names.exprs.get(id).copied()
    }

    /// The type of an expression.
    fn infer(&mut self, id: ExprId, want: Want<'_>) -> Ty {
        let ty = self.infer_kind(id, want);
        self.types.exprs.set(id, ty.clone());
        ty
    }

    fn infer_kind(&mut self, id: ExprId, want: Want<'_>) -> Ty {
        let hir = self.hir;
        match &hir.exprs[id].kind {
            ExprKind::Int { value, suffix } => self.int_literal(id, *value, *suffix, want, false),
            ExprKind::Float { suffix, .. } => self.float_literal(*suffix, want),
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Nil => self.nil(id, want),
            ExprKind::Str(parts) => self.string(parts),
            ExprKind::Symbol(name) => {
                self.report(syntax::symbol(self.span(id), name));
                Ty::Error
            }
            ExprKind::Name(name) => self.name(id, name, want),
            ExprKind::Tuple(items) => self.tuple(items, want),
            ExprKind::Array(items) => self.array_literal(id, items, want),
            ExprKind::Unary { op, operand } => self.unary(id, *op, *operand, want),
            ExprKind::Binary { op, left, right } => self.binary(id, *op, *left, *right, want),
            ExprKind::Logical { left, right, .. } => {
                self.condition(*left);
                self.condition(*right);
                Ty::Bool
            }
            ExprKind::Compare { first, rest } => self.compare(id, *first, rest),
            ExprKind::Range { lo, hi, step, .. } => self.range(id, [*lo, *hi, *step]),
            ExprKind::Call {
                callee,
                args,
                block,
            } => self.call(id, *callee, args, block.as_ref(), want),
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                parens,
                block,
            } => {
                let call = methods::Call {
                    id,
                    receiver: *receiver,
                    name,
                    args,
                    parens: *parens,
                    block: block.as_ref(),
                };
                self.method_call(&call, want)
            }
            ExprKind::Index { base, indices } => self.index(id, *base, indices),
            ExprKind::Type(_) => {
                self.report(say::no_value(self.span(id), "this", "a type"));
                Ty::Error
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.if_expression(*condition, then, otherwise.as_ref(), want),
            ExprKind::While {
                condition, body, ..
            } => self.while_loop(id, *condition, body),
            ExprKind::Loop { body, .. } => self.loop_value(id, body, want),
            ExprKind::For {
                parallel,
                pattern,
                iterable,
                body,
                ..
            } => self.for_loop(*parallel, *pattern, *iterable, body),
            ExprKind::Break { value, .. } => self.break_value(id, *value),
            ExprKind::Continue { .. } => Ty::Never,
            ExprKind::Return(value) => self.return_statement(id, *value),
            ExprKind::Raise { value, from } => {
                self.raise(*value);
                from.iter().for_each(|from| self.raise(*from));
                Ty::Never
            }
            ExprKind::Reraise => Ty::Never,
            ExprKind::Let {
                pattern, ty, value, ..
            } => self.let_statement(*pattern, *ty, *value),
            ExprKind::Assign { target, ty, value } => self.assign(*target, *ty, *value),
            ExprKind::CompoundAssign { op, target, value } => {
                self.compound(id, *op, *target, *value)
            }
            ExprKind::Match { value, arms } => self.match_expression(id, *value, arms, want, None),
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            } => {
                let (otherwise, ensure) = (otherwise.as_ref(), ensure.as_ref());
                self.begin(body, rescues, otherwise, ensure, want, None)
            }
            ExprKind::Try(value) => self.try_expression(*value, want),
            ExprKind::Propagate(value) => self.propagate(id, *value),
            ExprKind::Await(value) => self.await_expression(id, *value, want),
            ExprKind::Closure(closure) => self.infer_closure(closure, want),
            ExprKind::Map(pairs) => self.map_literal(id, pairs, want),
            ExprKind::Error => Ty::Error,
        }
    }

    /// The type of a body's value: that of its last statement.
    fn block(&mut self, block: &Block, want: Want<'_>) -> Ty {
        let Some((&last, before)) = block.stmts.split_last() else {
            return Ty::Unit;
        };
        for &stmt in before {
            self.infer(stmt, Want::Nothing);
        }
        self.infer(last, want)
    }

    fn nil(&mut self, id: ExprId, want: Want<'_>) -> Ty {
        match want.hint() {
            Some(Ty::PythonObject | Ty::Unit) => Ty::Unit,
            Some(ty) if self.option_of(ty).is_some() => {
                let ty = ty.clone();
                let def = self.types.known.option.and_then(|o| self.types.adts.get(o));
                let none = def.and_then(|d| d.variants.iter().position(|v| v.fields.is_empty()));
                let callee = Callee::Construct {
                    variant: none.unwrap_or(0) as u32,
                    args: Vec::new(),
                };
                self.set_callee(id, callee);
                ty
            }
            _ => {
                let span = self.span(id);
                self.report(match want.hint() {
                    // Nothing but a value of this type can stand here.
                    Some(ty) if !matches!(ty, Ty::Error | Ty::Never) && !has_holes(ty) => {
                        said::never_nil(span, ty)
                    }
                    _ => said::unclear(span, "nil", "T"),
                });
                Ty::Error
            }
        }
    }

    fn string(&mut self, parts: &[StrPart]) -> Ty {
        for part in parts {
            let StrPart::Value(value) = part else {
                continue;
            };
            self.text_part(*value);
        }
        Ty::String
    }

    /// What is put into a text or printed.
    fn text_part(&mut self, value: ExprId) {
        let ty = self.infer(value, Want::Any);
        if ty == Ty::Unit {
            self.report(say::expected(self.span(value), "a value", &ty));
        } else if !matches!(ty, Ty::Never | Ty::Error)
            && !self.module.is_some_and(|m| m.prelude)
            && !self.has_lang_trait(&ty, "Display")
        {
            self.report(said::lacks_trait(
                self.span(value),
                &ty,
                "Display",
                "a text",
            ));
        }
    }

    /// A name that stands alone.
    fn name(&mut self, id: ExprId, text: &str, want: Want<'_>) -> Ty {
        let span = self.span(id);
        let (what, is_type) = match self.meaning(id) {
            Some(Meaning::Local(binding)) => {
                return self
                    .types
                    .bindings
                    .get(binding)
                    .cloned()
                    .unwrap_or(Ty::Error);
            }
            Some(Meaning::Const(item)) => return self.const_type(item, span),
            Some(Meaning::PyModule(_)) => return Ty::PythonObject,
            Some(Meaning::Fn(item)) => return self.bare_function(id, item, text, want),
            Some(Meaning::Variant(item, variant)) => {
                return self.construct(id, item, variant, &[], want);
            }
            Some(Meaning::Math(function)) => {
                let takes = call::plural(function.arity(), "argument");
                self.report(say::argument_count(span, text, &takes, 0));
                return Ty::Error;
            }
            Some(Meaning::Routine(routine)) => return self.call_routine(id, routine, &[]),
            Some(Meaning::Reveal | Meaning::Old) => {
                self.report(say::argument_count(span, text, "1 argument", 0));
                return Ty::Error;
            }
            Some(
                Meaning::Namespace(_)
                | Meaning::Type
                | Meaning::Adt(_)
                | Meaning::Trait(_)
                | Meaning::TypeParam(_)
                | Meaning::SelfType,
            ) => ("a type", true),
            Some(Meaning::Module(_)) => ("a module", false),
            Some(Meaning::Exception(_)) => ("an exception's class", false),
            Some(Meaning::Error) | None => return Ty::Error,
        };
        let report = say::no_value(span, text, what);
        self.report(if is_type {
            report.help("a type may stand where a method asks for one: `x.to_array(Float)`")
        } else {
            report
        });
        Ty::Error
    }

    /// `(a, b)`.
    fn tuple(&mut self, items: &[ExprId], want: Want<'_>) -> Ty {
        if items.is_empty() {
            return Ty::Unit;
        }
        let hints: &[Ty] = match want.hint() {
            Some(Ty::Tuple(hints)) => hints,
            _ => &[],
        };
        let mut tys = Vec::new();
        for (i, &item) in items.iter().enumerate() {
            let want = hints.get(i).map_or(Want::Any, Want::Hint);
            let ty = self.infer(item, want);
            match ty {
                Ty::Never | Ty::Error => tys.push(Ty::Error),
                Ty::Range | Ty::Unit => {
                    self.report(say::expected(self.span(item), "a value", &ty));
                    tys.push(Ty::Error);
                }
                ty => tys.push(ty),
            }
        }
        if tys.contains(&Ty::Error) {
            Ty::Error
        } else {
            Ty::Tuple(tys)
        }
    }

    /// `lo..hi step n`.
    fn range(&mut self, id: ExprId, parts: [Option<ExprId>; 3]) -> Ty {
        for part in parts.into_iter().flatten() {
            self.check(part, &Ty::Int, Why::Text("a bound of a range"));
        }
        if parts[0].is_none() || parts[1].is_none() {
            let message = "a range that is no index has two ends";
            let help = "write both: `lo..hi`, or `lo..<hi` to stop before the last";
            self.report(syntax::not_here(
                self.span(id),
                message,
                "lacks an end",
                help,
            ));
            return Ty::Error;
        }
        Ty::Range
    }

    fn set_callee(&mut self, id: ExprId, callee: Callee) {
        self.types.callees.set(id, callee);
    }
}
