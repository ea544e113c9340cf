//! `ariac run`: compiles a program and becomes it; `ariac build --bin` writes it to a file.
//!
//! A program without Python is linked into an executable that is never a file that somebody could find: it lies in memory
//! that the system starts a process from. This process becomes it, so that signals, the terminal and the exit status are
//! the program's own. A program that uses Python is an extension module, whose `main` a Python is started to call.

use super::{
    Failure, compiled_frontend, find_runtime, keep_promises, link_failed, plain, rust_libraries,
};
use crate::cli::{Build, Cli, CodeOptions, Run};
use crate::diagnostics::Code;
use crate::link::{self, LinkJob, LinkKind, Linker};
use crate::pipeline::{self, Compiled, Dump, Frontend, Settings, Stages};
use crate::program::Entry;
use crate::python::interpreter;
use crate::source::SourceMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::slice;

/// Where a CPU level is not asked for: this machine's.
const LEVEL: &str = "native";
/// Where it is not said how much is optimised.
pub(super) const OPTIMIZATION: u8 = 2;

/// Runs the program; comes back only when it could not be started.
pub(super) fn run(cli: &Cli, options: &Run) -> Result<(), Failure> {
    let settings = settings(&options.start.code)?;
    let file = &options.file;
    let disabled = &options.start.code.disable_pass;
    let (sources, mut frontend) = compiled_frontend(cli, slice::from_ref(file), &[], disabled)?;
    let entry = main_of(&frontend, file)?;
    let mut command = if entry.uses_python(&frontend.program) {
        let program = PythonProgram {
            script: MAIN_SCRIPT,
            python: options.start.python.as_deref(),
            link_rust: &options.start.link_rust,
            file,
        };
        program.command(&mut frontend, &sources, &entry, &settings)?
    } else {
        let compiled = pipeline::program(&mut frontend, &sources, &entry, &settings);
        keep_promises(&sources, &compiled, &settings)?;
        let program = Executable::link(&compiled, &settings, &options.start.link_rust)?;
        let mut command = program.command();
        command.arg0(file);
        // The system opens it once more when the process begins.
        std::mem::forget(program);
        command
    };
    let error = command.args(&options.args).exec();
    let program = command.get_program().to_string_lossy().into_owned();
    Err(Failure::usage(format!(
        "cannot start {program}: {}",
        plain(&error)
    )))
}

/// `ariac build --bin`: writes the program to a file. The first source is the program, which may import the others.
pub(super) fn build(cli: &Cli, options: &Build) -> Result<(), Failure> {
    let settings = super::settings(&options.code)?;
    let Some(file) = options.files.first() else {
        return Err(Failure::usage("a program is built of a file"));
    };
    let disabled = &options.code.disable_pass;
    let (sources, mut frontend) = compiled_frontend(cli, &options.files, &options.files, disabled)?;
    let entry = main_of(&frontend, file)?;
    if entry.uses_python(&frontend.program) {
        let message = format!(
            "{} uses Python, and has none in a file of its own",
            file.display()
        );
        return Err(Failure::usage(message).help("`ariac run` starts it with a Python"));
    }
    let compiled = pipeline::program(&mut frontend, &sources, &entry, &settings);
    keep_promises(&sources, &compiled, &settings)?;
    let out_dir = super::out_dir(options);
    let folder = super::folder_in(out_dir)?;
    let (made, linker) = (folder.path().join("program"), super::linker(options));
    let (tag, kind) = (super::PROGRAM_TAG, LinkKind::Program);
    let link = Link {
        compiled: &compiled,
        link_rust: &options.link_rust,
        settings: &settings,
    };
    link.link_in(folder.path(), tag, kind, &made, &linker)?;
    let result = out_dir.join(file.file_stem().unwrap_or(file.as_os_str()));
    fs::rename(&made, &result).map_err(|e| super::unwritable(out_dir, &e))?;
    println!("{}", result.display());
    Ok(())
}

fn main_of(frontend: &Frontend, file: &Path) -> Result<Entry, Failure> {
    Entry::main(&frontend.hir, &frontend.program).ok_or_else(|| {
        let message = format!("{} has no `fn main` to begin with", file.display());
        Failure::usage(message).help(
            "declare `fn main`; a file without one is a module for Python, which `ariac build` makes",
        )
    })
}

/// What decides the code of a program that runs here and now.
pub(super) fn settings(options: &CodeOptions) -> Result<Settings, Failure> {
    let mut options = options.clone();
    if options.cpu.is_empty() {
        options.cpu = vec![LEVEL.to_owned()];
    }
    options.optimization.get_or_insert(OPTIMIZATION);
    super::settings(&options)
}

/// An executable in memory.
pub(super) struct Executable {
    file: File,
}

impl Executable {
    /// Links what does not use Python.
    pub(super) fn link(
        compiled: &Compiled,
        settings: &Settings,
        link_rust: &[String],
    ) -> Result<Executable, Failure> {
        let folder = work_folder()?;
        let output = folder.path().join("program");
        let link = Link {
            compiled,
            link_rust,
            settings,
        };
        let (tag, kind) = (super::PROGRAM_TAG, LinkKind::Program);
        link.link_in(folder.path(), tag, kind, &output, &Linker::Internal)?;
        let image = fs::read(&output).map_err(|e| no_work_folder(&e))?;
        let mut file = memory_file().map_err(|e| no_work_folder(&e))?;
        file.write_all(&image).map_err(|e| no_work_folder(&e))?;
        Ok(Executable { file })
    }

    /// Starts it. The executable must be kept until the process has begun.
    pub(super) fn command(&self) -> Command {
        Command::new(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

/// A file without a name, which is closed when a process begins.
fn memory_file() -> std::io::Result<File> {
    let create = |flags| {
        // SAFETY: the name is NUL-terminated.
        let fd = unsafe { libc::memfd_create(c"aria".as_ptr(), flags) };
        match fd {
            ..0 => Err(std::io::Error::last_os_error()),
            // SAFETY: the descriptor is new, and nobody else's.
            fd => Ok(unsafe { File::from_raw_fd(fd) }),
        }
    };
    // Systems that must be told that it will be run are newer than those that understand it.
    create(libc::MFD_CLOEXEC | libc::MFD_EXEC).or_else(|_| create(libc::MFD_CLOEXEC))
}

/// Calls `main` of the module that is built.
const MAIN_SCRIPT: &str = include_str!("../python/run_main.py");

/// A program that Python starts.
pub(super) struct PythonProgram<'a> {
    /// What Python does with the module; its arguments are the module's file, its name and the source's folder.
    pub(super) script: &'a str,
    pub(super) python: Option<&'a Path>,
    pub(super) link_rust: &'a [String],
    pub(super) file: &'a Path,
}

impl PythonProgram<'_> {
    /// Builds the module, in a folder that the script removes, and starts Python with the script.
    pub(super) fn command(
        &self,
        frontend: &mut Frontend,
        sources: &SourceMap,
        entry: &Entry,
        settings: &Settings,
    ) -> Result<Command, Failure> {
        let interpreter = interpreter::find(self.python).map_err(|message| {
            Failure::environment(Code::PythonNotFound, message)
                .help("name another one with --python")
        })?;
        // The name is seen in tracebacks of pickles alone, and any file may be a program.
        let module = "aria_program";
        let mut dump = Dump::new(Stages::default());
        for (id, function) in frontend.program.functions.iter_mut() {
            function.exported = entry.functions().contains(&id);
        }
        let extension = pipeline::backend(frontend, sources, module, settings, &mut dump);
        keep_promises(sources, &extension.compiled, settings)?;
        let folder = work_folder()?;
        let output = folder
            .path()
            .join(format!("{module}{}", interpreter.ext_suffix));
        let symbol = format!("PyInit_{module}");
        let kind = LinkKind::Extension { entry: &symbol };
        let link = Link {
            compiled: &extension.compiled,
            link_rust: self.link_rust,
            settings,
        };
        let tag = interpreter.tag();
        link.link_in(folder.path(), &tag, kind, &output, &Linker::Internal)?;
        let home = self.file.parent().filter(|p| !p.as_os_str().is_empty());
        let mut command = Command::new(&interpreter.executable);
        command
            .arg("-c")
            .arg(self.script)
            .arg(folder.keep())
            .arg(&output)
            .arg(home.unwrap_or(Path::new(".")))
            .arg(self.file);
        Ok(command)
    }
}

/// What is linked, whatever it becomes.
struct Link<'a> {
    compiled: &'a Compiled,
    link_rust: &'a [String],
    settings: &'a Settings,
}

impl Link<'_> {
    /// Links into a file, with a folder for the objects.
    fn link_in(
        &self,
        folder: &Path,
        tag: &str,
        kind: LinkKind<'_>,
        output: &Path,
        linker: &Linker,
    ) -> Result<(), Failure> {
        let crates = rust_libraries(self.link_rust, self.compiled)?;
        let archives = super::archives(find_runtime(tag)?, crates);
        let objects: Vec<PathBuf> = super::write_objects(folder, self.compiled)
            .map_err(|e| super::unwritable(folder, &e))?;
        let job = LinkJob {
            objects: &objects,
            archives: &archives,
            libraries: &self.compiled.libraries,
            kind,
            output,
            debug: self.settings.debug,
        };
        link::link(&job, linker).map_err(|error| link_failed("the program", &error))
    }
}

fn work_folder() -> Result<tempfile::TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("ariac-")
        .tempdir()
        .map_err(|e| no_work_folder(&e))
}

fn no_work_folder(error: &std::io::Error) -> Failure {
    let message = format!(
        "cannot write into {}: {}",
        std::env::temp_dir().display(),
        plain(error)
    );
    Failure::environment(Code::OutputNotWritable, message)
        .help("name another folder with the variable TMPDIR")
}
