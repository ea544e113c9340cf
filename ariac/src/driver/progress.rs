//! Processes that say how far they are: those of tests and of benchmarks.

use super::{Failure, plain};
use std::io::{BufRead, BufReader};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

/// Starts a process that works on what has these numbers, and calls `note` with each number and word that it says, until it ends. It is told
/// where to say it by its first argument, the numbers are the others. `what`: they, in a message.
pub(super) fn follow(
    mut command: Command,
    what: &str,
    wanted: &[usize],
    note: &mut dyn FnMut(usize, &str),
) -> Result<ExitStatus, Failure> {
    let cannot =
        |error: &std::io::Error| Failure::usage(format!("cannot run the {what}: {}", plain(error)));
    let (reader, writer) = std::io::pipe().map_err(|e| cannot(&e))?;
    // SAFETY: the descriptor is open. It stays so in the process that is started, and in no other: this program
    // starts none meanwhile.
    unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFD, 0) };
    command
        .arg(writer.as_raw_fd().to_string())
        .args(wanted.iter().map(usize::to_string));
    let mut child = command.spawn().map_err(|e| cannot(&e))?;
    drop(writer);
    for line in BufReader::new(reader).lines().map_while(Result::ok) {
        let (index, what) = line.split_once(' ').unwrap_or((&line, ""));
        if let Ok(index) = index.parse() {
            note(index, what);
        }
    }
    child.wait().map_err(|e| cannot(&e))
}

/// How a process ended.
pub(super) fn how(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("ended by signal {signal}"),
        (None, code) => format!("ended with status {}", code.unwrap_or_default()),
    }
}
