//! Estimates of work, computed where the GIL may be released.

use super::builder::{Builder, Val};
use crate::mir::{LocalId, Operand, Work};

/// Where an estimate finds what it is made of.
pub trait Estimator<'m, 'c: 'm> {
    /// Where instructions are added.
    fn builder(&self) -> &Builder<'m, 'c>;
    /// The length of an array along a dimension.
    fn length(&mut self, array: LocalId, axis: u8) -> Val<'c>;
    /// An Int.
    fn int(&mut self, operand: &Operand) -> Val<'c>;
}

/// An estimate in nanoseconds, at most the greatest `Int`.
pub fn work_nanos<'m, 'c: 'm>(from: &mut impl Estimator<'m, 'c>, work: &Work) -> Val<'c> {
    let i64 = from.builder().cx.types.i64.into();
    match work {
        Work::Nanos(nanos) => from
            .builder()
            .i64(i64::try_from(*nanos).unwrap_or(i64::MAX)),
        Work::Unknown => from.builder().i64(i64::MAX),
        Work::Len(array, axis) => from.length(*array, *axis),
        Work::Int(operand) => {
            let value = from.int(operand);
            let b = from.builder();
            b.intrinsic("llvm.smax", &[i64], &[value, b.i64(0)])
        }
        Work::Add(left, right) => {
            let terms = [work_nanos(from, left), work_nanos(from, right)];
            from.builder().intrinsic("llvm.sadd.sat", &[i64], &terms)
        }
        Work::Div(of, by) => {
            let of = work_nanos(from, of);
            let b = from.builder();
            // No estimate is negative.
            b.udiv(of, b.i64(i64::try_from(*by).unwrap_or(i64::MAX)))
        }
        Work::Mul(left, right) => {
            let factors = [work_nanos(from, left), work_nanos(from, right)];
            let b = from.builder();
            let product = b.intrinsic("llvm.smul.with.overflow", &[i64], &factors);
            let (value, overflow) = (b.part(product, 0), b.part(product, 1));
            b.select(overflow, b.i64(i64::MAX), value)
        }
    }
}
