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

use super::definitions::Definitions;
use super::fuse::is_pure;
use super::{Pass, Remark, RemarkKind};
use crate::arena::Id;
use crate::mir::liveness;
use crate::mir::{
    Access, BinOp, Block, Captures, Const, Function, Kernel, Local, LocalId, Operand, Program,
    Rvalue, Signatures, Stmt, StmtKind,
};
use crate::source::Span;
use crate::types::Ty;
use aria_abi::codes::ErrorKind;
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
            function,
            done: Vec::new(),
        };
        pass.block(&mut body);
        let (new, done) = (pass.new, pass.done);
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
                    step: Operand::Const(Const::Int(1)),
                    ..
                } => *array,
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
        // It is asked for its length, and gone through.
        let is_read_there = self.definitions.once(*made) && self.definitions.reads(*made) == 2;
        if !is_read_there || !matches!(self.function.locals[*made].ty, Ty::Array(_)) {
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

    /// Moves the expression at `at` into the loop; gives the place to go on from.
    fn rewrite(&mut self, block: &mut Block, at: usize, reader: Reader) -> usize {
        let made = block.stmts.remove(at);
        let span = made.span;
        self.done.push(span);
        let (
            Some(array),
            StmtKind::Assign {
                value: Rvalue::Map {
                    sources, kernel, ..
                },
                ..
            },
        ) = (assigned(&made), made.kind)
        else {
            return at + 1;
        };
        let mut lengths = Vec::new();
        let len = self.lengths(&sources, span, &mut lengths);
        // Without the expression, the loop is one place nearer.
        let loop_at = reader.at - 1;
        for stmt in &mut block.stmts[at..loop_at] {
            if let StmtKind::Assign { value, .. } = &mut stmt.kind
                && matches!(value, Rvalue::Len(of) if *of == array)
            {
                *value = Rvalue::Use(len.clone());
            }
        }
        if let StmtKind::For { body, .. } = &mut block.stmts[loop_at].kind {
            let load = body.stmts.remove(reader.load);
            let stmt = |kind| Stmt { kind, span };
            let mut inside: Vec<Stmt> = Vec::new();
            for (&source, &param) in sources.iter().zip(&kernel.params) {
                inside.push(stmt(StmtKind::Assign {
                    dst: Some(param),
                    value: Rvalue::Load {
                        array: source,
                        index: Operand::Local(reader.var),
                        checked: true,
                    },
                }));
            }
            inside.extend(kernel.body.stmts);
            inside.push(stmt(StmtKind::Assign {
                dst: assigned(&load),
                value: Rvalue::Use(kernel.result),
            }));
            body.stmts.splice(reader.load..reader.load, inside);
        }
        let next = at + lengths.len();
        block.stmts.splice(at..at, lengths);
        next
    }

    /// The length of all sources; ValueError where they differ.
    fn lengths(&mut self, sources: &[LocalId], span: Span, out: &mut Vec<Stmt>) -> Operand {
        let stmt = |kind| Stmt { kind, span };
        let first = self.local(Ty::Int, span);
        for (i, &source) in sources.iter().enumerate() {
            let len = if i == 0 {
                first
            } else {
                self.local(Ty::Int, span)
            };
            out.push(stmt(StmtKind::Assign {
                dst: Some(len),
                value: Rvalue::Len(source),
            }));
            if i == 0 {
                continue;
            }
            let same = self.local(Ty::Bool, span);
            let message = self.local(Ty::String, span);
            let word = |text: &str| Operand::Const(Const::Str(text.to_owned()));
            let parts = vec![
                word("operands have different lengths, "),
                Operand::Local(first),
                word(" and "),
                Operand::Local(len),
            ];
            let (left, right) = (Operand::Local(first), Operand::Local(len));
            let op = BinOp::Eq;
            out.push(stmt(StmtKind::Assign {
                dst: Some(same),
                value: Rvalue::Binary { op, left, right },
            }));
            let raise = vec![
                stmt(StmtKind::Assign {
                    dst: Some(message),
                    value: Rvalue::Join(parts),
                }),
                stmt(StmtKind::Raise {
                    kind: ErrorKind::ValueError,
                    message: Operand::Local(message),
                }),
            ];
            out.push(stmt(StmtKind::If {
                condition: Operand::Local(same),
                then: Block::default(),
                otherwise: Block { stmts: raise },
            }));
        }
        Operand::Local(first)
    }

    fn local(&mut self, ty: Ty, span: Span) -> LocalId {
        let id = LocalId::from_index(self.function.locals.len() + self.new.len());
        self.new.push(Local {
            name: None,
            ty,
            span,
            contiguous: false,
            alias: false,
        });
        id
    }
}

/// A loop that puts the elements of an array somewhere.
struct Reader {
    /// Its place in the block.
    at: usize,
    var: LocalId,
    /// The place in its body of the element's load.
    load: usize,
    /// What is written to, at the same index.
    target: LocalId,
}

fn assigned(stmt: &Stmt) -> Option<LocalId> {
    match &stmt.kind {
        StmtKind::Assign { dst, .. } => *dst,
        _ => None,
    }
}

/// The loop behind `at` that goes through `made` and writes one element each turn.
fn reader(stmts: &[Stmt], at: usize, made: LocalId) -> Option<Reader> {
    let behind = stmts.iter().enumerate().skip(at + 1);
    for (place, stmt) in behind {
        let StmtKind::For {
            var,
            lo: Operand::Const(Const::Int(0)),
            step: Operand::Const(Const::Int(1)),
            inclusive: false,
            body,
            ..
        } = &stmt.kind
        else {
            if stmt.diverges() {
                return None;
            }
            continue;
        };
        let is_var = |index: &Operand| *index == Operand::Local(*var);
        let load = body.stmts.iter().position(|stmt| match &stmt.kind {
            StmtKind::Assign {
                dst: Some(_),
                value: Rvalue::Load { array, index, .. },
            } => *array == made && is_var(index),
            _ => false,
        })?;
        let mut stores = Vec::new();
        let mut plain = true;
        body.each(&mut |stmt| match &stmt.kind {
            StmtKind::Store { array, index, .. } => {
                plain &= is_var(index);
                stores.push(*array);
            }
            StmtKind::Assign { .. } | StmtKind::If { .. } | StmtKind::Raise { .. } => {}
            _ => plain = false,
        });
        let &[target] = &stores[..] else {
            return None;
        };
        return plain.then_some(Reader {
            at: place,
            var: *var,
            load,
            target,
        });
    }
    None
}
