//! The Python side of an extension: what is exported, how it is called, what its stub says.
//!
//! In the order of the data: [`interpreter`] finds the Python to build for; [`interface`] derives from a program what
//! Python will see; [`wrappers`] emits the entry point of each function, [`module`] the module that holds them;
//! [`stubs`] writes the `.pyi`.

pub mod arguments;
pub mod class_names;
pub mod classes;
pub mod constants;
pub mod dispatch;
pub mod interface;
pub mod interpreter;
mod items;
pub mod module;
pub mod results;
pub mod stubs;
mod ufuncs;
pub mod values;
pub mod views;
pub mod wrappers;

use crate::llvm::{self, Builder, ModuleCx};
use inkwell::GlobalVisibility;
use inkwell::types::FunctionType;
use inkwell::values::FunctionValue;

/// A function that CPython or the runtime calls, for the lowest level of the build, and the builder of its body.
fn entry_point<'m, 'c>(
    cx: &'m ModuleCx<'c>,
    symbol: &str,
    signature: FunctionType<'c>,
) -> (FunctionValue<'c>, Builder<'m, 'c>) {
    let function = cx.module.add_function(symbol, signature, None);
    function
        .as_global_value()
        .set_visibility(GlobalVisibility::Hidden);
    let level = cx.options.levels[0];
    llvm::multiversion::target(cx, function, level);
    (function, Builder::new(cx, function, level))
}
