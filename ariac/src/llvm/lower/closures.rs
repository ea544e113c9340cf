//! Function values: the address of an environment,
//!
//! ```text
//! { ptr code, ptr drop, i64 owners, captured… }
//! ```
//!
//! * `code` takes the environment and the arguments, and returns as a function that may fail. It hands what was captured
//!   to the function's own code, in whose place LLVM puts it.
//! * `owners` counts those of an environment on the heap, atomically, since threads may share it. One that borrows is on
//!   the stack, one that captures nothing is a constant; both are never dropped.
//! * Captured is the value, or, of a block that borrows, the address of the variable.
//!
//! A function that calls such a value and is put in its caller's place, as `each` is, knows the environment: LLVM then
//! finds the code, and the block's body becomes part of the loop.

use super::Lowering;
use crate::hir::ParamMode;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::context::ModuleCx;
use crate::llvm::glue::function_value::{CAPTURED, CODE, DROP, NOT_COUNTED, OWNERS, drop_glue};
use crate::llvm::heap;
use crate::llvm::layout::{FunctionAbi, ParamAbi};
use crate::llvm::multiversion::{self, Level};
use crate::arena::Id;
use crate::mir::{Captures, FnId, Function, LocalId, Operand};
use crate::types::{FnTy, Ty};
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::{BasicTypeEnum, StructType};
use inkwell::values::{FunctionValue, PointerValue};

impl<'c> Lowering<'_, 'c> {
    /// A function value that owns what it captured.
    pub(super) fn closure(&mut self, function: FnId, captures: &[Operand]) -> Val<'c> {
        let code = code(self.cx, self.b.level, function);
        let code = code.as_global_value().as_pointer_value();
        if captures.is_empty() {
            return self.constant_environment(code).into();
        }
        let types: Vec<Ty> = captures.iter().map(|capture| self.operand_ty(capture)).collect();
        let values: Vec<BasicTypeEnum> = types.iter().map(|ty| self.cx.value_type(ty)).collect();
        let env = environment(self.cx, &values);
        let drop = drop_glue(self.cx, &types, env);
        // The memory comes first: when there is none, what is captured must still have its owners.
        let bytes = self.b.i64(self.cx.size(env.into()) as i64);
        let block = heap::allocate(&self.b, bytes);
        self.check_memory(block);
        let values = captures.iter().map(|capture| self.take_operand(capture));
        let values: Vec<_> = values.collect();
        let drop = drop.as_global_value().as_pointer_value();
        let owner = self.b.i64(1);
        self.write_environment(env, block.into_pointer_value(), code, drop, owner, &values);
        block
    }

    /// A function value that borrows variables.
    pub(super) fn borrowing(&mut self, function: FnId, captures: &[LocalId]) -> Val<'c> {
        let code = code(self.cx, self.b.level, function);
        let code = code.as_global_value().as_pointer_value();
        let ptr = self.cx.types.ptr;
        let env = environment(self.cx, &vec![ptr.into(); captures.len()]);
        let at = self.b.slot(env, "environment");
        let places: Vec<Val> = captures.iter().map(|&local| self.slot(local).into()).collect();
        let not_counted = self.b.i64(NOT_COUNTED);
        self.write_environment(env, at, code, ptr.const_null(), not_counted, &places);
        at.into()
    }

    fn write_environment(
        &self,
        env: StructType<'c>,
        at: PointerValue<'c>,
        code: PointerValue<'c>,
        drop: PointerValue<'c>,
        owners: Val<'c>,
        captured: &[Val<'c>],
    ) {
        let part = |index| self.b.part_address(env.into(), at, index);
        self.b.store(code.into(), part(CODE));
        self.b.store(drop.into(), part(DROP));
        self.b.store(owners, part(OWNERS));
        for (index, &value) in (CAPTURED..).zip(captured) {
            self.b.store(value, part(index));
        }
    }

    fn constant_environment(&self, code: PointerValue<'c>) -> PointerValue<'c> {
        let types = &self.cx.types;
        let null = types.ptr.const_null();
        let not_counted = types.i64.const_int(NOT_COUNTED as u64, true);
        let parts = [code.into(), null.into(), not_counted.into()];
        let value = types.env.const_named_struct(&parts);
        self.cx.constant("environment", value).as_pointer_value()
    }

    /// Calls a function value.
    pub(super) fn call_value(&mut self, callee: LocalId, args: &[Operand]) -> Option<Val<'c>> {
        let Ty::Fn(ty) = self.ty(callee) else {
            unreachable!("only function values are called: MIR's verifier says so");
        };
        let abi = FunctionAbi::of_value(self.cx, ty);
        let env = self.read(callee);
        let mut flat = vec![env];
        let modes = ty.params.iter().map(|(_, mode)| *mode);
        self.arguments(args, modes, &abi.params, &mut flat);
        let env_ty = self.cx.types.env.into();
        let at = self.b.part_address(env_ty, env.into_pointer_value(), CODE);
        let code = self.b.load(self.cx.types.ptr, at).into_pointer_value();
        let result = abi.call_at(&self.b, code, &flat);
        self.result(result, &ty.ret)
    }
}

/// The type of an environment with so much captured.
fn environment<'c>(cx: &ModuleCx<'c>, captured: &[BasicTypeEnum<'c>]) -> StructType<'c> {
    let mut parts = cx.types.env.get_field_types();
    parts.extend(captured);
    cx.context.struct_type(&parts, false)
}

/// What a function value of this function calls.
fn code<'c>(cx: &ModuleCx<'c>, level: Level, id: FnId) -> FunctionValue<'c> {
    let name = format!("{}.value", cx.names[id.index()]);
    let symbol = cx.symbol(&name, level);
    if let Some(known) = cx.module.get_function(&symbol) {
        return known;
    }
    let function = &cx.program.functions[id];
    let captured = function.captures.map_or(0, |(captured, _)| captured);
    let abi = FunctionAbi::of_value(cx, &value_type(function, captured));
    let code = cx.module.add_function(&symbol, abi.ty, Some(Linkage::Internal));
    multiversion::target(cx, code, level);
    cx.add_attribute(code, AttributeLoc::Function, "nounwind", 0);

    let b = Builder::new(cx, code, level);
    let handle = cx.function(level, id);
    let mut flat = captured_arguments(&b, function, &handle.abi);
    flat.extend((1..code.count_params() as usize).map(|index| b.param(index)));
    let result = handle.call_in_code(&b, &flat);
    let failed = result.failed.map_or_else(|| b.bool(false), Into::into);
    b.ret(Some(match result.value {
        Some(value) => b.make(&[failed, value]),
        None => failed,
    }));
    b.finish();
    code
}

/// The arguments for the captured parameters, out of the environment that comes first.
fn captured_arguments<'c>(
    b: &Builder<'_, 'c>,
    function: &Function,
    abi: &FunctionAbi<'c>,
) -> Vec<Val<'c>> {
    let mut flat = Vec::new();
    let Some((captured, how)) = function.captures else {
        return flat;
    };
    let params = function.params[..captured].iter();
    let types: Vec<BasicTypeEnum> = params
        .map(|param| b.cx.value_type(&function.locals[param.local].ty))
        .collect();
    let parts = match how {
        Captures::ByValue => types.clone(),
        Captures::ByReference => vec![b.cx.types.ptr.into(); captured],
    };
    let env = environment(b.cx, &parts);
    let at = b.param(0).into_pointer_value();
    for ((index, &ty), &abi) in (CAPTURED..).zip(&types).zip(&abi.params) {
        let part = b.part_address(env.into(), at, index);
        let place = match how {
            Captures::ByValue => part,
            Captures::ByReference => b.load(b.cx.types.ptr, part).into_pointer_value(),
        };
        let value = match abi {
            ParamAbi::Slot(_) | ParamAbi::Large(_) => place.into(),
            _ => b.load(ty, place),
        };
        abi.flatten(b, value, &mut flat);
    }
    flat
}

/// The type of a function without what it captures.
fn value_type(function: &Function, captured: usize) -> FnTy {
    let ty = |local| function.locals[local].ty.clone();
    let params = function.params[captured..].iter();
    FnTy {
        params: params.map(|param| (ty(param.local), param.mode)).collect(),
        ret: function.ret.clone(),
    }
}
