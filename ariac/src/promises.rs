//! `@simd`: loops that were promised to work on vectors, and do not.
//!
//! Only the machine code tells, so this is found out when a program is built, and not by `ariac check`.

use crate::diagnostics::{Reports, loops as say};
use crate::llvm::LoopRemark;
use crate::pipeline::Settings;
use crate::source::{SourceMap, Span};

/// The lowest level of optimisation that makes vectors.
const VECTORS_FROM: u8 = 2;

/// A report for each loop that breaks its promise at a CPU level of the build.
#[must_use]
pub fn broken(loops: &[LoopRemark], settings: &Settings, sources: &SourceMap) -> Reports {
    let mut reports = Reports::default();
    if settings.optimization < VECTORS_FROM {
        return reports;
    }
    for (first, remark) in loops.iter().enumerate() {
        let Some(attribute) = remark.promised else {
            continue;
        };
        let of_place = || loops.iter().filter(|other| other.span == remark.span);
        if loops[..first].iter().any(|other| other.span == remark.span) {
            continue;
        }
        let is_outer = loops.iter().any(|other| is_around(remark.span, other.span));
        let scalar: Vec<&LoopRemark> = of_place().filter(|l| is_scalar(l, loops)).collect();
        let Some(worst) = scalar.first().filter(|_| !is_outer) else {
            continue;
        };
        let levels = match scalar.len() == of_place().count() {
            true => Vec::new(),
            false => scalar.iter().map(|l| l.level.name()).collect(),
        };
        let head = first_line(sources, remark.span);
        let what = remark.what.name();
        let reason = worst.reason.as_deref();
        reports.add(say::not_vectorized(head, attribute, what, &levels, reason));
    }
    reports
}

/// Whether a loop is in the code and works on one element at a time. If a loop around it works on vectors, so does it.
fn is_scalar(remark: &LoopRemark, loops: &[LoopRemark]) -> bool {
    let is_wide_around = |other: &LoopRemark| {
        is_around(other.span, remark.span) && other.level == remark.level && other.width.is_some()
    };
    remark.width.is_none() && remark.is_left && !loops.iter().any(is_wide_around)
}

fn is_around(outer: Span, inner: Span) -> bool {
    outer.file == inner.file
        && outer != inner
        && outer.start <= inner.start
        && inner.end <= outer.end
}

/// A loop without its body.
fn first_line(sources: &SourceMap, span: Span) -> Span {
    let line = sources.text(span).lines().next().unwrap_or_default();
    let start = span.start as usize;
    Span::new(span.file, start, start + line.trim_end().len())
}
