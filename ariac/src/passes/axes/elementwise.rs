//! Array expressions: loops over the elements of arrays whose shapes fit together as NumPy's do.
//!
//! Where all arrays have the same shape and their elements lie side by side, the operation is one on arrays of one
//! dimension, with all its speed. Else it is a loop over the first dimension around one over the second and so on, in
//! which an array of one element along a dimension shows that element at every index:
//!
//! ```text
//! out = map m, v |x, y|          len = …           # of both, or ValueError
//!   give x * y                   if flat
//!                                  _1 = map flat m, flat v …
//!                          →       out = shaped _1 [len, …]
//!                                else
//!                                  out = shaped zeros [len, …]
//!                                  for i in 0..<len
//!                                    _2 = row m.0[i] along m.1
//!                                    for j in … : out[i, j] = _2[j] * v[j]
//! ```
//!
//! A reduction goes through the elements in the order of their indices. Where they do not lie in memory in that order, the terms
//! are computed into an array first, so that the sum of the same numbers is always the same.

use super::Axes;
use crate::builtins::MathFn;
use crate::mir::{
    BinOp, Block, Const, Kernel, LocalId, Loop, NdOp, Operand, ReduceOp, Rvalue, StmtKind, Wishes,
};
use crate::types::Ty;
use aria_abi::codes::ErrorKind;

/// The arrays of an operation, and the shape of its result.
struct Shape {
    sources: Vec<LocalId>,
    /// The axes of each.
    axes: Vec<Vec<LocalId>>,
    /// How many elements there are along each dimension.
    lens: Vec<LocalId>,
}

/// Whether the elements of all sources lie side by side and belong together one by one.
enum Flat {
    Always,
    /// If the local says so.
    If(LocalId),
    Never,
}

impl Shape {
    fn rank(&self) -> usize {
        self.lens.len()
    }

    /// The axis of a source along a dimension of the result: the last ones belong together.
    fn axis(&self, source: usize, dimension: usize) -> Option<LocalId> {
        let axes = &self.axes[source];
        let missing = self.rank() - axes.len();
        let number = dimension.checked_sub(missing)?;
        Some(axes[number])
    }

    /// The sources that have elements along a dimension, with their axes.
    fn along(&self, dimension: usize) -> Vec<(usize, LocalId)> {
        let sources = 0..self.sources.len();
        let along = sources.filter_map(|s| Some((s, self.axis(s, dimension)?)));
        along.collect()
    }
}

impl Axes<'_> {
    /// An owned copy of an array.
    pub(super) fn copy(&mut self, dst: Option<LocalId>, array: LocalId) {
        let element = self.function.locals[array].ty.scalar().clone();
        let kernel = self.same(element);
        self.map(dst, vec![array], kernel);
    }

    /// The kernel that gives what it gets.
    fn same(&mut self, element: Ty) -> Kernel {
        let param = self.local(element);
        Kernel {
            params: vec![param],
            body: Block::default(),
            result: Operand::Local(param),
        }
    }

    pub(super) fn map(&mut self, dst: Option<LocalId>, sources: Vec<LocalId>, kernel: Kernel) {
        let shape = self.shape(sources);
        let element = self.operand_ty(&kernel.result);
        let rank = shape.rank() as u8;
        let lens = || shape.lens.iter().map(|len| Operand::Local(*len)).collect();
        let flat_map = |this: &mut Self, dst: Option<LocalId>, kernel: Kernel| {
            let sources = this.flat(&shape);
            let elements = this.local(Ty::array(element.clone(), 1));
            let map = Rvalue::Map {
                sources,
                kernel: Box::new(kernel),
                parallel: false,
                reuse: false,
            };
            this.compute(elements, map);
            let lens = lens();
            let value = Rvalue::Nd(NdOp::Shaped { elements, lens });
            this.emit(StmtKind::Assign { dst, value });
        };
        let flat = match self.is_flat(&shape) {
            Flat::Always => return flat_map(self, dst, kernel),
            Flat::Never => {
                let out = self.computed(&shape, &kernel);
                let value = Rvalue::Move(out);
                return self.emit(StmtKind::Assign { dst, value });
            }
            Flat::If(flat) => flat,
        };
        let copy = self.copy_of(&kernel);
        let made = self.local(Ty::array(element.clone(), rank));
        let then = self.nested(|this| flat_map(this, Some(made), copy));
        let otherwise = self.nested(|this| {
            let out = this.computed(&shape, &kernel);
            this.compute(made, Rvalue::Move(out));
        });
        self.branch(flat, then, otherwise);
        // The destination gets its value in one place, so that its axes last.
        self.emit(StmtKind::Assign {
            dst,
            value: Rvalue::Move(made),
        });
    }

    pub(super) fn reduce(
        &mut self,
        dst: Option<LocalId>,
        op: ReduceOp,
        sources: Vec<LocalId>,
        kernel: Kernel,
    ) {
        let shape = self.shape(sources);
        let element = self.operand_ty(&kernel.result);
        let dst = dst.unwrap_or_else(|| self.local(element.clone()));
        let from_array = |this: &mut Self, kernel: &Kernel| {
            let out = this.computed(&shape, kernel);
            let elements = this.view(out);
            this.function.locals[elements].contiguous = true;
            this.compute(elements, Rvalue::Nd(NdOp::Flat(out)));
            let sources = vec![elements];
            let kernel = Box::new(this.same(element.clone()));
            let reduce = Rvalue::Reduce {
                op,
                sources,
                kernel,
            };
            this.compute(dst, reduce);
        };
        let from_flat = |this: &mut Self, kernel: Kernel| {
            let reduce = Rvalue::Reduce {
                op,
                sources: this.flat(&shape),
                kernel: Box::new(kernel),
            };
            this.compute(dst, reduce);
        };
        let flat = match self.is_flat(&shape) {
            Flat::Always => return from_flat(self, kernel),
            Flat::Never => return from_array(self, &kernel),
            Flat::If(flat) => flat,
        };
        let copy = self.copy_of(&kernel);
        let then = self.nested(|this| from_flat(this, copy));
        let otherwise = self.nested(|this| from_array(this, &kernel));
        self.branch(flat, then, otherwise);
    }

    /// The axes of the sources, and how many elements there are along each dimension: as many as all sources have that
    /// have not just one. ValueError where they differ.
    fn shape(&mut self, sources: Vec<LocalId>) -> Shape {
        let axes: Vec<Vec<LocalId>> = sources.iter().map(|s| self.axes(*s)).collect();
        let rank = axes.iter().map(Vec::len).max().unwrap_or(1);
        let mut shape = Shape {
            sources,
            axes,
            lens: (0..rank).map(|_| self.local(Ty::Int)).collect(),
        };
        for dimension in 0..rank {
            let along = shape.along(dimension);
            let len = shape.lens[dimension];
            for (i, (source, axis)) in along.iter().enumerate() {
                if i == 0 {
                    self.compute(len, Rvalue::Len(*axis));
                    continue;
                }
                let other = self.len(*axis);
                self.meet(&shape, (along[0].0, len), (*source, other));
            }
        }
        // What is assigned more than once is nothing that later passes know.
        for len in &mut shape.lens {
            let fixed = self.local(Ty::Int);
            self.compute(fixed, Rvalue::Use(Operand::Local(*len)));
            *len = fixed;
        }
        shape
    }

    /// Makes `len` the length of both.
    fn meet(
        &mut self,
        shape: &Shape,
        (first, len): (usize, LocalId),
        (second, other): (usize, LocalId),
    ) {
        let differ = self.compare(BinOp::Ne, Operand::Local(len), Operand::Local(other));
        let one = Operand::Const(Const::Int(1));
        let otherwise = Block::default();
        let then = self.nested(|this| {
            let single = this.compare(BinOp::Eq, Operand::Local(len), one.clone());
            let longer = this.nested(|this| this.compute(len, Rvalue::Use(Operand::Local(other))));
            let fixed = this.nested(|this| {
                let wrong = this.compare(BinOp::Ne, Operand::Local(other), one);
                let raise = this.nested(|this| this.raise_shapes(shape, first, second));
                this.branch(wrong, raise, Block::default());
            });
            this.branch(single, longer, fixed);
        });
        self.branch(differ, then, otherwise);
    }

    fn raise_shapes(&mut self, shape: &Shape, first: usize, second: usize) {
        let word = |text: &str| Operand::Const(Const::Str(text.to_owned()));
        let mut parts = vec![word("operands have the shapes (")];
        for (source, end) in [(first, ") and ("), (second, "), which do not fit")] {
            let axes = &shape.axes[source];
            for (i, axis) in axes.iter().enumerate() {
                if i > 0 {
                    parts.push(word(", "));
                }
                parts.push(Operand::Local(self.len(*axis)));
            }
            if axes.len() == 1 {
                parts.push(word(","));
            }
            parts.push(word(end));
        }
        let text = self.local(Ty::String);
        self.compute(text, Rvalue::Join(parts));
        self.emit(StmtKind::Raise {
            kind: ErrorKind::ValueError,
            message: Operand::Local(text),
        });
    }

    /// Whether the operation is one on elements that lie side by side, in arrays of one shape.
    fn is_flat(&mut self, shape: &Shape) -> Flat {
        if shape.axes.iter().any(|axes| axes.len() < shape.rank()) {
            return Flat::Never;
        }
        if let [only] = shape.sources[..]
            && matches!(self.function.locals[only].ty.kind(), Ty::Array(_))
        {
            return Flat::Always;
        }
        let flat = self.local(Ty::Bool);
        let several = shape.sources.len() > 1;
        for (i, &source) in shape.sources.iter().enumerate() {
            let mut asked = vec![Rvalue::IsContiguous(source)];
            if several {
                for (axis, len) in shape.axes[i].clone().into_iter().zip(&shape.lens) {
                    let own = self.len(axis);
                    let (left, right) = (Operand::Local(own), Operand::Local(*len));
                    let op = BinOp::Eq;
                    asked.push(Rvalue::Binary { op, left, right });
                }
            }
            for (j, question) in asked.into_iter().enumerate() {
                if i + j == 0 {
                    self.compute(flat, question);
                    continue;
                }
                let then = self.nested(|this| this.compute(flat, question));
                self.branch(flat, then, Block::default());
            }
        }
        Flat::If(flat)
    }

    /// The elements of all sources, which lie side by side.
    fn flat(&mut self, shape: &Shape) -> Vec<LocalId> {
        let flat = |source: &LocalId| {
            let view = self.view(*source);
            self.function.locals[view].contiguous = true;
            self.compute(view, Rvalue::Nd(NdOp::Flat(*source)));
            view
        };
        shape.sources.iter().map(flat).collect()
    }

    /// A new array with the kernel's results, computed by loops.
    fn computed(&mut self, shape: &Shape, kernel: &Kernel) -> LocalId {
        let element = self.operand_ty(&kernel.result);
        let mut total = Operand::Local(shape.lens[0]);
        for len in &shape.lens[1..] {
            let product = self.local(Ty::Int);
            let (left, right) = (total, Operand::Local(*len));
            let op = BinOp::Mul;
            self.compute(product, Rvalue::Binary { op, left, right });
            total = Operand::Local(product);
        }
        let elements = self.local(Ty::array(element.clone(), 1));
        let fill = Rvalue::Fill {
            value: None,
            element: element.clone(),
            len: total,
        };
        self.compute(elements, fill);
        let out = self.local(Ty::array(element, shape.rank() as u8));
        let lens = shape.lens.iter().map(|len| Operand::Local(*len)).collect();
        self.compute(out, Rvalue::Nd(NdOp::Shaped { elements, lens }));
        let axes = self.make_axes(out);
        let rows: Vec<LocalId> = shape.axes.iter().map(|axes| axes[0]).collect();
        self.loops(shape, kernel, (&axes, axes[0]), rows, 0);
        out
    }

    /// The loops from a dimension on. `row` is what leads to the results there, `rows` what leads to the elements of each source.
    fn loops(
        &mut self,
        shape: &Shape,
        kernel: &Kernel,
        (out, row): (&[LocalId], LocalId),
        rows: Vec<LocalId>,
        dimension: usize,
    ) {
        if dimension + 1 == shape.rank() {
            return self.innermost(shape, kernel, row, &rows);
        }
        self.count(shape.lens[dimension], |this, var| {
            let row = this.row(row, Operand::Local(var), out[dimension + 1]);
            let mut inner = rows.clone();
            for (source, axis) in shape.along(dimension) {
                let index = this.index(shape, dimension, axis, var);
                if let Some(next) = shape.axis(source, dimension + 1) {
                    inner[source] = this.row(rows[source], index, next);
                }
            }
            this.loops(shape, kernel, (out, row), inner, dimension + 1);
        });
    }

    /// The index of a source that has perhaps one element only.
    fn index(&mut self, shape: &Shape, dimension: usize, axis: LocalId, var: LocalId) -> Operand {
        if shape.along(dimension).len() < 2 {
            return Operand::Local(var);
        }
        let len = self.len(axis);
        let last = self.local(Ty::Int);
        let (left, right) = (Operand::Local(len), Operand::Const(Const::Int(1)));
        let op = BinOp::WrapSub;
        self.compute(last, Rvalue::Binary { op, left, right });
        let index = self.local(Ty::Int);
        let function = MathFn::Min;
        let args = vec![Operand::Local(var), Operand::Local(last)];
        self.compute(index, Rvalue::Math { function, args });
        Operand::Local(index)
    }

    /// The loop over the last dimension; one more for sources of one element there.
    fn innermost(&mut self, shape: &Shape, kernel: &Kernel, row: LocalId, rows: &[LocalId]) {
        let last = shape.rank() - 1;
        let along = shape.along(last);
        if along.len() < 2 {
            return self.line(shape, kernel, row, rows, false);
        }
        let even = self.local(Ty::Bool);
        for (i, (_, axis)) in along.iter().enumerate() {
            let len = self.len(*axis);
            let (left, right) = (Operand::Local(len), Operand::Local(shape.lens[last]));
            let op = BinOp::Eq;
            let question = Rvalue::Binary { op, left, right };
            if i == 0 {
                self.compute(even, question);
            } else {
                let then = self.nested(|this| this.compute(even, question));
                self.branch(even, then, Block::default());
            }
        }
        let copy = self.copy_of(kernel);
        let then = self.nested(|this| this.line(shape, &copy, row, rows, false));
        let otherwise = self.nested(|this| this.line(shape, kernel, row, rows, true));
        self.branch(even, then, otherwise);
    }

    fn line(
        &mut self,
        shape: &Shape,
        kernel: &Kernel,
        row: LocalId,
        rows: &[LocalId],
        single: bool,
    ) {
        let last = shape.rank() - 1;
        let copy = self.copy_of(kernel);
        self.count(shape.lens[last], |this, var| {
            for (source, axis) in shape.along(last) {
                let index = match single {
                    true => this.index(shape, last, axis, var),
                    false => Operand::Local(var),
                };
                let load = Rvalue::Load {
                    array: rows[source],
                    index,
                    checked: false,
                };
                this.compute(copy.params[source], load);
            }
            this.stmts.extend(copy.body.stmts);
            this.emit(StmtKind::Store {
                array: row,
                index: Operand::Local(var),
                value: copy.result,
                checked: false,
            });
        });
    }

    // ---- statements ----

    fn len(&mut self, axis: LocalId) -> LocalId {
        let len = self.local(Ty::Int);
        self.compute(len, Rvalue::Len(axis));
        len
    }

    fn compare(&mut self, op: BinOp, left: Operand, right: Operand) -> LocalId {
        let holds = self.local(Ty::Bool);
        self.compute(holds, Rvalue::Binary { op, left, right });
        holds
    }

    fn branch(&mut self, condition: LocalId, then: Block, otherwise: Block) {
        self.emit(StmtKind::If {
            condition: Operand::Local(condition),
            then,
            otherwise,
        });
    }

    /// `for var in 0..<len`.
    fn count(&mut self, len: LocalId, body: impl FnOnce(&mut Self, LocalId)) {
        let span = self.span;
        let wishes = Wishes::default().and(self.function.wishes);
        let id = self.function.loops.push(Loop {
            span,
            wishes,
            parallel: false,
        });
        let var = self.local(Ty::Int);
        let body = self.nested(|this| body(this, var));
        self.emit(StmtKind::For {
            id,
            var,
            lo: Operand::Const(Const::Int(0)),
            hi: Operand::Local(len),
            inclusive: false,
            step: Operand::Const(Const::Int(1)),
            body,
        });
    }

    /// The kernel once more, with loops of its own.
    fn copy_of(&mut self, kernel: &Kernel) -> Kernel {
        Kernel {
            params: kernel.params.clone(),
            body: kernel.body.copy(&mut self.function.loops, &|local| local),
            result: kernel.result.clone(),
        }
    }

    fn operand_ty(&self, operand: &Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.function.locals[*local].ty.clone(),
            Operand::Const(Const::Bool(_)) => Ty::Bool,
            Operand::Const(Const::Int(_)) => Ty::Int,
            Operand::Const(Const::Sized(kind, _)) => Ty::Sized(*kind),
            Operand::Const(Const::Float32(_)) => Ty::Float32,
            Operand::Const(_) => Ty::Float,
        }
    }
}
