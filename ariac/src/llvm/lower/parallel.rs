//! Kernels on several threads: the loop becomes a function of its own, which gets copies of what the kernel reads.

use super::array::Elements;
use super::kernel::Terms;
use super::mentions::Mentions;
use super::{Exit, Lowering};
use crate::llvm::builder::{Builder, Val};
use crate::llvm::multiversion;
use crate::llvm::runtime::RtFn;
use crate::mir::{Kernel, LocalId};
use crate::types::Ty;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::{BasicTypeEnum, StructType};
use inkwell::values::{FunctionValue, PointerValue};

/// Chunks begin at multiples of this many elements: a page of the smallest, and enough work to be worth a thread.
const GRAIN: i64 = 4096;

impl<'c> Lowering<'_, 'c> {
    /// Computes all elements at `data`, in chunks.
    pub(super) fn parallel_map(
        &mut self,
        sources: &[LocalId],
        kernel: &Kernel,
        data: PointerValue<'c>,
        len: Val<'c>,
    ) {
        let mut inside = Mentions::of(&kernel.body, self.function.locals.len());
        inside.operand(&kernel.result);
        for &source in sources {
            inside.read(source);
        }
        for &param in &kernel.params {
            inside.write(param);
        }
        let captured: Vec<LocalId> = inside.locals().filter(|&l| inside.writes(l) == 0).collect();
        let own: Vec<LocalId> = inside.locals().filter(|&l| inside.writes(l) > 0).collect();

        let mut types: Vec<BasicTypeEnum> = vec![self.cx.types.ptr.into()];
        types.extend(captured.iter().map(|&l| self.cx.value_type(self.ty(l))));
        let context_ty = self.cx.context.struct_type(&types, false);
        let context = self.b.slot(context_ty, "captured");
        let place = |this: &Self, i| this.b.part_address(context_ty.into(), context, i);
        self.b.store(data.into(), place(self, 0));
        for (i, &local) in (1..).zip(&captured) {
            let value = self.read(local);
            self.b.store(value, place(self, i));
        }
        let body = self.parallel_body(sources, kernel, context_ty, &captured, &own);
        let pointer = body.as_global_value().as_pointer_value();
        let args = [len, self.b.i64(GRAIN), pointer.into(), context.into()];
        self.status(RtFn::aria_rt_parallel_for, &args);
    }

    /// `i32 (ptr context, i64 lo, i64 hi)`.
    fn parallel_body(
        &mut self,
        sources: &[LocalId],
        kernel: &Kernel,
        context_ty: StructType<'c>,
        captured: &[LocalId],
        own: &[LocalId],
    ) -> FunctionValue<'c> {
        let cx = self.cx;
        let (ptr, i64) = (cx.types.ptr.into(), cx.types.i64.into());
        let ty = cx.types.i32.fn_type(&[ptr, i64, i64], false);
        let symbol = cx.symbol(&format!("{}.parallel", self.function.name), self.b.level);
        let function = cx.module.add_function(&symbol, ty, Some(Linkage::Internal));
        multiversion::target(cx, function, self.b.level);
        cx.add_attribute(function, AttributeLoc::Function, "nounwind", 0);

        let b = Builder::new(cx, function, self.b.level);
        let mut inner = Lowering::new(b, self.function, Exit::ParallelBody);
        inner.span = self.span;
        inner.wish(self.wishes);
        inner.describe_for_debuggers();
        let context = inner.b.param(0).into_pointer_value();
        let place =
            |inner: &Lowering<'_, 'c>, i| inner.b.part_address(context_ty.into(), context, i);
        let data = inner.b.load(cx.types.ptr, place(&inner, 0));
        for (i, &local) in (1..).zip(captured) {
            let ty = cx.value_type(self.ty(local));
            let value = inner.b.load(ty, place(&inner, i));
            let slot = inner.b.slot(ty, "captured");
            inner.b.store(value, slot);
            inner.bind(local, slot, false);
        }
        for &local in own {
            if self.ty(local).is_owned() && !self.function.locals[local].alias {
                inner.bind_owned(local);
            }
        }
        let terms = Terms {
            kernel,
            sources: sources.iter().map(|&s| inner.elements(s)).collect(),
            types: sources
                .iter()
                .map(|&s| inner.element_ty(s))
                .collect::<Vec<&Ty>>(),
        };
        let to = Elements {
            data: data.into_pointer_value(),
            len: terms.len(),
            stride: None,
        };
        let (lo, hi) = (inner.b.param(1), inner.b.param(2));
        inner.map_range(&terms, to, lo, hi);
        inner.drop_everything(false);
        inner.b.ret(Some(inner.b.i32(0)));
        inner.finish();
        function
    }
}
