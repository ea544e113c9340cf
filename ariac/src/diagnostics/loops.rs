//! What the compiler says about loops that are not vectorised.

use super::{Code, Diagnostic};
use crate::source::Span;

/// What LLVM says (in part, in small letters), the same for people, and what to do.
type Words = (&'static str, &'static str, &'static str);

/// The first of these that fits counts.
const REASONS: &[Words] = &[
    (
        "safe to reorder floating-point",
        "the floats are added in the order in which they are written, one after the other",
        "allow another order with `@fastmath` on the loop, or use `sum` or `dot`, whose order suits vectors",
    ),
    (
        "could not be identified as reduction",
        "each turn needs what the turn before has computed",
        "compute each turn's value from the elements alone, or collect only sums, products, least and greatest values",
    ),
    (
        "unsafe dependent memory",
        "a turn may read what another turn has written",
        "write to another array than the one that is read",
    ),
    (
        "cannot identify array bounds",
        "it is not known before the loop which elements it reads and writes",
        "let the loop's variable be the index, without looking it up in an array",
    ),
    (
        "more than one early exit",
        "several operations in it may raise an error, which ends the loop in the middle: an overflow, an index out of range, a division by zero",
        "use operators that wrap around (`&+`, `&-`, `&*`) or floats, and make indices safe with `requires` before the loop",
    ),
    (
        "early exit",
        "it may be left in the middle: by `break` or `return`, or by an error such as an overflow, an index out of range or a division by zero",
        "go through all elements; use operators that wrap around (`&+`, `&-`, `&*`) or floats, and make indices safe with `requires` before the loop",
    ),
    (
        "number of loop iterations",
        "it is not known, when the loop begins, how many turns there will be",
        "use a `for` over a range or an array, without `break`",
    ),
    (
        "uncountable",
        "it is not known, when the loop begins, how many turns there will be",
        "use a `for` over a range or an array, without `break`",
    ),
    (
        "control flow",
        "its turns take ways that vectors cannot take together",
        "choose values by `if` as an expression, and leave out `break`, `continue` and `return`",
    ),
    (
        "call instruction cannot be vectorized",
        "it calls a function that works on one number at a time",
        "give that function `@inline`, or move the call out of the loop",
    ),
    (
        "cannot be vectorized",
        "an operation in it has no form for vectors",
        "move that operation out of the loop",
    ),
    (
        "unvectorizable type",
        "values of a type in it do not fit into vectors",
        "use `Float`, `Float32`, `Int`, a sized integer or `Bool`",
    ),
    (
        "vectorization is not beneficial",
        "vectors would not make it faster",
        "remove `@simd`, or let the loop do more arithmetic for each element that it reads",
    ),
];

/// A loop that should work on vectors, and works on one element at a time: at these CPU levels, when not at all.
/// `reason`: why, in LLVM's words.
#[must_use]
pub fn not_vectorized(
    span: Span,
    promised: Span,
    what: &str,
    levels: &[&str],
    reason: Option<&str>,
) -> Diagnostic {
    let place = match levels.is_empty() {
        true => String::new(),
        false => format!(" for {}", levels.join(" and ")),
    };
    let kind = match what {
        "for" | "while" => format!("`{what}` loop"),
        _ => format!("loop of this `{what}`"),
    };
    let message = format!("this {kind} is not vectorised{place}");
    let said = reason.map(str::to_lowercase).unwrap_or_default();
    let known = REASONS.iter().find(|(llvm, ..)| said.contains(llvm));
    let label = known.map_or("works on one element at a time", |(_, words, _)| words);
    let report = Diagnostic::error(Code::NotVectorized, span, message, label)
        .at(promised, "promises that it works on vectors");
    match (known, reason) {
        (Some((_, _, cure)), _) => report.help(*cure),
        (None, Some(reason)) => {
            let first = reason.lines().next().unwrap_or_default();
            report
                .note(format!("LLVM says: {first}"))
                .help("remove `@simd`, or compute with numbers in arrays alone in the loop")
        }
        (None, None) => report.help(
            "remove `@simd`, or compute with numbers in arrays alone in the loop: no texts, lists, objects, or calls that loop themselves",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Id;
    use crate::source::FileId;

    #[test]
    fn the_more_special_reason_is_told() {
        let span = Span::new(FileId::from_index(0), 0, 3);
        let label = |reason| {
            let report = not_vectorized(span, span, "for", &["x86-64"], reason);
            (report.message, report.primary.text)
        };
        let (message, several) = label(Some(
            "Cannot vectorize early exit loop with more than one early exit",
        ));
        assert_eq!(message, "this `for` loop is not vectorised for x86-64");
        assert!(several.starts_with("several operations"), "{several}");
        let (_, early) = label(Some("Early exit loop with store"));
        assert!(early.starts_with("it may be left"), "{early}");
        let (_, unknown) = label(Some("something new"));
        assert_eq!(unknown, "works on one element at a time");
    }
}
