//! Functions: heads, clauses, bodies.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{
    Block, ExprId, Function, Ident, ItemId, ItemKind, Param, ParamMode, Requires, TypeExpr,
    TypeExprId, TypeExprKind, TypeParam, WherePredicate,
};
use crate::syntax::{Field, Kind, Node};

/// The name of the parameter that a method is called on.
const SELF: &str = "self";

/// What stands below a function's head.
#[derive(Default)]
struct Clauses {
    requires: Vec<Requires>,
    ensures: Vec<Requires>,
    wheres: Vec<WherePredicate>,
}

impl Lower<'_> {
    /// A function, or a signature in an `extern` block or a trait.
    pub(super) fn function(&mut self, node: Node<'_>) -> Option<ItemId> {
        let name = self.ident(node.field(Field::Name)?);
        let modifiers = node.fields(Field::Modifier);
        let has_modifier = |kind| modifiers.iter().any(|m| m.token(kind).is_some());
        let is_async = has_modifier(Kind::AsyncWord);
        let pure = has_modifier(Kind::PureWord);
        let prefix = self.prefix(node, &name.name);
        let generics = self.type_params(node);
        let params = self.params(node);
        self.views = self.views(&params);
        let ret = node.field(Field::ReturnType).map(|n| self.type_expr(n));
        let effects = node.field(Field::Effects).map(|effects| {
            let words = effects.children();
            words.into_iter().map(|n| self.ident(n)).collect()
        });
        let clauses = self.clauses(node);
        // What could not be parsed may have been anything: the rest of the body would only give rise to wrong reports.
        let is_broken = self.broken && (node.has_error() || has_missing_end(node));
        let is_signature = node.kind() == Kind::FunctionSignature;
        let value = node.field(Field::Value);
        let body = match value {
            _ if is_signature => None,
            _ if is_broken => {
                let span = self.span(node);
                Some(Block {
                    stmts: vec![self.error(span)],
                    span,
                })
            }
            Some(value) => {
                let stmt = self.expr(value);
                Some(Block {
                    stmts: vec![stmt],
                    span: self.span(value),
                })
            }
            None => Some(self.block_in(node, Field::Body)),
        };
        let function = Function {
            generics,
            wheres: clauses.wheres,
            ensures: clauses.ensures,
            effects,
            params,
            ret,
            requires: clauses.requires,
            pure,
            is_async,
            is_expression: value.is_some(),
            body,
        };
        Some(self.add(name, prefix, ItemKind::Fn(function), node))
    }

    /// `[T, U: Ord]` of a declaration.
    pub(super) fn type_params(&mut self, node: Node<'_>) -> Vec<TypeParam> {
        let list = node.field(Field::TypeParameters);
        let mut params = Vec::new();
        for param in list.map_or_else(Vec::new, Node::children) {
            if let Some(name) = param.field(Field::Name) {
                let name = self.ident(name);
                let bounds = self.bounds(param);
                params.push(TypeParam { name, bounds });
            }
        }
        params
    }

    /// The traits after the colon of a type parameter, a `where` or a trait.
    pub(super) fn bounds(&mut self, node: Node<'_>) -> Vec<TypeExprId> {
        let bounds = node.field(Field::Bounds);
        let bounds = bounds.map_or_else(Vec::new, Node::children);
        bounds.into_iter().map(|n| self.type_expr(n)).collect()
    }

    /// The `where` clauses of a declaration.
    pub(super) fn wheres(&mut self, node: Node<'_>) -> Vec<WherePredicate> {
        let mut wheres = Vec::new();
        for clause in node.fields(Field::Clause) {
            if clause.kind() == Kind::WhereClause {
                self.where_clause(clause, &mut wheres);
            }
        }
        wheres
    }

    fn where_clause(&mut self, clause: Node<'_>, wheres: &mut Vec<WherePredicate>) {
        for predicate in clause.children() {
            if let Some(ty) = predicate.field(Field::Type) {
                let ty = self.type_expr(ty);
                let bounds = self.bounds(predicate);
                wheres.push(WherePredicate { ty, bounds });
            }
        }
    }

    fn params(&mut self, node: Node<'_>) -> Vec<Param> {
        let list = node.field(Field::Parameters);
        let list = list.map_or_else(Vec::new, Node::children);
        list.into_iter().filter_map(|n| self.param(n)).collect()
    }

    fn param(&mut self, param: Node<'_>) -> Option<Param> {
        let mode = mode(param);
        if param.kind() == Kind::SelfParameter {
            return Some(self.self_param(param, mode));
        }
        let name = self.ident(param.field(Field::Name)?);
        let ty = match param.field(Field::Type) {
            Some(ty) => self.type_expr(ty),
            None => {
                if !self.broken {
                    self.report(say::parameter_type(name.span, &name.name));
                }
                self.hir.types.push(TypeExpr {
                    kind: TypeExprKind::Error,
                    span: name.span,
                })
            }
        };
        let default = param.field(Field::Default).map(|n| self.expr(n));
        Some(Param {
            name,
            mode,
            ty,
            default,
        })
    }

    /// `self`, `mut self`, `own self`.
    fn self_param(&mut self, param: Node<'_>, mode: ParamMode) -> Param {
        let word = param.token(Kind::SelfWord).unwrap_or(param);
        let span = self.span(word);
        let ty = self.hir.types.push(TypeExpr {
            kind: TypeExprKind::SelfType,
            span,
        });
        Param {
            name: Ident {
                name: SELF.to_owned(),
                span,
            },
            mode,
            ty,
            default: None,
        }
    }

    fn clauses(&mut self, node: Node<'_>) -> Clauses {
        let mut clauses = Clauses::default();
        for clause in node.fields(Field::Clause) {
            match clause.kind() {
                Kind::RequiresClause => {
                    let requires = self.condition(clause);
                    clauses.requires.push(requires);
                }
                Kind::EnsuresClause => {
                    let ensures = self.condition(clause);
                    clauses.ensures.push(ensures);
                }
                _ => self.where_clause(clause, &mut clauses.wheres),
            }
        }
        clauses
    }

    /// `requires condition : message` or the same with `ensures`.
    fn condition(&mut self, clause: Node<'_>) -> Requires {
        let condition: ExprId = self.expr_in(clause, Field::Condition);
        let message = clause.field(Field::Message).map(|n| self.expr(n));
        Requires {
            condition,
            message,
            span: self.span(clause),
        }
    }
}

/// How a parameter of a function, type or block is passed.
pub(super) fn mode(param: Node<'_>) -> ParamMode {
    match param.field(Field::Convention) {
        Some(c) if c.token(Kind::MutWord).is_some() => ParamMode::Mut,
        Some(_) => ParamMode::Own,
        None => ParamMode::Read,
    }
}

/// Whether an `end` is missing somewhere in it.
fn has_missing_end(node: Node<'_>) -> bool {
    let mut found = false;
    node.walk(|n| {
        found |= n.kind() == Kind::MissingEnd;
        !found
    });
    found
}
