//! The types of functions' heads.

use super::declared::{self, Reader, Scope};
use super::written::{Place, Written};
use super::{ParamTy, Signature, Ty, Types};
use crate::diagnostics::{Reports, names, types as say};
use crate::hir::{Function, Hir, Item, ItemId, ItemKind, NativeAbi, ParamMode};
use crate::resolve::Names;
use crate::source::Span;

/// Whose function it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Aria's, seen by Python or not.
    Aria { is_exported: bool },
    /// A Python module's.
    Python,
    /// A library's.
    Native(NativeAbi),
}

/// Fills in the signatures of all functions.
pub(super) fn signatures(hir: &Hir, names: &Names, types: &mut Types, reports: &mut Reports) {
    let scopes = declared::scopes(types);
    let outside = Scope::default();
    for (index, module) in hir.modules.iter().enumerate() {
        let reader = Reader { hir, names, module };
        let mut all = |ids: &[ItemId], owner: Owner, scope: &Scope| {
            for &id in ids {
                one(&reader, id, owner, scope.clone(), types, reports);
            }
        };
        for &id in &module.items {
            let item = &hir.items[id];
            let scope = scopes.get(&id).unwrap_or(&outside);
            let inner = Owner::Aria { is_exported: false };
            match &item.kind {
                ItemKind::Const { .. } | ItemKind::Import { .. } | ItemKind::FromImport { .. } => {}
                ItemKind::Type(decl) => all(&decl.methods, inner, scope),
                ItemKind::Trait(decl) => all(&decl.methods, inner, scope),
                ItemKind::Impl(decl) => all(&decl.methods, inner, scope),
                ItemKind::Fn(_) => {
                    // The functions of a program are called by itself: Python sees those that it could call.
                    let is_exported = index == 0 && !item.private && hir.main().is_none();
                    all(&[id], Owner::Aria { is_exported }, scope);
                }
                ItemKind::ExternPython { functions, .. } => all(functions, Owner::Python, scope),
                ItemKind::ExternNative { abi, functions, .. } => {
                    all(functions, Owner::Native(*abi), scope);
                }
            }
        }
    }
}

fn one(
    reader: &Reader<'_>,
    id: ItemId,
    owner: Owner,
    mut scope: Scope,
    types: &mut Types,
    reports: &mut Reports,
) {
    let hir = reader.hir;
    let item = &hir.items[id];
    let ItemKind::Fn(function) = &item.kind else {
        return;
    };
    reader.generics(&mut scope, &function.generics, &function.wheres, reports);
    let place = if owner == Owner::Native(NativeAbi::Rust) {
        Place::Rust
    } else {
        Place::Aria
    };
    let written = Written {
        hir,
        names: reader.names,
        place,
        generics: &scope.generics,
        self_ty: scope.self_ty.as_ref(),
    };
    let params = function.params.iter().map(|p| ParamTy {
        name: p.name.name.clone(),
        ty: written.ty(p.ty, reports),
        mode: p.mode,
        has_default: p.default.is_some(),
    });
    let params: Vec<ParamTy> = params.collect();
    let ret = function.ret.map_or(Ty::Unit, |t| written.ty(t, reports));
    let signature = Signature {
        generics: scope.generics,
        params,
        ret,
    };
    check(types, hir, item, function, &signature, owner, reports);
    // The name is looked at first, or every function would look for it among all.
    if item.name.name == "main" && hir.main() == Some(id) {
        check_main(hir, function, &signature, reports);
    }
    types.signatures.set(id, signature);
}

/// What may be a parameter or result of whom.
fn check(
    types: &Types,
    hir: &Hir,
    item: &Item,
    function: &Function,
    signature: &Signature,
    owner: Owner,
    reports: &mut Reports,
) {
    if let Some(attribute) = item.attribute("ufunc") {
        check_ufunc(hir, attribute.span, function, signature, reports);
    }
    for (param, written) in signature.params.iter().zip(&function.params) {
        let at = hir.types[written.ty].span;
        let ty = &param.ty;
        if holds_unit(ty) {
            let why = "there is nothing to pass";
            reports.add(say::not_here(at, ty, "a parameter", why));
            continue;
        }
        if matches!(ty, Ty::Tuple(_)) && ty.holds_view() {
            let why = "a view in a tuple cannot be a parameter: pass it by itself";
            reports.add(say::not_here(at, ty, "a parameter", why));
            continue;
        }
        match owner {
            Owner::Aria { is_exported } => {
                if param.mode == ParamMode::Mut && matches!(ty.kind(), Ty::PythonArray(_)) {
                    reports.add(say::handle_changed(at, ty));
                } else if param.mode == ParamMode::Mut
                    && is_exported
                    && item.name.name != "main"
                    && function.generics.is_empty()
                    && ty.can_cross()
                    && !matches!(ty.kind(), Ty::PyArrayView(_) | Ty::Error)
                {
                    reports.add(say::mut_from_python(at, &item.name.name, &param.name, ty));
                }
            }
            Owner::Python => {
                if param.mode != ParamMode::Read {
                    let why = "objects are passed to Python as they are";
                    reports.add(say::not_here(at, ty, "a `mut` or `own` parameter", why));
                }
            }
            Owner::Native(abi) => {
                if abi == NativeAbi::Runtime {
                    return;
                }
                let is_slice = abi == NativeAbi::Rust && ty.is_array_like();
                let is_scalar = ty.is_number() || *ty == Ty::Bool || *ty == Ty::Error;
                if !is_slice && !is_scalar {
                    let why = match abi {
                        NativeAbi::Rust => "Rust functions take numbers, Bool and arrays",
                        NativeAbi::C | NativeAbi::Runtime => "C functions take numbers and Bool",
                    };
                    reports.add(say::not_here(
                        at,
                        ty,
                        "a parameter of a native function",
                        why,
                    ));
                } else if is_scalar && param.mode == ParamMode::Mut && *ty != Ty::Error {
                    let why = "numbers are passed by value";
                    reports.add(say::not_here(
                        at,
                        ty,
                        "a `mut` parameter of a native function",
                        why,
                    ));
                }
            }
        }
    }
    let Some(ret) = function.ret else { return };
    let at = hir.types[ret].span;
    let ty = &signature.ret;
    match owner {
        Owner::Aria { .. } => {}
        Owner::Python => {
            if !types.comes_from_object(ty) && !matches!(ty, Ty::Unit | Ty::Error) {
                let why = "a Python object cannot be turned into it";
                reports.add(say::not_here(
                    at,
                    ty,
                    "the result of a Python function",
                    why,
                ));
            }
        }
        Owner::Native(NativeAbi::Runtime) => {}
        Owner::Native(_) => {
            if !ty.is_number() && !matches!(ty, Ty::Unit | Ty::Bool | Ty::Error) {
                let why = "native functions give a number, a Bool or nothing";
                reports.add(say::not_here(
                    at,
                    ty,
                    "the result of a native function",
                    why,
                ));
            }
        }
    }
}

/// How many arguments and results a ufunc has at most: the limit of NumPy 1, and of the runtime.
const MOST_OPERANDS: usize = 32;

/// A ufunc computes numbers from numbers.
fn check_ufunc(
    hir: &Hir,
    attribute: Span,
    function: &Function,
    signature: &Signature,
    reports: &mut Reports,
) {
    let is_element =
        |ty: &Ty| matches!(ty, Ty::Error | Ty::Param(_)) || ty.elem().is_some() || ty.is_complex();
    let mut refuse = |span, message: &str, expected: &str| {
        reports.add(names::attribute_argument(span, message, expected, None));
    };
    let results = match &signature.ret {
        Ty::Tuple(parts) => parts.len(),
        _ => 1,
    };
    if signature.params.len() + results > MOST_OPERANDS {
        let message = "NumPy has no ufuncs with so many arguments and results";
        refuse(attribute, message, "at most 32 of both");
    }
    if function.is_async {
        let message = "NumPy does not wait for the functions of a ufunc";
        refuse(
            attribute,
            message,
            "a function that is not `async` after it",
        );
    }
    if signature.params.is_empty() {
        refuse(
            attribute,
            "a ufunc has arguments",
            "a function with parameters after it",
        );
    }
    for (param, written) in signature.params.iter().zip(&function.params) {
        if !is_element(&param.ty) {
            let at = hir.types[written.ty].span;
            refuse(
                at,
                "the arguments of a ufunc are elements of arrays",
                "a number type, Bool or Complex",
            );
        } else if param.mode != ParamMode::Read {
            let message = "a ufunc changes none of its arguments";
            refuse(written.name.span, message, "neither `mut` nor `own`");
        } else if let Some(default) = written.default {
            let message = "the arguments of a ufunc have no default values";
            refuse(hir.exprs[default].span, message, "none");
        }
    }
    let is_result = match &signature.ret {
        Ty::Tuple(parts) => parts.iter().all(is_element),
        ty => is_element(ty),
    };
    if !is_result {
        let at = function.ret.map_or(attribute, |ret| hir.types[ret].span);
        let expected = "a number type, Bool, Complex, or a tuple of them";
        refuse(
            at,
            "the results of a ufunc are elements of arrays",
            expected,
        );
    }
}

/// What `fn main` may take and give.
fn check_main(hir: &Hir, function: &Function, signature: &Signature, reports: &mut Reports) {
    if let Some(param) = function.params.first() {
        let message = "`main` takes no parameters";
        let label = "nobody gives it a value";
        reports.add(say::main_signature(param.name.span, message, label));
    }
    if let (Some(ret), false) = (
        function.ret,
        matches!(signature.ret, Ty::Unit | Ty::Int | Ty::Error),
    ) {
        let message = format!("`main` gives a status or nothing, found {}", signature.ret);
        reports.add(say::main_signature(
            hir.types[ret].span,
            &message,
            "expected Int, or no result",
        ));
    }
}

/// Whether it is Unit, or a tuple with Unit in it.
fn holds_unit(ty: &Ty) -> bool {
    match ty {
        Ty::Unit => true,
        Ty::Tuple(items) => items.iter().any(holds_unit),
        _ => false,
    }
}
