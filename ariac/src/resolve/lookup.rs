//! What a name means, and what it means after `raise`.

use super::Meaning;
use super::walk::Walk;
use crate::builtins::{EXCEPTIONS, MathFn, Namespace, Routine, exception};
use crate::diagnostics::{names as say, nearest, syntax};
use crate::hir::{Arg, ExprId, ExprKind};
use crate::source::Span;
use crate::types::is_type_name;

impl<'h> Walk<'h, '_> {
    /// What a name means where a value can stand.
    pub(super) fn meaning(&mut self, name: &'h str, span: Span) -> Meaning {
        if let Some(id) = self.scopes.find(name) {
            if !self.scopes.has_value(id) {
                let declared = self.names.bindings[id].span;
                self.report(say::maybe_unassigned(span, name, declared));
                // One message is enough.
                self.scopes.assign(id);
            }
            return Meaning::Local(id);
        }
        if let Some(meaning) = self.globals.get(name) {
            return *meaning;
        }
        let known = match name {
            "Python" => Some(Meaning::Namespace(Namespace::Python)),
            "Array" => Some(Meaning::Namespace(Namespace::Array)),
            "reveal" => Some(Meaning::Reveal),
            _ if is_type_name(name) => Some(Meaning::Type),
            _ => MathFn::from_name(name)
                .map(Meaning::Math)
                .or_else(|| Routine::from_name(name).map(Meaning::Routine)),
        };
        known.unwrap_or_else(|| {
            self.unknown(name, span);
            Meaning::Error
        })
    }

    fn unknown(&mut self, name: &'h str, span: Span) {
        let is_explained =
            self.module.broken || self.has_holes || self.module.skipped.iter().any(|s| s == name);
        let is_later = matches!(name, "Ok" | "Err" | "Some");
        if is_later && !is_explained && !self.gives_later {
            self.report(syntax::not_supported(span, &format!("`{name}` is")));
        }
        if is_explained || is_later {
            return;
        }
        if self.hidden.contains(&name) {
            self.report(say::parameter_in_default(span, name));
            return;
        }
        if let Some(declared) = self.scopes.ended(name) {
            self.report(say::out_of_scope(span, name, declared));
            return;
        }
        let mut names: Vec<&str> = self
            .scopes
            .names()
            .chain(self.globals.keys().copied())
            .collect();
        // The order of a hash map must not choose among equals.
        names.sort_unstable();
        names.extend(MathFn::ALL.iter().map(|f| f.name()));
        names.extend(Routine::ALL.iter().map(|r| r.name()));
        let near = nearest(name, names);
        self.report(say::unknown(span, name, near));
    }

    /// What `raise` raises: an exception by name, or a Python object.
    pub(super) fn raise(&mut self, value: ExprId) {
        let hir = self.hir;
        let (callee, args): (ExprId, &[Arg]) = match &hir.exprs[value].kind {
            ExprKind::Call {
                callee,
                args,
                block: None,
            } => (*callee, args),
            _ => (value, &[]),
        };
        let ExprKind::Name(name) = &hir.exprs[callee].kind else {
            return self.expr(value);
        };
        let is_class = name.starts_with(char::is_uppercase);
        if !is_class || self.scopes.find(name).is_some() || self.globals.contains_key(&**name) {
            return self.expr(value);
        }
        let meaning = match exception(name) {
            Some(kind) => Meaning::Exception(kind),
            None => {
                let is_explained = self.module.broken || self.module.skipped.contains(name);
                if !is_explained {
                    let near = nearest(name, EXCEPTIONS.iter().map(|(n, _)| *n));
                    self.report(say::unknown_exception(hir.exprs[callee].span, name, near));
                }
                Meaning::Error
            }
        };
        self.names.exprs.set(callee, meaning);
        self.args(args);
    }
}
