//! What is wrong with a text, read from the ERROR and MISSING nodes of its tree.
//!
//! tree-sitter mends a text as well as it can and marks what it skipped or made up. One mistake often leaves several
//! marks: here they become one [`Problem`] each. A text has at most one on each line, and what can only be a
//! consequence of another (an `end` that was skipped together with an ERROR) is left out.

use super::{Kind, Node, Tree};
use std::ops::Range;

/// Words that begin a declaration in other languages.
const FOREIGN: [&str; 5] = ["def", "func", "function", "class", "var"];

/// A mistake in the text.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    /// One or more `end`s are missing here.
    MissingEnd {
        /// Where they should be: an empty range.
        at: Range<usize>,
        /// What they would close, innermost first; never empty.
        unclosed: Vec<Unclosed>,
        /// A construct inside whose `end`, by its indentation, was meant for what is unclosed.
        suspect: Option<Unclosed>,
    },
    /// A token is missing here.
    Missing {
        /// Where it should be.
        at: Range<usize>,
        /// The token.
        token: &'static str,
    },
    /// A bracket or a string is never closed.
    Unclosed {
        /// The bracket, or the string's quote and what follows it on the line.
        at: Range<usize>,
        /// What would close it.
        token: &'static str,
    },
    /// An operator or comma that nothing follows.
    NoOperand {
        /// The operator.
        at: Range<usize>,
    },
    /// An `end` that closes nothing.
    ExtraEnd {
        /// The `end`.
        at: Range<usize>,
    },
    /// An assignment to a name that begins with a capital.
    ConstantAssigned {
        /// The name.
        at: Range<usize>,
    },
    /// Something that cannot stand here.
    Unexpected {
        /// The text.
        at: Range<usize>,
    },
}

/// Something that `end` closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// Its first line.
    pub at: Range<usize>,
    /// What a person calls it.
    pub name: &'static str,
}

impl Problem {
    /// The place.
    #[must_use]
    pub fn at(&self) -> &Range<usize> {
        match self {
            Problem::MissingEnd { at, .. }
            | Problem::Missing { at, .. }
            | Problem::Unclosed { at, .. }
            | Problem::NoOperand { at }
            | Problem::ExtraEnd { at }
            | Problem::ConstantAssigned { at }
            | Problem::Unexpected { at } => at,
        }
    }
}

/// All mistakes, in the order of the text.
#[must_use]
pub fn problems(tree: &Tree) -> Vec<Problem> {
    let Some(root) = tree.root() else {
        return vec![Problem::Unexpected {
            at: 0..tree.text().len(),
        }];
    };
    let mut found: Vec<Problem> = Vec::new();
    root.walk(|node| {
        match node.kind() {
            Kind::Error => {
                let problem = of_error(node, tree.text());
                // An ERROR with others in it is what the parser gave up on; those in it say why.
                let inner = has_inner_error(node);
                if !inner || matches!(problem, Problem::Unclosed { .. }) {
                    found.push(problem);
                }
                return inner;
            }
            Kind::MissingEnd => {}
            _ if node.is_missing() => found.push(missing(node)),
            _ => missing_end(node, tree.text(), &mut found),
        }
        node.has_error() || has_missing_end(node)
    });
    found.sort_by_key(|p| p.at().start);
    let found = one_a_line(found, tree.text());
    without_consequences(found, root)
}

/// Whether there is an ERROR or a made-up token inside of an ERROR.
fn has_inner_error(error: Node<'_>) -> bool {
    let mut found = false;
    error.walk(|node| {
        let is_inner = node.kind() == Kind::Error || node.is_missing();
        found |= is_inner && !node.is(error);
        !found && node.has_error()
    });
    found
}

/// What a token says that the parser made up.
fn missing(node: Node<'_>) -> Problem {
    let at = node.range();
    let token = match node.kind() {
        Kind::Identifier if node.is_name() => "name",
        Kind::Identifier | Kind::Integer => "expression",
        Kind::TypeIdentifier => "type",
        kind => kind.as_str(),
    };
    Problem::Missing { at, token }
}

/// `missing_end` is an ordinary node of the grammar, so `has_error` does not tell of it: declarations and bodies are
/// always looked into, expressions only where blocks can be.
fn has_missing_end(node: Node<'_>) -> bool {
    !matches!(
        node.kind(),
        Kind::Identifier
            | Kind::Integer
            | Kind::Float
            | Kind::Comment
            | Kind::DocComment
            | Kind::RawString
    )
}

/// Reports the `missing_end` among the children of `node`, unless an ERROR there explains it.
fn missing_end(node: Node<'_>, text: &str, found: &mut Vec<Problem>) {
    let Some(name) = construct(node.kind()) else {
        return;
    };
    let children = node.all_children();
    let Some(end) = children.iter().find(|n| n.kind() == Kind::MissingEnd) else {
        return;
    };
    if children.iter().any(|n| n.kind() == Kind::Error) {
        return;
    }
    // It is missing before what follows; at the end of the file, after what there is.
    let start = end.range().start.min(text.len());
    let blank = text[start..].len() - text[start..].trim_start().len();
    let at = if start + blank < text.len() {
        start + blank
    } else {
        text.trim_end().len()
    };
    let at = at..at;
    let unclosed = Unclosed {
        at: first_line(node),
        name,
    };
    let suspect = suspect(node);
    // Parents come before children: the outer one is in the list already when the inner one's gap is the same.
    if let Some(Problem::MissingEnd {
        at: other,
        unclosed: list,
        suspect: old,
    }) = found.last_mut()
        && *other == at
    {
        list.insert(0, unclosed);
        *old = old.take().or(suspect);
        return;
    }
    found.push(Problem::MissingEnd {
        at,
        unclosed: vec![unclosed],
        suspect,
    });
}

/// Inside a construct that lacks its `end`: the first one whose `end` stands further left than its beginning.
fn suspect(outer: Node<'_>) -> Option<Unclosed> {
    let mut found = None;
    outer.walk(|node| {
        if found.is_some() {
            return false;
        }
        if let Some(name) = construct(node.kind())
            && node.range() != outer.range()
            && let Some(end) = node.token(Kind::End)
            && end.row() != node.row()
            && end.indentation() < node.indentation()
        {
            found = Some(Unclosed {
                at: first_line(node),
                name,
            });
        }
        found.is_none()
    });
    found
}

/// What an ERROR node says.
fn of_error(node: Node<'_>, text: &str) -> Problem {
    let range = trimmed(node.range(), text);
    let inside = text.get(range.clone()).unwrap_or("");
    if inside == "end" {
        return Problem::ExtraEnd { at: range };
    }
    if let Some(quote @ ('"' | '\'')) = inside.chars().next() {
        let line = inside.lines().next().unwrap_or("").trim_end();
        if !line[1..].contains(quote) {
            let token = if quote == '"' { "\"" } else { "'" };
            return Problem::Unclosed {
                at: range.start..range.start + line.len(),
                token,
            };
        }
    }
    let line_start = text
        .get(..range.start)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |n| n + 1);
    let tokens_of_line = tokens(text.get(line_start..range.end).unwrap_or(""));
    if let [(at, name), .., (_, last)] = tokens_of_line[..]
        && name.starts_with(char::is_uppercase)
        && matches!(last, "=" | "+=" | "-=" | "*=" | "/=")
    {
        let at = line_start + at;
        return Problem::ConstantAssigned {
            at: at..at + name.len(),
        };
    }
    let tokens = tokens(inside);
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, token) in &tokens {
        match token.chars().next() {
            Some(c @ ('(' | '[' | '{')) => open.push((*at, c)),
            Some(')' | ']' | '}') => {
                open.pop();
            }
            _ => {}
        }
    }
    if let Some((at, bracket)) = open.first() {
        let token = match bracket {
            '(' => ")",
            '[' => "]",
            _ => "}",
        };
        let at = range.start + at;
        return Problem::Unclosed {
            at: at..at + 1,
            token,
        };
    }
    // A function of another language: its keyword says more than what the parser stumbled over.
    if let Some((at, word)) = tokens_of_line.first()
        && FOREIGN.contains(word)
    {
        let at = line_start + at;
        return Problem::Unexpected {
            at: at..at + word.len(),
        };
    }
    // One line is enough to show: the text goes on after it.
    let line_end = inside.find('\n').unwrap_or(inside.len());
    let after = text.get(range.start + line_end..).unwrap_or("");
    let after = after.lines().next().unwrap_or("").trim_start();
    let is_line_over = after.is_empty() || after.starts_with('#');
    if let Some((at, last)) = tokens.iter().rfind(|(at, _)| *at < line_end)
        && is_line_over
        && is_infix(last)
    {
        let at = range.start + at;
        return Problem::NoOperand {
            at: at..at + last.len(),
        };
    }
    let end = range.start + line_end;
    Problem::Unexpected {
        at: range.start..end.max(range.start),
    }
}

/// Words, and runs of other characters, with their places. Strings and comments are left out.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '"' || c == '\'' {
            let mut escaped = false;
            for (_, d) in rest.by_ref() {
                match d {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    _ if d == c || d == '\n' => break,
                    _ => {}
                }
            }
            continue;
        }
        if c == '#' {
            for (_, d) in rest.by_ref() {
                if d == '\n' {
                    break;
                }
            }
            continue;
        }
        if c.is_whitespace() {
            continue;
        }
        let same = |d: char| match c {
            _ if c.is_alphanumeric() || c == '_' => d.is_alphanumeric() || d == '_',
            '+' | '-' | '*' | '/' | '%' | '&' | '=' | '<' | '>' | '!' => "+-*/%&=<>!".contains(d),
            _ => false,
        };
        let mut end = at + c.len_utf8();
        while let Some(&(next, d)) = rest.peek() {
            if !same(d) {
                break;
            }
            end = next + d.len_utf8();
            rest.next();
        }
        tokens.push((at, &text[at..end]));
    }
    tokens
}

/// Whether something must follow it.
fn is_infix(token: &str) -> bool {
    matches!(
        token,
        "+" | "-"
            | "*"
            | "/"
            | "//"
            | "%"
            | "**"
            | "&+"
            | "&-"
            | "&*"
            | "="
            | "=="
            | "!="
            | "<"
            | "<="
            | ">"
            | ">="
            | "and"
            | "or"
            | "not"
            | "in"
            | ","
            | "+="
            | "-="
            | "*="
            | "/="
            | "->"
    )
}

/// What a construct that `end` closes is called.
fn construct(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::FunctionDeclaration => "function",
        Kind::StructDeclaration => "struct",
        Kind::EnumDeclaration => "enum",
        Kind::TraitDeclaration => "trait",
        Kind::ImplDeclaration => "impl",
        Kind::ModuleDeclaration => "module",
        Kind::ExternDeclaration => "extern block",
        Kind::IfExpression => "`if`",
        Kind::UnlessExpression => "`unless`",
        Kind::WhileStatement => "`while`",
        Kind::ForStatement | Kind::ParallelForStatement => "`for`",
        Kind::LoopExpression => "`loop`",
        Kind::MatchExpression => "`match`",
        Kind::BeginExpression => "`begin`",
        Kind::Block | Kind::Closure => "block",
        _ => return None,
    })
}

/// The first line of a node, without what comes before a declaration's keyword.
fn first_line(node: Node<'_>) -> Range<usize> {
    let prefix = |n: &Node<'_>| matches!(n.kind(), Kind::DocComment | Kind::Attribute);
    let first = node.all_children().into_iter().find(|n| !prefix(n));
    let start = first.map_or(node.range().start, |n| n.range().start);
    let skipped = start - node.range().start;
    let text = node.text().get(skipped..).unwrap_or("");
    let line = text.lines().next().unwrap_or("");
    start..start + line.trim_end().len()
}

/// A range without blanks at its ends.
fn trimmed(range: Range<usize>, text: &str) -> Range<usize> {
    let inside = text.get(range.clone()).unwrap_or("");
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// Keeps the first problem on each line.
fn one_a_line(found: Vec<Problem>, text: &str) -> Vec<Problem> {
    let mut kept: Vec<Problem> = Vec::new();
    for problem in found {
        let same_line = kept.last().is_some_and(|last| {
            // A missing `end` belongs to the lines before.
            if matches!(last, Problem::MissingEnd { .. }) {
                return false;
            }
            let between = last.at().start..problem.at().start;
            text.get(between).is_some_and(|t| !t.contains('\n'))
        });
        if !same_line {
            kept.push(problem);
        }
    }
    kept
}

/// Leaves out an `end` too many when an earlier problem explains it: the parser lost what it would have closed. That
/// is so unless a sound declaration stands between the two.
fn without_consequences(found: Vec<Problem>, root: Node<'_>) -> Vec<Problem> {
    if !found.iter().any(|p| matches!(p, Problem::ExtraEnd { .. })) {
        return found;
    }
    let children = root.children();
    let sound = children
        .iter()
        .filter(|n| n.field(super::Field::Name).is_some() && !n.has_error());
    let sound: Vec<usize> = sound.map(|n| n.range().start).collect();
    let mut last: Option<usize> = None;
    let mut kept = Vec::new();
    for problem in found {
        let at = problem.at().start;
        let is_consequence = last.is_some_and(|last| {
            let after = sound.partition_point(|s| *s <= last);
            sound.get(after).is_none_or(|s| *s >= at)
        });
        last = Some(at);
        if !(is_consequence && matches!(problem, Problem::ExtraEnd { .. })) {
            kept.push(problem);
        }
    }
    kept
}
