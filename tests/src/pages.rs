//! The pages of the diagnostics, the book and the README: their examples are compiled. In a page, a block ```` ```aria,wrong ```` must bring about the page's code, and
//! no other; a block ```` ```aria ```` must be accepted. [`Kind`] lists the others.

use crate::{compiler, tidy};
use std::path::{Path, PathBuf};

/// What an example of a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ```` ```aria ````: a program that is accepted. So are ```` ```aria,run ```` and ```` ```aria,test ````, which
    /// `python/test_run.py` runs.
    Right,
    /// ```` ```aria,wrong ````: a program that shows the mistake.
    Wrong,
    /// ```` ```aria,name.aria ````: a file that the examples below it import.
    File(String),
}

/// An example of a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// What it is.
    pub kind: Kind,
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
        let kind = match line.strip_prefix("```aria") {
            Some("" | ",run" | ",test") => Some(Kind::Right),
            Some(",wrong") => Some(Kind::Wrong),
            Some(word) if word.ends_with(".aria") => Some(Kind::File(word[1..].to_owned())),
            _ => None,
        };
        match (line, kind) {
            ("```", _) => open = false,
            (_, Some(kind)) => {
                open = true;
                found.push(Example {
                    kind,
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
/// # Errors
/// The first example that does not do what the page says.
pub fn check(code: &str, path: &Path) -> Result<(), String> {
    let page = crate::directives::read(path);
    let ensure = |condition: bool, what: &str| match condition {
        true => Ok(()),
        false => Err(format!("{code}.md: {what}")),
    };
    ensure(
        page.starts_with(&format!("# {code}: ")),
        "the title does not begin with the code",
    )?;
    let examples = examples(&page);
    if !tidy::is_tested_elsewhere(code) {
        let has = |cure: bool| {
            let fits = |e: &Example| match e.kind {
                Kind::Right => cure,
                Kind::Wrong => !cure,
                Kind::File(_) => false,
            };
            examples.iter().any(fits)
        };
        ensure(has(false), "shows no mistake (```aria,wrong)")?;
        ensure(has(true), "shows no cure (```aria)")?;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for example in examples {
        if let Kind::File(name) = &example.kind {
            std::fs::write(folder.path().join(name), &example.text).expect("it can be written");
            continue;
        }
        let (status, codes, said) = compile(folder.path(), &example);
        let all = |code: &str| !codes.is_empty() && codes.iter().all(|(_, c)| c == code);
        let is_accepted = status == Some(0) && said.is_empty();
        // After a warning the program is compiled.
        let failure = if code.starts_with('W') { 0 } else { 1 };
        let (is_true, what) = match example.kind {
            Kind::Wrong => (
                status == Some(failure) && all(code),
                "does not show the mistake",
            ),
            Kind::Right | Kind::File(_) => (is_accepted, "is not accepted"),
        };
        ensure(
            is_true,
            &format!("line {}: the example {what}\n{said}", example.line),
        )?;
    }
    Ok(())
}

/// Exit status, lines and codes, and the whole text of what the compiler says about an example.
fn compile(folder: &Path, example: &Example) -> (Option<i32>, Vec<(usize, String)>, String) {
    std::fs::write(folder.join("example.aria"), &example.text).expect("it can be written");
    let run = compiler::run(folder, &["check", "example.aria"]);
    let codes = crate::ui::reported(&run.stderr, "example.aria");
    (run.status, codes, run.stderr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_true() {
        let checks = pages().into_iter().map(|(code, path)| check(&code, &path));
        let wrong: Vec<String> = checks.filter_map(Result::err).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_example_of_the_book_is_true() {
        let mut files = tidy::files(&tidy::root().join("../docs"), "md");
        files.push(tidy::root().join("../README.md"));
        let mut compiled = 0;
        for file in files {
            for example in examples(&crate::directives::read(&file)) {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let (status, _, said) = compile(folder.path(), &example);
                let wanted = if example.kind == Kind::Wrong { 1 } else { 0 };
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
            (&found[0].kind, found[0].line, found[0].text.as_str()),
            (&Kind::Wrong, 2, "a\n")
        );
        assert_eq!(
            (&found[1].kind, found[1].text.as_str()),
            (&Kind::Right, "c\nd\n")
        );
    }
}
