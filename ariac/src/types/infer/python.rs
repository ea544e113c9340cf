//! Python objects, and indexing, which they share with arrays.

use super::methods::Call;
use super::{Infer, Want, Why};
use crate::builtins::{Builtin, Receiver, find_method};
use crate::diagnostics::types as say;
use crate::hir::{Arg, BinaryOp, ExprId, ExprKind};
use crate::types::{Callee, Ty};

impl Infer<'_, '_> {
    /// Arguments of a Python function: values become objects.
    pub(super) fn object_args(&mut self, args: &[Arg]) {
        let mut first_name = None;
        for arg in args {
            match (&arg.name, first_name) {
                (Some(name), None) => first_name = Some(name.span),
                (None, Some(first)) => {
                    self.report(say::positional_after_keyword(self.span(arg.value), first))
                }
                _ => {}
            }
            self.object(arg.value, "an argument of a Python function");
        }
        let mut names: Vec<(&str, crate::source::Span)> = Vec::new();
        for name in args.iter().filter_map(|a| a.name.as_ref()) {
            match names.iter().find(|(n, _)| *n == name.name) {
                Some((_, first)) => {
                    let report = say::argument_twice(name.span, &name.name, *first);
                    self.report(report);
                }
                None => names.push((&name.name, name.span)),
            }
        }
    }

    /// An expression whose value becomes a Python object.
    pub(super) fn object(&mut self, id: ExprId, what: &'static str) {
        let ty = self.infer(id, Want::Hint(&Ty::PythonObject));
        self.coerce(id, &ty, &Ty::PythonObject, Why::Text(what));
    }

    /// An operator with a Python object on one side.
    pub(super) fn object_operator(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        left: (ExprId, &Ty),
        right: (ExprId, &Ty),
    ) -> Ty {
        if matches!(
            op,
            BinaryOp::WrapAdd | BinaryOp::WrapSub | BinaryOp::WrapMul
        ) {
            let (l, r) = (self.span(left.0), self.span(right.0));
            let report = say::operator(self.span(id), op.symbol(), (left.1, l), (right.1, r));
            self.report(report.note("the wrapping operators work on Int"));
            return Ty::Error;
        }
        for (operand, ty) in [left, right] {
            self.coerce(
                operand,
                ty,
                &Ty::PythonObject,
                Why::Text("an operand of a Python object's operator"),
            );
        }
        Ty::PythonObject
    }

    /// A method or attribute of a Python object.
    pub(super) fn object_method(&mut self, call: &Call<'_>) -> Ty {
        let row = find_method(Receiver::Object, &call.name.name);
        if let Some(row) = row
            && (call.parens || matches!((row.builtin)(), Builtin::ObjectTo(_)))
        {
            return self.object_conversion(call, &(row.builtin)());
        }
        if let Some(block) = call.block {
            return self.unsupported(block.span, "a block for a Python function is");
        }
        if !call.parens {
            self.set_callee(call.id, Callee::PyAttr);
            return Ty::PythonObject;
        }
        self.object_args(call.args);
        self.set_callee(call.id, Callee::PyMethod);
        Ty::PythonObject
    }

    /// `object.to_array(T)`, `object.to[T]`.
    fn object_conversion(&mut self, call: &Call<'_>, builtin: &Builtin) -> Ty {
        let is_array = matches!(builtin, Builtin::ObjectToArray(_));
        let example = if is_array {
            "x.to_array(Float)"
        } else {
            "x.to[Float]"
        };
        let Some(ty) = self.type_argument(call, example) else {
            return Ty::Error;
        };
        let span = self.span(call.id);
        if ty == Ty::Error {
            return Ty::Error;
        }
        if is_array {
            if !ty.can_be_element() {
                self.report(say::element(span, &ty));
                return Ty::Error;
            }
            self.set_callee(call.id, Callee::Builtin(Builtin::ObjectToArray(ty.clone())));
            return Ty::Array(Box::new(ty));
        }
        if !self.types.comes_from_object(&ty) {
            self.report(say::not_here(
                span,
                &ty,
                "made of a Python object",
                "objects become numbers, Bool, Complex, String, arrays, and lists, maps, sets, tuples and Options of those",
            ));
            return Ty::Error;
        }
        self.set_callee(call.id, Callee::Builtin(Builtin::ObjectTo(ty.clone())));
        ty
    }

    /// The keys of a Python object; a range is a `slice`.
    fn object_keys(&mut self, indices: &[ExprId]) {
        for &index in indices {
            match self.kind(index) {
                ExprKind::Range { lo, hi, step, .. } => {
                    for bound in [lo, hi, step].into_iter().flatten() {
                        self.check(*bound, &Ty::Int, Why::Text("a bound of a slice"));
                    }
                    self.types.exprs.set(index, Ty::Range);
                }
                _ if self.is_range(index) => {
                    self.infer(index, Want::Any);
                }
                _ => {
                    self.object(index, "a key of a Python object");
                }
            }
        }
    }

    /// `base[indices]`.
    pub(super) fn index(&mut self, id: ExprId, base: ExprId, indices: &[ExprId]) -> Ty {
        let ty = self.infer(base, Want::Any);
        let is_slice = indices.iter().any(|&index| self.is_range(index));
        match &ty {
            Ty::Error | Ty::Never => {
                for &index in indices {
                    if !matches!(self.kind(index), ExprKind::Range { .. }) {
                        self.infer(index, Want::Any);
                    }
                }
                Ty::Error
            }
            Ty::PythonObject if is_slice => {
                self.object_keys(indices);
                Ty::PythonObject
            }
            Ty::Nd(nd) if !indices.is_empty() => {
                let nd = nd.clone();
                self.nd_index(id, &nd, indices)
            }
            ty if is_slice => {
                let ty = ty.clone();
                self.slice(id, base, &ty, indices)
            }
            _ if indices.is_empty() => {
                let report = say::argument_count(self.span(id), "[]", "1 index", 0);
                self.report(report);
                Ty::Error
            }
            Ty::PythonObject => {
                self.object_keys(indices);
                Ty::PythonObject
            }
            Ty::Tuple(items) => self.tuple_index(items, indices),
            Ty::List(element) if indices.len() == 1 => {
                let element = (**element).clone();
                self.check(indices[0], &Ty::Int, Why::Index);
                element
            }
            ty => match ty.element() {
                Some(_) if indices.len() > 1 => {
                    let report = say::index_count(self.span(id), ty, indices.len());
                    self.report(report);
                    Ty::Error
                }
                Some(element) => {
                    let element = element.clone();
                    self.check(indices[0], &Ty::Int, Why::Index);
                    let index = self.types.exprs.get(indices[0]);
                    match index.is_some_and(Ty::is_array_like) {
                        true => Ty::Error,
                        false => element,
                    }
                }
                None => {
                    let owner = ty.clone();
                    if let Some(result) = self.index_function(id, &owner, indices) {
                        return result;
                    }
                    let report = say::expected(
                        self.span(base),
                        "an array, a list, a tuple, a map or a Python object",
                        &owner,
                    );
                    self.report(report);
                    Ty::Error
                }
            },
        }
    }

    /// `t[0]`: which part must be clear when the program is compiled.
    fn tuple_index(&mut self, items: &[Ty], indices: &[ExprId]) -> Ty {
        let span = self.span(indices[0]);
        if let [index] = indices
            && let ExprKind::Int { value, .. } = self.kind(*index)
        {
            self.types.exprs.set(*index, Ty::Int);
            if let Some(ty) = usize::try_from(*value).ok().and_then(|i| items.get(i)) {
                return ty.clone();
            }
            let report = say::expected(span, &format!("an index below {}", items.len()), &Ty::Int);
            self.report(report);
            return Ty::Error;
        }
        for &index in indices {
            self.infer(index, Want::Any);
        }
        self.report(say::tuple_index(span));
        Ty::Error
    }
}
