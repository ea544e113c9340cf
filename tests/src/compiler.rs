//! Runs `ariac`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What one run of the compiler did.
#[derive(Debug)]
pub struct Run {
    /// The exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Run {
    /// The standard output of a run that has succeeded.
    ///
    /// # Panics
    /// If it has not.
    #[must_use]
    pub fn success(self, what: &str) -> String {
        assert!(
            self.status == Some(0),
            "{what}: exit status {:?}\n{}",
            self.status,
            self.stderr
        );
        self.stdout
    }
}

/// The compiler: `$ARIAC`, else the younger of `target/debug/ariac` and `target/release/ariac`.
static ARIAC: LazyLock<PathBuf> = LazyLock::new(|| {
    if let Some(path) = std::env::var_os("ARIAC") {
        return PathBuf::from(path);
    }
    // The test's own program is target/PROFILE/deps/aria_tests-HASH.
    let own = std::env::current_exe().expect("a running program has a path");
    let target = own.ancestors().nth(3).unwrap_or(Path::new("target"));
    let age = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
    let built = ["debug", "release"].map(|profile| target.join(profile).join("ariac"));
    let newest = built.into_iter().filter(|p| p.exists()).max_by_key(age);
    newest.expect("the compiler is not built: run `cargo build -p ariac`, or set ARIAC to its path")
});

/// Runs `ariac` with these arguments in this folder, without colours and without the user's own settings.
///
/// # Panics
/// If it cannot be started.
pub fn run<S: AsRef<OsStr>>(folder: &Path, args: &[S]) -> Run {
    let output = Command::new(&*ARIAC)
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("ARIA_CPU_LEVEL")
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap_or_else(|e| panic!("{}: {e}", ARIAC.display()));
    Run {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The dump of a stage, with `--emit=STAGE` and what else is asked for.
///
/// # Panics
/// If the case does not compile.
#[must_use]
pub fn emit(case: &Path, stage: &str, more: &[&str]) -> String {
    let (folder, file) = split(case);
    let emit = format!("--emit={stage}");
    // Stages after the MIR are made by `build`, which writes nothing when it is asked for a dump.
    let command = if stage == "llvm" { "build" } else { "check" };
    let mut args = vec![command, file, &emit];
    args.extend(more);
    run(folder, &args).success(&format!("ariac {}", args.join(" ")))
}

/// A case's folder and file name: the compiler is run inside the folder, so that messages name the file alone.
///
/// # Panics
/// If the path is no path of a file.
#[must_use]
pub fn split(case: &Path) -> (&Path, &str) {
    let folder = case.parent().expect("a case lies in a folder");
    let file = case.file_name().and_then(OsStr::to_str);
    (folder, file.expect("a case has a name"))
}
