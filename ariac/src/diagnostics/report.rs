//! Diagnostics as values, and the list that collects them.

use super::Code;
use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is produced.
    Error,
    /// Something is produced.
    Warning,
}

/// A message about a place of the source.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, lower case, no full stop: what was expected and found.
    pub message: String,
    /// The place it is about.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Edits that cure it.
    pub fixes: Vec<Fix>,
}

/// A place with a few words.
#[derive(Clone, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to see there; may be empty.
    pub text: String,
}

/// An edit that cures a mistake.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// By what.
    pub replacement: String,
    /// Why, as a help line.
    pub title: String,
}

impl Diagnostic {
    /// An error; its label may be empty.
    #[must_use]
    pub fn error(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: Label {
                span,
                text: label.into(),
            },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// A warning.
    #[must_use]
    pub fn warning(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message, label)
        }
    }

    /// Adds a second place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Adds an edit.
    #[must_use]
    pub fn fix(
        mut self,
        span: Span,
        replacement: impl Into<String>,
        title: impl Into<String>,
    ) -> Diagnostic {
        self.fixes.push(Fix {
            span,
            replacement: replacement.into(),
            title: title.into(),
        });
        self
    }
}

/// The diagnostics of one compilation.
#[derive(Debug, Default)]
pub struct Reports {
    list: Vec<Diagnostic>,
    /// Places that could not be parsed.
    silent: Vec<Span>,
}

impl Reports {
    /// Adds one. A second one with the same code at the same place is left out, and what is about a place that could not be
    /// parsed.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        if self.is_silent(diagnostic.primary.span) {
            return;
        }
        let same =
            |d: &Diagnostic| d.code == diagnostic.code && d.primary.span == diagnostic.primary.span;
        if !self.list.iter().any(same) {
            self.list.push(diagnostic);
        }
    }

    /// From now on nothing is said about what begins in this place: an error about it is there already.
    pub fn silence(&mut self, span: Span) {
        debug_assert!(self.has_errors(), "silence without an error");
        self.silent.push(span);
    }

    /// Whether nothing is said any more about what begins here.
    #[must_use]
    pub fn is_silent(&self, span: Span) -> bool {
        let covers = |s: &Span| s.file == span.file && (s.start..s.end).contains(&span.start);
        self.silent.iter().any(covers)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// The codes of all of them.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        self.list.iter().map(|d| d.code)
    }

    /// All of them, in the order of the source.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.list.iter().collect();
        all.sort_by_key(|d| d.primary.span);
        all
    }
}
