//! What the language knows without being told: methods of built-in types, mathematical functions, namespaces.
//!
//! [`table`] is the one list of methods; the type checker, the "did you mean" and the documentation read it.

mod exceptions;
mod math;
pub mod prelude;
mod reached;
mod routines;
mod table;

pub use exceptions::{EXCEPTIONS, exception};
pub use math::MathFn;
pub use routines::Routine;
pub use table::{METHODS, Method, Receiver, find_method, method_names};

use crate::mir::{BinOp, GilState, ListOp, UnOp};
use crate::types::Ty;

/// A name with members that is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// `Python.with_gil`.
    Python,
    /// `Array.zeros(n)`.
    Array,
}

/// What a built-in method does. Its receiver is the first argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Builtin {
    /// A mathematical function; elementwise on arrays (lengths must agree).
    Math(MathFn),
    /// `array.length`
    Length,
    /// `array.size`, of several dimensions
    Size,
    /// `array.shape`
    Shape,
    /// `array.rank`
    Rank,
    /// `array.transpose`
    Transpose,
    /// `array.row(i)` of the first dimension, `array.col(i)` of the second
    Line(u8),
    /// `array.reshape(n, m)`
    Reshape,
    /// `array.sum`
    Sum,
    /// `array.mean`
    Mean,
    /// `array.min` without arguments
    Min,
    /// `array.max` without arguments
    Max,
    /// `a.dot(b)`
    Dot,
    /// `array.map |x| … end`
    Map,
    /// `array.parallel_map |x| … end`
    ParallelMap,
    /// `array.to_array`, `array.copy`: an owned copy
    ToArray,
    /// `x.to_float`
    ToFloat,
    /// `x.to_float32`
    ToFloat32,
    /// `x.to_int`: towards zero; OverflowError when it does not fit, ValueError for nan
    ToInt,
    /// `x.to[Int32]` and the like, `x.to[T]`: the type of the call says to which
    ToNumber,
    /// `x.to_string`
    ToStr,
    /// `x.is_nan?`
    IsNan,
    /// `n.bit_and(m)` and the like
    Bits(BinOp),
    /// `n.shl(bits)`, `n.shr(bits)`; ValueError when `bits` is negative, or the width or more
    Shift(BinOp),
    /// `n.bit_not`
    BitNot,
    /// `n.count_ones` and the like, which count bits
    CountBits(UnOp),
    /// `list.push(x)` and what else changes a list in place; those that begin with `_` are the prelude's, whose functions
    /// check what they are given
    List(ListOp),
    /// `error.message`: its text
    ErrorText,
    /// `error.kind`: the name of its class, `"ValueError"`
    ErrorClass,
    /// `list.copy`
    Copy,
    /// `array.enumerate`: a list of the elements with their indices
    Enumerate,
    /// `array.zip(other)`: a list of pairs of elements
    Zip,
    /// `string.length`: code points
    StrLength,
    /// `Array.zeros(n)`; elements as the call's type says, Floats unless another type was wanted
    Zeros,
    /// `Array.ones(n)`
    Ones,
    /// `Array.full(n, value)`
    Full,
    /// `Python.with_gil |py| … end` and `Python.without_gil … end`
    Gil(GilState),
    /// `object.to_array(T)`: an owned `Array[T]`
    ObjectToArray(Ty),
    /// `object.to[T]`
    ObjectTo(Ty),
    /// `reveal(x)`: its argument
    Reveal,
    /// `print(x)` and the like
    Routine(Routine),
}
