//! Expected texts that live in files, and their rewriting.

use pretty_assertions::StrComparison;
use std::path::Path;

/// Compares with the text in a file; with `ARIA_BLESS=1` the file is written instead.
///
/// # Panics
/// If they differ; if it is asked to write under CI, where nobody would read what it wrote.
pub fn matches(file: &Path, actual: &str) {
    if std::env::var_os("ARIA_BLESS").is_some_and(|v| v == "1") {
        assert!(
            std::env::var_os("CI").is_none(),
            "ARIA_BLESS is refused under CI: rewrite expectations at home, read them, and commit them"
        );
        std::fs::write(file, actual).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        return;
    }
    let expected = std::fs::read_to_string(file).unwrap_or_else(|e| {
        panic!(
            "{}: {e}; run with ARIA_BLESS=1 to write it. The compiler said:\n{actual}",
            file.display()
        )
    });
    assert!(
        expected == actual,
        "{} differs (- expected, + the compiler; ARIA_BLESS=1 accepts it):\n{}",
        file.display(),
        StrComparison::new(&expected, actual)
    );
}
