//! The registry of codes: the one place where a code, its name and its page are declared.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $title:literal,)*) => {
        /// A kind of mistake. Each has a page, `ariac explain CODE`, in `docs/errors/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* #[doc = $title] $name,)* }

        impl Code {
            /// All of them, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// `E0201`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code),* }
            }

            /// A few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title),* }
            }

            /// The page.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => include_str!(concat!("../../docs/errors/", $code, ".md"))),* }
            }
        }
    };
}

codes! {
    NotSupported = "E0001" "not supported yet",
    FileNotFound = "E0002" "a source file cannot be read",
    NotUtf8 = "E0003" "a source file is not UTF-8",
    Syntax = "E0101" "the text cannot be parsed",
    MissingToken = "E0102" "something is missing",
    Literal = "E0103" "a literal is out of range or malformed",
    UnknownName = "E0201" "a name is not known",
    DuplicateName = "E0202" "a name is declared twice",
    NotAssignable = "E0203" "a name cannot be assigned",
    OutsideLoop = "E0204" "break or continue outside a loop",
    UnknownType = "E0205" "a type is not known",
    UnknownAttribute = "E0206" "an attribute is not known",
    AmbiguousVariant = "E0207" "a variant's name belongs to several enums",
    Private = "E0208" "a name or field is private",
    ModuleNotFound = "E0209" "a module is not found",
    NotATrait = "E0210" "a type where a trait belongs, or the reverse",
    Alternatives = "E0211" "alternatives of a pattern name different things",
    SelfOutside = "E0212" "self outside of a type",
    NothingToRaise = "E0213" "raise alone outside of a rescue",
    ReturnFromBlock = "E0214" "a block cannot return from the function",
    AwaitOutside = "E0215" "await where nothing waits",
    Deprecated = "W0201" "something deprecated is used",
    Mismatch = "E0301" "types do not agree",
    UnknownMethod = "E0302" "a type has no such method or attribute",
    Arguments = "E0303" "a call's arguments do not fit",
    Operator = "E0304" "an operator does not fit its operands",
    NotCallable = "E0305" "something that is not a function is called",
    Element = "E0306" "a type cannot be an element, parameter or result here",
    NotIterable = "E0307" "a for loop needs a range or an array",
    TypeUnclear = "E0308" "a type cannot be inferred",
    Main = "E0309" "main has parameters or a result that a program cannot have",
    Impl = "E0310" "an implementation does not fit its trait",
    Propagate = "E0311" "`?` where there is nothing to give up to",
    TraitCycle = "E0312" "a trait comes with itself",
    Bound = "E0314" "a type lacks a trait",
    NoValue = "E0315" "a type has no values",
    Constant = "E0316" "a constant cannot be computed",
    NotAwaited = "E0317" "a call of an async function is not awaited",
    NotCovered = "E0320" "a match does not cover every case",
    Refutable = "E0321" "a pattern does not match every value",
    Unreachable = "W0301" "an arm is never reached",
    PureTouches = "E0401" "a pure function has an effect",
    GilReleased = "E0402" "Python is touched where the GIL is released",
    ParallelEffect = "E0403" "parallel code has an effect",
    NotStated = "E0404" "a function has an effect that it does not state",
    InlineRecursion = "E0405" "an inline function calls itself",
    ViewReturned = "E0501" "a view is returned",
    ViewStored = "E0502" "a view is stored",
    ViewCaptured = "E0503" "a view is captured by a block that escapes",
    NotMutable = "E0504" "something that is read-only is changed",
    Aliased = "E0505" "something is borrowed exclusively twice",
    ImplicitCopy = "W0501" "a value is copied because it is used again",
    PythonNotFound = "E0601" "no suitable Python",
    RuntimeNotFound = "E0602" "the Aria runtime for this Python is missing",
    LinkFailed = "E0603" "linking failed",
    OutputNotWritable = "E0604" "the output cannot be written",
    ModuleName = "E0605" "a module name is not valid",
    NotVectorized = "E0606" "a loop with @simd is not vectorised",
    LeftOut = "W0601" "a function is left out of the module",
}

/// The code with this text, in any case: `e0201`.
#[must_use]
pub fn explain(code: &str) -> Option<Code> {
    Code::ALL
        .iter()
        .copied()
        .find(|c| c.as_str().eq_ignore_ascii_case(code))
}
