//! What the remarks about the GIL say: which work a region holds, and what needs the GIL.

use super::{Regions, needs_gil_deep};
use crate::mir::{Block, GilState, LocalId, Operand, Program, Rvalue, Stmt, StmtKind};
use std::collections::BTreeMap;

/// The work of a region in words: `sum`, `the loop and max`.
pub(super) fn work_of<'a>(program: &Program, stmts: impl Iterator<Item = &'a Stmt>) -> String {
    let mut words: Vec<String> = Vec::new();
    for stmt in stmts {
        name_work(program, stmt, &mut words);
    }
    words.dedup();
    match words.as_slice() {
        [] => "this".into(),
        [one] => one.clone(),
        [first @ .., last] if words.len() <= 3 => format!("{} and {last}", first.join(", ")),
        [first, second, ..] => format!("{first}, {second} and what follows"),
    }
}

fn name_work(program: &Program, stmt: &Stmt, words: &mut Vec<String>) {
    let mut word = |w: &str| {
        if !words.iter().any(|known| known == w) {
            words.push(w.to_owned());
        }
    };
    match &stmt.kind {
        StmtKind::For { .. } | StmtKind::While { .. } => word("the loop"),
        StmtKind::Assign { value, .. } => match value {
            Rvalue::Reduce { op, .. } => word(op.name()),
            Rvalue::Map { parallel: true, .. } => word("parallel_map"),
            Rvalue::Map { .. } => word("the array operation"),
            Rvalue::Call { callee, .. } => word(&program.functions[*callee].name),
            Rvalue::CallNative { callee, .. } => word(&program.natives[*callee].symbol),
            Rvalue::Fill { .. } => word("filling an array"),
            Rvalue::ToArray(_) | Rvalue::Clone(_) => word("copying an array"),
            _ => {}
        },
        _ => stmt.blocks(&mut |block| {
            for stmt in &block.stmts {
                name_work(program, stmt, words);
            }
        }),
    }
}

impl Regions<'_> {
    /// Says of everything that needs the GIL what it is.
    pub(super) fn explain(&mut self, body: &Block) {
        let mut made_by = BTreeMap::new();
        body.each(&mut |stmt| {
            if let StmtKind::Assign {
                dst: Some(dst),
                value,
            } = &stmt.kind
            {
                match value {
                    Rvalue::PyModule(module) => {
                        made_by.insert(*dst, self.program.modules[*module].clone());
                    }
                    Rvalue::PyAttr { object, name } => {
                        let whole = object.local().and_then(|l| made_by.get(&l)).cloned();
                        let path = whole.map_or(name.clone(), |whole| format!("{whole}.{name}"));
                        made_by.insert(*dst, path);
                    }
                    _ => {}
                }
            }
        });
        self.explain_block(body, &made_by);
    }

    fn explain_block(&mut self, block: &Block, made_by: &BTreeMap<LocalId, String>) {
        // Attributes and conversions are part of a call that stands in the same place.
        let mut calls = Vec::new();
        for stmt in &block.stmts {
            if let Some(text) = self.reason(stmt, made_by) {
                calls.push(stmt.span);
                self.remark(stmt.span, format!("GIL held: {text}"));
            }
            let is_loop = matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. });
            if is_loop && needs_gil_deep(stmt, self.signatures, self.function) {
                let mut inside = None;
                stmt.blocks(&mut |block| {
                    block.each(&mut |s| {
                        if inside.is_none() {
                            inside = self.reason(s, made_by);
                        }
                    });
                });
                let text = match inside {
                    Some(text) => format!("GIL held: the loop {text} in its turns"),
                    None => "GIL held: the loop uses Python objects in its turns".into(),
                };
                self.remark(stmt.span, text);
            }
            let mut blocks: Vec<&Block> = Vec::new();
            match &stmt.kind {
                StmtKind::If {
                    then, otherwise, ..
                } => blocks.extend([then, otherwise]),
                StmtKind::While { test, body, .. } => blocks.extend([test, body]),
                StmtKind::For { body, .. } | StmtKind::Gil(GilState::Held, body) => {
                    blocks.push(body)
                }
                _ => {}
            }
            for block in blocks {
                self.explain_block(block, made_by);
            }
        }
        for stmt in &block.stmts {
            let within = |call: &crate::source::Span| {
                call.file == stmt.span.file
                    && call.start <= stmt.span.start
                    && stmt.span.end <= call.end
            };
            if !calls.iter().any(within)
                && let Some(text) = self.small_reason(stmt)
            {
                calls.push(stmt.span);
                self.remark(stmt.span, format!("GIL held: {text}"));
            }
        }
    }

    /// Why a statement needs the GIL, if it calls Python or a function that does.
    fn reason(&self, stmt: &Stmt, made_by: &BTreeMap<LocalId, String>) -> Option<String> {
        let path = |operand: &Operand| operand.local().and_then(|l| made_by.get(&l));
        let StmtKind::Assign { value, .. } = &stmt.kind else {
            return None;
        };
        match value {
            Rvalue::PyMethod { object, name, .. } => Some(match path(object) {
                Some(path) => format!("calls {path}.{name}"),
                None => format!("calls the method {name} of a Python object"),
            }),
            Rvalue::PyCall { callee, .. } => Some(match path(callee) {
                Some(path) => format!("calls {path}"),
                None => "calls a Python object".into(),
            }),
            Rvalue::Call { callee, .. } if self.signatures.uses_python(*callee) => {
                let name = &self.program.functions[*callee].name;
                Some(format!("calls {name}, which uses Python"))
            }
            _ => None,
        }
    }

    /// Why a statement needs the GIL that does something else with Python.
    fn small_reason(&self, stmt: &Stmt) -> Option<String> {
        let what = match &stmt.kind {
            StmtKind::PySetItem { .. } => "sets an item of a Python object",
            StmtKind::PySetAttr { .. } => "sets an attribute of a Python object",
            StmtKind::RaiseObject(_) => "raises a Python exception",
            StmtKind::Assign { value, .. } => match value {
                Rvalue::PyAttr { name, .. } => {
                    return Some(format!("reads the attribute {name} of a Python object"));
                }
                Rvalue::PyItem { .. } => "reads an item of a Python object",
                Rvalue::PyOperate { .. } => "computes with Python objects",
                Rvalue::PyTruth(_) => "asks whether a Python object is true",
                Rvalue::PyLen(_) => "asks for the length of a Python object",
                Rvalue::PyIter(_) | Rvalue::PyNext { .. } => "iterates over a Python object",
                Rvalue::PyAwait(_) => "awaits a Python object",
                Rvalue::ToObject { .. } => "makes a Python object",
                Rvalue::FromObject { ty, .. } => {
                    return Some(format!("reads a Python object as {ty}"));
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(what.into())
    }
}
