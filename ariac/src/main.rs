//! `ariac`: arguments, driver, exit status.

use ariac::{cli::Cli, driver};
use clap::Parser;
use std::process::ExitCode;

/// LLVM and the compiler make millions of small objects, on several threads. It stands in for C's `malloc` too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Wrong usage exits with 2, which is clap's own status; `--help` and `--version` with 0.
    driver::run(&Cli::parse())
}
