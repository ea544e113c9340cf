//! The functions that the language knows by name, those of mathematics aside.

/// A function that the language knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Routine {
    /// `print(a, b, …)`: the texts, spaces between them and a newline after, to standard output
    Print,
    /// `eprint(a, b, …)`: to standard error
    Eprint,
    /// `read_all`: what is left of standard input
    ReadAll,
    /// `exit(status)`: ends the program; the status is 0 when left out
    Exit,
    /// `assert(condition, message)`: an AssertionError that shows both sides of a comparison
    Assert,
}

impl Routine {
    /// All of them.
    pub const ALL: &'static [Routine] = &[
        Routine::Print,
        Routine::Eprint,
        Routine::ReadAll,
        Routine::Exit,
        Routine::Assert,
    ];

    /// The name in Aria.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Routine::Print => "print",
            Routine::Eprint => "eprint",
            Routine::ReadAll => "read_all",
            Routine::Exit => "exit",
            Routine::Assert => "assert",
        }
    }

    /// The function with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Routine> {
        Routine::ALL.iter().copied().find(|r| r.name() == name)
    }
}
