//! `String`: one allocation of a counted header and UTF-8 bytes. Constants of the extension have the count `IMMORTAL`, which
//! is never written.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicIsize, Ordering, fence};

use aria_abi::layout::{IMMORTAL, Location, ParamSpec, Str};
use pyo3_ffi::*;

use crate::error::pending_from_python;
use crate::float_text::{f32_text, f64_text};
use crate::handover::out_of_memory;
use crate::panics::guard;
use crate::place::Place;
use crate::python::{Owned, Raised, status, type_error, type_name, utf8};

/// A fresh string of `len` bytes, not initialised; null when memory is out.
pub(crate) fn allocate(len: usize) -> *mut Str {
    if len > isize::MAX as usize - size_of::<Str>() {
        return null_mut();
    }
    // SAFETY: the header is written before anyone sees it.
    unsafe {
        let string: *mut Str = libc::malloc(size_of::<Str>() + len).cast();
        if !string.is_null() {
            string.write(Str { refs: 1, len });
        }
        string
    }
}

/// A fresh string; null when memory is out.
pub(crate) fn new(bytes: &[u8]) -> *mut Str {
    let string = allocate(bytes.len());
    if !string.is_null() {
        // SAFETY: the string has room for the bytes after its header.
        unsafe {
            string
                .add(1)
                .cast::<u8>()
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len())
        };
    }
    string
}

/// A fresh string of other bytes in the places of these, UTF-8 as they are; null when memory is out.
pub(crate) fn new_by(bytes: &[u8], other: impl Fn(u8) -> u8) -> *mut Str {
    let string = allocate(bytes.len());
    if !string.is_null() {
        // SAFETY: the string has room for the bytes after its header, and nobody else sees it.
        unsafe {
            let to = string.add(1).cast::<u8>();
            for (i, &byte) in bytes.iter().enumerate() {
                to.add(i).write(other(byte));
            }
        }
    }
    string
}

/// A string that is being read: it grows without a copy of what is there, where the C library can do that.
#[cfg(feature = "program")]
pub(crate) struct Growing {
    string: *mut Str,
    len: usize,
    room: usize,
}

#[cfg(feature = "program")]
impl Growing {
    /// Nothing yet, with room for so many bytes; none when memory is out.
    pub(crate) fn new(room: usize) -> Option<Growing> {
        let string = allocate(room);
        let len = 0;
        (!string.is_null()).then_some(Growing { string, len, room })
    }

    /// What there is room for, all zero or what was there before; none when memory is out.
    pub(crate) fn space(&mut self) -> Option<&mut [u8]> {
        // SAFETY: the memory has a header and `room` bytes behind it; what is handed out is initialised first.
        unsafe {
            if self.room - self.len < 1 << 12 {
                let room = self.room.checked_mul(2)?.max(1 << 16);
                let string: *mut Str =
                    libc::realloc(self.string.cast(), size_of::<Str>() + room).cast();
                if string.is_null() {
                    return None;
                }
                (self.string, self.room) = (string, room);
            }
            let free = self.string.add(1).cast::<u8>().add(self.len);
            let count = (self.room - self.len).min(1 << 18);
            free.write_bytes(0, count);
            Some(std::slice::from_raw_parts_mut(free, count))
        }
    }

    /// So many more bytes of what `space` gave are there.
    pub(crate) fn advance(&mut self, count: usize) {
        self.len += count;
    }

    /// What has been read so far.
    pub(crate) fn read(&self) -> &[u8] {
        // SAFETY: so many bytes were written.
        unsafe { std::slice::from_raw_parts(self.string.add(1).cast(), self.len) }
    }

    /// The string.
    pub(crate) fn finish(mut self) -> *mut Str {
        let string = std::mem::replace(&mut self.string, null_mut());
        // SAFETY: the memory is ours; that it shrinks does not fail, and would not matter.
        unsafe {
            (*string).len = self.len;
            let smaller = libc::realloc(string.cast(), size_of::<Str>() + self.len);
            if smaller.is_null() {
                string
            } else {
                smaller.cast()
            }
        }
    }
}

#[cfg(feature = "program")]
impl Drop for Growing {
    fn drop(&mut self) {
        // SAFETY: the memory is ours; null is left alone.
        unsafe { libc::free(self.string.cast()) }
    }
}

/// A string's bytes; none for null.
///
/// # Safety
/// `string` is null or live, and outlives the result.
pub(crate) unsafe fn bytes<'a>(string: *const Str) -> &'a [u8] {
    // SAFETY: the bytes follow the header.
    unsafe {
        match string.as_ref() {
            Some(header) => std::slice::from_raw_parts(string.add(1).cast(), header.len),
            None => &[],
        }
    }
}

/// A string's text.
///
/// # Safety
/// As `bytes`.
pub(crate) unsafe fn as_str<'a>(string: *const Str) -> &'a str {
    // SAFETY: strings hold UTF-8 only.
    unsafe { std::str::from_utf8_unchecked(bytes(string)) }
}

pub(crate) unsafe fn refs<'a>(string: *mut Str) -> &'a AtomicIsize {
    // SAFETY: the caller has a live string; its count is only ever accessed atomically once it is shared.
    unsafe { AtomicIsize::from_ptr(&raw mut (*string).refs) }
}

/// Shares a string.
///
/// # Safety
/// `string` is null or live.
#[inline]
pub(crate) unsafe fn retain(string: *mut Str) -> *mut Str {
    // SAFETY: forwarded from the caller.
    unsafe {
        if !string.is_null() && refs(string).load(Ordering::Relaxed) != IMMORTAL {
            refs(string).fetch_add(1, Ordering::Relaxed);
        }
    }
    string
}

/// Drops a reference.
///
/// # Safety
/// `string` is null or live, and the caller owns a reference.
#[inline]
pub(crate) unsafe fn drop_str(string: *mut Str) {
    // SAFETY: forwarded from the caller; the last owner frees.
    unsafe {
        if string.is_null() {
            return;
        }
        match refs(string).load(Ordering::Acquire) {
            // Nobody else has it, and only an owner can share it: no need to write what a look has shown.
            1 => return libc::free(string.cast()),
            IMMORTAL => return,
            _ => {}
        }
        if refs(string).fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            libc::free(string.cast());
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// `value` is null or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_retain(value: *mut Str) -> *mut Str {
    // SAFETY: forwarded from the caller.
    unsafe { retain(value) }
}

/// See the runtime table.
///
/// # Safety
/// `value` is null or live, and the caller owns a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_drop(value: *mut Str) {
    // SAFETY: forwarded from the caller.
    unsafe { drop_str(value) }
}

/// See the runtime table. The order of UTF-8 bytes is that of code points.
///
/// # Safety
/// Both are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_compare(a: *const Str, b: *const Str) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe { bytes(a).cmp(bytes(b)) as i32 }
}

/// See the runtime table.
///
/// # Safety
/// Both are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_equal(a: *const Str, b: *const Str) -> i32 {
    // SAFETY: forwarded from the caller.
    i32::from(a == b || unsafe { bytes(a) == bytes(b) })
}

/// See the runtime table.
///
/// # Safety
/// `value` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_length(value: *const Str) -> i64 {
    // SAFETY: forwarded from the caller.
    let bytes = unsafe { bytes(value) };
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as i64
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_str_from_i64(value: i64) -> *mut Str {
    guard(null_mut(), || {
        new(itoa::Buffer::new().format(value).as_bytes())
    })
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_str_from_u64(value: i64) -> *mut Str {
    guard(null_mut(), || {
        new(itoa::Buffer::new().format(value as u64).as_bytes())
    })
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_str_from_f64(value: f64) -> *mut Str {
    guard(null_mut(), || new(f64_text(value).as_bytes()))
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_str_from_f32(value: f32) -> *mut Str {
    guard(null_mut(), || new(f32_text(value).as_bytes()))
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_str_from_bool(value: i32) -> *mut Str {
    new(if value != 0 { b"true" } else { b"false" })
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `obj` is live, `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_of_object(
    obj: *mut PyObject,
    location: *const Location,
) -> *mut Str {
    let mut made = null_mut();
    pending_from_python(location, || {
        // SAFETY: forwarded from the caller.
        unsafe {
            let text = Owned::take(PyObject_Str(obj)).ok_or(Raised)?;
            made = from_str_object(text.as_ptr())?;
        }
        Ok(())
    });
    made
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held, `obj` is live, `spec` a constant of the extension, `out` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_from_py(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut *mut Str,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        if PyUnicode_Check(obj) != 0 {
            return status(from_str_object(obj).map(|string| *out = string));
        }
        guard(1, || {
            let place = Place::Parameter(&*spec);
            type_error(&format!("{place} must be str, not {}", type_name(obj)));
            1
        })
    }
}

/// A copy of a `str`.
///
/// # Safety
/// `text` is a live str, and the GIL is held.
pub(crate) unsafe fn from_str_object(text: *mut PyObject) -> Result<*mut Str, Raised> {
    // SAFETY: forwarded from the caller.
    let text = unsafe { utf8(text) }.ok_or(Raised)?;
    let string = new(text.as_bytes());
    if string.is_null() {
        Err(out_of_memory())
    } else {
        Ok(string)
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held and `value` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_to_py(value: *const Str) -> *mut PyObject {
    // SAFETY: forwarded from the caller.
    unsafe {
        let bytes = bytes(value);
        PyUnicode_FromStringAndSize(bytes.as_ptr().cast(), bytes.len() as Py_ssize_t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparing_counting_sharing() {
        let (a, b) = (new("grün".as_bytes()), new("grün!".as_bytes()));
        // SAFETY: all strings are live until they are dropped.
        unsafe {
            assert_eq!(aria_rt_str_length(b), 5);
            assert_eq!(aria_rt_str_compare(b, a), 1);
            assert_eq!(aria_rt_str_compare(a, b), -1);
            assert_eq!(aria_rt_str_compare(a, aria_rt_str_retain(a)), 0);
            assert_eq!((*a).refs, 2);
            for string in [a, a, b, null_mut()] {
                aria_rt_str_drop(string);
            }
        }
    }

    #[test]
    fn constants_are_never_written() {
        #[repr(C)]
        struct Literal(Str, [u8; 2]);
        static LITERAL: Literal = Literal(
            Str {
                refs: IMMORTAL,
                len: 2,
            },
            *b"hi",
        );
        let literal = (&raw const LITERAL.0).cast_mut();
        // SAFETY: the constant lives for ever, and is in memory that faults when written.
        unsafe {
            assert_eq!(aria_rt_str_retain(literal), literal);
            aria_rt_str_drop(literal);
            assert_eq!(as_str(literal), "hi");
        }
    }
}
