//! `ariac bench`: compiles the benchmarks of files and measures them, those of a file in one process.
//!
//! The process calls a benchmark often enough for a sample to last, and takes several samples; what is printed of them is the median, which
//! a disturbance now and then does not change, and how far from it samples are on the average.

use super::progress::{follow, how};
use super::run::{Executable, PythonProgram, settings};
use super::test::names;
use super::{Failure, compiled_frontend, keep_promises};
use crate::cli::{Bench, Cli};
use crate::pipeline;
use crate::program::Entry;
use serde::Serialize;
use std::path::Path;

/// Measures the benchmarks that are in the module.
const BENCHES_SCRIPT: &str = include_str!("../python/run_benches.py");

/// How much is optimised where it is not said: what is measured is what is built.
const OPTIMIZATION: u8 = 3;

/// What is known of a benchmark, times in nanoseconds a call.
#[derive(Serialize)]
struct Measured<'a> {
    file: String,
    name: &'a str,
    median: f64,
    /// The median of the distances from the median.
    deviation: f64,
    min: f64,
    samples: usize,
    calls_per_sample: u64,
}

/// Measures the benchmarks of all files; whether all went well.
pub(super) fn bench(cli: &Cli, options: &Bench) -> Result<bool, Failure> {
    let (mut measured, mut well) = (0, true);
    for file in &options.files {
        if options.files.len() > 1 && !options.json {
            println!("{}:", file.display());
        }
        let (count, all_well) = bench_file(cli, options, file)?;
        measured += count;
        well &= all_well;
    }
    if measured == 0 && well && !options.json {
        match &*options.filter {
            "" => println!("there are no benchmarks"),
            filter => println!("no benchmark has \"{filter}\" in its name"),
        }
    }
    Ok(well)
}

fn bench_file(cli: &Cli, options: &Bench, file: &Path) -> Result<(usize, bool), Failure> {
    let start = &options.start;
    let mut code = start.code.clone();
    code.optimization.get_or_insert(OPTIMIZATION);
    let settings = settings(&code)?;
    let (files, disabled) = ([file.to_owned()], &code.disable_pass);
    let (sources, mut frontend) = compiled_frontend(cli, &files, &options.files, disabled)?;
    let entry = Entry::benches(&frontend.hir, &frontend.program);
    let names = names(&frontend, &entry);
    let wanted = |(_, name): &(usize, &String)| name.contains(&options.filter);
    let wanted = names.iter().enumerate().filter(wanted).map(|(i, _)| i);
    let wanted: Vec<usize> = wanted.collect();
    if wanted.is_empty() {
        return Ok((0, true));
    }
    // It lives in memory until its process has begun.
    let mut executable = None;
    let command = if entry.uses_python(&frontend.program) {
        let program = PythonProgram {
            script: BENCHES_SCRIPT,
            python: start.python.as_deref(),
            link_rust: &start.link_rust,
            file,
        };
        program.command(&mut frontend, &sources, &entry, &settings)?
    } else {
        let compiled = pipeline::program(&mut frontend, &sources, &entry, &settings);
        keep_promises(&sources, &compiled, &settings)?;
        let program = Executable::link(&compiled, &settings, &start.link_rust)?;
        executable.insert(program).command()
    };
    let width = wanted.iter().map(|&i| names[i].chars().count()).max();
    let (mut running, mut failed) = (None, 0);
    let status = follow(command, "benchmarks", &wanted, &mut |index, what| {
        running = (what == "b").then_some(index);
        let Some(name) = names.get(index) else { return };
        if let Some(samples) = what.strip_prefix("m ") {
            let Some(measured) = Measured::of(file, name, samples) else {
                return;
            };
            println!("{}", measured.line(width.unwrap_or(0), options.json));
        }
        if let Some(error) = what.strip_prefix("f ") {
            failed += 1;
            println!("FAILED {name}\n{}", unescaped(error).trim_end());
        }
    })?;
    if let Some(name) = running.and_then(|index| names.get(index)) {
        println!("CRASHED {name} ({})", how(status));
    }
    Ok((wanted.len(), failed == 0 && status.success()))
}

impl<'a> Measured<'a> {
    /// From how often it was called for a sample, and the nanoseconds of each sample.
    fn of(file: &Path, name: &'a str, text: &str) -> Option<Self> {
        let mut words = text.split(' ').map(str::parse::<u64>);
        let calls = words.next()?.ok()?;
        let samples = words.map(|ns| ns.map(|ns| ns as f64 / calls as f64));
        let mut samples: Vec<f64> = samples.collect::<Result<_, _>>().ok()?;
        let middle = median(&mut samples)?;
        let mut distances: Vec<f64> = samples.iter().map(|s| (s - middle).abs()).collect();
        Some(Measured {
            file: file.display().to_string(),
            name,
            median: middle,
            deviation: median(&mut distances)?,
            min: samples[0],
            samples: samples.len(),
            calls_per_sample: calls,
        })
    }

    /// How it is printed.
    fn line(&self, width: usize, json: bool) -> String {
        if json {
            return serde_json::to_string(self).unwrap_or_default();
        }
        format!(
            "{:width$}  {:>9}  ± {:<9} ({} × {} calls)",
            self.name,
            time(self.median),
            time(self.deviation),
            self.samples,
            self.calls_per_sample
        )
    }
}

/// A text whose ends of lines were written as `\n`, and backslashes twice.
fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' if chars.next() == Some('n') => '\n',
            c => c,
        });
    }
    out
}

/// Sorts numbers, and gives the one in the middle.
fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() % 2 {
        1 => Some(numbers[middle]),
        _ => Some((numbers.get(middle.checked_sub(1)?)? + numbers[middle]) / 2.0),
    }
}

/// Nanoseconds in the unit that fits, with three digits that count.
fn time(ns: f64) -> String {
    let units = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let fits = |(_, size): &&(&str, f64)| ns < size * 999.5;
    let (unit, size) = units.iter().find(fits).unwrap_or(&units[3]);
    let value = ns / size;
    let digits = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::{Measured, median, time, unescaped};
    use std::path::Path;

    #[test]
    fn times_have_the_unit_that_fits() {
        let all = [
            0.0, 0.5, 9.994, 12.34, 999.4, 999.6, 1234.0, 5.6e7, 1.5e9, 1e12,
        ];
        let texts = all.map(time);
        let wanted = [
            "0.00 ns", "0.50 ns", "9.99 ns", "12.3 ns", "999 ns", "1.00 µs", "1.23 µs", "56.0 ms",
            "1.50 s", "1000 s",
        ];
        assert_eq!(texts, wanted);
    }

    #[test]
    fn errors_come_in_one_line() {
        assert_eq!(unescaped(r"a\\nb\nc\\"), "a\\nb\nc\\");
    }

    #[test]
    fn medians() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn samples_are_of_calls() {
        let measured =
            Measured::of(Path::new("a.aria"), "f", "10 100 300 120").expect("three samples");
        assert_eq!((measured.median, measured.deviation), (12.0, 2.0));
        assert_eq!((measured.min, measured.samples), (10.0, 3));
        assert!(Measured::of(Path::new("a.aria"), "f", "10").is_none());
    }
}
