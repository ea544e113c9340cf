//! The whole compile on one screen.
//!
//! Text → syntax tree → HIR → names → types → effects → MIR → borrow check → passes → LLVM → object. Each stage's
//! result is a value that [`Dump`] can print (`--emit`); user errors end with the borrow check.

use crate::builtins::prelude;
use crate::diagnostics::{Code, Reports};
use crate::effects::EffectTable;
use crate::hir::{Hir, ItemKind, NativeAbi};
use crate::lints::Lint;
use crate::llvm::{self, Level, LlvmOptions, LoopRemark};
use crate::mir::{self, Program, Stage};
use crate::passes::{self, Remark};
use crate::python::class_names;
use crate::python::interface::Interface;
use crate::python::{module, stubs};
use crate::resolve::Names;
use crate::source::SourceMap;
use crate::types::Types;
use crate::{borrow, effects, hir, lints, program, resolve, syntax, types};
use std::ops::Range;
use std::path::PathBuf;

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

/// An extension module, not linked yet.
#[derive(Debug)]
pub struct Extension {
    /// The dotted name of the module.
    pub module: String,
    /// The stub.
    pub stub: String,
    /// Its code.
    pub compiled: Compiled,
}

/// Object code and what belongs to it.
#[derive(Debug)]
pub struct Compiled {
    /// The object files; none when only text was asked for.
    pub objects: Vec<Vec<u8>>,
    /// Shared libraries to link.
    pub libraries: Vec<String>,
    /// Rust crates to link.
    pub crates: Vec<String>,
    /// What the vectoriser did.
    pub loops: Vec<LoopRemark>,
}

impl Extension {
    /// The last component of the module's name, which its files have.
    #[must_use]
    pub fn leaf(&self) -> &str {
        self.module.rsplit('.').next().unwrap_or(&self.module)
    }
}

/// What decides the code that is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// CPU levels, ascending.
    pub levels: Vec<Level>,
    /// 0 to 3.
    pub optimization: u8,
    /// Keep debug information.
    pub debug: bool,
    /// Find out what becomes of loops.
    pub remarks: bool,
    /// The runtime of AddressSanitizer, which watches the code then.
    pub sanitize: Option<PathBuf>,
}

/// From text to optimised MIR; none if the program has errors.
///
/// Of the prelude only what the program can reach is compiled, which is little for most. Where there are errors that have to
/// do with names it is all of it: what is missing may be their cause, and messages suggest names of it.
#[must_use]
pub fn frontend(
    sources: &SourceMap,
    disabled: &[String],
    lints: &[Lint],
    dump: &mut Dump,
) -> (Option<Frontend>, Reports) {
    let mut attempt = dump.clone();
    let reached = prelude::reached(sources);
    let (frontend, reports) = compile_front(sources, &reached, disabled, lints, &mut attempt);
    if frontend.is_some() || reports.codes().all(is_settled) {
        *dump = attempt;
        return (frontend, reports);
    }
    compile_front(sources, &prelude::all(), disabled, lints, dump)
}

/// Whether what is said of a mistake of this kind depends on no name that the prelude might have.
fn is_settled(code: Code) -> bool {
    matches!(
        code,
        Code::Syntax
            | Code::MissingToken
            | Code::Literal
            | Code::Mismatch
            | Code::NotAssignable
            | Code::OutsideLoop
    )
}

/// As [`frontend`], with these parts of the prelude's files.
fn compile_front(
    sources: &SourceMap,
    prelude: &[Vec<Range<usize>>],
    disabled: &[String],
    lints: &[Lint],
    dump: &mut Dump,
) -> (Option<Frontend>, Reports) {
    let mut reports = Reports::default();
    let mut hir = Hir::default();
    let mut prelude = prelude.iter();
    for (file, source) in sources.iter() {
        let tree = if source.prelude {
            match prelude.next() {
                Some(parts) if !parts.is_empty() => syntax::parse_parts(&source.text, parts),
                _ => continue,
            }
        } else {
            let tree = syntax::parse(&source.text);
            dump.add("cst", || syntax::dump(&tree));
            tree
        };
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
    let mut program = mir::build(&hir, &names, &types, &effects, sources, &mut reports);
    if reports.has_errors() {
        return (None, reports);
    }
    // What the borrow checker refuses need not be valid.
    borrow::check(&program, &mut reports);
    if reports.has_errors() {
        return (None, reports);
    }
    verify(&program, Stage::Built, "build");
    lints::check(lints, &program, (&hir, &types), sources, &mut reports);
    let mut stage = Stage::Passes;
    let remarks = passes::run(&mut program, disabled, &mut |pass, program| {
        if pass.name == "gil_regions" {
            stage = Stage::Final;
        }
        verify(program, stage, pass.name);
        dump.add(&format!("mir:{}", pass.name), || mir::pretty(program));
    });
    program.class_names = class_names::class_names(&program, &hir);
    dump.add("mir", || mir::pretty(&program));
    dump.add("counts", || mir::pretty_counts(&program));
    dump.add("remarks", || passes::pretty(&remarks, sources));
    (
        Some(Frontend {
            hir,
            names,
            types,
            effects,
            program,
            remarks,
        }),
        reports,
    )
}

/// From optimised MIR to the object code of an extension.
#[must_use]
pub fn backend(
    frontend: &Frontend,
    sources: &SourceMap,
    module: &str,
    settings: &Settings,
    dump: &mut Dump,
) -> Extension {
    let interface = Interface::of(&frontend.program, &frontend.hir, sources, module);
    let stub = stubs::stub(&interface);
    dump.add("pyi", || stub.clone());
    let mut emit_python = |cx: &llvm::ModuleCx<'_>| module::emit(cx, &interface);
    Extension {
        module: module.to_owned(),
        stub,
        compiled: compile(
            frontend,
            sources,
            Some(module),
            settings,
            dump,
            &mut emit_python,
        ),
    }
}

/// From optimised MIR to the object code of a program of its own. Only what it reaches is kept.
#[must_use]
pub fn program(
    frontend: &mut Frontend,
    sources: &SourceMap,
    entry: &program::Entry,
    settings: &Settings,
) -> Compiled {
    for (id, function) in frontend.program.functions.iter_mut() {
        function.exported = entry.functions().contains(&id);
    }
    let mut emit = |cx: &llvm::ModuleCx<'_>| program::emit(cx, entry);
    compile(
        frontend,
        sources,
        None,
        settings,
        &mut Dump::default(),
        &mut emit,
    )
}

/// Compiles a module for Python, or without its name a program.
fn compile(
    frontend: &Frontend,
    sources: &SourceMap,
    module: Option<&str>,
    settings: &Settings,
    dump: &mut Dump,
    emit_extra: &mut dyn FnMut(&llvm::ModuleCx<'_>),
) -> Compiled {
    let options = LlvmOptions {
        module_name: module.unwrap_or("program").to_owned(),
        levels: settings.levels.clone(),
        opt_level: settings.optimization,
        debug: settings.debug,
        remarks: settings.remarks || frontend.program.promises_vectors(),
        sanitize: settings.sanitize.is_some(),
        executable: module.is_none(),
        keep_functions: false,
        emit: llvm::Emit {
            object: !dump.wants_text(),
            llvm: dump.wants("llvm"),
            asm: dump.wants("asm"),
        },
    };
    // LLVM fails only on code that is wrong, which is a bug of ours: the driver's hook reports it.
    let compiled = llvm::compile(&frontend.program, sources, &options, emit_extra)
        .unwrap_or_else(|e| panic!("{e}"));
    dump.add("llvm", || compiled.llvm.clone().unwrap_or_default());
    dump.add("asm", || compiled.asm.clone().unwrap_or_default());
    // AddressSanitizer has to be there before what it watches.
    let sanitizer = settings.sanitize.iter();
    let mut libraries: Vec<String> = sanitizer.map(|p| p.display().to_string()).collect();
    libraries.extend(native_libraries(&frontend.hir, NativeAbi::C));
    if compiled.needs_libmvec {
        libraries.push("libmvec.so.1".to_owned());
    }
    Compiled {
        objects: compiled.objects,
        libraries,
        crates: native_libraries(&frontend.hir, NativeAbi::Rust),
        loops: compiled.loops,
    }
}

/// The libraries of all `extern C` or `extern Rust` blocks.
fn native_libraries(hir: &Hir, wanted: NativeAbi) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, item) in hir.items.iter() {
        if let ItemKind::ExternNative { abi, library, .. } = &item.kind
            && *abi == wanted
            && !names.contains(&library.name)
        {
            names.push(library.name.clone());
        }
    }
    names
}

/// A program that breaks an invariant is a bug of the stage that made it; looked for in debug builds and tests.
fn verify(program: &Program, stage: Stage, made_by: &str) {
    if cfg!(debug_assertions)
        && let Err(problems) = mir::verify(program, stage)
    {
        panic!(
            "the MIR is not valid after {made_by}:\n{}\n{}",
            problems.join("\n"),
            mir::pretty(program)
        );
    }
}

/// The CPU levels that are compiled for when nothing is said.
const DEFAULT_LEVELS: &[Level] = &[Level::Baseline, Level::V3, Level::V4];

/// Reads `--cpu`: one or several levels, or `native`.
///
/// # Errors
///
/// A sentence that names what is not a level.
pub fn parse_levels(names: &[String]) -> Result<Vec<Level>, String> {
    if names.is_empty() {
        return Ok(DEFAULT_LEVELS.to_vec());
    }
    let mut levels = Vec::new();
    for name in names {
        let Some(level) = Level::from_name(name) else {
            let all: Vec<&str> = Level::ALL.iter().map(|level| level.name()).collect();
            return Err(format!(
                "`{name}` is no CPU level; there are {}",
                all.join(", ")
            ));
        };
        levels.push(level);
    }
    levels.sort_unstable();
    levels.dedup();
    if levels.len() > 1 && levels.contains(&Level::Native) {
        return Err("`--cpu native` stands alone: it is for this machine's CPU only".to_owned());
    }
    Ok(levels)
}

/// Stages whose results can be printed, in order.
const STAGES: &[&str] = &[
    "cst", "hir", "types", "effects", "mir", "counts", "remarks", "llvm", "asm", "pyi",
];

/// The first of [`STAGES`] that needs code to be made.
const FIRST_OF_BACKEND: &str = "llvm";

/// The stages that `--emit` asks for; `mir:PASS` is the MIR after a pass.
#[derive(Clone, Debug, Default)]
pub struct Stages(Vec<String>);

impl Stages {
    /// Reads `--emit`.
    ///
    /// # Errors
    ///
    /// A sentence that names what is not a stage.
    pub fn parse(names: &[String]) -> Result<Stages, String> {
        for name in names {
            if let Some(pass) = name.strip_prefix("mir:") {
                passes::check_names(&[pass.to_owned()])?;
            } else if !STAGES.contains(&name.as_str()) {
                return Err(format!(
                    "there is no stage `{name}`; there are {}, and mir:PASS",
                    STAGES.join(", ")
                ));
            }
        }
        Ok(Stages(names.to_vec()))
    }

    /// The first stage asked for that only the backend makes.
    #[must_use]
    pub fn first_of_backend(&self) -> Option<&str> {
        let position = |name: &str| STAGES.iter().position(|stage| *stage == name);
        self.0
            .iter()
            .map(String::as_str)
            .find(|name| position(name) >= position(FIRST_OF_BACKEND))
    }
}

/// Collects the printed stages.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    stages: Stages,
    text: String,
}

impl Dump {
    /// Collects these stages.
    #[must_use]
    pub fn new(stages: Stages) -> Dump {
        Dump {
            stages,
            text: String::new(),
        }
    }

    /// Whether a stage is asked for.
    #[must_use]
    pub fn wants(&self, stage: &str) -> bool {
        self.stages.0.iter().any(|wanted| wanted == stage)
    }

    /// Whether any stage is asked for: then text is printed instead of writing files.
    #[must_use]
    pub fn wants_text(&self) -> bool {
        !self.stages.0.is_empty()
    }

    /// Adds a stage, if it is asked for.
    pub fn add(&mut self, stage: &str, text: impl FnOnce() -> String) {
        if self.wants(stage) {
            let text = text();
            self.text.push_str(&text);
            if !text.ends_with('\n') {
                self.text.push('\n');
            }
        }
    }

    /// Everything that was added, in the order of the pipeline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_sorted_and_named_when_wrong() {
        let parse =
            |text: &str| parse_levels(&text.split(',').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(
            parse("x86-64-v4,x86-64"),
            Ok(vec![Level::Baseline, Level::V4])
        );
        assert!(parse("x86-64-v5").unwrap_err().contains("x86-64-v5"));
        assert!(parse("native,x86-64").is_err());
    }

    #[test]
    fn stages_are_known_by_name() {
        let stages = |names: &[&str]| {
            Stages::parse(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            stages(&["hir", "asm"]).unwrap().first_of_backend(),
            Some("asm")
        );
        assert_eq!(stages(&["hir", "mir"]).unwrap().first_of_backend(), None);
        assert!(stages(&["ast"]).unwrap_err().contains("ast"));
        assert!(stages(&["mir:nothing"]).is_err());
    }
}
