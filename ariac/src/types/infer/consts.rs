//! Constants: their values are computed by the compiler, so they are made of literals, operators and other constants.

use super::{Infer, Want, Why};
use crate::diagnostics::{declared as said, types as say};
use crate::hir::{BinaryOp, ExprId, ExprKind, ItemId, ItemKind, UnaryOp, for_each_child};
use crate::resolve::Meaning;
use crate::source::Span;
use crate::types::Ty;
use crate::types::written::{Place, Written};

/// How far a constant is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its type is being found out: whoever asks now is needed for it.
    Begun,
    /// Its type is known.
    Done,
}

impl Infer<'_, '_> {
    /// The type of a constant, which may stand further down in the text; `span` is where it is needed.
    pub(super) fn const_type(&mut self, item: ItemId, span: Span) -> Ty {
        let name = &self.hir.items[item].name;
        match self.consts.get(&item) {
            Some(State::Done) => return self.types.consts.get(item).cloned().unwrap_or(Ty::Error),
            Some(State::Begun) => {
                self.report(say::const_cycle(span, &name.name));
                return Ty::Error;
            }
            None => {}
        }
        // A chain of constants, each needing the next, is as deep as a nested expression.
        let begun = self.consts.values().filter(|s| **s == State::Begun).count();
        if begun > crate::hir::NESTING_LIMIT {
            self.report(crate::diagnostics::syntax::too_deep(
                span,
                crate::hir::NESTING_LIMIT,
            ));
            return Ty::Error;
        }
        self.consts.insert(item, State::Begun);
        let ty = self.infer_const(item);
        self.types.consts.set(item, ty.clone());
        self.consts.insert(item, State::Done);
        ty
    }

    fn infer_const(&mut self, item: ItemId) -> Ty {
        let ItemKind::Const { ty, value } = &self.hir.items[item].kind else {
            return Ty::Error;
        };
        let stated = ty.map(|t| {
            let written = Written {
                hir: self.hir,
                names: self.names,
                place: Place::Aria,
                generics: &self.scope.generics,
                self_ty: self.scope.self_ty.as_ref(),
            };
            (t, written.ty(t, self.reports))
        });
        if !self.is_constant(*value) {
            return Ty::Error;
        }
        let ty = match stated {
            Some((stated, ty)) => {
                self.check(*value, &ty, Why::Stated(stated));
                ty
            }
            None => self.infer(*value, Want::Any),
        };
        if ty != Ty::Error {
            match self.constant_value(*value) {
                Ok(Some(number)) => {
                    self.types.const_ints.set(item, number);
                }
                Ok(None) => {}
                Err((at, why)) => {
                    let name = self.hir.items[item].name.clone();
                    self.report(said::constant(at, &name, &why));
                    return Ty::Error;
                }
            }
        }
        match ty {
            Ty::Bool | Ty::String | Ty::Error => ty,
            ty if ty.is_number() => ty,
            ty => {
                let span = self.span(*value);
                self.report(say::not_here(
                    span,
                    &ty,
                    "a constant",
                    "constants are numbers, Bools and Strings",
                ));
                Ty::Error
            }
        }
    }

    /// The value of an expression of integers, where that is one; or the place of what cannot be computed, and why.
    fn constant_value(&self, id: ExprId) -> Result<Option<i128>, (Span, String)> {
        let fail = |why: String| Err((self.span(id), why));
        let ty = self.types.exprs.get(id).cloned().unwrap_or(Ty::Error);
        let mut values = Vec::new();
        let mut children = Vec::new();
        for_each_child(self.hir, id, |child| children.push(child));
        for child in children {
            values.push(self.constant_value(child)?);
        }
        if let Some(Meaning::Const(item)) = self.meaning(id) {
            // It was computed when its type was asked for; what is wrong with it has been said there.
            return Ok(self.types.const_ints.get(item).copied());
        }
        let value = match (self.kind(id), values.as_slice()) {
            (ExprKind::Int { value, .. }, _) => Some(i128::from(*value)),
            (
                ExprKind::Unary {
                    op: UnaryOp::Neg, ..
                },
                [Some(x)],
            ) => Some(-x),
            (ExprKind::Binary { op, .. }, [Some(x), Some(y)]) => match op {
                BinaryOp::Add => Some(x + y),
                BinaryOp::Sub => Some(x - y),
                BinaryOp::Mul => x.checked_mul(*y),
                BinaryOp::FloorDiv | BinaryOp::Mod if *y == 0 => {
                    return fail("division by zero".to_owned());
                }
                BinaryOp::Mod => Some(
                    x - y * (x / y)
                        + if x % y != 0 && (*x < 0) != (*y < 0) {
                            *y
                        } else {
                            0
                        },
                ),
                BinaryOp::Pow => u32::try_from(*y).ok().and_then(|y| x.checked_pow(y)),
                BinaryOp::FloorDiv => {
                    let is_inexact = x % y != 0 && (*x < 0) != (*y < 0);
                    Some(x / y - i128::from(is_inexact))
                }
                _ => None,
            },
            _ => None,
        };
        let (low, high) = match ty {
            Ty::Int => (i128::from(i64::MIN), i128::from(i64::MAX)),
            Ty::Sized(kind) => kind.range(),
            _ => return Ok(None),
        };
        match value {
            // The sign of a literal comes with the operator around it.
            Some(value) if value == high + 1 && matches!(self.kind(id), ExprKind::Int { .. }) => {
                Ok(Some(value))
            }
            Some(value) if !(low..=high).contains(&value) => fail(format!(
                "{value} does not fit into {ty}, which holds {low} to {high}"
            )),
            value => Ok(value),
        }
    }

    /// Whether the compiler can compute a value; else it is reported.
    fn is_constant(&mut self, id: ExprId) -> bool {
        let is_fine = match self.kind(id) {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Bool(_)
            | ExprKind::Str(_) => true,
            ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Logical { .. }
            | ExprKind::Compare { .. } => true,
            ExprKind::Name(_) | ExprKind::MethodCall { .. } => match self.meaning(id) {
                Some(Meaning::Const(_)) => return true,
                Some(Meaning::Error) => return false,
                _ => false,
            },
            ExprKind::Error => return false,
            _ => false,
        };
        if !is_fine {
            self.report(said::computed_constant(self.span(id)));
            return false;
        }
        let mut children = Vec::new();
        for_each_child(self.hir, id, |child| children.push(child));
        children.into_iter().all(|child| self.is_constant(child))
    }
}
