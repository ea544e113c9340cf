//! Reductions: the same bits at every level, and those of the order that is promised.

use super::machine::{Arg, levels, with_machine};
use super::program::{READ, Source, view};
use crate::builtins::MathFn;
use crate::mir::{BinOp, ReduceOp, Rvalue, StmtKind};
use crate::types::Ty;

/// The order of the language, written as plainly as can be.
fn reference_sum(terms: &[f64]) -> f64 {
    fn block(terms: &[f64]) -> f64 {
        let mut lanes = [0.0; 32];
        for (i, term) in terms.iter().enumerate() {
            lanes[i % 32] += term;
        }
        let mut width = 32;
        while width > 1 {
            width /= 2;
            for i in 0..width {
                lanes[i] += lanes[i + width];
            }
        }
        lanes[0]
    }
    let mut stack: Vec<f64> = Vec::new();
    for (number, terms) in terms.chunks(512).enumerate() {
        let mut sum = block(terms);
        if terms.len() == 512 {
            for _ in 0..number.trailing_ones() {
                let older = stack.pop().unwrap();
                sum += older;
            }
        }
        stack.push(sum);
    }
    stack.iter().rev().fold(0.0, |sum, older| older + sum)
}

/// Numbers of very different size, so that every order has its own bits.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count)
        .map(|_| (next() as f64 - 1e9) * 2.0_f64.powi((next() % 40) as i32 - 20))
        .collect()
}

const LENGTHS: &[usize] = &[0, 1, 2, 31, 32, 33, 511, 512, 513, 1024, 1535, 5000, 70_001];

#[test]
fn sums_have_one_order() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Float), READ)];
    source.function("sum", &params, Ty::Float, |body, p| {
        body.return_reduced(ReduceOp::Sum, Ty::Float, Ty::Float, p[0]);
    });
    source.function("mean", &params, Ty::Float, |body, p| {
        body.return_reduced(ReduceOp::Mean, Ty::Float, Ty::Float, p[0]);
    });
    source.function("strided", &params, Ty::Float, |body, p| {
        body.strided(p[0]);
        body.return_reduced(ReduceOp::Sum, Ty::Float, Ty::Float, p[0]);
    });
    with_machine(&source, |machine| {
        for &len in LENGTHS {
            let xs = numbers(len, 1);
            let expected = reference_sum(&xs);
            let reversed: Vec<f64> = xs.iter().rev().step_by(2).copied().collect();
            for level in levels() {
                let call = |name, x| machine.call::<f64>(level, name, &[x]).unwrap();
                let sum = call("sum", Arg::Floats(&xs));
                assert_eq!(sum.to_bits(), expected.to_bits(), "{len} at {level}");
                let sum = call("strided", Arg::Floats(&xs));
                assert_eq!(sum.to_bits(), expected.to_bits(), "{len} at {level}");
                if len > 0 {
                    let mean = call("mean", Arg::Floats(&xs));
                    assert_eq!(mean, expected / len as f64);
                    let sum = call("strided", Arg::Backwards(&xs));
                    assert_eq!(sum.to_bits(), reference_sum(&reversed).to_bits());
                } else {
                    assert!(call("mean", Arg::Floats(&xs)).is_nan());
                }
            }
        }
        let call = |xs: &[f64]| machine.call::<f64>(levels()[0], "sum", &[Arg::Floats(xs)]);
        assert_eq!(call(&[-0.0]).map(f64::to_bits), Ok(0));
        assert_eq!(call(&[f64::INFINITY, 1.0]), Ok(f64::INFINITY));
        assert!(call(&[f64::INFINITY, f64::NEG_INFINITY]).unwrap().is_nan());
    });
}

#[test]
fn kernels_are_summed_in_the_same_order() {
    let mut source = Source::new();
    let params = ["x", "y"].map(|name| (name, view(Ty::Float), READ));
    source.function("dot", &params, Ty::Float, |body, p| {
        let kernel = body.kernel(&[Ty::Float, Ty::Float], |body, x| {
            body.binary(Ty::Float, BinOp::Mul, x[0], x[1]).into()
        });
        let (op, sources) = (ReduceOp::Sum, p.to_vec());
        let dot = body.let_(
            Ty::Float,
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            },
        );
        body.return_(dot);
    });
    // if x > 0 then x else y * 2.0
    source.function("choose", &params, Ty::Float, |body, p| {
        let kernel = body.kernel(&[Ty::Float, Ty::Float], |body, x| {
            let term = body.named("term", Ty::Float);
            let condition = body.binary(Ty::Bool, BinOp::Gt, x[0], 0.0).into();
            let then = body.block(|body| body.set(term, Rvalue::Use(x[0].into())));
            let otherwise = body.block(|body| {
                let twice = body.binary(Ty::Float, BinOp::Mul, x[1], 2.0);
                body.set(term, Rvalue::Use(twice.into()));
            });
            body.stmt(StmtKind::If {
                condition,
                then,
                otherwise,
            });
            term.into()
        });
        let (op, sources) = (ReduceOp::Sum, p.to_vec());
        let sum = body.let_(
            Ty::Float,
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            },
        );
        body.return_(sum);
    });
    with_machine(&source, |machine| {
        for &len in LENGTHS {
            let (xs, ys) = (numbers(len, 2), numbers(len, 3));
            let pairs = || xs.iter().zip(&ys);
            let products: Vec<f64> = pairs().map(|(x, y)| x * y).collect();
            let chosen: Vec<f64> = pairs()
                .map(|(&x, y)| if x > 0.0 { x } else { y * 2.0 })
                .collect();
            for level in levels() {
                let args = [Arg::Floats(&xs), Arg::Floats(&ys)];
                let dot = machine.call::<f64>(level, "dot", &args).unwrap();
                assert_eq!(
                    dot.to_bits(),
                    reference_sum(&products).to_bits(),
                    "{len} at {level}"
                );
                let sum = machine.call::<f64>(level, "choose", &args).unwrap();
                assert_eq!(
                    sum.to_bits(),
                    reference_sum(&chosen).to_bits(),
                    "{len} at {level}"
                );
            }
            let shorter = [Arg::Floats(&xs), Arg::Floats(&[])];
            if len > 0 {
                let failure = machine
                    .call::<f64>(levels()[0], "dot", &shorter)
                    .unwrap_err();
                assert!(
                    failure.starts_with(&format!("lengths {len} and 0")),
                    "{failure}"
                );
            }
        }
    });
}

#[test]
fn extremes_find_nan() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Float), READ)];
    for (name, op) in [("min", ReduceOp::Min), ("max", ReduceOp::Max)] {
        source.function(name, &params, Ty::Float, |body, p| {
            body.return_reduced(op, Ty::Float, Ty::Float, p[0]);
        });
    }
    with_machine(&source, |machine| {
        for level in levels() {
            let call = |name, xs: &[f64]| machine.call::<f64>(level, name, &[Arg::Floats(xs)]);
            assert_eq!(call("min", &[]), Err("min of nothing at line 2".to_owned()));
            for &len in &LENGTHS[1..] {
                let mut xs = numbers(len, 4);
                let least = xs.iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                assert_eq!(call("min", &xs), Ok(least), "{len} at {level}");
                assert_eq!(call("max", &xs), Ok(greatest), "{len} at {level}");
                for at in [0, len / 2, len - 1] {
                    let kept = std::mem::replace(&mut xs[at], f64::NAN);
                    assert!(
                        call("min", &xs).unwrap().is_nan(),
                        "{at} of {len} at {level}"
                    );
                    assert!(
                        call("max", &xs).unwrap().is_nan(),
                        "{at} of {len} at {level}"
                    );
                    xs[at] = kept;
                }
            }
        }
    });
}

#[test]
fn float32_has_its_own_lanes() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Float32), READ)];
    source.function("sum", &params, Ty::Float32, |body, p| {
        body.return_reduced(ReduceOp::Sum, Ty::Float32, Ty::Float32, p[0]);
    });
    with_machine(&source, |machine| {
        for &len in LENGTHS {
            let xs: Vec<f32> = numbers(len, 5).iter().map(|&x| x as f32).collect();
            let bits: Vec<u32> = levels()
                .iter()
                .map(|&level| {
                    let sum = machine.call::<f32>(level, "sum", &[Arg::Floats32(&xs)]);
                    sum.unwrap().to_bits()
                })
                .collect();
            assert!(bits.iter().all(|&b| b == bits[0]), "{len}: {bits:?}");
            let exact: f64 = xs.iter().map(|&x| f64::from(x)).sum();
            let size: f64 = xs.iter().map(|&x| f64::from(x).abs()).sum();
            let error = (f64::from(f32::from_bits(bits[0])) - exact).abs();
            assert!(error <= size * 1e-5, "{len}: {error} of {size}");
        }
    });
}

#[test]
fn sums_of_ints_are_exact() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Int), READ)];
    source.function("sum", &params, Ty::Int, |body, p| {
        body.return_reduced(ReduceOp::Sum, Ty::Int, Ty::Int, p[0]);
    });
    source.function("max", &params, Ty::Int, |body, p| {
        body.return_reduced(ReduceOp::Max, Ty::Int, Ty::Int, p[0]);
    });
    source.function("mean", &params, Ty::Float, |body, p| {
        body.return_reduced(ReduceOp::Mean, Ty::Int, Ty::Float, p[0]);
    });
    source.function("squares", &params, Ty::Int, |body, p| {
        let kernel = body.kernel(&[Ty::Int], |body, x| {
            body.binary(Ty::Int, BinOp::Mul, x[0], x[0]).into()
        });
        let (op, sources) = (ReduceOp::Sum, p.to_vec());
        let sum = body.let_(
            Ty::Int,
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            },
        );
        body.return_(sum);
    });
    with_machine(&source, |machine| {
        for level in levels() {
            let call = |name, xs: &[i64]| machine.call::<i64>(level, name, &[Arg::Ints(xs)]);
            assert_eq!(call("sum", &[]), Ok(0));
            assert_eq!(call("sum", &[i64::MAX, 5, -5, -1]), Ok(i64::MAX - 1));
            assert_eq!(call("sum", &[i64::MIN, -1, 1]), Ok(i64::MIN));
            let overflow = Err("overflow in sum of Ints at line 2".to_owned());
            assert_eq!(call("sum", &[i64::MAX, 1]), overflow);
            assert_eq!(call("sum", &[i64::MIN; 3]), overflow);
            let many: Vec<i64> = (0..10_007).map(|i| (i - 5000) * 123_456_789_012).collect();
            assert_eq!(call("sum", &many), Ok(many.iter().sum()));
            assert_eq!(call("max", &many), Ok(many[10_006]));
            let mean = machine.call::<f64>(level, "mean", &[Arg::Ints(&[1, 2, 4, 6])]);
            assert_eq!(mean, Ok(3.25));
            let small: Vec<i64> = (-500..501).collect();
            assert_eq!(call("squares", &small), Ok(83_583_500));
            // More than 32 bits, so looked at again, but no overflow.
            assert_eq!(
                call("squares", &[3_000_000_000]),
                Ok(9_000_000_000_000_000_000)
            );
            let failed = call("squares", &[1, 2, 4_000_000_000, 3]).unwrap_err();
            assert!(failed.starts_with("overflow in Int * Int"), "{failed}");
        }
    });
}

#[test]
fn sums_of_library_functions() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Float), READ)];
    source.function("sum", &params, Ty::Float, |body, p| {
        let kernel = body.kernel(&[Ty::Float], |body, x| {
            let (function, args) = (MathFn::Exp, vec![x[0].into()]);
            body.let_(Ty::Float, Rvalue::Math { function, args }).into()
        });
        let (op, sources) = (ReduceOp::Sum, p.to_vec());
        let sum = body.let_(
            Ty::Float,
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            },
        );
        body.return_(sum);
    });
    with_machine(&source, |machine| {
        let xs: Vec<f64> = (0..3000).map(|i| f64::from(i) / 1000.0).collect();
        let terms: Vec<f64> = xs.iter().map(|x| x.exp()).collect();
        let expected = reference_sum(&terms);
        for level in levels() {
            let sum = machine
                .call::<f64>(level, "sum", &[Arg::Floats(&xs)])
                .unwrap();
            assert!(
                (sum / expected - 1.0).abs() < 1e-14,
                "{sum} for {expected} at {level}"
            );
        }
    });
}
