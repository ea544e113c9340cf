//! Strided arrays at higher CPU levels.
//!
//! MIR has two versions of code that loops over views: one for elements that lie side by side, one for any strides. The
//! second gains little by wider vectors, so only the lowest level has it. A function of a higher level begins by passing
//! a call with a strided array on to the lowest level, and has the first version alone:
//!
//! ```text
//! aria.f.v3(x, x.len, x.stride, x.borrow):
//!   unless x is contiguous: return aria.f(x, x.len, x.stride, x.borrow)
//!   … the version for contiguous x …
//! ```
//!
//! Only exported functions do so, because only their symbols are seen across levels.

use super::Lowering;
use crate::llvm::builder::Val;
use crate::llvm::function;
use crate::mir::{Block, FnId, Function, LocalId, Operand, Rvalue, StmtKind};
use std::collections::BTreeSet;

/// What holds in a function of a higher level after strided arrays have been passed on.
#[derive(Default)]
pub(super) struct Contiguous {
    /// Parameters whose elements lie side by side.
    pub(super) arrays: BTreeSet<LocalId>,
    /// Locals that say so, and so are true.
    flags: BTreeSet<LocalId>,
}

impl<'c> Lowering<'_, 'c> {
    /// Passes the call on if an array that the body tests is strided.
    pub(super) fn pass_strided_on(&mut self, id: FnId) {
        if self.cx.level == self.cx.options.levels[0] || !self.function.exported {
            return;
        }
        let arrays = tested_parameters(self.function);
        if arrays.is_empty() {
            return;
        }
        let mut is_strided = self.b.bool(false);
        for &array in &arrays {
            let is_contiguous = self.is_contiguous(array);
            is_strided = self.b.or(is_strided, self.b.not(is_contiguous));
        }
        let (strided, next) = (self.b.block("strided"), self.b.block("contiguous"));
        self.b.branch_rarely(is_strided, strided, next);
        self.b.enter(strided);
        let lowest = function::declare_lowest(self.cx, id);
        let args: Vec<Val<'c>> = (0..lowest.count_params() as usize)
            .map(|index| self.b.param(index))
            .collect();
        self.b.ret(self.b.call(lowest, &args));
        self.b.enter(next);
        let flags = flags(self.function, &arrays);
        self.contiguous = Contiguous { arrays, flags };
    }

    /// The version to lower of an `If` that is already decided.
    pub(super) fn decided<'b>(&self, condition: &Operand, then: &'b Block) -> Option<&'b Block> {
        match condition {
            Operand::Local(flag) if self.contiguous.flags.contains(flag) => Some(then),
            _ => None,
        }
    }
}

/// The parameters that the body asks about, except those that it assigns.
fn tested_parameters(function: &Function) -> BTreeSet<LocalId> {
    let mut tested = BTreeSet::new();
    let mut assigned: BTreeSet<LocalId> = BTreeSet::new();
    function.body.each(&mut |stmt| {
        if let StmtKind::Assign { dst, value } = &stmt.kind {
            assigned.extend(dst);
            if let Rvalue::IsContiguous(array) = value {
                tested.insert(*array);
            }
        }
    });
    let is_parameter = |local: &LocalId| function.params.iter().any(|param| param.local == *local);
    tested
        .into_iter()
        .filter(|local| is_parameter(local) && !assigned.contains(local))
        .collect()
}

/// The locals that are assigned nothing but whether one of `arrays` is contiguous.
fn flags(function: &Function, arrays: &BTreeSet<LocalId>) -> BTreeSet<LocalId> {
    let mut flags = BTreeSet::new();
    let mut others = BTreeSet::new();
    function.body.each(&mut |stmt| {
        if let StmtKind::Assign {
            dst: Some(dst),
            value,
        } = &stmt.kind
        {
            match value {
                Rvalue::IsContiguous(array) if arrays.contains(array) => flags.insert(*dst),
                _ => others.insert(*dst),
            };
        }
    });
    &flags - &others
}
