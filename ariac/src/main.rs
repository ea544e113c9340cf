//! `ariac`: arguments, driver, exit status.

use ariac::{cli::Cli, driver};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Wrong usage exits with 2, which is clap's own status; `--help` and `--version` with 0.
    driver::run(&Cli::parse())
}
