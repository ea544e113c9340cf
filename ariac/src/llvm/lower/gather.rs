//! Loops whose integer arithmetic is checked after the elements, not at each.
//!
//! A branch at each operation would keep a loop from working on vectors. So where nothing else in it can fail, the loop
//! computes results that wrap around, and gathers bits that say whether one *may* not have fitted. Only then another
//! loop runs, which checks each operation and raises at the right one (or, when the bits were too careful, computes the
//! same results again). How a `for` is looked at ahead so is in [`super::ahead`].

use super::Lowering;
use super::scalar::small_exponent;
use super::width::Width;
use crate::builtins::MathFn;
use crate::llvm::builder::{Builder, Val};
use crate::mir::{BinOp, Const, Kernel, Operand, Rvalue, UnOp, conversion_may_fail};
use crate::types::Ty;
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

/// What happens where an integer does not fit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Overflow<'c> {
    /// OverflowError at once.
    Raise,
    /// Bits are gathered.
    Gather(Gathered<'c>),
    /// Nothing: it is known that all fit.
    Wrap,
}

/// Where bits are gathered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gathered<'c> {
    /// For 8, 16, 32 and 64 bits: the sign of what is there says that a result may not fit.
    signs: [PointerValue<'c>; 4],
    /// Factors of 64 bits: their high halves say that a product may not fit.
    factors: PointerValue<'c>,
    /// Terms of sums of Ints: without their signs.
    terms: PointerValue<'c>,
    /// Whether nothing is stored to arrays meanwhile, nor added to sums.
    pub(super) ahead: bool,
}

impl<'c> Gathered<'c> {
    pub(super) fn begin(b: &Builder<'_, 'c>, ahead: bool) -> Self {
        let types = &b.cx.types;
        let slot = |ty: inkwell::types::IntType<'c>| {
            let slot = b.slot(ty, "misfits");
            b.store(ty.const_zero().into(), slot);
            slot
        };
        Gathered {
            signs: [types.i8, types.int(b.cx.context, 16), types.i32, types.i64].map(slot),
            factors: slot(types.i64),
            terms: slot(types.i64),
            ahead,
        }
    }

    /// Adds bits, of which the sign counts.
    fn sign(&self, b: &Builder<'_, 'c>, bits: Val<'c>) {
        let width = bits.get_type().into_int_type().get_bit_width();
        add(b, self.signs[width.trailing_zeros() as usize - 3], bits);
    }

    /// Whether a result may not have fitted, or one of less than 2^[`TERMS`] terms may not fit.
    pub(super) fn some(&self, b: &Builder<'_, 'c>) -> Val<'c> {
        let types = &b.cx.types;
        let kinds = [types.i8, types.int(b.cx.context, 16), types.i32, types.i64];
        let high = b.lshr(b.load(types.i64, self.factors), b.i64(32));
        let factors = b.icmp(IntPredicate::NE, high, b.i64(0));
        let large = b.lshr(b.load(types.i64, self.terms), b.i64(SUM - TERMS));
        let terms = b.icmp(IntPredicate::NE, large, b.i64(0));
        let some = b.or(factors, terms);
        kinds
            .into_iter()
            .zip(self.signs)
            .fold(some, |some, (ty, slot)| {
                let bits = b.load(ty, slot);
                b.or(
                    some,
                    b.icmp(IntPredicate::SLT, bits, ty.const_zero().into()),
                )
            })
    }

    /// `x + y`, `x - y` or `x * y`.
    pub(super) fn arithmetic(
        &self,
        b: &Builder<'_, 'c>,
        op: BinOp,
        width: Width,
        (x, y): (Val<'c>, Val<'c>),
    ) -> Val<'c> {
        match op {
            BinOp::Add => {
                let sum = b.add(x, y);
                match width.is_signed {
                    true => self.sign(b, b.and(b.xor(x, sum), b.xor(y, sum))),
                    false => self.misfit(b, b.icmp(IntPredicate::ULT, sum, x), width.bits),
                }
                sum
            }
            BinOp::Sub => {
                let difference = b.sub(x, y);
                match width.is_signed {
                    true => self.sign(b, b.and(b.xor(x, y), b.xor(x, difference))),
                    false => self.misfit(b, b.icmp(IntPredicate::ULT, x, y), width.bits),
                }
                difference
            }
            _ if width.bits == 64 => {
                // Factors of 32 bits have a product that fits. Others are rare enough to be looked at again.
                let bits = match width.is_signed {
                    true => {
                        let half = b.i64(1 << 31);
                        b.or(b.add(x, half), b.add(y, half))
                    }
                    false => b.or(x, y),
                };
                add(b, self.factors, bits);
                b.mul(x, y)
            }
            _ => {
                let wide = b.cx.types.int(b.cx.context, 2 * width.bits).into();
                let product = b.mul(width.resize(b, x, wide), width.resize(b, y, wide));
                let result = b.trunc(product, x.get_type());
                let is_other = b.icmp(IntPredicate::NE, width.resize(b, result, wide), product);
                self.misfit(b, is_other, 2 * width.bits);
                result
            }
        }
    }

    /// Notes a term of a sum of Ints.
    pub(super) fn term(&self, b: &Builder<'_, 'c>, term: Val<'c>) {
        add(b, self.terms, without_sign(b, term));
    }

    /// Notes that a number of so many bits does not fit, on a condition.
    pub(super) fn misfit(&self, b: &Builder<'_, 'c>, condition: Val<'c>, bits: u32) {
        let ty = b.cx.types.int(b.cx.context, bits);
        self.sign(b, b.sext(condition, ty));
    }
}

/// A sum of less than 2^SUM, whatever its sign, is not too large for a block of turns.
pub(super) const SUM: i64 = 62;
/// Of fewer than 2^TERMS terms of less than 2^(SUM - TERMS) the sum is less than 2^SUM.
pub(super) const TERMS: i64 = 10;

/// An Int's bits that differ from its sign.
pub(super) fn without_sign<'c>(b: &Builder<'_, 'c>, x: Val<'c>) -> Val<'c> {
    b.xor(x, b.ashr(x, b.i64(63)))
}

/// Adds bits to a slot.
fn add<'c>(b: &Builder<'_, 'c>, slot: PointerValue<'c>, bits: Val<'c>) {
    let known = b.load(bits.get_type(), slot);
    b.store(b.or(known, bits), slot);
}

impl<'c> Lowering<'_, 'c> {
    /// Whether all that can fail in what a value is computed by is arithmetic of integers, so that it can be gathered: then,
    /// whether some of it can. None if something else can fail, or happens beside.
    pub(super) fn gathers(&self, value: &Rvalue) -> Option<bool> {
        let is_integer = |ty: &Ty| Width::of(ty).is_some();
        match value {
            Rvalue::Unary { op, operand } => {
                Some(*op == UnOp::Neg && is_integer(&self.operand_ty(operand)))
            }
            Rvalue::Binary { op, left, right } => {
                let ty = self.operand_ty(left);
                let is_integer = is_integer(&ty);
                match op {
                    _ if ty == Ty::String => None,
                    BinOp::Add | BinOp::Sub | BinOp::Mul => Some(is_integer),
                    BinOp::FloorDiv | BinOp::Mod if is_integer => {
                        is_harmless_divisor(right).then_some(false)
                    }
                    BinOp::Pow if is_integer => small_exponent(right).map(|_| true),
                    _ => Some(false),
                }
            }
            Rvalue::Math { function, args } => {
                Some(*function == MathFn::Abs && is_integer(&self.operand_ty(&args[0])))
            }
            Rvalue::Convert { to, operand } => {
                let from = self.operand_ty(operand);
                match conversion_may_fail(&from, to) {
                    false => Some(false),
                    true => is_integer(&from).then_some(true),
                }
            }
            Rvalue::Load { checked, .. } => (!checked).then_some(false),
            Rvalue::Use(_) | Rvalue::Len(_) => Some(false),
            _ => None,
        }
    }

    /// Whether all that can fail in the kernel can be gathered, and whether some of it can fail. Such a kernel can be run again.
    fn can_gather(&self, kernel: &Kernel) -> bool {
        let mut some = false;
        let harmless = super::kernel::values_of(kernel).all(|value| {
            let gathers = self.gathers(value);
            some |= gathers == Some(true);
            gathers.is_some()
        });
        harmless && some && self.is_straight(kernel)
    }

    /// Runs `elements` (which may be run twice) so that overflow in the kernel does not keep its loops from vectorising.
    pub(super) fn gathering(&mut self, kernel: &Kernel, elements: impl Fn(&mut Self)) {
        if !self.can_gather(kernel) {
            elements(self);
            return;
        }
        let gathered = Gathered::begin(&self.b, false);
        self.overflow = Overflow::Gather(gathered);
        elements(self);
        self.overflow = Overflow::Raise;

        let b = &self.b;
        let (again, next) = (b.block("again"), b.block("exact"));
        b.branch_rarely(gathered.some(b), again, next);
        b.enter(again);
        elements(self);
        self.b.go(next);
        self.b.enter(next);
    }
}

/// Whether a division by it cannot fail.
fn is_harmless_divisor(operand: &Operand) -> bool {
    match operand {
        Operand::Const(Const::Int(n)) => !matches!(n, 0 | -1),
        Operand::Const(Const::Sized(_, n)) => !matches!(n, 0 | -1),
        _ => false,
    }
}
