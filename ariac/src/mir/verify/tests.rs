//! One broken program an invariant.

use super::{Stage, verify};
use crate::arena::Id;
use crate::hir::ParamMode;
use crate::mir::testing::program;
use crate::mir::{
    BinOp, Block, Const, Function, GilState, Kernel, LocalId, Operand, Program, Rvalue, Stmt,
    StmtKind, Work,
};
use crate::types::Ty;

/// A program with every kind of thing in it, valid; `f` is the function that tests break.
fn valid() -> Program {
    let (program, _) = program(
        "fn g(mut n: Int, own a: Array[Float]) -> Float = a[n]
fn f(x: PyArrayView[Float], o: PythonObject, n: Int) -> Float
  s = 0.0
  for i in 0..<n
    s += x[i]
  end
  y = x * 2.0
  z = y.parallel_map |e| e + s end
  t = \"a#{n}\"
  s + z.sum
end
"
        .replace("fn g", "priv fn g")
        .as_str(),
    );
    assert_eq!(verify(&program, Stage::Built), Ok(()));
    program
}

/// Breaks `f` and expects this message.
fn broken(stage: Stage, change: impl FnOnce(&mut Function), message: &str) {
    let mut program = valid();
    let f = program.functions.ids().nth(1).expect("f is the second one");
    assert_eq!(program.functions[f].name, "f");
    change(&mut program.functions[f]);
    let errors = verify(&program, stage).expect_err(message);
    assert!(errors.iter().any(|e| e.contains(message)), "{errors:#?}");
}

fn local(function: &Function, name: &str) -> LocalId {
    let named = |(_, l): &(LocalId, &crate::mir::Local)| l.name.as_deref() == Some(name);
    function
        .locals
        .iter()
        .find(named)
        .expect("the source declares it")
        .0
}

fn stmt(kind: StmtKind, function: &Function) -> Stmt {
    Stmt {
        kind,
        span: function.span,
    }
}

fn assign(function: &Function, dst: LocalId, value: Rvalue) -> Stmt {
    let dst = Some(dst);
    stmt(StmtKind::Assign { dst, value }, function)
}

fn first(function: &mut Function, kind: StmtKind) {
    let new = stmt(kind, function);
    function.body.stmts.insert(0, new);
}

fn int(n: i64) -> Operand {
    Operand::Const(Const::Int(n))
}

fn the_loop(function: &mut Function) -> &mut Stmt {
    let is_loop = |s: &&mut Stmt| matches!(s.kind, StmtKind::For { .. });
    function
        .body
        .stmts
        .iter_mut()
        .find(is_loop)
        .expect("f has a loop")
}

fn body_of_loop(function: &mut Function) -> &mut Block {
    match &mut the_loop(function).kind {
        StmtKind::For { body, .. } => body,
        _ => unreachable!("it was found by its kind"),
    }
}

fn kernel(function: &mut Function, parallel: bool) -> &mut Kernel {
    let kernels = function
        .body
        .stmts
        .iter_mut()
        .filter_map(|s| match &mut s.kind {
            StmtKind::Assign {
                value: Rvalue::Map {
                    kernel, parallel, ..
                },
                ..
            } => Some((*parallel, kernel)),
            _ => None,
        });
    let mut kernels = kernels.filter(|(p, _)| *p == parallel);
    kernels.next().expect("f has both kinds").1
}

#[test]
fn ids_exist() {
    broken(
        Stage::Built,
        |f| {
            let missing = LocalId::from_index(999);
            first(f, StmtKind::Return(Operand::Local(missing)));
        },
        "_999 does not exist",
    );
}

#[test]
fn types_agree() {
    let text = "the value assigned is Int, wanted is Float";
    broken(
        Stage::Built,
        |f| {
            let s = local(f, "s");
            let wrong = assign(f, s, Rvalue::Use(int(1)));
            f.body.stmts.insert(0, wrong);
        },
        text,
    );
}

#[test]
fn operands_fit_operators() {
    broken(
        Stage::Built,
        |f| {
            let s = local(f, "s");
            let (left, right) = (Operand::Local(s), Operand::Local(s));
            let op = BinOp::WrapAdd;
            let wrong = assign(f, s, Rvalue::Binary { op, left, right });
            f.body.stmts.insert(1, wrong);
        },
        "&+ of Float",
    );
}

#[test]
fn read_only_parameters_are_not_stored_to() {
    broken(
        Stage::Built,
        |f| {
            let array = local(f, "x");
            let value = Operand::Const(Const::Float(1.0));
            let index = int(0);
            let checked = true;
            first(
                f,
                StmtKind::Store {
                    array,
                    index,
                    value,
                    checked,
                },
            );
        },
        "x is read-only",
    );
}

#[test]
fn owned_values_are_moved_or_cloned() {
    broken(
        Stage::Built,
        |f| {
            let (y, z) = (local(f, "y"), local(f, "z"));
            let wrong = assign(f, z, Rvalue::Use(Operand::Local(y)));
            f.body.stmts.insert(0, wrong);
        },
        "is used where it must be moved or copied",
    );
}

#[test]
fn every_path_returns() {
    broken(
        Stage::Built,
        |f| {
            f.body.stmts.pop();
        },
        "a path does not return",
    );
}

#[test]
fn nothing_stands_behind_a_return() {
    broken(
        Stage::Built,
        |f| {
            let zero = Operand::Const(Const::Float(0.0));
            first(f, StmtKind::Return(zero));
        },
        "a statement stands where no path comes",
    );
}

#[test]
fn locals_have_values_on_every_path() {
    broken(
        Stage::Built,
        |f| {
            let s = local(f, "s");
            let define = f.body.stmts.iter().position(
                |stmt| matches!(&stmt.kind, StmtKind::Assign { dst: Some(dst), .. } if *dst == s),
            );
            let define = f.body.stmts.remove(define.expect("f assigns s"));
            let condition = Operand::Const(Const::Bool(true));
            let (then, otherwise) = (
                Block {
                    stmts: vec![define],
                },
                Block::default(),
            );
            first(
                f,
                StmtKind::If {
                    condition,
                    then,
                    otherwise,
                },
            );
        },
        "s is used where it has no value",
    );
}

#[test]
fn moved_values_are_gone() {
    broken(
        Stage::Built,
        |f| {
            let y = local(f, "y");
            let at = f.body.stmts.iter().position(
                |stmt| matches!(&stmt.kind, StmtKind::Assign { dst: Some(dst), .. } if *dst == y),
            );
            let drop = stmt(StmtKind::Drop(y), f);
            f.body.stmts.insert(at.expect("f assigns y") + 1, drop);
        },
        "y is used where it has no value",
    );
}

#[test]
fn a_value_taken_in_a_loop_is_not_there_for_the_next_turn() {
    broken(
        Stage::Built,
        |f| {
            let t = f.locals.push(crate::mir::Local {
                name: Some("u".into()),
                ty: Ty::String,
                span: f.span,
                contiguous: false,
                alias: false,
            });
            let define = assign(f, t, Rvalue::Use(Operand::Const(Const::Str("a".into()))));
            let u = f.locals.push(crate::mir::Local {
                name: None,
                ty: Ty::String,
                span: f.span,
                contiguous: false,
                alias: false,
            });
            let take = assign(f, u, Rvalue::Move(t));
            body_of_loop(f).stmts.insert(0, take);
            f.body.stmts.insert(0, define);
        },
        "u is used where it has no value",
    );
}

#[test]
fn borrowed_parameters_are_not_taken() {
    broken(
        Stage::Built,
        |f| {
            let o = local(f, "o");
            first(f, StmtKind::Drop(o));
        },
        "o is taken from the caller, who owns it",
    );
}

#[test]
fn kernels_do_not_take_from_outside() {
    broken(
        Stage::Built,
        |f| {
            let t = local(f, "t");
            let drop = stmt(StmtKind::Drop(t), f);
            let text = Rvalue::Use(Operand::Const(Const::Str(String::new())));
            let define = assign(f, t, text);
            kernel(f, false).body.stmts.push(drop);
            f.body.stmts.insert(0, define);
        },
        "t is taken inside a kernel",
    );
}

#[test]
fn kernels_are_not_left() {
    broken(
        Stage::Built,
        |f| {
            let zero = Operand::Const(Const::Float(0.0));
            let leave = stmt(StmtKind::Return(zero), f);
            kernel(f, false).body.stmts = vec![leave];
        },
        "a kernel returns from the function",
    );
}

#[test]
fn loop_variables_are_not_assigned() {
    broken(
        Stage::Built,
        |f| {
            let i = local(f, "i");
            let wrong = assign(f, i, Rvalue::Use(int(1)));
            body_of_loop(f).stmts.push(wrong);
        },
        "the loop variable i is assigned",
    );
}

#[test]
fn loops_are_left_from_inside() {
    broken(
        Stage::Built,
        |f| {
            let id = f.loops.ids().next().expect("f has a loop");
            f.body.stmts.pop();
            let leave = stmt(StmtKind::Break(id), f);
            f.body.stmts.push(leave);
        },
        "is left from outside",
    );
}

#[test]
fn loops_are_declared_once() {
    broken(
        Stage::Built,
        |f| {
            let again = the_loop(f).clone();
            let end = f.body.stmts.len() - 1;
            f.body.stmts.insert(end, again);
        },
        "loop0 is declared twice",
    );
}

#[test]
fn failures_are_declared() {
    broken(
        Stage::Built,
        |f| f.raises = false,
        "may fail, but does not say so",
    );
}

#[test]
fn touching_python_is_declared() {
    broken(
        Stage::Built,
        |f| {
            let o = Operand::Local(local(f, "o"));
            let value = Rvalue::PyTruth(o);
            first(f, StmtKind::Assign { dst: None, value });
        },
        "touches Python, but does not say so",
    );
}

/// Statements at the beginning of a final `f` that uses Python.
fn final_with(change: impl Fn(&Function) -> Vec<StmtKind>, message: &str) {
    broken(
        Stage::Final,
        |f| {
            f.uses_python = true;
            for kind in change(f).into_iter().rev() {
                first(f, kind);
            }
        },
        message,
    );
}

fn truth(f: &Function) -> StmtKind {
    let value = Rvalue::PyTruth(Operand::Local(local(f, "o")));
    StmtKind::Assign { dst: None, value }
}

#[test]
fn python_is_not_touched_without_the_gil() {
    final_with(
        |f| {
            let release = StmtKind::GilRelease(Work::Unknown);
            vec![release, truth(f), StmtKind::GilAcquire]
        },
        "Python is touched where the GIL may be released",
    );
}

#[test]
fn release_and_acquire_alternate() {
    let release = || StmtKind::GilRelease(Work::Unknown);
    final_with(|_| vec![release(), release()], "the GIL is released twice");
    final_with(|_| vec![StmtKind::GilAcquire], "the GIL is taken twice");
    final_with(|_| vec![release()], "returns with the GIL released");
}

#[test]
fn paths_meet_in_one_state() {
    final_with(
        |f| {
            let release = stmt(StmtKind::GilRelease(Work::Unknown), f);
            let then = Block {
                stmts: vec![release],
            };
            let condition = Operand::Const(Const::Bool(true));
            let otherwise = Block::default();
            vec![StmtKind::If {
                condition,
                then,
                otherwise,
            }]
        },
        "paths meet with the GIL held and released",
    );
}

#[test]
fn the_gil_is_left_alone_where_python_is_not_used() {
    broken(
        Stage::Final,
        |f| {
            first(f, StmtKind::GilAcquire);
            first(f, StmtKind::GilRelease(Work::Unknown));
        },
        "changes the GIL in a function that does not touch Python",
    );
}

#[test]
fn parallel_kernels_assign_nothing_outside() {
    broken(
        Stage::Built,
        |f| {
            let s = local(f, "s");
            let zero = Rvalue::Use(Operand::Const(Const::Float(0.0)));
            let wrong = assign(f, s, zero);
            kernel(f, true).body.stmts.push(wrong);
        },
        "a parallel kernel changes a local of the outside",
    );
}

#[test]
fn parallel_kernels_do_not_touch_python() {
    broken(
        Stage::Built,
        |f| {
            f.uses_python = true;
            let wrong = stmt(truth(f), f);
            kernel(f, true).body.stmts.push(wrong);
        },
        "a parallel kernel touches Python",
    );
}

#[test]
fn checks_are_left_out_by_passes_only() {
    let change = |f: &mut Function| {
        body_of_loop(f).each_mut(&mut |stmt| {
            if let StmtKind::Assign {
                value: Rvalue::Load { checked, .. },
                ..
            } = &mut stmt.kind
            {
                *checked = false;
            }
        });
    };
    broken(
        Stage::Built,
        change,
        "only passes leave checks of indices out",
    );
}

#[test]
fn gil_regions_are_decided_last() {
    broken(
        Stage::Passes,
        |f| {
            f.uses_python = true;
            first(f, StmtKind::GilAcquire);
            first(f, StmtKind::GilRelease(Work::Unknown));
        },
        "GIL regions are decided last",
    );
    broken(
        Stage::Passes,
        |f| f.entry_release = Some(Work::Unknown),
        "entry_release is decided last",
    );
}

#[test]
fn with_gil_is_dissolved_in_the_end() {
    broken(
        Stage::Final,
        |f| {
            f.uses_python = true;
            first(f, StmtKind::Gil(GilState::Held, Block::default()));
        },
        "a block with or without the GIL is left in a final program",
    );
}

#[test]
fn arguments_fit_parameters() {
    let mut program = valid();
    let ids: Vec<_> = program.functions.ids().collect();
    let callee = ids[0];
    assert_eq!(program.functions[callee].params[0].mode, ParamMode::Mut);
    let f = &mut program.functions[ids[1]];
    let value = Rvalue::Call {
        callee,
        args: vec![int(1)],
    };
    first(f, StmtKind::Assign { dst: None, value });
    let errors = verify(&program, Stage::Built).expect_err("one argument is missing");
    assert!(errors[0].contains("g is given 1 arguments"), "{errors:#?}");
}
