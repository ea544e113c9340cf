//! Ids exist, and types agree.

use super::Check;
use crate::arena::Id;
use crate::builtins::MathFn;
use crate::hir::ParamMode;
use crate::mir::{
    BinOp, Block, Const, Kernel, LocalId, Operand, ReduceOp, Rvalue, Stmt, StmtKind, UnOp, Work,
};
use crate::types::Ty;

/// What an instruction wants of an operand.
pub(super) type Checked<T> = Result<T, String>;

impl Check<'_> {
    pub(super) fn types(&mut self) {
        let function = self.function;
        for (id, local) in function.locals.iter() {
            if matches!(local.ty, Ty::Unit | Ty::Never | Ty::Range | Ty::Error) {
                self.error(format!("{id:?} has the type {}", local.ty));
            }
            if let Err(text) = self.exists(&local.ty) {
                self.error(format!("{id:?} is {text}"));
            }
            let shows_memory = matches!(local.ty, Ty::PyArrayView(_) | Ty::PythonArray(_));
            if local.contiguous && !shows_memory {
                self.error(format!("{id:?} is contiguous but a {}", local.ty));
            }
        }
        for param in &function.params {
            if param.local.index() >= function.locals.len() {
                self.error(format!("parameter {} has no local", param.name));
                return;
            }
            if let Some(default) = param.default {
                self.default(param, default);
            }
            if function.locals[param.local].alias {
                self.error(format!("parameter {} is an alias", param.name));
            }
        }
        self.captures();
        self.block(&function.body);
    }

    fn default(&mut self, param: &crate::mir::Param, default: crate::mir::FnId) {
        let ty = &self.function.locals[param.local].ty;
        let fits = default.index() < self.program.functions.len() && {
            let default = &self.program.functions[default];
            default.params.is_empty() && default.ret == *ty
        };
        if !fits {
            self.error(format!("the default of {} does not fit", param.name));
        }
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            if let Err(text) = self.stmt(stmt) {
                self.error(text);
            }
            stmt.blocks(&mut |block| self.block(block));
        }
    }

    // ---- what there is ----

    pub(super) fn local(&self, local: LocalId) -> Checked<&Ty> {
        if local.index() >= self.function.locals.len() {
            return Err(format!("{local:?} does not exist"));
        }
        Ok(&self.function.locals[local].ty)
    }

    pub(super) fn ty(&self, operand: &Operand) -> Checked<Ty> {
        Ok(match operand {
            Operand::Local(local) => self.local(*local)?.clone(),
            Operand::Const(Const::Unit) => Ty::Unit,
            Operand::Const(Const::Bool(_)) => Ty::Bool,
            Operand::Const(Const::Int(_)) => Ty::Int,
            Operand::Const(Const::Sized(kind, _)) => Ty::Sized(*kind),
            Operand::Const(Const::Float(_)) => Ty::Float,
            Operand::Const(Const::Float32(_)) => Ty::Float32,
            Operand::Const(Const::Str(_)) => Ty::String,
        })
    }

    pub(super) fn want(&self, operand: &Operand, ty: &Ty, what: &str) -> Checked<()> {
        let have = self.ty(operand)?;
        same(&have, ty, what)
    }

    fn object(&self, operand: &Operand, what: &str) -> Checked<()> {
        self.want(operand, &Ty::PythonObject, what)
    }

    pub(super) fn element(&self, array: LocalId) -> Checked<Ty> {
        let ty = self.local(array)?;
        let element = ty.element().cloned();
        element.ok_or_else(|| format!("{} is no array but {ty}", self.name(array)))
    }

    fn scalar(&self, operand: &Operand, what: &str) -> Checked<Ty> {
        let ty = self.ty(operand)?;
        match ty.elem() {
            Some(_) => Ok(ty),
            None => Err(format!("{what} is no scalar but {ty}")),
        }
    }

    fn loop_exists(&self, id: crate::mir::LoopId) -> Checked<()> {
        if id.index() < self.function.loops.len() {
            return Ok(());
        }
        Err(format!("{id:?} does not exist"))
    }

    // ---- statements ----

    fn stmt(&self, stmt: &Stmt) -> Checked<()> {
        match &stmt.kind {
            StmtKind::Assign { dst, value } => {
                let ty = self.rvalue(value)?;
                match dst {
                    Some(dst) => same(&ty, self.local(*dst)?, "the value assigned"),
                    None => Ok(()),
                }
            }
            StmtKind::Store {
                array,
                index,
                value,
                ..
            } => {
                self.want(index, &Ty::Int, "an index")?;
                let element = self.item(*array)?;
                self.want(value, &element, "the element stored")?;
                self.may_store(*array)
            }
            StmtKind::StoreAt {
                array,
                indices,
                value,
            } => {
                self.indices(*array, indices)?;
                let element = self.element(*array)?;
                self.want(value, &element, "the element stored")?;
                self.may_change(*array)
            }
            StmtKind::Bound { array, index, .. } => {
                self.want(index, &Ty::Int, "an index")?;
                self.item(*array).map(|_| ())
            }
            StmtKind::SetField {
                of,
                variant,
                index,
                value,
            } => {
                let part = self.part(*of, *variant, *index)?;
                self.want(value, &part, "the part's value")?;
                self.may_change(*of)
            }
            StmtKind::Alias { dst, of, step } => self.alias(*dst, *of, step),
            StmtKind::Try { error, .. } => self.error_value(*error),
            StmtKind::Reraise { error, from } => {
                self.error_value(*error)?;
                from.map_or(Ok(()), |from| self.error_value(from))
            }
            StmtKind::PySetItem { object, key, value } => {
                self.object(object, "the target")?;
                self.object(key, "the key")?;
                self.object(value, "the value")
            }
            StmtKind::PySetAttr { object, value, .. } => {
                self.object(object, "the target")?;
                self.object(value, "the value")
            }
            StmtKind::If { condition, .. } => self.want(condition, &Ty::Bool, "a condition"),
            StmtKind::While { id, condition, .. } => {
                self.loop_exists(*id)?;
                self.want(condition, &Ty::Bool, "a condition")
            }
            StmtKind::For {
                id,
                var,
                lo,
                hi,
                step,
                ..
            } => {
                self.loop_exists(*id)?;
                same(self.local(*var)?, &Ty::Int, "a loop variable")?;
                self.want(lo, &Ty::Int, "a bound")?;
                self.want(hi, &Ty::Int, "a bound")?;
                self.want(step, &Ty::Int, "a step")
            }
            StmtKind::Break(id) | StmtKind::Continue(id) => self.loop_exists(*id),
            StmtKind::Return(value) => self.want(value, &self.function.ret, "the result"),
            StmtKind::Raise { message, .. } => self.want(message, &Ty::String, "a message"),
            StmtKind::RaiseObject(object) => self.object(object, "what is raised"),
            StmtKind::EndCall(call) => self.want(call, &Ty::Int, "a call"),
            StmtKind::Drop(local) => self.local(*local).map(|_| ()),
            StmtKind::GilRelease(work) => self.work(work),
            StmtKind::Gil(..) | StmtKind::GilAcquire => Ok(()),
        }
    }

    fn may_store(&self, array: LocalId) -> Checked<()> {
        let mode = self.function.params.iter().find(|p| p.local == array);
        self.may_change(array)?;
        match self.local(array)? {
            Ty::PythonArray(_) if mode.is_none() => Err(format!(
                "{} is no view of an element's place",
                self.name(array)
            )),
            _ => Ok(()),
        }
    }

    fn work(&self, work: &Work) -> Checked<()> {
        match work {
            Work::Nanos(_) | Work::Unknown => Ok(()),
            Work::Len(local, axis) => match self.local(*local)? {
                Ty::List(_) => Ok(()),
                ty if *axis < ty.rank() => Ok(()),
                ty => Err(format!("an estimate by dimension {axis} of a {ty}")),
            },
            Work::Int(operand) => self.want(operand, &Ty::Int, "an estimate"),
            Work::Add(a, b) | Work::Mul(a, b) => {
                self.work(a)?;
                self.work(b)
            }
            Work::Div(a, _) => self.work(a),
        }
    }

    // ---- values ----

    fn rvalue(&self, value: &Rvalue) -> Checked<Ty> {
        Ok(match value {
            Rvalue::Use(operand) => {
                let ty = self.ty(operand)?;
                if ty.is_owned() && operand.local().is_some() {
                    return Err(format!("a {ty} is used where it must be moved or copied"));
                }
                ty
            }
            Rvalue::Move(local) | Rvalue::Clone(local) => {
                let ty = self.local(*local)?;
                if !ty.is_owned() {
                    return Err(format!("a {ty} is moved or copied but not owned"));
                }
                ty.clone()
            }
            Rvalue::Unary { op, operand } => {
                let ty = self.scalar(operand, "an operand")?;
                let fits = match op {
                    UnOp::Not => ty == Ty::Bool,
                    UnOp::Neg => ty != Ty::Bool,
                    _ => is_integer(&ty),
                };
                if !fits {
                    return Err(format!("{op:?} of {ty}"));
                }
                ty
            }
            Rvalue::Binary { op, left, right } => self.binary(*op, left, right)?,
            Rvalue::Math { function, args } => self.math(*function, args)?,
            Rvalue::Convert { to, operand } => {
                self.scalar(operand, "what is converted")?;
                if to.elem().is_none() {
                    return Err(format!("conversion to {to}"));
                }
                to.clone()
            }
            Rvalue::Len(array) => {
                self.item(*array)?;
                Ty::Int
            }
            Rvalue::IsContiguous(array) => {
                self.element(*array)?;
                Ty::Bool
            }
            Rvalue::Load { array, index, .. } => {
                self.want(index, &Ty::Int, "an index")?;
                self.item(*array)?
            }
            Rvalue::Tuple(items) => {
                if items.is_empty() {
                    return Err("an empty tuple".into());
                }
                Ty::Tuple(items.iter().map(|i| self.ty(i)).collect::<Checked<_>>()?)
            }
            Rvalue::Field {
                tuple,
                variant,
                index,
                take,
            } => {
                let part = self.part(*tuple, *variant, *index)?;
                if *take && part.is_owned() {
                    self.may_change(*tuple)?;
                }
                part
            }
            Rvalue::Adt { .. }
            | Rvalue::Variant(_)
            | Rvalue::List { .. }
            | Rvalue::ListOp { .. }
            | Rvalue::Closure { .. }
            | Rvalue::Borrowing { .. }
            | Rvalue::CallValue { .. }
            | Rvalue::ErrorText(_)
            | Rvalue::ErrorClass(_)
            | Rvalue::ErrorIs { .. }
            | Rvalue::ThisCall
            | Rvalue::EndsCall { .. } => self.declared(value)?,
            Rvalue::Nd(op) => self.nd(op)?,
            Rvalue::View(array) => {
                let view = Ty::PyArrayView(Box::new(self.element(*array)?));
                view.with_rank(self.local(*array)?.rank())
            }
            Rvalue::Slice {
                array,
                lo,
                hi,
                step,
                ..
            } => {
                for bound in [lo, hi].into_iter().chain(step) {
                    self.want(bound, &Ty::Int, "a bound of a slice")?;
                }
                Ty::PyArrayView(Box::new(self.element(*array)?))
            }
            Rvalue::ToArray(array) => Ty::array(self.element(*array)?, self.local(*array)?.rank()),
            Rvalue::Array { element, items } => {
                for item in items {
                    self.want(item, element, "an element")?;
                }
                self.element_type(element)?
            }
            Rvalue::Fill {
                element,
                len,
                value,
            } => {
                self.want(len, &Ty::Int, "a length")?;
                if let Some(value) = value {
                    self.want(value, element, "an element")?;
                }
                self.element_type(element)?
            }
            Rvalue::Map {
                sources, kernel, ..
            } => Ty::array(self.kernel(sources, kernel)?, self.rank(sources)?),
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            } => {
                let ty = self.kernel(sources, kernel)?;
                let wrong = match op {
                    ReduceOp::Mean => !ty.is_float(),
                    ReduceOp::Sum => ty == Ty::Bool,
                    ReduceOp::Min | ReduceOp::Max => false,
                };
                if wrong {
                    return Err(format!("{} of {ty}", op.name()));
                }
                ty
            }
            Rvalue::Call { callee, args } => {
                if callee.index() >= self.program.functions.len() {
                    return Err(format!("{callee:?} does not exist"));
                }
                let callee = &self.program.functions[*callee];
                let params = callee
                    .params
                    .iter()
                    .map(|p| (callee.locals[p.local].ty.clone(), p.mode));
                self.args(&callee.name, params.collect(), args)?;
                callee.ret.clone()
            }
            Rvalue::CallNative { callee, args } => {
                if callee.index() >= self.program.natives.len() {
                    return Err(format!("{callee:?} does not exist"));
                }
                let callee = &self.program.natives[*callee];
                self.args(&callee.symbol, callee.params.clone(), args)?;
                callee.ret.clone()
            }
            Rvalue::Join(parts) => {
                self.text_parts(parts)?;
                Ty::String
            }
            Rvalue::ToStr(operand) => {
                let ty = self.ty(operand)?;
                if !ty.has_text() {
                    return Err(format!("text of {ty}"));
                }
                Ty::String
            }
            Rvalue::Stream { op, parts } => {
                self.text_parts(parts)?;
                if op.reads() != parts.is_empty() {
                    return Err(format!("{} with {parts:?}", op.name()));
                }
                if op.reads() { Ty::String } else { Ty::Unit }
            }
            Rvalue::StrLen(operand) => {
                self.want(operand, &Ty::String, "a text")?;
                Ty::Int
            }
            _ => self.python(value)?,
        })
    }

    fn element_type(&self, element: &Ty) -> Checked<Ty> {
        match element.can_be_element() {
            true => Ok(array_of(element.clone())),
            false => Err(format!("an array of {element}")),
        }
    }

    fn binary(&self, op: BinOp, left: &Operand, right: &Operand) -> Checked<Ty> {
        let ty = self.ty(left)?;
        self.want(right, &ty, "the right operand")?;
        let fits = match op {
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                is_number(&ty) || matches!(ty, Ty::Bool | Ty::String)
            }
            BinOp::Div => ty.is_float(),
            BinOp::Pow | BinOp::WrapAdd | BinOp::WrapSub | BinOp::WrapMul => is_integer(&ty),
            BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::Shl | BinOp::Shr => {
                is_integer(&ty)
            }
            _ => is_number(&ty),
        };
        if !fits {
            return Err(format!("{} of {ty}", op.symbol()));
        }
        Ok(if op.is_comparison() { Ty::Bool } else { ty })
    }

    fn math(&self, function: MathFn, args: &[Operand]) -> Checked<Ty> {
        if args.len() != function.arity() {
            return Err(format!("{} of {} values", function.name(), args.len()));
        }
        let ty = self.ty(&args[0])?;
        for arg in args {
            self.want(arg, &ty, "an argument")?;
        }
        if ty.is_float() || is_integer(&ty) && function.takes_int() {
            return Ok(ty);
        }
        Err(format!("{} of {ty}", function.name()))
    }

    fn kernel(&self, sources: &[LocalId], kernel: &Kernel) -> Checked<Ty> {
        if sources.is_empty() || sources.len() != kernel.params.len() {
            return Err(format!(
                "{} sources for {} parameters",
                sources.len(),
                kernel.params.len()
            ));
        }
        for (source, param) in sources.iter().zip(&kernel.params) {
            let element = self.element(*source)?;
            same(self.local(*param)?, &element, "a kernel's parameter")?;
        }
        let ty = self.ty(&kernel.result)?;
        match ty.can_be_element() {
            true => Ok(ty),
            false => Err(format!("a kernel's result is no element but {ty}")),
        }
    }

    pub(super) fn args(
        &self,
        name: &str,
        params: Vec<(Ty, ParamMode)>,
        args: &[Operand],
    ) -> Checked<()> {
        if args.len() != params.len() {
            return Err(format!("{name} is given {} arguments", args.len()));
        }
        for (arg, (ty, mode)) in args.iter().zip(params) {
            self.want(arg, &ty, &format!("an argument of {name}"))?;
            if mode == ParamMode::Mut && arg.local().is_none() {
                return Err(format!("a mut argument of {name} is a constant"));
            }
        }
        Ok(())
    }

    fn python(&self, value: &Rvalue) -> Checked<Ty> {
        match value {
            Rvalue::PyModule(module) if module.index() >= self.program.modules.len() => {
                return Err(format!("{module:?} does not exist"));
            }
            Rvalue::PyAttr { object, .. } | Rvalue::PyIter(object) | Rvalue::PyAwait(object) => {
                self.object(object, "an object")?;
            }
            Rvalue::PyCall {
                callee: object,
                args,
                keywords,
            }
            | Rvalue::PyMethod {
                object,
                args,
                keywords,
                ..
            } => {
                self.object(object, "what is called")?;
                for arg in args {
                    self.object(arg, "an argument")?;
                }
                if keywords.len() > args.len() {
                    return Err("more keywords than arguments".into());
                }
            }
            Rvalue::PyItem { object, key } => {
                self.object(object, "an object")?;
                self.object(key, "a key")?;
            }
            Rvalue::PyOperate { left, right, .. } => {
                self.object(left, "an operand")?;
                if let Some(right) = right {
                    self.object(right, "an operand")?;
                }
            }
            Rvalue::PyTruth(object) => {
                self.object(object, "a condition")?;
                return Ok(Ty::Bool);
            }
            Rvalue::PyLen(object) => {
                self.object(object, "an object")?;
                return Ok(Ty::Int);
            }
            Rvalue::PyNext { iterator, item } => {
                self.object(iterator, "an iterator")?;
                same(self.local(*item)?, &Ty::PythonObject, "the next item")?;
                return Ok(Ty::Bool);
            }
            Rvalue::ToObject { value, take } => {
                let ty = self.ty(value)?;
                if *take && !matches!(ty.kind(), Ty::Array(_)) {
                    return Err(format!("a {ty} is handed over"));
                }
            }
            Rvalue::FromObject { object, ty } => {
                self.object(object, "an object")?;
                let fits = ty.elem().is_some()
                    || ty.is_complex()
                    || matches!(ty.kind(), Ty::String | Ty::Array(_) | Ty::PythonArray(_));
                if !fits {
                    return Err(format!("an object as {ty}"));
                }
                return Ok(ty.clone());
            }
            _ => {}
        }
        Ok(Ty::PythonObject)
    }
}

fn is_integer(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Sized(_))
}

fn is_number(ty: &Ty) -> bool {
    is_integer(ty) || ty.is_float()
}

fn array_of(element: Ty) -> Ty {
    Ty::Array(Box::new(element))
}

pub(super) fn same(have: &Ty, want: &Ty, what: &str) -> Checked<()> {
    if have == want {
        return Ok(());
    }
    Err(format!("{what} is {have}, wanted is {want}"))
}
