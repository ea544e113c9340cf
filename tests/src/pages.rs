//! The pages of the diagnostics, the book and the README: their examples are compiled. In a page, a block ```` ```aria,wrong ```` must bring about the page's code, and
//! no other; a block ```` ```aria ```` must be accepted.

use crate::{compiler, tidy};
use std::path::{Path, PathBuf};

/// An example of a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// Whether it shows the mistake.
    pub wrong: bool,
    /// The line of the page where it begins.
    pub line: usize,
    /// The program.
    pub text: String,
}

/// The examples of a page.
#[must_use]
pub fn examples(page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line {
            "```" => open = false,
            "```aria" | "```aria,wrong" => {
                open = true;
                found.push(Example {
                    wrong: line.ends_with("wrong"),
                    line: index + 1,
                    text: String::new(),
                });
            }
            _ if open => {
                if let Some(example) = found.last_mut() {
                    example.text.push_str(line);
                    example.text.push('\n');
                }
            }
            _ => {}
        }
    }
    found
}

/// The pages, with their codes.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn pages() -> Vec<(String, PathBuf)> {
    let pages = tidy::files(&tidy::root().join("../ariac/docs/errors"), "md");
    assert!(!pages.is_empty(), "ariac/docs/errors has no pages");
    let code = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|s| s.to_str());
        stem.unwrap_or("").to_owned()
    };
    pages.into_iter().map(|path| (code(&path), path)).collect()
}

/// Compiles the examples of a page.
///
/// # Panics
/// If one of them does not do what the page says.
pub fn check(code: &str, path: &Path) {
    let page = crate::directives::read(path);
    assert!(
        page.starts_with(&format!("# {code}: ")),
        "{code}: the title"
    );
    let examples = examples(&page);
    if !tidy::is_tested_elsewhere(code) {
        let wrong = examples.iter().filter(|e| e.wrong).count();
        assert!(wrong > 0, "{code}: shows no mistake (```aria,wrong)");
        assert!(wrong < examples.len(), "{code}: shows no cure (```aria)");
    }
    for example in examples {
        let (status, codes, said) = compile(&example);
        let place = format!("{code}.md:{}", example.line);
        if example.wrong {
            let alone = !codes.is_empty() && codes.iter().all(|(_, c)| c == code);
            assert!(
                alone && status == Some(1),
                "{place} does not show {code}\n{said}"
            );
        } else {
            assert!(status == Some(0) && said.is_empty(), "{place}\n{said}");
        }
    }
}

/// Exit status, lines and codes, and the whole text of what the compiler says about an example.
fn compile(example: &Example) -> (Option<i32>, Vec<(usize, String)>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("example.aria"), &example.text).expect("it can be written");
    let run = compiler::run(folder.path(), &["check", "example.aria"]);
    let codes = crate::ui::reported(&run.stderr, "example.aria");
    (run.status, codes, run.stderr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_true() {
        let mut wrong = Vec::new();
        for (code, path) in pages() {
            let checked = std::panic::catch_unwind(|| check(&code, &path));
            if let Err(panic) = checked {
                let text = panic.downcast_ref::<String>().cloned();
                wrong.push(text.unwrap_or(code));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_example_of_the_book_is_true() {
        let mut files = tidy::files(&tidy::root().join("../docs"), "md");
        files.push(tidy::root().join("../README.md"));
        let mut compiled = 0;
        for file in files {
            for example in examples(&crate::directives::read(&file)) {
                let (status, _, said) = compile(&example);
                let wanted = if example.wrong { 1 } else { 0 };
                let place = format!("{}:{}", file.display(), example.line);
                assert!(status == Some(wanted), "{place}\n{said}");
                compiled += 1;
            }
        }
        assert!(compiled > 0, "the book has no examples");
    }

    #[test]
    fn examples_are_found() {
        let page = "# E\n```aria,wrong\na\n```\n```console\n$ b\n```\n```aria\nc\nd\n```\n";
        let found = examples(page);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].wrong, found[0].line, found[0].text.as_str()),
            (true, 2, "a\n")
        );
        assert_eq!((found[1].wrong, found[1].text.as_str()), (false, "c\nd\n"));
    }
}
