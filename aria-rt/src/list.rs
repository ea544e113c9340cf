//! The memory of lists: `malloc`'s, so that emitted code frees it and large lists grow in place.

use std::ffi::c_void;
use std::ptr::null_mut;

/// What a list has room for at least once it has memory, in bytes.
const LEAST: i64 = 32;

/// So many elements are taken at once even if they are more bytes, up to a page of them: lists of one are rare.
const FEW: i64 = 4;

/// See the runtime table.
///
/// # Safety
/// `data` is null or came from this function or `malloc`; `cap` is a capacity that fits it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_list_grow(
    data: *mut c_void,
    len: i64,
    more: i64,
    size: i64,
    cap: *mut i64,
) -> *mut c_void {
    // SAFETY: forwarded from the caller.
    unsafe {
        let Some((wanted, bytes)) = grown(len, more, size, *cap) else {
            return null_mut();
        };
        let data = libc::realloc(data, bytes);
        if !data.is_null() {
            *cap = wanted;
        }
        data
    }
}

/// The next capacity, and its bytes: twice the last, so that a push costs the same on average however long the list is.
fn grown(len: i64, more: i64, size: i64, cap: i64) -> Option<(i64, usize)> {
    let needed = len.checked_add(more)?;
    let few = if size <= 1024 { FEW } else { 1 };
    let wanted = needed.max(cap.saturating_mul(2)).max(few).max(LEAST / size);
    let fits = |count: i64| {
        let bytes = count.checked_mul(size)?;
        usize::try_from(bytes).ok().filter(|&bytes| bytes > 0)
    };
    match fits(wanted) {
        Some(bytes) => Some((wanted, bytes)),
        None => fits(needed).map(|bytes| (needed, bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_double_from_a_few_elements_on() {
        assert_eq!(grown(0, 1, 8, 0), Some((4, 32)));
        assert_eq!(grown(0, 1, 100, 0), Some((4, 400)));
        assert_eq!(grown(0, 1, 2000, 0), Some((1, 2000)));
        assert_eq!(grown(4, 1, 8, 4), Some((8, 64)));
        assert_eq!(grown(4, 100, 8, 4), Some((104, 832)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(grown(1, i64::MAX, 1, 1), None);
        assert_eq!(grown(0, 1 << 61, 8, 0), None);
        let (cap, last) = (1 << 59, (1 << 59) + 1);
        assert_eq!(grown(cap, 1, 8, cap), Some((last, (1 << 62) + 8)));
    }

    #[test]
    fn elements_move_along() {
        let mut cap = 0;
        let mut data = null_mut();
        for i in 0..1000 {
            if i == cap {
                // SAFETY: the memory is this function's, and the capacity is its own.
                data = unsafe { aria_rt_list_grow(data, i, 1, 8, &mut cap) };
            }
            // SAFETY: there is room for `cap` elements.
            unsafe { data.cast::<i64>().add(i as usize).write(i) };
        }
        // SAFETY: a thousand elements were written.
        let items = unsafe { std::slice::from_raw_parts(data.cast::<i64>(), 1000) };
        assert!((0..1000).eq(items.iter().copied()));
        // SAFETY: the memory came from `realloc`.
        unsafe { libc::free(data) };
    }
}
