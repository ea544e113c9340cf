//! Takes work on arrays of several dimensions apart into work on views of one dimension.
//!
//! Along each dimension of an array lie the elements whose indices in all others are 0: its *axes*, views of one
//! dimension. An element is reached by them: from element `i` of the first axis a view as the second axis goes through
//! row `i`, and so on. So checks of indices, their removal, versions for contiguous memory, vectors and the estimate
//! of work, which later passes and LLVM know for one dimension, hold for all.
//!
//! ```text
//! fn f(m: PyArrayView[Float, 2]) -> Float      m.0 = axis 0 m
//!   n = dim 0 m                                m.1 = axis 1 m
//!   for i in 0..<n                             n = len m.0
//!     _4 = m[i, 0] ?                     →     for i in 0..<n
//!     …                                          bound 0 m.0[i] ?
//!                                                bound 1 m.1[0] ?
//!                                                _5 = row m.0[i] along m.1
//!                                                _4 = _5[0]
//! ```
//!
//! The axes of a parameter, and of a variable that is defined once, are made where it gets its value; others where they
//! are used. [`elementwise`] makes loops of array expressions.

mod elementwise;

use super::definitions::Definitions;
use super::{Pass, Remark};
use crate::mir::{
    Along, Block, Const, Function, Local, LocalId, NdOp, Operand, Program, Rvalue, Signatures,
    Stmt, StmtKind,
};
use crate::source::Span;
use crate::types::Ty;
use std::collections::{HashMap, HashSet};

pub(super) const PASS: Pass = Pass {
    name: "axes",
    description: "take work on several dimensions apart into work on one",
    run,
};

fn run(program: &mut Program, _remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        let is_nd = |local: &Local| matches!(local.ty, Ty::Nd(_));
        if !function.locals.iter().any(|(_, local)| is_nd(local)) {
            continue;
        }
        let definitions = Definitions::of(function, &signatures);
        let mut body = std::mem::take(&mut function.body);
        let body_span = function.span;
        let used = used(&body, function);
        let lasting: HashSet<LocalId> = used
            .into_iter()
            .filter(|local| definitions.once(*local))
            .collect();
        let mut axes = Axes {
            function,
            lasting,
            known: HashMap::new(),
            stmts: Vec::new(),
            span: body_span,
        };
        axes.body(&mut body);
        function.body = body;
    }
}

/// The arrays of several dimensions that something asks for elements or lengths.
fn used(body: &Block, function: &Function) -> HashSet<LocalId> {
    let mut used = HashSet::new();
    let mut add = |local: LocalId| {
        if let Ty::Nd(_) = function.locals[local].ty {
            used.insert(local);
        }
    };
    body.each(&mut |stmt| match &stmt.kind {
        StmtKind::StoreAt { array, .. } => add(*array),
        StmtKind::Assign { value, .. } => match value {
            Rvalue::Nd(op) => op.array().into_iter().for_each(&mut add),
            Rvalue::ToArray(array) => add(*array),
            Rvalue::Map { sources, .. } | Rvalue::Reduce { sources, .. } => {
                sources.iter().copied().for_each(&mut add);
            }
            _ => {}
        },
        _ => {}
    });
    used
}

struct Axes<'a> {
    function: &'a mut Function,
    /// What has axes as long as it has a value.
    lasting: HashSet<LocalId>,
    /// The axes of these.
    known: HashMap<LocalId, Vec<LocalId>>,
    /// The block that is being built.
    stmts: Vec<Stmt>,
    /// Where the statement comes from that is taken apart.
    span: Span,
}

impl Axes<'_> {
    fn body(&mut self, body: &mut Block) {
        self.span = self.function.span;
        let params: Vec<LocalId> = self.function.params.iter().map(|p| p.local).collect();
        for param in params {
            self.defined(param);
        }
        let mut first = std::mem::take(&mut self.stmts);
        self.block(body);
        first.append(&mut body.stmts);
        body.stmts = first;
    }

    fn block(&mut self, block: &mut Block) {
        let outer = std::mem::take(&mut self.stmts);
        for mut stmt in std::mem::take(&mut block.stmts) {
            stmt.blocks_mut(&mut |inner| self.block(inner));
            self.span = stmt.span;
            let defined = match &stmt.kind {
                StmtKind::Assign { dst, .. } => *dst,
                StmtKind::Alias { dst, .. } => Some(*dst),
                _ => None,
            };
            self.stmt(stmt);
            if let Some(dst) = defined {
                self.defined(dst);
            }
        }
        block.stmts = std::mem::replace(&mut self.stmts, outer);
    }

    /// Makes the axes of what has just got a value, if they last.
    fn defined(&mut self, local: LocalId) {
        if self.lasting.contains(&local) {
            let axes = self.make_axes(local);
            self.known.insert(local, axes);
        }
    }

    fn stmt(&mut self, stmt: Stmt) {
        match stmt.kind {
            StmtKind::StoreAt {
                array,
                indices,
                value,
            } => {
                let (array, index) = self.element(array, &indices);
                self.emit(StmtKind::Store {
                    array,
                    index,
                    value,
                    checked: false,
                });
            }
            StmtKind::Assign { dst, value } => self.assign(dst, value),
            kind => self.emit(kind),
        }
    }

    fn assign(&mut self, dst: Option<LocalId>, value: Rvalue) {
        let value = match value {
            Rvalue::Nd(NdOp::Load { array, indices }) => {
                let (array, index) = self.element(array, &indices);
                Rvalue::Load {
                    array,
                    index,
                    checked: false,
                }
            }
            Rvalue::Nd(NdOp::Dim { array, axis }) => {
                Rvalue::Len(self.axes(array)[usize::from(axis)])
            }
            Rvalue::Nd(NdOp::Transposed(array)) => {
                let axes = self.axes(array).into_iter().rev();
                Rvalue::Nd(NdOp::View(axes.collect()))
            }
            Rvalue::Nd(NdOp::Section { array, along }) => self.section(array, along),
            Rvalue::ToArray(array) if self.is_nd(array) => return self.copy(dst, array),
            Rvalue::Map {
                sources, kernel, ..
            } if sources.iter().any(|s| self.is_nd(*s)) => return self.map(dst, sources, *kernel),
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            } if sources.iter().any(|s| self.is_nd(*s)) => {
                return self.reduce(dst, op, sources, *kernel);
            }
            value => value,
        };
        self.emit(StmtKind::Assign { dst, value });
    }

    /// The view and the index in it of an element, once its indices are checked.
    fn element(&mut self, array: LocalId, indices: &[Operand]) -> (LocalId, Operand) {
        let axes = self.axes(array);
        for (number, (&axis, index)) in (0..).zip(axes.iter().zip(indices)) {
            self.bound(axis, index, number);
        }
        let mut row = axes[0];
        for (index, &axis) in indices.iter().zip(&axes[1..]) {
            row = self.row(row, index.clone(), axis);
        }
        (row, indices[axes.len() - 1].clone())
    }

    /// The axes of a section: each dimension moves the beginning of all others.
    fn section(&mut self, array: LocalId, along: Vec<Along>) -> Rvalue {
        let mut axes: Vec<Option<LocalId>> = self.axes(array).into_iter().map(Some).collect();
        for (number, along) in along.into_iter().enumerate() {
            let Some(axis) = axes[number] else { continue };
            let (start, index) = match along {
                Along::All => continue,
                Along::At(index) => {
                    self.bound(axis, &index, number as u8);
                    axes[number] = None;
                    (axis, index)
                }
                Along::Range {
                    lo,
                    hi,
                    inclusive,
                    step,
                } => {
                    let part = self.view(axis);
                    let slice = Rvalue::Slice {
                        array: axis,
                        lo,
                        hi,
                        inclusive,
                        step,
                    };
                    self.compute(part, slice);
                    axes[number] = Some(part);
                    (part, Operand::Const(Const::Int(0)))
                }
            };
            for (other, moved) in axes.iter_mut().enumerate() {
                if let Some(view) = moved.filter(|_| other != number) {
                    *moved = Some(self.row(start, index.clone(), view));
                }
            }
        }
        let axes: Vec<LocalId> = axes.into_iter().flatten().collect();
        match axes[..] {
            [only] => Rvalue::Use(Operand::Local(only)),
            _ => Rvalue::Nd(NdOp::View(axes)),
        }
    }

    // ---- axes ----

    fn is_nd(&self, local: LocalId) -> bool {
        matches!(self.function.locals[local].ty, Ty::Nd(_))
    }

    /// The views along the dimensions of an array; of one of one dimension, itself.
    fn axes(&mut self, array: LocalId) -> Vec<LocalId> {
        if !self.is_nd(array) {
            return vec![array];
        }
        match self.known.get(&array) {
            Some(known) => known.clone(),
            None => self.make_axes(array),
        }
    }

    fn make_axes(&mut self, array: LocalId) -> Vec<LocalId> {
        let local = &self.function.locals[array];
        let (rank, name, span) = (local.ty.rank(), local.name.clone(), local.span);
        let is_own = matches!(local.ty.kind(), Ty::Array(_));
        let element = local.ty.scalar().clone();
        let axis = |axis: u8| {
            let view = self.function.locals.push(Local {
                name: name.as_ref().map(|name| format!("{name}.{axis}")),
                ty: Ty::PyArrayView(Box::new(element.clone())),
                span,
                // The rows of an array lie side by side.
                contiguous: is_own && axis + 1 == rank,
                alias: false,
            });
            let value = Rvalue::Nd(NdOp::Axis { array, axis });
            self.stmts.push(Stmt {
                kind: StmtKind::Assign {
                    dst: Some(view),
                    value,
                },
                span: self.span,
            });
            view
        };
        (0..rank).map(axis).collect()
    }

    /// A new local for a view on elements as those of `like`, as far apart.
    fn view(&mut self, like: LocalId) -> LocalId {
        let element = self.function.locals[like].ty.scalar().clone();
        self.local(Ty::PyArrayView(Box::new(element)))
    }

    /// A view as `along`, from an element on that is there.
    fn row(&mut self, through: LocalId, index: Operand, along: LocalId) -> LocalId {
        let row = self.view(along);
        self.function.locals[row].contiguous = self.function.locals[along].contiguous;
        let value = Rvalue::Nd(NdOp::Row {
            through,
            index,
            along,
        });
        self.compute(row, value);
        row
    }

    fn bound(&mut self, array: LocalId, index: &Operand, axis: u8) {
        self.emit(StmtKind::Bound {
            array,
            index: index.clone(),
            axis,
            checked: true,
        });
    }

    // ---- statements ----

    fn emit(&mut self, kind: StmtKind) {
        let span = self.span;
        self.stmts.push(Stmt { kind, span });
    }

    fn compute(&mut self, dst: LocalId, value: Rvalue) {
        let dst = Some(dst);
        self.emit(StmtKind::Assign { dst, value });
    }

    fn local(&mut self, ty: Ty) -> LocalId {
        self.function.locals.push(Local {
            name: None,
            ty,
            span: self.span,
            contiguous: false,
            alias: false,
        })
    }

    /// What `f` emits, as a block.
    fn nested(&mut self, f: impl FnOnce(&mut Self)) -> Block {
        let outer = std::mem::take(&mut self.stmts);
        f(self);
        Block {
            stmts: std::mem::replace(&mut self.stmts, outer),
        }
    }
}
