//! `@ufunc`: the loops that the runtime hands to NumPy.

use super::dispatch::{self, Dispatch};
use super::entry_point;
use super::interface::Export;
use crate::llvm::{ModuleCx, ParamAbi};
use crate::mir::FnId;
use crate::types::Ty;
use aria_abi::codes::Elem;
use inkwell::values::{FunctionValue, PointerValue};

/// The `UfuncSpec*` of a function and its instances.
pub(super) fn spec<'c>(
    cx: &ModuleCx<'c>,
    instances: &[Export],
    dispatch: &Dispatch<'c>,
) -> PointerValue<'c> {
    // NumPy takes the first loop to whose types it can convert the arguments without loss.
    let mut loops: Vec<(Vec<Elem>, FnId)> = instances
        .iter()
        .filter_map(|export| Some((elems(cx, export), export.ufunc?)))
        .collect();
    loops.sort_by_key(|(elems, _)| elems.iter().map(|e| rank(*e)).collect::<Vec<_>>());
    let bodies: Vec<PointerValue<'c>> = loops
        .iter()
        .map(|(_, id)| body(cx, *id, dispatch).as_global_value().as_pointer_value())
        .collect();
    let i32 = cx.types.i32;
    let codes: Vec<_> = loops
        .iter()
        .flat_map(|(elems, _)| elems.iter().map(|e| i32.const_int(*e as u64, false)))
        .collect();
    let export = &instances[0];
    let n_in = export.params.len() as u64;
    let n_out = results(&export.ret).len() as u64;
    let doc = export.doc.as_deref();
    let fields = [
        i32.const_int(n_in, false).into(),
        i32.const_int(n_out, false).into(),
        cx.types.i64.const_int(loops.len() as u64, false).into(),
        cx.constant("elems", i32.const_array(&codes))
            .as_pointer_value()
            .into(),
        cx.constant("loops", cx.types.ptr.const_array(&bodies))
            .as_pointer_value()
            .into(),
        doc.map_or(cx.types.ptr.const_null(), |doc| cx.bytes(doc))
            .into(),
    ];
    cx.constant("ufunc", cx.context.const_struct(&fields, false))
        .as_pointer_value()
}

fn results(ret: &Ty) -> &[Ty] {
    match ret {
        Ty::Tuple(results) => results,
        one => std::slice::from_ref(one),
    }
}

/// The element types of the arguments, then of the results.
fn elems(cx: &ModuleCx<'_>, export: &Export) -> Vec<Elem> {
    let params = export.params.iter().map(|p| &p.ty);
    let all = params.chain(results(&export.ret));
    all.map(|ty| Elem::from_code(cx.elem_code(ty)).unwrap_or(Elem::F64))
        .collect()
}

/// Narrow types come first, and integers before floating point.
fn rank(elem: Elem) -> (u8, usize) {
    let class = match elem {
        Elem::Bool => 0,
        Elem::F32 | Elem::F64 => 2,
        Elem::C128 => 3,
        _ => 1,
    };
    (class, elem.size())
}

/// The `UfuncLoop` that calls the function for views, which lie in a row at the address that it gets.
fn body<'c>(cx: &ModuleCx<'c>, id: FnId, dispatch: &Dispatch<'c>) -> FunctionValue<'c> {
    let ptr = cx.types.ptr;
    let function = &cx.program.functions[id];
    let symbol = format!("aria.py.{}", function.name);
    let signature = cx.types.i32.fn_type(&[ptr.into()], false);
    let (body, b) = entry_point(cx, &symbol, signature);
    let views = b.param(0).into_pointer_value();
    let handle = dispatch::lowest(cx, id);
    let mut flat = Vec::new();
    for ((i, abi), param) in (0..).zip(&handle.abi.params).zip(&function.params) {
        let ty = cx.value_type(&function.locals[param.local].ty);
        let at = b.element(ty, views, b.i64(i));
        let mut value = b.load(ty, at);
        if let ParamAbi::Slot(ty) | ParamAbi::Large(ty) = abi {
            let slot = b.slot(*ty, "view");
            b.store(value, slot);
            value = slot.into();
        }
        abi.flatten(&b, value, &mut flat);
    }
    let result = match dispatch.position(id) {
        None => handle.call(&b, &flat),
        Some(position) => {
            let address = b.element(ptr, dispatch.table, b.i64(position as i64));
            let address = b.load(ptr, address).into_pointer_value();
            handle.call_at(&b, address, &flat)
        }
    };
    let status = match result.failed {
        Some(failed) => b.select(failed.into(), b.i32(1), b.i32(0)),
        None => b.i32(0),
    };
    b.ret(Some(status));
    b.finish();
    body
}
