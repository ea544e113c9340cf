//! The Aria compiler: from `.aria` text to a Python extension module and its stub.
//!
//! One thing flows through it, and the modules follow the flow:
//!
//! | stage | module | result |
//! |---|---|---|
//! | text → syntax tree | [`syntax`] | tree-sitter's tree, errors included |
//! | tree → HIR | [`hir`] | the program without its spelling; syntax errors are reported here, and lowering goes on |
//! | names | [`resolve`] | side tables: what every name means |
//! | types | [`types`] | side tables: the type of every expression, what every call calls, where values are converted |
//! | effects | [`effects`] | what every function does: Python, errors, memory; what `pure` and `gil:` promise is checked |
//! | HIR → MIR | [`mir`] | what happens, step by step, with array operations as single instructions |
//! | borrows | [`borrow`] | views don't escape, nothing is borrowed exclusively twice |
//! | passes | [`passes`] | MIR → MIR: fusion, bounds checks out of loops, contiguous copies, GIL regions |
//! | MIR → machine code | [`llvm`] | one object with every function at every CPU level |
//! | the Python side | [`python`] | wrappers, the module, the stub; which Python to build for |
//! | a program of its own | [`program`] | what the runtime starts: `fn main`, or the tests |
//! | object → extension | [`link`] | LLD, inside this program |
//!
//! [`pipeline`] is this table as code; [`driver`] does what the command line ([`cli`]) asks and prints what went wrong;
//! [`report`] tells what became of loops, [`promises`] which of them should have become something else, [`fmt`] lays out sources from the syntax tree alone. [`source`], [`arena`],
//! [`builtins`] and [`diagnostics`] serve all stages.
//!
//! What holds throughout:
//!
//! * Every stage's result is a value that can be printed alone (`--emit`). No stage changes an earlier one's.
//! * User errors end with the borrow check. A later failure is a bug of ours and says so (exit status 70).
//! * A stage goes on after an error, and gives wrong things a type that agrees with everything: one mistake, one message.
//! * Only [`driver`], [`link`] and [`python::interpreter`] read, write or start anything. There are no globals but LLVM's.
//! * Node kinds are enums, ids are types; no stage after [`syntax`] compares the spelling of a construct.
//! * A fact that two parts share is declared once: runtime functions and layouts in `aria-abi`, error codes in
//!   [`diagnostics`], methods in [`builtins`], passes in [`passes::TABLE`].

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
pub mod fmt;
pub mod hir;
pub mod link;
pub mod lints;
pub mod llvm;
pub mod mir;
pub mod passes;
pub mod pipeline;
pub mod program;
pub mod promises;
pub mod python;
pub mod report;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod types;
