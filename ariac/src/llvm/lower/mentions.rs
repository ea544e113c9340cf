//! Which locals a piece of MIR mentions, and which live in kernels only.

use crate::arena::Id;
use crate::mir::{Access, Block, Kernel, LocalId, Operand, StmtKind};
use std::collections::HashSet;

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

    fn none(locals: usize) -> Self {
        Mentions {
            all: vec![0; locals],
            writes: vec![0; locals],
        }
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
        if matches!(
            access,
            Access::Write | Access::Bind | Access::Take | Access::Lend
        ) {
            self.writes[local.index()] += 1;
        }
    }
}

/// By the locals' indices: whether a local holds a value only from one place to another in the same turn of a kernel.
/// (Copies of a kernel may share it.)
pub(super) fn private_locals(body: &Block, locals: usize) -> Vec<bool> {
    let mut private = vec![true; locals];
    outside_kernels(body, &mut private);
    private
}

fn outside_kernels(block: &Block, private: &mut [bool]) {
    for stmt in &block.stmts {
        let kernel = match &stmt.kind {
            StmtKind::Assign { value, .. } => value.kernel(),
            _ => None,
        };
        match kernel {
            None => {
                stmt.locals(&mut |local, _| private[local.index()] = false);
                stmt.blocks(&mut |block| outside_kernels(block, private));
            }
            Some(kernel) => {
                // The statement names the kernel's parameters and result beside its own locals.
                let mut own: Vec<LocalId> = Vec::new();
                stmt.locals(&mut |local, access| {
                    if access != Access::Bind && kernel.result.local() != Some(local) {
                        own.push(local);
                    }
                });
                for local in own {
                    private[local.index()] = false;
                }
                inside_kernel(kernel, private);
            }
        }
    }
}

fn inside_kernel(kernel: &Kernel, private: &mut [bool]) {
    let mut set: HashSet<LocalId> = kernel.params.iter().copied().collect();
    kernel.body.each(&mut |stmt| {
        let mut written = Vec::new();
        stmt.locals(&mut |local, access| match access {
            Access::Write | Access::Bind => written.push(local),
            _ if !set.contains(&local) => private[local.index()] = false,
            _ => {}
        });
        set.extend(written);
    });
    if let Some(local) = kernel.result.local()
        && !set.contains(&local)
    {
        private[local.index()] = false;
    }
}
