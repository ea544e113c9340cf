//! Patterns of `let`, `for` and blocks.

use super::{Lower, NESTING_LIMIT};
use crate::diagnostics::syntax as say;
use crate::hir::{Pat, PatId, PatKind};
use crate::syntax::{Kind, Node};

impl Lower<'_> {
    /// A pattern that binds names.
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
        let what = match node.kind() {
            Kind::Identifier => return PatKind::Name(node.text().to_owned()),
            Kind::Wildcard => return PatKind::Wildcard,
            Kind::TuplePattern => {
                let items = node.children();
                return PatKind::Tuple(items.into_iter().map(|n| self.pattern(n)).collect());
            }
            Kind::RestPattern => "`..` in a pattern is",
            Kind::ArrayPattern => "a pattern of an array is",
            Kind::Constant | Kind::ConstructorPattern | Kind::QualifiedName | Kind::SelfType => {
                "a pattern of a type is"
            }
            Kind::Error => {
                self.broken_at(node);
                return PatKind::Error;
            }
            _ => "this pattern is",
        };
        let span = self.span(node);
        self.unsupported(span, what);
        PatKind::Error
    }
}

/// What stands in parentheses that group: `(a)`, not `(a,)`.
fn ungroup(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == Kind::TuplePattern
        && node.token(Kind::Comma).is_none()
        && let [item] = node.children()[..]
    {
        node = item;
    }
    node
}
