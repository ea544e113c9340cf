//! Whether a program keeps the invariants that passes and the LLVM backend rely on.
//!
//! **Ids** ([`types`]): every local, function, native function, module and loop that is named exists.
//!
//! **Types** ([`types`]): operands and results of every instruction agree exactly; there are no implicit conversions.
//! No local has the type `Unit`, `Never`, `Range` or an error. Arguments are as many as parameters. A `mut` argument of
//! a number, `Bool`, tuple, String or object is a local. Elements and results of kernels are scalars. Stores go to an
//! `Array` or view that is no read-only parameter. `PyNext` gives a `PythonObject`. Only views and handles are
//! `contiguous`.
//!
//! **Declared types** ([`declared`]): the program lists them; parts, elements and captures exist and agree. Only aliases are
//! bound by `Alias`, and they are never moved. A `read` parameter is not changed.
//!
//! **Paths** ([`paths`]): every path through a function ends in `Return`, `Raise` or a loop without end; nothing stands
//! behind a statement that does not go on. A loop's id is declared once, and `Break` and `Continue` stand inside their
//! loop. A kernel is not left by `Return`, `Break` or `Continue`. The body of a `For` does not assign its variable.
//!
//! **Values** ([`paths`]): a local is given a value before it is used, on every path; `Move` and the like leave it without.
//! They take from slots only: never from a parameter that the caller owns, and inside a kernel not from a local of
//! the outside.
//!
//! **Effects** ([`gil`]): a function that may fail says so, and one that needs the GIL somewhere says so.
//!
//! **The GIL** ([`gil`]): where it may be released there is no Python operation, no call of a function that touches
//! Python, no copy of an object. Branches join, and loops go round, in the same state; kernels do not change it;
//! functions that use Python return with it held. The body of a `Try` does not change it, so that its handler finds it as it
//! was. `GilRelease` and `GilAcquire` alternate, and stand only in functions
//! that use Python or are [`GilMode::Release`]. `entry_release` only where Python is not touched.
//!
//! **Parallel kernels** ([`gil`]): they do not touch Python, assign a local of the outside, store to an array of the
//! outside, or lend one as `mut`.
//!
//! **Stages**: only passes make unchecked loads and stores and contiguous locals; `GilRelease`, `GilAcquire` and
//! `entry_release` stand only in final programs, `Gil` only in others.

mod declared;
mod gil;
mod nd;
mod paths;
#[cfg(test)]
mod tests;
mod types;

use super::{Function, LocalId, Program, Rvalue, Signatures, Stmt, StmtKind, pretty_function};

/// How far a program has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// As `build` made it.
    Built,
    /// Between passes.
    Passes,
    /// After the pass `gil_regions`: ready for LLVM.
    Final,
}

/// Checks every invariant; each message begins with the function's name.
///
/// # Errors
/// What is wrong, and below it the functions that it is about.
pub fn verify(program: &Program, stage: Stage) -> Result<(), Vec<String>> {
    let signatures = Signatures::of(program);
    let mut all = Vec::new();
    for (_, function) in program.functions.iter() {
        let mut check = Check {
            program,
            function,
            signatures: &signatures,
            stage,
            errors: Vec::new(),
        };
        check.types();
        // The others look locals up, and rely on there being some.
        if check.errors.is_empty() {
            check.stages();
            check.paths();
            check.gil();
        }
        if !check.errors.is_empty() {
            let name = &function.name;
            all.extend(check.errors.iter().map(|e| format!("{name}: {e}")));
            all.push(pretty_function(program, function));
        }
    }
    if all.is_empty() { Ok(()) } else { Err(all) }
}

pub(super) struct Check<'a> {
    pub(super) program: &'a Program,
    pub(super) function: &'a Function,
    pub(super) signatures: &'a Signatures,
    pub(super) stage: Stage,
    pub(super) errors: Vec<String>,
}

impl Check<'_> {
    pub(super) fn error(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.errors.contains(&text) {
            self.errors.push(text);
        }
    }

    pub(super) fn name(&self, local: LocalId) -> String {
        match &self.function.locals[local].name {
            Some(name) => name.clone(),
            None => format!("{local:?}"),
        }
    }

    /// What may stand in a program of this stage.
    fn stages(&mut self) {
        let function = self.function;
        function.body.each(&mut |stmt| self.stage_of(stmt));
        if self.stage == Stage::Built && function.locals.iter().any(|(_, l)| l.contiguous) {
            self.error("only passes make locals contiguous");
        }
        if self.stage != Stage::Final && function.entry_release.is_some() {
            self.error("entry_release is decided last");
        }
    }

    fn stage_of(&mut self, stmt: &Stmt) {
        let unchecked = matches!(
            &stmt.kind,
            StmtKind::Store { checked: false, .. }
                | StmtKind::Assign {
                    value: Rvalue::Load { checked: false, .. },
                    ..
                }
        );
        if unchecked && self.stage == Stage::Built {
            self.error("only passes leave checks of indices out");
        }
        let is_final = self.stage == Stage::Final;
        match &stmt.kind {
            StmtKind::Gil(..) if is_final => {
                self.error("a block with or without the GIL is left in a final program");
            }
            StmtKind::Assign {
                dst,
                value:
                    Rvalue::Map {
                        sources,
                        reuse: true,
                        parallel,
                        ..
                    },
            } if *parallel || dst.is_none_or(|dst| !sources.contains(&dst)) => {
                self.error("an array operation in place replaces one of its sources");
            }
            StmtKind::GilRelease(_) | StmtKind::GilAcquire if !is_final => {
                self.error("GIL regions are decided last");
            }
            _ => {}
        }
    }
}
