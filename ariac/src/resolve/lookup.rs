//! What a name means, and what it means after `raise`.

use super::Meaning;
use super::modules::Found;
use super::type_names::SelfMeaning;
use super::walk::Walk;
use crate::arena::Id as _;
use crate::builtins::{EXCEPTIONS, MathFn, Namespace, Routine, exception};
use crate::diagnostics::{names as say, nearest, syntax};
use crate::hir::{Arg, ExprId, ExprKind, Ident, ItemId, ItemKind, TypeDeclKind};
use crate::source::Span;
use crate::types::is_type_name;

/// What a value was on entry, in an `ensures`.
const OLD: &str = "old";

/// Whether it is a variant of the prelude that a program without the prelude lacks.
fn is_variant_later(name: &str) -> bool {
    matches!(name, "Ok" | "Err" | "Some")
}

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
            self.used(id);
            let is_later = |old_from| (self.ensures_from..old_from).contains(&id.index());
            if self.old_from.is_some_and(is_later) {
                let declared = self.names.bindings[id].span;
                self.report(say::not_on_entry(span, name, declared));
                return Meaning::Error;
            }
            return Meaning::Local(id);
        }
        if let Some(meaning) = self.type_scope(name, span) {
            return meaning;
        }
        if name == OLD && self.in_ensures {
            return Meaning::Old;
        }
        match self.globals.find(self.module_index, name) {
            Found::One(meaning) => return meaning,
            Found::Several(enums) => {
                let enums = self.globals.item_names(&enums);
                self.report(say::ambiguous_variant(span, name, &enums));
                return Meaning::Error;
            }
            Found::Private(_) | Found::Nothing => {}
        }
        let known = match name {
            "Python" => Some(Meaning::Namespace(Namespace::Python)),
            "Array" => Some(Meaning::Namespace(Namespace::Array)),
            "reveal" => Some(Meaning::Reveal),
            _ if is_type_name(name) => Some(Meaning::Type),
            _ => MathFn::from_name(name)
                .map(Meaning::Math)
                .or_else(|| Routine::from_name(name).map(Meaning::Routine))
                .or_else(|| exception(name).map(Meaning::Exception)),
        };
        known.unwrap_or_else(|| {
            self.unknown(name, span);
            Meaning::Error
        })
    }

    /// What `Self` and the type parameters mean as the scope of functions, or `Self` as a constructor.
    fn type_scope(&mut self, name: &str, span: Span) -> Option<Meaning> {
        match (name, self.self_meaning) {
            ("Self", SelfMeaning::Type(_)) => Some(Meaning::SelfType),
            ("Self", SelfMeaning::Trait) => Some(Meaning::TypeParam(0)),
            ("Self", SelfMeaning::Nothing) => {
                self.report(say::self_type_outside(span));
                Some(Meaning::Error)
            }
            ("self", _) => {
                let place = match self.self_meaning {
                    SelfMeaning::Nothing => "outside of a type, trait or impl",
                    _ => "in a function without the parameter `self`",
                };
                self.report(say::self_outside(span, place));
                Some(Meaning::Error)
            }
            _ => self.type_param(name).map(Meaning::TypeParam),
        }
    }

    /// What a name behind a dot means, when what stands before it is a module or an enum.
    pub(super) fn scoped_name(&mut self, id: ExprId, receiver: ExprId, name: &'h Ident) {
        let scope = match self.names.exprs.get(receiver) {
            Some(Meaning::SelfType) => match self.self_meaning {
                SelfMeaning::Type(Some(item)) => Meaning::Adt(item),
                _ => return,
            },
            Some(scope) => *scope,
            None => return,
        };
        let meaning = match scope {
            Meaning::Module(import) => self.module_member(import, name),
            Meaning::Adt(item) => match self.variant_of(item, &name.name) {
                Some(variant) => Meaning::Variant(item, variant),
                None => return,
            },
            _ => return,
        };
        self.names.exprs.set(id, meaning);
    }

    /// What `module.name` means; a report, when it means nothing.
    pub(super) fn module_member(&mut self, import: ItemId, name: &Ident) -> Meaning {
        let Some(&module) = self.names.imports.get(import) else {
            return Meaning::Error;
        };
        let text = &*name.name;
        let file = &self.hir.modules[module];
        let report = match self.globals.member(module, text) {
            Found::One(meaning) => return meaning,
            Found::Several(enums) => {
                let enums = self.globals.item_names(&enums);
                say::ambiguous_variant(name.span, text, &enums)
            }
            Found::Private(declared) => say::private(name.span, text, &file.name, declared),
            Found::Nothing => {
                if file.broken || file.skipped.contains(&name.name) {
                    return Meaning::Error;
                }
                let near = nearest(text, self.globals.members(module));
                say::not_in_module(name.span, text, &file.name, near)
            }
        };
        self.report(report);
        Meaning::Error
    }

    pub(super) fn unknown(&mut self, name: &'h str, span: Span) {
        let is_explained =
            self.module.broken || self.has_holes || self.module.skipped.iter().any(|s| s == name);
        if is_explained {
            return;
        }
        if is_variant_later(name) {
            self.report(syntax::not_supported(span, &format!("`{name}` is")));
            return;
        }
        if let SelfMeaning::Type(Some(item)) = self.self_meaning
            && let ItemKind::Type(decl) = &self.hir.items[item].kind
            && decl.kind != TypeDeclKind::Enum
            && let mut fields = decl.variants.iter().flat_map(|v| &v.fields)
            && fields.any(|field| field.name.name == name)
        {
            let has_self = self.scopes.find("self").is_some();
            self.report(say::field_without_self(span, name, has_self));
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
        let mut names: Vec<&str> = self.scopes.names().collect();
        // The order of a hash map must not choose among equals.
        names.sort_unstable();
        names.extend(self.globals.names(self.module_index));
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
        let is_declared = self.globals.find(self.module_index, name) != Found::Nothing
            || self.type_param(name).is_some()
            || name == "Self";
        if !is_class || self.scopes.find(name).is_some() || is_declared {
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
