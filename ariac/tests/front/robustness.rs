//! No text makes the front end panic, overflow the stack, or take long.

use crate::front;
use std::path::Path;

/// The programs of the grammar's and the compiler's tests.
fn samples() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "../tree-sitter-aria/test/samples",
        "../tests/types",
        "../tests/ui/accepted",
    ];
    let mut samples: Vec<String> = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
        paths.sort();
        let texts = paths
            .iter()
            .filter(|p| p.extension().is_some_and(|e| e == "aria"));
        samples.extend(texts.map(|p| std::fs::read_to_string(p).unwrap()));
    }
    assert!(samples.len() > 20);
    samples
}

/// A small generator of numbers, the same in every run (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap_or(0) % n.max(1)
    }
}

#[test]
fn truncated_programs() {
    let mut random = Random(1);
    for text in samples() {
        for _ in 0..12 {
            let mut end = random.below(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            front(&text[..end]);
        }
    }
}

#[test]
fn mutated_programs() {
    let pieces = [
        "end", "\n", "(", ")", "[", "|", "x", "1", "\"", "#{", "if", "fn ", "=", "nil", ".", "..",
        ",", ":", "@", "é", "\u{0}", "then", "Python", "-", "**", " in ", "return", "self",
        "match", "'", "{", "#",
    ];
    let mut random = Random(2);
    for text in samples() {
        let words: Vec<&str> = text
            .split_inclusive([' ', '\n', '(', ')', '.', ','])
            .collect();
        for _ in 0..12 {
            let mut words = words.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(words.len());
                match random.below(4) {
                    0 => drop(words.remove(at)),
                    1 => words.insert(at, pieces[random.below(pieces.len())]),
                    2 => words.swap(at, 0),
                    _ => words[at] = pieces[random.below(pieces.len())],
                }
            }
            front(&words.concat());
        }
    }
}

#[test]
fn nesting_has_a_limit() {
    let wrap = |body: String| format!("fn f(a: Float, xs: Array[Float]) -> Float\n  {body}\nend\n");
    let deep =
        |open: &str, close: &str, n: usize| wrap(format!("{}a{}", open.repeat(n), close.repeat(n)));
    for text in [
        deep("(", ")", 20_000),
        deep("[", "]", 20_000),
        deep("-", "", 20_000),
        deep("if a > 1.0\n", "\nend", 3_000),
        deep("xs.map |x| ", " end", 600),
        deep("\"#{", "}\"", 2_000),
        deep("", ".abs", 2_000),
        deep("", " + a", 2_000),
        format!(
            "fn f(x: {}Int{})\nend\n",
            "Array[".repeat(5_000),
            "]".repeat(5_000)
        ),
        wrap(format!(
            "let {}a{} = 1",
            "(".repeat(5_000),
            ",)".repeat(5_000)
        )),
        wrap(format!(
            "if a > 1.0\n a\n{}end",
            "elsif a > 2.0\n a\n".repeat(2_000)
        )),
    ] {
        let reports = front(&text).reports;
        assert!(
            reports.contains("nested more than 256 levels deep"),
            "{}\n{reports}",
            &text[..90]
        );
    }
    // What is below the limit works.
    for text in [
        deep("(", ")", 200),
        deep("", " + a", 200),
        deep("-", "", 200),
    ] {
        assert_eq!(front(&text).reports, "");
    }
}
