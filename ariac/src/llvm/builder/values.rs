//! Vectors and structs as values.

use super::{Builder, Val, WELL_FORMED};
use inkwell::types::{BasicTypeEnum, VectorType};

impl<'c> Builder<'_, 'c> {
    /// A scalar in each of `lanes` lanes.
    pub fn splat(&self, value: Val<'c>, lanes: u32) -> Val<'c> {
        let ty = vector_type(value.get_type(), lanes);
        let zero = self.cx.types.i64.const_zero();
        let one = self
            .raw
            .build_insert_element(ty.get_poison(), value, zero, "")
            .expect(WELL_FORMED);
        let mask = self.cx.types.i32.vec_type(lanes).const_zero();
        self.raw
            .build_shuffle_vector(one, ty.get_poison(), mask, "")
            .expect(WELL_FORMED)
            .into()
    }

    /// The scalar as it is, or splat when `like` is a vector.
    pub fn like(&self, like: Val<'c>, scalar: Val<'c>) -> Val<'c> {
        match like {
            Val::VectorValue(vector) => self.splat(scalar, vector.get_type().get_size()),
            _ => scalar,
        }
    }

    /// The lanes `first..first + count` of a vector.
    pub fn lanes(&self, vector: Val<'c>, first: u32, count: u32) -> Val<'c> {
        let vector = vector.into_vector_value();
        let indices: Vec<_> = (first..first + count)
            .map(|i| self.cx.types.i32.const_int(i.into(), false))
            .collect();
        let mask = VectorType::const_vector(&indices);
        self.raw
            .build_shuffle_vector(vector, vector.get_type().get_poison(), mask, "")
            .expect(WELL_FORMED)
            .into()
    }

    /// One lane of a vector.
    pub fn lane(&self, vector: Val<'c>, index: u64) -> Val<'c> {
        let index = self.cx.types.i64.const_int(index, false);
        self.raw
            .build_extract_element(vector.into_vector_value(), index, "")
            .expect(WELL_FORMED)
    }

    /// Part `index` of a struct value.
    pub fn part(&self, value: Val<'c>, index: u32) -> Val<'c> {
        self.raw
            .build_extract_value(value.into_struct_value(), index, "")
            .expect(WELL_FORMED)
    }

    /// A struct value with one part replaced.
    pub fn with_part(&self, value: Val<'c>, index: u32, part: Val<'c>) -> Val<'c> {
        self.raw
            .build_insert_value(value.into_struct_value(), part, index, "")
            .expect(WELL_FORMED)
            .into_struct_value()
            .into()
    }

    /// A struct value of these parts.
    pub fn make(&self, parts: &[Val<'c>]) -> Val<'c> {
        let types: Vec<_> = parts.iter().map(|part| part.get_type()).collect();
        let empty = self.cx.context.struct_type(&types, false).get_poison();
        let indexed = (0..).zip(parts);
        indexed.fold(empty.into(), |value, (i, &part)| {
            self.with_part(value, i, part)
        })
    }
}

/// `<lanes x element>`.
pub fn vector_type(element: BasicTypeEnum<'_>, lanes: u32) -> VectorType<'_> {
    match element {
        BasicTypeEnum::IntType(ty) => ty.vec_type(lanes),
        BasicTypeEnum::FloatType(ty) => ty.vec_type(lanes),
        other => unreachable!("only numbers make vectors, not {other}"),
    }
}
