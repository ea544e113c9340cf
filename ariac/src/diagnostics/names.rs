//! What the compiler says about names and attributes.

use super::{Code, Diagnostic};
use crate::source::Span;
use std::path::Path;

/// What people write who come from another language, and what Aria has instead.
const FOREIGN: &[(&str, &str)] = &[
    ("True", "it is written `true`"),
    ("False", "it is written `false`"),
    ("None", "it is written `nil`"),
    ("null", "it is written `nil`"),
    ("len", "the length of `x` is `x.length`"),
    ("range", "a range is written `0..<n`"),
    (
        "str",
        "the text of `x` is `x.to_string`, and `\"#{x}\"` in a string",
    ),
    ("int", "`x.to_int` cuts a number towards zero"),
    ("float", "`x.to_float` is the number as a Float"),
    ("sum", "the sum of an array `x` is `x.sum`"),
    ("puts", "a line is written by `print(x)`"),
    ("println", "a line is written by `print(x)`"),
    ("printf", "a line is written by `print(\"x = #{x}\")`"),
    ("console", "a line is written by `print(x)`"),
    ("this", "the value of a function with `self` is `self`"),
    ("nullptr", "it is written `nil`"),
    ("undefined", "it is written `nil`"),
    ("pass", "an empty body is empty: leave it out"),
    (
        "list",
        "a list is written `[1, 2]`, of another sort `xs: List[Int] = []`",
    ),
    ("dict", "a map is written `{\"a\": 1}`"),
    ("enumerate", "a loop with indices: `for i in 0..<xs.length`"),
    ("isinstance", "which variant a value is, `match` says"),
    (
        "typeof",
        "types are known when the program is compiled; `reveal(x)` shows one",
    ),
    (
        "type",
        "types are known when the program is compiled; `reveal(x)` shows one",
    ),
    (
        "old",
        "`old(x)` stands in `ensures`, where it is the value on entry",
    ),
    (
        "result",
        "`result` stands in `ensures`, where it is what the function gives",
    ),
    (
        "math",
        "mathematical functions are called by name: `sqrt(x)`, or as methods: `x.sqrt`",
    ),
    ("elif", "it is written `elsif`"),
];

/// A name in `old(…)` that means nothing yet when the function is entered.
#[must_use]
pub fn not_on_entry(span: Span, name: &str, declared: Span) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownName,
        span,
        format!("`{name}` is not there when the function is entered"),
        "`old(…)` is computed then",
    )
    .at(declared, format!("`{name}` comes from here"))
}

/// A name that means nothing here.
#[must_use]
pub fn unknown(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let report = Diagnostic::error(
        Code::UnknownName,
        span,
        format!("`{name}` is not known"),
        "unknown name",
    );
    if let Some((_, help)) = FOREIGN.iter().find(|(n, _)| *n == name) {
        return report.help(*help);
    }
    // A type is no cure for a variable that is written like it.
    let is_type = |near: &&str| near.starts_with(char::is_uppercase);
    let near = near.filter(|near| !is_type(near) || name.starts_with(char::is_uppercase));
    match near {
        Some(near) => report.fix(span, near, "a name like it is known"),
        None => report,
    }
}

/// An exception that Aria does not know.
#[must_use]
pub fn unknown_exception(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the exception `{name}` is not known");
    let report = Diagnostic::error(Code::UnknownName, span, message, "unknown exception");
    match near {
        Some(near) => report.fix(span, near, "an exception like it is known"),
        None => report
            .note("Python's built-in exceptions can be raised by name; others as Python objects"),
    }
}

/// A variable that exists, but only in a loop, block or inner `let`.
#[must_use]
pub fn out_of_scope(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` does not exist here any more");
    Diagnostic::error(Code::UnknownName, span, message, "used after its end")
        .at(
            declared,
            "exists only in the construct where it is declared",
        )
        .help(format!(
            "assign `{name}` before that construct, so that it lives on after it"
        ))
}

/// A variable that has a value on some ways only.
#[must_use]
pub fn maybe_unassigned(span: Span, name: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` may have no value here");
    Diagnostic::error(
        Code::UnknownName,
        span,
        message,
        "not assigned on every way to this place",
    )
    .at(declared, "assigned here, which may not have happened")
    .help(format!(
        "give `{name}` a value before, or on the other ways too"
    ))
}

/// A parameter in a default value.
#[must_use]
pub fn parameter_in_default(span: Span, name: &str) -> Diagnostic {
    let message = format!("the parameter `{name}` cannot be used in a default value");
    Diagnostic::error(Code::UnknownName, span, message, "not known yet")
        .note("default values are computed before the parameters have theirs")
}

/// A name that is declared twice.
#[must_use]
pub fn duplicate(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::error(
        Code::DuplicateName,
        span,
        format!("`{name}` is declared twice"),
        "declared again",
    )
    .at(first, "first declared here")
}

/// An assignment to what cannot be assigned. `what`: "parameter", "constant of a `let`".
#[must_use]
pub fn not_assignable(span: Span, name: &str, what: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` cannot be assigned: it is a {what}");
    Diagnostic::error(Code::NotAssignable, span, message, "assigned here")
        .at(declared, "declared here")
}

/// An assignment to something that is no place.
#[must_use]
pub fn no_place(span: Span) -> Diagnostic {
    let message = "this cannot be assigned";
    let label = "expected a name, an element `a[i]` or an attribute `a.b`";
    Diagnostic::error(Code::NotAssignable, span, message, label)
}

/// `break` or `continue` that belongs to no loop.
#[must_use]
pub fn outside_loop(span: Span, word: &str, is_in_block: bool) -> Diagnostic {
    let message = format!("`{word}` outside of a loop");
    let report = Diagnostic::error(Code::OutsideLoop, span, message, "no loop around it");
    match is_in_block {
        true => report.note("a block cannot leave or continue the loop around it"),
        false => report,
    }
}

/// `raise` alone where no `rescue` has caught anything.
#[must_use]
pub fn nothing_to_raise(span: Span, is_in_block: bool) -> Diagnostic {
    let message = "`raise` alone raises again what a `rescue` caught";
    let report = Diagnostic::error(Code::NothingToRaise, span, message, "no `rescue` around it");
    match is_in_block {
        true => report.help("name the error outside of the block, `rescue e`, and `raise e` in it"),
        false => report.help("say what goes wrong: `raise ValueError(\"…\")`"),
    }
}

/// `return` or `?` where the function around a block cannot be left. `why` not.
#[must_use]
pub fn return_from_block(span: Span, word: &str, why: &str) -> Diagnostic {
    let message = format!("`{word}` cannot leave the function from here");
    let report = Diagnostic::error(Code::ReturnFromBlock, span, message, "leaves the function");
    let report = report.note(why);
    match word {
        "?" => report.help("handle the other case here, by `match`, `.or(…)` or `.unwrap`"),
        _ => report.help("a block gives the value of its last expression; choose it by `if`"),
    }
}

/// A label that no loop around has.
#[must_use]
pub fn unknown_label(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("no loop around this is called `{name}`");
    let report = Diagnostic::error(Code::OutsideLoop, span, message, "unknown label");
    match near {
        Some(near) => report.fix(span, format!(":{near}"), "a label like it is known"),
        None => report.help(format!("name the loop: `{name}: for …`")),
    }
}

/// `break outer`.
#[must_use]
pub fn label_without_colon(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is the label of a loop");
    let label = "expected a value or a label";
    let fix = format!(":{name}");
    Diagnostic::error(Code::OutsideLoop, span, message, label).fix(
        span,
        fix,
        "a label that is named has a `:` before it",
    )
}

/// A field of the type whose function this is, without `self`.
#[must_use]
pub fn field_without_self(span: Span, name: &str, has_self: bool) -> Diagnostic {
    let message = format!("`{name}` is not known: the field of that name belongs to a value");
    let report = Diagnostic::error(Code::UnknownName, span, message, "of which value?");
    match has_self {
        true => report.fix(span, format!("self.{name}"), "of this one"),
        false => report.help(format!(
            "give the function a value: `self` as its first parameter, and `self.{name}`"
        )),
    }
}

/// An attribute that does not exist.
#[must_use]
pub fn unknown_attribute(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the attribute `@{name}` is not known");
    let report = Diagnostic::error(Code::UnknownAttribute, span, message, "unknown attribute");
    match near {
        Some(near) => report.fix(span, near, "an attribute like it is known"),
        None => report,
    }
}

/// An argument of an attribute that it does not take, or a value that the argument does not have.
#[must_use]
pub fn attribute_argument(
    span: Span,
    message: &str,
    expected: &str,
    fix: Option<&str>,
) -> Diagnostic {
    let report = Diagnostic::error(
        Code::UnknownAttribute,
        span,
        message,
        format!("expected {expected}"),
    );
    match fix {
        Some(fix) => report.fix(span, fix, "write it so"),
        None => report,
    }
}

/// A use of something that is `@deprecated`, with the text that says what to use instead.
#[must_use]
pub fn deprecated(span: Span, name: &str, text: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` is deprecated");
    Diagnostic::warning(Code::Deprecated, span, message, text.to_owned())
        .at(declared, "declared here")
}

/// An effect that is stated and does not exist.
#[must_use]
pub fn unknown_effect(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the effect `{name}` is not known");
    let label = "expected `py`, `raises`, `io` or `async`";
    let report = Diagnostic::error(Code::UnknownName, span, message, label);
    match near {
        Some(near) => report.fix(span, near, "an effect like it is known"),
        None => report,
    }
}

/// A trait that does not exist.
#[must_use]
pub fn unknown_trait(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the trait `{name}` is not known");
    let report = Diagnostic::error(Code::UnknownType, span, message, "unknown trait");
    match near {
        Some(near) => report.fix(span, near, "a trait like it is known"),
        None => report,
    }
}

/// The name of a variant in the place of a type.
#[must_use]
pub fn variant_as_type(span: Span, name: &str, of: &str) -> Diagnostic {
    let message = format!("`{name}` is a variant of `{of}`, not a type");
    Diagnostic::error(Code::UnknownType, span, message, "expected a type").fix(
        span,
        of,
        "the type is the enum",
    )
}

/// A trait in the place of a type.
#[must_use]
pub fn trait_as_type(span: Span, name: &str, meant: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is a trait, not a type");
    let report = Diagnostic::error(Code::NotATrait, span, message, "expected a type");
    let report = match meant {
        Some(ours) => report.fix(span, ours, "take one type"),
        None => report,
    };
    report.help(format!(
        "take any type that has the trait: `fn f[T: {name}](x: T)`"
    ))
}

/// A type in the place of a trait.
#[must_use]
pub fn type_as_trait(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is a type, not a trait");
    Diagnostic::error(Code::NotATrait, span, message, "expected a trait")
}

/// A variant's name that more than one enum has.
#[must_use]
pub fn ambiguous_variant(span: Span, name: &str, enums: &[&str]) -> Diagnostic {
    let message = format!("`{name}` may be a variant of {}", listed(enums));
    let first = enums.first().copied().unwrap_or_default();
    Diagnostic::error(Code::AmbiguousVariant, span, message, "of which enum?").fix(
        span,
        format!("{first}.{name}"),
        "say of which",
    )
}

/// `A`, `B` and `C`.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        all => all.concat(),
    }
}

/// A variant that an enum does not have.
#[must_use]
pub fn unknown_variant(span: Span, name: &str, of: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the enum `{of}` has no variant `{name}`");
    let report = Diagnostic::error(Code::UnknownName, span, message, "unknown variant");
    match near {
        Some(near) => report.fix(span, near, "a variant like it is known"),
        None => report,
    }
}

/// A pattern that names an enum, not one of its variants.
#[must_use]
pub fn enum_as_pattern(span: Span, name: &str, variant: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is an enum, and a pattern needs one of its variants");
    let report = Diagnostic::error(Code::UnknownName, span, message, "which variant?");
    match variant {
        Some(variant) => report.help(format!("for instance `{name}.{variant}`")),
        None => report,
    }
}

/// A pattern that names something that cannot be taken apart.
#[must_use]
pub fn no_constructor(span: Span, name: &str, what: &str) -> Diagnostic {
    let message = format!("`{name}` is {what}, and no pattern");
    Diagnostic::error(
        Code::UnknownName,
        span,
        message,
        "expected a variant or type",
    )
    .help(format!(
        "bind a name and compare in a guard: `when value if value == {name}`"
    ))
}

/// Alternatives of a pattern that do not bind the same names.
#[must_use]
pub fn alternatives(span: Span, name: &str, first: Span) -> Diagnostic {
    let message = format!("`{name}` is not bound by all alternatives");
    Diagnostic::error(Code::Alternatives, span, message, format!("lacks `{name}`"))
        .at(first, "bound here")
        .note("what follows uses the names, whichever alternative matches")
}

/// `self` where there is none.
#[must_use]
pub fn self_outside(span: Span, what: &str) -> Diagnostic {
    let message = format!("there is no `self` {what}");
    Diagnostic::error(Code::SelfOutside, span, message, "belongs to no value")
        .note("`self` is the value that a function of a type is called on: its first parameter")
}

/// `Self` where there is no type around.
#[must_use]
pub fn self_type_outside(span: Span) -> Diagnostic {
    let message = "there is no `Self` outside of a type, trait or impl";
    Diagnostic::error(Code::SelfOutside, span, message, "which type?")
}

/// `break value` of a loop that may end otherwise.
#[must_use]
pub fn break_value(span: Span) -> Diagnostic {
    let message = "this loop has no value that `break` could give";
    let label = "only the `break`s of a `loop` have one";
    Diagnostic::error(Code::OutsideLoop, span, message, label)
        .note("`for` and `while` may end without a `break`")
}

/// A name of another module that is not for others.
#[must_use]
pub fn private(span: Span, name: &str, module: &str, declared: Span) -> Diagnostic {
    let message = format!("`{name}` is private to the module `{module}`");
    Diagnostic::error(Code::Private, span, message, "cannot be used here")
        .at(declared, "declared here, for its own module")
}

/// A name that another module lacks.
#[must_use]
pub fn not_in_module(span: Span, name: &str, module: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the module `{module}` declares no `{name}`");
    let report = Diagnostic::error(Code::UnknownName, span, message, "unknown name");
    match near {
        Some(near) => report.fix(span, near, "a name like it is declared there"),
        None => report,
    }
}

/// A name in front of a dot, in a type, that is no module.
#[must_use]
pub fn no_module(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is no module");
    Diagnostic::error(Code::UnknownType, span, message, "expected a module")
        .help(format!("import it: `import {name}`"))
}

/// A class of a Python module in the place of a type.
#[must_use]
pub fn python_type(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is a class of Python, not a type of Aria");
    Diagnostic::error(Code::UnknownType, span, message, "unknown type")
        .help("any object of Python has the type `PythonObject`")
}

/// A module that is not there.
#[must_use]
pub fn module_not_found(span: Span, path: &str, place: &Path) -> Diagnostic {
    let message = format!("the module `{path}` is not found");
    let label = format!("looked for {}", place.display());
    Diagnostic::error(Code::ModuleNotFound, span, message, label)
        .note("a Python module is bound with `extern Python from`")
}

/// Files that import a name from each other, none of which declares it.
#[must_use]
pub fn import_circle(span: Span) -> Diagnostic {
    let message = "these imports go round in a circle";
    Diagnostic::error(Code::ModuleNotFound, span, message, "no module declares it")
}
