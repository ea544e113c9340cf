//! Sums of Ints are exact: OverflowError only when the sum itself does not fit.
//!
//! Ints are made unsigned by flipping the sign bit, and their halves are summed apart: 2^31 halves of 32 bits fit 64.
//! The halves are put together in 128 bits, and what the flipping added is taken off. The loop is plain integer
//! arithmetic, whose order does not matter, and LLVM vectorises it.

use super::Lowering;
use super::kernel::Terms;
use crate::llvm::builder::Val;
use crate::llvm::remarks::LoopKind;
use crate::types::Ty;
use inkwell::IntPredicate;

/// So many halves are summed before they are put together.
const CHUNK: i64 = 1 << 31;

impl<'c> Lowering<'_, 'c> {
    /// The exact sum of Ints; Bools count as 0 and 1.
    pub(super) fn sum_ints(&mut self, terms: &Terms<'_, 'c>) -> Val<'c> {
        let (i64, i128) = (self.cx.types.i64, self.cx.types.i128);
        let is_bool = self.operand_ty(&terms.kernel.result) == Ty::Bool;
        let total = self.b.slot(i128, "total");
        let (low, high) = (self.b.slot(i64, "low"), self.b.slot(i64, "high"));
        let len = terms.len();
        self.gathering(terms.kernel, |this| {
            this.b.store(i128.const_zero().into(), total);
            let zero = this.b.i64(0);
            this.count(zero, len, CHUNK, |this, base| {
                this.b.store(zero, low);
                this.b.store(zero, high);
                let rest = this.b.sub(len, base);
                let chunk = this.b.i64(CHUNK);
                let count = this.b.intrinsic("llvm.smin", &[i64.into()], &[rest, chunk]);
                let latch = this.count(zero, count, 1, |this, i| {
                    let index = this.b.add_index(base, i);
                    let mut term = this.term(terms, index);
                    let b = &this.b;
                    if is_bool {
                        term = b.zext(term, i64);
                    }
                    let bits = b.xor(term, b.i64(i64::MIN));
                    let half = b.and(bits, b.i64(0xffff_ffff));
                    b.store(b.add(b.load(i64, low), half), low);
                    let half = b.lshr(bits, b.i64(32));
                    b.store(b.add(b.load(i64, high), half), high);
                });
                this.describe_loop(latch, LoopKind::Sum);
                let b = &this.b;
                let low = b.zext(b.load(i64, low), i128);
                let high = b.zext(b.load(i64, high), i128);
                let shift = i128.const_int(32, false).into();
                let both = b.add(low, b.shl(high, shift));
                b.store(b.add(b.load(i128, total), both), total);
            });
        });
        let b = &self.b;
        let shift = i128.const_int(63, false).into();
        let added = b.shl(b.zext(len, i128), shift);
        let sum = b.sub(b.load(i128, total), added);
        let short = b.trunc(sum, i64);
        let misfit = b.icmp(IntPredicate::NE, b.sext(short, i128), sum);
        self.raise_overflow_if(misfit, "sum of Ints");
        short
    }
}
