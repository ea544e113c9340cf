//! Copies become moves where the source is not used again.
//!
//! ```text
//! _1 = clone a        _1 = move a
//! return _1      →    return _1
//! ```
//!
//! Likewise an array that becomes a Python object is handed over, and a part of a tuple or declared type that is not used
//! again is taken out of it.

use crate::arena::Arena;
use crate::hir::ParamMode;
use crate::mir::liveness::{self, LocalSet, Visit};
use crate::mir::{Function, Local, LocalId, Operand, Rvalue, Step, Stmt, StmtKind};
use crate::types::Ty;
use std::collections::HashMap;

/// Replaces the copies of one function.
pub(super) fn insert(function: &mut Function) {
    let borrowed = function
        .params
        .iter()
        .filter(|p| p.mode != ParamMode::Own)
        .map(|p| p.local)
        .collect();
    let mut body = std::mem::take(&mut function.body);
    let mut parts: HashMap<LocalId, Option<(LocalId, Step)>> = HashMap::new();
    body.each(&mut |stmt| {
        if let StmtKind::Alias { dst, of, step } = &stmt.kind {
            let part = match parts.contains_key(dst) {
                true => None,
                false => Some((*of, step.clone())),
            };
            parts.insert(*dst, part);
        }
    });
    let mut moves = Moves {
        borrowed,
        parts,
        locals: &function.locals,
    };
    liveness::walk(function, &mut body, &mut moves);
    if !moves.parts.is_empty() {
        liveness::walk_parts(function, &mut body, &mut Parts(moves));
    }
    function.body = body;
}

struct Moves<'a> {
    /// Parameters that belong to the caller.
    borrowed: Vec<LocalId>,
    /// What each alias is a part of; none if that is not always the same.
    parts: HashMap<LocalId, Option<(LocalId, Step)>>,
    locals: &'a Arena<LocalId, Local>,
}

impl Visit for Moves<'_> {
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, _carried: &LocalSet) -> Vec<Stmt> {
        let StmtKind::Assign { dst, value } = &mut stmt.kind else {
            return Vec::new();
        };
        let last_use = |local: LocalId| {
            !after.contains(local)
                && *dst != Some(local)
                && self.locals[local].ty.is_owned()
                && !self.locals[local].alias
                && !self.borrowed.contains(&local)
        };

        match value {
            Rvalue::Clone(source) if last_use(*source) => *value = Rvalue::Move(*source),
            Rvalue::ToArray(source)
                if last_use(*source) && matches!(self.locals[*source].ty, Ty::Array(_)) =>
            {
                *value = Rvalue::Move(*source);
            }
            Rvalue::ToObject {
                value: Operand::Local(source),
                take,
            } if last_use(*source) && matches!(self.locals[*source].ty, Ty::Array(_)) => {
                *take = true;
            }
            Rvalue::Field {
                tuple, index, take, ..
            } if last_use(*tuple) => {
                if let Ty::Tuple(items) = &self.locals[*tuple].ty {
                    *take |= items.get(*index).is_some_and(Ty::is_owned);
                }
            }
            _ => {}
        }
        Vec::new()
    }
}

/// Takes parts out of what holds them: `self.left` may go when neither it nor the whole is used again, though
/// `self.right` still is.
struct Parts<'a>(Moves<'a>);

impl Visit for Parts<'_> {
    fn visit(&mut self, stmt: &mut Stmt, after: &LocalSet, _carried: &LocalSet) -> Vec<Stmt> {
        let StmtKind::Assign { dst, value } = &mut stmt.kind else {
            return Vec::new();
        };
        let Rvalue::Clone(alias) = *value else {
            return Vec::new();
        };
        let moves = &self.0;
        let Some((path, (of, variant, index))) = moves.path(alias) else {
            return Vec::new();
        };
        let root = path.0;
        let is_slot = moves.locals[root].ty.is_owned() && !moves.borrowed.contains(&root);
        // Somebody who holds another part must not find this one gone.
        let apart = |other: &LocalId| match moves.path(*other) {
            Some((other, _)) => other.0 != root || differ(&path.1, &other.1),
            None => {
                moves.parts.get(other).is_some_and(|p| p.is_some()) && !moves.is_in(*other, root)
            }
        };
        let others = moves.parts.keys().filter(|other| after.contains(**other));
        let is_last = !after.contains(root) && !after.contains(alias) && *dst != Some(root);
        if is_slot && is_last && others.into_iter().all(apart) {
            *value = Rvalue::Field {
                tuple: of,
                variant,
                index,
                take: true,
            };
        }
        Vec::new()
    }
}

/// Whether two ways from one local lead to parts that have nothing in common.
fn differ(a: &[(u32, usize)], b: &[(u32, usize)]) -> bool {
    a.iter().zip(b).any(|(a, b)| a != b)
}

/// The local that holds it all, and the fields on the way from there.
type Path = (LocalId, Vec<(u32, usize)>);

impl Moves<'_> {
    /// The way to what an alias names, and its last step; none if an element of a list is on it.
    fn path(&self, alias: LocalId) -> Option<(Path, (LocalId, u32, usize))> {
        let field = |alias: LocalId| match self.parts.get(&alias)? {
            Some((of, Step::Field { variant, index })) => Some((*of, *variant, *index)),
            _ => None,
        };
        let last = field(alias)?;
        let mut steps = vec![(last.1, last.2)];
        let mut root = last.0;
        while self.locals[root].alias {
            let (of, variant, index) = field(root)?;
            steps.push((variant, index));
            root = of;
        }
        steps.reverse();
        Some(((root, steps), last))
    }

    /// Whether what an alias names is somewhere in a local.
    fn is_in(&self, alias: LocalId, root: LocalId) -> bool {
        let mut at = alias;
        while let Some(part) = self.parts.get(&at) {
            match part {
                Some((of, _)) => at = *of,
                None => return true,
            }
        }
        at == root
    }
}
