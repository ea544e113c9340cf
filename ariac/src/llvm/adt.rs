//! How the values of declared types lie in memory.
//!
//! | type | value |
//! |---|---|
//! | `struct`, `data` | the struct of its fields |
//! | `enum` whose variants have no fields | the tag, an `i8` (`i16` for more than 256 variants) |
//! | `enum` of a variant without fields and one of an address, such as `Option[String]` | the address; null is the other variant |
//! | other `enum` | `{ tag, payload }` |
//! | [`Repr::Boxed`] | the address of all that, on the heap; null is empty |
//!
//! Where the fields of each variant begin like those of the largest, the payload is the struct of the largest: so it is
//! with `Option[T]`. Else it is words, as many as the largest variant needs, so that copying the value copies every byte;
//! the fields of a variant are reached in memory, through the variant's own struct. Words that a variant does not use are
//! 0, since what is undefined in a part of a word would make all of it undefined.
//!
//! A variant without fields of a boxed enum is a constant, which is never freed.

use super::builder::{Builder, Val};
use super::context::ModuleCx;
use super::lower::zero;
use crate::mir::AdtLayout;
use crate::types::{Adt, Repr, Ty};
use inkwell::IntPredicate;
use inkwell::types::{BasicTypeEnum, IntType, StructType};
use inkwell::values::PointerValue;
use std::rc::Rc;

/// How the values of a declared type lie in memory.
#[derive(Debug)]
pub(super) struct Shape<'c> {
    /// The value, or what is on the heap of a boxed one.
    pub(super) body: BasicTypeEnum<'c>,
    /// What says which variant it is; none of a struct.
    pub(super) tag: Option<IntType<'c>>,
    /// For each variant, the struct of its fields.
    pub(super) variants: Vec<StructType<'c>>,
    /// Whether the payload is the struct of the largest variant.
    is_exact: bool,
    /// The variant that has the address, where the value is an address: the other one is null.
    ///
    /// So an empty value cannot be told from that other one, which is as good: neither owns anything, and MIR reads
    /// no value after it is empty.
    full: Option<u32>,
}

impl<'c> ModuleCx<'c> {
    /// What a declared type consists of.
    pub(super) fn adt(&self, adt: &Adt) -> &'c AdtLayout {
        let layout = self.program.adts.get(adt);
        layout.expect("the program lists its declared types: MIR's verifier says so")
    }

    /// How the values of a declared type lie in memory.
    pub(super) fn shape(&self, adt: &Adt) -> Rc<Shape<'c>> {
        if let Some(known) = self.shapes.borrow().get(adt) {
            return known.clone();
        }
        let shape = Rc::new(self.make_shape(adt, self.adt(adt)));
        let mut shapes = self.shapes.borrow_mut();
        shapes.insert(adt.clone(), shape.clone());
        shape
    }

    /// Where the fields of a variant lie in a value that is not boxed, in bytes.
    #[must_use]
    pub fn field_offsets(&self, adt: &Adt, variant: usize) -> Vec<u64> {
        let shape = self.shape(adt);
        let payload = match shape.body {
            BasicTypeEnum::StructType(body) if shape.tag.is_some() => self.offset(body, 1),
            _ => 0,
        };
        let fields = shape.variants[variant];
        let all = 0..fields.count_fields();
        all.map(|i| payload + self.offset(fields, i)).collect()
    }

    /// Where the members of a tuple lie in its value, in bytes.
    #[must_use]
    pub fn member_offsets(&self, items: &[Ty]) -> Vec<u64> {
        let members = self.struct_of(items);
        (0..members.count_fields())
            .map(|i| self.offset(members, i))
            .collect()
    }

    fn offset(&self, of: StructType<'c>, index: u32) -> u64 {
        let offset = self.data.offset_of_element(&of, index);
        offset.expect("the struct has a field of this number")
    }

    /// The first byte of a value of a variant; none where the value is an address that is null in one variant.
    #[must_use]
    pub fn first_byte(&self, adt: &Adt, variant: usize) -> Option<u32> {
        match self.shape(adt).full {
            Some(_) => None,
            None => Some(variant as u32),
        }
    }

    /// Bytes of the number that says which variant the body of a value is, 0 where there is none; and the variant that has the address, of an
    /// enum whose values are addresses.
    #[must_use]
    pub fn tag_bytes(&self, adt: &Adt) -> (u32, u32) {
        let shape = self.shape(adt);
        match (shape.full, shape.tag) {
            (Some(full), _) => (0, full),
            (None, Some(tag)) => (tag.get_bit_width() / 8, 0),
            (None, None) => (0, 0),
        }
    }

    /// Bytes of the body of a value.
    #[must_use]
    pub fn body_size(&self, adt: &Adt) -> u64 {
        self.size(self.shape(adt).body)
    }

    /// The body of a boxed value that is a variant without fields.
    #[must_use]
    pub fn constant_variant(&self, adt: &Adt, variant: u32) -> PointerValue<'c> {
        constant_variant(self, adt, variant)
    }

    fn make_shape(&self, adt: &Adt, layout: &AdtLayout) -> Shape<'c> {
        let structs = layout.variants.iter();
        let variants: Vec<StructType> = structs
            .map(|variant| self.struct_of(variant.fields.iter().map(|(_, ty)| ty)))
            .collect();
        if !layout.is_enum {
            return Shape {
                body: variants[0].into(),
                tag: None,
                variants,
                is_exact: true,
                full: None,
            };
        }
        let tag = match variants.len() {
            0..=256 => self.types.i8,
            _ => self.context.i16_type(),
        };
        if let Some(full) = address_variant(adt, layout) {
            return Shape {
                body: self.types.ptr.into(),
                tag: Some(tag),
                variants,
                is_exact: true,
                full: Some(full),
            };
        }
        let size = |variant: &&StructType<'c>| self.size((**variant).into());
        let largest = variants.iter().max_by_key(size).copied();
        let largest = largest.unwrap_or(self.types.unit);
        let fields = largest.get_field_types();
        let is_exact = variants
            .iter()
            .all(|variant| fields.starts_with(&variant.get_field_types()));
        let body = if fields.is_empty() {
            tag.into()
        } else {
            let words = || self.size(largest.into()).div_ceil(8) as u32;
            let payload = match is_exact {
                true => largest.into(),
                false => self.types.i64.array_type(words()).into(),
            };
            self.context
                .struct_type(&[tag.into(), payload], false)
                .into()
        };
        Shape {
            body,
            tag: Some(tag),
            variants,
            is_exact,
            full: None,
        }
    }
}

/// The variant with the address, of an enum whose values are addresses.
fn address_variant(adt: &Adt, layout: &AdtLayout) -> Option<u32> {
    let [first, second] = &layout.variants[..] else {
        return None;
    };
    let (full, fields, others) = match first.fields.is_empty() {
        true => (1, &second.fields, &first.fields),
        false => (0, &first.fields, &second.fields),
    };
    let [(_, ty)] = &fields[..] else {
        return None;
    };
    let is_address = match ty {
        Ty::String | Ty::PythonObject | Ty::Exception => true,
        Ty::Adt(inner) => inner.repr == Repr::Boxed,
        _ => false,
    };
    (is_address && others.is_empty() && adt.repr != Repr::Boxed).then_some(full)
}

impl<'c> Shape<'c> {
    /// The address of a field of the body at `at`.
    pub(super) fn field(
        &self,
        b: &Builder<'_, 'c>,
        at: PointerValue<'c>,
        variant: u32,
        index: usize,
    ) -> PointerValue<'c> {
        let fields = self.variants[variant as usize];
        let payload = match self.tag {
            None => at,
            Some(_) if self.full.is_some() => at,
            Some(_) => b.part_address(self.body, at, 1),
        };
        b.part_address(fields.into(), payload, index as u32)
    }

    /// The tag of the body at `at`.
    pub(super) fn load_tag(&self, b: &Builder<'_, 'c>, at: PointerValue<'c>) -> Val<'c> {
        let tag = self
            .tag
            .expect("only enums have variants: MIR's verifier says so");
        let Some(full) = self.full else {
            return b.load(tag, at);
        };
        let number = |variant: u32| tag.const_int(variant.into(), false).into();
        let address = b.load(self.body, at);
        let is_full = b.icmp(IntPredicate::NE, address, b.null());
        b.select(is_full, number(full), number(1 - full))
    }

    /// The tag of a variant; none of a struct.
    pub(super) fn tag_of(&self, variant: u32) -> Option<Val<'c>> {
        self.tag
            .map(|tag| tag.const_int(variant.into(), false).into())
    }

    /// Writes the tag of a variant, whose fields are written apart, into the body at `at`.
    pub(super) fn write_tag(&self, b: &Builder<'_, 'c>, at: PointerValue<'c>, variant: u32) {
        if let Some(full) = self.full {
            if variant != full {
                b.store(b.null(), at);
            }
        } else if let Some(tag) = self.tag_of(variant) {
            b.store(tag, at);
        }
    }

    /// Writes a variant into the body at `at`, whose bytes are 0 or are never copied as words.
    pub(super) fn write(
        &self,
        b: &Builder<'_, 'c>,
        at: PointerValue<'c>,
        variant: u32,
        fields: &[Val<'c>],
    ) {
        self.write_tag(b, at, variant);
        for (index, &field) in fields.iter().enumerate() {
            b.store(field, self.field(b, at, variant, index));
        }
    }

    /// The body as a value.
    pub(super) fn make(&self, b: &Builder<'_, 'c>, variant: u32, fields: &[Val<'c>]) -> Val<'c> {
        match self.tag_of(variant) {
            None => b.make(fields),
            Some(_) if self.full.is_some() => fields.first().copied().unwrap_or_else(|| b.null()),
            Some(tag) if self.body.is_int_type() => tag,
            Some(tag) if self.is_exact || fields.is_empty() => {
                let whole = b.with_part(zero(self.body), 0, tag);
                let payload = b.part(whole, 1);
                let payload = (0..).zip(fields).fold(payload, |payload, (index, &field)| {
                    b.with_part(payload, index, field)
                });
                match fields {
                    [] => whole,
                    _ => b.with_part(whole, 1, payload),
                }
            }
            Some(_) => {
                let at = b.slot(self.body, "variant");
                b.store(zero(self.body), at);
                self.write(b, at, variant, fields);
                b.load(self.body, at)
            }
        }
    }

    /// Bytes of the body.
    pub(super) fn size(&self, cx: &ModuleCx<'c>) -> u64 {
        cx.size(self.body)
    }
}

/// The body of a boxed value that is a variant without fields.
pub(super) fn constant_variant<'c>(cx: &ModuleCx<'c>, adt: &Adt, variant: u32) -> PointerValue<'c> {
    debug_assert_eq!(adt.repr, Repr::Boxed, "{adt:?}");
    let shape = cx.shape(adt);
    let tag = shape.tag_of(variant);
    let tag = tag.expect("only enums have variants without fields on the heap");
    let bits = tag.into_int_value().get_type().get_bit_width();
    let name = format!("aria.variant.i{bits}.{variant}");
    if let Some(known) = cx.module.get_global(&name) {
        return known.as_pointer_value();
    }
    cx.constant(&name, tag).as_pointer_value()
}
