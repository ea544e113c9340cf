//! Types and patterns.

use super::{Printer, mode};
use crate::hir::{Ident, PatId, PatKind, TypeArg, TypeExprId, TypeExprKind};

impl Printer<'_> {
    pub(super) fn ty(&self, id: TypeExprId) -> String {
        match &self.hir.types[id].kind {
            TypeExprKind::Path { name, args } => format!("{}{}", name.name, self.type_args(args)),
            TypeExprKind::Qualified { scope, name, args } => {
                format!("{}.{}{}", scope.name, name.name, self.type_args(args))
            }
            TypeExprKind::Tuple(items) => format!("({})", self.types(items, ", ")),
            TypeExprKind::SelfType => "Self".to_owned(),
            TypeExprKind::Fn { params, ret } => {
                let params: Vec<String> = params
                    .iter()
                    .map(|(ty, m)| format!("{}{}", mode(*m), self.ty(*ty)))
                    .collect();
                format!("Fn({}) -> {}", params.join(", "), self.ty(*ret))
            }
            TypeExprKind::Union(items) => self.types(items, " | "),
            TypeExprKind::Error => "<error>".to_owned(),
        }
    }

    fn types(&self, items: &[TypeExprId], between: &str) -> String {
        let items: Vec<String> = items.iter().map(|t| self.ty(*t)).collect();
        items.join(between)
    }

    fn type_args(&self, args: &[TypeArg]) -> String {
        if args.is_empty() {
            return String::new();
        }
        let arg = |a: &TypeArg| match a {
            TypeArg::Type(t) => self.ty(*t),
            TypeArg::Int(n, _) => n.to_string(),
        };
        let args: Vec<String> = args.iter().map(arg).collect();
        format!("[{}]", args.join(", "))
    }

    pub(super) fn pat(&self, id: PatId) -> String {
        match &self.hir.pats[id].kind {
            PatKind::Name(name) => name.clone(),
            PatKind::Wildcard => "_".to_owned(),
            PatKind::Tuple { items, rest } => {
                let mut parts: Vec<String> = items.iter().map(|p| self.pat(*p)).collect();
                if let Some(at) = rest {
                    parts.insert(*at, "..".to_owned());
                }
                format!("({})", parts.join(", "))
            }
            PatKind::Literal(value) => self.expr(*value),
            PatKind::Range { lo, hi, inclusive } => {
                let dots = if *inclusive { ".." } else { "..<" };
                format!("{}{dots}{}", self.optional("", *lo), self.optional("", *hi))
            }
            PatKind::Or(items) => format!("({})", self.pats(items, " | ")),
            PatKind::As { pattern, name } => {
                format!("({} as {})", self.pat(*pattern), self.pat(*name))
            }
            PatKind::Constructor { path, args, rest } => {
                let path: Vec<&str> = path.iter().map(|part| &*part.name).collect();
                let mut parts: Vec<String> = args
                    .iter()
                    .map(|(n, p)| self.field_pat(n.as_ref(), *p))
                    .collect();
                parts.extend(rest.then(|| "..".to_owned()));
                let parts = match parts.is_empty() {
                    true => String::new(),
                    false => format!("({})", parts.join(", ")),
                };
                format!("{}{parts}", path.join("."))
            }
            PatKind::Array { items, rest } => {
                let mut parts: Vec<String> = items.iter().map(|p| self.pat(*p)).collect();
                if let Some((at, name)) = rest {
                    let name = name.map_or(String::new(), |name| self.pat(name));
                    parts.insert(*at, format!("..{name}"));
                }
                format!("[{}]", parts.join(", "))
            }
            PatKind::Error => "<error>".to_owned(),
        }
    }

    fn field_pat(&self, name: Option<&Ident>, pattern: PatId) -> String {
        let name = name.map_or(String::new(), |n| format!("{}: ", n.name));
        format!("{name}{}", self.pat(pattern))
    }

    fn pats(&self, items: &[PatId], between: &str) -> String {
        let items: Vec<String> = items.iter().map(|p| self.pat(*p)).collect();
        items.join(between)
    }
}
