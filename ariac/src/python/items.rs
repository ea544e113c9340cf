//! The `data` types that arrays hold: the constants that describe them to the runtime, `ItemSpec`, and the dtypes of their classes.

use super::interface::{Class, Interface};
use super::{classes, values};
use crate::llvm::ModuleCx;
use crate::types::{Adt, Ty};
use inkwell::module::Linkage;
use inkwell::values::{PointerValue, StructValue};

/// An array of `ItemSpec`s, in the order of the program's records; null for none.
pub(super) fn specs<'c>(cx: &ModuleCx<'c>, interface: &Interface) -> PointerValue<'c> {
    let records = cx.program.records.iter();
    let specs: Vec<StructValue<'c>> = records.map(|record| spec(cx, interface, record)).collect();
    match specs.first() {
        Some(first) => cx
            .constant("items", first.get_type().const_array(&specs))
            .as_pointer_value(),
        None => cx.types.ptr.const_null(),
    }
}

fn spec<'c>(cx: &ModuleCx<'c>, interface: &Interface, record: &Adt) -> StructValue<'c> {
    let ty = Ty::Adt(record.clone());
    let number = |n: u64| cx.types.i64.const_int(n, false).into();
    let mut fields = Vec::new();
    let offsets = cx.field_offsets(record, 0);
    for (offset, (name, ty)) in offsets
        .into_iter()
        .zip(&cx.program.adts[record].variants[0].fields)
    {
        let (inner, elem) = match ty.record() {
            Some(inner) if !ty.is_complex() => (of_field(cx, interface, inner), 0),
            _ => (cx.types.ptr.const_null(), cx.elem_code(ty)),
        };
        let parts = [
            cx.bytes(&classes::attribute_name(name)).into(),
            number(offset),
            inner.into(),
            cx.types.i32.const_int(elem.into(), false).into(),
            cx.types.i32.const_zero().into(),
        ];
        fields.push(cx.context.const_struct(&parts, false));
    }
    let array = fields[0].get_type().const_array(&fields);
    // What Python has no class for is only ever memory to it.
    let has_class = interface.classes.iter().any(|class| class.adt == *record);
    let value = match has_class {
        true => values::value(cx, &ty),
        false => cx.types.ptr.const_null(),
    };
    let parts = [
        cx.text_value(&record.name).into(),
        number(cx.element_size(&ty)),
        number(cx.element_align(&ty).into()),
        number(fields.len() as u64),
        cx.constant("item_fields", array).as_pointer_value().into(),
        value.into(),
    ];
    cx.context.const_struct(&parts, false)
}

/// The description of a record in another.
fn of_field<'c>(cx: &ModuleCx<'c>, interface: &Interface, record: &Adt) -> PointerValue<'c> {
    let (kind, ty) = ("aria.item", Ty::Adt(record.clone()));
    if let Some(known) = cx.description(kind, &ty) {
        return known;
    }
    let spec = spec(cx, interface, record);
    let global = cx
        .module
        .add_global(spec.get_type(), None, &format!("{kind}.{ty}"));
    global.set_linkage(Linkage::Internal);
    global.set_constant(true);
    global.set_initializer(&spec);
    cx.note_description(kind, &ty, global.as_pointer_value());
    global.as_pointer_value()
}

/// What makes the attribute `dtype` of a class whose values arrays can hold: NumPy is there when it is asked for.
/// `numpy.dtype(Point)` and `numpy.zeros(3, Point)` ask for it too.
pub(super) const DTYPE: &str = "\
class _aria_dtype:
    def __init__(self, fields):
        self.fields = fields
    def __get__(self, instance, owner=None):
        import numpy
        return numpy.dtype(self.fields, align=True)
";

/// Whether a class tells NumPy's dtype for arrays of its values.
pub(super) fn has_dtype(class: &Class) -> bool {
    let mut fields = class.variants.iter().flat_map(|v| &v.fields);
    class.adt.record.is_some() && !class.is_error && fields.all(|field| field.name != "dtype")
}

/// The fields of a record as `numpy.dtype` takes them.
pub(super) fn dtype_fields(class: &Class, classes: &[Class]) -> String {
    let format = |ty: &Ty| match ty {
        ty if ty.is_complex() => "'complex128'".to_owned(),
        Ty::Adt(adt) => {
            let inner = classes.iter().find(|class| class.adt == *adt);
            inner.map_or_else(String::new, |inner| dtype_fields(inner, classes))
        }
        ty => format!("'{}'", ty.elem().map_or("void", |elem| elem.names().1)),
    };
    let fields = class.variants.iter().flat_map(|v| &v.fields);
    let fields = fields.map(|f| format!("({:?}, {})", f.name, format(&f.ty)));
    format!("[{}]", fields.collect::<Vec<_>>().join(", "))
}
