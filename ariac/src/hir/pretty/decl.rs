//! Declared types, traits and `impl`s.

use super::Printer;
use crate::hir::{
    FieldDecl, Impl, ItemId, Trait, TypeDecl, TypeDeclKind, TypeExprId, TypeParam, Variant,
    WherePredicate,
};

impl Printer<'_> {
    pub(super) fn type_decl(&mut self, private: &str, name: &str, decl: &TypeDecl) {
        let word = match decl.kind {
            TypeDeclKind::Struct => "struct",
            TypeDeclKind::Data => "data",
            TypeDeclKind::Enum => "enum",
        };
        let generics = self.generics(&decl.generics);
        self.line(&format!("{private}{word} {name}{generics}"));
        self.indent += 1;
        self.wheres(&decl.wheres);
        for variant in &decl.variants {
            self.variant(variant, decl.kind == TypeDeclKind::Enum);
        }
        self.indent -= 1;
        self.members(&decl.consts, &decl.methods);
        self.line("end");
    }

    fn variant(&mut self, variant: &Variant, is_of_enum: bool) {
        if is_of_enum {
            let fields: Vec<String> = variant.fields.iter().map(|f| self.field(f)).collect();
            let fields = match fields.is_empty() {
                true => String::new(),
                false => format!("({})", fields.join(", ")),
            };
            let value = self.optional(" = ", variant.value);
            return self.line(&format!("{}{fields}{value}", variant.name.name));
        }
        for field in &variant.fields {
            let text = self.field(field);
            self.line(&text);
        }
    }

    fn field(&self, field: &FieldDecl) -> String {
        let ty = self.ty(field.ty);
        if !field.is_named {
            return ty;
        }
        let private = if field.private { "priv " } else { "" };
        let default = self.optional(" = ", field.default);
        format!("{private}{}: {ty}{default}", field.name.name)
    }

    pub(super) fn trait_decl(&mut self, private: &str, name: &str, decl: &Trait) {
        let generics = self.generics(&decl.generics);
        let supers = self.bounds(&decl.supers);
        self.line(&format!("{private}trait {name}{generics}{supers}"));
        self.indent += 1;
        self.wheres(&decl.wheres);
        self.indent -= 1;
        self.members(&decl.consts, &decl.methods);
        self.line("end");
    }

    pub(super) fn impl_decl(&mut self, decl: &Impl) {
        let generics = self.generics(&decl.generics);
        let of_trait = decl
            .of_trait
            .map_or(String::new(), |t| format!("{} for ", self.ty(t)));
        self.line(&format!("impl{generics} {of_trait}{}", self.ty(decl.ty)));
        self.indent += 1;
        self.wheres(&decl.wheres);
        self.indent -= 1;
        self.members(&decl.consts, &decl.methods);
        self.line("end");
    }

    /// What stands in a body, one level deeper.
    pub(super) fn members(&mut self, consts: &[ItemId], functions: &[ItemId]) {
        self.indent += 1;
        for &item in consts.iter().chain(functions) {
            self.item(item);
        }
        self.indent -= 1;
    }

    /// `[T, U: Ord]`.
    pub(super) fn generics(&self, generics: &[TypeParam]) -> String {
        if generics.is_empty() {
            return String::new();
        }
        let param = |p: &TypeParam| format!("{}{}", p.name.name, self.bounds(&p.bounds));
        let params: Vec<String> = generics.iter().map(param).collect();
        format!("[{}]", params.join(", "))
    }

    fn bounds(&self, bounds: &[TypeExprId]) -> String {
        if bounds.is_empty() {
            return String::new();
        }
        let bounds: Vec<String> = bounds.iter().map(|t| self.ty(*t)).collect();
        format!(": {}", bounds.join(" + "))
    }

    pub(super) fn wheres(&mut self, wheres: &[WherePredicate]) {
        for predicate in wheres {
            let bounds = self.bounds(&predicate.bounds);
            self.line(&format!("where {}{bounds}", self.ty(predicate.ty)));
        }
    }
}
