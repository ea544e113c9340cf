//! Mathematical functions, called by name or as methods.

use super::literal::wider;
use super::{Infer, Want};
use crate::builtins::{Builtin, MathFn};
use crate::diagnostics::types as say;
use crate::hir::ExprId;
use crate::types::{Callee, Coercion, Ty};

impl Infer<'_, '_> {
    /// A mathematical function, element by element where an operand is an array.
    pub(super) fn math(
        &mut self,
        id: ExprId,
        function: MathFn,
        operands: &[ExprId],
        want: Want<'_>,
    ) -> Ty {
        self.math_with(id, function, operands, None, want)
    }

    /// As `math`; the first operand's type may be known already.
    pub(super) fn math_with(
        &mut self,
        id: ExprId,
        function: MathFn,
        operands: &[ExprId],
        first: Option<&Ty>,
        want: Want<'_>,
    ) -> Ty {
        let float = Ty::Float;
        let likely = want
            .hint()
            .map(|h| h.scalar().clone())
            .filter(Ty::is_number);
        let likely = if function.takes_int() {
            likely
        } else {
            likely.filter(Ty::is_float).or(Some(float))
        };
        let mut tys: Vec<Ty> = vec![Ty::Error; operands.len()];
        let mut common: Option<Ty> = None;
        for is_literal in [false, true] {
            for (i, &operand) in operands.iter().enumerate() {
                if self.is_literal(operand) != is_literal {
                    continue;
                }
                let hint = common.clone().or_else(|| likely.clone());
                let known = first.filter(|_| i == 0).cloned();
                let ty = known.unwrap_or_else(|| {
                    self.infer(operand, hint.as_ref().map_or(Want::Any, Want::Hint))
                });
                let ty = self.math_operand(function, operand, ty, common.as_ref());
                if ty.scalar().is_number() {
                    if let Some(common) = &common
                        && wider(common, ty.scalar()) == Ty::Error
                    {
                        self.report(say::mismatch(self.span(operand), common, &ty));
                        return Ty::Error;
                    }
                    common = Some(common.map_or(ty.scalar().clone(), |c| wider(&c, ty.scalar())));
                }
                tys[i] = ty;
            }
        }
        if tys.contains(&Ty::Error) {
            return Ty::Error;
        }
        let common = common.unwrap_or(Ty::Float);
        let common = if common.is_integer() && !function.takes_int() {
            Ty::Float
        } else {
            common
        };
        for (&operand, ty) in operands.iter().zip(&tys) {
            self.adapt(operand, ty, &common);
        }
        self.set_callee(id, Callee::Builtin(Builtin::Math(function)));
        match tys.iter().any(Ty::is_array_like) {
            true => {
                let rank = tys.iter().map(Ty::rank).max();
                Ty::array(common, rank.unwrap_or(1))
            }
            false => common,
        }
    }

    /// The type of an operand of a mathematical function; an error after a report.
    fn math_operand(
        &mut self,
        function: MathFn,
        operand: ExprId,
        ty: Ty,
        common: Option<&Ty>,
    ) -> Ty {
        match ty {
            Ty::Never => Ty::Error,
            // The function is a typed place: it wants a number.
            Ty::PythonObject => {
                let wanted = common.cloned().unwrap_or(Ty::Float);
                self.types
                    .coercions
                    .set(operand, Coercion::FromObject(wanted.clone()));
                wanted
            }
            ty if ty.scalar().is_any_number() && !function.takes_int() => {
                let name = function.name();
                let report =
                    say::expected(self.span(operand), &format!("a Real for `{name}`"), &ty);
                let scalar = ty.scalar();
                self.report(report.help(format!("say that it is one: `[{scalar}: Real]`")));
                Ty::Error
            }
            ty if ty == Ty::Error || ty.scalar().is_number() => ty,
            ty => {
                let wanted = format!("a number or an array of numbers for `{}`", function.name());
                self.report(say::expected(self.span(operand), &wanted, &ty));
                Ty::Error
            }
        }
    }
}
