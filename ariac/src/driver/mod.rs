//! Does what the command line asks: reads files, runs the pipeline, writes results, says what went wrong.
//!
//! Beside [`crate::link`] and [`crate::python::interpreter`] nothing else reads, writes or starts anything. [`sources`]
//! finds the files of a program; [`run`] and [`test`] are the commands that start what they have compiled.

mod bench;
mod format;
mod progress;
mod run;
mod sources;
mod test;

use crate::cli::{
    Build, Check, Cli, CodeOptions, Command, Env, LinkerChoice, MessageFormat, Report, ReportFormat,
};
use crate::diagnostics::{self, Code, Color, Reports};
use crate::link::{self, LinkError, LinkJob, LinkKind, Linker};
use crate::lints::Lint;
use crate::passes;
use crate::pipeline::{self, Compiled, Dump, Extension, Frontend, Stages};
use crate::promises;
use crate::python::interpreter::{self, Interpreter};
use crate::report;
use crate::source::SourceMap;
use sources::read_sources;
use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

/// The program has errors.
const PROGRAM_ERROR: u8 = 1;
/// Wrong usage, or something outside of the program is missing.
const USAGE_ERROR: u8 = 2;
/// A bug of ours.
const BUG: u8 = 70;

/// Native stack for the compiler: nesting is limited by the parser to what fits here.
const STACK_BYTES: usize = 256 << 20;

/// Why a command ends early.
enum Failure {
    /// Mistakes in the program; printed from the reports.
    Reports(SourceMap, Reports),
    /// Something that has no place in a source file.
    Environment {
        code: Option<Code>,
        message: String,
        help: Vec<String>,
        status: u8,
    },
}

impl Failure {
    fn environment(code: Code, message: impl Into<String>) -> Failure {
        Failure::Environment {
            code: Some(code),
            message: message.into(),
            help: Vec::new(),
            status: USAGE_ERROR,
        }
    }

    fn usage(message: impl Into<String>) -> Failure {
        Failure::Environment {
            code: None,
            message: message.into(),
            help: Vec::new(),
            status: USAGE_ERROR,
        }
    }

    fn help(self, text: impl Into<String>) -> Failure {
        match self {
            Failure::Environment {
                code,
                message,
                mut help,
                status,
            } => {
                help.push(text.into());
                Failure::Environment {
                    code,
                    message,
                    help,
                    status,
                }
            }
            other => other,
        }
    }
}

/// Runs a command; its exit status.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    std::panic::set_hook(Box::new(report_bug));
    let worker = || match dispatch(cli) {
        Ok(true) => 0,
        // What was run has said why.
        Ok(false) => PROGRAM_ERROR,
        Err(failure) => print_failure(cli, failure),
    };
    let status = thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, worker);
        match thread {
            Ok(thread) => thread.join().unwrap_or(BUG),
            Err(_) => BUG,
        }
    });
    ExitCode::from(status)
}

/// Does what is asked; whether it went well.
fn dispatch(cli: &Cli) -> Result<bool, Failure> {
    let done = match &cli.command {
        Command::Build(options) if options.bin => run::build(cli, options),
        Command::Build(options) => build(cli, options),
        Command::Run(options) => run::run(cli, options),
        Command::Test(options) => return test::test(cli, options),
        Command::Bench(options) => return bench::bench(cli, options),
        Command::Check(options) => check(cli, options),
        Command::Report(options) => report(options),
        Command::Fmt(options) => return format::format(options),
        Command::Explain { code } => explain(code.as_deref()),
        Command::Env(options) => print_environment(options),
    };
    done.map(|()| true)
}

/// The checked and optimised program of files, which may import those that are given; its warnings are printed.
fn compiled_frontend(
    cli: &Cli,
    files: &[PathBuf],
    given: &[PathBuf],
    disabled: &[String],
) -> Result<(SourceMap, Frontend), Failure> {
    let sources = read_sources(files, given)?;
    let mut dump = Dump::new(Stages::default());
    match pipeline::frontend(&sources, disabled, &[], &mut dump) {
        (Some(frontend), reports) => {
            print_reports(cli, &sources, &reports);
            Ok((sources, frontend))
        }
        (None, reports) => Err(Failure::Reports(sources, reports)),
    }
}

fn build(cli: &Cli, options: &Build) -> Result<(), Failure> {
    // The Python is asked while the program is compiled; text needs none.
    let python = options.python.clone();
    let interpreter = options
        .emit
        .is_empty()
        .then(|| thread::spawn(move || interpreter::find(python.as_deref())));
    let mut lints = Lint::parse(&options.warn).map_err(Failure::usage)?;
    lints.push(Lint::LeftOut);
    let sources = read_sources(&options.files, &options.files)?;
    let source = &options.files[0];
    let module = module_name(options.module.as_deref(), source)?;
    let stages = Stages::parse(&options.emit).map_err(Failure::usage)?;
    let mut dump = Dump::new(stages);
    let settings = settings(&options.code)?;

    let (frontend, reports) =
        pipeline::frontend(&sources, &options.code.disable_pass, &lints, &mut dump);
    let Some(frontend) = frontend else {
        print!("{}", dump.text());
        return Err(Failure::Reports(sources, reports));
    };
    print_reports(cli, &sources, &reports);
    let compiled = pipeline::backend(&frontend, &sources, &module, &settings, &mut dump);
    let Some(interpreter) = interpreter else {
        print!("{}", dump.text());
        return keep_promises(&sources, &compiled.compiled, &settings);
    };
    keep_promises(&sources, &compiled.compiled, &settings)?;
    let interpreter = match interpreter.join() {
        Ok(found) => found.map_err(|message| {
            Failure::environment(Code::PythonNotFound, message)
                .help("name another one with --python")
        })?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let written = write_extension(options, &compiled, &interpreter)?;
    let mut stdout = io::stdout().lock();
    for path in written {
        let _ = writeln!(stdout, "{}", path.display());
    }
    Ok(())
}

/// Ends the build if a loop is not what `@simd` says.
fn keep_promises(
    sources: &SourceMap,
    compiled: &Compiled,
    settings: &pipeline::Settings,
) -> Result<(), Failure> {
    let broken = promises::broken(&compiled.loops, settings, sources);
    match broken.has_errors() {
        true => Err(Failure::Reports(sources.clone(), broken)),
        false => Ok(()),
    }
}

fn check(cli: &Cli, options: &Check) -> Result<(), Failure> {
    let lints = Lint::parse(&options.warn).map_err(Failure::usage)?;
    let sources = read_sources(&options.files, &options.files)?;
    let stages = Stages::parse(&options.emit).map_err(Failure::usage)?;
    passes::check_names(&options.disable_pass).map_err(Failure::usage)?;
    if let Some(stage) = stages.first_of_backend() {
        return Err(Failure::usage(format!(
            "`check` makes no code: --emit={stage} belongs to `ariac build`"
        )));
    }
    let mut dump = Dump::new(stages);
    let (frontend, reports) =
        pipeline::frontend(&sources, &options.disable_pass, &lints, &mut dump);
    print!("{}", dump.text());
    if frontend.is_none() {
        return Err(Failure::Reports(sources, reports));
    }
    print_reports(cli, &sources, &reports);
    Ok(())
}

fn report(options: &Report) -> Result<(), Failure> {
    let sources = read_sources(&options.files, &options.files)?;
    let module = module_name(None, &options.files[0])?;
    let mut dump = Dump::new(Stages::default());
    let settings = pipeline::Settings {
        remarks: true,
        ..settings(&options.code)?
    };
    let (frontend, reports) =
        pipeline::frontend(&sources, &options.code.disable_pass, &[], &mut dump);
    let Some(frontend) = frontend else {
        return Err(Failure::Reports(sources, reports));
    };
    let compiled = pipeline::backend(&frontend, &sources, &module, &settings, &mut dump);
    let rows = report::collect(&frontend, &compiled.compiled, &sources);
    match options.format {
        ReportFormat::Text => print!("{}", report::text(&rows)),
        ReportFormat::Json => print!("{}", report::json(&rows)),
    }
    Ok(())
}

fn explain(code: Option<&str>) -> Result<(), Failure> {
    let Some(code) = code else {
        for code in Code::ALL {
            println!("{}  {}", code.as_str(), code.title());
        }
        return Ok(());
    };
    match diagnostics::explain(code) {
        Some(code) => {
            print!("{}", code.page());
            Ok(())
        }
        None => Err(Failure::usage(format!("there is no error code {code}"))
            .help("`ariac explain` lists them all")),
    }
}

fn print_environment(options: &Env) -> Result<(), Failure> {
    let python = interpreter::find(options.python.as_deref()).map_err(|m| {
        Failure::environment(Code::PythonNotFound, m).help("name another one with --python")
    })?;
    println!(
        "python   {} ({}.{})",
        python.executable.display(),
        python.version.0,
        python.version.1
    );
    println!("suffix   {}", python.ext_suffix);
    println!("runtime  {}", find_runtime(&python.tag())?.display());
    Ok(())
}

/// The dotted name of the module: as asked, else the file's name.
fn module_name(asked: Option<&str>, source: &Path) -> Result<String, Failure> {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let name = asked.unwrap_or(&stem);
    let is_part = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .is_some_and(|c| c == '_' || c.is_ascii_alphabetic())
            && chars.all(|c| c == '_' || c.is_ascii_alphanumeric())
    };
    if name.split('.').all(is_part) {
        return Ok(name.to_owned());
    }
    let message = format!("`{name}` is no name that Python can import");
    Err(Failure::environment(Code::ModuleName, message)
        .help("use letters, digits and _, beginning with a letter, or give a name with --module"))
}

fn settings(options: &CodeOptions) -> Result<pipeline::Settings, Failure> {
    let levels = pipeline::parse_levels(&options.cpu).map_err(Failure::usage)?;
    passes::check_names(&options.disable_pass).map_err(Failure::usage)?;
    let CodeOptions {
        optimization,
        debug,
        ..
    } = *options;
    Ok(pipeline::Settings {
        levels,
        optimization: optimization.unwrap_or(3),
        debug,
        remarks: false,
        sanitize: options.sanitize.clone(),
    })
}

/// Links the objects and writes the extension and its stub into `out_dir`: both, or on failure neither.
fn write_extension(
    options: &Build,
    compiled: &Extension,
    interpreter: &Interpreter,
) -> Result<Vec<PathBuf>, Failure> {
    let tag = if options.abi3 {
        "abi3".to_owned()
    } else {
        interpreter.tag()
    };
    let suffix = if options.abi3 {
        ".abi3.so"
    } else {
        &interpreter.ext_suffix
    };
    if options.abi3 && interpreter.version < (3, 11) {
        return Err(Failure::usage(
            "--abi3 needs CPython 3.11 or newer: older ones have no buffers in the stable ABI",
        ));
    }
    let crates = rust_libraries(&options.link_rust, &compiled.compiled)?;
    let archives = archives(find_runtime(&tag)?, crates);
    let out_dir = out_dir(options);
    let unwritable = |error: &io::Error| unwritable(out_dir, error);
    let work = folder_in(out_dir)?;
    let objects = write_objects(work.path(), &compiled.compiled).map_err(|e| unwritable(&e))?;
    let leaf = compiled.leaf();
    let library = work.path().join("module.so");
    let job = LinkJob {
        objects: &objects,
        archives: &archives,
        libraries: &compiled.compiled.libraries,
        kind: LinkKind::Extension {
            entry: &format!("PyInit_{leaf}"),
        },
        output: &library,
        debug: options.code.debug,
    };
    link::link(&job, &linker(options)).map_err(|error| link_failed(leaf, &error))?;
    let stub = work.path().join("module.pyi");
    fs::write(&stub, &compiled.stub).map_err(|e| unwritable(&e))?;
    let results = [
        (library, out_dir.join(format!("{leaf}{suffix}"))),
        (stub, out_dir.join(format!("{leaf}.pyi"))),
    ];
    for (from, to) in &results {
        fs::rename(from, to).map_err(|e| unwritable(&e))?;
    }
    Ok(results.into_iter().map(|(_, to)| to).collect())
}

/// The folder for the results: as asked, else the source's.
fn out_dir(options: &Build) -> &Path {
    let of_source = || options.files.first().and_then(|file| file.parent());
    match options.out_dir.as_deref().or_else(of_source) {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Everything is made in a folder beside the results, and moved into place at the end.
fn folder_in(out_dir: &Path) -> Result<tempfile::TempDir, Failure> {
    let make = || {
        fs::create_dir_all(out_dir)?;
        tempfile::Builder::new()
            .prefix(".ariac-")
            .tempdir_in(out_dir)
    };
    make().map_err(|e| unwritable(out_dir, &e))
}

fn unwritable(out_dir: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write into {}: {}", out_dir.display(), plain(error));
    Failure::environment(Code::OutputNotWritable, message).help("choose another folder with -o")
}

fn linker(options: &Build) -> Linker {
    match options.linker {
        LinkerChoice::Internal => Linker::Internal,
        LinkerChoice::System => Linker::System,
    }
}

fn link_failed(what: &str, error: &LinkError) -> Failure {
    Failure::Environment {
        code: Some(Code::LinkFailed),
        message: format!("linking {what} failed: {}", error.0.trim()),
        help: Vec::new(),
        status: PROGRAM_ERROR,
    }
}

/// Writes the object files into a folder.
fn write_objects(folder: &Path, compiled: &Compiled) -> io::Result<Vec<PathBuf>> {
    let mut objects = Vec::new();
    for (number, code) in compiled.objects.iter().enumerate() {
        let object = folder.join(format!("module{number}.o"));
        fs::write(&object, code)?;
        objects.push(object);
    }
    Ok(objects)
}

/// The static libraries to link: the runtime, then the Rust crates.
///
/// The runtime comes in two forms. Alone it is one object with what it needs of Rust's own library inside; beside Rust
/// crates that library stays apart, so that one copy of it serves all.
fn archives(runtime: PathBuf, crates: Vec<PathBuf>) -> Vec<PathBuf> {
    let apart = runtime.with_file_name("libaria_rt_std.a");
    let alone = crates.is_empty() || !apart.exists();
    let mut archives = vec![if alone { runtime } else { apart }];
    archives.extend(crates);
    archives
}

/// The static libraries of the Rust crates that the program refers to.
fn rust_libraries(given: &[String], compiled: &Compiled) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    let mut names = Vec::new();
    for text in given {
        let Some((name, path)) = text.split_once('=') else {
            return Err(Failure::usage(format!(
                "--link-rust wants NAME=PATH, not `{text}`"
            )));
        };
        if !Path::new(path).exists() {
            return Err(Failure::usage(format!(
                "--link-rust {name}: there is no file {path}"
            )));
        }
        names.push(name);
        paths.push(PathBuf::from(path));
    }
    match compiled
        .crates
        .iter()
        .find(|c| !names.contains(&c.as_str()))
    {
        None => Ok(paths),
        Some(missing) => Err(Failure::usage(format!(
            "the program uses `extern Rust from {missing}`, and its library is not given"
        ))
        .help(format!(
            "build the project with `cargo aria build`, or add --link-rust {missing}=PATH"
        ))),
    }
}

/// The runtime for programs without Python.
const PROGRAM_TAG: &str = "native";

/// Where the runtime for a kind of Python is: in `$ARIA_RT_DIR`, beside this program, or in the SDK that holds it.
fn find_runtime(tag: &str) -> Result<PathBuf, Failure> {
    let mut folders = Vec::new();
    if let Some(dir) = env::var_os("ARIA_RT_DIR").filter(|d| !d.is_empty()) {
        folders.push(PathBuf::from(dir));
    } else if let Ok(program) = env::current_exe() {
        let home = program.parent().unwrap_or(Path::new(".")).to_owned();
        folders.push(home.join("aria-rt"));
        folders.push(home.join("../lib/aria-rt"));
    }
    let file = |folder: &PathBuf| folder.join(tag).join("libaria_rt.a");
    if let Some(found) = folders.iter().map(file).find(|p| p.exists()) {
        return Ok(found);
    }
    let tried: Vec<String> = folders
        .iter()
        .map(|f| file(f).display().to_string())
        .collect();
    let message = format!(
        "the Aria runtime for {tag} is missing; looked for {}",
        tried.join(" and ")
    );
    Err(Failure::environment(Code::RuntimeNotFound, message).help(
        "`make runtime` builds it; an installed aria-lang has it for the Python it is installed in",
    ))
}

fn print_reports(cli: &Cli, sources: &SourceMap, reports: &Reports) {
    let mut stderr = io::stderr().lock();
    let sorted = reports.sorted();
    let color = color();
    for diagnostic in &sorted {
        let text = match cli.message_format {
            MessageFormat::Text => diagnostics::render_text(diagnostic, sources, color) + "\n",
            MessageFormat::Json => diagnostics::render_json(diagnostic, sources) + "\n",
        };
        let _ = stderr.write_all(text.as_bytes());
    }
    if cli.message_format == MessageFormat::Text && reports.has_errors() {
        let errors = sorted
            .iter()
            .filter(|d| d.severity == diagnostics::Severity::Error);
        let codes: Vec<&str> = errors.clone().map(|d| d.code.as_str()).collect();
        let count = codes.len();
        let plural = if count == 1 { "" } else { "s" };
        let _ = writeln!(
            stderr,
            "{count} error{plural}; `ariac explain {}` tells more",
            codes[0]
        );
    }
}

fn print_failure(cli: &Cli, failure: Failure) -> u8 {
    match failure {
        Failure::Reports(sources, reports) => {
            print_reports(cli, &sources, &reports);
            PROGRAM_ERROR
        }
        Failure::Environment {
            code,
            message,
            help,
            status,
        } => {
            let mut stderr = io::stderr().lock();
            let text = match cli.message_format {
                MessageFormat::Text => diagnostics::render_plain(code, &message, &help, color()),
                MessageFormat::Json => diagnostics::render_plain_json(code, &message, &help),
            };
            let _ = writeln!(stderr, "{}", text.trim_end());
            status
        }
    }
}

/// Colours go to terminals, unless `NO_COLOR` is set.
fn color() -> Color {
    let refused = env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    if io::stderr().is_terminal() && !refused {
        Color::Always
    } else {
        Color::Never
    }
}

/// An operating system's error without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// What is said when the compiler itself fails.
fn report_bug(info: &std::panic::PanicHookInfo<'_>) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(
        stderr,
        "error: ariac {} failed, which is a bug in Aria: {info}",
        env!("CARGO_PKG_VERSION")
    );
    let _ = writeln!(
        stderr,
        "  please report it with the file that was compiled and the command:"
    );
    let _ = writeln!(stderr, "  {}", env::args().collect::<Vec<_>>().join(" "));
}
