//! Large blocks that were given back and wait to be used again. A fresh mapping costs a page fault for each of its pages
//! and their zeroing, which for a result of some megabytes takes longer than the work on it; a program that makes such
//! results one after the other gets the same pages each time. At most [`LIMIT`] bytes wait.

use std::sync::Mutex;

/// Bytes that may wait in all, about as many as `malloc` keeps.
const LIMIT: usize = 64 << 20;
const SLOTS: usize = 8;

/// A mapping: its address and its size; 0 where there is none.
#[derive(Clone, Copy)]
struct Region {
    base: usize,
    size: usize,
}

const NONE: Region = Region { base: 0, size: 0 };

/// The oldest comes first. Whoever finds it locked (another thread, or a thread that a `fork` left behind) does without.
static KEPT: Mutex<[Region; SLOTS]> = Mutex::new([NONE; SLOTS]);

/// A waiting mapping of at least `size` bytes, and not much more; its size.
pub(crate) fn take(size: usize) -> Option<(*mut u8, usize)> {
    let mut kept = KEPT.try_lock().ok()?;
    let fits = |r: &Region| r.size >= size && r.size <= size + size / 2;
    let found = kept.iter().rposition(fits)?;
    let region = kept[found];
    remove(&mut kept, found);
    Some((
        std::ptr::with_exposed_provenance_mut(region.base),
        region.size,
    ))
}

/// Lets a mapping wait; false if it has to be given back instead.
pub(crate) fn keep(base: *mut u8, size: usize) -> bool {
    if size > LIMIT {
        return false;
    }
    let Ok(mut kept) = KEPT.try_lock() else {
        return false;
    };
    // The oldest ones go until there is room.
    while kept[SLOTS - 1].size != 0 || kept.iter().map(|r| r.size).sum::<usize>() + size > LIMIT {
        let oldest = kept[0];
        remove(&mut kept, 0);
        // SAFETY: the mapping was ours alone while it waited.
        unsafe {
            libc::munmap(
                std::ptr::with_exposed_provenance_mut(oldest.base),
                oldest.size,
            )
        };
    }
    if let Some(free) = kept.iter_mut().find(|r| r.size == 0) {
        *free = Region {
            base: base.expose_provenance(),
            size,
        };
    }
    true
}

fn remove(kept: &mut [Region; SLOTS], index: usize) {
    kept.copy_within(index + 1.., index);
    kept[SLOTS - 1] = NONE;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{allocate, free};

    #[test]
    fn a_block_that_was_given_back_is_used_again() {
        // Other tests take blocks meanwhile.
        let again = (0..100).any(|_| {
            let first = allocate(5 << 20, 1);
            // SAFETY: the blocks come from `allocate`, and are freed once.
            unsafe {
                free(first);
                let second = allocate(5 << 20, 1);
                free(second);
                first == second
            }
        });
        assert!(again);
    }

    #[test]
    fn what_is_much_larger_does_not_wait() {
        assert!(!keep(std::ptr::without_provenance_mut(64), LIMIT + 1));
    }
}
