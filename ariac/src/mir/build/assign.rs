//! Declarations and assignments.

use super::control::Range;
use super::function::{FnBuilder, RangeVar, Value, Variable};
use super::nd::Spot;
use crate::hir::{BinaryOp, ExprId, ExprKind, ParamMode, PatId, PatKind};
use crate::mir::{Local, LocalId, Operand, Rvalue, StmtKind};
use crate::resolve::{BindingId, Meaning};
use crate::types::{Callee, Ty};

impl<'a> FnBuilder<'a> {
    /// `let pattern = value`.
    pub(super) fn let_pattern(&mut self, pattern: PatId, value: ExprId) -> Value {
        if self.ty(value) == Ty::Range {
            if let Some(&binding) = self.cx.names.pats.get(pattern) {
                self.assign_range(binding, value);
            }
            return Value::unit();
        }
        if let (PatKind::Tuple { items: pats, .. }, ExprKind::Tuple(items)) = (
            &self.cx.hir.pats[pattern].kind,
            &self.cx.hir.exprs[value].kind,
        ) && pats.len() == items.len()
        {
            let values = self.exprs(items);
            let values: Vec<Value> = values.into_iter().map(|v| self.save(v)).collect();
            for (&pat, value) in pats.iter().zip(values) {
                self.declare(pat, value);
            }
            return Value::unit();
        }
        let value = self.expr(value);
        self.declare(pattern, value);
        Value::unit()
    }

    /// Gives the variables of a declaration their values.
    fn declare(&mut self, pattern: PatId, value: Value) {
        match &self.cx.hir.pats[pattern].kind {
            // A variable without a value needs no place.
            PatKind::Name(_) if value.ty == Ty::Unit => self.discard(&value),
            PatKind::Name(_) => {
                if let Some(&binding) = self.cx.names.pats.get(pattern) {
                    let local = self.binding(binding);
                    self.assign_variable(local, value);
                }
            }
            PatKind::Tuple { items, rest } if value.ty == Ty::PythonObject => {
                let parts = self.unpack(value, items.len(), *rest);
                for (&pat, part) in items.iter().zip(parts) {
                    self.declare(pat, part);
                }
            }
            PatKind::Tuple { .. } => {
                for (pat, index) in self.tuple_parts(pattern, &value) {
                    let part = self.part(&value, 0, index);
                    self.declare(pat, part);
                }
            }
            PatKind::Constructor { .. } => {
                let Some(constructor) = self.cx.types.constructors.get(pattern) else {
                    return;
                };
                for (index, pat) in &constructor.fields {
                    let part = self.part(&value, constructor.variant, *index);
                    self.declare(*pat, part);
                }
            }
            _ => self.discard(&value),
        }
    }

    /// `target = value`.
    pub(super) fn assign_expr(&mut self, target: ExprId, value: ExprId) -> Value {
        if self.ty(value) == Ty::Range {
            if let Some(binding) = self.variable(target) {
                self.assign_range(binding, value);
            }
            return Value::unit();
        }
        if let (ExprKind::Tuple(targets), ExprKind::Tuple(items)) = (
            &self.cx.hir.exprs[target].kind,
            &self.cx.hir.exprs[value].kind,
        ) && targets.len() == items.len()
        {
            let values = self.exprs(items);
            let values: Vec<Value> = values.into_iter().map(|v| self.save(v)).collect();
            let pairs: Vec<(ExprId, Value)> = targets
                .iter()
                .zip(values)
                .map(|(&target, value)| (target, self.beside_others(target, value)))
                .collect();
            for (target, value) in pairs {
                self.assign_target(target, value);
            }
            return Value::unit();
        }
        let value = self.expr(value);
        self.assign_target(target, value);
        Value::unit()
    }

    /// What one of several targets gets: elements that another target may change first are copied.
    fn beside_others(&mut self, target: ExprId, value: Value) -> Value {
        let is_section = matches!(self.cx.hir.exprs[target].kind, ExprKind::Index { .. });
        if !is_section || !value.ty.is_view() {
            return value;
        }
        let element = value.ty.scalar().clone();
        let array = Ty::array(element, value.ty.rank());
        let view = self.in_local(&value);
        self.compute(array, Rvalue::ToArray(view))
    }

    fn assign_target(&mut self, target: ExprId, value: Value) {
        match &self.cx.hir.exprs[target].kind {
            ExprKind::Name(_) if value.ty == Ty::Unit => self.discard(&value),
            ExprKind::Name(_) => {
                if let Some(binding) = self.variable(target) {
                    let local = self.binding(binding);
                    self.assign_variable(local, value);
                }
            }
            ExprKind::Tuple(targets) if value.ty == Ty::PythonObject => {
                let parts = self.unpack(value, targets.len(), None);
                for (&target, part) in targets.iter().zip(parts) {
                    self.assign_target(target, part);
                }
            }
            ExprKind::Tuple(targets) => {
                for (index, &target) in targets.iter().enumerate() {
                    let part = self.part(&value, 0, index);
                    self.assign_target(target, part);
                }
            }
            ExprKind::Index { base, indices } if self.setter(target).is_some() => {
                let value = self.save(value);
                let keys = self.saved_keys(*base, indices);
                if let Some(setter) = self.setter(target) {
                    self.index_set(setter, *base, keys, value);
                }
            }
            _ if self.is_part(target) => {
                let value = match self.cx.writes(target) {
                    true => self.save(value),
                    false => value,
                };
                let place = self.place_or_temp(target, false);
                self.write_place(&place, value);
            }
            ExprKind::Index { base, indices } if self.is_nd(*base) => {
                let value = self.save(value);
                match self.nd_spot(*base, indices) {
                    Spot::Section(view, of) => {
                        self.update_in_place(view, of, value, |_, _, new| new);
                    }
                    Spot::Element(array, indices) => {
                        self.write(&Item::Spot { array, indices }, value);
                    }
                }
            }
            ExprKind::Index { base, indices } if self.is_slice(target) => {
                let value = self.save(value);
                let (view, of) = self.slice_of_array(*base, indices[0]);
                self.update_in_place(view, of, value, |_, _, new| new);
            }
            ExprKind::Index { base, indices } => {
                let value = match self.cx.writes(target) {
                    true => self.save(value),
                    false => value,
                };
                let place = self.item_place(*base, indices);
                self.write(&place, value);
            }
            ExprKind::MethodCall { receiver, name, .. } => {
                let object = self.expr(*receiver);
                let object = self.object_of(object).operand;
                let name = name.name.clone();
                self.write(&Item::Attr { object, name }, value);
            }
            _ => {}
        }
    }

    /// The function of its type that assigns an element.
    fn setter(&self, target: ExprId) -> Option<&'a Callee> {
        self.cx.types.setters.get(target)
    }

    /// Whether it is a slice of an array.
    fn is_slice(&self, target: ExprId) -> bool {
        match self.cx.types.exprs.get(target) {
            Some(Ty::ArrayView(_)) => {
                matches!(self.cx.hir.exprs[target].kind, ExprKind::Index { .. })
            }
            _ => false,
        }
    }

    /// Whether the expression names a part of a declared type, tuple or list.
    fn is_part(&self, target: ExprId) -> bool {
        match &self.cx.hir.exprs[target].kind {
            ExprKind::Index { base, .. } => {
                let ty = self.ty(*base);
                matches!(ty, Ty::List(_) | Ty::Tuple(_)) || self.is_map(&ty)
            }
            _ => matches!(
                self.cx.types.callees.get(target),
                Some(Callee::Field { .. })
            ),
        }
    }

    /// A parameter that is a view shows the caller's elements: these change.
    pub(super) fn assign_variable(&mut self, local: LocalId, value: Value) {
        let is_mut = self.borrowed(local) == Some(ParamMode::Mut);
        if is_mut && self.local_ty(local).is_view() {
            self.update_in_place(local, local, value, |_, _, new| new);
            return;
        }
        self.assign_value(local, value);
    }

    fn variable(&self, target: ExprId) -> Option<BindingId> {
        if let Some(&declared) = self.cx.names.declarations.get(target) {
            return Some(declared);
        }
        match self.cx.names.exprs.get(target) {
            Some(Meaning::Local(binding)) => Some(*binding),
            _ => None,
        }
    }

    fn assign_range(&mut self, binding: BindingId, value: ExprId) {
        let Some(range) = self.range(value) else {
            return;
        };
        let variable = match self.variables.get(&binding) {
            Some(Variable::Range(known)) => *known,
            _ => self.range_variable(binding, &range),
        };
        self.store_range(variable, range);
    }

    fn range_variable(&mut self, binding: BindingId, range: &Range) -> RangeVar {
        let known = &self.cx.names.bindings[binding];
        let [lo, hi, step] = ["lo", "hi", "step"].map(|part| {
            self.function.locals.push(Local {
                name: Some(format!("{}.{part}", known.name)),
                ty: Ty::Int,
                span: known.span,
                contiguous: false,
                alias: false,
            })
        });
        let variable = RangeVar {
            lo,
            hi,
            step,
            inclusive: range.inclusive,
        };
        self.variables.insert(binding, Variable::Range(variable));
        variable
    }

    // ---- compound assignment ----

    /// `target op= value`: the target's parts are evaluated once.
    pub(super) fn compound_assign(&mut self, op: BinaryOp, target: ExprId, value: ExprId) -> Value {
        match &self.cx.hir.exprs[target].kind {
            ExprKind::Name(_) => {
                if let Some(binding) = self.variable(target) {
                    let local = self.binding(binding);
                    // Nobody else can reach a variable that the value does not name.
                    let changes = self.cx.writes(value) && self.cx.names_variable(value, binding);
                    self.compound_variable(op, local, value, changes);
                }
            }
            ExprKind::Index { base, indices }
                if self.setter(target).is_some() && !self.is_map(&self.ty(*base)) =>
            {
                let keys = self.saved_keys(*base, indices);
                let old = match self.cx.types.callees.get(target) {
                    Some(callee) => self.index_with(callee, *base, &keys),
                    None => Value::unit(),
                };
                let old = self.save(old);
                let value = self.expr(value);
                let new = self.operate(op, old, value);
                if let Some(setter) = self.setter(target) {
                    self.index_set(setter, *base, keys, new);
                }
            }
            _ if self.is_part(target) => {
                let place = self.place_or_temp(target, self.cx.writes(value));
                let mut old = self.read(&place);
                if self.cx.writes(value) {
                    old = self.save(old);
                }
                let value = self.expr(value);
                let new = self.operate(op, old, value);
                self.write_place(&place, new);
            }
            ExprKind::Index { base, indices } if self.is_nd(*base) => {
                match self.nd_spot(*base, indices) {
                    Spot::Section(view, of) => {
                        let value = self.expr(value);
                        self.update_in_place(view, of, value, |b, old, new| {
                            b.operate(op, old, new)
                        });
                    }
                    Spot::Element(array, mut indices) => {
                        if self.cx.writes(value) {
                            for index in &mut indices {
                                *index = self.saved(index.clone());
                            }
                        }
                        self.compound_place(op, &Item::Spot { array, indices }, value);
                    }
                }
            }
            ExprKind::Index { base, indices } if self.is_slice(target) => {
                let (view, of) = self.slice_of_array(*base, indices[0]);
                let value = self.expr(value);
                self.update_in_place(view, of, value, |b, old, new| b.operate(op, old, new));
            }
            ExprKind::Index { base, indices } => {
                let mut place = self.item_place(*base, indices);
                if let (Item::Element { index, .. }, true) = (&mut place, self.cx.writes(value)) {
                    *index = self.saved(index.clone());
                }
                self.compound_place(op, &place, value);
            }
            ExprKind::MethodCall { receiver, name, .. } => {
                let object = self.expr(*receiver);
                let object = self.object_of(object).operand;
                let name = name.name.clone();
                self.compound_place(op, &Item::Attr { object, name }, value);
            }
            _ => {}
        }
        Value::unit()
    }

    /// An index that later assignments to variables do not change.
    fn saved(&mut self, index: Operand) -> Operand {
        let index = Value {
            operand: index,
            ty: Ty::Int,
            fresh: false,
        };
        self.save(index).operand
    }

    /// Whether it is an array of several dimensions.
    fn is_nd(&self, base: ExprId) -> bool {
        matches!(self.ty(base), Ty::Nd(_))
    }

    /// `changes`: evaluating `value` may give the variable another value.
    fn compound_variable(&mut self, op: BinaryOp, local: LocalId, value: ExprId, changes: bool) {
        let ty = self.local_ty(local);
        if ty.is_view() || ty.is_array_like() && self.borrowed(local).is_some() {
            let value = self.expr(value);
            self.update_in_place(local, local, value, |b, old, new| b.operate(op, old, new));
            return;
        }
        let mut old = Value::place(local, ty.clone());
        if changes {
            old = self.save(old);
        }
        let value = self.expr(value);
        let new = self.operate(op, old, value);
        let new = self.convert(new, &ty);
        self.assign_value(local, new);
    }

    fn compound_place(&mut self, op: BinaryOp, place: &Item, value: ExprId) {
        let old = match place.clone() {
            Item::Spot { array, indices } => self.nd_load(array, indices),
            Item::Element { array, index } => {
                let element = self.local_ty(array).element().cloned().unwrap_or(Ty::Float);
                let load = Rvalue::Load {
                    array,
                    index,
                    checked: true,
                };
                self.compute(element, load)
            }
            Item::Object { object, key } => {
                self.compute(Ty::PythonObject, Rvalue::PyItem { object, key })
            }
            Item::Attr { object, name } => {
                self.compute(Ty::PythonObject, Rvalue::PyAttr { object, name })
            }
        };
        let value = self.expr(value);
        let new = self.operate(op, old, value);
        self.write(place, new);
    }

    fn item_place(&mut self, base: ExprId, indices: &[ExprId]) -> Item {
        if let (true, [index]) = (self.ty(base).is_array_like(), indices) {
            let (array, index) = self.array_place(base, *index);
            return Item::Element { array, index };
        }
        let object = self.expr(base);
        let object = self.object_of(object).operand;
        let key = self.py_key(indices);
        Item::Object { object, key }
    }

    fn write(&mut self, place: &Item, value: Value) {
        match place.clone() {
            Item::Spot { array, indices } => {
                let element = self.local_ty(array).scalar().clone();
                let value = self.convert(value, &element).operand;
                self.emit(StmtKind::StoreAt {
                    array,
                    indices,
                    value,
                });
            }
            Item::Element { array, index } => {
                let element = self.local_ty(array).element().cloned().unwrap_or(Ty::Float);
                let value = self.convert(value, &element).operand;
                self.emit(StmtKind::Store {
                    array,
                    index,
                    value,
                    checked: true,
                });
            }
            Item::Object { object, key } => {
                let value = self.object_of(value).operand;
                self.emit(StmtKind::PySetItem { object, key, value });
            }
            Item::Attr { object, name } => {
                let value = self.object_of(value).operand;
                self.emit(StmtKind::PySetAttr {
                    object,
                    name,
                    value,
                });
            }
        }
    }
}

/// What an assignment writes to, its parts evaluated.
#[derive(Clone)]
enum Item {
    Element {
        array: LocalId,
        index: Operand,
    },
    /// Of an array of several dimensions.
    Spot {
        array: LocalId,
        indices: Vec<Operand>,
    },
    Object {
        object: Operand,
        key: Operand,
    },
    Attr {
        object: Operand,
        name: String,
    },
}
