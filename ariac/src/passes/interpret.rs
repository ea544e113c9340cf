//! Runs MIR on Ints and arrays of Ints, to compare a function before and after a pass.

use crate::arena::Id;
use crate::builtins::MathFn;
use crate::mir::{BinOp, Block, Const, Function, LocalId, LoopId, Operand, Rvalue, Stmt, StmtKind};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Unit,
    Bool(bool),
    Int(i64),
    Array(Vec<i64>),
}

/// How a run ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    Returned(Value),
    Index(i64, usize),
    Overflow,
    Raised,
    /// It took too many steps to be of use.
    TooLong,
}

enum Flow {
    Next,
    Break(LoopId),
    Continue(LoopId),
    End(End),
}

struct Run {
    locals: Vec<Option<Value>>,
    steps: usize,
}

/// Runs the function; how it ends, and what its parameters are then. An unchecked access outside of its array panics.
pub(super) fn run(function: &Function, args: Vec<Value>, steps: usize) -> (End, Vec<Value>) {
    let mut run = Run {
        locals: vec![None; function.locals.len()],
        steps,
    };
    for (param, arg) in function.params.iter().zip(args) {
        run.locals[param.local.index()] = Some(arg);
    }
    let end = match run.block(&function.body) {
        Flow::End(end) => end,
        _ => unreachable!("every path returns: the verifier says so"),
    };
    let params = function.params.iter().map(|p| run.value(p.local)).collect();
    (end, params)
}

impl Run {
    fn value(&self, local: LocalId) -> Value {
        let value = self.locals[local.index()].clone();
        value.expect("a local has a value where it is read: the verifier says so")
    }

    fn operand(&self, operand: &Operand) -> Value {
        match operand {
            Operand::Local(local) => self.value(*local),
            Operand::Const(Const::Int(n)) => Value::Int(*n),
            Operand::Const(Const::Bool(b)) => Value::Bool(*b),
            Operand::Const(Const::Unit) => Value::Unit,
            Operand::Const(other) => unreachable!("{other:?} in a program of Ints"),
        }
    }

    fn int(&self, operand: &Operand) -> i64 {
        match self.operand(operand) {
            Value::Int(n) => n,
            other => unreachable!("{other:?} where an Int stands"),
        }
    }

    fn truth(&self, operand: &Operand) -> bool {
        self.operand(operand) == Value::Bool(true)
    }

    fn block(&mut self, block: &Block) -> Flow {
        for stmt in &block.stmts {
            match self.stmt(stmt) {
                Flow::Next => {}
                flow => return flow,
            }
        }
        Flow::Next
    }

    fn stmt(&mut self, stmt: &Stmt) -> Flow {
        if self.steps == 0 {
            return Flow::End(End::TooLong);
        }
        self.steps -= 1;
        match &stmt.kind {
            StmtKind::Assign { dst, value } => match self.rvalue(value) {
                Ok(value) => {
                    if let Some(dst) = dst {
                        self.locals[dst.index()] = Some(value);
                    }
                    Flow::Next
                }
                Err(end) => Flow::End(end),
            },
            StmtKind::Store {
                array,
                index,
                value,
                checked,
            } => {
                let (index, value) = (self.int(index), self.int(value));
                let Some(Value::Array(items)) = &mut self.locals[array.index()] else {
                    unreachable!("a store to an array");
                };
                let len = items.len();
                match usize::try_from(index).ok().and_then(|i| items.get_mut(i)) {
                    Some(item) => *item = value,
                    None if *checked => return Flow::End(End::Index(index, len)),
                    None => panic!("an unchecked store at {index} of {len}"),
                }
                Flow::Next
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => match self.truth(condition) {
                true => self.block(then),
                false => self.block(otherwise),
            },
            StmtKind::While {
                id,
                test,
                condition,
                body,
            } => loop {
                match self.block(test) {
                    Flow::Next => {}
                    flow => return flow,
                }
                if !self.truth(condition) {
                    return Flow::Next;
                }
                match self.block(body) {
                    Flow::Next => {}
                    Flow::Break(to) if to == *id => return Flow::Next,
                    Flow::Continue(to) if to == *id => {}
                    flow => return flow,
                }
            },
            StmtKind::For {
                id,
                var,
                lo,
                hi,
                inclusive,
                step,
                body,
            } => {
                let [lo, hi, step] = [lo, hi, step].map(|o| i128::from(self.int(o)));
                let mut at = lo;
                loop {
                    let inside = match (step > 0, inclusive) {
                        (true, true) => at <= hi,
                        (true, false) => at < hi,
                        (false, true) => at >= hi,
                        (false, false) => at > hi,
                    };
                    if !inside {
                        return Flow::Next;
                    }
                    if self.steps == 0 {
                        return Flow::End(End::TooLong);
                    }
                    self.steps -= 1;
                    let turn = i64::try_from(at).expect("between two Ints");
                    self.locals[var.index()] = Some(Value::Int(turn));
                    match self.block(body) {
                        Flow::Next => {}
                        Flow::Break(to) if to == *id => return Flow::Next,
                        Flow::Continue(to) if to == *id => {}
                        flow => return flow,
                    }
                    at += step;
                }
            }
            StmtKind::Break(id) => Flow::Break(*id),
            StmtKind::Continue(id) => Flow::Continue(*id),
            StmtKind::Return(operand) => Flow::End(End::Returned(self.operand(operand))),
            StmtKind::Raise { .. } => Flow::End(End::Raised),
            StmtKind::Drop(local) => {
                self.locals[local.index()] = None;
                Flow::Next
            }
            other => unreachable!("{other:?} in a program of Ints"),
        }
    }

    fn rvalue(&mut self, value: &Rvalue) -> Result<Value, End> {
        Ok(match value {
            Rvalue::Use(operand) => self.operand(operand),
            Rvalue::Move(local) => self.locals[local.index()].take().expect("it has a value"),
            Rvalue::Clone(local) | Rvalue::ToArray(local) | Rvalue::View(local) => {
                self.value(*local)
            }
            Rvalue::IsContiguous(_) => Value::Bool(true),
            Rvalue::Len(local) => match self.value(*local) {
                Value::Array(items) => Value::Int(items.len() as i64),
                other => unreachable!("the length of {other:?}"),
            },
            Rvalue::Fill { len, value, .. } => {
                let (len, value) = (
                    self.int(len),
                    value.as_ref().map_or(0, |value| self.int(value)),
                );
                match usize::try_from(len).ok().filter(|l| *l < 1000) {
                    Some(len) => Value::Array(vec![value; len]),
                    None => return Err(End::Raised),
                }
            }
            Rvalue::Load {
                array,
                index,
                checked,
            } => {
                let index = self.int(index);
                let Value::Array(items) = self.value(*array) else {
                    unreachable!("a load from an array");
                };
                match usize::try_from(index).ok().and_then(|i| items.get(i)) {
                    Some(item) => Value::Int(*item),
                    None if *checked => return Err(End::Index(index, items.len())),
                    None => panic!("an unchecked load at {index} of {}", items.len()),
                }
            }
            Rvalue::Unary { operand, .. } => Value::Bool(!self.truth(operand)),
            Rvalue::Math { function, args } => {
                let (a, b) = (self.int(&args[0]), self.int(&args[1]));
                match function {
                    MathFn::Min => Value::Int(a.min(b)),
                    MathFn::Max => Value::Int(a.max(b)),
                    other => unreachable!("{other:?} in a program of Ints"),
                }
            }
            Rvalue::Binary { op, left, right } => binary(*op, self.int(left), self.int(right))?,
            other => unreachable!("{other:?} in a program of Ints"),
        })
    }
}

fn binary(op: BinOp, a: i64, b: i64) -> Result<Value, End> {
    let int = |n: Option<i64>| n.map(Value::Int).ok_or(End::Overflow);
    match op {
        BinOp::Add => int(a.checked_add(b)),
        BinOp::Sub => int(a.checked_sub(b)),
        BinOp::Mul => int(a.checked_mul(b)),
        BinOp::WrapAdd => int(Some(a.wrapping_add(b))),
        BinOp::WrapSub => int(Some(a.wrapping_sub(b))),
        BinOp::WrapMul => int(Some(a.wrapping_mul(b))),
        BinOp::BitAnd => int(Some(a & b)),
        BinOp::BitOr => int(Some(a | b)),
        BinOp::BitXor => int(Some(a ^ b)),
        BinOp::Mod => match b {
            0 => Err(End::Raised),
            b => Ok(Value::Int(
                (((i128::from(a) % i128::from(b)) + i128::from(b)) % i128::from(b)) as i64,
            )),
        },
        BinOp::Eq => Ok(Value::Bool(a == b)),
        BinOp::Ne => Ok(Value::Bool(a != b)),
        BinOp::Lt => Ok(Value::Bool(a < b)),
        BinOp::Le => Ok(Value::Bool(a <= b)),
        BinOp::Gt => Ok(Value::Bool(a > b)),
        BinOp::Ge => Ok(Value::Bool(a >= b)),
        other => unreachable!("{other:?} in a program of Ints"),
    }
}
