//! Mathematical functions of numbers; on arrays they work elementwise.

/// The functions: the variant, the name in Aria, the number of arguments, the receiver included.
macro_rules! math_functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal($arity:literal),)*) => {
        /// A mathematical function. Methods and free functions have the same names: `x.sqrt`, `sqrt(x)`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are those of libm")]
        pub enum MathFn {
            $($(#[$doc])* $variant,)*
        }

        impl MathFn {
            /// All of them.
            pub const ALL: &'static [MathFn] = &[$(MathFn::$variant,)*];

            /// The name in Aria, and in the C library.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(MathFn::$variant => $name,)*
                }
            }

            /// Number of arguments, the receiver included.
            #[must_use]
            pub fn arity(self) -> usize {
                match self {
                    $(MathFn::$variant => $arity,)*
                }
            }
        }
    };
}

math_functions! {
    Abs = "abs"(1),
    Sqrt = "sqrt"(1),
    Floor = "floor"(1),
    Ceil = "ceil"(1),
    Trunc = "trunc"(1),
    Round = "round"(1),
    Exp = "exp"(1),
    Exp2 = "exp2"(1),
    /// `exp(x) - 1`, precise near 0 too
    Expm1 = "expm1"(1),
    Log = "log"(1),
    Log2 = "log2"(1),
    Log10 = "log10"(1),
    /// `log(1 + x)`, precise near 0 too
    Log1p = "log1p"(1),
    Sin = "sin"(1),
    Cos = "cos"(1),
    Tan = "tan"(1),
    Asin = "asin"(1),
    Acos = "acos"(1),
    Atan = "atan"(1),
    Sinh = "sinh"(1),
    Cosh = "cosh"(1),
    Tanh = "tanh"(1),
    Asinh = "asinh"(1),
    Acosh = "acosh"(1),
    Atanh = "atanh"(1),
    Cbrt = "cbrt"(1),
    Erf = "erf"(1),
    Erfc = "erfc"(1),
    /// `x.pow(y)`, also `x ** y` of floats
    Pow = "pow"(2),
    Hypot = "hypot"(2),
    Atan2 = "atan2"(2),
    /// `x.min(y)` of two numbers; nan if either is
    Min = "min"(2),
    /// `x.max(y)`
    Max = "max"(2),
    Copysign = "copysign"(2),
}

impl MathFn {
    /// Whether it is a few instructions for floats, on vectors too; the others are the C library's.
    #[must_use]
    pub fn is_inline(self) -> bool {
        matches!(
            self,
            MathFn::Abs
                | MathFn::Sqrt
                | MathFn::Floor
                | MathFn::Ceil
                | MathFn::Trunc
                | MathFn::Round
                | MathFn::Min
                | MathFn::Max
                | MathFn::Copysign
        )
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
