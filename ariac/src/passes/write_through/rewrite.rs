//! Moves expressions into the loops that put their elements somewhere.

use super::WriteThrough;
use super::reader::{Reader, assigned, innermost};
use crate::arena::Id;
use crate::mir::{
    Access, BinOp, Block, Const, Kernel, Local, LocalId, NdOp, Operand, Rvalue, Stmt, StmtKind,
};
use crate::source::Span;
use crate::types::Ty;
use aria_abi::codes::ErrorKind;
use std::collections::{HashMap, HashSet};

impl WriteThrough<'_> {
    /// Moves the expression at `at` into the loop; gives the place to go on from.
    pub(super) fn rewrite(&mut self, block: &mut Block, at: usize, reader: Reader) -> usize {
        self.done.push(block.stmts[at].span);
        if reader.vars.len() > 1 {
            return self.rewrite_nd(block, at, &reader);
        }
        let made = block.stmts.remove(at);
        let span = made.span;
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
        self.put(&mut block.stmts[loop_at], &reader, &sources, *kernel, span);
        let next = at + lengths.len();
        block.stmts.splice(at..at, lengths);
        next
    }

    /// Puts a kernel in the place of the load of its result in a loop.
    fn put(
        &self,
        loop_: &mut Stmt,
        reader: &Reader,
        sources: &[LocalId],
        kernel: Kernel,
        span: Span,
    ) {
        let Some(body) = innermost(loop_) else { return };
        let load = body.stmts.remove(reader.load);
        let stmt = |kind| Stmt { kind, span };
        let mut inside: Vec<Stmt> = Vec::new();
        for (&array, &param) in sources.iter().zip(&kernel.params) {
            let rank = usize::from(self.function.locals[array].ty.rank());
            let missing = reader.vars.len() - rank;
            let vars = reader.vars[missing..].iter().copied();
            let mut indices: Vec<Operand> = vars.map(Operand::Local).collect();
            let value = match rank {
                1 => Rvalue::Load {
                    array,
                    index: indices.remove(0),
                    checked: true,
                },
                _ => Rvalue::Nd(NdOp::Load { array, indices }),
            };
            let dst = Some(param);
            inside.push(stmt(StmtKind::Assign { dst, value }));
        }
        inside.extend(kernel.body.stmts);
        inside.push(stmt(StmtKind::Assign {
            dst: assigned(&load),
            value: Rvalue::Use(kernel.result),
        }));
        body.stmts.splice(reader.load..reader.load, inside);
    }

    /// As `rewrite`, of several dimensions: where the shapes of all sources are that of what is written, which is nearly always so, the
    /// expression is computed in a copy of the loop.
    fn rewrite_nd(&mut self, block: &mut Block, at: usize, reader: &Reader) -> usize {
        let mut own: Vec<Stmt> = block.stmts.drain(at..=reader.at).collect();
        let span = own[0].span;
        let (Some(made), Some(loop_)) = (assigned(&own[0]), own.last().cloned()) else {
            block.stmts.splice(at..at, own);
            return at + 1;
        };
        // What does not depend on the expression goes before it.
        let mut depends: HashSet<LocalId> = HashSet::from([made]);
        let mut first = Vec::new();
        let mut i = 1;
        while i + 1 < own.len() {
            let mut mentions = false;
            own[i].locals_deep(&mut |local, _| mentions |= depends.contains(&local));
            if mentions {
                own[i].locals_deep(&mut |local, access| {
                    if access == Access::Write {
                        depends.insert(local);
                    }
                });
                i += 1;
            } else {
                first.push(own.remove(i));
            }
        }
        let StmtKind::Assign {
            value: Rvalue::Map {
                sources, kernel, ..
            },
            ..
        } = own[0].kind.clone()
        else {
            return at;
        };
        let same = self.same_shapes(&sources, reader.target, span, &mut first);
        // The copy has locals of its own, so that those of each loop are defined once.
        let mut fused = loop_;
        self.put(&mut fused, reader, &sources, *kernel, span);
        let whole = Block { stmts: vec![fused] };
        let mut fresh: HashMap<LocalId, LocalId> = HashMap::new();
        whole.each_local(&mut |local, access| {
            if matches!(access, Access::Write | Access::Bind) && !fresh.contains_key(&local) {
                let ty = self.function.locals[local].ty.clone();
                let name = self.function.locals[local].name.clone();
                let copy = self.local(ty, span);
                if let Some(new) = self.new.last_mut() {
                    new.name = name;
                }
                fresh.insert(local, copy);
            }
        });
        let mut loops = std::mem::take(&mut self.loops);
        let then = whole.copy(&mut loops, &|local| {
            fresh.get(&local).copied().unwrap_or(local)
        });
        self.loops = loops;
        first.push(Stmt {
            kind: StmtKind::If {
                condition: Operand::Local(same),
                then,
                otherwise: Block { stmts: own },
            },
            span,
        });
        let next = at + first.len();
        block.stmts.splice(at..at, first);
        next
    }

    /// Whether all sources have the last dimensions of an array.
    fn same_shapes(
        &mut self,
        sources: &[LocalId],
        target: LocalId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> LocalId {
        let same = self.local(Ty::Bool, span);
        let stmt = |kind| Stmt { kind, span };
        let rank = |array: LocalId| self.function.locals[array].ty.rank();
        let all = rank(target);
        let pairs: Vec<(LocalId, u8, u8)> = sources
            .iter()
            .flat_map(|&s| (0..rank(s)).map(move |axis| (s, axis)))
            .map(|(s, axis)| (s, axis, all - rank(s) + axis))
            .collect();
        for (i, (source, own, axis)) in pairs.into_iter().enumerate() {
            let lens = [(source, own), (target, axis)].map(|(array, axis)| {
                let value = match self.function.locals[array].ty {
                    Ty::Nd(_) => Rvalue::Nd(NdOp::Dim { array, axis }),
                    _ => Rvalue::Len(array),
                };
                (self.local(Ty::Int, span), value)
            });
            let [left, right] = [lens[0].0, lens[1].0].map(Operand::Local);
            let op = BinOp::Eq;
            let mut asked: Vec<Stmt> = lens
                .into_iter()
                .map(|(dst, value)| {
                    let dst = Some(dst);
                    stmt(StmtKind::Assign { dst, value })
                })
                .collect();
            asked.push(stmt(StmtKind::Assign {
                dst: Some(same),
                value: Rvalue::Binary { op, left, right },
            }));
            match i {
                0 => out.append(&mut asked),
                _ => out.push(stmt(StmtKind::If {
                    condition: Operand::Local(same),
                    then: Block { stmts: asked },
                    otherwise: Block::default(),
                })),
            }
        }
        same
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
