//! The Python side of an extension: what is exported, how it is called, what its stub says.
//!
//! In the order of the data: [`interpreter`] finds the Python to build for; [`interface`] derives from a program what
//! Python will see; [`wrappers`] emits the entry point of each function, [`module`] the module that holds them;
//! [`stubs`] writes the `.pyi`.

pub mod arguments;
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
