//! Parts of tuples and declared types.

use super::{Lowering, zero};
use crate::llvm::adt::constant_variant;
use crate::llvm::builder::Val;
use crate::llvm::heap;
use crate::mir::{LocalId, Operand, Step};
use crate::types::{Adt, Repr, Ty};
use inkwell::values::PointerValue;

impl<'c> Lowering<'_, 'c> {
    /// The type of a part.
    pub(super) fn part_ty(&self, of: LocalId, variant: u32, index: usize) -> &'c Ty {
        match self.ty(of) {
            Ty::Tuple(items) => &items[index],
            Ty::Adt(adt) => &self.cx.adt(adt).variants[variant as usize].fields[index].1,
            ty => unreachable!("a {ty} has no parts: MIR's verifier says so"),
        }
    }

    /// The address of a part.
    fn part_place(&mut self, of: LocalId, variant: u32, index: usize) -> PointerValue<'c> {
        let at = self.slot(of);
        match self.ty(of) {
            Ty::Adt(adt) => {
                let at = self.body(adt, at);
                let shape = self.cx.shape(adt);
                shape.field(&self.b, at, variant, index)
            }
            ty => {
                let whole = self.cx.value_type(ty);
                self.b.part_address(whole, at, index as u32)
            }
        }
    }

    /// Where the body of the value in a slot is.
    fn body(&self, adt: &Adt, slot: PointerValue<'c>) -> PointerValue<'c> {
        match adt.repr {
            Repr::Boxed => self.b.load(self.cx.types.ptr, slot).into_pointer_value(),
            Repr::Plain | Repr::Owned => slot,
        }
    }

    pub(super) fn field(&mut self, of: LocalId, variant: u32, index: usize, take: bool) -> Val<'c> {
        let ty = self.part_ty(of, variant, index);
        let at = self.part_place(of, variant, index);
        let value = self.b.load(self.cx.value_type(ty), at);
        if !take {
            return self.clone_value(ty, value);
        }
        if ty.is_owned() {
            self.b.store(zero(value.get_type()), at);
        }
        value
    }

    /// Gives a part a value; what it held is dropped after.
    pub(super) fn set_field(&mut self, of: LocalId, variant: u32, index: usize, value: &Operand) {
        let value = self.take_operand(value);
        let ty = self.part_ty(of, variant, index);
        let at = self.part_place(of, variant, index);
        let old = ty.is_owned().then(|| self.b.load(value.get_type(), at));
        self.b.store(value, at);
        if let Some(old) = old {
            self.drop_value(ty, old);
        }
    }

    /// Lets an alias name a part.
    pub(super) fn alias(&mut self, alias: LocalId, of: LocalId, step: &Step) {
        let at = match step {
            Step::Field { variant, index } => self.part_place(of, *variant, *index),
            Step::Element { index, checked } => {
                let index = self.operand(index);
                let elements = self.elements(of);
                if *checked {
                    self.check_index(index, elements.len);
                }
                self.element_address(self.element_ty(of), elements, index)
            }
        };
        self.point(alias, at);
    }

    /// A value of a declared type.
    pub(super) fn declared(&mut self, adt: &Adt, variant: u32, fields: &[Operand]) -> Val<'c> {
        let shape = self.cx.shape(adt);
        if adt.repr != Repr::Boxed {
            let values: Vec<_> = fields
                .iter()
                .map(|field| self.take_operand(field))
                .collect();
            return shape.make(&self.b, variant, &values);
        }
        if fields.is_empty() && shape.tag.is_some() {
            return constant_variant(self.cx, adt, variant).into();
        }
        // The memory comes first: when there is none, the fields must still have their owners.
        let bytes = self.b.i64(shape.size(self.cx).max(1) as i64);
        let block = heap::allocate(&self.b, bytes);
        self.check_memory(block);
        let values: Vec<_> = fields
            .iter()
            .map(|field| self.take_operand(field))
            .collect();
        shape.write(&self.b, block.into_pointer_value(), variant, &values);
        block
    }

    /// Which variant a value is.
    pub(super) fn variant(&mut self, of: LocalId) -> Val<'c> {
        let Ty::Adt(adt) = self.ty(of) else {
            unreachable!("only enums have variants: MIR's verifier says so");
        };
        let at = self.slot(of);
        let at = self.body(adt, at);
        let tag = self.cx.shape(adt).load_tag(&self.b, at);
        self.b.zext(tag, self.cx.types.i64)
    }
}
