//! What instructions do beside computing: which can fail, which need the GIL, how calls pass their arguments.

use super::{
    Access, BinOp, Block, Const, FnId, Function, ListOp, LocalId, NativeId, NdOp, Operand, Program,
    ReduceOp, Rvalue, Step, Stmt, StmtKind, UnOp, VariantLayout,
};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::types::FnTy;
use crate::types::{Adt, Repr, Ty};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What callers need to know of the functions of a program, apart from them so that one can be changed meanwhile.
#[derive(Debug, Default)]
pub struct Signatures {
    functions: Vec<Callable>,
    natives: Vec<Callable>,
    /// The types of the fields of each variant.
    adts: HashMap<Adt, Vec<Vec<Ty>>>,
    /// The types of function values behind some of which there is a function that touches Python.
    python_values: HashSet<Ty>,
}

#[derive(Debug)]
struct Callable {
    modes: Vec<ParamMode>,
    /// Whether the body gives each parameter another value, or may do so.
    replaces: Vec<bool>,
    raises: bool,
    uses_python: bool,
    streams: bool,
}

impl Signatures {
    /// Those of all functions.
    #[must_use]
    pub fn of(program: &Program) -> Signatures {
        let functions = program.functions.iter().map(|(_, f)| Callable {
            modes: f.params.iter().map(|p| p.mode).collect(),
            replaces: replaced(f),
            raises: f.raises,
            uses_python: f.uses_python,
            streams: f.streams,
        });
        let natives = program.natives.iter().map(|(_, n)| Callable {
            modes: n.params.iter().map(|p| p.1).collect(),
            replaces: Vec::new(),
            raises: n.raises || n.ret.is_owned(),
            uses_python: false,
            streams: n.streams,
        });
        let adts = program.adts.iter().map(|(adt, layout)| {
            let variants = layout.variants.iter();
            let fields = |v: &VariantLayout| v.fields.iter().map(|(_, ty)| ty.clone()).collect();
            (adt.clone(), variants.map(fields).collect())
        });
        let values = function_values(program).into_iter();
        let values = values.map(|id| &program.functions[id]);
        Signatures {
            functions: functions.collect(),
            natives: natives.collect(),
            adts: adts.collect(),
            python_values: values
                .filter(|f| f.uses_python)
                .map(Function::value_ty)
                .collect(),
        }
    }

    /// Adds a function, whose id follows the last one's.
    pub(super) fn add(&mut self, modes: Vec<ParamMode>) {
        self.functions.push(Callable {
            modes,
            replaces: Vec::new(),
            raises: true,
            uses_python: true,
            streams: true,
        });
    }

    /// Says how a function that is there already is called.
    pub(super) fn set(&mut self, id: FnId, modes: Vec<ParamMode>) {
        if let Some(callable) = self.functions.get_mut(id.index()) {
            callable.modes = modes;
        }
    }

    /// How a function's parameters are passed.
    #[must_use]
    pub fn modes(&self, id: FnId) -> &[ParamMode] {
        self.functions.get(id.index()).map_or(&[], |c| &c.modes)
    }

    /// Whether a block may give a variable that it has borrowed, its parameter of this number, another value.
    #[must_use]
    pub fn replaces(&self, block: FnId, capture: usize) -> bool {
        let known = self.functions.get(block.index());
        known.and_then(|c| c.replaces.get(capture)) != Some(&false)
    }

    /// How a native function's parameters are passed.
    #[must_use]
    pub fn native_modes(&self, id: NativeId) -> &[ParamMode] {
        self.natives.get(id.index()).map_or(&[], |c| &c.modes)
    }

    /// How the arguments of a call are passed; empty for other statements.
    #[must_use]
    pub fn arg_modes<'s>(&'s self, stmt: &'s Stmt) -> &'s [ParamMode] {
        match &stmt.kind {
            StmtKind::Assign {
                value: Rvalue::Call { callee, .. },
                ..
            } => self.modes(*callee),
            StmtKind::Assign {
                value: Rvalue::CallNative { callee, .. },
                ..
            } => self.native_modes(*callee),
            StmtKind::Assign {
                value: Rvalue::CallValue { modes, .. },
                ..
            } => modes,
            _ => &[],
        }
    }

    /// Whether a function may fail.
    #[must_use]
    pub fn raises(&self, id: FnId) -> bool {
        self.functions.get(id.index()).is_none_or(|c| c.raises)
    }

    /// Whether a function touches Python.
    #[must_use]
    pub fn uses_python(&self, id: FnId) -> bool {
        self.functions.get(id.index()).is_none_or(|c| c.uses_python)
    }

    /// Whether the statement itself, apart from the blocks below it, reads or writes a stream.
    #[must_use]
    pub fn streams(&self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Assign { value, .. } => match value {
                Rvalue::Stream { .. } => true,
                Rvalue::Call { callee, .. } => {
                    self.functions.get(callee.index()).is_none_or(|c| c.streams)
                }
                Rvalue::CallNative { callee, .. } => {
                    self.natives.get(callee.index()).is_some_and(|c| c.streams)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether computing the value may fail; kernels are looked into. `ty` gives the types of locals.
    #[must_use]
    pub fn may_fail(&self, value: &Rvalue, function: &Function) -> bool {
        let is_int = |o: &Operand| match o {
            Operand::Local(l) => matches!(function.locals[*l].ty, Ty::Int | Ty::Sized(_)),
            Operand::Const(c) => matches!(c, Const::Int(_) | Const::Sized(..)),
        };
        match value {
            Rvalue::Use(_)
            | Rvalue::Move(_)
            | Rvalue::Len(_)
            | Rvalue::Tuple(_)
            | Rvalue::View(_)
            | Rvalue::IsContiguous(_)
            | Rvalue::Variant(_)
            | Rvalue::ErrorIs { .. }
            | Rvalue::ThisCall
            | Rvalue::EndsCall { .. }
            | Rvalue::Borrowing { .. }
            | Rvalue::StrLen(_) => false,
            Rvalue::Nd(op) => matches!(op, NdOp::Load { .. } | NdOp::Section { .. }),
            Rvalue::Adt { ty, .. } => ty.repr == Repr::Boxed,
            Rvalue::ListOp { op, .. } => {
                matches!(
                    op,
                    ListOp::Push | ListOp::Insert | ListOp::Reserve | ListOp::Append
                )
            }
            Rvalue::Clone(l) => clones_may_fail(&function.locals[*l].ty),
            Rvalue::Unary { op, operand } => *op == UnOp::Neg && is_int(operand),
            Rvalue::Binary { op, left, .. } => match op {
                BinOp::FloorDiv | BinOp::Mod | BinOp::Pow => true,
                BinOp::Add | BinOp::Sub | BinOp::Mul => is_int(left),
                _ => false,
            },
            Rvalue::Math { function, args } => {
                *function == crate::builtins::MathFn::Abs && args.iter().any(is_int)
            }
            Rvalue::Convert { to, operand } => match operand {
                Operand::Local(l) => conversion_may_fail(&function.locals[*l].ty, to),
                Operand::Const(_) => matches!(to, Ty::Int | Ty::Sized(_)),
            },
            Rvalue::Load { checked, .. } => *checked,
            Rvalue::Field {
                tuple,
                variant,
                index,
                take,
            } => {
                let ty = &function.locals[*tuple].ty;
                let part = self.part(ty, *variant, *index);
                !take && part.is_none_or(clones_may_fail)
            }
            Rvalue::Call { callee, .. } => self.raises(*callee),
            Rvalue::CallNative { callee, .. } => {
                self.natives.get(callee.index()).is_none_or(|c| c.raises)
            }
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            } => {
                // What does not lie row by row is copied first.
                let is_nd_view = |s: &LocalId| {
                    let ty = &function.locals[*s].ty;
                    ty.rank() > 1 && !matches!(ty.kind(), Ty::Array(_))
                };
                let fails = sources.len() > 1
                    || sources.iter().any(is_nd_view)
                    || matches!(op, ReduceOp::Min | ReduceOp::Max)
                    || *op == ReduceOp::Sum && is_int(&kernel.result);
                fails || self.block_may_fail(&kernel.body, function)
            }
            _ => true,
        }
    }

    /// Whether a statement of the block or below may fail.
    #[must_use]
    pub fn block_may_fail(&self, block: &Block, function: &Function) -> bool {
        let mut fails = false;
        block.each(&mut |stmt| fails |= self.stmt_may_fail(stmt, function));
        fails
    }

    /// Whether the statement itself may fail, apart from the blocks below it.
    #[must_use]
    pub fn stmt_may_fail(&self, stmt: &Stmt, function: &Function) -> bool {
        match &stmt.kind {
            StmtKind::Assign { value, .. } => self.may_fail(value, function),
            StmtKind::Store { checked, .. } | StmtKind::Bound { checked, .. } => *checked,
            StmtKind::StoreAt { .. } => true,
            StmtKind::Alias { step, .. } => matches!(step, Step::Element { checked: true, .. }),
            StmtKind::PySetItem { .. }
            | StmtKind::PySetAttr { .. }
            | StmtKind::Raise { .. }
            | StmtKind::Reraise { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::EndCall(_) => true,
            _ => false,
        }
    }

    /// Whether the statement itself, apart from the blocks below it, must hold the GIL.
    #[must_use]
    pub fn needs_gil(&self, stmt: &Stmt, function: &Function) -> bool {
        match &stmt.kind {
            StmtKind::Assign { value, .. } => self.value_needs_gil(value, function),
            StmtKind::PySetItem { .. }
            | StmtKind::PySetAttr { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::Gil(..) => true,
            _ => false,
        }
    }

    /// Whether computing the value must hold the GIL, its kernel not considered.
    #[must_use]
    pub fn value_needs_gil(&self, value: &Rvalue, function: &Function) -> bool {
        match value {
            Rvalue::Clone(l) => self.has_object(&function.locals[*l].ty),
            Rvalue::Field {
                tuple,
                variant,
                index,
                take: false,
            } => {
                let part = self.part(&function.locals[*tuple].ty, *variant, *index);
                part.is_some_and(|ty| self.has_object(ty))
            }
            Rvalue::Call { callee, .. } => self.uses_python(*callee),
            Rvalue::CallValue { callee, .. } => {
                self.python_values.contains(&function.locals[*callee].ty)
            }
            Rvalue::ToStr(Operand::Local(l)) => function.locals[*l].ty == Ty::PythonObject,
            Rvalue::PyModule(_)
            | Rvalue::PyAttr { .. }
            | Rvalue::PyCall { .. }
            | Rvalue::PyMethod { .. }
            | Rvalue::PyItem { .. }
            | Rvalue::PyOperate { .. }
            | Rvalue::PyTruth(_)
            | Rvalue::PyLen(_)
            | Rvalue::PyIter(_)
            | Rvalue::PyAwait(_)
            | Rvalue::PyNext { .. }
            | Rvalue::ToObject { .. }
            | Rvalue::FromObject { .. } => true,
            _ => false,
        }
    }

    /// The type of a part of a tuple or declared type.
    fn part<'a>(&'a self, of: &'a Ty, variant: u32, index: usize) -> Option<&'a Ty> {
        match of {
            Ty::Tuple(items) => items.get(index),
            Ty::Adt(adt) => self.adts.get(adt)?.get(variant as usize)?.get(index),
            _ => None,
        }
    }

    /// Whether a value of the type may hold a reference to a Python object of its own, so that copying it needs the
    /// GIL. (What a function value captured is shared.)
    #[must_use]
    pub fn has_object(&self, ty: &Ty) -> bool {
        let mut seen = HashSet::new();
        let mut work = vec![ty];
        while let Some(ty) = work.pop() {
            match ty {
                Ty::PythonObject | Ty::PythonArray(_) => return true,
                Ty::Nd(nd) => work.push(&nd.kind),
                Ty::Tuple(items) => work.extend(items),
                Ty::List(element) => work.push(element),
                Ty::Adt(adt) if seen.insert(adt) => {
                    work.extend(self.adts.get(adt).into_iter().flatten().flatten());
                }
                _ => {}
            }
        }
        false
    }
}

/// Whether another owner of a value of the type may be refused: those of counted values never are.
fn clones_may_fail(ty: &Ty) -> bool {
    ty.is_owned() && !matches!(ty, Ty::String | Ty::PythonObject | Ty::Fn(_))
}

/// Whether a conversion between scalar types may fail: one to an integer type that does not have every value.
#[must_use]
pub fn conversion_may_fail(from: &Ty, to: &Ty) -> bool {
    let range = |ty: &Ty| match ty {
        Ty::Int => Some((i64::MIN.into(), i64::MAX.into())),
        Ty::Sized(kind) => Some(kind.range()),
        Ty::Bool => Some((0, 1)),
        _ => None,
    };
    match (range(from), range(to)) {
        _ if *to == Ty::Bool => false,
        (Some((low, high)), Some((least, greatest))) => low < least || high > greatest,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// The functions that become values somewhere.
#[must_use]
pub fn function_values(program: &Program) -> Vec<FnId> {
    let mut found = Vec::new();
    for (_, function) in program.functions.iter() {
        function.body.each(&mut |stmt| {
            if let StmtKind::Assign {
                value: Rvalue::Closure { function, .. } | Rvalue::Borrowing { function, .. },
                ..
            } = &stmt.kind
            {
                found.push(*function);
            }
        });
    }
    found
}

impl Function {
    /// The type of the function as a value: that of its parameters that are not captured.
    #[must_use]
    pub fn value_ty(&self) -> Ty {
        let captured = self.captures.map_or(0, |(captured, _)| captured);
        let params = self.params.iter().skip(captured);
        Ty::Fn(Arc::new(FnTy {
            params: params
                .map(|p| (self.locals[p.local].ty.clone(), p.mode))
                .collect(),
            ret: self.ret.clone(),
        }))
    }
}

/// For each parameter, whether a statement gives it another value or lends it to a block, which may do so.
fn replaced(function: &Function) -> Vec<bool> {
    let mut written = HashSet::new();
    function.body.each(&mut |stmt| {
        stmt.locals(&mut |local, access| {
            let is_other = !matches!(access, Access::Read | Access::Store | Access::Arg(_));
            if is_other && !matches!(stmt.kind, StmtKind::Drop(_)) {
                written.insert(local);
            }
        });
    });
    let params = function.params.iter();
    params.map(|p| written.contains(&p.local)).collect()
}
