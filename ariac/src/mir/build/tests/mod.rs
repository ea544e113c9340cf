//! Source text in, MIR out.

mod declared;

use crate::mir::testing::program;
use crate::mir::{Stage, pretty, verify};
use pretty_assertions::assert_eq;

/// The MIR of a text, without the line of the last function's signature.
fn body(text: &str) -> String {
    let (program, _) = program(text);
    assert_eq!(verify(&program, Stage::Built), Ok(()));
    let all = pretty(&program);
    let last = all.split("\n\n").last().unwrap_or_default();
    let lines = last.lines().skip(1).map(str::trim_end);
    lines.collect::<Vec<_>>().join("\n")
}

/// Expects this body. Temporaries are compared by the order in which they appear, not by number.
fn lowers(text: &str, want: &str) {
    let want = want.trim_matches('\n');
    assert_eq!(renumbered(&body(text)), renumbered(want));
}

fn renumbered(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let (before, name) = rest.split_at(at);
        let digits = name[1..].find(|c: char| !c.is_ascii_digit());
        let (name, after) = name.split_at(digits.map_or(name.len(), |d| d + 1));
        out.push_str(before);
        if name == "_" || before.ends_with(char::is_alphanumeric) {
            out.push_str(name);
        } else {
            let known = seen.iter().position(|s| s == name);
            let number = known.unwrap_or_else(|| {
                seen.push(name.to_owned());
                seen.len() - 1
            });
            out.push_str(&format!("_{number}"));
        }
        rest = after;
    }
    out + rest
}

#[test]
fn operators_meet_in_one_type() {
    lowers(
        "fn f(n: Int, x: Float) -> Float = n / 2 + x ** 2\n",
        "
  _2 = Float(n)
  _3 = _2 / 2.0
  _4 = x * x
  _5 = _3 + _4
  return _5",
    );
}

#[test]
fn the_least_int_is_a_literal() {
    lowers(
        "fn f() -> Int = -9223372036854775808\n",
        "  return -9223372036854775808",
    );
}

#[test]
fn comparisons_in_a_chain_evaluate_each_operand_once() {
    lowers(
        "fn g(x: Int) -> Int = x\nfn f(a: Int, b: Int, c: Int) -> Bool = a < g(b) <= c\n",
        "
  _4 = call g(b)
  _3 = a < _4
  if _3
    _3 = _4 <= c
  return _3",
    );
}

#[test]
fn and_and_or_stop_early() {
    lowers(
        "fn f(a: Bool, b: Bool, c: Bool) -> Bool = a and b or not c\n",
        "
  _3 = a
  if _3
    _3 = b
  _4 = _3
  if _4
  else
    _4 = not c
  return _4",
    );
}

#[test]
fn interpolation_joins_texts() {
    lowers(
        "fn f(n: Int, s: String) -> String = \"#{n} of #{s}!\"\n",
        "
  _2 = join(n, \" of \", s, \"!\")
  return _2",
    );
}

#[test]
fn requires_is_checked_part_by_part() {
    lowers(
        "fn f(x: Float, y: Float) -> Float\n  requires x > 0.0 and y > 0.0\n  x\nend\n",
        "
  _2 = x > 0.0
  if _2
  else
    raise ValueError \"requires x > 0.0 and y > 0.0 failed\"
  _3 = y > 0.0
  if _3
  else
    raise ValueError \"requires x > 0.0 and y > 0.0 failed\"
  return x",
    );
}

#[test]
fn defaults_are_functions_and_arguments_go_by_name() {
    lowers(
        "fn g(x: Float, by: Float = 2.0, plus: Float = 1.0) -> Float = x * by + plus
fn f(x: Float) -> Float = g(plus: x, x: 3.0)
",
        "
  _1 = call g.by()
  _2 = call g(3.0, _1, x)
  return _2",
    );
}

#[test]
fn integer_constants_are_numbers_and_others_stand_where_they_are_used() {
    lowers("const TWO = 1 + 1\nfn f() -> Int = TWO\n", "  return 2");
    lowers(
        "const HALF = 1.0 / 2.0\nfn f() -> Float = HALF\n",
        "  _0 = 1.0 / 2.0\n  return _0",
    );
}

#[test]
fn loops_count_and_are_left_by_label() {
    lowers(
        "fn f(n: Int) -> Int
  s = 0
  for i in n..0 step -1
    continue if i == 3
    for j in 0..i
      break if j > 2
      s += j
    end
  end
  s
end
",
        "
  s = 0
  for i in n..0 step -1   # loop0
    _3 = i == 3
    if _3
      continue loop0
    for j in 0..i   # loop1
      _5 = j > 2
      if _5
        break loop1
      s = s + j
  return s",
    );
}

#[test]
fn a_step_that_may_be_zero_is_checked() {
    lowers(
        "fn f(n: Int)\n  for i in 0..9 step n\n  end\nend\n",
        "
  _1 = n != 0
  if _1
  else
    raise ValueError \"step must not be zero\"
  for i in 0..9 step n   # loop0
  return ()",
    );
}

#[test]
fn ranges_live_in_their_bounds() {
    lowers(
        "fn f(n: Int) -> Int\n  r = 1..<n\n  s = 0\n  for i in r\n    s += i\n  end\n  s\nend\n",
        "
  _4 = n
  r.lo = 1
  r.hi = _4
  r.step = 1
  s = 0
  for i in r.lo..<r.hi step r.step   # loop0
    s = s + i
  return s",
    );
}

#[test]
fn elements_in_turn_are_read_through_a_view() {
    lowers(
        "fn f(xs: PythonArray[Float]) -> Float\n  s = 0.0\n  for x in xs\n    s += x\n  end\n  s\nend\n",
        "
  s = 0.0
  _3 = view xs
  _4 = len _3
  for _5 in 0..<_4   # loop0
    x = _3[_5] ?
    s = s + x
  return s",
    );
}

#[test]
fn objects_are_iterated_as_python_does() {
    lowers(
        "fn f(o: PythonObject) -> Float\n  s = 0.0\n  for x in o\n    s += x.to[Float]\n  end\n  s\nend\n",
        "
  s = 0.0
  _2 = py iter o
  while   # loop0
    _4 = py next _2 -> x
  do _4
    _5 = py Float of x
    s = s + _5
  return s",
    );
}

#[test]
fn a_literal_negative_index_counts_from_the_end() {
    lowers(
        "fn f(x: Array[Float]) -> Float = x[-1]\n",
        "
  _1 = len x
  _2 = _1 &+ -1
  _3 = x[_2] ?
  return _3",
    );
}

#[test]
fn a_compound_assignment_evaluates_its_target_once() {
    lowers(
        "fn g() -> Int = 1\nfn f(mut x: PyArrayView[Float])\n  x[g()] *= 2.0\nend\n",
        "
  _1 = call g()
  _2 = x[_1] ?
  _3 = _2 * 2.0
  x[_1] = _3 ?
  return ()",
    );
}

#[test]
fn the_last_use_of_a_variable_moves_it() {
    lowers(
        "fn f(n: Int) -> (Array[Float], Array[Float])
  a = Array.zeros(n)
  b = a
  b[0] = 1.0
  c = a
  (b, c)
end
",
        "
  a = fill Float n of 0.0
  b = clone a
  b[0] = 1.0 ?
  c = move a
  _4 = move b
  _5 = move c
  _6 = (_4, _5)
  return _6",
    );
}

#[test]
fn parameters_are_cloned_when_they_are_kept() {
    lowers(
        "fn f(a: PythonArray[Float], b: PythonArray[Float], c: Bool) -> PythonArray[Float]\n  if c then a else b end\nend\n",
        "
  if c
    _3 = clone a
  else
    _3 = clone b
  return _3",
    );
}

#[test]
fn tuples_are_taken_apart() {
    lowers(
        "fn g(n: Int) -> (Array[Float], Int) = (Array.ones(n), n)
fn f(n: Int) -> Array[Float]
  (a, k) = g(n)
  (k, m) = (n, k)
  a * k
end
",
        "
  _1 = call g(n)
  a = take _1.0
  k = _1.1
  _4 = n
  _5 = k
  k = _4
  m = _5
  _9 = Float(k)
  _8 = map a |_6|
    _7 = _6 * _9
    give _7
  return _8",
    );
}

#[test]
fn scalars_stand_beside_every_element() {
    lowers(
        "fn f(a: Float, x: PyArrayView[Float], y: PyArrayView[Float]) -> Array[Float] = a * x + y\n",
        "
  _5 = map x |_3|
    _4 = a * _3
    give _4
  _9 = map _5, y |_6, _7|
    _8 = _6 + _7
    give _8
  return _9",
    );
}

#[test]
fn a_source_is_read_once() {
    lowers(
        "fn f(x: PyArrayView[Float]) -> Float = x.dot(x)\n",
        "
  _3 = sum x |_1|
    _2 = _1 * _1
    give _2
  return _3",
    );
}

#[test]
fn a_block_with_the_gil_has_a_value() {
    lowers(
        "fn f(o: PythonObject) -> PythonObject\n  Python.with_gil |py|\n    py.len(o)\n  end\nend\n",
        "
  with_gil
    py = py module builtins
    _1 = py py.len(o)
  return _1",
    );
}

#[test]
fn python_arguments_become_objects() {
    lowers(
        "extern Python from numpy as np\nfn f(n: Int) -> Float\n  np.sum(Array.ones(n), axis: 0)\nend\n",
        "
  _1 = py module numpy
  _2 = fill Float n of 1.0
  _3 = py object take _2
  _4 = py object 0
  _5 = py _1.sum(_3, axis=_4)
  _6 = py Float of _5
  return _6",
    );
}

#[test]
fn declared_python_functions_convert_their_result() {
    lowers(
        "extern Python from scipy.special as sp do\n  fn gammaln(x: Float) -> Float\nend\nfn f(x: Float) -> Float = sp.gammaln(x)\n",
        "
  _1 = py object x
  _2 = py module scipy.special
  _3 = py _2.gammaln(_1)
  _4 = py Float of _3
  return _4",
    );
}

#[test]
fn functions_of_libraries_have_symbols() {
    let text = "extern Rust from my_stats do
  fn q(xs: PyArrayView[Float], at: Float) -> Float
end
fn f(xs: Array[Float]) -> Float = q(xs, 0.5)
";
    let (program, _) = program(text);
    let natives: Vec<&str> = program
        .natives
        .iter()
        .filter(|(_, n)| n.abi != crate::hir::NativeAbi::Runtime)
        .map(|(_, n)| n.symbol.as_str())
        .collect();
    assert_eq!(natives, ["aria_rust__my_stats__q"]);
    let f = program.functions.iter().next().expect("f is a function").1;
    assert!(f.raises && !f.uses_python && f.exported);
}

#[test]
fn effects_spread_to_callers_and_recursion_raises() {
    let text = "fn a(n: Int) -> Int = if n < 1 then 0 else b(n) end
fn b(n: Int) -> Int = a(n &- 1)
fn c(x: Float) -> Float = x + 1.0
fn d(o: PythonObject) -> PythonObject = e(o)
fn e(o: PythonObject) -> PythonObject = o.x
";
    let (program, _) = program(text);
    let flags: Vec<String> = program
        .functions
        .iter()
        .map(|(_, f)| {
            format!(
                "{}{}{}",
                f.name,
                u8::from(f.raises),
                u8::from(f.uses_python)
            )
        })
        .collect();
    assert_eq!(flags, ["a10", "b10", "c00", "d11", "e11"]);
}

#[test]
fn a_loop_that_only_return_leaves_ends_the_body() {
    lowers(
        "fn f(n: Int) -> Int\n  k = n\n  loop\n    k += 1\n    return k if k > 9\n  end\nend\n",
        "
  k = n
  while   # loop0
  do true
    k = k + 1
    _2 = k > 9
    if _2
      return k
  raise RuntimeError \"unreachable code was reached\"",
    );
}
