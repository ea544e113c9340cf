//! The functions that the language knows by name: `print`, `assert` and the like.

use super::expr::never;
use super::function::{FnBuilder, Value};
use super::text::text;
use crate::builtins::Routine;
use crate::hir::{CompareOp, ExprId, ExprKind, StrPart};
use crate::mir::{Rvalue, StreamOp};
use crate::types::Ty;
use aria_abi::codes::ErrorKind;

impl FnBuilder<'_> {
    pub(super) fn routine(&mut self, routine: Routine, args: &[ExprId]) -> Value {
        match routine {
            Routine::Print => self.print(StreamOp::Print, args),
            Routine::Eprint => self.print(StreamOp::Eprint, args),
            Routine::ReadAll => self.compute(
                Ty::String,
                Rvalue::Stream {
                    op: StreamOp::ReadAll,
                    parts: Vec::new(),
                },
            ),
            // The status travels as an error that nothing but the end of the program handles: what is open on the way
            // is closed, and Python sees its own SystemExit.
            Routine::Exit => {
                let status = match args.first() {
                    Some(&status) => {
                        let status = self.expr(status);
                        self.text_of(status).operand
                    }
                    None => text("0"),
                };
                self.emit_raise(ErrorKind::SystemExit, status);
                never()
            }
            Routine::Assert => self.assert(args[0], args.get(1).copied()),
        }
    }

    fn print(&mut self, op: StreamOp, args: &[ExprId]) -> Value {
        let hir = self.cx.hir;
        if let [only] = args
            && let ExprKind::Str(pieces) = &hir.exprs[*only].kind
        {
            let mut parts = self.text_parts(pieces);
            parts.push(text("\n"));
            self.perform(Rvalue::Stream { op, parts });
            return Value::unit();
        }
        let mut parts = Vec::new();
        for value in self.exprs(args) {
            if !parts.is_empty() {
                parts.push(text(" "));
            }
            parts.push(self.text_part(value).operand);
        }
        parts.push(text("\n"));
        self.perform(Rvalue::Stream { op, parts });
        Value::unit()
    }

    /// `assert(left == right)` fails with both sides, those that are literals aside.
    fn assert(&mut self, condition: ExprId, message: Option<ExprId>) -> Value {
        let hir = self.cx.hir;
        let sides = match &hir.exprs[condition].kind {
            ExprKind::Compare { first, rest } => match rest.as_slice() {
                [(op, right)] => Some((*first, *op, *right)),
                _ => None,
            },
            _ => None,
        };
        let Some((left, op, right)) = sides else {
            let holds = self.expr(condition).operand;
            self.emit_if(
                holds,
                |_| {},
                |b| b.assertion(condition, message, Vec::new()),
            );
            return Value::unit();
        };
        let mut values = self.exprs(&[left, right]);
        // Both are shown after they were compared, so they must last.
        for value in &mut values {
            value.fresh = false;
        }
        let shown: Vec<(ExprId, Value)> = [left, right].into_iter().zip(values.clone()).collect();
        let mut values = values.into_iter();
        let holds = match (values.next(), values.next()) {
            (Some(left), Some(right)) => {
                let holds = self.compare_values(op, left, right);
                self.compared(holds, &Ty::Bool).operand
            }
            _ => return Value::unit(),
        };
        let shown = match op {
            CompareOp::In | CompareOp::NotIn => Vec::new(),
            _ => shown,
        };
        self.emit_if(holds, |_| {}, |b| b.assertion(condition, message, shown));
        Value::unit()
    }

    /// Raises the error of an assertion, which shows these values.
    fn assertion(
        &mut self,
        condition: ExprId,
        message: Option<ExprId>,
        shown: Vec<(ExprId, Value)>,
    ) {
        let mut parts = match message {
            Some(message) => {
                let message = self.expr(message);
                vec![self.text_of(message).operand]
            }
            None => {
                let source = self.cx.sources.text(self.cx.hir.exprs[condition].span);
                vec![text(&format!("assert {source} failed"))]
            }
        };
        let mut separator = ": ";
        for (side, value) in shown {
            if self.is_literal(side) || !value.ty.has_text() {
                continue;
            }
            let source = self.cx.sources.text(self.cx.hir.exprs[side].span);
            let quote = if value.ty == Ty::String { "\"" } else { "" };
            parts.push(text(&format!("{separator}{source} is {quote}")));
            parts.push(self.text_of(value).operand);
            parts.push(text(quote));
            separator = ", ";
        }
        let message = match parts.as_slice() {
            [one] => one.clone(),
            _ => self.compute(Ty::String, Rvalue::Join(parts)).operand,
        };
        self.emit_raise(ErrorKind::AssertionError, message);
    }

    fn is_literal(&self, id: ExprId) -> bool {
        match &self.cx.hir.exprs[id].kind {
            ExprKind::Int { .. } | ExprKind::Float { .. } | ExprKind::Bool(_) | ExprKind::Nil => {
                true
            }
            ExprKind::Str(parts) => parts.iter().all(|part| matches!(part, StrPart::Text(_))),
            ExprKind::Unary { operand, .. } => self.is_literal(*operand),
            _ => false,
        }
    }
}
