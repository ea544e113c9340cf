//! Control flow.

use super::closures::Around;
use super::literal::wider;
use super::{Infer, Want, Why};
use crate::diagnostics::{effects, types as say};
use crate::hir::{Block, Closure, ExprId, ExprKind, PatId, PatKind, tuple_places};
use crate::resolve::Meaning;
use crate::types::{Binder, Coercion, Ty};

impl Infer<'_, '_> {
    pub(super) fn if_expression(
        &mut self,
        condition: ExprId,
        then: &Block,
        otherwise: Option<&Block>,
        want: Want<'_>,
    ) -> Ty {
        self.condition(condition);
        let Some(otherwise) = otherwise else {
            self.block(then, Want::Nothing);
            return Ty::Unit;
        };
        // A way that is `None`, `[]` or a number alone takes its type from the other.
        let (one, other) = match self.is_open(then) && !self.is_open(otherwise) {
            true => {
                let other = self.block(otherwise, want);
                (self.way(then, &other, want), other)
            }
            false => {
                let one = self.block(then, want);
                let other = self.way(otherwise, &one, want);
                (one, other)
            }
        };
        match (&one, &other) {
            (Ty::Never, _) => return other,
            (_, Ty::Never) => return one,
            _ if !want.is_used() => return Ty::Unit,
            (Ty::Error, _) | (_, Ty::Error) => return Ty::Error,
            _ if one == other => return one,
            _ => {}
        }
        if one.is_number() && other.is_number() && wider(&one, &other) != Ty::Error {
            let ty = wider(&one, &other);
            self.widen_value(then, &one, &ty);
            self.widen_value(otherwise, &other, &ty);
            return ty;
        }
        let object = Ty::PythonObject;
        for (block, ty, opposite) in [(then, &one, &other), (otherwise, &other, &one)] {
            if *opposite == object && self.types.becomes_object(ty) {
                if let Some(&last) = block.stmts.last() {
                    self.types.coercions.set(last, Coercion::ToObject);
                }
                return object;
            }
        }
        let span = otherwise
            .stmts
            .last()
            .map_or(otherwise.span, |e| self.span(*e));
        let at = then.stmts.last().map_or(then.span, |e| self.span(*e));
        let what = if one == Ty::Unit {
            "gives nothing".to_owned()
        } else {
            format!("gives {one}")
        };
        let report = say::mismatch(span, &one, &other).at(at, what);
        self.report(report.note("both ways of an `if` whose value is used give the same type"));
        Ty::Error
    }

    /// The type of a way of an `if`; what does not say its type itself is what the other way is.
    fn way(&mut self, body: &Block, other: &Ty, want: Want<'_>) -> Ty {
        let is_known = !matches!(other, Ty::Never | Ty::Error | Ty::Unit);
        match want {
            Want::Any if is_known => self.block(body, Want::Hint(other)),
            _ => self.block(body, want),
        }
    }

    /// Whether a body is an expression without a type of its own: `None`, `nil`, `[]`, a number.
    fn is_open(&self, body: &Block) -> bool {
        let [value] = body.stmts.as_slice() else {
            return false;
        };
        match &self.hir.exprs[*value].kind {
            ExprKind::Nil | ExprKind::Int { .. } | ExprKind::Float { .. } => true,
            ExprKind::Array(items) => items.is_empty(),
            ExprKind::Name(name) => name == "None",
            _ => false,
        }
    }

    /// Widens the value of a body; a literal becomes what is wanted.
    pub(super) fn widen_value(&mut self, block: &Block, from: &Ty, to: &Ty) {
        let Some(&last) = block.stmts.last() else {
            return;
        };
        if self.is_literal(last) {
            self.infer(last, Want::Hint(to));
        } else {
            self.widen(last, from, to);
        }
    }

    pub(super) fn while_loop(&mut self, id: ExprId, condition: ExprId, body: &Block) -> Ty {
        self.condition(condition);
        if matches!(self.kind(condition), ExprKind::Bool(true)) {
            return self.endless_loop(id, body);
        }
        self.block(body, Want::Nothing);
        Ty::Unit
    }

    /// A loop that only `break` leaves.
    pub(super) fn endless_loop(&mut self, id: ExprId, body: &Block) -> Ty {
        self.block(body, Want::Nothing);
        match self.left_by_break.contains(&id) {
            true => Ty::Unit,
            false => Ty::Never,
        }
    }

    pub(super) fn for_loop(
        &mut self,
        parallel: bool,
        pattern: PatId,
        iterable: ExprId,
        body: &Block,
    ) -> Ty {
        let mut ty = self.infer(iterable, Want::Any);
        if parallel && !matches!(ty, Ty::Range | Ty::Error | Ty::Never) {
            self.report(effects::parallel_range(self.span(iterable), &ty));
            ty = Ty::Error;
        }
        let item = match &ty {
            Ty::Range => Ty::Int,
            Ty::PythonObject => Ty::PythonObject,
            Ty::Error | Ty::Never => Ty::Error,
            Ty::List(element) => (**element).clone(),
            Ty::Nd(nd) => {
                let element = nd.kind.scalar().clone();
                Ty::ArrayView(Box::new(element)).with_rank(nd.rank - 1)
            }
            ty => match ty.element().cloned().or_else(|| self.item_of(ty)) {
                Some(element) => element,
                None => {
                    self.report(say::not_iterable(self.span(iterable), ty));
                    Ty::Error
                }
            },
        };
        self.bind(pattern, &item);
        self.binders.push((pattern, Binder::For));
        match parallel {
            true => self.inside(Around::Turn, |this| this.block(body, Want::Nothing)),
            false => self.block(body, Want::Nothing),
        };
        Ty::Unit
    }

    /// What a `for` over a type of the prelude gives: the type's `_iter_next` tells the places of the items one by one, and
    /// its `_iter_at` gives the item at a place.
    fn item_of(&self, ty: &Ty) -> Option<Ty> {
        let member = self.members.own(&self.types, ty, "_iter_at")?;
        let outer: Option<Vec<Ty>> = member.outer.into_iter().collect();
        let signature = self.types.signatures.get(member.item)?;
        Some(signature.ret.subst(&outer?))
    }

    /// Gives the names of a pattern their types.
    pub(super) fn bind(&mut self, pattern: PatId, ty: &Ty) {
        self.types.pats.set(pattern, ty.clone());
        let span = self.hir.pats[pattern].span;
        match &self.hir.pats[pattern].kind {
            PatKind::Wildcard | PatKind::Error => {}
            PatKind::Literal(_)
            | PatKind::Range { .. }
            | PatKind::Or(_)
            | PatKind::As { .. }
            | PatKind::Constructor { .. }
            | PatKind::Array { .. } => self.pattern(pattern, ty),
            PatKind::Name(_) if self.names.variants.get(pattern).is_some() => {
                self.pattern(pattern, ty);
            }
            PatKind::Name(_) => {
                if let Some(&binding) = self.names.pats.get(pattern) {
                    let ty = if *ty == Ty::Never {
                        Ty::Error
                    } else {
                        ty.clone()
                    };
                    self.types.bindings.set(binding, ty);
                }
            }
            PatKind::Tuple { items, rest } => {
                let places = |tys: &[Ty]| tuple_places(items.len(), *rest, tys.len());
                let tys: Vec<Ty> = match ty {
                    Ty::Tuple(tys) if let Some(places) = places(tys) => {
                        places.iter().map(|at| tys[*at].clone()).collect()
                    }
                    Ty::Unit if items.is_empty() => Vec::new(),
                    Ty::Error | Ty::Never => vec![Ty::Error; items.len()],
                    Ty::PythonObject => vec![Ty::PythonObject; items.len()],
                    ty => {
                        self.report(say::parts(span, items.len(), rest.is_some(), ty));
                        vec![Ty::Error; items.len()]
                    }
                };
                for (&item, ty) in items.iter().zip(&tys) {
                    self.bind(item, ty);
                }
            }
        }
    }

    pub(super) fn return_statement(&mut self, id: ExprId, value: Option<ExprId>) -> Ty {
        self.may_return(id, "return");
        let Some((item, ret)) = self.function.clone() else {
            return Ty::Never;
        };
        match value {
            Some(value) if ret == Ty::Unit => {
                let ty = self.infer(value, Want::Any);
                if !matches!(ty, Ty::Unit | Ty::Never | Ty::Error) {
                    let span = self.span(value);
                    self.mismatch(span, Some(value), &ty, &ret, Why::Return(item));
                }
            }
            Some(value) => self.check(value, &ret, Why::Return(item)),
            None if ret != Ty::Unit && ret != Ty::Error => {
                let span = self.span(id);
                self.mismatch(span, None, &Ty::Unit, &ret, Why::Return(item));
            }
            None => {}
        }
        Ty::Never
    }

    pub(super) fn raise(&mut self, value: ExprId) {
        let (callee, args) = match self.kind(value) {
            ExprKind::Call { callee, args, .. } => (*callee, args.as_slice()),
            _ => (value, &[][..]),
        };
        match self.meaning(callee) {
            Some(Meaning::Exception(_)) => {
                self.types.exprs.set(callee, Ty::Unit);
                self.types.exprs.set(value, Ty::Never);
                if args.len() > 1 {
                    let ExprKind::Name(name) = self.kind(callee) else {
                        return;
                    };
                    self.report(say::argument_count(
                        self.span(value),
                        name,
                        "1 argument",
                        args.len(),
                    ));
                }
                for arg in args {
                    if let (Some(name), ExprKind::Name(callee)) = (&arg.name, self.kind(callee)) {
                        self.report(say::no_keywords(name.span, &name.name, callee));
                    }
                    self.check(arg.value, &Ty::String, Why::Text("the text of an error"));
                }
            }
            _ if matches!(self.kind(value), ExprKind::Nil) => {
                self.types.exprs.set(value, Ty::Never);
                let report = say::expected(self.span(value), "an exception", &Ty::Unit);
                self.report(report.help("an error without a cause is raised without `from`"));
            }
            _ => {
                let ty = self.infer(value, Want::Any);
                if !matches!(ty, Ty::PythonObject | Ty::Exception | Ty::Never | Ty::Error) {
                    let report = say::expected(self.span(value), "an exception", &ty);
                    self.report(report.help("for instance `raise ValueError(\"…\")`"));
                }
            }
        }
    }

    /// The value of a block after a call, whose parameters have these types.
    pub(super) fn closure(&mut self, closure: &Closure, params: &[Ty], want: Option<&Ty>) -> Ty {
        for (&param, ty) in closure.params.iter().zip(params) {
            self.bind(param, ty);
        }
        match want {
            Some(ty) => {
                self.check_block(&closure.body, ty, Why::Text("an element of the result"));
                ty.clone()
            }
            None => self.block(&closure.body, Want::Any),
        }
    }
}
