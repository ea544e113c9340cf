//! What the elements of a foreign buffer are: read from a NumPy type number or a buffer-protocol format, and compared
//! with what Aria wants. No Python is needed here.

use aria_abi::codes::Elem;

/// The scalar that an element code of emitted code means, where it can be no record.
pub(crate) fn scalar(code: u32) -> Elem {
    debug_assert!(Elem::from_code(code).is_some(), "element code {code}");
    Elem::from_code(code).unwrap_or(Elem::F64)
}

/// The element type of memory that Python offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) kind: ElementKind,
    /// The bytes are in the order of the other kind of machine.
    pub(crate) swapped: bool,
}

/// An element type, byte order aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ElementKind {
    /// One that Aria has too.
    Aria(Elem),
    /// IEEE 754 binary16; can only be converted.
    Half,
    /// A pair of binary32; can only be converted.
    Complex64,
    /// Anything else: strings, objects, records, dates.
    Other,
}

impl Element {
    const OTHER: Element = Element {
        kind: ElementKind::Other,
        swapped: false,
    };

    /// NumPy's name of the type, for messages; `None` for those that Aria cannot read.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self.kind {
            ElementKind::Aria(elem) => Some(elem.names().1),
            ElementKind::Half => Some("float16"),
            ElementKind::Complex64 => Some("complex64"),
            ElementKind::Other => None,
        }
    }

    /// From the format and item size of a buffer (the syntax of Python's `struct`, with PEP 3118's `Z`); a null format
    /// means unsigned bytes. The item size decides the width, since exporters disagree on what `l` means.
    pub(crate) fn from_format(format: &[u8], itemsize: usize) -> Element {
        let (order, code) = match format {
            [order @ (b'@' | b'=' | b'<' | b'>' | b'!' | b'^'), rest @ ..] => (*order, rest),
            rest => (b'@', rest),
        };
        let aria = |elem: Elem| {
            if elem.size() == itemsize {
                ElementKind::Aria(elem)
            } else {
                ElementKind::Other
            }
        };
        let kind = match (code, itemsize) {
            (b"d" | b"f", 8) => aria(Elem::F64),
            (b"d" | b"f", 4) => aria(Elem::F32),
            (b"e", 2) => ElementKind::Half,
            (b"b" | b"h" | b"i" | b"l" | b"q" | b"n", size) => match size {
                8 => aria(Elem::I64),
                4 => aria(Elem::I32),
                2 => aria(Elem::I16),
                1 => aria(Elem::I8),
                _ => ElementKind::Other,
            },
            (b"B" | b"H" | b"I" | b"L" | b"Q" | b"N", size) => match size {
                8 => aria(Elem::U64),
                4 => aria(Elem::U32),
                2 => aria(Elem::U16),
                1 => aria(Elem::U8),
                _ => ElementKind::Other,
            },
            (b"?", 1) => aria(Elem::Bool),
            (b"Zd", 16) => aria(Elem::C128),
            (b"Zf", 8) => ElementKind::Complex64,
            _ => ElementKind::Other,
        };
        let foreign = if cfg!(target_endian = "little") {
            matches!(order, b'>' | b'!')
        } else {
            order == b'<'
        };
        Element {
            kind,
            swapped: foreign && itemsize > 1 && kind != ElementKind::Other,
        }
    }

    /// From a NumPy type number (`NPY_TYPES`) and the `byteorder` character of its dtype.
    pub(crate) fn from_numpy(type_num: i32, byteorder: u8) -> Element {
        let kind = match type_num {
            0 => ElementKind::Aria(Elem::Bool),
            1 => ElementKind::Aria(Elem::I8),
            2 => ElementKind::Aria(Elem::U8),
            3 => ElementKind::Aria(Elem::I16),
            4 => ElementKind::Aria(Elem::U16),
            5 => ElementKind::Aria(Elem::I32),
            6 => ElementKind::Aria(Elem::U32),
            7 | 9 => ElementKind::Aria(Elem::I64),
            8 | 10 => ElementKind::Aria(Elem::U64),
            11 => ElementKind::Aria(Elem::F32),
            12 => ElementKind::Aria(Elem::F64),
            14 => ElementKind::Complex64,
            15 => ElementKind::Aria(Elem::C128),
            23 => ElementKind::Half,
            _ => return Element::OTHER,
        };
        Element {
            kind,
            swapped: byteorder
                == if cfg!(target_endian = "little") {
                    b'>'
                } else {
                    b'<'
                },
        }
    }
}

/// The NumPy type number of an element type, as 64-bit Linux and macOS have them.
pub(crate) const fn numpy_type(elem: Elem) -> i32 {
    match elem {
        Elem::Bool => 0,
        Elem::I8 => 1,
        Elem::U8 => 2,
        Elem::I16 => 3,
        Elem::U16 => 4,
        Elem::I32 => 5,
        Elem::U32 => 6,
        Elem::I64 => 7,
        Elem::U64 => 8,
        Elem::F32 => 11,
        Elem::F64 => 12,
        Elem::C128 => 15,
    }
}

/// Whether a NumPy type number is that of `elem`: `long long` is a second 64-bit integer there.
#[inline]
pub(crate) const fn is_numpy_type(elem: Elem, type_num: i32) -> bool {
    let own = numpy_type(elem);
    type_num == own || (type_num == own + 2 && (own == 7 || own == 8))
}

/// The buffer-protocol format of an element type.
pub(crate) const fn format(elem: Elem) -> &'static std::ffi::CStr {
    match elem {
        Elem::F64 => c"d",
        Elem::F32 => c"f",
        Elem::I64 => c"q",
        Elem::I32 => c"i",
        Elem::I16 => c"h",
        Elem::I8 => c"b",
        Elem::U64 => c"Q",
        Elem::U32 => c"I",
        Elem::U16 => c"H",
        Elem::U8 => c"B",
        Elem::Bool => c"?",
        Elem::C128 => c"Zd",
    }
}

/// The boundary on which an element must lie.
pub(crate) const fn alignment(elem: Elem) -> usize {
    if matches!(elem, Elem::C128) {
        8
    } else {
        elem.size()
    }
}

/// What the fast path of borrowing asks of an element type.
pub(crate) struct Facts {
    /// Bytes of an element.
    pub(crate) size: i64,
    /// The bits that are 0 in the address of an element.
    pub(crate) align_mask: usize,
    /// NumPy's type number, and a second one that means the same (or the first again).
    pub(crate) numpy: [i32; 2],
    /// How NumPy's own dtype describes itself in native byte order: its kind, its letter, the byte order (which bytes have
    /// not), an unused byte, its type number.
    pub(crate) dtype: u64,
}

const fn dtype(elem: Elem) -> u64 {
    let letters = match elem {
        Elem::F64 => b"fd=\0",
        Elem::F32 => b"ff=\0",
        Elem::I64 => b"il=\0",
        Elem::I32 => b"ii=\0",
        Elem::I16 => b"ih=\0",
        Elem::I8 => b"ib|\0",
        Elem::U64 => b"uL=\0",
        Elem::U32 => b"uI=\0",
        Elem::U16 => b"uH=\0",
        Elem::U8 => b"uB|\0",
        Elem::Bool => b"b?|\0",
        Elem::C128 => b"cD=\0",
    };
    let [a, b, c, d] = *letters;
    let [e, f, g, h] = numpy_type(elem).to_ne_bytes();
    u64::from_ne_bytes([a, b, c, d, e, f, g, h])
}

/// A table, because the compiler makes a jump of each `match` and the fast path is run for each argument.
static FACTS: [Facts; Elem::ALL.len()] = {
    const fn of(elem: Elem) -> Facts {
        let own = numpy_type(elem);
        Facts {
            size: elem.size() as i64,
            align_mask: alignment(elem) - 1,
            numpy: [
                own,
                if is_numpy_type(elem, own + 2) {
                    own + 2
                } else {
                    own
                },
            ],
            dtype: dtype(elem),
        }
    }
    let mut facts = [const { of(Elem::F64) }; Elem::ALL.len()];
    let mut i = 0;
    while i < facts.len() {
        facts[i] = of(Elem::ALL[i]);
        i += 1;
    }
    facts
};

/// The facts of an element type.
#[inline]
pub(crate) fn facts(elem: Elem) -> &'static Facts {
    // `ALL` is in the order of the codes, which count from 0.
    &FACTS[elem as usize]
}

/// The facts of the element type with this code.
///
/// # Safety
/// It is a code of [`Elem`].
#[inline(always)]
pub(crate) unsafe fn facts_of_code(code: u16) -> &'static Facts {
    // SAFETY: as above.
    unsafe { FACTS.get_unchecked(usize::from(code)) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn facts_are_those_of_the_type() {
        for &elem in Elem::ALL {
            let facts = facts(elem);
            assert_eq!(facts.size, elem.size() as i64);
            assert_eq!(facts.align_mask, alignment(elem) - 1);
            assert!(facts.numpy.iter().all(|&n| is_numpy_type(elem, n)));
        }
    }

    use super::*;

    #[test]
    fn formats() {
        let aria = |elem| Element {
            kind: ElementKind::Aria(elem),
            swapped: false,
        };
        for (text, size, want) in [
            ("d", 8, aria(Elem::F64)),
            ("<d", 8, aria(Elem::F64)),
            ("=d", 8, aria(Elem::F64)),
            ("@f", 4, aria(Elem::F32)),
            ("l", 8, aria(Elem::I64)),
            ("<l", 8, aria(Elem::I64)),
            ("=l", 4, aria(Elem::I32)),
            ("q", 8, aria(Elem::I64)),
            ("n", 8, aria(Elem::I64)),
            ("Q", 8, aria(Elem::U64)),
            ("H", 2, aria(Elem::U16)),
            ("?", 1, aria(Elem::Bool)),
            ("Zd", 16, aria(Elem::C128)),
            (">B", 1, aria(Elem::U8)),
            (
                ">d",
                8,
                Element {
                    kind: ElementKind::Aria(Elem::F64),
                    swapped: true,
                },
            ),
            (
                "!i",
                4,
                Element {
                    kind: ElementKind::Aria(Elem::I32),
                    swapped: true,
                },
            ),
            (
                "e",
                2,
                Element {
                    kind: ElementKind::Half,
                    swapped: false,
                },
            ),
            (
                "Zf",
                8,
                Element {
                    kind: ElementKind::Complex64,
                    swapped: false,
                },
            ),
            ("O", 8, Element::OTHER),
            ("c", 1, Element::OTHER),
            ("g", 16, Element::OTHER),
            ("T{d:a:d:b:}", 16, Element::OTHER),
            ("3d", 24, Element::OTHER),
            ("d", 16, Element::OTHER),
            ("", 1, Element::OTHER),
        ] {
            assert_eq!(Element::from_format(text.as_bytes(), size), want, "{text}");
        }
    }

    #[test]
    fn numpy_numbers_agree() {
        for &elem in Elem::ALL {
            assert_eq!(
                Element::from_numpy(numpy_type(elem), b'=').kind,
                ElementKind::Aria(elem)
            );
            assert!(is_numpy_type(elem, numpy_type(elem)));
            let text = format(elem).to_bytes();
            assert_eq!(
                Element::from_format(text, elem.size()).kind,
                ElementKind::Aria(elem)
            );
        }
        assert!(
            is_numpy_type(Elem::I64, 9)
                && is_numpy_type(Elem::U64, 10)
                && !is_numpy_type(Elem::F64, 14)
        );
    }
}
