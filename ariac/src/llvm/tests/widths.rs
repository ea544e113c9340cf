//! Integers of all widths, against arithmetic in 128 bits.

use super::machine::{Arg, Machine, levels, with_machine};
use super::program::{READ, Source, array, view};
use crate::builtins::MathFn;
use crate::llvm::Level;
use crate::mir::{BinOp, Const, Operand, ReduceOp, Rvalue, UnOp};
use crate::types::{IntKind, Ty};

/// `fn name(x, y) = x op y`
fn operator(source: &mut Source, kind: IntKind, op: BinOp) {
    let ty = Ty::Sized(kind);
    let result = if op.is_comparison() {
        Ty::Bool
    } else {
        ty.clone()
    };
    let params = [("x", ty.clone(), READ), ("y", ty, READ)];
    source.function(&name(kind, op), &params, result.clone(), |body, p| {
        let value = body.binary(result, op, p[0], p[1]);
        body.return_(value);
    });
}

fn name(kind: IntKind, op: BinOp) -> String {
    format!("{op:?}{kind:?}")
}

/// The bits of a result as a number of this kind.
fn number(kind: IntKind, bits: u64) -> i128 {
    let unused = 64 - kind.bits();
    match kind.is_signed() {
        true => i128::from((bits << unused) as i64 >> unused),
        false => i128::from(bits << unused >> unused),
    }
}

fn interesting(kind: IntKind) -> Vec<i128> {
    let (least, greatest) = kind.range();
    let all = [
        least,
        least + 1,
        -7,
        -1,
        0,
        1,
        2,
        3,
        5,
        greatest / 2,
        greatest - 1,
        greatest,
    ];
    all.into_iter()
        .filter(|n| (least..=greatest).contains(n))
        .collect()
}

fn expected(kind: IntKind, op: BinOp, x: i128, y: i128) -> Result<i128, String> {
    let text = || {
        format!(
            "overflow in {0} {1} {0} at line 2",
            kind.name(),
            op.symbol()
        )
    };
    let floor = |x: i128, y: i128| x.div_euclid(y) - i128::from(y < 0 && x.rem_euclid(y) != 0);
    let exact = match op {
        BinOp::Add => Some(x + y),
        BinOp::Sub => Some(x - y),
        BinOp::Mul => x.checked_mul(y),
        BinOp::Pow if y < 0 => return Err("kind 1 at line 2".to_owned()),
        BinOp::Pow => match x {
            -1..=1 => Some(if y == 0 {
                1
            } else {
                x * if y % 2 == 0 { x } else { 1 }
            }),
            _ => u32::try_from(y).ok().and_then(|y| x.checked_pow(y)),
        },
        BinOp::FloorDiv | BinOp::Mod if y == 0 => {
            return Err("division by zero at line 2".to_owned());
        }
        BinOp::FloorDiv => Some(floor(x, y)),
        BinOp::Mod => Some(x - y * floor(x, y)),
        BinOp::WrapMul => return Ok(number(kind, (x as u64).wrapping_mul(y as u64))),
        BinOp::Lt => return Ok((x < y).into()),
        BinOp::Ge => return Ok((x >= y).into()),
        _ => unreachable!("{op:?} is not tested"),
    };
    let (least, greatest) = kind.range();
    let fits = exact.filter(|n| (least..=greatest).contains(n));
    fits.ok_or_else(text)
}

#[test]
fn operators_are_exact_or_fail() {
    let ops = [
        BinOp::Add,
        BinOp::Sub,
        BinOp::Mul,
        BinOp::Pow,
        BinOp::FloorDiv,
        BinOp::Mod,
        BinOp::WrapMul,
        BinOp::Lt,
        BinOp::Ge,
    ];
    let mut source = Source::new();
    for kind in IntKind::ALL {
        for op in ops {
            operator(&mut source, kind, op);
        }
    }
    source.verify();
    with_machine(&source, |machine| {
        for kind in IntKind::ALL {
            for op in ops {
                for x in interesting(kind) {
                    for y in interesting(kind) {
                        let args = [Arg::Int(x as i64), Arg::Int(y as i64)];
                        let result = machine.call::<u64>(levels()[0], &name(kind, op), &args);
                        let result = result.map(|bits| match op.is_comparison() {
                            true => i128::from(bits & 1),
                            false => number(kind, bits),
                        });
                        assert_eq!(result, expected(kind, op, x, y), "{kind:?}: {x} {op:?} {y}");
                    }
                }
            }
        }
    });
}

#[test]
fn negating_and_absolute_values_fail_where_there_is_none() {
    let mut source = Source::new();
    for kind in [IntKind::I8, IntKind::U16] {
        let ty = Ty::Sized(kind);
        let params = [("x", ty.clone(), READ)];
        source.function(&format!("neg{kind:?}"), &params, ty.clone(), |body, p| {
            let (op, operand) = (UnOp::Neg, p[0].into());
            let value = body.let_(ty.clone(), Rvalue::Unary { op, operand });
            body.return_(value);
        });
        source.function(&format!("abs{kind:?}"), &params, ty.clone(), |body, p| {
            let (function, args) = (MathFn::Abs, vec![p[0].into()]);
            let value = body.let_(ty.clone(), Rvalue::Math { function, args });
            body.return_(value);
        });
    }
    with_machine(&source, |machine| {
        let call = |name, x| machine.call::<u8>(levels()[0], name, &[Arg::Int(x)]);
        assert_eq!(call("negI8", 127).map(|n| n as i8), Ok(-127));
        assert_eq!(
            call("negI8", -128),
            Err("overflow in -Int8 at line 2".into())
        );
        assert_eq!(call("negU16", 0), Ok(0));
        assert_eq!(
            call("negU16", 1),
            Err("overflow in -UInt16 at line 2".into())
        );
        assert_eq!(call("absI8", -5), Ok(5));
        assert_eq!(
            call("absI8", -128),
            Err("overflow in Int8.abs at line 2".into())
        );
        assert_eq!(call("absU16", 200), Ok(200));
    });
}

#[test]
fn conversions_keep_the_value_or_fail() {
    let mut all: Vec<Ty> = IntKind::ALL.map(Ty::Sized).to_vec();
    all.push(Ty::Int);
    let mut source = Source::new();
    let name = |from: &Ty, to: &Ty| format!("{from}_{to}");
    for from in all.iter().chain([&Ty::Float, &Ty::Float32, &Ty::Bool]) {
        for to in all.iter().chain([&Ty::Float]) {
            if from == to {
                continue;
            }
            source.function(
                &name(from, to),
                &[("x", from.clone(), READ)],
                to.clone(),
                |body, p| {
                    let (to, operand) = (to.clone(), p[0].into());
                    let value = body.let_(to.clone(), Rvalue::Convert { to, operand });
                    body.return_(value);
                },
            );
        }
    }
    source.verify();
    let kind = |ty: &Ty| match ty {
        Ty::Sized(kind) => *kind,
        _ => IntKind::U64,
    };
    let range = |ty: &Ty| match ty {
        Ty::Sized(kind) => kind.range(),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    let values = |ty: &Ty| match ty {
        Ty::Sized(kind) => interesting(*kind),
        _ => vec![
            i64::MIN.into(),
            -1,
            0,
            200,
            40_000,
            3_000_000_000,
            i64::MAX.into(),
        ],
    };
    let read = |to: &Ty, bits: u64| match to {
        Ty::Int => i128::from(bits as i64),
        to => number(kind(to), bits),
    };
    with_machine(&source, |machine| {
        let level = levels()[0];
        for from in &all {
            for to in all.iter().filter(|to| *to != from) {
                for value in values(from) {
                    let args = [Arg::Int(value as i64)];
                    let result = machine.call::<u64>(level, &name(from, to), &args);
                    let (least, greatest) = range(to);
                    match (least..=greatest).contains(&value) {
                        true => assert_eq!(result.map(|bits| read(to, bits)), Ok(value)),
                        false => {
                            let text = format!("overflow in {from} to {to} at line 2");
                            assert_eq!(result, Err(text), "{value}");
                        }
                    }
                }
            }
            for value in values(from) {
                let float =
                    machine.call::<f64>(level, &name(from, &Ty::Float), &[Arg::Int(value as i64)]);
                assert_eq!(float, Ok(value as f64), "{from}");
            }
        }
        floats(machine, level, &all, name, range, read);
    });
}

fn floats(
    machine: &Machine,
    level: Level,
    all: &[Ty],
    name: impl Fn(&Ty, &Ty) -> String,
    range: impl Fn(&Ty) -> (i128, i128),
    read: impl Fn(&Ty, u64) -> i128,
) {
    for to in all {
        let (least, greatest) = range(to);
        let exact = |n: i128| n as f64;
        let around = [
            (exact(least), Some(least)),
            (exact(least) - 0.5, Some(least)),
            (exact(least) * 2.0 - 1.0, None),
            (exact(greatest + 1), None),
            (exact(greatest / 2), Some(exact(greatest / 2) as i128)),
            (-0.5, Some(0)),
            (7.9, Some(7)),
            (f64::INFINITY, None),
        ];
        for (x, expected) in around {
            let result = machine.call::<u64>(level, &name(&Ty::Float, to), &[Arg::Float(x)]);
            let text = format!("overflow in Float to {to} at line 2");
            assert_eq!(
                result.map(|bits| read(to, bits)),
                expected.ok_or(text),
                "{x}"
            );
        }
        let nan = machine.call::<u64>(level, &name(&Ty::Float, to), &[Arg::Float(f64::NAN)]);
        assert_eq!(nan, Err("kind 1 at line 2".to_owned()));
        // The least number is a Float32, and what is just below it is not.
        let least32 = Arg::Int((least as f32).to_bits().into());
        let result = machine.call::<u64>(level, &name(&Ty::Float32, to), &[least32]);
        assert_eq!(result.map(|bits| read(to, bits)), Ok(least));
        let truth = machine.call::<u64>(level, &name(&Ty::Bool, to), &[Arg::Int(1)]);
        assert_eq!(truth.map(|bits| read(to, bits)), Ok(1));
    }
}

#[test]
fn arrays_have_elements_of_all_widths() {
    let mut source = Source::new();
    for kind in [IntKind::I16, IntKind::U64, IntKind::U8] {
        let ty = Ty::Sized(kind);
        let params = [("x", view(ty.clone()), READ)];
        for (verb, op) in [
            ("sum", ReduceOp::Sum),
            ("min", ReduceOp::Min),
            ("max", ReduceOp::Max),
        ] {
            source.function(
                &format!("{verb}{kind:?}"),
                &params,
                ty.clone(),
                |body, p| {
                    body.return_reduced(op, ty.clone(), ty.clone(), p[0]);
                },
            );
        }
        source.function(
            &format!("map{kind:?}"),
            &params,
            array(ty.clone()),
            |body, p| {
                let kernel = body.kernel(std::slice::from_ref(&ty), |body, x| {
                    let three = Operand::Const(Const::Sized(kind, 3));
                    body.binary(ty.clone(), BinOp::Add, x[0], three).into()
                });
                let (sources, parallel) = (p.to_vec(), false);
                let map = Rvalue::Map {
                    sources,
                    kernel,
                    parallel,
                    reuse: false,
                };
                let mapped = body.let_(array(ty.clone()), map);
                body.return_(mapped);
            },
        );
    }
    source.verify();
    with_machine(&source, |machine| {
        for level in levels() {
            let shorts: Vec<i16> = (-500..700).collect();
            let arg = |items: &[u8], len| {
                let (data, size) = (items.as_ptr().cast(), items.len() / len);
                Arg::Items { data, len, size }
            };
            // SAFETY: the bytes of numbers.
            let bytes = unsafe { std::slice::from_raw_parts(shorts.as_ptr().cast(), 2400) };
            let shorts = [arg(bytes, 1200)];
            assert_eq!(machine.call::<i16>(level, "minI16", &shorts), Ok(-500));
            assert_eq!(machine.call::<i16>(level, "maxI16", &shorts), Ok(699));
            let sum = machine.call::<i16>(level, "sumI16", &shorts);
            assert_eq!(sum, Err("overflow in sum of Int16s at line 2".to_owned()));
            let mapped = machine.call_array::<i16>(level, "mapI16", &shorts).unwrap();
            assert!((-497..703).eq(mapped));
            let longs = [u64::MAX - 5, 2, 3];
            // SAFETY: the bytes of numbers.
            let bytes = unsafe { std::slice::from_raw_parts(longs.as_ptr().cast(), 24) };
            let longs = [arg(bytes, 3)];
            assert_eq!(machine.call::<u64>(level, "sumU64", &longs), Ok(u64::MAX));
            assert_eq!(machine.call::<u64>(level, "minU64", &longs), Ok(2));
            assert_eq!(
                machine.call::<u64>(level, "maxU64", &longs),
                Ok(u64::MAX - 5)
            );
            let bytes = [250, 251, 252];
            let mapped = machine.call_array::<u8>(level, "mapU8", &[arg(&bytes, 3)]);
            assert_eq!(mapped, Ok(vec![253, 254, 255]));
            let bytes = [250, 253];
            let mapped = machine.call_array::<u8>(level, "mapU8", &[arg(&bytes, 2)]);
            assert_eq!(
                mapped,
                Err("overflow in UInt8 + UInt8 at line 2".to_owned())
            );
        }
    });
}
