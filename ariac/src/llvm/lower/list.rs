//! Lists.
//!
//! The common case of `push` is inline: compare, store, count. Growing is a call of the runtime that is given the parts of
//! the list and not its address, so that LLVM can keep them in registers.

use super::Lowering;
use super::array::Elements;
use crate::llvm::builder::Val;
use crate::llvm::heap;
use crate::llvm::runtime::RtFn;
use crate::mir::{ListOp, LocalId, Operand};
use crate::types::Ty;
use aria_abi::layout::Str;
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

/// A list that is being changed.
struct List<'c> {
    element: &'c Ty,
    /// The addresses of its parts.
    data: PointerValue<'c>,
    len: PointerValue<'c>,
    capacity: PointerValue<'c>,
}

impl<'c> Lowering<'_, 'c> {
    /// A list of these elements.
    pub(super) fn list_literal(&mut self, element: &Ty, items: &[Operand]) -> Val<'c> {
        if items.is_empty() {
            return super::zero(self.cx.types.list.into());
        }
        let len = self.b.i64(items.len() as i64);
        let size = self.cx.list_element_size(element) as i64;
        // The memory comes first: when there is none, the elements must still have their owners.
        let data = heap::allocate(&self.b, self.b.i64(size * items.len() as i64));
        self.check_memory(data);
        if let Some(from) = self.constant_elements(items) {
            self.copy_constant(element, data.into_pointer_value(), from, items.len());
            return self.b.make(&[data, len, len]);
        }
        let elements = Elements {
            data: data.into_pointer_value(),
            len,
            stride: None,
        };
        for (i, item) in (0..).zip(items) {
            let value = self.take_operand(item);
            self.store_element(element, elements, self.b.i64(i), value);
        }
        self.b.make(&[data, len, len])
    }

    /// Does something with a list in place; the element that it gives.
    pub(super) fn list_op(
        &mut self,
        op: ListOp,
        list: LocalId,
        args: &[Operand],
    ) -> Option<Val<'c>> {
        if op == ListOp::Append {
            self.append_text(list, args);
            return None;
        }
        let list = self.list_parts(list);
        match (op, args) {
            (ListOp::Push, [value]) => {
                let len = self.load_len(list.len);
                self.make_room(&list, self.b.i64(1));
                let value = self.take_operand(value);
                self.put(&list, len, value);
                self.b.store(self.b.add_index(len, self.b.i64(1)), list.len);
            }
            (ListOp::Pop, []) => {
                let last = self.b.sub(self.load_len(list.len), self.b.i64(1));
                let value = self.get(&list, last);
                self.b.store(last, list.len);
                return Some(value);
            }
            (ListOp::Insert, [index, value]) => {
                let index = self.operand(index);
                let len = self.load_len(list.len);
                self.make_room(&list, self.b.i64(1));
                let value = self.take_operand(value);
                let following = self.b.add_index(index, self.b.i64(1));
                self.shift(&list, index, following, self.b.sub(len, index));
                self.put(&list, index, value);
                self.b.store(self.b.add_index(len, self.b.i64(1)), list.len);
            }
            (ListOp::Remove, [index]) => {
                let index = self.operand(index);
                let last = self.b.sub(self.load_len(list.len), self.b.i64(1));
                let value = self.get(&list, index);
                let following = self.b.add_index(index, self.b.i64(1));
                self.shift(&list, following, index, self.b.sub(last, index));
                self.b.store(last, list.len);
                return Some(value);
            }
            (ListOp::Take, [index]) => {
                let index = self.operand(index);
                let value = self.get(&list, index);
                // What owns nothing may stay.
                if list.element.is_owned() {
                    self.put(&list, index, super::zero(value.get_type()));
                }
                return Some(value);
            }
            (ListOp::Put, [index, value]) => {
                let index = self.operand(index);
                let value = self.take_operand(value);
                self.put(&list, index, value);
            }
            (ListOp::Swap, [i, j]) => {
                let (i, j) = (self.operand(i), self.operand(j));
                let (x, y) = (self.get(&list, i), self.get(&list, j));
                self.put(&list, i, y);
                self.put(&list, j, x);
            }
            (ListOp::Truncate, [len]) => {
                let len = self.operand(len);
                self.truncate(&list, len);
            }
            (ListOp::Reserve, [count]) => {
                let count = self.operand(count);
                self.make_room(&list, count);
            }
            _ => unreachable!("{op:?} has its arguments: MIR's verifier says so"),
        }
        None
    }

    /// Appends the bytes of a text. That of a single string is inline: it is often a constant of a byte or two.
    fn append_text(&mut self, list: LocalId, parts: &[Operand]) {
        let text = match parts {
            [text] if self.operand_ty(text) == Ty::String => self.operand(text),
            _ => {
                let (parts, n) = self.text_parts(parts);
                let slot = self.slot(list).into();
                let status = self.rt_value(RtFn::aria_rt_bytes_append, &[slot, parts, n]);
                let failed = self.b.icmp(IntPredicate::NE, status, self.b.i32(0));
                return self.raise_memory_if(failed);
            }
        };
        let list = self.list_parts(list);
        let types = &self.cx.types;
        let text = text.into_pointer_value();
        let len = self.load_len(list.len);
        let more = self.load_len(self.b.element(types.i64, text, self.b.i64(1)));
        self.make_room(&list, more);
        let data = self.b.load(types.ptr, list.data).into_pointer_value();
        let end = self.b.element(types.i8, data, len);
        let header = self.b.i64(size_of::<Str>() as i64);
        let bytes = self.b.element(types.i8, text, header);
        self.b.copy(end, bytes, more, 1);
        self.b.store(self.b.add_index(len, more), list.len);
    }

    fn list_parts(&mut self, list: LocalId) -> List<'c> {
        let at = self.slot(list);
        let whole = self.cx.types.list.into();
        let part = |i| self.b.part_address(whole, at, i);
        List {
            element: self.element_ty(list),
            data: part(0),
            len: part(1),
            capacity: part(2),
        }
    }

    fn load_len(&self, at: PointerValue<'c>) -> Val<'c> {
        self.b.load(self.cx.types.i64, at)
    }

    /// Room for `more` elements behind the last.
    fn make_room(&mut self, list: &List<'c>, more: Val<'c>) {
        let len = self.load_len(list.len);
        let capacity = self.load_len(list.capacity);
        let (full, next) = (self.b.block("grow"), self.b.block("room"));
        let is_full = if more == self.b.i64(1) {
            self.b.icmp(IntPredicate::SGE, len, capacity)
        } else {
            let room = self.b.sub(capacity, len);
            self.b.icmp(IntPredicate::SLT, room, more)
        };
        self.b.branch_rarely(is_full, full, next);
        self.b.enter(full);
        let grown = self.b.slot(self.cx.types.i64, "capacity");
        self.b.store(capacity, grown);
        let size = self.cx.list_element_size(list.element);
        let data = self.b.load(self.cx.types.ptr, list.data);
        let args = [data, len, more, self.b.i64(size as i64), grown.into()];
        let data = self.rt_value(RtFn::aria_rt_list_grow, &args);
        self.check_memory(data);
        self.b.store(data, list.data);
        self.b.store(self.load_len(grown), list.capacity);
        self.b.go(next);
        self.b.enter(next);
    }

    fn elements_of(&self, list: &List<'c>) -> Elements<'c> {
        Elements {
            data: self
                .b
                .load(self.cx.types.ptr, list.data)
                .into_pointer_value(),
            len: self.load_len(list.len),
            stride: None,
        }
    }

    fn get(&self, list: &List<'c>, index: Val<'c>) -> Val<'c> {
        self.load_element(list.element, self.elements_of(list), index)
    }

    fn put(&self, list: &List<'c>, index: Val<'c>, value: Val<'c>) {
        self.store_element(list.element, self.elements_of(list), index, value);
    }

    /// Moves `count` elements.
    fn shift(&self, list: &List<'c>, from: Val<'c>, to: Val<'c>, count: Val<'c>) {
        let elements = self.elements_of(list);
        let place = |index| self.element_address(list.element, elements, index);
        let size = self.cx.size(self.cx.element_type(list.element));
        let bytes = self.b.mul(count, self.b.i64(size as i64));
        self.b.shift(place(to), place(from), bytes);
    }

    /// Drops the elements from `len` on.
    fn truncate(&mut self, list: &List<'c>, len: Val<'c>) {
        let old = self.load_len(list.len);
        let i64 = self.cx.types.i64.into();
        let len = self.b.intrinsic("llvm.smin", &[i64], &[len, old]);
        self.b.store(len, list.len);
        if list.element.is_owned() {
            self.count(len, old, 1, |this, i| {
                let value = this.get(list, i);
                this.drop_value(list.element, value);
            });
        }
    }
}
