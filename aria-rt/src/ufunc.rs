//! `@ufunc`: a scalar function of Aria as a real `numpy.ufunc`. NumPy does broadcasting, conversions, `out=`, `where=`,
//! `reduce` and the rest, and calls a loop over the elements, with or without the GIL.

use std::ffi::{c_char, c_int, c_void};

use aria_abi::codes::Elem;
use aria_abi::layout::{ExportSpec, FunctionSpec, UfuncLoop, UfuncSpec, View};
use pyo3_ffi::*;

use crate::element::facts;
use crate::error::aria_rt_error_to_python;
use crate::gil;
use crate::numpy::Api;
use crate::panics::guard;
use crate::python::{Aside, Raised, set_error};

/// A loop over elements, as NumPy calls it.
type NumpyLoop = unsafe extern "C" fn(*mut *mut c_char, *const isize, *const isize, *mut c_void);

/// How many elements are computed at once where the results lie over the arguments.
const CHUNK: usize = 256;

/// The most arguments and results that a ufunc has: NumPy's own limit.
const MOST_OPERANDS: usize = 32;

/// What a loop needs to know. Lives as long as the process, as the ufunc may.
struct LoopData {
    body: UfuncLoop,
    n_in: usize,
    /// Bytes of an element of each argument, then of each result.
    sizes: Vec<usize>,
    spec: *const FunctionSpec,
}

/// Makes the ufunc of an export, and makes it an attribute of the module.
///
/// # Safety
/// The GIL is held; the specs are constants of the extension, and `module` is its module.
pub(crate) unsafe fn add(
    module: *mut PyObject,
    export: &ExportSpec,
    spec: &UfuncSpec,
) -> Result<(), Raised> {
    // SAFETY: tables and their lengths are constants of the extension; names are NUL-terminated; what NumPy keeps is leaked.
    unsafe {
        let Some(api) = Api::import() else {
            let name = std::ffi::CStr::from_ptr(export.name.cast()).to_string_lossy();
            set_error(
                PyExc_ImportError,
                &format!("{name} is a numpy.ufunc, and NumPy is not installed"),
            );
            return Err(Raised);
        };
        let n_operands = (spec.n_in + spec.n_out) as usize;
        let n_loops = spec.n_loops as usize;
        let elems = std::slice::from_raw_parts(spec.elems, n_loops * n_operands);
        let bodies = std::slice::from_raw_parts(spec.loops, n_loops);
        let mut types: Vec<c_char> = Vec::new();
        let mut data: Vec<*mut c_void> = Vec::new();
        for (elems, &body) in elems.chunks_exact(n_operands).zip(bodies) {
            let elems = elems
                .iter()
                .map(|&code| Elem::from_code(code).unwrap_or(Elem::F64));
            let facts: Vec<_> = elems.map(facts).collect();
            types.extend(facts.iter().map(|facts| facts.numpy[0] as c_char));
            data.push(
                Box::into_raw(Box::new(LoopData {
                    body,
                    n_in: spec.n_in as usize,
                    sizes: facts.iter().map(|facts| facts.size as usize).collect(),
                    spec: export.spec,
                }))
                .cast(),
            );
        }
        let loops: Vec<NumpyLoop> = vec![run; n_loops];
        let ufunc = api.ufunc(
            &loops.leak()[..],
            data.leak(),
            types.leak(),
            [spec.n_in as c_int, spec.n_out as c_int],
            export.name.cast(),
            spec.doc.cast(),
        );
        let Some(ufunc) = ufunc else {
            if PyErr_Occurred().is_null() {
                set_error(PyExc_ImportError, "this NumPy has no table of ufuncs");
            }
            return Err(Raised);
        };
        match PyObject_SetAttrString(module, export.name.cast(), ufunc.as_ptr()) {
            0 => Ok(()),
            _ => Err(Raised),
        }
    }
}

/// The loop. NumPy looks afterwards whether an exception is set.
unsafe extern "C" fn run(
    args: *mut *mut c_char,
    dimensions: *const isize,
    steps: *const isize,
    data: *mut c_void,
) {
    let status = FloatStatus::save();
    guard((), || {
        // SAFETY: NumPy hands over an address and a step for each operand, the number of elements, and the data that the
        // ufunc was made with.
        unsafe {
            let data = &*data.cast::<LoopData>();
            let n = *dimensions as usize;
            let operands = data.sizes.len();
            let mut at = [Operand::default(); MOST_OPERANDS];
            for (i, operand) in at[..operands].iter_mut().enumerate() {
                *operand = Operand {
                    data: (*args.add(i)).cast(),
                    step: *steps.add(i) as i64,
                    size: data.sizes[i],
                };
            }
            let at = &at[..operands];
            let detached = gil::set_detached(true);
            let failed = match overlap(&at[..data.n_in], &at[data.n_in..], n) {
                Overlap::None => call(data, at, 0, n),
                Overlap::Same => in_chunks(data, at, n, CHUNK),
                Overlap::Other => in_chunks(data, at, n, 1),
            };
            if failed {
                let token = gil::aria_rt_gil_ensure();
                // Of several loops the first one's error stays.
                let _aside = (!PyErr_Occurred().is_null()).then(|| Aside::put());
                aria_rt_error_to_python(data.spec);
                if _aside.is_some() {
                    PyErr_Clear();
                }
                drop(_aside);
                gil::aria_rt_gil_unensure(token);
            }
            gil::set_detached(detached);
        }
    });
    status.restore();
}

#[derive(Clone, Copy)]
struct Operand {
    data: *mut u8,
    step: i64,
    size: usize,
}

impl Default for Operand {
    fn default() -> Self {
        Operand {
            data: std::ptr::null_mut(),
            step: 0,
            size: 0,
        }
    }
}

impl Operand {
    /// The address of an element.
    fn element(&self, index: usize) -> *mut u8 {
        self.data
            .wrapping_offset((self.step * index as i64) as isize)
    }

    /// The addresses of `n` elements, from the first byte to behind the last.
    fn range(&self, n: usize) -> (usize, usize) {
        let (one, other) = (self.data.addr(), self.element(n - 1).addr());
        (one.min(other), one.max(other) + self.size)
    }
}

/// How results lie over arguments.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Overlap {
    /// Not at all.
    None,
    /// Each result over the argument that it is computed from, as in `f(x, out=x)`.
    Same,
    /// Otherwise: `reduce` and `accumulate` go on with what was computed before.
    Other,
}

fn overlap(inputs: &[Operand], outputs: &[Operand], n: usize) -> Overlap {
    if n == 0 {
        return Overlap::None;
    }
    let pairs = outputs
        .iter()
        .flat_map(|o| inputs.iter().map(move |i| (o, i)));
    let of_pair = |(output, input): (&Operand, &Operand)| {
        let ((a, b), (c, d)) = (output.range(n), input.range(n));
        if b <= c || d <= a {
            Overlap::None
        } else if output.data == input.data
            && output.step == input.step
            && (n == 1 || output.step != 0)
        {
            Overlap::Same
        } else {
            Overlap::Other
        }
    };
    pairs.map(of_pair).max().unwrap_or(Overlap::None)
}

/// Computes `n` elements from `first` on. Whether that failed, with an error pending.
unsafe fn call(data: &LoopData, at: &[Operand], first: usize, n: usize) -> bool {
    let mut views = [const { std::mem::MaybeUninit::<View>::uninit() }; MOST_OPERANDS];
    for (view, operand) in views.iter_mut().zip(at) {
        view.write(View {
            data: operand.element(first),
            len: n as i64,
            stride: operand.step,
            borrow: std::ptr::null_mut(),
        });
    }
    // SAFETY: there is a view for each operand; the body reads those of the arguments and writes those of the results,
    // which lie apart.
    unsafe { (data.body)(views.as_ptr().cast()) != 0 }
}

/// The same for all elements, where results lie over arguments: they are computed into memory of their own, some at a time.
unsafe fn in_chunks(data: &LoopData, at: &[Operand], n: usize, chunk: usize) -> bool {
    let mut memory: Vec<Vec<u64>> = Vec::new();
    let mut own = at.to_vec();
    for operand in &mut own[data.n_in..] {
        let mut buffer = vec![0u64; (chunk * operand.size).div_ceil(8)];
        operand.data = buffer.as_mut_ptr().cast();
        operand.step = operand.size as i64;
        memory.push(buffer);
    }
    let mut first = 0;
    while first < n {
        let count = chunk.min(n - first);
        for (own, operand) in own.iter_mut().zip(at).take(data.n_in) {
            own.data = operand.element(first);
        }
        // SAFETY: the results go into memory of this function, and from there to their places, which NumPy owns.
        unsafe {
            if call(data, &own, 0, count) {
                return true;
            }
            for (own, operand) in own.iter().zip(at).skip(data.n_in) {
                if operand.step == own.step {
                    let to = operand.element(first);
                    to.copy_from_nonoverlapping(own.data, count * operand.size);
                    continue;
                }
                for index in 0..count {
                    let to = operand.element(first + index);
                    to.copy_from_nonoverlapping(own.element(index), operand.size);
                }
            }
        }
        first += count;
    }
    false
}

/// What the processor remembers of floating-point errors. Arithmetic of Aria raises none, and NumPy would warn of those that
/// vectors meet in elements that nobody asks for.
struct FloatStatus(u64);

impl FloatStatus {
    #[cfg(target_arch = "x86_64")]
    fn save() -> Self {
        let mut word = 0u32;
        // SAFETY: the instruction writes the register's value to the variable.
        unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack)) };
        FloatStatus(word.into())
    }

    #[cfg(target_arch = "x86_64")]
    fn restore(self) {
        let word = self.0 as u32;
        // SAFETY: the value is one that the register had.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack)) };
    }

    #[cfg(target_arch = "aarch64")]
    fn save() -> Self {
        let word: u64;
        // SAFETY: the instruction reads a register.
        unsafe { std::arch::asm!("mrs {}, fpsr", out(reg) word, options(nomem, nostack)) };
        FloatStatus(word)
    }

    #[cfg(target_arch = "aarch64")]
    fn restore(self) {
        // SAFETY: the value is one that the register had.
        unsafe { std::arch::asm!("msr fpsr, {}", in(reg) self.0, options(nomem, nostack)) };
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn save() -> Self {
        FloatStatus(0)
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn restore(self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operand(data: usize, step: i64) -> Operand {
        Operand {
            data: std::ptr::without_provenance_mut(data),
            step,
            size: 8,
        }
    }

    #[test]
    fn overlaps_are_told_apart() {
        let (x, y) = (operand(0x1000, 8), operand(0x2000, 8));
        assert_eq!(overlap(&[x, y], &[operand(0x3000, 8)], 10), Overlap::None);
        assert_eq!(overlap(&[x, y], &[x], 10), Overlap::Same);
        // accumulate: the result is the next one's argument.
        assert_eq!(overlap(&[x, y], &[operand(0x1008, 8)], 10), Overlap::Other);
        // reduce: one place for all.
        let sum = operand(0x3000, 0);
        assert_eq!(overlap(&[sum, y], &[sum], 10), Overlap::Other);
        assert_eq!(overlap(&[sum, y], &[sum], 1), Overlap::Same);
        assert_eq!(overlap(&[operand(0x1048, -8)], &[x], 10), Overlap::Other);
        assert_eq!(overlap(&[operand(0x1050, 8)], &[x], 10), Overlap::None);
        assert_eq!(overlap(&[x], &[x], 0), Overlap::None);
    }
}
