//! Function values: blocks, closures that stand alone, names of functions.
//!
//! The body of a block becomes a function of its own whose first parameters are what it captured. A block after a call
//! borrows the variables around it, since it ends with the call; a closure that stands alone owns copies.

use super::function::{FnBuilder, RangeVar, Value, Variable};
use super::{empty, place::Place};
use crate::hir::ParamMode;
use crate::hir::{self, ExprId, ItemId, PatKind};
use crate::mir::{Captures, Local, LocalId, Operand, Param, Rvalue};
use crate::resolve::BindingId;
use crate::types::{FnTy, Ty};
use std::collections::HashMap;

/// What the body of a function value may use of the function around it.
pub(super) struct Outer {
    /// The variables there, and of ranges whether they include their end.
    variables: HashMap<BindingId, Option<bool>>,
    mode: ParamMode,
    captured: Vec<Captured>,
}

/// A variable that is captured, or of a range its lower bound, end or step.
struct Captured {
    binding: BindingId,
    part: Option<usize>,
    local: LocalId,
}

const RANGE_PARTS: [&str; 3] = ["lo", "hi", "step"];

impl<'a> FnBuilder<'a> {
    /// A block after a call, for the time of the call.
    pub(super) fn block_argument(&mut self, closure: &'a hir::Closure, ty: &Ty) -> Value {
        let (function, captures) = self.closure_body(closure, ty, ParamMode::Mut);
        let dst = self.alias_local(ty.clone());
        let value = Rvalue::Borrowing { function, captures };
        self.assign(dst, value);
        Value::place(dst, ty.clone())
    }

    /// A closure that stands alone.
    pub(super) fn closure(&mut self, closure: &'a hir::Closure, ty: Ty) -> Value {
        let (function, captures) = self.closure_body(closure, &ty, ParamMode::Read);
        let captures = captures
            .into_iter()
            .map(|local| {
                let value = Value::place(local, self.local_ty(local));
                self.own(value).operand
            })
            .collect();
        self.compute(ty, Rvalue::Closure { function, captures })
    }

    /// A function by its name.
    pub(super) fn function_value(&mut self, item: ItemId, generics: &[Ty], ty: Ty) -> Value {
        let Some(function) = self.cx.instance(item, generics) else {
            return Value::unit();
        };
        let captures = Vec::new();
        self.compute(ty, Rvalue::Closure { function, captures })
    }

    /// The function of a block, and the locals of this function that it captured.
    fn closure_body(
        &mut self,
        closure: &'a hir::Closure,
        ty: &Ty,
        mode: ParamMode,
    ) -> (crate::mir::FnId, Vec<LocalId>) {
        let nothing = FnTy {
            params: Vec::new(),
            ret: Ty::Unit,
        };
        let ty = match ty {
            Ty::Fn(ty) => ty,
            _ => &nothing,
        };
        let name = format!("{}.block", self.function.name);
        let id = self.cx.add_function(empty(name.clone(), closure.span));
        let mut shell = empty(name, closure.span);
        shell.ret = ty.ret.clone();
        shell.wishes = self.wishes;
        let mut inner = FnBuilder::new(self.cx, shell, std::rc::Rc::clone(&self.args));
        inner.outer = Some(Outer {
            variables: self.visible(),
            mode,
            captured: Vec::new(),
        });
        let mut params = Vec::new();
        for (&pat, (ty, mode)) in closure.params.iter().zip(&ty.params) {
            params.push((pat, inner.closure_param(pat, ty, *mode), *mode));
        }
        for (pat, param, _) in &params {
            if !matches!(self.cx.hir.pats[*pat].kind, PatKind::Name(_)) {
                let value = Value::place(param.local, inner.local_ty(param.local));
                inner.bind(*pat, &value);
            }
        }
        let wanted = inner.function.ret != Ty::Unit;
        let value = inner.block_value(&closure.body, wanted);
        inner.return_value(value);
        let captured = inner.outer.take().map_or_else(Vec::new, |o| o.captured);
        let captures = captured.iter().map(|c| Param {
            local: c.local,
            name: inner.function.locals[c.local]
                .name
                .clone()
                .unwrap_or_default(),
            mode,
            default: None,
        });
        let captures: Vec<Param> = captures.collect();
        let how = match mode {
            ParamMode::Mut => Captures::ByReference,
            _ => Captures::ByValue,
        };
        inner.function.captures = Some((captures.len(), how));
        let declared = params.into_iter().map(|p| p.1);
        inner.function.params = captures.into_iter().chain(declared).collect();
        self.cx.finish(id, inner.finish());
        let locals = captured.iter().map(|c| self.captured_local(c));
        (id, locals.collect())
    }

    fn closure_param(&mut self, pat: hir::PatId, ty: &Ty, mode: ParamMode) -> Param {
        let name = match &self.cx.hir.pats[pat].kind {
            PatKind::Name(name) => Some(name.clone()),
            _ => None,
        };
        let local = self.function.locals.push(Local {
            name: name.clone(),
            ty: ty.clone(),
            span: self.cx.hir.pats[pat].span,
            contiguous: false,
            alias: false,
        });
        if let (Some(_), Some(&binding)) = (&name, self.cx.names.pats.get(pat)) {
            self.variables.insert(binding, Variable::Local(local));
        }
        if mode != ParamMode::Own {
            self.borrowed.insert(local, mode);
        }
        Param {
            local,
            name: name.unwrap_or_else(|| "_".to_owned()),
            mode,
            default: None,
        }
    }

    /// The variables that a block in this place may capture.
    fn visible(&self) -> HashMap<BindingId, Option<bool>> {
        let outer = self.outer.as_ref().map(|o| o.variables.clone());
        let mut visible = outer.unwrap_or_default();
        for (binding, variable) in &self.variables {
            let range = match variable {
                Variable::Local(_) => None,
                Variable::Range(range) => Some(range.inclusive),
            };
            visible.insert(*binding, range);
        }
        visible
    }

    /// The parameter for a variable of the function around this one; none if it is not one.
    pub(super) fn capture(&mut self, binding: BindingId) -> Option<LocalId> {
        let outer = self.outer.as_ref()?;
        let range = *outer.variables.get(&binding)?;
        let mode = outer.mode;
        let variable = match range {
            None => {
                let ty = self.binding_ty(binding);
                Variable::Local(self.capture_part(binding, None, ty, mode))
            }
            Some(inclusive) => {
                let [lo, hi, step] =
                    [0, 1, 2].map(|part| self.capture_part(binding, Some(part), Ty::Int, mode));
                Variable::Range(RangeVar {
                    lo,
                    hi,
                    step,
                    inclusive,
                })
            }
        };
        self.variables.insert(binding, variable);
        match variable {
            Variable::Local(local) => Some(local),
            Variable::Range(range) => Some(range.lo),
        }
    }

    fn capture_part(
        &mut self,
        binding: BindingId,
        part: Option<usize>,
        ty: Ty,
        mode: ParamMode,
    ) -> LocalId {
        let known = &self.cx.names.bindings[binding];
        let name = match part {
            Some(part) => format!("{}.{}", known.name, RANGE_PARTS[part]),
            None => known.name.clone(),
        };
        let local = self.function.locals.push(Local {
            name: Some(name),
            ty,
            span: known.span,
            contiguous: false,
            alias: false,
        });
        self.borrowed.insert(local, mode);
        if let Some(outer) = &mut self.outer {
            outer.captured.push(Captured {
                binding,
                part,
                local,
            });
        }
        local
    }

    /// The local of this function that a block captured.
    fn captured_local(&mut self, captured: &Captured) -> LocalId {
        let local = self.binding(captured.binding);
        match (captured.part, self.variables.get(&captured.binding)) {
            (Some(part), Some(Variable::Range(range))) => [range.lo, range.hi, range.step][part],
            _ => local,
        }
    }

    /// `f(args)` of a function value.
    pub(super) fn call_value(&mut self, callee: ExprId, args: &[hir::Arg]) -> Value {
        let callee = self.expr(callee);
        let Ty::Fn(ty) = callee.ty.clone() else {
            return Value::unit();
        };
        let callee = self.in_local(&callee);
        let ids: Vec<ExprId> = args.iter().map(|a| a.value).collect();
        let modes: Vec<ParamMode> = ty.params.iter().map(|p| p.1).collect();
        let (args, write_back) = self.arguments(&ids, &modes);
        let args = self.argument_operands(args);
        let call = Rvalue::CallValue {
            callee,
            args,
            modes,
        };
        let value = self.compute(ty.ret.clone(), call);
        self.write_all_back(write_back);
        value
    }
}

/// An argument on its way into a call.
pub(super) enum Argument {
    Value(Value),
    /// Passed to be changed, where it is.
    Place(Place),
}

impl FnBuilder<'_> {
    /// Arguments as they are passed, those that are lent as aliases made last.
    pub(super) fn argument_operands(&mut self, args: Vec<Argument>) -> Vec<Operand> {
        args.into_iter()
            .map(|argument| match argument {
                Argument::Value(value) => value.operand,
                Argument::Place(place) => Operand::Local(self.alias(&place)),
            })
            .collect()
    }
}
