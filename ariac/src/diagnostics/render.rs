//! Diagnostics as text for people and as JSON for tools.

use super::{Code, Diagnostic, Severity};
use crate::source::{SourceFile, SourceMap, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use serde_json::{Value, json};
use std::ops::Range;

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
        let labels = std::iter::once((AnnotationKind::Primary, primary));
        let labels = labels.chain(
            diagnostic
                .secondary
                .iter()
                .map(|l| (AnnotationKind::Context, l)),
        );
        let labels: Vec<_> = labels
            .filter(|(_, label)| label.span.file == file)
            .collect();
        let window = Window::around(sources.file(file), labels.iter().map(|(_, l)| l.span));
        let mut snippet = window.snippet();
        for (kind, label) in labels {
            let annotation = kind.span(window.place(label.span));
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
        let window = Window::around(sources.file(fix.span.file), std::iter::once(fix.span));
        let patch = Patch::new(window.place(fix.span), &*fix.replacement);
        let snippet = window.snippet().patch(patch);
        groups.push(Level::HELP.secondary_title(&*fix.title).element(snippet));
    }
    let mut text = renderer(color).render(&groups);
    text.push('\n');
    text
}

/// The lines of a file that a diagnostic shows, and one or two around them. The renderer looks at all that it is given: it
/// would take as long for one of many errors as the whole file is.
struct Window<'s> {
    source: &'s SourceFile,
    bytes: Range<usize>,
    first_line: usize,
}

impl<'s> Window<'s> {
    fn around(source: &'s SourceFile, spans: impl Iterator<Item = Span> + Clone) -> Window<'s> {
        let text = &source.text;
        let start = spans.clone().map(|span| span.range().start).min();
        let end = spans.map(|span| span.range().end).max();
        let start = start.unwrap_or(0).min(text.len());
        let end = end.unwrap_or(0).clamp(start, text.len());
        let is_newline = |b: &u8| *b == b'\n';
        let before = &text.as_bytes()[..start];
        let begin = before.iter().rposition(is_newline).map_or(0, |at| at + 1);
        let behind = text.as_bytes()[end..].iter().enumerate();
        let mut lines = behind.filter(|(_, b)| is_newline(b)).map(|(at, _)| at + 1);
        Window {
            source,
            bytes: begin..lines.nth(2).map_or(text.len(), |length| end + length),
            first_line: source
                .line_column(u32::try_from(begin).unwrap_or(u32::MAX))
                .0 as usize,
        }
    }

    fn snippet<T: Clone>(&self) -> Snippet<'s, T> {
        Snippet::source(&self.source.text[self.bytes.clone()])
            .path(&*self.source.path)
            .line_start(self.first_line)
            .fold(true)
    }

    /// A span within the window.
    fn place(&self, span: Span) -> Range<usize> {
        let place = clamp(span, &self.source.text);
        place.start - self.bytes.start..place.end - self.bytes.start
    }
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
