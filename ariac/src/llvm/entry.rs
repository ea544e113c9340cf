//! Entries: how a wrapper calls a function that works on arrays.
//!
//! The runtime has put the array arguments of a call into views that lie one behind the other. An entry takes their address
//! in place of the arrays, and at all levels but the lowest the function is part of it, unless other Aria code calls it
//! too. So of a view nothing is read but what the function uses, there where it is used:
//!
//! ```text
//! aria.f.v3.entry(views, a):
//!   return aria.f.v3(views[0].data, views[0].len, views[0].stride, null, a)
//! ```

use super::builder::{Builder, Val};
use super::context::ModuleCx;
use super::layout::{FunctionAbi, ParamAbi, length_limit};
use super::multiversion::{self, Level};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::FnId;
use crate::types::Ty;
use inkwell::GlobalVisibility;
use inkwell::attributes::AttributeLoc;
use inkwell::types::{BasicMetadataTypeEnum, BasicType};
use inkwell::values::{FunctionValue, PointerValue};

/// The parameters of an exported function that the runtime looks at together, those that are written first: all arrays, if
/// nothing else can run during a call.
#[must_use]
pub fn viewed_params(cx: &ModuleCx<'_>, id: FnId) -> Vec<usize> {
    let function = &cx.program.functions[id];
    if !function.exported || !cx.runs_alone(id) {
        return Vec::new();
    }
    let mut viewed: Vec<usize> = (0..function.params.len())
        .filter(|&i| {
            let param = &function.params[i];
            let is_array = match function.locals[param.local].ty {
                Ty::PyArrayView(_) => true,
                Ty::Array(_) => param.mode != ParamMode::Own,
                _ => false,
            };
            is_array && param.default.is_none()
        })
        .collect();
    viewed.sort_by_key(|&i| function.params[i].mode != ParamMode::Mut);
    viewed
}

/// Declares the entry of a function, if it has one.
pub(super) fn declare<'c>(
    cx: &ModuleCx<'c>,
    level: Level,
    id: FnId,
    abi: &FunctionAbi<'c>,
) -> Option<FunctionValue<'c>> {
    if cx.options.executable || !cx.calls.is_wide(id) {
        return None;
    }
    let viewed = viewed_params(cx, id);
    if viewed.is_empty() {
        return None;
    }
    let mut params: Vec<BasicMetadataTypeEnum<'c>> = vec![cx.types.ptr.into()];
    for (i, param) in abi.params.iter().enumerate() {
        if !viewed.contains(&i) {
            params.extend(param.types(&cx.types));
        }
    }
    let ty = match abi.ty.get_return_type() {
        None => cx.context.void_type().fn_type(&params, false),
        Some(ty) => ty.fn_type(&params, false),
    };
    let symbol = format!("{}.entry", cx.symbol(&cx.names[id.index()], level));
    let value = cx.module.add_function(&symbol, ty, None);
    value
        .as_global_value()
        .set_visibility(GlobalVisibility::Hidden);
    multiversion::target(cx, value, level);
    cx.add_attribute(value, AttributeLoc::Function, "nounwind", 0);
    for name in ["noalias", "nonnull", "noundef", "readonly", "captures"] {
        cx.add_attribute(value, AttributeLoc::Param(0), name, 0);
    }
    Some(value)
}

/// Whether a function is seen by no other module because its entry is called in its place.
pub(super) fn hides(cx: &ModuleCx<'_>, level: Level) -> bool {
    let levels = &cx.options.levels;
    // The others pass strided arrays on to the lowest level.
    !cx.options.keep_functions && !cx.options.debug && (level != levels[0] || levels.len() == 1)
}

/// Emits the entry of a function of this module, if it has one.
pub(super) fn emit(cx: &ModuleCx<'_>, id: FnId) {
    let handle = cx.function(cx.level, id);
    let Some(entry) = handle.entry else {
        return;
    };
    let viewed = viewed_params(cx, id);
    let function = &cx.program.functions[id];
    let b = Builder::new(cx, entry, cx.level);
    let mut next = 1;
    let mut args = Vec::new();
    for (i, abi) in handle.abi.params.iter().enumerate() {
        if let Some(position) = viewed.iter().position(|&v| v == i) {
            let ty = &function.locals[function.params[i].local].ty;
            let address = b.element(
                cx.types.view,
                b.param(0).into_pointer_value(),
                b.i64(position as i64),
            );
            flatten(&b, address, ty, *abi, &mut args);
        } else {
            let end = next + abi.types(&cx.types).len();
            args.extend((next..end).map(|index| b.param(index)));
            next = end;
        }
    }
    let (result, call) = b.call_site(handle.value, &args);
    if !hides(cx, cx.level) {
        let noinline = cx.enum_attribute("noinline", 0);
        call.add_attribute(AttributeLoc::Function, noinline);
    }
    b.ret(result);
    b.finish();
}

/// Appends the arguments for a view.
fn flatten<'c>(
    b: &Builder<'_, 'c>,
    view: PointerValue<'c>,
    ty: &Ty,
    abi: ParamAbi<'c>,
    args: &mut Vec<Val<'c>>,
) {
    let types = &b.cx.types;
    let element = ty.element().unwrap_or(&Ty::Float);
    let size = b.cx.element_size(element);
    let word = |word: i64| b.element(types.i64, view, b.i64(word));
    let data = b.load(types.ptr, view);
    b.describe(data, "nonnull", &[]);
    b.describe(data, "noundef", &[]);
    b.describe(data, "align", &[b.cx.element_align(element).into()]);
    let len = b.load(types.i64, word(1));
    b.describe(len, "noundef", &[]);
    b.describe(len, "range", &[0, length_limit(size)]);
    match abi {
        ParamAbi::Slot(ty) => {
            let slot = b.slot(ty, "array");
            b.store(b.make(&[data, len]), slot);
            args.push(slot.into());
        }
        ParamAbi::View => {
            // Who stays by itself has no use for the borrow.
            args.extend([data, len, b.load(types.i64, word(2)), b.null()]);
        }
        _ => args.extend([data, len]),
    }
}
