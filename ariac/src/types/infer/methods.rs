//! Methods of built-in types.

use super::call::plural;
use super::closures::Around;
use super::declared::has_builtin;
use super::literal::wider;
use super::{Infer, Want, Why};
use crate::builtins::{Builtin, MathFn, Namespace, Receiver, find_method, method_names};
use crate::diagnostics::{nearest, types as say};
use crate::hir::{
    Arg, Closure, ExprId, ExprKind, Ident, ItemId, ItemKind, ParamMode, TypeDeclKind,
};
use crate::mir::ListOp;
use crate::resolve::Meaning;
use crate::source::Span;
use crate::types::{Callee, IntKind, Ty};

/// Methods of the language that this version of the compiler lacks.
const LATER: [&str; 2] = ["parallel_reduce", "offload"];

/// Whether `copy` is what all values have, not a method of the type. A view is of somebody else's elements.
fn has_general_copy(ty: &Ty) -> bool {
    !has_builtin(ty, "copy") && !ty.holds_view() && *ty != Ty::Unit
}

/// `to[Int8]` for `to_int8`: the conversion to a type of numbers that somebody took for a method of its own.
fn conversion_meant(text: &str) -> Option<String> {
    let wanted = text.strip_prefix("to_")?;
    let name = match wanted {
        "int64" | "i64" => "Int",
        "float64" | "f64" => "Float",
        _ => {
            let mut names = IntKind::ALL.iter().map(|kind| kind.name());
            names.find(|name| {
                let short = name.to_lowercase().replace("int", "i").replace("ui", "u");
                name.eq_ignore_ascii_case(wanted) || short == wanted
            })?
        }
    };
    Some(format!("to[{name}]"))
}

/// A call with a receiver.
pub(super) struct Call<'c> {
    pub(super) id: ExprId,
    pub(super) receiver: ExprId,
    pub(super) name: &'c Ident,
    pub(super) args: &'c [Arg],
    pub(super) parens: bool,
    pub(super) block: Option<&'c Closure>,
}

impl Infer<'_, '_> {
    /// `receiver.name(args) |x| … end`.
    pub(super) fn method_call(&mut self, call: &Call<'_>, want: Want<'_>) -> Ty {
        if let Some(meaning) = self.meaning(call.id) {
            self.types.exprs.set(call.receiver, Ty::Unit);
            return self.module_member(call, meaning, want);
        }
        match self.meaning(call.receiver) {
            Some(Meaning::Namespace(namespace)) => {
                return self.namespace_call(call, namespace, want);
            }
            Some(Meaning::PyModule(module)) => {
                if let Some(function) = self.declared_in(module, &call.name.name) {
                    self.types.exprs.set(call.receiver, Ty::PythonObject);
                    return self.declared_call(call, function);
                }
            }
            Some(Meaning::Type | Meaning::Adt(_) | Meaning::TypeParam(_) | Meaning::SelfType) => {
                self.types.exprs.set(call.receiver, Ty::Unit);
                return match self.scope_type(call.receiver) {
                    Some(ty) => self.associated(call, &ty, want),
                    None => {
                        self.ignore(call.args);
                        self.skip_block(call.block);
                        Ty::Error
                    }
                };
            }
            _ => {}
        }
        let is_module_type = matches!(self.kind(call.receiver), ExprKind::MethodCall { .. })
            && matches!(self.meaning(call.receiver), Some(Meaning::Adt(_)));
        if is_module_type {
            self.types.exprs.set(call.receiver, Ty::Unit);
            return match self.scope_type(call.receiver) {
                Some(ty) => self.associated(call, &ty, want),
                None => Ty::Error,
            };
        }
        if let Some(ty) = self.applied_type(call.receiver) {
            if ty == Ty::Error {
                self.ignore(call.args);
                return Ty::Error;
            }
            let want = match &ty {
                Ty::List(_) | Ty::Adt(_) => Want::Hint(&ty),
                _ => want,
            };
            return self.associated(call, &ty, want);
        }
        let ty = self.infer(
            call.receiver,
            if self.is_literal(call.receiver) {
                want
            } else {
                Want::Any
            },
        );
        match &ty {
            Ty::Error | Ty::Never => {
                self.ignore(call.args);
                self.skip_block(call.block);
                Ty::Error
            }
            Ty::PythonObject => self.object_method(call),
            _ => {
                if let Some(field) = self.field(call, &ty) {
                    return field;
                }
                if let Some(result) = self.member(call, &ty, want) {
                    return result;
                }
                match &ty {
                    Ty::Adt(adt) if call.name.name == "with" => {
                        let adt = adt.clone();
                        self.with(call, &adt)
                    }
                    _ if call.name.name == "copy" && has_general_copy(&ty) => {
                        self.copy_of(call, &ty)
                    }
                    _ => self.builtin_method(call, &ty, want),
                }
            }
        }
    }

    /// `value.copy`.
    fn copy_of(&mut self, call: &Call<'_>, ty: &Ty) -> Ty {
        if !self.has_shape(call, 0, None) {
            self.skip_block(call.block);
            return Ty::Error;
        }
        self.set_callee(call.id, Callee::Builtin(Builtin::Copy));
        ty.clone()
    }

    /// A block of a call that is wrong anyway: its parameters are unknown.
    pub(super) fn skip_block(&mut self, block: Option<&Closure>) {
        if let Some(block) = block {
            for &param in &block.params {
                self.bind(param, &Ty::Error);
            }
            self.block(&block.body, Want::Nothing);
        }
    }

    /// The typed declaration of a Python module's function.
    fn declared_in(&self, module: ItemId, name: &str) -> Option<ItemId> {
        let ItemKind::ExternPython { functions, .. } = &self.hir.items[module].kind else {
            return None;
        };
        functions
            .iter()
            .copied()
            .find(|f| self.hir.items[*f].name.name == name)
    }

    fn declared_call(&mut self, call: &Call<'_>, function: ItemId) -> Ty {
        if let Some(block) = call.block {
            return self.unsupported(block.span, "a block for a Python function is");
        }
        if !call.parens {
            let text = &call.name.name;
            return self.bare_function(call.id, function, text, Want::Any);
        }
        self.call_function(call.id, function, call.args, None, Want::Any)
    }

    fn namespace_call(&mut self, call: &Call<'_>, namespace: Namespace, want: Want<'_>) -> Ty {
        let (receiver, owner) = match namespace {
            Namespace::Python => (Receiver::PythonNamespace, "Python"),
            Namespace::Array => (Receiver::ArrayNamespace, "Array"),
        };
        let text = &*call.name.name;
        let Some(method) = find_method(receiver, text) else {
            let array = Ty::Array(Box::new(Ty::Error));
            let own = self.members.associated(&self.types, &array, text);
            if let (Namespace::Array, Some(member)) = (namespace, own) {
                return self.call_member(call, &member, None, want);
            }
            self.ignore(call.args);
            return self.unknown_method(call, receiver, owner, &Ty::Error);
        };
        let builtin = (method.builtin)();
        // One length is needed, and there may be more.
        let is_array = matches!(builtin, Builtin::Zeros | Builtin::Ones | Builtin::Full);
        let args = match is_array {
            true => method.args.max(call.args.len()),
            false => method.args,
        };
        if !self.has_shape(call, args, method.block) {
            return Ty::Error;
        }
        let hint = want
            .hint()
            .and_then(Ty::element)
            .filter(|t| t.can_be_element())
            .cloned();
        let ty = match builtin {
            Builtin::Gil(_) => {
                let Some(block) = call.block else {
                    return Ty::Error;
                };
                for &param in &block.params {
                    self.bind(param, &Ty::PythonObject);
                }
                self.block(&block.body, want)
            }
            Builtin::Zeros | Builtin::Ones => {
                let Some(rank) = self.lengths(call, call.args.len()) else {
                    return Ty::Error;
                };
                let is_known = |ty: &Ty| match builtin {
                    Builtin::Zeros => ty.can_be_element(),
                    _ => ty.is_number() || ty.is_complex(),
                };
                let element = hint.filter(is_known).unwrap_or(Ty::Float);
                Ty::array(element, rank)
            }
            _ => self.full(call, hint.as_ref()),
        };
        self.set_callee(call.id, Callee::Builtin(builtin));
        ty
    }

    /// `Array.full(n, value)`, `Array.full(n, m, value)`.
    fn full(&mut self, call: &Call<'_>, hint: Option<&Ty>) -> Ty {
        let lengths = call.args.len() - 1;
        let Some(rank) = self.lengths(call, lengths) else {
            return Ty::Error;
        };
        let value = call.args[lengths].value;
        match hint {
            Some(element) => {
                self.check(value, element, Why::Text("an element of this array"));
                Ty::array(element.clone(), rank)
            }
            None => {
                let ty = self.infer(value, Want::Any);
                self.array_of(value, ty, rank)
            }
        }
    }

    /// The array of elements of this type, if there is one.
    fn array_of(&mut self, at: ExprId, ty: Ty, rank: u8) -> Ty {
        match ty {
            Ty::Error | Ty::Never => Ty::Error,
            ty if ty.can_be_element() => Ty::array(ty, rank),
            ty => {
                self.report(say::element_value(self.span(at), &ty));
                Ty::Error
            }
        }
    }

    /// Checks the number of arguments, and of parameters of the block.
    fn has_shape(&mut self, call: &Call<'_>, args: usize, block: Option<usize>) -> bool {
        let text = &*call.name.name;
        let wanted = match (block, call.block) {
            (None, Some(found)) => Some((found.span, "no block".to_owned())),
            (Some(n), None) => {
                let wanted = format!(
                    "a block with {}: `{text} |x| … end`",
                    plural(n, "parameter")
                );
                Some((call.name.span, wanted))
            }
            (Some(n), Some(found))
                if found.params.len() > n || (found.params.len() < n && text != "with_gil") =>
            {
                Some((
                    found.span,
                    format!(
                        "a block with {}, found {}",
                        plural(n, "parameter"),
                        found.params.len()
                    ),
                ))
            }
            _ => None,
        };
        if let Some((span, wanted)) = wanted {
            self.report(say::block_shape(span, text, &wanted));
            self.ignore(call.args);
            return false;
        }
        self.plain_args(call.id, text, call.args, args)
    }

    fn unknown_method(&mut self, call: &Call<'_>, receiver: Receiver, owner: &str, ty: &Ty) -> Ty {
        let text = &*call.name.name;
        if self.meant_otherwise(call, ty) {
            return Ty::Error;
        }
        if receiver == Receiver::Number
            && let Some(conversion) = conversion_meant(text)
        {
            let report = say::unknown_method(call.name.span, owner, text, Some(&conversion));
            self.report(report);
            return Ty::Error;
        }
        let row = Ty::ArrayView(Box::new(ty.scalar().clone()));
        if ty.rank() > 1
            && (has_builtin(&row, text) || self.members.own(&self.types, &row, text).is_some())
        {
            self.report(say::method_of_rows(call.name.span, owner, text));
            return Ty::Error;
        }
        let mut own: Vec<String> = self.members.names(ty).map(str::to_owned).collect();
        own.extend(has_general_copy(ty).then(|| "copy".to_owned()));
        own.sort_unstable();
        let builtin = method_names(receiver).filter(|n| !n.starts_with('_'));
        let all: Vec<String> = own
            .iter()
            .cloned()
            .chain(builtin.map(str::to_owned))
            .collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let own = own.iter().map(String::as_str);
        if let Some(near) = say::foreign_method(text, &all).or_else(|| nearest(text, own)) {
            let near = near.to_owned();
            self.report(say::unknown_method(
                call.name.span,
                owner,
                text,
                Some(&near),
            ));
            return Ty::Error;
        }
        if LATER.contains(&text) {
            return self.unsupported(call.name.span, &format!("`{text}` is"));
        }
        let near = nearest(text, method_names(receiver).filter(|n| !n.starts_with('_')));
        // What is proposed must be right: a method that takes a block for one that has a block.
        let takes_block = |m: &str| find_method(receiver, m).is_some_and(|m| m.block.is_some());
        let near = near.filter(|m| takes_block(m) == call.block.is_some());
        self.report(say::unknown_method(call.name.span, owner, text, near));
        Ty::Error
    }

    /// Reports a name behind a dot that something else has: a field that is called, a field of a variant, a function of a
    /// trait that the type lacks.
    fn meant_otherwise(&mut self, call: &Call<'_>, ty: &Ty) -> bool {
        let text = &call.name.name;
        let owner = ty.to_string();
        if let Ty::Adt(adt) = ty
            && let Some(def) = self.types.adts.get(adt.item)
        {
            let mut variants = def.variants.iter();
            let holder = variants.find(|v| v.fields.iter().any(|f| f.name == **text));
            if let Some(variant) = holder {
                let report = match def.kind == TypeDeclKind::Enum {
                    true => say::field_of_variant(call.name.span, &owner, text, &variant.name),
                    false => {
                        let parens = Span {
                            start: call.name.span.end,
                            end: self.span(call.id).end,
                            ..call.name.span
                        };
                        let is_empty = call.args.is_empty() && call.block.is_none();
                        let parens = Some(parens).filter(|_| is_empty);
                        say::field_called(call.name.span, &owner, text, parens)
                    }
                };
                self.report(report);
                return true;
            }
        }
        let grows = [
            "push", "pop", "append", "insert", "extend", "clear", "remove",
        ];
        if matches!(ty.kind(), Ty::Array(_)) && grows.contains(&text.as_str()) {
            self.report(say::array_grows(call.name.span, &owner, text, ty.scalar()));
            return true;
        }
        let of_trait = self.members.traits_with(text).first().map(|(t, _)| *t);
        if let Some(of_trait) = of_trait.filter(|_| !matches!(ty, Ty::Unit | Ty::Error)) {
            let of_trait = self.hir.items[of_trait].name.name.clone();
            self.report(say::method_of_trait(call.name.span, ty, text, &of_trait));
            return true;
        }
        false
    }

    fn builtin_method(&mut self, call: &Call<'_>, ty: &Ty, want: Want<'_>) -> Ty {
        let text = &*call.name.name;
        let owner = if *ty == Ty::Unit {
            "nothing".to_owned()
        } else {
            ty.to_string()
        };
        if let Ty::Param(param) = ty
            && let Some(generic) = self.scope.generics.get(param.index as usize)
            && generic.is_open
        {
            self.ignore(call.args);
            self.skip_block(call.block);
            return Ty::Error;
        }
        let Some(receiver) = Receiver::of(ty) else {
            let mut names: Vec<String> = self.members.names(ty).map(str::to_owned).collect();
            if let Ty::Adt(adt) = ty
                && let Some(def) = self.types.adts.get(adt.item)
                && let [only] = &def.variants[..]
            {
                names.extend(only.fields.iter().map(|f| f.name.clone()));
            }
            names.extend(has_general_copy(ty).then(|| "copy".to_owned()));
            names.sort_unstable();
            if !self.meant_otherwise(call, ty) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let near = say::foreign_method(text, &names).or_else(|| nearest(text, names));
                self.report(say::unknown_method(call.name.span, &owner, text, near));
            }
            self.ignore(call.args);
            self.skip_block(call.block);
            return Ty::Error;
        };
        if text == "to" && receiver == Receiver::Number {
            return self.number_to(call);
        }
        let row = find_method(receiver, text);
        if row.is_none()
            && let Some(each) = self.each(call, ty)
        {
            return each;
        }
        let math = MathFn::from_name(text)
            .filter(|_| matches!(receiver, Receiver::Number | Receiver::Array | Receiver::Nd));
        // `xs.min` is the least element, `xs.min(y)` works element by element.
        let is_math = row.is_none_or(|m| m.args != call.args.len());
        if let Some(function) = math.filter(|_| is_math) {
            if !self.has_shape(call, function.arity() - 1, None) {
                return Ty::Error;
            }
            let mut operands = vec![call.receiver];
            operands.extend(call.args.iter().map(|a| a.value));
            return self.math_with(call.id, function, &operands, Some(ty), want);
        }
        let is_hidden = text.starts_with('_') && !self.module.is_some_and(|m| m.prelude);
        let Some(row) = row.filter(|_| !is_hidden) else {
            self.ignore(call.args);
            let ty = self.unknown_method(call, receiver, &owner, ty);
            self.skip_block(call.block);
            return ty;
        };
        let builtin = (row.builtin)();
        // One length is needed, and there may be more.
        let args = match builtin {
            Builtin::Reshape => row.args.max(call.args.len()),
            _ => row.args,
        };
        if !self.has_shape(call, args, row.block) {
            self.skip_block(call.block);
            return Ty::Error;
        }
        self.set_callee(call.id, Callee::Builtin(builtin.clone()));
        self.result_of(call, &builtin, ty, want)
    }

    /// `zs.abs`, a method of the elements that needs no arguments, of an array of records: the array of its results.
    fn each(&mut self, call: &Call<'_>, ty: &Ty) -> Option<Ty> {
        let item = self.each_item(call, ty)?;
        let result = self.types.signatures.get(item)?.ret.clone();
        self.set_callee(call.id, Callee::Each { item });
        Some(Ty::array(result, ty.rank()))
    }

    /// That method.
    pub(super) fn each_item(&self, call: &Call<'_>, ty: &Ty) -> Option<ItemId> {
        let element = ty.element().filter(|element| element.record().is_some())?;
        let own = self.members.own(&self.types, element, &call.name.name);
        let item = own?.item;
        let signature = self.types.signatures.get(item)?;
        let [own] = &signature.params[..] else {
            return None;
        };
        let is_plain =
            signature.generics.is_empty() && call.args.is_empty() && call.block.is_none();
        let fits = is_plain && own.mode == ParamMode::Read && signature.ret.can_be_element();
        fits.then_some(item)
    }

    /// The type of what a built-in method gives.
    fn result_of(&mut self, call: &Call<'_>, builtin: &Builtin, ty: &Ty, want: Want<'_>) -> Ty {
        if let Ty::List(element) = ty {
            return self.list_method(call, builtin, element);
        }
        let element = ty.scalar().clone();
        match builtin {
            Builtin::Length | Builtin::StrLength | Builtin::ToInt => Ty::Int,
            Builtin::Size | Builtin::Rank => Ty::Int,
            Builtin::Shape => Ty::Tuple(vec![Ty::Int; usize::from(ty.rank())]),
            Builtin::Reshape => match self.lengths(call, call.args.len()) {
                Some(rank) => Ty::array(element, rank),
                None => Ty::Error,
            },
            Builtin::Transpose => Ty::ArrayView(Box::new(element)).with_rank(ty.rank()),
            Builtin::Line(_) => {
                self.check(call.args[0].value, &Ty::Int, Why::Index);
                Ty::ArrayView(Box::new(element)).with_rank(ty.rank() - 1)
            }
            Builtin::ErrorText | Builtin::ErrorClass => Ty::String,
            Builtin::ToFloat => Ty::Float,
            Builtin::ToFloat32 => Ty::Float32,
            Builtin::ToStr => Ty::String,
            Builtin::IsNan => {
                if element == Ty::Int || element.is_any_number() {
                    let (text, owner) = (&call.name.name, element.to_string());
                    self.report(say::unknown_method(call.name.span, &owner, text, None));
                }
                Ty::Bool
            }
            Builtin::Bits(_) | Builtin::Shift(_) | Builtin::BitNot | Builtin::CountBits(_) => {
                self.bits(call, builtin, &element)
            }
            Builtin::ToArray => Ty::array(element, ty.rank()),
            Builtin::Enumerate => Ty::List(Box::new(Ty::Tuple(vec![Ty::Int, element]))),
            Builtin::Zip => {
                let other = call.args[0].value;
                let other_ty = self.infer(other, Want::Any);
                let second = match &other_ty {
                    Ty::Error | Ty::Never => return Ty::Error,
                    Ty::List(second) => (**second).clone(),
                    ty => match ty.element().filter(|_| ty.rank() == 1) {
                        Some(second) => second.clone(),
                        None => {
                            let span = self.span(other);
                            self.report(say::expected(span, "an array or a list", ty));
                            return Ty::Error;
                        }
                    },
                };
                Ty::List(Box::new(Ty::Tuple(vec![element, second])))
            }
            Builtin::Sum | Builtin::Mean if element.is_complex() => element,
            Builtin::Dot if element.is_complex() => self.dot(call, ty),
            Builtin::Sum | Builtin::Min | Builtin::Max | Builtin::Mean | Builtin::Dot
                if !element.is_number()
                    || (element.is_any_number() && *builtin == Builtin::Mean) =>
            {
                let owner = ty.to_string();
                let text = &call.name.name;
                self.report(say::unknown_method(call.name.span, &owner, text, None));
                self.ignore(call.args);
                Ty::Error
            }
            Builtin::Sum | Builtin::Min | Builtin::Max => element,
            Builtin::Mean => {
                let result = if element == Ty::Int {
                    Ty::Float
                } else {
                    element
                };
                self.adapt(call.receiver, ty, &result);
                result
            }
            Builtin::Dot => self.dot(call, ty),
            Builtin::Map => self.map(call, &element, ty.rank(), want),
            Builtin::ParallelMap => self.inside(Around::ParallelMap, |this| {
                this.map(call, &element, ty.rank(), want)
            }),
            _ => Ty::Error,
        }
    }

    /// What looks at the bits of an integer.
    fn bits(&mut self, call: &Call<'_>, builtin: &Builtin, ty: &Ty) -> Ty {
        if !ty.is_integer() {
            let text = &call.name.name;
            let report = say::unknown_method(call.name.span, &ty.to_string(), text, None);
            self.report(report);
            self.ignore(call.args);
            return Ty::Error;
        }
        match builtin {
            Builtin::Bits(_) => {
                self.check(call.args[0].value, ty, Why::Text("the other integer"));
                ty.clone()
            }
            Builtin::Shift(_) => {
                self.check(call.args[0].value, &Ty::Int, Why::Text("a number of bits"));
                ty.clone()
            }
            Builtin::BitNot => ty.clone(),
            _ => Ty::Int,
        }
    }

    /// What changes a list in place.
    fn list_method(&mut self, call: &Call<'_>, builtin: &Builtin, element: &Ty) -> Ty {
        let Builtin::List(op) = builtin else {
            return match builtin {
                Builtin::Length => Ty::Int,
                Builtin::Copy => Ty::List(Box::new(element.clone())),
                _ => Ty::Error,
            };
        };
        self.check_place(call.receiver, Some("self"));
        for (i, arg) in call.args.iter().enumerate() {
            if op.takes_value() && i + 1 == call.args.len() {
                self.check(arg.value, element, Why::Text("an element of this list"));
            } else if *op == ListOp::Append {
                self.check(arg.value, &Ty::String, Why::Text("a text"));
            } else {
                self.check(
                    arg.value,
                    &Ty::Int,
                    Why::Text("an index or a number of elements"),
                );
            }
        }
        match op.gives_element() {
            true => element.clone(),
            false => Ty::Unit,
        }
    }

    fn dot(&mut self, call: &Call<'_>, ty: &Ty) -> Ty {
        let value = call.args[0].value;
        let hint = Ty::Array(Box::new(ty.scalar().clone()));
        let other = self.infer(value, Want::Hint(&hint));
        match &other {
            Ty::Error | Ty::Never => Ty::Error,
            Ty::PythonObject => {
                self.coerce(value, &other, &hint, Why::Text("the other factor"));
                ty.scalar().clone()
            }
            other if other.rank() == 1 && other.scalar() == ty.scalar() => ty.scalar().clone(),
            other if other.rank() == 1 && other.scalar().is_number() => {
                let common = wider(ty.scalar(), other.scalar());
                if common == Ty::Error {
                    self.report(say::mismatch(self.span(value), &hint, other));
                    return Ty::Error;
                }
                self.adapt(call.receiver, ty, &common);
                self.adapt(value, other, &common);
                common
            }
            other => {
                self.report(say::mismatch(self.span(value), &hint, other));
                Ty::Error
            }
        }
    }

    /// `xs.map |x| … end`.
    fn map(&mut self, call: &Call<'_>, element: &Ty, rank: u8, want: Want<'_>) -> Ty {
        let Some(block) = call.block else {
            return Ty::Error;
        };
        let hint = want.hint().and_then(Ty::element).cloned();
        let ty = self.closure(block, std::slice::from_ref(element), hint.as_ref());
        match block.body.stmts.last() {
            Some(&last) => self.array_of(last, ty, rank),
            None => {
                self.report(say::expected(
                    block.span,
                    "a block that gives a number or Bool",
                    &Ty::Unit,
                ));
                Ty::Error
            }
        }
    }
}
