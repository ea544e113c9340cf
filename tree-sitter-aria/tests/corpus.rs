//! Runs `test/corpus/*.txt`, which are in the format of `tree-sitter test`, without the tree-sitter program.
//!
//! A case is a name between two lines of `=`, a program, a line of `-` and the tree that is expected, fields included.
//! `ARIA_BLESS=1` rewrites the trees; read the difference before it is committed.

use std::fmt::Write as _;
use std::path::Path;

use tree_sitter::Parser;

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
    parser
        .set_language(&tree_sitter_aria::LANGUAGE.into())
        .expect("the library loads this ABI");
    let bless = std::env::var_os("ARIA_BLESS").is_some();
    assert!(
        !(bless && std::env::var_os("CI").is_some()),
        "ARIA_BLESS is refused under CI"
    );

    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let entries = std::fs::read_dir(dir).expect("test/corpus is there");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .collect();
    files.sort();
    let mut count = 0;
    let mut failures = String::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a readable corpus file");
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let mut blessed = Vec::new();
        for case in cases(&text) {
            count += 1;
            let tree = parser.parse(&case.input, None).expect("no timeout is set");
            let actual = indented(&tree.root_node().to_sexp());
            let expected = indented(&case.expected);
            if bless {
                let (double, single) = ("=".repeat(80), "-".repeat(80));
                blessed.push(format!(
                    "{double}\n{}\n{double}\n\n{}\n{single}\n\n{actual}\n",
                    case.name, case.input
                ));
            } else if actual != expected {
                let _ = writeln!(
                    failures,
                    "{file}: {}\n-- expected\n{expected}\n-- actual\n{actual}\n",
                    case.name
                );
            } else if !file.starts_with("errors")
                && ["(ERROR", "(MISSING", "(missing_end"]
                    .iter()
                    .any(|error| actual.contains(error))
            {
                let _ = writeln!(
                    failures,
                    "{file}: {}: only errors.txt may expect an error\n",
                    case.name
                );
            }
        }
        if bless {
            std::fs::write(&path, blessed.join("\n")).expect("a writable corpus file");
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
        assert!(
            lines.next().is_some_and(|line| is_rule(line, '=')),
            "{name}: a line of `=` ends the title"
        );
        let input: Vec<_> = lines
            .by_ref()
            .take_while(|line| !is_rule(line, '-'))
            .collect();
        let mut expected = Vec::new();
        while let Some(line) = lines.next_if(|line| !is_rule(line, '=')) {
            expected.push(line);
        }
        let expected = expected.join("\n");
        assert!(
            expected.contains('('),
            "{name}: a program, a line of `-` and a tree are needed"
        );
        cases.push(Case {
            name,
            input: input.join("\n").trim_matches('\n').to_owned() + "\n",
            expected,
        });
    }
    cases
}

/// The same tree with one node a line, indented.
fn indented(tree: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    let mut after_field = false;
    for word in words(tree) {
        if word == ")" {
            depth -= 1;
            out.push(')');
        } else if word.starts_with('(') || word.ends_with(':') {
            if after_field {
                out.push(' ');
            } else if !out.is_empty() {
                let _ = write!(out, "\n{:1$}", "", depth * 2);
            }
            out.push_str(word);
            after_field = word.ends_with(':');
            depth += usize::from(!after_field);
        } else {
            let _ = write!(out, " {word}");
        }
    }
    out
}

/// A tree's text in pieces: `(kind`, `field:`, `)`, and the quoted or plain words of `MISSING` and `UNEXPECTED`.
fn words(tree: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = tree.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ')' => 1,
            // The word may be a quotation mark itself.
            '"' | '\'' => rest[1..]
                .find(&format!("{first})"))
                .map_or(rest.len(), |end| end + 2),
            _ => rest[1..]
                .find(|c: char| c.is_whitespace() || "()".contains(c))
                .map_or(rest.len(), |end| end + 1),
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}
