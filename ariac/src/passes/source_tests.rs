//! What `fuse`, `hoist_bounds`, `simplify` and `dce` make of source texts, by the counts of instructions and by remarks.

use super::{TABLE, check_names, run};
use crate::mir::testing::program;
use crate::mir::{Stage, count, pretty, verify};

/// Counts of the function `f` after all passes, as `name=n` for the names that are asked for.
fn counts(text: &str, names: &str) -> String {
    let (mut program, _) = program(text);
    run(&mut program, &[], &mut |_, _| {});
    assert_eq!(verify(&program, Stage::Final), Ok(()));
    let f = program.functions.iter().find(|(_, f)| f.name == "f");
    let counts = count(f.expect("the text declares f").1);
    let name = |name: &str| format!("{name}={}", counts.get(name).copied().unwrap_or(0));
    names.split(' ').map(name).collect::<Vec<_>>().join(" ")
}

fn remarks(text: &str) -> Vec<String> {
    let (mut program, sources) = program(text);
    let remarks = run(&mut program, &[], &mut |_, _| {});
    super::pretty(&remarks, &sources)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The MIR after one pass alone.
fn after(name: &str, text: &str) -> String {
    let (mut program, _) = program(text);
    let others = TABLE.iter().map(|pass| pass.name.to_owned());
    let others: Vec<String> = others.filter(|other| other != name).collect();
    run(&mut program, &others, &mut |_, _| {});
    pretty(&program)
}

const AREAS: &str = "map reduce alloc";

#[test]
fn an_expression_is_one_loop() {
    let text = "fn f(a: PyArrayView[Float], b: PyArrayView[Float], c: Float) -> Array[Float] = ((a - b) * c + a.abs).sqrt\n";
    assert_eq!(counts(text, AREAS), "map=1 reduce=0 alloc=1");
}

#[test]
fn a_reduction_allocates_nothing() {
    let text = "fn f(a: PyArrayView[Float], b: Array[Int]) -> Float = ((a - b) ** 2).mean + (a * 2.0).dot(a)\n";
    assert_eq!(counts(text, AREAS), "map=0 reduce=2 alloc=0");
}

#[test]
fn a_map_goes_into_a_parallel_map() {
    let text =
        "fn f(a: PyArrayView[Float]) -> Array[Float] = (a * 2.0).parallel_map |x| x.exp end\n";
    assert_eq!(
        counts(text, "map parallel_map alloc"),
        "map=0 parallel_map=1 alloc=1"
    );
}

#[test]
fn what_is_read_twice_is_made_once() {
    let text = "fn f(a: PyArrayView[Float]) -> Float\n  t = a.exp\n  t.sum / t.max\nend\n";
    assert_eq!(counts(text, AREAS), "map=1 reduce=2 alloc=1");
}

#[test]
fn a_block_that_counts_is_not_moved() {
    let text = "fn f(a: PyArrayView[Float]) -> Float
  n = 0.0
  t = a.map |x|
    n += 1.0
    x * n
  end
  t.sum + n
end
";
    assert_eq!(counts(text, AREAS), "map=1 reduce=1 alloc=1");
}

#[test]
fn python_in_between_is_not_passed() {
    let text = "extern Python from numpy as np
fn f(mut a: PyArrayView[Float]) -> Float
  t = a * 2.0
  np.add.at(a, 0, 1.0)
  t.sum
end
";
    assert_eq!(counts(text, AREAS), "map=1 reduce=1 alloc=1");
}

#[test]
fn a_store_in_between_is_not_passed() {
    let text =
        "fn f(mut a: PyArrayView[Float]) -> Float\n  t = a * 2.0\n  a[0] = 1.0\n  t.sum\nend\n";
    assert_eq!(counts(text, AREAS), "map=1 reduce=1 alloc=1");
}

#[test]
fn a_source_that_is_replaced_is_not_read_later() {
    let text = "fn f(n: Int) -> Float
  a = Array.ones(n)
  t = a * 2.0
  a = Array.zeros(n)
  t.sum + a.sum
end
";
    assert_eq!(counts(text, AREAS), "map=1 reduce=2 alloc=3");
}

#[test]
fn remarks_name_what_was_joined() {
    let text = "fn f(a: PyArrayView[Float]) -> Float\n  (a.map |x| x + 1.0 end).sum\nend\n";
    let remarks = remarks(text);
    assert!(
        remarks.contains(&"2:3 fused map+sum".to_owned()),
        "{remarks:?}"
    );
}

const CHECKS: &str = "loop bounds_check version";

#[test]
fn an_index_below_the_length_needs_no_check() {
    let text = "fn f(x: Array[Float]) -> Float\n  s = 0.0\n  for i in 0..<x.length\n    s += x[i]\n  end\n  s\nend\n";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=0 version=0");
}

#[test]
fn elements_in_turn_need_no_check() {
    let text =
        "fn f(x: Array[Float]) -> Float\n  s = 0.0\n  for e in x\n    s += e\n  end\n  s\nend\n";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=0 version=0");
}

#[test]
fn a_stencil_needs_no_check() {
    let text = "fn f(x: Array[Float]) -> Array[Float]
  out = Array.zeros(x.length)
  for i in 1..<x.length - 1
    out[i] = x[i - 1] + x[i] + x[i + 1]
  end
  out
end
";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=0 version=0");
}

#[test]
fn a_bound_from_outside_is_compared_once() {
    let text = "fn f(x: Array[Float], n: Int) -> Float\n  s = 0.0\n  for i in 0..<n\n    s += x[i]\n  end\n  s\nend\n";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=0 version=1");
}

#[test]
fn what_requires_says_is_not_asked_again() {
    let text = "fn f(x: Array[Float], n: Int) -> Float
  requires n <= x.length
  s = 0.0
  for i in 0..<n
    s += x[i]
  end
  s
end
";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=0 version=0");
}

#[test]
fn rows_and_columns_are_compared_before_the_outer_loop() {
    let text = "fn f(x: Array[Float], rows: Int, cols: Int) -> Float
  s = 0.0
  for i in 0..<rows
    for j in 0..<cols
      s += x[i * cols + j]
    end
  end
  s
end
";
    assert_eq!(counts(text, CHECKS), "loop=2 bounds_check=0 version=1");
}

#[test]
fn an_index_that_must_fail_stays_checked() {
    let text = "fn f(x: Array[Float]) -> Float\n  s = 0.0\n  for i in 0..x.length\n    s += x[i]\n  end\n  s\nend\n";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=1 version=0");
}

#[test]
fn an_array_that_is_replaced_stays_checked() {
    let text = "fn f(n: Int) -> Float
  x = Array.ones(n)
  s = 0.0
  for i in 0..<n
    s += x[i]
    x = x * 2.0
  end
  s
end
";
    assert_eq!(counts(text, CHECKS), "loop=1 bounds_check=1 version=0");
}

#[test]
fn remarks_say_why_checks_are_left() {
    let text = "fn f(x: Array[Float], at: Array[Int]) -> Float\n  s = 0.0\n  for i in at\n    s += x[i]\n  end\n  s\nend\n";
    let remarks = remarks(text);
    let left = "3:3 checks left: 1 (index is not a loop variable)".to_owned();
    assert!(remarks.contains(&left), "{remarks:?}");
}

#[test]
fn constants_are_computed_and_branches_chosen() {
    let text = "fn f(x: Int) -> Int\n  a = 2 * 3\n  b = x\n  if a > 5 then a + b else 0 end\nend\n";
    let mir = after("simplify", text);
    assert!(mir.contains("= 6 + x"), "{mir}");
    assert!(!mir.contains("if "), "{mir}");
}

#[test]
fn what_overflows_is_left_to_run_time() {
    let mir = after("simplify", "fn f() -> Int = 9223372036854775807 + 1\n");
    assert!(mir.contains("9223372036854775807 + 1"), "{mir}");
}

#[test]
fn a_variable_that_changes_is_not_replaced() {
    let text = "fn f(x: Int) -> Int\n  a = x\n  b = a\n  a = 2\n  b + a\nend\n";
    let mir = after("simplify", text);
    assert!(mir.contains("b + a"), "{mir}");
}

#[test]
fn what_nobody_reads_goes_unless_it_may_fail() {
    let text = "fn f(x: Array[Float], n: Int) -> Float\n  y = x * 2.0\n  k = n + 1\n  z = 1.5\n  x.length.to_float\nend\n";
    let mir = after("dce", text);
    assert!(!mir.contains("map") && !mir.contains("1.5"), "{mir}");
    assert!(mir.contains("n + 1"), "{mir}");
}

#[test]
fn pass_names_are_known_or_refused() {
    assert_eq!(check_names(&["fuse".into(), "dce".into()]), Ok(()));
    let refused = check_names(&["fuze".into()]).expect_err("there is no such pass");
    assert!(
        refused.contains("`fuze`") && refused.contains("fuse"),
        "{refused}"
    );
}

#[test]
fn arrays_are_given_back_after_their_last_use() {
    let text = "fn f(x: Array[Float]) -> Float
  t = x.exp
  a = t.sum / t.max
  u = x.sqrt
  b = 0.0
  for i in 0..<3
    b += u[i]
  end
  a + b + u.sum
end
";
    let mir = after("drop_early", text);
    let lines: Vec<&str> = mir.lines().map(str::trim).collect();
    let place = |start: &str| lines.iter().position(|l| l.starts_with(start));
    assert!(
        place("drop t") > place("_8 = max t") && place("drop t") < place("u ="),
        "{mir}"
    );
    assert!(place("drop u") > place("for i"), "{mir}");
}

#[test]
fn a_view_is_not_read_when_its_array_is_gone() {
    let text = "fn f(n: Int) -> Float
  a = Array.ones(n)
  v: PyArrayView[Float] = a
  t = v * 2.0
  a = Array.zeros(n)
  t.sum + a.sum
end
";
    assert_eq!(counts(text, AREAS), "map=1 reduce=2 alloc=3");
}

#[test]
fn what_replaces_an_operand_is_written_over_it() {
    let step = "fn f(b: Array[Float], k: Float) -> Array[Float]\n  x = b.copy\n  for _ in 0..<9\n    x += k * b\n  end\n  x\nend\n";
    assert_eq!(counts(step, AREAS), "map=1 reduce=0 alloc=1");
    // What may fail in the middle would leave half of it changed.
    let ints = "fn f(b: Array[Int]) -> Array[Int]\n  x = b.copy\n  x += b\n  x\nend\n";
    assert_eq!(counts(ints, AREAS), "map=1 reduce=0 alloc=2");
    // The caller's array is not the function's own.
    let lent = "fn f(b: Array[Float]) -> Array[Float]\n  x = b + b\n  x\nend\n";
    assert_eq!(counts(lent, AREAS), "map=1 reduce=0 alloc=1");
    // Elements that were replaced must not be read again.
    let others = "fn f(b: Array[Float]) -> Array[Float]\n  x = b.copy\n  x = x.map |v| v + x[0] end\n  x\nend\n";
    assert_eq!(counts(others, AREAS), "map=1 reduce=0 alloc=2");
}
