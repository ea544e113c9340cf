//! Calls of functions and built-ins.

use super::function::{FnBuilder, Value};
use crate::builtins::{Builtin, MathFn};
use crate::hir::{Arg, Closure, ExprId, ExprKind, ItemId, ParamMode};
use crate::mir::{BinOp, Const, Operand, ReduceOp, Rvalue, StmtKind};
use crate::resolve::Meaning;
use crate::types::{Callee, Coercion, Ty};

impl FnBuilder<'_> {
    /// A `Call`, a `MethodCall`, or the name of a function that stands alone.
    pub(super) fn call(&mut self, id: ExprId) -> Value {
        let Some(callee) = self.cx.types.callees.get(id) else {
            return Value::unit();
        };
        let (receiver, name, args, block): (_, _, &[Arg], Option<&Closure>) =
            match &self.cx.hir.exprs[id].kind {
                ExprKind::Call {
                    callee,
                    args,
                    block,
                } => (Some(*callee), "", args, block.as_ref()),
                ExprKind::MethodCall {
                    receiver,
                    name,
                    args,
                    block,
                    ..
                } => (Some(*receiver), name.name.as_str(), args, block.as_ref()),
                _ => (None, "", &[], None),
            };
        match (callee, receiver) {
            (
                Callee::Fn {
                    item, args: order, ..
                },
                _,
            ) => self.call_fn(*item, order, args),
            (Callee::PyCall, Some(callee)) => self.py_call(callee, args),
            (Callee::PyMethod, Some(receiver)) => self.py_method(receiver, name, args),
            (Callee::PyAttr, Some(receiver)) => self.py_attr(receiver, name),
            (Callee::Builtin(builtin), _) => {
                let is_method = matches!(self.cx.hir.exprs[id].kind, ExprKind::MethodCall { .. });
                let receiver = receiver.filter(|&r| is_method && !self.is_namespace(r));
                let ids: Vec<ExprId> = receiver
                    .into_iter()
                    .chain(args.iter().map(|a| a.value))
                    .filter(|&e| !self.is_type(e))
                    .collect();
                self.builtin(builtin, &ids, block, self.ty(id))
            }
            _ => Value::unit(),
        }
    }

    fn is_namespace(&self, id: ExprId) -> bool {
        let meaning = self.cx.names.exprs.get(id);
        matches!(meaning, Some(Meaning::Namespace(_)))
    }

    fn is_type(&self, id: ExprId) -> bool {
        matches!(self.cx.hir.exprs[id].kind, ExprKind::Type(_))
            || matches!(self.cx.names.exprs.get(id), Some(Meaning::Type))
    }

    // ---- functions ----

    fn call_fn(&mut self, item: ItemId, order: &[Option<usize>], args: &[Arg]) -> Value {
        let Some(signature) = self.cx.types.signatures.get(item) else {
            return Value::unit();
        };
        let mode_of = |arg: usize| {
            let param = order.iter().position(|&o| o == Some(arg));
            param.map_or(ParamMode::Read, |p| signature.params[p].mode)
        };
        // From left to right as written, then by parameter, defaults last.
        let mut values: Vec<Option<Value>> = Vec::new();
        let mut write_back = Vec::new();
        for (i, arg) in args.iter().enumerate() {
            let value = match mode_of(i) {
                ParamMode::Mut => self.mut_argument(arg.value, &mut write_back),
                ParamMode::Own => {
                    let value = self.expr(arg.value);
                    self.own(value)
                }
                ParamMode::Read => {
                    let value = self.expr(arg.value);
                    let later = args[i + 1..].iter().any(|a| self.cx.writes(a.value));
                    if later { self.save(value) } else { value }
                }
            };
            values.push(Some(value));
        }
        let mut by_param: Vec<Option<Value>> = order
            .iter()
            .map(|arg| arg.and_then(|a| values.get_mut(a).and_then(Option::take)))
            .collect();
        let ret = signature.ret.clone();
        if let Some(module) = self.cx.python.get(&item) {
            let params = signature.params.iter().map(|p| p.name.clone());
            let args = params.zip(by_param).collect();
            let name = &self.cx.hir.items[item].name.name;
            return self.py_declared(module, name, args, &ret);
        }
        for (i, value) in by_param.iter_mut().enumerate() {
            if let (None, Some(&callee)) = (&value, self.cx.defaults.get(&(item, i))) {
                let ty = signature.params[i].ty.clone();
                let args = Vec::new();
                *value = Some(self.compute(ty, Rvalue::Call { callee, args }));
            }
        }
        let args: Vec<Operand> = by_param
            .into_iter()
            .map(|v| v.map_or(Operand::Const(Const::Unit), |v| v.operand))
            .collect();
        let value = if let Some(&callee) = self.cx.functions.get(&item) {
            self.compute(ret, Rvalue::Call { callee, args })
        } else if let Some(&callee) = self.cx.natives.get(&item) {
            self.compute(ret, Rvalue::CallNative { callee, args })
        } else {
            Value::unit()
        };
        for (target, value) in write_back {
            self.write_back(target, value);
        }
        value
    }

    /// A `mut` argument: the variable itself, or an element that is written back after the call.
    fn mut_argument(&mut self, id: ExprId, write_back: &mut Vec<(Target, Value)>) -> Value {
        let ExprKind::Index { base, indices } = &self.cx.hir.exprs[id].kind else {
            return self.expr(id);
        };
        let (true, [index]) = (self.ty(*base).is_array_like(), indices.as_slice()) else {
            return self.expr(id);
        };
        let (array, index) = self.array_place(*base, *index);
        let element = self.local_ty(array).element().cloned().unwrap_or(Ty::Float);
        let load = Rvalue::Load {
            array,
            index: index.clone(),
            checked: true,
        };
        let value = self.compute(element, load);
        write_back.push((Target { array, index }, value.clone()));
        value
    }

    fn write_back(&mut self, target: Target, value: Value) {
        self.emit(StmtKind::Store {
            array: target.array,
            index: target.index,
            value: value.operand,
            checked: true,
        });
    }

    // ---- built-ins ----

    fn builtin(
        &mut self,
        builtin: &Builtin,
        ids: &[ExprId],
        block: Option<&Closure>,
        ty: Ty,
    ) -> Value {
        if let Builtin::Routine(routine) = builtin {
            return self.routine(*routine, ids);
        }
        if let (Builtin::WithGil, Some(block)) = (builtin, block) {
            return self.with_gil(block, ty);
        }
        let mut values = self.exprs(ids);
        if let Builtin::Math(function) = builtin {
            return self.math(*function, values);
        }
        let second = (values.len() > 1).then(|| values.remove(1));
        let Some(first) = values.into_iter().next() else {
            return Value::unit();
        };
        match builtin {
            Builtin::Length => {
                let array = self.in_local(&first);
                self.compute(Ty::Int, Rvalue::Len(array))
            }
            Builtin::Sum => self.reduction(ReduceOp::Sum, first),
            Builtin::Mean => self.reduction(ReduceOp::Mean, first),
            Builtin::Min => self.reduction(ReduceOp::Min, first),
            Builtin::Max => self.reduction(ReduceOp::Max, first),
            Builtin::Dot => match second {
                Some(second) => self.dot(first, second),
                None => first,
            },
            Builtin::Map | Builtin::ParallelMap => match block {
                Some(block) => {
                    let parallel = *builtin == Builtin::ParallelMap;
                    self.map_block(first, block, parallel, ty)
                }
                None => first,
            },
            Builtin::ToArray => {
                let array = self.in_local(&first);
                self.compute(ty, Rvalue::ToArray(array))
            }
            Builtin::ToFloat => self.convert_any(first, &Ty::Float),
            Builtin::ToFloat32 => self.convert_any(first, &Ty::Float32),
            Builtin::ToInt => self.convert_any(first, &Ty::Int),
            Builtin::ToStr => self.text_of(first),
            Builtin::IsNan => self.is_nan(first),
            Builtin::StrLength => self.compute(Ty::Int, Rvalue::StrLen(first.operand)),
            Builtin::Zeros | Builtin::Ones | Builtin::Full => {
                let element = ty.element().cloned().unwrap_or(Ty::Float);
                let value = match (builtin, second) {
                    (Builtin::Full, Some(value)) => value,
                    (Builtin::Zeros, _) => Value::int(0),
                    _ => Value::int(1),
                };
                let value = match (&element, &value.operand) {
                    (Ty::Bool, Operand::Const(Const::Int(n))) => {
                        Value::constant(Const::Bool(*n != 0), Ty::Bool)
                    }
                    _ => self.convert(value, &element),
                };
                let fill = Rvalue::Fill {
                    element,
                    len: first.operand,
                    value: value.operand,
                };
                self.compute(ty, fill)
            }
            Builtin::ObjectToArray(element) => {
                self.out_of_object(first, &Ty::Array(Box::new(element.clone())))
            }
            Builtin::ObjectTo(ty) => match first.ty {
                Ty::PythonObject => self.out_of_object(first, ty),
                _ => self.convert_any(first, ty),
            },
            Builtin::Reveal | Builtin::WithGil | Builtin::Math(_) | Builtin::Routine(_) => first,
        }
    }

    /// A scalar, or the elements of an array, as another scalar type.
    fn convert_any(&mut self, value: Value, to: &Ty) -> Value {
        if value.ty.is_array_like() {
            return self.convert_elements(value, to);
        }
        self.convert(value, to)
    }

    fn math(&mut self, function: MathFn, values: Vec<Value>) -> Value {
        if values.iter().any(|v| v.ty.is_array_like()) {
            return self.elementwise(values, |b, items| b.math_scalar(function, items.to_vec()));
        }
        self.math_scalar(function, values)
    }

    fn math_scalar(&mut self, function: MathFn, values: Vec<Value>) -> Value {
        let has = |ty: &Ty| values.iter().any(|v| v.ty == *ty);
        let ty = if has(&Ty::Float) {
            Ty::Float
        } else if has(&Ty::Float32) {
            Ty::Float32
        } else if function.takes_int() {
            Ty::Int
        } else {
            Ty::Float
        };
        let args = values
            .into_iter()
            .map(|v| self.convert(v, &ty).operand)
            .collect();
        self.compute(ty, Rvalue::Math { function, args })
    }

    fn is_nan(&mut self, value: Value) -> Value {
        if value.ty.is_array_like() {
            return self.elementwise(vec![value], |b, items| b.is_nan(items[0].clone()));
        }
        if !value.ty.is_float() {
            return Value::constant(Const::Bool(false), Ty::Bool);
        }
        let Value { operand, ty, .. } = value;
        self.binary(BinOp::Ne, ty, operand.clone(), operand)
    }

    /// `Python.with_gil |py| … end`: `py` is the module `builtins`.
    fn with_gil(&mut self, closure: &Closure, ty: Ty) -> Value {
        let has_value = !matches!(ty, Ty::Unit | Ty::Never);
        let result = has_value.then(|| self.temp(ty.clone()));
        let py = closure
            .params
            .first()
            .map(|&pat| self.pattern_local(pat, &Ty::PythonObject));
        let (mut body, _, ()) = self.nested(|b| {
            let value = b.block_value(&closure.body, has_value);
            if let Some(result) = result {
                b.assign_value(result, value);
            }
        });
        if let Some(py) = py {
            let mut used = false;
            body.each_local(&mut |local, _| used |= local == py);
            if used {
                let (first, _, ()) = self.nested(|b| {
                    let module = b.py_module("builtins");
                    b.assign_value(py, module);
                });
                super::array::prepend(&mut body, first.stmts);
            }
        }
        self.emit(StmtKind::WithGil(body));
        result.map_or_else(Value::unit, |result| Value::fresh(result, ty))
    }

    // ---- indexing ----

    /// `base[indices]`, to read.
    pub(super) fn index(&mut self, base: ExprId, indices: &[ExprId]) -> Value {
        let ty = match self.cx.types.coercions.get(base) {
            Some(Coercion::Lend(ty) | Coercion::FromObject(ty)) => ty.clone(),
            _ => self.ty(base),
        };
        match (&ty, indices) {
            (Ty::Tuple(items), [index]) => {
                let tuple = self.expr(base);
                let index = match self.literal(*index) {
                    Some(n) if n < 0 => (items.len() as i64 + n) as usize,
                    Some(n) => n as usize,
                    None => 0,
                };
                self.field(&tuple, index.min(items.len().saturating_sub(1)))
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
    fn literal(&self, id: ExprId) -> Option<i64> {
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

    /// A part of a tuple; of a temporary one, the part is taken out.
    pub(super) fn field(&mut self, tuple: &Value, index: usize) -> Value {
        let ty = match &tuple.ty {
            Ty::Tuple(items) => items.get(index).cloned().unwrap_or(Ty::Unit),
            _ => Ty::Unit,
        };
        let take = tuple.fresh && ty.is_owned();
        let tuple = self.in_local(tuple);
        if ty == Ty::Unit {
            return Value::unit();
        }
        self.compute(
            ty,
            Rvalue::Field {
                tuple,
                variant: 0,
                index,
                take,
            },
        )
    }
}

/// An element that a call may change.
struct Target {
    array: crate::mir::LocalId,
    index: Operand,
}
