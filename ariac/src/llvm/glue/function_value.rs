//! Function values: shared environments, counted as strings are. See `lower/closures.rs`.

use super::{Glue, drop_value, recursion};
use crate::llvm::builder::{Builder, Val};
use crate::llvm::context::ModuleCx;
use crate::llvm::heap;
use crate::llvm::multiversion::Level;
use crate::types::Ty;
use inkwell::AtomicRMWBinOp::{Add, Sub};
use inkwell::IntPredicate;
use inkwell::types::StructType;
use inkwell::values::{FunctionValue, PointerValue};

/// Where an environment has its parts.
pub(in crate::llvm) const DROP: u32 = 0;
pub(in crate::llvm) const OWNERS: u32 = 1;
/// The first of what is captured.
pub(in crate::llvm) const CAPTURED: u32 = 2;

/// The count of an environment that is not on the heap: less than 0, never changed.
pub(in crate::llvm) const NOT_COUNTED: i64 = i64::MIN;

/// Another owner of an environment, if there is one.
pub(super) fn share<'c>(b: &Builder<'_, 'c>, env: Val<'c>) {
    let (full, counted, next) = (b.block("share"), b.block("counted"), b.block("shared"));
    let is_there = b.icmp(IntPredicate::NE, env, b.null());
    b.branch(is_there, full, next);
    b.enter(full);
    let owners = part(b, env, OWNERS);
    b.branch(is_counted(b, owners), counted, next);
    b.enter(counted);
    b.atomic_relaxed(Add, owners, b.i64(1));
    b.go(next);
    b.enter(next);
}

/// `void (ptr env, i64)`: one owner less; the last calls the environment's own function.
pub(super) fn glue<'c>(cx: &ModuleCx<'c>, ty: &Ty) -> FunctionValue<'c> {
    cx.glue(Glue::Drop, ty, |function| {
        let b = Builder::new(cx, function, Level::Baseline);
        let (counted, last) = (b.block("counted"), b.block("last"));
        let done = b.block("done");
        let env = b.param(0);
        let owners = part(&b, env, OWNERS);
        b.branch(is_counted(&b, owners), counted, done);
        b.enter(counted);
        let before = b.atomic_release(Sub, owners, b.i64(1));
        b.branch(b.icmp(IntPredicate::EQ, before, b.i64(1)), last, done);
        b.enter(done);
        b.ret(None);
        b.enter(last);
        b.fence_acquire();
        let drop = b
            .load(cx.types.ptr, part(&b, env, DROP))
            .into_pointer_value();
        b.become_call_at(drop, &[env, b.param(1)]);
        b.finish();
    })
}

/// `void (ptr env, i64)`: drops what was captured, and gives the environment back.
pub(in crate::llvm) fn drop_glue<'c>(
    cx: &ModuleCx<'c>,
    types: &[Ty],
    env: StructType<'c>,
) -> FunctionValue<'c> {
    cx.glue(
        Glue::DropEnvironment,
        &Ty::Tuple(types.to_vec()),
        |function| {
            let b = Builder::new(cx, function, Level::Baseline);
            let at = b.param(0).into_pointer_value();
            let owned = (CAPTURED..).zip(types).filter(|(_, ty)| ty.is_owned());
            let mut owned: Vec<(u32, &Ty)> = owned.collect();
            let load = |index| {
                let ty = env.get_field_types()[index as usize];
                b.load(ty, b.part_address(env.into(), at, index))
            };
            let last = owned.pop();
            if owned.iter().any(|(_, ty)| recursion::may_go_deep(cx, ty)) {
                super::drop::look_at_stack(&b);
            }
            for (index, ty) in owned {
                drop_value(&b, ty, load(index));
            }
            let last = last.map(|(index, ty)| (ty, load(index)));
            heap::free(&b, b.param(0));
            match last {
                Some((ty, value)) => super::drop::drop_last(&b, ty, value),
                None => b.ret(None),
            }
            b.finish();
        },
    )
}

fn is_counted<'c>(b: &Builder<'_, 'c>, owners: PointerValue<'c>) -> Val<'c> {
    b.icmp(
        IntPredicate::SGE,
        b.load_relaxed(b.cx.types.i64, owners),
        b.i64(0),
    )
}

/// The address of a part of an environment.
pub(in crate::llvm) fn part<'c>(b: &Builder<'_, 'c>, env: Val<'c>, part: u32) -> PointerValue<'c> {
    b.part_address(b.cx.types.env.into(), env.into_pointer_value(), part)
}
