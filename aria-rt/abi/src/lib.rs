//! The contract between the code that `ariac` emits and the runtime that is linked into every extension.
//!
//! * `table`: every runtime function, declared once ([`for_each_rt_fn!`]); both sides expand it.
//! * [`layout`]: the `#[repr(C)]` structs that both sides read.
//! * [`codes`]: the small numbers that cross the boundary (element types, error kinds, operators).
//! * [`export`]: how a Rust crate exports functions to Aria ([`export!`]), with [`view`]s of arrays of several dimensions.
//!
//! The crate has no dependency, and no code that runs in the compiler beyond these declarations.
#![no_std]

pub mod codes;
pub mod export;
pub mod layout;
mod table;
pub mod view;

/// Changes whenever the table, a layout or a code changes, by itself: a compiler and a runtime of two checkouts do not fit,
/// and an extension that was made of both says so when it is imported.
pub const ABI_VERSION: u32 = fingerprint(&[
    include_bytes!("table.rs"),
    include_bytes!("layout.rs"),
    include_bytes!("codes.rs"),
]);

/// Changes, by hand, whenever what extensions of one process share changes: the list of active borrows.
pub const SHARED_VERSION: u32 = 2;

/// FNV-1a.
const fn fingerprint(files: &[&[u8]]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let mut file = 0;
    while file < files.len() {
        let mut at = 0;
        while at < files[file].len() {
            hash = (hash ^ files[file][at] as u32).wrapping_mul(0x0100_0193);
            at += 1;
        }
        file += 1;
    }
    hash
}
