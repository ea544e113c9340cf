//! Functions by their Aria signature: to declare them and to call them.

use super::builder::{Builder, Val};
use super::context::ModuleCx;
use super::entry;
use super::layout::{FunctionAbi, ParamAbi, length_limit};
use super::multiversion::{self, Level};
use super::nd;
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::{FnId, Function, Rvalue, StmtKind};
use crate::types::Ty;
use inkwell::GlobalVisibility;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::values::{FunctionValue, IntValue, PointerValue};

/// A compiled function of the program.
#[derive(Clone, Debug)]
pub struct FunctionHandle<'c> {
    /// LLVM's function.
    pub value: FunctionValue<'c>,
    /// How it is called.
    pub abi: FunctionAbi<'c>,
    /// What a wrapper calls in its place, if there is such a thing: with the address of the views, then all other arguments.
    pub entry: Option<FunctionValue<'c>>,
    /// Whether it has loops: then a copy of it in a wrapper would cost more than the call.
    pub has_loops: bool,
}

/// What came back from a call.
#[derive(Clone, Copy, Debug)]
pub struct CallResult<'c> {
    /// 1 when the function failed, and an error is pending; none when it cannot fail.
    pub failed: Option<IntValue<'c>>,
    /// The value, if there is one; meaningless after a failure.
    pub value: Option<Val<'c>>,
}

impl<'c> FunctionHandle<'c> {
    /// What a wrapper calls.
    #[must_use]
    pub fn outermost(&self) -> FunctionValue<'c> {
        self.entry.unwrap_or(self.value)
    }

    /// Calls the function, or its entry, from a wrapper, with arguments that are flat already, as in [`ParamAbi::types`].
    pub fn call(&self, b: &Builder<'_, 'c>, args: &[Val<'c>]) -> CallResult<'c> {
        let (result, call) = b.call_site(self.outermost(), args);
        if self.has_loops {
            let noinline = b.cx.enum_attribute("noinline", 0);
            call.add_attribute(AttributeLoc::Function, noinline);
        }
        self.abi.split(b, result)
    }

    /// As [`FunctionHandle::call`], for the version of another level, at an address.
    pub fn call_at(
        &self,
        b: &Builder<'_, 'c>,
        address: PointerValue<'c>,
        args: &[Val<'c>],
    ) -> CallResult<'c> {
        let ty = self.outermost().get_type();
        self.abi.split(b, b.call_at(ty, address, args))
    }

    /// Calls the function from Aria code.
    pub(super) fn call_in_code(&self, b: &Builder<'_, 'c>, args: &[Val<'c>]) -> CallResult<'c> {
        self.abi.split(b, b.call(self.value, args))
    }
}

impl<'c> FunctionAbi<'c> {
    /// Calls a function at an address.
    pub(super) fn call_at(
        &self,
        b: &Builder<'_, 'c>,
        address: PointerValue<'c>,
        args: &[Val<'c>],
    ) -> CallResult<'c> {
        self.split(b, b.call_at(self.ty, address, args))
    }

    fn split(&self, b: &Builder<'_, 'c>, result: Option<Val<'c>>) -> CallResult<'c> {
        match (self.raises, self.ret) {
            (false, _) => CallResult {
                failed: None,
                value: result,
            },
            (true, None) => CallResult {
                failed: result.map(Val::into_int_value),
                value: None,
            },
            (true, Some(_)) => {
                let result = result.expect("a function that returns a value has a result");
                CallResult {
                    failed: Some(b.part(result, 0).into_int_value()),
                    value: Some(b.part(result, 1)),
                }
            }
        }
    }
}

impl<'c> ParamAbi<'c> {
    /// Appends the LLVM arguments for `value`, which has the parameter's value type (for [`ParamAbi::Slot`] and
    /// [`ParamAbi::Large`]: is its address).
    pub fn flatten(self, b: &Builder<'_, 'c>, value: Val<'c>, args: &mut Vec<Val<'c>>) {
        match self {
            ParamAbi::Nothing => {}
            ParamAbi::Value(_) | ParamAbi::Slot(_) | ParamAbi::Large(_) => args.push(value),
            ParamAbi::Array => args.extend((0..2).map(|i| b.part(value, i))),
            ParamAbi::View => args.extend((0..4).map(|i| b.part(value, i))),
            ParamAbi::Nd(ty) => args.extend((0..ty.count_fields()).map(|i| b.part(value, i))),
        }
    }
}

/// Declares the functions that this module defines or may call.
///
/// The module of the lowest level has the wrappers and tables, which name the functions of all levels; functions that
/// do not gain by a level have one version, there. The module of another level has copies to inline of those that it calls.
pub(super) fn declare_all(cx: &ModuleCx<'_>) {
    let lowest = cx.options.levels[0];
    let levels = match cx.level {
        level if level == lowest => cx.options.levels.as_slice(),
        _ => std::slice::from_ref(&cx.level),
    };
    for &level in levels {
        for id in cx.program.functions.ids() {
            let handle = match cx.calls.is_wide(id) {
                true => declare(cx, level, level, id),
                false if level == cx.level => declare(cx, level, lowest, id),
                false => cx.function(lowest, id),
            };
            cx.functions.borrow_mut().insert((level, id), handle);
        }
    }
}

/// Declares the lowest level's version of an exported function in the module of a higher one.
pub(super) fn declare_lowest<'c>(cx: &ModuleCx<'c>, id: FnId) -> FunctionValue<'c> {
    let handle = cx.function(cx.level, id);
    let symbol = cx.symbol(&cx.names[id.index()], cx.options.levels[0]);
    let value = cx.module.add_function(&symbol, handle.abi.ty, None);
    value
        .as_global_value()
        .set_visibility(GlobalVisibility::Hidden);
    cx.add_attribute(value, AttributeLoc::Function, "nounwind", 0);
    cx.add_attribute(value, AttributeLoc::Function, "cold", 0);
    value
}

/// Declares a function for a level, under the name that it has at the level `named`.
fn declare<'c>(cx: &ModuleCx<'c>, level: Level, named: Level, id: FnId) -> FunctionHandle<'c> {
    let function = &cx.program.functions[id];
    let abi = FunctionAbi::of(cx, function, cx.calls.raises(id));
    let symbol = cx.symbol(&cx.names[id.index()], named);
    let value = cx.module.add_function(&symbol, abi.ty, None);
    let entry = entry::declare(cx, level, id, &abi);
    let is_inside = entry.is_some() && level == cx.level && entry::hides(cx, level);
    let is_shared = !cx.calls.is_wide(id) && cx.options.levels.len() > 1;
    let is_loop = cx.program.ufuncs.values().any(|of| *of == id);
    let is_called_from_outside = function.exported || is_loop;
    if named != cx.level && level == cx.level && cx.defines(id) {
        value.set_linkage(Linkage::AvailableExternally);
    } else if !is_inside
        && (is_called_from_outside || cx.options.keep_functions || is_shared || level != cx.level)
    {
        // Exported functions keep their symbol: people look for it in `--emit=llvm` and in profilers.
        value
            .as_global_value()
            .set_visibility(GlobalVisibility::Hidden);
    } else {
        value.set_linkage(Linkage::Internal);
    }
    multiversion::target(cx, value, level);
    cx.add_attribute(value, AttributeLoc::Function, "nounwind", 0);
    if function.inline {
        cx.add_attribute(value, AttributeLoc::Function, "alwaysinline", 0);
    }
    if cx.calls.is_recursive(id) {
        // A call that became a jump would use no stack, and runaway recursion would run for ever: it must end alike,
        // with RecursionError, at every level of optimisation.
        let calls = cx
            .context
            .create_string_attribute("disable-tail-calls", "true");
        value.add_attribute(AttributeLoc::Function, calls);
    }
    describe_params(cx, function, &abi, value);
    FunctionHandle {
        value,
        abi,
        entry,
        has_loops: has_loops(function),
    }
}

fn has_loops(function: &Function) -> bool {
    let mut found = !function.loops.is_empty();
    function.body.each(&mut |stmt| {
        if let StmtKind::Assign { value, .. } = &stmt.kind {
            found |= matches!(
                value,
                Rvalue::Map { .. } | Rvalue::Reduce { .. } | Rvalue::Fill { .. }
            );
        }
    });
    found
}

/// States what the language guarantees about parameters, so that loops over them vectorise.
///
/// A function that calls into Python promises less: the Python code may reach the same memory.
fn describe_params<'c>(
    cx: &ModuleCx<'c>,
    function: &Function,
    abi: &FunctionAbi<'c>,
    value: FunctionValue<'c>,
) {
    let mut index = 0;
    for (param, param_abi) in function.params.iter().zip(&abi.params) {
        let ty = &function.locals[param.local].ty;
        let add = |offset: u32, name: &str, argument: u64| {
            cx.add_attribute(value, AttributeLoc::Param(index + offset), name, argument);
        };
        match param_abi {
            ParamAbi::Array | ParamAbi::View => {
                let element = ty.element().unwrap_or(&Ty::Float);
                add(0, "nonnull", 0);
                add(0, "noundef", 0);
                add(0, "align", cx.element_align(element).into());
                if !function.uses_python {
                    add(0, "noalias", 0);
                    if param.mode == ParamMode::Read && !returns_part_of(function, ty) {
                        add(0, "readonly", 0);
                        add(0, "captures", CAPTURES_NONE);
                    }
                }
                length_range(cx, value, index + 1, element);
            }
            ParamAbi::Nd(parts) => {
                let element = ty.element().unwrap_or(&Ty::Float);
                add(0, "nonnull", 0);
                add(0, "noundef", 0);
                add(0, "align", cx.element_align(element).into());
                if !function.uses_python {
                    add(0, "noalias", 0);
                    if param.mode == ParamMode::Read && !returns_part_of(function, ty.kind()) {
                        add(0, "readonly", 0);
                        add(0, "captures", CAPTURES_NONE);
                    }
                }
                for axis in 0..ty.rank() {
                    length_range(cx, value, index + nd::length_part(ty, axis), element);
                }
                debug_assert_eq!(
                    parts.count_fields(),
                    param_abi.types(&cx.types).len() as u32
                );
            }
            ParamAbi::Slot(value) | ParamAbi::Large(value) => {
                add(0, "noalias", 0);
                add(0, "nonnull", 0);
                add(0, "noundef", 0);
                add(0, "captures", CAPTURES_NONE);
                add(0, "align", cx.data.get_abi_alignment(value).into());
                add(0, "dereferenceable", cx.size(*value));
                if matches!(param_abi, ParamAbi::Large(_)) && param.mode == ParamMode::Read {
                    add(0, "readonly", 0);
                }
            }
            ParamAbi::Value(_) if matches!(ty, Ty::String | Ty::PythonObject) => {
                add(0, "nonnull", 0);
            }
            ParamAbi::Value(_) | ParamAbi::Nothing => {}
        }
        index += param_abi.types(&cx.types).len() as u32;
    }
}

/// Whether the result may contain the parameter's pointer: handles are shared, not copied.
fn returns_part_of(function: &Function, param: &Ty) -> bool {
    matches!(param, Ty::PythonArray(_)) && function.ret.is_owned()
}

/// `captures(none)`.
const CAPTURES_NONE: u64 = 0;

/// Says that a length is not negative and that so many elements have an address.
fn length_range<'c>(cx: &ModuleCx<'c>, function: FunctionValue<'c>, index: u32, element: &Ty) {
    let limit = length_limit(cx.element_size(element));
    let range = cx.range_attribute(0, limit);
    function.add_attribute(AttributeLoc::Param(index), range);
    cx.add_attribute(function, AttributeLoc::Param(index), "noundef", 0);
}
