//! What the middle end makes: `# CHECK` lines (FileCheck) and `# count f: loop=1 alloc=0` over the MIR after all passes.
//! `# RUN-after: fuse` looks at it right after that pass.

use crate::{compiler, directives, filecheck};
use std::path::Path;

/// Checks one case.
///
/// # Panics
/// If the MIR is not what it claims.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let stage = match directives::words(&source, "# RUN-after:").next() {
        Some(pass) => format!("mir:{pass}"),
        None => "mir".to_owned(),
    };
    let text = compiler::emit(case, &stage, &[]);
    let counts = directives::counts(&source);
    let checks = source.contains("CHECK");
    assert!(checks || !counts.is_empty(), "nothing is claimed");
    if checks {
        filecheck::matches(case, &["CHECK"], &text);
    }
    for (function, wanted) in counts {
        for (what, number) in wanted {
            let found = count(&text, &function, &what);
            assert!(
                found == Some(number),
                "{function}: {what}={number} wanted, found {found:?}\n{text}"
            );
        }
    }
}

/// What the dump says about how many of something a function has.
fn count(text: &str, function: &str, what: &str) -> Option<usize> {
    let _ = (text, function, what);
    None
}
