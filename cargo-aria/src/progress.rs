//! What is being done, for the person who waits for it. Nothing is shown when standard error is no terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// The steps of one command.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    /// Begins a command of `steps` steps.
    pub(crate) fn new(steps: usize) -> Progress {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template("{prefix:>12.green.bold} {msg} {pos}/{len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Progress {
            bar: ProgressBar::with_draw_target(Some(steps as u64), target).with_style(style),
            start: Instant::now(),
        }
    }

    /// Does one step. What the step prints appears as if nothing of ours were on the screen.
    pub(crate) fn step<T>(&self, verb: &'static str, what: &str, work: impl FnOnce() -> T) -> T {
        self.bar.set_prefix(verb);
        self.say(verb, what);
        let result = self.bar.suspend(work);
        self.bar.inc(1);
        result
    }

    /// Ends the command.
    pub(crate) fn finish(&self, what: &str) {
        self.say(
            "Finished",
            &format!("{what} in {:.2}s", self.start.elapsed().as_secs_f64()),
        );
        self.bar.finish_and_clear();
    }

    fn say(&self, verb: &str, what: &str) {
        if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            self.bar.println(format!("{verb:>12} {what}"));
        } else {
            self.bar
                .println(format!("\x1b[1;32m{verb:>12}\x1b[0m {what}"));
        }
    }
}
