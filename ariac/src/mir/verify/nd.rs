//! Arrays of several dimensions.

use super::Check;
use super::types::Checked;
use crate::mir::{Along, LocalId, NdOp, Operand};
use crate::types::{NdTy, Ty};

impl Check<'_> {
    /// The type of what an operation gives.
    pub(super) fn nd(&self, op: &NdOp) -> Checked<Ty> {
        Ok(match op {
            NdOp::Load { array, indices } => {
                self.indices(*array, indices)?;
                self.element(*array)?
            }
            NdOp::Section { array, along } => {
                self.dimensions(*array, along.len())?;
                let mut rank = 0;
                for along in along {
                    match along {
                        Along::At(index) => self.want(index, &Ty::Int, "an index")?,
                        Along::All => rank += 1,
                        Along::Range { lo, hi, step, .. } => {
                            for bound in [lo, hi].into_iter().chain(step) {
                                self.want(bound, &Ty::Int, "a bound of a section")?;
                            }
                            rank += 1;
                        }
                    }
                }
                if rank == 0 {
                    return Err("a section of no dimensions".into());
                }
                self.view_of(*array)?.with_rank(rank)
            }
            NdOp::Transposed(array) => {
                let rank = self.several(*array)?;
                self.view_of(*array)?.with_rank(rank)
            }
            NdOp::Dim { array, axis } => {
                self.axis(*array, *axis)?;
                Ty::Int
            }
            NdOp::Axis { array, axis } => {
                self.axis(*array, *axis)?;
                self.view_of(*array)?
            }
            NdOp::Row {
                through,
                index,
                along,
            } => {
                self.want(index, &Ty::Int, "an index")?;
                self.one_dimension(*through)?;
                self.one_dimension(*along)?;
                self.view_of(*through)?
            }
            NdOp::View(axes) => {
                let rank = u8::try_from(axes.len()).unwrap_or(u8::MAX);
                let (Some(first), 2..=NdTy::MOST) = (axes.first(), rank) else {
                    return Err(format!("a view of {rank} dimensions"));
                };
                for axis in axes {
                    self.one_dimension(*axis)?;
                }
                self.view_of(*first)?.with_rank(rank)
            }
            NdOp::Flat(array) => {
                self.several(*array)?;
                self.view_of(*array)?
            }
            NdOp::Shaped { elements, lens } => {
                for len in lens {
                    self.want(len, &Ty::Int, "a length")?;
                }
                let ty = self.local(*elements)?;
                let (Ty::Array(element), Ok(rank @ 2..)) = (ty, u8::try_from(lens.len())) else {
                    return Err(format!("a {ty} of {} dimensions", lens.len()));
                };
                Ty::array((**element).clone(), rank)
            }
        })
    }

    /// Indices of an element.
    pub(super) fn indices(&self, array: LocalId, indices: &[Operand]) -> Checked<()> {
        for index in indices {
            self.want(index, &Ty::Int, "an index")?;
        }
        self.dimensions(array, indices.len())
    }

    /// The most dimensions of the sources of an operation.
    pub(super) fn rank(&self, sources: &[LocalId]) -> Checked<u8> {
        let mut most = 1;
        for source in sources {
            most = most.max(self.local(*source)?.rank());
        }
        Ok(most)
    }

    fn view_of(&self, array: LocalId) -> Checked<Ty> {
        Ok(Ty::PyArrayView(Box::new(self.element(array)?)))
    }

    fn several(&self, array: LocalId) -> Checked<u8> {
        match self.local(array)? {
            Ty::Nd(nd) => Ok(nd.rank),
            ty => Err(format!(
                "a {ty} where an array of several dimensions is needed"
            )),
        }
    }

    fn dimensions(&self, array: LocalId, wanted: usize) -> Checked<()> {
        match usize::from(self.several(array)?) {
            rank if rank == wanted => Ok(()),
            rank => Err(format!("{wanted} indices for {rank} dimensions")),
        }
    }

    fn axis(&self, array: LocalId, axis: u8) -> Checked<()> {
        match self.several(array)? {
            rank if axis < rank => Ok(()),
            rank => Err(format!("dimension {axis} of {rank}")),
        }
    }

    fn one_dimension(&self, array: LocalId) -> Checked<()> {
        match self.local(array)? {
            Ty::PyArrayView(_) => Ok(()),
            ty => Err(format!("a {ty} where a view of one dimension is needed")),
        }
    }
}
