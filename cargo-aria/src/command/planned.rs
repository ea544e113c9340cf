//! Subcommands that the project has decided on and does not have yet.

use crate::failure::Failure;
use clap::Subcommand;
use std::ffi::OsString;

/// They take anything, so that their answer is always the same.
#[derive(Debug, Subcommand)]
pub(crate) enum Planned {
    /// Not there yet
    #[command(hide = true)]
    Test(Arguments),
    /// Not there yet
    #[command(hide = true)]
    Bench(Arguments),
    /// Not there yet
    #[command(hide = true)]
    Report(Arguments),
    /// Not there yet
    #[command(hide = true)]
    Develop(Arguments),
    /// Not there yet
    #[command(hide = true)]
    Wheel(Arguments),
    /// Not there yet
    #[command(hide = true)]
    Clean(Arguments),
}

/// Whatever was written after the subcommand.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<OsString>,
}

/// Says that the subcommand is not there, and what does its work today.
///
/// # Errors
///
/// Always.
pub(crate) fn run(planned: &Planned) -> Result<(), Failure> {
    let (name, instead) = match planned {
        Planned::Test(_) => (
            "test",
            "run the package's own tests after `cargo aria build`",
        ),
        Planned::Bench(_) => (
            "bench",
            "measure the built module from Python, with `python -m timeit`",
        ),
        Planned::Report(_) => (
            "report",
            "`ariac report FILE` prints the report of one source file",
        ),
        Planned::Develop(_) => (
            "develop",
            "`pip install -e .` installs the project for development",
        ),
        Planned::Wheel(_) => ("wheel", "`pip wheel .` builds the project's wheel"),
        Planned::Clean(_) => (
            "clean",
            "remove the project's target/, build/ and .aria/ folders",
        ),
    };
    Err(Failure::Usage(format!(
        "`cargo aria {name}` is not supported yet; {instead}"
    )))
}
