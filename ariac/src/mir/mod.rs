//! MIR: what happens, step by step. [`body`] says what there is.

mod body;

pub use body::*;
