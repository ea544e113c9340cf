//! Statements.

use super::{Exit, Lowering, zero};
use crate::llvm::builder::Val;
use crate::llvm::runtime::RtFn;
use crate::mir::{Block, LocalId, Operand, Rvalue, Stmt, StmtKind};
use crate::types::Ty;
use inkwell::IntPredicate;

impl<'c> Lowering<'_, 'c> {
    /// The statements of a block, until control leaves it.
    pub(super) fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            if self.b.is_ended() {
                return;
            }
            let outer = self.span;
            self.span = stmt.span;
            self.locate(stmt.span);
            self.stmt(stmt);
            self.span = outer;
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        if self.only_looks(&stmt.kind) {
            return;
        }
        match &stmt.kind {
            StmtKind::Assign { dst, value } => self.assignment(*dst, value),
            StmtKind::Store {
                array,
                index,
                value,
                checked,
            } => {
                let index = self.operand(index);
                let value = self.operand(value);
                let elements = self.elements(*array);
                if *checked {
                    self.check_index(index, elements.len);
                }
                let element = self.element_ty(*array);
                self.store_element(element, elements, index, value);
            }
            StmtKind::Bound {
                array,
                index,
                axis,
                checked,
            } => {
                if *checked {
                    self.check_index_along(*array, index, *axis);
                }
            }
            StmtKind::StoreAt { .. } => unreachable!("the pass `axes` has taken it apart"),
            StmtKind::SetField {
                of,
                variant,
                index,
                value,
            } => self.set_field(*of, *variant, *index, value),
            StmtKind::Alias { dst, of, step } => self.alias(*dst, *of, step),
            StmtKind::Try {
                body,
                error,
                handler,
            } => self.try_catch(body, *error, handler),
            StmtKind::Reraise { error, from } => self.reraise(*error, *from),
            StmtKind::PySetItem { object, key, value } => {
                let args = [object, key, value].map(|operand| self.operand(operand));
                let location = self.location();
                let args = [args[0], args[1], args[2], location];
                self.status(RtFn::aria_rt_py_setitem, &args);
            }
            StmtKind::PySetAttr {
                object,
                name,
                value,
            } => {
                let (object, value) = (self.operand(object), self.operand(value));
                let args = [object, self.cx.name(name).into(), value, self.location()];
                self.status(RtFn::aria_rt_py_setattr, &args);
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => match self.decided(condition, then) {
                Some(version) => self.block(version),
                None => {
                    let are_versions = stmt.fast_version().is_some();
                    self.if_else(condition, then, otherwise, are_versions);
                }
            },
            StmtKind::While {
                id,
                test,
                condition,
                body,
            } => self.while_loop(*id, test, condition, body),
            StmtKind::For {
                id,
                var,
                lo,
                hi,
                inclusive,
                step,
                body,
            } => self.for_loop(*id, *var, (lo, hi, *inclusive), step, body),
            StmtKind::Break(id) => {
                self.b.go(self.loops[id].0);
            }
            StmtKind::Continue(id) => {
                self.b.go(self.loops[id].1);
            }
            StmtKind::Return(operand) => self.leave(operand),
            StmtKind::Raise { kind, message } => {
                let kind = self.b.i32(*kind as u32);
                let message = self.operand(message);
                let location = self.location();
                self.rt(RtFn::aria_rt_raise, &[kind, message, location]);
                self.b.go(self.failure);
            }
            StmtKind::RaiseObject(object) => self.raise_object(object),
            StmtKind::EndCall(call) => self.end_call(call),
            StmtKind::Drop(local) => {
                let value = self.take(*local);
                self.drop_value(self.ty(*local), value);
            }
            StmtKind::Gil(_, block) => self.block(block),
            StmtKind::GilRelease(work) => self.release_gil(work),
            StmtKind::GilAcquire => self.take_gil_back(),
        }
    }

    fn assignment(&mut self, dst: Option<LocalId>, value: &Rvalue) {
        if let (Some(dst), Rvalue::Join(parts)) = (dst, value)
            && let [Operand::Local(first), rest @ ..] = parts.as_slice()
            && *first == dst
            && !rest.is_empty()
        {
            return self.append(dst, rest);
        }
        if let (
            Some(dst),
            Rvalue::Map {
                sources,
                kernel,
                reuse: true,
                ..
            },
        ) = (dst, value)
        {
            return self.map_in_place(dst, sources, kernel);
        }
        let wanted = dst.map(|dst| self.ty(dst));
        let Some(result) = self.rvalue(value, wanted) else {
            return;
        };
        match dst {
            // A function value that borrows is an alias; it has a place of its own here.
            Some(dst) if matches!(value, Rvalue::Borrowing { .. }) => {
                let at = self.b.slot(result.get_type(), "block");
                self.b.store(result, at);
                self.point(dst, at);
            }
            Some(dst) => self.assign(dst, result),
            None => {
                if let Some(ty) = self.owned_result(value) {
                    self.drop_value(&ty, result);
                }
            }
        }
    }

    fn if_else(
        &mut self,
        condition: &Operand,
        then: &Block,
        otherwise: &Block,
        are_versions: bool,
    ) {
        let condition = self.operand(condition);
        let (yes, no, next) = (
            self.b.block("then"),
            self.b.block("else"),
            self.b.block("end"),
        );
        self.b.branch(condition, yes, no);
        for (block, start, is_slow) in [(then, yes, false), (otherwise, no, are_versions)] {
            let outside = self.in_slow_version;
            self.in_slow_version |= is_slow;
            self.b.enter(start);
            self.block(block);
            self.in_slow_version = outside;
            if !self.b.is_ended() {
                self.b.go(next);
            }
        }
        self.b.enter(next);
    }

    /// Returns a value; what is left in slots is dropped.
    fn leave(&mut self, operand: &Operand) {
        let mut value = self.take_operand(operand);
        if matches!(self.function.ret, Ty::PythonArray(_)) {
            value = self.b.part(value, 3);
        }
        self.drop_everything(false);
        let Exit::Function(handle) = &self.exit else {
            unreachable!("a kernel does not return: MIR's verifier says so");
        };
        let b = &self.b;
        match (handle.abi.raises, handle.abi.ret) {
            (false, None) => b.ret(None),
            (false, Some(_)) => b.ret(Some(value)),
            (true, None) => b.ret(Some(b.bool(false))),
            (true, Some(ty)) => {
                let leaving = self.leaving.expect(
                    "a function that may fail and gives a value has a place to return from",
                );
                let value = if value.get_type() == ty {
                    value
                } else {
                    zero(ty)
                };
                b.store(b.bool(false), leaving.failed);
                b.store(value, leaving.value);
                b.go(leaving.block);
            }
        }
    }

    /// Calls a function of the runtime that returns 0, or 1 with an error pending.
    pub(super) fn status(&mut self, function: RtFn, args: &[Val<'c>]) {
        let status = self.rt_value(function, args);
        let failed = self.b.icmp(IntPredicate::NE, status, self.b.i32(0));
        self.propagate_if(failed);
    }
}
