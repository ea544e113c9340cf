//! `@…` lines: which there are, and what they take.

use crate::diagnostics::{Reports, names as say, nearest, syntax};
use crate::hir::{Attribute, ExprKind, Hir, Item, ItemKind};

/// The attribute that says how a function treats the GIL.
const PYTHON_INTEROP: &str = "python_interop";

/// The attribute of functions that `ariac test` runs.
const TEST: &str = "test";

/// The attributes of the language that this version of the compiler lacks.
const LATER: [&str; 8] = [
    "simd",
    "fastmath",
    "inline",
    "export",
    "pyclass",
    "ufunc",
    "bench",
    "deprecated",
];

/// The ways to treat the GIL.
const GIL: [&str; 3] = ["auto", "hold", "release"];

/// Checks the attributes of a declaration.
pub(super) fn check(hir: &Hir, item: &Item, reports: &mut Reports) {
    let is_function = matches!(&item.kind, ItemKind::Fn(f) if f.body.is_some());
    for attribute in &item.attributes {
        if attribute.name.name == PYTHON_INTEROP && is_function {
            python_interop(hir, attribute, reports);
        } else if attribute.name.name == PYTHON_INTEROP {
            let message = "`@python_interop` stands before a function alone";
            reports.add(say::attribute_argument(
                attribute.span,
                message,
                "a function after it",
                None,
            ));
        } else if attribute.name.name == TEST {
            test(item, attribute, reports);
        } else {
            unusable(attribute, reports);
        }
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
        if attribute.name.name == PYTHON_INTEROP {
            let message = "`@python_interop` stands before a function alone";
            reports.add(say::attribute_argument(
                attribute.span,
                message,
                "a function after it",
                None,
            ));
        } else {
            unusable(attribute, reports);
        }
    }
}

fn unusable(attribute: &Attribute, reports: &mut Reports) {
    let name = &*attribute.name.name;
    if LATER.contains(&name) {
        reports.add(syntax::not_supported(
            attribute.span,
            &format!("the attribute `@{name}` is"),
        ));
        return;
    }
    if name == TEST {
        reports.add(say::attribute_argument(
            attribute.span,
            "`@test` stands before a function alone",
            "a function after it",
            None,
        ));
        return;
    }
    let near = nearest(name, LATER.into_iter().chain([PYTHON_INTEROP, TEST]));
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
