//! What stands in brackets with commas: on one line if it fits, else one element a line.

use super::{Layout, has_comment, spacing};
use crate::fmt::printer::{Break, Op};
use crate::syntax::{Kind, Node};

/// Whether a node is its brackets and what is in them.
pub(super) fn is_bracketed(kind: Kind, children: &[Node<'_>]) -> bool {
    let opens = children.first().is_some_and(|n| {
        matches!(
            n.kind(),
            Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace
        )
    });
    opens
        && matches!(
            kind,
            Kind::Arguments
                | Kind::IndexArguments
                | Kind::Array
                | Kind::Map
                | Kind::Tuple
                | Kind::Parameters
                | Kind::TypeParameters
                | Kind::TypeArguments
                | Kind::FieldList
                | Kind::TupleType
                | Kind::PatternArguments
                | Kind::TuplePattern
                | Kind::ArrayPattern
        )
}

/// Whether a node has commas and no brackets.
pub(super) fn is_bare(kind: Kind, children: &[Node<'_>]) -> bool {
    kind != Kind::BlockParameters && children.iter().any(|n| n.kind() == Kind::Comma)
}

impl<'t> Layout<'t, '_> {
    /// A bracketed list; the brackets are the first and the last child.
    pub(super) fn list(&mut self, children: &[Node<'t>], parent: Node<'t>) {
        let [open, inner @ .., close] = children else {
            return self.words(children, parent);
        };
        self.node(*open);
        let Some((first, last)) = inner.first().zip(inner.last()) else {
            return self.node(*close);
        };
        // A list that was written one element a line, with a comma after the last, is meant to be seen so.
        let spread = last.kind() == Kind::Comma && first.row() > open.end_row();
        let hugs = matches!(inner, [only] if matches!(only.kind(),
            Kind::Array | Kind::Map | Kind::Tuple | Kind::Closure | Kind::TupleType));
        if hugs {
            self.node(*first);
            return self.node(*close);
        }
        let fills = parent.kind() == Kind::Array && inner.iter().all(|n| is_plain(*n));
        let is_broken = spread || has_comment(inner);
        self.push(Op::Begin(Break::OnNewline));
        self.push(Op::Indent(1));
        self.gap(Some(*open), *first, Some(opening(is_broken)));
        let mut previous = None;
        for &child in inner {
            if let Some(previous) = previous {
                self.gap(
                    Some(previous),
                    child,
                    separator(parent, previous, child, fills),
                );
            }
            self.word(previous, child);
            previous = Some(child);
        }
        self.push(Op::Dedent(1));
        self.gap(previous, *close, Some(opening(is_broken)));
        self.node(*close);
        self.push(Op::End);
    }

    /// A list without brackets: it goes on after a comma.
    pub(super) fn bare_list(&mut self, children: &[Node<'t>], parent: Node<'t>) {
        self.push(Op::Begin(Break::OnWidth));
        let mut previous = None;
        for &child in children {
            let separator = match previous {
                Some(before) => separator(parent, before, child, true),
                None => None,
            };
            self.gap(previous, child, separator);
            self.word(previous, child);
            if previous.is_none() {
                self.push(Op::IndentIfBroken(1));
            }
            previous = Some(child);
        }
        self.push(Op::DedentIfBroken(1));
        self.push(Op::End);
    }

    /// `from a import b, c` or `from a import (b, c)`.
    pub(super) fn import(&mut self, children: &[Node<'t>], parent: Node<'t>) {
        let open = children.iter().position(|n| n.kind() == Kind::OpenParen);
        let Some(open) = open else {
            return self.bare_list(children, parent);
        };
        let (words, list) = children.split_at(open);
        self.words(words, parent);
        self.gap(words.last().copied(), list[0], Some(Op::Space));
        let close = list.iter().rposition(|n| n.kind() == Kind::CloseParen);
        let (list, rest) = list.split_at(close.map_or(list.len(), |at| at + 1));
        self.list(list, parent);
        let mut previous = list.last().copied();
        for &child in rest {
            self.gap(previous, child, Some(Op::Space));
            self.word(previous, child);
            previous = Some(child);
        }
    }

    /// One expression in parentheses.
    pub(super) fn parenthesized(&mut self, children: &[Node<'t>]) {
        self.push(Op::Begin(Break::OnWidth));
        let mut previous: Option<Node<'t>> = None;
        for &child in children {
            let is_close = child.kind() == Kind::CloseParen;
            if is_close {
                self.push(Op::DedentIfBroken(1));
            }
            self.gap(previous, child, Some(Op::Soft));
            self.hang = 0;
            self.word(previous, child);
            if child.kind() == Kind::OpenParen {
                self.push(Op::IndentIfBroken(1));
            }
            previous = Some(child);
        }
        self.hang = 1;
        self.push(Op::End);
    }
}

/// What stands before the first element and behind the last.
fn opening<'t>(is_broken: bool) -> Op<'t> {
    if is_broken { Op::Hard } else { Op::Soft }
}

fn separator<'t>(parent: Node<'t>, left: Node<'t>, right: Node<'t>, fills: bool) -> Option<Op<'t>> {
    match left.kind() {
        Kind::Comma if fills => Some(Op::Fill),
        Kind::Comma => Some(Op::Line),
        _ => spacing::between(parent, Some(left), right),
    }
}

/// Whether it is a number or a comma: rows of numbers fill their lines.
fn is_plain(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Integer | Kind::Float | Kind::Boolean | Kind::Nil => true,
        Kind::Comma | Kind::Comment => true,
        Kind::UnaryExpression => node.children().iter().all(|n| is_plain(*n)),
        _ => false,
    }
}
