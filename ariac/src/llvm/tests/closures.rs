//! Function values.

use super::doubles;
use super::machine::{Arg, at_all_levels, levels, options};
use super::program::{Body, MUT, READ, Source, UNIT, adt, function, list};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::llvm::compile;
use crate::mir::{BinOp, Captures, FnId, LocalId, Operand, Rvalue, StmtKind};
use crate::types::{Repr, Ty};
use aria_abi::codes::ErrorKind;

fn call(body: &mut Body, ret: Ty, callee: LocalId, args: &[Operand]) -> LocalId {
    let args = args.to_vec();
    let modes = args.iter().map(|_| ParamMode::Read).collect();
    let call = Rvalue::CallValue {
        callee,
        args,
        modes,
    };
    body.let_(ret, call)
}

fn closure<const N: usize>(
    body: &mut Body,
    ty: Ty,
    function: FnId,
    captures: [Operand; N],
) -> LocalId {
    let captures = captures.to_vec();
    body.let_(ty, Rvalue::Closure { function, captures })
}

#[test]
fn closures_own_what_they_captured() {
    let mut source = Source::new();
    let large = adt(0, "Large", Repr::Plain);
    source.declare(
        &large,
        &[("", &[Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int])],
    );
    let large_ty = Ty::Adt(large.clone());
    let ty = function(&[(Ty::Int, READ)], Ty::Int);
    let params = [
        ("text", Ty::String, READ),
        ("large", large_ty.clone(), READ),
        ("x", Ty::Int, READ),
    ];
    let add = source.function("add", &params, Ty::Int, |body, p| {
        body.captures(2, Captures::ByValue);
        let text = body.number(p[0]);
        let last = body.part(Ty::Int, p[1], 0, 4);
        let sum = body.binary(Ty::Int, BinOp::Add, text, last);
        let sum = body.binary(Ty::Int, BinOp::Add, sum, p[2]);
        body.return_(sum);
    });
    let make = source.function("make", &[("n", Ty::Int, READ)], ty.clone(), |body, p| {
        let text = body.text(p[0]);
        let zero = || Operand::from(0);
        let large = body.make(&large, 0, [zero(), zero(), zero(), zero(), 1000.into()]);
        let closure = closure(body, ty.clone(), add, [text.into(), large.into()]);
        body.return_(closure);
    });
    let double = source.function("double", &[("x", Ty::Int, READ)], Ty::Int, |body, p| {
        let twice = body.binary(Ty::Int, BinOp::Add, p[0], p[0]);
        body.return_(twice);
    });
    source.function("run", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let first = body.call(ty.clone(), make, [p[0].into()]);
        let second = body.clone_of(ty.clone(), first);
        body.stmt(StmtKind::Drop(first));
        let sum = call(body, Ty::Int, second, &[1.into()]);
        // A function by its name captures nothing, and any number of owners share it.
        let named = closure(body, ty.clone(), double, []);
        let named = body.clone_of(ty.clone(), named);
        let twice = call(body, Ty::Int, named, &[sum.into()]);
        body.return_(twice);
    });
    at_all_levels(&mut source, |machine, level| {
        let run = |n| machine.call::<i64>(level, "run", &[Arg::Int(n)]);
        assert_eq!(run(20), Ok(2 * (20 + 1000 + 1)));
        let overflow = run(i64::MAX).unwrap_err();
        assert!(overflow.starts_with("overflow in Int + Int"), "{overflow}");
        for blocks in 0..2 {
            doubles::starve(Some(blocks));
            assert!(run(20).unwrap_err().starts_with("memory"));
            doubles::starve(None);
        }
    });
}

/// `each(xs, f)`
fn each(source: &mut Source) -> (FnId, Ty) {
    let ty = function(&[(Ty::Float, READ)], Ty::Unit);
    let params = [("xs", list(Ty::Float), READ), ("f", ty.clone(), READ)];
    let each = source.function("each", &params, Ty::Unit, |body, p| {
        let len = body.let_(Ty::Int, Rvalue::Len(p[0]));
        body.for_((0.into(), len.into(), false), 1.into(), |body, i, _| {
            let x = body.load(Ty::Float, p[0], i, false);
            let (callee, args) = (p[1], vec![x.into()]);
            let value = Rvalue::CallValue {
                callee,
                args,
                modes: vec![ParamMode::Read],
            };
            body.stmt(StmtKind::Assign { dst: None, value });
        });
        body.return_(UNIT);
    });
    (each, ty)
}

/// A program whose `run(xs)` adds the elements up in a block.
fn summing() -> Source {
    let mut source = Source::new();
    let (each, ty) = each(&mut source);
    let params = [
        ("sum", Ty::Float, MUT),
        ("count", Ty::Int, MUT),
        ("x", Ty::Float, READ),
    ];
    let block = source.function("run.block", &params, Ty::Unit, |body, p| {
        body.captures(2, Captures::ByReference);
        let sum = body.binary(Ty::Float, BinOp::Add, p[0], p[2]);
        body.set(p[0], Rvalue::Use(sum.into()));
        let count = body.binary(Ty::Int, BinOp::Add, p[1], 1);
        body.set(p[1], Rvalue::Use(count.into()));
        let is_many = body.binary(Ty::Bool, BinOp::Gt, p[1], 100);
        body.if_(is_many, |body| body.raise(ErrorKind::ValueError), |_| {});
        body.return_(UNIT);
    });
    source.function("run", &[("n", Ty::Int, READ)], Ty::Float, |body, p| {
        let sum = body.let_(Ty::Float, Rvalue::Use(0.5.into()));
        let count = body.let_(Ty::Int, Rvalue::Use(0.into()));
        let (element, items) = (Ty::Float, Vec::new());
        let xs = body.let_(list(Ty::Float), Rvalue::List { element, items });
        body.for_((0.into(), p[0].into(), false), 1.into(), |body, i, _| {
            let (to, operand) = (Ty::Float, i.into());
            let x = body.let_(Ty::Float, Rvalue::Convert { to, operand });
            body.list_op(None, crate::mir::ListOp::Push, xs, [x.into()]);
        });
        let block = body.borrow(ty.clone(), block, [sum, count]);
        body.call_unit(each, [xs.into(), block.into()]);
        let (to, operand) = (Ty::Float, count.into());
        let count = body.let_(Ty::Float, Rvalue::Convert { to, operand });
        let both = body.binary(Ty::Float, BinOp::Add, sum, count);
        body.return_(both);
    });
    source
}

#[test]
fn blocks_change_the_variables_around_them() {
    at_all_levels(&mut summing(), |machine, level| {
        let run = |n| machine.call::<f64>(level, "run", &[Arg::Int(n)]);
        assert_eq!(run(0), Ok(0.5));
        assert_eq!(run(10), Ok(0.5 + 45.0 + 10.0));
        assert!(run(101).unwrap_err().starts_with("kind 1 "));
    });
}

/// The block becomes part of the loop of what calls it.
#[test]
fn blocks_are_part_of_the_loop() {
    let mut source = Source::new();
    let (each, ty) = each(&mut source);
    let params = [("sum", Ty::Float, MUT), ("x", Ty::Float, READ)];
    let block = source.function("run.block", &params, Ty::Unit, |body, p| {
        body.captures(1, Captures::ByReference);
        let sum = body.binary(Ty::Float, BinOp::Add, p[0], p[1]);
        body.set(p[0], Rvalue::Use(sum.into()));
        body.return_(UNIT);
    });
    let params = [("xs", list(Ty::Float), READ)];
    source.function("run", &params, Ty::Float, |body, p| {
        let sum = body.let_(Ty::Float, Rvalue::Use(0.0.into()));
        let block = body.borrow(ty.clone(), block, [sum]);
        body.call_unit(each, [p[0].into(), block.into()]);
        body.return_(sum);
    });
    source.verify();
    for opt_level in [2, 3] {
        let mut options = options(&levels()[..1]);
        options.emit.llvm = true;
        options.opt_level = opt_level;
        let compiled = compile(&source.program, &source.sources, &options, &mut |_| ()).unwrap();
        let llvm = compiled.llvm.unwrap();
        let function = llvm.split("@aria.run(").nth(1).unwrap();
        let function = function.split("\n}").next().unwrap();
        for memory in ["alloca", "call i1", "call { i1", "store"] {
            assert!(!function.contains(memory), "{memory} in {function}");
        }
    }
}

#[test]
fn chains_of_closures_take_no_stack() {
    let mut source = Source::new();
    let ty = function(&[(Ty::Int, READ)], Ty::Int);
    let params = [("f", ty.clone(), READ), ("x", Ty::Int, READ)];
    let next = source.function("next", &params, Ty::Int, |body, p| {
        body.captures(1, Captures::ByValue);
        body.return_(p[1]);
    });
    let id = source.function("id", &[("x", Ty::Int, READ)], Ty::Int, |body, p| {
        body.return_(p[0]);
    });
    source.function("run", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let chain = closure(body, ty.clone(), id, []);
        body.for_((0.into(), p[0].into(), false), 1.into(), |body, _, _| {
            let longer = closure(body, ty.clone(), next, [chain.into()]);
            body.set(chain, Rvalue::Move(longer));
        });
        let result = call(body, Ty::Int, chain, &[5.into()]);
        body.return_(result);
    });
    at_all_levels(&mut source, |machine, level| {
        let run = machine.call(level, "run", &[Arg::Int(200_000)]);
        assert_eq!(run, Ok(5_i64));
    });
}

/// A function value that calls itself through another ends in RecursionError.
#[test]
fn recursion_through_function_values_ends() {
    let mut source = Source::new();
    let ty = function(&[(Ty::Int, READ)], Ty::Int);
    let this = FnId::from_index(0);
    source.function("down", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let value = closure(body, ty.clone(), this, []);
        let result = call(body, Ty::Int, value, &[p[0].into()]);
        let more = body.binary(Ty::Int, BinOp::Add, result, 1);
        body.return_(more);
    });
    at_all_levels(&mut source, |machine, level| {
        let failure = machine.call::<i64>(level, "down", &[Arg::Int(0)]);
        assert!(failure.unwrap_err().starts_with("recursion"));
    });
}
