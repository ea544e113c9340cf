//! The front end, from text to effects: small programs in, text out.

mod effects;
mod fixes;
mod hir;
mod names;
mod robustness;
mod syntax;
mod types;

use ariac::diagnostics::{Diagnostic, Reports};
use ariac::effects::{check, infer};
use ariac::hir::{Hir, lower};
use ariac::resolve::resolve;
use ariac::source::SourceMap;

/// What the front end made of a program.
struct Front {
    hir: String,
    types: String,
    effects: String,
    /// `3:5 E0301 message`, one a line, in the order of the source.
    reports: String,
}

/// Native stack for the front end, which recurses over what is nested; the driver gives it more.
const STACK_BYTES: usize = 64 << 20;

/// Runs the whole front end.
fn front(text: &str) -> Front {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let thread = thread.spawn_scoped(scope, || run(text)).unwrap();
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn run(text: &str) -> Front {
    let mut sources = SourceMap::default();
    let file = sources.add("test.aria", text);
    let mut reports = Reports::default();
    let mut hir = Hir::default();
    let tree = ariac::syntax::parse(text);
    lower(file, &tree, &sources, &mut hir, &mut reports);
    ariac::builtins::prelude::lower(&mut sources, &mut hir, &mut reports);
    let names = resolve(&hir, &mut reports);
    let types = ariac::types::check(&hir, &names, &mut reports);
    let effects = infer(&hir, &names, &types);
    check(&hir, &names, &types, &effects, &mut reports);
    let line = |d: &&Diagnostic| {
        let (line, column) = sources.line_column(d.primary.span);
        format!("{line}:{column} {} {}", d.code.as_str(), d.message)
    };
    let lines: Vec<String> = reports.sorted().iter().map(line).collect();
    Front {
        hir: ariac::hir::pretty(&hir),
        types: ariac::types::pretty(&hir, &names, &types, &sources),
        effects: ariac::effects::pretty(&hir, &effects),
        reports: lines.join("\n"),
    }
}

/// What is reported about a program.
fn reports(text: &str) -> String {
    front(text).reports
}

/// A program without errors.
fn accepted(text: &str) -> Front {
    let front = front(text);
    assert_eq!(front.reports, "", "{text}");
    front
}
