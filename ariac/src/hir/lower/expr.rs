//! Expressions.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{BinaryOp, Block, CompareOp, ExprId, ExprKind, LogicalOp, UnaryOp};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    /// An expression.
    pub(super) fn expr(&mut self, node: Node<'_>) -> ExprId {
        self.deeper(node, |lower| lower.expr_here(node))
    }

    fn expr_here(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        match node.kind() {
            Kind::Identifier | Kind::Constant => {
                self.push(ExprKind::Name(node.text().to_owned()), span)
            }
            Kind::Integer => self.integer(node),
            Kind::Float => self.float(node),
            Kind::Boolean => {
                let value = node.token(Kind::True).is_some();
                self.push(ExprKind::Bool(value), span)
            }
            Kind::Nil => self.push(ExprKind::Nil, span),
            Kind::Symbol => {
                let name = node.text().trim_start_matches(':').to_owned();
                self.push(ExprKind::Symbol(name), span)
            }
            Kind::String => self.string(node),
            Kind::RawString => self.raw_string(node),
            Kind::Array => {
                let items = self.exprs(node);
                self.push(ExprKind::Array(items), span)
            }
            Kind::Tuple => {
                let items = self.exprs(node);
                self.push(ExprKind::Tuple(items), span)
            }
            Kind::ParenthesizedExpression => self.expr_in(node, Field::Expression),
            Kind::UnaryExpression => self.unary(node),
            Kind::NotExpression => {
                let operand = self.expr_in(node, Field::Operand);
                self.push(
                    ExprKind::Unary {
                        op: UnaryOp::Not,
                        operand,
                    },
                    span,
                )
            }
            Kind::BinaryExpression => self.binary(node),
            Kind::Comparison => self.comparison(node),
            Kind::Range => self.range(node),
            Kind::Call => self.call(node),
            Kind::MethodCall => self.method_call(node),
            Kind::Member => self.member(node),
            Kind::Index => self.index(node),
            Kind::IfExpression => self.if_expression(node),
            Kind::UnlessExpression => self.unless_expression(node),
            Kind::LoopExpression => self.loop_expression(node),
            Kind::Closure => self.block_value(node),
            Kind::Map => self.map(node),
            Kind::MatchExpression => self.match_expression(node),
            Kind::BeginExpression => self.begin_expression(node),
            Kind::TryExpression => self.of_value(node, ExprKind::Try),
            Kind::PropagateExpression => self.of_value(node, ExprKind::Propagate),
            Kind::FunctionType => {
                let ty = self.type_expr(node);
                self.push(ExprKind::Type(ty), span)
            }
            Kind::SelfValue => self.push(ExprKind::Name("self".to_owned()), span),
            Kind::SelfType => self.push(ExprKind::Name("Self".to_owned()), span),
            Kind::NegativeLiteral => {
                let operand = self.expr_in(node, Field::Value);
                let op = UnaryOp::Neg;
                self.push(ExprKind::Unary { op, operand }, span)
            }
            Kind::AwaitExpression => self.of_value(node, ExprKind::Await),
            _ => {
                self.broken_at(node);
                self.error(span)
            }
        }
    }

    /// All expressions in a list.
    fn exprs(&mut self, node: Node<'_>) -> Vec<ExprId> {
        node.children().into_iter().map(|n| self.expr(n)).collect()
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let operand = self.expr_in(node, Field::Operand);
        if node.token(Kind::Plus).is_some() {
            return operand;
        }
        let span = self.span(node);
        self.push(
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            },
            span,
        )
    }

    /// `i++` at the end of a line would be a sum with the next one.
    fn no_increment(&mut self, node: Node<'_>) {
        let Some(range) = crate::syntax::increment(node) else {
            return;
        };
        let (start, end) = (range.end - 2, range.end);
        let begin = node.range().start;
        let sign = &node.text()[start - begin..end - begin];
        let span = Span::new(self.file, start, end);
        let blanks = Span::new(self.file, range.start, end);
        self.report(say::increment(span, blanks, sign));
    }

    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        self.no_increment(node);
        let left = self.expr_in(node, Field::Left);
        let right = self.expr_in(node, Field::Right);
        let operator = node.field(Field::Operator).map(Node::kind);
        let kind = match operator {
            Some(Kind::And) => ExprKind::Logical {
                op: LogicalOp::And,
                left,
                right,
            },
            Some(Kind::Or) => ExprKind::Logical {
                op: LogicalOp::Or,
                left,
                right,
            },
            Some(kind) => match binary_op(kind) {
                Some(op) => ExprKind::Binary { op, left, right },
                None => ExprKind::Error,
            },
            None => ExprKind::Error,
        };
        self.push(kind, span)
    }

    /// `a < b < c` is `(a < b) < c` in the tree.
    fn comparison(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let mut links = vec![node];
        let mut first = node.field(Field::Left);
        while let Some(left) = first
            && left.kind() == Kind::Comparison
        {
            links.push(left);
            first = left.field(Field::Left);
        }
        let first = match first {
            Some(first) => self.expr(first),
            None => self.error(span),
        };
        let mut rest = Vec::new();
        for link in links.into_iter().rev() {
            let right = self.expr_in(link, Field::Right);
            let op = link
                .field(Field::Operator)
                .and_then(|o| compare_op(o.kind()));
            rest.push((op.unwrap_or(CompareOp::Eq), right));
        }
        self.push(ExprKind::Compare { first, rest }, span)
    }

    fn range(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let lo = node.field(Field::Start).map(|n| self.expr(n));
        let hi = node.field(Field::End).map(|n| self.expr(n));
        let step = node.field(Field::Step).map(|n| self.expr(n));
        let inclusive = node
            .field(Field::Operator)
            .is_none_or(|o| o.kind() == Kind::DotDot);
        self.push(
            ExprKind::Range {
                lo,
                hi,
                inclusive,
                step,
            },
            span,
        )
    }

    fn if_expression(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let condition = self.expr_in(node, Field::Condition);
        let then = self.block_in(node, Field::Consequence);
        let clauses = node.fields(Field::Alternative);
        let mut arms = Vec::new();
        let mut otherwise = None;
        for clause in clauses {
            if clause.kind() == Kind::ElsifClause {
                let condition = self.expr_in(clause, Field::Condition);
                let then = self.block_in(clause, Field::Consequence);
                arms.push((clause, condition, then));
            } else {
                otherwise = Some(self.block_in(clause, Field::Body));
            }
        }
        // Each `elsif` is one level deeper in the HIR.
        if self.depth + arms.len() > super::NESTING_LIMIT {
            return self.too_deep(node);
        }
        for (clause, condition, then) in arms.into_iter().rev() {
            let at = crate::source::Span {
                end: span.end,
                ..self.span(clause)
            };
            let nested = self.push(
                ExprKind::If {
                    condition,
                    then,
                    otherwise,
                },
                at,
            );
            otherwise = Some(Block {
                stmts: vec![nested],
                span: at,
            });
        }
        self.push(
            ExprKind::If {
                condition,
                then,
                otherwise,
            },
            span,
        )
    }

    fn too_deep(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        self.report(crate::diagnostics::syntax::too_deep(
            span,
            super::NESTING_LIMIT,
        ));
        self.error(span)
    }

    fn unless_expression(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let condition = self.negated(node);
        let then = self.block_in(node, Field::Consequence);
        let clause = node.field(Field::Alternative);
        let otherwise = clause.map(|clause| self.block_in(clause, Field::Body));
        self.push(
            ExprKind::If {
                condition,
                then,
                otherwise,
            },
            span,
        )
    }

    /// The condition of an `unless`.
    pub(super) fn negated(&mut self, node: Node<'_>) -> ExprId {
        let operand = self.expr_in(node, Field::Condition);
        let span = self.hir.exprs[operand].span;
        self.push(
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            },
            span,
        )
    }
}

/// The operator of a token, also of `+=` and its like.
pub(super) fn binary_op(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Plus | Kind::PlusEq => BinaryOp::Add,
        Kind::Minus | Kind::MinusEq => BinaryOp::Sub,
        Kind::Star | Kind::StarEq => BinaryOp::Mul,
        Kind::Slash | Kind::SlashEq => BinaryOp::Div,
        Kind::SlashSlash | Kind::SlashSlashEq => BinaryOp::FloorDiv,
        Kind::Percent | Kind::PercentEq => BinaryOp::Mod,
        Kind::StarStar | Kind::StarStarEq => BinaryOp::Pow,
        Kind::At | Kind::AtEq => BinaryOp::MatMul,
        Kind::AndPlus | Kind::AndPlusEq => BinaryOp::WrapAdd,
        Kind::AndMinus | Kind::AndMinusEq => BinaryOp::WrapSub,
        Kind::AndStar | Kind::AndStarEq => BinaryOp::WrapMul,
        _ => return None,
    })
}

fn compare_op(kind: Kind) -> Option<CompareOp> {
    Some(match kind {
        Kind::Less => CompareOp::Lt,
        Kind::LessEq => CompareOp::Le,
        Kind::EqEq => CompareOp::Eq,
        Kind::NotEq => CompareOp::Ne,
        Kind::Greater => CompareOp::Gt,
        Kind::GreaterEq => CompareOp::Ge,
        Kind::In => CompareOp::In,
        Kind::NotIn => CompareOp::NotIn,
        _ => return None,
    })
}
