//! Runs programs: every function gets an entry that reads its arguments from memory, made as wrappers are made.

use super::doubles;
use super::program::Source;
use crate::llvm::remarks::Listener;
use crate::llvm::{
    Builder, FunctionHandle, Level, LlvmOptions, ModuleCx, RtFn, build, finish, optimize,
};
use crate::mir::FnId;
use inkwell::context::Context;
use inkwell::values::AsValueRef;
use llvm_sys::execution_engine::{
    LLVMAddGlobalMapping, LLVMCreateMCJITCompilerForModule, LLVMDisposeExecutionEngine,
    LLVMExecutionEngineRef, LLVMGetFunctionAddress, LLVMLinkInMCJIT,
};
use std::ffi::{CString, c_char, c_int, c_void};

/// The levels that this CPU runs.
pub(super) fn levels() -> Vec<Level> {
    let host = Level::of_host();
    let named = Level::ALL.iter().copied();
    named
        .filter(|&l| l != Level::Native && host.includes(l))
        .collect()
}

pub(super) fn options(levels: &[Level]) -> LlvmOptions {
    LlvmOptions {
        levels: levels.to_vec(),
        keep_functions: true,
        ..LlvmOptions::default()
    }
}

/// A value for a parameter, or for several.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg<'a> {
    Int(i64),
    Float(f64),
    Floats(&'a [f64]),
    Floats32(&'a [f32]),
    Ints(&'a [i64]),
    /// Elements of any size.
    Items {
        data: *const c_void,
        len: usize,
        size: usize,
    },
    /// Every second element, from the last to the first.
    Backwards(&'a [f64]),
    Slot(*const c_void),
}

impl Arg<'_> {
    fn words(self) -> Vec<u64> {
        fn view<T>(slice: &[T]) -> Vec<u64> {
            let size = size_of::<T>() as u64;
            vec![slice.as_ptr() as u64, slice.len() as u64, size, 0]
        }
        match self {
            Arg::Int(value) => vec![value as u64],
            Arg::Float(value) => vec![value.to_bits()],
            Arg::Floats(values) => view(values),
            Arg::Floats32(values) => view(values),
            Arg::Ints(values) => view(values),
            Arg::Items { data, len, size } => vec![data as u64, len as u64, size as u64, 0],
            Arg::Backwards(values) => {
                let last = values.len() - 1;
                let address = std::ptr::from_ref(&values[last]);
                vec![
                    address as u64,
                    values.len().div_ceil(2) as u64,
                    (-16_i64) as u64,
                    0,
                ]
            }
            Arg::Slot(address) => vec![address as u64],
        }
    }
}

/// A program compiled at each level. (inkwell's own engine wants the initialisers of all of LLVM's targets, which are
/// not linked.)
pub(super) struct Machine {
    engines: Vec<(Level, LLVMExecutionEngineRef)>,
}

/// Calls `use_it` with the program compiled for all levels.
pub(super) fn with_machine(source: &Source, use_it: impl FnOnce(&Machine)) {
    unsafe extern "C" {
        fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    }
    // SAFETY: the name is NUL-terminated, and loading glibc's library has no effect of its own. (RTLD_NOW, RTLD_GLOBAL)
    unsafe { dlopen(c"libmvec.so.1".as_ptr(), 0x102) };
    let contexts: Vec<(Level, Context)> = levels()
        .into_iter()
        .map(|level| (level, Context::create()))
        .collect();
    let listener = Listener::default();
    let start =
        |(level, context): &(Level, Context)| (*level, engine(source, *level, context, &listener));
    let machine = Machine {
        engines: contexts.iter().map(start).collect(),
    };
    use_it(&machine);
    for (_, engine) in machine.engines {
        // SAFETY: nothing of the engine is used after this, and its context is still alive.
        unsafe { LLVMDisposeExecutionEngine(engine) };
    }
}

/// Checks a program at each level; whatever it allocated must be gone then.
pub(super) fn at_all_levels(source: &mut Source, check: impl Fn(&Machine, Level)) {
    source.verify();
    with_machine(source, |machine| {
        for level in levels() {
            let before = doubles::alive();
            check(machine, level);
            assert_eq!(doubles::alive(), before, "nothing is left at {level}");
        }
    });
}

fn engine(
    source: &Source,
    level: Level,
    context: &Context,
    listener: &Listener,
) -> LLVMExecutionEngineRef {
    let options = options(&[level]);
    optimize::set_up(&options);
    listener.attach(context);
    let target = optimize::target_machine(&options).unwrap();
    let (program, sources) = (&source.program, &source.sources);
    let cx = build(context, program, sources, &options, level, &target).unwrap();
    for id in source.program.functions.ids() {
        add_entry(&cx, level, id);
    }
    finish(&cx, &target, &options).unwrap();
    let mut engine = std::ptr::null_mut();
    // SAFETY: the module is verified. The engine owns it from here on, so `cx` must not: it is forgotten.
    let status = unsafe {
        let mut message = std::ptr::null_mut();
        LLVMLinkInMCJIT();
        let module = cx.module.as_mut_ptr();
        let options = std::ptr::null_mut();
        LLVMCreateMCJITCompilerForModule(&mut engine, module, options, 0, &mut message)
    };
    assert_eq!(status, 0);
    for &function in RtFn::ALL {
        if let Some(value) = cx.module.get_function(function.name()) {
            let address = doubles::address(function) as *mut c_void;
            // SAFETY: the function is in the engine's module.
            unsafe { LLVMAddGlobalMapping(engine, value.as_value_ref(), address) };
        }
    }
    let malloc = doubles::malloc as *const () as *mut c_void;
    let free = doubles::free_block as *const () as *mut c_void;
    let calloc = doubles::calloc as *const () as *mut c_void;
    for (name, address) in [("malloc", malloc), ("calloc", calloc), ("free", free)] {
        if let Some(value) = cx.module.get_function(name) {
            // SAFETY: the function is in the engine's module.
            unsafe { LLVMAddGlobalMapping(engine, value.as_value_ref(), address) };
        }
    }
    std::mem::forget(cx);
    engine
}

fn entry_name(name: &str, level: Level) -> String {
    format!("entry.{name}.{}", level.suffix())
}

/// `i32 entry(ptr words, ptr result)`: 1 after a failure.
fn add_entry(cx: &ModuleCx<'_>, level: Level, id: FnId) {
    let function = cx.function(level, id);
    let ptr = cx.types.ptr.into();
    let name = entry_name(&cx.program.functions[id].name, level);
    let ty = cx.types.i32.fn_type(&[ptr, ptr], false);
    let entry = cx.module.add_function(&name, ty, None);
    let b = Builder::new(cx, entry, level);
    let words = b.param(0).into_pointer_value();
    let mut args = Vec::new();
    let mut word = 0;
    for param in &function.abi.params {
        let first = args.len();
        for ty in param.types(&cx.types) {
            let at = b.element(cx.types.i64, words, b.i64(word));
            let ty = inkwell::types::BasicTypeEnum::try_from(ty).unwrap();
            args.push(b.load(ty, at));
            word += cx.size(ty).div_ceil(8) as i64;
        }
        // Tests give four words for an array, as for a view.
        if args.len() - first == 2 {
            word += 2;
        }
    }
    // The function itself, which takes its arguments one by one.
    let function = FunctionHandle {
        entry: None,
        ..function
    };
    let result = function.call(&b, &args);
    if let Some(value) = result.value {
        b.store(value, b.param(1).into_pointer_value());
    }
    let failed = match result.failed {
        Some(failed) => b.zext(failed.into(), cx.types.i32),
        None => b.i32(0),
    };
    b.ret(Some(failed));
    b.finish();
}

impl Machine {
    /// Calls a function; an error is what was raised.
    pub(super) fn call<R: Copy>(
        &self,
        level: Level,
        name: &str,
        args: &[Arg<'_>],
    ) -> Result<R, String> {
        type Entry = unsafe extern "C" fn(*const u64, *mut c_void) -> i32;
        let words: Vec<u64> = args.iter().flat_map(|arg| arg.words()).collect();
        let name = entry_name(name, level);
        let at_level = |(l, _): &&(Level, _)| *l == level;
        let (_, engine) = *self.engines.iter().find(at_level).unwrap();
        // SAFETY: the entry has this type, reads as many words as its parameters have, and writes one `R`.
        unsafe {
            let symbol = CString::new(name).unwrap();
            let address = LLVMGetFunctionAddress(engine, symbol.as_ptr());
            assert_ne!(address, 0, "{symbol:?} is there");
            let entry = std::mem::transmute::<usize, Entry>(address as usize);
            let mut out = std::mem::MaybeUninit::<[R; 2]>::zeroed();
            let status = entry(words.as_ptr(), out.as_mut_ptr().cast());
            if status == 0 {
                Ok(out.as_ptr().cast::<R>().read())
            } else {
                Err(doubles::raised().unwrap_or_default())
            }
        }
    }

    /// Calls a function that returns an array of numbers.
    pub(super) fn call_array<T: Copy>(
        &self,
        level: Level,
        name: &str,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, String> {
        let (data, len) = self.call::<(*mut u8, i64)>(level, name, args)?;
        let len = usize::try_from(len).unwrap();
        // SAFETY: the array has so many elements of this type.
        let items = unsafe { std::slice::from_raw_parts(data.cast::<T>(), len).to_vec() };
        doubles::free(data);
        Ok(items)
    }
}
