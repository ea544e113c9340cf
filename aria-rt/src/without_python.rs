//! The unit tests are a program without Python. The linker drops most of what calls it; what is left refers to these
//! functions, of which only the first may ever be called.

use std::ffi::c_int;

#[unsafe(no_mangle)]
extern "C" fn PyGILState_Check() -> c_int {
    0
}

macro_rules! missing {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        extern "C" fn $name() {
            unreachable!(concat!("a unit test called ", stringify!($name)));
        }
    )*};
}

missing! {
    PyBuffer_Release PyErr_Fetch PyErr_Occurred PyErr_Restore PyEval_RestoreThread PyEval_SaveThread Py_AddPendingCall
    _Py_Dealloc _Py_DecRef
}
