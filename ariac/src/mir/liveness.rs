//! Which locals are still needed after a statement.
//!
//! A walk over the tree from the end to the beginning. The transfer of a loop's body distributes over union, so one
//! pass over the body finds what its next turn needs, and the whole is linear in the size of the function times the
//! depth of its loops.

use super::{Access, Block, Function, Local, LocalId, LoopId, Operand, Rvalue, Stmt, StmtKind};
use crate::arena::{Arena, Id};
use crate::hir::ParamMode;
use std::collections::HashMap;

/// A set of locals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalSet {
    words: Vec<u64>,
}

impl LocalSet {
    /// Adds a local.
    pub fn insert(&mut self, local: LocalId) {
        let word = local.index() / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (local.index() % 64);
    }

    /// Takes a local out.
    pub fn remove(&mut self, local: LocalId) {
        if let Some(word) = self.words.get_mut(local.index() / 64) {
            *word &= !(1 << (local.index() % 64));
        }
    }

    /// Whether the local is in the set.
    #[must_use]
    pub fn contains(&self, local: LocalId) -> bool {
        let word = self.words.get(local.index() / 64);
        word.is_some_and(|w| w & (1 << (local.index() % 64)) != 0)
    }

    /// Adds all of another set.
    pub fn union(&mut self, other: &LocalSet) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Keeps what is in both.
    pub fn intersect(&mut self, other: &LocalSet) {
        for (i, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(i).copied().unwrap_or(0);
        }
    }
}

/// Is told of each statement what is needed after it, last statement first, and may change or add statements: what it
/// returns is put behind the statement.
pub trait Visit {
    /// `after` is what is needed after `stmt`; `carried`, for a loop, what its next turn may need.
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, carried: &LocalSet) -> Vec<Stmt>;

    /// Whether the statement is needed at all; asked first, so that what only serves what is not needed goes too.
    fn keeps(&mut self, _stmt: &Stmt, _after: &LocalSet) -> bool {
        true
    }
}

/// Runs `visit` over `body`, the body of `function` (or a copy of it).
pub fn walk(function: &Function, body: &mut Block, visit: &mut dyn Visit) {
    let origins = origins(body, &function.locals);
    walk_with(function, body, visit, origins);
}

/// As [`walk`], but what an alias is a part of is not needed just because the alias is.
pub fn walk_parts(function: &Function, body: &mut Block, visit: &mut dyn Visit) {
    let mut parts: HashMap<LocalId, Vec<LocalId>> = HashMap::new();
    body.each(&mut |stmt| {
        if let StmtKind::Alias { dst, of, .. } = &stmt.kind {
            parts.entry(*dst).or_default().push(*of);
        }
    });
    // A view or function value needs what it borrows, and of that what is no alias alone.
    let mut origins = origins(body, &function.locals);
    origins.retain(|local, _| !parts.contains_key(local));
    walk_with(function, body, visit, origins);
}

fn walk_with(
    function: &Function,
    body: &mut Block,
    visit: &mut dyn Visit,
    origins: HashMap<LocalId, Vec<LocalId>>,
) {
    let mut at_return = LocalSet::default();
    // What a `mut` parameter holds at the end is the caller's.
    for param in &function.params {
        if param.mode != ParamMode::Own {
            at_return.insert(param.local);
        }
    }
    let mut aliases = LocalSet::default();
    for (local, known) in function.locals.iter() {
        if known.alias {
            aliases.insert(local);
        }
    }
    let mut walk = Walk {
        origins,
        aliases,
        loops: HashMap::new(),
        handlers: Vec::new(),
        at_return: at_return.clone(),
    };
    walk.block(body, &mut at_return, &mut Some(visit));
}

type Visitor<'a, 'b> = Option<&'a mut (dyn Visit + 'b)>;

struct Walk {
    /// What each view, alias or function value borrows from.
    origins: HashMap<LocalId, Vec<LocalId>>,
    /// Locals without memory of their own: what is written to them is written to what they are a part of.
    aliases: LocalSet,
    /// What is needed where `break` and `continue` of a loop go to.
    loops: HashMap<LoopId, (LocalSet, LocalSet)>,
    /// What the handlers around need, the innermost last: anything in their bodies may lead to them.
    handlers: Vec<LocalSet>,
    at_return: LocalSet,
}

impl Walk {
    /// Turns what is needed after the block into what is needed before it.
    fn block(&mut self, block: &mut Block, live: &mut LocalSet, visit: &mut Visitor<'_, '_>) {
        if visit.is_none() {
            for stmt in block.stmts.iter_mut().rev() {
                self.stmt(stmt, live, visit);
            }
            return;
        }
        let stmts = std::mem::take(&mut block.stmts);
        let mut backwards = Vec::with_capacity(stmts.len());
        for mut stmt in stmts.into_iter().rev() {
            if let Some(visit) = visit
                && !visit.keeps(&stmt, live)
            {
                continue;
            }
            let after = live.clone();
            let carried = self.stmt(&mut stmt, live, visit);
            if let Some(visit) = visit {
                backwards.extend(visit.visit(&mut stmt, &after, &carried).into_iter().rev());
            }
            backwards.push(stmt);
        }
        backwards.reverse();
        block.stmts = backwards;
    }

    /// As [`Walk::block`], for one statement; what the next turn needs if it is a loop.
    fn stmt(
        &mut self,
        stmt: &mut Stmt,
        live: &mut LocalSet,
        visit: &mut Visitor<'_, '_>,
    ) -> LocalSet {
        let mut carried = LocalSet::default();
        match &mut stmt.kind {
            StmtKind::If {
                then, otherwise, ..
            } => {
                let mut other = live.clone();
                self.block(then, live, visit);
                self.block(otherwise, &mut other, visit);
                live.union(&other);
            }
            StmtKind::While {
                id,
                test,
                condition,
                body,
            } => {
                let after = live.clone();
                let mut head = after.clone();
                self.operand(condition, &mut head);
                self.block(test, &mut head, &mut None);
                self.loops.insert(*id, (after.clone(), head.clone()));
                self.block(body, &mut head, &mut None);
                head.union(&after);
                self.operand(condition, &mut head);
                self.block(test, &mut head, visit);
                *live = head.clone();
                carried.union(&head);
                if visit.is_some() {
                    self.loops.insert(*id, (after, head.clone()));
                    self.block(body, &mut head, visit);
                }
            }
            StmtKind::For { id, var, body, .. } => {
                let after = live.clone();
                self.loops.insert(*id, (after.clone(), after.clone()));
                self.block(body, live, &mut None);
                live.remove(*var);
                live.union(&after);
                carried.union(live);
                if visit.is_some() {
                    self.loops.insert(*id, (after, live.clone()));
                    self.block(body, &mut carried.clone(), visit);
                }
            }
            StmtKind::Gil(_, body) => self.block(body, live, visit),
            StmtKind::Break(id) => *live = self.target(*id).0,
            StmtKind::Continue(id) => *live = self.target(*id).1,
            StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::RaiseObject(_)
            | StmtKind::EndCall(_)
            | StmtKind::Reraise { .. } => {
                live.clone_from(&self.at_return);
            }
            StmtKind::Try {
                body,
                error,
                handler,
            } => {
                let mut at_handler = live.clone();
                self.block(handler, &mut at_handler, visit);
                at_handler.remove(*error);
                live.union(&at_handler);
                self.handlers.push(at_handler);
                self.block(body, live, visit);
                let at_handler = self.handlers.pop().unwrap_or_default();
                live.union(&at_handler);
            }
            StmtKind::Alias { dst, .. } => live.remove(*dst),
            StmtKind::Assign { dst, value } => {
                if let Some(dst) = dst {
                    if self.writes_through(*dst, value) {
                        self.need(*dst, live);
                    } else {
                        live.remove(*dst);
                    }
                }
                if let Some(kernel) = value.kernel_mut() {
                    let after = live.clone();
                    self.operand(&kernel.result, live);
                    self.block(&mut kernel.body, live, &mut None);
                    live.union(&after);
                    if visit.is_some() {
                        let mut next = live.clone();
                        self.operand(&kernel.result, &mut next);
                        self.block(&mut kernel.body, &mut next, visit);
                    }
                    for param in &kernel.params {
                        live.remove(*param);
                    }
                }
            }
            _ => {}
        }
        self.own_uses(stmt, live);
        if let Some(handler) = self.handlers.last() {
            live.union(handler);
        }
        carried
    }

    fn writes_through(&self, dst: LocalId, value: &Rvalue) -> bool {
        self.aliases.contains(dst) && !matches!(value, Rvalue::Borrowing { .. })
    }

    fn own_uses(&self, stmt: &Stmt, live: &mut LocalSet) {
        let mut needed = Vec::new();
        let mut bound = Vec::new();
        // The result of a kernel is computed inside.
        if let StmtKind::Assign { value, .. } = &stmt.kind
            && let Some(kernel) = value.kernel()
            && let Some(result) = kernel.result.local()
        {
            kernel.body.each_local(&mut |local, access| {
                if local == result && access == Access::Write {
                    bound.push(local);
                }
            });
        }
        stmt.locals(&mut |local, access| match access {
            Access::Write => {}
            Access::Bind => bound.push(local),
            _ => needed.push(local),
        });
        for local in needed {
            if !bound.contains(&local) {
                self.need(local, live);
            }
        }
    }

    fn operand(&self, operand: &Operand, live: &mut LocalSet) {
        if let Operand::Local(local) = operand {
            self.need(*local, live);
        }
    }

    fn need(&self, local: LocalId, live: &mut LocalSet) {
        live.insert(local);
        for origin in self.origins.get(&local).into_iter().flatten() {
            live.insert(*origin);
        }
    }

    fn target(&self, id: LoopId) -> (LocalSet, LocalSet) {
        self.loops.get(&id).cloned().unwrap_or_default()
    }
}

/// The locals whose memory each view shows and each alias is a part of, and those that a function value borrows; through
/// copies and tuples, wherever in the function. A view that came in as a parameter is its own origin.
#[must_use]
pub fn origins(body: &Block, locals: &Arena<LocalId, Local>) -> HashMap<LocalId, Vec<LocalId>> {
    let mut origins: HashMap<LocalId, Vec<LocalId>> = HashMap::new();
    let mut edges: Vec<(LocalId, LocalId)> = Vec::new();
    let mut from = |dst: LocalId, source: LocalId| {
        origins.entry(dst).or_default().push(source);
        edges.push((dst, source));
    };
    body.each(&mut |stmt| {
        let (dst, value) = match &stmt.kind {
            StmtKind::Assign {
                dst: Some(dst),
                value,
            } => (dst, value),
            StmtKind::Alias { dst, of, .. } => return from(*dst, *of),
            _ => return,
        };
        if let Rvalue::Borrowing { captures, .. } = value {
            captures.iter().for_each(|source| from(*dst, *source));
        }
        if !locals[*dst].ty.holds_view() {
            return;
        }
        match value {
            Rvalue::View(source)
            | Rvalue::Slice { array: source, .. }
            | Rvalue::Use(Operand::Local(source))
            | Rvalue::Move(source)
            | Rvalue::Clone(source)
            | Rvalue::Field { tuple: source, .. } => from(*dst, *source),
            Rvalue::Nd(op) if op.is_view() => {
                op.parts(&mut |part| match part {
                    super::Part::Local(source, _) => from(*dst, source),
                    super::Part::Operand(..) => {}
                });
            }
            Rvalue::Tuple(items) => {
                for item in items.iter().filter_map(Operand::local) {
                    if locals[item].ty.holds_view() {
                        from(*dst, item);
                    }
                }
            }
            _ => {}
        }
    });
    let mut changed = true;
    while changed {
        changed = false;
        for (to, from) in &edges {
            for origin in origins.get(from).cloned().unwrap_or_default() {
                let known = origins.entry(*to).or_default();
                if !known.contains(&origin) {
                    known.push(origin);
                    changed = true;
                }
            }
        }
    }
    origins
}
