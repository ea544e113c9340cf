//! The part of the language that is written in itself: `ariac/prelude/*.aria`.

use crate::diagnostics::Reports;
use crate::hir::{self, Hir};
use crate::source::SourceMap;
use crate::syntax;

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
    "string.aria",
    "map.aria"
];

/// Adds the prelude to the files of a program, after them.
pub fn add(sources: &mut SourceMap) {
    for (name, text) in FILES {
        sources.add_prelude(name, text);
    }
}

/// Adds the prelude to a program whose own files are lowered already.
pub fn lower(sources: &mut SourceMap, hir: &mut Hir, reports: &mut Reports) {
    for (name, text) in FILES {
        let file = sources.add_prelude(name, text);
        hir::lower(file, &syntax::parse(text), sources, hir, reports);
    }
}
