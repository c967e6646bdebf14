//! The bridge between permissions and the integers of the search.

use std::collections::BTreeSet;

use crate::catalog::model::PermissionId;
use crate::plan::cost::Objective;
use crate::plan::error::PlanError;
use crate::plan::facts::Facts;
use crate::plan::problem::{Alternative, Candidate, CandidateId, Clause, ClauseId, Problem};
use crate::plan::proof::{self, Proof};
use crate::plan::search::{self, DEFAULT_BUDGET, Solution};
use crate::requirement::Set;

/// A clause in permissions.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted<'a> {
    /// The sets that may serve it; never none.
    pub(super) alternatives: Vec<&'a Set>,
    /// The permissions that are preferred for it.
    pub(super) preferred: Vec<PermissionId>,
}

/// What the search found, in permissions.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// What was chosen besides the given ones.
    pub(super) chosen: BTreeSet<PermissionId>,
    /// By clause: the set that serves it.
    pub(super) served_by: Vec<Set>,
    /// Of each chosen or given permission, the clauses that it serves and those lost without it.
    pub(super) explanations: Vec<Explained>,
    /// Of each permission that is preferred and neither chosen nor given, the clauses that prefer it and
    /// the permissions that serve them instead.
    pub(super) redundant: Vec<(PermissionId, Vec<usize>, Set)>,
    /// Whether nothing less exists.
    pub(super) optimal: bool,
    /// The number of permissions in the least cost that is not ruled out.
    pub(super) bound: usize,
}

/// What a permission is for.
#[derive(Debug)]
pub(super) struct Explained {
    /// The permission.
    pub(super) permission: PermissionId,
    /// The clauses it serves.
    pub(super) serves: Vec<usize>,
    /// The clauses lost without it.
    pub(super) lost_without: Vec<usize>,
}

/// Finds the least permissions that serve all that is wanted.
pub(super) fn solve(
    facts: &Facts<'_>,
    objective: Objective,
    wanted: &[Wanted<'_>],
    given: &BTreeSet<PermissionId>,
) -> Result<Answer, PlanError> {
    let numbering = Numbering::new(wanted, given);
    let problem = numbering.problem(facts, wanted, given)?;
    let solution = search::solve(&problem, objective, DEFAULT_BUDGET);
    // The proof is asked about the given ones too: users want to know what those are good for.
    let mut all = solution.chosen.clone();
    all.extend_from_slice(problem.given());
    all.sort_unstable();
    let proof = proof::explain(
        &problem,
        &Solution {
            chosen: all,
            ..solution
        },
    );
    Ok(numbering.answer(&solution, proof))
}

/// The permissions that a problem is about, sorted: candidate `i` is the `i`-th of them.
struct Numbering(Vec<PermissionId>);

impl Numbering {
    fn new(wanted: &[Wanted<'_>], given: &BTreeSet<PermissionId>) -> Self {
        let mut ids: Vec<_> = given.iter().copied().collect();
        for clause in wanted {
            ids.extend(clause.alternatives.iter().copied().flatten());
            ids.extend(&clause.preferred);
        }
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    fn candidates<'a>(&self, ids: impl IntoIterator<Item = &'a PermissionId>) -> Alternative {
        ids.into_iter()
            .filter_map(|id| self.0.binary_search(id).ok())
            .map(CandidateId)
            .collect()
    }

    fn permissions(&self, candidates: &[CandidateId]) -> Set {
        let ids = candidates.iter();
        ids.filter_map(|id| self.0.get(id.0)).copied().collect()
    }

    fn problem<'a>(
        &self,
        facts: &Facts<'a>,
        wanted: &[Wanted<'_>],
        given: &BTreeSet<PermissionId>,
    ) -> Result<Problem<'a>, PlanError> {
        let clauses: Vec<Clause> = wanted
            .iter()
            .map(|clause| Clause {
                alternatives: clause
                    .alternatives
                    .iter()
                    .map(|set| self.candidates(*set))
                    .collect(),
                preferred: self.candidates(&clause.preferred),
            })
            .collect();
        let given = self.candidates(given);
        // What is only preferred is never chosen: what it opens does not have to be looked up.
        let mut candidates = vec![Candidate::default(); self.0.len()];
        let mut is_known = vec![false; self.0.len()];
        let alternatives = clauses.iter().flat_map(|clause| &clause.alternatives);
        for id in alternatives.flatten().chain(&given) {
            if let Some(known @ false) = is_known.get_mut(id.0)
                && let (Some(candidate), Some(permission)) =
                    (candidates.get_mut(id.0), self.0.get(id.0))
            {
                *known = true;
                *candidate = facts.candidate(*permission);
            }
        }
        Problem::new(candidates, clauses, given.into_vec())
    }

    fn answer(&self, solution: &Solution, proof: Proof) -> Answer {
        let clauses = |ids: Vec<ClauseId>| ids.into_iter().map(|id| id.0).collect();
        let permission = |id: CandidateId| self.0.get(id.0).copied();
        Answer {
            chosen: self.permissions(&solution.chosen).into_iter().collect(),
            served_by: proof
                .served_by
                .iter()
                .map(|set| self.permissions(set))
                .collect(),
            explanations: proof
                .explanations
                .into_iter()
                .filter_map(|it| {
                    Some(Explained {
                        permission: permission(it.candidate)?,
                        serves: clauses(it.serves),
                        lost_without: clauses(it.lost_without),
                    })
                })
                .collect(),
            redundant: proof
                .redundant
                .into_iter()
                .filter_map(|it| {
                    Some((
                        permission(it.candidate)?,
                        clauses(it.preferred_by),
                        self.permissions(&it.replaced_by),
                    ))
                })
                .collect(),
            optimal: solution.optimal,
            bound: usize::try_from(solution.bound.permissions).unwrap_or(usize::MAX),
        }
    }
}
