//! What happens when something fails: `raise`, `try`, `?`, `begin … rescue … ensure … end`, `ensures`.
//!
//! An `ensure` block stands in the function once for each way out of its body: behind the body, in the handler, and before
//! each `return`, `break` or `continue` that leaves the body. A flag keeps the handler from running it again when it was the
//! block itself that failed.

use super::expr::never;
use super::function::{FnBuilder, Value};
use crate::hir::{self, ExprId, ExprKind, ItemId, TypeExprId, TypeExprKind, for_each_child};
use crate::mir::{BinOp, Const, LocalId, LoopId, Operand, Rvalue, StmtKind};
use crate::resolve::Meaning;
use crate::types::Ty;
use aria_abi::codes::ErrorKind;

/// What is caught where no class is named. What ends a program, `exit` or an interrupt from the keyboard, is no
/// `Exception`, as in Python: handlers let it pass.
const ANY: &[ErrorKind] = &[ErrorKind::Exception];

/// What is going to be raised.
enum Raised {
    /// An exception of a class, with its text.
    Class(ErrorKind, Operand),
    /// An error that was caught.
    Error(LocalId),
    /// A Python object.
    Object(Operand),
}

/// An `ensure` block that is waiting.
#[derive(Clone, Copy)]
pub(super) struct Cleanup<'a> {
    block: &'a hir::Block,
    /// Set when the block begins.
    done: LocalId,
}

impl<'a> FnBuilder<'a> {
    /// `raise ValueError("…") from e`.
    pub(super) fn raise(&mut self, value: ExprId, from: Option<ExprId>) -> Value {
        let error = self.raised(value);
        match from {
            None => self.fail(error),
            Some(from) => {
                let from = self.raised(from);
                let error = self.as_caught(error);
                let from = Some(self.as_caught(from));
                self.emit(StmtKind::Reraise { error, from });
            }
        }
        never()
    }

    /// What stands after `raise` or `from`: computed, and not raised yet.
    fn raised(&mut self, value: ExprId) -> Raised {
        let (callee, args): (ExprId, &[hir::Arg]) = match &self.cx.hir.exprs[value].kind {
            ExprKind::Call { callee, args, .. } => (*callee, args),
            _ => (value, &[]),
        };
        if let Some(Meaning::Exception(kind)) = self.cx.names.exprs.get(callee) {
            let message = match args.first() {
                Some(arg) => {
                    let message = self.expr(arg.value);
                    self.text_of(message).operand
                }
                None => Operand::Const(Const::Str(String::new())),
            };
            return Raised::Class(*kind, message);
        }
        let object = self.expr(value);
        if object.ty == Ty::Exception {
            // A caught error has several owners: the one that is raised again is another one.
            let error = self.temp(Ty::Exception);
            self.assign_value(error, object);
            return Raised::Error(error);
        }
        Raised::Object(self.object_of(object).operand)
    }

    fn fail(&mut self, error: Raised) {
        match error {
            Raised::Class(kind, message) => self.emit_raise(kind, message),
            Raised::Error(error) => self.reraise_error(error),
            Raised::Object(object) => self.emit(StmtKind::RaiseObject(object)),
        }
    }

    fn reraise_error(&mut self, error: LocalId) {
        self.emit(StmtKind::Reraise { error, from: None });
    }

    /// The error as if it had been raised and caught.
    fn as_caught(&mut self, error: Raised) -> LocalId {
        if let Raised::Error(error) = error {
            return error;
        }
        let caught = self.temp(Ty::Exception);
        let (body, _, ()) = self.nested(|b| b.fail(error));
        let handler = crate::mir::Block::default();
        self.emit(StmtKind::Try {
            body,
            error: caught,
            handler,
        });
        caught
    }

    /// `raise` alone: the error that a `rescue` caught.
    pub(super) fn reraise(&mut self, id: ExprId) -> Value {
        let rescue = self.cx.names.rescues.get(id);
        if let Some(&error) = rescue.and_then(|rescue| self.caught.get(rescue)) {
            let again = self.temp(Ty::Exception);
            self.assign_value(again, Value::place(error, Ty::Exception));
            self.reraise_error(again);
        }
        never()
    }

    /// Runs `body`, and `handler` with the error of what failed in it. What fails in an `ensure` block on a way out of the
    /// body is not the handler's. (When one of those around has begun, so has the innermost.)
    fn emit_try(&mut self, body: impl FnOnce(&mut Self), handler: impl FnOnce(&mut Self, LocalId)) {
        let error = self.temp(Ty::Exception);
        let (body, _, ()) = self.nested(body);
        let leaving = self.cleanups.last().map(|cleanup| cleanup.done);
        let (handler, _, ()) = self.nested(|b| match leaving {
            None => handler(b, error),
            Some(leaving) => b.emit_if(
                Operand::Local(leaving),
                |b| b.reraise_error(error),
                |b| handler(b, error),
            ),
        });
        self.emit(StmtKind::Try {
            body,
            error,
            handler,
        });
    }

    /// `try e`: a Result.
    pub(super) fn try_value(&mut self, id: ExprId, value: ExprId) -> Value {
        let ty = self.ty(id);
        let Ty::Adt(adt) = ty.clone() else {
            return Value::unit();
        };
        let (ok, err) = (
            self.variant_named(&ty, "Ok"),
            self.variant_named(&ty, "Err"),
        );
        let result = self.temp(ty.clone());
        self.emit_try(
            |b| {
                let value = b.expr(value);
                let value = b.make(adt.clone(), ok, vec![value]);
                b.assign_value(result, value);
            },
            |b, error| {
                let is_exception = b.is_one_of(error, ANY);
                b.emit_if(
                    is_exception,
                    |b| {
                        let error = Value::fresh(error, Ty::Exception);
                        let value = b.make(adt.clone(), err, vec![error]);
                        b.assign_value(result, value);
                    },
                    |b| b.reraise_error(error),
                );
            },
        );
        Value::fresh(result, ty)
    }

    /// `e?`: what is in an Option or Result; without it, the function ends.
    pub(super) fn propagate(&mut self, id: ExprId, value: ExprId) -> Value {
        let mut value = self.expr(value);
        let Ty::Adt(adt) = value.ty.clone() else {
            return value;
        };
        let local = self.in_local(&value);
        value.operand = Operand::Local(local);
        let is_option = Some(adt.item) == self.cx.types.known.option;
        let [good, bad] = match is_option {
            true => ["Some", "None"],
            false => ["Ok", "Err"],
        }
        .map(|name| self.variant_named(&value.ty, name));
        let variant = self.compute(Ty::Int, Rvalue::Variant(local)).operand;
        let wanted = Operand::Const(Const::Int(i64::from(good)));
        let is_good = self.binary(BinOp::Eq, Ty::Bool, variant, wanted);
        let ret = self.returned(id);
        self.emit_if(
            is_good.operand,
            |_| {},
            |b| {
                let Ty::Adt(ret) = ret else { return };
                let fields = match is_option {
                    true => Vec::new(),
                    false => vec![b.part(&value, bad, 0)],
                };
                let result = b.make(ret, bad, fields);
                b.return_from(id, result);
            },
        );
        self.part(&value, good, 0)
    }

    // ---- begin ----

    pub(super) fn begin(
        &mut self,
        id: ExprId,
        body: &'a hir::Block,
        rescues: &'a [hir::Rescue],
        otherwise: Option<&'a hir::Block>,
        ensure: Option<&'a hir::Block>,
    ) -> Value {
        let ty = self.ty(id);
        let wanted = !matches!(ty, Ty::Unit | Ty::Never);
        let result = wanted.then(|| self.temp(ty.clone()));
        match ensure {
            None => self.rescued(body, rescues, otherwise, result),
            Some(ensure) => self.ensured(ensure, |b| b.rescued(body, rescues, otherwise, result)),
        }
        match result {
            Some(result) => Value::fresh(result, ty),
            None if ty == Ty::Never => never(),
            None => Value::unit(),
        }
    }

    /// The body with its handlers. What `else` does is not theirs to catch.
    fn rescued(
        &mut self,
        body: &'a hir::Block,
        rescues: &'a [hir::Rescue],
        otherwise: Option<&'a hir::Block>,
        result: Option<LocalId>,
    ) {
        let into = |b: &mut Self, block: &'a hir::Block| {
            let value = b.block_value(block, result.is_some());
            if let Some(result) = result {
                b.assign_value(result, value);
            }
        };
        let both = |b: &mut Self| match otherwise {
            None => into(b, body),
            Some(_) => {
                b.block_value(body, false);
            }
        };
        if rescues.is_empty() {
            both(self);
            if let Some(otherwise) = otherwise {
                into(self, otherwise);
            }
            return;
        }
        let Some(otherwise) = otherwise else {
            return self.emit_try(both, |b, error| b.handlers(rescues, error, result));
        };
        // A loop that runs once, which a handler leaves: then `else` stands outside of what is caught, and the result
        // has a value on every way.
        let id = self.new_loop();
        let (body, _, ()) = self.nested(|b| {
            b.emit_try(both, |b, error| {
                b.handlers(rescues, error, result);
                b.emit(StmtKind::Break(id));
            });
            into(b, otherwise);
            b.emit(StmtKind::Break(id));
        });
        self.emit(StmtKind::While {
            id,
            test: crate::mir::Block::default(),
            condition: Operand::Const(Const::Bool(true)),
            body,
        });
    }

    fn flag(&mut self, value: bool) -> LocalId {
        let flag = self.temp(Ty::Bool);
        self.assign(flag, Rvalue::Use(Operand::Const(Const::Bool(value))));
        flag
    }

    /// The first handler whose class the error has; without one, the error goes on.
    fn handlers(&mut self, rescues: &'a [hir::Rescue], error: LocalId, result: Option<LocalId>) {
        let Some((rescue, rest)) = rescues.split_first() else {
            self.reraise_error(error);
            return;
        };
        let handle = |b: &mut Self| {
            let value = Value::place(error, b.local_ty(error));
            b.caught.insert(rescue.pattern, error);
            b.bound(rescue.pattern, &value, |b| {
                let value = b.block_value(&rescue.body, result.is_some());
                if let Some(result) = result {
                    b.assign_value(result, value);
                }
            });
        };
        let classes = rescue.ty.map(|ty| self.error_classes(ty));
        let is_one = self.is_one_of(error, classes.as_deref().unwrap_or(ANY));
        self.emit_if(is_one, handle, |b| b.handlers(rest, error, result));
    }

    /// The classes after `rescue`.
    fn error_classes(&self, id: TypeExprId) -> Vec<ErrorKind> {
        match &self.cx.hir.types[id].kind {
            TypeExprKind::Union(items) => {
                let each = items.iter().map(|&item| self.error_classes(item));
                each.collect::<Vec<_>>().concat()
            }
            TypeExprKind::Path { name, .. } => match crate::builtins::exception(&name.name) {
                Some(kind) => vec![kind],
                None => ANY.to_vec(),
            },
            _ => ANY.to_vec(),
        }
    }

    fn is_one_of(&mut self, error: LocalId, classes: &[ErrorKind]) -> Operand {
        let found = self.flag(false);
        for class in classes {
            self.emit_if(
                Operand::Local(found),
                |_| {},
                |b| {
                    let is = Rvalue::ErrorIs {
                        error,
                        class: *class,
                    };
                    b.assign(found, is);
                },
            );
        }
        Operand::Local(found)
    }

    // ---- ensure ----

    /// Runs `body` and then the block, on every way.
    fn ensured(&mut self, block: &'a hir::Block, body: impl FnOnce(&mut Self)) {
        let done = self.flag(false);
        let cleanup = Cleanup { block, done };
        self.emit_try(
            |b| {
                b.cleanups.push(cleanup);
                body(b);
                b.cleanups.pop();
                if !b.dead {
                    b.clean_up(cleanup);
                }
            },
            |b, error| {
                let again = |b: &mut Self| {
                    b.block_value(block, false);
                };
                b.emit_if(Operand::Local(done), |_| {}, again);
                b.reraise_error(error);
            },
        );
    }

    fn clean_up(&mut self, cleanup: Cleanup<'a>) {
        let done = Rvalue::Use(Operand::Const(Const::Bool(true)));
        self.assign(cleanup.done, done);
        self.block_value(cleanup.block, false);
    }

    /// Runs the `ensure` blocks that are left when only the first `keep` stay, the innermost first.
    fn clean_up_to(&mut self, keep: usize) {
        if self.dead {
            return;
        }
        let all = self.cleanups.clone();
        for at in (keep..all.len()).rev() {
            // What leaves the block itself has only those around it to run.
            self.cleanups.truncate(at);
            self.clean_up(all[at]);
        }
        self.cleanups = all;
    }

    /// Before a `break` or `continue`.
    pub(super) fn leave_loop(&mut self, id: LoopId) {
        let keep = self.loop_cleanups.get(&id).copied().unwrap_or(0);
        self.clean_up_to(keep);
    }

    /// Before a `return`: the `ensure` blocks around it, and what the function promises of its result.
    pub(super) fn before_return(&mut self, value: Value) -> Value {
        if self.dead || self.cleanups.is_empty() && self.ensures.is_empty() {
            return value;
        }
        let mut value = self.save(value);
        if value.ty != Ty::Unit {
            value.operand = Operand::Local(self.in_local(&value));
        }
        self.clean_up_to(0);
        let ensures = std::mem::take(&mut self.ensures);
        if let (Some(result), Some(local)) = (self.result, value.operand.local()) {
            let variable = super::function::Variable::Local(local);
            self.variables.insert(result, variable);
        }
        for promise in ensures {
            self.promise(promise);
        }
        self.ensures = ensures;
        value
    }

    // ---- ensures ----

    /// Evaluates what `old(…)` means in the promises of a function, which is about to begin.
    pub(super) fn enter_ensures(&mut self, item: ItemId, ensures: &'a [hir::Requires]) {
        self.ensures = ensures;
        self.result = self.cx.names.results.get(item).copied();
        for promise in ensures {
            let mut calls = Vec::new();
            self.old_calls(promise.condition, &mut calls);
            for (call, value) in calls {
                let value = self.expr(value);
                let value = self.save(value);
                let local = self.in_local(&value);
                if let Some(Meaning::Local(entry)) = self.cx.names.exprs.get(call) {
                    let variable = super::function::Variable::Local(local);
                    self.variables.insert(*entry, variable);
                }
            }
        }
    }

    fn old_calls(&self, id: ExprId, found: &mut Vec<(ExprId, ExprId)>) {
        if let Some(value) = self.old_of(id) {
            found.push((id, value));
            return;
        }
        let mut children = Vec::new();
        for_each_child(self.cx.hir, id, |child| children.push(child));
        for child in children {
            self.old_calls(child, found);
        }
    }

    /// What stands in `old(…)`, if the expression is that.
    pub(super) fn old_of(&self, id: ExprId) -> Option<ExprId> {
        match &self.cx.hir.exprs[id].kind {
            ExprKind::Call { callee, args, .. }
                if matches!(self.cx.names.exprs.get(*callee), Some(Meaning::Old)) =>
            {
                args.first().map(|arg| arg.value)
            }
            _ => None,
        }
    }

    fn promise(&mut self, promise: &'a hir::Requires) {
        let outer = std::mem::replace(&mut self.span, promise.span);
        let condition = self.expr(promise.condition);
        self.emit_if(
            condition.operand,
            |_| {},
            |b| {
                let message = b.clause_message(promise, "ensures");
                b.emit_raise(ErrorKind::AssertionError, message);
            },
        );
        self.span = outer;
    }
}
