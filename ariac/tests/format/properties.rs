//! What holds of every text.

use crate::{mistakes, texts};
use ariac::fmt::{Kept, format};
use ariac::syntax::{self, Kind, Node};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fmt::Write as _;
use std::thread;

/// Stack for trees as deep as the formatter accepts them.
const STACK: usize = 64 << 20;

/// Runs a test on a thread that has it.
pub(crate) fn with_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK).spawn(test);
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

/// What a text means: its nodes but comments, with their depth, and its tokens in order, comments included. Written
/// apart from the formatter's own comparison, which is tested by this one.
fn meaning(text: &str) -> (String, Vec<String>) {
    let tree = syntax::parse(text);
    let mut nodes = String::new();
    let mut tokens = Vec::new();
    visit(tree.root().unwrap(), 0, &mut nodes, &mut tokens);
    (nodes, tokens)
}

fn visit(node: Node<'_>, depth: usize, nodes: &mut String, tokens: &mut Vec<String>) {
    if node.kind() != Kind::Comment {
        let _ = writeln!(nodes, "{depth} {}", node.kind().as_str());
    }
    let children = node.all_children();
    let is_text = matches!(node.kind(), Kind::Error | Kind::String);
    if children.is_empty() || is_text {
        let is_comment = matches!(node.kind(), Kind::Comment | Kind::DocComment);
        let lines = node
            .text()
            .split('\n')
            .map(|line| if is_comment { line.trim() } else { line });
        tokens.push(lines.collect::<Vec<_>>().join("\n"));
        return;
    }
    for child in children {
        visit(child, depth + 1, nodes, tokens);
    }
}

/// Whether something could not be parsed, or cannot be meant.
fn is_damaged(text: &str) -> bool {
    if !mistakes::of_syntax(text).is_empty() {
        return true;
    }
    let tree = syntax::parse(text);
    let mut damaged = false;
    tree.root().unwrap().walk(|node| {
        damaged |= node.kind() == Kind::Error || node.is_missing();
        !damaged
    });
    damaged
}

/// Formats, and asserts what holds of every text.
pub(crate) fn checked(name: &str, text: &str) -> String {
    let formatted = format(text);
    let again = format(&formatted.text).text;
    assert!(
        again == formatted.text,
        "{name}: the second time it is formatted it changes\n{text}\n-- first\n{}\n-- second\n{again}",
        formatted.text
    );
    let (nodes, tokens) = meaning(text);
    let (new_nodes, new_tokens) = meaning(&formatted.text);
    assert!(
        nodes == new_nodes && tokens == new_tokens,
        "{name}: means something else\n{text}\n-- formatted\n{}",
        formatted.text
    );
    // Of a damaged text the mistakes may be told otherwise, but there are some.
    assert!(
        mistakes::of_syntax(text).is_empty() == mistakes::of_syntax(&formatted.text).is_empty(),
        "{name}: has mistakes, and has none\n{text}\n-- formatted\n{}",
        formatted.text
    );
    let damaged = is_damaged(text);
    // A `\` before `##` keeps it from documenting, and can't stay: then the text is left alone.
    let joined = text.contains("\\\n") || text.contains("\\\r\n");
    assert!(
        damaged || joined || formatted.kept == Kept::Nothing,
        "{name}: has no errors, and is left alone\n{text}"
    );
    formatted.text
}

#[test]
fn every_text_of_the_repository() {
    with_stack(|| {
        let mut whole = 0;
        for (name, text) in texts::all() {
            checked(&name, &text);
            whole += usize::from(!is_damaged(&text));
        }
        assert!(whole > 200, "only {whole} texts have no errors");
    });
}

/// Changes to a text, each at a place between 0 and 1.
#[derive(Clone, Debug)]
enum Change {
    Remove(f64),
    Insert(f64, &'static str),
    Swap(f64, f64),
    Repeat(f64),
    Cut(f64, f64),
}

/// Pieces that change what is around them.
const PIECES: &[&str] = &[
    " end",
    "\n",
    "\n\n\n",
    " (",
    ")",
    "[",
    "]",
    "|",
    " x ",
    "1",
    "\"",
    "#{",
    " if ",
    "\nfn f",
    " = ",
    "nil",
    ".",
    "..",
    ", ",
    ": ",
    " @",
    "é",
    "\u{0}",
    " then ",
    "Python",
    " - ",
    " ** ",
    " in ",
    "return ",
    "self",
    "match ",
    "'",
    "{",
    " # c\n",
    "\n## d\n",
    "\\\n",
    "\r\n",
    "\t",
    " do ",
    "|x| ",
    " and ",
    "?",
    "!",
    "a_long_name_that_fills_lines_quickly",
];

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = || 0.0..1.0;
    let piece = (0..PIECES.len()).prop_map(|n| PIECES[n]);
    let change = prop_oneof![
        place().prop_map(Change::Remove),
        (place(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (place(), place()).prop_map(|(a, b)| Change::Swap(a, b)),
        place().prop_map(Change::Repeat),
        (place(), place()).prop_map(|(a, b)| Change::Cut(a, b)),
    ];
    proptest::collection::vec(change, 1..6)
}

/// A text after changes to its words.
fn changed(text: &str, changes: &[Change]) -> String {
    let mut words: Vec<&str> = text
        .split_inclusive([' ', '\n', '(', ')', '.', ',', '['])
        .collect();
    for change in changes {
        let count = words.len();
        if count == 0 {
            break;
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place between 0 and 1 becomes an index"
        )]
        let index = |place: f64| ((count as f64 * place) as usize).min(count - 1);
        match *change {
            Change::Remove(at) => drop(words.remove(index(at))),
            Change::Insert(at, piece) => words.insert(index(at), piece),
            Change::Swap(a, b) => words.swap(index(a), index(b)),
            Change::Repeat(at) => words.insert(index(at), words[index(at)]),
            Change::Cut(at, length) => {
                let end = (index(at) + (length * 10.0) as usize).min(count);
                drop(words.drain(index(at)..end));
            }
        }
    }
    words.concat()
}

#[test]
fn changed_texts() {
    with_stack(run_changed_texts);
}

fn run_changed_texts() {
    let texts = texts::all();
    let mut runner = TestRunner::new(Config {
        cases: std::env::var("ARIA_TEST_EXAMPLES")
            .ok()
            .and_then(|n| n.parse().ok())
            .unwrap_or(500),
        failure_persistence: None,
        ..Config::default()
    });
    let strategy = (0..texts.len(), changes());
    let result = runner.run(&strategy, |(number, changes)| {
        let (name, text) = &texts[number];
        // A failure is shrunk by running it again, so that a panic must be a value here.
        let text = changed(text, &changes);
        let run = std::panic::catch_unwind(|| checked(name, &text));
        prop_assert!(run.is_ok(), "{name}\n{text}");
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
