//! Names: what each one means.

mod names;

pub use names::{Binding, BindingId, BindingKind, Meaning, Names};
