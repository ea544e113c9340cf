//! Values of declared types: made, copied with changes, taken apart.

use super::function::{FnBuilder, Value};
use crate::hir::{Arg, ExprId};
use crate::mir::{Operand, Rvalue, StmtKind};
use crate::types::{Adt, Ty};

impl FnBuilder<'_> {
    /// `Circle(1.0)`, `Point(x: 0.0, y: 1.0)`, `None`.
    pub(super) fn construct(
        &mut self,
        id: ExprId,
        variant: u32,
        order: &[Option<usize>],
        args: &[Arg],
    ) -> Value {
        let Ty::Adt(adt) = self.ty(id) else {
            return Value::unit();
        };
        let ids: Vec<ExprId> = args.iter().map(|a| a.value).collect();
        let values = self.exprs(&ids);
        let mut values: Vec<Option<Value>> = values.into_iter().map(Some).collect();
        let mut fields = Vec::new();
        for (index, arg) in order.iter().enumerate() {
            let given = arg.and_then(|arg| values.get_mut(arg).and_then(Option::take));
            let value = match given {
                Some(value) => value,
                None => self.field_default(&adt, variant, index),
            };
            let ty = self.cx.field_ty(&Ty::Adt(adt.clone()), variant, index);
            fields.push(self.convert(value, &ty));
        }
        self.make(adt, variant, fields)
    }

    fn field_default(&mut self, adt: &Adt, variant: u32, index: usize) -> Value {
        let Some(callee) = self.cx.field_default(adt, variant, index) else {
            return Value::unit();
        };
        let ty = self.cx.field_ty(&Ty::Adt(adt.clone()), variant, index);
        let args = Vec::new();
        self.compute(ty, Rvalue::Call { callee, args })
    }

    /// A value of a declared type that takes its parts.
    pub(super) fn make(&mut self, ty: Adt, variant: u32, fields: Vec<Value>) -> Value {
        let fields: Vec<Operand> = fields.into_iter().map(|v| self.own(v).operand).collect();
        let whole = Ty::Adt(ty.clone());
        let value = Rvalue::Adt {
            ty,
            variant,
            fields,
        };
        self.compute(whole, value)
    }

    /// The variant of a declared type that has this name; 0 where there is none.
    pub(super) fn variant_named(&self, ty: &Ty, name: &str) -> u32 {
        let Ty::Adt(adt) = ty else { return 0 };
        let layout = self.cx.layout(adt);
        let found = layout.variants.iter().position(|v| v.name == name);
        found.map_or(0, |at| at as u32)
    }

    /// `p.with(x: 1.0)`: a copy in which some fields are others.
    pub(super) fn with(
        &mut self,
        receiver: ExprId,
        order: &[Option<usize>],
        args: &[Arg],
    ) -> Value {
        let value = self.expr(receiver);
        let ty = value.ty.clone();
        let copy = self.temp(ty.clone());
        self.assign_value(copy, value);
        let ids: Vec<ExprId> = args.iter().map(|a| a.value).collect();
        let values = self.exprs(&ids);
        let mut values: Vec<Option<Value>> = values.into_iter().map(Some).collect();
        for (index, arg) in order.iter().enumerate() {
            let given = arg.and_then(|arg| values.get_mut(arg).and_then(Option::take));
            let Some(value) = given else { continue };
            let field = self.cx.field_ty(&ty, 0, index);
            if field == Ty::Unit {
                continue;
            }
            let value = self.convert(value, &field);
            let value = self.own(value).operand;
            self.emit(StmtKind::SetField {
                of: copy,
                variant: 0,
                index,
                value,
            });
        }
        Value::fresh(copy, ty)
    }
}
