//! How often each kind of instruction stands in a function: what tests of passes assert.

use super::{Block, Function, GilState, Program, Rvalue, Step, Stmt, StmtKind};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Instructions by name; a name that does not occur counts 0.
pub type Counts = BTreeMap<&'static str, usize>;

/// Counts the instructions of a function. The names:
///
/// * `loop` (`for` and `while`), `for`, `while`, `if`
/// * `map`, `parallel_map`, `reduce`
/// * `load`, `store`, `bounds_check` (checked loads and stores)
/// * `alloc`: instructions that make an array
/// * `call`, `native_call`, `python`: operations on Python objects
/// * `gil_release`, `gil_acquire`, `with_gil`, `without_gil`
/// * `clone`, `move`, `drop`, `raise`, `return`, `assign`
/// * `version`: places where code stands in two versions, a fast one behind a test and a general one
///
/// Of such code the fast version is counted, and the `if` between them is not.
#[must_use]
pub fn count(function: &Function) -> Counts {
    let mut counts = Counts::new();
    count_block(&function.body, &mut counts);
    counts
}

fn count_block(block: &Block, counts: &mut Counts) {
    for stmt in &block.stmts {
        if let Some(fast) = stmt.fast_version() {
            *counts.entry("version").or_default() += 1;
            count_block(fast, counts);
            continue;
        }
        for name in names(stmt) {
            *counts.entry(name).or_default() += 1;
        }
        stmt.blocks(&mut |block| count_block(block, counts));
    }
}

impl Stmt {
    /// Of an `If` that a pass put before two versions of the same code, the fast one: both come from the same places of
    /// the source, statement by statement, which two branches of a program never do.
    #[must_use]
    pub fn fast_version(&self) -> Option<&Block> {
        let StmtKind::If {
            then, otherwise, ..
        } = &self.kind
        else {
            return None;
        };
        let alike = |a: &Stmt, b: &Stmt| {
            a.span == b.span && std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
        };
        // The fast version may begin by taking views that it knows more about.
        let is_view = |stmt: &&Stmt| {
            matches!(
                &stmt.kind,
                StmtKind::Assign {
                    value: Rvalue::View(_),
                    ..
                }
            )
        };
        let fast: Vec<&Stmt> = then.stmts.iter().skip_while(is_view).collect();
        let slow: Vec<&Stmt> = otherwise.stmts.iter().skip_while(is_view).collect();
        let same = fast.len() == slow.len() && fast.iter().zip(&slow).all(|(a, b)| alike(a, b));
        let loops = |stmt: &Stmt| {
            let mut any = false;
            stmt.blocks(&mut |_| any = true);
            any
        };
        (same && fast.iter().any(|stmt| loops(stmt))).then_some(then)
    }
}

/// The counts of each function on a line: `axpy: load=2 loop=1 store=1`; what does not occur is left out.
#[must_use]
pub fn pretty_counts(program: &Program) -> String {
    let mut out = String::new();
    for (_, function) in program.functions.iter() {
        let _ = write!(out, "{}:", function.name);
        for (name, number) in count(function) {
            let _ = write!(out, " {name}={number}");
        }
        out.push('\n');
    }
    out
}

fn names(stmt: &Stmt) -> Vec<&'static str> {
    match &stmt.kind {
        StmtKind::Assign { value, .. } => {
            let mut names = value_names(value);
            names.push("assign");
            names
        }
        StmtKind::Store { checked: true, .. } => vec!["store", "bounds_check"],
        StmtKind::Store { .. } => vec!["store"],
        StmtKind::StoreAt { .. } => vec!["store_at"],
        StmtKind::Bound { checked: true, .. } => vec!["bound", "bounds_check"],
        StmtKind::Bound { .. } => vec![],
        StmtKind::PySetItem { .. } | StmtKind::PySetAttr { .. } => vec!["python"],
        StmtKind::If { .. } => vec!["if"],
        StmtKind::While { .. } => vec!["loop", "while"],
        StmtKind::For { .. } => vec!["loop", "for"],
        StmtKind::Return(_) => vec!["return"],
        StmtKind::Raise { .. } | StmtKind::RaiseObject(_) | StmtKind::EndCall(_) => vec!["raise"],
        StmtKind::Drop(_) => vec!["drop"],
        StmtKind::Gil(GilState::Held, _) => vec!["with_gil"],
        StmtKind::Gil(GilState::Released, _) => vec!["without_gil"],
        StmtKind::GilRelease(_) => vec!["gil_release"],
        StmtKind::GilAcquire => vec!["gil_acquire"],
        StmtKind::SetField { .. } => vec!["set_field"],
        StmtKind::Alias {
            step: Step::Element { checked: true, .. },
            ..
        } => vec!["alias", "bounds_check"],
        StmtKind::Alias { .. } => vec!["alias"],
        StmtKind::Try { .. } => vec!["try"],
        StmtKind::Reraise { .. } => vec!["raise"],
        StmtKind::Break(_) | StmtKind::Continue(_) => vec![],
    }
}

fn value_names(value: &Rvalue) -> Vec<&'static str> {
    match value {
        Rvalue::Move(_) => vec!["move"],
        Rvalue::Clone(_) => vec!["clone"],
        Rvalue::Load { checked: true, .. } => vec!["load", "bounds_check"],
        Rvalue::Load { .. } => vec!["load"],
        Rvalue::Map { parallel: true, .. } => vec!["parallel_map", "alloc"],
        Rvalue::Map { reuse: true, .. } => vec!["map"],
        Rvalue::Map { .. } => vec!["map", "alloc"],
        Rvalue::Reduce { .. } => vec!["reduce"],
        Rvalue::Array { .. } | Rvalue::Fill { .. } | Rvalue::ToArray(_) => vec!["alloc"],
        Rvalue::List { .. } | Rvalue::Closure { .. } => vec!["alloc"],
        Rvalue::ListOp { .. } => vec!["list_op"],
        Rvalue::Call { .. } | Rvalue::CallValue { .. } => vec!["call"],
        Rvalue::CallNative { .. } => vec!["native_call"],
        Rvalue::Stream { .. } => vec!["stream"],
        Rvalue::PyModule(_)
        | Rvalue::PyAttr { .. }
        | Rvalue::PyCall { .. }
        | Rvalue::PyMethod { .. }
        | Rvalue::PyItem { .. }
        | Rvalue::PyOperate { .. }
        | Rvalue::PyTruth(_)
        | Rvalue::PyLen(_)
        | Rvalue::PyIter(_)
        | Rvalue::PyAwait(_)
        | Rvalue::PyNext { .. }
        | Rvalue::ToObject { .. }
        | Rvalue::FromObject { .. } => vec!["python"],
        _ => vec![],
    }
}
