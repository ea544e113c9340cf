//! Errors that are caught.

use super::doubles;
use super::machine::{Arg, at_all_levels};
use super::program::{Body, OWN, READ, Source, UNIT, list};
use crate::mir::{BinOp, ListOp, LocalId, Operand, Rvalue, StmtKind};
use crate::types::Ty;
use aria_abi::codes::ErrorKind;

fn strings(body: &mut Body, numbers: &[i64]) -> LocalId {
    let items: Vec<Operand> = numbers.iter().map(|&n| body.text(n).into()).collect();
    let element = Ty::String;
    body.let_(list(Ty::String), Rvalue::List { element, items })
}

#[test]
fn failures_go_to_the_innermost_handler() {
    let mut source = Source::new();
    let params = [("n", Ty::Int, READ), ("kind", Ty::Int, READ)];
    let check = source.function("check", &params, Ty::Int, |body, p| {
        let is_value = body.binary(Ty::Bool, BinOp::Eq, p[1], 1);
        let fails = body.binary(Ty::Bool, BinOp::Lt, p[0], 0);
        body.if_(
            fails,
            |body| {
                body.if_(
                    is_value,
                    |body| body.raise(ErrorKind::ValueError),
                    |body| body.raise(ErrorKind::KeyError),
                );
            },
            |body| body.return_(p[0]),
        );
    });
    // The number, 100 for a ValueError; a KeyError goes on, and outside becomes 200 more than the handlers run.
    source.function("run", &params, Ty::Int, |body, p| {
        let handled = body.let_(Ty::Int, Rvalue::Use(0.into()));
        let more = |body: &mut Body| {
            let sum = body.binary(Ty::Int, BinOp::Add, handled, 1);
            body.set(handled, Rvalue::Use(sum.into()));
        };
        body.try_(
            |body| {
                body.try_(
                    |body| {
                        let _kept = strings(body, &[1, 2]);
                        let value = body.call(Ty::Int, check, [p[0].into(), p[1].into()]);
                        body.return_(value);
                    },
                    |body, error| {
                        more(body);
                        let class = ErrorKind::ValueError;
                        let is = body.let_(Ty::Bool, Rvalue::ErrorIs { error, class });
                        body.if_(
                            is,
                            |body| body.return_(100),
                            |body| body.stmt(StmtKind::Reraise { error, from: None }),
                        );
                    },
                );
            },
            |body, error| {
                let _shared = body.clone_of(Ty::Exception, error);
                more(body);
                let result = body.binary(Ty::Int, BinOp::Add, handled, 200);
                body.return_(result);
            },
        );
    });
    at_all_levels(&mut source, |machine, level| {
        let run = |n, kind| machine.call::<i64>(level, "run", &[Arg::Int(n), Arg::Int(kind)]);
        assert_eq!(run(7, 1), Ok(7));
        assert_eq!(run(-7, 1), Ok(100));
        assert_eq!(run(-7, 2), Ok(202));
    });
}

#[test]
fn operations_under_way_leave_nothing() {
    let mut source = Source::new();
    let strings_ty = list(Ty::String);
    source.function("run", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let kept = strings(body, &[1, 2, 3]);
        let caught = body.let_(Ty::Int, Rvalue::Use(0.into()));
        body.for_((0.into(), p[0].into(), false), 1.into(), |body, i, id| {
            body.try_(
                |body| {
                    let copy = body.clone_of(strings_ty.clone(), kept);
                    let is_last = body.binary(Ty::Bool, BinOp::Eq, i, 7);
                    body.if_(is_last, |body| body.stmt(StmtKind::Break(id)), |_| {});
                    let place = body.element(Ty::String, copy, i);
                    body.number(place);
                },
                |body, error| {
                    body.stmt(StmtKind::Drop(error));
                    let more = body.binary(Ty::Int, BinOp::Add, caught, 1);
                    body.set(caught, Rvalue::Use(more.into()));
                },
            );
        });
        body.return_(caught);
    });
    at_all_levels(&mut source, |machine, level| {
        let run = |n| machine.call::<i64>(level, "run", &[Arg::Int(n)]);
        assert_eq!(run(3), Ok(0));
        assert_eq!(run(6), Ok(3));
        assert_eq!(run(100), Ok(4));
        // Three strings and the list; then there is no copy any more, and each turn's failure is caught.
        doubles::starve(Some(4));
        assert_eq!(run(5), Ok(5));
        doubles::starve(None);
    });
}

#[test]
fn what_an_operation_had_taken_is_dropped_before_the_handler_runs() {
    let mut source = Source::new();
    let params = [("text", Ty::String, OWN)];
    let fail = source.function("fail", &params, Ty::Unit, |body, _| {
        body.raise(ErrorKind::OSError);
    });
    source.function("run", &[], Ty::Int, |body, _| {
        let text = body.text(4);
        let xs = strings(body, &[]);
        body.try_(
            |body| {
                body.list_op(None, ListOp::Push, xs, [text.into()]);
                let other = body.text(5);
                body.call_unit(fail, [other.into()]);
            },
            |_, _| {},
        );
        let len = body.let_(Ty::Int, Rvalue::Len(xs));
        body.return_(len);
    });
    source.function("unused", &[], Ty::Unit, |body, _| {
        body.try_(
            |body| {
                let text = body.text(1);
                body.call_unit(fail, [text.into()]);
            },
            |body, error| body.stmt(StmtKind::Reraise { error, from: None }),
        );
        body.return_(UNIT);
    });
    at_all_levels(&mut source, |machine, level| {
        assert_eq!(machine.call(level, "run", &[]), Ok(1_i64));
        let failed = machine.call::<()>(level, "unused", &[]);
        assert_eq!(failed, Err("kind 16 at line 2".to_owned()));
    });
}
