//! What people write who come from another language, where the text cannot be parsed: the mistake is named and placed by
//! what was meant, not by the token that the parser stumbled over.

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

/// A word at the beginning of a line: theirs, ours, and whether the one may simply replace the other.
const FIRST_WORDS: &[(&str, &str, &str, bool)] = &[
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

/// Text that stands for something else wherever it is: theirs, ours, why, and whether the one may replace the other.
const SYMBOLS: &[(&str, &str, &str, bool)] = &[
    ("===", "==", "it is written `==`", true),
    ("!==", "!=", "it is written `!=`", true),
    ("&&", "and", "it is written `and`", true),
    ("||", "or", "it is written `or`", true),
    ("<>", "!=", "it is written `!=`", true),
    (":=", "=", "it is written `=`", true),
    ("::", ".", "it is written with a dot", true),
    ("++", " += 1", "it is written `+= 1`", true),
    ("--", " -= 1", "it is written `-= 1`", true),
    (
        "??",
        "",
        "the value of an Option, or another: `x.or(…)`",
        false,
    ),
    (
        "?.",
        "",
        "`?` gives up when there is none: `x?.name` stands in a function that gives an Option",
        false,
    ),
    (
        "<<",
        "",
        "bits are moved by `x.shl(n)`, lists grow by `xs.push(x)`",
        false,
    ),
    (">>", "", "bits are moved by `x.shr(n)`", false),
    (
        "/*",
        "",
        "a comment begins with `#` and ends with the line",
        false,
    ),
    (
        "^",
        "",
        "a power is `x ** n`; `x.bit_xor(y)` works on bits",
        false,
    ),
    ("~", "", "the bits are turned around by `x.bit_not`", false),
    ("`", "", "a string is written `\"a #{x} b\"`", false),
];

/// The types of other languages that begin with a small letter.
const TYPES: &[(&str, &str)] = &[
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

/// What the line around an offset says in another language.
#[must_use]
pub(super) fn report(file: FileId, text: &str, near: usize) -> Option<Diagnostic> {
    let start = text.get(..near)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next().unwrap_or("");
    if let Some(report) = member(file, text, start) {
        return Some(report);
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
    let place = |offset: usize| u32::try_from(start + offset).unwrap_or(u32::MAX);
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
        .or_else(|| counting_for(&code))
        .or_else(|| symbol(&code, near))
        .or_else(|| types(&code, near))
        .or_else(|| declaration(&code, near))
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

/// A line whose strings and comment are blanks, byte for byte.
fn masked(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let mut is_comment = false;
    for c in line.chars() {
        let shown = match quote {
            Some(q) if c == q && !escaped => {
                quote = None;
                true
            }
            Some(_) => false,
            None if is_comment => false,
            None if c == '#' => {
                is_comment = true;
                false
            }
            None => {
                quote = matches!(c, '"' | '\'').then_some(c);
                true
            }
        };
        escaped = c == '\\' && !escaped;
        match shown && c.is_ascii() {
            true => out.push(c),
            false => out.extend(std::iter::repeat_n(' ', c.len_utf8())),
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The words of a line, with their places.
fn all_words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    // What stands between two words may be longer than one byte.
    let place = |word: &str| word.as_ptr().addr() - code.as_ptr().addr();
    code.split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(move |word| (place(word), word))
}

/// `// …`.
fn comment(code: &str) -> Option<Idiom> {
    let start = code.len() - code.trim_start().len();
    code[start..].starts_with("//").then(|| {
        let at = start..start + 2;
        idiom_at(at, code, "a comment begins with `#`", Some("#"))
    })
}

fn first_word(code: &str) -> Option<Idiom> {
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

/// `else if`.
fn else_if(code: &str) -> Option<Idiom> {
    let start = code.len() - code.trim_start().len();
    let rest = code[start..].strip_prefix("else")?;
    let blank = rest.len() - rest.trim_start().len();
    let is_if = rest
        .trim_start()
        .strip_prefix("if")?
        .starts_with([' ', '(']);
    (blank > 0 && is_if).then(|| {
        let at = start..start + 4 + blank + 2;
        idiom_at(at, code, "it is written `elsif`", Some("elsif"))
    })
}

/// `if let Some(x) = y`.
fn if_let(code: &str) -> Option<Idiom> {
    let at = ["if let ", "while let "].iter().find_map(|word| {
        let at = code.find(word)?;
        Some(at..at + word.trim_end().len())
    })?;
    let why = "take it apart with `match`: `match x`, `when Some(y) then …`, `when None then …`";
    Some(idiom_at(at, code, why, None))
}

/// `x => x + 1`, `lambda x: …`, and `1 => …` in a `match`.
fn arrow(code: &str) -> Option<Idiom> {
    if let Some((at, word)) = all_words(code).find(|(_, w)| *w == "lambda") {
        let why = "a function without a name is a block: `|x| … end`";
        return Some(idiom_at(at..at + word.len(), code, why, None));
    }
    let at = code.find("=>")?;
    let before = code[..at].trim_start();
    let range = at..at + 2;
    Some(if before.starts_with("rescue") {
        idiom_at(
            range,
            code,
            "the error's name stands first: `rescue e: ValueError`",
            None,
        )
    } else if before.starts_with("when") {
        idiom_at(range, code, "it is written `then`", Some("then"))
    } else if !before.contains(['(', '=']) {
        idiom_at(
            range,
            code,
            "an arm of `match` is written `when … then …`",
            None,
        )
    } else {
        idiom_at(
            range,
            code,
            "a function without a name is a block: `|x| … end`",
            None,
        )
    })
}

/// `for (i = 0; i < n; i++)`.
fn counting_for(code: &str) -> Option<Idiom> {
    let start = code.len() - code.trim_start().len();
    let is_for = code[start..].starts_with("for") && code.matches(';').count() == 2;
    is_for.then(|| {
        let why = "a `for` goes through a range: `for i in 0..<n`";
        Idiom {
            message: "a `for` with a condition and a step does not exist".to_owned(),
            ..idiom_at(start..code.trim_end().len(), code, why, None)
        }
    })
}

fn symbol(code: &str, near: usize) -> Option<Idiom> {
    let found = SYMBOLS.iter().filter_map(|rule| {
        let places = code.match_indices(rule.0).map(|(at, _)| at);
        let stands = |at: &usize| {
            let before = code[..*at].trim_end();
            match rule.0 {
                // Empty parameters of a block begin it.
                "||" => before.ends_with(|c: char| is_word(c) || matches!(c, ')' | ']' | '"')),
                "??" | "?." | "/*" | "`" | "~" | "^" | ":=" | "::" | "<>" => true,
                _ => !before.is_empty(),
            }
        };
        let at = places.filter(stands).min_by_key(|at| at.abs_diff(near))?;
        Some((at, rule))
    });
    // The longest of those that stand at the same place.
    let (at, (theirs, ours, why, replaces)) =
        found.min_by_key(|(at, rule)| (at.abs_diff(near), usize::MAX - rule.0.len()))?;
    let replacement = replaces.then_some(*ours);
    Some(idiom_at(at..at + theirs.len(), code, why, replacement))
}

/// A type that begins with a small letter, or has another language's brackets.
fn types(code: &str, near: usize) -> Option<Idiom> {
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
fn declaration(code: &str, near: usize) -> Option<Idiom> {
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

/// `TwoWords` of `two_words`.
fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// `Word` of `word`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Words of other languages within a line.
fn words(code: &str, near: usize) -> Option<Idiom> {
    let found = all_words(code).filter_map(|(at, word)| {
        let behind = &code[at + word.len()..];
        let idiom = |why: &str, cure: Option<&str>| Some(idiom_at(at..at + word.len(), code, why, cure));
        match word {
            "new" if behind.starts_with(' ') => {
                let why = "a value is made by the name of its type: `Point(1.0, 2.0)`";
                Some(idiom_at(at..at + 4, code, why, Some("")))
            }
            "is" if behind.trim_start().starts_with("not ") => {
                let end = at + 2 + behind.find("not").unwrap_or(0) + 3;
                Some(idiom_at(at..end, code, "it is written `!=`", Some("!=")))
            }
            "is" => idiom("it is written `==`", Some("==")),
            "mut" if code[..at].trim_end().ends_with(['(', ',']) && behind.starts_with(' ') && !code.trim_start().contains("fn ") => {
                let why = "`mut` belongs to the declaration of the parameter; the argument is the variable alone";
                Some(idiom_at(at..at + 4, code, why, Some("")))
            }
            "f" | "r" | "b" if behind.starts_with('"') => {
                let why = "values are put into any string by `#{…}`";
                idiom(why, Some(""))
            }
            _ if behind.starts_with(" = ")
                && code[..at].trim_end().ends_with(['(', ','])
                && code[..at].contains('(')
                && !code.trim_start().starts_with("fn ") =>
            {
                let sign = at + word.len()..at + word.len() + 2;
                Some(idiom_at(sign, code, "an argument is named with a `:`", Some(":")))
            }
            "int" | "double" | "char" | "auto" | "bool" | "string" | "float"
                if code[..at].trim().is_empty() && behind.starts_with(' ') =>
            {
                let why = "a variable is assigned, `x = 1`, or its type stands behind it: `x: Int = 1`";
                idiom(why, None)
            }
            _ => None,
        }
    });
    found.min_by_key(|idiom| idiom.at.start.abs_diff(near))
}

fn punctuation(code: &str, near: usize) -> Option<Idiom> {
    let trimmed = code.trim_end();
    let is_variant = trimmed
        .trim_start()
        .starts_with(|c: char| c.is_ascii_uppercase());
    if is_variant && trimmed.ends_with(',') {
        let at = trimmed.len() - 1..trimmed.len();
        let why = "each variant stands on a line of its own, without a comma";
        return Some(idiom_at(at, code, why, Some("")));
    }
    if let Some(at) = code.find(';') {
        let why = "a newline ends a statement; there is no `;`";
        let is_last = at + 1 == trimmed.len();
        return Some(idiom_at(at..at + 1, code, why, is_last.then_some("")));
    }
    if let Some(question) = code.find(" ? ")
        && code[question..].contains(':')
    {
        let at = question + 1..question + 2;
        return Some(idiom_at(
            at,
            code,
            "it is written `if a then b else c end`",
            None,
        ));
    }
    let digit = |at: usize| code[at..].starts_with(|c: char| c.is_ascii_digit());
    let is_part = |(at, _): &(usize, &str)| {
        let before = code[..*at].trim_start_matches(|c: char| !is_word(c));
        let word = before.rsplit(|c: char| !is_word(c)).next().unwrap_or("");
        let named =
            word.starts_with(|c: char| c.is_ascii_alphabetic()) || before.ends_with([')', ']']);
        named && digit(*at + 1)
    };
    if let Some((at, _)) = code.match_indices('.').find(is_part) {
        let end = code[at + 1..].find(|c: char| !c.is_ascii_digit());
        let at = at..end.map_or(code.len(), |length| at + 1 + length);
        let ours = format!("[{}]", &code[at.start + 1..at.end]);
        return Some(idiom_at(
            at,
            code,
            "a part of a tuple is written in brackets",
            Some(&ours),
        ));
    }
    if let Some(open) = code.find('[')
        && let Some(length) = code[open..].find(']')
        && let Some(colon) = code[open..open + length].find(':')
        && !code[open..].starts_with("[:")
    {
        let at = open + colon..open + colon + 1;
        return Some(idiom_at(
            at,
            code,
            "a slice is written `a[1..<3]`",
            Some("..<"),
        ));
    }
    let bang = code.match_indices('!').map(|(at, _)| at).filter(|at| {
        let named = code[..*at].ends_with(is_word);
        !named && !code[at + 1..].starts_with('=')
    });
    if let Some(at) = bang.min_by_key(|at| at.abs_diff(near)) {
        return Some(idiom_at(
            at..at + 1,
            code,
            "it is written `not`",
            Some("not "),
        ));
    }
    None
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
            ("  else if x", Some("else if")),
            ("class A", Some("class")),
            ("case = 3", None),
            ("fn f(x: str) -> Int", Some("str")),
            ("fn f<T>(x: T) -> T", Some("<T>")),
            ("fn f(x: Int) -> Int {", Some("{")),
            ("  x === y", Some("===")),
            ("  if x = 3", Some("=")),
            ("  if x == 3", None),
            ("  return x;", Some(";")),
        ] {
            assert_eq!(found(line).as_deref(), wanted, "{line}");
        }
    }
}
