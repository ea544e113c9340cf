//! Making the module: what `PyInit_…` of an extension comes to. Multi-phase initialisation (PEP 489), so that functions
//! know the full name of their module and can be pickled.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

use aria_abi::ABI_VERSION;
use aria_abi::layout::{ClassesSpec, ExportSpec, ModuleSpec};
use pyo3_ffi::*;

use crate::cpu;
use crate::item;
use crate::panics::{self, guard};
use crate::python::{Raised, set_error};
use crate::{records, shared};

/// CPython's definition of the module, and what its `exec` step needs besides. Lives for ever.
#[repr(C)]
struct Definition {
    def: PyModuleDef,
    level: u32,
    classes: *const ClassesSpec,
    exports: *const ExportSpec,
    n_exports: u64,
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `spec` is a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_module_init(spec: *const ModuleSpec) -> *mut PyObject {
    panics::keep_quiet();
    // SAFETY: forwarded from the caller.
    guard(null_mut(), || match unsafe { define(&*spec) } {
        Ok(definition) => definition,
        Err(why) => {
            // SAFETY: CPython fills its exception globals before it loads an extension.
            set_error(unsafe { PyExc_ImportError }, &why);
            null_mut()
        }
    })
}

unsafe fn define(spec: &ModuleSpec) -> Result<*mut PyObject, String> {
    // SAFETY: names are NUL-terminated constants of the extension.
    let name = unsafe { CStr::from_ptr(spec.name.cast()) };
    if spec.abi_version != ABI_VERSION {
        return Err(format!(
            "{}: compiled for version {:08x} of Aria's runtime, but linked with version {ABI_VERSION:08x}; compile it again",
            name.to_string_lossy(),
            spec.abi_version
        ));
    }
    // SAFETY: the tables and their lengths are constants of the extension.
    let (levels, exports) = unsafe {
        (
            slice(spec.levels, spec.n_levels as usize),
            slice(spec.exports, spec.n_exports as usize),
        )
    };
    let index = cpu::choose(levels).map_err(|why| format!("{}: {why}", name.to_string_lossy()))?;
    // SAFETY: the table and its length are constants of the extension.
    item::register(unsafe { slice(spec.records, spec.n_records as usize) });
    // SAFETY: the tables are the extension's own, `dispatch` is writable, and no function of it runs yet.
    unsafe { dispatch(spec, index) };
    // SAFETY: the exports are constants of the extension.
    let mut methods: Vec<PyMethodDef> = exports
        .iter()
        .filter(|export| export.ufunc.is_null())
        .map(|export| unsafe { method(export) })
        .collect();
    methods.push(PyMethodDef::zeroed());
    let definition = Box::leak(Box::new(Definition {
        def: PyModuleDef {
            m_base: PyModuleDef_HEAD_INIT,
            m_name: name.as_ptr(),
            m_doc: spec.doc.cast(),
            m_size: 0,
            m_methods: methods.leak().as_mut_ptr(),
            m_slots: slots().leak().as_mut_ptr(),
            m_traverse: None,
            m_clear: None,
            m_free: None,
        },
        level: levels[index],
        classes: spec.classes,
        exports: spec.exports,
        n_exports: spec.n_exports,
    }));
    // SAFETY: the definition lives for ever.
    Ok(unsafe { PyModuleDef_Init(&mut definition.def) })
}

unsafe fn slice<'a, T>(data: *const T, len: usize) -> &'a [T] {
    if len == 0 {
        &[]
    } else {
        // SAFETY: the caller's table has `len` entries.
        unsafe { std::slice::from_raw_parts(data, len) }
    }
}

/// Lets the entry points call the functions of the chosen level.
unsafe fn dispatch(spec: &ModuleSpec, level: usize) {
    for index in 0..spec.n_dispatch as usize {
        // SAFETY: `dispatch` has `n_dispatch` addresses, `targets` `n_levels` for each; `level` is less than that.
        unsafe {
            *spec.dispatch.add(index) = *spec.targets.add(index * spec.n_levels as usize + level);
        }
    }
}

unsafe fn method(export: &ExportSpec) -> PyMethodDef {
    // SAFETY: the entry point is a METH_FASTCALL | METH_KEYWORDS function.
    let entry =
        unsafe { std::mem::transmute::<*const c_void, PyCFunctionFastWithKeywords>(export.entry) };
    PyMethodDef {
        ml_name: export.name.cast(),
        ml_meth: PyMethodDefPointer {
            PyCFunctionFastWithKeywords: entry,
        },
        ml_flags: METH_FASTCALL | METH_KEYWORDS,
        ml_doc: export.doc.cast(),
    }
}

/// The slots that the running CPython knows.
fn slots() -> Vec<PyModuleDef_Slot> {
    // Numbers of CPython's ABI; a build for the stable ABI of 3.11 has no names for them.
    const MULTIPLE_INTERPRETERS: c_int = 3;
    const NOT_SUPPORTED: *mut c_void = null_mut();
    const GIL: c_int = 4;
    const NOT_USED: *mut c_void = std::ptr::without_provenance_mut(1);
    let mut slots = vec![PyModuleDef_Slot {
        slot: 2,
        value: execute as *mut c_void,
    }];
    let version = running_version();
    if version >= 0x030c {
        slots.push(PyModuleDef_Slot {
            slot: MULTIPLE_INTERPRETERS,
            value: NOT_SUPPORTED,
        });
    }
    if version >= 0x030d {
        slots.push(PyModuleDef_Slot {
            slot: GIL,
            value: NOT_USED,
        });
    }
    slots.push(PyModuleDef_Slot {
        slot: 0,
        value: null_mut(),
    });
    slots
}

/// Major and minor version of the CPython that runs, a byte each (at least, for a build for one version).
#[cfg(Py_LIMITED_API)]
fn running_version() -> u32 {
    // SAFETY: a constant of CPython from 3.11 on, which is the oldest that a stable-ABI build runs on.
    unsafe { (Py_Version >> 16) as u32 }
}

#[cfg(not(Py_LIMITED_API))]
fn running_version() -> u32 {
    // A build for one version only needs to know which slots that one has.
    if cfg!(Py_3_13) {
        0x030d
    } else if cfg!(Py_3_12) {
        0x030c
    } else {
        0x030a
    }
}

/// The module's `exec` step.
unsafe extern "C" fn execute(module: *mut PyObject) -> c_int {
    // SAFETY: CPython passes the module that it made from our definition, with the GIL held.
    guard(-1, || match unsafe { fill(module) } {
        Ok(()) => 0,
        Err(Raised) => -1,
    })
}

unsafe fn fill(module: *mut PyObject) -> Result<(), Raised> {
    // SAFETY: the definition is ours; PyModule_AddObjectRef adds a reference of its own.
    unsafe {
        shared::join()?;
        let definition: *mut Definition = PyModule_GetDef(module).cast();
        let level = cpu::c_name((*definition).level);
        let added =
            PyModule_AddStringConstant(module, c"__aria_cpu_level__".as_ptr(), level.as_ptr());
        if added != 0
            || PyObject_SetAttrString(module, c"BorrowError".as_ptr(), shared::borrow_error()) != 0
        {
            return Err(Raised);
        }
        #[cfg(not(feature = "program"))]
        for export in slice((*definition).exports, (*definition).n_exports as usize) {
            if let Some(spec) = export.ufunc.as_ref() {
                crate::ufunc::add(module, export, spec)?;
            }
        }
        match (*definition).classes.as_ref() {
            Some(classes) => records::make_classes(module, classes),
            None => Ok(()),
        }
    }
}
