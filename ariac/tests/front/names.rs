//! What names mean, and where variables have a value.

use crate::{accepted, reports};
use pretty_assertions::assert_eq;

#[test]
fn a_plain_assignment_declares_for_the_whole_function() {
    accepted("fn f(c: Bool) -> Int\n  if c\n    x = 1\n  else\n    x = 2\n  end\n  x\nend\n");
    accepted("fn f(c: Bool) -> Int\n  if c\n    x = 1\n  else\n    return 0\n  end\n  x\nend\n");
    accepted("fn f(c: Bool) -> Int\n  loop\n    x = 1\n    break if c\n  end\n  x\nend\n");
}

#[test]
fn a_variable_needs_a_value_on_every_way() {
    let one = "fn f(c: Bool) -> Int\n  if c\n    x = 1\n  end\n  x + x\nend\n";
    assert_eq!(reports(one), "5:3 E0201 `x` may have no value here");
    let two = "fn f(n: Int) -> Int\n  for i in 0..<n\n    x = i\n  end\n  x\nend\n";
    assert_eq!(reports(two), "5:3 E0201 `x` may have no value here");
    let three = "fn f(c: Bool) -> Int\n  loop\n    break if c\n    x = 1\n  end\n  x\nend\n";
    assert_eq!(reports(three), "6:3 E0201 `x` may have no value here");
}

#[test]
fn scopes_end() {
    let one = "fn f(n: Int) -> Int\n  for i in 0..<n\n    n\n  end\n  i\nend\n";
    assert_eq!(reports(one), "5:3 E0201 `i` does not exist here any more");
    let two = "fn f(xs: Array[Float]) -> Float\n  ys = xs.map |x| x end\n  ys.sum + x\nend\n";
    assert_eq!(reports(two), "3:12 E0201 `x` does not exist here any more");
    let three = "fn f(c: Bool) -> Int\n  if c\n    let x = 1\n  end\n  x\nend\n";
    assert_eq!(reports(three), "5:3 E0201 `x` does not exist here any more");
}

#[test]
fn let_hides_outer_names_only() {
    accepted(
        "fn f(c: Bool) -> Int\n  let x = 1\n  if c\n    let x = 2.5\n    reveal(x)\n  end\n  x\nend\n",
    );
    let twice = "fn f -> Int\n  let x = 1\n  let x = 2\n  x\nend\n";
    assert_eq!(reports(twice), "3:7 E0202 `x` is declared twice");
}

#[test]
fn blocks_see_and_change_outer_variables() {
    let text = "fn f(xs: Array[Float]) -> Float\n  total = 0.0\n  xs.map |x|\n    total += x\n    total\n  end\n  total\nend\n";
    accepted(text);
}

#[test]
fn jumps_go_through_with_gil_alone() {
    accepted(
        "fn f(n: Int) -> Int\n  for i in 0..<n\n    Python.with_gil |py|\n      break if i > 3\n      return i if i > 2\n    end\n  end\n  0\nend\n",
    );
    let block = "fn f(xs: Array[Float])\n  for x in xs\n    xs.map |y|\n      break\n      y\n    end\n  end\nend\n";
    assert_eq!(reports(block), "4:7 E0204 `break` outside of a loop");
    let label = "fn f(n: Int)\n  outer: for i in 0..<n\n    break :outr\n  end\nend\n";
    assert_eq!(
        reports(label),
        "3:11 E0204 no loop around this is called `outr`"
    );
}

#[test]
fn declarations_hide_what_the_language_knows() {
    let text = "fn sqrt(x: Float) -> Int = 3\nfn f(x: Float) -> Int\n  max = sqrt(x)\n  max\nend\n";
    accepted(text);
}

#[test]
fn defaults_see_no_parameters() {
    let text = "const K = 2\nfn f(a: Int, b: Int = a + K) -> Int = a + b\n";
    assert_eq!(
        reports(text),
        "2:23 E0201 the parameter `a` cannot be used in a default value"
    );
}

#[test]
fn what_was_left_out_is_not_unknown() {
    let text = "struct Point\n  x: Float\nend\nfn f(p: Point) -> Float = Point(x: 1.0).x\n";
    assert_eq!(reports(text), "1:8 E0001 `struct` is not supported yet");
}
