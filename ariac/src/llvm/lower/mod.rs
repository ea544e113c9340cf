//! MIR to LLVM IR, one function at a time. Groups of instructions have a file each:
//!
//! * [`stmt`]: statements, loops, leaving; [`rvalue`]: the table of what computes a value
//! * [`scalar`]: numbers; [`width`]: integers of all widths; [`checked`]: those that may not fit; `mathlib` beside this directory: functions of numbers
//! * [`slots`]: locals, and owning and dropping what they hold
//! * [`array`]: elements, allocation; [`map`]: fresh arrays; [`reduce`], [`lanes`], [`block_sums`], [`int_sum`]: one value of many;
//!   [`kernel`]: what kernels are made of; [`parallel`]: kernels on several threads
//! * [`strided`]: what becomes of strided arrays at higher CPU levels
//! * [`errors`]: catching; [`closures`]: function values
//! * [`parts`]: fields of tuples and declared types; [`list`]
//! * [`strings`], [`python`], [`calls`], [`runtime_calls`]

mod ahead;
mod array;
mod block_sums;
mod calls;
mod checked;
mod closures;
mod describe;
mod errors;
mod gather;
mod int_sum;
mod kernel;
mod lanes;
mod list;
mod loops;
mod map;
mod mentions;
mod nd;
mod parallel;
mod parts;
mod pieces;
mod python;
mod reduce;
mod runtime_calls;
mod rvalue;
mod scalar;
mod slots;
mod stmt;
mod strided;
mod strings;
mod width;
mod work;

pub(super) use width::Width;

use super::builder::{Builder, Val};
use super::context::ModuleCx;
use super::function::FunctionHandle;
use super::runtime::RtFn;
use super::stack;
use crate::mir::{FnId, Function, LocalId, LoopId, Wishes};
use crate::source::Span;
use crate::types::Ty;
use gather::Overflow;
use inkwell::basic_block::BasicBlock;
use inkwell::debug_info::DISubprogram;
use inkwell::types::BasicTypeEnum;
use inkwell::values::PointerValue;
use slots::Slot;
use std::collections::HashMap;
use strided::Contiguous;

/// Lowers the body of a function that is declared.
pub(super) fn lower_function(cx: &ModuleCx<'_>, id: FnId) {
    let level = cx.level;
    let handle = cx.function(level, id);
    let function = &cx.program.functions[id];
    let b = Builder::new(cx, handle.value, level);
    let mut lowering = Lowering::new(b, function, Exit::Function(handle));
    lowering.wish(function.wishes);
    lowering.describe_for_debuggers();
    lowering.bind_gil();
    lowering.bind_params();
    lowering.bind_result();
    lowering.bind_owned_locals();
    lowering.pass_strided_on(id);
    if cx.calls.looks_at_stack(id) {
        lowering.check_stack();
    }
    lowering.block(&function.body);
    lowering.finish();
}

/// How control leaves the LLVM function that is being built.
enum Exit<'c> {
    /// A function of the program.
    Function(FunctionHandle<'c>),
    /// The body of a parallel loop: `i32` 0, or 1 after a failure.
    ParallelBody,
    /// A function that does not fail.
    Never,
}

/// Where a function that may fail and gives a value returns: both parts of what it returns lie in memory until then.
///
/// They become two values that meet in one block. A pair that is made in each place and meets there as a pair is a value
/// that LLVM cannot see through once the function is inlined: it would test for failure where there was none.
#[derive(Clone, Copy)]
struct Leaving<'c> {
    block: BasicBlock<'c>,
    failed: PointerValue<'c>,
    value: PointerValue<'c>,
}

/// The state while one LLVM function is built.
struct Lowering<'m, 'c> {
    b: Builder<'m, 'c>,
    cx: &'m ModuleCx<'c>,
    function: &'c Function,
    exit: Exit<'c>,
    /// Where the current statement comes from.
    span: Span,
    /// The memory of each local, by its index; none before it is met.
    slots: Vec<Option<Slot<'c>>>,
    /// Where `break` and `continue` go.
    loops: HashMap<LoopId, (BasicBlock<'c>, BasicBlock<'c>)>,
    /// Where failures go.
    failure: BasicBlock<'c>,
    /// The one return of a function that may fail and gives a value.
    leaving: Option<Leaving<'c>>,
    /// Owned values of array operations under way, dropped on failure; empty between statements.
    hidden: Vec<(PointerValue<'c>, Ty)>,
    /// Holds the thread's state while the GIL is released.
    gil: Option<PointerValue<'c>>,
    overflow: Overflow<'c>,
    /// Whether each local lives in kernels only: see [`mentions::private_locals`].
    private: Vec<bool>,
    subprogram: Option<DISubprogram<'c>>,
    /// What is known of arrays after strided ones have been passed on.
    contiguous: Contiguous,
    /// Whether the code is the slow one of two versions.
    in_slow_version: bool,
    /// The sums that are not to be changed while turns are looked at: see [`ahead`].
    sums_ahead: Vec<LocalId>,
    /// What attributes ask of the code here.
    wishes: Wishes,
}

impl<'m, 'c> Lowering<'m, 'c> {
    fn new(b: Builder<'m, 'c>, function: &'c Function, exit: Exit<'c>) -> Self {
        let failure = b.block("failure");
        let cx = b.cx;
        Lowering {
            b,
            cx,
            function,
            exit,
            span: function.span,
            slots: vec![None; function.locals.len()],
            loops: HashMap::new(),
            failure,
            leaving: None,
            hidden: Vec::new(),
            gil: None,
            overflow: Overflow::Raise,
            private: mentions::private_locals(&function.body, function.locals.len()),
            subprogram: None,
            contiguous: Contiguous::default(),
            in_slow_version: false,
            sums_ahead: Vec::new(),
            wishes: Wishes::default(),
        }
    }

    /// Says what is asked of the code that follows.
    fn wish(&mut self, wishes: Wishes) {
        self.wishes = wishes;
        self.b.set_fast(wishes.fast);
    }

    /// Ends the function: builds the path of failures, which every check shares.
    fn finish(self) {
        if !self.b.is_ended() {
            // MIR's bodies return on every path, so this place has no way in.
            self.b.unreachable();
        }
        self.b.enter(self.failure);
        self.drop_everything(true);
        let b = &self.b;
        match &self.exit {
            Exit::ParallelBody => b.ret(Some(b.i32(1))),
            Exit::Never => b.unreachable(),
            Exit::Function(handle) => match (handle.abi.raises, handle.abi.ret) {
                (true, None) => b.ret(Some(b.bool(true))),
                (true, Some(ty)) => self.return_pair(ty),
                // Nothing in the function fails, so this place has no way in.
                (false, _) => b.unreachable(),
            },
        }
        self.b.finish();
    }

    /// Prepares the return of a function that may fail and gives a value.
    fn bind_result(&mut self) {
        let Exit::Function(handle) = &self.exit else {
            return;
        };
        if let (true, Some(ty)) = (handle.abi.raises, handle.abi.ret) {
            self.leaving = Some(Leaving {
                block: self.b.block("leave"),
                failed: self.b.slot(self.cx.types.i1, "failed"),
                value: self.b.slot(ty, "result"),
            });
        }
    }

    /// Ends the path of failures, and builds the return itself.
    fn return_pair(&self, ty: BasicTypeEnum<'c>) {
        let b = &self.b;
        let leaving = self
            .leaving
            .expect("a function that may fail and gives a value has a place to return from");
        b.store(b.bool(true), leaving.failed);
        b.go(leaving.block);
        b.enter(leaving.block);
        let failed = b.load(self.cx.types.i1, leaving.failed);
        // After a failure this is whatever was there: nobody looks at it.
        let value = b.load(ty, leaving.value);
        b.ret(Some(b.make(&[failed, value])));
    }

    /// Raises with `raise` when `condition` holds.
    fn fail_if(&mut self, condition: Val<'c>, raise: impl FnOnce(&mut Self)) {
        if let Val::IntValue(known) = condition
            && known.get_zero_extended_constant() == Some(0)
        {
            return;
        }
        let (cold, next) = (self.b.block("raise"), self.b.block("fine"));
        self.b.branch_rarely(condition, cold, next);
        self.b.enter(cold);
        raise(self);
        self.b.go(self.failure);
        self.b.enter(next);
    }

    /// Fails when `condition` holds: an error is pending already.
    fn propagate_if(&mut self, condition: Val<'c>) {
        let next = self.b.block("fine");
        self.b.branch_rarely(condition, self.failure, next);
        self.b.enter(next);
    }

    /// Calls a function of the runtime.
    fn rt(&self, function: RtFn, args: &[Val<'c>]) -> Option<Val<'c>> {
        self.b.call(function.declare(self.cx), args)
    }

    /// Calls a function of the runtime that returns a value.
    fn rt_value(&self, function: RtFn, args: &[Val<'c>]) -> Val<'c> {
        self.rt(function, args)
            .expect("the runtime's table says that the function returns a value")
    }

    /// The `Location*` of the current statement.
    fn location(&self) -> Val<'c> {
        self.cx.location(self.span, &self.function.name).into()
    }

    /// A `Text*`.
    fn text(&self, text: &str) -> Val<'c> {
        self.cx.text(text).into()
    }

    /// Raises `kind("message")` when `condition` holds.
    fn fail_with(&mut self, condition: Val<'c>, kind: aria_abi::codes::ErrorKind, message: &str) {
        self.fail_if(condition, |this| {
            let kind = this.b.i32(kind as u32);
            let message = this.cx.string(message).into();
            let location = this.location();
            this.rt(RtFn::aria_rt_raise, &[kind, message, location]);
        });
    }

    /// RecursionError when the stack is nearly used up.
    fn check_stack(&mut self) {
        let low = self.b.block("raise");
        stack::look(&self.b, low);
        let fine = self.b.here();
        self.b.enter(low);
        let location = self.location();
        self.rt(RtFn::aria_rt_raise_recursion, &[location]);
        self.b.go(self.failure);
        self.b.enter(fine);
    }
}

/// All bits 0.
pub(super) fn zero(ty: inkwell::types::BasicTypeEnum<'_>) -> Val<'_> {
    use inkwell::types::BasicTypeEnum as T;
    match ty {
        T::ArrayType(ty) => ty.const_zero().into(),
        T::FloatType(ty) => ty.const_zero().into(),
        T::IntType(ty) => ty.const_zero().into(),
        T::PointerType(ty) => ty.const_zero().into(),
        T::StructType(ty) => ty.const_zero().into(),
        T::VectorType(ty) => ty.const_zero().into(),
        T::ScalableVectorType(ty) => ty.const_zero().into(),
    }
}
