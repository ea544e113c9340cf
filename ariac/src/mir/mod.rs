//! MIR: what happens, step by step.
//!
//! [`body`](self) says what there is; [`build`](build()) makes it from a checked program; [`verify`](verify()) tells whether
//! it keeps the invariants that passes and the LLVM backend rely on; [`pretty`](pretty()) prints it and [`count`](count())
//! counts it. For passes, `walk` goes through the tree, [`liveness`] says what is needed later, and [`Signatures`] what
//! instructions and calls do.

mod body;
mod build;
mod count;
#[cfg(test)]
pub(crate) mod interpret;
pub mod liveness;
mod pretty;
mod signatures;
#[cfg(test)]
pub(crate) mod testing;
mod verify;
mod walk;

pub use body::*;
pub use build::{LeftOut, build};
pub use count::{Counts, count, pretty_counts};
pub use pretty::{pretty, pretty_function};
pub use signatures::{Signatures, conversion_may_fail, function_values};
pub use verify::{Stage, verify};
pub use walk::{Access, Part, PartMut};

use crate::arena::Arena;
