//! Which parts of the prelude a program can reach, so that a small program does not pay for a large library.
//!
//! A part is a declaration, or a function in the body of a type, `impl` or `extern`. The words of the program's text
//! reach the parts that they name, the words of those reach others, and so on. Nothing is parsed for that: the layout of
//! the prelude's files tells where a part begins. A word in a comment or a string reaches something for nothing, which
//! costs a little time. What constructs reach without its name is in [`REACHED_BY`] and [`CALLED_BY_CONSTRUCTS`]; where
//! they do not suffice a program has errors, and is then compiled with all of the prelude.

use super::{Receiver, find_method};
use std::collections::HashSet;
use std::ops::Range;

/// What is reached with a word or sign that does not name it.
const REACHED_BY: &[(&str, &[&str])] = &[
    ("step", &["_slice_by"]),
    ("nil", &["Option"]),
    ("?", &["Option", "Result"]),
    ("try", &["Result"]),
    ("{", &["Map"]),
    ("@", &["_matmul", "_matvec", "_vecmat"]),
    ("struct", TRAITS_OF_VALUES),
    ("data", TRAITS_OF_VALUES),
    ("enum", TRAITS_OF_VALUES),
    ("impl", TRAITS_OF_VALUES),
    ("List", TRAITS_OF_VALUES),
    (
        "hash",
        &["_combine", "_hash_int", "_hash_float", "_hash_string"],
    ),
];

/// The traits that declared types have without an `impl`.
const TRAITS_OF_VALUES: &[&str] = &["Eq", "Ord", "Hash", "Display"];

/// The functions that constructs call: with the name of their type, they are reached.
const CALLED_BY_CONSTRUCTS: &[&str] = &[
    "new",
    "index",
    "set_index",
    "slice",
    "contains?",
    "length",
    "_iter_next",
    "_iter_at",
    "_index",
];

/// The types of values that no declaration need name.
const TYPES_OF_LITERALS: &[&str] = &["String", "Int", "Float", "Bool", "Array", "ArrayView"];

/// The word that reaches, beside their names, functions of arrays that are named like the language's own, `sum`: most programs
/// mean those. (The sum of truths, which no word tells, takes all of the prelude.)
const AXIS: &str = "axis";

/// A part of a file.
#[derive(Debug)]
struct Part {
    file: usize,
    /// Its bytes; of what has functions in it, those before, between and after them.
    bytes: Vec<Range<usize>>,
    kind: PartKind,
}

#[derive(Debug)]
enum PartKind {
    /// Reached by one of its names: its own, or those of its variants.
    Type(Vec<&'static str>),
    /// Reached by its name.
    Other(&'static str),
    /// `impl Trait for Type`: reached by the type if the prelude declares it, else by the trait.
    Impl {
        of_trait: &'static str,
        ty: &'static str,
    },
    /// `impl Type`, or an `extern` without a type: reached with one of its functions.
    Frame(Option<&'static str>),
    /// A function in the part `parent`.
    Member {
        name: &'static str,
        /// A word that must be there too.
        with: Option<&'static str>,
        parent: usize,
    },
}

/// The bytes of each text of the prelude that a program of these files needs.
pub(super) fn reached(prelude: &[&'static str], program: &[&str]) -> Vec<Vec<Range<usize>>> {
    let mut parts = Vec::new();
    for (file, text) in prelude.iter().enumerate() {
        split(file, text, &mut parts);
    }
    let mut reach = Reach {
        declared: parts.iter().flat_map(Part::names).copied().collect(),
        words: HashSet::new(),
        reached: vec![false; parts.len()],
        parts: &parts,
    };
    for text in program {
        reach.add_words(text);
        if text.lines().any(keeps_a_range) {
            reach.words.insert("_slice_by");
        }
    }
    while reach.grow(prelude) {}
    let mut ranges = vec![Vec::new(); prelude.len()];
    for (part, _) in parts.iter().zip(&reach.reached).filter(|(_, is)| **is) {
        ranges[part.file].extend(part.bytes.iter().cloned());
    }
    for ranges in &mut ranges {
        ranges.sort_unstable_by_key(|r: &Range<usize>| r.start);
    }
    ranges
}

/// Whether a line may give a variable a range, which then may be an index: it has one in no brackets, and is not the head of
/// a loop or an arm.
fn keeps_a_range(line: &str) -> bool {
    let head = ["for ", "parallel_for ", "when ", "#"];
    if head.iter().any(|word| line.trim_start().starts_with(word)) {
        return false;
    }
    let depth = |text: &str| {
        text.matches('[')
            .count()
            .abs_diff(text.matches(']').count())
    };
    let mut ranges = line.match_indices("..");
    ranges.any(|(at, _)| depth(&line[..at]) == 0)
}

impl Part {
    /// The names of a type.
    fn names(&self) -> &[&'static str] {
        match &self.kind {
            PartKind::Type(names) => names,
            _ => &[],
        }
    }
}

struct Reach<'p> {
    parts: &'p [Part],
    /// The names of all declarations.
    declared: HashSet<&'static str>,
    words: HashSet<&'p str>,
    reached: Vec<bool>,
}

impl<'p> Reach<'p> {
    /// Adds what the words so far reach; whether there was anything.
    fn grow(&mut self, prelude: &[&'static str]) -> bool {
        let mut has_grown = false;
        for i in 0..self.parts.len() {
            if self.reached[i] || !self.is_reached(i) {
                continue;
            }
            has_grown = true;
            self.add(i, prelude);
            if let PartKind::Member { parent, .. } = self.parts[i].kind
                && !self.reached[parent]
            {
                self.add(parent, prelude);
            }
        }
        has_grown
    }

    fn is_reached(&self, part: usize) -> bool {
        let has = |word: &str| self.words.contains(word);
        match &self.parts[part].kind {
            PartKind::Type(names) => names.iter().any(|n| has(n)),
            PartKind::Other(name) => has(name),
            PartKind::Impl { of_trait, ty } => match self.declared.contains(ty) {
                true => has(ty),
                false => has(of_trait),
            },
            PartKind::Frame(_) => false,
            PartKind::Member { with, .. } if !with.is_none_or(has) => false,
            PartKind::Member { name, parent, .. } => {
                let (is_open, is_named) = match &self.parts[*parent].kind {
                    PartKind::Frame(Some(ty)) => {
                        let is_named = has(ty);
                        (is_named || TYPES_OF_LITERALS.contains(ty), is_named)
                    }
                    PartKind::Frame(None) => (true, false),
                    _ => (self.reached[*parent], self.reached[*parent]),
                };
                is_open && (has(name) || is_named && CALLED_BY_CONSTRUCTS.contains(name))
            }
        }
    }

    fn add(&mut self, part: usize, prelude: &[&'static str]) {
        self.reached[part] = true;
        let part = &self.parts[part];
        for bytes in &part.bytes {
            let lines = prelude[part.file][bytes.clone()].lines();
            for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
                self.add_words(line);
            }
        }
    }

    /// Adds the words of a text, and what comes with them.
    fn add_words(&mut self, text: &'p str) {
        let mut add = |word: &'p str| {
            if self.words.insert(word)
                && let Some((_, more)) = REACHED_BY.iter().find(|(by, _)| *by == word)
            {
                self.words.extend(*more);
            }
        };
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            while bytes.get(at).is_some_and(|&b| is_word(b)) {
                at += 1;
            }
            if start == at {
                // The `{` of `#{` opens no map.
                let is_hole = bytes[at] == b'{' && at > 0 && bytes[at - 1] == b'#';
                at += 1;
                // The `@` of an attribute has its name right behind it.
                let is_attribute =
                    bytes[start] == b'@' && bytes.get(at).is_some_and(|&b| is_word(b));
                if matches!(bytes[start], b'{' | b'?' | b'@') && !is_hole && !is_attribute {
                    add(&text[start..at]);
                }
                continue;
            }
            add(&text[start..at]);
            // The mark may belong to the word, as in `empty?`, or follow it, as in `Int?`.
            if matches!(bytes.get(at), Some(b'?' | b'!')) {
                add(&text[start..=at]);
                if bytes[start].is_ascii_uppercase() {
                    add("nil");
                }
                at += 1;
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The first word of a text, and the mark behind it.
fn first_word(text: &str) -> &str {
    let end = text.bytes().position(|b| !is_word(b)).unwrap_or(text.len());
    let mark = text[end..].starts_with(['?', '!']);
    &text[..end + usize::from(mark)]
}

/// Adds the parts of a file. Declarations begin in the first column; functions in them, and variants, in the third.
fn split(file: usize, text: &'static str, parts: &mut Vec<Part>) {
    let mut declaration = None;
    let mut member = None;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        let code = line.trim_start_matches(' ');
        let code = code.strip_prefix("priv ").unwrap_or(code);
        match (line.len() - line.trim_start_matches(' ').len(), code) {
            (0, "\n") => {}
            (0, "end\n") => member = None,
            (0, code) => {
                declaration = declared(code).map(|kind| begin(file, kind, parts));
                member = None;
            }
            // What documents the next one is of no use to the compiler.
            (2, code) if code.starts_with('#') => {
                member = None;
                continue;
            }
            (2, code) => {
                let around = declaration.map(|d: usize| (d, &mut parts[d].kind));
                match (around, code.strip_prefix("fn ")) {
                    (Some((parent, PartKind::Type(_) | PartKind::Frame(_))), Some(name)) => {
                        let name = first_word(name);
                        let is_builtin =
                            matches!(parts[parent].kind, PartKind::Frame(Some("ArrayView")))
                                && find_method(Receiver::Array, name).is_some();
                        let with = (is_builtin || code.contains("axis: Int")).then_some(AXIS);
                        let kind = PartKind::Member { name, with, parent };
                        member = Some(begin(file, kind, parts));
                    }
                    (Some((_, PartKind::Type(names))), None)
                        if code.starts_with(char::is_uppercase) =>
                    {
                        names.push(first_word(code));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        if let Some(part) = member.or(declaration) {
            let bytes = &mut parts[part].bytes;
            match bytes.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => bytes.push(start..end),
            }
        }
    }
}

/// Adds a part, of which nothing is known yet but its kind.
fn begin(file: usize, kind: PartKind, parts: &mut Vec<Part>) -> usize {
    let bytes = Vec::new();
    parts.push(Part { file, bytes, kind });
    parts.len() - 1
}

/// What begins with this line; none for a comment.
fn declared(line: &'static str) -> Option<PartKind> {
    let keyword = first_word(line);
    let rest = line[keyword.len()..].trim_start();
    Some(match keyword {
        "" => return None,
        "struct" | "data" | "enum" => PartKind::Type(vec![first_word(rest)]),
        "extern" => PartKind::Frame(None),
        "impl" => {
            // The type parameters may have brackets in them.
            let mut depth = 0;
            let is_head = |c: char| {
                depth += i32::from(c == '[') - i32::from(c == ']');
                depth > 0 || c == ']' || c == ' '
            };
            let head = rest.trim_start_matches(is_head);
            match head.split_once(" for ") {
                Some((of_trait, ty)) => PartKind::Impl {
                    of_trait: first_word(of_trait),
                    ty: first_word(ty),
                },
                None => PartKind::Frame(Some(first_word(head))),
            }
        }
        _ => PartKind::Other(first_word(rest)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::prelude::FILES;
    use crate::syntax;

    fn texts() -> Vec<&'static str> {
        FILES.iter().map(|(_, text)| *text).collect()
    }

    /// The code that a program reaches.
    fn code(program: &str) -> String {
        let texts = texts();
        let all = reached(&texts, &[program]);
        let files = all.into_iter().zip(&texts);
        let parts = files.flat_map(|(parts, text)| parts.into_iter().map(move |p| &text[p]));
        parts.collect()
    }

    #[test]
    fn a_numeric_kernel_reaches_nothing() {
        let kernel = "fn f(xs: PyArrayView[Float]) -> Float\n  requires xs.length > 0 : \"empty\"\n  \
                      xs.map |x| x.max(0.0) end.sum\nend\n";
        assert_eq!(code(kernel), "");
    }

    #[test]
    fn sums_along_an_axis_are_reached_by_that_word() {
        let of_rows = code("fn f(m: Array[Float, 2]) -> Array[Float] = m.sum(axis: 1)");
        assert!(of_rows.contains("fn sum(self, axis: Int)"), "{of_rows}");
        let spread = code("fn f(xs: Array[Float]) -> Float = xs.var");
        assert!(spread.contains("fn var(self, less: Int = 0)"), "{spread}");
        assert!(!spread.contains("axis: Int"), "{spread}");
    }

    #[test]
    fn words_reach_what_they_name_and_what_that_names() {
        let code = code("fn f(x: Int?) -> Int = x.or(0)");
        assert!(code.contains("enum Option[T]"), "{code}");
        assert!(code.contains("fn or(own self, own default: T) -> T"));
        assert!(!code.contains("fn and_then"), "nobody asks for it:\n{code}");
        assert!(!code.contains("enum Result"), "{code}");
        assert!(!code.contains("##"), "{code}");
    }

    #[test]
    fn types_bring_the_traits_that_they_have_and_functions_their_frames() {
        let code = code("fn f(xs: List[Float]) -> Float = xs.first.unwrap");
        for part in [
            "trait Ord: Eq",
            "impl[T] List[T]\n",
            "  fn first(",
            "fn unwrap(",
            "enum Option",
        ] {
            assert!(code.contains(part), "{part} is missing:\n{code}");
        }
        assert!(!code.contains("fn insert("), "{code}");
    }

    #[test]
    fn whatever_is_reached_can_be_parsed() {
        let texts = texts();
        let mut words = HashSet::new();
        for text in &texts {
            words.extend(text.split(|c: char| !c.is_alphanumeric() && !"_?!".contains(c)));
        }
        for word in words {
            for program in [
                word.to_owned(),
                format!("{word} List Map Set String Option"),
            ] {
                for (parts, text) in reached(&texts, &[&program]).iter().zip(&texts) {
                    if !parts.is_empty() {
                        let tree = syntax::parse_parts(text, parts);
                        assert!(syntax::problems(&tree).is_empty(), "{program}: {parts:?}");
                    }
                }
            }
        }
    }
}
