//! Blocks, branches, loops, errors.

use super::expr::never;
use super::function::{FnBuilder, RangeVar, Value, Variable};
use super::wishes;
use crate::hir::ParamMode;
use crate::hir::{self, ExprId, ExprKind, LogicalOp, PatId, PatKind};
use crate::mir::{Access, BinOp, Const, LocalId, LoopId, Operand, Rvalue, StmtKind};
use crate::resolve::Meaning;
use crate::types::Ty;
use aria_abi::codes::ErrorKind;

/// A function of a type, and what is put in for its type parameters.
type Method = (hir::ItemId, Vec<Ty>);

/// A range whose bounds have been evaluated.
pub(super) struct Range {
    pub(super) lo: Operand,
    pub(super) hi: Operand,
    pub(super) step: Operand,
    pub(super) inclusive: bool,
}

impl<'a> FnBuilder<'a> {
    /// The statements of a block; the value of the last one, if it is wanted.
    pub(super) fn block_value(&mut self, block: &'a hir::Block, wanted: bool) -> Value {
        let Some((&last, stmts)) = block.stmts.split_last() else {
            return Value::unit();
        };
        for &stmt in stmts {
            self.stmt(stmt);
        }
        if wanted {
            return self.expr(last);
        }
        self.stmt(last);
        Value::unit()
    }

    fn stmt(&mut self, id: ExprId) {
        let value = self.expr(id);
        self.discard(&value);
    }

    /// `requires condition : message`. A conjunction is checked part by part, so that each part is a fact by itself.
    pub(super) fn requires(&mut self, requires: &'a hir::Requires) {
        self.span = requires.span;
        self.require(requires.condition, requires);
    }

    fn require(&mut self, condition: ExprId, requires: &'a hir::Requires) {
        if let ExprKind::Logical {
            op: LogicalOp::And,
            left,
            right,
        } = &self.cx.hir.exprs[condition].kind
        {
            self.require(*left, requires);
            self.require(*right, requires);
            return;
        }
        let condition = self.expr(condition);
        self.emit_if(
            condition.operand,
            |_| {},
            |b| {
                let message = b.clause_message(requires, "requires");
                b.emit_raise(ErrorKind::ValueError, message);
            },
        );
    }

    /// The text of the error when a clause does not hold.
    pub(super) fn clause_message(&mut self, clause: &'a hir::Requires, word: &str) -> Operand {
        match clause.message {
            Some(message) => {
                let message = self.expr(message);
                self.text_of(message).operand
            }
            None => {
                let condition = self.cx.hir.exprs[clause.condition].span;
                let text = self.cx.sources.text(condition);
                Operand::Const(Const::Str(format!("{word} {text} failed")))
            }
        }
    }

    pub(super) fn if_value(
        &mut self,
        condition: ExprId,
        then: &'a hir::Block,
        otherwise: Option<&'a hir::Block>,
        ty: Ty,
    ) -> Value {
        let wanted = !matches!(ty, Ty::Unit | Ty::Never) && otherwise.is_some();
        let result = wanted.then(|| self.temp(ty.clone()));
        let condition = self.expr(condition).operand;
        let branch = |b: &mut Self, block: &'a hir::Block| {
            let value = b.block_value(block, wanted);
            if let Some(result) = result {
                b.assign_value(result, value);
            }
        };
        self.emit_if(
            condition,
            |b| branch(b, then),
            |b| {
                if let Some(otherwise) = otherwise {
                    branch(b, otherwise);
                }
            },
        );
        match result {
            Some(result) => Value::fresh(result, ty),
            None if ty == Ty::Never => never(),
            None => Value::unit(),
        }
    }

    // ---- loops ----

    /// Runs `f` for a loop that has these attributes.
    pub(super) fn with_wishes<T>(
        &mut self,
        attributes: &[hir::Attribute],
        f: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.wishes;
        self.wishes = before.and(wishes(attributes));
        let result = f(self);
        self.wishes = before;
        result
    }

    pub(super) fn while_loop(
        &mut self,
        id: ExprId,
        condition: ExprId,
        body: &'a hir::Block,
    ) -> Value {
        let loop_id = self.new_loop();
        self.loops.insert(id, loop_id);
        let (test, _, condition) = self.nested(|b| b.expr(condition).operand);
        let (body, _, _) = self.nested(|b| b.block_value(body, false));
        let forever = condition == Operand::Const(Const::Bool(true));
        self.emit(StmtKind::While {
            id: loop_id,
            test,
            condition,
            body,
        });
        if forever && !self.broken.contains(&loop_id) && !self.dead {
            self.end_of_endless();
            return never();
        }
        Value::unit()
    }

    /// `loop … end`, whose value its `break`s give.
    pub(super) fn endless_loop(&mut self, id: ExprId, body: &'a hir::Block) -> Value {
        let ty = self.ty(id);
        let loop_id = self.new_loop();
        self.loops.insert(id, loop_id);
        let result = (!matches!(ty, Ty::Unit | Ty::Never)).then(|| self.temp(ty.clone()));
        if let Some(result) = result {
            self.loop_values.insert(id, result);
        }
        let (body, _, _) = self.nested(|b| b.block_value(body, false));
        self.emit(StmtKind::While {
            id: loop_id,
            test: crate::mir::Block::default(),
            condition: Operand::Const(Const::Bool(true)),
            body,
        });
        if !self.broken.contains(&loop_id) {
            self.end_of_endless();
            return never();
        }
        result.map_or_else(Value::unit, |result| Value::fresh(result, ty))
    }

    /// Nothing comes after a loop without end, but the block must not end without leaving the function.
    fn end_of_endless(&mut self) {
        if !self.dead {
            self.emit_raise(
                ErrorKind::RuntimeError,
                Operand::Const(Const::Str("unreachable code was reached".into())),
            );
        }
    }

    pub(super) fn for_loop(
        &mut self,
        (id, parallel): (ExprId, bool),
        pattern: PatId,
        iterable: ExprId,
        body: &'a hir::Block,
    ) -> Value {
        let loop_id = self.new_loop();
        self.function.loops[loop_id].parallel = parallel;
        self.loops.insert(id, loop_id);
        if self.ty(iterable) == Ty::Range {
            if let Some(range) = self.range(iterable) {
                self.for_range(loop_id, pattern, range, body);
            }
            return Value::unit();
        }
        if let Some(pairs) = self.pairs(iterable) {
            self.for_pairs(loop_id, pattern, &pairs, body);
            return Value::unit();
        }
        if let Ty::List(_) = self.ty(iterable) {
            self.for_list(loop_id, pattern, iterable, body);
            return Value::unit();
        }
        let items = self.expr(iterable);
        let protocol = |name| self.cx.own_method(&items.ty, name);
        if let (Some(next), Some(at)) = (protocol("_iter_next"), protocol("_iter_at")) {
            self.for_places(loop_id, pattern, items, (next, at), body);
            return Value::unit();
        }
        if items.ty == Ty::PythonObject {
            self.for_object(loop_id, pattern, items, body);
        } else if items.ty.rank() > 1 {
            self.for_rows(loop_id, pattern, &items, body);
        } else {
            self.for_array(loop_id, pattern, &items, body);
        }
        Value::unit()
    }

    fn for_range(&mut self, id: LoopId, pattern: PatId, range: Range, body: &'a hir::Block) {
        let variable = self.pattern_local(pattern, &Ty::Int);
        let (mut body, _, _) = self.nested(|b| b.block_value(body, false));
        // A loop variable that the body assigns counts in a local of its own.
        let mut assigned = false;
        body.each(&mut |stmt| {
            let signatures = self.cx.signatures();
            let modes = signatures.arg_modes(stmt);
            stmt.locals(&mut |local, access| {
                let changes = match access {
                    Access::Write | Access::Bind | Access::Store | Access::Lend => true,
                    Access::Arg(i) => modes.get(i) != Some(&ParamMode::Read),
                    // A number is read.
                    Access::Read | Access::Take => false,
                };
                assigned |= local == variable && changes;
            });
        });
        let mut var = variable;
        if assigned {
            var = self.temp(Ty::Int);
            let (first, _, ()) =
                self.nested(|b| b.assign(variable, Rvalue::Use(Operand::Local(var))));
            super::array::prepend(&mut body, first.stmts);
        }
        self.emit(StmtKind::For {
            id,
            var,
            lo: range.lo,
            hi: range.hi,
            inclusive: range.inclusive,
            step: range.step,
            body,
        });
    }

    /// The bounds of an expression of type `Range`.
    pub(super) fn range(&mut self, id: ExprId) -> Option<Range> {
        match &self.cx.hir.exprs[id].kind {
            ExprKind::Range {
                lo,
                hi,
                inclusive,
                step,
            } => {
                let ids: Vec<ExprId> = [lo, hi, step].into_iter().flatten().copied().collect();
                let mut values = self.exprs(&ids).into_iter();
                let mut bound = |given: bool, default: i64| {
                    let value = if given { values.next() } else { None };
                    value.unwrap_or_else(|| Value::int(default))
                };
                let lo = bound(lo.is_some(), 0);
                let hi = bound(hi.is_some(), i64::MAX);
                let by = bound(step.is_some(), 1);
                let [lo, hi, by] = [lo, hi, by].map(|v| self.convert(v, &Ty::Int).operand);
                let step = self.check_step(by);
                Some(Range {
                    lo,
                    hi,
                    step,
                    inclusive: *inclusive,
                })
            }
            ExprKind::Name(_) | ExprKind::MethodCall { .. } => match self.cx.names.exprs.get(id) {
                Some(Meaning::Local(binding)) => match self.range_of(*binding) {
                    Some(Variable::Range(range)) => Some(Range {
                        lo: Operand::Local(range.lo),
                        hi: Operand::Local(range.hi),
                        step: Operand::Local(range.step),
                        inclusive: range.inclusive,
                    }),
                    _ => None,
                },
                Some(Meaning::Const(item)) => match &self.cx.hir.items[*item].kind {
                    hir::ItemKind::Const { value, .. } => self.range(*value),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// A variable that is a range, captured when a block uses one from outside.
    fn range_of(&mut self, binding: crate::resolve::BindingId) -> Option<Variable> {
        if !self.variables.contains_key(&binding) {
            self.capture(binding);
        }
        self.variables.get(&binding).copied()
    }

    /// A step of 0 is an error, as Python's `range` has it.
    pub(super) fn check_step(&mut self, step: Operand) -> Operand {
        if !matches!(step, Operand::Const(Const::Int(n)) if n != 0) {
            let zero = Operand::Const(Const::Int(0));
            let fine = self.binary(crate::mir::BinOp::Ne, Ty::Int, step.clone(), zero);
            let message = Operand::Const(Const::Str("step must not be zero".into()));
            self.emit_if(
                fine.operand,
                |_| {},
                |b| b.emit_raise(ErrorKind::ValueError, message),
            );
        }
        step
    }

    /// Stores a range in a variable's locals.
    pub(super) fn store_range(&mut self, variable: RangeVar, range: Range) {
        let mut hi = Value {
            operand: range.hi,
            ty: Ty::Int,
            fresh: false,
        };
        if range.inclusive != variable.inclusive {
            // `lo..hi` is `lo..<hi + 1`; an overflow is the program's.
            let op = match range.inclusive {
                true => hir::BinaryOp::Add,
                false => hir::BinaryOp::Sub,
            };
            hi = self.operate(op, hi, Value::int(1));
        }
        let saved: Vec<Operand> = [range.lo, hi.operand, range.step]
            .into_iter()
            .map(|operand| {
                let value = Value {
                    operand,
                    ty: Ty::Int,
                    fresh: false,
                };
                self.save(value).operand
            })
            .collect();
        for (local, operand) in [variable.lo, variable.hi, variable.step]
            .into_iter()
            .zip(saved)
        {
            self.assign(local, Rvalue::Use(operand));
        }
    }

    /// Each element in turn. The loop holds a view of a variable's array, so that the borrow checker sees what changes
    /// the array under the loop's feet.
    fn for_array(&mut self, id: LoopId, pattern: PatId, items: &Value, body: &'a hir::Block) {
        let element = items.ty.element().cloned().unwrap_or(Ty::Float);
        let variable = self.pattern_local(pattern, &element);
        let array = self.gone_through(items);
        let (mut body, _, _) = self.nested(|b| b.block_value(body, false));
        let n = self.len(array);
        let var = self.temp(Ty::Int);
        let (first, _, ()) = self.nested(|b| {
            let index = Operand::Local(var);
            b.assign(
                variable,
                Rvalue::Load {
                    array,
                    index,
                    checked: true,
                },
            );
        });
        super::array::prepend(&mut body, first.stmts);
        self.emit(StmtKind::For {
            id,
            var,
            lo: Operand::Const(Const::Int(0)),
            hi: n,
            inclusive: false,
            step: Operand::Const(Const::Int(1)),
            body,
        });
    }

    /// What a loop goes through: of an array, a view of the elements that it has now.
    pub(super) fn gone_through(&mut self, items: &Value) -> LocalId {
        let local = self.in_local(items);
        match items.ty.element() {
            Some(element) if !items.fresh && items.ty.rank() == 1 => {
                let view = Ty::PyArrayView(Box::new(element.clone()));
                let view = self.compute(view, Rvalue::View(local));
                self.in_local(&view)
            }
            _ => local,
        }
    }

    /// Each element in turn, by its place in the list. What changes the list meanwhile is found by the borrow checker.
    fn for_list(&mut self, id: LoopId, pattern: PatId, iterable: ExprId, body: &'a hir::Block) {
        let items = self.expr(iterable);
        let list = self.in_local(&items);
        let n = self.len(list);
        let var = self.temp(Ty::Int);
        let (body, _, ()) = self.nested(|b| {
            let element = b.element(list, Operand::Local(var));
            b.bound(pattern, &element, |b| {
                b.block_value(body, false);
            });
        });
        self.emit(StmtKind::For {
            id,
            var,
            lo: Operand::Const(Const::Int(0)),
            hi: n,
            inclusive: false,
            step: Operand::Const(Const::Int(1)),
            body,
        });
    }

    /// Over the items of a type of the prelude, whose `_iter_next(place)` is the first place of an item from there on, -1 at
    /// the end, and whose `_iter_at(place)` is the item.
    fn for_places(
        &mut self,
        id: LoopId,
        pattern: PatId,
        items: Value,
        (next, at): (Method, Method),
        body: &'a hir::Block,
    ) {
        let items = Value::place(self.in_local(&items), items.ty);
        let place = self.temp(Ty::Int);
        self.assign(place, Rvalue::Use(Operand::Const(Const::Int(-1))));
        let here = Value::place(place, Ty::Int);
        let (test, _, more) = self.nested(|b| {
            let one = Operand::Const(Const::Int(1));
            let after = b.binary(BinOp::WrapAdd, Ty::Int, here.operand.clone(), one);
            let found = b.call_with(next.0, &next.1, vec![items.clone(), after]);
            b.assign_value(place, found);
            let zero = Operand::Const(Const::Int(0));
            b.binary(BinOp::Ge, Ty::Bool, here.operand.clone(), zero)
                .operand
        });
        let (body, _, ()) = self.nested(|b| {
            let item = b.call_with(at.0, &at.1, vec![items.clone(), here.clone()]);
            b.bound(pattern, &item, |b| {
                b.block_value(body, false);
            });
        });
        self.emit(StmtKind::While {
            id,
            test,
            condition: more,
            body,
        });
    }

    fn for_object(&mut self, id: LoopId, pattern: PatId, items: Value, body: &'a hir::Block) {
        let iterator = self.compute(Ty::PythonObject, Rvalue::PyIter(items.operand));
        let item = self.pattern_local(pattern, &Ty::PythonObject);
        let (test, _, more) = self.nested(|b| {
            let next = Rvalue::PyNext {
                iterator: iterator.operand,
                item,
            };
            b.compute(Ty::Bool, next).operand
        });
        let (body, _, ()) = self.nested(|b| {
            if let PatKind::Tuple { .. } = b.cx.hir.pats[pattern].kind {
                b.bind(pattern, &Value::place(item, Ty::PythonObject));
            }
            b.block_value(body, false);
        });
        self.emit(StmtKind::While {
            id,
            test,
            condition: more,
            body,
        });
    }

    pub(super) fn break_loop(&mut self, id: ExprId, value: Option<ExprId>) -> Value {
        let result = self.cx.names.loops.get(id);
        let result = result.and_then(|of| self.loop_values.get(of)).copied();
        match (value, result) {
            (Some(value), Some(result)) => {
                let value = self.expr(value);
                self.assign_value(result, value);
            }
            (Some(value), None) => self.stmt(value),
            (None, _) => {}
        }
        if let Some(target) = self.target(id) {
            if !self.dead {
                self.broken.insert(target);
            }
            self.leave_loop(target);
            self.emit(StmtKind::Break(target));
        }
        never()
    }

    pub(super) fn continue_loop(&mut self, id: ExprId) -> Value {
        if let Some(target) = self.target(id) {
            self.leave_loop(target);
            self.emit(StmtKind::Continue(target));
        }
        never()
    }

    fn target(&self, id: ExprId) -> Option<LoopId> {
        let target = self.cx.names.loops.get(id)?;
        self.loops.get(target).copied()
    }
}
