//! The HIR as text, for `--emit=hir`: Aria with every operator in parentheses.

//!
//! Here are declarations' functions and expressions; [`decl`] has types, traits and what they hold, [`ty`] types and patterns.

mod decl;
mod ty;

use super::*;

/// All files of a program.
#[must_use]
pub fn pretty(hir: &Hir) -> String {
    let mut printer = Printer {
        hir,
        out: String::new(),
        indent: 0,
    };
    for module in hir.modules.iter().filter(|m| !m.prelude) {
        for &item in &module.items {
            printer.item(item);
        }
    }
    printer.out
}

struct Printer<'a> {
    hir: &'a Hir,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.out.extend(std::iter::repeat_n("  ", self.indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn item(&mut self, id: ItemId) {
        let hir = self.hir;
        let item = &hir.items[id];
        for attribute in &item.attributes {
            let args: Vec<String> = attribute
                .args
                .iter()
                .map(|(name, value)| self.named(name.as_ref(), *value))
                .collect();
            let text = match args.is_empty() {
                true => format!("@{}", attribute.name.name),
                false => format!("@{}({})", attribute.name.name, args.join(", ")),
            };
            self.line(&text);
        }
        let private = if item.private { "priv " } else { "" };
        match &item.kind {
            ItemKind::Const { ty, value } => {
                let ty = ty.map_or(String::new(), |t| format!(": {}", self.ty(t)));
                let text = format!(
                    "{private}const {}{ty} = {}",
                    item.name.name,
                    self.expr(*value)
                );
                self.line(&text);
            }
            ItemKind::ExternPython { module, functions } => {
                let text = format!("extern Python from {} as {}", module.name, item.name.name);
                self.signatures(text, functions);
            }
            ItemKind::ExternNative {
                abi,
                library,
                functions,
            } => {
                let text = format!("extern {abi:?} from {:?}", library.name);
                self.signatures(text, functions);
            }
            ItemKind::Type(decl) => self.type_decl(private, &item.name.name, decl),
            ItemKind::Trait(decl) => self.trait_decl(private, &item.name.name, decl),
            ItemKind::Impl(decl) => self.impl_decl(decl),
            ItemKind::Import { path, .. } => {
                self.line(&format!("import {} as {}", path.name, item.name.name));
            }
            ItemKind::FromImport { path, names, .. } => {
                let name =
                    |(name, here): &(Ident, Ident)| format!("{} as {}", name.name, here.name);
                let names: Vec<String> = names.iter().map(name).collect();
                self.line(&format!("from {} import {}", path.name, names.join(", ")));
            }
            ItemKind::Fn(function) => {
                let text = self.signature(&item.name.name, function);
                self.line(&format!("{private}{text}"));
                self.indent += 1;
                self.wheres(&function.wheres);
                self.clauses("requires", &function.requires);
                self.clauses("ensures", &function.ensures);
                if let Some(body) = &function.body {
                    self.block(body);
                    self.indent -= 1;
                    self.line("end");
                    self.indent += 1;
                }
                self.indent -= 1;
            }
        }
    }

    fn signatures(&mut self, head: String, functions: &[ItemId]) {
        if functions.is_empty() {
            return self.line(&head);
        }
        self.line(&format!("{head} do"));
        self.members(&[], functions);
        self.line("end");
    }

    fn clauses(&mut self, word: &str, clauses: &[Requires]) {
        for clause in clauses {
            let message = self.optional(" : ", clause.message);
            self.line(&format!("{word} {}{message}", self.expr(clause.condition)));
        }
    }

    fn signature(&self, name: &str, function: &Function) -> String {
        let param = |p: &Param| {
            let mode = mode(p.mode);
            let default = self.optional(" = ", p.default);
            format!("{mode}{}: {}{default}", p.name.name, self.ty(p.ty))
        };
        let params: Vec<String> = function.params.iter().map(param).collect();
        let ret = function
            .ret
            .map_or(String::new(), |t| format!(" -> {}", self.ty(t)));
        let pure = if function.pure { "pure " } else { "" };
        let is_async = if function.is_async { "async " } else { "" };
        let effects = function.effects.iter().flatten();
        let effects: String = effects.map(|e| format!(" {}", e.name)).collect();
        let generics = self.generics(&function.generics);
        format!(
            "{is_async}{pure}fn {name}{generics}({}){ret}{effects}",
            params.join(", ")
        )
    }

    fn block(&mut self, block: &Block) {
        for &stmt in &block.stmts {
            let text = self.expr(stmt);
            for line in text.lines() {
                self.line(line);
            }
        }
    }

    /// Statements as indented lines.
    fn lines(&self, block: &Block) -> String {
        let mut inner = Printer {
            hir: self.hir,
            out: String::new(),
            indent: 1,
        };
        inner.block(block);
        inner.out
    }

    fn named(&self, name: Option<&Ident>, value: ExprId) -> String {
        let name = name.map_or(String::new(), |n| format!("{}: ", n.name));
        format!("{name}{}", self.expr(value))
    }

    fn list(&self, items: &[ExprId]) -> String {
        let items: Vec<String> = items.iter().map(|e| self.expr(*e)).collect();
        items.join(", ")
    }

    fn args(&self, args: &[Arg]) -> String {
        let args: Vec<String> = args
            .iter()
            .map(|a| self.named(a.name.as_ref(), a.value))
            .collect();
        args.join(", ")
    }

    fn closure(&self, closure: Option<&Closure>) -> String {
        let Some(closure) = closure else {
            return String::new();
        };
        format!(" {}", self.function_value(closure))
    }

    fn function_value(&self, closure: &Closure) -> String {
        let mut params = Vec::new();
        for (i, &param) in closure.params.iter().enumerate() {
            let ty = closure.types[i].map_or(String::new(), |t| format!(": {}", self.ty(t)));
            params.push(format!("{}{}{ty}", mode(closure.modes[i]), self.pat(param)));
        }
        format!("|{}|\n{}end", params.join(", "), self.lines(&closure.body))
    }

    fn label(&self, label: Option<&Ident>) -> String {
        label.map_or(String::new(), |l| format!("{}: ", l.name))
    }

    fn optional(&self, prefix: &str, value: Option<ExprId>) -> String {
        value.map_or(String::new(), |v| format!("{prefix}{}", self.expr(v)))
    }

    fn string(&self, parts: &[StrPart]) -> String {
        let mut text = String::from("\"");
        for part in parts {
            match part {
                StrPart::Text(t) => text.extend(t.escape_debug()),
                StrPart::Value(value) => {
                    text.push_str("#{");
                    text.push_str(&self.expr(*value));
                    text.push('}');
                }
            }
        }
        text + "\""
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.hir.exprs[id].kind {
            ExprKind::Int { value, suffix } => format!("{value}{}", suffix.unwrap_or("")),
            ExprKind::Float { value, suffix } => format!("{value:?}{}", suffix.unwrap_or("")),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Nil => "nil".to_owned(),
            ExprKind::Match { value, arms } => {
                let mut text = format!("match {}\n", self.expr(*value));
                for arm in arms {
                    let guard = self.optional(" if ", arm.guard);
                    text.push_str(&format!("when {}{guard}\n", self.pat(arm.pattern)));
                    text.push_str(&self.lines(&arm.body));
                }
                text + "end"
            }
            ExprKind::Loop { label, body, .. } => {
                format!(
                    "{}loop\n{}end",
                    self.label(label.as_ref()),
                    self.lines(body)
                )
            }
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            } => {
                let mut text = format!("begin\n{}", self.lines(body));
                for rescue in rescues {
                    let ty = rescue
                        .ty
                        .map_or(String::new(), |t| format!(": {}", self.ty(t)));
                    text.push_str(&format!("rescue {}{ty}\n", self.pat(rescue.pattern)));
                    text.push_str(&self.lines(&rescue.body));
                }
                for (word, body) in [("else", otherwise), ("ensure", ensure)] {
                    if let Some(body) = body {
                        text.push_str(&format!("{word}\n{}", self.lines(body)));
                    }
                }
                text + "end"
            }
            ExprKind::Await(value) => format!("(await {})", self.expr(*value)),
            ExprKind::Try(value) => format!("(try {})", self.expr(*value)),
            ExprKind::Propagate(value) => format!("{}?", self.expr(*value)),
            ExprKind::Closure(closure) => self.function_value(closure),
            ExprKind::Map(pairs) => {
                let pair =
                    |(k, v): &(ExprId, ExprId)| format!("{} => {}", self.expr(*k), self.expr(*v));
                let pairs: Vec<String> = pairs.iter().map(pair).collect();
                format!("{{{}}}", pairs.join(", "))
            }
            ExprKind::Str(parts) => self.string(parts),
            ExprKind::Symbol(name) => format!(":{name}"),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Tuple(items) => format!("({})", self.list(items)),
            ExprKind::Array(items) => format!("[{}]", self.list(items)),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => format!("(-{})", self.expr(*operand)),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => format!("(not {})", self.expr(*operand)),
            ExprKind::Binary { op, left, right } => {
                format!(
                    "({} {} {})",
                    self.expr(*left),
                    op.symbol(),
                    self.expr(*right)
                )
            }
            ExprKind::Logical { op, left, right } => {
                let op = if *op == LogicalOp::And { "and" } else { "or" };
                format!("({} {op} {})", self.expr(*left), self.expr(*right))
            }
            ExprKind::Compare { first, rest } => {
                let mut text = format!("({}", self.expr(*first));
                for (op, right) in rest {
                    text.push_str(&format!(" {} {}", op.symbol(), self.expr(*right)));
                }
                text + ")"
            }
            ExprKind::Range {
                lo,
                hi,
                inclusive,
                step,
            } => {
                let dots = if *inclusive { ".." } else { "..<" };
                let (lo, hi) = (self.optional("", *lo), self.optional("", *hi));
                format!("({lo}{dots}{hi}{})", self.optional(" step ", *step))
            }
            ExprKind::Call {
                callee,
                args,
                block,
            } => {
                format!(
                    "{}({}){}",
                    self.expr(*callee),
                    self.args(args),
                    self.closure(block.as_ref())
                )
            }
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                parens,
                block,
            } => {
                let args = if *parens {
                    format!("({})", self.args(args))
                } else {
                    String::new()
                };
                format!(
                    "{}.{}{args}{}",
                    self.expr(*receiver),
                    name.name,
                    self.closure(block.as_ref())
                )
            }
            ExprKind::Index { base, indices } => {
                format!("{}[{}]", self.expr(*base), self.list(indices))
            }
            ExprKind::Type(ty) => self.ty(*ty),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                let mut text = format!("if {}\n{}", self.expr(*condition), self.lines(then));
                if let Some(otherwise) = otherwise {
                    text.push_str("else\n");
                    text.push_str(&self.lines(otherwise));
                }
                text + "end"
            }
            ExprKind::While {
                label,
                condition,
                body,
                ..
            } => {
                let label = self.label(label.as_ref());
                format!(
                    "{label}while {}\n{}end",
                    self.expr(*condition),
                    self.lines(body)
                )
            }
            ExprKind::For {
                label,
                parallel,
                pattern,
                iterable,
                body,
                ..
            } => {
                let label = self.label(label.as_ref());
                let (pattern, iterable) = (self.pat(*pattern), self.expr(*iterable));
                format!(
                    "{label}{}for {pattern} in {iterable}\n{}end",
                    if *parallel { "parallel_" } else { "" },
                    self.lines(body)
                )
            }
            ExprKind::Break { label, value } => {
                let label = label
                    .as_ref()
                    .map_or(String::new(), |l| format!(" :{}", l.name));
                format!("break{label}{}", self.optional(" ", *value))
            }
            ExprKind::Continue { label } => {
                let label = label
                    .as_ref()
                    .map_or(String::new(), |l| format!(" :{}", l.name));
                format!("continue{label}")
            }
            ExprKind::Return(value) => format!("return{}", self.optional(" ", *value)),
            ExprKind::Reraise => "raise".to_owned(),
            ExprKind::Raise { value, from } => {
                format!(
                    "raise {}{}",
                    self.expr(*value),
                    self.optional(" from ", *from)
                )
            }
            ExprKind::Let {
                mutable,
                pattern,
                ty,
                value,
            } => {
                let mutable = if *mutable { "mut " } else { "" };
                let ty = ty.map_or(String::new(), |t| format!(": {}", self.ty(t)));
                format!(
                    "let {mutable}{}{ty} = {}",
                    self.pat(*pattern),
                    self.expr(*value)
                )
            }
            ExprKind::Assign { target, ty, value } => {
                let ty = ty.map_or(String::new(), |t| format!(": {}", self.ty(t)));
                format!("{}{ty} = {}", self.expr(*target), self.expr(*value))
            }
            ExprKind::CompoundAssign { op, target, value } => {
                format!(
                    "{} {}= {}",
                    self.expr(*target),
                    op.symbol(),
                    self.expr(*value)
                )
            }
            ExprKind::Error => "<error>".to_owned(),
        }
    }
}

fn mode(mode: ParamMode) -> &'static str {
    match mode {
        ParamMode::Read => "",
        ParamMode::Mut => "mut ",
        ParamMode::Own => "own ",
    }
}
