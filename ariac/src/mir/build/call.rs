//! Calls of functions and built-ins.

use super::closure::Argument;
use super::function::{FnBuilder, Value};
use crate::builtins::{Builtin, MathFn};
use crate::hir::{
    Arg, BinaryOp, Closure, CompareOp, ExprId, ExprKind, ItemId, ItemKind, ParamMode, UnaryOp,
};
use crate::mir::{BinOp, Const, GilState, ListOp, Operand, ReduceOp, Rvalue, StmtKind, UnOp};
use crate::resolve::Meaning;
use crate::types::{Callee, Signature, Ty};
use aria_abi::codes::ErrorKind;

impl<'a> FnBuilder<'a> {
    /// A `Call`, a `MethodCall`, or the name of a function that stands alone.
    pub(super) fn call(&mut self, id: ExprId) -> Value {
        if self.old_of(id).is_some()
            && let Some(Meaning::Local(entry)) = self.cx.names.exprs.get(id)
        {
            return Value::place(self.binding(*entry), self.binding_ty(*entry));
        }
        if self.returns_here(id) {
            return self.with_block_returns(id);
        }
        self.plain_call(id)
    }

    /// A call none of whose blocks returns from this function.
    pub(super) fn plain_call(&mut self, id: ExprId) -> Value {
        let Some(callee) = self.cx.types.callees.get(id) else {
            return Value::unit();
        };
        let (receiver, name, args, block): (_, _, &[Arg], Option<&'a Closure>) =
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
                    item,
                    args: order,
                    generics,
                    receiver: takes,
                },
                _,
            ) => {
                let generics = self.lower_all(generics);
                let receiver = receiver.filter(|_| *takes);
                self.call_fn(*item, &generics, order, receiver, args, block)
            }
            (
                Callee::TraitFn {
                    of_trait,
                    item,
                    args: order,
                    generics,
                    receiver: takes,
                },
                _,
            ) => {
                let generics = self.lower_all(generics);
                let receiver = receiver.filter(|_| *takes);
                match self.cx.method(*of_trait, *item, &generics) {
                    Some((item, generics)) => {
                        self.call_fn(item, &generics, order, receiver, args, block)
                    }
                    None => self.builtin_trait_fn(*item, receiver, args),
                }
            }
            (
                Callee::Construct {
                    variant,
                    args: order,
                },
                _,
            ) => self.construct(id, *variant, order, args),
            (Callee::With { args: order }, Some(receiver)) => self.with(receiver, order, args),
            (Callee::Field { index }, Some(receiver)) => match self.place(id, false) {
                Some(place) => self.read(&place),
                None => {
                    let of = self.expr(receiver);
                    self.part(&of, 0, *index)
                }
            },
            (Callee::Value, Some(callee)) => self.call_value(callee, args),
            (Callee::Each { item }, Some(receiver)) => {
                let array = self.expr(receiver);
                self.elementwise(vec![array], |b, elements| {
                    b.call_with(*item, &[], vec![elements[0].clone()])
                })
            }
            (Callee::Reference { item, generics }, _) => {
                let generics = self.lower_all(generics);
                self.function_value(*item, &generics, self.ty(id))
            }
            (
                Callee::Const {
                    item,
                    of_trait,
                    self_ty,
                },
                _,
            ) => self.type_const(*item, *of_trait, self_ty),
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

    pub(super) fn lower_all(&self, tys: &[Ty]) -> Vec<Ty> {
        tys.iter().map(|ty| self.lower(ty)).collect()
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

    /// A call of an instance: the receiver first, then the arguments as they are written, defaults last.
    fn call_fn(
        &mut self,
        item: ItemId,
        generics: &[Ty],
        order: &[Option<usize>],
        receiver: Option<ExprId>,
        args: &[Arg],
        block: Option<&'a Closure>,
    ) -> Value {
        let Some(signature) = self.cx.types.signatures.get(item) else {
            return Value::unit();
        };
        if let (Some(receiver), [text]) = (receiver, args)
            && self.push_interpolated(item, receiver, text.value)
        {
            return Value::unit();
        }
        let takes = usize::from(receiver.is_some());
        let mode_of = |arg: usize| {
            let param = match arg.checked_sub(takes) {
                None => Some(0),
                Some(arg) => order.iter().position(|&o| o == Some(arg)),
            };
            param.map_or(ParamMode::Read, |p| signature.params[p].mode)
        };
        let ids: Vec<ExprId> = receiver
            .into_iter()
            .chain(args.iter().map(|a| a.value))
            .collect();
        let modes: Vec<ParamMode> = (0..ids.len()).map(mode_of).collect();
        let (values, write_back) = self.arguments(&ids, &modes);
        let mut values: Vec<Option<Argument>> = values.into_iter().map(Some).collect();
        let mut by_param: Vec<Option<Argument>> = order
            .iter()
            .enumerate()
            .map(|(param, arg)| {
                let arg = match (param, arg) {
                    (0, _) if takes == 1 => 0,
                    (_, Some(arg)) => arg + takes,
                    (_, None) => return None,
                };
                values.get_mut(arg).and_then(Option::take)
            })
            .collect();
        let ret = self.cx.lower(&signature.ret, generics);
        if let Some(module) = self.cx.python.get(&item) {
            let params = signature.params.iter().map(|p| p.name.clone());
            let values = by_param.into_iter().map(|argument| match argument {
                Some(Argument::Value(value)) => Some(value),
                Some(Argument::Place(place)) => Some(self.read(&place)),
                None => None,
            });
            let values: Vec<Option<Value>> = values.collect();
            let name = &self.cx.hir.items[item].name.name;
            return self.py_declared(module, name, params.zip(values).collect(), &ret);
        }
        let callee = self.cx.instance(item, generics);
        let last = by_param.len().wrapping_sub(1);
        for (i, value) in by_param.iter_mut().enumerate() {
            if value.is_some() {
                continue;
            }
            let ty = self.cx.lower(&signature.params[i].ty, generics);
            if let (Some(block), Ty::Fn(_)) = (block.filter(|_| i == last), &ty) {
                // Who owns the function may keep it.
                let function = match signature.params[i].mode {
                    ParamMode::Own => self.closure(block, ty),
                    _ => self.block_argument(block, &ty),
                };
                *value = Some(Argument::Value(function));
            } else if let Some(callee) = self.cx.default_of(item, i, generics) {
                let args = Vec::new();
                let default = self.compute(ty, Rvalue::Call { callee, args });
                *value = Some(Argument::Value(default));
            }
        }
        let unit = || Argument::Value(Value::unit());
        let args = by_param.into_iter().map(|a| a.unwrap_or_else(unit));
        let args = self.argument_operands(args.collect());
        let value = if let Some(callee) = callee {
            self.compute(ret, Rvalue::Call { callee, args })
        } else if let Some(&callee) = self.cx.natives.get(&item) {
            self.check_slices(item, signature, &args);
            self.compute(ret, Rvalue::CallNative { callee, args })
        } else {
            Value::unit()
        };
        self.write_all_back(write_back);
        value
    }

    /// Arguments from left to right, each as it is passed.
    pub(super) fn arguments(
        &mut self,
        ids: &[ExprId],
        modes: &[ParamMode],
    ) -> (Vec<Argument>, Vec<(Target, Value)>) {
        let mut write_back = Vec::new();
        let mut arguments = Vec::new();
        let later = self.cx.changed_later(ids);
        for ((i, &id), later) in ids.iter().enumerate().zip(later) {
            arguments.push(match modes.get(i) {
                Some(ParamMode::Mut) => self.mut_argument(id, later, &mut write_back),
                Some(ParamMode::Own) => {
                    let value = self.expr(id);
                    Argument::Value(self.own(value))
                }
                _ => {
                    let value = self.expr(id);
                    Argument::Value(if later { self.save(value) } else { value })
                }
            });
        }
        (arguments, write_back)
    }

    /// A `mut` argument: a place, or an element of an array that is written back after the call.
    fn mut_argument(
        &mut self,
        id: ExprId,
        later: bool,
        write_back: &mut Vec<(Target, Value)>,
    ) -> Argument {
        let ExprKind::Index { base, indices } = &self.cx.hir.exprs[id].kind else {
            return self.lent(id, later);
        };
        let (true, [index]) = (self.ty(*base).is_array_like(), indices.as_slice()) else {
            return self.lent(id, later);
        };
        // A slice or section shows the elements themselves.
        if self.ty(*index) == Ty::Range || matches!(self.ty(*base), Ty::Nd(_)) {
            return self.lent(id, later);
        }
        let (array, index) = self.array_place(*base, *index);
        let element = self.local_ty(array).element().cloned().unwrap_or(Ty::Float);
        let load = Rvalue::Load {
            array,
            index: index.clone(),
            checked: true,
        };
        let value = self.compute(element, load);
        write_back.push((Target { array, index }, value.clone()));
        Argument::Value(value)
    }

    fn lent(&mut self, id: ExprId, stays: bool) -> Argument {
        match self.place(id, stays) {
            Some(place) => Argument::Place(place),
            None => {
                let value = self.expr(id);
                let local = self.in_local(&value);
                Argument::Value(Value::place(local, value.ty))
            }
        }
    }

    pub(super) fn write_all_back(&mut self, write_back: Vec<(Target, Value)>) {
        for (target, value) in write_back {
            self.emit(StmtKind::Store {
                array: target.array,
                index: target.index,
                value: value.operand,
                checked: true,
            });
        }
    }

    /// The operator that a declared type has by an `impl` of the operator's trait; none where there is no such `impl`.
    pub(super) fn operator(&mut self, of_trait: &str, operands: Vec<Value>) -> Option<Value> {
        let of_trait = self.cx.prelude_trait(of_trait)?;
        let (name, _) = self.cx.types.traits.get(of_trait)?.methods.first()?;
        let of: Vec<Ty> = operands.iter().map(|v| v.ty.clone()).collect();
        let (found, generics) = self.cx.find_impl(of_trait, &of)?;
        let (_, item) = found.methods.iter().find(|m| m.0 == *name)?;
        Some(self.call_with(*item, &generics, operands))
    }

    /// Whether a type has an `impl` of a trait of the prelude.
    pub(super) fn has_impl(&self, of_trait: &str, ty: &Ty) -> bool {
        let of_trait = self.cx.prelude_trait(of_trait);
        of_trait.is_some_and(|t| self.cx.find_impl(t, std::slice::from_ref(ty)).is_some())
    }

    /// A call of an instance with values that are there.
    pub(super) fn call_with(&mut self, item: ItemId, generics: &[Ty], args: Vec<Value>) -> Value {
        let signature = self.cx.signature(item);
        let ret = self.cx.lower(&signature.ret, generics);
        let Some(callee) = self.cx.instance(item, generics) else {
            return Value::unit();
        };
        let args = args.into_iter().zip(&signature.params);
        let args = args
            .map(|(value, param)| match param.mode {
                ParamMode::Own => self.own(value).operand,
                _ => value.operand,
            })
            .collect();
        self.compute(ret, Rvalue::Call { callee, args })
    }

    /// What the language's own types do for a trait without an `impl`.
    fn builtin_trait_fn(&mut self, item: ItemId, receiver: Option<ExprId>, args: &[Arg]) -> Value {
        let ids: Vec<ExprId> = receiver
            .into_iter()
            .chain(args.iter().map(|a| a.value))
            .collect();
        let values = self.exprs(&ids);
        self.trait_operation(item, values)
    }

    fn trait_operation(&mut self, item: ItemId, values: Vec<Value>) -> Value {
        let mut values = values.into_iter();
        let (Some(left), right) = (values.next(), values.next()) else {
            return Value::unit();
        };
        let name = self.cx.hir.items[item].name.name.as_str();
        let binary = |name: &str| {
            Some(match name {
                "add" => BinaryOp::Add,
                "sub" => BinaryOp::Sub,
                "mul" => BinaryOp::Mul,
                "div" => BinaryOp::Div,
                "floor_div" => BinaryOp::FloorDiv,
                "modulo" => BinaryOp::Mod,
                "pow" => BinaryOp::Pow,
                "matmul" => BinaryOp::MatMul,
                _ => return None,
            })
        };
        match (name, right) {
            ("neg", None) => self.unary_scalar(UnaryOp::Neg, left),
            ("eq", Some(right)) => self.compare_values(CompareOp::Eq, left, right),
            ("lt", Some(right)) => self.compare_values(CompareOp::Lt, left, right),
            (name, Some(right)) => match binary(name) {
                Some(op) => self.operate(op, left, right),
                None => Value::unit(),
            },
            ("to_string", None) => self.text_of(left),
            ("hash", None) => self.hash_of(left),
            _ => Value::unit(),
        }
    }

    // ---- built-ins ----

    fn builtin(
        &mut self,
        builtin: &Builtin,
        ids: &[ExprId],
        block: Option<&'a Closure>,
        ty: Ty,
    ) -> Value {
        if let Builtin::Routine(routine) = builtin {
            return self.routine(*routine, ids);
        }
        if let Builtin::List(op) = builtin {
            return self.list_op(*op, ids);
        }
        if let Builtin::Enumerate | Builtin::Zip = builtin {
            return self.list_of_pairs(ids, ty);
        }
        if let Builtin::Line(axis) = builtin {
            return self.nd_line(ids, *axis);
        }
        if let (&Builtin::Gil(state), Some(block)) = (builtin, block) {
            return self.gil(state, block, ty);
        }
        let mut values = self.exprs(ids);
        if let Builtin::Math(function) = builtin {
            return self.math(*function, values);
        }
        if values.is_empty() {
            return Value::unit();
        }
        let first = values.remove(0);
        let second = values.first().cloned();
        let rest = values;
        match builtin {
            Builtin::Length => {
                let array = self.in_local(&first);
                let len = self.dim(array, 0);
                Value {
                    operand: len,
                    ty: Ty::Int,
                    fresh: true,
                }
            }
            Builtin::Size => self.size(&first),
            Builtin::Shape => self.shape(&first),
            Builtin::Rank => Value::int(first.ty.rank().into()),
            Builtin::Transpose => self.transpose(&first, &ty),
            Builtin::Reshape => self.reshape(&first, rest),
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
            Builtin::ToNumber => self.convert_any(first, &ty),
            Builtin::ToStr => self.text_of(first),
            Builtin::IsNan => self.is_nan(first),
            Builtin::Bits(op) => match second {
                Some(second) => {
                    let ty = first.ty.clone();
                    let second = self.convert(second, &ty);
                    self.binary(*op, ty, first.operand, second.operand)
                }
                None => first,
            },
            Builtin::Shift(op) => match second {
                Some(bits) => self.shift(*op, first, bits),
                None => first,
            },
            Builtin::BitNot => self.bits(UnOp::BitNot, first),
            Builtin::CountBits(op) => {
                let count = self.bits(*op, first);
                self.convert(count, &Ty::Int)
            }
            Builtin::StrLength => self.compute(Ty::Int, Rvalue::StrLen(first.operand)),
            Builtin::Zeros | Builtin::Ones | Builtin::Full => {
                let element = ty.element().cloned().unwrap_or(Ty::Float);
                let mut lens: Vec<Value> = std::iter::once(first).chain(rest).collect();
                let value = match builtin {
                    Builtin::Full => lens.pop().unwrap_or_else(Value::unit),
                    Builtin::Zeros => Value::int(0),
                    _ => Value::int(1),
                };
                let value = match (&element, &value.operand) {
                    (Ty::Adt(record), Operand::Const(Const::Int(n))) => self.uniform(record, *n),
                    (Ty::Bool, Operand::Const(Const::Int(n))) => {
                        Value::constant(Const::Bool(*n != 0), Ty::Bool)
                    }
                    _ => self.convert(value, &element),
                };
                self.filled(lens, element, value.operand)
            }
            Builtin::ObjectToArray(element) => {
                let element = self.lower(element);
                self.out_of_object(first, &Ty::Array(Box::new(element)))
            }
            Builtin::ObjectTo(ty) => {
                let ty = self.lower(ty);
                match first.ty {
                    Ty::PythonObject => self.out_of_object(first, &ty),
                    _ => self.convert_any(first, &ty),
                }
            }
            Builtin::ErrorText => {
                let error = self.in_local(&first);
                self.compute(Ty::String, Rvalue::ErrorText(error))
            }
            Builtin::ErrorClass => {
                let error = self.in_local(&first);
                self.compute(Ty::String, Rvalue::ErrorClass(error))
            }
            Builtin::Copy => self.own(Value {
                fresh: false,
                ..first
            }),
            Builtin::List(_) | Builtin::Enumerate | Builtin::Zip => first,
            Builtin::Reveal
            | Builtin::Gil(_)
            | Builtin::Math(_)
            | Builtin::Routine(_)
            | Builtin::Line(_) => first,
        }
    }

    /// A list is changed where it is, once the arguments are there.
    fn list_op(&mut self, op: ListOp, ids: &[ExprId]) -> Value {
        let Some((&list, args)) = ids.split_first() else {
            return Value::unit();
        };
        let stays = args.iter().any(|&arg| self.cx.writes(arg));
        let place = self.place_or_temp(list, stays);
        let element = match self.place_ty(&place) {
            Ty::List(element) => *element,
            _ => Ty::Unit,
        };
        let last = args.len().wrapping_sub(1);
        let values = self.exprs(args).into_iter().enumerate();
        let args = values
            .map(|(i, value)| {
                if i == last && op.takes_value() {
                    let value = self.convert(value, &element);
                    return self.own(value).operand;
                }
                value.operand
            })
            .collect();
        let list = self.alias(&place);
        let value = Rvalue::ListOp { op, list, args };
        let ty = match op.gives_element() {
            true => element,
            false => Ty::Unit,
        };
        self.compute(ty, value)
    }

    /// The value of a constant of a type, or of the one that a type has for a trait's.
    fn type_const(&mut self, item: ItemId, of_trait: Option<ItemId>, self_ty: &Ty) -> Value {
        let ty = self.lower(self_ty);
        let (item, args) = self.cx.find_const(item, of_trait, &ty);
        let ItemKind::Const { value, .. } = &self.cx.hir.items[item].kind else {
            return Value::unit();
        };
        let outer = std::mem::replace(&mut self.args, args.into());
        let value = self.expr(*value);
        self.args = outer;
        value
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
            let sized = values.iter().find(|v| matches!(v.ty, Ty::Sized(_)));
            sized.map_or(Ty::Int, |value| value.ty.clone())
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

    /// The slices of a Rust function are elements that lie side by side.
    fn check_slices(&mut self, item: ItemId, signature: &Signature, args: &[Operand]) {
        let name = &self.cx.hir.items[item].name.name;
        for (param, arg) in signature.params.iter().zip(args) {
            let &Operand::Local(array) = arg else {
                continue;
            };
            let ty = &self.function.locals[array].ty;
            if !param.ty.is_array_like() || param.ty.rank() > 1 || matches!(ty, Ty::Array(_)) {
                continue;
            }
            let is_slice = self.compute(Ty::Bool, Rvalue::IsContiguous(array));
            let text = format!(
                "`{name}` takes `{}` as elements that lie side by side, and these have others between them; pass a `.copy`",
                param.name
            );
            let text = Operand::Const(Const::Str(text));
            self.raise_unless(is_slice.operand, ErrorKind::ValueError, vec![text]);
        }
    }

    /// `Python.with_gil |py| … end`, where `py` is the module `builtins`, and `Python.without_gil … end`.
    fn gil(&mut self, state: GilState, closure: &'a Closure, ty: Ty) -> Value {
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
        self.emit(StmtKind::Gil(state, body));
        result.map_or_else(Value::unit, |result| Value::fresh(result, ty))
    }
}

/// An element that a call may change.
pub(super) struct Target {
    array: crate::mir::LocalId,
    index: Operand,
}
