//! `base[…]`: elements of arrays, lists and tuples, items of Python objects, and what functions of other types make of it.

use super::closure::Argument;
use super::control::Range;
use super::function::{FnBuilder, Value};
use crate::hir::{BinaryOp, ExprId, ExprKind, ItemId, ParamMode};
use crate::mir::{BinOp, Const, LocalId, Operand, Rvalue};
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
            (Ty::Nd(_), _) => self.nd_index(base, indices),
            (ty, [range]) if ty.is_array_like() && self.ty(*range) == Ty::Range => {
                let (view, _) = self.slice_of_array(base, *range);
                Value::fresh(view, self.local_ty(view))
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
    pub(super) fn array_place(&mut self, base: ExprId, index: ExprId) -> (LocalId, Operand) {
        // The array is looked at when its index is there.
        let place = match self.cx.writes(index) {
            true => self.place(base, true),
            false => None,
        };
        if let Some(place) = place {
            let index = self.expr(index);
            let index = self.convert(index, &Ty::Int);
            let index = self.save(index).operand;
            return (self.alias(&place), index);
        }
        let array = self.expr(base);
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

    /// A view on the elements of an array whose indices a range counts, and the array; a literal negative bound counts from
    /// the end.
    pub(super) fn slice_of_array(&mut self, base: ExprId, range: ExprId) -> (LocalId, LocalId) {
        // What the bounds change is changed when the array is looked at.
        let place = match self.cx.writes(range) {
            true => self.place(base, true),
            false => None,
        };
        let look = |b: &mut Self| match &place {
            Some(place) => Value::place(b.alias(place), b.place_ty(place)),
            None => b.expr(base),
        };
        let mut of = look(self);
        let range = match &self.cx.hir.exprs[range].kind {
            ExprKind::Range {
                lo,
                hi,
                inclusive,
                step,
            } => {
                let (lo, hi) = self.slice_bounds(&of, *lo, *hi);
                let step = step.map(|step| self.slice_step(step));
                let range = Range {
                    step: Value::int(1).operand,
                    lo: lo.operand,
                    inclusive: *inclusive && hi.is_some(),
                    hi: hi.unwrap_or_else(|| self.length_of(&of)).operand,
                };
                (range, step)
            }
            _ => {
                let range = self.range_in_variable(range);
                let step = Some(range.step.clone());
                (range, step)
            }
        };
        let (range, step) = range;
        if place.is_some() {
            of = look(self);
        }
        let array = self.in_local(&of);
        let element = of.ty.element().cloned().unwrap_or(Ty::Float);
        let slice = Rvalue::Slice {
            array,
            lo: range.lo,
            hi: range.hi,
            inclusive: range.inclusive,
            step,
        };
        let view = self.compute(Ty::PyArrayView(Box::new(element)), slice);
        (self.in_local(&view), array)
    }

    /// The step of a slice, which is not 0.
    pub(super) fn slice_step(&mut self, step: ExprId) -> Operand {
        let step = self.expr(step);
        let step = self.convert(step, &Ty::Int);
        let step = self.save(step).operand;
        self.check_step(step)
    }

    /// A range that stands in a variable.
    pub(super) fn range_in_variable(&mut self, range: ExprId) -> Range {
        self.range(range).unwrap_or(Range {
            lo: Value::int(0).operand,
            hi: Value::int(0).operand,
            step: Value::int(1).operand,
            inclusive: false,
        })
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
        if indices.iter().any(|&e| self.cx.changes(e, base)) {
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

    /// Indices as arguments: of a range its bounds, the second exclusive; of one with a step, or in a variable, its bounds,
    /// whether the second is meant, and its step.
    fn keys(&mut self, of: &Value, indices: &[ExprId]) -> Vec<Value> {
        let mut keys = Vec::new();
        for &index in indices {
            let ExprKind::Range {
                lo,
                hi,
                inclusive,
                step,
            } = &self.cx.hir.exprs[index].kind
            else {
                if self.ty(index) == Ty::Range {
                    let range = self.range_in_variable(index);
                    keys.extend(stepped(range));
                    continue;
                }
                let key = self.place_in(of, index);
                keys.push(key);
                continue;
            };
            let (lo, hi) = self.slice_bounds(of, *lo, *hi);
            if let Some(step) = step {
                let step = self.slice_step(*step);
                keys.extend(stepped(Range {
                    lo: lo.operand,
                    inclusive: *inclusive && hi.is_some(),
                    hi: hi.unwrap_or_else(|| self.length_of(of)).operand,
                    step,
                }));
                continue;
            }
            let hi = match hi {
                Some(hi) if *inclusive => self.operate(BinaryOp::Add, hi, Value::int(1)),
                Some(hi) => hi,
                None => self.length_of(of),
            };
            keys.extend([lo, hi]);
        }
        keys
    }

    /// The bounds of a slice.
    fn slice_bounds(
        &mut self,
        of: &Value,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
    ) -> (Value, Option<Value>) {
        let lo = lo.map_or_else(|| Value::int(0), |lo| self.place_in(of, lo));
        (lo, hi.map(|hi| self.place_in(of, hi)))
    }

    /// An index or a bound of a slice; a literal negative one counts from the end of what has one.
    fn place_in(&mut self, of: &Value, index: ExprId) -> Value {
        let counts = matches!(of.ty, Ty::String | Ty::List(_)) || of.ty.is_array_like();
        match self.literal(index) {
            Some(n) if n < 0 && counts => {
                let len = self.length_of(of).operand;
                // A length and a negative number do not overflow.
                self.binary(BinOp::WrapAdd, Ty::Int, len, Value::int(n).operand)
            }
            _ => {
                let index = self.expr(index);
                self.save(index)
            }
        }
    }

    /// The length of what is sliced.
    fn length_of(&mut self, of: &Value) -> Value {
        if of.ty == Ty::String {
            return self.compute(Ty::Int, Rvalue::StrLen(of.operand.clone()));
        }
        if let Some((item, generics)) = self.cx.own_method(&of.ty, "length") {
            return self.call_with(item, &generics, vec![of.clone()]);
        }
        let local = self.in_local(of);
        Value {
            operand: self.len(local),
            ty: Ty::Int,
            fresh: true,
        }
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

/// A range as arguments.
fn stepped(range: Range) -> [Value; 4] {
    let int = |operand| Value {
        operand,
        ty: Ty::Int,
        fresh: false,
    };
    [
        int(range.lo),
        int(range.hi),
        Value::constant(Const::Bool(range.inclusive), Ty::Bool),
        int(range.step),
    ]
}
