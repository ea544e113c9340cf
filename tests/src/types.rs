//! What the compiler infers: `x = a + 1 #= Int` states the type of the variable, `reveal(a + 1) #= Int` that of the
//! expression. `--emit=types` prints one line for each: `2:3 x: Int`, `3:3 reveal Int`.

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
    for (line, name, ty) in wanted {
        let found = inferred(&text, line, &name);
        assert!(
            found == Some(&*ty),
            "line {line}: {name} is {found:?}, not {ty}\n{text}"
        );
    }
}

/// The type that the dump gives to a variable, or to what is revealed, on a line.
fn inferred<'a>(text: &'a str, line: usize, name: &str) -> Option<&'a str> {
    text.lines().find_map(|row| {
        let (place, fact) = row.split_once(' ')?;
        let at: usize = place.split(':').next()?.parse().ok()?;
        let ty = fact
            .strip_prefix(name)?
            .trim_start_matches(':')
            .strip_prefix(' ')?;
        (at == line).then_some(ty)
    })
}

#[cfg(test)]
mod tests {
    use super::inferred;

    #[test]
    fn types_are_read_by_line_and_name() {
        let text = "1:4 fn f(x: Int) -> Unit\n2:3 x: Int\n2:3 xs: Float\n3:3 reveal Array[Int]\n";
        assert_eq!(inferred(text, 2, "xs"), Some("Float"));
        assert_eq!(inferred(text, 2, "x"), Some("Int"));
        assert_eq!(inferred(text, 3, "reveal"), Some("Array[Int]"));
        assert_eq!(inferred(text, 3, "x"), None);
    }
}
