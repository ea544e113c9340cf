//! What programs do: the text that one prints lies in `NAME.stdout`, its exit status in a line `# exit: 3` (without one, 0).
//!
//! Each program runs with and without optimisation, once more under AddressSanitizer, which also looks for leaks, and with
//! `ARIA_SANITIZE=all` in every combination and under valgrind. Neither finds anything, and nothing is said on standard
//! error.

use crate::compiler::Run;
use crate::{compiler, directives, expectation};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where LLVM's package has the runtime of AddressSanitizer.
const SANITIZER: &str = "/usr/lib/llvm-22/lib/clang/22/lib/linux/libclang_rt.asan-x86_64.so";

/// The status that valgrind gives a program in which it found something.
const FOUND: &str = "97";

/// How a program is built and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// It just runs.
    Nobody,
    /// In the code that the compiler makes; at the end it looks for leaks.
    AddressSanitizer,
    /// The whole process.
    Valgrind,
}

/// Checks one case.
///
/// # Panics
/// If the program does not compile, prints something else, or something is found in it.
pub fn check(case: &Path) {
    let source = directives::read(case);
    let status = directives::words(&source, "# exit:").next();
    let status: i32 = status.map_or(0, |s| s.parse().expect("a number after `# exit:`"));
    let all = std::env::var_os("ARIA_SANITIZE").is_some_and(|v| v == "all");
    let mut ways = vec![("-O2", Watch::Nobody), ("-O0", Watch::AddressSanitizer)];
    if all {
        ways.extend([
            ("-O0", Watch::Nobody),
            ("-O3", Watch::Nobody),
            ("-O2", Watch::AddressSanitizer),
            ("-O2", Watch::Valgrind),
        ]);
    }
    for (level, watch) in ways {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = try_build(case, level, watch, folder.path());
        let program = program.unwrap_or_else(|run| panic!("{level}: {}", run.stderr));
        let (said, ended) = run(&program, watch);
        assert!(
            ended == Some(status) && said.1.is_empty(),
            "{level}: exit status {ended:?}, expected {status}\n{}\n{}",
            said.0,
            said.1
        );
        expectation::matches(&case.with_extension("stdout"), &said.0);
    }
}

/// Builds a program.
///
/// # Errors
/// The run of the compiler that has failed.
///
/// # Panics
/// If AddressSanitizer is not installed.
pub fn try_build(case: &Path, level: &str, watch: Watch, out: &Path) -> Result<PathBuf, Run> {
    let (folder, file) = compiler::split(case);
    let out = out.to_str().expect("temporary folders are UTF-8");
    // Valgrind does not know the instructions of the newest machines.
    let mut args = vec!["build", "--bin", "--cpu=x86-64-v3", level, "-o", out];
    if watch == Watch::AddressSanitizer {
        assert!(
            Path::new(SANITIZER).exists(),
            "AddressSanitizer is missing: install libclang-rt-22-dev"
        );
        args.extend(["-g", "--sanitize", SANITIZER]);
    }
    args.push(file);
    let run = compiler::run(folder, &args);
    match run.status {
        Some(0) => Ok(Path::new(out).join(case.file_stem().unwrap_or_default())),
        _ => Err(run),
    }
}

/// What the program printed and said, and its exit status.
///
/// # Panics
/// If it cannot be started.
#[must_use]
pub fn run(program: &Path, watch: Watch) -> ((String, String), Option<i32>) {
    let mut command = match watch {
        Watch::Valgrind => {
            let mut command = Command::new("valgrind");
            let status = format!("--error-exitcode={FOUND}");
            // The threads of the pool are still there at the end, and what the system keeps for them is "possibly lost".
            let kinds = ["show", "errors-for"].map(|what| {
                let kinds = "definite,indirect";
                format!("--{what}-leak-kinds={kinds}")
            });
            command.args(["-q", "--leak-check=full", &status]);
            command.args(kinds);
            command.arg(program);
            command
        }
        _ => Command::new(program),
    };
    if watch == Watch::AddressSanitizer {
        let folder = Path::new(SANITIZER).parent().unwrap_or(Path::new("/"));
        command.env("LD_LIBRARY_PATH", folder);
    }
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{}: {e}", command.get_program().display()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = (text(&output.stdout), text(&output.stderr));
    (said, output.status.code())
}
