//! Arrays of several dimensions: indices, sections, shapes.

use super::methods::Call;
use super::{Infer, Why};
use crate::diagnostics::types as say;
use crate::hir::{ExprId, ExprKind};
use crate::types::{NdTy, Ty};

impl Infer<'_, '_> {
    /// `base[i, j]` and `base[i, lo..<hi]`: an element, or a view on a part; dimensions behind the last index are there as
    /// a whole.
    pub(super) fn nd_index(&mut self, id: ExprId, nd: &NdTy, indices: &[ExprId]) -> Ty {
        let mut dimensions = usize::from(nd.rank);
        for &index in indices {
            let ExprKind::Range { lo, hi, step, .. } = self.kind(index) else {
                if self.is_range(index) {
                    self.infer(index, super::Want::Any);
                } else {
                    self.check(index, &Ty::Int, Why::Index);
                    dimensions = dimensions.saturating_sub(1);
                }
                continue;
            };
            for bound in [lo, hi].into_iter().flatten() {
                self.check(*bound, &Ty::Int, Why::Text("a bound of a range"));
            }
            if let Some(step) = step {
                self.check(*step, &Ty::Int, Why::Text("the step of a range"));
            }
            self.types.exprs.set(index, Ty::Range);
        }
        if indices.len() > usize::from(nd.rank) {
            let report =
                say::index_count(self.span(id), &Ty::Nd(Box::new(nd.clone())), indices.len());
            self.report(report);
            return Ty::Error;
        }
        let element = nd.kind.scalar().clone();
        match u8::try_from(dimensions) {
            Ok(0) | Err(_) => element,
            Ok(rank) => Ty::ArrayView(Box::new(element)).with_rank(rank),
        }
    }

    /// The lengths that `Array.zeros(n, m)` and the like are given; the number of dimensions, none after a report.
    pub(super) fn lengths(&mut self, call: &Call<'_>, lengths: usize) -> Option<u8> {
        let given = &call.args[..lengths];
        for arg in given {
            self.check(arg.value, &Ty::Int, Why::Text("the length of an array"));
        }
        match u8::try_from(lengths) {
            Ok(rank @ 1..=NdTy::MOST) => Some(rank),
            _ => {
                let rank = lengths as u64;
                self.report(say::rank(self.span(call.id), rank, NdTy::MOST));
                None
            }
        }
    }

    /// The type of `[[a, b], [c, d]]`, of rows that are there: they are arrays of one shape, as far as that can be seen.
    pub(super) fn rows(&mut self, id: ExprId, items: &[ExprId], want: Option<&Ty>) -> Ty {
        let mut common: Option<Ty> = None;
        let mut rank = 0;
        for &item in items {
            let ty = match want {
                Some(row) => self.infer(item, super::Want::Hint(row)),
                None => self.infer(item, super::Want::Any),
            };
            if matches!(ty, Ty::Error | Ty::Never) {
                return Ty::Error;
            }
            let (Some(element), true) = (ty.element(), rank == 0 || rank == ty.rank()) else {
                let wanted = common.map_or(ty.clone(), |c| Ty::array(c, rank));
                self.report(say::mismatch(self.span(item), &wanted, &ty));
                return Ty::Error;
            };
            rank = ty.rank();
            common = Some(match common {
                None => element.clone(),
                Some(common) if common == *element => common,
                Some(common) => match super::literal::wider(&common, element) {
                    Ty::Error => {
                        self.report(say::mismatch(
                            self.span(item),
                            &Ty::array(common, rank),
                            &ty,
                        ));
                        return Ty::Error;
                    }
                    wider => wider,
                },
            });
        }
        let Some(element) = common else {
            return Ty::Error;
        };
        // Rows of Ints beside rows of Floats become Floats: literals at once, others element by element.
        for &item in items {
            let have = self.types.exprs.get(item).cloned().unwrap_or(Ty::Error);
            if have.element() == Some(&element) {
                continue;
            }
            let row = Ty::array(element.clone(), rank);
            if let ExprKind::Array(_) = self.kind(item) {
                self.check(item, &row, Why::Text("a row of this array"));
            } else {
                self.adapt(item, &have, &element);
            }
        }
        if rank >= NdTy::MOST {
            self.report(say::rank(self.span(id), u64::from(rank) + 1, NdTy::MOST));
            return Ty::Error;
        }
        self.same_lengths(items);
        Ty::array(element, rank + 1)
    }

    /// Reports rows that are written with different lengths.
    fn same_lengths(&mut self, items: &[ExprId]) {
        let written = |this: &Self, id: ExprId| match this.kind(id) {
            ExprKind::Array(items) => Some(items.len()),
            _ => None,
        };
        let lengths = items
            .iter()
            .filter_map(|&id| Some((id, written(self, id)?)));
        let lengths: Vec<(ExprId, usize)> = lengths.collect();
        let Some(&(first, len)) = lengths.first() else {
            return;
        };
        if let Some(&(other, other_len)) = lengths.iter().find(|(_, n)| *n != len) {
            let report = say::ragged(self.span(other), other_len, self.span(first), len);
            self.report(report);
        }
    }
}
