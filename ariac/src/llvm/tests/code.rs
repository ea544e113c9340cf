//! What the code looks like, and what is said about its loops.

use super::machine::options;
use super::program::{MUT, READ, Source, array, view};
use crate::builtins::MathFn;
use crate::llvm::{Compiled, Emit, Level, LlvmOptions, LoopKind, compile};
use crate::mir::{BinOp, Const, Operand, ReduceOp, Rvalue, StmtKind};
use crate::types::Ty;

const LEVELS: &[Level] = &[Level::Baseline, Level::V3, Level::V4];

fn compiled(source: &Source, change: impl FnOnce(&mut LlvmOptions)) -> Compiled {
    let mut options = options(LEVELS);
    options.emit = Emit {
        object: true,
        llvm: true,
        asm: false,
    };
    change(&mut options);
    compile(&source.program, &source.sources, &options, &mut |_| ()).unwrap()
}

/// The text of a function.
fn text<'a>(llvm: &'a str, name: &str) -> &'a str {
    let head = format!("@{name}(");
    let of_name = |f: &&str| f.lines().next().is_some_and(|l| l.contains(&head));
    let functions = llvm.split("\ndefine ").skip(1);
    let function = functions.into_iter().find(of_name).unwrap();
    function.split("\n}").next().unwrap()
}

fn kernels() -> Source {
    let mut source = Source::new();
    let x = ("x", view(Ty::Float), READ);
    source.function("sum", std::slice::from_ref(&x), Ty::Float, |body, p| {
        body.return_reduced(ReduceOp::Sum, Ty::Float, Ty::Float, p[0]);
    });
    let params = [
        ("a", Ty::Float, READ),
        x.clone(),
        ("y", view(Ty::Float), MUT),
    ];
    source.function("axpy", &params, Ty::Unit, |body, p| {
        let len = body.let_(Ty::Int, Rvalue::Len(p[1]));
        body.for_((0.into(), len.into(), false), 1.into(), |body, i, _| {
            let x = body.load(Ty::Float, p[1], i, false);
            let product = body.binary(Ty::Float, BinOp::Mul, p[0], x);
            let y = body.load(Ty::Float, p[2], i, false);
            let sum = body.binary(Ty::Float, BinOp::Add, y, product);
            body.stmt(StmtKind::Store {
                array: p[2],
                index: i.into(),
                value: sum.into(),
                checked: false,
            });
        });
        body.return_(Operand::Const(Const::Unit));
    });
    source.function("exp", &[x], array(Ty::Float), |body, p| {
        let kernel = body.kernel(&[Ty::Float], |body, x| {
            let (function, args) = (MathFn::Exp, vec![x[0].into()]);
            body.let_(Ty::Float, Rvalue::Math { function, args }).into()
        });
        let sources = p.to_vec();
        let mapped = body.let_(
            array(Ty::Float),
            Rvalue::Map {
                sources,
                kernel,
                parallel: false,
                reuse: false,
            },
        );
        body.return_(mapped);
    });
    source.function(
        "ints",
        &[("x", view(Ty::Int), READ)],
        array(Ty::Int),
        |body, p| {
            let kernel = body.kernel(&[Ty::Int], |body, x| {
                body.binary(Ty::Int, BinOp::Add, x[0], 1).into()
            });
            let sources = p.to_vec();
            let mapped = body.let_(
                array(Ty::Int),
                Rvalue::Map {
                    sources,
                    kernel,
                    parallel: false,
                    reuse: false,
                },
            );
            body.return_(mapped);
        },
    );
    source
}

#[test]
fn loops_are_vectors_at_every_level() {
    let compiled = compiled(&kernels(), |_| ());
    let llvm = compiled.llvm.unwrap();
    for (suffix, lanes) in [("", 2), (".v3", 4), (".v4", 8)] {
        let vector = format!("<{lanes} x double>");
        let axpy = text(&llvm, &format!("aria.axpy{suffix}"));
        assert!(axpy.contains(&vector), "{axpy}");
        assert!(!axpy.contains("vector.memcheck"), "{axpy}");
        assert!(!axpy.contains("aria_rt_"), "{axpy}");
        let ints = text(&llvm, &format!("aria.ints{suffix}"));
        assert!(ints.contains(&format!("<{lanes} x i64>")), "{ints}");
        let sum = text(&llvm, &format!("aria.sum{suffix}"));
        assert!(sum.contains(&format!("<{} x double>", 2 * lanes)), "{sum}");
    }
    assert!(text(&llvm, "aria.exp").contains("@_ZGVbN2v_exp"), "{llvm}");
    assert!(text(&llvm, "aria.exp.v3").contains("@_ZGVdN4v_exp"));
    assert!(text(&llvm, "aria.exp.v4").contains("@_ZGVeN8v_exp"));
    assert!(!text(&llvm, "aria.exp").contains("@_ZGVd"));
    assert!(compiled.needs_libmvec);
    assert_eq!(compiled.objects.len(), LEVELS.len());
    assert!(compiled.objects.iter().all(|o| o.starts_with(b"\x7fELF")));
}

#[test]
fn every_optimisation_level_compiles() {
    for level in 0..=3 {
        for debug in [false, true] {
            let compiled = compiled(&kernels(), |options| {
                options.opt_level = level;
                options.debug = debug;
                options.emit.asm = true;
            });
            assert_eq!(compiled.asm.unwrap().contains(".debug_line"), debug);
        }
    }
}

#[test]
fn loops_are_remarked_upon() {
    let compiled = compiled(&kernels(), |options| options.remarks = true);
    let widths = |function: &str, what: LoopKind| -> Vec<Option<u32>> {
        let loops = compiled.loops.iter();
        let about = loops.filter(|l| l.function == function && l.what == what);
        about.map(|l| l.width).collect()
    };
    let expected = [Some(2), Some(4), Some(8)];
    assert_eq!(
        widths("axpy", LoopKind::For),
        expected,
        "{:?}",
        compiled.loops
    );
    assert_eq!(
        widths("exp", LoopKind::Map),
        expected,
        "{:?}",
        compiled.loops
    );
    assert_eq!(
        widths("sum", LoopKind::Sum),
        expected,
        "{:?}",
        compiled.loops
    );
    let asm = compiled.llvm.unwrap();
    assert!(!asm.contains(".debug_line"));
}

#[test]
fn a_loop_that_stays_scalar_has_a_reason() {
    let mut source = Source::new();
    let params = [("x", view(Ty::Float), READ)];
    source.function("total", &params, Ty::Float, |body, p| {
        let sum = body.let_(Ty::Float, Rvalue::Use(0.0.into()));
        let len = body.let_(Ty::Int, Rvalue::Len(p[0]));
        body.for_((0.into(), len.into(), false), 1.into(), |body, i, _| {
            let x = body.load(Ty::Float, p[0], i, false);
            let more = body.binary(Ty::Float, BinOp::Add, sum, x);
            body.set(sum, Rvalue::Use(more.into()));
        });
        body.return_(sum);
    });
    let compiled = compiled(&source, |options| options.remarks = true);
    assert_eq!(compiled.loops.len(), LEVELS.len());
    for remark in &compiled.loops {
        assert_eq!(remark.width, None);
        let reason = remark.reason.as_deref().unwrap_or_default();
        assert!(reason.contains("reorder floating-point"), "{remark:?}");
    }
}
