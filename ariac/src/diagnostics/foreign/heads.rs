//! Heads of declarations and types as other languages write them.

use super::line::{all_words, camel, is_word};
use super::{Idiom, idiom_at};

/// The types of other languages that begin with a small letter.
pub(super) const TYPES: &[(&str, &str)] = &[
    ("int", "Int"),
    ("integer", "Int"),
    ("long", "Int"),
    ("i64", "Int"),
    ("isize", "Int"),
    ("i32", "Int32"),
    ("i16", "Int16"),
    ("i8", "Int8"),
    ("u64", "UInt64"),
    ("usize", "UInt64"),
    ("u32", "UInt32"),
    ("u16", "UInt16"),
    ("u8", "UInt8"),
    ("byte", "UInt8"),
    ("float", "Float"),
    ("double", "Float"),
    ("f64", "Float"),
    ("f32", "Float32"),
    ("complex", "Complex"),
    ("str", "String"),
    ("string", "String"),
    ("char", "String"),
    ("bool", "Bool"),
    ("boolean", "Bool"),
    ("bytes", "Bytes"),
    ("void", "Unit"),
    ("unit", "Unit"),
    ("list", "List"),
    ("dict", "Map"),
    ("map", "Map"),
    ("set", "Set"),
    ("tuple", "(A, B)"),
    ("object", "PythonObject"),
    ("any", "PythonObject"),
    ("ndarray", "PyArrayView"),
];

/// A type that begins with a small letter, or has another language's brackets.
pub(super) fn types(code: &str, near: usize) -> Option<Idiom> {
    let behind_type = |at: usize| {
        let before = code[..at].trim_end();
        // The `:` of a label of an argument is followed by a value, which these words are not.
        before.ends_with(':') || before.ends_with("->") || before.ends_with('[')
    };
    let known = |word: &str| TYPES.iter().find(|(theirs, _)| *theirs == word);
    let found = all_words(code)
        .filter(|(at, word)| known(word).is_some() && behind_type(*at))
        .min_by_key(|(at, _)| at.abs_diff(near));
    if let Some((at, word)) = found {
        let (_, ours) = known(word)?;
        let why = format!("the type is called `{ours}`");
        return Some(idiom_at(at..at + word.len(), code, &why, Some(ours)));
    }
    let angle = |(at, _): &(usize, &str)| {
        let before = code[..*at].chars().next_back();
        before.is_some_and(is_word) && code[at + 1..].starts_with(|c: char| c.is_uppercase())
    };
    if let Some((at, _)) = code.match_indices('<').find(angle)
        && let Some(end) = code[at..].find('>')
    {
        let at = at..at + end + 1;
        let ours = code[at.clone()].replace('<', "[").replace('>', "]");
        let why = "types stand in square brackets";
        return Some(idiom_at(at, code, why, Some(&ours)));
    }
    let mut amp = code.match_indices('&').map(|(at, _)| at);
    let amp = amp.find(|at| !code[at + 1..].starts_with(['+', '-', '*']))?;
    Some(match code[..amp].trim_end().ends_with(':') {
        true => {
            let mutable = code[amp + 1..].starts_with("mut ");
            let (length, why) = match mutable {
                true => (
                    5,
                    "what a function changes is a `mut` parameter: `mut x: Type`",
                ),
                false => (1, "a parameter is lent by itself: no `&`"),
            };
            let cure = (!mutable).then_some("");
            idiom_at(amp..amp + length, code, why, cure)
        }
        false => idiom_at(
            amp..amp + 1,
            code,
            "it is `x.bit_and(y)` on bits, and `and` on Bools",
            None,
        ),
    })
}

/// What is wrong with the head of a declaration.
pub(super) fn declaration(code: &str, near: usize) -> Option<Idiom> {
    let trimmed = code.trim_end();
    let mut words = all_words(code);
    let mut first = words.next()?;
    if matches!(first.1, "pub" | "priv" | "pure" | "async") {
        first = words.next()?;
    }
    let second = words.next();
    if matches!(first.1, "struct" | "data" | "enum" | "trait")
        && let Some((at, name)) = second
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && code[first.0 + first.1.len()..at].trim().is_empty()
    {
        let ours = camel(name);
        let why = "the name of a type begins with a capital";
        return Some(idiom_at(at..at + name.len(), code, why, Some(&ours)));
    }
    let heads = [
        "fn", "if", "elsif", "else", "while", "for", "struct", "enum", "loop", "match", "impl",
        "trait",
    ];
    if heads.contains(&first.1) && trimmed.ends_with('{') {
        let at = trimmed.len() - 1..trimmed.len();
        let why = "a body has no braces: it begins on the next line and is closed by `end`";
        return Some(idiom_at(at, code, why, None));
    }
    if heads.contains(&first.1) && trimmed.ends_with(':') {
        let at = trimmed.len() - 1..trimmed.len();
        let why = "no `:` stands before a body: it begins on the next line and is closed by `end`";
        return Some(idiom_at(at, code, why, None));
    }
    if first.1 == "when"
        && let Some((at, name)) = all_words(code).find(|(at, _)| *at == near)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && code[at + name.len()..].starts_with('(')
    {
        let why = "the name of a variant or type begins with a capital";
        return Some(idiom_at(at..at + name.len(), code, why, Some(&camel(name))));
    }
    if first.1 == "impl" && code.contains(':') && !code.contains(" for ") {
        let at = code.find(':')?;
        let why = "a trait is implemented by `impl Trait for Type`";
        return Some(idiom_at(at..at + 1, code, why, None));
    }
    if first.1 == "fn" {
        if let Some(at) = code.find(": mut ") {
            let why = "`mut` stands before the name: `mut x: Type`";
            return Some(idiom_at(at + 2..at + 5, code, why, None));
        }
        let arrows: Vec<usize> = code.match_indices("->").map(|(at, _)| at).collect();
        let in_parameters =
            |at: &&usize| code[..**at].matches('(').count() > code[..**at].matches(')').count();
        if let Some(at) = arrows.iter().find(in_parameters)
            && !code[..*at].trim_end().ends_with(')')
        {
            let why = "the type of a function is `Fn(A) -> B`";
            return Some(idiom_at(*at..at + 2, code, why, None));
        }
        return None;
    }
    if matches!(first.1, "if" | "elsif" | "while" | "unless") {
        let is_single = |at: &usize| {
            let other = ['=', '!', '<', '>', '+', '-', '*', '/'];
            !code[..*at].ends_with(other) && !code[at + 1..].starts_with(['=', '>'])
        };
        let at = code.match_indices('=').map(|(at, _)| at).find(is_single)?;
        return Some(idiom_at(
            at..at + 1,
            code,
            "a comparison is written `==`",
            Some("=="),
        ));
    }
    if matches!(first.1, "requires" | "ensures") && near > first.0 {
        let at = first.0..first.0 + first.1.len();
        let why = "`requires` and `ensures` stand before the first statement of a body";
        return Some(idiom_at(at, code, why, None));
    }
    None
}
