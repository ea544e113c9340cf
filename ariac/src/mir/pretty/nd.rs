//! Work on arrays of several dimensions.

use super::Printer;
use crate::mir::Operand;
use crate::mir::{Along, NdOp};

impl Printer<'_> {
    pub(super) fn nd(&self, op: &NdOp) -> String {
        match op {
            NdOp::Load { array, indices } => {
                format!("{}[{}] ?", self.local(*array), self.operands(indices))
            }
            NdOp::Section { array, along } => {
                let along: Vec<String> = along.iter().map(|along| self.along(along)).collect();
                format!("section {}[{}]", self.local(*array), along.join(", "))
            }
            NdOp::Transposed(array) => format!("transposed {}", self.local(*array)),
            NdOp::Dim { array, axis } => format!("dim {axis} {}", self.local(*array)),
            NdOp::Axis { array, axis } => format!("axis {axis} {}", self.local(*array)),
            NdOp::Row {
                through,
                index,
                along,
            } => format!(
                "row {}[{}] along {}",
                self.local(*through),
                self.operand(index),
                self.local(*along)
            ),
            NdOp::View(axes) => {
                let axes: Vec<String> = axes.iter().map(|axis| self.local(*axis)).collect();
                format!("view along {}", axes.join(", "))
            }
            NdOp::Flat(array) => format!("flat {}", self.local(*array)),
            NdOp::Shaped { elements, lens } => {
                format!("shaped {} [{}]", self.local(*elements), self.operands(lens))
            }
        }
    }

    fn along(&self, along: &Along) -> String {
        match along {
            Along::At(index) => self.operand(index),
            Along::Range {
                lo,
                hi,
                inclusive,
                step,
            } => self.range((lo, hi, *inclusive), step.as_ref()),
            Along::All => "..".to_owned(),
        }
    }

    /// `lo..<hi step s`.
    pub(super) fn range(
        &self,
        (lo, hi, inclusive): (&Operand, &Operand, bool),
        step: Option<&Operand>,
    ) -> String {
        let [lo, hi] = [lo, hi].map(|operand| self.operand(operand));
        let dots = if inclusive { ".." } else { "..<" };
        let step = step.map_or_else(String::new, |s| format!(" step {}", self.operand(s)));
        format!("{lo}{dots}{hi}{step}")
    }
}
