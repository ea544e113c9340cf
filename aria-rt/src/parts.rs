//! Texts that are put together from parts, strings and numbers, without a string for each: what interpolation, `print` and
//! `StringBuilder.push` do.

use std::sync::atomic::Ordering;

use aria_abi::codes::TextKind;
use aria_abi::layout::{RawList, Str, TextPart};

use crate::float_text::{self, f32_text, f64_text};
use crate::list::aria_rt_list_grow;
use crate::strings::{allocate, bytes, drop_str, refs};

/// The parts of a text.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a>(&'a [TextPart]);

impl<'a> Parts<'a> {
    /// `n` parts.
    ///
    /// # Safety
    /// `parts` holds `n` parts, whose strings are live, and both outlive the result.
    pub(crate) unsafe fn new(parts: *const TextPart, n: i64) -> Parts<'a> {
        if n <= 0 {
            return Parts(&[]);
        }
        // SAFETY: forwarded from the caller.
        Parts(unsafe { std::slice::from_raw_parts(parts, n as usize) })
    }

    /// How many bytes the text has at most, exact unless there are floats among the parts.
    pub(crate) fn room(self) -> usize {
        let room = |part: &TextPart| match kind(part) {
            TextKind::String => string(part).len(),
            TextKind::Signed => {
                let value = part.bits as i64;
                digits(value.unsigned_abs()) + usize::from(value < 0)
            }
            TextKind::Unsigned => digits(part.bits),
            TextKind::Float | TextKind::Float32 => float_text::ROOM,
            TextKind::Bool => truth(part).len(),
        };
        self.0
            .iter()
            .fold(0, |sum: usize, part| sum.saturating_add(room(part)))
    }

    /// Gives the text piece by piece.
    pub(crate) fn each(self, mut give: impl FnMut(&[u8])) {
        for part in self.0 {
            match kind(part) {
                TextKind::String => give(string(part)),
                TextKind::Signed => give(itoa::Buffer::new().format(part.bits as i64).as_bytes()),
                TextKind::Unsigned => give(itoa::Buffer::new().format(part.bits).as_bytes()),
                TextKind::Float => give(f64_text(f64::from_bits(part.bits)).as_bytes()),
                TextKind::Float32 => give(f32_text(f32::from_bits(part.bits as u32)).as_bytes()),
                TextKind::Bool => give(truth(part)),
            }
        }
    }

    /// Writes the text to memory, and gives its length.
    ///
    /// # Safety
    /// There is as much as `room` says at `to`, and it is none of the strings.
    pub(crate) unsafe fn write(self, to: *mut u8) -> usize {
        let mut len = 0;
        self.each(|piece| {
            // SAFETY: forwarded from the caller: all pieces together are no longer than `room`.
            unsafe {
                to.add(len)
                    .copy_from_nonoverlapping(piece.as_ptr(), piece.len());
            }
            len += piece.len();
        });
        len
    }

    /// Whether a string is among the parts.
    pub(crate) fn contain(self, string: *const Str) -> bool {
        self.0
            .iter()
            .any(|part| kind(part) == TextKind::String && part.bits == string as usize as u64)
    }
}

/// What a part that is a string looks like.
#[cfg(test)]
pub(crate) fn part_of(string: *const Str) -> TextPart {
    TextPart {
        kind: TextKind::String as u64,
        bits: string.expose_provenance() as u64,
    }
}

fn kind(part: &TextPart) -> TextKind {
    // The compiler writes no other; a default, for what panics could not be called from everywhere.
    TextKind::from_code(part.kind as u32).unwrap_or(TextKind::Bool)
}

fn string(part: &TextPart) -> &[u8] {
    // SAFETY: a part of this kind is a live string, which outlives the part.
    unsafe { bytes(std::ptr::with_exposed_provenance(part.bits as usize)) }
}

fn truth(part: &TextPart) -> &'static [u8] {
    if part.bits != 0 { b"true" } else { b"false" }
}

fn digits(value: u64) -> usize {
    value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// See the runtime table. The result is a copy also of a single part.
///
/// # Safety
/// `parts` holds `n` parts whose strings are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_join(parts: *const TextPart, n: i64) -> *mut Str {
    // SAFETY: forwarded from the caller; the result has room for all parts.
    unsafe {
        let parts = Parts::new(parts, n);
        let joined = allocate(parts.room());
        if !joined.is_null() {
            (*joined).len = parts.write(joined.add(1).cast());
        }
        joined
    }
}

/// Bytes of the string's memory beyond its header.
#[cfg(target_os = "linux")]
unsafe fn room(string: *mut Str) -> usize {
    // SAFETY: the caller has a string of the heap.
    unsafe { libc::malloc_usable_size(string.cast()) - size_of::<Str>() }
}

#[cfg(not(target_os = "linux"))]
unsafe fn room(string: *mut Str) -> usize {
    // SAFETY: the caller has a live string.
    unsafe { (*string).len }
}

/// See the runtime table. Memory is taken ahead, so that a text that grows piece by piece is not copied for each.
///
/// # Safety
/// `slot` owns a live string, or is null; `parts` holds `n` parts whose strings are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_append(
    slot: *mut *mut Str,
    parts: *const TextPart,
    n: i64,
) -> i32 {
    // SAFETY: forwarded from the caller. A string with one reference belongs to the slot alone, unless it is also among
    // the parts; what is not alone is copied.
    unsafe {
        let parts = Parts::new(parts, n);
        let old = *slot;
        let len = bytes(old).len();
        let wanted = len.saturating_add(parts.room());
        let ahead = wanted.saturating_add(wanted / 2);
        let is_alone =
            !old.is_null() && refs(old).load(Ordering::Acquire) == 1 && !parts.contain(old);
        let mut string = old;
        if !is_alone {
            string = allocate(ahead);
            if string.is_null() {
                return 1;
            }
            let to = string.add(1).cast::<u8>();
            to.copy_from_nonoverlapping(bytes(old).as_ptr(), len);
        } else if room(old) < wanted {
            if ahead > isize::MAX as usize - size_of::<Str>() {
                return 1;
            }
            string = libc::realloc(old.cast(), size_of::<Str>() + ahead).cast();
            if string.is_null() {
                return 1;
            }
            // The old memory may be gone from here on.
            *slot = string;
        }
        let end = string.add(1).cast::<u8>().add(len);
        (*string).len = len + parts.write(end);
        if !is_alone {
            *slot = string;
            drop_str(old);
        }
        0
    }
}

/// See the runtime table.
///
/// # Safety
/// `list` is a list of bytes that nobody else uses; `parts` holds `n` parts whose strings are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_bytes_append(
    list: *mut RawList,
    parts: *const TextPart,
    n: i64,
) -> i32 {
    // SAFETY: forwarded from the caller; there is room behind the last element once the list has grown.
    unsafe {
        let (list, parts) = (&mut *list, Parts::new(parts, n));
        let Ok(more) = i64::try_from(parts.room()) else {
            return 1;
        };
        if list.capacity - list.len < more {
            let data = aria_rt_list_grow(list.data, list.len, more, 1, &mut list.capacity);
            if data.is_null() {
                return 1;
            }
            list.data = data;
        }
        if more > 0 {
            let end = list.data.cast::<u8>().add(list.len as usize);
            list.len += parts.write(end) as i64;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::null_mut;

    use super::*;
    use crate::strings::{aria_rt_str_drop, as_str, new, retain};

    fn number(kind: TextKind, bits: u64) -> TextPart {
        let kind = kind as u64;
        TextPart { kind, bits }
    }

    fn joined(parts: &[TextPart]) -> String {
        // SAFETY: the parts are numbers, or strings that live longer.
        unsafe {
            let string = aria_rt_str_join(parts.as_ptr(), parts.len() as i64);
            let text = as_str(string).to_owned();
            aria_rt_str_drop(string);
            text
        }
    }

    #[test]
    fn numbers_are_written_in_place() {
        let text = new("ü=".as_bytes());
        let parts = [
            part_of(text),
            number(TextKind::Signed, i64::MIN as u64),
            number(TextKind::Bool, 1),
            number(TextKind::Unsigned, u64::MAX),
            number(TextKind::Bool, 0),
            number(TextKind::Float, (-2.2250738585072014e-308f64).to_bits()),
            number(TextKind::Float32, u64::from(0.1f32.to_bits())),
            number(TextKind::Signed, 0),
        ];
        assert_eq!(
            joined(&parts),
            "ü=-9223372036854775808true18446744073709551615false-2.2250738585072014e-3080.10"
        );
        assert_eq!(joined(&[]), "");
        for exponent in 0..20 {
            let power = 10u64.pow(exponent);
            for value in [power - 1, power] {
                assert_eq!(
                    joined(&[number(TextKind::Unsigned, value)]),
                    value.to_string()
                );
            }
        }
        // SAFETY: the string is ours.
        unsafe { aria_rt_str_drop(text) };
    }

    #[test]
    fn appending_in_place_and_not() {
        let piece = new("ü-".as_bytes());
        let mut text = new(b"");
        // SAFETY: all strings are live until they are dropped.
        unsafe {
            for count in 1..=1000usize {
                let parts = [part_of(piece), part_of(piece)];
                assert_eq!(aria_rt_str_append(&mut text, parts.as_ptr(), 2), 0);
                assert_eq!(bytes(text).len(), 6 * count);
            }
            assert_eq!(as_str(text), "ü-".repeat(2000));
            // One that others have stays as it is for them; one that is joined to itself is whole, twice.
            let shared = retain(text);
            assert_eq!(
                aria_rt_str_append(&mut text, [part_of(text)].as_ptr(), 1),
                0
            );
            assert_eq!(as_str(shared), "ü-".repeat(2000));
            assert_eq!(as_str(text), "ü-".repeat(4000));
            assert_eq!(
                aria_rt_str_append(&mut text, [part_of(text)].as_ptr(), 1),
                0
            );
            assert_eq!(bytes(text).len(), 24000);
            assert_eq!(((*text).refs, (*shared).refs, (*piece).refs), (1, 1, 1));
            for string in [text, shared, piece] {
                aria_rt_str_drop(string);
            }
        }
    }

    #[test]
    fn appending_to_bytes() {
        let text = new("é".as_bytes());
        let mut list = RawList {
            data: null_mut(),
            len: 0,
            capacity: 0,
        };
        let parts = [part_of(text), number(TextKind::Float, 0.5f64.to_bits())];
        // SAFETY: the list and the string are ours, and freed once.
        unsafe {
            for count in 1..=100 {
                assert_eq!(aria_rt_bytes_append(&mut list, parts.as_ptr(), 2), 0);
                assert_eq!(list.len, 5 * count);
            }
            let bytes = std::slice::from_raw_parts(list.data.cast::<u8>(), 500);
            assert_eq!(bytes, "é0.5".repeat(100).as_bytes());
            libc::free(list.data);
            aria_rt_str_drop(text);
        }
    }
}
