//! What a loop's branch back says about the loop: where it stands, and how LLVM may treat it.

use super::context::ModuleCx;
use inkwell::debug_info::DILocation;
use inkwell::values::{AsValueRef, InstructionValue, IntValue};
use llvm_sys::core::{
    LLVMGetMDKindIDInContext, LLVMMDNodeInContext2, LLVMMDStringInContext2, LLVMMetadataAsValue,
    LLVMSetMetadata, LLVMValueAsMetadata,
};
use llvm_sys::debuginfo::{LLVMMetadataReplaceAllUsesWith, LLVMTemporaryMDNode};
use llvm_sys::prelude::LLVMMetadataRef;

/// Sets what is said; wishes are names of LLVM's loop metadata with their argument.
pub(super) fn set<'c>(
    cx: &ModuleCx<'c>,
    latch: InstructionValue<'c>,
    location: Option<DILocation<'c>>,
    wishes: &[(&str, Option<IntValue<'c>>)],
) {
    let context = cx.context.raw();
    // SAFETY: all nodes are made in, and given to instructions of, one context that is alive. A loop's node begins
    // with itself: a temporary stands there until the node exists, and is replaced (and freed) at once.
    unsafe {
        let node = |parts: &mut [LLVMMetadataRef]| {
            LLVMMDNodeInContext2(context, parts.as_mut_ptr(), parts.len())
        };
        let itself = LLVMTemporaryMDNode(context, std::ptr::null_mut(), 0);
        let mut parts = vec![itself];
        parts.extend(location.map(|location| location.as_mut_ptr()));
        for (name, argument) in wishes {
            let mut wish = vec![LLVMMDStringInContext2(
                context,
                name.as_ptr().cast(),
                name.len(),
            )];
            wish.extend(argument.map(|value| LLVMValueAsMetadata(value.as_value_ref())));
            parts.push(node(&mut wish));
        }
        let whole = node(&mut parts);
        LLVMMetadataReplaceAllUsesWith(itself, whole);
        let name = "llvm.loop";
        let kind = LLVMGetMDKindIDInContext(context, name.as_ptr().cast(), name.len() as u32);
        let value = LLVMMetadataAsValue(context, whole);
        LLVMSetMetadata(latch.as_value_ref(), kind, value);
    }
}
