//! Declared types, generics, patterns, lists and function values: source text in, MIR out.

use super::lowers;
use crate::mir::pretty;
use crate::mir::testing::{program, try_program};
use pretty_assertions::assert_eq;

const TREE: &str = "enum Tree
  Leaf
  Node(left: Tree, value: Int, right: Tree)
end
";

/// The names of the functions, in order.
fn names(text: &str) -> Vec<String> {
    let (program, _) = program(text);
    let functions = program.functions.iter();
    functions.map(|(_, f)| f.name.clone()).collect()
}

#[test]
fn a_part_that_is_not_used_again_is_taken() {
    lowers(
        &format!(
            "{TREE}fn grow(own t: Tree) -> Tree
  match t
    when Leaf then Leaf
    when Node(l, x, r) then Node(r, x, l)
  end
end
"
        ),
        "
  _2 = variant t
  _3 = _2 == 0
  if _3
    _1 = Tree.Leaf()
  else
    l := t.1.0
    x = t.1.1
    r := t.1.2
    _4 = take t.1.2
    _5 = take t.1.0
    _1 = Tree.Node(_4, x, _5)
  return _1",
    );
}

#[test]
fn a_part_that_somebody_else_owns_is_copied() {
    lowers(
        &format!(
            "{TREE}fn left(t: Tree) -> Tree
  match t
    when Node(l, _, _) then l
    else Leaf
  end
end
"
        ),
        "
  _2 = variant t
  _3 = _2 == 1
  if _3
    l := t.1.0
    _1 = clone l
  else
    _1 = Tree.Leaf()
  return _1",
    );
}

#[test]
fn a_variable_of_a_pattern_is_a_copy_where_the_arm_changes_what_is_matched() {
    lowers(
        "fn f(own o: Option[String]) -> String
  match o
    when Some(s)
      o = None
      s
    when None then \"\"
  end
end
",
        "
  _2 = variant o
  _3 = _2 == 0
  if _3
    _4 := o.0
    s = take o.0
    o = Option[String].None()
    _1 = move s
  else
    _1 = \"\"
  return _1",
    );
}

#[test]
fn places_are_aliases_made_last() {
    lowers(
        "struct Row
  cells: List[Int]
end
struct Table
  rows: List[Row]
end
fn g(n: Int) -> Int = n
fn f(mut t: Table, i: Int)
  t.rows[g(i)].cells.push(g(2))
  t.rows[0].cells[i] += 1
end
",
        "
  _2 = call g(i)
  _3 = call g(2)
  _4 := t.0
  _5 := _4[_2] ?
  _6 := _5.0
  _6.push(_3)
  _7 := t.0
  _8 := _7[0] ?
  _9 := _8.0
  _10 = _9[i] ?
  _11 = _10 + 1
  _12 := t.0
  _13 := _12[0] ?
  _14 := _13.0
  _14[i] = _11 ?
  return ()",
    );
}

#[test]
fn each_list_of_types_is_an_instance_of_its_own() {
    let text = "trait Named
  fn name(self) -> String
  fn twice(self) -> String = self.name + self.name
end
struct A
  x: Int
end
impl Named for A
  fn name(self) -> String = \"a\"
end
fn pair[T, U](own x: T, own y: U) -> (U, T) = (y, x)
fn both[T: Named](x: T) -> String = x.twice
fn f(n: Int) -> Int
  a = pair(n, 1.5)
  b = pair(n, 2.5)
  c = pair(\"s\", n)
  s = both(A(n))
  a[1] + b[1] + c[0] + s.length
end
";
    assert_eq!(
        names(text),
        [
            "A.name",
            "f",
            "pair[Int, Float]",
            "pair[String, Int]",
            "both[A]",
            "A.twice"
        ]
    );
}

#[test]
fn a_function_that_needs_ever_larger_types_is_refused() {
    let text = "fn deep[T](x: T, n: Int) -> Int
  if n == 0 then 0 else deep((x, 1), n - 1) end
end
fn f(n: Int) -> Int = deep(1, n)
";
    let error = try_program(text).map(|_| ()).unwrap_err();
    assert!(
        error.contains("`deep` needs itself for ever larger types"),
        "{error}"
    );
}

#[test]
fn a_type_that_needs_ever_larger_types_is_refused() {
    let text = "struct A[T]
  x: T
  next: List[A[List[T]]]
end
fn f(a: A[Int]) -> Int = a.x
";
    let error = try_program(text).map(|_| ()).unwrap_err();
    assert!(
        error.contains("`A` contains itself with ever larger arguments"),
        "{error}"
    );
}

#[test]
fn a_type_that_contains_itself_is_kept_on_the_heap_and_what_holds_it_is_not() {
    let (program, _) = program(&format!(
        "{TREE}struct Wood
  trees: List[Tree]
  first: Tree
end
data Point(x: Float, y: Float)
fn f(w: Wood, p: Point) -> Option[Tree] = None
"
    ));
    let reprs = program.adts.keys();
    let mut reprs: Vec<String> = reprs
        .map(|adt| format!("{} {:?}", adt.name, adt.repr))
        .collect();
    reprs.sort();
    assert_eq!(
        reprs,
        ["Option Owned", "Point Plain", "Tree Boxed", "Wood Owned"]
    );
}

#[test]
fn blocks_borrow_and_closures_own() {
    let text = "fn f(k: Int, s: String) -> (List[Int], Fn(Int) -> Int)
  let mut xs: List[Int] = []
  n = 0
  xs.each |x| n += x end
  (xs.map |x| x + k end, |x: Int| x + s.length end)
end
";
    let (program, _) = program(text);
    let all = pretty(&program);
    assert!(all.contains("borrowing f.block(n)"), "{all}");
    assert!(all.contains("borrowing f.block(k)"), "{all}");
    assert!(all.contains("closure f.block("), "{all}");
    assert!(
        all.contains("fn f.block(mut n: Int, x: Int) -> Unit"),
        "{all}"
    );
    assert!(
        all.contains("fn f.block(s: String, x: Int) -> Int"),
        "{all}"
    );
}

#[test]
fn the_value_of_a_loop_is_that_of_its_break() {
    lowers(
        "fn f(n: Int) -> Int
  i = 0
  loop
    i += 1
    break i * 2 if i > n
  end
end
",
        "
  i = 0
  while   # loop0
  do true
    i = i + 1
    _3 = i > n
    if _3
      _2 = i * 2
      break loop0
  return _2",
    );
}

#[test]
fn a_missing_value_ends_the_function() {
    lowers(
        "fn g(n: Int) -> Option[String] = None
fn f(n: Int) -> Option[Int] = Some(g(n)?.length)
",
        "
  _1 = call g(n)
  _2 = variant _1
  _3 = _2 == 0
  if _3
  else
    _4 = Option[Int].None()
    return _4
  _5 = take _1.0
  _6 = str_len _5
  _7 = Option[Int].Some(_6)
  return _7",
    );
}

#[test]
fn promises_are_checked_where_the_function_returns() {
    lowers(
        "struct Counter
  n: Int
end
fn up(mut c: Counter, by: Int) -> Int
  ensures result == old(c.n) + by
  c.n += by
  return 0 if by == 0
  c.n
end
",
        "
  _2 = c.0
  _3 = c.0
  _4 = _3 + by
  c.0 = _4
  _5 = by == 0
  if _5
    _6 = 0
    _7 = _2 + by
    _8 = _6 == _7
    if _8
    else
      raise AssertionError \"ensures result == old(c.n) + by failed\"
    return _6
  _9 = c.0
  _10 = _2 + by
  _11 = _9 == _10
  if _11
  else
    raise AssertionError \"ensures result == old(c.n) + by failed\"
  return _9",
    );
}
