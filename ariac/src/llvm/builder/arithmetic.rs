//! Arithmetic and comparisons, on scalars and vectors alike.

use super::{Builder, Val};
use inkwell::types::{AsTypeRef, BasicType, BasicTypeEnum};
use inkwell::values::{AsValueRef, BasicValue, BasicValueEnum};
use inkwell::{FloatPredicate, IntPredicate};
use llvm_sys::core::{
    LLVMBuildBinOp, LLVMBuildCast, LLVMBuildFCmp, LLVMBuildFNeg, LLVMBuildICmp, LLVMBuildSelect,
    LLVMCanValueUseFastMathFlags, LLVMSetFastMathFlags, LLVMSetNSW, LLVMSetNUW,
};
use llvm_sys::prelude::{LLVMBuilderRef, LLVMValueRef};
use llvm_sys::{LLVMFastMathAllowContract, LLVMFastMathAllowReassoc, LLVMOpcode};

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

impl<'c> Builder<'_, 'c> {
    fn binary(&self, opcode: LLVMOpcode, a: Val<'c>, b: Val<'c>) -> Val<'c> {
        debug_assert_eq!(a.get_type(), b.get_type(), "{opcode:?}: {a} and {b}");
        // SAFETY: the builder stands in a block, and both values belong to its context and have one type.
        let result = self.wrap(unsafe {
            LLVMBuildBinOp(
                self.as_raw(),
                opcode,
                a.as_value_ref(),
                b.as_value_ref(),
                c"".as_ptr(),
            )
        });
        self.allow(result)
    }

    /// Says what may be done with an operation on floats.
    fn allow(&self, result: Val<'c>) -> Val<'c> {
        if self.is_fast() && result.as_instruction_value().is_some() {
            let raw = result.as_value_ref();
            let flags = LLVMFastMathAllowReassoc | LLVMFastMathAllowContract;
            // SAFETY: the value is an instruction, and is asked whether it has such flags.
            unsafe {
                if LLVMCanValueUseFastMathFlags(raw) != 0 {
                    LLVMSetFastMathFlags(raw, flags);
                }
            }
        }
        result
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
        /// Unsigned rest; the divisor is not 0.
        urem => LLVMURem;
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
        let result =
            self.wrap(unsafe { LLVMBuildFNeg(self.as_raw(), value.as_value_ref(), c"".as_ptr()) });
        self.allow(result)
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
        /// The address as a number.
        ptrtoint => LLVMPtrToInt;
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
        /// Unsigned integer to float, rounded to nearest.
        uint_to_float => LLVMUIToFP;
        /// Float to unsigned integer, cut; the result must fit.
        float_to_uint => LLVMFPToUI;
        /// `Float` to `Float32`.
        narrow_float => LLVMFPTrunc;
        /// `Float32` to `Float`.
        widen_float => LLVMFPExt;
        /// The same bits.
        bitcast => LLVMBitCast;
    }

    fn as_raw(&self) -> LLVMBuilderRef {
        self.raw.as_mut_ptr()
    }

    fn wrap(&self, value: LLVMValueRef) -> Val<'c> {
        // SAFETY: LLVM's builder functions return a value of the builder's context, never null.
        unsafe { BasicValueEnum::new(value) }
    }
}
