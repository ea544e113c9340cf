//! What the compiler says about types.

use super::{Code, Diagnostic};
use crate::source::Span;
use crate::types::Ty;

/// How a type is called in a message.
fn name(ty: &Ty) -> String {
    match ty {
        Ty::Unit => "nothing".to_owned(),
        Ty::Range => "a range".to_owned(),
        ty => ty.to_string(),
    }
}

/// Two types that should agree.
#[must_use]
pub fn mismatch(span: Span, wanted: &Ty, found: &Ty) -> Diagnostic {
    let message = format!("expected {}, found {}", name(wanted), name(found));
    Diagnostic::error(
        Code::Mismatch,
        span,
        message,
        format!("this is {}", name(found)),
    )
}

/// A place that wants something which is said in words.
#[must_use]
pub fn expected(span: Span, wanted: &str, found: &Ty) -> Diagnostic {
    let message = format!("expected {wanted}, found {}", name(found));
    Diagnostic::error(
        Code::Mismatch,
        span,
        message,
        format!("this is {}", name(found)),
    )
}

/// A name that stands for no value where one is needed. `what`: "a type", "a module".
#[must_use]
pub fn no_value(span: Span, text: &str, what: &str) -> Diagnostic {
    let message = format!("expected a value, but `{text}` is {what}");
    Diagnostic::error(Code::Mismatch, span, message, "not a value")
}

/// A type that does not exist.
#[must_use]
pub fn unknown_type(span: Span, text: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the type `{text}` is not known");
    let report = Diagnostic::error(Code::UnknownType, span, message, "unknown type");
    match near {
        Some(near) => report.fix(span, near, "a type like it is known"),
        None => report,
    }
}

/// `Int[Float]`.
#[must_use]
pub fn no_type_arguments(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!("{ty} takes no types in brackets");
    Diagnostic::error(Code::UnknownType, span, message, "not a type").fix(
        span,
        ty.to_string(),
        "remove them",
    )
}

/// `Array` alone.
#[must_use]
pub fn element_missing(span: Span, text: &str) -> Diagnostic {
    let message = format!("`{text}` needs the type of its elements");
    let fix = format!("{text}[Float]");
    Diagnostic::error(Code::Element, span, message, "elements of which type?").fix(
        span,
        fix,
        "for instance",
    )
}

/// A `PythonArray` that is changed.
#[must_use]
pub fn handle_changed(span: Span, ty: &Ty) -> Diagnostic {
    let view = Ty::PyArrayView(Box::new(ty.scalar().clone())).with_rank(ty.rank());
    let message = format!("a {ty} is read-only, for others may share its memory");
    Diagnostic::error(Code::NotMutable, span, message, "would change it")
        .help(format!("take a view that may be changed: `mut x: {view}`"))
}

/// `m[i, j, k]` of two dimensions.
#[must_use]
pub fn index_count(span: Span, ty: &Ty, given: usize) -> Diagnostic {
    let rank = ty.rank();
    let dimensions = if rank == 1 { "dimension" } else { "dimensions" };
    let message = format!("{ty} has {rank} {dimensions}, and {given} indices are given");
    Diagnostic::error(Code::Arguments, span, message, "too many indices")
}

/// `[[1, 2], [3]]`.
#[must_use]
pub fn ragged(span: Span, len: usize, first: Span, first_len: usize) -> Diagnostic {
    let message = format!("the rows of an array are equally long: {first_len} elements, not {len}");
    Diagnostic::error(Code::Element, span, message, format!("has {len}"))
        .at(first, format!("has {first_len}"))
        .help("for rows of different lengths use a list: `let rows: List[Array[Float]] = …`")
}

/// `Array[Float, 0]`.
#[must_use]
pub fn rank(span: Span, rank: u64, most: u8) -> Diagnostic {
    let message = format!("an array has 1 to {most} dimensions, not {rank}");
    Diagnostic::error(Code::Element, span, message, "the number of dimensions")
}

/// `Array[String]`.
#[must_use]
pub fn element(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!("{ty} cannot be the element of an array");
    let report = Diagnostic::error(
        Code::Element,
        span,
        message,
        "expected a number type, Bool, Complex, or a `data` of those",
    );
    match ty {
        Ty::Param(_) => report.help(format!(
            "say that it is one: `[{ty}: Element]`, or `[{ty}: Number]` to calculate with it"
        )),
        Ty::Tuple(_) | Ty::String | Ty::Adt(_) | Ty::Fn(_) => {
            report.help(format!("a list holds anything: `List[{ty}]`"))
        }
        _ => report,
    }
}

/// A value that an array cannot hold.
#[must_use]
pub fn element_value(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!(
        "the elements of an array are numbers, Bools, or `data` of them, found {}",
        name(ty)
    );
    let report = Diagnostic::error(
        Code::Element,
        span,
        message,
        format!("this is {}", name(ty)),
    );
    match ty {
        Ty::PythonObject => report.help("convert it: `.to[Float]`"),
        _ => report,
    }
}

/// A type that cannot stand in this place.
#[must_use]
pub fn not_here(span: Span, ty: &Ty, place: &str, why: &str) -> Diagnostic {
    let message = format!("{} cannot be {place}", name(ty));
    Diagnostic::error(Code::Element, span, message, "not possible here").note(why)
}

/// `mut` for what Python passes by value or Aria copies.
#[must_use]
pub fn mut_from_python(span: Span, function: &str, param: &str, ty: &Ty) -> Diagnostic {
    let message = format!("changes to `mut {param}: {ty}` would be lost in Python");
    let report = Diagnostic::error(
        Code::Element,
        span,
        message,
        "Python would not see the change",
    )
    .note(format!(
        "`{function}` is called from Python, which passes {ty} as a copy"
    ));
    match ty.element() {
        Some(element) => report.fix(
            span,
            Ty::PyArrayView(Box::new(element.clone()))
                .with_rank(ty.rank())
                .to_string(),
            "take a view of Python's memory",
        ),
        None => report.help(format!(
            "return the new value, or make it `priv fn {function}`"
        )),
    }
}

/// A function of one expression whose result is not stated.
#[must_use]
pub fn result_unstated(span: Span, function: &str, ty: &Ty) -> Diagnostic {
    let message = format!("the result of `{function}` is not stated");
    Diagnostic::error(Code::TypeUnclear, span, message, format!("gives {ty}"))
        .note("signatures are written, bodies are inferred")
        .help(format!("write `fn {function}(…) -> {ty} = …`"))
}

/// `[]`.
#[must_use]
pub fn empty_array(span: Span) -> Diagnostic {
    let message = "the type of an empty array is not clear";
    Diagnostic::error(Code::TypeUnclear, span, message, "elements of which type?")
        .help("state it: `xs: Array[Float] = []`")
}

/// A constant that needs itself.
#[must_use]
pub fn const_cycle(span: Span, text: &str) -> Diagnostic {
    let message = format!("the constant `{text}` needs its own value");
    Diagnostic::error(Code::TypeUnclear, span, message, "needed again here")
}

/// A method or attribute that a type lacks.
#[must_use]
pub fn unknown_method(span: Span, owner: &str, text: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("{owner} has no method `{text}`");
    let report = Diagnostic::error(Code::UnknownMethod, span, message, "unknown method");
    match near {
        Some(near) => report.fix(span, near, "a method like it is known"),
        None => report,
    }
}

/// A method that only arrays of one dimension have.
#[must_use]
pub fn method_of_rows(span: Span, owner: &str, text: &str) -> Diagnostic {
    let message = format!("{owner} has no method `{text}`: arrays of one dimension have it");
    Diagnostic::error(Code::UnknownMethod, span, message, "unknown method").help(format!(
        "a row of `m` has it, `m[i].{text}`, and so have all its elements in one row: `m.reshape(m.size).{text}`"
    ))
}

/// The methods of other languages, and what Aria calls them, the likelier first.
const FOREIGN: &[(&str, &[&str])] = &[
    ("append", &["push", "extend"]),
    ("add", &["push", "insert"]),
    ("insert", &["add", "push"]),
    ("push_back", &["push"]),
    ("concat", &["extend"]),
    ("len", &["length"]),
    ("size", &["length"]),
    ("count", &["length"]),
    ("is_empty", &["empty?"]),
    ("isEmpty", &["empty?"]),
    ("contains", &["contains?"]),
    ("include?", &["contains?"]),
    ("includes", &["contains?"]),
    ("has", &["contains?"]),
    ("has_key", &["contains?"]),
    ("containsKey", &["contains?"]),
    ("select", &["filter"]),
    ("collect", &["map"]),
    ("inject", &["fold"]),
    ("reduce", &["fold"]),
    ("forEach", &["each"]),
    ("for_each", &["each"]),
    ("any", &["any?"]),
    ("some", &["any?"]),
    ("all", &["all?"]),
    ("every", &["all?"]),
    ("where", &["indices", "filter"]),
    ("nonzero", &["indices"]),
    ("flatnonzero", &["indices"]),
    ("accumulate", &["scan"]),
    ("average", &["mean"]),
    ("product", &["prod"]),
    ("percentile", &["quantile"]),
    ("flip", &["reverse"]),
    ("reversed", &["reverse"]),
    ("sorted", &["sort"]),
    ("head", &["first"]),
    ("delete", &["remove"]),
    ("is_some", &["some?"]),
    ("is_none", &["none?"]),
    ("nil?", &["none?"]),
    ("is_ok", &["ok?"]),
    ("is_err", &["err?"]),
    ("unwrap_or", &["or"]),
    ("or_else", &["or"]),
    ("get_or_else", &["or"]),
    ("flat_map", &["and_then"]),
    ("to_s", &["to_string"]),
    ("str", &["to_string"]),
    ("toString", &["to_string"]),
    ("to_str", &["to_string"]),
    ("to_i", &["to_int"]),
    ("to_f", &["to_float"]),
    ("int", &["to_int"]),
    ("float", &["to_float"]),
    ("round", &["floor"]),
    ("upcase", &["upper"]),
    ("to_upper", &["upper"]),
    ("toUpperCase", &["upper"]),
    ("downcase", &["lower"]),
    ("to_lower", &["lower"]),
    ("toLowerCase", &["lower"]),
    ("trim", &["strip"]),
    ("startswith", &["starts_with?"]),
    ("starts_with", &["starts_with?"]),
    ("start_with?", &["starts_with?"]),
    ("endswith", &["ends_with?"]),
    ("ends_with", &["ends_with?"]),
    ("end_with?", &["ends_with?"]),
    ("index", &["find"]),
    ("indexOf", &["find"]),
    ("index_of", &["find"]),
    ("gsub", &["replace"]),
    ("clone", &["copy"]),
    ("dup", &["copy"]),
];

/// What a method of another language is called here, if the type has it.
pub fn foreign_method<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let (_, ours) = FOREIGN.iter().find(|(theirs, _)| *theirs == text)?;
    let mut ours = ours.iter();
    ours.find_map(|name| names.iter().find(|known| *known == name).copied())
}

/// `a < xs < b` of arrays.
#[must_use]
pub fn array_chain(span: Span) -> Diagnostic {
    let message = "a chain of comparisons gives one Bool, and arrays give one for each element";
    Diagnostic::error(Code::Operator, span, message, "an array is compared here")
        .help("look at each element: `xs.map |x| low < x < high end`")
}

/// `push` and its like on an array.
#[must_use]
pub fn array_grows(span: Span, owner: &str, text: &str, element: &Ty) -> Diagnostic {
    let message = format!("{owner} has no method `{text}`: the length of an array is fixed");
    Diagnostic::error(Code::UnknownMethod, span, message, "unknown method")
        .help(format!("a list grows: `xs: List[{element}] = […]`"))
}

/// A field that is written like a call.
#[must_use]
pub fn field_called(span: Span, owner: &str, text: &str, parens: Option<Span>) -> Diagnostic {
    let message = format!("{owner} has no method `{text}`: it is a field");
    let report = Diagnostic::error(Code::UnknownMethod, span, message, "a field is not called");
    match parens {
        Some(parens) => report.fix(parens, "", "leave the parentheses out"),
        None => report.help("leave the arguments out"),
    }
}

/// A field of a variant on the value of an enum.
#[must_use]
pub fn field_of_variant(span: Span, owner: &str, text: &str, variant: &str) -> Diagnostic {
    let message = format!("{owner} has no field `{text}`: its variant `{variant}` has");
    Diagnostic::error(Code::UnknownMethod, span, message, "which variant is it?").help(format!(
        "take it apart: `match value`, `when {variant}({text}: {text}) then …`"
    ))
}

/// A function of a trait that a type does not have.
#[must_use]
pub fn method_of_trait(span: Span, owner: &Ty, text: &str, of_trait: &str) -> Diagnostic {
    let message = format!("{owner} has no method `{text}`");
    let report = Diagnostic::error(Code::UnknownMethod, span, message, "unknown method").note(
        format!("the trait `{of_trait}` has it, and {owner} does not have the trait"),
    );
    match owner {
        Ty::Param(param) => report.help(format!("say that it has: `[{}: {of_trait}]`", param.name)),
        Ty::Adt(_) => report.help(format!("implement it: `impl {of_trait} for {owner}`")),
        _ => report,
    }
}

/// Too many or too few arguments. `takes`: "2 arguments".
#[must_use]
pub fn argument_count(span: Span, text: &str, takes: &str, found: usize) -> Diagnostic {
    let message = format!("`{text}` takes {takes}, found {found}");
    Diagnostic::error(Code::Arguments, span, message, format!("found {found}"))
}

/// A `fn main` that no system can start.
#[must_use]
pub fn main_signature(span: Span, message: &str, label: &str) -> Diagnostic {
    Diagnostic::error(Code::Main, span, message, label)
        .help("a program begins with `fn main`, or `fn main() -> Int` when it has a status")
}

/// Parameters that got no argument.
#[must_use]
pub fn argument_missing(span: Span, text: &str, missing: &[&str]) -> Diagnostic {
    let list: Vec<String> = missing.iter().map(|m| format!("`{m}`")).collect();
    let noun = if missing.len() == 1 {
        "argument"
    } else {
        "arguments"
    };
    let message = format!("`{text}` lacks the {noun} {}", list.join(", "));
    Diagnostic::error(Code::Arguments, span, message, "called here")
}

/// A keyword that names no parameter.
#[must_use]
pub fn unknown_keyword(span: Span, text: &str, keyword: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("`{text}` has no parameter `{keyword}`");
    let report = Diagnostic::error(Code::Arguments, span, message, "unknown parameter");
    match near {
        Some(near) => report.fix(span, near, "a parameter like it is known"),
        None => report,
    }
}

/// A parameter that gets two arguments.
#[must_use]
pub fn argument_twice(span: Span, keyword: &str, first: Span) -> Diagnostic {
    let message = format!("`{keyword}` is given twice");
    Diagnostic::error(Code::Arguments, span, message, "given again").at(first, "first given here")
}

/// An argument without a name after one with a name.
#[must_use]
pub fn positional_after_keyword(span: Span, first: Span) -> Diagnostic {
    let message = "an argument without a name stands after one with a name";
    Diagnostic::error(
        Code::Arguments,
        span,
        message,
        "needs a name, or to stand before",
    )
    .at(first, "the first with a name")
}

/// Arguments of a built-in with names.
#[must_use]
pub fn no_keywords(span: Span, name: &str, text: &str) -> Diagnostic {
    let message = format!("the arguments of `{text}` have no names");
    let report = Diagnostic::error(Code::Arguments, span, message, "remove the name");
    match name {
        "axis" => report.help("arrays of two dimensions have `axis:`, of numbers"),
        _ => report,
    }
}

/// A method that needs a block, or a block with another number of parameters.
#[must_use]
pub fn block_shape(span: Span, text: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Arguments,
        span,
        format!("`{text}` takes {wanted}"),
        "here",
    )
}

/// A block with another number of parameters than what it is given to has for it.
#[must_use]
pub fn block_parameters(span: Span, wanted: &str) -> Diagnostic {
    let message = format!("expected {wanted}");
    Diagnostic::error(Code::Arguments, span, message, "this block")
        .help("a parameter that is not used is written `_`")
}

/// A type where a method wants one, which is missing or not one.
#[must_use]
pub fn type_argument(span: Span, text: &str, example: &str) -> Diagnostic {
    let message = format!("`{text}` needs one type as its argument");
    Diagnostic::error(
        Code::Arguments,
        span,
        message,
        format!("for instance `{example}`"),
    )
}

/// An operator whose operands it cannot take.
#[must_use]
pub fn operator(span: Span, symbol: &str, left: (&Ty, Span), right: (&Ty, Span)) -> Diagnostic {
    let message = format!(
        "`{symbol}` does not work on {} and {}",
        name(left.0),
        name(right.0)
    );
    Diagnostic::error(Code::Operator, span, message, "")
        .at(left.1, name(left.0))
        .at(right.1, name(right.0))
}

/// An operator with one operand.
#[must_use]
pub fn unary(span: Span, symbol: &str, ty: &Ty) -> Diagnostic {
    let message = format!("`{symbol}` does not work on {}", name(ty));
    Diagnostic::error(
        Code::Operator,
        span,
        message,
        format!("this is {}", name(ty)),
    )
}

/// A call of something that is no function.
#[must_use]
pub fn not_callable(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!("{} cannot be called", name(ty));
    Diagnostic::error(Code::NotCallable, span, message, "not a function")
}

/// A call of a name that is no function. `what`: "a type".
#[must_use]
pub fn name_not_callable(span: Span, text: &str, what: &str) -> Diagnostic {
    let message = format!("`{text}` is {what} and cannot be called");
    Diagnostic::error(Code::NotCallable, span, message, "not a function")
}

/// A `for` over what has no elements.
#[must_use]
pub fn not_iterable(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!(
        "`for` needs a range, an array or a Python object, found {}",
        name(ty)
    );
    let report = Diagnostic::error(
        Code::NotIterable,
        span,
        message,
        format!("this is {}", name(ty)),
    );
    match ty {
        Ty::Int => report.fix(
            Span {
                end: span.start,
                ..span
            },
            "0..<",
            "count up to it",
        ),
        _ => report,
    }
}

/// A pattern with another number of parts than the value.
#[must_use]
pub fn parts(span: Span, wanted: usize, or_more: bool, found: &Ty) -> Diagnostic {
    let wanted = match or_more {
        true => format!("{wanted} or more"),
        false => wanted.to_string(),
    };
    let message = format!("expected {wanted} values, found {}", name(found));
    Diagnostic::error(
        Code::Mismatch,
        span,
        message,
        format!("takes {wanted} values apart"),
    )
}

/// `t[i]` of a tuple.
#[must_use]
pub fn tuple_index(span: Span) -> Diagnostic {
    let message = "a part of a tuple is named by a number in the text";
    Diagnostic::error(Code::Mismatch, span, message, "expected `[0]`, `[1]` and so on")
        .note("the parts may have different types, so that which one is meant must be known before the program runs")
        .help("a list has an index that is computed")
}

/// `xs[0]: Int = 3`.
#[must_use]
pub fn stated_again(span: Span) -> Diagnostic {
    let message = "an element or attribute has the type that its owner gives it";
    Diagnostic::error(Code::Mismatch, span, message, "no type can be stated here")
        .help("leave the type out; `.to_int`, `.to_float` and the like convert the value")
}

/// A range with a step, or in a variable, where the type's own `slice` gets two bounds.
#[must_use]
pub fn no_step(span: Span, ty: &Ty) -> Diagnostic {
    let message = format!("a slice of {} takes no step", name(ty));
    Diagnostic::error(Code::Mismatch, span, message, "expected two bounds")
        .help("its function `slice` gets the bounds; call one of your own that takes a step")
}

/// A change of something read-only. `what`: "parameter", "value of `let`".
#[must_use]
pub fn read_only(span: Span, text: &str, declared: Span, mut_at: Option<Span>) -> Diagnostic {
    let message = format!("`{text}` is read-only and cannot be changed");
    let report = Diagnostic::error(Code::NotMutable, span, message, "changed here")
        .at(declared, "declared here");
    match mut_at {
        Some(at) => report.fix(at, "mut ", "make it mutable"),
        None => report,
    }
}

/// A `mut` parameter that gets an element of an array.
#[must_use]
pub fn element_changed(span: Span, param: &str) -> Diagnostic {
    let message = format!("`mut {param}` needs a variable; an element of an array is a value");
    Diagnostic::error(Code::NotMutable, span, message, "the change would be lost")
        .help("give it a name, pass that, and assign it to the element; or pass a slice, `a[i..i]`, to a `mut` view")
}

/// A `mut` parameter that gets something without a name.
#[must_use]
pub fn temporary_changed(span: Span, param: &str) -> Diagnostic {
    let message = format!("`mut {param}` needs a variable, so that the change is seen");
    Diagnostic::error(Code::NotMutable, span, message, "this has no name")
        .help("give it a name first, and pass that")
}
