//! MIR → LLVM IR → machine code.
//!
//! Each CPU level of the build has an LLVM module, and as many are compiled at the same time as there are processors. The lowest
//! level's has the wrappers and tables as well; functions that would gain nothing by another level are there only.
//!
//! In reading order: [`layout`] (types, calling convention), `adt` (declared types), `glue` (dropping and copying), [`context`] (the module), [`constants`], [`runtime`] (the
//! runtime's functions), [`function`] (declaring and calling), `entry` (called by wrappers), [`builder`] (instructions), `lower` (MIR to
//! instructions), [`mathlib`], [`multiversion`], `debuginfo`, [`optimize`], `object`, [`remarks`].
//!
//! Symbols: a function is `aria.NAME` at the lowest level of the build and `aria.NAME.v3` (`.v2`, `.v4`, `.native`) at
//! others; a function without loops has no others. Exported functions keep their symbol in `--emit=llvm` and in the object,
//! hidden; one that is part of its `entry` has that one's, `aria.NAME.v3.entry`.

mod adt;
pub mod builder;
mod callgraph;
pub mod constants;
pub mod context;
mod debuginfo;
mod entry;
mod estimate;
pub mod function;
mod glue;
mod heap;
pub mod layout;
mod loop_metadata;
mod lower;
pub mod mathlib;
pub mod multiversion;
pub mod nd;
mod object;
pub mod optimize;
pub mod remarks;
pub mod runtime;
mod stack;
#[cfg(test)]
mod tests;

pub use builder::{Builder, Val};
pub use context::ModuleCx;
pub use entry::viewed_params;
pub use estimate::{Estimator, work_nanos};
pub use function::{CallResult, FunctionHandle};
pub use layout::{CommonTypes, FunctionAbi, ParamAbi};
pub use multiversion::Level;
pub use remarks::{LoopKind, LoopRemark};
pub use runtime::RtFn;

use crate::mir::Program;
use crate::source::SourceMap;
use inkwell::context::Context;
use inkwell::targets::TargetMachine;
use llvm_sys::core::LLVMContextSetDiscardValueNames;
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

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
    /// Whether AddressSanitizer watches the code.
    pub sanitize: bool,
    /// Whether the code is for a program of its own, not for a library that another program loads.
    pub executable: bool,
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
            sanitize: false,
            executable: false,
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
    /// The object files, all to be linked, if they were asked for.
    pub objects: Vec<Vec<u8>>,
    /// Optimised LLVM IR, if it was asked for: one module after the other.
    pub llvm: Option<String>,
    /// Assembly, if it was asked for: one module after the other.
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

/// Compiles a program. When the functions of the lowest level are lowered, `emit_extra` is called once to add wrappers and
/// tables to their module.
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
    optimize::set_up(options);
    let (&lowest, higher) = options.levels.split_first().expect("there is a level");
    let one = |level, emit: &mut dyn FnMut(&ModuleCx<'_>)| {
        compile_level(program, sources, options, level, emit)
    };
    // The lowest level is most of the work, and begins at once; a processor for each thread, or it would have to wait.
    let next = AtomicUsize::new(0);
    let take = || {
        let &level = higher.get(next.fetch_add(1, Ordering::Relaxed))?;
        Some((level, one(level, &mut |_| ())))
    };
    let helpers = available_parallelism().map_or(0, |n| n.get() - 1);
    let (first, mut others) = std::thread::scope(|scope| {
        let start = |_| scope.spawn(|| iter::from_fn(take).collect::<Vec<_>>());
        let helpers: Vec<_> = (0..helpers.min(higher.len())).map(start).collect();
        let first = one(lowest, emit_extra);
        let mut others: Vec<_> = iter::from_fn(take).collect();
        for helper in helpers {
            others.extend(helper.join().expect("a panic is passed on by the scope"));
        }
        (first, others)
    });
    others.sort_by_key(|(level, _)| *level);
    let mut whole = first?;
    for (_, part) in others {
        whole.join(part?);
    }
    Ok(whole)
}

impl Compiled {
    fn join(&mut self, part: Compiled) {
        fn text(whole: &mut Option<String>, part: Option<String>) {
            if let Some(part) = part {
                whole.get_or_insert_default().push_str(&part);
            }
        }
        self.objects.extend(part.objects);
        text(&mut self.llvm, part.llvm);
        text(&mut self.asm, part.asm);
        self.needs_libmvec |= part.needs_libmvec;
        self.loops.extend(part.loops);
    }
}

fn compile_level(
    program: &Program,
    sources: &SourceMap,
    options: &LlvmOptions,
    level: Level,
    emit_extra: &mut dyn FnMut(&ModuleCx<'_>),
) -> Result<Compiled, LlvmError> {
    let listener = remarks::Listener::default();
    let context = Context::create();
    let is_read_by_people = options.emit.llvm;
    // SAFETY: the context lives, and nobody else has it.
    unsafe {
        LLVMContextSetDiscardValueNames(context.raw(), i32::from(!is_read_by_people));
    }
    listener.attach(&context);
    let machine = optimize::target_machine(options)?;
    let cx = build(&context, program, sources, options, level, &machine)?;
    emit_extra(&cx);
    finish(&cx, &machine, options)?;
    let Emit { object, llvm, asm } = options.emit;
    let objects = object.then(|| object::object(&cx.module, &machine));
    Ok(Compiled {
        objects: objects.into_iter().collect::<Result<_, _>>()?,
        llvm: llvm.then(|| cx.module.print_to_string().to_string()),
        asm: asm
            .then(|| object::assembly(&cx.module, &machine))
            .transpose()?,
        needs_libmvec: mathlib::calls_vector_functions(&cx),
        loops: listener.loops(&cx.loops.borrow(), &loop_metadata::places(&cx)),
    })
}

/// The functions of a level, not yet optimised.
fn build<'c>(
    context: &'c Context,
    program: &'c Program,
    sources: &'c SourceMap,
    options: &'c LlvmOptions,
    level: Level,
    machine: &TargetMachine,
) -> Result<ModuleCx<'c>, LlvmError> {
    let data = machine.get_target_data();
    let cx = ModuleCx::new(context, program, sources, options, level, data);
    cx.module.set_triple(&machine.get_triple());
    cx.module.set_data_layout(&cx.data.get_data_layout());
    function::declare_all(&cx);
    for id in program.functions.ids().filter(|&id| cx.defines(id)) {
        lower::lower_function(&cx, id);
        entry::emit(&cx, id);
    }
    Ok(cx)
}

/// Verifies and optimises a module to which nothing is added any more.
fn finish(
    cx: &ModuleCx<'_>,
    machine: &TargetMachine,
    options: &LlvmOptions,
) -> Result<(), LlvmError> {
    mathlib::keep_vector_functions(cx);
    if options.sanitize {
        cx.sanitize();
    }
    if let Some(debug) = &cx.debug {
        debug.finish();
    }
    cx.module
        .verify()
        .map_err(|e| LlvmError::new("verify", e))?;
    optimize::optimize(&cx.module, machine, options)?;
    mathlib::release_vector_functions(cx);
    Ok(())
}
