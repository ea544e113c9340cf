//! What a program asks of the system: files, the time, its arguments and environment.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use aria_abi::codes::ErrorKind;
use aria_abi::layout::{Location, Str};

use crate::panics::guard_pending;
use crate::strings::{as_str, new};
use crate::text::{fail, or_memory};

/// Makes an error of the system pending, by Python's name for it.
fn refuse(error: &io::Error, path: &str, location: *const Location) {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::FileNotFoundError,
        io::ErrorKind::PermissionDenied => ErrorKind::PermissionError,
        _ => ErrorKind::OSError,
    };
    let told = error.to_string();
    // Rust adds the number of the error, which tells nobody anything.
    let told = told.split(" (os error").next().unwrap_or_default();
    fail(kind, format!("{told}: {path:?}"), location);
}

/// See the runtime table.
///
/// # Safety
/// `path` is live, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_file_read(
    path: *const Str,
    location: *const Location,
) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let path = unsafe { as_str(path) };
    guard_pending(null_mut(), || match fs::read(path) {
        Err(error) => {
            refuse(&error, path, location);
            null_mut()
        }
        Ok(bytes) => match simdutf8::compat::from_utf8(&bytes) {
            Ok(_) => or_memory(new(&bytes), location),
            Err(error) => {
                let at = error.valid_up_to();
                let message = format!("{path:?} is not UTF-8: byte 0x{:02x} at {at}", bytes[at]);
                fail(ErrorKind::ValueError, message, location);
                null_mut()
            }
        },
    })
}

/// See the runtime table.
///
/// # Safety
/// Both strings are live, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_file_write(
    path: *const Str,
    text: *const Str,
    append: i32,
    location: *const Location,
) -> i32 {
    // SAFETY: forwarded from the caller.
    let (path, text) = unsafe { (as_str(path), as_str(text)) };
    guard_pending(1, || {
        let written = match append {
            0 => fs::write(path, text),
            _ => OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .and_then(|mut file| file.write_all(text.as_bytes())),
        };
        match written {
            Ok(()) => 0,
            Err(error) => {
                refuse(&error, path, location);
                1
            }
        }
    })
}

/// See the runtime table.
///
/// # Safety
/// `path` is live, `location` null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_file_remove(path: *const Str, location: *const Location) -> i32 {
    // SAFETY: forwarded from the caller.
    let path = unsafe { as_str(path) };
    guard_pending(1, || match fs::remove_file(path) {
        Ok(()) => 0,
        Err(error) => {
            refuse(&error, path, location);
            1
        }
    })
}

/// See the runtime table.
///
/// # Safety
/// `path` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_file_exists(path: *const Str) -> i32 {
    // SAFETY: forwarded from the caller.
    let path = unsafe { as_str(path) };
    guard_pending(0, || i32::from(fs::exists(path).unwrap_or(false)))
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_time_now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or_else(|e| -e.duration().as_secs_f64(), |d| d.as_secs_f64())
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_keep(at: *const u8) {
    std::hint::black_box(at);
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_time_monotonic() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// See the runtime table.
///
/// # Safety
/// `location` is null or a constant of the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_sleep(seconds: f64, location: *const Location) -> i32 {
    guard_pending(1, || match Duration::try_from_secs_f64(seconds) {
        Ok(time) => {
            std::thread::sleep(time);
            0
        }
        Err(_) => {
            let message = format!("a time to sleep is 0 or more seconds, not {seconds}");
            fail(ErrorKind::ValueError, message, location);
            1
        }
    })
}

/// What stands on the command line after the program.
#[cfg(feature = "program")]
fn arguments() -> Vec<String> {
    let args = std::env::args_os().skip(1);
    args.map(|arg| arg.to_string_lossy().into_owned()).collect()
}

/// What Python says stands on the command line after the program: `sys.argv`, on any thread.
#[cfg(not(feature = "program"))]
fn arguments() -> Vec<String> {
    use crate::gil::{aria_rt_gil_ensure, aria_rt_gil_unensure};
    use crate::python::{Owned, display};
    use pyo3_ffi::{PyErr_Clear, PySequence_GetItem, PySequence_Size, PySys_GetObject};

    let mut args = Vec::new();
    // SAFETY: the interpreter has imported this module; the token goes back on the same thread. The list is borrowed and its
    // items are owned while the GIL is held, and no exception is left set.
    unsafe {
        let token = aria_rt_gil_ensure();
        if let Some(argv) = Owned::share(PySys_GetObject(c"argv".as_ptr())) {
            for index in 1..PySequence_Size(argv.as_ptr()) {
                let arg = Owned::take(PySequence_GetItem(argv.as_ptr(), index));
                args.extend(arg.map(|arg| display(arg.as_ptr())));
            }
            PyErr_Clear();
        }
        aria_rt_gil_unensure(token);
    }
    args
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_arg_count() -> i64 {
    guard_pending(0, || arguments().len() as i64)
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_arg(index: i64) -> *mut Str {
    guard_pending(null_mut(), || {
        let args = arguments();
        let arg = usize::try_from(index).ok().and_then(|i| args.get(i));
        new(arg.map_or("", String::as_str).as_bytes())
    })
}

/// See the runtime table.
///
/// # Safety
/// `name` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_env_has(name: *const Str) -> i32 {
    // SAFETY: forwarded from the caller.
    let name = unsafe { as_str(name) };
    guard_pending(0, || i32::from(variable(name).is_some()))
}

/// See the runtime table.
///
/// # Safety
/// `name` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_env(name: *const Str) -> *mut Str {
    // SAFETY: forwarded from the caller.
    let name = unsafe { as_str(name) };
    guard_pending(null_mut(), || {
        new(variable(name).unwrap_or_default().as_bytes())
    })
}

/// A variable of the environment, if there is one of that name, and a name can be so.
fn variable(name: &str) -> Option<String> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}
