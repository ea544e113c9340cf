//! Which functions a program has: the ones that it declares, and of generic ones an instance for each list of types that
//! they are called with.
//!
//! An instance is declared when a call first asks for it, and defined when the function that asked is done: in order of
//! asking, so that the same program always gets the same ids.

use super::function::FnBuilder;
use super::layouts::{MAX_DEPTH, depth};
use super::wishes;
use super::{Context, empty, moves};
use crate::arena::Arena;
use crate::diagnostics::{Diagnostic, instances as say};
use crate::hir::{self, ExprId, ItemId, ItemKind, ParamMode};
use crate::mir::{FnId, Function, Local, Param, Program, Signatures};
use crate::source::Span;
use crate::types::{Bound, ImplDef, Ty, Types};
use std::cell::Ref;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// The functions that there are so far.
#[derive(Default)]
pub(super) struct Instances {
    pub(super) program: Program,
    known: HashMap<Key, FnId>,
    work: VecDeque<(FnId, Task)>,
    signatures: Signatures,
    pub(super) problems: Vec<Diagnostic>,
}

/// What makes a function one.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// A declaration and what is put in for its type parameters.
    Item(ItemId, Vec<Ty>),
    /// The default value of a parameter.
    Default(ItemId, usize, Vec<Ty>),
    /// The default value of a field of a variant.
    Field(ItemId, u32, usize, Vec<Ty>),
    /// Something that the compiler does with values of a type.
    Glue(Glue, Ty),
}

/// Functions that follow from a type's declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Glue {
    /// Whether two values are equal: a Bool.
    Equal,
    /// The order of two values: an Int below, at or above 0.
    Compare,
    /// The text of a value.
    Text,
    /// The hash of a value: an Int.
    Hash,
    /// A Python object for a value.
    ToObject,
    /// A value for a Python object.
    FromObject,
}

impl Glue {
    fn name(self) -> &'static str {
        match self {
            Glue::Equal => "==",
            Glue::Compare => "<=>",
            Glue::Text => "to_string",
            Glue::Hash => "hash",
            Glue::ToObject => "to_object",
            Glue::FromObject => "from_object",
        }
    }
}

/// What the body of a function is made of.
enum Task {
    Item(ItemId, Rc<[Ty]>),
    Value(ExprId, Rc<[Ty]>),
    Glue(Glue, Ty),
}

/// What a method belongs to.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    /// An `impl` or the body of a type, by its position.
    Impl(usize),
    Trait(ItemId),
}

pub(super) fn owners(types: &Types) -> HashMap<ItemId, Owner> {
    let mut owners = HashMap::new();
    for (i, of) in types.impls.iter().enumerate() {
        owners.extend(of.methods.iter().map(|m| (m.1, Owner::Impl(i))));
    }
    for (id, of) in types.traits.iter() {
        owners.extend(of.methods.iter().map(|m| (m.1, Owner::Trait(id))));
    }
    owners
}

impl<'a> Context<'a> {
    /// How the functions that there are so far pass their arguments.
    pub(super) fn signatures(&self) -> Ref<'_, Signatures> {
        Ref::map(self.instances.borrow(), |i| &i.signatures)
    }

    /// A function that is not generic, or the instance of one that is exported, whether somebody calls it or not.
    pub(super) fn declare(&self, id: ItemId, types: &[Ty], exported: bool) {
        let callee = self.instance(id, types);
        if let Some(callee) = callee {
            let item = &self.hir.items[id];
            let is_own = item.private || item.is_test() || item.is_bench();
            let is_meant = exported && !is_own;
            let left_out = match is_meant {
                true => self.left_out(id, &self.instances.borrow().program.functions[callee]),
                false => None,
            };
            if is_meant && left_out.is_none() {
                let signature = self.instances.borrow();
                let function = &signature.program.functions[callee];
                let types = function.params.iter().map(|p| &function.locals[p.local].ty);
                let types: Vec<Ty> = types.cloned().collect();
                drop(signature);
                types.iter().for_each(|ty| self.need_finishers(ty));
            }
            if is_meant && left_out.is_none() && item.attribute("ufunc").is_some() {
                let over_views = self.ufunc_loop(callee);
                self.instances
                    .borrow_mut()
                    .program
                    .ufuncs
                    .insert(callee, over_views);
            }
            let mut instances = self.instances.borrow_mut();
            let function = &mut instances.program.functions[callee];
            function.exported = is_meant && left_out.is_none();
            let asks = match item.attribute("export") {
                Some(attribute) if !types.is_empty() => Some(attribute),
                _ => item.attribute("ufunc").filter(|_| exported),
            };
            if let (Some(attribute), false) = (asks, function.exported) {
                let problem = say::cannot_export(attribute.span, &function.name, item.private);
                instances.problems.push(problem);
            } else if let Some(left_out) = left_out {
                instances.program.left_out.push((callee, left_out));
            }
        }
    }

    /// The instance of a function for these types; none of a function without a body.
    pub(super) fn instance(&self, id: ItemId, args: &[Ty]) -> Option<FnId> {
        let key = Key::Item(id, args.to_vec());
        if let Some(&known) = self.instances.borrow().known.get(&key) {
            return Some(known);
        }
        let item = &self.hir.items[id];
        let ItemKind::Fn(function) = &item.kind else {
            return None;
        };
        function.body.as_ref()?;
        if self.is_endless(&item.name, args) {
            return None;
        }
        let args: Rc<[Ty]> = args.into();
        let shell = self.shell(id, function, &args);
        let task = Task::Item(id, args);
        Some(self.add(Some(key), shell, Some(task)))
    }

    fn shell(&self, id: ItemId, function: &hir::Function, args: &Rc<[Ty]>) -> Function {
        let item = &self.hir.items[id];
        let signature = self.signature(id);
        let bindings = self.names.params.get(id).cloned().unwrap_or_default();
        let mut locals = Arena::new();
        let mut params = Vec::new();
        for (i, param) in signature.params.iter().enumerate() {
            let span = match bindings.get(i) {
                Some(&b) => self.names.bindings[b].span,
                None => item.span,
            };
            let ty = self.lower(&param.ty, args);
            let default = function.params.get(i).and_then(|p| p.default);
            let default = default.map(|value| {
                let mut shell = empty(format!("{}.{}", item.name.name, param.name), span);
                shell.ret = ty.clone();
                let key = Key::Default(id, i, args.to_vec());
                self.add(Some(key), shell, Some(Task::Value(value, Rc::clone(args))))
            });
            let local = locals.push(Local {
                name: Some(param.name.clone()),
                ty,
                span,
                contiguous: false,
                alias: false,
            });
            params.push(Param {
                local,
                name: param.name.clone(),
                mode: param.mode,
                default,
            });
        }
        Function {
            item: Some(id),
            doc: item.doc.clone(),
            params,
            ret: self.lower(&signature.ret, args),
            locals,
            gil: self.gil_mode(item),
            wishes: wishes(&item.attributes),
            inline: item.attribute("inline").is_some(),
            ..empty(self.instance_name(id, args), item.span)
        }
    }

    /// `max[Int]`, `List[Int].map[Float]`.
    fn instance_name(&self, id: ItemId, args: &[Ty]) -> String {
        let name = &self.hir.items[id].name.name;
        let (owner, own) = match self.owners.get(&id) {
            Some(Owner::Impl(i)) => {
                let of = &self.types.impls[*i];
                let ty = of.ty.subst(args);
                (format!("{ty}."), of.generics.len())
            }
            Some(Owner::Trait(of)) => {
                let generics = self.types.traits.get(*of).map_or(1, |t| t.generics.len());
                let ty = args.first().map(|ty| format!("{ty}."));
                (ty.unwrap_or_default(), generics)
            }
            None => (String::new(), 0),
        };
        let own: Vec<String> = args.iter().skip(own).map(Ty::to_string).collect();
        match own.is_empty() {
            true => format!("{owner}{name}"),
            false => format!("{owner}{name}[{}]", own.join(", ")),
        }
    }

    /// The function that computes the default value of a parameter.
    pub(super) fn default_of(&self, id: ItemId, param: usize, args: &[Ty]) -> Option<FnId> {
        let key = Key::Default(id, param, args.to_vec());
        self.instances.borrow().known.get(&key).copied()
    }

    /// The function that computes the default value of a field.
    pub(super) fn field_default(
        &self,
        adt: &crate::types::Adt,
        variant: u32,
        index: usize,
    ) -> Option<FnId> {
        let key = Key::Field(adt.item, variant, index, adt.args.to_vec());
        if let Some(&known) = self.instances.borrow().known.get(&key) {
            return Some(known);
        }
        let def = self.types.adts.get(adt.item)?;
        let field = def.variants.get(variant as usize)?.fields.get(index)?;
        let value = field.default?;
        let name = format!("{}.{}", adt.name, field.name);
        let mut shell = empty(name, self.hir.exprs[value].span);
        shell.ret = self.lower(&field.ty, &adt.args);
        let task = Task::Value(value, adt.args.iter().cloned().collect());
        Some(self.add(Some(key), shell, Some(task)))
    }

    /// The function that does something with values of a type.
    pub(super) fn glue(&self, glue: Glue, ty: &Ty) -> FnId {
        let key = Key::Glue(glue, ty.clone());
        if let Some(&known) = self.instances.borrow().known.get(&key) {
            return known;
        }
        let span = self.span_of(ty);
        let mut shell = empty(format!("{ty}.{}", glue.name()), span);
        let params: &[&str] = match glue {
            Glue::Equal | Glue::Compare => &["self", "other"],
            Glue::Text | Glue::Hash | Glue::ToObject => &["self"],
            Glue::FromObject => &["object"],
        };
        for &name in params {
            let local = shell.locals.push(Local {
                name: Some(name.to_owned()),
                ty: match glue {
                    Glue::FromObject => Ty::PythonObject,
                    _ => ty.clone(),
                },
                span,
                contiguous: false,
                alias: false,
            });
            shell.params.push(Param {
                local,
                name: name.to_owned(),
                mode: ParamMode::Read,
                default: None,
            });
        }
        shell.ret = match glue {
            Glue::Equal => Ty::Bool,
            Glue::Compare | Glue::Hash => Ty::Int,
            Glue::Text => Ty::String,
            Glue::ToObject => Ty::PythonObject,
            Glue::FromObject => ty.clone(),
        };
        self.add(Some(key), shell, Some(Task::Glue(glue, ty.clone())))
    }

    /// Where a type is declared; of one that is not, the beginning of the program.
    fn span_of(&self, ty: &Ty) -> Span {
        match ty {
            Ty::Adt(adt) => self.hir.items[adt.item].name.span,
            Ty::List(t) => self.span_of(t),
            Ty::Tuple(items) => self.span_of(&items[0]),
            _ => self.hir.items.iter().next().map_or_else(
                || unreachable!("there is no function without a declaration"),
                |(_, item)| item.span,
            ),
        }
    }

    /// Adds a function; what it is called with is known from here on.
    pub(super) fn add_function(&self, shell: Function) -> FnId {
        self.add(None, shell, None)
    }

    fn add(&self, key: Option<Key>, shell: Function, task: Option<Task>) -> FnId {
        let mut instances = self.instances.borrow_mut();
        let modes = shell.params.iter().map(|p| p.mode).collect();
        instances.signatures.add(modes);
        let id = instances.program.functions.push(shell);
        if let Some(key) = key {
            instances.known.insert(key, id);
        }
        instances.work.extend(task.map(|task| (id, task)));
        id
    }

    /// Builds the bodies of all functions, and of those that they ask for.
    pub(super) fn define_all(&'a self) {
        loop {
            let next = self.instances.borrow_mut().work.pop_front();
            let Some((id, task)) = next else { return };
            let shell = self.take_shell(id);
            let args = match &task {
                Task::Item(_, args) | Task::Value(_, args) => Rc::clone(args),
                Task::Glue(..) => Rc::from([]),
            };
            let mut builder = FnBuilder::new(self, shell, args);
            match task {
                Task::Item(item, _) => builder.item(item),
                Task::Value(value, _) => builder.default_value(value),
                Task::Glue(Glue::Text, ty) => builder.text_glue(&ty),
                Task::Glue(Glue::Hash, ty) => builder.hash_glue(&ty),
                Task::Glue(Glue::ToObject, ty) => builder.glue_to_object(&ty),
                Task::Glue(Glue::FromObject, ty) => builder.glue_from_object(&ty),
                Task::Glue(glue, ty) => builder.glue(glue, &ty),
            }
            self.finish(id, builder.finish());
        }
    }

    fn take_shell(&self, id: FnId) -> Function {
        let mut instances = self.instances.borrow_mut();
        let shell = &mut instances.program.functions[id];
        let stand_in = empty(shell.name.clone(), shell.span);
        std::mem::replace(shell, stand_in)
    }

    /// Puts a function that is built into its place.
    pub(super) fn finish(&self, id: FnId, mut function: Function) {
        moves::insert(&mut function);
        let mut instances = self.instances.borrow_mut();
        let modes = function.params.iter().map(|p| p.mode).collect();
        instances.signatures.set(id, modes);
        instances.program.functions[id] = function;
    }

    /// Whether the types are ones that only a program without end asks for; then this has been said.
    fn is_endless(&self, name: &hir::Ident, args: &[Ty]) -> bool {
        let endless = args.iter().any(|ty| depth(ty) > MAX_DEPTH);
        if endless {
            let problem = say::endless_function(name.span, &name.name);
            self.instances.borrow_mut().problems.push(problem);
        }
        endless
    }

    // ---- traits ----

    /// The trait of the prelude with this name.
    pub(super) fn prelude_trait(&self, name: &str) -> Option<ItemId> {
        let modules = self.hir.modules.iter().filter(|m| m.prelude);
        let mut items = modules.flat_map(|m| &m.items).copied();
        items.find(|&id| {
            let item = &self.hir.items[id];
            matches!(item.kind, ItemKind::Trait(_)) && item.name.name == name
        })
    }

    /// The function that a type has for a trait's function, and what is put in for its type parameters. `args` begins with
    /// the type, then come the trait's arguments and the function's own.
    pub(super) fn method(
        &self,
        of_trait: ItemId,
        item: ItemId,
        args: &[Ty],
    ) -> Option<(ItemId, Vec<Ty>)> {
        let generics = self.types.traits.get(of_trait)?.generics.len().max(1);
        let (of, own) = args.split_at(generics.min(args.len()));
        let name = &self.hir.items[item].name.name;
        if let Some((found, mut all)) = self.find_impl(of_trait, of)
            && let Some((_, method)) = found.methods.iter().find(|m| m.0 == *name)
        {
            all.extend_from_slice(own);
            return Some((*method, all));
        }
        match &self.hir.items[item].kind {
            ItemKind::Fn(function) if function.body.is_some() => Some((item, args.to_vec())),
            _ => None,
        }
    }

    /// A function that a type has by itself, and what is put in for its type parameters.
    pub(super) fn own_method(&self, ty: &Ty, name: &str) -> Option<(ItemId, Vec<Ty>)> {
        self.types.impls.iter().find_map(|known| {
            let (_, method) = known.methods.iter().find(|m| m.0 == name)?;
            let mut found = vec![None; known.generics.len()];
            let fits = known.of_trait.is_none() && matches(&known.ty, ty, &mut found);
            let found: Option<Vec<Ty>> = found.into_iter().collect();
            found.filter(|_| fits).map(|found| (*method, found))
        })
    }

    /// The constant that a type has, for a trait's if `of_trait` says so, and what is put in for the type parameters in it.
    pub(super) fn find_const(
        &self,
        item: ItemId,
        of_trait: Option<ItemId>,
        ty: &Ty,
    ) -> (ItemId, Vec<Ty>) {
        let Some(of_trait) = of_trait else {
            let mut impls = self.types.impls.iter();
            let owner = impls.find(|of| of.consts.iter().any(|c| c.1 == item));
            let args = owner.and_then(|of| {
                let mut found = vec![None; of.generics.len()];
                matches(&of.ty, ty, &mut found);
                found.into_iter().collect()
            });
            return (item, args.unwrap_or_default());
        };
        let name = &self.hir.items[item].name.name;
        let own = self.find_impl(of_trait, std::slice::from_ref(ty));
        let own = own.and_then(|(of, args)| {
            let found = of.consts.iter().find(|c| c.0 == *name)?;
            Some((found.1, args))
        });
        own.unwrap_or_else(|| (item, vec![ty.clone()]))
    }

    /// The `impl` of a trait for a type, the first of `of`, and the arguments for its type parameters.
    pub(super) fn find_impl(&self, of_trait: ItemId, of: &[Ty]) -> Option<(&'a ImplDef, Vec<Ty>)> {
        let (ty, trait_args) = of.split_first()?;
        self.types.impls.iter().find_map(|known| {
            let Bound { item, args } = known.of_trait.as_ref()?;
            if *item != of_trait {
                return None;
            }
            let mut found = vec![None; known.generics.len()];
            let fits = matches(&known.ty, ty, &mut found)
                && args
                    .iter()
                    .zip(trait_args)
                    .all(|(pattern, ty)| matches(pattern, ty, &mut found));
            let found: Option<Vec<Ty>> = found.into_iter().collect();
            found.filter(|_| fits).map(|found| (known, found))
        })
    }
}

/// Whether the pattern, with the right types for its parameters, is the type.
fn matches(pattern: &Ty, ty: &Ty, found: &mut [Option<Ty>]) -> bool {
    let mut all = |patterns: &[Ty], tys: &[Ty]| {
        let mut pairs = patterns.iter().zip(tys);
        patterns.len() == tys.len() && pairs.all(|(p, t)| matches(p, t, found))
    };
    match (pattern, ty) {
        (Ty::Param(param), ty) => match found.get_mut(param.index as usize) {
            Some(Some(known)) => known == ty,
            Some(unknown) => {
                *unknown = Some(ty.clone());
                true
            }
            None => false,
        },
        (Ty::Tuple(patterns), Ty::Tuple(tys)) => all(patterns, tys),
        (Ty::Adt(pattern), Ty::Adt(ty)) => pattern.item == ty.item && all(&pattern.args, &ty.args),
        (Ty::List(pattern), Ty::List(ty))
        | (Ty::Array(pattern), Ty::Array(ty))
        | (Ty::ArrayView(pattern), Ty::ArrayView(ty))
        | (Ty::PyArrayView(pattern), Ty::PyArrayView(ty))
        | (Ty::PythonArray(pattern), Ty::PythonArray(ty)) => matches(pattern, ty, found),
        (Ty::Nd(pattern), Ty::Nd(ty)) => {
            pattern.rank == ty.rank && matches(&pattern.kind, &ty.kind, found)
        }
        (Ty::Fn(pattern), Ty::Fn(ty)) => {
            let mut params = pattern.params.iter().zip(&ty.params);
            pattern.params.len() == ty.params.len()
                && params.all(|(p, t)| p.1 == t.1 && matches(&p.0, &t.0, found))
                && matches(&pattern.ret, &ty.ret, found)
        }
        (pattern, ty) => pattern == ty,
    }
}
