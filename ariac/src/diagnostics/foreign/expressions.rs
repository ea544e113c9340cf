//! Expressions and statements as other languages write them.

use super::line::{all_words, is_word};
use super::{Idiom, idiom_at};
use std::ops::Range;

/// Text that stands for something else wherever it is: theirs, ours, why, and whether the one may replace the other.
pub(super) const SYMBOLS: &[(&str, &str, &str, bool)] = &[
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

/// `else if`.
pub(super) fn else_if(code: &str) -> Option<Idiom> {
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

/// `xs[a:b]`, `xs[a:]`, `xs[::-1]`.
pub(super) fn slice_with_colons(code: &str) -> Option<Idiom> {
    let is_index = |open: &usize| {
        let before = code[..*open].chars().next_back();
        before.is_some_and(|c| is_word(c) || c == ')' || c == ']')
    };
    let opens = code.match_indices('[').map(|(at, _)| at).filter(is_index);
    let (at, parts) = opens
        .into_iter()
        .find_map(|open| colon_parts(code, open + 1))?;
    let part = |i: usize| parts.get(i).map_or("", |part| part.trim());
    let (lo, hi, step) = (part(0), part(1), part(2));
    let ours = match (step.starts_with('-'), lo.is_empty() && hi.is_empty()) {
        // Where one of the two is given, what the other means depends on the step.
        (true, false) if lo.is_empty() || hi.is_empty() => None,
        (true, true) => Some(format!("-1..0 step {step}")),
        (_, _) => {
            let end = if hi.is_empty() { "" } else { "<" };
            let by = if step.is_empty() { "" } else { " step " };
            Some(format!("{lo}..{end}{hi}{by}{step}"))
        }
    };
    let why = "a slice is written `lo..<hi`, with a step `lo..<hi step n`";
    Some(idiom_at(at, code, why, ours.as_deref()))
}

/// What stands in the brackets from `start` on, and its parts between colons, if there are any.
fn colon_parts(code: &str, start: usize) -> Option<(Range<usize>, Vec<&str>)> {
    let (mut depth, mut from) = (0, start);
    let mut parts = Vec::new();
    for (i, c) in code[start..].char_indices() {
        let at = start + i;
        match c {
            ']' if depth == 0 => {
                parts.push(&code[from..at]);
                return (parts.len() > 1).then_some((start..at, parts));
            }
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth -= 1,
            ':' if depth == 0 => {
                parts.push(&code[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// `if let Some(x) = y`.
pub(super) fn if_let(code: &str) -> Option<Idiom> {
    let at = ["if let ", "while let "].iter().find_map(|word| {
        let at = code.find(word)?;
        Some(at..at + word.trim_end().len())
    })?;
    let why = "take it apart with `match`: `match x`, `when Some(y) then …`, `when None then …`";
    Some(idiom_at(at, code, why, None))
}

/// `x => x + 1`, `lambda x: …`, and `1 => …` in a `match`.
pub(super) fn arrow(code: &str) -> Option<Idiom> {
    if let Some((at, word)) = all_words(code).find(|(_, w)| *w == "lambda") {
        let why = "a function without a name is a block: `|x| … end`";
        return Some(idiom_at(at..at + word.len(), code, why, None));
    }
    let at = code.find("=>")?;
    let before = code[..at].trim_start();
    let range = at..at + 2;
    // `Ok(x) =>` begins an arm, `xs.map(x =>` a function.
    let count = |c: char| before.matches(c).count();
    let is_pattern = match before.starts_with(char::is_uppercase) {
        true => count('(') == count(')'),
        false => !before.contains(['(', '=']),
    };
    Some(if before.starts_with("rescue") {
        idiom_at(
            range,
            code,
            "the error's name stands first: `rescue e: ValueError`",
            None,
        )
    } else if before.starts_with("when") {
        idiom_at(range, code, "it is written `then`", Some("then"))
    } else if is_pattern {
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

/// `xs.map { |x| x + 1 }`.
pub(super) fn braced_block(code: &str) -> Option<Idiom> {
    let is_block = |&(at, _): &(usize, &str)| code[at + 1..].trim_start().starts_with('|');
    let (at, _) = code.match_indices('{').find(is_block)?;
    let why = "a block has no braces: `|x| … end`";
    Some(idiom_at(at..at + 1, code, why, None))
}

/// `for (i = 0; i < n; i++)`.
pub(super) fn counting_for(code: &str) -> Option<Idiom> {
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

pub(super) fn symbol(code: &str, near: usize) -> Option<Idiom> {
    let found = SYMBOLS.iter().filter_map(|rule| {
        let places = code.match_indices(rule.0).map(|(at, _)| at);
        let stands = |at: &usize| {
            let before = code[..*at].trim_end();
            match rule.0 {
                // Empty parameters of a block begin it.
                "||" => follows_value(before),
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

/// `f"a {x}"`, `r"…"`, `b"…"`.
pub(super) fn prefixed_string(line: &str, code: &str, near: usize) -> Option<Idiom> {
    let prefixed = |(at, word): &(usize, &str)| {
        matches!(*word, "f" | "r" | "b") && code[at + 1..].starts_with(['"', '\''])
    };
    let found = all_words(code).filter(prefixed);
    let (at, word) = found.min_by_key(|(at, _)| at.abs_diff(near))?;
    let prefix = at..at + 1;
    match word {
        "r" => {
            let why = "a string in which backslashes are letters has single quotes: `'a\\d'`";
            Some(idiom_at(prefix, code, why, None))
        }
        "b" => {
            let why = "bytes are made of a string: `\"abc\".to_bytes`";
            Some(idiom_at(prefix, code, why, None))
        }
        _ => {
            let why = "values are put into any string by `#{…}`";
            let prefix = idiom_at(prefix, code, why, None);
            let Some((length, ours)) = interpolated(&line[at + 1..]) else {
                return Some(prefix);
            };
            Some(Idiom {
                at: at..at + 1 + length,
                replacement: Some(ours),
                ..prefix
            })
        }
    }
}

/// The length of Python's string at the beginning of a text, and the same with Aria's braces. Formats and nested quotes are left to
/// people.
fn interpolated(text: &str) -> Option<(usize, String)> {
    let quote = text.chars().next()?;
    let length = text[1..].find(quote)?;
    let inner = &text[1..1 + length];
    if inner.is_empty() || inner.contains(['"', '\\', '#']) {
        return None;
    }
    let mut ours = String::new();
    let mut rest = inner;
    while let Some(at) = rest.find(['{', '}']) {
        ours.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(behind) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            ours.push_str(&rest[..1]);
            rest = behind;
            continue;
        }
        let end = rest.find('}').filter(|end| *end > 1)?;
        let value = &rest[1..end];
        if value.contains([':', '!', '{', '=']) {
            return None;
        }
        ours.push_str(&format!("#{{{value}}}"));
        rest = &rest[end + 1..];
    }
    Some((length + 2, format!("\"{ours}{rest}\"")))
}

/// `… || 3`: something that is no Bool stands for what may be missing.
pub(super) fn or_default(line: &str, code: &str, near: usize) -> Option<Idiom> {
    let bars = code.match_indices("||").map(|(at, _)| at);
    let at = bars.min_by_key(|at| at.abs_diff(near))?;
    let (before, behind) = (code[..at].trim_end(), code[at + 2..].trim_start());
    let is_negative = |c: char| c == '-' && behind[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_value = |c: char| c.is_ascii_digit() || matches!(c, '"' | '[' | '\'') || is_negative(c);
    // Empty parameters of a block begin it.
    if !follows_value(before) || !behind.starts_with(is_value) {
        return None;
    }
    let why = "the value of an Option, or another: `x.or(…)`";
    let bars = idiom_at(at..at + 2, code, why, None);
    let place = |c: char| is_word(c) || c == '.' || c == '?';
    let start = before.trim_end_matches(place).len();
    let around = before[..start].trim_end();
    let is_alone =
        around.is_empty() || around.ends_with(['=', '(', ',']) || around.ends_with("then");
    let value = code.len() - behind.len();
    let after = value + literal_length(behind);
    let next = code[after..].trim_start();
    let is_whole = after > value && (next.is_empty() || next.starts_with([')', ',']));
    if !is_alone || !is_whole || start == before.len() {
        return Some(bars);
    }
    Some(Idiom {
        at: start..after,
        replacement: Some(format!("{}.or({})", &before[start..], &line[value..after])),
        ..bars
    })
}

/// Whether a text ends with a value, so that an operator may follow.
fn follows_value(before: &str) -> bool {
    before.ends_with(|c: char| is_word(c) || matches!(c, ')' | ']' | '"'))
}

/// The length of the number or string that a text begins with; 0 for anything else.
fn literal_length(code: &str) -> usize {
    if let Some(inner) = code.strip_prefix('"') {
        return inner.find('"').map_or(0, |end| end + 2);
    }
    let sign = usize::from(code.starts_with('-'));
    let digits = code[sign..].trim_start_matches(|c: char| is_word(c) || c == '.');
    code.len() - digits.len()
}

/// Whether a type stands behind `is`, not a value: `Int`, `not Circle`.
fn asks_for_type(behind: &str) -> bool {
    let name = behind.trim_start();
    let name = name.strip_prefix("not ").unwrap_or(name).trim_start();
    let word = name.split(|c: char| !is_word(c)).next().unwrap_or("");
    let is_value = matches!(word, "None" | "True" | "False");
    let is_type = word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.contains(|c: char| c.is_ascii_lowercase());
    is_type && !is_value
}

/// Words of other languages within a line.
pub(super) fn words(code: &str, near: usize) -> Option<Idiom> {
    let found = all_words(code).filter_map(|(at, word)| {
        let behind = &code[at + word.len()..];
        let idiom = |why: &str, cure: Option<&str>| Some(idiom_at(at..at + word.len(), code, why, cure));
        match word {
            "new" if behind.starts_with(' ') => {
                let why = "a value is made by the name of its type: `Point(1.0, 2.0)`";
                Some(idiom_at(at..at + 4, code, why, Some("")))
            }
            "is" if asks_for_type(behind) => {
                let why = "a value has the type that is declared; which variant it is, `match` tells: `match x`, `when Some(y) then …`";
                idiom(why, None)
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

pub(super) fn punctuation(code: &str, near: usize) -> Option<Idiom> {
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
    // `fn f[T: Ord]` and the like are right.
    let declares = [
        "fn ", "pub ", "priv ", "struct ", "data ", "enum ", "trait ", "impl",
    ];
    if !declares
        .iter()
        .any(|word| code.trim_start().starts_with(word))
        && let Some(open) = code.find('[')
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
