//! The text of values that consist of parts: `Point(x: 1.0, y: 2.0)`, `Some(3)`, `[1, 2]`.

use super::function::{FnBuilder, Value};
use super::instances::Glue;
use crate::hir::{ExprId, ExprKind, ItemId, StrPart};
use crate::mir::{BinOp, Const, ListOp, LocalId, Operand, Rvalue, Step, StmtKind};
use crate::types::{IntKind, Ty};

impl FnBuilder<'_> {
    /// `builder.push("#{…}")`: the parts are written to the bytes of the `StringBuilder`, without a string of their own. Whether it is
    /// such a call.
    pub(super) fn push_interpolated(
        &mut self,
        item: ItemId,
        receiver: ExprId,
        pushed: ExprId,
    ) -> bool {
        let ExprKind::Str(parts) = &self.cx.hir.exprs[pushed].kind else {
            return false;
        };
        let is_plain = |part: &StrPart| matches!(part, StrPart::Text(_));
        let Ty::Adt(adt) = self.ty(receiver) else {
            return false;
        };
        let is_builder = Some(adt.item) == self.cx.types.known.string_builder;
        if !is_builder || parts.iter().all(is_plain) || self.cx.hir.items[item].name.name != "push"
        {
            return false;
        }
        let mut place = self.place_or_temp(receiver, true);
        let bytes = Ty::List(Box::new(Ty::Sized(IntKind::U8)));
        let (variant, index) = (0, 0);
        place.step(Step::Field { variant, index }, bytes);
        let args = self.text_parts(parts);
        let list = self.alias(&place);
        let op = ListOp::Append;
        self.perform(Rvalue::ListOp { op, list, args });
        true
    }

    /// By the type's own function for it, else by one that follows from its declaration.
    pub(super) fn text_by_parts(&mut self, value: Value) -> Value {
        if let Some(text) = self.operator("Display", vec![value.clone()]) {
            return text;
        }
        let has_parts = matches!(value.ty, Ty::Adt(_) | Ty::List(_) | Ty::Tuple(_));
        if !has_parts && !value.ty.is_array_like() {
            // Of a function value or the like, the type says all.
            let text = format!("<{}>", value.ty);
            return Value::constant(Const::Str(text), Ty::String);
        }
        let callee = self.cx.glue(Glue::Text, &value.ty);
        let args = vec![value.operand];
        self.compute(Ty::String, Rvalue::Call { callee, args })
    }

    /// The body of the function that gives the text of a type's values.
    pub(super) fn text_glue(&mut self, ty: &Ty) {
        let Some(of) = self.function.params.first().map(|p| p.local) else {
            return;
        };
        match ty {
            Ty::Adt(adt) if self.cx.layout(adt).is_enum => {
                let variant = self.compute(Ty::Int, Rvalue::Variant(of)).operand;
                let variants = self.cx.layout(adt).variants.len();
                self.variant_texts(ty, of, &variant, 0, variants);
            }
            Ty::Adt(_) => {
                let text = self.variant_text(ty, of, 0);
                self.emit(StmtKind::Return(text));
            }
            Ty::Tuple(items) => {
                let mut parts = vec![text("(")];
                for index in 0..items.len() {
                    self.part_text(ty, of, (0, index), None, &mut parts);
                }
                parts.push(text(if items.len() == 1 { ",)" } else { ")" }));
                let whole = self.compute(Ty::String, Rvalue::Join(parts));
                self.emit(StmtKind::Return(whole.operand));
            }
            _ => self.elements_text(of),
        }
    }

    fn variant_texts(&mut self, ty: &Ty, of: LocalId, variant: &Operand, at: usize, n: usize) {
        let this_one = |b: &mut Self| {
            let text = b.variant_text(ty, of, at as u32);
            b.emit(StmtKind::Return(text));
        };
        if at + 1 >= n {
            this_one(self);
            return;
        }
        let number = Operand::Const(Const::Int(at as i64));
        let is = self.binary(BinOp::Eq, Ty::Bool, variant.clone(), number);
        self.emit_if(is.operand, this_one, |b| {
            b.variant_texts(ty, of, variant, at + 1, n);
        });
    }

    fn variant_text(&mut self, ty: &Ty, of: LocalId, variant: u32) -> Operand {
        let Ty::Adt(adt) = ty else { return text("") };
        let layout = self.cx.layout(adt);
        let Some(form) = layout.variants.get(variant as usize) else {
            return text("");
        };
        if form.fields.is_empty() && layout.is_enum {
            return text(&form.name);
        }
        let mut parts = vec![text(&format!("{}(", form.name))];
        for (index, (name, _)) in form.fields.iter().enumerate() {
            let name = (!layout.is_enum).then_some(name.as_str());
            self.part_text(ty, of, (variant, index), name, &mut parts);
        }
        parts.push(text(")"));
        self.compute(Ty::String, Rvalue::Join(parts)).operand
    }

    /// Adds the text of a part, behind a comma if it is not the first, and behind its name.
    fn part_text(
        &mut self,
        ty: &Ty,
        of: LocalId,
        (variant, index): (u32, usize),
        name: Option<&str>,
        parts: &mut Vec<Operand>,
    ) {
        if index > 0 {
            parts.push(text(", "));
        }
        if let Some(name) = name {
            parts.push(text(&format!("{name}: ")));
        }
        let whole = Value::place(of, ty.clone());
        let part = self.part(&whole, variant, index);
        let part = self.quoted(part);
        parts.push(part);
    }

    /// The text of a value inside of another's, Strings in quotes.
    fn quoted(&mut self, value: Value) -> Operand {
        if value.ty != Ty::String {
            return self.text_of(value).operand;
        }
        let parts = vec![text("\""), value.operand, text("\"")];
        self.compute(Ty::String, Rvalue::Join(parts)).operand
    }

    fn elements_text(&mut self, list: LocalId) {
        let whole = self.temp(Ty::String);
        self.assign(whole, Rvalue::Use(text("[")));
        let n = self.dim(list, 0);
        self.count_to(n, |b, i| {
            let zero = Operand::Const(Const::Int(0));
            let first = b.binary(BinOp::Eq, Ty::Bool, Operand::Local(i), zero);
            let separator = b.temp(Ty::String);
            let set =
                |s: &'static str| move |b: &mut Self| b.assign(separator, Rvalue::Use(text(s)));
            b.emit_if(first.operand, set(""), set(", "));
            let element = match b.local_ty(list) {
                Ty::Nd(_) => b.row_of(list, Operand::Local(i)),
                _ => b.element(list, Operand::Local(i)),
            };
            let element = b.quoted(element);
            let parts = vec![Operand::Local(whole), Operand::Local(separator), element];
            // What is joined to itself grows in place.
            b.assign(whole, Rvalue::Join(parts));
        });
        let parts = vec![Operand::Local(whole), text("]")];
        self.assign(whole, Rvalue::Join(parts));
        self.emit(StmtKind::Return(Operand::Local(whole)));
    }
}

/// A constant text.
pub(super) fn text(text: &str) -> Operand {
    Operand::Const(Const::Str(text.into()))
}
