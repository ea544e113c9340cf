//! Types as they are written.

use super::{Lower, NESTING_LIMIT};
use crate::diagnostics::syntax as say;
use crate::hir::{Ident, TypeArg, TypeExpr, TypeExprId, TypeExprKind};
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    /// A type, from the node of a type or from the expression `T`, `Array[T]`, `(A, B)` where a method wants a type.
    pub(super) fn type_expr(&mut self, node: Node<'_>) -> TypeExprId {
        let span = self.span(node);
        if self.depth >= NESTING_LIMIT {
            self.report(say::too_deep(span, NESTING_LIMIT));
            return self.hir.types.push(TypeExpr {
                kind: TypeExprKind::Error,
                span,
            });
        }
        self.depth += 1;
        let kind = self.type_kind(node);
        self.depth -= 1;
        self.hir.types.push(TypeExpr { kind, span })
    }

    fn type_kind(&mut self, node: Node<'_>) -> TypeExprKind {
        let what = match node.kind() {
            Kind::TypeIdentifier | Kind::Constant => {
                return TypeExprKind::Path {
                    name: self.ident(node),
                    args: Vec::new(),
                };
            }
            Kind::GenericType => return self.generic(node, Field::Name),
            Kind::Index => return self.generic(node, Field::Object),
            Kind::TupleType | Kind::Tuple => {
                let items = node.children();
                return TypeExprKind::Tuple(items.into_iter().map(|n| self.type_expr(n)).collect());
            }
            Kind::SelfType => "`Self` outside of a type is",
            Kind::QualifiedType | Kind::Member => "a type of another module is",
            Kind::OptionalType | Kind::Nil => "an optional type is",
            Kind::FunctionType => "a function type is",
            Kind::UnionType => "a type with alternatives is",
            Kind::ConventionType => "a function type is",
            _ => {
                self.broken_at(node);
                return TypeExprKind::Error;
            }
        };
        let span = self.span(node);
        self.unsupported(span, what);
        TypeExprKind::Error
    }

    fn generic(&mut self, node: Node<'_>, name: Field) -> TypeExprKind {
        let Some(name) = node.field(name) else {
            self.broken_at(node);
            return TypeExprKind::Error;
        };
        if !matches!(name.kind(), Kind::TypeIdentifier | Kind::Constant) {
            return self.type_kind(name);
        }
        let name: Ident = self.ident(name);
        let mut args = Vec::new();
        for arg in node
            .field(Field::Arguments)
            .map_or_else(Vec::new, Node::children)
        {
            if arg.kind() == Kind::Integer {
                let span = self.span(arg);
                let value = arg.text().replace('_', "").parse().unwrap_or(u64::MAX);
                args.push(TypeArg::Int(value, span));
            } else {
                args.push(TypeArg::Type(self.type_expr(arg)));
            }
        }
        TypeExprKind::Path { name, args }
    }
}
