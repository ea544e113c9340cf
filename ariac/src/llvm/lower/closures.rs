//! Function values: `{ ptr code, ptr env }`.
//!
//! `code` takes the environment and the arguments, and returns as a function that may fail. It hands what was captured to
//! the function's own code, in whose place LLVM puts it. The environment is null when nothing is captured, else
//!
//! ```text
//! { ptr drop, i64 owners, captured… }
//! ```
//!
//! * `owners` counts those of an environment on the heap, atomically, since threads may share it; the last one calls
//!   `drop`. An environment that borrows is on the stack, is not counted, and never dropped.
//! * Captured is the value, or, of a block that borrows, the address of the variable.
//!
//! The code is not in the environment: so a function that calls such a value and is put in its caller's place, as `each`
//! is, knows the code, and the block's body becomes part of its loop.

use super::Lowering;
use crate::arena::Id;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::context::ModuleCx;
use crate::llvm::glue::function_value::{CAPTURED, DROP, NOT_COUNTED, OWNERS, drop_glue};
use crate::llvm::heap;
use crate::llvm::layout::{FunctionAbi, ParamAbi};
use crate::llvm::multiversion::{self, Level};
use crate::mir::{Captures, FnId, Function, LocalId, Operand};
use crate::types::Ty;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::{BasicTypeEnum, StructType};
use inkwell::values::{FunctionValue, PointerValue};

impl<'c> Lowering<'_, 'c> {
    /// A function value that owns what it captured.
    pub(super) fn closure(&mut self, function: FnId, captures: &[Operand]) -> Val<'c> {
        let code = code(self.cx, self.b.level, function);
        if captures.is_empty() {
            return self.function_value(code, self.b.null());
        }
        let types = captures.iter().map(|capture| self.operand_ty(capture));
        let types: Vec<Ty> = types.collect();
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
        self.write_environment(env, block.into_pointer_value(), drop, owner, &values);
        self.function_value(code, block)
    }

    /// A function value that borrows variables.
    pub(super) fn borrowing(&mut self, function: FnId, captures: &[LocalId]) -> Val<'c> {
        let code = code(self.cx, self.b.level, function);
        let ptr = self.cx.types.ptr;
        let env = environment(self.cx, &vec![ptr.into(); captures.len()]);
        let at = self.b.slot(env, "environment");
        let places = captures.iter().map(|&local| self.slot(local).into());
        let places: Vec<Val> = places.collect();
        let not_counted = self.b.i64(NOT_COUNTED);
        self.write_environment(env, at, ptr.const_null(), not_counted, &places);
        self.function_value(code, at.into())
    }

    fn function_value(&self, code: FunctionValue<'c>, env: Val<'c>) -> Val<'c> {
        let code = code.as_global_value().as_pointer_value();
        self.b.make(&[code.into(), env])
    }

    fn write_environment(
        &self,
        env: StructType<'c>,
        at: PointerValue<'c>,
        drop: PointerValue<'c>,
        owners: Val<'c>,
        captured: &[Val<'c>],
    ) {
        let part = |index| self.b.part_address(env.into(), at, index);
        self.b.store(drop.into(), part(DROP));
        self.b.store(owners, part(OWNERS));
        for (index, &value) in (CAPTURED..).zip(captured) {
            self.b.store(value, part(index));
        }
    }

    /// Calls a function value.
    pub(super) fn call_value(&mut self, callee: LocalId, args: &[Operand]) -> Option<Val<'c>> {
        let Ty::Fn(ty) = self.ty(callee) else {
            unreachable!("only function values are called: MIR's verifier says so");
        };
        let abi = FunctionAbi::of_value(self.cx, ty);
        let value = self.read(callee);
        let mut flat = vec![self.b.part(value, 1)];
        let modes = ty.params.iter().map(|(_, mode)| *mode);
        self.arguments(args, modes, &abi.params, &mut flat);
        let code = self.b.part(value, 0).into_pointer_value();
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
    let Ty::Fn(ty) = function.value_ty() else {
        unreachable!("a function as a value has a function's type");
    };
    let abi = FunctionAbi::of_value(cx, &ty);
    let code = cx
        .module
        .add_function(&symbol, abi.ty, Some(Linkage::Internal));
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
