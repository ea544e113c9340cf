//! Bodies of `async` functions that stop in the middle: each runs on a stack of its own, a fiber. Where it awaits something
//! of Python that is not ready, it goes back to whoever resumed it, and stands still until the next time. No Python frame is
//! ever on a fiber while it stands, so that CPython notices nothing.

use std::cell::Cell;
use std::ptr::{null, null_mut};
use std::sync::{Mutex, PoisonError};

use aria_abi::layout::Location;
use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use pyo3_ffi::*;

use crate::error::{capture, restore_exception};
use crate::panics::guard_pending;
use crate::python::{Owned, Raised, type_error, type_name};
use crate::stack;

/// As much as the first thread of a process usually has, for C code that recurses; only what is used is memory.
const STACK_SIZE: usize = 8 << 20;

/// How many unused stacks are kept.
const KEPT: usize = 64;

/// What a fiber is resumed with: an owned reference.
pub(crate) enum Resume {
    /// The value of the `await` at which it stands.
    Send(*mut PyObject),
    /// The exception that the `await` raises.
    Throw(*mut PyObject),
}

/// What a fiber came back with: an owned reference.
pub(crate) enum Step {
    /// It awaits, and this is for the event loop.
    Yielded(*mut PyObject),
    /// The body has ended: its result, or null with a Python exception set.
    Ended(*mut PyObject),
}

type Body = Coroutine<Resume, *mut PyObject, *mut PyObject, DefaultStack>;

/// A body that has begun or is about to. It must not be dropped before it has ended.
pub(crate) struct Fiber {
    body: Body,
    /// The lowest address of its stack that may be used.
    lowest: usize,
}

type Way = *const Yielder<Resume, *mut PyObject>;

thread_local! {
    /// How to leave the fiber that this thread runs.
    static CURRENT: Cell<Way> = const { Cell::new(null()) };
}

/// Sets [`CURRENT`]. A fiber may go on in another thread: code on it must not remember where a thread's variables are,
/// and so it reaches them by calls alone.
#[inline(never)]
fn set_current(way: Way) {
    CURRENT.set(way);
}

#[inline(never)]
fn current() -> Way {
    CURRENT.get()
}

static UNUSED: Mutex<Vec<DefaultStack>> = Mutex::new(Vec::new());

impl Fiber {
    /// A fiber for a body, which gives a new reference, or null with a Python exception set. `None`: out of memory.
    pub(crate) fn new(body: impl FnOnce() -> *mut PyObject + 'static) -> Option<Fiber> {
        let stack = unused_stack()?;
        let lowest = stack.limit().get() + page_size();
        let body = Coroutine::with_stack(stack, move |yielder: &Yielder<_, _>, first| {
            set_current(yielder);
            if let Resume::Send(value) = first {
                // SAFETY: whoever resumes a fiber holds the GIL and gives the reference away.
                unsafe { Py_DECREF(value) };
            }
            body()
        });
        Some(Fiber { body, lowest })
    }

    /// Runs the body up to the next place where it waits. The fiber comes back unless it has ended.
    ///
    /// # Safety
    /// The GIL is held.
    pub(crate) unsafe fn resume(mut self, how: Resume) -> (Step, Option<Fiber>) {
        let (outer, limit) = (current(), stack::enter(self.lowest, STACK_SIZE));
        let result = self.body.resume(how);
        stack::leave(limit);
        set_current(outer);
        match result {
            CoroutineResult::Yield(value) => (Step::Yielded(value), Some(self)),
            CoroutineResult::Return(value) => {
                keep(self.body.into_stack());
                (Step::Ended(value), None)
            }
        }
    }
}

fn unused_stack() -> Option<DefaultStack> {
    let unused = UNUSED.lock().unwrap_or_else(PoisonError::into_inner).pop();
    unused.or_else(|| {
        let stack = DefaultStack::new(STACK_SIZE).ok()?;
        #[cfg(target_os = "linux")]
        // SAFETY: the range is the stack's own. Huge pages would make each stack cost megabytes; a refusal does no harm.
        unsafe {
            let (low, high) = (stack.limit().get(), stack.base().get());
            libc::madvise(low as *mut _, high - low, libc::MADV_NOHUGEPAGE);
        }
        Some(stack)
    })
}

fn keep(stack: DefaultStack) {
    let mut unused = UNUSED.lock().unwrap_or_else(PoisonError::into_inner);
    if unused.len() < KEPT {
        unused.push(stack);
    }
}

fn page_size() -> usize {
    // SAFETY: asks for a constant of the system.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `awaitable` is live, and the caller is on a fiber.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_await(
    awaitable: *mut PyObject,
    location: *const Location,
) -> *mut PyObject {
    guard_pending(null_mut(), || {
        // SAFETY: forwarded from the caller.
        match unsafe { run_awaitable(awaitable) } {
            Ok(value) => value.into_ptr(),
            Err(Raised) => failed(location),
        }
    })
}

/// Makes the exception that is set the pending error: a call, as with [`set_current`].
#[cold]
#[inline(never)]
fn failed(location: *const Location) -> *mut PyObject {
    capture(location);
    null_mut()
}

/// `yield from`, as PEP 380 says: passes on what the awaitable's iterator yields, and what comes back.
#[inline(never)]
unsafe fn run_awaitable(awaitable: *mut PyObject) -> Result<Owned, Raised> {
    // SAFETY: the GIL is held; references are owned by their `Owned`s, and what a fiber is resumed with is ours.
    unsafe {
        let iterator = iterator(awaitable)?;
        let iterator = iterator.as_ptr();
        let mut sent = Owned::share(Py_None()).ok_or(Raised)?;
        loop {
            let mut result = null_mut();
            let status = PyIter_Send(iterator, sent.as_ptr(), &mut result);
            let mut yielded = match status {
                PySendResult::PYGEN_RETURN => return Owned::take(result).ok_or(Raised),
                PySendResult::PYGEN_NEXT => result,
                PySendResult::PYGEN_ERROR => return Err(Raised),
            };
            sent = loop {
                match suspend(yielded) {
                    Resume::Send(value) => break Owned::take(value).ok_or(Raised)?,
                    Resume::Throw(exception) => match throw_into(iterator, exception)? {
                        Thrown::Yielded(value) => yielded = value.into_ptr(),
                        Thrown::Returned(value) => return Ok(value),
                    },
                }
            };
        }
    }
}

/// Goes back to whoever resumed this fiber, until it is resumed again.
unsafe fn suspend(value: *mut PyObject) -> Resume {
    let this = current();
    // SAFETY: `await` stands in the body of an `async` function, which runs on a fiber, whose `Yielder` lives as long.
    let how = unsafe { (*this).suspend(value) };
    set_current(this);
    how
}

enum Thrown {
    Yielded(Owned),
    Returned(Owned),
}

/// Throws an exception, which is given away, into what is awaited.
unsafe fn throw_into(iterator: *mut PyObject, exception: *mut PyObject) -> Result<Thrown, Raised> {
    // SAFETY: the GIL is held; the references are live or owned.
    unsafe {
        let exception = Owned::take(exception).ok_or(Raised)?;
        let exits = PyErr_GivenExceptionMatches(exception.as_ptr(), PyExc_GeneratorExit) != 0;
        let name = if exits { c"close" } else { c"throw" };
        let Some(method) = attribute(iterator, name)? else {
            restore_exception(exception.into_ptr());
            return Err(Raised);
        };
        if exits {
            Owned::take(PyObject_CallNoArgs(method.as_ptr())).ok_or(Raised)?;
            restore_exception(exception.into_ptr());
            return Err(Raised);
        }
        let args = [exception.as_ptr()];
        let yielded =
            PyObject_CallFunctionObjArgs(method.as_ptr(), args[0], null_mut::<PyObject>());
        match Owned::take(yielded) {
            Some(yielded) => Ok(Thrown::Yielded(yielded)),
            None if PyErr_ExceptionMatches(PyExc_StopIteration) != 0 => {
                let stop = Owned::take(crate::error::fetch_exception()).ok_or(Raised)?;
                let value = PyObject_GetAttrString(stop.as_ptr(), c"value".as_ptr());
                Owned::take(value).map(Thrown::Returned).ok_or(Raised)
            }
            None => Err(Raised),
        }
    }
}

/// An attribute; `None` where there is no such.
unsafe fn attribute(object: *mut PyObject, name: &std::ffi::CStr) -> Result<Option<Owned>, Raised> {
    // SAFETY: the GIL is held and the object is live.
    unsafe {
        let found = Owned::take(PyObject_GetAttrString(object, name.as_ptr()));
        if found.is_none() {
            if PyErr_ExceptionMatches(PyExc_AttributeError) == 0 {
                return Err(Raised);
            }
            PyErr_Clear();
        }
        Ok(found)
    }
}

/// The iterator of an awaitable: what its `__await__` gives, or a generator itself that `types.coroutine` made one.
unsafe fn iterator(awaitable: *mut PyObject) -> Result<Owned, Raised> {
    const ITERABLE_COROUTINE: i64 = 0x100;
    // SAFETY: the GIL is held and the object is live.
    unsafe {
        let class: *mut PyObject = Py_TYPE(awaitable).cast();
        if let Some(method) = attribute(class, c"__await__")? {
            let made =
                PyObject_CallFunctionObjArgs(method.as_ptr(), awaitable, null_mut::<PyObject>());
            let made = Owned::take(made).ok_or(Raised)?;
            if PyIter_Check(made.as_ptr()) == 0 {
                let given = type_name(made.as_ptr());
                type_error(&format!(
                    "__await__() returned non-iterator of type '{given}'"
                ));
                return Err(Raised);
            }
            return Ok(made);
        }
        if let Some(code) = attribute(awaitable, c"gi_code")?
            && let Some(flags) = attribute(code.as_ptr(), c"co_flags")?
            && PyLong_AsLong(flags.as_ptr()) & ITERABLE_COROUTINE != 0
        {
            return Owned::share(awaitable).ok_or(Raised);
        }
        PyErr_Clear();
        let given = type_name(awaitable);
        type_error(&format!(
            "object {given} can't be used in 'await' expression"
        ));
        Err(Raised)
    }
}
