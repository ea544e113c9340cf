//! What is known about numbers and lengths at a place of a function.

use super::super::definitions::Definitions;
use crate::builtins::MathFn;
use crate::mir::{BinOp, Const, Function, LocalId, NdOp, Operand, Rvalue, Stmt, StmtKind, UnOp};
use crate::types::Ty;
use std::collections::{HashMap, HashSet};

/// How the locals that are defined once are computed. True wherever they have a value.
#[derive(Debug, Default)]
pub(super) struct Values {
    defined: HashMap<LocalId, Rvalue>,
    /// Arrays that keep their memory: defined once.
    stable: HashMap<LocalId, Option<Length>>,
    /// The lengths of arrays of several dimensions that were made with them.
    shapes: HashMap<LocalId, Vec<Operand>>,
    /// Numbers and the like that are defined once.
    once: HashSet<LocalId>,
    /// Numbers whose computation bounds them.
    bounded: Vec<(LocalId, Most)>,
}

/// How large a number may be.
#[derive(Debug)]
enum Most {
    /// From 0 to one less than this.
    Rest(i64),
    /// As the least of these.
    Operands(Vec<Operand>),
}

/// The length of an array by another name.
#[derive(Clone, Debug, PartialEq)]
enum Length {
    /// As long as this array.
    Of(LocalId),
    Is(Operand),
}

impl Values {
    pub(super) fn of(function: &Function, definitions: &Definitions) -> Values {
        let mut values = Values::default();
        for (id, local) in function.locals.iter() {
            if !definitions.once(id) {
                continue;
            }
            // A list that is defined once keeps its length: what changes that is a definition too.
            if local.ty.is_array_like() || matches!(local.ty, Ty::List(_)) {
                values.stable.insert(id, None);
            } else {
                values.once.insert(id);
            }
        }
        function.body.each(&mut |stmt| {
            if let StmtKind::Assign {
                dst: Some(dst),
                value,
            } = &stmt.kind
                && definitions.once(*dst)
            {
                values.add(*dst, value);
            }
        });
        values
    }

    fn add(&mut self, dst: LocalId, value: &Rvalue) {
        let length = match value {
            Rvalue::Map { sources, .. } => sources.first().map(|s| Length::Of(*s)),
            Rvalue::ToArray(source)
            | Rvalue::Clone(source)
            | Rvalue::Move(source)
            | Rvalue::View(source)
            | Rvalue::Use(Operand::Local(source)) => Some(Length::Of(*source)),
            Rvalue::Fill { len, .. } => Some(Length::Is(len.clone())),
            Rvalue::Nd(NdOp::Row { along, .. }) => Some(Length::Of(*along)),
            Rvalue::Nd(NdOp::Axis { array, axis }) => {
                let lens = self.shapes.get(array);
                lens.and_then(|lens| lens.get(usize::from(*axis)))
                    .map(|len| Length::Is(len.clone()))
            }
            Rvalue::Slice {
                lo: Operand::Const(Const::Int(0)),
                hi,
                inclusive: false,
                step: None,
                ..
            } => Some(Length::Is(hi.clone())),
            Rvalue::Array { items, .. } | Rvalue::List { items, .. } => {
                let n = Const::Int(i64::try_from(items.len()).unwrap_or(i64::MAX));
                Some(Length::Is(Operand::Const(n)))
            }
            _ => None,
        };
        if let (Some(length), true) = (length, self.is_stable(dst)) {
            let holds = match &length {
                Length::Of(source) => self.is_stable(*source),
                Length::Is(operand) => self.is_fixed(operand),
            };
            if holds {
                self.stable.insert(dst, Some(length));
                return;
            }
        }
        match value {
            Rvalue::Math {
                function: MathFn::Min,
                args,
            } => self.bounded.push((dst, Most::Operands(args.clone()))),
            Rvalue::Binary {
                op: BinOp::Mod,
                right: Operand::Const(Const::Int(n @ 1..)),
                ..
            } => self.bounded.push((dst, Most::Rest(*n))),
            _ => {}
        }
        match value {
            Rvalue::Nd(NdOp::Shaped { lens, .. }) => {
                self.shapes.insert(dst, lens.clone());
            }
            Rvalue::Move(source) => {
                if let Some(lens) = self.shapes.get(source).cloned() {
                    self.shapes.insert(dst, lens);
                }
            }
            _ => {}
        }
        if let Rvalue::Use(_) | Rvalue::Len(_) | Rvalue::Binary { .. } | Rvalue::Unary { .. } =
            value
        {
            self.defined.insert(dst, value.clone());
        }
    }

    /// The computation of a local that is defined once.
    pub(super) fn get(&self, local: LocalId) -> Option<&Rvalue> {
        self.defined.get(&local)
    }

    /// Whether the operand is the same number wherever it has a value.
    fn is_fixed(&self, operand: &Operand) -> bool {
        operand.local().is_none_or(|l| self.once.contains(&l))
    }

    /// Whether the operand is a length just taken.
    pub(super) fn is_length(&self, operand: &Operand) -> bool {
        let definition = operand.local().and_then(|l| self.get(l));
        matches!(definition, Some(Rvalue::Len(_)))
    }

    /// Whether the array is the same one wherever its local has a value.
    pub(super) fn is_stable(&self, array: LocalId) -> bool {
        self.stable.contains_key(&array)
    }
}

/// A number that many names may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    Zero,
    /// A local that is defined once.
    Local(LocalId),
    /// The length of a stable array; at least 0.
    Length(LocalId),
    /// A local that has several values in turn: nothing is known of it, not even that it is equal to itself.
    Varying,
}

/// `symbol + offset`.
pub(super) type Sum = (Symbol, i64);

/// Facts that one proof may use.
const MAX_STEPS: usize = 6;

/// Facts beyond this number, of very long code, are not kept.
const MAX_FACTS: usize = 1000;

/// No array is longer.
const MAX_LENGTH: i64 = 1 << 48;

/// What is known at a place.
pub(super) struct Facts<'a> {
    values: &'a Values,
    /// Lengths that a check has shown to be equal.
    lengths: Vec<(LocalId, Length)>,
    /// `a <= b + k`.
    less: Vec<(Symbol, Symbol, i64)>,
    /// Arrays whose lengths are known by other names, and which there are here: they have been made, so what gives
    /// their lengths is not negative.
    made: Vec<LocalId>,
}

/// A point in what is known.
pub(super) struct Mark {
    lengths: usize,
    less: usize,
    made: usize,
}

impl<'a> Facts<'a> {
    pub(super) fn new(values: &'a Values) -> Self {
        Facts {
            values,
            lengths: Vec::new(),
            less: Vec::new(),
            made: Vec::new(),
        }
    }

    /// A point to return to with [`Facts::forget`].
    pub(super) fn mark(&self) -> Mark {
        Mark {
            lengths: self.lengths.len(),
            less: self.less.len(),
            made: self.made.len(),
        }
    }

    pub(super) fn forget(&mut self, mark: Mark) {
        self.lengths.truncate(mark.lengths);
        self.less.truncate(mark.less);
        self.made.truncate(mark.made);
    }

    /// What holds in the body of a `for`: where its variable is.
    pub(super) fn learn_turn(&mut self, stmt: &Stmt) {
        let StmtKind::For {
            var,
            lo,
            hi,
            inclusive,
            step: Operand::Const(Const::Int(step)),
            ..
        } = &stmt.kind
        else {
            return;
        };
        let var = self.sum(&Operand::Local(*var));
        let (Some(var), Some(lo), Some(hi)) = (var, self.sum(lo), self.sum(hi)) else {
            return;
        };
        let before = if *inclusive { 0 } else { -1 };
        if *step > 0 {
            self.at_most(lo, var, 0);
            self.at_most(var, hi, before);
        } else {
            self.at_most(var, lo, 0);
            self.at_most(hi, var, before);
        }
    }

    /// Learns that `a <= b`.
    pub(super) fn learn_order(&mut self, a: Sum, b: Sum) {
        if self.less.len() < MAX_FACTS {
            self.at_most(a, b, 0);
        }
    }

    /// What holds once the statement is done.
    pub(super) fn learn_after(&mut self, stmt: &Stmt) {
        if let StmtKind::Assign { dst: Some(dst), .. } = &stmt.kind
            && let Some(Some(_)) = self.values.stable.get(dst)
        {
            self.made.push(*dst);
        }
        match &stmt.kind {
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                if otherwise.diverges() && !then.diverges() {
                    self.learn(condition, true);
                } else if then.diverges() && !otherwise.diverges() {
                    self.learn(condition, false);
                }
            }
            StmtKind::Assign {
                value: Rvalue::Map { sources, .. } | Rvalue::Reduce { sources, .. },
                ..
            } => {
                for pair in sources.windows(2) {
                    if pair.iter().all(|s| self.values.is_stable(*s)) {
                        let a = self.length(pair[0]);
                        let b = self.length(pair[1]);
                        self.equal(a, b);
                    }
                }
            }
            _ => {}
        }
    }

    /// Learns that a condition holds, or that it does not.
    pub(super) fn learn(&mut self, condition: &Operand, holds: bool) {
        let Operand::Local(local) = condition else {
            return;
        };
        match self.values.get(*local).cloned() {
            Some(Rvalue::Use(operand)) if self.values.is_fixed(&operand) => {
                self.learn(&operand, holds);
            }
            Some(Rvalue::Unary {
                op: UnOp::Not,
                operand,
            }) if self.values.is_fixed(&operand) => self.learn(&operand, !holds),
            Some(Rvalue::Binary { op, left, right }) if is_int(&left) || is_int(&right) => {
                self.learn_comparison(op, &left, &right, holds);
            }
            _ => {}
        }
    }

    /// Comparisons of other types than Int give sums that no index is made of; they do no harm.
    fn learn_comparison(&mut self, op: BinOp, left: &Operand, right: &Operand, holds: bool) {
        let (Some(a), Some(b)) = (self.sum(left), self.sum(right)) else {
            return;
        };
        match (op, holds) {
            (BinOp::Eq, true) | (BinOp::Ne, false) => self.equal(a, b),
            (BinOp::Le, true) | (BinOp::Gt, false) => self.at_most(a, b, 0),
            (BinOp::Lt, true) | (BinOp::Ge, false) => self.at_most(a, b, -1),
            (BinOp::Ge, true) | (BinOp::Lt, false) => self.at_most(b, a, 0),
            (BinOp::Gt, true) | (BinOp::Le, false) => self.at_most(b, a, -1),
            _ => {}
        }
    }

    fn equal(&mut self, a: Sum, b: Sum) {
        match (a, b) {
            (a, b) if a == b || [a.0, b.0].contains(&Symbol::Varying) => {}
            ((Symbol::Length(x), 0), (Symbol::Length(y), 0)) => {
                self.lengths.push((x, Length::Of(y)));
            }
            ((Symbol::Length(x), 0), (Symbol::Local(n), 0))
            | ((Symbol::Local(n), 0), (Symbol::Length(x), 0)) => {
                self.lengths.push((x, Length::Is(Operand::Local(n))));
            }
            ((Symbol::Length(x), 0), (Symbol::Zero, n))
            | ((Symbol::Zero, n), (Symbol::Length(x), 0)) => {
                self.lengths
                    .push((x, Length::Is(Operand::Const(Const::Int(n)))));
            }
            _ => {
                self.at_most(a, b, 0);
                self.at_most(b, a, 0);
            }
        }
    }

    /// `a <= b + k`.
    fn at_most(&mut self, a: Sum, b: Sum, k: i64) {
        if [a.0, b.0].contains(&Symbol::Varying) {
            return;
        }
        if let Some(k) = b.1.checked_sub(a.1).and_then(|d| d.checked_add(k)) {
            self.less.push((a.0, b.0, k));
        }
    }

    /// Whether `a <= b` is known: by one fact, or by some in a row.
    pub(super) fn proves(&self, a: Sum, b: Sum) -> bool {
        let Some(room) = b.1.checked_sub(a.1) else {
            return false;
        };
        if [a.0, b.0].contains(&Symbol::Varying) {
            return false;
        }
        // The least `k` such that `a <= symbol + k`, found by going through all facts a few times.
        let mut least: HashMap<Symbol, i128> = HashMap::from([(a.0, 0)]);
        for _ in 0..MAX_STEPS {
            if least.get(&b.0).is_some_and(|k| *k <= i128::from(room)) {
                return true;
            }
            let mut changed = false;
            self.each_fact(&mut |below, above, k| {
                let Some(k) = least.get(&below).map(|known| known + i128::from(k)) else {
                    return;
                };
                let known = least.entry(above).or_insert(i128::MAX);
                if k < *known {
                    *known = k;
                    changed = true;
                }
            });
            if !changed {
                break;
            }
        }
        least.get(&b.0).is_some_and(|k| *k <= i128::from(room))
    }

    /// Everything that is known, as `below <= above + k`.
    fn each_fact(&self, f: &mut dyn FnMut(Symbol, Symbol, i64)) {
        for (below, above, k) in &self.less {
            let (below, above) = (self.renamed(*below), self.renamed(*above));
            let k = above.1.checked_add(*k).and_then(|k| k.checked_sub(below.1));
            if let Some(k) = k {
                f(below.0, above.0, k);
            }
        }
        // A length is at least 0 and not too large. Where a number gives it, the array must have been made: before, the number
        // may be anything.
        let stable = self.values.stable.iter();
        let own = stable.filter_map(|(array, known)| known.is_none().then_some(array));
        for &array in own.chain(&self.made) {
            let (length, n) = self.length(array);
            if length != Symbol::Varying {
                f(Symbol::Zero, length, n);
                f(length, Symbol::Zero, MAX_LENGTH.saturating_sub(n));
            }
        }
        for (local, most) in &self.values.bounded {
            let local = Symbol::Local(*local);
            match most {
                Most::Rest(n) => {
                    f(Symbol::Zero, local, 0);
                    f(local, Symbol::Zero, n - 1);
                }
                Most::Operands(operands) => {
                    for (operand, n) in operands.iter().filter_map(|o| self.sum(o)) {
                        if operand != Symbol::Varying {
                            f(local, operand, n);
                        }
                    }
                }
            }
        }
    }

    /// A symbol by the name that it has now that more lengths are known to be equal.
    fn renamed(&self, symbol: Symbol) -> Sum {
        match symbol {
            Symbol::Length(array) => self.length(array),
            symbol => (symbol, 0),
        }
    }

    /// Whether `a <= b` is known to be false.
    pub(super) fn refutes(&self, a: Sum, b: Sum) -> bool {
        b.1.checked_add(1)
            .is_some_and(|next| self.proves((b.0, next), a))
    }

    /// An Int as a symbol and an offset; none if the offset overflows.
    pub(super) fn sum(&self, operand: &Operand) -> Option<Sum> {
        let mut offset: i64 = 0;
        let mut operand = operand.clone();
        loop {
            let local = match operand {
                Operand::Const(Const::Int(n)) => {
                    return Some((Symbol::Zero, offset.checked_add(n)?));
                }
                Operand::Const(_) => return None,
                Operand::Local(local) => local,
            };
            if !self.values.once.contains(&local) {
                return Some((Symbol::Varying, offset));
            }
            // A local that is defined once is a name for how it was computed, if what it was computed from is fixed too.
            match self.values.get(local) {
                Some(Rvalue::Use(inner)) if self.values.is_fixed(inner) => operand = inner.clone(),
                Some(Rvalue::Len(array)) if self.values.is_stable(*array) => {
                    let (symbol, n) = self.length(*array);
                    return Some((symbol, offset.checked_add(n)?));
                }
                Some(Rvalue::Binary {
                    op: BinOp::WrapAdd,
                    left,
                    right: Operand::Const(Const::Int(n)),
                }) if self.values.is_length(left) && n.unsigned_abs() <= MAX_LENGTH as u64 => {
                    // `a[-1]`: a length and a small number do not wrap.
                    offset = offset.checked_add(*n)?;
                    operand = left.clone();
                }
                Some(Rvalue::Binary { op, left, right }) => match offset_of(*op, left, right) {
                    Some((inner, n)) if self.values.is_fixed(inner) => {
                        offset = offset.checked_add(n)?;
                        operand = inner.clone();
                    }
                    _ => return Some((Symbol::Local(local), offset)),
                },
                _ => return Some((Symbol::Local(local), offset)),
            }
        }
    }

    /// The length of an array that is stable.
    pub(super) fn stable_length(&self, array: LocalId) -> Option<Sum> {
        self.values.is_stable(array).then(|| self.length(array))
    }

    /// The length of a stable array.
    pub(super) fn length(&self, array: LocalId) -> Sum {
        let mut array = array;
        loop {
            let known = self
                .lengths
                .iter()
                .find(|(a, _)| *a == array)
                .map(|(_, l)| l);
            let by_definition = self.values.stable.get(&array).and_then(Option::as_ref);
            // What defines an array comes first: checks speak of what the definitions lead to.
            match by_definition.or(known) {
                Some(Length::Of(other)) => array = *other,
                Some(Length::Is(operand)) => {
                    return self.sum(operand).unwrap_or((Symbol::Length(array), 0));
                }
                None => return (Symbol::Length(array), 0),
            }
        }
    }
}

/// `x + 3` as `x` and 3.
fn offset_of<'o>(op: BinOp, left: &'o Operand, right: &'o Operand) -> Option<(&'o Operand, i64)> {
    match (op, left, right) {
        (BinOp::Add, inner, Operand::Const(Const::Int(n)))
        | (BinOp::Add, Operand::Const(Const::Int(n)), inner) => Some((inner, *n)),
        (BinOp::Sub, inner, Operand::Const(Const::Int(n))) => Some((inner, n.checked_neg()?)),
        _ => None,
    }
}

/// Whether the operand may be an Int.
fn is_int(operand: &Operand) -> bool {
    matches!(operand, Operand::Local(_) | Operand::Const(Const::Int(_)))
}
