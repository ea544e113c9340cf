//! Arrays of several dimensions: views along their dimensions, and values made of such.

use super::Lowering;
use super::array::Elements;
use crate::llvm::builder::Val;
use crate::llvm::nd;
use crate::llvm::runtime::RtFn;
use crate::mir::{LocalId, NdOp, Operand};
use crate::types::Ty;
use inkwell::IntPredicate;

impl<'c> Lowering<'_, 'c> {
    pub(super) fn nd(&mut self, op: &NdOp) -> Val<'c> {
        match op {
            NdOp::Dim { array, axis } => {
                let value = self.read(*array);
                self.b.part(value, nd::length_part(self.ty(*array), *axis))
            }
            NdOp::Axis { array, axis } => {
                let (ty, value) = (self.ty(*array), self.read(*array));
                let b = &self.b;
                let len = b.part(value, nd::length_part(ty, *axis));
                let stride = nd::stride(b, ty, value, *axis);
                // A part is no object of Python's.
                b.make(&[b.part(value, 0), len, stride, b.null()])
            }
            NdOp::Row {
                through,
                index,
                along,
            } => self.row(*through, index, *along),
            NdOp::View(axes) => self.view_along(axes),
            NdOp::Flat(array) => {
                let (ty, value) = (self.ty(*array), self.read(*array));
                let size = self.cx.element_size(self.element_ty(*array)) as i64;
                let b = &self.b;
                let total = nd::total(b, ty, value);
                b.make(&[b.part(value, 0), total, b.i64(size), b.null()])
            }
            NdOp::Shaped { elements, lens } => {
                let lens: Vec<Val<'c>> = lens.iter().map(|len| self.operand(len)).collect();
                let array = self.take(*elements);
                let mut parts = vec![self.b.part(array, 0)];
                parts.extend(lens);
                self.b.make(&parts)
            }
            NdOp::Load { .. } | NdOp::Section { .. } | NdOp::Transposed(_) => {
                unreachable!("the pass `axes` has taken it apart")
            }
        }
    }

    fn row(&mut self, through: LocalId, index: &Operand, along: LocalId) -> Val<'c> {
        let index = self.operand(index);
        let element = self.element_ty(through);
        let start = self.elements(through);
        let line = self.elements(along);
        let b = &self.b;
        // One that is not there is never looked at, but its address may be computed.
        let data = match start.stride {
            None => self.element_address(element, start, index),
            Some(stride) => b.element(b.cx.types.i8, start.data, b.mul(index, stride)),
        };
        let size = b.i64(self.cx.element_size(element) as i64);
        b.make(&[data.into(), line.len, line.stride.unwrap_or(size), b.null()])
    }

    fn view_along(&mut self, axes: &[LocalId]) -> Val<'c> {
        let first = self.read(axes[0]);
        let mut parts = vec![self.b.part(first, 0), self.b.null()];
        for &axis in axes {
            let Elements { len, stride, .. } = self.elements(axis);
            let size = self.cx.element_size(self.element_ty(axis)) as i64;
            parts.extend([len, stride.unwrap_or(self.b.i64(size))]);
        }
        self.b.make(&parts)
    }

    /// IndexError unless a view along a dimension has an element with this index.
    pub(super) fn check_index_along(&mut self, array: LocalId, index: &Operand, axis: u8) {
        let index = self.operand(index);
        let len = self.elements(array).len;
        let outside = self.b.icmp(IntPredicate::UGE, index, len);
        self.fail_if(outside, |this| {
            let axis = this.b.i64(i64::from(axis));
            let location = this.location();
            let args = [index, len, axis, location];
            this.rt(RtFn::aria_rt_raise_index_along, &args);
        });
    }

    /// The value of an array of several dimensions as that of a view.
    pub(super) fn as_nd_view(&self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        if !matches!(ty.kind(), Ty::Array(_)) {
            return value;
        }
        let b = &self.b;
        let mut parts = vec![b.part(value, 0), b.null()];
        for (axis, len) in (0..).zip(nd::lengths(b, ty, value)) {
            parts.extend([len, nd::stride(b, ty, value, axis)]);
        }
        b.make(&parts)
    }

    /// Whether the elements of an array of several dimensions lie side by side, row by row.
    pub(super) fn is_flat(&self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        let b = &self.b;
        if let Ty::Array(_) = ty.kind() {
            return b.bool(true);
        }
        let element = ty.element().unwrap_or(&Ty::Float);
        let lens = nd::lengths(b, ty, value);
        let mut step = b.i64(self.cx.element_size(element) as i64);
        let mut flat = b.bool(true);
        for axis in (0..ty.rank()).rev() {
            let len = lens[usize::from(axis)];
            let follows = b.icmp(IntPredicate::EQ, nd::stride(b, ty, value, axis), step);
            // Along a dimension of one element there is no next one.
            let single = b.icmp(IntPredicate::ULE, len, b.i64(1));
            flat = b.and(flat, b.or(follows, single));
            step = b.mul(step, len);
        }
        flat
    }
}
