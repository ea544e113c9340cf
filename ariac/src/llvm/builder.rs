//! Instructions, in Aria's verbs. Lowering calls nothing of inkwell's builder.
//!
//! Arithmetic takes scalars and vectors alike. Memory for locals is taken in the function's entry block, whatever the
//! current position is, so that LLVM makes registers of it.

use super::context::ModuleCx;
use super::multiversion::Level;
use inkwell::basic_block::BasicBlock;
use inkwell::debug_info::DILocation;
use inkwell::intrinsics::Intrinsic;
use inkwell::types::{BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{
    AsValueRef, BasicMetadataValueEnum, BasicValue, BasicValueEnum, CallSiteValue, FunctionValue,
    InstructionValue, PhiValue, PointerValue,
};
use inkwell::{FloatPredicate, IntPredicate};
use llvm_sys::LLVMOpcode;
use llvm_sys::core::{
    LLVMBuildBinOp, LLVMBuildCast, LLVMBuildFCmp, LLVMBuildFNeg, LLVMBuildICmp, LLVMBuildSelect,
    LLVMSetNSW, LLVMSetNUW,
};
use llvm_sys::prelude::{LLVMBuilderRef, LLVMValueRef};

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
}

/// inkwell fails where there is no current block or the types are wrong.
const WELL_FORMED: &str = "the builder stands in a block, and lowering gives it the types it wants";

macro_rules! binary_verbs {
    ($($(#[$doc:meta])* $name:ident => $opcode:ident;)*) => {
        $($(#[$doc])* pub fn $name(&self, a: Val<'c>, b: Val<'c>) -> Val<'c> {
            self.binary(LLVMOpcode::$opcode, a, b)
        })*
    };
}

macro_rules! cast_verbs {
    ($($(#[$doc:meta])* $name:ident => $opcode:ident;)*) => {
        $($(#[$doc])* pub fn $name(&self, value: Val<'c>, to: impl BasicType<'c>) -> Val<'c> {
            self.cast(LLVMOpcode::$opcode, value, to.as_basic_type_enum())
        })*
    };
}

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
        }
    }

    /// Ends the body. To be called once, after the last instruction.
    pub fn finish(self) {
        self.entry
            .build_unconditional_branch(self.start)
            .expect(WELL_FORMED);
    }

    pub(super) fn as_raw(&self) -> LLVMBuilderRef {
        self.raw.as_mut_ptr()
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

    // ---- arithmetic, on scalars and vectors ----

    fn binary(&self, opcode: LLVMOpcode, a: Val<'c>, b: Val<'c>) -> Val<'c> {
        debug_assert_eq!(a.get_type(), b.get_type(), "{opcode:?}: {a} and {b}");
        // SAFETY: the builder stands in a block, and both values belong to its context and have one type.
        self.wrap(unsafe {
            LLVMBuildBinOp(
                self.as_raw(),
                opcode,
                a.as_value_ref(),
                b.as_value_ref(),
                c"".as_ptr(),
            )
        })
    }

    binary_verbs! {
        /// Wrapping sum of integers.
        add => LLVMAdd;
        /// Wrapping difference of integers.
        sub => LLVMSub;
        /// Wrapping product of integers.
        mul => LLVMMul;
        /// Signed quotient, cut; the divisor is not 0, the quotient fits.
        sdiv => LLVMSDiv;
        /// Signed rest; as `sdiv`.
        srem => LLVMSRem;
        /// Unsigned quotient; the divisor is not 0.
        udiv => LLVMUDiv;
        /// Bits of both.
        and => LLVMAnd;
        /// Bits of either.
        or => LLVMOr;
        /// Bits of one of the two.
        xor => LLVMXor;
        /// Shift to the left.
        shl => LLVMShl;
        /// Shift to the right, zeros coming in.
        lshr => LLVMLShr;
        /// Shift to the right, the sign coming in.
        ashr => LLVMAShr;
        /// Sum of floats.
        fadd => LLVMFAdd;
        /// Difference of floats.
        fsub => LLVMFSub;
        /// Product of floats.
        fmul => LLVMFMul;
        /// Quotient of floats.
        fdiv => LLVMFDiv;
        /// C's `fmod`.
        frem => LLVMFRem;
    }

    /// Sum of signed integers that is known not to overflow.
    pub fn add_nsw(&self, a: Val<'c>, b: Val<'c>) -> Val<'c> {
        let sum = self.add(a, b);
        if sum.as_instruction_value().is_some() {
            // SAFETY: the value is an addition: it is an instruction, and came from `add`.
            unsafe { LLVMSetNSW(sum.as_value_ref(), 1) };
        }
        sum
    }

    /// Sum of numbers that are not negative, known not to overflow.
    pub fn add_index(&self, a: Val<'c>, b: Val<'c>) -> Val<'c> {
        let sum = self.add_nsw(a, b);
        if sum.as_instruction_value().is_some() {
            // SAFETY: as in `add_nsw`.
            unsafe { LLVMSetNUW(sum.as_value_ref(), 1) };
        }
        sum
    }

    /// `-x` of floats: the sign bit flipped.
    pub fn fneg(&self, value: Val<'c>) -> Val<'c> {
        // SAFETY: the builder stands in a block, and the value is of its context.
        self.wrap(unsafe { LLVMBuildFNeg(self.as_raw(), value.as_value_ref(), c"".as_ptr()) })
    }

    /// Compares integers, booleans or pointers.
    pub fn icmp(&self, predicate: IntPredicate, a: Val<'c>, b: Val<'c>) -> Val<'c> {
        // SAFETY: the builder stands in a block, and both values are of its context and have one type.
        self.wrap(unsafe {
            LLVMBuildICmp(
                self.as_raw(),
                predicate.into(),
                a.as_value_ref(),
                b.as_value_ref(),
                c"".as_ptr(),
            )
        })
    }

    /// Compares floats.
    pub fn fcmp(&self, predicate: FloatPredicate, a: Val<'c>, b: Val<'c>) -> Val<'c> {
        // SAFETY: the builder stands in a block, and both values are of its context and have one type.
        self.wrap(unsafe {
            LLVMBuildFCmp(
                self.as_raw(),
                predicate.into(),
                a.as_value_ref(),
                b.as_value_ref(),
                c"".as_ptr(),
            )
        })
    }

    /// `yes` where the condition is true, else `no`.
    pub fn select(&self, condition: Val<'c>, yes: Val<'c>, no: Val<'c>) -> Val<'c> {
        // SAFETY: the builder stands in a block, and the values are of its context and fit each other.
        self.wrap(unsafe {
            LLVMBuildSelect(
                self.as_raw(),
                condition.as_value_ref(),
                yes.as_value_ref(),
                no.as_value_ref(),
                c"".as_ptr(),
            )
        })
    }

    /// `not` of a Bool.
    pub fn not(&self, value: Val<'c>) -> Val<'c> {
        let yes = self.like(value, self.bool(true));
        self.xor(value, yes)
    }

    fn cast(&self, opcode: LLVMOpcode, value: Val<'c>, to: BasicTypeEnum<'c>) -> Val<'c> {
        use inkwell::types::AsTypeRef;
        // SAFETY: the builder stands in a block, value and type are of its context, and the opcode fits them.
        self.wrap(unsafe {
            LLVMBuildCast(
                self.as_raw(),
                opcode,
                value.as_value_ref(),
                to.as_type_ref(),
                c"".as_ptr(),
            )
        })
    }

    cast_verbs! {
        /// Cuts high bits off.
        trunc => LLVMTrunc;
        /// Widens with zeros.
        zext => LLVMZExt;
        /// Widens with the sign.
        sext => LLVMSExt;
        /// Signed integer to float, rounded to nearest.
        int_to_float => LLVMSIToFP;
        /// Float to signed integer, cut; the result must fit.
        float_to_int => LLVMFPToSI;
        /// `Float` to `Float32`.
        narrow_float => LLVMFPTrunc;
        /// `Float32` to `Float`.
        widen_float => LLVMFPExt;
        /// The same bits.
        bitcast => LLVMBitCast;
    }

    // ---- vectors ----

    /// A scalar in each of `lanes` lanes.
    pub fn splat(&self, value: Val<'c>, lanes: u32) -> Val<'c> {
        let ty = vector_type(value.get_type(), lanes);
        let zero = self.cx.types.i64.const_zero();
        let one = self
            .raw
            .build_insert_element(ty.get_poison(), value, zero, "")
            .expect(WELL_FORMED);
        let mask = self.cx.types.i32.vec_type(lanes).const_zero();
        self.raw
            .build_shuffle_vector(one, ty.get_poison(), mask, "")
            .expect(WELL_FORMED)
            .into()
    }

    /// The scalar as it is, or splat when `like` is a vector.
    pub fn like(&self, like: Val<'c>, scalar: Val<'c>) -> Val<'c> {
        match like {
            Val::VectorValue(vector) => self.splat(scalar, vector.get_type().get_size()),
            _ => scalar,
        }
    }

    /// The lanes `first..first + count` of a vector.
    pub fn lanes(&self, vector: Val<'c>, first: u32, count: u32) -> Val<'c> {
        let vector = vector.into_vector_value();
        let indices: Vec<_> = (first..first + count)
            .map(|i| self.cx.types.i32.const_int(i.into(), false))
            .collect();
        let mask = inkwell::types::VectorType::const_vector(&indices);
        self.raw
            .build_shuffle_vector(vector, vector.get_type().get_poison(), mask, "")
            .expect(WELL_FORMED)
            .into()
    }

    /// One lane of a vector.
    pub fn lane(&self, vector: Val<'c>, index: u64) -> Val<'c> {
        let index = self.cx.types.i64.const_int(index, false);
        self.raw
            .build_extract_element(vector.into_vector_value(), index, "")
            .expect(WELL_FORMED)
    }

    // ---- structs ----

    /// Part `index` of a struct value.
    pub fn part(&self, value: Val<'c>, index: u32) -> Val<'c> {
        self.raw
            .build_extract_value(value.into_struct_value(), index, "")
            .expect(WELL_FORMED)
    }

    /// A struct value with one part replaced.
    pub fn with_part(&self, value: Val<'c>, index: u32, part: Val<'c>) -> Val<'c> {
        self.raw
            .build_insert_value(value.into_struct_value(), part, index, "")
            .expect(WELL_FORMED)
            .into_struct_value()
            .into()
    }

    /// A struct value of these parts.
    pub fn make(&self, parts: &[Val<'c>]) -> Val<'c> {
        let types: Vec<_> = parts.iter().map(|part| part.get_type()).collect();
        let empty = self.cx.context.struct_type(&types, false).get_poison();
        let indexed = (0..).zip(parts);
        indexed.fold(empty.into(), |value, (i, &part)| {
            self.with_part(value, i, part)
        })
    }

    // ---- memory ----

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

    fn wrap(&self, value: LLVMValueRef) -> Val<'c> {
        // SAFETY: LLVM's builder functions return a value of the builder's context, never null.
        unsafe { BasicValueEnum::new(value) }
    }
}

/// `<lanes x element>`.
pub fn vector_type(element: BasicTypeEnum<'_>, lanes: u32) -> inkwell::types::VectorType<'_> {
    match element {
        BasicTypeEnum::IntType(ty) => ty.vec_type(lanes),
        BasicTypeEnum::FloatType(ty) => ty.vec_type(lanes),
        other => unreachable!("only numbers make vectors, not {other}"),
    }
}
