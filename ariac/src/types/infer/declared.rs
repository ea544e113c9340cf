//! Declared types: their values, fields, functions and constants.

use super::generic_call::{Callable, Slot};
use super::methods::Call;
use super::{Infer, Want, Why};
use crate::builtins::{MathFn, Receiver, find_method};
use crate::diagnostics::{declared as said, nearest, types as say};
use crate::hir::{Arg, Closure, ExprId, ExprKind, ItemId, ParamMode, TypeDeclKind};
use crate::types::members::Member;
use crate::types::{Adt, Bound, Callee, Coercion, Repr, Signature, Ty, VariantDef};

impl Infer<'_, '_> {
    /// `Circle(1.0)`, `Point(x: 0.0, y: 1.0)`; also a variant's name alone.
    pub(super) fn construct(
        &mut self,
        id: ExprId,
        item: ItemId,
        variant: u32,
        args: &[Arg],
        want: Want<'_>,
    ) -> Ty {
        let Some(def) = self.types.adts.get(item).cloned() else {
            self.ignore(args);
            return Ty::Error;
        };
        let Some(form) = def.variants.get(variant as usize) else {
            self.ignore(args);
            return Ty::Error;
        };
        let ret = self.declared_type(item, &def.name, def.generics.len());
        if self.gives_private(id, item, form, args) {
            self.ignore(args);
            return if def.generics.is_empty() {
                ret
            } else {
                Ty::Error
            };
        }
        let slots = form.fields.iter().map(|field| Slot {
            name: &field.name,
            ty: field.ty.clone(),
            mode: ParamMode::Own,
            has_default: field.default.is_some(),
            why: Why::Text("the field"),
        });
        let callable = Callable {
            name: &form.name,
            declared: Some(self.hir.items[item].name.span),
            generics: &def.generics,
            known: Vec::new(),
            slots: slots.collect(),
            ret: &ret,
        };
        let Some(fit) = self.fit(id, &callable, args, None, want) else {
            return if def.generics.is_empty() {
                ret
            } else {
                Ty::Error
            };
        };
        self.set_callee(
            id,
            Callee::Construct {
                variant,
                args: fit.args,
            },
        );
        fit.ret
    }

    /// A declared type with its own parameters as arguments.
    fn declared_type(&self, item: ItemId, name: &std::sync::Arc<str>, generics: usize) -> Ty {
        let def = self.types.adts.get(item);
        let args = (0..generics as u32).map(|index| match def {
            Some(def) => def.generics[index as usize].ty(index as usize),
            None => Ty::Error,
        });
        Ty::Adt(Adt {
            item,
            name: name.clone(),
            args: args.collect(),
            repr: Repr::Owned,
            record: self.names.records.get(&item).copied(),
        })
    }

    /// `receiver.name`: a field, if the type has one of that name.
    pub(super) fn field(&mut self, call: &Call<'_>, ty: &Ty) -> Option<Ty> {
        let Ty::Adt(adt) = ty else { return None };
        let def = self.types.adts.get(adt.item)?;
        if def.kind == TypeDeclKind::Enum || call.parens || call.block.is_some() {
            return None;
        }
        let fields = &def.variants.first()?.fields;
        let index = fields.iter().position(|f| f.name == call.name.name)?;
        let field = fields[index].clone();
        if field.private && !self.is_inside(adt.item) {
            let report = said::private_field(call.name.span, &ty.to_string(), &field.name);
            self.report(report);
        }
        self.set_callee(call.id, Callee::Field { index });
        Some(field.ty.subst(&adt.args))
    }

    /// Whether a constructor is given, or would need, a field that is private here; reports it.
    fn gives_private(&mut self, id: ExprId, item: ItemId, form: &VariantDef, args: &[Arg]) -> bool {
        if !form.fields.iter().any(|f| f.private) || self.is_inside(item) {
            return false;
        }
        let maker = self.maker(item);
        let (owner, maker) = (form.name.as_str(), maker.as_deref());
        for (i, arg) in args.iter().enumerate() {
            let field = match &arg.name {
                Some(name) => form.fields.iter().find(|f| f.name == name.name),
                None => form.fields.get(i),
            };
            if let Some(field) = field.filter(|f| f.private) {
                let name = arg.name.as_ref();
                let span = name.map_or_else(|| self.span(arg.value), |name| name.span);
                let how = (name.is_some(), field.default.is_some());
                self.report(said::private_argument(span, owner, &field.name, how, maker));
                return true;
            }
        }
        let needed = form
            .fields
            .iter()
            .find(|f| f.private && f.default.is_none());
        if let Some(field) = needed {
            let span = self.span(id);
            self.report(said::cannot_construct(span, owner, &field.name, maker));
        }
        needed.is_some()
    }

    /// A function of a type that makes a value of it, as it is called.
    fn maker(&self, item: ItemId) -> Option<String> {
        let makes = |id: &ItemId| {
            let signature = self.types.signatures.get(*id)?;
            let has_self = signature.params.first().is_some_and(|p| p.name == "self");
            let gives = matches!(&signature.ret, Ty::Adt(adt) if adt.item == item);
            let function = &self.hir.items[*id];
            let is_usable = gives && !has_self && !function.private;
            let call = if signature.params.is_empty() {
                ""
            } else {
                "(…)"
            };
            is_usable.then(|| format!("{}{call}", function.name.name))
        };
        let of_it = |ty: &Ty| matches!(ty, Ty::Adt(adt) if adt.item == item);
        let impls = self.types.impls.iter().filter(|i| of_it(&i.ty));
        let mut functions = impls.flat_map(|i| i.methods.iter().map(|(_, id)| id));
        functions.find_map(makes)
    }

    /// Whether the function that is being looked at belongs to a type.
    pub(super) fn is_inside(&self, item: ItemId) -> bool {
        if self.module.is_some_and(|m| m.prelude) {
            return true;
        }
        matches!(&self.scope.self_ty, Some(Ty::Adt(adt)) if adt.item == item)
    }

    /// `value.with(field: …)`.
    pub(super) fn with(&mut self, call: &Call<'_>, adt: &Adt) -> Ty {
        let ty = Ty::Adt(adt.clone());
        let Some(def) = self.types.adts.get(adt.item).cloned() else {
            return Ty::Error;
        };
        let Some(form) = def
            .variants
            .first()
            .filter(|_| def.kind != TypeDeclKind::Enum)
        else {
            self.ignore(call.args);
            return Ty::Error;
        };
        let mut order = vec![None; form.fields.len()];
        for (i, arg) in call.args.iter().enumerate() {
            let Some(name) = &arg.name else {
                let report = say::argument_count(
                    self.span(arg.value),
                    "with",
                    "arguments with names, `with(field: value)`",
                    call.args.len(),
                );
                self.report(report);
                self.infer(arg.value, Want::Any);
                continue;
            };
            let Some(index) = form.fields.iter().position(|f| f.name == name.name) else {
                let near = nearest(&name.name, form.fields.iter().map(|f| f.name.as_str()));
                let report = said::unknown_field(name.span, &ty.to_string(), &name.name, near);
                self.report(report);
                self.infer(arg.value, Want::Any);
                continue;
            };
            let field = &form.fields[index];
            if field.private && !self.is_inside(adt.item) {
                self.report(said::private_field(name.span, &ty.to_string(), &field.name));
            }
            let want = field.ty.subst(&adt.args);
            self.check(arg.value, &want, Why::Text("the field"));
            order[index] = Some(i);
        }
        self.set_callee(call.id, Callee::With { args: order });
        ty
    }

    /// A function of a declared type, or of a trait that the type has; none if there is none of that name.
    pub(super) fn member(&mut self, call: &Call<'_>, ty: &Ty, want: Want<'_>) -> Option<Ty> {
        let name = &*call.name.name;
        let member = match self.members.own(&self.types, ty, name) {
            // Of an array that lacks what the function needs, its elements may have one.
            Some(member) if self.each_item(call, ty).is_some() && !self.fits(&member) => {
                return None;
            }
            // `m.sum` and `m.min(n)` are the language's, `m.sum(axis: 0)` is in its library.
            Some(member)
                if self.takes_axis(&member)
                    && has_builtin(ty, name)
                    && call.args.iter().all(|arg| arg.name.is_none()) =>
            {
                return None;
            }
            Some(member) => member,
            // The language's own methods of its types come before those that traits bring.
            None if has_builtin(ty, name) => return None,
            None => self.trait_member(ty, name)?,
        };
        Some(self.call_member(call, &member, Some(ty), want))
    }

    fn takes_axis(&self, member: &Member) -> bool {
        let signature = self.types.signatures.get(member.item);
        signature.is_some_and(|s| s.params.iter().any(|param| param.name == "axis"))
    }

    /// Whether the type parameters around a function have the traits that it needs.
    fn fits(&self, member: &Member) -> bool {
        let Some(signature) = self.types.signatures.get(member.item) else {
            return false;
        };
        let known = signature.generics.iter().zip(&member.outer);
        known
            .filter_map(|(generic, ty)| Some((generic, ty.as_ref()?)))
            .all(|(generic, ty)| {
                let mut bounds = generic.bounds.iter();
                bounds.all(|bound| self.traits().has(ty, bound))
            })
    }

    /// A function of a trait that the type has.
    fn trait_member(&self, ty: &Ty, name: &str) -> Option<Member> {
        let traits = self.traits();
        for &(of_trait, item) in self.members.traits_with(name) {
            if let Some(args) = traits.all_arguments(ty, of_trait).into_iter().next() {
                let mut outer = vec![Some(ty.clone())];
                outer.extend(args.into_iter().map(Some));
                return Some(Member {
                    item,
                    of_trait: Some(of_trait),
                    outer,
                });
            }
        }
        None
    }

    /// `Type.name(…)`: a function without `self`, a variant or a constant.
    pub(super) fn associated(&mut self, call: &Call<'_>, ty: &Ty, want: Want<'_>) -> Ty {
        let name = &*call.name.name;
        if let Ty::Adt(adt) = ty
            && let Some(def) = self.types.adts.get(adt.item)
            && def.kind == TypeDeclKind::Enum
            && let Some(variant) = def.variants.iter().position(|v| v.name == name)
        {
            let (item, variant) = (adt.item, variant as u32);
            return self.construct(call.id, item, variant, call.args, want);
        }
        if let Some(ty) = self.associated_const(call, ty) {
            return ty;
        }
        let mut found = self.members.associated(&self.types, ty, name);
        if let Some(member) = &mut found
            && let Ty::Adt(adt) = ty
            && !adt.args.iter().any(crate::types::unify::has_holes)
            && let Some(exact) = self.members.own(&self.types, ty, name)
        {
            *member = exact;
        }
        match found.or_else(|| self.trait_member(ty, name)) {
            Some(member) => self.call_member(call, &member, None, want),
            None => {
                self.ignore(call.args);
                self.skip_block(call.block);
                let mut names: Vec<String> = self.members.names(ty).map(str::to_owned).collect();
                if let Ty::Adt(adt) = ty
                    && let Some(def) = self.types.adts.get(adt.item)
                    && def.kind == TypeDeclKind::Enum
                {
                    names.extend(def.variants.iter().map(|v| v.name.clone()));
                }
                names.sort_unstable();
                let near = nearest(name, names.iter().map(String::as_str));
                let owner = self.type_name(ty);
                self.report(say::unknown_method(call.name.span, &owner, name, near));
                Ty::Error
            }
        }
    }

    /// A type without its arguments, as it stands before a dot.
    fn type_name(&self, ty: &Ty) -> String {
        match ty {
            Ty::Adt(adt) => adt.name.to_string(),
            ty => ty.to_string(),
        }
    }

    fn associated_const(&mut self, call: &Call<'_>, ty: &Ty) -> Option<Ty> {
        if call.parens || !call.args.is_empty() {
            return None;
        }
        let name = &*call.name.name;
        let (item, of_trait) = match self.members.own_const(ty, name) {
            Some(item) => (item, None),
            None => {
                let traits = self.traits();
                let mut found = self.members.traits_with_const(name).iter();
                let (of_trait, item) =
                    found.find(|(t, _)| !traits.all_arguments(ty, *t).is_empty())?;
                (*item, Some(*of_trait))
            }
        };
        let const_ty = self
            .const_type(item, call.name.span)
            .subst(std::slice::from_ref(ty));
        self.set_callee(
            call.id,
            Callee::Const {
                item,
                of_trait,
                self_ty: ty.clone(),
            },
        );
        Some(const_ty)
    }

    /// A call of a function of a type or trait; `receiver` is the type of what stands before the dot, if that is a value.
    pub(super) fn call_member(
        &mut self,
        call: &Call<'_>,
        member: &Member,
        receiver: Option<&Ty>,
        want: Want<'_>,
    ) -> Ty {
        let Some(signature) = self.types.signatures.get(member.item).cloned() else {
            self.ignore(call.args);
            self.skip_block(call.block);
            return Ty::Error;
        };
        let has_self = signature.params.first().is_some_and(|p| p.name == "self");
        let name = &*call.name.name;
        if has_self != receiver.is_some() {
            let owner = receiver.map_or_else(|| name.to_owned(), |ty| self.type_name(ty));
            let report = said::self_mismatch(call.name.span, name, &owner, has_self);
            self.report(report);
            self.ignore(call.args);
            self.skip_block(call.block);
            return Ty::Error;
        }
        if self.is_hidden(member.item) {
            self.report(said::private_function(call.name.span, name));
        }
        if has_self && signature.params[0].mode == ParamMode::Mut {
            self.check_place(call.receiver, Some("self"));
        }
        if let (Some(ty), Some(own)) = (receiver, signature.params.first())
            && let Ty::ArrayView(_) = own.ty.kind()
            && !matches!(ty.kind(), Ty::ArrayView(_))
            && ty.is_array_like()
        {
            let view = Ty::ArrayView(Box::new(ty.scalar().clone())).with_rank(ty.rank());
            let lend = Coercion::Lend(view);
            self.types.coercions.set(call.receiver, lend);
        }
        let target = Target {
            item: member.item,
            of_trait: member.of_trait,
            known: member.outer.clone(),
            has_receiver: has_self,
        };
        self.call_target(call.id, &target, &signature, call.args, call.block, want)
    }

    /// Whether a function of a type is private, and this is none of the type's own.
    fn is_hidden(&self, item: ItemId) -> bool {
        let known = &self.hir.items[item];
        if !known.private {
            return false;
        }
        let mut owners = self.types.impls.iter();
        let owner = owners.find(|i| i.methods.iter().any(|(_, m)| *m == item));
        match owner.map(|o| &o.ty) {
            Some(Ty::Adt(adt)) => !self.is_inside(adt.item),
            Some(_) => !self.module.is_some_and(|m| m.prelude),
            None => false,
        }
    }

    /// A call of a function with a declaration.
    pub(super) fn call_target(
        &mut self,
        id: ExprId,
        target: &Target,
        signature: &Signature,
        args: &[Arg],
        block: Option<&Closure>,
        want: Want<'_>,
    ) -> Ty {
        let item = &self.hir.items[target.item];
        let first = usize::from(target.has_receiver);
        let slots = signature.params.iter().enumerate().skip(first);
        let callable = Callable {
            name: &item.name.name,
            declared: Some(item.name.span).filter(|_| !self.is_prelude(target.item)),
            generics: &signature.generics,
            known: target.known.clone(),
            slots: slots
                .map(|(index, param)| Slot {
                    name: &param.name,
                    ty: param.ty.clone(),
                    mode: param.mode,
                    has_default: param.has_default,
                    why: Why::Argument(target.item, index),
                })
                .collect(),
            ret: &signature.ret,
        };
        let Some(fit) = self.fit(id, &callable, args, block, want) else {
            return match signature.generics.is_empty() {
                true => signature.ret.clone(),
                false => Ty::Error,
            };
        };
        let mut order: Vec<Option<usize>> = vec![None; first];
        order.extend(fit.args);
        let callee = match target.of_trait {
            Some(of_trait) => Callee::TraitFn {
                of_trait,
                item: target.item,
                args: order,
                generics: fit.generics,
                receiver: target.has_receiver,
            },
            None => Callee::Fn {
                item: target.item,
                args: order,
                generics: fit.generics,
                receiver: target.has_receiver,
            },
        };
        self.set_callee(id, callee);
        fit.ret
    }

    /// Whether a declaration is the language's own: nobody wants to see where it stands.
    fn is_prelude(&self, item: ItemId) -> bool {
        let file = self.hir.items[item].span.file;
        let mut modules = self.hir.modules.iter();
        modules.any(|m| m.prelude && m.file == file)
    }

    /// The type that an expression names, where it stands before a dot or parentheses; its arguments may be holes.
    pub(super) fn scope_type(&mut self, id: ExprId) -> Option<Ty> {
        use crate::resolve::Meaning;
        match self.kind(id) {
            ExprKind::MethodCall { .. } => match self.meaning(id)? {
                Meaning::Adt(item) => {
                    let def = self.types.adts.get(item)?;
                    let own = self.declared_type(item, &def.name.clone(), def.generics.len());
                    let generics = def.generics.clone();
                    Some(crate::types::unify::open(&own, &generics))
                }
                _ => None,
            },
            ExprKind::Name(text) => match self.meaning(id)? {
                Meaning::Adt(item) => {
                    let def = self.types.adts.get(item)?;
                    let own = self.declared_type(item, &def.name.clone(), def.generics.len());
                    let generics = def.generics.clone();
                    Some(crate::types::unify::open(&own, &generics))
                }
                Meaning::SelfType => self.scope.self_ty.clone(),
                Meaning::TypeParam(index) => {
                    let generic = self.scope.generics.get(index as usize)?;
                    Some(generic.ty(index as usize))
                }
                Meaning::Type if text == "List" => {
                    let generic = crate::types::Generic::any("T");
                    let hole = crate::types::unify::holes(std::slice::from_ref(&generic));
                    Some(Ty::List(Box::new(hole[0].clone())))
                }
                Meaning::Type => match self.named_type(text, id) {
                    Ty::Error => None,
                    ty => Some(ty),
                },
                _ => None,
            },
            ExprKind::Type(ty) => match self.written(*ty) {
                Ty::Error => None,
                ty => Some(ty),
            },
            _ => None,
        }
    }

    /// What an operator's trait gives for two operands; none when the left one does not have it for the right one. The
    /// call is noted at the operator's expression.
    pub(super) fn operator_trait(
        &mut self,
        id: ExprId,
        trait_name: &str,
        left: &Ty,
        right: Option<(ExprId, &Ty)>,
    ) -> Option<Ty> {
        let of_trait = *self.types.lang_traits.get(trait_name)?;
        let all = self.traits().all_arguments(left, of_trait);
        let fitting = all.into_iter().find(|args| match (right, args.first()) {
            (Some((_, right)), Some(wanted)) => wanted == right,
            _ => true,
        })?;
        let def = self.types.traits.get(of_trait)?;
        let (_, item) = def.methods.first()?;
        let signature = self.types.signatures.get(*item)?;
        let mut generics = vec![left.clone()];
        generics.extend(fitting);
        let ret = signature.ret.subst(&generics);
        let params = signature.params.len();
        let callee = Callee::TraitFn {
            of_trait,
            item: *item,
            args: (0..params).map(|i| i.checked_sub(1)).collect(),
            generics,
            receiver: true,
        };
        self.set_callee(id, callee);
        Some(ret)
    }

    /// Whether values of a type can be compared: with `==`, or with an order.
    pub(super) fn is_comparable(&self, ty: &Ty, is_equality: bool) -> bool {
        let name = if is_equality { "Eq" } else { "Ord" };
        self.has_lang_trait(ty, name)
    }

    /// Whether a type has a trait of the prelude that has no arguments.
    pub(super) fn has_lang_trait(&self, ty: &Ty, name: &str) -> bool {
        let Some(&item) = self.types.lang_traits.get(name) else {
            return false;
        };
        let bound = Bound {
            item,
            args: Vec::new(),
        };
        self.traits().has(ty, &bound)
    }
}

/// Whether the language knows a method of this name.
pub(super) fn has_builtin(ty: &Ty, name: &str) -> bool {
    let Some(receiver) = Receiver::of(ty) else {
        return false;
    };
    let is_math = matches!(receiver, Receiver::Number | Receiver::Array);
    find_method(receiver, name).is_some() || (is_math && MathFn::from_name(name).is_some())
}

/// A function with a declaration that is called.
pub(super) struct Target {
    pub(super) item: ItemId,
    pub(super) of_trait: Option<ItemId>,
    /// What is known of its type parameters.
    pub(super) known: Vec<Option<Ty>>,
    /// Whether its first parameter is given already.
    pub(super) has_receiver: bool,
}
