//! The hash of a value: a number that equal values share. The prelude says how those of numbers and texts are made and
//! how two become one; what consists of parts has a function of its own for each type.

use super::function::{FnBuilder, Value};
use super::instances::Glue;
use crate::hir::ItemKind;
use crate::mir::{BinOp, Const, LocalId, Operand, Rvalue, StmtKind};
use crate::types::{IntKind, Ty};

impl FnBuilder<'_> {
    pub(super) fn hash_of(&mut self, value: Value) -> Value {
        match &value.ty {
            Ty::String => self.call_prelude("_hash_string", vec![value]),
            Ty::Float | Ty::Float32 => {
                let value = self.convert(value, &Ty::Float);
                self.call_prelude("_hash_float", vec![value])
            }
            // The half fits an Int, and the lowest bit is told apart below.
            Ty::Sized(IntKind::U64) => {
                let constant = |n| Operand::Const(Const::Sized(IntKind::U64, n));
                let ty = value.ty.clone();
                let half = self.binary(BinOp::Shr, ty.clone(), value.operand.clone(), constant(1));
                let last = self.binary(BinOp::BitAnd, ty, value.operand, constant(1));
                let [half, last] = [half, last].map(|part| self.convert(part, &Ty::Int));
                let hash = self.call_prelude("_hash_int", vec![half]);
                self.call_prelude("_combine", vec![hash, last])
            }
            Ty::Int | Ty::Sized(_) | Ty::Bool => {
                let value = self.convert(value, &Ty::Int);
                self.call_prelude("_hash_int", vec![value])
            }
            Ty::Unit => Value::int(0),
            _ => match self.operator("Hash", vec![value.clone()]) {
                Some(hash) => hash,
                None => {
                    let callee = self.cx.glue(Glue::Hash, &value.ty);
                    let args = vec![value.operand];
                    self.compute(Ty::Int, Rvalue::Call { callee, args })
                }
            },
        }
    }

    /// The body of the function that gives the hash of a type's values.
    pub(super) fn hash_glue(&mut self, ty: &Ty) {
        let Some(of) = self.function.params.first().map(|p| p.local) else {
            return;
        };
        let hash = self.temp(Ty::Int);
        self.assign(hash, Rvalue::Use(Operand::Const(Const::Int(1))));
        match ty {
            Ty::Adt(adt) => {
                let layout = self.cx.layout(adt);
                let sizes: Vec<usize> = layout.variants.iter().map(|v| v.fields.len()).collect();
                if layout.is_enum {
                    let variant = self.compute(Ty::Int, Rvalue::Variant(of));
                    self.add_to_hash(hash, variant.clone());
                    self.hash_variants(ty, of, hash, &variant.operand, &sizes, 0);
                } else {
                    self.hash_parts(ty, of, hash, 0, sizes.first().copied().unwrap_or(0));
                }
            }
            Ty::Tuple(items) => self.hash_parts(ty, of, hash, 0, items.len()),
            _ => {
                let n = self.len(of);
                self.count_to(n, |b, i| {
                    let element = b.element(of, Operand::Local(i));
                    let part = b.hash_of(element);
                    b.add_to_hash(hash, part);
                });
            }
        }
        self.emit(StmtKind::Return(Operand::Local(hash)));
    }

    fn hash_variants(
        &mut self,
        ty: &Ty,
        of: LocalId,
        hash: LocalId,
        variant: &Operand,
        sizes: &[usize],
        from: usize,
    ) {
        let Some(at) = (from..sizes.len()).find(|&v| sizes[v] > 0) else {
            return;
        };
        let this_one = Operand::Const(Const::Int(at as i64));
        let is = self.binary(BinOp::Eq, Ty::Bool, variant.clone(), this_one);
        self.emit_if(
            is.operand,
            |b| b.hash_parts(ty, of, hash, at as u32, sizes[at]),
            |b| b.hash_variants(ty, of, hash, variant, sizes, at + 1),
        );
    }

    fn hash_parts(&mut self, ty: &Ty, of: LocalId, hash: LocalId, variant: u32, parts: usize) {
        for index in 0..parts {
            if self.cx.field_ty(ty, variant, index) == Ty::Unit {
                continue;
            }
            let whole = Value::place(of, ty.clone());
            let part = self.part(&whole, variant, index);
            let part = self.hash_of(part);
            self.add_to_hash(hash, part);
        }
    }

    fn add_to_hash(&mut self, hash: LocalId, part: Value) {
        let so_far = Value::place(hash, Ty::Int);
        let both = self.call_prelude("_combine", vec![so_far, part]);
        self.assign_value(hash, both);
    }

    /// A call of a function that the prelude declares for the compiler.
    pub(super) fn call_prelude(&mut self, name: &str, args: Vec<Value>) -> Value {
        let Some(item) = self.cx.prelude_fn(name) else {
            // What a construct calls is listed with the constructs (`builtins::reached`), so that it is always there.
            panic!(
                "the prelude has no function `{name}`, or it is not listed with the construct that calls it"
            );
        };
        if let Some(&callee) = self.cx.natives.get(&item) {
            let ret = self.cx.signature(item).ret;
            let args = args.into_iter().map(|value| value.operand).collect();
            return self.compute(ret, Rvalue::CallNative { callee, args });
        }
        self.call_with(item, &[], args)
    }
}

impl super::Context<'_> {
    /// The function of the prelude with this name.
    fn prelude_fn(&self, name: &str) -> Option<crate::hir::ItemId> {
        let modules = self.hir.modules.iter().filter(|m| m.prelude);
        let items = modules.flat_map(|m| &m.items);
        let functions = items.flat_map(|id| match &self.hir.items[*id].kind {
            ItemKind::ExternNative { functions, .. } => functions.as_slice(),
            ItemKind::Fn(_) => std::slice::from_ref(id),
            _ => &[],
        });
        functions
            .copied()
            .find(|&id| self.hir.items[id].name.name == name)
    }
}
