//! Function values: closures that stand alone, blocks after calls, functions by name.

use super::{Infer, Want, Why};
use crate::diagnostics::{awaits, declared as said, names, types as say};
use crate::hir::{Closure, ExprId, ItemId, ParamMode};
use crate::types::awaits::async_callee;
use crate::types::unify::{Filled, has_holes};
use crate::types::{Binder, Callee, FnTy, Ty};
use std::sync::Arc;

/// What is around a place in a function that a `return` cannot leave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// A closure that stands alone.
    Closure,
    /// The block of a function that keeps it.
    Kept,
    /// The block of `parallel_map`.
    ParallelMap,
    /// A turn of `parallel_for`.
    Turn,
    /// A default value, `requires` or `ensures`.
    Clause,
}

impl Infer<'_, '_> {
    /// Checks what is inside of something that a `return` cannot leave.
    pub(super) fn inside<R>(&mut self, around: Around, check: impl FnOnce(&mut Self) -> R) -> R {
        self.around.push(around);
        let result = check(self);
        self.around.pop();
        result
    }

    /// `await e`: a call of an `async` function runs to its end; of Python whatever has `__await__` is waited for.
    pub(super) fn await_expression(&mut self, id: ExprId, value: ExprId, want: Want<'_>) -> Ty {
        let ty = self.infer(value, want);
        self.may_await(id);
        if matches!(ty, Ty::Error | Ty::Never)
            || async_callee(self.hir, &self.types, value).is_some()
        {
            return ty;
        }
        if ty != Ty::PythonObject {
            self.report(awaits::nothing_to_await(self.span(value), &ty));
            return Ty::Error;
        }
        Ty::PythonObject
    }

    /// Reports an `await` where the function around it does not wait.
    fn may_await(&mut self, id: ExprId) {
        let span = self.span(id);
        let why = match (self.around.last(), &self.function) {
            (None, Some((item, _))) if self.hir.is_async(*item) => return,
            (None, Some((item, _))) => {
                let name = &self.hir.items[*item].name;
                return self.report(awaits::not_in_async(span, &name.name, name.span));
            }
            (None, None) | (Some(Around::Clause), _) => {
                "what is computed here is not part of the body"
            }
            (Some(Around::Closure), _) => "a closure may be called when the function has ended",
            (Some(Around::Kept), _) => "the called function keeps the block, and may call it later",
            (Some(Around::ParallelMap | Around::Turn), _) => "other turns run at the same time",
        };
        self.report(awaits::cannot_wait(span, why));
    }

    /// Whether a `return` or `?` in a block may leave the function; else it is reported.
    pub(super) fn may_return(&mut self, id: ExprId, word: &str) -> bool {
        if self.names.returns.get(id).is_none() {
            return true;
        }
        let why = match self.around.last() {
            None if self.function.is_some() => return true,
            None | Some(Around::Clause) => "what is computed here is not part of the body",
            Some(Around::Closure) => "a closure may be called when the function has ended",
            Some(Around::Kept) => "the called function keeps the block, and may call it later",
            Some(Around::ParallelMap | Around::Turn) => "other turns run at the same time",
        };
        self.report(names::return_from_block(self.span(id), word, why));
        false
    }

    /// `|x| … end` where its type is known.
    pub(super) fn check_closure(&mut self, id: ExprId, closure: &Closure, want: &FnTy) -> Ty {
        let ty = self.inside(Around::Closure, |this| {
            this.closure_with_holes(closure, want)
        });
        self.types.exprs.set(id, ty.clone());
        ty
    }

    /// `|x: Int| … end` that stands alone: the types of its parameters are written.
    pub(super) fn infer_closure(&mut self, closure: &Closure, want: Want<'_>) -> Ty {
        if let Some(Ty::Fn(wanted)) = want.hint()
            && wanted.params.len() == closure.params.len()
        {
            let wanted = wanted.clone();
            return self.inside(Around::Closure, |this| {
                this.closure_with_holes(closure, &wanted)
            });
        }
        let mut params = Vec::new();
        for ((&param, ty), &mode) in closure
            .params
            .iter()
            .zip(&closure.types)
            .zip(&closure.modes)
        {
            let ty = match ty {
                Some(ty) => self.written(*ty),
                None => {
                    let span = self.hir.pats[param].span;
                    self.report(said::unclear_parameter(span));
                    Ty::Error
                }
            };
            self.bind(param, &ty);
            self.binders.push((param, Binder::Parameter));
            params.push((ty, mode));
        }
        let ret = self.inside(Around::Closure, |this| this.closure_body(closure, None));
        if ret == Ty::Error || params.iter().any(|(ty, _)| *ty == Ty::Error) {
            return Ty::Error;
        }
        Ty::Fn(Arc::new(FnTy { params, ret }))
    }

    /// A closure whose parameters are known; its result may have holes in it, which its body fills.
    pub(super) fn closure_with_holes(&mut self, closure: &Closure, want: &FnTy) -> Ty {
        if closure.params.len() != want.params.len() {
            let wanted = format!(
                "a block with {}, found {}",
                super::call::plural(want.params.len(), "parameter"),
                closure.params.len()
            );
            self.report(say::block_parameters(closure.span, &wanted));
            self.skip_block(Some(closure));
            return Ty::Error;
        }
        let mut params = Vec::new();
        for (i, &param) in closure.params.iter().enumerate() {
            let (ty, mode) = &want.params[i];
            let ty = match closure.types.get(i).copied().flatten() {
                Some(written) => {
                    let stated = self.written(written);
                    if stated != *ty && !has_holes(ty) && stated != Ty::Error && *ty != Ty::Error {
                        let span = self.hir.types[written].span;
                        self.report(say::mismatch(span, ty, &stated));
                    }
                    stated
                }
                None if has_holes(ty) => {
                    let span = self.hir.pats[param].span;
                    self.report(said::unclear_parameter(span));
                    Ty::Error
                }
                None => ty.clone(),
            };
            self.bind(param, &ty);
            self.binders.push((param, Binder::Parameter));
            params.push((ty, *mode));
        }
        let ret = match has_holes(&want.ret) {
            // That it is a list is worth knowing of a literal.
            true if matches!(want.ret, Ty::List(_)) => {
                match self.block(&closure.body, Want::Hint(&want.ret)) {
                    Ty::Never => Ty::Unit,
                    ty => ty,
                }
            }
            true => self.closure_body(closure, None),
            false => self.closure_body(closure, Some(&want.ret)),
        };
        if ret == Ty::Error || params.iter().any(|(ty, _)| *ty == Ty::Error) {
            return Ty::Error;
        }
        Ty::Fn(Arc::new(FnTy { params, ret }))
    }

    /// The value of a closure's body.
    fn closure_body(&mut self, closure: &Closure, want: Option<&Ty>) -> Ty {
        match want {
            Some(Ty::Unit) => {
                self.block(&closure.body, Want::Nothing);
                Ty::Unit
            }
            Some(want) => {
                self.check_block(&closure.body, want, Why::Text("the value of the block"));
                want.clone()
            }
            None => match self.block(&closure.body, Want::Any) {
                Ty::Never => Ty::Unit,
                ty => ty,
            },
        }
    }

    /// The block after a call, the argument for a parameter of this type; false when it does not fit.
    pub(super) fn fit_block(
        &mut self,
        block: &Closure,
        open: &Ty,
        mode: ParamMode,
        guessed: &Ty,
        filled: &mut Filled,
    ) -> bool {
        let Ty::Fn(wanted) = guessed else {
            self.skip_block(Some(block));
            return false;
        };
        // What is only guessed of the result is left to the body.
        let ret = match open {
            Ty::Fn(open) => filled.apply(&open.ret),
            _ => wanted.ret.clone(),
        };
        let wanted = FnTy {
            params: wanted.params.clone(),
            ret: if has_holes(&ret) && !has_holes(&wanted.ret) {
                wanted.ret.clone()
            } else {
                ret
            },
        };
        let have = match mode {
            ParamMode::Own => {
                self.inside(Around::Kept, |this| this.closure_with_holes(block, &wanted))
            }
            _ => self.closure_with_holes(block, &wanted),
        };
        if have == Ty::Error || filled.unify(open, &have) {
            return have != Ty::Error;
        }
        let last = block.body.stmts.last().copied();
        let span = last.map_or(block.span, |last| self.span(last));
        if let Ty::Fn(have) = &have {
            let why = Why::Text("the value of the block");
            self.mismatch(span, last, &have.ret, &wanted.ret, why);
        }
        false
    }

    /// A function's name where a function value is wanted, or where it cannot be a call.
    pub(super) fn function_value(&mut self, id: ExprId, item: ItemId, want: Option<&Ty>) -> Ty {
        let Some(signature) = self.types.signatures.get(item).cloned() else {
            return Ty::Error;
        };
        let open = |ty: &Ty| crate::types::unify::open(ty, &signature.generics);
        let ty = Ty::Fn(Arc::new(FnTy {
            params: signature
                .params
                .iter()
                .map(|p| (open(&p.ty), p.mode))
                .collect(),
            ret: open(&signature.ret),
        }));
        let mut filled = Filled::new(signature.generics.len());
        if let Some(want) = want {
            filled.unify(&ty, want);
        }
        let ty = filled.apply(&ty);
        if has_holes(&ty) {
            let name = &self.hir.items[item].name.name;
            let param = &signature.generics[0].name;
            self.report(said::unclear(self.span(id), name, param));
            return Ty::Error;
        }
        let generics = filled.0.into_iter().map(|t| t.unwrap_or(Ty::Error));
        let generics = generics.collect();
        self.set_callee(id, Callee::Reference { item, generics });
        ty
    }

    /// A call of a function value.
    pub(super) fn call_function_value(
        &mut self,
        id: ExprId,
        ty: &FnTy,
        args: &[crate::hir::Arg],
    ) -> Ty {
        if let Some(name) = args.iter().find_map(|a| a.name.as_ref()) {
            self.report(say::no_keywords(name.span, &name.name, "a function value"));
        }
        if args.len() != ty.params.len() {
            let takes = super::call::plural(ty.params.len(), "argument");
            self.report(say::argument_count(
                self.span(id),
                "the function value",
                &takes,
                args.len(),
            ));
            self.ignore(args);
            return ty.ret.clone();
        }
        for (arg, (want, mode)) in args.iter().zip(&ty.params) {
            self.check(arg.value, want, Why::Text("the argument"));
            if *mode == ParamMode::Mut {
                self.check_place(arg.value, Some("the parameter"));
            }
        }
        self.set_callee(id, Callee::Value);
        ty.ret.clone()
    }
}
