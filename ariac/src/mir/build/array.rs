//! Elementwise operators and array methods: one `Map` or `Reduce` each, which the pass `fuse` joins.

use super::function::{FnBuilder, Value};
use super::text::text;
use crate::hir::{self, PatKind};
use crate::mir::{Block, Const, Kernel, LocalId, Operand, ReduceOp, Rvalue};
use crate::types::{Adt, Ty};
use aria_abi::codes::ErrorKind;

impl<'a> FnBuilder<'a> {
    /// A new array of `f` of the elements; scalars among the values stand beside every element.
    pub(super) fn elementwise(
        &mut self,
        values: Vec<Value>,
        f: impl FnOnce(&mut Self, &[Value]) -> Value,
    ) -> Value {
        let (sources, kernel, ty) = self.kernel(values, f);
        let ranks = sources.iter().map(|s| self.local_ty(*s).rank());
        let rank = ranks.max().unwrap_or(1);
        self.compute(
            Ty::array(ty, rank),
            Rvalue::Map {
                sources,
                kernel,
                parallel: false,
                reuse: false,
            },
        )
    }

    /// One value of `f` of the elements.
    pub(super) fn reduce(
        &mut self,
        op: ReduceOp,
        values: Vec<Value>,
        f: impl FnOnce(&mut Self, &[Value]) -> Value,
    ) -> Value {
        let (sources, kernel, ty) = self.kernel(values, f);
        self.compute(
            ty,
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            },
        )
    }

    /// The sources, each once, the kernel, and the type of its result.
    fn kernel(
        &mut self,
        values: Vec<Value>,
        f: impl FnOnce(&mut Self, &[Value]) -> Value,
    ) -> (Vec<LocalId>, Box<Kernel>, Ty) {
        let mut sources: Vec<LocalId> = Vec::new();
        let mut params: Vec<LocalId> = Vec::new();
        let mut items = Vec::new();
        for value in values {
            let Some(element) = value.ty.element().cloned() else {
                items.push(Value {
                    fresh: false,
                    ..value
                });
                continue;
            };
            let source = self.in_local(&value);
            let param = match sources.iter().position(|&s| s == source) {
                Some(known) => params[known],
                None => {
                    sources.push(source);
                    params.push(self.temp(element.clone()));
                    params[params.len() - 1]
                }
            };
            items.push(Value::place(param, element));
        }
        let (body, _, result) = self.nested(|b| f(b, &items));
        let kernel = Box::new(Kernel {
            params,
            body,
            result: result.operand,
        });
        (sources, kernel, result.ty)
    }

    /// An array with its elements converted.
    pub(super) fn convert_elements(&mut self, value: Value, element: &Ty) -> Value {
        if value.ty.element().is_none_or(|have| have == element) {
            return value;
        }
        self.elementwise(vec![value], |b, items| b.convert(items[0].clone(), element))
    }

    /// `sum mean min max` of one array.
    pub(super) fn reduction(&mut self, op: ReduceOp, array: Value) -> Value {
        if let Some(record) = array.ty.scalar().record() {
            let record = record.clone();
            return self.by_fields(op, &record, vec![array], |_, items| items[0].clone());
        }
        self.reduce(op, vec![array], |b, items| {
            let item = items[0].clone();
            match (op, &item.ty) {
                (ReduceOp::Mean, Ty::Int | Ty::Sized(_) | Ty::Bool) => b.convert(item, &Ty::Float),
                (ReduceOp::Sum, Ty::Bool) => b.convert(item, &Ty::Int),
                _ => item,
            }
        })
    }

    /// One value of `f` of the elements, which is a record of Floats: each field by itself, so in the fixed order.
    pub(super) fn by_fields(
        &mut self,
        op: ReduceOp,
        record: &Adt,
        values: Vec<Value>,
        f: impl Fn(&mut Self, &[Value]) -> Value,
    ) -> Value {
        let fields = (0..self.cx.layout(record).variants[0].fields.len()).map(|field| {
            let value = self.reduce(op, values.clone(), |b, items| {
                let term = f(b, items);
                b.part(&term, 0, field)
            });
            value.operand
        });
        let fields = fields.collect();
        self.compute(
            Ty::Adt(record.clone()),
            Rvalue::Adt {
                ty: record.clone(),
                variant: 0,
                fields,
            },
        )
    }

    /// `array.map |x| … end` and `array.parallel_map |x| … end`.
    pub(super) fn map_block(
        &mut self,
        array: Value,
        closure: &'a hir::Closure,
        parallel: bool,
        ty: Ty,
    ) -> Value {
        let source = self.in_local(&array);
        let element = array.ty.element().cloned().unwrap_or(Ty::Float);
        let param = match closure.params.first() {
            Some(&pat) => self.pattern_local(pat, &element),
            None => self.temp(element),
        };
        let outer = std::mem::replace(&mut self.in_kernel, true);
        let (body, ends, result) = self.nested(|b| b.block_value(&closure.body, true));
        self.in_kernel = outer;
        let element = ty.element().cloned().unwrap_or(Ty::Float);
        let result = match (ends, result.operand) {
            (true, operand) => operand,
            (false, _) if element.record().is_some() => Operand::Local(self.temp(element)),
            (false, _) => Operand::Const(zero(&element)),
        };
        let kernel = Box::new(Kernel {
            params: vec![param],
            body,
            result,
        });
        let sources = vec![source];
        self.compute(
            ty,
            Rvalue::Map {
                sources,
                kernel,
                parallel,
                reuse: false,
            },
        )
    }

    /// The local that a pattern binds, for parameters of blocks and loops; a new one for `_`.
    pub(super) fn pattern_local(&mut self, pat: hir::PatId, ty: &Ty) -> LocalId {
        match (&self.cx.hir.pats[pat].kind, self.cx.names.pats.get(pat)) {
            (PatKind::Name(_), Some(&binding)) => self.binding(binding),
            _ => self.temp(ty.clone()),
        }
    }

    /// `target op= value` of a whole array that belongs to the caller, or of a slice of `of`: every element in place. A
    /// length that differs is an error, as for any two arrays of one expression.
    pub(super) fn update_in_place(
        &mut self,
        array: LocalId,
        of: LocalId,
        value: Value,
        f: impl FnOnce(&mut Self, Value, Value) -> Value,
    ) {
        // What is read may be what is written, at other places.
        let value = match self.may_share(array, of, &value) {
            Some(shared) => {
                let element = value.ty.element().cloned().unwrap_or(Ty::Float);
                let ty = Ty::array(element, value.ty.rank());
                self.compute(ty, Rvalue::ToArray(shared))
            }
            None => value,
        };
        if self.local_ty(array).rank() > 1 {
            return self.update_nd(array, value, f);
        }
        let element = self.local_ty(array).element().cloned().unwrap_or(Ty::Float);
        let n = self.len(array);
        let source = value.ty.element().cloned().map(|ty| {
            let source = self.in_local(&value);
            self.check_lengths(&n, source);
            (source, ty)
        });
        self.count_to(n, |b, i| {
            let load = |array| Rvalue::Load {
                array,
                index: Operand::Local(i),
                checked: true,
            };
            let old = b.compute(element.clone(), load(array));
            let other = match &source {
                Some((source, ty)) => b.compute(ty.clone(), load(*source)),
                None => Value {
                    fresh: false,
                    ..value
                },
            };
            let new = f(b, old, other);
            let new = b.convert(new, &element);
            b.emit(crate::mir::StmtKind::Store {
                array,
                index: Operand::Local(i),
                value: new.operand,
                checked: true,
            });
        });
    }

    /// The local of a value that may show memory of `array`, which is `of` or a slice of it, so that writing one element
    /// may change another of the value. Two parameters never do, nor do two variables with arrays of their own.
    fn may_share(&self, array: LocalId, of: LocalId, value: &Value) -> Option<LocalId> {
        let is_part = |l: LocalId| self.local_ty(l).is_view() && self.borrowed(l).is_none();
        let shown = value.operand.local().filter(|_| value.ty.is_array_like())?;
        let shares = match &value.ty {
            ty if ty.is_view() && is_part(shown) => true,
            ty if value.fresh && !ty.is_view() => false,
            _ => is_part(of) || shown == of && of != array,
        };
        shares.then_some(shown)
    }

    /// Raises ValueError unless the array has `n` elements.
    pub(super) fn check_lengths(&mut self, n: &Operand, array: LocalId) {
        let m = self.len(array);
        let same = self.binary(crate::mir::BinOp::Eq, Ty::Bool, n.clone(), m.clone());
        let parts = vec![text("lengths differ: "), n.clone(), text(" and "), m];
        self.raise_unless(same.operand, ErrorKind::ValueError, parts);
    }
}

/// A value for a place that is never reached.
pub(super) fn zero(ty: &Ty) -> Const {
    match ty {
        Ty::Int => Const::Int(0),
        Ty::Bool => Const::Bool(false),
        Ty::Sized(kind) => Const::Sized(*kind, 0),
        Ty::Float32 => Const::Float32(0.0),
        _ => Const::Float(0.0),
    }
}

/// Statements that run one after the other.
pub(super) fn prepend(block: &mut Block, first: Vec<crate::mir::Stmt>) {
    block.stmts.splice(0..0, first);
}
