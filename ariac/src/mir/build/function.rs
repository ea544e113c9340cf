//! The builder of one function: locals, blocks, values and who owns them.

use super::Context;
use super::closure::Outer;
use super::errors::Cleanup;
use crate::hir::{self, ExprId, ItemId, ParamMode};
use crate::mir::{
    BinOp, Block, Const, Function, Local, LocalId, Loop, LoopId, Operand, Rvalue, Stmt, StmtKind,
    UnOp, Wishes,
};
use crate::resolve::BindingId;
use crate::source::Span;
use crate::types::Ty;
use aria_abi::codes::ErrorKind;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A value that has been computed.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) operand: Operand,
    pub(super) ty: Ty,
    /// It is in a temporary that nothing else refers to. Otherwise it belongs to a variable.
    pub(super) fresh: bool,
}

impl Value {
    pub(super) fn unit() -> Value {
        Value::constant(Const::Unit, Ty::Unit)
    }

    pub(super) fn constant(value: Const, ty: Ty) -> Value {
        Value {
            operand: Operand::Const(value),
            ty,
            fresh: false,
        }
    }

    pub(super) fn int(value: i64) -> Value {
        Value::constant(Const::Int(value), Ty::Int)
    }

    /// The value of a variable.
    pub(super) fn place(local: LocalId, ty: Ty) -> Value {
        Value {
            operand: Operand::Local(local),
            ty,
            fresh: false,
        }
    }

    pub(super) fn fresh(local: LocalId, ty: Ty) -> Value {
        Value {
            operand: Operand::Local(local),
            ty,
            fresh: true,
        }
    }
}

/// What holds the value of a variable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Variable {
    Local(LocalId),
    /// A range has no value at run time, but its bounds have.
    Range(RangeVar),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RangeVar {
    pub(super) lo: LocalId,
    pub(super) hi: LocalId,
    pub(super) step: LocalId,
    pub(super) inclusive: bool,
}

pub(super) struct FnBuilder<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) function: Function,
    /// What attributes ask of the code here.
    pub(super) wishes: Wishes,
    /// What is put in for the type parameters of the declaration.
    pub(super) args: Rc<[Ty]>,
    /// Statements of the block that is being built.
    stmts: Vec<Stmt>,
    /// Nothing reaches this point: what is emitted is left out.
    pub(super) dead: bool,
    /// Where the next statement comes from.
    pub(super) span: Span,
    pub(super) variables: HashMap<BindingId, Variable>,
    /// The loop made of a loop expression.
    pub(super) loops: HashMap<ExprId, LoopId>,
    /// Where the value of a loop goes that a `break` gives one.
    pub(super) loop_values: HashMap<ExprId, LocalId>,
    /// Loops that some path breaks out of.
    pub(super) broken: HashSet<LoopId>,
    /// Parameters that are borrowed from the caller.
    pub(super) borrowed: HashMap<LocalId, ParamMode>,
    /// `ensure` blocks around the current statement.
    pub(super) cleanups: Vec<Cleanup<'a>>,
    /// How many of them were there when a loop began.
    pub(super) loop_cleanups: HashMap<LoopId, usize>,
    /// In the body of a function value: what it may capture, and what it has captured.
    pub(super) outer: Option<Outer>,
    /// What each alias that was made is a part of.
    pub(super) alias_of: HashMap<LocalId, LocalId>,
    /// The variables of the pattern that is being bound are copies.
    pub(super) binds_copies: bool,
    /// The error that each `rescue` caught, by what it binds.
    pub(super) caught: HashMap<crate::hir::PatId, LocalId>,
    /// `ensures` of the function.
    pub(super) ensures: &'a [hir::Requires],
    /// The variable `result` of `ensures`.
    pub(super) result: Option<BindingId>,
    /// This is the body of a `map` of an array, which ends with its value.
    pub(super) in_kernel: bool,
}

impl<'a> FnBuilder<'a> {
    pub(super) fn new(cx: &'a Context<'a>, function: Function, args: Rc<[Ty]>) -> Self {
        let borrowed = function
            .params
            .iter()
            .filter(|p| p.mode != ParamMode::Own)
            .map(|p| (p.local, p.mode))
            .collect();
        FnBuilder {
            cx,
            span: function.span,
            wishes: function.wishes,
            function,
            args,
            stmts: Vec::new(),
            dead: false,
            variables: HashMap::new(),
            loops: HashMap::new(),
            loop_values: HashMap::new(),
            broken: HashSet::new(),
            borrowed,
            cleanups: Vec::new(),
            loop_cleanups: HashMap::new(),
            outer: None,
            alias_of: HashMap::new(),
            binds_copies: false,
            ensures: &[],
            caught: HashMap::new(),
            result: None,
            in_kernel: false,
        }
    }

    /// Builds the body of a declared function.
    pub(super) fn item(&mut self, id: ItemId) {
        let hir::ItemKind::Fn(function) = &self.cx.hir.items[id].kind else {
            return;
        };
        let bindings = self.cx.names.params.get(id).cloned().unwrap_or_default();
        for (param, binding) in self.function.params.iter().zip(bindings) {
            let variable = Variable::Local(param.local);
            self.variables.insert(binding, variable);
        }
        for requires in &function.requires {
            self.requires(requires);
        }
        self.enter_ensures(id, &function.ensures);
        self.enter_block_returns(id);
        if let Some(body) = &function.body {
            self.span = match body.stmts.last() {
                Some(&last) => self.cx.hir.exprs[last].span,
                None => body.span,
            };
            let ret = self.function.ret.clone();
            let value = self.block_value(body, ret != Ty::Unit);
            self.return_value(value);
        }
    }

    /// Builds a function that computes a default value.
    pub(super) fn default_value(&mut self, value: ExprId) {
        let value = self.expr(value);
        self.return_value(value);
    }

    pub(super) fn finish(mut self) -> Function {
        if !self.dead {
            // Only after a loop that never ends, which `return_value` does not see as such.
            self.emit(StmtKind::Raise {
                kind: ErrorKind::RuntimeError,
                message: Operand::Const(Const::Str("unreachable code was reached".into())),
            });
        }
        // A variable whose value never comes (`e = loop … end`) is never read: any type will do.
        for (_, local) in self.function.locals.iter_mut() {
            if matches!(local.ty, Ty::Error | Ty::Never) {
                local.ty = Ty::Bool;
            }
        }
        self.function.body = Block { stmts: self.stmts };
        self.function
    }

    // ---- statements ----

    pub(super) fn emit(&mut self, kind: StmtKind) {
        if self.dead {
            return;
        }
        let stmt = Stmt {
            kind,
            span: self.span,
        };
        self.dead = stmt.diverges();
        self.stmts.push(stmt);
    }

    pub(super) fn assign(&mut self, dst: LocalId, value: Rvalue) {
        self.emit(StmtKind::Assign {
            dst: Some(dst),
            value,
        });
    }

    /// Computes a value for its effect.
    pub(super) fn perform(&mut self, value: Rvalue) {
        self.emit(StmtKind::Assign { dst: None, value });
    }

    /// Runs `f` with an empty block: what it emitted, whether control reaches the end, and its result.
    pub(super) fn nested<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> (Block, bool, R) {
        let outer = std::mem::take(&mut self.stmts);
        let dead = std::mem::replace(&mut self.dead, false);
        let result = f(self);
        let stmts = std::mem::replace(&mut self.stmts, outer);
        let ends = !std::mem::replace(&mut self.dead, dead);
        (Block { stmts }, ends, result)
    }

    pub(super) fn emit_if(
        &mut self,
        condition: Operand,
        then: impl FnOnce(&mut Self),
        otherwise: impl FnOnce(&mut Self),
    ) {
        let (then, _, ()) = self.nested(then);
        let (otherwise, _, ()) = self.nested(otherwise);
        self.emit(StmtKind::If {
            condition,
            then,
            otherwise,
        });
    }

    pub(super) fn emit_raise(&mut self, kind: ErrorKind, message: Operand) {
        self.emit(StmtKind::Raise { kind, message });
    }

    /// Raises an error, whose text is these values one after the other, unless something holds.
    pub(super) fn raise_unless(&mut self, holds: Operand, kind: ErrorKind, text: Vec<Operand>) {
        self.emit_if(
            holds,
            |_| {},
            |b| {
                let message = b.compute(Ty::String, Rvalue::Join(text)).operand;
                b.emit_raise(kind, message);
            },
        );
    }

    // ---- locals ----

    pub(super) fn temp(&mut self, ty: Ty) -> LocalId {
        self.function.locals.push(Local {
            name: None,
            ty,
            span: self.span,
            contiguous: false,
            alias: false,
        })
    }

    /// Computes a value into a temporary.
    pub(super) fn compute(&mut self, ty: Ty, value: Rvalue) -> Value {
        if ty == Ty::Unit {
            self.perform(value);
            return Value::unit();
        }
        let temp = self.temp(ty.clone());
        self.assign(temp, value);
        Value::fresh(temp, ty)
    }

    pub(super) fn new_loop(&mut self) -> LoopId {
        let id = self.function.loops.push(Loop {
            span: self.span,
            wishes: self.wishes,
            parallel: false,
        });
        self.loop_cleanups.insert(id, self.cleanups.len());
        id
    }

    pub(super) fn local_ty(&self, local: LocalId) -> Ty {
        self.function.locals[local].ty.clone()
    }

    /// The variable's local, made when it is first met. Of a range, the local of its lower bound.
    pub(super) fn binding(&mut self, id: BindingId) -> LocalId {
        if let Some(variable) = self.variables.get(&id) {
            return match variable {
                Variable::Local(local) => *local,
                Variable::Range(range) => range.lo,
            };
        }
        if let Some(local) = self.capture(id) {
            return local;
        }
        let binding = &self.cx.names.bindings[id];
        let ty = self.binding_ty(id);
        let local = self.function.locals.push(Local {
            name: Some(binding.name.clone()),
            ty,
            span: binding.span,
            contiguous: false,
            alias: false,
        });
        self.variables.insert(id, Variable::Local(local));
        local
    }

    pub(super) fn binding_ty(&self, id: BindingId) -> Ty {
        let ty = self.cx.types.bindings.get(id);
        ty.map_or(Ty::Unit, |ty| self.lower(ty))
    }

    /// A type of the side tables as it is in this instance.
    pub(super) fn lower(&self, ty: &Ty) -> Ty {
        self.cx.lower(ty, &self.args)
    }

    pub(super) fn is_alias(&self, local: LocalId) -> bool {
        self.function.locals[local].alias
    }

    /// How a parameter that belongs to the caller is passed; none for everything else.
    pub(super) fn borrowed(&self, local: LocalId) -> Option<ParamMode> {
        self.borrowed.get(&local).copied()
    }

    // ---- values ----

    /// The local of a value, made when the value is a constant.
    pub(super) fn in_local(&mut self, value: &Value) -> LocalId {
        match &value.operand {
            Operand::Local(local) => *local,
            Operand::Const(_) => {
                let local = self.temp(value.ty.clone());
                self.assign(local, Rvalue::Use(value.operand.clone()));
                local
            }
        }
    }

    /// A value of one's own: a temporary stays, the value of a variable is copied ([`super::moves`] makes moves of
    /// copies whose source is not used again).
    pub(super) fn own(&mut self, value: Value) -> Value {
        match value.operand {
            Operand::Local(local) if !value.fresh && value.ty.is_owned() => {
                self.compute(value.ty, Rvalue::Clone(local))
            }
            _ => value,
        }
    }

    /// A value that later assignments to variables do not change.
    pub(super) fn save(&mut self, value: Value) -> Value {
        match value.operand {
            Operand::Local(local) if !value.fresh => {
                let copy = if value.ty.is_owned() {
                    Rvalue::Clone(local)
                } else {
                    Rvalue::Use(value.operand)
                };
                self.compute(value.ty, copy)
            }
            _ => value,
        }
    }

    /// Evaluates expressions from left to right.
    pub(super) fn exprs(&mut self, ids: &[ExprId]) -> Vec<Value> {
        let later = self.cx.changed_later(ids);
        ids.iter()
            .zip(later)
            .map(|(&id, later)| {
                let value = self.expr(id);
                if later { self.save(value) } else { value }
            })
            .collect()
    }

    /// Gives `dst` a value. A temporary that was just computed is computed there at once.
    pub(super) fn assign_value(&mut self, dst: LocalId, value: Value) {
        let Operand::Local(source) = value.operand else {
            self.assign(dst, Rvalue::Use(value.operand));
            return;
        };
        if value.fresh
            && let Some(Stmt {
                kind: StmtKind::Assign { dst: last, .. },
                ..
            }) = self.stmts.last_mut()
            && *last == Some(source)
            && !self.dead
        {
            *last = Some(dst);
            return;
        }
        self.assign(
            dst,
            match (value.ty.is_owned(), value.fresh) {
                (true, true) => Rvalue::Move(source),
                (true, false) => Rvalue::Clone(source),
                (false, _) => Rvalue::Use(Operand::Local(source)),
            },
        );
    }

    /// Forgets a value. One that was just computed is not stored at all.
    pub(super) fn discard(&mut self, value: &Value) {
        if let (true, Operand::Local(source)) = (value.fresh, &value.operand)
            && let Some(Stmt {
                kind: StmtKind::Assign { dst, .. },
                ..
            }) = self.stmts.last_mut()
            && *dst == Some(*source)
        {
            *dst = None;
        }
    }

    /// Leaves the function with a value.
    pub(super) fn return_value(&mut self, value: Value) {
        let value = self.before_return(value);
        if self.function.ret == Ty::Unit {
            self.emit(StmtKind::Return(Operand::Const(Const::Unit)));
            return;
        }
        if value.ty == Ty::Unit && !self.dead {
            // The end of a body whose last statement is a loop that only `return` leaves.
            return;
        }
        let value = match &value.operand {
            Operand::Local(local) if self.is_alias(*local) => self.save(value),
            Operand::Local(local) if self.borrowed(*local).is_some() => self.own(value),
            _ => value,
        };
        self.emit(StmtKind::Return(value.operand));
    }

    // ---- arithmetic of the builder's own ----

    pub(super) fn binary(&mut self, op: BinOp, ty: Ty, left: Operand, right: Operand) -> Value {
        let ty = if op.is_comparison() { Ty::Bool } else { ty };
        self.compute(ty, Rvalue::Binary { op, left, right })
    }

    pub(super) fn not(&mut self, operand: Operand) -> Value {
        self.compute(
            Ty::Bool,
            Rvalue::Unary {
                op: UnOp::Not,
                operand,
            },
        )
    }

    pub(super) fn len(&mut self, array: LocalId) -> Operand {
        self.compute(Ty::Int, Rvalue::Len(array)).operand
    }

    /// `for i in 0..<n`, where `body` is given `i`.
    pub(super) fn count_to(&mut self, n: Operand, body: impl FnOnce(&mut Self, LocalId)) {
        let id = self.new_loop();
        let var = self.temp(Ty::Int);
        let (body, _, ()) = self.nested(|b| body(b, var));
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
}
