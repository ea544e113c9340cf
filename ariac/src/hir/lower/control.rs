//! `match`, `begin`, `loop`, and what an error passes through.

use super::Lower;
use crate::hir::{Arm, Block, ExprId, ExprKind, Pat, PatId, PatKind, Rescue};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    pub(super) fn match_expression(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let value = self.expr_in(node, Field::Value);
        let mut arms = Vec::new();
        for clause in node.fields(Field::Arm) {
            arms.extend(self.arm(clause));
        }
        if let Some(clause) = node.field(Field::Alternative) {
            let start = clause.range().start;
            let word = Span::new(self.file, start, start + Kind::Else.as_str().len());
            arms.push(Arm {
                pattern: self.wildcard(word),
                guard: None,
                body: self.block_in(clause, Field::Body),
                span: word,
            });
        }
        self.push(ExprKind::Match { value, arms }, span)
    }

    fn arm(&mut self, clause: Node<'_>) -> Option<Arm> {
        let pattern = clause.field(Field::Pattern)?;
        let guard = clause.field(Field::Guard);
        let end = guard.unwrap_or(pattern).range().end;
        let span = Span::new(self.file, clause.range().start, end);
        Some(Arm {
            pattern: self.pattern(pattern),
            guard: guard.map(|n| self.expr(n)),
            body: self.block_in(clause, Field::Body),
            span,
        })
    }

    fn wildcard(&mut self, span: Span) -> PatId {
        self.hir.pats.push(Pat {
            kind: PatKind::Wildcard,
            span,
        })
    }

    pub(super) fn begin_expression(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let body = self.block_in(node, Field::Body);
        let clauses = node.fields(Field::Rescue);
        let rescues = clauses.into_iter().map(|n| self.rescue(n)).collect();
        let otherwise = self.optional_body(node, Field::Alternative);
        let ensure = self.optional_body(node, Field::Ensure);
        self.push(
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            },
            span,
        )
    }

    fn optional_body(&mut self, node: Node<'_>, field: Field) -> Option<Block> {
        let clause = node.field(field)?;
        Some(self.block_in(clause, Field::Body))
    }

    fn rescue(&mut self, clause: Node<'_>) -> Rescue {
        let pattern = match clause.field(Field::Name) {
            Some(name) => self.pattern(name),
            None => {
                let start = clause.range().start;
                self.wildcard(Span::new(self.file, start, start))
            }
        };
        Rescue {
            pattern,
            ty: clause.field(Field::Type).map(|n| self.rescued_type(n)),
            body: self.block_in(clause, Field::Body),
        }
    }

    /// `try e` and `e?`.
    pub(super) fn of_value(&mut self, node: Node<'_>, make: fn(ExprId) -> ExprKind) -> ExprId {
        let value = self.expr_in(node, Field::Value);
        let span = self.span(node);
        self.push(make(value), span)
    }

    /// `loop … end`.
    pub(super) fn loop_expression(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let attributes = self.attributes(node);
        let label = node.field(Field::Label).map(|n| self.label(n));
        let body = self.block_in(node, Field::Body);
        self.push(
            ExprKind::Loop {
                label,
                body,
                attributes,
            },
            span,
        )
    }
}
