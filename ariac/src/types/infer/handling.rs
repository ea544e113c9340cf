//! Errors as values and as control flow: `try`, `?`, `begin … rescue`, and `loop` with a value.

use super::{Infer, Want, Why};
use crate::diagnostics::declared as said;
use crate::hir::{Block, ExprId, Rescue, TypeExprId, TypeExprKind};
use crate::resolve::TypeMeaning;
use crate::types::{Adt, Repr, Ty};

impl Infer<'_, '_> {
    /// An instance of a type of the prelude.
    pub(super) fn prelude_type(&self, item: Option<crate::hir::ItemId>, args: Vec<Ty>) -> Ty {
        match item {
            Some(item) => Ty::Adt(Adt {
                item,
                name: self.hir.items[item].name.name.as_str().into(),
                args: args.into(),
                repr: Repr::Owned,
                record: self.names.records.get(&item).copied(),
            }),
            None => Ty::Error,
        }
    }

    /// The type in an `Option`.
    pub(super) fn option_of<'t>(&self, ty: &'t Ty) -> Option<&'t Ty> {
        match ty {
            Ty::Adt(adt) if Some(adt.item) == self.types.known.option => adt.args.first(),
            _ => None,
        }
    }

    /// The types in a `Result`.
    pub(super) fn result_of_type<'t>(&self, ty: &'t Ty) -> Option<(&'t Ty, &'t Ty)> {
        match ty {
            Ty::Adt(adt) if Some(adt.item) == self.types.known.result => {
                Some((adt.args.first()?, adt.args.get(1)?))
            }
            _ => None,
        }
    }

    /// `try e`.
    pub(super) fn try_expression(&mut self, value: ExprId, want: Want<'_>) -> Ty {
        let hint = want
            .hint()
            .and_then(|h| self.result_of_type(h))
            .map(|(ok, _)| ok.clone());
        let ty = self.infer(value, hint.as_ref().map_or(Want::Any, Want::Hint));
        let ty = match ty {
            Ty::Error => return Ty::Error,
            Ty::Never => Ty::Unit,
            ty => ty,
        };
        self.prelude_type(self.types.known.result, vec![ty, Ty::Exception])
    }

    /// `e?`.
    pub(super) fn propagate(&mut self, id: ExprId, value: ExprId) -> Ty {
        let ty = self.infer(value, Want::Any);
        let span = self.span(id);
        let ret = self.function.as_ref().map(|(_, ret)| ret.clone());
        let ret = ret.unwrap_or(Ty::Error);
        if matches!(ty, Ty::Error | Ty::Never) {
            return Ty::Error;
        }
        if !self.may_return(id, "?") {
            return Ty::Error;
        }
        if let Some(some) = self.option_of(&ty) {
            if self.option_of(&ret).is_none() && ret != Ty::Error {
                let message =
                    format!("`?` after an Option needs a function that gives one, not {ret}");
                let help =
                    format!("change the result to `{ret}?`, or use `.unwrap`, `.or(…)` or `match`");
                self.report(said::propagate(span, &message, &help));
            }
            return some.clone();
        }
        if let Some((ok, error)) = self.result_of_type(&ty) {
            match self.result_of_type(&ret) {
                Some((_, wanted)) if wanted == error => {}
                _ if ret == Ty::Error => {}
                Some((_, wanted)) => {
                    let message = format!(
                        "`?` gives up with {error}, and the errors of this function are {wanted}"
                    );
                    let help = "turn the error into the other type: `.map_err |e| … end?`";
                    self.report(said::propagate(span, &message, help));
                }
                None => {
                    let message =
                        format!("`?` after a Result needs a function that gives one, not {ret}");
                    let help = format!(
                        "change the result to `Result[{ret}, {error}]`, or use `.unwrap` or `match`"
                    );
                    self.report(said::propagate(span, &message, &help));
                }
            }
            return ok.clone();
        }
        let message = format!("`?` stands after an Option or a Result, found {ty}");
        self.report(said::propagate(span, &message, "leave the `?` out"));
        Ty::Error
    }

    /// `begin … rescue … else … ensure … end`.
    pub(super) fn begin(
        &mut self,
        body: &Block,
        rescues: &[Rescue],
        otherwise: Option<&Block>,
        ensure: Option<&Block>,
        want: Want<'_>,
        exactly: Option<(&Ty, Why)>,
    ) -> Ty {
        let mut bodies = Vec::new();
        let mut value = |this: &mut Self, block| match exactly {
            Some((ty, why)) => this.check_block(block, ty, why),
            None => {
                let ty = this.block(block, want);
                bodies.push((block, ty));
            }
        };
        match otherwise {
            Some(otherwise) => {
                self.block(body, Want::Nothing);
                value(self, otherwise);
            }
            None => value(self, body),
        }
        for rescue in rescues {
            self.bind(rescue.pattern, &Ty::Exception);
            if let Some(ty) = rescue.ty {
                self.error_class(ty);
            }
            value(self, &rescue.body);
        }
        if let Some(ensure) = ensure {
            self.block(ensure, Want::Nothing);
        }
        match exactly {
            Some((ty, _)) => ty.clone(),
            None => self.agree(&bodies, want, "`begin`"),
        }
    }

    /// The class of errors after `rescue`.
    fn error_class(&mut self, id: TypeExprId) {
        let span = self.hir.types[id].span;
        match &self.hir.types[id].kind {
            TypeExprKind::Union(items) => {
                for &item in items {
                    self.error_class(item);
                }
            }
            TypeExprKind::Path { name, args } if args.is_empty() => {
                let known = crate::builtins::exception(&name.name).is_some();
                let is_told = self.names.types.get(id) == Some(&TypeMeaning::Error);
                if !known && name.name != "Error" && !is_told {
                    let names = crate::builtins::EXCEPTIONS.iter().map(|(n, _)| *n);
                    let near = crate::diagnostics::nearest(&name.name, names);
                    let report =
                        crate::diagnostics::names::unknown_exception(span, &name.name, near);
                    self.report(report);
                }
            }
            TypeExprKind::Error => {}
            _ => self.report(said::no_trait(span, "this")),
        }
    }

    /// `loop … end`, whose value its `break`s give.
    pub(super) fn loop_value(&mut self, id: ExprId, body: &Block, want: Want<'_>) -> Ty {
        let hint = want.hint().cloned();
        self.breaks.push((id, hint, Vec::new()));
        self.block(body, Want::Nothing);
        let values = self.breaks.pop().map(|(_, _, values)| values);
        if !self.left_by_break.contains(&id) {
            return Ty::Never;
        }
        let mut common: Option<Ty> = None;
        for (value, ty) in values.unwrap_or_default() {
            match (&common, &ty) {
                (_, Ty::Error) => return Ty::Error,
                (_, Ty::Never) => {}
                (None, ty) => common = Some(ty.clone()),
                (Some(known), ty) if known == ty => {}
                (Some(known), ty) => {
                    let known = known.clone();
                    match value {
                        Some(value) => {
                            self.coerce(value, ty, &known, Why::Text("the value of the loop"))
                        }
                        None => {
                            let span = self.span(id);
                            self.report(crate::diagnostics::types::expected(
                                span,
                                &format!("{known} at every `break`"),
                                ty,
                            ));
                        }
                    }
                }
            }
        }
        common.unwrap_or(Ty::Unit)
    }

    /// `break`, perhaps with a value for its loop.
    pub(super) fn break_value(&mut self, id: ExprId, value: Option<ExprId>) -> Ty {
        let target = self.names.loops.get(id).copied();
        let index = self.breaks.iter().rposition(|(l, _, _)| Some(*l) == target);
        let hint = index.and_then(|i| {
            self.breaks[i].1.clone().or_else(|| {
                let known = self.breaks[i].2.first();
                known.map(|(_, ty)| ty.clone())
            })
        });
        let ty = match value {
            Some(value) => self.infer(value, hint.as_ref().map_or(Want::Any, Want::Hint)),
            None => Ty::Unit,
        };
        match index {
            Some(index) => self.breaks[index].2.push((value, ty)),
            None => {
                if let Some(value) = value
                    && target.is_some()
                {
                    let span = self.span(value);
                    self.report(said::break_without_loop(span));
                }
            }
        }
        Ty::Never
    }
}
