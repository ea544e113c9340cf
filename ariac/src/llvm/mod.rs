//! MIR → LLVM IR → machine code.
//!
//! One LLVM module holds every function at every CPU level of the build; a function's attributes name its level's CPU,
//! so one pass over the module optimises all of them, and the module's init can refer to all.
//!
//! In reading order: [`layout`] (types, calling convention), [`context`] (the module), [`constants`], [`runtime`] (the
//! runtime's functions), [`function`] (declaring and calling), [`builder`] (instructions), `lower` (MIR to
//! instructions), [`mathlib`], [`multiversion`], `debuginfo`, [`optimize`], `object`, [`remarks`].
//!
//! Symbols: a function is `aria.NAME` at the lowest level of the build and `aria.NAME.v3` (`.v2`, `.v4`, `.native`) at
//! others; a function without loops has no others. Exported functions keep their symbol in `--emit=llvm` and in the object, hidden.

pub mod builder;
mod callgraph;
pub mod constants;
pub mod context;
mod debuginfo;
mod estimate;
pub mod function;
pub mod layout;
mod loop_metadata;
mod lower;
pub mod mathlib;
pub mod multiversion;
mod object;
pub mod optimize;
pub mod remarks;
pub mod runtime;
#[cfg(test)]
mod tests;

pub use builder::{Builder, Val};
pub use context::ModuleCx;
pub use estimate::{Estimator, work_nanos};
pub use function::{CallResult, FunctionHandle};
pub use layout::{CommonTypes, FunctionAbi, ParamAbi, element_size};
pub use multiversion::Level;
pub use remarks::{LoopKind, LoopRemark};
pub use runtime::RtFn;

use crate::mir::Program;
use crate::source::SourceMap;
use inkwell::context::Context;

/// What is asked of LLVM.
#[derive(Clone, Debug)]
pub struct LlvmOptions {
    /// The module's name.
    pub module_name: String,
    /// The CPU levels, ascending; at least one.
    pub levels: Vec<Level>,
    /// 0 to 3.
    pub opt_level: u8,
    /// Emit line tables for debuggers.
    pub debug: bool,
    /// Find out what becomes of loops.
    pub remarks: bool,
    /// Keep functions that nothing calls, for tests.
    pub keep_functions: bool,
    /// What to make.
    pub emit: Emit,
}

impl Default for LlvmOptions {
    fn default() -> Self {
        LlvmOptions {
            module_name: "aria".to_owned(),
            levels: vec![Level::Baseline, Level::V3, Level::V4],
            opt_level: 3,
            debug: false,
            remarks: false,
            keep_functions: false,
            emit: Emit::default(),
        }
    }
}

/// What to make of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emit {
    /// The object file.
    pub object: bool,
    /// Optimised LLVM IR.
    pub llvm: bool,
    /// Assembly.
    pub asm: bool,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The object file, if it was asked for.
    pub object: Option<Vec<u8>>,
    /// Optimised LLVM IR, if it was asked for.
    pub llvm: Option<String>,
    /// Assembly, if it was asked for.
    pub asm: Option<String>,
    /// Whether `libmvec.so.1` must be linked, beside the C and math libraries.
    pub needs_libmvec: bool,
    /// What became of loops, if it was asked for: by level, in order of emission.
    pub loops: Vec<LoopRemark>,
}

/// A failure of LLVM or a module that does not verify: a bug of ours.
#[derive(Clone, Debug)]
pub struct LlvmError {
    /// What was being done.
    pub stage: &'static str,
    /// LLVM's words.
    pub message: String,
}

impl LlvmError {
    fn new(stage: &'static str, message: impl ToString) -> Self {
        LlvmError {
            stage,
            message: message.to_string(),
        }
    }
}

impl std::fmt::Display for LlvmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LLVM failed to {}: {}", self.stage, self.message)
    }
}

impl std::error::Error for LlvmError {}

/// Compiles a program. When its functions are lowered, `emit_extra` is called once to add wrappers and tables.
///
/// # Errors
///
/// When LLVM finds the module wrong or cannot make code of it.
pub fn compile(
    program: &Program,
    sources: &SourceMap,
    options: &LlvmOptions,
    emit_extra: &mut dyn FnMut(&ModuleCx<'_>),
) -> Result<Compiled, LlvmError> {
    let listener = remarks::Listener::default();
    let context = Context::create();
    listener.attach(&context, options.remarks);
    let machine = optimize::target_machine(options)?;
    let cx = build(&context, program, sources, options, emit_extra)?;
    cx.module
        .set_data_layout(&machine.get_target_data().get_data_layout());
    optimize::optimize(&cx.module, &machine, options)?;
    let needs_libmvec = mathlib::calls_vector_functions(&cx);
    let Emit { object, llvm, asm } = options.emit;
    Ok(Compiled {
        needs_libmvec,
        llvm: llvm.then(|| cx.module.print_to_string().to_string()),
        asm: asm
            .then(|| object::assembly(&cx.module, &machine))
            .transpose()?,
        object: object
            .then(|| object::object(&cx.module, &machine))
            .transpose()?,
        loops: listener.loops(&cx.loops.borrow()),
    })
}

/// The whole module, verified, not yet optimised.
fn build<'c>(
    context: &'c Context,
    program: &'c Program,
    sources: &'c SourceMap,
    options: &'c LlvmOptions,
    emit_extra: &mut dyn FnMut(&ModuleCx<'_>),
) -> Result<ModuleCx<'c>, LlvmError> {
    let cx = ModuleCx::new(context, program, sources, options);
    cx.module
        .set_triple(&inkwell::targets::TargetTriple::create(optimize::TRIPLE));
    for &level in &options.levels {
        function::declare_all(&cx, level);
    }
    for &level in &options.levels {
        for id in program.functions.ids() {
            if level == options.levels[0] || cx.calls.is_wide(id) {
                lower::lower_function(&cx, level, id);
            }
        }
    }
    emit_extra(&cx);
    mathlib::keep_vector_functions(&cx);
    if let Some(debug) = &cx.debug {
        debug.finish();
    }
    cx.module
        .verify()
        .map_err(|e| LlvmError::new("verify", e))?;
    Ok(cx)
}
