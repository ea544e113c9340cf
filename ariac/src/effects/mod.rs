//! Effects: what a function does beside computing its result.

use crate::arena::SideTable;
use crate::hir::ItemId;

/// What a function does beside computing its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Touches Python objects: must hold the GIL somewhere.
    pub py: bool,
    /// May raise an error, failed checks (overflow, index, lengths, memory) included.
    pub raises: bool,
    /// Raises by `raise` or `requires`, or through Python or a library: the effect that `pure` excludes.
    pub throws: bool,
    /// Allocates memory.
    pub alloc: bool,
}

/// The effects of each function.
pub type EffectTable = SideTable<ItemId, Effects>;
