//! Parallel loops on a work-stealing pool (rayon's), which is made when the first loop needs it. `ARIA_NUM_THREADS` sets its
//! size; otherwise it has a thread for each processor that the process may use.
//!
//! A forked child has none of its parent's threads: it sees that the pool belongs to another process, forgets it and makes
//! its own. There is no lock that a thread of the parent could have held at the fork.
//!
//! The loop's result does not depend on the number of threads: pieces begin and end on multiples of the grain, and of
//! several errors the one with the lowest index is kept.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};

use aria_abi::codes::ErrorKind;
use aria_abi::layout::ParallelBody;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Cause, Pending, restore_pending, set_pending, take_pending};
use crate::gil;
use crate::panics::guard_pending;

/// Pieces for each thread: enough that a slow piece at the end keeps nobody waiting for long.
const PIECES_PER_THREAD: i64 = 16;
/// Workers get the stack of a main thread; untouched pages cost nothing.
const WORKER_STACK: usize = 8 << 20;

struct Pool {
    process: libc::pid_t,
    threads: ThreadPool,
}

static POOL: AtomicPtr<Pool> = AtomicPtr::new(null_mut());

/// The pool of this process.
fn pool() -> Result<&'static ThreadPool, ()> {
    // SAFETY: getpid has no precondition.
    let process = unsafe { libc::getpid() };
    let mut current = POOL.load(Ordering::Acquire);
    loop {
        // SAFETY: a pool that was published is never freed.
        if let Some(pool) = unsafe { current.as_ref() }
            && pool.process == process
        {
            return Ok(&pool.threads);
        }
        let threads = ThreadPoolBuilder::new()
            .num_threads(threads_wanted())
            .stack_size(WORKER_STACK)
            .thread_name(|index| format!("aria-{index}"))
            .start_handler(|_| gil::begin_detached())
            .build()
            .map_err(drop)?;
        let made = Box::into_raw(Box::new(Pool { process, threads }));
        match POOL.compare_exchange(current, made, Ordering::AcqRel, Ordering::Acquire) {
            // What was there belongs to the parent process and is forgotten: its threads are not here to be joined.
            Ok(_) => current = made,
            Err(other) => {
                // SAFETY: nobody has seen the pool that was just made.
                drop(unsafe { Box::from_raw(made) });
                current = other;
            }
        }
    }
}

/// `ARIA_NUM_THREADS` if it is a positive number, else 0: rayon then counts the processors.
fn threads_wanted() -> usize {
    std::env::var("ARIA_NUM_THREADS")
        .ok()
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(0)
}

/// One loop.
struct Loop {
    n: i64,
    /// Elements of a piece, a multiple of the grain; the last piece may be shorter.
    piece: i64,
    body: ParallelBody,
    context: *mut c_void,
    /// The lowest piece that failed, or `i64::MAX`.
    failed: AtomicI64,
    /// Its error.
    error: Mutex<Option<(i64, Pending)>>,
}

// SAFETY: the compiler checks that bodies share no memory that they write.
unsafe impl Sync for Loop {}

impl Loop {
    /// Runs the pieces `low..high`, halves in parallel.
    fn run(&self, low: i64, high: i64) {
        if high - low > 1 {
            let middle = low + (high - low) / 2;
            rayon::join(|| self.run(low, middle), || self.run(middle, high));
        } else {
            self.run_piece(low);
        }
    }

    fn run_piece(&self, piece: i64) {
        // Pieces before a failed one still run, so that the error with the lowest index is found every time.
        if piece > self.failed.load(Ordering::Relaxed) {
            return;
        }
        let low = piece * self.piece;
        let high = self.n.min(low + self.piece);
        // SAFETY: emitted code passes a body and the context that goes with it.
        if unsafe { (self.body)(self.context, low, high) } != 0 {
            self.fail(piece);
        }
    }

    #[cold]
    fn fail(&self, piece: i64) {
        let Some(error) = take_pending() else { return };
        self.failed.fetch_min(piece, Ordering::Relaxed);
        let mut slot = self
            .error
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if slot.as_ref().is_none_or(|(lowest, _)| piece < *lowest) {
            *slot = Some((piece, error));
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// `body` may be called with `context` from any thread, for any piece of `0..n`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_parallel_for(
    n: i64,
    grain: i64,
    body: ParallelBody,
    context: *mut c_void,
) -> i32 {
    if n <= 0 {
        return 0;
    }
    let grain = grain.max(1);
    if n <= grain {
        // SAFETY: forwarded from the caller.
        return unsafe { body(context, 0, n) };
    }
    // Workers may wait for the GIL (to drop an object, to log), so the caller must not keep it.
    let state = if gil::is_attached() {
        // SAFETY: the GIL is held, as `is_attached` says.
        unsafe { gil::detach() }
    } else {
        null_mut()
    };
    let status = guard_pending(1, || {
        let Ok(pool) = pool() else {
            let message = "cannot start the threads of a parallel loop".to_owned();
            set_pending(
                Cause::Message {
                    kind: ErrorKind::RuntimeError,
                    message,
                },
                std::ptr::null(),
            );
            return 1;
        };
        let grains = n / grain + i64::from(n % grain != 0);
        let pieces = grains.min(pool.current_num_threads() as i64 * PIECES_PER_THREAD);
        let piece = (grains / pieces + i64::from(grains % pieces != 0)).saturating_mul(grain);
        let pieces = n / piece + i64::from(n % piece != 0);
        let work = Loop {
            n,
            piece,
            body,
            context,
            failed: AtomicI64::new(i64::MAX),
            error: Mutex::new(None),
        };
        pool.install(|| work.run(0, pieces));
        let error = work
            .error
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match error {
            Some((_, error)) => {
                restore_pending(error);
                1
            }
            None => 0,
        }
    });
    if !state.is_null() {
        // SAFETY: the state came from `detach` above, on this thread.
        unsafe { gil::aria_rt_gil_acquire(state) };
    }
    status
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;
    use crate::error::{aria_rt_raise_index, pending_words};

    struct Counts {
        seen: Vec<AtomicU32>,
        grain: i64,
        fail_from: i64,
    }

    unsafe extern "C" fn count(context: *mut c_void, low: i64, high: i64) -> i32 {
        // SAFETY: the tests pass a `Counts`.
        let counts = unsafe { &*context.cast::<Counts>() };
        assert!(
            low % counts.grain == 0
                && (high % counts.grain == 0 || high == counts.seen.len() as i64)
        );
        for index in low..high {
            counts.seen[index as usize].fetch_add(1, Ordering::Relaxed);
            if index >= counts.fail_from {
                aria_rt_raise_index(index, 0, std::ptr::null());
                return 1;
            }
        }
        0
    }

    fn run(n: i64, grain: i64, fail_from: i64) -> (i32, Vec<u32>) {
        gil::begin_detached();
        let counts = Counts {
            seen: (0..n).map(|_| AtomicU32::new(0)).collect(),
            grain,
            fail_from,
        };
        // SAFETY: `count` may run on any thread.
        let status =
            unsafe { aria_rt_parallel_for(n, grain, count, (&raw const counts).cast_mut().cast()) };
        (
            status,
            counts.seen.into_iter().map(AtomicU32::into_inner).collect(),
        )
    }

    #[test]
    fn every_element_once() {
        for (n, grain) in [
            (1, 1),
            (2, 1),
            (1000, 1),
            (1000, 7),
            (12345, 100),
            (5, 1000),
        ] {
            let (status, seen) = run(n, grain, i64::MAX);
            assert_eq!(status, 0);
            assert!(seen.iter().all(|&times| times == 1), "{n} {grain}");
        }
    }

    #[test]
    fn the_lowest_error_is_pending() {
        for _ in 0..50 {
            let (status, _) = run(1000, 1, 300);
            assert_eq!(status, 1);
            let (kind, message) = pending_words().expect("an error is pending");
            assert_eq!(kind, ErrorKind::IndexError);
            assert_eq!(message, "index 300 is out of range for length 0");
        }
    }
}
