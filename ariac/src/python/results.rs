//! Results: from a function's value to a new Python reference.

use super::arguments::{call, call_value};
use crate::llvm::{Builder, RtFn, Val};
use crate::types::Ty;

/// A new reference for `value`, which is consumed; null with a Python exception set on failure. `value` is none for `Unit`.
pub fn to_object<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Option<Val<'c>>) -> Val<'c> {
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
            let elem = element.elem().map_or(0, |elem| elem as u32);
            call_value(
                b,
                RtFn::aria_rt_array_to_py,
                &[b.part(value, 0), b.part(value, 1), b.i32(elem)],
            )
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
        Ty::Tuple(items) => {
            let count = u32::try_from(items.len()).expect("a tuple has few members");
            let slots = b.slot(types.ptr.array_type(count), "members");
            for (i, item) in (0..).zip(items) {
                let object = to_object(b, item, Some(b.part(value, i)));
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
