//! Errors that are caught, and values of the type `Error`.
//!
//! A failure in the body of a `Try` goes to a block that drops what operations under way own, takes the pending error and
//! runs the handler. The GIL is as it was when the body began: where it was held, it is taken back; where it was released, MIR's
//! verifier does not let it change in between.

use super::Lowering;
use crate::llvm::builder::Val;
use crate::llvm::runtime::RtFn;
use crate::mir::{Block, LocalId, Operand, StmtKind};
use aria_abi::codes::ErrorKind;
use inkwell::IntPredicate;

impl<'c> Lowering<'_, 'c> {
    /// Runs `body`, and `handler` with the error when something in it fails.
    pub(super) fn try_catch(&mut self, body: &Block, error: LocalId, handler: &Block) {
        let (caught, next) = (self.b.block("caught"), self.b.block("end"));
        let around = std::mem::replace(&mut self.failure, caught);
        let under_way = self.hidden.len();
        self.block(body);
        if !self.b.is_ended() {
            self.b.go(next);
        }
        self.failure = around;

        self.b.enter(caught);
        let mut may_be_released = false;
        body.each(&mut |stmt| may_be_released |= matches!(stmt.kind, StmtKind::GilRelease(_)));
        if may_be_released {
            self.take_gil_back();
        }
        for (at, ty) in &self.hidden[under_way..] {
            let value = self.take_hidden(*at, self.cx.value_type(ty));
            self.drop_value(ty, value);
        }
        let value = self.rt_value(RtFn::aria_rt_error_take, &[]);
        self.assign(error, value);
        self.block(handler);
        if !self.b.is_ended() {
            self.b.go(next);
        }
        self.b.enter(next);
    }

    /// Fails with an error that was caught, perhaps because of another one.
    pub(super) fn reraise(&mut self, error: LocalId, from: Option<LocalId>) {
        let error = self.take(error);
        if let Some(from) = from {
            let from = self.take(from);
            self.rt(RtFn::aria_rt_error_raise_from, &[error, from]);
        } else {
            self.rt(RtFn::aria_rt_error_raise, &[error]);
        }
        self.b.go(self.failure);
    }

    /// The address of a byte of this call's own.
    pub(super) fn this_call(&mut self) -> Val<'c> {
        let byte = self.b.slot(self.cx.types.i8, "this_call");
        self.b.ptrtoint(byte.into(), self.cx.types.i64)
    }

    /// Fails so that a call ends.
    pub(super) fn end_call(&mut self, call: &Operand) {
        let call = self.operand(call);
        self.rt(RtFn::aria_rt_end_call, &[call]);
        self.b.go(self.failure);
    }

    /// Whether what was caught ends a call.
    pub(super) fn ends_call(&mut self, error: LocalId, call: &Operand) -> Val<'c> {
        let error = self.read(error);
        let call = self.operand(call);
        let ends = self.rt_value(RtFn::aria_rt_error_ends_call, &[error, call]);
        self.b.icmp(IntPredicate::NE, ends, self.b.i32(0))
    }

    /// A string about an error.
    pub(super) fn error_string(&mut self, function: RtFn, error: LocalId) -> Val<'c> {
        let error = self.read(error);
        let text = self.rt_value(function, &[error]);
        self.check_memory(text);
        text
    }

    /// Whether an error is of a class.
    pub(super) fn error_is(&mut self, error: LocalId, class: ErrorKind) -> Val<'c> {
        let error = self.read(error);
        let class = self.b.i32(class as u32);
        let is = self.rt_value(RtFn::aria_rt_error_is, &[error, class]);
        self.b.icmp(IntPredicate::NE, is, self.b.i32(0))
    }
}
