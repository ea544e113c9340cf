//! HIR with its side tables to MIR.
//!
//! The input is checked: nothing here reports to the user, and what cannot occur is lowered to something harmless.
//! One file a group of constructs:
//!
//! * [`function`]: the builder of one function: locals, blocks, values and who owns them
//! * [`expr`]: literals, names, operators
//! * [`array`]: elementwise operators and array methods; one `Map` or `Reduce` each, the pass `fuse` joins them
//! * [`call`]: calls of functions and built-ins
//! * [`python`]: Python objects
//! * [`routines`]: `print`, `assert` and the like
//! * [`control`]: branches, loops, errors
//! * [`assign`]: declarations and assignments
//! * [`moves`]: copies become moves where the source is not used again

mod array;
mod assign;
mod call;
mod control;
mod expr;
mod function;
mod moves;
mod python;
mod routines;
#[cfg(test)]
mod tests;

use super::{
    Arena, FnId, Function, GilMode, Local, ModuleId, Native, NativeId, Param, Program, Rvalue,
    Signatures, StmtKind,
};
use crate::arena::{Id, SideTable};
use crate::effects::EffectTable;
use crate::hir::{self, ExprId, ExprKind, Hir, ItemId, ItemKind, NativeAbi, ParamMode};
use crate::resolve::Names;
use crate::source::SourceMap;
use crate::types::{Signature, Ty, Types};
use function::FnBuilder;
use std::cell::RefCell;
use std::collections::HashMap;

/// The MIR of a checked program.
#[must_use]
pub fn build(
    hir: &Hir,
    names: &Names,
    types: &Types,
    effects: &EffectTable,
    sources: &SourceMap,
) -> Program {
    let _ = effects; // What a function does is read off its instructions, which is exact.
    let mut program = Program::default();
    let mut context = Context {
        hir,
        names,
        types,
        sources,
        functions: HashMap::new(),
        natives: HashMap::new(),
        python: HashMap::new(),
        defaults: HashMap::new(),
        modules: RefCell::default(),
        signatures: Signatures::default(),
        writes: RefCell::default(),
    };
    let work = context.declare(&mut program);
    context.signatures = Signatures::of(&program);
    for (id, task) in work {
        context.define(&mut program, id, &task);
    }
    for (path, id) in sorted_by_id(context.modules.into_inner()) {
        let pushed = program.modules.push(path);
        debug_assert_eq!(pushed, id);
    }
    infer_effects(&mut program);
    program
}

/// What is known of the whole program while functions are built.
pub(super) struct Context<'a> {
    pub(super) hir: &'a Hir,
    pub(super) names: &'a Names,
    pub(super) types: &'a Types,
    pub(super) sources: &'a SourceMap,
    pub(super) functions: HashMap<ItemId, FnId>,
    pub(super) natives: HashMap<ItemId, NativeId>,
    /// Typed declarations of `extern Python`, with the module's path.
    pub(super) python: HashMap<ItemId, String>,
    /// The function that computes the default value of a parameter.
    pub(super) defaults: HashMap<(ItemId, usize), FnId>,
    modules: RefCell<HashMap<String, ModuleId>>,
    pub(super) signatures: Signatures,
    /// Memo of [`Context::writes`].
    writes: RefCell<SideTable<ExprId, bool>>,
}

/// What the body of a function is made of.
enum Task<'a> {
    Item(ItemId, &'a hir::Function),
    Default(ExprId, Ty),
}

impl<'a> Context<'a> {
    /// Gives every function an id, so that calls can refer to those that come later.
    fn declare(&mut self, program: &mut Program) -> Vec<(FnId, Task<'a>)> {
        let mut work = Vec::new();
        let hir = self.hir;
        for (m, module) in hir.modules.iter().enumerate() {
            for &id in &module.items {
                let item = &hir.items[id];
                match &item.kind {
                    ItemKind::Fn(function) => {
                        self.declare_fn(program, id, function, m == 0, &mut work);
                    }
                    ItemKind::ExternPython { module, functions } => {
                        for &function in functions {
                            self.python.insert(function, module.name.clone());
                        }
                    }
                    ItemKind::ExternNative {
                        abi,
                        library,
                        functions,
                    } => {
                        for &function in functions {
                            self.declare_native(program, function, *abi, &library.name);
                        }
                    }
                    ItemKind::Const { .. }
                    | ItemKind::Type(_)
                    | ItemKind::Trait(_)
                    | ItemKind::Impl(_)
                    | ItemKind::Import { .. }
                    | ItemKind::FromImport { .. } => {}
                }
            }
        }
        work
    }

    fn declare_fn(
        &mut self,
        program: &mut Program,
        id: ItemId,
        function: &'a hir::Function,
        in_root: bool,
        work: &mut Vec<(FnId, Task<'a>)>,
    ) {
        let item = &self.hir.items[id];
        let signature = self.signature(id);
        let bindings = self.names.params.get(id).cloned().unwrap_or_default();
        let mut locals = Arena::new();
        let mut params = Vec::new();
        for (i, param) in signature.params.iter().enumerate() {
            let span = match bindings.get(i) {
                Some(&b) => self.names.bindings[b].span,
                None => item.span,
            };
            let local = locals.push(Local {
                name: Some(param.name.clone()),
                ty: param.ty.clone(),
                span,
                contiguous: false,
                alias: false,
            });
            let default = function.params.get(i).and_then(|p| p.default).map(|value| {
                let mut default = empty(format!("{}.{}", item.name.name, param.name), span);
                default.ret = param.ty.clone();
                let default = program.functions.push(default);
                work.push((default, Task::Default(value, param.ty.clone())));
                self.defaults.insert((id, i), default);
                default
            });
            params.push(Param {
                local,
                name: param.name.clone(),
                mode: param.mode,
                default,
            });
        }
        let fn_id = program.functions.push(Function {
            item: Some(id),
            doc: item.doc.clone(),
            params,
            ret: signature.ret,
            locals,
            gil: self.gil_mode(item),
            exported: in_root && !item.private && !item.is_test(),
            ..empty(item.name.name.clone(), item.span)
        });
        self.functions.insert(id, fn_id);
        work.push((fn_id, Task::Item(id, function)));
    }

    fn declare_native(&mut self, program: &mut Program, id: ItemId, abi: NativeAbi, library: &str) {
        let name = &self.hir.items[id].name.name;
        let signature = self.signature(id);
        let native = program.natives.push(Native {
            symbol: match abi {
                NativeAbi::Rust => format!("aria_rust__{}__{name}", library.replace('-', "_")),
                NativeAbi::C => name.clone(),
            },
            abi,
            params: signature
                .params
                .into_iter()
                .map(|p| (p.ty, p.mode))
                .collect(),
            ret: signature.ret,
        });
        self.natives.insert(id, native);
    }

    fn define(&self, program: &mut Program, id: FnId, task: &Task<'a>) {
        let shell = &mut program.functions[id];
        let name = shell.name.clone();
        let span = shell.span;
        let shell = std::mem::replace(shell, empty(name, span));
        let mut builder = FnBuilder::new(self, shell);
        match task {
            Task::Item(item, function) => builder.item(*item, function),
            Task::Default(value, ty) => builder.default_value(*value, ty),
        }
        let mut function = builder.finish();
        moves::insert(&mut function);
        program.functions[id] = function;
    }

    fn signature(&self, id: ItemId) -> Signature {
        let known = self.types.signatures.get(id).cloned();
        known.unwrap_or(Signature {
            params: Vec::new(),
            ret: Ty::Unit,
            generics: Vec::new(),
        })
    }

    fn gil_mode(&self, item: &hir::Item) -> GilMode {
        let attribute = |a: &&hir::Attribute| a.name.name == "python_interop";
        let args = item
            .attributes
            .iter()
            .filter(attribute)
            .flat_map(|a| &a.args);
        let mut mode = GilMode::Auto;
        for (name, value) in args {
            let is_gil = name.as_ref().is_some_and(|n| n.name == "gil");
            if let (true, ExprKind::Symbol(symbol)) = (is_gil, &self.hir.exprs[*value].kind) {
                mode = match symbol.as_str() {
                    "hold" => GilMode::Hold,
                    "release" => GilMode::Release,
                    _ => GilMode::Auto,
                };
            }
        }
        mode
    }

    /// The id of a Python module.
    pub(super) fn module(&self, path: &str) -> ModuleId {
        let mut modules = self.modules.borrow_mut();
        let next = ModuleId::from_index(modules.len());
        *modules.entry(path.to_owned()).or_insert(next)
    }

    /// Whether evaluating the expression may give a variable another value, so that operands before it must be saved.
    pub(super) fn writes(&self, id: ExprId) -> bool {
        if let Some(known) = self.writes.borrow().get(id) {
            return *known;
        }
        let writes = self.compute_writes(id);
        self.writes.borrow_mut().set(id, writes);
        writes
    }

    fn compute_writes(&self, id: ExprId) -> bool {
        let any = |ids: &[ExprId]| ids.iter().any(|&e| self.writes(e));
        let block = |b: &hir::Block| any(&b.stmts);
        let passes_mut = |id: ExprId| match self.types.callees.get(id) {
            Some(crate::types::Callee::Fn { item, .. }) => {
                let signature = self.types.signatures.get(*item);
                signature.is_none_or(|s| s.params.iter().any(|p| p.mode == ParamMode::Mut))
            }
            _ => false,
        };
        match &self.hir.exprs[id].kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Symbol(_)
            | ExprKind::Name(_)
            | ExprKind::Type(_)
            | ExprKind::Error
            | ExprKind::Continue { .. } => false,
            ExprKind::Assign { .. }
            | ExprKind::CompoundAssign { .. }
            | ExprKind::Let { .. }
            | ExprKind::While { .. }
            | ExprKind::For { .. } => true,
            ExprKind::Str(parts) => parts.iter().any(|p| match p {
                hir::StrPart::Text(_) => false,
                hir::StrPart::Value(e) => self.writes(*e),
            }),
            ExprKind::Tuple(items) | ExprKind::Array(items) => any(items),
            ExprKind::Unary { operand, .. } => self.writes(*operand),
            ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
                self.writes(*left) || self.writes(*right)
            }
            ExprKind::Compare { first, rest } => {
                self.writes(*first) || rest.iter().any(|(_, e)| self.writes(*e))
            }
            ExprKind::Range { lo, hi, step, .. } => [lo, hi, step]
                .into_iter()
                .flatten()
                .any(|&e| self.writes(e)),
            ExprKind::Call {
                callee,
                args,
                block: closure,
            } => {
                passes_mut(id)
                    || self.writes(*callee)
                    || args.iter().any(|a| self.writes(a.value))
                    || closure.as_ref().is_some_and(|c| block(&c.body))
            }
            ExprKind::MethodCall {
                receiver,
                args,
                block: closure,
                ..
            } => {
                passes_mut(id)
                    || self.writes(*receiver)
                    || args.iter().any(|a| self.writes(a.value))
                    || closure.as_ref().is_some_and(|c| block(&c.body))
            }
            ExprKind::Index { base, indices } => self.writes(*base) || any(indices),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.writes(*condition) || block(then) || otherwise.as_ref().is_some_and(block),
            ExprKind::Return(value) | ExprKind::Break { value, .. } => {
                value.is_some_and(|e| self.writes(e))
            }
            ExprKind::Raise(value) | ExprKind::Try(value) | ExprKind::Propagate(value) => {
                self.writes(*value)
            }
            // What is declared in them counts as a change too, which costs a copy at most.
            ExprKind::Match { .. }
            | ExprKind::Loop { .. }
            | ExprKind::Begin { .. }
            | ExprKind::Closure(_) => true,
            ExprKind::Map(pairs) => pairs
                .iter()
                .any(|(k, v)| self.writes(*k) || self.writes(*v)),
        }
    }
}

/// A function without parameters, locals or statements.
fn empty(name: String, span: crate::source::Span) -> Function {
    Function {
        name,
        item: None,
        span,
        doc: None,
        params: Vec::new(),
        captures: None,
        ret: Ty::Unit,
        locals: Arena::new(),
        loops: Arena::new(),
        body: super::Block::default(),
        uses_python: false,
        streams: false,
        raises: false,
        gil: GilMode::Auto,
        entry_release: None,
        exported: false,
    }
}

fn sorted_by_id(modules: HashMap<String, ModuleId>) -> Vec<(String, ModuleId)> {
    let mut all: Vec<_> = modules.into_iter().collect();
    all.sort_by_key(|(_, id)| *id);
    all
}

/// Sets [`Function::raises`], [`Function::uses_python`] and [`Function::streams`] from the instructions and, through calls, to a fixpoint.
/// A recursive function raises: it may recurse too deep.
pub(crate) fn infer_effects(program: &mut Program) {
    for (_, function) in program.functions.iter_mut() {
        (function.raises, function.uses_python) = (false, false);
    }
    let none = Signatures::of(program);
    let n = program.functions.len();
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut callees: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut raises = vec![false; n];
    let mut uses_python = vec![false; n];
    let mut streams = vec![false; n];
    for (id, function) in program.functions.iter() {
        let at = id.index();
        function.body.each(&mut |stmt| {
            raises[at] |= none.stmt_may_fail(stmt, function);
            uses_python[at] |= none.needs_gil(stmt, function);
            streams[at] |= none.streams(stmt);
            if let StmtKind::Assign {
                value: Rvalue::Call { callee, .. },
                ..
            } = &stmt.kind
            {
                callers[callee.index()].push(at);
                callees[at].push(callee.index());
            }
        });
    }
    for at in recursive(&callees) {
        raises[at] = true;
    }
    spread(&mut raises, &callers);
    spread(&mut uses_python, &callers);
    spread(&mut streams, &callers);
    for (id, function) in program.functions.iter_mut() {
        function.raises = raises[id.index()];
        function.uses_python = uses_python[id.index()];
        function.streams = streams[id.index()];
    }
}

/// What is true of a function becomes true of its callers.
fn spread(flags: &mut [bool], callers: &[Vec<usize>]) {
    let mut work: Vec<usize> = (0..flags.len()).filter(|&i| flags[i]).collect();
    while let Some(at) = work.pop() {
        for &caller in &callers[at] {
            if !flags[caller] {
                flags[caller] = true;
                work.push(caller);
            }
        }
    }
}

/// The functions that can call themselves: those on a cycle of the call graph (Tarjan's components, without recursion).
fn recursive(callees: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let n = callees.len();
    let (mut index, mut low) = (vec![NEW; n], vec![NEW; n]);
    let mut on_stack = vec![false; n];
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..n {
        if index[root] != NEW {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some(&mut (at, ref mut edge)) = path.last_mut() {
            if *edge == 0 && index[at] == NEW {
                (index[at], low[at]) = (next, next);
                next += 1;
                stack.push(at);
                on_stack[at] = true;
            }
            if let Some(&to) = callees[at].get(*edge) {
                *edge += 1;
                if index[to] == NEW {
                    path.push((to, 0));
                } else if on_stack[to] {
                    low[at] = low[at].min(index[to]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[at]);
            }
            if low[at] == index[at] {
                let start = stack.iter().rposition(|&x| x == at).unwrap_or(0);
                let component = stack.split_off(start);
                for &member in &component {
                    on_stack[member] = false;
                }
                if component.len() > 1 || callees[at].contains(&at) {
                    found.extend(component);
                }
            }
        }
    }
    found
}
