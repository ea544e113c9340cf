//! Statements.

use super::Lower;
use super::expr::binary_op;
use crate::diagnostics::syntax as say;
use crate::hir::{Block, ExprId, ExprKind, Ident};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    /// A statement.
    pub(super) fn stmt(&mut self, node: Node<'_>) -> ExprId {
        self.deeper(node, |lower| lower.stmt_here(node))
    }

    fn stmt_here(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            Kind::LetStatement => self.let_statement(node),
            Kind::Assignment => self.assignment(node),
            Kind::CompoundAssignment => self.compound_assignment(node),
            Kind::ReturnStatement => {
                let value = node.field(Field::Value).map(|n| self.expr(n));
                let span = self.span(node);
                self.push(ExprKind::Return(value), span)
            }
            Kind::BreakStatement => {
                let label = node.field(Field::Label).map(|n| self.label(n));
                let value = node.field(Field::Value).map(|n| self.expr(n));
                let span = self.span(node);
                self.push(ExprKind::Break { label, value }, span)
            }
            Kind::ContinueStatement => {
                let label = node.field(Field::Label).map(|n| self.label(n));
                let span = self.span(node);
                self.push(ExprKind::Continue { label }, span)
            }
            Kind::RaiseStatement => self.raise(node),
            Kind::IfModifier => {
                let condition = self.expr_in(node, Field::Condition);
                self.modified(node, condition)
            }
            Kind::UnlessModifier => {
                let condition = self.negated(node);
                self.modified(node, condition)
            }
            Kind::WhileModifier => {
                let condition = self.expr_in(node, Field::Condition);
                let body = self.one_statement(node);
                let span = self.span(node);
                self.push(
                    ExprKind::While {
                        label: None,
                        condition,
                        body,
                        attributes: Vec::new(),
                    },
                    span,
                )
            }
            Kind::ForStatement | Kind::ParallelForStatement => self.for_statement(node),
            Kind::WhileStatement => {
                let attributes = self.attributes(node);
                let label = node.field(Field::Label).map(|n| self.label(n));
                let condition = self.expr_in(node, Field::Condition);
                let body = self.block_in(node, Field::Body);
                let span = self.span(node);
                self.push(
                    ExprKind::While {
                        label,
                        condition,
                        body,
                        attributes,
                    },
                    span,
                )
            }
            _ => self.expr(node),
        }
    }

    /// A label, with or without its colon.
    pub(super) fn label(&self, node: Node<'_>) -> Ident {
        let ident = self.ident(node);
        Ident {
            name: ident.name.trim_start_matches(':').to_owned(),
            ..ident
        }
    }

    fn let_statement(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let Some(pattern) = node.field(Field::Pattern) else {
            self.broken_at(node);
            return self.error(span);
        };
        let mutable = node.field(Field::Convention).is_some();
        let ty = node.field(Field::Type).map(|n| self.type_expr(n));
        let value = self.expr_in(node, Field::Value);
        let pattern = self.pattern(pattern);
        self.push(
            ExprKind::Let {
                mutable,
                pattern,
                ty,
                value,
            },
            span,
        )
    }

    fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let value = self.expr_in(node, Field::Right);
        let ty = node.field(Field::Type).map(|n| self.type_expr(n));
        let target = self.expr_in(node, Field::Left);
        self.push(ExprKind::Assign { target, ty, value }, span)
    }

    fn compound_assignment(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let target = self.expr_in(node, Field::Left);
        let value = self.expr_in(node, Field::Right);
        match node
            .field(Field::Operator)
            .and_then(|o| binary_op(o.kind()))
        {
            Some(op) => self.push(ExprKind::CompoundAssign { op, target, value }, span),
            None => self.error(span),
        }
    }

    fn raise(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let Some(value) = node.field(Field::Value) else {
            return self.push(ExprKind::Reraise, span);
        };
        let value = self.expr(value);
        let from = node.field(Field::Cause).map(|cause| self.expr(cause));
        self.push(ExprKind::Raise { value, from }, span)
    }

    /// `body if condition`.
    fn modified(&mut self, node: Node<'_>, condition: ExprId) -> ExprId {
        let then = self.one_statement(node);
        let span = self.span(node);
        self.push(
            ExprKind::If {
                condition,
                then,
                otherwise: None,
            },
            span,
        )
    }

    fn one_statement(&mut self, node: Node<'_>) -> Block {
        match node.field(Field::Body) {
            Some(body) => {
                let stmt = self.stmt(body);
                Block {
                    stmts: vec![stmt],
                    span: self.span(body),
                }
            }
            None => self.block_in(node, Field::Body),
        }
    }

    fn for_statement(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let attributes = self.attributes(node);
        let label = node.field(Field::Label).map(|n| self.label(n));
        let iterable = self.expr_in(node, Field::Iterable);
        let Some(pattern) = node.field(Field::Pattern) else {
            self.broken_at(node);
            return self.error(span);
        };
        let pattern = self.pattern(pattern);
        let body = self.block_in(node, Field::Body);
        self.push(
            ExprKind::For {
                label,
                parallel: node.kind() == Kind::ParallelForStatement,
                pattern,
                iterable,
                body,
                attributes,
            },
            span,
        )
    }

    pub(super) fn no_attributes(&mut self, node: Node<'_>, what: &str) {
        for attribute in node.fields(Field::Attribute) {
            let span: Span = self.span(attribute);
            self.report(say::not_here(
                span,
                what,
                "no attribute belongs here",
                "attributes stand before functions, types, constants and loops",
            ));
        }
    }
}
