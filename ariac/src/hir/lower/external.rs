//! `extern` blocks.

use super::Lower;
use crate::diagnostics::syntax as say;
use crate::hir::{Ident, ItemId, ItemKind, NativeAbi};
use crate::syntax::{Field, Kind, Node};

/// What a function of Aria may have and one of another language has not, and what to do instead.
const NOT_IN_EXTERN: [(Field, &str, &str); 3] = [
    (
        Field::TypeParameters,
        "type parameters",
        "declare it once for each type that is needed",
    ),
    (
        Field::Effects,
        "effects to state",
        "leave them out: what its language may do is known",
    ),
    (
        Field::Clause,
        "clauses",
        "check in a function of Aria that calls it",
    ),
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
            let message = "a library of functions has no name in Aria";
            let help = "leave `as` out: its functions are called by their own names";
            self.report(say::not_here(
                self.span(alias),
                message,
                "is used nowhere",
                help,
            ));
        }
        let prefix = self.prefix(node, "");
        let kind = ItemKind::ExternNative {
            abi,
            library: library.clone(),
            functions,
        };
        Some(self.add(library, prefix, kind, node))
    }

    /// Reports a part of a function that one of another language has not.
    fn not_in_extern(&mut self, part: Node<'_>, what: &str, help: &str) {
        let message = format!("a function of another language has no {what}");
        let span = self.span(part);
        self.report(say::not_here(span, &message, "cannot stand here", help));
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
                for (field, what, help) in NOT_IN_EXTERN {
                    // The prelude says of the runtime's functions which of them fail, and which read or write.
                    if field == Field::Effects && is_runtime {
                        continue;
                    }
                    if let Some(part) = child.field(field) {
                        self.not_in_extern(part, what, help);
                    }
                }
                for param in child
                    .field(Field::Parameters)
                    .map_or_else(Vec::new, Node::children)
                {
                    if param.kind() == Kind::SelfParameter {
                        let help = "give it a parameter with a name and a type";
                        self.not_in_extern(param, "`self`", help);
                    }
                    if is_native && let Some(default) = param.field(Field::Default) {
                        let help = "give the value where it is called, or in a function of Aria that calls it";
                        self.not_in_extern(default, "default values", help);
                    }
                }
                functions.extend(self.function(child));
            } else {
                let help = match is_native {
                    true => "write a function that gives it",
                    false => "leave it out: `module.NAME` is read when the program runs",
                };
                let message = "an `extern` block declares functions";
                self.skip(child, message, "is no function", help);
            }
        }
        functions
    }
}
