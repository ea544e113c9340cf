//! The runtime table: the only place where a runtime function's signature, GIL rule and description are written.

/// Calls `$callback!` with every runtime function, each written as
///
/// ```text
/// /// Description.
/// held|released|any [attributes] fn name(param: Type, …) -> Type;
/// ```
///
/// GIL rule: `held` functions may only be called with the GIL held, `released` only without it, `any` either way.
///
/// Types are `Ptr I64 I32 F64 F32 Void`. Of a function that can fail, `I32` 0 is success and 1 means that an error is
/// pending on this thread (see `aria_rt_error_to_python`) unless the line says that a Python exception is set.
/// Attributes: `cold` marks error paths, `pure` functions that only read memory, `alloc` those that return fresh memory.
#[macro_export]
macro_rules! for_each_rt_fn {
    ($callback:path) => {
        $callback! {
            // ---- module ----
            /// Makes the module: what `PyInit_…` returns, or null with a Python exception set.
            held [] fn aria_rt_module_init(spec: Ptr) -> Ptr;

            // ---- arguments, Python to Aria; 1: a Python exception is set ----
            /// Binds positional and keyword arguments to `spec.n_params` slots (borrowed references; null for a default).
            held [cold] fn aria_rt_bind_arguments(spec: Ptr, args: Ptr, nargs: I64, kwnames: Ptr, slots: Ptr) -> I32;
            /// Which instance of an exported generic function (a `ChoiceSpec`) a call means, by the types of its arguments, which
            /// are as in `aria_rt_bind_arguments`: its number; -1: a Python exception is set.
            held [] fn aria_rt_choose(spec: Ptr, args: Ptr, nargs: I64, kwnames: Ptr) -> I32;
            /// A DeprecationWarning with this `Text`, which a NUL follows; it may be made an exception.
            held [cold] fn aria_rt_warn_deprecated(message: Ptr) -> I32;
            /// `float`, `int`, or what has `__float__` or `__index__`: f64 at `out`.
            held [] fn aria_rt_f64_from_py(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// As `aria_rt_f64_from_py`, rounded to f32.
            held [] fn aria_rt_f32_from_py(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// `int` or `__index__`: i64 at `out`; out of the element type's range: OverflowError.
            held [] fn aria_rt_int_from_py(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// `bool`, NumPy's too: one byte, 0 or 1, at `out`.
            held [] fn aria_rt_bool_from_py(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// `str`: an owned `Str*` at `out`.
            held [] fn aria_rt_str_from_py(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// Borrows the memory of an array argument (`PyArrayView`, `PythonArray`) into the `Borrow` at `out`, whose `owner` is null.
            /// Wrong dtype, rank, byte order or alignment: TypeError or ValueError; read-only for `mut`: ValueError or
            /// BufferError; overlap with another argument: ValueError; a conflicting borrow by a running call: BorrowError.
            held [] fn aria_rt_borrow(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// As `aria_rt_borrow`, for an `Array[T]` that the function only reads: contiguous memory of the right type is
            /// borrowed; lists, strided arrays and arrays of a type that casts safely are copied into memory that the
            /// `Borrow` owns. `stride` is always the element size.
            held [] fn aria_rt_borrow_or_copy(obj: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// As `aria_rt_borrow`, for a view of the parameter's number of dimensions; at `dims` the length and the stride along each.
            held [] fn aria_rt_borrow_nd(obj: Ptr, spec: Ptr, out: Ptr, dims: Ptr) -> I32;
            /// As `aria_rt_borrow_or_copy`, for an array of the parameter's number of dimensions, whose elements lie row by row;
            /// at `lens` the length along each.
            held [] fn aria_rt_borrow_or_copy_nd(obj: Ptr, spec: Ptr, out: Ptr, lens: Ptr) -> I32;
            /// Looks at the array arguments that a `ViewsSpec` names, among those at `args`, as `aria_rt_borrow` and
            /// `aria_rt_borrow_or_copy` do one by one; a `View` of each at `views`. While nothing but the call itself can run,
            /// plain arrays need no borrow: `borrow` is null in all views then. Otherwise it is set in all. `brief` is the
            /// `BriefViews` of the same parameters.
            held [] fn aria_rt_views(args: Ptr, spec: Ptr, views: Ptr, brief: I64) -> I32;
            /// Ends what `aria_rt_views` or `aria_rt_gil_release_viewing` borrowed. Keeps a Python exception that is set.
            held [] fn aria_rt_views_end(spec: Ptr, views: Ptr) -> Void;
            /// The `n` members of a `tuple` at `items`, borrowed from it.
            held [] fn aria_rt_tuple_from_py(obj: Ptr, spec: Ptr, n: I64, items: Ptr) -> I32;
            /// What a `ValueSpec` describes, at `out`, which is zeroed: a list or another sequence that is no text, a tuple, a value
            /// or `None`. On failure as well, what is at `out` is the caller's to drop.
            held [] fn aria_rt_value_from_py(obj: Ptr, param: Ptr, spec: Ptr, out: Ptr) -> I32;
            /// Ends a borrow; an inactive one (`owner` null) is left alone. Keeps a Python exception that is set.
            held [] fn aria_rt_release(borrow: Ptr) -> Void;

            // ---- results, Aria to Python: new references, null with a Python exception set ----
            /// f64 to `float`.
            held [] fn aria_rt_f64_to_py(value: F64) -> Ptr;
            /// Two f64 to `complex`.
            held [] fn aria_rt_complex_to_py(re: F64, im: F64) -> Ptr;
            /// i64 to `int`.
            held [] fn aria_rt_i64_to_py(value: I64) -> Ptr;
            /// u64, as the bits of an i64, to `int`.
            held [] fn aria_rt_u64_to_py(value: I64) -> Ptr;
            /// 0 or 1 to `bool`.
            held [] fn aria_rt_bool_to_py(value: I32) -> Ptr;
            /// `None`.
            held [] fn aria_rt_none() -> Ptr;
            /// A borrowed `Str*` to `str`.
            held [] fn aria_rt_str_to_py(value: Ptr) -> Ptr;
            /// Hands an owned array to a `numpy.ndarray` without a copy; without NumPy, to an object of the runtime that
            /// speaks the buffer protocol. Takes ownership, also on failure.
            held [] fn aria_rt_array_to_py(data: Ptr, len: I64, elem: I32) -> Ptr;
            /// As `aria_rt_array_to_py`, of several dimensions whose lengths are at `lens`; without NumPy, a `memoryview`.
            held [] fn aria_rt_nd_to_py(data: Ptr, lens: Ptr, rank: I32, elem: I32) -> Ptr;
            /// The same of a copy of strided elements; at `dims` the length and the stride along each dimension.
            held [] fn aria_rt_nd_copy_to_py(data: Ptr, dims: Ptr, rank: I32, elem: I32) -> Ptr;
            /// `n` new references to `tuple`. Steals them; a null among them means failure, and the others are dropped.
            held [] fn aria_rt_tuple_to_py(items: Ptr, n: I64) -> Ptr;
            /// The value at `value`, which a `ValueSpec` describes. It stays the caller's to drop; the memory of arrays in it
            /// is handed over, and they are empty then.
            held [] fn aria_rt_value_to_py(value: Ptr, spec: Ptr) -> Ptr;
            /// The object whose memory a `Borrow*` holds.
            held [] fn aria_rt_borrow_to_py(borrow: Ptr) -> Ptr;

            // ---- errors ----
            /// Turns this thread's pending error into the Python exception, with a traceback entry for the place where
            /// it was raised. Returns null, so that a wrapper can return it.
            held [cold] fn aria_rt_error_to_python(spec: Ptr) -> Ptr;
            /// `raise Kind("message")`: makes an error pending. `kind` is an `ErrorKind`, `message` a borrowed `Str*`.
            any [cold] fn aria_rt_raise(kind: I32, message: Ptr, location: Ptr) -> Void;
            /// IndexError with index and length.
            any [cold] fn aria_rt_raise_index(index: I64, len: I64, location: Ptr) -> Void;
            /// The same, along a dimension of an array of several.
            any [cold] fn aria_rt_raise_index_along(index: I64, len: I64, axis: I64, location: Ptr) -> Void;
            /// IndexError: `lo..<hi` is no part of an array of `len` elements.
            any [cold] fn aria_rt_raise_slice(lo: I64, hi: I64, len: I64, location: Ptr) -> Void;
            /// How many indices a range counts, `step` not 0; -1 after an IndexError if one of them is none of an array of
            /// `len` elements.
            any [] fn aria_rt_slice_length(lo: I64, hi: I64, inclusive: I32, step: I64, len: I64, location: Ptr) -> I64;
            /// The same without an error: -1 if one of them is none.
            any [pure] fn aria_rt_slice_length_of(lo: I64, hi: I64, inclusive: I32, step: I64, len: I64) -> I64;
            /// The first of a range's two ends that is no index, for a range of which one is none.
            any [pure] fn aria_rt_slice_outside(lo: I64, hi: I64, inclusive: I32, step: I64, len: I64) -> I64;
            /// OverflowError; `what` is a `Text*` such as "Int + Int".
            any [cold] fn aria_rt_raise_overflow(what: Ptr, location: Ptr) -> Void;
            /// ZeroDivisionError.
            any [cold] fn aria_rt_raise_zero_division(location: Ptr) -> Void;
            /// ValueError with both lengths: two arrays of one expression differ.
            any [cold] fn aria_rt_raise_shape(left: I64, right: I64, location: Ptr) -> Void;
            /// ValueError: `what` (a `Text*` such as "min") of an empty array.
            any [cold] fn aria_rt_raise_empty(what: Ptr, location: Ptr) -> Void;
            /// RecursionError.
            any [cold] fn aria_rt_raise_recursion(location: Ptr) -> Void;
            /// MemoryError.
            any [cold] fn aria_rt_raise_memory(location: Ptr) -> Void;
            /// `raise object`: an exception or a class of exceptions becomes the pending error; of anything else, a TypeError.
            held [cold] fn aria_rt_raise_object(object: Ptr, location: Ptr) -> Void;
            /// Makes the Python exception that is set the pending error, and clears it.
            held [cold] fn aria_rt_capture_python_error(location: Ptr) -> Void;

            // ---- errors as values ----
            /// Takes the thread's pending error away: an owned error.
            any [] fn aria_rt_error_take() -> Ptr;
            /// Shares an error: returns its argument.
            any [] fn aria_rt_error_retain(error: Ptr) -> Ptr;
            /// Drops an error; null is left alone.
            any [] fn aria_rt_error_drop(error: Ptr) -> Void;
            /// Makes an error pending again, with the place where it was raised first. Takes ownership.
            any [cold] fn aria_rt_error_raise(error: Ptr) -> Void;
            /// The same, because of another error, which Python shows as its `__cause__`. Takes ownership of both.
            any [cold] fn aria_rt_error_raise_from(error: Ptr, from: Ptr) -> Void;
            /// Makes pending what is no error but ends a call: `call` is the number that the call has for itself.
            any [cold] fn aria_rt_end_call(call: I64) -> Void;
            /// 1 when what was caught ends the call.
            any [] fn aria_rt_error_ends_call(error: Ptr, call: I64) -> I32;
            /// The text of an error, an owned `Str*`; null: out of memory.
            any [] fn aria_rt_error_text(error: Ptr) -> Ptr;
            /// The name of an error's class, an owned `Str*`; null: out of memory.
            any [] fn aria_rt_error_class(error: Ptr) -> Ptr;
            /// 1 when an error is of the class of an `ErrorKind`, or of one below it.
            any [] fn aria_rt_error_is(error: Ptr, class: I32) -> I32;

            // ---- the GIL ----
            /// Releases the GIL when `work`, an estimate in nanoseconds, is worth a switch: the saved thread state, or
            /// null when the GIL was kept.
            held [] fn aria_rt_gil_release(work: I64) -> Ptr;
            /// As `aria_rt_gil_release`, for a call that looks at these views: they are borrowed first.
            held [] fn aria_rt_gil_release_viewing(work: I64, args: Ptr, spec: Ptr, views: Ptr) -> Ptr;
            /// Takes the GIL back with what `aria_rt_gil_release` returned (not null).
            released [] fn aria_rt_gil_acquire(state: Ptr) -> Void;
            /// Takes the GIL on any thread, held or not: a token.
            any [] fn aria_rt_gil_ensure() -> I32;
            /// Undoes `aria_rt_gil_ensure`.
            held [] fn aria_rt_gil_unensure(token: I32) -> Void;

            // ---- arrays ----
            /// `len * size` bytes, 64-byte aligned, not initialised, huge pages where it is large; null when memory is
            /// out or `len` negative (no error is pending then).
            any [alloc] fn aria_rt_array_alloc(len: I64, size: I64) -> Ptr;
            /// Gives memory of `aria_rt_array_alloc` back; null is left alone.
            any [] fn aria_rt_array_free(data: Ptr) -> Void;
            /// `obj.to_array(T)`: copies a list, buffer or ndarray of a type that casts safely to the `RawArray` at `out`.
            held [] fn aria_rt_array_from_py(obj: Ptr, elem: I32, out: Ptr, location: Ptr) -> I32;
            /// The same of several dimensions; their lengths at `lens`.
            held [] fn aria_rt_nd_from_py(obj: Ptr, elem: I32, rank: I32, out: Ptr, lens: Ptr, location: Ptr) -> I32;

            // ---- lists ----
            /// Memory of `size * *cap` bytes or more for a list of `len` elements, at `data` (null: none yet), that is to
            /// take `more` (not negative): the elements move there, and `*cap` says how many fit. Null when memory is
            /// out: the list is as before.
            any [cold] fn aria_rt_list_grow(data: Ptr, len: I64, more: I64, size: I64, cap: Ptr) -> Ptr;
            /// Calls `glue(data, len)`, a `void (ptr, i64)` of emitted code that drops, with more stack than this thread has left.
            any [cold] fn aria_rt_drop_elsewhere(glue: Ptr, data: Ptr, len: I64) -> Void;

            // ---- strings: `Str*`; arguments borrowed, results owned ----
            /// Shares a string: returns its argument.
            any [] fn aria_rt_str_retain(value: Ptr) -> Ptr;
            /// Drops a string; null is left alone.
            any [] fn aria_rt_str_drop(value: Ptr) -> Void;
            /// The text of the `n` parts at a `TextPart*` end to end; null: out of memory.
            any [] fn aria_rt_str_join(parts: Ptr, n: I64) -> Ptr;
            /// Joins the text of the `n` parts at a `TextPart*` to the string at `slot`, in place when nobody else has it;
            /// 1: out of memory, and nothing has changed.
            any [] fn aria_rt_str_append(slot: Ptr, parts: Ptr, n: I64) -> I32;
            /// -1, 0 or 1, by code points.
            any [pure] fn aria_rt_str_compare(a: Ptr, b: Ptr) -> I32;
            /// Whether both are the same text.
            any [pure] fn aria_rt_str_equal(a: Ptr, b: Ptr) -> I32;
            /// Number of code points.
            any [pure] fn aria_rt_str_length(value: Ptr) -> I64;
            /// Decimal text.
            any [] fn aria_rt_str_from_i64(value: I64) -> Ptr;
            /// Decimal text of a u64, given as the bits of an i64.
            any [] fn aria_rt_str_from_u64(value: I64) -> Ptr;
            /// Shortest text that reads back as the same f64, written as Python's `repr` writes it.
            any [] fn aria_rt_str_from_f64(value: F64) -> Ptr;
            /// Shortest text that reads back as the same f32.
            any [] fn aria_rt_str_from_f32(value: F32) -> Ptr;
            /// `true` or `false`.
            any [] fn aria_rt_str_from_bool(value: I32) -> Ptr;
            /// The elements of an array, `stride` bytes apart, in brackets; of a long one the first and last.
            any [] fn aria_rt_str_from_array(data: Ptr, len: I64, stride: I64, elem: I32) -> Ptr;
            /// `str(obj)` as an owned `Str*`; null: error pending.
            held [] fn aria_rt_str_of_object(obj: Ptr, location: Ptr) -> Ptr;

            // ---- what the methods of `String` are made of; positions are in bytes, at boundaries of characters ----
            /// The bytes from `from` up to `to`, `to` not included; null: out of memory, as for all that return strings here.
            any [] fn aria_rt_str_slice(text: Ptr, from: I64, to: I64) -> Ptr;
            /// The character that begins at `at`.
            any [] fn aria_rt_str_char(text: Ptr, at: I64) -> Ptr;
            /// The number of the character that begins at `at`.
            any [pure] fn aria_rt_str_code(text: Ptr, at: I64) -> I64;
            /// Where `part` begins first, from `from` on; -1: nowhere.
            any [pure] fn aria_rt_str_find(text: Ptr, part: Ptr, from: I64) -> I64;
            /// Where `part` begins last; -1: nowhere.
            any [pure] fn aria_rt_str_rfind(text: Ptr, part: Ptr) -> I64;
            /// Where the character begins that `count` characters lie before, from `from` on; -1 when there are not as many.
            any [pure] fn aria_rt_str_offset(text: Ptr, from: I64, count: I64) -> I64;
            /// Number of characters between two positions.
            any [pure] fn aria_rt_str_count(text: Ptr, from: I64, to: I64) -> I64;
            /// The first character from `from` on that is white space (`white`: 1) or is not (0); the end when there is none.
            any [pure] fn aria_rt_str_white(text: Ptr, from: I64, white: I32) -> I64;
            /// Where the white space at the end begins.
            any [pure] fn aria_rt_str_end(text: Ptr) -> I64;
            /// In upper case.
            any [] fn aria_rt_str_upper(text: Ptr) -> Ptr;
            /// In lower case.
            any [] fn aria_rt_str_lower(text: Ptr) -> Ptr;
            /// With `by` in each place of `old`.
            any [] fn aria_rt_str_replace(text: Ptr, old: Ptr, by: Ptr) -> Ptr;
            /// That many times, none when negative.
            any [] fn aria_rt_str_repeat(text: Ptr, times: I64) -> Ptr;
            /// The characters in the opposite order.
            any [] fn aria_rt_str_reverse(text: Ptr) -> Ptr;
            /// The strings of a list with another between them.
            any [] fn aria_rt_str_concat(parts: Ptr, n: I64, between: Ptr) -> Ptr;
            /// Appends the text of the `n` parts at a `TextPart*` to the `RawList*` of a `List[UInt8]`; 1: out of memory, and
            /// nothing has changed.
            any [] fn aria_rt_bytes_append(list: Ptr, parts: Ptr, n: I64) -> I32;
            /// The text of bytes; null: ValueError pending where they are not UTF-8.
            any [] fn aria_rt_str_from_bytes(data: Ptr, n: I64, location: Ptr) -> Ptr;
            /// The character with a number; null: ValueError pending.
            any [] fn aria_rt_str_from_code(code: I64, location: Ptr) -> Ptr;
            /// A number that tells most texts apart.
            any [pure] fn aria_rt_hash_string(text: Ptr) -> I64;
            /// An integer to a base; 1: ValueError or OverflowError pending.
            any [] fn aria_rt_str_to_int(text: Ptr, base: I64, out: Ptr, location: Ptr) -> I32;
            /// Whether it is an integer that fits, to the base 10.
            any [pure] fn aria_rt_str_is_int(text: Ptr) -> I32;
            /// A float; 1: ValueError pending.
            any [] fn aria_rt_str_to_float(text: Ptr, out: Ptr, location: Ptr) -> I32;
            /// Whether it is a number.
            any [pure] fn aria_rt_str_is_float(text: Ptr) -> I32;
            /// An integer in Python's format; null: ValueError pending.
            any [] fn aria_rt_format_int(value: I64, format: Ptr, location: Ptr) -> Ptr;
            /// As `aria_rt_format_int`, of a float.
            any [] fn aria_rt_format_float(value: F64, format: Ptr, location: Ptr) -> Ptr;
            /// As `aria_rt_format_int`, of a text.
            any [] fn aria_rt_format_string(value: Ptr, format: Ptr, location: Ptr) -> Ptr;

            // ---- the system ----
            /// The text of a file; null: FileNotFoundError, PermissionError, OSError or ValueError (not UTF-8) pending.
            any [] fn aria_rt_file_read(path: Ptr, location: Ptr) -> Ptr;
            /// Writes a file anew, or at its end; 1: an error is pending, as above.
            any [] fn aria_rt_file_write(path: Ptr, text: Ptr, append: I32, location: Ptr) -> I32;
            /// Removes a file; 1: an error is pending.
            any [] fn aria_rt_file_remove(path: Ptr, location: Ptr) -> I32;
            /// Whether there is a file or folder.
            any [] fn aria_rt_file_exists(path: Ptr) -> I32;
            /// Seconds since 1970.
            any [] fn aria_rt_time_now() -> F64;
            /// Seconds since the first call.
            any [] fn aria_rt_time_monotonic() -> F64;
            /// Does nothing with what is at `at`, which the optimiser cannot know.
            any [] fn aria_rt_keep(at: Ptr) -> Void;
            /// Waits; 1: ValueError pending.
            any [] fn aria_rt_sleep(seconds: F64, location: Ptr) -> I32;
            /// Number of arguments of the program.
            any [] fn aria_rt_arg_count() -> I64;
            /// An argument; empty when there is none at the index.
            any [] fn aria_rt_arg(index: I64) -> Ptr;
            /// Whether the environment has a variable.
            any [] fn aria_rt_env_has(name: Ptr) -> I32;
            /// The value of a variable, empty when there is none.
            any [] fn aria_rt_env(name: Ptr) -> Ptr;

            // ---- Python objects: results are new references; null: error pending ----
            /// Adds a reference: returns its argument.
            held [] fn aria_rt_py_retain(obj: Ptr) -> Ptr;
            /// Drops a reference, without the GIL as soon as the GIL is next taken. Null is left alone.
            any [] fn aria_rt_py_drop(obj: Ptr) -> Void;
            /// The module of a `NameCell`, imported on first use.
            held [] fn aria_rt_py_module(cell: Ptr, location: Ptr) -> Ptr;
            /// `obj.name`; `name` is a `NameCell*`.
            held [] fn aria_rt_py_getattr(obj: Ptr, name: Ptr, location: Ptr) -> Ptr;
            /// `obj.name = value`.
            held [] fn aria_rt_py_setattr(obj: Ptr, name: Ptr, value: Ptr, location: Ptr) -> I32;
            /// `callee(args…, name=value…)`: `args` holds `nargs + nkw` borrowed references, `kwnames` `nkw` `NameCell*`s.
            held [] fn aria_rt_py_call(callee: Ptr, args: Ptr, nargs: I64, kwnames: Ptr, nkw: I64, location: Ptr) -> Ptr;
            /// `obj.name(args…, name=value…)`.
            held [] fn aria_rt_py_call_method(obj: Ptr, name: Ptr, args: Ptr, nargs: I64, kwnames: Ptr, nkw: I64, location: Ptr) -> Ptr;
            /// `obj[key]`.
            held [] fn aria_rt_py_getitem(obj: Ptr, key: Ptr, location: Ptr) -> Ptr;
            /// `obj[key] = value`.
            held [] fn aria_rt_py_setitem(obj: Ptr, key: Ptr, value: Ptr, location: Ptr) -> I32;
            /// A `PyOp`, comparisons included: the resulting object.
            held [] fn aria_rt_py_operate(op: I32, a: Ptr, b: Ptr, location: Ptr) -> Ptr;
            /// Truth value: 0, 1, or -1 with an error pending.
            held [] fn aria_rt_py_truth(obj: Ptr, location: Ptr) -> I32;
            /// `iter(obj)`.
            held [] fn aria_rt_py_iter(obj: Ptr, location: Ptr) -> Ptr;
            /// The next item, at `out`; null there at the end.
            held [] fn aria_rt_py_next(iterator: Ptr, out: Ptr, location: Ptr) -> I32;
            /// Waits for what `__await__` of an object gives, on the fiber of an `async` function: its result.
            held [] fn aria_rt_await(obj: Ptr, location: Ptr) -> Ptr;
            /// A coroutine that will call a `CoroutineBody` with the objects (borrowed here) at `objects`, one for each parameter of
            /// the function; null: a Python exception is set.
            held [] fn aria_rt_coroutine(spec: Ptr, body: Ptr, objects: Ptr) -> Ptr;
            /// A `PythonObject` where a typed place wants the number `elem`, stored at `out`.
            held [] fn aria_rt_scalar_of_object(obj: Ptr, elem: I32, out: Ptr, location: Ptr) -> I32;
            /// A `PythonObject` where a typed place wants a `PythonArray[T]`: an owned, heap-allocated `Borrow*`.
            held [] fn aria_rt_pyarray_of_object(obj: Ptr, elem: I32, location: Ptr) -> Ptr;
            /// As `aria_rt_pyarray_of_object`, of several dimensions; at `dims` the length and the stride along each.
            held [] fn aria_rt_pyarray_of_nd(obj: Ptr, elem: I32, rank: I32, dims: Ptr, location: Ptr) -> Ptr;
            /// An owned, heap-allocated `Borrow*` on the memory of any `Borrow*`.
            held [] fn aria_rt_pyarray_retain(borrow: Ptr, location: Ptr) -> Ptr;
            /// Drops a heap-allocated `Borrow*`, without the GIL as soon as the GIL is next taken. Null is left alone.
            any [] fn aria_rt_pyarray_drop(borrow: Ptr) -> Void;

            // ---- streams; in a Python process those of `sys`, elsewhere the process's own ----
            /// Writes the text of the `n` parts at a `TextPart*` to standard output, with nothing of others between them;
            /// 1: an error is pending.
            any [] fn aria_rt_print(parts: Ptr, n: I64, location: Ptr) -> I32;
            /// The same for standard error.
            any [] fn aria_rt_eprint(parts: Ptr, n: I64, location: Ptr) -> I32;
            /// All that is left of standard input; null: an error is pending.
            any [] fn aria_rt_read_all(location: Ptr) -> Ptr;
            /// The next line of standard input with its newline, which the last may lack; empty at the end; null: an error
            /// is pending.
            any [] fn aria_rt_read_line(location: Ptr) -> Ptr;

            // ---- parallel loops ----
            /// Runs `body` (a `ParallelBody`) over `0..n` on the work-stealing pool, in chunks whose bounds are multiples
            /// of `grain`; the first error stops the rest and is pending on the calling thread. Safe after `fork`.
            any [] fn aria_rt_parallel_for(n: I64, grain: I64, body: Ptr, context: Ptr) -> I32;

            // ---- recursion ----
            /// 1 when the native stack of this thread is nearly used up.
            any [] fn aria_rt_stack_is_low() -> I32;
        }
    };
}
