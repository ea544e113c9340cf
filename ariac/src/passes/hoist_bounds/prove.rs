//! Leaves checks out whose result is known where they stand.
//!
//! ```text
//! for i in 0..<n              for i in 0..<n
//!   if i > 0                    if i > 0
//!     _4 = i - 1       →          _4 = i &- 1
//!     _5 = x[_4] ?                _5 = x[_4]       # _3 = len x, n = _3
//! ```
//!
//! Unlike a guard, this also sees the conditions around an access, and it works outside of loops. A check that succeeded
//! is known from there on, so that `a[i] = a[i] + 1` checks once.

use super::facts::{Facts, Sum, Symbol};
use super::{checked_access, uncheck};
use crate::mir::{BinOp, Block, Operand, Rvalue, Stmt, StmtKind};
use crate::source::Span;
use std::collections::HashMap;

/// How many checks were left out, by the place of the outermost loop around them.
pub(super) type Proved = HashMap<Span, usize>;

/// Numbers up to this size do not overflow in one addition.
const FAR: i64 = 1 << 60;

pub(super) fn block(
    facts: &mut Facts<'_>,
    block: &mut Block,
    outer: Option<Span>,
    proved: &mut Proved,
) {
    let known = facts.mark();
    for stmt in &mut block.stmts {
        access(facts, stmt, outer, proved);
        arithmetic(facts, stmt);
        below(facts, stmt, outer, proved);
        facts.learn_after(stmt);
    }
    facts.forget(known);
}

/// The blocks below a statement, each with what is known in it.
fn below(facts: &mut Facts<'_>, stmt: &mut Stmt, outer: Option<Span>, proved: &mut Proved) {
    let is_loop = matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. });
    let outer = outer.or(is_loop.then_some(stmt.span));
    if let StmtKind::If {
        condition,
        then,
        otherwise,
    } = &mut stmt.kind
    {
        for (branch, holds) in [(then, true), (otherwise, false)] {
            let known = facts.mark();
            facts.learn(condition, holds);
            block(facts, branch, outer, proved);
            facts.forget(known);
        }
        return;
    }
    let known = facts.mark();
    facts.learn_turn(stmt);
    stmt.blocks_mut(&mut |inner| block(facts, inner, outer, proved));
    facts.forget(known);
}

fn access(facts: &mut Facts<'_>, stmt: &mut Stmt, outer: Option<Span>, proved: &mut Proved) {
    let Some((array, index)) = checked_access(stmt) else {
        return;
    };
    let (Some(index), Some(length)) = (facts.sum(index), facts.stable_length(array)) else {
        return;
    };
    let zero = (Symbol::Zero, 0);
    let Some(past) = index.1.checked_add(1) else {
        return;
    };
    if facts.proves(zero, index) && facts.proves((index.0, past), length) {
        if let Some(outer) = outer {
            *proved.entry(outer).or_default() += 1;
        }
        uncheck(stmt);
        return;
    }
    facts.learn_order(zero, index);
    facts.learn_order((index.0, past), length);
}

/// Arithmetic whose result is known to be small does not overflow.
fn arithmetic(facts: &Facts<'_>, stmt: &mut Stmt) {
    let StmtKind::Assign {
        dst: Some(dst),
        value:
            Rvalue::Binary {
                op: op @ (BinOp::Add | BinOp::Sub),
                left,
                right,
            },
    } = &mut stmt.kind
    else {
        return;
    };
    // Of a sum with a constant, the result is as exact as its name.
    let is_sum = [&*left, &*right]
        .iter()
        .any(|o| matches!(o, Operand::Const(crate::mir::Const::Int(_))));
    let Some(result) = facts.sum(&Operand::Local(*dst)).filter(|_| is_sum) else {
        return;
    };
    let own = (Symbol::Local(*dst), 0);
    if result != own && is_small(facts, result) {
        *op = op.wrapping();
    }
}

fn is_small(facts: &Facts<'_>, sum: Sum) -> bool {
    facts.proves((Symbol::Zero, -FAR), sum) && facts.proves(sum, (Symbol::Zero, FAR))
}
