//! The nodes of the HIR: the program without its spelling.
//!
//! Everything lives in the arenas of one [`Hir`]; nodes refer to each other by id. Names are still text: `resolve` says
//! what they mean, `types` what they are, both in side tables.
//!
//! Invariants:
//! * A trailing `if`/`unless` is an [`ExprKind::If`], `unless` an `If` with the condition negated, `elsif` a nested `If`.
//! * `a.b` without parentheses is a [`ExprKind::MethodCall`] with `parens: false`.
//! * `loop … end` is an [`ExprKind::Loop`]; `while true` stays a `While`.
//! * The `else` of a `match` is a last arm with the pattern `_`.
//! * `self` is a parameter named `self` whose type is [`TypeExprKind::SelfType`], and in bodies the name `self`.
//! * Methods in the body of a type are in its [`TypeDecl::methods`]; those of an `impl` in the [`Impl`]'s.
//! * `T?` is a `Path` of `Option` with the argument `T`.
//! * `x.to[T]` is a `MethodCall` of `to` whose one argument is a [`ExprKind::Type`].
//! * A negative literal is a [`UnaryOp::Neg`] of a positive one, also `-9223372036854775808`.
//! * What could not be lowered is [`ExprKind::Error`], and has been reported.

use super::{Attribute, Item, ParamMode};
use crate::arena::Arena;
use crate::source::{FileId, Span};

crate::define_id! {
    /// A declaration.
    ItemId "item"
}
crate::define_id! {
    /// An expression or statement.
    ExprId "e"
}
crate::define_id! {
    /// A type as it is written.
    TypeExprId "t"
}
crate::define_id! {
    /// A pattern.
    PatId "p"
}

/// Whole programs: all files of a compilation.
#[derive(Debug, Default)]
pub struct Hir {
    /// Declarations of all files.
    pub items: Arena<ItemId, Item>,
    /// Expressions of all files.
    pub exprs: Arena<ExprId, Expr>,
    /// Types as written.
    pub types: Arena<TypeExprId, TypeExpr>,
    /// Patterns.
    pub pats: Arena<PatId, Pat>,
    /// One entry a file.
    pub modules: Vec<Module>,
}

/// One file.
#[derive(Debug)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// The name under which other files import it.
    pub name: String,
    /// `##` lines at the top of the file.
    pub doc: Option<String>,
    /// Its declarations, in order.
    pub items: Vec<ItemId>,
    /// Whether syntax errors may have cost it declarations: then names may be missing that the source declares.
    pub broken: bool,
    /// Names of declarations that were reported as not supported and left out.
    pub skipped: Vec<String>,
    /// Whether it belongs to the language's own library: its names are known everywhere.
    pub prelude: bool,
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Statements; the value of the last one is the block's.
#[derive(Clone, Debug)]
pub struct Block {
    /// In order.
    pub stmts: Vec<ExprId>,
    /// From the first to the last; for an empty block, where it would stand.
    pub span: Span,
}

/// An expression or statement.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an [`Expr`] is.
#[derive(Debug)]
pub enum ExprKind {
    /// `42`, `42i32`: the suffix is a type name as in `Int32`.
    Int {
        value: u64,
        suffix: Option<&'static str>,
    },
    /// `1.5`, `1.5f32`: the suffix is a type name as in `Float32`.
    Float {
        value: f64,
        suffix: Option<&'static str>,
    },
    /// `true`, `false`.
    Bool(bool),
    /// `nil`.
    Nil,
    /// `"a #{b} c"`; adjacent texts are joined.
    Str(Vec<StrPart>),
    /// `:auto`.
    Symbol(String),
    /// A name that stands for a value, a function, a module, or a type (`Python`, `Array`).
    Name(String),
    /// `(a, b)`; `()` is Unit.
    Tuple(Vec<ExprId>),
    /// `[a, b]`.
    Array(Vec<ExprId>),
    /// `-a`, `not a`.
    Unary { op: UnaryOp, operand: ExprId },
    /// `a + b`.
    Binary {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    /// `a and b`, `a or b`.
    Logical {
        op: LogicalOp,
        left: ExprId,
        right: ExprId,
    },
    /// `a < b`, `a < b <= c`: each middle operand is evaluated once.
    Compare {
        first: ExprId,
        rest: Vec<(CompareOp, ExprId)>,
    },
    /// `lo..hi`, `lo..<hi`, with `step`.
    Range {
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
        step: Option<ExprId>,
    },
    /// `f(args) |x| … end`, where `f` is an expression that is not a member.
    Call {
        callee: ExprId,
        args: Vec<Arg>,
        block: Option<Closure>,
    },
    /// `receiver.name(args) |x| … end`; without parentheses also an attribute.
    MethodCall {
        receiver: ExprId,
        name: Ident,
        args: Vec<Arg>,
        parens: bool,
        block: Option<Closure>,
    },
    /// `a[i, j]`; an index may be a [`ExprKind::Range`].
    Index { base: ExprId, indices: Vec<ExprId> },
    /// A type where a method asks for one: `py.to_array(Float)` when it is not a plain name, `x.to[Int32]`.
    Type(TypeExprId),
    /// `if`, `unless`, their trailing forms and `elsif`.
    If {
        condition: ExprId,
        then: Block,
        otherwise: Option<Block>,
    },
    /// `match`.
    Match { value: ExprId, arms: Vec<Arm> },
    /// `loop`; its value is that of its `break`s.
    Loop {
        label: Option<Ident>,
        body: Block,
        attributes: Vec<Attribute>,
    },
    /// `begin … rescue … else … ensure … end`.
    Begin {
        body: Block,
        rescues: Vec<Rescue>,
        otherwise: Option<Block>,
        ensure: Option<Block>,
    },
    /// `try e`: a `Result`.
    Try(ExprId),
    /// `e?`.
    Propagate(ExprId),
    /// `await e`
    Await(ExprId),
    /// `|x| … end` that stands alone: a value of type `Fn`.
    Closure(Closure),
    /// `{a: 1, "b" => 2}`; a key before `:` that is a word is a string.
    Map(Vec<(ExprId, ExprId)>),
    /// `while`.
    While {
        label: Option<Ident>,
        condition: ExprId,
        body: Block,
        attributes: Vec<Attribute>,
    },
    /// `for pattern in iterable`, or `parallel_for`.
    For {
        label: Option<Ident>,
        parallel: bool,
        pattern: PatId,
        iterable: ExprId,
        body: Block,
        attributes: Vec<Attribute>,
    },
    /// `break`.
    Break {
        label: Option<Ident>,
        value: Option<ExprId>,
    },
    /// `continue`.
    Continue { label: Option<Ident> },
    /// `return`.
    Return(Option<ExprId>),
    /// `raise ValueError("…") from e`: the call is kept as written.
    Raise { value: ExprId, from: Option<ExprId> },
    /// `raise` alone: the error that the `rescue` around it caught.
    Reraise,
    /// `let [mut] pattern[: T] = value`.
    Let {
        mutable: bool,
        pattern: PatId,
        ty: Option<TypeExprId>,
        value: ExprId,
    },
    /// `name[: T] = value`, `a[i] = value`, `a.b = value`, `(a, b) = value` (a tuple target).
    /// A name that is not in scope is declared, mutable.
    Assign {
        target: ExprId,
        ty: Option<TypeExprId>,
        value: ExprId,
    },
    /// `target op= value`.
    CompoundAssign {
        op: BinaryOp,
        target: ExprId,
        value: ExprId,
    },
    /// Could not be lowered; reported.
    Error,
}

/// A piece of a string literal.
#[derive(Debug)]
pub enum StrPart {
    /// Text, escapes resolved.
    Text(String),
    /// `#{…}`.
    Value(ExprId),
}

/// `when pattern if guard then …`.
#[derive(Debug)]
pub struct Arm {
    /// The pattern.
    pub pattern: PatId,
    /// What must hold beside it.
    pub guard: Option<ExprId>,
    /// What is done.
    pub body: Block,
    /// From `when` to the end of its pattern or guard; of an `else`, that word.
    pub span: Span,
}

/// `rescue name: Type …`.
#[derive(Debug)]
pub struct Rescue {
    /// The error's variable, a [`PatKind::Name`]; [`PatKind::Wildcard`] when it has none.
    pub pattern: PatId,
    /// The class of errors; none for all.
    pub ty: Option<TypeExprId>,
    /// What is done.
    pub body: Block,
}

/// An argument.
#[derive(Debug)]
pub struct Arg {
    /// `name:` before it.
    pub name: Option<Ident>,
    /// Its value.
    pub value: ExprId,
}

/// `|x, y| … end` after a call.
#[derive(Debug)]
pub struct Closure {
    /// Its parameters.
    pub params: Vec<PatId>,
    /// The types that are written, one for each parameter.
    pub types: Vec<Option<TypeExprId>>,
    /// How each parameter is passed.
    pub modes: Vec<ParamMode>,
    /// Its body.
    pub body: Block,
    /// From the first bar to `end`.
    pub span: Span,
}

/// `-a`, `not a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `not`
    Not,
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`, true division
    Div,
    /// `//`
    FloorDiv,
    /// `%`, floored
    Mod,
    /// `**`
    Pow,
    /// `@`
    MatMul,
    /// `&+`
    WrapAdd,
    /// `&-`
    WrapSub,
    /// `&*`
    WrapMul,
}

impl BinaryOp {
    /// The trait of the prelude that gives declared types this operator.
    #[must_use]
    pub fn trait_name(self) -> Option<&'static str> {
        Some(match self {
            BinaryOp::Add => "Add",
            BinaryOp::Sub => "Sub",
            BinaryOp::Mul => "Mul",
            BinaryOp::Div => "Div",
            BinaryOp::FloorDiv => "FloorDiv",
            BinaryOp::Mod => "Mod",
            BinaryOp::Pow => "Pow",
            BinaryOp::MatMul => "MatMul",
            BinaryOp::WrapAdd | BinaryOp::WrapSub | BinaryOp::WrapMul => return None,
        })
    }

    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::FloorDiv => "//",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "**",
            BinaryOp::MatMul => "@",
            BinaryOp::WrapAdd => "&+",
            BinaryOp::WrapSub => "&-",
            BinaryOp::WrapMul => "&*",
        }
    }
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicalOp {
    /// `and`
    And,
    /// `or`
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl CompareOp {
    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Eq => "==",
            CompareOp::Ne => "!=",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
            CompareOp::In => "in",
            CompareOp::NotIn => "not in",
        }
    }
}

/// A pattern.
#[derive(Debug)]
pub struct Pat {
    /// What it is.
    pub kind: PatKind,
    /// Where it stands.
    pub span: Span,
}

/// What a [`Pat`] is.
#[derive(Debug)]
pub enum PatKind {
    /// Binds a name.
    Name(String),
    /// `_`.
    Wildcard,
    /// `(a, b)`, `(a, .., z)`: the place of `..` among the items.
    Tuple {
        items: Vec<PatId>,
        rest: Option<usize>,
    },
    /// `1`, `-1.5`, `"a"`, `true`, `nil`: the literal as an expression.
    Literal(ExprId),
    /// `1..9`, `..<0`, `'a'..`: the bounds as expressions.
    Range {
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
    },
    /// `a | b`.
    Or(Vec<PatId>),
    /// `pattern as name`; the name is a [`PatKind::Name`].
    As { pattern: PatId, name: PatId },
    /// `Circle(r)`, `Point(x: 0.0, ..)`, `Empty`, `shapes.Circle(r)`, `Self(…)`: the path's parts from left to right.
    Constructor {
        path: Vec<Ident>,
        /// The parts, with their fields' names where these are written.
        args: Vec<(Option<Ident>, PatId)>,
        /// Whether `..` says that other fields may be anything.
        rest: bool,
    },
    /// `[first, .., last]`, `[head, ..tail]`: `rest` is where `..` stands, and the name that it binds.
    Array {
        items: Vec<PatId>,
        rest: Option<(usize, Option<PatId>)>,
    },
    /// Could not be lowered; reported.
    Error,
}

/// A type as it is written.
#[derive(Debug)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What a [`TypeExpr`] is.
#[derive(Debug)]
pub enum TypeExprKind {
    /// `Array[Float, 2]`: a name and its arguments.
    Path { name: Ident, args: Vec<TypeArg> },
    /// `geometry.Point[Float]`: a type of another module.
    Qualified {
        scope: Ident,
        name: Ident,
        args: Vec<TypeArg>,
    },
    /// `Self`.
    SelfType,
    /// `Fn(A, mut B) -> C`.
    Fn {
        params: Vec<(TypeExprId, ParamMode)>,
        ret: TypeExprId,
    },
    /// `KeyError | ValueError`, after `rescue`.
    Union(Vec<TypeExprId>),
    /// `(A, B)`; `()` is Unit.
    Tuple(Vec<TypeExprId>),
    /// Could not be lowered; reported.
    Error,
}

/// An argument of a generic type.
#[derive(Clone, Copy, Debug)]
pub enum TypeArg {
    /// A type.
    Type(TypeExprId),
    /// A rank.
    Int(u64, Span),
}

/// The places in a tuple of `len` parts that the items of a pattern look at, `rest` being where `..` stands among them. None
/// where their numbers do not fit.
#[must_use]
pub fn tuple_places(items: usize, rest: Option<usize>, len: usize) -> Option<Vec<usize>> {
    let fits = match rest {
        None => items == len,
        Some(_) => items <= len,
    };
    let before = rest.unwrap_or(items);
    fits.then(|| {
        let after = (before..items).map(|item| item + len - items);
        (0..before).chain(after).collect()
    })
}
