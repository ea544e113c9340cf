//! Which code a wrapper calls when each CPU level has its own.
//!
//! Wrappers are the same at every level, so there is one of each, compiled for the lowest. A function that has code of its
//! own at several levels is called by an address in a table, which the runtime sets when the module is made. All others
//! are called directly, and inlined.

use super::interface::Interface;
use crate::llvm::{FunctionHandle, ModuleCx};
use crate::mir::FnId;
use inkwell::module::Linkage;
use inkwell::values::PointerValue;

/// The table of addresses.
pub struct Dispatch<'c> {
    functions: Vec<FnId>,
    /// The writable table; null when it is empty.
    pub table: PointerValue<'c>,
    /// The addresses, a row of all levels for each function; null when there are none.
    pub targets: PointerValue<'c>,
}

impl<'c> Dispatch<'c> {
    /// Collects the exported functions that differ between levels, and emits the tables.
    pub fn new(cx: &ModuleCx<'c>, interface: &Interface) -> Self {
        let levels = &cx.options.levels;
        let differs = |id: FnId| {
            levels
                .iter()
                .any(|&level| cx.function(level, id).value != lowest(cx, id).value)
        };
        let exported = interface
            .functions
            .iter()
            .map(|export| export.ufunc.unwrap_or(export.function));
        let functions: Vec<FnId> = exported.filter(|&id| differs(id)).collect();
        let ptr = cx.types.ptr;
        if functions.is_empty() {
            return Dispatch {
                functions,
                table: ptr.const_null(),
                targets: ptr.const_null(),
            };
        }
        let address =
            |handle: FunctionHandle<'c>| handle.outermost().as_global_value().as_pointer_value();
        let rows = functions
            .iter()
            .flat_map(|&id| levels.iter().map(move |&level| (level, id)));
        let targets: Vec<_> = rows
            .map(|(level, id)| address(cx.function(level, id)))
            .collect();
        let first: Vec<_> = functions
            .iter()
            .map(|&id| address(lowest(cx, id)))
            .collect();
        let targets = cx
            .constant("targets", ptr.const_array(&targets))
            .as_pointer_value();
        let initial = ptr.const_array(&first);
        let table = cx.module.add_global(initial.get_type(), None, "dispatch");
        table.set_linkage(Linkage::Internal);
        table.set_initializer(&initial);
        Dispatch {
            functions,
            table: table.as_pointer_value(),
            targets,
        }
    }

    /// Number of addresses in the table.
    #[must_use]
    pub fn count(&self) -> usize {
        self.functions.len()
    }

    /// The place of a function in the table; none if it is called directly.
    #[must_use]
    pub fn position(&self, id: FnId) -> Option<usize> {
        self.functions.iter().position(|&f| f == id)
    }
}

/// The function at the lowest level of the build.
pub fn lowest<'c>(cx: &ModuleCx<'c>, id: FnId) -> FunctionHandle<'c> {
    cx.function(cx.options.levels[0], id)
}
