//! Instructions, in Aria's verbs. Lowering calls nothing of inkwell's builder.
//!
//! Arithmetic takes scalars and vectors alike. Memory for locals is taken in the function's entry block, whatever the
//! current position is, so that LLVM makes registers of it.

mod arithmetic;
mod memory;
mod values;

pub use values::vector_type;

use super::context::ModuleCx;
use super::multiversion::Level;
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::debug_info::DILocation;
use inkwell::intrinsics::Intrinsic;
use inkwell::types::{BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, FunctionValue, InstructionValue,
    LLVMTailCallKind, PhiValue, PointerValue,
};
use std::cell::Cell;

/// A value that instructions compute with.
pub type Val<'c> = BasicValueEnum<'c>;

/// A place in a function where instructions are added.
pub struct Builder<'m, 'c> {
    /// The module.
    pub cx: &'m ModuleCx<'c>,
    /// The function.
    pub function: FunctionValue<'c>,
    /// The level of the function.
    pub level: Level,
    raw: inkwell::builder::Builder<'c>,
    entry: inkwell::builder::Builder<'c>,
    start: BasicBlock<'c>,
    /// See [`Builder::set_fast`].
    fast: Cell<bool>,
}

/// inkwell fails where there is no current block or the types are wrong.
const WELL_FORMED: &str = "the builder stands in a block, and lowering gives it the types it wants";

impl<'m, 'c> Builder<'m, 'c> {
    /// Begins the body of a function that has none yet.
    pub fn new(cx: &'m ModuleCx<'c>, function: FunctionValue<'c>, level: Level) -> Self {
        let entry_block = cx.context.append_basic_block(function, "entry");
        let start = cx.context.append_basic_block(function, "start");
        let (entry, raw) = (cx.context.create_builder(), cx.context.create_builder());
        entry.position_at_end(entry_block);
        raw.position_at_end(start);
        Builder {
            cx,
            function,
            level,
            raw,
            entry,
            start,
            fast: Cell::new(false),
        }
    }

    /// Whether operations on floats that follow may be put together in another order, and a product and a sum be rounded
    /// once. What nan, inf and the sign of zero mean is kept.
    pub fn set_fast(&self, fast: bool) {
        self.fast.set(fast);
    }

    /// As [`Builder::set_fast`] said.
    pub fn is_fast(&self) -> bool {
        self.fast.get()
    }

    /// Ends the body. To be called once, after the last instruction.
    pub fn finish(self) {
        self.entry
            .build_unconditional_branch(self.start)
            .expect(WELL_FORMED);
    }

    // ---- constants ----

    /// An `i64`.
    pub fn i64(&self, value: i64) -> Val<'c> {
        self.cx.types.i64.const_int(value as u64, true).into()
    }

    /// An `i32`.
    pub fn i32(&self, value: u32) -> Val<'c> {
        self.cx.types.i32.const_int(value.into(), false).into()
    }

    /// An `i1`.
    pub fn bool(&self, value: bool) -> Val<'c> {
        self.cx.types.i1.const_int(value.into(), false).into()
    }

    /// A `double`.
    pub fn f64(&self, value: f64) -> Val<'c> {
        self.cx.types.f64.const_float(value).into()
    }

    /// A `float`.
    pub fn f32(&self, value: f32) -> Val<'c> {
        self.cx.types.f32.const_float(value.into()).into()
    }

    /// A floating-point constant of the type `like`, `float` or `double`.
    pub fn float_like(&self, like: BasicTypeEnum<'c>, value: f64) -> Val<'c> {
        like.into_float_type().const_float(value).into()
    }

    /// The null pointer.
    pub fn null(&self) -> Val<'c> {
        self.cx.types.ptr.const_null().into()
    }

    /// A parameter of the function, by its position among LLVM's parameters.
    pub fn param(&self, index: usize) -> Val<'c> {
        let index = u32::try_from(index).expect("a function has few parameters");
        self.function
            .get_nth_param(index)
            .expect("the index is one of the signature's")
    }

    // ---- calls ----

    /// Calls a function; none for `void`.
    pub fn call(&self, function: FunctionValue<'c>, args: &[Val<'c>]) -> Option<Val<'c>> {
        self.call_site(function, args).0
    }

    /// As [`Builder::call`], with the call itself, to give it attributes.
    pub fn call_site(
        &self,
        function: FunctionValue<'c>,
        args: &[Val<'c>],
    ) -> (Option<Val<'c>>, CallSiteValue<'c>) {
        let args: Vec<BasicMetadataValueEnum> = args.iter().map(|&arg| arg.into()).collect();
        let call = self.raw.build_call(function, &args, "").expect(WELL_FORMED);
        (call.try_as_basic_value().basic(), call)
    }

    /// Ends the block with a call of a function of the same type, whose result is the result. The callee takes the
    /// place of the function on the stack, at every level of optimisation.
    pub fn become_call(&self, function: FunctionValue<'c>, args: &[Val<'c>]) {
        let (result, call) = self.call_site(function, args);
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindMustTail);
        self.ret(result);
    }

    /// As [`Builder::become_call`], for a function of the same type at an address.
    pub fn become_call_at(&self, address: PointerValue<'c>, args: &[Val<'c>]) {
        let args: Vec<BasicMetadataValueEnum> = args.iter().map(|&arg| arg.into()).collect();
        let ty = self.function.get_type();
        let call = self.raw.build_indirect_call(ty, address, &args, "");
        let call = call.expect(WELL_FORMED);
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindMustTail);
        self.ret(call.try_as_basic_value().basic());
    }

    /// Calls a function by its address; none for `void`.
    pub fn call_at(
        &self,
        ty: FunctionType<'c>,
        address: PointerValue<'c>,
        args: &[Val<'c>],
    ) -> Option<Val<'c>> {
        let args: Vec<BasicMetadataValueEnum> = args.iter().map(|&arg| arg.into()).collect();
        self.raw
            .build_indirect_call(ty, address, &args, "")
            .expect(WELL_FORMED)
            .try_as_basic_value()
            .basic()
    }

    /// Calls an intrinsic that returns a value, instantiated for `types`.
    pub fn intrinsic(&self, name: &str, types: &[BasicTypeEnum<'c>], args: &[Val<'c>]) -> Val<'c> {
        let function = Intrinsic::find(name)
            .and_then(|intrinsic| intrinsic.get_declaration(&self.cx.module, types))
            .expect("LLVM 22 has the intrinsic");
        self.call(function, args)
            .expect("the intrinsic returns a value")
    }

    // ---- control flow ----

    /// A new block, after the others.
    pub fn block(&self, name: &str) -> BasicBlock<'c> {
        self.cx.context.append_basic_block(self.function, name)
    }

    /// Goes on adding at the end of a block.
    pub fn enter(&self, block: BasicBlock<'c>) {
        self.raw.position_at_end(block);
    }

    /// The block where instructions are added.
    pub fn here(&self) -> BasicBlock<'c> {
        self.raw
            .get_insert_block()
            .expect("the builder stands in a block")
    }

    /// Whether the current block has ended.
    pub fn is_ended(&self) -> bool {
        self.here().get_terminator().is_some()
    }

    /// Goes to a block.
    pub fn go(&self, to: BasicBlock<'c>) -> InstructionValue<'c> {
        self.raw.build_unconditional_branch(to).expect(WELL_FORMED)
    }

    /// Goes one of two ways.
    pub fn branch(
        &self,
        condition: Val<'c>,
        yes: BasicBlock<'c>,
        no: BasicBlock<'c>,
    ) -> InstructionValue<'c> {
        self.raw
            .build_conditional_branch(condition.into_int_value(), yes, no)
            .expect(WELL_FORMED)
    }

    /// Goes to `rare` when the condition holds, which it hardly ever does.
    pub fn branch_rarely(&self, condition: Val<'c>, rare: BasicBlock<'c>, usual: BasicBlock<'c>) {
        let branch = self.branch(condition, rare, usual);
        let context = self.cx.context;
        let weight = |n: u64| self.cx.types.i32.const_int(n, false).into();
        let name = context.metadata_string("branch_weights").into();
        let node = context.metadata_node(&[name, weight(1), weight(1 << 20)]);
        branch
            .set_metadata(node, context.get_kind_id("prof"))
            .expect("a branch can have weights");
    }

    /// Goes to the block of the constant that `value` is, or to `other`.
    pub fn switch(
        &self,
        value: Val<'c>,
        other: BasicBlock<'c>,
        cases: &[(Val<'c>, BasicBlock<'c>)],
    ) {
        let cases: Vec<_> = cases
            .iter()
            .map(|&(case, to)| (case.into_int_value(), to))
            .collect();
        self.raw
            .build_switch(value.into_int_value(), other, &cases)
            .expect(WELL_FORMED);
    }

    /// A value that depends on where control comes from.
    pub fn phi(
        &self,
        ty: impl BasicType<'c>,
        incoming: &[(Val<'c>, BasicBlock<'c>)],
    ) -> PhiValue<'c> {
        let phi = self.raw.build_phi(ty, "").expect(WELL_FORMED);
        for (value, block) in incoming {
            phi.add_incoming(&[(value, *block)]);
        }
        phi
    }

    /// Runs `body` with each number from 0 on that is less than `len`.
    pub fn each_index(&self, len: Val<'c>, body: impl FnOnce(Val<'c>)) {
        let (head, turn, next) = (self.block("loop"), self.block("element"), self.block("end"));
        let before = self.here();
        self.go(head);
        self.enter(head);
        let phi = self.phi(self.cx.types.i64, &[(self.i64(0), before)]);
        let index = phi.as_basic_value();
        let is_inside = self.icmp(IntPredicate::SLT, index, len);
        self.branch(is_inside, turn, next);
        self.enter(turn);
        body(index);
        let following = self.add_index(index, self.i64(1));
        phi.add_incoming(&[(&following, self.here())]);
        self.go(head);
        self.enter(next);
    }

    /// Leaves the function; none for `void`.
    pub fn ret(&self, value: Option<Val<'c>>) {
        match value {
            Some(value) => self.raw.build_return(Some(&value)),
            None => self.raw.build_return(None),
        }
        .expect(WELL_FORMED);
    }

    /// Says that control never comes here.
    pub fn unreachable(&self) {
        self.raw.build_unreachable().expect(WELL_FORMED);
    }

    /// Says where the instructions that follow come from.
    pub(super) fn set_location(&self, location: DILocation<'c>) {
        self.raw.set_current_debug_location(location);
    }
}
