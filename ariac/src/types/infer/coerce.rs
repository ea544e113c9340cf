//! Places that have a type: what is converted, what is refused, and how the refusal is explained.

use super::{Infer, Want};
use crate::builtins::{Builtin, Namespace, Receiver, find_method};
use crate::diagnostics::{Diagnostic, declared as said, types as say};
use crate::hir::{
    BinaryOp, Block, ExprId, ExprKind, Ident, ItemId, ItemKind, TypeDeclKind, TypeExprId,
};
use crate::mir::GilState;
use crate::resolve::{BindingId, BindingKind, Meaning};
use crate::source::Span;
use crate::types::{Callee, Coercion, Ty};

/// Why a place has its type.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// It is the argument for a parameter of a function.
    Argument(ItemId, usize),
    /// It is the result of a function.
    Return(ItemId),
    /// The type is written.
    Stated(TypeExprId),
    /// It is the default value of a parameter of this type.
    Default(TypeExprId),
    /// The variable has had that type since it was declared.
    Variable(BindingId),
    /// It is an index of an array or a list.
    Index,
    /// It is the part of something whose type is fixed, in words.
    Text(&'static str),
}

impl Infer<'_, '_> {
    /// Finds the type of an expression and puts it into a place of type `want`.
    pub(super) fn check(&mut self, id: ExprId, want: &Ty, why: Why) {
        match self.kind(id) {
            ExprKind::If {
                condition,
                then,
                otherwise: Some(otherwise),
            } => {
                self.condition(*condition);
                self.check_block(then, want, why);
                self.check_block(otherwise, want, why);
                self.types.exprs.set(id, want.clone());
            }
            ExprKind::Tuple(items) => {
                if let Ty::Tuple(wanted) = want
                    && wanted.len() == items.len()
                {
                    for (&item, want) in items.iter().zip(wanted) {
                        self.check(item, want, why);
                    }
                    self.types.exprs.set(id, want.clone());
                } else {
                    self.infer_and_coerce(id, want, why);
                }
            }
            ExprKind::Match { value, arms } => {
                self.match_expression(id, *value, arms, Want::Any, Some((want, why)));
                self.types.exprs.set(id, want.clone());
            }
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            } => {
                let (otherwise, ensure) = (otherwise.as_ref(), ensure.as_ref());
                let exactly = Some((want, why));
                self.begin(body, rescues, otherwise, ensure, Want::Any, exactly);
                self.types.exprs.set(id, want.clone());
            }
            ExprKind::Closure(closure) if matches!(want, Ty::Fn(_)) => {
                let Ty::Fn(wanted) = want else { return };
                let have = self.check_closure(id, closure, wanted);
                self.coerce(id, &have, want, why);
            }
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                block: Some(block),
                ..
            } if args.is_empty() && self.is_with_gil(*receiver, name) => {
                // The conversion belongs into the block, where the GIL is held.
                for &param in &block.params {
                    self.bind(param, &Ty::PythonObject);
                }
                self.check_block(&block.body, want, why);
                self.types.exprs.set(id, want.clone());
                self.set_callee(id, Callee::Builtin(Builtin::Gil(GilState::Held)));
            }
            _ => self.infer_and_coerce(id, want, why),
        }
    }

    fn is_with_gil(&self, receiver: ExprId, name: &Ident) -> bool {
        let row = find_method(Receiver::PythonNamespace, &name.name);
        self.meaning(receiver) == Some(Meaning::Namespace(Namespace::Python))
            && row.is_some_and(|m| (m.builtin)() == Builtin::Gil(GilState::Held))
    }

    fn infer_and_coerce(&mut self, id: ExprId, want: &Ty, why: Why) {
        let have = self.infer(id, Want::Hint(want));
        self.coerce(id, &have, want, why);
    }

    /// As `check`, for the value of a body.
    pub(super) fn check_block(&mut self, block: &Block, want: &Ty, why: Why) {
        let Some((&last, before)) = block.stmts.split_last() else {
            if *want != Ty::Unit && *want != Ty::Error {
                self.mismatch(block.span, None, &Ty::Unit, want, why);
            }
            return;
        };
        let mut is_left = false;
        for &stmt in before {
            is_left |= self.infer(stmt, Want::Nothing) == Ty::Never;
        }
        if is_left {
            // What follows is never reached: its value does not matter.
            self.infer(last, Want::Nothing);
        } else {
            self.check(last, want, why);
        }
    }

    /// Notes how a value of type `have` gets into a place of type `want`, or reports that it does not.
    pub(super) fn coerce(&mut self, id: ExprId, have: &Ty, want: &Ty, why: Why) {
        let coercion = match (have, want) {
            _ if have == want => return,
            (Ty::Error | Ty::Never, _) | (_, Ty::Error) => return,
            (Ty::PythonObject, want) if self.types.comes_from_object(want) => {
                Coercion::FromObject(want.clone())
            }
            (have, Ty::PythonObject) if self.types.becomes_object(have) => Coercion::ToObject,
            // A block that comes back with something may stand where nothing is wanted of it.
            (have, want)
                if want.is_view()
                    && have.element() == want.element()
                    && have.rank() == want.rank() =>
            {
                Coercion::Lend(want.clone())
            }
            _ => {
                self.mismatch(self.span(id), Some(id), have, want, why);
                return;
            }
        };
        self.types.coercions.set(id, coercion);
    }

    /// Reports a mismatch with its reason and, where there is one, its cure.
    pub(super) fn mismatch(
        &mut self,
        span: Span,
        id: Option<ExprId>,
        have: &Ty,
        want: &Ty,
        why: Why,
    ) {
        let report = match (why, have) {
            (Why::Return(item), Ty::Unit) => {
                let name = &self.hir.items[item].name.name;
                say::expected(span, &format!("{want}, the result of `{name}`"), have)
                    .help("the last expression of a body is its value")
            }
            _ => say::mismatch(span, want, have),
        };
        let report = self.explain(report, want, why);
        let report = self.cure(report, id, have, want, why);
        self.report(report);
    }

    /// Shows where the wanted type comes from.
    fn explain(&self, report: Diagnostic, want: &Ty, why: Why) -> Diagnostic {
        match why {
            Why::Argument(item, index) => {
                let ItemKind::Fn(function) = &self.hir.items[item].kind else {
                    return report;
                };
                let Some(param) = function.params.get(index) else {
                    return report;
                };
                let name = &self.hir.items[item].name.name;
                let at = self.hir.types[param.ty].span;
                report.at(
                    at,
                    format!("`{name}` wants {want} for `{}`", param.name.name),
                )
            }
            Why::Return(item) => {
                let ItemKind::Fn(function) = &self.hir.items[item].kind else {
                    return report;
                };
                let name = &self.hir.items[item].name;
                match function.ret {
                    Some(ret) => report.at(
                        self.hir.types[ret].span,
                        format!("`{}` gives {want}", name.name),
                    ),
                    None => report.at(name.span, "gives nothing, for it states no result"),
                }
            }
            Why::Stated(ty) | Why::Default(ty) => {
                report.at(self.hir.types[ty].span, "the type is stated here")
            }
            Why::Variable(binding) => {
                let binding = &self.names.bindings[binding];
                report.at(
                    binding.span,
                    format!("`{}` is {want} since its declaration", binding.name),
                )
            }
            Why::Index => report.note("an index is Int"),
            Why::Text(text) => report.note(format!("{text} is {want}")),
        }
    }

    /// Adds the edit that makes it right.
    fn cure(
        &self,
        report: Diagnostic,
        id: Option<ExprId>,
        have: &Ty,
        want: &Ty,
        why: Why,
    ) -> Diagnostic {
        if let Why::Variable(binding) = why
            && let Some(&literal) = self.literals.get(&binding)
            && let ExprKind::Int { value, .. } = self.kind(literal)
            && have.is_float()
        {
            return report.fix(
                self.span(literal),
                format!("{value}.0"),
                "begin with a Float",
            );
        }
        let Some(id) = id else { return report };
        if let Some(report) = self.option_cure(&report, id, have, want) {
            return report;
        }
        if let ExprKind::Binary {
            op: BinaryOp::Div, ..
        } = self.kind(id)
            && want.is_integer()
        {
            return report.help("`/` always gives a Float; `//` divides whole numbers");
        }
        if let (
            ExprKind::Float {
                value,
                suffix: None,
            },
            Ty::Int,
        ) = (self.kind(id), want)
            && value.fract() == 0.0
            && value.abs() < 1e15
        {
            return report.fix(self.span(id), format!("{value:.0}"), "write an Int");
        }
        if let Why::Index = why
            && have.is_array_like()
            && *have.scalar() == Ty::Bool
        {
            let cure = "the elements where it is true: `xs.filter |x| … end`";
            return report.help(cure);
        }
        let method = match (have, want) {
            (Ty::Int | Ty::Float32, Ty::Float) => "to_float",
            (Ty::Int | Ty::Float, Ty::Float32) => "to_float32",
            (Ty::Float | Ty::Float32, Ty::Int) => "to_int",
            (have, Ty::String) if have.is_number() => "to_string",
            (have, want) if have.is_number() && want.is_number() => {
                return self.append_method(report, id, &format!("to[{want}]"));
            }
            (have, Ty::Array(_) | Ty::Nd(_))
                if have.element() == want.element()
                    && have.rank() == want.rank()
                    && matches!(want.kind(), Ty::Array(_)) =>
            {
                "to_array"
            }
            (have, want)
                if matches!(want.kind(), Ty::PythonArray(_))
                    && have.is_array_like()
                    && have.rank() == want.rank() =>
            {
                return report
                    .note("a PythonArray keeps a Python object alive; only Python makes one");
            }
            (Ty::PythonObject, want) if want.is_view() => {
                let handle = Ty::PythonArray(Box::new(want.scalar().clone()));
                let handle = handle.with_rank(want.rank());
                return report.help(format!("bind it first: `let view: {handle} = …`"));
            }
            (have, want)
                if have.is_array_like() && want.is_array_like() && have.rank() == want.rank() =>
            {
                let method = match want.scalar() {
                    Ty::Float => "to_float",
                    Ty::Float32 => "to_float32",
                    Ty::Int => "to_int",
                    _ => return report,
                };
                let cure = format!(".map |x| x.{method} end");
                return match have.scalar().is_number() && have.scalar() != want.scalar() {
                    true => report.help(format!("convert each element: `{cure}`")),
                    false => report,
                };
            }
            _ => return report,
        };
        self.append_method(report, id, method)
    }

    /// What to do where a value stands for an Option or Result, or the reverse.
    fn option_cure(
        &self,
        report: &Diagnostic,
        id: ExprId,
        have: &Ty,
        want: &Ty,
    ) -> Option<Diagnostic> {
        let known = &self.types.known;
        let first = |ty: &Ty, item: Option<ItemId>| match ty {
            Ty::Adt(adt) if Some(adt.item) == item => adt.args.first().cloned(),
            _ => None,
        };
        let wrap = |variant: &str| match self.kind(id) {
            ExprKind::Name(name) => {
                let text = format!("{variant}({name})");
                report.clone().fix(self.span(id), text, "wrap it")
            }
            _ => report.clone().help(format!("wrap it: `{variant}(…)`")),
        };
        if first(want, known.option).as_ref() == Some(have) {
            return Some(wrap("Some"));
        }
        if first(want, known.result).as_ref() == Some(have) {
            return Some(wrap("Ok"));
        }
        let help = if first(have, known.option).as_ref() == Some(want) {
            "there may be none: take it out with `match`, or use `.or(…)`, `?` or `.unwrap`"
        } else if first(have, known.result).as_ref() == Some(want) {
            "it may be an error: take it out with `match`, or use `.or(…)`, `?` or `.unwrap`"
        } else {
            return None;
        };
        Some(report.clone().help(help))
    }

    /// The edit that calls a method on an expression.
    pub(super) fn append_method(&self, report: Diagnostic, id: ExprId, method: &str) -> Diagnostic {
        let span = self.span(id);
        let at = Span {
            start: span.end,
            ..span
        };
        let title = match method {
            "to_array" => "copy the elements",
            _ => "convert it",
        };
        match self.kind(id) {
            ExprKind::Name(_)
            | ExprKind::Str(_)
            | ExprKind::Array(_)
            | ExprKind::Float { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { block: None, .. }
            | ExprKind::MethodCall { block: None, .. } => {
                report.fix(at, format!(".{method}"), title)
            }
            _ => report.help(format!(
                "{title}: put it in parentheses and add `.{method}`"
            )),
        }
    }

    /// A condition: a Bool, or the truth of a Python object.
    pub(super) fn condition(&mut self, id: ExprId) {
        let ty = self.infer(id, Want::Hint(&Ty::Bool));
        match &ty {
            Ty::Bool | Ty::Never | Ty::Error => {}
            Ty::PythonObject => self.types.coercions.set(id, Coercion::Truth),
            _ => {
                let report = say::mismatch(self.span(id), &Ty::Bool, &ty);
                let help = match &ty {
                    Ty::Int => "a number is no condition: compare it, `n != 0`",
                    Ty::Float | Ty::Float32 => "a number is no condition: compare it, `x != 0.0`",
                    Ty::String => "a string is no condition: compare it, `s != \"\"`",
                    ty if ty.element() == Some(&Ty::Bool) && ty.rank() == 1 => {
                        "say whether for all or for any: `(xs > ys).all?`, `(xs > ys).any?`"
                    }
                    ty if ty.is_array_like() => {
                        "an array is no condition: compare its length, `xs.length > 0`"
                    }
                    Ty::Adt(adt) if Some(adt.item) == self.types.known.option => {
                        "ask whether there is a value: `x.some?`; `match` takes it out"
                    }
                    Ty::Adt(adt) if Some(adt.item) == self.types.known.result => {
                        "ask whether it went well: `x.ok?`; `match` takes the value out"
                    }
                    _ => "a condition is a Bool",
                };
                self.report(report.help(help));
            }
        }
    }

    /// Whether the function that is being looked at is there for Python to call. Those of a program are not.
    fn is_exported(&self) -> bool {
        let is_root = self
            .module
            .is_some_and(|m| self.hir.modules.first().is_some_and(|r| r.file == m.file));
        is_root
            && self.hir.main().is_none()
            && self
                .function
                .as_ref()
                .is_some_and(|(item, _)| !self.hir.items[*item].private)
    }

    /// Whether the elements of a type are places, which can be changed where they are.
    fn has_places(&self, ty: &Ty) -> bool {
        match ty {
            Ty::List(_) => true,
            Ty::Adt(adt) => Some(adt.item) == self.types.known.map,
            _ => false,
        }
    }

    /// The variable behind an expression that changes in place must be mutable.
    pub(super) fn check_place(&mut self, id: ExprId, param: Option<&str>) {
        match (self.kind(id), self.meaning(id)) {
            (ExprKind::Name(name), Some(Meaning::Local(binding))) => {
                let ty = self.types.bindings.get(binding);
                let is_array = matches!(ty, Some(Ty::Array(_)));
                let binding = &self.names.bindings[binding];
                if binding.mutable {
                    return;
                }
                let is_lost = is_array && binding.kind == BindingKind::Param && self.is_exported();
                let mut_at = binding.mut_at.filter(|_| !is_lost);
                let report = say::read_only(self.span(id), name, binding.span, mut_at);
                // `mut` would not compile: Python passes arrays as copies.
                let report = match is_lost {
                    true => report.help(format!("change a copy: `{name}_next = {name}.copy`")),
                    false => report,
                };
                self.report(report);
            }
            (ExprKind::Name(_), Some(Meaning::Error)) | (ExprKind::Error, _) => {}
            // A part of something may be changed if the whole may.
            (ExprKind::MethodCall { receiver, .. }, _)
                if matches!(self.types.callees.get(id), Some(Callee::Field { .. })) =>
            {
                let receiver = *receiver;
                if let Some(Ty::Adt(adt)) = self.types.exprs.get(receiver).cloned()
                    && self.types.adts.get(adt.item).map(|d| d.kind) == Some(TypeDeclKind::Data)
                {
                    if let ExprKind::MethodCall { name, .. } = self.kind(id) {
                        let report = said::immutable_field(name.span, &adt.name, &name.name, None);
                        self.report(report);
                    }
                    return;
                }
                self.check_place(receiver, param);
            }
            // A transposed array, or a row of one, shows the same elements.
            (ExprKind::MethodCall { receiver, .. }, _)
                if matches!(
                    self.types.callees.get(id),
                    Some(Callee::Builtin(Builtin::Transpose | Builtin::Line(_)))
                ) =>
            {
                self.check_place(*receiver, param);
            }
            (ExprKind::Index { base, .. }, _)
                if self.types.exprs.get(id).is_some_and(Ty::is_view)
                    || self
                        .types
                        .exprs
                        .get(*base)
                        .is_some_and(|ty| self.has_places(ty)) =>
            {
                self.check_place(*base, param);
            }
            _ => {
                let is_element = match self.kind(id) {
                    ExprKind::Index { base, .. } => {
                        let base = self.types.exprs.get(*base);
                        base.is_some_and(Ty::is_array_like)
                    }
                    _ => false,
                };
                let report = match param {
                    Some(param) if is_element => say::element_changed(self.span(id), param),
                    Some(param) => say::temporary_changed(self.span(id), param),
                    None => crate::diagnostics::names::no_place(self.span(id)),
                };
                self.report(report);
            }
        }
    }
}
