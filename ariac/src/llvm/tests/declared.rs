//! Declared types: by value, as words, on the heap.

use super::doubles;
use super::machine::{Arg, at_all_levels, levels, options};
use super::program::{Body, MUT, OWN, READ, Source, UNIT, adt};
use crate::arena::Id;
use crate::llvm::compile;
use crate::mir::{BinOp, Const, FnId, LocalId, Operand, Rvalue, Step, StmtKind};
use crate::types::{Adt, Repr, Ty};

fn float(value: f64) -> Operand {
    value.into()
}

#[test]
fn variants_keep_their_fields_in_registers_and_in_words() {
    let mut source = Source::new();
    // The fields of Circle are the first of Rect's; those of Named are not.
    let shape = adt(0, "Shape", Repr::Plain);
    let rect: &[Ty] = &[Ty::Float, Ty::Float];
    source.declare(
        &shape,
        &[("Circle", &[Ty::Float]), ("Rect", rect), ("Empty", &[])],
    );
    let word = adt(1, "Word", Repr::Plain);
    let small: &[Ty] = &[Ty::Bool, Ty::Float32, Ty::Bool];
    source.declare(
        &word,
        &[
            ("Small", small),
            ("Large", &[Ty::Float, Ty::Int]),
            ("None", &[]),
        ],
    );
    let color = adt(2, "Color", Repr::Plain);
    source.declare(&color, &[("Red", &[]), ("Green", &[]), ("Blue", &[])]);

    let ty = Ty::Adt(shape.clone());
    source.function(
        "area",
        &[("shape", ty.clone(), READ)],
        Ty::Float,
        |body, p| {
            let circle = body.is(p[0], 0);
            body.if_(
                circle,
                |body| {
                    let radius = body.part(Ty::Float, p[0], 0, 0);
                    let square = body.binary(Ty::Float, BinOp::Mul, radius, radius);
                    let area = body.binary(Ty::Float, BinOp::Mul, square, 3.0);
                    body.return_(area);
                },
                |body| {
                    let rect = body.is(p[0], 1);
                    body.if_(
                        rect,
                        |body| {
                            let width = body.part(Ty::Float, p[0], 1, 0);
                            let height = body.part(Ty::Float, p[0], 1, 1);
                            let area = body.binary(Ty::Float, BinOp::Mul, width, height);
                            body.return_(area);
                        },
                        |body| body.return_(float(-1.0)),
                    );
                },
            );
        },
    );
    let area = FnId::from_index(0);
    source.function("areas", &[], Ty::Float, |body, _| {
        let circle = body.make(&shape, 0, [float(2.0)]);
        let rect = body.make(&shape, 1, [float(3.0), float(5.0)]);
        let empty = body.make(&shape, 2, []);
        let mut sum = body.let_(Ty::Float, Rvalue::Use(float(0.0)));
        for shape in [circle, rect, empty] {
            let area = body.call(Ty::Float, area, [shape.into()]);
            sum = body.binary(Ty::Float, BinOp::Add, sum, area);
        }
        body.return_(sum);
    });
    let word_ty = Ty::Adt(word.clone());
    let bit = |value| Operand::Const(Const::Bool(value));
    let params = [("x", Ty::Float, READ), ("n", Ty::Int, READ)];
    let make = source.function("make", &params, word_ty.clone(), |body, p| {
        let is_small = body.binary(Ty::Bool, BinOp::Lt, p[1], 0);
        body.if_(
            is_small,
            |body| {
                let to = Ty::Float32;
                let operand = p[0].into();
                let narrow = body.let_(Ty::Float32, Rvalue::Convert { to, operand });
                let small = body.make(&word, 0, [bit(false), narrow.into(), bit(true)]);
                body.return_(small);
            },
            |body| {
                let large = body.make(&word, 1, [p[0].into(), p[1].into()]);
                body.return_(large);
            },
        );
    });
    // `x` when it is small, `x + n` when it is large.
    source.function("read", &params, Ty::Float, |body, p| {
        let value = body.call(word_ty.clone(), make, [p[0].into(), p[1].into()]);
        let copied = body.let_(word_ty.clone(), Rvalue::Use(value.into()));
        let is_small = body.is(copied, 0);
        let to = Ty::Float;
        body.if_(
            is_small,
            |body| {
                let last = body.part(Ty::Bool, copied, 0, 2);
                body.if_(
                    last,
                    |body| {
                        let operand = body.part(Ty::Float32, copied, 0, 1).into();
                        let wide = body.let_(Ty::Float, Rvalue::Convert { to, operand });
                        body.return_(wide);
                    },
                    |body| body.return_(float(f64::NAN)),
                );
            },
            |body| {
                let x = body.part(Ty::Float, copied, 1, 0);
                let operand = body.part(Ty::Int, copied, 1, 1).into();
                let to = Ty::Float;
                let n = body.let_(Ty::Float, Rvalue::Convert { to, operand });
                let sum = body.binary(Ty::Float, BinOp::Add, x, n);
                body.return_(sum);
            },
        );
    });
    source.function("blue", &[], Ty::Int, |body, _| {
        let blue = body.make(&color, 2, []);
        let number = body.let_(Ty::Int, Rvalue::Variant(blue));
        body.return_(number);
    });
    at_all_levels(&mut source, |machine, level| {
        assert_eq!(machine.call(level, "areas", &[]), Ok(12.0 + 15.0 - 1.0));
        let read = |x, n| machine.call(level, "read", &[Arg::Float(x), Arg::Int(n)]);
        assert_eq!(read(1.5, -1), Ok(1.5));
        assert_eq!(read(1.5, 40), Ok(41.5));
        assert_eq!(machine.call(level, "blue", &[]), Ok(2_i64));
    });
}

/// `Ok(Int, Int)` and `Err(String)`: words, with something to drop in one variant.
fn outcome(source: &mut Source) -> Adt {
    let outcome = adt(0, "Outcome", Repr::Owned);
    source.declare(
        &outcome,
        &[("Ok", &[Ty::Int, Ty::Int]), ("Err", &[Ty::String])],
    );
    outcome
}

#[test]
fn owned_payloads_are_copied_and_dropped() {
    let mut source = Source::new();
    let outcome = outcome(&mut source);
    let ty = Ty::Adt(outcome.clone());
    let make = source.function("make", &[("n", Ty::Int, READ)], ty.clone(), |body, p| {
        let is_wrong = body.binary(Ty::Bool, BinOp::Lt, p[0], 0);
        body.if_(
            is_wrong,
            |body| {
                let text = body.text(p[0]);
                let wrong = body.make(&outcome, 1, [text.into()]);
                body.return_(wrong);
            },
            |body| {
                let fine = body.make(&outcome, 0, [p[0].into(), 1.into()]);
                body.return_(fine);
            },
        );
    });
    source.function("twice", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let value = body.call(ty.clone(), make, [p[0].into()]);
        let other = body.clone_of(ty.clone(), value);
        // What a slot held is dropped when it gets another value.
        body.set(value, Rvalue::Clone(other));
        let is_wrong = body.is(other, 1);
        body.if_(
            is_wrong,
            |body| {
                let first = body.part(Ty::String, other, 1, 0);
                let second = body.taken(Ty::String, value, 1, 0);
                let (first, second) = (body.number(first), body.number(second));
                let sum = body.binary(Ty::Int, BinOp::Add, first, second);
                body.return_(sum);
            },
            |body| {
                let first = body.part(Ty::Int, other, 0, 0);
                let second = body.part(Ty::Int, value, 0, 1);
                let sum = body.binary(Ty::Int, BinOp::Add, first, second);
                body.return_(sum);
            },
        );
    });
    source.function("unused", &[], Ty::Unit, |body, _| {
        let (callee, args) = (make, vec![(-1).into()]);
        let value = Rvalue::Call { callee, args };
        body.stmt(StmtKind::Assign { dst: None, value });
        body.return_(UNIT);
    });
    at_all_levels(&mut source, |machine, level| {
        assert_eq!(machine.call(level, "twice", &[Arg::Int(-7)]), Ok(-14_i64));
        assert_eq!(machine.call(level, "twice", &[Arg::Int(7)]), Ok(8_i64));
        assert_eq!(machine.call(level, "unused", &[]), Ok(()));
    });
}

#[test]
fn parts_are_assigned_through_aliases() {
    let mut source = Source::new();
    let inner = adt(0, "Inner", Repr::Owned);
    source.declare(&inner, &[("", &[Ty::Float, Ty::String])]);
    let outer = adt(1, "Outer", Repr::Owned);
    let (inner_ty, outer_ty) = (Ty::Adt(inner.clone()), Ty::Adt(outer.clone()));
    source.declare(
        &outer,
        &[("", &[Ty::Int, inner_ty.clone(), inner_ty.clone()])],
    );
    let params = [("inner", inner_ty.clone(), MUT), ("n", Ty::Int, READ)];
    let name = source.function("name", &params, Ty::Unit, |body, p| {
        let value = body.text(p[1]).into();
        let (of, variant, index) = (p[0], 0, 1);
        body.stmt(StmtKind::SetField {
            of,
            variant,
            index,
            value,
        });
        body.return_(UNIT);
    });
    source.function("run", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let (a, b) = (body.text(1), body.text(2));
        let first = body.make(&inner, 0, [float(0.5), a.into()]);
        let second = body.make(&inner, 0, [float(1.5), b.into()]);
        let whole = body.make(&outer, 0, [3.into(), first.into(), second.into()]);
        let copied = body.clone_of(outer_ty.clone(), whole);
        let alias = body.alias(inner_ty.clone(), whole, 0, 2);
        let text_alias = body.alias(Ty::String, alias, 0, 1);
        let hundred = body.text(100);
        body.set(text_alias, Rvalue::Move(hundred));
        let alias = body.alias(inner_ty.clone(), whole, 0, 1);
        body.call_unit(name, [alias.into(), p[0].into()]);
        let mut sum = body.let_(Ty::Int, Rvalue::Use(0.into()));
        for of in [whole, copied] {
            for index in [1, 2] {
                let inner = body.alias(inner_ty.clone(), of, 0, index);
                let text = body.alias(Ty::String, inner, 0, 1);
                let number = body.number(text);
                sum = body.binary(Ty::Int, BinOp::Add, sum, number);
            }
        }
        body.return_(sum);
    });
    at_all_levels(&mut source, |machine, level| {
        let run = machine.call(level, "run", &[Arg::Int(1000)]);
        assert_eq!(run, Ok(1000_i64 + 100 + 1 + 2));
    });
}

#[test]
fn large_values_are_passed_by_address() {
    let mut source = Source::new();
    let large = adt(0, "Large", Repr::Owned);
    let fields = [Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::String];
    source.declare(&large, &[("", &fields)]);
    let ty = Ty::Adt(large.clone());
    let read = source.function("read", &[("x", ty.clone(), READ)], Ty::Int, |body, p| {
        let third = body.part(Ty::Int, p[0], 0, 2);
        let text = body.part(Ty::String, p[0], 0, 4);
        let number = body.number(text);
        let sum = body.binary(Ty::Int, BinOp::Add, third, number);
        body.return_(sum);
    });
    let own = source.function("own", &[("x", ty.clone(), OWN)], ty.clone(), |body, p| {
        let (of, variant, index, value) = (p[0], 0, 2, 20.into());
        body.stmt(StmtKind::SetField {
            of,
            variant,
            index,
            value,
        });
        body.return_(p[0]);
    });
    let drop = source.function("drop", &[("x", ty.clone(), OWN)], Ty::Unit, |body, _| {
        body.return_(UNIT);
    });
    source.function("run", &[], Ty::Int, |body, _| {
        let text = body.text(5);
        let zero = || Operand::from(0);
        let value = body.make(&large, 0, [zero(), zero(), 3.into(), zero(), text.into()]);
        let first = body.call(Ty::Int, read, [value.into()]);
        let copied = body.clone_of(ty.clone(), value);
        let value = body.call(ty.clone(), own, [value.into()]);
        let second = body.call(Ty::Int, read, [value.into()]);
        body.call_unit(drop, [copied.into()]);
        let sum = body.binary(Ty::Int, BinOp::Add, first, second);
        body.return_(sum);
    });
    at_all_levels(&mut source, |machine, level| {
        assert_eq!(machine.call(level, "run", &[]), Ok(8_i64 + 25));
    });
}

/// `Nil` and `Cons(Int, String, List)`.
fn chain(source: &mut Source) -> Adt {
    let chain = adt(0, "Chain", Repr::Boxed);
    let next = Ty::Adt(chain.clone());
    source.declare(
        &chain,
        &[("Nil", &[]), ("Cons", &[Ty::Int, Ty::String, next])],
    );
    chain
}

/// `make(n)`: `n`, `n - 1` … 1.
fn make_chain(source: &mut Source, chain: &Adt) -> FnId {
    let ty = Ty::Adt(chain.clone());
    source.function("make", &[("n", Ty::Int, READ)], ty, |body, p| {
        let head = body.make(chain, 0, []);
        body.for_((1.into(), p[0].into(), true), 1.into(), |body, i, _| {
            let text = body.text(i);
            let longer = body.make(chain, 1, [i.into(), text.into(), head.into()]);
            body.set(head, Rvalue::Move(longer));
        });
        body.return_(head);
    })
}

/// `sum(chain)`, an alias walking along.
fn sum_chain(source: &mut Source, chain: &Adt) -> FnId {
    let ty = Ty::Adt(chain.clone());
    source.function("sum", &[("chain", ty.clone(), READ)], Ty::Int, |body, p| {
        let sum = body.let_(Ty::Int, Rvalue::Use(0.into()));
        let is_more = body.let_(Ty::Bool, Rvalue::Use(Operand::Const(Const::Bool(true))));
        let here = body.alias_of_type(ty.clone());
        let is_cons = body.is(p[0], 1);
        body.if_(
            is_cons,
            |body| {
                let first = body.part(Ty::Int, p[0], 1, 0);
                body.set(sum, Rvalue::Use(first.into()));
                step(body, here, p[0]);
                body.while_(
                    |_| is_more,
                    |body| {
                        let is_cons = body.is(here, 1);
                        body.if_(
                            is_cons,
                            |body| {
                                let number = body.part(Ty::Int, here, 1, 0);
                                let more = body.binary(Ty::Int, BinOp::Add, sum, number);
                                body.set(sum, Rvalue::Use(more.into()));
                                step(body, here, here);
                            },
                            |body| body.return_(sum),
                        );
                    },
                );
            },
            |_| {},
        );
        body.return_(sum);
    })
}

fn step(body: &mut Body, dst: LocalId, of: LocalId) {
    let (variant, index) = (1, 2);
    let step = Step::Field { variant, index };
    body.stmt(StmtKind::Alias { dst, of, step });
}

#[test]
fn long_chains_take_no_stack() {
    let mut source = Source::new();
    let chain = chain(&mut source);
    let make = make_chain(&mut source, &chain);
    let sum = sum_chain(&mut source, &chain);
    let ty = Ty::Adt(chain.clone());
    source.function("run", &[("n", Ty::Int, READ)], Ty::Int, |body, p| {
        let first = body.call(ty.clone(), make, [p[0].into()]);
        let second = body.clone_of(ty.clone(), first);
        body.stmt(StmtKind::Drop(first));
        let sum = body.call(Ty::Int, sum, [second.into()]);
        body.return_(sum);
    });
    at_all_levels(&mut source, |machine, level| {
        for n in [0, 1, 10, 300_000] {
            let run = machine.call(level, "run", &[Arg::Int(n)]);
            assert_eq!(run, Ok(n * (n + 1) / 2));
        }
    });
}

#[test]
fn copies_that_fail_leave_nothing() {
    let mut source = Source::new();
    let chain = chain(&mut source);
    let make = make_chain(&mut source, &chain);
    let ty = Ty::Adt(chain.clone());
    source.function("run", &[], Ty::Unit, |body, _| {
        let first = body.call(ty.clone(), make, [5.into()]);
        body.clone_of(ty.clone(), first);
        body.return_(UNIT);
    });
    at_all_levels(&mut source, |machine, level| {
        // Five strings and five nodes, and five nodes of the copy.
        for blocks in 0..15 {
            doubles::starve(Some(blocks));
            let run = machine.call::<()>(level, "run", &[]);
            assert!(run.unwrap_err().starts_with("memory"), "{blocks}");
        }
        doubles::starve(Some(15));
        assert_eq!(machine.call::<()>(level, "run", &[]), Ok(()));
        doubles::starve(None);
    });
}

#[test]
fn deep_trees_look_at_the_stack() {
    let mut source = Source::new();
    let tree = adt(0, "Tree", Repr::Boxed);
    let ty = Ty::Adt(tree.clone());
    source.declare(
        &tree,
        &[("Leaf", &[]), ("Node", &[ty.clone(), Ty::Int, ty.clone()])],
    );
    let params = [("n", Ty::Int, READ)];
    let left = source.function("left", &params, ty.clone(), |body, p| {
        let tree_so_far = body.make(&tree, 0, []);
        body.for_((0.into(), p[0].into(), false), 1.into(), |body, i, _| {
            let leaf = body.make(&tree, 0, []);
            let node = body.make(&tree, 1, [tree_so_far.into(), i.into(), leaf.into()]);
            body.set(tree_so_far, Rvalue::Move(node));
        });
        body.return_(tree_so_far);
    });
    source.function("run", &params, Ty::Unit, |body, p| {
        body.call(ty.clone(), left, [p[0].into()]);
        body.return_(UNIT);
    });
    source.function("copy", &params, Ty::Unit, |body, p| {
        let first = body.call(ty.clone(), left, [p[0].into()]);
        body.clone_of(ty.clone(), first);
        body.return_(UNIT);
    });
    at_all_levels(&mut source, |machine, level| {
        let before = doubles::elsewhere();
        assert_eq!(machine.call(level, "run", &[Arg::Int(10_000)]), Ok(()));
        assert!(doubles::elsewhere() > before + 5);
        let copy = machine.call::<()>(level, "copy", &[Arg::Int(10_000)]);
        assert!(copy.unwrap_err().starts_with("recursion"));
    });
}

/// The fields of a struct that a loop works on are registers: the code has no memory.
#[test]
fn fields_in_loops_are_registers() {
    let mut source = Source::new();
    let point = adt(0, "Point", Repr::Plain);
    source.declare(&point, &[("", &[Ty::Float, Ty::Float])]);
    let ty = Ty::Adt(point.clone());
    let params = [("p", ty.clone(), MUT), ("n", Ty::Int, READ)];
    source.function("walk", &params, Ty::Unit, |body, p| {
        body.for_((0.into(), p[1].into(), false), 1.into(), |body, _, _| {
            let x = body.part(Ty::Float, p[0], 0, 0);
            let y = body.part(Ty::Float, p[0], 0, 1);
            let sum = body.binary(Ty::Float, BinOp::Add, x, y);
            let (of, variant) = (p[0], 0);
            for (index, value) in [(0, sum.into()), (1, x.into())] {
                body.stmt(StmtKind::SetField {
                    of,
                    variant,
                    index,
                    value,
                });
            }
        });
        body.return_(UNIT);
    });
    source.verify();
    let mut options = options(&levels()[..1]);
    options.emit.llvm = true;
    let compiled = compile(&source.program, &source.sources, &options, &mut |_| ()).unwrap();
    let llvm = compiled.llvm.unwrap();
    let function = llvm.split("@aria.walk(").nth(1).unwrap();
    let function = function.split("\n}").next().unwrap();
    assert!(!function.contains("alloca"), "{function}");
    let in_loop = function.split("\nturn:").nth(1).unwrap();
    let in_loop = in_loop.split("\n\n").next().unwrap();
    assert!(
        !in_loop.contains("store") && !in_loop.contains("load"),
        "{function}"
    );
}
