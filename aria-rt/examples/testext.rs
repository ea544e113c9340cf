//! An extension module as the compiler would emit it, written by hand for the tests under `tests/python`. What its
//! functions cannot reach, the tests call directly: a cdylib exports all of the runtime's functions.
#![allow(missing_docs, reason = "each function is what its text signature says")]
#![allow(
    clippy::zero_repeat_side_effects,
    reason = "a function without parameters has no slots"
)]

use std::ffi::{CStr, c_void};
use std::ptr::{null, null_mut};

use aria_abi::ABI_VERSION;
use aria_abi::codes::{Elem, Kind};
use aria_abi::layout::{
    Borrow, ExportSpec, FunctionSpec, Location, ModuleSpec, NameCell, ParamSpec, Text,
};
use aria_rt::*;

type Object = *mut pyo3_ffi::PyObject;

/// A value of constants and pointers to constants.
struct Constant<T>(T);
// SAFETY: never written, or only by the runtime with the GIL held.
unsafe impl<T> Sync for Constant<T> {}

const fn text(text: &'static str) -> Text {
    Text {
        data: text.as_ptr(),
        len: text.len(),
    }
}

const fn param(function: &'static str, name: &'static str, kind: Kind, elem: Elem) -> ParamSpec {
    ParamSpec {
        function: text(function),
        name: text(name),
        ty: text("?"),
        kind: kind as u32,
        elem: elem as u32,
        mutable: 0,
        has_default: 0,
        rank: 1,
        reserved: 0,
    }
}

const fn mutable(mut spec: ParamSpec) -> ParamSpec {
    spec.mutable = 1;
    spec
}

const fn optional(mut spec: ParamSpec) -> ParamSpec {
    spec.has_default = 1;
    spec
}

const fn count(names: &[&str]) -> usize {
    names.len()
}

macro_rules! function {
    ($spec:ident, $params:ident, $name:literal, line $line:literal, [$($param:expr),* $(,)?]) => {
        static $params: Constant<[ParamSpec; count(&[$(stringify!($param)),*])]> = Constant([$($param),*]);
        static $spec: Constant<FunctionSpec> = Constant(FunctionSpec {
            name: text($name),
            file: text("k.aria"),
            line: $line,
            n_params: count(&[$(stringify!($param)),*]) as u32,
            params: $params.0.as_ptr(),
        });
    };
}

const fn at(function: &'static str, line: u32) -> Location {
    Location {
        file: text("k.aria"),
        function: text(function),
        line,
        column: 3,
    }
}

function!(DOUBLE, DOUBLE_PARAMS, "double", line 1, [param("double", "x", Kind::Scalar, Elem::F64)]);
function!(ADD, ADD_PARAMS, "add", line 2, [
    param("add", "a", Kind::Scalar, Elem::I64),
    optional(param("add", "b", Kind::Scalar, Elem::I64)),
]);
function!(LENGTH, LENGTH_PARAMS, "length", line 3, [param("length", "s", Kind::String, Elem::F64)]);
function!(TOTAL, TOTAL_PARAMS, "total", line 4, [param("total", "x", Kind::View, Elem::F64)]);
function!(AXPY, AXPY_PARAMS, "axpy", line 5, [
    param("axpy", "a", Kind::Scalar, Elem::F64),
    param("axpy", "x", Kind::View, Elem::F64),
    mutable(param("axpy", "y", Kind::View, Elem::F64)),
]);
function!(SCALED, SCALED_PARAMS, "scaled", line 20, [param("scaled", "x", Kind::Array, Elem::F64)]);
function!(HOLD, HOLD_PARAMS, "hold", line 30, [
    mutable(param("hold", "x", Kind::View, Elem::F64)),
    param("hold", "callback", Kind::Object, Elem::F64),
]);
function!(SPIN, SPIN_PARAMS, "spin", line 40, [mutable(param("spin", "x", Kind::View, Elem::F64))]);
function!(SQUARES, SQUARES_PARAMS, "squares", line 50, [
    param("squares", "n", Kind::Scalar, Elem::I64),
    param("squares", "fail_from", Kind::Scalar, Elem::I64),
]);
function!(DROPS, DROPS_PARAMS, "drops", line 60, [param("drops", "obj", Kind::Object, Elem::F64)]);
function!(SQRT, SQRT_PARAMS, "sqrt", line 70, [param("sqrt", "x", Kind::Object, Elem::F64)]);
function!(NOTHING, NOTHING_PARAMS, "nothing", line 80, []);
function!(LEVEL, LEVEL_PARAMS, "level", line 90, []);

/// Positional arguments, or the slow path's slots; `None` with an exception set.
unsafe fn bound<const N: usize>(
    spec: &FunctionSpec,
    args: *const Object,
    nargs: isize,
    kwnames: Object,
    slots: &mut [Object; N],
) -> Option<*const Object> {
    if nargs == N as isize && kwnames.is_null() {
        return Some(args);
    }
    // SAFETY: CPython's vectorcall convention.
    let failed =
        unsafe { aria_rt_bind_arguments(spec, args, nargs as i64, kwnames, slots.as_mut_ptr()) };
    (failed == 0).then_some(slots.as_ptr())
}

macro_rules! wrapper {
    ($name:ident, $spec:ident, $n:literal, |$args:ident| $body:block) => {
        unsafe extern "C" fn $name(
            _: Object,
            args: *const Object,
            nargs: isize,
            kwnames: Object,
        ) -> Object {
            // SAFETY: CPython's vectorcall convention; the body follows the runtime's contract.
            unsafe {
                let mut slots = [null_mut(); $n];
                let Some($args) = bound(&$spec.0, args, nargs, kwnames, &mut slots) else {
                    return null_mut();
                };
                $body
            }
        }
    };
}

fn borrow() -> Borrow {
    Borrow {
        data: null_mut(),
        len: 0,
        stride: 0,
        owner: null_mut(),
        reserved: [0; 20],
    }
}

unsafe fn element(borrow: &Borrow, index: i64) -> *mut f64 {
    // SAFETY: callers stay below `len`.
    unsafe { borrow.data.offset((index * borrow.stride) as isize).cast() }
}

wrapper!(double, DOUBLE, 1, |args| {
    let mut x = 0.0;
    if aria_rt_f64_from_py(*args, &DOUBLE_PARAMS.0[0], &mut x) != 0 {
        return null_mut();
    }
    aria_rt_f64_to_py(x * 2.0)
});

wrapper!(add, ADD, 2, |args| {
    static WHAT: Constant<Text> = Constant(text("Int + Int"));
    static HERE: Constant<Location> = Constant(at("add", 2));
    let (mut a, mut b) = (0, 10);
    if aria_rt_int_from_py(*args, &ADD_PARAMS.0[0], &mut a) != 0
        || (!(*args.add(1)).is_null()
            && aria_rt_int_from_py(*args.add(1), &ADD_PARAMS.0[1], &mut b) != 0)
    {
        return null_mut();
    }
    match a.checked_add(b) {
        Some(sum) => aria_rt_i64_to_py(sum),
        None => {
            aria_rt_raise_overflow(&WHAT.0, &HERE.0);
            aria_rt_error_to_python(&ADD.0)
        }
    }
});

wrapper!(length, LENGTH, 1, |args| {
    let mut s = null_mut();
    if aria_rt_str_from_py(*args, &LENGTH_PARAMS.0[0], &mut s) != 0 {
        return null_mut();
    }
    let n = aria_rt_str_length(s);
    aria_rt_str_drop(s);
    aria_rt_i64_to_py(n)
});

wrapper!(total, TOTAL, 1, |args| {
    let mut x = borrow();
    if aria_rt_borrow(*args, &TOTAL_PARAMS.0[0], &mut x) != 0 {
        return null_mut();
    }
    let mut sum = 0.0;
    for index in 0..x.len {
        sum += *element(&x, index);
    }
    aria_rt_release(&mut x);
    aria_rt_f64_to_py(sum)
});

wrapper!(axpy, AXPY, 3, |args| {
    static SHAPE: Constant<Location> = Constant(at("axpy", 7));
    let (mut a, mut x, mut y) = (0.0, borrow(), borrow());
    let mut result = null_mut();
    if aria_rt_f64_from_py(*args, &AXPY_PARAMS.0[0], &mut a) == 0
        && aria_rt_borrow(*args.add(1), &AXPY_PARAMS.0[1], &mut x) == 0
        && aria_rt_borrow(*args.add(2), &AXPY_PARAMS.0[2], &mut y) == 0
    {
        if x.len == y.len {
            let state = aria_rt_gil_release(x.len);
            for index in 0..x.len {
                *element(&y, index) += a * *element(&x, index);
            }
            if !state.is_null() {
                aria_rt_gil_acquire(state);
            }
            result = aria_rt_none();
        } else {
            aria_rt_raise_shape(x.len, y.len, &SHAPE.0);
            result = aria_rt_error_to_python(&AXPY.0);
        }
    }
    aria_rt_release(&mut y);
    aria_rt_release(&mut x);
    result
});

wrapper!(scaled, SCALED, 1, |args| {
    static HERE: Constant<Location> = Constant(at("scaled", 21));
    let mut x = borrow();
    if aria_rt_borrow_or_copy(*args, &SCALED_PARAMS.0[0], &mut x) != 0 {
        return null_mut();
    }
    let out = aria_rt_array_alloc(x.len, 8);
    let result = if out.is_null() {
        aria_rt_raise_memory(&HERE.0);
        aria_rt_error_to_python(&SCALED.0)
    } else {
        for index in 0..x.len {
            *out.cast::<f64>().add(index as usize) =
                2.0 * *x.data.cast::<f64>().add(index as usize);
        }
        aria_rt_array_to_py(out, x.len, Elem::F64 as i32)
    };
    aria_rt_release(&mut x);
    result
});

// Calls `callback()` while it holds `x`.
wrapper!(hold, HOLD, 2, |args| {
    static HERE: Constant<Location> = Constant(at("hold", 31));
    let mut x = borrow();
    if aria_rt_borrow(*args, &HOLD_PARAMS.0[0], &mut x) != 0 {
        return null_mut();
    }
    let mut result = aria_rt_py_call(*args.add(1), null(), 0, null(), 0, &HERE.0);
    if result.is_null() {
        result = aria_rt_error_to_python(&HOLD.0);
    }
    aria_rt_release(&mut x);
    result
});

// Holds `x` without the GIL until `x[0]` is not 0.
wrapper!(spin, SPIN, 1, |args| {
    let mut x = borrow();
    if aria_rt_borrow(*args, &SPIN_PARAMS.0[0], &mut x) != 0 {
        return null_mut();
    }
    let state = aria_rt_gil_release(i64::MAX);
    while element(&x, 0).read_volatile() == 0.0 {
        std::thread::yield_now();
    }
    aria_rt_gil_acquire(state);
    aria_rt_release(&mut x);
    aria_rt_none()
});

struct Squares {
    out: *mut i64,
    fail_from: i64,
}

unsafe extern "C" fn squares_body(context: *mut c_void, low: i64, high: i64) -> i32 {
    static HERE: Constant<Location> = Constant(at("squares", 52));
    // SAFETY: the wrapper passes a `Squares` with room for every index.
    unsafe {
        let context = &*context.cast::<Squares>();
        for index in low..high {
            if index >= context.fail_from {
                aria_rt_raise_index(index, context.fail_from, &HERE.0);
                return 1;
            }
            *context.out.add(index as usize) = index * index;
        }
    }
    0
}

wrapper!(squares, SQUARES, 2, |args| {
    let (mut n, mut fail_from) = (0, 0);
    if aria_rt_int_from_py(*args, &SQUARES_PARAMS.0[0], &mut n) != 0
        || aria_rt_int_from_py(*args.add(1), &SQUARES_PARAMS.0[1], &mut fail_from) != 0
    {
        return null_mut();
    }
    let mut context = Squares {
        out: aria_rt_array_alloc(n, 8).cast(),
        fail_from,
    };
    if aria_rt_parallel_for(n, 1, squares_body, (&raw mut context).cast()) == 0 {
        aria_rt_array_to_py(context.out.cast(), n, Elem::I64 as i32)
    } else {
        aria_rt_array_free(context.out.cast());
        aria_rt_error_to_python(&SQUARES.0)
    }
});

// Drops a reference without the GIL, twice: on this thread and on a worker.
wrapper!(drops, DROPS, 1, |args| {
    unsafe extern "C" fn body(object: *mut c_void, low: i64, high: i64) -> i32 {
        for _ in low..high {
            // SAFETY: the wrapper made a reference for every element.
            unsafe { aria_rt_py_drop(object.cast()) };
        }
        0
    }
    let object = *args;
    for _ in 0..65 {
        aria_rt_py_retain(object);
    }
    let state = aria_rt_gil_release(i64::MAX);
    aria_rt_py_drop(object);
    aria_rt_parallel_for(64, 1, body, object.cast());
    aria_rt_gil_acquire(state);
    aria_rt_none()
});

wrapper!(sqrt, SQRT, 1, |args| {
    static MODULE: Constant<std::cell::UnsafeCell<NameCell>> =
        Constant(std::cell::UnsafeCell::new(NameCell {
            cache: null_mut(),
            text: text("math"),
        }));
    static NAME: Constant<std::cell::UnsafeCell<NameCell>> =
        Constant(std::cell::UnsafeCell::new(NameCell {
            cache: null_mut(),
            text: text("sqrt"),
        }));
    static HERE: Constant<Location> = Constant(at("sqrt", 71));
    let math = aria_rt_py_module(MODULE.0.get(), &HERE.0);
    if math.is_null() {
        return aria_rt_error_to_python(&SQRT.0);
    }
    let result = aria_rt_py_call_method(math, NAME.0.get(), args, 1, null(), 0, &HERE.0);
    aria_rt_py_drop(math);
    if result.is_null() {
        aria_rt_error_to_python(&SQRT.0)
    } else {
        result
    }
});

wrapper!(nothing, NOTHING, 0, |_args| { aria_rt_none() });

extern "C" fn level_1() -> i64 {
    1
}
extern "C" fn level_2() -> i64 {
    2
}
extern "C" fn level_3() -> i64 {
    3
}

/// What each level has code of its own for: here, a function that returns the level's number.
type LevelNumber = extern "C" fn() -> i64;
static mut DISPATCH: LevelNumber = level_1;
static TARGETS: [LevelNumber; 3] = [level_1, level_2, level_3];

wrapper!(level, LEVEL, 0, |_args| {
    aria_rt_i64_to_py((&raw const DISPATCH).read()())
});

macro_rules! exports {
    ($($spec:ident $wrapper:ident $name:literal $doc:literal;)*) => {
        static EXPORTS: Constant<[ExportSpec; [$($name),*].len()]> = Constant([$(ExportSpec {
            spec: &$spec.0,
            name: c_str($name),
            doc: c_str($doc),
            entry: $wrapper as *const c_void,
            ufunc: std::ptr::null(),
        }),*]);
    };
}

const fn c_str(text: &'static CStr) -> *const u8 {
    text.as_ptr().cast()
}

exports! {
    DOUBLE double c"double" c"double($module, x)\n--\n\nTwice x.";
    ADD add c"add" c"add($module, a, b=10)\n--\n\n";
    LENGTH length c"length" c"length($module, s)\n--\n\n";
    TOTAL total c"total" c"total($module, x)\n--\n\n";
    AXPY axpy c"axpy" c"axpy($module, a, x, y)\n--\n\n";
    SCALED scaled c"scaled" c"scaled($module, x)\n--\n\n";
    HOLD hold c"hold" c"hold($module, x, callback)\n--\n\n";
    SPIN spin c"spin" c"spin($module, x)\n--\n\n";
    SQUARES squares c"squares" c"squares($module, n, fail_from)\n--\n\n";
    DROPS drops c"drops" c"drops($module, obj)\n--\n\n";
    SQRT sqrt c"sqrt" c"sqrt($module, x)\n--\n\n";
    NOTHING nothing c"nothing" c"nothing($module)\n--\n\n";
    LEVEL level c"level" c"level($module)\n--\n\n";
}

static LEVELS: [u32; 3] = [1, 2, 3];
static MODULE: Constant<ModuleSpec> = Constant(ModuleSpec {
    abi_version: ABI_VERSION,
    n_levels: 3,
    levels: (&raw const LEVELS).cast(),
    name: c_str(c"testext"),
    doc: c_str(c"For tests."),
    exports: (&raw const EXPORTS.0).cast(),
    n_exports: EXPORTS.0.len() as u64,
    dispatch: (&raw mut DISPATCH).cast(),
    targets: (&raw const TARGETS).cast(),
    n_dispatch: 1,
    classes: null(),
    records: null(),
    n_records: 0,
});

/// # Safety
/// Called by CPython's import.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_testext() -> Object {
    // SAFETY: CPython holds the GIL while it imports.
    unsafe { aria_rt_module_init(&MODULE.0) }
}

static STALE: Constant<ModuleSpec> = Constant(ModuleSpec {
    abi_version: !ABI_VERSION,
    n_levels: 3,
    levels: (&raw const LEVELS).cast(),
    name: c_str(c"stale"),
    doc: null(),
    exports: null(),
    n_exports: 0,
    dispatch: null_mut(),
    targets: null(),
    n_dispatch: 0,
    classes: null(),
    records: null(),
    n_records: 0,
});

/// As `PyInit_testext`, of a module that another compiler made.
///
/// # Safety
/// Called by CPython's import.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_stale() -> Object {
    // SAFETY: CPython holds the GIL while it imports.
    unsafe { aria_rt_module_init(&STALE.0) }
}
