//! Stand-ins for the runtime's functions: they allocate, and note what was raised.

use crate::llvm::RtFn;
use aria_abi::layout::{DropGlue, IMMORTAL, Location, ParallelBody, Str, Text};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;

thread_local! {
    static RAISED: RefCell<Option<String>> = const { RefCell::new(None) };
    static ALIVE: Cell<i64> = const { Cell::new(0) };
    static STACK: Cell<u32> = const { Cell::new(0) };
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    static ELSEWHERE: Cell<u32> = const { Cell::new(0) };
}

/// What was raised since the last call of this function.
pub(super) fn raised() -> Option<String> {
    RAISED.take()
}

/// Arrays, strings and blocks that were allocated and not freed.
pub(super) fn alive() -> i64 {
    ALIVE.get()
}

fn raise(what: String, location: *const Location) {
    // SAFETY: emitted code gives constants.
    let line = unsafe { (*location).line };
    RAISED.set(Some(format!("{what} at line {line}")));
}

unsafe fn text(text: *const Text) -> String {
    // SAFETY: emitted code gives constants of UTF-8.
    unsafe {
        let bytes = std::slice::from_raw_parts((*text).data, (*text).len);
        String::from_utf8_lossy(bytes).into_owned()
    }
}

extern "C" fn array_alloc(len: i64, size: i64) -> *mut u8 {
    let Ok(bytes) = usize::try_from(len * size) else {
        return std::ptr::null_mut();
    };
    let layout = std::alloc::Layout::from_size_align(bytes + 64, 64).unwrap();
    ALIVE.set(ALIVE.get() + 1);
    // SAFETY: the size is not 0.
    unsafe {
        let start = std::alloc::alloc(layout);
        start.cast::<usize>().write(bytes);
        start.add(64)
    }
}

extern "C" fn array_free(data: *mut u8) {
    if data.is_null() {
        return;
    }
    ALIVE.set(ALIVE.get() - 1);
    // SAFETY: the memory came from `array_alloc`.
    unsafe {
        let start = data.sub(64);
        let bytes = start.cast::<usize>().read();
        let layout = std::alloc::Layout::from_size_align(bytes + 64, 64).unwrap();
        std::alloc::dealloc(start, layout);
    }
}

/// Frees what a test got.
pub(super) fn free(data: *mut u8) {
    array_free(data);
}

unsafe extern "C" fn raise_overflow(what: *const Text, location: *const Location) {
    // SAFETY: emitted code gives constants.
    raise(format!("overflow in {}", unsafe { text(what) }), location);
}

unsafe extern "C" fn raise_empty(what: *const Text, location: *const Location) {
    // SAFETY: emitted code gives constants.
    raise(format!("{} of nothing", unsafe { text(what) }), location);
}

extern "C" fn raise_index(index: i64, len: i64, location: *const Location) {
    raise(format!("index {index} of {len}"), location);
}

extern "C" fn raise_zero_division(location: *const Location) {
    raise("division by zero".to_owned(), location);
}

extern "C" fn raise_shape(left: i64, right: i64, location: *const Location) {
    raise(format!("lengths {left} and {right}"), location);
}

extern "C" fn raise_memory(location: *const Location) {
    raise("memory".to_owned(), location);
}

extern "C" fn raise_recursion(location: *const Location) {
    raise("recursion".to_owned(), location);
}

extern "C" fn raise_kind(kind: i32, _message: *const c_void, location: *const Location) {
    raise(format!("kind {kind}"), location);
}

extern "C" fn stack_is_low() -> i32 {
    STACK.set(STACK.get() + 1);
    i32::from(STACK.get().is_multiple_of(1000))
}

unsafe extern "C" fn parallel_for(n: i64, grain: i64, body: ParallelBody, cx: *mut c_void) -> i32 {
    let mut lo = 0;
    while lo < n {
        let hi = (lo + grain).min(n);
        // SAFETY: emitted code gives a body and its context.
        if unsafe { body(cx, lo, hi) } != 0 {
            return 1;
        }
        lo = hi;
    }
    0
}

/// C's `malloc`: it counts, and gives nothing when no blocks are left.
pub(super) extern "C" fn malloc(bytes: usize) -> *mut u8 {
    match LEFT.get() {
        Some(0) => return std::ptr::null_mut(),
        left => LEFT.set(left.map(|n| n - 1)),
    }
    array_alloc(i64::try_from(bytes.max(1)).unwrap(), 1)
}

/// C's `calloc`, which LLVM makes of a `malloc` whose block is filled with zeros.
pub(super) extern "C" fn calloc(count: usize, size: usize) -> *mut u8 {
    let block = malloc(count * size);
    if !block.is_null() {
        // SAFETY: the block has so many bytes.
        unsafe { block.write_bytes(0, count * size) };
    }
    block
}

/// C's `free`.
pub(super) extern "C" fn free_block(data: *mut u8) {
    array_free(data);
}

/// Lets `malloc` give so many blocks only.
pub(super) fn starve(left: Option<u32>) {
    LEFT.set(left);
}

unsafe extern "C" fn list_grow(
    data: *mut u8,
    len: i64,
    more: i64,
    size: i64,
    cap: *mut i64,
) -> *mut u8 {
    let wanted = len.saturating_add(more).max(2 * len);
    if wanted.checked_mul(size).is_none_or(|bytes| bytes > 1 << 40) {
        return std::ptr::null_mut();
    }
    let grown = malloc(usize::try_from(wanted * size).unwrap());
    if grown.is_null() {
        return grown;
    }
    // SAFETY: the list has `len` elements, and the new memory has room for more.
    unsafe {
        grown.copy_from_nonoverlapping(data, usize::try_from(len * size).unwrap());
        *cap = wanted;
    }
    array_free(data);
    grown
}

unsafe extern "C" fn drop_elsewhere(glue: DropGlue, data: *mut c_void, len: i64) {
    ELSEWHERE.set(ELSEWHERE.get() + 1);
    // SAFETY: emitted code gives a function and what it drops.
    unsafe { glue(data, len) };
}

/// How often dropping went on elsewhere.
pub(super) fn elsewhere() -> u32 {
    ELSEWHERE.get()
}

extern "C" fn str_from_i64(value: i64) -> *mut Str {
    let string = malloc(size_of::<Str>() + 8).cast::<Str>();
    if !string.is_null() {
        // SAFETY: the block has room for the header and a number.
        unsafe {
            string.write(Str { refs: 1, len: 8 });
            string.add(1).cast::<i64>().write(value);
        }
    }
    string
}

unsafe extern "C" fn str_retain(string: *mut Str) -> *mut Str {
    // SAFETY: emitted code gives a string that is alive.
    unsafe {
        if (*string).refs != IMMORTAL {
            (*string).refs += 1;
        }
    }
    string
}

unsafe extern "C" fn str_drop(string: *mut Str) {
    // SAFETY: emitted code gives a string that is alive.
    unsafe {
        if (*string).refs == IMMORTAL {
            return;
        }
        (*string).refs -= 1;
        if (*string).refs == 0 {
            array_free(string.cast());
        }
    }
}

/// An error as a value: how many own it, and what was raised.
struct Error(u32, String);

extern "C" fn error_take() -> *mut Error {
    ALIVE.set(ALIVE.get() + 1);
    Box::into_raw(Box::new(Error(1, raised().unwrap_or_default())))
}

unsafe extern "C" fn error_retain(error: *mut Error) -> *mut Error {
    // SAFETY: emitted code gives an error that is alive.
    unsafe { (*error).0 += 1 };
    error
}

unsafe extern "C" fn error_drop(error: *mut Error) {
    // SAFETY: emitted code gives an error that is alive, and owns it.
    unsafe {
        (*error).0 -= 1;
        if (*error).0 == 0 {
            ALIVE.set(ALIVE.get() - 1);
            drop(Box::from_raw(error));
        }
    }
}

unsafe extern "C" fn error_raise(error: *mut Error) {
    // SAFETY: emitted code gives an error that it owns.
    unsafe {
        RAISED.set(Some((*error).1.clone()));
        error_drop(error);
    }
}

/// Whether the error was raised as one of this kind.
unsafe extern "C" fn error_is(error: *const Error, class: i32) -> i32 {
    // SAFETY: emitted code gives an error that is alive.
    let text = unsafe { &(*error).1 };
    i32::from(text.starts_with(&format!("kind {class} ")))
}

/// The number that a string was made of.
unsafe extern "C" fn str_length(string: *const Str) -> i64 {
    // SAFETY: the string is one of `str_from_i64`.
    unsafe { string.add(1).cast::<i64>().read() }
}

/// The address of a stand-in; of nothing when a test does not need the function.
pub(super) fn address(function: RtFn) -> usize {
    match function {
        RtFn::aria_rt_array_alloc => array_alloc as *const () as usize,
        RtFn::aria_rt_array_free => array_free as *const () as usize,
        RtFn::aria_rt_raise => raise_kind as *const () as usize,
        RtFn::aria_rt_raise_overflow => raise_overflow as *const () as usize,
        RtFn::aria_rt_raise_empty => raise_empty as *const () as usize,
        RtFn::aria_rt_raise_index => raise_index as *const () as usize,
        RtFn::aria_rt_raise_zero_division => raise_zero_division as *const () as usize,
        RtFn::aria_rt_raise_shape => raise_shape as *const () as usize,
        RtFn::aria_rt_raise_memory => raise_memory as *const () as usize,
        RtFn::aria_rt_raise_recursion => raise_recursion as *const () as usize,
        RtFn::aria_rt_stack_is_low => stack_is_low as *const () as usize,
        RtFn::aria_rt_list_grow => list_grow as *const () as usize,
        RtFn::aria_rt_drop_elsewhere => drop_elsewhere as *const () as usize,
        RtFn::aria_rt_str_from_i64 => str_from_i64 as *const () as usize,
        RtFn::aria_rt_str_retain => str_retain as *const () as usize,
        RtFn::aria_rt_str_drop => str_drop as *const () as usize,
        RtFn::aria_rt_error_take => error_take as *const () as usize,
        RtFn::aria_rt_error_retain => error_retain as *const () as usize,
        RtFn::aria_rt_error_drop => error_drop as *const () as usize,
        RtFn::aria_rt_error_raise => error_raise as *const () as usize,
        RtFn::aria_rt_error_is => error_is as *const () as usize,
        RtFn::aria_rt_str_length => str_length as *const () as usize,
        RtFn::aria_rt_parallel_for => parallel_for as *const () as usize,
        _ => 0,
    }
}
