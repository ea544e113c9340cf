//! Which Python an extension is for.

use serde::Deserialize;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the compiler must know of a Python.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub executable: PathBuf,
    /// Major and minor version.
    pub version: (u8, u8),
    /// `cpython`.
    pub implementation: String,
    /// The end of an extension's file name, `.cpython-311-x86_64-linux-gnu.so`.
    pub ext_suffix: String,
    /// Built without a GIL.
    pub free_threaded: bool,
}

/// Oldest and newest version that extensions are built for.
const SUPPORTED: ((u8, u8), (u8, u8)) = ((3, 10), (3, 14));

/// Prints what [`Interpreter`] holds, as JSON; imports nothing that is not built in, so that it takes a few milliseconds.
const PROBE: &str = "import sys, _imp
s = _imp.extension_suffixes()[0]
q = lambda t: '\"' + t.replace('\\\\', '\\\\\\\\').replace('\"', '\\\\\"') + '\"'
sys.stdout.write('{\"executable\":%s,\"version\":[%d,%d],\"implementation\":%s,\"ext_suffix\":%s,\"free_threaded\":%s}' % (
    q(sys.executable), sys.version_info[0], sys.version_info[1], q(sys.implementation.name), q(s),
    'true' if 't' in getattr(sys, 'abiflags', '') else 'false'))";

/// Finds the Python to build for: `asked` (a path or a name), else `$VIRTUAL_ENV`, else `$CONDA_PREFIX`, else `python3`
/// on the PATH.
///
/// # Errors
///
/// A sentence that says which program was tried and what is wrong with it.
pub fn find(asked: Option<&Path>) -> Result<Interpreter, String> {
    let (program, why) = choose(asked, |name| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    });
    let output = Command::new(&program)
        .args(["-I", "-S", "-c", PROBE])
        .output();
    let output = output.map_err(|e| format!("cannot run {} ({why}): {e}", program.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said
            .trim()
            .lines()
            .last()
            .unwrap_or("it said nothing")
            .to_owned();
        return Err(format!(
            "{} ({why}) does not run as a Python: {last}",
            program.display()
        ));
    }
    let found: Interpreter = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{} ({why}) does not run as a Python", program.display()))?;
    found.check()?;
    Ok(found)
}

/// The program to ask and the reason for it.
fn choose(
    asked: Option<&Path>,
    variable: impl Fn(&str) -> Option<PathBuf>,
) -> (PathBuf, &'static str) {
    if let Some(path) = asked {
        return (path.to_owned(), "from --python");
    }
    for (name, why) in [
        ("VIRTUAL_ENV", "from VIRTUAL_ENV"),
        ("CONDA_PREFIX", "from CONDA_PREFIX"),
    ] {
        if let Some(prefix) = variable(name) {
            return (prefix.join("bin").join("python"), why);
        }
    }
    (PathBuf::from("python3"), "the python3 on the PATH")
}

impl Interpreter {
    fn check(&self) -> Result<(), String> {
        let (oldest, newest) = SUPPORTED;
        let (major, minor) = self.version;
        if self.implementation != "cpython" {
            return Err(format!(
                "{} is {}, and Aria builds for CPython",
                self.executable.display(),
                self.implementation
            ));
        }
        if self.version < oldest || self.version > newest {
            return Err(format!(
                "{} is Python {major}.{minor}, and Aria builds for {}.{} to {}.{}",
                self.executable.display(),
                oldest.0,
                oldest.1,
                newest.0,
                newest.1
            ));
        }
        Ok(())
    }

    /// The name of the runtime that fits: `cp311`, `cp313t`.
    #[must_use]
    pub fn tag(&self) -> String {
        let threads = if self.free_threaded { "t" } else { "" };
        format!("cp{}{}{threads}", self.version.0, self.version.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asked_python_comes_before_the_environment() {
        let env = |name: &str| (name == "VIRTUAL_ENV").then(|| PathBuf::from("/venv"));
        assert_eq!(
            choose(Some(Path::new("/x/python")), env).0,
            PathBuf::from("/x/python")
        );
        assert_eq!(choose(None, env).0, PathBuf::from("/venv/bin/python"));
        assert_eq!(choose(None, |_| None).0, PathBuf::from("python3"));
    }

    #[test]
    fn the_python_on_the_path_is_probed() {
        let found = find(None).expect("the tests need a Python on the PATH");
        assert_eq!(found.implementation, "cpython");
        assert!(found.ext_suffix.ends_with(".so"), "{}", found.ext_suffix);
        assert!(found.tag().starts_with("cp3"));
    }

    #[test]
    fn a_program_that_is_no_python_is_named() {
        let message = find(Some(Path::new("/bin/ls"))).expect_err("ls is no Python");
        assert!(
            message.contains("/bin/ls") && message.contains("--python"),
            "{message}"
        );
        let message = find(Some(Path::new("/no/such/python"))).expect_err("there is none");
        assert!(message.contains("/no/such/python"), "{message}");
    }

    #[test]
    fn an_old_python_is_refused_with_the_range() {
        let old = Interpreter {
            executable: "/p".into(),
            version: (3, 9),
            implementation: "cpython".into(),
            ext_suffix: ".so".into(),
            free_threaded: false,
        };
        assert_eq!(
            old.check().unwrap_err(),
            "/p is Python 3.9, and Aria builds for 3.10 to 3.14"
        );
    }
}
