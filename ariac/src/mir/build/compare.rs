//! Comparisons.
//!
//! Numbers, Bools and Strings compare by an instruction, arrays element by element, Python objects as Python does. What
//! consists of parts compares part by part, in a function of its own for each type; a type's own `impl` comes first.

use super::expr::common;
use super::function::{FnBuilder, Value};
use super::instances::Glue;
use crate::hir::{CompareOp, ExprId};
use crate::mir::{BinOp, Const, LocalId, Operand, Rvalue, StmtKind};
use crate::types::Ty;
use aria_abi::codes::PyOp;

impl FnBuilder<'_> {
    pub(super) fn compare(
        &mut self,
        id: ExprId,
        first: ExprId,
        rest: &[(CompareOp, ExprId)],
    ) -> Value {
        let ty = self.ty(id);
        let later = rest.iter().any(|(_, e)| self.cx.changes(*e, first));
        let mut left = self.expr(first);
        if later {
            left = self.save(left);
        }
        if let [(op, right)] = rest {
            if self.ty(*right) == Ty::Range {
                return self.in_range(*op, left, *right);
            }
            let right = self.expr(*right);
            let value = self.compare_values(*op, left, right);
            return self.compared(value, &ty);
        }
        let result = self.temp(ty.clone());
        self.compare_chain(result, &ty, left, rest);
        Value::fresh(result, ty)
    }

    /// `x in lo..<hi step s`: between its bounds, and as far from the first as a number of steps.
    fn in_range(&mut self, op: CompareOp, item: Value, range: ExprId) -> Value {
        let Some(range) = self.range(range) else {
            return Value::unit();
        };
        let item = self.save(item);
        let int = |operand: &Operand| Value {
            operand: operand.clone(),
            ty: Ty::Int,
            fresh: false,
        };
        let until = match range.inclusive {
            true => CompareOp::Le,
            false => CompareOp::Lt,
        };
        let found = self.temp(Ty::Bool);
        let up = |b: &mut Self| {
            let from = [int(&range.lo), int(&item.operand)];
            let to = [int(&item.operand), int(&range.hi)];
            b.both(found, (CompareOp::Le, from), (until, to));
        };
        if let Operand::Const(Const::Int(1)) = range.step {
            up(self);
        } else {
            let zero = Operand::Const(Const::Int(0));
            let rises = self.binary(BinOp::Gt, Ty::Bool, range.step.clone(), zero);
            let down = |b: &mut Self| {
                let from = [int(&item.operand), int(&range.lo)];
                let to = [int(&range.hi), int(&item.operand)];
                b.both(found, (CompareOp::Le, from), (until, to));
            };
            self.emit_if(rises.operand, up, down);
            let is_step = |b: &mut Self| {
                // No difference, which might overflow: the rests are the same.
                let [here, first] = [&item.operand, &range.lo].map(|n| {
                    let (n, step) = (n.clone(), range.step.clone());
                    b.binary(BinOp::Mod, Ty::Int, n, step)
                });
                let same = b.compare_values(CompareOp::Eq, here, first);
                b.assign_value(found, same);
            };
            self.emit_if(Operand::Local(found), is_step, |_| {});
        }
        match op {
            CompareOp::NotIn => self.not(Operand::Local(found)),
            _ => Value::fresh(found, Ty::Bool),
        }
    }

    /// Whether two comparisons hold, into `found`.
    fn both(
        &mut self,
        found: crate::mir::LocalId,
        first: (CompareOp, [Value; 2]),
        second: (CompareOp, [Value; 2]),
    ) {
        let compare = |b: &mut Self, (op, [left, right]): (CompareOp, [Value; 2])| {
            let holds = b.compare_values(op, left, right);
            b.assign_value(found, holds);
        };
        compare(self, first);
        self.emit_if(Operand::Local(found), |b| compare(b, second), |_| {});
    }

    /// `left op1 b op2 c …` into `result`: stops at the first that is false.
    fn compare_chain(
        &mut self,
        result: crate::mir::LocalId,
        ty: &Ty,
        left: Value,
        rest: &[(CompareOp, ExprId)],
    ) {
        let Some(((op, right), rest)) = rest.split_first() else {
            return;
        };
        if self.ty(*right) == Ty::Range {
            // Nothing compares with a range but what is looked for in it, so that the chain ends here.
            let value = self.in_range(*op, left, *right);
            return self.assign_value(result, value);
        }
        let changed = rest.iter().any(|(_, e)| self.cx.changes(*e, *right));
        let mut right = self.expr(*right);
        if changed {
            right = self.save(right);
        }
        let value = self.compare_values(*op, left, right.clone());
        let value = self.compared(value, ty);
        self.assign_value(result, value);
        if rest.is_empty() {
            return;
        }
        let truth = match ty {
            Ty::PythonObject => {
                let truth = Rvalue::PyTruth(Operand::Local(result));
                self.compute(Ty::Bool, truth).operand
            }
            _ => Operand::Local(result),
        };
        // The middle operand is borrowed by two comparisons and belongs to neither.
        right.fresh = false;
        self.emit_if(truth, |b| b.compare_chain(result, ty, right, rest), |_| {});
    }

    /// The result of a comparison as its type says: Python's may be any object.
    pub(super) fn compared(&mut self, value: Value, ty: &Ty) -> Value {
        match (&value.ty, ty) {
            (Ty::PythonObject, Ty::Bool) => self.compute(Ty::Bool, Rvalue::PyTruth(value.operand)),
            (Ty::Bool, Ty::PythonObject) => self.object_of(value),
            _ => value,
        }
    }

    pub(super) fn compare_values(&mut self, op: CompareOp, left: Value, right: Value) -> Value {
        if let CompareOp::In | CompareOp::NotIn = op {
            let found = self.contains(left, right);
            return match op {
                CompareOp::In => found,
                _ => self.not(found.operand),
            };
        }
        if left.ty == Ty::PythonObject || right.ty == Ty::PythonObject {
            return self.py_operate(py_compare(op), left, Some(right));
        }
        if left.ty.is_array_like() || right.ty.is_array_like() {
            return self.elementwise(vec![left, right], |b, items| {
                b.compare_scalars(op, items[0].clone(), items[1].clone())
            });
        }
        if let (Ty::Tuple(_), Ty::Tuple(_), CompareOp::Eq | CompareOp::Ne) =
            (&left.ty, &right.ty, op)
        {
            return self.compare_tuples(op, left, right);
        }
        if let Ty::Tuple(_) | Ty::Adt(_) | Ty::List(_) = left.ty {
            return self.compare_parts(op, left, right);
        }
        self.compare_scalars(op, left, right)
    }

    /// A comparison of two values that consist of parts: by the type's own function for it, else part by part.
    fn compare_parts(&mut self, op: CompareOp, left: Value, right: Value) -> Value {
        let ty = left.ty.clone();
        if let CompareOp::Eq | CompareOp::Ne = op {
            let equal = match self.operator("Eq", vec![left.clone(), right.clone()]) {
                Some(equal) => equal,
                None => self.call_glue(Glue::Equal, &ty, left, right),
            };
            return match op {
                CompareOp::Ne => self.not(equal.operand),
                _ => equal,
            };
        }
        // `a <= b` is that `b < a` is false.
        let (first, second) = match op {
            CompareOp::Lt | CompareOp::Ge => (left.clone(), right.clone()),
            _ => (right.clone(), left.clone()),
        };
        if let Some(less) = self.operator("Ord", vec![first, second]) {
            return match op {
                CompareOp::Lt | CompareOp::Gt => less,
                _ => self.not(less.operand),
            };
        }
        let order = self.call_glue(Glue::Compare, &ty, left, right);
        let op = match op {
            CompareOp::Lt => BinOp::Lt,
            CompareOp::Le => BinOp::Le,
            CompareOp::Gt => BinOp::Gt,
            _ => BinOp::Ge,
        };
        let zero = Operand::Const(Const::Int(0));
        self.binary(op, Ty::Bool, order.operand, zero)
    }

    fn call_glue(&mut self, glue: Glue, ty: &Ty, left: Value, right: Value) -> Value {
        let callee = self.cx.glue(glue, ty);
        let ret = match glue {
            Glue::Equal => Ty::Bool,
            _ => Ty::Int,
        };
        let args = vec![left.operand, right.operand];
        self.compute(ret, Rvalue::Call { callee, args })
    }

    /// The body of a function that follows from a type's declaration.
    pub(super) fn glue(&mut self, glue: Glue, ty: &Ty) {
        let params: Vec<LocalId> = self.function.params.iter().map(|p| p.local).collect();
        let [a, b] = params.as_slice() else { return };
        let (a, b) = (*a, *b);
        match ty {
            Ty::Adt(adt) => {
                let layout = self.cx.layout(adt);
                let variant = layout.is_enum.then(|| {
                    let [x, y] = [a, b].map(|l| self.compute(Ty::Int, Rvalue::Variant(l)));
                    self.part_differs(glue, x.clone(), y);
                    x
                });
                let sizes: Vec<usize> = layout.variants.iter().map(|v| v.fields.len()).collect();
                self.glue_variants(glue, ty, (a, b), variant.as_ref(), &sizes, 0);
            }
            Ty::Tuple(items) => {
                for index in 0..items.len() {
                    self.glue_part(glue, ty, (a, b), 0, index);
                }
            }
            _ => self.glue_elements(glue, a, b),
        }
        let same = match glue {
            Glue::Equal => Const::Bool(true),
            _ => Const::Int(0),
        };
        self.emit(StmtKind::Return(Operand::Const(same)));
    }

    /// The parts of both values, which are of the same variant, the first variants with parts tried first.
    fn glue_variants(
        &mut self,
        glue: Glue,
        ty: &Ty,
        (a, b): (LocalId, LocalId),
        variant: Option<&Value>,
        sizes: &[usize],
        from: usize,
    ) {
        let Some(at) = (from..sizes.len()).find(|&v| sizes[v] > 0) else {
            return;
        };
        let parts = |this: &mut Self| {
            for index in 0..sizes[at] {
                this.glue_part(glue, ty, (a, b), at as u32, index);
            }
        };
        let Some(variant) = variant else {
            parts(self);
            return;
        };
        let this_one = Operand::Const(Const::Int(at as i64));
        let is = self.binary(BinOp::Eq, Ty::Bool, variant.operand.clone(), this_one);
        self.emit_if(is.operand, parts, |this| {
            this.glue_variants(glue, ty, (a, b), Some(variant), sizes, at + 1);
        });
    }

    fn glue_part(
        &mut self,
        glue: Glue,
        ty: &Ty,
        (a, b): (LocalId, LocalId),
        variant: u32,
        index: usize,
    ) {
        if self.cx.field_ty(ty, variant, index) == Ty::Unit {
            return;
        }
        let [x, y] = [a, b].map(|of| {
            let of = Value::place(of, ty.clone());
            self.part(&of, variant, index)
        });
        self.part_differs(glue, x, y);
    }

    /// Elements one by one, then the lengths; of what need only be equal, the lengths first.
    fn glue_elements(&mut self, glue: Glue, a: LocalId, b: LocalId) {
        let (n, m) = (self.len(a), self.len(b));
        let int = |operand: &Operand| Value {
            operand: operand.clone(),
            ty: Ty::Int,
            fresh: false,
        };
        if glue == Glue::Equal {
            self.part_differs(glue, int(&n), int(&m));
        }
        let least = match glue {
            Glue::Equal => n.clone(),
            _ => {
                let min = Rvalue::Math {
                    function: crate::builtins::MathFn::Min,
                    args: vec![n.clone(), m.clone()],
                };
                self.compute(Ty::Int, min).operand
            }
        };
        self.count_to(least, |this, i| {
            let [x, y] = [a, b].map(|list| this.element(list, Operand::Local(i)));
            this.part_differs(glue, x, y);
        });
        if glue == Glue::Compare {
            self.part_differs(glue, int(&n), int(&m));
        }
    }

    /// Returns if two parts decide the matter.
    fn part_differs(&mut self, glue: Glue, x: Value, y: Value) {
        let returns = |value| move |b: &mut Self| b.emit(StmtKind::Return(Operand::Const(value)));
        if glue == Glue::Equal {
            let equal = self.equal_parts(x, y);
            self.emit_if(equal.operand, |_| {}, returns(Const::Bool(false)));
            return;
        }
        let by_parts = match &x.ty {
            Ty::Adt(adt) => !self.has_impl("Ord", &Ty::Adt(adt.clone())),
            ty => matches!(ty, Ty::Tuple(_) | Ty::List(_) | Ty::Array(_)),
        };
        if by_parts {
            let ty = x.ty.clone();
            let order = self.call_glue(Glue::Compare, &ty, x, y);
            let zero = Operand::Const(Const::Int(0));
            let same = self.binary(BinOp::Eq, Ty::Bool, order.operand.clone(), zero);
            self.emit_if(
                same.operand,
                |_| {},
                |b| b.emit(StmtKind::Return(order.operand)),
            );
            return;
        }
        for (op, value) in [(CompareOp::Lt, -1), (CompareOp::Gt, 1)] {
            let is = self.compare_values(op, x.clone(), y.clone());
            let is = self.compared(is, &Ty::Bool);
            self.emit_if(is.operand, returns(Const::Int(value)), |_| {});
        }
    }

    fn equal_parts(&mut self, x: Value, y: Value) -> Value {
        if let Ty::Array(_) = x.ty {
            let ty = x.ty.clone();
            return self.call_glue(Glue::Equal, &ty, x, y);
        }
        let equal = self.compare_values(CompareOp::Eq, x, y);
        self.compared(equal, &Ty::Bool)
    }

    fn compare_scalars(&mut self, op: CompareOp, left: Value, right: Value) -> Value {
        let ty = common(&left.ty, &right.ty);
        let left = self.convert(left, &ty);
        let right = self.convert(right, &ty);
        let op = match op {
            CompareOp::Lt => BinOp::Lt,
            CompareOp::Le => BinOp::Le,
            CompareOp::Ne => BinOp::Ne,
            CompareOp::Gt => BinOp::Gt,
            CompareOp::Ge => BinOp::Ge,
            CompareOp::Eq | CompareOp::In | CompareOp::NotIn => BinOp::Eq,
        };
        self.binary(op, Ty::Bool, left.operand, right.operand)
    }

    /// Tuples are equal when all their parts are.
    fn compare_tuples(&mut self, op: CompareOp, mut left: Value, mut right: Value) -> Value {
        let parts = match &left.ty {
            Ty::Tuple(items) => items.len(),
            _ => 0,
        };
        // Both keep their parts.
        (left.fresh, right.fresh) = (false, false);
        let result = self.temp(Ty::Bool);
        self.assign(result, Rvalue::Use(Operand::Const(Const::Bool(true))));
        for index in 0..parts {
            let rest = |b: &mut Self| {
                let [x, y] = [&left, &right].map(|tuple| b.part(tuple, 0, index));
                let equal = b.equal_parts(x, y);
                b.assign_value(result, equal);
            };
            self.emit_if(Operand::Local(result), rest, |_| {});
        }
        match op {
            CompareOp::Ne => self.not(Operand::Local(result)),
            _ => Value::fresh(result, Ty::Bool),
        }
    }

    fn contains(&mut self, item: Value, container: Value) -> Value {
        if let Some((item_fn, generics)) = self.cx.own_method(&container.ty, "contains?") {
            return self.call_with(item_fn, &generics, vec![container, item]);
        }
        if !container.ty.is_array_like() && !matches!(container.ty, Ty::List(_)) {
            let object = self.py_operate(PyOp::In, item, Some(container));
            return self.compute(Ty::Bool, Rvalue::PyTruth(object.operand));
        }
        // item in array: the greatest of the comparisons, over the elements and a 0 for an array without any.
        let found = self.temp(Ty::Bool);
        self.assign(found, Rvalue::Use(Operand::Const(Const::Bool(false))));
        let array = self.in_local(&container);
        let n = self.len(array);
        self.count_to(n, |b, i| {
            let x = b.element(array, Operand::Local(i));
            let equal = b.equal_parts(x, item);
            b.emit_if(
                equal.operand,
                |b| b.assign(found, Rvalue::Use(Operand::Const(Const::Bool(true)))),
                |_| {},
            );
        });
        Value::fresh(found, Ty::Bool)
    }
}

fn py_compare(op: CompareOp) -> PyOp {
    match op {
        CompareOp::Lt => PyOp::Lt,
        CompareOp::Le => PyOp::Le,
        CompareOp::Ne => PyOp::Ne,
        CompareOp::Gt => PyOp::Gt,
        CompareOp::Ge => PyOp::Ge,
        CompareOp::Eq => PyOp::Eq,
        CompareOp::In | CompareOp::NotIn => PyOp::In,
    }
}
