//! The analysis of matches and patterns of the HIR, and what is said about them.

use super::translate::Translation;
use super::{Arm, Coverage, Place, Qualifiers, Witness, check, check_single, witness_text};
use crate::diagnostics::{Diagnostic, patterns as say};
use crate::hir::{self, ExprId, Hir, PatId};
use crate::resolve::Names;
use crate::source::Span;
use crate::types::{Ty, Types};

/// What takes a value apart and has no way to go on if it does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binder {
    /// `let`, or an assignment.
    Let,
    /// `for`.
    For,
    /// A parameter of a function or block.
    Parameter,
}

/// Reports of a `match` on `value`, which has the type `ty`, once the types of its patterns and their constructors are known:
/// what it does not cover, and which arms are never reached. None where a pattern is wrong, which has been reported.
#[must_use]
pub fn match_reports(
    hir: &Hir,
    names: &Names,
    types: &Types,
    value: ExprId,
    ty: &Ty,
    arms: &[hir::Arm],
) -> Vec<Diagnostic> {
    if matches!(ty, Ty::Error | Ty::Never) {
        return Vec::new();
    }
    let mut translation = Translation::new(hir, names, types);
    let translated = arms.iter().map(|arm| {
        Some(Arm {
            pattern: translation.pattern(arm.pattern, ty)?,
            is_guarded: arm.guard.is_some(),
        })
    });
    let Some(translated) = translated.collect::<Option<Vec<Arm>>>() else {
        return Vec::new();
    };
    let outcome = check(types, ty, &translated);
    let mut reports = Vec::new();
    let at = hir.exprs[value].span;
    match outcome.coverage {
        Coverage::Complete => {}
        Coverage::Missing { cases, more } => {
            let cases = texts(types, &translation.qualifiers, ty, &cases);
            reports.push(say::not_covered(at, ty, &cases, more));
        }
        Coverage::TooComplex => reports.push(say::too_complex(at)),
    }
    let span = |place: Place| match place {
        Place::Arm(index) => arms[index].span,
        Place::Alternative(pattern) => hir.pats[pattern].span,
    };
    for unreachable in outcome.unreachable {
        let what = match unreachable.place {
            Place::Arm(_) => "arm",
            Place::Alternative(_) => "alternative",
        };
        let by: Vec<Span> = unreachable.covered_by.into_iter().map(span).collect();
        reports.push(say::unreachable(span(unreachable.place), what, &by));
    }
    reports
}

/// The report of a pattern of `let`, `for` or a parameter that does not match every value of the type `ty`; none if it does,
/// or is wrong, which has been reported.
#[must_use]
pub fn refutable_report(
    hir: &Hir,
    names: &Names,
    types: &Types,
    pattern: PatId,
    ty: &Ty,
    binder: Binder,
) -> Option<Diagnostic> {
    if matches!(ty, Ty::Error | Ty::Never) {
        return None;
    }
    let mut translation = Translation::new(hir, names, types);
    let translated = translation.pattern(pattern, ty)?;
    let span = hir.pats[pattern].span;
    let cases = match check_single(types, ty, &translated) {
        Coverage::Complete => return None,
        Coverage::Missing { cases, .. } => texts(types, &translation.qualifiers, ty, &cases),
        Coverage::TooComplex => Vec::new(),
    };
    Some(say::refutable(span, binder, &cases))
}

fn texts(types: &Types, qualifiers: &Qualifiers, ty: &Ty, cases: &[Witness]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for case in cases {
        let text = witness_text(types, qualifiers, ty, case);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}
