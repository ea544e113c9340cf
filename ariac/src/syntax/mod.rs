//! Syntax: the tree that tree-sitter makes of a file, and the mistakes in it.
//!
//! One tree serves the compiler, the formatter and the editors. [`kinds`] turns the grammar's names into enums,
//! [`tree`] gives access to nodes by kind and field, [`problems`] reads ERROR and MISSING nodes, and [`increment`] finds
//! what the grammar accepts though it cannot be meant.

mod increment;
mod kinds;
mod problems;
mod tree;

pub use increment::increment;
pub use kinds::{Field, Kind};
pub use problems::{Problem, Unclosed, problems};
pub use tree::{Node, Tree};

use std::ops::Range;

/// Parses a text; mistakes are nodes of the tree.
#[must_use]
pub fn parse(text: &str) -> Tree {
    Tree::parse(text)
}

/// Parses only some bytes of a text, as if the others were not there; nodes have their places in the whole text.
#[must_use]
pub fn parse_parts(text: &str, parts: &[Range<usize>]) -> Tree {
    Tree::parse_parts(text, parts)
}

/// The modules that a file imports, `a.b.c`, in the order of the text.
#[must_use]
pub fn imports(tree: &Tree) -> Vec<String> {
    let is_import = |n: &Node<'_>| {
        matches!(
            n.kind(),
            Kind::ImportDeclaration | Kind::FromImportDeclaration
        )
    };
    let path = |n: Node<'_>| {
        let path = n.field(Field::Path)?;
        let parts = path.fields(Field::Segment).into_iter().map(Node::text);
        Some(parts.collect::<Vec<_>>().join("."))
    };
    let items = tree.root().map_or_else(Vec::new, Node::children);
    items
        .into_iter()
        .filter(is_import)
        .filter_map(path)
        .collect()
}

/// The tree as an s-expression, for `--emit=cst`.
#[must_use]
pub fn dump(tree: &Tree) -> String {
    tree::dump(tree)
}
