//! The module: `PyInit_NAME` and the constants it hands to the runtime.

use super::constants::{self, Entry, Specs};
use super::dispatch::Dispatch;
use super::interface::Interface;
use super::wrappers;
use crate::llvm::{Builder, ModuleCx, RtFn};
use inkwell::module::Linkage;

/// Emits everything that Python calls. Run after the program's functions are declared.
pub fn emit(cx: &ModuleCx<'_>, interface: &Interface) {
    let dispatch = Dispatch::new(cx, interface);
    let mut entries = Vec::new();
    for export in &interface.functions {
        let spec = Specs { export }.function(cx);
        let wrapper = wrappers::emit(cx, export, spec, &dispatch);
        let wrapper = wrapper.as_global_value().as_pointer_value();
        entries.push(Entry { spec, wrapper });
    }
    let module = constants::module(cx, interface, &entries, &dispatch);
    let symbol = format!("PyInit_{}", interface.leaf());
    let ty = cx.types.ptr.fn_type(&[], false);
    let init = cx.module.add_function(&symbol, ty, Some(Linkage::External));
    let b = Builder::new(cx, init, cx.options.levels[0]);
    b.ret(b.call(RtFn::aria_rt_module_init.declare(cx), &[module.into()]));
    b.finish();
}
