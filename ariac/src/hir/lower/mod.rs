//! From the syntax tree to the HIR: the spelling goes, what stands where it cannot is reported, what could not be parsed
//! is left out.
//!
//! One file a kind of thing: [`item`] declarations, of which [`function`], [`type_decl`], [`external`] and [`import`] have
//! files of their own, [`stmt`] statements, [`expr`] expressions, [`control`] those with bodies, [`call`] what takes
//! arguments, [`block_value`] blocks that stand alone, [`literal`] what has its value written, [`pattern`] and [`type_expr`]
//! what they say.

mod block_value;
mod call;
mod control;
mod expr;
mod external;
mod function;
mod import;
mod item;
mod literal;
mod pattern;
mod problems;
mod stmt;
mod type_decl;
mod type_expr;
mod variant_values;

use super::{Block, Expr, ExprId, ExprKind, Hir, Ident, Module};
use crate::diagnostics::{Diagnostic, Reports, syntax as say};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{Field, Kind, Node, Tree};

/// Constructs in constructs, deeper than this, are refused: every stage after this one recurses over the HIR.
pub const NESTING_LIMIT: usize = 256;

/// Adds a file to the program. Reports every syntax error of it.
pub fn lower(file: FileId, tree: &Tree, sources: &SourceMap, hir: &mut Hir, reports: &mut Reports) {
    let problems = crate::syntax::problems(tree);
    for problem in &problems {
        problems::report(file, problem, tree.text(), reports);
    }
    let mut lower = Lower {
        file,
        sources,
        hir,
        reports,
        broken: !problems.is_empty(),
        depth: 0,
        skipped: Vec::new(),
        views: Vec::new(),
    };
    let items = tree.root().map_or_else(Vec::new, |root| lower.items(root));
    let doc = tree
        .root()
        .and_then(|root| root.field(Field::Doc))
        .map(|n| item::doc_text(n.text()));
    let module = Module {
        file,
        name: sources.file(file).module.clone(),
        doc,
        items,
        broken: tree.root().is_none_or(has_lost_declarations),
        skipped: lower.skipped,
        prelude: sources.file(file).prelude,
    };
    hir.modules.push(module);
}

/// Whether the parser gave up on something between declarations, which may have been declarations.
fn has_lost_declarations(root: Node<'_>) -> bool {
    let lost = |n: &Node<'_>| n.kind() == Kind::Error && n.text().trim() != Kind::End.as_str();
    root.has_error() && root.all_children().iter().any(lost)
}

/// The state of lowering one file.
struct Lower<'a> {
    file: FileId,
    sources: &'a SourceMap,
    hir: &'a mut Hir,
    reports: &'a mut Reports,
    /// Whether the file has syntax errors; then what is missing in the tree has been reported.
    broken: bool,
    depth: usize,
    skipped: Vec<String>,
    /// The views among the parameters of the function that is being lowered.
    views: Vec<block_value::ViewParam>,
}

impl Lower<'_> {
    fn span(&self, node: Node<'_>) -> Span {
        let range = node.range();
        Span::new(self.file, range.start, range.end)
    }

    fn ident(&self, node: Node<'_>) -> Ident {
        Ident {
            name: node.text().to_owned(),
            span: self.span(node),
        }
    }

    fn report(&mut self, report: Diagnostic) {
        self.reports.add(report);
    }

    fn push(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.hir.exprs.push(Expr { kind, span })
    }

    fn error(&mut self, span: Span) -> ExprId {
        self.push(ExprKind::Error, span)
    }

    /// The expression in a role. A node that lacks it has a syntax error in it, which has been reported.
    fn expr_in(&mut self, node: Node<'_>, field: Field) -> ExprId {
        match node.field(field) {
            Some(child) => self.expr(child),
            None => {
                self.broken_at(node);
                let span = self.span(node);
                self.error(span)
            }
        }
    }

    /// A node that is not as the grammar says: a syntax error, reported unless the file has one already.
    fn broken_at(&mut self, node: Node<'_>) {
        if !self.broken {
            let span = self.span(node);
            self.report(say::lacks(
                span,
                "this is not complete",
                "something is missing here",
            ));
            self.broken = true;
        }
    }

    /// The statements of the body in a role.
    fn block_in(&mut self, node: Node<'_>, field: Field) -> Block {
        match node.field(field) {
            Some(body) => self.block(body),
            None => {
                let end = node.range().end;
                Block {
                    stmts: Vec::new(),
                    span: Span::new(self.file, end, end),
                }
            }
        }
    }

    /// The statements of a body.
    fn block(&mut self, body: Node<'_>) -> Block {
        let stmts = body.children().into_iter().map(|n| self.stmt(n)).collect();
        Block {
            stmts,
            span: self.span(body),
        }
    }

    /// Goes one level deeper; too deep, it reports and gives an error expression instead.
    fn deeper(&mut self, node: Node<'_>, lower: impl FnOnce(&mut Self) -> ExprId) -> ExprId {
        if self.depth >= NESTING_LIMIT {
            let span = self.span(node);
            // One message is enough for everything that is this deep.
            if self.depth == NESTING_LIMIT {
                self.report(say::too_deep(span, NESTING_LIMIT));
            }
            return self.error(span);
        }
        self.depth += 1;
        let id = lower(self);
        self.depth -= 1;
        id
    }
}
