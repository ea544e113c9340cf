//! Why a command ends early.

use std::process::ExitStatus;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong usage, a mistake in the project's configuration, a program that is missing: said by us, status 2.
    Usage(String),
    /// A program that we started has said what is wrong; its exit status is ours.
    Said(u8),
}

impl Failure {
    /// The failure of a program that ended with `status`; one that a signal ended counts as a bug.
    pub(crate) fn of(status: ExitStatus) -> Failure {
        Failure::Said(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(70),
        )
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::Usage(message)
    }
}
