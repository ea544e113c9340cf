//! Arrays: elements, fresh arrays, and that nothing is left when something fails.

use super::doubles;
use super::machine::{Arg, levels, with_machine};
use super::program::{Body, MUT, READ, Source, array, view};
use crate::mir::{BinOp, Kernel, LocalId, Rvalue, StmtKind};
use crate::types::Ty;
use std::ffi::c_void;

fn return_map(body: &mut Body, ret: Ty, sources: &[LocalId], kernel: Box<Kernel>, parallel: bool) {
    let sources = sources.to_vec();
    let mapped = body.let_(
        ret,
        Rvalue::Map {
            sources,
            kernel,
            parallel,
            reuse: false,
        },
    );
    body.return_(mapped);
}

#[test]
fn loops_store_into_mut_views() {
    let mut source = Source::new();
    let params = [
        ("a", Ty::Float, READ),
        ("x", view(Ty::Float), READ),
        ("y", view(Ty::Float), MUT),
    ];
    for (name, checked) in [("fast", false), ("careful", true)] {
        source.function(name, &params, Ty::Unit, |body, p| {
            let len = body.let_(Ty::Int, Rvalue::Len(p[1]));
            body.for_((0.into(), len.into(), false), 1.into(), |body, i, _| {
                let x = body.load(Ty::Float, p[1], i, checked);
                let product = body.binary(Ty::Float, BinOp::Mul, p[0], x);
                let y = body.load(Ty::Float, p[2], i, checked);
                let sum = body.binary(Ty::Float, BinOp::Add, y, product);
                body.stmt(StmtKind::Store {
                    array: p[2],
                    index: i.into(),
                    value: sum.into(),
                    checked,
                });
            });
            body.return_(crate::mir::Operand::Const(crate::mir::Const::Unit));
        });
    }
    with_machine(&source, |machine| {
        for level in levels() {
            for name in ["fast", "careful"] {
                let xs: Vec<f64> = (0..1003).map(f64::from).collect();
                let ys = vec![1.0; 1003];
                let args = [Arg::Float(0.5), Arg::Floats(&xs), Arg::Floats(&ys)];
                machine.call::<u8>(level, name, &args).unwrap();
                assert!(ys.iter().zip(&xs).all(|(y, x)| *y == 1.0 + 0.5 * x));
            }
            let (xs, ys) = ([1.0; 3], [1.0; 2]);
            let args = [Arg::Float(0.5), Arg::Floats(&xs), Arg::Floats(&ys)];
            let failure = machine.call::<u8>(level, "careful", &args).unwrap_err();
            assert!(failure.starts_with("index 2 of 2"), "{failure}");
        }
    });
}

#[test]
fn maps_make_fresh_arrays() {
    let mut source = Source::new();
    let params = ["x", "y"].map(|name| (name, view(Ty::Float), READ));
    for (name, parallel) in [("here", false), ("everywhere", true)] {
        source.function(name, &params, array(Ty::Float), |body, p| {
            let shift = body.let_(Ty::Float, Rvalue::Use(10.0.into()));
            let kernel = body.kernel(&[Ty::Float, Ty::Float], |body, x| {
                let product = body.binary(Ty::Float, BinOp::Mul, x[0], x[1]);
                body.binary(Ty::Float, BinOp::Sub, product, shift).into()
            });
            return_map(body, array(Ty::Float), p, kernel, parallel);
        });
    }
    source.function("positive", &params[..1], array(Ty::Bool), |body, p| {
        let kernel = body.kernel(&[Ty::Float], |body, x| {
            body.binary(Ty::Bool, BinOp::Gt, x[0], 0.0).into()
        });
        return_map(body, array(Ty::Bool), p, kernel, false);
    });
    with_machine(&source, |machine| {
        let xs: Vec<f64> = (0..9001).map(|i| f64::from(i) - 4500.0).collect();
        let ys: Vec<f64> = (0..9001).map(|i| f64::from(i) * 0.25).collect();
        let expected: Vec<f64> = xs.iter().zip(&ys).map(|(x, y)| x * y - 10.0).collect();
        for level in levels() {
            let args = [Arg::Floats(&xs), Arg::Floats(&ys)];
            for name in ["here", "everywhere"] {
                assert_eq!(
                    machine.call_array(level, name, &args).as_ref(),
                    Ok(&expected)
                );
            }
            let failure = machine.call_array::<f64>(level, "here", &[args[0], Arg::Floats(&[])]);
            assert_eq!(failure, Err("lengths 9001 and 0 at line 5".to_owned()));
            let signs = machine
                .call_array::<u8>(level, "positive", &args[..1])
                .unwrap();
            assert!(signs.iter().zip(&xs).all(|(&s, &x)| s == u8::from(x > 0.0)));
        }
        assert_eq!(doubles::alive(), 0);
    });
}

/// Results of more than 16 MB are written past the caches, but for the last elements.
#[test]
fn large_maps_are_whole() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Float), READ)];
    for (name, parallel) in [("here", false), ("everywhere", true)] {
        source.function(name, &params, array(Ty::Float), |body, p| {
            let kernel = body.kernel(&[Ty::Float], |body, x| {
                body.binary(Ty::Float, BinOp::Mul, x[0], 0.5).into()
            });
            return_map(body, array(Ty::Float), p, kernel, parallel);
        });
    }
    with_machine(&source, |machine| {
        let xs: Vec<f64> = (0..2_100_005).map(f64::from).collect();
        for level in levels() {
            for name in ["here", "everywhere"] {
                let halves = machine.call_array::<f64>(level, name, &[Arg::Floats(&xs)]);
                let halves = halves.unwrap();
                assert_eq!(halves.len(), xs.len());
                assert!(halves.iter().zip(&xs).all(|(half, x)| *half == x * 0.5));
            }
        }
    });
}

#[test]
fn overflow_in_a_map_is_raised_where_it_is() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Int), READ)];
    for (name, parallel) in [("here", false), ("everywhere", true)] {
        source.function(name, &params, array(Ty::Int), |body, p| {
            let kernel = body.kernel(&[Ty::Int], |body, x| {
                let triple = body.binary(Ty::Int, BinOp::Mul, x[0], 3);
                body.binary(Ty::Int, BinOp::Add, triple, 2).into()
            });
            return_map(body, array(Ty::Int), p, kernel, parallel);
        });
    }
    with_machine(&source, |machine| {
        for level in levels() {
            for name in ["here", "everywhere"] {
                let call = |xs: &[i64]| machine.call_array::<i64>(level, name, &[Arg::Ints(xs)]);
                let xs: Vec<i64> = (-5000..5000).map(|i| i * 100_000_000).collect();
                let expected: Vec<i64> = xs.iter().map(|x| x * 3 + 2).collect();
                assert_eq!(call(&xs), Ok(expected));
                let mut xs = vec![1; 5000];
                xs[4000] = i64::MAX / 3;
                let sum = Err("overflow in Int + Int at line 3".to_owned());
                assert_eq!(call(&xs), sum, "{name} at {level}");
                xs[3000] = i64::MAX / 2;
                let product = Err("overflow in Int * Int at line 2".to_owned());
                assert_eq!(call(&xs), product, "{name} at {level}");
            }
        }
        assert_eq!(doubles::alive(), 0);
    });
}

#[test]
fn slots_are_dropped_on_every_path() {
    let mut source = Source::new();
    let params = [("n", Ty::Int, READ), ("i", Ty::Int, READ)];
    source.function("pick", &params, Ty::Float, |body, p| {
        let fill = |value: f64| Rvalue::Fill {
            element: Ty::Float,
            len: p[0].into(),
            value: Some(value.into()),
        };
        let kept = body.let_(array(Ty::Float), fill(1.0));
        let again = body.let_(array(Ty::Float), Rvalue::Clone(kept));
        // The first array is dropped when the slot is assigned.
        body.set(kept, fill(2.0));
        let x = body.load(Ty::Float, kept, p[1], true);
        let y = body.load(Ty::Float, again, p[1], true);
        let sum = body.binary(Ty::Float, BinOp::Add, x, y);
        body.return_(sum);
    });
    with_machine(&source, |machine| {
        let call = |n, i| machine.call::<f64>(levels()[0], "pick", &[Arg::Int(n), Arg::Int(i)]);
        assert_eq!(call(10, 3), Ok(3.0));
        assert!(call(10, -1).unwrap_err().starts_with("index -1 of 10"));
        assert!(call(-1, 0).unwrap_err().starts_with("kind 1"));
        assert_eq!(doubles::alive(), 0);
    });
}

#[test]
fn mut_arrays_are_written_back() {
    let mut source = Source::new();
    let params = [("a", array(Ty::Float), MUT), ("n", Ty::Int, READ)];
    source.function("refill", &params, Ty::Unit, |body, p| {
        body.set(
            p[0],
            Rvalue::Fill {
                element: Ty::Float,
                len: p[1].into(),
                value: Some(7.0.into()),
            },
        );
        body.return_(crate::mir::Operand::Const(crate::mir::Const::Unit));
    });
    with_machine(&source, |machine| {
        let slot: (*mut u8, i64) = (std::ptr::null_mut(), 0);
        let address = std::ptr::from_ref(&slot).cast::<c_void>();
        let args = [Arg::Slot(address), Arg::Int(3)];
        machine.call::<u8>(levels()[0], "refill", &args).unwrap();
        machine.call::<u8>(levels()[0], "refill", &args).unwrap();
        // SAFETY: the function wrote to the slot.
        let (data, len) = unsafe { std::ptr::read_volatile(&raw const slot) };
        assert_eq!(len, 3);
        // SAFETY: so many Floats are there.
        let items = unsafe { std::slice::from_raw_parts(data.cast::<f64>(), 3) };
        assert_eq!(items, [7.0; 3]);
        assert_eq!(doubles::alive(), 1);
        doubles::free(data);
    });
}
