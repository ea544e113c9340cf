//! Mathematical functions of numbers; on arrays they work elementwise.

/// A mathematical function. Methods and free functions have the same names: `x.sqrt`, `sqrt(x)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of libm")]
pub enum MathFn {
    Abs,
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    Round,
    Exp,
    Exp2,
    /// `exp(x) - 1`, exact near 0 too
    Expm1,
    Log,
    Log2,
    Log10,
    /// `log(1 + x)`, exact near 0 too
    Log1p,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Cbrt,
    Erf,
    Erfc,
    /// `x.pow(y)`, also `x ** y` of floats
    Pow,
    Hypot,
    Atan2,
    /// `x.min(y)` of two numbers; nan if either is
    Min,
    /// `x.max(y)`
    Max,
    Copysign,
}

impl MathFn {
    /// All of them.
    pub const ALL: &'static [MathFn] = &[
        MathFn::Abs,
        MathFn::Sqrt,
        MathFn::Floor,
        MathFn::Ceil,
        MathFn::Trunc,
        MathFn::Round,
        MathFn::Exp,
        MathFn::Exp2,
        MathFn::Expm1,
        MathFn::Log,
        MathFn::Log2,
        MathFn::Log10,
        MathFn::Log1p,
        MathFn::Sin,
        MathFn::Cos,
        MathFn::Tan,
        MathFn::Asin,
        MathFn::Acos,
        MathFn::Atan,
        MathFn::Sinh,
        MathFn::Cosh,
        MathFn::Tanh,
        MathFn::Asinh,
        MathFn::Acosh,
        MathFn::Atanh,
        MathFn::Cbrt,
        MathFn::Erf,
        MathFn::Erfc,
        MathFn::Pow,
        MathFn::Hypot,
        MathFn::Atan2,
        MathFn::Min,
        MathFn::Max,
        MathFn::Copysign,
    ];

    /// The name in Aria.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MathFn::Abs => "abs",
            MathFn::Sqrt => "sqrt",
            MathFn::Floor => "floor",
            MathFn::Ceil => "ceil",
            MathFn::Trunc => "trunc",
            MathFn::Round => "round",
            MathFn::Exp => "exp",
            MathFn::Exp2 => "exp2",
            MathFn::Expm1 => "expm1",
            MathFn::Log => "log",
            MathFn::Log2 => "log2",
            MathFn::Log10 => "log10",
            MathFn::Log1p => "log1p",
            MathFn::Sin => "sin",
            MathFn::Cos => "cos",
            MathFn::Tan => "tan",
            MathFn::Asin => "asin",
            MathFn::Acos => "acos",
            MathFn::Atan => "atan",
            MathFn::Sinh => "sinh",
            MathFn::Cosh => "cosh",
            MathFn::Tanh => "tanh",
            MathFn::Asinh => "asinh",
            MathFn::Acosh => "acosh",
            MathFn::Atanh => "atanh",
            MathFn::Cbrt => "cbrt",
            MathFn::Erf => "erf",
            MathFn::Erfc => "erfc",
            MathFn::Pow => "pow",
            MathFn::Hypot => "hypot",
            MathFn::Atan2 => "atan2",
            MathFn::Min => "min",
            MathFn::Max => "max",
            MathFn::Copysign => "copysign",
        }
    }

    /// Number of arguments, the receiver included.
    #[must_use]
    pub fn arity(self) -> usize {
        match self {
            MathFn::Pow
            | MathFn::Hypot
            | MathFn::Atan2
            | MathFn::Min
            | MathFn::Max
            | MathFn::Copysign => 2,
            _ => 1,
        }
    }

    /// Whether it is also defined on `Int` (`abs min max`); others widen to `Float`.
    #[must_use]
    pub fn takes_int(self) -> bool {
        matches!(self, MathFn::Abs | MathFn::Min | MathFn::Max)
    }

    /// The function with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<MathFn> {
        MathFn::ALL.iter().copied().find(|f| f.name() == name)
    }
}
