//! Types as they are written: what their names mean.

use super::modules::Found;
use super::walk::Walk;
use super::{Meaning, TypeMeaning};
use crate::builtins::{EXCEPTIONS, exception};
use crate::diagnostics::{names as say, nearest, types as say_types};
use crate::hir::{Ident, ItemId, TypeArg, TypeExprId, TypeExprKind, TypeParam, WherePredicate};
use crate::source::Span;
use crate::types::{is_type_name, type_names};

/// What people write who come from another language.
const FOREIGN: [(&str, &str); 38] = [
    ("Str", "String"),
    ("Double", "Float"),
    ("F64", "Float"),
    ("F32", "Float32"),
    ("I64", "Int"),
    ("Integer", "Int"),
    ("Long", "Int"),
    ("Number", "Float"),
    ("Real", "Float"),
    ("Boolean", "Bool"),
    ("Void", "Unit"),
    ("None", "Unit"),
    ("Nil", "Unit"),
    ("Any", "PythonObject"),
    ("Object", "PythonObject"),
    ("PyObject", "PythonObject"),
    ("PyArray", "PythonArray"),
    ("Ndarray", "PyArrayView"),
    ("NDArray", "PyArrayView"),
    ("Vec", "List"),
    ("Vector", "List"),
    ("ArrayList", "List"),
    ("Seq", "List"),
    ("Sequence", "List"),
    ("Slice", "List"),
    ("Dict", "Map"),
    ("HashMap", "Map"),
    ("BTreeMap", "Map"),
    ("Dictionary", "Map"),
    ("HashSet", "Set"),
    ("FrozenSet", "Set"),
    ("Optional", "Option"),
    ("Maybe", "Option"),
    ("Either", "Result"),
    ("Char", "String"),
    ("Text", "String"),
    ("Byte", "UInt8"),
    ("UInt", "UInt64"),
];

/// The traits that the prelude declares: a program is not wrong to name them where the prelude is missing.
const PRELUDE_TRAITS: [&str; 10] = [
    "Eq", "Ord", "Hash", "Element", "Number", "Real", "Add", "Sub", "Mul", "Div",
];

/// Ours for the name of a type in another language.
fn foreign(name: &str) -> Option<&'static str> {
    FOREIGN
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, ours)| *ours)
}

/// What may stand in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A type.
    Type,
    /// A trait: what a type parameter must have.
    Bound,
}

/// What `Self` means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SelfMeaning {
    /// There is none: this place belongs to no type.
    #[default]
    Nothing,
    /// A type; its declaration, when it is a declared one.
    Type(Option<ItemId>),
    /// The type that has the trait, which is its parameter 0.
    Trait,
}

/// The name of a trait's parameter 0.
const SELF_TYPE: &str = "Self";

impl<'h> Walk<'h, '_> {
    /// Brings type parameters into scope; gives how many there were before.
    pub(super) fn enter_generics(
        &mut self,
        generics: &'h [TypeParam],
        wheres: &'h [WherePredicate],
    ) -> usize {
        let before = self.generics.len();
        for param in generics {
            let name = &param.name;
            if let Some((_, first)) = self.generics.iter().find(|(n, _)| *n == name.name) {
                let report = say::duplicate(name.span, &name.name, *first);
                self.report(report);
            }
            self.generics.push((&name.name, name.span));
        }
        for param in generics {
            self.bounds(&param.bounds);
        }
        for predicate in wheres {
            self.ty(predicate.ty);
            self.bounds(&predicate.bounds);
        }
        before
    }

    /// Brings the type that has a trait into scope, as the first parameter.
    pub(super) fn enter_trait(&mut self, name: &Ident) {
        self.self_meaning = SelfMeaning::Trait;
        self.generics.push((SELF_TYPE, name.span));
    }

    /// The place of a type parameter.
    pub(super) fn type_param(&self, name: &str) -> Option<u32> {
        let place = self.generics.iter().rposition(|(n, _)| *n == name)?;
        u32::try_from(place).ok()
    }

    /// A type.
    pub(super) fn ty(&mut self, id: TypeExprId) {
        self.written(id, Role::Type);
    }

    pub(super) fn bounds(&mut self, bounds: &[TypeExprId]) {
        for &bound in bounds {
            self.written(bound, Role::Bound);
        }
    }

    fn written(&mut self, id: TypeExprId, role: Role) {
        let hir = self.hir;
        let span = hir.types[id].span;
        let meaning = match &hir.types[id].kind {
            TypeExprKind::Path { name, args } => {
                self.type_args(args);
                let meaning = self.type_name(name, role);
                self.in_role(meaning, name, role)
            }
            TypeExprKind::Qualified { scope, name, args } => {
                self.type_args(args);
                let meaning = self.qualified_type(scope, name);
                self.in_role(meaning, name, role)
            }
            TypeExprKind::SelfType => self.self_type(span),
            TypeExprKind::Fn { params, ret } => {
                for (param, _) in params {
                    self.ty(*param);
                }
                return self.ty(*ret);
            }
            TypeExprKind::Tuple(items) | TypeExprKind::Union(items) => {
                return items.iter().for_each(|t| self.ty(*t));
            }
            TypeExprKind::Error => return,
        };
        self.names.types.set(id, meaning);
    }

    fn type_args(&mut self, args: &[TypeArg]) {
        for arg in args {
            if let TypeArg::Type(ty) = arg {
                self.ty(*ty);
            }
        }
    }

    fn self_type(&mut self, span: Span) -> TypeMeaning {
        match self.self_meaning {
            SelfMeaning::Type(_) => TypeMeaning::SelfType,
            SelfMeaning::Trait => TypeMeaning::Param(0),
            SelfMeaning::Nothing => {
                self.report(say::self_type_outside(span));
                TypeMeaning::Error
            }
        }
    }

    fn type_name(&mut self, name: &'h Ident, role: Role) -> TypeMeaning {
        let text = &*name.name;
        if let Some(param) = self.type_param(text) {
            return TypeMeaning::Param(param);
        }
        let found = self.globals.find(self.module_index, text);
        match found {
            Found::One(Meaning::Adt(item)) => return TypeMeaning::Adt(item),
            Found::One(Meaning::Trait(item)) => return TypeMeaning::Trait(item),
            Found::One(Meaning::Error) => return TypeMeaning::Error,
            _ => {}
        }
        if is_type_name(text) || exception(text).is_some() {
            return TypeMeaning::Builtin;
        }
        // The traits of the language are declared in its prelude; without it, none is wrong.
        let is_of_prelude = role == Role::Bound && PRELUDE_TRAITS.contains(&text);
        if is_of_prelude && !self.globals.has_prelude() {
            return TypeMeaning::Builtin;
        }
        if self.module.broken || self.module.skipped.contains(&name.name) {
            return TypeMeaning::Error;
        }
        if let Found::One(Meaning::Variant(item, _)) = found {
            let of = &self.hir.items[item].name.name;
            self.report(say::variant_as_type(name.span, text, of));
            return TypeMeaning::Error;
        }
        self.unknown_type(name, role);
        TypeMeaning::Error
    }

    fn unknown_type(&mut self, name: &Ident, role: Role) {
        let text = &*name.name;
        let foreign = foreign(text);
        let fits = |meaning: Meaning| match role {
            Role::Type => matches!(meaning, Meaning::Adt(_)),
            Role::Bound => matches!(meaning, Meaning::Trait(_)),
        };
        let declared = self.globals.names(self.module_index);
        let is_right =
            |n: &&str| matches!(self.globals.find(self.module_index, n), Found::One(m) if fits(m));
        let mut candidates: Vec<&str> = Vec::new();
        candidates.extend(declared.into_iter().filter(is_right));
        if role == Role::Type {
            candidates.extend(self.generics.iter().map(|(n, _)| *n));
            let exceptions = EXCEPTIONS.iter().map(|(n, _)| *n);
            for name in type_names().chain(exceptions) {
                candidates.push(name);
            }
        }
        let near = foreign.or_else(|| nearest(text, candidates));
        let report = match role {
            Role::Type if near.is_none() && matches!(text, "Tuple" | "Pair") => {
                say_types::unknown_type(name.span, text, None).help("a tuple is written `(A, B)`")
            }
            Role::Type
                if near.is_none()
                    && matches!(
                        text,
                        "Callable" | "Function" | "Func" | "Lambda" | "Closure"
                    ) =>
            {
                say_types::unknown_type(name.span, text, None)
                    .help("a function is written `Fn(A, B) -> C`")
            }
            Role::Type => say_types::unknown_type(name.span, text, near),
            Role::Bound => say::unknown_trait(name.span, text, near),
        };
        self.report(report);
    }

    /// `geometry.Point`.
    fn qualified_type(&mut self, scope: &'h Ident, name: &'h Ident) -> TypeMeaning {
        let import = match self.scope(scope) {
            Found::One(Meaning::Module(import)) => import,
            Found::One(Meaning::Error) => return TypeMeaning::Error,
            Found::One(Meaning::PyModule(_)) => {
                self.report(say::python_type(name.span, &name.name));
                return TypeMeaning::Error;
            }
            _ => {
                if !self.module.broken {
                    self.report(say::no_module(scope.span, &scope.name));
                }
                return TypeMeaning::Error;
            }
        };
        match self.module_member(import, name) {
            Meaning::Adt(item) => TypeMeaning::Adt(item),
            Meaning::Trait(item) => TypeMeaning::Trait(item),
            Meaning::Error => TypeMeaning::Error,
            _ => {
                let report = say_types::unknown_type(name.span, &name.name, None);
                self.report(report);
                TypeMeaning::Error
            }
        }
    }

    /// What stands before the last dot of a type: `a`, or `a.b` where `a` hands on what it imports as `b`.
    fn scope(&self, scope: &Ident) -> Found {
        let mut parts = scope.name.split('.');
        let first = parts.next().unwrap_or_default();
        parts.fold(
            self.globals.find(self.module_index, first),
            |found, part| match found {
                Found::One(Meaning::Module(import)) => match self.names.imports.get(import) {
                    Some(&module) => self.globals.member(module, part),
                    None => Found::Nothing,
                },
                found => found,
            },
        )
    }

    /// Reports a type where a trait belongs, and the reverse.
    fn in_role(&mut self, meaning: TypeMeaning, name: &Ident, role: Role) -> TypeMeaning {
        let report = match (meaning, role) {
            (TypeMeaning::Trait(_), Role::Type) => {
                say::trait_as_type(name.span, &name.name, foreign(&name.name))
            }
            (TypeMeaning::Adt(_) | TypeMeaning::Param(_), Role::Bound) => {
                say::type_as_trait(name.span, &name.name)
            }
            (TypeMeaning::Builtin, Role::Bound) if self.globals.has_prelude() => {
                say::type_as_trait(name.span, &name.name)
            }
            _ => return meaning,
        };
        self.report(report);
        TypeMeaning::Error
    }
}
