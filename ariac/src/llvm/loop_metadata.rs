//! What a loop's branch back says about the loop: where it stands, and how LLVM may treat it.

use super::context::ModuleCx;
use inkwell::debug_info::DILocation;
use inkwell::values::{AsValueRef, InstructionValue, IntValue};
use llvm_sys::core::{
    LLVMGetMDNodeNumOperands, LLVMGetMDNodeOperands, LLVMGetMetadata, LLVMMDNodeInContext2,
    LLVMMDStringInContext2, LLVMMetadataAsValue, LLVMSetMetadata, LLVMValueAsMetadata,
};
use llvm_sys::debuginfo::{
    LLVMDILocationGetColumn, LLVMDILocationGetLine, LLVMGetMetadataKind, LLVMMetadataKind,
    LLVMMetadataReplaceAllUsesWith, LLVMTemporaryMDNode,
};
use llvm_sys::prelude::{LLVMMetadataRef, LLVMValueRef};
use std::collections::HashSet;

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
        let value = LLVMMetadataAsValue(context, whole);
        LLVMSetMetadata(latch.as_value_ref(), kind(cx), value);
    }
}

/// The lines and columns of the loops that a module has, as [`set`] noted them.
pub(super) fn places(cx: &ModuleCx<'_>) -> HashSet<(u32, u32)> {
    let kind = kind(cx);
    let mut places = HashSet::new();
    for function in cx.module.get_functions() {
        for block in function.get_basic_block_iter() {
            if let Some(end) = block.get_terminator() {
                // SAFETY: the instruction is alive, and what it says about a loop is a node.
                unsafe {
                    let node = LLVMGetMetadata(end.as_value_ref(), kind);
                    places.extend(place(node));
                }
            }
        }
    }
    places
}

/// Where a loop stands; none if its node is null or does not say.
///
/// # Safety
///
/// `node` is null or a metadata node that is alive, as a value.
unsafe fn place(node: LLVMValueRef) -> Option<(u32, u32)> {
    if node.is_null() {
        return None;
    }
    // SAFETY: it is a node, and is asked for as many parts as it has.
    let parts = unsafe {
        let mut parts = vec![std::ptr::null_mut(); LLVMGetMDNodeNumOperands(node) as usize];
        LLVMGetMDNodeOperands(node, parts.as_mut_ptr());
        parts
    };
    // The node itself comes first, and is no location.
    parts
        .into_iter()
        .skip(1)
        .filter(|part| !part.is_null())
        .find_map(|part| {
            // SAFETY: the parts of a node are metadata as values, and only a location is asked where it is.
            unsafe {
                let part = LLVMValueAsMetadata(part);
                let is_location = matches!(
                    LLVMGetMetadataKind(part),
                    LLVMMetadataKind::LLVMDILocationMetadataKind
                );
                is_location.then(|| (LLVMDILocationGetLine(part), LLVMDILocationGetColumn(part)))
            }
        })
}

/// The number of the metadata about loops.
fn kind(cx: &ModuleCx<'_>) -> u32 {
    cx.context.get_kind_id("llvm.loop")
}
