//! A program of its own: where it starts, how it ends, and how it runs its tests.
//!
//! The linker needs nothing of a C development package: the start is here, and the C library is found when the program
//! is loaded.

use std::ffi::{c_char, c_int};
use std::io::Write;
use std::time::{Duration, Instant};

use aria_abi::ABI_VERSION;
use aria_abi::codes::ErrorKind;
use aria_abi::layout::{ProgramEntry, ProgramSpec, TestSpec};

use crate::error::{Told, take_pending};
use crate::python::text;
use crate::{cpu, panics, streams};

unsafe extern "C" {
    /// The program, a constant that the compiler emits.
    static aria_program: ProgramSpec;
}

/// The first instruction of the program: hands the C library the stack as the system left it. The library sets itself
/// up, calls `main` and ends the process with its result.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn aria_rt_start() -> ! {
    std::arch::naked_asm!(
        "xor ebp, ebp",
        // What the loader wants called at exit, then: number of arguments, the arguments.
        "mov r9, rdx",
        "pop rsi",
        "mov rdx, rsp",
        "and rsp, -16",
        "push rax",
        "push rsp",
        "xor r8d, r8d",
        "xor ecx, ecx",
        "lea rdi, [rip + {main}]",
        "call [rip + __libc_start_main@GOTPCREL]",
        "hlt",
        main = sym main,
    )
}

unsafe extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    panics::keep_quiet();
    // SAFETY: the compiler emits the constant, and nobody writes it.
    let program = unsafe { &aria_program };
    if program.abi_version != ABI_VERSION {
        tell("the program and Aria's runtime are of different versions; compile it again\n");
        return 1;
    }
    // SAFETY: the C library hands over `argc` arguments, which live as long as the process.
    let args = unsafe { std::slice::from_raw_parts(argv, argc as usize) };
    let status = if program.main.is_null() {
        // SAFETY: the table has `n_tests` entries, and there is one: `ariac test` starts nothing that has no tests.
        let tests = unsafe { std::slice::from_raw_parts(program.tests, program.n_tests as usize) };
        match program.measured {
            0 => run_tests(tests, args),
            _ => run_benches(tests, args),
        }
    } else {
        match choose_main(program) {
            Ok(main) => run(main).unwrap_or_else(|status| status).into(),
            Err(why) => {
                tell(&format!("{why}\n"));
                1
            }
        }
    };
    match streams::flush() {
        Ok(()) => status as c_int,
        Err(error) => {
            tell(&format!("OSError: {error}\n"));
            1
        }
    }
}

/// `main`, for the best level that this CPU has.
fn choose_main(program: &ProgramSpec) -> Result<ProgramEntry, String> {
    let count = program.n_levels as usize;
    // SAFETY: both tables have an entry for each level.
    let (levels, entries) = unsafe {
        (
            std::slice::from_raw_parts(program.levels, count),
            std::slice::from_raw_parts(program.main, count),
        )
    };
    Ok(entries[cpu::choose(levels)?])
}

/// Runs `main`: its status, or that of the error that ended it, which is told.
fn run(main: ProgramEntry) -> Result<u8, u8> {
    let mut status = 0;
    // SAFETY: the entry is the program's own.
    if unsafe { main(&mut status) } != 0 {
        let told = pending();
        return Err(told.exit_status().unwrap_or_else(|| {
            finish_output();
            tell(&told.to_string());
            1
        }));
    }
    u8::try_from(status).map_err(|_| {
        finish_output();
        tell(&format!(
            "ValueError: the status of a program is 0 to 255, and main gave {status}\n"
        ));
        1
    })
}

fn pending() -> Told {
    take_pending().map_or_else(
        || Told {
            kind: ErrorKind::RuntimeError,
            causes: Vec::new(),
            message: "an Aria function failed without an error, a bug of Aria".to_owned(),
            place: None,
        },
        crate::error::Pending::told,
    )
}

/// Runs the tests that `ariac test` asks for: the program's arguments are the file to which the progress is written, and
/// the numbers of the tests. What is written there is the number and `b` (begun), `p` (passed) or `f` (failed).
fn run_tests(tests: &[TestSpec], args: &[*const c_char]) -> i64 {
    each_wanted(tests, args, |test| match run_test(test) {
        true => (true, "p".to_owned()),
        false => (false, "f".to_owned()),
    })
}

/// Runs `run` for each that is asked for, and writes to the progress what it gives: 1 if one went wrong.
fn each_wanted(
    tests: &[TestSpec],
    args: &[*const c_char],
    run: impl Fn(&TestSpec) -> (bool, String),
) -> i64 {
    let mut args = args.iter().skip(1).map(|&arg| {
        // SAFETY: arguments are NUL-terminated and live as long as the process.
        let arg = unsafe { std::ffi::CStr::from_ptr(arg) };
        arg.to_str().ok().and_then(|arg| arg.parse::<usize>().ok())
    });
    let Some(Some(progress)) = args.next() else {
        tell("`ariac test` or `ariac bench` runs this program\n");
        return 2;
    };
    let mut status = 0;
    for index in args.flatten() {
        let Some(test) = tests.get(index) else {
            continue;
        };
        note(progress, index, "b");
        let (passed, what) = run(test);
        status |= i64::from(!passed);
        finish_output();
        note(progress, index, &what);
    }
    status
}

/// A sample of a benchmark takes at least so long, so that the clock counts for nothing.
const SAMPLE: Duration = Duration::from_millis(10);
/// How many samples there are, and how many of a benchmark that takes long.
const SAMPLES: u32 = 31;
const FEW_SAMPLES: u32 = 5;
/// The samples of a benchmark together do not take much longer.
const ENOUGH: Duration = Duration::from_secs(1);

/// Measures the benchmarks that `ariac bench` asks for, as `run_tests` runs tests. What is written of one is `m`, how often it was called for a
/// sample, and the nanoseconds of each sample; or `f` and the error, its ends of lines as `\n`: so it is told in its place.
fn run_benches(benches: &[TestSpec], args: &[*const c_char]) -> i64 {
    each_wanted(benches, args, |bench| match measure(bench) {
        Some((calls, samples)) => {
            let samples = samples.iter().map(|s| format!(" {}", s.as_nanos()));
            (true, format!("m {calls}{}", samples.collect::<String>()))
        }
        None => {
            let error = pending().to_string().replace('\\', "\\\\");
            (false, format!("f {}", error.replace('\n', "\\n")))
        }
    })
}

/// How often a benchmark is called for a sample, and how long each sample took; none when it failed.
fn measure(bench: &TestSpec) -> Option<(u64, Vec<Duration>)> {
    let sample = |calls: u64| {
        let start = Instant::now();
        for _ in 0..calls {
            let mut status = 0;
            // SAFETY: the entry is the program's own.
            if unsafe { (std::hint::black_box(bench.run))(&mut status) } != 0 {
                return None;
            }
        }
        Some(start.elapsed())
    };
    let mut calls = 1;
    let mut took = sample(calls)?;
    while took < SAMPLE {
        let enough = SAMPLE.as_nanos() as u64 * calls / (took.as_nanos() as u64).max(1) + 1;
        calls = enough.clamp(calls + 1, calls * 10);
        took = sample(calls)?;
    }
    let count = match took * SAMPLES > ENOUGH {
        true => ((ENOUGH.as_nanos() / took.as_nanos()) as u32).max(FEW_SAMPLES),
        false => SAMPLES,
    };
    let samples: Option<Vec<Duration>> = (0..count).map(|_| sample(calls)).collect();
    Some((calls, samples?))
}

/// Runs a test and says how it went.
fn run_test(test: &TestSpec) -> bool {
    // SAFETY: names are constants of the program.
    let name = unsafe { text(test.name) };
    let mut status = 0;
    let start = Instant::now();
    // SAFETY: the entry is the program's own.
    let passed = unsafe { (test.run)(&mut status) } == 0;
    let took = start.elapsed().as_secs_f64() * 1e3;
    let line = match passed {
        true => format!("ok {name} ({took:.1} ms)\n"),
        false => format!("FAILED {name} ({took:.1} ms)\n{}", pending()),
    };
    streams::say(&line);
    passed
}

fn note(progress: usize, index: usize, what: &str) {
    let line = format!("{index} {what}\n");
    // SAFETY: pointer and length describe `line`. Without a reader there is nobody to whom it matters.
    unsafe { libc::write(progress as c_int, line.as_ptr().cast(), line.len()) };
}

/// Writes what is gathered of standard output, so that it stands before what is told next.
fn finish_output() {
    if let Err(error) = streams::flush() {
        tell(&format!("OSError: {error}\n"));
    }
}

fn tell(message: &str) {
    // Nothing can be told of an error stream that is closed.
    let _ = std::io::stderr().lock().write_all(message.as_bytes());
}
