//! Python objects: modules, calls, attributes, items, operators, conversions.

use super::function::{FnBuilder, Value};
use super::text::text;
use crate::hir::{Arg, BinaryOp, ExprId, ExprKind};
use crate::mir::{BinOp, Const, Operand, Rvalue};
use crate::types::Ty;
use crate::types::awaits::async_callee;
use aria_abi::codes::{ErrorKind, PyOp};

impl FnBuilder<'_> {
    pub(super) fn py_module(&mut self, path: &str) -> Value {
        let module = self.cx.module(path);
        self.compute(Ty::PythonObject, Rvalue::PyModule(module))
    }

    /// A value as a Python object; [`super::moves`] hands arrays over that are not used again.
    pub(super) fn object_of(&mut self, value: Value) -> Value {
        if value.ty == Ty::PythonObject {
            return value;
        }
        if self.crosses_by_parts(&value.ty) {
            return self.object_by_parts(value);
        }
        self.compute(
            Ty::PythonObject,
            Rvalue::ToObject {
                value: value.operand,
                take: false,
            },
        )
    }

    pub(super) fn out_of_object(&mut self, value: Value, ty: &Ty) -> Value {
        let get = |ty: Ty| Rvalue::FromObject {
            object: value.operand.clone(),
            ty,
        };
        match ty {
            Ty::PythonObject => value,
            Ty::Unit => Value::unit(),
            Ty::PyArrayView(element) => {
                let handle = Ty::PythonArray(element.clone());
                let handle = self.compute(handle.clone(), get(handle));
                self.lend(handle, ty)
            }
            Ty::Tuple(items) => {
                let parts = self.unpack(value, items.len(), None);
                let parts = parts.into_iter().zip(items);
                let parts: Vec<Value> = parts
                    .map(|(part, item)| self.out_of_object(part, item))
                    .collect();
                self.tuple(parts)
            }
            Ty::List(_) | Ty::Adt(_) if !ty.is_complex() => self.parts_of_object(value, ty),
            _ => self.compute(ty.clone(), get(ty.clone())),
        }
    }

    /// `await e`: an `async` function of Aria runs on the fiber of this one.
    pub(super) fn await_value(&mut self, value: ExprId) -> Value {
        let is_call = async_callee(self.cx.hir, self.cx.types, value).is_some();
        let value = self.expr(value);
        if is_call || value.ty != Ty::PythonObject {
            return value;
        }
        self.compute(Ty::PythonObject, Rvalue::PyAwait(value.operand))
    }

    pub(super) fn py_operate(&mut self, op: PyOp, left: Value, right: Option<Value>) -> Value {
        let left = self.object_of(left).operand;
        let right = right.map(|r| self.object_of(r).operand);
        self.compute(Ty::PythonObject, Rvalue::PyOperate { op, left, right })
    }

    /// Arguments as objects, positional ones first, and the names of the others.
    fn py_args(&mut self, args: &[Arg]) -> (Vec<Operand>, Vec<String>) {
        let ids: Vec<ExprId> = args.iter().map(|a| a.value).collect();
        let values = self.exprs(&ids);
        let (mut positional, mut named, mut keywords) = (Vec::new(), Vec::new(), Vec::new());
        for (arg, value) in args.iter().zip(values) {
            let object = self.object_of(value).operand;
            match &arg.name {
                Some(name) => {
                    named.push(object);
                    keywords.push(name.name.clone());
                }
                None => positional.push(object),
            }
        }
        positional.extend(named);
        (positional, keywords)
    }

    pub(super) fn py_call(&mut self, callee: ExprId, args: &[Arg]) -> Value {
        let callee = self.expr(callee);
        let (args, keywords) = self.py_args(args);
        self.compute(
            Ty::PythonObject,
            Rvalue::PyCall {
                callee: callee.operand,
                args,
                keywords,
            },
        )
    }

    pub(super) fn py_method(&mut self, receiver: ExprId, name: &str, args: &[Arg]) -> Value {
        let object = self.expr(receiver);
        let object = self.object_of(object).operand;
        let (args, keywords) = self.py_args(args);
        let name = name.to_owned();
        self.compute(
            Ty::PythonObject,
            Rvalue::PyMethod {
                object,
                name,
                args,
                keywords,
            },
        )
    }

    pub(super) fn py_attr(&mut self, receiver: ExprId, name: &str) -> Value {
        let object = self.expr(receiver);
        let object = self.object_of(object).operand;
        let name = name.to_owned();
        self.compute(Ty::PythonObject, Rvalue::PyAttr { object, name })
    }

    /// A call of a typed declaration of `extern Python`: the arguments by parameter, none where one is left out; after
    /// such a gap they are passed by name.
    pub(super) fn py_declared(
        &mut self,
        module: &str,
        name: &str,
        args: Vec<(String, Option<Value>)>,
        ret: &Ty,
    ) -> Value {
        let (mut objects, mut keywords, mut gap) = (Vec::new(), Vec::new(), false);
        for (param, value) in args {
            match value {
                Some(value) => {
                    objects.push(self.object_of(value).operand);
                    if gap {
                        keywords.push(param);
                    }
                }
                None => gap = true,
            }
        }
        let object = self.py_module(module).operand;
        let name = name.to_owned();
        let call = Rvalue::PyMethod {
            object,
            name,
            args: objects,
            keywords,
        };
        if *ret == Ty::Unit {
            self.perform(call);
            return Value::unit();
        }
        let result = self.compute(Ty::PythonObject, call);
        self.out_of_object(result, ret)
    }

    /// The key of `object[i, j]` as an object: several make a tuple, a range a `slice`.
    pub(super) fn py_key(&mut self, indices: &[ExprId]) -> Operand {
        let keys: Vec<Value> = indices.iter().map(|&i| self.py_index(i)).collect();
        if let [key] = keys.as_slice() {
            return key.operand.clone();
        }
        let tuple = self.tuple(keys);
        self.object_of(tuple).operand
    }

    /// Where a `slice` of Python stops that goes up to a place and includes it. Behind the last element, which is -1, and
    /// before the first for one that goes down, there is no number: Python has None there.
    fn stop_behind(&mut self, hi: Value, step: Option<&Value>) -> Value {
        let int = |n| Operand::Const(Const::Int(n));
        let (edge, by) = (self.temp(Ty::Int), self.temp(Ty::Int));
        self.assign(edge, Rvalue::Use(int(-1)));
        self.assign(by, Rvalue::Use(int(1)));
        if let Some(step) = step {
            let down = self.binary(BinOp::Lt, Ty::Int, step.operand.clone(), int(0));
            self.emit_if(
                down.operand,
                |b| {
                    b.assign(edge, Rvalue::Use(int(0)));
                    b.assign(by, Rvalue::Use(int(-1)));
                },
                |_| {},
            );
        }
        let stop = self.temp(Ty::PythonObject);
        let edge = Operand::Local(edge);
        let is_edge = self.binary(BinOp::Eq, Ty::Int, hi.operand.clone(), edge);
        self.emit_if(
            is_edge.operand,
            |b| {
                let none = b.object_of(Value::unit());
                b.assign_value(stop, none);
            },
            |b| {
                let by = Value::place(by, Ty::Int);
                let behind = b.operate(BinaryOp::Add, hi, by);
                let behind = b.object_of(behind);
                b.assign_value(stop, behind);
            },
        );
        Value::place(stop, Ty::PythonObject)
    }

    /// The parts of a Python object that is taken apart, `rest` being where `..` stands: what Python's own assignment to several
    /// names gives, and its errors.
    pub(super) fn unpack(
        &mut self,
        object: Value,
        wanted: usize,
        rest: Option<usize>,
    ) -> Vec<Value> {
        let object = self.object_of(object).operand;
        let Some(rest) = rest else {
            return self.unpack_all(object, wanted);
        };
        let builtins = self.py_module("builtins").operand;
        let list = Rvalue::PyMethod {
            object: builtins,
            name: "list".into(),
            args: vec![object],
            keywords: Vec::new(),
        };
        let list = self.compute(Ty::PythonObject, list).operand;
        let len = self.compute(Ty::Int, Rvalue::PyLen(list.clone())).operand;
        let n = Operand::Const(Const::Int(wanted as i64));
        let enough = self.binary(BinOp::Ge, Ty::Int, len.clone(), n);
        let start = format!("not enough values to unpack (expected at least {wanted}, got ");
        let parts = vec![text(&start), len, text(")")];
        self.raise_unless(enough.operand, ErrorKind::ValueError, parts);
        let item = |at: usize| {
            let key = match at < rest {
                true => at as i64,
                false => at as i64 - wanted as i64,
            };
            let key = self.object_of(Value::int(key)).operand;
            let object = list.clone();
            self.compute(Ty::PythonObject, Rvalue::PyItem { object, key })
        };
        (0..wanted).map(item).collect()
    }

    fn unpack_all(&mut self, object: Operand, wanted: usize) -> Vec<Value> {
        let iterator = self
            .compute(Ty::PythonObject, Rvalue::PyIter(object))
            .operand;
        let next = |b: &mut Self| {
            let item = b.temp(Ty::PythonObject);
            let iterator = iterator.clone();
            let more = b.compute(Ty::Bool, Rvalue::PyNext { iterator, item });
            (item, more.operand)
        };
        let fail = |b: &mut Self, message: String| {
            b.emit_raise(ErrorKind::ValueError, Operand::Const(Const::Str(message)));
        };
        let mut items = Vec::new();
        for got in 0..wanted {
            let (item, more) = next(self);
            let few = format!("not enough values to unpack (expected {wanted}, got {got})");
            self.emit_if(more, |_| {}, |b| fail(b, few));
            items.push(Value::place(item, Ty::PythonObject));
        }
        let (_, more) = next(self);
        let many = format!("too many values to unpack (expected {wanted})");
        self.emit_if(more, |b| fail(b, many), |_| {});
        items
    }

    fn py_index(&mut self, id: ExprId) -> Value {
        let (lo, hi, step, inclusive) = match &self.cx.hir.exprs[id].kind {
            ExprKind::Range {
                lo,
                hi,
                inclusive,
                step,
            } => {
                let mut bound = |bound: &Option<ExprId>| {
                    bound.map(|bound| {
                        let value = self.expr(bound);
                        self.save(value)
                    })
                };
                (bound(lo), bound(hi), bound(step), *inclusive)
            }
            _ if self.ty(id) == Ty::Range => {
                let range = self.range_in_variable(id);
                let int = |operand| {
                    Some(Value {
                        operand,
                        ty: Ty::Int,
                        fresh: false,
                    })
                };
                (
                    int(range.lo),
                    int(range.hi),
                    int(range.step),
                    range.inclusive,
                )
            }
            _ => {
                let key = self.expr(id);
                return self.object_of(key);
            }
        };
        let stop = match hi {
            Some(hi) if inclusive => self.stop_behind(hi, step.as_ref()),
            hi => self.object_of(hi.unwrap_or_else(Value::unit)),
        };
        let [start, step] = [lo, step].map(|v| self.object_of(v.unwrap_or_else(Value::unit)));
        let bounds = [start, stop, step].map(|value| value.operand).to_vec();
        let object = self.py_module("builtins").operand;
        self.compute(
            Ty::PythonObject,
            Rvalue::PyMethod {
                object,
                name: "slice".into(),
                args: bounds,
                keywords: Vec::new(),
            },
        )
    }
}
