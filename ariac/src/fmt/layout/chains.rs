//! Operators and dots: a chain is broken behind each operator of its level, or before each call of a method.

use super::{Layout, has_comment};
use crate::fmt::printer::{Break, Op};
use crate::syntax::{Kind, Node};

/// How strongly the operators of a chain bind; chains of one level are one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Or,
    And,
    Compare,
    Add,
    Multiply,
    Alternative,
}

/// The level of a node, if it belongs to a chain of operators. `**` is never broken.
pub(super) fn level(node: Node<'_>) -> Option<Level> {
    match node.kind() {
        Kind::Comparison => Some(Level::Compare),
        Kind::OrPattern | Kind::UnionType => Some(Level::Alternative),
        Kind::BinaryExpression => {
            let operator = node.all_children().into_iter().find(|n| !n.is_named())?;
            match operator.kind() {
                Kind::Or => Some(Level::Or),
                Kind::And => Some(Level::And),
                Kind::Plus | Kind::Minus | Kind::AndPlus | Kind::AndMinus => Some(Level::Add),
                Kind::StarStar => None,
                _ => Some(Level::Multiply),
            }
        }
        _ => None,
    }
}

/// Whether something is asked of the value before it.
pub(super) fn is_postfix(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Member | Kind::MethodCall | Kind::Call | Kind::Index | Kind::PropagateExpression
    )
}

impl<'t> Layout<'t, '_> {
    /// `a + b - c`.
    pub(super) fn operators(&mut self, node: Node<'t>, kind: Kind, hang: usize) {
        let own = level(node);
        let (base, links) = spine(node, |n| n.kind() == kind && level(n) == own);
        let commented = links.iter().any(|link| has_comment(link));
        self.push(Op::Begin(if commented {
            Break::OnNewline
        } else {
            Break::OnWidth
        }));
        self.node(base);
        self.push(Op::IndentIfBroken(hang));
        let mut previous = base;
        let mut before = base;
        for &child in links.iter().flatten() {
            // An operator that a comment has driven onto a line of its own begins that line.
            let begins = before.kind() == Kind::Comment;
            let separator = if previous.is_named() || begins {
                Op::Space
            } else {
                Op::Line
            };
            self.gap(Some(previous), child, Some(separator));
            self.word(None, child);
            before = previous;
            previous = child;
        }
        self.push(Op::DedentIfBroken(hang));
        self.push(Op::End);
    }

    /// `a.b(c)[d] |e| … end?`.
    pub(super) fn postfix(&mut self, node: Node<'t>) {
        let kind_of = |link: &[Node<'t>]| {
            let has_dot = link.iter().any(|n| n.kind() == Kind::Dot);
            let calls = link
                .iter()
                .any(|n| matches!(n.kind(), Kind::Arguments | Kind::Block));
            (has_dot, calls)
        };
        let (base, links) = spine(node, |n| is_postfix(n.kind()));
        let calls = links.iter().filter(|l| kind_of(l) == (true, true)).count();
        let commented = links.iter().any(|link| {
            let dot = link.iter().position(|n| n.kind() == Kind::Dot);
            has_comment(&link[..dot.unwrap_or(0)])
        });
        let breaks = calls > 1 || commented;
        let was_broken = starts_a_line(base, &links);
        if breaks {
            self.push(Op::Begin(if was_broken || commented {
                Break::OnNewline
            } else {
                Break::OnWidth
            }));
        }
        self.node(base);
        if breaks {
            self.push(Op::IndentIfBroken(1));
        }
        let mut previous = base;
        let mut called = false;
        for link in &links {
            called |= kind_of(link) == (true, true);
            for &child in link {
                let separator = match child.kind() {
                    Kind::Dot if called && breaks => Some(Op::Soft),
                    // `x.y ?` asks for the value of `x.y`; `x.y?` is a name.
                    Kind::Question
                        if previous.kind() == Kind::Identifier && link_is_named(&links) =>
                    {
                        Some(Op::Space)
                    }
                    Kind::Block if !is_bare(child) => Some(Op::Space),
                    _ => None,
                };
                self.gap(Some(previous), child, separator);
                if child.kind() == Kind::Block {
                    self.construct(child, Some(previous));
                } else {
                    self.word(None, child);
                }
                previous = child;
            }
        }
        if breaks {
            self.push(Op::DedentIfBroken(1));
            self.push(Op::End);
        }
    }
}

/// Whether a name stands behind a dot.
fn link_is_named(links: &[Vec<Node<'_>>]) -> bool {
    links.iter().flatten().any(|n| n.kind() == Kind::Dot)
}

/// Whether a block begins with its body.
fn is_bare(block: Node<'_>) -> bool {
    let first = block.all_children().into_iter().next();
    first.is_none_or(|n| matches!(n.kind(), Kind::Body | Kind::End | Kind::Comment))
}

/// Whether a dot of the chain is the first on its line.
fn starts_a_line(base: Node<'_>, links: &[Vec<Node<'_>>]) -> bool {
    let mut row = base.end_row();
    for child in links.iter().flatten() {
        if child.kind() == Kind::Dot && child.row() > row {
            return true;
        }
        row = child.end_row();
    }
    false
}

/// What a chain begins with, and the other children of its nodes from the innermost to the outermost.
fn spine<'t>(node: Node<'t>, belongs: impl Fn(Node<'t>) -> bool) -> (Node<'t>, Vec<Vec<Node<'t>>>) {
    let mut base = node;
    let mut links = Vec::new();
    while belongs(base) {
        let mut children = base.all_children();
        if children.is_empty() {
            break;
        }
        base = children.remove(0);
        links.push(children);
    }
    links.reverse();
    (base, links)
}
