//! The streams of the process. Output is gathered and written in large pieces; to a terminal, line by line; before input
//! is read, and when the program ends.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aria_abi::codes::ErrorKind;
use aria_abi::layout::{Location, Str};

use super::{Amount, Sink};
use crate::error::{Cause, set_pending};
use crate::panics::guard_pending;
use crate::parts::Parts;
use crate::strings::{self, Growing};

/// As much is gathered before it is written.
const ROOM: usize = 32 << 10;

struct Output {
    gathered: Vec<u8>,
    /// Whether lines are written as soon as they end; not known yet before the first.
    by_lines: Option<bool>,
}

static OUTPUT: Mutex<Output> = Mutex::new(Output {
    gathered: Vec::new(),
    by_lines: None,
});

impl Output {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let by_lines = *self
            .by_lines
            .get_or_insert_with(|| io::stdout().is_terminal());
        if self.gathered.capacity() == 0 {
            self.gathered.reserve(ROOM);
        }
        if self.gathered.len() + text.len() > ROOM {
            self.flush()?;
        }
        if text.len() >= ROOM {
            return write_all(libc::STDOUT_FILENO, text);
        }
        self.gathered.extend_from_slice(text);
        if by_lines && text.contains(&b'\n') {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what is gathered; it is gone also when that fails, so that no error is told twice.
    fn flush(&mut self) -> io::Result<()> {
        let result = write_all(libc::STDOUT_FILENO, &self.gathered);
        self.gathered.clear();
        result
    }
}

fn output() -> MutexGuard<'static, Output> {
    OUTPUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Past the buffers of Rust's library, which would write once more what this one has gathered.
fn write_all(file: libc::c_int, mut text: &[u8]) -> io::Result<()> {
    while !text.is_empty() {
        // SAFETY: pointer and length describe `text`.
        let written = unsafe { libc::write(file, text.as_ptr().cast(), text.len()) };
        match usize::try_from(written) {
            Ok(written) => text = &text[written..],
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
    Ok(())
}

/// Writes to standard output or standard error; 1: an error is pending.
pub(super) fn write(sink: Sink, parts: Parts<'_>, location: *const Location) -> i32 {
    guard_pending(1, || {
        let mut result = Ok(());
        match sink {
            Sink::Output => {
                let mut output = output();
                parts.each(|piece| {
                    if result.is_ok() {
                        result = output.write(piece);
                    }
                });
            }
            // One call of the system for each line, so that those of several processes do not mix.
            Sink::Error => {
                let mut text = Vec::with_capacity(parts.room());
                parts.each(|piece| text.extend_from_slice(piece));
                result = io::stderr().lock().write_all(&text);
            }
        }
        match result {
            Ok(()) => 0,
            Err(error) => {
                fail(ErrorKind::OSError, &error.to_string(), location);
                1
            }
        }
    })
}

/// Writes what the runtime itself has to say, among what the program prints.
pub(crate) fn say(text: &str) {
    // A closed output is told at the end, when the rest is flushed.
    let _ = output().write(text.as_bytes());
}

/// Reads from standard input; `out` stays null when an error is pending.
pub(super) fn read(amount: Amount, out: &mut *mut Str, location: *const Location) {
    guard_pending((), || {
        if let Amount::All = amount {
            return read_all(out, location);
        }
        let mut bytes = Vec::new();
        let result = output()
            .flush()
            .and_then(|()| io::stdin().lock().read_until(b'\n', &mut bytes));
        if let Err(error) = result {
            fail(ErrorKind::OSError, &error.to_string(), location);
        } else if is_text(&bytes, location) {
            *out = strings::new(&bytes);
            if out.is_null() {
                set_pending(Cause::Memory, location);
            }
        }
    });
}

/// Reads to the end, into the memory of the string.
fn read_all(out: &mut *mut Str, location: *const Location) {
    let read = || {
        output().flush()?;
        let mut input = io::stdin().lock();
        let mut text = Growing::new(1 << 16).ok_or(io::ErrorKind::OutOfMemory)?;
        loop {
            let space = text.space().ok_or(io::ErrorKind::OutOfMemory)?;
            match input.read(space) {
                Ok(0) => return Ok(text),
                Ok(count) => text.advance(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    };
    match read() {
        Ok(text) if is_text(text.read(), location) => *out = text.finish(),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
            set_pending(Cause::Memory, location);
        }
        Err(error) => fail(ErrorKind::OSError, &error.to_string(), location),
    }
}

/// Whether what was read is UTF-8; else that is pending.
fn is_text(bytes: &[u8], location: *const Location) -> bool {
    let Err(error) = simdutf8::compat::from_utf8(bytes) else {
        return true;
    };
    let at = error.valid_up_to();
    let message = format!(
        "standard input is not UTF-8: byte 0x{:02x} at {at}",
        bytes[at]
    );
    fail(ErrorKind::ValueError, &message, location);
    false
}

/// Writes what is gathered of standard output.
pub(crate) fn flush() -> Result<(), String> {
    output().flush().map_err(|error| error.to_string())
}

fn fail(kind: ErrorKind, message: &str, location: *const Location) {
    let message = message.to_owned();
    set_pending(Cause::Message { kind, message }, location);
}
