//! What the methods of `String` are made of: searching, cutting, changing texts. Positions are in bytes, and at the
//! boundary of a character; the prelude, which calls these, sees to that.

use std::ptr::null_mut;

use aria_abi::codes::ErrorKind;
use aria_abi::layout::{IMMORTAL, Location, Str};

use crate::error::{Cause, set_pending};
use crate::panics::guard_pending;
use crate::strings::{as_str, bytes, new, new_by};

/// Makes an error pending.
pub(crate) fn fail(kind: ErrorKind, message: String, location: *const Location) {
    set_pending(Cause::Message { kind, message }, location);
}

/// The string, or a pending MemoryError in its place.
pub(crate) fn or_memory(string: *mut Str, location: *const Location) -> *mut Str {
    if string.is_null() {
        set_pending(Cause::Memory, location);
    }
    string
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, and `0 <= from <= to <=` its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_slice(text: *const Str, from: i64, to: i64) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let bytes = unsafe { bytes(text) };
    let part = &bytes[from as usize..to as usize];
    match part {
        [] => empty(),
        [byte] if byte.is_ascii() => letter(*byte),
        part => new(part),
    }
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, and a character begins at byte `at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_char(text: *const Str, at: i64) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let bytes = unsafe { bytes(text) };
    let at = at as usize;
    let first = bytes[at];
    if first.is_ascii() {
        return letter(first);
    }
    new(&bytes[at..(at + width(first)).min(bytes.len())])
}

/// How many bytes a character has that begins with this one.
fn width(first: u8) -> usize {
    match first {
        ..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

/// The string without characters: a constant.
fn empty() -> *mut Str {
    static EMPTY: Str = Str {
        refs: IMMORTAL,
        len: 0,
    };
    (&raw const EMPTY).cast_mut()
}

/// A string of one ASCII character: a constant.
fn letter(byte: u8) -> *mut Str {
    #[repr(C, align(8))]
    struct Letter(Str, u8);
    const fn letters() -> [Letter; 128] {
        let mut letters = [const {
            let header = Str {
                refs: IMMORTAL,
                len: 1,
            };
            Letter(header, 0)
        }; 128];
        let mut i = 0;
        while i < 128 {
            letters[i].1 = i as u8;
            i += 1;
        }
        letters
    }
    static LETTERS: [Letter; 128] = letters();
    (&raw const LETTERS[usize::from(byte)].0).cast_mut()
}

/// See the runtime table.
///
/// # Safety
/// Both are live, and `0 <= from <=` the length of `text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_find(text: *const Str, part: *const Str, from: i64) -> i64 {
    guard_pending(-1, || {
        // SAFETY: forwarded from the caller.
        let (text, part) = unsafe { (as_str(text), as_str(part)) };
        // No text begins inside of a character: from the next one on.
        let from = (from as usize..=text.len()).find(|&at| text.is_char_boundary(at));
        let from = from.unwrap_or(text.len());
        let found = match part.as_bytes() {
            &[byte] => find_byte(&text.as_bytes()[from..], byte),
            _ => text[from..].find(part),
        };
        found.map_or(-1, |at| (from + at) as i64)
    })
}

/// Where a byte is first. The C library looks at many at once.
fn find_byte(bytes: &[u8], byte: u8) -> Option<usize> {
    let start = bytes.as_ptr();
    // SAFETY: pointer and length describe `bytes`, and what is found is in them.
    unsafe {
        let found = libc::memchr(start.cast(), byte.into(), bytes.len());
        (!found.is_null()).then(|| found.cast::<u8>().offset_from_unsigned(start))
    }
}

/// See the runtime table.
///
/// # Safety
/// Both are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_rfind(text: *const Str, part: *const Str) -> i64 {
    guard_pending(-1, || {
        // SAFETY: forwarded from the caller.
        let (text, part) = unsafe { (as_str(text), as_str(part)) };
        text.rfind(part).map_or(-1, |at| at as i64)
    })
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, and `0 <= from <=` its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_offset(text: *const Str, from: i64, count: i64) -> i64 {
    // SAFETY: forwarded from the caller.
    let bytes = unsafe { bytes(text) };
    let mut left = count;
    for (at, &byte) in bytes.iter().enumerate().skip(from as usize) {
        if byte & 0xc0 != 0x80 {
            if left == 0 {
                return at as i64;
            }
            left -= 1;
        }
    }
    if left == 0 { bytes.len() as i64 } else { -1 }
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, and `0 <= from <= to <=` its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_count(text: *const Str, from: i64, to: i64) -> i64 {
    // SAFETY: forwarded from the caller.
    let bytes = unsafe { bytes(text) };
    let part = &bytes[from as usize..to as usize];
    part.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as i64
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, and `0 <= from <=` its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_white(text: *const Str, from: i64, white: i32) -> i64 {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    let rest = &text[from as usize..];
    let found = rest.find(|c: char| c.is_whitespace() == (white != 0));
    found.map_or(text.len(), |at| from as usize + at) as i64
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_end(text: *const Str) -> i64 {
    // SAFETY: forwarded from the caller.
    unsafe { as_str(text) }.trim_end().len() as i64
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_upper(text: *const Str) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    if text.is_ascii() {
        return new_by(text.as_bytes(), |byte| byte.to_ascii_uppercase());
    }
    guard_pending(null_mut(), || new(text.to_uppercase().as_bytes()))
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_lower(text: *const Str) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    if text.is_ascii() {
        return new_by(text.as_bytes(), |byte| byte.to_ascii_lowercase());
    }
    guard_pending(null_mut(), || new(text.to_lowercase().as_bytes()))
}

/// See the runtime table.
///
/// # Safety
/// All are live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_replace(
    text: *const Str,
    old: *const Str,
    by: *const Str,
) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let (text, old, by) = unsafe { (as_str(text), as_str(old), as_str(by)) };
    guard_pending(null_mut(), || new(text.replace(old, by).as_bytes()))
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_repeat(text: *const Str, times: i64) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let bytes = unsafe { bytes(text) };
    guard_pending(null_mut(), || {
        let times = usize::try_from(times).unwrap_or(0);
        let mut all = Vec::new();
        let fits = bytes
            .len()
            .checked_mul(times)
            .is_some_and(|n| all.try_reserve_exact(n).is_ok());
        if !fits {
            return null_mut();
        }
        for _ in 0..times {
            all.extend_from_slice(bytes);
        }
        new(&all)
    })
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_reverse(text: *const Str) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    guard_pending(null_mut(), || {
        new(text.chars().rev().collect::<String>().as_bytes())
    })
}

/// See the runtime table.
///
/// # Safety
/// `parts` are `n` live strings, and `between` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_concat(
    parts: *const *const Str,
    n: i64,
    between: *const Str,
) -> *mut Str {
    guard_pending(null_mut(), || {
        if n <= 0 {
            return new(b"");
        }
        // SAFETY: forwarded from the caller.
        let (parts, between) = unsafe {
            (
                std::slice::from_raw_parts(parts, n as usize),
                bytes(between),
            )
        };
        // SAFETY: as above.
        let sizes = parts.iter().map(|&part| unsafe { bytes(part) }.len());
        let size = sizes.sum::<usize>() + between.len() * (parts.len() - 1);
        let mut all = Vec::new();
        if all.try_reserve_exact(size).is_err() {
            return null_mut();
        }
        for (i, &part) in parts.iter().enumerate() {
            if i > 0 {
                all.extend_from_slice(between);
            }
            // SAFETY: as above.
            all.extend_from_slice(unsafe { bytes(part) });
        }
        new(&all)
    })
}

/// See the runtime table.
///
/// # Safety
/// `data` are `n` bytes; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_from_bytes(
    data: *const u8,
    n: i64,
    location: *const Location,
) -> *mut Str {
    guard_pending(null_mut(), || {
        let bytes = match n {
            ..=0 => &[],
            // SAFETY: forwarded from the caller.
            n => unsafe { std::slice::from_raw_parts(data, n as usize) },
        };
        match simdutf8::compat::from_utf8(bytes) {
            Ok(_) => or_memory(new(bytes), location),
            Err(error) => {
                let at = error.valid_up_to();
                let message = format!("not UTF-8: byte 0x{:02x} at {at}", bytes[at]);
                fail(ErrorKind::ValueError, message, location);
                null_mut()
            }
        }
    })
}

/// See the runtime table.
///
/// # Safety
/// `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_from_code(code: i64, location: *const Location) -> *mut Str {
    guard_pending(null_mut(), || {
        let known = u32::try_from(code).ok().and_then(char::from_u32);
        let Some(known) = known else {
            let message = format!("there is no character {code}");
            fail(ErrorKind::ValueError, message, location);
            return null_mut();
        };
        or_memory(new(known.encode_utf8(&mut [0; 4]).as_bytes()), location)
    })
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, and a character begins at byte `at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_code(text: *const Str, at: i64) -> i64 {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    text[at as usize..].chars().next().map_or(0, i64::from_char)
}

trait FromChar {
    fn from_char(c: char) -> Self;
}

impl FromChar for i64 {
    fn from_char(c: char) -> i64 {
        i64::from(u32::from(c))
    }
}

/// Odd numbers without a pattern: the digits of pi.
const KEYS: [u64; 3] = [
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7345,
    0xa409_3822_299f_31d1,
];

fn fold(x: u64, y: u64) -> u64 {
    let product = u128::from(x) * u128::from(y);
    product as u64 ^ (product >> 64) as u64
}

/// The hash of bytes: sixteen at a time, each pair of words multiplied into the rest.
fn hash(bytes: &[u8]) -> u64 {
    let word = |at: usize| {
        let word = bytes[at..at + 8].try_into().unwrap_or_default();
        u64::from_le_bytes(word)
    };
    let half = |at: usize| {
        let half = bytes[at..at + 4].try_into().unwrap_or_default();
        u64::from(u32::from_le_bytes(half))
    };
    let n = bytes.len();
    let mut state = KEYS[0] ^ n as u64;
    let (a, b) = match n {
        17.. => {
            let mut at = 0;
            while at + 16 < n {
                state = fold(word(at) ^ KEYS[1], word(at + 8) ^ state);
                at += 16;
            }
            (word(n - 16), word(n - 8))
        }
        8.. => (word(0), word(n - 8)),
        4.. => (half(0), half(n - 4)),
        1.. => {
            let (first, middle, last) = (bytes[0], bytes[n / 2], bytes[n - 1]);
            (
                u64::from(first) << 16 | u64::from(middle) << 8 | u64::from(last),
                0,
            )
        }
        0 => (0, 0),
    };
    fold(KEYS[2] ^ n as u64, fold(a ^ KEYS[1], b ^ state))
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_hash_string(text: *const Str) -> i64 {
    // SAFETY: forwarded from the caller.
    hash(unsafe { bytes(text) }) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn hashes_of_near_texts_differ_also_in_their_low_bits() {
        let mut low = HashSet::new();
        let mut all = HashSet::new();
        for length in 0..100 {
            for last in 0..100u8 {
                let mut text = vec![b'x'; length];
                text.push(last);
                let hash = hash(&text);
                all.insert(hash);
                low.insert(hash & 0xffff);
            }
        }
        assert_eq!(all.len(), 10_000);
        // Of 10,000 balls in 65,536 boxes, about 9,280 boxes have one.
        assert!(low.len() > 9_000, "{}", low.len());
    }

    #[test]
    fn letters_are_what_they_say() {
        for byte in 0..128 {
            // SAFETY: the letter is a constant.
            assert_eq!(unsafe { bytes(letter(byte)) }, [byte]);
        }
    }
}
