//! The fixed order of reductions: the same additions, whatever the width of the CPU's vectors.
//!
//! Terms are taken in blocks of [`BLOCK`]. In a block, term `i` belongs to lane `i % 32`; each lane is folded in order,
//! at most 16 terms long. Then lane `i` takes lane `i + 16`, lane `i` takes lane `i + 8`, and so on, until one value is
//! left. (How blocks are combined is told in `reduce`.) The last block may be shorter: lanes without a term hold the
//! identity.
//!
//! A row is the 32 terms that follow each other. It is worked on in parts of two vectors; where there are not enough
//! registers for the lanes of a row, the block is swept several times, some lanes at a time: the order is the same.

use super::Lowering;
use super::kernel::Terms;
use crate::llvm::builder::{Builder, Val, vector_type};
use crate::types::Ty;
use inkwell::types::{BasicTypeEnum, VectorType};
use inkwell::values::PointerValue;
use inkwell::{FloatPredicate, IntPredicate};

/// Terms of a block.
pub(super) const BLOCK: i64 = 512;

/// Lanes.
pub(super) const ROW: u32 = 32;

/// What is done with two terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Sum,
    Min,
    Max,
}

impl Fold {
    /// What changes nothing. (Of sums it makes 0.0 of -0.0, as NumPy's `sum` does.)
    pub(super) fn identity(self) -> f64 {
        match self {
            Fold::Sum => 0.0,
            Fold::Min => f64::INFINITY,
            Fold::Max => f64::NEG_INFINITY,
        }
    }

    /// Of two values or vectors. A nan on the right of `Min` or `Max` is passed over: it is looked for apart.
    pub(super) fn combine<'c>(self, b: &Builder<'_, 'c>, held: Val<'c>, new: Val<'c>) -> Val<'c> {
        let predicate = match self {
            Fold::Sum => return b.fadd(held, new),
            Fold::Min => FloatPredicate::OLT,
            Fold::Max => FloatPredicate::OGT,
        };
        b.select(b.fcmp(predicate, new, held), new, held)
    }
}

/// The lanes, in memory that becomes registers.
pub(super) struct Lanes<'c> {
    fold: Fold,
    /// Lanes of a part.
    width: u32,
    /// Parts that are worked on at a time.
    sweep: usize,
    scalar: BasicTypeEnum<'c>,
    mask: VectorType<'c>,
    parts: Vec<PointerValue<'c>>,
    /// For `Min` and `Max`: all ones where a part saw a nan in this lane of it.
    nans: Option<PointerValue<'c>>,
}

/// Where rows come from.
pub(super) enum Rows<'t, 'k, 'c> {
    /// A kernel that can be computed for many elements at once.
    Kernel(&'t Terms<'k, 'c>),
    /// Terms that were computed before, from address 0 on.
    Buffer(PointerValue<'c>),
}

impl<'c> Lanes<'c> {
    /// Lanes of `Float` or `Float32`.
    pub(super) fn new(b: &Builder<'_, 'c>, fold: Fold, ty: &Ty) -> Self {
        let scalar = b.cx.value_type(ty);
        let level = b.level;
        let bits = if *ty == Ty::Float32 { 32 } else { 64 };
        let register = level.vector_bits() / bits;
        // A part of one register keeps the masks of a search for nan in registers of their own size.
        let width = match fold {
            Fold::Sum => (2 * register).min(ROW),
            Fold::Min | Fold::Max => register,
        };
        // Half of the registers hold lanes.
        let registers = if level.vector_bits() == 512 { 32 } else { 16 };
        let lanes_held = registers / 2 * register;
        let parts = (ROW / width) as usize;
        let vector = vector_type(scalar, width);
        let integer = match bits {
            32 => b.cx.types.i32,
            _ => b.cx.types.i64,
        };
        let mask = integer.vec_type(width);
        let nans = (fold != Fold::Sum).then(|| b.slot(mask, "nans"));
        Lanes {
            fold,
            width,
            sweep: ((lanes_held / width) as usize).clamp(1, parts),
            scalar,
            mask,
            parts: (0..parts).map(|_| b.slot(vector, "lanes")).collect(),
            nans,
        }
    }

    fn vector(&self) -> VectorType<'c> {
        vector_type(self.scalar, self.width)
    }

    /// The identity in every lane of a part.
    fn empty(&self, b: &Builder<'_, 'c>) -> Val<'c> {
        let identity = b.float_like(self.scalar, self.fold.identity());
        b.splat(identity, self.width)
    }

    /// Makes all lanes the identity.
    pub(super) fn clear(&self, b: &Builder<'_, 'c>) {
        for &part in &self.parts {
            b.store(self.empty(b), part);
        }
        if let Some(nan) = self.nans {
            b.store(self.mask.const_zero().into(), nan);
        }
    }

    /// Takes the terms of a part of a row in.
    fn add(&self, b: &Builder<'_, 'c>, part: usize, terms: Val<'c>) {
        let held = b.load(self.vector(), self.parts[part]);
        b.store(self.fold.combine(b, held, terms), self.parts[part]);
        if let Some(nan) = self.nans {
            let is_nan = b.fcmp(FloatPredicate::UNO, terms, terms);
            let bits = b.sext(is_nan, self.mask);
            let held = b.load(self.mask, nan);
            b.store(b.or(held, bits), nan);
        }
    }

    /// Combines the lanes: the tree of the header.
    pub(super) fn total(&self, b: &Builder<'_, 'c>) -> Val<'c> {
        let mut parts: Vec<Val> = self
            .parts
            .iter()
            .map(|&part| b.load(self.vector(), part))
            .collect();
        while parts.len() > 1 {
            let upper = parts.split_off(parts.len() / 2);
            for (held, other) in parts.iter_mut().zip(upper) {
                *held = self.fold.combine(b, *held, other);
            }
        }
        let (mut vector, mut width) = (parts[0], self.width);
        while width > 1 {
            width /= 2;
            let (lower, upper) = (b.lanes(vector, 0, width), b.lanes(vector, width, width));
            vector = self.fold.combine(b, lower, upper);
        }
        b.lane(vector, 0)
    }

    /// Whether a lane saw a nan.
    pub(super) fn saw_nan(&self, b: &Builder<'_, 'c>) -> Val<'c> {
        let slot = self.nans.expect("nans are looked for");
        let any = b.load(self.mask, slot);
        let bits = b.intrinsic("llvm.vector.reduce.or", &[any.get_type()], &[any]);
        b.icmp(IntPredicate::NE, bits, super::zero(bits.get_type()))
    }

    /// A row in memory, all identity.
    pub(super) fn empty_row(&self, b: &Builder<'_, 'c>, row: PointerValue<'c>) {
        for part in 0..self.parts.len() {
            let index = b.i64(part as i64 * i64::from(self.width));
            b.store(self.empty(b), b.element(self.scalar, row, index));
        }
    }

    /// Memory for a row.
    pub(super) fn row(&self, b: &Builder<'_, 'c>) -> PointerValue<'c> {
        let parts = u32::try_from(self.parts.len()).expect("a row has few parts");
        b.slot(self.vector().array_type(parts), "row")
    }
}

impl<'c> Lowering<'_, 'c> {
    /// Takes `rows` rows in, from term `base` on.
    pub(super) fn add_rows(
        &mut self,
        lanes: &Lanes<'c>,
        source: &Rows<'_, '_, 'c>,
        base: Val<'c>,
        rows: Val<'c>,
    ) {
        self.sweep(lanes, source, base, rows, 1);
    }

    /// Takes the rows of a whole block in, from term `base` on.
    pub(super) fn add_block(
        &mut self,
        lanes: &Lanes<'c>,
        source: &Rows<'_, '_, 'c>,
        base: Val<'c>,
    ) {
        let rows = self.b.i64(BLOCK / i64::from(ROW));
        self.sweep(lanes, source, base, rows, 4);
    }

    /// Takes `rows` rows in, some lanes at a time, `unrolled` rows a turn; the last turn is whole.
    fn sweep(
        &mut self,
        lanes: &Lanes<'c>,
        source: &Rows<'_, '_, 'c>,
        base: Val<'c>,
        rows: Val<'c>,
        unrolled: i64,
    ) {
        let row_length = i64::from(ROW);
        let parts: Vec<usize> = (0..lanes.parts.len()).collect();
        for sweep in parts.chunks(lanes.sweep) {
            let zero = self.b.i64(0);
            let latch = self.count(zero, rows, unrolled, |this, row| {
                let start = this.b.mul(row, this.b.i64(row_length));
                let start = this.b.add_nsw(base, start);
                for row in 0..unrolled {
                    for &part in sweep {
                        let offset = row * row_length + part as i64 * i64::from(lanes.width);
                        let index = this.b.add_nsw(start, this.b.i64(offset));
                        let terms = this.row_part(lanes, source, index);
                        lanes.add(&this.b, part, terms);
                    }
                }
            });
            self.keep_loop_small(latch);
        }
    }

    /// A part of a row, from term `index` on.
    fn row_part(
        &mut self,
        lanes: &Lanes<'c>,
        source: &Rows<'_, '_, 'c>,
        index: Val<'c>,
    ) -> Val<'c> {
        match source {
            Rows::Kernel(terms) => self.vector_term(terms, index, lanes.width),
            Rows::Buffer(buffer) => {
                let at = self.b.element(lanes.scalar, *buffer, index);
                self.b.load(lanes.vector(), at)
            }
        }
    }
}
