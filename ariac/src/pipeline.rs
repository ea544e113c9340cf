//! The whole compile on one screen.
//!
//! Text → syntax tree → HIR → names → types → effects → MIR → borrow check → passes → LLVM → object. Each stage's
//! result is a value that [`Dump`] can print (`--emit`); user errors end with the borrow check.

use crate::diagnostics::Reports;
use crate::effects::EffectTable;
use crate::hir::Hir;
use crate::llvm::{self, CpuLevel, LoopRemark};
use crate::mir::{self, Program};
use crate::passes::{self, Remark};
use crate::python::interface::Interface;
use crate::python::{module, stubs};
use crate::resolve::Names;
use crate::source::SourceMap;
use crate::types::Types;
use crate::{borrow, effects, hir, resolve, syntax, types};

/// A program that has no errors, after all MIR passes.
#[derive(Debug)]
pub struct Frontend {
    /// What was written.
    pub hir: Hir,
    /// What its names mean.
    pub names: Names,
    /// What its expressions are.
    pub types: Types,
    /// What its functions do.
    pub effects: EffectTable,
    /// What happens.
    pub program: Program,
    /// What the passes did and could not do.
    pub remarks: Vec<Remark>,
}

/// Object code and what belongs to it.
#[derive(Debug)]
pub struct Extension {
    /// The dotted name of the module.
    pub module: String,
    /// Object files.
    pub objects: Vec<Vec<u8>>,
    /// The stub.
    pub stub: String,
    /// Shared libraries to link.
    pub libraries: Vec<String>,
    /// Rust crates to link.
    pub crates: Vec<String>,
    /// What the vectoriser did.
    pub loops: Vec<LoopRemark>,
}

/// What decides the code that is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// CPU levels, ascending.
    pub levels: Vec<CpuLevel>,
    /// 0 to 3.
    pub optimization: u8,
    /// Keep debug information.
    pub debug: bool,
}

/// From text to optimised MIR; none if the program has errors.
#[must_use]
pub fn frontend(sources: &SourceMap, disabled: &[String], dump: &mut Dump) -> (Option<Frontend>, Reports) {
    let mut reports = Reports::default();
    let mut hir = Hir::default();
    for (file, source) in sources.iter() {
        let tree = syntax::parse(&source.text);
        dump.add("cst", || syntax::dump(&tree));
        hir::lower(file, &tree, sources, &mut hir, &mut reports);
    }
    dump.add("hir", || hir::pretty(&hir));
    let names = resolve::resolve(&hir, &mut reports);
    let types = types::check(&hir, &names, &mut reports);
    dump.add("types", || types::pretty(&hir, &names, &types, sources));
    let effects = effects::infer(&hir, &names, &types);
    effects::check(&hir, &names, &types, &effects, &mut reports);
    dump.add("effects", || effects::pretty(&hir, &effects));
    if reports.has_errors() {
        return (None, reports);
    }
    let mut program = mir::build(&hir, &names, &types, &effects, sources);
    verify(&program, "build");
    borrow::check(&program, &mut reports);
    if reports.has_errors() {
        return (None, reports);
    }
    let remarks = passes::run(&mut program, disabled, &mut |pass, program| {
        verify(program, pass.name);
        dump.add(&format!("mir:{}", pass.name), || mir::pretty(program));
    });
    dump.add("mir", || mir::pretty(&program));
    dump.add("counts", || mir::pretty_counts(&program));
    dump.add("remarks", || passes::pretty(&remarks, sources));
    (Some(Frontend { hir, names, types, effects, program, remarks }), reports)
}

/// From optimised MIR to object code.
#[must_use]
pub fn backend(
    frontend: &Frontend,
    sources: &SourceMap,
    module: &str,
    settings: &Settings,
    dump: &mut Dump,
) -> Extension {
    let program = &frontend.program;
    let interface = Interface::of(program, &frontend.hir, sources, module);
    let stub = stubs::stub(&interface);
    dump.add("pyi", || stub.clone());
    let compiled = llvm::compile(program, sources, settings, |cx| module::emit(cx, program, &interface));
    dump.add("llvm", || compiled.ir());
    dump.add("asm", || compiled.assembly());
    Extension {
        module: module.to_owned(),
        objects: compiled.objects,
        stub,
        libraries: compiled.libraries,
        crates: compiled.crates,
        loops: compiled.loops,
    }
}

/// A program that breaks an invariant is a bug of the stage that made it; looked for in debug builds and tests.
fn verify(program: &Program, stage: &str) {
    if cfg!(debug_assertions)
        && let Err(problems) = mir::verify(program)
    {
        panic!("the MIR is not valid after {stage}:\n{}\n{}", problems.join("\n"), mir::pretty(program));
    }
}
