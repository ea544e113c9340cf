//! How often each local is given a value or taken from, and read: what tells that a name always means the same value.

use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::{Access, Function, LocalId, Rvalue, Signatures, Stmt, StmtKind, liveness};
use crate::types::Ty;

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
        counts.spread(function, signatures);
        counts
    }

    /// What is changed by another name is not the same wherever it has a value: an alias, and what it is a part of. An
    /// alias of a list or array that nobody changes is always as long.
    fn spread(&mut self, function: &Function, signatures: &Signatures) {
        let aliases = function.locals.iter().filter(|(_, local)| local.alias);
        let aliases: Vec<LocalId> = aliases.map(|(id, _)| id).collect();
        if aliases.is_empty() {
            return;
        }
        let origins = liveness::origins(&function.body, &function.locals);
        let of = |local: &LocalId| origins.get(local).map_or(&[][..], Vec::as_slice);
        let mut changed = Vec::new();
        function.body.each(&mut |stmt| {
            if !stmt.binds_alias(&function.locals) {
                stmt.changes(signatures, &mut |local| {
                    if function.locals[local].alias {
                        changed.push(local);
                        changed.extend(of(&local));
                    }
                });
            }
        });
        for local in changed {
            self.defined[local.index()] += 2;
        }
        let varies = |local: &LocalId| {
            let ty = &function.locals[*local].ty;
            let has_length = ty.is_array_like() || matches!(ty, Ty::List(_));
            !has_length || of(local).iter().any(|origin| !self.once(*origin))
        };
        let varying: Vec<LocalId> = aliases.into_iter().filter(varies).collect();
        for local in varying {
            self.defined[local.index()] += 2;
        }
    }

    fn count(&mut self, function: &Function, stmt: &Stmt, signatures: &Signatures) {
        if let StmtKind::Assign {
            value: Rvalue::Borrowing { function, captures },
            ..
        } = &stmt.kind
        {
            for (i, capture) in captures.iter().enumerate() {
                self.defined[capture.index()] += u32::from(signatures.replaces(*function, i));
            }
        }
        let modes = signatures.arg_modes(stmt);
        let is_drop = matches!(stmt.kind, StmtKind::Drop(_));
        stmt.locals(&mut |local, access| {
            let i = local.index();
            match access {
                Access::Write | Access::Bind => self.defined[i] += 1,
                Access::Take if is_drop => {}
                Access::Read | Access::Take => self.read[i] += 1,
                Access::Store | Access::Lend => {
                    self.read[i] += 1;
                    // A new element does not make it another array or list.
                    let stays = function.locals[local].ty.is_array_like()
                        || matches!(stmt.kind, StmtKind::Store { .. });
                    if !stays {
                        self.defined[i] += 1;
                    }
                }
                Access::Arg(arg) => {
                    self.read[i] += 1;
                    // A callee changes an array's elements; the array stays the same one.
                    let is_array = function.locals[local].ty.is_array_like();
                    let mode = modes.get(arg);
                    let is_read = mode.is_some_and(|mode| *mode != ParamMode::Mut);
                    if !is_read && !is_array {
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
