//! `cargo aria build`: compiles the extension modules into the packages that they belong to.

use crate::crates;
use crate::failure::Failure;
use crate::metadata::{self, Module, Project};
use crate::progress::Progress;
use crate::toolchain;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Optimise fully and leave debug information out
    #[arg(short, long)]
    pub(crate) release: bool,
    /// The Python to build for [default: VIRTUAL_ENV, CONDA_PREFIX, then python3]
    #[arg(long, value_name = "PYTHON")]
    pub(crate) python: Option<PathBuf>,
    /// The project: its pyproject.toml or Cargo.toml, or their folder [default: here or above]
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// Builds; the paths of what was written go to standard output.
///
/// # Errors
///
/// There is no project, a program is missing, or the compiler has found mistakes.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    build_all(options).map(|_| ())
}

/// Builds, and returns what was built.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn build_all(options: &Options) -> Result<Vec<Project>, Failure> {
    let here =
        env::current_dir().map_err(|error| format!("cannot tell the current folder: {error}"))?;
    let projects = metadata::find_projects(options.manifest_path.as_deref(), &here)?;
    let python = toolchain::find_python(options.python.as_deref());
    let ariac = toolchain::find_ariac(&python)?;
    let steps = projects
        .iter()
        .map(|project| project.modules.len() + project.crates.len())
        .sum();
    let progress = Progress::new(steps);
    for project in &projects {
        build_project(project, &ariac, &python, options.release, &progress)?;
    }
    progress.finish(if options.release {
        "release build"
    } else {
        "build with debug information"
    });
    Ok(projects)
}

fn build_project(
    project: &Project,
    ariac: &Path,
    python: &Path,
    release: bool,
    progress: &Progress,
) -> Result<(), Failure> {
    if !project.crates.is_empty() {
        crates::place_abi_crate(project, ariac)?;
    }
    let mut libraries = Vec::new();
    for wanted in &project.crates {
        let library = progress.step("Building", &wanted.name, || crates::build(project, wanted))?;
        libraries.push(format!("{}={}", wanted.name, library.display()));
    }
    for module in &project.modules {
        progress.step("Compiling", &module.name, || {
            compile(project, module, &libraries, ariac, python, release)
        })?;
    }
    Ok(())
}

fn compile(
    project: &Project,
    module: &Module,
    libraries: &[String],
    ariac: &Path,
    python: &Path,
    release: bool,
) -> Result<(), Failure> {
    let folder = project.folder_of(module);
    fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let mut command = Command::new(ariac);
    command
        .arg("build")
        .args(&module.sources)
        .arg("-o")
        .arg(&folder);
    command
        .args(["--module", &module.name])
        .arg("--python")
        .arg(python);
    // Loops are vectorised at both levels: what `@simd` promises does not depend on this.
    command.args(if release {
        &["-O3"][..]
    } else {
        &["-O2", "-g"]
    });
    if !project.cpus.is_empty() {
        command.args(["--cpu", &project.cpus.join(",")]);
    }
    if project.abi3 {
        command.arg("--abi3");
    }
    for library in libraries {
        command.args(["--link-rust", library]);
    }
    let status = command
        .status()
        .map_err(|error| format!("cannot run {}: {error}", ariac.display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::of(status))
    }
}
