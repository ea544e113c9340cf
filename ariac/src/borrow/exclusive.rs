//! What may be changed is seen by one name only.

use super::{Roots, changes_shown};
use crate::diagnostics::Reports;
use crate::diagnostics::borrow::{self, Through};
use crate::hir::ParamMode;
use crate::mir::liveness::{self, LocalSet, Visit};
use crate::mir::{
    Access, AdtLayout, Block, Captures, FnId, Function, LocalId, Operand, Program, Rvalue,
    Signatures, Step, Stmt, StmtKind,
};
use crate::types::{Adt, Ty};
use std::collections::{HashMap, HashSet};

pub(super) fn check(calls: &Calls<'_>, reports: &mut Reports) {
    let Calls {
        signatures,
        function,
        roots,
        ..
    } = *calls;
    function.body.each(&mut |stmt| {
        calls.arguments(stmt, reports);
        calls.stores(stmt, reports);
        calls.iterations(stmt, reports);
        calls.kernels(stmt, reports);
    });
    if roots.origins.is_empty() {
        return;
    }
    let iterated = views_of_loops(function);
    let mut body = function.body.clone();
    let mut changes = Changes {
        program: calls.program,
        signatures,
        function,
        roots,
        iterated,
        reports,
    };
    liveness::walk(function, &mut body, &mut changes);
}

/// The views without a name that loops go through: made by the loop, whose body gives the elements names.
fn views_of_loops(function: &Function) -> HashSet<LocalId> {
    let mut views = HashSet::new();
    function.body.each(&mut |stmt| {
        let StmtKind::For { body, .. } = &stmt.kind else {
            return;
        };
        // The element is named by the first statements.
        let named = |stmt: &Stmt| {
            matches!(&stmt.kind, StmtKind::Assign { dst: Some(dst), .. }
                if function.locals[*dst].name.is_some())
        };
        if !body.stmts.iter().take(2).any(named) {
            return;
        }
        for element in body.stmts.iter().take(2) {
            element.locals(&mut |local, _| {
                if function.locals[local].span == stmt.span {
                    views.insert(local);
                }
            });
        }
    });
    views
}

/// What a closure that stands alone captured belongs to it, and may be seen by several calls at once.
pub(super) fn captured_copies(calls: &Calls<'_>, reports: &mut Reports) {
    let function = calls.function;
    let Some((captured, Captures::ByValue)) = function.captures else {
        return;
    };
    let copies: Vec<LocalId> = function.params[..captured]
        .iter()
        .map(|p| p.local)
        .collect();
    let mut told = HashSet::new();
    function.body.each(&mut |stmt| {
        if stmt.binds_alias(&function.locals) {
            return;
        }
        stmt.changes(calls.signatures, &mut |local| {
            if only_reads(function, stmt, local) {
                return;
            }
            for root in calls.roots.changed_roots(stmt, local) {
                if copies.contains(&root) && told.insert(root) {
                    let origin = calls.roots.origin(root);
                    reports.add(borrow::captured_changed(stmt.span, &origin));
                }
            }
        });
    });
}

/// Whether a statement takes the value of a local that keeps it: a number, or a tuple of such.
fn only_reads(function: &Function, stmt: &Stmt, local: LocalId) -> bool {
    let mut reads = !function.locals[local].ty.is_owned();
    stmt.locals(&mut |l, access| {
        reads &= l != local || matches!(access, Access::Read | Access::Take);
    });
    reads
}

pub(super) struct Calls<'a> {
    program: &'a Program,
    signatures: &'a Signatures,
    function: &'a Function,
    roots: &'a Roots<'a>,
    /// What the blocks that are passed to calls use, by the locals that hold them.
    pub(super) blocks: HashMap<LocalId, Vec<Use>>,
}

/// Something that a call is given.
#[derive(Clone)]
pub(super) struct Use {
    pub(super) local: LocalId,
    /// The field of it, if it is one alone.
    pub(super) field: Option<Step>,
    pub(super) mode: ParamMode,
    /// The parameter, or how the block calls it.
    name: String,
}

impl<'a> Calls<'a> {
    pub(super) fn of(
        program: &'a Program,
        signatures: &'a Signatures,
        function: &'a Function,
        roots: &'a Roots<'a>,
    ) -> Self {
        let mut calls = Calls {
            program,
            signatures,
            function,
            roots,
            blocks: HashMap::new(),
        };
        calls.find_blocks();
        calls
    }
}

impl Calls<'_> {
    /// What a declared type consists of.
    pub(super) fn layout(&self, adt: &Adt) -> Option<&AdtLayout> {
        self.program.adts.get(adt)
    }

    /// What each block of the function uses of it.
    fn find_blocks(&mut self) {
        let mut blocks = HashMap::new();
        self.function.body.each(&mut |stmt| {
            if let StmtKind::Assign {
                dst: Some(dst),
                value: Rvalue::Borrowing { function, captures },
            } = &stmt.kind
            {
                let changed = self.changed_captures(*function);
                let params = &self.program.functions[*function].params;
                let mut uses = Vec::new();
                for (&local, param) in captures.iter().zip(params) {
                    let is_changed = changed.contains(&param.local);
                    let fields = self.used_fields(*function, param.local);
                    let parts = match fields {
                        Some(fields) => fields.into_iter().map(|(f, m)| (Some(f), m)).collect(),
                        None => vec![(None, is_changed)],
                    };
                    uses.extend(parts.into_iter().map(|(field, is_changed)| Use {
                        local,
                        field,
                        mode: match is_changed {
                            true => ParamMode::Mut,
                            false => ParamMode::Read,
                        },
                        name: format!("{} in the block", param.name),
                    }));
                }
                blocks.insert(*dst, uses);
            }
        });
        self.blocks = blocks;
    }

    /// The fields of a captured variable that a block uses, and whether it changes them; none where it uses more than fields.
    fn used_fields(&self, function: FnId, captured: LocalId) -> Option<Vec<(Step, bool)>> {
        let function = &self.program.functions[function];
        let roots = Roots::of(function);
        let mut fields: Vec<(Step, bool)> = Vec::new();
        let mut is_whole = false;
        function.body.each(&mut |stmt| {
            // The part is looked at where it is used.
            if let StmtKind::Alias { .. } = stmt.kind {
                return;
            }
            let mut changed = HashSet::new();
            stmt.changes(self.signatures, &mut |local| {
                changed.insert(local);
            });
            stmt.locals(&mut |local, _| {
                if !roots.all(local).contains(&captured) {
                    return;
                }
                let (root, steps) = roots.looked_at(stmt, local);
                let field = steps
                    .first()
                    .filter(|step| matches!(step, Step::Field { .. }));
                let (true, Some(field)) = (root == captured, field) else {
                    is_whole = true;
                    return;
                };
                let is_changed = changed.contains(&local);
                match fields.iter_mut().find(|(known, _)| known == field) {
                    Some((_, known)) => *known |= is_changed,
                    None => fields.push((field.clone(), is_changed)),
                }
            });
        });
        (!is_whole).then_some(fields)
    }

    /// The parameters of a function that it changes, directly or by an alias.
    fn changed_captures(&self, function: FnId) -> HashSet<LocalId> {
        let function = &self.program.functions[function];
        let origins = liveness::origins(&function.body, &function.locals);
        let mut changed = HashSet::new();
        function.body.each(&mut |stmt| {
            if !stmt.binds_alias(&function.locals) {
                stmt.changes(self.signatures, &mut |local| {
                    changed.insert(local);
                    if changes_shown(function, stmt, local) {
                        changed.extend(origins.get(&local).into_iter().flatten());
                    }
                });
            }
        });
        changed
    }

    /// The part that is used.
    fn place(&self, used: &Use) -> (LocalId, Vec<Step>) {
        let mut place = self.roots.path(used.local);
        place.1.extend(used.field.clone());
        place
    }

    /// A `mut` argument is the only one that shows its memory.
    fn arguments(&self, stmt: &Stmt, reports: &mut Reports) {
        let StmtKind::Assign { value, .. } = &stmt.kind else {
            return;
        };
        let (callee, params, args): (&str, Vec<(String, ParamMode)>, _) = match value {
            Rvalue::Call { callee, args } => {
                let callee = &self.program.functions[*callee];
                let params = callee.params.iter().map(|p| (p.name.clone(), p.mode));
                (&callee.name, params.collect(), args)
            }
            Rvalue::CallNative { callee, args } => {
                let callee = &self.program.natives[*callee];
                let params = callee.params.iter().map(|p| ("the other".into(), p.1));
                (&callee.symbol, params.collect(), args)
            }
            Rvalue::CallValue { callee, args, .. } => {
                let Ty::Fn(ty) = &self.function.locals[*callee].ty else {
                    return;
                };
                let params = ty.params.iter().map(|p| ("the other".into(), p.1));
                ("the function", params.collect(), args)
            }
            _ => return,
        };
        let mut uses: Vec<Use> = Vec::new();
        for (arg, (name, mode)) in args.iter().zip(params) {
            let Operand::Local(local) = arg else { continue };
            match self.blocks.get(local) {
                Some(block) => uses.extend(block.iter().cloned()),
                None => uses.push(Use {
                    local: *local,
                    field: None,
                    mode,
                    name,
                }),
            }
        }
        for (i, changed) in uses.iter().enumerate() {
            if changed.mode != ParamMode::Mut {
                continue;
            }
            let mine = self.roots.roots(changed.local);
            self.read_only(stmt, changed.local, &mine, reports);
            for (j, other) in uses.iter().enumerate() {
                // Of two `mut` arguments the pair is told once.
                if j == i || other.mode == ParamMode::Mut && j < i {
                    continue;
                }
                let by_value = other.mode != ParamMode::Mut
                    && self.function.locals[other.local].ty.elem().is_some();
                let theirs = self.roots.roots(other.local);
                let shared = theirs.iter().find(|r| mine.contains(r) && !by_value);
                let apart = Roots::disjoint(&self.place(changed), &self.place(other));
                if let (Some(shared), false) = (shared, apart) {
                    let origin = self.roots.origin(*shared);
                    let params = [changed.name.as_str(), other.name.as_str()];
                    reports.add(borrow::aliased_arguments(
                        stmt.span, callee, &origin, params,
                    ));
                }
            }
        }
    }

    /// What a loop goes through is not changed by its body.
    fn iterations(&self, stmt: &Stmt, reports: &mut Reports) {
        let Some((list, body)) = self.iterated(stmt) else {
            return;
        };
        let path = self.roots.path(list);
        let mut told = false;
        body.each(&mut |inner| {
            let mut changed = Vec::new();
            match &inner.kind {
                StmtKind::Return(_) | StmtKind::Alias { .. } => {}
                StmtKind::Assign { dst: Some(dst), .. } if self.blocks.contains_key(dst) => {
                    let uses = self.blocks[dst].iter();
                    let uses = uses.filter(|used| used.mode == ParamMode::Mut);
                    changed.extend(uses.map(|used| self.place(used)));
                }
                _ => inner.changes(self.signatures, &mut |local| {
                    changed.push(self.roots.looked_at(inner, local));
                }),
            }
            for at in changed {
                if at.0 == path.0 && !Roots::disjoint(&at, &path) && !told {
                    told = true;
                    let origin = self.roots.origin(at.0);
                    let through = self.through(&path, list);
                    let report =
                        borrow::changed_while_iterated(inner.span, &origin, stmt.span, &through);
                    reports.add(report);
                }
            }
        });
    }

    /// What an array operation goes through is not changed by its block.
    fn kernels(&self, stmt: &Stmt, reports: &mut Reports) {
        let StmtKind::Assign { value, .. } = &stmt.kind else {
            return;
        };
        let (Rvalue::Map {
            sources, kernel, ..
        }
        | Rvalue::Reduce {
            sources, kernel, ..
        }) = value
        else {
            return;
        };
        let seen: Vec<(LocalId, Vec<Step>)> = sources
            .iter()
            .flat_map(|source| self.arrays_behind(*source))
            .collect();
        let mut told = false;
        kernel.body.each(&mut |inner| {
            for (at, root) in self.changes(inner) {
                if !told && seen.iter().any(|place| self.roots.meet(&at, place)) {
                    told = true;
                    let origin = self.roots.origin(root);
                    reports.add(borrow::changed_in_kernel(inner.span, &origin, stmt.span));
                }
            }
        });
    }

    /// The places of the arrays that a local is or shows.
    fn arrays_behind(&self, local: LocalId) -> impl Iterator<Item = (LocalId, Vec<Step>)> {
        let is_array = |l: &LocalId| self.function.locals[*l].ty.is_array_like();
        let all = self.roots.all(local).into_iter().filter(is_array);
        all.map(|l| self.roots.path(l))
    }

    /// The places that a statement changes, each with the variable that it is a part of.
    fn changes(&self, stmt: &Stmt) -> Vec<((LocalId, Vec<Step>), LocalId)> {
        let mut changed = Vec::new();
        match &stmt.kind {
            StmtKind::Return(_) => {}
            StmtKind::Assign { dst: Some(dst), .. } if self.blocks.contains_key(dst) => {
                let uses = self.blocks[dst].iter();
                for used in uses.filter(|used| used.mode == ParamMode::Mut) {
                    let place = self.place(used);
                    changed.push((place.clone(), place.0));
                }
            }
            _ if stmt.binds_alias(&self.function.locals) => {}
            _ => stmt.changes(self.signatures, &mut |local| {
                let root = self.roots.roots(local).first().copied();
                changed.push((self.roots.looked_at(stmt, local), root.unwrap_or(local)));
                if changes_shown(self.function, stmt, local) {
                    let shown = self.arrays_behind(local);
                    changed.extend(shown.map(|place| (place, root.unwrap_or(local))));
                }
            }),
        }
        changed
    }

    /// What a loop goes through, as messages tell it.
    fn through(&self, path: &(LocalId, Vec<Step>), list: LocalId) -> Through {
        Through {
            name: as_written(self.program, self.function, path),
            has_indices: matches!(self.function.locals[list].ty, Ty::List(_)),
        }
    }

    /// What a loop goes through, and its body. A loop over a list counts in a variable without a name, and begins with the
    /// element; one over a map or set asks it for the next place.
    fn iterated<'s>(&self, stmt: &'s Stmt) -> Option<(LocalId, &'s Block)> {
        match &stmt.kind {
            StmtKind::For { var, body, .. } => {
                let list = match &body.stmts.first()?.kind {
                    StmtKind::Alias {
                        of: list,
                        step: Step::Element { index, .. },
                        ..
                    }
                    | StmtKind::Assign {
                        value:
                            Rvalue::Load {
                                array: list, index, ..
                            },
                        ..
                    } if *index == Operand::Local(*var) => *list,
                    _ => return None,
                };
                let is_list = matches!(self.function.locals[list].ty, Ty::List(_));
                let is_counted = self.function.locals[*var].name.is_some();
                (is_list && !is_counted).then_some((list, body))
            }
            StmtKind::While { test, body, .. } => {
                let items = test.stmts.iter().find_map(|stmt| match &stmt.kind {
                    StmtKind::Assign {
                        value: Rvalue::Call { callee, args },
                        ..
                    } if self.program.functions[*callee]
                        .name
                        .ends_with("._iter_next") =>
                    {
                        args.first()?.local()
                    }
                    _ => None,
                })?;
                Some((items, body))
            }
            _ => None,
        }
    }

    fn stores(&self, stmt: &Stmt, reports: &mut Reports) {
        if let StmtKind::Store { array, .. } = &stmt.kind {
            let roots = self.roots.roots(*array);
            self.read_only(stmt, *array, &roots, reports);
        }
    }

    /// Nothing is changed that was lent to be read.
    fn read_only(&self, stmt: &Stmt, changed: LocalId, roots: &[LocalId], reports: &mut Reports) {
        let is_array = self.function.locals[changed].ty.is_array_like();
        let read = |r: &&LocalId| self.roots.mode(**r) == Some(ParamMode::Read);
        if let Some(root) = roots.iter().find(read).filter(|_| is_array) {
            reports.add(borrow::not_mutable(stmt.span, &self.roots.origin(*root)));
        }
    }
}

/// A variable or a field of one, as the source writes it.
fn as_written(
    program: &Program,
    function: &Function,
    (local, steps): &(LocalId, Vec<Step>),
) -> Option<String> {
    let known = &function.locals[*local];
    let mut text = known.name.clone()?;
    let mut ty = &known.ty;
    for step in steps {
        let (Step::Field { variant, index }, Ty::Adt(adt)) = (step, ty) else {
            return None;
        };
        let variant = program.adts.get(adt)?.variants.get(*variant as usize)?;
        let (name, of) = variant.fields.get(*index)?;
        text = format!("{text}.{name}");
        ty = of;
    }
    Some(text)
}

/// Looks for changes of arrays that a view still shows.
struct Changes<'a, 'r> {
    program: &'a Program,
    signatures: &'a Signatures,
    function: &'a Function,
    roots: &'a Roots<'a>,
    /// What the loops of the function go through.
    iterated: HashSet<LocalId>,
    reports: &'r mut Reports,
}

impl Visit for Changes<'_, '_> {
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, _carried: &LocalSet) -> Vec<Stmt> {
        if stmt.binds_alias(&self.function.locals) {
            return Vec::new();
        }
        let mut changed = Vec::new();
        stmt.changes(self.signatures, &mut |local| changed.push(local));
        let mut written = Vec::new();
        stmt.locals(&mut |local, access| {
            if access == Access::Write {
                written.push(local);
            }
        });
        for local in changed {
            self.parts(stmt, local, after);
            let ty = &self.function.locals[local].ty;
            let around = self.roots.all(local);
            // A change through a view is one of what it shows, which other views of that see.
            let is_through = ty.is_view() && changes_shown(self.function, stmt, local);
            let places: Vec<(LocalId, Vec<Step>)> = match is_through {
                true => self.arrays(&around).map(|l| self.roots.path(l)).collect(),
                false => vec![self.roots.looked_at(stmt, local)],
            };
            let changes = |origin: LocalId| {
                let seen = self.roots.path(origin);
                places.iter().any(|place| self.roots.meet(place, &seen))
            };
            let may_show =
                |view: LocalId| ty.is_array_like() || self.function.locals[view].ty.holds_view();
            let shown = self.roots.origins.iter().filter(|(view, origins)| {
                **view != local
                    && after.contains(**view)
                    && may_show(**view)
                    && self.arrays(origins).any(changes)
                    && !written.contains(view)
                    && !around.contains(view)
            });
            let shown = shown.min_by_key(|(view, _)| **view);
            // A view that another view was copied from may get a new value: the copy keeps showing the old memory.
            let replaced_view =
                written.contains(&local) && self.function.locals[local].ty.holds_view();
            if let (Some((view, _)), false) = (shown, replaced_view) {
                let known = &self.function.locals[*view];
                let shared = self.roots.origins[view].contains(&local);
                let owner = if shared {
                    None
                } else {
                    self.roots.roots(local).first().copied()
                };
                let origin = self.roots.origin(owner.unwrap_or(local));
                self.reports.add(match &known.name {
                    Some(name) => {
                        borrow::changed_while_viewed(stmt.span, &origin, name, known.span)
                    }
                    None if self.iterated.contains(view) => {
                        let mut shown = self.arrays(&self.roots.origins[view]);
                        let through = shown.next().map(|array| Through {
                            name: as_written(self.program, self.function, &self.roots.path(array)),
                            has_indices: true,
                        });
                        let through = through.unwrap_or_default();
                        borrow::changed_while_iterated(stmt.span, &origin, known.span, &through)
                    }
                    None => borrow::changed_while_used(stmt.span, &origin, known.span),
                });
            }
        }
        Vec::new()
    }
}

impl Changes<'_, '_> {
    /// Those of the locals that are arrays or views; the others are what the arrays are parts of.
    fn arrays(&self, of: &[LocalId]) -> impl Iterator<Item = LocalId> {
        let is_array = |l: &LocalId| self.function.locals[*l].ty.is_array_like();
        of.iter().copied().filter(is_array)
    }

    /// A change of what a part that is still used belongs to.
    fn parts(&mut self, stmt: &Stmt, local: LocalId, after: &LocalSet) {
        let at = self.roots.looked_at(stmt, local);
        let leads_to = self.roots.all(local);
        let used = self.roots.parts.keys().filter(|part| {
            let path = self.roots.path(**part);
            after.contains(**part)
                && !leads_to.contains(part)
                && path.0 == at.0
                && !Roots::disjoint(&path, &at)
        });
        let named = used.filter_map(|part| {
            let known = &self.function.locals[*part];
            known.name.as_ref().map(|name| (*part, name, known.span))
        });
        if let Some((_, name, span)) = named.min_by_key(|(part, ..)| *part) {
            let origin = self.roots.origin(at.0);
            let report = borrow::changed_while_viewed(stmt.span, &origin, name, span);
            self.reports.add(report);
        }
    }
}
