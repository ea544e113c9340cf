//! `import` and `from … import`.

use super::Lower;
use super::item::Prefix;
use crate::diagnostics::names as say;
use crate::hir::{Ident, ItemId, ItemKind};
use crate::source::FileId;
use crate::syntax::{Field, Kind, Node};

impl Lower<'_> {
    pub(super) fn import(&mut self, node: Node<'_>) -> Option<ItemId> {
        let path_node = node.field(Field::Path)?;
        let path = self.path(path_node);
        let name = match (
            node.field(Field::Alias),
            path_node.fields(Field::Segment).last(),
        ) {
            (Some(alias), _) => self.ident(alias),
            (None, Some(last)) => self.ident(*last),
            (None, None) => path.clone(),
        };
        let prefix = visibility(node);
        let file = self.imported_file(&path);
        Some(self.add(name, prefix, ItemKind::Import { path, file }, node))
    }

    pub(super) fn selective_import(&mut self, node: Node<'_>) -> Option<ItemId> {
        let path = self.path(node.field(Field::Path)?);
        let mut names = Vec::new();
        for item in node.fields(Field::Item) {
            if let Some(name) = item.field(Field::Name) {
                let name = self.ident(name);
                let alias = item.field(Field::Alias).map(|n| self.ident(n));
                let known_as = alias.unwrap_or_else(|| name.clone());
                names.push((name, known_as));
            }
        }
        let prefix = visibility(node);
        let kind = ItemKind::FromImport {
            file: self.imported_file(&path),
            path: path.clone(),
            names,
        };
        Some(self.add(path, prefix, kind, node))
    }

    /// The file that an import means; a report, when there is none.
    fn imported_file(&mut self, path: &Ident) -> Option<FileId> {
        let file = self.sources.imported(self.file, &path.name);
        if file.is_none() && !path.name.is_empty() {
            let place = self.sources.place_of_import(self.file, &path.name);
            self.report(say::module_not_found(path.span, &path.name, &place));
        }
        file
    }

    /// `a.b.c`, without what may stand between the parts.
    fn path(&self, node: Node<'_>) -> Ident {
        let parts: Vec<&str> = node
            .fields(Field::Segment)
            .into_iter()
            .map(Node::text)
            .collect();
        Ident {
            name: parts.join("."),
            span: self.span(node),
        }
    }
}

/// What is imported is for the file alone, unless it is imported with `pub`.
fn visibility(node: Node<'_>) -> Prefix {
    let visibility = node.field(Field::Visibility);
    Prefix {
        doc: None,
        attributes: Vec::new(),
        is_private: visibility.is_none_or(|v| v.token(Kind::PubWord).is_none()),
    }
}
