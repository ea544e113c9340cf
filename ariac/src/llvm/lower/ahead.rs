//! A `for` that writes to arrays must leave what it wrote before it failed, and nothing more. So it goes ahead some
//! turns at a time: a loop that stores nothing gathers the bits of these turns, and one without checks follows, or one that
//! checks each operation:
//!
//! ```text
//!                                   for block in blocks of 0..<n
//! for i in 0..<n                      bits = for i in block … x[i] + y[i] …
//!   out[i] = x[i] + y[i]        →     if bits
//! end                                   for i in block … out[i] = x[i] + y[i], checked …
//!                                     else
//!                                       for i in block … out[i] = x[i] &+ y[i] …
//! ```
//!
//! A sum of Ints, `total += x[i]`, is added to in any order where no sum of some of the block's terms can be too large, which
//! their largest tells.

use super::Lowering;
use super::gather::{Gathered, Overflow, SUM, TERMS, without_sign};
use crate::llvm::builder::Val;
use crate::mir::{Access, BinOp, Block, LocalId, Operand, Rvalue, Stmt, StmtKind};
use crate::types::Ty;
use inkwell::IntPredicate;
use std::collections::HashSet;

/// So many bytes of results are computed ahead: then a processor waits for memory to read and for memory to write at once.
/// (1,000,000 Ints added 512 turns at a time take 1.3 times as long as 64 at a time; 1,000 take as long.)
const BYTES: u64 = 512;
/// So many turns where there are no results but sums.
const TURNS: u64 = 512;
/// Fewer turns are not worth it.
const FEW: i64 = 16;

const _: () = assert!(TURNS < 1 << TERMS && BYTES < 1 << TERMS);

/// How a `for` goes ahead.
pub(super) struct Ahead {
    /// So many turns at a time.
    turns: u64,
    /// The sums that its turns add to.
    pub(super) sums: Vec<LocalId>,
}

/// What the turns of a loop do.
#[derive(Default)]
struct Work {
    /// What a turn has computed so far.
    own: HashSet<LocalId>,
    /// What it adds to, and nothing else.
    sums: Vec<LocalId>,
    /// The arrays that it has loaded from, and whether the element of its own number.
    loaded: Vec<(LocalId, bool)>,
    /// The arrays that it has stored to.
    stored: Vec<LocalId>,
    /// Whether something in it can be gathered.
    gathers: bool,
}

impl<'c> Lowering<'_, 'c> {
    /// How a `for` that counts by one goes ahead; none if that is not possible, or not worth it.
    pub(super) fn goes_ahead(&self, var: LocalId, body: &Block) -> Option<Ahead> {
        if self.in_slow_version {
            return None;
        }
        let mut mentions: Vec<(LocalId, Access)> = Vec::new();
        body.each_local(&mut |local, access| mentions.push((local, access)));
        let mut work = Work::default();
        for stmt in &body.stmts {
            self.work(var, stmt, &mentions, &mut work)?;
        }
        let size = |&to: &LocalId| self.element_ty(to).elem().map(|elem| elem.size() as u64);
        let sizes: Option<Vec<u64>> = work.stored.iter().map(size).collect();
        let turns = match (sizes?.into_iter().min(), work.sums.is_empty()) {
            (Some(least), _) => BYTES / least,
            (None, false) => TURNS,
            (None, true) => return None,
        };
        let is_apart = work.loaded.iter().all(|&(array, is_own)| {
            work.stored.iter().all(|&to| match to == array {
                true => is_own,
                false => match (self.owner(to), self.owner(array)) {
                    (Some(one), Some(other)) => one != other,
                    _ => false,
                },
            })
        });
        let sums = work.sums;
        (work.gathers && is_apart).then_some(Ahead { turns, sums })
    }

    /// Adds what a statement does; none if that cannot be done twice, or more can fail than can be gathered.
    fn work(
        &self,
        var: LocalId,
        stmt: &Stmt,
        mentions: &[(LocalId, Access)],
        work: &mut Work,
    ) -> Option<()> {
        if let Some((sum, _)) = self.sum_and_term(&stmt.kind)
            && mentions.iter().filter(|(local, _)| *local == sum).count() == 2
        {
            work.gathers = true;
            work.sums.push(sum);
            return Some(());
        }
        let is_assigned = |local| mentions.contains(&(local, Access::Write));
        let mut all_known = true;
        stmt.locals(&mut |local, access| {
            let is_known = access == Access::Write || work.own.contains(&local);
            all_known &= is_known || !is_assigned(local);
        });
        match &stmt.kind {
            StmtKind::Assign {
                dst: Some(dst),
                value,
            } if all_known && self.ty(*dst).elem().is_some() => {
                work.gathers |= self.gathers(value)?;
                if let Rvalue::Load { array, index, .. } = value {
                    if work.stored.contains(array) {
                        return None;
                    }
                    let is_own = *index == Operand::Local(var);
                    work.loaded.push((*array, is_own));
                }
                work.own.insert(*dst);
            }
            StmtKind::Store {
                array,
                index,
                checked: false,
                ..
            } if all_known => {
                if *index != Operand::Local(var) || work.stored.contains(array) {
                    return None;
                }
                work.stored.push(*array);
            }
            _ => return None,
        }
        Some(())
    }

    /// Of `sum = sum + term` of Ints both.
    fn sum_and_term<'s>(&self, stmt: &'s StmtKind) -> Option<(LocalId, &'s Operand)> {
        let StmtKind::Assign {
            dst: Some(sum),
            value: Rvalue::Binary { op, left, right },
        } = stmt
        else {
            return None;
        };
        let own = Operand::Local(*sum);
        let term = match op {
            BinOp::Add | BinOp::Sub if *left == own => right,
            BinOp::Add if *right == own => left,
            _ => return None,
        };
        let is_plain = *self.ty(*sum) == Ty::Int && !self.function.locals[*sum].alias;
        (is_plain && *term != own).then_some((*sum, term))
    }

    /// The variable whose array it is or shows, if that shares no memory with any other variable's: an argument, or an
    /// array of the function's own.
    fn owner(&self, array: LocalId) -> Option<LocalId> {
        let local = &self.function.locals[array];
        let is_param = self.function.params.iter().any(|p| p.local == array);
        if is_param || (!local.alias && matches!(local.ty, Ty::Array(_))) {
            return Some(array);
        }
        let mut shown = Vec::new();
        self.function.body.each(&mut |stmt| match &stmt.kind {
            StmtKind::Assign {
                dst: Some(dst),
                value,
            } if *dst == array => shown.push(match value {
                Rvalue::View(of) => Some(*of),
                _ => None,
            }),
            _ => {}
        });
        match shown[..] {
            [Some(of)] if !local.alias => self.owner(of),
            _ => None,
        }
    }

    /// Whether a statement is done when nothing is to be changed: it is not, but what it would change is noted.
    pub(super) fn only_looks(&mut self, stmt: &StmtKind) -> bool {
        let Overflow::Gather(gathered) = self.overflow else {
            return false;
        };
        if !gathered.ahead {
            return false;
        }
        if let StmtKind::Store { .. } = stmt {
            return true;
        }
        match self.sum_and_term(stmt) {
            Some((sum, term)) if self.sums_ahead.contains(&sum) => {
                let term = self.operand(term);
                gathered.term(&self.b, term);
                true
            }
            _ => false,
        }
    }

    /// The turns of such a `for`, of which there are some. `turns(self, from, to)` emits a loop over some of them.
    pub(super) fn ahead(
        &mut self,
        how: Ahead,
        (first, last): (Val<'c>, Val<'c>),
        turns: impl Fn(&mut Self, Val<'c>, Val<'c>),
    ) {
        let b = &self.b;
        let (head, look, plain, exact, latch, next) = (
            b.block("blocks"),
            b.block("look"),
            b.block("plain"),
            b.block("exact"),
            b.block("block_done"),
            b.block("blocks_done"),
        );
        let before = b.here();
        b.go(head);
        b.enter(head);
        let phi = b.phi(self.cx.types.i64, &[(first, before)]);
        let from = phi.as_basic_value();
        let left = b.sub(last, from);
        let at_once = b.i64(how.turns as i64);
        let size = b.intrinsic("llvm.umin", &[left.get_type()], &[left, at_once]);
        let to = b.add_nsw(from, size);
        let is_short = b.icmp(IntPredicate::ULT, left, b.i64(FEW));
        b.branch(is_short, exact, look);

        b.enter(look);
        let gathered = Gathered::begin(b, true);
        self.overflow = Overflow::Gather(gathered);
        let outer = std::mem::replace(&mut self.sums_ahead, how.sums);
        turns(self, from, to);
        let sums = std::mem::replace(&mut self.sums_ahead, outer);
        let mut some = gathered.some(&self.b);
        for sum in sums {
            let value = self.operand(&Operand::Local(sum));
            let b = &self.b;
            let large = b.lshr(without_sign(b, value), b.i64(SUM));
            some = b.or(some, b.icmp(IntPredicate::NE, large, b.i64(0)));
        }
        self.b.branch_rarely(some, exact, plain);

        self.b.enter(plain);
        self.overflow = Overflow::Wrap;
        turns(self, from, to);
        self.b.go(latch);

        self.b.enter(exact);
        self.overflow = Overflow::Raise;
        turns(self, from, to);
        self.b.go(latch);

        self.b.enter(latch);
        phi.add_incoming(&[(&to, latch)]);
        let is_last = self.b.icmp(IntPredicate::EQ, to, last);
        self.b.branch(is_last, next, head);
        self.b.enter(next);
    }
}
