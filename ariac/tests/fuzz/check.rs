//! What is asked of every text.

use ariac::diagnostics::{Color, render_json, render_text};
use ariac::fmt::{Kept, format};
use ariac::pipeline::{Dump, Stages, frontend};
use ariac::source::SourceMap;

/// All stages that make no code: their dumps have to cope with every program too.
const STAGES: &[&str] = &["cst", "hir", "types", "effects", "mir", "counts", "remarks"];

/// Runs the front end and the formatter; whether the text is a program without errors.
///
/// # Panics
/// If they do, or if what they must keep to is not so.
pub(crate) fn check(text: &str, dumps: bool) -> bool {
    let mut sources = SourceMap::default();
    sources.add("fuzz.aria", text);
    let names: Vec<String> = STAGES.iter().map(|stage| (*stage).to_owned()).collect();
    let stages = Stages::parse(&names).unwrap_or_default();
    let mut dump = Dump::new(if dumps { stages } else { Stages::default() });
    let (program, reports) = frontend(&sources, &[], &[], &mut dump);
    assert!(
        program.is_some() != reports.has_errors(),
        "a program is rejected exactly if there are errors"
    );
    for diagnostic in reports.sorted() {
        let span = diagnostic.primary.span.range();
        let text = &sources.file(diagnostic.primary.span.file).text;
        assert!(
            text.get(span).is_some(),
            "{}: its place is no part of the text",
            diagnostic.message
        );
        let rendered = render_text(diagnostic, &sources, Color::Never);
        assert!(!rendered.is_empty(), "an error says something");
        let _ = render_json(diagnostic, &sources);
    }
    let formatted = format(text);
    let again = format(&formatted.text);
    assert!(
        again.text == formatted.text,
        "formatting a second time changes something"
    );
    assert!(
        formatted.kept != Kept::Everything || program.is_none() || text.contains("\\\n"),
        "a program without errors is formatted"
    );
    program.is_some()
}
