//! The runtime's functions as LLVM sees them: [`aria_abi::for_each_rt_fn!`] expanded to declarations with attributes.

use super::context::ModuleCx;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::module::Linkage;
use inkwell::types::{BasicMetadataTypeEnum, BasicType};
use inkwell::values::FunctionValue;

/// The types of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RtTy {
    Ptr,
    I64,
    I32,
    F64,
    F32,
    Void,
}

/// A row of the table.
#[derive(Debug)]
struct Row {
    name: &'static str,
    attributes: &'static [&'static str],
    params: &'static [RtTy],
    ret: RtTy,
}

macro_rules! rows {
    ($($(#[$doc:meta])* $gil:ident [$($attribute:ident),*] fn $name:ident($($param:ident : $ty:ident),*) -> $ret:ident;)*) => {
        /// A function of the runtime, named as in the table.
        #[allow(non_camel_case_types, reason = "the names are the table's")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RtFn { $($(#[$doc])* $name,)* }

        impl RtFn {
            fn row(self) -> &'static Row {
                match self {
                    $(RtFn::$name => &Row {
                        name: stringify!($name),
                        attributes: &[$(stringify!($attribute)),*],
                        params: &[$(RtTy::$ty),*],
                        ret: RtTy::$ret,
                    },)*
                }
            }

            /// All functions of the table.
            pub const ALL: &'static [RtFn] = &[$(RtFn::$name),*];
        }
    };
}
aria_abi::for_each_rt_fn!(rows);

impl RtFn {
    /// The function with this symbol.
    #[must_use]
    pub fn from_name(name: &str) -> Option<RtFn> {
        RtFn::ALL.iter().copied().find(|f| f.name() == name)
    }

    /// The symbol.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The declaration in this module, made on first use.
    pub fn declare<'c>(self, cx: &ModuleCx<'c>) -> FunctionValue<'c> {
        let row = self.row();
        if let Some(function) = cx.module.get_function(row.name) {
            return function;
        }
        let params: Vec<BasicMetadataTypeEnum> = row
            .params
            .iter()
            .map(|&ty| match ty {
                RtTy::Ptr => cx.types.ptr.into(),
                RtTy::I64 => cx.types.i64.into(),
                RtTy::I32 => cx.types.i32.into(),
                RtTy::F64 => cx.types.f64.into(),
                RtTy::F32 => cx.types.f32.into(),
                RtTy::Void => unreachable!("the table has no parameter of type Void"),
            })
            .collect();
        let ty = match row.ret {
            RtTy::Ptr => cx.types.ptr.fn_type(&params, false),
            RtTy::I64 => cx.types.i64.fn_type(&params, false),
            RtTy::I32 => cx.types.i32.fn_type(&params, false),
            RtTy::F64 => cx.types.f64.as_basic_type_enum().fn_type(&params, false),
            RtTy::F32 => cx.types.f32.as_basic_type_enum().fn_type(&params, false),
            RtTy::Void => cx.context.void_type().fn_type(&params, false),
        };
        let function = cx
            .module
            .add_function(row.name, ty, Some(Linkage::External));
        cx.add_attribute(function, AttributeLoc::Function, "nounwind", 0);
        for &attribute in row.attributes {
            match attribute {
                "cold" => cx.add_attribute(function, AttributeLoc::Function, "cold", 0),
                "pure" => {
                    cx.add_attribute(function, AttributeLoc::Function, "memory", MEMORY_READ);
                    cx.add_attribute(function, AttributeLoc::Function, "willreturn", 0);
                }
                "alloc" => {
                    cx.add_attribute(function, AttributeLoc::Return, "noalias", 0);
                    cx.add_attribute(function, AttributeLoc::Return, "align", 64);
                }
                other => unreachable!("the table has no attribute {other}"),
            }
        }
        function
    }
}

/// `memory(read)`: LLVM's `MemoryEffects` with the bit "may read" for each of its six kinds of memory.
const MEMORY_READ: u64 = 0b01_01_01_01_01_01;

/// `memory(none)`.
pub const MEMORY_NONE: u64 = 0;

/// The kind of an attribute that is known to LLVM.
#[must_use]
pub fn attribute_kind(name: &str) -> u32 {
    let kind = Attribute::get_named_enum_kind_id(name);
    debug_assert_ne!(kind, 0, "LLVM does not know the attribute {name}");
    kind
}
