//! The target, and LLVM's passes.

use super::{LlvmError, LlvmOptions};
use inkwell::OptimizationLevel;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{
    CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetTriple,
};
use std::ffi::CStr;
use std::sync::Once;

/// The system that code is made for.
pub const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// Sets up what LLVM has once in a process, before threads use it.
///
/// * Loops are not versioned for a stride of one *byte*, which is what LLVM takes Aria's strides for: MIR versions them.
/// * Addresses are not reduced to sums: x86 adds an index to each by itself, and the search takes a seventh of a build. Loops
///   over strided arrays multiply instead, and take up to a third longer while their data is in the nearest cache.
/// * Of blocks that go on in one place, at most 16 are compared to find code that their ends share: all failures of a function
///   meet in one place, and the comparison takes the cube of their number.
/// * Remarks about vectorisation; a context without a wish for them passes them over, because it has a listener.
pub(super) fn set_up(options: &LlvmOptions) {
    static TARGET: Once = Once::new();
    TARGET.call_once(|| Target::initialize_x86(&InitializationConfig::default()));
    static VERSIONING: Once = Once::new();
    VERSIONING.call_once(|| {
        parse_options(&[
            c"-enable-mem-access-versioning=false",
            c"-disable-lsr",
            c"-tail-merge-threshold=16",
        ])
    });
    static REMARKS: Once = Once::new();
    if options.remarks {
        REMARKS.call_once(|| {
            parse_options(&[
                c"-pass-remarks=loop-vectorize",
                c"-pass-remarks-missed=loop-vectorize",
                c"-pass-remarks-analysis=loop-vectorize",
            ]);
        });
    }
}

fn parse_options(options: &[&CStr]) {
    let mut pointers = vec![c"ariac".as_ptr()];
    pointers.extend(options.iter().map(|option| option.as_ptr()));
    let count = i32::try_from(pointers.len()).expect("there are few options");
    // SAFETY: the arguments are NUL-terminated and live through the call, which copies them.
    unsafe {
        llvm_sys::support::LLVMParseCommandLineOptions(count, pointers.as_ptr(), std::ptr::null());
    }
}

/// The machine for the lowest level; functions of higher levels say so themselves.
pub(super) fn target_machine(options: &LlvmOptions) -> Result<TargetMachine, LlvmError> {
    let triple = TargetTriple::create(TRIPLE);
    let target = Target::from_triple(&triple).map_err(|e| LlvmError::new("target", e))?;
    let level = match options.opt_level {
        0 => OptimizationLevel::None,
        1 => OptimizationLevel::Less,
        2 => OptimizationLevel::Default,
        _ => OptimizationLevel::Aggressive,
    };
    target
        .create_target_machine(
            &triple,
            "x86-64",
            "",
            level,
            RelocMode::PIC,
            CodeModel::Default,
        )
        .ok_or_else(|| LlvmError::new("target", "LLVM has no x86-64 backend"))
}

/// Runs LLVM's own pipeline.
pub(super) fn optimize(
    module: &Module<'_>,
    machine: &TargetMachine,
    options: &LlvmOptions,
) -> Result<(), LlvmError> {
    let vectorize = options.opt_level >= 2;
    let settings = PassBuilderOptions::create();
    settings.set_loop_vectorization(vectorize);
    settings.set_loop_slp_vectorization(vectorize);
    settings.set_loop_interleaving(vectorize);
    settings.set_loop_unrolling(options.opt_level >= 1);
    let level = options.opt_level.min(3);
    let mut passes = format!("default<O{level}>");
    if options.sanitize {
        passes.push_str(",asan");
    }
    module
        .run_passes(&passes, machine, settings)
        .map_err(|e| LlvmError::new("optimize", e))
}
