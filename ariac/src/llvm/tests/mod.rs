//! MIR made by hand, compiled at every level that this CPU has, and run.

mod arithmetic;
mod arrays;
mod calls;
mod closures;
mod code;
mod declared;
mod doubles;
mod handlers;
mod lists;
mod machine;
mod program;
mod sums;
mod widths;
