//! What the compiler says about declared types, traits and what is generic over types.

use super::{Code, Diagnostic};
use crate::hir::Ident;
use crate::source::Span;
use crate::types::Ty;

fn count(n: usize, noun: &str) -> String {
    match n {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

/// Names in backticks: `a`, `b` and `c`.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// A trait where a type is wanted.
#[must_use]
pub fn trait_as_type(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownType,
        span,
        format!("expected a type, found the trait `{name}`"),
        "a trait says what types can do, and is none itself",
    )
    .help(format!(
        "make the function generic: `fn f[T: {name}](x: T)`"
    ))
}

/// Something else where a trait is wanted.
#[must_use]
pub fn no_trait(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownType,
        span,
        format!("expected a trait, found `{name}`"),
        "this is no trait",
    )
}

/// A wrong number of type arguments.
#[must_use]
pub fn type_arguments(span: Span, name: &str, wanted: usize, found: usize) -> Diagnostic {
    let example: Vec<&str> = ["A", "B", "C", "D"].into_iter().take(wanted).collect();
    let message = format!(
        "`{name}` takes {}, found {found}",
        count(wanted, "type argument")
    );
    let label = format!("expected {}", count(wanted, "type"));
    let report = Diagnostic::error(Code::Arguments, span, message, label);
    match wanted {
        0 => report.help(format!("write `{name}` alone")),
        _ => report.help(format!("for instance `{name}[{}]`", example.join(", "))),
    }
}

/// `f[Int](x)`.
#[must_use]
pub fn types_given(span: Span, name: &str) -> Diagnostic {
    let message = format!("the types of `{name}` are inferred, and cannot be given");
    Diagnostic::error(Code::Arguments, span, message, "types in brackets").fix(
        span,
        "",
        "leave them out",
    )
}

/// `where` about something that is no type parameter.
#[must_use]
pub fn where_of_type(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownType,
        span,
        "`where` is about a type parameter, and this is none",
        "expected a type parameter",
    )
}

/// Functions of its own for a type that is not the program's.
#[must_use]
pub fn impl_of_foreign(span: Span, ty: &Ty) -> Diagnostic {
    Diagnostic::error(
        Code::Element,
        span,
        format!("{ty} is a type of the language: its own functions are fixed"),
        "not a type of this program",
    )
    .help("declare a trait and implement it: `impl MyTrait for …`")
}

/// A field that a type does not have.
#[must_use]
pub fn unknown_field(span: Span, owner: &str, field: &str, near: Option<&str>) -> Diagnostic {
    let report = Diagnostic::error(
        Code::UnknownMethod,
        span,
        format!("{owner} has no field `{field}`"),
        "unknown field",
    );
    match near {
        Some(near) => report.fix(span, near, "did you mean this?"),
        None => report,
    }
}

/// A field that only the type's own functions may use.
#[must_use]
pub fn private_field(span: Span, owner: &str, field: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Private,
        span,
        format!("the field `{field}` of {owner} is private"),
        "only the type's own functions use it",
    )
}

/// A private field that a constructor is given. `is_optional`: the field has a default.
#[must_use]
pub fn private_argument(
    span: Span,
    owner: &str,
    field: &str,
    (is_named, is_optional): (bool, bool),
    maker: Option<&str>,
) -> Diagnostic {
    let report = private_field(span, owner, field);
    match (is_named, is_optional) {
        (true, true) => report.help("leave it out: it has a default value"),
        (false, true) => report.help(
            "leave it out: it has a default value; what follows it is given by name, `field: value`",
        ),
        (_, false) => made_by(report, owner, maker),
    }
}

/// A constructor that is called where a field without a default is private.
#[must_use]
pub fn cannot_construct(span: Span, owner: &str, field: &str, maker: Option<&str>) -> Diagnostic {
    let message = format!("{owner} cannot be constructed here: its field `{field}` is private");
    let label = "only the type's own functions do this";
    made_by(
        Diagnostic::error(Code::Private, span, message, label),
        owner,
        maker,
    )
}

/// What makes a value of a type whose constructor is its own. `maker` is a function of the type that gives one.
fn made_by(report: Diagnostic, owner: &str, maker: Option<&str>) -> Diagnostic {
    match maker {
        Some(maker) => report.help(format!("`{owner}.{maker}` makes a value of it")),
        None => report.help(format!(
            "give {owner} a function that makes one: `fn new(…) -> {owner} = {owner}(…)`"
        )),
    }
}

/// A private field that a pattern takes apart.
#[must_use]
pub fn private_part(span: Span, owner: &str, field: &str) -> Diagnostic {
    private_field(span, owner, field).help(format!(
        "`..` stands for it; a field behind it is known by its name: `{owner}(name: x, ..)`"
    ))
}

/// A field of something that stays as it is.
#[must_use]
pub fn immutable_field(span: Span, owner: &str, field: &str, path: Option<&str>) -> Diagnostic {
    let path = path.unwrap_or("x");
    Diagnostic::error(
        Code::NotAssignable,
        span,
        format!("a {owner} is `data`: its fields stay as they are"),
        "assigned here",
    )
    .help(format!(
        "make another value: `{path} = {path}.with({field}: …)`"
    ))
}

/// Fields without a value.
#[must_use]
pub fn missing_fields(span: Span, owner: &str, missing: &[&str]) -> Diagnostic {
    let plural = if missing.len() == 1 {
        "field"
    } else {
        "fields"
    };
    Diagnostic::error(
        Code::Arguments,
        span,
        format!("`{owner}` lacks the {plural} {}", listed(missing)),
        "made here",
    )
}

/// A type that cannot be inferred.
#[must_use]
pub fn unclear(span: Span, what: &str, param: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TypeUnclear,
        span,
        format!("the type `{param}` of `{what}` cannot be inferred here"),
        "nothing says what it is",
    )
    .help("state the type of the variable: `x: Type = …`")
}

/// `nil` where there must be a value.
#[must_use]
pub fn never_nil(span: Span, wanted: &Ty) -> Diagnostic {
    let message = format!("expected {wanted}, found `nil`");
    let label = format!("{wanted} is never `nil`");
    Diagnostic::error(Code::Mismatch, span, message, label)
        .help(format!("a value that may lack is an Option: `{wanted}?`"))
}

/// A parameter of a block whose type cannot be inferred.
#[must_use]
pub fn unclear_parameter(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::TypeUnclear,
        span,
        "the type of this parameter cannot be inferred here",
        "nothing says what it is",
    )
    .help("write it: `|x: Int| … end`")
}

/// A type without a trait that is needed.
#[must_use]
pub fn lacks_trait(span: Span, ty: &Ty, wanted: &str, by: &str) -> Diagnostic {
    let report = Diagnostic::error(
        Code::Bound,
        span,
        format!("expected a type with `{wanted}`, found {ty}"),
        format!("{by} needs it"),
    );
    match ty {
        Ty::Param(_) => report.help(format!("say that it has it: `[{ty}: {wanted}]`")),
        Ty::Adt(_) => report.help(format!("implement it: `impl {wanted} for {ty}`")),
        _ => report,
    }
}

/// A type without a trait that only the language gives to types.
#[must_use]
pub fn lacks_sealed(span: Span, ty: &Ty, wanted: &str, by: &str) -> Diagnostic {
    let report = Diagnostic::error(
        Code::Bound,
        span,
        format!("expected a type with `{wanted}`, found {ty}"),
        format!("{by} needs it"),
    );
    match (ty, wanted) {
        (Ty::Param(_), _) => report.help(format!("say that it has it: `[{ty}: {wanted}]`")),
        (_, "Number") => report.note("the number types have it, and nothing else"),
        (_, "Real") => report.note("Float and Float32 have it, and nothing else"),
        _ => report.note("the number types and Bool have it, and nothing else"),
    }
}

/// A type each value of which contains another of the same type.
#[must_use]
pub fn no_value(name: &Ident, field: &Ident) -> Diagnostic {
    let ty = &name.name;
    Diagnostic::error(
        Code::NoValue,
        name.span,
        format!("no value of `{ty}` can ever be made"),
        format!("each `{ty}` needs another before"),
    )
    .at(field.span, "for this field")
    .help("let it end somewhere: an Option, `T?`, may be none, and a list empty")
}

/// A trait that comes with itself.
#[must_use]
pub fn trait_cycle(name: &Ident, of_trait: Span) -> Diagnostic {
    let text = &name.name;
    Diagnostic::error(
        Code::TraitCycle,
        name.span,
        format!("the trait `{text}` comes with itself"),
        "what has it would have to have it before",
    )
    .at(of_trait, "by way of this one")
    .help(format!("leave one of the traits out behind the colon: a type with `{text}` has what `{text}` names there"))
}

/// A constant's value that is out of range or does not exist.
#[must_use]
pub fn constant(span: Span, name: &Ident, why: &str) -> Diagnostic {
    let message = format!("the value of `{}` cannot be computed", name.name);
    Diagnostic::error(Code::Constant, span, message, why)
}

/// A constant made of something that only runs.
#[must_use]
pub fn computed_constant(span: Span) -> Diagnostic {
    let message = "a constant is made of literals, other constants and operators";
    Diagnostic::error(
        Code::Constant,
        span,
        message,
        "is computed when the program runs",
    )
    .help("write the value out, or make a function of it: `fn name -> Type = …`")
}

/// A variant without a value beside others that have one.
#[must_use]
pub fn variant_without_value(name: &Ident, first: Span) -> Diagnostic {
    let message = format!("`{}` has no value, and other variants have", name.name);
    Diagnostic::error(Code::Constant, name.span, message, "lacks a value")
        .at(first, "a value")
        .help("give all variants a value, or none")
}

/// A value of a variant that has fields.
#[must_use]
pub fn value_beside_fields(span: Span, name: &Ident) -> Diagnostic {
    let message = format!("`{}` has fields, and can have no value", name.name);
    Diagnostic::error(Code::Constant, span, message, "stands for many values")
        .help("write a function with a `match` that says which number or text belongs to each")
}

/// A value of a variant that is no literal.
#[must_use]
pub fn variant_value(span: Span) -> Diagnostic {
    let message = "the value of a variant is an Int or a String, written out";
    Diagnostic::error(Code::Constant, span, message, "expected a literal")
}

/// Values of two types.
#[must_use]
pub fn variant_value_types(span: Span, ty: &str, first: Span, first_ty: &str) -> Diagnostic {
    let message = format!("the values of variants are of one type, {first_ty} here");
    Diagnostic::error(Code::Constant, span, message, format!("this is {ty}"))
        .at(first, format!("this is {first_ty}"))
}

/// Two variants with the same value.
#[must_use]
pub fn same_variant_value(span: Span, first: Span) -> Diagnostic {
    let message = "two variants have the same value";
    Diagnostic::error(Code::Constant, span, message, "has been given").at(first, "first given here")
}

/// An `impl` of a trait that only the language gives to types.
#[must_use]
pub fn impl_sealed(span: Span, of: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Impl,
        span,
        format!("only types of the language have `{of}`"),
        "cannot have it",
    )
    .help("bound by the traits of the operators instead: `[T: Add + Mul]`")
}

/// A function that a trait wants and an `impl` lacks.
#[must_use]
pub fn impl_lacks(span: Span, of: &str, missing: &[&str]) -> Diagnostic {
    Diagnostic::error(
        Code::Impl,
        span,
        format!("this `impl` of `{of}` lacks {}", listed(missing)),
        format!("expected {} in its `impl`", listed(missing)),
    )
}

/// A function in an `impl` that the trait does not have.
#[must_use]
pub fn impl_extra(span: Span, of: &str, name: &str, near: Option<&str>) -> Diagnostic {
    let report = Diagnostic::error(
        Code::Impl,
        span,
        format!("the trait `{of}` has no `{name}`"),
        "not in the trait",
    );
    match near {
        Some(near) => report.fix(span, near, "did you mean this?"),
        None => report.help("put it into an `impl` of the type itself"),
    }
}

/// A function in an `impl` whose signature is another than the trait's.
#[must_use]
pub fn impl_differs(
    span: Span,
    name: &str,
    wanted: &str,
    found: &str,
    declared: Span,
) -> Diagnostic {
    Diagnostic::error(
        Code::Impl,
        span,
        format!("expected `{wanted}`, found `{found}`"),
        format!("this `{name}` is not the trait's"),
    )
    .at(declared, "declared here")
}

/// Two `impl`s of a trait for the same types.
#[must_use]
pub fn impl_twice(span: Span, of: &str, ty: &Ty, first: Span) -> Diagnostic {
    Diagnostic::error(
        Code::Impl,
        span,
        format!("`{of}` is implemented twice for {ty}"),
        "implemented again",
    )
    .at(first, "the first one")
}

/// A pattern that cannot match values of a type.
#[must_use]
pub fn pattern_mismatch(span: Span, pattern: &str, ty: &Ty) -> Diagnostic {
    Diagnostic::error(
        Code::Mismatch,
        span,
        format!("{pattern} never matches {ty}"),
        format!("expected a pattern of {ty}"),
    )
}

/// A name that has one type in one alternative of a pattern, and another in another.
#[must_use]
pub fn alternative_types(span: Span, name: &str, first: (&Ty, Span), found: &Ty) -> Diagnostic {
    let message = format!(
        "`{name}` is {} in one alternative, and {found} in another",
        first.0
    );
    Diagnostic::error(
        Code::Alternatives,
        span,
        message,
        format!("expected {}", first.0),
    )
    .at(first.1, format!("this is {}", first.0))
    .note("what follows uses the names, whichever alternative matches")
    .help("give each alternative an arm of its own")
}

/// A constructor pattern with a wrong number of parts.
#[must_use]
pub fn pattern_parts(span: Span, name: &str, wanted: usize, found: usize) -> Diagnostic {
    let report = Diagnostic::error(
        Code::Arguments,
        span,
        format!(
            "`{name}` has {}, and the pattern {found}",
            count(wanted, "field")
        ),
        format!("expected {}", count(wanted, "part")),
    );
    match found < wanted {
        true => report.help("`..` stands for the fields that do not matter"),
        false => report,
    }
}

/// `?` or `try` where they mean nothing. `wanted`: what stands before it or encloses it.
#[must_use]
pub fn propagate(span: Span, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Propagate, span, message, "cannot stand here").help(help)
}

/// A function with `self` called on a type, or one without called on a value.
#[must_use]
pub fn self_mismatch(span: Span, name: &str, owner: &str, has_self: bool) -> Diagnostic {
    match has_self {
        true => Diagnostic::error(
            Code::Arguments,
            span,
            format!("`{name}` is a function of a value, and a type stands before the dot"),
            "it has `self`",
        )
        .help(format!("call it on a value: `x.{name}`")),
        false => Diagnostic::error(
            Code::Arguments,
            span,
            format!("`{name}` is a function of the type, and a value stands before the dot"),
            "it has no `self`",
        )
        .help(format!("call it on the type: `{owner}.{name}(…)`")),
    }
}

/// A function that only the type's own functions may call.
#[must_use]
pub fn private_function(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownMethod,
        span,
        format!("`{name}` is private"),
        "only the type's own functions call it",
    )
}

/// `break value` out of a `while` or `for`.
#[must_use]
pub fn break_without_loop(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::OutsideLoop,
        span,
        "`while` and `for` have no value",
        "only `loop` gives what its `break`s give",
    )
    .help("assign to a variable before the loop, then `break`")
}
