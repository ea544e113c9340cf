//! The array arguments of one call, looked at together.
//!
//! A borrow must be seen by others only when others can run: another thread when the GIL is released, Python code that
//! the function calls. Where neither happens, which the compiler knows of the function and the length of the arrays says
//! of the call, plain arrays are checked against each other and against the active borrows, and no borrow is made. That
//! is most of what a call on short arrays costs, in the cache lines that it would touch alone.
//!
//! `View::borrow` is null in all views of a call, or set in all: the first one tells. The borrows of a call are one block.

use std::ffi::c_void;
use std::mem::size_of;
use std::ptr::null_mut;

use aria_abi::codes::{Elem, WORTH_A_SWITCH_NS};
use aria_abi::layout::{Borrow, BriefViews, View, ViewSpec, ViewsSpec};
use pyo3_ffi::*;

use crate::borrow::{self, Active, Plain, Request};
use crate::element::{self, Facts};
use crate::gil;
use crate::item::Item;
use crate::numpy::{self, ArrayFields, Vector};
use crate::shared::registry;
use crate::{copy, drops};

borrow::entry_with_frame! {
    /// See the runtime table.
    ///
    /// # Safety
    /// The GIL is held, the objects are live, `spec` is a constant of the extension and fits `args`, as `brief` does, `views`
    /// is writable.
    aria_rt_views => views_from(
        args: *const *mut PyObject,
        spec: *const ViewsSpec,
        views: *mut View,
        brief: i64
    ) "r8" "x4"
}

unsafe extern "C" fn views_from(
    args: *const *mut PyObject,
    spec: *const ViewsSpec,
    views: *mut View,
    brief: i64,
    frame: usize,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        if look_at_usual(args, BriefViews(brief as u64), views) {
            return 0;
        }
        views_from_others(args, spec, views, frame)
    }
}

/// For all other arguments. A function of its own, so that the way of most calls is short.
#[inline(never)]
unsafe extern "C" fn views_from_others(
    args: *const *mut PyObject,
    spec: *const ViewsSpec,
    views: *mut View,
    frame: usize,
) -> i32 {
    // SAFETY: forwarded from the caller.
    unsafe {
        if look(args, &*spec, views) {
            return 0;
        }
        borrow_all(args, spec, views, frame)
    }
}

unsafe fn specs<'a>(spec: *const ViewsSpec) -> &'a [ViewSpec] {
    // SAFETY: the caller's `spec` is a constant of the extension.
    unsafe { std::slice::from_raw_parts((*spec).views, (*spec).count as usize) }
}

/// Whether arguments, of which some or none are written, could conflict with what others have borrowed.
#[inline(always)]
fn could_conflict(some_are_written: bool) -> bool {
    // On free-threaded Python other threads may borrow at any time.
    cfg!(Py_GIL_DISABLED) || registry().could_conflict(some_are_written)
}

/// Does what `look` does for the arguments that most calls have, usual arrays of one type of which at most one is written.
/// Then a short loop's data is most of what the call takes from memory.
///
/// # Safety
/// As `aria_rt_views`.
#[inline(always)]
unsafe fn look_at_usual(args: *const *mut PyObject, brief: BriefViews, views: *mut View) -> bool {
    if brief == BriefViews(0) || could_conflict(brief.is_first_written()) {
        return false;
    }
    // SAFETY: `brief` is of parameters and their element type, and there is a view for each.
    unsafe {
        let usual = numpy::Usual::of(element::facts_of_code(brief.elem()));
        let mut positions = brief.positions();
        let mut view = views;
        // The bytes of the one that is written; none if there is no such.
        let (mut written_low, mut written_high) = (usize::MAX, 0);
        if brief.is_first_written() {
            let first = positions.next().map(|at| usual.vector(*args.add(at), true));
            let Some(Some(vector)) = first else {
                return false;
            };
            (written_low, written_high) = vector.extent();
            view.write(vector.unborrowed());
            view = view.add(1);
        }
        for position in positions {
            let Some(vector) = usual.vector(*args.add(position), false) else {
                return false;
            };
            let (low, high) = vector.extent();
            if written_low < high && low < written_high {
                return false;
            }
            view.write(vector.unborrowed());
            view = view.add(1);
        }
    }
    true
}

impl Vector {
    /// First byte, and the one after the last, if it is contiguous.
    #[inline(always)]
    fn extent(&self) -> (usize, usize) {
        let low = self.data as usize;
        (low, low.wrapping_add((self.len * self.stride) as usize))
    }

    #[inline(always)]
    fn unborrowed(self) -> View {
        View {
            data: self.data,
            len: self.len,
            stride: self.stride,
            borrow: null_mut(),
        }
    }
}

/// Fills the views of plain arrays that conflict with nothing. On `false` nothing has happened, but that `views` may have
/// been written to.
///
/// # Safety
/// As `aria_rt_views`.
#[inline]
unsafe fn look(args: *const *mut PyObject, spec: &ViewsSpec, views: *mut View) -> bool {
    if could_conflict(spec.mutable != 0) {
        return false;
    }
    // The bytes of the one that is written, which is the first; none yet.
    let (mut written_low, mut written_high) = (usize::MAX, 0);
    let mut elem = u16::MAX;
    let mut facts = element::facts(Elem::F64);
    let mut view = views;
    // SAFETY: forwarded from the caller.
    for spec in unsafe { specs(spec) } {
        // SAFETY: the position is a parameter's, and there is a view for each.
        unsafe {
            let Some(array) = numpy::exact_array(*args.add(spec.position as usize)) else {
                return false;
            };
            if spec.elem != elem {
                elem = spec.elem;
                let Item::Scalar(scalar) = Item::of(elem.into()) else {
                    return false;
                };
                facts = element::facts(scalar);
            }
            let is_written = spec.flags & ViewSpec::MUTABLE != 0;
            let Some(Vector { data, len, stride }) = numpy::vector(array, facts, is_written) else {
                return false;
            };
            let (low, high);
            if stride == facts.size && len > 0 && (data as usize) & facts.align_mask == 0 {
                low = data as usize;
                high = low.wrapping_add((len * stride) as usize);
                (*view) = View {
                    data,
                    len,
                    stride,
                    borrow: null_mut(),
                };
            } else {
                let Some(other) = unusual(spec, array, facts) else {
                    return false;
                };
                (low, high) = borrow::extent(other.data, other.len, other.stride, facts.size);
                *view = other;
            }
            if written_low < high && low < written_high {
                return false;
            }
            if is_written {
                (written_low, written_high) = (low, high);
            }
            view = view.add(1);
        }
    }
    spec.mutable < 2 || are_apart(views, spec)
}

/// The view of an array of the right type that is empty or strided. One that is written, or must be copied, is left to others.
#[inline(never)]
fn unusual(spec: &ViewSpec, array: &ArrayFields, facts: &Facts) -> Option<View> {
    // SAFETY: the array is live.
    let Plain { data, len, stride } =
        unsafe { borrow::plain(array, facts, spec.flags & ViewSpec::MUTABLE != 0)? };
    let view = View {
        data,
        len,
        stride,
        borrow: null_mut(),
    };
    (stride == facts.size || spec.flags == 0).then_some(view)
}

/// Whether no written view overlaps another one, of views that lie side by side if they are written.
#[cold]
fn are_apart(views: *const View, spec: &ViewsSpec) -> bool {
    let extent = |i: usize| {
        // SAFETY: `look` has filled a view for each.
        unsafe {
            let view = &*views.add(i);
            let size = Item::of((*spec.views.add(i)).elem.into()).size() as i64;
            borrow::extent(view.data, view.len, view.stride, size)
        }
    };
    (0..spec.mutable as usize).all(|i| {
        let (low, high) = extent(i);
        (i + 1..spec.count as usize).all(|j| {
            let (other_low, other_high) = extent(j);
            low >= other_high || other_low >= high
        })
    })
}

/// Borrows every argument, with every check.
#[cold]
#[inline(never)]
unsafe extern "C" fn borrow_all(
    args: *const *mut PyObject,
    spec: *const ViewsSpec,
    views: *mut View,
    frame: usize,
) -> i32 {
    // SAFETY: forwarded from the caller; the block's borrows are inactive until they are filled, and stay in place.
    unsafe {
        let specs = specs(spec);
        let block = new_block(specs.len());
        if block.is_null() {
            (*views).borrow = null_mut();
            PyErr_NoMemory();
            return 1;
        }
        // In the order of the parameters, so that the first one that is wrong is reported.
        let mut order: Vec<(usize, &ViewSpec)> = specs.iter().enumerate().collect();
        order.sort_by_key(|(_, spec)| spec.position);
        for (i, spec) in order {
            let (object, out) = (*args.add(spec.position as usize), block.add(i));
            let status = if spec.flags & ViewSpec::ARRAY == 0 {
                borrow::borrow_from(object, spec.param, out, frame)
            } else {
                copy::borrow_or_copy_from(object, spec.param, out, frame)
            };
            if status != 0 {
                end(specs.len(), block);
                (*views).borrow = null_mut();
                return 1;
            }
            views.add(i).write(View {
                data: (*out).data,
                len: (*out).len,
                stride: (*out).stride,
                borrow: out,
            });
        }
        0
    }
}

/// A block of inactive borrows; null when memory is out.
unsafe fn new_block(count: usize) -> *mut Borrow {
    // SAFETY: zeroed memory is an inactive borrow.
    unsafe { libc::calloc(count, size_of::<Borrow>()).cast() }
}

/// Ends the borrows of a block and frees it.
unsafe fn end(count: usize, block: *mut Borrow) {
    // SAFETY: the block has `count` borrows, each inactive or active, and nobody uses it any more.
    unsafe {
        for i in (0..count).rev() {
            borrow::release(block.add(i).cast());
        }
        libc::free(block.cast::<c_void>());
    }
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `views` were filled by this file for `spec`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_views_end(spec: *const ViewsSpec, views: *mut View) {
    // SAFETY: forwarded from the caller.
    unsafe {
        let block = (*views).borrow;
        if !block.is_null() {
            end((*spec).count as usize, block);
        }
    }
    drops::drain();
}

/// See the runtime table.
///
/// # Safety
/// The GIL has been held since `aria_rt_views` filled `views` from `args` for `spec`, and no Python code has run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_gil_release_viewing(
    work: i64,
    args: *const *mut PyObject,
    spec: *const ViewsSpec,
    views: *mut View,
) -> *mut PyThreadState {
    if work < WORTH_A_SWITCH_NS {
        return null_mut();
    }
    // SAFETY: forwarded from the caller.
    unsafe {
        if (*views).borrow.is_null() && !hold(args, specs(spec), views) {
            return null_mut();
        }
        gil::detach()
    }
}

/// Borrows what `look` has only looked at; `false` when memory is out, and nothing has happened.
unsafe fn hold(args: *const *mut PyObject, specs: &[ViewSpec], views: *mut View) -> bool {
    // SAFETY: since `look` nothing has run that could have made a borrow, so there is no conflict now either; and a
    // parameter's description is a constant.
    unsafe {
        let block = new_block(specs.len());
        if block.is_null() {
            return false;
        }
        for (i, spec) in specs.iter().enumerate() {
            let view = &mut *views.add(i);
            let request = Request::of_parameter(spec.param, views as usize);
            let plain = Plain {
                data: view.data,
                len: view.len,
                stride: view.stride,
            };
            view.borrow = block.add(i);
            let out: *mut Active = view.borrow.cast();
            borrow::take(*args.add(spec.position as usize), &request, plain, out);
        }
        true
    }
}
