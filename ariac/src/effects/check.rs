//! What a program promises about effects, compared with what it does.

use super::facts::{Event, Facts, Place, Program};
use super::fixpoint::all_facts;
use super::{EffectTable, Effects, Gil, gil};
use crate::diagnostics::{Reports, effects as say, effects::Impurity};
use crate::hir::{ExprId, Hir, Ident, Item, ItemId, ItemKind};
use crate::mir::GilState;
use crate::resolve::Names;
use crate::source::Span;
use crate::types::Types;
use std::collections::{HashMap, HashSet};

/// Reports `pure` functions with effects, Python where the GIL is released, and effects in parallel blocks.
pub fn check(
    hir: &Hir,
    names: &Names,
    types: &Types,
    effects: &EffectTable,
    reports: &mut Reports,
) {
    let program = Program { hir, names, types };
    let promises = promises(types);
    for (id, facts) in all_facts(program).iter() {
        let item = &hir.items[id];
        let check = Check {
            program,
            effects,
            item,
            facts,
        };
        // A function keeps what it promises, and what the trait does that it is an implementation of.
        for declared in [Some(id), promises.get(&id).copied()].into_iter().flatten() {
            let declared = &hir.items[declared];
            let ItemKind::Fn(function) = &declared.kind else {
                continue;
            };
            let before = reports.count();
            if function.pure {
                check.pure(declared, reports);
            }
            if let Some(stated) = &function.effects {
                check.stated(stated, reports);
            }
            if reports.count() > before {
                break;
            }
        }
        check.released(reports);
        if let Some(attribute) = item.attribute("ufunc") {
            check.ufunc(attribute.span, reports);
        }
        check.parallel(reports);
    }
}

/// For the functions of `impl`s, their declarations in the traits.
fn promises(types: &Types) -> HashMap<ItemId, ItemId> {
    let mut promises = HashMap::new();
    for known in &types.impls {
        let of_trait = known.of_trait.as_ref();
        let Some(def) = of_trait.and_then(|bound| types.traits.get(bound.item)) else {
            continue;
        };
        for (name, item) in &known.methods {
            if let Some((_, declared)) = def.methods.iter().find(|(n, _)| n == name) {
                promises.insert(*item, *declared);
            }
        }
    }
    promises
}

struct Check<'a> {
    program: Program<'a>,
    effects: &'a EffectTable,
    item: &'a Item,
    facts: &'a Facts,
}

impl Check<'_> {
    /// What reaches this function of what it calls at a place.
    fn of_callee(&self, place: &Place) -> Effects {
        let Event::Call(item) = place.event else {
            return Effects::default();
        };
        let effects = self.effects.get(item).copied().unwrap_or_default();
        Effects {
            raises: effects.raises && !place.is_caught,
            throws: effects.throws && !place.is_caught,
            ..effects
        }
    }

    fn callee_name(&self, place: &Place) -> Option<&str> {
        match place.event {
            Event::Call(item) => Some(&self.program.hir.items[item].name.name),
            _ => None,
        }
    }

    /// `pure` asserts that a function does nothing but compute: no Python, no streams, no errors on purpose.
    /// `declared` says so.
    fn pure(&self, declared: &Item, reports: &mut Reports) {
        let cause = self.facts.places.iter().find(|p| {
            let callee = self.of_callee(p);
            p.event.is_python()
                || p.event == Event::Stream
                || (p.event == Event::Throw && !p.is_caught)
                || callee.py
                || callee.throws
                || callee.io
        });
        let Some(place) = cause else { return };
        let callee = self.of_callee(place);
        let why = match place.event {
            event if event.is_python() => Impurity::Python,
            Event::Stream => Impurity::Stream,
            _ if callee.py => Impurity::Python,
            _ if callee.io => Impurity::Stream,
            _ => Impurity::Error,
        };
        let name = &declared.name;
        reports.add(say::pure(
            place.span,
            name.span,
            &name.name,
            why,
            self.callee_name(place),
        ));
    }

    /// A function that states its effects has no others. `raises` is about errors that are raised on purpose: a sum may
    /// overflow anywhere.
    fn stated(&self, stated: &[Ident], reports: &mut Reports) {
        let is_stated = |name: &str| stated.iter().any(|s| s.name == name);
        let has = |own: Event, e: Effects| match own {
            Event::Touch => e.py,
            Event::Throw => e.throws,
            _ => e.io,
        };
        let kinds = [
            ("py", Event::Touch),
            ("raises", Event::Throw),
            ("io", Event::Stream),
        ];
        for (name, own) in kinds {
            // Python may raise anything.
            if is_stated(name) || name == "raises" && is_stated("py") {
                continue;
            }
            let cause = self.facts.places.iter();
            let mut cause = cause.filter(|p| {
                let is_own = match own {
                    Event::Touch => p.event.is_python(),
                    Event::Throw => p.event == own && !p.is_caught,
                    _ => p.event == own,
                };
                is_own || has(own, self.of_callee(p))
            });
            if let Some(place) = cause.next() {
                let declared = stated.first().map_or(self.item.name.span, |s| s.span);
                let callee = self.callee_name(place);
                reports.add(say::not_stated(place.span, declared, name, callee));
            }
        }
    }

    /// Where the GIL is released, Python must not be touched.
    fn released(&self, reports: &mut Reports) {
        let attribute = self
            .item
            .attributes
            .iter()
            .find(|a| a.name.name == "python_interop");
        let throughout = attribute.filter(|_| gil(self.program.hir, self.item) == Gil::Release);
        let mut told: HashSet<ExprId> = HashSet::new();
        for place in &self.facts.places {
            let (declared, is_block) = match (place.gil, throughout) {
                (Some((GilState::Released, block)), _) => (block, true),
                (None, Some(attribute)) => (attribute.span, false),
                _ => continue,
            };
            let is_python = place.event == Event::Touch || self.of_callee(place).py;
            if is_python && told.insert(place.stmt) {
                reports.add(say::gil_released(
                    place.span,
                    declared,
                    is_block,
                    self.callee_name(place),
                ));
            }
        }
    }

    /// NumPy calls the loops of a ufunc without the GIL.
    fn ufunc(&self, attribute: Span, reports: &mut Reports) {
        let mut places = self.facts.places.iter();
        let touches = |p: &&Place| p.event.is_python() || self.of_callee(p).py;
        if let Some(place) = places.find(touches) {
            let callee = self.callee_name(place);
            reports.add(say::ufunc_touches(place.span, attribute, callee));
        }
    }

    /// A block that runs on several threads touches neither Python nor what they share.
    fn parallel(&self, reports: &mut Reports) {
        for block in &self.facts.parallel {
            let mut told: HashSet<ExprId> = HashSet::new();
            for place in self.facts.places.get(block.places.clone()).unwrap_or(&[]) {
                match place.event {
                    Event::Assign(binding) => {
                        let binding = &self.program.names.bindings[binding];
                        if !block.span.contains(binding.span) && told.insert(place.stmt) {
                            reports.add(say::parallel_assigns(
                                place.span,
                                say::Parallel::Block,
                                &binding.name,
                                binding.span,
                            ));
                        }
                    }
                    Event::Touch | Event::Release | Event::Call(_) => {
                        let is_python = place.event.is_python() || self.of_callee(place).py;
                        if is_python && told.insert(place.stmt) {
                            reports.add(say::parallel_touches(
                                place.span,
                                say::Parallel::Block,
                                block.span,
                                self.callee_name(place),
                            ));
                        }
                    }
                    Event::Throw | Event::Stream => {}
                }
            }
        }
    }
}
