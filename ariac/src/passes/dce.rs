//! Leaves out what nobody needs: values that are never read, and branches and loops that do nothing.
//!
//! ```text
//! _1 = x * 2.0
//! _2 = 3            →     return x
//! if c
//!   _3 = _2
//! return x
//! ```
//!
//! An instruction that may fail stays, unless all that can fail is the allocation of what nobody reads.

use super::{Pass, Remark};
use crate::mir::liveness::{self, LocalSet, Visit};
use crate::mir::{Function, Program, Rvalue, Signatures, Step, Stmt, StmtKind};

pub(super) const PASS: Pass = Pass {
    name: "dce",
    description: "leave out values that are never read and statements without effect",
    run,
};

fn run(program: &mut Program, _remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let mut body = std::mem::take(&mut function.body);
        let mut dead = Dead {
            signatures: &signatures,
            function,
        };
        liveness::walk(function, &mut body, &mut dead);
        // Loops and branches that became empty, from the inside out.
        prune(&mut body);
        function.body = body;
    }
}

struct Dead<'a> {
    signatures: &'a Signatures,
    function: &'a Function,
}

impl Visit for Dead<'_> {
    fn visit(&mut self, _stmt: &mut Stmt, _after: &LocalSet, _carried: &LocalSet) -> Vec<Stmt> {
        Vec::new()
    }

    fn keeps(&mut self, stmt: &Stmt, after: &LocalSet) -> bool {
        let (dst, value) = match &stmt.kind {
            StmtKind::Assign { dst, value } => (dst, value),
            StmtKind::Alias { dst, step, .. } => {
                let may_fail = matches!(step, Step::Element { checked: true, .. });
                return may_fail || after.contains(*dst);
            }
            StmtKind::Bound { checked, .. } => return *checked,
            _ => return true,
        };
        // What is written to an alias is written to what it is a part of.
        let is_alias = dst.is_some_and(|dst| self.function.locals[dst].alias);
        if is_alias && !stmt.binds_alias(&self.function.locals) {
            return true;
        }
        let needed = dst.is_some_and(|dst| after.contains(dst));
        needed || !self.is_pure(value)
    }
}

impl Dead<'_> {
    /// Whether computing the value has no effect but its result, running out of memory not counted.
    fn is_pure(&self, value: &Rvalue) -> bool {
        if self.signatures.value_needs_gil(value, self.function) {
            return false;
        }
        match value {
            // What they take is dropped here, and not at the end.
            Rvalue::Move(_) | Rvalue::Tuple(_) | Rvalue::Field { take: true, .. } => false,
            Rvalue::Adt { fields: taken, .. }
            | Rvalue::List { items: taken, .. }
            | Rvalue::Closure {
                captures: taken, ..
            } => taken.is_empty(),
            Rvalue::ListOp { .. } | Rvalue::CallValue { .. } => false,
            Rvalue::Clone(_) | Rvalue::Field { .. } | Rvalue::Array { .. } => true,
            Rvalue::ToArray(_) | Rvalue::Join(_) | Rvalue::ToStr(_) => true,
            Rvalue::Map {
                sources, kernel, ..
            } => {
                let mut writes = false;
                kernel.body.each(&mut |stmt| {
                    writes |= self.signatures.stmt_may_fail(stmt, self.function);
                    writes |= !matches!(&stmt.kind, StmtKind::Assign { dst: Some(dst), .. }
                        if self.function.locals[*dst].name.is_none());
                });
                sources.len() == 1 && !writes
            }
            Rvalue::Call { .. } | Rvalue::CallNative { .. } | Rvalue::Reduce { .. } => false,
            value => !self.signatures.may_fail(value, self.function),
        }
    }
}

fn prune(block: &mut crate::mir::Block) {
    for stmt in &mut block.stmts {
        stmt.blocks_mut(&mut |inner| prune(inner));
    }
    block.stmts.retain(|stmt| match &stmt.kind {
        StmtKind::If {
            then, otherwise, ..
        } => !then.stmts.is_empty() || !otherwise.stmts.is_empty(),
        StmtKind::For { body, .. } | StmtKind::Gil(_, body) | StmtKind::Try { body, .. } => {
            !body.stmts.is_empty()
        }
        _ => true,
    });
}
