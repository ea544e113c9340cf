//! The Aria compiler.

#![allow(
    missing_docs,
    reason = "the fields of documented variants are named by what they are"
)]

pub mod arena;
pub mod borrow;
pub mod builtins;
pub mod cli;
pub mod diagnostics;
pub mod driver;
pub mod effects;
pub mod hir;
pub mod link;
pub mod llvm;
pub mod mir;
pub mod passes;
pub mod pipeline;
pub mod python;
pub mod report;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod types;
