//! A program of its own: the constant `aria_program`, from which the runtime starts it.
//!
//! The structs are those of `aria_abi::layout`.

use crate::arena::Id;
use crate::hir::{Hir, ItemId};
use crate::llvm::{self, Builder, Level, ModuleCx, RtFn};
use crate::mir::{FnId, Program};
use crate::types::Ty;
use aria_abi::ABI_VERSION;
use inkwell::module::Linkage;
use inkwell::values::{FunctionValue, PointerValue};

/// The symbol that the runtime knows.
const SYMBOL: &str = "aria_program";

/// The first instruction, which is the runtime's.
pub const START: &str = "aria_rt_start";

/// What is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `fn main`.
    Main(FnId),
    /// The functions with `@test`.
    Tests(Vec<FnId>),
    /// The functions with `@bench`.
    Benches(Vec<FnId>),
}

impl Entry {
    /// `fn main` of the root module, if there is one.
    #[must_use]
    pub fn main(hir: &Hir, program: &Program) -> Option<Entry> {
        let main = hir.main()?;
        let mut functions = program.functions.iter();
        functions
            .find(|(_, function)| function.item == Some(main))
            .map(|(id, _)| Entry::Main(id))
    }

    /// The tests of the root module, in the order of the text.
    #[must_use]
    pub fn tests(hir: &Hir, program: &Program) -> Entry {
        Entry::Tests(of_items(program, hir.tests()))
    }

    /// The benchmarks of the root module, in the order of the text.
    #[must_use]
    pub fn benches(hir: &Hir, program: &Program) -> Entry {
        Entry::Benches(of_items(program, hir.benches()))
    }

    /// The functions that are started.
    #[must_use]
    pub fn functions(&self) -> &[FnId] {
        match self {
            Entry::Main(main) => std::slice::from_ref(main),
            Entry::Tests(functions) | Entry::Benches(functions) => functions,
        }
    }

    /// Whether any of them touches Python: then it is Python that starts the program.
    #[must_use]
    pub fn uses_python(&self, program: &Program) -> bool {
        let mut functions = self.functions().iter();
        functions.any(|&id| program.functions[id].uses_python)
    }
}

/// The functions of declarations.
fn of_items(program: &Program, items: Vec<ItemId>) -> Vec<FnId> {
    let of_item = |item| {
        let mut functions = program.functions.iter();
        functions
            .find(|(_, function)| function.item == Some(item))
            .map(|(id, _)| id)
    };
    items.into_iter().filter_map(of_item).collect()
}

/// Emits the constant. Run after the program's functions are declared.
pub fn emit(cx: &ModuleCx<'_>, entry: &Entry) {
    let ptr = cx.types.ptr;
    let levels = &cx.options.levels;
    let measured = matches!(entry, Entry::Benches(_));
    let start = |id: FnId, level: Level| {
        let function = start(cx, id, level, measured);
        function.as_global_value().as_pointer_value()
    };
    let (main, tests): (PointerValue<'_>, &[FnId]) = match entry {
        Entry::Main(main) => {
            let starts: Vec<_> = levels.iter().map(|&level| start(*main, level)).collect();
            let table = cx.constant("main", ptr.const_array(&starts));
            (table.as_pointer_value(), &[])
        }
        Entry::Tests(functions) | Entry::Benches(functions) => (ptr.const_null(), functions),
    };
    let tests: Vec<_> = tests
        .iter()
        .map(|&id| {
            let name = cx.text_value(&cx.program.functions[id].name);
            cx.context
                .const_struct(&[name.into(), start(id, levels[0]).into()], false)
        })
        .collect();
    let count = tests.len() as u64;
    let tests = match tests.first() {
        Some(first) => cx
            .constant("tests", first.get_type().const_array(&tests))
            .as_pointer_value(),
        None => ptr.const_null(),
    };
    let i32 = |n: u32| cx.types.i32.const_int(n.into(), false);
    let codes: Vec<_> = levels.iter().map(|level| i32(level.code())).collect();
    let n_levels = u32::try_from(codes.len()).expect("there are few levels");
    let codes = cx.constant("levels", cx.types.i32.const_array(&codes));
    let program = cx.context.const_struct(
        &[
            i32(ABI_VERSION).into(),
            i32(n_levels).into(),
            codes.as_pointer_value().into(),
            main.into(),
            tests.into(),
            cx.types.i64.const_int(count, false).into(),
            cx.types.i64.const_int(measured.into(), false).into(),
        ],
        false,
    );
    let global = cx.module.add_global(program.get_type(), None, SYMBOL);
    global.set_initializer(&program);
    global.set_constant(true);
    global.set_linkage(Linkage::External);
}

/// A `ProgramEntry`: calls the function's code for a level and stores its status. `measured`: the result is computed though nobody
/// wants it.
fn start<'c>(cx: &ModuleCx<'c>, id: FnId, level: Level, measured: bool) -> FunctionValue<'c> {
    let (ptr, i32) = (cx.types.ptr, cx.types.i32);
    let symbol = format!("aria.start.{}.{}", id.index(), level.suffix());
    let function = cx.module.add_function(
        &symbol,
        i32.fn_type(&[ptr.into()], false),
        Some(Linkage::Internal),
    );
    llvm::multiversion::target(cx, function, level);
    let b = Builder::new(cx, function, level);
    let result = cx.function(level, id).call(&b, &[]);
    if let Some(failed) = result.failed {
        let (raised, returned) = (b.block("raised"), b.block("returned"));
        b.branch_rarely(failed.into(), raised, returned);
        b.enter(raised);
        b.ret(Some(b.i32(1)));
        b.enter(returned);
    }
    let ret = &cx.program.functions[id].ret;
    match result.value {
        Some(value) if measured => {
            let at = b.slot(value.get_type(), "result");
            b.store(value, at);
            b.call(RtFn::aria_rt_keep.declare(cx), &[at.into()]);
            b.drop_at(ret, at);
        }
        Some(value) if *ret == Ty::Int => {
            b.store(value, b.param(0).into_pointer_value());
        }
        _ => {}
    }
    b.ret(Some(b.i32(0)));
    b.finish();
    function
}
