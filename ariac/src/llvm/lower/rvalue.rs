//! The table of what computes a value.

use super::Lowering;
use crate::llvm::builder::Val;
use crate::llvm::runtime::RtFn;
use crate::mir::{NdOp, Rvalue};
use crate::types::Ty;

impl<'c> Lowering<'_, 'c> {
    /// Computes a value; none when it is `Unit`. `wanted` is the type of its destination.
    pub(super) fn rvalue(&mut self, value: &Rvalue, wanted: Option<&Ty>) -> Option<Val<'c>> {
        Some(match value {
            Rvalue::Use(operand) => self.operand(operand),
            Rvalue::Move(local) => self.take(*local),
            Rvalue::Clone(local) => {
                let value = self.read(*local);
                self.clone_value(self.ty(*local), value)
            }
            Rvalue::Unary { op, operand } => self.unary(*op, operand),
            Rvalue::Binary { op, left, right } => self.binary(*op, left, right),
            Rvalue::Math { function, args } => self.math(*function, args),
            Rvalue::Convert { to, operand } => self.convert(to, operand),
            Rvalue::Len(array) => self.elements(*array).len,
            Rvalue::Load {
                array,
                index,
                checked,
            } => {
                let index = self.operand(index);
                let elements = self.elements(*array);
                if *checked {
                    self.check_index(index, elements.len);
                }
                let element = self.element_ty(*array);
                self.load_element(element, elements, index)
            }
            Rvalue::Tuple(items) => {
                let parts: Vec<_> = items.iter().map(|item| self.take_operand(item)).collect();
                self.b.make(&parts)
            }
            Rvalue::Field {
                tuple,
                variant,
                index,
                take,
            } => self.field(*tuple, *variant, *index, *take),
            Rvalue::Adt {
                ty,
                variant,
                fields,
            } => self.declared(ty, *variant, fields),
            Rvalue::Variant(local) => self.variant(*local),
            Rvalue::List { element, items } => self.list_literal(element, items),
            Rvalue::ListOp { op, list, args } => return self.list_op(*op, *list, args),
            Rvalue::View(array) => self.view(*array),
            Rvalue::Slice {
                array,
                lo,
                hi,
                inclusive,
                step,
            } => self.slice(*array, (lo, hi, *inclusive), step.as_ref()),
            Rvalue::IsContiguous(array) => self.is_contiguous(*array),
            Rvalue::Nd(op) => self.nd(op),
            Rvalue::Array { element, items } => self.array_literal(element, items),
            Rvalue::Fill {
                element,
                len,
                value,
            } => self.fill(element, len, value.as_ref()),
            Rvalue::ToArray(array) => {
                let elements = self.elements(*array);
                let element = self.element_ty(*array);
                self.copy_array(element, elements)
            }
            Rvalue::Map {
                sources,
                kernel,
                parallel,
                reuse: _,
            } => self.map(sources, kernel, *parallel),
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            } => self.reduce(*op, sources, kernel, wanted),
            Rvalue::ErrorText(error) => self.error_string(RtFn::aria_rt_error_text, *error),
            Rvalue::ErrorClass(error) => self.error_string(RtFn::aria_rt_error_class, *error),
            Rvalue::ErrorIs { error, class } => self.error_is(*error, *class),
            Rvalue::ThisCall => self.this_call(),
            Rvalue::EndsCall { error, call } => self.ends_call(*error, call),
            Rvalue::Closure { function, captures } => self.closure(*function, captures),
            Rvalue::Borrowing { function, captures } => self.borrowing(*function, captures),
            Rvalue::CallValue { callee, args, .. } => return self.call_value(*callee, args),
            Rvalue::Call { callee, args } => return self.call(*callee, args),
            Rvalue::CallNative { callee, args } => return self.call_native(*callee, args),
            Rvalue::Join(parts) => self.join(parts),
            Rvalue::ToStr(operand) => self.text_of(operand),
            Rvalue::StrLen(operand) => self.string_length(operand),
            Rvalue::Stream { op, parts } => return self.read_or_write(*op, parts),
            Rvalue::PyModule(module) => self.python_module(*module),
            Rvalue::PyAttr { object, name } => self.python_attribute(object, name),
            Rvalue::PyCall {
                callee,
                args,
                keywords,
            } => self.python_call(callee, args, keywords),
            Rvalue::PyMethod {
                object,
                name,
                args,
                keywords,
            } => self.python_method(object, name, args, keywords),
            Rvalue::PyItem { object, key } => self.python_item(object, key),
            Rvalue::PyOperate { op, left, right } => self.python_operate(*op, left, right.as_ref()),
            Rvalue::PyTruth(object) => self.python_truth(object),
            Rvalue::PyLen(object) => self.python_length(object),
            Rvalue::PyIter(object) => self.python_iterator(object),
            Rvalue::PyAwait(object) => self.python_await(object),
            Rvalue::PyNext { iterator, item } => self.python_next(iterator, *item),
            Rvalue::ToObject { value, take } => self.object_from(value, *take),
            Rvalue::FromObject { object, ty } => self.object_as(object, ty),
        })
    }

    /// The type of a value that nobody wants, if it must be dropped.
    pub(super) fn owned_result(&self, value: &Rvalue) -> Option<Ty> {
        let ty = match value {
            Rvalue::Use(_)
            | Rvalue::Unary { .. }
            | Rvalue::Binary { .. }
            | Rvalue::Math { .. }
            | Rvalue::Convert { .. }
            | Rvalue::Len(_)
            | Rvalue::Load { .. }
            | Rvalue::View(_)
            | Rvalue::Slice { .. }
            | Rvalue::IsContiguous(_)
            | Rvalue::Reduce { .. }
            | Rvalue::StrLen(_)
            | Rvalue::ErrorIs { .. }
            | Rvalue::ThisCall
            | Rvalue::EndsCall { .. }
            | Rvalue::Variant(_)
            | Rvalue::Borrowing { .. }
            | Rvalue::PyTruth(_)
            | Rvalue::PyLen(_)
            | Rvalue::PyNext { .. } => return None,
            Rvalue::Nd(NdOp::Shaped { elements, lens }) => {
                Ty::array(self.element_ty(*elements).clone(), lens.len() as u8)
            }
            Rvalue::Nd(_) => return None,
            Rvalue::Move(local) | Rvalue::Clone(local) => self.ty(*local).clone(),
            Rvalue::Tuple(items) => {
                Ty::Tuple(items.iter().map(|item| self.operand_ty(item)).collect())
            }
            Rvalue::Field {
                tuple,
                variant,
                index,
                ..
            } => self.part_ty(*tuple, *variant, *index).clone(),
            Rvalue::Adt { ty, .. } => Ty::Adt(ty.clone()),
            Rvalue::List { element, .. } => Ty::List(Box::new(element.clone())),
            Rvalue::ListOp { op, list, .. } => match op.gives_element() {
                true => self.element_ty(*list).clone(),
                false => return None,
            },
            Rvalue::Array { element, .. } | Rvalue::Fill { element, .. } => {
                Ty::Array(Box::new(element.clone()))
            }
            Rvalue::ToArray(array) => Ty::Array(Box::new(self.element_ty(*array).clone())),
            Rvalue::Map { kernel, .. } => Ty::Array(Box::new(self.operand_ty(&kernel.result))),
            Rvalue::Call { callee, .. } => self.cx.program.functions[*callee].ret.clone(),
            Rvalue::CallNative { callee, .. } => self.cx.program.natives[*callee].ret.clone(),
            Rvalue::Join(_) | Rvalue::ToStr(_) | Rvalue::ErrorText(_) | Rvalue::ErrorClass(_) => {
                Ty::String
            }
            Rvalue::Closure { function, .. } => self.cx.program.functions[*function].value_ty(),
            Rvalue::CallValue { callee, .. } => match self.ty(*callee) {
                Ty::Fn(ty) => ty.ret.clone(),
                _ => return None,
            },
            Rvalue::Stream { op, .. } if op.reads() => Ty::String,
            Rvalue::Stream { .. } => return None,
            Rvalue::FromObject { ty, .. } => ty.clone(),
            Rvalue::PyModule(_)
            | Rvalue::PyAttr { .. }
            | Rvalue::PyCall { .. }
            | Rvalue::PyMethod { .. }
            | Rvalue::PyItem { .. }
            | Rvalue::PyOperate { .. }
            | Rvalue::PyIter(_)
            | Rvalue::PyAwait(_)
            | Rvalue::ToObject { .. } => Ty::PythonObject,
        };
        ty.is_owned().then_some(ty)
    }
}
