//! From the tree to the printer's operations.
//!
//! A node's children are written in order, tokens and comments included; what a kind of node decides is only what stands
//! between them. [`items`] are one a line, [`constructs`] have bodies and clauses, [`lists`] brackets and commas,
//! [`chains`] operators and dots; everything else is a row of words with the blanks that [`spacing`] tells.

mod chains;
mod constructs;
mod items;
mod lists;
mod spacing;

use super::printer::{Break, Op};
use crate::syntax::{Kind, Node};
use std::collections::HashSet;

/// The operations for a file, but for what is kept as it is.
pub(super) fn file<'t>(root: Node<'t>, text: &'t str, kept: &HashSet<usize>) -> Vec<Op<'t>> {
    let mut layout = Layout {
        text,
        kept,
        ops: Vec::new(),
        hang: 1,
    };
    layout.items(root);
    layout.ops
}

struct Layout<'t, 'k> {
    text: &'t str,
    kept: &'k HashSet<usize>,
    ops: Vec<Op<'t>>,
    /// Steps by which the next chain of operators is indented where it is broken.
    hang: usize,
}

impl<'t> Layout<'t, '_> {
    fn push(&mut self, op: Op<'t>) {
        self.ops.push(op);
    }

    /// A node, comments excepted.
    fn node(&mut self, node: Node<'t>) {
        let hang = std::mem::replace(&mut self.hang, 1);
        let children = node.all_children();
        match node.kind() {
            Kind::DocComment => self.doc_comment(node),
            Kind::String => self.push(Op::Text(node.text())),
            _ if children.is_empty() => self.push(Op::Text(node.text())),
            kind if constructs::is_construct(kind) => self.construct(node, None),
            kind if chains::level(node).is_some() => self.operators(node, kind, hang),
            kind if chains::is_postfix(kind) => self.postfix(node),
            Kind::ParenthesizedExpression => self.parenthesized(&children),
            kind if lists::is_bracketed(kind, &children) => self.list(&children, node),
            Kind::FromImportDeclaration => self.import(&children, node),
            kind if lists::is_bare(kind, &children) => self.bare_list(&children, node),
            _ => self.words(&children, node),
        }
    }

    /// Children one after the other.
    fn words(&mut self, children: &[Node<'t>], parent: Node<'t>) {
        let mut previous = None;
        for &child in children {
            self.gap(previous, child, spacing::between(parent, previous, child));
            self.word(previous, child);
            previous = Some(child);
        }
    }

    /// A child that is no comment; after `=` it may stand on a line of its own.
    fn word(&mut self, previous: Option<Node<'t>>, child: Node<'t>) {
        match previous {
            _ if child.kind() == Kind::Comment => {}
            Some(before) if spacing::is_assignment(before.kind()) => self.right_side(child),
            _ => self.node(child),
        }
    }

    /// What an `=` assigns. What has lines of its own to break begins on the same line.
    fn right_side(&mut self, value: Node<'t>) {
        if !matches!(
            value.kind(),
            Kind::String | Kind::RawString | Kind::Identifier | Kind::Constant | Kind::Member
        ) {
            return self.node(value);
        }
        self.on_next_line(value);
    }

    /// A value that stands on the next line if it doesn't fit on this one.
    fn on_next_line(&mut self, value: Node<'t>) {
        // The blank before it is taken back, for the break takes its place.
        if matches!(self.ops.last(), Some(Op::Space)) {
            self.ops.pop();
        }
        self.push(Op::Begin(Break::OnWidth));
        self.push(Op::IndentIfBroken(1));
        self.push(Op::Line);
        self.hang = 0;
        self.node(value);
        self.push(Op::DedentIfBroken(1));
        self.push(Op::End);
    }

    /// What stands between two children, and the second of them if it is a comment.
    fn gap(&mut self, previous: Option<Node<'t>>, child: Node<'t>, separator: Option<Op<'t>>) {
        let Some(previous) = previous else {
            if child.kind() == Kind::Comment {
                self.push(Op::Text(child.text().trim_end()));
            }
            return;
        };
        let after_comment = previous.kind() == Kind::Comment;
        // An empty line keeps a comment of `##` from documenting what is below it.
        let line = if after_comment {
            newline(previous.end_row(), child.row())
        } else {
            Op::Hard
        };
        if child.kind() == Kind::Comment {
            self.comment(Some(previous.end_row()), child, line);
        } else if after_comment || matches!(previous.kind(), Kind::DocComment | Kind::Attribute) {
            self.push(line);
        } else if let Some(separator) = separator {
            self.push(separator);
        }
    }

    /// A comment: at the end of its line, if something stands before it there.
    fn comment(&mut self, row: Option<usize>, comment: Node<'t>, newline: Op<'t>) {
        let text = comment.text().trim_end();
        if row == Some(comment.row()) {
            self.push(Op::Comment(text, comment.column()));
        } else {
            self.push(newline);
            self.push(Op::Text(text));
        }
    }

    /// Documentation, a line each.
    fn doc_comment(&mut self, node: Node<'t>) {
        for (number, line) in node.text().lines().enumerate() {
            if number > 0 {
                self.push(Op::Hard);
            }
            self.push(Op::Text(line.trim()));
        }
    }
}

/// Whether a comment is among these.
fn has_comment(nodes: &[Node<'_>]) -> bool {
    nodes.iter().any(|n| n.kind() == Kind::Comment)
}

/// A newline after `row` before something on line `next`, with the empty line that was there.
fn newline<'t>(row: usize, next: usize) -> Op<'t> {
    if next > row + 1 { Op::Blank } else { Op::Hard }
}
