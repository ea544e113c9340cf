//! The constants that describe values that cross part by part: `ValueSpec`, `RecordSpec`.

use super::constants::classify;
use super::entry_point;
use super::{class_names, classes, dispatch};
use crate::llvm::ModuleCx;
use crate::mir::FnId;
use crate::types::{Adt, Repr, Ty};
use aria_abi::codes::Kind;
use inkwell::module::Linkage;
use inkwell::values::{PointerValue, StructValue};

/// A part: where it is, and what, if the runtime must know.
type Part<'t> = (u64, Option<&'t Ty>);

/// A `ValueSpec*`.
pub fn value<'c>(cx: &ModuleCx<'c>, ty: &Ty) -> PointerValue<'c> {
    let types = &cx.types;
    let i32 = |n: u32| types.i32.const_int(n.into(), false);
    let i64 = |n: u64| types.i64.const_int(n, false);
    let null = types.ptr.const_null();
    let (mut kind, elem) = classify(cx, ty);
    let (mut some, mut none, mut stride) = (0, 0, 0);
    let (mut finish, mut of_record) = (null, null);
    let parts: Vec<Part<'_>> = match ty {
        Ty::Tuple(items) => {
            let offsets = cx.member_offsets(items).into_iter();
            offsets.zip(items.iter().map(Some)).collect()
        }
        Ty::List(element) => vec![(0, Some(&**element))],
        Ty::Adt(adt) => {
            kind = kind_of(cx, adt);
            match kind {
                Kind::Option => {
                    let variants = &cx.program.adts[adt].variants;
                    let full = variants.iter().position(|v| !v.fields.is_empty());
                    let full = full.expect("`Some` has a value");
                    if let Some(tag) = cx.first_byte(adt, full) {
                        (some, none) = (tag, 1 - tag);
                    }
                    let offset = cx.field_offsets(adt, full)[0];
                    vec![(offset, Some(&variants[full].fields[0].1))]
                }
                Kind::Map | Kind::Set => {
                    if let Some(&function) = cx.program.finishers.get(adt) {
                        finish = finisher(cx, ty, function);
                    }
                    let map = entries(cx, adt);
                    stride = map.1;
                    map.0
                }
                Kind::Record => {
                    of_record = record(cx, ty, adt);
                    Vec::new()
                }
                // A `Complex` has its parts as fields, `Bytes` their list.
                _ => {
                    let offsets = cx.field_offsets(adt, 0);
                    offsets.into_iter().map(|offset| (offset, None)).collect()
                }
            }
        }
        ty => {
            stride = ty.rank().into();
            Vec::new()
        }
    };
    let parts: Vec<StructValue<'c>> = parts
        .into_iter()
        .map(|(offset, ty)| {
            let ty = ty.map_or(null, |ty| value(cx, ty));
            cx.context
                .const_struct(&[i64(offset).into(), ty.into()], false)
        })
        .collect();
    let count = i64(parts.len() as u64);
    let parts = match parts.first() {
        Some(first) => cx
            .constant("parts", first.get_type().const_array(&parts))
            .as_pointer_value(),
        None => null,
    };
    let fields = [
        i32(kind as u32).into(),
        i32(elem).into(),
        i64(cx.list_element_size(ty)).into(),
        i32(some).into(),
        i32(none).into(),
        count.into(),
        parts.into(),
        i64(stride).into(),
        finish.into(),
        of_record.into(),
    ];
    cx.constant("value", cx.context.const_struct(&fields, false))
        .as_pointer_value()
}

/// How the values of a declared type cross.
fn kind_of(cx: &ModuleCx<'_>, adt: &Adt) -> Kind {
    let known = &cx.program.known;
    let is = |item| item == Some(adt.item);
    match () {
        () if is(known.option) => Kind::Option,
        () if is(known.map) => Kind::Map,
        () if is(known.set) => Kind::Set,
        () if is(known.complex) => Kind::Complex,
        () if is(known.bytes) => Kind::Bytes,
        () => Kind::Record,
    }
}

/// The parts of a map or set, as `ValueSpec::parts` lists them, and the bytes of an entry.
fn entries<'t>(cx: &ModuleCx<'t>, adt: &Adt) -> (Vec<Part<'t>>, u64) {
    let (mut adt, mut offset) = (adt.clone(), 0);
    if Some(adt.item) == cx.program.known.set {
        let (inner, ty) = field(cx, &adt, "map");
        offset += inner;
        if let Ty::Adt(map) = ty {
            adt = map.clone();
        }
    }
    let (inner, ty) = field(cx, &adt, "entries");
    offset += inner;
    let Ty::List(element) = ty else {
        unreachable!("the entries of a map are a list");
    };
    let Ty::Adt(entry) = &**element else {
        unreachable!("an entry of a map is a struct");
    };
    let hash = field(cx, entry, "hash").0;
    let parts = ["key", "value"].map(|name| {
        let (offset, ty) = field(cx, entry, name);
        (offset, Some(ty))
    });
    let parts = [(offset, None), (hash, None)].into_iter().chain(parts);
    (parts.collect(), cx.list_element_size(element))
}

/// Where a field of a struct of the prelude is, and its type.
fn field<'t>(cx: &ModuleCx<'t>, adt: &Adt, name: &str) -> (u64, &'t Ty) {
    let fields = &cx.program.adts[adt].variants[0].fields;
    let index = fields.iter().position(|(known, _)| known == name);
    let index = index.expect("the prelude's type has the field");
    (cx.field_offsets(adt, 0)[index], &fields[index].1)
}

/// `int (map*)`, which makes a map whole; 1: an error is pending.
fn finisher<'c>(cx: &ModuleCx<'c>, ty: &Ty, function: FnId) -> PointerValue<'c> {
    let kind = "aria.py.finish";
    if let Some(known) = cx.description(kind, ty) {
        return known;
    }
    let signature = cx.types.i32.fn_type(&[cx.types.ptr.into()], false);
    let (made, b) = entry_point(cx, &format!("{kind}.{ty}"), signature);
    let result = dispatch::lowest(cx, function).call(&b, &[b.param(0)]);
    let status = match result.failed {
        Some(failed) => b.zext(failed.into(), cx.types.i32),
        None => b.i32(0),
    };
    b.ret(Some(status));
    b.finish();
    let made = made.as_global_value().as_pointer_value();
    cx.note_description(kind, ty, made);
    made
}

/// A `RecordSpec*`; one for a type, which may contain itself.
fn record<'c>(cx: &ModuleCx<'c>, ty: &Ty, adt: &Adt) -> PointerValue<'c> {
    let types = &cx.types;
    let (ptr, i32, i64) = (types.ptr, types.i32, types.i64);
    let kind = "aria.record";
    if let Some(known) = cx.description(kind, ty) {
        return known;
    }
    let form = [
        types.text.into(),
        i32.into(),
        i32.into(),
        i64.into(),
        i64.into(),
        ptr.into(),
    ];
    let form = cx.context.struct_type(&form, false);
    let global = cx.module.add_global(form, None, &format!("{kind}.{ty}"));
    global.set_linkage(Linkage::Internal);
    global.set_constant(true);
    cx.note_description(kind, ty, global.as_pointer_value());

    let layout = &cx.program.adts[adt];
    let boxed = adt.repr == Repr::Boxed;
    let number = |n: u64| i64.const_int(n, false);
    let variants: Vec<StructValue<'c>> = layout
        .variants
        .iter()
        .enumerate()
        .map(|(index, variant)| {
            let offsets = cx.field_offsets(adt, index);
            let fields = offsets.into_iter().zip(&variant.fields);
            let fields: Vec<StructValue<'c>> = fields
                .map(|(offset, (name, ty))| {
                    let name = classes::attribute_name(name);
                    let parts = [
                        cx.bytes(&name).into(),
                        number(offset).into(),
                        value(cx, ty).into(),
                    ];
                    cx.context.const_struct(&parts, false)
                })
                .collect();
            let count = number(fields.len() as u64);
            let is_constant = boxed && layout.is_enum && fields.is_empty();
            let fields = match fields.first() {
                Some(first) => cx
                    .constant("fields", first.get_type().const_array(&fields))
                    .as_pointer_value(),
                None => ptr.const_null(),
            };
            let constant = match is_constant {
                true => cx.constant_variant(adt, index as u32),
                false => ptr.const_null(),
            };
            let cell = classes::cell_of(cx, adt, index);
            let parts = [cell.into(), constant.into(), count.into(), fields.into()];
            cx.context.const_struct(&parts, false)
        })
        .collect();
    let n_variants = number(variants.len() as u64);
    let (tag_bytes, full) = cx.tag_bytes(adt);
    let array = match variants.first() {
        Some(first) => cx
            .constant("variants", first.get_type().const_array(&variants))
            .as_pointer_value(),
        None => ptr.const_null(),
    };
    let fields = [
        cx.text_value(&class_names::class_name(cx.program, adt))
            .into(),
        i32.const_int(tag_bytes.into(), false).into(),
        i32.const_int(full.into(), false).into(),
        number(if boxed { cx.body_size(adt) } else { 0 }).into(),
        n_variants.into(),
        array.into(),
    ];
    global.set_initializer(&form.const_named_struct(&fields));
    global.as_pointer_value()
}
