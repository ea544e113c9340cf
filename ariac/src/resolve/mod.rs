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
//! **Files.** A name of another file is known as `file.name` after `import file`, or by itself after `from file import name`.
//! The variants of an enum are known without its name where the enum is declared or imported by name, unless another
//! enum there has a variant of that name. What the prelude declares is known everywhere, and hidden by a program's own.
//!
//! [`modules`] holds the names of files, [`scope`] the variables and what is known to have a value. [`members`] goes through
//! declarations, [`walk`] and [`control`] through functions; [`lookup`] finds names, [`type_names`] those of types, and [`bind`]
//! declares them; [`attributes`] checks `@…` lines, and [`records`] tells which types arrays can hold.

mod attributes;
mod bind;
mod control;
mod lookup;
mod members;
mod modules;
mod names;
mod records;
mod scope;
mod type_names;
mod walk;

pub use names::{Binding, BindingId, BindingKind, BlockReturns, Meaning, Names, TypeMeaning};

use crate::diagnostics::Reports;
use crate::hir::Hir;

/// Finds what every name of a program means.
#[must_use]
pub fn resolve(hir: &Hir, reports: &mut Reports) -> Names {
    let mut names = Names::default();
    let globals = modules::Globals::collect(hir, &mut names, reports);
    for (index, module) in hir.modules.iter().enumerate() {
        let mut walk = walk::Walk::new(hir, index, &globals, &mut names, reports);
        for &item in &module.items {
            walk.item(item);
        }
    }
    names.records = records::find(hir, &names);
    names
}
