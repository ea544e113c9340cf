//! What the borrow checker reports, as `CODE@LINE`.

use crate::mir::testing::borrow_errors;

fn errors(text: &str) -> String {
    borrow_errors(text).join(" ")
}

#[test]
fn a_view_is_returned() {
    let text = "fn f(x: PyArrayView[Float]) -> PyArrayView[Float]\n  x\nend\n";
    assert_eq!(errors(text), "E0501@2");
}

#[test]
fn a_view_is_returned_through_locals_branches_and_loops() {
    let text = "fn f(x: PyArrayView[Float], y: PyArrayView[Float], n: Int) -> PyArrayView[Float]
  best = x
  for i in 0..<n
    best = if i > 3 then y else best end
  end
  best
end
";
    assert_eq!(errors(text), "E0501@6");
}

#[test]
fn a_view_is_returned_in_a_tuple() {
    let text = "fn f(x: PyArrayView[Float]) -> (PyArrayView[Float], Int)\n  p = (x, 1)\n  p\nend\n";
    assert_eq!(errors(text), "E0501@3");
}

#[test]
fn a_view_is_stored_in_an_object() {
    let text = "fn f(x: PyArrayView[Float], o: PythonObject)\n  o.kept = x\n  o[0] = x\nend\n";
    assert_eq!(errors(text), "E0502@2 E0502@3");
}

#[test]
fn what_owns_its_elements_may_go() {
    let text = "fn f(x: PyArrayView[Float], o: PythonObject) -> Array[Float]
  y = x
  o.kept = y.to_array
  y.to_array
end
fn g(x: PythonArray[Float]) -> PythonArray[Float] = x
";
    assert_eq!(errors(text), "");
}

const ADD: &str =
    "priv fn add(mut a: PyArrayView[Float], b: PyArrayView[Float])\n  a[0] = b[0]\nend\n";

#[test]
fn one_array_is_lent_twice() {
    let text = format!("{ADD}fn f(mut x: PyArrayView[Float])\n  add(x, x)\nend\n");
    assert_eq!(errors(&text), "E0505@5");
}

#[test]
fn one_array_is_lent_twice_by_two_names() {
    let text = format!("{ADD}fn f(mut x: PyArrayView[Float])\n  y = x\n  add(x, y)\nend\n");
    assert_eq!(errors(&text), "E0505@6");
}

#[test]
fn an_owned_array_is_lent_twice() {
    let text = format!("{ADD}fn f(n: Int)\n  a = Array.zeros(n)\n  add(a, a)\nend\n");
    assert_eq!(errors(&text), "E0505@6");
}

#[test]
fn two_arrays_are_lent() {
    let text = format!(
        "{ADD}fn f(mut x: PyArrayView[Float], y: PyArrayView[Float])\n  add(x, y)\n  add(x, x.copy)\nend\n"
    );
    assert_eq!(errors(&text), "");
}

#[test]
fn numbers_are_passed_by_value() {
    let text = "priv fn g(mut a: Int, b: Int)
  a += b
end
fn f() -> Int
  n = 1
  g(n, n)
  n
end
";
    assert_eq!(errors(text), "");
}

#[test]
fn a_read_only_view_is_changed_by_another_name() {
    let text = "fn f(x: PyArrayView[Float])\n  y = x\n  y[0] = 1.0\nend\n";
    assert_eq!(errors(text), "E0504@3");
}

#[test]
fn an_array_is_changed_in_a_loop_over_it() {
    let text = "fn f(mut x: PyArrayView[Float])\n  for e in x\n    x[0] = e\n  end\nend\n";
    assert_eq!(errors(text), "E0505@3");
}

#[test]
fn an_array_is_replaced_in_a_loop_over_it() {
    let text = "fn f(n: Int) -> Float
  a = Array.ones(n)
  s = 0.0
  for e in a
    a = a * 2.0
    s += e
  end
  s
end
";
    assert_eq!(errors(text), "E0505@5");
}

#[test]
fn an_array_is_changed_when_the_loop_is_over() {
    let text = "fn f(mut x: PyArrayView[Float])
  s = 0.0
  for e in x
    s += e
  end
  x[0] = s
end
";
    assert_eq!(errors(text), "");
}

const PAIR: &str = "struct Pair
  x: List[Int]
  y: List[Int]
end
priv fn swap(mut a: List[Int], mut b: List[Int])
  a.push(b.length)
end
";

#[test]
fn different_fields_are_different_memory_and_elements_may_be_the_same() {
    let text = format!(
        "{PAIR}priv fn f(mut p: Pair, mut xs: List[List[Int]], i: Int, j: Int)
  swap(p.x, p.y)
  swap(xs[0], xs[1])
  swap(xs[i], xs[j])
  swap(p.x, p.x)
end
"
    );
    assert_eq!(errors(&text), "E0505@11 E0505@12");
}

#[test]
fn a_list_is_changed_in_a_loop_over_it() {
    let text = "priv fn f(mut xs: List[String], mut ys: List[String])
  for x in xs
    ys.push(x)
    xs.push(x)
  end
  for x in xs
    return if x == \"\"
  end
end
";
    assert_eq!(errors(text), "E0505@4");
}

#[test]
fn a_block_changes_what_its_call_goes_through() {
    let text = "fn f(own xs: List[Int]) -> Int
  n = 0
  xs.each |x| n += x end
  xs.each |x| xs.push(x) end
  n
end
";
    assert_eq!(errors(text), "E0505@4");
}

#[test]
fn a_function_that_is_lent_is_kept() {
    let text = "struct Keeper
  f: Fn(Int) -> Int
end
fn keep(f: Fn(Int) -> Int) -> Keeper = Keeper(f)
fn take(own f: Fn(Int) -> Int) -> Keeper = Keeper(f)
";
    assert_eq!(errors(text), "E0502@4");
}
