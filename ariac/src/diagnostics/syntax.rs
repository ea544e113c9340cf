//! What the compiler says about texts that it cannot parse, and about syntax that it does not support yet.

use super::{Code, Diagnostic, foreign};
use crate::source::{FileId, Span};
use crate::syntax::Problem;

/// A mistake that the parser found.
#[must_use]
pub fn problem(file: FileId, problem: &Problem, text: &str) -> Diagnostic {
    let span = Span::new(file, problem.at().start, problem.at().end);
    if let Some(report) = idiom(file, problem, text) {
        return report;
    }
    match problem {
        Problem::MissingEnd {
            unclosed, suspect, ..
        } => {
            let inner = unclosed.first().map_or("construct", |u| u.name);
            let message = match unclosed.len() {
                0 | 1 => format!("expected `end` to close this {inner}"),
                n => format!("{n} `end`s are missing here, the first for this {inner}"),
            };
            let mut report = Diagnostic::error(
                Code::MissingToken,
                span,
                message,
                "expected `end` before this",
            );
            for unclosed in unclosed {
                let at = Span::new(file, unclosed.at.start, unclosed.at.end);
                report = report.at(at, "is not closed");
            }
            if let Some(suspect) = suspect {
                let at = Span::new(file, suspect.at.start, suspect.at.end);
                let name = suspect.name;
                return report.at(
                    at,
                    format!("by the indentation, it is this {name} that lacks its `end`"),
                );
            }
            let (place, ends) = ends(text, problem);
            let place = Span::new(file, place, place);
            report.fix(place, ends, "add it")
        }
        Problem::Missing { token, .. } if *token == "\"" => string_not_closed(span, token),
        Problem::Missing { token, .. } => {
            let name = describe(token);
            let message = format!("expected {name}");
            let label = format!("expected {name} here");
            let report = Diagnostic::error(Code::MissingToken, span, message, label);
            match *token {
                ")" | "]" | "}" => report.fix(span, *token, "add it"),
                "end" => report.fix(span, " end", "add it"),
                _ => report,
            }
        }
        Problem::Unclosed { token, .. } if matches!(*token, "\"" | "'") => {
            string_not_closed(span, token)
        }
        Problem::Unclosed { token, .. } => {
            let bracket = text.get(problem.at().clone()).unwrap_or("");
            let message = format!("`{bracket}` is not closed");
            let report = Diagnostic::error(
                Code::Syntax,
                span,
                message,
                format!("expected `{token}` after this"),
            );
            let after = text.get(problem.at().end..).unwrap_or("").trim_start();
            match bracket == "{" && after.starts_with('|') {
                true => report.help("a block has no braces: `|x| … end`"),
                false => report,
            }
        }
        Problem::NoOperand { .. } => {
            let token = text.get(problem.at().clone()).unwrap_or("");
            let message = format!("expected an expression after `{token}`");
            Diagnostic::error(Code::Syntax, span, message, "nothing follows")
        }
        Problem::ExtraEnd { .. } => Diagnostic::error(
            Code::Syntax,
            span,
            "this `end` closes nothing",
            "one `end` too many",
        )
        .fix(span, "", "remove it"),
        Problem::ConstantAssigned { .. } => {
            let name = text.get(problem.at().clone()).unwrap_or("");
            let message = format!(
                "`{name}` cannot be assigned: names that begin with a capital are constants"
            );
            Diagnostic::error(Code::NotAssignable, span, message, "assigned here")
                .help("the name of a variable begins with a small letter")
        }
        Problem::Unexpected { .. } => {
            let found = text.get(problem.at().clone()).unwrap_or("");
            let word = found.split_whitespace().next().unwrap_or("");
            let shown: String = word.chars().take(30).collect();
            let message = match shown.is_empty() {
                true => "this cannot be parsed".to_owned(),
                false => format!("unexpected `{shown}`"),
            };
            Diagnostic::error(Code::Syntax, span, message, "cannot stand here")
        }
    }
}

/// What another language's construct says, if it is one that the parser gave up on: it stands on the same line, or in
/// what lacks an `end`.
fn idiom(file: FileId, problem: &Problem, text: &str) -> Option<Diagnostic> {
    match problem {
        Problem::Unexpected { at }
        | Problem::NoOperand { at }
        | Problem::Unclosed {
            at,
            token: ")" | "]" | "}",
        } => foreign::report(file, text, at.start),
        Problem::Missing { at, token: "end" } => foreign::unclosed(file, text, at.start, at.start),
        Problem::MissingEnd {
            unclosed, suspect, ..
        } => {
            let inner = suspect.iter().chain(unclosed).next()?;
            foreign::unclosed(file, text, inner.at.start, problem.at().start)
        }
        _ => None,
    }
}

/// A string that goes on past its line.
fn string_not_closed(span: Span, quote: &str) -> Diagnostic {
    let end = Span {
        start: span.end,
        ..span
    };
    let label = format!("expected `{quote}`");
    Diagnostic::error(Code::MissingToken, span, "this string is not closed", label)
        .note("a string ends on the line where it begins")
        .fix(end, quote, "close it")
}

/// Where missing `end`s go, and their text: after the last line of code, each as far in as what it closes.
fn ends(text: &str, problem: &Problem) -> (usize, String) {
    let Problem::MissingEnd { at, unclosed, .. } = problem else {
        return (problem.at().start, String::new());
    };
    let before = text.get(..at.start).unwrap_or(text);
    let mut code = before.trim_end();
    // Documentation, attributes and comments above the next declaration belong to it.
    while let Some(line) = code.lines().next_back()
        && matches!(line.trim_start().chars().next(), Some('#' | '@'))
    {
        code = code[..code.len() - line.len()].trim_end();
    }
    let mut ends = String::new();
    for construct in unclosed {
        let line = text
            .get(..construct.at.start)
            .and_then(|t| t.rfind('\n'))
            .map_or(0, |at| at + 1);
        let rest = &text[line..];
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        ends.push('\n');
        ends.push_str(&rest[..indent]);
        ends.push_str("end");
    }
    (code.len(), ends)
}

/// What a person calls a token.
fn describe(token: &str) -> String {
    match token {
        "name" => "a name".to_owned(),
        "type" => "a type".to_owned(),
        "expression" => "an expression".to_owned(),
        "constant" => "a name that begins with a capital".to_owned(),
        _ => format!("`{}`", token.replace('_', " ")),
    }
}

/// Part of the language that this version of the compiler lacks.
#[must_use]
pub fn not_supported(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(
        Code::NotSupported,
        span,
        format!("{what} not supported yet"),
        "is part of the language, but this version of the compiler lacks it",
    )
}

/// What can be written, and means nothing in this place.
#[must_use]
pub fn not_here(span: Span, message: &str, label: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Syntax, span, message, label).help(help)
}

/// `A | B` as a type.
#[must_use]
pub fn union_type(span: Span) -> Diagnostic {
    let message = "alternatives of types stand after `rescue` only";
    let help = "declare an `enum` with a variant for each: `enum Value`, `Number(Float)`, `Text(String)`, `end`";
    not_here(span, message, "a value has one type", help)
}

/// `ValueError` as a type.
#[must_use]
pub fn exception_type(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is the class of an error, and no type");
    Diagnostic::error(Code::UnknownType, span, message, "expected a type")
        .help("caught errors are of type `Error`, whatever their class; `rescue e: ValueError` asks for one")
}

/// `:auto` where a value stands.
#[must_use]
pub fn symbol(span: Span, name: &str) -> Diagnostic {
    let message = "symbols stand in attributes only";
    let report = Diagnostic::error(Code::Syntax, span, message, "expected a value");
    report.fix(span, format!("{name:?}"), "a string says the same")
}

/// `i++`. `replaced`: with the blanks before it.
#[must_use]
pub fn increment(span: Span, replaced: Span, sign: &str) -> Diagnostic {
    let ours = format!(" {}= 1", &sign[..1]);
    let message = format!("unexpected `{sign}`");
    let label = "would make one sum of this line and the next";
    Diagnostic::error(Code::Syntax, span, message, label).fix(
        replaced,
        &*ours,
        format!("it is written `{}`", ours.trim()),
    )
}

/// A string with values in it, as a pattern.
#[must_use]
pub fn computed_pattern(span: Span) -> Diagnostic {
    let message = "a pattern cannot be computed";
    let label = "expected a string without `#{…}`";
    Diagnostic::error(Code::Syntax, span, message, label)
        .help("bind a name and compare in a guard: `when text if text == \"#{a}\"`")
}

/// A name for the fields that a pattern leaves out.
#[must_use]
pub fn rest_of_fields(span: Span) -> Diagnostic {
    let message = "the parts that a pattern leaves out cannot have a name";
    Diagnostic::error(Code::Syntax, span, message, "expected `..` alone")
        .help("`pattern as name` names the whole value")
}

/// A second `..` in the pattern of a list.
#[must_use]
pub fn second_rest(span: Span) -> Diagnostic {
    let message = "there is a second `..` in this pattern";
    let label = "where the first ends and this begins cannot be told";
    Diagnostic::error(Code::Syntax, span, message, label)
}

/// `Self[T]`.
#[must_use]
pub fn self_type_arguments(span: Span) -> Diagnostic {
    let message = "`Self` takes no type arguments";
    Diagnostic::error(Code::Syntax, span, message, "it is the type with its own")
        .help("name the type to give it other arguments")
}

/// Constructs in constructs, deeper than the compiler goes.
#[must_use]
pub fn too_deep(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        span,
        format!("this is nested more than {limit} levels deep"),
        "too deep",
    )
    .help("give the inner parts names of their own")
}

/// An integer literal that no type holds, or not the one that its suffix names.
#[must_use]
pub fn integer_range(span: Span, ty: &str, low: &str, high: &str) -> Diagnostic {
    let message = format!("this number does not fit into {ty}");
    Diagnostic::error(
        Code::Literal,
        span,
        message,
        format!("{ty} holds {low} to {high}"),
    )
}

/// A float literal that is beyond the greatest number.
#[must_use]
pub fn float_range(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Literal,
        span,
        format!("this number is too large for {ty}"),
        "would be infinite",
    )
}

/// A digit or escape that means nothing.
#[must_use]
pub fn malformed(span: Span, what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(Code::Literal, span, format!("{what} is malformed"), why)
}

/// A parameter without a type.
#[must_use]
pub fn parameter_type(span: Span, name: &str) -> Diagnostic {
    let message = format!("the type of `{name}` is not stated");
    Diagnostic::error(Code::TypeUnclear, span, message, "needs a type")
        .note("signatures are written, bodies are inferred")
        .help(format!("for instance `{name}: Float`"))
}

/// A declaration that lacks something that its kind needs.
#[must_use]
pub fn lacks(span: Span, message: &str, label: &str) -> Diagnostic {
    Diagnostic::error(Code::MissingToken, span, message, label)
}

/// `extern` with a language that Aria knows nothing of.
#[must_use]
pub fn unknown_language(span: Span, name: &str) -> Diagnostic {
    let message = format!("`extern {name}` is not known");
    Diagnostic::error(
        Code::UnknownName,
        span,
        message,
        "expected `Python`, `Rust` or `C`",
    )
}

/// `extern Python from "numpy"`.
#[must_use]
pub fn module_in_quotes(span: Span, name: &str) -> Diagnostic {
    let message = "the name of a Python module stands without quotes";
    Diagnostic::error(Code::Syntax, span, message, "expected a name").fix(
        span,
        name,
        "remove the quotes",
    )
}
