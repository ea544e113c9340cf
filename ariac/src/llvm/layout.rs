//! How Aria's types and functions look to LLVM.
//!
//! | type | value | as a parameter |
//! |---|---|---|
//! | `Int` `Float` `Float32` `Bool` | `i64` `double` `float` `i1` | the value |
//! | `String`, `PythonObject` | `ptr` (`Str*`, `PyObject*`) | the value |
//! | `Array[T]` | `{ ptr data, i64 len }` | `ptr data, i64 len` |
//! | `PyArrayView[T]`, `PythonArray[T]` | `{ ptr data, i64 len, i64 stride, ptr borrow }` | the four parts |
//! | `Array[T, N]` | `{ ptr data, i64 len… }` | its parts |
//! | `PyArrayView[T, N]`, `PythonArray[T, N]` | `{ ptr data, ptr borrow, (i64 len, i64 stride)… }` | its parts |
//! | `Int8` … `UInt64` | `i8` … `i64` | the value |
//! | tuple | a struct of its members' values | the value; a large one as below |
//! | declared type | see [`super::adt`] | the value; the address of a large one |
//! | `List[T]` | `{ ptr data, i64 len, i64 cap }` | the value |
//! | `Fn(A) -> B` | `{ ptr code, ptr env }`, see `lower/closures.rs` | the value |
//! | `Unit` | `{}` | nothing |
//!
//! The stride is in bytes. `borrow` is the `Borrow*` that keeps the memory, null for a view on an `Array`; of an owned
//! `PythonArray` it is the heap-allocated one. A `mut` parameter that is neither view nor handle is the address of the caller's value.
//! Large is what has more than [`LARGE`] bytes: a `read` parameter is where the caller has it, an `own` parameter where the
//! caller has put it for the function to take. Array elements are as in NumPy: a `Bool` is a byte. Elements of a `List` are
//! values as locals hold them, but for `Bool`, which is a byte there too.
//!
//! A function returns its value, `void` for `Unit`; one that may fail returns `{ i1 failed, value }` or, for `Unit`,
//! `i1 failed`. A result of type `PythonArray` is the owned `Borrow*` alone.

use super::context::ModuleCx;
use crate::hir::ParamMode;
use crate::mir::Function;
use crate::types::{Adt, FnTy, NdTy, Repr, Ty};
use aria_abi::codes::{Elem, FIRST_RECORD};
use inkwell::AddressSpace;
use inkwell::context::Context;
use inkwell::types::{
    BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FloatType, FunctionType, IntType, PointerType,
    StructType,
};

/// The LLVM types that are used everywhere.
#[derive(Debug)]
pub struct CommonTypes<'c> {
    pub i1: IntType<'c>,
    pub i8: IntType<'c>,
    pub i32: IntType<'c>,
    pub i64: IntType<'c>,
    pub i128: IntType<'c>,
    pub f32: FloatType<'c>,
    pub f64: FloatType<'c>,
    pub ptr: PointerType<'c>,
    /// The value of `Unit`.
    pub unit: StructType<'c>,
    /// `RawArray`: the value of an `Array`.
    pub array: StructType<'c>,
    /// The value of a view or handle; also the head of a `Borrow`.
    pub view: StructType<'c>,
    /// The value of a `List`.
    pub list: StructType<'c>,
    /// The value of a function value.
    pub function: StructType<'c>,
    /// What every environment of a function value begins with.
    pub env: StructType<'c>,
    /// `aria_abi::layout::Text`.
    pub text: StructType<'c>,
    /// `aria_abi::layout::Location`.
    pub location: StructType<'c>,
    /// `aria_abi::layout::NameCell`.
    pub name_cell: StructType<'c>,
}

impl<'c> CommonTypes<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        let i32 = context.i32_type();
        let i64 = context.i64_type();
        let ptr = context.ptr_type(AddressSpace::default());
        let text = context.struct_type(&[ptr.into(), i64.into()], false);
        CommonTypes {
            i1: context.bool_type(),
            i8: context.i8_type(),
            i32,
            i64,
            i128: context.i128_type(),
            f32: context.f32_type(),
            f64: context.f64_type(),
            ptr,
            unit: context.struct_type(&[], false),
            array: context.struct_type(&[ptr.into(), i64.into()], false),
            env: context.struct_type(&[ptr.into(), i64.into()], false),
            function: context.struct_type(&[ptr.into(), ptr.into()], false),
            list: context.struct_type(&[ptr.into(), i64.into(), i64.into()], false),
            view: context.struct_type(&[ptr.into(), i64.into(), i64.into(), ptr.into()], false),
            text,
            location: context
                .struct_type(&[text.into(), text.into(), i32.into(), i32.into()], false),
            name_cell: context.struct_type(&[ptr.into(), text.into()], false),
        }
    }

    /// An integer of so many bits.
    #[must_use]
    pub fn int(&self, context: &'c Context, bits: u32) -> IntType<'c> {
        match bits {
            8 => self.i8,
            32 => self.i32,
            64 => self.i64,
            _ => context.i16_type(),
        }
    }
}

impl<'c> ModuleCx<'c> {
    /// The type of a value.
    #[must_use]
    pub fn value_type(&self, ty: &Ty) -> BasicTypeEnum<'c> {
        let types = &self.types;
        match ty {
            Ty::Bool => types.i1.into(),
            Ty::Int => types.i64.into(),
            Ty::Sized(kind) => types.int(self.context, kind.bits()).into(),
            Ty::Float => types.f64.into(),
            Ty::Float32 => types.f32.into(),
            Ty::String | Ty::PythonObject | Ty::Exception => types.ptr.into(),
            Ty::Fn(_) => types.function.into(),
            Ty::Array(_) => types.array.into(),
            Ty::PyArrayView(_) | Ty::PythonArray(_) => types.view.into(),
            Ty::Nd(nd) => self.nd_type(nd).into(),
            Ty::List(_) => types.list.into(),
            Ty::Tuple(items) => self.struct_of(items).into(),
            Ty::Adt(adt) if adt.repr == Repr::Boxed => types.ptr.into(),
            Ty::Adt(adt) => self.shape(adt).body,
            Ty::Unit | Ty::Never | Ty::Range | Ty::ArrayView(_) | Ty::Error | Ty::Param(_) => {
                types.unit.into()
            }
        }
    }

    /// The value of an array of several dimensions.
    pub(super) fn nd_type(&self, nd: &NdTy) -> StructType<'c> {
        let rank = usize::from(nd.rank);
        let numbers = |n: usize| std::iter::repeat_n(self.types.i64.into(), n);
        let ptr: BasicTypeEnum<'c> = self.types.ptr.into();
        let parts: Vec<BasicTypeEnum<'c>> = match nd.kind {
            Ty::Array(_) => std::iter::once(ptr).chain(numbers(rank)).collect(),
            _ => [ptr, ptr].into_iter().chain(numbers(2 * rank)).collect(),
        };
        self.context.struct_type(&parts, false)
    }

    /// A struct of values of these types.
    pub(super) fn struct_of<'t>(&self, items: impl IntoIterator<Item = &'t Ty>) -> StructType<'c> {
        let items: Vec<_> = items.into_iter().map(|ty| self.value_type(ty)).collect();
        self.context.struct_type(&items, false)
    }

    /// The type of an element, of an array or list, in memory: a `Bool` is a byte, in a record too.
    #[must_use]
    pub fn element_type(&self, ty: &Ty) -> BasicTypeEnum<'c> {
        match (ty, ty.record()) {
            (Ty::Bool, _) => self.types.i8.into(),
            (_, Some(record)) => self.element_type_of(record).into(),
            (ty, None) => self.value_type(ty),
        }
    }

    /// The same of a record, which arrays can hold.
    pub(super) fn element_type_of(&self, record: &Adt) -> StructType<'c> {
        let fields = self.adt(record).variants[0].fields.iter();
        let fields: Vec<_> = fields.map(|(_, ty)| self.element_type(ty)).collect();
        self.context.struct_type(&fields, false)
    }

    /// The runtime's code for a scalar or an array's element.
    #[must_use]
    pub fn elem_code(&self, ty: &Ty) -> u32 {
        if ty.is_complex() {
            return Elem::C128 as u32;
        }
        let Some(record) = ty.record() else {
            return ty.elem().unwrap_or(Elem::F64) as u32;
        };
        let index = self
            .program
            .records
            .iter()
            .position(|known| known == record);
        FIRST_RECORD + index.expect("the program lists its records") as u32
    }

    /// Bytes of an array's element.
    #[must_use]
    pub fn element_size(&self, ty: &Ty) -> u64 {
        self.size(self.element_type(ty)).max(1)
    }

    /// The boundary on which an array's element lies.
    #[must_use]
    pub fn element_align(&self, ty: &Ty) -> u32 {
        self.data.get_abi_alignment(&self.element_type(ty))
    }

    /// Bytes from one element of a list to the next.
    #[must_use]
    pub fn list_element_size(&self, ty: &Ty) -> u64 {
        self.size(self.element_type(ty)).max(1)
    }

    /// Bytes of a value in memory.
    #[must_use]
    pub fn size(&self, ty: BasicTypeEnum<'c>) -> u64 {
        self.data.get_abi_size(&ty)
    }
}

/// More elements of this size than any array has: each of their bytes has an address.
#[must_use]
pub fn length_limit(size: u64) -> u64 {
    (1 << 63) / size
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamAbi<'c> {
    /// `Unit`: not at all.
    Nothing,
    /// The value.
    Value(BasicTypeEnum<'c>),
    /// `ptr data, i64 len`.
    Array,
    /// `ptr data, i64 len, i64 stride, ptr borrow`.
    View,
    /// The parts of an array of several dimensions.
    Nd(StructType<'c>),
    /// The address of the caller's value, of this type, to change.
    Slot(BasicTypeEnum<'c>),
    /// The address of a large value of this type: to read, or to take.
    Large(BasicTypeEnum<'c>),
}

/// Values of more bytes are passed by their address: four registers are what a call has to spare.
const LARGE: u64 = 32;

impl<'c> ParamAbi<'c> {
    /// How a parameter of this type and mode is passed.
    #[must_use]
    pub fn of(cx: &ModuleCx<'c>, ty: &Ty, mode: ParamMode) -> Self {
        match (ty, mode) {
            (Ty::Unit | Ty::Never | Ty::Range | Ty::Error, _) => ParamAbi::Nothing,
            (Ty::PyArrayView(_) | Ty::PythonArray(_), _) => ParamAbi::View,
            (Ty::Nd(nd), _) if !matches!(nd.kind, Ty::Array(_)) => ParamAbi::Nd(cx.nd_type(nd)),
            (_, ParamMode::Mut) => ParamAbi::Slot(cx.value_type(ty)),
            (Ty::Array(_), _) => ParamAbi::Array,
            (Ty::Nd(nd), _) => ParamAbi::Nd(cx.nd_type(nd)),
            _ => {
                let value = cx.value_type(ty);
                match cx.size(value) {
                    0..=LARGE => ParamAbi::Value(value),
                    _ => ParamAbi::Large(value),
                }
            }
        }
    }

    /// The LLVM parameters.
    #[must_use]
    pub fn types(self, types: &CommonTypes<'c>) -> Vec<BasicMetadataTypeEnum<'c>> {
        let (ptr, i64) = (types.ptr.into(), types.i64.into());
        match self {
            ParamAbi::Nothing => vec![],
            ParamAbi::Value(ty) => vec![ty.into()],
            ParamAbi::Array => vec![ptr, i64],
            ParamAbi::View => vec![ptr, i64, i64, ptr],
            ParamAbi::Nd(ty) => ty.get_field_types_iter().map(Into::into).collect(),
            ParamAbi::Slot(_) | ParamAbi::Large(_) => vec![ptr],
        }
    }
}

/// How a function is called.
#[derive(Clone, Debug)]
pub struct FunctionAbi<'c> {
    /// The parameters, in order.
    pub params: Vec<ParamAbi<'c>>,
    /// The value that comes back; none for `Unit`. Of a `PythonArray` it is the owned `Borrow*`.
    pub ret: Option<BasicTypeEnum<'c>>,
    /// Whether a flag comes back that says that an error is pending.
    pub raises: bool,
    /// All this as LLVM's type.
    pub ty: FunctionType<'c>,
}

impl<'c> FunctionAbi<'c> {
    /// How a function is called. `raises` may be wider than what MIR says: see [`super::callgraph`].
    #[must_use]
    pub fn of(cx: &ModuleCx<'c>, function: &Function, raises: bool) -> Self {
        let params: Vec<ParamAbi> = function
            .params
            .iter()
            .map(|param| ParamAbi::of(cx, &function.locals[param.local].ty, param.mode))
            .collect();
        FunctionAbi::new(cx, &[], params, &function.ret, raises)
    }

    /// How the code behind a function value is called: its environment comes first, and it may fail.
    #[must_use]
    pub fn of_value(cx: &ModuleCx<'c>, ty: &FnTy) -> Self {
        let params = ty.params.iter();
        let params = params.map(|(ty, mode)| ParamAbi::of(cx, ty, *mode));
        let env = [cx.types.ptr.into()];
        FunctionAbi::new(cx, &env, params.collect(), &ty.ret, true)
    }

    fn new(
        cx: &ModuleCx<'c>,
        first: &[BasicMetadataTypeEnum<'c>],
        params: Vec<ParamAbi<'c>>,
        ret: &Ty,
        raises: bool,
    ) -> Self {
        let ret = match ret {
            Ty::Unit | Ty::Never | Ty::Range | Ty::Error => None,
            Ty::PythonArray(_) => Some(cx.types.ptr.into()),
            ty => Some(cx.value_type(ty)),
        };
        let mut flat = first.to_vec();
        flat.extend(params.iter().flat_map(|p| p.types(&cx.types)));
        let ty = match (raises, ret) {
            (false, None) => cx.context.void_type().fn_type(&flat, false),
            (false, Some(ret)) => ret.fn_type(&flat, false),
            (true, None) => cx.types.i1.fn_type(&flat, false),
            (true, Some(ret)) => cx
                .context
                .struct_type(&[cx.types.i1.into(), ret], false)
                .fn_type(&flat, false),
        };
        FunctionAbi {
            params,
            ret,
            raises,
            ty,
        }
    }
}
