//! Operations on the bits of integers.

use super::function::{FnBuilder, Value};
use super::text::text;
use crate::mir::{BinOp, Const, Operand, Rvalue, StmtKind, UnOp};
use crate::types::Ty;
use aria_abi::codes::ErrorKind;

impl FnBuilder<'_> {
    /// `n.shl(bits)`: the number of bits is checked first.
    pub(super) fn shift(&mut self, op: BinOp, value: Value, bits: Value) -> Value {
        let width = match &value.ty {
            Ty::Sized(kind) => i64::from(kind.bits()),
            _ => 64,
        };
        let is_fine = match bits.operand {
            Operand::Const(Const::Int(n)) => (0..width).contains(&n),
            _ => false,
        };
        if !is_fine {
            let zero = Operand::Const(Const::Int(0));
            let below = self.binary(BinOp::Lt, Ty::Bool, bits.operand.clone(), zero);
            let width = Operand::Const(Const::Int(width));
            let above = self.binary(BinOp::Ge, Ty::Bool, bits.operand.clone(), width);
            for wrong in [below, above] {
                let (ty, bits) = (value.ty.clone(), bits.clone());
                self.emit_if(wrong.operand, |b| b.refuse_shift(&ty, bits), |_| {});
            }
        }
        let ty = value.ty.clone();
        let bits = self.convert(bits, &ty);
        self.binary(op, ty, value.operand, bits.operand)
    }

    fn refuse_shift(&mut self, ty: &Ty, bits: Value) {
        let number = self.text_of(bits).operand;
        let start = format!("{ty} is not shifted by ");
        let parts = vec![text(&start), number, text(" bits")];
        let message = self.compute(Ty::String, Rvalue::Join(parts)).operand;
        self.emit(StmtKind::Raise {
            kind: ErrorKind::ValueError,
            message,
        });
    }

    /// An operation on one integer, whose result is of the same type.
    pub(super) fn bits(&mut self, op: UnOp, value: Value) -> Value {
        let operand = value.operand;
        self.compute(value.ty, Rvalue::Unary { op, operand })
    }
}
