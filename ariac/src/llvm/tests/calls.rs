//! Calls, failures of callees, recursion.

use super::machine::{Arg, levels, options, with_machine};
use super::program::{MUT, READ, Source};
use crate::arena::Id;
use crate::llvm::compile;
use crate::mir::{BinOp, FnId, Operand, Rvalue, StmtKind};
use crate::types::Ty;

#[test]
fn recursion_ends() {
    let mut source = Source::new();
    // fn down(n) = if n <= 0 then 0 else down(n - 1)
    let this = FnId::from_index(0);
    source.function("down", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let is_done = body.binary(Ty::Bool, BinOp::Le, p[0], 0);
        let then = body.block(|body| body.return_(0));
        let otherwise = body.block(|body| {
            let less = body.binary(Ty::Int, BinOp::Sub, p[0], 1);
            let (callee, args) = (this, vec![less.into()]);
            let result = body.let_(Ty::Int, Rvalue::Call { callee, args });
            let more = body.binary(Ty::Int, BinOp::Add, result, 1);
            body.return_(more);
        });
        body.stmt(StmtKind::If {
            condition: is_done.into(),
            then,
            otherwise,
        });
    });
    with_machine(&source, |machine| {
        let call = |n| machine.call::<i64>(levels()[0], "down", &[Arg::Int(n)]);
        assert_eq!(call(10), Ok(10));
        // The stand-in says that the stack is low at its thousandth call.
        assert!(call(1_000_000).unwrap_err().starts_with("recursion"));
    });
}

/// As a loop, runaway recursion would hang.
#[test]
fn recursion_is_not_made_a_loop() {
    let mut source = Source::new();
    let this = FnId::from_index(0);
    source.function("down", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let less = body.binary(Ty::Int, BinOp::WrapSub, p[0], 1);
        let (callee, args) = (this, vec![less.into()]);
        let result = body.let_(Ty::Int, Rvalue::Call { callee, args });
        body.return_(result);
    });
    with_machine(&source, |machine| {
        let failure = machine.call::<i64>(levels()[0], "down", &[Arg::Int(0)]);
        assert!(failure.unwrap_err().starts_with("recursion"));
    });
    let mut options = options(&levels()[..1]);
    options.emit.llvm = true;
    let compiled = compile(&source.program, &source.sources, &options, &mut |_| ()).unwrap();
    assert!(
        compiled
            .llvm
            .unwrap()
            .contains("call { i1, i64 } @aria.down")
    );
}

#[test]
fn callees_change_mut_arguments_and_fail() {
    let mut source = Source::new();
    let unit = Operand::Const(crate::mir::Const::Unit);
    let params = [("x", Ty::Int, MUT), ("by", Ty::Int, READ)];
    let bump = source.function("bump", &params, Ty::Unit, |body, p| {
        let more = body.binary(Ty::Int, BinOp::Add, p[0], p[1]);
        body.set(p[0], Rvalue::Use(more.into()));
        body.return_(unit.clone());
    });
    source.function("twice", &[("by", Ty::Int, READ)], Ty::Int, |body, p| {
        let x = body.let_(Ty::Int, Rvalue::Use(1.into()));
        for _ in 0..2 {
            body.stmt(StmtKind::Assign {
                dst: None,
                value: Rvalue::Call {
                    callee: bump,
                    args: vec![x.into(), p[0].into()],
                },
            });
        }
        body.return_(x);
    });
    with_machine(&source, |machine| {
        let call = |by| machine.call::<i64>(levels()[0], "twice", &[Arg::Int(by)]);
        assert_eq!(call(20), Ok(41));
        assert!(call(i64::MAX).unwrap_err().starts_with("overflow"));
    });
}
