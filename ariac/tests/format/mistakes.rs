//! What is wrong with a text is wrong with the formatted text.

use crate::properties::with_stack;
use crate::texts;
use ariac::diagnostics::{Code, Reports};
use ariac::fmt::format;
use ariac::hir::{Hir, lower};
use ariac::pipeline::{Dump, Stages, frontend};
use ariac::source::SourceMap;
use ariac::syntax;

/// The mistakes that are seen in one file alone, whatever its names mean.
pub(crate) fn of_syntax(text: &str) -> Vec<Code> {
    let mut sources = SourceMap::default();
    let file = sources.add("test.aria", text);
    let (mut hir, mut reports) = (Hir::default(), Reports::default());
    lower(file, &syntax::parse(text), &sources, &mut hir, &mut reports);
    sorted(&reports)
}

/// What `ariac check` says.
fn of_everything(text: &str) -> Vec<Code> {
    let mut sources = SourceMap::default();
    sources.add("test.aria", text);
    ariac::builtins::prelude::add(&mut sources);
    let mut dump = Dump::new(Stages::default());
    let (_, reports) = frontend(&sources, &[], &[], &mut dump);
    sorted(&reports)
}

fn sorted(reports: &Reports) -> Vec<Code> {
    let mut codes: Vec<Code> = reports.codes().collect();
    codes.sort_by_key(|code| code.as_str());
    codes
}

/// The text without the remarks that say what is wrong with its lines.
fn uncommented(text: &str) -> String {
    let code = |line: &str| line.split("#~").next().unwrap_or("").trim_end().to_owned() + "\n";
    text.lines().map(code).collect()
}

#[test]
fn of_the_compilers_tests() {
    with_stack(|| {
        let mut wrong = 0;
        for (name, text) in texts::all() {
            if !name.starts_with("tests/ui/") || of_syntax(&text).is_empty() {
                continue;
            }
            wrong += 1;
            for text in [
                text.clone(),
                uncommented(&text),
                text.replace(" = ", "  =  "),
            ] {
                let formatted = format(&text).text;
                if formatted != text {
                    let (before, after) = (of_everything(&text), of_everything(&formatted));
                    assert!(
                        before == after,
                        "{name}: {before:?} became {after:?}\n{formatted}"
                    );
                }
            }
        }
        assert!(wrong > 90, "only {wrong} texts have mistakes");
    });
}
