//! Effects are declared, Python is touched with the GIL held, parallel kernels touch nothing that others see.

use super::Check;
use crate::mir::liveness::{self, LocalSet, Visit};
use crate::mir::{
    Access, Block, Function, GilMode, Kernel, LoopId, Rvalue, Signatures, Stmt, StmtKind,
};
use std::collections::HashMap;

/// Whether the GIL is held for certain; none where no path comes.
type State = Option<bool>;

impl Check<'_> {
    pub(super) fn gil(&mut self) {
        let function = self.function;
        let signatures = self.signatures;
        if !function.raises && signatures.block_may_fail(&function.body, function) {
            self.error("may fail, but does not say so");
        }
        let mut python = false;
        function
            .body
            .each(&mut |stmt| python |= signatures.needs_gil(stmt, function));
        if python && !function.uses_python {
            self.error("touches Python, but does not say so");
        }
        if function.entry_release.is_some() && function.uses_python {
            self.error("releases the GIL around a function that touches Python");
        }
        let mut gil = Gil {
            check: self,
            open: HashMap::new(),
            in_parallel: false,
        };
        gil.block(&function.body, Some(true));
        let mut parallel = Parallel {
            function,
            signatures,
            errors: Vec::new(),
        };
        let has_loop = function.loops.iter().any(|(_, l)| l.parallel);
        if has_loop || crate::mir::count(function).contains_key("parallel_map") {
            liveness::walk(function, &mut function.body.clone(), &mut parallel);
        }
        for error in parallel.errors {
            self.error(error);
        }
    }
}

struct Gil<'a, 'b> {
    check: &'a mut Check<'b>,
    /// Loops around, with the state in which they began and the states in which they are broken out of.
    open: HashMap<LoopId, (bool, State)>,
    /// Whether this is in a kernel that runs on several threads.
    in_parallel: bool,
}

impl Gil<'_, '_> {
    fn block(&mut self, block: &Block, mut state: State) -> State {
        for stmt in &block.stmts {
            let held = state?;
            state = self.stmt(stmt, held);
        }
        state
    }

    fn stmt(&mut self, stmt: &Stmt, held: bool) -> State {
        let function = self.check.function;
        if !held && self.check.signatures.needs_gil(stmt, function) {
            self.check
                .error("Python is touched where the GIL may be released");
        }
        match &stmt.kind {
            StmtKind::If {
                then, otherwise, ..
            } => {
                let then = self.block(then, Some(held));
                let otherwise = self.block(otherwise, Some(held));
                self.join(then, otherwise)
            }
            StmtKind::While { id, test, body, .. } => {
                self.open.insert(*id, (held, None));
                let tested = self.block(test, Some(held));
                let end = self.block(body, tested);
                self.goes_round(held, end);
                let (_, broken) = self.open.remove(id).unwrap_or((held, None));
                self.join(tested, broken)
            }
            StmtKind::For { id, body, .. } => {
                self.open.insert(*id, (held, None));
                let end = self.block(body, Some(held));
                self.goes_round(held, end);
                let (_, broken) = self.open.remove(id).unwrap_or((held, None));
                self.join(Some(held), broken)
            }
            StmtKind::Break(id) => {
                if let Some((head, broken)) = self.open.get(id).copied() {
                    let joined = self.join(broken, Some(held));
                    self.open.insert(*id, (head, joined));
                }
                None
            }
            StmtKind::Continue(id) => {
                if let Some((head, _)) = self.open.get(id).copied() {
                    self.goes_round(head, Some(held));
                }
                None
            }
            StmtKind::Return(_) => {
                if !held {
                    self.check.error("returns with the GIL released");
                }
                None
            }
            StmtKind::Raise { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::EndCall(_)
            | StmtKind::Reraise { .. } => None,
            StmtKind::Try { body, handler, .. } => {
                let changes = |stmt: &Stmt| {
                    matches!(stmt.kind, StmtKind::GilRelease(_) | StmtKind::GilAcquire)
                };
                let mut found = false;
                body.each(&mut |stmt| found |= changes(stmt));
                if found && !held {
                    self.check
                        .error("the GIL changes where failures are caught without it");
                }
                let end = self.block(body, Some(held));
                let handled = self.block(handler, Some(held));
                self.join(end, handled)
            }
            StmtKind::Gil(_, body) => self.block(body, Some(held)),
            StmtKind::GilRelease(_) => {
                self.may_change();
                if !held {
                    self.check.error("the GIL is released twice");
                }
                Some(false)
            }
            StmtKind::GilAcquire => {
                self.may_change();
                if held {
                    self.check.error("the GIL is taken twice");
                }
                Some(true)
            }
            StmtKind::Assign { value, .. } => {
                if let Some(kernel) = value.kernel() {
                    let is_parallel = matches!(value, Rvalue::Map { parallel: true, .. });
                    self.kernel(kernel, is_parallel, held);
                }
                Some(held)
            }
            _ => Some(held),
        }
    }

    fn may_change(&mut self) {
        let function = self.check.function;
        if !function.uses_python && function.gil != GilMode::Release {
            self.check
                .error("changes the GIL in a function that does not touch Python");
        }
        if self.in_parallel {
            self.check.error("a parallel kernel changes the GIL");
        }
    }

    fn kernel(&mut self, kernel: &Kernel, is_parallel: bool, held: bool) {
        let outer = self.in_parallel;
        self.in_parallel |= is_parallel;
        self.block(&kernel.body, Some(held));
        self.in_parallel = outer;
    }

    fn join(&mut self, a: State, b: State) -> State {
        if let (Some(a), Some(b)) = (a, b)
            && a != b
        {
            self.check
                .error("paths meet with the GIL held and released");
        }
        a.or(b)
    }

    fn goes_round(&mut self, head: bool, end: State) {
        if end.is_some_and(|end| end != head) {
            self.check
                .error("a loop goes round with the GIL in another state");
        }
    }
}

/// Kernels that run on several threads at once: what they assign is theirs alone. Whether it is needed afterwards is what
/// liveness tells; whether it comes from before, the first access.
struct Parallel<'a> {
    function: &'a Function,
    signatures: &'a Signatures,
    errors: Vec<String>,
}

impl Visit for Parallel<'_> {
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, _carried: &LocalSet) -> Vec<Stmt> {
        if let StmtKind::Assign {
            value:
                Rvalue::Map {
                    kernel,
                    parallel: true,
                    ..
                },
            ..
        } = &stmt.kind
        {
            self.kernel(kernel, after);
        }
        if let StmtKind::For { id, body, .. } = &stmt.kind
            && self.function.loops[*id].parallel
        {
            body.each(&mut |stmt| {
                if self.signatures.needs_gil(stmt, self.function) {
                    self.errors.push("a parallel loop touches Python".into());
                }
            });
        }
        Vec::new()
    }
}

impl Parallel<'_> {
    fn kernel(&mut self, kernel: &Kernel, after: &LocalSet) {
        let (mut own, mut outer) = (LocalSet::default(), LocalSet::default());
        for param in &kernel.params {
            own.insert(*param);
        }
        // The results of kernels inside are named before their bodies are seen.
        let mut results = LocalSet::default();
        kernel.body.each(&mut |stmt| {
            if let StmtKind::Assign { value, .. } = &stmt.kind
                && let Rvalue::Map { kernel: inner, .. } | Rvalue::Reduce { kernel: inner, .. } =
                    value
                && let Some(result) = inner.result.local()
            {
                inner.body.each_local(&mut |local, access| {
                    if local == result && matches!(access, Access::Write | Access::Bind) {
                        results.insert(local);
                    }
                });
            }
        });
        kernel.body.each(&mut |stmt| {
            if self.signatures.needs_gil(stmt, self.function) {
                self.errors.push("a parallel kernel touches Python".into());
            }
            stmt.locals(&mut |local, access| match access {
                Access::Write | Access::Bind if !outer.contains(local) => own.insert(local),
                _ if !own.contains(local) && !results.contains(local) => outer.insert(local),
                _ => {}
            });
            stmt.changes(self.signatures, &mut |local| {
                if outer.contains(local) || after.contains(local) {
                    let text = "a parallel kernel changes a local of the outside";
                    self.errors.push(text.into());
                }
            });
        });
    }
}
