//! Strings: the runtime does the work.

use super::Lowering;
use crate::llvm::builder::Val;
use crate::llvm::runtime::RtFn;
use crate::mir::{BinOp, LocalId, Operand, StreamOp};
use crate::types::Ty;
use aria_abi::codes::TextKind;
use inkwell::IntPredicate;

impl<'c> Lowering<'_, 'c> {
    /// A comparison of two strings, by code points.
    pub(super) fn compare_strings(&self, op: BinOp, x: Val<'c>, y: Val<'c>) -> Val<'c> {
        if let BinOp::Eq | BinOp::Ne = op {
            let equal = self.rt_value(RtFn::aria_rt_str_equal, &[x, y]);
            let predicate = match op {
                BinOp::Eq => IntPredicate::NE,
                _ => IntPredicate::EQ,
            };
            return self.b.icmp(predicate, equal, self.b.i32(0));
        }
        let order = self.rt_value(RtFn::aria_rt_str_compare, &[x, y]);
        let predicate = match op {
            BinOp::Lt => IntPredicate::SLT,
            BinOp::Le => IntPredicate::SLE,
            BinOp::Gt => IntPredicate::SGT,
            BinOp::Ge => IntPredicate::SGE,
            _ => unreachable!("strings only compare: MIR's verifier says so"),
        };
        self.b.icmp(predicate, order, self.b.i32(0))
    }

    /// Texts end to end.
    pub(super) fn join(&mut self, parts: &[Operand]) -> Val<'c> {
        let (parts, n) = self.text_parts(parts);
        let joined = self.rt_value(RtFn::aria_rt_str_join, &[parts, n]);
        self.check_memory(joined);
        joined
    }

    /// `text = join(text, part, …)`, where nobody else has the text: in place.
    pub(super) fn append(&mut self, text: LocalId, parts: &[Operand]) {
        let (parts, n) = self.text_parts(parts);
        let slot = self.slot(text).into();
        let status = self.rt_value(RtFn::aria_rt_str_append, &[slot, parts, n]);
        let failed = self.b.icmp(IntPredicate::NE, status, self.b.i32(0));
        self.raise_memory_if(failed);
    }

    /// `TextPart`s side by side on the stack, and their number.
    pub(super) fn text_parts(&mut self, parts: &[Operand]) -> (Val<'c>, Val<'c>) {
        let values: Vec<_> = parts.iter().map(|part| self.text_part(part)).collect();
        let count = u32::try_from(values.len()).expect("a text has few parts");
        let i64 = self.cx.types.i64;
        let at = self.b.slot(i64.array_type(2 * count), "parts");
        for (i, (kind, bits)) in (0i64..).zip(values) {
            let word = |word| self.b.element(i64, at, self.b.i64(2 * i + word));
            self.b.store(self.b.i64(kind as i64), word(0));
            self.b.store(bits, word(1));
        }
        (at.into(), self.b.i64(count.into()))
    }

    fn text_part(&mut self, operand: &Operand) -> (TextKind, Val<'c>) {
        let value = self.operand(operand);
        let types = &self.cx.types;
        match self.operand_ty(operand) {
            ty @ (Ty::Int | Ty::Sized(_)) => match self.as_word(&ty, value) {
                (word, true) => (TextKind::Signed, word),
                (word, false) => (TextKind::Unsigned, word),
            },
            Ty::Float => (TextKind::Float, self.b.bitcast(value, types.i64)),
            Ty::Float32 => {
                let bits = self.b.bitcast(value, types.i32);
                (TextKind::Float32, self.b.zext(bits, types.i64))
            }
            Ty::Bool => (TextKind::Bool, self.b.zext(value, types.i64)),
            _ => (TextKind::String, value),
        }
    }

    /// The text of a scalar or object.
    pub(super) fn text_of(&mut self, operand: &Operand) -> Val<'c> {
        let value = self.operand(operand);
        let text = match self.operand_ty(operand) {
            Ty::String => return self.rt_value(RtFn::aria_rt_str_retain, &[value]),
            ty @ (Ty::Int | Ty::Sized(_)) => {
                let (value, is_signed) = self.as_word(&ty, value);
                let function = match is_signed {
                    true => RtFn::aria_rt_str_from_i64,
                    false => RtFn::aria_rt_str_from_u64,
                };
                self.rt_value(function, &[value])
            }
            Ty::Float => self.rt_value(RtFn::aria_rt_str_from_f64, &[value]),
            Ty::Float32 => self.rt_value(RtFn::aria_rt_str_from_f32, &[value]),
            Ty::Bool => {
                let wide = self.b.zext(value, self.cx.types.i32);
                self.rt_value(RtFn::aria_rt_str_from_bool, &[wide])
            }
            Ty::PythonObject => {
                let args = [value, self.location()];
                let text = self.rt_value(RtFn::aria_rt_str_of_object, &args);
                self.propagate_if_null(text);
                return text;
            }
            Ty::Array(element) => {
                let stride = self.b.i64(self.cx.element_size(&element) as i64);
                self.text_of_array(&element, value, stride)
            }
            Ty::PyArrayView(element) | Ty::PythonArray(element) => {
                let stride = self.b.part(value, 2);
                self.text_of_array(&element, value, stride)
            }
            _ => self.cx.string("()").into(),
        };
        self.check_memory(text);
        text
    }

    fn text_of_array(&mut self, element: &Ty, array: Val<'c>, stride: Val<'c>) -> Val<'c> {
        let kind = self.b.i32(element.elem().map_or(0, |elem| elem as u32));
        let args = [self.b.part(array, 0), self.b.part(array, 1), stride, kind];
        self.rt_value(RtFn::aria_rt_str_from_array, &args)
    }

    /// Number of code points.
    pub(super) fn string_length(&mut self, operand: &Operand) -> Val<'c> {
        let value = self.operand(operand);
        self.rt_value(RtFn::aria_rt_str_length, &[value])
    }

    /// Reads or writes a stream: the text that was read.
    pub(super) fn read_or_write(&mut self, op: StreamOp, parts: &[Operand]) -> Option<Val<'c>> {
        let location = self.location();
        let write = match op {
            StreamOp::Print => RtFn::aria_rt_print,
            StreamOp::Eprint => RtFn::aria_rt_eprint,
            StreamOp::ReadAll => {
                let text = self.rt_value(RtFn::aria_rt_read_all, &[location]);
                self.propagate_if_null(text);
                return Some(text);
            }
        };
        let (parts, n) = self.text_parts(parts);
        let status = self.rt_value(write, &[parts, n, location]);
        let failed = self.b.icmp(IntPredicate::NE, status, self.b.i32(0));
        self.propagate_if(failed);
        None
    }

    /// Pointers side by side on the stack; null for none.
    pub(super) fn list(&self, items: &[Val<'c>]) -> Val<'c> {
        if items.is_empty() {
            return self.b.null();
        }
        let len = u32::try_from(items.len()).expect("a call has few arguments");
        let list = self.b.slot(self.cx.types.ptr.array_type(len), "list");
        for (i, &item) in (0..).zip(items) {
            let at = self.b.element(self.cx.types.ptr, list, self.b.i64(i));
            self.b.store(item, at);
        }
        list.into()
    }

    /// Fails when `pointer` is null: an error is pending then.
    pub(super) fn propagate_if_null(&mut self, pointer: Val<'c>) {
        let is_null = self.b.icmp(IntPredicate::EQ, pointer, self.b.null());
        self.propagate_if(is_null);
    }
}
