//! Builds the Rust crates that a project's Aria code calls.

use crate::failure::Failure;
use crate::metadata::{Crate, Project};
use crate::toolchain;
use cargo_metadata::{CrateType, Message};
use std::fs;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds `wanted` as a static library, which needs no linker, and returns the library's path.
///
/// # Errors
///
/// Cargo is missing, or has said what is wrong.
pub(crate) fn build(project: &Project, wanted: &Crate) -> Result<PathBuf, Failure> {
    let mut command = Command::new(toolchain::cargo());
    command
        .args(["rustc", "--release", "--lib", "--crate-type", "staticlib"])
        .args(["--message-format", "json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(wanted.path.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(project.root.join("target").join("aria"))
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "the Rust crate `{}` needs cargo, which is not on the PATH: install Rust",
            wanted.name
        ),
        _ => format!("cannot run cargo: {error}"),
    })?;
    let mut library = None;
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            let Ok(Message::CompilerArtifact(artifact)) = message else {
                continue;
            };
            if artifact.target.crate_types.contains(&CrateType::StaticLib) {
                library = artifact
                    .filenames
                    .into_iter()
                    .find(|name| name.extension() == Some("a"))
                    .or(library);
            }
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("cannot wait for cargo: {error}"))?;
    if !status.success() {
        // Whatever cargo's own status: the program has errors.
        return Err(Failure::Said(1));
    }
    let library =
        library.ok_or_else(|| format!("the Rust crate `{}` has no library", wanted.name))?;
    Ok(library.into_std_path_buf())
}

/// Puts the crate `aria-abi` that fits the compiler at `.aria/aria-abi` of the project, where the project's crates look for
/// it. A file that is the same keeps its time, so that cargo does not build it again.
///
/// # Errors
///
/// The compiler has no runtime beside it, or a file cannot be read or written.
pub(crate) fn place_abi_crate(project: &Project, ariac: &Path) -> Result<(), Failure> {
    let source = toolchain::find_runtime(ariac)?.join("aria-abi");
    let target = project.root.join(".aria");
    copy_changed(&source, &target.join("aria-abi"))
        .and_then(|()| fs::write(target.join(".gitignore"), "*\n"))
        .map_err(|error| {
            Failure::Usage(format!(
                "cannot copy {} to {}: {error}",
                source.display(),
                target.display()
            ))
        })
}

fn copy_changed(source: &Path, target: &Path) -> std::io::Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let copy = target.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_changed(&entry.path(), &copy)?;
        } else {
            let content = fs::read(entry.path())?;
            if fs::read(&copy).ok().as_deref() != Some(&content) {
                fs::write(&copy, content)?;
            }
        }
    }
    Ok(())
}
