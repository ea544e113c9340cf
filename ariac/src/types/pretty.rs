//! Types as text, for `--emit=types`: one line for each function, variable and `reveal`, in the order of the source.

use super::{Callee, Signature, Types};
use crate::builtins::Builtin;
use crate::hir::{Hir, ParamMode};
use crate::resolve::Names;
use crate::source::{SourceMap, Span};
use std::fmt::Write as _;

/// `3:5 x: Float`, `3:1 fn f(x: Float) -> Float`, `4:3 reveal Array[Float]`.
#[must_use]
pub fn pretty(hir: &Hir, names: &Names, types: &Types, sources: &SourceMap) -> String {
    let mut lines: Vec<(Span, String)> = Vec::new();
    for (id, signature) in types.signatures.iter() {
        let name = &hir.items[id].name;
        lines.push((name.span, pretty_head(&name.name, signature)));
    }
    for (id, ty) in types.consts.iter() {
        let name = &hir.items[id].name;
        lines.push((name.span, format!("const {}: {ty}", name.name)));
    }
    for (id, ty) in types.bindings.iter() {
        let binding = &names.bindings[id];
        lines.push((binding.span, format!("{}: {ty}", binding.name)));
    }
    for (id, callee) in types.callees.iter() {
        if let (Callee::Builtin(Builtin::Reveal), Some(ty)) = (callee, types.exprs.get(id)) {
            lines.push((hir.exprs[id].span, format!("reveal {ty}")));
        }
    }
    lines.retain(|(span, _)| !sources.file(span.file).prelude);
    lines.sort_by_key(|(span, _)| *span);
    let mut out = String::new();
    for (span, text) in lines {
        let (line, column) = sources.line_column(span);
        let _ = writeln!(out, "{line}:{column} {text}");
    }
    out
}

/// `fn f(x: Float, mut y: PyArrayView[Float]) -> Float`.
#[must_use]
pub(super) fn pretty_head(name: &str, signature: &Signature) -> String {
    let params: Vec<String> = signature
        .params
        .iter()
        .map(|p| {
            let mode = match p.mode {
                ParamMode::Read => "",
                ParamMode::Mut => "mut ",
                ParamMode::Own => "own ",
            };
            let default = if p.has_default { " = …" } else { "" };
            match p.name == "self" {
                true => format!("{mode}self"),
                false => format!("{mode}{}: {}{default}", p.name, p.ty),
            }
        })
        .collect();
    format!("fn {name}({}) -> {}", params.join(", "), signature.ret)
}
