//! The kinds of nodes and the names of fields: what `tree-sitter-aria/src/node-types.json` says, as enums. A test
//! compares the two, so that no other file compares strings.

use std::sync::OnceLock;
use tree_sitter::Language;

macro_rules! kinds {
    (named { $($named:ident = $named_text:literal,)* } tokens { $($token:ident = $token_text:literal,)* }) => {
        /// What a node is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "named as in the grammar, whose README describes them")]
        pub enum Kind {
            $($named,)*
            $($token,)*
            /// What the parser could not make sense of.
            Error,
            /// A token that no code looks at.
            Other,
        }

        impl Kind {
            /// The kind of the node type `name`.
            fn new(name: &str, named: bool) -> Kind {
                match (named, name) {
                    $((true, $named_text) => Kind::$named,)*
                    $((false, $token_text) => Kind::$token,)*
                    (true, "ERROR") => Kind::Error,
                    _ => Kind::Other,
                }
            }

            /// The name in the grammar; for a token, its text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Kind::$named => $named_text,)*
                    $(Kind::$token => $token_text,)*
                    Kind::Error => "ERROR",
                    Kind::Other => "token",
                }
            }

            #[cfg(test)]
            const NAMED: &'static [Kind] = &[$(Kind::$named),*];
            #[cfg(test)]
            const TOKENS: &'static [Kind] = &[$(Kind::$token),*];
        }
    };
}

macro_rules! fields {
    ($($field:ident = $text:literal,)*) => {
        /// The role of a child in its parent.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "named as in the grammar, whose README describes them")]
        pub enum Field { $($field,)* }

        impl Field {
            /// All of them, in order of their numbers.
            const ALL: &'static [Field] = &[$(Field::$field),*];

            /// The name in the grammar.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Field::$field => $text,)* }
            }
        }
    };
}

kinds! {
    named {
        Arguments = "arguments",
        Array = "array",
        ArrayPattern = "array_pattern",
        AsPattern = "as_pattern",
        Assignment = "assignment",
        Attribute = "attribute",
        AwaitExpression = "await_expression",
        BeginExpression = "begin_expression",
        BinaryExpression = "binary_expression",
        Block = "block",
        BlockParameter = "block_parameter",
        BlockParameters = "block_parameters",
        Body = "body",
        Boolean = "boolean",
        BreakStatement = "break_statement",
        Call = "call",
        Closure = "closure",
        Comment = "comment",
        Comparison = "comparison",
        CompoundAssignment = "compound_assignment",
        ConstDeclaration = "const_declaration",
        Constant = "constant",
        ConstructorPattern = "constructor_pattern",
        ContinueStatement = "continue_statement",
        Convention = "convention",
        ConventionType = "convention_type",
        DataDeclaration = "data_declaration",
        DocComment = "doc_comment",
        Effect = "effect",
        Effects = "effects",
        ElseClause = "else_clause",
        ElsifClause = "elsif_clause",
        EnsureClause = "ensure_clause",
        EnsuresClause = "ensures_clause",
        EnumBody = "enum_body",
        EnumDeclaration = "enum_declaration",
        EnumVariant = "enum_variant",
        EscapeSequence = "escape_sequence",
        ExternBody = "extern_body",
        ExternDeclaration = "extern_declaration",
        FieldDeclaration = "field_declaration",
        FieldList = "field_list",
        FieldPattern = "field_pattern",
        Float = "float",
        ForStatement = "for_statement",
        FromImportDeclaration = "from_import_declaration",
        FunctionDeclaration = "function_declaration",
        FunctionSignature = "function_signature",
        FunctionType = "function_type",
        GenericType = "generic_type",
        Identifier = "identifier",
        IfExpression = "if_expression",
        IfModifier = "if_modifier",
        ImplBody = "impl_body",
        ImplDeclaration = "impl_declaration",
        ImportDeclaration = "import_declaration",
        ImportItem = "import_item",
        Index = "index",
        IndexArguments = "index_arguments",
        Integer = "integer",
        Interpolation = "interpolation",
        Label = "label",
        LetStatement = "let_statement",
        LoopExpression = "loop_expression",
        Map = "map",
        MatchExpression = "match_expression",
        Member = "member",
        MethodCall = "method_call",
        MissingEnd = "missing_end",
        Modifier = "modifier",
        ModuleBody = "module_body",
        ModuleDeclaration = "module_declaration",
        ModulePath = "module_path",
        NamedArgument = "named_argument",
        NegativeLiteral = "negative_literal",
        Nil = "nil",
        NotExpression = "not_expression",
        OptionalType = "optional_type",
        OrPattern = "or_pattern",
        Pair = "pair",
        ParallelForStatement = "parallel_for_statement",
        Parameter = "parameter",
        Parameters = "parameters",
        ParenthesizedExpression = "parenthesized_expression",
        PatternArguments = "pattern_arguments",
        PropagateExpression = "propagate_expression",
        QualifiedName = "qualified_name",
        QualifiedType = "qualified_type",
        RaiseStatement = "raise_statement",
        Range = "range",
        RangePattern = "range_pattern",
        RawString = "raw_string",
        RequiresClause = "requires_clause",
        RescueClause = "rescue_clause",
        RestPattern = "rest_pattern",
        ReturnStatement = "return_statement",
        SelfValue = "self",
        SelfParameter = "self_parameter",
        SelfType = "self_type",
        SourceFile = "source_file",
        String = "string",
        StringContent = "string_content",
        StructBody = "struct_body",
        StructDeclaration = "struct_declaration",
        Symbol = "symbol",
        TraitBody = "trait_body",
        TraitBounds = "trait_bounds",
        TraitDeclaration = "trait_declaration",
        TryExpression = "try_expression",
        Tuple = "tuple",
        TuplePattern = "tuple_pattern",
        TupleType = "tuple_type",
        TypeArguments = "type_arguments",
        TypeIdentifier = "type_identifier",
        TypeParameter = "type_parameter",
        TypeParameters = "type_parameters",
        UnaryExpression = "unary_expression",
        UnionType = "union_type",
        UnlessExpression = "unless_expression",
        UnlessModifier = "unless_modifier",
        Visibility = "visibility",
        WhenClause = "when_clause",
        WhereClause = "where_clause",
        WherePredicate = "where_predicate",
        WhileModifier = "while_modifier",
        WhileStatement = "while_statement",
        Wildcard = "wildcard",
    }
    tokens {
        Plus = "+",
        Minus = "-",
        Star = "*",
        Slash = "/",
        SlashSlash = "//",
        Percent = "%",
        StarStar = "**",
        At = "@",
        AndPlus = "&+",
        AndMinus = "&-",
        AndStar = "&*",
        PlusEq = "+=",
        MinusEq = "-=",
        StarEq = "*=",
        SlashEq = "/=",
        SlashSlashEq = "//=",
        PercentEq = "%=",
        StarStarEq = "**=",
        AtEq = "@=",
        AndPlusEq = "&+=",
        AndMinusEq = "&-=",
        AndStarEq = "&*=",
        And = "and",
        Or = "or",
        EqEq = "==",
        NotEq = "!=",
        Less = "<",
        LessEq = "<=",
        Greater = ">",
        GreaterEq = ">=",
        In = "in",
        NotIn = "not in",
        DotDot = "..",
        DotDotLess = "..<",
        Assign = "=",
        End = "end",
        Do = "do",
        Else = "else",
        SelfWord = "self",
        Then = "then",
        Fn = "fn",
        If = "if",
        Unless = "unless",
        While = "while",
        For = "for",
        Loop = "loop",
        Begin = "begin",
        Match = "match",
        StructWord = "struct",
        EnumWord = "enum",
        TraitWord = "trait",
        ImplWord = "impl",
        ModuleWord = "module",
        True = "true",
        False = "false",
        Quote = "\"",
        OpenParen = "(",
        CloseParen = ")",
        OpenBracket = "[",
        CloseBracket = "]",
        OpenBrace = "{",
        CloseBrace = "}",
        Bar = "|",
        Colon = ":",
        OwnWord = "own",
        MutWord = "mut",
        Comma = ",",
        Arrow = "->",
        Dot = ".",
        FatArrow = "=>",
        OpenInterpolation = "#{",
        Question = "?",
        PrivWord = "priv",
        PubWord = "pub",
        PureWord = "pure",
        AsyncWord = "async",
        StepWord = "step",
        FnType = "Fn",
    }
}

fields! {
    Alias = "alias",
    Alternative = "alternative",
    Arguments = "arguments",
    Arm = "arm",
    Attribute = "attribute",
    Block = "block",
    Body = "body",
    Bounds = "bounds",
    Cause = "cause",
    Clause = "clause",
    Condition = "condition",
    Consequence = "consequence",
    Convention = "convention",
    Default = "default",
    Doc = "doc",
    Effects = "effects",
    End = "end",
    Ensure = "ensure",
    Expression = "expression",
    Fields = "fields",
    Function = "function",
    Guard = "guard",
    Item = "item",
    Iterable = "iterable",
    Key = "key",
    Label = "label",
    Language = "language",
    Left = "left",
    Message = "message",
    Method = "method",
    Modifier = "modifier",
    Name = "name",
    Object = "object",
    Operand = "operand",
    Operator = "operator",
    Parameters = "parameters",
    Path = "path",
    Pattern = "pattern",
    Rescue = "rescue",
    ReturnType = "return_type",
    Right = "right",
    Scope = "scope",
    Segment = "segment",
    Source = "source",
    Start = "start",
    Step = "step",
    Trait = "trait",
    Type = "type",
    TypeParameters = "type_parameters",
    Value = "value",
    Visibility = "visibility",
}

/// The grammar's numbers of the kinds and fields.
#[derive(Debug)]
pub(super) struct Numbers {
    kinds: Vec<Kind>,
    fields: Vec<Option<Field>>,
}

impl Numbers {
    /// Asks the language, once.
    pub(super) fn get() -> &'static Numbers {
        static NUMBERS: OnceLock<Numbers> = OnceLock::new();
        NUMBERS.get_or_init(|| Numbers::of(&Language::new(tree_sitter_aria::LANGUAGE)))
    }

    fn of(language: &Language) -> Numbers {
        let kind = |id: usize| {
            let id = u16::try_from(id).unwrap_or(u16::MAX);
            let name = language.node_kind_for_id(id).unwrap_or("");
            Kind::new(name, language.node_kind_is_named(id))
        };
        let mut fields = vec![None; language.field_count() + 1];
        for field in Field::ALL {
            if let Some(id) = language.field_id_for_name(field.as_str()) {
                fields[usize::from(id.get())] = Some(*field);
            }
        }
        Numbers {
            kinds: (0..language.node_kind_count()).map(kind).collect(),
            fields,
        }
    }

    /// The kind with this number.
    pub(super) fn kind(&self, id: u16) -> Kind {
        // 65535 is the number of ERROR nodes.
        let otherwise = if id == u16::MAX {
            Kind::Error
        } else {
            Kind::Other
        };
        self.kinds
            .get(usize::from(id))
            .copied()
            .unwrap_or(otherwise)
    }

    /// The field with this number.
    pub(super) fn field(&self, id: u16) -> Option<Field> {
        self.fields.get(usize::from(id)).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The enums say what the grammar says.
    #[test]
    fn agree_with_the_grammar() {
        let types: serde_json::Value = serde_json::from_str(tree_sitter_aria::NODE_TYPES).unwrap();
        let mut named = BTreeSet::new();
        let mut tokens = BTreeSet::new();
        let mut fields = BTreeSet::new();
        for node in types.as_array().unwrap() {
            let name = node["type"].as_str().unwrap();
            match node["named"].as_bool().unwrap() {
                true if node.get("subtypes").is_none() => named.insert(name),
                true => false,
                false => tokens.insert(name),
            };
            fields.extend(
                node["fields"]
                    .as_object()
                    .into_iter()
                    .flat_map(|f| f.keys()),
            );
        }
        let ours: BTreeSet<&str> = Kind::NAMED.iter().map(|k| k.as_str()).collect();
        assert_eq!(ours, named);
        for token in Kind::TOKENS {
            assert!(
                tokens.contains(token.as_str()),
                "{token:?} is not in the grammar"
            );
        }
        let ours: BTreeSet<&str> = Field::ALL.iter().map(|f| f.as_str()).collect();
        let fields: BTreeSet<&str> = fields.iter().map(|f| f.as_str()).collect();
        assert_eq!(ours, fields);
    }
}
