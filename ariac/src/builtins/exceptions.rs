//! The exceptions that `raise` knows by name.

use aria_abi::codes::ErrorKind;

/// The exceptions that a program can raise, with their names, which are Python's.
pub const EXCEPTIONS: &[(&str, ErrorKind)] = &[
    ("ArithmeticError", ErrorKind::ArithmeticError),
    ("AssertionError", ErrorKind::AssertionError),
    ("AttributeError", ErrorKind::AttributeError),
    ("BorrowError", ErrorKind::BorrowError),
    ("BufferError", ErrorKind::BufferError),
    ("Exception", ErrorKind::Exception),
    ("FileNotFoundError", ErrorKind::FileNotFoundError),
    ("IndexError", ErrorKind::IndexError),
    ("KeyError", ErrorKind::KeyError),
    ("LookupError", ErrorKind::LookupError),
    ("MemoryError", ErrorKind::MemoryError),
    ("NotImplementedError", ErrorKind::NotImplementedError),
    ("OSError", ErrorKind::OSError),
    ("OverflowError", ErrorKind::OverflowError),
    ("PermissionError", ErrorKind::PermissionError),
    ("RecursionError", ErrorKind::RecursionError),
    ("RuntimeError", ErrorKind::RuntimeError),
    ("StopIteration", ErrorKind::StopIteration),
    ("SystemExit", ErrorKind::SystemExit),
    ("TypeError", ErrorKind::TypeError),
    ("ValueError", ErrorKind::ValueError),
    ("ZeroDivisionError", ErrorKind::ZeroDivisionError),
];

/// The exception with this name.
#[must_use]
pub fn exception(name: &str) -> Option<ErrorKind> {
    EXCEPTIONS
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of the runtime but the one for Python's own exceptions can be raised by name.
    #[test]
    fn names_every_kind() {
        for kind in ErrorKind::ALL.iter().filter(|k| **k != ErrorKind::Python) {
            assert_eq!(exception(&format!("{kind:?}")), Some(*kind));
        }
        assert_eq!(EXCEPTIONS.len() + 1, ErrorKind::ALL.len());
    }
}
