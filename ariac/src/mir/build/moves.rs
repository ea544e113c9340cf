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
        if let Rvalue::Clone(alias) = value
            && let Some((of, variant, index, root)) = self.part(*alias)
            && last_use(root)
        {
            *value = Rvalue::Field {
                tuple: of,
                variant,
                index,
                take: true,
            };
            return Vec::new();
        }
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

impl Moves<'_> {
    /// What a part can be taken out of when it is not used again: the local that it is a part of, where there, and the
    /// local that holds it all.
    fn part(&self, alias: LocalId) -> Option<(LocalId, u32, usize, LocalId)> {
        let field = |alias: LocalId| match self.parts.get(&alias)? {
            Some((of, Step::Field { variant, index })) => Some((*of, *variant, *index)),
            _ => None,
        };
        let (of, variant, index) = field(alias)?;
        let mut root = of;
        while self.locals[root].alias {
            root = field(root)?.0;
        }
        Some((of, variant, index, root))
    }
}
