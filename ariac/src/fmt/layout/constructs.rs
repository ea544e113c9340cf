//! What has a header, bodies, clauses and an `end`: on one line if it was written on one and fits.

use super::{Layout, chains, newline, spacing};
use crate::fmt::damage::is_body;
use crate::fmt::printer::{Break, Op};
use crate::syntax::{Kind, Node};

/// Whether a kind of node is laid out here.
pub(super) fn is_construct(kind: Kind) -> bool {
    is_clause(kind)
        || matches!(
            kind,
            Kind::FunctionDeclaration
                | Kind::FunctionSignature
                | Kind::StructDeclaration
                | Kind::EnumDeclaration
                | Kind::TraitDeclaration
                | Kind::ImplDeclaration
                | Kind::ModuleDeclaration
                | Kind::ExternDeclaration
                | Kind::ForStatement
                | Kind::ParallelForStatement
                | Kind::WhileStatement
                | Kind::LoopExpression
                | Kind::IfExpression
                | Kind::UnlessExpression
                | Kind::MatchExpression
                | Kind::BeginExpression
                | Kind::Block
                | Kind::Closure
        )
}

fn is_clause(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ElsifClause
            | Kind::ElseClause
            | Kind::WhenClause
            | Kind::RescueClause
            | Kind::EnsureClause
    )
}

fn is_condition(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RequiresClause | Kind::EnsuresClause | Kind::WhereClause
    )
}

impl<'t> Layout<'t, '_> {
    /// A construct; `before` is the token before it, if its first line begins with that.
    pub(super) fn construct(&mut self, node: Node<'t>, before: Option<Node<'t>>) {
        let start = before.map_or(node.row(), |n| n.end_row());
        let one_line = start == node.end_row();
        if one_line {
            self.push(Op::Begin(Break::OnNewline));
        }
        self.parts(node, before, one_line);
        if one_line {
            self.push(Op::End);
        }
    }

    /// The children of a construct or a clause. On one line they share the group that is open.
    fn parts(&mut self, node: Node<'t>, before: Option<Node<'t>>, one_line: bool) {
        let children = node.all_children();
        let line = if one_line { Op::Line } else { Op::Hard };
        let is_match = node.kind() == Kind::MatchExpression;
        let mut previous = before;
        let mut begun = false;
        for (number, &child) in children.iter().enumerate() {
            let kind = child.kind();
            if is_body(kind) {
                let alone =
                    !is_clause(node.kind()) && !children.iter().any(|n| is_clause(n.kind()));
                self.body(previous, child, one_line, alone);
            } else if is_clause(kind) {
                self.clause(previous, child, is_match, one_line);
            } else if kind == Kind::End {
                self.push(line);
                self.node(child);
            } else if kind == Kind::Comment {
                let next = children[number..]
                    .iter()
                    .find(|n| n.kind() != Kind::Comment);
                if begun || before.is_some() {
                    self.comment_of(node, previous, child, next.copied());
                } else {
                    self.gap(previous, child, None);
                }
            } else if is_condition(kind) && previous.is_some_and(|n| n.end_row() < child.row()) {
                self.push(Op::Indent(1));
                self.push(Op::Hard);
                self.node(child);
                self.push(Op::Dedent(1));
            } else {
                self.header(node, previous, child, begun);
            }
            begun |= !matches!(kind, Kind::DocComment | Kind::Attribute | Kind::Comment);
            previous = Some(child);
        }
    }

    /// A word of the header.
    fn header(&mut self, node: Node<'t>, previous: Option<Node<'t>>, child: Node<'t>, begun: bool) {
        // What goes on after a comment is further in than the body.
        let after_comment = begun && previous.is_some_and(|n| n.kind() == Kind::Comment);
        if after_comment {
            self.push(Op::Indent(2));
        }
        if child.kind() == Kind::Then && node.kind() == Kind::WhenClause && !after_comment {
            self.push(Op::Space);
            self.push(Op::Stop(child.column()));
        } else {
            self.gap(previous, child, spacing::between(node, previous, child));
        }
        // Further in than the body, from which it could not be told otherwise.
        if previous.is_some_and(|n| spacing::is_assignment(n.kind())) {
            self.value_of_function(child);
        } else {
            self.hang = 2;
            self.word(previous, child);
            self.hang = 1;
        }
        if after_comment {
            self.push(Op::Dedent(2));
        }
    }

    /// What a function of the form `fn f = e` gives.
    fn value_of_function(&mut self, value: Node<'t>) {
        if chains::level(value).is_some() {
            self.on_next_line(value);
        } else {
            self.right_side(value);
        }
    }

    /// A body: on the line of its header if the whole construct is, or if it was there, fits, and is one of several.
    fn body(&mut self, previous: Option<Node<'t>>, body: Node<'t>, one_line: bool, alone: bool) {
        let row = previous.filter(|n| n.kind() != Kind::Comment);
        let inline = !one_line
            && !alone
            && row.is_some_and(|n| n.end_row() == body.row())
            && body.row() == body.end_row();
        let line = match previous {
            _ if one_line || inline => Op::Line,
            Some(comment) if comment.kind() == Kind::Comment => {
                newline(comment.end_row(), body.row())
            }
            _ => Op::Hard,
        };
        if inline {
            self.push(Op::Begin(Break::OnNewline));
        }
        self.push(Op::Indent(1));
        self.push(line);
        self.items(body);
        self.push(Op::Dedent(1));
        if inline {
            self.push(Op::End);
        }
    }

    /// `else` and its like at the level of the construct, arms of a `match` one deeper.
    fn clause(
        &mut self,
        previous: Option<Node<'t>>,
        clause: Node<'t>,
        is_match: bool,
        one_line: bool,
    ) {
        let is_arm = |n: &Node<'t>| is_clause(n.kind()) || n.kind() == Kind::Comment;
        let line = match previous {
            _ if one_line => Op::Line,
            Some(arm) if is_match && is_arm(&arm) => newline(arm.end_row(), clause.row()),
            _ => Op::Hard,
        };
        self.push(Op::Indent(usize::from(is_match)));
        self.push(line);
        if is_match {
            self.construct(clause, None);
        } else {
            self.parts(clause, None, one_line);
        }
        self.push(Op::Dedent(usize::from(is_match)));
    }

    /// A comment between the parts. Before a clause its own indentation tells to which body it belongs.
    fn comment_of(
        &mut self,
        node: Node<'t>,
        previous: Option<Node<'t>>,
        comment: Node<'t>,
        next: Option<Node<'t>>,
    ) {
        let is_first = previous.is_none_or(|n| !is_body(n.kind()) && n.kind() != Kind::Comment);
        let row = previous.map(|n| n.end_row());
        let line = match row {
            Some(row) if !is_first => newline(row, comment.row()),
            _ => Op::Hard,
        };
        let before_clause = next.is_some_and(|n| is_clause(n.kind()));
        let after_arm = previous.is_some_and(|n| is_clause(n.kind()));
        let steps = if node.kind() == Kind::MatchExpression {
            let arm = node.fields(crate::syntax::Field::Arm).first().copied();
            1 + usize::from(after_arm && arm.is_some_and(|arm| comment.column() > arm.column()))
        } else {
            usize::from(!before_clause || comment.column() > node.indentation())
        };
        self.push(Op::Indent(steps));
        self.comment(row, comment, line);
        self.push(Op::Dedent(steps));
    }
}
