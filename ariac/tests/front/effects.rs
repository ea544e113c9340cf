//! What functions do beside computing their results.

use crate::{accepted, reports};
use pretty_assertions::assert_eq;

#[test]
fn effects_follow_the_calls() {
    let text = "extern Python from numpy as np\nfn a(x: Float) -> Float = b(x)\nfn b(x: Float) -> Float = c(x)\nfn c(x: Float) -> Float = np.sin(x)\nfn d(x: Float) -> Float = x * 2.0\nfn e(n: Int) -> Int = n + 1\nfn f(xs: Array[Float]) -> Array[Float] = xs * 2.0\n";
    let wanted = "fn a: py, raises, throws\nfn b: py, raises, throws\nfn c: py, raises, throws\nfn d: none\nfn e: raises\nfn f: raises, alloc\n";
    assert_eq!(accepted(text).effects, wanted);
}

#[test]
fn recursion_may_fail() {
    let text = "fn a(x: Float) -> Float = b(x)\nfn b(x: Float) -> Float = if x > 0.0 then a(x) else x end\nfn c(x: Float) -> Float = a(x)\nfn d(x: Float) -> Float = x\n";
    assert_eq!(
        accepted(text).effects,
        "fn a: raises\nfn b: raises\nfn c: raises\nfn d: none\n"
    );
}

#[test]
fn pure_excludes_what_is_done_on_purpose() {
    accepted("pure fn f(n: Int, xs: Array[Int]) -> Int = xs[n] // n\n");
    let raises = "pure fn f(x: Float) -> Float\n  raise ValueError(\"no\") if x < 0.0\n  x\nend\n";
    assert_eq!(
        reports(raises),
        "2:3 E0401 `f` is declared pure, but may raise an error"
    );
    let calls =
        "fn g(p: PythonObject) -> Float = p.x\npure fn f(p: PythonObject) -> Float = g(p)\n";
    assert_eq!(
        reports(calls),
        "2:39 E0401 `f` is declared pure, but touches Python"
    );
}

#[test]
fn a_released_body_touches_no_python() {
    let text = "extern Python from numpy as np\nfn g(x: Float) -> Float = np.sin(x)\n@python_interop(gil: :release)\nfn f(x: Float, p: PythonObject) -> Float\n  y = g(x)\n  z: Float = p.a + np.cos(p)\n  w = Python.with_gil |py|\n    g(p.to[Float])\n  end\n  y + z + w\nend\n";
    let wanted = "5:7 E0402 Python is touched where the GIL is released\n6:14 E0402 Python is touched where the GIL is released";
    assert_eq!(reports(text), wanted);
}

#[test]
fn parallel_blocks_share_nothing_that_changes() {
    let text = "fn f(xs: Array[Float]) -> Array[Float]\n  total = 0.0\n  ys = xs.copy\n  xs.parallel_map |x|\n    own = x * 2.0\n    own += 1.0\n    total += own\n    ys[0] = own\n    own\n  end\nend\n";
    let wanted = "7:5 E0403 a parallel block changes `total`, which its turns share\n8:5 E0403 a parallel block changes `ys`, which its turns share";
    assert_eq!(reports(text), wanted);
    accepted(
        "fn f(xs: Array[Float], k: Float) -> Array[Float] = xs.parallel_map |x| sqrt(x) * k end\n",
    );
}
