//! The tree and its nodes, with access by kind and field.

use super::kinds::{Field, Kind, Numbers};
use std::fmt::Write as _;
use std::ops::Range;

/// The syntax tree of one file, with its text.
#[derive(Debug)]
pub struct Tree {
    raw: Option<tree_sitter::Tree>,
    text: String,
    numbers: Numbers,
}

impl Tree {
    /// Parses a text. It always gives a tree; what it could not parse is in it as ERROR and MISSING nodes.
    pub(super) fn parse(text: &str) -> Tree {
        Tree::parse_ranges(text, &[])
    }

    /// As [`Tree::parse`], of some bytes only.
    pub(super) fn parse_parts(text: &str, parts: &[Range<usize>]) -> Tree {
        let mut ranges = Vec::new();
        let (mut at, mut row, mut line) = (0, 0, 0);
        let mut point = |byte: usize| {
            for (i, _) in text[at..byte].match_indices('\n') {
                row += 1;
                line = at + i + 1;
            }
            at = byte;
            tree_sitter::Point::new(row, byte - line)
        };
        for part in parts {
            ranges.push(tree_sitter::Range {
                start_byte: part.start,
                end_byte: part.end,
                start_point: point(part.start),
                end_point: point(part.end),
            });
        }
        Tree::parse_ranges(text, &ranges)
    }

    /// Parses these ranges; all of the text, if there are none.
    fn parse_ranges(text: &str, ranges: &[tree_sitter::Range]) -> Tree {
        let language = tree_sitter::Language::new(tree_sitter_aria::LANGUAGE);
        let mut parser = tree_sitter::Parser::new();
        // It fails only for a grammar that was generated for another version of the library; then, as when parsing
        // were cancelled, there is no tree, which `root` tells. The ranges are in order.
        let is_ready =
            parser.set_language(&language).is_ok() && parser.set_included_ranges(ranges).is_ok();
        let raw = is_ready.then(|| parser.parse(text, None)).flatten();
        Tree {
            raw,
            text: text.to_owned(),
            numbers: Numbers::of(&language),
        }
    }

    /// The whole file; none if the parser gave up.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        self.raw.as_ref().map(|raw| Node {
            raw: raw.root_node(),
            tree: self,
        })
    }

    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    raw: tree_sitter::Node<'t>,
    tree: &'t Tree,
}

impl<'t> Node<'t> {
    fn wrap(self, raw: tree_sitter::Node<'t>) -> Node<'t> {
        Node {
            raw,
            tree: self.tree,
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.tree.numbers.kind(self.raw.kind_id())
    }

    /// Whether both are the same node.
    #[must_use]
    pub fn is(self, other: Node<'t>) -> bool {
        self.raw == other.raw
    }

    /// Whether it stands where a name is declared.
    #[must_use]
    pub fn is_name(self) -> bool {
        let Some(parent) = self.raw.parent() else {
            return false;
        };
        let roles = [Field::Name, Field::Pattern, Field::Alias, Field::Segment];
        let mut found = roles
            .iter()
            .map(|f| parent.child_by_field_id(self.tree.numbers.field(*f)));
        found.any(|n| n == Some(self.raw))
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'t str {
        self.tree.text.get(self.raw.byte_range()).unwrap_or("")
    }

    /// Its bytes.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.raw.byte_range()
    }

    /// Its 0-based line.
    #[must_use]
    pub fn row(self) -> usize {
        self.raw.start_position().row
    }

    /// Its 0-based column, in characters.
    #[must_use]
    pub fn column(self) -> usize {
        let start = self.range().start;
        let line = start - self.raw.start_position().column.min(start);
        let before = self.tree.text.get(line..start).unwrap_or("");
        before.chars().count()
    }

    /// The 0-based line on which it ends.
    #[must_use]
    pub fn end_row(self) -> usize {
        self.raw.end_position().row
    }

    /// What tells it from every other node of its tree.
    #[must_use]
    pub fn id(self) -> usize {
        self.raw.id()
    }

    /// Number of blanks before the first word of its first line.
    #[must_use]
    pub fn indentation(self) -> usize {
        let start = self.range().start;
        let before = self.tree.text.get(..start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = self.tree.text.get(line..).unwrap_or("");
        rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    /// Whether the parser made it up, to go on where it should be.
    #[must_use]
    pub fn is_missing(self) -> bool {
        self.raw.is_missing() || self.kind() == Kind::MissingEnd
    }

    /// Whether it is a node of the grammar, not a token.
    #[must_use]
    pub fn is_named(self) -> bool {
        self.raw.is_named()
    }

    /// Whether the grammar lets it stand anywhere: a comment, or an ERROR.
    #[must_use]
    pub fn is_extra(self) -> bool {
        self.raw.is_extra()
    }

    /// Whether something in it could not be parsed.
    #[must_use]
    pub fn has_error(self) -> bool {
        self.raw.has_error()
    }

    /// The child in a role; a token that the parser made up is none.
    #[must_use]
    pub fn field(self, field: Field) -> Option<Node<'t>> {
        let raw = self.raw.child_by_field_id(self.tree.numbers.field(field))?;
        (!raw.is_missing()).then(|| self.wrap(raw))
    }

    /// All children in a role, in order.
    #[must_use]
    pub fn fields(self, field: Field) -> Vec<Node<'t>> {
        let id = std::num::NonZeroU16::new(self.tree.numbers.field(field));
        let Some(id) = id else { return Vec::new() };
        let mut cursor = self.raw.walk();
        let found = self.raw.children_by_field_id(id, &mut cursor);
        found
            .filter(|n| n.is_named() && !n.is_missing())
            .map(|n| self.wrap(n))
            .collect()
    }

    /// The nodes of the grammar in it, in order, without comments, ERRORs and what the parser made up.
    #[must_use]
    pub fn children(self) -> Vec<Node<'t>> {
        let mut children = self.all_children();
        children.retain(|n| {
            n.is_named() && !n.is_extra() && !n.is_missing() && n.kind() != Kind::Error
        });
        children
    }

    /// All children, tokens included.
    #[must_use]
    pub fn all_children(self) -> Vec<Node<'t>> {
        let mut cursor = self.raw.walk();
        self.raw
            .children(&mut cursor)
            .map(|n| self.wrap(n))
            .collect()
    }

    /// The first token of a kind among the children.
    #[must_use]
    pub fn token(self, kind: Kind) -> Option<Node<'t>> {
        self.all_children()
            .into_iter()
            .find(|n| n.kind() == kind && !n.is_missing())
    }

    /// Calls `visit` for each node in it, itself first, parents before children. It goes into a node's children only
    /// if `visit` says so. It takes no stack, however deep the tree is.
    pub fn walk(self, mut visit: impl FnMut(Node<'t>) -> bool) {
        let mut cursor = self.raw.walk();
        loop {
            if visit(self.wrap(cursor.node())) && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}

/// The tree as an indented s-expression, one node a line; tokens are left out, texts of leaves shown.
pub(super) fn dump(tree: &Tree) -> String {
    let mut out = String::new();
    let Some(root) = tree.root() else { return out };
    let mut cursor = root.raw.walk();
    let mut open = 0usize;
    loop {
        let node = root.wrap(cursor.node());
        let shown = node.is_named() || node.is_missing();
        if shown {
            if !out.is_empty() {
                out.push('\n');
            }
            // Deeper than this, indentation helps nobody, and the output would grow with the square of the depth.
            out.extend(std::iter::repeat_n("  ", open.min(50)));
            if let Some(field) = cursor.field_name() {
                let _ = write!(out, "{field}: ");
            }
            out.push('(');
            open += 1;
            if node.raw.is_missing() {
                out.push_str("MISSING ");
            }
            out.push_str(node.raw.kind());
            if node.raw.child_count() == 0 && !node.text().is_empty() {
                let _ = write!(out, " {:?}", node.text());
            }
        }
        if cursor.goto_first_child() {
            continue;
        }
        loop {
            let node = root.wrap(cursor.node());
            if node.is_named() || node.is_missing() {
                out.push(')');
                open -= 1;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                out.push('\n');
                return out;
            }
        }
    }
}
