//! The runtime of Aria extension modules: a static library that the compiler links into each of them.
//!
//! Emitted code knows nothing of CPython's layout. For each exported function it has a thin wrapper that calls in here to
//! convert arguments, borrow arrays and convert the result; its body calls in here for what a machine instruction cannot
//! do. `aria_abi::for_each_rt_fn!` lists every such function, and [`exports`] holds this crate to the list.
//!
//! In the order of the data's way:
//!
//! * `module`, `cpu`, `shared`: making the module, choosing its CPU level, what all extensions of a process share.
//! * `arguments`, `scalars`, `strings` (`float_text`): binding arguments, numbers, text; both directions.
//! * `buffer`, `numpy`, `element`: what memory an object offers. `borrow` takes it or says why not (`refusal`), `copy`
//!   converts it, `pyarray` keeps it on the heap.
//! * `values`: lists, tuples and `Option`, both directions; `collections`: maps, sets, complex numbers, bytes; `records`: the
//!   classes of declared types.
//! * `array` (`array_text`), `handover`: memory of Aria, and how Python comes to own it. `list`: lists that grow. `slice`:
//!   whether the elements of a slice are there.
//! * `object`: Python objects as values. `gil`, `drops`: giving the GIL up, and dropping objects without it.
//! * `coroutine`, `fiber`: calls of `async` functions as Python sees them, and their bodies, which stop and go on.
//! * `parallel`, `stack`: threads, and how much stack one has left.
//! * `parts`: texts put together from strings and numbers. `text`, `numbers`, `system`: what the prelude's strings, formats, files, times are made of.
//! * `streams`: text in and out. `program`, in builds for programs of their own: where such a program starts.
//! * `error`, `caught`, `traceback`, `panics`, `place`, `python`: what goes wrong, and how it is told.
//!
//! Invariants:
//!
//! * Nothing unwinds out of an export: what can panic runs in `panics::guard`.
//! * Two ways of failing, never mixed: the wrappers' conversions leave a *Python exception set*; what bodies call leaves an
//!   *error pending* on the thread (`error`), which the wrapper turns into the exception at the end.
//! * libpython is never linked: Python's symbols are those of the process that imports the extension. A program of its own
//!   has none: nothing that needs them is reached by code that does not use Python, and the linker leaves it out.
//! * An active `Borrow` does not move, is in the list of borrows exactly once, and owns a reference.
//! * What is common is a few nanoseconds: fast paths allocate nothing and touch no thread-local state; the rest is `#[cold]`.

mod arguments;
mod array;
mod array_text;
mod borrow;
mod buffer;
mod caught;
mod choose;
mod collections;
mod copy;
mod coroutine;
mod cpu;
mod drops;
mod element;
mod error;
mod exports;
mod fiber;
mod float_text;
mod gil;
mod handover;
mod item;
mod kept;
mod list;
mod module;
mod nd;
mod numbers;
mod numpy;
mod object;
mod panics;
mod parallel;
mod parts;
mod place;
#[cfg(feature = "program")]
mod program;
mod pyarray;
mod python;
mod records;
mod refusal;
mod scalars;
mod shared;
mod slice;
mod stack;
mod streams;
mod strings;
mod system;
mod text;
mod traceback;
#[cfg(not(feature = "program"))]
mod ufunc;
mod values;
mod views;
#[cfg(test)]
mod without_python;

pub use arguments::*;
pub use array::*;
pub use array_text::*;
pub use borrow::*;
pub use caught::*;
pub use choose::*;
pub use copy::*;
pub use coroutine::*;
pub use error::*;
pub use fiber::*;
pub use gil::*;
pub use handover::*;
pub use list::*;
pub use module::*;
pub use nd::*;
pub use numbers::*;
pub use object::*;
pub use parallel::*;
pub use parts::*;
pub use pyarray::*;
pub use scalars::*;
pub use slice::*;
pub use stack::*;
pub use streams::*;
pub use strings::*;
pub use system::*;
pub use text::*;
pub use values::*;
pub use views::*;
