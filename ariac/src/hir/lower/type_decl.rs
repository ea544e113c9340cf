//! `struct`, `data`, `enum`, `trait`, `impl`.

use super::Lower;
use super::item::doc_text;
use crate::hir::{
    FieldDecl, Ident, Impl, ItemId, ItemKind, Trait, TypeDecl, TypeDeclKind, TypeExprId,
    TypeExprKind, Variant,
};
use crate::syntax::{Field, Kind, Node};

/// What the body of a declaration holds.
#[derive(Default)]
struct Members {
    fields: Vec<FieldDecl>,
    variants: Vec<Variant>,
    methods: Vec<ItemId>,
    consts: Vec<ItemId>,
}

impl Lower<'_> {
    pub(super) fn type_decl(&mut self, node: Node<'_>, kind: TypeDeclKind) -> Option<ItemId> {
        let name = self.ident(node.field(Field::Name)?);
        let prefix = self.prefix(node, &name.name);
        let generics = self.type_params(node);
        let wheres = self.wheres(node);
        let mut members = self.members(node);
        if let Some(list) = node.field(Field::Fields) {
            members.fields = self.fields(list);
        }
        let variants = match kind {
            TypeDeclKind::Enum => {
                let functions = self.variant_values(&name, &members.variants, node);
                members.methods.extend(functions);
                members.variants
            }
            TypeDeclKind::Struct | TypeDeclKind::Data => vec![Variant {
                name: name.clone(),
                doc: None,
                fields: members.fields,
                value: None,
                span: self.span(node),
            }],
        };
        let decl = TypeDecl {
            kind,
            generics,
            wheres,
            variants,
            methods: members.methods,
            consts: members.consts,
        };
        Some(self.add(name, prefix, ItemKind::Type(decl), node))
    }

    pub(super) fn trait_decl(&mut self, node: Node<'_>) -> Option<ItemId> {
        let name = self.ident(node.field(Field::Name)?);
        let prefix = self.prefix(node, &name.name);
        let generics = self.type_params(node);
        let supers = self.bounds(node);
        let wheres = self.wheres(node);
        let members = self.members(node);
        let decl = Trait {
            generics,
            supers,
            wheres,
            methods: members.methods,
            consts: members.consts,
        };
        Some(self.add(name, prefix, ItemKind::Trait(decl), node))
    }

    pub(super) fn impl_decl(&mut self, node: Node<'_>) -> Option<ItemId> {
        let generics = self.type_params(node);
        let of_trait = node.field(Field::Trait).map(|n| self.type_expr(n));
        let ty = self.type_expr(node.field(Field::Type)?);
        let name = self.type_name(ty);
        let prefix = self.prefix(node, "");
        let wheres = self.wheres(node);
        let members = self.members(node);
        let decl = Impl {
            generics,
            of_trait,
            ty,
            wheres,
            methods: members.methods,
            consts: members.consts,
        };
        Some(self.add(name, prefix, ItemKind::Impl(decl), node))
    }

    /// The name that an `impl` for a type has.
    fn type_name(&self, ty: TypeExprId) -> Ident {
        let span = self.hir.types[ty].span;
        let name = match &self.hir.types[ty].kind {
            TypeExprKind::Path { name, .. } | TypeExprKind::Qualified { name, .. } => {
                return name.clone();
            }
            TypeExprKind::SelfType => "Self",
            TypeExprKind::Fn { .. } => "Fn",
            TypeExprKind::Union(_) | TypeExprKind::Tuple(_) | TypeExprKind::Error => "",
        };
        Ident {
            name: name.to_owned(),
            span,
        }
    }

    fn members(&mut self, node: Node<'_>) -> Members {
        let mut members = Members::default();
        let body = node.field(Field::Body);
        for member in body.map_or_else(Vec::new, Node::children) {
            match member.kind() {
                Kind::FieldDeclaration => {
                    let position = members.fields.len();
                    let field = self.field_decl(member, position);
                    members.fields.push(field);
                }
                Kind::EnumVariant => members.variants.extend(self.variant(member)),
                Kind::ConstDeclaration => {
                    let may_lack_value = node.kind() == Kind::TraitDeclaration;
                    members.consts.extend(self.constant(member, may_lack_value));
                }
                Kind::FunctionDeclaration | Kind::FunctionSignature => {
                    members.methods.extend(self.function(member));
                }
                _ => {}
            }
        }
        members
    }

    fn variant(&mut self, node: Node<'_>) -> Option<Variant> {
        let name = self.ident(node.field(Field::Name)?);
        self.no_attributes(node, "a variant has no attributes");
        let list = node.field(Field::Fields);
        Some(Variant {
            name,
            doc: node.field(Field::Doc).map(|n| doc_text(n.text())),
            fields: list.map_or_else(Vec::new, |list| self.fields(list)),
            value: node.field(Field::Value).map(|n| self.expr(n)),
            span: self.span(node),
        })
    }

    /// The fields between parentheses, named or not.
    fn fields(&mut self, list: Node<'_>) -> Vec<FieldDecl> {
        let mut fields = Vec::new();
        for (position, field) in list.children().into_iter().enumerate() {
            fields.push(self.field_decl(field, position));
        }
        fields
    }

    /// A field: a declaration, or a type alone.
    fn field_decl(&mut self, node: Node<'_>, position: usize) -> FieldDecl {
        let name = match node.field(Field::Name) {
            Some(name) if node.kind() == Kind::FieldDeclaration => self.ident(name),
            _ => {
                return FieldDecl {
                    name: Ident {
                        name: position.to_string(),
                        span: self.span(node),
                    },
                    is_named: false,
                    doc: None,
                    private: false,
                    ty: self.type_expr(node),
                    default: None,
                };
            }
        };
        self.no_attributes(node, "a field has no attributes");
        let prefix = self.prefix(node, &name.name);
        FieldDecl {
            is_named: true,
            doc: prefix.doc,
            private: prefix.is_private,
            ty: self.type_in(node, Field::Type),
            default: node.field(Field::Default).map(|n| self.expr(n)),
            name,
        }
    }
}
