//! Random programs do what they mean, and nothing is found in them.
//!
//! [`generate`] makes them, [`interpret`] says what they print by copying trees, [`print`](mod@print) writes them. The
//! compiler may refuse one for how it borrows; what it accepts prints the same at every level of optimisation, and
//! AddressSanitizer finds no error and no leak.
//!
//! `ARIA_PROGRAMS=5000` makes that many, `ARIA_SEED=7` others. A file of programs that fails is left in
//! `target/programs`.

mod generate;
mod interpret;
mod language;
mod print;

use crate::lang::{self, Watch};
use std::fmt::Write as _;
use std::path::Path;

/// Programs in one file.
const TOGETHER: usize = 10;

/// What the programs of a file share.
const SHARED: &str = include_str!("shared.aria");

/// What some programs print.
struct Sample {
    name: String,
    text: String,
    lines: Vec<String>,
}

/// Makes programs from these seeds, those that take too long left out.
fn samples(seeds: std::ops::Range<u64>) -> Vec<Sample> {
    let sample = |seed: u64| {
        let program = generate::program(seed);
        let lines = interpret::run(&program)?;
        let name = format!("p{seed}");
        let text = print::print(&program, &name);
        Some(Sample { name, text, lines })
    };
    seeds.filter_map(sample).collect()
}

/// One file of programs: its text, and what it prints.
fn file(samples: &[Sample]) -> (String, String) {
    let mut text = String::from(SHARED);
    let (mut main, mut expected) = (String::from("fn main\n"), String::new());
    for sample in samples {
        text += &sample.text;
        let _ = writeln!(main, "  print(\"{0}\")\n  {0}()", sample.name);
        let _ = writeln!(expected, "{}", sample.name);
        for line in &sample.lines {
            let _ = writeln!(expected, "{line}");
        }
    }
    (text + &main + "end\n", expected)
}

/// Builds and runs programs; those that the compiler refuses are taken away.
///
/// # Errors
/// What went wrong.
fn check(samples: &mut Vec<Sample>, path: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let ways = [("-O0", Watch::AddressSanitizer), ("-O2", Watch::Nobody)];
    for (level, watch) in ways {
        let program = loop {
            let (text, _) = file(samples);
            std::fs::write(path, &text).map_err(|e| e.to_string())?;
            match lang::try_build(path, level, watch, folder.path()) {
                Ok(program) => break program,
                Err(run) if run.status == Some(1) => refuse(samples, &text, &run.stderr)?,
                Err(run) => return Err(format!("{level}: the compiler failed\n{}", run.stderr)),
            }
        };
        let (_, expected) = file(samples);
        let ((printed, said), status) = lang::run(&program, watch);
        if status != Some(0) || !said.is_empty() {
            return Err(format!("{level}: exit status {status:?}\n{said}"));
        }
        if printed != expected {
            let lines = printed.lines().zip(expected.lines());
            let mut name = "";
            for (printed, expected) in lines {
                if expected.starts_with('p') {
                    name = expected;
                }
                if printed != expected {
                    return Err(format!(
                        "{level}: {name} printed\n{printed}\nexpected\n{expected}"
                    ));
                }
            }
            return Err(format!("{level}: printed more or fewer lines"));
        }
    }
    Ok(())
}

/// Takes the programs away that the compiler's messages are about. Only how they borrow may be wrong.
fn refuse(samples: &mut Vec<Sample>, text: &str, said: &str) -> Result<(), String> {
    let mut refused = Vec::new();
    for message in said.split("\n\n") {
        if !message.starts_with("error") {
            continue;
        }
        if !message.starts_with("error[E05") {
            return Err(format!("the compiler refuses a program:\n{message}"));
        }
        let place = message
            .lines()
            .find_map(|line| line.trim().strip_prefix("--> "));
        let line = place.and_then(|place| place.split(':').nth(1)?.parse::<usize>().ok());
        let before = text.lines().take(line.unwrap_or(0));
        let name = before.filter_map(|line| line.strip_prefix("fn p")?.split_once('_'));
        let name = name.last().map(|name| format!("p{}", name.0));
        refused.extend(name);
    }
    let before = samples.len();
    samples.retain(|sample| !refused.contains(&sample.name));
    match samples.len() < before {
        true => Ok(()),
        false => Err(said.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(name: &str, default: u64) -> u64 {
        let value = std::env::var(name).ok().and_then(|v| v.parse().ok());
        value.unwrap_or(default)
    }

    #[test]
    fn random_programs_do_what_they_mean() {
        let (count, first) = (number("ARIA_PROGRAMS", 100), number("ARIA_SEED", 0) << 32);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/programs");
        std::fs::create_dir_all(&folder).expect("target is writable");
        let (mut made, mut run, mut failed) = (0, 0, Vec::new());
        for start in (first..first + count).step_by(TOGETHER) {
            let mut samples = samples(start..start + TOGETHER as u64);
            made += samples.len();
            let path = folder.join(format!("programs_{start}.aria"));
            match check(&mut samples, &path) {
                Ok(()) => {
                    run += samples.len();
                    let _ = std::fs::remove_file(&path);
                }
                Err(why) => failed.push(format!("{}: {why}", path.display())),
            }
        }
        assert!(failed.is_empty(), "{}", failed.join("\n\n"));
        println!("{made} programs made, {run} accepted and run");
        assert!(
            run * 2 > made,
            "only {run} of {made} programs were accepted"
        );
    }
}
