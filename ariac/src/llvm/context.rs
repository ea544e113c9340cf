//! The module that is being built, and what its functions share.

use super::LlvmOptions;
use super::adt::Shape;
use super::callgraph::CallGraph;
use super::constants::Constants;
use super::debuginfo::DebugInfo;
use super::function::FunctionHandle;
use super::glue::Glue;
use super::layout::CommonTypes;
use super::multiversion::Level;
use super::remarks::LoopSite;
use super::runtime::attribute_kind;
use crate::mir::{FnId, Program};
use crate::source::SourceMap;
use crate::types::{Adt, Ty};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::targets::TargetData;
use inkwell::values::{FunctionValue, PointerValue};
use llvm_sys::core::LLVMCreateConstantRangeAttribute;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The module that is being built, and what its functions share.
pub struct ModuleCx<'c> {
    /// LLVM's context.
    pub context: &'c Context,
    /// LLVM's module.
    pub module: Module<'c>,
    /// The types that are used everywhere.
    pub types: CommonTypes<'c>,
    /// Sizes of types.
    pub(super) data: TargetData,
    /// The program.
    pub program: &'c Program,
    /// Its sources.
    pub sources: &'c SourceMap,
    /// What was asked for.
    pub options: &'c LlvmOptions,
    /// The level whose functions this module defines.
    pub level: Level,
    /// The functions' names, made different where they are not.
    pub(super) names: Vec<String>,
    pub(super) calls: CallGraph,
    pub(super) constants: RefCell<Constants<'c>>,
    pub(super) functions: RefCell<HashMap<(Level, FnId), FunctionHandle<'c>>>,
    pub(super) debug: Option<DebugInfo<'c>>,
    pub(super) loops: RefCell<Vec<LoopSite>>,
    pub(super) vector_functions: RefCell<Vec<FunctionValue<'c>>>,
    pub(super) shapes: RefCell<HashMap<Adt, Rc<Shape<'c>>>>,
    pub(super) glue: RefCell<HashMap<(Glue, Ty), FunctionValue<'c>>>,
    /// What describes types to Python's side: the kind of description, of which type. Types of different files may have one name.
    pub(super) descriptions: RefCell<HashMap<(&'static str, Ty), PointerValue<'c>>>,
}

impl<'c> ModuleCx<'c> {
    pub(super) fn new(
        context: &'c Context,
        program: &'c Program,
        sources: &'c SourceMap,
        options: &'c LlvmOptions,
        level: Level,
        data: TargetData,
    ) -> Self {
        let module = context.create_module(&options.module_name);
        let debug = DebugInfo::new(context, &module, sources, options);
        ModuleCx {
            context,
            module,
            types: CommonTypes::new(context),
            data,
            program,
            sources,
            options,
            level,
            names: unlike_names(program),
            calls: CallGraph::of(program),
            constants: RefCell::default(),
            functions: RefCell::default(),
            debug,
            loops: RefCell::default(),
            vector_functions: RefCell::default(),
            shapes: RefCell::default(),
            glue: RefCell::default(),
            descriptions: RefCell::default(),
        }
    }

    /// Whether nothing else in the process can run during a call of a function, if the caller holds the GIL.
    #[must_use]
    pub fn runs_alone(&self, id: FnId) -> bool {
        self.calls.runs_alone(id)
    }

    /// Whether the module has the function's body: the lowest level has all, others those that gain by the level, and copies of
    /// what these call.
    pub(super) fn defines(&self, id: FnId) -> bool {
        self.level == self.options.levels[0] || self.calls.is_called_by_wide(id)
    }

    /// What describes a type, if it was made before.
    #[must_use]
    pub fn description(&self, kind: &'static str, ty: &Ty) -> Option<PointerValue<'c>> {
        let key = (kind, ty.clone());
        self.descriptions.borrow().get(&key).copied()
    }

    /// Notes what describes a type.
    pub fn note_description(&self, kind: &'static str, ty: &Ty, made: PointerValue<'c>) {
        let key = (kind, ty.clone());
        self.descriptions.borrow_mut().insert(key, made);
    }

    /// The compiled function.
    ///
    /// # Panics
    ///
    /// When the build does not have this level.
    #[must_use]
    pub fn function(&self, level: Level, id: FnId) -> FunctionHandle<'c> {
        self.functions.borrow()[&(level, id)].clone()
    }

    /// The symbol of something that belongs to a level: `aria.NAME`, with the level's suffix unless it is the lowest.
    #[must_use]
    pub fn symbol(&self, name: &str, level: Level) -> String {
        if self.options.levels.first() == Some(&level) {
            format!("aria.{name}")
        } else {
            format!("aria.{name}.{}", level.suffix())
        }
    }

    /// Adds an attribute that LLVM knows by name, with its argument (0 for one that takes none).
    pub fn add_attribute(
        &self,
        function: FunctionValue<'c>,
        location: AttributeLoc,
        name: &str,
        argument: u64,
    ) {
        function.add_attribute(location, self.enum_attribute(name, argument));
    }

    /// Has AddressSanitizer watch all functions.
    pub(super) fn sanitize(&self) {
        for function in self.module.get_functions() {
            if function.count_basic_blocks() > 0 {
                self.add_attribute(function, AttributeLoc::Function, "sanitize_address", 0);
            }
        }
    }

    /// An attribute that LLVM knows by name.
    #[must_use]
    pub fn enum_attribute(&self, name: &str, argument: u64) -> Attribute {
        self.context
            .create_enum_attribute(attribute_kind(name), argument)
    }

    /// `range(i64 low, high)`: at least `low`, less than `high` as unsigned numbers.
    pub(super) fn range_attribute(&self, low: u64, high: u64) -> Attribute {
        let kind = attribute_kind("range");
        let context = self.context.raw();
        // SAFETY: the context is alive, and both bounds are one word, as 64 bits need.
        unsafe {
            Attribute::new(LLVMCreateConstantRangeAttribute(
                context, kind, 64, &low, &high,
            ))
        }
    }
}

/// The functions' names; a name that comes again has a number behind it.
fn unlike_names(program: &Program) -> Vec<String> {
    let mut times: HashMap<&str, u32> = HashMap::new();
    let functions = program.functions.iter();
    functions
        .map(|(_, function)| {
            let time = times.entry(&function.name).or_insert(0);
            *time += 1;
            match *time {
                1 => function.name.clone(),
                n => format!("{}.{n}", function.name),
            }
        })
        .collect()
}
