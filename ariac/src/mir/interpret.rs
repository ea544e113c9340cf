//! Runs MIR, slowly and plainly: the oracle that passes are tested against. Numbers, Bools, strings, tuples, declared types,
//! lists, arrays and views, errors; no function values, no Python.
//!
//! It is stricter than machine code: an unchecked access out of range, wrapped index arithmetic that overflows, or a
//! value taken from an empty slot is a panic, because a pass was wrong.

use super::{
    BinOp, Block, Const, FnId, Function, ListOp, LocalId, LoopId, Operand, Program, ReduceOp,
    Rvalue, Step, Stmt, StmtKind, UnOp,
};
use crate::arena::Id;
use crate::builtins::MathFn;
use crate::hir::ParamMode;
use crate::types::Ty;
use aria_abi::codes::ErrorKind;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A value. Arrays and the views on them share their elements.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Float32(f32),
    Str(String),
    Tuple(Vec<Value>),
    /// Of a declared type: the number of the variant, and its fields.
    Adt(u32, Vec<Value>),
    List(Vec<Value>),
    Array(Rc<RefCell<Vec<Value>>>),
    /// An error that was caught.
    Error(ErrorKind),
    /// What was there has been taken.
    Empty,
}

impl Value {
    pub(crate) fn floats(items: &[f64]) -> Value {
        Value::array(items.iter().map(|x| Value::Float(*x)).collect())
    }

    pub(crate) fn ints(items: &[i64]) -> Value {
        Value::array(items.iter().map(|x| Value::Int(*x)).collect())
    }

    fn array(items: Vec<Value>) -> Value {
        Value::Array(Rc::new(RefCell::new(items)))
    }

    /// A part or element.
    fn part(&mut self, index: usize) -> &mut Value {
        match self {
            Value::Tuple(items) | Value::Adt(_, items) | Value::List(items) => &mut items[index],
            other => panic!("part {index} of {other:?}"),
        }
    }

    fn list(&mut self) -> &mut Vec<Value> {
        match self {
            Value::List(items) => items,
            other => panic!("{other:?} is no list"),
        }
    }

    fn is_owned(&self) -> bool {
        match self {
            Value::Str(_) | Value::List(_) | Value::Array(_) | Value::Error(_) => true,
            Value::Tuple(items) | Value::Adt(_, items) => items.iter().any(Value::is_owned),
            _ => false,
        }
    }

    fn copy(&self) -> Value {
        match self {
            Value::Array(items) => Value::array(items.borrow().clone()),
            Value::Tuple(items) => Value::Tuple(items.iter().map(Value::copy).collect()),
            Value::Adt(variant, fields) => {
                Value::Adt(*variant, fields.iter().map(Value::copy).collect())
            }
            Value::List(items) => Value::List(items.iter().map(Value::copy).collect()),
            other => other.clone(),
        }
    }

    /// All of it, so that two results can be compared to the bit.
    pub(crate) fn text(&self) -> String {
        match self {
            Value::Float(x) => format!("{x:?}:{:x}", x.to_bits()),
            Value::Float32(x) => format!("{x:?}:{:x}", x.to_bits()),
            Value::Array(items) => {
                let items: Vec<String> = items.borrow().iter().map(Value::text).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Tuple(items) => {
                let items: Vec<String> = items.iter().map(Value::text).collect();
                format!("({})", items.join(", "))
            }
            Value::Adt(variant, fields) => {
                let fields: Vec<String> = fields.iter().map(Value::text).collect();
                format!("{variant}({})", fields.join(", "))
            }
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Value::text).collect();
                format!("list[{}]", items.join(", "))
            }
            other => format!("{other:?}"),
        }
    }
}

/// Why a function ended without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Raised(ErrorKind),
    /// It took more steps than a test should.
    TooLong,
}

/// Calls the function of this name.
pub(crate) fn call(program: &Program, name: &str, args: Vec<Value>) -> Result<Value, Failure> {
    let named = program.functions.iter().find(|(_, f)| f.name == name);
    let (id, _) = named.expect("the test names a function of its program");
    let mut machine = Machine {
        program,
        steps: 20_000,
    };
    machine.call(id, args).map(|(result, _)| result)
}

struct Machine<'a> {
    program: &'a Program,
    steps: u32,
}

/// How a block ends.
enum Flow {
    On,
    Break(LoopId),
    Continue(LoopId),
    Return(Value),
}

type Run<T> = Result<T, Failure>;

fn raise<T>(kind: ErrorKind) -> Run<T> {
    Err(Failure::Raised(kind))
}

impl Machine<'_> {
    /// The result, and what the parameters hold at the end.
    fn call(&mut self, id: FnId, args: Vec<Value>) -> Run<(Value, Vec<Value>)> {
        let function = &self.program.functions[id];
        let mut slots: Vec<Option<Value>> = vec![None; function.locals.len()];
        for (param, arg) in function.params.iter().zip(args) {
            slots[param.local.index()] = Some(arg);
        }
        let mut frame = Frame {
            function,
            slots,
            aliases: HashMap::new(),
        };
        match self.block(&mut frame, &function.body)? {
            Flow::Return(value) => {
                let params = function.params.iter();
                let left = params.map(|p| frame.slots[p.local.index()].clone());
                Ok((value, left.map(|v| v.unwrap_or(Value::Unit)).collect()))
            }
            _ => panic!("{} does not return", function.name),
        }
    }

    fn block(&mut self, frame: &mut Frame<'_>, block: &Block) -> Run<Flow> {
        for stmt in &block.stmts {
            match self.stmt(frame, stmt)? {
                Flow::On => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::On)
    }

    fn stmt(&mut self, frame: &mut Frame<'_>, stmt: &Stmt) -> Run<Flow> {
        self.steps = self.steps.checked_sub(1).ok_or(Failure::TooLong)?;
        match &stmt.kind {
            StmtKind::Assign { dst, value } => {
                let value = self.value(frame, value)?;
                if let Some(dst) = dst {
                    frame.set(*dst, value);
                }
            }
            StmtKind::Store {
                array,
                index,
                value,
                checked,
            } => {
                let (index, value) = (frame.int(index), frame.operand(value));
                if let Value::List(items) = frame.place(*array) {
                    let at = place(items, index, *checked)?;
                    items[at] = value;
                } else {
                    let array = frame.array(*array);
                    let at = place(&array.borrow(), index, *checked)?;
                    array.borrow_mut()[at] = value;
                }
            }
            StmtKind::SetField {
                of, index, value, ..
            } => {
                let value = frame.take(value);
                *frame.place(*of).part(*index) = value;
            }
            StmtKind::Alias { dst, of, step } => {
                let at = match step {
                    Step::Field { index, .. } => *index,
                    Step::Element { index, checked } => {
                        let index = frame.int(index);
                        place(frame.place(*of).list(), index, *checked)?
                    }
                };
                let (base, mut path) = frame.path(*of);
                path.push(at);
                frame.aliases.insert(*dst, (base, path));
            }
            StmtKind::Try {
                body,
                error,
                handler,
            } => match self.block(frame, body) {
                Err(Failure::Raised(kind)) => {
                    frame.set(*error, Value::Error(kind));
                    return self.block(frame, handler);
                }
                other => return other,
            },
            StmtKind::Reraise { error, .. } => match frame.take(&Operand::Local(*error)) {
                Value::Error(kind) => return raise(kind),
                other => panic!("{other:?} is raised again"),
            },
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                let branch = if frame.bool(condition) {
                    then
                } else {
                    otherwise
                };
                return self.block(frame, branch);
            }
            StmtKind::While {
                id,
                test,
                condition,
                body,
            } => loop {
                self.steps = self.steps.checked_sub(1).ok_or(Failure::TooLong)?;
                match self.block(frame, test)? {
                    Flow::On => {}
                    flow => return Ok(flow),
                }
                if !frame.bool(condition) {
                    break;
                }
                match self.block(frame, body)? {
                    Flow::Break(left) if left == *id => break,
                    Flow::On => {}
                    Flow::Continue(next) if next == *id => {}
                    flow => return Ok(flow),
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
                let (mut i, hi) = (i128::from(frame.int(lo)), i128::from(frame.int(hi)));
                let step = i128::from(frame.int(step));
                while if step > 0 { i < hi } else { i > hi } || *inclusive && i == hi {
                    self.steps = self.steps.checked_sub(1).ok_or(Failure::TooLong)?;
                    let now = i64::try_from(i).expect("counting stays in range");
                    frame.slots[var.index()] = Some(Value::Int(now));
                    match self.block(frame, body)? {
                        Flow::Break(left) if left == *id => break,
                        Flow::On => {}
                        Flow::Continue(next) if next == *id => {}
                        flow => return Ok(flow),
                    }
                    i += step;
                }
            }
            StmtKind::Break(id) => return Ok(Flow::Break(*id)),
            StmtKind::Continue(id) => return Ok(Flow::Continue(*id)),
            StmtKind::Return(value) => return Ok(Flow::Return(frame.take(value))),
            StmtKind::Raise { kind, .. } => return raise(*kind),
            StmtKind::Drop(local) => frame.slots[local.index()] = None,
            StmtKind::Gil(_, body) => return self.block(frame, body),
            StmtKind::GilRelease(_) | StmtKind::GilAcquire => {}
            StmtKind::EndCall(_) => panic!("the interpreter knows no blocks"),
            StmtKind::PySetItem { .. } | StmtKind::PySetAttr { .. } | StmtKind::RaiseObject(_) => {
                panic!("the interpreter knows no Python")
            }
            StmtKind::StoreAt { .. } | StmtKind::Bound { .. } => {
                panic!("the interpreter knows one dimension")
            }
        }
        Ok(Flow::On)
    }

    fn value(&mut self, frame: &mut Frame<'_>, value: &Rvalue) -> Run<Value> {
        Ok(match value {
            Rvalue::Use(operand) => frame.operand(operand),
            Rvalue::Move(local) => frame.take(&Operand::Local(*local)),
            Rvalue::Clone(local) => frame.local(*local).copy(),
            Rvalue::View(local) => frame.local(*local),
            Rvalue::Slice { .. } => panic!("the interpreter knows no slices"),
            Rvalue::Nd(_) => panic!("the interpreter knows one dimension"),
            Rvalue::ToArray(local) => frame.local(*local).copy(),
            Rvalue::IsContiguous(_) => Value::Bool(true),
            Rvalue::Unary { op, operand } => match (op, frame.operand(operand)) {
                (UnOp::Not, Value::Bool(b)) => Value::Bool(!b),
                (UnOp::Neg, Value::Float(x)) => Value::Float(-x),
                (UnOp::Neg, Value::Int(n)) => match n.checked_neg() {
                    Some(n) => Value::Int(n),
                    None => return raise(ErrorKind::OverflowError),
                },
                (op, value) => panic!("{op:?} of {value:?}"),
            },
            Rvalue::Binary { op, left, right } => {
                binary(*op, &frame.operand(left), &frame.operand(right))?
            }
            Rvalue::Math { function, args } => {
                let args: Vec<f64> = args.iter().map(|a| frame.float(a)).collect();
                Value::Float(math(*function, &args))
            }
            Rvalue::Convert { to, operand } => convert(to, &frame.operand(operand))?,
            Rvalue::Len(local) => match frame.local(*local) {
                Value::List(items) => Value::Int(length(&items)),
                _ => Value::Int(length(&frame.array(*local).borrow())),
            },
            Rvalue::Load {
                array,
                index,
                checked,
            } => {
                let index = frame.int(index);
                if let Value::List(items) = frame.place(*array) {
                    let at = place(items, index, *checked)?;
                    return Ok(items[at].clone());
                }
                let array = frame.array(*array);
                let array = array.borrow();
                array[place(&array, index, *checked)?].clone()
            }
            Rvalue::Tuple(items) => Value::Tuple(items.iter().map(|i| frame.take(i)).collect()),
            Rvalue::Field {
                tuple, index, take, ..
            } => {
                let part = frame.place(*tuple).part(*index);
                match take {
                    true if part.is_owned() => std::mem::replace(part, Value::Empty),
                    _ => part.copy(),
                }
            }
            Rvalue::Adt {
                variant, fields, ..
            } => Value::Adt(*variant, fields.iter().map(|f| frame.take(f)).collect()),
            Rvalue::Variant(local) => match frame.place(*local) {
                Value::Adt(variant, _) => Value::Int((*variant).into()),
                other => panic!("the variant of {other:?}"),
            },
            Rvalue::List { items, .. } => {
                Value::List(items.iter().map(|i| frame.take(i)).collect())
            }
            Rvalue::ListOp { op, list, args } => {
                let args: Vec<Value> = match op.takes_value() {
                    true => args.iter().map(|a| frame.take(a)).collect(),
                    false => args.iter().map(|a| frame.operand(a)).collect(),
                };
                list_op(*op, frame.place(*list).list(), args)
            }
            Rvalue::ErrorIs { error, class } => match frame.local(*error) {
                Value::Error(kind) => {
                    let any = *class == ErrorKind::Exception && kind != ErrorKind::SystemExit;
                    Value::Bool(any || kind == *class)
                }
                other => panic!("{other:?} is no error"),
            },
            Rvalue::Array { items, .. } => {
                Value::array(items.iter().map(|i| frame.operand(i)).collect())
            }
            Rvalue::Fill { len, value, .. } => match usize::try_from(frame.int(len)) {
                Ok(n) if n < 1 << 20 => {
                    let value = value.as_ref().map_or(Value::Unit, |v| frame.operand(v));
                    Value::array(vec![value; n])
                }
                Ok(_) => return raise(ErrorKind::MemoryError),
                Err(_) => return raise(ErrorKind::ValueError),
            },
            Rvalue::Map {
                sources, kernel, ..
            } => Value::array(self.kernel(frame, sources, kernel)?),
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            } => reduce(*op, &self.kernel(frame, sources, kernel)?)?,
            Rvalue::Call { callee, args } => self.call_from(frame, *callee, args)?,
            Rvalue::Join(parts) => Value::Str(
                parts
                    .iter()
                    .map(|part| match frame.operand(part) {
                        Value::Str(text) => text,
                        other => other.text(),
                    })
                    .collect(),
            ),
            Rvalue::ToStr(operand) => Value::Str(frame.operand(operand).text()),
            other => panic!("the interpreter does not know {other:?}"),
        })
    }

    fn call_from(&mut self, frame: &mut Frame<'_>, callee: FnId, args: &[Operand]) -> Run<Value> {
        let params = &self.program.functions[callee].params;
        let values = params.iter().zip(args);
        let values = values.map(|(param, arg)| match param.mode {
            ParamMode::Own => frame.take(arg),
            _ => frame.operand(arg),
        });
        let values = values.collect();
        let (result, left) = self.call(callee, values)?;
        for ((param, arg), left) in params.iter().zip(args).zip(left) {
            if let (ParamMode::Mut, Operand::Local(local)) = (param.mode, arg) {
                frame.set(*local, left);
            }
        }
        Ok(result)
    }

    fn kernel(
        &mut self,
        frame: &mut Frame<'_>,
        sources: &[LocalId],
        kernel: &super::Kernel,
    ) -> Run<Vec<Value>> {
        let arrays: Vec<_> = sources.iter().map(|s| frame.array(*s)).collect();
        let n = arrays[0].borrow().len();
        if arrays.iter().any(|a| a.borrow().len() != n) {
            return raise(ErrorKind::ValueError);
        }
        let mut results = Vec::with_capacity(n);
        for i in 0..n {
            for (array, param) in arrays.iter().zip(&kernel.params) {
                frame.slots[param.index()] = Some(array.borrow()[i].clone());
            }
            match self.block(frame, &kernel.body)? {
                Flow::On => results.push(frame.operand(&kernel.result)),
                _ => panic!("a kernel is left"),
            }
        }
        Ok(results)
    }
}

struct Frame<'a> {
    function: &'a Function,
    slots: Vec<Option<Value>>,
    /// What each alias names: a local, and the numbers of parts and elements from there.
    aliases: HashMap<LocalId, (LocalId, Vec<usize>)>,
}

impl Frame<'_> {
    fn path(&self, local: LocalId) -> (LocalId, Vec<usize>) {
        let alias = self.aliases.get(&local).cloned();
        alias.unwrap_or((local, Vec::new()))
    }

    /// Where the value of a local is.
    fn place(&mut self, local: LocalId) -> &mut Value {
        let (base, path) = self.path(local);
        let name = &self.function.name;
        let value = self.slots[base.index()].as_mut();
        let value = value.unwrap_or_else(|| panic!("{base:?} of {name} is empty"));
        path.into_iter().fold(value, Value::part)
    }

    fn set(&mut self, local: LocalId, value: Value) {
        if self.aliases.contains_key(&local) {
            *self.place(local) = value;
        } else {
            self.slots[local.index()] = Some(value);
        }
    }

    fn local(&self, local: LocalId) -> Value {
        let (base, path) = self.path(local);
        let value = self.slots[base.index()].clone();
        let mut value =
            value.unwrap_or_else(|| panic!("{base:?} of {} is empty", self.function.name));
        for index in path {
            value = value.part(index).clone();
        }
        value
    }

    fn operand(&self, operand: &Operand) -> Value {
        match operand {
            Operand::Local(local) => self.local(*local),
            Operand::Const(constant) => match constant {
                Const::Unit => Value::Unit,
                Const::Bool(b) => Value::Bool(*b),
                Const::Int(n) => Value::Int(*n),
                Const::Sized(_, n) => Value::Int(*n as i64),
                Const::Float(x) => Value::Float(*x),
                Const::Float32(x) => Value::Float32(*x),
                Const::Str(s) => Value::Str(s.clone()),
            },
        }
    }

    fn take(&mut self, operand: &Operand) -> Value {
        let value = self.operand(operand);
        if let Operand::Local(local) = operand
            && self.function.locals[*local].ty.is_owned()
        {
            self.slots[local.index()] = None;
        }
        value
    }

    fn array(&self, local: LocalId) -> Rc<RefCell<Vec<Value>>> {
        match self.local(local) {
            Value::Array(items) => items,
            other => panic!("{other:?} is no array"),
        }
    }

    fn int(&self, operand: &Operand) -> i64 {
        match self.operand(operand) {
            Value::Int(n) => n,
            other => panic!("{other:?} is no Int"),
        }
    }

    fn bool(&self, operand: &Operand) -> bool {
        matches!(self.operand(operand), Value::Bool(true))
    }

    fn float(&self, operand: &Operand) -> f64 {
        match self.operand(operand) {
            Value::Float(x) => x,
            Value::Int(n) => n as f64,
            other => panic!("{other:?} is no Float"),
        }
    }
}

fn list_op(op: ListOp, items: &mut Vec<Value>, args: Vec<Value>) -> Value {
    let at = |value: &Value| match value {
        Value::Int(n) => usize::try_from(*n).expect("MIR says that it is not negative"),
        other => panic!("{other:?} is no index"),
    };
    match (op, args.as_slice()) {
        (ListOp::Push, [value]) => items.push(value.clone()),
        (ListOp::Pop, []) => return items.pop().expect("MIR says that there is one"),
        (ListOp::Insert, [index, value]) => items.insert(at(index), value.clone()),
        (ListOp::Remove, [index]) => return items.remove(at(index)),
        (ListOp::Put, [i, value]) => items[at(i)] = value.clone(),
        (ListOp::Swap, [i, j]) => items.swap(at(i), at(j)),
        (ListOp::Truncate, [len]) => items.truncate(at(len)),
        (ListOp::Reserve, [_]) => {}
        _ => panic!("{op:?} of {args:?}"),
    }
    Value::Unit
}

fn length(items: &[Value]) -> i64 {
    i64::try_from(items.len()).expect("arrays of tests are short")
}

fn place(items: &[Value], index: i64, checked: bool) -> Run<usize> {
    if (0..length(items)).contains(&index) {
        return Ok(usize::try_from(index).expect("an index in range is not negative"));
    }
    assert!(checked, "an unchecked access is out of range: {index}");
    raise(ErrorKind::IndexError)
}

fn binary(op: BinOp, left: &Value, right: &Value) -> Run<Value> {
    Ok(match (left, right) {
        (Value::Int(a), Value::Int(b)) => return int_binary(op, *a, *b),
        (Value::Float(a), Value::Float(b)) => match op {
            BinOp::Add => Value::Float(a + b),
            BinOp::Sub => Value::Float(a - b),
            BinOp::Mul => Value::Float(a * b),
            BinOp::Div => Value::Float(a / b),
            _ => compare(op, a.partial_cmp(b)),
        },
        (Value::Bool(a), Value::Bool(b)) => compare(op, Some(a.cmp(b))),
        (Value::Str(a), Value::Str(b)) => compare(op, Some(a.cmp(b))),
        _ => panic!("{left:?} {op:?} {right:?}"),
    })
}

fn int_binary(op: BinOp, a: i64, b: i64) -> Run<Value> {
    let (a128, b128) = (i128::from(a), i128::from(b));
    let exact = match op {
        BinOp::Add => a128 + b128,
        BinOp::Sub => a128 - b128,
        BinOp::Mul => a128 * b128,
        BinOp::FloorDiv | BinOp::Mod if b == 0 => return raise(ErrorKind::ZeroDivisionError),
        BinOp::FloorDiv => floor_div(a128, b128),
        BinOp::Mod => a128 - b128 * floor_div(a128, b128),
        BinOp::WrapAdd => i128::from(a.wrapping_add(b)),
        BinOp::WrapSub => i128::from(a.wrapping_sub(b)),
        BinOp::WrapMul => i128::from(a.wrapping_mul(b)),
        BinOp::BitAnd => i128::from(a & b),
        BinOp::BitOr => i128::from(a | b),
        BinOp::BitXor => i128::from(a ^ b),
        _ => return Ok(compare(op, Some(a.cmp(&b)))),
    };
    match i64::try_from(exact) {
        Ok(n) => Ok(Value::Int(n)),
        Err(_) => raise(ErrorKind::OverflowError),
    }
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    let exact = a % b == 0;
    if !exact && (a < 0) != (b < 0) {
        quotient - 1
    } else {
        quotient
    }
}

fn compare(op: BinOp, order: Option<std::cmp::Ordering>) -> Value {
    use std::cmp::Ordering;
    Value::Bool(match op {
        BinOp::Eq => order.is_some_and(Ordering::is_eq),
        BinOp::Ne => !order.is_some_and(Ordering::is_eq),
        BinOp::Lt => order.is_some_and(Ordering::is_lt),
        BinOp::Le => order.is_some_and(Ordering::is_le),
        BinOp::Gt => order.is_some_and(Ordering::is_gt),
        BinOp::Ge => order.is_some_and(Ordering::is_ge),
        op => panic!("{op:?} is no comparison"),
    })
}

fn convert(to: &Ty, value: &Value) -> Run<Value> {
    Ok(match (to, value) {
        (Ty::Float, Value::Int(n)) => Value::Float(*n as f64),
        (Ty::Float, Value::Float(x)) => Value::Float(*x),
        (Ty::Int, Value::Float(x)) if x.is_nan() => return raise(ErrorKind::ValueError),
        (Ty::Int, Value::Float(x)) if x.abs() >= 9e18 => return raise(ErrorKind::OverflowError),
        (Ty::Int, Value::Float(x)) => Value::Int(*x as i64),
        (Ty::Int, Value::Bool(b)) => Value::Int(i64::from(*b)),
        _ => panic!("{value:?} as {to}"),
    })
}

fn math(function: MathFn, args: &[f64]) -> f64 {
    match (function, args) {
        (MathFn::Abs, [x]) => x.abs(),
        (MathFn::Sqrt, [x]) => x.sqrt(),
        (MathFn::Floor, [x]) => x.floor(),
        (MathFn::Min, [x, y]) => x.min(*y),
        (MathFn::Max, [x, y]) => x.max(*y),
        (MathFn::Pow, [x, y]) => x.powf(*y),
        _ => panic!("the interpreter does not know {}", function.name()),
    }
}

fn reduce(op: ReduceOp, terms: &[Value]) -> Run<Value> {
    if let (ReduceOp::Sum, Some(Value::Int(_))) = (op, terms.first()) {
        let exact: i128 = terms
            .iter()
            .map(|t| match t {
                Value::Int(n) => i128::from(*n),
                _ => 0,
            })
            .sum();
        return match i64::try_from(exact) {
            Ok(n) => Ok(Value::Int(n)),
            Err(_) => raise(ErrorKind::OverflowError),
        };
    }
    let mut floats = Vec::new();
    for term in terms {
        match term {
            Value::Float(x) => floats.push(*x),
            other => panic!("{op:?} of {other:?}"),
        }
    }
    let sum: f64 = floats.iter().fold(0.0, |a, b| a + b);
    Ok(Value::Float(match op {
        ReduceOp::Sum => sum,
        ReduceOp::Mean => sum / floats.len() as f64,
        _ if floats.is_empty() => return raise(ErrorKind::ValueError),
        ReduceOp::Min => floats.iter().copied().fold(f64::INFINITY, f64::min),
        ReduceOp::Max => floats.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }))
}
