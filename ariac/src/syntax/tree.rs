//! The tree and its nodes, with access by kind and field.

use super::kinds::{Field, Kind, Numbers};
use std::fmt::Write as _;
use std::ops::Range;

/// The syntax tree of one file, with its text. Tree-sitter's own tree is gone through once: what the compiler asks of nodes,
/// many times over, is then a look into a list.
#[derive(Debug)]
pub struct Tree {
    /// Parents before children, children in order.
    nodes: Vec<Parsed>,
    text: String,
}

/// What is kept of a node.
#[derive(Debug)]
struct Parsed {
    kind: Kind,
    /// The grammar's number of the kind.
    id: u16,
    /// Its role in its parent.
    field: Option<Field>,
    named: bool,
    extra: bool,
    missing: bool,
    has_error: bool,
    start: u32,
    end: u32,
    row: u32,
    end_row: u32,
    parent: u32,
    /// The number of the first node after those in it.
    after: u32,
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
        let mut parser = tree_sitter::Parser::new();
        // It fails only for a grammar that was generated for another version of the library; then, as when parsing
        // were cancelled, there is no tree, which `root` tells. The ranges are in order.
        let is_ready =
            parser.set_language(&language()).is_ok() && parser.set_included_ranges(ranges).is_ok();
        let parsed = is_ready.then(|| parser.parse(text, None)).flatten();
        Tree {
            nodes: parsed.as_ref().map_or_else(Vec::new, nodes),
            text: text.to_owned(),
        }
    }

    /// The whole file; none if the parser gave up.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node {
            number: 0,
            tree: self,
        })
    }

    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn language() -> tree_sitter::Language {
    tree_sitter::Language::new(tree_sitter_aria::LANGUAGE)
}

/// The nodes of tree-sitter's tree.
fn nodes(tree: &tree_sitter::Tree) -> Vec<Parsed> {
    let numbers = Numbers::get();
    let mut cursor = tree.walk();
    let mut nodes: Vec<Parsed> = Vec::with_capacity(cursor.node().descendant_count());
    let mut around: Vec<u32> = Vec::new();
    // Tree-sitter counts in 32 bits itself.
    let narrow = |n: usize| n as u32;
    loop {
        let node = cursor.node();
        let number = narrow(nodes.len());
        nodes.push(Parsed {
            kind: numbers.kind(node.kind_id()),
            id: node.kind_id(),
            field: cursor.field_id().and_then(|id| numbers.field(id.get())),
            named: node.is_named(),
            extra: node.is_extra(),
            missing: node.is_missing(),
            has_error: node.has_error(),
            start: narrow(node.start_byte()),
            end: narrow(node.end_byte()),
            row: narrow(node.start_position().row),
            end_row: narrow(node.end_position().row),
            parent: around.last().copied().unwrap_or(number),
            after: number + 1,
        });
        if cursor.goto_first_child() {
            around.push(number);
            continue;
        }
        while !cursor.goto_next_sibling() {
            let Some(parent) = around.pop() else {
                return nodes;
            };
            cursor.goto_parent();
            nodes[parent as usize].after = narrow(nodes.len());
        }
    }
}

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    number: u32,
    tree: &'t Tree,
}

impl<'t> Node<'t> {
    fn parsed(self) -> &'t Parsed {
        &self.tree.nodes[self.number as usize]
    }

    fn at(self, number: u32) -> Node<'t> {
        Node {
            number,
            tree: self.tree,
        }
    }

    /// All children, tokens included.
    fn each_child(self) -> impl Iterator<Item = Node<'t>> {
        let end = self.parsed().after;
        let mut next = self.number + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = self.at(next);
                next = child.parsed().after;
                child
            })
        })
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.parsed().kind
    }

    /// Whether both are the same node.
    #[must_use]
    pub fn is(self, other: Node<'t>) -> bool {
        self.number == other.number
    }

    /// Whether it stands where a name is declared.
    #[must_use]
    pub fn is_name(self) -> bool {
        let roles = [Field::Name, Field::Pattern, Field::Alias, Field::Segment];
        let parent = self.at(self.parsed().parent);
        let is_first = |role: Field| {
            let mut children = parent.each_child();
            let first = children.find(|child| child.parsed().field == Some(role));
            first.is_some_and(|child| child.is(self))
        };
        roles.into_iter().any(is_first)
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'t str {
        self.tree.text.get(self.range()).unwrap_or("")
    }

    /// Its bytes.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.parsed().start as usize..self.parsed().end as usize
    }

    /// Its 0-based line.
    #[must_use]
    pub fn row(self) -> usize {
        self.parsed().row as usize
    }

    /// Its 0-based column, in characters.
    #[must_use]
    pub fn column(self) -> usize {
        let before = self.tree.text.get(..self.range().start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        before[line..].chars().count()
    }

    /// The 0-based line on which it ends.
    #[must_use]
    pub fn end_row(self) -> usize {
        self.parsed().end_row as usize
    }

    /// What tells it from every other node of its tree.
    #[must_use]
    pub fn id(self) -> usize {
        self.number as usize
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
        self.parsed().missing || self.kind() == Kind::MissingEnd
    }

    /// Whether it is a node of the grammar, not a token.
    #[must_use]
    pub fn is_named(self) -> bool {
        self.parsed().named
    }

    /// Whether the grammar lets it stand anywhere: a comment, or an ERROR.
    #[must_use]
    pub fn is_extra(self) -> bool {
        self.parsed().extra
    }

    /// Whether something in it could not be parsed.
    #[must_use]
    pub fn has_error(self) -> bool {
        self.parsed().has_error
    }

    /// The child in a role; a token that the parser made up is none.
    #[must_use]
    pub fn field(self, field: Field) -> Option<Node<'t>> {
        let mut children = self.each_child();
        let child = children.find(|child| child.parsed().field == Some(field))?;
        (!child.parsed().missing).then_some(child)
    }

    /// All children in a role, in order.
    #[must_use]
    pub fn fields(self, field: Field) -> Vec<Node<'t>> {
        let has_role = |child: &Node<'t>| {
            let child = child.parsed();
            child.field == Some(field) && child.named && !child.missing
        };
        self.each_child().filter(has_role).collect()
    }

    /// The nodes of the grammar in it, in order, without comments, ERRORs and what the parser made up.
    #[must_use]
    pub fn children(self) -> Vec<Node<'t>> {
        let is_one = |n: &Node<'t>| {
            n.is_named() && !n.is_extra() && !n.is_missing() && n.kind() != Kind::Error
        };
        self.each_child().filter(is_one).collect()
    }

    /// All children, tokens included.
    #[must_use]
    pub fn all_children(self) -> Vec<Node<'t>> {
        self.each_child().collect()
    }

    /// The first token of a kind among the children.
    #[must_use]
    pub fn token(self, kind: Kind) -> Option<Node<'t>> {
        self.each_child()
            .find(|n| n.kind() == kind && !n.is_missing())
    }

    /// Calls `visit` for each node in it, itself first, parents before children. It goes into a node's children only
    /// if `visit` says so. It takes no stack, however deep the tree is.
    pub fn walk(self, mut visit: impl FnMut(Node<'t>) -> bool) {
        let mut number = self.number;
        while number < self.parsed().after {
            let node = self.at(number);
            number = match visit(node) {
                true => number + 1,
                false => node.parsed().after,
            };
        }
    }
}

/// The tree as an indented s-expression, one node a line; tokens are left out, texts of leaves shown.
pub(super) fn dump(tree: &Tree) -> String {
    let language = language();
    let mut out = String::new();
    // Where the shown nodes around end.
    let mut open: Vec<u32> = Vec::new();
    let close = |out: &mut String, open: &mut Vec<u32>, number: u32| {
        while open.last().is_some_and(|end| *end <= number) {
            out.push(')');
            open.pop();
        }
    };
    for (number, parsed) in (0..).zip(&tree.nodes) {
        close(&mut out, &mut open, number);
        if !parsed.named && !parsed.missing {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        // Deeper than this, indentation helps nobody, and the output would grow with the square of the depth.
        out.extend(std::iter::repeat_n("  ", open.len().min(50)));
        if let Some(field) = parsed.field {
            let _ = write!(out, "{}: ", field.as_str());
        }
        out.push('(');
        open.push(parsed.after);
        if parsed.missing {
            out.push_str("MISSING ");
        }
        out.push_str(language.node_kind_for_id(parsed.id).unwrap_or(""));
        let text = Node { number, tree }.text();
        if parsed.after == number + 1 && !text.is_empty() {
            let _ = write!(out, " {text:?}");
        }
    }
    close(&mut out, &mut open, u32::MAX);
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
