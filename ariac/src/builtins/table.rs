//! The one table of built-in methods.

use super::{Builtin, MathFn};
use crate::mir::{BinOp, GilState, ListOp, UnOp};
use crate::types::Ty;

/// The kinds of receivers that have built-in methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Receiver {
    /// `Int`, `Float`, `Float32`
    Number,
    /// `Array`, `PyArrayView`, `PythonArray`
    Array,
    /// An array of several dimensions
    Nd,
    /// `List`
    List,
    /// `Error`
    Error,
    /// `String`
    String,
    /// `PythonObject`, where the method is not looked up in Python
    Object,
    /// `Python.…`
    PythonNamespace,
    /// `Array.…`
    ArrayNamespace,
}

/// A row: `receiver.name(params…) [block]`.
#[derive(Debug)]
pub struct Method {
    /// On what.
    pub receiver: Receiver,
    /// Its name.
    pub name: &'static str,
    /// Number of arguments beside the receiver.
    pub args: usize,
    /// Number of parameters of the block that it wants.
    pub block: Option<usize>,
    /// What it does. Where it carries a type, that is filled in from the argument.
    pub builtin: fn() -> Builtin,
    /// One line, for documentation and editors.
    pub doc: &'static str,
}

macro_rules! methods {
    ($($receiver:ident . $name:literal ( $args:literal ) $([$block:literal])? => $builtin:expr, $doc:literal;)*) => {
        &[$(Method {
            receiver: Receiver::$receiver,
            name: $name,
            args: $args,
            block: methods!(@block $($block)?),
            builtin: || $builtin,
            doc: $doc,
        }),*]
    };
    (@block) => { None };
    (@block $n:literal) => { Some($n) };
}

/// All built-in methods except the mathematical functions, which [`MathFn`] lists.
pub const METHODS: &[Method] = methods! {
    Number."to_float"(0) => Builtin::ToFloat, "The number as a Float.";
    Number."to_float32"(0) => Builtin::ToFloat32, "The number rounded to a Float32.";
    Number."to_int"(0) => Builtin::ToInt, "The number cut towards zero; OverflowError when it does not fit.";
    Number."to_string"(0) => Builtin::ToStr, "The number's text.";
    Number."is_nan?"(0) => Builtin::IsNan, "Whether it is not a number.";
    Number."bit_and"(1) => Builtin::Bits(BinOp::BitAnd), "The bits that both integers have.";
    Number."bit_or"(1) => Builtin::Bits(BinOp::BitOr), "The bits that either integer has.";
    Number."bit_xor"(1) => Builtin::Bits(BinOp::BitXor), "The bits that one integer has and the other lacks.";
    Number."bit_not"(0) => Builtin::BitNot, "All bits of an integer flipped.";
    Number."shl"(1) => Builtin::Shift(BinOp::Shl), "The bits of an integer moved up; those that leave are lost. ValueError unless 0 <= bits < width.";
    Number."shr"(1) => Builtin::Shift(BinOp::Shr), "The bits of an integer moved down, the sign coming in. ValueError unless 0 <= bits < width.";
    Number."count_ones"(0) => Builtin::CountBits(UnOp::Ones), "Number of bits of an integer that are 1.";
    Number."leading_zeros"(0) => Builtin::CountBits(UnOp::LeadingZeros), "Number of bits above the highest 1 of an integer.";
    Number."trailing_zeros"(0) => Builtin::CountBits(UnOp::TrailingZeros), "Number of bits below the lowest 1 of an integer.";
    Array."size"(0) => Builtin::Length, "Number of elements.";
    Array."shape"(0) => Builtin::Shape, "Number of elements, a tuple of one.";
    Array."rank"(0) => Builtin::Rank, "Number of dimensions: 1.";
    Array."length"(0) => Builtin::Length, "Number of elements.";
    Array."sum"(0) => Builtin::Sum, "Sum of the elements, in the fixed order of the language.";
    Array."mean"(0) => Builtin::Mean, "Arithmetic mean; nan of nothing.";
    Array."min"(0) => Builtin::Min, "Least element; nan if one is nan.";
    Array."max"(0) => Builtin::Max, "Greatest element; nan if one is nan.";
    Array."dot"(1) => Builtin::Dot, "Sum of the products, in the fixed order of the language.";
    Array."map"(0)[1] => Builtin::Map, "A new array of the block's results.";
    Array."parallel_map"(0)[1] => Builtin::ParallelMap, "As map, on all cores.";
    Array."to_array"(0) => Builtin::ToArray, "An owned copy.";
    Array."copy"(0) => Builtin::ToArray, "An owned copy.";
    Array."reshape"(1) => Builtin::Reshape, "A new array of the same elements, with so many along each dimension; ValueError if that are not as many.";
    Array."enumerate"(0) => Builtin::Enumerate, "The elements with their indices; a `for` over it makes no list.";
    Array."zip"(1) => Builtin::Zip, "Pairs of the elements of two arrays or lists, as many as the shorter one has; a `for` over it makes no list.";
    Nd."length"(0) => Builtin::Length, "Number of rows: of elements along the first dimension.";
    Nd."size"(0) => Builtin::Size, "Number of elements.";
    Nd."shape"(0) => Builtin::Shape, "Number of elements along each dimension, a tuple.";
    Nd."rank"(0) => Builtin::Rank, "Number of dimensions.";
    Nd."sum"(0) => Builtin::Sum, "Sum of the elements, in the fixed order of the language, row by row.";
    Nd."mean"(0) => Builtin::Mean, "Arithmetic mean; nan of nothing.";
    Nd."min"(0) => Builtin::Min, "Least element; nan if one is nan.";
    Nd."max"(0) => Builtin::Max, "Greatest element; nan if one is nan.";
    Nd."map"(0)[1] => Builtin::Map, "A new array of the block's results, of the same shape.";
    Nd."to_array"(0) => Builtin::ToArray, "An owned copy, row by row.";
    Nd."copy"(0) => Builtin::ToArray, "An owned copy, row by row.";
    Nd."reshape"(1) => Builtin::Reshape, "A new array of the same elements, row by row, with so many along each dimension; ValueError if that are not as many.";
    Nd."row"(1) => Builtin::Line(0), "A view of the row with this index: `m[i]`.";
    Nd."col"(1) => Builtin::Line(1), "A view of the column with this index: `m[.., i]`.";
    Nd."transpose"(0) => Builtin::Transpose, "A view with the dimensions in reverse order.";
    Nd."t"(0) => Builtin::Transpose, "A view with the dimensions in reverse order.";
    List."length"(0) => Builtin::Length, "Number of elements.";
    List."push"(1) => Builtin::List(ListOp::Push), "Appends an element.";
    List."reserve"(1) => Builtin::List(ListOp::Reserve), "Makes room for that many more elements.";
    List."copy"(0) => Builtin::Copy, "A second list with copies of the elements.";
    List."_pop"(0) => Builtin::List(ListOp::Pop), "Takes the last element out of a list that is not empty.";
    List."_insert"(2) => Builtin::List(ListOp::Insert), "Puts an element before the one at an index in range.";
    List."_remove"(1) => Builtin::List(ListOp::Remove), "Takes the element at an index in range out.";
    List."_take"(1) => Builtin::List(ListOp::Take), "Takes the element at an index in range out; what is left there must not be read.";
    List."_put"(2) => Builtin::List(ListOp::Put), "Puts an element where `_take` left none.";
    List."_swap"(2) => Builtin::List(ListOp::Swap), "Exchanges the elements at two indices in range.";
    List."_append"(1) => Builtin::List(ListOp::Append), "Appends the bytes of a text to a list of bytes.";
    List."_truncate"(1) => Builtin::List(ListOp::Truncate), "Drops the elements from an index that is not negative on.";
    Error."message"(0) => Builtin::ErrorText, "The text.";
    Error."kind"(0) => Builtin::ErrorClass, "The name of the class: `ValueError`.";
    String."length"(0) => Builtin::StrLength, "Number of code points.";
    String."to_string"(0) => Builtin::ToStr, "Itself.";
    Object."to_array"(1) => Builtin::ObjectToArray(Ty::Error), "The object's elements as an owned Array[T]; the type is the argument.";
    Object."to"(1) => Builtin::ObjectTo(Ty::Error), "The object as a value of a type: `x.to[Float]`.";
    ArrayNamespace."zeros"(1) => Builtin::Zeros, "That many zeros, Floats unless another type is wanted.";
    ArrayNamespace."ones"(1) => Builtin::Ones, "That many ones, Floats unless another type is wanted.";
    ArrayNamespace."full"(2) => Builtin::Full, "That many times the value.";
    PythonNamespace."with_gil"(0)[1] => Builtin::Gil(GilState::Held), "Runs the block with the GIL held.";
    PythonNamespace."without_gil"(0)[0] => Builtin::Gil(GilState::Released), "Runs the block with the GIL released.";
};

/// The row for a method of a receiver.
#[must_use]
pub fn find_method(receiver: Receiver, name: &str) -> Option<&'static Method> {
    METHODS
        .iter()
        .find(|m| m.receiver == receiver && m.name == name)
}

/// All names of methods of a receiver, for suggestions.
pub fn method_names(receiver: Receiver) -> impl Iterator<Item = &'static str> {
    let math = matches!(receiver, Receiver::Number | Receiver::Array | Receiver::Nd);
    let listed = METHODS
        .iter()
        .filter(move |m| m.receiver == receiver)
        .map(|m| m.name);
    listed.chain(MathFn::ALL.iter().filter(move |_| math).map(|f| f.name()))
}

impl Receiver {
    /// The receiver class of a type.
    #[must_use]
    pub fn of(ty: &Ty) -> Option<Receiver> {
        Some(match ty {
            ty if ty.is_number() => Receiver::Number,
            Ty::List(_) => Receiver::List,
            Ty::Exception => Receiver::Error,
            Ty::String => Receiver::String,
            Ty::PythonObject => Receiver::Object,
            Ty::Nd(_) => Receiver::Nd,
            ty if ty.is_array_like() => Receiver::Array,
            _ => return None,
        })
    }
}
