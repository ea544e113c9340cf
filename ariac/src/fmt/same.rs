//! Whether two texts mean the same: the same nodes with the same tokens in the same order.

use crate::syntax::{self, Kind, Node, Problem, Tree};
use std::mem::{Discriminant, discriminant};

/// What formatting must not change.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// Depth and kind of every node but comments, which may come to stand in another one.
    nodes: Vec<(usize, Kind)>,
    /// The tokens, comments included, without the whitespace around and the indentation in them.
    tokens: Vec<String>,
    /// What is wrong with the text: which line a mark stands on decides whether it is told.
    problems: Vec<Discriminant<Problem>>,
}

impl Signature {
    /// Reads a tree.
    pub(super) fn of(tree: &Tree) -> Signature {
        let mut signature = Signature {
            nodes: Vec::new(),
            tokens: Vec::new(),
            problems: syntax::problems(tree).iter().map(discriminant).collect(),
        };
        let mut rest: Vec<(usize, Node<'_>)> = tree.root().into_iter().map(|n| (0, n)).collect();
        while let Some((depth, node)) = rest.pop() {
            let kind = node.kind();
            if kind != Kind::Comment {
                signature.nodes.push((depth, kind));
            }
            let children = node.all_children();
            if children.is_empty() || matches!(kind, Kind::Error | Kind::String) {
                let lines: Vec<&str> = match kind {
                    Kind::Comment | Kind::DocComment => {
                        node.text().lines().map(str::trim).collect()
                    }
                    _ => vec![node.text()],
                };
                signature.tokens.push(lines.join("\n"));
            } else {
                rest.extend(children.into_iter().rev().map(|n| (depth + 1, n)));
            }
        }
        signature
    }
}
