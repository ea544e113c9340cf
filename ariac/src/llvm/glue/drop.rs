//! Dropping.

use super::{
    Glue, enum_argument, enum_place, function_value, in_memory, inline_enum, owned_fields,
    recursion, rt,
};
use crate::llvm::adt::Shape;
use crate::llvm::builder::{Builder, Val};
use crate::llvm::context::ModuleCx;
use crate::llvm::heap;
use crate::llvm::multiversion::Level;
use crate::llvm::runtime::RtFn;
use crate::llvm::stack;
use crate::types::{Adt, Ty};
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{FunctionValue, PointerValue};

/// Drops a value if it is there.
pub(in crate::llvm) fn drop_value<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) {
    if !ty.is_owned() {
        return;
    }
    if let Some(parts) = parts(b, ty, value) {
        for (ty, part) in parts {
            drop_value(b, &ty, part);
        }
    } else if inline_enum(ty).is_some() {
        let next = b.block("next");
        pass_over(b, ty, in_memory(b, value), next);
        let argument = enum_argument(b, ty, value);
        b.call(enum_glue(b.cx, ty), &[argument]);
        b.go(next);
        b.enter(next);
    } else {
        let (pointer, len) = pointer(b, ty, value);
        let (full, next) = (b.block("drop"), b.block("dropped"));
        let is_there = b.icmp(IntPredicate::NE, pointer, b.null());
        b.branch(is_there, full, next);
        b.enter(full);
        match glue(b.cx, ty) {
            Some(glue) => {
                b.call(glue, &[pointer, len]);
            }
            None => free(b, ty, pointer),
        }
        b.go(next);
        b.enter(next);
    }
}

/// Drops the value at an address, if it is there, by a call: LLVM leaves a value in memory whose address it does not know the
/// use of.
pub(in crate::llvm) fn drop_place<'c>(b: &Builder<'_, 'c>, ty: &Ty, at: PointerValue<'c>) {
    let cx = b.cx;
    let glue = cx.glue(Glue::DropPlace, ty, |function| {
        cx.add_attribute(function, AttributeLoc::Function, "noinline", 0);
        let b = Builder::new(cx, function, cx.level);
        let value = b.load(cx.value_type(ty), b.param(0).into_pointer_value());
        drop_value(&b, ty, value);
        b.ret(None);
        b.finish();
    });
    b.call(glue, &[at.into()]);
}

/// Drops a value as the last thing that a function does that returns nothing.
pub(super) fn drop_last<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) {
    if let Some(mut parts) = parts(b, ty, value) {
        let last = parts.pop();
        for (ty, part) in parts {
            drop_value(b, &ty, part);
        }
        match last {
            Some((ty, part)) => drop_last(b, &ty, part),
            None => b.ret(None),
        }
    } else if let Some(adt) = inline_enum(ty) {
        let at = in_memory(b, value);
        drop_variants(b, adt, at, None);
    } else if let Some(glue) = glue(b.cx, ty) {
        let (pointer, len) = pointer(b, ty, value);
        let (full, done) = (b.block("drop"), b.block("done"));
        let is_there = b.icmp(IntPredicate::NE, pointer, b.null());
        b.branch(is_there, full, done);
        b.enter(done);
        b.ret(None);
        b.enter(full);
        // Chains of boxes go on in functions of one type. An enum by value that holds a box has a function of another
        // type, and is no link of a chain: the boxes drop such a value themselves.
        match glue.get_type() == b.function.get_type() {
            true => b.become_call(glue, &[pointer, len]),
            false => {
                b.call(glue, &[pointer, len]);
                b.ret(None);
            }
        }
    } else {
        drop_value(b, ty, value);
        b.ret(None);
    }
}

/// The owned parts of a tuple or struct that is kept by value.
fn parts<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) -> Option<Vec<(Ty, Val<'c>)>> {
    let types: Vec<Ty> = match ty {
        Ty::Tuple(items) => items.clone(),
        Ty::Adt(adt) => {
            inline_enum(ty)?;
            let layout = b.cx.adt(adt);
            if layout.is_enum {
                return None;
            }
            let fields = layout.variants[0].fields.iter();
            fields.map(|(_, ty)| ty.clone()).collect()
        }
        _ => return None,
    };
    let owned = (0..).zip(types).filter(|(_, ty)| ty.is_owned());
    Some(owned.map(|(i, ty)| (ty, b.part(value, i))).collect())
}

/// What a value owns, null when it is empty, and how many elements there are.
fn pointer<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) -> (Val<'c>, Val<'c>) {
    match ty {
        Ty::List(_) => (b.part(value, 0), b.part(value, 1)),
        Ty::Nd(nd) => match nd.kind {
            Ty::PythonArray(_) => (b.part(value, 1), b.i64(0)),
            _ => (b.part(value, 0), b.i64(0)),
        },
        Ty::Array(_) => (b.part(value, 0), b.i64(0)),
        Ty::Fn(_) => (b.part(value, 1), b.i64(0)),
        Ty::PythonArray(_) => (b.part(value, 3), b.i64(0)),
        _ => (value, b.i64(0)),
    }
}

/// Gives back what has no function of its own.
fn free<'c>(b: &Builder<'_, 'c>, ty: &Ty, pointer: Val<'c>) {
    let function = match ty.kind() {
        Ty::String => RtFn::aria_rt_str_drop,
        Ty::PythonObject => RtFn::aria_rt_py_drop,
        Ty::Array(_) => RtFn::aria_rt_array_free,
        Ty::PythonArray(_) => RtFn::aria_rt_pyarray_drop,
        Ty::Exception => RtFn::aria_rt_error_drop,
        Ty::List(_) => return heap::free(b, pointer),
        _ => unreachable!("a {ty} has a function or nothing to drop"),
    };
    rt(b, function, &[pointer]);
}

/// The function that drops what a boxed value, list or function value points to; none where that is one call.
pub(super) fn glue<'c>(cx: &ModuleCx<'c>, ty: &Ty) -> Option<FunctionValue<'c>> {
    match ty {
        Ty::List(element) if element.is_owned() => Some(cx.glue(Glue::Drop, ty, |function| {
            let b = Builder::new(cx, function, Level::Baseline);
            if recursion::nests(cx, ty) {
                look_at_stack(&b);
            }
            drop_elements(&b, element);
            b.finish();
        })),
        Ty::Adt(adt) => Some(cx.glue(Glue::Drop, ty, |function| {
            let b = Builder::new(cx, function, Level::Baseline);
            if recursion::nests(cx, ty) {
                look_at_stack(&b);
            }
            let block = b.param(0).into_pointer_value();
            drop_variants(&b, adt, block, Some(block));
            b.finish();
        })),
        Ty::Fn(_) => Some(function_value::glue(cx, ty)),
        _ => None,
    }
}

fn enum_glue<'c>(cx: &ModuleCx<'c>, ty: &Ty) -> FunctionValue<'c> {
    cx.glue(Glue::Drop, ty, |function| {
        let b = Builder::new(cx, function, Level::Baseline);
        let at = enum_place(&b, ty);
        if let Some(adt) = inline_enum(ty) {
            drop_variants(&b, adt, at, None);
        }
        b.finish();
    })
}

/// Goes on elsewhere when the stack is nearly used up.
pub(super) fn look_at_stack(b: &Builder<'_, '_>) {
    let elsewhere = b.block("elsewhere");
    stack::look(b, elsewhere);
    let here = b.here();
    b.enter(elsewhere);
    let this = b.function.as_global_value().as_pointer_value();
    let args = [this.into(), b.param(0), b.param(1)];
    rt(b, RtFn::aria_rt_drop_elsewhere, &args);
    b.ret(None);
    b.enter(here);
}

/// Drops what the body at `at` owns, gives `block` back unless it is a constant, and returns.
fn drop_variants<'c>(
    b: &Builder<'_, 'c>,
    adt: &Adt,
    at: PointerValue<'c>,
    block: Option<PointerValue<'c>>,
) {
    let (shape, layout) = (b.cx.shape(adt), b.cx.adt(adt));
    if shape.tag.is_none() {
        return drop_fields(b, adt, &shape, 0, at, block);
    }
    let nothing = b.block("nothing");
    let has_work = |variant: &usize| match block {
        Some(_) => !layout.variants[*variant].fields.is_empty(),
        None => owned_fields(b.cx, adt, *variant).next().is_some(),
    };
    let variants: Vec<usize> = (0..layout.variants.len()).filter(has_work).collect();
    let cases: Vec<_> = variants
        .iter()
        .filter_map(|&variant| Some((shape.tag_of(variant as u32)?, b.block("variant"))))
        .collect();
    b.switch(shape.load_tag(b, at), nothing, &cases);
    for (variant, (_, start)) in variants.into_iter().zip(cases) {
        b.enter(start);
        drop_fields(b, adt, &shape, variant, at, block);
    }
    b.enter(nothing);
    b.ret(None);
}

fn drop_fields<'c>(
    b: &Builder<'_, 'c>,
    adt: &Adt,
    shape: &Shape<'c>,
    variant: usize,
    at: PointerValue<'c>,
    block: Option<PointerValue<'c>>,
) {
    let load = |(index, ty): (usize, &Ty)| {
        let field = shape.field(b, at, variant as u32, index);
        b.load(b.cx.value_type(ty), field)
    };
    let mut fields: Vec<(usize, &Ty)> = owned_fields(b.cx, adt, variant).collect();
    let last = fields.pop();
    let values: Vec<_> = fields.into_iter().map(|f| (f.1, load(f))).collect();
    let lone = block.and_then(|_| is_lone(b, adt, &values));
    for (ty, value) in values {
        drop_value(b, ty, value);
    }
    let last = last.map(|field| (field.1, load(field)));
    if let (Some(block), Some(lone), Some((ty, value))) = (block, lone, last) {
        let (link, fork) = (b.block("link"), b.block("fork"));
        b.branch(lone, link, fork);
        b.enter(fork);
        drop_value(b, ty, value);
        heap::free(b, block.into());
        b.ret(None);
        b.enter(link);
    }
    if let Some(block) = block {
        heap::free(b, block.into());
    }
    match last {
        Some((ty, value)) => drop_last(b, ty, value),
        None => b.ret(None),
    }
}

/// Whether a node has nothing before its last field, which makes it a link of a chain; none for what is no tree.
///
/// The block of a link is given back before the chain goes on, which takes no stack. That of a fork goes after all below it:
/// a tree is built from its leaves, and when the blocks come back in the order in which they were taken, `malloc` hands them
/// out side by side again. Otherwise each tree would lie more scattered in memory than the one before.
fn is_lone<'c>(b: &Builder<'_, 'c>, adt: &Adt, before: &[(&Ty, Val<'c>)]) -> Option<Val<'c>> {
    if !recursion::nests(b.cx, &Ty::Adt(adt.clone())) {
        return None;
    }
    let is_empty = |&(ty, value): &(&Ty, Val<'c>)| {
        let is_pointer = !matches!(ty, Ty::Tuple(_)) && inline_enum(ty).is_none();
        is_pointer.then(|| b.icmp(IntPredicate::EQ, pointer(b, ty, value).0, b.null()))
    };
    let empty: Option<Vec<_>> = before.iter().map(is_empty).collect();
    let all = match empty {
        Some(empty) => empty.into_iter().reduce(|x, y| b.and(x, y))?,
        None => b.bool(false),
    };
    Some(all)
}

/// Goes to `next` when the value at `at` is of a variant that owns nothing: that takes no call.
fn pass_over<'c>(b: &Builder<'_, 'c>, ty: &Ty, at: PointerValue<'c>, next: BasicBlock<'c>) {
    let Some(adt) = inline_enum(ty) else { return };
    let (shape, layout) = (b.cx.shape(adt), b.cx.adt(adt));
    if !layout.is_enum {
        return;
    }
    let full = b.block("owns");
    let owners = (0..layout.variants.len())
        .filter(|&variant| owned_fields(b.cx, adt, variant).next().is_some());
    let cases: Vec<_> = owners
        .filter_map(|variant| Some((shape.tag_of(variant as u32)?, full)))
        .collect();
    b.switch(shape.load_tag(b, at), next, &cases);
    b.enter(full);
}

/// Drops the elements of a list and gives their memory back.
fn drop_elements(b: &Builder<'_, '_>, element: &Ty) {
    let (data, len) = (b.param(0), b.param(1));
    let memory = b.cx.element_type(element);
    b.each_index(len, |i| {
        let at = b.element(memory, data.into_pointer_value(), i);
        let next = b.block("next");
        pass_over(b, element, at, next);
        drop_value(b, element, b.load(memory, at));
        b.go(next);
        b.enter(next);
    });
    heap::free(b, data);
    b.ret(None);
}
