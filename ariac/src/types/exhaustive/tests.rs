//! Small matches, one feature a test; `oracle` has random ones.

use super::Constructor::{Fixed, Opaque, Range, Rest, Single, Variant};
use super::Pattern::{Any, Constructor, Or};
use super::{
    Arm, Coverage, Key, Outcome, Pattern, Place, Qualifiers, check, is_irrefutable, witness_text,
};
use crate::arena::Id;
use crate::hir::{ItemId, PatId, TypeDeclKind};
use crate::types::{Adt, AdtDef, FieldDef, Generic, IntKind, Repr, Ty, Types, VariantDef};
use pretty_assertions::assert_eq;

/// The types of a program.
pub(super) struct World {
    pub(super) types: Types,
    count: usize,
}

impl World {
    pub(super) fn new() -> World {
        World {
            types: Types::default(),
            count: 0,
        }
    }

    /// Declares an enum with these variants and the types of their fields, where `Ty::Param`s are its parameters.
    pub(super) fn declare(
        &mut self,
        name: &str,
        params: u32,
        variants: &[(&str, &[Ty])],
    ) -> ItemId {
        let item = ItemId::from_index(self.count);
        self.count += 1;
        let field = |(index, ty): (usize, &Ty)| FieldDef {
            name: index.to_string(),
            ty: ty.clone(),
            default: None,
            private: false,
        };
        let variants = variants.iter().map(|(name, tys)| VariantDef {
            name: (*name).to_owned(),
            fields: tys.iter().enumerate().map(field).collect(),
            value: None,
        });
        let generic = |index: u32| Generic::any(&format!("T{index}"));
        let def = AdtDef {
            kind: TypeDeclKind::Enum,
            name: name.into(),
            generics: (0..params).map(generic).collect(),
            variants: variants.collect(),
        };
        self.types.adts.set(item, def);
        item
    }

    pub(super) fn ty(&self, item: ItemId, args: &[Ty]) -> Ty {
        let name = self.types.adts.get(item).map(|def| def.name.clone());
        Ty::Adt(Adt {
            item,
            name: name.unwrap_or_else(|| "?".into()),
            args: args.into(),
            repr: Repr::Owned,
            record: None,
        })
    }

    /// `Some(T0)`, `None`.
    fn option(&mut self, of: &Ty) -> Ty {
        let item = self.declare("Option", 1, &[("Some", &[param(0)]), ("None", &[])]);
        self.ty(item, std::slice::from_ref(of))
    }

    fn check(&self, ty: &Ty, patterns: &[Pattern]) -> Outcome {
        let arms = patterns.iter().map(|pattern| Arm {
            pattern: pattern.clone(),
            is_guarded: false,
        });
        check(&self.types, ty, &arms.collect::<Vec<_>>())
    }

    /// The cases that these arms leave out, as text.
    fn missing(&self, ty: &Ty, patterns: &[Pattern]) -> String {
        self.text(ty, &self.check(ty, patterns).coverage)
    }

    fn text(&self, ty: &Ty, coverage: &Coverage) -> String {
        match coverage {
            Coverage::Complete => "complete".to_owned(),
            Coverage::TooComplex => "too complex".to_owned(),
            Coverage::Missing { cases, more } => {
                let text = |case| witness_text(&self.types, &Qualifiers::new(), ty, case);
                let mut cases: Vec<String> = cases.iter().map(text).collect();
                cases.extend(more.then(|| "more".to_owned()));
                cases.join("; ")
            }
        }
    }

    /// The places that are not reached, and what takes their values.
    fn unreachable(&self, ty: &Ty, patterns: &[Pattern]) -> Vec<(Place, Vec<Place>)> {
        let found = self.check(ty, patterns).unreachable.into_iter();
        found.map(|u| (u.place, u.covered_by)).collect()
    }
}

pub(super) fn param(index: u32) -> Ty {
    Generic::any(&format!("T{index}")).ty(index as usize)
}

fn list(item: Ty) -> Ty {
    Ty::List(Box::new(item))
}

fn variant(index: u32, parts: &[Pattern]) -> Pattern {
    Constructor(Variant(index), parts.to_vec())
}

fn tuple(parts: &[Pattern]) -> Pattern {
    Constructor(Single, parts.to_vec())
}

fn fixed(items: &[Pattern]) -> Pattern {
    Constructor(Fixed(items.len()), items.to_vec())
}

fn rest(first: &[Pattern], last: &[Pattern]) -> Pattern {
    Constructor(Rest(first.len(), last.len()), [first, last].concat())
}

/// From the first number to the last, both included.
fn range(lo: i128, hi: i128) -> Pattern {
    Pattern::leaf(Range(Key::Number(lo), Key::Number(hi + 1)))
}

fn int(value: i128) -> Pattern {
    range(value, value)
}

fn bool(value: bool) -> Pattern {
    int(value.into())
}

fn text(value: &str) -> Pattern {
    let key = Key::Text(value.to_owned());
    Pattern::leaf(Range(key.clone(), key.next()))
}

fn float(value: f64) -> Pattern {
    let key = Key::of_float(value);
    Pattern::leaf(Range(key.clone(), key.next()))
}

/// Alternatives with these numbers.
fn or(alternatives: &[(usize, Pattern)]) -> Pattern {
    let number = |(n, pattern): &(usize, Pattern)| (PatId::from_index(*n), pattern.clone());
    Or(alternatives.iter().map(number).collect())
}

fn alternative(number: usize) -> Place {
    Place::Alternative(PatId::from_index(number))
}

const MIN: i128 = i64::MIN as i128;
const MAX: i128 = i64::MAX as i128;

#[test]
fn variants_are_named_with_their_fields() {
    let mut world = World::new();
    let float = Ty::Float;
    let variants: [(&str, &[Ty]); 4] = [
        ("Circle", std::slice::from_ref(&float)),
        ("Rect", &[Ty::Float, Ty::Float]),
        ("Empty", &[]),
        ("Wide", &[Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int]),
    ];
    let shape = world.declare("Shape", 0, &variants);
    let shape = world.ty(shape, &[]);
    let circle = variant(0, &[Any]);
    let some = world.missing(
        &shape,
        &[circle.clone(), variant(3, &[Any, Any, Any, Any, Any])],
    );
    assert_eq!(some, "Rect(_, _); Empty");
    assert_eq!(
        world.missing(&shape, &[circle, variant(2, &[])]),
        "Rect(_, _); Wide(..)"
    );
    assert_eq!(world.missing(&shape, &[]), "_");
}

#[test]
fn names_of_other_modules_are_qualified() {
    let mut world = World::new();
    let option = world.option(&Ty::Bool);
    let found = world.check(&option, &[variant(0, &[bool(true)])]);
    let Coverage::Missing { cases, .. } = found.coverage else {
        panic!("{found:?}");
    };
    let qualifiers = Qualifiers::from([(ItemId::from_index(0), "maybe".to_owned())]);
    let text = |case| witness_text(&world.types, &qualifiers, &option, case);
    let texts: Vec<String> = cases.iter().map(text).collect();
    assert_eq!(texts, ["maybe.None", "maybe.Some(false)"]);
}

#[test]
fn fields_have_the_types_of_the_arguments() {
    let mut world = World::new();
    let option = world.option(&Ty::Bool);
    let Ty::Adt(adt) = &option else {
        panic!("{option}");
    };
    let twice = world.ty(adt.item, std::slice::from_ref(&option));
    let some_some = variant(0, &[variant(0, &[Any])]);
    let none = variant(1, &[]);
    let arms = [some_some.clone(), none.clone()];
    assert_eq!(world.missing(&twice, &arms), "Some(None)");
    let arms = [some_some, none, variant(0, &[variant(1, &[])])];
    assert_eq!(world.missing(&twice, &arms), "complete");
    let arms = [variant(1, &[]), variant(0, &[variant(0, &[bool(true)])])];
    assert_eq!(
        world.missing(&twice, &arms),
        "Some(None); Some(Some(false))"
    );
}

#[test]
fn recursive_types_end_where_the_patterns_do() {
    let mut world = World::new();
    let item = ItemId::from_index(0);
    let inner = world.ty(item, &[param(0)]);
    let variants: [(&str, &[Ty]); 2] = [("Cons", &[param(0), inner]), ("Nil", &[])];
    world.declare("Chain", 1, &variants);
    let chain = world.ty(item, &[Ty::Int]);
    let cons = |rest: Pattern| variant(0, &[Any, rest]);
    let nil = || variant(1, &[]);
    assert_eq!(world.missing(&chain, &[nil()]), "Cons(_, _)");
    let arms = [nil(), cons(nil()), cons(cons(nil()))];
    assert_eq!(world.missing(&chain, &arms), "Cons(_, Cons(_, Cons(_, _)))");
    let arms = [nil(), cons(nil()), cons(cons(Any))];
    assert_eq!(world.missing(&chain, &arms), "complete");
}

#[test]
fn integers_of_all_widths_are_covered_by_ranges() {
    let world = World::new();
    let arms = [range(MIN, -1), int(0), range(1, 9)];
    assert_eq!(world.missing(&Ty::Int, &arms), "10..");
    assert_eq!(world.missing(&Ty::Int, &[int(0)]), "..-1; 1..");
    assert_eq!(
        world.missing(&Ty::Int, &[range(MIN, 3), int(5), range(9, MAX)]),
        "4; 6..8"
    );
    let arms = [range(MIN, MAX - 1)];
    assert_eq!(world.missing(&Ty::Int, &arms), "9223372036854775807");
    let arms = [range(MIN, 4), range(5, MAX)];
    assert_eq!(world.missing(&Ty::Int, &arms), "complete");
    for kind in IntKind::ALL {
        let ty = Ty::Sized(kind);
        let (lo, hi) = kind.range();
        assert_eq!(world.missing(&ty, &[range(lo, hi)]), "complete");
        let expected = match kind {
            IntKind::U64 => format!("{hi}u64"),
            _ => hi.to_string(),
        };
        assert_eq!(world.missing(&ty, &[range(lo, hi - 1)]), expected);
    }
}

#[test]
fn three_cases_are_named_and_the_others_mentioned() {
    let world = World::new();
    let arms = [int(0), int(10), int(20), int(30)];
    assert_eq!(world.missing(&Ty::Int, &arms), "..-1; 1..9; 11..19; more");
}

#[test]
fn floats_need_a_rest() {
    let world = World::new();
    assert_eq!(world.missing(&Ty::Float, &[float(0.0), float(1.0)]), "_");
    let below = Range(Key::of_float(f64::NEG_INFINITY), Key::of_float(0.0));
    let above = Range(
        Key::of_float(0.0),
        Key::open_end(&Ty::Float).unwrap_or(Key::End),
    );
    let halves = [Pattern::leaf(below), Pattern::leaf(above)];
    // Not a number is neither.
    assert_eq!(world.missing(&Ty::Float, &halves), "_");
    let arms = [halves.to_vec(), vec![Any]].concat();
    assert_eq!(world.missing(&Ty::Float, &arms), "complete");
    let arms = [halves.to_vec(), vec![float(-0.0), Any]].concat();
    let taken = (Place::Arm(2), vec![Place::Arm(1)]);
    assert_eq!(world.unreachable(&Ty::Float, &arms), [taken]);
    let both = Ty::Tuple(vec![Ty::Float, Ty::Bool]);
    let arms = [
        tuple(&[float(1.5), bool(true)]),
        tuple(&[halves[0].clone(), bool(true)]),
        tuple(&[Any, bool(false)]),
        tuple(&[halves[1].clone(), bool(true)]),
    ];
    assert_eq!(world.missing(&both, &arms), "(_, true)");
    let arms = [
        tuple(&[halves[0].clone(), bool(true)]),
        tuple(&[float(-1.5), Any]),
    ];
    let text = world.missing(&both, &arms);
    assert_eq!(
        text,
        "_; (..<-1.5, false); (-1.4999999999999998..<0.0, false)"
    );
}

#[test]
fn strings_need_a_rest() {
    let world = World::new();
    let arms = [text("a"), text("b"), text("a")];
    assert_eq!(world.missing(&Ty::String, &arms), "_");
    let found = world.unreachable(&Ty::String, &arms);
    assert_eq!(found, [(Place::Arm(2), vec![Place::Arm(0)])]);
    let both = Ty::Tuple(vec![Ty::String, Ty::Bool]);
    let arms = [
        tuple(&[text("a \"#{b}\"\n"), bool(true)]),
        tuple(&[Any, bool(true)]),
    ];
    let found = world.missing(&both, &arms);
    assert_eq!(found, "(_, false)");
    let arms = [
        tuple(&[text("\"#{\n"), bool(true)]),
        tuple(&[text("x"), Any]),
    ];
    let found = world.missing(&both, &arms);
    assert_eq!(found, "_; (\"\\\"\\#{\\n\", false)");
}

#[test]
fn tuples_are_looked_at_as_wholes() {
    let world = World::new();
    let pair = Ty::Tuple(vec![Ty::Bool, Ty::Bool]);
    let arms = [tuple(&[bool(false), Any])];
    assert_eq!(world.missing(&pair, &arms), "(true, _)");
    let arms = [
        tuple(&[bool(true), Any]),
        tuple(&[Any, bool(true)]),
        tuple(&[bool(false), bool(false)]),
    ];
    assert_eq!(world.missing(&pair, &arms), "complete");
    let one = Ty::Tuple(vec![Ty::Bool]);
    assert_eq!(world.missing(&one, &[tuple(&[bool(true)])]), "(false,)");
    assert_eq!(world.missing(&Ty::Unit, &[tuple(&[])]), "complete");
    assert_eq!(world.missing(&Ty::Unit, &[]), "_");
}

#[test]
fn lists_are_told_apart_by_their_lengths() {
    let world = World::new();
    let ints = list(Ty::Int);
    assert_eq!(world.missing(&ints, &[fixed(&[])]), "[_, ..]");
    let arms = [fixed(&[]), fixed(&[Any])];
    assert_eq!(world.missing(&ints, &arms), "[_, _, ..]");
    assert_eq!(
        world.missing(&ints, &[fixed(&[Any, Any])]),
        "[]; [_]; [_, _, _, ..]"
    );
    let arms = [fixed(&[]), rest(&[Any], &[])];
    assert_eq!(world.missing(&ints, &arms), "complete");
    assert_eq!(world.missing(&ints, &[rest(&[Any], &[Any])]), "[]; [_]");
    let array = Ty::Array(Box::new(Ty::Bool));
    let arms = [
        fixed(&[]),
        rest(&[bool(true)], &[]),
        rest(&[], &[bool(true)]),
    ];
    assert_eq!(world.missing(&array, &arms), "[false]; [false, .., false]");
    let arms = [
        arms.to_vec(),
        vec![rest(&[bool(false)], &[]), fixed(&[Any, Any])],
    ]
    .concat();
    assert_eq!(world.missing(&array, &arms), "complete");
    let taken = (Place::Arm(4), vec![Place::Arm(1), Place::Arm(3)]);
    assert_eq!(world.unreachable(&array, &arms), [taken]);
}

#[test]
fn what_only_the_running_program_knows_covers_nothing() {
    let world = World::new();
    let known_later = |n| Pattern::leaf(Opaque(n));
    let arms = [known_later(0), known_later(1)];
    assert_eq!(world.missing(&Ty::PythonObject, &arms), "_");
    let arms = [bool(true), known_later(0), bool(false)];
    assert_eq!(world.missing(&Ty::Bool, &arms), "complete");
    assert_eq!(world.missing(&Ty::Bool, &arms[..2]), "false");
    let arms = [Any, known_later(0)];
    let taken = (Place::Arm(1), vec![Place::Arm(0)]);
    assert_eq!(world.unreachable(&Ty::PythonObject, &arms), [taken]);
}

#[test]
fn guards_cover_nothing() {
    let world = World::new();
    let arm = |pattern: Pattern, is_guarded| Arm {
        pattern,
        is_guarded,
    };
    let arms = [arm(bool(true), false), arm(Any, true), arm(Any, true)];
    let found = check(&world.types, &Ty::Bool, &arms);
    assert_eq!(world.text(&Ty::Bool, &found.coverage), "false");
    assert_eq!(found.unreachable, []);
    // The alternatives of one arm have one guard: the second is never tried after the first.
    let twice = or(&[(0, bool(true)), (1, bool(true))]);
    let found = check(
        &world.types,
        &Ty::Bool,
        &[arm(twice, true), arm(Any, false)],
    );
    assert_eq!(found.coverage, Coverage::Complete);
    let [unreachable] = &found.unreachable[..] else {
        panic!("{found:?}");
    };
    assert_eq!(unreachable.place, alternative(1));
    assert_eq!(unreachable.covered_by, [alternative(0)]);
}

#[test]
fn arms_are_named_that_take_the_values_of_another() {
    let world = World::new();
    let arms = [range(0, 9), range(10, 19), int(5), range(5, 15), Any, Any];
    let found = world.unreachable(&Ty::Int, &arms);
    let expected = [
        (Place::Arm(2), vec![Place::Arm(0)]),
        (Place::Arm(3), vec![Place::Arm(0), Place::Arm(1)]),
        (Place::Arm(5), vec![Place::Arm(4)]),
    ];
    assert_eq!(found, expected);
    let arms = [Pattern::never(), Any];
    assert_eq!(
        world.unreachable(&Ty::Int, &arms),
        [(Place::Arm(0), vec![])]
    );
}

#[test]
fn alternatives_are_looked_at_one_by_one() {
    let world = World::new();
    let pair = Ty::Tuple(vec![Ty::Bool, Ty::Int]);
    let choice = or(&[(0, int(1)), (1, range(0, 5)), (2, int(3)), (3, int(7))]);
    let arms = [
        tuple(&[bool(true), int(7)]),
        tuple(&[or(&[(4, bool(true)), (5, bool(false))]), choice]),
        tuple(&[bool(false), or(&[(6, int(7)), (7, int(8))])]),
        Any,
    ];
    let expected = [
        (alternative(2), vec![alternative(1)]),
        (alternative(6), vec![Place::Arm(1)]),
    ];
    assert_eq!(world.unreachable(&pair, &arms), expected);
    assert_eq!(world.missing(&pair, &arms), "complete");
}

#[test]
fn patterns_of_let_match_everything() {
    let mut world = World::new();
    let item = world.declare("Point", 0, &[("Point", &[Ty::Float, Ty::Float])]);
    let point = world.ty(item, &[]);
    let option = world.option(&Ty::Bool);
    let is = |ty: &Ty, pattern: &Pattern| is_irrefutable(&world.types, ty, pattern);
    assert!(is(&point, &variant(0, &[Any, Any])));
    assert!(!is(&point, &variant(0, &[Any, float(0.0)])));
    assert!(!is(&option, &variant(0, &[Any])));
    let both = or(&[(0, variant(0, &[Any])), (1, variant(1, &[]))]);
    assert!(is(&option, &both));
    assert!(is(&list(Ty::Int), &rest(&[], &[])));
    assert!(!is(&list(Ty::Int), &rest(&[Any], &[])));
    assert!(is(&Ty::PythonObject, &Any));
}

/// A type with 20 variants, and the 6-tuple of it.
fn large(world: &mut World) -> Ty {
    let names: Vec<String> = (0..20).map(|n| format!("V{n}")).collect();
    let variants: Vec<(&str, &[Ty])> = names.iter().map(|n| (&**n, &[][..])).collect();
    let item = world.declare("Large", 0, &variants);
    Ty::Tuple(vec![world.ty(item, &[]); 6])
}

#[test]
fn twenty_variants_in_six_places_end_within_the_limit() {
    let mut world = World::new();
    let ty = large(&mut world);
    // One arm with all variants everywhere.
    let all = |from: usize| {
        or(&(0..20)
            .map(|n| (from + n, variant(n as u32, &[])))
            .collect::<Vec<_>>())
    };
    let parts: Vec<Pattern> = (0..6).map(|place| all(20 * place)).collect();
    assert_eq!(world.missing(&ty, &[tuple(&parts)]), "complete");
    // Each variant in each place, but for one combination.
    let mut arms = Vec::new();
    for place in 0..6 {
        for n in 0..19 {
            let mut parts = vec![Any; 6];
            parts[place] = variant(n, &[]);
            arms.push(tuple(&parts));
        }
    }
    assert_eq!(world.missing(&ty, &arms), "(V19, V19, V19, V19, V19, V19)");
    // Pairs of places in all combinations: no arm decides anything by itself.
    let mut arms = Vec::new();
    for n in 0..20 {
        for place in 0..6 {
            let mut parts = vec![Any; 6];
            parts[place] = variant(n, &[]);
            parts[(place + 1) % 6] = variant((n * 7 + 3) % 20, &[]);
            arms.push(tuple(&parts));
        }
    }
    assert_ne!(world.missing(&ty, &arms), "complete");
    arms.push(Any);
    assert_eq!(world.missing(&ty, &arms), "complete");
}

#[test]
fn too_much_work_ends_with_a_question_for_the_rest() {
    let world = World::new();
    // Random 3-SAT at its hardest: 60 Bools, and for each clause the arm that takes what breaks it.
    let places = 60;
    let ty = Ty::Tuple(vec![Ty::Bool; places]);
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut arms = Vec::new();
    for _ in 0..places * 5 {
        let mut parts = vec![Any; places];
        for _ in 0..3 {
            parts[random(places)] = bool(random(2) == 0);
        }
        arms.push(tuple(&parts));
    }
    assert_eq!(world.missing(&ty, &arms), "too complex");
    arms.push(Any);
    assert_eq!(world.missing(&ty, &arms), "complete");
}

#[test]
fn long_lists_do_not_overflow_the_stack() {
    let world = World::new();
    let ints = list(Ty::Int);
    let long = fixed(&vec![int(1); 5_000]);
    assert_eq!(
        world.missing(&ints, std::slice::from_ref(&long)),
        "too complex"
    );
    assert_eq!(world.missing(&ints, &[long, Any]), "complete");
    let short = fixed(&vec![int(1); 300]);
    assert_eq!(world.missing(&ints, &[short, Any]), "complete");
}
