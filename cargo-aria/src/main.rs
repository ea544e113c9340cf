//! `cargo aria`.
fn main() {}
