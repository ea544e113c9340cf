//! Calls of the functions that the language knows by name: `print`, `assert` and the like.

use super::{Infer, Why};
use crate::builtins::{Builtin, Routine};
use crate::diagnostics::types as say;
use crate::hir::{Arg, ExprId};
use crate::types::{Callee, Ty};

impl Infer<'_, '_> {
    /// `print(x)`; a name that stands alone is a call without arguments.
    pub(super) fn call_routine(&mut self, id: ExprId, routine: Routine, args: &[Arg]) -> Ty {
        let text = routine.name();
        if let Some(name) = args.iter().find_map(|arg| arg.name.as_ref()) {
            self.report(say::no_keywords(name.span, &name.name, text));
            self.ignore(args);
            return Ty::Error;
        }
        let takes = match routine {
            Routine::Print | Routine::Eprint => None,
            Routine::ReadAll => Some((0..=0, "no arguments")),
            Routine::Exit => Some((0..=1, "0 to 1 argument")),
            Routine::Assert => Some((1..=2, "1 to 2 arguments")),
        };
        if let Some((counts, takes)) = takes
            && !counts.contains(&args.len())
        {
            self.report(say::argument_count(self.span(id), text, takes, args.len()));
            self.ignore(args);
            return Ty::Error;
        }
        self.set_callee(id, Callee::Builtin(Builtin::Routine(routine)));
        match routine {
            Routine::Print | Routine::Eprint => {
                for arg in args {
                    self.text_part(arg.value);
                }
                Ty::Unit
            }
            Routine::ReadAll => Ty::String,
            Routine::Exit => {
                for arg in args {
                    self.check(arg.value, &Ty::Int, Why::Text("the status of a program"));
                }
                Ty::Never
            }
            Routine::Assert => {
                self.condition(args[0].value);
                if let Some(message) = args.get(1) {
                    self.check(
                        message.value,
                        &Ty::String,
                        Why::Text("the message of an assertion"),
                    );
                }
                Ty::Unit
            }
        }
    }
}
