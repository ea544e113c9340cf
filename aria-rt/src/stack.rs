//! How much of the native stack is left, so that runaway recursion becomes `RecursionError` and not a crash, and more of
//! it for what must not fail.

use std::cell::Cell;
use std::ffi::c_void;

use aria_abi::layout::DropGlue;

use crate::gil;
use crate::panics::guard_pending;

/// What must be left: enough to make an exception, and for the Python code that a destructor may run.
const RESERVE: usize = 256 << 10;

thread_local! {
    /// The address below which the stack is low; 0: not known yet.
    static LIMIT: Cell<usize> = const { Cell::new(0) };
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_stack_is_low() -> i32 {
    let here = 0u8;
    let limit = LIMIT.get();
    let limit = if limit == 0 { find_limit() } else { limit };
    i32::from((&raw const here as usize) < limit)
}

/// Goes over to another stack, of which the lowest address and the size are given: what [`leave`] needs.
pub(crate) fn enter(lowest: usize, size: usize) -> usize {
    LIMIT.replace(lowest + RESERVE.min(size / 4))
}

/// Goes back to the stack that was left by [`enter`].
pub(crate) fn leave(limit: usize) {
    LIMIT.set(limit);
}

#[cold]
fn find_limit() -> usize {
    // A limit of 1 is never reached: where the system does not tell, CPython's own limits must do.
    let limit = lowest_address().map_or(1, |(lowest, size)| lowest + RESERVE.min(size / 4));
    LIMIT.set(limit);
    limit
}

/// The lowest address and the size of this thread's stack.
#[cfg(target_os = "linux")]
fn lowest_address() -> Option<(usize, usize)> {
    // SAFETY: the attributes are initialised by pthread_getattr_np before they are read, and destroyed after.
    unsafe {
        let mut attributes = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
        let failed = libc::pthread_attr_getstack(&attributes, &mut lowest, &mut size) != 0;
        libc::pthread_attr_destroy(&mut attributes);
        (!failed).then_some((lowest as usize, size))
    }
}

#[cfg(target_os = "macos")]
fn lowest_address() -> Option<(usize, usize)> {
    // SAFETY: both functions accept the calling thread.
    unsafe {
        let this = libc::pthread_self();
        let (highest, size) = (
            libc::pthread_get_stackaddr_np(this) as usize,
            libc::pthread_get_stacksize_np(this),
        );
        Some((highest - size, size))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn lowest_address() -> Option<(usize, usize)> {
    None
}

/// The stack of a thread that goes on dropping where another could not: a lot, of which only what is used is memory.
const FRESH: usize = 256 << 20;

/// See the runtime table. The fresh thread does not hold the GIL, so that objects wait for it; this one waits for the
/// thread. Should there be no thread either, then what was to be dropped stays where it is.
///
/// # Safety
/// `glue` may be called with the two values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_drop_elsewhere(glue: DropGlue, data: *mut c_void, len: i64) {
    struct Work(DropGlue, *mut c_void, i64);
    // SAFETY: the values are given to one thread, and this one waits meanwhile.
    unsafe impl Send for Work {}
    let work = Work(glue, data, len);
    guard_pending((), move || {
        let fresh = std::thread::Builder::new().stack_size(FRESH);
        let thread = fresh.spawn(move || {
            let Work(glue, data, len) = { work };
            gil::begin_detached();
            // SAFETY: forwarded from the caller.
            unsafe { glue(data, len) };
        });
        if let Ok(thread) = thread {
            let _ = thread.join();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn descend(depth: usize) -> usize {
        let ballast = std::hint::black_box([0u8; 1024]);
        if aria_rt_stack_is_low() != 0 {
            depth
        } else {
            descend(depth + 1) + usize::from(ballast[7])
        }
    }

    #[test]
    fn recursion_stops_in_time() {
        let depth = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(|| descend(0))
            .expect("a thread")
            .join();
        assert!((100..2000).contains(&depth.expect("no overflow")));
    }
}
