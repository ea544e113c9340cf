//! Computes array expressions where their elements are put, without an array in between.
//!
//! ```text
//! t = map x, y |_1, _2|            n = len x
//!   _3 = a * _1                    _4 = len y
//!   give _3 + _2                   raise ValueError unless n == _4
//! m = len t                        m = n
//! for i in 0..<len out        →    for i in 0..<len out
//!   _5 = t[i]                        _1 = x[i]; _2 = y[i]
//!   out[i] = _5                      _3 = a * _1
//!                                    _5 = _3 + _2
//!                                    out[i] = _5
//! ```
//!
//! That is `out[..] = a * x + y`, and `out += a * x` is alike. An expression reads all its elements before one is written, so this is
//! done only where that cannot be told apart: what it reads shares no memory with what is written, or is read at
//! the same index; and it cannot fail midway.

mod reader;
mod rewrite;

use super::definitions::Definitions;
use super::fuse::is_pure;
use super::{Pass, Remark, RemarkKind};
use crate::arena::Arena;
use crate::mir::liveness;
use crate::mir::{
    Access, Along, Block, Captures, Const, Function, Kernel, Local, LocalId, Loop, LoopId, NdOp,
    Operand, Program, Rvalue, Signatures, Stmt, StmtKind,
};
use crate::source::Span;
use reader::{Reader, reader};
use std::collections::{HashMap, HashSet};

pub(super) const PASS: Pass = Pass {
    name: "write_through",
    description: "compute array expressions where their elements are put",
    run,
};

fn run(program: &mut Program, remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let definitions = Definitions::of(function, &signatures);
        let mut body = std::mem::take(&mut function.body);
        let mut pass = WriteThrough {
            origins: liveness::origins(&body, &function.locals),
            whole: whole_views(&body, &definitions),
            signatures: &signatures,
            definitions,
            new: Vec::new(),
            loops: std::mem::take(&mut function.loops),
            function,
            done: Vec::new(),
        };
        pass.block(&mut body);
        let (new, done, loops) = (pass.new, pass.done, pass.loops);
        function.loops = loops;
        for local in new {
            function.locals.push(local);
        }
        function.body = body;
        if done.is_empty() {
            continue;
        }
        remarks.extend(done.into_iter().map(|span| Remark {
            span,
            function: function.name.clone(),
            kind: RemarkKind::Fused,
            text: "computed in place".to_owned(),
        }));
        super::simplify::simplify(function, &signatures);
    }
}

/// The array that each view shows from its first element on, element by element.
fn whole_views(body: &Block, definitions: &Definitions) -> HashMap<LocalId, LocalId> {
    let mut whole = HashMap::new();
    body.each(&mut |stmt| {
        if let StmtKind::Assign {
            dst: Some(dst),
            value,
        } = &stmt.kind
            && definitions.once(*dst)
        {
            let shown = match value {
                Rvalue::View(array)
                | Rvalue::Slice {
                    array,
                    lo: Operand::Const(Const::Int(0)),
                    step: None,
                    ..
                } => *array,
                Rvalue::Nd(NdOp::Section { array, along })
                    if along.iter().all(|a| matches!(a, Along::All)) =>
                {
                    *array
                }
                _ => return,
            };
            if definitions.once(shown) {
                whole.insert(*dst, shown);
            }
        }
    });
    whole
}

struct WriteThrough<'a> {
    function: &'a Function,
    signatures: &'a Signatures,
    definitions: Definitions,
    origins: HashMap<LocalId, Vec<LocalId>>,
    whole: HashMap<LocalId, LocalId>,
    loops: Arena<LoopId, Loop>,
    /// Locals that follow the function's own.
    new: Vec<Local>,
    /// The expressions that were moved.
    done: Vec<Span>,
}

impl WriteThrough<'_> {
    fn block(&mut self, block: &mut Block) {
        for stmt in &mut block.stmts {
            stmt.blocks_mut(&mut |inner| self.block(inner));
        }
        let mut at = 0;
        while at < block.stmts.len() {
            match self.fits(&block.stmts, at) {
                Some(reader) => at = self.rewrite(block, at, reader),
                None => at += 1,
            }
        }
    }

    /// The loop that puts the elements of the expression at `at` somewhere, if they may as well be computed there.
    fn fits(&self, stmts: &[Stmt], at: usize) -> Option<Reader> {
        let StmtKind::Assign {
            dst: Some(made),
            value:
                Rvalue::Map {
                    sources,
                    kernel,
                    parallel: false,
                    ..
                },
        } = &stmts[at].kind
        else {
            return None;
        };
        // It is asked for its lengths, and gone through.
        let rank = self.function.locals[*made].ty.rank();
        let reads = u32::from(rank) + 1;
        if !self.definitions.once(*made) || self.definitions.reads(*made) != reads {
            return None;
        }
        let reader = reader(stmts, at, *made)?;
        let (between, loop_) = (&stmts[at + 1..reader.at], &stmts[reader.at]);
        let mut read: HashSet<LocalId> = sources.iter().copied().collect();
        self.reads(kernel, &mut read);
        let mut is_quiet = true;
        for stmt in between {
            is_quiet &= self.is_quiet(stmt, &read);
        }
        let fits = is_quiet
            && self.is_simple(kernel)
            && self.stays(loop_, &read, reader.target)
            && sources
                .iter()
                .all(|s| self.same(*s, reader.target) || self.apart(*s, reader.target))
            && read
                .iter()
                .filter(|l| !sources.contains(l))
                .all(|l| self.apart(*l, reader.target));
        fits.then_some(reader)
    }

    /// What a kernel reads of the function around it.
    fn reads(&self, kernel: &Kernel, read: &mut HashSet<LocalId>) {
        let mut own: HashSet<LocalId> = kernel.params.iter().copied().collect();
        kernel.body.each_local(&mut |local, access| {
            if matches!(access, Access::Write | Access::Bind) {
                own.insert(local);
            }
        });
        kernel.body.each_local(&mut |local, _| {
            if !own.contains(&local) {
                read.insert(local);
            }
        });
        read.extend(kernel.result.local().filter(|l| !own.contains(l)));
    }

    /// Whether a kernel only computes its result, and does not fail.
    fn is_simple(&self, kernel: &Kernel) -> bool {
        let mut simple = is_pure(kernel, self.function, self.signatures, &self.definitions)
            && !self.signatures.block_may_fail(&kernel.body, self.function);
        kernel.body.each(&mut |stmt| {
            simple &= match &stmt.kind {
                StmtKind::Assign { value, .. } => {
                    !matches!(value, Rvalue::CallNative { .. } | Rvalue::CallValue { .. })
                }
                StmtKind::If { .. } => true,
                _ => false,
            };
        });
        simple
    }

    /// Whether a statement between the expression and the loop may as well come first.
    fn is_quiet(&self, stmt: &Stmt, read: &HashSet<LocalId>) -> bool {
        let mut quiet = match &stmt.kind {
            StmtKind::Assign { dst, value } => {
                let is_plain = matches!(
                    value,
                    Rvalue::Len(_)
                        | Rvalue::Nd(_)
                        | Rvalue::Slice { .. }
                        | Rvalue::View(_)
                        | Rvalue::Use(_)
                        | Rvalue::Binary { .. }
                        | Rvalue::Unary { .. }
                        | Rvalue::ToStr(_)
                        | Rvalue::Join(_)
                );
                is_plain
                    && !self.signatures.needs_gil(stmt, self.function)
                    && dst.is_none_or(|dst| !read.contains(&dst))
            }
            StmtKind::If { .. } | StmtKind::Raise { .. } => true,
            _ => false,
        };
        stmt.blocks(&mut |block| {
            quiet &= block.stmts.iter().all(|stmt| self.is_quiet(stmt, read));
        });
        quiet
    }

    /// Whether the loop leaves what the expression reads as it is, but for the elements that it writes.
    fn stays(&self, loop_: &Stmt, read: &HashSet<LocalId>, target: LocalId) -> bool {
        let mut stays = true;
        loop_.changes_deep(self.signatures, &mut |local| {
            stays &= local == target || !read.contains(&local);
        });
        stays
    }

    /// Whether element by element an array shows what the other one shows.
    fn same(&self, a: LocalId, b: LocalId) -> bool {
        self.shown(a) == self.shown(b)
    }

    fn shown(&self, mut local: LocalId) -> LocalId {
        while let Some(array) = self.whole.get(&local) {
            local = *array;
        }
        local
    }

    /// Whether two locals share no memory.
    fn apart(&self, a: LocalId, b: LocalId) -> bool {
        let is_memory = |l: LocalId| {
            let ty = &self.function.locals[l].ty;
            ty.elem().is_none()
        };
        if !is_memory(a) || !is_memory(b) {
            return true;
        }
        let (a, b) = (self.roots(a), self.roots(b));
        // What a block borrows may be several views of one array.
        let captured = match self.function.captures {
            Some((captured, Captures::ByReference)) => captured,
            _ => 0,
        };
        let is_captured = |root: &LocalId| {
            let mut captured = self.function.params[..captured].iter();
            captured.any(|p| p.local == *root)
        };
        let both_captured = a.iter().any(is_captured) && b.iter().any(is_captured);
        !both_captured && a.iter().all(|root| !b.contains(root))
    }

    /// The locals whose memory a local may show in the end.
    fn roots(&self, local: LocalId) -> Vec<LocalId> {
        let origins = self.origins.get(&local).map_or(&[][..], Vec::as_slice);
        let mut roots = origins.to_vec();
        roots.push(local);
        roots
    }
}
