//! Arrays of several dimensions: elements, sections, shapes. The pass `axes` makes loops over one dimension of it.

use super::control::Range;
use super::function::{FnBuilder, Value};
use super::place::Place;
use super::text::text;
use crate::hir::{self, ExprId, ExprKind, PatId};
use crate::mir::{Along, BinOp, Const, LocalId, LoopId, NdOp, Operand, Rvalue, StmtKind};
use crate::types::{Adt, Ty};
use aria_abi::codes::ErrorKind;

/// An element, or several, of an array, indices evaluated.
#[derive(Clone)]
pub(super) enum Spot {
    Element(LocalId, Vec<Operand>),
    /// A view on them, and the array.
    Section(LocalId, LocalId),
}

impl<'a> FnBuilder<'a> {
    /// `base[indices]`, to read.
    pub(super) fn nd_index(&mut self, base: ExprId, indices: &[ExprId]) -> Value {
        let spot = self.nd_spot(base, indices);
        self.nd_read(spot)
    }

    /// `array.row(i)`, `array.col(i)`: a section at an index along one dimension.
    pub(super) fn nd_line(&mut self, ids: &[ExprId], axis: u8) -> Value {
        let spot = self.nd_spot_from(ids[0], axis, &ids[1..]);
        self.nd_read(spot)
    }

    fn nd_read(&mut self, spot: Spot) -> Value {
        match spot {
            Spot::Element(array, indices) => self.nd_load(array, indices),
            Spot::Section(view, _) => Value::fresh(view, self.local_ty(view)),
        }
    }

    pub(super) fn nd_load(&mut self, array: LocalId, indices: Vec<Operand>) -> Value {
        let element = self.local_ty(array).scalar().clone();
        self.compute(element, Rvalue::Nd(NdOp::Load { array, indices }))
    }

    /// What `base[indices]` names; dimensions behind the last index are there as a whole.
    pub(super) fn nd_spot(&mut self, base: ExprId, indices: &[ExprId]) -> Spot {
        self.nd_spot_from(base, 0, indices)
    }

    /// As [`Self::nd_spot`], for the indices of the dimensions from `first` on.
    fn nd_spot_from(&mut self, base: ExprId, first: u8, indices: &[ExprId]) -> Spot {
        // The array is looked at when its indices are there.
        let place = match indices.iter().any(|&index| self.cx.writes(index)) {
            true => self.place(base, true),
            false => None,
        };
        let place = place.unwrap_or_else(|| {
            let value = self.expr(base);
            Place {
                base: self.in_local(&value),
                steps: Vec::new(),
            }
        });
        let later = self.cx.changed_later(indices);
        let mut along: Vec<Along> = vec![Along::All; usize::from(first)];
        for (axis, (&index, later)) in (first..).zip(indices.iter().zip(later)) {
            along.push(match self.ty(index) {
                Ty::Range => self.nd_range(&place, axis, index),
                _ => {
                    let index = self.nd_bound(&place, axis, index);
                    Along::At(if later { self.save(index) } else { index }.operand)
                }
            });
        }
        let array = self.alias(&place);
        let at = along.iter().map(|along| match along {
            Along::At(index) => Some(index.clone()),
            _ => None,
        });
        let at: Option<Vec<Operand>> = at.collect();
        let rank = usize::from(self.local_ty(array).rank());
        match at {
            Some(indices) if indices.len() == rank => Spot::Element(array, indices),
            _ => {
                along.resize(rank, Along::All);
                Spot::Section(self.nd_section(array, along), array)
            }
        }
    }

    fn nd_section(&mut self, array: LocalId, along: Vec<Along>) -> LocalId {
        let kept = along.iter().filter(|a| !matches!(a, Along::At(_)));
        let rank = kept.count() as u8;
        let element = self.local_ty(array).scalar().clone();
        let ty = Ty::PyArrayView(Box::new(element)).with_rank(rank);
        let view = self.compute(ty, Rvalue::Nd(NdOp::Section { array, along }));
        self.in_local(&view)
    }

    fn nd_range(&mut self, place: &Place, axis: u8, range: ExprId) -> Along {
        let ExprKind::Range {
            lo,
            hi,
            inclusive,
            step,
        } = &self.cx.hir.exprs[range].kind
        else {
            return match self.range(range) {
                Some(Range {
                    lo,
                    hi,
                    step,
                    inclusive,
                }) => Along::Range {
                    lo,
                    hi,
                    inclusive,
                    step: Some(step),
                },
                None => Along::All,
            };
        };
        if let (None, None, None) = (lo, hi, step) {
            return Along::All;
        }
        let bound = |b: &mut Self, bound: ExprId| {
            let value = b.nd_bound(place, axis, bound);
            b.save(value).operand
        };
        let lo = lo.map_or(Value::int(0).operand, |lo| bound(self, lo));
        let last = hi.map(|hi| bound(self, hi));
        Along::Range {
            step: step.map(|step| self.slice_step(step)),
            lo,
            inclusive: *inclusive && last.is_some(),
            hi: last.unwrap_or_else(|| {
                let array = self.alias(place);
                self.dim(array, axis)
            }),
        }
    }

    /// An index or bound; a literal negative one counts from the end of the dimension.
    fn nd_bound(&mut self, place: &Place, axis: u8, index: ExprId) -> Value {
        match self.literal(index) {
            Some(n) if n < 0 => {
                let array = self.alias(place);
                let len = self.dim(array, axis);
                // A length and a negative number do not overflow.
                self.binary(BinOp::WrapAdd, Ty::Int, len, Value::int(n).operand)
            }
            _ => {
                let index = self.expr(index);
                self.convert(index, &Ty::Int)
            }
        }
    }

    // ---- shapes ----

    /// The number of elements along a dimension of an array of any, or of a list.
    pub(super) fn dim(&mut self, array: LocalId, axis: u8) -> Operand {
        let Ty::Nd(_) = self.local_ty(array) else {
            return self.len(array);
        };
        let dim = NdOp::Dim { array, axis };
        self.compute(Ty::Int, Rvalue::Nd(dim)).operand
    }

    pub(super) fn dims(&mut self, array: LocalId) -> Vec<Operand> {
        let rank = self.local_ty(array).rank();
        (0..rank).map(|axis| self.dim(array, axis)).collect()
    }

    /// `array.shape`.
    pub(super) fn shape(&mut self, array: &Value) -> Value {
        let array = self.in_local(array);
        let dims = self.dims(array);
        let ty = Ty::Tuple(vec![Ty::Int; dims.len()]);
        self.compute(ty, Rvalue::Tuple(dims))
    }

    /// `array.size`.
    pub(super) fn size(&mut self, array: &Value) -> Value {
        let array = self.in_local(array);
        let dims = self.dims(array);
        let mut size = Value::int(1).operand;
        for dim in dims {
            // So many elements have addresses.
            size = self.binary(BinOp::WrapMul, Ty::Int, size, dim).operand;
        }
        Value {
            operand: size,
            ty: Ty::Int,
            fresh: true,
        }
    }

    /// `array.transpose`.
    pub(super) fn transpose(&mut self, array: &Value, ty: &Ty) -> Value {
        let array = self.in_local(array);
        self.compute(ty.clone(), Rvalue::Nd(NdOp::Transposed(array)))
    }

    /// `array.reshape(n, m)`.
    pub(super) fn reshape(&mut self, array: &Value, lens: Vec<Value>) -> Value {
        let lens: Vec<Value> = lens
            .into_iter()
            .map(|len| self.convert(len, &Ty::Int))
            .collect();
        let source = self.in_local(array);
        let size = match array.ty.rank() {
            1 => self.len(source),
            _ => self.size(array).operand,
        };
        let mut total = Value::int(1);
        for len in &lens {
            self.check_length(len);
            total = self.operate(hir::BinaryOp::Mul, total, len.clone());
        }
        let same = self.binary(BinOp::Eq, Ty::Bool, size.clone(), total.operand.clone());
        let mut parts = vec![text("cannot reshape "), size, text(" elements into ")];
        parts.extend(tuple_text(lens.iter().map(|len| len.operand.clone())));
        self.raise_unless(same.operand, ErrorKind::ValueError, parts);
        let element = array.ty.scalar().clone();
        let (whole, row) = (
            Ty::array(element.clone(), array.ty.rank()),
            Ty::array(element.clone(), 1),
        );
        let mut elements = self.compute(whole, Rvalue::ToArray(source));
        if array.ty.rank() > 1 {
            let rows = self.in_local(&elements);
            let view = Ty::PyArrayView(Box::new(element));
            let flat = self.compute(view, Rvalue::Nd(NdOp::Flat(rows)));
            let flat = self.in_local(&flat);
            elements = self.compute(row, Rvalue::ToArray(flat));
        }
        match lens.len() {
            1 => elements,
            _ => self.shaped(&elements, lens.into_iter().map(|len| len.operand).collect()),
        }
    }

    // ---- new arrays ----

    /// A record all of whose fields are 0, but the first one this number.
    pub(super) fn uniform(&mut self, record: &Adt, first: i64) -> Value {
        let layout = self.cx.layout(record);
        let mut fields = Vec::new();
        for (index, (_, ty)) in layout.variants[0].fields.iter().enumerate() {
            let number = if index == 0 { first } else { 0 };
            let value = match ty {
                Ty::Adt(inner) => self.uniform(inner, number),
                Ty::Bool => Value::constant(Const::Bool(number != 0), Ty::Bool),
                ty => self.convert(Value::int(number), ty),
            };
            fields.push(value.operand);
        }
        let (ty, variant) = (record.clone(), 0);
        self.compute(
            Ty::Adt(record.clone()),
            Rvalue::Adt {
                ty,
                variant,
                fields,
            },
        )
    }

    /// `Array.zeros(n, m)` and the like.
    pub(super) fn filled(&mut self, lens: Vec<Value>, element: Ty, value: Operand) -> Value {
        let several = lens.len() > 1;
        let mut total = lens.first().cloned().unwrap_or_else(|| Value::int(0));
        if several {
            for len in &lens {
                self.check_length(len);
            }
            for len in &lens[1..] {
                total = self.operate(hir::BinaryOp::Mul, total, len.clone());
            }
        }
        let ty = Ty::array(element.clone(), 1);
        let fill = Rvalue::Fill {
            element,
            len: total.operand,
            value: Some(value),
        };
        let elements = self.compute(ty, fill);
        match several {
            true => self.shaped(&elements, lens.into_iter().map(|len| len.operand).collect()),
            false => elements,
        }
    }

    /// The array of these elements with so many along each dimension.
    fn shaped(&mut self, elements: &Value, lens: Vec<Operand>) -> Value {
        let ty = Ty::array(elements.ty.scalar().clone(), lens.len() as u8);
        let elements = self.in_local(elements);
        self.compute(ty, Rvalue::Nd(NdOp::Shaped { elements, lens }))
    }

    fn check_length(&mut self, len: &Value) {
        if matches!(len.operand, Operand::Const(Const::Int(0..))) {
            return;
        }
        let zero = Value::int(0).operand;
        let is_fine = self.binary(BinOp::Ge, Ty::Int, len.operand.clone(), zero);
        let parts = vec![
            text("the length of an array cannot be "),
            len.operand.clone(),
        ];
        self.raise_unless(is_fine.operand, ErrorKind::ValueError, parts);
    }

    /// `[[a, b], [c, d]]`: elements that are all written down at once, other rows one by one.
    pub(super) fn rows(&mut self, items: &[ExprId], ty: &Ty) -> Value {
        if items.is_empty() {
            let element = ty.scalar().clone();
            let none = Rvalue::Array {
                element: element.clone(),
                items: Vec::new(),
            };
            let none = self.compute(Ty::Array(Box::new(element)), none);
            let zero = Operand::Const(Const::Int(0));
            return self.shaped(&none, vec![zero; usize::from(ty.rank())]);
        }
        let element = ty.scalar().clone();
        let mut written = Vec::new();
        let mut lens = Vec::new();
        if self.written_rows(items, usize::from(ty.rank()), 0, &mut lens, &mut written) {
            let values = self.exprs(&written);
            let items = values
                .into_iter()
                .map(|v| self.convert(v, &element).operand);
            let items = items.collect();
            let elements = self.compute(
                Ty::array(element.clone(), 1),
                Rvalue::Array { element, items },
            );
            let lens = lens.into_iter().map(|n| Value::int(n as i64).operand);
            return self.shaped(&elements, lens.collect());
        }
        let rows = self.exprs(items);
        let first = self.in_local(&rows[0]);
        let mut lens = vec![Value::int(rows.len() as i64)];
        for dim in self.dims(first) {
            lens.push(Value {
                operand: dim,
                ty: Ty::Int,
                fresh: true,
            });
        }
        let value = super::array::zero(&element);
        let array = self.filled(lens, element, Operand::Const(value));
        let of = self.in_local(&array);
        for (i, row) in rows.into_iter().enumerate() {
            let mut along = vec![Along::All; usize::from(ty.rank())];
            along[0] = Along::At(Value::int(i as i64).operand);
            let place = self.nd_section(of, along);
            self.update_in_place(place, of, row, |_, _, new| new);
        }
        array
    }

    /// Gathers the elements of rows that are all literals of the same lengths.
    fn written_rows(
        &self,
        items: &[ExprId],
        rank: usize,
        depth: usize,
        lens: &mut Vec<usize>,
        written: &mut Vec<ExprId>,
    ) -> bool {
        match lens.get(depth) {
            Some(len) if *len != items.len() => return false,
            Some(_) => {}
            None => lens.push(items.len()),
        }
        if depth + 1 == rank {
            written.extend(items);
            return true;
        }
        items
            .iter()
            .all(|&item| match &self.cx.hir.exprs[item].kind {
                ExprKind::Array(row) if self.cx.types.coercions.get(item).is_none() => {
                    self.written_rows(row, rank, depth + 1, lens, written)
                }
                _ => false,
            })
    }

    // ---- changes ----

    /// `target op= value` of all elements of an array, or of a section of `of`. A `value` with fewer dimensions stands beside each
    /// of the first ones; others must have the same shape.
    pub(super) fn update_nd(
        &mut self,
        array: LocalId,
        value: Value,
        f: impl FnOnce(&mut Self, Value, Value) -> Value,
    ) {
        let element = self.local_ty(array).scalar().clone();
        let dims = self.dims(array);
        let source = value.ty.is_array_like().then(|| {
            let source = self.in_local(&value);
            self.check_shapes(array, source);
            source
        });
        let mut f = Some(f);
        self.each_index(&dims, &[], &mut |b, indices| {
            let Some(f) = f.take() else { return };
            let at: Vec<Operand> = indices.iter().map(|i| Operand::Local(*i)).collect();
            let old = b.nd_load(array, at.clone());
            let other = match source {
                Some(source) => {
                    let rank = usize::from(b.local_ty(source).rank());
                    let at = at[at.len() - rank..].to_vec();
                    b.any_load(source, at)
                }
                None => Value {
                    fresh: false,
                    ..value.clone()
                },
            };
            let new = f(b, old, other);
            let new = b.convert(new, &element);
            b.emit(StmtKind::StoreAt {
                array,
                indices: at,
                value: new.operand,
            });
        });
    }

    /// An element of an array of any dimensions.
    fn any_load(&mut self, array: LocalId, mut indices: Vec<Operand>) -> Value {
        if indices.len() > 1 {
            return self.nd_load(array, indices);
        }
        let element = self.local_ty(array).scalar().clone();
        let load = Rvalue::Load {
            array,
            index: indices.remove(0),
            checked: true,
        };
        self.compute(element, load)
    }

    /// Loops over all indices, the last one innermost.
    fn each_index(
        &mut self,
        dims: &[Operand],
        outer: &[LocalId],
        body: &mut dyn FnMut(&mut Self, &[LocalId]),
    ) {
        let Some((first, inner)) = dims.split_first() else {
            return body(self, outer);
        };
        self.count_to(first.clone(), |b, i| {
            let indices: Vec<LocalId> = outer.iter().copied().chain([i]).collect();
            b.each_index(inner, &indices, body);
        });
    }

    /// ValueError unless the last dimensions of `array` are those of `source`.
    fn check_shapes(&mut self, array: LocalId, source: LocalId) {
        let (wanted, given) = (self.dims(array), self.dims(source));
        let missing = wanted.len() - given.len();
        for (want, have) in wanted[missing..].iter().zip(&given) {
            let same = self.binary(BinOp::Eq, Ty::Int, want.clone(), have.clone());
            let mut parts = vec![text("an array of the shape ")];
            parts.extend(tuple_text(given.iter().cloned()));
            parts.push(text(" does not fit into one of "));
            parts.extend(tuple_text(wanted.iter().cloned()));
            self.raise_unless(same.operand, ErrorKind::ValueError, parts);
        }
    }

    /// `left @ right`, by the functions of the prelude but for two arrays of one dimension.
    pub(super) fn matrix_product(&mut self, left: Value, right: Value) -> Value {
        let method = match (left.ty.rank(), right.ty.rank()) {
            (2, 2) => "_matmul",
            (2, _) => "_matvec",
            (_, 2) => "_vecmat",
            _ => return self.dot(left, right),
        };
        let element = Box::new(left.ty.scalar().clone());
        let of = Ty::ArrayView(element.clone()).with_rank(left.ty.rank());
        let Some((item, generics)) = self.cx.own_method(&of, method) else {
            return Value::unit();
        };
        let [left, right] = [left, right].map(|value| {
            let view = Ty::PyArrayView(element.clone()).with_rank(value.ty.rank());
            self.lend(value, &view)
        });
        self.check_meeting(&left, &right);
        self.call_with(item, &generics, vec![left, right])
    }

    /// ValueError unless `left` is as long along its last dimension as `right` along its first.
    fn check_meeting(&mut self, left: &Value, right: &Value) {
        let shapes = [left, right].map(|value| {
            let array = self.in_local(value);
            self.dims(array)
        });
        let (columns, rows) = (shapes[0][shapes[0].len() - 1].clone(), shapes[1][0].clone());
        let same = self.binary(BinOp::Eq, Ty::Int, columns.clone(), rows.clone());
        let [left, right] = shapes.map(|dims| tuple_text(dims.into_iter()));
        let mut parts = vec![text("the shapes ")];
        parts.extend(left);
        parts.push(text(" and "));
        parts.extend(right);
        parts.extend([text(" do not fit for @: "), columns, text(" and "), rows]);
        parts.push(text(" elements meet"));
        self.raise_unless(same.operand, ErrorKind::ValueError, parts);
    }

    // ---- loops ----

    /// Each part along the first dimension in turn, a view.
    pub(super) fn for_rows(
        &mut self,
        id: LoopId,
        pattern: PatId,
        items: &Value,
        body: &'a hir::Block,
    ) {
        let mut array = self.in_local(items);
        if !items.fresh {
            let element = items.ty.scalar().clone();
            let view = Ty::PyArrayView(Box::new(element)).with_rank(items.ty.rank());
            let view = self.compute(view, Rvalue::View(array));
            array = self.in_local(&view);
        }
        let n = self.dim(array, 0);
        let var = self.temp(Ty::Int);
        let (body, _, _) = self.nested(|b| {
            let row = b.row_of(array, Operand::Local(var));
            b.bound(pattern, &row, |b| {
                b.block_value(body, false);
            });
        });
        self.emit(StmtKind::For {
            id,
            var,
            lo: Operand::Const(Const::Int(0)),
            hi: n,
            inclusive: false,
            step: Operand::Const(Const::Int(1)),
            body,
        });
    }

    /// A part along the first dimension.
    pub(super) fn row_of(&mut self, array: LocalId, index: Operand) -> Value {
        let mut along = vec![Along::All; usize::from(self.local_ty(array).rank())];
        along[0] = Along::At(index);
        let view = self.nd_section(array, along);
        Value::fresh(view, self.local_ty(view))
    }
}

/// `(n, m)`, with the comma that tells a tuple of one value.
fn tuple_text(values: impl Iterator<Item = Operand>) -> Vec<Operand> {
    let mut parts = vec![text("(")];
    let mut n = 0;
    for value in values {
        parts.extend((n > 0).then(|| text(", ")));
        parts.push(value);
        n += 1;
    }
    parts.push(text(if n == 1 { ",)" } else { ")" }));
    parts
}
