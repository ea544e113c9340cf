//! Declared types, lists, function values, aliases: their parts exist and have the types that are given.

use super::Check;
use super::types::{Checked, same};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::{AdtLayout, Captures, FnId, ListOp, LocalId, Operand, Rvalue, Step};
use crate::types::{Adt, IntKind, Ty};

impl Check<'_> {
    /// Whether all of a type is known: the program lists its declared types, and nothing is generic.
    pub(super) fn exists(&self, ty: &Ty) -> Checked<()> {
        let mut result = Ok(());
        ty.each(&mut |ty| match ty {
            Ty::Param(param) => result = Err(format!("generic over {}", param.name)),
            Ty::Adt(adt) if !self.program.adts.contains_key(adt) => {
                result = Err(format!("of a type that the program does not list: {ty}"));
            }
            _ => {}
        });
        result
    }

    fn layout(&self, adt: &Adt) -> Checked<&AdtLayout> {
        let layout = self.program.adts.get(adt);
        layout.ok_or_else(|| format!("the program does not list {}", adt.name))
    }

    /// The type of a part of a tuple or declared type.
    pub(super) fn part(&self, of: LocalId, variant: u32, index: usize) -> Checked<Ty> {
        let ty = self.local(of)?;
        let found = match ty {
            Ty::Tuple(items) if variant == 0 => items.get(index),
            Ty::Adt(adt) => {
                let variant = self.layout(adt)?.variants.get(variant as usize);
                let field = variant.and_then(|variant| variant.fields.get(index));
                field.map(|(_, ty)| ty)
            }
            _ => None,
        };
        let found = found.cloned();
        found.ok_or_else(|| format!("part {index} of variant {variant} of {ty}"))
    }

    /// The type of an element of a list, array, view or handle.
    pub(super) fn item(&self, of: LocalId) -> Checked<Ty> {
        match self.local(of)? {
            Ty::List(element) => Ok((**element).clone()),
            ty @ Ty::Nd(_) => Err(format!("an element of a {ty} by one index")),
            _ => self.element(of),
        }
    }

    /// The type of an element of a list.
    fn list(&self, of: LocalId) -> Checked<Ty> {
        match self.local(of)? {
            Ty::List(element) => Ok((**element).clone()),
            ty => Err(format!("{} is no list but {ty}", self.name(of))),
        }
    }

    /// What is read-only is not changed.
    pub(super) fn may_change(&self, local: LocalId) -> Checked<()> {
        let mut params = self.function.params.iter();
        if params.any(|p| p.local == local && p.mode == ParamMode::Read) {
            return Err(format!("{} is read-only", self.name(local)));
        }
        Ok(())
    }

    pub(super) fn alias(&self, dst: LocalId, of: LocalId, step: &Step) -> Checked<()> {
        let part = match step {
            Step::Field { variant, index } => self.part(of, *variant, *index)?,
            Step::Element { index, .. } => {
                self.want(index, &Ty::Int, "an index")?;
                self.list(of)?
            }
        };
        same(self.local(dst)?, &part, "the part that an alias names")?;
        if !self.function.locals[dst].alias {
            return Err(format!("{} is no alias", self.name(dst)));
        }
        Ok(())
    }

    /// What a `Try` catches and a `Reraise` raises.
    pub(super) fn error_value(&self, local: LocalId) -> Checked<()> {
        let ty = self.local(local)?;
        match ty {
            Ty::Exception => Ok(()),
            _ => Err(format!("{} is no error but {ty}", self.name(local))),
        }
    }

    pub(super) fn declared(&self, value: &Rvalue) -> Checked<Ty> {
        match value {
            Rvalue::Adt {
                ty,
                variant,
                fields,
            } => {
                let layout = self.layout(ty)?;
                let Some(variant) = layout.variants.get(*variant as usize) else {
                    return Err(format!("variant {variant} of {}", ty.name));
                };
                if fields.len() != variant.fields.len() {
                    return Err(format!("{} fields of {}", fields.len(), variant.name));
                }
                for (field, (name, ty)) in fields.iter().zip(&variant.fields) {
                    self.want(field, ty, &format!("the field {name}"))?;
                }
                Ok(Ty::Adt(ty.clone()))
            }
            Rvalue::Variant(local) => match self.local(*local)? {
                Ty::Adt(adt) if self.layout(adt)?.is_enum => Ok(Ty::Int),
                ty => Err(format!("the variant of {ty}")),
            },
            Rvalue::List { element, items } => {
                for item in items {
                    self.want(item, element, "an element")?;
                }
                Ok(Ty::List(Box::new(element.clone())))
            }
            Rvalue::ListOp { op, list, args } => self.list_op(*op, *list, args),
            Rvalue::Closure { function, captures } => {
                let types = captures.iter().map(|capture| self.ty(capture));
                self.closure(*function, types.collect::<Checked<_>>()?, Captures::ByValue)
            }
            Rvalue::Borrowing { function, captures } => {
                let types = captures.iter().map(|&capture| self.local(capture).cloned());
                let types = types.collect::<Checked<_>>()?;
                self.closure(*function, types, Captures::ByReference)
            }
            Rvalue::CallValue { callee, args, .. } => match self.local(*callee)? {
                Ty::Fn(ty) => {
                    self.args("a function value", ty.params.clone(), args)?;
                    Ok(ty.ret.clone())
                }
                ty => Err(format!("a {ty} is called")),
            },
            Rvalue::ErrorText(error) | Rvalue::ErrorClass(error) => {
                self.error_value(*error)?;
                Ok(Ty::String)
            }
            Rvalue::ErrorIs { error, .. } => {
                self.error_value(*error)?;
                Ok(Ty::Bool)
            }
            Rvalue::ThisCall => Ok(Ty::Int),
            Rvalue::EndsCall { error, call } => {
                self.error_value(*error)?;
                self.want(call, &Ty::Int, "a call")?;
                Ok(Ty::Bool)
            }
            _ => Err("this is no value of a declared type".to_owned()),
        }
    }

    /// Whether these are parts of a text.
    pub(super) fn text_parts(&self, parts: &[Operand]) -> Checked<()> {
        for part in parts {
            let ty = self.ty(part)?;
            if !ty.is_text_part() {
                return Err(format!("a {ty} is part of a text"));
            }
        }
        Ok(())
    }

    fn list_op(&self, op: ListOp, list: LocalId, args: &[Operand]) -> Checked<Ty> {
        let element = self.list(list)?;
        self.may_change(list)?;
        if op == ListOp::Append {
            if element != Ty::Sized(IntKind::U8) {
                return Err(format!("a text is appended to a list of {element}"));
            }
            self.text_parts(args)?;
            return Ok(Ty::Unit);
        }
        let wanted: Vec<&Ty> = match op {
            ListOp::Push => vec![&element],
            ListOp::Pop => vec![],
            ListOp::Insert => vec![&Ty::Int, &element],
            ListOp::Put => vec![&Ty::Int, &element],
            ListOp::Take => vec![&Ty::Int],
            ListOp::Swap => vec![&Ty::Int, &Ty::Int],
            ListOp::Remove | ListOp::Truncate | ListOp::Reserve => vec![&Ty::Int],
            ListOp::Append => vec![],
        };
        if args.len() != wanted.len() {
            return Err(format!("{} is given {} arguments", op.name(), args.len()));
        }
        for (arg, ty) in args.iter().zip(wanted) {
            self.want(arg, ty, &format!("an argument of {}", op.name()))?;
        }
        Ok(if op.gives_element() {
            element
        } else {
            Ty::Unit
        })
    }

    /// The type of a function value that captures values of these types.
    fn closure(&self, function: FnId, types: Vec<Ty>, how: Captures) -> Checked<Ty> {
        if function.index() >= self.program.functions.len() {
            return Err(format!("{function:?} does not exist"));
        }
        let function = &self.program.functions[function];
        let name = &function.name;
        let captured = match function.captures {
            Some((captured, as_declared)) if as_declared == how => captured,
            None if types.is_empty() => 0,
            _ => return Err(format!("{name} captures in another way")),
        };
        if types.len() != captured || captured > function.params.len() {
            return Err(format!("{name} captures {captured}, not {}", types.len()));
        }
        for (param, ty) in function.params.iter().zip(&types) {
            let text = format!("what {name} captures");
            same(ty, &function.locals[param.local].ty, &text)?;
        }
        Ok(function.value_ty())
    }

    /// Captured parameters are there, and have the mode of what is captured.
    pub(super) fn captures(&mut self) {
        let Some((captured, how)) = self.function.captures else {
            return;
        };
        let mode = match how {
            Captures::ByValue => ParamMode::Read,
            Captures::ByReference => ParamMode::Mut,
        };
        let params = &self.function.params;
        if captured > params.len() || params[..captured].iter().any(|p| p.mode != mode) {
            self.error("its captured parameters are not what it captures");
        }
    }
}
