//! Ways through the tree: every operand and local of an instruction, every block below it, each written once.
//!
//! A new instruction is added to `parts!` and, when it has blocks in it, to `blocks!`; everything that only wants to know
//! which locals are read or written follows.

use super::{
    Along, Arena, Block, Kernel, LocalId, Loop, LoopId, NdOp, Operand, Rvalue, Signatures, Step,
    Stmt, StmtKind,
};
use crate::hir::ParamMode;

/// What an instruction does with one of its locals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads it, or borrows it to read.
    Read,
    /// Gives it a new value.
    Write,
    /// Gives it a value for the blocks below: loop variables and parameters of kernels.
    Bind,
    /// Empties the slot if its type is owned, else reads it.
    Take,
    /// Changes elements of the array.
    Store,
    /// Lends it to a function value, which may read and change it from here on.
    Lend,
    /// Passes it to a function, as the argument with this number.
    Arg(usize),
}

/// A local or operand of an instruction.
#[derive(Debug)]
pub enum Part<'a> {
    /// Something that may be a constant.
    Operand(&'a Operand, Access),
    /// A local.
    Local(LocalId, Access),
}

/// A local or operand of an instruction, to change.
#[derive(Debug)]
pub enum PartMut<'a> {
    /// Something that may be a constant.
    Operand(&'a mut Operand, Access),
    /// A local.
    Local(&'a mut LocalId, Access),
}

macro_rules! parts {
    ($name:ident, $part:ident, $local:ident, [$($mutable:tt)?]) => {
        impl Rvalue {
            /// The operands and locals of this computation; of a kernel, its parameters and result, not its body.
            pub fn $name(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                use Access::{Arg, Bind, Lend, Read, Store, Take, Write};
                macro_rules! operand {
                    ($o:expr, $a:expr) => { f($part::Operand($o, $a)) };
                }
                macro_rules! local {
                    ($l:expr, $a:expr) => { f($part::Local($local!($l), $a)) };
                }
                macro_rules! kernel {
                    ($sources:expr, $kernel:expr) => {{
                        for source in $sources {
                            local!(source, Read);
                        }
                        let kernel = $kernel;
                        for param in &$($mutable)? kernel.params {
                            local!(param, Bind);
                        }
                        operand!(&$($mutable)? kernel.result, Read);
                    }};
                }
                macro_rules! all {
                    ($items:expr) => {
                        for item in $items {
                            operand!(item, Read);
                        }
                    };
                }
                match self {
                    Rvalue::Use(o)
                    | Rvalue::Unary { operand: o, .. }
                    | Rvalue::Convert { operand: o, .. }
                    | Rvalue::ToStr(o)
                    | Rvalue::StrLen(o)
                    | Rvalue::PyAttr { object: o, .. }
                    | Rvalue::PyTruth(o)
                    | Rvalue::PyLen(o)
                    | Rvalue::PyIter(o)
                    | Rvalue::PyAwait(o)
                    | Rvalue::FromObject { object: o, .. } => operand!(o, Read),
                    Rvalue::ToObject { value, take } => {
                        let access = if *take { Take } else { Read };
                        operand!(value, access);
                    }
                    Rvalue::ThisCall => {}
                    Rvalue::EndsCall { error, call } => {
                        local!(error, Read);
                        operand!(call, Read);
                    }
                    Rvalue::Move(l) => local!(l, Take),
                    Rvalue::Clone(l)
                    | Rvalue::Variant(l)
                    | Rvalue::ErrorText(l)
                    | Rvalue::ErrorClass(l)
                    | Rvalue::ErrorIs { error: l, .. }
                    | Rvalue::Len(l)
                    | Rvalue::ToArray(l)
                    | Rvalue::Field { tuple: l, .. }
                    | Rvalue::View(l)
                    | Rvalue::IsContiguous(l) => local!(l, Read),
                    Rvalue::Binary { left, right, .. } => {
                        operand!(left, Read);
                        operand!(right, Read);
                    }
                    Rvalue::Math { args: items, .. }
                    | Rvalue::Array { items, .. }
                    | Rvalue::Join(items)
                    | Rvalue::Stream { parts: items, .. } => all!(items),
                    Rvalue::Load { array, index, .. } => {
                        local!(array, Read);
                        operand!(index, Read);
                    }
                    Rvalue::Slice {
                        array, lo, hi, step, ..
                    } => {
                        local!(array, Read);
                        operand!(lo, Read);
                        operand!(hi, Read);
                        if let Some(step) = step {
                            operand!(step, Read);
                        }
                    }
                    Rvalue::Nd(op) => op.$name(f),
                    Rvalue::Tuple(items)
                    | Rvalue::Adt { fields: items, .. }
                    | Rvalue::List { items, .. }
                    | Rvalue::Closure { captures: items, .. } => {
                        for item in items {
                            operand!(item, Take);
                        }
                    }
                    Rvalue::ListOp { op, list, args } => {
                        let access = if op.takes_value() { Take } else { Read };
                        for arg in args {
                            operand!(arg, access);
                        }
                        local!(list, Store);
                    }
                    Rvalue::Borrowing { captures, .. } => {
                        for local in captures {
                            local!(local, Lend);
                        }
                    }
                    Rvalue::CallValue { callee, args, .. } => {
                        for (i, arg) in (0..).zip(args) {
                            operand!(arg, Arg(i));
                        }
                        local!(callee, Read);
                    }
                    Rvalue::Fill { len, value, .. } => {
                        operand!(len, Read);
                        if let Some(value) = value {
                            operand!(value, Read);
                        }
                    }
                    Rvalue::Map { sources, kernel, .. } | Rvalue::Reduce { sources, kernel, .. } => {
                        kernel!(sources, kernel);
                    }
                    Rvalue::Call { args, .. } | Rvalue::CallNative { args, .. } => {
                        for (i, arg) in (0..).zip(args) {
                            operand!(arg, Arg(i));
                        }
                    }
                    Rvalue::PyModule(_) => {}
                    Rvalue::PyCall { callee: first, args, .. }
                    | Rvalue::PyMethod { object: first, args, .. } => {
                        operand!(first, Read);
                        all!(args);
                    }
                    Rvalue::PyItem { object, key } => {
                        operand!(object, Read);
                        operand!(key, Read);
                    }
                    Rvalue::PyOperate { left, right, .. } => {
                        operand!(left, Read);
                        if let Some(right) = right {
                            operand!(right, Read);
                        }
                    }
                    Rvalue::PyNext { iterator, item } => {
                        operand!(iterator, Read);
                        local!(item, Write);
                    }
                }
            }
        }

        impl NdOp {
            /// The operands and locals of this computation.
            pub fn $name(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                use Access::{Read, Take};
                macro_rules! operand {
                    ($o:expr, $a:expr) => { f($part::Operand($o, $a)) };
                }
                macro_rules! local {
                    ($l:expr, $a:expr) => { f($part::Local($local!($l), $a)) };
                }
                match self {
                    NdOp::Load { array, indices } => {
                        local!(array, Read);
                        for index in indices {
                            operand!(index, Read);
                        }
                    }
                    NdOp::Section { array, along } => {
                        local!(array, Read);
                        for along in along {
                            match along {
                                Along::At(index) => operand!(index, Read),
                                Along::Range { lo, hi, step, .. } => {
                                    operand!(lo, Read);
                                    operand!(hi, Read);
                                    if let Some(step) = step {
                                        operand!(step, Read);
                                    }
                                }
                                Along::All => {}
                            }
                        }
                    }
                    NdOp::Transposed(l)
                    | NdOp::Flat(l)
                    | NdOp::Dim { array: l, .. }
                    | NdOp::Axis { array: l, .. } => local!(l, Read),
                    NdOp::Row { through, index, along } => {
                        local!(through, Read);
                        operand!(index, Read);
                        local!(along, Read);
                    }
                    NdOp::View(axes) => {
                        for axis in axes {
                            local!(axis, Read);
                        }
                    }
                    NdOp::Shaped { elements, lens } => {
                        for len in lens {
                            operand!(len, Read);
                        }
                        local!(elements, Take);
                    }
                }
            }
        }

        impl Stmt {
            /// The operands and locals of this statement, not those of the blocks below it.
            pub fn $name(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                use Access::{Bind, Read, Store, Take, Write};
                macro_rules! operand {
                    ($o:expr, $a:expr) => { f($part::Operand($o, $a)) };
                }
                macro_rules! local {
                    ($l:expr, $a:expr) => { f($part::Local($local!($l), $a)) };
                }
                match &$($mutable)? self.kind {
                    StmtKind::Assign { dst, value } => {
                        value.$name(f);
                        if let Some(dst) = dst {
                            local!(dst, Write);
                        }
                    }
                    StmtKind::Store { array, index, value, .. } => {
                        operand!(index, Read);
                        operand!(value, Read);
                        local!(array, Store);
                    }
                    StmtKind::StoreAt { array, indices, value } => {
                        for index in indices {
                            operand!(index, Read);
                        }
                        operand!(value, Read);
                        local!(array, Store);
                    }
                    StmtKind::Bound { array, index, .. } => {
                        operand!(index, Read);
                        local!(array, Read);
                    }
                    StmtKind::SetField { of, value, .. } => {
                        operand!(value, Take);
                        local!(of, Store);
                    }
                    StmtKind::Alias { dst, of, step } => {
                        if let Step::Element { index, .. } = step {
                            operand!(index, Read);
                        }
                        local!(of, Read);
                        local!(dst, Bind);
                    }
                    StmtKind::Try { error, .. } => local!(error, Write),
                    StmtKind::Reraise { error, from } => {
                        local!(error, Take);
                        if let Some(from) = from {
                            local!(from, Take);
                        }
                    }
                    StmtKind::PySetItem { object, key, value } => {
                        operand!(object, Read);
                        operand!(key, Read);
                        operand!(value, Read);
                    }
                    StmtKind::PySetAttr { object, value, .. } => {
                        operand!(object, Read);
                        operand!(value, Read);
                    }
                    StmtKind::If { condition, .. } | StmtKind::While { condition, .. } => {
                        operand!(condition, Read);
                    }
                    StmtKind::For { var, lo, hi, step, .. } => {
                        operand!(lo, Read);
                        operand!(hi, Read);
                        operand!(step, Read);
                        local!(var, Bind);
                    }
                    StmtKind::Return(o) => operand!(o, Take),
                    StmtKind::Raise { message, .. } => operand!(message, Read),
                    StmtKind::RaiseObject(o) | StmtKind::EndCall(o) => operand!(o, Read),
                    StmtKind::Drop(l) => local!(l, Take),
                    StmtKind::GilRelease(_)
                    | StmtKind::GilAcquire
                    | StmtKind::Break(_)
                    | StmtKind::Continue(_)
                    | StmtKind::Gil(..) => {}
                }
            }
        }
    };
}

macro_rules! by_value {
    ($l:expr) => {
        *$l
    };
}
macro_rules! by_reference {
    ($l:expr) => {
        $l
    };
}
parts!(parts, Part, by_value, []);
parts!(parts_mut, PartMut, by_reference, [mut]);

macro_rules! blocks {
    ($name:ident, $kernel:ident, [$($mutable:tt)?]) => {
        impl Rvalue {
            /// The kernel of an array operation.
            pub fn $kernel(&$($mutable)? self) -> Option<&$($mutable)? Kernel> {
                match self {
                    Rvalue::Map { kernel, .. } | Rvalue::Reduce { kernel, .. } => Some(kernel),
                    _ => None,
                }
            }
        }

        impl Stmt {
            /// The blocks directly below this statement, kernels included, in the order in which they run.
            pub fn $name(&$($mutable)? self, f: &mut dyn FnMut(&$($mutable)? Block)) {
                match &$($mutable)? self.kind {
                    StmtKind::Assign { value, .. } => {
                        if let Some(kernel) = value.$kernel() {
                            f(&$($mutable)? kernel.body);
                        }
                    }
                    StmtKind::If { then, otherwise, .. } => {
                        f(then);
                        f(otherwise);
                    }
                    StmtKind::While { test, body, .. } => {
                        f(test);
                        f(body);
                    }
                    StmtKind::For { body, .. } | StmtKind::Gil(_, body) => f(body),
                    StmtKind::Try { body, handler, .. } => {
                        f(body);
                        f(handler);
                    }
                    _ => {}
                }
            }
        }
    };
}
blocks!(blocks, kernel, []);
blocks!(blocks_mut, kernel_mut, [mut]);

impl Block {
    /// Every statement, those of the blocks below included, outer ones first.
    pub fn each(&self, f: &mut dyn FnMut(&Stmt)) {
        for stmt in &self.stmts {
            f(stmt);
            stmt.blocks(&mut |block| block.each(f));
        }
    }

    /// Every statement to change, outer ones first.
    pub fn each_mut(&mut self, f: &mut dyn FnMut(&mut Stmt)) {
        for stmt in &mut self.stmts {
            f(stmt);
            stmt.blocks_mut(&mut |block| block.each_mut(f));
        }
    }

    /// Whether no path reaches the end of the block.
    #[must_use]
    pub fn diverges(&self) -> bool {
        self.stmts.last().is_some_and(Stmt::diverges)
    }

    /// Calls `f` with every local of the block and of the blocks below it.
    pub fn each_local(&self, f: &mut dyn FnMut(LocalId, Access)) {
        self.each(&mut |stmt| stmt.locals(f));
    }

    /// A copy in which locals are renamed and loops are new, for a second version of some code.
    #[must_use]
    pub fn copy(
        &self,
        loops: &mut Arena<LoopId, Loop>,
        rename: &dyn Fn(LocalId) -> LocalId,
    ) -> Block {
        let mut block = self.clone();
        let mut renamed = Vec::new();
        block.each_mut(&mut |stmt| {
            match &mut stmt.kind {
                StmtKind::For { id, .. } | StmtKind::While { id, .. } => {
                    let fresh = loops.push(loops[*id]);
                    renamed.push((*id, fresh));
                    *id = fresh;
                }
                StmtKind::Break(id) | StmtKind::Continue(id) => {
                    // The innermost loop comes last; loops around the block keep their id.
                    if let Some((_, fresh)) = renamed.iter().rev().find(|(old, _)| old == id) {
                        *id = *fresh;
                    }
                }
                StmtKind::GilRelease(work) => work.rename(rename),
                _ => {}
            }
            stmt.parts_mut(&mut |part| match part {
                PartMut::Operand(Operand::Local(l), _) | PartMut::Local(l, _) => *l = rename(*l),
                PartMut::Operand(Operand::Const(_), _) => {}
            });
        });
        block
    }
}

impl Stmt {
    /// Every local that the statement itself names, with what it does with it.
    pub fn locals(&self, f: &mut dyn FnMut(LocalId, Access)) {
        self.parts(&mut |part| match part {
            Part::Operand(Operand::Local(l), access) => f(*l, access),
            Part::Local(l, access) => f(l, access),
            Part::Operand(Operand::Const(_), _) => {}
        });
        if let StmtKind::GilRelease(work) = &self.kind {
            work.locals(&mut |l| f(l, Access::Read));
        }
    }

    /// Every local that the statement or the blocks below it name.
    pub fn locals_deep(&self, f: &mut dyn FnMut(LocalId, Access)) {
        self.locals(f);
        self.blocks(&mut |block| block.each_local(f));
    }

    /// Whether control never goes on to the next statement.
    #[must_use]
    pub fn diverges(&self) -> bool {
        match &self.kind {
            StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::EndCall(_)
            | StmtKind::Reraise { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_) => true,
            StmtKind::If {
                then, otherwise, ..
            } => then.diverges() && otherwise.diverges(),
            StmtKind::Gil(_, block) => block.diverges(),
            StmtKind::Try { body, handler, .. } => body.diverges() && handler.diverges(),
            _ => false,
        }
    }

    /// Whether the statement gives `local` a new value, empties it or changes its elements; `program` says which
    /// arguments are passed as `mut` or `own`.
    pub fn changes(&self, program: &Signatures, f: &mut dyn FnMut(LocalId)) {
        let modes = program.arg_modes(self);
        self.locals(&mut |local, access| match access {
            Access::Read => {}
            Access::Write | Access::Bind | Access::Take | Access::Store | Access::Lend => f(local),
            Access::Arg(i) => {
                if modes.get(i) != Some(&ParamMode::Read) {
                    f(local);
                }
            }
        });
    }

    /// Whether the statement says what an alias names from here on.
    #[must_use]
    pub fn binds_alias(&self, locals: &Arena<LocalId, super::Local>) -> bool {
        match &self.kind {
            StmtKind::Alias { .. } => true,
            StmtKind::Assign {
                dst: Some(dst),
                value: Rvalue::Borrowing { .. },
            } => locals[*dst].alias,
            _ => false,
        }
    }

    /// As [`Stmt::changes`], the blocks below included.
    pub fn changes_deep(&self, program: &Signatures, f: &mut dyn FnMut(LocalId)) {
        self.changes(program, f);
        self.blocks(&mut |block| block.each(&mut |stmt| stmt.changes(program, f)));
    }
}

impl Operand {
    /// The local, if it is one.
    #[must_use]
    pub fn local(&self) -> Option<LocalId> {
        match self {
            Operand::Local(l) => Some(*l),
            Operand::Const(_) => None,
        }
    }
}

impl super::Work {
    /// Every local that the estimate reads.
    pub fn locals(&self, f: &mut dyn FnMut(LocalId)) {
        match self {
            super::Work::Nanos(_) | super::Work::Unknown => {}
            super::Work::Len(l, _) | super::Work::Int(Operand::Local(l)) => f(*l),
            super::Work::Int(Operand::Const(_)) => {}
            super::Work::Add(a, b) | super::Work::Mul(a, b) => {
                a.locals(f);
                b.locals(f);
            }
            super::Work::Div(a, _) => a.locals(f),
        }
    }

    fn rename(&mut self, rename: &dyn Fn(LocalId) -> LocalId) {
        match self {
            super::Work::Len(l, _) | super::Work::Int(Operand::Local(l)) => *l = rename(*l),
            super::Work::Add(a, b) | super::Work::Mul(a, b) => {
                a.rename(rename);
                b.rename(rename);
            }
            super::Work::Div(a, _) => a.rename(rename),
            _ => {}
        }
    }
}
