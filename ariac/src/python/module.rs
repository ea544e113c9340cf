//! The module: `PyInit_NAME` and the constants it hands to the runtime.

use super::constants::{self, Entry, Specs};
use super::dispatch::Dispatch;
use super::interface::Interface;
use super::{ufuncs, wrappers};
use crate::llvm::{Builder, ModuleCx, RtFn};
use inkwell::module::Linkage;

/// Emits everything that Python calls. Run after the program's functions are declared.
pub fn emit(cx: &ModuleCx<'_>, interface: &Interface) {
    let dispatch = Dispatch::new(cx, interface);
    let mut entries = Vec::new();
    for instances in interface.callables() {
        let export = &instances[0];
        if export.ufunc.is_some() {
            let spec = Specs { export }.function(cx);
            entries.push(Entry {
                export,
                spec,
                wrapper: cx.types.ptr.const_null(),
                ufunc: ufuncs::spec(cx, instances, &dispatch),
            });
            continue;
        }
        let made = instances.iter().map(|export| {
            let spec = Specs { export }.function(cx);
            (spec, wrappers::emit(cx, export, spec, &dispatch))
        });
        let (specs, wrappers): (Vec<_>, Vec<_>) = made.unzip();
        let wrapper = match wrappers.as_slice() {
            [one] => *one,
            all => {
                let choice = constants::choice(cx, instances, &specs);
                wrappers::emit_choice(cx, &export.name, choice, all)
            }
        };
        let wrapper = wrapper.as_global_value().as_pointer_value();
        let spec = specs[0];
        entries.push(Entry {
            export,
            spec,
            wrapper,
            ufunc: cx.types.ptr.const_null(),
        });
    }
    let module = constants::module(cx, interface, &entries, &dispatch);
    let symbol = format!("PyInit_{}", interface.leaf());
    let ty = cx.types.ptr.fn_type(&[], false);
    let init = cx.module.add_function(&symbol, ty, Some(Linkage::External));
    let b = Builder::new(cx, init, cx.options.levels[0]);
    b.ret(b.call(RtFn::aria_rt_module_init.declare(cx), &[module.into()]));
    b.finish();
}
