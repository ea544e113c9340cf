//! Declarations: types, traits, `impl`s, and the functions and constants in them.

use super::attributes::Place;
use super::scope::ScopeKind;
use super::type_names::SelfMeaning;
use super::walk::Walk;
use super::{Binding, BindingKind, TypeMeaning, attributes};
use crate::arena::Id as _;
use crate::diagnostics::{names as say, nearest};
use crate::hir::{
    Function, Ident, Impl, Item, ItemId, ItemKind, Param, ParamMode, Requires, Trait, TypeDecl,
};
use crate::source::Span;
use std::collections::HashMap;

/// The name of the parameter that a function of a type is called on.
const SELF: &str = "self";

/// What a function gives, in its `ensures`.
const RESULT: &str = "result";

/// The effects that a function can state.
const EFFECTS: [&str; 4] = ["py", "raises", "io", "async"];

impl<'h> Walk<'h, '_> {
    pub(super) fn item(&mut self, id: ItemId) {
        let hir = self.hir;
        let item: &'h Item = &hir.items[id];
        self.names.modules.set(id, self.module_index);
        let place = match self.self_meaning {
            SelfMeaning::Nothing => Place::File,
            _ => Place::Member,
        };
        attributes::check(hir, item, place, self.reports);
        match &item.kind {
            ItemKind::Const { ty, value } => {
                self.start();
                ty.iter().for_each(|t| self.ty(*t));
                self.expr(*value);
            }
            ItemKind::Fn(function) => self.function(id, function),
            ItemKind::ExternPython { functions, .. } | ItemKind::ExternNative { functions, .. } => {
                functions.iter().for_each(|f| self.item(*f));
            }
            ItemKind::Type(decl) => self.type_decl(id, decl),
            ItemKind::Trait(decl) => self.trait_decl(&item.name, decl),
            ItemKind::Impl(decl) => self.impl_decl(decl),
            ItemKind::Import { .. } | ItemKind::FromImport { .. } => {}
        }
    }

    fn type_decl(&mut self, id: ItemId, decl: &'h TypeDecl) {
        self.self_meaning = SelfMeaning::Type(Some(id));
        self.enter_generics(&decl.generics, &decl.wheres);
        self.once(decl.variants.iter().map(|v| &v.name));
        let mut members = Vec::new();
        for variant in &decl.variants {
            let named = variant.fields.iter().filter(|f| f.is_named);
            let fields: Vec<&'h Ident> = named.map(|f| &f.name).collect();
            match decl.variants.len() {
                1 => members.extend(fields),
                _ => self.once(fields.into_iter()),
            }
            for field in &variant.fields {
                self.ty(field.ty);
                if let Some(default) = field.default {
                    self.start();
                    self.expr(default);
                }
            }
            if let Some(value) = variant.value {
                self.start();
                self.expr(value);
            }
        }
        self.members(members, &decl.consts, &decl.methods);
    }

    fn trait_decl(&mut self, name: &'h Ident, decl: &'h Trait) {
        self.enter_trait(name);
        self.enter_generics(&decl.generics, &decl.wheres);
        self.bounds(&decl.supers);
        self.members(Vec::new(), &decl.consts, &decl.methods);
    }

    fn impl_decl(&mut self, decl: &'h Impl) {
        // `Self` is not known in the head: it is what the head says.
        let before = self.enter_generics(&decl.generics, &[]);
        self.ty(decl.ty);
        let item = match self.names.types.get(decl.ty) {
            Some(TypeMeaning::Adt(item)) => Some(*item),
            _ => None,
        };
        self.self_meaning = SelfMeaning::Type(item);
        if let Some(of_trait) = decl.of_trait {
            self.bounds(&[of_trait]);
        }
        self.generics.truncate(before);
        // The parameters are known; what they must have may speak of `Self`.
        for param in &decl.generics {
            self.generics.push((&param.name.name, param.name.span));
        }
        for predicate in &decl.wheres {
            self.ty(predicate.ty);
            self.bounds(&predicate.bounds);
        }
        self.members(Vec::new(), &decl.consts, &decl.methods);
    }

    /// The constants and functions of a type, trait or `impl`, whose scope ends with them.
    fn members(&mut self, fields: Vec<&'h Ident>, consts: &'h [ItemId], functions: &'h [ItemId]) {
        let hir = self.hir;
        let items = consts.iter().chain(functions);
        let names = items.clone().map(|id| &hir.items[*id].name);
        self.once(fields.into_iter().chain(names));
        items.for_each(|id| self.item(*id));
        self.generics.clear();
        self.self_meaning = SelfMeaning::Nothing;
    }

    /// Reports names that come twice.
    fn once(&mut self, names: impl Iterator<Item = &'h Ident>) {
        let mut places: HashMap<&str, Span> = HashMap::new();
        for name in names {
            match places.get(&*name.name) {
                Some(first) => self.report(say::duplicate(name.span, &name.name, *first)),
                None => {
                    places.insert(&name.name, name.span);
                }
            }
        }
    }

    fn function(&mut self, id: ItemId, function: &'h Function) {
        self.start();
        let before = self.enter_generics(&function.generics, &function.wheres);
        function.params.iter().enumerate().for_each(|(at, param)| {
            self.param_type(at, param);
        });
        function.ret.iter().for_each(|t| self.ty(*t));
        self.effects(function.effects.as_deref().unwrap_or_default());
        self.hidden = function.params.iter().map(|p| &*p.name.name).collect();
        for param in &function.params {
            if let Some(default) = param.default {
                self.expr(default);
            }
        }
        self.hidden.clear();
        let params = function.params.iter().map(|p| self.param(p)).collect();
        self.names.params.set(id, params);
        for clause in &function.requires {
            self.clause(clause);
        }
        self.ensures(id, function);
        if let Some(body) = &function.body {
            self.stmts(body);
        }
        if let Some(returns) = self.returns {
            self.names.block_returns.set(id, returns);
        }
        self.scopes.leave(&self.names.bindings);
        self.generics.truncate(before);
    }

    fn param_type(&mut self, at: usize, param: &'h Param) {
        if param.name.name != SELF {
            return self.ty(param.ty);
        }
        let span = param.name.span;
        let problem = match (self.self_meaning, at) {
            (SelfMeaning::Nothing, _) => "outside of a type, trait or impl",
            (_, 0) => return self.ty(param.ty),
            (_, _) => "behind another parameter",
        };
        self.report(say::self_outside(span, problem));
        self.names.types.set(param.ty, TypeMeaning::Error);
    }

    fn param(&mut self, param: &'h Param) -> super::BindingId {
        let name = &param.name;
        if let Some(first) = self.scopes.find_here(&name.name) {
            let first = self.names.bindings[first].span;
            self.report(say::duplicate(name.span, &name.name, first));
        }
        let binding = Binding {
            name: name.name.clone(),
            span: name.span,
            mutable: param.mode != ParamMode::Read,
            kind: BindingKind::Param,
            mut_at: (param.mode == ParamMode::Read).then_some(before(name.span)),
        };
        let id = self.names.bindings.push(binding);
        self.scopes.declare(&name.name, id, ScopeKind::Function);
        id
    }

    fn effects(&mut self, effects: &'h [Ident]) {
        for effect in effects {
            if !EFFECTS.contains(&&*effect.name) {
                let near = nearest(&effect.name, EFFECTS);
                self.report(say::unknown_effect(effect.span, &effect.name, near));
            }
        }
    }

    fn clause(&mut self, clause: &'h Requires) {
        self.expr(clause.condition);
        if let Some(message) = clause.message {
            self.expr(message);
        }
    }

    /// What holds when the function comes back: the parameters, `result` and `old(…)` are known in it.
    fn ensures(&mut self, id: ItemId, function: &'h Function) {
        let Some(first) = function.ensures.first() else {
            return;
        };
        self.scopes.enter(ScopeKind::Body);
        let binding = self.names.bindings.push(Binding {
            name: RESULT.to_owned(),
            span: function.ret.map_or(first.span, |t| self.hir.types[t].span),
            mutable: false,
            kind: BindingKind::Result,
            mut_at: None,
        });
        self.scopes.declare(RESULT, binding, ScopeKind::Body);
        self.names.results.set(id, binding);
        self.in_ensures = true;
        self.ensures_from = binding.index();
        for clause in &function.ensures {
            self.clause(clause);
        }
        self.in_ensures = false;
        self.scopes.leave(&self.names.bindings);
    }
}

/// The empty span before another.
pub(super) fn before(span: Span) -> Span {
    Span {
        end: span.start,
        ..span
    }
}
