//! Kernels on several threads: the loop becomes a function of its own, which gets copies of what the kernel reads.

use super::array::Elements;
use super::kernel::Terms;
use super::mentions::Mentions;
use super::{Exit, Lowering};
use crate::llvm::builder::{Builder, Val};
use crate::llvm::multiversion;
use crate::llvm::runtime::RtFn;
use crate::mir::{Block, Kernel, LocalId, LoopId};
use crate::types::Ty;
use inkwell::IntPredicate;
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
        let first = [data.into()];
        self.in_parallel(&inside, &first, (len, GRAIN), |inner, given, (lo, hi)| {
            let terms = Terms {
                kernel,
                sources: sources.iter().map(|&s| inner.elements(s)).collect(),
                types: sources
                    .iter()
                    .map(|&s| inner.element_ty(s))
                    .collect::<Vec<&Ty>>(),
            };
            let to = Elements {
                data: given[0].into_pointer_value(),
                len: terms.len(),
                stride: None,
            };
            inner.map_range(&terms, to, lo, hi);
        });
    }

    /// The turns of a `parallel_for`.
    pub(super) fn parallel_loop(
        &mut self,
        id: LoopId,
        var: LocalId,
        (first, last, inclusive): (Val<'c>, Val<'c>, bool),
        (step, by_one): (Val<'c>, bool),
        body: &Block,
    ) {
        let mut inside = Mentions::of(body, self.function.locals.len());
        inside.write(var);
        let (begin, next) = (self.b.block("begin"), self.b.block("end"));
        let is_empty = self.is_empty_range(first, last, inclusive, step);
        self.b.branch(is_empty, next, begin);
        self.b.enter(begin);
        let turns = self.last_turn(first, last, inclusive, step);
        // As many turns as the greatest Int, or more, never end: that many stand for all.
        let most = self.b.i64(i64::MAX - 1);
        let is_more = self.b.icmp(IntPredicate::UGT, turns, most);
        let turns = self.b.select(is_more, most, turns);
        let turns = self.b.add(turns, self.b.i64(1));
        let given = [first, step];
        self.in_parallel(&inside, &given, (turns, 1), |inner, given, (lo, hi)| {
            let step = if by_one { inner.b.i64(1) } else { given[1] };
            let at = |turn| inner.b.add(given[0], inner.b.mul(turn, step));
            // The last value is there, and the one after it perhaps not.
            let (first, last) = (at(lo), at(inner.b.sub(hi, inner.b.i64(1))));
            let values = match by_one && !inclusive {
                true => (first, inner.b.add(last, inner.b.i64(1)), false),
                false => (first, last, true),
            };
            inner.count_values(id, var, values, (step, by_one && !inclusive), body);
        });
        self.b.go(next);
        self.b.enter(next);
    }

    /// Runs code on all cores, for the numbers from 0 to the first of the pair, cut at multiples of the second. It gets copies of `given`
    /// and of what it reads of the function's locals; what it writes are its own.
    fn in_parallel(
        &mut self,
        inside: &Mentions,
        given: &[Val<'c>],
        (len, grain): (Val<'c>, i64),
        code: impl FnOnce(&mut Self, &[Val<'c>], (Val<'c>, Val<'c>)),
    ) {
        let captured: Vec<LocalId> = inside.locals().filter(|&l| inside.writes(l) == 0).collect();
        let own: Vec<LocalId> = inside.locals().filter(|&l| inside.writes(l) > 0).collect();
        let mut values = given.to_vec();
        values.extend(captured.iter().map(|&local| self.read(local)));
        let types: Vec<BasicTypeEnum> = values.iter().map(|value| value.get_type()).collect();
        let context_ty = self.cx.context.struct_type(&types, false);
        let context = self.b.slot(context_ty, "captured");
        for (i, value) in (0..).zip(values) {
            let place = self.b.part_address(context_ty.into(), context, i);
            self.b.store(value, place);
        }
        let body = self.parallel_body(context_ty, given.len(), &captured, &own, code);
        let pointer = body.as_global_value().as_pointer_value();
        let args = [len, self.b.i64(grain), pointer.into(), context.into()];
        self.status(RtFn::aria_rt_parallel_for, &args);
    }

    /// `i32 (ptr context, i64 lo, i64 hi)`.
    fn parallel_body(
        &mut self,
        context_ty: StructType<'c>,
        given: usize,
        captured: &[LocalId],
        own: &[LocalId],
        code: impl FnOnce(&mut Self, &[Val<'c>], (Val<'c>, Val<'c>)),
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
        let types = context_ty.get_field_types();
        let given: Vec<Val<'c>> = (0..)
            .zip(&types[..given])
            .map(|(i, ty)| inner.b.load(*ty, place(&inner, i)))
            .collect();
        for (i, &local) in (given.len() as u32..).zip(captured) {
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
        let range = (inner.b.param(1), inner.b.param(2));
        code(&mut inner, &given, range);
        inner.drop_everything(false);
        inner.b.ret(Some(inner.b.i32(0)));
        inner.finish();
        function
    }
}
