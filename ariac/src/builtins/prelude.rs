//! The part of the language that is written in itself: `ariac/prelude/*.aria`.

use super::reached;
use crate::diagnostics::Reports;
use crate::hir::{self, Hir};
use crate::source::SourceMap;
use crate::syntax;
use std::ops::Range;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("<prelude>/", $name), include_str!(concat!("../../prelude/", $name)))),*]
    };
}

/// Name and text of each file. Their declarations are known everywhere.
pub const FILES: &[(&str, &str)] = files![
    "core.aria",
    "list.aria",
    "hash.aria",
    "array.aria",
    "order.aria",
    "statistics.aria",
    "axes.aria",
    "matrix.aria",
    "string.aria",
    "map.aria",
    "collect.aria",
    "math.aria",
    "complex.aria",
    "bytes.aria",
    "random.aria",
    "system.aria"
];

/// Adds the prelude to the files of a program, after them.
pub fn add(sources: &mut SourceMap) {
    for (name, text) in FILES {
        sources.add_prelude(name, text);
    }
}

/// All bytes of each file of the prelude.
#[must_use]
pub fn all() -> Vec<Vec<Range<usize>>> {
    let whole = |text: &str| Vec::from_iter(Some(0..text.len()));
    FILES.iter().map(|(_, text)| whole(text)).collect()
}

/// For each file of the prelude, the bytes that a program can reach.
#[must_use]
pub fn reached(sources: &SourceMap) -> Vec<Vec<Range<usize>>> {
    let prelude: Vec<&'static str> = FILES.iter().map(|(_, text)| *text).collect();
    let program = sources.iter().filter(|(_, source)| !source.prelude);
    let program: Vec<&str> = program.map(|(_, source)| &*source.text).collect();
    reached::reached(&prelude, &program)
}

/// Adds the prelude to a program whose own files are lowered already.
pub fn lower(sources: &mut SourceMap, hir: &mut Hir, reports: &mut Reports) {
    for (name, text) in FILES {
        let file = sources.add_prelude(name, text);
        hir::lower(file, &syntax::parse(text), sources, hir, reports);
    }
}
