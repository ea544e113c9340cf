//! MIR: what happens, step by step.
//!
//! [`body`](self) says what there is; [`build`] makes it from a checked program; [`verify`] tells whether it keeps the
//! invariants that passes and the LLVM backend rely on; [`pretty`] prints it; [`count`] counts it.

mod body;
mod count;
mod pretty;
mod walk;

pub use body::*;
pub use count::{Counts, count};
pub use pretty::{pretty, pretty_function};
pub use walk::{Access, Part, PartMut, Signatures, has_object};

use crate::arena::Arena;
