//! Diagnostics as text for people and as JSON for tools.

use super::{Code, Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use serde_json::{Value, json};

/// Whether the text has terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// It has.
    Always,
    /// It has not.
    Never,
}

/// One diagnostic as it is shown in a terminal, with a caret under the source; ends with a newline.
#[must_use]
pub fn render_text(diagnostic: &Diagnostic, sources: &SourceMap, color: Color) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let primary = &diagnostic.primary;
    let mut files = vec![primary.span.file];
    for label in &diagnostic.secondary {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut main = Group::with_title(
        level
            .primary_title(&*diagnostic.message)
            .id(diagnostic.code.as_str()),
    );
    for file in files {
        let source = sources.file(file);
        let mut snippet = Snippet::source(&*source.text)
            .path(&*source.path)
            .line_start(1)
            .fold(true);
        let labels = std::iter::once((AnnotationKind::Primary, primary));
        let labels = labels.chain(
            diagnostic
                .secondary
                .iter()
                .map(|l| (AnnotationKind::Context, l)),
        );
        for (kind, label) in labels.filter(|(_, label)| label.span.file == file) {
            let annotation = kind.span(clamp(label.span, &source.text));
            let text = (!label.text.is_empty()).then_some(&*label.text);
            snippet = snippet.annotation(annotation.label(text));
        }
        main = main.element(snippet);
    }
    for note in &diagnostic.notes {
        main = main.element(Level::NOTE.message(&**note));
    }
    for help in &diagnostic.help {
        main = main.element(Level::HELP.message(&**help));
    }
    let mut groups = vec![main];
    for fix in &diagnostic.fixes {
        let source = sources.file(fix.span.file);
        let patch = Patch::new(clamp(fix.span, &source.text), &*fix.replacement);
        let snippet = Snippet::source(&*source.text)
            .path(&*source.path)
            .line_start(1)
            .fold(true)
            .patch(patch);
        groups.push(Level::HELP.secondary_title(&*fix.title).element(snippet));
    }
    let mut text = renderer(color).render(&groups);
    text.push('\n');
    text
}

/// One diagnostic as a JSON object on one line, without a newline.
#[must_use]
pub fn render_json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = |span: Span, text: &str| -> Value {
        let (line, column) = sources.line_column(span);
        let (end_line, end_column) = sources.file(span.file).line_column(span.end);
        json!({
            "file": sources.file(span.file).path,
            "start": span.start, "end": span.end,
            "line": line, "column": column, "end_line": end_line, "end_column": end_column,
            "text": text,
        })
    };
    json!({
        "code": diagnostic.code.as_str(),
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": diagnostic.message,
        "primary": place(diagnostic.primary.span, &diagnostic.primary.text),
        "secondary": diagnostic.secondary.iter().map(|l| place(l.span, &l.text)).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "fixes": diagnostic.fixes.iter().map(|f| {
            let mut fix = place(f.span, &f.title);
            fix["replacement"] = Value::from(f.replacement.as_str());
            fix
        }).collect::<Vec<_>>(),
    })
    .to_string()
}

/// A message that has no place in a source file.
#[must_use]
pub fn render_plain(code: Option<Code>, message: &str, help: &[String], color: Color) -> String {
    let title = Level::ERROR.primary_title(message);
    let title = match code {
        Some(code) => title.id(code.as_str()),
        None => title,
    };
    let group = help.iter().fold(Group::with_title(title), |g, h| {
        g.element(Level::HELP.message(&**h))
    });
    renderer(color).render(&[group])
}

/// As [`render_plain`], as a JSON object on one line.
#[must_use]
pub fn render_plain_json(code: Option<Code>, message: &str, help: &[String]) -> String {
    json!({ "code": code.map(Code::as_str), "severity": "error", "message": message, "help": help })
        .to_string()
}

fn renderer(color: Color) -> Renderer {
    match color {
        Color::Always => Renderer::styled(),
        Color::Never => Renderer::plain(),
    }
}

/// A span that lies within the text, on character boundaries.
fn clamp(span: Span, text: &str) -> std::ops::Range<usize> {
    let floor = |mut n: usize| {
        n = n.min(text.len());
        while !text.is_char_boundary(n) {
            n -= 1;
        }
        n
    };
    let start = floor(span.range().start);
    start..floor(span.range().end).max(start)
}
