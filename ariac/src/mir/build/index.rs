//! `base[…]`: elements of arrays, lists and tuples, items of Python objects, and what functions of other types make of it.

use super::closure::Argument;
use super::function::{FnBuilder, Value};
use crate::hir::{BinaryOp, ExprId, ExprKind, ItemId, ParamMode};
use crate::mir::{BinOp, Const, Operand, Rvalue};
use crate::types::{Callee, Coercion, Ty};

impl FnBuilder<'_> {
    /// `base[indices]`, to read.
    pub(super) fn index(&mut self, base: ExprId, indices: &[ExprId]) -> Value {
        let ty = match self.cx.types.coercions.get(base) {
            Some(Coercion::Lend(ty) | Coercion::FromObject(ty)) => self.lower(ty),
            _ => self.ty(base),
        };
        match (&ty, indices) {
            (Ty::Tuple(items), [index]) => {
                let tuple = self.expr(base);
                let index = self.tuple_index(*index, items.len());
                self.part(&tuple, 0, index)
            }
            (Ty::List(_), [index]) => {
                let place = self.place_or_temp(base, self.cx.writes(*index));
                let place = self.element_place(place, *index, false);
                self.read(&place)
            }
            (ty, [index]) if ty.is_array_like() => {
                let (array, index) = self.array_place(base, *index);
                let element = ty.element().cloned().unwrap_or(Ty::Float);
                let load = Rvalue::Load {
                    array,
                    index,
                    checked: true,
                };
                self.compute(element, load)
            }
            _ => {
                let object = self.expr(base);
                let object = self.object_of(object).operand;
                let key = self.py_key(indices);
                self.compute(Ty::PythonObject, Rvalue::PyItem { object, key })
            }
        }
    }

    /// An array and an index into it; a literal negative index counts from the end.
    pub(super) fn array_place(
        &mut self,
        base: ExprId,
        index: ExprId,
    ) -> (crate::mir::LocalId, Operand) {
        let mut array = self.expr(base);
        if self.cx.writes(index) {
            array = self.save(array);
        }
        let array = self.in_local(&array);
        let index = match self.literal(index) {
            Some(n) if n < 0 => {
                let len = self.len(array);
                let back = Operand::Const(Const::Int(n));
                // A length and a negative number do not overflow.
                self.binary(BinOp::WrapAdd, Ty::Int, len, back).operand
            }
            _ => {
                let index = self.expr(index);
                self.convert(index, &Ty::Int).operand
            }
        };
        (array, index)
    }

    /// The value of an integer literal, negative ones included.
    pub(super) fn literal(&self, id: ExprId) -> Option<i64> {
        match &self.cx.hir.exprs[id].kind {
            ExprKind::Int { value, .. } => i64::try_from(*value).ok(),
            ExprKind::Unary {
                op: crate::hir::UnaryOp::Neg,
                operand,
            } => match &self.cx.hir.exprs[*operand].kind {
                ExprKind::Int { value, .. } => Some(value.wrapping_neg() as i64),
                _ => None,
            },
            _ => None,
        }
    }

    /// `base[…]` by a function of the base's type.
    pub(super) fn index_call(
        &mut self,
        callee: &Callee,
        base: ExprId,
        indices: &[ExprId],
    ) -> Value {
        let Some((item, generics)) = self.function_of(callee) else {
            return Value::unit();
        };
        let mut of = self.expr(base);
        if indices.iter().any(|&e| self.cx.writes(e)) {
            of = self.save(of);
        }
        let keys = self.keys(&of, indices);
        self.call_with(item, &generics, std::iter::once(of).chain(keys).collect())
    }

    /// The function that a callee means, and what is put in for its type parameters.
    fn function_of(&self, callee: &Callee) -> Option<(ItemId, Vec<Ty>)> {
        match callee {
            Callee::Fn { item, generics, .. } => Some((*item, self.lower_all(generics))),
            Callee::TraitFn {
                of_trait,
                item,
                generics,
                ..
            } => self.cx.method(*of_trait, *item, &self.lower_all(generics)),
            _ => None,
        }
    }

    /// Indices as arguments: of a range its bounds, the second exclusive.
    fn keys(&mut self, of: &Value, indices: &[ExprId]) -> Vec<Value> {
        let mut keys = Vec::new();
        for &index in indices {
            let ExprKind::Range {
                lo, hi, inclusive, ..
            } = &self.cx.hir.exprs[index].kind
            else {
                let key = self.expr(index);
                keys.push(self.save(key));
                continue;
            };
            let lo = lo.map_or_else(|| Value::int(0), |lo| self.expr(lo));
            let lo = self.save(lo);
            let hi = match hi {
                Some(hi) => {
                    let hi = self.expr(*hi);
                    match inclusive {
                        true => self.operate(BinaryOp::Add, hi, Value::int(1)),
                        false => self.save(hi),
                    }
                }
                None if of.ty == Ty::String => {
                    self.compute(Ty::Int, Rvalue::StrLen(of.operand.clone()))
                }
                None => {
                    let list = self.in_local(of);
                    let len = self.len(list);
                    Value {
                        operand: len,
                        ty: Ty::Int,
                        fresh: true,
                    }
                }
            };
            keys.extend([lo, hi]);
        }
        keys
    }

    /// `base[…] = value` by a function of the base's type.
    pub(super) fn index_set(
        &mut self,
        callee: &Callee,
        base: ExprId,
        keys: Vec<Value>,
        value: Value,
    ) {
        let Some((item, generics)) = self.function_of(callee) else {
            return;
        };
        let place = self.place_or_temp(base, false);
        let keys: Vec<Value> = keys.into_iter().chain([value]).collect();
        let signature = self.cx.signature(item);
        let modes = signature.params.iter().skip(1).map(|p| p.mode);
        let mut args: Vec<Argument> = vec![Argument::Place(place)];
        for (key, mode) in keys.into_iter().zip(modes) {
            args.push(Argument::Value(match mode {
                ParamMode::Own => self.own(key),
                _ => key,
            }));
        }
        let args = self.argument_operands(args);
        if let Some(callee) = self.cx.instance(item, &generics) {
            self.perform(Rvalue::Call { callee, args });
        }
    }

    /// The keys of `base[…]`, to be used more than once.
    pub(super) fn saved_keys(&mut self, base: ExprId, indices: &[ExprId]) -> Vec<Value> {
        let of = Value {
            ty: self.ty(base),
            ..Value::unit()
        };
        let mut keys = self.keys(&of, indices);
        for key in &mut keys {
            key.fresh = false;
        }
        keys
    }

    /// A call of a function of the base's type with keys that are there.
    pub(super) fn index_with(&mut self, callee: &Callee, base: ExprId, keys: &[Value]) -> Value {
        let Some((item, generics)) = self.function_of(callee) else {
            return Value::unit();
        };
        let of = self.expr(base);
        let args = std::iter::once(of).chain(keys.iter().cloned());
        self.call_with(item, &generics, args.collect())
    }
}
