use crate::mir::{BinOp, Const, Operand, Rvalue, count};
use crate::passes::random_programs;
use crate::passes::testing::{Done, FnTest, array, binary, int, local, view};
use crate::types::Ty;

fn function() -> FnTest {
    FnTest::new("f", Ty::Unit)
}

fn done(mut f: FnTest) -> Done {
    f.ret(Operand::Const(Const::Unit));
    f.run(super::run)
}

/// Versions, checks in the fast one, and remarks.
fn result(f: FnTest) -> (usize, usize, String) {
    let done = done(f);
    let counts = count(done.function());
    let of = |name| counts.get(name).copied().unwrap_or(0);
    // All statements of a test stand in the same place, which makes versions look like branches.
    let versions = done.text().matches("\n  else\n    for").count();
    let checks = match versions {
        0 => of("bounds_check"),
        _ => done
            .text()
            .split("\n  else\n    for")
            .next()
            .map_or(0, |fast| fast.matches(" ?\n").count()),
    };
    (versions, checks, done.remarks().to_owned())
}

#[test]
fn random_programs_do_the_same_with_fewer_checks() {
    let (runs, unchecked) = random_programs::compare(1_500, super::run);
    assert!(runs > 5_000 && unchecked > 500);
}

#[test]
fn a_guard_and_two_versions() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let (lo, hi) = (f.param("lo", Ty::Int), f.param("hi", Ty::Int));
    let e = f.temp(Ty::Float);
    f.for_range("i", local(lo), local(hi), |f, i| {
        let next = f.compute(BinOp::Add, local(i), int(1));
        f.load(e, x, local(next), true);
        let last = f.compute(BinOp::Sub, local(i), int(2));
        f.load(e, x, local(last), true);
    });
    done(f).expect(
        "\
fn f(x: PyArrayView[Float], lo: Int, hi: Int) -> Unit   # raises
  _7 = lo >= 2
  if _7
    _8 = len x
    _9 = _8 &- 1
    _7 = hi <= _9
  if _7
    for i in lo..<hi   # loop0
      _5 = i &+ 1
      _3 = x[_5]
      _6 = i &- 2
      _3 = x[_6]
  else
    for i in lo..<hi   # loop1
      _5 = i + 1
      _3 = x[_5] ?
      _6 = i &- 2
      _3 = x[_6] ?
  return ()
1:1 bounds checks hoisted: 2
",
    );
}

#[test]
fn what_is_known_needs_no_second_version() {
    let mut f = function();
    let (x, y) = (f.param("x", view(Ty::Float)), f.param("y", view(Ty::Float)));
    let (n, m) = (f.len(x), f.len(y));
    let same = f.compute(BinOp::Eq, local(n), local(m));
    f.require(same);
    let e = f.temp(Ty::Float);
    f.for_range("i", int(0), local(n), |f, i| {
        f.load(e, x, local(i), true);
        f.load(e, y, local(i), true);
    });
    assert_eq!(result(f), (0, 0, "1:1 bounds checks hoisted: 2\n".into()));
}

#[test]
fn a_condition_around_an_access_counts() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let n = f.len(x);
    let e = f.temp(Ty::Float);
    f.for_range("i", int(0), local(n), |f, i| {
        let first = f.compute(BinOp::Gt, local(i), int(0));
        f.when(local(first), |f| {
            let before = f.compute(BinOp::Sub, local(i), int(1));
            f.load(e, x, local(before), true);
        });
        let end = f.compute(BinOp::Sub, local(n), int(1));
        let last = f.compute(BinOp::Lt, local(i), local(end));
        f.when(local(last), |f| {
            let next = f.compute(BinOp::Add, local(i), int(1));
            f.load(e, x, local(next), true);
        });
    });
    assert_eq!(result(f), (0, 0, "1:1 bounds checks hoisted: 2\n".into()));
}

#[test]
fn a_guard_that_cannot_hold_is_not_made() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let n = f.len(x);
    let e = f.temp(Ty::Float);
    f.for_range("i", int(-1), local(n), |f, i| {
        f.load(e, x, local(i), true);
    });
    let (versions, checks, _) = result(f);
    assert_eq!((versions, checks), (0, 1));
}

#[test]
fn a_row_of_a_matrix_is_guarded_outside_of_both_loops() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let (rows, columns) = (f.param("rows", Ty::Int), f.param("columns", Ty::Int));
    let e = f.temp(Ty::Float);
    f.for_range("i", int(0), local(rows), |f, i| {
        f.for_range("j", int(0), local(columns), |f, j| {
            let start = f.compute(BinOp::Mul, local(i), local(columns));
            let at = f.compute(BinOp::Add, local(start), local(j));
            f.load(e, x, local(at), true);
        });
    });
    let done = done(f);
    assert!(
        done.text().contains("_6 = i &* columns\n"),
        "{}",
        done.text()
    );
    assert!(done.text().contains("_7 = _6 &+ j\n        _3 = x[_7]\n"));
    assert_eq!(done.text().matches("for i").count(), 2);
    assert_eq!(done.text().matches("for j").count(), 2);
    assert_eq!(done.remarks(), "1:1 bounds checks hoisted: 1\n");
}

#[test]
fn an_array_that_is_replaced_in_the_loop_is_checked() {
    let mut f = function();
    let n = f.param("n", Ty::Int);
    let a = f.variable("a", array(Ty::Float));
    let fill = |len| Rvalue::Fill {
        element: Ty::Float,
        len,
        value: Some(Operand::Const(Const::Float(0.0))),
    };
    f.assign(a, fill(local(n)));
    let e = f.temp(Ty::Float);
    f.for_range("i", int(0), local(n), |f, i| {
        f.load(e, a, local(i), true);
        f.assign(a, fill(int(1)));
    });
    let (versions, checks, remarks) = result(f);
    assert_eq!((versions, checks), (0, 1));
    assert_eq!(remarks, "1:1 checks left: 1 (the array is replaced)\n");
}

#[test]
fn the_length_of_an_array_is_not_a_variable_that_changed_since() {
    let mut f = function();
    let n = f.variable("n", Ty::Int);
    let a = f.variable("a", array(Ty::Float));
    f.assign(n, Rvalue::Use(int(10)));
    f.assign(
        a,
        Rvalue::Fill {
            element: Ty::Float,
            len: local(n),
            value: Some(Operand::Const(Const::Float(0.0))),
        },
    );
    f.assign(n, Rvalue::Use(int(1000)));
    let e = f.temp(Ty::Float);
    f.for_range("i", int(0), local(n), |f, i| {
        f.load(e, a, local(i), true);
    });
    // A guard, which fails.
    let (versions, checks, _) = result(f);
    assert_eq!((versions, checks), (1, 0));
}

#[test]
fn a_check_of_a_variable_says_nothing_after_it_changed() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let k = f.variable("k", Ty::Int);
    f.assign(k, Rvalue::Use(int(0)));
    let n = f.len(x);
    let inside = f.compute(BinOp::Lt, local(k), local(n));
    f.require(inside);
    f.assign(k, binary(BinOp::Add, local(k), int(100)));
    let e = f.temp(Ty::Float);
    f.load(e, x, local(k), true);
    let (_, checks, _) = result(f);
    assert_eq!(checks, 1);
}

#[test]
fn an_index_that_is_assigned_in_the_loop_is_checked() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let k = f.variable("k", Ty::Int);
    f.assign(k, Rvalue::Use(int(0)));
    let e = f.temp(Ty::Float);
    let n = f.len(x);
    f.for_range("i", int(0), local(n), |f, i| {
        f.load(e, x, local(k), true);
        f.assign(k, binary(BinOp::Add, local(i), int(1)));
    });
    let (versions, checks, _) = result(f);
    assert_eq!((versions, checks), (0, 1));
}

#[test]
fn a_part_that_overflows_still_does() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let e = f.temp(Ty::Float);
    let n = f.len(x);
    f.for_range("i", int(0), local(n), |f, i| {
        let huge = f.compute(BinOp::Add, local(i), int(i64::MAX));
        let back = f.compute(BinOp::Sub, local(huge), int(i64::MAX));
        f.load(e, x, local(back), true);
    });
    let text = done(f).text().to_owned();
    assert!(text.contains(" + 9223372036854775807"), "{text}");
}

#[test]
fn down_and_by_two_and_from_the_end() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let e = f.temp(Ty::Float);
    let n = f.len(x);
    let last = f.compute(BinOp::Sub, local(n), int(1));
    f.for_step("i", (local(last), int(0), true), -1, |f, i, _| {
        f.load(e, x, local(i), true);
    });
    f.for_step("i", (int(0), local(n), false), 2, |f, i, _| {
        f.load(e, x, local(i), true);
        // `x[-1]`: there is one if the loop turns at all.
        let end = f.compute(BinOp::WrapAdd, local(n), int(-1));
        f.load(e, x, local(end), true);
    });
    let (versions, checks, _) = result(f);
    assert_eq!((versions, checks), (0, 0));
}

#[test]
fn long_loops_are_not_copied() {
    let mut f = function();
    let x = f.param("x", view(Ty::Float));
    let n = f.param("n", Ty::Int);
    let e = f.temp(Ty::Float);
    f.for_range("i", int(0), local(n), |f, i| {
        for _ in 0..700 {
            f.assign(e, Rvalue::Use(Operand::Const(Const::Float(1.0))));
        }
        f.load(e, x, local(i), true);
    });
    let (versions, checks, remarks) = result(f);
    assert_eq!((versions, checks), (0, 1));
    assert_eq!(
        remarks,
        "1:1 checks left: 1 (the loop is too long to copy)\n"
    );
}
