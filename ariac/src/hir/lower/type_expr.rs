//! Types as they are written.

use super::function::mode;
use super::{Lower, NESTING_LIMIT};
use crate::diagnostics::syntax as say;
use crate::hir::{Ident, TypeArg, TypeExpr, TypeExprId, TypeExprKind};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    /// A type, from the node of a type or from the expression `T`, `Array[T]`, `(A, B)` where a method wants a type.
    pub(super) fn type_expr(&mut self, node: Node<'_>) -> TypeExprId {
        let span = self.span(node);
        if self.depth >= NESTING_LIMIT {
            self.report(say::too_deep(span, NESTING_LIMIT));
            return self.error_type(span);
        }
        self.depth += 1;
        let kind = self.type_kind(node);
        self.depth -= 1;
        self.hir.types.push(TypeExpr { kind, span })
    }

    /// The type in a role. A node that lacks it has a syntax error in it, which has been reported.
    pub(super) fn type_in(&mut self, node: Node<'_>, field: Field) -> TypeExprId {
        match node.field(field) {
            Some(ty) => self.type_expr(ty),
            None => {
                self.broken_at(node);
                let span = self.span(node);
                self.error_type(span)
            }
        }
    }

    /// The type after `rescue`, which may have alternatives.
    pub(super) fn rescued_type(&mut self, node: Node<'_>) -> TypeExprId {
        if node.kind() != Kind::UnionType {
            return self.type_expr(node);
        }
        let alternatives = alternatives(node);
        let alternatives = alternatives
            .into_iter()
            .map(|n| self.type_expr(n))
            .collect();
        let span = self.span(node);
        self.hir.types.push(TypeExpr {
            kind: TypeExprKind::Union(alternatives),
            span,
        })
    }

    fn error_type(&mut self, span: Span) -> TypeExprId {
        self.hir.types.push(TypeExpr {
            kind: TypeExprKind::Error,
            span,
        })
    }

    fn type_kind(&mut self, node: Node<'_>) -> TypeExprKind {
        match node.kind() {
            Kind::TypeIdentifier | Kind::Constant => TypeExprKind::Path {
                name: self.ident(node),
                args: Vec::new(),
            },
            Kind::GenericType => self.generic(node, Field::Name),
            Kind::Index => self.generic(node, Field::Object),
            Kind::TupleType | Kind::Tuple => {
                let items = node.children();
                TypeExprKind::Tuple(items.into_iter().map(|n| self.type_expr(n)).collect())
            }
            Kind::ParenthesizedExpression => match node.field(Field::Expression) {
                Some(item) => TypeExprKind::Tuple(vec![self.type_expr(item)]),
                None => self.broken_type(node),
            },
            Kind::SelfType => TypeExprKind::SelfType,
            Kind::QualifiedType | Kind::Member => self.qualified(node),
            Kind::OptionalType => self.optional(node, Field::Type),
            Kind::PropagateExpression => self.optional(node, Field::Value),
            Kind::FunctionType => self.function_type(node),
            Kind::UnionType => self.union(node),
            Kind::Nil => {
                let span = self.span(node);
                let message = "`nil` is a value, and no type";
                let help = "`T?` is a value of type `T`, or `nil`; a function without a result has no type after `->`";
                self.report(say::not_here(span, message, "expected a type", help));
                TypeExprKind::Error
            }
            _ => self.broken_type(node),
        }
    }

    fn broken_type(&mut self, node: Node<'_>) -> TypeExprKind {
        self.broken_at(node);
        TypeExprKind::Error
    }

    fn generic(&mut self, node: Node<'_>, name: Field) -> TypeExprKind {
        let Some(name_node) = node.field(name) else {
            return self.broken_type(node);
        };
        let arguments = self.type_args(node);
        match self.type_kind(name_node) {
            TypeExprKind::Path { name, .. } => TypeExprKind::Path {
                name,
                args: arguments,
            },
            TypeExprKind::Qualified { scope, name, .. } => TypeExprKind::Qualified {
                scope,
                name,
                args: arguments,
            },
            TypeExprKind::SelfType => {
                let span = self.span(node);
                self.report(say::self_type_arguments(span));
                TypeExprKind::Error
            }
            _ => TypeExprKind::Error,
        }
    }

    fn type_args(&mut self, node: Node<'_>) -> Vec<TypeArg> {
        let mut args = Vec::new();
        let list = node.field(Field::Arguments);
        for arg in list.map_or_else(Vec::new, Node::children) {
            if arg.kind() == Kind::Integer {
                let span = self.span(arg);
                let value = arg.text().replace('_', "").parse().unwrap_or(u64::MAX);
                args.push(TypeArg::Int(value, span));
            } else {
                args.push(TypeArg::Type(self.type_expr(arg)));
            }
        }
        args
    }

    /// `geometry.Point`, as a type or as an expression.
    fn qualified(&mut self, node: Node<'_>) -> TypeExprKind {
        let Some(name) = node.field(Field::Name) else {
            return self.broken_type(node);
        };
        let scopes = match node.kind() {
            Kind::Member => node.field(Field::Object).into_iter().collect(),
            _ => node.fields(Field::Scope),
        };
        let (Some(first), Some(last)) = (scopes.first(), scopes.last()) else {
            return self.broken_type(node);
        };
        let span = Span::new(self.file, first.range().start, last.range().end);
        let scopes: Vec<&str> = scopes.iter().map(|n| n.text()).collect();
        TypeExprKind::Qualified {
            scope: Ident {
                name: scopes.join("."),
                span,
            },
            name: self.ident(name),
            args: Vec::new(),
        }
    }

    /// `T?`.
    fn optional(&mut self, node: Node<'_>, field: Field) -> TypeExprKind {
        let ty = self.type_in(node, field);
        self.option_of(ty, node)
    }

    fn option_of(&self, ty: TypeExprId, node: Node<'_>) -> TypeExprKind {
        TypeExprKind::Path {
            name: Ident {
                name: "Option".to_owned(),
                span: self.span(node),
            },
            args: vec![TypeArg::Type(ty)],
        }
    }

    /// `Fn(A, mut B) -> C`.
    fn function_type(&mut self, node: Node<'_>) -> TypeExprKind {
        let list = node.field(Field::Parameters);
        let mut params = Vec::new();
        for param in list.map_or_else(Vec::new, Node::children) {
            let ty = match param.kind() {
                Kind::ConventionType => self.type_in(param, Field::Type),
                _ => self.type_expr(param),
            };
            params.push((ty, mode(param)));
        }
        TypeExprKind::Fn {
            params,
            ret: self.type_in(node, Field::ReturnType),
        }
    }

    /// `T | nil` is `T?`; other alternatives stand after `rescue` alone.
    fn union(&mut self, node: Node<'_>) -> TypeExprKind {
        let mut types = alternatives(node);
        let count = types.len();
        types.retain(|n| n.kind() != Kind::Nil);
        if let [ty] = types[..]
            && count == 2
        {
            let ty = self.type_expr(ty);
            return self.option_of(ty, node);
        }
        let span = self.span(node);
        self.report(say::union_type(span));
        TypeExprKind::Error
    }
}

/// `A | B | C`, which in the tree is `(A | B) | C`.
fn alternatives(node: Node<'_>) -> Vec<Node<'_>> {
    let mut last_first = Vec::new();
    let mut rest = node;
    while rest.kind() == Kind::UnionType
        && let [left, right] = rest.children()[..]
    {
        last_first.push(right);
        rest = left;
    }
    last_first.push(rest);
    last_first.reverse();
    last_first
}
