//! Declarations.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{Attribute, Ident, Item, ItemId, ItemKind, TypeDeclKind};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

/// What stands before every kind of declaration.
pub(super) struct Prefix {
    pub(super) doc: Option<String>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) is_private: bool,
}

impl Lower<'_> {
    /// The declarations of a file.
    pub(super) fn items(&mut self, root: Node<'_>) -> Vec<ItemId> {
        let children = root.children();
        children
            .into_iter()
            .filter_map(|node| self.item(node))
            .collect()
    }

    fn item(&mut self, node: Node<'_>) -> Option<ItemId> {
        match node.kind() {
            Kind::FunctionDeclaration => self.function(node),
            Kind::ConstDeclaration => self.constant(node, false),
            Kind::ExternDeclaration => self.external(node),
            Kind::StructDeclaration => self.type_decl(node, TypeDeclKind::Struct),
            Kind::DataDeclaration => self.type_decl(node, TypeDeclKind::Data),
            Kind::EnumDeclaration => self.type_decl(node, TypeDeclKind::Enum),
            Kind::TraitDeclaration => self.trait_decl(node),
            Kind::ImplDeclaration => self.impl_decl(node),
            Kind::ImportDeclaration => self.import(node),
            Kind::FromImportDeclaration => self.selective_import(node),
            Kind::DocComment => None,
            Kind::ModuleDeclaration => {
                let message = "a module is a file";
                let name = node.field(Field::Name).map_or("name", Node::text);
                let help =
                    format!("put its declarations into `{name}.aria`, and `import {name}` here");
                self.skip(node, message, "no modules inside of a file", &help);
                None
            }
            // After a syntax error, statements often end up outside of their function.
            _ if self.broken => None,
            _ => {
                let message = "a statement stands in a function";
                let help = "put it into one: `fn main` is what `ariac run` runs; a value for the whole file is `const NAME = …`";
                self.skip(node, message, "outside of any function", help);
                None
            }
        }
    }

    /// Leaves out what is no declaration, and remembers its name so that it is not reported as unknown.
    pub(super) fn skip(&mut self, node: Node<'_>, message: &str, label: &str, help: &str) {
        let span = self.skipped(node);
        self.report(say::not_here(span, message, label, help));
    }

    fn skipped(&mut self, node: Node<'_>) -> Span {
        let name = node.field(Field::Name);
        let shown = name.unwrap_or(node);
        let line = shown.text().lines().next().unwrap_or("").trim_end().len();
        let start = shown.range().start;
        self.skipped.extend(name.map(|n| n.text().to_owned()));
        Span::new(self.file, start, start + line)
    }

    pub(super) fn prefix(&mut self, node: Node<'_>, name: &str) -> Prefix {
        let doc = node.field(Field::Doc).map(|n| doc_text(n.text()));
        let attributes = self.attributes(node);
        let visibility = node.field(Field::Visibility);
        let is_private = visibility.is_some_and(|v| v.token(Kind::PrivWord).is_some());
        Prefix {
            doc,
            attributes,
            is_private: is_private || name.starts_with('_'),
        }
    }

    /// The `@…` lines before a declaration or loop.
    pub(super) fn attributes(&mut self, node: Node<'_>) -> Vec<Attribute> {
        let nodes = node.fields(Field::Attribute);
        nodes
            .into_iter()
            .filter_map(|n| self.attribute(n))
            .collect()
    }

    fn attribute(&mut self, node: Node<'_>) -> Option<Attribute> {
        let name = self.ident(node.field(Field::Name)?);
        let mut args = Vec::new();
        for arg in node
            .field(Field::Arguments)
            .map_or_else(Vec::new, Node::children)
        {
            if arg.kind() == Kind::NamedArgument {
                let name = arg.field(Field::Name).map(|n| self.ident(n));
                args.push((name, self.expr_in(arg, Field::Value)));
            } else {
                args.push((None, self.expr(arg)));
            }
        }
        Some(Attribute {
            name,
            args,
            span: self.span(node),
        })
    }

    pub(super) fn add(
        &mut self,
        name: Ident,
        prefix: Prefix,
        kind: ItemKind,
        node: Node<'_>,
    ) -> ItemId {
        let span = self.span(node);
        self.hir.items.push(Item {
            name,
            doc: prefix.doc,
            attributes: prefix.attributes,
            private: prefix.is_private,
            kind,
            span,
        })
    }

    /// A constant; in a trait it may lack its value.
    pub(super) fn constant(&mut self, node: Node<'_>, may_lack_value: bool) -> Option<ItemId> {
        let name = self.ident(node.field(Field::Name)?);
        let prefix = self.prefix(node, &name.name);
        let ty = node.field(Field::Type).map(|n| self.type_expr(n));
        let value = match node.field(Field::Value) {
            Some(value) => self.expr(value),
            None if may_lack_value => self.error(Span {
                start: name.span.end,
                ..name.span
            }),
            None => {
                if !self.broken {
                    let message = format!("the constant `{}` has no value", name.name);
                    self.report(say::lacks(
                        name.span,
                        &message,
                        "expected `= value` after this",
                    ));
                }
                self.error(name.span)
            }
        };
        Some(self.add(name, prefix, ItemKind::Const { ty, value }, node))
    }
}

/// The text of `##` lines without the marks.
pub(super) fn doc_text(text: &str) -> String {
    let strip = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("##").unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
    };
    let lines: Vec<String> = text.lines().map(strip).collect();
    lines.join("\n").trim().to_owned()
}
