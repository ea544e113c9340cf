//! Lists.

use super::doubles;
use super::machine::{Arg, at_all_levels, levels, options};
use super::program::{MUT, READ, Source, UNIT, adt, list};
use crate::llvm::compile;
use crate::mir::{BinOp, ListOp, LocalId, Rvalue, StmtKind};
use crate::types::{Repr, Ty};

fn empty(body: &mut super::program::Body, element: Ty) -> LocalId {
    let items = Vec::new();
    body.let_(list(element.clone()), Rvalue::List { element, items })
}

#[test]
fn lists_grow_and_are_indexed() {
    let mut source = Source::new();
    let params = [("xs", list(Ty::Int), MUT), ("n", Ty::Int, READ)];
    let fill = source.function("fill", &params, Ty::Unit, |body, p| {
        body.for_((0.into(), p[1].into(), false), 1.into(), |body, i, _| {
            body.list_op(None, ListOp::Push, p[0], [i.into()]);
        });
        body.return_(UNIT);
    });
    let params = [("n", Ty::Int, READ), ("index", Ty::Int, READ)];
    source.function("at", &params, Ty::Int, |body, p| {
        let xs = empty(body, Ty::Int);
        body.call_unit(fill, [xs.into(), p[0].into()]);
        body.stmt(StmtKind::Store {
            array: xs,
            index: 0.into(),
            value: 7.into(),
            checked: true,
        });
        let len = body.let_(Ty::Int, Rvalue::Len(xs));
        let item = body.load(Ty::Int, xs, p[1], true);
        let sum = body.binary(Ty::Int, BinOp::Add, len, item);
        body.return_(sum);
    });
    at_all_levels(&mut source, |machine, level| {
        let at = |n, i| machine.call::<i64>(level, "at", &[Arg::Int(n), Arg::Int(i)]);
        assert_eq!(at(1, 0), Ok(1 + 7));
        assert_eq!(at(1000, 999), Ok(1999));
        assert!(
            at(1000, 1000)
                .unwrap_err()
                .starts_with("index 1000 of 1000")
        );
        assert!(at(1000, -1).unwrap_err().starts_with("index -1 of 1000"));
        assert!(at(0, 0).unwrap_err().starts_with("index 0 of 0"));
    });
}

#[test]
fn owned_elements_move_in_and_out() {
    let mut source = Source::new();
    let strings = list(Ty::String);
    source.function("run", &[], Ty::Int, |body, _| {
        let (a, b) = (body.text(1), body.text(2));
        let items = vec![a.into(), b.into()];
        let element = Ty::String;
        let xs = body.let_(strings.clone(), Rvalue::List { element, items });
        for number in [3, 4, 5] {
            let text = body.text(number);
            body.list_op(None, ListOp::Push, xs, [text.into()]);
        }
        // 1 2 3 4 5 → 6 1 2 3 4 5 → 6 1 3 4 5 (2) → 5 1 3 4 6 → 5 1 3 4 (6)
        let six = body.text(6);
        body.list_op(None, ListOp::Insert, xs, [0.into(), six.into()]);
        let two = body.named("two", Ty::String);
        body.list_op(Some(two), ListOp::Remove, xs, [2.into()]);
        body.list_op(None, ListOp::Swap, xs, [0.into(), 4.into()]);
        body.list_op(None, ListOp::Pop, xs, []);
        let copied = body.clone_of(strings.clone(), xs);
        // The first element of the copy becomes 9, and of the list two are left.
        let place = body.element(Ty::String, copied, 0);
        let nine = body.text(9);
        body.set(place, Rvalue::Move(nine));
        body.list_op(None, ListOp::Truncate, xs, [2.into()]);
        body.list_op(None, ListOp::Reserve, xs, [100.into()]);
        let mut number = body.number(two);
        for (of, len) in [(xs, 2), (copied, 4)] {
            for i in 0..len {
                let place = body.element(Ty::String, of, i);
                let digit = body.number(place);
                let shifted = body.binary(Ty::Int, BinOp::Mul, number, 10);
                number = body.binary(Ty::Int, BinOp::Add, shifted, digit);
            }
        }
        body.return_(number);
    });
    at_all_levels(&mut source, |machine, level| {
        assert_eq!(machine.call(level, "run", &[]), Ok(2_519_134_i64));
        // Whenever memory runs out, nothing is left.
        let mut blocks = 0;
        loop {
            doubles::starve(Some(blocks));
            let run = machine.call::<i64>(level, "run", &[]);
            doubles::starve(None);
            match run {
                Ok(_) => break,
                Err(error) => assert!(error.starts_with("memory"), "{error}"),
            }
            blocks += 1;
        }
        assert!(blocks > 10);
    });
}

#[test]
fn lists_of_lists_are_trees() {
    let mut source = Source::new();
    let tree = adt(0, "Tree", Repr::Owned);
    let ty = Ty::Adt(tree.clone());
    source.declare(&tree, &[("", &[Ty::Int, list(ty.clone())])]);
    source.function("run", &[("n", Ty::Int, READ)], Ty::Unit, |body, p| {
        let children = empty(body, ty.clone());
        let whole = body.make(&tree, 0, [0.into(), children.into()]);
        body.for_((1.into(), p[0].into(), false), 1.into(), |body, i, _| {
            let children = empty(body, ty.clone());
            body.list_op(None, ListOp::Push, children, [whole.into()]);
            let more = body.make(&tree, 0, [i.into(), children.into()]);
            body.set(whole, Rvalue::Move(more));
        });
        body.return_(UNIT);
    });
    at_all_levels(&mut source, |machine, level| {
        let before = doubles::elsewhere();
        assert_eq!(machine.call(level, "run", &[Arg::Int(10_000)]), Ok(()));
        assert!(doubles::elsewhere() > before + 5);
    });
}

fn code(source: &mut Source, name: &str) -> String {
    source.verify();
    let mut options = options(&levels()[..1]);
    options.emit.llvm = true;
    let compiled = compile(&source.program, &source.sources, &options, &mut |_| ()).unwrap();
    let llvm = compiled.llvm.unwrap();
    let function = llvm.split(&format!("@aria.{name}(")).nth(1).unwrap();
    function.split("\n}").next().unwrap().to_owned()
}

#[test]
fn loops_over_lists_become_vectors() {
    let mut source = Source::new();
    let floats = list(Ty::Float);
    let params = [
        ("x", floats.clone(), READ),
        ("y", floats, MUT),
        ("n", Ty::Int, READ),
    ];
    source.function("scale", &params, Ty::Unit, |body, p| {
        body.for_((0.into(), p[2].into(), false), 1.into(), |body, i, _| {
            let x = body.load(Ty::Float, p[0], i, false);
            let y = body.load(Ty::Float, p[1], i, false);
            let product = body.binary(Ty::Float, BinOp::Mul, x, 2.0);
            let sum = body.binary(Ty::Float, BinOp::Add, product, y);
            body.stmt(StmtKind::Store {
                array: p[1],
                index: i.into(),
                value: sum.into(),
                checked: false,
            });
        });
        body.return_(UNIT);
    });
    let function = code(&mut source, "scale");
    assert!(function.contains("<2 x double>"), "{function}");
}

/// A loop that pushes has the list in registers: it writes nothing but the element, until it must grow.
#[test]
fn pushing_is_a_comparison_and_a_store() {
    let mut source = Source::new();
    source.function("fill", &[("n", Ty::Int, READ)], list(Ty::Int), |body, p| {
        let xs = empty(body, Ty::Int);
        body.for_((0.into(), p[0].into(), false), 1.into(), |body, i, _| {
            body.list_op(None, ListOp::Push, xs, [i.into()]);
        });
        body.return_(xs);
    });
    let function = code(&mut source, "fill");
    let stores = function.matches("store i64").count();
    assert!(
        !function.contains("alloca [") && !function.contains("alloca {"),
        "{function}"
    );
    // One element, and the capacity that is handed to the runtime.
    assert!(stores <= 2, "{function}");
}
