//! What the values of declared types consist of, and how they are kept.
//!
//! A type whose values may contain values of its own declaration is kept on the heap. Which declarations these are is read
//! off the declarations alone: there is an edge from one to another where a field has the other by value, as such or as an
//! argument for a parameter that is itself held by value. The declarations on cycles are [`Repr::Boxed`]. So no instance
//! has to be looked at whose size would depend on itself.

use super::Context;
use crate::arena::Id;
use crate::diagnostics::{Diagnostic, instances as say};
use crate::hir::{ItemId, TypeDeclKind};
use crate::mir::{AdtLayout, Program, Rvalue, StmtKind, VariantLayout};
use crate::source::Span;
use crate::types::{Adt, FnTy, RecordKind, Repr, Ty, Types};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// Types nested deeper than this come from a program without end.
pub(super) const MAX_DEPTH: usize = 40;

/// What is known of declared types.
#[derive(Default)]
pub(super) struct Layouts {
    boxed: HashSet<ItemId>,
    reprs: HashMap<Adt, Repr>,
    adts: HashMap<Adt, Rc<AdtLayout>>,
}

impl Layouts {
    pub(super) fn of(types: &Types) -> Layouts {
        let held = held_parameters(types);
        let ids: Vec<ItemId> = types.adts.iter().map(|(id, _)| id).collect();
        let position: HashMap<ItemId, usize> = ids.iter().copied().zip(0..).collect();
        let mut edges = vec![Vec::new(); ids.len()];
        for (id, adt) in types.adts.iter() {
            for field in adt.variants.iter().flat_map(|v| &v.fields) {
                by_value(&field.ty, &held, &mut |ty| {
                    if let Ty::Adt(other) = ty
                        && let Some(&to) = position.get(&other.item)
                    {
                        edges[position[&id]].push(to);
                    }
                });
            }
        }
        Layouts {
            boxed: super::effects::recursive(&edges)
                .into_iter()
                .map(|i| ids[i])
                .collect(),
            ..Layouts::default()
        }
    }
}

/// For each declaration, which of its parameters its values hold by value.
fn held_parameters(types: &Types) -> BTreeMap<usize, Vec<bool>> {
    let mut held: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    for (id, adt) in types.adts.iter() {
        held.insert(id.index(), vec![false; adt.generics.len()]);
    }
    loop {
        let mut next = held.clone();
        for (id, adt) in types.adts.iter() {
            for field in adt.variants.iter().flat_map(|v| &v.fields) {
                by_value(&field.ty, &held, &mut |ty| {
                    if let Ty::Param(param) = ty
                        && let Some(known) = next.get_mut(&id.index())
                        && let Some(known) = known.get_mut(param.index as usize)
                    {
                        *known = true;
                    }
                });
            }
        }
        if next == held {
            return held;
        }
        held = next;
    }
}

/// The type itself and the types that it has in it by value.
fn by_value(ty: &Ty, held: &BTreeMap<usize, Vec<bool>>, f: &mut dyn FnMut(&Ty)) {
    f(ty);
    match ty {
        Ty::Tuple(items) => items.iter().for_each(|t| by_value(t, held, f)),
        Ty::Adt(adt) => {
            let held_here = held.get(&adt.item.index());
            for (i, arg) in adt.args.iter().enumerate() {
                if held_here.is_some_and(|h| h.get(i) == Some(&true)) {
                    by_value(arg, held, f);
                }
            }
        }
        _ => {}
    }
}

impl Context<'_> {
    /// The type with the arguments for its parameters put in, ready for MIR.
    pub(super) fn lower(&self, ty: &Ty, args: &[Ty]) -> Ty {
        match ty {
            Ty::Param(_) | Ty::Tuple(_) | Ty::List(_) | Ty::Adt(_) | Ty::Fn(_) => {
                self.concrete(&ty.subst(args))
            }
            Ty::ArrayView(_) | Ty::Nd(_) => self.concrete(&ty.subst(args)),
            Ty::Array(t) | Ty::PyArrayView(t) | Ty::PythonArray(t)
                if !args.is_empty() || t.record().is_some() =>
            {
                self.concrete(&ty.subst(args))
            }
            _ => ty.clone(),
        }
    }

    /// The type with what is said of representations set right.
    pub(super) fn concrete(&self, ty: &Ty) -> Ty {
        let one = |t: &Ty| Box::new(self.concrete(t));
        match ty {
            Ty::Tuple(items) => Ty::Tuple(items.iter().map(|t| self.concrete(t)).collect()),
            Ty::List(t) => Ty::List(one(t)),
            Ty::Array(t) => Ty::Array(one(t)),
            Ty::ArrayView(t) | Ty::PyArrayView(t) => Ty::PyArrayView(one(t)),
            Ty::PythonArray(t) => Ty::PythonArray(one(t)),
            Ty::Nd(nd) => self.concrete(&nd.kind).with_rank(nd.rank),
            Ty::Adt(adt) => {
                let adt = Adt {
                    args: adt.args.iter().map(|t| self.concrete(t)).collect(),
                    ..adt.clone()
                };
                let repr = self.repr(&adt);
                Ty::Adt(Adt { repr, ..adt })
            }
            Ty::Fn(f) => {
                let params = f.params.iter().map(|(t, m)| (self.concrete(t), *m));
                Ty::Fn(Arc::new(FnTy {
                    params: params.collect(),
                    ret: self.concrete(&f.ret),
                }))
            }
            _ => ty.clone(),
        }
    }

    fn repr(&self, adt: &Adt) -> Repr {
        if self.layouts.borrow().boxed.contains(&adt.item) {
            return Repr::Boxed;
        }
        if let Some(known) = self.layouts.borrow().reprs.get(adt) {
            return *known;
        }
        let def = self.types.adts.get(adt.item);
        let variants = def.iter().flat_map(|def| &def.variants);
        let mut fields = variants.flat_map(|variant| &variant.fields);
        // No declaration comes again on the way down, or it would be boxed.
        let is_owned = fields.any(|field| self.owns(&field.ty.subst(&adt.args)));
        let repr = if is_owned { Repr::Owned } else { Repr::Plain };
        self.layouts.borrow_mut().reprs.insert(adt.clone(), repr);
        repr
    }

    /// Whether a value must be dropped. What is behind a pointer is not looked at: there may be no end to it.
    fn owns(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Tuple(items) => items.iter().any(|item| self.owns(item)),
            Ty::Adt(adt) => self.repr(adt) != Repr::Plain,
            ty => ty.is_owned(),
        }
    }

    /// The variants of a declared type with the types of their fields.
    pub(super) fn layout(&self, adt: &Adt) -> Rc<AdtLayout> {
        if let Some(known) = self.layouts.borrow().adts.get(adt) {
            return Rc::clone(known);
        }
        let def = self.types.adts.get(adt.item);
        let variants = def.map_or(&[][..], |def| &def.variants);
        let layout = Rc::new(AdtLayout {
            is_enum: def.is_some_and(|def| def.kind == TypeDeclKind::Enum),
            variants: variants
                .iter()
                .map(|variant| VariantLayout {
                    name: variant.name.clone(),
                    fields: variant
                        .fields
                        .iter()
                        .map(|f| (f.name.clone(), self.lower(&f.ty, &adt.args)))
                        .collect(),
                })
                .collect(),
        });
        let mut layouts = self.layouts.borrow_mut();
        layouts.adts.insert(adt.clone(), Rc::clone(&layout));
        layout
    }

    /// The type of a field, or of a part of a tuple.
    pub(super) fn field_ty(&self, ty: &Ty, variant: u32, index: usize) -> Ty {
        let field = match ty {
            Ty::Tuple(items) => items.get(index).cloned(),
            Ty::Adt(adt) => {
                let layout = self.layout(adt);
                let variant = layout.variants.get(variant as usize);
                variant
                    .and_then(|v| v.fields.get(index))
                    .map(|f| f.1.clone())
            }
            _ => None,
        };
        field.unwrap_or(Ty::Unit)
    }

    /// Enters the declared types of all functions into the program; says so when there is no end to them.
    pub(super) fn fill_layouts(&self, program: &mut Program) -> Option<Diagnostic> {
        let class = |adt: &Adt| (Ty::Adt(adt.clone()), self.hir.items[adt.item].span);
        let mut work: Vec<(Ty, Span)> = program.classes.iter().map(class).collect();
        for (_, function) in program.functions.iter() {
            work.push((function.ret.clone(), function.span));
            work.extend(function.locals.iter().map(|(_, l)| (l.ty.clone(), l.span)));
            function.body.each(&mut |stmt| {
                if let StmtKind::Assign {
                    value: Rvalue::Adt { ty, .. },
                    ..
                } = &stmt.kind
                {
                    work.push((Ty::Adt(ty.clone()), stmt.span));
                }
            });
        }
        let mut seen: HashSet<Ty> = HashSet::new();
        while let Some((ty, span)) = work.pop() {
            if !seen.insert(ty.clone()) {
                continue;
            }
            if depth(&ty) > MAX_DEPTH {
                return Some(say::endless_type(span, &declared_in(&ty)));
            }
            ty.each(&mut |inner| {
                if let Some(record) = inner.element().and_then(Ty::record)
                    && record.record != Some(RecordKind::Complex)
                    && !program.records.contains(record)
                {
                    program.records.push(record.clone());
                }
                let Ty::Adt(adt) = inner else { return };
                if program.adts.contains_key(adt) {
                    return;
                }
                let layout = self.layout(adt);
                let fields = layout.variants.iter().flat_map(|v| &v.fields);
                work.extend(fields.map(|(_, ty)| (ty.clone(), span)));
                program.adts.insert(adt.clone(), (*layout).clone());
            });
        }
        None
    }
}

/// How deep types are nested in the type.
pub(super) fn depth(ty: &Ty) -> usize {
    let most = |tys: &[Ty]| tys.iter().map(depth).max().unwrap_or(0);
    1 + match ty {
        Ty::Tuple(items) => most(items),
        Ty::List(t) | Ty::Array(t) | Ty::ArrayView(t) | Ty::PyArrayView(t) | Ty::PythonArray(t) => {
            depth(t)
        }
        Ty::Nd(nd) => depth(&nd.kind),
        Ty::Adt(adt) => most(&adt.args),
        Ty::Fn(f) => depth(&f.ret).max(f.params.iter().map(|p| depth(&p.0)).max().unwrap_or(0)),
        _ => 0,
    }
}

/// The name of the first declared type in a type.
fn declared_in(ty: &Ty) -> String {
    let mut found = None;
    ty.each(&mut |inner| {
        if let (Ty::Adt(adt), None) = (inner, &found) {
            found = Some(adt.name.to_string());
        }
    });
    found.unwrap_or_else(|| "this type".to_owned())
}
