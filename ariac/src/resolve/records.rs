//! Which `data` types an array can hold: those of numbers, `Bool`, and others of the kind.

use super::{Names, TypeMeaning};
use crate::hir::{Hir, ItemId, ItemKind, TypeDecl, TypeDeclKind, TypeExprId, TypeExprKind};
use crate::types::{IntKind, RecordKind};
use std::collections::HashMap;

/// All of them, once the names of types are known.
pub(super) fn find(hir: &Hir, names: &Names) -> HashMap<ItemId, RecordKind> {
    let mut found: HashMap<ItemId, RecordKind> = HashMap::new();
    let declared = hir.items.iter().filter_map(|(id, item)| match &item.kind {
        ItemKind::Type(decl) if may_be(decl) => Some((id, decl)),
        _ => None,
    });
    let mut rest: Vec<(ItemId, &TypeDecl)> = declared.collect();
    loop {
        let known = found.len();
        rest.retain(|(id, decl)| {
            let mut fields = decl.variants.iter().flat_map(|v| &v.fields);
            let is_record = fields.all(|field| is_part(hir, names, &found, field.ty));
            if is_record {
                found.insert(*id, kind(hir, *id));
            }
            !is_record
        });
        if found.len() == known {
            return found;
        }
    }
}

fn may_be(decl: &TypeDecl) -> bool {
    let has_fields = decl.variants.iter().any(|v| !v.fields.is_empty());
    decl.kind == TypeDeclKind::Data && decl.generics.is_empty() && has_fields
}

fn is_part(hir: &Hir, names: &Names, found: &HashMap<ItemId, RecordKind>, ty: TypeExprId) -> bool {
    match (&hir.types[ty].kind, names.types.get(ty)) {
        (_, Some(TypeMeaning::Adt(item))) => found.contains_key(item),
        (TypeExprKind::Path { name, args }, Some(TypeMeaning::Builtin) | None) => {
            let name = name.name.as_str();
            let is_number = matches!(name, "Int" | "Int64" | "Float" | "Float64" | "Float32");
            let is_scalar = is_number || name == "Bool" || IntKind::from_name(name).is_some();
            is_scalar && args.is_empty()
        }
        _ => false,
    }
}

fn kind(hir: &Hir, id: ItemId) -> RecordKind {
    let item = &hir.items[id];
    let mut modules = hir.modules.iter();
    let is_prelude = modules.any(|m| m.prelude && m.file == item.span.file);
    match is_prelude && item.name.name == "Complex" {
        true => RecordKind::Complex,
        false => RecordKind::Fields,
    }
}
