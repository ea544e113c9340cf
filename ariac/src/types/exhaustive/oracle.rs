//! The analysis against brute force: small random types, of which all values can be listed, and random arms.
//!
//! Of the scalars not all values are listed, but one from each interval that the bounds in the patterns can make; and lists
//! as long as patterns can tell lengths apart.

use super::tests::{World, param};
use super::{
    Arm, Constructor, Coverage, Key, Pattern, Place, Qualifiers, Witness, check, witness_text,
};
use crate::arena::Id;
use crate::hir::{ItemId, PatId};
use crate::types::{Ty, Types};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::HashSet;

/// Values of a type that are too many to try.
const MOST_VALUES: usize = 400;

/// Types in words: enums 0, 1, … of [`declared`].
#[derive(Clone, Debug)]
enum Small {
    Bool,
    Unit,
    Int,
    Byte,
    Float,
    Text,
    Object,
    Tuple(Vec<Small>),
    List(Box<Small>),
    /// `A`, `B`, `C`.
    Three,
    /// `Some(T)`, `None`.
    Option(Box<Small>),
    /// `One(T)`, `Two(T, U)`, `Zero`.
    Forms(Box<Small>, Box<Small>),
    /// `Only(T)`.
    Wrapped(Box<Small>),
}

fn declared() -> World {
    let mut world = World::new();
    world.declare("Three", 0, &[("A", &[]), ("B", &[]), ("C", &[])]);
    world.declare("Option", 1, &[("Some", &[param(0)]), ("None", &[])]);
    let two = [param(0), param(1)];
    let forms: [(&str, &[Ty]); 3] = [("One", &two[..1]), ("Two", &two), ("Zero", &[])];
    world.declare("Forms", 2, &forms);
    world.declare("Wrapped", 1, &[("Only", &[param(0)])]);
    world
}

impl Small {
    fn ty(&self, world: &World) -> Ty {
        let all = |items: &[&Small]| items.iter().map(|t| t.ty(world)).collect::<Vec<_>>();
        let adt = |item, args: &[&Small]| world.ty(ItemId::from_index(item), &all(args));
        match self {
            Small::Bool => Ty::Bool,
            Small::Unit => Ty::Unit,
            Small::Int => Ty::Int,
            Small::Byte => Ty::Sized(crate::types::IntKind::U8),
            Small::Float => Ty::Float,
            Small::Text => Ty::String,
            Small::Object => Ty::PythonObject,
            Small::Tuple(items) => Ty::Tuple(items.iter().map(|t| t.ty(world)).collect()),
            Small::List(item) => Ty::List(Box::new(item.ty(world))),
            Small::Three => adt(0, &[]),
            Small::Option(of) => adt(1, &[of]),
            Small::Forms(one, other) => adt(2, &[one, other]),
            Small::Wrapped(of) => adt(3, &[of]),
        }
    }

    /// The types of the fields of each variant.
    fn variants(&self) -> Vec<Vec<Small>> {
        match self {
            Small::Three => vec![vec![]; 3],
            Small::Option(of) => vec![vec![(**of).clone()], vec![]],
            Small::Forms(one, other) => {
                let (one, other) = ((**one).clone(), (**other).clone());
                vec![vec![one.clone()], vec![one, other], vec![]]
            }
            Small::Wrapped(of) => vec![vec![(**of).clone()]],
            _ => Vec::new(),
        }
    }

    /// Values for all intervals between the bounds that patterns have.
    fn values(&self) -> Vec<Value> {
        match self {
            Small::Bool => vec![Value::Int(0), Value::Int(1)],
            Small::Unit => vec![Value::Made(0, vec![])],
            Small::Int => [i64::MIN.into(), -1, 0, 1, 2, 3, 4, i64::MAX.into()]
                .map(Value::Int)
                .to_vec(),
            Small::Byte => [0, 1, 2, 3, 4, 255].map(Value::Int).to_vec(),
            Small::Float => [f64::NEG_INFINITY, -0.5, 0.0, 0.5, 1.0, 1.5, f64::INFINITY]
                .into_iter()
                .chain([f64::NAN])
                .map(Value::Float)
                .collect(),
            Small::Text => ["", "A", "a", "aa", "b", "c"].map(Value::Text).to_vec(),
            Small::Object => vec![Value::Text("an object")],
            Small::Tuple(items) => made(0, items),
            Small::List(item) => {
                let lengths = 0..=3;
                let lists = lengths.flat_map(|n| made(0, &vec![(**item).clone(); n]));
                lists.collect()
            }
            declared => {
                let variants = declared.variants().into_iter().enumerate();
                let values = variants.flat_map(|(variant, fields)| made(variant, &fields));
                values.collect()
            }
        }
    }

    /// How many values there are, without making them.
    fn count(&self) -> usize {
        let product = |items: &[Small]| items.iter().map(Small::count).product::<usize>();
        match self {
            Small::Tuple(items) => product(items),
            Small::List(item) => (0..=3).map(|n| item.count().saturating_pow(n)).sum(),
            Small::Three | Small::Option(_) | Small::Forms(..) | Small::Wrapped(_) => {
                self.variants().iter().map(|fields| product(fields)).sum()
            }
            scalar => scalar.values().len(),
        }
    }
}

/// A value: a scalar, or a list, tuple or variant (by its position) with its parts.
#[derive(Clone, Debug)]
enum Value {
    Int(i128),
    Float(f64),
    Text(&'static str),
    Made(usize, Vec<Value>),
}

/// All values with these fields.
fn made(variant: usize, fields: &[Small]) -> Vec<Value> {
    let mut rows: Vec<Vec<Value>> = vec![vec![]];
    for field in fields {
        let values = field.values();
        let longer = |row: &Vec<Value>| {
            let row = row.clone();
            let one = |value: &Value| [&row[..], std::slice::from_ref(value)].concat();
            values.iter().map(one).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    rows.into_iter()
        .map(|row| Value::Made(variant, row))
        .collect()
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.partial_cmp(other) == Some(std::cmp::Ordering::Equal)
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => a.partial_cmp(b),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => a.partial_cmp(b),
            _ => None,
        }
    }
}

/// A pattern as it is written.
#[derive(Clone, Debug)]
enum Written {
    Any,
    Range(Option<Value>, Option<Value>, bool),
    Made(usize, Vec<Written>),
    List(Vec<Written>, Option<usize>),
    Or(Vec<(PatId, Written)>),
}

impl Written {
    /// The alternatives by which it matches a value first; none if it does not.
    fn matches(&self, value: &Value) -> Option<Vec<PatId>> {
        let all = |patterns: &[Written], values: &[Value]| {
            let pairs = patterns.iter().zip(values);
            let parts: Option<Vec<_>> = pairs.map(|(p, v)| p.matches(v)).collect();
            parts.map(|parts| parts.concat())
        };
        match (self, value) {
            (Written::Any, _) => Some(vec![]),
            (Written::Or(alternatives), value) => alternatives.iter().find_map(|(id, pattern)| {
                let within = pattern.matches(value)?;
                Some([vec![*id], within].concat())
            }),
            (Written::Range(lo, hi, inclusive), value) => {
                let above = lo.as_ref().is_none_or(|lo| lo <= value);
                let below = hi.as_ref().is_none_or(|hi| match inclusive {
                    true => value <= hi,
                    false => value < hi,
                });
                let is_number = !matches!(value, Value::Float(x) if x.is_nan());
                (above && below && is_number).then(Vec::new)
            }
            (Written::Made(variant, patterns), Value::Made(of, values)) => {
                (variant == of).then(|| all(patterns, values)).flatten()
            }
            (Written::List(patterns, None), Value::Made(_, values)) => {
                let fits = patterns.len() == values.len();
                fits.then(|| all(patterns, values)).flatten()
            }
            (Written::List(patterns, Some(at)), Value::Made(_, values)) => {
                let between = values.len().checked_sub(patterns.len())?;
                let first = all(&patterns[..*at], &values[..*at])?;
                let last = all(&patterns[*at..], &values[at + between..])?;
                Some([first, last].concat())
            }
            _ => None,
        }
    }

    /// Gives the alternatives their ids.
    fn number(&mut self, next: &mut usize) {
        match self {
            Written::Any | Written::Range(..) => {}
            Written::Made(_, parts) | Written::List(parts, _) => {
                parts.iter_mut().for_each(|p| p.number(next));
            }
            Written::Or(alternatives) => {
                for (id, pattern) in alternatives {
                    *id = PatId::from_index(*next);
                    *next += 1;
                    pattern.number(next);
                }
            }
        }
    }

    /// In the language of the analysis.
    fn pattern(&self, small: &Small, ty: &Ty) -> Pattern {
        let all = |patterns: &[Written], tys: &[Small]| -> Vec<Pattern> {
            let world = declared();
            let pairs = patterns.iter().zip(tys);
            pairs
                .map(|(p, small)| p.pattern(small, &small.ty(&world)))
                .collect()
        };
        match (self, small) {
            (Written::Any, _) => Pattern::Any,
            (Written::Or(alternatives), _) => {
                let one = |(id, p): &(PatId, Written)| (*id, p.pattern(small, ty));
                Pattern::Or(alternatives.iter().map(one).collect())
            }
            (Written::Range(lo, hi, inclusive), _) => {
                let start = Key::domain(ty).map(|(start, _)| start);
                let from = lo.as_ref().map(key).or(start);
                let to = match hi {
                    None => Key::open_end(ty),
                    Some(hi) if *inclusive => Some(key(hi).next()),
                    Some(hi) => Some(key(hi)),
                };
                match (from, to) {
                    (Some(from), Some(to)) if from < to => {
                        Pattern::leaf(Constructor::Range(from, to))
                    }
                    _ => Pattern::never(),
                }
            }
            (Written::Made(_, parts), Small::Unit) => {
                Pattern::Constructor(Constructor::Single, all(parts, &[]))
            }
            (Written::Made(_, parts), Small::Tuple(tys)) => {
                Pattern::Constructor(Constructor::Single, all(parts, tys))
            }
            (Written::Made(variant, parts), declared) => Pattern::Constructor(
                Constructor::Variant(*variant as u32),
                all(parts, &declared.variants()[*variant]),
            ),
            (Written::List(parts, at), Small::List(item)) => {
                let tys = vec![(**item).clone(); parts.len()];
                let constructor = match at {
                    Some(at) => Constructor::Rest(*at, parts.len() - at),
                    None => Constructor::Fixed(parts.len()),
                };
                Pattern::Constructor(constructor, all(parts, &tys))
            }
            (pattern, small) => panic!("{pattern:?} is no pattern of {small:?}"),
        }
    }
}

fn key(value: &Value) -> Key {
    match value {
        Value::Int(n) => Key::Number(*n),
        Value::Float(x) => Key::of_float(*x),
        Value::Text(text) => Key::Text((*text).to_owned()),
        Value::Made(..) => Key::End,
    }
}

/// Whether a value is of this case.
fn is_case(case: &Witness, value: &Value) -> bool {
    let Witness::Constructor(constructor, parts) = case else {
        return true;
    };
    let all = |parts: &[Witness], values: &[Value]| {
        let mut pairs = parts.iter().zip(values);
        pairs.all(|(part, value)| is_case(part, value))
    };
    match (constructor, value) {
        (Constructor::Range(..), Value::Float(x)) if x.is_nan() => false,
        (Constructor::Range(lo, hi), value) => *lo <= key(value) && key(value) < *hi,
        (Constructor::Single, Value::Made(_, values)) => all(parts, values),
        (Constructor::Variant(variant), Value::Made(of, values)) => {
            *variant as usize == *of && all(parts, values)
        }
        (Constructor::Fixed(length), Value::Made(_, values)) => {
            *length == values.len() && all(parts, values)
        }
        (Constructor::Rest(first, last), Value::Made(_, values)) => {
            first + last <= values.len()
                && all(&parts[..*first], values)
                && all(&parts[*first..], &values[values.len() - last..])
        }
        _ => false,
    }
}

/// Whether the case is one of those that only some value of an open set makes.
fn has_other(case: &Witness) -> bool {
    match case {
        Witness::Any => false,
        Witness::Other => true,
        Witness::Constructor(_, parts) => parts.iter().any(has_other),
    }
}

fn small() -> impl Strategy<Value = Small> {
    let leaf = prop_oneof![
        4 => Just(Small::Bool),
        1 => Just(Small::Unit),
        2 => Just(Small::Int),
        1 => Just(Small::Byte),
        1 => Just(Small::Float),
        1 => Just(Small::Text),
        1 => Just(Small::Object),
        3 => Just(Small::Three),
    ];
    let nested = leaf.prop_recursive(3, 8, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            vec(inner, 1..=3).prop_map(Small::Tuple),
            boxed.clone().prop_map(Small::List),
            boxed.clone().prop_map(Small::Option),
            boxed.clone().prop_map(Small::Wrapped),
            (boxed.clone(), boxed).prop_map(|(one, other)| Small::Forms(one, other)),
        ]
    });
    nested.prop_filter("few values", |small| small.count() <= MOST_VALUES)
}

/// A pattern for values of a type.
fn written(small: &Small, depth: u32) -> BoxedStrategy<Written> {
    let parts = move |tys: &[Small]| -> BoxedStrategy<Vec<Written>> {
        let strategies: Vec<_> = tys.iter().map(|ty| written(ty, depth)).collect();
        strategies.boxed()
    };
    let scalar = |values: Vec<Value>| {
        let bound = || prop::sample::select(values.clone());
        prop_oneof![
            3 => bound().prop_map(|v| Written::Range(Some(v.clone()), Some(v), true)),
            1 => (prop::option::of(bound()), prop::option::of(bound()), any::<bool>())
                .prop_map(|(lo, hi, inclusive)| Written::Range(lo, hi, inclusive)),
        ]
        .boxed()
    };
    let test = match small {
        Small::Bool => prop::sample::select(vec![0, 1])
            .prop_map(|n| Written::Range(Some(Value::Int(n)), Some(Value::Int(n)), true))
            .boxed(),
        Small::Unit => Just(Written::Made(0, vec![])).boxed(),
        Small::Int => scalar([0, 1, 2, 3].map(Value::Int).to_vec()),
        Small::Byte => scalar([0, 1, 2, 3, 255].map(Value::Int).to_vec()),
        Small::Float => scalar([0.0, 1.0, -0.0].map(Value::Float).to_vec()),
        Small::Text => scalar(["", "a", "b"].map(Value::Text).to_vec()),
        Small::Object => Just(Written::Any).boxed(),
        Small::Tuple(items) => parts(items).prop_map(|p| Written::Made(0, p)).boxed(),
        Small::List(item) => {
            let one = |ends: (usize, Option<usize>)| {
                let (count, at) = ends;
                let tys = vec![(**item).clone(); count];
                parts(&tys).prop_map(move |p| Written::List(p, at)).boxed()
            };
            let ends = [(0, None), (1, None), (2, None), (0, Some(0)), (1, Some(0))];
            let longer = [(1, Some(1)), (2, Some(1)), (2, Some(2)), (3, Some(2))];
            let all: Vec<_> = ends.into_iter().chain(longer).map(one).collect();
            proptest::strategy::Union::new(all).boxed()
        }
        declared => {
            let variants = declared.variants().into_iter().enumerate();
            let one = |(variant, tys): (usize, Vec<Small>)| {
                parts(&tys)
                    .prop_map(move |p| Written::Made(variant, p))
                    .boxed()
            };
            proptest::strategy::Union::new(variants.map(one)).boxed()
        }
    };
    if depth == 0 {
        return prop_oneof![2 => Just(Written::Any), 5 => test].boxed();
    }
    let alternatives = vec(written(small, depth - 1), 2..=3);
    let choice = alternatives.prop_map(|all| {
        let unnumbered = PatId::from_index(0);
        Written::Or(all.into_iter().map(|p| (unnumbered, p)).collect())
    });
    prop_oneof![3 => Just(Written::Any), 8 => test, 2 => choice].boxed()
}

/// A type and arms: patterns, and whether they have a guard.
fn matches() -> impl Strategy<Value = (Small, Vec<(Written, bool)>)> {
    small().prop_flat_map(|small| {
        let arm = (written(&small, 2), prop::bool::weighted(0.2));
        (Just(small), vec(arm, 0..8))
    })
}

/// The places that are not reached in an arm that is, not looking into them.
fn unreached(pattern: &Written, reached: &HashSet<PatId>, found: &mut Vec<Place>) {
    match pattern {
        Written::Any | Written::Range(..) => {}
        Written::Made(_, parts) | Written::List(parts, _) => {
            parts.iter().for_each(|p| unreached(p, reached, found));
        }
        Written::Or(alternatives) => {
            for (id, pattern) in alternatives {
                match reached.contains(id) {
                    true => unreached(pattern, reached, found),
                    false => found.push(Place::Alternative(*id)),
                }
            }
        }
    }
}

/// What brute force says of the places that are not reached.
fn expected_unreachable(arms: &[(Written, bool)], values: &[Value]) -> Vec<Place> {
    let mut reached = HashSet::new();
    let mut is_reached = vec![false; arms.len()];
    for value in values {
        for (index, (pattern, is_guarded)) in arms.iter().enumerate() {
            if let Some(alternatives) = pattern.matches(value) {
                is_reached[index] = true;
                reached.extend(alternatives);
                if !is_guarded {
                    break;
                }
            }
        }
    }
    let mut found = Vec::new();
    for (index, (pattern, _)) in arms.iter().enumerate() {
        match is_reached[index] {
            true => unreached(pattern, &reached, &mut found),
            false => found.push(Place::Arm(index)),
        }
    }
    found
}

/// Whether a case as text can be parsed as a pattern.
fn parses(text: &str) -> bool {
    let source = format!("fn f(x: Int) -> Int\n  match x\n    when {text} then 1\n  end\nend\n");
    let tree = crate::syntax::parse(&source);
    tree.root().is_some_and(|root| !root.has_error())
}

fn agree(
    types: &Types,
    ty: &Ty,
    small: &Small,
    arms: &[(Written, bool)],
) -> Result<(), TestCaseError> {
    let values = small.values();
    let translated: Vec<Arm> = arms
        .iter()
        .map(|(pattern, is_guarded)| Arm {
            pattern: pattern.pattern(small, ty),
            is_guarded: *is_guarded,
        })
        .collect();
    let outcome = check(types, ty, &translated);
    let covers = |arm: &(Written, bool), value: &Value| !arm.1 && arm.0.matches(value).is_some();
    let is_left = |value: &&Value| !arms.iter().any(|arm| covers(arm, value));
    let left: Vec<&Value> = values.iter().filter(is_left).collect();
    match &outcome.coverage {
        Coverage::Complete => prop_assert!(left.is_empty(), "left: {left:?}"),
        Coverage::TooComplex => prop_assert!(false, "too complex"),
        Coverage::Missing { cases, .. } => {
            prop_assert!(!left.is_empty() && !cases.is_empty());
            for case in cases {
                prop_assert!(left.iter().any(|value| is_case(case, value)), "{case:?}");
                if !has_other(case) {
                    let taken = |v: &&Value| is_case(case, v) && !is_left(v);
                    let taken = values.iter().find(taken);
                    prop_assert!(taken.is_none(), "{case:?}: {taken:?}");
                }
                let text = witness_text(types, &Qualifiers::new(), ty, case);
                prop_assert!(parses(&text), "{text}");
            }
        }
    }
    let places: Vec<Place> = outcome.unreachable.iter().map(|u| u.place).collect();
    prop_assert_eq!(places, expected_unreachable(arms, &values));
    for unreachable in &outcome.unreachable {
        let Place::Arm(index) = unreachable.place else {
            continue;
        };
        let matching = |value: &&Value| arms[index].0.matches(value).is_some();
        let takes = |place: &Place, value: &Value| match place {
            Place::Arm(earlier) => *earlier < index && covers(&arms[*earlier], value),
            Place::Alternative(_) => false,
        };
        // The places take all values together, and none of them could be left out.
        let by = &unreachable.covered_by;
        let all = |places: &[Place]| {
            let mut values = values.iter().filter(matching);
            values.all(|value| places.iter().any(|place| takes(place, value)))
        };
        prop_assert!(all(by), "{unreachable:?}");
        for left_out in 0..by.len() {
            let mut fewer = by.clone();
            fewer.remove(left_out);
            prop_assert!(!all(&fewer), "{unreachable:?} needs no {left_out}");
        }
    }
    Ok(())
}

/// The same cases every time, and others with `ARIA_TEST_RANDOM=1`; `ARIA_TEST_EXAMPLES` says how many.
fn config() -> ProptestConfig {
    let examples = std::env::var("ARIA_TEST_EXAMPLES").ok();
    ProptestConfig {
        cases: examples.and_then(|n| n.parse().ok()).unwrap_or(2_000),
        rng_seed: match std::env::var_os("ARIA_TEST_RANDOM") {
            Some(_) => RngSeed::Random,
            None => RngSeed::Fixed(1),
        },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn brute_force_agrees((small, mut arms) in matches()) {
        let mut next = 0;
        arms.iter_mut().for_each(|(pattern, _)| pattern.number(&mut next));
        let world = declared();
        let ty = small.ty(&world);
        agree(&world.types, &ty, &small, &arms)?;
    }
}
