//! Calls of Aria functions and of libraries.

use super::Lowering;
use crate::hir::{NativeAbi, ParamMode};
use crate::llvm::builder::Val;
use crate::llvm::function::CallResult;
use crate::llvm::layout::ParamAbi;
use crate::llvm::nd;
use crate::mir::{FnId, Native, NativeId, Operand};
use crate::types::Ty;
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::BasicType;
use inkwell::values::FunctionValue;

impl<'c> Lowering<'_, 'c> {
    pub(super) fn call(&mut self, callee: FnId, args: &[Operand]) -> Option<Val<'c>> {
        let function = &self.cx.program.functions[callee];
        let handle = self.cx.function(self.b.level, callee);
        let modes = function.params.iter().map(|param| param.mode);
        let mut flat = Vec::new();
        self.arguments(args, modes, &handle.abi.params, &mut flat);
        let result = handle.call_in_code(&self.b, &flat);
        self.result(result, &function.ret)
    }

    /// What came back from a call; it fails when the callee did.
    pub(super) fn result(&mut self, result: CallResult<'c>, ret: &Ty) -> Option<Val<'c>> {
        if let Some(failed) = result.failed {
            self.propagate_if(failed.into());
        }
        match ret {
            Ty::PythonArray(_) => result.value.map(|borrow| self.handle_of_borrow(borrow)),
            _ => result.value,
        }
    }

    /// Appends the LLVM arguments for a call.
    pub(super) fn arguments(
        &mut self,
        args: &[Operand],
        modes: impl Iterator<Item = ParamMode>,
        abis: &[ParamAbi<'c>],
        flat: &mut Vec<Val<'c>>,
    ) {
        for ((arg, mode), abi) in args.iter().zip(modes).zip(abis) {
            let value = match abi {
                ParamAbi::Slot(_) => match arg {
                    Operand::Local(local) => self.slot(*local).into(),
                    Operand::Const(constant) => {
                        let value = self.constant(constant);
                        let at = self.b.slot(value.get_type(), "argument");
                        self.b.store(value, at);
                        at.into()
                    }
                },
                ParamAbi::Large(ty) => match arg {
                    Operand::Local(local) if mode != ParamMode::Own => self.slot(*local).into(),
                    arg => {
                        let value = self.take_operand(arg);
                        let at = self.b.slot(*ty, "argument");
                        self.b.store(value, at);
                        at.into()
                    }
                },
                ParamAbi::View => {
                    let value = if mode == ParamMode::Own {
                        self.take_operand(arg)
                    } else {
                        self.operand(arg)
                    };
                    self.as_view(&self.operand_ty(arg), value)
                }
                _ if mode == ParamMode::Own => self.take_operand(arg),
                _ => self.operand(arg),
            };
            abi.flatten(&self.b, value, flat);
        }
    }

    pub(super) fn call_native(&mut self, callee: NativeId, args: &[Operand]) -> Option<Val<'c>> {
        let native = &self.cx.program.natives[callee];
        if native.abi == NativeAbi::Runtime {
            return self.call_runtime(native, args);
        }
        let function = self.declare_native(native);
        let mut flat = Vec::new();
        for (arg, (ty, _)) in args.iter().zip(&native.params) {
            let value = self.operand(arg);
            match ty {
                Ty::PyArrayView(_) | Ty::Array(_) | Ty::PythonArray(_) => {
                    flat.extend([self.b.part(value, 0), self.b.part(value, 1)]);
                }
                Ty::Nd(_) => {
                    let ty = self.operand_ty(arg);
                    flat.push(self.described(&ty, value));
                }
                Ty::Unit => {}
                _ => flat.push(value),
            }
        }
        match native.abi {
            NativeAbi::C | NativeAbi::Runtime => self.b.call(function, &flat),
            NativeAbi::Rust => {
                let ty = (native.ret != Ty::Unit).then(|| self.cx.element_type(&native.ret));
                let out = ty.map(|ty| self.b.slot(ty, "result"));
                flat.push(out.map_or(self.b.null(), Into::into));
                let status = self
                    .b
                    .call(function, &flat)
                    .expect("the function returns a status");
                let failed = self.b.icmp(IntPredicate::NE, status, self.b.i32(0));
                self.propagate_if(failed);
                let result = self.b.load(ty?, out?);
                Some(self.value_of_element(&native.ret, result))
            }
        }
    }

    /// The address of an array of several dimensions as `aria_abi::view::Raw` has it: where its elements are, how many there are
    /// along each dimension, and the bytes from one to the next.
    fn described(&mut self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        let b = &self.b;
        let (word, rank) = (self.cx.types.i64, ty.rank());
        let slot = b.slot(word.array_type(1 + 2 * u32::from(rank)), "view");
        b.store(b.part(value, 0), slot);
        let mut words = nd::lengths(b, ty, value);
        words.extend((0..rank).map(|axis| nd::stride(b, ty, value, axis)));
        for (at, value) in words.into_iter().enumerate() {
            b.store(value, b.element(word, slot, b.i64(1 + at as i64)));
        }
        slot.into()
    }

    /// C: the C convention. Rust: an `extern "C" fn(params…, out: *mut Result) -> i32` that `aria_abi::export!` makes:
    /// a slice is its address and length, 0 is success, 1 means that an error is pending.
    fn declare_native(&self, native: &Native) -> FunctionValue<'c> {
        let cx = self.cx;
        if let Some(function) = cx.module.get_function(&native.symbol) {
            return function;
        }
        let mut params = Vec::new();
        let mut bools = Vec::new();
        for (ty, _) in &native.params {
            match ty {
                Ty::PyArrayView(_) | Ty::Array(_) | Ty::PythonArray(_) => {
                    params.push(cx.types.ptr.into());
                    params.push(cx.types.i64.into());
                }
                Ty::Nd(_) => params.push(cx.types.ptr.into()),
                Ty::Unit => {}
                ty => {
                    if *ty == Ty::Bool {
                        bools.push(params.len() as u32);
                    }
                    params.push(cx.value_type(ty).into());
                }
            }
        }
        let ty = match (native.abi, &native.ret) {
            (NativeAbi::Rust, _) => {
                params.push(cx.types.ptr.into());
                cx.types.i32.fn_type(&params, false)
            }
            (_, Ty::Unit) => cx.context.void_type().fn_type(&params, false),
            (_, ret) => cx.value_type(ret).fn_type(&params, false),
        };
        let function = cx
            .module
            .add_function(&native.symbol, ty, Some(Linkage::External));
        cx.add_attribute(function, AttributeLoc::Function, "nounwind", 0);
        for index in bools {
            cx.add_attribute(function, AttributeLoc::Param(index), "zeroext", 0);
        }
        if native.abi == NativeAbi::C && native.ret == Ty::Bool {
            cx.add_attribute(function, AttributeLoc::Return, "zeroext", 0);
        }
        function
    }
}
