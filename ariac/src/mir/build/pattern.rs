//! `match`: patterns are tested in order, and their variables name parts of the value.
//!
//! A test is a Bool; the arm runs where it is true, the arms after it where it is false. Which variant the value is of is
//! asked once for all arms. The last arm is not tested: the type checker has seen to it that one fits.
//!
//! A variable of a pattern is an alias of its part. Where the arm changes the value that is matched, it is a copy.

use super::expr::never;
use super::function::{FnBuilder, Value, Variable};
use crate::hir::{self, Arm, CompareOp, ExprId, PatId, PatKind, tuple_places};
use crate::mir::{BinOp, Block, Const, LocalId, Operand, Rvalue, Stmt, StmtKind};
use crate::resolve::BindingId;
use crate::types::Ty;
use std::collections::HashSet;

/// The value that is matched, and its variant if somebody asks.
struct Matched<'a> {
    value: Value,
    variant: Option<Operand>,
    arms: &'a [Arm],
    /// Where the value of the expression goes.
    result: Option<LocalId>,
}

impl<'a> FnBuilder<'a> {
    pub(super) fn match_value(&mut self, id: ExprId, value: ExprId, arms: &'a [Arm]) -> Value {
        let ty = self.ty(id);
        let wanted = !matches!(ty, Ty::Unit | Ty::Never);
        let result = wanted.then(|| self.temp(ty.clone()));
        let mut value = self.expr(value);
        if value.ty != Ty::Unit {
            value.operand = Operand::Local(self.in_local(&value));
        }
        let variant = self.variant_of(&value);
        let matched = Matched {
            value,
            variant,
            arms,
            result,
        };
        self.arms(&matched, 0);
        match result {
            Some(result) => Value::fresh(result, ty),
            None if ty == Ty::Never => never(),
            None => Value::unit(),
        }
    }

    /// The variant of an enum's value.
    fn variant_of(&mut self, value: &Value) -> Option<Operand> {
        let Ty::Adt(adt) = &value.ty else { return None };
        if !self.cx.layout(adt).is_enum {
            return None;
        }
        let local = self.in_local(value);
        Some(self.compute(Ty::Int, Rvalue::Variant(local)).operand)
    }

    /// The arm at `at`, and where it does not fit those after it.
    fn arms(&mut self, matched: &Matched<'a>, at: usize) {
        let Some(arm) = matched.arms.get(at) else {
            return;
        };
        let outer = std::mem::replace(&mut self.span, arm.span);
        // The parts of a temporary are looked at before they are taken.
        let looked_at = Value {
            fresh: false,
            ..matched.value.clone()
        };
        let is_last = at + 1 == matched.arms.len();
        let mut test = None;
        if !is_last || arm.guard.is_some() {
            test = self.test(arm.pattern, &looked_at, matched.variant.as_ref());
        }
        if let Some(guard) = arm.guard {
            let guarded = |b: &mut Self| {
                b.bind(arm.pattern, &looked_at);
                b.expr(guard)
            };
            test = Some(match test {
                None => guarded(self).operand,
                Some(test) => {
                    let flag = self.temp(Ty::Bool);
                    self.assign(flag, Rvalue::Use(test));
                    self.emit_if(
                        Operand::Local(flag),
                        |b| {
                            let value = guarded(b);
                            b.assign_value(flag, value);
                        },
                        |_| {},
                    );
                    Operand::Local(flag)
                }
            });
        }
        match test {
            None => self.arm(matched, arm),
            Some(test) => {
                let (then, _, ()) = self.nested(|b| b.arm(matched, arm));
                let (otherwise, _, ()) = self.nested(|b| b.arms(matched, at + 1));
                self.emit(StmtKind::If {
                    condition: test,
                    then,
                    otherwise,
                });
            }
        }
        self.span = outer;
    }

    fn arm(&mut self, matched: &Matched<'a>, arm: &'a Arm) {
        let looked_at = Value {
            fresh: false,
            ..matched.value.clone()
        };
        self.bound(arm.pattern, &looked_at, |b| {
            let value = b.block_value(&arm.body, matched.result.is_some());
            if let Some(result) = matched.result {
                b.assign_value(result, value);
            }
        });
    }

    /// Runs `body` with the variables of a pattern. They are aliases unless `body` changes what they are parts of.
    pub(super) fn bound(&mut self, pattern: PatId, value: &Value, body: impl FnOnce(&mut Self)) {
        let (mut bindings, _, ()) = self.nested(|b| b.bind(pattern, value));
        let (body, _, ()) = self.nested(body);
        if let Some(root) = value.operand.local()
            && self.changes(&body, root)
        {
            self.own_aliases(&mut bindings);
        }
        for stmt in bindings.stmts.into_iter().chain(body.stmts) {
            self.splice(stmt);
        }
    }

    /// Emits a statement that has been built.
    fn splice(&mut self, stmt: Stmt) {
        let span = std::mem::replace(&mut self.span, stmt.span);
        self.emit(stmt.kind);
        self.span = span;
    }

    /// Whether the statements change a local, what it is a part of, or a part of it.
    fn changes(&self, block: &Block, local: LocalId) -> bool {
        let mut root = local;
        while let Some(of) = self.alias_of.get(&root) {
            root = *of;
        }
        let mut related: HashSet<LocalId> = HashSet::from([root]);
        // An alias is made after what it is a part of, and has the greater number.
        let mut aliases: Vec<_> = self.alias_of.iter().collect();
        aliases.sort();
        for (alias, of) in aliases {
            if related.contains(of) {
                related.insert(*alias);
            }
        }
        let signatures = self.cx.signatures();
        let mut changes = false;
        block.each(&mut |stmt| {
            if !matches!(stmt.kind, StmtKind::Alias { .. }) {
                stmt.changes(&signatures, &mut |l| changes |= related.contains(&l));
            }
        });
        changes
    }

    /// Makes copies of what the aliases of the block name, except those that only lead to other aliases.
    fn own_aliases(&mut self, block: &mut Block) {
        let mut stmts = Vec::new();
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let StmtKind::Alias { dst, .. } = &mut stmt.kind
                && self.function.locals[*dst].name.is_some()
            {
                let named = *dst;
                self.function.locals[named].alias = false;
                let ty = self.local_ty(named);
                let part = self.alias_local(ty);
                *dst = part;
                let span = stmt.span;
                stmts.push(stmt);
                stmts.push(Stmt {
                    kind: StmtKind::Assign {
                        dst: Some(named),
                        value: Rvalue::Clone(part),
                    },
                    span,
                });
            } else {
                stmts.push(stmt);
            }
        }
        block.stmts = stmts;
    }

    // ---- variables ----

    /// Gives the variables of a pattern that fits their values.
    pub(super) fn bind(&mut self, pat: PatId, value: &Value) {
        let hir = self.cx.hir;
        match &hir.pats[pat].kind {
            PatKind::Name(_) if self.cx.types.constructors.get(pat).is_some() => {}
            PatKind::Name(_) => {
                if let Some(&binding) = self.cx.names.pats.get(pat) {
                    self.bind_name(binding, value);
                }
            }
            PatKind::Tuple { items, rest } if value.ty == Ty::PythonObject => {
                let parts = self.unpack(value.clone(), items.len(), *rest);
                for (&pat, part) in items.iter().zip(parts) {
                    self.bind(pat, &part);
                }
            }
            PatKind::Tuple { .. } => {
                for (pat, index) in self.tuple_parts(pat, value) {
                    self.bind_part(pat, value, 0, index);
                }
            }
            PatKind::Constructor { .. } => {
                if let Some(constructor) = self.cx.types.constructors.get(pat) {
                    for (index, pat) in &constructor.fields {
                        self.bind_part(*pat, value, constructor.variant, *index);
                    }
                }
            }
            PatKind::As { pattern, name } => {
                self.bind(*pattern, value);
                self.bind(*name, value);
            }
            PatKind::Or(pats) => self.bind_one_of(pats, value),
            PatKind::Array { items, rest } => self.bind_elements(items, *rest, value),
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } | PatKind::Error => {}
        }
    }

    fn bind_part(&mut self, pat: PatId, value: &Value, variant: u32, index: usize) {
        if self.binds(pat) {
            let part = self.part(value, variant, index);
            self.bind(pat, &part);
        }
    }

    /// The parts of a tuple that its pattern looks at, with their places.
    pub(super) fn tuple_parts(
        &self,
        pat: PatId,
        value: &Value,
    ) -> impl Iterator<Item = (PatId, usize)> + use<'a> {
        let (items, rest) = match &self.cx.hir.pats[pat].kind {
            PatKind::Tuple { items, rest } => (&items[..], *rest),
            _ => (&[][..], None),
        };
        let len = match &value.ty {
            Ty::Tuple(parts) => parts.len(),
            _ => items.len(),
        };
        let places = tuple_places(items.len(), rest, len).unwrap_or_default();
        items.iter().copied().zip(places)
    }

    /// Whether a variable is in the pattern.
    fn binds(&self, pat: PatId) -> bool {
        match &self.cx.hir.pats[pat].kind {
            PatKind::Name(_) => self.cx.types.constructors.get(pat).is_none(),
            PatKind::Tuple { items: pats, .. } | PatKind::Or(pats) => {
                pats.iter().any(|&p| self.binds(p))
            }
            PatKind::Constructor { args, .. } => args.iter().any(|(_, p)| self.binds(*p)),
            PatKind::As { .. } => true,
            PatKind::Array { items, rest } => {
                items.iter().any(|&p| self.binds(p))
                    || rest.is_some_and(|(_, name)| name.is_some_and(|p| self.binds(p)))
            }
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } | PatKind::Error => {
                false
            }
        }
    }

    /// A part gets the variable's name; anything else is copied.
    fn bind_name(&mut self, binding: BindingId, value: &Value) {
        if value.ty == Ty::Unit {
            return;
        }
        if !self.binds_copies {
            // Of a pattern that is bound a second time, the first time's variable stays as it is.
            self.variables.remove(&binding);
            if let Operand::Local(local) = value.operand
                && self.is_alias(local)
                && self.function.locals[local].name.is_none()
            {
                let known = &self.cx.names.bindings[binding];
                self.function.locals[local].name = Some(known.name.clone());
                self.variables.insert(binding, Variable::Local(local));
                return;
            }
        }
        let local = self.binding(binding);
        let value = self.save(value.clone());
        self.assign_value(local, value);
    }

    /// The variables of alternatives: those of the first that fits, copied, since each finds them elsewhere.
    fn bind_one_of(&mut self, pats: &[PatId], value: &Value) {
        let Some((&first, rest)) = pats.split_first() else {
            return;
        };
        if !self.binds(first) {
            return;
        }
        let outer = std::mem::replace(&mut self.binds_copies, true);
        if !outer {
            for binding in self.bindings_of(first) {
                self.variables.remove(&binding);
            }
        }
        let variant = self.variant_of(value);
        let test = match rest {
            [] => None,
            _ => self.test(first, value, variant.as_ref()),
        };
        match test {
            None => self.bind(first, value),
            Some(test) => {
                self.emit_if(
                    test,
                    |b| b.bind(first, value),
                    |b| b.bind_one_of(rest, value),
                );
            }
        }
        self.binds_copies = outer;
    }

    fn bindings_of(&self, pat: PatId) -> Vec<BindingId> {
        let all = |pats: &[PatId]| pats.iter().flat_map(|&p| self.bindings_of(p)).collect();
        match &self.cx.hir.pats[pat].kind {
            PatKind::Name(_) if self.cx.types.constructors.get(pat).is_none() => {
                self.cx.names.pats.get(pat).copied().into_iter().collect()
            }
            PatKind::Tuple { items: pats, .. } | PatKind::Or(pats) => all(pats),
            PatKind::Constructor { args, .. } => {
                let pats: Vec<PatId> = args.iter().map(|a| a.1).collect();
                all(&pats)
            }
            PatKind::As { pattern, name } => all(&[*pattern, *name]),
            PatKind::Array { items, rest } => {
                let mut pats = items.clone();
                pats.extend(rest.and_then(|r| r.1));
                all(&pats)
            }
            _ => Vec::new(),
        }
    }

    fn bind_elements(
        &mut self,
        items: &[PatId],
        rest: Option<(usize, Option<PatId>)>,
        value: &Value,
    ) {
        for (at, &pat) in items.iter().enumerate() {
            if self.binds(pat) {
                let element = self.element_of_pattern(at, items.len(), rest, value);
                self.bind(pat, &element);
            }
        }
        let Some((at, Some(name))) = rest else { return };
        let list = self.in_local(value);
        let len = self.len(list);
        let hi = self.minus(len, items.len() - at);
        let lo = Operand::Const(Const::Int(at as i64));
        let slice = self.slice(list, &value.ty, lo, hi);
        self.bind(name, &slice);
    }

    /// The element that the pattern at `at` is matched with; those after `..` are counted from the end.
    fn element_of_pattern(
        &mut self,
        at: usize,
        items: usize,
        rest: Option<(usize, Option<PatId>)>,
        value: &Value,
    ) -> Value {
        let list = self.in_local(value);
        let from_end = rest.is_some_and(|(dots, _)| at >= dots);
        let index = match from_end {
            false => Operand::Const(Const::Int(at as i64)),
            true => {
                let len = self.len(list);
                self.minus(len, items - at)
            }
        };
        self.element(list, index)
    }

    /// A length less a small number, which does not overflow.
    fn minus(&mut self, len: Operand, n: usize) -> Operand {
        let n = Operand::Const(Const::Int(n as i64));
        self.binary(BinOp::WrapSub, Ty::Int, len, n).operand
    }

    /// A new list or array of some elements.
    fn slice(&mut self, from: LocalId, ty: &Ty, lo: Operand, hi: Operand) -> Value {
        let n = self.binary(BinOp::WrapSub, Ty::Int, hi, lo.clone()).operand;
        let element = match ty {
            Ty::List(element) => (**element).clone(),
            ty => ty.element().cloned().unwrap_or(Ty::Float),
        };
        let is_list = matches!(ty, Ty::List(_));
        let whole = if is_list {
            ty.clone()
        } else {
            Ty::Array(Box::new(element.clone()))
        };
        let new = self.temp(whole.clone());
        let value = if is_list {
            let items = Vec::new();
            Rvalue::List { element, items }
        } else {
            Rvalue::Fill {
                value: None,
                len: n.clone(),
                element,
            }
        };
        self.assign(new, value);
        self.count_to(n, |b, i| {
            let index = b.binary(BinOp::WrapAdd, Ty::Int, lo, Operand::Local(i));
            let item = b.element(from, index.operand);
            let item = b.own(item).operand;
            if is_list {
                b.perform(Rvalue::ListOp {
                    op: crate::mir::ListOp::Push,
                    list: new,
                    args: vec![item],
                });
            } else {
                b.emit(StmtKind::Store {
                    array: new,
                    index: Operand::Local(i),
                    value: item,
                    checked: true,
                });
            }
        });
        Value::fresh(new, whole)
    }

    // ---- tests ----

    /// Whether a value fits a pattern; none when every value does. `variant`: what is known of the value's.
    fn test(&mut self, pat: PatId, value: &Value, variant: Option<&Operand>) -> Option<Operand> {
        let hir = self.cx.hir;
        match &hir.pats[pat].kind {
            PatKind::Constructor { .. } if let Some(item) = self.cx.names.constants.get(pat) => {
                let constant = self.constant(*item);
                let equal = self.compare_values(CompareOp::Eq, value.clone(), constant);
                Some(equal.operand)
            }
            PatKind::Name(_) | PatKind::Constructor { .. } => {
                let constructor = self.cx.types.constructors.get(pat)?;
                let is = variant.map(|variant| {
                    let wanted = Operand::Const(Const::Int(i64::from(constructor.variant)));
                    self.binary(BinOp::Eq, Ty::Bool, variant.clone(), wanted)
                        .operand
                });
                let parts: Vec<(PatId, u32, usize)> = constructor
                    .fields
                    .iter()
                    .map(|(index, pat)| (*pat, constructor.variant, *index))
                    .collect();
                self.test_parts(is, &parts, value)
            }
            PatKind::Tuple { .. } => {
                let parts: Vec<(PatId, u32, usize)> = self
                    .tuple_parts(pat, value)
                    .map(|(pat, index)| (pat, 0, index))
                    .collect();
                self.test_parts(None, &parts, value)
            }
            PatKind::Literal(literal) => {
                if let hir::ExprKind::Nil = hir.exprs[*literal].kind {
                    let none = i64::from(self.variant_named(&value.ty, "None"));
                    let none = Operand::Const(Const::Int(none));
                    let variant = variant.cloned().or_else(|| self.variant_of(value))?;
                    return Some(self.binary(BinOp::Eq, Ty::Bool, variant, none).operand);
                }
                let literal = self.expr(*literal);
                let equal = self.compare_values(CompareOp::Eq, value.clone(), literal);
                Some(equal.operand)
            }
            PatKind::Range { lo, hi, inclusive } => self.test_range(*lo, *hi, *inclusive, value),
            PatKind::Or(pats) => {
                let flag = self.temp(Ty::Bool);
                let set = |n| Rvalue::Use(Operand::Const(Const::Bool(n)));
                self.assign(flag, set(false));
                for &pat in pats {
                    self.emit_if(
                        Operand::Local(flag),
                        |_| {},
                        |b| match b.test(pat, value, variant) {
                            Some(test) => b.assign(flag, Rvalue::Use(test)),
                            None => b.assign(flag, set(true)),
                        },
                    );
                }
                Some(Operand::Local(flag))
            }
            PatKind::As { pattern, .. } => self.test(*pattern, value, variant),
            PatKind::Array { items, rest } => self.test_elements(items, *rest, value),
            PatKind::Wildcard | PatKind::Error => None,
        }
    }

    /// Whether the pattern fits every value of its type.
    fn fits_all(&self, pat: PatId) -> bool {
        match &self.cx.hir.pats[pat].kind {
            PatKind::Constructor { .. } if self.cx.names.constants.get(pat).is_some() => false,
            PatKind::Name(_) | PatKind::Constructor { .. } => {
                match self.cx.types.constructors.get(pat) {
                    None => true,
                    Some(constructor) => {
                        let ty = self.cx.types.pats.get(pat).map(|ty| self.lower(ty));
                        let is_enum = match ty {
                            Some(Ty::Adt(adt)) => self.cx.layout(&adt).is_enum,
                            _ => true,
                        };
                        !is_enum && constructor.fields.iter().all(|f| self.fits_all(f.1))
                    }
                }
            }
            PatKind::Tuple { items, .. } => items.iter().all(|&p| self.fits_all(p)),
            PatKind::As { pattern, .. } => self.fits_all(*pattern),
            PatKind::Wildcard | PatKind::Error => true,
            PatKind::Literal(_)
            | PatKind::Range { .. }
            | PatKind::Or(_)
            | PatKind::Array { .. } => false,
        }
    }

    /// Whether `first` holds and the parts fit, which are there only if it does.
    fn test_parts(
        &mut self,
        first: Option<Operand>,
        parts: &[(PatId, u32, usize)],
        value: &Value,
    ) -> Option<Operand> {
        let mut known = first;
        for &(pat, variant, index) in parts {
            if self.fits_all(pat) {
                continue;
            }
            known = self.and_also(known, |b| {
                let part = b.part(value, variant, index);
                let variant = b.variant_of(&part);
                b.test(pat, &part, variant.as_ref())
            });
        }
        known
    }

    /// `known`, and where it holds the other test too.
    fn and_also(
        &mut self,
        known: Option<Operand>,
        other: impl FnOnce(&mut Self) -> Option<Operand>,
    ) -> Option<Operand> {
        let Some(known) = known else {
            return other(self);
        };
        let flag = self.temp(Ty::Bool);
        self.assign(flag, Rvalue::Use(known));
        self.emit_if(
            Operand::Local(flag),
            |b| {
                if let Some(test) = other(b) {
                    b.assign(flag, Rvalue::Use(test));
                }
            },
            |_| {},
        );
        Some(Operand::Local(flag))
    }

    fn test_range(
        &mut self,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
        value: &Value,
    ) -> Option<Operand> {
        let mut known = None;
        let above = lo.map(|lo| (lo, CompareOp::Ge));
        let below = hi.map(|hi| match inclusive {
            true => (hi, CompareOp::Le),
            false => (hi, CompareOp::Lt),
        });
        for (bound, op) in [above, below].into_iter().flatten() {
            known = self.and_also(known, |b| {
                let bound = b.expr(bound);
                Some(b.compare_values(op, value.clone(), bound).operand)
            });
        }
        known
    }

    fn test_elements(
        &mut self,
        items: &[PatId],
        rest: Option<(usize, Option<PatId>)>,
        value: &Value,
    ) -> Option<Operand> {
        let list = self.in_local(value);
        let len = self.len(list);
        let op = if rest.is_some() { BinOp::Ge } else { BinOp::Eq };
        let n = Operand::Const(Const::Int(items.len() as i64));
        let mut known = Some(self.binary(op, Ty::Bool, len, n).operand);
        for (at, &pat) in items.iter().enumerate() {
            if self.fits_all(pat) {
                continue;
            }
            known = self.and_also(known, |b| {
                let element = b.element_of_pattern(at, items.len(), rest, value);
                let variant = b.variant_of(&element);
                b.test(pat, &element, variant.as_ref())
            });
        }
        known
    }
}
