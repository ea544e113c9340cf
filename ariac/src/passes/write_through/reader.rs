//! The loops that go through a new array and put its elements somewhere.

use crate::mir::{Block, Const, LocalId, NdOp, Operand, Rvalue, Stmt, StmtKind};

/// A loop that puts the elements of an array somewhere.
pub(super) struct Reader {
    /// Its place in the block.
    pub(super) at: usize,
    /// Its variable, and those of the loops in it, one for each dimension.
    pub(super) vars: Vec<LocalId>,
    /// The place in the innermost body of the element's load.
    pub(super) load: usize,
    /// What is written to, at the same index.
    pub(super) target: LocalId,
}

/// What an instruction gives a value.
pub(super) fn assigned(stmt: &Stmt) -> Option<LocalId> {
    match &stmt.kind {
        StmtKind::Assign { dst, .. } => *dst,
        _ => None,
    }
}

/// The body of the innermost of loops that have nothing but each other in them.
pub(super) fn innermost(loop_: &mut Stmt) -> Option<&mut Block> {
    let StmtKind::For { body, .. } = &mut loop_.kind else {
        return None;
    };
    match &mut body.stmts[..] {
        [
            Stmt {
                kind: StmtKind::For { .. },
                ..
            },
        ] => innermost(&mut body.stmts[0]),
        _ => Some(body),
    }
}

/// The variables of such loops, which count from 0, and the body of the innermost one.
fn nest(loop_: &Stmt) -> Option<(Vec<LocalId>, &Block)> {
    let StmtKind::For {
        var,
        lo: Operand::Const(Const::Int(0)),
        step: Operand::Const(Const::Int(1)),
        inclusive: false,
        body,
        ..
    } = &loop_.kind
    else {
        return None;
    };
    match &body.stmts[..] {
        [
            inner @ Stmt {
                kind: StmtKind::For { .. },
                ..
            },
        ] => {
            let (mut vars, body) = nest(inner)?;
            vars.insert(0, *var);
            Some((vars, body))
        }
        _ => Some((vec![*var], body)),
    }
}

/// The loop behind `at` that goes through `made` and writes one element each turn.
pub(super) fn reader(stmts: &[Stmt], at: usize, made: LocalId) -> Option<Reader> {
    let behind = stmts.iter().enumerate().skip(at + 1);
    for (place, stmt) in behind {
        if !matches!(stmt.kind, StmtKind::For { .. }) {
            if stmt.diverges() {
                return None;
            }
            continue;
        }
        let (vars, body) = nest(stmt)?;
        let is_place = |indices: &[Operand]| {
            let mut pairs = indices.iter().zip(&vars);
            indices.len() == vars.len() && pairs.all(|(i, var)| *i == Operand::Local(*var))
        };
        let load = body.stmts.iter().position(|stmt| match &stmt.kind {
            StmtKind::Assign {
                dst: Some(_),
                value: Rvalue::Load { array, index, .. },
            } => *array == made && is_place(std::slice::from_ref(index)),
            StmtKind::Assign {
                dst: Some(_),
                value: Rvalue::Nd(NdOp::Load { array, indices }),
            } => *array == made && is_place(indices),
            _ => false,
        })?;
        let mut stores = Vec::new();
        let mut plain = true;
        body.each(&mut |stmt| match &stmt.kind {
            StmtKind::Store { array, index, .. } => {
                plain &= is_place(std::slice::from_ref(index));
                stores.push(*array);
            }
            StmtKind::StoreAt { array, indices, .. } => {
                plain &= is_place(indices);
                stores.push(*array);
            }
            StmtKind::Assign { .. } | StmtKind::If { .. } | StmtKind::Raise { .. } => {}
            _ => plain = false,
        });
        let &[target] = &stores[..] else {
            return None;
        };
        return plain.then_some(Reader {
            at: place,
            vars,
            load,
            target,
        });
    }
    None
}
