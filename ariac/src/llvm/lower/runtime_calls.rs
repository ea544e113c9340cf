//! Calls of the functions that the prelude declares in its `extern Runtime` blocks.
//!
//! Most are functions of the runtime's table: `fn _str_find(…)` is `aria_rt_str_find`. Numbers are passed as they are, a
//! Bool as an `I32`, a String as its `Str*`, a list as its data and its length, a `mut` list as a `RawList*`. One that states `raises` is given the
//! `Location*` last; it returns a pointer, null when an error is pending, or an `I32` that says so, and stores its result
//! at a pointer before the location. One that gives a String and does not state `raises` fails with null for want of memory.
//!
//! A few are instructions; they are in [`Lowering::instruction`].

use super::Lowering;
use crate::hir::ParamMode;
use crate::llvm::builder::Val;
use crate::llvm::runtime::RtFn;
use crate::mir::{Native, Operand};
use crate::types::Ty;
use aria_abi::layout::Str;
use inkwell::IntPredicate;
use inkwell::types::BasicTypeEnum;

impl<'c> Lowering<'_, 'c> {
    pub(super) fn call_runtime(&mut self, native: &Native, args: &[Operand]) -> Option<Val<'c>> {
        let modes = native.params.iter().map(|(_, mode)| *mode);
        let values: Vec<Val<'c>> = args
            .iter()
            .zip(modes)
            .map(|(arg, mode)| match (arg, mode) {
                (Operand::Local(local), ParamMode::Mut) => self.slot(*local).into(),
                _ => self.operand(arg),
            })
            .collect();
        if let Some(value) = self.instruction(&native.symbol, &values) {
            return Some(value);
        }
        let function = RtFn::from_name(&native.symbol).unwrap_or_else(|| {
            unreachable!(
                "the runtime has no {}, which the prelude declares",
                native.symbol
            )
        });
        let mut flat = Vec::new();
        for (value, (ty, mode)) in values.into_iter().zip(&native.params) {
            match ty {
                _ if *mode == ParamMode::Mut => flat.push(value),
                Ty::List(_) => flat.extend([self.b.part(value, 0), self.b.part(value, 1)]),
                Ty::Bool => flat.push(self.b.zext(value, self.cx.types.i32)),
                _ => flat.push(value),
            }
        }
        if !native.raises {
            let value = self.rt(function, &flat)?;
            return Some(match native.ret {
                Ty::String => {
                    self.check_memory(value);
                    value
                }
                Ty::Bool => self.b.icmp(IntPredicate::NE, value, self.b.i32(0)),
                _ => value,
            });
        }
        if native.ret == Ty::String {
            flat.push(self.location());
            let value = self.rt_value(function, &flat);
            self.propagate_if_null(value);
            return Some(value);
        }
        let ty: Option<BasicTypeEnum<'c>> = match native.ret {
            Ty::Unit => None,
            Ty::Bool => Some(self.cx.types.i32.into()),
            ref ret => Some(self.cx.value_type(ret)),
        };
        let out = ty.map(|ty| self.b.slot(ty, "result"));
        flat.extend(out.map(Val::from));
        flat.push(self.location());
        let status = self.rt_value(function, &flat);
        let failed = self.b.icmp(IntPredicate::NE, status, self.b.i32(0));
        self.propagate_if(failed);
        let value = self.b.load(ty?, out?);
        Some(match native.ret {
            Ty::Bool => self.b.icmp(IntPredicate::NE, value, self.b.i32(0)),
            _ => value,
        })
    }

    /// What needs no call.
    fn instruction(&self, symbol: &str, args: &[Val<'c>]) -> Option<Val<'c>> {
        let b = &self.b;
        let types = &self.cx.types;
        let header = size_of::<Str>() as i64;
        let byte_at = |text: Val<'c>, offset| {
            let at = b.element(types.i8, text.into_pointer_value(), offset);
            b.zext(b.load(types.i8, at), types.i64)
        };
        Some(match (symbol, args) {
            // Bytes of a text: the second word of its header.
            ("aria_rt_str_size", &[text]) => {
                let at = b.element(types.i64, text.into_pointer_value(), b.i64(1));
                b.load(types.i64, at)
            }
            // A byte at an index that is in range.
            ("aria_rt_str_byte", &[text, index]) => {
                byte_at(text, b.add_index(index, b.i64(header)))
            }
            // Both halves of the product of 128 bits, folded: each bit of it depends on many of the factors.
            ("aria_rt_fold", &[x, y]) => {
                let wide = self.cx.context.i128_type();
                let product = b.mul(b.zext(x, wide), b.zext(y, wide));
                let high = b.lshr(product, wide.const_int(64, false).into());
                b.xor(b.trunc(product, types.i64), b.trunc(high, types.i64))
            }
            ("aria_rt_float_bits", &[x]) => b.bitcast(x, types.i64),
            ("aria_rt_bits_float", &[x]) => b.bitcast(x, types.f64),
            _ => return None,
        })
    }
}
