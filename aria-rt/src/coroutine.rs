//! What a call of an `async` function gives Python: a coroutine, with the protocol of Python's own (PEP 492), so that every
//! event loop can drive it. The arguments are kept, and the body begins on a [`Fiber`] when the coroutine is first resumed.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aria_abi::layout::{CoroutineBody, FunctionSpec};
use pyo3_ffi::*;

use crate::error::{fetch_exception, restore_exception};
use crate::fiber::{Fiber, Resume, Step};
use crate::panics::guard;
use crate::python::{Aside, Class, Owned, Raised, new_class, new_str, set_error, text, type_error};

/// An instance of `aria_runtime.coroutine`.
#[repr(C)]
struct Object {
    base: PyObject,
    state: *mut State,
}

struct State {
    spec: *const FunctionSpec,
    /// Locked to look at it and to change it, and not while Python or the body runs.
    progress: Mutex<Progress>,
}

impl State {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, progress: Progress) {
        let before = std::mem::replace(&mut *self.progress(), progress);
        drop(before);
    }
}

/// The state of an instance.
///
/// # Safety
/// `object` is an instance, and lives as long as the result.
unsafe fn state<'a>(object: *mut PyObject) -> &'a State {
    // SAFETY: an instance owns its state, from the moment that anybody sees it.
    unsafe { &*(*object.cast::<Object>()).state }
}

enum Progress {
    /// What is to run, with its arguments.
    Created(CoroutineBody, Arguments),
    /// It awaits.
    Waiting(Fiber),
    Running,
    Ended,
}

/// Owned references; null for what was left out.
struct Arguments(Vec<*mut PyObject>);

impl Drop for Arguments {
    fn drop(&mut self) {
        for &object in &self.0 {
            // SAFETY: the references are owned, and coroutines are only touched with the GIL held.
            unsafe { Py_XDECREF(object) };
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; at `objects` are `n_params` objects or nulls; spec and body are the extension's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_coroutine(
    spec: *const FunctionSpec,
    body: CoroutineBody,
    objects: *const *mut PyObject,
) -> *mut PyObject {
    guard(null_mut(), || {
        // SAFETY: forwarded from the caller; the new object gets its state before anybody sees it.
        unsafe {
            let n = (*spec).n_params as usize;
            let objects = if n == 0 {
                &[]
            } else {
                std::slice::from_raw_parts(objects, n)
            };
            for &object in objects {
                Py_XINCREF(object);
            }
            let arguments = Arguments(objects.to_vec());
            let Ok(class) = CLASS.get(|| make_class()) else {
                return null_mut();
            };
            let object: *mut Object = PyType_GenericAlloc(class, 0).cast();
            if !object.is_null() {
                let progress = Progress::Created(body, arguments);
                let progress = Mutex::new(progress);
                let state = Box::new(State { spec, progress });
                (&raw mut (*object).state).write(Box::into_raw(state));
            }
            object.cast()
        }
    })
}

/// One step. An end without result leaves a Python exception set.
///
/// # Safety
/// The GIL is held, `object` is an instance, and what it is resumed with is given away.
unsafe fn resume(object: *mut PyObject, how: Resume) -> Step {
    const FAILED: Step = Step::Ended(null_mut());
    // SAFETY: the caller holds the object; references are owned or given away once.
    unsafe {
        let state = state(object);
        let progress = std::mem::replace(&mut *state.progress(), Progress::Running);
        let fiber = match progress {
            Progress::Waiting(fiber) => fiber,
            Progress::Created(body, arguments) => match begin(state, body, arguments, &how) {
                Some(fiber) => fiber,
                None => {
                    refuse(how);
                    return FAILED;
                }
            },
            Progress::Running => {
                set_error(PyExc_ValueError, "coroutine already executing");
                refuse(how);
                return FAILED;
            }
            Progress::Ended => {
                state.set(Progress::Ended);
                let message = "cannot reuse already awaited coroutine";
                set_error(PyExc_RuntimeError, message);
                refuse(how);
                return FAILED;
            }
        };
        if Py_EnterRecursiveCall(c" while resuming a coroutine".as_ptr()) != 0 {
            state.set(Progress::Waiting(fiber));
            refuse(how);
            return FAILED;
        }
        let (step, fiber) = fiber.resume(how);
        Py_LeaveRecursiveCall();
        state.set(fiber.map_or(Progress::Ended, Progress::Waiting));
        if let Step::Ended(null) = step
            && null.is_null()
            && PyErr_ExceptionMatches(PyExc_StopIteration) != 0
        {
            not_a_stop();
        }
        step
    }
}

/// The fiber of a body that begins; `None` where it does not, with an exception set.
unsafe fn begin(
    state: &State,
    body: CoroutineBody,
    arguments: Arguments,
    how: &Resume,
) -> Option<Fiber> {
    // SAFETY: the GIL is held; the body gets its arguments, which live until it has ended.
    unsafe {
        match *how {
            Resume::Throw(exception) => {
                state.set(Progress::Ended);
                drop(arguments);
                Py_INCREF(exception);
                restore_exception(exception);
                return None;
            }
            Resume::Send(value) if value != Py_None() => {
                state.set(Progress::Created(body, arguments));
                type_error("can't send non-None value to a just-started coroutine");
                return None;
            }
            Resume::Send(_) => {}
        }
        let fiber = Fiber::new(move || {
            let result = body(arguments.0.as_ptr().cast());
            // The arguments may run destructors.
            let _aside = result.is_null().then(|| Aside::put());
            drop(arguments);
            result.cast()
        });
        if fiber.is_none() {
            state.set(Progress::Ended);
            PyErr_NoMemory();
        }
        fiber
    }
}

/// Drops what a coroutine that does not go on was to be resumed with; the exception that is set stays.
unsafe fn refuse(how: Resume) {
    let (Resume::Send(given) | Resume::Throw(given)) = how;
    // SAFETY: the GIL is held, and the reference was given away.
    unsafe {
        let _aside = Aside::put();
        Py_DECREF(given);
    }
}

/// A StopIteration that leaves a body would look like its result (PEP 479).
unsafe fn not_a_stop() {
    // SAFETY: the GIL is held and an exception is set; PyException_SetCause takes its reference.
    unsafe {
        let stop = fetch_exception();
        set_error(PyExc_RuntimeError, "coroutine raised StopIteration");
        let error = fetch_exception();
        PyException_SetCause(error, stop);
        restore_exception(error);
    }
}

/// Raises what says that the coroutine has ended with a result.
unsafe fn stop(value: Owned) {
    // SAFETY: the GIL is held.
    unsafe {
        let args = (PyExc_StopIteration, value.as_ptr(), null_mut::<PyObject>());
        if let Some(stop) = Owned::take(PyObject_CallFunctionObjArgs(args.0, args.1, args.2)) {
            PyErr_SetObject(PyExc_StopIteration, stop.as_ptr());
        }
    }
}

/// A step as a method's result: what was yielded, or null with StopIteration or an error set.
unsafe fn as_method(step: Step) -> *mut PyObject {
    // SAFETY: the references are owned.
    unsafe {
        match step {
            Step::Yielded(value) => value,
            Step::Ended(value) => {
                if let Some(value) = Owned::take(value) {
                    stop(value);
                }
                null_mut()
            }
        }
    }
}

unsafe extern "C" fn itself(object: *mut PyObject) -> *mut PyObject {
    // SAFETY: CPython passes an instance.
    unsafe {
        Py_INCREF(object);
        object
    }
}

unsafe extern "C" fn next(object: *mut PyObject) -> *mut PyObject {
    // SAFETY: CPython passes an instance, with the GIL held.
    unsafe { send(object, Py_None()) }
}

unsafe extern "C" fn send(object: *mut PyObject, value: *mut PyObject) -> *mut PyObject {
    guard(null_mut(), || {
        // SAFETY: CPython passes an instance and a value, with the GIL held.
        unsafe {
            Py_INCREF(value);
            as_method(resume(object, Resume::Send(value)))
        }
    })
}

/// The `am_send` slot: as `send`, without the exception.
unsafe extern "C" fn step(
    object: *mut PyObject,
    value: *mut PyObject,
    result: *mut *mut PyObject,
) -> PySendResult {
    guard(PySendResult::PYGEN_ERROR, || {
        // SAFETY: CPython passes an instance, a value and a place, with the GIL held.
        unsafe {
            Py_INCREF(value);
            let (status, value) = match resume(object, Resume::Send(value)) {
                Step::Yielded(value) => (PySendResult::PYGEN_NEXT, value),
                Step::Ended(value) if value.is_null() => (PySendResult::PYGEN_ERROR, value),
                Step::Ended(value) => (PySendResult::PYGEN_RETURN, value),
            };
            *result = value;
            status
        }
    })
}

/// `throw(exception)`, or the older `throw(class, value, traceback)`.
unsafe extern "C" fn throw(object: *mut PyObject, args: *mut PyObject) -> *mut PyObject {
    guard(null_mut(), || {
        // SAFETY: CPython passes an instance and a tuple, with the GIL held.
        unsafe {
            match thrown(args) {
                Ok(exception) => as_method(resume(object, Resume::Throw(exception.into_ptr()))),
                Err(Raised) => null_mut(),
            }
        }
    })
}

/// The exception that the arguments of `throw` mean.
unsafe fn thrown(args: *mut PyObject) -> Result<Owned, Raised> {
    // SAFETY: `args` is a tuple and the GIL is held.
    unsafe {
        let n = PyTuple_Size(args);
        if !(1..=3).contains(&n) {
            type_error(&format!("throw() takes 1 to 3 arguments ({n} given)"));
            return Err(Raised);
        }
        let given = |i| {
            if i < n {
                PyTuple_GetItem(args, i)
            } else {
                Py_None()
            }
        };
        let (class, value, trace) = (given(0), given(1), given(2));
        let exception = if PyExceptionInstance_Check(class) != 0 {
            Owned::share(class)
        } else if PyExceptionClass_Check(class) == 0 {
            type_error("exceptions must be classes or instances deriving from BaseException");
            None
        } else if PyExceptionInstance_Check(value) != 0 {
            Owned::share(value)
        } else {
            let value = if value == Py_None() {
                null_mut()
            } else {
                value
            };
            let end = null_mut::<PyObject>();
            Owned::take(PyObject_CallFunctionObjArgs(class, value, end))
        };
        let exception = exception.ok_or(Raised)?;
        if PyExceptionInstance_Check(exception.as_ptr()) == 0 {
            type_error("throw() was given a class that makes no exception");
            return Err(Raised);
        }
        if trace != Py_None() && PyException_SetTraceback(exception.as_ptr(), trace) != 0 {
            return Err(Raised);
        }
        Ok(exception)
    }
}

unsafe extern "C" fn close(object: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
    guard(null_mut(), || {
        // SAFETY: CPython passes an instance, with the GIL held.
        unsafe {
            match end(object) {
                Ok(()) => Owned::share(Py_None()).map_or(null_mut(), Owned::into_ptr),
                Err(Raised) => null_mut(),
            }
        }
    })
}

/// Has a body that waits end, by a GeneratorExit.
unsafe fn end(object: *mut PyObject) -> Result<(), Raised> {
    // SAFETY: the GIL is held and `object` is an instance.
    unsafe {
        let begins = {
            let mut progress = state(object).progress();
            match *progress {
                Progress::Created(..) => Some(std::mem::replace(&mut *progress, Progress::Ended)),
                Progress::Ended => return Ok(()),
                Progress::Waiting(_) | Progress::Running => None,
            }
        };
        if let Some(created) = begins {
            drop(created);
            return Ok(());
        }
        let exit = Owned::take(PyObject_CallNoArgs(PyExc_GeneratorExit)).ok_or(Raised)?;
        match resume(object, Resume::Throw(exit.into_ptr())) {
            Step::Yielded(value) => {
                Py_DECREF(value);
                set_error(PyExc_RuntimeError, "coroutine ignored GeneratorExit");
                Err(Raised)
            }
            Step::Ended(value) if !value.is_null() => {
                Py_DECREF(value);
                Ok(())
            }
            Step::Ended(_) if PyErr_ExceptionMatches(PyExc_GeneratorExit) != 0 => {
                PyErr_Clear();
                Ok(())
            }
            Step::Ended(_) => Err(Raised),
        }
    }
}

/// How often a body that nobody can reach any more may await again after it was told to end.
const PATIENCE: usize = 100;

unsafe extern "C" fn dealloc(object: *mut PyObject) {
    guard((), || {
        // SAFETY: CPython calls this once, with the GIL held, when the last reference is gone: nobody can get at the object
        // while the rest of the body runs, which uses the state alone.
        unsafe {
            let class = Py_TYPE(object);
            let owned = (*object.cast::<Object>()).state;
            if !owned.is_null() {
                let aside = Aside::put();
                let is_new = matches!(*state(object).progress(), Progress::Created(..));
                if is_new {
                    warn_never_awaited(state(object));
                }
                for _ in 0..PATIENCE {
                    if end(object).is_err() {
                        PyErr_WriteUnraisable(null_mut());
                    }
                    if matches!(*state(object).progress(), Progress::Ended) {
                        break;
                    }
                }
                let has_ended = matches!(*state(object).progress(), Progress::Ended);
                // What will not end stays as it is, with its stack.
                if has_ended {
                    drop(Box::from_raw(owned));
                }
                drop(aside);
            }
            let free = PyType_GetSlot(class, Py_tp_free);
            if !free.is_null() {
                std::mem::transmute::<*mut c_void, freefunc>(free)(object.cast());
            }
            Py_DECREF(class.cast());
        }
    });
}

unsafe fn warn_never_awaited(state: &State) {
    // SAFETY: the GIL is held; the spec is a constant of the extension.
    unsafe {
        let message = format!("coroutine '{}' was never awaited", text((*state.spec).name));
        let message = CString::new(message).unwrap_or_default();
        if PyErr_WarnEx(PyExc_RuntimeWarning, message.as_ptr(), 1) != 0 {
            PyErr_WriteUnraisable(null_mut());
        }
    }
}

unsafe extern "C" fn name(object: *mut PyObject, _: *mut c_void) -> *mut PyObject {
    // SAFETY: CPython passes an instance, with the GIL held; the spec is a constant of the extension.
    unsafe { new_str(text((*state(object).spec).name)).map_or(null_mut(), Owned::into_ptr) }
}

unsafe extern "C" fn is_running(object: *mut PyObject, _: *mut c_void) -> *mut PyObject {
    // SAFETY: CPython passes an instance, with the GIL held.
    unsafe {
        let running = matches!(*state(object).progress(), Progress::Running);
        PyBool_FromLong(running.into())
    }
}

unsafe extern "C" fn repr(object: *mut PyObject) -> *mut PyObject {
    guard(null_mut(), || {
        // SAFETY: CPython passes an instance, with the GIL held; the spec is a constant of the extension.
        unsafe {
            let name = text((*state(object).spec).name);
            new_str(&format!("<coroutine {name} of Aria at {object:p}>"))
                .map_or(null_mut(), Owned::into_ptr)
        }
    })
}

/// The type `aria_runtime.coroutine`.
static CLASS: Class = Class::new();

#[cold]
unsafe fn make_class() -> Result<Owned, Raised> {
    let method = |name: &'static std::ffi::CStr,
                  meth: PyMethodDefPointer,
                  flags,
                  doc: &'static std::ffi::CStr| {
        PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: meth,
            ml_flags: flags,
            ml_doc: doc.as_ptr(),
        }
    };
    let plain = |function| PyMethodDefPointer {
        PyCFunction: function,
    };
    let methods = vec![
        method(
            c"send",
            plain(send),
            METH_O,
            c"Resume with a value: what is yielded next, or StopIteration.",
        ),
        method(
            c"throw",
            plain(throw),
            METH_VARARGS,
            c"Resume with an exception, which the await raises.",
        ),
        method(
            c"close",
            plain(close),
            METH_NOARGS,
            c"Have it end, by a GeneratorExit.",
        ),
        PyMethodDef::zeroed(),
    ];
    let attribute = |name: &'static std::ffi::CStr, get| PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        ..PyGetSetDef::default()
    };
    let attributes = vec![
        attribute(c"__name__", name as getter),
        attribute(c"__qualname__", name as getter),
        attribute(c"cr_running", is_running as getter),
        PyGetSetDef::default(),
    ];
    let slot = |slot: c_int, pfunc: *mut c_void| PyType_Slot { slot, pfunc };
    let doc: *const c_char = c"A call of an async function of Aria: await it.".as_ptr();
    let mut slots = [
        slot(Py_tp_dealloc, dealloc as *mut c_void),
        slot(Py_tp_repr, repr as *mut c_void),
        slot(Py_tp_iter, itself as *mut c_void),
        slot(Py_tp_iternext, next as *mut c_void),
        slot(Py_am_await, itself as *mut c_void),
        slot(Py_am_send, step as *mut c_void),
        slot(Py_tp_methods, methods.leak().as_mut_ptr().cast()),
        slot(Py_tp_getset, attributes.leak().as_mut_ptr().cast()),
        slot(Py_tp_doc, doc.cast_mut().cast()),
        slot(0, null_mut()),
    ];
    // SAFETY: the slots are those functions; the GIL is held.
    unsafe { new_class::<Object>(c"aria_runtime.coroutine", &mut slots) }
}
