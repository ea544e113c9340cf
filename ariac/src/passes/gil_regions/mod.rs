//! Releases the GIL around work that does not need it.
//!
//! ```text
//! fn f(a: Array[Float]) -> Float   # exported py       fn f(a: Array[Float]) -> Float   # exported py
//!   _1 = sum a |_2|                                      gil_release len(a)
//!     give _2                                            _1 = sum a |_2|
//!   _3 = py module numpy                                   give _2
//!   _4 = py object _1                             →      gil_acquire
//!   _5 = py _3.abs(_4)                                   _3 = py module numpy
//!   …                                                    …
//! ```
//!
//! An exported function that does not touch Python is released as a whole by its caller, if the work is worth it: then
//! this pass leaves an estimate in `entry_release` and the body as it is.
//!
//! * `gil: :auto`: in a function that touches Python, each longest run of statements without Python becomes a region if
//!   something in it may take long. The region begins with the first such statement and ends with the last, so that
//!   what is cheap stays outside but does not separate two regions. Whether the GIL is released is decided when the
//!   region begins, from the [`Work`] that [`estimate`] finds; what is known to be small is left alone. Inside a loop
//!   that touches Python, work of unknown size does not count as long: it may be small in every turn.
//! * `gil: :hold`: nothing is released but the blocks of `Python.without_gil`.
//! * `gil: :release`: released from the beginning, and taken back for each `Python.with_gil` block.
//!
//! A block of `Python.without_gil` is released in every mode, whatever its work. At last [`switches`] dissolves these blocks,
//! and puts switches before everything that leaves a region: `return`, and `break` or `continue` of a loop around it.
//! Errors take the GIL back by themselves.

mod estimate;
mod explain;
mod switches;
#[cfg(test)]
mod tests;
mod vector;

use super::{Pass, Remark, RemarkKind};
use crate::mir::{
    Access, Block, FnId, Function, GilMode, GilState, LocalId, Program, Signatures, Stmt, StmtKind,
    Work,
};
use crate::source::Span;
use estimate::{Estimates, WORTH_A_SWITCH};
use std::collections::BTreeSet;

/// The row of the table.
pub(super) const PASS: Pass = Pass {
    name: "gil_regions",
    description: "release the GIL around work that does not need it",
    run,
};

fn run(program: &mut Program, remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    let mut estimates = Estimates::default();
    let ids: Vec<FnId> = program.functions.ids().collect();
    let plans: Vec<Plan> = ids
        .iter()
        .map(|&id| plan(program, &signatures, &mut estimates, id, remarks))
        .collect();
    for (id, plan) in ids.into_iter().zip(plans) {
        let function = &mut program.functions[id];
        function.body = plan.body;
        function.entry_release = plan.entry_release;
    }
}

/// What becomes of a function.
struct Plan {
    body: Block,
    entry_release: Option<Work>,
}

fn plan(
    program: &Program,
    signatures: &Signatures,
    estimates: &mut Estimates,
    id: FnId,
    remarks: &mut Vec<Remark>,
) -> Plan {
    let function = &program.functions[id];
    let mut regions = Regions {
        program,
        signatures,
        estimates,
        function,
        remarks,
    };
    if !function.uses_python {
        let mut body = function.body.clone();
        dissolve(&mut body);
        return Plan {
            body,
            entry_release: regions.entry(),
        };
    }
    let mut body = function.body.clone();
    let mut state = GilState::Held;
    match function.gil {
        GilMode::Auto => {
            dissolve(&mut body);
            let mut assigned = function.params.iter().map(|p| p.local).collect();
            regions.block(&mut body, false, &mut assigned);
            regions.explain(&body);
        }
        GilMode::Hold => {
            regions.remark(
                function.span,
                "GIL held: the function says `gil: :hold`".into(),
            );
        }
        GilMode::Release => {
            state = GilState::Released;
            regions.remark(
                function.span,
                "GIL released, except in `Python.with_gil`: the function says `gil: :release`"
                    .into(),
            );
        }
    }
    body.each(&mut |stmt| {
        if let StmtKind::Gil(GilState::Released, _) = stmt.kind {
            regions.remark(stmt.span, "GIL released: `Python.without_gil`".into());
        }
    });
    switches::place(signatures, function, &mut body, state);
    if state == GilState::Released {
        let release = StmtKind::GilRelease(Work::Unknown);
        body.stmts.insert(0, at(release, function.span));
    }
    Plan {
        body,
        entry_release: None,
    }
}

struct Regions<'a> {
    program: &'a Program,
    signatures: &'a Signatures,
    estimates: &'a mut Estimates,
    function: &'a Function,
    remarks: &'a mut Vec<Remark>,
}

impl Regions<'_> {
    /// The estimate by which the wrapper releases the GIL around a function without Python.
    fn entry(&mut self) -> Option<Work> {
        let function = self.function;
        if !function.exported {
            return None;
        }
        match function.gil {
            GilMode::Hold => None,
            GilMode::Release => {
                let text = "GIL released: the function says `gil: :release`";
                self.remark(function.span, text.into());
                Some(Work::Unknown)
            }
            GilMode::Auto => {
                let params = function.params.iter().map(|p| p.local).collect();
                let stmts: Vec<&Stmt> = function.body.stmts.iter().collect();
                let work = self
                    .estimates
                    .region(self.program, function, &params, &stmts);
                if !is_long(&work, false) {
                    return None;
                }
                let text = match work {
                    Work::Unknown | Work::Nanos(_) => "GIL released around the whole function",
                    _ => "GIL released around the whole function when it is worth it",
                };
                self.remark(function.span, text.into());
                Some(work)
            }
        }
    }

    /// Puts regions into a block in which the GIL is held, outside of regions. `assigned` are the locals that have a
    /// value, at the beginning of the block and then at its end.
    fn block(&mut self, block: &mut Block, in_loop: bool, assigned: &mut BTreeSet<LocalId>) {
        let mut left: Vec<Stmt> = std::mem::take(&mut block.stmts);
        while !left.is_empty() {
            let pure = left.iter().take_while(|s| self.is_pure(s)).count();
            let rest = left.split_off(pure);
            self.run_of_pure(left, in_loop, assigned, &mut block.stmts);
            left = rest;
            let next = left.iter().take_while(|s| !self.is_pure(s)).count();
            let rest = left.split_off(next);
            for mut stmt in left {
                self.inside(&mut stmt, in_loop, assigned);
                block.stmts.push(stmt);
            }
            left = rest;
        }
    }

    /// The blocks of a statement that touches Python.
    fn inside(&mut self, stmt: &mut Stmt, in_loop: bool, assigned: &mut BTreeSet<LocalId>) {
        match &mut stmt.kind {
            StmtKind::If {
                then, otherwise, ..
            } => {
                let mut other = assigned.clone();
                self.block(then, in_loop, assigned);
                self.block(otherwise, in_loop, &mut other);
                match (then.diverges(), otherwise.diverges()) {
                    (true, _) => *assigned = other,
                    (false, true) => {}
                    (false, false) => assigned.retain(|l| other.contains(l)),
                }
            }
            StmtKind::For { .. } | StmtKind::While { .. } => {
                self.note_taken(stmt, assigned);
                if let StmtKind::For { var, .. } = &stmt.kind {
                    assigned.insert(*var);
                }
                stmt.blocks_mut(&mut |block| self.block(block, true, &mut assigned.clone()));
            }
            _ => self.note_assigned(stmt, assigned),
        }
    }

    /// Makes a region of the statements, without the cheap ones at either end, if they may take long.
    fn run_of_pure(
        &mut self,
        run: Vec<Stmt>,
        in_loop: bool,
        assigned: &mut BTreeSet<LocalId>,
        out: &mut Vec<Stmt>,
    ) {
        // What is known of the whole run tells when a statement is short; where it tells nothing, the length may be
        // known right before the statement.
        let stmts: Vec<&Stmt> = run.iter().collect();
        let known = self
            .estimates
            .each(self.program, self.function, assigned, &stmts);
        let mut so_far = assigned.clone();
        let mut long = Vec::with_capacity(run.len());
        for (stmt, mut work) in run.iter().zip(known) {
            if work == Work::Unknown {
                work = self
                    .estimates
                    .region(self.program, self.function, &so_far, &[stmt]);
            }
            self.note_assigned(stmt, &mut so_far);
            long.push(is_long(&work, in_loop));
        }
        let first = long.iter().position(|&l| l);
        let last = long.iter().rposition(|&l| l);
        let (Some(first), Some(last)) = (first, last) else {
            *assigned = so_far;
            out.extend(run);
            return;
        };
        for stmt in &run[..first] {
            self.note_assigned(stmt, assigned);
        }
        let stmts: Vec<&Stmt> = run[first..=last].iter().collect();
        let work = self
            .estimates
            .region(self.program, self.function, assigned, &stmts);
        for stmt in &run[first..] {
            self.note_assigned(stmt, assigned);
        }
        if !is_long(&work, in_loop) {
            out.extend(run);
            return;
        }
        let span = run[first].span;
        let around = explain::work_of(
            self.program,
            run[first..=last]
                .iter()
                .zip(&long[first..=last])
                .filter(|(_, long)| **long)
                .map(|(stmt, _)| stmt),
        );
        self.remark(
            span,
            match work {
                Work::Unknown | Work::Nanos(_) => format!("GIL released around {around}"),
                _ => format!("GIL released around {around} when it is worth it"),
            },
        );
        for (i, stmt) in run.into_iter().enumerate() {
            if i == first {
                out.push(at(StmtKind::GilRelease(work.clone()), span));
            }
            let span = stmt.span;
            let diverges = stmt.diverges();
            out.push(stmt);
            if i == last && !diverges {
                out.push(at(StmtKind::GilAcquire, span));
            }
        }
    }

    /// Whether neither the statement nor what is below it needs the GIL, and it is not the end of its block.
    fn is_pure(&self, stmt: &Stmt) -> bool {
        let ends = matches!(
            stmt.kind,
            StmtKind::Return(_) | StmtKind::Break(_) | StmtKind::Continue(_)
        );
        !ends && !leaves_handler(stmt) && !needs_gil_deep(stmt, self.signatures, self.function)
    }

    /// Adds the locals that surely have a value after the statement, and takes those away that may have lost theirs.
    fn note_assigned(&self, stmt: &Stmt, assigned: &mut BTreeSet<LocalId>) {
        match &stmt.kind {
            StmtKind::If {
                then, otherwise, ..
            } => {
                let mut sets = Vec::new();
                for block in [then, otherwise] {
                    let mut set = assigned.clone();
                    for stmt in &block.stmts {
                        self.note_assigned(stmt, &mut set);
                    }
                    if !block.diverges() {
                        sets.push(set);
                    }
                }
                if let Some(mut both) = sets.pop() {
                    if let Some(other) = sets.pop() {
                        both.retain(|l| other.contains(l));
                    }
                    *assigned = both;
                }
            }
            StmtKind::For { .. } | StmtKind::While { .. } => self.note_taken(stmt, assigned),
            StmtKind::Gil(_, body) => {
                for stmt in &body.stmts {
                    self.note_assigned(stmt, assigned);
                }
            }
            _ => {
                self.note_taken(stmt, assigned);
                stmt.locals(&mut |local, access| {
                    if access == Access::Write {
                        assigned.insert(local);
                    }
                });
            }
        }
    }

    fn note_taken(&self, stmt: &Stmt, assigned: &mut BTreeSet<LocalId>) {
        stmt.locals_deep(&mut |local, access| {
            let is_owned = self.function.locals[local].ty.is_owned();
            if is_owned && matches!(access, Access::Take | Access::Arg(_)) {
                assigned.remove(&local);
            }
        });
    }

    fn remark(&mut self, span: Span, text: String) {
        let remark = Remark {
            span,
            function: self.function.name.clone(),
            kind: RemarkKind::Gil,
            text,
        };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// Whether the work may be worth a switch.
fn is_long(work: &Work, in_loop: bool) -> bool {
    match work {
        Work::Nanos(n) => *n >= WORTH_A_SWITCH,
        Work::Unknown => !in_loop,
        _ => true,
    }
}

fn needs_gil_deep(stmt: &Stmt, signatures: &Signatures, function: &Function) -> bool {
    let mut needs = signatures.needs_gil(stmt, function);
    stmt.blocks(&mut |block| block.each(&mut |s| needs |= signatures.needs_gil(s, function)));
    needs
}

fn kernel_needs_gil(stmt: &Stmt, signatures: &Signatures, function: &Function) -> bool {
    matches!(stmt.kind, StmtKind::Assign { .. }) && needs_gil_deep(stmt, signatures, function)
}

/// Whether a `return`, `break` or `continue` leaves the body of a `Try` below the statement: the GIL does not change
/// where failures are caught.
fn leaves_handler(stmt: &Stmt) -> bool {
    let mut leaving = matches!(stmt.kind, StmtKind::Try { .. }) && leaves(stmt);
    stmt.blocks(&mut |block| {
        block.each(&mut |s| leaving |= matches!(s.kind, StmtKind::Try { .. }) && leaves(s));
    });
    leaving
}

/// Whether a `return`, `break` or `continue` below the statement leaves it.
fn leaves(stmt: &Stmt) -> bool {
    let mut own = Vec::new();
    let mut left = Vec::new();
    let mut returns = false;
    stmt.blocks(&mut |block| {
        block.each(&mut |s| match &s.kind {
            StmtKind::Return(_) => returns = true,
            StmtKind::For { id, .. } | StmtKind::While { id, .. } => own.push(*id),
            StmtKind::Break(id) | StmtKind::Continue(id) => left.push(*id),
            _ => {}
        });
    });
    returns || left.iter().any(|id| !own.contains(id))
}

/// Puts the statements of each `with_gil` in its place, where the GIL is held anyway.
fn dissolve(block: &mut Block) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        stmt.blocks_mut(&mut dissolve);
        match stmt.kind {
            StmtKind::Gil(GilState::Held, inner) => stmts.extend(inner.stmts),
            _ => stmts.push(stmt),
        }
    }
    block.stmts = stmts;
}

fn at(kind: StmtKind, span: Span) -> Stmt {
    Stmt { kind, span }
}
