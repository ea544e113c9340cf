//! Who takes the values of an arm that is never reached.

use super::usefulness::{Found, analyse};
use super::{Arm, Pattern, Place, Unreachable};
use crate::hir::PatId;
use crate::types::{Ty, Types};

/// What no value reaches, each with a smallest set of places that take its values before. When `work` is used up the sets
/// are not the smallest.
pub(super) fn unreachable(
    types: &Types,
    ty: &Ty,
    arms: &[Arm],
    found: &Found,
    work: &mut usize,
) -> Vec<Unreachable> {
    let mut search = Search {
        types,
        ty,
        arms,
        found,
        work,
        unreachable: Vec::new(),
    };
    for (index, arm) in arms.iter().enumerate() {
        if found.arms[index] {
            search.alternatives(index, &arm.pattern, &[]);
        } else {
            search.add(index, Place::Arm(index), &arm.pattern, &[]);
        }
    }
    search.unreachable
}

struct Search<'a> {
    types: &'a Types,
    ty: &'a Ty,
    arms: &'a [Arm],
    found: &'a Found,
    work: &'a mut usize,
    unreachable: Vec<Unreachable>,
}

impl Search<'_> {
    /// Looks for alternatives that are not reached, in a part of the pattern of an arm. `earlier` are tried before that part.
    fn alternatives(&mut self, arm: usize, pattern: &Pattern, earlier: &[PatId]) {
        match pattern {
            Pattern::Any => {}
            Pattern::Constructor(_, parts) => {
                for part in parts {
                    self.alternatives(arm, part, earlier);
                }
            }
            Pattern::Or(alternatives) => {
                let mut earlier = earlier.to_vec();
                for (id, alternative) in alternatives {
                    if self.found.alternatives.contains(id) {
                        self.alternatives(arm, alternative, &earlier);
                    } else {
                        let whole = &self.arms[arm].pattern;
                        let only = restricted(whole, *id).unwrap_or(Pattern::Any);
                        self.add(arm, Place::Alternative(*id), &only, &earlier);
                    }
                    earlier.push(*id);
                }
            }
        }
    }

    /// Adds a place of an arm that is not reached, and that matches `pattern`.
    fn add(&mut self, arm: usize, place: Place, pattern: &Pattern, earlier: &[PatId]) {
        let before = self.arms[..arm].iter().enumerate();
        let before = before.filter(|(_, arm)| !arm.is_guarded);
        let mut takers: Vec<(Place, Pattern)> = before
            .map(|(index, arm)| (Place::Arm(index), arm.pattern.clone()))
            .collect();
        // Another alternative of the same arm takes a value whatever the guard says then.
        takers.extend(earlier.iter().filter_map(|id| {
            let only = restricted(&self.arms[arm].pattern, *id)?;
            Some((Place::Alternative(*id), only))
        }));
        takers.retain(|(_, taker)| overlap(taker, pattern));
        let alone = takers
            .iter()
            .position(|taker| self.cover(std::slice::from_ref(taker), pattern));
        if let Some(alone) = alone {
            takers = vec![takers.swap_remove(alone)];
        }
        // The later ones are left out first, since the earlier ones are closer to the reader's idea of the whole.
        for index in (0..takers.len()).rev() {
            let mut fewer = takers.clone();
            fewer.remove(index);
            if self.cover(&fewer, pattern) {
                takers = fewer;
            }
        }
        let covered_by = takers.into_iter().map(|(place, _)| place).collect();
        self.unreachable.push(Unreachable { place, covered_by });
    }

    /// Whether these take all values of a pattern; false if that would be too much work.
    fn cover(&mut self, takers: &[(Place, Pattern)], pattern: &Pattern) -> bool {
        let patterns = takers.iter().map(|(_, taker)| taker);
        let arms: Vec<Arm> = patterns
            .chain([pattern])
            .map(|pattern| Arm {
                pattern: pattern.clone(),
                is_guarded: false,
            })
            .collect();
        analyse(self.types, self.ty, &arms, self.work)
            .is_some_and(|found| !found.arms[takers.len()])
    }
}

/// The pattern with only this alternative where it is one of several.
fn restricted(pattern: &Pattern, alternative: PatId) -> Option<Pattern> {
    match pattern {
        Pattern::Any => None,
        Pattern::Constructor(constructor, parts) => {
            let found = parts.iter().enumerate();
            let (index, part) = found
                .filter_map(|(i, part)| Some((i, restricted(part, alternative)?)))
                .next()?;
            let mut parts = parts.clone();
            parts[index] = part;
            Some(Pattern::Constructor(constructor.clone(), parts))
        }
        Pattern::Or(alternatives) => alternatives.iter().find_map(|(id, pattern)| {
            if *id == alternative {
                return Some(pattern.clone());
            }
            restricted(pattern, alternative)
        }),
    }
}

/// Whether some value may match both; true where it is not obvious.
fn overlap(one: &Pattern, other: &Pattern) -> bool {
    use super::Constructor::{Range, Single, Variant};
    match (one, other) {
        (Pattern::Or(alternatives), other) | (other, Pattern::Or(alternatives)) => {
            alternatives.iter().any(|(_, one)| overlap(one, other))
        }
        (Pattern::Any, _) | (_, Pattern::Any) => true,
        (Pattern::Constructor(one, parts), Pattern::Constructor(other, others)) => {
            match (one, other) {
                (Range(lo, hi), Range(from, to)) => lo < to && from < hi,
                (Variant(_) | Single, _) => {
                    one == other && parts.iter().zip(others).all(|(a, b)| overlap(a, b))
                }
                _ => true,
            }
        }
    }
}
