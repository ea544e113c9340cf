//! HIR: the program without its spelling. [`nodes`] says what there is.

mod nodes;

pub use nodes::*;
