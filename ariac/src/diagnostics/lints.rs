//! What the compiler says to those who ask for lints.

use super::{Code, Diagnostic};
use crate::hir::Ident;
use crate::mir::LeftOut;
use crate::source::Span;
use crate::types::Ty;

/// Why a value is copied.
#[derive(Clone, Copy, Debug)]
pub enum Why {
    /// It is used here, later.
    Used(Span),
    /// It belongs to the caller; declared here.
    Lent(Span),
    /// It is used in the next turn of a loop; declared here.
    Again(Span),
}

/// W0501: a copy that nobody wrote.
#[must_use]
pub fn implicit_copy(span: Span, name: &str, ty: &Ty, why: Why) -> Diagnostic {
    let message = format!("`{name}: {ty}` is copied here");
    let report = Diagnostic::warning(Code::ImplicitCopy, span, message, "copied");
    let report = match why {
        Why::Used(next) => report.at(next, format!("because `{name}` is used again here")),
        Why::Lent(declared) => report.at(
            declared,
            format!("because `{name}` is lent, and belongs to the caller"),
        ),
        Why::Again(declared) => report.at(
            declared,
            format!("because `{name}` is used again, in the next turn of a loop"),
        ),
    };
    report.help(format!("`{name}.copy` says that it is meant"))
}

/// W0601: a public function that Python cannot call; `hidden` is a private field of the type that does not cross.
#[must_use]
pub fn left_out(span: Span, name: &str, why: &LeftOut, hidden: Option<&Ident>) -> Diagnostic {
    let label = match why {
        LeftOut::Param(param, ty) => {
            format!("its parameter `{param}` needs `{ty}`, which Python cannot give")
        }
        LeftOut::View(param, ty) => {
            format!("its parameter `{param}` is an `{ty}`, a view of Aria's own memory")
        }
        LeftOut::Mut(param, ty) => format!(
            "it changes its parameter `{param}: {ty}`, which Python would not see: what crosses is copied"
        ),
        LeftOut::Result(ty) => format!("its result needs `{ty}`, which Python cannot take"),
    };
    let message = format!("`{name}` is not in the module: Python cannot call it");
    let report = Diagnostic::warning(Code::LeftOut, span, message, label);
    let report = match hidden {
        Some(field) => report.at(
            field.span,
            format!("an instance would show `{}`, which is private", field.name),
        ),
        None => report,
    };
    match why {
        LeftOut::Mut(_, ty) => report.help(format!(
            "return the changed `{ty}`, or say `priv fn {name}` if it is for Aria alone"
        )),
        LeftOut::View(_, ty) => report.help(format!(
            "a `Py{ty}` takes Python's arrays too; say `priv fn {name}` if it is for Aria alone"
        )),
        _ => report.help(format!("say `priv fn {name}` if it is for Aria alone")),
    }
}
