//! What types can do: their own functions, and the traits that they have.

use super::unify::{Filled, holes, open};
use super::{Bound, Generic, Ty, Types};
use crate::arena::Id;
use crate::hir::{ItemId, TypeDeclKind};
use std::collections::HashMap;

/// The outermost constructor of a type, by which functions are found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Head {
    Adt(ItemId),
    /// The position of a type of the language in `Ty`.
    Language(std::mem::Discriminant<Ty>),
}

fn head(ty: &Ty) -> Head {
    match ty {
        Ty::Adt(adt) => Head::Adt(adt.item),
        ty => Head::Language(std::mem::discriminant(ty)),
    }
}

/// The functions of types and traits, by name.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// In types' bodies and in `impl`s without a trait: the `impl` and the function.
    own: HashMap<(Head, String), Vec<(usize, ItemId)>>,
    /// Constants there.
    consts: HashMap<(Head, String), ItemId>,
    /// The traits that have a function of this name.
    of_traits: HashMap<String, Vec<(ItemId, ItemId)>>,
    /// The traits that have a constant of this name.
    trait_consts: HashMap<String, Vec<(ItemId, ItemId)>>,
    /// The `impl`s of each trait.
    impls: HashMap<ItemId, Vec<usize>>,
}

/// The view as which an array is lent.
fn seen_as(ty: &Ty) -> Option<Ty> {
    match ty.kind() {
        Ty::Array(element) | Ty::PyArrayView(element) | Ty::PythonArray(element) => {
            Some(Ty::ArrayView(element.clone()).with_rank(ty.rank()))
        }
        _ => None,
    }
}

/// A function that a type has.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The function; of a trait, its declaration there.
    pub(super) item: ItemId,
    /// The trait.
    pub(super) of_trait: Option<ItemId>,
    /// What is known of the function's type parameters: those of the `impl` or trait.
    pub(super) outer: Vec<Option<Ty>>,
}

impl Members {
    pub(super) fn of(types: &Types) -> Members {
        let mut members = Members::default();
        for (index, known) in types.impls.iter().enumerate() {
            if let Some(bound) = &known.of_trait {
                members.impls.entry(bound.item).or_default().push(index);
                continue;
            }
            let head = head(&known.ty);
            for (name, item) in &known.methods {
                let entry = members.own.entry((head, name.clone())).or_default();
                entry.push((index, *item));
            }
            for (name, item) in &known.consts {
                members.consts.insert((head, name.clone()), *item);
            }
        }
        for (id, def) in types.traits.iter() {
            for (name, item) in &def.methods {
                let entry = members.of_traits.entry(name.clone()).or_default();
                entry.push((id, *item));
            }
            for (name, item) in &def.consts {
                let entry = members.trait_consts.entry(name.clone()).or_default();
                entry.push((id, *item));
            }
        }
        for traits in members.of_traits.values_mut() {
            traits.sort_by_key(|(id, _)| id.index());
        }
        members
    }

    /// The functions of this name in a type's own bodies. Every array has those of its views.
    pub(super) fn own(&self, types: &Types, ty: &Ty, name: &str) -> Option<Member> {
        let exact = self.exactly(types, ty, name);
        exact.or_else(|| self.exactly(types, &seen_as(ty)?, name))
    }

    fn exactly(&self, types: &Types, ty: &Ty, name: &str) -> Option<Member> {
        let candidates = self.own.get(&(head(ty), name.to_owned()))?;
        candidates.iter().find_map(|(index, item)| {
            let known = &types.impls[*index];
            let mut filled = Filled::new(known.generics.len());
            filled
                .unify(&open(&known.ty, &known.generics), ty)
                .then_some(Member {
                    item: *item,
                    of_trait: None,
                    outer: filled.0,
                })
        })
    }

    /// A function of this name in a declared type's own bodies, whatever its arguments are: `List.new`.
    pub(super) fn associated(&self, types: &Types, ty: &Ty, name: &str) -> Option<Member> {
        let candidates = self.own.get(&(head(ty), name.to_owned()))?;
        candidates.first().map(|(index, item)| Member {
            item: *item,
            of_trait: None,
            outer: vec![None; types.impls[*index].generics.len()],
        })
    }

    /// A constant in a type's own bodies.
    pub(super) fn own_const(&self, ty: &Ty, name: &str) -> Option<ItemId> {
        self.consts.get(&(head(ty), name.to_owned())).copied()
    }

    /// The names of a type's own functions, for suggestions.
    pub(super) fn names<'m>(&'m self, ty: &Ty) -> impl Iterator<Item = &'m str> {
        let (wanted, seen_as) = (head(ty), seen_as(ty).map(|ty| head(&ty)));
        let is_own = move |known: &Head| *known == wanted || Some(*known) == seen_as;
        let own = self.own.keys().filter(move |(head, _)| is_own(head));
        own.map(|(_, name)| name.as_str())
    }

    /// The traits with a function of this name.
    pub(super) fn traits_with(&self, name: &str) -> &[(ItemId, ItemId)] {
        self.of_traits.get(name).map_or(&[], Vec::as_slice)
    }

    /// The traits with a constant of this name.
    pub(super) fn traits_with_const(&self, name: &str) -> &[(ItemId, ItemId)] {
        self.trait_consts.get(name).map_or(&[], Vec::as_slice)
    }

    /// The `impl`s of a trait.
    pub(super) fn impls(&self, of_trait: ItemId) -> &[usize] {
        self.impls.get(&of_trait).map_or(&[], Vec::as_slice)
    }
}

/// Answers whether types have traits, where `generics` are in scope.
pub(super) struct Traits<'a> {
    pub(super) types: &'a Types,
    pub(super) members: &'a Members,
    pub(super) generics: &'a [Generic],
}

/// How deep the question whether a type has a trait may lead to others.
const DEPTH: usize = 64;

impl Traits<'_> {
    /// Whether a type has a trait.
    pub(super) fn has(&self, ty: &Ty, bound: &Bound) -> bool {
        self.has_within(ty, bound, &mut Vec::new())
    }

    /// All arguments with which a type has a trait.
    pub(super) fn all_arguments(&self, ty: &Ty, of_trait: ItemId) -> Vec<Vec<Ty>> {
        self.arguments_within(ty, of_trait, &mut Vec::new())
    }

    fn arguments_within(
        &self,
        ty: &Ty,
        of_trait: ItemId,
        asked: &mut Vec<(Ty, ItemId)>,
    ) -> Vec<Vec<Ty>> {
        let mut all = Vec::new();
        if let Ty::Param(param) = ty {
            if let Some(generic) = self.generics.get(param.index as usize) {
                let bounds = self.with_supers(ty, &generic.bounds);
                let bounds = bounds.into_iter().filter(|b| b.item == of_trait);
                all.extend(bounds.map(|bound| bound.args));
            }
        } else if self.is_builtin(ty, of_trait, asked) {
            let n = self
                .types
                .traits
                .get(of_trait)
                .map_or(1, |t| t.generics.len());
            all.push(vec![ty.clone(); n - 1]);
        }
        for &index in self.members.impls(of_trait) {
            let known = &self.types.impls[index];
            let mut filled = Filled::new(known.generics.len());
            if !filled.unify(&open(&known.ty, &known.generics), ty)
                || !self.bounds_hold(&known.generics, &filled, asked)
            {
                continue;
            }
            if let Some(bound) = &known.of_trait {
                let args = bound.args.iter();
                all.push(
                    args.map(|t| filled.apply(&open(t, &known.generics)))
                        .collect(),
                );
            }
        }
        all
    }

    /// Bounds of a type with those that come with them, each once.
    fn with_supers(&self, ty: &Ty, bounds: &[Bound]) -> Vec<Bound> {
        let mut all: Vec<Bound> = bounds.to_vec();
        let mut next = 0;
        while let Some(bound) = all.get(next) {
            next += 1;
            let Some(def) = self.types.traits.get(bound.item) else {
                continue;
            };
            let mut args = vec![ty.clone()];
            args.extend(bound.args.iter().cloned());
            for inherited in &def.supers {
                let inherited = Bound {
                    item: inherited.item,
                    args: inherited.args.iter().map(|t| t.subst(&args)).collect(),
                };
                if !all.contains(&inherited) {
                    all.push(inherited);
                }
            }
        }
        all
    }

    fn has_within(&self, ty: &Ty, bound: &Bound, asked: &mut Vec<(Ty, ItemId)>) -> bool {
        if let Ty::Error | Ty::Never = ty {
            return true;
        }
        // What is asked already is assumed: a list has an order if its elements have, the list in it included.
        if asked.iter().any(|(t, i)| t == ty && *i == bound.item) {
            return true;
        }
        if asked.len() > DEPTH {
            return false;
        }
        asked.push((ty.clone(), bound.item));
        if let Ty::Param(_) = ty {
            let all = self.arguments_within(ty, bound.item, asked);
            asked.pop();
            return all.contains(&bound.args);
        }
        let is_builtin =
            bound.args.iter().all(|t| t == ty) && self.is_builtin(ty, bound.item, asked);
        let holds = is_builtin
            || self.members.impls(bound.item).iter().any(|&index| {
                let known = &self.types.impls[index];
                let mut filled = Filled::new(known.generics.len());
                let fits = filled.unify(&open(&known.ty, &known.generics), ty)
                    && known.of_trait.as_ref().is_some_and(|of| {
                        of.args
                            .iter()
                            .zip(&bound.args)
                            .all(|(a, b)| filled.unify(&open(a, &known.generics), b))
                    });
                fits && self.bounds_hold(&known.generics, &filled, asked)
            });
        asked.pop();
        holds
    }

    fn bounds_hold(
        &self,
        generics: &[Generic],
        filled: &Filled,
        asked: &mut Vec<(Ty, ItemId)>,
    ) -> bool {
        let holes = holes(generics);
        generics.iter().zip(&filled.0).all(|(generic, ty)| {
            let Some(ty) = ty else { return true };
            generic.bounds.iter().all(|bound| {
                let bound = Bound {
                    item: bound.item,
                    args: bound
                        .args
                        .iter()
                        .map(|t| filled.apply(&t.subst(&holes)))
                        .collect(),
                };
                self.has_within(ty, &bound, asked)
            })
        })
    }

    /// Whether the language itself gives a type a trait of the prelude.
    fn is_builtin(&self, ty: &Ty, of_trait: ItemId, asked: &mut Vec<(Ty, ItemId)>) -> bool {
        let known = self
            .types
            .lang_traits
            .iter()
            .find(|(_, id)| **id == of_trait);
        let Some((name, _)) = known else { return false };
        let is_order = match name.as_str() {
            "Eq" | "Hash" | "Display" => false,
            "Ord" => true,
            "Element" => return ty.can_be_element(),
            "Number" => return ty.is_number(),
            "Real" => return ty.is_float(),
            "Add" | "Sub" | "Mul" | "FloorDiv" | "Mod" | "Neg" => return ty.is_number(),
            "Div" => return ty.is_float(),
            _ => return false,
        };
        let mut all = |tys: Vec<Ty>| {
            tys.iter().all(|t| {
                let bound = Bound {
                    item: of_trait,
                    args: Vec::new(),
                };
                self.has_within(t, &bound, asked)
            })
        };
        match ty {
            ty if ty.is_number() => true,
            Ty::Bool | Ty::String => true,
            Ty::Exception => name == "Display",
            Ty::Unit => !is_order,
            Ty::Tuple(items) => all(items.clone()),
            Ty::List(element) => all(vec![(**element).clone()]),
            ty if ty.is_array_like() => name == "Display",
            Ty::PythonObject => name == "Display",
            Ty::Adt(adt) => {
                let Some(def) = self.types.adts.get(adt.item) else {
                    return false;
                };
                let excluded =
                    def.kind == TypeDeclKind::Struct && matches!(name.as_str(), "Ord" | "Hash");
                // An `impl` of one's own takes the place of the language's.
                let own = self.members.impls(of_trait).iter().any(|&i| {
                    let known = &self.types.impls[i];
                    Filled::new(known.generics.len()).unify(&open(&known.ty, &known.generics), ty)
                });
                let fields = def.variants.iter().flat_map(|v| &v.fields);
                !excluded && !own && all(fields.map(|f| f.ty.subst(&adt.args)).collect())
            }
            _ => false,
        }
    }
}
