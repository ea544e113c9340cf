//! The stub: the `.pyi` that type checkers and editors read.

use super::interface::{Class, Export, ExportParam, Interface, python_string};
use super::{classes, items};
use crate::types::{Adt, Ty};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The text of the module's stub.
#[must_use]
pub fn stub(interface: &Interface) -> String {
    let mut imports = Imports {
        lines: BTreeSet::new(),
        classes: &interface.classes,
    };
    let functions: Vec<String> = interface
        .callables()
        .map(|instances| callable(instances, &mut imports))
        .collect();
    let mut text = String::from("# Written by ariac; changes are lost at the next build.\n");
    if let Some(doc) = &interface.doc {
        text.push_str(&docstring(doc, ""));
    }
    let classes = class_stubs(interface, &mut imports);
    for import in imports.lines {
        text.push_str(import);
        text.push('\n');
    }
    text.push_str(&classes);
    for function in functions {
        text.push('\n');
        text.push_str(&function);
    }
    text
}

/// What a stub needs besides its own text.
struct Imports<'a> {
    lines: BTreeSet<&'static str>,
    /// The classes that the stub declares.
    classes: &'a [Class],
}

impl Imports<'_> {
    fn insert(&mut self, line: &'static str) {
        self.lines.insert(line);
    }

    fn extend<const N: usize>(&mut self, lines: [&'static str; N]) {
        self.lines.extend(lines);
    }
}

fn class_stubs(interface: &Interface, imports: &mut Imports<'_>) -> String {
    if interface.classes.iter().any(items::has_dtype) {
        imports.extend([NUMPY, CLASS_VAR]);
    }
    let imports = RefCell::new(imports);
    classes::stubs(
        &interface.classes,
        |ty| argument_type(ty, &mut imports.borrow_mut()),
        |ty| result_type(ty, &mut imports.borrow_mut()),
    )
}

/// A function, or a generic one as its overloads.
fn callable(instances: &[Export], imports: &mut Imports<'_>) -> String {
    if instances[0].ufunc.is_some() {
        imports.insert(NUMPY);
        let doc = instances[0].doc.as_ref();
        let doc = doc.map_or_else(String::new, |doc| docstring(doc, ""));
        return format!("{}: numpy.ufunc\n{doc}", instances[0].name);
    }
    if let [one] = instances {
        return function(one, imports);
    }
    imports.insert(OVERLOAD);
    let one = |export: &Export| format!("@overload\n{}", function(export, imports));
    instances.iter().map(one).collect()
}

fn function(export: &Export, imports: &mut Imports<'_>) -> String {
    let params: Vec<String> = export.params.iter().map(|p| param(p, imports)).collect();
    let ret = result_type(&export.ret, imports);
    let mut text = String::new();
    if let Some(deprecated) = &export.deprecated {
        imports.insert(DEPRECATED);
        let _ = writeln!(text, "@deprecated({})", python_string(deprecated));
    }
    let word = if export.is_async { "async def" } else { "def" };
    let _ = write!(
        text,
        "{word} {}({}) -> {ret}:",
        export.name,
        params.join(", ")
    );
    match &export.doc {
        Some(doc) => {
            text.push('\n');
            text.push_str(&docstring(doc, "    "));
        }
        None => text.push_str(" ...\n"),
    }
    text
}

fn param(param: &ExportParam, imports: &mut Imports<'_>) -> String {
    let mut text = format!("{}: {}", param.name, argument_type(&param.ty, imports));
    if let Some(default) = &param.default {
        let _ = write!(text, " = {default}");
    }
    text
}

const NUMPY: &str = "import numpy\nimport numpy.typing";
const OVERLOAD: &str = "from typing import overload";
const CLASS_VAR: &str = "from typing import ClassVar";
const ANY: &str = "from typing import Any";
const BUFFER: &str = "from typing_extensions import Buffer";
const DEPRECATED: &str = "from typing_extensions import deprecated";
const SEQUENCE: &str = "from collections.abc import Sequence";

/// What an argument may be.
fn argument_type(ty: &Ty, imports: &mut Imports<'_>) -> String {
    match ty {
        Ty::PyArrayView(element) | Ty::PythonArray(element) => {
            imports.insert(BUFFER);
            format!("{} | Buffer", ndarray(element, imports))
        }
        Ty::Nd(nd) => {
            imports.insert(BUFFER);
            let array = ndarray(nd.kind.scalar(), imports);
            if !matches!(nd.kind, Ty::Array(_)) {
                return format!("{array} | Buffer");
            }
            imports.insert(SEQUENCE);
            let mut rows = argument_type(nd.kind.scalar(), imports);
            for _ in 0..nd.rank {
                rows = format!("Sequence[{rows}]");
            }
            format!("{array} | {rows} | Buffer")
        }
        Ty::Array(element) => {
            imports.extend([BUFFER, SEQUENCE]);
            let item = argument_type(element, imports);
            format!("{} | Sequence[{item}] | Buffer", ndarray(element, imports))
        }
        Ty::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|t| argument_type(t, imports)).collect();
            format!("tuple[{}]", items.join(", "))
        }
        Ty::List(element) => {
            imports.insert(SEQUENCE);
            format!("Sequence[{}]", argument_type(element, imports))
        }
        Ty::Adt(adt) => declared(ty, adt, imports, argument_type),
        _ => scalar_type(ty, imports),
    }
}

/// What a result is.
fn result_type(ty: &Ty, imports: &mut Imports<'_>) -> String {
    match ty {
        Ty::Array(element) | Ty::PyArrayView(element) | Ty::PythonArray(element) => {
            ndarray(element, imports)
        }
        Ty::Nd(nd) => ndarray(nd.kind.scalar(), imports),
        Ty::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|t| result_type(t, imports)).collect();
            format!("tuple[{}]", items.join(", "))
        }
        Ty::List(element) => format!("list[{}]", result_type(element, imports)),
        // What goes wrong is raised.
        Ty::Adt(adt) if *adt.name == *"Result" => result_type(&adt.args[0], imports),
        Ty::Adt(adt) => declared(ty, adt, imports, result_type),
        _ => scalar_type(ty, imports),
    }
}

/// A declared type of the program or of the prelude.
fn declared(
    ty: &Ty,
    adt: &Adt,
    imports: &mut Imports<'_>,
    of: impl Fn(&Ty, &mut Imports<'_>) -> String,
) -> String {
    if let Some(class) = imports.classes.iter().find(|class| class.adt == *adt) {
        return class.name.clone();
    }
    let mut arg = |i: usize| of(&adt.args[i], imports);
    match &*adt.name {
        "Map" => format!("dict[{}, {}]", arg(0), arg(1)),
        "Set" => format!("set[{}]", arg(0)),
        "Complex" => "complex".to_owned(),
        "Bytes" => "bytes".to_owned(),
        _ => optional(ty, |value| of(value, imports)),
    }
}

/// An `Option`. One in another adds nothing that Python sees.
fn optional(ty: &Ty, of: impl FnOnce(&Ty) -> String) -> String {
    let mut value = ty;
    while let Ty::Adt(adt) = value
        && *adt.name == *"Option"
    {
        value = &adt.args[0];
    }
    format!("{} | None", of(value))
}

fn scalar_type(ty: &Ty, imports: &mut Imports<'_>) -> String {
    match ty {
        Ty::Int | Ty::Sized(_) => "int",
        Ty::Float | Ty::Float32 => "float",
        Ty::Bool => "bool",
        Ty::String => "str",
        Ty::Unit | Ty::Never => "None",
        _ => {
            imports.insert(ANY);
            "Any"
        }
    }
    .to_owned()
}

fn ndarray(element: &Ty, imports: &mut Imports<'_>) -> String {
    imports.insert(NUMPY);
    let name = match element.record() {
        Some(_) if element.is_complex() => "complex128",
        Some(_) => "void",
        None => element.elem().map_or("generic", |elem| elem.names().1),
    };
    let name = if name == "bool" { "bool_" } else { name };
    format!("numpy.typing.NDArray[numpy.{name}]")
}

fn docstring(doc: &str, indent: &str) -> String {
    let doc = doc.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let lines: Vec<&str> = doc.lines().collect();
    let mut text = format!("{indent}\"\"\"{}", lines.first().copied().unwrap_or(""));
    for line in lines.iter().skip(1) {
        text.push('\n');
        if !line.is_empty() {
            text.push_str(indent);
            text.push_str(line);
        }
    }
    if lines.len() > 1 {
        text.push('\n');
        text.push_str(indent);
    } else if doc.ends_with('"') {
        text.push(' ');
    }
    text.push_str("\"\"\"\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Id;
    use crate::mir::FnId;
    use pretty_assertions::assert_eq;

    fn export(name: &str, doc: Option<&str>, params: Vec<ExportParam>, ret: Ty) -> Export {
        let function = FnId::from_index(0);
        Export {
            function,
            ufunc: None,
            name: name.into(),
            doc: doc.map(Into::into),
            deprecated: None,
            is_async: false,
            params,
            ret,
            place: ("k.aria".into(), 1),
        }
    }

    fn param(name: &str, ty: Ty, default: Option<&str>) -> ExportParam {
        ExportParam {
            name: name.into(),
            ty,
            mutable: false,
            default: default.map(Into::into),
        }
    }

    #[test]
    fn a_stub_has_types_defaults_and_docstrings() {
        let view = Ty::PyArrayView(Box::new(Ty::Float));
        let interface = Interface {
            classes: Vec::new(),
            module: "pkg._k".into(),
            doc: Some("Kernels.".into()),
            functions: vec![
                export(
                    "scale",
                    Some("Scales.\n\nTwice."),
                    vec![param("x", view, None), param("by", Ty::Float, Some("2.0"))],
                    Ty::Array(Box::new(Ty::Float)),
                ),
                export(
                    "f",
                    None,
                    vec![],
                    Ty::Tuple(vec![Ty::Int, Ty::PythonObject]),
                ),
            ],
        };
        let expected = r#"# Written by ariac; changes are lost at the next build.
"""Kernels."""
from typing import Any
from typing_extensions import Buffer
import numpy
import numpy.typing

def scale(x: numpy.typing.NDArray[numpy.float64] | Buffer, by: float = 2.0) -> numpy.typing.NDArray[numpy.float64]:
    """Scales.

    Twice.
    """

def f() -> tuple[int, Any]: ...
"#;
        assert_eq!(stub(&interface), expected);
    }

    #[test]
    fn what_is_deprecated_says_so() {
        let interface = Interface {
            classes: Vec::new(),
            module: "k".into(),
            doc: None,
            functions: vec![Export {
                deprecated: Some("use 'g'".into()),
                ..export("f", None, vec![], Ty::Int)
            }],
        };
        let expected = r"# Written by ariac; changes are lost at the next build.
from typing_extensions import deprecated

@deprecated('use \'g\'')
def f() -> int: ...
";
        assert_eq!(stub(&interface), expected);
    }

    #[test]
    fn a_signature_is_what_inspect_reads() {
        let function = export(
            "f",
            Some("Doc."),
            vec![
                param("x", Ty::Int, None),
                param("by", Ty::Float, Some("-2.0")),
            ],
            Ty::Unit,
        );
        assert_eq!(
            function.doc_with_signature(),
            "f($module, x, by=-2.0)\n--\n\nDoc."
        );
    }
}
