//! Arrays of several dimensions as a Rust function sees them: [`View`] and [`ViewMut`].

use core::marker::PhantomData;
use core::ops::{Index, IndexMut};

use crate::export::Element;

/// What emitted code passes the address of.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Raw<T, const N: usize> {
    /// The element whose indices are all 0; aligned and not null, also where there is none.
    pub data: *mut T,
    /// How many elements there are along each dimension.
    pub shape: [i64; N],
    /// Bytes from one element to the next along each dimension; may be negative or 0.
    pub strides: [i64; N],
}

/// An array of `N` dimensions that somebody else owns, `ArrayView[T, N]` in Aria: elements in any order in memory, none of them
/// copied.
///
/// ```
/// use aria_abi::view::View;
///
/// fn trace(m: View<f64, 2>) -> f64 {
///     let [rows, columns] = m.shape();
///     (0..rows.min(columns)).map(|i| m[[i, i]]).sum()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T, const N: usize> {
    raw: Raw<T, N>,
    borrowed: PhantomData<&'a [T]>,
}

/// As [`View`], of an array whose elements the function may change: a `mut` parameter.
#[derive(Debug)]
pub struct ViewMut<'a, T, const N: usize> {
    raw: Raw<T, N>,
    borrowed: PhantomData<&'a mut [T]>,
}

// SAFETY: a view is a reference to its elements, and may be wherever a `&[T]` may.
unsafe impl<T: Sync, const N: usize> Send for View<'_, T, N> {}
// SAFETY: as above.
unsafe impl<T: Sync, const N: usize> Sync for View<'_, T, N> {}
// SAFETY: as `&mut [T]`.
unsafe impl<T: Send, const N: usize> Send for ViewMut<'_, T, N> {}
// SAFETY: as `&mut [T]`.
unsafe impl<T: Sync, const N: usize> Sync for ViewMut<'_, T, N> {}

impl<T, const N: usize> Raw<T, N> {
    fn shape(&self) -> [usize; N] {
        self.shape.map(|n| n as usize)
    }

    fn strides(&self) -> [isize; N] {
        self.strides.map(|n| n as isize)
    }

    /// The address of an element; none of one that is not there.
    fn at(&self, index: [usize; N]) -> Option<*mut T> {
        let mut data = self.data;
        for ((i, n), stride) in index.into_iter().zip(self.shape()).zip(self.strides()) {
            if i >= n {
                return None;
            }
            data = data.wrapping_byte_offset(stride.wrapping_mul(i as isize));
        }
        Some(data)
    }

    fn expect(&self, index: [usize; N]) -> *mut T {
        self.at(index)
            .unwrap_or_else(|| panic!("index {index:?} of an array of shape {:?}", self.shape))
    }

    fn len(&self) -> usize {
        self.shape().into_iter().product()
    }

    /// Whether the elements lie row by row, one beside the other.
    fn is_slice(&self) -> bool {
        let mut size = size_of::<T>() as i64;
        for (n, stride) in self.shape.into_iter().zip(self.strides).rev() {
            if n > 1 && stride != size {
                return self.len() == 0;
            }
            size = size.wrapping_mul(n);
        }
        true
    }
}

impl<'a, T: Element, const N: usize> View<'a, T, N> {
    /// A view of what emitted code describes.
    ///
    /// # Safety
    /// Each element that `raw` describes is in memory that nobody writes for as long as the view lives.
    #[must_use]
    pub const unsafe fn new(raw: Raw<T, N>) -> Self {
        View {
            raw,
            borrowed: PhantomData,
        }
    }

    /// How many elements there are along each dimension.
    #[must_use]
    pub fn shape(&self) -> [usize; N] {
        self.raw.shape()
    }

    /// Bytes from one element to the next along each dimension; may be negative or 0.
    #[must_use]
    pub fn strides(&self) -> [isize; N] {
        self.raw.strides()
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the element is whose indices are all 0.
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        self.raw.data
    }

    /// An element; none where an index is too large.
    #[must_use]
    pub fn get(&self, index: [usize; N]) -> Option<&'a T> {
        // SAFETY: the element is one of those that nobody writes.
        self.raw.at(index).map(|at| unsafe { &*at })
    }

    /// All elements as a slice, row by row, if that is how they lie in memory.
    #[must_use]
    pub fn as_slice(&self) -> Option<&'a [T]> {
        // SAFETY: that many elements lie side by side, and nobody writes them.
        let slice = || unsafe { core::slice::from_raw_parts(self.raw.data, self.len()) };
        self.raw.is_slice().then(slice)
    }
}

impl<'a, T: Element, const N: usize> ViewMut<'a, T, N> {
    /// A view of what emitted code describes.
    ///
    /// # Safety
    /// Each element that `raw` describes is in memory that nobody else reads or writes for as long as the view lives.
    #[must_use]
    pub const unsafe fn new(raw: Raw<T, N>) -> Self {
        ViewMut {
            raw,
            borrowed: PhantomData,
        }
    }

    /// The same to read.
    #[must_use]
    pub fn view(&self) -> View<'_, T, N> {
        // SAFETY: as long as the result lives, this view is borrowed, and nothing is written by it.
        unsafe { View::new(self.raw) }
    }

    /// How many elements there are along each dimension.
    #[must_use]
    pub fn shape(&self) -> [usize; N] {
        self.raw.shape()
    }

    /// Where the element is whose indices are all 0.
    #[must_use]
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.raw.data
    }

    /// An element to change; none where an index is too large.
    #[must_use]
    pub fn get_mut(&mut self, index: [usize; N]) -> Option<&mut T> {
        // SAFETY: the element is one of those that are this view's alone, which is borrowed for as long as the result lives.
        self.raw.at(index).map(|at| unsafe { &mut *at })
    }

    /// All elements as a slice, row by row, if that is how they lie in memory.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> Option<&mut [T]> {
        let is_slice = self.raw.is_slice();
        // SAFETY: that many elements lie side by side, and are this view's alone, which is borrowed meanwhile.
        is_slice.then(|| unsafe { core::slice::from_raw_parts_mut(self.raw.data, self.raw.len()) })
    }
}

impl<T: Element, const N: usize> Index<[usize; N]> for View<'_, T, N> {
    type Output = T;

    fn index(&self, index: [usize; N]) -> &T {
        // SAFETY: the element is one of those that nobody writes.
        unsafe { &*self.raw.expect(index) }
    }
}

impl<T: Element, const N: usize> Index<[usize; N]> for ViewMut<'_, T, N> {
    type Output = T;

    fn index(&self, index: [usize; N]) -> &T {
        // SAFETY: the element is this view's alone, which is borrowed for as long as the result lives.
        unsafe { &*self.raw.expect(index) }
    }
}

impl<T: Element, const N: usize> IndexMut<[usize; N]> for ViewMut<'_, T, N> {
    fn index_mut(&mut self, index: [usize; N]) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.raw.expect(index) }
    }
}
