//! Fresh arrays of a kernel's results.

use super::Lowering;
use super::array::Elements;
use super::kernel::{Terms, values_of};
use super::pieces::{Pieces, is_slow};
use crate::llvm::builder::Val;
use crate::llvm::remarks::LoopKind;
use crate::mir::{Kernel, LocalId};
use crate::types::Ty;
use inkwell::IntPredicate;

/// Results of so many bytes are written past the caches: they would not stay there, and a line that is written whole
/// need not be read first.
const LARGE: u64 = 16 << 20;

/// Bytes of a cache line.
const LINE: u64 = 64;

impl<'c> Lowering<'_, 'c> {
    pub(super) fn map(&mut self, sources: &[LocalId], kernel: &Kernel, parallel: bool) -> Val<'c> {
        let element = self.operand_ty(&kernel.result);
        let terms = Terms::new(self, sources, kernel);
        let len = terms.len();
        let data = self.allocate(&element, len);
        let array = self.b.make(&[data.into(), len]);
        let pending = self.hidden_slot(&Ty::Array(Box::new(element.clone())));
        self.b.store(array, pending);
        if parallel {
            self.parallel_map(sources, kernel, data, len);
        } else {
            let to = Elements {
                data,
                len,
                stride: None,
            };
            let zero = self.b.i64(0);
            self.map_range(&terms, to, zero, len);
        }
        self.take_hidden(pending, self.cx.types.array.into())
    }

    /// Writes the results over the elements of an array, one of the sources.
    pub(super) fn map_in_place(&mut self, array: LocalId, sources: &[LocalId], kernel: &Kernel) {
        let terms = Terms::new(self, sources, kernel);
        let to = self.elements(array);
        let zero = self.b.i64(0);
        self.map_elements(&terms, to, zero, to.len);
    }

    /// Computes the elements `lo..hi`; `lo` is a multiple of 64.
    pub(super) fn map_range(
        &mut self,
        terms: &Terms<'_, 'c>,
        to: Elements<'c>,
        lo: Val<'c>,
        hi: Val<'c>,
    ) {
        let element = self.operand_ty(&terms.kernel.result);
        if element == Ty::Bool || !self.is_vector_kernel(terms) {
            self.map_elements(terms, to, lo, hi);
            return;
        }
        let (large, rest) = (self.b.block("large"), self.b.block("elements"));
        let limit = LARGE / self.cx.element_size(&element);
        let is_large = self
            .b
            .icmp(IntPredicate::UGE, to.len, self.b.i64(limit as i64));
        let before = self.b.here();
        self.b.branch(is_large, large, rest);
        self.b.enter(large);
        let done = self.stream(terms, &element, to, lo, hi);
        let streamed = self.b.here();
        self.b.go(rest);
        self.b.enter(rest);
        let first = self
            .b
            .phi(self.cx.types.i64, &[(lo, before), (done, streamed)]);
        self.map_elements(terms, to, first.as_basic_value(), hi);
    }

    /// Computes elements from `lo` on, as many as make whole cache lines, past the caches: gives the first that is left.
    fn stream(
        &mut self,
        terms: &Terms<'_, 'c>,
        element: &Ty,
        to: Elements<'c>,
        lo: Val<'c>,
        hi: Val<'c>,
    ) -> Val<'c> {
        let lanes = (LINE / self.cx.element_size(element)) as u32;
        let count = self.b.sub(hi, lo);
        let whole = self.b.and(count, self.b.i64(-i64::from(lanes)));
        let end = self.b.add(lo, whole);
        let latch = self.count(lo, end, lanes.into(), |this, index| {
            let values = this.vector_term(terms, index, lanes);
            let at = this.element_address(element, to, index);
            this.b.store_past_caches(values, at, LINE as u32);
        });
        self.keep_loop_small(latch);
        self.b.wait_for_stores();
        end
    }

    fn map_elements(&mut self, terms: &Terms<'_, 'c>, to: Elements<'c>, lo: Val<'c>, hi: Val<'c>) {
        let element = self.operand_ty(&terms.kernel.result);
        // There are more arrays to read than the one that is written; the first stands for them.
        let middle = match terms.sources.first() {
            Some(source) if !terms.is_strided() && !values_of(terms.kernel).any(is_slow) => {
                let size = self.cx.element_size(terms.types[0]);
                self.aligned_middle(source.data, size, lo, hi)
            }
            _ => None,
        };
        self.gathering(terms.kernel, |this| {
            let pieces = middle.map(|middle| Pieces::begin(&this.b, lo, middle, hi));
            let (from, end) = pieces.as_ref().map_or((lo, hi), |p| (p.from, p.to));
            let latch = this.count(from, end, 1, |this, index| {
                let value = this.term(terms, index);
                this.store_element(&element, to, index, value);
            });
            this.describe_loop(latch, LoopKind::Map);
            if terms.is_strided() {
                this.keep_loop_rolled(latch);
            }
            if let Some(pieces) = pieces {
                let next = this.b.block("mapped");
                this.b.go(pieces.done);
                pieces.end(&this.b, next);
                this.b.enter(next);
            }
        });
    }
}
