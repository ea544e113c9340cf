//! What `ariac report` tells: `# 9:5 fused map+sum` wants a line about this place with these words.

use crate::{compiler, directives};
use std::path::Path;

/// Checks one case.
///
/// # Panics
/// If a fact is missing.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let (folder, file) = compiler::split(case);
    let report = compiler::run(folder, &["report", file]).success("ariac report");
    let wanted: Vec<&str> = directives::remarks(&source).collect();
    assert!(
        !wanted.is_empty(),
        "no remark is wanted: write # LINE:COLUMN TEXT"
    );
    for remark in wanted {
        assert!(is_told(&report, remark), "missing: {remark}\n{report}");
    }
}

/// Whether a line begins with the place and has the words after it.
fn is_told(report: &str, remark: &str) -> bool {
    let (place, words) = remark.split_once(' ').unwrap_or((remark, ""));
    report.lines().any(|line| {
        let line = line.trim_start().split_once(' ');
        line.is_some_and(|(at, said)| at == place && said.contains(words))
    })
}

#[cfg(test)]
mod tests {
    use super::is_told;

    #[test]
    fn a_remark_wants_its_place_and_its_words() {
        let report = "f\n   3:5  for      2 lanes (x86-64), 4 lanes (x86-64-v3)\n";
        assert!(is_told(report, "3:5 4 lanes (x86-64-v3)"));
        assert!(!is_told(report, "3:6 4 lanes (x86-64-v3)"));
        assert!(!is_told(report, "3:5 8 lanes"));
    }
}
