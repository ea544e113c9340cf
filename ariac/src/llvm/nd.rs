//! Values of arrays of several dimensions, part by part; see [`super::layout`].

use super::builder::{Builder, Val};
use crate::types::Ty;

/// The part of a value that says how many elements there are along a dimension.
#[must_use]
pub fn length_part(ty: &Ty, axis: u8) -> u32 {
    match ty.kind() {
        Ty::Array(_) => 1 + u32::from(axis),
        _ => 2 + 2 * u32::from(axis),
    }
}

/// How many elements there are along each dimension.
pub fn lengths<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) -> Vec<Val<'c>> {
    let part = |axis| b.part(value, length_part(ty, axis));
    (0..ty.rank()).map(part).collect()
}

/// How many elements there are. They have addresses, so that the product does not overflow; of a view that shows one
/// element at many places it may, but then nobody asks.
pub fn total<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) -> Val<'c> {
    product(b, &lengths(b, ty, value))
}

/// The product; 1 of nothing.
pub fn product<'c>(b: &Builder<'_, 'c>, factors: &[Val<'c>]) -> Val<'c> {
    let product = factors.iter().copied().reduce(|a, f| b.mul(a, f));
    product.unwrap_or(b.i64(1))
}

/// Bytes from one element to the next along a dimension.
pub fn stride<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>, axis: u8) -> Val<'c> {
    match ty.kind() {
        Ty::Array(element) => {
            let inner = &lengths(b, ty, value)[usize::from(axis) + 1..];
            let size = b.i64(b.cx.element_size(element) as i64);
            match inner {
                [] => size,
                inner => b.mul(product(b, inner), size),
            }
        }
        _ => b.part(value, length_part(ty, axis) + 1),
    }
}
