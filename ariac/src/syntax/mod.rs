//! Syntax: the tree that tree-sitter makes of a file, and the mistakes in it.
//!
//! One tree serves the compiler, the formatter and the editors. [`kinds`] turns the grammar's names into enums,
//! [`tree`] gives access to nodes by kind and field, and [`problems`] reads ERROR and MISSING nodes.

mod kinds;
mod problems;
mod tree;

pub use kinds::{Field, Kind};
pub use problems::{Problem, Unclosed, problems};
pub use tree::{Node, Tree};

/// Parses a text; mistakes are nodes of the tree.
#[must_use]
pub fn parse(text: &str) -> Tree {
    Tree::parse(text)
}

/// The tree as an s-expression, for `--emit=cst`.
#[must_use]
pub fn dump(tree: &Tree) -> String {
    tree::dump(tree)
}
