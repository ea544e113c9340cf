//! `@…` lines: which there are, and what they take.

use crate::diagnostics::{Reports, names as say, nearest, syntax};
use crate::hir::{Attribute, ExprKind, Hir, Item, ItemKind};

/// The attribute that says how a function treats the GIL.
const PYTHON_INTEROP: &str = "python_interop";

/// The attribute of functions that `ariac test` runs.
const TEST: &str = "test";

/// The attribute of functions whose body takes the place of each call.
const INLINE: &str = "inline";

/// The attribute of what should not be used any more.
const DEPRECATED: &str = "deprecated";

/// The attribute of functions and loops whose sums may be taken in another order.
const FASTMATH: &str = "fastmath";

/// The attribute of functions and loops that must become loops over vectors.
const SIMD: &str = "simd";

/// The attributes that this version of the compiler knows.
const KNOWN: [&str; 6] = [PYTHON_INTEROP, TEST, INLINE, DEPRECATED, FASTMATH, SIMD];

/// The attributes of the language that this version of the compiler lacks.
const LATER: [&str; 4] = ["export", "pyclass", "ufunc", "bench"];

/// The ways to treat the GIL.
const GIL: [&str; 3] = ["auto", "hold", "release"];

/// Checks the attributes of a declaration.
pub(super) fn check(hir: &Hir, item: &Item, reports: &mut Reports) {
    let is_function = matches!(&item.kind, ItemKind::Fn(f) if f.body.is_some());
    for attribute in &item.attributes {
        match &*attribute.name.name {
            TEST => test(item, attribute, reports),
            DEPRECATED => deprecated(hir, item, attribute, reports),
            PYTHON_INTEROP | INLINE if !is_function => {
                misplaced(
                    attribute,
                    "a function alone",
                    "a function after it",
                    reports,
                );
            }
            PYTHON_INTEROP => python_interop(hir, attribute, reports),
            FASTMATH | SIMD if !is_function => {
                let expected = "one of these after it";
                misplaced(attribute, "a function or loop", expected, reports);
            }
            INLINE | FASTMATH | SIMD => no_arguments(attribute, reports),
            _ => unusable(attribute, reports),
        }
    }
}

/// The attribute stands before something that it says nothing about.
fn misplaced(attribute: &Attribute, place: &str, expected: &str, reports: &mut Reports) {
    let message = format!("`@{}` stands before {place}", attribute.name.name);
    let report = say::attribute_argument(attribute.span, &message, expected, None);
    reports.add(report);
}

fn no_arguments(attribute: &Attribute, reports: &mut Reports) {
    if !attribute.args.is_empty() {
        let name = &attribute.name.name;
        let message = format!("`@{name}` takes no arguments");
        let alone = format!("`@{name}` alone");
        reports.add(say::attribute_argument(
            attribute.span,
            &message,
            &alone,
            None,
        ));
    }
}

/// `@deprecated("…")` stands before what has a name to use, and says what to use instead.
fn deprecated(hir: &Hir, item: &Item, attribute: &Attribute, reports: &mut Reports) {
    let is_usable = match item.kind {
        ItemKind::Fn(_) | ItemKind::Const { .. } | ItemKind::Type(_) => true,
        ItemKind::ExternPython { .. }
        | ItemKind::ExternNative { .. }
        | ItemKind::Trait(_)
        | ItemKind::Impl(_)
        | ItemKind::Import { .. }
        | ItemKind::FromImport { .. } => false,
    };
    if !is_usable {
        let place = "a function, type or constant";
        misplaced(attribute, place, "one of these after it", reports);
    } else if hir.text_of(attribute).is_none() {
        reports.add(say::attribute_argument(
            attribute.span,
            "`@deprecated` needs a text that says what to use instead",
            "`@deprecated(\"use … instead\")`",
            None,
        ));
    }
}

/// `@test` stands before a function that can be called without anything being known of it.
fn test(item: &Item, attribute: &Attribute, reports: &mut Reports) {
    let (message, expected) = match &item.kind {
        ItemKind::Fn(f) if f.body.is_some() => match f {
            _ if !attribute.args.is_empty() => ("`@test` takes no arguments", "`@test` alone"),
            f if !f.params.is_empty() => (
                "a test has no parameters",
                "a function without parameters after it",
            ),
            f if f.ret.is_some() => (
                "a test has no result: it fails by an error",
                "a function without a result after it",
            ),
            _ => return,
        },
        _ => (
            "`@test` stands before a function alone",
            "a function after it",
        ),
    };
    reports.add(say::attribute_argument(
        attribute.span,
        message,
        expected,
        None,
    ));
}

/// Checks the attributes of a loop.
pub(super) fn check_loop(attributes: &[Attribute], reports: &mut Reports) {
    for attribute in attributes {
        match &*attribute.name.name {
            PYTHON_INTEROP | TEST | INLINE => {
                misplaced(
                    attribute,
                    "a function alone",
                    "a function after it",
                    reports,
                );
            }
            DEPRECATED => {
                let place = "a function, type or constant";
                misplaced(attribute, place, "one of these after it", reports);
            }
            FASTMATH | SIMD => no_arguments(attribute, reports),
            _ => unusable(attribute, reports),
        }
    }
}

/// An attribute that there is not, or not yet.
fn unusable(attribute: &Attribute, reports: &mut Reports) {
    let name = &*attribute.name.name;
    if LATER.contains(&name) {
        reports.add(syntax::not_supported(
            attribute.span,
            &format!("the attribute `@{name}` is"),
        ));
        return;
    }
    let near = nearest(name, LATER.into_iter().chain(KNOWN));
    reports.add(say::unknown_attribute(attribute.name.span, name, near));
}

fn python_interop(hir: &Hir, attribute: &Attribute, reports: &mut Reports) {
    if attribute.args.is_empty() {
        let message = "`@python_interop` needs an argument";
        reports.add(say::attribute_argument(
            attribute.span,
            message,
            "`(gil: :release)` or the like",
            None,
        ));
    }
    for (name, value) in &attribute.args {
        let value = &hir.exprs[*value];
        match name {
            Some(name) if name.name == "gil" => {}
            Some(name) => {
                let message = format!("`@python_interop` has no argument `{}`", name.name);
                reports.add(say::attribute_argument(
                    name.span,
                    &message,
                    "`gil`",
                    Some("gil"),
                ));
                continue;
            }
            None => {
                let message = "the argument of `@python_interop` needs its name";
                reports.add(say::attribute_argument(
                    value.span,
                    message,
                    "`gil: :release` or the like",
                    None,
                ));
                continue;
            }
        }
        let fix = match &value.kind {
            ExprKind::Symbol(symbol) if GIL.contains(&&**symbol) => continue,
            ExprKind::Symbol(symbol) => nearest(symbol, GIL),
            ExprKind::Name(name) => GIL.into_iter().find(|g| g == name),
            _ => None,
        };
        let fix = fix.map(|f| format!(":{f}"));
        let message = "this is no way to treat the GIL";
        reports.add(say::attribute_argument(
            value.span,
            message,
            "`:auto`, `:hold` or `:release`",
            fix.as_deref(),
        ));
    }
}
