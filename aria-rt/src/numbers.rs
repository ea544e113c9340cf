//! Numbers from text, and numbers as text in the form that a format asks for: Python's mini language.

use std::ptr::null_mut;

use aria_abi::codes::ErrorKind;
use aria_abi::layout::{Location, Str};

use crate::panics::guard_pending;
use crate::strings::{as_str, new};
use crate::text::{fail, or_memory};

/// An integer as Python reads it: spaces around it, a sign, digits with single underscores between them.
fn parse_int(text: &str, base: i64) -> Result<i64, ErrorKind> {
    let trimmed = text.trim();
    let (digits, is_negative) = match trimmed.as_bytes() {
        [b'-', ..] => (&trimmed[1..], true),
        [b'+', ..] => (&trimmed[1..], false),
        _ => (trimmed, false),
    };
    let mut value: i64 = 0;
    let mut after_digit = false;
    for c in digits.chars() {
        if c == '_' && after_digit {
            after_digit = false;
            continue;
        }
        let digit = c.to_digit(base.clamp(2, 36) as u32);
        let digit = i64::from(digit.ok_or(ErrorKind::ValueError)?);
        let digit = if is_negative { -digit } else { digit };
        value = value
            .checked_mul(base)
            .and_then(|v| v.checked_add(digit))
            .ok_or(ErrorKind::OverflowError)?;
        after_digit = true;
    }
    if after_digit {
        Ok(value)
    } else {
        Err(ErrorKind::ValueError)
    }
}

/// A float as Python reads it.
fn parse_float(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let bytes = trimmed.as_bytes();
    if !trimmed.contains('_') {
        return trimmed.parse().ok();
    }
    let between_digits = |i: usize| {
        i > 0 && bytes[i - 1].is_ascii_digit() && bytes.get(i + 1).is_some_and(u8::is_ascii_digit)
    };
    let mut underscores = (0..bytes.len()).filter(|&i| bytes[i] == b'_');
    let fine = underscores.all(between_digits);
    fine.then(|| trimmed.replace('_', "").parse().ok())?
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, `out` writable, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_to_int(
    text: *const Str,
    base: i64,
    out: *mut i64,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    guard_pending(1, || {
        let kind = match parse_int(text, base) {
            Ok(value) => {
                // SAFETY: forwarded from the caller.
                unsafe { out.write(value) };
                return 0;
            }
            Err(kind) => kind,
        };
        let message = match kind {
            ErrorKind::OverflowError => format!("{:?} does not fit an Int", text.trim()),
            _ if base == 10 => format!("not an integer: {text:?}"),
            _ => format!("not an integer to the base {base}: {text:?}"),
        };
        fail(kind, message, location);
        1
    })
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_is_int(text: *const Str) -> i32 {
    // SAFETY: forwarded from the caller.
    i32::from(parse_int(unsafe { as_str(text) }, 10).is_ok())
}

/// See the runtime table.
///
/// # Safety
/// `text` is live, `out` writable, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_to_float(
    text: *const Str,
    out: *mut f64,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    let text = unsafe { as_str(text) };
    guard_pending(1, || match parse_float(text) {
        Some(value) => {
            // SAFETY: forwarded from the caller.
            unsafe { out.write(value) };
            0
        }
        None => {
            let message = format!("not a number: {text:?}");
            fail(ErrorKind::ValueError, message, location);
            1
        }
    })
}

/// See the runtime table.
///
/// # Safety
/// `text` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_str_is_float(text: *const Str) -> i32 {
    // SAFETY: forwarded from the caller.
    i32::from(parse_float(unsafe { as_str(text) }).is_some())
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
struct Format {
    fill: char,
    align: Option<char>,
    sign: char,
    alternate: bool,
    width: usize,
    separator: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// The longest text that a format may ask for.
const LONGEST: usize = 1 << 20;

impl Format {
    fn parse(text: &str) -> Option<Format> {
        let chars: Vec<char> = text.chars().collect();
        let mut format = Format {
            fill: ' ',
            align: None,
            sign: '-',
            alternate: false,
            width: 0,
            separator: None,
            precision: None,
            kind: None,
        };
        let is_align = |c: &char| matches!(c, '<' | '>' | '^' | '=');
        let mut at = 0;
        if chars.get(1).is_some_and(is_align) {
            (format.fill, format.align) = (chars[0], Some(chars[1]));
            at = 2;
        } else if chars.first().is_some_and(is_align) {
            format.align = Some(chars[0]);
            at = 1;
        }
        if let Some(&sign @ ('+' | '-' | ' ')) = chars.get(at) {
            format.sign = sign;
            at += 1;
        }
        if chars.get(at) == Some(&'#') {
            format.alternate = true;
            at += 1;
        }
        if chars.get(at) == Some(&'0') {
            if format.align.is_none() {
                (format.fill, format.align) = ('0', Some('='));
            }
            at += 1;
        }
        format.width = number(&chars, &mut at)?.unwrap_or(0);
        if let Some(&separator @ (',' | '_')) = chars.get(at) {
            format.separator = Some(separator);
            at += 1;
        }
        if chars.get(at) == Some(&'.') {
            at += 1;
            format.precision = Some(number(&chars, &mut at)??);
        }
        if at < chars.len() {
            format.kind = Some(chars[at]);
            at += 1;
        }
        (at == chars.len()).then_some(format)
    }

    /// The text in its place: sign and prefix, then the digits.
    fn lay_out(&self, head: &str, body: &str, default: char) -> String {
        let size = head.chars().count() + body.chars().count();
        let missing = self.width.saturating_sub(size);
        let fill = |n: usize| self.fill.to_string().repeat(n);
        match self.align.unwrap_or(default) {
            '<' => format!("{head}{body}{}", fill(missing)),
            '^' => {
                let left = missing / 2;
                format!("{}{head}{body}{}", fill(left), fill(missing - left))
            }
            '=' if self.fill == '0' && self.separator.is_some() => {
                let separator = self.separator.unwrap_or(',');
                let (whole, rest) = split_number(body);
                let mut whole: String = whole.chars().filter(|c| *c != separator).collect();
                let others = head.chars().count() + rest.chars().count();
                while others + grouped(&whole, separator, 3).chars().count() < self.width {
                    whole.insert(0, '0');
                }
                format!("{head}{}{rest}", grouped(&whole, separator, 3))
            }
            '=' => format!("{head}{}{body}", fill(missing)),
            _ => format!("{}{head}{body}", fill(missing)),
        }
    }

    fn sign_of(&self, is_negative: bool) -> &'static str {
        match (is_negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            _ => "",
        }
    }
}

/// Digits; none when there are none. Fails when the number is too large.
fn number(chars: &[char], at: &mut usize) -> Option<Option<usize>> {
    let start = *at;
    let mut value = 0;
    while let Some(digit) = chars.get(*at).and_then(|c| c.to_digit(10)) {
        value = value * 10 + digit as usize;
        if value > LONGEST {
            return None;
        }
        *at += 1;
    }
    Some((*at > start).then_some(value))
}

fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '_'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn grouped(digits: &str, separator: char, every: usize) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(every) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}

fn format_int(value: i64, text: &str) -> Option<String> {
    let format = Format::parse(text)?;
    if matches!(format.kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) {
        return format_float(value as f64, text);
    }
    if format.precision.is_some() {
        return None;
    }
    let size = value.unsigned_abs();
    let (digits, prefix) = match format.kind {
        None | Some('d') => (size.to_string(), ""),
        Some('x') => (format!("{size:x}"), "0x"),
        Some('X') => (format!("{size:X}"), "0X"),
        Some('o') => (format!("{size:o}"), "0o"),
        Some('b') => (format!("{size:b}"), "0b"),
        Some('c') => {
            let c = u32::try_from(value).ok().and_then(char::from_u32)?;
            return Some(format.lay_out("", &c.to_string(), '<'));
        }
        _ => return None,
    };
    let every = if prefix.is_empty() { 3 } else { 4 };
    if format.separator == Some(',') && every == 4 {
        return None;
    }
    let digits = match format.separator {
        Some(separator) => grouped(&digits, separator, every),
        None => digits,
    };
    let prefix = if format.alternate { prefix } else { "" };
    let head = format!("{}{prefix}", format.sign_of(value < 0));
    Some(format.lay_out(&head, &digits, '>'))
}

fn format_float(value: f64, text: &str) -> Option<String> {
    let format = Format::parse(text)?;
    let size = value.abs();
    let precision = format.precision.unwrap_or(6);
    let is_upper = format.kind.is_some_and(char::is_uppercase);
    let mut body = match format.kind {
        _ if size.is_nan() => "nan".to_owned(),
        _ if size.is_infinite() => "inf".to_owned(),
        Some('f' | 'F') => format!("{size:.precision$}"),
        Some('e' | 'E') => exponent(&format!("{size:.precision$e}")),
        Some('g' | 'G') => general(size, precision.max(1), format.alternate),
        Some('%') => format!("{:.precision$}", size * 100.0),
        None => match format.precision {
            Some(precision) => {
                let text = general(size, precision.max(1), false);
                if text.contains(['.', 'e']) {
                    text
                } else {
                    format!("{text}.0")
                }
            }
            None => {
                let text = crate::float_text::f64_text(size);
                String::from_utf8_lossy(text.as_bytes()).into_owned()
            }
        },
        _ => return None,
    };
    if is_upper {
        body = body.to_uppercase();
    }
    if let Some(separator) = format.separator {
        let (whole, rest) = split_number(&body);
        body = format!("{}{rest}", grouped(whole, separator, 3));
    }
    if format.kind == Some('%') {
        body.push('%');
    }
    let is_negative = value.is_sign_negative() && !value.is_nan();
    Some(format.lay_out(format.sign_of(is_negative), &body, '>'))
}

/// `1.5e-7` as C writes it: a sign and two digits at least.
fn exponent(text: &str) -> String {
    let (digits, power) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

fn general(size: f64, precision: usize, keep_zeros: bool) -> String {
    let scientific = format!("{size:.*e}", precision - 1);
    let power: i64 = scientific
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or(0);
    let is_plain = -4 <= power && power < precision as i64;
    let text = if is_plain {
        let decimals = precision as i64 - 1 - power;
        format!("{size:.*}", usize::try_from(decimals).unwrap_or(0))
    } else {
        exponent(&scientific)
    };
    if keep_zeros || !text.contains('.') {
        return text;
    }
    match text.split_once('e') {
        Some((digits, power)) => {
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits}e{power}")
        }
        None => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

fn format_text(value: &str, text: &str) -> Option<String> {
    let format = Format::parse(text)?;
    let is_plain = format.sign == '-' && !format.alternate && format.separator.is_none();
    if !is_plain || !matches!(format.kind, None | Some('s')) || format.align == Some('=') {
        return None;
    }
    let value: String = match format.precision {
        Some(precision) => value.chars().take(precision).collect(),
        None => value.to_owned(),
    };
    Some(format.lay_out("", &value, '<'))
}

/// The formatted text, or a pending ValueError.
fn finish(text: Option<String>, format: &str, what: &str, location: *const Location) -> *mut Str {
    match text {
        Some(text) => or_memory(new(text.as_bytes()), location),
        None => {
            let message = format!("{format:?} is no format for {what}");
            fail(ErrorKind::ValueError, message, location);
            null_mut()
        }
    }
}

/// See the runtime table.
///
/// # Safety
/// `format` is live, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_format_int(
    value: i64,
    format: *const Str,
    location: *const Location,
) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let format = unsafe { as_str(format) };
    guard_pending(null_mut(), || {
        finish(format_int(value, format), format, "an Int", location)
    })
}

/// See the runtime table.
///
/// # Safety
/// `format` is live, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_format_float(
    value: f64,
    format: *const Str,
    location: *const Location,
) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let format = unsafe { as_str(format) };
    guard_pending(null_mut(), || {
        finish(format_float(value, format), format, "a Float", location)
    })
}

/// See the runtime table.
///
/// # Safety
/// Both strings are live, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_format_string(
    value: *const Str,
    format: *const Str,
    location: *const Location,
) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let (value, format) = unsafe { (as_str(value), as_str(format)) };
    guard_pending(null_mut(), || {
        finish(format_text(value, format), format, "a String", location)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        let read = |text| parse_int(text, 10);
        assert_eq!(read(" -1_000 "), Ok(-1000));
        assert_eq!(read("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(read("9223372036854775808"), Err(ErrorKind::OverflowError));
        for wrong in ["", "-", "1__0", "_1", "1_", "1.0", "0x10", "- 1"] {
            assert_eq!(read(wrong), Err(ErrorKind::ValueError), "{wrong}");
        }
        assert_eq!(parse_int("ff", 16), Ok(255));
        assert_eq!(parse_float(" 1_0.5e3 "), Some(10500.0));
        assert_eq!(parse_float("1__0"), None);
    }

    #[test]
    fn formats_are_pythons() {
        // Each right side is what CPython's `format` gives.
        for (value, format, text) in [
            (2.71731, ".3f", "2.717"),
            (1234567.891, ",.2f", "1,234,567.89"),
            (0.00001234, "g", "1.234e-05"),
            (123456789.0, "g", "1.23457e+08"),
            (100.0, "g", "100"),
            (0.5, ".0%", "50%"),
            (-1.5, "08.2f", "-0001.50"),
            (1e100, ".2e", "1.00e+100"),
            (2.5, "+.1f", "+2.5"),
            (2.5, "*^9.1f", "***2.5***"),
            (0.1, "", "0.1"),
            (3.0, ".3", "3.0"),
            (1234.5, "015,.1f", "0,000,001,234.5"),
        ] {
            assert_eq!(
                format_float(value, format).as_deref(),
                Some(text),
                "{format}"
            );
        }
        for (value, format, text) in [
            (255, "x", "ff"),
            (255, "#X", "0XFF"),
            (-5, "b", "-101"),
            (42, "05d", "00042"),
            (1234567, ",", "1,234,567"),
            (42, "<5", "42   "),
            (42, "^6", "  42  "),
            (65, "c", "A"),
            (3, ".2f", "3.00"),
            (65535, "_x", "ffff"),
            (1048575, "_b", "1111_1111_1111_1111_1111"),
        ] {
            assert_eq!(format_int(value, format).as_deref(), Some(text), "{format}");
        }
        assert_eq!(format_text("grün", ">6.3").as_deref(), Some("   grü"));
        assert_eq!(format_int(1, "y"), None);
        assert_eq!(format_text("a", "d"), None);
    }
}
