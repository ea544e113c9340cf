//! Sums of integers are exact: OverflowError only when the sum itself does not fit.
//!
//! Terms are taken in chunks of 2^22. Mostly they are of less than 2^40, and then a chunk's sum fits an Int: it is
//! summed as it comes, and bits are gathered that say whether a term was larger. If one was, the chunk is summed again:
//! its terms are made unsigned by flipping the sign bit (unless they are UInt64s, which are unsigned already), their halves of 32 bits are summed apart, and what the flipping
//! added is taken off. Chunks are added in 128 bits. All loops are plain integer arithmetic, whose order does not
//! matter, and LLVM vectorises them.

use super::Lowering;
use super::kernel::Terms;
use super::width::Width;
use crate::llvm::builder::Val;
use crate::llvm::remarks::LoopKind;
use crate::types::{IntKind, Ty};
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

/// Terms of a chunk.
const CHUNK: i64 = 1 << 22;

/// Terms from `-SMALL` to below `SMALL` are small.
const SMALL_BITS: i64 = 40;

impl<'c> Lowering<'_, 'c> {
    /// The exact sum of integers of this type; Bools count as 0 and 1, and give an Int.
    pub(super) fn sum_ints(&mut self, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let width = Width::of(ty).unwrap_or(Width::INT);
        let (i64, i128) = (self.cx.types.i64, self.cx.types.i128);
        let total = self.b.slot(i128, "total");
        let len = terms.len();
        self.gathering(terms.kernel, |this| {
            this.b.store(i128.const_zero().into(), total);
            let zero = this.b.i64(0);
            this.count(zero, len, CHUNK, |this, base| {
                let rest = this.b.sub(len, base);
                let chunk = this.b.i64(CHUNK);
                let count = this.b.intrinsic("llvm.smin", &[i64.into()], &[rest, chunk]);
                this.sum_chunk(terms, base, count, total);
            });
        });
        let b = &self.b;
        let sum = b.load(i128, total);
        let short = b.trunc(sum, self.cx.types.int(self.cx.context, width.bits));
        let again = width.resize(b, short, i128.into());
        let misfit = b.icmp(IntPredicate::NE, again, sum);
        self.raise_overflow_if(misfit, &format!("sum of {}s", width.name));
        short
    }

    fn sum_chunk(
        &mut self,
        terms: &Terms<'_, 'c>,
        base: Val<'c>,
        count: Val<'c>,
        total: PointerValue<'c>,
    ) {
        let (i64, i128) = (self.cx.types.i64, self.cx.types.i128);
        let (sum, bits) = (self.b.slot(i64, "sum"), self.b.slot(i64, "bits"));
        let zero = self.b.i64(0);
        self.b.store(zero, sum);
        self.b.store(zero, bits);
        let is_signed = self.is_signed_term(terms);
        let latch = self.count(zero, count, 1, |this, i| {
            let term = this.int_term(terms, base, i);
            let b = &this.b;
            b.store(b.add(b.load(i64, sum), term), sum);
            let shifted = match is_signed {
                true => b.add(term, b.i64(1 << SMALL_BITS)),
                false => term,
            };
            b.store(b.or(b.load(i64, bits), shifted), bits);
        });
        self.describe_loop(latch, LoopKind::Sum);

        let (large, next) = (self.b.block("large"), self.b.block("summed"));
        let small = self.b.sext(self.b.load(i64, sum), i128);
        let high = self
            .b
            .lshr(self.b.load(i64, bits), self.b.i64(SMALL_BITS + 1));
        let is_large = self.b.icmp(IntPredicate::NE, high, zero);
        let before = self.b.here();
        self.b.branch_rarely(is_large, large, next);
        self.b.enter(large);
        let by_halves = self.sum_by_halves(terms, base, count);
        let after = self.b.here();
        self.b.go(next);
        self.b.enter(next);
        let chunk = self.b.phi(i128, &[(small, before), (by_halves, after)]);
        let sum = self.b.add(self.b.load(i128, total), chunk.as_basic_value());
        self.b.store(sum, total);
    }

    /// The sum of terms of any size, in 128 bits.
    fn sum_by_halves(&mut self, terms: &Terms<'_, 'c>, base: Val<'c>, count: Val<'c>) -> Val<'c> {
        let (i64, i128) = (self.cx.types.i64, self.cx.types.i128);
        let (low, high) = (self.b.slot(i64, "low"), self.b.slot(i64, "high"));
        let zero = self.b.i64(0);
        self.b.store(zero, low);
        self.b.store(zero, high);
        let is_signed = self.is_signed_term(terms);
        let latch = self.count(zero, count, 1, |this, i| {
            let term = this.int_term(terms, base, i);
            let b = &this.b;
            let bits = match is_signed {
                true => b.xor(term, b.i64(i64::MIN)),
                false => term,
            };
            let half = b.and(bits, b.i64(0xffff_ffff));
            b.store(b.add(b.load(i64, low), half), low);
            let half = b.lshr(bits, b.i64(32));
            b.store(b.add(b.load(i64, high), half), high);
        });
        self.keep_loop_rolled(latch);
        let b = &self.b;
        let constant = |value| i128.const_int(value, false).into();
        let low = b.zext(b.load(i64, low), i128);
        let high = b.shl(b.zext(b.load(i64, high), i128), constant(32));
        let sum = b.add(low, high);
        if !is_signed {
            return sum;
        }
        let flipped = b.shl(b.zext(count, i128), constant(63));
        b.sub(sum, flipped)
    }

    /// Whether the 64 bits of a term are those of a signed number.
    fn is_signed_term(&self, terms: &Terms<'_, 'c>) -> bool {
        self.operand_ty(&terms.kernel.result) != Ty::Sized(IntKind::U64)
    }

    fn int_term(&mut self, terms: &Terms<'_, 'c>, base: Val<'c>, i: Val<'c>) -> Val<'c> {
        let index = self.b.add_index(base, i);
        let term = self.term(terms, index);
        match self.operand_ty(&terms.kernel.result) {
            Ty::Bool => self.b.zext(term, self.cx.types.i64),
            ty => self.as_word(&ty, term).0,
        }
    }
}
