//! `return` and `?` in a block, which leave the function around it.
//!
//! The block puts the value into a variable of the function that it borrows, and fails with what is no error, so that what
//! is between the two ends as with any error and no handler takes it. Around the call whose block it is, the function looks
//! whether it is its own call that ends, and returns the value.

use super::expr::never;
use super::function::{FnBuilder, Value, Variable};
use crate::hir::{ExprId, ExprKind, ItemId, for_each_child};
use crate::mir::{ListOp, Operand, Rvalue, StmtKind};
use crate::resolve::BlockReturns;
use crate::types::Ty;

impl FnBuilder<'_> {
    /// Makes the variables by which blocks return from a function, which is about to begin.
    pub(super) fn enter_block_returns(&mut self, item: ItemId) {
        let Some(&BlockReturns { values, call }) = self.cx.names.block_returns.get(item) else {
            return;
        };
        let number = self.temp(Ty::Int);
        self.assign(number, Rvalue::ThisCall);
        self.variables.insert(call, Variable::Local(number));
        let element = self.function.ret.clone();
        if !matches!(element, Ty::Unit | Ty::Never) {
            let list = self.temp(Ty::List(Box::new(element.clone())));
            let items = Vec::new();
            self.assign(list, Rvalue::List { element, items });
            self.variables.insert(values, Variable::Local(list));
        }
    }

    /// The type of what a `return` or `?` gives the function that it leaves.
    pub(super) fn returned(&self, id: ExprId) -> Ty {
        match self.cx.names.returns.get(id) {
            None => self.function.ret.clone(),
            Some(returns) => match self.binding_ty(returns.values) {
                Ty::List(element) => *element,
                _ => Ty::Unit,
            },
        }
    }

    /// Leaves the function, from a block perhaps.
    pub(super) fn return_from(&mut self, id: ExprId, value: Value) {
        let Some(&BlockReturns { values, call }) = self.cx.names.returns.get(id) else {
            return self.return_value(value);
        };
        if self.returned(id) != Ty::Unit {
            let value = self.own(value).operand;
            let list = self.binding(values);
            self.perform(Rvalue::ListOp {
                op: ListOp::Push,
                list,
                args: vec![value],
            });
        }
        let call = Operand::Local(self.binding(call));
        self.emit(StmtKind::EndCall(call));
    }

    /// Whether this is the call of a block that may return from this function.
    pub(super) fn returns_here(&self, id: ExprId) -> bool {
        let block = match &self.cx.hir.exprs[id].kind {
            ExprKind::Call { block, .. } | ExprKind::MethodCall { block, .. } => block.as_ref(),
            _ => None,
        };
        let is_own = self.outer.is_none() && !self.in_kernel;
        block.is_some_and(|block| is_own && block.body.stmts.iter().any(|&s| self.returns(s)))
    }

    fn returns(&self, id: ExprId) -> bool {
        let mut found = self.cx.names.returns.get(id).is_some();
        for_each_child(self.cx.hir, id, |child| {
            found = found || self.returns(child);
        });
        found
    }

    /// Such a call.
    pub(super) fn with_block_returns(&mut self, id: ExprId) -> Value {
        let Some(BlockReturns { values, call }) = self.block_returns(id) else {
            return self.plain_call(id);
        };
        let ty = self.ty(id);
        let is_wanted = !matches!(ty, Ty::Unit | Ty::Never);
        let result = is_wanted.then(|| self.temp(ty.clone()));
        let error = self.temp(Ty::Exception);
        let (body, _, ()) = self.nested(|b| {
            let value = b.plain_call(id);
            match result {
                Some(result) => b.assign_value(result, value),
                None => b.discard(&value),
            }
        });
        let (handler, _, ()) = self.nested(|b| {
            let call = Operand::Local(b.binding(call));
            let is_ours = b.compute(Ty::Bool, Rvalue::EndsCall { error, call });
            b.emit_if(
                is_ours.operand,
                |b| {
                    let value = b.returned_value(values);
                    b.return_value(value);
                },
                |b| b.emit(StmtKind::Reraise { error, from: None }),
            );
        });
        self.emit(StmtKind::Try {
            body,
            error,
            handler,
        });
        match result {
            Some(result) => Value::fresh(result, ty),
            None if ty == Ty::Never => never(),
            None => Value::unit(),
        }
    }

    fn block_returns(&self, id: ExprId) -> Option<BlockReturns> {
        let mut found = self.cx.names.returns.get(id).copied();
        for_each_child(self.cx.hir, id, |child| {
            found = found.or_else(|| self.block_returns(child));
        });
        found
    }

    /// What the block has put into the list.
    fn returned_value(&mut self, values: crate::resolve::BindingId) -> Value {
        let ty = self.function.ret.clone();
        if ty == Ty::Unit {
            return Value::unit();
        }
        let list = self.binding(values);
        let pop = Rvalue::ListOp {
            op: ListOp::Pop,
            list,
            args: Vec::new(),
        };
        self.compute(ty, pop)
    }
}
