//! Runs `test/corpus/*.txt`, which are in the format of `tree-sitter test`, without the tree-sitter program.
//!
//! A case is a name between two lines of `=`, a program, a line of `-` and the tree that is expected, fields included.

use std::fmt::Write as _;
use std::path::Path;

use tree_sitter::{Node, Parser};

/// What `test/corpus` has at least, so that the test can't pass because it found nothing.
const LEAST_CASES: usize = 100;

struct Case {
    name: String,
    input: String,
    expected: String,
}

#[test]
fn corpus_parses_as_written() {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_aria::LANGUAGE.into()).expect("the library loads this ABI");
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(dir).expect("test/corpus is there").map(|entry| entry.expect("a readable directory").path()).collect();
    files.sort();
    let mut count = 0;
    let mut failures = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable corpus file");
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        for case in cases(&text) {
            count += 1;
            let tree = parser.parse(&case.input, None).expect("no timeout is set");
            let mut actual = String::new();
            print_tree(tree.root_node(), None, 0, &mut actual);
            let expected = indented(&case.expected);
            if actual != expected {
                let _ = writeln!(failures, "{file}: {}\n-- expected\n{expected}\n-- actual\n{actual}\n", case.name);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count >= LEAST_CASES, "only {count} cases were found");
}

/// The cases of one file.
fn cases(text: &str) -> Vec<Case> {
    let is_rule = |line: &str, c: char| line.len() >= 3 && line.chars().all(|l| l == c);
    let mut cases = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !is_rule(line, '=') {
            assert!(line.trim().is_empty(), "text outside of a case: {line}");
            continue;
        }
        let name = lines.next().expect("a case has a name").to_owned();
        assert!(lines.next().is_some_and(|line| is_rule(line, '=')), "{name}: a line of `=` ends the title");
        let mut input = Vec::new();
        let ended = lines.by_ref().take_while(|line| !is_rule(line, '-')).map(|line| input.push(line)).count();
        let mut expected = String::new();
        while let Some(line) = lines.next_if(|line| !is_rule(line, '=')) {
            expected.push_str(line);
            expected.push('\n');
        }
        assert!(ended > 0 && !expected.trim().is_empty(), "{name}: a program and a tree are needed");
        cases.push(Case { name, input: input.join("\n").trim_matches('\n').to_owned() + "\n", expected });
    }
    cases
}

/// Writes a tree with one named node a line, as `tree-sitter parse` does.
fn print_tree(node: Node<'_>, field: Option<&str>, depth: usize, out: &mut String) {
    if !out.is_empty() {
        let _ = write!(out, "\n{:1$}", "", depth * 2);
    }
    if let Some(field) = field {
        let _ = write!(out, "{field}: ");
    }
    if node.is_missing() {
        let kind = node.kind();
        let _ = if node.is_named() { write!(out, "(MISSING {kind})") } else { write!(out, "(MISSING {kind:?})") };
        return;
    }
    let _ = write!(out, "({}", node.kind());
    for (index, child) in (0..).zip(node.children(&mut node.walk())) {
        if child.is_named() || child.is_missing() {
            print_tree(child, node.field_name_for_child(index), depth + 1, out);
        }
    }
    out.push(')');
}

/// The same tree with the line breaks and the indentation that `print_tree` gives it.
fn indented(tree: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    let mut after_field = false;
    for word in tree.replace('(', " (").replace(')', " ) ").split_whitespace() {
        if word == ")" {
            depth -= 1;
            out.push(')');
        } else if word.ends_with(':') {
            let _ = write!(out, "\n{:1$}{word}", "", depth * 2);
            after_field = true;
        } else if word.starts_with('(') {
            if after_field {
                out.push(' ');
            } else if !out.is_empty() {
                let _ = write!(out, "\n{:1$}", "", depth * 2);
            }
            out.push_str(word);
            depth += 1;
            after_field = false;
        } else {
            let _ = write!(out, " {word}");
        }
    }
    out
}
