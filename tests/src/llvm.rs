//! What reaches the machine: FileCheck over the optimised LLVM IR of each CPU level that a case names.
//!
//! `# RUN-levels: x86-64, x86-64-v3, x86-64-v4`: lines with `CHECK` hold at all of them, `V1`, `V2`, `V3`, `V4` at one.

use crate::{compiler, directives, filecheck};
use std::path::Path;

/// The levels, and the prefix of the directives for one alone.
pub const LEVELS: &[(&str, &str)] = &[
    ("x86-64", "V1"),
    ("x86-64-v2", "V2"),
    ("x86-64-v3", "V3"),
    ("x86-64-v4", "V4"),
];

/// Checks one case.
///
/// # Panics
/// If a directive does not match.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let levels: Vec<&str> = directives::words(&source, "# RUN-levels:").collect();
    assert!(!levels.is_empty(), "# RUN-levels: is missing");
    for level in levels {
        let known = LEVELS.iter().find(|(name, _)| *name == level);
        let (_, prefix) = known.unwrap_or_else(|| panic!("no such level: {level}"));
        let text = compiler::emit(case, "llvm", &["--cpu", level]);
        filecheck::matches(case, &["CHECK", prefix], &text);
    }
}
