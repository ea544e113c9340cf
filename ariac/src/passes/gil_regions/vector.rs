//! Whether a loop's body is simple enough that LLVM makes vector instructions of it: then a turn costs a fraction.

use crate::builtins::MathFn;
use crate::mir::{Access, BinOp, Block, Function, LocalId, NdOp, Rvalue, Stmt, StmtKind};
use crate::types::Ty;
use std::collections::BTreeSet;

/// How many times faster the turns of such a loop are than their operations one by one. `a * b + c * d - e` into an array,
/// 11 operations, takes 0.4 ns with 512-bit vectors and 0.9 ns with 128-bit ones.
pub(super) const SPEEDUP: u64 = 16;

/// Whether the turns of a loop with this body run side by side: float arithmetic on elements, and nothing that one turn
/// leaves for the next.
pub(super) fn is_vector_code(function: &Function, body: &Block) -> bool {
    let mut all_written = BTreeSet::new();
    body.each_local(&mut |local, access| {
        if matches!(access, Access::Write | Access::Bind) {
            all_written.insert(local);
        }
    });
    let mut written: BTreeSet<LocalId> = BTreeSet::new();
    body.stmts.iter().all(|stmt| {
        let mut carried = false;
        stmt.locals(&mut |local, access| {
            let reads = !matches!(access, Access::Write | Access::Bind);
            carried |= reads && all_written.contains(&local) && !written.contains(&local);
        });
        if let StmtKind::Assign { dst, .. } = &stmt.kind {
            written.extend(dst);
        }
        !carried && is_simple(function, stmt)
    })
}

fn is_simple(function: &Function, stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Bound { checked, .. } => !checked,
        StmtKind::Assign {
            value: Rvalue::Nd(NdOp::Row { .. }),
            ..
        } => true,
        StmtKind::Store { array, checked, .. } => !checked && is_float_array(function, *array),
        StmtKind::Assign {
            dst: Some(dst),
            value,
        } => {
            let ty = &function.locals[*dst].ty;
            matches!(ty, Ty::Float | Ty::Float32 | Ty::Bool) && is_simple_value(function, value)
        }
        _ => false,
    }
}

fn is_simple_value(function: &Function, value: &Rvalue) -> bool {
    match value {
        Rvalue::Use(_) | Rvalue::Unary { .. } | Rvalue::Convert { .. } => true,
        Rvalue::Binary { op, .. } => !matches!(op, BinOp::FloorDiv | BinOp::Mod | BinOp::Pow),
        Rvalue::Math { function, .. } => matches!(
            function,
            MathFn::Abs | MathFn::Min | MathFn::Max | MathFn::Copysign | MathFn::Sqrt
        ),
        Rvalue::Load { array, checked, .. } => !checked && is_float_array(function, *array),
        _ => false,
    }
}

fn is_float_array(function: &Function, array: LocalId) -> bool {
    matches!(
        function.locals[array].ty.element(),
        Some(Ty::Float | Ty::Float32)
    )
}
