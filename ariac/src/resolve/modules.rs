//! What the names of each file mean outside of functions: its own declarations, what it imports, the variants of its
//! enums, and below them the prelude's.

use super::{Meaning, Names};
use crate::diagnostics::{Reports, names as say, nearest};
use crate::hir::{Hir, Ident, Item, ItemId, ItemKind, Module, TypeDeclKind};
use crate::source::Span;
use std::collections::HashMap;

/// A name of a file.
#[derive(Clone, Copy, Debug)]
struct Entry<'h> {
    meaning: Meaning,
    /// Not for other files.
    is_private: bool,
    span: Span,
    /// The file and the name there, of what comes from `from … import`.
    source: Option<(usize, &'h str)>,
}

/// The names of one file.
#[derive(Debug, Default)]
struct ModuleNames<'h> {
    names: HashMap<&'h str, Entry<'h>>,
    /// The variants of its own enums and of those that it imports by name.
    variants: HashMap<&'h str, Vec<(ItemId, u32)>>,
}

/// The names of all files.
#[derive(Debug)]
pub(super) struct Globals<'h> {
    hir: &'h Hir,
    modules: Vec<ModuleNames<'h>>,
    /// The places of the prelude's files.
    prelude: Vec<usize>,
}

/// What is found under a name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    One(Meaning),
    /// The enums that have a variant of this name.
    Several(Vec<ItemId>),
    /// Declared here, but not for this file.
    Private(Span),
    Nothing,
}

impl<'h> Globals<'h> {
    /// Collects the names of all files, and reports those that are declared twice or imported in vain.
    pub(super) fn collect(hir: &'h Hir, names: &mut Names, reports: &mut Reports) -> Globals<'h> {
        let is_prelude = |(_, module): &(usize, &Module)| module.prelude;
        let prelude = hir.modules.iter().enumerate().filter(is_prelude);
        let mut globals = Globals {
            hir,
            prelude: prelude.map(|(index, _)| index).collect(),
            modules: Vec::new(),
        };
        for module in &hir.modules {
            let own = own_names(hir, module, names, reports);
            globals.modules.push(own);
        }
        globals.follow_imports(reports);
        globals
    }

    /// Whether the library of the language is part of the program.
    pub(super) fn has_prelude(&self) -> bool {
        !self.prelude.is_empty()
    }

    /// What a name means in a file.
    pub(super) fn find(&self, module: usize, name: &str) -> Found {
        match self.find_in(module, name, true) {
            Found::Nothing => {}
            found => return found,
        }
        // The files of the prelude share what others do not see: what is private or begins with `_`.
        let is_prelude = self.hir.modules[module].prelude;
        if name.starts_with('_') && !is_prelude {
            return Found::Nothing;
        }
        let mut prelude = self
            .prelude
            .iter()
            .map(|&m| self.find_in(m, name, is_prelude));
        prelude
            .find(|found| matches!(found, Found::One(_) | Found::Several(_)))
            .unwrap_or(Found::Nothing)
    }

    /// What `module.name` means in another file.
    pub(super) fn member(&self, module: usize, name: &str) -> Found {
        self.find_in(module, name, false)
    }

    /// A declared type or trait of this name, also where a variant has the name too.
    fn find_in(&self, module: usize, name: &str, is_inside: bool) -> Found {
        let module = &self.modules[module];
        let mut private = None;
        match module.names.get(name) {
            Some(entry) if is_inside || !entry.is_private => return Found::One(entry.meaning),
            Some(entry) => private = Some(entry.span),
            None => {}
        }
        let visible = |(id, _): &&(ItemId, u32)| is_inside || !self.hir.items[*id].private;
        let variants = module.variants.get(name).map_or(&[][..], Vec::as_slice);
        let variants: Vec<(ItemId, u32)> = variants.iter().filter(visible).copied().collect();
        match (&variants[..], private) {
            ([], Some(span)) => Found::Private(span),
            ([], None) => Found::Nothing,
            ([(item, variant)], _) => Found::One(Meaning::Variant(*item, *variant)),
            (several, _) => Found::Several(several.iter().map(|(item, _)| *item).collect()),
        }
    }

    /// All names that are known in a file, in an order that does not change.
    pub(super) fn names(&self, module: usize) -> Vec<&'h str> {
        let mut names = self.names_of(module, true);
        for &prelude in &self.prelude {
            let of_prelude = self.names_of(prelude, false).into_iter();
            names.extend(of_prelude.filter(|name| !name.starts_with('_')));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of a file that another one may use.
    pub(super) fn members(&self, module: usize) -> Vec<&'h str> {
        let mut names = self.names_of(module, false);
        names.sort_unstable();
        names
    }

    fn names_of(&self, module: usize, is_inside: bool) -> Vec<&'h str> {
        let module = &self.modules[module];
        let entries = module.names.iter();
        let entries = entries.filter(|(_, entry)| is_inside || !entry.is_private);
        let entries = entries.map(|(name, _)| *name);
        entries.chain(module.variants.keys().copied()).collect()
    }

    /// Finds what `from … import` brings, and the variants that come with an enum.
    fn follow_imports(&mut self, reports: &mut Reports) {
        for module in 0..self.modules.len() {
            let mut imported: Vec<(&'h str, Entry<'h>)> = self.modules[module]
                .names
                .iter()
                .filter(|(_, entry)| entry.source.is_some())
                .map(|(name, entry)| (*name, *entry))
                .collect();
            imported.sort_by_key(|(_, entry)| entry.span);
            for (name, entry) in imported {
                let meaning = self.imported(entry, reports);
                let names = &mut self.modules[module];
                if let Some(entry) = names.names.get_mut(name) {
                    entry.meaning = meaning;
                }
                if let Meaning::Adt(item) = meaning {
                    add_variants(self.hir, item, &mut names.variants);
                }
            }
        }
    }

    fn imported(&self, entry: Entry<'h>, reports: &mut Reports) -> Meaning {
        let mut at = entry;
        // One that imports from one that imports, and so on; a circle of these has as many links as there are files.
        for _ in 0..=self.modules.len() {
            let Some((module, name)) = at.source else {
                return at.meaning;
            };
            let file = &self.hir.modules[module];
            if let Some(next) = self.modules[module].names.get(name)
                && !next.is_private
            {
                at = *next;
                continue;
            }
            return match self.member(module, name) {
                Found::One(meaning) => meaning,
                Found::Private(declared) => {
                    reports.add(say::private(entry.span, name, &file.name, declared));
                    Meaning::Error
                }
                Found::Several(items) => {
                    let enums = self.item_names(&items);
                    reports.add(say::ambiguous_variant(entry.span, name, &enums));
                    Meaning::Error
                }
                Found::Nothing => {
                    if !file.broken && !file.skipped.iter().any(|s| s == name) {
                        let near = nearest(name, self.members(module));
                        reports.add(say::not_in_module(entry.span, name, &file.name, near));
                    }
                    Meaning::Error
                }
            };
        }
        reports.add(say::import_circle(entry.span));
        Meaning::Error
    }

    /// The names of declarations.
    pub(super) fn item_names(&self, items: &[ItemId]) -> Vec<&'h str> {
        items
            .iter()
            .map(|id| &*self.hir.items[*id].name.name)
            .collect()
    }
}

/// The declarations of a file.
fn own_names<'h>(
    hir: &'h Hir,
    module: &'h Module,
    names: &mut Names,
    reports: &mut Reports,
) -> ModuleNames<'h> {
    let mut own = ModuleNames::default();
    for &id in &module.items {
        let item = &hir.items[id];
        let meaning = match &item.kind {
            ItemKind::Fn(_) => Meaning::Fn(id),
            ItemKind::Const { .. } => Meaning::Const(id),
            ItemKind::ExternPython { .. } => Meaning::PyModule(id),
            ItemKind::Type(_) => {
                add_variants(hir, id, &mut own.variants);
                Meaning::Adt(id)
            }
            ItemKind::Trait(_) => Meaning::Trait(id),
            ItemKind::Impl(_) => continue,
            ItemKind::Import { file, .. } => {
                match file.and_then(|file| hir.modules.iter().position(|m| m.file == file)) {
                    Some(index) => {
                        names.imports.set(id, index);
                        Meaning::Module(id)
                    }
                    None => Meaning::Error,
                }
            }
            ItemKind::ExternNative { functions, .. } => {
                for &function in functions {
                    let item = &hir.items[function];
                    own.declare(&item.name, item, Meaning::Fn(function), None, reports);
                }
                continue;
            }
            ItemKind::FromImport {
                file,
                names: imported,
                ..
            } => {
                let index = file.and_then(|file| hir.modules.iter().position(|m| m.file == file));
                for (name, here) in imported {
                    let source = index.map(|index| (index, &*name.name));
                    own.declare(here, item, Meaning::Error, source, reports);
                }
                continue;
            }
        };
        own.declare(&item.name, item, meaning, None, reports);
    }
    own
}

impl<'h> ModuleNames<'h> {
    fn declare(
        &mut self,
        name: &'h Ident,
        item: &Item,
        meaning: Meaning,
        source: Option<(usize, &'h str)>,
        reports: &mut Reports,
    ) {
        if let Some(first) = self.names.get(&*name.name) {
            reports.add(say::duplicate(name.span, &name.name, first.span));
            return;
        }
        let entry = Entry {
            meaning,
            is_private: item.private,
            span: name.span,
            source,
        };
        self.names.insert(&name.name, entry);
    }
}

/// Adds the variants of an enum.
fn add_variants<'h>(hir: &'h Hir, id: ItemId, variants: &mut HashMap<&'h str, Vec<(ItemId, u32)>>) {
    let ItemKind::Type(decl) = &hir.items[id].kind else {
        return;
    };
    if decl.kind != TypeDeclKind::Enum {
        return;
    }
    for (variant, index) in decl.variants.iter().zip(0..) {
        let known = variants.entry(&variant.name.name).or_default();
        // A second variant of the same name in one enum is reported where the enum is looked at.
        if known.iter().all(|(item, _)| *item != id) {
            known.push((id, index));
        }
    }
}
