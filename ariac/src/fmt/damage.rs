//! Which statements and declarations are left as they are written: those around what the parser could not read.

use crate::syntax::{self, Kind, Node, Tree};
use std::collections::HashSet;

/// Levels of the tree. What is nested deeper is left alone: the compiler refuses it anyway.
const DEEPEST: usize = 1000;

/// How much is left alone around an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The smallest statement or declaration around it.
    Smallest,
    /// The outermost one.
    Outermost,
}

/// Whether the children of a node are statements or declarations, one a line.
pub(super) fn is_body(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::SourceFile
            | Kind::Body
            | Kind::ExternBody
            | Kind::StructBody
            | Kind::EnumBody
            | Kind::TraitBody
            | Kind::ImplBody
            | Kind::ModuleBody
    )
}

/// A statement or declaration.
struct Item {
    id: usize,
    outer: Option<usize>,
    /// It shares a line with what stands before or behind all statements of its body, and can't stand alone.
    tight: bool,
}

/// A node to look at.
struct Visit<'t> {
    node: Node<'t>,
    depth: usize,
    item: Option<usize>,
    /// The lines of the tokens before and behind it.
    before: Option<usize>,
    after: Option<usize>,
}

/// The nodes that are left alone.
pub(super) fn find(tree: &Tree, extent: Extent) -> HashSet<usize> {
    let mut kept = HashSet::new();
    let Some(root) = tree.root() else { return kept };
    let mut items: Vec<Item> = Vec::new();
    let mut visits = vec![Visit {
        node: root,
        depth: 0,
        item: None,
        before: None,
        after: None,
    }];
    while let Some(visit) = visits.pop() {
        let node = visit.node;
        if is_damaged(node) || visit.depth > DEEPEST {
            match visit.item {
                Some(item) => keep(&items, item, extent, &mut kept),
                None => drop(kept.insert(root.id())),
            }
            continue;
        }
        let children = node.all_children();
        for (number, child) in children.iter().enumerate() {
            let previous = number.checked_sub(1).and_then(|n| children.get(n));
            let before = previous.map_or(visit.before, |n| Some(n.end_row()));
            let after = children
                .get(number + 1)
                .map_or(visit.after, |n| Some(n.row()));
            let mut item = visit.item;
            if is_body(node.kind()) {
                items.push(Item {
                    id: child.id(),
                    outer: item,
                    tight: (number == 0 && before == Some(child.row()))
                        || (number + 1 == children.len() && after == Some(child.end_row())),
                });
                item = Some(items.len() - 1);
            }
            visits.push(Visit {
                node: *child,
                depth: visit.depth + 1,
                item,
                before,
                after,
            });
        }
    }
    keep_members(root, &mut kept);
    kept
}

/// Whether the parser could not read this, or read what cannot be meant.
fn is_damaged(node: Node<'_>) -> bool {
    node.kind() == Kind::Error || node.is_missing() || syntax::increment(node).is_some()
}

/// What follows a damaged declaration and is indented further was meant to be in it, and is known by its indentation alone.
fn keep_members(file: Node<'_>, kept: &mut HashSet<usize>) {
    let mut damaged = None;
    // Where the declaration before ends.
    let mut row = None;
    for child in file.all_children() {
        let indentation = child.indentation();
        // What stands on the same line stays with it.
        let goes_on = row == Some(child.row()) || child.kind() == Kind::Comment;
        if damaged.is_some_and(|outer| indentation > outer) {
            kept.insert(child.id());
        } else if kept.contains(&child.id()) {
            damaged = Some(indentation);
        } else if !goes_on {
            damaged = None;
        }
        row = Some(child.end_row());
    }
}

fn keep(items: &[Item], item: usize, extent: Extent, kept: &mut HashSet<usize>) {
    let mut item = &items[item];
    while let Some(outer) = item.outer
        && (item.tight || extent == Extent::Outermost)
    {
        item = &items[outer];
    }
    kept.insert(item.id);
}
