//! The module: `PyInit_NAME` and the constants it hands to the runtime.

use super::constants::{self, Entries, Specs};
use super::interface::Interface;
use super::wrappers;
use crate::llvm::{Builder, ModuleCx, RtFn};
use inkwell::module::Linkage;

/// Emits everything that Python calls. Run after the program's functions are declared.
pub fn emit(cx: &ModuleCx<'_>, interface: &Interface) {
    let mut entries = Vec::new();
    for export in &interface.functions {
        let spec = Specs { export }.function(cx);
        let levels = cx.options.levels.iter().map(|&level| {
            wrappers::emit(cx, export, spec, level)
                .as_global_value()
                .as_pointer_value()
        });
        entries.push(Entries {
            spec,
            levels: levels.collect(),
        });
    }
    let module = constants::module(cx, interface, &entries);
    let symbol = format!("PyInit_{}", interface.leaf());
    let init = cx.module.add_function(
        &symbol,
        cx.types.ptr.fn_type(&[], false),
        Some(Linkage::External),
    );
    let b = Builder::new(cx, init, cx.options.levels[0]);
    b.ret(b.call(RtFn::aria_rt_module_init.declare(cx), &[module.into()]));
    b.finish();
}
