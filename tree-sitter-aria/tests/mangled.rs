//! Text that is no program must not hang or crash the parser, and a tree that is mended after an edit must be the tree
//! that a fresh parse gives: the scanner looks far ahead, and editors rely on both.

use std::path::Path;

use tree_sitter::{InputEdit, Parser, Point, Tree};

const ROUNDS: usize = 300;

#[test]
fn edits_give_the_tree_of_a_fresh_parse() {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_aria::LANGUAGE.into())
        .expect("the library loads this ABI");
    let mut random = Random(0x5EED);
    for name in ["declarations", "expressions", "language"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("test/samples/{name}.aria"));
        let sample = std::fs::read_to_string(path).expect("a readable sample");
        for _ in 0..ROUNDS {
            // Text is cut out, then put back: the first parse meets nonsense, the second must find the program again.
            let start = boundary(&sample, random.below(sample.len()));
            let end = boundary(&sample, (start + random.below(40)).min(sample.len()));
            let cut = format!("{}{}", &sample[..start], &sample[end..]);
            let mut broken = parse(&mut parser, &cut, None);
            broken.edit(&insertion(&sample, start, end));
            let mended = parse(&mut parser, &sample, Some(&broken));
            assert_eq!(
                mended.root_node().to_sexp(),
                parse(&mut parser, &sample, None).root_node().to_sexp(),
                "{name}.aria: after {:?} was put back at {start}",
                &sample[start..end]
            );
        }
    }
}

#[test]
fn shuffled_text_parses_to_its_end() {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_aria::LANGUAGE.into())
        .expect("the library loads this ABI");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/samples/expressions.aria");
    let sample = std::fs::read_to_string(path).expect("a readable sample");
    let pieces: Vec<&str> = sample.split_inclusive([' ', '\n', '(', '"', '|']).collect();
    let mut random = Random(0xA51A);
    for _ in 0..ROUNDS {
        let text: String = (0..60)
            .map(|_| pieces[random.below(pieces.len())])
            .collect();
        assert_eq!(
            parse(&mut parser, &text, None).root_node().end_byte(),
            text.len()
        );
    }
}

#[test]
fn carriage_returns_change_nothing() {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_aria::LANGUAGE.into())
        .expect("the library loads this ABI");
    for name in ["declarations", "expressions", "language"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("test/samples/{name}.aria"));
        let unix = std::fs::read_to_string(path).expect("a readable sample");
        let windows = unix.replace('\n', "\r\n");
        assert_eq!(
            parse(&mut parser, &windows, None).root_node().to_sexp(),
            parse(&mut parser, &unix, None).root_node().to_sexp(),
            "{name}.aria"
        );
    }
}

fn parse(parser: &mut Parser, text: &str, old: Option<&Tree>) -> Tree {
    parser.parse(text, old).expect("no timeout is set")
}

/// The edit that puts `text[start..end]` where nothing was.
fn insertion(text: &str, start: usize, end: usize) -> InputEdit {
    let point = |byte: usize| {
        let line = text[..byte].rfind('\n').map_or(0, |newline| newline + 1);
        Point {
            row: text[..byte].matches('\n').count(),
            column: byte - line,
        }
    };
    InputEdit {
        start_byte: start,
        old_end_byte: start,
        new_end_byte: end,
        start_position: point(start),
        old_end_position: point(start),
        new_end_position: point(end),
    }
}

/// The nearest character boundary at or before `byte`.
fn boundary(text: &str, byte: usize) -> usize {
    (0..=byte)
        .rev()
        .find(|&b| text.is_char_boundary(b))
        .unwrap_or(0)
}

/// A linear congruential generator, so that every run is the same.
struct Random(u64);

impl Random {
    /// The next number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
