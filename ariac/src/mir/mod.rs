//! MIR: what happens, step by step.
//!
//! [`body`](self) says what there is; [`build`] makes it from a checked program; [`verify`] tells whether it keeps the
//! invariants that passes and the LLVM backend rely on; [`pretty`] prints it; [`count`] counts it.

mod body;
mod build;
mod count;
#[cfg(test)]
pub(crate) mod interpret;
pub mod liveness;
mod pretty;
#[cfg(test)]
pub(crate) mod testing;
mod verify;
mod walk;

pub use body::*;
pub use build::build;
pub use count::{Counts, count, pretty_counts};
pub use pretty::{pretty, pretty_function};
pub use verify::{Stage, verify};
pub use walk::{Access, Part, PartMut, Signatures, has_object};

use crate::arena::Arena;
