//! Calls of functions by name, and of what else can be called.

use super::declared::Target;
use super::{Infer, Want};
use crate::builtins::{Builtin, MathFn, Namespace};
use crate::diagnostics::{declared as said, types as say};
use crate::hir::{Arg, Closure, ExprId, ExprKind, ItemId, TypeDeclKind};
use crate::resolve::Meaning;
use crate::source::Span;
use crate::types::unify::has_holes;
use crate::types::{Adt, Callee, Ty};

/// `1 argument`, `2 arguments`.
pub(super) fn plural(n: usize, noun: &str) -> String {
    match n {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

impl Infer<'_, '_> {
    /// `f(args)`.
    pub(super) fn call(
        &mut self,
        id: ExprId,
        callee: ExprId,
        args: &[Arg],
        block: Option<&Closure>,
        want: Want<'_>,
    ) -> Ty {
        let ExprKind::Name(text) = self.kind(callee) else {
            if let Some(ty) = self.applied_type(callee) {
                return self.call_type(id, callee, &ty, args, want);
            }
            if self.types_are_given(callee) {
                self.ignore(args);
                self.skip_block(block);
                return Ty::Error;
            }
            let ty = self.infer(callee, Want::Any);
            return self.call_value(id, callee, &ty, args, block);
        };
        let (what, help) = match self.meaning(callee) {
            Some(Meaning::Fn(item)) => {
                self.types.exprs.set(callee, Ty::Unit);
                return self.call_function(id, item, args, block, want);
            }
            Some(Meaning::Math(function)) => {
                self.types.exprs.set(callee, Ty::Unit);
                return self.call_math(id, function, text, args, want);
            }
            Some(Meaning::Routine(routine)) => {
                self.types.exprs.set(callee, Ty::Unit);
                return self.call_routine(id, routine, args);
            }
            Some(Meaning::Reveal) => return self.reveal(id, text, args, want),
            Some(Meaning::Error) | None => {
                self.types.exprs.set(callee, Ty::Error);
                self.ignore(args);
                return Ty::Error;
            }
            Some(Meaning::Type) if text == "List" => {
                self.types.exprs.set(callee, Ty::Unit);
                let Some(ty) = self.scope_type(callee) else {
                    return Ty::Error;
                };
                return self.call_type(id, callee, &ty, args, want);
            }
            Some(Meaning::Type) => ("a type", conversion(text)),
            Some(Meaning::Variant(item, variant)) => {
                self.types.exprs.set(callee, Ty::Unit);
                return self.construct(id, item, variant, args, want);
            }
            Some(Meaning::Adt(_) | Meaning::SelfType) => {
                self.types.exprs.set(callee, Ty::Unit);
                let Some(ty) = self.scope_type(callee) else {
                    self.ignore(args);
                    return Ty::Error;
                };
                return self.call_type(id, callee, &ty, args, want);
            }
            Some(Meaning::Trait(_)) => ("a trait", None),
            Some(Meaning::TypeParam(_)) => ("a type", None),
            Some(Meaning::Module(_)) => ("a module", None),
            // Its argument, as it was on entry.
            Some(Meaning::Old) => {
                self.types.exprs.set(callee, Ty::Unit);
                let [arg] = args else {
                    self.plain_args(id, text, args, 1);
                    return Ty::Error;
                };
                let ty = self.infer(arg.value, want);
                if let Some(Meaning::Local(entry)) = self.meaning(id) {
                    self.types.bindings.set(entry, ty.clone());
                }
                return ty;
            }
            Some(Meaning::Namespace(Namespace::Array)) => {
                ("a type", Some("`Array.zeros(n)` makes an array"))
            }
            Some(Meaning::Namespace(Namespace::Python)) => ("no function", None),
            Some(
                Meaning::Local(_)
                | Meaning::Const(_)
                | Meaning::PyModule(_)
                | Meaning::Exception(_),
            ) => {
                let ty = self.infer(callee, Want::Any);
                return self.call_value(id, callee, &ty, args, block);
            }
        };
        let report = say::name_not_callable(self.span(callee), text, what);
        self.report(match help {
            Some(help) => report.help(help),
            None => report,
        });
        self.ignore(args);
        Ty::Error
    }

    /// Reports `f[Int](x)`, where `f` is a function.
    fn types_are_given(&mut self, callee: ExprId) -> bool {
        let ExprKind::Index { base, indices } = self.kind(callee) else {
            return false;
        };
        let is_type = |index: &ExprId| {
            matches!(self.kind(*index), ExprKind::Type(_))
                || matches!(
                    self.meaning(*index),
                    Some(Meaning::Type | Meaning::Adt(_) | Meaning::TypeParam(_))
                )
        };
        let ExprKind::Name(name) = self.kind(*base) else {
            return false;
        };
        let is_function = matches!(self.meaning(*base), Some(Meaning::Fn(_)));
        if !is_function || !indices.iter().any(is_type) {
            return false;
        }
        let brackets = Span {
            start: self.span(*base).end,
            ..self.span(callee)
        };
        self.report(said::types_given(brackets, name));
        true
    }

    /// Types arguments of a call that is wrong anyway, for the mistakes that are in them.
    pub(super) fn ignore(&mut self, args: &[Arg]) {
        for arg in args {
            if !matches!(self.kind(arg.value), ExprKind::Type(_) | ExprKind::Nil)
                && !matches!(
                    self.meaning(arg.value),
                    Some(Meaning::Type | Meaning::Namespace(_))
                )
            {
                self.infer(arg.value, Want::Any);
            }
        }
    }

    pub(super) fn call_value(
        &mut self,
        id: ExprId,
        callee: ExprId,
        ty: &Ty,
        args: &[Arg],
        block: Option<&Closure>,
    ) -> Ty {
        if let Some(block) = block
            && !matches!(ty, Ty::Error | Ty::Never)
        {
            self.report(say::block_shape(block.span, "this", "no block"));
            self.skip_block(Some(block));
        }
        match ty {
            Ty::Fn(function) => return self.call_function_value(id, function, args),
            Ty::PythonObject => {
                self.object_args(args);
                self.set_callee(id, Callee::PyCall);
                return Ty::PythonObject;
            }
            Ty::Error | Ty::Never => {}
            ty => self.report(say::not_callable(self.span(callee), ty)),
        }
        self.ignore(args);
        Ty::Error
    }

    fn reveal(&mut self, id: ExprId, text: &str, args: &[Arg], want: Want<'_>) -> Ty {
        let [arg] = args else {
            self.report(say::argument_count(
                self.span(id),
                text,
                "1 argument",
                args.len(),
            ));
            self.ignore(args);
            return Ty::Error;
        };
        let want = if want.is_used() { want } else { Want::Any };
        let ty = self.infer(arg.value, want);
        self.set_callee(id, Callee::Builtin(Builtin::Reveal));
        ty
    }

    /// A function's name that stands alone is a call without arguments.
    pub(super) fn bare_function(
        &mut self,
        id: ExprId,
        item: ItemId,
        text: &str,
        want: Want<'_>,
    ) -> Ty {
        if let Some(hint @ Ty::Fn(_)) = want.hint() {
            return self.function_value(id, item, Some(hint));
        }
        let Some(signature) = self.types.signatures.get(item) else {
            return Ty::Error;
        };
        let missing: Vec<String> = signature
            .params
            .iter()
            .filter(|p| !p.has_default)
            .map(|p| p.name.clone())
            .collect();
        if missing.is_empty() {
            let ret = signature.ret.clone();
            let args = vec![None; signature.params.len()];
            self.set_callee(
                id,
                Callee::Fn {
                    item,
                    args,
                    generics: Vec::new(),
                    receiver: false,
                },
            );
            return ret;
        }
        let is_function_wanted = want.hint().is_none_or(|h| matches!(h, Ty::Param(_)));
        if !want.is_used() || !is_function_wanted {
            let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
            self.report(say::argument_missing(self.span(id), text, &missing));
            return Ty::Error;
        }
        self.function_value(id, item, None)
    }

    /// A call of a function of the program, or one that an `extern` block declares.
    pub(super) fn call_function(
        &mut self,
        id: ExprId,
        item: ItemId,
        args: &[Arg],
        block: Option<&Closure>,
        want: Want<'_>,
    ) -> Ty {
        let Some(signature) = self.types.signatures.get(item).cloned() else {
            self.ignore(args);
            return Ty::Error;
        };
        let target = Target {
            item,
            of_trait: None,
            known: Vec::new(),
            has_receiver: false,
        };
        self.call_target(id, &target, &signature, args, block, want)
    }

    /// `Map[String, Int]`, `List[Int]` before parentheses or a dot: a type with its arguments.
    pub(super) fn applied_type(&mut self, id: ExprId) -> Option<Ty> {
        let ExprKind::Index { base, indices } = self.kind(id) else {
            return None;
        };
        let open = self.scope_type(*base)?;
        let mut args = Vec::new();
        for &index in indices {
            args.push(self.type_of_expression(index)?);
        }
        let ty = match open {
            Ty::List(_) if args.len() == 1 => Ty::List(Box::new(args.remove(0))),
            Ty::Adt(adt) if adt.args.len() == args.len() => Ty::Adt(Adt {
                args: args.into(),
                ..adt
            }),
            ty => {
                let wanted = match &ty {
                    Ty::Adt(adt) => adt.args.len(),
                    _ => 0,
                };
                let name = match &ty {
                    Ty::Adt(adt) => adt.name.to_string(),
                    ty => ty.to_string(),
                };
                let report = said::type_arguments(self.span(id), &name, wanted, args.len());
                self.report(report);
                Ty::Error
            }
        };
        self.types.exprs.set(*base, Ty::Unit);
        self.types.exprs.set(id, Ty::Unit);
        Some(ty)
    }

    /// The type that an expression between brackets names.
    fn type_of_expression(&mut self, id: ExprId) -> Option<Ty> {
        let ty = match self.kind(id) {
            ExprKind::Tuple(items) => {
                let items: Option<Vec<Ty>> =
                    items.iter().map(|i| self.type_of_expression(*i)).collect();
                Some(Ty::Tuple(items?))
            }
            ExprKind::Index { base, indices } if indices.len() == 1 => {
                match (self.kind(*base), self.type_of_expression(indices[0])?) {
                    (ExprKind::Name(name), element) if name == "Array" => {
                        Some(Ty::Array(Box::new(element)))
                    }
                    _ => self.applied_type(id),
                }
            }
            ExprKind::Index { .. } => self.applied_type(id),
            _ => self.scope_type(id).filter(|t| !has_holes(t)),
        };
        if ty.is_some() {
            self.types.exprs.set(id, Ty::Unit);
        }
        ty
    }

    /// `Point(…)`, `List[Int]()`: a type is called.
    pub(super) fn call_type(
        &mut self,
        id: ExprId,
        callee: ExprId,
        ty: &Ty,
        args: &[Arg],
        want: Want<'_>,
    ) -> Ty {
        let hint = match (want.hint(), has_holes(ty)) {
            (_, false) => Some(ty.clone()),
            (hint, true) => hint.cloned(),
        };
        let want = hint.as_ref().map_or(Want::Any, Want::Hint);
        match ty {
            Ty::Adt(adt) => {
                let def = self.types.adts.get(adt.item);
                if def.is_some_and(|d| d.kind != TypeDeclKind::Enum && d.variants.len() == 1) {
                    let is_constructor =
                        self.members.own(&self.types, ty, "new").is_none() || !args.is_empty();
                    if is_constructor {
                        return self.construct(id, adt.item, 0, args, want);
                    }
                }
            }
            Ty::Error => {
                self.ignore(args);
                return Ty::Error;
            }
            _ => {}
        }
        let text = match self.kind(callee) {
            ExprKind::Name(text) => text.clone(),
            _ => ty.to_string(),
        };
        let name = crate::hir::Ident {
            name: "new".to_owned(),
            span: self.span(callee),
        };
        if self.members.associated(&self.types, ty, "new").is_none() {
            self.report(say::name_not_callable(self.span(callee), &text, "a type"));
            self.ignore(args);
            return Ty::Error;
        }
        let call = super::methods::Call {
            id,
            receiver: callee,
            name: &name,
            args,
            parens: true,
            block: None,
        };
        self.associated(&call, ty, want)
    }

    /// `sqrt(x)`.
    fn call_math(
        &mut self,
        id: ExprId,
        function: MathFn,
        text: &str,
        args: &[Arg],
        want: Want<'_>,
    ) -> Ty {
        if !self.plain_args(id, text, args, function.arity()) {
            return Ty::Error;
        }
        let operands: Vec<ExprId> = args.iter().map(|a| a.value).collect();
        self.math(id, function, &operands, want)
    }

    /// Checks that a built-in gets this number of arguments, without names.
    pub(super) fn plain_args(
        &mut self,
        id: ExprId,
        text: &str,
        args: &[Arg],
        wanted: usize,
    ) -> bool {
        if let Some(name) = args.iter().find_map(|a| a.name.as_ref()) {
            self.report(say::no_keywords(name.span, &name.name, text));
        } else if args.len() != wanted {
            let takes = plural(wanted, "argument");
            self.report(say::argument_count(self.span(id), text, &takes, args.len()));
        } else {
            return true;
        }
        self.ignore(args);
        false
    }
}

/// `Float(x)`, as Python writes it.
fn conversion(text: &str) -> Option<&'static str> {
    Some(match text {
        "Float" | "Float64" => "`x.to_float` is the number as a Float",
        "Float32" => "`x.to_float32` is the number as a Float32",
        "Int" | "Int64" => "`x.to_int` cuts a number towards zero",
        "String" => "`x.to_string` is the text of a value",
        _ => return None,
    })
}
