//! Finds the programs that a build needs.

use crate::failure::Failure;
use crate::metadata::Project;
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The compiler: `$ARIAC`, else the one beside this program, else the one on the PATH, else the one in the Python package
/// `aria-lang` of `python`.
///
/// # Errors
///
/// There is none.
pub(crate) fn find_ariac(python: &Path) -> Result<PathBuf, Failure> {
    if let Some(asked) = variable("ARIAC") {
        let path = PathBuf::from(&asked);
        return if is_program(&path) {
            Ok(path)
        } else {
            Err(Failure::Usage(format!(
                "ARIAC is set to {}, and there is no program there",
                path.display()
            )))
        };
    }
    let beside = env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("ariac")));
    let path = variable("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("ariac"));
    // A script of that name is the Python package's, which is asked below: it may belong to another Python.
    if let Some(found) = beside
        .into_iter()
        .chain(on_path)
        .find(|path| is_program(path) && !is_script(path))
    {
        return Ok(found);
    }
    ask_python_package(python).ok_or_else(|| {
        Failure::Usage(
            "there is no ariac: install the Python package aria-lang, or set ARIAC to the compiler"
                .to_owned(),
        )
    })
}

/// The folder that holds the runtimes and the crate `aria-abi`, as the compiler itself looks for it.
///
/// # Errors
///
/// There is none.
pub(crate) fn find_runtime(ariac: &Path) -> Result<PathBuf, Failure> {
    if let Some(asked) = variable("ARIA_RT_DIR") {
        return Ok(PathBuf::from(asked));
    }
    let ariac = ariac.canonicalize().unwrap_or_else(|_| ariac.to_owned());
    let folder = ariac.parent().unwrap_or(Path::new("."));
    [folder.join("aria-rt"), folder.join("../lib/aria-rt")]
        .into_iter()
        .find(|path| path.is_dir())
        .ok_or_else(|| {
            Failure::Usage(format!(
                "{} has no runtime beside it; reinstall it, or set ARIA_RT_DIR",
                ariac.display()
            ))
        })
}

/// The Python to build for: `asked`, else `$VIRTUAL_ENV`, else `$CONDA_PREFIX`, else `python3`.
pub(crate) fn find_python(asked: Option<&Path>) -> PathBuf {
    if let Some(path) = asked {
        return path.to_owned();
    }
    ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .find_map(variable)
        .map_or_else(
            || PathBuf::from("python3"),
            |prefix| PathBuf::from(prefix).join("bin").join("python"),
        )
}

/// `cargo`: the one that started this program, else the one on the PATH.
pub(crate) fn cargo() -> PathBuf {
    variable("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// `$PYTHONPATH` with the project's packages in front.
pub(crate) fn python_path(project: &Project) -> OsString {
    let old = variable("PYTHONPATH").unwrap_or_default();
    let folders = std::iter::once(project.package_root()).chain(env::split_paths(&old));
    // A folder whose name has a colon in it cannot be on a PYTHONPATH at all; Python then says what it misses.
    env::join_paths(folders).unwrap_or_default()
}

fn ask_python_package(python: &Path) -> Option<PathBuf> {
    let ask = "import aria_lang; print(aria_lang.find_ariac())";
    let output = Command::new(python)
        .args(["-c", ask])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (output.status.success() && is_program(&path)).then_some(path)
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && start == *b"#!")
}

fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
