//! Loops.
//!
//! A `for` counts turns, not values: its variable never leaves `lo..hi`, so that counting up to the greatest `Int` is
//! as safe as any other, and LLVM sees the number of turns.

use super::Lowering;
use super::pieces::Pieces;
use crate::llvm::builder::Val;
use crate::llvm::remarks::LoopKind;
use crate::mir::{Block, Const, LocalId, LoopId, Operand, Wishes};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::InstructionValue;

impl<'c> Lowering<'_, 'c> {
    pub(super) fn while_loop(
        &mut self,
        id: LoopId,
        test: &Block,
        condition: &Operand,
        body: &Block,
    ) {
        let around = self.begin_loop(id);
        let (head, turn, next) = (
            self.b.block("while"),
            self.b.block("turn"),
            self.b.block("end"),
        );
        self.b.go(head);
        self.b.enter(head);
        self.block(test);
        if !self.b.is_ended() {
            let condition = self.operand(condition);
            self.b.branch(condition, turn, next);
        }
        self.loops.insert(id, (next, head));
        self.b.enter(turn);
        self.block(body);
        if !self.b.is_ended() {
            let latch = self.b.go(head);
            self.describe_loop(latch, LoopKind::While);
        }
        self.b.enter(next);
        self.wish(around);
    }

    pub(super) fn for_loop(
        &mut self,
        id: LoopId,
        var: LocalId,
        (lo, hi, inclusive): (&Operand, &Operand, bool),
        step: &Operand,
        body: &Block,
    ) {
        let (first, last) = (self.operand(lo), self.operand(hi));
        let by_one = *step == Operand::Const(Const::Int(1));
        let step = self.operand(step);
        if self.function.loops[id].parallel {
            return self.parallel_loop(id, var, (first, last, inclusive), (step, by_one), body);
        }
        self.count_values(id, var, (first, last, inclusive), (step, by_one), body);
    }

    /// A `for` over values that are there.
    pub(super) fn count_values(
        &mut self,
        id: LoopId,
        var: LocalId,
        (first, last, inclusive): (Val<'c>, Val<'c>, bool),
        (step, by_one): (Val<'c>, bool),
        body: &Block,
    ) {
        let around = self.begin_loop(id);
        let (begin, next) = (self.b.block("begin"), self.b.block("end"));
        let is_empty = self.is_empty_range(first, last, inclusive, step);
        self.b.branch(is_empty, next, begin);
        self.b.enter(begin);
        self.loops.insert(id, (next, next));
        if !by_one || inclusive {
            let turns = Turns::Count(self.last_turn(first, last, inclusive, step));
            self.turns(id, var, first, (turns, step), body, next);
        } else if let Some(how) = self.goes_ahead(var, body) {
            self.ahead(how, (first, last), |this, from, to| {
                let done = this.b.block("turns_done");
                this.turns(id, var, from, (Turns::Below(to), step), body, done);
                this.b.enter(done);
            });
            self.b.go(next);
        } else if let Some(middle) = self.middle(first, last, var, body) {
            let pieces = Pieces::begin(&self.b, first, middle, last);
            let turns = Turns::Below(pieces.to);
            self.turns(id, var, pieces.from, (turns, step), body, pieces.done);
            pieces.end(&self.b, next);
        } else {
            self.turns(id, var, first, (Turns::Below(last), step), body, next);
        }
        self.b.enter(next);
        self.wish(around);
    }

    /// Where the first piece of a loop ends that is worth two.
    fn middle(
        &mut self,
        first: Val<'c>,
        last: Val<'c>,
        var: LocalId,
        body: &Block,
    ) -> Option<Val<'c>> {
        let array = self.used_in_order(var, body)?;
        let size = self.cx.element_size(self.element_ty(array));
        let data = self.elements(array).data;
        self.aligned_middle(data, size, first, last)
    }

    /// Runs the body of a loop once or more, then goes to `done`.
    fn turns(
        &mut self,
        id: LoopId,
        var: LocalId,
        first: Val<'c>,
        (turns, step): (Turns<'c>, Val<'c>),
        body: &Block,
        done: BasicBlock<'c>,
    ) {
        let (turn, latch) = (self.b.block("turn"), self.b.block("latch"));
        let b = &self.b;
        let before = b.here();
        b.go(turn);

        b.enter(turn);
        let value = b.phi(self.cx.types.i64, &[(first, before)]);
        let number = b.phi(self.cx.types.i64, &[(b.i64(0), before)]);
        let current = value.as_basic_value();
        let slot = self.slot(var);
        self.b.store(current, slot);
        let next = self.loops[&id].0;
        self.loops.insert(id, (next, latch));
        self.block(body);
        if !self.b.is_ended() {
            self.b.go(latch);
        }

        self.b.enter(latch);
        self.locate(self.span);
        let b = &self.b;
        let following = b.add_nsw(current, step);
        let count = b.add_index(number.as_basic_value(), b.i64(1));
        let go_on = match turns {
            Turns::Below(end) => b.icmp(IntPredicate::SLT, following, end),
            Turns::Count(last) => b.icmp(IntPredicate::NE, number.as_basic_value(), last),
        };
        let branch = b.branch(go_on, turn, done);
        value.add_incoming(&[(&following, latch)]);
        number.add_incoming(&[(&count, latch)]);
        self.describe_loop(branch, LoopKind::For);
    }

    /// Asks of the code that follows what the attributes of a loop ask; gives what was asked before.
    fn begin_loop(&mut self, id: LoopId) -> Wishes {
        let around = self.wishes;
        self.wish(self.function.loops[id].wishes);
        around
    }

    /// Whether a range has no number. Of a range that has one, the next sum with the step is in it or is not used.
    pub(super) fn is_empty_range(
        &self,
        first: Val<'c>,
        last: Val<'c>,
        inclusive: bool,
        step: Val<'c>,
    ) -> Val<'c> {
        let b = &self.b;
        let (up, down) = if inclusive {
            (IntPredicate::SGT, IntPredicate::SLT)
        } else {
            (IntPredicate::SGE, IntPredicate::SLE)
        };
        let goes_up = b.icmp(IntPredicate::SGT, step, b.i64(0));
        b.select(goes_up, b.icmp(up, first, last), b.icmp(down, first, last))
    }

    /// The number of the last turn of a range that has one, as an unsigned number.
    pub(super) fn last_turn(
        &self,
        first: Val<'c>,
        last: Val<'c>,
        inclusive: bool,
        step: Val<'c>,
    ) -> Val<'c> {
        let b = &self.b;
        let goes_up = b.icmp(IntPredicate::SGT, step, b.i64(0));
        let (up, down) = (b.sub(last, first), b.sub(first, last));
        let mut distance = b.select(goes_up, up, down);
        if !inclusive {
            distance = b.sub(distance, b.i64(1));
        }
        let size = b.select(goes_up, step, b.sub(b.i64(0), step));
        // MIR says that the step is not 0; a division by it would be worse than an endless loop all the same.
        let one = b.i64(1);
        let size = b.select(b.icmp(IntPredicate::EQ, size, b.i64(0)), one, size);
        b.udiv(distance, size)
    }

    /// Runs `body` with each index in `lo..hi` (none when `lo >= hi`), `step` apart; the last index is less than `hi`.
    /// Gives the branch back to the beginning.
    pub(super) fn count(
        &mut self,
        lo: Val<'c>,
        hi: Val<'c>,
        step: i64,
        body: impl FnOnce(&mut Self, Val<'c>),
    ) -> InstructionValue<'c> {
        let (head, turn, next) = (
            self.b.block("loop"),
            self.b.block("element"),
            self.b.block("end"),
        );
        let before = self.b.here();
        self.b.go(head);
        self.b.enter(head);
        let phi = self.b.phi(self.cx.types.i64, &[(lo, before)]);
        let index = phi.as_basic_value();
        let inside = self.b.icmp(IntPredicate::SLT, index, hi);
        self.b.branch(inside, turn, next);
        self.b.enter(turn);
        body(self, index);
        let following = self.b.add_index(index, self.b.i64(step));
        phi.add_incoming(&[(&following, self.b.here())]);
        let latch = self.b.go(head);
        self.b.enter(next);
        latch
    }
}

/// When a `for` ends.
enum Turns<'c> {
    /// Before this value.
    Below(Val<'c>),
    /// After the turn of this number, counted from 0.
    Count(Val<'c>),
}
