//! From the patterns of the HIR.

use super::{Constructor, Key, Pattern, Qualifiers};
use crate::hir::{
    ExprId, ExprKind, Hir, Ident, ItemId, ItemKind, PatId, PatKind, StrPart, UnaryOp, tuple_places,
};
use crate::resolve::{Meaning, Names};
use crate::types::{Ty, Types};

/// Translates the patterns of one match.
pub(super) struct Translation<'a> {
    hir: &'a Hir,
    names: &'a Names,
    types: &'a Types,
    /// How many patterns were found that are known only when the program runs.
    opaque: u32,
    /// How the patterns write the names of variants.
    pub(super) qualifiers: Qualifiers,
}

impl<'a> Translation<'a> {
    pub(super) fn new(hir: &'a Hir, names: &'a Names, types: &'a Types) -> Translation<'a> {
        Translation {
            hir,
            names,
            types,
            opaque: 0,
            qualifiers: Qualifiers::new(),
        }
    }

    /// The pattern, for values of type `ty`. None where something is wrong with it, which has been reported.
    pub(super) fn pattern(&mut self, pattern: PatId, ty: &Ty) -> Option<Pattern> {
        if *ty == Ty::Error || self.types.pats.get(pattern) == Some(&Ty::Error) {
            return None;
        }
        if self.types.constructors.get(pattern).is_some() {
            return self.constructor(pattern, ty);
        }
        let hir = self.hir;
        Some(match &hir.pats[pattern].kind {
            PatKind::Name(_) | PatKind::Wildcard => Pattern::Any,
            PatKind::Tuple { items, rest } => {
                let tys = match ty {
                    Ty::Tuple(tys) => &tys[..],
                    Ty::Unit => &[],
                    _ => return None,
                };
                let mut parts = vec![Pattern::Any; tys.len()];
                let places = tuple_places(items.len(), *rest, tys.len())?;
                for (item, at) in items.iter().zip(places) {
                    parts[at] = self.pattern(*item, &tys[at])?;
                }
                Pattern::Constructor(Constructor::Single, parts)
            }
            PatKind::Literal(value) => match (&hir.exprs[*value].kind, ty) {
                (ExprKind::Nil, Ty::Unit) => Pattern::leaf(Constructor::Single),
                (ExprKind::Nil, Ty::Adt(adt)) => {
                    let variants = &self.types.adts.get(adt.item)?.variants;
                    let empty = variants.iter().position(|v| v.fields.is_empty())?;
                    Pattern::leaf(Constructor::Variant(u32::try_from(empty).ok()?))
                }
                _ => match self.key(*value, ty) {
                    Some(key) => range(ty, key.clone(), key.next()),
                    None => self.unknown(ty)?,
                },
            },
            PatKind::Range { lo, hi, inclusive } => self.range(ty, *lo, *hi, *inclusive)?,
            PatKind::Or(items) => {
                let items = items.iter();
                let alternatives: Option<Vec<(PatId, Pattern)>> = items
                    .map(|item| Some((*item, self.pattern(*item, ty)?)))
                    .collect();
                Pattern::Or(alternatives?)
            }
            PatKind::As { pattern, .. } => self.pattern(*pattern, ty)?,
            // Without a meaning, it has been reported.
            PatKind::Constructor { .. } => {
                let constant = *self.names.constants.get(pattern)?;
                match self.constant(constant, ty) {
                    Some(key) => range(ty, key.clone(), key.next()),
                    None => self.opaque(),
                }
            }
            PatKind::Array { items, rest } => {
                let element = match ty {
                    Ty::List(element) => element,
                    ty => ty.element()?,
                };
                let parts: Option<Vec<Pattern>> = items
                    .iter()
                    .map(|item| self.pattern(*item, element))
                    .collect();
                let constructor = match rest {
                    Some((at, _)) => Constructor::Rest(*at, items.len().checked_sub(*at)?),
                    None => Constructor::Fixed(items.len()),
                };
                Pattern::Constructor(constructor, parts?)
            }
            PatKind::Error => return None,
        })
    }

    fn constructor(&mut self, pattern: PatId, ty: &Ty) -> Option<Pattern> {
        let types = self.types;
        let known = types.constructors.get(pattern)?;
        let Ty::Adt(adt) = ty else {
            return None;
        };
        let variants = &types.adts.get(adt.item)?.variants;
        let variant = variants.get(known.variant as usize)?;
        if let PatKind::Constructor { path, .. } = &self.hir.pats[pattern].kind
            && let [scope @ .., _] = &path[..]
            && !scope.is_empty()
        {
            let scope: Vec<&str> = scope.iter().map(|part: &Ident| &*part.name).collect();
            self.qualifiers.insert(adt.item, scope.join("."));
        }
        let mut parts = vec![Pattern::Any; variant.fields.len()];
        for (index, part) in &known.fields {
            let ty = variant.fields.get(*index)?.ty.subst(&adt.args);
            parts[*index] = self.pattern(*part, &ty)?;
        }
        Some(Pattern::Constructor(
            Constructor::Variant(known.variant),
            parts,
        ))
    }

    fn range(
        &mut self,
        ty: &Ty,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
    ) -> Option<Pattern> {
        let (Some((start, _)), Some(end)) = (Key::domain(ty), Key::open_end(ty)) else {
            return self.unknown(ty);
        };
        let from = lo.map_or(Some(start), |lo| self.key(lo, ty));
        let to = match hi {
            None => Some(end),
            Some(hi) if inclusive => self.key(hi, ty).map(|key| key.next()),
            Some(hi) => self.key(hi, ty),
        };
        match (from, to) {
            (Some(from), Some(to)) => Some(range(ty, from, to)),
            _ => self.unknown(ty),
        }
    }

    /// The place of a literal among the values of a type.
    fn key(&self, value: ExprId, ty: &Ty) -> Option<Key> {
        let (value, is_negative) = match &self.hir.exprs[value].kind {
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => (*operand, true),
            _ => (value, false),
        };
        let float = |value: f64| {
            let value = if is_negative { -value } else { value };
            #[allow(
                clippy::cast_possible_truncation,
                reason = "a literal of this type is rounded so"
            )]
            match ty {
                Ty::Float32 => Key::of_single(value as f32),
                _ => Key::of_float(value),
            }
        };
        Some(match (&self.hir.exprs[value].kind, ty) {
            (ExprKind::Int { value, .. }, Ty::Int | Ty::Sized(_)) => {
                let value = i128::from(*value);
                Key::Number(if is_negative { -value } else { value })
            }
            #[allow(
                clippy::cast_precision_loss,
                reason = "a literal of this type is rounded so"
            )]
            (ExprKind::Int { value, .. }, Ty::Float | Ty::Float32) => float(*value as f64),
            (ExprKind::Float { value, .. }, Ty::Float | Ty::Float32) => float(*value),
            (ExprKind::Bool(value), Ty::Bool) => Key::Number((*value).into()),
            (ExprKind::Str(parts), Ty::String) => {
                let mut whole = String::new();
                for part in parts {
                    match part {
                        StrPart::Text(text) => whole.push_str(text),
                        StrPart::Value(_) => return None,
                    }
                }
                Key::Text(whole)
            }
            (ExprKind::Symbol(text), Ty::String) => Key::Text(text.clone()),
            _ => return None,
        })
    }

    /// A literal whose place among the values is not known: what equals it in Python is for Python to say. Elsewhere it does
    /// not fit the type, which has been reported.
    fn unknown(&mut self, ty: &Ty) -> Option<Pattern> {
        if *ty != Ty::PythonObject {
            return None;
        }
        Some(self.opaque())
    }

    fn opaque(&mut self) -> Pattern {
        self.opaque += 1;
        Pattern::leaf(Constructor::Opaque(self.opaque))
    }

    /// The place of a constant among the values of a type, where it is an integer, a literal, or another constant that is one.
    fn constant(&self, item: ItemId, ty: &Ty) -> Option<Key> {
        if self.types.consts.get(item) != Some(ty) {
            return None;
        }
        if let Some(number) = self.types.const_ints.get(item) {
            return matches!(ty, Ty::Int | Ty::Sized(_)).then_some(Key::Number(*number));
        }
        let ItemKind::Const { value, .. } = &self.hir.items[item].kind else {
            return None;
        };
        match self.names.exprs.get(*value) {
            Some(Meaning::Const(other)) => self.constant(*other, ty),
            _ => self.key(*value, ty),
        }
    }
}

/// The values of a type from one key up to another, which is left out.
fn range(ty: &Ty, from: Key, to: Key) -> Pattern {
    let (Some((start, _)), Some(end)) = (Key::domain(ty), Key::open_end(ty)) else {
        return Pattern::never();
    };
    let (from, to) = (from.max(start), to.min(end));
    match from < to {
        true => Pattern::leaf(Constructor::Range(from, to)),
        false => Pattern::never(),
    }
}
