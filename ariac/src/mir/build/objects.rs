//! Values that consist of others, as Python objects and back: lists, maps, sets, options, and tuples of them. Part by part, in a
//! function of its own for each type, as Python itself would do it: what a list of Python holds may be any object.

use super::function::{FnBuilder, Value};
use super::instances::Glue;
use super::text::text;
use crate::mir::{BinOp, Const, ListOp, LocalId, Operand, Rvalue, StmtKind};
use crate::types::{Adt, Ty};
use aria_abi::codes::ErrorKind;

impl FnBuilder<'_> {
    /// Whether values of a type become objects part by part.
    pub(super) fn crosses_by_parts(&self, ty: &Ty) -> bool {
        match ty {
            Ty::List(_) => true,
            Ty::Tuple(items) => items.iter().any(|ty| self.crosses_by_parts(ty)),
            Ty::Adt(_) => !ty.is_complex(),
            _ => false,
        }
    }

    /// An object for a value of such a type.
    pub(super) fn object_by_parts(&mut self, value: Value) -> Value {
        let callee = self.cx.glue(Glue::ToObject, &value.ty);
        let args = vec![value.operand];
        self.compute(Ty::PythonObject, Rvalue::Call { callee, args })
    }

    /// A value of such a type for an object.
    pub(super) fn parts_of_object(&mut self, object: Value, ty: &Ty) -> Value {
        let callee = self.cx.glue(Glue::FromObject, ty);
        let args = vec![object.operand];
        self.compute(ty.clone(), Rvalue::Call { callee, args })
    }

    /// The body of the function that makes an object of a type's values.
    pub(super) fn glue_to_object(&mut self, ty: &Ty) {
        let Some(of) = self.function.params.first().map(|p| p.local) else {
            return;
        };
        let object = match ty {
            Ty::List(_) => {
                let list = self.of_builtins("list", Vec::new());
                let n = self.len(of);
                self.count_to(n, |b, i| {
                    let item = b.element(of, Operand::Local(i));
                    let item = b.object_of(item).operand;
                    b.call_method(list.clone(), "append", vec![item]);
                });
                list
            }
            Ty::Tuple(items) => {
                let list = self.of_builtins("list", Vec::new());
                let whole = Value::place(of, ty.clone());
                for index in 0..items.len() {
                    let item = self.part(&whole, 0, index);
                    let item = self.object_of(item).operand;
                    self.call_method(list.clone(), "append", vec![item]);
                }
                self.of_builtins("tuple", vec![list])
            }
            Ty::Adt(adt) if self.is_known(adt, self.cx.types.known.option) => {
                return self.option_to_object(ty, of);
            }
            Ty::Adt(adt) if self.is_known(adt, self.cx.types.known.set) => {
                let set = self.of_builtins("set", Vec::new());
                let map = self.part_named(of, ty, "map");
                self.each_entry(&map, |b, entry| {
                    let key = b.object_part(entry, "key");
                    b.call_method(set.clone(), "add", vec![key]);
                });
                set
            }
            _ => {
                let dict = self.of_builtins("dict", Vec::new());
                let map = Value::place(of, ty.clone());
                self.each_entry(&map, |b, entry| {
                    let (key, value) = (b.object_part(entry, "key"), b.object_part(entry, "value"));
                    let object = dict.clone();
                    b.emit(StmtKind::PySetItem { object, key, value });
                });
                dict
            }
        };
        self.return_object(object);
    }

    fn option_to_object(&mut self, ty: &Ty, of: LocalId) {
        let (full, whole) = (self.full_variant(ty), Value::place(of, ty.clone()));
        let variant = self.compute(Ty::Int, Rvalue::Variant(of)).operand;
        let number = Operand::Const(Const::Int(full.into()));
        let is_full = self.binary(BinOp::Eq, Ty::Bool, variant, number);
        self.emit_if(
            is_full.operand,
            |b| {
                let value = b.part(&whole, full, 0);
                let object = b.object_of(value).operand;
                b.return_object(object);
            },
            |_| {},
        );
        let none = self.object_of(Value::unit()).operand;
        self.return_object(none);
    }

    /// The body of the function that makes a type's value of an object.
    pub(super) fn glue_from_object(&mut self, ty: &Ty) {
        let Some(object) = self.function.params.first().map(|p| p.local) else {
            return;
        };
        let object = Operand::Local(object);
        let value = match ty {
            Ty::List(element) => {
                self.refuse(&object, &["str", "bytes", "dict"], true, "a list");
                let list = self.temp(ty.clone());
                let (element, items) = ((**element).clone(), Vec::new());
                self.assign(list, Rvalue::List { element, items });
                let element = self.local_element(list);
                self.each_item(&object, |b, item| {
                    let item = b.out_of_object(item, &element);
                    let item = b.own(item).operand;
                    b.perform(Rvalue::ListOp {
                        op: ListOp::Push,
                        list,
                        args: vec![item],
                    });
                });
                Value::fresh(list, ty.clone())
            }
            Ty::Adt(adt) if self.is_known(adt, self.cx.types.known.option) => {
                return self.option_of_object(ty, object);
            }
            Ty::Adt(adt) if self.is_known(adt, self.cx.types.known.set) => {
                self.refuse(&object, &["set", "frozenset"], false, "a set");
                let element = adt.args[0].clone();
                let set = self.empty(ty);
                self.each_item(&object, |b, item| {
                    let item = b.out_of_object(item, &element);
                    b.call_own(set, ty, "add", vec![item]);
                });
                Value::fresh(set, ty.clone())
            }
            Ty::Adt(adt) => {
                self.refuse(&object, &["dict"], false, "a dict");
                let (key, value) = (adt.args[0].clone(), adt.args[1].clone());
                let map = self.empty(ty);
                let items = self.call_method(object, "items", Vec::new());
                self.each_item(&items, |b, pair| {
                    let mut parts = b.unpack(pair, 2, None).into_iter();
                    if let (Some(k), Some(v)) = (parts.next(), parts.next()) {
                        let (k, v) = (b.out_of_object(k, &key), b.out_of_object(v, &value));
                        b.call_own(map, ty, "set_index", vec![k, v]);
                    }
                });
                Value::fresh(map, ty.clone())
            }
            _ => Value::unit(),
        };
        self.return_value(value);
    }

    fn option_of_object(&mut self, ty: &Ty, object: Operand) {
        let Ty::Adt(adt) = ty else { return };
        let full = self.full_variant(ty);
        let none = self.object_of(Value::unit()).operand;
        let operator = self.py_module("operator").operand;
        let is_none = self.call_method(operator, "is_", vec![object.clone(), none]);
        let is_none = self.compute(Ty::Bool, Rvalue::PyTruth(is_none)).operand;
        let make = |variant: u32, fields: Vec<Operand>| Rvalue::Adt {
            ty: adt.clone(),
            variant,
            fields,
        };
        self.emit_if(
            is_none,
            |b| {
                let value = b.compute(ty.clone(), make(1 - full, Vec::new()));
                b.return_value(value);
            },
            |_| {},
        );
        let inner = self.cx.field_ty(ty, full, 0);
        let object = Value {
            operand: object,
            ty: Ty::PythonObject,
            fresh: false,
        };
        let value = self.out_of_object(object, &inner);
        let value = self.own(value).operand;
        let value = self.compute(ty.clone(), make(full, vec![value]));
        self.return_value(value);
    }

    /// Calls `f` with each item of an iterable object.
    fn each_item(&mut self, object: &Operand, f: impl FnOnce(&mut Self, Value)) {
        let list = self.of_builtins("list", vec![object.clone()]);
        let n = self.compute(Ty::Int, Rvalue::PyLen(list.clone())).operand;
        self.count_to(n, |b, i| {
            let key = b.object_of(Value::place(i, Ty::Int)).operand;
            let object = list.clone();
            let item = b.compute(Ty::PythonObject, Rvalue::PyItem { object, key });
            f(b, item);
        });
    }

    /// Calls `f` with each entry of a map that is alive.
    fn each_entry(&mut self, map: &Value, f: impl FnOnce(&mut Self, &Value)) {
        let local = self.in_local(map);
        let entries = self.part_named(local, &map.ty, "entries");
        let entries = self.in_local(&entries);
        let n = self.len(entries);
        self.count_to(n, |b, i| {
            let entry = b.element(entries, Operand::Local(i));
            let at = b.in_local(&entry);
            let hash = b.part_named(at, &entry.ty, "hash").operand;
            let zero = Operand::Const(Const::Int(0));
            let is_alive = b.binary(BinOp::Ge, Ty::Bool, hash, zero);
            b.emit_if(is_alive.operand, |b| f(b, &entry), |_| {});
        });
    }

    /// TypeError if the object is an instance of one of Python's types; or, unless `is`, if it is of none.
    fn refuse(&mut self, object: &Operand, types: &[&str], is: bool, wanted: &str) {
        let builtins = self.py_module("builtins").operand;
        let list = self.of_builtins("list", Vec::new());
        for name in types {
            let ty = self.attribute(builtins.clone(), name);
            self.call_method(list.clone(), "append", vec![ty]);
        }
        let types = self.of_builtins("tuple", vec![list]);
        let found = self.of_builtins("isinstance", vec![object.clone(), types]);
        let found = self.compute(Ty::Bool, Rvalue::PyTruth(found));
        let wrong = if is { found } else { self.not(found.operand) };
        self.emit_if(
            wrong.operand,
            |b| {
                let class = b.attribute(object.clone(), "__class__");
                let name = b.attribute(class, "__name__");
                let name = b.compute(Ty::String, Rvalue::ToStr(name)).operand;
                let start = format!("the Python value must be {wanted}, not ");
                let parts = vec![text(&start), name];
                let message = b.compute(Ty::String, Rvalue::Join(parts)).operand;
                b.emit_raise(ErrorKind::TypeError, message);
            },
            |_| {},
        );
    }

    fn is_known(&self, adt: &Adt, known: Option<crate::hir::ItemId>) -> bool {
        Some(adt.item) == known
    }

    /// The variant of an Option that has a value.
    fn full_variant(&self, ty: &Ty) -> u32 {
        let Ty::Adt(adt) = ty else { return 0 };
        let layout = self.cx.layout(adt);
        let full = layout.variants.iter().position(|v| !v.fields.is_empty());
        full.unwrap_or(0) as u32
    }

    fn local_element(&self, list: LocalId) -> Ty {
        match self.local_ty(list) {
            Ty::List(element) => *element,
            ty => ty,
        }
    }

    /// A field of a struct of the prelude.
    fn part_named(&mut self, of: LocalId, ty: &Ty, name: &str) -> Value {
        let Ty::Adt(adt) = ty else {
            return Value::unit();
        };
        let layout = self.cx.layout(adt);
        let fields = &layout.variants[0].fields;
        let index = fields.iter().position(|f| f.0 == name).unwrap_or(0);
        self.part(&Value::place(of, ty.clone()), 0, index)
    }

    /// A field of an entry, as an object.
    fn object_part(&mut self, entry: &Value, name: &str) -> Operand {
        let local = self.in_local(entry);
        let part = self.part_named(local, &entry.ty, name);
        self.object_of(part).operand
    }

    /// An empty map or set.
    fn empty(&mut self, ty: &Ty) -> LocalId {
        let made = self.call_made(ty, "new", Vec::new());
        let local = self.temp(ty.clone());
        self.assign_value(local, made);
        local
    }

    /// Calls a function of a type that changes a value of it.
    fn call_own(&mut self, of: LocalId, ty: &Ty, name: &str, args: Vec<Value>) {
        let all = std::iter::once(Value::place(of, ty.clone())).chain(args);
        let result = self.call_made(ty, name, all.collect());
        self.discard(&result);
    }

    fn call_made(&mut self, ty: &Ty, name: &str, args: Vec<Value>) -> Value {
        match self.cx.own_method(ty, name) {
            Some((item, generics)) => self.call_with(item, &generics, args),
            None => Value::unit(),
        }
    }

    /// `builtins.name(args)`.
    fn of_builtins(&mut self, name: &str, args: Vec<Operand>) -> Operand {
        let builtins = self.py_module("builtins").operand;
        self.call_method(builtins, name, args)
    }

    fn call_method(&mut self, object: Operand, name: &str, args: Vec<Operand>) -> Operand {
        let call = Rvalue::PyMethod {
            object,
            name: name.to_owned(),
            args,
            keywords: Vec::new(),
        };
        self.compute(Ty::PythonObject, call).operand
    }

    fn attribute(&mut self, object: Operand, name: &str) -> Operand {
        let name = name.to_owned();
        self.compute(Ty::PythonObject, Rvalue::PyAttr { object, name })
            .operand
    }

    fn return_object(&mut self, object: Operand) {
        let value = Value {
            operand: object,
            ty: Ty::PythonObject,
            fresh: true,
        };
        self.return_value(value);
    }
}
