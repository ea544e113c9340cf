//! The text of an array: its elements in brackets.

use std::fmt::Write;
use std::ptr::null_mut;

use aria_abi::codes::Elem;
use aria_abi::layout::Str;

use crate::element::scalar;
use crate::float_text::{Short, f32_text, f64_text};
use crate::panics::guard_pending;
use crate::strings;

/// Of a longer array the first and the last elements are shown, as NumPy does.
const SHOWN_WHOLE: i64 = 1000;
/// How many of each.
const SHOWN_OF_LONG: i64 = 3;
/// Bytes that are there for each element, and more where it needs them.
const USUAL: usize = 8;

/// See the runtime table.
///
/// # Safety
/// `data` has `len` elements of this kind, `stride` bytes apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_from_array(
    data: *const u8,
    len: i64,
    stride: i64,
    kind: i32,
) -> *mut Str {
    guard_pending(null_mut(), || {
        let shown = len.min(SHOWN_WHOLE) as usize;
        let mut text = Vec::with_capacity(2 + shown * USUAL);
        text.push(b'[');
        let mut index = 0;
        while index < len {
            if index > 0 {
                text.extend(b", ");
            }
            if len > SHOWN_WHOLE && index == SHOWN_OF_LONG {
                text.extend(b"...");
                index = len - SHOWN_OF_LONG;
                continue;
            }
            // SAFETY: the element is one of the array's.
            unsafe {
                let at = data.offset((index * stride) as isize);
                push_element(&mut text, at, scalar(kind as u32));
            }
            index += 1;
        }
        text.push(b']');
        strings::new(&text)
    })
}

/// An element of an array.
unsafe fn push_element(text: &mut Vec<u8>, at: *const u8, kind: Elem) {
    macro_rules! read {
        ($ty:ty) => {
            // SAFETY: the caller's element is of this kind; views may have any stride.
            unsafe { at.cast::<$ty>().read_unaligned() }
        };
    }
    macro_rules! int {
        ($ty:ty) => {{
            let mut digits = Short::new();
            // Writing to a `Short` never fails.
            let _ = write!(digits, "{}", read!($ty));
            text.extend(digits.as_bytes());
        }};
    }
    match kind {
        Elem::F64 => text.extend(f64_text(read!(f64)).as_bytes()),
        Elem::F32 => text.extend(f32_text(read!(f32)).as_bytes()),
        Elem::Bool if read!(u8) != 0 => text.extend(b"true"),
        Elem::Bool => text.extend(b"false"),
        Elem::I64 => int!(i64),
        Elem::I32 => int!(i32),
        Elem::I16 => int!(i16),
        Elem::I8 => int!(i8),
        Elem::U64 => int!(u64),
        Elem::U32 => int!(u32),
        Elem::U16 => int!(u16),
        Elem::U8 => int!(u8),
        Elem::C128 => {
            let [real, imaginary] = read!([f64; 2]);
            text.push(b'(');
            text.extend(f64_text(real).as_bytes());
            if imaginary.is_sign_positive() {
                text.push(b'+');
            }
            text.extend(f64_text(imaginary).as_bytes());
            text.extend(b"j)");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_arrays_are_shortened() {
        let array = |values: &[i16], stride: i64| {
            let len = values.len() as i64 * 2 / stride;
            // SAFETY: the values live through the call, and the string until it is dropped.
            unsafe {
                let data = values.as_ptr().cast();
                let text = aria_rt_str_from_array(data, len, stride, Elem::I16 as i32);
                let copy = strings::as_str(text).to_owned();
                strings::drop_str(text);
                copy
            }
        };
        assert_eq!(array(&[], 2), "[]");
        assert_eq!(array(&[1, -2, 3], 2), "[1, -2, 3]");
        assert_eq!(array(&[1, -2, 3, 4], 4), "[1, 3]");
        let many: Vec<i16> = (0..2000).collect();
        assert_eq!(array(&many, 2), "[0, 1, 2, ..., 1997, 1998, 1999]");
        assert_eq!(array(&many[..1000], 2).matches(", ").count(), 999);
    }
}
