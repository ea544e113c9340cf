//! LLVM's FileCheck: `CHECK` lines in a case, matched in order against a text.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Matches a text against the directives with these prefixes.
///
/// # Panics
/// If they do not match, or FileCheck is missing.
pub fn matches(case: &Path, prefixes: &[&str], text: &str) {
    let program = program();
    let mut child = Command::new(&program)
        .arg(case)
        .arg(format!("--check-prefixes={}", prefixes.join(",")))
        .arg("--dump-input=fail")
        .arg("--dump-input-context=12")
        .arg("--allow-unused-prefixes=true")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| {
            panic!(
                "{}: {e}; FileCheck comes with LLVM: apt-get install llvm-22-tools",
                program.display()
            )
        });
    let mut stdin = child.stdin.take().expect("it is piped");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("a child can be waited for");
    // A FileCheck that has seen enough closes its input early; its verdict is in its status.
    let _ = writer.join();
    assert!(
        output.status.success(),
        "FileCheck ({}):\n{}",
        prefixes.join(", "),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn program() -> PathBuf {
    let prefix = std::env::var_os("LLVM_SYS_221_PREFIX");
    let prefix = prefix.unwrap_or_else(|| "/usr/lib/llvm-22".into());
    PathBuf::from(prefix).join("bin/FileCheck")
}
