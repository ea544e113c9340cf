//! The values of an enum's variants, `Missing = 404`: two functions of the enum.
//!
//! ```text
//! enum Status            fn value(self) -> Int = match self … when Self.Fine then 200 …
//!   Fine = 200       →   fn from_value(value: Int) -> Self = match value … when 200 then Self.Fine … else raise … end
//!   Missing = 404
//! end
//! ```

use super::Lower;
use super::item::Prefix;
use crate::diagnostics::{declared as said, syntax};
use crate::hir::{
    Arg, Arm, Block, ExprId, ExprKind, Function, Ident, ItemId, ItemKind, Param, ParamMode, Pat,
    PatId, PatKind, StrPart, TypeExpr, TypeExprId, TypeExprKind, UnaryOp, Variant,
};
use crate::source::Span;
use crate::syntax::Node;

/// What a value of a variant may be.
#[derive(Clone, PartialEq, Eq)]
enum Literal {
    Int(i128),
    Text(String),
}

impl Literal {
    fn ty(&self) -> &'static str {
        match self {
            Literal::Int(_) => "Int",
            Literal::Text(_) => "String",
        }
    }
}

impl Lower<'_> {
    /// The functions `value` and `from_value` of an enum whose variants have values.
    pub(super) fn variant_values(
        &mut self,
        of: &Ident,
        variants: &[Variant],
        node: Node<'_>,
    ) -> Vec<ItemId> {
        let Some(first) = variants.iter().find_map(|v| v.value) else {
            return Vec::new();
        };
        let first = self.hir.exprs[first].span;
        let values = self.literals(variants, first);
        let ty = values.first().map_or("Int", |(_, literal)| literal.ty());
        let mut value = self.value_function(variants, first, ty);
        let mut from_value = self.finder_function(of, &values, variants, first);
        if values.len() < variants.len() {
            // What is wrong has been said; the functions are there, so that their uses are not reported too.
            for function in [&mut value, &mut from_value] {
                let stmts = vec![self.error(first)];
                function.body = Some(Block { stmts, span: first });
            }
        }
        let mut add = |name: &str, doc: String, function: Function| {
            let name = ident(name, first);
            let prefix = Prefix {
                doc: Some(doc),
                attributes: Vec::new(),
                is_private: false,
            };
            self.add(name, prefix, ItemKind::Fn(function), node)
        };
        vec![
            add("value", "The value of the variant.".to_owned(), value),
            add(
                "from_value",
                "The variant that has this value; ValueError when there is none.".to_owned(),
                from_value,
            ),
        ]
    }

    /// The value of each variant: all have one, of one type and no two the same. Those that are wrong are reported and left out.
    fn literals(&mut self, variants: &[Variant], first: Span) -> Vec<(Span, Literal)> {
        let mut known: Vec<(Span, Literal)> = Vec::new();
        for variant in variants {
            let Some(value) = variant.value else {
                self.report(said::variant_without_value(&variant.name, first));
                continue;
            };
            let span = self.hir.exprs[value].span;
            if !variant.fields.is_empty() {
                self.report(said::value_beside_fields(span, &variant.name));
                continue;
            }
            let Some(literal) = self.literal_of(value) else {
                if !matches!(self.hir.exprs[value].kind, ExprKind::Error) {
                    self.report(said::variant_value(span));
                }
                continue;
            };
            if let Literal::Int(value) = literal
                && i64::try_from(value).is_err()
            {
                let (low, high) = (i64::MIN.to_string(), i64::MAX.to_string());
                self.report(syntax::integer_range(span, "Int", &low, &high));
                continue;
            }
            if let Some((at, other)) = known.first()
                && other.ty() != literal.ty()
            {
                self.report(said::variant_value_types(
                    span,
                    literal.ty(),
                    *at,
                    other.ty(),
                ));
                continue;
            }
            if let Some((at, _)) = known.iter().find(|(_, other)| *other == literal) {
                self.report(said::same_variant_value(span, *at));
                continue;
            }
            known.push((span, literal));
        }
        known
    }

    fn literal_of(&self, id: ExprId) -> Option<Literal> {
        match &self.hir.exprs[id].kind {
            ExprKind::Int {
                value,
                suffix: None,
            } => Some(Literal::Int((*value).into())),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => match self.literal_of(*operand)? {
                Literal::Int(value) => Some(Literal::Int(-value)),
                Literal::Text(_) => None,
            },
            ExprKind::Str(parts) => {
                let parts = parts.iter().map(|part| match part {
                    StrPart::Text(text) => Some(text.as_str()),
                    StrPart::Value(_) => None,
                });
                Some(Literal::Text(parts.collect::<Option<String>>()?))
            }
            _ => None,
        }
    }

    /// `fn value(self) -> T`.
    fn value_function(&mut self, variants: &[Variant], span: Span, ty: &str) -> Function {
        let mut arms = Vec::new();
        for variant in variants {
            let Some(value) = variant.value else { continue };
            let at = self.hir.exprs[value].span;
            let path = vec![ident("Self", at), ident(&variant.name.name, at)];
            let pattern = PatKind::Constructor {
                path,
                args: Vec::new(),
                rest: false,
            };
            arms.push((at, pattern, value));
        }
        let arms = arms
            .into_iter()
            .map(|(at, pattern, value)| self.value_arm(at, pattern, value))
            .collect();
        let subject = self.push(ExprKind::Name("self".to_owned()), span);
        let self_type = self.ty_at(TypeExprKind::SelfType, span);
        let ret = self.named_type(ty, span);
        self.match_function(("self", self_type), ret, (subject, arms), span)
    }

    /// `fn from_value(value: T) -> Self`.
    fn finder_function(
        &mut self,
        of: &Ident,
        values: &[(Span, Literal)],
        variants: &[Variant],
        span: Span,
    ) -> Function {
        let mut arms = Vec::new();
        let is_text = matches!(values.first(), Some((_, Literal::Text(_))));
        for ((at, literal), variant) in values.iter().zip(variants) {
            let literal = self.push_literal(literal, *at);
            let scope = self.push(ExprKind::Name("Self".to_owned()), *at);
            let result = ExprKind::MethodCall {
                receiver: scope,
                name: ident(&variant.name.name, *at),
                args: Vec::new(),
                parens: false,
                block: None,
            };
            let result = self.push(result, *at);
            arms.push(self.value_arm(*at, PatKind::Literal(literal), result));
        }
        let value = self.push(ExprKind::Name("value".to_owned()), span);
        let quote = if is_text { "\"" } else { "" };
        let message = self.push(
            ExprKind::Str(vec![
                StrPart::Text(format!("no {} has the value {quote}", of.name)),
                StrPart::Value(value),
                StrPart::Text(quote.to_owned()),
            ]),
            span,
        );
        let callee = self.push(ExprKind::Name("ValueError".to_owned()), span);
        let error = ExprKind::Call {
            callee,
            args: vec![Arg {
                name: None,
                value: message,
            }],
            block: None,
        };
        let error = self.push(error, span);
        let raise = ExprKind::Raise {
            value: error,
            from: None,
        };
        let raise = self.push(raise, span);
        arms.push(self.value_arm(span, PatKind::Wildcard, raise));
        let subject = self.push(ExprKind::Name("value".to_owned()), span);
        let ty = self.named_type(if is_text { "String" } else { "Int" }, span);
        let ret = self.ty_at(TypeExprKind::SelfType, span);
        self.match_function(("value", ty), ret, (subject, arms), span)
    }

    fn match_function(
        &mut self,
        (name, ty): (&str, TypeExprId),
        ret: TypeExprId,
        (value, arms): (ExprId, Vec<Arm>),
        span: Span,
    ) -> Function {
        let body = self.push(ExprKind::Match { value, arms }, span);
        Function {
            generics: Vec::new(),
            wheres: Vec::new(),
            params: vec![Param {
                name: ident(name, span),
                mode: ParamMode::Read,
                ty,
                default: None,
            }],
            ret: Some(ret),
            effects: None,
            requires: Vec::new(),
            ensures: Vec::new(),
            pure: false,
            is_async: false,
            is_expression: true,
            body: Some(Block {
                stmts: vec![body],
                span,
            }),
        }
    }

    fn value_arm(&mut self, span: Span, pattern: PatKind, result: ExprId) -> Arm {
        let pattern: PatId = self.hir.pats.push(Pat {
            kind: pattern,
            span,
        });
        Arm {
            pattern,
            guard: None,
            body: Block {
                stmts: vec![result],
                span,
            },
            span,
        }
    }

    fn push_literal(&mut self, literal: &Literal, span: Span) -> ExprId {
        match literal {
            Literal::Text(text) => {
                self.push(ExprKind::Str(vec![StrPart::Text(text.clone())]), span)
            }
            Literal::Int(value) => {
                let magnitude = ExprKind::Int {
                    value: u64::try_from(value.unsigned_abs()).unwrap_or(u64::MAX),
                    suffix: None,
                };
                let operand = self.push(magnitude, span);
                match *value < 0 {
                    false => operand,
                    true => {
                        let op = UnaryOp::Neg;
                        self.push(ExprKind::Unary { op, operand }, span)
                    }
                }
            }
        }
    }

    fn named_type(&mut self, name: &str, span: Span) -> TypeExprId {
        let name = ident(name, span);
        let args = Vec::new();
        self.ty_at(TypeExprKind::Path { name, args }, span)
    }

    fn ty_at(&mut self, kind: TypeExprKind, span: Span) -> TypeExprId {
        self.hir.types.push(TypeExpr { kind, span })
    }
}

fn ident(name: &str, span: Span) -> Ident {
    Ident {
        name: name.to_owned(),
        span,
    }
}
