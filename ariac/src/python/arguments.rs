//! Arguments: from Python objects to the values that a function takes.
//!
//! Every conversion is a call of the runtime, which knows CPython's layouts; it has set a Python exception when it
//! fails. What an argument holds meanwhile (a borrow of memory, a string, the value of a default) is in a slot that is
//! empty on entry, so that one cleanup at the end serves every way out.

use super::constants::Specs;
use super::interface::ExportParam;
use super::values;
use super::views::Views;
use crate::hir::ParamMode;
use crate::llvm::{Builder, ModuleCx, RtFn, Val};
use crate::types::{NdTy, Ty};
use aria_abi::layout::Borrow;
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::types::BasicTypeEnum;
use inkwell::values::PointerValue;

/// What a converted argument holds until the call is over.
#[derive(Clone, Debug)]
enum Held {
    /// A `Borrow`, inactive while its owner is null.
    Memory,
    /// A `Str*`, or null.
    String,
    /// The data of an owned array, or null.
    Array,
    /// The `Borrow*` of an owned handle, or null.
    Handle,
    /// A reference, or null.
    Object,
    /// A value of this type.
    Value(Ty),
}

/// The slots that are emptied when the call is over.
pub struct Cleanup<'c> {
    held: Vec<(Held, PointerValue<'c>)>,
    /// Those of them that the function takes over.
    given: Vec<(PointerValue<'c>, BasicTypeEnum<'c>)>,
    /// The arrays that are looked at together.
    pub views: Option<Views<'c>>,
}

/// Position of `owner` in a `Borrow`, in words.
const OWNER_WORD: u64 = std::mem::offset_of!(Borrow, owner) as u64 / 8;

impl<'c> Cleanup<'c> {
    /// Nothing is held yet but these views.
    pub fn of(views: Option<Views<'c>>) -> Self {
        Cleanup {
            held: Vec::new(),
            given: Vec::new(),
            views,
        }
    }

    /// Lets go of what the function takes over, right before it is called: when the conversion of a later argument fails,
    /// it is given back like the rest.
    pub fn give(&self, b: &Builder<'_, 'c>) {
        for (slot, ty) in &self.given {
            b.store(ty.const_zero(), *slot);
        }
    }

    fn slot(&mut self, b: &Builder<'_, 'c>, held: Held) -> PointerValue<'c> {
        let slot = match held {
            Held::Memory => {
                let words = u32::try_from(size_of::<Borrow>() / 8).expect("a Borrow is small");
                let slot = b.slot(b.cx.types.i64.array_type(words), "borrow");
                b.null_at_entry(slot, OWNER_WORD);
                slot
            }
            Held::Value(ref ty) => b.empty_slot(ty),
            _ => b.slot_with(b.null(), "held"),
        };
        self.held.push((held, slot));
        slot
    }

    /// Gives everything back.
    pub fn emit(&self, b: &Builder<'_, 'c>) {
        if let Some(views) = &self.views {
            views.end(b);
        }
        for (held, slot) in self.held.iter().rev() {
            let slot = *slot;
            let function = match held {
                Held::Memory => {
                    // Only the runtime knows more of a borrow; whether it is active can be seen from here.
                    let owner = b.element(b.cx.types.i64, slot, b.i64(OWNER_WORD as i64));
                    let owner = b.load(b.cx.types.ptr, owner);
                    let active = b.icmp(IntPredicate::NE, owner, b.null());
                    let (release, next) = (b.block("release"), b.block("released"));
                    b.branch(active, release, next);
                    b.enter(release);
                    call(b, RtFn::aria_rt_release, &[slot.into()]);
                    b.go(next);
                    b.enter(next);
                    continue;
                }
                Held::Value(ty) => {
                    b.drop_at(ty, slot);
                    continue;
                }
                Held::String => RtFn::aria_rt_str_drop,
                Held::Array => RtFn::aria_rt_array_free,
                Held::Handle => RtFn::aria_rt_pyarray_drop,
                Held::Object => RtFn::aria_rt_py_drop,
            };
            let value = b.load(b.cx.types.ptr, slot);
            call(b, function, &[value]);
        }
    }
}

/// Calls a runtime function.
pub fn call<'c>(b: &Builder<'_, 'c>, function: RtFn, args: &[Val<'c>]) -> Option<Val<'c>> {
    b.call(function.declare(b.cx), args)
}

/// Calls a runtime function that returns a value.
pub fn call_value<'c>(b: &Builder<'_, 'c>, function: RtFn, args: &[Val<'c>]) -> Val<'c> {
    call(b, function, args).expect("the table gives the function a result")
}

/// Converts one argument at a time.
pub struct Arguments<'a, 'm, 'c> {
    /// Where instructions are added.
    pub b: &'a Builder<'m, 'c>,
    /// Constants that describe parameters.
    pub specs: &'a Specs<'a>,
    /// The function's `FunctionSpec*` and the `Location*` of its declaration, for errors.
    pub spec: PointerValue<'c>,
    pub location: PointerValue<'c>,
    /// Where control goes when a conversion has failed and a Python exception is set.
    pub failed: BasicBlock<'c>,
    /// What is held.
    pub cleanup: Cleanup<'c>,
}

impl<'c> Arguments<'_, '_, 'c> {
    fn cx(&self) -> &ModuleCx<'c> {
        self.b.cx
    }

    /// The value of a parameter from the object `object`, which is not null.
    pub fn convert(&mut self, param: &ExportParam, mode: ParamMode, object: Val<'c>) -> Val<'c> {
        let spec = self.specs.param(self.cx(), param).into();
        self.read_object(param, &param.ty, mode, object, spec)
    }

    /// Keeps the value of a default, which the function that computed it has handed over.
    pub fn keep(&mut self, ty: &Ty, mode: ParamMode, value: Val<'c>) -> Val<'c> {
        let b = self.b;
        let held = match ty {
            Ty::String => Held::String,
            Ty::Array(_) | Ty::Nd(_) => Held::Array,
            Ty::PythonObject => Held::Object,
            Ty::List(_) | Ty::Adt(_) => Held::Value(ty.clone()),
            _ => return value,
        };
        if mode != ParamMode::Own {
            let part = match held {
                Held::Array => b.part(value, 0),
                _ => value,
            };
            let slot = self.cleanup.slot(b, held);
            b.store(part, slot);
        }
        value
    }

    fn read_object(
        &mut self,
        param: &ExportParam,
        ty: &Ty,
        mode: ParamMode,
        object: Val<'c>,
        spec: Val<'c>,
    ) -> Val<'c> {
        let b = self.b;
        let types = &b.cx.types;
        match ty {
            Ty::Float => self.scalar(RtFn::aria_rt_f64_from_py, types.f64.into(), object, spec),
            Ty::Float32 => self.scalar(RtFn::aria_rt_f32_from_py, types.f32.into(), object, spec),
            Ty::Int => self.scalar(RtFn::aria_rt_int_from_py, types.i64.into(), object, spec),
            Ty::Sized(kind) => {
                let wide = self.scalar(RtFn::aria_rt_int_from_py, types.i64.into(), object, spec);
                match kind.bits() {
                    64 => wide,
                    bits => b.trunc(wide, types.int(b.cx.context, bits)),
                }
            }
            Ty::List(_) | Ty::Adt(_) => {
                let slot = self.cleanup.slot(b, Held::Value(ty.clone()));
                let value = b.cx.value_type(ty);
                if mode == ParamMode::Own {
                    self.cleanup.given.push((slot, value));
                }
                let parts = values::value(b.cx, ty).into();
                let args = [object, spec, parts, slot.into()];
                let status = call_value(b, RtFn::aria_rt_value_from_py, &args);
                self.stop_if_failed(status);
                b.load(value, slot)
            }
            Ty::Bool => {
                let byte = self.scalar(RtFn::aria_rt_bool_from_py, types.i8.into(), object, spec);
                b.trunc(byte, types.i1)
            }
            Ty::String => {
                let slot = self.cleanup.slot(b, Held::String);
                if mode == ParamMode::Own {
                    self.cleanup.given.push((slot, types.ptr.into()));
                }
                self.check(RtFn::aria_rt_str_from_py, object, spec, slot);
                b.load(types.ptr, slot)
            }
            Ty::PyArrayView(_) | Ty::PythonArray(_) => {
                let slot = self.cleanup.slot(b, Held::Memory);
                self.check(RtFn::aria_rt_borrow, object, spec, slot);
                let head = |word: i64| b.element(types.i64, slot, b.i64(word));
                b.make(&[
                    b.load(types.ptr, head(0)),
                    b.load(types.i64, head(1)),
                    b.load(types.i64, head(2)),
                    self.handle(mode, slot),
                ])
            }
            Ty::Nd(nd) if !matches!(nd.kind, Ty::Array(_)) => {
                self.nd_view(nd.rank, mode, object, spec)
            }
            Ty::Nd(nd) => self.nd_array(nd, mode, object, spec),
            Ty::Array(_) if mode == ParamMode::Own => self.owned_array(ty, object, spec),
            Ty::Array(_) => self.lent_array(object, spec),
            Ty::PythonObject => {
                if mode == ParamMode::Own {
                    call_value(b, RtFn::aria_rt_py_retain, &[object])
                } else {
                    object
                }
            }
            Ty::Tuple(items) => self.tuple(param, items, mode, object, spec),
            _ => types.unit.const_zero().into(),
        }
    }

    fn scalar(
        &self,
        function: RtFn,
        ty: BasicTypeEnum<'c>,
        object: Val<'c>,
        spec: Val<'c>,
    ) -> Val<'c> {
        let slot = self.b.slot(ty, "scalar");
        self.check(function, object, spec, slot);
        self.b.load(ty, slot)
    }

    /// What keeps the memory of a borrow: the borrow itself, which ends with the call, or of a handle that the function takes
    /// over one of its own.
    fn handle(&mut self, mode: ParamMode, borrow: PointerValue<'c>) -> Val<'c> {
        let b = self.b;
        if mode != ParamMode::Own {
            return borrow.into();
        }
        let args = [borrow.into(), self.location.into()];
        let owned = call_value(b, RtFn::aria_rt_pyarray_retain, &args);
        let (failed, kept) = (b.block("not_kept"), b.block("kept"));
        b.branch_rarely(b.icmp(IntPredicate::EQ, owned, b.null()), failed, kept);
        b.enter(failed);
        call(b, RtFn::aria_rt_error_to_python, &[self.spec.into()]);
        b.go(self.failed);
        b.enter(kept);
        let slot = self.cleanup.slot(b, Held::Handle);
        self.cleanup.given.push((slot, b.cx.types.ptr.into()));
        b.store(owned, slot);
        owned
    }

    /// A view or handle of several dimensions.
    fn nd_view(&mut self, rank: u8, mode: ParamMode, object: Val<'c>, spec: Val<'c>) -> Val<'c> {
        let b = self.b;
        let slot = self.cleanup.slot(b, Held::Memory);
        let i64 = b.cx.types.i64;
        let dims = b.slot(i64.array_type(2 * u32::from(rank)), "dims");
        let args = [object, spec, slot.into(), dims.into()];
        let status = call_value(b, RtFn::aria_rt_borrow_nd, &args);
        self.stop_if_failed(status);
        let mut parts = vec![b.load(b.cx.types.ptr, slot), self.handle(mode, slot)];
        let word = |word: u8| b.load(i64, b.element(i64, dims, b.i64(word.into())));
        parts.extend((0..2 * rank).map(word));
        b.make(&parts)
    }

    /// An array of several dimensions: borrowed or copied for a function that reads it, a copy for one that takes it.
    fn nd_array(&mut self, nd: &NdTy, mode: ParamMode, object: Val<'c>, spec: Val<'c>) -> Val<'c> {
        let b = self.b;
        let slot = self.cleanup.slot(b, Held::Memory);
        let i64 = b.cx.types.i64;
        let lens = b.slot(i64.array_type(nd.rank.into()), "lens");
        let args = [object, spec, slot.into(), lens.into()];
        let status = call_value(b, RtFn::aria_rt_borrow_or_copy_nd, &args);
        self.stop_if_failed(status);
        let len = |axis: u8| b.load(i64, b.element(i64, lens, b.i64(axis.into())));
        let lens: Vec<Val<'c>> = (0..nd.rank).map(len).collect();
        let mut data = b.load(b.cx.types.ptr, slot);
        if mode == ParamMode::Own {
            let total = lens.iter().copied().reduce(|a, len| b.mul(a, len));
            let lent = b.make(&[data, total.unwrap_or(b.i64(0))]);
            data = b.part(self.copied_array(&nd.kind, lent), 0);
        }
        let mut parts = vec![data];
        parts.extend(lens);
        b.make(&parts)
    }

    /// Memory that the function only reads: borrowed where it fits, else a copy that the borrow owns.
    fn lent_array(&mut self, object: Val<'c>, spec: Val<'c>) -> Val<'c> {
        let b = self.b;
        let slot = self.cleanup.slot(b, Held::Memory);
        self.check(RtFn::aria_rt_borrow_or_copy, object, spec, slot);
        let data = b.load(b.cx.types.ptr, slot);
        let len = b.load(b.cx.types.i64, b.element(b.cx.types.i64, slot, b.i64(1)));
        b.make(&[data, len])
    }

    /// A copy that the function takes over.
    fn owned_array(&mut self, ty: &Ty, object: Val<'c>, spec: Val<'c>) -> Val<'c> {
        let lent = self.lent_array(object, spec);
        self.copied_array(ty, lent)
    }

    /// A copy of an array of one dimension, which the function takes over.
    fn copied_array(&mut self, ty: &Ty, lent: Val<'c>) -> Val<'c> {
        let b = self.b;
        let size = b.cx.element_size(ty.element().unwrap_or(&Ty::Float));
        let len = b.part(lent, 1);
        let size = b.i64(size as i64);
        let data = call_value(b, RtFn::aria_rt_array_alloc, &[len, size]);
        let none = b.icmp(IntPredicate::EQ, data, b.null());
        let (out_of_memory, copy) = (b.block("out_of_memory"), b.block("copy"));
        b.branch_rarely(none, out_of_memory, copy);
        b.enter(out_of_memory);
        call(b, RtFn::aria_rt_raise_memory, &[self.location.into()]);
        call(b, RtFn::aria_rt_error_to_python, &[self.spec.into()]);
        b.go(self.failed);
        b.enter(copy);
        let slot = self.cleanup.slot(b, Held::Array);
        self.cleanup.given.push((slot, b.cx.types.ptr.into()));
        b.store(data, slot);
        let bytes = b.mul(len, size);
        b.copy(
            data.into_pointer_value(),
            b.part(lent, 0).into_pointer_value(),
            bytes,
            1,
        );
        b.make(&[data, len])
    }

    fn tuple(
        &mut self,
        param: &ExportParam,
        items: &[Ty],
        mode: ParamMode,
        object: Val<'c>,
        spec: Val<'c>,
    ) -> Val<'c> {
        let b = self.b;
        let ptr = b.cx.types.ptr;
        let count = u32::try_from(items.len()).expect("a tuple has few members");
        let slots = b.slot(ptr.array_type(count), "members");
        let n = b.i64(i64::from(count));
        let status = call_value(
            b,
            RtFn::aria_rt_tuple_from_py,
            &[object, spec, n, slots.into()],
        );
        self.stop_if_failed(status);
        let members = items.iter().enumerate().map(|(i, ty)| {
            let member = ExportParam {
                name: format!("{}[{i}]", param.name),
                ty: ty.clone(),
                mutable: false,
                default: None,
            };
            let object = b.load(ptr, b.element(ptr, slots, b.i64(i as i64)));
            self.convert(&member, mode, object)
        });
        b.make(&members.collect::<Vec<_>>())
    }

    /// Calls `function(object, spec, slot)` and leaves when it fails.
    fn check(&self, function: RtFn, object: Val<'c>, spec: Val<'c>, slot: PointerValue<'c>) {
        let status = call_value(self.b, function, &[object, spec, slot.into()]);
        self.stop_if_failed(status);
    }

    /// Leaves when a status is not 0.
    pub fn stop_if_failed(&self, status: Val<'c>) {
        let b = self.b;
        let bad = b.icmp(IntPredicate::NE, status, b.i32(0));
        let next = b.block("converted");
        b.branch_rarely(bad, self.failed, next);
        b.enter(next);
    }
}
