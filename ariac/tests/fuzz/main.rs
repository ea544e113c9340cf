//! Looks for texts that make the front end or the formatter panic, overflow the stack, hang or leak.
//!
//! `make fuzz` runs it for ten minutes, `make test` for one; under plain `cargo test` it runs for two seconds.
//!
//! | variable | what |
//! |---|---|
//! | `FUZZ_SECONDS` | how long |
//! | `FUZZ_SEED` | where to begin; a run with the same seed makes the same inputs |
//! | `FUZZ_FILE` | checks this one file instead, and shows what happens |
//!
//! This program starts itself as a worker ([`worker`]), so that it survives what the worker does not. Inputs come from
//! [`generate`], [`check`] says what is asked of each, and [`minimise`] makes those small that fail; they are written to
//! `target/fuzz`.

mod check;
mod generate;
mod minimise;
mod worker;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds of a run when nothing is said: enough to see that it works.
const SECONDS: u64 = 2;

/// How often the worker is started again after it died.
const RESTARTS: usize = 10;

/// How long one failure may be made smaller.
const MINIMISING: Duration = Duration::from_secs(30);

/// Says that this process is the worker, and from which input it goes on.
const WORKER: &str = "FUZZ_WORKER";

fn main() -> ExitCode {
    if let Some(file) = env::var_os("FUZZ_FILE") {
        return worker::replay(Path::new(&file));
    }
    let folder = folder();
    if let Some(from) = number("FUZZ_WORKER") {
        return worker::run(&folder, seed(), from, Duration::from_secs(seconds()));
    }
    let seed = seed();
    println!("fuzzing for {} s; FUZZ_SEED={seed} repeats it", seconds());
    let _ = fs::remove_dir_all(&folder);
    if let Err(error) = fs::create_dir_all(&folder) {
        println!("{}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    supervise(&folder, seed)
}

/// Where inputs that fail are written.
fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    target.canonicalize().unwrap_or(target).join("fuzz")
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

fn seconds() -> u64 {
    number("FUZZ_SECONDS").unwrap_or(SECONDS)
}

/// The seed that is asked for. A long run begins elsewhere each time, a short one is the same each time.
fn seed() -> u64 {
    let long = seconds() > SECONDS;
    number("FUZZ_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        if long {
            now.map_or(1, |now| now.as_secs())
        } else {
            1
        }
    })
}

/// Runs workers until the time is over; whether all went well.
fn supervise(folder: &Path, seed: u64) -> ExitCode {
    let end = Instant::now() + Duration::from_secs(seconds());
    let mut from = 0;
    let mut deaths = 0;
    let mut ok = true;
    loop {
        let left = end.saturating_duration_since(Instant::now()).as_secs();
        let status = Command::new(env::current_exe().unwrap_or_default())
            .env(WORKER, from.to_string())
            .env("FUZZ_SEED", seed.to_string())
            .env("FUZZ_SECONDS", left.max(1).to_string())
            .status();
        let code = match status {
            Ok(status) => status.code(),
            Err(error) => {
                println!("the worker cannot be started: {error}");
                return ExitCode::FAILURE;
            }
        };
        match code {
            Some(0) => break,
            Some(worker::FAILED) => {
                ok = false;
                break;
            }
            code => {
                ok = false;
                deaths += 1;
                from = died(folder, deaths, code);
                if deaths == RESTARTS || Instant::now() + Duration::from_secs(2) > end {
                    break;
                }
            }
        }
    }
    if ok {
        println!("nothing was found");
        ExitCode::SUCCESS
    } else {
        println!("FUZZ_SEED={seed} repeats the run");
        ExitCode::FAILURE
    }
}

/// Makes the input small on which the worker died; the number of the next one.
fn died(folder: &Path, number: usize, code: Option<i32>) -> u64 {
    let current = folder.join(worker::CURRENT);
    let state = fs::read_to_string(&current).unwrap_or_default();
    let (input, text) = state.split_once('\n').unwrap_or(("0", ""));
    let what = match code {
        Some(worker::HUNG) => "hang",
        _ => "crash",
    };
    let trial = folder.join("trial.aria");
    let small = minimise::minimise(text, MINIMISING, &mut |text| {
        fs::write(&trial, text).is_ok() && replayed(&trial) == code
    });
    let _ = fs::remove_file(&trial);
    report(folder, &format!("{what}{number}"), "", &small);
    input.parse().map_or(0, |input: u64| input + 1)
}

/// How a worker ends that has this file as its only input.
fn replayed(file: &Path) -> Option<i32> {
    let status = Command::new(env::current_exe().ok()?)
        .env("FUZZ_FILE", file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.ok()?.code()
}

/// Writes an input that fails, and says how to see it.
fn report(folder: &Path, name: &str, message: &str, text: &str) {
    let path = folder.join(format!("{name}.aria"));
    if let Err(error) = fs::write(&path, text) {
        println!("{}: {error}", path.display());
    }
    println!("\n== {name}\n{message}\n---- the input\n{text}\n----");
    println!(
        "FUZZ_FILE={} cargo test -p ariac --test fuzz    shows it",
        path.display()
    );
}
