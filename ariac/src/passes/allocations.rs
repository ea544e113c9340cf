//! Tells where memory for arrays is allocated, after all passes. Not a pass: it changes nothing.

use super::{Remark, RemarkKind};
use crate::mir::{Block, Function, Program, Rvalue, Stmt, StmtKind};
use crate::types::Ty;

/// One remark for each instruction that makes an array; of code in two versions, for the fast one.
pub(super) fn tell(program: &Program, remarks: &mut Vec<Remark>) {
    for (_, function) in program.functions.iter() {
        block(function, &function.body, false, remarks);
    }
}

fn block(function: &Function, stmts: &Block, in_loop: bool, remarks: &mut Vec<Remark>) {
    for stmt in &stmts.stmts {
        if let Some(fast) = stmt.fast_version() {
            block(function, fast, in_loop, remarks);
            continue;
        }
        if let Some(what) = what(function, stmt) {
            let turns = if in_loop { ", in every turn" } else { "" };
            remarks.push(Remark {
                span: stmt.span,
                function: function.name.clone(),
                kind: RemarkKind::Alloc,
                text: format!("allocates an array: {what}{turns}"),
            });
        }
        let repeats = !matches!(stmt.kind, StmtKind::If { .. } | StmtKind::Gil(..));
        stmt.blocks(&mut |inner| block(function, inner, in_loop || repeats, remarks));
    }
}

fn what(function: &Function, stmt: &Stmt) -> Option<String> {
    let StmtKind::Assign { value, .. } = &stmt.kind else {
        return None;
    };
    Some(match value {
        Rvalue::Map { parallel: true, .. } => "the result of a parallel map".into(),
        Rvalue::Map { reuse: true, .. } => return None,
        Rvalue::Map { .. } => "the result of an array operation".into(),
        Rvalue::Fill { .. } => "filled with one value".into(),
        Rvalue::Array { .. } => "a literal".into(),
        Rvalue::ToArray(_) => "a copy".into(),
        Rvalue::FromObject {
            ty: Ty::Array(_), ..
        } => "the elements of a Python object".into(),
        Rvalue::Clone(source) if matches!(function.locals[*source].ty, Ty::Array(_)) => {
            match &function.locals[*source].name {
                Some(name) => format!("a copy, because `{name}` is used again"),
                None => "a copy".into(),
            }
        }
        _ => return None,
    })
}
