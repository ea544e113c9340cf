//! Inputs: programs of this repository with changes, and rows of tokens. Input `n` of a seed is always the same.

use std::fs;
use std::path::{Path, PathBuf};

/// Characters of an input. Errors that need more are found in smaller ones too.
const LONGEST: usize = 6000;

/// Words of the language, and some that are none.
#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "fn", "end", "if", "elsif", "else", "unless", "then", "match", "when", "for", "in", "while", "loop", "break",
    "continue", "return", "let", "mut", "const", "struct", "data", "enum", "trait", "impl", "begin", "do", "module",
    "import", "from", "as", "pub", "priv", "extern", "raise", "raises", "try", "rescue", "ensure", "async", "await",
    "and", "or", "not", "self", "Self", "true", "false", "nil", "requires", "ensures", "own", "where", "pure", "step",
    "parallel_for", "x", "y", "xs", "f", "a", "_", "é", "x?", "y!", "Int", "Float", "Bool", "String", "Array", "List",
    "Option", "Result", "Some", "None", "Ok", "Err", "Point", "Shape", "T", "Fn", "Python", "C", "0", "1", "2.5",
    "1e-9", "0xff", "42i32", "7u8", "9223372036854775807", "170141183460469231731687303715884105728", "1e999",
    "\"s\"", "\"a #{", "}\"", "'r'", ":sym", "+", "-", "*", "/", "//", "%", "**", "@", "&+", "==", "!=", "<", "<=",
    ">", "=", "+=", "..", "..<", "->", "=>", "|", "||", "(", ")", "[", "]", "{", "}", ",", ":", ".", "?", "#", "##",
    "\\\n", "\n", "\n", "\n", "\n", "\u{0}", "\u{feff}", "\r\n", "\t", "@simd", "@export", "@test", ".map", ".sum",
    ".length", ".to_array", "PyArrayView[Float]", "Array[Float, 2]", "(x: Float)", "-> Float", "xs[0]", "|x|",
    "print",
];

/// Makes inputs.
pub(crate) struct Generator {
    seed: u64,
    corpus: Vec<String>,
    random: Random,
}

impl Generator {
    /// Reads the corpus: every source of the repository, and the inputs of the grammar's tests with their trees, which
    /// are as good as any nonsense.
    pub(crate) fn new(seed: u64) -> Generator {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut paths = Vec::new();
        for folder in [
            "ariac",
            "bench",
            "cargo-aria",
            "examples",
            "tests",
            "tree-sitter-aria/test",
        ] {
            collect(&root.join(folder), &mut paths);
        }
        paths.sort();
        let read = |path: &PathBuf| fs::read_to_string(path).ok();
        let corpus: Vec<String> = paths.iter().filter_map(read).collect();
        assert!(corpus.len() > 200, "{} files are too few", corpus.len());
        Generator {
            seed,
            corpus,
            random: Random(1),
        }
    }

    /// An input.
    pub(crate) fn input(&mut self, number: u64) -> String {
        self.random = Random::new(self.seed, number);
        let mut text = match self.random.below(8) {
            0 => self.soup(),
            1 | 2 => self.spliced(),
            3..=5 => self.renamed(),
            _ => self.changed(),
        };
        if text.len() > LONGEST {
            let mut end = LONGEST;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        text
    }

    fn source(&mut self) -> String {
        let number = self.random.below(self.corpus.len());
        self.corpus[number].clone()
    }

    fn token(&mut self) -> &'static str {
        TOKENS[self.random.below(TOKENS.len())]
    }

    /// Tokens one after the other, sometimes in a function.
    fn soup(&mut self) -> String {
        let count = 1 + self.random.below(120);
        let in_function = self.random.below(2) == 0;
        let mut text = String::new();
        if in_function {
            text.push_str("fn f(x: Float, xs: Array[Float]) -> Float\n  ");
        }
        for _ in 0..count {
            text.push_str(self.token());
            if self.random.below(5) > 0 {
                text.push(' ');
            }
        }
        if in_function {
            text.push_str("\nend\n");
        }
        text
    }

    /// Lines of two programs.
    fn spliced(&mut self) -> String {
        let mut lines: Vec<String> = self.source().lines().map(str::to_owned).collect();
        let other: Vec<String> = self.source().lines().map(str::to_owned).collect();
        for _ in 0..=self.random.below(4) {
            if lines.is_empty() || other.is_empty() {
                break;
            }
            let from = self.random.below(other.len());
            let length = 1 + self.random.below(6);
            let to = self.random.below(lines.len());
            let piece = other[from..(from + length).min(other.len())].to_vec();
            if self.random.below(2) == 0 {
                let end = (to + length).min(lines.len());
                lines.splice(to..end, piece);
            } else {
                lines.splice(to..to, piece);
            }
        }
        lines.join("\n") + "\n"
    }

    /// A program in which words stand for others of its kind: most of these parse, and reach the later stages.
    fn renamed(&mut self) -> String {
        let mut words = words(&self.source());
        for _ in 0..=self.random.below(3) {
            if words.is_empty() {
                break;
            }
            let at = self.random.below(words.len());
            let kind = Kind::of(&words[at]);
            if kind == Kind::Blank {
                continue;
            }
            let alike: Vec<String> = words
                .iter()
                .filter(|word| Kind::of(word) == kind)
                .cloned()
                .collect();
            words[at] = match (kind, self.random.below(3)) {
                (Kind::Number, 0) => self.number().to_owned(),
                (Kind::Type, 0) => self.ty().to_owned(),
                (Kind::Sign, 0) => self.sign().to_owned(),
                _ => alike[self.random.below(alike.len())].clone(),
            };
        }
        words.concat()
    }

    /// A program with words removed, added, doubled and moved.
    fn changed(&mut self) -> String {
        let mut words = words(&self.source());
        for _ in 0..=self.random.below(8) {
            let count = words.len();
            if count == 0 {
                break;
            }
            let at = self.random.below(count);
            match self.random.below(6) {
                0 => drop(words.remove(at)),
                1 => words.insert(at, self.token().to_owned()),
                2 => words[at] = self.token().to_owned(),
                3 => {
                    let other = self.random.below(count);
                    words.swap(at, other);
                }
                4 => {
                    let end = (at + 1 + self.random.below(12)).min(count);
                    let piece = words[at..end].to_vec();
                    let to = self.random.below(count);
                    words.splice(to..to, piece);
                }
                _ => {
                    let end = (at + self.random.below(12)).min(count);
                    drop(words.drain(at..end));
                }
            }
        }
        words.concat()
    }

    fn number(&mut self) -> &'static str {
        const NUMBERS: &[&str] = &[
            "0",
            "1",
            "-1",
            "2",
            "0.0",
            "1e308",
            "9223372036854775807",
            "9223372036854775808",
            "255u8",
            "256u8",
            "3f32",
            "1_000_000_000_000",
        ];
        NUMBERS[self.random.below(NUMBERS.len())]
    }

    fn ty(&mut self) -> &'static str {
        const TYPES: &[&str] = &[
            "Int",
            "Float",
            "Bool",
            "String",
            "Int8",
            "UInt64",
            "Float32",
            "Complex",
            "Unit",
            "Bytes",
            "Array",
            "List",
            "Option",
            "PyArrayView",
            "PythonArray",
            "PythonObject",
            "Self",
            "T",
        ];
        TYPES[self.random.below(TYPES.len())]
    }

    fn sign(&mut self) -> &'static str {
        const SIGNS: &[&str] = &[
            "+", "-", "*", "/", "//", "%", "**", "@", "&+", "==", "<", "=", "+=", "..", "..<",
            "->", "and", "or", "in",
        ];
        SIGNS[self.random.below(SIGNS.len())]
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(&path, paths);
            }
        } else if path.extension().is_some_and(|e| e == "aria")
            || path.parent().is_some_and(|p| p.ends_with("corpus"))
        {
            paths.push(path);
        }
    }
}

/// What a word is, roughly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Type,
    Number,
    Sign,
    Blank,
}

impl Kind {
    fn of(word: &str) -> Kind {
        match word.chars().next() {
            Some(c) if c.is_whitespace() => Kind::Blank,
            Some(c) if c.is_ascii_digit() => Kind::Number,
            Some(c) if c.is_uppercase() => Kind::Type,
            Some(c) if c == '_' || c.is_alphanumeric() => Kind::Name,
            _ => Kind::Sign,
        }
    }
}

/// A text in words, signs and the blanks between them; together they are the text.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let class = match c {
            '\n' => 4,
            c if c.is_whitespace() => 3,
            c if c == '_' || c.is_alphanumeric() => 1,
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | '"' | '|' => 4,
            _ => 2,
        };
        match words.last_mut() {
            Some(word) if last == Some(class) && class != 4 => word.push(c),
            _ => words.push(c.to_string()),
        }
        last = Some(class);
    }
    words
}

/// A small generator of numbers (xorshift64*).
struct Random(u64);

impl Random {
    /// Numbers for one input.
    fn new(seed: u64, number: u64) -> Random {
        let mixed =
            (seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mut random = Random((mixed ^ (mixed >> 29)) | 1);
        for _ in 0..8 {
            random.below(2);
        }
        random
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap_or(0) % n.max(1)
    }
}
