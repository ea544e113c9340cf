//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// The Aria compiler: from .aria files to Python extension modules.
#[derive(Debug, Parser)]
#[command(
    name = "ariac",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// How diagnostics are printed.
    #[arg(long, value_enum, default_value_t = MessageFormat::Text, global = true)]
    pub message_format: MessageFormat,
    #[command(subcommand)]
    pub command: Command,
}

/// How diagnostics are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people, in colour on a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile to an extension module and its stub.
    Build(Build),
    /// Report mistakes, write nothing.
    Check(Check),
    /// Compile a program, which begins with `fn main`, and run it.
    Run(Run),
    /// Run the functions with `@test`.
    Test(Test),
    /// Measure the functions with `@bench`.
    Bench(Bench),
    /// Tell what was vectorised, fused, released, checked and allocated, and why not.
    Report(Report),
    /// Lay out source files in the one style there is.
    Fmt(Fmt),
    /// Explain an error code.
    Explain {
        /// A code such as E0501; without one, all codes are listed.
        code: Option<String>,
    },
    /// Show which Python and which runtime a build would use.
    Env(Env),
}

#[derive(Debug, Args)]
pub struct Build {
    /// The source file.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Where the results are written [default: beside the source].
    #[arg(short, long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// The dotted name the module is imported by [default: the file's name].
    #[arg(long, value_name = "a.b.c")]
    pub module: Option<String>,
    #[command(flatten)]
    pub code: CodeOptions,
    /// The Python to build for [default: VIRTUAL_ENV, CONDA_PREFIX, then python3].
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,
    /// Build a program of its own instead, which begins with `fn main` and is named after the file.
    #[arg(long, conflicts_with_all = ["module", "python", "abi3", "emit"])]
    pub bin: bool,
    /// Build for the stable ABI: one extension for CPython 3.11 and newer.
    #[arg(long)]
    pub abi3: bool,
    /// Print stages to standard output instead of writing files: cst, hir, types, effects, mir, mir:PASS, counts, remarks, llvm, asm, pyi.
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    pub emit: Vec<String>,
    /// Warn of what is right but may not be meant: implicit-copy, left-out.
    #[arg(short = 'W', value_name = "LINT")]
    pub warn: Vec<String>,
    /// Which linker: the one inside ariac, or the system's cc.
    #[arg(long, value_enum, default_value_t = LinkerChoice::Internal)]
    pub linker: LinkerChoice,
    /// A Rust library that `extern Rust from NAME` refers to.
    #[arg(long, value_name = "NAME=PATH")]
    pub link_rust: Vec<String>,
}

/// What decides the code that is made.
#[derive(Clone, Debug, Args)]
pub struct CodeOptions {
    /// CPU levels to compile for: native (the default of what runs at once), or some of x86-64, x86-64-v2, x86-64-v3,
    /// x86-64-v4.
    #[arg(long, value_name = "LEVEL", value_delimiter = ',')]
    pub cpu: Vec<String>,
    /// How much is optimised [default: 3; to run at once: 2].
    #[arg(short = 'O', value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub optimization: Option<u8>,
    /// Keep debug information.
    #[arg(short = 'g')]
    pub debug: bool,
    /// Leave out a MIR pass.
    #[arg(long, value_name = "NAME")]
    pub disable_pass: Vec<String>,
    /// Let AddressSanitizer watch the code, with its runtime (`libclang_rt.asan-x86_64.so`): what it finds is a bug of the
    /// compiler.
    #[arg(long, value_name = "LIBRARY", hide = true)]
    pub sanitize: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkerChoice {
    Internal,
    System,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The source file.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Warn of what is right but may not be meant: implicit-copy, left-out.
    #[arg(short = 'W', value_name = "LINT")]
    pub warn: Vec<String>,
    /// Print stages to standard output: cst, hir, types, effects, mir, mir:PASS, counts, remarks.
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    pub emit: Vec<String>,
    /// Leave out a MIR pass.
    #[arg(long, value_name = "NAME")]
    pub disable_pass: Vec<String>,
}

/// How a program is built and started.
#[derive(Debug, Args)]
pub struct StartOptions {
    #[command(flatten)]
    pub code: CodeOptions,
    /// The Python for a program that uses it [default: VIRTUAL_ENV, CONDA_PREFIX, then python3].
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,
    /// A Rust library that `extern Rust from NAME` refers to.
    #[arg(long, value_name = "NAME=PATH")]
    pub link_rust: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The source file.
    pub file: PathBuf,
    /// The program's arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<OsString>,
    #[command(flatten)]
    pub start: StartOptions,
}

#[derive(Debug, Args)]
pub struct Test {
    /// The source files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Run the tests with this text in their names only.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub filter: String,
    #[command(flatten)]
    pub start: StartOptions,
}

#[derive(Debug, Args)]
pub struct Bench {
    /// The source files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Measure the functions with this text in their names only.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub filter: String,
    /// Print one JSON object a line, times in nanoseconds.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub start: StartOptions,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The source file.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub code: CodeOptions,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// The source files; `-` formats standard input to standard output.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Write nothing: list the files that would change, and exit with 1 if there are any.
    #[arg(long)]
    pub check: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Env {
    /// The Python to look at.
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,
}
