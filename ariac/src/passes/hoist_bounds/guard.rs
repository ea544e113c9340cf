//! Conditions that are computed before a loop, in arithmetic that never fails.

use super::index::{Base, Factor, Known};
use crate::arena::Id;
use crate::mir::{BinOp, Block, Const, Function, Local, LocalId, Operand, Rvalue, Stmt, StmtKind};
use crate::source::Span;
use crate::types::Ty;

/// One of the conditions of a guard.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// `value >= least`.
    AtLeast { value: Base, least: i64 },
    /// `value <= most`.
    AtMost { value: Base, most: i64 },
    /// `value + offset <= len array`, also where the sum overflows.
    Within {
        value: Base,
        offset: i64,
        array: LocalId,
    },
    /// The sum of the terms is `>= 0`, or `< len array`. Other conditions keep it from overflowing.
    Sum {
        terms: Vec<(Known, Factor)>,
        constant: i64,
        below: Option<LocalId>,
    },
}

/// Adds a condition to a conjunction; of two that say the same of one value, the stronger stays.
pub(super) fn add(all: &mut Vec<Condition>, new: Condition) {
    for known in all.iter_mut() {
        match (known, &new) {
            (
                Condition::AtLeast { value: a, least },
                Condition::AtLeast {
                    value: b,
                    least: more,
                },
            ) if a == b => {
                *least = (*least).max(*more);
                return;
            }
            (
                Condition::AtMost { value: a, most },
                Condition::AtMost {
                    value: b,
                    most: less,
                },
            ) if a == b => {
                *most = (*most).min(*less);
                return;
            }
            (
                Condition::Within {
                    value: a,
                    offset,
                    array: x,
                },
                Condition::Within {
                    value: b,
                    offset: more,
                    array: y,
                },
            ) if a == b && x == y => {
                *offset = (*offset).max(*more);
                return;
            }
            (known, new) if known == new => return,
            _ => {}
        }
    }
    all.push(new);
}

/// Writes conditions as statements.
pub(super) struct Guard<'a> {
    locals: &'a mut Vec<Local>,
    first: usize,
    span: Span,
    pub(super) stmts: Vec<Stmt>,
}

impl<'a> Guard<'a> {
    /// New locals follow those of `function` and those in `locals`.
    pub(super) fn new(function: &Function, locals: &'a mut Vec<Local>, span: Span) -> Self {
        Guard {
            first: function.locals.len(),
            locals,
            span,
            stmts: Vec::new(),
        }
    }

    /// Whether all conditions hold, as a Bool; at least one is given.
    pub(super) fn emit(&mut self, conditions: &[Condition]) -> Operand {
        let result = self.local(Ty::Bool);
        for (i, condition) in conditions.iter().enumerate() {
            let outer = std::mem::take(&mut self.stmts);
            let comparison = self.condition(condition);
            self.assign(result, comparison);
            let stmts = std::mem::replace(&mut self.stmts, outer);
            if i == 0 {
                self.stmts.extend(stmts);
                continue;
            }
            self.stmts.push(Stmt {
                kind: StmtKind::If {
                    condition: Operand::Local(result),
                    then: Block { stmts },
                    otherwise: Block::default(),
                },
                span: self.span,
            });
        }
        Operand::Local(result)
    }

    fn condition(&mut self, condition: &Condition) -> Rvalue {
        match condition {
            Condition::AtLeast { value, least } => {
                compare(BinOp::Ge, self.base(value), int(*least))
            }
            Condition::AtMost { value, most } => compare(BinOp::Le, self.base(value), int(*most)),
            Condition::Within {
                value,
                offset,
                array,
            } => {
                let value = self.base(value);
                let len = self.compute(Ty::Int, Rvalue::Len(*array));
                // A length minus something positive does not overflow. A value plus something negative may, for a value
                // that is smaller than the loop's first one: then the loop has no turn, and either copy will do.
                match *offset {
                    0 => compare(BinOp::Le, value, len),
                    1.. => {
                        let room = self.binary(BinOp::WrapSub, len, int(*offset));
                        compare(BinOp::Le, value, room)
                    }
                    _ => {
                        let end = self.binary(BinOp::WrapAdd, value, int(*offset));
                        compare(BinOp::Le, end, len)
                    }
                }
            }
            Condition::Sum {
                terms,
                constant,
                below,
            } => {
                let mut sum = int(*constant);
                for (value, factor) in terms {
                    let value = self.known(value);
                    let term = match factor {
                        Factor::Const(1) => value,
                        Factor::Const(n) => self.binary(BinOp::WrapMul, value, int(*n)),
                        Factor::Value(factor) => {
                            let factor = self.known(factor);
                            self.binary(BinOp::WrapMul, value, factor)
                        }
                    };
                    sum = match sum {
                        Operand::Const(Const::Int(0)) => term,
                        sum => self.binary(BinOp::WrapAdd, sum, term),
                    };
                }
                match below {
                    None => compare(BinOp::Ge, sum, int(0)),
                    Some(array) => {
                        let len = self.compute(Ty::Int, Rvalue::Len(*array));
                        compare(BinOp::Lt, sum, len)
                    }
                }
            }
        }
    }

    fn known(&mut self, value: &Known) -> Operand {
        let base = self.base(&value.base);
        match (base, value.offset) {
            (base, 0) => base,
            (Operand::Const(Const::Int(n)), offset) => int(n.wrapping_add(offset)),
            (base, offset) => self.binary(BinOp::WrapAdd, base, int(offset)),
        }
    }

    fn base(&mut self, base: &Base) -> Operand {
        match base {
            Base::Operand(operand) => operand.clone(),
            Base::Len(array) => self.compute(Ty::Int, Rvalue::Len(*array)),
        }
    }

    fn binary(&mut self, op: BinOp, left: Operand, right: Operand) -> Operand {
        self.compute(Ty::Int, Rvalue::Binary { op, left, right })
    }

    fn compute(&mut self, ty: Ty, value: Rvalue) -> Operand {
        let local = self.local(ty);
        self.assign(local, value);
        Operand::Local(local)
    }

    fn assign(&mut self, dst: LocalId, value: Rvalue) {
        self.stmts.push(Stmt {
            kind: StmtKind::Assign {
                dst: Some(dst),
                value,
            },
            span: self.span,
        });
    }

    fn local(&mut self, ty: Ty) -> LocalId {
        let id = LocalId::from_index(self.first + self.locals.len());
        self.locals.push(Local {
            name: None,
            ty,
            span: self.span,
            contiguous: false,
            alias: false,
        });
        id
    }
}

fn compare(op: BinOp, left: Operand, right: Operand) -> Rvalue {
    Rvalue::Binary { op, left, right }
}

fn int(n: i64) -> Operand {
    Operand::Const(Const::Int(n))
}

impl BinOp {
    /// The same arithmetic without a check.
    pub(super) fn wrapping(self) -> BinOp {
        match self {
            BinOp::Add => BinOp::WrapAdd,
            BinOp::Sub => BinOp::WrapSub,
            BinOp::Mul => BinOp::WrapMul,
            op => op,
        }
    }
}
