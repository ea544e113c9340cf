//! Wrappers: the entry point of each exported function, as CPython calls it.
//!
//! A wrapper has the signature of `METH_FASTCALL | METH_KEYWORDS`. Positional arguments in the right number are read
//! where they lie; everything else (keywords, defaults, mistakes) goes through `aria_rt_bind_arguments`. Then: convert,
//! release the GIL if the work is worth it, call, take the GIL back, give back what the arguments hold, convert the
//! result.

use super::arguments::{Arguments, Cleanup, call, call_value};
use super::constants::Specs;
use super::dispatch::{self, Dispatch};
use super::entry_point;
use super::interface::Export;
use super::results;
use super::views::Views;
use crate::llvm::{self, Builder, Estimator, FunctionHandle, ModuleCx, ParamAbi, RtFn, Val};
use crate::mir::{Const, Function, LocalId, Operand};
use crate::types::Ty;
use inkwell::IntPredicate;
use inkwell::values::{FunctionValue, PointerValue};

/// Emits the wrapper of `export`, for the lowest level of the build.
pub fn emit<'c>(
    cx: &ModuleCx<'c>,
    export: &Export,
    spec: PointerValue<'c>,
    dispatch: &Dispatch<'c>,
) -> FunctionValue<'c> {
    let (ptr, i64) = (cx.types.ptr, cx.types.i64);
    let signature = ptr.fn_type(&[ptr.into(), ptr.into(), i64.into(), ptr.into()], false);
    let symbol = format!("aria.py.{}", cx.program.functions[export.function].name);
    let (wrapper, b) = entry_point(cx, &symbol, signature);
    if let Some(text) = &export.deprecated {
        warn_deprecated(&b, &format!("{} is deprecated: {text}", export.name));
    }
    let objects = bind(&b, export, spec);
    if export.is_async {
        let body = emit_body(cx, export, spec, dispatch);
        let body = body.as_global_value().as_pointer_value();
        let args = [spec.into(), body.into(), objects.into()];
        b.ret(Some(call_value(&b, RtFn::aria_rt_coroutine, &args)));
    } else {
        convert_and_call(&b, export, spec, dispatch, objects);
    }
    b.finish();
    wrapper
}

/// Emits the `CoroutineBody` of an `async` function, which the wrapper hands to the runtime with its arguments.
fn emit_body<'c>(
    cx: &ModuleCx<'c>,
    export: &Export,
    spec: PointerValue<'c>,
    dispatch: &Dispatch<'c>,
) -> FunctionValue<'c> {
    let ptr = cx.types.ptr;
    let name = &cx.program.functions[export.function].name;
    let signature = ptr.fn_type(&[ptr.into()], false);
    let (body, b) = entry_point(cx, &format!("aria.py.{name}.body"), signature);
    convert_and_call(&b, export, spec, dispatch, b.param(0).into_pointer_value());
    b.finish();
    body
}

/// From the objects of the parameters to the object that is the result.
fn convert_and_call<'c>(
    b: &Builder<'_, 'c>,
    export: &Export,
    spec: PointerValue<'c>,
    dispatch: &Dispatch<'c>,
    objects: PointerValue<'c>,
) {
    let cx = b.cx;
    let ptr = cx.types.ptr;
    let function = &cx.program.functions[export.function];
    let specs = Specs { export };
    let failed = b.block("failed");
    let location = cx.location(function.span, &function.name);
    let mut arguments = Arguments {
        b,
        specs: &specs,
        spec,
        location,
        failed,
        cleanup: Cleanup::of(Views::of(b, export, objects)),
    };
    let values = convert(&mut arguments, export, function, objects);
    let cleanup = arguments.cleanup;
    let views = cleanup.views.as_ref();

    let handle = dispatch::lowest(cx, export.function);
    cleanup.give(b);
    let state = release_gil(b, function, &values, views);
    let flat = flatten(b, export, &handle, &values, views);
    let result = match dispatch.position(export.function) {
        None => handle.call(b, &flat),
        Some(position) => {
            let address = b.element(ptr, dispatch.table, b.i64(position as i64));
            let address = b.load(ptr, address).into_pointer_value();
            handle.call_at(b, address, &flat)
        }
    };
    if let Some(state) = state {
        take_gil_back(b, state);
    }
    cleanup.emit(b);
    if let Some(raised) = result.failed {
        let (raise, go_on) = (b.block("raised"), b.block("returned"));
        b.branch_rarely(raised.into(), raise, go_on);
        b.enter(raise);
        b.ret(Some(call_value(
            b,
            RtFn::aria_rt_error_to_python,
            &[spec.into()],
        )));
        b.enter(go_on);
    }
    b.ret(Some(results::to_object(
        b,
        export,
        spec,
        location,
        result.value,
    )));
    b.enter(failed);
    cleanup.emit(b);
    b.ret(Some(b.null()));
}

/// Emits the entry point of a generic function: it asks the runtime which instance is meant, and becomes a call of that.
pub fn emit_choice<'c>(
    cx: &ModuleCx<'c>,
    name: &str,
    choice: PointerValue<'c>,
    wrappers: &[FunctionValue<'c>],
) -> FunctionValue<'c> {
    let (function, b) = entry_point(cx, &format!("aria.py.{name}"), wrappers[0].get_type());
    let args = [1, 2, 3].map(|index| b.param(index));
    let given = [choice.into(), args[0], args[1], args[2]];
    let number = call_value(&b, RtFn::aria_rt_choose, &given);
    for (&wrapper, index) in wrappers.iter().zip(0..) {
        let (is_it, next) = (b.block("instance"), b.block("next"));
        b.branch(b.icmp(IntPredicate::EQ, number, b.i32(index)), is_it, next);
        b.enter(is_it);
        b.become_call(wrapper, &[b.param(0), args[0], args[1], args[2]]);
        b.enter(next);
    }
    b.ret(Some(b.null()));
    b.finish();
    function
}

/// Warns the caller of a function that should not be used any more.
fn warn_deprecated(b: &Builder<'_, '_>, text: &str) {
    let text = b.cx.text(text);
    let status = call_value(b, RtFn::aria_rt_warn_deprecated, &[text.into()]);
    let (raised, fine) = (b.block("raised"), b.block("fine"));
    b.branch_rarely(b.icmp(IntPredicate::NE, status, b.i32(0)), raised, fine);
    b.enter(raised);
    b.ret(Some(b.null()));
    b.enter(fine);
}

/// The address of the parameters' objects, in order; null for one that takes its default.
fn bind<'c>(b: &Builder<'_, 'c>, export: &Export, spec: PointerValue<'c>) -> PointerValue<'c> {
    let count = export.params.len();
    let (args, nargs, kwnames) = (b.param(1), b.param(2), b.param(3));
    let no_keywords = b.icmp(IntPredicate::EQ, kwnames, b.null());
    let all_given = b.icmp(IntPredicate::EQ, nargs, b.i64(count as i64));
    let positional = b.and(no_keywords, all_given);
    let objects =
        b.cx.types
            .ptr
            .array_type(u32::try_from(count).expect("a function has few parameters"));
    let slots = b.slot(objects, "objects");

    let before = b.here();
    let (otherwise, wrong, bound, ready) = (
        b.block("otherwise"),
        b.block("wrong"),
        b.block("bound"),
        b.block("ready"),
    );
    b.branch(positional, ready, otherwise);
    b.enter(otherwise);
    let status = call_value(
        b,
        RtFn::aria_rt_bind_arguments,
        &[spec.into(), args, nargs, kwnames, slots.into()],
    );
    b.branch_rarely(b.icmp(IntPredicate::NE, status, b.i32(0)), wrong, bound);
    b.enter(wrong);
    b.ret(Some(b.null()));
    b.enter(bound);
    b.go(ready);
    b.enter(ready);
    let given = b.phi(b.cx.types.ptr, &[(args, before), (slots.into(), bound)]);
    given.as_basic_value().into_pointer_value()
}

/// The values of the parameters, but of the views: these are checked last, for the conversion of the others may run Python
/// code, and their places are left empty.
fn convert<'c>(
    arguments: &mut Arguments<'_, '_, 'c>,
    export: &Export,
    function: &Function,
    objects: PointerValue<'c>,
) -> Vec<Val<'c>> {
    let b = arguments.b;
    let mut values = Vec::new();
    let views = arguments.cleanup.views.clone();
    let is_view = |i: usize| views.as_ref().is_some_and(|views| views.include(i));
    for (i, (param, declared)) in export.params.iter().zip(&function.params).enumerate() {
        if is_view(i) {
            values.push(b.null());
            continue;
        }
        let object = b.load(
            b.cx.types.ptr,
            b.element(b.cx.types.ptr, objects, b.i64(i as i64)),
        );
        let Some(default) = declared.default else {
            values.push(arguments.convert(param, declared.mode, object));
            continue;
        };
        let slot = b.slot(b.cx.value_type(&param.ty), &param.name);
        let (given, left_out, next) = (b.block("given"), b.block("left_out"), b.block("next"));
        b.branch(b.icmp(IntPredicate::NE, object, b.null()), given, left_out);
        b.enter(given);
        let value = arguments.convert(param, declared.mode, object);
        b.store(value, slot);
        b.go(next);
        b.enter(left_out);
        let result = dispatch::lowest(b.cx, default).call(b, &[]);
        if let Some(raised) = result.failed {
            let (raise, go_on) = (b.block("raised"), b.block("computed"));
            b.branch_rarely(raised.into(), raise, go_on);
            b.enter(raise);
            call(b, RtFn::aria_rt_error_to_python, &[arguments.spec.into()]);
            b.go(arguments.failed);
            b.enter(go_on);
        }
        if let Some(value) = result.value {
            let value = arguments.keep(&param.ty, declared.mode, value);
            b.store(value, slot);
        }
        b.go(next);
        b.enter(next);
        values.push(b.load(b.cx.value_type(&param.ty), slot));
    }
    if let Some(views) = &views {
        arguments.stop_if_failed(views.look(b));
    }
    values
}

/// The arguments of the call. Built right before it, so that of a view nothing is in registers meanwhile.
fn flatten<'c>(
    b: &Builder<'_, 'c>,
    export: &Export,
    handle: &FunctionHandle<'c>,
    values: &[Val<'c>],
    views: Option<&Views<'c>>,
) -> Vec<Val<'c>> {
    let mut flat = Vec::new();
    if let (Some(_), Some(views)) = (handle.entry, views) {
        flat.push(views.address().into());
    }
    for (i, abi) in handle.abi.params.iter().enumerate() {
        let mut value = values[i];
        if let Some(views) = views.filter(|views| views.include(i)) {
            if handle.entry.is_some() {
                continue;
            }
            value = views.value(b, i, &export.params[i].ty);
        }
        if let ParamAbi::Slot(ty) | ParamAbi::Large(ty) = abi {
            let slot = b.slot(*ty, "in_out");
            b.store(value, slot);
            value = slot.into();
        }
        abi.flatten(b, value, &mut flat);
    }
    flat
}

/// Releases the GIL when the function is free of Python and its work is worth it: the slot with the thread state.
fn release_gil<'c>(
    b: &Builder<'_, 'c>,
    function: &Function,
    values: &[Val<'c>],
    views: Option<&Views<'c>>,
) -> Option<Val<'c>> {
    let work = function.entry_release.as_ref()?;
    let nanos = llvm::work_nanos(
        &mut AtEntry {
            b,
            function,
            values,
            views,
        },
        work,
    );
    Some(match views {
        Some(views) => views.release_gil(b, nanos),
        None => call_value(b, RtFn::aria_rt_gil_release, &[nanos]),
    })
}

/// Estimates from the values of the parameters, which is all that there is on entry.
struct AtEntry<'a, 'm, 'c> {
    b: &'a Builder<'m, 'c>,
    function: &'a Function,
    values: &'a [Val<'c>],
    views: Option<&'a Views<'c>>,
}

impl AtEntry<'_, '_, '_> {
    fn position(&self, local: LocalId) -> usize {
        let mut params = self.function.params.iter();
        let position = params.position(|param| param.local == local);
        position.expect("an estimate on entry is made of parameters")
    }
}

impl<'m, 'c> Estimator<'m, 'c> for AtEntry<'_, 'm, 'c> {
    fn builder(&self) -> &Builder<'m, 'c> {
        self.b
    }

    fn length(&mut self, array: LocalId, axis: u8) -> Val<'c> {
        let position = self.position(array);
        if let ty @ Ty::Nd(_) = &self.function.locals[array].ty {
            return self
                .b
                .part(self.values[position], llvm::nd::length_part(ty, axis));
        }
        match self.views.filter(|views| views.include(position)) {
            Some(views) => views.len(self.b, position),
            None => self.b.part(self.values[position], 1),
        }
    }

    fn int(&mut self, operand: &Operand) -> Val<'c> {
        match operand {
            Operand::Local(local) => self.values[self.position(*local)],
            Operand::Const(Const::Int(value)) => self.b.i64(*value),
            Operand::Const(_) => self.b.i64(0),
        }
    }
}

fn take_gil_back<'c>(b: &Builder<'_, 'c>, state: Val<'c>) {
    let (acquire, next) = (b.block("acquire"), b.block("held"));
    b.branch(b.icmp(IntPredicate::NE, state, b.null()), acquire, next);
    b.enter(acquire);
    call(b, RtFn::aria_rt_gil_acquire, &[state]);
    b.go(next);
    b.enter(next);
}
