//! Memory: slots, loads, stores, addresses.

use super::{Builder, Val, WELL_FORMED};
use inkwell::intrinsics::Intrinsic;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{BasicValue, InstructionValue, PointerValue};
use inkwell::{AtomicOrdering, AtomicRMWBinOp};

impl<'c> Builder<'_, 'c> {
    /// Memory for one value, as long as the function runs.
    pub fn slot(&self, ty: impl BasicType<'c>, name: &str) -> PointerValue<'c> {
        self.entry.build_alloca(ty, name).expect(WELL_FORMED)
    }

    /// As [`Builder::slot`], set before the function's first instruction.
    pub fn slot_with(&self, value: Val<'c>, name: &str) -> PointerValue<'c> {
        let slot = self.slot(value.get_type(), name);
        self.entry.build_store(slot, value).expect(WELL_FORMED);
        slot
    }

    /// Sets one word of a slot to null before the function's first instruction.
    pub fn null_at_entry(&self, slot: PointerValue<'c>, word: u64) {
        let index = self.cx.types.i64.const_int(word, false);
        // SAFETY: callers name a word of the slot.
        let at = unsafe {
            self.entry
                .build_in_bounds_gep(self.cx.types.i64, slot, &[index], "")
        };
        let null = self.cx.types.ptr.const_null();
        self.entry
            .build_store(at.expect(WELL_FORMED), null)
            .expect(WELL_FORMED);
    }

    /// What is at an address.
    pub fn load(&self, ty: impl BasicType<'c>, at: PointerValue<'c>) -> Val<'c> {
        self.raw.build_load(ty, at, "").expect(WELL_FORMED)
    }

    /// Says what LLVM may take for granted about what a load gives.
    pub fn describe(&self, loaded: Val<'c>, kind: &str, numbers: &[u64]) {
        let context = self.cx.context;
        let load = loaded
            .as_instruction_value()
            .expect("a load is an instruction");
        let numbers: Vec<_> = numbers.iter().map(|&n| self.i64(n as i64).into()).collect();
        load.set_metadata(context.metadata_node(&numbers), context.get_kind_id(kind))
            .expect("a load can be described");
    }

    /// What is at an address that is a multiple of `align` only.
    pub fn load_aligned(
        &self,
        ty: impl BasicType<'c>,
        at: PointerValue<'c>,
        align: u32,
    ) -> Val<'c> {
        let value = self.load(ty, at);
        let load = value
            .as_instruction_value()
            .expect("a load is an instruction");
        load.set_alignment(align).expect("a load has an alignment");
        value
    }

    /// Writes a value to an address.
    pub fn store(&self, value: Val<'c>, at: PointerValue<'c>) -> InstructionValue<'c> {
        self.raw.build_store(at, value).expect(WELL_FORMED)
    }

    /// Writes to an address that is a multiple of `align` only.
    pub fn store_aligned(
        &self,
        value: Val<'c>,
        at: PointerValue<'c>,
        align: u32,
    ) -> InstructionValue<'c> {
        let store = self.store(value, at);
        store
            .set_alignment(align)
            .expect("a store has an alignment");
        store
    }

    /// Writes a vector past the caches, to an address that is a multiple of `align`.
    pub fn store_past_caches(&self, value: Val<'c>, at: PointerValue<'c>, align: u32) {
        let store = self.store_aligned(value, at, align);
        let context = self.cx.context;
        let one = self.cx.types.i32.const_int(1, false);
        let node = context.metadata_node(&[one.into()]);
        store
            .set_metadata(node, context.get_kind_id("nontemporal"))
            .expect("a store can pass the caches");
    }

    /// Waits until what was written past the caches can be seen by other threads.
    pub fn wait_for_stores(&self) {
        let fence = Intrinsic::find("llvm.x86.sse.sfence")
            .and_then(|intrinsic| intrinsic.get_declaration(&self.cx.module, &[]))
            .expect("LLVM 22 has the intrinsic");
        self.call(fence, &[]);
    }

    /// The address of element `index` of an array of `ty`; the element exists, or is one past the end.
    pub fn element(
        &self,
        ty: impl BasicType<'c>,
        array: PointerValue<'c>,
        index: Val<'c>,
    ) -> PointerValue<'c> {
        // SAFETY: callers promise that the address is inside the array or one past its end.
        unsafe {
            self.raw
                .build_in_bounds_gep(ty, array, &[index.into_int_value()], "")
                .expect(WELL_FORMED)
        }
    }

    /// The address of a part of a struct in memory.
    pub fn part_address(
        &self,
        ty: BasicTypeEnum<'c>,
        at: PointerValue<'c>,
        index: u32,
    ) -> PointerValue<'c> {
        self.raw
            .build_struct_gep(ty, at, index, "")
            .expect(WELL_FORMED)
    }

    /// Copies `bytes` between places that do not overlap and are multiples of `align`.
    pub fn copy(&self, to: PointerValue<'c>, from: PointerValue<'c>, bytes: Val<'c>, align: u32) {
        self.raw
            .build_memcpy(to, align, from, align, bytes.into_int_value())
            .expect(WELL_FORMED);
    }

    /// Copies `bytes` between places that may overlap.
    pub fn shift(&self, to: PointerValue<'c>, from: PointerValue<'c>, bytes: Val<'c>) {
        self.raw
            .build_memmove(to, 1, from, 1, bytes.into_int_value())
            .expect(WELL_FORMED);
    }

    /// Sets `bytes` at an address that is a multiple of `align` to 0.
    pub fn fill_with_zeros(&self, at: PointerValue<'c>, bytes: Val<'c>, align: u32) {
        let zero = self.cx.types.i8.const_zero();
        self.raw
            .build_memset(at, align, zero, bytes.into_int_value())
            .expect(WELL_FORMED);
    }

    /// What is at an address that other threads change.
    pub fn load_relaxed(&self, ty: impl BasicType<'c>, at: PointerValue<'c>) -> Val<'c> {
        let value = self.load(ty, at);
        let load = value
            .as_instruction_value()
            .expect("a load is an instruction");
        load.set_atomic_ordering(AtomicOrdering::Monotonic)
            .expect("a load can be atomic");
        value
    }

    /// Changes a number that other threads change too; what it was before.
    pub fn atomic_relaxed(
        &self,
        op: AtomicRMWBinOp,
        at: PointerValue<'c>,
        value: Val<'c>,
    ) -> Val<'c> {
        self.atomic(op, at, value, AtomicOrdering::Monotonic)
    }

    /// As [`Builder::atomic_relaxed`]; whoever sees the new number sees what this thread has written so far.
    pub fn atomic_release(
        &self,
        op: AtomicRMWBinOp,
        at: PointerValue<'c>,
        value: Val<'c>,
    ) -> Val<'c> {
        self.atomic(op, at, value, AtomicOrdering::Release)
    }

    fn atomic(
        &self,
        op: AtomicRMWBinOp,
        at: PointerValue<'c>,
        value: Val<'c>,
        ordering: AtomicOrdering,
    ) -> Val<'c> {
        self.raw
            .build_atomicrmw(op, at, value.into_int_value(), ordering)
            .expect(WELL_FORMED)
            .into()
    }

    /// What comes after sees what the threads whose numbers were read have written.
    pub fn fence_acquire(&self) {
        self.raw
            .build_fence(AtomicOrdering::Acquire, false, "")
            .expect(WELL_FORMED);
    }
}
