//! Calls, attributes, indexing: what takes arguments.

use super::Lower;
use super::function::mode;
use crate::hir::{Arg, Closure, ExprId, ExprKind, Ident};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

/// The method that takes its type in brackets: `x.to[Float]`.
const TO: &str = "to";

impl Lower<'_> {
    pub(super) fn call(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        // `x.to[T]()` is `x.to[T]`.
        let conversion = node.field(Field::Function).filter(|f| is_conversion(*f));
        if let Some(function) = conversion {
            return self.index(function);
        }
        let callee = self.expr_in(node, Field::Function);
        let args = self.args(node);
        let block = node.field(Field::Block).map(|b| self.closure(b));
        self.push(
            ExprKind::Call {
                callee,
                args,
                block,
            },
            span,
        )
    }

    pub(super) fn method_call(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let receiver = self.expr_in(node, Field::Object);
        let Some(name) = node.field(Field::Method) else {
            self.broken_at(node);
            return self.error(span);
        };
        let name = self.ident(name);
        let parens = node.field(Field::Arguments).is_some();
        let args = self.args(node);
        let block = node.field(Field::Block).map(|b| self.closure(b));
        self.push(
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                parens,
                block,
            },
            span,
        )
    }

    pub(super) fn member(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let receiver = self.expr_in(node, Field::Object);
        let Some(name) = node.field(Field::Name) else {
            self.broken_at(node);
            return self.error(span);
        };
        let name = self.ident(name);
        let kind = ExprKind::MethodCall {
            receiver,
            name,
            args: Vec::new(),
            parens: false,
            block: None,
        };
        self.push(kind, span)
    }

    pub(super) fn index(&mut self, node: Node<'_>) -> ExprId {
        let span = self.span(node);
        let arguments = node
            .field(Field::Arguments)
            .map_or_else(Vec::new, Node::children);
        if is_conversion(node)
            && let Some(member) = node.field(Field::Object)
            && let Some(name) = member.field(Field::Name)
        {
            let receiver = self.expr_in(member, Field::Object);
            let name: Ident = self.ident(name);
            let mut args = Vec::new();
            for argument in arguments {
                let at = self.span(argument);
                let ty = self.type_expr(argument);
                let value = self.push(ExprKind::Type(ty), at);
                args.push(Arg { name: None, value });
            }
            let kind = ExprKind::MethodCall {
                receiver,
                name,
                args,
                parens: true,
                block: None,
            };
            return self.push(kind, span);
        }
        let base = self.expr_in(node, Field::Object);
        let indices = arguments.into_iter().map(|n| self.expr(n)).collect();
        self.push(ExprKind::Index { base, indices }, span)
    }

    fn args(&mut self, node: Node<'_>) -> Vec<Arg> {
        let nodes = node
            .field(Field::Arguments)
            .map_or_else(Vec::new, Node::children);
        nodes.into_iter().map(|n| self.arg(n)).collect()
    }

    fn arg(&mut self, node: Node<'_>) -> Arg {
        if node.kind() == Kind::NamedArgument {
            let name = node.field(Field::Name).map(|n| self.ident(n));
            let value = self.expr_in(node, Field::Value);
            return Arg { name, value };
        }
        // `Array[Float]` as an argument is a type; nothing else is indexed whose name is a type's.
        if node.kind() == Kind::Index
            && let Some(object) = node.field(Field::Object)
            && object.kind() == Kind::Constant
            && object.text().contains(char::is_lowercase)
        {
            let ty = self.type_expr(node);
            let span = self.span(node);
            return Arg {
                name: None,
                value: self.push(ExprKind::Type(ty), span),
            };
        }
        Arg {
            name: None,
            value: self.expr(node),
        }
    }

    pub(super) fn closure(&mut self, node: Node<'_>) -> Closure {
        let (mut params, mut types, mut modes) = (Vec::new(), Vec::new(), Vec::new());
        let list = node.field(Field::Parameters);
        for param in list.map_or_else(Vec::new, Node::children) {
            if let Some(pattern) = param.field(Field::Pattern) {
                params.push(self.pattern(pattern));
                types.push(param.field(Field::Type).map(|n| self.type_expr(n)));
                modes.push(mode(param));
            }
        }
        let start = list.map_or(node.range().start, |l| l.range().start);
        let span = Span::new(self.file, start, node.range().end);
        Closure {
            params,
            types,
            modes,
            body: self.block_in(node, Field::Body),
            span,
        }
    }
}

/// Whether it is `x.to[…]`.
fn is_conversion(node: Node<'_>) -> bool {
    let object = node
        .field(Field::Object)
        .filter(|o| o.kind() == Kind::Member);
    let name = object.and_then(|o| o.field(Field::Name));
    node.kind() == Kind::Index && name.is_some_and(|n| n.text() == TO)
}
