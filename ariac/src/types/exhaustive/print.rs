//! Cases as Aria patterns.

use super::split::fields;
use super::{Constructor, Key, Witness};
use crate::hir::ItemId;
use crate::types::{Ty, Types};
use std::collections::HashMap;

/// What stands before the names of a type's variants where they are used, by the declaration: `shapes` in `shapes.Circle(r)`.
pub type Qualifiers = HashMap<ItemId, String>;

/// More fields than this are written as `..` when all of them may be anything.
const SHOWN_FIELDS: usize = 4;

/// The pattern that matches a case of the type `ty`. As an arm it compiles.
#[must_use]
pub fn witness_text(types: &Types, qualifiers: &Qualifiers, ty: &Ty, case: &Witness) -> String {
    let Witness::Constructor(constructor, parts) = case else {
        return "_".to_owned();
    };
    let tys = fields(types, ty, constructor);
    let parts = parts.iter().zip(&tys);
    let parts: Vec<String> = parts
        .map(|(part, ty)| witness_text(types, qualifiers, ty, part))
        .collect();
    let is_any = parts.iter().all(|p| p == "_");
    match (constructor, ty) {
        (Constructor::Single, _) if is_any => "_".to_owned(),
        (Constructor::Single, _) if parts.len() == 1 => format!("({},)", parts[0]),
        (Constructor::Single, _) => format!("({})", parts.join(", ")),
        (Constructor::Variant(index), Ty::Adt(adt)) => {
            let def = types.adts.get(adt.item);
            let variants = def.map_or(&[][..], |def| &def.variants);
            let name = variants
                .get(*index as usize)
                .map_or(&*adt.name, |v| &*v.name);
            if is_any && variants.len() == 1 {
                return "_".to_owned();
            }
            let name = match qualifiers.get(&adt.item) {
                Some(scope) => format!("{scope}.{name}"),
                None => name.to_owned(),
            };
            match parts.len() {
                0 => name,
                count if is_any && count > SHOWN_FIELDS => format!("{name}(..)"),
                _ => format!("{name}({})", parts.join(", ")),
            }
        }
        (Constructor::Range(lo, hi), ty) => range_text(ty, lo, hi),
        (Constructor::Fixed(_), _) => format!("[{}]", parts.join(", ")),
        (Constructor::Rest(0, 0), _) => "_".to_owned(),
        (Constructor::Rest(first, _), _) => {
            let mut items = parts;
            items.insert(*first, "..".to_owned());
            format!("[{}]", items.join(", "))
        }
        _ => "_".to_owned(),
    }
}

/// The values from `lo` up to `hi`, which is left out.
fn range_text(ty: &Ty, lo: &Key, hi: &Key) -> String {
    let any = || "_".to_owned();
    let (Some((start, _)), Some(end)) = (Key::domain(ty), Key::open_end(ty)) else {
        return any();
    };
    if *hi == lo.next() {
        return lo.text(ty).unwrap_or_else(any);
    }
    let first = match *lo == start {
        true => Some(String::new()),
        false => lo.text(ty),
    };
    let Some(first) = first else {
        return any();
    };
    if *hi >= end {
        return match first.is_empty() {
            true => any(),
            false => format!("{first}.."),
        };
    }
    // Both ways of writing the end are exact; the shorter one is the one that somebody wrote.
    let last = hi.previous().and_then(|last| last.text(ty));
    let inclusive = last.map(|last| format!("{first}..{last}"));
    let exclusive = hi.text(ty).map(|hi| format!("{first}..<{hi}"));
    match (inclusive, exclusive) {
        (Some(inclusive), Some(exclusive)) if exclusive.len() < inclusive.len() => exclusive,
        (Some(inclusive), _) => inclusive,
        (None, exclusive) => exclusive.unwrap_or_else(any),
    }
}
