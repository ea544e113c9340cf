//! `ariac fmt`: one style, made of the syntax tree alone.
//!
//! The tree becomes operations ([`layout`]), and these become lines ([`printer`], [`align`]). Every token is written in its
//! order, so that only whitespace can change. A statement or declaration in which something could not be parsed stays
//! as it is written ([`damage`]), and the rest is formatted around it.
//!
//! What holds of every text: the result parses to the same tree with the same mistakes ([`same`]), and formatting it again
//! changes nothing.
//! Where recovery from an error comes out differently in the formatted text, more of it is left as it is.

mod align;
mod damage;
mod layout;
mod printer;
mod same;

use crate::syntax::{self, Tree};
use damage::Extent;

/// How often formatting may find something to do before it must be done. Breaking a line can let another one be joined.
const ROUNDS: usize = 6;

/// A formatted text.
#[derive(Debug)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// What was left as it was.
    pub kept: Kept,
}

/// How much of a text was left as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Nothing: it has no syntax errors.
    Nothing,
    /// The statements and declarations around syntax errors.
    Damaged,
    /// The outermost declarations around them.
    Declarations,
    /// All of it.
    Everything,
}

/// Formats a text.
#[must_use]
pub fn format(text: &str) -> Formatted {
    let done = |text: String, kept| Formatted { text, kept };
    let tree = syntax::parse(text);
    let is_whole = damage::find(&tree, Extent::Smallest).is_empty();
    if let Some(result) = settle(&tree, Extent::Smallest) {
        let kept = if is_whole {
            Kept::Nothing
        } else {
            Kept::Damaged
        };
        return done(result, kept);
    }
    if !is_whole && let Some(result) = settle(&tree, Extent::Outermost) {
        // It must not be formatted further the next time.
        let next = settle(&syntax::parse(&result), Extent::Smallest);
        if next.is_none_or(|next| next == result) {
            return done(result, Kept::Declarations);
        }
    }
    done(text.to_owned(), Kept::Everything)
}

/// Formats until nothing changes; none if that does not come about, or if the tree is not the same any more.
fn settle(tree: &Tree, extent: Extent) -> Option<String> {
    let wanted = same::Signature::of(tree);
    let mut text = once(tree, extent)?;
    for _ in 0..ROUNDS {
        let tree = syntax::parse(&text);
        let next = once(&tree, extent)?;
        if next == text {
            return (same::Signature::of(&tree) == wanted).then_some(text);
        }
        text = next;
    }
    None
}

/// Formats once; none if there is no tree.
fn once(tree: &Tree, extent: Extent) -> Option<String> {
    let root = tree.root()?;
    let kept = damage::find(tree, extent);
    if kept.contains(&root.id()) {
        return Some(tree.text().to_owned());
    }
    let ops = layout::file(root, tree.text(), &kept);
    let text = align::join(printer::print(&ops));
    Some(if text.trim().is_empty() {
        String::new()
    } else {
        text
    })
}
