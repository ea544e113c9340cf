//! Operators on numbers, strings and arrays. Python objects have theirs in [`super::python`].

use super::literal::wider;
use super::{Infer, Want};
use crate::diagnostics::{declared as said, types as say};
use crate::hir::{BinaryOp, CompareOp, ExprId, ExprKind, UnaryOp};
use crate::resolve::Meaning;
use crate::types::{Coercion, Ty};

/// The type of arithmetic on two numbers; none where the operator does not take them.
pub(super) fn arithmetic_type(op: BinaryOp, left: &Ty, right: &Ty) -> Option<Ty> {
    if !left.is_number() || !right.is_number() {
        return None;
    }
    let common = wider(left, right);
    match op {
        _ if common == Ty::Error => None,
        BinaryOp::Div if common.is_any_number() => None,
        BinaryOp::Div if common.is_integer() => Some(Ty::Float),
        BinaryOp::WrapAdd | BinaryOp::WrapSub | BinaryOp::WrapMul => {
            common.is_integer().then_some(common)
        }
        BinaryOp::MatMul => None,
        _ => Some(common),
    }
}

/// Whether its operators are those of its traits.
fn has_traits_only(ty: &Ty) -> bool {
    match ty {
        Ty::Adt(_) | Ty::List(_) | Ty::Tuple(_) | Ty::Fn(_) => true,
        Ty::Param(_) => !ty.is_number(),
        _ => false,
    }
}

impl Infer<'_, '_> {
    pub(super) fn unary(&mut self, id: ExprId, op: UnaryOp, operand: ExprId, want: Want<'_>) -> Ty {
        if op == UnaryOp::Not {
            self.condition(operand);
            return Ty::Bool;
        }
        if let ExprKind::Int { value, suffix } = self.kind(operand) {
            let ty = self.int_literal(operand, *value, *suffix, want, true);
            self.types.exprs.set(operand, ty.clone());
            return ty;
        }
        let ty = self.infer(operand, want);
        match &ty {
            Ty::Error | Ty::Never | Ty::PythonObject => ty,
            ty if ty.is_number() => ty.clone(),
            ty if has_traits_only(ty) => match self.operator_trait(id, "Neg", ty, None) {
                Some(result) => result,
                None => {
                    self.report(say::unary(self.span(id), "-", ty));
                    Ty::Error
                }
            },
            ty => match ty.element() {
                Some(element) if element.is_number() => Ty::array(element.clone(), ty.rank()),
                Some(element) if element.record().is_some() => {
                    let result = self.operator_trait(id, "Neg", element, None);
                    match result.filter(Ty::can_be_element) {
                        Some(result) => Ty::array(result, ty.rank()),
                        None => {
                            self.report(say::unary(self.span(id), "-", ty));
                            Ty::Error
                        }
                    }
                }
                _ => {
                    self.report(say::unary(self.span(id), "-", ty));
                    Ty::Error
                }
            },
        }
    }

    pub(super) fn binary(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        want: Want<'_>,
    ) -> Ty {
        let hint = want
            .hint()
            .map(|h| h.scalar().clone())
            .filter(Ty::is_number);
        let (mut l, mut r) = self.operands(op, left, right, hint.as_ref());
        if l.scalar().is_complex() {
            r = self.as_real(right, r);
        } else if r.scalar().is_complex() {
            l = self.as_real(left, l);
        }
        match (&l, &r) {
            (Ty::Error | Ty::Never, _) | (_, Ty::Error | Ty::Never) => return Ty::Error,
            (Ty::PythonObject, _) | (_, Ty::PythonObject) => {
                return self.object_operator(id, op, (left, &l), (right, &r));
            }
            (Ty::String, Ty::String) if op == BinaryOp::Add => return Ty::String,
            _ if !l.is_array_like()
                && !r.is_array_like()
                && (has_traits_only(&l) || has_traits_only(&r)) =>
            {
                let result = op
                    .trait_name()
                    .and_then(|name| self.operator_trait(id, name, &l, Some((right, &r))));
                return result.unwrap_or_else(|| {
                    self.operator_error(id, op, (left, &l), (right, &r));
                    Ty::Error
                });
            }
            _ => {}
        }
        let is_array = l.is_array_like() || r.is_array_like();
        if l.scalar().record().is_some() || r.scalar().record().is_some() {
            let element = op.trait_name().and_then(|name| {
                self.operator_trait(id, name, l.scalar(), Some((right, r.scalar())))
            });
            return match element.filter(Ty::can_be_element) {
                Some(element) => Ty::array(element, l.rank().max(r.rank())),
                None => {
                    self.operator_error(id, op, (left, &l), (right, &r));
                    Ty::Error
                }
            };
        }
        if op == BinaryOp::MatMul && l.is_array_like() && r.is_array_like() {
            return match self.matrix_product(&l, &r) {
                Some(ty) => ty,
                None => {
                    self.operator_error(id, op, (left, &l), (right, &r));
                    Ty::Error
                }
            };
        }
        let Some(element) = arithmetic_type(op, l.scalar(), r.scalar()) else {
            self.operator_error(id, op, (left, &l), (right, &r));
            return Ty::Error;
        };
        self.adapt(left, &l, &element);
        self.adapt(right, &r, &element);
        if is_array {
            Ty::array(element, l.rank().max(r.rank()))
        } else {
            element
        }
    }

    /// The type of `left @ right`: arrays of the same numbers, of one dimension or two.
    fn matrix_product(&mut self, left: &Ty, right: &Ty) -> Option<Ty> {
        let element = left.scalar();
        if element != right.scalar() || !element.is_number() {
            return None;
        }
        let (method, rank) = match (left.rank(), right.rank()) {
            (1, 1) => return Some(element.clone()),
            (2, 2) => ("_matmul", 2),
            (2, 1) => ("_matvec", 1),
            (1, 2) => ("_vecmat", 1),
            _ => return None,
        };
        let view = Ty::ArrayView(Box::new(element.clone())).with_rank(left.rank());
        // Where the text hides the operator, the function is not there yet: see `builtins::reached`.
        self.members.own(&self.types, &view, method)?;
        Some(Ty::array(element.clone(), rank))
    }

    /// The types of two operands. A literal adapts to the other.
    fn operands(
        &mut self,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        hint: Option<&Ty>,
    ) -> (Ty, Ty) {
        // `n / 2` is Float: the literal might as well be one.
        let float = Ty::Float;
        let hint = if op == BinaryOp::Div {
            hint.filter(|h| h.is_float()).or(Some(&float))
        } else {
            hint
        };
        let from = |ty: &Ty| match ty.scalar() {
            Ty::Int if op == BinaryOp::Div => Some(Ty::Float),
            ty if ty.is_number() => Some(ty.clone()),
            ty if ty.is_complex() => Some(Ty::Float),
            _ => None,
        };
        if self.is_literal(left) && !self.is_literal(right) {
            let r = self.infer(right, hint.map_or(Want::Any, Want::Hint));
            let other = from(&r).or_else(|| hint.cloned());
            let l = self.infer(left, other.as_ref().map_or(Want::Any, Want::Hint));
            (l, r)
        } else {
            let l = self.infer(left, hint.map_or(Want::Any, Want::Hint));
            let other = from(&l).or_else(|| hint.cloned());
            let r = self.infer(right, other.as_ref().map_or(Want::Any, Want::Hint));
            (l, r)
        }
    }

    /// The type of an operand beside a `Complex`: a number becomes a Float.
    pub(super) fn as_real(&mut self, id: ExprId, ty: Ty) -> Ty {
        if !matches!(ty.scalar(), Ty::Int | Ty::Float32) {
            return ty;
        }
        self.adapt(id, &ty, &Ty::Float);
        match ty.rank() {
            0 => Ty::Float,
            rank => Ty::array(Ty::Float, rank),
        }
    }

    /// Notes how an operand becomes one of `element`s.
    pub(super) fn adapt(&mut self, id: ExprId, ty: &Ty, element: &Ty) {
        match ty.element() {
            Some(own) if own != element => {
                self.types
                    .coercions
                    .set(id, Coercion::ElementsTo(element.clone()));
            }
            Some(_) => {}
            None => self.widen(id, ty, element),
        }
    }

    fn operator_error(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        (left, l): (ExprId, &Ty),
        (right, r): (ExprId, &Ty),
    ) {
        let (left_span, right_span) = (self.span(left), self.span(right));
        let report = say::operator(self.span(id), op.symbol(), (l, left_span), (r, right_span));
        let report = match (l, r) {
            (Ty::String, r) if op == BinaryOp::Add && r.is_number() => {
                self.append_method(report, right, "to_string")
            }
            (l, Ty::String) if op == BinaryOp::Add && l.is_number() => {
                self.append_method(report, left, "to_string")
            }
            (Ty::Unit, _) | (_, Ty::Unit) => {
                report.note("a function that states no result gives nothing")
            }
            (Ty::Adt(adt), _) | (_, Ty::Adt(adt))
                if [self.types.known.option, self.types.known.result].contains(&Some(adt.item)) =>
            {
                report.help("take the value out: with `match`, `.or(…)`, `?` or `.unwrap`")
            }
            (l, r)
                if l.scalar().is_number()
                    && r.scalar().is_number()
                    && wider(l.scalar(), r.scalar()) == Ty::Error =>
            {
                let wanted = match (l.scalar(), r.scalar()) {
                    (param @ Ty::Param(_), _) | (_, param @ Ty::Param(_)) => param,
                    (l, _) if l.is_float() => l,
                    _ => &Ty::Int,
                };
                report.help(format!("convert one of them: `x.to[{wanted}]`"))
            }
            (l, _) if l.scalar().is_any_number() && op == BinaryOp::Div => report
                .note("`/` gives a Float for integers, and what it takes for others")
                .help(format!(
                    "say that it is one of the others: `[{}: Real]`",
                    l.scalar()
                )),
            (l, r) if l.scalar().is_number() && r.scalar().is_number() => match op {
                BinaryOp::MatMul => report.note("`@` is the matrix product, of arrays of the same type and one dimension or two"),
                _ => report.note("the wrapping operators work on Int"),
            },
            (l, _) if has_traits_only(l) => match op.trait_name() {
                Some(name) => report.help(format!(
                    "`{name}` is the trait of this operator: `impl {name} for {l}`"
                )),
                None => report,
            },
            _ => report,
        };
        self.report(report);
    }

    /// `a < b <= c`.
    pub(super) fn compare(
        &mut self,
        id: ExprId,
        first: ExprId,
        rest: &[(CompareOp, ExprId)],
    ) -> Ty {
        let mut operands = vec![first];
        operands.extend(rest.iter().map(|(_, e)| *e));
        // Literals come last, so that they adapt to the others.
        let mut tys = vec![Ty::Error; operands.len()];
        let mut common: Option<Ty> = None;
        for is_literal in [false, true] {
            for (i, &operand) in operands.iter().enumerate() {
                let adapts = self.is_literal(operand)
                    || matches!(self.kind(operand), ExprKind::Nil | ExprKind::Array(_))
                    || matches!(self.meaning(operand), Some(Meaning::Variant(..)));
                if adapts != is_literal {
                    continue;
                }
                let hint = match tys.contains(&Ty::PythonObject) {
                    true => Some(Ty::PythonObject),
                    false => common.clone(),
                };
                let ty = self.infer(operand, hint.as_ref().map_or(Want::Any, Want::Hint));
                if ty.is_number() {
                    common = Some(match common {
                        Some(c) if c.is_number() && wider(&c, &ty) != Ty::Error => wider(&c, &ty),
                        Some(c) if c.is_number() => c,
                        _ => ty.clone(),
                    });
                } else if let Some(element) = ty.element().filter(|e| e.is_number())
                    && common.is_none()
                {
                    common = Some(element.clone());
                } else if has_traits_only(&ty) && common.is_none() {
                    // `x == None` and `xs == []` adapt to the other side.
                    common = Some(ty.clone());
                }
                tys[i] = ty;
            }
        }
        if tys.iter().any(|t| matches!(t, Ty::Error | Ty::Never)) {
            return Ty::Bool;
        }
        if tys.contains(&Ty::PythonObject) {
            for (&operand, ty) in operands.iter().zip(&tys) {
                self.coerce(
                    operand,
                    ty,
                    &Ty::PythonObject,
                    super::Why::Text("an operand of a Python object's operator"),
                );
            }
            return Ty::Bool;
        }
        let is_in = |op: &CompareOp| matches!(op, CompareOp::In | CompareOp::NotIn);
        if tys.iter().any(Ty::is_array_like) && !rest.iter().any(|(op, _)| is_in(op)) {
            return self.compare_elements(id, rest[0].0, &operands, &tys);
        }
        for (i, (op, _)) in rest.iter().enumerate() {
            if !self.compare_two(*op, (operands[i], &tys[i]), (operands[i + 1], &tys[i + 1])) {
                return Ty::Error;
            }
        }
        if let Some(common) = common.filter(Ty::is_number) {
            for (&operand, ty) in operands.iter().zip(&tys) {
                self.widen(operand, ty, &common);
            }
        }
        Ty::Bool
    }

    /// `xs < ys` of arrays, or of an array and a number: element by element.
    fn compare_elements(
        &mut self,
        id: ExprId,
        op: CompareOp,
        operands: &[ExprId],
        tys: &[Ty],
    ) -> Ty {
        let ([left, right], [l, r]) = (operands, tys) else {
            let report = say::array_chain(self.span(id));
            self.report(report);
            return Ty::Error;
        };
        let array = Ty::array(Ty::Bool, l.rank().max(r.rank()));
        let (one, other) = (l.scalar(), r.scalar());
        let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        if one.is_number() && other.is_number() && wider(one, other) != Ty::Error {
            let common = wider(one, other);
            self.adapt(*left, l, &common);
            self.adapt(*right, r, &common);
            return array;
        }
        if is_equality && (one, other) == (&Ty::Bool, &Ty::Bool) {
            return array;
        }
        let (left, right) = ((l, self.span(*left)), (r, self.span(*right)));
        self.report(say::operator(self.span(id), op.symbol(), left, right));
        Ty::Error
    }

    /// Checks one comparison; false after a report.
    fn compare_two(
        &mut self,
        op: CompareOp,
        (left, l): (ExprId, &Ty),
        (right, r): (ExprId, &Ty),
    ) -> bool {
        let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        let span = self.span(left).to(self.span(right));
        if matches!(op, CompareOp::In | CompareOp::NotIn) {
            if self.members.own(&self.types, r, "contains?").is_some() {
                // Whether the item fits is for the function to say.
                return self.contains(left, l, r);
            }
            if let Some(element) = r.element().filter(|_| r.rank() == 1).cloned() {
                return self.looked_for(left, l, &element);
            }
            if *r == Ty::Range {
                return self.looked_for(left, l, &Ty::Int);
            }
            self.report(say::operator(
                span,
                op.symbol(),
                (l, self.span(left)),
                (r, self.span(right)),
            ));
            return false;
        }
        match (l, r) {
            (l, r) if l.is_number() && r.is_number() && wider(l, r) != Ty::Error => true,
            (Ty::String, Ty::String) => true,
            (Ty::Bool, Ty::Bool) if is_equality => true,
            (l, r) if l == r && self.is_comparable(l, is_equality) => true,
            (l, r) if l == r && has_traits_only(l) => {
                let name = if is_equality { "Eq" } else { "Ord" };
                let by = format!("`{}`", op.symbol());
                self.report(said::lacks_trait(span, l, name, &by));
                false
            }
            _ => {
                self.report(say::operator(
                    span,
                    op.symbol(),
                    (l, self.span(left)),
                    (r, self.span(right)),
                ));
                false
            }
        }
    }

    /// `item in container`, by the function `contains?` of the container.
    fn contains(&mut self, item: ExprId, have: &Ty, container: &Ty) -> bool {
        let Some(member) = self.members.own(&self.types, container, "contains?") else {
            return false;
        };
        let Some(signature) = self.types.signatures.get(member.item) else {
            return false;
        };
        let generics: Vec<Ty> = member
            .outer
            .into_iter()
            .map(|t| t.unwrap_or(Ty::Error))
            .collect();
        let Some(param) = signature.params.get(1) else {
            return false;
        };
        self.looked_for(item, have, &param.ty.subst(&generics))
    }

    /// The left side of `in`, where a value of type `want` is looked for.
    fn looked_for(&mut self, item: ExprId, have: &Ty, want: &Ty) -> bool {
        let why = super::Why::Text("what is looked for");
        if self.is_literal(item) {
            self.check(item, want, why);
        } else {
            self.coerce(item, have, want, why);
        }
        true
    }
}
