//! How much of the native stack is left, so that runaway recursion becomes `RecursionError` and not a crash.

use std::cell::Cell;

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
