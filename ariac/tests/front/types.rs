//! Inference: where literals adapt, what is converted, what does not fit.

use crate::{accepted, reports};
use pretty_assertions::assert_eq;

/// The types that a function reveals.
fn revealed(body: &str) -> Vec<String> {
    let params = "x: Float, n: Int, s: Float32, a: Array[Float], b: Array[Int], v: PyArrayView[Float32], p: PythonObject";
    let text = format!("fn f({params})\n  {}\nend\n", body.replace('\n', "\n  "));
    let types = accepted(&text).types;
    types
        .lines()
        .filter_map(|l| l.split_once(" reveal "))
        .map(|(_, ty)| ty.to_owned())
        .collect()
}

#[track_caller]
fn reveals(expression: &str, wanted: &str) {
    assert_eq!(
        revealed(&format!("reveal({expression})")),
        [wanted],
        "{expression}"
    );
}

#[test]
fn arithmetic_widens() {
    reveals("n + 1", "Int");
    reveals("n / 2", "Float");
    reveals("n // 2 % 3 ** 2", "Int");
    reveals("n + x", "Float");
    reveals("n * s", "Float32");
    reveals("x - s", "Float");
    reveals("s * 2.0 + 1", "Float32");
    reveals("2 ** s", "Float32");
    reveals("-(1 + 2.5)", "Float");
    reveals("n &+ 1", "Int");
}

#[test]
fn arrays_work_element_by_element() {
    reveals("a + 1", "Array[Float]");
    reveals("1 - b", "Array[Int]");
    reveals("b / 2", "Array[Float]");
    reveals("b * 2.5", "Array[Float]");
    reveals("v * 2.5", "Array[Float32]");
    reveals("v * x", "Array[Float]");
    reveals("v + a", "Array[Float]");
    reveals("-b", "Array[Int]");
    reveals("b.sqrt", "Array[Float]");
    reveals("b.abs.max(3)", "Array[Int]");
    reveals("b.dot(a)", "Float");
    reveals("b.mean", "Float");
    reveals("b.sum", "Int");
    reveals("v.map |e| e > 0.5 end", "Array[Bool]");
}

#[test]
fn python_objects_stay_objects_until_a_type_is_wanted() {
    reveals("p + 1", "PythonObject");
    reveals("p.shape[0]", "PythonObject");
    reveals("p < 3", "Bool");
    reveals("p == nil", "Bool");
    reveals("nil != p.x", "Bool");
    reveals("0 < p <= n", "Bool");
    reveals("sqrt(p)", "Float");
    reveals("p.to[Int]", "Int");
    reveals("p.to_array(Float32)", "Array[Float32]");
    reveals("p.to[PythonArray[Int]]", "PythonArray[Int]");
    let text = "fn f(p: PythonObject) -> Array[Float]\n  x: Float = p.mean(axis: 0)\n  ys: PythonArray[Float] = p * x\n  ys * 2.0\nend\n";
    accepted(text);
}

#[test]
fn ifs_have_a_value() {
    reveals("if n > 0 then 1 else 2.5 end", "Float");
    reveals("if n > 0 then p else 1 end", "PythonObject");
    let text =
        "fn f(n: Int) -> Float\n  if n > 0 then 1 elsif n < 0 then return 3 else 2 end\nend\n";
    accepted(text);
    let wrong = "fn f(n: Int) -> Float\n  if n > 0 then 1 else \"a\" end\nend\n";
    assert_eq!(reports(wrong), "2:24 E0301 expected Float, found String");
}

#[test]
fn an_endless_loop_does_not_come_back() {
    accepted(
        "fn f(n: Int) -> Int\n  m = n\n  loop\n    m += 1\n    return m if m > 9\n  end\nend\n",
    );
    let left = "fn f(n: Int) -> Int\n  loop\n    break if n > 9\n  end\nend\n";
    assert_eq!(
        reports(left),
        "2:3 E0301 expected Int, the result of `f`, found nothing"
    );
}

#[test]
fn ints_do_not_become_floats_silently() {
    let text =
        "fn g(x: Float) -> Float = x\nfn f(n: Int) -> Float\n  x: Float = n\n  g(n) + n\nend\n";
    let wanted = "3:14 E0301 expected Float, found Int\n4:5 E0301 expected Float, found Int";
    assert_eq!(reports(text), wanted);
}

#[test]
fn the_greatest_and_the_least_int() {
    accepted("fn f -> Int = -9223372036854775808 + 9223372036854775807\n");
    let text = "fn f -> Int = 9223372036854775808\n";
    assert_eq!(
        reports(text),
        "1:15 E0103 this number does not fit into Int"
    );
}

#[test]
fn assignments_swap_and_take_apart() {
    accepted(
        "fn f(n: Int) -> Int\n  a, b = 1, 2\n  a, b = b, a + n\n  t = (a, (b, 2.5))\n  let (c, (d, _)) = t\n  c + d + t[0]\nend\n",
    );
    let wrong = "fn f -> Int\n  a, b = (1, 2, 3)\n  a\nend\n";
    assert_eq!(
        reports(wrong),
        "2:3 E0301 expected 2 values, found (Int, Int, Int)"
    );
}

#[test]
fn a_conversion_is_done_in_the_block_that_holds_the_gil() {
    let text = "@python_interop(gil: :release)\nfn f(p: PythonObject) -> Float\n  x: Float = Python.with_gil |py|\n    p.value\n  end\n  x * 2.0\nend\n";
    accepted(text);
}

#[test]
fn one_mistake_is_one_message() {
    let text = "fn f(xs: Array[Float]) -> Float\n  y = xs.lenght * 2\n  z = y + 1\n  w = (xs > 0.0).kurtosis\n  z + w + xs.foo(y).bar[3]\nend\n";
    let wanted = "2:10 E0302 Array[Float] has no method `lenght`\n4:18 E0302 Array[Bool] has no method `kurtosis`\n5:14 E0302 Array[Float] has no method `foo`";
    assert_eq!(reports(text), wanted);
}

#[test]
fn constants_may_stand_in_any_order() {
    accepted("const A = B * 2\nconst B: Float = 1\nfn f -> Float = A\n");
    let cycle = "const A = B + 1\nconst B = A\n";
    assert_eq!(
        reports(cycle),
        "2:11 E0308 the constant `A` needs its own value"
    );
}

#[test]
fn arguments_find_their_parameters() {
    let g = "fn g(a: Float, b: Int = 2, c: Bool = true) -> Float = a\n";
    accepted(&format!(
        "{g}fn f -> Float = g(1) + g(b: 3, a: 2) + g(1, c: false)\n"
    ));
    let wrong = |call: &str| reports(&format!("{g}fn f -> Float = {call}\n"));
    assert_eq!(wrong("g()"), "2:17 E0303 `g` lacks the argument `a`");
    assert_eq!(
        wrong("g(1, 2, true, 3)"),
        "2:17 E0303 `g` takes 1 to 3 arguments, found 4"
    );
    assert_eq!(wrong("g(1, d: 3)"), "2:22 E0303 `g` has no parameter `d`");
    assert_eq!(wrong("g(1, a: 3)"), "2:22 E0303 `a` is given twice");
    assert_eq!(
        wrong("g(a: 1, 2)"),
        "2:25 E0303 an argument without a name stands after one with a name"
    );
}
