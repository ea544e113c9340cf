//! Copies code for arrays whose elements lie side by side.
//!
//! A view of Python's memory may have any stride, and a loop over strided elements does not vectorise well. Where a
//! function loops over views or handles among its parameters, one test asks whether all of them are contiguous; if they
//! are, a copy of the code runs whose loads and stores need no stride.
//!
//! ```text
//! fn total(x: PyArrayView[Float]) -> Float      fn total(x: PyArrayView[Float]) -> Float
//!   _1 = sum x |_2|                               _3 = is_contiguous x
//!     give _2                                     if _3
//!   return _1                             →         x_4 = view x            # contiguous
//!                                                   _1 = sum x_4 |_2|
//!                                                     give _2
//!                                                 else
//!                                                   _1 = sum x |_2|
//!                                                     give _2
//!                                                 return _1
//! ```
//!
//! Only the statements from the first to the last that loop over the arrays are copied. Several arrays share one test,
//! so that there are two copies whatever their number. A local that shows an `Array` is contiguous without a test, and
//! one that shows a parameter is contiguous in the copy.

use super::{Pass, Remark, RemarkKind};
use crate::mir::{
    Access, Block, Const, Function, Local, LocalId, NdOp, Operand, Program, Rvalue, Stmt, StmtKind,
};
use crate::types::Ty;
use std::collections::{BTreeMap, BTreeSet};

/// The row of the table.
pub(super) const PASS: Pass = Pass {
    name: "version_strides",
    description: "copy code for arrays whose elements lie side by side",
    run,
};

/// More statements than this are not copied.
const MAX_COPIED: usize = 1500;

fn run(program: &mut Program, remarks: &mut Vec<Remark>) {
    for (_, function) in program.functions.iter_mut() {
        let changed = changed(function);
        for local in contiguous(function, &changed, &BTreeSet::new()) {
            function.locals[local].contiguous = true;
        }
        version(function, &changed, remarks);
    }
}

/// Copies the code of one function if that is useful.
fn version(function: &mut Function, changed: &BTreeSet<LocalId>, remarks: &mut Vec<Remark>) {
    let hot = hot_arrays(&function.body);
    let strided = |local: LocalId, ty: &Ty| {
        matches!(ty, Ty::PyArrayView(_) | Ty::PythonArray(_)) && !function.locals[local].contiguous
    };
    let params = function.params.iter().map(|p| p.local);
    let params: BTreeSet<LocalId> = params
        .filter(|p| !changed.contains(p))
        .chain(axes_of_params(function))
        .filter(|&p| strided(p, &function.locals[p].ty))
        .collect();
    let all = contiguous(function, changed, &params);
    let derived: BTreeSet<LocalId> = all
        .difference(&params)
        .copied()
        .filter(|&l| !function.locals[l].contiguous)
        .collect();
    // A parameter is worth a test if it, or a local that shows it, is looped over.
    let tested: BTreeSet<LocalId> = params
        .iter()
        .copied()
        .filter(|&p| {
            let without = params.iter().copied().filter(|&q| q != p).collect();
            let lost = contiguous(function, changed, &without);
            all.difference(&lost).any(|l| hot.contains(l))
        })
        .collect();
    if tested.is_empty() {
        return;
    }
    let derived: BTreeSet<LocalId> = contiguous(function, changed, &tested)
        .intersection(&derived)
        .copied()
        .collect();
    let Some((first, last)) = range(&function.body, &tested, &derived) else {
        return;
    };
    // An axis is named as its array, and a number.
    let name = |l: &LocalId| function.locals[*l].name.as_deref().unwrap_or_default();
    let mut names: Vec<&str> = tested
        .iter()
        .map(|l| name(l).split('.').next().unwrap_or_default())
        .collect();
    names.dedup();
    let names = names.join(", ");
    let mut size = 0;
    for stmt in &function.body.stmts[first..=last] {
        size += 1;
        stmt.blocks(&mut |block| block.each(&mut |_| size += 1));
    }
    let text = if size > MAX_COPIED {
        format!("not copied for contiguous {names}: the code is too long")
    } else {
        split(function, (first, last), &tested, &derived);
        format!("copied for contiguous {names}")
    };
    remarks.push(Remark {
        span: function.span,
        function: function.name.clone(),
        kind: RemarkKind::Strides,
        text,
    });
}

/// The views along the dimensions of parameters, which the pass `axes` has made at the beginning.
fn axes_of_params(function: &Function) -> Vec<LocalId> {
    let axis = |stmt: &Stmt| match stmt.kind {
        StmtKind::Assign {
            dst: Some(dst),
            value: Rvalue::Nd(NdOp::Axis { array, .. }),
        } => {
            let mut params = function.params.iter();
            params.any(|p| p.local == array).then_some(dst)
        }
        _ => None,
    };
    function.body.stmts.iter().map_while(axis).collect()
}

/// Replaces the statements of the range by a test and two versions of them.
fn split(
    function: &mut Function,
    (first, last): (usize, usize),
    tested: &BTreeSet<LocalId>,
    derived: &BTreeSet<LocalId>,
) {
    let slow = Block {
        stmts: function.body.stmts.drain(first..=last).collect(),
    };
    let span = slow.stmts.first().map_or(function.span, |s| s.span);
    let assign = |dst, value| Stmt {
        kind: StmtKind::Assign {
            dst: Some(dst),
            value,
        },
        span,
    };
    let mut fresh = BTreeMap::new();
    for &local in tested.iter().chain(derived) {
        let old = &function.locals[local];
        let element = old.ty.element().cloned().unwrap_or(Ty::Float);
        let new = Local {
            name: old.name.clone(),
            ty: Ty::PyArrayView(Box::new(element)),
            span: old.span,
            contiguous: true,
            alias: false,
        };
        fresh.insert(local, function.locals.push(new));
    }
    let mut fast = slow.copy(
        &mut function.loops,
        &|local| match derived.contains(&local) {
            true => fresh[&local],
            false => local,
        },
    );
    fast.each_mut(&mut |stmt| {
        for_elements(stmt, &mut |local| {
            if let (true, Some(new)) = (tested.contains(local), fresh.get(local)) {
                *local = *new;
            }
        });
    });
    let views = tested.iter().map(|&p| assign(fresh[&p], Rvalue::View(p)));
    fast.stmts.splice(0..0, views);

    let flag = function.locals.push(Local {
        name: None,
        ty: Ty::Bool,
        span,
        contiguous: false,
        alias: false,
    });
    let condition = Operand::Local(flag);
    let mut versioned = Vec::new();
    for (i, &param) in tested.iter().enumerate() {
        let test = assign(flag, Rvalue::IsContiguous(param));
        versioned.push(if i == 0 {
            test
        } else {
            Stmt {
                kind: StmtKind::If {
                    condition: condition.clone(),
                    then: Block { stmts: vec![test] },
                    otherwise: Block::default(),
                },
                span,
            }
        });
    }
    versioned.push(Stmt {
        kind: StmtKind::If {
            condition,
            then: fast,
            otherwise: slow,
        },
        span,
    });
    function.body.stmts.splice(first..first, versioned);
}

/// The first and the last statement of the body that loop over one of the arrays or name one of the locals.
fn range(
    body: &Block,
    tested: &BTreeSet<LocalId>,
    derived: &BTreeSet<LocalId>,
) -> Option<(usize, usize)> {
    let copied = |stmt: &Stmt| {
        let mut copied = false;
        stmt.locals_deep(&mut |local, _| copied |= derived.contains(&local));
        let mut hot = BTreeSet::new();
        collect_hot(stmt, false, &mut hot);
        copied || !hot.is_disjoint(tested)
    };
    let first = body.stmts.iter().position(copied)?;
    let last = body.stmts.iter().rposition(copied)?;
    Some((first, last))
}

/// Parameters and locals that get another value, or lose theirs.
fn changed(function: &Function) -> BTreeSet<LocalId> {
    let mut changed = BTreeSet::new();
    function.body.each_local(&mut |local, access| {
        let is_owned = function.locals[local].ty.is_owned();
        match access {
            Access::Write | Access::Bind => {
                changed.insert(local);
            }
            Access::Take if is_owned => {
                changed.insert(local);
            }
            _ => {}
        }
    });
    changed
}

/// The views that show only an `Array` or, directly or not, a member of `known`; with those members themselves.
fn contiguous(
    function: &Function,
    changed: &BTreeSet<LocalId>,
    known: &BTreeSet<LocalId>,
) -> BTreeSet<LocalId> {
    let is_view = |local: LocalId| matches!(function.locals[local].ty, Ty::PyArrayView(_));
    let params: BTreeSet<LocalId> = function.params.iter().map(|p| p.local).collect();
    let mut sources: BTreeMap<LocalId, Vec<Option<LocalId>>> = BTreeMap::new();
    function.body.each(&mut |stmt| {
        let StmtKind::Assign {
            dst: Some(dst),
            value,
        } = &stmt.kind
        else {
            let binds = |local: LocalId, access| matches!(access, Access::Bind) && is_view(local);
            stmt.locals(&mut |local, access| {
                if binds(local, access) {
                    sources.entry(local).or_default().push(None);
                }
            });
            return;
        };
        if is_view(*dst) {
            sources.entry(*dst).or_default().push(match value {
                Rvalue::View(source)
                | Rvalue::Use(Operand::Local(source))
                | Rvalue::Move(source)
                | Rvalue::Clone(source) => Some(*source),
                Rvalue::Slice {
                    array,
                    step: None | Some(Operand::Const(Const::Int(1))),
                    ..
                } => Some(*array),
                Rvalue::Nd(NdOp::Row { along, .. }) => Some(*along),
                _ => None,
            });
        }
    });
    // What is left after striking out everything that may show something else.
    let mut set: BTreeSet<LocalId> = sources
        .keys()
        .copied()
        .filter(|l| !params.contains(l))
        .chain(known.iter().copied())
        .collect();
    loop {
        let bad: Vec<LocalId> = set
            .iter()
            .copied()
            .filter(|local| !known.contains(local))
            .filter(|local| {
                sources[local].iter().any(|source| match source {
                    Some(source) => {
                        let is_array = matches!(function.locals[*source].ty, Ty::Array(_));
                        let stays = !changed.contains(source) || is_view(*source);
                        let shown = is_array || function.locals[*source].contiguous;
                        !(shown || set.contains(source) && stays)
                    }
                    None => true,
                })
            })
            .collect();
        if bad.is_empty() {
            return set;
        }
        for local in bad {
            set.remove(&local);
        }
    }
}

/// The arrays that the block loops over.
fn hot_arrays(block: &Block) -> BTreeSet<LocalId> {
    let mut hot = BTreeSet::new();
    for stmt in &block.stmts {
        collect_hot(stmt, false, &mut hot);
    }
    hot
}

fn collect_hot(stmt: &Stmt, in_loop: bool, hot: &mut BTreeSet<LocalId>) {
    let kernel = match &stmt.kind {
        StmtKind::Assign {
            value: Rvalue::Map { sources, .. } | Rvalue::Reduce { sources, .. },
            ..
        } => {
            hot.extend(sources);
            true
        }
        StmtKind::Assign {
            value: Rvalue::Load { array, .. },
            ..
        }
        | StmtKind::Store { array, .. } => {
            if in_loop {
                hot.insert(*array);
            }
            false
        }
        _ => false,
    };
    let is_loop = matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. });
    stmt.blocks(&mut |block| {
        for stmt in &block.stmts {
            collect_hot(stmt, in_loop || is_loop || kernel, hot);
        }
    });
}

/// The locals that a statement uses for their elements alone, where a view does as well as what it shows.
fn for_elements(stmt: &mut Stmt, f: &mut dyn FnMut(&mut LocalId)) {
    match &mut stmt.kind {
        StmtKind::Store { array, .. } => f(array),
        StmtKind::Assign { value, .. } => match value {
            Rvalue::Load { array, .. }
            | Rvalue::Len(array)
            | Rvalue::View(array)
            | Rvalue::Slice { array, .. }
            | Rvalue::IsContiguous(array)
            | Rvalue::ToArray(array) => f(array),
            Rvalue::Map { sources, .. } | Rvalue::Reduce { sources, .. } => {
                sources.iter_mut().for_each(f);
            }
            Rvalue::Nd(NdOp::Row { through, along, .. }) => {
                f(through);
                f(along);
            }
            _ => {}
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::mir::{BinOp, ReduceOp, Rvalue, StmtKind};
    use crate::passes::testing::{FnTest, array, int, local, view};
    use crate::types::Ty;

    fn check(f: FnTest, expected: &str) {
        f.check(super::run, expected);
    }

    #[test]
    fn loops_and_reductions_are_copied_and_what_surrounds_them_is_not() {
        let mut f = FnTest::new("scaled", Ty::Float);
        let x = f.param("x", view(Ty::Float));
        let y = f.param_mode("y", view(Ty::Float), crate::hir::ParamMode::Mut);
        let (n, s, e) = (f.temp(Ty::Int), f.temp(Ty::Float), f.temp(Ty::Float));
        f.assign(n, Rvalue::Len(x));
        f.for_range("i", int(0), local(n), |f, i| {
            f.load(e, x, local(i), false);
            f.store(y, local(i), local(e), true);
        });
        f.reduce(s, ReduceOp::Sum, y);
        f.assign(
            s,
            super::super::testing::binary(BinOp::Mul, local(s), local(s)),
        );
        f.ret(local(s));
        check(
            f,
            "\
fn scaled(x_0: PyArrayView[Float], mut y_1: PyArrayView[Float]) -> Float   # raises
  _2 = len x_0
  _9 = is_contiguous x_0
  if _9
    _9 = is_contiguous y_1
  if _9
    x_7 = view x_0
    y_8 = view y_1
    for i in 0..<_2   # loop1
      _4 = x_7[i]
      y_8[i] = _4 ?
    _3 = sum y_8 |_6|
      give _6
  else
    for i in 0..<_2   # loop0
      _4 = x_0[i]
      y_1[i] = _4 ?
    _3 = sum y_1 |_6|
      give _6
  _3 = _3 * _3
  return _3
1:1 copied for contiguous x, y
",
        );
    }

    #[test]
    fn one_element_or_an_array_needs_no_copy() {
        let mut f = FnTest::new("first", Ty::Float);
        let x = f.param("x", view(Ty::Float));
        let a = f.param("a", array(Ty::Float));
        let (e, s) = (f.temp(Ty::Float), f.temp(Ty::Float));
        f.load(e, x, int(0), true);
        f.reduce(s, ReduceOp::Sum, a);
        f.ret(local(e));
        check(
            f,
            "\
fn first(x: PyArrayView[Float], a: Array[Float]) -> Float   # raises
  _2 = x[0] ?
  _3 = sum a |_4|
    give _4
  return _2
",
        );
    }

    #[test]
    fn views_of_arrays_are_contiguous_and_views_of_parameters_are_in_the_copy() {
        let mut f = FnTest::new("views", Ty::Float);
        let h = f.param("h", Ty::PythonArray(Box::new(Ty::Float)));
        let a = f.param("a", array(Ty::Float));
        let (v, w) = (f.temp(view(Ty::Float)), f.temp(view(Ty::Float)));
        let s = f.temp(Ty::Float);
        f.assign(w, Rvalue::View(a));
        f.assign(v, Rvalue::View(h));
        f.reduce(s, ReduceOp::Sum, v);
        f.reduce(s, ReduceOp::Sum, w);
        f.ret(local(s));
        let done = f.run(super::run);
        assert!(done.local(w).contiguous);
        assert!(!done.local(v).contiguous);
        done.expect(
            "\
fn views(h_0: PythonArray[Float], a: Array[Float]) -> Float   # raises
  _3 = view a
  _9 = is_contiguous h_0
  if _9
    h_7 = view h_0
    _8 = view h_7
    _4 = sum _8 |_5|
      give _5
  else
    _2 = view h_0
    _4 = sum _2 |_5|
      give _5
  _4 = sum _3 |_6|
    give _6
  return _4
1:1 copied for contiguous h
",
        );
    }

    #[test]
    fn a_view_of_one_thing_or_another_is_left_alone() {
        let mut f = FnTest::new("either", Ty::Float);
        let x = f.param("x", view(Ty::Float));
        let other = f.param("other", view(Ty::Float));
        let flag = f.param("flag", Ty::Bool);
        let v = f.temp(view(Ty::Float));
        let s = f.temp(Ty::Float);
        f.assign(v, Rvalue::View(x));
        f.when(local(flag), |f| {
            f.emit(StmtKind::Assign {
                dst: Some(v),
                value: Rvalue::View(other),
            });
        });
        f.reduce(s, ReduceOp::Sum, v);
        f.ret(local(s));
        // Both are tested: `v` may show either.
        let done = f.run(super::run);
        assert_eq!(done.remarks(), "1:1 copied for contiguous x, other\n");
    }
}
