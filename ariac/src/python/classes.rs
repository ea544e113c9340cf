//! Classes: how Python sees a `struct`, `data` or `enum`.
//!
//! A class is plain Python code, which is part of the extension as text and runs when the module is made: nothing in it is
//! needed to be fast, and everything in it behaves as in any other class. The runtime makes instances by calling the class, and reads
//! attributes:
//!
//! ```text
//! data Point(x: Float, y: Float = 0.0)      class Point:
//!                                             __slots__ = __match_args__ = ("x", "y")
//!                                   →         def __init__(self, x, y=0.0): …
//!                                             def __repr__(self): …
//! ```
//!
//! An enum is a class that has its variants as attributes: classes below it, and one instance of each that has no fields.

use super::class_names::class_name;
use super::interface::{Class, ClassField, ClassVariant, Export, python_literal, python_string};
use super::items;
use crate::hir::{Hir, ItemKind, TypeDeclKind};
use crate::llvm::ModuleCx;
use crate::mir::Program;
use crate::types::{Adt, Known, Ty};
use inkwell::module::Linkage;
use inkwell::values::PointerValue;
use std::fmt::Write as _;

/// Whether values of a declared type are instances of a class.
#[must_use]
pub fn is_class(known: &Known, adt: &Adt) -> bool {
    let item = Some(adt.item);
    let own = [
        known.option,
        known.result,
        known.map,
        known.set,
        known.complex,
        known.bytes,
    ];
    !own.contains(&item)
}

/// The classes of the types that functions mention, then of other public ones.
pub(super) fn of(program: &Program, hir: &Hir, functions: &[Export]) -> Vec<Class> {
    let exports = functions.iter().map(|export| {
        let params = export.params.iter().map(|param| &param.ty);
        params.chain([&export.ret])
    });
    let found = reached(program, exports.flatten());
    let errors: Vec<&Adt> = functions
        .iter()
        .filter_map(|export| match &export.ret {
            Ty::Adt(adt) if program.known.is_result(adt) => match adt.args.get(1) {
                Some(Ty::Adt(error)) => Some(error),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let class = |adt: Adt| {
        let is_error = errors.contains(&&adt);
        class(program, hir, adt, is_error)
    };
    found.into_iter().map(class).collect()
}

/// The types with classes in types of arguments and results, then those of other public ones.
pub(super) fn reached<'t>(program: &Program, types: impl Iterator<Item = &'t Ty>) -> Vec<Adt> {
    let mut found = Vec::new();
    types.for_each(|ty| collect(program, ty, &mut found));
    for adt in &program.classes {
        collect(program, &Ty::Adt(adt.clone()), &mut found);
    }
    found
}

fn collect(program: &Program, ty: &Ty, found: &mut Vec<Adt>) {
    match ty {
        Ty::Tuple(items) => items.iter().for_each(|ty| collect(program, ty, found)),
        Ty::List(element) => collect(program, element, found),
        ty if ty.is_array_like() => collect(program, ty.scalar(), found),
        Ty::Adt(adt) if !is_class(&program.known, adt) => {
            adt.args.iter().for_each(|ty| collect(program, ty, found));
        }
        Ty::Adt(adt) if !found.contains(adt) => {
            found.push(adt.clone());
            let variants = program.adts.get(adt).into_iter().flat_map(|l| &l.variants);
            let fields = variants.flat_map(|v| &v.fields);
            fields.for_each(|(_, ty)| collect(program, ty, found));
        }
        _ => {}
    }
}

fn class(program: &Program, hir: &Hir, adt: Adt, is_error: bool) -> Class {
    let item = &hir.items[adt.item];
    let declared = match &item.kind {
        ItemKind::Type(declared) => Some(declared),
        _ => None,
    };
    let layout = &program.adts[&adt];
    let variants = layout.variants.iter().enumerate().map(|(i, variant)| {
        let declared = declared.and_then(|d| d.variants.get(i));
        let value = declared.and_then(|d| d.value);
        let fields = variant.fields.iter().enumerate().map(|(j, (name, ty))| {
            let default = declared.and_then(|d| d.fields.get(j)?.default);
            ClassField {
                name: attribute(name),
                ty: ty.clone(),
                default: default.and_then(|value| python_literal(hir, value)),
            }
        });
        let mut fields: Vec<ClassField> = fields.collect();
        // Python wants all that follow a default to have one.
        let required = fields.iter().rposition(|field| field.default.is_none());
        for field in fields.iter_mut().take(required.unwrap_or(0)) {
            field.default = None;
        }
        ClassVariant {
            name: attribute(&variant.name),
            fields,
            value: value.and_then(|value| python_literal(hir, value)),
        }
    });
    Class {
        name: class_name(program, &adt),
        doc: item.doc.clone(),
        is_enum: layout.is_enum,
        is_error,
        is_mutable: declared.is_some_and(|d| d.kind == TypeDeclKind::Struct)
            && !hir.is_frozen(item),
        variants: variants.collect(),
        adt,
    }
}

/// A field's or variant's name as Python can write it: `0` is `_0`, `from` is `from_`.
fn attribute(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield", "self",
    ];
    let name = name.trim_end_matches('?');
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else if KEYWORDS.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// The code that makes the classes, in the namespace of the module.
#[must_use]
pub fn source(classes: &[Class]) -> String {
    let mut text = String::new();
    if classes.iter().any(items::has_dtype) {
        text.push_str(items::DTYPE);
    }
    for class in classes {
        if class.is_enum {
            enum_source(class, &mut text);
        } else {
            let head = format!("class {}{}:", class.name, base(class));
            body_source(class, &class.variants[0], &head, &class.name, "", &mut text);
            if items::has_dtype(class) {
                let fields = items::dtype_fields(class, classes);
                let _ = writeln!(text, "    dtype = _aria_dtype({fields})");
            }
        }
    }
    text
}

fn enum_source(class: &Class, text: &mut String) {
    let name = &class.name;
    // A function, so that the variants' classes are no names of the module.
    let _ = writeln!(text, "def _aria_enum():");
    let _ = writeln!(text, "    class {name}{}:", base(class));
    let _ = writeln!(text, "        __slots__ = ()");
    let _ = writeln!(text, "        __qualname__ = {}", python_string(name));
    if let Some(doc) = &class.doc {
        let _ = writeln!(text, "        __doc__ = {}", python_string(doc));
    }
    let _ = writeln!(
        text,
        "        def __new__(cls, *args, **kwargs):\n            if cls is {name}:\n                raise TypeError({})\n            return super().__new__(cls{})",
        python_string(&format!(
            "{name} has no instances of its own, its variants have"
        )),
        if class.is_error {
            ", *args, **kwargs"
        } else {
            ""
        },
    );
    if !class.is_error {
        frozen(name, "        ", text);
    }
    from_value(class, text);
    for variant in &class.variants {
        let own = &variant.name;
        let path = format!("{name}.{own}");
        let head = format!("class {own}({name}):");
        body_source(class, variant, &head, &path, "    ", text);
        let value = match is_single(class, variant) {
            true => format!("{own}()"),
            false => own.clone(),
        };
        let _ = writeln!(text, "    {name}.{own} = {value}");
    }
    let _ = writeln!(
        text,
        "    return {name}\n{name} = _aria_enum()\ndel _aria_enum"
    );
}

/// The function that finds a variant by its value, as the enum's own in Aria does.
fn from_value(class: &Class, text: &mut String) {
    let name = &class.name;
    let variants = || class.variants.iter().filter(|v| v.value.is_some());
    if variants().next().is_none() {
        return;
    }
    let each: String = variants().map(|v| format!("{name}.{}, ", v.name)).collect();
    let found = if class.is_error {
        "variant()"
    } else {
        "variant"
    };
    let _ = writeln!(
        text,
        "        @staticmethod
        def from_value(value):
            \"\"\"The variant that has this value; ValueError when there is none.\"\"\"
            for variant in ({each}):
                if variant.value == value:
                    return {found}
            shown = f'\"{{value}}\"' if isinstance(value, str) else repr(value)
            raise ValueError(f\"no {name} has the value {{shown}}\")"
    );
}

fn base(class: &Class) -> &'static str {
    if class.is_error { "(Exception)" } else { "" }
}

/// Whether there is one instance of a variant for all. What is raised keeps where it was raised, so that errors are new
/// each time.
fn is_single(class: &Class, variant: &ClassVariant) -> bool {
    class.is_enum && variant.fields.is_empty() && !class.is_error
}

/// A class with the fields of a variant, `head` and all. `path`: how it is reached from the module.
fn body_source(
    class: &Class,
    variant: &ClassVariant,
    head: &str,
    path: &str,
    indent: &str,
    text: &mut String,
) {
    let fields = &variant.fields;
    let mut line = |depth: usize, content: &str| {
        let _ = writeln!(text, "{indent}{}{content}", "    ".repeat(depth));
    };
    line(0, head);
    let names: String = fields.iter().map(|f| format!("{:?}, ", f.name)).collect();
    line(
        1,
        &format!("__slots__ = __match_args__ = ({})", names.trim_end()),
    );
    if let Some(value) = &variant.value {
        line(1, &format!("value = {value}"));
    }
    if class.is_enum {
        line(1, &format!("__qualname__ = {}", python_string(path)));
    } else if let Some(doc) = &class.doc {
        line(1, &format!("__doc__ = {}", python_string(doc)));
    }
    if !fields.is_empty() {
        let params = fields.iter().map(|field| match &field.default {
            Some(default) => format!(", {}={default}", field.name),
            None => format!(", {}", field.name),
        });
        line(
            1,
            &format!("def __init__(self{}):", params.collect::<String>()),
        );
        for field in fields {
            let name = &field.name;
            line(
                2,
                &match class.is_mutable || class.is_error {
                    true => format!("self.{name} = {name}"),
                    false => format!("object.__setattr__(self, {name:?}, {name})"),
                },
            );
        }
    }
    let each = |form: &dyn Fn(&str) -> String, between: &str| {
        let parts = fields.iter().map(|f| form(&f.name));
        parts.collect::<Vec<_>>().join(between)
    };
    line(1, "def __repr__(self):");
    if fields.is_empty() {
        let shown = if class.is_enum {
            path.to_owned()
        } else {
            format!("{path}()")
        };
        line(2, &format!("return {}", python_string(&shown)));
    } else {
        let shown = each(&|name| format!("{name}={{self.{name}!r}}"), ", ");
        line(2, &format!("return f\"{path}({shown})\""));
    }
    line(1, "def __eq__(self, other):");
    line(2, "if other.__class__ is not self.__class__:");
    line(3, "return NotImplemented");
    let same = each(&|name| format!("self.{name} == other.{name}"), " and ");
    line(
        2,
        &format!("return {}", if fields.is_empty() { "True" } else { &same }),
    );
    if class.is_mutable {
        line(1, "__hash__ = None");
    } else {
        let values: String = fields
            .iter()
            .map(|f| format!(", self.{}", f.name))
            .collect();
        line(1, "def __hash__(self):");
        line(2, &format!("return hash((self.__class__{values},))",));
    }
    line(1, "def __reduce__(self):");
    if is_single(class, variant) {
        line(
            2,
            &format!("return getattr, ({}, {:?})", class.name, variant.name),
        );
    } else {
        let values: String = fields
            .iter()
            .map(|f| format!("self.{}, ", f.name))
            .collect();
        line(
            2,
            &format!("return self.__class__, ({})", values.trim_end()),
        );
    }
    if class.is_error {
        line(1, "def __str__(self):");
        let shown = match &fields[..] {
            [one] => format!("str(self.{})", one.name),
            _ => {
                let shown = each(&|name| format!("{name}: {{self.{name}}}"), ", ");
                format!("f\"{shown}\"")
            }
        };
        line(2, &format!("return {shown}"));
    } else if !class.is_enum && !class.is_mutable {
        frozen(&class.name, &format!("{indent}    "), text);
    }
}

fn frozen(name: &str, indent: &str, text: &mut String) {
    for (method, args) in [("__setattr__", "name, value"), ("__delattr__", "name")] {
        let _ = writeln!(
            text,
            "{indent}def {method}(self, {args}):\n{indent}    raise AttributeError(f\"{name} cannot be changed: {{name}}\")"
        );
    }
}

/// The `ClassesSpec*` of a module; null when it has no classes.
pub(super) fn spec<'c>(cx: &ModuleCx<'c>, classes: &[Class]) -> PointerValue<'c> {
    if classes.is_empty() {
        return cx.types.ptr.const_null();
    }
    let paths = classes.iter().flat_map(|class| {
        let paths = class.variants.iter().map(|variant| path(class, variant));
        paths.collect::<Vec<_>>()
    });
    let cells: Vec<_> = paths.map(|path| cell(cx, &path)).collect();
    let array = cx.types.ptr.const_array(&cells);
    let fields = [
        cx.bytes(&source(classes)).into(),
        cx.types.i64.const_int(cells.len() as u64, false).into(),
        cx.constant("cells", array).as_pointer_value().into(),
    ];
    cx.constant("classes", cx.context.const_struct(&fields, false))
        .as_pointer_value()
}

fn path(class: &Class, variant: &ClassVariant) -> String {
    match class.is_enum {
        true => format!("{}.{}", class.name, variant.name),
        false => class.name.clone(),
    }
}

/// The `ClassCell*` of a variant of a type.
pub(super) fn cell_of<'c>(cx: &ModuleCx<'c>, adt: &Adt, variant: usize) -> PointerValue<'c> {
    let layout = &cx.program.adts[adt];
    let class = class_name(cx.program, adt);
    let path = match layout.is_enum {
        true => format!("{class}.{}", attribute(&layout.variants[variant].name)),
        false => class,
    };
    cell(cx, &path)
}

fn cell<'c>(cx: &ModuleCx<'c>, path: &str) -> PointerValue<'c> {
    let name = format!("aria.class.{path}");
    if let Some(known) = cx.module.get_global(&name) {
        return known.as_pointer_value();
    }
    let null = cx.types.ptr.const_null();
    let value = cx
        .context
        .const_struct(&[cx.bytes(path).into(), null.into()], false);
    let global = cx.module.add_global(value.get_type(), None, &name);
    global.set_linkage(Linkage::Internal);
    global.set_initializer(&value);
    global.as_pointer_value()
}

/// The name of a field's attribute.
pub(super) fn attribute_name(name: &str) -> String {
    attribute(name)
}

/// Writes a type as a stub does.
type TypeText<'a> = &'a mut dyn FnMut(&Ty) -> String;

/// The classes in a stub. `argument`: the type of what a constructor takes; `result`: of what an attribute is.
pub(super) fn stubs(
    classes: &[Class],
    mut argument: impl FnMut(&Ty) -> String,
    mut result: impl FnMut(&Ty) -> String,
) -> String {
    let mut text = String::new();
    for class in classes {
        if !class.is_enum {
            let head = format!("\nclass {}{}:", class.name, base(class));
            stub(
                class,
                &class.variants[0],
                &head,
                "",
                (&mut argument, &mut result),
                &mut text,
            );
            if items::has_dtype(class) {
                text.push_str("    dtype: ClassVar[numpy.dtype[numpy.void]]\n");
            }
            continue;
        }
        let _ = writeln!(text, "\nclass {}{}:", class.name, base(class));
        if let Some(doc) = &class.doc {
            let _ = writeln!(text, "    {}", python_string(doc));
        }
        if let Some(value) = class.variants.iter().find_map(|v| v.value.as_ref()) {
            let ty = value_type(value);
            let _ = writeln!(text, "    @property\n    def value(self) -> {ty}: ...");
            let _ = writeln!(
                text,
                "    @staticmethod\n    def from_value(value: {ty}) -> {}: ...",
                class.name
            );
        }
        for variant in &class.variants {
            let head = format!("    class {}({}):", variant.name, class.name);
            if is_single(class, variant) {
                let _ = writeln!(text, "    {}: {}", variant.name, class.name);
            } else {
                stub(
                    class,
                    variant,
                    &head,
                    "    ",
                    (&mut argument, &mut result),
                    &mut text,
                );
            }
        }
    }
    text
}

/// The type of a value that is written so.
fn value_type(value: &str) -> &'static str {
    match value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        true => "int",
        false => "str",
    }
}

fn stub(
    class: &Class,
    variant: &ClassVariant,
    head: &str,
    indent: &str,
    (argument, result): (TypeText<'_>, TypeText<'_>),
    text: &mut String,
) {
    let _ = writeln!(text, "{head}");
    if let Some(doc) = class.doc.as_ref().filter(|_| !class.is_enum) {
        let _ = writeln!(text, "{indent}    {}", python_string(doc));
    }
    let names: String = variant
        .fields
        .iter()
        .map(|f| format!("{:?}, ", f.name))
        .collect();
    let _ = writeln!(text, "{indent}    __match_args__ = ({})", names.trim_end());
    for field in &variant.fields {
        let ty = result(&field.ty);
        if class.is_mutable {
            let _ = writeln!(text, "{indent}    {}: {ty}", field.name);
        } else {
            let _ = writeln!(
                text,
                "{indent}    @property\n{indent}    def {}(self) -> {ty}: ...",
                field.name
            );
        }
    }
    let params = variant.fields.iter().map(|field| {
        let ty = argument(&field.ty);
        let default = field
            .default
            .as_ref()
            .map(|d| format!(" = {d}"))
            .unwrap_or_default();
        format!(", {}: {ty}{default}", field.name)
    });
    let params: String = params.collect();
    let _ = writeln!(text, "{indent}    def __init__(self{params}) -> None: ...");
}
