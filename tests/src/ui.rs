//! What the compiler says: the whole text in `NAME.stderr`, and each code on the offending line as well, so that a case
//! reads without its expectation.

use crate::{compiler, directives, expectation};
use std::path::Path;

/// The first line of a case that is correct.
pub const PASS: &str = "# check-pass";

/// Before more arguments of `ariac check`.
const FLAGS: &str = "# flags: ";

/// Checks one case.
///
/// # Panics
/// If the compiler says something else, or ends with a status that does not fit.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let (folder, file) = compiler::split(case);
    let mut args = vec!["check", file];
    let flags = source.lines().find_map(|line| line.strip_prefix(FLAGS));
    args.extend(flags.into_iter().flat_map(str::split_whitespace));
    let run = compiler::run(folder, &args);
    let pass = source.starts_with(PASS);
    let status = if pass { 0 } else { 1 };
    assert!(
        run.status == Some(status),
        "exit status {:?} instead of {status}\n{}",
        run.status,
        run.stderr
    );
    let reported = reported(&run.stderr, file);
    let expected = directives::codes(&source);
    assert!(
        reported == expected,
        "the codes on the lines (#~ CODE) are not what is reported\n   lines: {expected:?}\nreported: {reported:?}\n{}",
        run.stderr
    );
    let wanted = case.with_extension("stderr");
    if pass && expected.is_empty() {
        assert!(run.stderr.is_empty(), "{}", run.stderr);
    } else {
        expectation::matches(&wanted, &run.stderr);
    }
}

/// The lines and codes of what was said about a file, sorted: `error[E0201]: …` and the `--> file:line:column` below it.
#[must_use]
pub fn reported(stderr: &str, file: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut code = None;
    for line in stderr.lines() {
        let title = line
            .strip_prefix("error[")
            .or_else(|| line.strip_prefix("warning["));
        if let Some((c, _)) = title.and_then(|t| t.split_once(']')) {
            code = Some(c.to_owned());
        } else if let Some(place) = line.trim_start().strip_prefix("--> ") {
            let number = place
                .strip_prefix(file)
                .and_then(|rest| rest.strip_prefix(':'))
                .and_then(|rest| rest.split(':').next())
                .and_then(|n| n.parse().ok());
            if let (Some(code), Some(number)) = (code.take(), number) {
                found.push((number, code));
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_and_lines_are_read_from_the_text() {
        let text = "error[E0201]: x\n  --> a.aria:3:5\n   |\nerror[E0101]: y\n --> a.aria:1:1\n";
        let expected = [(1, "E0101".to_owned()), (3, "E0201".to_owned())];
        assert_eq!(super::reported(text, "a.aria"), expected);
    }
}
