//! What Python sees of a program: the model behind wrappers, docstrings and stubs.

use super::classes;
use crate::hir::{ExprId, ExprKind, Hir, ItemId, ItemKind, UnaryOp};
use crate::mir::{FnId, Function, Program};
use crate::source::SourceMap;
use crate::types::{Adt, Ty};

/// A whole extension module.
#[derive(Debug)]
pub struct Interface {
    /// The dotted name it is imported by.
    pub module: String,
    /// Its docstring.
    pub doc: Option<String>,
    /// Its functions, in the order of the source. Instances of one generic function follow each other, under one name.
    pub functions: Vec<Export>,
    /// The classes of declared types that cross, in the order in which functions mention them.
    pub classes: Vec<Class>,
}

/// A declared type as Python sees it.
#[derive(Debug)]
pub struct Class {
    /// The type.
    pub adt: Adt,
    /// Its name in Python.
    pub name: String,
    /// Its `##` lines.
    pub doc: Option<String>,
    /// Whether it is an `enum`: its variants are classes below it.
    pub is_enum: bool,
    /// Whether instances are raised: it is the error of a function's `Result`.
    pub is_error: bool,
    /// Whether instances can be changed: those of a `struct`.
    pub is_mutable: bool,
    /// The variants of an enum; of a `struct` or `data` one, itself.
    pub variants: Vec<ClassVariant>,
}

/// A variant as Python sees it.
#[derive(Debug)]
pub struct ClassVariant {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<ClassField>,
    /// The text of its value as Python writes it, `Missing = 404`.
    pub value: Option<String>,
}

/// A field as Python sees it.
#[derive(Debug)]
pub struct ClassField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// The text of its default value as Python writes it, if that is a plain literal.
    pub default: Option<String>,
}

/// An exported function.
#[derive(Debug)]
pub struct Export {
    /// The function.
    pub function: FnId,
    /// Of a ufunc: the function that computes it for the elements of views.
    pub ufunc: Option<FnId>,
    /// Its name.
    pub name: String,
    /// Its `##` lines.
    pub doc: Option<String>,
    /// What to use instead, if it is deprecated.
    pub deprecated: Option<String>,
    /// Whether it is `async`: a call gives a coroutine.
    pub is_async: bool,
    /// Its parameters.
    pub params: Vec<ExportParam>,
    /// Its result.
    pub ret: Ty,
    /// The file and line of its declaration.
    pub place: (String, u32),
}

/// A parameter of an exported function.
#[derive(Debug)]
pub struct ExportParam {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Whether it is `mut`.
    pub mutable: bool,
    /// The text of its default value as Python writes it; `...` when that is no plain literal.
    pub default: Option<String>,
}

impl Interface {
    /// Collects what is exported.
    #[must_use]
    pub fn of(program: &Program, hir: &Hir, sources: &SourceMap, module: &str) -> Interface {
        let exported = program.functions.iter().filter(|(_, f)| f.exported);
        let mut exported: Vec<_> = exported.collect();
        // An instance may be there already when it is asked for.
        exported.sort_by_key(|(_, function)| function.item);
        let functions: Vec<Export> = exported
            .into_iter()
            .map(|(id, f)| Export {
                ufunc: program.ufuncs.get(&id).copied(),
                ..export(id, f, hir, sources)
            })
            .collect();
        let classes = classes::of(program, hir, &functions);
        let doc = hir.modules.first().and_then(|m| m.doc.clone());
        Interface {
            module: module.to_owned(),
            doc,
            functions,
            classes,
        }
    }

    /// What Python can call: functions, and generic ones with all their instances.
    pub fn callables(&self) -> impl Iterator<Item = &[Export]> {
        self.functions.chunk_by(|one, next| one.name == next.name)
    }

    /// The last component of the module's name, which `PyInit_…` has.
    #[must_use]
    pub fn leaf(&self) -> &str {
        self.module.rsplit('.').next().unwrap_or(&self.module)
    }
}

fn export(id: FnId, function: &Function, hir: &Hir, sources: &SourceMap) -> Export {
    let declared = function
        .item
        .and_then(|item| default_values(hir, item))
        .unwrap_or_default();
    let params = function
        .params
        .iter()
        .enumerate()
        .map(|(i, param)| ExportParam {
            name: param.name.clone(),
            ty: function.locals[param.local].ty.clone(),
            mutable: param.mode == crate::hir::ParamMode::Mut,
            default: param
                .default
                .map(|_| match declared.get(i).copied().flatten() {
                    Some(value) => python_literal(hir, value).unwrap_or_else(|| "...".to_owned()),
                    None => "...".to_owned(),
                }),
        });
    let file = sources.file(function.span.file);
    Export {
        function: id,
        ufunc: None,
        name: function.item.map_or_else(
            || function.name.clone(),
            |item| hir.items[item].name.name.clone(),
        ),
        doc: function.doc.clone(),
        deprecated: function
            .item
            .and_then(|item| hir.deprecated(item))
            .map(str::to_owned),
        is_async: function.item.is_some_and(|item| hir.is_async(item)),
        params: params.collect(),
        ret: function.ret.clone(),
        place: (file.path.clone(), sources.line_column(function.span).0),
    }
}

fn default_values(hir: &Hir, item: ItemId) -> Option<Vec<Option<ExprId>>> {
    match &hir.items[item].kind {
        ItemKind::Fn(function) => Some(function.params.iter().map(|p| p.default).collect()),
        _ => None,
    }
}

/// A literal as Python writes it.
pub(super) fn python_literal(hir: &Hir, expr: ExprId) -> Option<String> {
    Some(match &hir.exprs[expr].kind {
        ExprKind::Int { value, .. } => value.to_string(),
        ExprKind::Float { value, .. } => format!("{value:?}"),
        ExprKind::Bool(true) => "True".to_owned(),
        ExprKind::Bool(false) => "False".to_owned(),
        ExprKind::Nil => "None".to_owned(),
        ExprKind::Str(parts) => match parts.as_slice() {
            [] => "''".to_owned(),
            [crate::hir::StrPart::Text(text)] => python_string(text),
            _ => return None,
        },
        ExprKind::Unary {
            op: UnaryOp::Neg,
            operand,
        } => format!("-{}", python_literal(hir, *operand)?),
        _ => return None,
    })
}

/// A text as a Python string literal.
pub(super) fn python_string(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\U{:08x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

impl Export {
    /// The docstring with CPython's text signature in front, from which `inspect.signature` reads.
    #[must_use]
    pub fn doc_with_signature(&self) -> String {
        let mut text = format!("{}($module", self.name);
        for param in &self.params {
            text.push_str(", ");
            text.push_str(&param.name);
            if let Some(default) = &param.default {
                text.push('=');
                text.push_str(default);
            }
        }
        text.push_str(")\n--\n\n");
        text.push_str(self.doc.as_deref().unwrap_or(""));
        text
    }
}
