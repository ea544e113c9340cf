//! Mathematical functions: instructions where the CPU has them, else the C library's.
//!
//! A call of the C library's function says which functions of glibc's `libmvec` compute the same for several numbers
//! at once, so that loops with such calls vectorise. Only those that the level's CPUs run are named. The results of
//! the two may differ in the last places.

use super::builder::{Builder, Val, vector_type};
use super::context::ModuleCx;
use super::lower::Width;
use super::multiversion::Level;
use super::runtime::MEMORY_NONE;
use crate::builtins::MathFn;
use crate::types::Ty;
use inkwell::FloatPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{FunctionValue, PointerValue};

/// A function of numbers, on scalars and, where it [is inline](MathFn::is_inline), vectors. `abs` of integers may fail and is not here.
pub fn call<'c>(b: &Builder<'_, 'c>, function: MathFn, ty: &Ty, args: &[Val<'c>]) -> Val<'c> {
    let shape = args[0].get_type();
    let intrinsic = |name: &str| b.intrinsic(name, &[shape], args);
    if let Some(width) = Width::of(ty) {
        let name = if function == MathFn::Min {
            "min"
        } else {
            "max"
        };
        return intrinsic(&width.intrinsic(name));
    }
    match function {
        MathFn::Min => extreme(b, FloatPredicate::OLT, args[0], args[1]),
        MathFn::Max => extreme(b, FloatPredicate::OGT, args[0], args[1]),
        MathFn::Abs => intrinsic("llvm.fabs"),
        MathFn::Sqrt => intrinsic("llvm.sqrt"),
        MathFn::Floor => intrinsic("llvm.floor"),
        MathFn::Ceil => intrinsic("llvm.ceil"),
        MathFn::Trunc => intrinsic("llvm.trunc"),
        MathFn::Round => intrinsic("llvm.roundeven"),
        MathFn::Copysign => intrinsic("llvm.copysign"),
        _ => library_call(b, function, ty, args),
    }
}

/// The first where it is less (or greater) or nan, else the second: nan if either is.
fn extreme<'c>(b: &Builder<'_, 'c>, less: FloatPredicate, x: Val<'c>, y: Val<'c>) -> Val<'c> {
    let is_less = b.fcmp(less, x, y);
    let is_nan = b.fcmp(FloatPredicate::UNO, x, x);
    b.select(b.or(is_less, is_nan), x, y)
}

fn library_call<'c>(b: &Builder<'_, 'c>, function: MathFn, ty: &Ty, args: &[Val<'c>]) -> Val<'c> {
    let cx = b.cx;
    let single = *ty == Ty::Float32;
    let name = format!("{}{}", function.name(), if single { "f" } else { "" });
    let scalar: BasicTypeEnum = if single {
        cx.types.f32.into()
    } else {
        cx.types.f64.into()
    };
    let declaration = declare(cx, &name, scalar, args.len());
    let (value, call) = b.call_site(declaration, args);
    let variants = declare_variants(cx, b.level, &name, scalar, args.len());
    let attribute = cx
        .context
        .create_string_attribute("vector-function-abi-variant", &variants);
    call.add_attribute(AttributeLoc::Function, attribute);
    value.expect("a mathematical function returns a value")
}

/// A function that only computes: Aria does not look at `errno`.
fn declare<'c>(
    cx: &ModuleCx<'c>,
    name: &str,
    ty: BasicTypeEnum<'c>,
    arity: usize,
) -> FunctionValue<'c> {
    if let Some(function) = cx.module.get_function(name) {
        return function;
    }
    let ty = ty.fn_type(&vec![ty.into(); arity], false);
    let function = cx.module.add_function(name, ty, Some(Linkage::External));
    for (attribute, argument) in [("nounwind", 0), ("willreturn", 0), ("memory", MEMORY_NONE)] {
        cx.add_attribute(function, AttributeLoc::Function, attribute, argument);
    }
    function
}

/// Declares the vector functions that code of this level may call, and names them as LLVM wants it: the name in the
/// vector ABI of LLVM, and in brackets the symbol, for which `b` is SSE, `d` AVX2, `e` AVX-512.
fn declare_variants<'c>(
    cx: &ModuleCx<'c>,
    level: Level,
    name: &str,
    ty: BasicTypeEnum<'c>,
    arity: usize,
) -> String {
    let bits = if ty == cx.types.f32.into() { 32 } else { 64 };
    let parameters = "v".repeat(arity);
    let mut variants = Vec::new();
    for (isa, width) in [('b', 128), ('d', 256), ('e', 512)] {
        if width > level.vector_bits() {
            break;
        }
        let lanes = width / bits;
        let symbol = format!("_ZGV{isa}N{lanes}{parameters}_{name}");
        variants.push(format!("_ZGV_LLVM_N{lanes}{parameters}_{name}({symbol})"));
        if cx.module.get_function(&symbol).is_none() {
            let vector = vector_type(ty, lanes).as_basic_type_enum();
            let function = declare(cx, &symbol, vector, arity);
            let mut kept = cx.vector_functions.borrow_mut();
            kept.push(function);
        }
    }
    variants.join(",")
}

/// The list that keeps declarations until loops are vectorised.
const KEPT: &str = "llvm.compiler.used";

/// Keeps the declared vector functions until loops are vectorised.
pub(super) fn keep_vector_functions(cx: &ModuleCx<'_>) {
    let functions = cx.vector_functions.borrow();
    if functions.is_empty() {
        return;
    }
    let pointers: Vec<PointerValue> = functions
        .iter()
        .map(|function| function.as_global_value().as_pointer_value())
        .collect();
    let list = cx.types.ptr.const_array(&pointers);
    let global = cx.module.add_global(list.get_type(), None, KEPT);
    global.set_linkage(Linkage::Appending);
    global.set_section(Some("llvm.metadata"));
    global.set_initializer(&list);
}

/// Forgets the list: from here on, a vector function that nothing calls is not linked.
pub(super) fn release_vector_functions(cx: &ModuleCx<'_>) {
    if let Some(list) = cx.module.get_global(KEPT) {
        // SAFETY: nothing refers to the list.
        unsafe { list.delete() };
    }
}

/// Whether code calls vector functions; after optimisation.
pub(super) fn calls_vector_functions(cx: &ModuleCx<'_>) -> bool {
    let is_called = |function: &FunctionValue| {
        use inkwell::values::AsValueRef;
        // SAFETY: the function is in the module, which is alive; optimisation does not delete what the list kept.
        !unsafe { llvm_sys::core::LLVMGetFirstUse(function.as_value_ref()) }.is_null()
    };
    cx.vector_functions.borrow().iter().any(is_called)
}
