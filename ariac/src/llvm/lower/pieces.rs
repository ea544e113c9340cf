//! Loops in two pieces, so that vectors do not cross cache lines.
//!
//! Python's memory is aligned to 16 bytes, a vector has 32 or 64. A wide vector that begins in one cache line and ends in
//! the next takes twice as long to load or store, and where the data is in the first caches that is what a loop waits for. So a
//! loop over elements that lie side by side runs twice: up to the first element that begins a line of vectors, then the
//! rest. Its body exists once:
//!
//! ```text
//! for i in 0..<n                    for (from, to) in [(0, middle), (middle, n)]
//!   y[i] += a * x[i]        →         for i in from..<to
//! end                                   y[i] += a * x[i]
//! ```
//!
//! The order of the turns stays as it is, so this is right for every body. Where arrays begin at different places in a
//! line, the one that is used most decides. (Measured with AVX-512 and 1000 doubles in arrays from `malloc`: the loop above
//! takes 0.5 of the time.)

use super::Lowering;
use crate::llvm::builder::{Builder, Val};
use crate::mir::{BinOp, Block, LocalId, Operand, Rvalue, Stmt, StmtKind};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{PhiValue, PointerValue};

/// `malloc` aligns to so many bytes.
const ALIGNED_ANYWAY: u64 = 16;
/// A loop of fewer vectors is left alone: its first piece would not be worth its cost.
const MIN_VECTORS: u64 = 16;
/// A loop over more bytes of an array is left alone too: it waits for memory, and what it loads across two lines is fetched
/// earlier. (1,000,000 doubles, `out[i] = a * x[i] + y[i]` with AVX2: in two pieces it takes 1.05 to 1.15 of the time.)
const MAX_BYTES: u64 = 4 << 20;

/// The two pieces of a loop's range, or one.
pub(super) struct Pieces<'c> {
    /// The range of the piece that runs; it is not empty.
    pub(super) from: Val<'c>,
    pub(super) to: Val<'c>,
    /// Where control goes after a piece.
    pub(super) done: BasicBlock<'c>,
    head: BasicBlock<'c>,
    phis: [PhiValue<'c>; 2],
    last: Val<'c>,
}

impl<'c> Pieces<'c> {
    /// Code that follows runs for `first..middle`, and then, if these differ, for `middle..last`.
    pub(super) fn begin(
        b: &Builder<'_, 'c>,
        first: Val<'c>,
        middle: Val<'c>,
        last: Val<'c>,
    ) -> Self {
        let (head, done) = (b.block("piece"), b.block("done"));
        let before = b.here();
        b.go(head);
        b.enter(head);
        let phis = [first, middle].map(|value| b.phi(b.cx.types.i64, &[(value, before)]));
        let [from, to] = phis.map(|phi| phi.as_basic_value());
        Pieces {
            from,
            to,
            done,
            head,
            phis,
            last,
        }
    }

    /// Goes to `next` after the last piece.
    pub(super) fn end(self, b: &Builder<'_, 'c>, next: BasicBlock<'c>) {
        b.enter(self.done);
        let is_last = b.icmp(IntPredicate::EQ, self.to, self.last);
        b.branch(is_last, next, self.head);
        for (phi, value) in self.phis.into_iter().zip([self.to, self.last]) {
            phi.add_incoming(&[(&value, self.done)]);
        }
    }
}

impl<'c> Lowering<'_, 'c> {
    /// Where the first piece of a loop ends that uses the elements `first..last` of `size` bytes at `data`: at the one that begins a line of
    /// vectors, or at `last` if there is no use in that. None if vectors are short, or nobody is in a hurry.
    pub(super) fn aligned_middle(
        &self,
        data: PointerValue<'c>,
        size: u64,
        first: Val<'c>,
        last: Val<'c>,
    ) -> Option<Val<'c>> {
        let line = u64::from(self.b.level.vector_bits() / 8);
        if line <= ALIGNED_ANYWAY || self.in_slow_version || !size.is_power_of_two() {
            return None;
        }
        let b = &self.b;
        let number = |value: u64| b.i64(value as i64);
        let data = b.ptrtoint(data.into(), self.cx.types.i64);
        let start = b.add(data, b.mul(first, number(size)));
        let bytes = b.and(b.sub(b.i64(0), start), number(line - 1));
        let middle = b.add(first, b.lshr(bytes, number(size.trailing_zeros().into())));
        let (enough, most) = (MIN_VECTORS * line / size, MAX_BYTES / size);
        // One comparison: a smaller number is negative, which without a sign is a large one.
        let above = b.sub(b.sub(last, first), number(enough));
        let is_worth_it = b.icmp(IntPredicate::ULT, above, number(most - enough));
        let is_aligned = b.icmp(IntPredicate::EQ, bytes, b.i64(0));
        let leave = b.or(b.not(is_worth_it), is_aligned);
        Some(b.select(leave, last, middle))
    }

    /// The array whose elements a body without branches uses most, one after the other, if it writes any array so.
    pub(super) fn used_in_order(&self, var: LocalId, body: &Block) -> Option<LocalId> {
        let mut used: Vec<LocalId> = Vec::new();
        let mut writes = false;
        let mut note = |array: LocalId, index: &Operand, checked: bool| {
            let in_order = *index == Operand::Local(var) && !checked;
            if in_order && self.lies_side_by_side(array) {
                used.push(array);
            }
            in_order
        };
        for Stmt { kind, .. } in &body.stmts {
            match kind {
                StmtKind::Assign {
                    value:
                        Rvalue::Load {
                            array,
                            index,
                            checked,
                        },
                    ..
                } => _ = note(*array, index, *checked),
                StmtKind::Assign { value, .. } if !is_slow(value) => {}
                StmtKind::Store {
                    array,
                    index,
                    checked,
                    ..
                } => writes |= note(*array, index, *checked),
                _ => return None,
            }
        }
        let count = |array: &LocalId| used.iter().filter(|&other| other == array).count();
        // Of several, the first.
        let most = used.iter().rev().max_by_key(|&array| count(array));
        most.copied().filter(|_| writes)
    }
}

/// Whether a loop that computes this waits for it, not for memory.
pub(super) fn is_slow(value: &Rvalue) -> bool {
    match value {
        Rvalue::Math { .. } | Rvalue::Call { .. } => true,
        Rvalue::Binary { op, .. } => {
            matches!(op, BinOp::Div | BinOp::FloorDiv | BinOp::Mod | BinOp::Pow)
        }
        _ => false,
    }
}
