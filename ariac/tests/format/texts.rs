//! The texts that are formatted: every source of this repository, and every input of the grammar's tests.

use std::fs;
use std::path::{Path, PathBuf};

/// All texts, with what they are called.
pub(crate) fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = Vec::new();
    for folder in [
        "ariac/prelude",
        "bench",
        "cargo-aria",
        "examples",
        "tests",
        "tree-sitter-aria/test",
    ] {
        for path in files(&root.join(folder)) {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            let text = fs::read_to_string(&path).unwrap();
            if path.extension().is_some_and(|e| e == "aria") {
                texts.push((name, text));
            } else {
                texts.extend(corpus(&name, &text));
            }
        }
    }
    assert!(texts.len() > 300, "{} texts are too few", texts.len());
    texts
}

/// The sources and corpora below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let is_corpus = path.parent().is_some_and(|p| p.ends_with("corpus"));
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".venv") {
                found.extend(files(&path));
            }
        } else if path.extension().is_some_and(|e| e == "aria") || is_corpus {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The inputs of a file in the format of `tree-sitter test`.
fn corpus(name: &str, text: &str) -> Vec<(String, String)> {
    let is_rule = |line: &str, c: char| line.len() >= 3 && line.chars().all(|l| l == c);
    let mut inputs = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !is_rule(line, '=') {
            continue;
        }
        let title = lines.next().unwrap_or("");
        if !lines.next().is_some_and(|line| is_rule(line, '=')) {
            continue;
        }
        let input: Vec<&str> = lines
            .by_ref()
            .take_while(|line| !is_rule(line, '-'))
            .collect();
        inputs.push((format!("{name}: {title}"), input.join("\n") + "\n"));
    }
    inputs
}
