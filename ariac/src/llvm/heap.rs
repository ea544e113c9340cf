//! Memory for boxed values, lists and environments: C's `malloc` and `free`, which LLVM knows. A value that does not leave
//! its function may so lose its block.

use super::builder::{Builder, Val};
use super::context::ModuleCx;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::values::FunctionValue;

/// `malloc`: so many bytes (not 0), 16-byte aligned, or null.
pub(super) fn allocate<'c>(b: &Builder<'_, 'c>, bytes: Val<'c>) -> Val<'c> {
    let (ptr, i64) = (b.cx.types.ptr, b.cx.types.i64.into());
    let malloc = declare(b.cx, "malloc", || ptr.fn_type(&[i64], false));
    b.call(malloc, &[bytes]).expect("malloc returns a pointer")
}

/// `free`.
pub(super) fn free<'c>(b: &Builder<'_, 'c>, pointer: Val<'c>) {
    let ptr = b.cx.types.ptr.into();
    let void = b.cx.context.void_type();
    let free = declare(b.cx, "free", || void.fn_type(&[ptr], false));
    b.call(free, &[pointer]);
}

/// A function of the C library; LLVM adds what it knows of it.
fn declare<'c>(
    cx: &ModuleCx<'c>,
    name: &str,
    ty: impl FnOnce() -> inkwell::types::FunctionType<'c>,
) -> FunctionValue<'c> {
    if let Some(known) = cx.module.get_function(name) {
        return known;
    }
    let linkage = Some(Linkage::External);
    let function = cx.module.add_function(name, ty(), linkage);
    cx.add_attribute(function, AttributeLoc::Function, "nounwind", 0);
    function
}
