//! Lints: warnings about what is right, for those who ask (`-W NAME`).
//!
//! They look at fresh MIR, after the borrow check.

use crate::builtins::Builtin;
use crate::diagnostics::{Reports, lints as say, nearest};
use crate::hir::{Hir, Ident, ItemKind, ParamMode};
use crate::mir::{Function, LeftOut, LocalId, Program, Rvalue, Stmt, StmtKind, liveness};
use crate::source::{SourceMap, Span};
use crate::types::{Callee, Ty, Types};
use std::collections::{HashMap, HashSet};

/// A lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lint {
    /// A value is copied because it is used again.
    ImplicitCopy,
    /// A public function of the first file cannot be called from Python. `ariac build` asks for it.
    LeftOut,
}

impl Lint {
    /// All of them, by name.
    const ALL: &'static [(&'static str, Lint)] = &[
        ("implicit-copy", Lint::ImplicitCopy),
        ("left-out", Lint::LeftOut),
    ];

    /// Reads `-W`.
    ///
    /// # Errors
    ///
    /// A sentence that names what is not a lint, and the nearest that is.
    pub fn parse(names: &[String]) -> Result<Vec<Lint>, String> {
        let one = |name: &String| {
            let found = Lint::ALL.iter().find(|(known, _)| known == name);
            found.map(|(_, lint)| *lint).ok_or_else(|| {
                let known = || Lint::ALL.iter().map(|(known, _)| *known);
                match nearest(name, known()) {
                    Some(near) => format!("the lint `{name}` is not known; did you mean `{near}`?"),
                    None => {
                        let all: Vec<&str> = known().collect();
                        format!(
                            "the lint `{name}` is not known; there are {}",
                            all.join(", ")
                        )
                    }
                }
            })
        };
        names.iter().map(one).collect()
    }
}

/// Runs the lints that are asked for.
pub fn check(
    lints: &[Lint],
    program: &Program,
    (hir, types): (&Hir, &Types),
    sources: &SourceMap,
    reports: &mut Reports,
) {
    if lints.contains(&Lint::LeftOut) {
        left_out(program, hir, sources, reports);
    }
    if lints.contains(&Lint::ImplicitCopy) {
        let is_copy = |callee: &Callee| matches!(callee, Callee::Builtin(Builtin::Copy));
        let explicit = types.callees.iter().filter(|(_, callee)| is_copy(callee));
        let explicit = explicit.map(|(id, _)| hir.exprs[id].span).collect();
        for (_, function) in program.functions.iter() {
            if !sources.file(function.span.file).prelude {
                implicit_copies(program, function, &explicit, reports);
            }
        }
    }
}

/// Reports the functions that a module is built without.
fn left_out(program: &Program, hir: &Hir, sources: &SourceMap, reports: &mut Reports) {
    let is_program = |item| hir.items[item].name.name == "main";
    for (function, why) in &program.left_out {
        let function = &program.functions[*function];
        let Some(item) = function.item.filter(|&item| !is_program(item)) else {
            continue;
        };
        let name = hir.items[item].name.span;
        let hidden = match why {
            LeftOut::Param(_, ty) | LeftOut::Result(ty) => private_field(hir, sources, ty),
            LeftOut::View(..) | LeftOut::Mut(..) => None,
        };
        reports.add(say::left_out(name, &function.name, why, hidden));
    }
}

/// A private field of a declared type, for which its values do not cross.
fn private_field<'h>(hir: &'h Hir, sources: &SourceMap, ty: &Ty) -> Option<&'h Ident> {
    let Ty::Adt(adt) = ty else { return None };
    let item = &hir.items[adt.item];
    let ItemKind::Type(declared) = &item.kind else {
        return None;
    };
    if sources.file(item.span.file).prelude {
        return None;
    }
    let mut fields = declared.variants.iter().flat_map(|v| &v.fields);
    let field = fields.find(|field| field.private)?;
    Some(&field.name)
}

/// Reports the copies of variables in one function that nobody wrote.
fn implicit_copies(
    program: &Program,
    function: &Function,
    explicit: &HashSet<Span>,
    reports: &mut Reports,
) {
    let lent = function.params.iter().filter(|p| p.mode != ParamMode::Own);
    let mut copies = Copies {
        program,
        function,
        explicit,
        lent: lent.map(|p| p.local).collect(),
        next: HashMap::new(),
        found: Vec::new(),
    };
    let mut body = function.body.clone();
    liveness::walk(function, &mut body, &mut copies);
    for (span, local, next) in copies.found {
        let known = &function.locals[local];
        let Some(name) = &known.name else { continue };
        let why = match next {
            Some(next) => say::Why::Used(next),
            None if copies.lent.contains(&local) => say::Why::Lent(known.span),
            None => say::Why::Again(known.span),
        };
        reports.add(say::implicit_copy(span, name, &known.ty, why));
    }
}

struct Copies<'a> {
    program: &'a Program,
    function: &'a Function,
    explicit: &'a HashSet<Span>,
    /// Parameters that belong to the caller.
    lent: Vec<LocalId>,
    /// Where each local is used next, seen from the statement that the walk is at.
    next: HashMap<LocalId, Span>,
    found: Vec<(Span, LocalId, Option<Span>)>,
}

impl liveness::Visit for Copies<'_> {
    fn visit(
        &mut self,
        stmt: &mut Stmt,
        after: &liveness::LocalSet,
        _carried: &liveness::LocalSet,
    ) -> Vec<Stmt> {
        if let StmtKind::Assign {
            value: Rvalue::Clone(source),
            ..
        } = stmt.kind
        {
            let local = &self.function.locals[source];
            let is_variable = local.name.is_some() && !local.alias;
            let is_needed = after.contains(source) || self.lent.contains(&source);
            if is_variable
                && is_needed
                && copies_memory(self.program, &local.ty)
                && !self.explicit.contains(&stmt.span)
            {
                let next = self.next.get(&source).filter(|_| after.contains(source));
                self.found.push((stmt.span, source, next.copied()));
            }
        }
        stmt.locals(&mut |local, _| {
            self.next.insert(local, stmt.span);
        });
        Vec::new()
    }
}

/// Whether a copy of a value allocates: strings, functions and Python objects are shared.
fn copies_memory(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::Array(_) | Ty::List(_) => true,
        Ty::Tuple(items) => items.iter().any(|ty| copies_memory(program, ty)),
        Ty::Adt(adt) => {
            adt.repr == crate::types::Repr::Boxed
                || program.adts.get(adt).is_some_and(|layout| {
                    let fields = layout.variants.iter().flat_map(|v| &v.fields);
                    fields.into_iter().any(|(_, ty)| copies_memory(program, ty))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Lint;

    #[test]
    fn lints_are_known_by_name() {
        let parse = |name: &str| Lint::parse(&[name.to_owned()]);
        assert_eq!(parse("implicit-copy"), Ok(vec![Lint::ImplicitCopy]));
        assert!(
            parse("implict-copy")
                .unwrap_err()
                .contains("did you mean `implicit-copy`")
        );
        assert!(
            parse("everything")
                .unwrap_err()
                .contains("there are implicit-copy, left-out")
        );
    }
}
