//! Looks after the cases: every diagnostic has one, and none is a case in name only.

use std::path::{Path, PathBuf};

/// Codes that no source text alone brings about, and where they are tested.
pub const TESTED_ELSEWHERE: &[(&str, &str)] = &[
    ("E0002", "python/test_cli.py: a file that is not there"),
    ("E0003", "python/test_cli.py: a file that is not UTF-8"),
    ("E0601", "python/test_cli.py: no Python"),
    ("E0602", "python/test_cli.py: a Python without a runtime"),
    ("E0606", "python/test_attributes.py: what @simd promises"),
    ("E0603", "python/test_cli.py: a linker that fails"),
    (
        "E0604",
        "python/test_cli.py: an output folder that cannot be written",
    ),
    (
        "E0605",
        "python/test_cli.py: a file name that is no module name",
    ),
];

/// Whether a code cannot have a ui case.
#[must_use]
pub fn is_tested_elsewhere(code: &str) -> bool {
    TESTED_ELSEWHERE.iter().any(|(c, _)| *c == code)
}

/// Lines of a case. A longer one shows more than one thing.
pub const LONGEST: usize = 80;

/// All files below a folder with this ending.
///
/// # Panics
/// If a folder cannot be read.
#[must_use]
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The folder of this crate.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directives, pages, ui};
    use std::collections::BTreeSet;

    fn ui_cases() -> Vec<(PathBuf, String)> {
        let mut cases = files(&root().join("ui"), "aria");
        // Files that cases import are none.
        cases.retain(|path| {
            path.parent()
                .is_none_or(|folder| !folder.ends_with("modules"))
        });
        let read = |path: PathBuf| {
            let text = directives::read(&path);
            (path, text)
        };
        cases.into_iter().map(read).collect()
    }

    #[test]
    fn every_code_has_a_case() {
        let shown: BTreeSet<String> = ui_cases()
            .iter()
            .flat_map(|(_, text)| directives::codes(text))
            .map(|(_, code)| code)
            .collect();
        for (code, _) in pages::pages() {
            assert!(
                shown.contains(&code) != is_tested_elsewhere(&code),
                "{code}: wants a ui case, or a reason in TESTED_ELSEWHERE (not both)"
            );
        }
    }

    #[test]
    fn every_reason_names_a_test_that_speaks_of_the_code() {
        for (code, place) in TESTED_ELSEWHERE {
            let file = place.split(':').next().unwrap_or("");
            let text = directives::read(&root().join(file));
            assert!(text.contains(code), "{file} does not speak of {code}");
        }
    }

    #[test]
    fn every_ui_case_expects_something() {
        for (path, text) in ui_cases() {
            let codes = !directives::codes(&text).is_empty();
            let expected = path.with_extension("stderr").exists();
            assert!(
                codes == expected,
                "{}: lines with #~ CODE and a .stderr file belong together",
                path.display()
            );
            assert!(
                codes || text.starts_with(ui::PASS),
                "{}: says neither {} nor #~ CODE",
                path.display(),
                ui::PASS
            );
        }
    }

    #[test]
    fn every_expectation_belongs_to_a_case() {
        let mut expectations = files(&root().join("ui"), "stderr");
        expectations.extend(files(&root().join("fmt"), "formatted"));
        expectations.extend(files(&root().join("lang"), "stdout"));
        for expected in expectations {
            let case = expected.with_extension("aria");
            assert!(case.exists(), "{}: its case is gone", expected.display());
        }
    }

    #[test]
    fn no_expectation_is_a_crash() {
        for expected in files(&root().join("ui"), "stderr") {
            let text = directives::read(&expected).to_lowercase();
            for word in ["panicked", "internal", "rust_backtrace", "a bug"] {
                assert!(!text.contains(word), "{}: {word}", expected.display());
            }
        }
    }

    #[test]
    fn cases_are_short() {
        for kind in ["ui", "types", "mir", "llvm", "remarks", "fmt"] {
            for case in files(&root().join(kind), "aria") {
                let lines = directives::read(&case).lines().count();
                assert!(
                    lines <= LONGEST,
                    "{}: {lines} lines, at most {LONGEST}",
                    case.display()
                );
            }
        }
    }
}
