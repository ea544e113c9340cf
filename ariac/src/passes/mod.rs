//! Passes: rewrites of the MIR, each a value in one ordered table.
//!
//! A pass lives in a file of its own, whose header shows a program before and after it and whose `PASS` is its row.
//! `--disable-pass=NAME` and `--emit=mir:NAME` derive from the table. The verifier runs after each pass in debug builds.

#[cfg(test)]
mod agreement;
mod allocations;
mod axes;
mod dce;
mod definitions;
mod drop_early;
mod fuse;
mod gil_regions;
mod hoist_bounds;
mod inline_ufuncs;
#[cfg(test)]
mod interpret;
#[cfg(test)]
mod random_programs;
mod reuse_arrays;
mod simplify;
#[cfg(test)]
mod source_tests;
#[cfg(test)]
mod testing;
mod version_strides;
mod write_through;

use crate::mir::Program;
use crate::source::{SourceMap, Span};
use std::fmt::Write as _;

/// A rewrite of the whole program.
pub struct Pass {
    /// Its name, a verb: `fuse`.
    pub name: &'static str,
    /// What it does, in one line.
    pub description: &'static str,
    /// Does it, and tells what it did and what it could not do.
    pub run: fn(&mut Program, &mut Vec<Remark>),
}

/// What a pass did, or could not do and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The place it is about.
    pub span: Span,
    /// The Aria function.
    pub function: String,
    /// What kind of fact it is.
    pub kind: RemarkKind,
    /// The fact: `fused map+sum`, `bounds checks hoisted: 2`.
    pub text: String,
}

/// What a [`Remark`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RemarkKind {
    /// Array operations became one loop.
    Fused,
    /// Bounds checks left a loop, or could not.
    Bounds,
    /// Code was copied for arrays whose elements lie side by side.
    Strides,
    /// Where the GIL is released, or why not.
    Gil,
    /// Memory is allocated.
    Alloc,
}

/// The passes, in order.
pub const TABLE: &[Pass] = &[
    inline_ufuncs::PASS,
    simplify::PASS,
    fuse::PASS,
    write_through::PASS,
    axes::PASS,
    hoist_bounds::PASS,
    version_strides::PASS,
    dce::PASS,
    drop_early::PASS,
    reuse_arrays::PASS,
    gil_regions::PASS,
];

/// Whether all names are passes; else the sentence that says which is not.
///
/// # Errors
///
/// The first unknown name, with the list of known ones.
pub fn check_names(names: &[String]) -> Result<(), String> {
    let known = |name: &&String| TABLE.iter().any(|pass| pass.name == **name);
    match names.iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(unknown) => {
            let all: Vec<&str> = TABLE.iter().map(|pass| pass.name).collect();
            Err(format!(
                "there is no pass `{unknown}`; there are {}",
                all.join(", ")
            ))
        }
    }
}

/// Runs all passes that are not disabled, calling `after_each` after each.
pub fn run(
    program: &mut Program,
    disabled: &[String],
    after_each: &mut dyn FnMut(&Pass, &Program),
) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for pass in TABLE
        .iter()
        .filter(|pass| !disabled.iter().any(|name| name == pass.name))
    {
        (pass.run)(program, &mut remarks);
        after_each(pass, program);
    }
    allocations::tell(program, &mut remarks);
    remarks.sort_by_key(|remark| (remark.span, remark.kind));
    remarks
}

/// The remarks, one a line: `9:5 fused map+sum`.
#[must_use]
pub fn pretty(remarks: &[Remark], sources: &SourceMap) -> String {
    let mut text = String::new();
    for remark in remarks {
        let (line, column) = sources.line_column(remark.span);
        let _ = writeln!(text, "{line}:{column} {}", remark.text);
    }
    text
}
