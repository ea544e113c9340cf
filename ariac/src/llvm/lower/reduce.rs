//! One value of all elements.
//!
//! **Sums of floats** have one order, so the same bits come out at every CPU level. A block of 512 terms is summed as
//! [`super::lanes`] tells. Blocks are combined in pairs, pairs in pairs, as a binary counter counts: after block `k`
//! (from 0), as many times as `k` ends in ones, the last two sums on the stack become one, the older on the left. At
//! the end the stack is summed from its top, again with the older on the left. So a term goes through at most
//! 16 + 5 + log2(n / 512) additions; NumPy's pairwise sum has the same 16 and the same logarithm.
//!
//! A kernel that is a straight line of simple operations is computed in vectors directly; any other fills a buffer of
//! one block in a plain loop, which LLVM vectorises where it can, and the buffer is summed. The bits are the same. Under `@fastmath`
//! there is no buffer: the terms are added in a plain loop, whose order LLVM may change.

use super::block_sums::BlockSums;
use super::kernel::Terms;
use super::lanes::{BLOCK, Fold, Lanes, ROW, Rows};
use super::width::Width;
use super::{Exit, Lowering};
use crate::llvm::builder::{Builder, Val, vector_type};
use crate::llvm::multiversion;
use crate::llvm::remarks::LoopKind;
use crate::llvm::runtime::RtFn;
use crate::mir::{Kernel, LocalId, ReduceOp};
use crate::types::Ty;
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::BasicType;
use inkwell::values::{FunctionValue, PointerValue};

impl<'c> Lowering<'_, 'c> {
    /// `wanted` is the type of the result's destination.
    pub(super) fn reduce(
        &mut self,
        op: ReduceOp,
        sources: &[LocalId],
        kernel: &Kernel,
        wanted: Option<&Ty>,
    ) -> Val<'c> {
        let terms = Terms::new(self, sources, kernel);
        let ty = self.operand_ty(&kernel.result);
        match op {
            ReduceOp::Sum if ty.is_float() => self.fold_floats(Fold::Sum, &terms, &ty),
            ReduceOp::Sum => self.sum_ints(&terms, &ty),
            ReduceOp::Mean => self.mean(&terms, &ty, wanted),
            ReduceOp::Min | ReduceOp::Max => {
                let (fold, name) = match op {
                    ReduceOp::Min => (Fold::Min, "min"),
                    _ => (Fold::Max, "max"),
                };
                let is_empty = self.b.icmp(IntPredicate::EQ, terms.len(), self.b.i64(0));
                self.fail_if(is_empty, |this| {
                    let (what, location) = (this.text(name), this.location());
                    this.rt(RtFn::aria_rt_raise_empty, &[what, location]);
                });
                if ty.is_float() {
                    self.fold_floats(fold, &terms, &ty)
                } else {
                    self.extreme_int(fold, &terms, &ty)
                }
            }
        }
    }

    /// The sum by the number; nan of nothing.
    fn mean(&mut self, terms: &Terms<'_, 'c>, ty: &Ty, wanted: Option<&Ty>) -> Val<'c> {
        let float = match wanted {
            Some(Ty::Float32) => Ty::Float32,
            Some(_) => Ty::Float,
            None if *ty == Ty::Float32 => Ty::Float32,
            None => Ty::Float,
        };
        let sum = self.fold_floats(Fold::Sum, terms, &float);
        let scalar = self.cx.value_type(&float);
        let len = self.b.int_to_float(terms.len(), scalar);
        let mean = self.b.fdiv(sum, len);
        let is_empty = self.b.icmp(IntPredicate::EQ, terms.len(), self.b.i64(0));
        let nan = self.b.float_like(scalar, f64::NAN);
        self.b.select(is_empty, nan, mean)
    }

    /// Folds terms, converted to `ty`, in the order of the header.
    fn fold_floats(&mut self, fold: Fold, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let by_vectors =
            self.is_vector_kernel(terms) && self.operand_ty(&terms.kernel.result) == *ty;
        if by_vectors {
            let bits = if *ty == Ty::Float32 { 32 } else { 64 };
            let kind = match fold {
                Fold::Sum => LoopKind::Sum,
                Fold::Min | Fold::Max => LoopKind::Extreme,
            };
            self.describe_vectors(kind, self.b.level.vector_bits() / bits, ROW);
        }
        match (fold, by_vectors) {
            (Fold::Sum, false) if self.b.is_fast() => self.sum_in_any_order(terms, ty),
            (Fold::Sum, true) => self.sum_by_vectors(terms, ty),
            (Fold::Sum, false) => self.sum_by_buffer(terms, ty),
            (_, true) => self.extreme_by_vectors(fold, terms, ty),
            (_, false) => self.extreme_by_buffer(fold, terms, ty),
        }
    }

    fn sum_by_vectors(&mut self, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let lanes = Lanes::new(&self.b, Fold::Sum, ty);
        let rows = Rows::Kernel(terms);
        let blocks = BlockSums::new(self, ty);
        let len = terms.len();
        let whole = self.b.and(len, self.b.i64(-BLOCK));
        let zero = self.b.i64(0);
        self.count(zero, whole, BLOCK, |this, base| {
            lanes.clear(&this.b);
            this.add_block(&lanes, &rows, base);
            let sum = lanes.total(&this.b);
            let number = this.b.lshr(base, this.b.i64(BLOCK_BITS));
            blocks.push(this, sum, number);
        });
        self.when_some_are_left(len, |this, rest| {
            lanes.clear(&this.b);
            this.add_tail(&lanes, terms, ty, whole, rest);
            let sum = lanes.total(&this.b);
            blocks.push(this, sum, zero);
        });
        blocks.total(self)
    }

    fn sum_by_buffer(&mut self, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let buffer = self.term_buffer(ty);
        let blocks = BlockSums::new(self, ty);
        let sum_rows = self.sum_rows_function(ty);
        self.each_buffer(terms, ty, Fold::Sum, buffer, |this, base, count, rows| {
            let sum = this
                .b
                .call(sum_rows, &[buffer.into(), rows])
                .expect("the function returns a sum");
            let is_whole = this.b.icmp(IntPredicate::EQ, count, this.b.i64(BLOCK));
            let number = this.b.lshr(base, this.b.i64(BLOCK_BITS));
            let number = this.b.select(is_whole, number, this.b.i64(0));
            blocks.push(this, sum, number);
        });
        blocks.total(self)
    }

    /// The sum under `@fastmath`, in the order that LLVM finds best.
    fn sum_in_any_order(&mut self, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let scalar = self.cx.value_type(ty);
        let from = self.operand_ty(&terms.kernel.result);
        let held = self.b.slot(scalar, "sum");
        self.gathering(terms.kernel, |this| {
            let zero = this.b.float_like(scalar, Fold::Sum.identity());
            this.b.store(zero, held);
            let zero = this.b.i64(0);
            let latch = this.count(zero, terms.len(), 1, |this, index| {
                let term = this.term(terms, index);
                let term = super::scalar::pure_convert(&this.b, &from, ty, term)
                    .expect("numbers convert to floats");
                let old = this.b.load(scalar, held);
                let sum = this.b.fadd(old, term);
                this.b.store(sum, held);
            });
            this.describe_loop(latch, LoopKind::Sum);
        });
        self.b.load(scalar, held)
    }

    fn extreme_by_vectors(&mut self, fold: Fold, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let lanes = Lanes::new(&self.b, fold, ty);
        lanes.clear(&self.b);
        let rows = Rows::Kernel(terms);
        let len = terms.len();
        let whole = self.b.and(len, self.b.i64(-BLOCK));
        let zero = self.b.i64(0);
        self.count(zero, whole, BLOCK, |this, base| {
            this.add_block(&lanes, &rows, base);
        });
        self.when_some_are_left(len, |this, rest| {
            this.add_tail(&lanes, terms, ty, whole, rest);
        });
        self.extreme_of(&lanes, ty)
    }

    fn extreme_by_buffer(&mut self, fold: Fold, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let lanes = Lanes::new(&self.b, fold, ty);
        lanes.clear(&self.b);
        let buffer = self.term_buffer(ty);
        self.each_buffer(terms, ty, fold, buffer, |this, _, _, rows| {
            let zero = this.b.i64(0);
            this.add_rows(&lanes, &Rows::Buffer(buffer), zero, rows);
        });
        self.extreme_of(&lanes, ty)
    }

    fn extreme_of(&mut self, lanes: &Lanes<'c>, ty: &Ty) -> Val<'c> {
        let nan = self.b.float_like(self.cx.value_type(ty), f64::NAN);
        let saw_nan = lanes.saw_nan(&self.b);
        let extreme = lanes.total(&self.b);
        self.b.select(saw_nan, nan, extreme)
    }

    /// Runs `tail` with the number of terms that do not fill a block, if there are any.
    fn when_some_are_left(&mut self, len: Val<'c>, tail: impl FnOnce(&mut Self, Val<'c>)) {
        let rest = self.b.and(len, self.b.i64(BLOCK - 1));
        let (some, end) = (self.b.block("tail"), self.b.block("end"));
        let is_rest = self.b.icmp(IntPredicate::NE, rest, self.b.i64(0));
        self.b.branch(is_rest, some, end);
        self.b.enter(some);
        tail(self, rest);
        self.b.go(end);
        self.b.enter(end);
    }

    /// Memory for the terms of a block, aligned for vectors.
    fn term_buffer(&self, ty: &Ty) -> PointerValue<'c> {
        let row = vector_type(self.cx.value_type(ty), ROW);
        let rows = u32::try_from(BLOCK).expect("a block is small") / ROW;
        self.b.slot(row.array_type(rows), "terms")
    }

    /// Fills the buffer with the terms of one block after the other, and with identities to the end of the last row;
    /// runs `fold` with the block's first term, its number of terms and its number of rows.
    fn each_buffer(
        &mut self,
        terms: &Terms<'_, 'c>,
        ty: &Ty,
        fold: Fold,
        buffer: PointerValue<'c>,
        use_it: impl FnOnce(&mut Self, Val<'c>, Val<'c>, Val<'c>),
    ) {
        let scalar = self.cx.value_type(ty);
        let i64 = self.cx.types.i64;
        let len = terms.len();
        let zero = self.b.i64(0);
        self.count(zero, len, BLOCK, |this, base| {
            let left = this.b.sub(len, base);
            let most = this.b.i64(BLOCK);
            let count = this.b.intrinsic("llvm.umin", &[i64.into()], &[left, most]);
            this.fill_buffer(terms, ty, buffer, base, count);

            let row = i64::from(ROW);
            let up = this.b.add(count, this.b.i64(row - 1));
            let end = this.b.and(up, this.b.i64(-row));
            let identity = this.b.float_like(scalar, fold.identity());
            let latch = this.count(count, end, 1, |this, i| {
                this.b.store(identity, this.b.element(scalar, buffer, i));
            });
            this.keep_loop_small(latch);
            let rows = this.b.lshr(up, this.b.i64(ROW_BITS));
            use_it(this, base, count, rows);
        });
    }

    /// `T (ptr terms, i64 rows)`: the sum of a block's terms; one function for each level and type.
    fn sum_rows_function(&self, ty: &Ty) -> FunctionValue<'c> {
        let cx = self.cx;
        let symbol = cx.symbol(&format!("sum_rows<{ty}>"), self.b.level);
        if let Some(function) = cx.module.get_function(&symbol) {
            return function;
        }
        let scalar = cx.value_type(ty);
        let params = [cx.types.ptr.into(), cx.types.i64.into()];
        let ty_of_function = scalar.fn_type(&params, false);
        let function = cx
            .module
            .add_function(&symbol, ty_of_function, Some(Linkage::Internal));
        multiversion::target(cx, function, self.b.level);
        for attribute in ["nounwind", "noinline", "willreturn"] {
            cx.add_attribute(function, AttributeLoc::Function, attribute, 0);
        }
        cx.add_attribute(function, AttributeLoc::Param(0), "readonly", 0);
        let align = u64::from(self.b.level.vector_bits() / 8);
        cx.add_attribute(function, AttributeLoc::Param(0), "align", align);

        let b = Builder::new(cx, function, self.b.level);
        let mut inner = Lowering::new(b, self.function, Exit::Never);
        let lanes = Lanes::new(&inner.b, Fold::Sum, ty);
        lanes.clear(&inner.b);
        let rows = Rows::Buffer(inner.b.param(0).into_pointer_value());
        let (zero, count) = (inner.b.i64(0), inner.b.param(1));
        inner.add_rows(&lanes, &rows, zero, count);
        inner.b.ret(Some(lanes.total(&inner.b)));
        inner.finish();
        function
    }

    /// Computes `count` terms from `base` on into a buffer.
    fn fill_buffer(
        &mut self,
        terms: &Terms<'_, 'c>,
        ty: &Ty,
        buffer: PointerValue<'c>,
        base: Val<'c>,
        count: Val<'c>,
    ) {
        let scalar = self.cx.value_type(ty);
        let from = self.operand_ty(&terms.kernel.result);
        self.gathering(terms.kernel, |this| {
            let zero = this.b.i64(0);
            let latch = this.count(zero, count, 1, |this, i| {
                let index = this.b.add_index(base, i);
                let term = this.term(terms, index);
                let term = super::scalar::pure_convert(&this.b, &from, ty, term)
                    .expect("numbers convert to floats");
                this.b.store(term, this.b.element(scalar, buffer, i));
            });
            this.describe_loop(latch, LoopKind::Terms);
            if terms.is_strided() {
                this.keep_loop_rolled(latch);
            }
        });
    }

    /// Takes in `count` terms of a vector kernel from `base` on: whole rows, then a row that is partly identities.
    fn add_tail(
        &mut self,
        lanes: &Lanes<'c>,
        terms: &Terms<'_, 'c>,
        ty: &Ty,
        base: Val<'c>,
        count: Val<'c>,
    ) {
        let scalar = self.cx.value_type(ty);
        let rows = self.b.lshr(count, self.b.i64(ROW_BITS));
        self.add_rows(lanes, &Rows::Kernel(terms), base, rows);

        let rest = self.b.and(count, self.b.i64(i64::from(ROW) - 1));
        let (some, end) = (self.b.block("rest"), self.b.block("end"));
        let is_some = self.b.icmp(IntPredicate::NE, rest, self.b.i64(0));
        self.b.branch(is_some, some, end);
        self.b.enter(some);
        let row = lanes.row(&self.b);
        lanes.empty_row(&self.b, row);
        let done = self.b.sub(count, rest);
        let first = self.b.add_index(base, done);
        let zero = self.b.i64(0);
        let latch = self.count(zero, rest, 1, |this, i| {
            let index = this.b.add_index(first, i);
            let term = this.term(terms, index);
            this.b.store(term, this.b.element(scalar, row, i));
        });
        self.keep_loop_small(latch);
        let one = self.b.i64(1);
        self.add_rows(lanes, &Rows::Buffer(row), zero, one);
        self.b.go(end);
        self.b.enter(end);
    }

    /// The least or greatest integer (or Bool); there is at least one.
    fn extreme_int(&mut self, fold: Fold, terms: &Terms<'_, 'c>, ty: &Ty) -> Val<'c> {
        let scalar = self.cx.value_type(ty);
        let (name, identity) = match (fold, Width::of(ty)) {
            (Fold::Min, None) => ("llvm.umin".to_owned(), self.b.bool(true)),
            (_, None) => ("llvm.umax".to_owned(), self.b.bool(false)),
            (Fold::Min, Some(width)) => {
                let greatest = width.number(&self.b, width.range().1);
                (width.intrinsic("min"), greatest)
            }
            (_, Some(width)) => {
                let least = width.number(&self.b, width.range().0);
                (width.intrinsic("max"), least)
            }
        };
        let held = self.b.slot(scalar, "extreme");
        self.gathering(terms.kernel, |this| {
            this.b.store(identity, held);
            let zero = this.b.i64(0);
            let latch = this.count(zero, terms.len(), 1, |this, index| {
                let term = this.term(terms, index);
                let old = this.b.load(scalar, held);
                let new = this.b.intrinsic(&name, &[scalar], &[old, term]);
                this.b.store(new, held);
            });
            this.describe_loop(latch, LoopKind::Extreme);
        });
        self.b.load(scalar, held)
    }
}

/// log2 of [`BLOCK`].
const BLOCK_BITS: i64 = BLOCK.trailing_zeros() as i64;

/// log2 of [`ROW`].
const ROW_BITS: i64 = ROW.trailing_zeros() as i64;
