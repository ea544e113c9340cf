//! `extern` blocks.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{Ident, ItemId, ItemKind, NativeAbi};
use crate::syntax::{Field, Kind, Node};

/// What a function of Aria may have and one of another language may not yet.
const NOT_IN_EXTERN: [(Field, &str); 3] = [
    (Field::TypeParameters, "a generic `extern` function is"),
    (
        Field::Effects,
        "stating the effects of an `extern` function is",
    ),
    (Field::Clause, "a clause of an `extern` function is"),
];

impl Lower<'_> {
    pub(super) fn external(&mut self, node: Node<'_>) -> Option<ItemId> {
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
            "Runtime" if self.sources.file(self.file).prelude => Some(NativeAbi::Runtime),
            other => {
                let span = self.span(language);
                self.report(say::unknown_language(span, other));
                return None;
            }
        };
        let functions = self.signatures(node, abi);
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
    fn signatures(&mut self, node: Node<'_>, abi: Option<NativeAbi>) -> Vec<ItemId> {
        let (is_native, is_runtime) = (abi.is_some(), abi == Some(NativeAbi::Runtime));
        let mut functions = Vec::new();
        for child in node
            .field(Field::Body)
            .map_or_else(Vec::new, Node::children)
        {
            if child.kind() == Kind::FunctionSignature {
                for (field, what) in NOT_IN_EXTERN {
                    // The prelude says of the runtime's functions which of them fail, and which read or write.
                    if field == Field::Effects && is_runtime {
                        continue;
                    }
                    if let Some(part) = child.field(field) {
                        let span = self.span(part);
                        self.unsupported(span, what);
                    }
                }
                for param in child
                    .field(Field::Parameters)
                    .map_or_else(Vec::new, Node::children)
                {
                    if param.kind() == Kind::SelfParameter {
                        let span = self.span(param);
                        self.unsupported(span, "`self` of an `extern` function is");
                    }
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
