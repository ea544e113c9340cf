//! Whether the arms of a `match` cover every case, and which of them are never reached.
//!
//! The analysis works on a small language of patterns of its own ([`Pattern`]), to which [`translate`] brings the HIR's.
//! [`usefulness`] is Maranget's algorithm ("Warnings for pattern matching", Journal of Functional Programming 17, 2007):
//! the arms are the rows of a matrix with one column; a column is taken apart by the constructors of its type, as far as
//! the rows tell them apart ([`split`]), and a row that is the first without anything left to test is reached. What
//! remains where no row is left is a case that nothing covers, and [`print`] writes it as a pattern.
//!
//! An arm with a guard covers nothing. Numbers, Bools and strings are intervals of [`Key`]s, so ranges are exact; the NaN of
//! a float is in no range, so floats need an arm for the rest. Types without values do not exist.
//!
//! The problem is NP-complete. Equal sub-matrices are looked at once, and after [`usefulness::WORK_LIMIT`] steps
//! the match counts as too complex to be proven.

mod covers;
#[cfg(test)]
mod hir_tests;
mod key;
#[cfg(test)]
mod oracle;
mod pattern;
mod print;
mod report;
mod split;
#[cfg(test)]
mod tests;
mod translate;
mod usefulness;

pub use key::Key;
pub use pattern::{Arm, Constructor, Pattern, Witness};
pub use print::{Qualifiers, witness_text};
pub use report::{Binder, match_reports, refutable_report};

use crate::hir::PatId;
use crate::types::{Ty, Types};
use usefulness::{WORK_LIMIT, analyse};

/// What is known about the arms of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether every case is covered.
    pub coverage: Coverage,
    /// What is never reached, in the order of the arms.
    pub unreachable: Vec<Unreachable>,
}

/// Whether every case is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// It is.
    Complete,
    /// These cases are not; `more` says whether there are others.
    Missing { cases: Vec<Witness>, more: bool },
    /// It was not found out with reasonable work.
    TooComplex,
}

/// An arm that no value reaches, or an alternative of its pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// What is not reached.
    pub place: Place,
    /// What takes its values before; nothing, when its pattern matches none: `5..1`.
    pub covered_by: Vec<Place>,
}

/// A place that takes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// An arm, by its position.
    Arm(usize),
    /// An alternative of an or-pattern.
    Alternative(PatId),
}

/// How many cases an [`Outcome`] names.
pub const SHOWN_CASES: usize = 3;

/// Says what the arms of a match on a value of type `ty` cover. The patterns must fit the type.
#[must_use]
pub fn check(types: &Types, ty: &Ty, arms: &[Arm]) -> Outcome {
    let mut work = WORK_LIMIT;
    if let Some(found) = analyse(types, ty, arms, &mut work) {
        return Outcome {
            unreachable: covers::unreachable(types, ty, arms, &found, &mut work),
            coverage: coverage(found.cases),
        };
    }
    let has_rest = |arm: &Arm| !arm.is_guarded && is_irrefutable(types, ty, &arm.pattern);
    Outcome {
        coverage: match arms.iter().any(has_rest) {
            true => Coverage::Complete,
            false => Coverage::TooComplex,
        },
        unreachable: Vec::new(),
    }
}

/// Says what a single pattern leaves out, for `let`, `for` and parameters. It must fit the type.
#[must_use]
pub fn check_single(types: &Types, ty: &Ty, pattern: &Pattern) -> Coverage {
    if matches!(pattern, Pattern::Any) {
        return Coverage::Complete;
    }
    let arm = Arm {
        pattern: pattern.clone(),
        is_guarded: false,
    };
    let mut work = WORK_LIMIT;
    match analyse(types, ty, std::slice::from_ref(&arm), &mut work) {
        Some(found) => coverage(found.cases),
        None => Coverage::TooComplex,
    }
}

/// Whether a pattern matches every value of the type.
#[must_use]
pub fn is_irrefutable(types: &Types, ty: &Ty, pattern: &Pattern) -> bool {
    check_single(types, ty, pattern) == Coverage::Complete
}

fn coverage(mut cases: Vec<Witness>) -> Coverage {
    let more = cases.len() > SHOWN_CASES;
    cases.truncate(SHOWN_CASES);
    match cases.is_empty() {
        true => Coverage::Complete,
        false => Coverage::Missing { cases, more },
    }
}
