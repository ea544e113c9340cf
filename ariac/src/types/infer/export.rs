//! `@export(T: [Float, Int])`: for which types a generic function is a function of the module.

use super::Infer;
use crate::diagnostics::names as say;
use crate::hir::{Attribute, ExprId, ExprKind, ItemId};
use crate::types::{Ty, scalar_type};

impl Infer<'_, '_> {
    /// Notes the instances that a function's `@export` asks for; the form of the attribute has been checked.
    pub(super) fn exports(&mut self, id: ItemId) {
        let item = &self.hir.items[id];
        let (Some(attribute), Some(signature)) =
            (item.attribute("export"), self.types.signatures.get(id))
        else {
            return;
        };
        let generics = signature.generics.clone();
        let params: Vec<Ty> = signature.params.iter().map(|p| p.ty.clone()).collect();
        for (index, generic) in generics.iter().enumerate() {
            let own = generic.ty(index);
            let mut is_told = false;
            for ty in &params {
                ty.each(&mut |part| is_told |= *part == own);
            }
            if !is_told {
                let message = format!("no parameter tells which `{}` is meant", generic.name);
                let expected = "a function whose arguments say it";
                let report = say::attribute_argument(attribute.span, &message, expected, None);
                self.report(report);
            }
        }
        let mut instances: Vec<Vec<Ty>> = vec![Vec::new()];
        for generic in &generics {
            let types = self.listed(attribute, &generic.name);
            let with = |before: &Vec<Ty>| {
                let each = types
                    .iter()
                    .map(|ty| [before.as_slice(), std::slice::from_ref(ty)].concat());
                each.collect::<Vec<_>>()
            };
            instances = instances.iter().flat_map(with).collect();
        }
        for types in &instances {
            self.check_bounds(attribute.span, &item.name.name, &generics, types);
        }
        self.types.exports.set(id, instances);
    }

    /// The types that an attribute lists for a type parameter.
    fn listed(&self, attribute: &Attribute, param: &str) -> Vec<Ty> {
        let named =
            |name: &Option<crate::hir::Ident>| name.as_ref().is_some_and(|n| n.name == param);
        let list = attribute.args.iter().find(|(name, _)| named(name));
        let ExprKind::Array(items) = list.map_or(&ExprKind::Nil, |(_, value)| self.kind(*value))
        else {
            return Vec::new();
        };
        let ty = |&item: &ExprId| match self.kind(item) {
            ExprKind::Name(name) if name == "Complex" => {
                Some(self.prelude_type(self.types.known.complex, Vec::new()))
            }
            ExprKind::Name(name) => scalar_type(name),
            _ => None,
        };
        items.iter().filter_map(ty).collect()
    }
}
