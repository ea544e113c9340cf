//! Calls of functions and constructors that may be generic: arguments find their parameters, and type parameters their
//! types.
//!
//! Type parameters are found from left to right: what the place of the call wants is a first guess, which literals and
//! `None` adapt to; arguments say what they are; literals and `None` come after the others, and blocks last, so that the
//! types of their parameters are known.

use super::closures::Around;
use super::{Infer, Want, Why};
use crate::diagnostics::{borrow, declared as said, nearest, types as say};
use crate::hir::{Arg, Closure, ExprId, ExprKind, ParamMode, TypeExprId};
use crate::resolve::Meaning;
use crate::source::Span;
use crate::types::members::Traits;
use crate::types::unify::{Filled, has_holes, holes};
use crate::types::{Bound, Generic, Ty};

/// A parameter or field that takes an argument.
pub(super) struct Slot<'s> {
    pub(super) name: &'s str,
    pub(super) ty: Ty,
    pub(super) mode: ParamMode,
    pub(super) has_default: bool,
    pub(super) why: Why,
}

/// What is called.
pub(super) struct Callable<'s> {
    /// Its name, for messages.
    pub(super) name: &'s str,
    /// Where it is declared.
    pub(super) declared: Option<Span>,
    /// Its type parameters.
    pub(super) generics: &'s [Generic],
    /// What is known of them.
    pub(super) known: Vec<Option<Ty>>,
    /// What it takes, a receiver aside.
    pub(super) slots: Vec<Slot<'s>>,
    /// What it gives.
    pub(super) ret: &'s Ty,
}

/// How a call fits.
pub(super) struct Fit {
    /// For each slot the index of its argument.
    pub(super) args: Vec<Option<usize>>,
    /// What is put in for the type parameters.
    pub(super) generics: Vec<Ty>,
    /// The type of the result.
    pub(super) ret: Ty,
}

impl Infer<'_, '_> {
    /// Checks the arguments of a call; none after a report that leaves the result unknown.
    pub(super) fn fit(
        &mut self,
        id: ExprId,
        callable: &Callable<'_>,
        args: &[Arg],
        block: Option<&Closure>,
        want: Want<'_>,
    ) -> Option<Fit> {
        let holes = holes(callable.generics);
        let mut filled = Filled(callable.known.clone());
        filled.0.resize(callable.generics.len(), None);
        let ret = callable.ret.subst(&holes);
        let mut guess = filled.clone();
        if let Some(hint) = want.hint().filter(|h| !has_holes(h)) {
            let mut attempt = guess.clone();
            if attempt.unify(&ret, hint) {
                guess = attempt;
            }
        }
        let Some(order) = self.match_slots(id, callable, args, block) else {
            self.ignore(args);
            self.skip_block(block);
            return None;
        };
        let tys: Vec<Ty> = callable.slots.iter().map(|s| s.ty.subst(&holes)).collect();
        let mut is_wrong = false;
        // Literals adapt to what the others say, blocks and closures take what all others say.
        for rank in 0..3 {
            for (i, slot) in callable.slots.iter().enumerate() {
                let Some(arg) = order[i].and_then(|a| args.get(a)) else {
                    continue;
                };
                let own = match self.kind(arg.value) {
                    ExprKind::Closure(_) => 2,
                    ExprKind::Nil => 1,
                    ExprKind::Name(_) if self.is_variant(arg.value) => 1,
                    ExprKind::Array(items) if items.is_empty() => 1,
                    _ if self.is_literal(arg.value) => 1,
                    _ => 0,
                };
                if own != rank {
                    continue;
                }
                is_wrong |= !self.fit_argument(arg.value, &tys[i], slot, &mut filled, &guess);
            }
        }
        if let (Some(block), Some(last)) = (block, tys.last()) {
            let guessed = guess_through(&guess, &filled, last);
            let mode = callable.slots.last().map_or(ParamMode::Read, |s| s.mode);
            is_wrong |= !self.fit_block(block, last, mode, &guessed, &mut filled);
        }
        for (slot, guess) in filled.0.iter_mut().zip(guess.0) {
            if slot.is_none() {
                *slot = guess;
            }
        }
        let mut generics = Vec::new();
        for (generic, ty) in callable.generics.iter().zip(&filled.0) {
            match ty {
                Some(ty) if ty.holds_view() => {
                    // Where the type is written the same has been said.
                    if want.hint() != Some(&Ty::Error) {
                        self.report(borrow::view_argument(self.span(id), ty));
                    }
                    is_wrong = true;
                    generics.push(Ty::Error);
                }
                Some(ty) => generics.push(ty.clone()),
                None => {
                    if !is_wrong && want.hint() != Some(&Ty::Error) {
                        let span = self.span(id);
                        self.report(said::unclear(span, callable.name, &generic.name));
                    }
                    is_wrong = true;
                    generics.push(Ty::Error);
                }
            }
        }
        if !is_wrong {
            self.check_bounds(self.span(id), callable.name, callable.generics, &generics);
        }
        // After a report, what the result would be is not clear where it follows from the arguments.
        let is_unclear = is_wrong && has_holes(&ret);
        let ret = filled.apply(&ret);
        Some(Fit {
            args: order,
            ret: if is_unclear || has_holes(&ret) || generics.contains(&Ty::Error) {
                Ty::Error
            } else {
                ret
            },
            generics,
        })
    }

    /// Checks one argument; false when it does not fit.
    fn fit_argument(
        &mut self,
        value: ExprId,
        ty: &Ty,
        slot: &Slot<'_>,
        filled: &mut Filled,
        guess: &Filled,
    ) -> bool {
        let known = filled.apply(ty);
        let is_number = known.is_number() || matches!(known, Ty::Error | Ty::PythonObject);
        if !has_holes(&known) && has_holes(ty) && self.is_literal(value) && !is_number {
            let have = self.infer(value, Want::Any);
            self.mismatch(self.span(value), Some(value), &have, &known, slot.why);
            return false;
        } else if !has_holes(&known) {
            self.check(value, &known, slot.why);
        } else {
            let guessed = guess.apply(&known);
            let adapts = self.is_literal(value)
                || matches!(
                    self.kind(value),
                    ExprKind::Array(_) | ExprKind::Nil | ExprKind::Map(_) | ExprKind::Closure(_)
                );
            let have = if !has_holes(&guessed) && adapts {
                self.check(value, &guessed, slot.why);
                guessed
            } else if let (Ty::Fn(wanted), ExprKind::Closure(closure)) =
                (&guessed, self.kind(value))
            {
                let ty = self.inside(Around::Closure, |this| {
                    this.closure_with_holes(closure, wanted)
                });
                self.types.exprs.set(value, ty.clone());
                ty
            } else {
                let hint = (!has_holes(&guessed)).then_some(&guessed);
                self.infer(value, hint.map_or(Want::Any, Want::Hint))
            };
            // A literal becomes a list where one is wanted, whatever its elements are.
            let have = match (&known, have, self.kind(value)) {
                (Ty::List(_), Ty::Array(element), ExprKind::Array(_)) => {
                    let list = Ty::List(element);
                    self.types.exprs.set(value, list.clone());
                    list
                }
                (Ty::List(_), Ty::Nd(nd), ExprKind::Array(_)) => {
                    let row = Ty::array(nd.kind.scalar().clone(), nd.rank - 1);
                    let list = Ty::List(Box::new(row));
                    self.check(value, &list, slot.why);
                    list
                }
                (_, have, _) => have,
            };
            if filled.unify_element(ty, &have) {
                // Another kind of array of the same elements is lent.
                let wanted = filled.apply(ty);
                self.coerce(value, &have, &wanted, slot.why);
            } else if !filled.unify(ty, &have) {
                let wanted = filled.apply(ty);
                self.mismatch(self.span(value), Some(value), &have, &wanted, slot.why);
                return false;
            }
        }
        if slot.mode == ParamMode::Mut {
            self.check_place(value, Some(slot.name));
        }
        true
    }

    /// Whether it is the name of a variant, `None`.
    fn is_variant(&self, id: ExprId) -> bool {
        matches!(self.meaning(id), Some(Meaning::Variant(..)))
    }

    /// Which argument goes to which slot; none after a report.
    fn match_slots(
        &mut self,
        id: ExprId,
        callable: &Callable<'_>,
        args: &[Arg],
        block: Option<&Closure>,
    ) -> Option<Vec<Option<usize>>> {
        let span = self.span(id);
        let name = callable.name;
        let slots = &callable.slots;
        let takes_block = slots.last().is_some_and(|s| matches!(s.ty, Ty::Fn(_)));
        if let (Some(block), false) = (block, takes_block) {
            let wanted = "no block";
            self.report(say::block_shape(block.span, name, wanted));
            return None;
        }
        // The block is the last argument.
        let open = slots.len() - usize::from(block.is_some());
        let mut order: Vec<Option<usize>> = vec![None; slots.len()];
        let mut named: Option<Span> = None;
        let mut is_wrong = false;
        let positional = args.iter().filter(|a| a.name.is_none()).count();
        if positional > open {
            let needed = slots[..open].iter().filter(|s| !s.has_default).count();
            let takes = match needed == open {
                true => super::call::plural(needed, "argument"),
                false => format!("{needed} to {}", super::call::plural(open, "argument")),
            };
            let report = say::argument_count(span, name, &takes, args.len());
            self.report(match callable.declared {
                Some(declared) => report.at(declared, "declared here"),
                None => report,
            });
            return None;
        }
        for (i, arg) in args.iter().enumerate() {
            let Some(keyword) = &arg.name else {
                if let Some(first) = named {
                    self.report(say::positional_after_keyword(self.span(arg.value), first));
                    return None;
                }
                order[i] = Some(i);
                continue;
            };
            named.get_or_insert(keyword.span);
            let Some(index) = slots[..open].iter().position(|s| s.name == keyword.name) else {
                let near = nearest(&keyword.name, slots.iter().map(|s| s.name));
                let report = say::unknown_keyword(keyword.span, name, &keyword.name, near);
                self.report(report);
                is_wrong = true;
                continue;
            };
            if let Some(first) = order[index] {
                let first = self.span(args[first].value);
                self.report(say::argument_twice(keyword.span, &keyword.name, first));
                is_wrong = true;
            }
            order[index] = Some(i);
        }
        if is_wrong {
            return None;
        }
        let missing: Vec<&str> = slots[..open]
            .iter()
            .zip(&order)
            .filter(|(slot, arg)| arg.is_none() && !slot.has_default)
            .map(|(slot, _)| slot.name)
            .collect();
        if missing.is_empty() {
            return Some(order);
        }
        let report = say::argument_missing(span, name, &missing);
        self.report(match callable.declared {
            Some(declared) => report.at(declared, "declared here"),
            None => report,
        });
        None
    }

    /// Reports types that lack what the parameters they are put in for must have; whether none does.
    pub(super) fn check_bounds(
        &mut self,
        span: Span,
        by: &str,
        generics: &[Generic],
        tys: &[Ty],
    ) -> bool {
        let mut lacking = Vec::new();
        for (generic, ty) in generics.iter().zip(tys) {
            for bound in &generic.bounds {
                let bound = Bound {
                    item: bound.item,
                    args: bound.args.iter().map(|t| t.subst(tys)).collect(),
                };
                if !self.traits().has(ty, &bound) {
                    lacking.push((ty.clone(), bound));
                }
            }
        }
        let hold = lacking.is_empty();
        for (ty, bound) in lacking {
            let wanted = self.bound_text(&bound, &ty);
            let by = format!("`{by}`");
            self.report(match self.is_sealed(bound.item) {
                true => said::lacks_sealed(span, &ty, &wanted, &by),
                false => said::lacks_trait(span, &ty, &wanted, &by),
            });
        }
        hold
    }

    /// Reports arguments of declared types that lack what their parameters must have, in a type that is written; whether
    /// all have it.
    pub(super) fn written_bounds(&mut self, id: TypeExprId, ty: &Ty) -> bool {
        let mut declared = Vec::new();
        ty.each(&mut |ty| {
            if let Ty::Adt(adt) = ty
                && !adt.args.is_empty()
            {
                declared.push(adt.clone());
            }
        });
        let mut hold = true;
        for adt in declared {
            if let Some(def) = self.types.adts.get(adt.item) {
                let generics = def.generics.clone();
                let span = self.hir.types[id].span;
                hold &= self.check_bounds(span, &adt.name, &generics, &adt.args);
            }
        }
        hold
    }

    /// `Ord`, `Mul[Float, Vector]`: arguments that are the type itself are left out, as they may be in the source.
    pub(super) fn bound_text(&self, bound: &Bound, of: &Ty) -> String {
        let name = &self.hir.items[bound.item].name.name;
        if bound.args.iter().all(|t| t == of) {
            return name.clone();
        }
        let args: Vec<String> = bound.args.iter().map(ToString::to_string).collect();
        format!("{name}[{}]", args.join(", "))
    }

    pub(super) fn traits(&self) -> Traits<'_> {
        Traits {
            types: &self.types,
            members: &self.members,
            generics: &self.scope.generics,
        }
    }
}

/// The type with what is known, and else what is guessed.
fn guess_through(guess: &Filled, filled: &Filled, ty: &Ty) -> Ty {
    guess.apply(&filled.apply(ty))
}
