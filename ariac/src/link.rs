//! Links an extension module or a program, with the LLD that is inside this program.
//!
//! Both are linked against the shared libraries that every system with glibc has, by their run-time names, so
//! that neither a C compiler nor a development package is needed. Python's own symbols stay undefined in an extension: the
//! interpreter that imports it has them. A program has none, and its first instruction is the runtime's.

use crate::program::START;
// LLD needs LLVM, which this crate links.
use llvm_sys as _;
use std::ffi::{CString, c_char, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which linker is used.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Linker {
    /// LLD, inside this program.
    #[default]
    Internal,
    /// `cc` of the system.
    System,
}

/// What is linked.
#[derive(Debug)]
pub struct LinkJob<'a> {
    /// Object files, in order.
    pub objects: &'a [PathBuf],
    /// Static libraries: the runtime, the project's Rust crates.
    pub archives: &'a [PathBuf],
    /// Shared libraries by name or path, beyond the system's own: what `extern C` and vector math want.
    pub libraries: &'a [String],
    /// What it is to become.
    pub kind: LinkKind<'a>,
    /// The file to write.
    pub output: &'a Path,
    /// Keep symbols and debug information.
    pub debug: bool,
}

/// What is made.
#[derive(Clone, Copy, Debug)]
pub enum LinkKind<'a> {
    /// An extension module. The one symbol that is visible is `entry`, `PyInit_…`.
    Extension { entry: &'a str },
    /// An executable, which begins with what the runtime begins with.
    Program,
}

/// Why linking failed: the linker's own words.
#[derive(Debug)]
pub struct LinkError(pub String);

/// Where Debian, Fedora, Alpine's glibc and others keep the system's libraries.
const LIBRARY_FOLDERS: &[&str] = &[
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
];

/// What loads the shared libraries of a program.
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

/// Libraries that are always needed: C, mathematics, unwinding.
const SYSTEM_LIBRARIES: &[&str] = &["libc.so.6", "libm.so.6", "libgcc_s.so.1"];

unsafe extern "C" {
    fn aria_lld_link(
        args: *const *const c_char,
        count: usize,
        sink: unsafe extern "C" fn(*mut c_void, *const c_char, usize),
        context: *mut c_void,
    ) -> i32;
}

/// Links an extension module or a program.
///
/// # Errors
///
/// The linker's message, when it fails or a library is not found.
pub fn link(job: &LinkJob<'_>, linker: &Linker) -> Result<(), LinkError> {
    match linker {
        Linker::Internal => link_internal(job),
        Linker::System => link_system(job),
    }
}

fn link_internal(job: &LinkJob<'_>) -> Result<(), LinkError> {
    let mut args: Vec<String> = vec!["ld.lld".into()];
    let path = |p: &Path| p.to_string_lossy().into_owned();
    match job.kind {
        LinkKind::Extension { entry } => {
            // Only the entry is visible, whatever the archives export.
            args.extend(["-shared".into(), format!("--undefined={entry}")]);
        }
        LinkKind::Program => {
            args.extend(["-pie", "--dynamic-linker", LOADER, "-e", START].map(Into::into));
        }
    }
    args.extend(
        [
            "--eh-frame-hdr",
            "--build-id=none",
            "-z",
            "relro",
            "-z",
            "now",
            "-z",
            "noexecstack",
        ]
        .map(Into::into),
    );
    args.extend(["--gc-sections", "--hash-style=gnu", "-O1", "--threads=1"].map(Into::into));
    args.extend(["--exclude-libs".into(), "ALL".into()]);
    // The runtime and a user's Rust crate may bring two versions of Rust's own library; the few names that both have
    // (the personality function of unwinding) mean the same, and the runtime's come first.
    args.push("--allow-multiple-definition".into());
    if !job.debug {
        args.push("--strip-all".into());
    }
    args.extend(["-o".into(), path(job.output)]);
    args.extend(job.objects.iter().map(|p| path(p)));
    args.push("--start-group".into());
    args.extend(job.archives.iter().map(|p| path(p)));
    args.push("--end-group".into());
    args.push("--as-needed".into());
    for name in job
        .libraries
        .iter()
        .map(String::as_str)
        .chain(SYSTEM_LIBRARIES.iter().copied())
    {
        args.push(path(&find_library(name)?));
    }
    let args: Vec<CString> = args
        .into_iter()
        .map(|a| CString::new(a).map_err(|_| LinkError("a path contains a NUL byte".into())))
        .collect::<Result<_, _>>()?;
    let pointers: Vec<*const c_char> = args.iter().map(|a| a.as_ptr()).collect();
    let mut said = String::new();
    // SAFETY: `pointers` are NUL-terminated strings that outlive the call; `collect` is called with `said`, which
    // outlives it too and which nothing else uses meanwhile. LLD's global state is used by one thread: `link` is only
    // called by the driver, once a process.
    let code = unsafe {
        aria_lld_link(
            pointers.as_ptr(),
            pointers.len(),
            collect,
            (&raw mut said).cast(),
        )
    };
    if code == 0 {
        Ok(())
    } else {
        Err(LinkError(said))
    }
}

/// Appends what LLD says to the `String` at `context`.
unsafe extern "C" fn collect(context: *mut c_void, data: *const c_char, len: usize) {
    if len == 0 {
        return;
    }
    // SAFETY: LLD hands `len` readable bytes at `data`.
    let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len) };
    // SAFETY: `context` is the `String` that `link_internal` passed, unused by others during the call.
    let said = unsafe { &mut *context.cast::<String>() };
    said.push_str(&String::from_utf8_lossy(bytes));
}

/// A shared library: by path, by its run-time name (`libm.so.6`), or by the name that `extern C from "m"` gives, for
/// which the newest `libm.so.N` is taken, else `libm.so`.
fn find_library(name: &str) -> Result<PathBuf, LinkError> {
    if name.contains('/') {
        return Ok(PathBuf::from(name));
    }
    let found = if name.contains(".so") {
        LIBRARY_FOLDERS
            .iter()
            .map(|folder| Path::new(folder).join(name))
            .find(|path| path.exists())
    } else {
        LIBRARY_FOLDERS
            .iter()
            .find_map(|folder| newest_version(Path::new(folder), name))
    };
    found.ok_or_else(|| {
        LinkError(format!(
            "the library {name} was not found in {}",
            LIBRARY_FOLDERS.join(", ")
        ))
    })
}

fn newest_version(folder: &Path, name: &str) -> Option<PathBuf> {
    let stem = format!("lib{name}.so");
    let version = |path: &Path| -> Option<Vec<u32>> {
        let rest = path.file_name()?.to_str()?.strip_prefix(&stem)?;
        rest.split('.')
            .skip(1)
            .map(|part| part.parse().ok())
            .collect()
    };
    let files = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()));
    let versions = files.filter_map(|path| Some((version(&path)?, path)));
    versions.max().map(|(_, path)| path)
}

fn link_system(job: &LinkJob<'_>) -> Result<(), LinkError> {
    let mut command = Command::new("cc");
    match job.kind {
        LinkKind::Extension { .. } => command.arg("-shared"),
        LinkKind::Program => command.args(["-pie", "-nostartfiles", "-e", START]),
    };
    command
        .args(["-Wl,--gc-sections", "-Wl,--exclude-libs,ALL"])
        .arg("-o")
        .arg(job.output);
    if !job.debug {
        command.arg("-s");
    }
    command
        .args(job.objects)
        .arg("-Wl,--start-group")
        .args(job.archives)
        .arg("-Wl,--end-group");
    for name in job.libraries {
        command.arg(find_library(name)?);
    }
    command.args(["-lm", "-lgcc_s"]);
    let output = command
        .output()
        .map_err(|e| LinkError(format!("cannot run cc: {e}")))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(LinkError(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_no_system_has_is_named() {
        let error = find_library("libnosuchthing.so.7").expect_err("there is none");
        assert!(error.0.contains("libnosuchthing.so.7"), "{}", error.0);
    }

    #[test]
    fn a_library_is_found_by_the_name_of_an_extern_block() {
        let path = find_library("m").expect("every system has a math library");
        assert!(
            path.to_string_lossy().contains("libm.so."),
            "{}",
            path.display()
        );
    }

    #[test]
    fn the_linker_inside_reports_a_missing_object_in_its_own_words() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let objects = [folder.path().join("missing.o")];
        let output = folder.path().join("m.so");
        let job = LinkJob {
            objects: &objects,
            archives: &[],
            libraries: &[],
            kind: LinkKind::Extension { entry: "PyInit_m" },
            output: &output,
            debug: false,
        };
        let error = link(&job, &Linker::Internal).expect_err("the object is missing");
        assert!(error.0.contains("missing.o"), "{}", error.0);
        assert!(!output.exists());
    }
}
