//! What people write who come from another language, where the text cannot be parsed: the mistake is named and placed by
//! what was meant, not by the token that the parser stumbled over.

mod expressions;
mod first_words;
mod heads;
mod line;

use self::expressions::{
    arrow, braced_block, counting_for, else_if, if_let, or_default, prefixed_string, punctuation,
    slice_with_colons, symbol, words,
};
use self::first_words::{comment, first_word};
use self::heads::{TYPES, declaration, types};
use self::line::{all_words, camel, masked};
use super::{Code, Diagnostic};
use crate::source::{FileId, Span};
use std::ops::Range;

/// A construct of another language.
#[derive(Debug, PartialEq, Eq)]
struct Idiom {
    /// Where, in the line.
    at: Range<usize>,
    /// How it is called: the text itself in backticks, or words.
    message: String,
    /// What stands there instead.
    label: String,
    /// The edit, if one will do; it replaces `at`.
    replacement: Option<String>,
}

/// What the line around an offset says in another language.
#[must_use]
pub(super) fn report(file: FileId, text: &str, near: usize) -> Option<Diagnostic> {
    let start = text.get(..near)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next().unwrap_or("");
    if let Some(report) = member(file, text, start) {
        return Some(report);
    }
    if let Some(head) = small_result(text, start) {
        return report(file, text, head);
    }
    let Some(idiom) = idiom(line, near - start) else {
        // A `match` without a sound arm is given up on as a whole.
        let next = start + line.len() + 1;
        let is_match = masked(line).trim_start().starts_with("match ");
        let arm = text.get(next..)?.len() - text.get(next..)?.trim_start().len();
        return match is_match && next + arm < text.len() {
            true => report(file, text, next + arm),
            false => None,
        };
    };
    // The first byte of a character that is masked looks like a blank of its own.
    let whole = |offset: usize| (0..=offset).rfind(|&at| line.is_char_boundary(at));
    let place = |offset: usize| {
        let at = start + whole(offset).unwrap_or(0);
        u32::try_from(at).unwrap_or(u32::MAX)
    };
    let span = Span {
        file,
        start: place(idiom.at.start),
        end: place(idiom.at.end),
    };
    let report = Diagnostic::error(Code::Syntax, span, idiom.message, "cannot stand here");
    Some(match idiom.replacement {
        Some(replacement) => report.fix(span, replacement, idiom.label),
        None => report.help(idiom.label),
    })
}

/// Where the type of the result begins in the line above, the head of a function, if that is one of another language: `-> int`. The
/// parser takes it for a module, and stumbles over the next line.
fn small_result(text: &str, start: usize) -> Option<usize> {
    let above = text[..start].trim_end();
    let at = above.rfind('\n').map_or(0, |at| at + 1);
    let line = &above[at..];
    let code = masked(line);
    let code = code.trim_end();
    let result = code.rfind("->").map(|at| at + 2)?;
    let word = code[result..].trim_start();
    let is_known = TYPES.iter().any(|(theirs, _)| *theirs == word);
    let is_head = all_words(code).any(|(_, word)| word == "fn");
    (is_known && is_head).then(|| at + code.len() - word.len())
}

/// In a `struct` or `enum` that was given up on as a whole: the first line that is no field or variant.
fn member(file: FileId, text: &str, start: usize) -> Option<Diagnostic> {
    let mut lines = text.get(start..)?.split_inclusive('\n');
    let head = lines.next()?;
    let (at_name, keyword) = all_words(head).find(|(_, w)| !matches!(*w, "pub" | "priv"))?;
    let named = head[at_name + keyword.len()..].trim_start();
    if !matches!(keyword, "struct" | "enum") || !named.starts_with(|c: char| c.is_uppercase()) {
        return None;
    }
    let mut at = start + head.len();
    for line in lines {
        let code = masked(line.trim_end());
        let (offset, word) = all_words(&code).next()?;
        if matches!(word, "end" | "fn") {
            return None;
        }
        let span = Span::new(file, at + offset, at + offset + word.len());
        let behind = code[offset + word.len()..].trim_start();
        let is_small = word.starts_with(|c: char| c.is_ascii_lowercase());
        if keyword == "struct" && is_small && (behind.is_empty() || behind.starts_with('=')) {
            let message = format!("the type of the field `{word}` is not stated");
            let report = Diagnostic::error(Code::MissingToken, span, message, "needs a type");
            return Some(report.help(format!("for instance `{word}: Float`")));
        }
        if keyword == "enum" && is_small && (behind.is_empty() || behind.starts_with(['(', ','])) {
            let message = format!("the name of the variant `{word}` begins with a small letter");
            let report = Diagnostic::error(Code::Syntax, span, message, "expected a capital");
            return Some(report.fix(span, camel(word), "write it so"));
        }
        at += line.len();
    }
    None
}

/// Among the lines of a construct that lacks its `end`: the first that opens something which only another language would
/// not close, `else if` or `a || b`.
pub(super) fn unclosed(file: FileId, text: &str, start: usize, end: usize) -> Option<Diagnostic> {
    let start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let mut at = start;
    for line in text.get(start..end)?.split_inclusive('\n') {
        let code = masked(line.trim_end());
        let opens = else_if(&code).is_some()
            || symbol(&code, 0).is_some_and(|idiom| code[idiom.at] == *"||");
        if opens {
            return report(file, text, at);
        }
        at += line.len();
    }
    None
}

/// The first of the rules that fits a line. `near`: where the parser gave up.
fn idiom(line: &str, near: usize) -> Option<Idiom> {
    let code = masked(line);
    comment(&code)
        .or_else(|| first_word(&code))
        .or_else(|| else_if(&code))
        .or_else(|| if_let(&code))
        .or_else(|| arrow(&code))
        .or_else(|| braced_block(&code))
        .or_else(|| counting_for(&code))
        .or_else(|| slice_with_colons(&code))
        .or_else(|| or_default(line, &code, near))
        .or_else(|| symbol(&code, near))
        .or_else(|| types(&code, near))
        .or_else(|| declaration(&code, near))
        .or_else(|| prefixed_string(line, &code, near))
        .or_else(|| words(&code, near))
        .or_else(|| punctuation(&code, near))
}

fn idiom_at(at: Range<usize>, code: &str, label: &str, replacement: Option<&str>) -> Idiom {
    Idiom {
        message: format!("unexpected `{}`", code[at.clone()].trim()),
        at,
        label: label.to_owned(),
        replacement: replacement.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::{idiom, masked};

    #[test]
    fn strings_and_comments_are_no_code() {
        assert_eq!(masked("a = \"x && y\" # b"), "a = \"      \"    ");
        assert_eq!(idiom("f(\"a && b\") 1", 12), None);
    }

    #[test]
    fn what_is_meant_is_found_where_it_stands() {
        let found = |line: &str| idiom(line, 0).map(|i| line[i.at].to_owned());
        for (line, wanted) in [
            ("  x > 1 && x < 3", Some("&&")),
            ("  x || y", Some("||")),
            ("  g = || 3 end", None),
            ("  g = x || 3", Some("x || 3")),
            ("  g = a + x || 3", Some("||")),
            ("  g(f\"{x}\")", Some("f\"{x}\"")),
            ("  else if x", Some("else if")),
            ("class A", Some("class")),
            ("case = 3", None),
            ("fn f(x: str) -> Int", Some("str")),
            ("fn f<T>(x: T) -> T", Some("<T>")),
            ("fn f(x: Int) -> Int {", Some("{")),
            ("  x === y", Some("===")),
            ("  y = f(xs[1:g(a)[2]], 3)", Some("1:g(a)[2]")),
            ("  y = xs[::-1]", Some("::-1")),
            ("  y = xs[-3:]", Some("-3:")),
            ("  if x = 3", Some("=")),
            ("  if x == 3", None),
            ("  return x;", Some(";")),
        ] {
            assert_eq!(found(line).as_deref(), wanted, "{line}");
        }
    }
}
