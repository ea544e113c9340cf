//! The order of the values of scalar types.

use crate::types::Ty;

/// A place in the order of a type's values: of an integer its value, of a Bool 0 or 1, of a float the number of floats between
/// it and 0, of a string its text. A set of neighbours is `lo..<hi` of keys, exactly, for each of them: the string
/// that follows `a` is `a\0`, and the floats are finite in number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// Of a number or Bool.
    Number(i128),
    /// Of a string.
    Text(String),
    /// After all strings.
    End,
}

/// The key of infinity; that of NaN, which no range contains, follows it.
const INFINITY: i128 = 0x7ff0_0000_0000_0000;
const INFINITY_SINGLE: i128 = 0x7f80_0000;

impl Key {
    /// The keys of all values of a type, if they have an order that patterns can ask for.
    #[must_use]
    pub fn domain(ty: &Ty) -> Option<(Key, Key)> {
        let numbers = |lo: i128, hi: i128| Some((Key::Number(lo), Key::Number(hi + 1)));
        match ty {
            Ty::Bool => numbers(0, 1),
            Ty::Int => numbers(i64::MIN.into(), i64::MAX.into()),
            Ty::Sized(kind) => {
                let (lo, hi) = kind.range();
                numbers(lo, hi)
            }
            Ty::Float => numbers(-INFINITY, INFINITY + 1),
            Ty::Float32 => numbers(-INFINITY_SINGLE, INFINITY_SINGLE + 1),
            Ty::String => Some((Key::Text(String::new()), Key::End)),
            _ => None,
        }
    }

    /// Where the greatest value ends that a range without an end contains.
    #[must_use]
    pub fn open_end(ty: &Ty) -> Option<Key> {
        Some(match (ty, Key::domain(ty)?.1) {
            (Ty::Float | Ty::Float32, Key::Number(end)) => Key::Number(end - 1),
            (_, end) => end,
        })
    }

    /// The key of a float. Both zeros have the same: they are equal.
    #[must_use]
    pub fn of_float(value: f64) -> Key {
        let magnitude = i128::from(value.abs().to_bits());
        Key::Number(if value < 0.0 { -magnitude } else { magnitude })
    }

    /// The key of a Float32.
    #[must_use]
    pub fn of_single(value: f32) -> Key {
        let magnitude = i128::from(value.abs().to_bits());
        Key::Number(if value < 0.0 { -magnitude } else { magnitude })
    }

    /// The key that follows.
    #[must_use]
    pub fn next(&self) -> Key {
        match self {
            Key::Number(n) => Key::Number(n + 1),
            Key::Text(text) => Key::Text(format!("{text}\0")),
            Key::End => Key::End,
        }
    }

    /// The key before this one; no key is just before a text, unless that has been made by [`Key::next`].
    #[must_use]
    pub fn previous(&self) -> Option<Key> {
        match self {
            Key::Number(n) => Some(Key::Number(n - 1)),
            Key::Text(text) => Some(Key::Text(text.strip_suffix('\0')?.to_owned())),
            Key::End => None,
        }
    }

    /// How a value of this type is written in Aria; none if it is no value, or NaN.
    #[must_use]
    pub fn text(&self, ty: &Ty) -> Option<String> {
        let sign = |n: i128| if n < 0 { "-" } else { "" };
        Some(match (ty, self) {
            (Ty::Bool, Key::Number(n)) => (if *n == 0 { "false" } else { "true" }).to_owned(),
            (Ty::Float, Key::Number(n)) if n.abs() < INFINITY => {
                let magnitude = f64::from_bits(u64::try_from(n.abs()).ok()?);
                format!("{}{magnitude:?}", sign(*n))
            }
            (Ty::Float32, Key::Number(n)) if n.abs() < INFINITY_SINGLE => {
                let magnitude = f32::from_bits(u32::try_from(n.abs()).ok()?);
                format!("{}{magnitude:?}", sign(*n))
            }
            (Ty::Float | Ty::Float32, _) => return None,
            // A literal without a suffix is an Int, and may be too great for one.
            (Ty::Sized(_), Key::Number(n)) if *n > i64::MAX.into() => format!("{n}u64"),
            (_, Key::Number(n)) => n.to_string(),
            (_, Key::Text(text)) => quoted(text),
            (_, Key::End) => return None,
        })
    }
}

/// A string literal with this text.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '#' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
