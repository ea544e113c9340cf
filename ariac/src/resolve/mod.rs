//! Names: what each one means.
//!
//! A name is looked up among the variables, the declarations of its file, and what the language knows.
//!
//! **Scopes.** A plain assignment to a name that is not in scope declares a variable of the whole function (or block
//! after a call), as in Python and Ruby, wherever the assignment stands. It may be read where it has a value on every
//! way: after an `if` whose branches both assign it, but not after a loop that may not run. `let` declares a variable
//! of the statements around it alone, and may hide one of an outer body. The variable of a `for` ends with its loop, the
//! variables of a block with the block.
//!
//! [`scope`] holds the variables and what is known to have a value, [`walk`] goes through functions, [`lookup`] finds names and [`bind`] declares them, [`attributes`]
//! checks `@…` lines.

mod attributes;
mod bind;
mod lookup;
mod names;
mod scope;
mod walk;

pub use names::{Binding, BindingId, BindingKind, Meaning, Names, TypeMeaning};

use crate::diagnostics::{Reports, names as say};
use crate::hir::{Hir, Item, ItemId, ItemKind, Module};
use crate::source::Span;
use std::collections::HashMap;

/// Finds what every name of a program means.
#[must_use]
pub fn resolve(hir: &Hir, reports: &mut Reports) -> Names {
    let mut names = Names::default();
    for module in &hir.modules {
        let globals = globals(hir, module, reports);
        let mut walk = walk::Walk::new(hir, module, &globals, &mut names, reports);
        for &item in &module.items {
            walk.item(item);
        }
    }
    names
}

/// The declarations of a file.
fn globals<'h>(hir: &'h Hir, module: &Module, reports: &mut Reports) -> HashMap<&'h str, Meaning> {
    let mut globals = HashMap::new();
    let mut places: HashMap<&str, Span> = HashMap::new();
    let mut declare = |item: &'h Item, meaning: Meaning| {
        let name = &*item.name.name;
        match places.get(name) {
            Some(&first) => reports.add(say::duplicate(item.name.span, name, first)),
            None => {
                places.insert(name, item.name.span);
                globals.insert(name, meaning);
            }
        }
    };
    for &id in &module.items {
        let item = &hir.items[id];
        match &item.kind {
            ItemKind::Fn(_) => declare(item, Meaning::Fn(id)),
            ItemKind::Type(_)
            | ItemKind::Trait(_)
            | ItemKind::Impl(_)
            | ItemKind::Import { .. }
            | ItemKind::FromImport { .. } => {}
            ItemKind::Const { .. } => declare(item, Meaning::Const(id)),
            ItemKind::ExternPython { .. } => declare(item, Meaning::PyModule(id)),
            ItemKind::ExternNative { functions, .. } => {
                for &function in functions {
                    declare(&hir.items[function], Meaning::Fn(function));
                }
            }
        }
    }
    globals
}

/// The functions that an item declares, itself included.
fn functions_of(hir: &Hir, item: ItemId) -> Vec<ItemId> {
    match &hir.items[item].kind {
        ItemKind::Fn(_) => vec![item],
        ItemKind::Const { .. }
        | ItemKind::Type(_)
        | ItemKind::Trait(_)
        | ItemKind::Impl(_)
        | ItemKind::Import { .. }
        | ItemKind::FromImport { .. } => Vec::new(),
        ItemKind::ExternPython { functions, .. } | ItemKind::ExternNative { functions, .. } => {
            functions.clone()
        }
    }
}
