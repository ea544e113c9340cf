//! Tests of the compiler that are data: `.aria` in, text out.
//!
//! `build.rs` writes one `#[test]` for each case file. A case is checked by the module that is named as its folder:
//! [`ui`] (what the compiler says), [`types`] (what it infers), [`mir`] and [`llvm`] (what it makes), [`remarks`] (what
//! it reports about what it made), [`lang`] (what programs do), [`fmt`] (how it lays out a file). [`pages`] compiles the examples of the diagnostics'
//! pages, [`library`] makes those of the book's library, [`book`] follows its links, and [`tidy`] looks after the cases themselves.
//!
//! The compiler runs as a program, found by [`compiler`]; the tests never link it, so that they build in seconds.
//! `README.md` beside this crate says how to add a case.

pub mod book;
pub mod compiler;
pub mod directives;
pub mod expectation;
pub mod filecheck;
pub mod fmt;
pub mod lang;
pub mod library;
pub mod llvm;
pub mod mir;
pub mod pages;
#[cfg(test)]
mod random;
pub mod remarks;
pub mod tidy;
pub mod types;
pub mod ui;

#[cfg(test)]
mod cases {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}
