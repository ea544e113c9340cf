//! Which rows of a matrix of patterns are reached, and which cases no row takes.

use super::split::{KEPT_CASES, Split, fields, specialise, split};
use super::{Arm, Constructor, Pattern, Witness};
use crate::hir::PatId;
use crate::types::{Ty, Types};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Patterns that are looked at before a match counts as too complex: some milliseconds to some tens of them.
pub(super) const WORK_LIMIT: usize = 500_000;

/// Patterns that are taken apart within each other, the elements of one array included: the analysis is recursive.
const DEPTH_LIMIT: usize = 400;

/// What the analysis finds.
#[derive(Debug)]
pub(super) struct Found {
    /// Cases that no arm without a guard takes, at most [`KEPT_CASES`].
    pub(super) cases: Vec<Witness>,
    /// For each arm, whether some value reaches it and matches it.
    pub(super) arms: Vec<bool>,
    /// The alternatives that some value reaches and matches first.
    pub(super) alternatives: HashSet<PatId>,
}

/// Analyses all arms. Takes its work from `work`, which is what may still be done; none if it was not enough.
pub(super) fn analyse(types: &Types, ty: &Ty, arms: &[Arm], work: &mut usize) -> Option<Found> {
    let rows = arms.iter().enumerate().map(|(arm, a)| Row {
        arm,
        is_guarded: a.is_guarded,
        patterns: vec![&a.pattern],
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let mut analysis = Analysis {
        types,
        work,
        depth: 0,
        seen: HashMap::new(),
        alternatives: HashSet::new(),
    };
    let result = analysis.explore(&rows, std::slice::from_ref(ty))?;
    Some(Found {
        cases: result.cases.into_iter().flatten().collect(),
        arms: result.reached,
        alternatives: analysis.alternatives,
    })
}

/// A row of the matrix: what is left of an arm's pattern, or of one choice among its alternatives. The rows of an arm are
/// neighbours.
#[derive(Clone)]
struct Row<'p> {
    arm: usize,
    is_guarded: bool,
    /// One for each column.
    patterns: Vec<&'p Pattern>,
}

impl Row<'_> {
    fn is_any(&self) -> bool {
        self.patterns.iter().all(|p| p.is_any())
    }
}

/// What is found out about a matrix.
#[derive(Clone)]
struct Explored {
    /// Cases that no row takes, each with one part a column.
    cases: Vec<Vec<Witness>>,
    /// For each row, whether it is the first that takes some value.
    reached: Vec<bool>,
}

/// What makes two matrices the same: their arms and the addresses of the patterns that are left.
type MatrixId = Vec<usize>;

struct Analysis<'p, 'w> {
    types: &'p Types,
    work: &'w mut usize,
    depth: usize,
    seen: HashMap<MatrixId, Explored>,
    alternatives: HashSet<PatId>,
}

impl<'p> Analysis<'p, '_> {
    /// Explores a matrix whose columns have these types.
    fn explore(&mut self, rows: &[Row<'p>], tys: &[Ty]) -> Option<Explored> {
        self.spend((rows.len() + 1) * (tys.len() + 1))?;
        let mut reached = vec![false; rows.len()];
        let Some(left) = rows_to_test(rows, &mut reached) else {
            return Some(Explored {
                cases: Vec::new(),
                reached,
            });
        };
        if left.is_empty() {
            let cases = vec![vec![Witness::Any; tys.len()]];
            return Some(Explored { cases, reached });
        }
        let matrix: Vec<Row<'p>> = left.iter().map(|&i| rows[i].clone()).collect();
        let id = identity(&matrix);
        let explored = match self.seen.get(&id) {
            Some(known) => known.clone(),
            None => {
                let explored = self.explore_new(&matrix, tys)?;
                self.seen.insert(id, explored.clone());
                explored
            }
        };
        for (&row, is_reached) in left.iter().zip(explored.reached) {
            reached[row] = is_reached;
        }
        let cases = explored.cases;
        Some(Explored { cases, reached })
    }

    /// Explores a matrix whose first row has something to test.
    fn explore_new(&mut self, rows: &[Row<'p>], tys: &[Ty]) -> Option<Explored> {
        if self.depth >= DEPTH_LIMIT {
            return None;
        }
        let tests = |column: usize| rows.iter().filter(|r| !r.patterns[column].is_any()).count();
        let columns = (0..tys.len()).filter(|c| !rows[0].patterns[*c].is_any());
        // The column that most rows test tells most of them apart; of several the first.
        let column = columns.rev().max_by_key(|c| tests(*c))?;
        self.depth += 1;
        let is_choice = |row: &Row<'p>| matches!(row.patterns[column], Pattern::Or(_));
        let mut explored = match rows.iter().any(is_choice) {
            true => self.choose(rows, tys, column)?,
            false => self.take_apart(rows, tys, column)?,
        };
        self.depth -= 1;
        explored.cases.truncate(KEPT_CASES);
        Some(explored)
    }

    /// Explores the matrix with a row for each alternative in a column.
    fn choose(&mut self, rows: &[Row<'p>], tys: &[Ty], column: usize) -> Option<Explored> {
        let (mut chosen, mut origins) = (Vec::new(), Vec::new());
        for (origin, row) in rows.iter().enumerate() {
            let Pattern::Or(alternatives) = row.patterns[column] else {
                chosen.push(row.clone());
                origins.push((origin, None));
                continue;
            };
            for (id, alternative) in alternatives {
                let mut row = row.clone();
                row.patterns[column] = alternative;
                chosen.push(row);
                origins.push((origin, Some(*id)));
            }
        }
        let explored = self.explore(&chosen, tys)?;
        let mut reached = vec![false; rows.len()];
        for ((origin, id), is_reached) in origins.into_iter().zip(explored.reached) {
            reached[origin] |= is_reached;
            self.alternatives.extend(id.filter(|_| is_reached));
        }
        let cases = explored.cases;
        Some(Explored { cases, reached })
    }

    /// Explores the matrix for each constructor of a column, and once for all that no row names.
    fn take_apart(&mut self, rows: &[Row<'p>], tys: &[Ty], column: usize) -> Option<Explored> {
        let heads = rows.iter().filter_map(|row| match row.patterns[column] {
            Pattern::Constructor(constructor, _) => Some(constructor),
            _ => None,
        });
        let heads: BTreeSet<&Constructor> = heads.collect();
        let Split { present, missing } = split(self.types, &tys[column], &heads);
        let mut cases = Vec::new();
        let mut reached = vec![false; rows.len()];
        if !missing.is_empty() {
            let within = columns(tys, column, Vec::new());
            for case in self.part(rows, column, None, &within, &mut reached)? {
                for constructor in &missing {
                    let mut case = case.clone();
                    case.insert(column, constructor.clone());
                    cases.push(case);
                }
            }
        }
        for constructor in present {
            let parts = fields(self.types, &tys[column], &constructor);
            let count = parts.len();
            let within = columns(tys, column, parts);
            let piece = Some((&constructor, count));
            for mut case in self.part(rows, column, piece, &within, &mut reached)? {
                let parts: Vec<Witness> = case.drain(column..column + count).collect();
                case.insert(column, Witness::Constructor(constructor.clone(), parts));
                // What is unknown is no case of its own: it is one of the others.
                if !matches!(constructor, Constructor::Opaque(_)) {
                    cases.push(case);
                }
            }
        }
        Some(Explored { cases, reached })
    }

    /// Explores the rows that take a constructor with this number of fields, whose patterns stand in place of the column; or
    /// those that take any. Adds the rows that are reached, and returns the cases.
    fn part(
        &mut self,
        rows: &[Row<'p>],
        column: usize,
        piece: Option<(&Constructor, usize)>,
        within: &[Ty],
        reached: &mut [bool],
    ) -> Option<Vec<Vec<Witness>>> {
        let (mut taken, mut origins) = (Vec::new(), Vec::new());
        for (origin, row) in rows.iter().enumerate() {
            let parts = match (row.patterns[column], piece) {
                (Pattern::Constructor(head, parts), Some((piece, _))) => {
                    specialise(head, parts, piece)
                }
                (Pattern::Constructor(..), None) => None,
                (_, piece) => Some(vec![&Pattern::Any; piece.map_or(0, |(_, count)| count)]),
            };
            if let Some(parts) = parts {
                let patterns = columns(&row.patterns, column, parts);
                taken.push(Row { patterns, ..*row });
                origins.push(origin);
            }
        }
        let explored = self.explore(&taken, within)?;
        for (origin, is_reached) in origins.into_iter().zip(explored.reached) {
            reached[origin] |= is_reached;
        }
        Some(explored.cases)
    }

    fn spend(&mut self, work: usize) -> Option<()> {
        *self.work = self.work.checked_sub(work)?;
        Some(())
    }
}

/// The rows that have something to test, by their positions. Those from the top that have not are reached. None if one of
/// them takes everything.
fn rows_to_test(rows: &[Row<'_>], reached: &mut [bool]) -> Option<Vec<usize>> {
    let mut left = Vec::new();
    // An arm whose guard has refused is not tried again with its next alternative.
    let mut refused = None;
    for (index, row) in rows.iter().enumerate() {
        if refused == Some(row.arm) {
            continue;
        }
        let is_any = row.is_any();
        if is_any && left.is_empty() {
            reached[index] = true;
            if !row.is_guarded {
                return None;
            }
            refused = Some(row.arm);
            continue;
        }
        left.push(index);
        // What stands below a row that takes everything is not reached.
        if is_any && !row.is_guarded {
            break;
        }
    }
    Some(left)
}

/// A row or the types of one, with `parts` in place of a column.
fn columns<T: Clone>(all: &[T], column: usize, parts: Vec<T>) -> Vec<T> {
    let mut columns = Vec::with_capacity(all.len() + parts.len());
    columns.extend_from_slice(&all[..column]);
    columns.extend(parts);
    columns.extend_from_slice(&all[column + 1..]);
    columns
}

fn identity(rows: &[Row<'_>]) -> MatrixId {
    let mut id = vec![rows.len()];
    for row in rows {
        id.push(row.arm);
        id.extend(row.patterns.iter().map(|p| match p {
            // All wildcards are alike, wherever they are kept.
            Pattern::Any => 0,
            p => std::ptr::from_ref(*p).addr(),
        }));
    }
    id
}
