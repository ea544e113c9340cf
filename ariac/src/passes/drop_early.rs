//! Gives the memory of an array back after its last use, and not only when the function ends.
//!
//! ```text
//! t = map x |_1| …                t = map x |_1| …
//! a = sum t |_2| …        →       a = sum t |_2| …
//! u = map y |_3| …                drop t
//! b = sum u |_4| …                u = map y |_3| …
//! return …                        b = sum u |_4| …
//!                                 return …
//! ```
//!
//! What would be dropped right before the function returns is left to the return.

use super::{Pass, Remark};
use crate::hir::ParamMode;
use crate::mir::liveness::{self, LocalSet, Visit};
use crate::mir::{Access, Block, Function, LocalId, Program, Signatures, Stmt, StmtKind};
use crate::types::Ty;
use std::collections::HashMap;

pub(super) const PASS: Pass = Pass {
    name: "drop_early",
    description: "give the memory of arrays back after their last use",
    run,
};

fn run(program: &mut Program, _remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let mut body = std::mem::take(&mut function.body);
        let mut drop_early = DropEarly {
            signatures: &signatures,
            function,
        };
        liveness::walk(function, &mut body, &mut drop_early);
        keep_for_all_turns(function, &mut body);
        leave_to_return(&mut body);
        function.body = body;
    }
}

struct DropEarly<'a> {
    signatures: &'a Signatures,
    function: &'a Function,
}

impl Visit for DropEarly<'_> {
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, carried: &LocalSet) -> Vec<Stmt> {
        if stmt.diverges() || matches!(stmt.kind, StmtKind::Drop(_)) {
            return Vec::new();
        }
        let modes = self.signatures.arg_modes(stmt);
        let mut done: Vec<LocalId> = Vec::new();
        let mut taken = Vec::new();
        let mut see = |local, access| {
            let is_own = |i: usize| modes.get(i) == Some(&ParamMode::Own);
            if access == Access::Take || matches!(access, Access::Arg(i) if is_own(i)) {
                taken.push(local);
            } else if self.is_array_slot(local) && !done.contains(&local) {
                done.push(local);
            }
        };
        match &stmt.kind {
            // The blocks of an `if` drop what they use last themselves.
            StmtKind::If { .. } | StmtKind::Gil(..) | StmtKind::Try { .. } => {
                return Vec::new();
            }
            StmtKind::For { .. } | StmtKind::While { .. } => {
                let carried = |local| carried.contains(local);
                stmt.locals_deep(&mut |local, access| {
                    if carried(local) {
                        see(local, access);
                    }
                });
            }
            _ => stmt.locals_deep(&mut see),
        }
        let is_dead = |local: &LocalId| !after.contains(*local) && !taken.contains(local);
        done.retain(is_dead);
        let drop = |local| Stmt {
            kind: StmtKind::Drop(local),
            span: stmt.span,
        };
        done.into_iter().map(drop).collect()
    }
}

impl DropEarly<'_> {
    /// An array that this function must give back.
    fn is_array_slot(&self, local: LocalId) -> bool {
        let mut params = self.function.params.iter();
        let borrowed = params.any(|p| p.local == local && p.mode != ParamMode::Own);
        let known = &self.function.locals[local];
        matches!(known.ty, Ty::Array(_) | Ty::List(_)) && !known.alias && !borrowed
    }
}

/// Takes out the drops, in kernels and in the turns of parallel loops, of what is not their own: an error that leaves one of them
/// does not end the others, which look at the same memory.
fn keep_for_all_turns(function: &Function, body: &mut Block) {
    let mut everywhere = HashMap::new();
    body.each_local(&mut |local, _| *everywhere.entry(local).or_insert(0_u32) += 1);
    for param in &function.params {
        *everywhere.entry(param.local).or_insert(0) += 1;
    }
    keep_in(function, body, &everywhere);
}

fn keep_in(function: &Function, block: &mut Block, everywhere: &HashMap<LocalId, u32>) {
    for stmt in &mut block.stmts {
        let is_parallel = match &stmt.kind {
            StmtKind::For { id, .. } => function.loops[*id].parallel,
            StmtKind::Assign { .. } => true,
            _ => false,
        };
        stmt.blocks_mut(&mut |inner| {
            if is_parallel {
                let mut inside = HashMap::new();
                inner.each_local(&mut |local, _| *inside.entry(local).or_insert(0_u32) += 1);
                inside.retain(|local, n| everywhere.get(local) == Some(n));
                keep_shared(inner, &|local| inside.contains_key(&local));
            }
            keep_in(function, inner, everywhere);
        });
    }
}

/// Takes out the drops of all that is not a turn's own.
fn keep_shared(block: &mut Block, is_own: &dyn Fn(LocalId) -> bool) {
    block.stmts.retain(|stmt| match stmt.kind {
        StmtKind::Drop(local) => is_own(local),
        _ => true,
    });
    for stmt in &mut block.stmts {
        stmt.blocks_mut(&mut |inner| keep_shared(inner, is_own));
    }
}

/// Takes out the drops that stand right before a `return`.
fn leave_to_return(block: &mut Block) {
    for stmt in &mut block.stmts {
        stmt.blocks_mut(&mut |inner| leave_to_return(inner));
    }
    if let Some(Stmt {
        kind: StmtKind::Return(_),
        ..
    }) = block.stmts.last()
    {
        let end = block.stmts.len() - 1;
        let is_drop = |stmt: &&Stmt| matches!(stmt.kind, StmtKind::Drop(_));
        let drops = block.stmts[..end].iter().rev().take_while(is_drop).count();
        block.stmts.drain(end - drops..end);
    }
}
