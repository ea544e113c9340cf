//! The wording of the borrow checker.

use super::{Code, Diagnostic};
use crate::source::Span;
use crate::types::Ty;

/// Where a view comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The parameter or variable whose memory it shows.
    pub name: String,
    /// Where that is declared.
    pub span: Span,
    /// Its type.
    pub ty: Ty,
    /// Whether it is a parameter; else a variable of the function.
    pub is_param: bool,
    /// Whether the view shows a slice of it.
    pub is_slice: bool,
}

impl Origin {
    fn born(&self) -> String {
        let Origin { name, ty, .. } = self;
        match self.is_param {
            true => format!("the view is born here: parameter `{name}` is lent for the call only"),
            false => format!("the view shows `{name}: {ty}`, which ends with the function"),
        }
    }

    fn element(&self) -> String {
        self.ty.element().map_or_else(|| "T".into(), Ty::to_string)
    }

    /// The two ways out that every escape has.
    fn cures(&self, diagnostic: Diagnostic) -> Diagnostic {
        let (name, element) = (&self.name, self.element());
        let rank = self.ty.rank();
        let array = Ty::array(self.ty.scalar().clone(), rank);
        let copy = match self.is_slice {
            true if rank > 1 => {
                "copy the elements: the part with `.to_array` is an array that may go anywhere"
                    .to_owned()
            }
            true => format!(
                "copy the elements: the slice with `.to_array` is an `Array[{element}]` that may go anywhere"
            ),
            false => {
                format!("copy the elements: `{name}.to_array`, an `{array}` that may go anywhere")
            }
        };
        let handle = Ty::PythonArray(Box::new(self.ty.scalar().clone())).with_rank(rank);
        let keep = format!(
            "or declare `{name}: {handle}`: no copy, and the Python object stays alive as long as it is used"
        );
        let diagnostic = diagnostic.help(copy);
        match self.is_param && !self.is_slice {
            true => diagnostic.help(keep),
            false => diagnostic,
        }
    }
}

/// E0501: `return x` of a view.
#[must_use]
pub fn view_returned(escape: Span, origin: &Origin) -> Diagnostic {
    let name = &origin.name;
    let diagnostic = Diagnostic::error(
        Code::ViewReturned,
        escape,
        format!("a view of `{name}` is returned, but it must not outlive the call"),
        "it escapes here",
    )
    .at(origin.span, origin.born());
    origin.cures(diagnostic)
}

/// E0502: a view is put where it outlives the call.
#[must_use]
pub fn view_stored(escape: Span, origin: &Origin, place: &str) -> Diagnostic {
    let name = &origin.name;
    let diagnostic = Diagnostic::error(
        Code::ViewStored,
        escape,
        format!("a view of `{name}` is stored in {place}, but it must not outlive the call"),
        "it escapes here",
    )
    .at(origin.span, origin.born());
    origin.cures(diagnostic)
}

/// E0503: a block that outlives the call uses a view.
#[must_use]
pub fn view_captured(escape: Span, origin: &Origin) -> Diagnostic {
    let name = &origin.name;
    let diagnostic = Diagnostic::error(
        Code::ViewCaptured,
        escape,
        format!("a view of `{name}` is used in a block that may run after the call"),
        "it escapes here",
    )
    .at(origin.span, origin.born());
    origin.cures(diagnostic)
}

/// E0502: a function that is lent for the call is put where it outlives it.
#[must_use]
pub fn function_kept(escape: Span, origin: &Origin) -> Diagnostic {
    let name = &origin.name;
    Diagnostic::error(
        Code::ViewStored,
        escape,
        format!("`{name}` is lent for the call, and is kept here"),
        "it escapes here",
    )
    .at(
        origin.span,
        format!("`{name}` may be a block that uses the variables of the caller"),
    )
    .help(format!(
        "declare `own {name}`: then the function is given away"
    ))
}

/// E0504: an element of something read-only is assigned.
#[must_use]
pub fn not_mutable(span: Span, origin: &Origin) -> Diagnostic {
    let name = &origin.name;
    Diagnostic::error(
        Code::NotMutable,
        span,
        format!("this changes `{name}`, which is read-only"),
        "changed here",
    )
    .at(origin.span, format!("`{name}` is lent to be read"))
    .help(format!(
        "declare `mut {name}`: the caller's array is changed then"
    ))
    .help(format!("or change a copy: `{name}.to_array`"))
}

/// E0504: a closure that stands alone changes what it captured.
#[must_use]
pub fn captured_changed(span: Span, origin: &Origin) -> Diagnostic {
    let name = &origin.name;
    Diagnostic::error(
        Code::NotMutable,
        span,
        format!("this changes `{name}`, of which the closure has a copy of its own"),
        "changed here",
    )
    .at(
        origin.span,
        format!("`{name}` belongs to the function around it"),
    )
    .help("a closure that is kept reads what it captures; a block after a call may change it")
}

/// What a loop goes through.
#[derive(Debug, Default)]
pub struct Through {
    /// As the source writes it, if it is a variable or a field of one.
    pub name: Option<String>,
    /// Whether its elements have indices.
    pub has_indices: bool,
}

/// E0505: one call is lent the same memory twice, once to be changed.
#[must_use]
pub fn aliased_arguments(
    span: Span,
    callee: &str,
    origin: &Origin,
    params: [&str; 2],
) -> Diagnostic {
    let name = &origin.name;
    let [changed, other] = params;
    Diagnostic::error(
        Code::Aliased,
        span,
        format!("`{name}` is passed to `{callee}` twice, once to be changed"),
        format!("`mut {changed}` and `{other}` would be the same memory"),
    )
    .at(origin.span, format!("`{name}` is declared here"))
    .help(match other.strip_suffix(" in the block") {
        Some(used) => {
            format!("let the block use a copy: `{used}_now = {used}.copy` before the call")
        }
        None => format!("pass a copy for `{other}`: `{name}.copy`"),
    })
}

/// E0505: an array is changed or replaced while a view of it is still used.
#[must_use]
pub fn changed_while_viewed(
    span: Span,
    origin: &Origin,
    view: &str,
    view_span: Span,
) -> Diagnostic {
    let name = &origin.name;
    Diagnostic::error(
        Code::Aliased,
        span,
        format!("`{name}` is changed while `{view}` still shows it"),
        "changed here",
    )
    .at(
        view_span,
        format!("`{view}` borrows `{name}`, and is used again later"),
    )
    .help(match origin.ty.is_array_like() {
        true => format!("let `{view}` be a copy: add `.to_array` where it is made"),
        false => format!("let `{view}` be a copy: `{name}.copy`"),
    })
}

/// E0505: the body of a `for` changes the array that it goes through.
#[must_use]
pub fn changed_while_iterated(
    span: Span,
    origin: &Origin,
    iterated: Span,
    through: &Through,
) -> Diagnostic {
    let name = &origin.name;
    let help = match &through.name {
        Some(list) if through.has_indices => format!(
            "go through its indices, `for i in 0..<{list}.length`, or through a copy, `for x in {list}.copy`"
        ),
        Some(list) => format!("go through a copy, `for x in {list}.copy`"),
        None => "go through a copy of what the loop goes through, made by `.copy`".to_owned(),
    };
    Diagnostic::error(
        Code::Aliased,
        span,
        format!("`{name}` is changed while a loop goes through its elements"),
        "changed here",
    )
    .at(iterated, format!("the loop borrows `{name}` until its end"))
    .help(help)
}

/// E0505: the block of an array's method changes the array.
#[must_use]
pub fn changed_in_kernel(span: Span, origin: &Origin, method: Span) -> Diagnostic {
    let name = &origin.name;
    Diagnostic::error(
        Code::Aliased,
        span,
        format!("`{name}` is changed while a block goes through its elements"),
        "changed here",
    )
    .at(method, format!("this borrows `{name}` until its end"))
    .help(format!(
        "let the block work on a copy, made by `.copy`, or change `{name}` when it is done"
    ))
}

/// E0505: an array is changed between the making of a view that has no name and its use.
#[must_use]
pub fn changed_while_used(span: Span, origin: &Origin, view: Span) -> Diagnostic {
    let name = &origin.name;
    Diagnostic::error(
        Code::Aliased,
        span,
        format!("`{name}` is changed while a part of it is still used"),
        "changed here",
    )
    .at(view, "this part is used after the change")
    .help("take the part after the change, or use a copy of it, made by `.copy`")
}

/// E0502: a type whose values would hold views.
#[must_use]
pub fn view_argument(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(
        Code::ViewStored,
        span,
        format!("`{ty}` borrows memory, and cannot be kept in another value"),
        "a view lives no longer than the call",
    )
    .help("keep a copy, `Array[…]`, or an owned handle, `PythonArray[…]`")
}
