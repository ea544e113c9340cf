//! Effects along the calls.

use super::facts::{Event, Facts, Program, facts};
use super::{EffectTable, Effects};
use crate::arena::SideTable;
use crate::hir::{Hir, ItemId, ItemKind, NativeAbi};
use crate::resolve::Names;
use crate::types::Types;
use std::collections::{HashMap, HashSet};

/// The facts of each function that has a body.
pub(super) type FactTable = SideTable<ItemId, Facts>;

/// Finds the effects of every function, `extern` ones included.
#[must_use]
pub fn infer(hir: &Hir, names: &Names, types: &Types) -> EffectTable {
    let facts = all_facts(Program { hir, names, types });
    let mut effects = declared(hir);
    // Who calls a function, and whether its errors get through.
    let mut callers: HashMap<ItemId, Vec<(ItemId, bool)>> = HashMap::new();
    for (id, facts) in facts.iter() {
        effects.set(id, facts.own);
        for (callee, passes) in callees(facts) {
            callers.entry(callee).or_default().push((id, passes));
        }
    }
    for implemented in &types.impls {
        let of_trait = implemented.of_trait.as_ref();
        let Some(def) = of_trait.and_then(|b| types.traits.get(b.item)) else {
            continue;
        };
        for (name, item) in &implemented.methods {
            if let Some((_, declared)) = def.methods.iter().find(|(n, _)| n == name) {
                if effects.get(*declared).is_none() {
                    effects.set(*declared, Effects::default());
                }
                callers.entry(*item).or_default().push((*declared, true));
            }
        }
    }
    for id in recursive(&facts) {
        if let Some(effects) = effects.get_mut(id) {
            effects.raises = true;
        }
    }
    // An effect is added at most once to each function: a function is looked at again only after a callee grew.
    let mut work: Vec<ItemId> = effects.iter().map(|(id, _)| id).collect();
    while let Some(callee) = work.pop() {
        let Some(of_callee) = effects.get(callee).copied() else {
            continue;
        };
        for &(caller, passes) in callers.get(&callee).map_or(&[][..], Vec::as_slice) {
            let before = effects.get(caller).copied().unwrap_or_default();
            let after = before.join(Effects {
                raises: of_callee.raises && passes,
                throws: of_callee.throws && passes,
                ..of_callee
            });
            if after != before {
                effects.set(caller, after);
                work.push(caller);
            }
        }
    }
    effects
}

/// The facts of all bodies.
pub(super) fn all_facts(program: Program<'_>) -> FactTable {
    let mut table = FactTable::new();
    for (id, item) in program.hir.items.iter() {
        if let ItemKind::Fn(function) = &item.kind
            && function.body.is_some()
        {
            table.set(id, facts(program, function));
        }
    }
    table
}

/// Whom a function calls, and whether errors of a call get through.
fn callees(facts: &Facts) -> HashMap<ItemId, bool> {
    let mut callees = HashMap::new();
    for place in &facts.places {
        if let Event::Call(item) = place.event {
            *callees.entry(item).or_insert(false) |= !place.is_caught;
        }
    }
    callees
}

/// The effects of functions that others define.
fn declared(hir: &Hir) -> EffectTable {
    let mut effects = EffectTable::new();
    for (_, item) in hir.items.iter() {
        let (functions, of) = match &item.kind {
            ItemKind::ExternPython { functions, .. } => (
                functions,
                Effects {
                    py: true,
                    raises: true,
                    throws: true,
                    alloc: false,
                    io: false,
                },
            ),
            ItemKind::ExternNative {
                abi: NativeAbi::Rust,
                functions,
                ..
            } => (
                functions,
                Effects {
                    raises: true,
                    throws: true,
                    ..Effects::default()
                },
            ),
            ItemKind::ExternNative {
                abi: NativeAbi::C,
                functions,
                ..
            } => (functions, Effects::default()),
            ItemKind::ExternNative {
                abi: NativeAbi::Runtime,
                functions,
                ..
            } => {
                for &function in functions {
                    effects.set(function, stated(hir, function));
                }
                continue;
            }
            _ => continue,
        };
        for &function in functions {
            effects.set(function, of);
        }
    }
    effects
}

/// The effects of a function of the runtime, as its declaration states them.
fn stated(hir: &Hir, function: ItemId) -> Effects {
    let ItemKind::Fn(declared) = &hir.items[function].kind else {
        return Effects::default();
    };
    Effects {
        raises: true,
        throws: declared.states("raises"),
        alloc: true,
        io: declared.states("io"),
        ..Effects::default()
    }
}

/// The functions that may call themselves, directly or through others: those in a cycle of calls. (Tarjan's strongly
/// connected components, with a stack of its own so that a long chain of calls needs none of the machine's.)
fn recursive(facts: &FactTable) -> Vec<ItemId> {
    let edges: HashMap<ItemId, Vec<ItemId>> = facts
        .iter()
        .map(|(id, facts)| {
            let mut callees: Vec<ItemId> = callees(facts).into_keys().collect();
            callees.sort();
            (id, callees)
        })
        .collect();
    let mut found = Vec::new();
    let mut index: HashMap<ItemId, usize> = HashMap::new();
    let mut low: HashMap<ItemId, usize> = HashMap::new();
    let mut open: Vec<ItemId> = Vec::new();
    let mut is_open: HashSet<ItemId> = HashSet::new();
    for (root, _) in facts.iter() {
        if index.contains_key(&root) {
            continue;
        }
        let mut path: Vec<(ItemId, usize)> = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                let number = index.len();
                index.insert(node, number);
                low.insert(node, number);
                open.push(node);
                is_open.insert(node);
            }
            let callees = edges.get(&node).map_or(&[][..], Vec::as_slice);
            if let Some(&callee) = callees.get(next) {
                path.push((node, next + 1));
                if !edges.contains_key(&callee) {
                    continue;
                }
                match index.get(&callee) {
                    None => path.push((callee, 0)),
                    Some(&number) if is_open.contains(&callee) => lower(&mut low, node, number),
                    Some(_) => {}
                }
                continue;
            }
            let lowest = low[&node];
            if let Some(&(caller, _)) = path.last() {
                lower(&mut low, caller, lowest);
            }
            if lowest == index[&node] {
                let start = open.iter().rposition(|n| *n == node).unwrap_or(0);
                let component = open.split_off(start);
                for member in &component {
                    is_open.remove(member);
                }
                if component.len() > 1 || callees.contains(&node) {
                    found.extend(component);
                }
            }
        }
    }
    found
}

fn lower(low: &mut HashMap<ItemId, usize>, node: ItemId, number: usize) {
    if let Some(old) = low.get_mut(&node) {
        *old = (*old).min(number);
    }
}
