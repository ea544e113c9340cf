//! What declarations say: the types and their fields, traits, `impl`s.
//!
//! Done before any signature or body, for the whole program: each may mention all others.

use super::written::{Place, Written};
use super::{
    Adt, AdtDef, Bound, FieldDef, Generic, ImplDef, Known, ParamClass, Repr, TraitDef, Ty, Types,
    VariantDef,
};
use crate::diagnostics::{Reports, declared as said};
use crate::hir::{
    Hir, Ident, Impl, Item, ItemId, ItemKind, Module, Trait, TypeArg, TypeDecl, TypeExprId,
    TypeExprKind, TypeParam, WherePredicate,
};
use crate::resolve::{Names, TypeMeaning};
use std::collections::{HashMap, HashSet};

/// The type parameters around a declaration, and what `Self` is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// As [`super::Signature::generics`] has them.
    pub(super) generics: Vec<Generic>,
    /// The type whose functions are declared.
    pub(super) self_ty: Option<Ty>,
}

/// Reads what is written in one file.
pub(super) struct Reader<'a> {
    pub(super) hir: &'a Hir,
    pub(super) names: &'a Names,
    pub(super) module: &'a Module,
}

/// Fills in the declared types, traits and `impl`s.
pub(super) fn declare(hir: &Hir, names: &Names, types: &mut Types, reports: &mut Reports) {
    for module in hir.modules.iter().filter(|m| m.prelude) {
        for &id in &module.items {
            know(hir, id, types);
        }
    }
    for module in &hir.modules {
        let reader = Reader { hir, names, module };
        for &id in &module.items {
            match &hir.items[id].kind {
                ItemKind::Type(decl) => reader.type_decl(id, decl, types, reports),
                ItemKind::Trait(decl) => reader.trait_decl(id, decl, types, reports),
                ItemKind::Impl(decl) => reader.impl_decl(id, decl, types, reports),
                _ => {}
            }
        }
    }
    check_supers(hir, types, reports);
    check_values(hir, types, reports);
}

/// Reports traits that come with themselves, by way of others or not; one of those that come with each other.
fn check_supers(hir: &Hir, types: &mut Types, reports: &mut Reports) {
    let behind = |types: &Types, id: ItemId| {
        let mut behind: Vec<ItemId> = Vec::new();
        let mut next = vec![id];
        while let Some(at) = next.pop() {
            let supers = types.traits.get(at).map_or(&[][..], |def| &def.supers);
            for of_trait in supers.iter().map(|bound| bound.item) {
                if !behind.contains(&of_trait) {
                    behind.push(of_trait);
                    next.push(of_trait);
                }
            }
        }
        behind
    };
    let traits = types.traits.iter();
    let all: Vec<(ItemId, Vec<ItemId>)> = traits.map(|(id, _)| (id, behind(types, id))).collect();
    let mut told: Vec<ItemId> = Vec::new();
    for (id, behind) in all.iter().filter(|(id, behind)| behind.contains(id)) {
        let supers = types.traits.get(*id).map_or(&[][..], |def| &def.supers);
        let leads_back = |item: ItemId| {
            item == *id || all.iter().any(|(i, back)| *i == item && back.contains(id))
        };
        let way = supers.iter().position(|bound| leads_back(bound.item));
        // Round and round, arguments could become larger without end.
        if let Some(def) = types.traits.get_mut(*id) {
            def.supers.retain(|bound| bound.args.is_empty());
        }
        let in_cycle = |(other, back): &&(ItemId, Vec<ItemId>)| {
            told.contains(other) && behind.contains(other) && back.contains(id)
        };
        if all.iter().any(|entry| in_cycle(&entry)) {
            continue;
        }
        told.push(*id);
        let ItemKind::Trait(decl) = &hir.items[*id].kind else {
            continue;
        };
        if let Some(of_trait) = way.and_then(|way| decl.supers.get(way)) {
            let at = hir.types[*of_trait].span;
            reports.add(said::trait_cycle(&hir.items[*id].name, at));
        }
    }
}

/// Reports types of which no value can be made, since each would need another first.
fn check_values(hir: &Hir, types: &Types, reports: &mut Reports) {
    let mut made: HashSet<ItemId> = HashSet::new();
    loop {
        let can_be = |ty: &Ty| has_value(ty, &made);
        let new: Vec<ItemId> = types
            .adts
            .iter()
            .filter(|(id, _)| !made.contains(id))
            .filter(|(_, def)| {
                let mut variants = def.variants.iter();
                variants.any(|v| v.fields.iter().all(|f| can_be(&f.ty)))
            })
            .map(|(id, _)| id)
            .collect();
        if !new.is_empty() {
            made.extend(new);
            continue;
        }
        // Of types that need each other, one is enough to say.
        let Some((id, def)) = types.adts.iter().find(|(id, _)| !made.contains(id)) else {
            return;
        };
        let mut fields = def.variants.iter().flat_map(|v| &v.fields);
        let position = fields.position(|f| !can_be(&f.ty));
        if let (Some(position), ItemKind::Type(decl)) = (position, &hir.items[id].kind) {
            let mut written = decl.variants.iter().flat_map(|v| &v.fields);
            if let Some(field) = written.nth(position) {
                let at = match field.name.name.starts_with(|c: char| c.is_ascii_digit()) {
                    true => Ident {
                        span: hir.types[field.ty].span,
                        ..field.name.clone()
                    },
                    false => field.name.clone(),
                };
                reports.add(said::no_value(&hir.items[id].name, &at));
            }
        }
        made.insert(id);
    }
}

/// Whether there are values of a type, if there are of these declared ones.
fn has_value(ty: &Ty, made: &HashSet<ItemId>) -> bool {
    match ty {
        Ty::Adt(adt) => made.contains(&adt.item),
        Ty::Tuple(items) => items.iter().all(|t| has_value(t, made)),
        _ => true,
    }
}

/// Notes the declarations of the prelude that the compiler refers to.
fn know(hir: &Hir, id: ItemId, types: &mut Types) {
    let item = &hir.items[id];
    let name = item.name.name.as_str();
    if let ItemKind::Trait(_) = item.kind {
        types.lang_traits.insert(name.to_owned(), id);
    }
    let Known {
        option,
        result,
        map,
        set,
        string_builder,
        complex,
        bytes,
    } = &mut types.known;
    let slot = match name {
        "Option" => option,
        "Result" => result,
        "Map" => map,
        "Set" => set,
        "StringBuilder" => string_builder,
        "Complex" => complex,
        "Bytes" => bytes,
        _ => return,
    };
    if let ItemKind::Type(_) = item.kind {
        *slot = Some(id);
    }
}

impl Reader<'_> {
    fn written<'s>(&'s self, scope: &'s Scope) -> Written<'s> {
        Written {
            hir: self.hir,
            names: self.names,
            place: Place::Aria,
            generics: &scope.generics,
            self_ty: scope.self_ty.as_ref(),
        }
    }

    fn ty(&self, id: TypeExprId, scope: &Scope, reports: &mut Reports) -> Ty {
        self.written(scope).ty(id, reports)
    }

    /// Adds the parameters of a declaration to those around it.
    pub(super) fn generics(
        &self,
        scope: &mut Scope,
        params: &[TypeParam],
        wheres: &[WherePredicate],
        reports: &mut Reports,
    ) {
        let first = scope.generics.len();
        let new = params.iter().map(|p| Generic::any(&p.name.name));
        scope.generics.extend(new);
        for (i, param) in params.iter().enumerate() {
            let ty = param_ty(scope, first + i);
            let bounds = self.bounds(&param.bounds, &ty, scope, reports);
            scope.generics[first + i].is_open |= bounds.len() < param.bounds.len();
            scope.generics[first + i].bounds.extend(bounds);
        }
        for predicate in wheres {
            let ty = self.ty(predicate.ty, scope, reports);
            let bounds = self.bounds(&predicate.bounds, &ty, scope, reports);
            match ty {
                Ty::Param(param) => {
                    if let Some(generic) = scope.generics.get_mut(param.index as usize) {
                        generic.bounds.extend(bounds);
                    }
                }
                Ty::Error => {}
                _ => reports.add(said::where_of_type(self.hir.types[predicate.ty].span)),
            }
        }
        for generic in &mut scope.generics[first..] {
            let classes = generic
                .bounds
                .iter()
                .map(|b| self.class(b.item, &mut Vec::new()));
            generic.class = classes.max().unwrap_or_default();
        }
        // The bounds were read before that was known of the parameters in them.
        let known = scope.generics.iter().enumerate();
        let known: Vec<Ty> = known.map(|(i, generic)| generic.ty(i)).collect();
        let bounds = scope.generics[first..]
            .iter_mut()
            .flat_map(|g| &mut g.bounds);
        for arg in bounds.flat_map(|bound| &mut bound.args) {
            *arg = arg.subst(&known);
        }
    }

    /// What a trait says of the types that have it: it is one of the language's three, or comes with one. The declarations
    /// of other files may not have been read yet, so this looks at what is written. `seen`: the traits that have been looked
    /// at: they may come with each other.
    fn class(&self, of_trait: ItemId, seen: &mut Vec<ItemId>) -> ParamClass {
        if seen.contains(&of_trait) {
            return ParamClass::Any;
        }
        seen.push(of_trait);
        let item = &self.hir.items[of_trait];
        let ItemKind::Trait(decl) = &item.kind else {
            return ParamClass::Any;
        };
        let mut modules = self.hir.modules.iter();
        let is_prelude = modules.any(|m| m.prelude && m.file == item.span.file);
        let own = match item.name.name.as_str() {
            "Real" if is_prelude => ParamClass::Real,
            "Number" if is_prelude => ParamClass::Number,
            "Element" if is_prelude => ParamClass::Element,
            _ => ParamClass::Any,
        };
        let mut class = own;
        for &id in &decl.supers {
            if let Some(TypeMeaning::Trait(item)) = self.names.types.get(id) {
                class = class.max(self.class(*item, seen));
            }
        }
        class
    }

    fn bounds(
        &self,
        written: &[TypeExprId],
        of: &Ty,
        scope: &Scope,
        reports: &mut Reports,
    ) -> Vec<Bound> {
        let bounds = written
            .iter()
            .filter_map(|t| self.bound(*t, of, scope, reports));
        bounds.collect()
    }

    /// A trait with its arguments; those that are left out are the type itself.
    fn bound(
        &self,
        id: TypeExprId,
        of: &Ty,
        scope: &Scope,
        reports: &mut Reports,
    ) -> Option<Bound> {
        let span = self.hir.types[id].span;
        let (TypeExprKind::Path { name, args } | TypeExprKind::Qualified { name, args, .. }) =
            &self.hir.types[id].kind
        else {
            if !matches!(self.hir.types[id].kind, TypeExprKind::Error) {
                reports.add(said::no_trait(span, "this"));
            }
            return None;
        };
        let item = match self.names.types.get(id) {
            Some(TypeMeaning::Trait(item)) => *item,
            Some(TypeMeaning::Error) => return None,
            _ => {
                reports.add(said::no_trait(span, &name.name));
                return None;
            }
        };
        let ItemKind::Trait(decl) = &self.hir.items[item].kind else {
            return None;
        };
        let mut tys = Vec::new();
        for arg in args {
            if let TypeArg::Type(ty) = arg {
                tys.push(self.ty(*ty, scope, reports));
            }
        }
        if args.len() > decl.generics.len() {
            let (wanted, found) = (decl.generics.len(), args.len());
            reports.add(said::type_arguments(span, &name.name, wanted, found));
            return None;
        }
        tys.resize(decl.generics.len(), of.clone());
        Some(Bound { item, args: tys })
    }

    fn type_decl(&self, id: ItemId, decl: &TypeDecl, types: &mut Types, reports: &mut Reports) {
        let item = &self.hir.items[id];
        // The bounds may mention the type itself.
        let any = decl.generics.iter().map(|p| Generic::any(&p.name.name));
        let mut scope = Scope {
            generics: Vec::new(),
            self_ty: Some(own_type(self.names, id, item, &any.collect::<Vec<_>>())),
        };
        self.generics(&mut scope, &decl.generics, &decl.wheres, reports);
        let own = own_type(self.names, id, item, &scope.generics);
        scope.self_ty = Some(own.clone());
        let mut variants = Vec::new();
        for variant in &decl.variants {
            let fields = variant.fields.iter().map(|field| {
                let mut ty = self.ty(field.ty, &scope, reports);
                if ty.holds_view() {
                    let at = self.hir.types[field.ty].span;
                    reports.add(crate::diagnostics::borrow::view_argument(at, &ty));
                    ty = Ty::Error;
                }
                FieldDef {
                    name: field.name.name.clone(),
                    ty,
                    default: field.default,
                    private: field.private,
                }
            });
            variants.push(VariantDef {
                name: variant.name.name.clone(),
                fields: fields.collect(),
                value: None,
            });
        }
        types.adts.set(
            id,
            AdtDef {
                kind: decl.kind,
                name: item.name.name.as_str().into(),
                generics: scope.generics.clone(),
                variants,
            },
        );
        types.impls.push(ImplDef {
            item: id,
            generics: scope.generics,
            of_trait: None,
            ty: own,
            methods: self.named(&decl.methods),
            consts: self.named(&decl.consts),
        });
    }

    fn trait_decl(&self, id: ItemId, decl: &Trait, types: &mut Types, reports: &mut Reports) {
        let mut scope = trait_scope();
        self.generics(&mut scope, &decl.generics, &decl.wheres, reports);
        let own = param_ty(&scope, 0);
        let args = (1..scope.generics.len()).map(|i| param_ty(&scope, i));
        let itself = Bound {
            item: id,
            args: args.collect(),
        };
        scope.generics[0].bounds.push(itself);
        let supers = self.bounds(&decl.supers, &own, &scope, reports);
        types.traits.set(
            id,
            TraitDef {
                generics: scope.generics,
                supers,
                methods: self.named(&decl.methods),
                consts: self.named(&decl.consts),
            },
        );
    }

    fn impl_decl(&self, id: ItemId, decl: &Impl, types: &mut Types, reports: &mut Reports) {
        let mut scope = Scope::default();
        self.generics(&mut scope, &decl.generics, &decl.wheres, reports);
        let ty = self.ty(decl.ty, &scope, reports);
        if ty == Ty::Error {
            return;
        }
        scope.self_ty = Some(ty.clone());
        let of_trait = match decl.of_trait {
            Some(of) => match self.bound(of, &ty, &scope, reports) {
                Some(bound) => Some(bound),
                None => return,
            },
            None => None,
        };
        if of_trait.is_none() && !self.module.prelude && !matches!(ty, Ty::Adt(_)) {
            reports.add(said::impl_of_foreign(self.hir.types[decl.ty].span, &ty));
        }
        types.impls.push(ImplDef {
            item: id,
            generics: scope.generics,
            of_trait,
            ty,
            methods: self.named(&decl.methods),
            consts: self.named(&decl.consts),
        });
    }

    fn named(&self, items: &[ItemId]) -> Vec<(String, ItemId)> {
        let name = |id: &ItemId| (self.hir.items[*id].name.name.clone(), *id);
        items.iter().map(name).collect()
    }
}

/// What is around the functions in the bodies of types, traits and `impl`s, by their item.
pub(super) fn scopes(types: &Types) -> HashMap<ItemId, Scope> {
    let of_impl = |i: &ImplDef| {
        let scope = Scope {
            generics: i.generics.clone(),
            self_ty: Some(i.ty.clone()),
        };
        (i.item, scope)
    };
    let of_trait = |(id, def): (ItemId, &TraitDef)| {
        let scope = Scope {
            generics: def.generics.clone(),
            ..trait_scope()
        };
        (id, scope)
    };
    let impls = types.impls.iter().map(of_impl);
    impls.chain(types.traits.iter().map(of_trait)).collect()
}

/// The type that a declaration declares, with its own parameters as arguments.
fn own_type(names: &Names, id: ItemId, item: &Item, generics: &[Generic]) -> Ty {
    let args = generics.iter().enumerate();
    Ty::Adt(Adt {
        item: id,
        name: item.name.name.as_str().into(),
        args: args.map(|(index, g)| g.ty(index)).collect(),
        repr: Repr::Owned,
        record: names.records.get(&id).copied(),
    })
}

fn trait_scope() -> Scope {
    let own = Generic::any("Self");
    Scope {
        self_ty: Some(own.ty(0)),
        generics: vec![own],
    }
}

fn param_ty(scope: &Scope, index: usize) -> Ty {
    scope.generics[index].ty(index)
}
