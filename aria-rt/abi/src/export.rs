//! How a Rust crate exports functions to Aria (`extern Rust from stats do … end`): [`export!`](crate::export!).
//!
//! # The C ABI of an exported function
//!
//! `mod stats; fn quantile(xs: &[f64], q: f64) -> f64` becomes the symbol `aria_rust__stats__quantile`:
//!
//! ```c
//! int32_t aria_rust__stats__quantile(const double *xs, int64_t xs_len, double q, double *out);
//! ```
//!
//! * `f64 f32 i64 i32 i16 i8 u64 u32 u16 u8` go by value, `bool` as a `uint8_t` that is 0 or 1.
//! * `&[T]` and `&mut [T]`, `T` a number, go as pointer and length in elements. The pointer is aligned and not null, also
//!   when the length is 0; the elements are adjacent; a `&mut` slice overlaps no other argument. Aria's borrows promise that.
//! * [`View<T, N>`](crate::view::View) and [`ViewMut<T, N>`](crate::view::ViewMut), for arrays of several dimensions, go as the
//!   address of a [`Raw`], which lives for as long as the call. They are borrowed as slices are.
//! * The last parameter is always `out`, where the result is written; a function without a result writes nothing there.
//! * The status is 0, or 1 with an error pending on the thread (`aria_rt_raise`): `Err(e)` is a `ValueError` with the text of
//!   `e`, a panic a `RuntimeError`. `*out` is then not written. Nothing unwinds into the caller.
//!
//! The GIL is not held, or may not be: an exported function knows nothing of Python.

use core::fmt::{Display, Write};

use crate::codes::{ErrorKind, TextKind};
use crate::layout::{IMMORTAL, Location, Str, TextPart};
use crate::view::{Raw, View, ViewMut};

/// What an exported function may take: a number or `bool`, by value, or a view of an array of several dimensions.
pub trait Argument {
    /// Its type in C.
    type C;
    /// What it is during a call: a view lives no longer.
    type During<'a>;
    /// From C.
    ///
    /// # Safety
    /// Emitted code passes it, with what the function has borrowed.
    unsafe fn from_c(value: &Self::C) -> Self::During<'_>;
}

/// An element of a slice or view.
pub trait Element: Copy + 'static {}

impl<T: Element, const N: usize> Argument for View<'_, T, N> {
    type C = *const Raw<T, N>;
    type During<'a> = View<'a, T, N>;
    unsafe fn from_c(raw: &Self::C) -> View<'_, T, N> {
        // SAFETY: the caller's promise.
        unsafe { View::new(**raw) }
    }
}

impl<T: Element, const N: usize> Argument for ViewMut<'_, T, N> {
    type C = *const Raw<T, N>;
    type During<'a> = ViewMut<'a, T, N>;
    unsafe fn from_c(raw: &Self::C) -> ViewMut<'_, T, N> {
        // SAFETY: the caller's promise; the borrow is exclusive.
        unsafe { ViewMut::new(**raw) }
    }
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl Argument for $ty {
            type C = $ty;
            type During<'a> = $ty;
            unsafe fn from_c(value: &$ty) -> $ty {
                *value
            }
        }
        impl Element for $ty {}
        impl Returned for $ty {
            type C = $ty;
            fn deliver(self, out: *mut $ty) -> i32 {
                write(self, out)
            }
        }
    )*};
}
numbers!(f64 f32 i64 i32 i16 i8 u64 u32 u16 u8);

impl Argument for bool {
    type C = u8;
    type During<'a> = bool;
    unsafe fn from_c(value: &u8) -> bool {
        *value != 0
    }
}

/// What an exported function may return.
pub trait Returned {
    /// What `out` points to.
    type C;
    /// Writes the value to `out`, or raises the error that it is: the status.
    fn deliver(self, out: *mut Self::C) -> i32;
}

impl Returned for bool {
    type C = u8;
    fn deliver(self, out: *mut u8) -> i32 {
        write(u8::from(self), out)
    }
}

impl Returned for () {
    type C = u8;
    fn deliver(self, _: *mut u8) -> i32 {
        0
    }
}

impl<T: Returned, E: Display> Returned for Result<T, E> {
    type C = T::C;
    fn deliver(self, out: *mut T::C) -> i32 {
        match self {
            Ok(value) => value.deliver(out),
            Err(error) => raise(ErrorKind::ValueError, &error),
        }
    }
}

fn write<T>(value: T, out: *mut T) -> i32 {
    // SAFETY: `out` comes from emitted code, by way of the function that `export!` made, and is writable.
    unsafe { out.write(value) };
    0
}

/// A slice argument.
///
/// # Safety
/// `data` is aligned, not null, and has `len` elements that nobody writes for as long as the result lives.
#[must_use]
pub unsafe fn slice<'a, T: Element>(data: *const T, len: i64) -> &'a [T] {
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(data, len as usize) }
}

/// A `&mut` slice argument.
///
/// # Safety
/// As [`slice`], and nobody else reads the elements.
#[must_use]
pub unsafe fn slice_mut<'a, T: Element>(data: *mut T, len: i64) -> &'a mut [T] {
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts_mut(data, len as usize) }
}

unsafe extern "C" {
    fn aria_rt_str_join(parts: *const TextPart, n: i64) -> *mut Str;
    fn aria_rt_str_drop(value: *mut Str);
    fn aria_rt_raise(kind: i32, message: *mut Str, location: *const Location);
}

/// Room for an error's text; what is longer is cut.
const ROOM: usize = 1000;

/// A string of the runtime, on the stack.
#[repr(C)]
struct Message {
    head: Str,
    bytes: [u8; ROOM],
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let room = &mut self.bytes[self.head.len..];
        let mut n = text.len().min(room.len());
        while !text.is_char_boundary(n) {
            n -= 1;
        }
        room[..n].copy_from_slice(&text.as_bytes()[..n]);
        self.head.len += n;
        Ok(())
    }
}

/// Makes an error pending: status 1. Inlined, so that only crates that export functions need the runtime's symbols.
#[inline]
pub fn raise(kind: ErrorKind, text: &dyn Display) -> i32 {
    let mut message = Message {
        head: Str {
            refs: IMMORTAL,
            len: 0,
        },
        bytes: [0; ROOM],
    };
    // A text that cannot be formatted is cut where it failed.
    let _ = write!(message, "{text}");
    // SAFETY: joining copies the text into a string of the runtime, which the error keeps alive.
    unsafe {
        let parts = [TextPart {
            kind: TextKind::String as u64,
            bits: (&raw const message).expose_provenance() as u64,
        }];
        let owned = aria_rt_str_join(parts.as_ptr(), 1);
        aria_rt_raise(kind as i32, owned, core::ptr::null());
        aria_rt_str_drop(owned);
    }
    1
}

/// Exports functions of a crate to Aria.
///
/// ```no_run
/// aria_abi::export! {
///     mod stats;
///
///     /// The `q`-quantile of sorted numbers.
///     pub fn quantile(xs: &[f64], q: f64) -> Result<f64, String> {
///         let last = xs.len().checked_sub(1).ok_or("quantile of an empty array")?;
///         Ok(xs[(last as f64 * q).round() as usize])
///     }
/// }
/// ```
///
/// `mod` names the module that Aria imports them from. The functions stay what they are for Rust; see
/// [the module](crate::export) for the types that they may take and return, and for the C ABI.
#[macro_export]
macro_rules! export {
    (mod $module:ident; $($items:tt)*) => {
        $crate::export!(@items $module; $($items)*);
    };

    (@items $module:ident;) => {};
    (@items $module:ident;
        $(#[$attribute:meta])* $visibility:vis fn $name:ident($($params:tt)*) $(-> $result:ty)? $body:block
        $($rest:tt)*
    ) => {
        $(#[$attribute])* $visibility fn $name($($params)*) $(-> $result)? $body
        $crate::export!(@params $module $name [$($result)?] [] []; $($params)*);
        $crate::export!(@items $module; $($rest)*);
    };

    (@params $module:ident $name:ident [$($result:ty)?] [$($c:tt)*] [$($argument:expr,)*];) => {
        const _: () = {
            #[unsafe(export_name = concat!("aria_rust__", stringify!($module), "__", stringify!($name)))]
            unsafe extern "C" fn exported(
                $($c)*
                out: *mut <$crate::export!(@result $($result)?) as $crate::export::Returned>::C,
            ) -> i32 {
                match ::std::panic::catch_unwind(::std::panic::AssertUnwindSafe(|| $name($($argument),*))) {
                    Ok(value) => $crate::export::Returned::deliver(value, out),
                    Err(payload) => {
                        let text = payload.downcast_ref::<&str>().copied();
                        let text = text.or_else(|| payload.downcast_ref::<::std::string::String>().map(|text| &**text));
                        let name = concat!(stringify!($module), ".", stringify!($name));
                        let text = ::core::format_args!("{name} panicked: {}", text.unwrap_or("no message"));
                        $crate::export::raise($crate::codes::ErrorKind::RuntimeError, &text)
                    }
                }
            }
        };
    };

    (@params $module:ident $name:ident $result:tt [$($c:tt)*] [$($argument:expr,)*]; mut $($rest:tt)*) => {
        $crate::export!(@params $module $name $result [$($c)*] [$($argument,)*]; $($rest)*);
    };

    // One parameter after the other; each step's `len` is a variable of its own, by the hygiene of macros.
    (@params $module:ident $name:ident $result:tt [$($c:tt)*] [$($argument:expr,)*];
        $param:ident: &mut [$element:ty] $(, $($rest:tt)*)?
    ) => {
        $crate::export!(@params $module $name $result
            [$($c)* $param: *mut $element, len: i64,]
            // SAFETY: emitted code passes a slice that it has borrowed exclusively.
            [$($argument,)* unsafe { $crate::export::slice_mut($param, len) },];
            $($($rest)*)?);
    };
    (@params $module:ident $name:ident $result:tt [$($c:tt)*] [$($argument:expr,)*];
        $param:ident: &[$element:ty] $(, $($rest:tt)*)?
    ) => {
        $crate::export!(@params $module $name $result
            [$($c)* $param: *const $element, len: i64,]
            // SAFETY: emitted code passes a slice that it has borrowed.
            [$($argument,)* unsafe { $crate::export::slice($param, len) },];
            $($($rest)*)?);
    };
    (@params $module:ident $name:ident $result:tt [$($c:tt)*] [$($argument:expr,)*];
        $param:ident: $argument_ty:ty $(, $($rest:tt)*)?
    ) => {
        $crate::export!(@params $module $name $result
            [$($c)* $param: <$argument_ty as $crate::export::Argument>::C,]
            // SAFETY: emitted code passes what it has borrowed.
            [$($argument,)* unsafe { <$argument_ty as $crate::export::Argument>::from_c(&$param) },];
            $($($rest)*)?);
    };

    (@result) => { () };
    (@result $result:ty) => { $result };
}
