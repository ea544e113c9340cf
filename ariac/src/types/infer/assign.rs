//! `let`, assignments.

use super::operators::arithmetic_type;
use super::{Infer, Want, Why};
use crate::diagnostics::{declared as said, names, types as say};
use crate::hir::{BinaryOp, ExprId, ExprKind, Ident, PatId, PatKind, TypeDeclKind, TypeExprId};
use crate::resolve::{BindingId, BindingKind, Meaning};
use crate::types::written::{Place, Written};
use crate::types::{Binder, Callee, Coercion, Ty};

impl Infer<'_, '_> {
    /// A type that is stated in a body.
    pub(super) fn written(&mut self, id: TypeExprId) -> Ty {
        let written = Written {
            hir: self.hir,
            names: self.names,
            place: Place::Aria,
            generics: &self.scope.generics,
            self_ty: self.scope.self_ty.as_ref(),
        };
        let ty = written.ty(id, self.reports);
        match self.written_bounds(id, &ty) {
            true => ty,
            false => Ty::Error,
        }
    }

    pub(super) fn let_statement(
        &mut self,
        pattern: PatId,
        ty: Option<TypeExprId>,
        value: ExprId,
    ) -> Ty {
        let ty = self.initial(ty, value);
        if let PatKind::Name(_) = self.hir.pats[pattern].kind
            && let Some(&binding) = self.names.pats.get(pattern)
        {
            self.note_literal(binding, value);
        }
        self.bind(pattern, &ty);
        self.binders.push((pattern, Binder::Let));
        Ty::Unit
    }

    /// The type of a new variable: as stated, else that of its first value.
    fn initial(&mut self, stated: Option<TypeExprId>, value: ExprId) -> Ty {
        let Some(stated) = stated else {
            let ty = self.infer(value, Want::Any);
            return if ty == Ty::Never { Ty::Error } else { ty };
        };
        let ty = self.written(stated);
        if ty == Ty::Error {
            self.infer(value, Want::Any);
        } else {
            self.check(value, &ty, Why::Stated(stated));
        }
        ty
    }

    fn note_literal(&mut self, binding: BindingId, value: ExprId) {
        if let ExprKind::Int { suffix: None, .. } = self.kind(value) {
            self.literals.insert(binding, value);
        }
    }

    pub(super) fn assign(
        &mut self,
        target: ExprId,
        stated: Option<TypeExprId>,
        value: ExprId,
    ) -> Ty {
        match self.kind(target) {
            ExprKind::Name(_) => self.assign_name(target, stated, value),
            ExprKind::Tuple(targets) => {
                if let ExprKind::Tuple(values) = self.kind(value)
                    && values.len() == targets.len()
                {
                    self.assign_each(targets, values);
                    let tys = values
                        .iter()
                        .map(|v| self.types.exprs.get(*v).cloned().unwrap_or(Ty::Error));
                    let ty = Ty::Tuple(tys.collect());
                    self.types.exprs.set(value, ty);
                } else {
                    let ty = self.infer(value, Want::Any);
                    self.take_apart(target, &ty);
                }
            }
            _ => {
                if let Some(stated) = stated {
                    let span = self.hir.types[stated].span;
                    self.report(say::stated_again(span));
                }
                match self.place(target) {
                    ty if matches!(ty.kind(), Ty::ArrayView(_)) => self.elements(value, &ty),
                    ty => self.check(value, &ty, Why::Text("the element or attribute")),
                }
            }
        }
        Ty::Unit
    }

    /// What is assigned to a slice: an array for its elements one by one, or one value for all of them.
    fn elements(&mut self, value: ExprId, slice: &Ty) {
        let element = slice.scalar();
        let array = Ty::array(element.clone(), slice.rank());
        // A call or a choice may give either.
        let want = match self.kind(value) {
            ExprKind::Array(_) => Want::Hint(&array),
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. } => Want::Hint(element),
            _ => Want::Any,
        };
        let have = self.infer(value, want);
        match have.element() {
            Some(of) if of == element && have.rank() <= slice.rank() => {}
            Some(_) => self.coerce(
                value,
                &have,
                &array,
                Why::Text("what is put into the slice"),
            ),
            None => self.coerce(value, &have, element, Why::Text("an element of the slice")),
        }
    }

    fn assign_name(&mut self, target: ExprId, stated: Option<TypeExprId>, value: ExprId) {
        if let Some(&binding) = self.names.declarations.get(target) {
            let ty = self.initial(stated, value);
            self.note_literal(binding, value);
            self.types.bindings.set(binding, ty.clone());
            self.types.exprs.set(target, ty);
            return;
        }
        let ty = self.known_place(target);
        if let Some(stated) = stated {
            let again = self.written(stated);
            if again != ty && again != Ty::Error && ty != Ty::Error {
                let span = self.hir.types[stated].span;
                let report = say::mismatch(span, &ty, &again);
                let report = match self.meaning(target) {
                    Some(Meaning::Local(b)) => {
                        report.at(self.names.bindings[b].span, format!("declared as {ty}"))
                    }
                    _ => report,
                };
                self.report(report);
            }
        }
        let why = match self.meaning(target) {
            Some(Meaning::Local(binding)) => Why::Variable(binding),
            _ => Why::Text("the variable"),
        };
        self.check(value, &ty, why);
    }

    /// The type of a variable that is assigned again.
    fn known_place(&mut self, target: ExprId) -> Ty {
        let Some(Meaning::Local(binding)) = self.meaning(target) else {
            return Ty::Error;
        };
        let ty = self
            .types
            .bindings
            .get(binding)
            .cloned()
            .unwrap_or(Ty::Error);
        self.types.exprs.set(target, ty.clone());
        let info = &self.names.bindings[binding];
        if info.kind == BindingKind::Param && ty.is_view() && info.mutable {
            let what = "view that the caller lent";
            let report = names::not_assignable(self.span(target), &info.name, what, info.span);
            let name = &info.name;
            self.report(report.help(format!(
                "assign its elements: `{name}[i] = …`, or all of them: `{name}[..] = …`"
            )));
            return Ty::Error;
        }
        ty
    }

    /// `a, b = b, a`: each value goes to its target.
    fn assign_each(&mut self, targets: &[ExprId], values: &[ExprId]) {
        let mut new = Vec::new();
        for (&target, &value) in targets.iter().zip(values) {
            if self.names.declarations.get(target).is_some()
                || matches!(self.kind(target), ExprKind::Tuple(_))
            {
                let ty = self.infer(value, Want::Any);
                new.push((target, ty));
            } else {
                let ty = self.place(target);
                let why = match self.meaning(target) {
                    Some(Meaning::Local(binding))
                        if matches!(self.kind(target), ExprKind::Name(_)) =>
                    {
                        Why::Variable(binding)
                    }
                    _ => Why::Text("the element or attribute"),
                };
                self.check(value, &ty, why);
                // From here on the value is what its target holds.
                if ty != Ty::Error {
                    self.types.exprs.set(target, ty);
                }
            }
        }
        for (target, ty) in new {
            self.take_apart(target, &ty);
        }
    }

    /// Assigns a value of this type, or its parts.
    fn take_apart(&mut self, target: ExprId, ty: &Ty) {
        let span = self.span(target);
        if let ExprKind::Tuple(targets) = self.kind(target) {
            let tys: Vec<Ty> = match ty {
                Ty::Tuple(tys) if tys.len() == targets.len() => tys.clone(),
                Ty::Error | Ty::Never => vec![Ty::Error; targets.len()],
                Ty::PythonObject => vec![Ty::PythonObject; targets.len()],
                ty => {
                    self.report(say::parts(span, targets.len(), false, ty));
                    vec![Ty::Error; targets.len()]
                }
            };
            for (&target, ty) in targets.iter().zip(&tys) {
                self.take_apart(target, ty);
            }
            self.types.exprs.set(target, Ty::Tuple(tys));
            return;
        }
        if let Some(&binding) = self.names.declarations.get(target) {
            let ty = if *ty == Ty::Never {
                Ty::Error
            } else {
                ty.clone()
            };
            self.types.bindings.set(binding, ty.clone());
            self.types.exprs.set(target, ty);
            return;
        }
        let wanted = self.place(target);
        if wanted != *ty && wanted != Ty::Error && !matches!(ty, Ty::Error | Ty::Never) {
            let report = say::mismatch(span, &wanted, ty);
            self.report(report.help("take the value apart into new names, then convert"));
        }
    }

    /// The type of a place that is assigned: a variable, an element, an attribute.
    pub(super) fn place(&mut self, target: ExprId) -> Ty {
        match self.kind(target) {
            ExprKind::Name(_) => self.known_place(target),
            ExprKind::Index { base, .. } => {
                let ty = self.infer(target, Want::Any);
                match self.types.exprs.get(*base).cloned() {
                    Some(Ty::PythonObject) => {}
                    Some(of) if matches!(of.kind(), Ty::PythonArray(_)) => {
                        self.report(say::handle_changed(self.span(target), &of));
                    }
                    Some(of) if of.is_array_like() || matches!(of, Ty::List(_)) => {
                        self.check_place(*base, None);
                    }
                    Some(Ty::Error) | None => {}
                    Some(of) if self.members.own(&self.types, &of, "set_index").is_some() => {
                        self.check_place(*base, None);
                        self.index_setter(target, &of);
                    }
                    Some(_) => {
                        let span = self.span(target);
                        if ty != Ty::Error {
                            self.report(names::no_place(span));
                        }
                    }
                }
                ty
            }
            ExprKind::MethodCall { receiver, name, .. } => {
                let ty = self.infer(target, Want::Any);
                if let Some(Callee::Field { .. }) = self.types.callees.get(target) {
                    self.check_field_place(*receiver, name);
                    return ty;
                }
                let of = self.types.exprs.get(*receiver);
                if ty != Ty::Error && of != Some(&Ty::PythonObject) {
                    self.report(names::no_place(self.span(target)));
                    return Ty::Error;
                }
                ty
            }
            _ => Ty::Error,
        }
    }

    /// A field that is assigned: of a struct that may be changed.
    fn check_field_place(&mut self, receiver: ExprId, name: &Ident) {
        let Some(Ty::Adt(adt)) = self.types.exprs.get(receiver).cloned() else {
            return;
        };
        let kind = self.types.adts.get(adt.item).map(|d| d.kind);
        if kind == Some(TypeDeclKind::Data) {
            let report = said::immutable_field(name.span, &adt.name, &name.name, None);
            self.report(report);
            return;
        }
        self.check_place(receiver, None);
    }

    /// `target op= value`.
    pub(super) fn compound(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        target: ExprId,
        value: ExprId,
    ) -> Ty {
        let ty = match self.kind(target) {
            ExprKind::Name(_) => match self.meaning(target) {
                Some(Meaning::Local(_)) => self.infer(target, Want::Any),
                _ => Ty::Error,
            },
            _ => self.place(target),
        };
        let span = self.span(id);
        match &ty {
            Ty::Error | Ty::Never => {
                self.infer(value, Want::Any);
            }
            Ty::PythonObject => {
                let have = self.infer(value, Want::Hint(&ty));
                self.coerce(
                    value,
                    &have,
                    &ty,
                    Why::Text("an operand of a Python object's operator"),
                );
            }
            Ty::String if op == BinaryOp::Add => {
                self.check(value, &Ty::String, Why::Text("what is added to a String"))
            }
            ty if matches!(ty.kind(), Ty::PythonArray(_)) => {
                self.infer(value, Want::Any);
                self.report(say::handle_changed(span, ty));
            }
            ty if ty.scalar().record().is_some() && ty.is_array_like() => {
                self.compound_records(id, op, (target, ty), value);
            }
            ty if ty.is_array_like() => {
                self.compound_arithmetic(id, op, (target, ty, ty.scalar()), value);
            }
            ty if ty.is_number() => self.compound_arithmetic(id, op, (target, ty, ty), value),
            ty => {
                self.compound_records(id, op, (target, ty), value);
            }
        }
        Ty::Unit
    }

    /// `target op= value` by the trait of the operator that the target's type, or that of its elements, has.
    fn compound_records(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        (target, ty): (ExprId, &Ty),
        value: ExprId,
    ) {
        let element = ty.scalar();
        let hint = match element.is_complex() {
            true => Ty::Float,
            false => ty.clone(),
        };
        let mut have = self.infer(value, Want::Hint(&hint));
        if element.is_complex() {
            have = self.as_real(value, have);
        }
        let fits = have.rank() <= ty.rank();
        let result = op
            .trait_name()
            .filter(|_| fits)
            .and_then(|name| self.operator_trait(id, name, element, Some((value, have.scalar()))));
        if result.as_ref() == Some(element) || have == Ty::Error {
            return;
        }
        let symbol = format!("{}=", op.symbol());
        let (at, value_at) = (self.span(target), self.span(value));
        self.report(say::operator(
            self.span(id),
            &symbol,
            (ty, at),
            (&have, value_at),
        ));
    }

    fn compound_arithmetic(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        (target, ty, element): (ExprId, &Ty, &Ty),
        value: ExprId,
    ) {
        let have = self.infer(value, Want::Hint(element));
        let (span, value_span) = (self.span(id), self.span(value));
        let symbol = format!("{}=", op.symbol());
        match &have {
            Ty::Error | Ty::Never => return,
            Ty::PythonObject => {
                self.types
                    .coercions
                    .set(value, Coercion::FromObject(element.clone()));
                return;
            }
            have if have.scalar().is_number() && have.rank() <= ty.rank() => {}
            have => {
                self.report(say::operator(
                    span,
                    &symbol,
                    (ty, self.span(target)),
                    (have, value_span),
                ));
                return;
            }
        }
        let Some(result) = arithmetic_type(op, element, have.scalar()) else {
            let report = say::operator(span, &symbol, (ty, self.span(target)), (&have, value_span));
            self.report(match op {
                BinaryOp::MatMul => report.help("a matrix product is a new array: `a = a @ b`"),
                _ => report,
            });
            return;
        };
        if result == *element {
            self.adapt(value, &have, &result);
            return;
        }
        // The result does not fit into the variable.
        let wanted = ty.clone();
        let result = if ty.is_array_like() {
            Ty::array(result, ty.rank())
        } else {
            result
        };
        let why = match (self.kind(target), self.meaning(target)) {
            (ExprKind::Name(_), Some(Meaning::Local(binding))) => Why::Variable(binding),
            _ => Why::Text("the element"),
        };
        let report_at = if op == BinaryOp::Div {
            span
        } else {
            value_span
        };
        self.mismatch(
            report_at,
            (op != BinaryOp::Div).then_some(value),
            &result,
            &wanted,
            why,
        );
    }
}
