//! `cargo aria check`: has the compiler look for mistakes; nothing is written.

use crate::failure::Failure;
use crate::metadata;
use crate::progress::Progress;
use crate::toolchain;
use std::env;
use std::path::PathBuf;
use std::process::Command;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The project: its pyproject.toml or Cargo.toml, or their folder [default: here or above]
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
}

/// Checks every module of the project, also after one with mistakes.
///
/// # Errors
///
/// There is no project or no compiler, or the compiler has found mistakes.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let here =
        env::current_dir().map_err(|error| format!("cannot tell the current folder: {error}"))?;
    let projects = metadata::find_projects(options.manifest_path.as_deref(), &here)?;
    let ariac = toolchain::find_ariac(&toolchain::find_python(None))?;
    let modules: Vec<_> = projects
        .iter()
        .flat_map(|project| &project.modules)
        .collect();
    let progress = Progress::new(modules.len());
    let mut worst = 0;
    for module in modules {
        let check = || {
            Command::new(&ariac)
                .arg("check")
                .args(&module.sources)
                .status()
        };
        let status = progress.step("Checking", &module.name, check);
        let status = status.map_err(|error| format!("cannot run {}: {error}", ariac.display()))?;
        if let (false, Failure::Said(code)) = (status.success(), Failure::of(status)) {
            worst = worst.max(code);
        }
    }
    progress.finish("checking");
    if worst == 0 {
        Ok(())
    } else {
        Err(Failure::Said(worst))
    }
}
