//! Replaces copies by what they copy, and computes what is constant.
//!
//! ```text
//! _1 = 2                      y = x * 6
//! _2 = _1 * 3        →        z = y &+ x
//! _3 = x
//! y = _3 * _2
//! if true
//!   z = y &+ _3
//! else
//!   z = 0
//! ```
//!
//! Meaning is kept to the bit: an operation that would fail is left where it is, floats are computed as IEEE 754 has
//! them. The temporaries that nobody reads any more are left for `dce`.

use super::definitions::Definitions;
use super::{Pass, Remark};
use crate::mir::{
    Access, BinOp, Block, Const, Function, LocalId, Operand, PartMut, Program, Rvalue, Signatures,
    Stmt, StmtKind, UnOp,
};
use crate::types::Ty;
use std::collections::HashMap;

pub(super) const PASS: Pass = Pass {
    name: "simplify",
    description: "replace copies by what they copy, compute constants, drop branches never taken",
    run,
};

fn run(program: &mut Program, _remarks: &mut Vec<Remark>) {
    let signatures = Signatures::of(program);
    for (_, function) in program.functions.iter_mut() {
        simplify(function, &signatures);
        mark_contiguous(function);
    }
}

/// Views that only ever show `Array`s: their elements lie side by side.
fn mark_contiguous(function: &mut Function) {
    let mut shows: HashMap<LocalId, bool> = HashMap::new();
    function.body.each(&mut |stmt| {
        let StmtKind::Assign {
            dst: Some(dst),
            value,
        } = &stmt.kind
        else {
            return;
        };
        if matches!(function.locals[*dst].ty, Ty::PyArrayView(_)) {
            let array = matches!(
                value,
                Rvalue::View(source) | Rvalue::Slice {
                    array: source,
                    step: None | Some(Operand::Const(Const::Int(1))),
                    ..
                } if matches!(function.locals[*source].ty, Ty::Array(_))
            );
            *shows.entry(*dst).or_insert(true) &= array;
        }
    });
    let is_param = |local| function.params.iter().any(|p| p.local == local);
    let contiguous: Vec<LocalId> = shows
        .into_iter()
        .filter(|(local, arrays)| *arrays && !is_param(*local))
        .map(|(local, _)| local)
        .collect();
    for local in contiguous {
        function.locals[local].contiguous = true;
    }
}

/// Simplifies one function.
pub(super) fn simplify(function: &mut Function, signatures: &Signatures) {
    let definitions = Definitions::of(function, signatures);
    let mut body = std::mem::take(&mut function.body);
    let mut simplify = Simplify {
        definitions,
        function,
        known: HashMap::new(),
        views: HashMap::new(),
        tuples: HashMap::new(),
    };
    simplify.block(&mut body);
    function.body = body;
}

struct Simplify<'a> {
    function: &'a Function,
    definitions: Definitions,
    /// What a local that is defined once is a copy of.
    known: HashMap<LocalId, Operand>,
    /// The array that a view shows, where both are defined once: elements are read from the array itself.
    views: HashMap<LocalId, LocalId>,
    /// The members of a tuple that is defined once.
    tuples: HashMap<LocalId, Vec<Operand>>,
}

impl Simplify<'_> {
    fn block(&mut self, block: &mut Block) {
        let stmts = std::mem::take(&mut block.stmts);
        for mut stmt in stmts {
            self.substitute(&mut stmt);
            match stmt.kind {
                StmtKind::If {
                    condition: Operand::Const(Const::Bool(taken)),
                    then,
                    otherwise,
                } => {
                    let mut branch = if taken { then } else { otherwise };
                    self.block(&mut branch);
                    block.stmts.append(&mut branch.stmts);
                }
                StmtKind::While {
                    condition: Operand::Const(Const::Bool(false)),
                    mut test,
                    ..
                } => {
                    self.block(&mut test);
                    block.stmts.append(&mut test.stmts);
                }
                _ => {
                    stmt.blocks_mut(&mut |inner| self.block(inner));
                    self.after_blocks(&mut stmt);
                    self.learn(&mut stmt);
                    block.stmts.push(stmt);
                }
            }
            if block.diverges() {
                break;
            }
        }
    }

    /// Puts what is known in the place of copies.
    fn substitute(&self, stmt: &mut Stmt) {
        stmt.parts_mut(&mut |part| match part {
            PartMut::Operand(operand, access) => {
                // What is taken, or passed to be changed, is a slot and no value.
                let by_value = matches!(access, Access::Read | Access::Take | Access::Arg(_));
                if let (Operand::Local(local), true) = (&*operand, by_value)
                    && let Some(known) = self.known.get(local)
                {
                    *operand = known.clone();
                }
            }
            PartMut::Local(local, access) => {
                if let (Some(Operand::Local(known)), Access::Read) = (self.known.get(local), access)
                {
                    *local = *known;
                }
                if let (Some(array), Access::Read) = (self.views.get(local), access) {
                    *local = *array;
                }
            }
        });
    }

    /// The condition of a `while` and the result of a kernel are computed by blocks that have only now been seen.
    fn after_blocks(&mut self, stmt: &mut Stmt) {
        let operand = match &mut stmt.kind {
            StmtKind::While { condition, .. } => condition,
            StmtKind::Assign { value, .. } => match value.kernel_mut() {
                Some(kernel) => &mut kernel.result,
                None => return,
            },
            _ => return,
        };
        if let Operand::Local(local) = operand
            && let Some(known) = self.known.get(local)
        {
            *operand = known.clone();
        }
    }

    /// Computes what is constant, and remembers copies.
    fn learn(&mut self, stmt: &mut Stmt) {
        let StmtKind::Assign { dst, value } = &mut stmt.kind else {
            return;
        };
        if let Some(constant) = fold(value) {
            *value = Rvalue::Use(constant);
        }
        if let Some(member) = self.member(value) {
            *value = Rvalue::Use(member);
        }
        if let (Some(dst), Rvalue::Tuple(items)) = (&dst, &*value)
            && self.definitions.once(*dst)
        {
            self.tuples.insert(*dst, items.clone());
            return;
        }
        if let (Some(dst), Rvalue::View(array)) = (&dst, &*value)
            && self.definitions.once(*dst)
            && self.definitions.once(*array)
        {
            // The borrow checker has seen to it that the array stays where it is as long as the view is used.
            self.views.insert(*dst, *array);
            return;
        }
        let (Some(dst), Rvalue::Use(operand)) = (dst, value) else {
            return;
        };
        let local = &self.function.locals[*dst];
        if local.ty.is_owned() || !self.definitions.once(*dst) || local.contiguous {
            return;
        }
        let stable = match operand {
            Operand::Const(_) => true,
            Operand::Local(source) => {
                self.definitions.once(*source) && self.function.locals[*source].ty == local.ty
            }
        };
        if stable {
            self.known.insert(*dst, operand.clone());
        }
    }
}

impl Simplify<'_> {
    /// The number that a part of a tuple is, if the tuple was made of it and it is still the same.
    fn member(&self, value: &Rvalue) -> Option<Operand> {
        let Rvalue::Field {
            tuple,
            index,
            take: false,
            ..
        } = value
        else {
            return None;
        };
        let member = self.tuples.get(tuple)?.get(*index)?;
        let stays = member.local().is_none_or(|local| {
            self.definitions.once(local) && self.function.locals[local].ty.elem().is_some()
        });
        let is_text = matches!(member, Operand::Const(Const::Str(_) | Const::Unit));
        (stays && !is_text).then(|| member.clone())
    }
}

/// The value of a computation on constants, if it has one.
fn fold(value: &Rvalue) -> Option<Operand> {
    let constant = |operand: &Operand| match operand {
        Operand::Const(c) => Some(c.clone()),
        Operand::Local(_) => None,
    };
    let folded = match value {
        Rvalue::Unary { op, operand } => match (op, constant(operand)?) {
            (UnOp::Not, Const::Bool(b)) => Const::Bool(!b),
            (UnOp::Neg, Const::Int(n)) => Const::Int(n.checked_neg()?),
            (UnOp::Neg, Const::Float(x)) => Const::Float(-x),
            (UnOp::Neg, Const::Float32(x)) => Const::Float32(-x),
            _ => return None,
        },
        Rvalue::Binary { op, left, right } => {
            fold_binary(*op, &constant(left)?, &constant(right)?)?
        }
        Rvalue::Convert { to, operand } => match (to, constant(operand)?) {
            (Ty::Float, Const::Int(n)) => Const::Float(n as f64),
            (Ty::Float32, Const::Int(n)) => Const::Float32(n as f32),
            (Ty::Float, Const::Float32(x)) => Const::Float(f64::from(x)),
            (Ty::Int, Const::Bool(b)) => Const::Int(i64::from(b)),
            _ => return None,
        },
        _ => return None,
    };
    Some(Operand::Const(folded))
}

fn fold_binary(op: BinOp, left: &Const, right: &Const) -> Option<Const> {
    match (left, right) {
        (Const::Int(a), Const::Int(b)) => fold_int(op, *a, *b),
        (Const::Float(a), Const::Float(b)) => fold_float(op, *a, *b),
        (Const::Float32(a), Const::Float32(b)) => Some(match op {
            BinOp::Add => Const::Float32(a + b),
            BinOp::Sub => Const::Float32(a - b),
            BinOp::Mul => Const::Float32(a * b),
            BinOp::Div => Const::Float32(a / b),
            _ => fold_order(op, a.partial_cmp(b))?,
        }),
        (Const::Bool(a), Const::Bool(b)) => fold_order(op, Some(a.cmp(b))),
        _ => None,
    }
}

fn fold_int(op: BinOp, a: i64, b: i64) -> Option<Const> {
    Some(Const::Int(match op {
        BinOp::Add => a.checked_add(b)?,
        BinOp::Sub => a.checked_sub(b)?,
        BinOp::Mul => a.checked_mul(b)?,
        BinOp::WrapAdd => a.wrapping_add(b),
        BinOp::WrapSub => a.wrapping_sub(b),
        BinOp::WrapMul => a.wrapping_mul(b),
        BinOp::BitAnd => a & b,
        BinOp::BitOr => a | b,
        BinOp::BitXor => a ^ b,
        BinOp::Shl => a.checked_shl(u32::try_from(b).ok()?)?,
        BinOp::Shr => a.checked_shr(u32::try_from(b).ok()?)?,
        BinOp::FloorDiv => {
            let quotient = a.checked_div(b)?;
            if a % b != 0 && (a < 0) != (b < 0) {
                quotient - 1
            } else {
                quotient
            }
        }
        BinOp::Mod => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            }
        }
        BinOp::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
        _ => return fold_order(op, Some(a.cmp(&b))),
    }))
}

fn fold_float(op: BinOp, a: f64, b: f64) -> Option<Const> {
    Some(Const::Float(match op {
        BinOp::Add => a + b,
        BinOp::Sub => a - b,
        BinOp::Mul => a * b,
        BinOp::Div => a / b,
        _ => return fold_order(op, a.partial_cmp(&b)),
    }))
}

/// A comparison; of floats without an order (nan) all but `!=` are false.
fn fold_order(op: BinOp, order: Option<std::cmp::Ordering>) -> Option<Const> {
    Some(Const::Bool(match op {
        BinOp::Eq => order.is_some_and(std::cmp::Ordering::is_eq),
        BinOp::Ne => !order.is_some_and(std::cmp::Ordering::is_eq),
        BinOp::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
        BinOp::Le => order.is_some_and(std::cmp::Ordering::is_le),
        BinOp::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
        BinOp::Ge => order.is_some_and(std::cmp::Ordering::is_ge),
        _ => return None,
    }))
}
