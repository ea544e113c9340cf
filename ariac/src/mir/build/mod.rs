//! HIR with its side tables to MIR.
//!
//! The input is checked: what cannot occur is lowered to something harmless, and the one thing that is reported is a
//! program without end, whose generic functions or types need ever larger instances of themselves.
//!
//! [`instances`] decides which functions there are, [`layouts`] what the values of declared types consist of, [`effects`]
//! what functions do. One file a group of constructs:
//!
//! * [`function`]: the builder of one function: locals, blocks, values and who owns them
//! * [`expr`]: literals, names, operators; [`compare`]: comparisons, and [`text`]: texts, those of declared
//!   types included
//! * [`array`]: elementwise operators and array methods; one `Map` or `Reduce` each, the pass `fuse` joins them
//! * [`call`]: calls of functions and built-ins; [`closure`]: function values; [`index`]: `a[i]`
//! * [`nd`]: arrays of several dimensions
//! * [`adt`]: values of declared types; [`place`]: what can be changed; [`assign`]: declarations and assignments
//! * [`control`]: branches and loops; [`pattern`]: `match`; [`errors`]: what happens when something fails
//! * [`python`]: Python objects; [`routines`]: `print`, `assert` and the like
//! * [`moves`]: copies become moves where the source is not used again; [`writes`]: what changes a variable

mod adt;
mod array;
mod assign;
mod bits;
mod block_returns;
mod call;
mod closure;
mod compare;
mod control;
mod crossing;
mod effects;
mod errors;
mod expr;
mod function;
mod hash;
mod index;
mod inline;
mod instances;
mod layouts;
mod moves;
mod nd;
mod objects;
mod pairs;
mod pattern;
mod place;
mod python;
mod routines;
#[cfg(test)]
mod tests;
mod text;
mod ufunc;
mod writes;

pub use crossing::LeftOut;

use super::{Arena, Function, GilMode, ModuleId, Native, NativeId, Program, Wishes};
use crate::arena::{Id, SideTable};
use crate::diagnostics::Reports;
use crate::effects::EffectTable;
use crate::hir::{self, ExprId, ExprKind, Hir, ItemId, ItemKind, NativeAbi};
use crate::resolve::Names;
use crate::source::SourceMap;
use crate::types::{Signature, Ty, Types};
use instances::{Instances, Owner};
use layouts::Layouts;
use std::cell::RefCell;
use std::collections::HashMap;

pub(crate) use effects::infer_effects;

/// The MIR of a checked program.
#[must_use]
pub fn build(
    hir: &Hir,
    names: &Names,
    types: &Types,
    effects: &EffectTable,
    sources: &SourceMap,
    reports: &mut Reports,
) -> Program {
    let _ = effects; // What a function does is read off its instructions, which is exact.
    let mut context = Context {
        hir,
        names,
        types,
        sources,
        natives: HashMap::new(),
        python: HashMap::new(),
        owners: instances::owners(types),
        modules: RefCell::default(),
        instances: RefCell::default(),
        layouts: RefCell::new(Layouts::of(types)),
        writes: RefCell::default(),
    };
    let natives = context.declare_externs();
    context.declare_all();
    context.define_all();
    let Instances {
        mut program,
        problems,
        ..
    } = context.instances.take();
    program.natives = natives;
    program.known = types.known;
    for (path, id) in sorted_by_id(context.modules.take()) {
        let pushed = program.modules.push(path);
        debug_assert_eq!(pushed, id);
    }
    let problems = problems
        .into_iter()
        .chain(context.fill_layouts(&mut program));
    if let Some(problem) = problems.into_iter().next() {
        reports.add(problem);
    }
    for problem in inline::recursive(&context, &program) {
        reports.add(problem);
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
    pub(super) natives: HashMap<ItemId, NativeId>,
    /// Typed declarations of `extern Python`, with the module's path.
    pub(super) python: HashMap<ItemId, String>,
    /// What each method belongs to.
    owners: HashMap<ItemId, Owner>,
    modules: RefCell<HashMap<String, ModuleId>>,
    instances: RefCell<Instances>,
    layouts: RefCell<Layouts>,
    /// Memo of [`Context::writes`].
    writes: RefCell<SideTable<ExprId, bool>>,
}

impl<'a> Context<'a> {
    /// Finds the functions that others make.
    fn declare_externs(&mut self) -> Arena<NativeId, Native> {
        let mut natives = Arena::new();
        let hir = self.hir;
        let items = hir.modules.iter().flat_map(|module| &module.items);
        for &id in items {
            match &hir.items[id].kind {
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
                        let native = natives.push(self.native(function, *abi, &library.name));
                        self.natives.insert(function, native);
                    }
                }
                _ => {}
            }
        }
        natives
    }

    fn native(&self, id: ItemId, abi: NativeAbi, library: &str) -> Native {
        let name = &self.hir.items[id].name.name;
        let signature = self.signature(id);
        let states = |effect| match &self.hir.items[id].kind {
            ItemKind::Fn(function) => function.states(effect),
            _ => false,
        };
        Native {
            raises: match abi {
                NativeAbi::Rust => true,
                NativeAbi::C => false,
                NativeAbi::Runtime => states("raises"),
            },
            streams: abi == NativeAbi::Runtime && states("io"),
            symbol: match abi {
                NativeAbi::Rust => format!("aria_rust__{}__{name}", library.replace('-', "_")),
                NativeAbi::C => name.clone(),
                NativeAbi::Runtime => format!("aria_rt{name}"),
            },
            abi,
            params: signature
                .params
                .into_iter()
                .map(|p| (p.ty, p.mode))
                .collect(),
            ret: signature.ret,
        }
    }

    /// The functions that are there whoever calls them: those of the program's own files that are not generic. Others, and
    /// those of the prelude, follow from calls.
    fn declare_all(&self) {
        let hir = self.hir;
        for (m, module) in hir.modules.iter().enumerate() {
            if module.prelude {
                continue;
            }
            for &id in &module.items {
                if m == 0 && matches!(hir.items[id].kind, ItemKind::Type(_)) {
                    self.declare_class(id);
                }
                let (functions, exported): (&[ItemId], bool) = match &hir.items[id].kind {
                    ItemKind::Fn(_) => (&[id], m == 0),
                    ItemKind::Type(decl) => (&decl.methods, false),
                    ItemKind::Impl(of) => (&of.methods, false),
                    _ => continue,
                };
                for &function in functions {
                    if self.signature(function).generics.is_empty() {
                        self.declare(function, &[], exported);
                    }
                    if exported {
                        let instances = self.types.exports.get(function);
                        for types in instances.into_iter().flatten() {
                            self.declare(function, types, true);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn signature(&self, id: ItemId) -> Signature {
        let known = self.types.signatures.get(id).cloned();
        known.unwrap_or(Signature {
            params: Vec::new(),
            ret: Ty::Unit,
            generics: Vec::new(),
        })
    }

    fn gil_mode(&self, item: &hir::Item) -> GilMode {
        let args = item
            .attribute("python_interop")
            .into_iter()
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
}

/// What attributes ask of the code of a function or loop.
fn wishes(attributes: &[hir::Attribute]) -> Wishes {
    let mut wishes = Wishes::default();
    for attribute in attributes {
        match &*attribute.name.name {
            "fastmath" => wishes.fast = true,
            "simd" => wishes.simd = Some(attribute.span),
            _ => {}
        }
    }
    wishes
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
        wishes: Wishes::default(),
        inline: false,
        entry_release: None,
        exported: false,
    }
}

fn sorted_by_id(modules: HashMap<String, ModuleId>) -> Vec<(String, ModuleId)> {
    let mut all: Vec<_> = modules.into_iter().collect();
    all.sort_by_key(|(_, id)| *id);
    all
}
