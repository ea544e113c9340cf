//! `@…` lines: which there are, and what they take.

use crate::diagnostics::{Reports, names as say, nearest};
use crate::hir::{Attribute, ExprId, ExprKind, Hir, Ident, Item, ItemKind, TypeDeclKind};
use crate::types::scalar_type;

/// The attribute that says how a function treats the GIL.
const PYTHON_INTEROP: &str = "python_interop";

/// The attribute of functions that `ariac test` runs.
const TEST: &str = "test";

/// The attribute of functions that `ariac bench` measures.
const BENCH: &str = "bench";

/// The attribute of functions whose body takes the place of each call.
const INLINE: &str = "inline";

/// The attribute of what should not be used any more.
const DEPRECATED: &str = "deprecated";

/// The attribute of functions and loops whose sums may be taken in another order.
const FASTMATH: &str = "fastmath";

/// The attribute of functions and loops that must become loops over vectors.
const SIMD: &str = "simd";

/// The attribute that says for which types a generic function is a function of the module.
const EXPORT: &str = "export";

/// How many instances one `@export` may ask for.
const MAX_INSTANCES: usize = 64;

/// The attribute of functions of numbers that are `numpy.ufunc`s in Python.
const UFUNC: &str = "ufunc";

/// The attribute that says how a type is a class in Python.
const PYCLASS: &str = "pyclass";

/// The attributes that this version of the compiler knows.
const KNOWN: [&str; 10] = [
    PYTHON_INTEROP,
    UFUNC,
    PYCLASS,
    TEST,
    BENCH,
    INLINE,
    DEPRECATED,
    FASTMATH,
    SIMD,
    EXPORT,
];

/// The ways to treat the GIL.
const GIL: [&str; 3] = ["auto", "hold", "release"];

/// Where a declaration stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a file.
    File,
    /// In a type, trait or `impl`.
    Member,
}

/// Checks the attributes of a declaration.
pub(super) fn check(hir: &Hir, item: &Item, place: Place, reports: &mut Reports) {
    let is_function = matches!(&item.kind, ItemKind::Fn(f) if f.body.is_some());
    for attribute in &item.attributes {
        match &*attribute.name.name {
            TEST | BENCH if place == Place::Member => test_in_type(attribute, reports),
            TEST | BENCH => test(item, attribute, reports),
            DEPRECATED => deprecated(hir, item, attribute, reports),
            EXPORT => export(hir, item, attribute, reports),
            PYCLASS => pyclass(hir, item, attribute, reports),
            PYTHON_INTEROP | INLINE | UFUNC if !is_function => {
                misplaced(
                    attribute,
                    "a function alone",
                    "a function after it",
                    reports,
                );
            }
            PYTHON_INTEROP => python_interop(hir, item, attribute, reports),
            FASTMATH | SIMD if !is_function => {
                let expected = "one of these after it";
                misplaced(attribute, "a function or loop", expected, reports);
            }
            INLINE | FASTMATH | SIMD | UFUNC => no_arguments(attribute, reports),
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

/// `@export(T: [Float, Int])` stands before a generic function, and lists types for each of its parameters.
fn export(hir: &Hir, item: &Item, attribute: &Attribute, reports: &mut Reports) {
    let generics = match &item.kind {
        ItemKind::Fn(f) if f.body.is_some() && !f.generics.is_empty() => &f.generics,
        ItemKind::Fn(f) if f.body.is_some() => {
            let message =
                "`@export` stands before a generic function alone: others are exported anyway";
            let report = say::attribute_argument(attribute.span, message, "none here", None);
            reports.add(report);
            return;
        }
        _ => {
            let expected = "a generic function after it";
            return misplaced(attribute, "a generic function alone", expected, reports);
        }
    };
    let mut instances: usize = 1;
    for generic in generics {
        let name = &generic.name.name;
        let is_for = |arg: &&(Option<Ident>, ExprId)| {
            arg.0.as_ref().is_some_and(|given| given.name == *name)
        };
        match attribute.args.iter().filter(is_for).count() {
            1 => {}
            0 => {
                let message = format!("`@export` does not say for which types `{name}` stands");
                let expected = format!("`{name}: [Float, Int]` or the like in it");
                let report = say::attribute_argument(attribute.span, &message, &expected, None);
                reports.add(report);
            }
            _ => {
                let message = format!("`@export` lists types for `{name}` twice");
                let report =
                    say::attribute_argument(attribute.span, &message, "one list for each", None);
                reports.add(report);
            }
        }
    }
    for (name, value) in &attribute.args {
        let is_known = |name: &Ident| generics.iter().any(|g| g.name.name == name.name);
        if !name.as_ref().is_some_and(is_known) {
            let span = name
                .as_ref()
                .map_or(hir.exprs[*value].span, |name| name.span);
            let message = "this is no type parameter of the function";
            let all: Vec<String> = generics
                .iter()
                .map(|g| format!("`{}: […]`", g.name.name))
                .collect();
            reports.add(say::attribute_argument(
                span,
                message,
                &all.join(", "),
                None,
            ));
            continue;
        }
        instances = instances.saturating_mul(exported_types(hir, *value, reports));
    }
    if instances > MAX_INSTANCES {
        let message = format!("`@export` asks for {instances} instances");
        let expected = format!("at most {MAX_INSTANCES}");
        let report = say::attribute_argument(attribute.span, &message, &expected, None);
        reports.add(report);
    }
}

/// Checks a list of types; gives their number.
fn exported_types(hir: &Hir, list: ExprId, reports: &mut Reports) -> usize {
    let expected = "`[Float, Float32, Int]` or other numbers, `Complex`, `Bool` or `String`";
    let items = match &hir.exprs[list].kind {
        ExprKind::Array(items) if !items.is_empty() => items,
        _ => {
            let message = "this is no list of types";
            let span = hir.exprs[list].span;
            reports.add(say::attribute_argument(span, message, expected, None));
            return 0;
        }
    };
    let mut seen = Vec::new();
    for &item in items {
        let span = hir.exprs[item].span;
        let name = match &hir.exprs[item].kind {
            ExprKind::Name(name) if name == "Complex" => Some("Complex".to_owned()),
            ExprKind::Name(name) => scalar_type(name).map(|ty| ty.to_string()),
            _ => None,
        };
        let message = match name {
            None => "this is no type for which a function can be exported",
            Some(name) if seen.contains(&name) => "this type is listed twice",
            Some(name) => {
                seen.push(name);
                continue;
            }
        };
        reports.add(say::attribute_argument(span, message, expected, None));
    }
    items.len()
}

/// `@pyclass` stands before a type; of a struct it may say `frozen: true`.
fn pyclass(hir: &Hir, item: &Item, attribute: &Attribute, reports: &mut Reports) {
    let ItemKind::Type(decl) = &item.kind else {
        let place = "a `struct`, `data` or `enum` alone";
        return misplaced(attribute, place, "one of these after it", reports);
    };
    for (name, value) in &attribute.args {
        let at = hir.exprs[*value].span;
        let is_frozen = name.as_ref().is_some_and(|name| name.name == "frozen");
        let is_bool = matches!(hir.exprs[*value].kind, ExprKind::Bool(_));
        let (span, message, expected) = match name {
            Some(name) if !is_frozen => (
                name.span,
                format!("`@pyclass` has no argument `{}`", name.name),
                "`frozen`",
            ),
            None => (
                at,
                "the argument of `@pyclass` needs its name".to_owned(),
                "`frozen: true`",
            ),
            Some(_) if !is_bool => (
                at,
                "this says neither yes nor no".to_owned(),
                "`true` or `false`",
            ),
            Some(name) if decl.kind != TypeDeclKind::Struct => (
                name.span,
                "instances of `data` and `enum` cannot be changed anyway".to_owned(),
                "no argument",
            ),
            Some(_) => continue,
        };
        reports.add(say::attribute_argument(span, &message, expected, None));
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
    let name = &*attribute.name.name;
    let what = if name == TEST { "test" } else { "benchmark" };
    let (message, expected) = match &item.kind {
        ItemKind::Fn(f) if f.body.is_some() => match f {
            _ if !attribute.args.is_empty() => return no_arguments(attribute, reports),
            f if !f.params.is_empty() => (
                format!("a {what} has no parameters"),
                "a function without parameters after it",
            ),
            f if !f.generics.is_empty() => (
                format!("a {what} has no type parameters"),
                "a function without type parameters after it",
            ),
            f if f.is_async && name == BENCH => (
                "a benchmark does not wait".to_owned(),
                "a function that is not `async` after it",
            ),
            f if f.ret.is_some() && name == TEST => (
                "a test has no result: it fails by an error".to_owned(),
                "a function without a result after it",
            ),
            _ => return,
        },
        _ => {
            return misplaced(
                attribute,
                "a function alone",
                "a function after it",
                reports,
            );
        }
    };
    reports.add(say::attribute_argument(
        attribute.span,
        &message,
        expected,
        None,
    ));
}

/// A test or benchmark in a type, where nothing would run it.
fn test_in_type(attribute: &Attribute, reports: &mut Reports) {
    let what = if attribute.name.name == TEST {
        "tests"
    } else {
        "benchmarks"
    };
    let message = format!("{what} stand in the file, outside of types and traits");
    let report = say::attribute_argument(attribute.span, &message, "none here", None);
    reports.add(report.help("put the function before or behind the declaration that it stands in"));
}

/// Checks the attributes of a loop.
pub(super) fn check_loop(attributes: &[Attribute], reports: &mut Reports) {
    for attribute in attributes {
        match &*attribute.name.name {
            PYTHON_INTEROP | TEST | BENCH | INLINE | EXPORT | PYCLASS | UFUNC => {
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

/// An attribute that there is not.
fn unusable(attribute: &Attribute, reports: &mut Reports) {
    let name = &*attribute.name.name;
    let near = nearest(name, KNOWN);
    reports.add(say::unknown_attribute(attribute.name.span, name, near));
}

fn python_interop(hir: &Hir, item: &Item, attribute: &Attribute, reports: &mut Reports) {
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
            // While it waits, others need the GIL, and it may go on in another thread.
            ExprKind::Symbol(symbol) if symbol == "release" && item.is_async() => {
                let message = "an `async fn` cannot give up the GIL for as long as it waits";
                reports.add(say::attribute_argument(
                    value.span,
                    message,
                    "`:auto` or `:hold`, or the work in a function that is not `async`",
                    None,
                ));
                continue;
            }
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
