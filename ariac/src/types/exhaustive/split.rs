//! The constructors of a type, as far as the patterns of a column tell them apart.

use super::{Constructor, Key, Pattern, Witness};
use crate::types::{Adt, Ty, Types};
use std::collections::BTreeSet;

/// The constructors of a column.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// Those that some pattern names. Each is taken by a pattern whole or not at all.
    pub(super) present: Vec<Constructor>,
    /// Cases of those that none does; empty when there is none.
    pub(super) missing: Vec<Witness>,
}

/// How many cases are kept: one more than is shown, which tells whether there are others.
pub(super) const KEPT_CASES: usize = super::SHOWN_CASES + 1;

/// Splits the constructors of `ty` by those at the heads of a column's patterns.
pub(super) fn split(types: &Types, ty: &Ty, heads: &BTreeSet<&Constructor>) -> Split {
    let opaque = |c: &&&Constructor| matches!(c, Constructor::Opaque(_));
    let unknown = heads.iter().filter(opaque).map(|c| (*c).clone());
    let mut split = match ty {
        Ty::Unit | Ty::Tuple(_) => Split {
            present: vec![Constructor::Single],
            missing: Vec::new(),
        },
        Ty::Adt(adt) => variants(types, adt, heads),
        ty if ty.is_array_like() || matches!(ty, Ty::List(_)) => lists(heads),
        ty => match Key::domain(ty) {
            Some((lo, hi)) => {
                let mut split = ranges(&lo, &hi, heads);
                let is_open = ty.is_float() || *ty == Ty::String;
                if is_open && !split.missing.is_empty() {
                    split.missing = vec![Witness::Other];
                }
                split
            }
            None => Split {
                present: Vec::new(),
                missing: vec![Witness::Other],
            },
        },
    };
    split.missing.truncate(KEPT_CASES);
    split.present.extend(unknown);
    split
}

/// The types of a constructor's fields.
pub(super) fn fields(types: &Types, ty: &Ty, constructor: &Constructor) -> Vec<Ty> {
    match (constructor, ty) {
        (Constructor::Single, Ty::Tuple(items)) => items.clone(),
        (Constructor::Variant(index), Ty::Adt(adt)) => {
            let variant = types
                .adts
                .get(adt.item)
                .and_then(|def| def.variants.get(*index as usize));
            let fields = variant.map_or(&[][..], |v| &v.fields);
            fields.iter().map(|f| f.ty.subst(&adt.args)).collect()
        }
        (Constructor::Fixed(length), ty) => vec![element(ty); *length],
        (Constructor::Rest(first, last), ty) => vec![element(ty); first + last],
        _ => Vec::new(),
    }
}

/// The patterns for the fields of a constructor of a [`Split`], from a pattern with the constructor `head`; none if that does not
/// take it.
pub(super) fn specialise<'p>(
    head: &Constructor,
    parts: &'p [Pattern],
    piece: &Constructor,
) -> Option<Vec<&'p Pattern>> {
    let length = match (head, piece) {
        (Constructor::Range(lo, hi), Constructor::Range(from, to)) => {
            return (lo <= from && to <= hi).then(Vec::new);
        }
        (Constructor::Rest(..), Constructor::Fixed(length)) => *length,
        (Constructor::Rest(..), Constructor::Rest(first, last)) => first + last,
        _ => return (head == piece).then(|| parts.iter().collect()),
    };
    let Constructor::Rest(first, _) = head else {
        return None;
    };
    let between = length.checked_sub(parts.len())?;
    let mut all: Vec<&Pattern> = parts[..*first].iter().collect();
    all.extend(std::iter::repeat_n(&Pattern::Any, between));
    all.extend(&parts[*first..]);
    Some(all)
}

/// The element of a list or array.
fn element(ty: &Ty) -> Ty {
    match ty {
        Ty::List(element) => (**element).clone(),
        ty => ty.element().cloned().unwrap_or(Ty::Error),
    }
}

fn variants(types: &Types, adt: &Adt, heads: &BTreeSet<&Constructor>) -> Split {
    let mut split = Split::default();
    let count = types.adts.get(adt.item).map_or(0, |def| def.variants.len());
    for index in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        let variant = Constructor::Variant(index);
        if heads.contains(&variant) {
            split.present.push(variant);
        } else if split.missing.len() < KEPT_CASES {
            let ty = Ty::Adt(adt.clone());
            let parts = fields(types, &ty, &variant).len();
            let parts = vec![Witness::Any; parts];
            split.missing.push(Witness::Constructor(variant, parts));
        }
    }
    split
}

/// All lengths that some pattern tells apart, and one for all greater ones.
fn lists(heads: &BTreeSet<&Constructor>) -> Split {
    let (mut first, mut last, mut fixed) = (0, 0, 0);
    for head in heads {
        match head {
            Constructor::Fixed(length) => fixed = fixed.max(length + 1),
            Constructor::Rest(begin, end) => (first, last) = (first.max(*begin), last.max(*end)),
            _ => {}
        }
    }
    first = first.max(fixed.saturating_sub(last));
    let shortest_rest = heads.iter().filter_map(|head| match head {
        Constructor::Rest(first, last) => Some(first + last),
        _ => None,
    });
    let shortest_rest = shortest_rest.min();
    let mut split = Split::default();
    let pieces = (0..first + last).map(Constructor::Fixed);
    for piece in pieces.chain([Constructor::Rest(first, last)]) {
        let is_present = match piece {
            Constructor::Fixed(n) => shortest_rest.is_some_and(|rest| rest <= n),
            _ => shortest_rest.is_some(),
        };
        if is_present || heads.contains(&piece) {
            split.present.push(piece);
        } else if split.missing.len() < KEPT_CASES {
            let parts = match piece {
                Constructor::Fixed(n) => n,
                _ => first + last,
            };
            split
                .missing
                .push(Witness::Constructor(piece, vec![Witness::Any; parts]));
        }
    }
    split
}

/// The intervals between all bounds of patterns; neighbours that no pattern names are one.
fn ranges(lo: &Key, hi: &Key, heads: &BTreeSet<&Constructor>) -> Split {
    // At each bound, how many ranges begin there less those that end.
    let mut bounds: Vec<(&Key, i32)> = vec![(lo, 0), (hi, 0)];
    for head in heads {
        if let Constructor::Range(from, to) = head {
            bounds.extend([(from, 1), (to, -1)]);
        }
    }
    bounds.sort();
    let mut split = Split::default();
    let mut open = 0;
    for pair in bounds.windows(2) {
        let ((from, change), (to, _)) = (pair[0], pair[1]);
        open += change;
        if from == to {
            continue;
        }
        let piece = Constructor::Range(from.clone(), to.clone());
        if open > 0 {
            split.present.push(piece);
        } else {
            split.missing.push(Witness::Constructor(piece, Vec::new()));
        }
    }
    split
}
