//! Python objects: modules, calls, attributes, items, operators, conversions.

use super::function::{FnBuilder, Value};
use crate::hir::{Arg, ExprId, ExprKind};
use crate::mir::{Operand, Rvalue};
use crate::types::Ty;
use aria_abi::codes::PyOp;

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
                let parts: Vec<Value> = items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| {
                        let key = self.object_of(Value::int(i as i64));
                        let part = Rvalue::PyItem {
                            object: value.operand.clone(),
                            key: key.operand,
                        };
                        let part = self.compute(Ty::PythonObject, part);
                        self.out_of_object(part, item)
                    })
                    .collect();
                self.tuple(parts)
            }
            _ => self.compute(ty.clone(), get(ty.clone())),
        }
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

    fn py_index(&mut self, id: ExprId) -> Value {
        let ExprKind::Range {
            lo,
            hi,
            inclusive,
            step,
        } = &self.cx.hir.exprs[id].kind
        else {
            let key = self.expr(id);
            return self.object_of(key);
        };
        let mut bounds = Vec::new();
        for (bound, adjust) in [(lo, false), (hi, *inclusive), (step, false)] {
            let value = match bound {
                Some(bound) => {
                    let value = self.expr(*bound);
                    match adjust {
                        true => self.operate(crate::hir::BinaryOp::Add, value, Value::int(1)),
                        false => value,
                    }
                }
                None => Value::unit(),
            };
            bounds.push(self.object_of(value).operand);
        }
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
