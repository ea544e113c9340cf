//! How much of the stack is left.
//!
//! A library asks the runtime. A program of its own remembers, for each thread, down to where the stack was found to be
//! enough: that is one comparison with a variable that lies at a known place, and the runtime is asked only when a call
//! goes deeper than any before.

use super::builder::Builder;
use super::context::ModuleCx;
use super::runtime::RtFn;
use inkwell::basic_block::BasicBlock;
use inkwell::module::Linkage;
use inkwell::values::PointerValue;
use inkwell::{IntPredicate, ThreadLocalMode};

/// The variable of a program.
const ENOUGH: &str = "aria.stack.enough";

/// When the runtime says that there is enough, then also for so many bytes more: far less than what it keeps in reserve.
const STEP: i64 = 16 << 10;

/// Goes to `low` when the stack is nearly used up; else the function goes on.
pub(super) fn look<'c>(b: &Builder<'_, 'c>, low: BasicBlock<'c>) {
    let fine = b.block("fine");
    if !b.cx.options.executable {
        ask(b, low, fine);
        return b.enter(fine);
    }
    let (ptr, i64) = (b.cx.types.ptr, b.cx.types.i64);
    let here = b.intrinsic("llvm.stacksave", &[ptr.into()], &[]);
    let here = b.ptrtoint(here, i64);
    let enough = enough(b.cx);
    let is_deeper = b.icmp(IntPredicate::ULT, here, b.load(i64, enough));
    let (deeper, found) = (b.block("deeper"), b.block("found"));
    b.branch_rarely(is_deeper, deeper, fine);
    b.enter(deeper);
    ask(b, low, found);
    b.enter(found);
    b.store(b.sub(here, b.i64(STEP)), enough);
    b.go(fine);
    b.enter(fine);
}

fn ask<'c>(b: &Builder<'_, 'c>, low: BasicBlock<'c>, fine: BasicBlock<'c>) {
    let answer = b
        .call(RtFn::aria_rt_stack_is_low.declare(b.cx), &[])
        .expect("the function returns a value");
    b.branch_rarely(b.icmp(IntPredicate::NE, answer, b.i32(0)), low, fine);
}

/// Every address is below what it begins with.
fn enough<'c>(cx: &ModuleCx<'c>) -> PointerValue<'c> {
    if let Some(known) = cx.module.get_global(ENOUGH) {
        return known.as_pointer_value();
    }
    let global = cx.module.add_global(cx.types.i64, None, ENOUGH);
    global.set_initializer(&cx.types.i64.const_all_ones());
    global.set_linkage(Linkage::Internal);
    global.set_thread_local_mode(Some(ThreadLocalMode::LocalExecTLSModel));
    global.as_pointer_value()
}
