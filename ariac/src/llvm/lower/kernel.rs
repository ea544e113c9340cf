//! Kernels: for one element, or for several at once where the kernel is a straight line of simple operations.

use super::Lowering;
use super::array::Elements;
use super::mentions::Mentions;
use super::scalar::{pure_binary, pure_convert, pure_unary};
use crate::arena::Id;
use crate::llvm::builder::{Val, vector_type};
use crate::llvm::mathlib;
use crate::mir::{
    BinOp, Kernel, LocalId, Operand, Rvalue, Stmt, StmtKind, UnOp, conversion_may_fail,
};
use crate::types::Ty;
use std::collections::HashMap;

/// What a kernel reads, and what it does.
pub(super) struct Terms<'k, 'c> {
    pub(super) kernel: &'k Kernel,
    /// The elements of each source.
    pub(super) sources: Vec<Elements<'c>>,
    /// Their types.
    pub(super) types: Vec<&'c Ty>,
}

impl<'k, 'c> Terms<'k, 'c> {
    /// Looks at the sources, and checks that they are of one length.
    pub(super) fn new(
        lowering: &mut Lowering<'_, 'c>,
        sources: &[LocalId],
        kernel: &'k Kernel,
    ) -> Self {
        let terms = Terms {
            kernel,
            sources: sources.iter().map(|&s| lowering.elements(s)).collect(),
            types: sources.iter().map(|&s| lowering.element_ty(s)).collect(),
        };
        lowering.check_lengths(&terms.sources);
        terms
    }

    /// Whether elements of a source do not lie side by side, or may not.
    pub(super) fn is_strided(&self) -> bool {
        self.sources.iter().any(|source| source.stride.is_some())
    }

    /// Number of elements.
    pub(super) fn len(&self) -> Val<'c> {
        self.sources[0].len
    }
}

impl<'c> Lowering<'_, 'c> {
    /// The kernel's result for one element.
    pub(super) fn term(&mut self, terms: &Terms<'_, 'c>, index: Val<'c>) -> Val<'c> {
        let sources = terms.sources.iter().zip(&terms.types);
        for (&param, (&elements, ty)) in terms.kernel.params.iter().zip(sources) {
            let value = self.load_element(ty, elements, index);
            let slot = self.slot(param);
            self.b.store(value, slot);
        }
        self.block(&terms.kernel.body);
        if terms.kernel.body.diverges() {
            // It always fails: what is computed from the result stands where nobody comes.
            let never = self.b.block("never");
            self.b.enter(never);
        }
        self.operand(&terms.kernel.result)
    }

    /// The kernel's results for `lanes` elements, from `index` on; only if [`Lowering::is_vector_kernel`].
    pub(super) fn vector_term(
        &mut self,
        terms: &Terms<'_, 'c>,
        index: Val<'c>,
        lanes: u32,
    ) -> Val<'c> {
        let mut values: HashMap<LocalId, Val<'c>> = HashMap::new();
        let sources = terms.sources.iter().zip(&terms.types);
        for (&param, (elements, ty)) in terms.kernel.params.iter().zip(sources) {
            let element = self.cx.element_type(ty);
            let at = self.b.element(element, elements.data, index);
            let align = self.cx.element_size(ty) as u32;
            let value = self.b.load_aligned(vector_type(element, lanes), at, align);
            values.insert(param, self.value_of_element(ty, value));
        }
        for stmt in &terms.kernel.body.stmts {
            let StmtKind::Assign {
                dst: Some(dst),
                value,
            } = &stmt.kind
            else {
                unreachable!("`is_vector_kernel` saw only assignments");
            };
            let value = self.vector_value(value, &values, lanes);
            values.insert(*dst, value);
        }
        self.vector_operand(&terms.kernel.result, &values, lanes)
    }

    fn vector_operand(
        &mut self,
        operand: &Operand,
        values: &HashMap<LocalId, Val<'c>>,
        lanes: u32,
    ) -> Val<'c> {
        match operand {
            Operand::Local(local) if values.contains_key(local) => values[local],
            other => {
                let scalar = self.operand(other);
                self.b.splat(scalar, lanes)
            }
        }
    }

    fn vector_value(
        &mut self,
        value: &Rvalue,
        values: &HashMap<LocalId, Val<'c>>,
        lanes: u32,
    ) -> Val<'c> {
        let get = |this: &mut Self, operand: &Operand| {
            (
                this.operand_ty(operand),
                this.vector_operand(operand, values, lanes),
            )
        };
        let computed = match value {
            Rvalue::Use(operand) => Some(get(self, operand).1),
            Rvalue::Unary { op, operand } => {
                let (ty, x) = get(self, operand);
                pure_unary(&self.b, *op, &ty, x)
            }
            Rvalue::Binary { op, left, right } => {
                let (ty, x) = get(self, left);
                let (_, y) = get(self, right);
                pure_binary(&self.b, *op, &ty, x, y)
            }
            Rvalue::Convert { to, operand } => {
                let (ty, x) = get(self, operand);
                pure_convert(&self.b, &ty, to, x)
            }
            Rvalue::Math { function, args } => {
                let args: Vec<_> = args.iter().map(|arg| get(self, arg)).collect();
                let values: Vec<_> = args.iter().map(|(_, value)| *value).collect();
                Some(mathlib::call(&self.b, *function, &args[0].0, &values))
            }
            _ => None,
        };
        computed.expect("`is_vector_kernel` saw only operations on vectors")
    }

    /// Whether the kernel can be computed for several elements at once.
    pub(super) fn is_vector_kernel(&self, terms: &Terms<'_, 'c>) -> bool {
        !terms.is_strided()
            && terms.types.iter().all(|ty| ty.elem().is_some())
            && self.is_straight(terms.kernel)
            && values_of(terms.kernel).all(|value| self.is_vector_value(value))
    }

    fn is_vector_value(&self, value: &Rvalue) -> bool {
        match value {
            Rvalue::Use(operand) => self.operand_ty(operand).elem().is_some(),
            Rvalue::Unary { op, operand } => {
                *op != UnOp::Neg || self.operand_ty(operand).is_float()
            }
            Rvalue::Binary { op, left, .. } => {
                let ty = self.operand_ty(left);
                match op {
                    BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div => ty.is_float(),
                    BinOp::FloorDiv | BinOp::Mod | BinOp::Pow => false,
                    _ => ty.elem().is_some(),
                }
            }
            Rvalue::Convert { to, operand } => !conversion_may_fail(&self.operand_ty(operand), to),
            Rvalue::Math { function, args } => {
                self.operand_ty(&args[0]).is_float() && function.is_inline()
            }
            _ => false,
        }
    }

    /// Whether the kernel is assignments only, to scalars that nothing outside knows and that no element hands to the
    /// next.
    pub(super) fn is_straight(&self, kernel: &Kernel) -> bool {
        let mut inside = Mentions::of(&kernel.body, self.function.locals.len());
        for &param in &kernel.params {
            inside.write(param);
        }
        inside.operand(&kernel.result);
        let is_private = |local: LocalId| inside.writes(local) == 0 || self.private[local.index()];
        let is_scalar_assignment = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Assign { dst: Some(dst), .. } => self.ty(*dst).elem().is_some(),
            _ => false,
        };
        inside.locals().all(is_private) && kernel.body.stmts.iter().all(is_scalar_assignment)
    }
}

/// What the kernel's statements compute, if they are assignments.
pub(super) fn values_of(kernel: &Kernel) -> impl Iterator<Item = &Rvalue> {
    kernel
        .body
        .stmts
        .iter()
        .filter_map(|stmt| match &stmt.kind {
            StmtKind::Assign { value, .. } => Some(value),
            _ => None,
        })
}
