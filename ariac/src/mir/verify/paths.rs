//! Every path returns, and no local is used without a value.

use super::Check;
use crate::hir::ParamMode;
use crate::mir::liveness::LocalSet;
use crate::mir::{Access, Block, Const, LocalId, LoopId, Operand, Stmt, StmtKind};
use std::collections::{HashMap, HashSet};

impl Check<'_> {
    pub(super) fn paths(&mut self) {
        let function = self.function;
        let mut defined = LocalSet::default();
        let mut borrowed = Vec::new();
        for param in &function.params {
            defined.insert(param.local);
            if param.mode != ParamMode::Own {
                borrowed.push(param.local);
            }
        }
        let mut paths = Paths {
            check: self,
            borrowed,
            counted: Vec::new(),
            open: HashMap::new(),
            declared: HashSet::new(),
            outside: Vec::new(),
        };
        if paths.block(&function.body, Some(defined)).is_some() {
            self.error("a path does not return");
        }
    }
}

/// The locals that have a value; none where no path comes.
type State = Option<LocalSet>;

struct Paths<'a, 'b> {
    check: &'a mut Check<'b>,
    borrowed: Vec<LocalId>,
    /// Variables of the `For` loops around.
    counted: Vec<LocalId>,
    /// Loops around, with what has a value where `break` and `continue` go to.
    open: HashMap<LoopId, (State, State)>,
    declared: HashSet<LoopId>,
    /// For each kernel around, what had a value before it: not to be taken away.
    outside: Vec<(LocalSet, Vec<LoopId>)>,
}

impl Paths<'_, '_> {
    fn block(&mut self, block: &Block, mut state: State) -> State {
        for stmt in &block.stmts {
            let Some(defined) = state else {
                self.check.error("a statement stands where no path comes");
                return None;
            };
            state = self.stmt(stmt, defined);
        }
        state
    }

    fn stmt(&mut self, stmt: &Stmt, mut defined: LocalSet) -> State {
        match &stmt.kind {
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.uses(condition, &defined);
                let then = self.block(then, Some(defined.clone()));
                let otherwise = self.block(otherwise, Some(defined));
                return join(then, otherwise);
            }
            StmtKind::While {
                id,
                test,
                condition,
                body,
            } => {
                return self.while_loop(*id, test, condition, body, defined);
            }
            StmtKind::For { id, var, body, .. } => {
                self.own(stmt, &mut defined);
                self.counted.push(*var);
                let after = self.turns(*id, defined, |paths, mut head| {
                    let entry = head.clone();
                    head.insert(*var);
                    let end = paths.block(body, Some(head));
                    (Some(entry), end)
                });
                self.counted.pop();
                return after;
            }
            StmtKind::Gil(_, body) => return self.block(body, Some(defined)),
            StmtKind::Try {
                body,
                error,
                handler,
            } => {
                // The body may fail anywhere: what it takes may be gone, what it makes may not be there.
                let mut at_handler = defined.clone();
                body.each(&mut |stmt| {
                    // What returns does not come to the handler.
                    if !matches!(stmt.kind, StmtKind::Return(_)) {
                        self.taken(stmt, &mut |local| at_handler.remove(local));
                    }
                });
                let end = self.block(body, Some(defined));
                self.write(*error, &mut at_handler);
                let handled = self.block(handler, Some(at_handler));
                return join(end, handled);
            }
            StmtKind::Alias { dst, .. } => {
                self.own(stmt, &mut defined);
                defined.insert(*dst);
            }
            StmtKind::Break(id) | StmtKind::Continue(id) => {
                self.leave(*id, matches!(stmt.kind, StmtKind::Break(_)), defined);
                return None;
            }
            StmtKind::Return(_) => {
                if !self.outside.is_empty() {
                    self.check.error("a kernel returns from the function");
                }
                self.own(stmt, &mut defined);
                return None;
            }
            StmtKind::Raise { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::EndCall(_)
            | StmtKind::Reraise { .. } => {
                self.own(stmt, &mut defined);
                return None;
            }
            StmtKind::Assign { value, dst } => {
                if let Some(kernel) = value.kernel() {
                    self.kernel(kernel, value, &defined);
                    if let Some(dst) = dst {
                        self.write(*dst, &mut defined);
                    }
                    return Some(defined);
                }
                self.own(stmt, &mut defined);
            }
            _ => self.own(stmt, &mut defined),
        }
        Some(defined)
    }

    fn leave(&mut self, id: LoopId, is_break: bool, defined: LocalSet) {
        let crosses = self
            .outside
            .last()
            .is_some_and(|(_, open)| open.contains(&id));
        match self.open.get_mut(&id) {
            Some(_) if crosses => self.check.error("a kernel leaves a loop around it"),
            Some((at_break, at_continue)) => {
                let target = if is_break { at_break } else { at_continue };
                *target = join(target.take(), Some(defined));
            }
            None => self.check.error(format!("{id:?} is left from outside")),
        }
    }

    fn while_loop(
        &mut self,
        id: LoopId,
        test: &Block,
        condition: &Operand,
        body: &Block,
        defined: LocalSet,
    ) -> State {
        let forever = *condition == Operand::Const(Const::Bool(true));
        self.turns(id, defined, |paths, head| {
            let Some(tested) = paths.block(test, Some(head)) else {
                paths.check.error("the test of a loop does not go on");
                return (None, None);
            };
            paths.uses(condition, &tested);
            let end = paths.block(body, Some(tested.clone()));
            ((!forever).then_some(tested), end)
        })
    }

    /// Runs a loop until what has a value at its head no longer shrinks. `turn` gives the state in which the loop ends by
    /// itself, and the state at the end of its body.
    fn turns(
        &mut self,
        id: LoopId,
        entry: LocalSet,
        mut turn: impl FnMut(&mut Self, LocalSet) -> (State, State),
    ) -> State {
        if !self.declared.insert(id) {
            self.check.error(format!("{id:?} is declared twice"));
        }
        let inner = self.declared.clone();
        let mut head = entry.clone();
        loop {
            self.open.insert(id, (None, None));
            self.declared.clone_from(&inner);
            let (done, end) = turn(self, head.clone());
            let (at_break, at_continue) = self.open.remove(&id).unwrap_or_default();
            let back = join(end, at_continue);
            let next = join(Some(entry.clone()), back).unwrap_or_default();
            if next == head {
                // After a loop without end the block still ends as every block does: with a `Raise` that nobody reaches.
                return join(done, at_break).or(Some(head));
            }
            head = next;
        }
    }

    fn kernel(
        &mut self,
        kernel: &crate::mir::Kernel,
        value: &crate::mir::Rvalue,
        defined: &LocalSet,
    ) {
        value.parts(&mut |part| {
            if let crate::mir::Part::Local(local, Access::Read) = part {
                self.use_local(local, defined);
            }
        });
        let open: Vec<LoopId> = self.open.keys().copied().collect();
        self.outside.push((defined.clone(), open));
        let mut inside = defined.clone();
        for param in &kernel.params {
            self.write(*param, &mut inside);
        }
        if let Some(end) = self.block(&kernel.body, Some(inside)) {
            self.uses(&kernel.result, &end);
        }
        self.outside.pop();
    }

    /// The statement's own locals: reads and takes, then writes.
    fn own(&mut self, stmt: &Stmt, defined: &mut LocalSet) {
        let modes = self.check.signatures.arg_modes(stmt);
        let (mut reads, mut takes, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        stmt.locals(&mut |local, access| match access {
            Access::Read | Access::Store | Access::Lend => reads.push(local),
            Access::Take => takes.push(local),
            Access::Write => writes.push(local),
            Access::Bind => {}
            Access::Arg(i) => match modes.get(i) {
                Some(ParamMode::Own) => takes.push(local),
                Some(ParamMode::Mut) => {
                    reads.push(local);
                    writes.push(local);
                }
                _ => reads.push(local),
            },
        });
        let is_drop = matches!(stmt.kind, StmtKind::Drop(_));
        for local in reads {
            self.use_local(local, defined);
        }
        for local in takes {
            if !is_drop {
                self.use_local(local, defined);
            }
            self.take(local, defined);
        }
        for local in writes {
            self.write(local, defined);
        }
    }

    /// Calls `f` with the owned locals that a statement empties.
    fn taken(&self, stmt: &Stmt, f: &mut dyn FnMut(LocalId)) {
        let modes = self.check.signatures.arg_modes(stmt);
        stmt.locals(&mut |local, access| {
            let takes = match access {
                Access::Take => true,
                Access::Arg(i) => modes.get(i) == Some(&ParamMode::Own),
                _ => false,
            };
            if takes && self.check.function.locals[local].ty.is_owned() {
                f(local);
            }
        });
    }

    fn take(&mut self, local: LocalId, defined: &mut LocalSet) {
        if !self.check.function.locals[local].ty.is_owned() {
            return;
        }
        let name = self.check.name(local);
        if self.check.function.locals[local].alias {
            self.check.error(format!(
                "{name} is taken, but it is an alias and owns nothing"
            ));
        }
        if self.borrowed.contains(&local) {
            let text = format!("{name} is taken from the caller, who owns it");
            self.check.error(text);
        }
        if self
            .outside
            .iter()
            .any(|(outside, _)| outside.contains(local))
        {
            self.check.error(format!("{name} is taken inside a kernel"));
        }
        defined.remove(local);
    }

    fn write(&mut self, local: LocalId, defined: &mut LocalSet) {
        if self.counted.contains(&local) {
            let name = self.check.name(local);
            self.check
                .error(format!("the loop variable {name} is assigned"));
        }
        defined.insert(local);
    }

    fn uses(&mut self, operand: &Operand, defined: &LocalSet) {
        if let Operand::Local(local) = operand {
            self.use_local(*local, defined);
        }
    }

    fn use_local(&mut self, local: LocalId, defined: &LocalSet) {
        if !defined.contains(local) {
            let name = self.check.name(local);
            self.check
                .error(format!("{name} is used where it has no value"));
        }
    }
}

fn join(a: State, b: State) -> State {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.intersect(&b);
            Some(a)
        }
        (a, None) => a,
        (None, b) => b,
    }
}
