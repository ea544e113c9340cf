//! How often a piece of MIR mentions each local.

use crate::arena::Id;
use crate::mir::{Access, Block, LocalId, Operand, Stmt};

/// How often each local is mentioned, and how often of these it is changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions {
    all: Vec<u32>,
    writes: Vec<u32>,
}

impl Mentions {
    /// Counts in a block of a function with so many locals.
    pub(super) fn of(block: &Block, locals: usize) -> Self {
        let mut mentions = Mentions::none(locals);
        block.each_local(&mut |local, access| mentions.add(local, access));
        mentions
    }

    /// Counts in a statement, but not in blocks below it.
    pub(super) fn of_stmt(stmt: &Stmt, locals: usize) -> Self {
        let mut mentions = Mentions::none(locals);
        stmt.locals(&mut |local, access| mentions.add(local, access));
        mentions
    }

    fn none(locals: usize) -> Self {
        Mentions {
            all: vec![0; locals],
            writes: vec![0; locals],
        }
    }

    /// How often a local is mentioned.
    pub(super) fn count(&self, local: LocalId) -> u32 {
        self.all[local.index()]
    }

    /// How often a local is changed.
    pub(super) fn writes(&self, local: LocalId) -> u32 {
        self.writes[local.index()]
    }

    /// The locals that are mentioned, in order.
    pub(super) fn locals(&self) -> impl Iterator<Item = LocalId> {
        let mentioned = self.all.iter().enumerate().filter(|&(_, &n)| n > 0);
        mentioned.map(|(i, _)| LocalId::from_index(i))
    }

    /// Counts one more.
    pub(super) fn read(&mut self, local: LocalId) {
        self.add(local, Access::Read);
    }

    /// Counts one more that changes.
    pub(super) fn write(&mut self, local: LocalId) {
        self.add(local, Access::Write);
    }

    /// Counts an operand.
    pub(super) fn operand(&mut self, operand: &Operand) {
        if let Operand::Local(local) = operand {
            self.read(*local);
        }
    }

    fn add(&mut self, local: LocalId, access: Access) {
        self.all[local.index()] += 1;
        if matches!(access, Access::Write | Access::Bind | Access::Take) {
            self.writes[local.index()] += 1;
        }
    }
}
