//! Patterns as they are written, through the HIR.

use super::tests::{World, param};
use super::translate::Translation;
use super::{Binder, match_reports, refutable_report};
use crate::diagnostics::{Diagnostic, Reports, Severity};
use crate::hir::{Arm, ExprId, ExprKind, Hir, PatId, PatKind, lower};
use crate::resolve::Names;
use crate::source::SourceMap;
use crate::types::{Constructor, IntKind, Ty, Types};
use pretty_assertions::assert_eq;

/// A program with one `match`, in whose patterns the variants are known by name.
struct Program {
    text: String,
    hir: Hir,
    types: Types,
}

impl Program {
    fn new(types: &Types, ty: &Ty, arms: &str) -> Program {
        let text = format!("fn f(x: Int) -> Int\n  match x\n{arms}\n  end\nend\n");
        let mut sources = SourceMap::default();
        let file = sources.add("test.aria", &*text);
        let (mut hir, mut reports) = (Hir::default(), Reports::default());
        let tree = crate::syntax::parse(&text);
        lower(file, &tree, &sources, &mut hir, &mut reports);
        let said: Vec<&str> = reports.sorted().iter().map(|d| &*d.message).collect();
        assert!(said.is_empty(), "{said:?}\n{text}");
        let types = Types {
            adts: types.adts.clone(),
            ..Types::default()
        };
        let mut program = Program { text, hir, types };
        for arm in program.arms() {
            program.name(arm.0, ty);
        }
        program
    }

    /// The pattern of each arm, and its position.
    fn arms(&self) -> Vec<(PatId, usize)> {
        let arms = self.parts().1.iter().enumerate();
        arms.map(|(index, arm)| (arm.pattern, index)).collect()
    }

    fn parts(&self) -> (ExprId, &[Arm]) {
        let found = self.hir.exprs.iter().find_map(|(_, e)| match &e.kind {
            ExprKind::Match { value, arms } => Some((*value, &arms[..])),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{}", self.text))
    }

    /// Says which variants the patterns of a type mean.
    fn name(&mut self, pattern: PatId, ty: &Ty) {
        let mut within: Vec<(PatId, Ty)> = Vec::new();
        match (&self.hir.pats[pattern].kind, ty) {
            (PatKind::Tuple { items, .. }, Ty::Tuple(tys)) => {
                within.extend(items.iter().copied().zip(tys.iter().cloned()));
            }
            (PatKind::Or(items), ty) => within.extend(items.iter().map(|p| (*p, ty.clone()))),
            (PatKind::As { pattern, .. }, ty) => within.push((*pattern, ty.clone())),
            (PatKind::Array { items, .. }, Ty::List(of)) => {
                within.extend(items.iter().map(|p| (*p, (**of).clone())));
            }
            (PatKind::Constructor { path, args, .. }, Ty::Adt(adt)) => {
                let def = self
                    .types
                    .adts
                    .get(adt.item)
                    .map(|def| def.variants.clone());
                let (def, name) = (def.unwrap_or_default(), path.last().map(|p| &p.name));
                let Some(variant) = def.iter().position(|v| Some(&v.name) == name) else {
                    return;
                };
                let parts = args.iter().enumerate();
                let fields = parts.map(|(index, (_, part))| {
                    within.push((*part, def[variant].fields[index].ty.subst(&adt.args)));
                    (index, *part)
                });
                let known = Constructor {
                    fields: fields.collect(),
                    variant: u32::try_from(variant).unwrap_or(0),
                };
                self.types.constructors.set(pattern, known);
            }
            _ => {}
        }
        for (pattern, ty) in within {
            self.name(pattern, &ty);
        }
    }

    fn reports(&self, ty: &Ty) -> Vec<Diagnostic> {
        let (value, arms) = self.parts();
        match_reports(&self.hir, &Names::default(), &self.types, value, ty, arms)
    }

    /// The source at the reports' places, and what is said there.
    fn said(&self, ty: &Ty) -> Vec<String> {
        let show = |report: Diagnostic| {
            let places = [&report.primary].into_iter().chain(&report.secondary);
            let places = places.map(|l| format!("`{}`: {}", &self.text[l.span.range()], l.text));
            let kind = match report.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let places: Vec<String> = places.collect();
            format!("{kind}: {}; {}", report.message, places.join("; "))
        };
        self.reports(ty).into_iter().map(show).collect()
    }
}

/// What is said about these arms of a match on a value of a type without variants.
fn said(ty: &Ty, arms: &str) -> Vec<String> {
    Program::new(&Types::default(), ty, arms).said(ty)
}

const NOT_COVERED: &str = "error: `match` does not cover every case; `x`: ";

#[test]
fn literals_and_ranges_of_all_types_have_their_places() {
    let complete = [
        (
            Ty::Int,
            "when ..-1 then 0\nwhen 0 | 1 then 1\nwhen 2..<9 then 2\nwhen 9.. then 3",
        ),
        (
            Ty::Int,
            "when ..-9223372036854775808 then 0\nwhen -9223372036854775807..9223372036854775807 then 1",
        ),
        (
            Ty::Sized(IntKind::U8),
            "when 0..127 then 0\nwhen 0x80..255 then 1",
        ),
        (Ty::Bool, "when true then 0\nwhen false then 1"),
        (Ty::Unit, "when () then 0"),
        (Ty::Unit, "when nil then 0"),
        (Ty::String, "when ..<'b' then 0\nwhen 'b'.. then 1"),
        (
            Ty::Float,
            "when ..<0.0 then 0\nwhen 0 then 1\nwhen 1e-300 then 1\nelse 2",
        ),
        (Ty::Float32, "when 0.1 then 0\nwhen _ as rest then 2"),
        (Ty::PythonObject, "when 1 then 0\nwhen 1 then 2\nelse 1"),
    ];
    for (ty, arms) in complete {
        assert_eq!(said(&ty, arms), Vec::<String>::new(), "{ty}: {arms}");
    }
}

#[test]
fn what_is_missing_is_said_at_the_value() {
    let say = |text: &str| vec![format!("{NOT_COVERED}{text}")];
    assert_eq!(
        said(&Ty::Int, "when ..9 then 0"),
        say("`10..` is not covered")
    );
    assert_eq!(
        said(&Ty::Int, "when 0 then 0\nwhen 5 then 0"),
        say("`..-1`, `1..4` and `6..` are not covered")
    );
    assert_eq!(
        said(&Ty::Int, "when 0 then 0\nwhen 5 then 0\nwhen 8 then 0"),
        say("`..-1`, `1..4`, `6..7` and others are not covered")
    );
    let open = [
        (Ty::String, "when 'a' then 0"),
        (Ty::Float, "when 0.0.. then 0"),
    ];
    for (ty, arms) in open {
        let text = format!("other values of {ty} are not covered");
        assert_eq!(said(&ty, arms), say(&text));
    }
    let guarded = "when true if x then 0\nwhen false then 1";
    assert_eq!(said(&Ty::Bool, guarded), say("`true` is not covered"));
}

#[test]
fn what_is_never_reached_is_shown_with_what_takes_its_values() {
    let arms =
        "when 50.. then 0\nwhen 90.. then 1\nwhen 9..1 then 2\nwhen 1 | 2 | 1 then 3\nelse 4";
    let expected = [
        "warning: this arm is never reached; `when 90..`: never reached; `when 50..`: takes all its values",
        "warning: this arm is never reached; `when 9..1`: matches no value",
        "warning: this alternative is never reached; `1`: never reached; `1`: takes all its values",
    ];
    assert_eq!(said(&Ty::Int, arms), expected);
    let arms = "when true then 0\nwhen false then 1\nelse 2";
    let expected = "warning: this arm is never reached; `else`: never reached; \
        `when true`: takes some of its values; `when false`: takes some of its values";
    assert_eq!(said(&Ty::Bool, arms), [expected]);
}

#[test]
fn variants_have_the_names_that_the_arms_give_them() {
    let mut world = World::new();
    let item = world.declare("Option", 1, &[("Some", &[param(0)]), ("None", &[])]);
    let option = |of: Ty| world.ty(item, &[of]);
    let twice = option(option(Ty::Bool));
    let said = |arms: &str| Program::new(&world.types, &twice, arms).said(&twice);
    let say = |text: &str| vec![format!("{NOT_COVERED}{text}")];
    let expected = say("`None` and `Some(None)` are not covered");
    assert_eq!(said("when Some(Some(_)) then 0"), expected);
    let expected = say("`m.None`, `m.Some(m.None)` and `m.Some(m.Some(false))` are not covered");
    assert_eq!(said("when m.Some(m.Some(true)) then 0"), expected);
    // `nil` is the `None` of any Option.
    assert_eq!(
        said("when Some(Some(_)) then 0\nwhen nil then 1"),
        say("`Some(None)` is not covered")
    );
}

#[test]
fn wrong_patterns_are_left_to_who_reported_them() {
    let nothing = Vec::<String>::new();
    assert_eq!(said(&Ty::Int, "when (a, b) then 0"), nothing);
    assert_eq!(said(&Ty::Int, "when 'a' then 0"), nothing);
    assert_eq!(said(&Ty::Bool, "when Unknown then 0"), nothing);
    assert_eq!(said(&Ty::Error, "when 1 then 0"), nothing);
}

#[test]
fn cases_compile_as_arms() {
    let mut world = World::new();
    let item = world.declare("Option", 1, &[("Some", &[param(0)]), ("None", &[])]);
    let option = |of: Ty| world.ty(item, &[of]);
    let pair = |a: Ty, b: Ty| Ty::Tuple(vec![a, b]);
    let tys = [
        (pair(Ty::Int, Ty::Bool), "when (1..5, true) then 0"),
        (Ty::Tuple(vec![Ty::Bool]), "when (true,) then 0"),
        (
            option(pair(option(Ty::Bool), Ty::Int)),
            "when Some((Some(true), -5..<5)) then 0",
        ),
        (
            Ty::List(Box::new(option(Ty::Int))),
            "when [Some(-1), .., None] then 0",
        ),
        (
            Ty::List(Box::new(Ty::Bool)),
            "when [true, true, false] then 0",
        ),
        (
            pair(Ty::String, Ty::Bool),
            "when (\"a\\n\\\"\\#\", true) then 0",
        ),
        (
            pair(Ty::Float, Ty::Bool),
            "when (-1.5..2.5, true) then 0\nwhen (-1.5, _) then 0",
        ),
        (
            pair(Ty::Float32, Ty::Bool),
            "when (0.1, true) then 0\nwhen (1.0e30.., _) then 0",
        ),
        (Ty::Sized(IntKind::U64), "when ..9223372036854775807 then 0"),
        (Ty::Sized(IntKind::I8), "when 0 | 3 | 5 then 0"),
    ];
    for (ty, arms) in tys {
        let mut arms = arms.to_owned();
        let mut rounds = 0;
        while let Some(report) = Program::new(&world.types, &ty, &arms).reports(&ty).pop() {
            assert_eq!(report.severity, Severity::Error, "{ty}: {arms}: {report:?}");
            let help = report.help.join("\n");
            // The cure, word by word; where it is `else` alone, that is the end.
            let texts: Vec<&str> = help.split('`').filter(|t| t.starts_with("when ")).collect();
            for text in &texts {
                arms += &format!("\n{}", text.replace('…', "0"));
            }
            if texts.is_empty() {
                arms += "\nelse 0";
            }
            rounds += 1;
            assert!(rounds < 20, "{ty}: {arms}");
        }
        assert!(rounds > 0, "{ty}: nothing was missing");
    }
}

#[test]
fn patterns_that_leave_something_out_are_refused_where_there_is_no_other_arm() {
    let refused = |ty: &Ty, pattern: &str, binder| {
        let program = Program::new(&Types::default(), ty, &format!("when {pattern} then 0"));
        let pattern = program.parts().1[0].pattern;
        let report = refutable_report(
            &program.hir,
            &Names::default(),
            &program.types,
            pattern,
            ty,
            binder,
        );
        report.map(|d| format!("{}; {}", d.message, d.primary.text))
    };
    let pair = Ty::Tuple(vec![Ty::Int, Ty::Bool]);
    assert_eq!(refused(&pair, "(a, _)", Binder::Let), None);
    assert_eq!(refused(&pair, "(a, true | false)", Binder::Let), None);
    assert_eq!(
        refused(&pair, "(a, true)", Binder::Let).as_deref(),
        Some("the pattern of `let` must match every value; `(_, false)` is not matched")
    );
    let list = Ty::List(Box::new(Ty::Float));
    assert_eq!(
        refused(&list, "[a, ..]", Binder::For).as_deref(),
        Some("the pattern of `for` must match every value; `[]` is not matched")
    );
    assert_eq!(
        refused(&Ty::Float, "0.0", Binder::Parameter).as_deref(),
        Some("the pattern of a parameter must match every value; matches some values only")
    );
}

#[test]
fn the_translation_refuses_what_does_not_fit() {
    let world = World::new();
    let program = Program::new(&world.types, &Ty::Int, "when [a, ..] then 0");
    let pattern = program.parts().1[0].pattern;
    let names = Names::default();
    let mut translation = Translation::new(&program.hir, &names, &program.types);
    assert!(translation.pattern(pattern, &Ty::Int).is_none());
    let list = Ty::List(Box::new(Ty::Int));
    assert!(translation.pattern(pattern, &list).is_some());
}
