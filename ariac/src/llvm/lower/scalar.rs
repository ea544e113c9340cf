//! Numbers and Bools.
//!
//! [`pure_binary`] and its like take scalars and vectors, need no branch and never fail; kernels are made of them where
//! they can be.

use super::Lowering;
use super::width::{self, Width};
use crate::builtins::MathFn;
use crate::llvm::builder::{Builder, Val, vector_type};
use crate::llvm::mathlib;
use crate::mir::{BinOp, Const, Operand, UnOp, conversion_may_fail};
use crate::types::Ty;
use inkwell::types::BasicTypeEnum;
use inkwell::{FloatPredicate, IntPredicate};

/// An operator on two values of a scalar type; none when it may fail.
pub(super) fn pure_binary<'c>(
    b: &Builder<'_, 'c>,
    op: BinOp,
    ty: &Ty,
    x: Val<'c>,
    y: Val<'c>,
) -> Option<Val<'c>> {
    if ty.is_float() {
        return Some(match op {
            BinOp::Add | BinOp::WrapAdd => b.fadd(x, y),
            BinOp::Sub | BinOp::WrapSub => b.fsub(x, y),
            BinOp::Mul | BinOp::WrapMul => b.fmul(x, y),
            BinOp::Div => b.fdiv(x, y),
            BinOp::FloorDiv => float_floor_divide(b, x, y),
            BinOp::Mod => float_modulo(b, x, y),
            BinOp::Pow => mathlib::call(b, MathFn::Pow, ty, &[x, y]),
            BinOp::Eq => b.fcmp(FloatPredicate::OEQ, x, y),
            BinOp::Ne => b.fcmp(FloatPredicate::UNE, x, y),
            BinOp::Lt => b.fcmp(FloatPredicate::OLT, x, y),
            BinOp::Le => b.fcmp(FloatPredicate::OLE, x, y),
            BinOp::Gt => b.fcmp(FloatPredicate::OGT, x, y),
            BinOp::Ge => b.fcmp(FloatPredicate::OGE, x, y),
            BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::Shl | BinOp::Shr => {
                unreachable!("floats have no bits to speak of: MIR's verifier says so")
            }
        });
    }
    let is_signed = Width::of(ty).is_some_and(|width| width.is_signed);
    let compare = |signed, unsigned| {
        let predicate = if is_signed { signed } else { unsigned };
        b.icmp(predicate, x, y)
    };
    Some(match op {
        BinOp::WrapAdd => b.add(x, y),
        BinOp::WrapSub => b.sub(x, y),
        BinOp::WrapMul => b.mul(x, y),
        BinOp::BitAnd => b.and(x, y),
        BinOp::BitOr => b.or(x, y),
        BinOp::BitXor => b.xor(x, y),
        BinOp::Shl => b.shl(x, y),
        BinOp::Shr if is_signed => b.ashr(x, y),
        BinOp::Shr => b.lshr(x, y),
        BinOp::Eq => b.icmp(IntPredicate::EQ, x, y),
        BinOp::Ne => b.icmp(IntPredicate::NE, x, y),
        BinOp::Lt => compare(IntPredicate::SLT, IntPredicate::ULT),
        BinOp::Le => compare(IntPredicate::SLE, IntPredicate::ULE),
        BinOp::Gt => compare(IntPredicate::SGT, IntPredicate::UGT),
        BinOp::Ge => compare(IntPredicate::SGE, IntPredicate::UGE),
        _ => return None,
    })
}

/// An operator on one value of a scalar type; none when it may fail.
pub(super) fn pure_unary<'c>(
    b: &Builder<'_, 'c>,
    op: UnOp,
    ty: &Ty,
    x: Val<'c>,
) -> Option<Val<'c>> {
    match op {
        UnOp::Not => Some(b.not(x)),
        UnOp::Neg if ty.is_float() => Some(b.fneg(x)),
        UnOp::Neg => None,
        UnOp::BitNot => {
            let always = b.icmp(IntPredicate::EQ, x, x);
            Some(b.xor(x, b.sext(always, x.get_type())))
        }
        UnOp::Ones => Some(b.intrinsic("llvm.ctpop", &[x.get_type()], &[x])),
        UnOp::LeadingZeros | UnOp::TrailingZeros => {
            let name = match op {
                UnOp::LeadingZeros => "llvm.ctlz",
                _ => "llvm.cttz",
            };
            Some(b.intrinsic(name, &[x.get_type()], &[x, b.bool(false)]))
        }
    }
}

/// A conversion between scalar types; none when it may fail.
pub(super) fn pure_convert<'c>(
    b: &Builder<'_, 'c>,
    from: &Ty,
    to: &Ty,
    x: Val<'c>,
) -> Option<Val<'c>> {
    if from == to {
        return Some(x);
    }
    if conversion_may_fail(from, to) {
        return None;
    }
    let target = shaped_like(x, b.cx.value_type(to));
    Some(match (from, to) {
        (Ty::Float | Ty::Float32, Ty::Bool) => {
            b.fcmp(FloatPredicate::UNE, x, super::zero(x.get_type()))
        }
        (Ty::Float32, Ty::Float) => b.widen_float(x, target),
        (Ty::Float, Ty::Float32) => b.narrow_float(x, target),
        (Ty::Bool, Ty::Float | Ty::Float32) => {
            let wide = b.zext(x, shaped_like(x, b.cx.types.i64.into()));
            b.int_to_float(wide, target)
        }
        (Ty::Bool, _) => b.zext(x, target),
        (_, Ty::Bool) => width::is_some(b, x),
        _ => {
            let width = Width::of(from)?;
            match to {
                Ty::Float | Ty::Float32 if width.is_signed => b.int_to_float(x, target),
                Ty::Float | Ty::Float32 => b.uint_to_float(x, target),
                _ => width.resize(b, x, target),
            }
        }
    })
}

/// The type itself, or the vector of as many lanes as `value` has.
fn shaped_like<'c>(value: Val<'c>, ty: BasicTypeEnum<'c>) -> BasicTypeEnum<'c> {
    match value {
        Val::VectorValue(vector) => vector_type(ty, vector.get_type().get_size()).into(),
        _ => ty,
    }
}

/// A floating-point constant in the shape of `value`.
fn float<'c>(b: &Builder<'_, 'c>, value: Val<'c>, constant: f64) -> Val<'c> {
    let scalar = match value.get_type() {
        BasicTypeEnum::VectorType(ty) => ty.get_element_type(),
        ty => ty,
    };
    b.like(value, b.float_like(scalar, constant))
}

/// The rest of the floor division: what `fmod` gives, plus `y` where their signs differ.
fn floor_rest<'c>(b: &Builder<'_, 'c>, x: Val<'c>, y: Val<'c>) -> (Val<'c>, Val<'c>, Val<'c>) {
    let zero = float(b, x, 0.0);
    let rest = b.frem(x, y);
    let is_rest = b.fcmp(FloatPredicate::UNE, rest, zero);
    let signs_differ = b.xor(
        b.fcmp(FloatPredicate::OLT, y, zero),
        b.fcmp(FloatPredicate::OLT, rest, zero),
    );
    (rest, is_rest, b.and(is_rest, signs_differ))
}

/// Python's and NumPy's `x % y`: of the sign of `y`; nan for `y == 0`.
fn float_modulo<'c>(b: &Builder<'_, 'c>, x: Val<'c>, y: Val<'c>) -> Val<'c> {
    let (rest, is_rest, adjust) = floor_rest(b, x, y);
    let adjusted = b.select(adjust, b.fadd(rest, y), rest);
    let zero = float(b, x, 0.0);
    let signed_zero = b.intrinsic("llvm.copysign", &[x.get_type()], &[zero, y]);
    b.select(is_rest, adjusted, signed_zero)
}

/// Python's and NumPy's `x // y`; `x / y` for `y == 0`. The division of what is divisible is rounded to a whole
/// number, so that the rounding of `/` does not matter.
fn float_floor_divide<'c>(b: &Builder<'_, 'c>, x: Val<'c>, y: Val<'c>) -> Val<'c> {
    let ty = x.get_type();
    let (zero, one) = (float(b, x, 0.0), float(b, x, 1.0));
    let (rest, _, adjust) = floor_rest(b, x, y);
    let quotient = b.fdiv(b.fsub(x, rest), y);
    let quotient = b.select(adjust, b.fsub(quotient, one), quotient);
    let floor = b.intrinsic("llvm.floor", &[ty], &[quotient]);
    let is_below = b.fcmp(
        FloatPredicate::OGT,
        b.fsub(quotient, floor),
        float(b, x, 0.5),
    );
    let whole = b.select(is_below, b.fadd(floor, one), floor);
    let plain = b.fdiv(x, y);
    let signed_zero = b.intrinsic("llvm.copysign", &[ty], &[zero, plain]);
    let is_some = b.fcmp(FloatPredicate::UNE, quotient, zero);
    let result = b.select(is_some, whole, signed_zero);
    b.select(b.fcmp(FloatPredicate::OEQ, y, zero), plain, result)
}

impl<'c> Lowering<'_, 'c> {
    pub(super) fn unary(&mut self, op: UnOp, operand: &Operand) -> Val<'c> {
        let ty = self.operand_ty(operand);
        let x = self.operand(operand);
        match pure_unary(&self.b, op, &ty, x) {
            Some(value) => value,
            None => self.negate(width_of(&ty), x),
        }
    }

    pub(super) fn binary(&mut self, op: BinOp, left: &Operand, right: &Operand) -> Val<'c> {
        let ty = self.operand_ty(left);
        let (x, y) = (self.operand(left), self.operand(right));
        if ty == Ty::String {
            return self.compare_strings(op, x, y);
        }
        if let Some(value) = pure_binary(&self.b, op, &ty, x, y) {
            return value;
        }
        let width = width_of(&ty);
        match op {
            BinOp::Add | BinOp::Sub | BinOp::Mul => self.checked_arithmetic(op, width, x, y),
            BinOp::FloorDiv => self.floor_divide(width, x, y),
            BinOp::Mod => self.modulo(width, x, y),
            BinOp::Pow => match small_exponent(right) {
                Some(exponent) => self.power_of(width, x, exponent),
                None => self.power(width, x, y),
            },
            BinOp::Div => {
                // MIR converts first; be kind to one that did not.
                let f64 = self.cx.types.f64;
                let (x, y) = (self.b.int_to_float(x, f64), self.b.int_to_float(y, f64));
                self.b.fdiv(x, y)
            }
            _ => unreachable!("the other operators do not fail"),
        }
    }

    pub(super) fn math(&mut self, function: MathFn, args: &[Operand]) -> Val<'c> {
        let ty = self.operand_ty(&args[0]);
        let constant = match args.get(1) {
            Some(Operand::Const(Const::Float(value))) => Some(*value),
            Some(Operand::Const(Const::Float32(value))) => Some(f64::from(*value)),
            _ => None,
        };
        let values: Vec<_> = args.iter().map(|arg| self.operand(arg)).collect();
        if let (Some(width), MathFn::Abs) = (Width::of(&ty), function) {
            return self.absolute(width, values[0]);
        }
        if function == MathFn::Pow && constant == Some(2.0) {
            // As NumPy: the product is rounded once, and is never worse than `pow`.
            return self.b.fmul(values[0], values[0]);
        }
        mathlib::call(&self.b, function, &ty, &values)
    }

    pub(super) fn convert(&mut self, to: &Ty, operand: &Operand) -> Val<'c> {
        let from = self.operand_ty(operand);
        let x = self.operand(operand);
        if let Some(value) = pure_convert(&self.b, &from, to, x) {
            return value;
        }
        self.convert_checked(&from, to, x)
    }
}

fn width_of(ty: &Ty) -> Width {
    Width::of(ty).expect("only integer arithmetic fails: MIR's verifier says so")
}

/// A constant exponent that a few products make.
pub(super) fn small_exponent(operand: &Operand) -> Option<i128> {
    let exponent = match operand {
        Operand::Const(Const::Int(value)) => i128::from(*value),
        Operand::Const(Const::Sized(_, value)) => *value,
        _ => return None,
    };
    (0..=64).contains(&exponent).then_some(exponent)
}
