//! The constants that describe an extension to the runtime: `ParamSpec`, `FunctionSpec`, `ExportSpec`, `ModuleSpec`.
//!
//! The structs are those of `aria_abi::layout`; the tests there hold both sides to the same sizes.

use super::dispatch::Dispatch;
use super::interface::{Export, ExportParam, Interface};
use super::{classes, items, values};
use crate::llvm::ModuleCx;
use crate::types::Ty;
use aria_abi::ABI_VERSION;
use aria_abi::codes::Kind;
use aria_abi::layout::{BriefViews, ViewSpec};
use inkwell::values::{BasicValueEnum, PointerValue, StructValue};

/// Makes the constants of one function.
pub struct Specs<'a> {
    /// The function.
    pub export: &'a Export,
}

impl Specs<'_> {
    /// A `ParamSpec*`.
    pub fn param<'c>(&self, cx: &ModuleCx<'c>, param: &ExportParam) -> PointerValue<'c> {
        cx.constant("param", self.param_value(cx, param))
            .as_pointer_value()
    }

    fn param_value<'c>(&self, cx: &ModuleCx<'c>, param: &ExportParam) -> StructValue<'c> {
        let (kind, elem) = classify(cx, &param.ty);
        let i32 = |n: u32| -> BasicValueEnum<'c> { cx.types.i32.const_int(n.into(), false).into() };
        let fields = [
            cx.text_value(&self.export.name).into(),
            cx.text_value(&param.name).into(),
            cx.text_value(&param.ty.to_string()).into(),
            i32(kind as u32),
            i32(elem),
            i32(param.mutable.into()),
            i32(param.default.is_some().into()),
            i32(param.ty.rank().into()),
            i32(0),
        ];
        cx.context.const_struct(&fields, false)
    }

    /// The same in brief.
    pub fn brief_views(&self, cx: &ModuleCx<'_>, positions: &[usize]) -> BriefViews {
        let params = positions.iter().map(|&p| &self.export.params[p]);
        let mutable = params.clone().filter(|param| param.mutable).count();
        let elems = params.map(|param| classify(cx, &param.ty).1);
        let views: Vec<(usize, u32)> = positions.iter().copied().zip(elems).collect();
        BriefViews::of(&views, mutable)
    }

    /// A `ViewsSpec*` for the parameters at these positions, those that are written first.
    pub fn views<'c>(&self, cx: &ModuleCx<'c>, positions: &[usize]) -> PointerValue<'c> {
        let views: Vec<StructValue<'c>> = positions
            .iter()
            .map(|&position| {
                let param = &self.export.params[position];
                let (kind, elem) = classify(cx, &param.ty);
                let mutable = ViewSpec::MUTABLE * u16::from(param.mutable);
                let array = ViewSpec::ARRAY * u16::from(kind == Kind::Array);
                let i16 = |n: u64| cx.context.i16_type().const_int(n, false).into();
                let fields = [
                    self.param(cx, param).into(),
                    cx.types.i32.const_int(position as u64, false).into(),
                    i16(elem.into()),
                    i16((mutable | array).into()),
                ];
                cx.context.const_struct(&fields, false)
            })
            .collect();
        let array = views[0].get_type().const_array(&views);
        let mutable = positions.iter().filter(|&&p| self.export.params[p].mutable);
        let count = |n: usize| cx.types.i32.const_int(n as u64, false).into();
        let fields = [
            count(views.len()),
            count(mutable.count()),
            cx.constant("views", array).as_pointer_value().into(),
        ];
        cx.constant("look", cx.context.const_struct(&fields, false))
            .as_pointer_value()
    }

    /// A `FunctionSpec*`.
    pub fn function<'c>(&self, cx: &ModuleCx<'c>) -> PointerValue<'c> {
        let params: Vec<StructValue<'c>> = self
            .export
            .params
            .iter()
            .map(|p| self.param_value(cx, p))
            .collect();
        let params = match params.first() {
            Some(first) => {
                let array = first.get_type().const_array(&params);
                cx.constant("params", array).as_pointer_value()
            }
            None => cx.types.ptr.const_null(),
        };
        let (file, line) = &self.export.place;
        let fields = [
            cx.text_value(&self.export.name).into(),
            cx.text_value(file).into(),
            cx.types.i32.const_int((*line).into(), false).into(),
            cx.types
                .i32
                .const_int(self.export.params.len() as u64, false)
                .into(),
            params.into(),
        ];
        cx.constant("function", cx.context.const_struct(&fields, false))
            .as_pointer_value()
    }
}

/// The `ChoiceSpec*` of a generic function, from the `FunctionSpec*` of each instance.
pub fn choice<'c>(
    cx: &ModuleCx<'c>,
    exports: &[Export],
    instances: &[PointerValue<'c>],
) -> PointerValue<'c> {
    let array = cx.types.ptr.const_array(instances);
    let count = cx.types.i64.const_int(instances.len() as u64, false);
    let rows = exports.iter().flat_map(|export| {
        export.params.iter().enumerate().map(|(i, param)| {
            let differs = exports.iter().any(|other| other.params[i].ty != param.ty);
            match differs {
                true => values::value(cx, &param.ty),
                false => cx.types.ptr.const_null(),
            }
        })
    });
    let types = cx.types.ptr.const_array(&rows.collect::<Vec<_>>());
    let fields = [
        cx.constant("instances", array).as_pointer_value().into(),
        count.into(),
        cx.constant("types", types).as_pointer_value().into(),
    ];
    cx.constant("choice", cx.context.const_struct(&fields, false))
        .as_pointer_value()
}

/// How a parameter crosses the boundary, and the code of its elements.
pub(super) fn classify(cx: &ModuleCx<'_>, ty: &Ty) -> (Kind, u32) {
    let kind = match ty.kind() {
        Ty::String => Kind::String,
        Ty::PythonObject => Kind::Object,
        Ty::PyArrayView(_) => Kind::View,
        Ty::PythonArray(_) => Kind::PythonArray,
        Ty::Array(_) => Kind::Array,
        Ty::Tuple(_) => Kind::Tuple,
        Ty::List(_) => Kind::List,
        Ty::Adt(_) => Kind::Option,
        Ty::Unit => Kind::Unit,
        _ => Kind::Scalar,
    };
    let elem = match ty {
        Ty::Adt(_) => 0,
        ty => cx.elem_code(ty.scalar()),
    };
    (kind, elem)
}

/// An exported function with its entry point.
pub struct Entry<'a, 'c> {
    /// The function; of a generic one, the first instance.
    pub export: &'a Export,
    /// The `FunctionSpec*`.
    pub spec: PointerValue<'c>,
    /// The wrapper; null for a ufunc.
    pub wrapper: PointerValue<'c>,
    /// The `UfuncSpec*`; null for a function.
    pub ufunc: PointerValue<'c>,
}

/// The `ModuleSpec*`.
pub fn module<'c>(
    cx: &ModuleCx<'c>,
    interface: &Interface,
    entries: &[Entry<'_, 'c>],
    dispatch: &Dispatch<'c>,
) -> PointerValue<'c> {
    let ptr = cx.types.ptr;
    let exports: Vec<StructValue<'c>> = entries
        .iter()
        .map(|entry| {
            let fields = [
                entry.spec.into(),
                cx.bytes(&entry.export.name).into(),
                cx.bytes(&entry.export.doc_with_signature()).into(),
                entry.wrapper.into(),
                entry.ufunc.into(),
            ];
            cx.context.const_struct(&fields, false)
        })
        .collect();
    let i32 = |n: u32| cx.types.i32.const_int(n.into(), false);
    let i64 = |n: usize| cx.types.i64.const_int(n as u64, false);
    let levels: Vec<_> = cx
        .options
        .levels
        .iter()
        .map(|level| i32(level.code()))
        .collect();
    let n_levels = u32::try_from(levels.len()).expect("there are few levels");
    let levels = cx
        .constant("levels", cx.types.i32.const_array(&levels))
        .as_pointer_value();
    let doc = interface
        .doc
        .as_deref()
        .map_or(ptr.const_null(), |doc| cx.bytes(doc));
    let n_exports = i64(exports.len());
    let exports = match exports.first() {
        Some(first) => cx
            .constant("exports", first.get_type().const_array(&exports))
            .as_pointer_value(),
        None => ptr.const_null(),
    };
    let fields = [
        i32(ABI_VERSION).into(),
        i32(n_levels).into(),
        levels.into(),
        cx.bytes(interface.leaf()).into(),
        doc.into(),
        exports.into(),
        n_exports.into(),
        dispatch.table.into(),
        dispatch.targets.into(),
        i64(dispatch.count()).into(),
        classes::spec(cx, &interface.classes).into(),
        items::specs(cx, interface).into(),
        i64(cx.program.records.len()).into(),
    ];
    cx.constant("module", cx.context.const_struct(&fields, false))
        .as_pointer_value()
}
