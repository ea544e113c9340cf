//! Text in and out: what `print`, `eprint`, `read_all` and `read_line` do.
//!
//! In a Python process the streams are those of `sys`, so that what replaces them there (pytest, notebooks) sees Aria's
//! output in its place among Python's. A program of its own has those of the process.

#[cfg(feature = "program")]
mod process;
#[cfg(not(feature = "program"))]
mod python;

#[cfg(feature = "program")]
use process as streams;
#[cfg(not(feature = "program"))]
use python as streams;

#[cfg(feature = "program")]
pub(crate) use process::{flush, say};

use std::ptr::null_mut;

use aria_abi::layout::{Location, Str, TextPart};

use crate::parts::Parts;

/// The streams that are written to.
#[derive(Clone, Copy)]
pub(crate) enum Sink {
    Output,
    Error,
}

/// How much is read.
#[derive(Clone, Copy)]
pub(crate) enum Amount {
    All,
    Line,
}

/// See the runtime table.
///
/// # Safety
/// `parts` holds `n` parts whose strings are live; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_print(
    parts: *const TextPart,
    n: i64,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    let parts = unsafe { Parts::new(parts, n) };
    streams::write(Sink::Output, parts, location)
}

/// See the runtime table.
///
/// # Safety
/// `parts` holds `n` parts whose strings are live; `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_eprint(
    parts: *const TextPart,
    n: i64,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    let parts = unsafe { Parts::new(parts, n) };
    streams::write(Sink::Error, parts, location)
}

/// See the runtime table.
///
/// # Safety
/// `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_read_all(location: *const Location) -> *mut Str {
    let mut text = null_mut();
    streams::read(Amount::All, &mut text, location);
    text
}

/// See the runtime table.
///
/// # Safety
/// `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_read_line(location: *const Location) -> *mut Str {
    let mut text = null_mut();
    streams::read(Amount::Line, &mut text, location);
    text
}
