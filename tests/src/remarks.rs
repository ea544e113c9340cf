//! What the compiler reports about what it made: `# 9:5 fused map+sum` wants this remark at this place.

use crate::{compiler, directives};
use std::path::Path;

/// Checks one case.
///
/// # Panics
/// If a remark is missing.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let text = compiler::emit(case, "remarks", &[]);
    let wanted: Vec<&str> = directives::remarks(&source).collect();
    assert!(
        !wanted.is_empty(),
        "no remark is wanted: write # LINE:COLUMN TEXT"
    );
    for remark in wanted {
        let (place, words) = remark.split_once(' ').unwrap_or((remark, ""));
        let made = text.lines().any(|line| {
            let line = line.split_once(' ');
            line.is_some_and(|(at, said)| {
                let at = at.trim_end_matches(':');
                (at == place || at.ends_with(&format!(":{place}"))) && said.contains(words)
            })
        });
        assert!(made, "missing: {remark}\nmade:\n{text}");
    }
}
