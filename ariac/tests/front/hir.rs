//! Lowering: the spelling goes.

use crate::{accepted, front};
use pretty_assertions::assert_eq;

fn lowered(text: &str) -> String {
    accepted(text).hir
}

/// The HIR of a program that need not make sense.
fn lowered_only(text: &str) -> String {
    front(text).hir
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
fn loops_keep_their_labels() {
    let text = "fn f(n: Int) -> Int\n  m = n\n  out: loop\n    m -= 1\n    break :out if m < 0\n  end\n  m += 1 while m < 3\n  m\nend\n";
    let wanted = "fn f(n: Int) -> Int\n  m = n\n  out: loop\n    m -= 1\n    if (m < 0)\n      break :out\n    end\n  end\n  while (m < 3)\n    m += 1\n  end\n  m\nend\n";
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

#[test]
fn declared_types_keep_their_parts() {
    let text = "struct A[T: Ord + Hash] where T: Eq
  priv x: T
  y: Float = 0.0
  const N = 1
  fn grow(mut self, by: Float) -> Self
    self.y += by
    Self(x: self.x)
  end
end
enum Shape
  Pair(Float, left: Int?)
  Empty
end
trait Area[T]: Ord
  const N: Int
  fn area(self, other: T) -> Float
end
impl[T] Area[T] for geometry.Point[T]
  fn area(own self, other: T) -> Float = 1.0
end
import a.b as c
from a.b import d, e as f
";
    let wanted = "struct A[T: Ord + Hash]
  where T: Eq
  priv x: T
  y: Float = 0.0
  const N = 1
  fn grow(mut self: Self, by: Float) -> Self
    self.y += by
    Self(x: self.x)
  end
end
enum Shape
  Pair(Float, left: Option[Int])
  Empty
end
trait Area[T]: Ord
  const N: Int = <error>
  fn area(self: Self, other: T) -> Float
end
impl[T] Area[T] for geometry.Point[T]
  fn area(own self: Self, other: T) -> Float
    1.0
  end
end
import a.b as c
from a.b import d as d, e as f
";
    assert_eq!(lowered_only(text), wanted);
}

#[test]
fn patterns_and_control_keep_their_parts() {
    let text = "fn f[T](g: Fn(T, mut Int) -> Int) -> Result[T, Int] raises
  where T: Ord
  ensures result > old(x)
  a = match x
    when 1 | -2 | 3 then 4
    when 1..<3 if x > 3
      5
    when Shape.Circle(radius: r, ..) as s then 3
    when [a, ..b, c] then 3
    when Empty then 3
    else 9
  end
  begin
    f()?
  rescue e: KeyError | ValueError
    break :k, 1
  rescue
    2
  else
    4
  ensure
    3
  end
  g = |x: Int, mut y| x end
  m = {a: try 1, \"b\" => 2}
end
";
    let wanted = "fn f[T](g: Fn(T, mut Int) -> Int) -> Result[T, Int] raises
  where T: Ord
  ensures (result > old(x))
  a = match x
  when (1 | (-2) | 3)
    4
  when 1..<3 if (x > 3)
    5
  when (Shape.Circle(radius: r, ..) as s)
    3
  when [a, ..b, c]
    3
  when Empty
    3
  when _
    9
  end
  begin
    f()?
  rescue e: KeyError | ValueError
    break :k 1
  rescue _
    2
  else
    4
  ensure
    3
  end
  g = |x: Int, mut y|
    x
  end
  m = {\"a\" => (try 1), \"b\" => 2}
end
";
    assert_eq!(lowered_only(text), wanted);
}
