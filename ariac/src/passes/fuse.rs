//! Joins array operations: an array expression of any length becomes one loop without temporaries.
//!
//! ```text
//! _1 = map x, y |_2, _3|             _9 = sum x, y |_2, _3|
//!   _4 = _2 - _3                       _4 = _2 - _3
//!   give _4                            _6 = _4
//! _5 = map _1 |_6|            →        _7 = _6 * _6
//!   _7 = _6 * _6                       _8 = _7
//!   give _7                            give _8
//! _9 = sum _5 |_8|
//!   give _8
//! ```
//!
//! A `Map` goes into the `Map` or `Reduce` that reads its result, when that is its only reader, stands in the same block,
//! and nothing in between changes what the first reads or has effects that could tell the difference. Both kernels are
//! pure. All sources' lengths are compared once, by the joined operation. Where several elements of an expression fail,
//! the language leaves open which failure is told.

use super::definitions::Definitions;
use super::{Pass, Remark, RemarkKind};
use crate::mir::liveness;
use crate::mir::{
    Access, Block, Function, Kernel, LocalId, Operand, Program, Rvalue, Signatures, Stmt, StmtKind,
};
use crate::source::Span;
use std::collections::{HashMap, HashSet};

pub(super) const PASS: Pass = Pass {
    name: "fuse",
    description: "join array operations into one loop without temporaries",
    run,
};

fn run(program: &mut Program, remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let definitions = Definitions::of(function, &signatures);
        let mut body = std::mem::take(&mut function.body);
        let mut fuse = Fuse {
            function,
            signatures: &signatures,
            definitions,
            origins: liveness::origins(&body, &function.locals),
            joined: HashMap::new(),
        };
        fuse.block(&mut body);
        let mut joined: Vec<_> = fuse.joined.into_iter().collect();
        joined.sort_by_key(|(result, _)| *result);
        let any = !joined.is_empty();
        remarks.extend(joined.into_iter().map(|(_, (span, names))| Remark {
            span,
            function: function.name.clone(),
            kind: RemarkKind::Fused,
            text: format!("fused {}", in_short(&names)),
        }));
        function.body = body;
        if any {
            super::simplify::simplify(function, &signatures);
        }
    }
}

/// Steps of a loop that nothing more is drawn into: no expression that a person writes is as long, and the time to compile
/// must not grow with the square of what a program writes.
const LARGEST: usize = 500;

/// `map+map+sum`; of many, `5 maps+sum`.
fn in_short(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, maps)) if maps.len() > 3 && maps.iter().all(|name| *name == "map") => {
            match *last {
                "map" => format!("{} maps", names.len()),
                last => format!("{} maps+{last}", maps.len()),
            }
        }
        _ => names.join("+"),
    }
}

struct Fuse<'a> {
    function: &'a Function,
    signatures: &'a Signatures,
    definitions: Definitions,
    /// What each view shows.
    origins: HashMap<LocalId, Vec<LocalId>>,
    /// Operations that others went into, by their result: where they stand, and all their names in order.
    joined: HashMap<LocalId, (Span, Vec<&'static str>)>,
}

impl Fuse<'_> {
    fn block(&mut self, block: &mut Block) {
        let mut done: Vec<Stmt> = Vec::with_capacity(block.stmts.len());
        // Where in `done` each array that may go into its reader is made.
        let mut producers: HashMap<LocalId, usize> = HashMap::new();
        let mut gone: HashSet<usize> = HashSet::new();
        for mut stmt in std::mem::take(&mut block.stmts) {
            stmt.blocks_mut(&mut |inner| self.block(inner));
            self.absorb(&mut stmt, &done, &mut producers, &mut gone);
            self.forget(&stmt, &done, &mut producers);
            if let Some(result) = self.producer(&stmt) {
                producers.insert(result, done.len());
            }
            done.push(stmt);
        }
        let kept = done.into_iter().enumerate();
        let kept = kept.filter(|(i, _)| !gone.contains(i));
        block.stmts = kept.map(|(_, stmt)| stmt).collect();
    }

    /// The result of a `Map` that may go into its reader.
    fn producer(&self, stmt: &Stmt) -> Option<LocalId> {
        let StmtKind::Assign {
            dst: Some(dst),
            value:
                Rvalue::Map {
                    kernel,
                    parallel: false,
                    ..
                },
        } = &stmt.kind
        else {
            return None;
        };
        let read_once = self.definitions.once(*dst) && self.definitions.reads(*dst) == 1;
        (read_once && self.is_pure(kernel)).then_some(*dst)
    }

    fn is_pure(&self, kernel: &Kernel) -> bool {
        is_pure(kernel, self.function, self.signatures, &self.definitions)
    }

    /// Takes producers out of the list that must not move past `stmt`.
    fn forget(&self, stmt: &Stmt, done: &[Stmt], producers: &mut HashMap<LocalId, usize>) {
        if producers.is_empty() {
            return;
        }
        if !self.may_be_passed(stmt) {
            producers.clear();
            return;
        }
        let mut changed = HashSet::new();
        stmt.changes_deep(self.signatures, &mut |local| {
            changed.insert(local);
            // What changes a part, or what a view shows, changes what that belongs to.
            let known = &self.function.locals[local];
            if known.alias || known.ty.is_view() {
                changed.extend(self.origins.get(&local).into_iter().flatten());
            }
        });
        let is_array_op =
            matches!(&stmt.kind, StmtKind::Assign { value, .. } if value.kernel().is_some());
        let fails = !is_array_op && self.signatures.stmt_may_fail(stmt, self.function);
        producers.retain(|_, at| {
            let producer = &done[*at];
            let mut moves = true;
            producer.locals_deep(&mut |local, access| {
                // A view that is read later must find the memory that it shows as it was.
                let shown = self.origins.get(&local).into_iter().flatten();
                let same =
                    !changed.contains(&local) && !shown.into_iter().any(|l| changed.contains(l));
                moves &= matches!(access, Access::Write | Access::Bind) || same;
            });
            if let (true, StmtKind::Assign { value, .. }) = (fails, &producer.kind) {
                let kernel = value.kernel();
                moves &=
                    kernel.is_none_or(|k| !self.signatures.block_may_fail(&k.body, self.function));
            }
            moves
        });
    }

    /// Whether a pure computation before the statement may as well happen after it.
    fn may_be_passed(&self, stmt: &Stmt) -> bool {
        let StmtKind::Assign { value, .. } = &stmt.kind else {
            return matches!(stmt.kind, StmtKind::Drop(_));
        };
        if self.signatures.needs_gil(stmt, self.function) {
            return false;
        }
        match value {
            Rvalue::Call { .. }
            | Rvalue::CallNative { .. }
            | Rvalue::CallValue { .. }
            | Rvalue::Stream { .. } => false,
            Rvalue::Map { kernel, .. } | Rvalue::Reduce { kernel, .. } => self.is_pure(kernel),
            _ => true,
        }
    }

    /// Draws the producers of the statement's sources into it.
    fn absorb(
        &mut self,
        stmt: &mut Stmt,
        done: &[Stmt],
        producers: &mut HashMap<LocalId, usize>,
        gone: &mut HashSet<usize>,
    ) {
        let span = stmt.span;
        let StmtKind::Assign { dst, value } = &mut stmt.kind else {
            return;
        };
        let name = match value {
            Rvalue::Map { parallel: true, .. } => "parallel_map",
            Rvalue::Map { .. } => "map",
            Rvalue::Reduce { op, .. } => op.name(),
            _ => return,
        };
        let (Rvalue::Map {
            sources, kernel, ..
        }
        | Rvalue::Reduce {
            sources, kernel, ..
        }) = value
        else {
            return;
        };
        if !sources.iter().any(|s| producers.contains_key(s)) || !self.is_pure(kernel) {
            return;
        }
        let size = |at: &usize| match &done[*at].kind {
            StmtKind::Assign { value, .. } => value.kernel().map_or(0, |k| k.body.stmts.len()),
            _ => 0,
        };
        let drawn = sources.iter().filter_map(|s| producers.get(s));
        if kernel.body.stmts.len() + drawn.map(size).sum::<usize>() > LARGEST {
            return;
        }
        let mut names = Vec::new();
        let mut fused = Fused::default();
        let params = std::mem::take(&mut kernel.params);
        let mut direct = Vec::new();
        for (source, param) in std::mem::take(sources).into_iter().zip(params) {
            let made = producers.remove(&source).map(|at| (at, &done[at].kind));
            if let Some((at, StmtKind::Assign { value, .. })) = made
                && let Rvalue::Map {
                    sources: inner,
                    kernel: producer,
                    ..
                } = value
            {
                fused.inline(inner, producer, param, span);
                let before = self.joined.remove(&source).map(|(_, names)| names);
                names.extend(before.unwrap_or_else(|| vec!["map"]));
                gone.insert(at);
            } else {
                direct.push((source, param));
            }
        }
        for (source, param) in direct {
            fused.source(source, param, span);
        }
        names.push(name);
        fused.body.stmts.append(&mut kernel.body.stmts);
        *sources = fused.sources;
        kernel.params = fused.params;
        kernel.body = fused.body;
        if let Some(dst) = dst {
            self.joined.insert(*dst, (span, names));
        }
    }
}

/// Whether the kernel only computes its result: no Python, no stream, no memory written, no local assigned that others read.
pub(super) fn is_pure(
    kernel: &Kernel,
    function: &Function,
    signatures: &Signatures,
    definitions: &Definitions,
) -> bool {
    // A parameter that the kernel assigns cannot be shared with another reader of the same source.
    let mut pure = kernel.params.iter().all(|p| definitions.once(*p));
    let mut assigned = HashSet::new();
    let mut inside: HashMap<LocalId, u32> = HashMap::new();
    kernel.body.each(&mut |stmt| {
        pure &= !signatures.needs_gil(stmt, function);
        pure &= !signatures.streams(stmt);
        stmt.locals(&mut |local, access| match access {
            Access::Write | Access::Bind => {
                assigned.insert(local);
            }
            Access::Store => pure = false,
            _ => *inside.entry(local).or_default() += 1,
        });
        stmt.changes(signatures, &mut |local| {
            assigned.insert(local);
        });
    });
    if let Operand::Local(result) = kernel.result {
        *inside.entry(result).or_default() += 1;
    }
    let others_read =
        |local: &LocalId| definitions.reads(*local) > inside.get(local).copied().unwrap_or(0);
    pure && !assigned.iter().any(others_read)
}

/// The joined operation as it grows.
#[derive(Default)]
struct Fused {
    sources: Vec<LocalId>,
    params: Vec<LocalId>,
    body: Block,
}

impl Fused {
    /// The producer's kernel, its result in `param`.
    fn inline(&mut self, sources: &[LocalId], kernel: &Kernel, param: LocalId, span: Span) {
        for (source, inner) in sources.iter().zip(&kernel.params) {
            self.source(*source, *inner, span);
        }
        self.body.stmts.extend(kernel.body.stmts.iter().cloned());
        self.copy(param, kernel.result.clone(), span);
    }

    /// A source once; a second reader copies the element.
    fn source(&mut self, source: LocalId, param: LocalId, span: Span) {
        match self.sources.iter().position(|s| *s == source) {
            Some(known) => {
                let element = Operand::Local(self.params[known]);
                self.copy(param, element, span);
            }
            None => {
                self.sources.push(source);
                self.params.push(param);
            }
        }
    }

    fn copy(&mut self, to: LocalId, from: Operand, span: Span) {
        self.body.stmts.push(Stmt {
            kind: StmtKind::Assign {
                dst: Some(to),
                value: Rvalue::Use(from),
            },
            span,
        });
    }
}
