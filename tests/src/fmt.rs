//! What `ariac fmt` makes of a file: the whole text in `NAME.formatted`, which formatting leaves alone.

use crate::{compiler, directives, expectation};
use std::path::Path;

/// Checks one case.
///
/// # Panics
/// If the file becomes another text, or that text is not formatted.
pub fn check(case: &Path) {
    let (_, file) = compiler::split(case);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join(file);
    std::fs::copy(case, &copy).expect("a readable case");
    let run = compiler::run(folder.path(), &["fmt", file]);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert_eq!(run.success("ariac fmt"), "", "nothing is printed");
    expectation::matches(&case.with_extension("formatted"), &directives::read(&copy));
    let again = compiler::run(folder.path(), &["fmt", "--check", file]);
    assert_eq!(again.success("ariac fmt --check"), "", "formatting again");
}
