//! HIR: the program without its spelling. [`declarations`] and [`nodes`] say what there is, [`lower`] makes it, [`pretty`]
//! prints it.

mod declarations;
mod lower;
mod nodes;
mod pretty;
mod visit;

pub use declarations::*;
pub use lower::{NESTING_LIMIT, lower};
pub use nodes::*;
pub use pretty::pretty;
pub use visit::for_each_child;
