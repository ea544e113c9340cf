//! Makes inputs and checks them, in one thread; another looks at the clock.

use crate::check::check;
use crate::generate::Generator;
use crate::minimise::minimise;
use crate::{MINIMISING, report};
use std::collections::BTreeSet;
use std::fs;
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Exit statuses: some input failed, an input took too long.
pub(crate) const FAILED: i32 = 1;
pub(crate) const HUNG: i32 = 3;

/// The file with the number and the text of the input that is checked now.
pub(crate) const CURRENT: &str = "current";

/// The file with what tells the failures that were found.
const KNOWN: &str = "known";

/// Native stack, as the compiler has it.
const STACK: usize = 256 << 20;

/// How long one input may take. A debug compiler on a busy machine needs some hundredths of a second.
const LIMIT: Duration = Duration::from_secs(20);

/// Memory that may be kept after the first part of a run: tables grow to the size of the largest input.
const GROWTH_KIB: u64 = 64 << 10;

/// Different failures after which a run has found enough.
const ENOUGH: usize = 25;

/// The last panic: what tells it from others, and all that it said.
static LAST: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Checks inputs from number `from` on until the time is over.
pub(crate) fn run(folder: &Path, seed: u64, from: u64, time: Duration) -> ExitCode {
    let inputs = AtomicU64::new(from);
    with_clock(&inputs, || {
        let mut generator = Generator::new(seed);
        let start = Instant::now();
        // An earlier worker may have found some.
        let earlier = fs::read_to_string(folder.join(KNOWN)).unwrap_or_default();
        let mut known: BTreeSet<String> = earlier.lines().map(str::to_owned).collect();
        let mut warm = 0;
        let mut programs = 0u64;
        while start.elapsed() < time && known.len() < ENOUGH {
            let number = inputs.load(Ordering::Relaxed);
            let text = generator.input(number);
            let state = format!("{number}\n{text}");
            // Without it a crash can't be told to whom it belongs.
            if fs::write(folder.join(CURRENT), state).is_err() {
                println!("{} can't be written", folder.display());
                return FAILED;
            }
            let result = checked(&text, number.is_multiple_of(4));
            programs += u64::from(result == Ok(true));
            if let Err((kind, message)) = result
                && known.insert(kind.clone())
            {
                let mut fails = |text: &str| {
                    // Each trial is an input of its own for the clock.
                    inputs.fetch_add(1, Ordering::Relaxed);
                    checked(text, true).is_err_and(|(other, _)| other == kind)
                };
                let small = minimise(&text, MINIMISING, &mut fails);
                report(folder, &format!("panic{}", known.len()), &message, &small);
                let list: Vec<&str> = known.iter().map(String::as_str).collect();
                let _ = fs::write(folder.join(KNOWN), list.join("\n"));
            }
            inputs.store(number + 1, Ordering::Relaxed);
            if warm == 0 && start.elapsed() > time / 4 {
                warm = resident_kib();
            }
        }
        let (count, now) = (inputs.load(Ordering::Relaxed) - from, resident_kib());
        println!(
            "{count} inputs, {programs} of them without errors; {} MiB at the end, {} MiB after a quarter",
            now >> 10,
            warm >> 10
        );
        let leaks = known.is_empty() && warm > 0 && now > warm + warm / 4 + GROWTH_KIB;
        if leaks {
            println!("the memory grows");
        }
        if leaks || !known.is_empty() {
            FAILED
        } else {
            0
        }
    })
}

/// Checks one file, and lets a panic be seen.
pub(crate) fn replay(file: &Path) -> ExitCode {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            println!("{}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    };
    with_clock(&AtomicU64::new(0), || match checked(&text, true) {
        Ok(_) => {
            println!("{} is fine", file.display());
            0
        }
        Err((_, message)) => {
            println!("{message}");
            FAILED
        }
    })
}

/// Runs `work` on a stack like the compiler's, and ends the process if an input takes too long.
fn with_clock(inputs: &AtomicU64, work: impl FnOnce() -> i32 + Send) -> ExitCode {
    panic::set_hook(Box::new(remember));
    let status = thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        let Ok(thread) = thread else { return FAILED };
        let mut last = (inputs.load(Ordering::Relaxed), Instant::now());
        while !thread.is_finished() {
            thread::sleep(Duration::from_millis(20));
            let number = inputs.load(Ordering::Relaxed);
            if number != last.0 {
                last = (number, Instant::now());
            } else if last.1.elapsed() > LIMIT {
                println!("an input takes longer than {} s", LIMIT.as_secs());
                std::process::exit(HUNG);
            }
        }
        thread.join().unwrap_or(FAILED)
    });
    ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX))
}

/// Whether a text is a program without errors; if the check fails, what tells the failure from others, and its words.
fn checked(text: &str, dumps: bool) -> Result<bool, (String, String)> {
    panic::catch_unwind(|| check(text, dumps)).map_err(|_| {
        let last = LAST.lock().ok().and_then(|mut last| last.take());
        last.unwrap_or_else(|| ("unknown".to_owned(), "a panic without words".to_owned()))
    })
}

/// Remembers a panic instead of printing it.
fn remember(info: &PanicHookInfo<'_>) {
    let message = info.to_string();
    // The place, and the first words without numbers and names: other inputs fail in the same way with others.
    let words: String = message
        .lines()
        .take(3)
        .flat_map(str::chars)
        .filter(|c| !c.is_ascii_digit() && !c.is_control())
        .take(160)
        .collect();
    let place = info.location().map(ToString::to_string);
    if let Ok(mut last) = LAST.lock() {
        *last = Some((format!("{} {words}", place.unwrap_or_default()), message));
    }
}

/// What this process holds in memory.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
