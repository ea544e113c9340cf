//! Declarations.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{
    Attribute, Block, Function, Ident, Item, ItemId, ItemKind, NativeAbi, Param, ParamMode,
    Requires, TypeExpr, TypeExprKind,
};
use crate::source::Span;
use crate::syntax::{Field, Kind, Node};

/// What stands before every kind of declaration.
struct Prefix {
    doc: Option<String>,
    attributes: Vec<Attribute>,
    is_private: bool,
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
        let what = match node.kind() {
            Kind::FunctionDeclaration => return self.function(node),
            Kind::ConstDeclaration => return self.constant(node),
            Kind::ExternDeclaration => return self.external(node),
            Kind::DocComment => return None,
            Kind::ImportDeclaration | Kind::FromImportDeclaration => "`import` is",
            Kind::StructDeclaration => "`struct` is",
            Kind::DataDeclaration => "`data` is",
            Kind::EnumDeclaration => "`enum` is",
            Kind::TraitDeclaration => "`trait` is",
            Kind::ImplDeclaration => "`impl` is",
            Kind::ModuleDeclaration => "`module` is",
            // After a syntax error, statements often end up outside of their function.
            _ if self.broken => return None,
            _ => "statements outside of functions are",
        };
        self.skip(node, what);
        None
    }

    /// Leaves a declaration out, and remembers its names so that they are not reported as unknown.
    fn skip(&mut self, node: Node<'_>, what: &str) {
        let name = node.field(Field::Name);
        let shown = name.unwrap_or(node);
        let line = shown.text().lines().next().unwrap_or("").trim_end().len();
        let start = shown.range().start;
        self.unsupported(Span::new(self.file, start, start + line), what);
        let mut names: Vec<&str> = name.map(Node::text).into_iter().collect();
        match node.kind() {
            Kind::ImportDeclaration => {
                let path = node.field(Field::Alias).or_else(|| node.field(Field::Path));
                names.extend(path.and_then(|p| p.text().rsplit('.').next()));
            }
            Kind::FromImportDeclaration => {
                for item in node.fields(Field::Item) {
                    let name = item.field(Field::Alias).or_else(|| item.field(Field::Name));
                    names.extend(name.map(Node::text));
                }
            }
            Kind::EnumDeclaration => {
                let body = node.field(Field::Body);
                let variants = body.map_or_else(Vec::new, Node::children);
                names.extend(
                    variants
                        .into_iter()
                        .filter_map(|v| v.field(Field::Name))
                        .map(Node::text),
                );
            }
            _ => {}
        }
        self.skipped.extend(names.into_iter().map(str::to_owned));
    }

    fn prefix(&mut self, node: Node<'_>, name: &str) -> Prefix {
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

    fn add(&mut self, name: Ident, prefix: Prefix, kind: ItemKind, node: Node<'_>) -> ItemId {
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

    fn constant(&mut self, node: Node<'_>) -> Option<ItemId> {
        let name = self.ident(node.field(Field::Name)?);
        let prefix = self.prefix(node, &name.name);
        let ty = node.field(Field::Type).map(|n| self.type_expr(n));
        let value = match node.field(Field::Value) {
            Some(value) => self.expr(value),
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

    /// A function, or a signature in an `extern` block.
    fn function(&mut self, node: Node<'_>) -> Option<ItemId> {
        let name_node = node.field(Field::Name)?;
        let name = self.ident(name_node);
        let is_async = node
            .fields(Field::Modifier)
            .iter()
            .any(|m| m.token(Kind::AsyncWord).is_some());
        let pure = node
            .fields(Field::Modifier)
            .iter()
            .any(|m| m.token(Kind::PureWord).is_some());
        let skip = if node.field(Field::TypeParameters).is_some() {
            Some("a generic function is")
        } else if is_async {
            Some("an `async fn` is")
        } else if name.name == "main" {
            Some("`fn main`, a program of its own, is")
        } else {
            None
        };
        if let Some(what) = skip {
            self.skip(node, what);
            return None;
        }
        let prefix = self.prefix(node, &name.name);
        let params = self.params(node);
        self.views = self.views(&params);
        let ret = node.field(Field::ReturnType).map(|n| self.type_expr(n));
        if let Some(effects) = node.field(Field::Effects) {
            let span = self.span(effects);
            self.unsupported(span, "stating effects is");
        }
        let requires = self.clauses(node);
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
            generics: Vec::new(),
            wheres: Vec::new(),
            ensures: Vec::new(),
            effects: None,
            params,
            ret,
            requires,
            pure,
            is_expression: value.is_some(),
            body,
        };
        Some(self.add(name, prefix, ItemKind::Fn(function), node))
    }

    fn params(&mut self, node: Node<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        for param in node
            .field(Field::Parameters)
            .map_or_else(Vec::new, Node::children)
        {
            if param.kind() == Kind::SelfParameter {
                let span = self.span(param);
                self.unsupported(span, "`self` outside of a type is");
                continue;
            }
            let Some(name) = param.field(Field::Name) else {
                continue;
            };
            let name = self.ident(name);
            let convention = param.field(Field::Convention);
            let mode = match convention {
                Some(c) if c.token(Kind::MutWord).is_some() => ParamMode::Mut,
                Some(_) => ParamMode::Own,
                None => ParamMode::Read,
            };
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
            params.push(Param {
                name,
                mode,
                ty,
                default,
            });
        }
        params
    }

    fn clauses(&mut self, node: Node<'_>) -> Vec<Requires> {
        let mut requires = Vec::new();
        for clause in node.fields(Field::Clause) {
            let span = self.span(clause);
            match clause.kind() {
                Kind::RequiresClause => {
                    let condition = self.expr_in(clause, Field::Condition);
                    let message = clause.field(Field::Message).map(|n| self.expr(n));
                    requires.push(Requires {
                        condition,
                        message,
                        span,
                    });
                }
                Kind::EnsuresClause => self.unsupported(span, "`ensures` is"),
                _ => self.unsupported(span, "`where` is"),
            }
        }
        requires
    }

    fn external(&mut self, node: Node<'_>) -> Option<ItemId> {
        let language = node.field(Field::Language)?;
        let source = node.field(Field::Source)?;
        let is_path = source.kind() == Kind::ModulePath;
        let library = match is_path {
            true => self.ident(source),
            false => Ident {
                name: self.plain_string(source),
                span: self.span(source),
            },
        };
        let alias = node.field(Field::Alias);
        let abi = match language.text() {
            "Python" => None,
            "Rust" => Some(NativeAbi::Rust),
            "C" => Some(NativeAbi::C),
            other => {
                let span = self.span(language);
                self.report(say::unknown_language(span, other));
                return None;
            }
        };
        let functions = self.signatures(node, abi.is_some());
        let Some(abi) = abi else {
            if !is_path {
                let fixed = library.name.clone();
                self.report(say::module_in_quotes(library.span, &fixed));
            }
            let name = match (alias, library.name.rsplit('.').next()) {
                (Some(alias), _) => self.ident(alias),
                (None, last) => Ident {
                    name: last.unwrap_or_default().to_owned(),
                    span: library.span,
                },
            };
            let prefix = self.prefix(node, &name.name);
            let kind = ItemKind::ExternPython {
                module: library,
                functions,
            };
            return Some(self.add(name, prefix, kind, node));
        };
        if let Some(alias) = alias {
            let span = self.span(alias);
            self.unsupported(span, "a name for a native library is");
        }
        let prefix = self.prefix(node, "");
        let kind = ItemKind::ExternNative {
            abi,
            library: library.clone(),
            functions,
        };
        Some(self.add(library, prefix, kind, node))
    }

    /// The functions that an `extern` block declares.
    fn signatures(&mut self, node: Node<'_>, is_native: bool) -> Vec<ItemId> {
        let mut functions = Vec::new();
        for child in node
            .field(Field::Body)
            .map_or_else(Vec::new, Node::children)
        {
            if child.kind() == Kind::FunctionSignature {
                if let Some(clause) = child.field(Field::Clause) {
                    let span = self.span(clause);
                    self.unsupported(span, "a clause of an `extern` function is");
                }
                for param in child
                    .field(Field::Parameters)
                    .map_or_else(Vec::new, Node::children)
                {
                    if let Some(default) = param.field(Field::Default) {
                        let span = self.span(default);
                        self.unsupported(span, "a default of an `extern` function is");
                    }
                }
                functions.extend(self.function(child));
            } else {
                let what = if is_native {
                    "a native constant is"
                } else {
                    "a constant of a Python module is"
                };
                self.skip(child, what);
            }
        }
        functions
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
