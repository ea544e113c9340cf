//! Integers of all widths, and conversions between them.

use super::{Lowering, zero};
use crate::llvm::builder::{Builder, Val};
use crate::mir::conversion_may_fail;
use crate::types::{IntKind, Ty};
use aria_abi::codes::ErrorKind;
use inkwell::types::BasicTypeEnum;
use inkwell::{FloatPredicate, IntPredicate};

/// An integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::llvm) struct Width {
    pub(super) bits: u32,
    pub(in crate::llvm) is_signed: bool,
    /// As messages call it.
    pub(super) name: &'static str,
}

impl Width {
    pub(super) const INT: Width = Width {
        bits: 64,
        is_signed: true,
        name: "Int",
    };

    /// That of an integer type.
    pub(in crate::llvm) fn of(ty: &Ty) -> Option<Width> {
        match ty {
            Ty::Int => Some(Width::INT),
            Ty::Sized(kind) => Some(Width::of_kind(*kind)),
            _ => None,
        }
    }

    fn of_kind(kind: IntKind) -> Width {
        Width {
            bits: kind.bits(),
            is_signed: kind.is_signed(),
            name: kind.name(),
        }
    }

    /// The least and the greatest value.
    pub(super) fn range(self) -> (i128, i128) {
        match self.is_signed {
            true => (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1),
            false => (0, (1 << self.bits) - 1),
        }
    }

    /// A number of this type; of others the bits that it has.
    pub(super) fn number<'c>(self, b: &Builder<'_, 'c>, value: i128) -> Val<'c> {
        let ty = b.cx.types.int(b.cx.context, self.bits);
        ty.const_int(value as u64, true).into()
    }

    /// "Less", "greater" and so on of this type.
    pub(super) fn order(self, signed: IntPredicate) -> IntPredicate {
        match signed {
            signed if self.is_signed => signed,
            IntPredicate::SLT => IntPredicate::ULT,
            IntPredicate::SLE => IntPredicate::ULE,
            IntPredicate::SGT => IntPredicate::UGT,
            IntPredicate::SGE => IntPredicate::UGE,
            other => other,
        }
    }

    /// The name of an intrinsic of LLVM that is there for signed and unsigned numbers.
    pub(in crate::llvm) fn intrinsic(self, name: &str) -> String {
        let sign = if self.is_signed { "s" } else { "u" };
        format!("llvm.{sign}{name}")
    }

    /// The number as one of `to`, of a scalar or vector type; its bits are cut, or its sign or zeros come in.
    pub(super) fn resize<'c>(
        self,
        b: &Builder<'_, 'c>,
        x: Val<'c>,
        to: BasicTypeEnum<'c>,
    ) -> Val<'c> {
        match bits_of(to) {
            wanted if wanted < self.bits => b.trunc(x, to),
            wanted if wanted == self.bits => x,
            _ if self.is_signed => b.sext(x, to),
            _ => b.zext(x, to),
        }
    }
}

/// Bits of an integer, or of the elements of a vector of integers.
fn bits_of(ty: BasicTypeEnum<'_>) -> u32 {
    match ty {
        BasicTypeEnum::IntType(ty) => ty.get_bit_width(),
        BasicTypeEnum::VectorType(ty) => bits_of(ty.get_element_type()),
        _ => 0,
    }
}

impl<'c> Lowering<'_, 'c> {
    /// A conversion that may fail: to an integer that may not have the value.
    pub(super) fn convert_checked(&mut self, from: &Ty, to: &Ty, x: Val<'c>) -> Val<'c> {
        debug_assert!(conversion_may_fail(from, to), "{from} to {to}");
        let target = Width::of(to).expect("other conversions do not fail");
        match Width::of(from) {
            Some(source) => self.int_to_int(source, target, x),
            None => self.float_to_int(from, target, x),
        }
    }

    /// An integer in 64 bits, and whether they are those of a signed number.
    pub(super) fn as_word(&self, ty: &Ty, x: Val<'c>) -> (Val<'c>, bool) {
        let width = Width::of(ty).expect("the value is an integer");
        let word = width.resize(&self.b, x, self.cx.types.i64.into());
        (word, width.is_signed)
    }

    fn int_to_int(&mut self, from: Width, to: Width, x: Val<'c>) -> Val<'c> {
        let ((low, high), (least, greatest)) = (from.range(), to.range());
        let b = &self.b;
        let mut misfit = b.bool(false);
        if low < least {
            let limit = from.number(b, least);
            misfit = b.icmp(from.order(IntPredicate::SLT), x, limit);
        }
        if high > greatest {
            let limit = from.number(b, greatest);
            let is_greater = b.icmp(from.order(IntPredicate::SGT), x, limit);
            misfit = b.or(misfit, is_greater);
        }
        self.misfit_if(from, misfit, &format!("{} to {}", from.name, to.name));
        let target = self.cx.types.int(self.cx.context, to.bits);
        from.resize(&self.b, x, target.into())
    }

    /// Towards zero: ValueError for nan, OverflowError when the result does not fit.
    fn float_to_int(&mut self, from: &Ty, to: Width, x: Val<'c>) -> Val<'c> {
        let b = &self.b;
        // As a Float, the bounds of fewer than 64 bits are exact, and those of 64 bits are powers of two.
        let wide = match from {
            Ty::Float32 => b.widen_float(x, b.cx.types.f64),
            _ => x,
        };
        let (least, greatest) = to.range();
        let above = match to.bits {
            64 if to.is_signed => b.fcmp(FloatPredicate::OGE, wide, b.f64(least as f64)),
            _ => b.fcmp(FloatPredicate::OGT, wide, b.f64(least as f64 - 1.0)),
        };
        let below = b.fcmp(FloatPredicate::OLT, wide, b.f64((greatest + 1) as f64));
        let misfit = b.not(b.and(above, below));
        let what = format!("Float to {}", to.name);
        self.fail_if(misfit, |this| {
            let is_nan = this.b.fcmp(FloatPredicate::UNO, x, x);
            this.fail_with(
                is_nan,
                ErrorKind::ValueError,
                "cannot convert float NaN to integer",
            );
            this.raise_overflow(&what);
        });
        let target = self.cx.types.int(self.cx.context, to.bits);
        match to.is_signed {
            true => self.b.float_to_int(wide, target),
            false => self.b.float_to_uint(wide, target),
        }
    }
}

/// Whether an integer is not 0, of scalars and vectors.
pub(super) fn is_some<'c>(b: &Builder<'_, 'c>, x: Val<'c>) -> Val<'c> {
    b.icmp(IntPredicate::NE, x, zero(x.get_type()))
}
