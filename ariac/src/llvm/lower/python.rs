//! Python objects: the runtime does the work. The GIL is held wherever these run.

use super::Lowering;
use super::array::Elements;
use crate::llvm::builder::Val;
use crate::llvm::nd;
use crate::llvm::runtime::RtFn;
use crate::mir::{LocalId, ModuleId, Operand};
use crate::types::Ty;
use aria_abi::codes::PyOp;
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

impl<'c> Lowering<'_, 'c> {
    /// Calls a function of the runtime that returns a new reference, or null with an error pending.
    fn object(&mut self, function: RtFn, args: &[Val<'c>]) -> Val<'c> {
        let object = self.rt_value(function, args);
        self.propagate_if_null(object);
        object
    }

    pub(super) fn python_module(&mut self, module: ModuleId) -> Val<'c> {
        let cell = self.cx.python_module(&self.cx.program.modules[module]);
        let args = [cell.into(), self.location()];
        self.object(RtFn::aria_rt_py_module, &args)
    }

    pub(super) fn python_attribute(&mut self, object: &Operand, name: &str) -> Val<'c> {
        let object = self.operand(object);
        let args = [object, self.cx.name(name).into(), self.location()];
        self.object(RtFn::aria_rt_py_getattr, &args)
    }

    pub(super) fn python_call(
        &mut self,
        callee: &Operand,
        args: &[Operand],
        keywords: &[String],
    ) -> Val<'c> {
        let mut call = vec![self.operand(callee)];
        call.extend(self.python_arguments(args, keywords));
        self.object(RtFn::aria_rt_py_call, &call)
    }

    pub(super) fn python_method(
        &mut self,
        object: &Operand,
        name: &str,
        args: &[Operand],
        keywords: &[String],
    ) -> Val<'c> {
        let mut call = vec![self.operand(object), self.cx.name(name).into()];
        call.extend(self.python_arguments(args, keywords));
        self.object(RtFn::aria_rt_py_call_method, &call)
    }

    /// `args, nargs, kwnames, nkw, location`.
    fn python_arguments(&mut self, args: &[Operand], keywords: &[String]) -> [Val<'c>; 5] {
        let values: Vec<_> = args.iter().map(|arg| self.operand(arg)).collect();
        let positional = values.len() - keywords.len();
        [
            self.list(&values),
            self.b.i64(positional as i64),
            self.cx.names(keywords).into(),
            self.b.i64(keywords.len() as i64),
            self.location(),
        ]
    }

    pub(super) fn python_item(&mut self, object: &Operand, key: &Operand) -> Val<'c> {
        let args = [self.operand(object), self.operand(key), self.location()];
        self.object(RtFn::aria_rt_py_getitem, &args)
    }

    pub(super) fn python_operate(
        &mut self,
        op: PyOp,
        left: &Operand,
        right: Option<&Operand>,
    ) -> Val<'c> {
        let left = self.operand(left);
        let right = match right {
            Some(right) => self.operand(right),
            None => self.b.null(),
        };
        let args = [self.b.i32(op as u32), left, right, self.location()];
        self.object(RtFn::aria_rt_py_operate, &args)
    }

    pub(super) fn python_truth(&mut self, object: &Operand) -> Val<'c> {
        let args = [self.operand(object), self.location()];
        let truth = self.rt_value(RtFn::aria_rt_py_truth, &args);
        let zero = self.b.i32(0);
        let failed = self.b.icmp(IntPredicate::SLT, truth, zero);
        self.propagate_if(failed);
        self.b.icmp(IntPredicate::NE, truth, zero)
    }

    /// `len(object)`: what its method `__len__` says.
    pub(super) fn python_length(&mut self, object: &Operand) -> Val<'c> {
        let object = self.operand(object);
        let mut args = vec![object, self.cx.name("__len__").into()];
        args.extend(self.python_arguments(&[], &[]));
        let length = self.object(RtFn::aria_rt_py_call_method, &args);
        let pending = self.hidden_slot(&Ty::PythonObject);
        self.b.store(length, pending);
        let number = self.scalar_of(length, &Ty::Int);
        let length = self.take_hidden(pending, self.cx.types.ptr.into());
        self.rt(RtFn::aria_rt_py_drop, &[length]);
        number
    }

    pub(super) fn python_iterator(&mut self, object: &Operand) -> Val<'c> {
        let args = [self.operand(object), self.location()];
        self.object(RtFn::aria_rt_py_iter, &args)
    }

    pub(super) fn python_await(&mut self, object: &Operand) -> Val<'c> {
        let args = [self.operand(object), self.location()];
        self.object(RtFn::aria_rt_await, &args)
    }

    pub(super) fn python_next(&mut self, iterator: &Operand, item: LocalId) -> Val<'c> {
        let out = self.b.slot(self.cx.types.ptr, "item");
        let args = [self.operand(iterator), out.into(), self.location()];
        self.status(RtFn::aria_rt_py_next, &args);
        let object = self.b.load(self.cx.types.ptr, out);
        self.assign(item, object);
        self.b.icmp(IntPredicate::NE, object, self.b.null())
    }

    pub(super) fn raise_object(&mut self, object: &Operand) {
        let object = self.operand(object);
        let args = [object, self.location()];
        self.rt(RtFn::aria_rt_raise_object, &args);
        self.b.go(self.failure);
    }

    /// A value as a Python object.
    pub(super) fn object_from(&mut self, operand: &Operand, take: bool) -> Val<'c> {
        let ty = self.operand_ty(operand);
        if let (true, Ty::Array(_)) = (take, ty.kind()) {
            let array = self.take_operand(operand);
            let object = match ty {
                Ty::Nd(_) => self.nd_object(&ty, array),
                _ => self.array_object(&ty, array),
            };
            return self.python_result(object);
        }
        if ty == Ty::PythonObject && take {
            return self.take_operand(operand);
        }
        let value = self.operand(operand);
        let object = self.object_of(&ty, value);
        if ty == Ty::PythonObject {
            return object;
        }
        self.python_result(object)
    }

    /// Fails when `object` is null: a Python exception is set then.
    fn python_result(&mut self, object: Val<'c>) -> Val<'c> {
        let is_null = self.b.icmp(IntPredicate::EQ, object, self.b.null());
        self.fail_if(is_null, |this| {
            let location = this.location();
            this.rt(RtFn::aria_rt_capture_python_error, &[location]);
        });
        object
    }

    /// A new reference, or null with a Python exception set.
    fn object_of(&mut self, ty: &Ty, value: Val<'c>) -> Val<'c> {
        match ty {
            Ty::PythonObject => self.rt_value(RtFn::aria_rt_py_retain, &[value]),
            Ty::Int | Ty::Sized(_) => {
                let (value, is_signed) = self.as_word(ty, value);
                let function = match is_signed {
                    true => RtFn::aria_rt_i64_to_py,
                    false => RtFn::aria_rt_u64_to_py,
                };
                self.rt_value(function, &[value])
            }
            Ty::Float => self.rt_value(RtFn::aria_rt_f64_to_py, &[value]),
            ty if ty.is_complex() => {
                let parts = [self.b.part(value, 0), self.b.part(value, 1)];
                self.rt_value(RtFn::aria_rt_complex_to_py, &parts)
            }
            Ty::Float32 => {
                let wide = self.b.widen_float(value, self.cx.types.f64);
                self.rt_value(RtFn::aria_rt_f64_to_py, &[wide])
            }
            Ty::Bool => {
                let wide = self.b.zext(value, self.cx.types.i32);
                self.rt_value(RtFn::aria_rt_bool_to_py, &[wide])
            }
            Ty::String => self.rt_value(RtFn::aria_rt_str_to_py, &[value]),
            Ty::Array(element) => {
                let copy = self.copy_array(element, Elements::of_array(&self.b, value));
                self.array_object(ty, copy)
            }
            Ty::PythonArray(_) => {
                let borrow = self.b.part(value, 3);
                self.rt_value(RtFn::aria_rt_borrow_to_py, &[borrow])
            }
            Ty::PyArrayView(element) => {
                let borrow = self.b.part(value, 3);
                self.shown_object(borrow, |this| this.view_copy(element, value))
            }
            Ty::Nd(nd) if matches!(nd.kind, Ty::PythonArray(_)) => {
                let borrow = self.b.part(value, 1);
                self.rt_value(RtFn::aria_rt_borrow_to_py, &[borrow])
            }
            Ty::Nd(nd) if nd.kind.is_view() => {
                let borrow = self.b.part(value, 1);
                self.shown_object(borrow, |this| this.nd_copy(ty, value))
            }
            Ty::Nd(_) => self.nd_copy(ty, value),
            Ty::Tuple(items) => {
                let parts: Vec<_> = (0..)
                    .zip(items)
                    .map(|(i, item)| {
                        let part = self.b.part(value, i);
                        self.object_of(item, part)
                    })
                    .collect();
                let list = self.list(&parts);
                let len = self.b.i64(parts.len() as i64);
                self.rt_value(RtFn::aria_rt_tuple_to_py, &[list, len])
            }
            _ => self.rt_value(RtFn::aria_rt_none, &[]),
        }
    }

    /// Hands an owned array over.
    fn array_object(&mut self, ty: &Ty, array: Val<'c>) -> Val<'c> {
        let elem = self.cx.elem_code(ty.scalar());
        let args = [
            self.b.part(array, 0),
            self.b.part(array, 1),
            self.b.i32(elem),
        ];
        self.rt_value(RtFn::aria_rt_array_to_py, &args)
    }

    /// Hands an owned array of several dimensions over.
    fn nd_object(&mut self, ty: &Ty, array: Val<'c>) -> Val<'c> {
        let lens = self.numbers(&nd::lengths(&self.b, ty, array), "lens");
        let (rank, elem) = self.rank_and_elem(ty);
        let args = [self.b.part(array, 0), lens.into(), rank, elem];
        self.rt_value(RtFn::aria_rt_nd_to_py, &args)
    }

    /// A copy of an array or view of several dimensions.
    fn nd_copy(&mut self, ty: &Ty, array: Val<'c>) -> Val<'c> {
        let view = self.as_nd_view(ty, array);
        let dims: Vec<Val<'c>> = (2..2 + 2 * u32::from(ty.rank()))
            .map(|part| self.b.part(view, part))
            .collect();
        let dims = self.numbers(&dims, "dims");
        let (rank, elem) = self.rank_and_elem(ty);
        let args = [self.b.part(view, 0), dims.into(), rank, elem];
        self.rt_value(RtFn::aria_rt_nd_copy_to_py, &args)
    }

    fn rank_and_elem(&self, ty: &Ty) -> (Val<'c>, Val<'c>) {
        let elem = self.cx.elem_code(ty.scalar());
        (self.b.i32(ty.rank().into()), self.b.i32(elem))
    }

    /// Numbers in memory, side by side.
    fn numbers(&mut self, numbers: &[Val<'c>], name: &str) -> PointerValue<'c> {
        let i64 = self.cx.types.i64;
        let at = self.b.slot(i64.array_type(numbers.len() as u32), name);
        for (i, number) in (0..).zip(numbers) {
            let place = self.b.element(i64, at, self.b.i64(i));
            self.b.store(*number, place);
        }
        at
    }

    /// The object whose memory a view shows; of a view on an `Array`, a copy.
    fn shown_object(
        &mut self,
        borrow: Val<'c>,
        copy: impl FnOnce(&mut Self) -> Val<'c>,
    ) -> Val<'c> {
        let (shown, copied, next) = (
            self.b.block("shown"),
            self.b.block("copied"),
            self.b.block("end"),
        );
        let is_shown = self.b.icmp(IntPredicate::NE, borrow, self.b.null());
        self.b.branch(is_shown, shown, copied);
        self.b.enter(shown);
        let object = self.rt_value(RtFn::aria_rt_borrow_to_py, &[borrow]);
        let shown = self.b.here();
        self.b.go(next);
        self.b.enter(copied);
        let copy = copy(self);
        let copied = self.b.here();
        self.b.go(next);
        self.b.enter(next);
        let phi = self
            .b
            .phi(self.cx.types.ptr, &[(object, shown), (copy, copied)]);
        phi.as_basic_value()
    }

    /// A copy of the elements of a view of one dimension.
    fn view_copy(&mut self, element: &Ty, view: Val<'c>) -> Val<'c> {
        let elements = Elements {
            data: self.b.part(view, 0).into_pointer_value(),
            len: self.b.part(view, 1),
            stride: Some(self.b.part(view, 2)),
        };
        let copy = self.copy_array(element, elements);
        self.array_object(&Ty::Array(Box::new(element.clone())), copy)
    }

    /// A handle of a Python object that is an array of several dimensions.
    fn handle_of_nd(&mut self, object: Val<'c>, ty: &Ty) -> Val<'c> {
        let (i64, count) = (self.cx.types.i64, 2 * u32::from(ty.rank()));
        let dims = self.b.slot(i64.array_type(count), "dims");
        let (rank, elem) = self.rank_and_elem(ty);
        let args = [object, elem, rank, dims.into(), self.location()];
        let borrow = self.object(RtFn::aria_rt_pyarray_of_nd, &args);
        let data = self.b.load(self.cx.types.ptr, borrow.into_pointer_value());
        let mut parts = vec![data, borrow];
        let word = |word: u32| {
            let place = self.b.element(i64, dims, self.b.i64(word.into()));
            self.b.load(i64, place)
        };
        parts.extend((0..count).map(word));
        self.b.make(&parts)
    }

    /// A Python object as an array of several dimensions.
    fn nd_of_object(&mut self, object: Val<'c>, ty: &Ty) -> Val<'c> {
        let (i64, count) = (self.cx.types.i64, u32::from(ty.rank()));
        let out = self.b.slot(self.cx.types.array, "array");
        let lens = self.b.slot(i64.array_type(count), "lens");
        let (rank, elem) = self.rank_and_elem(ty);
        let args = [object, elem, rank, out.into(), lens.into(), self.location()];
        self.status(RtFn::aria_rt_nd_from_py, &args);
        let mut parts = vec![self.b.load(self.cx.types.ptr, out)];
        let len = |axis: u32| {
            let place = self.b.element(i64, lens, self.b.i64(axis.into()));
            self.b.load(i64, place)
        };
        parts.extend((0..count).map(len));
        self.b.make(&parts)
    }

    /// A Python object as a value of a type.
    pub(super) fn object_as(&mut self, object: &Operand, ty: &Ty) -> Val<'c> {
        let object = self.operand(object);
        match ty {
            Ty::String => {
                let args = [object, self.location()];
                self.object(RtFn::aria_rt_str_of_object, &args)
            }
            Ty::Array(element) => {
                let out = self.b.slot(self.cx.types.array, "array");
                let elem = self.b.i32(self.cx.elem_code(element));
                let args = [object, elem, out.into(), self.location()];
                self.status(RtFn::aria_rt_array_from_py, &args);
                self.b.load(self.cx.types.array, out)
            }
            Ty::PythonArray(element) => {
                let elem = self.b.i32(self.cx.elem_code(element));
                let args = [object, elem, self.location()];
                let borrow = self.object(RtFn::aria_rt_pyarray_of_object, &args);
                self.handle_of_borrow(borrow)
            }
            Ty::Nd(nd) if matches!(nd.kind, Ty::PythonArray(_)) => self.handle_of_nd(object, ty),
            Ty::Nd(_) => self.nd_of_object(object, ty),
            Ty::PythonObject => self.rt_value(RtFn::aria_rt_py_retain, &[object]),
            ty if ty.elem().is_some() || ty.is_complex() => self.scalar_of(object, ty),
            _ => super::zero(self.cx.value_type(ty)),
        }
    }

    fn scalar_of(&mut self, object: Val<'c>, ty: &Ty) -> Val<'c> {
        let memory = self.cx.element_type(ty);
        let out = self.b.slot(memory, "scalar");
        let elem = self.b.i32(self.cx.elem_code(ty));
        let args = [object, elem, out.into(), self.location()];
        self.status(RtFn::aria_rt_scalar_of_object, &args);
        self.load_element_at(ty, out)
    }
}
