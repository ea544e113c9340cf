//! HIR: the program without its spelling. [`nodes`] says what there is, [`lower`] makes it, [`pretty`] prints it.

mod lower;
mod nodes;
mod pretty;
mod visit;

pub use lower::{NESTING_LIMIT, lower};
pub use nodes::*;
pub use pretty::pretty;
pub use visit::for_each_child;
