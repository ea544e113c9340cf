//! What a random program means: a value is a tree, and every assignment copies it.

use super::language::Mode;
use super::language::{
    Argument, Cond, Expr, Function, Generic, Place, Program, Slice, Step, Stmt, Ty, Var,
};
use std::collections::HashMap;
use std::rc::Rc;

/// Steps that a program may take.
const STEPS: usize = 20_000;

/// Bytes that a text may have, and elements a list.
const LARGEST: usize = 400;

#[derive(Clone, Debug)]
enum Value {
    Int(i64),
    Str(String),
    /// A list or an array; a view that was lent to the function.
    List(Vec<Value>),
    /// Elements of an array of this function.
    View(Place, Vec<usize>),
    Option(Option<Box<Value>>),
    /// In the order in which the keys came.
    Map(Vec<(String, Value)>),
    /// A pair, or the fields of a struct or cell.
    Parts(Vec<Value>),
    Variant(usize, Vec<Value>),
    Fn(Rc<(Frame, Var, Expr)>),
}

type Frame = HashMap<Var, Value>;

/// Why a program does not go on.
#[derive(Debug)]
enum Stop {
    Error(String),
    /// It takes too long, or its values become too large.
    TooMuch,
}

enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

type Run<T> = Result<T, Stop>;

/// The lines that a program prints; none if it takes too long.
#[must_use]
pub(super) fn run(program: &Program) -> Option<Vec<String>> {
    let mut machine = Machine {
        program,
        lines: Vec::new(),
        steps: 0,
    };
    let main = program.functions.last()?;
    match machine.function(main, &mut Frame::new()) {
        Ok(value) => {
            let text = machine.show(&main.ret, &value).ok()?;
            machine.lines.push(text);
        }
        Err(Stop::Error(message)) => machine.lines.push(format!("error {message}")),
        Err(Stop::TooMuch) => return None,
    }
    Some(machine.lines)
}

struct Machine<'a> {
    program: &'a Program,
    lines: Vec<String>,
    steps: usize,
}

fn error<T>(message: impl Into<String>) -> Run<T> {
    Err(Stop::Error(message.into()))
}

impl Machine<'_> {
    fn step(&mut self) -> Run<()> {
        self.steps += 1;
        match self.steps > STEPS {
            true => Err(Stop::TooMuch),
            false => Ok(()),
        }
    }

    fn function(&mut self, function: &Function, frame: &mut Frame) -> Run<Value> {
        match self.block(&function.body, frame)? {
            Flow::Return(value) => Ok(value),
            _ => self.expr(&function.result, frame),
        }
    }

    fn block(&mut self, stmts: &[Stmt], frame: &mut Frame) -> Run<Flow> {
        for stmt in stmts {
            match self.stmt(stmt, frame)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, stmt: &Stmt, frame: &mut Frame) -> Run<Flow> {
        self.step()?;
        match stmt {
            Stmt::Let(var, _, value) => {
                let value = self.expr(value, frame)?;
                frame.insert(*var, value);
            }
            Stmt::LetCall(var, _, callee, args) => {
                let value = self.call(*callee, args, frame)?;
                frame.insert(*var, value);
            }
            Stmt::Assign(place, value) => {
                let value = self.expr(value, frame)?;
                *find(place, frame)? = value;
            }
            Stmt::AssignTwo(a, b, x, y) => {
                let (x, y) = (self.expr(x, frame)?, self.expr(y, frame)?);
                *find(a, frame)? = x;
                *find(b, frame)? = y;
            }
            Stmt::View(var, place, slice, body) => {
                let view = view(place, *slice, frame)?;
                frame.insert(*var, view);
                return self.block(body, frame);
            }
            Stmt::Fill(place, slice, value) => {
                let value = self.expr(value, frame)?;
                let Value::View(of, indices) = view(place, *slice, frame)? else {
                    return error("no view");
                };
                if let Value::List(items) = &value
                    && items.len() != indices.len()
                {
                    let (n, m) = (indices.len(), items.len());
                    return error(format!("lengths differ: {n} and {m}"));
                }
                let array = list(find(&of, frame)?);
                for (i, at) in indices.into_iter().enumerate() {
                    array[at] = match &value {
                        Value::List(items) => items[i].clone(),
                        one => one.clone(),
                    };
                }
            }
            Stmt::Push(place, value) => {
                let value = self.expr(value, frame)?;
                let list = list(find(place, frame)?);
                if list.len() >= LARGEST {
                    return Err(Stop::TooMuch);
                }
                list.push(value);
            }
            Stmt::Pop(var, place) => {
                let last = list(find(place, frame)?).pop();
                frame.insert(*var, Value::Option(last.map(Box::new)));
            }
            Stmt::MapSet(place, key, value) => {
                let value = self.expr(value, frame)?;
                set(map(find(place, frame)?), key, value);
            }
            Stmt::MapRemove(var, place, key) => {
                let entries = map(find(place, frame)?);
                let at = entries.iter().position(|(k, _)| k == key);
                let removed = at.map(|at| Box::new(entries.remove(at).1));
                frame.insert(*var, Value::Option(removed));
            }
            Stmt::ForMap(key, value, place, body) => {
                let entries = map(find(place, frame)?).clone();
                for (k, v) in entries {
                    frame.insert(*key, Value::Str(k));
                    frame.insert(*value, v);
                    match self.turn(body, frame)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        flow @ Flow::Return(_) => return Ok(flow),
                    }
                }
            }
            Stmt::If(cond, yes, no) => {
                let branch = if self.cond(cond, frame)? { yes } else { no };
                return self.block(branch, frame);
            }
            Stmt::For(var, n, body) => {
                for i in 0..*n {
                    frame.insert(*var, Value::Int(i));
                    match self.turn(body, frame)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        flow @ Flow::Return(_) => return Ok(flow),
                    }
                }
            }
            Stmt::ForEach(var, place, body) => {
                for element in elements(place, frame)? {
                    frame.insert(*var, element);
                    match self.turn(body, frame)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        flow @ Flow::Return(_) => return Ok(flow),
                    }
                }
            }
            Stmt::MatchOption(place, var, some, none) => {
                return match find(place, frame)?.clone() {
                    Value::Option(Some(value)) => {
                        frame.insert(*var, *value);
                        self.block(some, frame)
                    }
                    _ => self.block(none, frame),
                };
            }
            Stmt::MatchEnum(place, _, arms) => {
                if let Value::Variant(variant, fields) = find(place, frame)?.clone() {
                    let (vars, body) = &arms[variant];
                    frame.extend(vars.iter().copied().zip(fields));
                    return self.block(body, frame);
                }
            }
            Stmt::Return(value) => return Ok(Flow::Return(self.expr(value, frame)?)),
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
            Stmt::Raise(text) => {
                let Value::Str(text) = self.expr(text, frame)? else {
                    return error("");
                };
                return error(text);
            }
            Stmt::Begin(body, handler, ensure) => {
                let result = match self.block(body, frame) {
                    Err(Stop::Error(message)) => {
                        self.lines.push(message);
                        self.block(handler, frame)
                    }
                    other => other,
                };
                if let (Some(ensure), Ok(_) | Err(Stop::Error(_))) = (ensure, &result) {
                    self.block(ensure, frame)?;
                }
                return result;
            }
            Stmt::Block(var, body) => {
                for i in 0..2 {
                    frame.insert(*var, Value::Int(i));
                    self.turn(body, frame)?;
                }
            }
            Stmt::Show(ty, value) => {
                let mut value = self.expr(value, frame)?;
                if let Value::View(..) = value {
                    value = Value::List(shown(&value, frame)?);
                }
                let text = self.show(ty, &value)?;
                self.lines.push(text);
            }
        }
        Ok(Flow::Next)
    }

    fn turn(&mut self, body: &[Stmt], frame: &mut Frame) -> Run<Flow> {
        self.step()?;
        self.block(body, frame)
    }

    fn call(&mut self, callee: usize, args: &[Argument], frame: &mut Frame) -> Run<Value> {
        let function = &self.program.functions[callee];
        let mut inner = Frame::new();
        let mut lent = Vec::new();
        for ((param, ..), arg) in function.params.iter().zip(args) {
            match arg {
                Argument::Value(value) => {
                    let value = self.expr(value, frame)?;
                    inner.insert(*param, value);
                }
                Argument::View(place, slice) => {
                    lent.push((*param, view(place, *slice, frame)?));
                }
                Argument::Mut(_) => {}
            }
        }
        // What is lent to be changed is looked for last.
        for ((param, ..), arg) in function.params.iter().zip(args) {
            if let Argument::Mut(place) = arg {
                inner.insert(*param, find(place, frame)?.clone());
            }
        }
        for (param, view) in &lent {
            inner.insert(*param, Value::List(shown(view, frame)?));
        }
        let result = self.function(function, &mut inner);
        for (param, view) in lent {
            if let (Value::View(of, indices), Some(Value::List(items))) =
                (view, inner.remove(&param))
            {
                let array = list(find(&of, frame)?);
                for (at, item) in indices.into_iter().zip(items) {
                    array[at] = item;
                }
            }
        }
        for ((param, mode, _), arg) in function.params.iter().zip(args) {
            if let (Mode::Mut, Argument::Mut(place)) = (mode, arg)
                && let Some(value) = inner.remove(param)
            {
                *find(place, frame)? = value;
            }
        }
        result
    }

    fn cond(&mut self, cond: &Cond, frame: &mut Frame) -> Run<bool> {
        match cond {
            Cond::Is(value) => Ok(*value),
            Cond::Less(a, b) => Ok(int(&self.expr(a, frame)?) < int(&self.expr(b, frame)?)),
        }
    }

    fn exprs(&mut self, items: &[Expr], frame: &mut Frame) -> Run<Vec<Value>> {
        items.iter().map(|item| self.expr(item, frame)).collect()
    }

    fn expr(&mut self, expr: &Expr, frame: &mut Frame) -> Run<Value> {
        self.step()?;
        Ok(match expr {
            Expr::Int(n) => Value::Int(*n),
            Expr::Str(text) => Value::Str(text.clone()),
            Expr::Place(place) => find(place, frame)?.clone(),
            Expr::Len(place) => Value::Int(match find(place, frame)? {
                Value::Map(entries) => entries.len() as i64,
                Value::View(_, indices) => indices.len() as i64,
                other => list(other).len() as i64,
            }),
            Expr::Size(place, ty) => {
                let value = find(place, frame)?.clone();
                Value::Int(3 * self.size(ty, &value)?)
            }
            Expr::Cell(value) => Value::Parts(vec![self.expr(value, frame)?]),
            Expr::Map(_, entries) => {
                let mut made = Vec::new();
                for (key, value) in entries {
                    let value = self.expr(value, frame)?;
                    set(&mut made, key, value);
                }
                Value::Map(made)
            }
            Expr::MapGet(place, key) => {
                let entries = map(find(place, frame)?);
                let found = entries.iter().find(|(k, _)| k == key);
                Value::Option(found.map(|(_, value)| Box::new(value.clone())))
            }
            Expr::Generic(generic, args) => {
                let mut args = self.exprs(args, frame)?;
                match (generic, args.as_mut_slice()) {
                    (Generic::Same, [x]) => x.clone(),
                    (Generic::Both, [x]) => Value::Parts(vec![x.clone(), x.clone()]),
                    (Generic::FirstOr, [xs, other]) => list(xs).first().unwrap_or(other).clone(),
                    (Generic::Swapped, [Value::Parts(parts)]) => {
                        parts.reverse();
                        Value::Parts(parts.clone())
                    }
                    (generic, args) => panic!("{generic:?} of {args:?}"),
                }
            }
            Expr::Add(a, b) => {
                let (a, b) = (int(&self.expr(a, frame)?), int(&self.expr(b, frame)?));
                match a.checked_add(b) {
                    Some(n) => Value::Int(n),
                    None => return error("Int + Int overflows"),
                }
            }
            Expr::Mul(a, b) => {
                let (a, b) = (int(&self.expr(a, frame)?), int(&self.expr(b, frame)?));
                match a.checked_mul(b) {
                    Some(n) => Value::Int(n),
                    None => return error("Int * Int overflows"),
                }
            }
            Expr::Join(a, b) => {
                let (a, b) = (self.expr(a, frame)?, self.expr(b, frame)?);
                let (Value::Str(a), Value::Str(b)) = (a, b) else {
                    return error("no text");
                };
                if a.len() + b.len() > LARGEST {
                    return Err(Stop::TooMuch);
                }
                Value::Str(a + &b)
            }
            Expr::Text(value) => Value::Str(int(&self.expr(value, frame)?).to_string()),
            Expr::List(items) | Expr::Array(items) => Value::List(self.exprs(items, frame)?),
            Expr::Slice(of, slice) => {
                let of = self.expr(of, frame)?;
                let items = shown(&of, frame)?;
                let indices = indices(*slice, items.len())?;
                Value::List(indices.into_iter().map(|i| items[i].clone()).collect())
            }
            Expr::Sum(of) => {
                let of = self.expr(of, frame)?;
                let items = shown(&of, frame)?;
                let sum: i128 = items.iter().map(|item| i128::from(int(item))).sum();
                match i64::try_from(sum) {
                    Ok(sum) => Value::Int(sum),
                    Err(_) => return error("sum of Ints overflows"),
                }
            }
            Expr::ToArray(of) => {
                let of = self.expr(of, frame)?;
                Value::List(shown(&of, frame)?)
            }
            Expr::Some(value) => Value::Option(Some(Box::new(self.expr(value, frame)?))),
            Expr::None => Value::Option(None),
            Expr::Pair(a, b) => Value::Parts(vec![self.expr(a, frame)?, self.expr(b, frame)?]),
            Expr::Struct(_, fields) => Value::Parts(self.exprs(fields, frame)?),
            Expr::Variant(_, variant, fields) => {
                Value::Variant(*variant, self.exprs(fields, frame)?)
            }
            Expr::Call(callee, args) => {
                let args: Vec<Argument> = args.iter().cloned().map(Argument::Value).collect();
                self.call(*callee, &args, frame)?
            }
            Expr::CallValue(place, arg) => {
                let callee = find(place, frame)?.clone();
                let arg = self.expr(arg, frame)?;
                self.call_value(&callee, arg)?
            }
            Expr::Closure(param, body) => {
                Value::Fn(Rc::new((frame.clone(), *param, (**body).clone())))
            }
            Expr::If(cond, yes, no) => match self.cond(cond, frame)? {
                true => self.expr(yes, frame)?,
                false => self.expr(no, frame)?,
            },
            Expr::MatchOption(place, var, some, none) => match find(place, frame)?.clone() {
                Value::Option(Some(value)) => {
                    frame.insert(*var, *value);
                    self.expr(some, frame)?
                }
                _ => self.expr(none, frame)?,
            },
            Expr::MatchEnum(place, _, arms) => {
                let Value::Variant(variant, fields) = find(place, frame)?.clone() else {
                    return error("no enum");
                };
                let (vars, value) = &arms[variant];
                frame.extend(vars.iter().copied().zip(fields));
                self.expr(value, frame)?
            }
        })
    }

    fn call_value(&mut self, callee: &Value, arg: Value) -> Run<Value> {
        let Value::Fn(callee) = callee else {
            return error("no function");
        };
        let (frame, param, body) = &**callee;
        let mut frame = frame.clone();
        frame.insert(*param, arg);
        self.expr(body, &mut frame)
    }

    fn shows<'t>(&mut self, types: impl Iterator<Item = &'t Ty>, of: &[Value]) -> Run<String> {
        let mut text = String::new();
        for (ty, value) in types.zip(of) {
            text += &self.show(ty, value)?;
            text.push(',');
        }
        Ok(text)
    }

    /// What the functions `size` in the printed programs give.
    fn size(&mut self, ty: &Ty, value: &Value) -> Run<i64> {
        self.step()?;
        let program = self.program;
        let mut all = |types: &mut dyn Iterator<Item = &Ty>, parts: &[Value]| -> Run<i64> {
            let mut sum = 1;
            for (ty, part) in types.zip(parts) {
                sum += self.size(ty, part)?;
            }
            Ok(sum)
        };
        match (ty, value) {
            (Ty::Int, Value::Int(n)) => Ok(if *n < 0 { 1 } else { 2 }),
            (_, Value::Str(text)) => Ok(text.len() as i64),
            (Ty::List(ty), Value::List(items)) => all(&mut std::iter::repeat(&**ty), items),
            (Ty::Option(ty), Value::Option(Some(value))) => {
                all(&mut std::iter::once(&**ty), std::slice::from_ref(value))
            }
            (Ty::Map(ty), Value::Map(entries)) => {
                let values: Vec<Value> = entries.iter().map(|(_, value)| value.clone()).collect();
                all(&mut std::iter::repeat(&**ty), &values)
            }
            (Ty::Cell(ty), Value::Parts(parts)) => all(&mut std::iter::once(&**ty), parts),
            (Ty::Pair(a, b), Value::Parts(parts)) => all(&mut [&**a, &**b].into_iter(), parts),
            (Ty::Struct(n), Value::Parts(parts)) => all(&mut program.structs[*n].iter(), parts),
            (Ty::Enum(n), Value::Variant(variant, parts)) => {
                all(&mut program.enums[*n][*variant].iter(), parts)
            }
            _ => Ok(1),
        }
    }

    fn show(&mut self, ty: &Ty, value: &Value) -> Run<String> {
        self.step()?;
        Ok(match (ty, value) {
            (_, Value::Int(n)) => n.to_string(),
            (_, Value::Str(text)) => text.clone(),
            (Ty::List(ty), Value::List(items)) => {
                format!("[{}]", self.shows(std::iter::repeat(&**ty), items)?)
            }
            (Ty::Array | Ty::View, Value::List(items)) => {
                format!("[{}]", self.shows(std::iter::repeat(&Ty::Int), items)?)
            }
            (Ty::Option(ty), Value::Option(Some(value))) => {
                format!("Some({})", self.show(ty, value)?)
            }
            (Ty::Pair(a, b), Value::Parts(parts)) => {
                format!("<{}>", self.shows([&**a, &**b].into_iter(), parts)?)
            }
            (Ty::Cell(ty), Value::Parts(parts)) => format!("C({})", self.show(ty, &parts[0])?),
            (Ty::Map(ty), Value::Map(entries)) => {
                let mut text = String::from("{");
                for (key, value) in entries {
                    text += &format!("{key}:{},", self.show(ty, value)?);
                }
                text + "}"
            }
            (Ty::Struct(n), Value::Parts(parts)) => {
                let program = self.program;
                format!("S{n}({})", self.shows(program.structs[*n].iter(), parts)?)
            }
            (Ty::Enum(n), Value::Variant(variant, parts)) => {
                let types = &self.program.enums[*n][*variant];
                format!("V{n}{variant}({})", self.shows(types.iter(), parts)?)
            }
            (Ty::Fn(ty), function) if matches!(function, Value::Fn(_)) => {
                let value = self.call_value(function, Value::Int(3))?;
                self.show(ty, &value)?
            }
            _ => "None".to_owned(),
        })
    }
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(n) => *n,
        _ => 0,
    }
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    match value {
        Value::List(items) => items,
        other => panic!("{other:?} is no list"),
    }
}

fn map(value: &mut Value) -> &mut Vec<(String, Value)> {
    match value {
        Value::Map(entries) => entries,
        other => panic!("{other:?} is no map"),
    }
}

/// The elements that an array or view has.
fn shown(value: &Value, frame: &mut Frame) -> Run<Vec<Value>> {
    match value {
        Value::View(of, indices) => {
            let array = list(find(of, frame)?);
            Ok(indices.iter().map(|i| array[*i].clone()).collect())
        }
        Value::List(items) => Ok(items.clone()),
        other => panic!("{other:?} is no array"),
    }
}

/// What a loop over a list, array or view goes through.
fn elements(place: &Place, frame: &mut Frame) -> Run<Vec<Value>> {
    let of = find(place, frame)?.clone();
    shown(&of, frame)
}

/// A slice of an array, or of a view of one.
fn view(place: &Place, slice: Slice, frame: &mut Frame) -> Run<Value> {
    let place = resolved(place, frame);
    let (of, all) = match find(&place, frame)? {
        Value::View(of, all) => (of.clone(), all.clone()),
        other => {
            let all = (0..list(other).len()).collect();
            (place, all)
        }
    };
    let indices = indices(slice, all.len())?;
    Ok(Value::View(
        of,
        indices.into_iter().map(|i| all[i]).collect(),
    ))
}

/// The indices that a slice counts, all of which must be there.
fn indices(slice: Slice, len: usize) -> Run<Vec<usize>> {
    let len = len as i64;
    let bound = |bound: i64| if bound < 0 { len + bound } else { bound };
    let (lo, hi) = (slice.lo.map_or(0, bound), slice.hi.map_or(len, bound));
    let Some(by) = slice.by else {
        return match 0 <= lo && lo <= hi && hi <= len {
            true => Ok((lo as usize..hi as usize).collect()),
            false => error(format!("slice {lo}..<{hi} of an array of {len}")),
        };
    };
    let mut counted = Vec::new();
    let mut at = lo;
    while if by > 0 { at < hi } else { at > hi } {
        counted.push(at);
        at += by;
    }
    let ends = counted.first().into_iter().chain(counted.last());
    for end in ends {
        if !(0..len).contains(end) {
            return error(format!("index {end} is out of range for length {len}"));
        }
    }
    Ok(counted.into_iter().map(|i| i as usize).collect())
}

fn set(entries: &mut Vec<(String, Value)>, key: &str, value: Value) {
    match entries.iter_mut().find(|(k, _)| k == key) {
        Some((_, old)) => *old = value,
        None => entries.push((key.to_owned(), value)),
    }
}

/// The place with the values of its indices.
fn resolved(place: &Place, frame: &Frame) -> Place {
    let index = |var: &Var| frame.get(var).map_or(0, int);
    let steps = place.steps.iter().map(|step| match step {
        Step::AtVar(var) => Step::At(index(var)),
        step => step.clone(),
    });
    Place {
        root: place.root,
        steps: steps.collect(),
    }
}

fn find<'f>(place: &Place, frame: &'f mut Frame) -> Run<&'f mut Value> {
    let Place { root, steps } = resolved(place, frame);
    if let (Some(Value::View(of, indices)), [Step::At(i)]) = (frame.get(&root), steps.as_slice()) {
        let len = indices.len();
        let Some(at) = usize::try_from(*i).ok().and_then(|i| indices.get(i)) else {
            return error(format!("index {i} is out of range for length {len}"));
        };
        let mut place = of.clone();
        place.steps.push(Step::At(*at as i64));
        return find(&place, frame);
    }
    let mut at = frame.get_mut(&root).expect("variables are set");
    for step in &steps {
        at = match (step, at) {
            (Step::Field(i) | Step::Part(i), Value::Parts(parts)) => &mut parts[*i],
            (Step::Value, Value::Parts(parts)) => &mut parts[0],
            (Step::At(i), Value::List(items)) => {
                let len = items.len();
                let item = usize::try_from(*i).ok().and_then(|i| items.get_mut(i));
                match item {
                    Some(item) => item,
                    None => return error(format!("index {i} is out of range for length {len}")),
                }
            }
            (step, at) => panic!("no {step:?} in {at:?}"),
        };
    }
    Ok(at)
}
