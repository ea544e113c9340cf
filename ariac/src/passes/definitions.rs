//! How often each local is given a value or taken from, and read: what tells that a name always means the same value.

use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::{Access, Function, LocalId, Signatures, Stmt, StmtKind};

/// Counts for the locals of one function.
#[derive(Debug)]
pub(super) struct Definitions {
    defined: Vec<u32>,
    read: Vec<u32>,
}

impl Definitions {
    pub(super) fn of(function: &Function, signatures: &Signatures) -> Definitions {
        let n = function.locals.len();
        let mut counts = Definitions {
            defined: vec![0; n],
            read: vec![0; n],
        };
        for param in &function.params {
            counts.defined[param.local.index()] += 1;
        }
        function
            .body
            .each(&mut |stmt| counts.count(function, stmt, signatures));
        counts
    }

    fn count(&mut self, function: &Function, stmt: &Stmt, signatures: &Signatures) {
        let modes = signatures.arg_modes(stmt);
        let is_drop = matches!(stmt.kind, StmtKind::Drop(_));
        stmt.locals(&mut |local, access| {
            let i = local.index();
            match access {
                Access::Write | Access::Bind => self.defined[i] += 1,
                Access::Take if is_drop => {}
                Access::Read | Access::Take | Access::Store => self.read[i] += 1,
                Access::Arg(arg) => {
                    self.read[i] += 1;
                    // A callee changes an array's elements; the array stays the same one.
                    let is_array = function.locals[local].ty.is_array_like();
                    if modes.get(arg) == Some(&ParamMode::Mut) && !is_array {
                        self.defined[i] += 1;
                    }
                }
            }
        });
    }

    /// Whether the local is given a value in one place only: then it means one value wherever it has one.
    pub(super) fn once(&self, local: LocalId) -> bool {
        self.defined.get(local.index()) == Some(&1)
    }

    /// How many places read it; `Drop` does not.
    pub(super) fn reads(&self, local: LocalId) -> u32 {
        self.read.get(local.index()).copied().unwrap_or(0)
    }
}
