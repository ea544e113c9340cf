//! Where the GIL changes hands: at the ends of regions and of `Python.with_gil` and `Python.without_gil`, around what needs it
//! where it is released, and before what leaves for a place where it is in another state.

use super::{at, kernel_needs_gil, leaves, needs_gil_deep};
use crate::mir::{Block, Function, GilState, LoopId, Signatures, Stmt, StmtKind, Work};
use std::collections::HashMap;

/// Puts the switches into a function's body, which begins in the state, and dissolves blocks with and without the GIL.
pub(super) fn place(
    signatures: &Signatures,
    function: &Function,
    body: &mut Block,
    state: GilState,
) {
    let mut switches = Switches {
        signatures,
        function,
        loops: HashMap::new(),
    };
    switches.block(body, state);
}

struct Switches<'a> {
    signatures: &'a Signatures,
    function: &'a Function,
    /// The state in which the loops around go on.
    loops: HashMap<LoopId, GilState>,
}

impl Switches<'_> {
    fn block(&mut self, block: &mut Block, mut state: GilState) {
        for mut stmt in std::mem::take(&mut block.stmts) {
            let span = stmt.span;
            let out = &mut block.stmts;
            let mut to = |wanted: GilState, state: GilState| {
                if wanted != state {
                    out.push(at(switch_to(wanted), span));
                }
            };
            let needs_gil = self.needs_gil(&stmt);
            let inside = match &mut stmt.kind {
                StmtKind::GilRelease(_) => {
                    state = GilState::Released;
                    state
                }
                StmtKind::GilAcquire => {
                    state = GilState::Held;
                    state
                }
                StmtKind::Gil(inside, body) => {
                    to(*inside, state);
                    self.block(body, *inside);
                    let diverges = body.diverges();
                    out.append(&mut body.stmts);
                    if !diverges && *inside != state {
                        out.push(at(switch_to(state), span));
                    }
                    continue;
                }
                StmtKind::Return(_) => {
                    to(GilState::Held, state);
                    state
                }
                StmtKind::Break(id) | StmtKind::Continue(id) => {
                    to(self.loops.get(id).copied().unwrap_or(state), state);
                    state
                }
                StmtKind::For { id, .. } | StmtKind::While { id, .. } => {
                    self.loops.insert(*id, state);
                    state
                }
                _ if needs_gil => {
                    to(GilState::Held, state);
                    GilState::Held
                }
                _ => state,
            };
            stmt.blocks_mut(&mut |block| self.block(block, inside));
            let diverges = stmt.diverges();
            block.stmts.push(stmt);
            if !diverges && inside != state {
                block.stmts.push(at(switch_to(state), span));
            }
        }
    }

    /// Whether the GIL is held for all of a statement. It does not change where failures are caught.
    fn needs_gil(&self, stmt: &Stmt) -> bool {
        let (signatures, function) = (self.signatures, self.function);
        signatures.needs_gil(stmt, function)
            || kernel_needs_gil(stmt, signatures, function)
            || matches!(stmt.kind, StmtKind::Try { .. })
                && (leaves(stmt) || needs_gil_deep(stmt, signatures, function))
    }
}

fn switch_to(state: GilState) -> StmtKind {
    match state {
        GilState::Held => StmtKind::GilAcquire,
        GilState::Released => StmtKind::GilRelease(Work::Unknown),
    }
}
