//! What can be written and is not compiled yet: each construct has a line here until the last stage that needs to know it
//! does. A program that uses one is reported and goes no further, so that nothing follows from what is missing.

use crate::diagnostics::{Reports, syntax as say};
use crate::hir::{
    ExprId, ExprKind, Function, Hir, Item, ItemId, ItemKind, PatId, PatKind, TypeArg, TypeDeclKind,
    TypeExprId, TypeExprKind,
};
use crate::source::Span;

/// Reports the constructs of a program that are not compiled yet, if nothing else is wrong; whether there are any.
#[must_use]
pub fn later(hir: &Hir, reports: &mut Reports) -> bool {
    let mut later = Later {
        hir,
        is_silent: reports.has_errors(),
        reports,
        found: false,
    };
    for module in hir.modules.iter().filter(|m| !m.prelude) {
        for &item in &module.items {
            later.item(item);
        }
    }
    later.found
}

/// Types that are checked, and not compiled yet.
const LATER: [&str; 13] = [
    "Int8", "Int16", "Int32", "UInt8", "UInt16", "UInt32", "UInt64", "List", "Option", "Result",
    "Map", "Set", "Error",
];

/// Bytes of the word `begin`.
const BEGIN_LENGTH: u32 = 5;

struct Later<'h, 'r> {
    hir: &'h Hir,
    reports: &'r mut Reports,
    is_silent: bool,
    found: bool,
}

impl<'h> Later<'h, '_> {
    fn report(&mut self, span: Span, what: &str) {
        if !self.is_silent {
            self.reports.add(say::not_supported(span, what));
        }
        self.found = true;
    }

    fn item(&mut self, id: ItemId) {
        let item: &'h Item = &self.hir.items[id];
        let what = match &item.kind {
            ItemKind::Fn(function) => return self.function(function),
            ItemKind::Const { .. } | ItemKind::Import { .. } | ItemKind::FromImport { .. } => {
                return;
            }
            ItemKind::ExternPython { .. } | ItemKind::ExternNative { .. } => return,
            ItemKind::Type(decl) => match decl.kind {
                TypeDeclKind::Struct => "`struct` is",
                TypeDeclKind::Data => "`data` is",
                TypeDeclKind::Enum => "`enum` is",
            },
            ItemKind::Trait(_) => "`trait` is",
            ItemKind::Impl(_) => "`impl` is",
        };
        self.report(item.name.span, what);
    }

    fn function(&mut self, function: &'h Function) {
        if let Some(param) = function.generics.first() {
            return self.report(param.name.span, "a generic function is");
        }
        for predicate in &function.wheres {
            self.report(self.hir.types[predicate.ty].span, "`where` is");
        }
        for clause in &function.ensures {
            self.report(clause.span, "`ensures` is");
        }
        for param in &function.params {
            self.ty(param.ty);
            param.default.into_iter().for_each(|d| self.expr(d));
        }
        function.ret.into_iter().for_each(|t| self.ty(t));
        for clause in &function.requires {
            self.expr(clause.condition);
        }
        for &stmt in function.body.iter().flat_map(|b| &b.stmts) {
            self.expr(stmt);
        }
    }

    fn ty(&mut self, id: TypeExprId) {
        let hir = self.hir;
        let span = hir.types[id].span;
        match &hir.types[id].kind {
            TypeExprKind::Path { name, args } => {
                if LATER.contains(&&*name.name) {
                    let what = format!("the type `{}` is", name.name);
                    return self.report(name.span, &what);
                }
                for arg in args {
                    if let TypeArg::Type(ty) = arg {
                        self.ty(*ty);
                    }
                }
            }
            TypeExprKind::Tuple(items) => items.iter().for_each(|t| self.ty(*t)),
            TypeExprKind::Qualified { .. } => self.report(span, "a type of another module is"),
            TypeExprKind::SelfType => self.report(span, "`self` outside of a type is"),
            TypeExprKind::Fn { .. } => self.report(span, "a function type is"),
            TypeExprKind::Union(_) => self.report(span, "a type with alternatives is"),
            TypeExprKind::Error => {}
        }
    }

    fn expr(&mut self, id: ExprId) {
        let hir = self.hir;
        let what = match &hir.exprs[id].kind {
            ExprKind::Match { .. } => "`match` is",
            ExprKind::Begin { .. } => "`begin` is",
            ExprKind::Try(_) => "`try` is",
            ExprKind::Propagate(_) => "`?` after an expression is",
            ExprKind::Closure(_) => "a block as a value is",
            ExprKind::Map(_) => "a map is",
            ExprKind::Name(name) if matches!(&**name, "self" | "Self") => {
                "`self` outside of a type is"
            }
            kind => {
                self.parts(kind);
                let mut children = Vec::new();
                crate::hir::for_each_child(hir, id, |child| children.push(child));
                children.into_iter().for_each(|child| self.expr(child));
                return;
            }
        };
        // A long construct is shown by its first line.
        let span = self.first_line(id);
        self.report(span, what);
    }

    /// The patterns and types in an expression that is compiled.
    fn parts(&mut self, kind: &'h ExprKind) {
        match kind {
            ExprKind::Type(ty) => self.ty(*ty),
            ExprKind::Let { pattern, ty, .. } => {
                self.pattern(*pattern);
                ty.iter().for_each(|t| self.ty(*t));
            }
            ExprKind::Assign { ty, .. } => ty.iter().for_each(|t| self.ty(*t)),
            ExprKind::For { pattern, .. } => self.pattern(*pattern),
            ExprKind::Break {
                value: Some(value), ..
            } => self.report(self.hir.exprs[*value].span, "a value of `break` is"),
            ExprKind::Call {
                block: Some(block), ..
            }
            | ExprKind::MethodCall {
                block: Some(block), ..
            } => {
                block.params.iter().for_each(|p| self.pattern(*p));
                for ty in block.types.iter().flatten() {
                    let what = "the type of a block's parameter, which is inferred, is";
                    self.report(self.hir.types[*ty].span, what);
                }
                for (mode, param) in block.modes.iter().zip(&block.params) {
                    if *mode != crate::hir::ParamMode::Read {
                        let what = "`mut` or `own` for a block's parameter is";
                        self.report(self.hir.pats[*param].span, what);
                    }
                }
            }
            _ => {}
        }
    }

    fn pattern(&mut self, id: PatId) {
        let hir = self.hir;
        match &hir.pats[id].kind {
            PatKind::Name(_) | PatKind::Wildcard | PatKind::Error => {}
            PatKind::Tuple(items) => items.iter().for_each(|p| self.pattern(*p)),
            PatKind::Array { .. } => self.report(hir.pats[id].span, "a pattern of an array is"),
            PatKind::Constructor { .. } => {
                self.report(hir.pats[id].span, "a pattern of a type is");
            }
            PatKind::Literal(_) | PatKind::Range { .. } | PatKind::Or(_) | PatKind::As { .. } => {
                self.report(hir.pats[id].span, "this pattern is")
            }
        }
    }

    /// Where an expression begins, up to the end of what the line says of it.
    fn first_line(&self, id: ExprId) -> Span {
        let span = self.hir.exprs[id].span;
        let end = match &self.hir.exprs[id].kind {
            ExprKind::Match { value, .. } => self.hir.exprs[*value].span.end,
            ExprKind::Begin { .. } => span.start + BEGIN_LENGTH,
            _ => return span,
        };
        Span { end, ..span }
    }
}
