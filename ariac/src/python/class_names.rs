//! The names of classes, no two alike: the runtime and the stub find a class by its name.
//!
//! A type of the first file keeps its own name. When types of several files have one name, those of other files have the file's in
//! front: `P` of `pkg.one` is `pkg_one_P`.

use super::classes::reached;
use crate::hir::{Hir, ItemId};
use crate::mir::Program;
use crate::types::{Adt, Ty};
use std::collections::{HashMap, HashSet};

/// The name of a type's class.
#[must_use]
pub fn class_name(program: &Program, adt: &Adt) -> String {
    let known = program.class_names.get(adt).cloned();
    known.unwrap_or_else(|| written(adt, &program.class_names, &adt.name))
}

/// Finds the names of all classes that Python sees.
#[must_use]
pub fn class_names(program: &Program, hir: &Hir) -> HashMap<Adt, String> {
    let exported = program.functions.iter().filter(|(_, f)| f.exported);
    let mut exported: Vec<_> = exported.map(|(_, function)| function).collect();
    exported.sort_by_key(|function| function.item);
    let types = exported.iter().flat_map(|f| {
        let params = f.params.iter().map(|param| &f.locals[param.local].ty);
        params.chain([&f.ret])
    });
    let mut classes = reached(program, types);
    let items: HashSet<ItemId> = classes.iter().map(|adt| adt.item).collect();
    let clashes = |adt: &Adt| {
        let mut others = items.iter().filter(|item| **item != adt.item);
        others.any(|item| *hir.items[*item].name.name == *adt.name)
    };
    // Those that keep their own names come first. An argument of a type parameter is named before what it is an argument of.
    classes.sort_by_key(|adt| (depth(&Ty::Adt(adt.clone())), !is_of_first_file(hir, adt)));
    let functions = exported.iter().filter_map(|f| f.item);
    let mut taken: HashSet<String> = functions
        .map(|item| hir.items[item].name.name.clone())
        .collect();
    let mut names = HashMap::new();
    for adt in classes {
        let own = match !is_of_first_file(hir, &adt) && clashes(&adt) {
            true => format!("{}_{}", module(hir, &adt), adt.name),
            false => adt.name.to_string(),
        };
        let mut name = written(&adt, &names, &own);
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        names.insert(adt, name);
    }
    names
}

/// A type's name, and those of the arguments of its type parameters behind it.
fn written(adt: &Adt, names: &HashMap<Adt, String>, own: &str) -> String {
    let args = adt.args.iter().map(|ty| match ty {
        Ty::Adt(adt) => {
            let known = names.get(adt).cloned();
            let name = known.unwrap_or_else(|| written(adt, names, &adt.name));
            format!("_{name}")
        }
        ty => format!("_{ty}"),
    });
    let name: String = std::iter::once(own.to_owned()).chain(args).collect();
    let letter = |c: char| if c.is_alphanumeric() { c } else { '_' };
    name.chars().map(letter).collect()
}

/// How deep types stand in arguments of type parameters.
fn depth(ty: &Ty) -> usize {
    match ty {
        Ty::Adt(adt) => 1 + adt.args.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn is_of_first_file(hir: &Hir, adt: &Adt) -> bool {
    let first = hir.modules.iter().find(|module| !module.prelude);
    first.is_some_and(|first| first.file == hir.items[adt.item].span.file)
}

/// The name of the file that declares a type, as others import it.
fn module<'h>(hir: &'h Hir, adt: &Adt) -> &'h str {
    let file = hir.items[adt.item].span.file;
    let module = hir.modules.iter().find(|module| module.file == file);
    module.map_or("", |module| &module.name)
}
