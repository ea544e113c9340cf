//! Arithmetic of integers that may not fit.
//!
//! In plain code each operation checks itself; in some loops checks are [gathered](super::gather).

use super::Lowering;
use super::gather::Overflow;
use super::width::{self, Width};
use crate::llvm::builder::{Builder, Val};
use crate::llvm::multiversion::Level;
use crate::llvm::runtime::{MEMORY_NONE, RtFn};
use crate::mir::BinOp;
use aria_abi::codes::ErrorKind;
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::values::FunctionValue;

impl<'c> Lowering<'_, 'c> {
    /// `x + y`, `x - y` or `x * y`.
    pub(super) fn checked_arithmetic(
        &mut self,
        op: BinOp,
        width: Width,
        x: Val<'c>,
        y: Val<'c>,
    ) -> Val<'c> {
        match &self.overflow {
            Overflow::Raise => {}
            Overflow::Gather(gathered) => return gathered.arithmetic(&self.b, op, width, (x, y)),
            Overflow::Wrap => {
                return match op {
                    BinOp::Add => self.b.add(x, y),
                    BinOp::Sub => self.b.sub(x, y),
                    _ => self.b.mul(x, y),
                };
            }
        }
        let name = match op {
            BinOp::Add => "add.with.overflow",
            BinOp::Sub => "sub.with.overflow",
            _ => "mul.with.overflow",
        };
        let name = width.intrinsic(name);
        let both = self.b.intrinsic(&name, &[x.get_type()], &[x, y]);
        let overflow = self.b.part(both, 1);
        self.raise_overflow_if(overflow, &between(width, op));
        self.b.part(both, 0)
    }

    /// `-x`.
    pub(super) fn negate(&mut self, width: Width, x: Val<'c>) -> Val<'c> {
        let text = format!("-{}", width.name);
        if width.is_signed {
            self.unless_least(width, x, &text);
        } else {
            let is_some = width::is_some(&self.b, x);
            self.misfit_if(width, is_some, &text);
        }
        self.b.sub(width.number(&self.b, 0), x)
    }

    /// `x.abs`.
    pub(super) fn absolute(&mut self, width: Width, x: Val<'c>) -> Val<'c> {
        if !width.is_signed {
            return x;
        }
        self.unless_least(width, x, &format!("{}.abs", width.name));
        let wraps = self.b.bool(false);
        self.b.intrinsic("llvm.abs", &[x.get_type()], &[x, wraps])
    }

    /// OverflowError for the least number, whose negation does not fit.
    fn unless_least(&mut self, width: Width, x: Val<'c>, text: &str) {
        let least = width.number(&self.b, width.range().0);
        let is_least = self.b.icmp(IntPredicate::EQ, x, least);
        self.misfit_if(width, is_least, text);
    }

    /// `x // y`, rounded down.
    pub(super) fn floor_divide(&mut self, width: Width, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        self.raise_if_zero(y);
        if !width.is_signed {
            return self.b.udiv(x, y);
        }
        let number = |value| width.number(&self.b, value);
        let is_least = self.b.icmp(IntPredicate::EQ, x, number(width.range().0));
        let is_minus_one = self.b.icmp(IntPredicate::EQ, y, number(-1));
        let overflow = self.b.and(is_minus_one, is_least);
        self.raise_overflow_if(overflow, &between(width, BinOp::FloorDiv));
        let b = &self.b;
        if let Some(shift) = power_of_two(y) {
            return b.ashr(x, width.number(b, shift.into()));
        }
        let quotient = b.sdiv(x, y);
        let rest = b.sub(x, b.mul(quotient, y));
        let is_rest = width::is_some(b, rest);
        let signs_differ = b.icmp(IntPredicate::SLT, b.xor(rest, y), width.number(b, 0));
        let one_less = b.sext(b.and(is_rest, signs_differ), x.get_type());
        b.add(quotient, one_less)
    }

    /// `x % y`, of the sign of `y`.
    pub(super) fn modulo(&mut self, width: Width, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        self.raise_if_zero(y);
        let b = &self.b;
        if !width.is_signed {
            return b.urem(x, y);
        }
        let number = |value| width.number(b, value);
        if power_of_two(y).is_some() {
            return b.and(x, b.sub(y, number(1)));
        }
        // Nothing is left over by -1; the division would overflow for the least number.
        let is_minus_one = b.icmp(IntPredicate::EQ, y, number(-1));
        let divisor = b.select(is_minus_one, number(1), y);
        let rest = b.srem(x, divisor);
        let is_rest = width::is_some(b, rest);
        let signs_differ = b.icmp(IntPredicate::SLT, b.xor(rest, y), number(0));
        let adjust = b.and(is_rest, signs_differ);
        b.add(rest, b.select(adjust, y, number(0)))
    }

    /// `x ** n` for a small constant.
    pub(super) fn power_of(&mut self, width: Width, x: Val<'c>, exponent: i128) -> Val<'c> {
        let (mut result, mut square, mut rest) = (None, x, exponent);
        while rest > 0 {
            if rest & 1 == 1 {
                result = Some(match result {
                    None => square,
                    Some(product) => self.checked_arithmetic(BinOp::Mul, width, product, square),
                });
            }
            rest >>= 1;
            if rest > 0 {
                square = self.checked_arithmetic(BinOp::Mul, width, square, square);
            }
        }
        result.unwrap_or_else(|| width.number(&self.b, 1))
    }

    /// `x ** y`: ValueError for a negative exponent, OverflowError when the result does not fit.
    pub(super) fn power(&mut self, width: Width, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        if width.is_signed {
            let none = width.number(&self.b, 0);
            let is_negative = self.b.icmp(IntPredicate::SLT, y, none);
            let text = format!("an {} cannot be raised to a negative power", width.name);
            self.fail_with(is_negative, ErrorKind::ValueError, &text);
        }
        let function = power_function(self.b.cx, width);
        let result = self
            .b
            .call(function, &[x, y])
            .expect("the function returns a value");
        let overflow = self.b.part(result, 1);
        self.raise_overflow_if(overflow, &between(width, BinOp::Pow));
        self.b.part(result, 0)
    }

    fn raise_if_zero(&mut self, divisor: Val<'c>) {
        let none = super::zero(divisor.get_type());
        let is_zero = self.b.icmp(IntPredicate::EQ, divisor, none);
        self.fail_if(is_zero, |this| {
            let location = this.location();
            this.rt(RtFn::aria_rt_raise_zero_division, &[location]);
        });
    }

    /// A number does not fit when the condition holds, which is about numbers of this type.
    pub(super) fn misfit_if(&mut self, width: Width, condition: Val<'c>, what: &str) {
        match &self.overflow {
            Overflow::Raise => self.raise_overflow_if(condition, what),
            Overflow::Gather(gathered) => gathered.misfit(&self.b, condition, width.bits),
            Overflow::Wrap => {}
        }
    }

    /// OverflowError in `what` when the condition holds.
    pub(super) fn raise_overflow_if(&mut self, condition: Val<'c>, what: &str) {
        self.fail_if(condition, |this| this.raise_overflow(what));
    }

    /// OverflowError in `what`.
    pub(super) fn raise_overflow(&self, what: &str) {
        let (what, location) = (self.text(what), self.location());
        self.rt(RtFn::aria_rt_raise_overflow, &[what, location]);
    }
}

/// An operation as messages call it: `Int + Int`.
fn between(width: Width, op: BinOp) -> String {
    format!("{0} {1} {0}", width.name, op.symbol())
}

/// The exponent of a constant power of two.
fn power_of_two(value: Val<'_>) -> Option<i64> {
    let constant = value.into_int_value().get_sign_extended_constant()?;
    let is_power = constant > 0 && constant & (constant - 1) == 0;
    is_power.then(|| i64::from(constant.trailing_zeros()))
}

/// `{ T power, i1 overflow } (T x, T y)` for `y >= 0`, by squaring; one function of a type for the whole module.
fn power_function<'c>(cx: &crate::llvm::ModuleCx<'c>, width: Width) -> FunctionValue<'c> {
    let name = format!("aria.power.{}", width.name);
    if let Some(function) = cx.module.get_function(&name) {
        return function;
    }
    let (i1, int) = (cx.types.i1, cx.types.int(cx.context, width.bits));
    let result = cx.context.struct_type(&[int.into(), i1.into()], false);
    let ty = inkwell::types::BasicType::fn_type(&result, &[int.into(), int.into()], false);
    let function = cx.module.add_function(&name, ty, Some(Linkage::Internal));
    for (name, argument) in [("nounwind", 0), ("willreturn", 0), ("memory", MEMORY_NONE)] {
        cx.add_attribute(function, AttributeLoc::Function, name, argument);
    }
    let b = Builder::new(cx, function, Level::Baseline);
    let (head, turn, end) = (b.block("loop"), b.block("turn"), b.block("end"));
    let before = b.here();
    b.go(head);

    b.enter(head);
    let power = b.phi(int, &[(width.number(&b, 1), before)]);
    let square = b.phi(int, &[(b.param(0), before)]);
    let rest = b.phi(int, &[(b.param(1), before)]);
    let overflow = b.phi(i1, &[(b.bool(false), before)]);
    // The square of the last turn is not used, so its overflow must not count: it counts when it is.
    let stale = b.phi(i1, &[(b.bool(false), before)]);
    let [power_v, square_v, rest_v, overflow_v, stale_v] =
        [power, square, rest, overflow, stale].map(|phi| phi.as_basic_value());
    let is_done = b.icmp(IntPredicate::EQ, rest_v, width.number(&b, 0));
    b.branch(is_done, end, turn);

    b.enter(turn);
    let times = |x, y| {
        let both = b.intrinsic(
            &width.intrinsic("mul.with.overflow"),
            &[int.into()],
            &[x, y],
        );
        (b.part(both, 0), b.part(both, 1))
    };
    let is_odd = b.trunc(rest_v, i1);
    let (product, product_overflow) = times(power_v, square_v);
    let next_power = b.select(is_odd, product, power_v);
    let failed = b.and(is_odd, b.or(product_overflow, stale_v));
    let next_overflow = b.or(overflow_v, failed);
    let (next_square, square_overflow) = times(square_v, square_v);
    let next_stale = b.or(stale_v, square_overflow);
    let next_rest = b.lshr(rest_v, width.number(&b, 1));
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
