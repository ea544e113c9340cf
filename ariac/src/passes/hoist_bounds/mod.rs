//! Moves bounds checks out of counted loops.
//!
//! ```text
//! for i in 0..<n                     _5 = len x
//!   _3 = x[i] ?                      _6 = n <= _5
//!   s = s + _3               →       if _6
//!                                      for i in 0..<n
//!                                        _3 = x[i]
//!                                        s = s + _3
//!                                    else
//!                                      for i in 0..<n
//!                                        _3 = x[i] ?
//!                                        s = s + _3
//! ```
//!
//! An index that is a sum of loop variables, multiples of them, and values that the loop does not change has its least and
//! greatest value at the ends of the loops' ranges. Before the loop, a guard compares these with 0 and the length. Where
//! it holds, no check can fail, so the fast copy has none, and the arithmetic of its indices wraps. Where it does not hold,
//! the loop runs as written and raises where it must.
//!
//! A guard that follows from what is known (`0..<x.length`, `requires x.length == y.length`) is left out, and with it the
//! second copy. Checks go as far out as their guard can be computed; an access whose guard cannot hold stays checked.
//!
//! [`facts`] is what is known about lengths and numbers; [`prove`] leaves out checks that follow from it where they stand;
//! [`index`] takes indices apart; [`guard`] writes conditions down.

mod facts;
mod guard;
mod index;
mod prove;
#[cfg(test)]
mod tests;

use super::definitions::Definitions;
use super::{Pass, Remark, RemarkKind};
use crate::arena::{Arena, Id};
use crate::hir::ParamMode;
use crate::mir::{
    Access, Block, Const, Function, LocalId, Loop, LoopId, Operand, Program, Rvalue, Signatures,
    Step, Stmt, StmtKind,
};
use crate::source::Span;
use facts::{Facts, Values};
use guard::{Condition, Guard};
use index::{Interval, Nest, Plan};
use prove::Proved;
use std::collections::{HashMap, HashSet};

pub(super) const PASS: Pass = Pass {
    name: "hoist_bounds",
    description: "check indices once before a loop instead of at every access",
    run,
};

fn run(program: &mut Program, remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let definitions = Definitions::of(function, &signatures);
        let values = Values::of(function, &definitions);
        let mut body = std::mem::take(&mut function.body);
        let mut proved = Proved::new();
        prove::block(&mut Facts::new(&values), &mut body, None, &mut proved);
        let mut hoist = Hoist {
            signatures: &signatures,
            facts: Facts::new(&values),
            values: &values,
            loops: std::mem::take(&mut function.loops),
            function,
            new_locals: Vec::new(),
            proved,
            long: false,
            remarks,
        };
        hoist.block(&mut body, None);
        let (loops, new_locals) = (hoist.loops, hoist.new_locals);
        function.loops = loops;
        for local in new_locals {
            function.locals.push(local);
        }
        function.body = body;
    }
}

struct Hoist<'a> {
    function: &'a Function,
    signatures: &'a Signatures,
    values: &'a Values,
    facts: Facts<'a>,
    loops: Arena<LoopId, Loop>,
    /// Locals of guards, which follow the function's own.
    new_locals: Vec<crate::mir::Local>,
    proved: Proved,
    /// A loop was not copied because it is long, since the last remark about what is left.
    long: bool,
    remarks: &'a mut Vec<Remark>,
}

impl Hoist<'_> {
    /// `outer`: whether a loop is around the block whose remarks speak for this one too.
    fn block(&mut self, block: &mut Block, outer: Option<Span>) {
        let known = self.facts.mark();
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let StmtKind::For { .. } = stmt.kind {
                self.for_loop(stmt, block, outer);
                continue;
            }
            self.inner_blocks(&mut stmt, outer);
            self.facts.learn_after(&stmt);
            block.stmts.push(stmt);
        }
        self.facts.forget(known);
    }

    /// The blocks below, each with what its branch tells.
    fn inner_blocks(&mut self, stmt: &mut Stmt, outer: Option<Span>) {
        let is_while = matches!(stmt.kind, StmtKind::While { .. });
        if let StmtKind::If {
            condition,
            then,
            otherwise,
        } = &mut stmt.kind
        {
            for (branch, holds) in [(then, true), (otherwise, false)] {
                let known = self.facts.mark();
                self.facts.learn(condition, holds);
                self.block(branch, outer);
                self.facts.forget(known);
            }
            return;
        }
        let span = stmt.span;
        let around = outer.or(is_while.then_some(span));
        let known = self.facts.mark();
        self.facts.learn_turn(stmt);
        stmt.blocks_mut(&mut |inner| self.block(inner, around));
        self.facts.forget(known);
        if is_while && outer.is_none() {
            if let Some(proved) = self.proved.remove(&span) {
                self.remark(span, format!("bounds checks hoisted: {proved}"));
            }
            self.tell_left(stmt, span);
        }
    }

    /// Puts the loop, or its versions, into `block`.
    fn for_loop(&mut self, mut stmt: Stmt, block: &mut Block, outer: Option<Span>) {
        let span = stmt.span;
        let (mut conditions, mut decided) = self.decide(&stmt);
        let is_long = size(&stmt) > MAX_COPIED && !conditions.is_empty();
        if is_long {
            self.long = true;
            conditions.clear();
            for plan in &mut decided {
                plan.take_if(|plan| !plan.conditions.is_empty());
            }
        }
        let slow = (!conditions.is_empty()).then(|| {
            let whole = Block {
                stmts: vec![stmt.clone()],
            };
            whole.copy(&mut self.loops, &|local| local)
        });
        apply(&mut stmt, &decided);
        let mut hoisted = decided.iter().flatten().count();
        if outer.is_none() {
            hoisted += self.proved.remove(&span).unwrap_or(0);
        }
        if hoisted > 0 {
            self.remark(span, format!("bounds checks hoisted: {hoisted}"));
        }
        self.inner_blocks(&mut stmt, outer.or(Some(span)));
        if outer.is_none() {
            self.tell_left(&stmt, span);
        }
        let Some(slow) = slow else {
            block.stmts.push(stmt);
            return;
        };
        let mut guard = Guard::new(self.function, &mut self.new_locals, span);
        let condition = guard.emit(&conditions);
        block.stmts.append(&mut guard.stmts);
        let fast = Block { stmts: vec![stmt] };
        block.stmts.push(Stmt {
            kind: StmtKind::If {
                condition,
                then: fast,
                otherwise: slow,
            },
            span,
        });
    }

    /// For each checked access of the loop, in order, how it becomes unchecked, if it does; and all guards together.
    fn decide(&self, stmt: &Stmt) -> (Vec<Condition>, Vec<Option<Plan>>) {
        let mut changed = HashSet::new();
        self.changed(stmt, &mut changed);
        let nest = Nest {
            facts: &self.facts,
            values: self.values,
            changed: &changed,
        };
        let mut decided = Vec::new();
        decide_stmt(&nest, stmt, &mut HashMap::new(), &mut decided);
        let mut conditions: Vec<Condition> = Vec::new();
        for plan in decided.iter().flatten() {
            for condition in &plan.conditions {
                guard::add(&mut conditions, condition.clone());
            }
        }
        (conditions, decided)
    }

    /// The locals that get another value; an array whose elements are stored to stays the same array.
    fn changed(&self, stmt: &Stmt, changed: &mut HashSet<LocalId>) {
        let modes = self.signatures.arg_modes(stmt);
        stmt.locals(&mut |local, access| {
            let is_array = self.function.locals.len() > local.index()
                && self.function.locals[local].ty.is_array_like();
            let is_owned = self.function.locals.len() > local.index()
                && self.function.locals[local].ty.is_owned();
            let changes = match access {
                Access::Read | Access::Store => false,
                Access::Write | Access::Bind => true,
                Access::Lend => !is_array,
                // What `return` takes is not missed by a later turn.
                Access::Take => is_owned && !matches!(stmt.kind, StmtKind::Return(_)),
                Access::Arg(i) => match modes.get(i) {
                    Some(ParamMode::Read) => false,
                    Some(ParamMode::Mut) => !is_array,
                    _ => true,
                },
            };
            if changes {
                changed.insert(local);
            }
        });
        stmt.blocks(&mut |block| {
            for stmt in &block.stmts {
                self.changed(stmt, changed);
            }
        });
    }

    /// Says how many checks remain in a loop and why.
    fn tell_left(&mut self, stmt: &Stmt, span: Span) {
        let mut left = 0;
        let was_long = std::mem::take(&mut self.long);
        let mut why = was_long.then_some("the loop is too long to copy");
        let mut vars = HashSet::new();
        count_left(self, stmt, &mut vars, &mut left, &mut why);
        if let (1.., Some(why)) = (left, why) {
            self.remark(span, format!("checks left: {left} ({why})"));
        }
    }

    fn remark(&mut self, span: Span, text: String) {
        self.remarks.push(Remark {
            span,
            function: self.function.name.clone(),
            kind: RemarkKind::Bounds,
            text,
        });
    }
}

/// Loops with more statements than this are not copied.
const MAX_COPIED: usize = 600;

fn size(stmt: &Stmt) -> usize {
    let mut size = 1;
    stmt.blocks(&mut |block| block.each(&mut |_| size += 1));
    size
}

fn decide_stmt(
    nest: &Nest<'_>,
    stmt: &Stmt,
    vars: &mut HashMap<LocalId, Interval>,
    decided: &mut Vec<Option<Plan>>,
) {
    if let Some((array, index)) = checked_access(stmt) {
        decided.push(nest.plan(array, index, vars));
    }
    if let StmtKind::For {
        var,
        lo,
        hi,
        inclusive,
        step,
        ..
    } = &stmt.kind
    {
        match nest.interval(lo, hi, *inclusive, step, vars) {
            Some(interval) => vars.insert(*var, interval),
            None => vars.remove(var),
        };
    }
    stmt.blocks(&mut |block| {
        for stmt in &block.stmts {
            decide_stmt(nest, stmt, vars, decided);
        }
    });
}

fn checked_access(stmt: &Stmt) -> Option<(LocalId, &Operand)> {
    match &stmt.kind {
        StmtKind::Assign {
            value:
                Rvalue::Load {
                    array,
                    index,
                    checked: true,
                },
            ..
        }
        | StmtKind::Store {
            array,
            index,
            checked: true,
            ..
        }
        | StmtKind::Bound {
            array,
            index,
            checked: true,
            ..
        }
        | StmtKind::Alias {
            of: array,
            step:
                Step::Element {
                    index,
                    checked: true,
                },
            ..
        } => Some((*array, index)),
        _ => None,
    }
}

/// Makes an access unchecked.
fn uncheck(stmt: &mut Stmt) {
    match &mut stmt.kind {
        StmtKind::Store { checked, .. }
        | StmtKind::Bound { checked, .. }
        | StmtKind::Alias {
            step: Step::Element { checked, .. },
            ..
        }
        | StmtKind::Assign {
            value: Rvalue::Load { checked, .. },
            ..
        } => *checked = false,
        _ => {}
    }
}

/// Makes the decided accesses unchecked, and the arithmetic of their indices wrapping.
fn apply(stmt: &mut Stmt, decided: &[Option<Plan>]) {
    let wrapping: HashSet<LocalId> = decided
        .iter()
        .flatten()
        .flat_map(|plan| plan.arithmetic.iter().copied())
        .collect();
    let mut next = decided.iter();
    let mut whole = Block {
        stmts: vec![std::mem::replace(
            stmt,
            Stmt {
                kind: StmtKind::Return(Operand::Const(Const::Unit)),
                span: stmt.span,
            },
        )],
    };
    whole.each_mut(&mut |stmt| {
        if checked_access(stmt).is_some()
            && let Some(Some(_)) = next.next()
        {
            uncheck(stmt);
        }
        if let StmtKind::Assign {
            dst: Some(dst),
            value: Rvalue::Binary { op, .. },
        } = &mut stmt.kind
            && wrapping.contains(dst)
        {
            *op = op.wrapping();
        }
    });
    if let Some(changed) = whole.stmts.pop() {
        *stmt = changed;
    }
}

/// Counts the checks in a loop's fast version, and finds the first one's reason.
fn count_left(
    hoist: &Hoist<'_>,
    stmt: &Stmt,
    vars: &mut HashSet<LocalId>,
    left: &mut usize,
    why: &mut Option<&'static str>,
) {
    if let Some((array, index)) = checked_access(stmt) {
        *left += 1;
        why.get_or_insert_with(|| match index {
            _ if !hoist.values.is_stable(array) => "the array is replaced",
            Operand::Local(local) if !index::counts(hoist.values, *local, vars) => {
                "index is not a loop variable"
            }
            _ => "the range of the index is not known before the loop",
        });
    }
    if let StmtKind::For { var, .. } = &stmt.kind {
        vars.insert(*var);
    }
    if let Some(fast) = stmt.fast_version() {
        for stmt in &fast.stmts {
            count_left(hoist, stmt, vars, left, why);
        }
        return;
    }
    stmt.blocks(&mut |block| {
        for stmt in &block.stmts {
            count_left(hoist, stmt, vars, left, why);
        }
    });
}
