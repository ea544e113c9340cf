//! Places: variables and parts of variables.
//!
//! `a.b[i].c` is a variable and the way from there to the part. Indices are evaluated when the place is found; the
//! aliases that lead to the part are made right before it is read, written or passed on, so that nothing changes what
//! they lead through meanwhile.

use super::function::{FnBuilder, Value};
use crate::hir::{ExprId, ExprKind};
use crate::mir::{Const, Local, LocalId, Operand, Rvalue, Step, StmtKind};
use crate::resolve::Meaning;
use crate::types::{Callee, Ty};

/// A variable or a part of one, indices and keys evaluated.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) base: LocalId,
    /// The way to the part, each step with the type that it leads to.
    pub(super) steps: Vec<(Way, Ty)>,
}

/// A step on the way to a part.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// To a part of a value.
    Part(Step),
    /// To the value that a map has for a key, a local. Where the entry is is asked right before the place is used.
    Entry(LocalId),
}

impl Place {
    /// Goes on to a part.
    pub(super) fn step(&mut self, step: Step, ty: Ty) {
        self.steps.push((Way::Part(step), ty));
    }

    /// The way, all of whose entries have been found.
    fn parts(&self) -> impl Iterator<Item = (Step, Ty)> {
        self.steps.iter().filter_map(|(way, ty)| match way {
            Way::Part(step) => Some((step.clone(), ty.clone())),
            Way::Entry(_) => None,
        })
    }
}

impl FnBuilder<'_> {
    /// The place that an expression names; none if it makes a value of its own, or is converted. `stays`: indices keep
    /// their values whatever is assigned before the place is used.
    pub(super) fn place(&mut self, id: ExprId, stays: bool) -> Option<Place> {
        if self.cx.types.coercions.get(id).is_some() {
            return None;
        }
        match &self.cx.hir.exprs[id].kind {
            ExprKind::Name(_) => match self.cx.names.exprs.get(id) {
                Some(Meaning::Local(binding)) if !matches!(self.ty(id), Ty::Unit | Ty::Range) => {
                    Some(Place {
                        base: self.binding(*binding),
                        steps: Vec::new(),
                    })
                }
                _ => None,
            },
            ExprKind::MethodCall { receiver, .. } => {
                let Some(Callee::Field { index }) = self.cx.types.callees.get(id) else {
                    return None;
                };
                let mut place = self.place(*receiver, stays)?;
                let (variant, index) = (0, *index);
                let ty = self.cx.field_ty(&self.place_ty(&place), variant, index);
                place.step(Step::Field { variant, index }, ty);
                Some(place)
            }
            ExprKind::Index { base, indices } => {
                let [index] = indices.as_slice() else {
                    return None;
                };
                // A slice is a value of its own.
                if self.ty(*index) == Ty::Range {
                    return None;
                }
                let base_stays = stays || self.cx.writes(*index);
                match self.ty(*base) {
                    Ty::List(_) => {
                        let place = self.place(*base, base_stays)?;
                        Some(self.element_place(place, *index, stays))
                    }
                    ty if self.is_map(&ty) => {
                        let place = self.place(*base, base_stays)?;
                        self.entry_place(place, *index, stays)
                    }
                    Ty::Tuple(items) => {
                        let mut place = self.place(*base, stays)?;
                        let index = self.tuple_index(*index, items.len());
                        let variant = 0;
                        let ty = items.get(index).cloned().unwrap_or(Ty::Unit);
                        place.step(Step::Field { variant, index }, ty);
                        Some(place)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The place that an expression names, or a temporary that holds its value.
    pub(super) fn place_or_temp(&mut self, id: ExprId, stays: bool) -> Place {
        if let Some(place) = self.place(id, stays) {
            return place;
        }
        // A part of a temporary is changed in the temporary.
        let value = self.expr(id);
        Place {
            base: self.in_local(&value),
            steps: Vec::new(),
        }
    }

    /// An element of the list in a place; a literal negative index counts from the end.
    pub(super) fn element_place(&mut self, mut place: Place, index: ExprId, stays: bool) -> Place {
        let element = match self.place_ty(&place) {
            Ty::List(element) => *element,
            _ => Ty::Unit,
        };
        let index = match self.literal(index) {
            Some(n) if n < 0 => {
                let list = self.alias(&place);
                let len = self.len(list);
                let back = Operand::Const(Const::Int(n));
                self.binary(crate::mir::BinOp::WrapAdd, Ty::Int, len, back)
            }
            _ => {
                let index = self.expr(index);
                let index = self.convert(index, &Ty::Int);
                if stays { self.save(index) } else { index }
            }
        };
        let step = Step::Element {
            index: index.operand,
            checked: true,
        };
        place.step(step, element);
        place
    }

    /// Whether it is the prelude's `Map`, whose values are places.
    pub(super) fn is_map(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Adt(adt) if Some(adt.item) == self.cx.types.known.map)
    }

    /// The value of a key of the map in a place; the entry is found at once unless something may change the map before the
    /// place is used.
    fn entry_place(&mut self, mut place: Place, key: ExprId, stays: bool) -> Option<Place> {
        let key = self.expr(key);
        if !stays {
            return self.entry(place, key);
        }
        let key = self.own(key);
        let ty = self.place_ty(&place);
        let (_, (_, value)) = self.entry_fields(&ty)?;
        place.steps.push((Way::Entry(self.in_local(&key)), value));
        Some(place)
    }

    /// The value of a key of the map in a place: the map's own `_place` finds the entry, or raises KeyError.
    fn entry(&mut self, mut place: Place, key: Value) -> Option<Place> {
        let ty = self.place_ty(&place);
        let (item, generics) = self.cx.own_method(&ty, "_place")?;
        let map = self.alias(&place);
        let at = self.call_with(item, &generics, vec![Value::place(map, ty.clone()), key]);
        let (entries, value) = self.entry_fields(&ty)?;
        let Ty::List(entry) = &entries.1 else {
            return None;
        };
        let entry = (**entry).clone();
        let element = Step::Element {
            index: at.operand,
            checked: false,
        };
        place.step(entries.0, entries.1);
        place.step(element, entry);
        place.step(value.0, value.1);
        Some(place)
    }

    /// The steps from a map to its entries, and from an entry to its value.
    fn entry_fields(&self, map: &Ty) -> Option<((Step, Ty), (Step, Ty))> {
        let entries = self.field_named(map, "entries")?;
        let Ty::List(entry) = &entries.1 else {
            return None;
        };
        let value = self.field_named(entry, "value")?;
        Some((entries, value))
    }

    /// The place with all entries found where they are now.
    fn found(&mut self, place: &Place) -> Place {
        let mut found = Place {
            base: place.base,
            steps: Vec::new(),
        };
        for (way, ty) in &place.steps {
            match way {
                Way::Part(step) => found.step(step.clone(), ty.clone()),
                Way::Entry(key) => {
                    let key = Value::place(*key, self.local_ty(*key));
                    if let Some(entry) = self.entry(found.clone(), key) {
                        found = entry;
                    }
                }
            }
        }
        found
    }

    /// The step to a field of a struct, and its type.
    fn field_named(&self, ty: &Ty, name: &str) -> Option<(Step, Ty)> {
        let Ty::Adt(adt) = ty else { return None };
        let layout = self.cx.layout(adt);
        let fields = &layout.variants.first()?.fields;
        let index = fields.iter().position(|f| f.0 == name)?;
        let step = Step::Field { variant: 0, index };
        Some((step, fields[index].1.clone()))
    }

    /// The position that `tuple[index]` means.
    pub(super) fn tuple_index(&self, index: ExprId, len: usize) -> usize {
        let index = match self.literal(index) {
            Some(n) if n < 0 => (len as i64 + n) as usize,
            Some(n) => n as usize,
            None => 0,
        };
        index.min(len.saturating_sub(1))
    }

    pub(super) fn place_ty(&self, place: &Place) -> Ty {
        match place.steps.last() {
            Some((_, ty)) => ty.clone(),
            None => self.local_ty(place.base),
        }
    }

    /// A local that names the place.
    pub(super) fn alias(&mut self, place: &Place) -> LocalId {
        let place = self.found(place);
        let parts: Vec<(Step, Ty)> = place.parts().collect();
        self.alias_parts(place.base, parts)
    }

    fn alias_parts(&mut self, base: LocalId, parts: Vec<(Step, Ty)>) -> LocalId {
        let mut at = base;
        for (step, ty) in parts {
            at = self.alias_step(at, step, ty);
        }
        at
    }

    /// A local that names a part of another.
    pub(super) fn alias_step(&mut self, of: LocalId, step: Step, ty: Ty) -> LocalId {
        let dst = self.alias_local(ty);
        self.alias_of.insert(dst, of);
        self.emit(StmtKind::Alias { dst, of, step });
        dst
    }

    /// A local without memory of its own.
    pub(super) fn alias_local(&mut self, ty: Ty) -> LocalId {
        self.function.locals.push(Local {
            name: None,
            ty,
            span: self.span,
            contiguous: false,
            alias: true,
        })
    }

    /// The value in a place: a copy of what is not owned, else the place itself.
    pub(super) fn read(&mut self, place: &Place) -> Value {
        let place = self.found(place);
        let mut parts: Vec<(Step, Ty)> = place.parts().collect();
        let Some((step, ty)) = parts.pop() else {
            return Value::place(place.base, self.local_ty(place.base));
        };
        let of = self.alias_parts(place.base, parts);
        self.read_step(of, &step, ty)
    }

    /// As [`FnBuilder::read`], of one step.
    fn read_step(&mut self, of: LocalId, step: &Step, ty: Ty) -> Value {
        if ty == Ty::Unit {
            return Value::unit();
        }
        if ty.is_owned() {
            let alias = self.alias_step(of, step.clone(), ty.clone());
            return Value::place(alias, ty);
        }
        let value = match step.clone() {
            Step::Field { variant, index } => Rvalue::Field {
                tuple: of,
                variant,
                index,
                take: false,
            },
            Step::Element { index, checked } => Rvalue::Load {
                array: of,
                index,
                checked,
            },
        };
        self.compute(ty, value)
    }

    /// A part of a tuple or declared type, of the variant that is known to be the one; of a temporary, an owned part is
    /// taken out.
    pub(super) fn part(&mut self, of: &Value, variant: u32, index: usize) -> Value {
        let ty = self.cx.field_ty(&of.ty, variant, index);
        let local = self.in_local(of);
        if of.fresh && ty.is_owned() {
            let take = Rvalue::Field {
                tuple: local,
                variant,
                index,
                take: true,
            };
            return self.compute(ty, take);
        }
        self.read_step(local, &Step::Field { variant, index }, ty)
    }

    /// An element of a list, by an index that is there.
    pub(super) fn element(&mut self, list: LocalId, index: Operand) -> Value {
        let ty = match self.local_ty(list) {
            Ty::List(element) => *element,
            ty => ty.element().cloned().unwrap_or(Ty::Unit),
        };
        let step = Step::Element {
            index,
            checked: true,
        };
        self.read_step(list, &step, ty)
    }

    /// `place = value`.
    pub(super) fn write_place(&mut self, place: &Place, value: Value) {
        let Some((last, ty)) = place.steps.last() else {
            self.assign_variable(place.base, value);
            return;
        };
        if *ty == Ty::Unit {
            self.discard(&value);
            return;
        }
        let value = self.convert(value, ty);
        let value = self.own(value);
        let of = self.alias(&Place {
            base: place.base,
            steps: place.steps[..place.steps.len() - 1].to_vec(),
        });
        let step = match last {
            Way::Part(step) => step.clone(),
            Way::Entry(key) => {
                let key = Value::place(*key, self.local_ty(*key));
                let map = Value::place(of, self.local_ty(of));
                if let Some((item, generics)) = self.cx.own_method(&map.ty, "set_index") {
                    self.call_with(item, &generics, vec![map, key, value]);
                }
                return;
            }
        };
        match step {
            Step::Field { variant, index } => self.emit(StmtKind::SetField {
                of,
                variant,
                index,
                value: value.operand,
            }),
            Step::Element { index, checked } if !ty.is_owned() => self.emit(StmtKind::Store {
                array: of,
                index,
                value: value.operand,
                checked,
            }),
            step => {
                let element = self.alias_step(of, step, ty.clone());
                self.assign_value(element, value);
            }
        }
    }
}
