//! `@ufunc`: the function that computes a scalar function for all elements of views, which NumPy calls.

use super::function::{FnBuilder, Value};
use super::{Context, empty};
use crate::hir::ParamMode;
use crate::mir::{FnId, GilMode, Local, LocalId, Operand, Param, Rvalue, StmtKind};
use crate::types::Ty;

impl Context<'_> {
    /// `out[i] = f(x[i], y[i])` for all `i`, of a function `f` of numbers.
    pub(super) fn ufunc_loop(&self, scalar: FnId) -> FnId {
        let (name, span, wishes, params, ret) = {
            let instances = self.instances.borrow();
            let function = &instances.program.functions[scalar];
            let params = function.params.iter();
            let params = params.map(|p| (p.name.clone(), function.locals[p.local].ty.clone()));
            (
                function.name.clone(),
                function.span,
                function.wishes,
                params.collect::<Vec<_>>(),
                function.ret.clone(),
            )
        };
        let id = self.add_function(empty(name.clone(), span));
        let mut shell = empty(name, span);
        shell.wishes = wishes;
        shell.gil = GilMode::Hold;
        let mut b = FnBuilder::new(self, shell, [].into());
        let results = match &ret {
            Ty::Tuple(results) => results.clone(),
            one => vec![one.clone()],
        };
        let inputs: Vec<LocalId> = params
            .into_iter()
            .map(|(name, ty)| b.view_param(name, ty, ParamMode::Read))
            .collect();
        let outputs: Vec<LocalId> = results
            .into_iter()
            .enumerate()
            .map(|(i, ty)| b.view_param(format!("out{i}"), ty, ParamMode::Mut))
            .collect();
        let n = b.len(outputs[0]);
        for &view in inputs.iter().chain(&outputs[1..]) {
            b.check_lengths(&n, view);
        }
        b.count_to(n, |b, i| {
            let index = || Operand::Local(i);
            let mut args = Vec::new();
            for &array in &inputs {
                let element = b.local_ty(array).element().cloned().unwrap_or(Ty::Float);
                let load = Rvalue::Load {
                    array,
                    index: index(),
                    checked: true,
                };
                args.push(b.compute(element, load).operand);
            }
            let callee = scalar;
            let value = b.compute(ret.clone(), Rvalue::Call { callee, args });
            for (part, &array) in outputs.iter().enumerate() {
                let value = match &ret {
                    Ty::Tuple(_) => b.part(&value, 0, part),
                    _ => value.clone(),
                };
                b.emit(StmtKind::Store {
                    array,
                    index: index(),
                    value: value.operand,
                    checked: true,
                });
            }
        });
        b.return_value(Value::unit());
        self.finish(id, b.finish());
        id
    }
}

impl FnBuilder<'_> {
    fn view_param(&mut self, name: String, element: Ty, mode: ParamMode) -> LocalId {
        let span = self.span;
        let local = self.function.locals.push(Local {
            name: Some(name.clone()),
            ty: Ty::PyArrayView(Box::new(element)),
            span,
            contiguous: false,
            alias: false,
        });
        self.borrowed.insert(local, mode);
        self.function.params.push(Param {
            local,
            name,
            mode,
            default: None,
        });
        local
    }
}
