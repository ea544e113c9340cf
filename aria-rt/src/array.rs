//! The memory of arrays. A block is a header of [`HEADER`] bytes and the elements; the header is at the same time the
//! Python object that owns the block once the array has been handed to Python (see `handover`), so that a result costs no
//! second allocation.
//!
//! Elements begin on a multiple of 64 bytes. Small blocks come from `malloc`. From [`HUGE`] bytes on they are mapped on
//! 2 MB boundaries and ask for huge pages: a fresh result of 400 MB costs 56 ms of page faults so, 171 ms without.
//! [`kept`] lets some of them wait to be used again.

use std::ffi::c_int;
use std::ptr::null_mut;

use pyo3_ffi::PyObject;

use crate::kept;
use crate::panics::guard_pending;

/// What lies before the elements.
#[repr(C)]
pub(crate) struct Block {
    /// Python's part, filled when the array is handed over.
    pub(crate) object: PyObject,
    /// Where the allocation begins.
    base: *mut u8,
    /// Bytes mapped; 0: the allocation is `malloc`'s.
    mapped: usize,
    /// Number of elements, and bytes from one to the next: the shape and strides of the buffer protocol.
    pub(crate) len: isize,
    pub(crate) stride: isize,
    /// The element type's code.
    pub(crate) elem: u32,
}

/// Bytes between the block's header and its elements.
pub(crate) const HEADER: usize = size_of::<Block>().next_multiple_of(ALIGN);
/// Alignment of elements: a cache line, and the widest vector.
pub(crate) const ALIGN: usize = 64;
/// Blocks of this size are mapped and ask for huge pages.
const HUGE: usize = 4 << 20;
const HUGE_PAGE: usize = 2 << 20;
/// From the beginning of a mapping to its elements: a whole page. Other allocators put large arrays some bytes behind the
/// beginning of a page; were a result's elements further behind than those it is made of, then each load would wait for an
/// older store whose address has the same last twelve bits, and a loop could take twice its time.
const LEAD: usize = 4096;
const _: () = assert!(HEADER <= LEAD);

impl Block {
    /// The block before `data`.
    ///
    /// # Safety
    /// `data` came from `allocate`.
    pub(crate) unsafe fn of(data: *mut u8) -> *mut Block {
        // SAFETY: `allocate` left room for the header.
        unsafe { data.sub(HEADER).cast() }
    }

    /// The elements of a block.
    pub(crate) fn data(block: *mut Block) -> *mut u8 {
        block.cast::<u8>().wrapping_add(HEADER)
    }
}

/// Memory for `len` elements of `size` bytes; null when there is none.
pub(crate) fn allocate(len: i64, size: i64) -> *mut u8 {
    let Some(bytes) = usize::try_from(len)
        .ok()
        .zip(usize::try_from(size).ok())
        .and_then(|(len, size)| len.checked_mul(size))
        .filter(|&bytes| bytes <= isize::MAX as usize - HUGE)
    else {
        return null_mut();
    };
    if bytes >= HUGE {
        map(bytes)
    } else {
        from_malloc(bytes)
    }
}

#[inline]
fn from_malloc(bytes: usize) -> *mut u8 {
    // `malloc` aligns to 16 bytes, so 48 more always reach the next multiple of 64.
    // SAFETY: the size is not 0 and does not overflow, by the check in `allocate`.
    unsafe {
        let base: *mut u8 = libc::malloc(HEADER + (ALIGN - 16) + bytes).cast();
        if base.is_null() {
            return null_mut();
        }
        let data = base.add(HEADER);
        let data = data.add(data.align_offset(ALIGN));
        let block = Block::of(data);
        (&raw mut (*block).base).write(base);
        (&raw mut (*block).mapped).write(0);
        data
    }
}

#[cold]
fn map(bytes: usize) -> *mut u8 {
    let size = (LEAD + bytes).next_multiple_of(HUGE_PAGE);
    if let Some((base, size)) = kept::take(size) {
        // SAFETY: a mapping that is large enough, and nobody else's.
        return unsafe { place(base, size) };
    }
    // SAFETY: a fresh private mapping, larger than needed by one huge page so that an aligned part of it can be kept; the
    // parts that are given back are outside of it.
    unsafe {
        let rough = libc::mmap(
            null_mut(),
            size + HUGE_PAGE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if rough == libc::MAP_FAILED {
            return null_mut();
        }
        let rough: *mut u8 = rough.cast();
        let head = rough.align_offset(HUGE_PAGE);
        let base = rough.add(head);
        if head > 0 {
            libc::munmap(rough.cast(), head);
        }
        if head < HUGE_PAGE {
            libc::munmap(base.add(size).cast(), HUGE_PAGE - head);
        }
        advise_huge_pages(base, size);
        place(base, size)
    }
}

/// Makes a mapping a block.
///
/// # Safety
/// The mapping is `size` bytes large and belongs to the caller.
unsafe fn place(base: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: the mapping begins with room for the header.
    unsafe {
        let block = Block::of(base.add(LEAD));
        (&raw mut (*block).base).write(base);
        (&raw mut (*block).mapped).write(size);
        Block::data(block)
    }
}

#[cfg(target_os = "linux")]
unsafe fn advise_huge_pages(base: *mut u8, size: usize) {
    // SAFETY: the range is a mapping of ours. Advice may be refused; small pages serve then.
    let _: c_int = unsafe { libc::madvise(base.cast(), size, libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
unsafe fn advise_huge_pages(_: *mut u8, _: usize) {
    let _: c_int = 0;
}

/// Gives a block back.
///
/// # Safety
/// `data` is null or came from `allocate` and was not freed or handed over.
pub(crate) unsafe fn free(data: *mut u8) {
    if data.is_null() {
        return;
    }
    // SAFETY: the header says where the allocation begins and whose it is.
    unsafe {
        let block = Block::of(data);
        let (base, mapped) = ((*block).base, (*block).mapped);
        if mapped == 0 {
            libc::free(base.cast());
        } else if !kept::keep(base, mapped) {
            libc::munmap(base.cast(), mapped);
        }
    }
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_array_alloc(len: i64, size: i64) -> *mut u8 {
    guard_pending(null_mut(), || allocate(len, size))
}

/// See the runtime table.
///
/// # Safety
/// `data` is null or came from `aria_rt_array_alloc` and was neither freed nor handed over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_array_free(data: *mut u8) {
    // SAFETY: forwarded from the caller.
    unsafe { free(data) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_writable_and_freed() {
        for len in [0, 1, 7, 8, 100, 1 << 16, 1 << 19, (1 << 19) + 1, 3 << 20] {
            let data = allocate(len, 8);
            assert!(
                !data.is_null() && (data as usize).is_multiple_of(ALIGN),
                "{len}"
            );
            // SAFETY: the block has `len * 8` bytes.
            unsafe {
                data.write_bytes(0xa5, len as usize * 8);
                free(data);
            }
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        assert!(allocate(-1, 8).is_null());
        assert!(allocate(i64::MAX, 8).is_null());
        assert!(allocate(1 << 60, 8).is_null());
        assert!(allocate(1 << 50, 1).is_null() || cfg!(miri));
        // SAFETY: null is left alone.
        unsafe { free(null_mut()) };
    }
}
