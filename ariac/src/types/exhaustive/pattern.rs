//! The patterns that the analysis works on, and the cases that it finds.

use super::Key;
use crate::hir::PatId;

/// An arm of a match.
#[derive(Clone, Debug)]
pub struct Arm {
    /// What it matches.
    pub pattern: Pattern,
    /// Whether a guard may refuse what matches.
    pub is_guarded: bool,
}

/// A pattern without its names.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Matches every value: `_`, a name.
    Any,
    /// A constructor and patterns for its fields; see [`Constructor`] for their number.
    Constructor(Constructor, Vec<Pattern>),
    /// One of several; none matches nothing.
    Or(Vec<(PatId, Pattern)>),
}

/// How a value is made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Constructor {
    /// The only one of a tuple, with its parts, or of Unit, with none.
    Single,
    /// A variant of a declared type, with all its fields.
    Variant(u32),
    /// The scalars from the first key up to the second, which is left out; never empty, and within the type.
    Range(Key, Key),
    /// A list or array of just this length, with its elements.
    Fixed(usize),
    /// A list or array with these numbers of elements at its ends, and any between: the first ones, then the last ones.
    Rest(usize, usize),
    /// Something that is not known before the program runs, each with a number of its own: covers nothing that could be told.
    Opaque(u32),
}

/// A case: what a value may look like.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Witness {
    /// Every value.
    Any,
    /// Some value that no pattern names.
    Other,
    /// Values that are made so.
    Constructor(Constructor, Vec<Witness>),
}

impl Pattern {
    /// A pattern without fields.
    #[must_use]
    pub fn leaf(constructor: Constructor) -> Pattern {
        Pattern::Constructor(constructor, Vec::new())
    }

    /// Matches nothing.
    #[must_use]
    pub fn never() -> Pattern {
        Pattern::Or(Vec::new())
    }

    /// Whether it matches every value whatever the type is.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self, Pattern::Any)
    }
}
