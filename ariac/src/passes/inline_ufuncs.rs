//! The loop of a ufunc does what its function does, where that is a straight line of operations on numbers, so that what
//! is known of loops holds for it: its checks of integers are gathered, for one.
//!
//! ```text
//! for i in 0..<n                    for i in 0..<n
//!   _1 = x[i]                         _1 = x[i]
//!   _2 = y[i]                         _2 = y[i]
//!   _3 = call plus(_1, _2)    →       x_4 = _1
//!   out0[i] = _3                      y_5 = _2
//!                                     _6 = x_4 + y_5
//!                                     _3 = _6
//!                                     out0[i] = _3
//! ```

use super::{Pass, Remark};
use crate::hir::ParamMode;
use crate::mir::{Block, FnId, Function, LocalId, Operand, Program, Rvalue, Stmt, StmtKind};
use std::collections::HashMap;

/// The row of the table.
pub(super) const PASS: Pass = Pass {
    name: "inline_ufuncs",
    description: "puts the operations of a ufunc into its loop",
    run,
};

fn run(program: &mut Program, _: &mut Vec<Remark>) {
    let mut ufuncs: Vec<(FnId, FnId)> = program.ufuncs.iter().map(|(&f, &l)| (f, l)).collect();
    ufuncs.sort_unstable();
    for (scalar, of_views) in ufuncs {
        let Some(line) = Line::of(&program.functions[scalar]) else {
            continue;
        };
        let function = &mut program.functions[of_views];
        let mut body = std::mem::take(&mut function.body);
        put(function, &mut body, scalar, &line);
        function.body = body;
    }
}

/// A function that is a straight line.
struct Line {
    /// Its locals: types, names and places.
    locals: Vec<crate::mir::Local>,
    params: Vec<LocalId>,
    body: Block,
    result: Operand,
}

impl Line {
    /// The function as one, if it is: assignments to numbers, and then it returns one.
    fn of(function: &Function) -> Option<Line> {
        let (last, stmts) = function.body.stmts.split_last()?;
        let StmtKind::Return(result) = &last.kind else {
            return None;
        };
        let is_plain = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Assign {
                dst: Some(_),
                value,
            } => value.kernel().is_none(),
            _ => false,
        };
        let mut locals = function.locals.iter();
        let are_numbers = locals.all(|(_, local)| local.ty.elem().is_some() && !local.alias);
        let are_read = function.params.iter().all(|p| p.mode == ParamMode::Read);
        if !are_numbers || !are_read || !stmts.iter().all(is_plain) {
            return None;
        }
        let copy = |local: &crate::mir::Local| crate::mir::Local {
            name: local.name.clone(),
            ty: local.ty.clone(),
            ..*local
        };
        Some(Line {
            locals: function
                .locals
                .iter()
                .map(|(_, local)| copy(local))
                .collect(),
            params: function.params.iter().map(|p| p.local).collect(),
            body: Block {
                stmts: stmts.to_vec(),
            },
            result: result.clone(),
        })
    }
}

/// Puts the line where the function is called.
fn put(function: &mut Function, block: &mut Block, scalar: FnId, line: &Line) {
    for stmt in std::mem::take(&mut block.stmts) {
        let StmtKind::Assign {
            dst,
            value: Rvalue::Call { callee, args },
        } = &stmt.kind
        else {
            let mut stmt = stmt;
            stmt.blocks_mut(&mut |block| put(function, block, scalar, line));
            block.stmts.push(stmt);
            continue;
        };
        if *callee != scalar {
            block.stmts.push(stmt);
            continue;
        }
        let mut new: HashMap<LocalId, LocalId> = HashMap::new();
        for (index, local) in line.locals.iter().enumerate() {
            let copy = crate::mir::Local {
                name: local.name.clone(),
                ty: local.ty.clone(),
                ..*local
            };
            let old = crate::arena::Id::from_index(index);
            new.insert(old, function.locals.push(copy));
        }
        let assign = |dst: Option<LocalId>, value: Operand| Stmt {
            kind: StmtKind::Assign {
                dst,
                value: Rvalue::Use(value),
            },
            span: stmt.span,
        };
        for (param, arg) in line.params.iter().zip(args) {
            block.stmts.push(assign(Some(new[param]), arg.clone()));
        }
        let body = line.body.copy(&mut function.loops, &|local| new[&local]);
        block.stmts.extend(body.stmts);
        let result = match &line.result {
            Operand::Local(local) => Operand::Local(new[local]),
            constant => constant.clone(),
        };
        block.stmts.push(assign(*dst, result));
    }
}
