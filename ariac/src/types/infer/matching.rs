//! `match` and patterns.

use super::{Infer, Want, Why};
use crate::diagnostics::{declared as said, nearest, types as say};
use crate::hir::{Arm, Block, ExprId, ExprKind, Ident, PatId, PatKind};
use crate::resolve::BindingId;
use crate::source::Span;
use crate::types::{Constructor, Ty};

/// A part of a constructor pattern, perhaps with its field's name.
type Part = (Option<Ident>, PatId);

impl Infer<'_, '_> {
    /// `match value …`, whose arms may have to give a type.
    pub(super) fn match_expression(
        &mut self,
        id: ExprId,
        value: ExprId,
        arms: &[Arm],
        want: Want<'_>,
        exactly: Option<(&Ty, Why)>,
    ) -> Ty {
        let ty = self.infer(value, Want::Any);
        let mut bodies = Vec::new();
        let mut is_sound = true;
        for arm in arms {
            let before = self.reports.count();
            self.pattern(arm.pattern, &ty);
            is_sound &= self.reports.count() == before;
            if let Some(guard) = arm.guard {
                self.condition(guard);
            }
            match exactly {
                Some((want, why)) => self.check_block(&arm.body, want, why),
                None => bodies.push((&arm.body, self.arm_value(&arm.body, want, &bodies))),
            }
        }
        // What a wrong pattern matches is not known.
        if is_sound {
            self.matches.push((id, value, ty));
        }
        match exactly {
            Some((want, _)) => want.clone(),
            None => self.agree(&bodies, want, "`match`"),
        }
    }

    /// The type of a body; a literal adapts to the bodies before it.
    fn arm_value(&mut self, body: &Block, want: Want<'_>, before: &[(&Block, Ty)]) -> Ty {
        let known = before
            .iter()
            .map(|(_, ty)| ty)
            .find(|ty| !matches!(ty, Ty::Never | Ty::Error | Ty::Unit));
        match (want, known) {
            (Want::Any, Some(known)) => {
                let known = known.clone();
                self.block(body, Want::Hint(&known))
            }
            _ => self.block(body, want),
        }
    }

    /// The type that the values of several bodies have in common. `what` they are bodies of.
    pub(super) fn agree(&mut self, bodies: &[(&Block, Ty)], want: Want<'_>, what: &str) -> Ty {
        if !want.is_used() {
            return match !bodies.is_empty() && bodies.iter().all(|(_, ty)| *ty == Ty::Never) {
                true => Ty::Never,
                false => Ty::Unit,
            };
        }
        let mut common: Option<(Ty, &Block)> = None;
        for (body, ty) in bodies {
            if *ty == Ty::Error {
                return Ty::Error;
            }
            if *ty == Ty::Never {
                continue;
            }
            match &common {
                None => common = Some((ty.clone(), body)),
                Some((known, _)) if known == ty => {}
                Some((known, _))
                    if known.is_number()
                        && ty.is_number()
                        && super::literal::wider(known, ty) != Ty::Error =>
                {
                    common = Some((super::literal::wider(known, ty), body));
                }
                Some((known, first)) => {
                    let place = |block: &Block| match block.stmts.last() {
                        Some(&last) => self.span(last),
                        None => block.span,
                    };
                    let report = say::mismatch(place(body), known, ty)
                        .at(place(first), format!("gives {known}"));
                    let note =
                        format!("all ways of a {what} whose value is used give the same type");
                    self.report(report.note(note));
                    return Ty::Error;
                }
            }
        }
        let Some((common, _)) = common else {
            return Ty::Never;
        };
        for (body, ty) in bodies {
            if *ty != common && ty.is_number() {
                self.widen_value(body, ty, &common);
            }
        }
        common
    }

    /// Checks a pattern against the type of what it is matched with, and gives its names their types.
    pub(super) fn pattern(&mut self, pattern: PatId, ty: &Ty) {
        self.types.pats.set(pattern, ty.clone());
        let span = self.hir.pats[pattern].span;
        let hir = self.hir;
        match &hir.pats[pattern].kind {
            PatKind::Wildcard | PatKind::Error => {}
            PatKind::Name(_) if self.names.variants.get(pattern).is_some() => {
                self.constructor(pattern, None, ty);
            }
            PatKind::Tuple { items, .. } if *ty == Ty::PythonObject => {
                let report = said::pattern_mismatch(span, "a tuple pattern", ty);
                self.report(report.help("take it apart where it is bound: `let (a, b) = object`"));
                for &item in items {
                    self.pattern(item, &Ty::Error);
                }
            }
            PatKind::Name(_) | PatKind::Tuple { .. } => self.bind(pattern, ty),
            PatKind::As {
                pattern: inner,
                name,
            } => {
                self.pattern(*inner, ty);
                self.bind(*name, ty);
            }
            PatKind::Or(alternatives) => {
                let mut first: Vec<(BindingId, Ty, Span)> = Vec::new();
                for &alternative in alternatives {
                    self.pattern(alternative, ty);
                    self.same_types(alternative, &mut first);
                }
            }
            PatKind::Literal(value) => self.pattern_literal(*value, ty),
            PatKind::Range { lo, hi, .. } => {
                for bound in [lo, hi].into_iter().flatten() {
                    self.pattern_literal(*bound, ty);
                }
                let fits = ty.is_number()
                    || matches!(ty, Ty::Sized(_) | Ty::String | Ty::Error | Ty::Never);
                if !fits {
                    self.report(said::pattern_mismatch(span, "a range", ty));
                }
            }
            PatKind::Constructor { .. } if let Some(item) = self.names.constants.get(pattern) => {
                let have = self.const_type(*item, span);
                self.pattern_fits(span, &have, ty);
            }
            PatKind::Constructor { args, rest, .. } => {
                self.constructor(pattern, Some((args, *rest)), ty);
            }
            PatKind::Array { items, rest } => {
                let element = match ty {
                    Ty::List(element) => (**element).clone(),
                    ty if ty.rank() == 1 => ty.scalar().clone(),
                    Ty::Error | Ty::Never => Ty::Error,
                    ty => {
                        self.report(said::pattern_mismatch(span, "a pattern of a list", ty));
                        Ty::Error
                    }
                };
                for &item in items {
                    self.pattern(item, &element);
                }
                if let Some((_, Some(name))) = rest {
                    let rest = match ty {
                        Ty::List(_) | Ty::Error => ty.clone(),
                        ty if ty.rank() == 1 => Ty::Array(Box::new(element)),
                        _ => Ty::Error,
                    };
                    self.pattern(*name, &rest);
                }
            }
        }
    }

    /// Names of an alternative have the types that they have in the first one.
    fn same_types(&mut self, pattern: PatId, first: &mut Vec<(BindingId, Ty, Span)>) {
        let mut patterns = vec![pattern];
        while let Some(pattern) = patterns.pop() {
            let span = self.hir.pats[pattern].span;
            match &self.hir.pats[pattern].kind {
                PatKind::Name(name) => {
                    let binding = self.names.pats.get(pattern).copied();
                    let ty = self.types.pats.get(pattern).cloned();
                    let (Some(binding), Some(ty)) = (binding, ty) else {
                        continue;
                    };
                    match first.iter().find(|(known, ..)| *known == binding) {
                        None => first.push((binding, ty, span)),
                        Some((_, known, at)) if *known != ty => {
                            if *known != Ty::Error && ty != Ty::Error {
                                let report = said::alternative_types(span, name, (known, *at), &ty);
                                self.report(report);
                            }
                            self.types.bindings.set(binding, Ty::Error);
                        }
                        Some(_) => {}
                    }
                }
                PatKind::Tuple { items: parts, .. } | PatKind::Or(parts) => patterns.extend(parts),
                PatKind::As { pattern, name } => patterns.extend([*pattern, *name]),
                PatKind::Constructor { args, .. } => {
                    patterns.extend(args.iter().map(|(_, part)| *part));
                }
                PatKind::Array { items, rest } => {
                    patterns.extend(items);
                    patterns.extend(rest.iter().filter_map(|(_, name)| *name));
                }
                PatKind::Wildcard
                | PatKind::Error
                | PatKind::Literal(_)
                | PatKind::Range { .. } => {}
            }
        }
    }

    fn pattern_literal(&mut self, value: ExprId, ty: &Ty) {
        let have = match self.kind(value) {
            ExprKind::Nil => {
                let is_option =
                    matches!(ty, Ty::Adt(adt) if Some(adt.item) == self.types.known.option);
                if !is_option && !matches!(ty, Ty::Error | Ty::Never) {
                    self.report(said::pattern_mismatch(self.span(value), "`nil`", ty));
                }
                self.types.exprs.set(value, ty.clone());
                return;
            }
            _ => self.infer(value, Want::Hint(ty)),
        };
        self.pattern_fits(self.span(value), &have, ty);
    }

    /// Whether a pattern of one value is of the type of what it is compared with.
    fn pattern_fits(&mut self, span: Span, have: &Ty, ty: &Ty) {
        if have != ty && !matches!(ty, Ty::Error | Ty::Never) && *have != Ty::Error {
            let what = format!("a pattern of {have}");
            self.report(said::pattern_mismatch(span, &what, ty));
        }
    }

    fn constructor(&mut self, pattern: PatId, parts: Option<(&[Part], bool)>, ty: &Ty) {
        let span = self.hir.pats[pattern].span;
        let (args, rest) = parts.unwrap_or((&[], true));
        let fail = |this: &mut Self| {
            for (_, part) in args {
                this.pattern(*part, &Ty::Error);
            }
        };
        let Some(&(item, variant)) = self.names.variants.get(pattern) else {
            return fail(self);
        };
        let Some(def) = self.types.adts.get(item).cloned() else {
            return fail(self);
        };
        let Some(form) = def.variants.get(variant as usize) else {
            return fail(self);
        };
        let adt = match ty {
            Ty::Adt(adt) if adt.item == item => adt.clone(),
            Ty::Error | Ty::Never => return fail(self),
            ty => {
                let what = format!("`{}` of {}", form.name, def.name);
                self.report(said::pattern_mismatch(span, &what, ty));
                return fail(self);
            }
        };
        let mut fields = Vec::new();
        let mut next = 0;
        for (name, part) in args {
            let index = match name {
                None => {
                    next += 1;
                    next - 1
                }
                Some(name) => match form.fields.iter().position(|f| f.name == name.name) {
                    Some(index) => index,
                    None => {
                        let near = nearest(&name.name, form.fields.iter().map(|f| f.name.as_str()));
                        let owner = format!("`{}`", form.name);
                        self.report(said::unknown_field(name.span, &owner, &name.name, near));
                        self.pattern(*part, &Ty::Error);
                        continue;
                    }
                },
            };
            let Some(field) = form.fields.get(index) else {
                self.pattern(*part, &Ty::Error);
                continue;
            };
            if field.private && !self.is_inside(item) {
                let at = name.as_ref().map_or(self.hir.pats[*part].span, |n| n.span);
                self.report(said::private_part(at, &form.name, &field.name));
            }
            self.pattern(*part, &field.ty.subst(&adt.args));
            fields.push((index, *part));
        }
        let (wanted, found) = (form.fields.len(), args.len());
        let is_complete = found == wanted || (rest && found < wanted);
        // `when Circle` alone is any circle only where it has no fields.
        let is_bare = parts.is_none() && wanted > 0;
        if !is_complete || is_bare {
            self.report(said::pattern_parts(span, &form.name, wanted, found));
        }
        self.types
            .constructors
            .set(pattern, Constructor { variant, fields });
    }
}
