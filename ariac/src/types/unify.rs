//! Matching types that have holes with types that have none.
//!
//! The holes of a generic declaration are its type parameters, renamed by [`open`] so that they differ from the
//! parameters of the function that is being looked at, which are as fixed as any other type.

use super::{Adt, FnTy, Generic, Param, ParamClass, Ty};
use std::sync::Arc;

/// Parameters from this number on are holes.
const OPEN: u32 = 1 << 30;

/// The type with its parameters as holes.
pub(super) fn open(ty: &Ty, generics: &[Generic]) -> Ty {
    ty.subst(&holes(generics))
}

/// A hole for each parameter.
pub(super) fn holes(generics: &[Generic]) -> Vec<Ty> {
    let hole = |(i, g): (u32, &Generic)| {
        Ty::Param(Param {
            index: OPEN + i,
            name: g.name.clone(),
            class: ParamClass::Any,
        })
    };
    (0..).zip(generics).map(hole).collect()
}

/// What is known of the holes of one declaration.
#[derive(Clone, Debug)]
pub(super) struct Filled(pub(super) Vec<Option<Ty>>);

impl Filled {
    /// Nothing is known.
    pub(super) fn new(n: usize) -> Filled {
        Filled(vec![None; n])
    }

    /// The type with all known holes filled.
    pub(super) fn apply(&self, ty: &Ty) -> Ty {
        map(ty, &mut |param| match param.index.checked_sub(OPEN) {
            Some(i) => self.0.get(i as usize).cloned().flatten(),
            None => None,
        })
    }

    /// Fills holes of `open` so that it becomes `ty`; false where that cannot be. Parts of `ty` that are wrong already fit
    /// anything.
    pub(super) fn unify(&mut self, open: &Ty, ty: &Ty) -> bool {
        if let Ty::Param(param) = open
            && let Some(i) = param.index.checked_sub(OPEN)
        {
            let Some(slot) = self.0.get_mut(i as usize) else {
                return false;
            };
            return match slot {
                Some(known) => known == ty || matches!(ty, Ty::Error | Ty::Never),
                None => {
                    if !matches!(ty, Ty::Never) {
                        *slot = Some(ty.clone());
                    }
                    true
                }
            };
        }
        match (open, ty) {
            (_, Ty::Error | Ty::Never) | (Ty::Error, _) => true,
            (Ty::Tuple(a), Ty::Tuple(b)) => self.all(a, b),
            (Ty::List(a), Ty::List(b))
            | (Ty::Array(a), Ty::Array(b))
            | (Ty::ArrayView(a), Ty::ArrayView(b))
            | (Ty::PyArrayView(a), Ty::PyArrayView(b))
            | (Ty::PythonArray(a), Ty::PythonArray(b)) => self.unify(a, b),
            (Ty::Nd(a), Ty::Nd(b)) => a.rank == b.rank && self.unify(&a.kind, &b.kind),
            (Ty::Adt(a), Ty::Adt(b)) => a.item == b.item && self.all(&a.args, &b.args),
            (Ty::Fn(a), Ty::Fn(b)) => {
                a.params.len() == b.params.len()
                    && a.params
                        .iter()
                        .zip(&b.params)
                        .all(|((a, m), (b, n))| m == n && self.unify(a, b))
                    && self.unify(&a.ret, &b.ret)
            }
            (a, b) => a == b,
        }
    }

    /// Fills the holes in the elements of one kind of array by those of another; false where neither is one, or both are the
    /// same.
    pub(super) fn unify_element(&mut self, open: &Ty, ty: &Ty) -> bool {
        use std::mem::discriminant;
        let is_other = discriminant(open.kind()) != discriminant(ty.kind());
        match (open.element(), ty.element()) {
            (Some(of), Some(element)) if is_other && open.rank() == ty.rank() => {
                self.unify(of, element)
            }
            _ => false,
        }
    }

    fn all(&mut self, open: &[Ty], tys: &[Ty]) -> bool {
        open.len() == tys.len() && open.iter().zip(tys).all(|(a, b)| self.unify(a, b))
    }
}

/// Whether some type fits both, where each type parameter may be anything.
pub(super) fn overlap(a: &Ty, b: &Ty) -> bool {
    let all =
        |a: &[Ty], b: &[Ty]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| overlap(a, b));
    match (a, b) {
        (Ty::Param(_), _) | (_, Ty::Param(_)) => true,
        (Ty::Tuple(a), Ty::Tuple(b)) => all(a, b),
        (Ty::List(a), Ty::List(b))
        | (Ty::Array(a), Ty::Array(b))
        | (Ty::ArrayView(a), Ty::ArrayView(b))
        | (Ty::PyArrayView(a), Ty::PyArrayView(b))
        | (Ty::PythonArray(a), Ty::PythonArray(b)) => overlap(a, b),
        (Ty::Nd(a), Ty::Nd(b)) => a.rank == b.rank && overlap(&a.kind, &b.kind),
        (Ty::Adt(a), Ty::Adt(b)) => a.item == b.item && all(&a.args, &b.args),
        (Ty::Fn(a), Ty::Fn(b)) => {
            a.params.len() == b.params.len()
                && a.params
                    .iter()
                    .zip(&b.params)
                    .all(|((a, m), (b, n))| m == n && overlap(a, b))
                && overlap(&a.ret, &b.ret)
        }
        (a, b) => a == b,
    }
}

/// Whether there is a hole in it.
pub(super) fn has_holes(ty: &Ty) -> bool {
    let mut found = false;
    ty.each(&mut |t| found |= matches!(t, Ty::Param(p) if p.index >= OPEN));
    found
}

/// The type with some of its parameters replaced.
fn map(ty: &Ty, f: &mut dyn FnMut(&Param) -> Option<Ty>) -> Ty {
    match ty {
        Ty::Param(param) => f(param).unwrap_or_else(|| ty.clone()),
        Ty::Tuple(items) => Ty::Tuple(items.iter().map(|t| map(t, f)).collect()),
        Ty::List(t) => Ty::List(Box::new(map(t, f))),
        Ty::Array(t) => Ty::Array(Box::new(map(t, f))),
        Ty::ArrayView(t) => Ty::ArrayView(Box::new(map(t, f))),
        Ty::PyArrayView(t) => Ty::PyArrayView(Box::new(map(t, f))),
        Ty::PythonArray(t) => Ty::PythonArray(Box::new(map(t, f))),
        Ty::Nd(nd) => map(&nd.kind, f).with_rank(nd.rank),
        Ty::Adt(adt) => Ty::Adt(Adt {
            args: adt.args.iter().map(|t| map(t, f)).collect(),
            ..adt.clone()
        }),
        Ty::Fn(ty) => Ty::Fn(Arc::new(FnTy {
            params: ty.params.iter().map(|(t, m)| (map(t, f), *m)).collect(),
            ret: map(&ty.ret, f),
        })),
        _ => ty.clone(),
    }
}
