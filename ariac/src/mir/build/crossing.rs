//! What Python can give and take: which types cross the boundary, and what they need for it.

use super::Context;
use crate::diagnostics::instances as say;
use crate::hir::{ItemId, ItemKind, ParamMode};
use crate::mir::Function;
use crate::types::{Adt, Repr, Ty};
use std::collections::HashSet;

/// A type of more declared types than this contains itself with ever larger arguments, which is reported elsewhere.
const MOST_TYPES: usize = 500;

/// Why a function cannot be called from Python.
#[derive(Clone, Debug)]
pub enum LeftOut {
    /// A parameter, by its name, has a type that does not cross.
    Param(String, Ty),
    /// A parameter, by its name, is a view of Aria's memory.
    View(String, Ty),
    /// Changes of a `mut` parameter would not reach Python.
    Mut(String, Ty),
    /// The result's type does not cross.
    Result(Ty),
}

impl Context<'_> {
    /// Why a function cannot be called from Python, if so.
    pub(super) fn left_out(&self, id: ItemId, function: &Function) -> Option<LeftOut> {
        for (param, known) in self.signature(id).params.iter().zip(&function.params) {
            if let Ty::ArrayView(_) = param.ty.kind() {
                return Some(LeftOut::View(known.name.clone(), param.ty.clone()));
            }
        }
        for param in &function.params {
            let ty = &function.locals[param.local].ty;
            if let Some(ty) = self.stays(ty, false) {
                return Some(LeftOut::Param(param.name.clone(), ty));
            }
            // Python would not see a change of anything but its own memory.
            if param.mode == ParamMode::Mut && !matches!(ty.kind(), Ty::PyArrayView(_)) {
                return Some(LeftOut::Mut(param.name.clone(), ty.clone()));
            }
        }
        self.stays(&function.ret, true).map(LeftOut::Result)
    }

    /// The type in `ty` that Python cannot give, or take as a result.
    fn stays(&self, ty: &Ty, is_result: bool) -> Option<Ty> {
        let known = &self.types.known;
        match ty {
            Ty::Tuple(items) => items.iter().find_map(|ty| self.stays(ty, is_result)),
            Ty::Adt(adt) if is_result && known.is_result(adt) => {
                let is_error = match adt.args.get(1) {
                    Some(Ty::Exception | Ty::String) => true,
                    Some(error @ Ty::Adt(of)) if self.is_record(of) => {
                        self.part_stays(error, true, &mut HashSet::new()).is_none()
                    }
                    _ => false,
                };
                match adt.args.first() {
                    Some(Ty::Adt(inner)) if known.is_result(inner) => Some(ty.clone()),
                    Some(value) if is_error && adt.repr != Repr::Boxed => self.stays(value, true),
                    _ => Some(ty.clone()),
                }
            }
            Ty::List(_) | Ty::Adt(_) => self.part_stays(ty, is_result, &mut HashSet::new()),
            ty if ty.can_cross() && ty.scalar().record().is_some() => {
                self.part_stays(ty.scalar(), true, &mut HashSet::new())
            }
            ty => (!ty.can_cross()).then(|| ty.clone()),
        }
    }

    /// As `stays`, of a part of a value.
    fn part_stays(&self, ty: &Ty, is_result: bool, seen: &mut HashSet<Adt>) -> Option<Ty> {
        let crosses = match ty {
            Ty::Tuple(items) => {
                let mut items = items.iter();
                return items.find_map(|ty| self.part_stays(ty, is_result, seen));
            }
            Ty::List(element) => return self.part_stays(element, is_result, seen),
            Ty::Adt(adt) => {
                let is_endless = seen.len() > MOST_TYPES;
                if is_endless || !self.is_known_part(adt) && !self.is_record(adt) {
                    return Some(ty.clone());
                }
                if !seen.insert(adt.clone()) {
                    return None;
                }
                let parts = self.crossing_parts(adt);
                return parts
                    .iter()
                    .find_map(|ty| self.part_stays(ty, is_result, seen));
            }
            Ty::Bool | Ty::String | Ty::PythonObject => true,
            Ty::Array(_) | Ty::Nd(_) if is_result && ty.scalar().record().is_some() => {
                return self.part_stays(ty.scalar(), true, seen);
            }
            Ty::Array(_) | Ty::Nd(_) => is_result,
            ty => ty.is_number(),
        };
        (!crosses).then(|| ty.clone())
    }

    /// A type that is declared in the first file: a class in Python, if it is public and its fields cross.
    pub(super) fn declare_class(&self, id: ItemId) {
        let item = &self.hir.items[id];
        let Some(def) = self.types.adts.get(id) else {
            return;
        };
        let asked = item.attribute("pyclass");
        let ty = self.concrete(&Ty::Adt(Adt {
            item: id,
            name: item.name.name.as_str().into(),
            args: [].into(),
            repr: Repr::Owned,
            record: self.names.records.get(&id).copied(),
        }));
        let is_public = def.generics.is_empty() && !item.private;
        let stays = match is_public {
            true => self.part_stays(&ty, true, &mut HashSet::new()),
            false => None,
        };
        let mut instances = self.instances.borrow_mut();
        match (ty, asked) {
            (Ty::Adt(adt), _) if is_public && stays.is_none() => {
                instances.program.classes.push(adt);
            }
            (_, Some(attribute)) => {
                let is_generic = !def.generics.is_empty();
                let name = &item.name.name;
                let stays = stays.as_ref();
                let problem = say::cannot_be_class(attribute.span, name, is_generic, stays);
                instances.problems.push(problem);
            }
            _ => {}
        }
    }

    /// Whether it is a type of the prelude for which Python has its own.
    fn is_known_part(&self, adt: &Adt) -> bool {
        let known = &self.types.known;
        let item = Some(adt.item);
        (item == known.option && adt.repr != Repr::Boxed)
            || [known.map, known.set, known.complex, known.bytes].contains(&item)
    }

    /// Whether values are instances of a class in Python: a type of the program all of whose fields are public.
    fn is_record(&self, adt: &Adt) -> bool {
        let item = &self.hir.items[adt.item];
        let ItemKind::Type(declared) = &item.kind else {
            return false;
        };
        let mut fields = declared.variants.iter().flat_map(|v| &v.fields);
        !self.sources.file(item.span.file).prelude && fields.all(|field| !field.private)
    }

    /// The types of the parts of a value, those of a map's entries in place of the map's own.
    fn crossing_parts(&self, adt: &Adt) -> Vec<Ty> {
        if self.is_known_part(adt) {
            return adt.args.to_vec();
        }
        let layout = self.layout(adt);
        let fields = layout.variants.iter().flat_map(|v| &v.fields);
        fields.map(|(_, ty)| ty.clone()).collect()
    }

    /// Sees to it that the functions are there that make maps and sets of a type's values whole.
    pub(super) fn need_finishers(&self, ty: &Ty) {
        self.finishers_of(ty, &mut HashSet::new());
    }

    fn finishers_of(&self, ty: &Ty, seen: &mut HashSet<Adt>) {
        match ty {
            Ty::Tuple(items) => items.iter().for_each(|ty| self.finishers_of(ty, seen)),
            Ty::List(element) => self.finishers_of(element, seen),
            Ty::Adt(adt) => {
                if !seen.insert(adt.clone()) {
                    return;
                }
                let known = &self.types.known;
                if [known.map, known.set].contains(&Some(adt.item))
                    && let Some((item, generics)) = self.own_method(ty, "_index")
                    && let Some(function) = self.instance(item, &generics)
                {
                    let finishers = &mut self.instances.borrow_mut().program.finishers;
                    finishers.insert(adt.clone(), function);
                }
                for ty in self.crossing_parts(adt) {
                    self.finishers_of(&ty, seen);
                }
            }
            _ => {}
        }
    }
}
