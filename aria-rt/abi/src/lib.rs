//! The contract between the code that `ariac` emits and the runtime that is linked into every extension.
//!
//! * `table`: every runtime function, declared once ([`for_each_rt_fn!`]); both sides expand it.
//! * [`layout`]: the `#[repr(C)]` structs that both sides read.
//! * [`codes`]: the small numbers that cross the boundary (element types, error kinds, operators).
//! * [`export`]: how a Rust crate exports functions to Aria ([`export!`]).
//!
//! The crate has no dependency, and no code that runs in the compiler beyond these declarations.
#![no_std]

pub mod codes;
pub mod export;
pub mod layout;
mod table;

/// Changes whenever the table, a layout or a code changes; an extension checks it when it is imported.
pub const ABI_VERSION: u32 = 1;
