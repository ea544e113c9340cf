//! The nodes of the MIR: what happens, in order, with array operations as single instructions.
//!
//! Control flow is structured (blocks in blocks): the language has no goto, so loops, GIL regions and versioned code are
//! subtrees, and a pass is a rewrite of a tree. LLVM gets the flat form.
//!
//! Values live in locals. A local may be assigned many times; LLVM makes registers of them.
//!
//! **Ownership.** A local of a type with [`Ty::is_owned`] is a slot that either owns a value or is empty:
//! * it is empty on entry, except a parameter;
//! * assigning to it drops what it held, after the new value is computed;
//! * [`Rvalue::Move`], [`StmtKind::Return`], [`Rvalue::ToObject`] that takes, and being an operand of [`Rvalue::Tuple`]
//!   or of an `own` parameter empty it; every other use borrows. A borrowed parameter is never in such a place;
//! * what is left in any slot is dropped when the function ends, on every path, errors included;
//! * read and `mut` parameters are borrowed from the caller and never dropped or emptied by the function.
//!
//! **Aliases.** A local with [`Local::alias`] has no memory of its own: [`StmtKind::Alias`] lets it name a part of another
//! local (a field, an element), and from there on, as long as that local is not changed otherwise, reading and writing it
//! reads and writes the part. It owns nothing and is never moved, returned or dropped. It is what `a.b[i].c.push(x)` is made of: an
//! alias for each step, and the last is the `mut` argument.
//!
//! **Errors.** An instruction that fails goes to the handler of the innermost [`StmtKind::Try`] around it; without one it
//! ends the function: slots are dropped, the GIL is taken back if it was released, and the caller fails in turn. No
//! instruction after it runs.
//!
//! **Kernels.** The body of an array operation is a block over the function's own locals: it sees captured variables
//! directly, and its parameters are locals that hold the current elements.

use super::LeftOut;
use crate::arena::Arena;
use crate::builtins::MathFn;
use crate::hir::{ItemId, NativeAbi, ParamMode};
use crate::source::Span;
use crate::types::{Adt, IntKind, Known, Ty};
use aria_abi::codes::{ErrorKind, PyOp};
use std::collections::HashMap;

crate::define_id! {
    /// A function of the program.
    FnId "f"
}
crate::define_id! {
    /// A function of a library, `extern Rust` or `extern C`.
    NativeId "native"
}
crate::define_id! {
    /// A Python module.
    ModuleId "module"
}
crate::define_id! {
    /// A local of a function.
    LocalId "_"
}
crate::define_id! {
    /// A loop of a function, to break out of.
    LoopId "loop"
}

/// A whole program.
#[derive(Debug, Default)]
pub struct Program {
    /// Its functions.
    pub functions: Arena<FnId, Function>,
    /// Functions of libraries.
    pub natives: Arena<NativeId, Native>,
    /// Python modules, by dotted path.
    pub modules: Arena<ModuleId, String>,
    /// What the declared types consist of that occur in functions, all without type parameters.
    pub adts: HashMap<Adt, AdtLayout>,
    /// Which of them the prelude declares for the language's own constructs.
    pub known: Known,
    /// The `data` types that arrays hold, `Complex` aside, in the order of the runtime's codes for them.
    pub records: Vec<Adt>,
    /// For maps and sets that Python gives: the function that makes one whole whose entries have keys and values only.
    pub finishers: HashMap<Adt, FnId>,
    /// For each function that is a ufunc in Python the one that computes it for the elements of views: those of its arguments, then
    /// those of its results, which it changes.
    pub ufuncs: HashMap<FnId, FnId>,
    /// The public types of the first file that are classes in Python, whether a function mentions them or not.
    pub classes: Vec<Adt>,
    /// The names of the types that are classes in Python, no two alike.
    pub class_names: HashMap<Adt, String>,
    /// The public functions of the first file that Python cannot call.
    pub left_out: Vec<(FnId, LeftOut)>,
}

impl Program {
    /// Whether a loop somewhere must work on vectors.
    #[must_use]
    pub fn promises_vectors(&self) -> bool {
        self.functions.iter().any(|(_, function)| {
            let mut loops = function.loops.iter();
            function.wishes.simd.is_some() || loops.any(|(_, l)| l.wishes.simd.is_some())
        })
    }
}

/// What a declared type consists of.
#[derive(Clone, Debug)]
pub struct AdtLayout {
    /// Whether it is an `enum`: then its values say which variant they are.
    pub is_enum: bool,
    /// Its variants, in order; of a struct or data, one.
    pub variants: Vec<VariantLayout>,
}

/// A variant and the types of its fields.
#[derive(Clone, Debug)]
pub struct VariantLayout {
    /// Its name.
    pub name: String,
    /// Names and types of its fields.
    pub fields: Vec<(String, Ty)>,
}

/// A function of a library.
#[derive(Debug)]
pub struct Native {
    /// The symbol to link.
    pub symbol: String,
    /// How it is called.
    pub abi: NativeAbi,
    /// Whether it fails for other reasons than that memory is out.
    pub raises: bool,
    /// Whether it reads or writes what others see too: then calls of it keep their order.
    pub streams: bool,
    /// Parameters: numbers, Bool, and (Rust only) arrays; those of one dimension have been found to be contiguous.
    pub params: Vec<(Ty, ParamMode)>,
    /// A number, `Bool` or `Unit`.
    pub ret: Ty,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name in Aria.
    pub name: String,
    /// The declaration; none for the value of a default argument.
    pub item: Option<ItemId>,
    /// Where it is declared.
    pub span: Span,
    /// `##` lines.
    pub doc: Option<String>,
    /// Parameters, in order.
    pub params: Vec<Param>,
    /// How many of the parameters, the first ones, come from what a function value captured; see [`Captures`].
    pub captures: Option<(usize, Captures)>,
    /// The result.
    pub ret: Ty,
    /// All locals, parameters included.
    pub locals: Arena<LocalId, Local>,
    /// Its loops.
    pub loops: Arena<LoopId, Loop>,
    /// The body; its last statement returns, on every path.
    pub body: Block,
    /// Whether it touches Python: then it is called with the GIL held. Others are called either way.
    pub uses_python: bool,
    /// Whether it may fail.
    pub raises: bool,
    /// Whether it reads or writes a stream: then calls of it keep their order.
    pub streams: bool,
    /// How its GIL regions are chosen.
    pub gil: GilMode,
    /// What its attributes ask of the code of its body.
    pub wishes: Wishes,
    /// `@inline`: its body takes the place of each call. It does not call itself.
    pub inline: bool,
    /// For an exported function that does not touch Python: the caller from Python releases the GIL around it when
    /// this much work is worth it. Set by the pass `gil_regions`.
    pub entry_release: Option<Work>,
    /// Whether Python sees it.
    pub exported: bool,
}

/// A loop.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// Where it stands.
    pub span: Span,
    /// What its attributes, and those of what is around it, ask of the code of its body.
    pub wishes: Wishes,
    /// `parallel_for`: its turns run in any order, on several threads. The body neither touches Python nor leaves the loop, and assigns
    /// no local that lives outside; of arrays that it changes, each turn sees elements of its own.
    pub parallel: bool,
}

/// What attributes ask of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `@fastmath`: operations on floats may be put together in another order, and a product and a sum may be rounded once.
    pub fast: bool,
    /// `@simd`, and where it stands: the innermost loops must work on vectors.
    pub simd: Option<Span>,
}

impl Wishes {
    /// These and others.
    #[must_use]
    pub fn and(self, other: Wishes) -> Wishes {
        Wishes {
            fast: self.fast || other.fast,
            simd: self.simd.or(other.simd),
        }
    }
}

/// How the body of a function value gets what it captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captures {
    /// It owns copies: the parameters are `Read`.
    ByValue,
    /// It borrows the variables of the function around it: the parameters are `Mut`, whatever their type is.
    ByReference,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// Its local.
    pub local: LocalId,
    /// Its name.
    pub name: String,
    /// How it is passed. A `Mut` parameter that is not a view or array is passed by address.
    pub mode: ParamMode,
    /// The function without parameters that computes its default value.
    pub default: Option<FnId>,
}

/// A local.
#[derive(Debug)]
pub struct Local {
    /// Its name in the source; none for a temporary.
    pub name: Option<String>,
    /// Its type.
    pub ty: Ty,
    /// Where it is declared, or where the temporary's expression stands.
    pub span: Span,
    /// A `PyArrayView` or `PythonArray` whose elements are known to lie side by side: loads need no stride.
    /// Set by the pass `version_strides`.
    pub contiguous: bool,
    /// It names a part of another local: see the header.
    pub alias: bool,
}

/// `@python_interop(gil: …)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GilMode {
    /// Regions are found by the compiler.
    Auto,
    /// Held throughout, except in `Python.without_gil`.
    Hold,
    /// Released throughout, except in `Python.with_gil`.
    Release,
}

/// How the GIL is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GilState {
    /// The thread holds it.
    Held,
    /// The thread has given it up.
    Released,
}

/// Statements in order.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The statements.
    pub stmts: Vec<Stmt>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it comes from.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Computes a value; without a destination it is dropped.
    Assign { dst: Option<LocalId>, value: Rvalue },
    /// `array[index] = value`; the array is an `Array`, or a `mut` view.
    Store {
        array: LocalId,
        index: Operand,
        value: Operand,
        checked: bool,
    },
    /// `array[i, j] = value`, of an array of several dimensions, an index for each. Until the pass `axes`.
    StoreAt {
        array: LocalId,
        indices: Vec<Operand>,
        value: Operand,
    },
    /// IndexError unless the array, a view along dimension `axis` of another, has an element with this index; nothing where it
    /// is not `checked`.
    Bound {
        array: LocalId,
        index: Operand,
        axis: u8,
        checked: bool,
    },
    /// A part of a tuple or declared type (of that variant, which is known to be the one) gets a value; what it held is
    /// dropped after. An owned operand is taken.
    SetField {
        of: LocalId,
        variant: u32,
        index: usize,
        value: Operand,
    },
    /// From here on `dst` is a part of `of`. An element's index is checked and may fail.
    Alias {
        dst: LocalId,
        of: LocalId,
        step: Step,
    },
    /// Runs `body`; when something in it fails, the error becomes `error` (an owned local of type `Ty::Exception`) and
    /// `handler` runs.
    Try {
        body: Block,
        error: LocalId,
        handler: Block,
    },
    /// Fails with the error in a local, a `Ty::Exception`, which is emptied; `from`: the error that caused it, likewise.
    Reraise {
        error: LocalId,
        from: Option<LocalId>,
    },
    /// `object[key] = value`.
    PySetItem {
        object: Operand,
        key: Operand,
        value: Operand,
    },
    /// `object.name = value`.
    PySetAttr {
        object: Operand,
        name: String,
        value: Operand,
    },
    /// Two ways.
    If {
        condition: Operand,
        then: Block,
        otherwise: Block,
    },
    /// `test` runs before each turn and computes `condition`.
    While {
        id: LoopId,
        test: Block,
        condition: Operand,
        body: Block,
    },
    /// Counts `var` from `lo` up to `hi` (`inclusive` or not) by `step` (not 0; down when negative). Bounds and step are
    /// evaluated once; the body does not assign `var`; counting does not overflow.
    For {
        id: LoopId,
        var: LocalId,
        lo: Operand,
        hi: Operand,
        inclusive: bool,
        step: Operand,
        body: Block,
    },
    /// Leaves a loop.
    Break(LoopId),
    /// Goes to a loop's next turn.
    Continue(LoopId),
    /// Leaves the function; an owned local is moved out.
    Return(Operand),
    /// Fails with a message of type `String`.
    Raise { kind: ErrorKind, message: Operand },
    /// Fails with a Python exception object (or class).
    RaiseObject(Operand),
    /// Fails with what is no error, so that nothing handles it but the function one of whose calls it ends: a block returns.
    EndCall(Operand),
    /// Empties a slot, dropping what it holds.
    Drop(LocalId),
    /// `Python.with_gil` and `Python.without_gil`: how the GIL is in the block. The pass `gil_regions` dissolves it.
    Gil(GilState, Block),
    /// Releases the GIL if the work is worth it. Only while it is held, only in functions that use Python or are
    /// `GilMode::Release`. Inserted by `gil_regions`.
    GilRelease(Work),
    /// Takes the GIL back if the last `GilRelease` released it.
    GilAcquire,
}

/// From a value to a part of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A field of a tuple or of a variant that is known to be the one.
    Field { variant: u32, index: usize },
    /// An element of a `List`.
    Element { index: Operand, checked: bool },
}

/// A value that is there already.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// The value of a local.
    Local(LocalId),
    /// A constant.
    Const(Const),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "named by their types")]
pub enum Const {
    Unit,
    Bool(bool),
    Int(i64),
    /// Of another width; the value as it is.
    Sized(IntKind, i128),
    Float(f64),
    Float32(f32),
    Str(String),
}

/// Computes a value. "May fail" ends the function, see the header.
#[derive(Clone, Debug)]
pub enum Rvalue {
    /// A copy of a scalar, constant, range-free tuple of scalars, or view (which stays borrowed).
    Use(Operand),
    /// Takes the value out of a slot.
    Move(LocalId),
    /// A second owner: shares a String or object, copies an Array.  May fail.
    Clone(LocalId),
    /// `-x`, `not x`. `-Int` may fail.
    Unary { op: UnOp, operand: Operand },
    /// Both operands have the same scalar type; `String`s compare, and add with [`Rvalue::Join`]. Checked Int
    /// arithmetic may fail.
    Binary {
        op: BinOp,
        left: Operand,
        right: Operand,
    },
    /// A mathematical function on `Float`, `Float32` (all arguments alike) or, where it takes them, `Int`.
    Math {
        function: MathFn,
        args: Vec<Operand>,
    },
    /// Between scalar types. To Int may fail.
    Convert { to: Ty, operand: Operand },
    /// Number of elements of an array, view or handle.
    Len(LocalId),
    /// `array[index]`; may fail when `checked`. Unchecked: 0 <= index < length is known.
    Load {
        array: LocalId,
        index: Operand,
        checked: bool,
    },
    /// Takes ownership of owned operands.
    Tuple(Vec<Operand>),
    /// A part of a tuple or declared type (of that variant, which is known to be the one; 0 of a tuple): a copy of a
    /// scalar or view, a second owner of anything else, which may fail. With `take` the part itself: the slot keeps the
    /// other parts, and this one is empty.
    Field {
        tuple: LocalId,
        variant: u32,
        index: usize,
        take: bool,
    },
    /// A value of a declared type. Takes ownership of owned operands. One on the heap may fail.
    Adt {
        ty: Adt,
        variant: u32,
        fields: Vec<Operand>,
    },
    /// Which variant an enum's value is, an Int from 0.
    Variant(LocalId),
    /// `List` of these elements; takes ownership of owned operands. May fail.
    List { element: Ty, items: Vec<Operand> },
    /// Does something with a list in place.
    ListOp {
        op: ListOp,
        list: LocalId,
        args: Vec<Operand>,
    },
    /// A `PyArrayView` on an array, view or handle: same memory, no work, borrowed from the local.
    View(LocalId),
    /// A `PyArrayView` on the elements whose indices a range counts, in that order, borrowed from the local. May fail:
    /// without a step unless `0 <= lo <= hi <=` the length (`hi` exclusive), with one, which is not 0, if one of the elements
    /// is not there.
    Slice {
        array: LocalId,
        lo: Operand,
        hi: Operand,
        inclusive: bool,
        step: Option<Operand>,
    },
    /// Whether the elements of an array, view or handle lie side by side (of several dimensions: row by row), a Bool.
    IsContiguous(LocalId),
    /// What is done with arrays of several dimensions.
    Nd(NdOp),
    /// `[a, b]`, of scalars. May fail.
    Array { element: Ty, items: Vec<Operand> },
    /// `len` elements of one value; none: the program writes each before it reads one. May fail, also when `len` is negative.
    Fill {
        element: Ty,
        len: Operand,
        value: Option<Operand>,
    },
    /// An owned copy of any array, view or handle. May fail.
    ToArray(LocalId),
    /// A fresh array: the kernel's result for each element of the sources. All sources have the same length (checked
    /// at run time, may fail). `parallel`: in any order, on several threads; the kernel neither touches Python nor
    /// assigns a local that lives outside. `reuse`: it is assigned to one of its sources, whose memory takes the
    /// results; the kernel cannot fail, and reads nothing of that array but the element that it is called for.
    Map {
        sources: Vec<LocalId>,
        kernel: Box<Kernel>,
        parallel: bool,
        reuse: bool,
    },
    /// One value of all elements. Sum, Mean and Dot are in the fixed order of the language; Min and Max of an empty
    /// array and lengths that differ fail; the mean of nothing is nan. An Int Sum fails when the exact sum does not fit.
    Reduce {
        op: ReduceOp,
        sources: Vec<LocalId>,
        kernel: Box<Kernel>,
    },
    /// May fail if the callee may.
    Call { callee: FnId, args: Vec<Operand> },
    /// A function value that owns what it captured (the operands are taken). May fail.
    Closure {
        function: FnId,
        captures: Vec<Operand>,
    },
    /// A function value that borrows the locals that it captured: for a call, never stored or returned. Its destination
    /// is an alias, which owns nothing.
    Borrowing {
        function: FnId,
        captures: Vec<LocalId>,
    },
    /// Calls a function value; may fail.
    CallValue {
        callee: LocalId,
        args: Vec<Operand>,
        /// How they are passed: as the type of the value says.
        modes: Vec<ParamMode>,
    },
    /// Rust functions may fail, C functions don't.
    CallNative {
        callee: NativeId,
        args: Vec<Operand>,
    },
    /// The texts of strings and numbers end to end.
    Join(Vec<Operand>),
    /// The text of a scalar or object, as interpolation prints it. An object's may fail.
    ToStr(Operand),
    /// Of a caught error: its text, a String.
    ErrorText(LocalId),
    /// Of a caught error: the name of its class, a String.
    ErrorClass(LocalId),
    /// Whether a caught error is of a class or one below it, a Bool.
    ErrorIs { error: LocalId, class: ErrorKind },
    /// An Int that tells this call of the function from all others that have not ended.
    ThisCall,
    /// Whether a caught error is none but ends a call, a Bool. See [`StmtKind::EndCall`].
    EndsCall { error: LocalId, call: Operand },
    /// Number of code points.
    StrLen(Operand),
    /// Reads or writes a stream, the texts of strings and numbers end to end; may fail. What is read is a String.
    Stream { op: StreamOp, parts: Vec<Operand> },
    /// A Python module; may fail.
    PyModule(ModuleId),
    /// `object.name`; may fail, as all that follow.
    PyAttr { object: Operand, name: String },
    /// `callee(args…, name=value…)`: the last `keywords.len()` arguments have names. All are objects.
    PyCall {
        callee: Operand,
        args: Vec<Operand>,
        keywords: Vec<String>,
    },
    /// `object.name(args…)`.
    PyMethod {
        object: Operand,
        name: String,
        args: Vec<Operand>,
        keywords: Vec<String>,
    },
    /// `object[key]`.
    PyItem { object: Operand, key: Operand },
    /// An operator on objects, giving an object. `Neg` has no right operand.
    PyOperate {
        op: PyOp,
        left: Operand,
        right: Option<Operand>,
    },
    /// Truth of an object, a Bool.
    PyTruth(Operand),
    /// `len(object)`.
    PyLen(Operand),
    /// `iter(object)`.
    PyIter(Operand),
    /// What a Python object gives when it has been awaited; only in an `async` function. Whatever else Python runs may run meanwhile.
    PyAwait(Operand),
    /// Assigns the next item to `item` (an object) and gives true; false at the end.
    PyNext { iterator: Operand, item: LocalId },
    /// A value as a Python object. An array is copied or, with `take`, handed over: its slot is empty then. A view
    /// becomes the object whose memory it shows (one on an `Array`: a copy), `Unit` becomes `None`.
    ToObject { value: Operand, take: bool },
    /// A Python object as a value of this type (number, Bool, String, `Array`, `PythonArray`).
    FromObject { object: Operand, ty: Ty },
}

/// What is done with arrays of several dimensions. Where an array is asked for, a view does as well. What looks at elements
/// is there until the pass `axes` takes it apart into work on views of one dimension.
#[derive(Clone, Debug)]
pub enum NdOp {
    /// `array[i, j]`, an index for each dimension. May fail.
    Load {
        array: LocalId,
        indices: Vec<Operand>,
    },
    /// A view on a part of an array, borrowed from it. May fail.
    Section { array: LocalId, along: Vec<Along> },
    /// A view with the dimensions in reverse order, borrowed.
    Transposed(LocalId),
    /// How many elements there are along a dimension.
    Dim { array: LocalId, axis: u8 },
    /// A `PyArrayView` on the elements along one dimension whose indices in all others are 0, borrowed.
    Axis { array: LocalId, axis: u8 },
    /// A `PyArrayView` as long as `along`, and with its stride, that begins at the element `index` of the view `through`, which is
    /// there; borrowed from both.
    Row {
        through: LocalId,
        index: Operand,
        along: LocalId,
    },
    /// The view that has these along its dimensions, which begin at the same element; borrowed from them.
    View(Vec<LocalId>),
    /// All elements as a `PyArrayView`, borrowed. They lie side by side, row by row.
    Flat(LocalId),
    /// The array that has the elements of one of one dimension, which is emptied, and so many along each dimension.
    Shaped {
        elements: LocalId,
        lens: Vec<Operand>,
    },
}

/// Which elements along a dimension a section has.
#[derive(Clone, Debug)]
pub enum Along {
    /// One: the section has a dimension less.
    At(Operand),
    /// Those whose indices a range counts, as in [`Rvalue::Slice`].
    Range {
        lo: Operand,
        hi: Operand,
        inclusive: bool,
        step: Option<Operand>,
    },
    /// All.
    All,
}

impl NdOp {
    /// The array that it is about; of `View` the first dimension's.
    #[must_use]
    pub fn array(&self) -> Option<LocalId> {
        match self {
            NdOp::Load { array, .. }
            | NdOp::Section { array, .. }
            | NdOp::Transposed(array)
            | NdOp::Dim { array, .. }
            | NdOp::Axis { array, .. }
            | NdOp::Flat(array)
            | NdOp::Row { through: array, .. }
            | NdOp::Shaped {
                elements: array, ..
            } => Some(*array),
            NdOp::View(axes) => axes.first().copied(),
        }
    }

    /// Whether it gives a view, of what it is about.
    #[must_use]
    pub fn is_view(&self) -> bool {
        !matches!(
            self,
            NdOp::Load { .. } | NdOp::Dim { .. } | NdOp::Shaped { .. }
        )
    }
}

/// What is done with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamOp {
    /// Writes a text to standard output.
    Print,
    /// Writes a text to standard error.
    Eprint,
    /// Reads all that is left of standard input.
    ReadAll,
}

impl StreamOp {
    /// Whether it gives a text.
    #[must_use]
    pub fn reads(self) -> bool {
        self == StreamOp::ReadAll
    }

    /// The name in `--emit=mir`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            StreamOp::Print => "print",
            StreamOp::Eprint => "eprint",
            StreamOp::ReadAll => "read_all",
        }
    }
}

/// What is done with a list in place; all of them change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOp {
    /// `(value)`: appends, and takes ownership. May fail.
    Push,
    /// `()`: takes the last element out. The list is not empty.
    Pop,
    /// `(index, value)`: puts a value before the element at `index`, 0 <= index <= length. May fail.
    Insert,
    /// `(index)`: takes the element at `index` out, 0 <= index < length.
    Remove,
    /// `(index)`: takes the element at `index` out and leaves an empty one, which must not be looked at; 0 <= index < length.
    Take,
    /// `(index, value)`: puts a value where there is an empty one, as `Take` leaves it; 0 <= index < length.
    Put,
    /// `(i, j)`: exchanges two elements; both indices are in range.
    Swap,
    /// `(length)`: drops all elements from there on; 0 <= length.
    Truncate,
    /// `(count)`: makes room for that many more. May fail.
    Reserve,
    /// `(part, …)`: appends the bytes of the texts of strings and numbers to a `List[UInt8]`. May fail.
    Append,
}

impl ListOp {
    /// Whether the last argument becomes an element.
    #[must_use]
    pub fn takes_value(self) -> bool {
        matches!(self, ListOp::Push | ListOp::Insert | ListOp::Put)
    }

    /// Whether it gives an element, which the caller then owns; else nothing.
    #[must_use]
    pub fn gives_element(self) -> bool {
        matches!(self, ListOp::Pop | ListOp::Remove | ListOp::Take)
    }

    /// The name in `--emit=mir`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ListOp::Push => "push",
            ListOp::Pop => "pop",
            ListOp::Insert => "insert",
            ListOp::Remove => "remove",
            ListOp::Take => "take",
            ListOp::Put => "put",
            ListOp::Swap => "swap",
            ListOp::Truncate => "truncate",
            ListOp::Reserve => "reserve",
            ListOp::Append => "append",
        }
    }
}

/// The body of an array operation.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The locals that hold the current element of each source.
    pub params: Vec<LocalId>,
    /// What is done for each element.
    pub body: Block,
    /// The element's result, a scalar.
    pub result: Operand,
}

/// Operators on one scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named by what they do")]
pub enum UnOp {
    Neg,
    Not,
    /// Of integers: all bits flipped.
    BitNot,
    /// Of integers: how many bits are 1.
    Ones,
    /// Of integers: how many bits above the highest 1.
    LeadingZeros,
    /// Of integers: how many bits below the lowest 1.
    TrailingZeros,
}

/// Operators on two scalars of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named by what they do")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    /// Of floats; `Int / Int` is converted first.
    Div,
    FloorDiv,
    Mod,
    /// Of Ints, with an exponent >= 0 (else fails); of floats [`MathFn::Pow`] is used.
    Pow,
    WrapAdd,
    WrapSub,
    WrapMul,
    /// Bits of integers.
    BitAnd,
    BitOr,
    BitXor,
    /// Of integers, by a number of bits that is not negative and less than the width; what is shifted out is lost.
    Shl,
    /// As `Shl`; of signed integers the sign comes in.
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Reductions. The kernel gives the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named by what they do")]
pub enum ReduceOp {
    Sum,
    Mean,
    Min,
    Max,
}

/// An estimate of time in nanoseconds, computed at run time; operations saturate.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A constant.
    Nanos(u64),
    /// The length of an array that is there when the estimate is made, along a dimension.
    Len(LocalId, u8),
    /// An Int that is there; negative counts as 0.
    Int(Operand),
    /// The sum.
    Add(Box<Work>, Box<Work>),
    /// The product.
    Mul(Box<Work>, Box<Work>),
    /// The quotient by a number that is not 0.
    Div(Box<Work>, u64),
    /// Unbounded as far as can be seen: always worth it.
    Unknown,
}
