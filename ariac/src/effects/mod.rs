//! Effects: what a function does beside computing its result.
//!
//! [`facts`] walks each body once and notes what it does itself and whom it calls; [`infer`] carries that along the
//! calls until nothing changes; [`check`] compares it with what the program promises.

mod check;
mod facts;
mod fixpoint;

pub use check::check;
pub use fixpoint::infer;

use crate::arena::SideTable;
use crate::hir::{ExprKind, Hir, Item, ItemId};
use std::fmt::Write as _;

/// What a function does beside computing its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Touches Python objects: must hold the GIL somewhere.
    pub py: bool,
    /// May raise an error, failed checks (overflow, index, lengths, memory, recursion) included.
    pub raises: bool,
    /// Raises by `raise` or `requires`, or through Python or a library: the effect that `pure` excludes.
    pub throws: bool,
    /// Allocates memory.
    pub alloc: bool,
    /// Reads or writes a stream.
    pub io: bool,
}

impl Effects {
    /// What both do.
    #[must_use]
    pub fn join(self, other: Effects) -> Effects {
        Effects {
            py: self.py || other.py,
            raises: self.raises || other.raises,
            throws: self.throws || other.throws,
            alloc: self.alloc || other.alloc,
            io: self.io || other.io,
        }
    }
}

/// The effects of each function.
pub type EffectTable = SideTable<ItemId, Effects>;

/// `@python_interop(gil: …)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gil {
    /// The compiler finds out; the default.
    Auto,
    /// Held throughout.
    Hold,
    /// Released throughout, except in `Python.with_gil`.
    Release,
}

/// How a function says that the GIL is treated.
#[must_use]
pub fn gil(hir: &Hir, item: &Item) -> Gil {
    let attribute = item
        .attributes
        .iter()
        .rev()
        .find(|a| a.name.name == "python_interop");
    let args = attribute.map_or(&[][..], |a| &a.args);
    let value = args
        .iter()
        .rev()
        .find(|(name, _)| name.as_ref().is_some_and(|n| n.name == "gil"));
    match value.map(|(_, value)| &hir.exprs[*value].kind) {
        Some(ExprKind::Symbol(symbol)) if symbol == "hold" => Gil::Hold,
        Some(ExprKind::Symbol(symbol)) if symbol == "release" => Gil::Release,
        _ => Gil::Auto,
    }
}

/// One line a function, for `--emit=effects`: `fn f: py, raises`.
#[must_use]
pub fn pretty(hir: &Hir, effects: &EffectTable) -> String {
    let mut lines: Vec<_> = effects
        .iter()
        .map(|(id, e)| (hir.items[id].name.span, id, e))
        .filter(|(span, ..)| {
            let mut modules = hir.modules.iter();
            modules.any(|m| m.file == span.file && !m.prelude)
        })
        .collect();
    lines.sort_by_key(|(span, ..)| *span);
    let mut out = String::new();
    for (_, id, effects) in lines {
        let all = [
            (effects.py, "py"),
            (effects.raises, "raises"),
            (effects.throws, "throws"),
            (effects.alloc, "alloc"),
            (effects.io, "io"),
        ];
        let names: Vec<&str> = all
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| *name)
            .collect();
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        let _ = writeln!(out, "fn {}: {names}", hir.items[id].name.name);
    }
    out
}
