//! The nodes of the HIR for declarations.

use super::{Block, ExprId, ExprKind, Hir, Ident, ItemId, StrPart, TypeExprId};
use crate::source::{FileId, Span};

/// A declaration.
#[derive(Debug)]
pub struct Item {
    /// Its name (for `extern Python from a.b as c`: `c`).
    pub name: Ident,
    /// `##` lines before it.
    pub doc: Option<String>,
    /// `@…` lines before it.
    pub attributes: Vec<Attribute>,
    /// `priv`, or a name that begins with `_`.
    pub private: bool,
    /// What it declares.
    pub kind: ItemKind,
    /// The whole declaration.
    pub span: Span,
}

impl Item {
    /// Whether it is an `async` function.
    #[must_use]
    pub fn is_async(&self) -> bool {
        matches!(&self.kind, ItemKind::Fn(function) if function.is_async)
    }

    /// Whether it is a function with `@test`: it is run by `ariac test`, and nobody else sees it.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.attribute("test").is_some()
    }

    /// Whether it is a function with `@bench`: it is measured by `ariac bench`, and nobody else sees it.
    #[must_use]
    pub fn is_bench(&self) -> bool {
        self.attribute("bench").is_some()
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name.name == name)
    }
}

impl Hir {
    /// The root module's `fn main`, with which a program begins.
    #[must_use]
    pub fn main(&self) -> Option<ItemId> {
        let is_main = |item: &Item| {
            let is_function = matches!(item.kind, ItemKind::Fn(_));
            item.name.name == "main" && is_function && !item.is_test() && !item.is_bench()
        };
        self.of_root().find(|&id| is_main(&self.items[id]))
    }

    /// Whether a declaration is an `async` function.
    #[must_use]
    pub fn is_async(&self, id: ItemId) -> bool {
        self.items[id].is_async()
    }

    /// The text with which a declaration is `@deprecated`.
    #[must_use]
    pub fn deprecated(&self, id: ItemId) -> Option<&str> {
        let attribute = self.items[id].attribute("deprecated")?;
        self.text_of(attribute)
    }

    /// The text that is an attribute's only argument.
    #[must_use]
    pub fn text_of(&self, attribute: &Attribute) -> Option<&str> {
        let [(None, value)] = &attribute.args[..] else {
            return None;
        };
        match &self.exprs[*value].kind {
            ExprKind::Str(parts) => match &parts[..] {
                [StrPart::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether instances of a type's class in Python cannot be changed: `@pyclass(frozen: true)`.
    #[must_use]
    pub fn is_frozen(&self, item: &Item) -> bool {
        let args = item.attribute("pyclass").into_iter().flat_map(|a| &a.args);
        args.into_iter()
            .any(|(_, value)| matches!(self.exprs[*value].kind, ExprKind::Bool(true)))
    }

    /// The root module's tests.
    #[must_use]
    pub fn tests(&self) -> Vec<ItemId> {
        self.of_root()
            .filter(|&id| self.items[id].is_test())
            .collect()
    }

    /// The root module's benchmarks.
    #[must_use]
    pub fn benches(&self) -> Vec<ItemId> {
        self.of_root()
            .filter(|&id| self.items[id].is_bench())
            .collect()
    }

    fn of_root(&self) -> impl Iterator<Item = ItemId> + '_ {
        let root = self.modules.first();
        root.into_iter()
            .flat_map(|module| module.items.iter().copied())
    }
}

/// What an [`Item`] declares.
#[derive(Debug)]
pub enum ItemKind {
    /// `fn`.
    Fn(Function),
    /// `const NAME = value`.
    Const {
        /// The stated type.
        ty: Option<TypeExprId>,
        /// The value.
        value: ExprId,
    },
    /// `extern Python from module as name [do signatures end]`.
    ExternPython {
        /// The dotted path of the Python module.
        module: Ident,
        /// Typed declarations.
        functions: Vec<ItemId>,
    },
    /// `extern Rust from crate do … end` and `extern C from "lib" do … end`.
    ExternNative {
        /// Which of the two.
        abi: NativeAbi,
        /// The crate or library.
        library: Ident,
        /// The functions, [`ItemKind::Fn`] without a body.
        functions: Vec<ItemId>,
    },
    /// `struct`, `data`, `enum`.
    Type(TypeDecl),
    /// `trait`.
    Trait(Trait),
    /// `impl`. Its item is named like the type that it is for.
    Impl(Impl),
    /// `import path [as alias]`; the item is named like the alias, or the last part of the path.
    Import {
        /// `a.b.c`.
        path: Ident,
        /// The file; none, when there is none, which has been reported.
        file: Option<FileId>,
    },
    /// `from path import a, b as c`.
    FromImport {
        /// `a.b.c`.
        path: Ident,
        /// The file, as in [`ItemKind::Import`].
        file: Option<FileId>,
        /// What is imported, and under which name it is known here.
        names: Vec<(Ident, Ident)>,
    },
}

/// Which of the three declarations of types it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeDeclKind {
    /// `struct`: fields that may be changed.
    Struct,
    /// `data`: fields that stay, and ==, order, hash and text for free.
    Data,
    /// `enum`: one of several variants.
    Enum,
}

/// The declaration of a type.
#[derive(Debug)]
pub struct TypeDecl {
    /// Which of the three.
    pub kind: TypeDeclKind,
    /// `[T, U: Ord]`.
    pub generics: Vec<TypeParam>,
    /// `where` clauses.
    pub wheres: Vec<WherePredicate>,
    /// The variants of an enum, in order; of a struct or data the one that is named like the type.
    pub variants: Vec<Variant>,
    /// Functions in its body, [`ItemKind::Fn`].
    pub methods: Vec<ItemId>,
    /// Constants in its body, [`ItemKind::Const`].
    pub consts: Vec<ItemId>,
}

/// One form that a value of a type may have.
#[derive(Debug)]
pub struct Variant {
    /// Its name.
    pub name: Ident,
    /// `##` lines before it.
    pub doc: Option<String>,
    /// Its fields, in order.
    pub fields: Vec<FieldDecl>,
    /// `Red = 1`.
    pub value: Option<ExprId>,
    /// The whole variant.
    pub span: Span,
}

/// A field of a variant.
#[derive(Debug)]
pub struct FieldDecl {
    /// Its name; of one that has none, its position from `0`, with the type's span.
    pub name: Ident,
    /// Whether the name is written.
    pub is_named: bool,
    /// `##` lines before it.
    pub doc: Option<String>,
    /// `priv`, or a name that begins with `_`.
    pub private: bool,
    /// Its type.
    pub ty: TypeExprId,
    /// Its default value.
    pub default: Option<ExprId>,
}

/// `T: Ord + Hash` between brackets.
#[derive(Debug)]
pub struct TypeParam {
    /// `T`.
    pub name: Ident,
    /// The traits that it must have.
    pub bounds: Vec<TypeExprId>,
}

/// `T: Ord` after `where`.
#[derive(Debug)]
pub struct WherePredicate {
    /// The type.
    pub ty: TypeExprId,
    /// The traits that it must have.
    pub bounds: Vec<TypeExprId>,
}

/// A `trait`.
#[derive(Debug)]
pub struct Trait {
    /// Its type parameters.
    pub generics: Vec<TypeParam>,
    /// The traits that come with it.
    pub supers: Vec<TypeExprId>,
    /// `where` clauses.
    pub wheres: Vec<WherePredicate>,
    /// Its functions; one with a body is a default.
    pub methods: Vec<ItemId>,
    /// Its constants; a value of [`ExprKind::Error`] at an empty span is none.
    pub consts: Vec<ItemId>,
}

/// An `impl`.
#[derive(Debug)]
pub struct Impl {
    /// Its type parameters.
    pub generics: Vec<TypeParam>,
    /// The trait; none for `impl T`.
    pub of_trait: Option<TypeExprId>,
    /// The type.
    pub ty: TypeExprId,
    /// `where` clauses.
    pub wheres: Vec<WherePredicate>,
    /// Its functions.
    pub methods: Vec<ItemId>,
    /// Its constants.
    pub consts: Vec<ItemId>,
}

/// The calling convention of an `extern` block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeAbi {
    /// `aria_abi::export!` of a Rust crate.
    Rust,
    /// The C calling convention.
    C,
    /// Aria's own runtime; only the prelude declares such functions, and nobody else sees them.
    Runtime,
}

/// `@name(key: value, …)`.
#[derive(Debug)]
pub struct Attribute {
    /// The name without `@`.
    pub name: Ident,
    /// The arguments.
    pub args: Vec<(Option<Ident>, ExprId)>,
    /// The whole attribute.
    pub span: Span,
}

/// A function's signature and body.
#[derive(Debug)]
pub struct Function {
    /// `[T, U: Ord]`.
    pub generics: Vec<TypeParam>,
    /// `where` clauses.
    pub wheres: Vec<WherePredicate>,
    /// Parameters, in order; of a method that has one, `self` first.
    pub params: Vec<Param>,
    /// The stated result; none means `Unit`.
    pub ret: Option<TypeExprId>,
    /// `requires` clauses.
    pub requires: Vec<Requires>,
    /// `ensures` clauses; `result` and `old(…)` have a meaning in them.
    pub ensures: Vec<Requires>,
    /// The effects that are stated after the result.
    pub effects: Option<Vec<Ident>>,
    /// Declared `pure`.
    pub pure: bool,
    /// Declared `async`: Python gets a coroutine when it calls it, and the body may `await`.
    pub is_async: bool,
    /// Written `fn f(…) = expression`: the body is that one expression.
    pub is_expression: bool,
    /// The body; none in `extern` blocks.
    pub body: Option<Block>,
}

impl Function {
    /// Whether an effect is stated.
    #[must_use]
    pub fn states(&self, effect: &str) -> bool {
        self.effects.iter().flatten().any(|e| e.name == effect)
    }
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Read-only, `mut` or `own`.
    pub mode: ParamMode,
    /// Its type.
    pub ty: TypeExprId,
    /// Its default value.
    pub default: Option<ExprId>,
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamMode {
    /// A read-only borrow.
    Read,
    /// `mut`: an exclusive in-out borrow.
    Mut,
    /// `own`: takes ownership.
    Own,
}

/// `requires condition : "message"`.
#[derive(Debug)]
pub struct Requires {
    /// Must be true on entry.
    pub condition: ExprId,
    /// The text of the error.
    pub message: Option<ExprId>,
    /// The whole clause.
    pub span: Span,
}
