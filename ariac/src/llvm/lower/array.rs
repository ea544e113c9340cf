//! Elements of arrays, and fresh arrays.

use super::Lowering;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::layout::length_limit;
use crate::llvm::runtime::RtFn;
use crate::mir::{Const, LocalId, Operand};
use crate::types::Ty;
use aria_abi::codes::ErrorKind;
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

/// The elements of an array, view or handle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements<'c> {
    /// Element 0.
    pub(super) data: PointerValue<'c>,
    /// Their number.
    pub(super) len: Val<'c>,
    /// Bytes from one to the next; none when they lie side by side.
    pub(super) stride: Option<Val<'c>>,
}

impl<'c> Elements<'c> {
    /// Those of the value of an `Array`.
    pub(super) fn of_array(b: &Builder<'_, 'c>, array: Val<'c>) -> Self {
        Elements {
            data: b.part(array, 0).into_pointer_value(),
            len: b.part(array, 1),
            stride: None,
        }
    }
}

impl<'c> Lowering<'_, 'c> {
    /// The type of an array's or list's elements.
    pub(super) fn element_ty(&self, array: LocalId) -> &'c Ty {
        match self.ty(array) {
            Ty::List(element) => element,
            ty => ty
                .element()
                .expect("the local is an array: MIR's verifier says so"),
        }
    }

    /// The elements of a local.
    pub(super) fn elements(&mut self, array: LocalId) -> Elements<'c> {
        let ty = self.ty(array);
        let whole = self.cx.value_type(ty);
        let slot = self.slot(array);
        let b = &self.b;
        let part = |index| b.part_address(whole, slot, index);
        let is_contiguous = self.lies_side_by_side(array);
        let len = self.load_length(ty, part(1));
        Elements {
            data: b.load(self.cx.types.ptr, part(0)).into_pointer_value(),
            len,
            stride: (!is_contiguous).then(|| b.load(self.cx.types.i64, part(2))),
        }
    }

    /// The length of an array or list of this type, which is at `at`: LLVM learns that it is not negative, nor more than
    /// there are addresses, and finds that sums of indices need no check.
    pub(super) fn load_length(&self, ty: &Ty, at: PointerValue<'c>) -> Val<'c> {
        let size = match ty {
            Ty::List(element) => self.cx.list_element_size(element),
            ty => self.cx.element_size(ty.element().unwrap_or(&Ty::Float)),
        };
        let len = self.b.load(self.cx.types.i64, at);
        self.b.describe(len, "range", &[0, length_limit(size)]);
        len
    }

    /// Whether an array's elements lie side by side for sure.
    pub(super) fn lies_side_by_side(&self, array: LocalId) -> bool {
        matches!(self.ty(array), Ty::Array(_) | Ty::List(_))
            || self.function.locals[array].contiguous
    }

    /// IndexError unless `0 <= index < len`.
    pub(super) fn check_index(&mut self, index: Val<'c>, len: Val<'c>) {
        let outside = self.b.icmp(IntPredicate::UGE, index, len);
        self.fail_if(outside, |this| {
            let location = this.location();
            this.rt(RtFn::aria_rt_raise_index, &[index, len, location]);
        });
    }

    /// ValueError unless all lengths are the first one.
    pub(super) fn check_lengths(&mut self, sources: &[Elements<'c>]) {
        let Some((first, others)) = sources.split_first() else {
            return;
        };
        for other in others {
            let differs = self.b.icmp(IntPredicate::NE, first.len, other.len);
            self.fail_if(differs, |this| {
                let location = this.location();
                this.rt(RtFn::aria_rt_raise_shape, &[first.len, other.len, location]);
            });
        }
    }

    /// The address of an element that exists.
    pub(super) fn element_address(
        &self,
        ty: &Ty,
        elements: Elements<'c>,
        index: Val<'c>,
    ) -> PointerValue<'c> {
        match elements.stride {
            None => self
                .b
                .element(self.cx.element_type(ty), elements.data, index),
            Some(stride) => {
                let offset = self.b.mul(index, stride);
                self.b.element(self.cx.types.i8, elements.data, offset)
            }
        }
    }

    /// The value of an element that exists.
    pub(super) fn load_element(&self, ty: &Ty, elements: Elements<'c>, index: Val<'c>) -> Val<'c> {
        let at = self.element_address(ty, elements, index);
        self.load_element_at(ty, at)
    }

    /// The value of the element at an address. Of a record field by field: LLVM makes registers of these at once.
    pub(super) fn load_element_at(&self, ty: &Ty, at: PointerValue<'c>) -> Val<'c> {
        let Some(adt) = ty.record() else {
            let value = self.b.load(self.cx.element_type(ty), at);
            return self.value_of_element(ty, value);
        };
        let fields = &self.cx.adt(adt).variants[0].fields;
        let parts = (0..).zip(fields).map(|(i, (_, ty))| {
            let field = self
                .b
                .part_address(self.cx.element_type_of(adt).into(), at, i);
            self.load_element_at(ty, field)
        });
        self.b.make(&parts.collect::<Vec<_>>())
    }

    /// Sets an element that exists.
    pub(super) fn store_element(
        &self,
        ty: &Ty,
        elements: Elements<'c>,
        index: Val<'c>,
        value: Val<'c>,
    ) {
        let at = self.element_address(ty, elements, index);
        self.store_element_at(ty, at, value);
    }

    fn store_element_at(&self, ty: &Ty, at: PointerValue<'c>, value: Val<'c>) {
        let Some(adt) = ty.record() else {
            self.b.store(self.element_of_value(ty, value), at);
            return;
        };
        let fields = &self.cx.adt(adt).variants[0].fields;
        for (i, (_, ty)) in (0..).zip(fields) {
            let field = self
                .b
                .part_address(self.cx.element_type_of(adt).into(), at, i);
            self.store_element_at(ty, field, self.b.part(value, i));
        }
    }

    /// What an element's memory holds, as a value: a byte as a Bool. Scalars and vectors.
    pub(super) fn value_of_element(&self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        if *ty != Ty::Bool {
            return value;
        }
        let zero = super::zero(value.get_type());
        self.b.icmp(IntPredicate::NE, value, zero)
    }

    /// A value as an element's memory holds it.
    pub(super) fn element_of_value(&self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        if *ty == Ty::Bool {
            self.b.zext(value, self.cx.types.i8)
        } else {
            value
        }
    }

    /// Memory for `len` elements; `len` is not negative. MemoryError when there is none.
    pub(super) fn allocate(&mut self, ty: &Ty, len: Val<'c>) -> PointerValue<'c> {
        let size = self.b.i64(self.cx.element_size(ty) as i64);
        let data = self.rt_value(RtFn::aria_rt_array_alloc, &[len, size]);
        self.check_memory(data);
        data.into_pointer_value()
    }

    /// MemoryError when `pointer` is null.
    pub(super) fn check_memory(&mut self, pointer: Val<'c>) {
        let is_null = self.b.icmp(IntPredicate::EQ, pointer, self.b.null());
        self.raise_memory_if(is_null);
    }

    /// MemoryError on a condition.
    pub(super) fn raise_memory_if(&mut self, is_out: Val<'c>) {
        self.fail_if(is_out, |this| {
            let location = this.location();
            this.rt(RtFn::aria_rt_raise_memory, &[location]);
        });
    }

    pub(super) fn array_literal(&mut self, element: &Ty, items: &[Operand]) -> Val<'c> {
        let len = self.b.i64(items.len() as i64);
        if let Some(from) = self.constant_elements(items) {
            let data = self.allocate(element, len);
            self.copy_constant(element, data, from, items.len());
            return self.b.make(&[data.into(), len]);
        }
        let values: Vec<_> = items.iter().map(|item| self.operand(item)).collect();
        let data = self.allocate(element, len);
        let elements = Elements {
            data,
            len,
            stride: None,
        };
        for (i, &value) in (0..).zip(&values) {
            self.store_element(element, elements, self.b.i64(i), value);
        }
        self.b.make(&[data.into(), len])
    }

    /// The elements of a long literal as a constant of the extension, if they are constants: to store them one by one would be
    /// long code, which takes long to compile.
    pub(super) fn constant_elements(&self, items: &[Operand]) -> Option<PointerValue<'c>> {
        /// Shorter ones may become part of the code that reads them.
        const SHORT: usize = 32;
        if items.len() < SHORT {
            return None;
        }
        let mut bytes = Vec::new();
        for item in items {
            match item {
                Operand::Const(Const::Int(n)) => bytes.extend(n.to_ne_bytes()),
                Operand::Const(Const::Float(x)) => bytes.extend(x.to_ne_bytes()),
                Operand::Const(Const::Float32(x)) => bytes.extend(x.to_ne_bytes()),
                Operand::Const(Const::Bool(b)) => bytes.push(u8::from(*b)),
                Operand::Const(Const::Sized(kind, n)) => {
                    let n = n.to_ne_bytes();
                    let size = kind.bits() as usize / 8;
                    let at = if cfg!(target_endian = "little") {
                        0
                    } else {
                        n.len() - size
                    };
                    bytes.extend(&n[at..at + size]);
                }
                Operand::Const(Const::Unit | Const::Str(_)) | Operand::Local(_) => return None,
            }
        }
        let constant = self.cx.context.const_string(&bytes, false);
        let global = self.cx.constant("elements", constant);
        global.set_alignment(8);
        Some(global.as_pointer_value())
    }

    pub(super) fn copy_constant(
        &self,
        element: &Ty,
        to: PointerValue<'c>,
        from: PointerValue<'c>,
        len: usize,
    ) {
        let size = self.cx.element_size(element);
        let bytes = self.b.i64((size * len as u64) as i64);
        self.b.copy(to, from, bytes, size as u32);
    }

    pub(super) fn fill(&mut self, element: &Ty, len: &Operand, value: Option<&Operand>) -> Val<'c> {
        let len = self.operand(len);
        let value = value.map(|value| self.operand(value));
        let is_negative = self.b.icmp(IntPredicate::SLT, len, self.b.i64(0));
        self.fail_with(
            is_negative,
            ErrorKind::ValueError,
            "the length of an array is negative",
        );
        let data = self.allocate(element, len);
        let elements = Elements {
            data,
            len,
            stride: None,
        };
        if let Some(value) = value {
            let zero = self.b.i64(0);
            self.count(zero, len, 1, |this, i| {
                this.store_element(element, elements, i, value);
            });
        }
        self.b.make(&[data.into(), len])
    }

    /// A fresh array with the same elements.
    pub(super) fn copy_array(&mut self, element: &Ty, from: Elements<'c>) -> Val<'c> {
        let data = self.allocate(element, from.len);
        let size = self.cx.element_size(element);
        let copy = |this: &Self| {
            let bytes = this.b.mul(from.len, this.b.i64(size as i64));
            this.b.copy(data, from.data, bytes, size as u32);
        };
        match from.stride {
            None => copy(self),
            Some(stride) => {
                let (whole, single, next) = (
                    self.b.block("copy"),
                    self.b.block("gather"),
                    self.b.block("end"),
                );
                let dense = self
                    .b
                    .icmp(IntPredicate::EQ, stride, self.b.i64(size as i64));
                self.b.branch(dense, whole, single);
                self.b.enter(whole);
                copy(self);
                self.b.go(next);
                self.b.enter(single);
                let to = Elements {
                    data,
                    len: from.len,
                    stride: None,
                };
                let zero = self.b.i64(0);
                self.count(zero, from.len, 1, |this, i| {
                    let value = this.load_element(element, from, i);
                    this.store_element(element, to, i, value);
                });
                self.b.go(next);
                self.b.enter(next);
            }
        }
        self.b.make(&[data.into(), from.len])
    }

    /// The same memory as a `PyArrayView`.
    pub(super) fn view(&mut self, array: LocalId) -> Val<'c> {
        let value = self.read(array);
        self.as_view(self.ty(array), value)
    }

    /// The value of an array, view or handle as that of a view.
    pub(super) fn as_view(&self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        if let Ty::Nd(_) = ty {
            return self.as_nd_view(ty, value);
        }
        let Ty::Array(element) = ty else {
            return value;
        };
        let b = &self.b;
        let size = b.i64(self.cx.element_size(element) as i64);
        b.make(&[b.part(value, 0), b.part(value, 1), size, b.null()])
    }

    /// A view on the elements whose indices a range counts.
    pub(super) fn slice(
        &mut self,
        array: LocalId,
        (lo, hi, inclusive): (&Operand, &Operand, bool),
        step: Option<&Operand>,
    ) -> Val<'c> {
        let elements = self.elements(array);
        let element = self.element_ty(array);
        let (lo, hi) = (self.operand(lo), self.operand(hi));
        let len = elements.len;
        let Some(step) = step else {
            // One past the greatest Int is as far outside as any negative number.
            let hi = match inclusive {
                true => self.b.add(hi, self.b.i64(1)),
                false => hi,
            };
            let backwards = self.b.icmp(IntPredicate::UGT, lo, hi);
            let beyond = self.b.icmp(IntPredicate::UGT, hi, len);
            let wrong = self.b.or(backwards, beyond);
            self.fail_if(wrong, |this| {
                let location = this.location();
                this.rt(RtFn::aria_rt_raise_slice, &[lo, hi, len, location]);
            });
            let count = self.b.sub(hi, lo);
            return self.part_of(element, elements, lo, count, None);
        };
        let step = self.operand(step);
        let inclusive = self.b.i32(u32::from(inclusive));
        let location = self.location();
        let range = [lo, hi, inclusive, step, len, location];
        let count = self.rt_value(RtFn::aria_rt_slice_length, &range);
        let wrong = self.b.icmp(IntPredicate::SLT, count, self.b.i64(0));
        self.fail_if(wrong, |_| {});
        self.part_of(element, elements, lo, count, Some(step))
    }

    /// A view on `count` elements from `first` on; on each `step`th of them.
    fn part_of(
        &self,
        element: &Ty,
        elements: Elements<'c>,
        first: Val<'c>,
        count: Val<'c>,
        step: Option<Val<'c>>,
    ) -> Val<'c> {
        let b = &self.b;
        let first = match (elements.stride, step) {
            (None, None) => first,
            // Of no elements the first may be anywhere, and its address must be none outside the array.
            _ => {
                let none = b.icmp(IntPredicate::EQ, count, b.i64(0));
                b.select(none, b.i64(0), first)
            }
        };
        let data = self.element_address(element, elements, first);
        let size = b.i64(self.cx.element_size(element) as i64);
        let stride = elements.stride.unwrap_or(size);
        let stride = step.map_or(stride, |step| b.mul(stride, step));
        b.make(&[data.into(), count, stride, b.null()])
    }

    /// Whether the elements lie side by side.
    pub(super) fn is_contiguous(&mut self, array: LocalId) -> Val<'c> {
        if self.contiguous.arrays.contains(&array) {
            return self.b.bool(true);
        }
        if let ty @ Ty::Nd(_) = self.ty(array) {
            let value = self.read(array);
            return self.is_flat(ty, value);
        }
        let size = self.cx.element_size(self.element_ty(array)) as i64;
        let elements = self.elements(array);
        let b = &self.b;
        match elements.stride {
            None => b.bool(true),
            // Of a view with fewer than two elements too: whoever makes one sees to it.
            Some(stride) => b.icmp(IntPredicate::EQ, stride, b.i64(size)),
        }
    }
}
