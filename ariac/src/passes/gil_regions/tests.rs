use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::{
    BinOp, Const, FnId, GilMode, GilState, LocalId, Operand, ReduceOp, Rvalue, Stage, StmtKind,
};
use crate::passes::testing::{Done, FnTest, array, binary, float, int, local, view};
use crate::types::Ty;

fn run(f: FnTest) -> Done {
    f.run_to(Stage::Final, super::run)
}

fn check(f: FnTest, expected: &str) {
    run(f).expect(expected);
}

/// An exported function that touches Python.
fn python(name: &str, ret: Ty) -> FnTest {
    let mut f = FnTest::new(name, ret);
    f.function.exported = true;
    f.function.uses_python = true;
    f
}

/// `np.name(value)`, as an object.
fn call_numpy(f: &mut FnTest, name: &str, value: LocalId) -> LocalId {
    let module = match f.program.modules.is_empty() {
        true => f.program.modules.push("numpy".into()),
        false => crate::mir::ModuleId::from_index(0),
    };
    let [np, object, result] = [0; 3].map(|_| f.temp(Ty::PythonObject));
    f.assign(np, Rvalue::PyModule(module));
    let value = local(value);
    f.assign(object, Rvalue::ToObject { value, take: false });
    let call = Rvalue::PyMethod {
        object: local(np),
        name: name.into(),
        args: vec![local(object)],
        keywords: Vec::new(),
    };
    f.assign(result, call);
    result
}

#[test]
fn what_is_long_is_released_and_python_is_not() {
    let mut f = python("f", Ty::PythonObject);
    let a = f.param("a", array(Ty::Float));
    let (s, t) = (f.temp(Ty::Float), f.temp(Ty::Float));
    f.reduce(s, ReduceOp::Sum, a);
    f.assign(t, binary(BinOp::Mul, local(s), local(s)));
    let result = call_numpy(&mut f, "abs", t);
    f.ret(local(result));
    check(
        f,
        "\
fn f(a: Array[Float]) -> PythonObject   # exported py raises
  gil_release (len(a) / 16)
  _1 = sum a |_3|
    give _3
  gil_acquire
  _2 = _1 * _1
  _4 = py module numpy
  _5 = py object _2
  _6 = py _4.abs(_5)
  return _6
1:1 GIL released around sum when it is worth it
1:1 GIL held: calls numpy.abs
",
    );
}

#[test]
fn neighbours_with_only_cheap_work_between_them_are_one_region() {
    let mut f = python("f", Ty::PythonObject);
    let a = f.param("a", array(Ty::Float));
    let s = f.temp(Ty::Float);
    f.reduce(s, ReduceOp::Sum, a);
    let n = f.len(a);
    let m = f.compute(BinOp::Sub, local(n), int(1));
    f.for_range("i", int(0), local(m), |f, _| {
        f.assign(s, binary(BinOp::Mul, local(s), float(0.5)));
    });
    let result = call_numpy(&mut f, "abs", s);
    f.ret(local(result));
    check(
        f,
        "\
fn f(a: Array[Float]) -> PythonObject   # exported py raises
  gil_release (((len(a) / 16) + (len(a) * 2ns)) + 1ns)
  _1 = sum a |_2|
    give _2
  _3 = len a
  _4 = _3 - 1
  for i in 0..<_4   # loop0
    _1 = _1 * 0.5
  gil_acquire
  _6 = py module numpy
  _7 = py object _1
  _8 = py _6.abs(_7)
  return _8
1:1 GIL released around sum and the loop when it is worth it
1:1 GIL held: calls numpy.abs
",
    );
}

#[test]
fn every_way_out_of_a_region_takes_the_gil_back() {
    let mut f = python("f", Ty::Float);
    let a = f.param("a", array(Ty::Float));
    let flag = f.param("flag", Ty::Bool);
    let n = f.len(a);
    let x = f.temp(Ty::Float);
    f.assign(x, Rvalue::Use(float(0.0)));
    call_numpy(&mut f, "abs", x);
    f.for_range("i", int(0), local(n), |f, i| {
        f.load(x, a, local(i), true);
        f.when(local(flag), |f| f.ret(local(x)));
    });
    f.ret(local(x));
    check(
        f,
        "\
fn f(a: Array[Float], flag: Bool) -> Float   # exported py raises
  _2 = len a
  _3 = 0.0
  _4 = py module numpy
  _5 = py object _3
  _6 = py _4.abs(_5)
  gil_release (_2 * 3ns)
  for i in 0..<_2   # loop0
    _3 = a[i] ?
    if flag
      gil_acquire
      return _3
  gil_acquire
  return _3
1:1 GIL released around the loop when it is worth it
1:1 GIL held: calls numpy.abs
",
    );
}

#[test]
fn a_break_of_a_loop_around_the_region_takes_the_gil_back() {
    let mut f = python("f", Ty::Unit);
    let a = f.param("a", array(Ty::Float));
    let flag = f.param("flag", Ty::Bool);
    let x = f.temp(Ty::Float);
    f.assign(x, Rvalue::Use(float(0.0)));
    let n = f.len(a);
    f.for_step("i", (int(0), int(10), false), 1, |f, _, outer| {
        call_numpy(f, "abs", x);
        f.for_step("j", (int(0), local(n), false), 1, |f, j, inner| {
            f.load(x, a, local(j), true);
            f.when(local(flag), |f| f.emit(StmtKind::Break(outer)));
            f.emit(StmtKind::Continue(inner));
        });
    });
    f.ret(Operand::Const(Const::Unit));
    let done = run(f);
    done.expect(
        "\
fn f(a: Array[Float], flag: Bool) -> Unit   # exported py raises
  _2 = 0.0
  _3 = len a
  for i in 0..<10   # loop0
    _5 = py module numpy
    _6 = py object _2
    _7 = py _5.abs(_6)
    gil_release (_3 * 3ns)
    for j in 0..<_3   # loop1
      _2 = a[j] ?
      if flag
        gil_acquire
        break loop0
      continue loop1
    gil_acquire
  return ()
1:1 GIL released around the loop when it is worth it
1:1 GIL held: the loop calls numpy.abs in its turns
1:1 GIL held: calls numpy.abs
",
    );
}

#[test]
fn work_of_unknown_size_is_released_outside_of_loops_only() {
    let spin = |f: &mut FnTest, k: LocalId| {
        f.while_loop(
            |f| local(f.compute(BinOp::Gt, local(k), int(0))),
            |f| f.assign(k, binary(BinOp::Sub, local(k), int(1))),
        );
    };
    let mut f = python("f", Ty::Unit);
    let n = f.param("n", Ty::Int);
    let k = f.variable("k", Ty::Int);
    f.assign(k, Rvalue::Use(local(n)));
    spin(&mut f, k);
    f.for_range("i", int(0), local(n), |f, _| {
        call_numpy(f, "abs", k);
        spin(f, k);
    });
    f.ret(Operand::Const(Const::Unit));
    let done = run(f);
    assert!(done.text().contains("  gil_release unknown\n  while"));
    let counts = crate::mir::count(done.function());
    assert_eq!(counts["gil_release"], 1);
    assert_eq!(counts["gil_acquire"], 1);
}

#[test]
fn a_function_without_python_is_released_by_its_caller() {
    let mut f = FnTest::new("axpy", Ty::Unit);
    f.function.exported = true;
    let a = f.param("a", Ty::Float);
    let x = f.param("x", view(Ty::Float));
    let y = f.param_mode("y", view(Ty::Float), ParamMode::Mut);
    let n = f.len(x);
    let (e, g) = (f.temp(Ty::Float), f.temp(Ty::Float));
    f.for_range("i", int(0), local(n), |f, i| {
        f.load(e, x, local(i), true);
        f.load(g, y, local(i), true);
        f.assign(e, binary(BinOp::Mul, local(e), local(a)));
        f.assign(e, binary(BinOp::Add, local(e), local(g)));
        f.store(y, local(i), local(e), true);
    });
    f.ret(Operand::Const(Const::Unit));
    let done = run(f);
    assert_eq!(
        done.text().lines().next(),
        Some(
            "fn axpy(a: Float, x: PyArrayView[Float], mut y: PyArrayView[Float]) -> Unit   \
             # exported raises release:(len(x) * 6ns)"
        )
    );
    assert_eq!(
        done.remarks(),
        "1:1 GIL released around the whole function when it is worth it\n"
    );
}

#[test]
fn tiny_functions_pay_nothing() {
    let mut f = FnTest::new("double", Ty::Float);
    f.function.exported = true;
    let x = f.param("x", Ty::Float);
    let y = f.temp(Ty::Float);
    f.assign(y, binary(BinOp::Mul, local(x), float(2.0)));
    f.for_range("i", int(0), int(8), |f, _| {
        f.assign(y, binary(BinOp::Mul, local(y), float(2.0)));
    });
    f.ret(local(y));
    let done = run(f);
    assert_eq!(done.function().entry_release, None);
    assert_eq!(done.remarks(), "");
}

#[test]
fn the_work_of_a_callee_is_that_of_its_arguments() {
    let mut callee = FnTest::new("total", Ty::Float);
    let x = callee.param("x", array(Ty::Float));
    let s = callee.temp(Ty::Float);
    callee.reduce(s, ReduceOp::Sum, x);
    callee.ret(local(s));
    let callee = callee.run(super::super::testing::nothing).program;

    let mut f = python("f", Ty::PythonObject);
    f.program = callee;
    let n = f.param("n", Ty::Int);
    let a = f.temp(array(Ty::Float));
    let s = f.temp(Ty::Float);
    f.assign(
        a,
        Rvalue::Fill {
            element: Ty::Float,
            len: local(n),
            value: Some(float(1.0)),
        },
    );
    f.assign(
        s,
        Rvalue::Call {
            callee: FnId::from_index(0),
            args: vec![local(a)],
        },
    );
    let result = call_numpy(&mut f, "abs", s);
    f.ret(local(result));
    let done = run(f);
    assert!(
        done.text()
            .contains("  gil_release ((n + (n / 16)) + 52ns)\n"),
        "{}",
        done.text()
    );
    assert!(
        done.remarks()
            .contains("GIL released around filling an array and total when it is worth it")
    );
}

#[test]
fn recursion_is_unknown() {
    let mut f = FnTest::new("fib", Ty::Int);
    f.function.exported = true;
    let n = f.param("n", Ty::Int);
    let r = f.temp(Ty::Int);
    f.assign(
        r,
        Rvalue::Call {
            callee: FnId::from_index(0),
            args: vec![local(n)],
        },
    );
    f.ret(local(r));
    let done = run(f);
    assert_eq!(
        done.function().entry_release,
        Some(crate::mir::Work::Unknown)
    );
}

#[test]
fn hold_holds_and_dissolves() {
    let mut f = python("f", Ty::Float);
    f.function.gil = GilMode::Hold;
    let a = f.param("a", array(Ty::Float));
    let s = f.temp(Ty::Float);
    f.reduce(s, ReduceOp::Sum, a);
    let body = f.block(|f| {
        call_numpy(f, "abs", s);
    });
    f.emit(StmtKind::Gil(GilState::Held, body));
    f.ret(local(s));
    check(
        f,
        "\
fn f(a: Array[Float]) -> Float   # gil:hold exported py raises
  _1 = sum a |_2|
    give _2
  _3 = py module numpy
  _4 = py object _1
  _5 = py _3.abs(_4)
  return _1
1:1 GIL held: the function says `gil: :hold`
",
    );
}

#[test]
fn release_takes_the_gil_for_with_gil_alone() {
    let mut f = python("f", Ty::Float);
    f.function.gil = GilMode::Release;
    let a = f.param("a", array(Ty::Float));
    let flag = f.param("flag", Ty::Bool);
    let s = f.temp(Ty::Float);
    f.reduce(s, ReduceOp::Sum, a);
    f.for_step("i", (int(0), int(3), false), 1, |f, _, id| {
        let body = f.block(|f| {
            call_numpy(f, "abs", s);
            f.when(local(flag), |f| f.emit(StmtKind::Break(id)));
            f.when(local(flag), |f| f.ret(local(s)));
        });
        f.emit(StmtKind::Gil(GilState::Held, body));
        f.when(local(flag), |f| f.ret(local(s)));
    });
    f.ret(local(s));
    check(
        f,
        "\
fn f(a: Array[Float], flag: Bool) -> Float   # gil:release exported py raises
  gil_release unknown
  _2 = sum a |_3|
    give _3
  for i in 0..<3   # loop0
    gil_acquire
    _5 = py module numpy
    _6 = py object _2
    _7 = py _5.abs(_6)
    if flag
      gil_release unknown
      break loop0
    if flag
      return _2
    gil_release unknown
    if flag
      gil_acquire
      return _2
  gil_acquire
  return _2
1:1 GIL released, except in `Python.with_gil`: the function says `gil: :release`
",
    );
}

#[test]
fn a_region_at_the_end_of_both_branches_is_not_taken_back_twice() {
    let mut f = python("f", Ty::Float);
    let a = f.param("a", array(Ty::Float));
    let flag = f.param("flag", Ty::Bool);
    let s = f.temp(Ty::Float);
    f.assign(s, Rvalue::Use(float(0.0)));
    call_numpy(&mut f, "abs", s);
    let then = f.block(|f| {
        f.reduce(s, ReduceOp::Sum, a);
        f.ret(local(s));
    });
    let otherwise = f.block(|f| {
        f.reduce(s, ReduceOp::Max, a);
        f.ret(local(s));
    });
    f.emit(StmtKind::If {
        condition: local(flag),
        then,
        otherwise,
    });
    let done = run(f);
    assert_eq!(done.text().matches("gil_release").count(), 1);
    assert_eq!(done.text().matches("gil_acquire").count(), 2);
    assert!(
        done.remarks()
            .contains("GIL released around sum and max when")
    );
}

#[test]
fn an_array_that_may_have_moved_away_is_not_asked_for_its_length() {
    let mut f = python("f", Ty::Unit);
    let flag = f.param("flag", Ty::Bool);
    let (a, b) = (f.temp(array(Ty::Float)), f.temp(array(Ty::Float)));
    let s = f.temp(Ty::Float);
    let fill = |len| Rvalue::Fill {
        element: Ty::Float,
        len: int(len),
        value: Some(float(1.0)),
    };
    f.assign(a, fill(4));
    f.assign(s, Rvalue::Use(float(0.0)));
    f.when(local(flag), |f| {
        f.assign(b, Rvalue::Move(a));
        call_numpy(f, "abs", s);
    });
    f.assign(a, fill(5));
    f.reduce(s, ReduceOp::Sum, a);
    f.ret(Operand::Const(Const::Unit));
    // The array is small whatever happens, so nothing is released.
    let done = run(f);
    assert_eq!(crate::mir::count(done.function()).get("gil_release"), None);
}
