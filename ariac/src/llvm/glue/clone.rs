//! Copying.

use super::{
    Glue, enum_argument, enum_place, function_value, inline_enum, owned_fields, recursion, rt,
};
use crate::llvm::adt::constant_variant;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::context::ModuleCx;
use crate::llvm::heap;
use crate::llvm::lower::zero;
use crate::llvm::multiversion::Level;
use crate::llvm::nd;
use crate::llvm::runtime::RtFn;
use crate::llvm::stack;
use crate::types::{Adt, Ty};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{FunctionValue, PointerValue};

/// Makes copies; see the header of `glue`.
#[derive(Clone, Copy)]
pub(in crate::llvm) struct Cloner<'b, 'm, 'c> {
    /// Where the copies are made.
    pub(in crate::llvm) b: &'b Builder<'m, 'c>,
    /// The `Location*` of errors.
    pub(in crate::llvm) location: Val<'c>,
    /// Where failures go, with an error pending.
    pub(in crate::llvm) failure: BasicBlock<'c>,
}

impl<'c> Cloner<'_, '_, 'c> {
    /// Writes a copy of a value to `to`, which is empty before and stays so, or partly so, after a failure.
    pub(in crate::llvm) fn copy(self, ty: &Ty, value: Val<'c>, to: PointerValue<'c>) {
        let b = self.b;
        match ty {
            ty if !ty.is_owned() => {
                b.store(value, to);
            }
            Ty::Tuple(items) => self.copy_parts(items.iter(), value, to),
            Ty::Adt(adt) if inline_enum(ty).is_some() => {
                let layout = b.cx.adt(adt);
                if layout.is_enum {
                    let argument = enum_argument(b, ty, value);
                    let args = [argument, to.into(), self.location];
                    self.check(b.call(enum_glue(b.cx, ty), &args));
                } else {
                    let fields = layout.variants[0].fields.iter();
                    self.copy_parts(fields.map(|(_, ty)| ty), value, to);
                }
            }
            Ty::Adt(_) | Ty::List(_) => {
                let (pointer, len) = pointer(b, ty, value);
                let (full, next) = (b.block("copy"), b.block("copied"));
                let is_there = b.icmp(IntPredicate::NE, pointer, b.null());
                b.branch(is_there, full, next);
                b.enter(full);
                let args = [pointer, len, to.into(), self.location];
                self.check(b.call(glue(b.cx, ty), &args));
                b.go(next);
                b.enter(next);
            }
            _ => {
                let copy = self.shared(ty, value);
                b.store(copy, to);
            }
        }
    }

    fn copy_parts<'t>(
        self,
        types: impl Iterator<Item = &'t Ty>,
        value: Val<'c>,
        to: PointerValue<'c>,
    ) {
        for (i, ty) in (0..).zip(types) {
            let place = self.b.part_address(value.get_type(), to, i);
            self.copy(ty, self.b.part(value, i), place);
        }
    }

    /// Another owner of a value of the runtime's types.
    pub(in crate::llvm) fn shared(self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        let b = self.b;
        let call = |function, args: &[Val<'c>]| {
            rt(b, function, args).expect("the runtime's table says that it returns a value")
        };
        match ty {
            Ty::String => call(RtFn::aria_rt_str_retain, &[value]),
            Ty::PythonObject => call(RtFn::aria_rt_py_retain, &[value]),
            Ty::Exception => call(RtFn::aria_rt_error_retain, &[value]),
            Ty::PythonArray(_) => {
                let args = [b.part(value, 3), self.location];
                let owned = call(RtFn::aria_rt_pyarray_retain, &args);
                self.fail_if(b.icmp(IntPredicate::EQ, owned, b.null()));
                b.with_part(value, 3, owned)
            }
            Ty::Array(element) => self.array(element, value, b.part(value, 1)),
            Ty::Nd(nd) if matches!(nd.kind, Ty::PythonArray(_)) => {
                let args = [b.part(value, 1), self.location];
                let owned = call(RtFn::aria_rt_pyarray_retain, &args);
                self.fail_if(b.icmp(IntPredicate::EQ, owned, b.null()));
                b.with_part(value, 1, owned)
            }
            Ty::Nd(nd) => {
                let element = nd.kind.element().unwrap_or(&Ty::Float);
                self.array(element, value, nd::total(b, ty, value))
            }
            Ty::Fn(_) => {
                function_value::share(b, b.part(value, 1));
                value
            }
            _ => unreachable!("a {ty} is copied by its parts"),
        }
    }

    /// A copy of an array of `len` elements whose first part is their address.
    fn array(self, element: &Ty, value: Val<'c>, len: Val<'c>) -> Val<'c> {
        let b = self.b;
        let size = b.cx.element_size(element);
        let args = [len, b.i64(size as i64)];
        let data = rt(b, RtFn::aria_rt_array_alloc, &args)
            .expect("the runtime's table says that it returns a value");
        self.check_memory(data);
        let bytes = b.mul(len, b.i64(size as i64));
        let (to, from) = (data.into_pointer_value(), b.part(value, 0));
        b.copy(to, from.into_pointer_value(), bytes, size as u32);
        b.with_part(value, 0, data)
    }

    /// Fails when the call says so.
    fn check(self, failed: Option<Val<'c>>) {
        self.fail_if(failed.expect("glue says whether it failed"));
    }

    fn fail_if(self, condition: Val<'c>) {
        let next = self.b.block("fine");
        self.b.branch_rarely(condition, self.failure, next);
        self.b.enter(next);
    }

    /// MemoryError for null.
    fn check_memory(self, pointer: Val<'c>) {
        let b = self.b;
        let (cold, next) = (b.block("raise"), b.block("fine"));
        let is_null = b.icmp(IntPredicate::EQ, pointer, b.null());
        b.branch_rarely(is_null, cold, next);
        b.enter(cold);
        rt(b, RtFn::aria_rt_raise_memory, &[self.location]);
        b.go(self.failure);
        b.enter(next);
    }

    /// Copies the fields of a variant from `from` to `to`, and returns.
    fn copy_fields(self, adt: &Adt, variant: usize, from: PointerValue<'c>, to: PointerValue<'c>) {
        let (b, shape) = (self.b, self.b.cx.shape(adt));
        let fields = &b.cx.adt(adt).variants[variant].fields;
        let last = owned_fields(b.cx, adt, variant).next_back();
        let place = |at, index| shape.field(b, at, variant as u32, index);
        let load = |index, ty: &Ty| b.load(b.cx.value_type(ty), place(from, index));
        // What is owned must be empty until it is whole: a failure may come between.
        for (index, ty) in owned_fields(b.cx, adt, variant) {
            b.store(zero(b.cx.value_type(ty)), place(to, index));
        }
        shape.write_tag(b, to, variant as u32);
        for (index, (_, ty)) in fields.iter().enumerate() {
            if last.is_none_or(|(last, _)| last != index) {
                self.copy(ty, load(index, ty), place(to, index));
            }
        }
        match last {
            Some((index, ty)) => self.copy_last(ty, load(index, ty), place(to, index)),
            None => b.ret(Some(b.bool(false))),
        }
    }

    /// Copies a value as the last thing that a function of glue does.
    fn copy_last(self, ty: &Ty, value: Val<'c>, to: PointerValue<'c>) {
        let b = self.b;
        // The result is the same for what has a function of this type, and that needs no return.
        if !matches!(ty, Ty::Adt(_) | Ty::List(_)) || inline_enum(ty).is_some() {
            return self.copy_last_part(ty, value, to);
        }
        let (pointer, len) = pointer(b, ty, value);
        let (full, done) = (b.block("copy"), b.block("done"));
        let is_there = b.icmp(IntPredicate::NE, pointer, b.null());
        b.branch(is_there, full, done);
        b.enter(done);
        b.ret(Some(b.bool(false)));
        b.enter(full);
        let args = [pointer, len, to.into(), self.location];
        let glue = glue(b.cx, ty);
        if b.function.get_type() == glue.get_type() {
            b.become_call(glue, &args);
        } else {
            b.ret(b.call(glue, &args));
        }
    }

    fn copy_last_part(self, ty: &Ty, value: Val<'c>, to: PointerValue<'c>) {
        let b = self.b;
        let types: Vec<&Ty> = match ty {
            Ty::Tuple(items) => items.iter().collect(),
            Ty::Adt(adt) if !b.cx.adt(adt).is_enum => {
                let fields = b.cx.adt(adt).variants[0].fields.iter();
                fields.map(|(_, ty)| ty).collect()
            }
            Ty::Adt(adt) => {
                let from = super::in_memory(b, value);
                return self.copy_variants(adt, from, to);
            }
            _ => {
                self.copy(ty, value, to);
                return b.ret(Some(b.bool(false)));
            }
        };
        let last = types.iter().rposition(|ty| ty.is_owned());
        let part = |i: usize| {
            let place = b.part_address(value.get_type(), to, i as u32);
            (b.part(value, i as u32), place)
        };
        for (i, ty) in types.iter().enumerate() {
            if Some(i) != last {
                let (part, place) = part(i);
                self.copy(ty, part, place);
            }
        }
        match last {
            Some(i) => {
                let (part, place) = part(i);
                self.copy_last(types[i], part, place);
            }
            None => b.ret(Some(b.bool(false))),
        }
    }

    /// Copies the enum at `from` to `to`, and returns.
    fn copy_variants(self, adt: &Adt, from: PointerValue<'c>, to: PointerValue<'c>) {
        let (b, shape) = (self.b, self.b.cx.shape(adt));
        let plain = b.block("plain");
        let has_owned = |variant: &usize| owned_fields(b.cx, adt, *variant).next().is_some();
        let variants = (0..b.cx.adt(adt).variants.len()).filter(has_owned);
        let cases: Vec<_> = variants
            .filter_map(|variant| {
                let tag = shape.tag_of(variant as u32)?;
                Some((variant, tag, b.block("variant")))
            })
            .collect();
        let targets: Vec<_> = cases.iter().map(|&(_, tag, start)| (tag, start)).collect();
        b.switch(shape.load_tag(b, from), plain, &targets);
        for (variant, _, start) in cases {
            b.enter(start);
            self.copy_fields(adt, variant, from, to);
        }
        b.enter(plain);
        b.store(b.load(shape.body, from), to);
        b.ret(Some(b.bool(false)));
    }

    /// Makes a copy of the block at `from`, puts its address at `to`, and returns.
    fn copy_block(self, adt: &Adt, from: PointerValue<'c>, to: PointerValue<'c>) {
        let (b, shape) = (self.b, self.b.cx.shape(adt));
        let size = b.i64(shape.size(b.cx) as i64);
        let fresh = |this: Self| {
            let block = heap::allocate(b, size);
            this.check_memory(block);
            block.into_pointer_value()
        };
        if shape.tag.is_none() {
            let block = fresh(self);
            self.copy_to_block(adt, 0, from, block, to);
            return;
        }
        let layout = b.cx.adt(adt);
        let other = b.block("other");
        let cases: Vec<_> = (0..layout.variants.len())
            .filter_map(|variant| Some((shape.tag_of(variant as u32)?, b.block("variant"))))
            .collect();
        b.switch(shape.load_tag(b, from), other, &cases);
        for (variant, (_, start)) in cases.into_iter().enumerate() {
            b.enter(start);
            if layout.variants[variant].fields.is_empty() {
                b.store(constant_variant(b.cx, adt, variant as u32).into(), to);
                b.ret(Some(b.bool(false)));
            } else {
                let block = fresh(self);
                self.copy_to_block(adt, variant, from, block, to);
            }
        }
        b.enter(other);
        b.unreachable();
    }

    fn copy_to_block(
        self,
        adt: &Adt,
        variant: usize,
        from: PointerValue<'c>,
        block: PointerValue<'c>,
        to: PointerValue<'c>,
    ) {
        self.b.store(block.into(), to);
        self.copy_fields(adt, variant, from, block);
    }

    /// Makes a copy of the elements of a list, puts it at `to`, and returns.
    fn copy_elements(
        self,
        element: &Ty,
        data: PointerValue<'c>,
        len: Val<'c>,
        to: PointerValue<'c>,
    ) {
        let b = self.b;
        let memory = b.cx.element_type(element);
        let size = b.cx.list_element_size(element);
        // So many elements are there, so that their size does not overflow.
        let bytes = b.mul(len, b.i64(size as i64));
        let copy = heap::allocate(
            b,
            b.intrinsic("llvm.umax", &[bytes.get_type()], &[bytes, b.i64(1)]),
        );
        self.check_memory(copy);
        let start = copy.into_pointer_value();
        if element.is_owned() {
            b.fill_with_zeros(start, bytes, 8);
            b.store(b.make(&[copy, len, len]), to);
            b.each_index(len, |i| {
                let value = b.load(memory, b.element(memory, data, i));
                self.copy(element, value, b.element(memory, start, i));
            });
        } else {
            b.copy(start, data, bytes, 1);
            b.store(b.make(&[copy, len, len]), to);
        }
        b.ret(Some(b.bool(false)));
    }
}

fn pointer<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) -> (Val<'c>, Val<'c>) {
    match ty {
        Ty::List(_) => (b.part(value, 0), b.part(value, 1)),
        _ => (value, b.i64(0)),
    }
}

/// The function that copies what a boxed value or list points to.
fn glue<'c>(cx: &ModuleCx<'c>, ty: &Ty) -> FunctionValue<'c> {
    cx.glue(Glue::Clone, ty, |function| {
        let b = Builder::new(cx, function, Level::Baseline);
        let cloner = begin(&b, 3);
        if recursion::nests(cx, ty) {
            cloner.look_at_stack();
        }
        let from = b.param(0).into_pointer_value();
        let to = b.param(2).into_pointer_value();
        match ty {
            Ty::List(element) => cloner.copy_elements(element, from, b.param(1), to),
            Ty::Adt(adt) => cloner.copy_block(adt, from, to),
            _ => unreachable!("{ty} is not boxed"),
        }
        b.finish();
    })
}

fn enum_glue<'c>(cx: &ModuleCx<'c>, ty: &Ty) -> FunctionValue<'c> {
    cx.glue(Glue::Clone, ty, |function| {
        let b = Builder::new(cx, function, Level::Baseline);
        let cloner = begin(&b, 2);
        let from = enum_place(&b, ty);
        if let Some(adt) = inline_enum(ty) {
            cloner.copy_variants(adt, from, b.param(1).into_pointer_value());
        }
        b.finish();
    })
}

/// A function of glue whose parameter `location` is where errors are.
fn begin<'b, 'm, 'c>(b: &'b Builder<'m, 'c>, location: usize) -> Cloner<'b, 'm, 'c> {
    let start = b.here();
    let failure = b.block("failure");
    b.enter(failure);
    b.ret(Some(b.bool(true)));
    b.enter(start);
    Cloner {
        b,
        location: b.param(location),
        failure,
    }
}

impl Cloner<'_, '_, '_> {
    /// RecursionError when the stack is nearly used up.
    fn look_at_stack(self) {
        let b = self.b;
        let low = b.block("raise");
        stack::look(b, low);
        let fine = b.here();
        b.enter(low);
        rt(b, RtFn::aria_rt_raise_recursion, &[self.location]);
        b.go(self.failure);
        b.enter(fine);
    }
}
