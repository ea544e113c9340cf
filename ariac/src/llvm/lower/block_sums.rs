//! Sums of blocks, combined in pairs: a binary counter. `reduce` tells the order.

use super::Lowering;
use crate::llvm::builder::Val;
use crate::types::Ty;
use inkwell::IntPredicate;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::PointerValue;

/// The sums of blocks that wait for one of their size: the binary counter of the header.
pub(super) struct BlockSums<'c> {
    scalar: BasicTypeEnum<'c>,
    stack: PointerValue<'c>,
    depth: PointerValue<'c>,
}

/// No array has 2^64 blocks.
const STACK: u32 = 64;

impl<'c> BlockSums<'c> {
    pub(super) fn new(lowering: &Lowering<'_, 'c>, ty: &Ty) -> Self {
        let b = &lowering.b;
        let scalar = lowering.cx.value_type(ty);
        let stack = BasicType::array_type(&scalar, STACK);
        let blocks = BlockSums {
            scalar,
            stack: b.slot(stack, "blocks"),
            depth: b.slot(lowering.cx.types.i64, "depth"),
        };
        b.store(b.i64(0), blocks.depth);
        blocks
    }

    /// Adds a block's sum; it is combined with as many as `number` ends in ones.
    pub(super) fn push(&self, lowering: &Lowering<'_, 'c>, sum: Val<'c>, number: Val<'c>) {
        let b = &lowering.b;
        let i64 = lowering.cx.types.i64;
        let (head, turn, end) = (b.block("combine"), b.block("pair"), b.block("combined"));
        let depth = b.load(i64, self.depth);
        let before = b.here();
        b.go(head);

        b.enter(head);
        let sum_phi = b.phi(self.scalar, &[(sum, before)]);
        let depth_phi = b.phi(i64, &[(depth, before)]);
        let number_phi = b.phi(i64, &[(number, before)]);
        let (sum, depth) = (sum_phi.as_basic_value(), depth_phi.as_basic_value());
        let number = number_phi.as_basic_value();
        b.branch(b.trunc(number, lowering.cx.types.i1), turn, end);

        b.enter(turn);
        let top = b.sub(depth, b.i64(1));
        let older = b.load(self.scalar, b.element(self.scalar, self.stack, top));
        let pair = b.fadd(older, sum);
        sum_phi.add_incoming(&[(&pair, turn)]);
        depth_phi.add_incoming(&[(&top, turn)]);
        number_phi.add_incoming(&[(&b.lshr(number, b.i64(1)), turn)]);
        lowering.keep_loop_small(b.go(head));

        b.enter(end);
        b.store(sum, b.element(self.scalar, self.stack, depth));
        b.store(b.add_index(depth, b.i64(1)), self.depth);
    }

    /// The sum of all; 0 of nothing.
    pub(super) fn total(&self, lowering: &Lowering<'_, 'c>) -> Val<'c> {
        let b = &lowering.b;
        let i64 = lowering.cx.types.i64;
        let (head, turn, end) = (b.block("total"), b.block("older"), b.block("done"));
        let depth = b.load(i64, self.depth);
        let before = b.here();
        b.go(head);

        b.enter(head);
        let nothing = b.float_like(self.scalar, 0.0);
        let sum_phi = b.phi(self.scalar, &[(nothing, before)]);
        let depth_phi = b.phi(i64, &[(depth, before)]);
        let (sum, depth) = (sum_phi.as_basic_value(), depth_phi.as_basic_value());
        let is_done = b.icmp(IntPredicate::EQ, depth, b.i64(0));
        b.branch(is_done, end, turn);

        b.enter(turn);
        let top = b.sub(depth, b.i64(1));
        let older = b.load(self.scalar, b.element(self.scalar, self.stack, top));
        sum_phi.add_incoming(&[(&b.fadd(older, sum), turn)]);
        depth_phi.add_incoming(&[(&top, turn)]);
        lowering.keep_loop_small(b.go(head));

        b.enter(end);
        sum
    }
}
