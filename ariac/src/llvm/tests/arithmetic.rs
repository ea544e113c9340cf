//! Numbers: what they are, and when they fail.

use super::machine::{Arg, levels, with_machine};
use super::program::{READ, Source};
use crate::builtins::MathFn;
use crate::mir::{BinOp, Operand, Rvalue, StmtKind};
use crate::types::Ty;

/// `fn f(x, y) = x op y`
fn operator(source: &mut Source, name: &str, ty: &Ty, op: BinOp) {
    let params = [("x", ty.clone(), READ), ("y", ty.clone(), READ)];
    source.function(name, &params, ty.clone(), |body, p| {
        let result = body.binary(ty.clone(), op, p[0], p[1]);
        body.return_(result);
    });
}

#[test]
fn ints_are_checked() {
    let mut source = Source::new();
    let ops = [
        ("add", BinOp::Add),
        ("sub", BinOp::Sub),
        ("mul", BinOp::Mul),
        ("div", BinOp::FloorDiv),
        ("mod", BinOp::Mod),
        ("pow", BinOp::Pow),
        ("wrap", BinOp::WrapAdd),
    ];
    for (name, op) in ops {
        operator(&mut source, name, &Ty::Int, op);
    }
    const MIN: i64 = i64::MIN;
    const MAX: i64 = i64::MAX;
    with_machine(&source, |machine| {
        let level = levels()[0];
        let call = |name, x, y| machine.call::<i64>(level, name, &[Arg::Int(x), Arg::Int(y)]);
        assert_eq!(call("add", 2, 3), Ok(5));
        assert_eq!(
            call("add", MAX, 1),
            Err("overflow in Int + Int at line 2".into())
        );
        assert_eq!(
            call("sub", MIN, 1),
            Err("overflow in Int - Int at line 2".into())
        );
        assert_eq!(
            call("mul", MAX, 2),
            Err("overflow in Int * Int at line 2".into())
        );
        assert_eq!(call("wrap", MAX, 1), Ok(MIN));
        let expected = [
            (7, 2, 3, 1),
            (-7, 2, -4, 1),
            (7, -2, -4, -1),
            (-7, -2, 3, -1),
            (MIN, 1, MIN, 0),
            (6, -3, -2, 0),
        ];
        for (x, y, quotient, rest) in expected {
            assert_eq!(call("div", x, y), Ok(quotient), "{x} // {y}");
            assert_eq!(call("mod", x, y), Ok(rest), "{x} % {y}");
        }
        assert_eq!(call("div", 1, 0), Err("division by zero at line 2".into()));
        assert_eq!(call("mod", 1, 0), Err("division by zero at line 2".into()));
        assert_eq!(
            call("div", MIN, -1),
            Err("overflow in Int // Int at line 2".into())
        );
        assert_eq!(call("mod", MIN, -1), Ok(0));
        assert_eq!(call("pow", 3, 39), Ok(3_i64.pow(39)));
        assert_eq!(call("pow", -2, 63), Ok(MIN));
        assert_eq!(call("pow", 7, 0), Ok(1));
        assert_eq!(call("pow", 0, 0), Ok(1));
        assert_eq!(
            call("pow", 2, 63),
            Err("overflow in Int ** Int at line 2".into())
        );
        assert_eq!(
            call("pow", 10, MAX),
            Err("overflow in Int ** Int at line 2".into())
        );
        assert_eq!(call("pow", 1, MAX), Ok(1));
        assert_eq!(call("pow", 2, -1), Err("kind 1 at line 2".into()));
    });
}

#[test]
fn divisions_by_constants_floor() {
    let mut source = Source::new();
    for (name, op) in [("div", BinOp::FloorDiv), ("mod", BinOp::Mod)] {
        source.function(name, &[("x", Ty::Int, READ)], Ty::Int, |body, p| {
            let result = body.binary(Ty::Int, op, p[0], 8);
            body.return_(result);
        });
    }
    with_machine(&source, |machine| {
        for x in [-17, -16, -1, 0, 1, 17, i64::MIN, i64::MAX] {
            let call = |name| machine.call::<i64>(levels()[0], name, &[Arg::Int(x)]);
            assert_eq!(call("div"), Ok(x.div_euclid(8)));
            assert_eq!(call("mod"), Ok(x.rem_euclid(8)));
        }
    });
}

#[test]
fn floats_divide_as_in_numpy() {
    let mut source = Source::new();
    operator(&mut source, "div", &Ty::Float, BinOp::FloorDiv);
    operator(&mut source, "mod", &Ty::Float, BinOp::Mod);
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    // What `np.floor_divide` and `np.mod` give.
    let expected = [
        (7.0, 2.0, 3.0, 1.0),
        (-7.0, 2.0, -4.0, 1.0),
        (7.0, -2.0, -4.0, -1.0),
        (1.0, 0.1, 9.0, 0.099_999_999_999_999_95),
        (-1.0, INF, -1.0, INF),
        (1.0, INF, 0.0, 1.0),
        (1.0, 0.0, INF, NAN),
        (0.0, 0.0, NAN, NAN),
        (INF, 1.0, NAN, NAN),
        (-0.0, 1.0, -0.0, 0.0),
        (6.0, -3.0, -2.0, -0.0),
    ];
    with_machine(&source, |machine| {
        for level in levels() {
            for (x, y, quotient, rest) in expected {
                let call = |name| {
                    machine
                        .call::<f64>(level, name, &[Arg::Float(x), Arg::Float(y)])
                        .unwrap()
                };
                for (got, want) in [(call("div"), quotient), (call("mod"), rest)] {
                    let same = got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan());
                    assert!(same, "{x} and {y}: {got} for {want}");
                }
            }
        }
    });
}

#[test]
fn mathematics() {
    let mut source = Source::new();
    for &function in MathFn::ALL {
        let params = [("x", Ty::Float, READ), ("y", Ty::Float, READ)];
        let params = &params[..function.arity()];
        source.function(function.name(), params, Ty::Float, |body, p| {
            let args = p.iter().map(|&p| p.into()).collect();
            let result = body.let_(Ty::Float, Rvalue::Math { function, args });
            body.return_(result);
        });
    }
    with_machine(&source, |machine| {
        for level in levels() {
            let one = |name, x| machine.call::<f64>(level, name, &[Arg::Float(x)]).unwrap();
            let two = |name, x, y| {
                machine
                    .call::<f64>(level, name, &[Arg::Float(x), Arg::Float(y)])
                    .unwrap()
            };
            assert_eq!(one("round", 2.5), 2.0);
            assert_eq!(one("round", -3.5), -4.0);
            assert_eq!(one("floor", -0.5), -1.0);
            assert_eq!(one("trunc", -1.5), -1.0);
            assert_eq!(one("sqrt", 2.0), 2.0_f64.sqrt());
            assert_eq!(one("exp", 1.0), 1.0_f64.exp());
            assert_eq!(one("tanh", 0.5), 0.5_f64.tanh());
            assert_eq!(two("hypot", 3.0, 4.0), 5.0);
            assert_eq!(two("atan2", 1.0, 1.0), std::f64::consts::FRAC_PI_4);
            assert_eq!(two("min", 1.0, 2.0), 1.0);
            assert_eq!(two("max", 1.0, 2.0), 2.0);
            for name in ["min", "max"] {
                assert!(two(name, f64::NAN, 1.0).is_nan());
                assert!(two(name, 1.0, f64::NAN).is_nan());
            }
            assert_eq!(two("copysign", 1.0, -0.0), -1.0);
        }
    });
}

#[test]
fn conversions() {
    let mut source = Source::new();
    source.function("to_int", &[("x", Ty::Float, READ)], Ty::Int, |body, p| {
        let (to, operand) = (Ty::Int, p[0].into());
        let result = body.let_(Ty::Int, Rvalue::Convert { to, operand });
        body.return_(result);
    });
    with_machine(&source, |machine| {
        let call = |x| machine.call::<i64>(levels()[0], "to_int", &[Arg::Float(x)]);
        assert_eq!(call(-1.9), Ok(-1));
        assert_eq!(call(-(2.0_f64.powi(63))), Ok(i64::MIN));
        let overflow = Err("overflow in Float to Int at line 2".to_owned());
        assert_eq!(call(2.0_f64.powi(63)), overflow);
        assert_eq!(call(f64::NEG_INFINITY), overflow);
        assert_eq!(call(f64::NAN), Err("kind 1 at line 2".into()));
    });
}

/// Counts the turns and sums the variable of `for i in lo..hi` by `step`, leaving after 100 turns.
#[test]
fn ranges_end_where_they_should() {
    let mut source = Source::new();
    for (name, inclusive) in [("half_open", false), ("closed", true)] {
        let params = ["lo", "hi", "step"].map(|name| (name, Ty::Int, READ));
        let ret = Ty::Tuple(vec![Ty::Int, Ty::Int]);
        source.function(name, &params, ret.clone(), |body, p| {
            let turns = body.let_(Ty::Int, Rvalue::Use(0.into()));
            let sum = body.let_(Ty::Int, Rvalue::Use(0.into()));
            let range = (p[0].into(), p[1].into(), inclusive);
            body.for_(range, p[2].into(), |body, i, id| {
                let more = body.binary(Ty::Int, BinOp::Add, turns, 1);
                body.set(turns, Rvalue::Use(more.into()));
                let more = body.binary(Ty::Int, BinOp::WrapAdd, sum, i);
                body.set(sum, Rvalue::Use(more.into()));
                let enough = body.binary(Ty::Bool, BinOp::Ge, turns, 100);
                let then = body.block(|body| body.stmt(StmtKind::Break(id)));
                let otherwise = body.block(|_| ());
                let condition = enough.into();
                body.stmt(StmtKind::If {
                    condition,
                    then,
                    otherwise,
                });
            });
            let result = body.let_(ret, Rvalue::Tuple(vec![turns.into(), sum.into()]));
            body.return_(result);
        });
    }
    const MIN: i64 = i64::MIN;
    const MAX: i64 = i64::MAX;
    with_machine(&source, |machine| {
        let call = |name, lo, hi, step| {
            let args = [lo, hi, step].map(Arg::Int);
            machine
                .call::<(i64, i64)>(levels()[0], name, &args)
                .unwrap()
        };
        assert_eq!(call("half_open", 0, 5, 1), (5, 10));
        assert_eq!(call("half_open", 5, 0, 1), (0, 0));
        assert_eq!(call("half_open", 5, 0, -2), (3, 9));
        assert_eq!(call("half_open", 0, 5, 3), (2, 3));
        assert_eq!(call("closed", 0, 6, 3), (3, 9));
        assert_eq!(call("closed", MAX - 2, MAX, 1).0, 3);
        assert_eq!(call("closed", MAX - 2, MAX, 2).0, 2);
        assert_eq!(call("half_open", MAX - 2, MAX, 2).0, 1);
        assert_eq!(call("closed", MIN + 1, MIN, -1).0, 2);
        assert_eq!(call("closed", MIN, MAX, MAX).0, 3);
        assert_eq!(call("closed", MAX, MIN, MIN).0, 2);
        assert_eq!(call("half_open", MIN, MAX, 1).0, 100);
    });
}

#[test]
fn operands_may_be_constants() {
    let mut source = Source::new();
    source.function("f", &[], Ty::Int, |body, _| {
        let product = body.binary(Ty::Int, BinOp::Mul, 6, Operand::from(7));
        body.return_(product);
    });
    with_machine(&source, |machine| {
        assert_eq!(machine.call::<i64>(levels()[0], "f", &[]), Ok(42));
    });
}
