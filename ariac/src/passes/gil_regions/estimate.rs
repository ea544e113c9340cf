//! How long code runs, as a formula over what is known when it begins.
//!
//! The code is walked in order with what is known of each local: a number as a formula, of an array its length. A loop
//! costs its turns times its body; turns, lengths and numbers that depend on something that is computed on the way are
//! followed back to what was there at the beginning where that is simple, and are unknown otherwise. Bounds that are
//! subtracted from count as if they were not: the estimate decides about a switch, it need not be sharp.

use super::vector::{SPEEDUP, is_vector_code};
use crate::builtins::MathFn;
use crate::mir::{
    Access, BinOp, Block, Const, FnId, Function, Kernel, LocalId, NdOp, Operand, Program, Rvalue,
    Stmt, StmtKind, Work,
};
use crate::types::Ty;
use aria_abi::codes::WORTH_A_SWITCH_NS;
use std::collections::{BTreeMap, BTreeSet};

/// Nanoseconds below which the runtime keeps the GIL in any case.
pub(super) const WORTH_A_SWITCH: u64 = WORTH_A_SWITCH_NS.unsigned_abs();

/// A formula longer than this is not worth its own computation.
const MAX_TERMS: usize = 40;

/// Estimates of functions, in terms of their parameters, made when first asked for.
#[derive(Default)]
pub(super) struct Estimates {
    /// None while it is being made: the function is recursive.
    functions: BTreeMap<FnId, Option<Work>>,
}

impl Estimates {
    /// The work of consecutive statements of `function`. Before them only `assigned` have a value.
    pub(super) fn region(
        &mut self,
        program: &Program,
        function: &Function,
        assigned: &BTreeSet<LocalId>,
        stmts: &[&Stmt],
    ) -> Work {
        let each = self.each(program, function, assigned, stmts);
        limit(each.into_iter().fold(Work::Nanos(0), add))
    }

    /// As [`Estimates::region`], for each statement.
    pub(super) fn each(
        &mut self,
        program: &Program,
        function: &Function,
        assigned: &BTreeSet<LocalId>,
        stmts: &[&Stmt],
    ) -> Vec<Work> {
        let mut walk = Walk {
            estimates: self,
            program,
            function,
            assigned,
            known: Known::default(),
            shapes: BTreeMap::new(),
        };
        stmts.iter().map(|stmt| walk.stmt(stmt)).collect()
    }

    /// The work of a call, in terms of the callee's parameters.
    fn call(&mut self, program: &Program, id: FnId) -> Work {
        if let Some(known) = self.functions.get(&id) {
            return known.clone().unwrap_or(Work::Unknown);
        }
        self.functions.insert(id, None);
        let function = &program.functions[id];
        let params = function.params.iter().map(|p| p.local).collect();
        let stmts: Vec<&Stmt> = function.body.stmts.iter().collect();
        let work = self.region(program, function, &params, &stmts);
        self.functions.insert(id, Some(work.clone()));
        work
    }
}

struct Walk<'a> {
    estimates: &'a mut Estimates,
    program: &'a Program,
    function: &'a Function,
    assigned: &'a BTreeSet<LocalId>,
    /// The lengths of the arrays of several dimensions that got a value on the way.
    shapes: BTreeMap<LocalId, Vec<Option<Work>>>,
    /// Locals that got a value on the way: an Int's value or an array's length. None: nothing simple.
    known: Known,
}

/// What is known of locals, in layers: what a branch finds out lies on top of what was known before it.
#[derive(Default)]
struct Known {
    layers: Vec<Layer>,
}

type Layer = BTreeMap<LocalId, Option<Work>>;

impl Known {
    fn get(&self, local: &LocalId) -> Option<&Option<Work>> {
        self.layers.iter().rev().find_map(|layer| layer.get(local))
    }

    fn insert(&mut self, local: LocalId, value: Option<Work>) {
        if self.layers.is_empty() {
            self.begin();
        }
        if let Some(top) = self.layers.last_mut() {
            top.insert(local, value);
        }
    }

    /// Begins a branch.
    fn begin(&mut self) {
        self.layers.push(Layer::new());
    }

    /// Ends it, and takes back what it found out.
    fn end(&mut self) -> Layer {
        self.layers.pop().unwrap_or_default()
    }

    /// Goes on after one of two branches was taken: what they leave different is not known.
    fn join(&mut self, one: Layer, other: Layer) {
        let changed: BTreeSet<LocalId> = one.keys().chain(other.keys()).copied().collect();
        for local in changed {
            let before = self.get(&local).cloned();
            let [left, right] =
                [&one, &other].map(|branch| branch.get(&local).cloned().or(before.clone()));
            self.insert(local, if left == right { left.flatten() } else { None });
        }
    }
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) -> Work {
        block
            .stmts
            .iter()
            .fold(Work::Nanos(0), |sum, stmt| add(sum, self.stmt(stmt)))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Work {
        match &stmt.kind {
            StmtKind::Assign { dst, value } => {
                let work = self.rvalue(value);
                if let Some(dst) = dst {
                    self.shape(*dst, value);
                    let known = self.value(*dst, value);
                    self.forget_written(stmt);
                    self.known.insert(*dst, known);
                } else {
                    self.forget_written(stmt);
                }
                work
            }
            StmtKind::Bound { .. } => Work::Nanos(0),
            StmtKind::Store { .. }
            | StmtKind::StoreAt { .. }
            | StmtKind::SetField { .. }
            | StmtKind::Alias { .. } => Work::Nanos(1),
            StmtKind::Try { body, handler, .. } => {
                self.known.begin();
                let work = self.block(body);
                self.known.end();
                self.forget_changed(body);
                let work = add(work, self.block(handler));
                self.forget_changed(handler);
                work
            }
            StmtKind::PySetItem { .. } | StmtKind::PySetAttr { .. } => Work::Nanos(50),
            StmtKind::If {
                then, otherwise, ..
            } => {
                self.known.begin();
                let first = self.block(then);
                let after_then = self.known.end();
                self.known.begin();
                let second = self.block(otherwise);
                let after_else = self.known.end();
                match (then.diverges(), otherwise.diverges()) {
                    (true, _) => self.known.join(after_else.clone(), after_else),
                    (_, true) => self.known.join(after_then.clone(), after_then),
                    _ => self.known.join(after_then, after_else),
                }
                // Of two versions of the same code one runs, nearly always the fast one.
                let branch = if stmt.fast_version().is_some() || first == second {
                    first
                } else {
                    add(first, second)
                };
                add(Work::Nanos(1), branch)
            }
            StmtKind::For {
                var,
                lo,
                hi,
                inclusive,
                step,
                body,
                ..
            } => {
                let turns = self.turns(lo, hi, *inclusive, step);
                let largest = match step {
                    Operand::Const(Const::Int(n)) if *n < 0 => self.number(lo),
                    _ => self.number(hi),
                };
                self.forget_changed(body);
                self.known.insert(*var, largest);
                self.known.begin();
                let work = add(Work::Nanos(1), self.block(body));
                self.known.end();
                self.known.insert(*var, None);
                let is_vector_code = is_vector_code(self.function, body);
                let whole = match (turns, step) {
                    (None, _) => Work::Unknown,
                    (Some(turns), Operand::Const(Const::Int(n))) if n.unsigned_abs() > 1 => {
                        match work {
                            Work::Nanos(one) => {
                                multiply(turns, Work::Nanos((one / n.unsigned_abs()).max(1)))
                            }
                            work => multiply(turns, work),
                        }
                    }
                    (Some(turns), _) => multiply(turns, work),
                };
                if is_vector_code {
                    divide(whole, SPEEDUP)
                } else {
                    whole
                }
            }
            StmtKind::While { test, body, .. } => {
                self.forget_changed(test);
                self.forget_changed(body);
                Work::Unknown
            }
            StmtKind::Gil(_, body) => self.block(body),
            StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::EndCall(_)
            | StmtKind::Reraise { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Drop(_)
            | StmtKind::GilRelease(_)
            | StmtKind::GilAcquire => Work::Nanos(0),
        }
    }

    // ---- costs ----

    fn rvalue(&mut self, value: &Rvalue) -> Work {
        match value {
            Rvalue::Use(_)
            | Rvalue::Move(_)
            | Rvalue::View(_)
            | Rvalue::Slice { .. }
            | Rvalue::Nd(_)
            | Rvalue::Len(_) => Work::Nanos(0),
            Rvalue::Math { function, .. } => Work::Nanos(math(*function)),
            Rvalue::Binary { op, .. } => Work::Nanos(match op {
                BinOp::FloorDiv | BinOp::Mod => 4,
                BinOp::Div => 2,
                BinOp::Pow => 10,
                _ => 1,
            }),
            Rvalue::Clone(local) => match &self.function.locals[*local].ty {
                Ty::Array(_) | Ty::Nd(_) => self.copy(*local),
                _ => Work::Nanos(10),
            },
            Rvalue::ToArray(local) => self.copy(*local),
            Rvalue::Fill { len, .. } => match self.number(len) {
                Some(len) => add(Work::Nanos(50), len),
                None => Work::Unknown,
            },
            Rvalue::Array { items, .. } => Work::Nanos(50 + items.len() as u64),
            Rvalue::Map {
                sources, kernel, ..
            } => add(Work::Nanos(50), self.array_operation(sources, kernel)),
            Rvalue::Reduce {
                sources, kernel, ..
            } => self.array_operation(sources, kernel),
            Rvalue::Call { callee, args } => {
                let work = self.estimates.call(self.program, *callee);
                let params = &self.program.functions[*callee].params;
                let of_param = |local: LocalId| {
                    let at = params.iter().position(|p| p.local == local)?;
                    args.get(at)
                };
                add(Work::Nanos(2), limit(self.substitute(&work, &of_param)))
            }
            Rvalue::CallNative { args, .. } => {
                let mut work = Work::Nanos(20);
                for local in args.iter().filter_map(Operand::local) {
                    if self.function.locals[local].ty.is_array_like() {
                        let len = self.length(local).unwrap_or(Work::Unknown);
                        work = add(work, len);
                    }
                }
                work
            }
            Rvalue::Join(_) | Rvalue::ToStr(_) => Work::Nanos(50),
            // What is written goes to Python, which would have to be asked for the GIL again.
            Rvalue::Stream { .. } => Work::Nanos(0),
            Rvalue::CallValue { .. } => Work::Unknown,
            Rvalue::List { items, .. } => Work::Nanos(50 + items.len() as u64),
            Rvalue::Adt { .. } | Rvalue::ListOp { .. } | Rvalue::Closure { .. } => Work::Nanos(20),
            Rvalue::Variant(_) | Rvalue::Borrowing { .. } => Work::Nanos(1),
            Rvalue::PyModule(_)
            | Rvalue::PyAttr { .. }
            | Rvalue::PyCall { .. }
            | Rvalue::PyMethod { .. }
            | Rvalue::PyItem { .. }
            | Rvalue::PyOperate { .. }
            | Rvalue::PyTruth(_)
            | Rvalue::PyLen(_)
            | Rvalue::PyIter(_)
            | Rvalue::PyAwait(_)
            | Rvalue::PyNext { .. }
            | Rvalue::ToObject { .. }
            | Rvalue::FromObject { .. } => Work::Nanos(50),
            Rvalue::Unary { .. }
            | Rvalue::Convert { .. }
            | Rvalue::Load { .. }
            | Rvalue::Tuple(_)
            | Rvalue::Field { .. }
            | Rvalue::IsContiguous(_)
            | Rvalue::StrLen(_) => Work::Nanos(1),
            Rvalue::ThisCall => Work::Nanos(0),
            Rvalue::ErrorText(_)
            | Rvalue::ErrorClass(_)
            | Rvalue::ErrorIs { .. }
            | Rvalue::EndsCall { .. } => Work::Nanos(20),
        }
    }

    fn copy(&mut self, array: LocalId) -> Work {
        match self.size(array) {
            Some(len) => add(Work::Nanos(50), len),
            None => Work::Unknown,
        }
    }

    fn array_operation(&mut self, sources: &[LocalId], kernel: &Kernel) -> Work {
        let len = sources.first().and_then(|&source| self.length(source));
        self.forget_changed(&kernel.body);
        for param in &kernel.params {
            self.known.insert(*param, None);
        }
        self.known.begin();
        let each = add(Work::Nanos(1), self.block(&kernel.body));
        self.known.end();
        match len {
            Some(len) if is_vector_code(self.function, &kernel.body) => {
                divide(multiply(len, each), SPEEDUP)
            }
            Some(len) => multiply(len, each),
            None => Work::Unknown,
        }
    }

    /// How often a `for` turns, or a little more.
    fn turns(&self, lo: &Operand, hi: &Operand, inclusive: bool, step: &Operand) -> Option<Work> {
        let down = matches!(step, Operand::Const(Const::Int(n)) if *n < 0);
        let (from, to) = if down { (hi, lo) } else { (lo, hi) };
        let to = self.number(to)?;
        match (from, to) {
            (Operand::Const(Const::Int(from)), Work::Nanos(to)) if *from >= 0 => {
                let turns = to.saturating_sub(from.unsigned_abs());
                Some(Work::Nanos(turns.saturating_add(u64::from(inclusive))))
            }
            (Operand::Const(Const::Int(from)), to) if *from < 0 => {
                Some(add(to, Work::Nanos(from.unsigned_abs())))
            }
            (_, to) => Some(to),
        }
    }

    // ---- values ----

    /// What is known of a local after it was given a value.
    fn value(&self, dst: LocalId, value: &Rvalue) -> Option<Work> {
        let ty = &self.function.locals[dst].ty;
        if ty.is_array_like() {
            return match value {
                Rvalue::Use(Operand::Local(source))
                | Rvalue::Move(source)
                | Rvalue::Clone(source)
                | Rvalue::View(source)
                | Rvalue::ToArray(source) => self.length(*source),
                Rvalue::Map { sources, .. } => sources.first().and_then(|&s| self.length(s)),
                Rvalue::Fill { len, .. } => self.number(len),
                Rvalue::Slice { array, .. } => self.length(*array),
                Rvalue::Nd(NdOp::Axis { array, axis }) => self.length_along(*array, *axis),
                Rvalue::Nd(NdOp::Row { along, .. }) => self.length(*along),
                Rvalue::Nd(NdOp::Flat(array)) => self.size(*array),
                Rvalue::Array { items, .. } => Some(Work::Nanos(items.len() as u64)),
                _ => None,
            };
        }
        if *ty != Ty::Int {
            return None;
        }
        match value {
            Rvalue::Use(operand) => self.number(operand),
            Rvalue::Len(array) => self.length(*array),
            Rvalue::Binary { op, left, right } => {
                let (left, right) = (self.number(left), self.number(right));
                match op {
                    BinOp::Add | BinOp::WrapAdd => Some(add(left?, right?)),
                    BinOp::Mul | BinOp::WrapMul => Some(multiply(left?, right?)),
                    BinOp::Sub | BinOp::WrapSub | BinOp::FloorDiv => match (left?, right) {
                        (Work::Nanos(n), Some(Work::Nanos(m))) if *op != BinOp::FloorDiv => {
                            Some(Work::Nanos(n.saturating_sub(m)))
                        }
                        (Work::Nanos(n), Some(Work::Nanos(m))) => {
                            Some(Work::Nanos(n.checked_div(m).unwrap_or(0)))
                        }
                        (left, _) => Some(left),
                    },
                    BinOp::Mod => right,
                    _ => None,
                }
            }
            Rvalue::Math {
                function: MathFn::Min,
                args,
            } => args.iter().find_map(|arg| self.number(arg)),
            Rvalue::Math {
                function: MathFn::Max,
                args,
            } => args
                .iter()
                .map(|arg| self.number(arg))
                .reduce(|a, b| Some(add(a?, b?)))
                .flatten(),
            _ => None,
        }
    }

    /// An Int as a formula.
    fn number(&self, operand: &Operand) -> Option<Work> {
        match operand {
            Operand::Const(Const::Int(n)) => Some(Work::Nanos(u64::try_from(*n).unwrap_or(0))),
            Operand::Const(_) => None,
            Operand::Local(local) => match self.known.get(local) {
                Some(known) => known.clone(),
                None => {
                    let is_there =
                        self.assigned.contains(local) && self.function.locals[*local].ty == Ty::Int;
                    is_there.then(|| Work::Int(operand.clone()))
                }
            },
        }
    }

    /// The length of an array along a dimension.
    fn length_along(&self, array: LocalId, axis: u8) -> Option<Work> {
        let Ty::Nd(_) = self.function.locals[array].ty else {
            return self.length(array);
        };
        match self.shapes.get(&array) {
            Some(shape) => shape.get(usize::from(axis)).cloned().flatten(),
            None => {
                let is_there = self.assigned.contains(&array);
                is_there.then_some(Work::Len(array, axis))
            }
        }
    }

    /// What is known of the lengths of an array of several dimensions that has just got a value.
    fn shape(&mut self, dst: LocalId, value: &Rvalue) {
        let Ty::Nd(nd) = &self.function.locals[dst].ty else {
            return;
        };
        let shape = match value {
            Rvalue::Nd(NdOp::Shaped { lens, .. }) => {
                lens.iter().map(|len| self.number(len)).collect()
            }
            Rvalue::Nd(NdOp::View(axes)) => axes.iter().map(|axis| self.length(*axis)).collect(),
            Rvalue::Use(Operand::Local(source))
            | Rvalue::Move(source)
            | Rvalue::Clone(source)
            | Rvalue::View(source) => {
                let axes = 0..nd.rank;
                axes.map(|axis| self.length_along(*source, axis)).collect()
            }
            _ => Vec::new(),
        };
        self.shapes.insert(dst, shape);
    }

    /// The number of elements of an array.
    fn size(&self, array: LocalId) -> Option<Work> {
        let rank = self.function.locals[array].ty.rank();
        let mut lens = (0..rank).map(|axis| self.length_along(array, axis));
        let first = lens.next()??;
        lens.try_fold(first, |size, len| Some(multiply(size, len?)))
    }

    /// The length of an array of one dimension.
    fn length(&self, array: LocalId) -> Option<Work> {
        match self.known.get(&array) {
            Some(known) => known.clone(),
            None => {
                let is_there =
                    self.assigned.contains(&array) && self.function.locals[array].ty.rank() == 1;
                is_there.then_some(Work::Len(array, 0))
            }
        }
    }

    /// A formula over the parameters of a callee as one over what is known here.
    fn substitute<'b>(
        &self,
        work: &Work,
        argument: &dyn Fn(LocalId) -> Option<&'b Operand>,
    ) -> Work {
        match work {
            Work::Nanos(_) | Work::Unknown => work.clone(),
            Work::Int(Operand::Local(param)) => argument(*param)
                .and_then(|arg| self.number(arg))
                .unwrap_or(Work::Unknown),
            Work::Int(_) => work.clone(),
            Work::Len(param, axis) => argument(*param)
                .and_then(Operand::local)
                .and_then(|array| self.length_along(array, *axis))
                .unwrap_or(Work::Unknown),
            Work::Add(a, b) => add(self.substitute(a, argument), self.substitute(b, argument)),
            Work::Div(a, n) => divide(self.substitute(a, argument), *n),
            Work::Mul(a, b) => multiply(self.substitute(a, argument), self.substitute(b, argument)),
        }
    }

    /// Numbers that a `mut` argument or `PyNext` changes.
    fn forget_written(&mut self, stmt: &Stmt) {
        stmt.locals(&mut |local, access| {
            let is_int = self.function.locals[local].ty == Ty::Int;
            let writes = matches!(access, Access::Write | Access::Lend);
            if writes || is_int && matches!(access, Access::Arg(_)) {
                let is_mut = match &stmt.kind {
                    StmtKind::Assign {
                        value: Rvalue::Call { callee, .. },
                        ..
                    } => match access {
                        Access::Arg(i) => self.program.functions[*callee]
                            .params
                            .get(i)
                            .is_some_and(|p| p.mode != crate::hir::ParamMode::Read),
                        _ => true,
                    },
                    _ => {
                        writes
                            || matches!(
                                stmt.kind,
                                StmtKind::Assign {
                                    value: Rvalue::CallValue { .. },
                                    ..
                                }
                            )
                    }
                };
                if is_mut {
                    self.known.insert(local, None);
                }
            }
        });
    }

    /// Nothing is known of what a loop changes, in the turns after the first.
    fn forget_changed(&mut self, block: &Block) {
        block.each_local(&mut |local, access| {
            let is_int = self.function.locals[local].ty == Ty::Int;
            let changes = match access {
                Access::Write | Access::Bind | Access::Take | Access::Lend => true,
                Access::Arg(_) => is_int,
                Access::Read | Access::Store => false,
            };
            if changes {
                self.known.insert(local, None);
            }
        });
    }
}

/// The sum, with constants folded and common factors left as they are.
fn add(a: Work, b: Work) -> Work {
    match (a, b) {
        (Work::Unknown, _) | (_, Work::Unknown) => Work::Unknown,
        (Work::Nanos(a), Work::Nanos(b)) => Work::Nanos(a.saturating_add(b)),
        // Constants go to the right and are gathered there.
        (Work::Nanos(0), a) | (a, Work::Nanos(0)) => a,
        (Work::Nanos(n), a) => add(a, Work::Nanos(n)),
        (Work::Add(a, b), Work::Nanos(n)) if matches!(*b, Work::Nanos(_)) => {
            add(*a, add(*b, Work::Nanos(n)))
        }
        (a, Work::Add(b, c)) if matches!(*c, Work::Nanos(_)) => add(add(a, *b), *c),
        (Work::Add(a, n), b) if matches!((&*n, &b), (Work::Nanos(_), b) if !matches!(b, Work::Nanos(_))) => {
            add(add(*a, b), *n)
        }
        (a, b) => Work::Add(Box::new(a), Box::new(b)),
    }
}

/// The product, with constants folded.
fn multiply(a: Work, b: Work) -> Work {
    match (a, b) {
        (Work::Nanos(0), _) | (_, Work::Nanos(0)) => Work::Nanos(0),
        (Work::Unknown, _) | (_, Work::Unknown) => Work::Unknown,
        (Work::Nanos(a), Work::Nanos(b)) => Work::Nanos(a.saturating_mul(b)),
        (Work::Nanos(1), a) | (a, Work::Nanos(1)) => a,
        (Work::Nanos(n), a) => multiply(a, Work::Nanos(n)),
        (Work::Mul(a, n), Work::Nanos(m)) if matches!(*n, Work::Nanos(_)) => {
            multiply(*a, multiply(*n, Work::Nanos(m)))
        }
        (a, b) => Work::Mul(Box::new(a), Box::new(b)),
    }
}

/// The quotient, with constants folded.
fn divide(a: Work, by: u64) -> Work {
    match a {
        Work::Nanos(n) => Work::Nanos(n / by),
        Work::Unknown => Work::Unknown,
        a => Work::Div(Box::new(a), by),
    }
}

/// The formula, or [`Work::Unknown`] when computing it would be work itself.
fn limit(work: Work) -> Work {
    fn terms(work: &Work) -> usize {
        match work {
            Work::Add(a, b) | Work::Mul(a, b) => terms(a) + terms(b),
            Work::Div(a, _) => terms(a),
            _ => 1,
        }
    }
    if terms(&work) > MAX_TERMS {
        return Work::Unknown;
    }
    work
}

fn math(function: MathFn) -> u64 {
    match function {
        MathFn::Sqrt => 2,
        MathFn::Hypot => 4,
        MathFn::Exp
        | MathFn::Exp2
        | MathFn::Log
        | MathFn::Log2
        | MathFn::Log10
        | MathFn::Sin
        | MathFn::Cos
        | MathFn::Tan
        | MathFn::Tanh => 5,
        function if function.is_inline() => 1,
        _ => 10,
    }
}
