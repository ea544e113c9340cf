//! `cargo aria run`: builds, then runs the project's Python program.

use super::build;
use crate::failure::Failure;
use crate::metadata::Project;
use crate::toolchain;
use std::ffi::OsString;
use std::process::Command;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    build: build::Options,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

/// Builds and runs; the program's exit status is this command's.
///
/// # Errors
///
/// The build failed, the project has nothing to run, or the program ended with an error.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let projects = build::build_all(&options.build)?;
    let [project] = projects.as_slice() else {
        return Err(Failure::Usage(
            "there are several projects here: choose one with --manifest-path".to_owned(),
        ));
    };
    let python = toolchain::find_python(options.build.python.as_deref());
    let ariac = toolchain::find_ariac(&python)?;
    let status = Command::new(&python)
        .args(program(project)?)
        .args(&options.arguments)
        .env("PYTHONPATH", toolchain::python_path(project))
        // The program may ask the same compiler for a report on what was built.
        .env("ARIAC", ariac)
        .status()
        .map_err(|error| format!("cannot run {}: {error}", python.display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::of(status))
    }
}

/// The arguments that make Python run the project: what `run` says, else the package if it can be run, else `main.py`.
fn program(project: &Project) -> Result<Vec<OsString>, Failure> {
    let module = |name: &str| vec![OsString::from("-m"), OsString::from(name)];
    if let Some(run) = &project.run {
        return Ok(if run.ends_with(".py") {
            vec![project.root.join(run).into()]
        } else {
            module(run)
        });
    }
    if project
        .package_root()
        .join(project.package())
        .join("__main__.py")
        .is_file()
    {
        return Ok(module(project.package()));
    }
    let main = project.root.join("main.py");
    if main.is_file() {
        return Ok(vec![main.into()]);
    }
    Err(Failure::Usage(format!(
        "nothing to run: write {}/__main__.py or main.py, or name a module or a .py file with the key `run`",
        project.package()
    )))
}
