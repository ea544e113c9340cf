//! Literals, names, operators.

use super::function::{FnBuilder, Value};
use crate::builtins::MathFn;
use crate::hir::{BinaryOp, ExprId, ExprKind, ItemId, ItemKind, LogicalOp, StrPart, UnaryOp};
use crate::mir::{BinOp, Const, Operand, ReduceOp, Rvalue, UnOp};
use crate::resolve::Meaning;
use crate::types::{Callee, Coercion, Ty};
use aria_abi::codes::PyOp;

impl<'a> FnBuilder<'a> {
    /// The value of an expression, as its surroundings want it.
    pub(super) fn expr(&mut self, id: ExprId) -> Value {
        let outer = std::mem::replace(&mut self.span, self.cx.hir.exprs[id].span);
        let mut value = self.expr_uncoerced(id);
        if let Some(coercion) = self.cx.types.coercions.get(id) {
            value = self.coerce(value, coercion);
        }
        self.span = outer;
        value
    }

    /// The type of an expression before its coercion.
    pub(super) fn ty(&self, id: ExprId) -> Ty {
        let ty = self.cx.types.exprs.get(id);
        ty.map_or(Ty::Unit, |ty| self.lower(ty))
    }

    fn expr_uncoerced(&mut self, id: ExprId) -> Value {
        match &self.cx.hir.exprs[id].kind {
            ExprKind::Int { value, .. } => number(*value as f64, i128::from(*value), &self.ty(id)),
            ExprKind::Float { value, .. } => match self.ty(id) {
                Ty::Float32 => Value::constant(Const::Float32(*value as f32), Ty::Float32),
                _ => Value::constant(Const::Float(*value), Ty::Float),
            },
            ExprKind::Bool(b) => Value::constant(Const::Bool(*b), Ty::Bool),
            ExprKind::Nil => match self.ty(id) {
                Ty::PythonObject => self.object_of(Value::unit()),
                Ty::Adt(adt) => {
                    let none = self.variant_named(&Ty::Adt(adt.clone()), "None");
                    self.make(adt, none, Vec::new())
                }
                _ => Value::unit(),
            },
            ExprKind::Str(parts) => self.string(parts),
            ExprKind::Symbol(_) | ExprKind::Type(_) | ExprKind::Error => Value::unit(),
            ExprKind::Name(_) => self.name(id),
            ExprKind::Tuple(items) if items.is_empty() => Value::unit(),
            ExprKind::Tuple(items) => {
                let values = self.exprs(items);
                self.tuple(values)
            }
            ExprKind::Array(items) if matches!(self.ty(id), Ty::List(_)) => self.list(id, items),
            ExprKind::Array(items) if self.ty(id).rank() > 1 => {
                let ty = self.ty(id);
                self.rows(items, &ty)
            }
            ExprKind::Array(items) => {
                let element = self.ty(id).element().cloned().unwrap_or(Ty::Float);
                let items = self.exprs(items);
                let items = items
                    .into_iter()
                    .map(|v| self.convert(v, &element).operand)
                    .collect();
                let ty = Ty::Array(Box::new(element.clone()));
                self.compute(ty, Rvalue::Array { element, items })
            }
            ExprKind::Unary { op, operand } => self.unary(*op, *operand, id),
            ExprKind::Binary { op, left, right } => {
                let mut values = self.exprs(&[*left, *right]).into_iter();
                match (values.next(), values.next()) {
                    (Some(left), Some(right)) => self.binary_operator(id, *op, left, right),
                    _ => Value::unit(),
                }
            }
            ExprKind::Logical { op, left, right } => self.logical(*op, *left, *right),
            ExprKind::Compare { first, rest } => self.compare(id, *first, rest),
            ExprKind::Range { .. } => Value::unit(), // Only where `range` is asked for.
            ExprKind::MethodCall { .. } if self.is_constant(id) => self.name(id),
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } => self.call(id),
            ExprKind::Index { base, indices } => match self.cx.types.callees.get(id) {
                Some(callee) => match self.place(id, false) {
                    Some(place) => self.read(&place),
                    None => self.index_call(callee, *base, indices),
                },
                None => self.index(*base, indices),
            },
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                let ty = self.ty(id);
                self.if_value(*condition, then, otherwise.as_ref(), ty)
            }
            ExprKind::While {
                condition,
                body,
                attributes,
                ..
            } => self.with_wishes(attributes, |b| b.while_loop(id, *condition, body)),
            ExprKind::Loop {
                body, attributes, ..
            } => self.with_wishes(attributes, |b| b.endless_loop(id, body)),
            ExprKind::For {
                parallel,
                pattern,
                iterable,
                body,
                attributes,
                ..
            } => self.with_wishes(attributes, |b| {
                b.for_loop((id, *parallel), *pattern, *iterable, body)
            }),
            ExprKind::Break { value, .. } => self.break_loop(id, *value),
            ExprKind::Continue { .. } => self.continue_loop(id),
            ExprKind::Return(value) => {
                let value = value.map_or_else(Value::unit, |v| self.expr(v));
                self.return_from(id, value);
                self.dead = true;
                never()
            }
            ExprKind::Raise { value, from } => self.raise(*value, *from),
            ExprKind::Reraise => self.reraise(id),
            ExprKind::Let { pattern, value, .. } => self.let_pattern(*pattern, *value),
            ExprKind::Assign { target, value, .. } => self.assign_expr(*target, *value),
            ExprKind::CompoundAssign { op, target, value } => {
                self.compound_assign(*op, *target, *value)
            }
            ExprKind::Match { value, arms } => self.match_value(id, *value, arms),
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            } => self.begin(id, body, rescues, otherwise.as_ref(), ensure.as_ref()),
            ExprKind::Try(value) => self.try_value(id, *value),
            ExprKind::Propagate(value) => self.propagate(id, *value),
            ExprKind::Await(value) => self.await_value(*value),
            ExprKind::Closure(closure) => self.closure(closure, self.ty(id)),
            ExprKind::Map(pairs) => self.map_literal(id, pairs),
        }
    }

    /// `[a, b]` as a List.
    fn list(&mut self, id: ExprId, items: &[ExprId]) -> Value {
        let ty = self.ty(id);
        let element = match &ty {
            Ty::List(element) => (**element).clone(),
            _ => Ty::Unit,
        };
        let values = self.exprs(items);
        let items = values
            .into_iter()
            .map(|v| {
                let v = self.convert(v, &element);
                self.own(v).operand
            })
            .collect();
        self.compute(ty, Rvalue::List { element, items })
    }

    /// `{key: value, …}`: an empty map, and what assigns its values.
    fn map_literal(&mut self, id: ExprId, pairs: &[(ExprId, ExprId)]) -> Value {
        let ty = self.ty(id);
        let method = |name| self.cx.own_method(&ty, name);
        let (Some((new, of)), Some((set, _))) = (method("new"), method("set_index")) else {
            return Value::unit();
        };
        let parts: Vec<Ty> = match &ty {
            Ty::Adt(adt) => adt.args.to_vec(),
            _ => Vec::new(),
        };
        let map = self.temp(ty.clone());
        let empty = self.call_with(new, &of, Vec::new());
        self.assign_value(map, empty);
        for &(key, value) in pairs {
            let values = self.exprs(&[key, value]).into_iter().zip(&parts);
            let values: Vec<Value> = values.map(|(v, ty)| self.convert(v, ty)).collect();
            let mut args = vec![Value::place(map, ty.clone())];
            args.extend(values);
            self.call_with(set, &of, args);
        }
        Value::fresh(map, ty)
    }

    fn coerce(&mut self, value: Value, coercion: &Coercion) -> Value {
        match coercion {
            Coercion::IntToFloat | Coercion::Float32ToFloat => self.convert(value, &Ty::Float),
            Coercion::IntToFloat32 => self.convert(value, &Ty::Float32),
            Coercion::ElementsTo(element) => {
                let element = self.lower(element);
                self.convert_elements(value, &element)
            }
            Coercion::FromObject(ty) => {
                let ty = self.lower(ty);
                self.out_of_object(value, &ty)
            }
            Coercion::Truth => self.compute(Ty::Bool, Rvalue::PyTruth(value.operand)),
            Coercion::ToObject => self.object_of(value),
            Coercion::Lend(ty) => {
                let ty = self.lower(ty);
                self.lend(value, &ty)
            }
        }
    }

    /// The same memory as another kind of array; where that cannot be, a copy.
    pub(super) fn lend(&mut self, value: Value, ty: &Ty) -> Value {
        if value.ty == *ty {
            return value;
        }
        let local = self.in_local(&value);
        match ty.kind() {
            Ty::PyArrayView(_) => self.compute(ty.clone(), Rvalue::View(local)),
            Ty::Array(_) => self.compute(ty.clone(), Rvalue::ToArray(local)),
            _ => value,
        }
    }

    fn string(&mut self, parts: &[StrPart]) -> Value {
        if let [] | [StrPart::Text(_)] = parts {
            let text = match parts {
                [StrPart::Text(text)] => text.clone(),
                _ => String::new(),
            };
            return Value::constant(Const::Str(text), Ty::String);
        }
        let parts = self.text_parts(parts);
        self.compute(Ty::String, Rvalue::Join(parts))
    }

    /// The parts of an interpolated text, in their order.
    pub(super) fn text_parts(&mut self, parts: &[StrPart]) -> Vec<Operand> {
        let part = |(i, part): (usize, &StrPart)| match part {
            StrPart::Text(text) => Operand::Const(Const::Str(text.clone())),
            StrPart::Value(id) => {
                let value = self.expr(*id);
                let value = self.text_part(value);
                let later = parts[i + 1..].iter().any(|part| match part {
                    StrPart::Value(after) => self.cx.changes(*after, *id),
                    StrPart::Text(_) => false,
                });
                let value = if later { self.save(value) } else { value };
                value.operand
            }
        };
        parts.iter().enumerate().map(part).collect()
    }

    /// A value as a part of a text: numbers are written where the text is put together.
    pub(super) fn text_part(&mut self, value: Value) -> Value {
        if value.ty.is_text_part() {
            return value;
        }
        self.text_of(value)
    }

    /// The text of a value; a string's is itself.
    pub(super) fn text_of(&mut self, value: Value) -> Value {
        match &value.ty {
            Ty::String => value,
            Ty::Exception => {
                let error = self.in_local(&value);
                self.compute(Ty::String, Rvalue::ErrorText(error))
            }
            Ty::Adt(_) | Ty::List(_) | Ty::Tuple(_) | Ty::Fn(_) | Ty::Nd(_) => {
                self.text_by_parts(value)
            }
            ty if ty.is_array_like() && ty.scalar().record().is_some() => self.text_by_parts(value),
            _ => self.compute(Ty::String, Rvalue::ToStr(value.operand)),
        }
    }

    /// Whether it is a constant of another file, `geometry.SIDES`.
    fn is_constant(&self, id: ExprId) -> bool {
        matches!(self.cx.names.exprs.get(id), Some(Meaning::Const(_)))
    }

    /// The value of a constant.
    pub(super) fn constant(&mut self, item: ItemId) -> Value {
        let types = self.cx.types;
        match (types.const_ints.get(item), &self.cx.hir.items[item].kind) {
            (Some(&int), _) => {
                let ty = types.consts.get(item).unwrap_or(&Ty::Int);
                number(int as f64, int, ty)
            }
            (None, ItemKind::Const { value, .. }) => self.expr(*value),
            _ => Value::unit(),
        }
    }

    fn name(&mut self, id: ExprId) -> Value {
        if self.cx.types.callees.get(id).is_some() {
            return self.call(id);
        }
        match self.cx.names.exprs.get(id) {
            Some(Meaning::Local(_)) if self.ty(id) == Ty::Unit => Value::unit(),
            Some(Meaning::Local(binding)) => {
                let local = self.binding(*binding);
                let ty = self.local_ty(local);
                Value::place(local, ty)
            }
            Some(Meaning::Const(item)) => self.constant(*item),
            Some(Meaning::PyModule(item)) => match &self.cx.hir.items[*item].kind {
                ItemKind::ExternPython { module, .. } => self.py_module(&module.name),
                _ => Value::unit(),
            },
            Some(Meaning::Fn(_) | Meaning::Routine(_)) => self.call(id),
            _ => Value::unit(),
        }
    }

    /// A tuple that takes its parts.
    pub(super) fn tuple(&mut self, values: Vec<Value>) -> Value {
        let values: Vec<Value> = values.into_iter().map(|v| self.own(v)).collect();
        let ty = Ty::Tuple(values.iter().map(|v| v.ty.clone()).collect());
        let items = values.into_iter().map(|v| v.operand).collect();
        self.compute(ty, Rvalue::Tuple(items))
    }

    // ---- operators ----

    fn unary(&mut self, op: UnaryOp, operand: ExprId, id: ExprId) -> Value {
        if let (UnaryOp::Neg, ExprKind::Int { value, .. }) = (op, &self.cx.hir.exprs[operand].kind)
            && self.cx.types.coercions.get(operand).is_none()
        {
            return number(-(*value as f64), -i128::from(*value), &self.ty(id));
        }
        let value = self.expr(operand);
        match (op, &value.ty) {
            (UnaryOp::Neg, Ty::Adt(_) | Ty::List(_) | Ty::Tuple(_)) => {
                let value = self.operator("Neg", vec![value]);
                value.unwrap_or_else(Value::unit)
            }
            (UnaryOp::Neg, Ty::PythonObject) => self.py_operate(PyOp::Neg, value, None),
            (UnaryOp::Not, Ty::PythonObject) => {
                let truth = self.compute(Ty::Bool, Rvalue::PyTruth(value.operand));
                self.not(truth.operand)
            }
            (_, ty) if ty.is_array_like() => {
                self.elementwise(vec![value], |b, items| b.unary_scalar(op, items[0].clone()))
            }
            _ => self.unary_scalar(op, value),
        }
    }

    pub(super) fn unary_scalar(&mut self, op: UnaryOp, value: Value) -> Value {
        match (op, &value.operand) {
            (UnaryOp::Neg, Operand::Const(Const::Float(x))) => {
                Value::constant(Const::Float(-x), Ty::Float)
            }
            (UnaryOp::Neg, Operand::Const(Const::Float32(x))) => {
                Value::constant(Const::Float32(-x), Ty::Float32)
            }
            (UnaryOp::Neg, _) if value.ty.record().is_some() => {
                let value = self.operator("Neg", vec![value]);
                value.unwrap_or_else(Value::unit)
            }
            (UnaryOp::Neg, _) => self.compute(
                value.ty,
                Rvalue::Unary {
                    op: UnOp::Neg,
                    operand: value.operand,
                },
            ),
            (UnaryOp::Not, _) => self.not(value.operand),
        }
    }

    /// `left op right`, by the `impl` that the operands' types have for it if there is one.
    fn binary_operator(&mut self, id: ExprId, op: BinaryOp, left: Value, right: Value) -> Value {
        if let Some(Callee::TraitFn {
            of_trait,
            item,
            generics,
            ..
        }) = self.cx.types.callees.get(id)
        {
            let generics = self.lower_all(generics);
            let is_array = left.ty.is_array_like() || right.ty.is_array_like();
            if !is_array && let Some((item, generics)) = self.cx.method(*of_trait, *item, &generics)
            {
                return self.call_with(item, &generics, vec![left, right]);
            }
        }
        self.operate(op, left, right)
    }

    /// `left op right` for any operands that go together.
    pub(super) fn operate(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        if left.ty == Ty::PythonObject || right.ty == Ty::PythonObject {
            let op = match op {
                BinaryOp::Add | BinaryOp::WrapAdd => PyOp::Add,
                BinaryOp::Sub | BinaryOp::WrapSub => PyOp::Sub,
                BinaryOp::Mul | BinaryOp::WrapMul => PyOp::Mul,
                BinaryOp::Div => PyOp::Div,
                BinaryOp::FloorDiv => PyOp::FloorDiv,
                BinaryOp::Mod => PyOp::Mod,
                BinaryOp::Pow => PyOp::Pow,
                BinaryOp::MatMul => PyOp::MatMul,
            };
            return self.py_operate(op, left, Some(right));
        }
        let by_trait = |ty: &Ty| matches!(ty, Ty::Adt(_) | Ty::List(_) | Ty::Tuple(_));
        let is_array = left.ty.is_array_like() || right.ty.is_array_like();
        if let Some(name) = op.trait_name()
            && !is_array
            && (by_trait(&left.ty) || by_trait(&right.ty))
        {
            let value = self.operator(name, vec![left, right]);
            return value.unwrap_or_else(Value::unit);
        }
        if op == BinaryOp::MatMul {
            return self.matrix_product(left, right);
        }
        if is_array {
            return self.elementwise(vec![left, right], |b, items| {
                b.operate(op, items[0].clone(), items[1].clone())
            });
        }
        self.operate_scalar(op, left, right)
    }

    /// `left op right` of two scalars or strings.
    pub(super) fn operate_scalar(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        if left.ty == Ty::String {
            return self.compute(Ty::String, Rvalue::Join(vec![left.operand, right.operand]));
        }
        let ty = match (op, common(&left.ty, &right.ty)) {
            (BinaryOp::Div, Ty::Int | Ty::Sized(_)) => Ty::Float,
            (_, ty) => ty,
        };
        let left = self.convert(left, &ty);
        let right = self.convert(right, &ty);
        let op = match op {
            BinaryOp::Add => BinOp::Add,
            BinaryOp::Sub => BinOp::Sub,
            BinaryOp::Mul => BinOp::Mul,
            BinaryOp::Div => BinOp::Div,
            BinaryOp::FloorDiv => BinOp::FloorDiv,
            BinaryOp::Mod => BinOp::Mod,
            BinaryOp::WrapAdd => BinOp::WrapAdd,
            BinaryOp::WrapSub => BinOp::WrapSub,
            BinaryOp::WrapMul => BinOp::WrapMul,
            BinaryOp::Pow if ty.is_float() => return self.float_power(left, right),
            BinaryOp::Pow | BinaryOp::MatMul => BinOp::Pow,
        };
        self.binary(op, ty, left.operand, right.operand)
    }

    /// A square is a product, as in NumPy: the same bits, and it vectorises.
    fn float_power(&mut self, base: Value, exponent: Value) -> Value {
        let two = match exponent.operand {
            Operand::Const(Const::Float(x)) => x == 2.0,
            Operand::Const(Const::Float32(x)) => x == 2.0,
            _ => false,
        };
        if two {
            return self.binary(BinOp::Mul, base.ty, base.operand.clone(), base.operand);
        }
        self.compute(
            base.ty,
            Rvalue::Math {
                function: MathFn::Pow,
                args: vec![base.operand, exponent.operand],
            },
        )
    }

    /// A scalar as another scalar type.
    pub(super) fn convert(&mut self, value: Value, to: &Ty) -> Value {
        if value.ty == *to || to.elem().is_none() || value.ty.elem().is_none() {
            return value;
        }
        match (&value.operand, to) {
            (Operand::Const(Const::Int(n)), Ty::Float) => {
                return Value::constant(Const::Float(*n as f64), Ty::Float);
            }
            (Operand::Const(Const::Int(n)), Ty::Sized(kind)) => {
                let (least, greatest) = kind.range();
                if (least..=greatest).contains(&i128::from(*n)) {
                    return Value::constant(Const::Sized(*kind, i128::from(*n)), to.clone());
                }
            }
            (Operand::Const(Const::Int(n)), Ty::Float32) => {
                return Value::constant(Const::Float32(*n as f32), Ty::Float32);
            }
            _ => {}
        }
        self.compute(
            to.clone(),
            Rvalue::Convert {
                to: to.clone(),
                operand: value.operand,
            },
        )
    }

    fn logical(&mut self, op: LogicalOp, left: ExprId, right: ExprId) -> Value {
        let left = self.expr(left);
        let result = self.temp(Ty::Bool);
        self.assign_value(result, left);
        let right = |b: &mut Self| {
            let value = b.expr(right);
            b.assign_value(result, value);
        };
        let condition = Operand::Local(result);
        match op {
            LogicalOp::And => self.emit_if(condition, right, |_| {}),
            LogicalOp::Or => self.emit_if(condition, |_| {}, right),
        }
        Value::fresh(result, Ty::Bool)
    }

    /// `a.dot(b)`.
    pub(super) fn dot(&mut self, left: Value, right: Value) -> Value {
        let product = |b: &mut Self, items: &[Value]| {
            b.operate(BinaryOp::Mul, items[0].clone(), items[1].clone())
        };
        if let Some(record) = left.ty.scalar().record() {
            let record = record.clone();
            return self.by_fields(ReduceOp::Sum, &record, vec![left, right], product);
        }
        self.reduce(ReduceOp::Sum, vec![left, right], product)
    }
}

/// An expression that does not come back has this value, which nothing uses.
pub(super) fn never() -> Value {
    Value::constant(Const::Unit, Ty::Never)
}

fn number(float: f64, int: i128, ty: &Ty) -> Value {
    match ty {
        Ty::Float => Value::constant(Const::Float(float), Ty::Float),
        Ty::Float32 => Value::constant(Const::Float32(float as f32), Ty::Float32),
        Ty::Sized(kind) => Value::constant(Const::Sized(*kind, int), Ty::Sized(*kind)),
        // A literal that does not fit has been reported.
        _ => Value::int(int as i64),
    }
}

/// The type in which two scalars meet.
pub(super) fn common(left: &Ty, right: &Ty) -> Ty {
    match (left, right) {
        (Ty::Float, _) | (_, Ty::Float) => Ty::Float,
        (Ty::Float32, _) | (_, Ty::Float32) => Ty::Float32,
        (Ty::Sized(_), _) => left.clone(),
        (_, Ty::Sized(_)) => right.clone(),
        (Ty::Int, _) | (_, Ty::Int) => Ty::Int,
        _ => left.clone(),
    }
}
