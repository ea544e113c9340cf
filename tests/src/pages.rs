//! The pages of the diagnostics, the book and the README: their examples are compiled. In a page, a block ```` ```aria,wrong ```` must bring about the page's code, and
//! no other; a block ```` ```aria ```` must be accepted. In the book a wrong block names its code: ```` ```aria,wrong=E0301 ````. [`Kind`] lists the others.

use crate::{compiler, tidy};
use std::path::{Path, PathBuf};

/// What an example of a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ```` ```aria ````: a program that is accepted. So are ```` ```aria,run ```` and ```` ```aria,test ````, which
    /// `python/test_run.py` runs.
    Right,
    /// ```` ```aria,wrong ````: a program that shows the mistake of its page, or the one after `wrong=`.
    Wrong(Option<String>),
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
            Some(",wrong") => Some(Kind::Wrong(None)),
            Some(word) if word.starts_with(",wrong=") => {
                Some(Kind::Wrong(Some(word[",wrong=".len()..].to_owned())))
            }
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

/// What must be asked for (`-W`), and by which name.
const LINTS: [(&str, &str); 2] = [("W0501", "implicit-copy"), ("W0601", "left-out")];

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
                Kind::Wrong(_) => !cure,
                Kind::File(_) => false,
            };
            examples.iter().any(fits)
        };
        ensure(has(false), "shows no mistake (```aria,wrong)")?;
        ensure(has(true), "shows no cure (```aria)")?;
    }
    let lint = LINTS
        .iter()
        .find(|(c, _)| *c == code)
        .map(|(_, lint)| *lint);
    let folder = tempfile::tempdir().expect("a temporary folder");
    for example in examples {
        if let Kind::File(name) = &example.kind {
            std::fs::write(folder.path().join(name), &example.text).expect("it can be written");
            continue;
        }
        let (status, codes, said) = compile(folder.path(), &example, lint);
        let all = |code: &str| !codes.is_empty() && codes.iter().all(|(_, c)| c == code);
        let is_accepted = status == Some(0) && said.is_empty();
        // After a warning the program is compiled.
        let failure = if code.starts_with('W') { 0 } else { 1 };
        let (is_true, what) = match example.kind {
            Kind::Wrong(_) => (
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

/// Compiles an example of the book: a wrong one must bring about its code and no other, any other must be accepted.
/// Warnings do not count as refusals.
///
/// # Errors
/// What the compiler says, where that is not so.
pub fn check_example(folder: &Path, example: &Example) -> Result<(), String> {
    if let Kind::File(name) = &example.kind {
        std::fs::write(folder.join(name), &example.text).expect("it can be written");
        return Ok(());
    }
    let (status, codes, said) = compile(folder, example, None);
    let is_true = match &example.kind {
        Kind::Wrong(Some(code)) => {
            let failure = i32::from(!code.starts_with('W'));
            status == Some(failure) && !codes.is_empty() && codes.iter().all(|(_, c)| c == code)
        }
        Kind::Wrong(None) => return Err("`aria,wrong` of the book names its code".to_owned()),
        Kind::Right | Kind::File(_) => status == Some(0),
    };
    match is_true {
        true => Ok(()),
        false => Err(said),
    }
}

/// Exit status, lines and codes, and the whole text of what the compiler says about an example.
fn compile(
    folder: &Path,
    example: &Example,
    lint: Option<&str>,
) -> (Option<i32>, Vec<(usize, String)>, String) {
    std::fs::write(folder.join("example.aria"), &example.text).expect("it can be written");
    let mut args = vec!["check", "example.aria"];
    args.extend(lint.iter().flat_map(|lint| ["-W", lint]));
    let run = compiler::run(folder, &args);
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
        let mut untrue = Vec::new();
        for file in files {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let page = crate::directives::read(&file);
            let opened = page.lines().filter(|line| line.starts_with("```aria"));
            let known = opened.filter(|line| *line != "```aria,example").count();
            let examples = examples(&page);
            // A kind that is misspelt would be passed over.
            assert_eq!(known, examples.len(), "{}", file.display());
            for example in examples {
                if let Err(said) = check_example(folder.path(), &example) {
                    untrue.push(format!("{}:{}\n{said}", file.display(), example.line));
                }
                compiled += 1;
            }
        }
        assert!(untrue.is_empty(), "{}", untrue.join("\n"));
        assert!(compiled > 0, "the book has no examples");
    }

    #[test]
    fn examples_name_their_codes() {
        let found =
            examples("```aria,wrong=E0301\nfn f -> Int = true\n```\n```aria,wrong\na\n```\n");
        assert_eq!(found[0].kind, Kind::Wrong(Some("E0301".to_owned())));
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(check_example(folder.path(), &found[0]), Ok(()));
        let other = Example {
            kind: Kind::Wrong(Some("E0302".to_owned())),
            line: 1,
            text: found[0].text.clone(),
        };
        assert!(check_example(folder.path(), &other).is_err());
        assert!(check_example(folder.path(), &found[1]).is_err());
    }

    #[test]
    fn examples_are_found() {
        let page = "# E\n```aria,wrong\na\n```\n```console\n$ b\n```\n```aria\nc\nd\n```\n";
        let found = examples(page);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (&found[0].kind, found[0].line, found[0].text.as_str()),
            (&Kind::Wrong(None), 2, "a\n")
        );
        assert_eq!(
            (&found[1].kind, found[1].text.as_str()),
            (&Kind::Right, "c\nd\n")
        );
    }
}
