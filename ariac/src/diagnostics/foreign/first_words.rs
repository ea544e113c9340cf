//! Lines that begin with a word of another language.

use super::line::all_words;
use super::{Idiom, idiom_at};

/// A word at the beginning of a line: theirs, ours, and whether the one may simply replace the other.
pub(super) const FIRST_WORDS: &[(&str, &str, &str, bool)] = &[
    ("def", "fn", "a function begins with `fn`", true),
    ("func", "fn", "a function begins with `fn`", true),
    ("fun", "fn", "a function begins with `fn`", true),
    ("function", "fn", "a function begins with `fn`", true),
    ("class", "struct", "a class of values is a `struct`", true),
    ("record", "data", "an immutable record is `data`", true),
    (
        "interface",
        "trait",
        "what types have in common is a `trait`",
        true,
    ),
    (
        "protocol",
        "trait",
        "what types have in common is a `trait`",
        true,
    ),
    (
        "var",
        "let mut",
        "a variable is assigned, `x = 1`, or declared with `let mut`",
        true,
    ),
    ("elif", "elsif", "it is written `elsif`", true),
    ("elseif", "elsif", "it is written `elsif`", true),
    (
        "switch",
        "match",
        "it is written `match`, its arms `when`",
        true,
    ),
    ("case", "when", "an arm begins with `when`", true),
    ("default", "else", "the other cases are `else`", false),
    (
        "except",
        "rescue",
        "errors are handled by `begin … rescue e: ValueError … end`",
        false,
    ),
    (
        "catch",
        "rescue",
        "errors are handled by `begin … rescue e: ValueError … end`",
        false,
    ),
    (
        "finally",
        "ensure",
        "what is always done stands in `begin … ensure … end`",
        false,
    ),
    ("throw", "raise", "an error is raised with `raise`", true),
    ("until", "while not", "it is written `while not`", false),
    ("do", "loop", "a loop is `loop … break if … end`", false),
    ("use", "import", "another file is named with `import`", true),
    (
        "using",
        "import",
        "another file is named with `import`",
        true,
    ),
    (
        "include",
        "import",
        "another file is named with `import`",
        true,
    ),
    (
        "require",
        "import",
        "another file is named with `import`",
        true,
    ),
    ("private", "priv", "it is written `priv`", true),
    ("public", "pub", "it is written `pub`", true),
    ("export", "pub", "it is written `pub`", true),
    (
        "static",
        "fn",
        "a function of a type is one without `self`",
        false,
    ),
    (
        "del",
        "",
        "values end by themselves, after their last use",
        false,
    ),
    (
        "delete",
        "",
        "values end by themselves, after their last use",
        false,
    ),
    (
        "yield",
        "",
        "a block is called by its name: `fn each(f: Fn(Int) -> Unit)`, `f(x)`",
        false,
    ),
    (
        "global",
        "",
        "functions take what they need as parameters; constants are `const`",
        false,
    ),
    (
        "nonlocal",
        "",
        "a block sees the variables around it",
        false,
    ),
    (
        "assert",
        "",
        "it is called with parentheses: `assert(a == b)`",
        false,
    ),
    (
        "print",
        "",
        "it is called with parentheses: `print(x)`",
        false,
    ),
    ("puts", "", "a line is written by `print(x)`", false),
    ("echo", "", "a line is written by `print(x)`", false),
    (
        "with",
        "",
        "what a value holds is given back after its last use; there is no `with`",
        false,
    ),
];

/// `// …`.
pub(super) fn comment(code: &str) -> Option<Idiom> {
    let start = code.len() - code.trim_start().len();
    code[start..].starts_with("//").then(|| {
        let at = start..start + 2;
        idiom_at(at, code, "a comment begins with `#`", Some("#"))
    })
}

pub(super) fn first_word(code: &str) -> Option<Idiom> {
    let mut words = all_words(code);
    let mut first = words.next()?;
    if matches!(first.1, "pub" | "priv") {
        first = words.next()?;
    }
    let (at, word) = first;
    let (_, ours, why, replaces) = FIRST_WORDS.iter().find(|(theirs, ..)| *theirs == word)?;
    // A name of these is a variable or a function of the program's own when it is used as one.
    let behind = code[at + word.len()..].trim_start();
    if behind.starts_with(['=', '.', '[', '+', '-', '*', ',', '?']) && !behind.starts_with("=>") {
        return None;
    }
    if behind.starts_with('(') && !matches!(word, "switch" | "catch" | "until" | "except") {
        return None;
    }
    let replacement = replaces.then_some(*ours);
    Some(idiom_at(at..at + word.len(), code, why, replacement))
}
