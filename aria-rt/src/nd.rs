//! Arrays of several dimensions at the boundary: borrowing them, copying them row by row, handing them over.
//!
//! Emitted code and this file pass the length along each dimension, or length and stride in turn, as an array of numbers.

use std::ptr::null_mut;

use aria_abi::layout::{Borrow, Location, ParamSpec, RawArray};
use pyo3_ffi::*;

use crate::array;
use crate::borrow::{self, Active, Request, entry_with_frame};
use crate::buffer::{self, Offer};
use crate::copy::{self, Transfer};
use crate::drops;
use crate::error::pending_from_python;
use crate::handover::{self, out_of_memory};
use crate::item::Item;
use crate::numpy::Api;
use crate::panics::guard;
use crate::place::Place;
use crate::python::{Owned, Raised, set_error, status, type_error, type_name, value_error};
use crate::refusal;

/// No array has more dimensions.
pub(crate) const MOST: usize = 8;

/// The length and stride along each dimension.
#[derive(Clone, Copy)]
pub(crate) struct Dims {
    rank: usize,
    lens: [i64; MOST],
    strides: [i64; MOST],
}

impl Dims {
    /// Those of an array whose elements lie side by side, row by row.
    fn adjacent(lens: &[i64], size: i64) -> Dims {
        let mut dims = Dims {
            rank: lens.len(),
            lens: [0; MOST],
            strides: [0; MOST],
        };
        let mut stride = size;
        for (axis, &len) in lens.iter().enumerate().rev() {
            (dims.lens[axis], dims.strides[axis]) = (len, stride);
            stride = stride.wrapping_mul(len);
        }
        dims
    }

    /// Those of an offer of at most [`MOST`] dimensions.
    fn of(offer: &Offer) -> Dims {
        let mut dims = Dims::adjacent(&[], 0);
        for (len, stride) in offer.dimensions().into_iter().take(MOST) {
            (dims.lens[dims.rank], dims.strides[dims.rank]) = (len, stride);
            dims.rank += 1;
        }
        dims
    }

    pub(crate) fn lens(&self) -> &[i64] {
        &self.lens[..self.rank]
    }

    pub(crate) fn strides(&self) -> &[i64] {
        &self.strides[..self.rank]
    }

    /// The number of elements; none if there are more than can have an address.
    fn total(&self) -> Option<i64> {
        let mut lens = self.lens().iter();
        match lens.clone().any(|&len| len == 0) {
            true => Some(0),
            false => lens.try_fold(1i64, |total, &len| total.checked_mul(len)),
        }
    }

    /// The same, with the strides of dimensions that have no next element as if they had one.
    fn with_plain_strides(mut self, size: i64) -> Dims {
        for axis in 0..self.rank {
            if self.lens[axis] <= 1 {
                self.strides[axis] = size;
            }
        }
        self
    }

    /// Whether the elements lie side by side, row by row.
    fn is_adjacent(&self, size: i64) -> bool {
        let mut stride = size;
        for axis in (0..self.rank).rev() {
            if self.lens[axis] > 1 && self.strides[axis] != stride {
                return false;
            }
            stride = stride.wrapping_mul(self.lens[axis]);
        }
        true
    }

    /// Whether two elements may have memory in common: each dimension's steps are wider than all that is inside of
    /// the dimensions with smaller ones.
    fn shares_memory(&self, size: i64) -> bool {
        let mut steps: Vec<(i64, i64)> = (0..self.rank)
            .filter(|&axis| self.lens[axis] > 1)
            .map(|axis| (self.strides[axis].saturating_abs(), self.lens[axis]))
            .collect();
        steps.sort_unstable();
        let mut inside = size;
        if self.lens().contains(&0) {
            return false;
        }
        for (stride, len) in steps {
            if stride < inside {
                return true;
            }
            inside = inside.saturating_add(stride.saturating_mul(len - 1));
        }
        false
    }

    /// The first byte of the elements from `data` on, and the one after the last.
    fn extent(&self, data: *mut u8, size: i64) -> (usize, usize) {
        let start = data as usize;
        if self.lens().contains(&0) {
            return (start, start);
        }
        let (mut low, mut high) = (start, start.wrapping_add(size as usize));
        for (len, stride) in self.lens().iter().zip(self.strides()) {
            let reach = (len - 1).wrapping_mul(*stride);
            match reach < 0 {
                true => low = low.wrapping_add(reach as usize),
                false => high = high.wrapping_add(reach as usize),
            }
        }
        (low, high)
    }

    /// Writes lengths, each followed by its stride.
    ///
    /// # Safety
    /// There is room for two numbers a dimension.
    pub(crate) unsafe fn write(&self, out: *mut i64) {
        for axis in 0..self.rank {
            // SAFETY: the caller has room for two numbers a dimension.
            unsafe {
                out.add(2 * axis).write(self.lens[axis]);
                out.add(2 * axis + 1).write(self.strides[axis]);
            }
        }
    }

    unsafe fn write_lens(&self, out: *mut i64) {
        // SAFETY: the caller has room for a number a dimension.
        unsafe { out.copy_from_nonoverlapping(self.lens.as_ptr(), self.rank) };
    }
}

// ---- borrowing ----

entry_with_frame! {
    /// See the runtime table.
    ///
    /// # Safety
    /// As `aria_rt_borrow`; `dims` has room for two numbers a dimension.
    aria_rt_borrow_nd => borrow_from(obj: *mut PyObject, spec: *const ParamSpec, out: *mut Borrow, dims: *mut i64) "r8" "x4"
}

entry_with_frame! {
    /// See the runtime table.
    ///
    /// # Safety
    /// As `aria_rt_borrow`; `lens` has room for a number a dimension.
    aria_rt_borrow_or_copy_nd => borrow_or_copy_from(obj: *mut PyObject, spec: *const ParamSpec, out: *mut Borrow, lens: *mut i64) "r8" "x4"
}

unsafe extern "C" fn borrow_from(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut Borrow,
    dims: *mut i64,
    frame: usize,
) -> i32 {
    guard(1, || {
        // SAFETY: forwarded from the caller.
        status(unsafe {
            let request = Request::of_parameter(spec, frame);
            borrow(obj, &request, (*spec).rank as usize, out.cast()).map(|found| found.write(dims))
        })
    })
}

/// # Safety
/// As `borrow::borrow`.
pub(crate) unsafe fn borrow(
    obj: *mut PyObject,
    request: &Request<'_>,
    rank: usize,
    out: *mut Active,
) -> Result<Dims, Raised> {
    // SAFETY: forwarded from the caller.
    unsafe {
        let Some(offer) = buffer::ask(obj, request.exclusive)? else {
            type_error(&refusal::of_object(obj, request));
            return Err(Raised);
        };
        accept(obj, request, rank, offer, out)
    }
}

unsafe fn accept(
    obj: *mut PyObject,
    request: &Request<'_>,
    rank: usize,
    offer: Offer,
    out: *mut Active,
) -> Result<Dims, Raised> {
    let size = request.elem.size() as i64;
    let dims = Dims::of(&offer).with_plain_strides(size);
    let memory = refusal::Memory {
        rank,
        is_empty: dims.lens().contains(&0),
        strides: dims.strides(),
        shares: dims.shares_memory(size),
    };
    // SAFETY: the GIL is held and `obj` is live.
    if let Some((kind, message)) = unsafe { refusal::of_offer(obj, request, &offer, &memory) } {
        set_error(crate::python::exception_class(kind), &message);
        return Err(Raised);
    }
    let data = match memory.is_empty {
        true => borrow::NOWHERE,
        false => offer.data,
    };
    let total = dims.total().unwrap_or(i64::MAX);
    // SAFETY: the offer's lock keeps the memory in place, and goes into the borrow.
    unsafe {
        let plain = borrow::Plain {
            data,
            len: total,
            stride: size,
        };
        borrow::hold(
            obj,
            request,
            plain,
            dims.extent(data, size),
            offer.lock,
            out,
        )?;
    }
    Ok(dims)
}

unsafe extern "C" fn borrow_or_copy_from(
    obj: *mut PyObject,
    spec: *const ParamSpec,
    out: *mut Borrow,
    lens: *mut i64,
    frame: usize,
) -> i32 {
    guard(1, || {
        // SAFETY: forwarded from the caller.
        status(unsafe {
            let request = Request::of_parameter(spec, frame);
            let rank = (*spec).rank as usize;
            borrow_or_copy(obj, &request, rank, out.cast()).map(|dims| dims.write_lens(lens))
        })
    })
}

unsafe fn borrow_or_copy(
    obj: *mut PyObject,
    request: &Request<'_>,
    rank: usize,
    out: *mut Active,
) -> Result<Dims, Raised> {
    let Request { place, elem, .. } = *request;
    // SAFETY: forwarded from the caller; a copied block is owned by its object before anything else can fail.
    unsafe {
        let (data, dims) = match buffer::ask(obj, false)? {
            Some(offer) if can_borrow(&offer, elem, rank) => {
                return accept(obj, request, rank, offer, out);
            }
            Some(offer) => copy_offer(&offer, elem, rank, &place)?,
            None => copy_object(obj, elem, rank, &place)?,
        };
        let len = dims.total().unwrap_or(0);
        let owner = handover::own(data, len, elem).inspect_err(|_| array::free(data))?;
        borrow::own_copy(out, owner, data, len, elem);
        Ok(dims)
    }
}

fn can_borrow(offer: &Offer, elem: Item, rank: usize) -> bool {
    offer.ndim as usize == rank
        // SAFETY: the GIL is held while there is an offer.
        && unsafe { offer.is_of(elem) }
        && !offer.element.swapped
        && Dims::of(offer).is_adjacent(elem.size() as i64)
        && (offer.data as usize).is_multiple_of(elem.alignment())
}

// ---- copying ----

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `obj` is live; `out` is writable, and `lens` for `rank` numbers; `location` is null or a constant of
/// the extension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_nd_from_py(
    obj: *mut PyObject,
    elem: i32,
    rank: i32,
    out: *mut RawArray,
    lens: *mut i64,
    location: *const Location,
) -> i32 {
    pending_from_python(location, || {
        // SAFETY: forwarded from the caller.
        unsafe {
            *out = RawArray {
                data: null_mut(),
                len: 0,
            };
            let (elem, rank) = (Item::of(elem as u32), rank as usize);
            let (data, dims) = match buffer::ask(obj, false)? {
                Some(offer) => copy_offer(&offer, elem, rank, &Place::Value)?,
                None => copy_object(obj, elem, rank, &Place::Value)?,
            };
            dims.write_lens(lens);
            *out = RawArray {
                data,
                len: dims.total().unwrap_or(0),
            };
        }
        Ok(())
    })
}

/// Copies offered memory row by row, converted to `elem`.
unsafe fn copy_offer(
    offer: &Offer,
    elem: Item,
    rank: usize,
    place: &Place<'_>,
) -> Result<(*mut u8, Dims), Raised> {
    if offer.ndim as usize != rank {
        let given = offer.ndim;
        value_error(&format!("{place} must have {rank} dimensions, not {given}"));
        return Err(Raised);
    }
    let dims = Dims::of(offer);
    let size = elem.size() as i64;
    let total = dims.total().ok_or_else(out_of_memory)?;
    let data = array::allocate(total, size);
    if data.is_null() {
        return Err(out_of_memory());
    }
    let own = Dims::adjacent(dims.lens(), size);
    // SAFETY: the block has room for all elements of the offer, and nobody else knows it.
    unsafe {
        if gather(offer, elem, &dims, place, data).is_err() {
            array::free(data);
            return Err(Raised);
        }
    }
    Ok((data, own))
}

/// Copies the elements of an offer to `to`, row by row.
unsafe fn gather(
    offer: &Offer,
    elem: Item,
    dims: &Dims,
    place: &Place<'_>,
    to: *mut u8,
) -> Result<(), Raised> {
    let Some(transfer) = Transfer::of(offer, elem) else {
        // SAFETY: the GIL is held.
        let named = unsafe { offer.element_name() };
        let wanted = place.array_type(elem);
        type_error(&format!("{place} must be {wanted}, not {named}"));
        return Err(Raised);
    };
    if dims.lens().contains(&0) {
        return Ok(());
    }
    let last = dims.rank - 1;
    let (len, stride) = (dims.lens[last], dims.strides[last]);
    let mut to = to;
    visit(dims, 0, last, offer.data, &mut |from| {
        // SAFETY: the offer describes a row of so many readable elements there, and there is room for as many.
        unsafe {
            transfer.run(from, stride as isize, len as usize, to);
            to = to.add(len as usize * elem.size());
        }
    });
    Ok(())
}

/// Calls `f` with the address of each part along the dimensions from `axis` to `end`, in the order of their indices.
fn visit(dims: &Dims, axis: usize, end: usize, at: *mut u8, f: &mut dyn FnMut(*mut u8)) {
    if axis == end {
        return f(at);
    }
    for index in 0..dims.lens[axis] {
        let step = index.wrapping_mul(dims.strides[axis]);
        visit(dims, axis + 1, end, at.wrapping_offset(step as isize), f);
    }
}

/// Copies an object without a buffer: what has `__array__` goes through NumPy, lists of lists item by item.
unsafe fn copy_object(
    obj: *mut PyObject,
    elem: Item,
    rank: usize,
    place: &Place<'_>,
) -> Result<(*mut u8, Dims), Raised> {
    // SAFETY: the GIL is held and `obj` is live, by the callers' contracts.
    unsafe {
        if let Some(converted) = copy::as_ndarray(obj)?
            && let Some(offer) = buffer::ask(converted.as_ptr(), false)?
        {
            return copy_offer(&offer, elem, rank, place);
        }
        let mut lens = [0; MOST];
        measure(obj, elem, &mut lens[..rank], place)?;
        let dims = Dims::adjacent(&lens[..rank], elem.size() as i64);
        let total = dims.total().ok_or_else(out_of_memory)?;
        let data = array::allocate(total, elem.size() as i64);
        if data.is_null() {
            return Err(out_of_memory());
        }
        if fill(obj, elem, &dims, 0, place, data).is_err() {
            array::free(data);
            return Err(Raised);
        }
        Ok((data, dims))
    }
}

/// The lengths of a list of lists, each that of the first one there.
unsafe fn measure(
    obj: *mut PyObject,
    elem: Item,
    lens: &mut [i64],
    place: &Place<'_>,
) -> Result<(), Raised> {
    let Some((first, inner)) = lens.split_first_mut() else {
        return Ok(());
    };
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        if !is_sequence(obj) {
            let given = type_name(obj);
            type_error(&match place {
                Place::Item { .. } => format!("{place} must be {}, not {given}", row(inner.len())),
                _ => {
                    let wanted = place.array_type(elem);
                    format!("{place} must be {wanted} or a list of lists, not {given}")
                }
            });
            return Err(Raised);
        }
        if let Some(offer) = offer_of(obj)? {
            return measure_offer(&offer, first, inner, place);
        }
        *first = PySequence_Size(obj) as i64;
        if *first < 0 {
            return Err(Raised);
        }
        if *first == 0 || inner.is_empty() {
            return Ok(());
        }
        let item = Owned::take(PySequence_GetItem(obj, 0)).ok_or(Raised)?;
        let place = Place::Item {
            of: place,
            index: 0,
        };
        measure(item.as_ptr(), elem, inner, &place)
    }
}

fn measure_offer(
    offer: &Offer,
    first: &mut i64,
    inner: &mut [i64],
    place: &Place<'_>,
) -> Result<(), Raised> {
    let dims = Dims::of(offer);
    let (wanted, given) = (1 + inner.len(), offer.ndim);
    if given as usize != wanted {
        let word = if wanted == 1 {
            "dimension"
        } else {
            "dimensions"
        };
        value_error(&format!("{place} must have {wanted} {word}, not {given}"));
        return Err(Raised);
    }
    *first = dims.lens[0];
    inner.copy_from_slice(&dims.lens()[1..]);
    Ok(())
}

/// What an item of a list is, of which there are so many dimensions of lists below.
fn row(inner: usize) -> &'static str {
    match inner {
        0 => "a list of numbers",
        _ => "a list of lists",
    }
}

/// Lists, tuples, and what has memory or items like them.
unsafe fn is_sequence(obj: *mut PyObject) -> bool {
    // SAFETY: the GIL is held and `obj` is live.
    unsafe {
        let is_text = PyUnicode_Check(obj) != 0 || PyBytes_Check(obj) != 0;
        let is_list = PyList_Check(obj) != 0 || PyTuple_Check(obj) != 0;
        is_list || !is_text && PyDict_Check(obj) == 0 && PySequence_Check(obj) != 0
    }
}

/// The memory that a row offers, if it is an array itself.
unsafe fn offer_of(obj: *mut PyObject) -> Result<Option<Offer>, Raised> {
    // SAFETY: the GIL is held and `obj` is live as long as the offer.
    unsafe {
        match PyList_Check(obj) != 0 || PyTuple_Check(obj) != 0 {
            true => Ok(None),
            false => buffer::ask(obj, false),
        }
    }
}

/// Copies a list of lists, from the dimension `axis` on, whose lengths must be those of `dims`. Converting an item may run
/// Python code that changes a list, which is an error then.
unsafe fn fill(
    obj: *mut PyObject,
    elem: Item,
    dims: &Dims,
    axis: usize,
    place: &Place<'_>,
    to: *mut u8,
) -> Result<(), Raised> {
    let wanted = dims.lens[axis];
    let differs = |given: i64| {
        let word = if wanted == 1 { "item" } else { "items" };
        let message =
            format!("{place} must have {wanted} {word}, as the first one has, not {given}");
        value_error(&message);
        Raised
    };
    // SAFETY: the GIL is held; `obj` is live; there is room for all elements of `dims` from this dimension on.
    unsafe {
        if !is_sequence(obj) {
            let (given, wanted) = (type_name(obj), row(dims.rank - axis - 1));
            type_error(&format!("{place} must be {wanted}, not {given}"));
            return Err(Raised);
        }
        if let Some(offer) = offer_of(obj)? {
            let mut lens = [0; MOST];
            let (first, inner) = lens[axis..dims.rank].split_at_mut(1);
            measure_offer(&offer, &mut first[0], inner, place)?;
            let same = (axis..dims.rank).all(|axis| lens[axis] == dims.lens[axis]);
            return match same {
                true => gather(&offer, elem, &Dims::of(&offer), place, to),
                false => Err(differs(lens[axis])),
            };
        }
        let items = Owned::take(PySequence_Fast(obj, c"a sequence is needed".as_ptr()));
        let items = items.ok_or(Raised)?;
        let given = PySequence_Size(items.as_ptr()) as i64;
        if given != wanted {
            return Err(differs(given));
        }
        if axis + 1 == dims.rank {
            return copy::fill_items(items.as_ptr(), elem, place, to, wanted as isize);
        }
        for index in 0..wanted {
            let item = Owned::take(PySequence_GetItem(items.as_ptr(), index as isize));
            let item = item.ok_or(Raised)?;
            let to = to.offset(index as isize * dims.strides[axis] as isize);
            let place = Place::Item {
                of: place,
                index: index as isize,
            };
            fill(item.as_ptr(), elem, dims, axis + 1, &place, to)?;
        }
        Ok(())
    }
}

// ---- handing over ----

/// See the runtime table.
///
/// # Safety
/// The GIL is held; `data` came from `aria_rt_array_alloc`, holds as many initialised elements as the product of the `rank`
/// numbers at `lens`, and is given away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_nd_to_py(
    data: *mut u8,
    lens: *const i64,
    rank: i32,
    elem: i32,
) -> *mut PyObject {
    drops::drain();
    guard(null_mut(), || {
        // SAFETY: forwarded from the caller.
        unsafe {
            let lens = std::slice::from_raw_parts(lens, rank as usize);
            let elem = Item::of(elem as u32);
            let dims = Dims::adjacent(lens, elem.size() as i64);
            match handover::own(data, dims.total().unwrap_or(0), elem) {
                Ok(owner) => as_object(owner, data, &dims, elem),
                Err(Raised) => {
                    array::free(data);
                    null_mut()
                }
            }
        }
    })
}

/// See the runtime table.
///
/// # Safety
/// The GIL is held; at `dims` are `rank` lengths, each followed by its stride, and `data` has the elements that they
/// describe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aria_rt_nd_copy_to_py(
    data: *mut u8,
    dims: *const i64,
    rank: i32,
    elem: i32,
) -> *mut PyObject {
    drops::drain();
    guard(null_mut(), || {
        // SAFETY: forwarded from the caller; the block has room for all elements.
        unsafe {
            let elem = Item::of(elem as u32);
            let size = elem.size();
            let mut from = Dims::adjacent(&[], 0);
            for pair in std::slice::from_raw_parts(dims, 2 * rank as usize).chunks_exact(2) {
                (from.lens[from.rank], from.strides[from.rank]) = (pair[0], pair[1]);
                from.rank += 1;
            }
            let own = Dims::adjacent(from.lens(), size as i64);
            let block = match own.total() {
                Some(total) => array::allocate(total, size as i64),
                None => null_mut(),
            };
            if block.is_null() {
                PyErr_NoMemory();
                return null_mut();
            }
            let mut to = block;
            visit(&from, 0, from.rank, data, &mut |element| {
                to.copy_from_nonoverlapping(element, size);
                to = to.add(size);
            });
            aria_rt_nd_to_py(block, own.lens.as_ptr(), rank, elem.code() as i32)
        }
    })
}

/// An `ndarray` over a block's object; where there is no NumPy, a `memoryview` of that shape.
unsafe fn as_object(owner: Owned, data: *mut u8, dims: &Dims, elem: Item) -> *mut PyObject {
    // SAFETY: `owner` is a block's object, which keeps its elements alive; the GIL is held.
    unsafe {
        let shape: Vec<isize> = dims.lens().iter().map(|&len| len as isize).collect();
        if let Some(api) = Api::import() {
            return api.wrap(data, &shape, elem, owner);
        }
        let cast = || {
            let view = Owned::take(PyMemoryView_FromObject(owner.as_ptr()))?;
            let bytes = Owned::take(PyObject_CallMethod(
                view.as_ptr(),
                c"cast".as_ptr(),
                c"s".as_ptr(),
                c"B".as_ptr(),
            ))?;
            // A memoryview has no shape with a length of 0.
            if shape.contains(&0) {
                return Some(view);
            }
            let list = Owned::take(PyList_New(shape.len() as isize))?;
            for (index, &len) in (0..).zip(&shape) {
                PyList_SetItem(list.as_ptr(), index, PyLong_FromSsize_t(len));
            }
            Owned::take(PyObject_CallMethod(
                bytes.as_ptr(),
                c"cast".as_ptr(),
                c"sO".as_ptr(),
                elem.format().as_ptr(),
                list.as_ptr(),
            ))
        };
        cast().map_or(null_mut(), Owned::into_ptr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dims(lens: &[i64], strides: &[i64]) -> Dims {
        let mut dims = Dims::adjacent(lens, 8);
        dims.strides[..strides.len()].copy_from_slice(strides);
        dims
    }

    #[test]
    fn rows_follow_each_other() {
        assert_eq!(Dims::adjacent(&[2, 3, 4], 8).strides(), [96, 32, 8]);
        assert!(Dims::adjacent(&[2, 3], 8).is_adjacent(8));
        assert!(!dims(&[2, 3], &[8, 16]).is_adjacent(8));
        assert!(dims(&[1, 3], &[0, 8]).is_adjacent(8));
    }

    #[test]
    fn overlapping_windows_share_memory() {
        assert!(!Dims::adjacent(&[2, 3], 8).shares_memory(8));
        assert!(!dims(&[3, 2], &[8, 24]).shares_memory(8));
        assert!(dims(&[3, 3], &[8, 8]).shares_memory(8));
        assert!(dims(&[3, 3], &[0, 8]).shares_memory(8));
        assert!(!dims(&[3, 3], &[-24, 8]).shares_memory(8));
    }

    #[test]
    fn an_extent_holds_all_elements() {
        let data = std::ptr::without_provenance_mut(1000);
        assert_eq!(Dims::adjacent(&[2, 3], 8).extent(data, 8), (1000, 1048));
        assert_eq!(dims(&[2, 3], &[-24, 8]).extent(data, 8), (976, 1024));
        assert_eq!(Dims::adjacent(&[0, 3], 8).extent(data, 8), (1000, 1000));
    }

    #[test]
    fn too_many_elements_are_none() {
        assert_eq!(Dims::adjacent(&[i64::MAX, 4], 8).total(), None);
        assert_eq!(Dims::adjacent(&[i64::MAX, 0, 4], 8).total(), Some(0));
    }
}
