//! Results: from a function's value to a new Python reference.

use super::arguments::{call, call_value};
use super::interface::Export;
use super::values;
use crate::llvm::{self, Builder, RtFn, Val};
use crate::types::{IntKind, Ty};
use aria_abi::codes::ErrorKind;
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

/// A new reference for the value of a function, which is consumed; null with a Python exception set on failure, also for
/// an `Err`. `value` is none for `Unit`.
pub fn to_object<'c>(
    b: &Builder<'_, 'c>,
    export: &Export,
    spec: PointerValue<'c>,
    location: PointerValue<'c>,
    value: Option<Val<'c>>,
) -> Val<'c> {
    let (Ty::Adt(adt), Some(value)) = (&export.ret, value) else {
        return object(b, &export.ret, value);
    };
    if !b.cx.program.known.is_result(adt) {
        return object(b, &export.ret, Some(value));
    }
    // `Ok` comes first in the prelude.
    let layout = &b.cx.program.adts[adt];
    let at = b.slot(value.get_type(), "result");
    b.store(value, at);
    let tag = b.load(b.cx.types.i8, at);
    let field = |variant: usize| {
        let ty = &layout.variants[variant].fields[0].1;
        let offset = b.cx.field_offsets(adt, variant)[0];
        let place = b.element(b.cx.types.i8, at, b.i64(offset as i64));
        (ty, b.load(b.cx.value_type(ty), place))
    };
    let (failed, well) = (b.block("err"), b.block("ok"));
    let is_ok = b.icmp(IntPredicate::EQ, tag, b.cx.types.i8.const_zero().into());
    b.branch(is_ok, well, failed);
    b.enter(failed);
    let (ty, error) = field(1);
    match ty {
        Ty::String => {
            let kind = b.i32(ErrorKind::RuntimeError as u32);
            call(b, RtFn::aria_rt_raise, &[kind, error, location.into()]);
            call(b, RtFn::aria_rt_str_drop, &[error]);
        }
        Ty::Exception => {
            call(b, RtFn::aria_rt_error_raise, &[error]);
        }
        // The error of a declared type is an instance of an exception class.
        _ => {
            let exception = object(b, ty, Some(error));
            let (made, not_made) = (b.block("made"), b.block("not_made"));
            let failed = b.icmp(IntPredicate::EQ, exception, b.null());
            b.branch_rarely(failed, not_made, made);
            b.enter(not_made);
            b.ret(Some(b.null()));
            b.enter(made);
            call(b, RtFn::aria_rt_raise_object, &[exception, location.into()]);
            call(b, RtFn::aria_rt_py_drop, &[exception]);
        }
    }
    let null = call_value(b, RtFn::aria_rt_error_to_python, &[spec.into()]);
    b.ret(Some(null));
    b.enter(well);
    let (ty, value) = field(0);
    object(b, ty, Some(value).filter(|_| *ty != Ty::Unit))
}

/// A new reference for `value`, which is consumed; null with a Python exception set on failure.
fn object<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Option<Val<'c>>) -> Val<'c> {
    let Some(value) = value else {
        return call_value(b, RtFn::aria_rt_none, &[]);
    };
    let types = &b.cx.types;
    match ty {
        Ty::Float => call_value(b, RtFn::aria_rt_f64_to_py, &[value]),
        Ty::Float32 => call_value(
            b,
            RtFn::aria_rt_f64_to_py,
            &[b.widen_float(value, types.f64)],
        ),
        Ty::Int => call_value(b, RtFn::aria_rt_i64_to_py, &[value]),
        Ty::Bool => call_value(b, RtFn::aria_rt_bool_to_py, &[b.zext(value, types.i32)]),
        Ty::String => {
            let object = call_value(b, RtFn::aria_rt_str_to_py, &[value]);
            call(b, RtFn::aria_rt_str_drop, &[value]);
            object
        }
        Ty::Array(element) => {
            let elem = b.cx.elem_code(element);
            call_value(
                b,
                RtFn::aria_rt_array_to_py,
                &[b.part(value, 0), b.part(value, 1), b.i32(elem)],
            )
        }
        Ty::Nd(nd) if matches!(nd.kind, Ty::PythonArray(_)) => {
            let borrow = b.part(value, 1);
            let object = call_value(b, RtFn::aria_rt_borrow_to_py, &[borrow]);
            call(b, RtFn::aria_rt_pyarray_drop, &[borrow]);
            object
        }
        Ty::Nd(nd) => {
            let elem = b.cx.elem_code(nd.kind.scalar());
            let rank = u32::from(nd.rank);
            let lens = b.slot(types.i64.array_type(rank), "lens");
            for (axis, len) in (0..).zip(llvm::nd::lengths(b, ty, value)) {
                b.store(len, b.element(types.i64, lens, b.i64(axis)));
            }
            let args = [b.part(value, 0), lens.into(), b.i32(rank), b.i32(elem)];
            call_value(b, RtFn::aria_rt_nd_to_py, &args)
        }
        Ty::PythonArray(_) => {
            // As a function's result the bare `Borrow*`, in a tuple the view with the borrow as its last part.
            let borrow = if value.is_pointer_value() {
                value
            } else {
                b.part(value, 3)
            };
            let object = call_value(b, RtFn::aria_rt_borrow_to_py, &[borrow]);
            call(b, RtFn::aria_rt_pyarray_drop, &[borrow]);
            object
        }
        Ty::PythonObject => value,
        Ty::Sized(kind) => {
            let wide = match (kind.bits(), kind.is_signed()) {
                (64, _) => value,
                (_, true) => b.sext(value, types.i64),
                (_, false) => b.zext(value, types.i64),
            };
            let function = match kind {
                IntKind::U64 => RtFn::aria_rt_u64_to_py,
                _ => RtFn::aria_rt_i64_to_py,
            };
            call_value(b, function, &[wide])
        }
        Ty::List(_) | Ty::Adt(_) => {
            let at = b.slot(value.get_type(), "parts");
            b.store(value, at);
            let spec = values::value(b.cx, ty).into();
            let object = call_value(b, RtFn::aria_rt_value_to_py, &[at.into(), spec]);
            b.drop_at(ty, at);
            object
        }
        Ty::Tuple(items) => {
            let count = u32::try_from(items.len()).expect("a tuple has few members");
            let slots = b.slot(types.ptr.array_type(count), "members");
            for (i, item) in (0..).zip(items) {
                let object = object(b, item, Some(b.part(value, i)));
                b.store(object, b.element(types.ptr, slots, b.i64(i.into())));
            }
            call_value(
                b,
                RtFn::aria_rt_tuple_to_py,
                &[slots.into(), b.i64(count.into())],
            )
        }
        _ => call_value(b, RtFn::aria_rt_none, &[]),
    }
}
