//! MIR as text, for people and for tests (`--emit=mir`).
//!
//! ```text
//! fn axpy(a: Float, x: PyArrayView[Float], mut y: PyArrayView[Float]) -> Unit   # exported raises
//!   _3 = len x
//!   for i in 0..<_3   # loop0
//!     _4 = x[i]
//!     y[i] = _4 ?      # the index is checked
//! ```
//!
//! A local with a name is printed by it (with its number where two locals share one), a temporary as `_7`.
//! `?` marks loads and stores whose index is checked.

mod nd;

use super::{
    BinOp, Block, Const, Function, GilMode, GilState, Kernel, LocalId, Operand, Program, ReduceOp,
    Rvalue, Step, Stmt, StmtKind, UnOp, Work,
};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::types::Ty;
use std::collections::HashMap;
use std::fmt::Write;

/// The whole program, a function after the other.
#[must_use]
pub fn pretty(program: &Program) -> String {
    let mut out = String::new();
    for (id, native) in program.natives.iter() {
        let params: Vec<String> = native
            .params
            .iter()
            .map(|(ty, mode)| format!("{}{ty}", mode_word(*mode)))
            .collect();
        let _ = writeln!(
            out,
            "extern {id:?} = {:?} {}({}) -> {}",
            native.abi,
            native.symbol,
            params.join(", "),
            native.ret
        );
    }
    for (i, function) in program.functions.iter().map(|(_, f)| f).enumerate() {
        if i > 0 || !program.natives.is_empty() {
            out.push('\n');
        }
        out.push_str(&pretty_function(program, function));
    }
    out
}

/// One function.
#[must_use]
pub fn pretty_function(program: &Program, function: &Function) -> String {
    let mut uses: HashMap<&str, u32> = HashMap::new();
    for (_, local) in function.locals.iter() {
        if let Some(name) = &local.name {
            *uses.entry(name).or_default() += 1;
        }
    }
    let mut printer = Printer {
        program,
        function,
        uses,
        out: String::new(),
        depth: 1,
    };
    printer.header();
    printer.block(&function.body);
    printer.out
}

struct Printer<'a> {
    program: &'a Program,
    function: &'a Function,
    /// How many locals share a name.
    uses: HashMap<&'a str, u32>,
    out: String,
    depth: usize,
}

fn mode_word(mode: ParamMode) -> &'static str {
    match mode {
        ParamMode::Read => "",
        ParamMode::Mut => "mut ",
        ParamMode::Own => "own ",
    }
}

impl Printer<'_> {
    fn header(&mut self) {
        let f = self.function;
        let params: Vec<String> = f
            .params
            .iter()
            .map(|p| {
                let default = p
                    .default
                    .map(|d| format!(" = {}()", self.program.functions[d].name))
                    .unwrap_or_default();
                let ty = &f.locals[p.local].ty;
                format!(
                    "{}{}: {ty}{default}",
                    mode_word(p.mode),
                    self.local(p.local)
                )
            })
            .collect();
        let _ = write!(
            self.out,
            "fn {}({}) -> {}",
            f.name,
            params.join(", "),
            f.ret
        );
        let gil = match f.gil {
            GilMode::Auto => "",
            GilMode::Hold => " gil:hold",
            GilMode::Release => " gil:release",
        };
        let mut notes = String::from(gil);
        for (is, word) in [
            (f.exported, " exported"),
            (f.uses_python, " py"),
            (f.raises, " raises"),
        ] {
            if is {
                notes.push_str(word);
            }
        }
        if let Some(work) = &f.entry_release {
            let _ = write!(notes, " release:{}", self.work(work));
        }
        if !notes.is_empty() {
            let _ = write!(self.out, "   #{notes}");
        }
        self.out.push('\n');
    }

    fn local(&self, local: LocalId) -> String {
        let known = &self.function.locals;
        if local.index() >= known.len() {
            return format!("{local:?}!");
        }
        match &known[local].name {
            Some(name) if self.uses.get(name.as_str()) == Some(&1) => name.clone(),
            Some(name) => format!("{name}{local:?}"),
            None => format!("{local:?}"),
        }
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn nested(&mut self, block: &Block) {
        self.depth += 1;
        self.block(block);
        self.depth -= 1;
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { dst, value } => {
                let target = dst.map(|d| format!("{} = ", self.local(d)));
                let text = format!("{}{}", target.unwrap_or_default(), self.rvalue(value));
                self.line(&text);
                if let Some(kernel) = value.kernel() {
                    self.nested(&kernel.body);
                    let give = format!("  give {}", self.operand(&kernel.result));
                    self.line(&give);
                }
            }
            StmtKind::Store {
                array,
                index,
                value,
                checked,
            } => self.line(&format!(
                "{}[{}] = {}{}",
                self.local(*array),
                self.operand(index),
                self.operand(value),
                if *checked { " ?" } else { "" }
            )),
            StmtKind::StoreAt {
                array,
                indices,
                value,
            } => self.line(&format!(
                "{}[{}] = {} ?",
                self.local(*array),
                self.operands(indices),
                self.operand(value),
            )),
            StmtKind::Bound {
                array,
                index,
                axis,
                checked,
            } => self.line(&format!(
                "bound {axis} {}[{}]{}",
                self.local(*array),
                self.operand(index),
                if *checked { " ?" } else { "" }
            )),
            StmtKind::SetField {
                of,
                variant,
                index,
                value,
            } => self.line(&format!(
                "{}.{} = {}",
                self.local(*of),
                part(*variant, *index),
                self.operand(value)
            )),
            StmtKind::Alias { dst, of, step } => {
                let step = match step {
                    Step::Field { variant, index } => format!(".{}", part(*variant, *index)),
                    Step::Element { index, checked } => format!(
                        "[{}]{}",
                        self.operand(index),
                        if *checked { " ?" } else { "" }
                    ),
                };
                let text = format!("{} := {}{step}", self.local(*dst), self.local(*of));
                self.line(&text);
            }
            StmtKind::Try {
                body,
                error,
                handler,
            } => {
                self.line("try");
                self.nested(body);
                self.line(&format!("rescue {}", self.local(*error)));
                self.nested(handler);
            }
            StmtKind::Reraise { error, from } => {
                let from =
                    from.map_or_else(String::new, |from| format!(" from {}", self.local(from)));
                self.line(&format!("reraise {}{from}", self.local(*error)));
            }
            StmtKind::PySetItem { object, key, value } => self.line(&format!(
                "py {}[{}] = {}",
                self.operand(object),
                self.operand(key),
                self.operand(value)
            )),
            StmtKind::PySetAttr {
                object,
                name,
                value,
            } => self.line(&format!(
                "py {}.{name} = {}",
                self.operand(object),
                self.operand(value)
            )),
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.line(&format!("if {}", self.operand(condition)));
                self.nested(then);
                if !otherwise.stmts.is_empty() {
                    self.line("else");
                    self.nested(otherwise);
                }
            }
            StmtKind::While {
                id,
                test,
                condition,
                body,
            } => {
                self.line(&format!("while   # {id:?}"));
                self.nested(test);
                self.line(&format!("do {}", self.operand(condition)));
                self.nested(body);
            }
            StmtKind::For {
                id,
                var,
                lo,
                hi,
                inclusive,
                step,
                body,
            } => {
                let step = match step {
                    Operand::Const(Const::Int(1)) => String::new(),
                    step => format!(" step {}", self.operand(step)),
                };
                let parallel = self.function.loops[*id].parallel;
                self.line(&format!(
                    "{}for {} in {}{}{}{step}   # {id:?}",
                    if parallel { "parallel_" } else { "" },
                    self.local(*var),
                    self.operand(lo),
                    if *inclusive { ".." } else { "..<" },
                    self.operand(hi),
                ));
                self.nested(body);
            }
            StmtKind::Break(id) => self.line(&format!("break {id:?}")),
            StmtKind::Continue(id) => self.line(&format!("continue {id:?}")),
            StmtKind::Return(value) => self.line(&format!("return {}", self.operand(value))),
            StmtKind::Raise { kind, message } => {
                self.line(&format!("raise {kind:?} {}", self.operand(message)));
            }
            StmtKind::EndCall(call) => {
                let call = self.operand(call);
                self.line(&format!("end_call {call}"));
            }
            StmtKind::RaiseObject(object) => {
                self.line(&format!("raise {}", self.operand(object)));
            }
            StmtKind::Drop(local) => self.line(&format!("drop {}", self.local(*local))),
            StmtKind::Gil(state, block) => {
                self.line(match state {
                    GilState::Held => "with_gil",
                    GilState::Released => "without_gil",
                });
                self.nested(block);
            }
            StmtKind::GilRelease(work) => self.line(&format!("gil_release {}", self.work(work))),
            StmtKind::GilAcquire => self.line("gil_acquire"),
        }
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Local(l) => self.local(*l),
            Operand::Const(c) => match c {
                Const::Unit => "()".into(),
                Const::Bool(b) => b.to_string(),
                Const::Int(n) => n.to_string(),
                Const::Sized(kind, n) => format!("{n}{kind:?}"),
                Const::Float(x) => format!("{x:?}"),
                Const::Float32(x) => format!("{x:?}f32"),
                Const::Str(s) => format!("{s:?}"),
            },
        }
    }

    fn operands(&self, operands: &[Operand]) -> String {
        let all: Vec<String> = operands.iter().map(|o| self.operand(o)).collect();
        all.join(", ")
    }

    fn py_args(&self, args: &[Operand], keywords: &[String]) -> String {
        let first = args.len().saturating_sub(keywords.len());
        let all: Vec<String> = args
            .iter()
            .enumerate()
            .map(|(i, arg)| match i.checked_sub(first) {
                Some(k) => format!("{}={}", keywords[k], self.operand(arg)),
                None => self.operand(arg),
            })
            .collect();
        all.join(", ")
    }

    fn kernel(&self, sources: &[LocalId], kernel: &Kernel) -> String {
        let sources: Vec<String> = sources.iter().map(|s| self.local(*s)).collect();
        let params: Vec<String> = kernel.params.iter().map(|p| self.local(*p)).collect();
        format!("{} |{}|", sources.join(", "), params.join(", "))
    }

    fn rvalue(&self, value: &Rvalue) -> String {
        match value {
            Rvalue::Use(o) => self.operand(o),
            Rvalue::Move(l) => format!("move {}", self.local(*l)),
            Rvalue::Clone(l) => format!("clone {}", self.local(*l)),
            Rvalue::Unary { op, operand } => match op {
                UnOp::Neg => format!("-{}", self.operand(operand)),
                UnOp::Not => format!("not {}", self.operand(operand)),
                UnOp::BitNot => format!("bit_not {}", self.operand(operand)),
                UnOp::Ones => format!("count_ones {}", self.operand(operand)),
                UnOp::LeadingZeros => format!("leading_zeros {}", self.operand(operand)),
                UnOp::TrailingZeros => format!("trailing_zeros {}", self.operand(operand)),
            },
            Rvalue::Binary { op, left, right } => format!(
                "{} {} {}",
                self.operand(left),
                op.symbol(),
                self.operand(right)
            ),
            Rvalue::Math { function, args } => {
                format!("{}({})", function.name(), self.operands(args))
            }
            Rvalue::Convert { to, operand } => format!("{}({})", to, self.operand(operand)),
            Rvalue::Len(l) => format!("len {}", self.local(*l)),
            Rvalue::Load {
                array,
                index,
                checked,
            } => format!(
                "{}[{}]{}",
                self.local(*array),
                self.operand(index),
                if *checked { " ?" } else { "" }
            ),
            Rvalue::Tuple(items) => format!("({})", self.operands(items)),
            Rvalue::Field {
                tuple,
                variant,
                index,
                take,
            } => format!(
                "{}{}.{}",
                if *take { "take " } else { "" },
                self.local(*tuple),
                part(*variant, *index)
            ),
            Rvalue::Adt {
                ty,
                variant,
                fields,
            } => {
                let layout = self.program.adts.get(ty);
                let variant = layout.and_then(|l| l.variants.get(*variant as usize));
                let name = variant.map_or("?", |v| &v.name);
                format!("{}.{name}({})", Ty::Adt(ty.clone()), self.operands(fields))
            }
            Rvalue::Variant(l) => format!("variant {}", self.local(*l)),
            Rvalue::List { element, items } => format!("list {element} [{}]", self.operands(items)),
            Rvalue::ListOp { op, list, args } => {
                format!(
                    "{}.{}({})",
                    self.local(*list),
                    op.name(),
                    self.operands(args)
                )
            }
            Rvalue::Closure { function, captures } => format!(
                "closure {}({})",
                self.program.functions[*function].name,
                self.operands(captures)
            ),
            Rvalue::Borrowing { function, captures } => {
                let captures: Vec<String> = captures.iter().map(|l| self.local(*l)).collect();
                let name = &self.program.functions[*function].name;
                format!("borrowing {name}({})", captures.join(", "))
            }
            Rvalue::CallValue { callee, args, .. } => {
                format!(
                    "call value {}({})",
                    self.local(*callee),
                    self.operands(args)
                )
            }
            Rvalue::View(l) => format!("view {}", self.local(*l)),
            Rvalue::Slice {
                array,
                lo,
                hi,
                inclusive,
                step,
            } => {
                let range = self.range((lo, hi, *inclusive), step.as_ref());
                format!("slice {}[{range}]", self.local(*array))
            }
            Rvalue::Nd(op) => self.nd(op),
            Rvalue::IsContiguous(l) => format!("is_contiguous {}", self.local(*l)),
            Rvalue::Array { element, items } => {
                format!("array {element} [{}]", self.operands(items))
            }
            Rvalue::Fill {
                element,
                len,
                value,
            } => {
                let value = value
                    .as_ref()
                    .map(|value| format!(" of {}", self.operand(value)));
                let value = value.unwrap_or_default();
                format!("fill {element} {}{value}", self.operand(len))
            }
            Rvalue::ToArray(l) => format!("to_array {}", self.local(*l)),
            Rvalue::Map {
                sources,
                kernel,
                parallel,
                reuse,
            } => format!(
                "{} {}",
                match (parallel, reuse) {
                    (true, _) => "parallel_map",
                    (_, true) => "map in place",
                    _ => "map",
                },
                self.kernel(sources, kernel)
            ),
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            } => format!("{} {}", op.name(), self.kernel(sources, kernel)),
            Rvalue::Call { callee, args } => format!(
                "call {}({})",
                self.program.functions[*callee].name,
                self.operands(args)
            ),
            Rvalue::CallNative { callee, args } => format!(
                "call {}({})",
                self.program.natives[*callee].symbol,
                self.operands(args)
            ),
            Rvalue::Join(parts) => format!("join({})", self.operands(parts)),
            Rvalue::ToStr(o) => format!("to_str {}", self.operand(o)),
            Rvalue::Stream { op, parts } if op.reads() => {
                debug_assert!(parts.is_empty());
                op.name().to_owned()
            }
            Rvalue::Stream { op, parts } => format!("{}({})", op.name(), self.operands(parts)),
            Rvalue::ErrorText(l) => format!("text of {}", self.local(*l)),
            Rvalue::ErrorClass(l) => format!("class of {}", self.local(*l)),
            Rvalue::ThisCall => "this_call".to_owned(),
            Rvalue::EndsCall { error, call } => {
                format!("{} ends {}", self.local(*error), self.operand(call))
            }
            Rvalue::ErrorIs { error, class } => format!("{} is {class:?}", self.local(*error)),
            Rvalue::StrLen(o) => format!("str_len {}", self.operand(o)),
            Rvalue::PyModule(m) => format!("py module {}", self.program.modules[*m]),
            Rvalue::PyAttr { object, name } => format!("py {}.{name}", self.operand(object)),
            Rvalue::PyCall {
                callee,
                args,
                keywords,
            } => format!(
                "py {}({})",
                self.operand(callee),
                self.py_args(args, keywords)
            ),
            Rvalue::PyMethod {
                object,
                name,
                args,
                keywords,
            } => format!(
                "py {}.{name}({})",
                self.operand(object),
                self.py_args(args, keywords)
            ),
            Rvalue::PyItem { object, key } => {
                format!("py {}[{}]", self.operand(object), self.operand(key))
            }
            Rvalue::PyOperate { op, left, right } => match right {
                Some(right) => format!("py {op:?} {}, {}", self.operand(left), self.operand(right)),
                None => format!("py {op:?} {}", self.operand(left)),
            },
            Rvalue::PyTruth(o) => format!("py truth {}", self.operand(o)),
            Rvalue::PyLen(o) => format!("py len {}", self.operand(o)),
            Rvalue::PyAwait(o) => format!("py await {}", self.operand(o)),
            Rvalue::PyIter(o) => format!("py iter {}", self.operand(o)),
            Rvalue::PyNext { iterator, item } => {
                format!(
                    "py next {} -> {}",
                    self.operand(iterator),
                    self.local(*item)
                )
            }
            Rvalue::ToObject { value, take } => format!(
                "py object {}{}",
                if *take { "take " } else { "" },
                self.operand(value)
            ),
            Rvalue::FromObject { object, ty } => format!("py {ty} of {}", self.operand(object)),
        }
    }

    fn work(&self, work: &Work) -> String {
        match work {
            Work::Nanos(n) => format!("{n}ns"),
            Work::Len(l, 0) => format!("len({})", self.local(*l)),
            Work::Len(l, axis) => format!("len {axis}({})", self.local(*l)),
            Work::Int(o) => self.operand(o),
            Work::Add(a, b) => format!("({} + {})", self.work(a), self.work(b)),
            Work::Mul(a, b) => format!("({} * {})", self.work(a), self.work(b)),
            Work::Div(a, n) => format!("({} / {n})", self.work(a)),
            Work::Unknown => "unknown".into(),
        }
    }
}

impl BinOp {
    /// How the printer writes it.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::Div => "/",
            BinOp::FloorDiv => "//",
            BinOp::Mod => "%",
            BinOp::Pow => "**",
            BinOp::WrapAdd => "&+",
            BinOp::WrapSub => "&-",
            BinOp::WrapMul => "&*",
            BinOp::BitAnd => "and",
            BinOp::BitOr => "or",
            BinOp::BitXor => "xor",
            BinOp::Shl => "shl",
            BinOp::Shr => "shr",
            BinOp::Eq => "==",
            BinOp::Ne => "!=",
            BinOp::Lt => "<",
            BinOp::Le => "<=",
            BinOp::Gt => ">",
            BinOp::Ge => ">=",
        }
    }

    /// Whether the result is a Bool.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge
        )
    }
}

impl ReduceOp {
    /// How it is called in Aria.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReduceOp::Sum => "sum",
            ReduceOp::Mean => "mean",
            ReduceOp::Min => "min",
            ReduceOp::Max => "max",
        }
    }
}

/// A field of a variant; of the first one, its index alone.
fn part(variant: u32, index: usize) -> String {
    match variant {
        0 => index.to_string(),
        variant => format!("{variant}.{index}"),
    }
}
