//! Takes indices apart into loop variables, multiples and constants.

use super::facts::{Facts, Sum, Symbol, Values};
use super::guard::Condition;
use crate::mir::{BinOp, Const, LocalId, Operand, Rvalue};
use std::collections::{HashMap, HashSet};

/// Multiples and ranges of general indices stay below this, so that no sum of a few of them overflows.
const FACTOR_LIMIT: i64 = 1 << 30;
const RANGE_LIMIT: i64 = 1 << 40;
const CONST_FACTOR_LIMIT: i64 = 1 << 20;
const TERM_LIMIT: i64 = 1 << 60;
const MAX_TERMS: usize = 4;

/// A value that can be computed before the loop: `base + offset`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub(super) base: Base,
    pub(super) offset: i64,
    /// The same for proofs.
    pub(super) sum: Sum,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Base {
    Operand(Operand),
    /// The length of an array.
    Len(LocalId),
}

/// The least and greatest value of a loop variable, if its loop has a turn at all.
#[derive(Clone, Debug)]
pub(super) struct Interval {
    least: Known,
    greatest: Known,
}

/// What an access needs to become unchecked.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What must hold before the loop.
    pub(super) conditions: Vec<Condition>,
    /// Index arithmetic that cannot overflow then.
    pub(super) arithmetic: Vec<LocalId>,
}

/// A loop that is looked at from before it.
pub(super) struct Nest<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) values: &'a Values,
    /// What the loop changes.
    pub(super) changed: &'a HashSet<LocalId>,
}

/// How often a term counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Factor {
    Const(i64),
    Value(Known),
}

/// An index: the sum of multiples of loop variables, of values from before the loop, and a constant.
#[derive(Default)]
struct Linear {
    vars: Vec<(LocalId, Factor)>,
    values: Vec<(Known, i64)>,
    constant: i64,
    arithmetic: Vec<LocalId>,
}

impl Nest<'_> {
    /// How the access becomes unchecked; none if that cannot be told before the loop.
    pub(super) fn plan(
        &self,
        array: LocalId,
        index: &Operand,
        vars: &HashMap<LocalId, Interval>,
    ) -> Option<Plan> {
        if self.changed.contains(&array) {
            return None;
        }
        let mut linear = Linear::default();
        self.linear(index, 1, vars, &mut linear)?;
        let conditions = match self.simple(&linear, vars) {
            Some((least, greatest)) => self.simple_conditions(array, &least, &greatest)?,
            None => self.general_conditions(array, &linear, vars)?,
        };
        Some(Plan {
            conditions,
            arithmetic: linear.arithmetic,
        })
    }

    /// The range of a loop variable.
    pub(super) fn interval(
        &self,
        lo: &Operand,
        hi: &Operand,
        inclusive: bool,
        step: &Operand,
        vars: &HashMap<LocalId, Interval>,
    ) -> Option<Interval> {
        let Operand::Const(Const::Int(step)) = step else {
            return None;
        };
        let (first, last) = (self.bound(lo, vars)?, self.bound(hi, vars)?);
        if *step > 0 {
            let back = if inclusive { 0 } else { -1 };
            Some(Interval {
                least: first.least,
                greatest: last.greatest.plus(back)?,
            })
        } else {
            let on = if inclusive { 0 } else { 1 };
            Some(Interval {
                least: last.least.plus(on)?,
                greatest: first.greatest,
            })
        }
    }

    /// The range of a bound, which may be an outer loop variable and a constant.
    fn bound(&self, operand: &Operand, vars: &HashMap<LocalId, Interval>) -> Option<Interval> {
        if let Some(known) = self.known(operand) {
            return Some(Interval {
                least: known.clone(),
                greatest: known,
            });
        }
        let (Symbol::Local(var), offset) = self.facts.sum(operand)? else {
            return None;
        };
        let outer = vars.get(&var)?;
        Some(Interval {
            least: outer.least.plus(offset)?,
            greatest: outer.greatest.plus(offset)?,
        })
    }

    /// A value that the loop does not change.
    fn known(&self, operand: &Operand) -> Option<Known> {
        let sum = self.facts.sum(operand)?;
        let mut offset: i64 = 0;
        let mut operand = operand.clone();
        loop {
            let local = match &operand {
                Operand::Const(_) => None,
                Operand::Local(local) => Some(*local),
            };
            let Some(local) = local.filter(|l| self.changed.contains(l)) else {
                return Some(Known {
                    base: Base::Operand(operand),
                    offset,
                    sum,
                });
            };
            match self.values.get(local)? {
                Rvalue::Use(inner) => operand = inner.clone(),
                Rvalue::Len(array) if !self.changed.contains(array) => {
                    return Some(Known {
                        base: Base::Len(*array),
                        offset,
                        sum,
                    });
                }
                Rvalue::Binary {
                    op: BinOp::Add,
                    left,
                    right: Operand::Const(Const::Int(n)),
                }
                | Rvalue::Binary {
                    op: BinOp::Add,
                    left: Operand::Const(Const::Int(n)),
                    right: left,
                } => {
                    offset = offset.checked_add(*n)?;
                    operand = left.clone();
                }
                Rvalue::Binary {
                    op: BinOp::WrapAdd,
                    left,
                    right: Operand::Const(Const::Int(n)),
                } if self.values.is_length(left) && n.unsigned_abs() <= RANGE_LIMIT as u64 => {
                    offset = offset.checked_add(*n)?;
                    operand = left.clone();
                }
                Rvalue::Binary {
                    op: BinOp::Sub,
                    left,
                    right: Operand::Const(Const::Int(n)),
                } => {
                    offset = offset.checked_sub(*n)?;
                    operand = left.clone();
                }
                _ => return None,
            }
        }
    }

    /// Adds `factor * operand` to the sum.
    fn linear(
        &self,
        operand: &Operand,
        factor: i64,
        vars: &HashMap<LocalId, Interval>,
        out: &mut Linear,
    ) -> Option<()> {
        if factor == 0 || factor.unsigned_abs() > CONST_FACTOR_LIMIT as u64 {
            return None;
        }
        let local = match operand {
            Operand::Const(Const::Int(n)) => {
                // A large constant may make a part overflow though the sum does not.
                let term = n
                    .checked_mul(factor)
                    .filter(|t| t.unsigned_abs() <= RANGE_LIMIT as u64)?;
                out.constant = out.constant.checked_add(term)?;
                return Some(());
            }
            Operand::Const(_) => return None,
            Operand::Local(local) => *local,
        };
        if vars.contains_key(&local) {
            out.vars.push((local, Factor::Const(factor)));
            return Some(());
        }
        if !self.changed.contains(&local) {
            out.values.push((self.known(operand)?, factor));
            return Some(());
        }
        match self.values.get(local)? {
            Rvalue::Use(inner) => self.linear(inner, factor, vars, out)?,
            Rvalue::Len(_)
            | Rvalue::Binary {
                op: BinOp::WrapAdd, ..
            } => out.values.push((self.known(operand)?, factor)),
            Rvalue::Binary {
                op: op @ (BinOp::Add | BinOp::Sub),
                left,
                right,
            } => {
                out.arithmetic.push(local);
                self.linear(left, factor, vars, out)?;
                let sign = if *op == BinOp::Sub { -1 } else { 1 };
                self.linear(right, factor * sign, vars, out)?;
            }
            Rvalue::Binary {
                op: BinOp::Mul,
                left,
                right,
            } => {
                out.arithmetic.push(local);
                self.product(left, right, factor, vars, out)?;
            }
            _ => return None,
        }
        Some(())
    }

    fn product(
        &self,
        left: &Operand,
        right: &Operand,
        factor: i64,
        vars: &HashMap<LocalId, Interval>,
        out: &mut Linear,
    ) -> Option<()> {
        for (a, b) in [(left, right), (right, left)] {
            if let Operand::Const(Const::Int(n)) = b {
                return self.linear(a, factor.checked_mul(*n)?, vars, out);
            }
            if let (Operand::Local(var), 1, Some(known)) = (a, factor, self.known(b))
                && vars.contains_key(var)
            {
                out.vars.push((*var, Factor::Value(known)));
                return Some(());
            }
        }
        None
    }

    // ---- indices `i + c` and `k`: exact conditions ----

    /// The ends of an index that is one variable and a constant, added by one instruction at most.
    fn simple(&self, linear: &Linear, vars: &HashMap<LocalId, Interval>) -> Option<(Known, Known)> {
        match (linear.vars.as_slice(), linear.values.as_slice()) {
            ([(var, Factor::Const(1))], []) if linear.arithmetic.len() <= 1 => {
                let interval = vars.get(var)?;
                let c = linear.constant;
                Some((interval.least.plus(c)?, interval.greatest.plus(c)?))
            }
            ([], [(value, 1)]) if linear.arithmetic.is_empty() => {
                let value = value.plus(linear.constant)?;
                Some((value.clone(), value))
            }
            ([], []) => {
                let value = Known {
                    base: Base::Operand(Operand::Const(Const::Int(0))),
                    offset: 0,
                    sum: (Symbol::Zero, 0),
                };
                let value = value.plus(linear.constant)?;
                Some((value.clone(), value))
            }
            _ => None,
        }
    }

    fn simple_conditions(
        &self,
        array: LocalId,
        least: &Known,
        greatest: &Known,
    ) -> Option<Vec<Condition>> {
        let mut conditions = Vec::new();
        let zero = (Symbol::Zero, 0);
        if self.facts.refutes(zero, least.sum) {
            return None;
        }
        if !self.facts.proves(zero, least.sum) {
            conditions.push(Condition::AtLeast {
                value: least.base.clone(),
                least: least.offset.checked_neg()?,
            });
        }
        let past = greatest.plus(1)?;
        if self.values.is_stable(array) {
            let length = self.facts.length(array);
            if self.facts.refutes(past.sum, length) {
                return None;
            }
            if self.facts.proves(past.sum, length) {
                return Some(conditions);
            }
        }
        conditions.push(Condition::Within {
            value: past.base,
            offset: past.offset,
            array,
        });
        Some(conditions)
    }

    // ---- any other sum: conditions that also keep every part small ----

    fn general_conditions(
        &self,
        array: LocalId,
        linear: &Linear,
        vars: &HashMap<LocalId, Interval>,
    ) -> Option<Vec<Condition>> {
        if linear.vars.len() + linear.values.len() > MAX_TERMS
            || linear.constant.unsigned_abs() > TERM_LIMIT as u64
        {
            return None;
        }
        let mut conditions = Vec::new();
        let (mut least, mut greatest) = (Vec::new(), Vec::new());
        for (var, factor) in &linear.vars {
            let Interval {
                least: first,
                greatest: last,
            } = vars.get(var)?;
            let limit = match factor {
                Factor::Const(_) => RANGE_LIMIT,
                Factor::Value(factor) => {
                    self.between(factor, 0, FACTOR_LIMIT, &mut conditions)?;
                    FACTOR_LIMIT
                }
            };
            self.between(first, 0, limit, &mut conditions)?;
            self.between(last, -limit, limit, &mut conditions)?;
            let falls = matches!(factor, Factor::Const(n) if *n < 0);
            let (low, high) = if falls { (last, first) } else { (first, last) };
            least.push((low.clone(), factor.clone()));
            greatest.push((high.clone(), factor.clone()));
        }
        for (value, factor) in &linear.values {
            self.between(value, -RANGE_LIMIT, RANGE_LIMIT, &mut conditions)?;
            least.push((value.clone(), Factor::Const(*factor)));
            greatest.push((value.clone(), Factor::Const(*factor)));
        }
        // With every term at least 0 there is nothing to ask.
        let zero = (Symbol::Zero, 0);
        let is_positive = |(value, factor): &(Known, Factor)| {
            let rises = !matches!(factor, Factor::Const(n) if *n < 0);
            rises && self.facts.proves(zero, value.sum)
        };
        if linear.constant < 0 || !least.iter().all(is_positive) {
            conditions.push(Condition::Sum {
                terms: least,
                constant: linear.constant,
                below: None,
            });
        }
        conditions.push(Condition::Sum {
            terms: greatest,
            constant: linear.constant,
            below: Some(array),
        });
        Some(conditions)
    }

    /// Adds `low <= value <= high`, or what of it is not known.
    fn between(
        &self,
        value: &Known,
        low: i64,
        high: i64,
        conditions: &mut Vec<Condition>,
    ) -> Option<()> {
        if let Base::Operand(Operand::Const(Const::Int(n))) = value.base {
            let n = n.checked_add(value.offset)?;
            return (low <= n && n <= high).then_some(());
        }
        if !self.facts.proves((Symbol::Zero, low), value.sum) {
            conditions.push(Condition::AtLeast {
                value: value.base.clone(),
                least: low.checked_sub(value.offset)?,
            });
        }
        if !self.facts.proves(value.sum, (Symbol::Zero, high)) {
            conditions.push(Condition::AtMost {
                value: value.base.clone(),
                most: high.checked_sub(value.offset)?,
            });
        }
        Some(())
    }
}

impl Known {
    fn plus(&self, n: i64) -> Option<Known> {
        Some(Known {
            base: self.base.clone(),
            offset: self.offset.checked_add(n)?,
            sum: (self.sum.0, self.sum.1.checked_add(n)?),
        })
    }
}

/// Whether the local is computed from loop variables.
pub(super) fn counts(values: &Values, local: LocalId, vars: &HashSet<LocalId>) -> bool {
    if vars.contains(&local) {
        return true;
    }
    let operands = match values.get(local) {
        Some(Rvalue::Use(operand)) => vec![operand],
        Some(Rvalue::Binary { left, right, .. }) => vec![left, right],
        _ => return false,
    };
    let mut locals = operands.into_iter().filter_map(Operand::local);
    locals.any(|l| counts(values, l, vars))
}
