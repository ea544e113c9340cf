//! The part of Aria that random programs are made of, as trees that can be printed and interpreted.

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ty {
    Int,
    Str,
    List(Box<Ty>),
    Option(Box<Ty>),
    /// From texts.
    Map(Box<Ty>),
    /// `Cell[T]`, a generic struct with one field.
    Cell(Box<Ty>),
    Pair(Box<Ty>, Box<Ty>),
    Struct(usize),
    Enum(usize),
    /// A function of an Int.
    Fn(Box<Ty>),
    /// An array of Ints.
    Array,
    /// A view of Ints, which only parameters and some variables are.
    View,
}

/// `lo..<hi step by`, parts of which may be left out; negative bounds count from the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub lo: Option<i64>,
    pub hi: Option<i64>,
    pub by: Option<i64>,
}

/// A variable, by its number in the program.
pub(super) type Var = usize;

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Mut,
    Own,
}

#[derive(Clone, Debug)]
pub(super) struct Function {
    pub params: Vec<(Var, Mode, Ty)>,
    pub ret: Ty,
    pub body: Vec<Stmt>,
    pub result: Expr,
}

/// The keys of maps.
pub(super) const KEYS: [&str; 4] = ["a", "b", "key", ""];

/// The last function is the one to call, without parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// The types of the fields.
    pub structs: Vec<Vec<Ty>>,
    /// The types of the fields of each variant.
    pub enums: Vec<Vec<Vec<Ty>>>,
    pub functions: Vec<Function>,
}

impl Program {
    /// Whether values of a type have a size: there is no function in them.
    pub(super) fn has_size(&self, ty: &Ty) -> bool {
        self.has_size_within(ty, &mut Vec::new())
    }

    fn has_size_within<'a>(&'a self, ty: &'a Ty, asked: &mut Vec<&'a Ty>) -> bool {
        // What is asked already is assumed.
        if asked.contains(&ty) {
            return true;
        }
        asked.push(ty);
        match ty {
            Ty::Int | Ty::Str => true,
            Ty::Fn(_) | Ty::Array | Ty::View => false,
            Ty::List(ty) | Ty::Option(ty) | Ty::Map(ty) | Ty::Cell(ty) => {
                self.has_size_within(ty, asked)
            }
            Ty::Pair(a, b) => self.has_size_within(a, asked) && self.has_size_within(b, asked),
            Ty::Struct(n) => self.structs[*n]
                .iter()
                .all(|ty| self.has_size_within(ty, asked)),
            Ty::Enum(n) => self.enums[*n]
                .iter()
                .flatten()
                .all(|ty| self.has_size_within(ty, asked)),
        }
    }
}

/// A step into a value.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Of a struct.
    Field(usize),
    /// Of a pair.
    Part(usize),
    /// Of a cell.
    Value,
    /// Of a list, array or view.
    At(i64),
    /// The same, by a variable.
    AtVar(Var),
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    pub root: Var,
    pub steps: Vec<Step>,
}

/// A generic function that every file has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Generic {
    /// `same(own x: T) -> T`
    Same,
    /// `both(own x: T) -> (T, T)`
    Both,
    /// `first_or(own xs: List[T], own other: T) -> T`
    FirstOr,
    /// `swapped(own pair: (A, B)) -> (B, A)`
    Swapped,
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    Int(i64),
    Str(String),
    Place(Place),
    Len(Place),
    Add(Box<Expr>, Box<Expr>),
    Mul(Box<Expr>, Box<Expr>),
    Join(Box<Expr>, Box<Expr>),
    /// Of an Int.
    Text(Box<Expr>),
    List(Vec<Expr>),
    Array(Vec<Expr>),
    /// Of an array or view.
    Slice(Box<Expr>, Slice),
    Sum(Box<Expr>),
    /// A copy of a view.
    ToArray(Box<Expr>),
    Some(Box<Expr>),
    None,
    Pair(Box<Expr>, Box<Expr>),
    Struct(usize, Vec<Expr>),
    Cell(Box<Expr>),
    /// The type of the values, and the entries.
    Map(Ty, Vec<(&'static str, Expr)>),
    /// An Option.
    MapGet(Place, &'static str),
    Generic(Generic, Vec<Expr>),
    /// Three times the size of a value, by the trait that all types but functions have.
    Size(Place, Ty),
    Variant(usize, usize, Vec<Expr>),
    /// Of a function without `mut` parameters.
    Call(usize, Vec<Expr>),
    CallValue(Place, Box<Expr>),
    Closure(Var, Box<Expr>),
    If(Box<Cond>, Box<Expr>, Box<Expr>),
    MatchOption(Place, Var, Box<Expr>, Box<Expr>),
    MatchEnum(Place, usize, Vec<(Vec<Var>, Expr)>),
}

#[derive(Clone, Debug)]
pub(super) enum Cond {
    Less(Expr, Expr),
    Is(bool),
}

/// An argument in a statement that calls.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Value(Expr),
    Mut(Place),
    /// A slice to be changed.
    View(Place, Slice),
}

#[derive(Clone, Debug)]
pub(super) enum Stmt {
    Let(Var, Ty, Expr),
    LetCall(Var, Ty, usize, Vec<Argument>),
    Assign(Place, Expr),
    /// `(a, b) = (e, f)`
    AssignTwo(Place, Place, Expr, Expr),
    /// A view, the variable, is there in these statements, which stand in the block around.
    View(Var, Place, Slice, Vec<Stmt>),
    /// An Int or an array goes into a slice.
    Fill(Place, Slice, Expr),
    Push(Place, Expr),
    /// A new variable is the last element, an Option.
    Pop(Var, Place),
    MapSet(Place, &'static str, Expr),
    /// A new variable is what was there, an Option.
    MapRemove(Var, Place, &'static str),
    /// The key and the value.
    ForMap(Var, Var, Place, Vec<Stmt>),
    If(Cond, Vec<Stmt>, Vec<Stmt>),
    For(Var, i64, Vec<Stmt>),
    ForEach(Var, Place, Vec<Stmt>),
    MatchOption(Place, Var, Vec<Stmt>, Vec<Stmt>),
    MatchEnum(Place, usize, Vec<(Vec<Var>, Vec<Stmt>)>),
    Return(Expr),
    Break,
    Continue,
    Raise(Expr),
    /// The body, the handler, and what is ensured.
    Begin(Vec<Stmt>, Vec<Stmt>, Option<Vec<Stmt>>),
    /// `twice |v| … end`
    Block(Var, Vec<Stmt>),
    Show(Ty, Expr),
}
