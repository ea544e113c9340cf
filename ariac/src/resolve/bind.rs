//! What patterns and assignments bind.

use super::modules::Found;
use super::scope::ScopeKind;
use super::type_names::SelfMeaning;
use super::walk::Walk;
use super::{Binding, BindingId, BindingKind, Meaning};
use crate::diagnostics::{names as say, nearest};
use crate::hir::{
    ExprId, ExprKind, Ident, ItemId, ItemKind, ParamMode, PatId, PatKind, TypeDeclKind,
};
use crate::source::Span;

/// What the path of a pattern means.
enum Meant {
    /// A variant, or of a struct or data 0.
    Variant(ItemId, u32),
    /// A constant.
    Const(ItemId),
}

/// How the variables of a pattern come to be.
#[derive(Clone, Copy)]
pub(super) struct Bind {
    pub(super) kind: BindingKind,
    pub(super) mutable: bool,
    /// Where `mut` would go.
    pub(super) mut_at: Option<Span>,
    /// Whether an alternative before has declared the variables.
    pub(super) is_again: bool,
}

impl Bind {
    /// Variables that cannot be assigned.
    pub(super) fn fixed(kind: BindingKind) -> Bind {
        Bind {
            kind,
            mutable: false,
            mut_at: None,
            is_again: false,
        }
    }

    /// The parameters of a block.
    pub(super) fn closure_param(mode: ParamMode) -> Bind {
        Bind {
            mutable: mode != ParamMode::Read,
            ..Bind::fixed(BindingKind::Closure)
        }
    }
}

impl<'h> Walk<'h, '_> {
    /// What a pattern binds, and what the constructors in it mean.
    pub(super) fn pattern(&mut self, id: PatId, bind: Bind) {
        let hir = self.hir;
        let span = hir.pats[id].span;
        match &hir.pats[id].kind {
            PatKind::Wildcard => {}
            PatKind::Error => self.has_holes = true,
            PatKind::Literal(value) => self.expr(*value),
            PatKind::Range { lo, hi, .. } => {
                [lo, hi].into_iter().flatten().for_each(|e| self.expr(*e));
            }
            PatKind::Tuple { items, .. } => items.iter().for_each(|p| self.pattern(*p, bind)),
            PatKind::Array { items, rest } => {
                items.iter().for_each(|p| self.pattern(*p, bind));
                if let Some((_, Some(rest))) = rest {
                    self.pattern(*rest, bind);
                }
            }
            PatKind::As { pattern, name } => {
                self.pattern(*pattern, bind);
                self.pattern(*name, bind);
            }
            PatKind::Constructor { path, args, rest } => {
                let is_alone = args.is_empty() && !rest;
                match self.constructor(path, is_alone) {
                    Some(Meant::Variant(item, variant)) => {
                        self.names.variants.set(id, (item, variant));
                    }
                    Some(Meant::Const(item)) => self.names.constants.set(id, item),
                    None => {}
                }
                args.iter().for_each(|(_, p)| self.pattern(*p, bind));
            }
            PatKind::Or(alternatives) => self.alternatives(alternatives, bind),
            PatKind::Name(name) => self.variable(id, name, span, bind),
        }
    }

    fn variable(&mut self, id: PatId, name: &'h str, span: Span, bind: Bind) {
        if bind.is_again {
            // Whether the alternatives bind the same names has been looked at.
            if let Some(binding) = self.scopes.find_here(name) {
                self.names.pats.set(id, binding);
                return;
            }
        } else if let Some(first) = self.scopes.find_here(name) {
            let first = self.names.bindings[first].span;
            self.report(say::duplicate(span, name, first));
        }
        let binding = Binding {
            name: name.to_owned(),
            span,
            mutable: bind.mutable,
            kind: bind.kind,
            mut_at: bind.mut_at,
        };
        let binding = self.names.bindings.push(binding);
        self.names.pats.set(id, binding);
        self.scopes.declare(name, binding, ScopeKind::Body);
    }

    /// `a | b`: each alternative binds the same variables.
    fn alternatives(&mut self, alternatives: &'h [PatId], bind: Bind) {
        let Some((&first, others)) = alternatives.split_first() else {
            return;
        };
        let hir = self.hir;
        let wanted = self.variables(first);
        for &other in others {
            let found = self.variables(other);
            let missing = wanted
                .iter()
                .filter(|(n, _)| found.iter().all(|(f, _)| f != n));
            let mut is_told = false;
            for (name, declared) in missing {
                is_told = true;
                self.report(say::alternatives(hir.pats[other].span, name, *declared));
            }
            // A name that is spelt otherwise lacks in one and is too many in the other: one message.
            if is_told {
                continue;
            }
            let added = found
                .iter()
                .filter(|(f, _)| wanted.iter().all(|(n, _)| f != n));
            for (name, declared) in added {
                self.report(say::alternatives(hir.pats[first].span, name, *declared));
            }
        }
        self.pattern(first, bind);
        for &other in others {
            let again = Bind {
                is_again: true,
                ..bind
            };
            self.pattern(other, again);
        }
    }

    /// The names that a pattern binds, in order.
    fn variables(&self, id: PatId) -> Vec<(&'h str, Span)> {
        let hir = self.hir;
        let all = |items: &[PatId]| items.iter().flat_map(|p| self.variables(*p)).collect();
        match &hir.pats[id].kind {
            PatKind::Name(name) => vec![(name, hir.pats[id].span)],
            PatKind::Tuple { items, .. } => all(items),
            PatKind::Array { items, rest } => {
                let mut names: Vec<(&'h str, Span)> = all(items);
                if let Some((_, Some(rest))) = rest {
                    names.extend(self.variables(*rest));
                }
                names
            }
            PatKind::As { pattern, name } => all(&[*pattern, *name]),
            PatKind::Constructor { args, .. } => {
                args.iter().flat_map(|(_, p)| self.variables(*p)).collect()
            }
            PatKind::Or(alternatives) => alternatives
                .first()
                .map_or_else(Vec::new, |p| self.variables(*p)),
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } | PatKind::Error => {
                Vec::new()
            }
        }
    }

    /// What the path of a pattern means; `is_alone`: nothing follows it in parentheses.
    fn constructor(&mut self, path: &'h [Ident], is_alone: bool) -> Option<Meant> {
        let (first, rest) = path.split_first()?;
        let mut meaning = match (&*first.name, self.self_meaning) {
            ("Self", SelfMeaning::Type(Some(item))) => Meaning::Adt(item),
            ("Self", SelfMeaning::Nothing) => {
                self.report(say::self_type_outside(first.span));
                return None;
            }
            ("Self", _) => {
                self.report(say::no_constructor(first.span, "Self", "no declared type"));
                return None;
            }
            (name, _) => match self.globals.find(self.module_index, name) {
                Found::One(meaning) => meaning,
                Found::Several(enums) => {
                    let enums = self.globals.item_names(&enums);
                    self.report(say::ambiguous_variant(first.span, name, &enums));
                    return None;
                }
                Found::Private(_) | Found::Nothing => {
                    self.unknown(name, first.span);
                    return None;
                }
            },
        };
        let mut last = first;
        for name in rest {
            meaning = match meaning {
                Meaning::Module(import) => self.module_member(import, name),
                Meaning::Adt(item) => match self.variant_of(item, &name.name) {
                    Some(variant) => Meaning::Variant(item, variant),
                    None if let Some(constant) = self.const_of(item, &name.name) => {
                        Meaning::Const(constant)
                    }
                    None => {
                        self.unknown_variant(item, name);
                        return None;
                    }
                },
                Meaning::Error => return None,
                _ => {
                    self.report(say::no_constructor(
                        last.span,
                        &last.name,
                        "no type or module",
                    ));
                    return None;
                }
            };
            last = name;
        }
        let what = match meaning {
            Meaning::Variant(item, variant) => return Some(Meant::Variant(item, variant)),
            Meaning::Const(item) if is_alone => return Some(Meant::Const(item)),
            Meaning::Adt(item) => match &self.hir.items[item].kind {
                ItemKind::Type(decl) if decl.kind == TypeDeclKind::Enum => {
                    let variant = decl.variants.first().map(|v| &*v.name.name);
                    self.report(say::enum_as_pattern(last.span, &last.name, variant));
                    return None;
                }
                _ => return Some(Meant::Variant(item, 0)),
            },
            Meaning::Error => return None,
            Meaning::Const(_) => "a constant",
            Meaning::Trait(_) => "a trait",
            Meaning::Module(_) | Meaning::PyModule(_) => "a module",
            _ => "a function",
        };
        self.report(say::no_constructor(last.span, &last.name, what));
        None
    }

    /// The place of an enum's variant.
    pub(super) fn variant_of(&self, item: ItemId, name: &str) -> Option<u32> {
        let ItemKind::Type(decl) = &self.hir.items[item].kind else {
            return None;
        };
        if decl.kind != TypeDeclKind::Enum {
            return None;
        }
        let place = decl.variants.iter().position(|v| v.name.name == name)?;
        u32::try_from(place).ok()
    }

    /// A constant in a type's body.
    fn const_of(&self, item: ItemId, name: &str) -> Option<ItemId> {
        let ItemKind::Type(decl) = &self.hir.items[item].kind else {
            return None;
        };
        let mut constants = decl.consts.iter().copied();
        constants.find(|c| self.hir.items[*c].name.name == name)
    }

    fn unknown_variant(&mut self, item: ItemId, name: &Ident) {
        let hir = self.hir;
        let ItemKind::Type(decl) = &hir.items[item].kind else {
            return;
        };
        let of = &hir.items[item].name.name;
        let report = match decl.kind {
            TypeDeclKind::Enum => {
                let known = decl.variants.iter().map(|v| &*v.name.name);
                say::unknown_variant(name.span, &name.name, of, nearest(&name.name, known))
            }
            _ => say::no_constructor(name.span, &name.name, "no variant of an enum"),
        };
        self.report(report);
    }

    /// The target of a plain assignment.
    pub(super) fn target(&mut self, id: ExprId) {
        let hir = self.hir;
        let span = hir.exprs[id].span;
        match &hir.exprs[id].kind {
            ExprKind::Name(name) => {
                if let Some(binding) = self.scopes.find(name) {
                    self.used(binding);
                    self.check_mutable(binding, span);
                    self.scopes.assign(binding);
                    self.names.exprs.set(id, Meaning::Local(binding));
                    return;
                }
                let binding = Binding {
                    name: name.clone(),
                    span,
                    mutable: true,
                    kind: BindingKind::Local,
                    mut_at: None,
                };
                let binding = self.names.bindings.push(binding);
                self.names.exprs.set(id, Meaning::Local(binding));
                self.names.declarations.set(id, binding);
                self.scopes.declare(name, binding, ScopeKind::Function);
            }
            ExprKind::Tuple(items) => {
                for &item in items {
                    self.target(item);
                }
            }
            ExprKind::MethodCall {
                args,
                parens: false,
                block: None,
                ..
            } if args.is_empty() => {
                self.expr(id);
                self.check_place(id);
            }
            ExprKind::Index { .. } => self.expr(id),
            ExprKind::Error => self.has_holes = true,
            _ => self.report(say::no_place(span)),
        }
    }

    /// Reports a name with its scope, `geometry.area`, as a target: what another file declares cannot be assigned.
    fn check_place(&mut self, id: ExprId) {
        if let Some(meaning) = self.names.exprs.get(id)
            && *meaning != Meaning::Error
        {
            self.report(say::no_place(self.hir.exprs[id].span));
        }
    }

    pub(super) fn check_mutable(&mut self, id: BindingId, span: Span) {
        let binding = &self.names.bindings[id];
        if binding.mutable {
            return;
        }
        let (name, declared, mut_at) = (binding.name.clone(), binding.span, binding.mut_at);
        let what = match binding.kind {
            BindingKind::Param => "parameter, which is read-only",
            BindingKind::Local => "value of `let` without `mut`",
            BindingKind::Loop => "variable of a loop",
            BindingKind::Closure => "parameter of a block",
            BindingKind::Pattern => "variable of a pattern",
            BindingKind::Result => "result of the function",
        };
        let report = say::not_assignable(span, &name, what, declared);
        let report = match (binding.kind, mut_at) {
            (BindingKind::Local, Some(at)) => report.fix(at, "mut ", "make it mutable"),
            _ => report.help(format!(
                "assign to another name, for instance `{name}_next`"
            )),
        };
        self.report(report);
    }
}
