//! Numbers and strings.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{ExprId, ExprKind, StrPart};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

/// Suffixes of integers, their types, and the greatest value; of a negative literal it may be one more.
const INT_SUFFIXES: [(&str, &str, u64, &str, &str); 8] = [
    ("i8", "Int8", 0x80, "-128", "127"),
    ("i16", "Int16", 0x8000, "-32768", "32767"),
    ("i32", "Int32", 0x8000_0000, "-2147483648", "2147483647"),
    (
        "i64",
        "Int64",
        1 << 63,
        "-9223372036854775808",
        "9223372036854775807",
    ),
    ("u8", "UInt8", 0xff, "0", "255"),
    ("u16", "UInt16", 0xffff, "0", "65535"),
    ("u32", "UInt32", 0xffff_ffff, "0", "4294967295"),
    ("u64", "UInt64", u64::MAX, "0", "18446744073709551615"),
];

impl Lower<'_> {
    pub(super) fn integer(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let text = node.text().replace('_', "");
        let suffix = INT_SUFFIXES.iter().find(|s| text.ends_with(s.0));
        let digits = suffix.map_or(&*text, |s| &text[..text.len() - s.0.len()]);
        let radix = |prefix: &str| {
            digits
                .get(2..)
                .filter(|_| digits[..2].eq_ignore_ascii_case(prefix))
        };
        let (digits, base) = match digits.len() {
            0..=2 => (digits, 10),
            _ => radix("0x")
                .map(|d| (d, 16))
                .or_else(|| radix("0b").map(|d| (d, 2)))
                .or_else(|| radix("0o").map(|d| (d, 8)))
                .unwrap_or((digits, 10)),
        };
        // Without a suffix the type decides, which is known later, and so is the sign.
        let (_, ty, limit, low, high) = suffix.unwrap_or(&INT_SUFFIXES[3]);
        let limit = if suffix.is_some() { limit } else { &u64::MAX };
        let shown = if suffix.is_some() { ty } else { "Int" };
        match u64::from_str_radix(digits, base) {
            Ok(value) if value <= *limit => self.push(
                ExprKind::Int {
                    value,
                    suffix: suffix.map(|s| s.1),
                },
                span,
            ),
            _ => {
                self.report(say::integer_range(span, shown, low, high));
                self.error(span)
            }
        }
    }

    pub(super) fn float(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let text = node.text().replace('_', "");
        let (digits, suffix) = match (text.strip_suffix("f32"), text.strip_suffix("f64")) {
            (Some(digits), _) => (digits, Some("Float32")),
            (_, Some(digits)) => (digits, Some("Float64")),
            _ => (&*text, None),
        };
        let value: f64 = digits.parse().unwrap_or(f64::INFINITY);
        let is_single = suffix == Some("Float32");
        #[allow(
            clippy::cast_possible_truncation,
            reason = "it is the question whether it fits"
        )]
        if value.is_infinite() || (is_single && (value as f32).is_infinite()) {
            self.report(say::float_range(
                span,
                if is_single { "Float32" } else { "Float" },
            ));
            return self.error(span);
        }
        self.push(ExprKind::Float { value, suffix }, span)
    }

    /// `{a: 1, "b" => 2}`: a word before a colon is a string.
    pub(super) fn map(&mut self, node: Node<'_>) -> ExprId {
        let mut pairs = Vec::new();
        for pair in node.children() {
            let key = match pair.field(Field::Key) {
                Some(key) if key.kind() == Kind::Label => {
                    let parts = vec![StrPart::Text(key.text().to_owned())];
                    let span = self.span(key);
                    self.push(ExprKind::Str(parts), span)
                }
                _ => self.expr_in(pair, Field::Key),
            };
            pairs.push((key, self.expr_in(pair, Field::Value)));
        }
        let span = self.span(node);
        self.push(ExprKind::Map(pairs), span)
    }

    pub(super) fn string(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let mut parts: Vec<StrPart> = Vec::new();
        for child in node.children() {
            match child.kind() {
                Kind::StringContent => add_text(&mut parts, child.text()),
                Kind::EscapeSequence => {
                    let at = self.span(child);
                    let text = self.escape(child.text(), at);
                    add_text(&mut parts, &text);
                }
                _ => {
                    let value = self.expr_in(child, Field::Expression);
                    parts.push(StrPart::Value(value));
                }
            }
        }
        self.push(ExprKind::Str(parts), span)
    }

    pub(super) fn raw_string(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let text = node.text().trim_matches('\'');
        let mut parts = Vec::new();
        add_text(&mut parts, text);
        self.push(ExprKind::Str(parts), span)
    }

    /// The text of a string that may not have values in it, such as a library's name.
    pub(super) fn plain_string(&mut self, node: Node<'_>) -> String {
        if node.kind() == Kind::RawString {
            return node.text().trim_matches('\'').to_owned();
        }
        let mut text = String::new();
        for child in node.children() {
            let at = self.span(child);
            match child.kind() {
                Kind::StringContent => text.push_str(child.text()),
                Kind::EscapeSequence => text.push_str(&self.escape(child.text(), at)),
                _ => {
                    let message = "this string is a name, and has no values in it";
                    let help = "write the name out";
                    self.report(say::not_here(
                        at,
                        message,
                        "computed when the program runs",
                        help,
                    ));
                }
            }
        }
        text
    }

    /// What `\…` stands for.
    fn escape(&mut self, text: &str, span: Span) -> String {
        let body = &text[1..];
        let code = |digits: &str| {
            u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32)
        };
        let first = body.chars().next().unwrap_or('\\');
        let simple = match first {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            '0' => Some('\0'),
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'e' => Some('\x1b'),
            'f' => Some('\x0c'),
            'v' => Some('\x0b'),
            's' => Some(' '),
            '\\' | '"' | '\'' | '#' => Some(first),
            '\r' | '\n' => return String::new(),
            'x' | 'u' => code(body[1..].trim_matches(['{', '}'])),
            _ => None,
        };
        if let Some(c) = simple {
            return c.to_string();
        }
        let why = match first {
            'x' | 'u' => "this is no Unicode character",
            _ => "no character is written so; `\\\\` is a backslash",
        };
        self.report(say::malformed(span, &format!("the escape `{text}`"), why));
        String::new()
    }
}

fn add_text(parts: &mut Vec<StrPart>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(StrPart::Text(last)) => last.push_str(text),
        _ => parts.push(StrPart::Text(text.to_owned())),
    }
}
