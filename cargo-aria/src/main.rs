//! `cargo aria`: makes, builds, checks and runs projects with Aria kernels.
//!
//! In reading order: [`metadata`] finds a project and reads what it says of itself, [`toolchain`] finds the programs that
//! are needed, [`crates`] builds the Rust crates that Aria code calls, and each file of [`command`] is one subcommand.
//! All of them end in a [`Failure`] or in nothing; only this file turns that into words and an exit status.

mod command;
mod crates;
mod failure;
mod metadata;
mod progress;
mod toolchain;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

/// Makes, builds, checks and runs projects with Aria kernels.
#[derive(Debug, Parser)]
#[command(
    name = "cargo aria",
    bin_name = "cargo aria",
    version,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a Python package with one kernel file, ready to build
    New(command::new::Options),
    /// Compile the project's extension modules, into its packages
    Build(command::build::Options),
    /// Look for mistakes, write nothing
    Check(command::check::Options),
    /// Build, then run the project's Python program
    Run(command::run::Options),
    #[command(flatten)]
    Planned(command::planned::Planned),
}

fn main() -> ExitCode {
    let cli = Cli::parse_from(arguments());
    let result = match &cli.command {
        Command::New(options) => command::new::run(options),
        Command::Build(options) => command::build::run(options),
        Command::Check(options) => command::check::run(options),
        Command::Run(options) => command::run::run(options),
        Command::Planned(planned) => command::planned::run(planned),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
        Err(Failure::Said(status)) => ExitCode::from(status),
    }
}

/// This process's arguments. Cargo passes the name of its subcommand along, a direct call does not have it.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "aria") {
        arguments.remove(1);
    }
    arguments
}
