//! From source text to MIR, for tests.

use super::{Program, build};
use crate::diagnostics::{Color, Reports, render_text};
use crate::hir::{self, Hir};
use crate::source::SourceMap;
use crate::{effects, resolve, syntax, types};

/// The MIR of a source text that is correct as far as the type checker can tell, and the text as a source.
pub(crate) fn program(text: &str) -> (Program, SourceMap) {
    match try_program(text) {
        Ok(built) => built,
        Err(reports) => panic!("{reports}"),
    }
}

/// As [`program`], or what is wrong with the text.
pub(crate) fn try_program(text: &str) -> Result<(Program, SourceMap), String> {
    let mut sources = SourceMap::default();
    let file = sources.add("test.aria", text);
    let mut reports = Reports::default();
    let mut hir = Hir::default();
    let tree = syntax::parse(text);
    hir::lower(file, &tree, &sources, &mut hir, &mut reports);
    crate::builtins::prelude::lower(&mut sources, &mut hir, &mut reports);
    let names = resolve::resolve(&hir, &mut reports);
    let types = types::check(&hir, &names, &mut reports);
    let effects = effects::infer(&hir, &names, &types);
    effects::check(&hir, &names, &types, &effects, &mut reports);
    if reports.has_errors() {
        return Err(told(&reports, &sources));
    }
    let program = build(&hir, &names, &types, &effects, &sources, &mut reports);
    if reports.has_errors() {
        return Err(told(&reports, &sources));
    }
    Ok((program, sources))
}

fn told(reports: &Reports, sources: &SourceMap) -> String {
    let texts = reports.sorted().into_iter();
    texts
        .map(|d| render_text(d, sources, Color::Never))
        .collect()
}

/// The codes that the borrow checker reports, with the lines that they stand on: `E0501@2`.
pub(crate) fn borrow_errors(text: &str) -> Vec<String> {
    let (program, sources) = program(text);
    let mut reports = Reports::default();
    crate::borrow::check(&program, &mut reports);
    let place = |d: &crate::diagnostics::Diagnostic| {
        let (line, _) = sources.line_column(d.primary.span);
        format!("{}@{line}", d.code.as_str())
    };
    reports.sorted().into_iter().map(place).collect()
}
