//! The variables in scope, and which of them have a value for certain.

use super::{Binding, BindingId};
use crate::arena::{Arena, Id};
use crate::source::Span;
use std::collections::{HashMap, HashSet};

/// How far a scope reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// A function, or a block after a call: plain assignments declare their variables here.
    Function,
    /// The statements of an `if` or loop: `let` declares here.
    Body,
}

/// The variables in scope.
#[derive(Debug, Default)]
pub(super) struct Scopes<'h> {
    /// For each name its variables and the numbers of the scopes that declare them, the innermost last.
    visible: HashMap<&'h str, Vec<(BindingId, usize)>>,
    /// The names that each open scope declares.
    open: Vec<(ScopeKind, Vec<&'h str>)>,
    /// Where variables of this function were declared whose scope has ended, for messages.
    ended: HashMap<&'h str, Span>,
    /// For each variable whether it has a value for certain.
    assigned: Vec<bool>,
    /// The variables that got their value, in order.
    trail: Vec<BindingId>,
    /// Whether the current statement can be reached.
    is_reachable: bool,
}

/// What a way through the program did: the variables that it gave a value, and whether it goes on after its end.
#[derive(Debug)]
pub(super) struct Way {
    assigned: Vec<BindingId>,
    is_reachable: bool,
}

impl<'h> Scopes<'h> {
    /// Forgets a function's variables.
    pub(super) fn start_function(&mut self) {
        self.visible.clear();
        self.open.clear();
        self.ended.clear();
        self.trail.clear();
        self.is_reachable = true;
    }

    pub(super) fn enter(&mut self, kind: ScopeKind) {
        self.open.push((kind, Vec::new()));
    }

    pub(super) fn leave(&mut self, bindings: &Arena<BindingId, Binding>) {
        let Some((_, names)) = self.open.pop() else {
            return;
        };
        for name in names {
            if let Some((id, _)) = self.visible.get_mut(name).and_then(Vec::pop) {
                self.ended.insert(name, bindings[id].span);
            }
        }
    }

    /// The variable of a name.
    pub(super) fn find(&self, name: &str) -> Option<BindingId> {
        self.visible
            .get(name)
            .and_then(|ids| ids.last())
            .map(|(id, _)| *id)
    }

    /// The variable that the innermost scope itself declares.
    pub(super) fn find_here(&self, name: &str) -> Option<BindingId> {
        let (id, scope) = self.visible.get(name)?.last()?;
        (*scope + 1 == self.open.len()).then_some(*id)
    }

    /// Where a variable of this name was declared whose scope has ended.
    pub(super) fn ended(&self, name: &str) -> Option<Span> {
        self.ended.get(name).copied()
    }

    /// All names in scope.
    pub(super) fn names(&self) -> impl Iterator<Item = &'h str> {
        self.visible
            .iter()
            .filter(|(_, ids)| !ids.is_empty())
            .map(|(name, _)| *name)
    }

    /// Makes a variable visible in the innermost scope of this kind, with a value.
    pub(super) fn declare(&mut self, name: &'h str, id: BindingId, kind: ScopeKind) {
        let is_right = |(k, _): &(ScopeKind, _)| *k == kind || kind == ScopeKind::Body;
        let scope = self.open.iter().rposition(is_right).unwrap_or(0);
        if let Some((_, names)) = self.open.get_mut(scope) {
            names.push(name);
        }
        self.visible.entry(name).or_default().push((id, scope));
        self.assign(id);
    }

    /// Notes that a variable has a value from here on.
    pub(super) fn assign(&mut self, id: BindingId) {
        let index = id.index();
        if index >= self.assigned.len() {
            self.assigned.resize(index + 1, false);
        }
        if !self.assigned[index] {
            self.assigned[index] = true;
            self.trail.push(id);
        }
    }

    /// Whether a variable has a value for certain, or this place is never reached.
    pub(super) fn has_value(&self, id: BindingId) -> bool {
        !self.is_reachable || self.assigned.get(id.index()).copied().unwrap_or(false)
    }

    /// The current statement does not come back.
    pub(super) fn diverge(&mut self) {
        self.is_reachable = false;
    }

    /// Whether this place can be reached.
    pub(super) fn is_reachable(&self) -> bool {
        self.is_reachable
    }

    /// Begins a way that may not be taken.
    pub(super) fn begin_way(&self) -> (usize, bool) {
        (self.trail.len(), self.is_reachable)
    }

    /// Ends it, and takes back what it did.
    pub(super) fn end_way(&mut self, (mark, was_reachable): (usize, bool)) -> Way {
        let assigned = self.trail.split_off(mark.min(self.trail.len()));
        for id in &assigned {
            self.assigned[id.index()] = false;
        }
        let is_reachable = std::mem::replace(&mut self.is_reachable, was_reachable);
        Way {
            assigned,
            is_reachable,
        }
    }

    /// Goes on after ways of which one was taken: what all did that come back has been done.
    pub(super) fn join(&mut self, ways: Vec<Way>) {
        let mut ways = ways.into_iter().filter(|way| way.is_reachable);
        let Some(first) = ways.next() else {
            self.is_reachable = false;
            return;
        };
        let mut done = first.assigned;
        for way in ways {
            let both: HashSet<BindingId> = way.assigned.into_iter().collect();
            done.retain(|id| both.contains(id));
        }
        for id in done {
            self.assign(id);
        }
    }

    /// Goes on after a way that was taken for certain.
    pub(super) fn follow(&mut self, way: Way) {
        for id in way.assigned {
            self.assign(id);
        }
        self.is_reachable &= way.is_reachable;
    }

    /// The variables that have got their value since a mark: what is known at a `break`.
    pub(super) fn assigned_since(&self, mark: usize) -> HashSet<BindingId> {
        self.trail
            .get(mark..)
            .unwrap_or(&[])
            .iter()
            .copied()
            .collect()
    }

    /// Goes on after a loop that only `break` leaves.
    pub(super) fn after_breaks(&mut self, breaks: Option<HashSet<BindingId>>) {
        match breaks {
            None => self.is_reachable = false,
            Some(done) => {
                let mut done: Vec<BindingId> = done.into_iter().collect();
                done.sort();
                for id in done {
                    self.assign(id);
                }
            }
        }
    }
}
