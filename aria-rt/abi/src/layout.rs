//! The structs that emitted code and the runtime both read. All are `#[repr(C)]`; offsets are part of the ABI.

use core::ffi::c_void;

/// A text that lives as long as the extension: UTF-8, not NUL-terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    /// First byte.
    pub data: *const u8,
    /// Length in bytes.
    pub len: usize,
}

/// A place in an Aria source file; a constant beside each operation that can fail.
#[repr(C)]
pub struct Location {
    /// The file as it was given to the compiler.
    pub file: Text,
    /// The Aria function.
    pub function: Text,
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
}

/// One parameter of an exported function, for conversion and for error messages.
#[repr(C)]
pub struct ParamSpec {
    /// The function's name, as Python sees it.
    pub function: Text,
    /// The parameter's name.
    pub name: Text,
    /// The parameter's type as Aria writes it, for messages.
    pub ty: Text,
    /// [`crate::codes::Kind`].
    pub kind: u32,
    /// [`crate::codes::Elem`], for scalars and arrays, or [`crate::codes::FIRST_RECORD`] and so on.
    pub elem: u32,
    /// 1 when the parameter is `mut`: the memory must be writable and is borrowed exclusively.
    pub mutable: u32,
    /// 1 when the parameter has a default value.
    pub has_default: u32,
    /// Number of dimensions of an array parameter.
    pub rank: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
}

/// The signature of an exported function, for the slow path of argument binding and for tracebacks.
#[repr(C)]
pub struct FunctionSpec {
    /// The function's name, as Python sees it.
    pub name: Text,
    /// The Aria source file.
    pub file: Text,
    /// The line of the `fn`.
    pub line: u32,
    /// Number of parameters.
    pub n_params: u32,
    /// The parameters, `n_params` of them.
    pub params: *const ParamSpec,
}

/// What the values of a type consist of that crosses the boundary part by part.
#[repr(C)]
pub struct ValueSpec {
    /// [`crate::codes::Kind`].
    pub kind: u32,
    /// [`crate::codes::Elem`], for scalars and arrays, or [`crate::codes::FIRST_RECORD`] and so on.
    pub elem: u32,
    /// Bytes of a value as an element of a list.
    pub size: u64,
    /// Of an `Option`: its first byte when there is a value; the same as `none` where it is an address, null for none.
    pub some: u32,
    /// And when there is none.
    pub none: u32,
    /// Number of `parts`.
    pub n_parts: u64,
    /// The members of a tuple; the value in an `Option`; the element of a list, at offset 0. Of a `Map` or `Set`: its list
    /// of entries and, in an entry, the hash (both of no type), the key, the value. Of a `Complex`: both parts; of `Bytes`: the list (of no type).
    pub parts: *const ValuePart,
    /// Of a `Map` or `Set`: bytes of an entry. Of an array: its number of dimensions.
    pub stride: u64,
    /// Of a `Map` or `Set` whose entries have keys and values, but no hashes and no table: makes it whole. 1: an error is pending.
    pub finish: Option<unsafe extern "C" fn(map: *mut u8) -> i32>,
    /// Of a record: what it consists of.
    pub record: *const RecordSpec,
}

/// A declared type whose values cross as instances of a class.
#[repr(C)]
pub struct RecordSpec {
    /// Its name.
    pub name: Text,
    /// Bytes of the number that says which variant a value is, at the beginning of its body; 0 of a struct, and of an enum whose
    /// values are addresses.
    pub tag_bytes: u32,
    /// Of an enum whose values are addresses: the variant that has one; the other is null.
    pub full: u32,
    /// Bytes of the body on the heap; 0: the value is the body.
    pub boxed: u64,
    /// Number of `variants`; 1 of a struct.
    pub n_variants: u64,
    /// The variants.
    pub variants: *const VariantSpec,
}

/// A `data` that arrays hold, field by field in the same memory as NumPy's structured dtypes that are aligned.
#[repr(C)]
pub struct ItemSpec {
    /// Its name.
    pub name: Text,
    /// Bytes of an element.
    pub size: u64,
    /// The boundary on which an element lies.
    pub align: u64,
    /// Number of `fields`, at least one.
    pub n_fields: u64,
    /// The fields.
    pub fields: *const ItemField,
    /// What its values are as such; null where Python has no class for them.
    pub value: *const ValueSpec,
}

/// A field of a `data` that arrays hold.
#[repr(C)]
pub struct ItemField {
    /// Its name, NUL-terminated.
    pub name: *const u8,
    /// Where in the element, in bytes.
    pub offset: u64,
    /// The description of a record; null of a scalar.
    pub record: *const ItemSpec,
    /// Of a scalar, [`crate::codes::Elem`].
    pub elem: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
}

/// A variant of an enum, or all of a struct.
#[repr(C)]
pub struct VariantSpec {
    /// Its class; of a variant that has but one instance, that.
    pub class: *mut ClassCell,
    /// The body of the variant if it is boxed and has no fields: a constant.
    pub constant: *mut u8,
    /// Number of `fields`.
    pub n_fields: u64,
    /// The fields.
    pub fields: *const FieldSpec,
}

/// A field of a variant.
#[repr(C)]
pub struct FieldSpec {
    /// Its name, NUL-terminated.
    pub name: *const u8,
    /// Where in the body, in bytes.
    pub offset: u64,
    /// What it is.
    pub ty: *const ValueSpec,
}

/// A class that the extension's Python code makes: a writable global.
#[repr(C)]
pub struct ClassCell {
    /// How it is reached from the module, NUL-terminated: `Shape.Circle`.
    pub path: *const u8,
    /// The object; null before the module is ready.
    pub object: *mut c_void,
}

/// The classes of an extension.
#[repr(C)]
pub struct ClassesSpec {
    /// Python code that makes them in the module's namespace, NUL-terminated.
    pub source: *const u8,
    /// Number of `cells`.
    pub n_cells: u64,
    /// The classes that values are made of.
    pub cells: *const *mut ClassCell,
}

/// A part of a value.
#[repr(C)]
pub struct ValuePart {
    /// Where in the value, in bytes.
    pub offset: u64,
    /// What it is.
    pub ty: *const ValueSpec,
}

/// The instances of an exported generic function, which differ in the types of some parameters.
#[repr(C)]
pub struct ChoiceSpec {
    /// The instances, `n_instances` of them; at least one.
    pub instances: *const *const FunctionSpec,
    /// How many.
    pub n_instances: u64,
    /// For each instance and each of its parameters, one row after the other, the parameter's type; null where all instances
    /// have the same.
    pub types: *const *const ValueSpec,
}

/// Python memory that Aria holds. For parameters, emitted code allocates it on its stack with `owner` null (the other
/// fields need not be zeroed: 192 bytes of stores would cost more than the borrow); the runtime fills it, and emitted code
/// reads `data`, `len` and `stride`. It must not move while it is active.
#[repr(C)]
pub struct Borrow {
    /// Address of element 0, aligned for the element type, also when the array is empty.
    pub data: *mut u8,
    /// Number of elements.
    pub len: i64,
    /// Distance from one element to the next, in bytes; may be negative or 0. The size of an element when there are fewer
    /// than two.
    pub stride: i64,
    /// The exporter, an owned reference while the borrow is active; null when inactive.
    pub owner: *mut c_void,
    /// The runtime's own: links in the list of active borrows, lock state, the `Py_buffer` where one is held.
    pub reserved: [usize; 20],
}

/// An array argument as a function takes it.
#[repr(C)]
pub struct View {
    /// As in [`Borrow`].
    pub data: *mut u8,
    /// As in [`Borrow`].
    pub len: i64,
    /// As in [`Borrow`].
    pub stride: i64,
    /// What keeps the memory; null while nothing needs to.
    pub borrow: *mut Borrow,
}

/// An array parameter among those that are looked at together.
#[repr(C)]
pub struct ViewSpec {
    /// The parameter.
    pub param: *const ParamSpec,
    /// Its position among the function's parameters.
    pub position: u32,
    /// Its element type, [`crate::codes::Elem`] or [`crate::codes::FIRST_RECORD`] and so on.
    pub elem: u16,
    /// [`ViewSpec::MUTABLE`] and [`ViewSpec::ARRAY`].
    pub flags: u16,
}

impl ViewSpec {
    /// The memory is written.
    pub const MUTABLE: u16 = 1;
    /// The parameter is an `Array[T]`: its elements lie side by side, in a copy if need be.
    pub const ARRAY: u16 = 2;
}

/// The array parameters of a function that are looked at together.
#[repr(C)]
pub struct ViewsSpec {
    /// How many; at least one.
    pub count: u32,
    /// How many of them are written: the first ones.
    pub mutable: u32,
    /// The parameters.
    pub views: *const ViewSpec,
}

/// The array parameters of a function in one word, so that a call's first look at them needs no memory: their one element
/// type, whether the first one is written, and their positions. 0 if that does not say everything, as with two element types,
/// two that are written, or more of them than a call usually has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct BriefViews(pub u64);

impl BriefViews {
    /// Bits of the element type, then one that says whether the first is written; the positions follow.
    const ELEM_BITS: u32 = 4;
    /// Bits of a position, which is counted from 1: 0 is the end.
    const POSITION_BITS: u32 = 4;

    /// Of the parameters with these positions and element types, of which the first `mutable` are written.
    #[must_use]
    pub fn of(views: &[(usize, u32)], mutable: usize) -> Self {
        let head = Self::ELEM_BITS + 1;
        let Some(&(_, elem)) = views.first() else {
            return BriefViews(0);
        };
        let fits = elem < 1 << Self::ELEM_BITS
            && views.len() <= ((u64::BITS - head) / Self::POSITION_BITS) as usize
            && views.iter().all(|&(position, other)| {
                position < (1 << Self::POSITION_BITS) - 1 && other == elem
            });
        if !fits || mutable > 1 {
            return BriefViews(0);
        }
        let mut word = u64::from(elem) | (mutable as u64) << Self::ELEM_BITS;
        for (i, &(position, _)) in (0..).zip(views) {
            word |= (position as u64 + 1) << (head + i * Self::POSITION_BITS);
        }
        BriefViews(word)
    }

    /// The element type, [`crate::codes::Elem`].
    #[must_use]
    pub fn elem(self) -> u16 {
        (self.0 & ((1 << Self::ELEM_BITS) - 1)) as u16
    }

    /// Whether the first one is written.
    #[must_use]
    pub fn is_first_written(self) -> bool {
        self.0 >> Self::ELEM_BITS & 1 != 0
    }

    /// The positions.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0 >> (Self::ELEM_BITS + 1);
        core::iter::from_fn(move || {
            let position = (rest & ((1 << Self::POSITION_BITS) - 1)).checked_sub(1)?;
            rest >>= Self::POSITION_BITS;
            Some(position as usize)
        })
    }
}

/// A string: reference-counted, immutable, UTF-8; `len` bytes follow the struct. Emitted literals have `refs == IMMORTAL`.
#[repr(C)]
pub struct Str {
    /// Reference count, changed atomically; [`IMMORTAL`] is never changed.
    pub refs: isize,
    /// Length in bytes.
    pub len: usize,
}

/// A part of a text that is put together: a string, or a number whose text it is.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct TextPart {
    /// A [`TextKind`](crate::codes::TextKind).
    pub kind: u64,
    /// The value's bits.
    pub bits: u64,
}

/// The reference count of a string that is a constant of the extension.
pub const IMMORTAL: isize = isize::MIN;

/// A Python name or module that emitted code refers to: a writable global whose `cache` is null at load.
#[repr(C)]
pub struct NameCell {
    /// Filled by the runtime on first use: the interned name, or the imported module.
    pub cache: *mut c_void,
    /// The name (for a module: its dotted path).
    pub text: Text,
}

/// An owned one-dimensional array: `data` comes from `aria_rt_array_alloc` and goes back to `aria_rt_array_free`, or
/// is handed to Python.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RawArray {
    /// Element 0; 64-byte aligned; not null, also when `len` is 0, except in an empty slot.
    pub data: *mut u8,
    /// Number of elements.
    pub len: i64,
}

/// A list: `malloc`ed memory for `capacity` elements, of which `len` are there; all zero when it has none.
#[repr(C)]
pub struct RawList {
    /// Element 0; null when there is no memory yet.
    pub data: *mut c_void,
    /// Number of elements.
    pub len: i64,
    /// How many fit.
    pub capacity: i64,
}

/// One exported function, as the module's init hands it to the runtime.
#[repr(C)]
pub struct ExportSpec {
    /// The signature.
    pub spec: *const FunctionSpec,
    /// NUL-terminated name.
    pub name: *const u8,
    /// NUL-terminated docstring with CPython's text signature in front (`f($module, x)\n--\n\n…`).
    pub doc: *const u8,
    /// The `METH_FASTCALL | METH_KEYWORDS` entry point; null for a ufunc.
    pub entry: *const c_void,
    /// What makes it a `numpy.ufunc`; null for a function.
    pub ufunc: *const UfuncSpec,
}

/// Computes the elements of a ufunc's results: there is a [`View`] for each argument, then one for each result, all of one
/// length. Returns 0, or 1 with an error pending on the calling thread.
pub type UfuncLoop = unsafe extern "C" fn(views: *const View) -> i32;

/// A ufunc.
#[repr(C)]
pub struct UfuncSpec {
    /// Number of arguments.
    pub n_in: u32,
    /// Number of results.
    pub n_out: u32,
    /// Number of loops: one for each combination of types.
    pub n_loops: u64,
    /// For each loop the [`crate::codes::Elem`] of its arguments, then of its results.
    pub elems: *const u32,
    /// The loops.
    pub loops: *const UfuncLoop,
    /// NUL-terminated docstring, or null.
    pub doc: *const u8,
}

/// A whole extension module, as `PyInit_…` hands it to `aria_rt_module_init`.
#[repr(C)]
pub struct ModuleSpec {
    /// [`crate::ABI_VERSION`] of the compiler.
    pub abi_version: u32,
    /// Number of CPU levels that the code was compiled for.
    pub n_levels: u32,
    /// The levels, ascending: 1 = x86-64, 2 = x86-64-v2, 3 = x86-64-v3, 4 = x86-64-v4.
    pub levels: *const u32,
    /// NUL-terminated module name (last component).
    pub name: *const u8,
    /// NUL-terminated docstring, or null.
    pub doc: *const u8,
    /// The exported functions.
    pub exports: *const ExportSpec,
    /// Number of exported functions.
    pub n_exports: u64,
    /// The functions that entry points call by address because each CPU level has its own: `n_dispatch` addresses, which
    /// the runtime sets to those of the level it chooses.
    pub dispatch: *mut *const c_void,
    /// The addresses: `n_levels` in a row for each of `dispatch`.
    pub targets: *const *const c_void,
    /// Number of addresses in `dispatch`.
    pub n_dispatch: u64,
    /// The classes of the types that cross; null when there are none.
    pub classes: *const ClassesSpec,
    /// The records that arrays which cross hold, in the order of their codes.
    pub records: *const ItemSpec,
    /// How many.
    pub n_records: u64,
}

/// The body of a parallel loop: elements `lo..hi` of the iteration space.
/// Returns 0, or 1 with an error pending on the calling thread.
pub type ParallelBody = unsafe extern "C" fn(context: *mut c_void, lo: i64, hi: i64) -> i32;

/// A program of its own: the symbol `aria_program` of what `ariac run` and `ariac test` link.
#[repr(C)]
pub struct ProgramSpec {
    /// [`crate::ABI_VERSION`] of the compiler.
    pub abi_version: u32,
    /// Number of CPU levels that the code was compiled for.
    pub n_levels: u32,
    /// The levels, ascending, as in [`ModuleSpec::levels`].
    pub levels: *const u32,
    /// `fn main`, one for each level; null in a program of tests.
    pub main: *const ProgramEntry,
    /// The tests, compiled for the lowest level.
    pub tests: *const TestSpec,
    /// Number of tests.
    pub n_tests: u64,
    /// 1: the tests are benchmarks.
    pub measured: u64,
}

/// Runs a function without parameters. 0, and its status for the system is stored; 1: an error is pending.
pub type ProgramEntry = unsafe extern "C" fn(status: *mut i64) -> i32;

/// A function with `@test`.
#[repr(C)]
pub struct TestSpec {
    /// Its name.
    pub name: Text,
    /// The function.
    pub run: ProgramEntry,
}

/// The entry point of an exported `async` function: at `objects` is an object for each parameter, null for a default. A new
/// reference, or null with a Python exception set.
pub type CoroutineBody = unsafe extern "C" fn(objects: *const *mut c_void) -> *mut c_void;

/// What drops in emitted code: a block, an environment, or `len` elements.
pub type DropGlue = unsafe extern "C" fn(data: *mut c_void, len: i64);
