//! Int arithmetic that may not fit.
//!
//! In plain code each operation checks itself. In the loop of an array operation whose kernel does nothing else that
//! can fail, checks are gathered, so that the loop vectorises: the loop computes wrapped results, and bits that say
//! whether an overflow is *possible*. Only then a second loop runs, which checks each operation and raises at the right
//! one (or, when the bits were too careful, computes the same results again).

use super::Lowering;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::multiversion::Level;
use crate::llvm::runtime::{MEMORY_NONE, RtFn};
use crate::mir::BinOp;
use aria_abi::codes::ErrorKind;
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::values::{FunctionValue, PointerValue};

/// What happens where a result does not fit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Overflow<'c> {
    /// OverflowError at once.
    Raise,
    /// Bits are gathered in two slots: the sign of the first says that a sum, the high half of the second that a
    /// product may have overflowed.
    Gather {
        sums: PointerValue<'c>,
        factors: PointerValue<'c>,
    },
}

impl<'c> Lowering<'_, 'c> {
    /// `x + y`, `x - y` or `x * y`.
    pub(super) fn checked_arithmetic(&mut self, op: BinOp, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        if let Overflow::Gather { sums, factors } = self.overflow {
            return self.gathered(op, x, y, sums, factors);
        }
        let (name, text) = match op {
            BinOp::Add => ("llvm.sadd.with.overflow", "Int + Int"),
            BinOp::Sub => ("llvm.ssub.with.overflow", "Int - Int"),
            _ => ("llvm.smul.with.overflow", "Int * Int"),
        };
        let i64 = self.cx.types.i64.into();
        let both = self.b.intrinsic(name, &[i64], &[x, y]);
        let overflow = self.b.part(both, 1);
        self.raise_overflow_if(overflow, text);
        self.b.part(both, 0)
    }

    fn gathered(
        &mut self,
        op: BinOp,
        x: Val<'c>,
        y: Val<'c>,
        sums: PointerValue<'c>,
        factors: PointerValue<'c>,
    ) -> Val<'c> {
        let b = &self.b;
        match op {
            BinOp::Add => {
                let sum = b.add(x, y);
                let bits = b.and(b.xor(x, sum), b.xor(y, sum));
                gather(b, sums, bits);
                sum
            }
            BinOp::Sub => {
                let difference = b.sub(x, y);
                let bits = b.and(b.xor(x, y), b.xor(x, difference));
                gather(b, sums, bits);
                difference
            }
            _ => {
                // Factors of 32 bits have a product that fits. Others are rare enough to be looked at again.
                let half = b.i64(1 << 31);
                let bits = b.or(b.add(x, half), b.add(y, half));
                gather(b, factors, bits);
                b.mul(x, y)
            }
        }
    }

    /// `-x`.
    pub(super) fn negate(&mut self, x: Val<'c>) -> Val<'c> {
        self.unless_least(x, "-Int");
        self.b.sub(self.b.i64(0), x)
    }

    /// `x.abs`.
    pub(super) fn absolute(&mut self, x: Val<'c>) -> Val<'c> {
        self.unless_least(x, "Int.abs");
        let wraps = self.b.bool(false);
        self.b
            .intrinsic("llvm.abs", &[self.cx.types.i64.into()], &[x, wraps])
    }

    /// OverflowError for the least Int, whose negation does not fit.
    fn unless_least(&mut self, x: Val<'c>, text: &str) {
        match self.overflow {
            Overflow::Gather { sums, .. } => {
                let negated = self.b.sub(self.b.i64(0), x);
                gather(&self.b, sums, self.b.and(x, negated));
            }
            Overflow::Raise => {
                let is_least = self.b.icmp(IntPredicate::EQ, x, self.b.i64(i64::MIN));
                self.raise_overflow_if(is_least, text);
            }
        }
    }

    /// `x // y`, rounded down.
    pub(super) fn floor_divide(&mut self, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        self.raise_if_zero(y);
        let is_least = self.b.icmp(IntPredicate::EQ, x, self.b.i64(i64::MIN));
        let is_minus_one = self.b.icmp(IntPredicate::EQ, y, self.b.i64(-1));
        let overflow = self.b.and(is_minus_one, is_least);
        self.raise_overflow_if(overflow, "Int // Int");
        let b = &self.b;
        if let Some(shift) = power_of_two(y) {
            return b.ashr(x, b.i64(shift));
        }
        let quotient = b.sdiv(x, y);
        let rest = b.sub(x, b.mul(quotient, y));
        let is_rest = b.icmp(IntPredicate::NE, rest, b.i64(0));
        let signs_differ = b.icmp(IntPredicate::SLT, b.xor(rest, y), b.i64(0));
        let one_less = b.sext(b.and(is_rest, signs_differ), self.cx.types.i64);
        b.add(quotient, one_less)
    }

    /// `x % y`, of the sign of `y`.
    pub(super) fn modulo(&mut self, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        self.raise_if_zero(y);
        let b = &self.b;
        if power_of_two(y).is_some() {
            return b.and(x, b.sub(y, b.i64(1)));
        }
        // Nothing is left over by -1; the division would overflow for the least Int.
        let is_minus_one = b.icmp(IntPredicate::EQ, y, b.i64(-1));
        let divisor = b.select(is_minus_one, b.i64(1), y);
        let rest = b.srem(x, divisor);
        let is_rest = b.icmp(IntPredicate::NE, rest, b.i64(0));
        let signs_differ = b.icmp(IntPredicate::SLT, b.xor(rest, y), b.i64(0));
        let adjust = b.and(is_rest, signs_differ);
        b.add(rest, b.select(adjust, y, b.i64(0)))
    }

    /// `x ** n` for a small constant.
    pub(super) fn power_of(&mut self, x: Val<'c>, exponent: i64) -> Val<'c> {
        let (mut result, mut square, mut rest) = (None, x, exponent);
        while rest > 0 {
            if rest & 1 == 1 {
                result = Some(match result {
                    None => square,
                    Some(product) => self.checked_arithmetic(BinOp::Mul, product, square),
                });
            }
            rest >>= 1;
            if rest > 0 {
                square = self.checked_arithmetic(BinOp::Mul, square, square);
            }
        }
        result.unwrap_or_else(|| self.b.i64(1))
    }

    /// `x ** y`: ValueError for a negative exponent, OverflowError when the result does not fit.
    pub(super) fn power(&mut self, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        let is_negative = self.b.icmp(IntPredicate::SLT, y, self.b.i64(0));
        self.fail_with(
            is_negative,
            ErrorKind::ValueError,
            "an Int cannot be raised to a negative power",
        );
        let function = power_function(self.b.cx);
        let result = self
            .b
            .call(function, &[x, y])
            .expect("the function returns a value");
        let overflow = self.b.part(result, 1);
        self.raise_overflow_if(overflow, "Int ** Int");
        self.b.part(result, 0)
    }

    fn raise_if_zero(&mut self, divisor: Val<'c>) {
        let is_zero = self.b.icmp(IntPredicate::EQ, divisor, self.b.i64(0));
        self.fail_if(is_zero, |this| {
            let location = this.location();
            this.rt(RtFn::aria_rt_raise_zero_division, &[location]);
        });
    }

    /// OverflowError in `what` when the condition holds.
    pub(super) fn raise_overflow_if(&mut self, condition: Val<'c>, what: &str) {
        self.fail_if(condition, |this| {
            let (what, location) = (this.text(what), this.location());
            this.rt(RtFn::aria_rt_raise_overflow, &[what, location]);
        });
    }
}

/// Adds bits to a slot.
fn gather<'c>(b: &Builder<'_, 'c>, slot: PointerValue<'c>, bits: Val<'c>) {
    let known = b.load(b.cx.types.i64, slot);
    b.store(b.or(known, bits), slot);
}

/// The exponent of a constant power of two.
fn power_of_two(value: Val<'_>) -> Option<i64> {
    let constant = value.into_int_value().get_sign_extended_constant()?;
    let is_power = constant > 0 && constant & (constant - 1) == 0;
    is_power.then(|| i64::from(constant.trailing_zeros()))
}

/// `{ i64 power, i1 overflow } (i64 x, i64 y)` for `y >= 0`, by squaring; one function for the whole module.
fn power_function<'c>(cx: &crate::llvm::ModuleCx<'c>) -> FunctionValue<'c> {
    const NAME: &str = "aria.int_power";
    if let Some(function) = cx.module.get_function(NAME) {
        return function;
    }
    let (i1, i64) = (cx.types.i1, cx.types.i64);
    let result = cx.context.struct_type(&[i64.into(), i1.into()], false);
    let ty = inkwell::types::BasicType::fn_type(&result, &[i64.into(), i64.into()], false);
    let function = cx.module.add_function(NAME, ty, Some(Linkage::Internal));
    for (name, argument) in [("nounwind", 0), ("willreturn", 0), ("memory", MEMORY_NONE)] {
        cx.add_attribute(function, AttributeLoc::Function, name, argument);
    }
    let b = Builder::new(cx, function, Level::Baseline);
    let (head, turn, end) = (b.block("loop"), b.block("turn"), b.block("end"));
    let before = b.here();
    b.go(head);

    b.enter(head);
    let power = b.phi(i64, &[(b.i64(1), before)]);
    let square = b.phi(i64, &[(b.param(0), before)]);
    let rest = b.phi(i64, &[(b.param(1), before)]);
    let overflow = b.phi(i1, &[(b.bool(false), before)]);
    // The square of the last turn is not used, so its overflow must not count: it counts when it is.
    let stale = b.phi(i1, &[(b.bool(false), before)]);
    let [power_v, square_v, rest_v, overflow_v, stale_v] =
        [power, square, rest, overflow, stale].map(|phi| phi.as_basic_value());
    let is_done = b.icmp(IntPredicate::EQ, rest_v, b.i64(0));
    b.branch(is_done, end, turn);

    b.enter(turn);
    let times = |x, y| {
        let both = b.intrinsic("llvm.smul.with.overflow", &[i64.into()], &[x, y]);
        (b.part(both, 0), b.part(both, 1))
    };
    let is_odd = b.trunc(rest_v, i1);
    let (product, product_overflow) = times(power_v, square_v);
    let next_power = b.select(is_odd, product, power_v);
    let failed = b.and(is_odd, b.or(product_overflow, stale_v));
    let next_overflow = b.or(overflow_v, failed);
    let (next_square, square_overflow) = times(square_v, square_v);
    let next_stale = b.or(stale_v, square_overflow);
    let next_rest = b.lshr(rest_v, b.i64(1));
    for (phi, value) in [
        (power, next_power),
        (square, next_square),
        (rest, next_rest),
        (overflow, next_overflow),
        (stale, next_stale),
    ] {
        phi.add_incoming(&[(&value, turn)]);
    }
    b.go(head);

    b.enter(end);
    b.ret(Some(b.make(&[power_v, overflow_v])));
    b.finish();
    function
}
