//! Floats as Python's `repr` writes them: the shortest digits that read back as the same value, with an exponent below 1e-4
//! and from 1e16 on, and always a point or an exponent. The digits are `zmij`'s; only their layout is decided here.

use std::fmt::{self, Write};

/// Room for any number: none is longer than `-2.2250738585072014e-308`.
pub(crate) const ROOM: usize = 24;

/// Text on the stack.
pub(crate) struct Short {
    bytes: [u8; ROOM],
    len: usize,
}

impl Short {
    pub(crate) const fn new() -> Short {
        Short {
            bytes: [0; ROOM],
            len: 0,
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = &mut self.bytes[self.len..];
        let n = bytes.len().min(room.len());
        room[..n].copy_from_slice(&bytes[..n]);
        self.len += n;
    }

    fn zeros(&mut self, n: usize) {
        for _ in 0..n {
            self.push(b"0");
        }
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// The text of an f64.
pub(crate) fn f64_text(value: f64) -> Short {
    if value.is_nan() || value.is_infinite() {
        return special(value.is_nan(), value < 0.0);
    }
    laid_out(value.abs(), zmij::Buffer::new().format_finite(value))
}

/// The text of an f32.
pub(crate) fn f32_text(value: f32) -> Short {
    if value.is_nan() || value.is_infinite() {
        return special(value.is_nan(), value < 0.0);
    }
    laid_out(value.abs().into(), zmij::Buffer::new().format_finite(value))
}

/// The text of a number of this size, from another text of it that has the right digits.
fn laid_out(size: f64, text: &str) -> Short {
    let has_exponent = size >= 1e16 || (size < 1e-4 && size > 0.0);
    if has_exponent || text.contains('e') {
        return lay_out(text.as_bytes());
    }
    let mut short = Short::new();
    short.push(text.as_bytes());
    short
}

fn special(nan: bool, negative: bool) -> Short {
    let mut text = Short::new();
    text.push(match (nan, negative) {
        (true, _) => b"nan",
        (_, false) => b"inf",
        _ => b"-inf",
    });
    text
}

/// From `-d.ddde-xx`, `0.00ddd` or `ddd.0`.
fn lay_out(number: &[u8]) -> Short {
    let mut text = Short::new();
    let rest = match number {
        [b'-', rest @ ..] => {
            text.push(b"-");
            rest
        }
        rest => rest,
    };
    let find = |byte| rest.iter().position(|&other| other == byte);
    let e = find(b'e').unwrap_or(rest.len());
    let point = find(b'.').unwrap_or(e);
    let mut all = Short::new();
    all.push(&rest[..point]);
    all.push(&rest[(point + 1).min(e)..e]);
    let zeros = all.as_bytes().iter().take_while(|&&d| d == b'0').count();
    let digits = &all.as_bytes()[zeros..];
    let end = digits.iter().rposition(|&d| d != b'0').map_or(1, |i| i + 1);
    let digits = &digits[..end.min(digits.len())];
    let exponent = parse(&rest[(e + 1).min(rest.len())..]) + point as i32 - 1 - zeros as i32;
    match exponent {
        -4..0 => {
            text.push(b"0.");
            text.zeros((-exponent - 1) as usize);
            text.push(digits);
        }
        0..16 => {
            let whole = exponent as usize + 1;
            text.push(&digits[..whole.min(digits.len())]);
            text.zeros(whole.saturating_sub(digits.len()));
            text.push(b".");
            text.push(if digits.len() > whole {
                &digits[whole..]
            } else {
                b"0"
            });
        }
        _ => {
            text.push(&digits[..1]);
            if digits.len() > 1 {
                text.push(b".");
                text.push(&digits[1..]);
            }
            text.push(if exponent < 0 { b"e-" } else { b"e+" });
            let _ = write!(text, "{:02}", exponent.unsigned_abs());
        }
    }
    text
}

fn parse(exponent: &[u8]) -> i32 {
    let (negative, digits) = match exponent {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let value = digits
        .iter()
        .fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repr(value: f64) -> String {
        String::from_utf8(f64_text(value).as_bytes().to_vec()).expect("ASCII")
    }

    #[test]
    fn as_python_writes_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100.0, "100.0"),
            (123456.789, "123456.789"),
            (1e15, "1000000000000000.0"),
            (1234567890123456.7, "1234567890123456.8"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (1e22, "1e+22"),
            (1e100, "1e+100"),
            (1e-4, "0.0001"),
            (0.00012345, "0.00012345"),
            (1e-5, "1e-05"),
            (1.234e-7, "1.234e-07"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (-2.2250738585072014e-308, "-2.2250738585072014e-308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(repr(value), text);
        }
    }

    #[test]
    fn digits_are_the_shortest() {
        // Those of Rust's library, for bits from all over. Between two that are as short and as near, it takes the upper
        // one, Python and we the even one.
        let agree = |ours: &Short, other: String, has_ties: bool| {
            let other = lay_out(other.as_bytes());
            let text = |short: &Short| String::from_utf8(short.as_bytes().to_vec()).expect("ASCII");
            let (ours, other) = (text(ours), text(&other));
            let is_tie = has_ties && ours.len() == other.len();
            assert!(ours == other || is_tie, "{ours} {other}");
        };
        let mut bits: u64 = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let wide = f64::from_bits(bits);
            let narrow = f32::from_bits((bits >> 32) as u32);
            let near_one = 1.0 + (bits % 1000) as f64 / 7.0;
            for value in [wide, near_one, near_one * 1e-4, near_one * 1e13] {
                if value.is_finite() {
                    agree(&f64_text(value), format!("{value:e}"), value.abs() > 1.0);
                }
            }
            if narrow.is_finite() {
                agree(&f32_text(narrow), format!("{narrow:e}"), narrow.abs() > 1.0);
            }
        }
        assert_eq!(repr(1_327_142_857_142_857.0 + 0.25), "1327142857142857.2");
        assert_eq!(repr(1_327_142_857_142_857.0 + 0.75), "1327142857142857.8");
    }

    #[test]
    fn narrow_floats_stay_short() {
        let text =
            |value: f32| String::from_utf8(f32_text(value).as_bytes().to_vec()).expect("ASCII");
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(16_777_216.0), "16777216.0");
        assert_eq!(text(1e-10), "1e-10");
        assert_eq!(text(1e13), "10000000000000.0");
        assert_eq!(text(1.5e-5), "1.5e-05");
        assert_eq!(text(f32::MAX), "3.4028235e+38");
    }
}
