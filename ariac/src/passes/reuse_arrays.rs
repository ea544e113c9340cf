//! Writes the results of an array operation over one of its operands, which they replace.
//!
//! ```text
//! x = map y, x |_1, _2|           x = map in place y, x |_1, _2|
//!   _3 = a * _1                     _3 = a * _1
//!   _4 = _2 + _3            →       _4 = _2 + _3
//!   give _4                         give _4
//! ```
//!
//! No memory is allocated, and what is read is in the cache when it is written. The array is the function's own, so that
//! nobody else can see it, and the kernel computes its result from its parameters without a way to fail: an element is read before it is
//! written, and never again.

use super::{Pass, Remark};
use crate::hir::ParamMode;
use crate::mir::{Function, Kernel, LocalId, Program, Rvalue, Signatures, StmtKind};
use crate::types::Ty;

/// The row of the table.
pub(super) const PASS: Pass = Pass {
    name: "reuse_arrays",
    description: "write the results of an array operation over an operand that they replace",
    run,
};

fn run(program: &mut Program, _remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let mut body = std::mem::take(&mut function.body);
        body.each_mut(&mut |stmt| {
            if let StmtKind::Assign {
                dst: Some(dst),
                value:
                    Rvalue::Map {
                        sources,
                        kernel,
                        parallel: false,
                        reuse,
                    },
            } = &mut stmt.kind
            {
                *reuse = is_own_array(function, *dst)
                    && sources.contains(dst)
                    && sources.iter().all(|&s| is_apart(function, s))
                    && is_simple(&signatures, function, kernel);
            }
        });
        function.body = body;
    }
}

/// Whether a local has an array of its own, which is dropped with it.
fn is_own_array(function: &Function, local: LocalId) -> bool {
    let mut params = function.params.iter();
    let is_lent = params.any(|p| p.local == local && p.mode != ParamMode::Own);
    let local = &function.locals[local];
    matches!(local.ty, Ty::Array(_)) && !local.alias && !is_lent
}

/// Whether an array cannot show the memory of another one of the function.
fn is_apart(function: &Function, local: LocalId) -> bool {
    let is_param = function.params.iter().any(|p| p.local == local);
    let local = &function.locals[local];
    is_param || (matches!(local.ty, Ty::Array(_)) && !local.alias)
}

/// Whether a kernel computes its result from scalars, without fail.
fn is_simple(signatures: &Signatures, function: &Function, kernel: &Kernel) -> bool {
    kernel.body.stmts.iter().all(|stmt| match &stmt.kind {
        StmtKind::Assign {
            dst: Some(_),
            value,
        } => {
            let is_scalar = matches!(
                value,
                Rvalue::Use(_)
                    | Rvalue::Unary { .. }
                    | Rvalue::Binary { .. }
                    | Rvalue::Convert { .. }
                    | Rvalue::Math { .. }
            );
            is_scalar && !signatures.may_fail(value, function)
        }
        _ => false,
    })
}
