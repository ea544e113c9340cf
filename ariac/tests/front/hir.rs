//! Lowering: the spelling goes.

use crate::accepted;
use pretty_assertions::assert_eq;

fn lowered(text: &str) -> String {
    accepted(text).hir
}

#[test]
fn trailing_forms_are_ordinary_ones() {
    let one = "fn f(x: Int) -> Int\n  return 1 if x > 0\n  return 2 unless x < 0\n  x\nend\n";
    let wanted = "fn f(x: Int) -> Int\n  if (x > 0)\n    return 1\n  end\n  if (not (x < 0))\n    return 2\n  end\n  x\nend\n";
    assert_eq!(lowered(one), wanted);
}

#[test]
fn elsif_nests() {
    let text = "fn f(x: Int) -> Int\n  if x > 0 then 1 elsif x < 0 then 2 else 3 end\nend\n";
    let wanted = "fn f(x: Int) -> Int\n  if (x > 0)\n    1\n  else\n    if (x < 0)\n      2\n    else\n      3\n    end\n  end\nend\n";
    assert_eq!(lowered(text), wanted);
}

#[test]
fn loops_are_while() {
    let text = "fn f(n: Int) -> Int\n  m = n\n  out: loop\n    m -= 1\n    break :out if m < 0\n  end\n  m += 1 while m < 3\n  m\nend\n";
    let wanted = "fn f(n: Int) -> Int\n  m = n\n  out: while true\n    m -= 1\n    if (m < 0)\n      break :out\n    end\n  end\n  while (m < 3)\n    m += 1\n  end\n  m\nend\n";
    assert_eq!(lowered(text), wanted);
}

#[test]
fn operators_bind_as_in_python() {
    let text = "fn f(a: Float, b: Int) -> Bool = not -a ** 2 + b * 3 // 2 < a <= 1.0 and b != 3 or a == 2.0\n";
    let wanted = "fn f(a: Float, b: Int) -> Bool\n  (((not (((-(a ** 2)) + ((b * 3) // 2)) < a <= 1.0)) and (b != 3)) or (a == 2.0))\nend\n";
    assert_eq!(lowered(text), wanted);
}

#[test]
fn texts_are_joined_and_escapes_resolved() {
    let text = "fn f(n: Int) -> String = \"a\\t\\u{41}#{n}b\\\"\" + 'raw \\n'\n";
    let wanted = "fn f(n: Int) -> String\n  (\"a\\tA#{n}b\\\"\" + \"raw \\\\n\")\nend\n";
    assert_eq!(lowered(text), wanted);
}

#[test]
fn declarations_keep_what_belongs_to_them() {
    let text = "extern Python from a.b.c\nextern C from \"m\" do\n  fn cbrt(x: Float) -> Float\nend\n\n## Doc.\n@python_interop(gil: :hold)\npriv fn f(x: Float, n: Int = 3)\n  requires x > 0.0 : \"no\"\n  cbrt(x)\nend\n";
    let wanted = "extern Python from a.b.c as c\nextern C from \"m\" do\n  fn cbrt(x: Float) -> Float\nend\n@python_interop(gil: :hold)\npriv fn f(x: Float, n: Int = 3)\n  requires (x > 0.0) : \"no\"\n  cbrt(x)\nend\n";
    assert_eq!(lowered(text), wanted);
}

#[test]
fn a_conversion_takes_its_type_in_brackets() {
    let text = "fn f(x: PythonObject) -> Float = x.to[Float] + x.to[Float]()\n";
    assert_eq!(
        lowered(text),
        "fn f(x: PythonObject) -> Float\n  (x.to(Float) + x.to(Float))\nend\n"
    );
}
