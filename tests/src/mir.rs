//! What the middle end makes: `# CHECK` lines (FileCheck) over the MIR after all passes, or with `# RUN-after: fuse` right
//! after that pass; and `# count f: loop=1 alloc=0`, numbers of instructions after all passes. `ariac/src/mir/count.rs` lists
//! their names.

use crate::{compiler, directives, filecheck};
use std::path::Path;

/// Checks one case.
///
/// # Panics
/// If the MIR is not what it claims.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let counts = directives::counts(&source);
    let checks = source.contains("# CHECK");
    assert!(checks || !counts.is_empty(), "nothing is claimed");
    if checks {
        let stage = match directives::words(&source, "# RUN-after:").next() {
            Some(pass) => format!("mir:{pass}"),
            None => "mir".to_owned(),
        };
        filecheck::matches(case, &["CHECK"], &compiler::emit(case, &stage, &[]));
    }
    if counts.is_empty() {
        return;
    }
    let found = compiler::emit(case, "counts", &[]);
    for (function, wanted) in counts {
        for (what, number) in wanted {
            assert!(
                count(&found, &function, &what) == Some(number),
                "{function}: {what}={number} is wanted\n{found}{}",
                compiler::emit(case, "mir", &[])
            );
        }
    }
}

/// How many of something a function has, from lines such as `f: alloc=1 loop=2`. What is not named is not there.
fn count(text: &str, function: &str, what: &str) -> Option<usize> {
    let list = text
        .lines()
        .find_map(|line| line.strip_prefix(function)?.strip_prefix(':'))?;
    let named = list
        .split_whitespace()
        .find_map(|word| word.strip_prefix(what)?.strip_prefix('='));
    named.map_or(Some(0), |number| number.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_are_read_by_function_and_name() {
        let text = "f: alloc=1 loop=2\nfg: alloc=3\n";
        assert_eq!(count(text, "f", "loop"), Some(2));
        assert_eq!(count(text, "fg", "alloc"), Some(3));
        assert_eq!(count(text, "f", "map"), Some(0));
        assert_eq!(count(text, "h", "map"), None);
    }
}
