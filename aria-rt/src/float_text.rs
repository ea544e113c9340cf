//! Floats as Python's `repr` writes them: the shortest digits that read back as the same value, with an exponent below 1e-4
//! and from 1e16 on, and always a point or an exponent. The digits are Rust's own; only their layout is decided here.

use std::fmt::{self, Write};

/// Room for any number: a sign, 17 digits, a point, leading or trailing zeros, an exponent.
const ROOM: usize = 40;

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
    let mut scientific = Short::new();
    // Writing to a `Short` never fails.
    let _ = write!(scientific, "{value:e}");
    lay_out(scientific.as_bytes())
}

/// The text of an f32.
pub(crate) fn f32_text(value: f32) -> Short {
    if value.is_nan() || value.is_infinite() {
        return special(value.is_nan(), value < 0.0);
    }
    let mut scientific = Short::new();
    let _ = write!(scientific, "{value:e}");
    lay_out(scientific.as_bytes())
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

/// From Rust's `-d.ddde-xx`.
fn lay_out(scientific: &[u8]) -> Short {
    let mut text = Short::new();
    let (sign, rest) = match scientific {
        [b'-', rest @ ..] => (&b"-"[..], rest),
        rest => (&b""[..], rest),
    };
    text.push(sign);
    let e = rest
        .iter()
        .position(|&byte| byte == b'e')
        .unwrap_or(rest.len());
    let mut digits = Short::new();
    rest[..e]
        .iter()
        .filter(|&&byte| byte != b'.')
        .for_each(|&byte| digits.push(&[byte]));
    let digits = digits.as_bytes();
    let exponent = parse(&rest[(e + 1).min(rest.len())..]);
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
    fn narrow_floats_stay_short() {
        let text =
            |value: f32| String::from_utf8(f32_text(value).as_bytes().to_vec()).expect("ASCII");
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(16_777_216.0), "16777216.0");
        assert_eq!(text(1e-10), "1e-10");
        assert_eq!(text(f32::MAX), "3.4028235e+38");
    }
}
