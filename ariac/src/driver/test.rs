//! `ariac test`: compiles the tests of files and runs them, each file's in a process of its own.
//!
//! The process says what it begins and ends, so that one that dies is known to have died in a test; the tests after it
//! are run in a new one.

use super::progress::{follow, how};
use super::run::{Executable, PythonProgram, settings};
use super::{Failure, compiled_frontend, keep_promises};
use crate::cli::{Cli, Test};
use crate::pipeline::{self, Frontend};
use crate::program::Entry;
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Runs the tests that are in the module.
const TESTS_SCRIPT: &str = include_str!("../python/run_tests.py");

/// How many tests went how.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
}

/// Runs the tests of all files; whether all passed.
pub(super) fn test(cli: &Cli, options: &Test) -> Result<bool, Failure> {
    let mut counts = Counts::default();
    for file in &options.files {
        if options.files.len() > 1 {
            println!("{}:", file.display());
        }
        test_file(cli, options, file, &mut counts)?;
    }
    let Counts { passed, failed } = counts;
    match (passed, failed) {
        (0, 0) if options.filter.is_empty() => println!("there are no tests"),
        (0, 0) => println!("no test has \"{}\" in its name", options.filter),
        (_, 0) => println!("{passed} passed"),
        _ => println!("{passed} passed, {failed} failed"),
    }
    Ok(failed == 0)
}

fn test_file(cli: &Cli, options: &Test, file: &Path, counts: &mut Counts) -> Result<(), Failure> {
    let settings = settings(&options.start.code)?;
    let disabled = &options.start.code.disable_pass;
    let files = [file.to_owned()];
    let (sources, mut frontend) = compiled_frontend(cli, &files, &options.files, disabled)?;
    let entry = Entry::tests(&frontend.hir, &frontend.program);
    let names = names(&frontend, &entry);
    let wanted = |(_, name): &(usize, &String)| name.contains(&options.filter);
    let wanted: VecDeque<usize> = names
        .iter()
        .enumerate()
        .filter(wanted)
        .map(|(i, _)| i)
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut run = Tests {
        names: &names,
        left: wanted,
        counts,
    };
    if entry.uses_python(&frontend.program) {
        let program = PythonProgram {
            script: TESTS_SCRIPT,
            python: options.start.python.as_deref(),
            link_rust: &options.start.link_rust,
            file,
        };
        // Python removes the module's folder once it has it, so each process gets its own.
        return run.all(|| program.command(&mut frontend, &sources, &entry, &settings));
    }
    let compiled = pipeline::program(&mut frontend, &sources, &entry, &settings);
    keep_promises(&sources, &compiled, &settings)?;
    let program = Executable::link(&compiled, &settings, &options.start.link_rust)?;
    run.all(|| Ok(program.command()))
}

/// The names of the functions that are started.
pub(super) fn names(frontend: &Frontend, entry: &Entry) -> Vec<String> {
    let functions = &frontend.program.functions;
    let ids = entry.functions().iter();
    ids.map(|&id| functions[id].name.clone()).collect()
}

/// Tests of a file that are being run.
struct Tests<'a> {
    names: &'a [String],
    left: VecDeque<usize>,
    counts: &'a mut Counts,
}

impl Tests<'_> {
    /// Runs all that are left, in as many processes as it takes.
    fn all(
        &mut self,
        mut command: impl FnMut() -> Result<Command, Failure>,
    ) -> Result<(), Failure> {
        while !self.left.is_empty() {
            self.process(command()?)?;
        }
        Ok(())
    }

    /// Runs tests in a process until it ends.
    fn process(&mut self, command: Command) -> Result<(), Failure> {
        let wanted: Vec<usize> = self.left.iter().copied().collect();
        let mut running = None;
        let status = follow(command, "tests", &wanted, &mut |index, what| match what {
            "b" => {
                self.left.retain(|&i| i != index);
                running = Some(index);
            }
            what => {
                running = None;
                self.count(what == "p");
            }
        })?;
        match running.and_then(|index| self.names.get(index)) {
            Some(name) => {
                self.count(false);
                println!("CRASHED {name} ({})", how(status));
                let _ = std::io::stdout().flush();
            }
            // Nothing was begun, so nothing would be the next time.
            None if !self.left.is_empty() => {
                return Err(Failure::usage(format!(
                    "the tests could not be started ({})",
                    how(status)
                )));
            }
            None => {}
        }
        Ok(())
    }

    fn count(&mut self, passed: bool) {
        match passed {
            true => self.counts.passed += 1,
            false => self.counts.failed += 1,
        }
    }
}
