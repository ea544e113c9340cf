//! Random programs as text.

use super::language::{
    Argument, Cond, Expr, Generic, Mode, Place, Program, Slice, Step, Stmt, Ty, Var,
};
use std::collections::HashSet;
use std::fmt::Write as _;

/// Writes a program whose names begin with `p`.
#[must_use]
pub(super) fn print(program: &Program, prefix: &str) -> String {
    let mut printer = Printer {
        program,
        prefix,
        out: String::new(),
        indent: 0,
        shown: HashSet::new(),
        to_show: Vec::new(),
    };
    printer.types();
    printer.sizes();
    for id in 0..program.functions.len() {
        printer.function(id);
    }
    printer.entry();
    while let Some(ty) = printer.to_show.pop() {
        printer.show_function(&ty);
    }
    printer.out
}

struct Printer<'a> {
    program: &'a Program,
    prefix: &'a str,
    out: String,
    indent: usize,
    shown: HashSet<Ty>,
    to_show: Vec<Ty>,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn upper(&self) -> String {
        self.prefix.to_uppercase()
    }

    fn ty(&self, ty: &Ty) -> String {
        match ty {
            Ty::Int => "Int".into(),
            Ty::Str => "String".into(),
            Ty::List(ty) => format!("List[{}]", self.ty(ty)),
            Ty::Option(ty) => format!("Option[{}]", self.ty(ty)),
            Ty::Map(ty) => format!("Map[String, {}]", self.ty(ty)),
            Ty::Cell(ty) => format!("Cell[{}]", self.ty(ty)),
            Ty::Pair(a, b) => format!("({}, {})", self.ty(a), self.ty(b)),
            Ty::Struct(n) => format!("{}S{n}", self.upper()),
            Ty::Enum(n) => format!("{}E{n}", self.upper()),
            Ty::Fn(ret) => format!("Fn(Int) -> {}", self.ty(ret)),
            Ty::Array => "Array[Int]".into(),
            Ty::View => "ArrayView[Int]".into(),
        }
    }

    fn types(&mut self) {
        let program = self.program;
        for (n, fields) in program.structs.iter().enumerate() {
            self.line(&format!("struct {}", self.ty(&Ty::Struct(n))));
            for (i, ty) in fields.iter().enumerate() {
                let ty = self.ty(ty);
                self.line(&format!("  f{i}: {ty}"));
            }
            self.line("end");
        }
        for (n, variants) in program.enums.iter().enumerate() {
            self.line(&format!("enum {}", self.ty(&Ty::Enum(n))));
            for (v, fields) in variants.iter().enumerate() {
                let fields = fields.iter().enumerate();
                let fields: Vec<String> = fields
                    .map(|(i, ty)| format!("f{i}: {}", self.ty(ty)))
                    .collect();
                let name = self.variant(n, v);
                match fields.is_empty() {
                    true => self.line(&format!("  {name}")),
                    false => self.line(&format!("  {name}({})", fields.join(", "))),
                }
            }
            self.line("end");
        }
    }

    /// The trait `Size` for the program's types.
    fn sizes(&mut self) {
        let program = self.program;
        let sum = |vars: Vec<String>| {
            let sizes = vars.iter().map(|var| format!(" + {var}.size"));
            format!("1{}", sizes.collect::<String>())
        };
        for (n, fields) in program.structs.iter().enumerate() {
            let ty = Ty::Struct(n);
            if program.has_size(&ty) {
                let fields = (0..fields.len()).map(|i| format!("self.f{i}")).collect();
                self.line(&format!("impl Size for {}", self.ty(&ty)));
                self.line(&format!("  fn size(self) -> Int = {}", sum(fields)));
                self.line("end");
            }
        }
        for (n, variants) in program.enums.iter().enumerate() {
            let ty = Ty::Enum(n);
            if program.has_size(&ty) {
                self.line(&format!("impl Size for {}", self.ty(&ty)));
                self.line("  fn size(self) -> Int");
                self.line("    match self");
                for (v, fields) in variants.iter().enumerate() {
                    let vars: Vec<String> = (0..fields.len()).map(|i| format!("y{i}")).collect();
                    let pattern = self.pattern(n, v, &vars);
                    self.line(&format!("      when {pattern} then {}", sum(vars)));
                }
                self.line("    end");
                self.line("  end");
                self.line("end");
            }
        }
    }

    fn variant(&self, n: usize, v: usize) -> String {
        format!("{}V{n}{v}", self.upper())
    }

    fn function(&mut self, id: usize) {
        let function = &self.program.functions[id];
        let params = function.params.iter().map(|(var, mode, ty)| {
            let mode = match mode {
                Mode::Read => "",
                Mode::Mut => "mut ",
                Mode::Own => "own ",
            };
            format!("{mode}v{var}: {}", self.ty(ty))
        });
        let params: Vec<String> = params.collect();
        let (prefix, ret) = (self.prefix, self.ty(&function.ret));
        self.line(&format!(
            "fn {prefix}_f{id}({}) -> {ret}",
            params.join(", ")
        ));
        self.stmts(&function.body);
        let result = self.expr(&function.result);
        let result = format!("  let result: {ret} = {result}");
        self.line(&result);
        self.line("  result");
        self.line("end");
    }

    /// Calls the last function, and tells what came of it.
    fn entry(&mut self) {
        let last = self.program.functions.len() - 1;
        let ret = &self.program.functions[last].ret;
        let prefix = self.prefix;
        let show = self.show_name(ret);
        let lines = [
            format!("fn {prefix}"),
            "  begin".into(),
            format!("    print({show}({prefix}_f{last}()))"),
            "  rescue e".into(),
            "    print(\"error #{e}\")".into(),
            "  end".into(),
            "end".into(),
        ];
        lines.iter().for_each(|line| self.line(line));
    }

    fn show_name(&mut self, ty: &Ty) -> String {
        if self.shown.insert(ty.clone()) {
            self.to_show.push(ty.clone());
        }
        let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
        let name: String = self.ty(ty).chars().map(plain).collect();
        format!("{}_show_{}", self.prefix, name.to_lowercase())
    }

    fn show_function(&mut self, ty: &Ty) {
        let (name, text) = (self.show_name(ty), self.ty(ty));
        self.line(&format!("fn {name}(x: {text}) -> String"));
        self.indent = 1;
        match ty {
            Ty::Int => self.line("\"#{x}\""),
            Ty::Str => self.line("x"),
            Ty::List(element) => {
                let show = self.show_name(element);
                self.line("let mut s = \"[\"");
                self.line("for e in x");
                self.line(&format!("  s = s + {show}(e) + \",\""));
                self.line("end");
                self.line("s + \"]\"");
            }
            Ty::Option(value) => {
                let show = self.show_name(value);
                self.line("match x");
                self.line(&format!("  when Some(y) then \"Some(#{{{show}(y)}})\""));
                self.line("  when None then \"None\"");
                self.line("end");
            }
            Ty::Cell(value) => {
                let show = self.show_name(value);
                self.line(&format!("\"C(#{{{show}(x.value)}})\""));
            }
            Ty::Map(value) => {
                let show = self.show_name(value);
                self.line("let mut s = \"{\"");
                self.line("for (k, v) in x");
                self.line(&format!("  s = s + k + \":\" + {show}(v) + \",\""));
                self.line("end");
                self.line("s + \"}\"");
            }
            Ty::Pair(a, b) => {
                let (a, b) = (self.show_name(a), self.show_name(b));
                self.line(&format!("\"<#{{{a}(x[0])}},#{{{b}(x[1])}},>\""));
            }
            Ty::Struct(n) => {
                let mut text = format!("\"S{n}(");
                for (i, ty) in self.program.structs[*n].iter().enumerate() {
                    let show = self.show_name(ty);
                    let _ = write!(text, "#{{{show}(x.f{i})}},");
                }
                self.line(&format!("{text})\""));
            }
            Ty::Enum(n) => {
                self.line("match x");
                for (v, fields) in self.program.enums[*n].iter().enumerate() {
                    let vars: Vec<String> = (0..fields.len()).map(|i| format!("y{i}")).collect();
                    let mut text = format!("\"V{n}{v}(");
                    for (i, ty) in fields.iter().enumerate() {
                        let show = self.show_name(ty);
                        let _ = write!(text, "#{{{show}(y{i})}},");
                    }
                    let pattern = self.pattern(*n, v, &vars);
                    self.line(&format!("  when {pattern} then {text})\""));
                }
                self.line("end");
            }
            Ty::Array | Ty::View => {
                self.line("let mut s = \"[\"");
                self.line("for e in x");
                self.line("  s = s + \"#{e},\"");
                self.line("end");
                self.line("s + \"]\"");
            }
            Ty::Fn(ret) => {
                let show = self.show_name(ret);
                self.line(&format!("{show}(x(3))"));
            }
        }
        self.indent = 0;
        self.line("end");
    }

    fn pattern(&self, n: usize, v: usize, vars: &[String]) -> String {
        match vars.is_empty() {
            true => self.variant(n, v),
            false => format!("{}({})", self.variant(n, v), vars.join(", ")),
        }
    }

    fn var_pattern(&self, n: usize, v: usize, vars: &[Var]) -> String {
        let vars: Vec<String> = vars.iter().map(|var| format!("v{var}")).collect();
        self.pattern(n, v, &vars)
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        self.indent += 1;
        for stmt in stmts {
            self.stmt(stmt);
        }
        self.indent -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(var, ty, value) => {
                let (ty, value) = (self.ty(ty), self.expr(value));
                self.line(&format!("let mut v{var}: {ty} = {value}"));
            }
            Stmt::LetCall(var, ty, callee, args) => {
                let args = args.iter().map(|arg| match arg {
                    Argument::Value(value) => self.expr(value),
                    Argument::Mut(place) => place_text(place),
                    Argument::View(place, slice) => slice_text(&place_text(place), *slice),
                });
                let args: Vec<String> = args.collect();
                let (prefix, ty, args) = (self.prefix, self.ty(ty), args.join(", "));
                self.line(&format!(
                    "let mut v{var}: {ty} = {prefix}_f{callee}({args})"
                ));
            }
            Stmt::Assign(place, value) => {
                let value = self.expr(value);
                self.line(&format!("{} = {value}", place_text(place)));
            }
            Stmt::AssignTwo(a, b, x, y) => {
                let (a, b) = (place_text(a), place_text(b));
                let (x, y) = (self.expr(x), self.expr(y));
                self.line(&format!("({a}, {b}) = ({x}, {y})"));
            }
            Stmt::View(var, place, slice, body) => {
                let view = slice_text(&place_text(place), *slice);
                self.line(&format!("let mut v{var} = {view}"));
                body.iter().for_each(|stmt| self.stmt(stmt));
            }
            Stmt::Fill(place, slice, value) => {
                let (place, value) = (place_text(place), self.expr(value));
                self.line(&format!("{} = {value}", slice_text(&place, *slice)));
            }
            Stmt::Push(place, value) => {
                let value = self.expr(value);
                self.line(&format!("{}.push({value})", place_text(place)));
            }
            Stmt::Pop(var, place) => {
                self.line(&format!("let mut v{var} = {}.pop", place_text(place)));
            }
            Stmt::MapSet(place, key, value) => {
                let value = self.expr(value);
                self.line(&format!("{}[\"{key}\"] = {value}", place_text(place)));
            }
            Stmt::MapRemove(var, place, key) => {
                let place = place_text(place);
                self.line(&format!("let mut v{var} = {place}.remove(\"{key}\")"));
            }
            Stmt::ForMap(key, value, place, body) => {
                self.line(&format!("for (v{key}, v{value}) in {}", place_text(place)));
                self.stmts(body);
                self.line("end");
            }
            Stmt::If(cond, yes, no) => {
                let cond = self.cond(cond);
                self.line(&format!("if {cond}"));
                self.stmts(yes);
                if !no.is_empty() {
                    self.line("else");
                    self.stmts(no);
                }
                self.line("end");
            }
            Stmt::For(var, n, body) => {
                self.line(&format!("for v{var} in 0..<{n}"));
                self.stmts(body);
                self.line("end");
            }
            Stmt::ForEach(var, place, body) => {
                self.line(&format!("for v{var} in {}", place_text(place)));
                self.stmts(body);
                self.line("end");
            }
            Stmt::MatchOption(place, var, some, none) => {
                self.line(&format!("match {}", place_text(place)));
                self.indent += 1;
                self.line(&format!("when Some(v{var})"));
                self.stmts(some);
                self.line("when None");
                self.stmts(none);
                self.indent -= 1;
                self.line("end");
            }
            Stmt::MatchEnum(place, n, arms) => {
                self.line(&format!("match {}", place_text(place)));
                self.indent += 1;
                for (v, (vars, body)) in arms.iter().enumerate() {
                    let pattern = self.var_pattern(*n, v, vars);
                    self.line(&format!("when {pattern}"));
                    self.stmts(body);
                }
                self.indent -= 1;
                self.line("end");
            }
            Stmt::Return(value) => {
                let value = self.expr(value);
                self.line(&format!("return {value}"));
            }
            Stmt::Break => self.line("break"),
            Stmt::Continue => self.line("continue"),
            Stmt::Raise(text) => {
                let text = self.expr(text);
                self.line(&format!("raise ValueError({text})"));
            }
            Stmt::Begin(body, handler, ensure) => {
                self.line("begin");
                self.stmts(body);
                self.line("rescue e");
                self.line("  print(e)");
                self.stmts(handler);
                if let Some(ensure) = ensure {
                    self.line("ensure");
                    self.stmts(ensure);
                }
                self.line("end");
            }
            Stmt::Block(var, body) => {
                self.line(&format!("twice |v{var}|"));
                self.stmts(body);
                self.line("end");
            }
            Stmt::Show(ty, value) => {
                let (show, value) = (self.show_name(ty), self.expr(value));
                self.line(&format!("print({show}({value}))"));
            }
        }
    }

    fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Is(value) => value.to_string(),
            Cond::Less(a, b) => format!("{} < {}", self.expr(a), self.expr(b)),
        }
    }

    fn exprs(&self, items: &[Expr]) -> String {
        let items: Vec<String> = items.iter().map(|item| self.expr(item)).collect();
        items.join(", ")
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Int(n) => n.to_string(),
            Expr::Str(text) => format!("\"{text}\""),
            Expr::Place(place) => place_text(place),
            Expr::Len(place) => format!("{}.length", place_text(place)),
            Expr::Add(a, b) | Expr::Join(a, b) => {
                format!("({} + {})", self.expr(a), self.expr(b))
            }
            Expr::Mul(a, b) => format!("({} * {})", self.expr(a), self.expr(b)),
            Expr::Text(value) => format!("\"#{{{}}}\"", self.expr(value)),
            Expr::List(items) | Expr::Array(items) => format!("[{}]", self.exprs(items)),
            Expr::Slice(of, slice) => slice_text(&self.expr(of), *slice),
            Expr::Sum(of) => format!("{}.sum", self.expr(of)),
            Expr::ToArray(of) => format!("{}.to_array", self.expr(of)),
            Expr::Some(value) => format!("Some({})", self.expr(value)),
            Expr::None => "None".into(),
            Expr::Pair(a, b) => format!("({}, {})", self.expr(a), self.expr(b)),
            Expr::Struct(n, fields) => {
                format!("{}({})", self.ty(&Ty::Struct(*n)), self.exprs(fields))
            }
            Expr::Cell(value) => format!("Cell({})", self.expr(value)),
            Expr::Map(ty, entries) if entries.is_empty() => {
                format!("Map[String, {}].new()", self.ty(ty))
            }
            Expr::Map(_, entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(k, v)| format!("\"{k}\" => {}", self.expr(v)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            Expr::MapGet(place, key) => format!("{}.get(\"{key}\")", place_text(place)),
            Expr::Generic(generic, args) => {
                let name = match generic {
                    Generic::Same => "same",
                    Generic::Both => "both",
                    Generic::FirstOr => "first_or",
                    Generic::Swapped => "swapped",
                };
                format!("{name}({})", self.exprs(args))
            }
            Expr::Size(place, _) => format!("sized({})", place_text(place)),
            Expr::Variant(n, v, fields) => match fields.is_empty() {
                true => self.variant(*n, *v),
                false => format!("{}({})", self.variant(*n, *v), self.exprs(fields)),
            },
            Expr::Call(callee, args) => {
                format!("{}_f{callee}({})", self.prefix, self.exprs(args))
            }
            Expr::CallValue(place, arg) => format!("{}({})", place_text(place), self.expr(arg)),
            Expr::Closure(param, body) => format!("|v{param}: Int| {} end", self.expr(body)),
            Expr::If(cond, yes, no) => {
                let (yes, no) = (self.expr(yes), self.expr(no));
                format!("(if {} then {yes} else {no} end)", self.cond(cond))
            }
            Expr::MatchOption(place, var, some, none) => format!(
                "(match {}\n when Some(v{var}) then {}\n when None then {}\n end)",
                place_text(place),
                self.expr(some),
                self.expr(none)
            ),
            Expr::MatchEnum(place, n, arms) => {
                let mut text = format!("(match {}\n", place_text(place));
                for (v, (vars, value)) in arms.iter().enumerate() {
                    let pattern = self.var_pattern(*n, v, vars);
                    let _ = writeln!(text, "  when {pattern} then {}", self.expr(value));
                }
                text + "end)"
            }
        }
    }
}

fn slice_text(of: &str, slice: Slice) -> String {
    let bound = |bound: Option<i64>| bound.map_or_else(String::new, |n| n.to_string());
    let (lo, hi) = (bound(slice.lo), bound(slice.hi));
    let dots = if slice.hi.is_some() { "..<" } else { ".." };
    let by = slice
        .by
        .map_or_else(String::new, |by| format!(" step {by}"));
    format!("{of}[{lo}{dots}{hi}{by}]")
}

fn place_text(place: &Place) -> String {
    let mut text = format!("v{}", place.root);
    for step in &place.steps {
        let _ = match step {
            Step::Field(i) => write!(text, ".f{i}"),
            Step::Part(i) => write!(text, "[{i}]"),
            Step::Value => write!(text, ".value"),
            Step::At(i) => write!(text, "[{i}]"),
            Step::AtVar(var) => write!(text, "[v{var}]"),
        };
    }
    text
}
