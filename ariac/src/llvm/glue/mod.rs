//! Glue: what it takes to drop and to copy a value of any type.
//!
//! Strings, arrays and objects are the runtime's; structs and tuples are dropped and copied part by part where they are.
//! For an enum with owned payloads, a boxed type and a list there is one function each, made on first use. Those of
//! boxed types, lists and function values have one type, so that each can end in another without a return:
//!
//! * `void drop(ptr data, i64 len)`: `data` is the block, elements or environment, and not null; `len` is the number of
//!   elements of a list, else anything;
//! * `i1 clone(ptr data, i64 len, ptr to, ptr location)`: 1 when it failed, and an error is pending. What is at `to` is
//!   empty before, and whole or partly empty after: whoever owns it drops it.
//!
//! **Depth.** What is owned last goes last, in tail position: a linked list of any length takes no stack. A function that
//! may come back to itself otherwise (a tree's first branch) looks at the stack first. When it is nearly used up, copying
//! fails with RecursionError; dropping, which must not fail, goes on with the stack of a fresh thread.

mod clone;
mod drop;
pub(super) mod function_value;
mod recursion;

pub(super) use clone::Cloner;
pub(super) use drop::{drop_place, drop_value};

use super::builder::{Builder, Val};
use super::context::ModuleCx;
use super::lower::zero;
use super::runtime::RtFn;
use crate::types::{Adt, Repr, Ty};
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::FunctionType;
use inkwell::values::{FunctionValue, PointerValue};

/// What a function of glue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Glue {
    /// Drops a value.
    Drop,
    /// Drops the value at an address; never inlined.
    DropPlace,
    /// Drops the environment of a function value with this captured.
    DropEnvironment,
    /// Makes a copy.
    Clone,
}

/// Enums of more bytes are given to their glue by address.
const LARGE: u64 = 32;

impl<'c> ModuleCx<'c> {
    /// The glue of a type, made if it is not there yet.
    fn glue(&self, glue: Glue, ty: &Ty, make: impl FnOnce(FunctionValue<'c>)) -> FunctionValue<'c> {
        let key = (glue, ty.clone());
        if let Some(&known) = self.glue.borrow().get(&key) {
            return known;
        }
        let verb = match glue {
            Glue::Drop => "drop",
            Glue::DropPlace => "drop.place",
            Glue::DropEnvironment => "drop.env",
            Glue::Clone => "clone",
        };
        let name = format!("aria.{verb}.{ty}");
        let signature = self.glue_type(glue, ty);
        let linkage = Some(Linkage::Internal);
        let function = self.module.add_function(&name, signature, linkage);
        self.add_attribute(function, AttributeLoc::Function, "nounwind", 0);
        // It is known before it is made: it may call itself.
        self.glue.borrow_mut().insert(key, function);
        make(function);
        function
    }

    fn glue_type(&self, glue: Glue, ty: &Ty) -> FunctionType<'c> {
        let (ptr, i64) = (self.types.ptr.into(), self.types.i64.into());
        let mut params = match inline_enum(ty) {
            None => vec![ptr, i64],
            Some(_) if self.is_large(ty) => vec![ptr],
            Some(_) => vec![self.value_type(ty).into()],
        };
        match glue {
            Glue::DropPlace => self.context.void_type().fn_type(&[ptr], false),
            Glue::Drop | Glue::DropEnvironment => self.context.void_type().fn_type(&params, false),
            Glue::Clone => {
                params.extend([ptr, ptr]);
                self.types.i1.fn_type(&params, false)
            }
        }
    }

    fn is_large(&self, ty: &Ty) -> bool {
        self.size(self.value_type(ty)) > LARGE
    }
}

impl<'c> Builder<'_, 'c> {
    /// Drops what is at an address, if it is there, and leaves nothing.
    pub fn drop_at(&self, ty: &Ty, at: PointerValue<'c>) {
        let value = self.load(self.cx.value_type(ty), at);
        self.store(zero(value.get_type()), at);
        drop_value(self, ty, value);
    }

    /// Memory for a value, which is empty before the function's first instruction.
    pub fn empty_slot(&self, ty: &Ty) -> PointerValue<'c> {
        self.slot_with(zero(self.cx.value_type(ty)), "value")
    }
}

/// An enum that is kept by value, with something to drop.
fn inline_enum(ty: &Ty) -> Option<&Adt> {
    match ty {
        Ty::Adt(adt) if adt.repr == Repr::Owned => Some(adt),
        _ => None,
    }
}

/// The owned fields of a variant, by their numbers.
fn owned_fields<'c>(
    cx: &ModuleCx<'c>,
    adt: &Adt,
    variant: usize,
) -> impl DoubleEndedIterator<Item = (usize, &'c Ty)> + use<'c> {
    let fields = cx.adt(adt).variants[variant].fields.iter().enumerate();
    let fields = fields.map(|(index, (_, ty))| (index, ty));
    fields.filter(|(_, ty)| ty.is_owned())
}

/// An enum's value, for its glue: the value, or where it is.
fn enum_argument<'c>(b: &Builder<'_, 'c>, ty: &Ty, value: Val<'c>) -> Val<'c> {
    if b.cx.is_large(ty) {
        in_memory(b, value).into()
    } else {
        value
    }
}

/// The address of an enum's value that the glue was given as its first argument.
fn enum_place<'c>(b: &Builder<'_, 'c>, ty: &Ty) -> PointerValue<'c> {
    match b.param(0) {
        Val::PointerValue(at) if b.cx.is_large(ty) => at,
        value => in_memory(b, value),
    }
}

/// A copy of a value in memory.
fn in_memory<'c>(b: &Builder<'_, 'c>, value: Val<'c>) -> PointerValue<'c> {
    let at = b.slot(value.get_type(), "value");
    b.store(value, at);
    at
}

/// Calls a function of the runtime.
fn rt<'c>(b: &Builder<'_, 'c>, function: RtFn, args: &[Val<'c>]) -> Option<Val<'c>> {
    b.call(function.declare(b.cx), args)
}
