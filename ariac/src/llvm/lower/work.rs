//! Estimates of work, and the GIL.

use super::Lowering;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::estimate::{Estimator, work_nanos};
use crate::llvm::nd;
use crate::llvm::runtime::RtFn;
use crate::mir::{LocalId, Operand, StmtKind, Work};
use crate::types::Ty;
use inkwell::IntPredicate;

impl<'c> Lowering<'_, 'c> {
    /// Makes the slot for the thread's state, if the function releases the GIL.
    pub(super) fn bind_gil(&mut self) {
        let mut releases = false;
        self.function.body.each(&mut |stmt| {
            releases |= matches!(stmt.kind, StmtKind::GilRelease(_));
        });
        if releases {
            self.gil = Some(self.b.slot_with(self.b.null(), "gil"));
        }
    }

    pub(super) fn release_gil(&mut self, work: &Work) {
        let work = work_nanos(self, work);
        let state = self.rt_value(RtFn::aria_rt_gil_release, &[work]);
        let slot = self.gil.expect("`bind_gil` saw this statement");
        self.b.store(state, slot);
    }

    /// Takes the GIL back if this function released it.
    pub(super) fn take_gil_back(&self) {
        let Some(slot) = self.gil else { return };
        let b = &self.b;
        let state = b.load(self.cx.types.ptr, slot);
        b.store(b.null(), slot);
        let (released, next) = (b.block("acquire"), b.block("held"));
        b.branch(b.icmp(IntPredicate::NE, state, b.null()), released, next);
        b.enter(released);
        self.rt(RtFn::aria_rt_gil_acquire, &[state]);
        b.go(next);
        b.enter(next);
    }
}

impl<'m, 'c> Estimator<'m, 'c> for Lowering<'m, 'c> {
    fn builder(&self) -> &Builder<'m, 'c> {
        &self.b
    }

    fn length(&mut self, array: LocalId, axis: u8) -> Val<'c> {
        match self.ty(array) {
            ty @ Ty::Nd(_) => {
                let value = self.read(array);
                self.b.part(value, nd::length_part(ty, axis))
            }
            _ => self.elements(array).len,
        }
    }

    fn int(&mut self, operand: &Operand) -> Val<'c> {
        self.operand(operand)
    }
}
