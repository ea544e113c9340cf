//! `xs.enumerate` and `xs.zip(ys)`: in a `for` no list is made of the pairs.

use super::control::Range;
use super::function::{FnBuilder, Value};
use crate::builtins::{Builtin, MathFn};
use crate::hir::{self, ExprId, ExprKind, PatId, PatKind};
use crate::mir::{Const, ListOp, LocalId, LoopId, Operand, Rvalue, StmtKind};
use crate::types::{Callee, Ty};

/// The sources of pairs in locals, and how many pairs there are.
struct Sources {
    locals: Vec<LocalId>,
    count: Operand,
}

impl<'a> FnBuilder<'a> {
    /// What the pairs are made of that an expression is: a list or array, or with `zip` two.
    pub(super) fn pairs(&self, id: ExprId) -> Option<Vec<ExprId>> {
        let ExprKind::MethodCall {
            receiver,
            name,
            args,
            block: None,
            ..
        } = &self.cx.hir.exprs[id].kind
        else {
            return None;
        };
        let is_ours = match self.cx.types.callees.get(id)? {
            Callee::Builtin(Builtin::Enumerate | Builtin::Zip) => true,
            Callee::Fn { item, .. } => {
                let file = self.cx.hir.items[*item].span.file;
                let mut modules = self.cx.hir.modules.iter();
                matches!(name.name.as_str(), "enumerate" | "zip")
                    && matches!(self.ty(*receiver), Ty::List(_))
                    && modules.any(|m| m.prelude && m.file == file)
            }
            _ => false,
        };
        let sources = std::iter::once(*receiver).chain(args.iter().map(|arg| arg.value));
        is_ours.then(|| sources.collect())
    }

    pub(super) fn for_pairs(
        &mut self,
        id: LoopId,
        pattern: PatId,
        pairs: &[ExprId],
        body: &'a hir::Block,
    ) {
        let sources = self.sources(pairs);
        let var = self.temp(Ty::Int);
        let parts = match &self.cx.hir.pats[pattern].kind {
            PatKind::Tuple { items, rest: None } => items.as_slice(),
            _ => &[],
        };
        let (body, _, ()) = self.nested(|b| {
            let (first, second) = b.pair(&sources, var);
            if let [p, q] = *parts {
                b.bound(p, &first, |b| {
                    b.bound(q, &second, |b| {
                        b.block_value(body, false);
                    });
                });
                return;
            }
            let pair = b.tuple_of(first, second);
            b.bound(pattern, &pair, |b| {
                b.block_value(body, false);
            });
        });
        let range = Range {
            lo: Operand::Const(Const::Int(0)),
            hi: sources.count,
            step: Operand::Const(Const::Int(1)),
            inclusive: false,
        };
        self.emit(StmtKind::For {
            id,
            var,
            lo: range.lo,
            hi: range.hi,
            inclusive: range.inclusive,
            step: range.step,
            body,
        });
    }

    /// The pairs as a list, where they stand in no `for`.
    pub(super) fn list_of_pairs(&mut self, pairs: &[ExprId], ty: Ty) -> Value {
        let sources = self.sources(pairs);
        let element = match &ty {
            Ty::List(element) => (**element).clone(),
            _ => Ty::Unit,
        };
        let list = self.temp(ty.clone());
        let items = Vec::new();
        self.assign(list, Rvalue::List { element, items });
        self.count_to(sources.count.clone(), |b, i| {
            let (first, second) = b.pair(&sources, i);
            let pair = b.tuple_of(first, second);
            let args = vec![b.own(pair).operand];
            let op = ListOp::Push;
            b.perform(Rvalue::ListOp { op, list, args });
        });
        Value::fresh(list, ty)
    }

    fn sources(&mut self, ids: &[ExprId]) -> Sources {
        let values = self.exprs(ids);
        let locals: Vec<LocalId> = values.iter().map(|v| self.gone_through(v)).collect();
        let counts: Vec<Operand> = locals.iter().map(|&local| self.len(local)).collect();
        let count = match <[Operand; 1]>::try_from(counts) {
            Ok([only]) => only,
            Err(args) => {
                let function = MathFn::Min;
                self.compute(Ty::Int, Rvalue::Math { function, args })
                    .operand
            }
        };
        Sources { locals, count }
    }

    /// The parts of the pair at a place.
    fn pair(&mut self, sources: &Sources, at: LocalId) -> (Value, Value) {
        match *sources.locals {
            [first, second] => {
                let [first, second] = [first, second].map(|l| self.element(l, Operand::Local(at)));
                (first, second)
            }
            [only, ..] => {
                let element = self.element(only, Operand::Local(at));
                (Value::place(at, Ty::Int), element)
            }
            [] => (Value::unit(), Value::unit()),
        }
    }

    fn tuple_of(&mut self, first: Value, second: Value) -> Value {
        let ty = Ty::Tuple(vec![first.ty.clone(), second.ty.clone()]);
        let parts = [first, second].map(|part| self.own(part).operand);
        self.compute(ty, Rvalue::Tuple(parts.to_vec()))
    }
}
