//! Fresh arrays of a kernel's results.

use super::Lowering;
use super::array::Elements;
use super::kernel::Terms;
use crate::llvm::builder::Val;
use crate::llvm::remarks::LoopKind;
use crate::mir::{Kernel, LocalId};
use crate::types::Ty;

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

    /// Computes the elements `lo..hi`.
    pub(super) fn map_range(
        &mut self,
        terms: &Terms<'_, 'c>,
        to: Elements<'c>,
        lo: Val<'c>,
        hi: Val<'c>,
    ) {
        let element = self.operand_ty(&terms.kernel.result);
        self.gathering(terms.kernel, |this| {
            let latch = this.count(lo, hi, 1, |this, index| {
                let value = this.term(terms, index);
                this.store_element(&element, to, index, value);
            });
            this.describe_loop(latch, LoopKind::Map);
        });
    }
}
