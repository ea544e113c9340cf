//! Estimates of work, and the GIL.

use super::Lowering;
use crate::llvm::builder::Val;
use crate::llvm::runtime::RtFn;
use crate::mir::{StmtKind, Work};
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
        let work = self.work(work);
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

    /// An estimate in nanoseconds, at most the greatest `Int`.
    fn work(&mut self, work: &Work) -> Val<'c> {
        let i64 = self.cx.types.i64.into();
        match work {
            Work::Nanos(nanos) => self.b.i64(i64::try_from(*nanos).unwrap_or(i64::MAX)),
            Work::Unknown => self.b.i64(i64::MAX),
            Work::Len(array) => self.elements(*array).len,
            Work::Int(operand) => {
                let value = self.operand(operand);
                self.b
                    .intrinsic("llvm.smax", &[i64], &[value, self.b.i64(0)])
            }
            Work::Add(left, right) => {
                let terms = [self.work(left), self.work(right)];
                self.b.intrinsic("llvm.sadd.sat", &[i64], &terms)
            }
            Work::Mul(left, right) => {
                let factors = [self.work(left), self.work(right)];
                let product = self
                    .b
                    .intrinsic("llvm.smul.with.overflow", &[i64], &factors);
                let (value, overflow) = (self.b.part(product, 0), self.b.part(product, 1));
                self.b.select(overflow, self.b.i64(i64::MAX), value)
            }
        }
    }
}
