//! Calls of functions by name, and of what else can be called.

use super::{Infer, Want, Why};
use crate::builtins::{Builtin, MathFn, Namespace};
use crate::diagnostics::{nearest, types as say};
use crate::hir::{Arg, Closure, ExprId, ExprKind, ItemId, ParamMode};
use crate::resolve::Meaning;
use crate::source::Span;
use crate::types::{Callee, Signature, Ty};

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
        if let Some(block) = block {
            self.unsupported(block.span, "a block for a function is");
            return Ty::Error;
        }
        let ExprKind::Name(text) = self.kind(callee) else {
            let ty = self.infer(callee, Want::Any);
            return self.call_value(id, callee, &ty, args);
        };
        let (what, help) = match self.meaning(callee) {
            Some(Meaning::Fn(item)) => {
                self.types.exprs.set(callee, Ty::Unit);
                return self.call_function(id, item, args);
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
            Some(Meaning::Type) => ("a type", conversion(text)),
            Some(
                Meaning::Variant(..)
                | Meaning::Adt(_)
                | Meaning::Trait(_)
                | Meaning::TypeParam(_)
                | Meaning::SelfType,
            ) => ("a type", None),
            Some(Meaning::Module(_)) => ("a module", None),
            Some(Meaning::Old) => ("no function", None),
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
                return self.call_value(id, callee, &ty, args);
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

    pub(super) fn call_value(&mut self, id: ExprId, callee: ExprId, ty: &Ty, args: &[Arg]) -> Ty {
        match ty {
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
    pub(super) fn bare_function(&mut self, id: ExprId, item: ItemId, text: &str) -> Ty {
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
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        let report = say::argument_missing(self.span(id), text, &missing);
        self.report(report.note("functions as values are not supported yet"));
        Ty::Error
    }

    /// A call of a function of the program, or one that an `extern` block declares.
    pub(super) fn call_function(&mut self, id: ExprId, item: ItemId, args: &[Arg]) -> Ty {
        let Some(signature) = self.types.signatures.get(item).cloned() else {
            self.ignore(args);
            return Ty::Error;
        };
        let name = self.hir.items[item].name.name.clone();
        let Some(slots) = self.match_args(id, &name, item, &signature, args) else {
            self.ignore(args);
            return signature.ret;
        };
        for (index, (slot, param)) in slots.iter().zip(&signature.params).enumerate() {
            let Some(arg) = slot.and_then(|s| args.get(s)) else {
                continue;
            };
            self.check(arg.value, &param.ty, Why::Argument(item, index));
            if param.mode == ParamMode::Mut {
                self.check_place(arg.value, Some(&param.name));
            }
        }
        self.set_callee(
            id,
            Callee::Fn {
                item,
                args: slots,
                generics: Vec::new(),
                receiver: false,
            },
        );
        signature.ret
    }

    /// Which argument goes to which parameter; none after a report.
    fn match_args(
        &mut self,
        id: ExprId,
        name: &str,
        item: ItemId,
        signature: &Signature,
        args: &[Arg],
    ) -> Option<Vec<Option<usize>>> {
        let span = self.span(id);
        let params = &signature.params;
        let mut slots: Vec<Option<usize>> = vec![None; params.len()];
        let mut named: Option<Span> = None;
        let mut is_wrong = false;
        let positional = args.iter().filter(|a| a.name.is_none()).count();
        if positional > params.len() {
            let needed = params.iter().filter(|p| !p.has_default).count();
            let takes = match needed == params.len() {
                true => plural(needed, "argument"),
                false => format!("{needed} to {}", plural(params.len(), "argument")),
            };
            let declared = self.hir.items[item].name.span;
            let report = say::argument_count(span, name, &takes, args.len());
            self.report(report.at(declared, "declared here"));
            return None;
        }
        for (i, arg) in args.iter().enumerate() {
            let Some(keyword) = &arg.name else {
                if let Some(first) = named {
                    self.report(say::positional_after_keyword(self.span(arg.value), first));
                    return None;
                }
                slots[i] = Some(i);
                continue;
            };
            named.get_or_insert(keyword.span);
            let Some(index) = params.iter().position(|p| p.name == keyword.name) else {
                let near = nearest(&keyword.name, params.iter().map(|p| &*p.name));
                self.report(say::unknown_keyword(
                    keyword.span,
                    name,
                    &keyword.name,
                    near,
                ));
                is_wrong = true;
                continue;
            };
            if let Some(first) = slots[index] {
                let first = self.span(args[first].value);
                self.report(say::argument_twice(keyword.span, &keyword.name, first));
                is_wrong = true;
            }
            slots[index] = Some(i);
        }
        if is_wrong {
            return None;
        }
        let missing: Vec<&str> = params
            .iter()
            .zip(&slots)
            .filter(|(param, slot)| slot.is_none() && !param.has_default)
            .map(|(param, _)| &*param.name)
            .collect();
        if missing.is_empty() {
            return Some(slots);
        }
        let declared = self.hir.items[item].name.span;
        let report = say::argument_missing(span, name, &missing);
        self.report(report.at(declared, "declared here"));
        None
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
            self.report(say::no_keywords(name.span, text));
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
