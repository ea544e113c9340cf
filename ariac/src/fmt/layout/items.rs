//! Statements and declarations, one a line.

use super::{Layout, newline};
use crate::fmt::printer::Op;
use crate::syntax::{Kind, Node};

impl<'t> Layout<'t, '_> {
    /// The children of a body, with at most one empty line between two of them.
    pub(super) fn items(&mut self, body: Node<'t>) {
        let children = body.all_children();
        let mut row = None;
        let mut rest = children.as_slice();
        let mut parts_functions = vec![false; children.len()];
        for pair in function_pairs(&children) {
            parts_functions[pair] = true;
        }
        while let Some(first) = rest.first() {
            let (chunk, after) = rest.split_at(self.chunk(rest));
            let number = children.len() - rest.len();
            rest = after;
            let last = chunk.last().unwrap_or(first);
            let kept = chunk.len() > 1 || self.kept.contains(&first.id());
            let separator = |row: usize| {
                if parts_functions[number] {
                    Op::Blank
                } else {
                    newline(row, first.row())
                }
            };
            if kept {
                if let Some(row) = row {
                    self.push(separator(row));
                }
                row = Some(self.verbatim(*first, *last));
                continue;
            }
            match row {
                Some(row) if first.kind() == Kind::Comment => {
                    self.comment(Some(row), *first, separator(row));
                }
                Some(row) => self.push(separator(row)),
                None if first.kind() == Kind::Comment => {
                    self.push(Op::Text(first.text().trim_end()));
                }
                None => {}
            }
            if first.kind() != Kind::Comment {
                self.node(*first);
            }
            row = Some(first.end_row());
        }
    }

    /// How many of the children stay together: those that share a line with something damaged.
    fn chunk(&self, children: &[Node<'t>]) -> usize {
        let is_kept = |n: &Node<'t>| self.kept.contains(&n.id());
        let mut kept = children.first().is_some_and(is_kept);
        let mut length = 1;
        for pair in children.windows(2) {
            let adjoins = pair[0].end_row() == pair[1].row();
            if !adjoins || !(kept || is_kept(&pair[1])) {
                break;
            }
            kept = true;
            length += 1;
        }
        length
    }

    /// The text from one node to another as it is; the line where it ends.
    fn verbatim(&mut self, first: Node<'t>, last: Node<'t>) -> usize {
        let start = first.range().start;
        let whole = self.text.get(start..last.range().end).unwrap_or("");
        let text = whole.trim_end();
        let before = self.text.get(..start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let blanks = before.get(line..).unwrap_or("");
        let blanks = if blanks.trim().is_empty() { blanks } else { "" };
        self.push(Op::Verbatim(blanks, text));
        first.row() + text.matches('\n').count()
    }
}

/// Where an empty line is due between two functions that have none: before the second one and its comments. Functions
/// of the form `fn f = e` may stand close together.
fn function_pairs(children: &[Node<'_>]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut last: Option<usize> = None;
    for (number, child) in children.iter().enumerate() {
        if child.kind() == Kind::Comment {
            continue;
        }
        if child.kind() != Kind::FunctionDeclaration {
            last = None;
            continue;
        }
        if let Some(previous) = last {
            let between = &children[previous..=number];
            let short = [previous, number]
                .iter()
                .all(|n| children[*n].token(Kind::Assign).is_some());
            let apart = between
                .windows(2)
                .any(|pair| pair[1].row() > pair[0].end_row() + 1);
            // A comment on the line where the first one ends belongs to it.
            let first = between
                .iter()
                .position(|n| n.row() > children[previous].end_row());
            if !short
                && !apart
                && let Some(first) = first
            {
                found.push(previous + first);
            }
        }
        last = Some(number);
    }
    found
}
