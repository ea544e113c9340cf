//! Patterns.

use super::{Lower, NESTING_LIMIT};
use crate::diagnostics::syntax as say;
use crate::hir::{ExprId, ExprKind, Ident, Pat, PatId, PatKind, StrPart};
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    /// A pattern.
    pub(super) fn pattern(&mut self, node: Node<'_>) -> PatId {
        let node = ungroup(node);
        let span = self.span(node);
        if self.depth >= NESTING_LIMIT {
            self.report(say::too_deep(span, NESTING_LIMIT));
            return self.hir.pats.push(Pat {
                kind: PatKind::Error,
                span,
            });
        }
        self.depth += 1;
        let kind = self.pattern_kind(node);
        self.depth -= 1;
        self.hir.pats.push(Pat { kind, span })
    }

    fn pattern_kind(&mut self, node: Node<'_>) -> PatKind {
        match node.kind() {
            Kind::Identifier => PatKind::Name(node.text().to_owned()),
            Kind::Wildcard => PatKind::Wildcard,
            Kind::TuplePattern => self.tuple_pattern(node),
            Kind::Constant | Kind::SelfType | Kind::QualifiedName => PatKind::Constructor {
                path: self.constructor_path(node),
                args: Vec::new(),
                rest: false,
            },
            Kind::ConstructorPattern => self.constructor_pattern(node),
            Kind::ArrayPattern => self.array_pattern(node),
            Kind::AsPattern => match (node.field(Field::Pattern), node.field(Field::Name)) {
                (Some(pattern), Some(name)) => PatKind::As {
                    pattern: self.pattern(pattern),
                    name: self.pattern(name),
                },
                _ => self.broken_pattern(node),
            },
            Kind::OrPattern => PatKind::Or(self.alternatives(node)),
            Kind::RangePattern => PatKind::Range {
                lo: node.field(Field::Start).map(|n| self.literal(n)),
                hi: node.field(Field::End).map(|n| self.literal(n)),
                inclusive: node
                    .field(Field::Operator)
                    .is_none_or(|o| o.kind() == Kind::DotDot),
            },
            Kind::Integer
            | Kind::Float
            | Kind::NegativeLiteral
            | Kind::String
            | Kind::RawString
            | Kind::Boolean
            | Kind::Nil
            | Kind::Symbol => PatKind::Literal(self.literal(node)),
            _ => self.broken_pattern(node),
        }
    }

    fn broken_pattern(&mut self, node: Node<'_>) -> PatKind {
        self.broken_at(node);
        PatKind::Error
    }

    /// A literal; of a string, one without values in it.
    fn literal(&mut self, node: Node<'_>) -> ExprId {
        let literal = self.expr(node);
        if let ExprKind::Str(parts) = &self.hir.exprs[literal].kind
            && let Some(StrPart::Value(_)) = parts.iter().find(|p| matches!(p, StrPart::Value(_)))
        {
            let span = self.span(node);
            self.report(say::computed_pattern(span));
            return self.error(span);
        }
        literal
    }

    /// `a | b | c`, which in the tree is `(a | b) | c`.
    fn alternatives(&mut self, node: Node<'_>) -> Vec<PatId> {
        let mut last_first = Vec::new();
        let mut rest = node;
        while rest.kind() == Kind::OrPattern
            && let [left, right] = rest.children()[..]
        {
            last_first.push(right);
            rest = left;
        }
        last_first.push(rest);
        let first_last = last_first.into_iter().rev();
        first_last.map(|n| self.pattern(n)).collect()
    }

    fn constructor_pattern(&mut self, node: Node<'_>) -> PatKind {
        let Some(name) = node.field(Field::Name) else {
            return self.broken_pattern(node);
        };
        let path = self.constructor_path(name);
        let mut args = Vec::new();
        let mut has_rest = false;
        let list = node.field(Field::Arguments);
        for arg in list.map_or_else(Vec::new, Node::children) {
            match arg.kind() {
                Kind::RestPattern => {
                    if let Some(name) = arg.field(Field::Name) {
                        let span = self.span(name);
                        self.report(say::rest_of_fields(span));
                    }
                    has_rest = true;
                }
                Kind::FieldPattern => {
                    let name = arg.field(Field::Name).map(|n| self.ident(n));
                    if let Some(pattern) = arg.field(Field::Pattern) {
                        args.push((name, self.pattern(pattern)));
                    }
                }
                _ => args.push((None, self.pattern(arg))),
            }
        }
        PatKind::Constructor {
            path,
            args,
            rest: has_rest,
        }
    }

    /// The parts of `shapes.Shape.Circle`.
    fn constructor_path(&self, node: Node<'_>) -> Vec<Ident> {
        let mut last_first = Vec::new();
        let mut scope = Some(node);
        while let Some(node) = scope {
            let name = match node.kind() {
                Kind::QualifiedName => node.field(Field::Name),
                _ => Some(node),
            };
            last_first.extend(name.map(|n| self.ident(n)));
            scope = match node.kind() {
                Kind::QualifiedName => node.field(Field::Scope),
                _ => None,
            };
        }
        last_first.reverse();
        last_first
    }

    /// The parts that `..` leaves out of a tuple have no name: they are no value of their own.
    fn tuple_pattern(&mut self, node: Node<'_>) -> PatKind {
        let (items, rest) = self.parts_and_rest(node);
        if let Some(name) = rest.and_then(|(_, name)| name) {
            let span = self.hir.pats[name].span;
            self.report(say::rest_of_fields(span));
        }
        let rest = rest.map(|(at, _)| at);
        PatKind::Tuple { items, rest }
    }

    fn array_pattern(&mut self, node: Node<'_>) -> PatKind {
        let (items, rest) = self.parts_and_rest(node);
        PatKind::Array { items, rest }
    }

    /// The parts of a pattern, and the place of the `..` among them with its name.
    fn parts_and_rest(&mut self, node: Node<'_>) -> (Vec<PatId>, Option<(usize, Option<PatId>)>) {
        let mut items = Vec::new();
        let mut rest: Option<(usize, Option<PatId>)> = None;
        for item in node.children() {
            if item.kind() != Kind::RestPattern {
                items.push(self.pattern(item));
            } else if rest.is_some() {
                let span = self.span(item);
                self.report(say::second_rest(span));
            } else {
                let name = item.field(Field::Name).map(|n| self.pattern(n));
                rest = Some((items.len(), name));
            }
        }
        (items, rest)
    }
}

/// What stands in parentheses that group: `(a)`, not `(a,)`.
fn ungroup(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == Kind::TuplePattern
        && node.token(Kind::Comma).is_none()
        && let [item] = node.children()[..]
        && item.kind() != Kind::RestPattern
    {
        node = item;
    }
    node
}
