//! Locals in memory, and who owns what they hold. See the header of `mir/body.rs` for the law.

use super::{Exit, Lowering, zero};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::llvm::builder::Val;
use crate::llvm::glue::{self, Cloner};
use crate::llvm::layout::ParamAbi;
use crate::mir::{Const, LocalId, Operand};
use crate::types::Ty;
use inkwell::values::PointerValue;

/// More slots than these that a function empties at its end stay in memory. In registers, the place where all failures meet would choose
/// among as many values for each of them as something can fail, and LLVM would take a time that grows with the cube of a
/// function's length.
const MANY: usize = 48;

/// The memory of a local.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'c> {
    /// Its address.
    pub(super) at: PointerValue<'c>,
    /// Whether the function owns what is in it when it ends.
    owns: bool,
    /// The caller's value, of a `mut` parameter: it is copied in, and out again however the function ends.
    write_back: Option<PointerValue<'c>>,
    /// Of an alias: what is at `at` is the address of the part that it names.
    is_alias: bool,
}

impl<'c> Lowering<'_, 'c> {
    /// The type of a local.
    pub(super) fn ty(&self, local: LocalId) -> &'c Ty {
        &self.function.locals[local].ty
    }

    /// The type of an operand.
    pub(super) fn operand_ty(&self, operand: &Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.ty(*local).clone(),
            Operand::Const(Const::Unit) => Ty::Unit,
            Operand::Const(Const::Bool(_)) => Ty::Bool,
            Operand::Const(Const::Int(_)) => Ty::Int,
            Operand::Const(Const::Sized(kind, _)) => Ty::Sized(*kind),
            Operand::Const(Const::Float(_)) => Ty::Float,
            Operand::Const(Const::Float32(_)) => Ty::Float32,
            Operand::Const(Const::Str(_)) => Ty::String,
        }
    }

    /// The address of a local; of an alias, that of the part that it names.
    pub(super) fn slot(&mut self, local: LocalId) -> PointerValue<'c> {
        let slot = match self.slots[local.index()] {
            Some(slot) => slot,
            None => self.bind_fresh(local),
        };
        if slot.is_alias {
            let at = self.b.load(self.cx.types.ptr, slot.at);
            return at.into_pointer_value();
        }
        slot.at
    }

    /// Lets an alias name what is at an address.
    pub(super) fn point(&mut self, alias: LocalId, at: PointerValue<'c>) {
        let slot = match self.slots[alias.index()] {
            Some(slot) => slot,
            None => self.bind_fresh(alias),
        };
        self.b.store(at.into(), slot.at);
    }

    fn bind_fresh(&mut self, local: LocalId) -> Slot<'c> {
        let data = &self.function.locals[local];
        let ty = match data.alias {
            true => self.cx.types.ptr.into(),
            false => self.cx.value_type(&data.ty),
        };
        let slot = Slot {
            at: self.b.slot(ty, data.name.as_deref().unwrap_or("temp")),
            owns: false,
            write_back: None,
            is_alias: data.alias,
        };
        self.slots[local.index()] = Some(slot);
        slot
    }

    /// Gives a local its memory.
    pub(super) fn bind(&mut self, local: LocalId, at: PointerValue<'c>, owns: bool) {
        self.slots[local.index()] = Some(Slot {
            at,
            owns,
            write_back: None,
            is_alias: false,
        });
    }

    /// Puts the parameters into slots.
    ///
    /// The slot of a large parameter is where the caller has it. So is that of a `mut` parameter of several parts: the
    /// address is `noalias` and not captured, so that LLVM keeps parts in registers all the same, and handing it on
    /// costs nothing. A `mut` number or array is copied in and out, which makes a register of it without more ado.
    pub(super) fn bind_params(&mut self) {
        let Exit::Function(handle) = &self.exit else {
            return;
        };
        let abis = handle.abi.params.clone();
        let mut index = 0;
        for (param, abi) in self.function.params.iter().zip(abis) {
            let ty = self.cx.value_type(self.ty(param.local));
            let flat: Vec<Val> = (index..index + abi.types(&self.cx.types).len())
                .map(|i| self.b.param(i))
                .collect();
            index += flat.len();
            for (part, suffix) in flat.iter().zip(["", ".len", ".stride", ".borrow"]) {
                set_name(*part, &format!("{}{suffix}", param.name));
            }
            let owns = param.mode == ParamMode::Own && self.ty(param.local).is_owned();
            let value = match abi {
                ParamAbi::Nothing => zero(ty),
                ParamAbi::Value(_) => flat[0],
                ParamAbi::Array | ParamAbi::View | ParamAbi::Nd(_) => self.b.make(&flat),
                ParamAbi::Slot(_) if matches!(self.ty(param.local), Ty::Array(_)) => {
                    let whole = flat[0].into_pointer_value();
                    let part = |index| self.b.part_address(ty, whole, index);
                    let len = self.load_length(self.ty(param.local), part(1));
                    self.b.make(&[self.b.load(self.cx.types.ptr, part(0)), len])
                }
                ParamAbi::Slot(_) if is_one_part(self.ty(param.local)) => {
                    self.b.load(ty, flat[0].into_pointer_value())
                }
                ParamAbi::Slot(_) | ParamAbi::Large(_) => {
                    self.bind(param.local, flat[0].into_pointer_value(), owns);
                    continue;
                }
            };
            let at = self.b.slot(ty, &param.name);
            self.b.store(value, at);
            self.bind(param.local, at, owns);
            if let (ParamAbi::Slot(_), Some(slot)) = (abi, &mut self.slots[param.local.index()]) {
                slot.write_back = Some(flat[0].into_pointer_value());
            }
        }
    }

    /// Makes the slots of all owned locals that have none yet, empty.
    pub(super) fn bind_owned_locals(&mut self) {
        for (local, data) in self.function.locals.iter() {
            if self.slots[local.index()].is_none() && data.ty.is_owned() && !data.alias {
                self.bind_owned(local);
            }
        }
    }

    /// Makes the empty slot of an owned local.
    pub(super) fn bind_owned(&mut self, local: LocalId) {
        let data = &self.function.locals[local];
        let empty = zero(self.cx.value_type(&data.ty));
        let name = data.name.as_deref().unwrap_or("temp");
        let at = self.b.slot_with(empty, name);
        self.bind(local, at, true);
    }

    /// An owned slot outside MIR, empty, whose content is dropped when something fails.
    pub(super) fn hidden_slot(&mut self, ty: &Ty) -> PointerValue<'c> {
        let at = self.b.slot_with(zero(self.cx.value_type(ty)), "pending");
        self.hidden.push((at, ty.clone()));
        at
    }

    /// The value of an operand, borrowed.
    pub(super) fn operand(&mut self, operand: &Operand) -> Val<'c> {
        match operand {
            Operand::Local(local) => self.read(*local),
            Operand::Const(constant) => self.constant(constant),
        }
    }

    /// The value of a constant.
    pub(super) fn constant(&self, constant: &Const) -> Val<'c> {
        match constant {
            Const::Unit => zero(self.cx.types.unit.into()),
            Const::Bool(value) => self.b.bool(*value),
            Const::Int(value) => self.b.i64(*value),
            Const::Sized(kind, value) => {
                let ty = self.cx.types.int(self.cx.context, kind.bits());
                ty.const_int(*value as u64, false).into()
            }
            Const::Float(value) => self.b.f64(*value),
            Const::Float32(value) => self.b.f32(*value),
            Const::Str(text) => self.cx.string(text).into(),
        }
    }

    /// The value of a local, borrowed.
    pub(super) fn read(&mut self, local: LocalId) -> Val<'c> {
        let ty = self.cx.value_type(self.ty(local));
        let at = self.slot(local);
        self.b.load(ty, at)
    }

    /// Takes the value out of a local: an owned slot is empty afterwards.
    pub(super) fn take(&mut self, local: LocalId) -> Val<'c> {
        let value = self.read(local);
        if self.ty(local).is_owned() {
            let at = self.slot(local);
            self.b.store(zero(value.get_type()), at);
        }
        value
    }

    /// The value of an operand, taken out of its slot.
    pub(super) fn take_operand(&mut self, operand: &Operand) -> Val<'c> {
        match operand {
            Operand::Local(local) => self.take(*local),
            Operand::Const(constant) => self.constant(constant),
        }
    }

    /// Assigns to a local; what an owned one held is dropped after.
    pub(super) fn assign(&mut self, local: LocalId, value: Val<'c>) {
        let ty = self.ty(local);
        let at = self.slot(local);
        if ty.is_owned() {
            let old = self.b.load(value.get_type(), at);
            self.b.store(value, at);
            self.drop_value(ty, old);
        } else {
            self.b.store(value, at);
        }
    }

    /// Drops a value if it is there.
    pub(super) fn drop_value(&self, ty: &Ty, value: Val<'c>) {
        glue::drop_value(&self.b, ty, value);
    }

    /// What happens however the function ends: `mut` parameters are written back, the GIL is taken back, slots are
    /// dropped; after a failure those of operations under way as well.
    pub(super) fn drop_everything(&self, failed: bool) {
        let locals = || self.function.locals.iter();
        for (local, data) in locals() {
            if let Some(slot) = self.slots[local.index()]
                && let Some(callers) = slot.write_back
            {
                let value = self.b.load(self.cx.value_type(&data.ty), slot.at);
                self.b.store(value, callers);
            }
        }
        self.take_gil_back();
        let owned = locals().filter_map(|(local, data)| {
            let slot = self.slots[local.index()].filter(|slot| slot.owns);
            slot.map(|slot| (slot.at, &data.ty))
        });
        let hidden = self.hidden.iter().filter(|_| failed);
        let slots: Vec<(PointerValue<'c>, &Ty)> =
            owned.chain(hidden.map(|(at, ty)| (*at, ty))).collect();
        let are_many = slots.len() > MANY;
        for (at, ty) in slots {
            if are_many {
                glue::drop_place(&self.b, ty, at);
            } else {
                let value = self.b.load(self.cx.value_type(ty), at);
                self.drop_value(ty, value);
            }
        }
    }

    /// Another owner of the value of a local. May fail.
    pub(super) fn clone_value(&mut self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        if !ty.is_owned() {
            return value;
        }
        let cloner = |this: &Self| (this.location(), this.failure);
        match ty {
            Ty::Tuple(_) | Ty::Adt(_) | Ty::List(_) => {
                let pending = self.hidden_slot(ty);
                let (location, failure) = cloner(self);
                let b = &self.b;
                Cloner {
                    b,
                    location,
                    failure,
                }
                .copy(ty, value, pending);
                self.take_hidden(pending, value.get_type())
            }
            _ => {
                let (location, failure) = cloner(self);
                let b = &self.b;
                Cloner {
                    b,
                    location,
                    failure,
                }
                .shared(ty, value)
            }
        }
    }

    /// Takes the value out of a hidden slot.
    pub(super) fn take_hidden(
        &self,
        at: PointerValue<'c>,
        ty: inkwell::types::BasicTypeEnum<'c>,
    ) -> Val<'c> {
        let value = self.b.load(ty, at);
        self.b.store(zero(ty), at);
        value
    }

    /// The value of a handle whose heap-allocated `Borrow*` is owned.
    pub(super) fn handle_of_borrow(&self, borrow: Val<'c>) -> Val<'c> {
        let head = self.b.load(self.cx.types.view, borrow.into_pointer_value());
        self.b.with_part(head, 3, borrow)
    }
}

fn set_name(value: Val<'_>, name: &str) {
    match value {
        Val::IntValue(v) => v.set_name(name),
        Val::FloatValue(v) => v.set_name(name),
        Val::PointerValue(v) => v.set_name(name),
        Val::StructValue(v) => v.set_name(name),
        Val::ArrayValue(_) | Val::VectorValue(_) | Val::ScalableVectorValue(_) => {}
    }
}

/// Whether a value is one number, pointer or array.
fn is_one_part(ty: &Ty) -> bool {
    !matches!(ty, Ty::Tuple(_) | Ty::Adt(_) | Ty::List(_) | Ty::Fn(_))
}
