//! What the call graph says about functions: which are recursive, which may fail, which gain by wider vectors, and while
//! which nothing else runs.
//!
//! A recursive function checks the stack, so it may fail even where MIR says that nothing in it raises; then its
//! callers may fail too.

use crate::arena::Id;
use crate::mir::{FnId, Function, Program, Rvalue, StmtKind, function_values};
use crate::types::Ty;
use std::collections::HashMap;

/// What the call graph says about functions.
#[derive(Debug)]
pub(super) struct CallGraph {
    recursive: Vec<bool>,
    looks: Vec<bool>,
    raises: Vec<bool>,
    wide: Vec<bool>,
    called_by_wide: Vec<bool>,
    shared: Vec<bool>,
}

impl CallGraph {
    /// Reads the calls of all functions.
    pub(super) fn of(program: &Program) -> Self {
        let mut values: HashMap<Ty, Vec<usize>> = HashMap::new();
        for id in function_values(program) {
            let ty = program.functions[id].value_ty();
            values.entry(ty).or_default().push(id.index());
        }
        let callees: Vec<Vec<usize>> = program
            .functions
            .iter()
            .map(|(_, function)| {
                let mut calls = Vec::new();
                collect_calls(function, &values, &mut calls);
                calls
            })
            .collect();
        let recursive: Vec<bool> = (0..callees.len()).map(|f| reaches(&callees, f)).collect();
        let functions = || program.functions.iter().map(|(_, function)| function);
        let mut raises: Vec<bool> = functions().map(|f| f.raises).collect();
        let looks = returns(&callees, &recursive);
        for (raises, &looks) in raises.iter_mut().zip(&looks) {
            *raises |= looks;
        }
        let mut wide: Vec<bool> = functions().map(works_on_arrays).collect();
        spread_to_callers(&callees, &mut raises);
        let mut shared: Vec<bool> = functions().map(lets_others_run).collect();
        spread_to_callers(&callees, &mut wide);
        spread_to_callers(&callees, &mut shared);
        let called_by_wide = with_callees(&callees, &wide);
        CallGraph {
            recursive,
            looks,
            raises,
            wide,
            called_by_wide,
            shared,
        }
    }

    /// Whether no other code can run in the process from a call of the function to its return, if the caller holds the GIL:
    /// no Python, no other thread, no foreign code.
    pub(super) fn runs_alone(&self, id: FnId) -> bool {
        !self.shared[id.index()]
    }

    /// Whether the function may be running already when it is called.
    pub(super) fn is_recursive(&self, id: FnId) -> bool {
        self.recursive[id.index()]
    }

    /// Whether the function looks at the stack: at least one of each circle of calls does.
    pub(super) fn looks_at_stack(&self, id: FnId) -> bool {
        self.looks[id.index()]
    }

    /// Whether the function is worth code of its own for each level.
    pub(super) fn is_wide(&self, id: FnId) -> bool {
        self.wide[id.index()]
    }

    /// Whether the function is one of those, or runs in a call of one of them.
    pub(super) fn is_called_by_wide(&self, id: FnId) -> bool {
        self.called_by_wide[id.index()]
    }

    /// Whether the function may fail.
    pub(super) fn raises(&self, id: FnId) -> bool {
        self.raises[id.index()]
    }
}

/// What is true of a function becomes true of its callers.
fn spread_to_callers(callees: &[Vec<usize>], is_true: &mut [bool]) {
    loop {
        let grown = |f: &usize| !is_true[*f] && callees[*f].iter().any(|&c| is_true[c]);
        let found: Vec<usize> = (0..callees.len()).filter(grown).collect();
        if found.is_empty() {
            return;
        }
        for f in found {
            is_true[f] = true;
        }
    }
}

/// The functions that are `marked`, and what they lead to.
fn with_callees(callees: &[Vec<usize>], marked: &[bool]) -> Vec<bool> {
    let mut found = marked.to_vec();
    let mut work: Vec<usize> = (0..callees.len()).filter(|&f| marked[f]).collect();
    while let Some(function) = work.pop() {
        for &callee in &callees[function] {
            if !std::mem::replace(&mut found[callee], true) {
                work.push(callee);
            }
        }
    }
    found
}

/// Whether the function has loops that wider vectors may speed up.
fn works_on_arrays(function: &Function) -> bool {
    let mut touches = false;
    let mut whole = false;
    function.body.each(&mut |stmt| match &stmt.kind {
        StmtKind::Store { .. } => touches = true,
        StmtKind::Assign { value, .. } => {
            touches |= matches!(value, Rvalue::Load { .. });
            whole |= matches!(
                value,
                Rvalue::Map { .. }
                    | Rvalue::Reduce { .. }
                    | Rvalue::Fill { .. }
                    | Rvalue::ToArray(_)
            );
        }
        _ => {}
    });
    whole || (!function.loops.is_empty() && (touches || !function.uses_python))
}

/// Whether the function touches Python, gives up the GIL, or runs code that may do so.
fn lets_others_run(function: &Function) -> bool {
    // Dropping an object may run Python code.
    fn may_hold_object(ty: &Ty) -> bool {
        match ty {
            Ty::String => false,
            Ty::Array(item) | Ty::List(item) => may_hold_object(item),
            Ty::Nd(nd) => may_hold_object(&nd.kind),
            Ty::Tuple(items) => items.iter().any(may_hold_object),
            ty => ty.is_owned(),
        }
    }
    let mut found = function.uses_python
        || function
            .locals
            .iter()
            .any(|(_, local)| may_hold_object(&local.ty));
    found |= function.loops.iter().any(|(_, l)| l.parallel);
    function.body.each(&mut |stmt| match &stmt.kind {
        StmtKind::GilRelease(_) | StmtKind::Gil(..) => found = true,
        StmtKind::Assign { value, .. } => {
            found |= matches!(
                value,
                Rvalue::Map { parallel: true, .. }
                    | Rvalue::CallNative { .. }
                    | Rvalue::CallValue { .. }
                    | Rvalue::Stream { .. }
            );
        }
        _ => {}
    });
    found
}

/// Whether a call of `start` may lead to another call of `start`.
fn reaches(callees: &[Vec<usize>], start: usize) -> bool {
    let mut seen = vec![false; callees.len()];
    let mut work = callees[start].clone();
    while let Some(function) = work.pop() {
        if function == start {
            return true;
        }
        if !std::mem::replace(&mut seen[function], true) {
            work.extend(&callees[function]);
        }
    }
    false
}

/// Functions to which a walk along the calls comes back from what they call: every circle of calls has one.
fn returns(callees: &[Vec<usize>], recursive: &[bool]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Seen {
        Not,
        Under,
        Done,
    }
    let mut seen = vec![Seen::Not; callees.len()];
    let mut found = vec![false; callees.len()];
    for start in (0..callees.len()).filter(|&f| recursive[f]) {
        // Each function under way, and how many of its calls have been followed.
        let mut path = vec![(start, 0)];
        while let Some((function, next)) = path.last_mut() {
            let function = *function;
            if seen[function] == Seen::Done {
                path.pop();
                continue;
            }
            seen[function] = Seen::Under;
            let Some(&callee) = callees[function].get(*next) else {
                seen[function] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match seen[callee] {
                Seen::Not if recursive[callee] => path.push((callee, 0)),
                Seen::Under => found[callee] = true,
                _ => {}
            }
        }
    }
    found
}

/// Calls of functions, and of function values: each may be any function of its type.
fn collect_calls(function: &Function, values: &HashMap<Ty, Vec<usize>>, calls: &mut Vec<usize>) {
    function.body.each(&mut |stmt| {
        let StmtKind::Assign { value, .. } = &stmt.kind else {
            return;
        };
        match value {
            Rvalue::Call { callee, .. } => calls.push(callee.index()),
            Rvalue::CallValue { callee, .. } => {
                let ty = &function.locals[*callee].ty;
                calls.extend(values.get(ty).into_iter().flatten());
            }
            _ => {}
        }
    });
}
