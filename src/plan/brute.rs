//! The oracle: tries every set. It shares nothing with the search but the problem it reads, so that a
//! mistake in cost, order or reduction cannot hide in both.

use std::collections::BTreeSet;

use crate::catalog::model::OperationId;
use crate::catalog::record::Opens;
use crate::plan::cost::Objective;
use crate::plan::problem::{CandidateId, Problem, Tier};

/// The levels of a set in the order of the objective, and its names.
pub(super) type Key = ([usize; 6], Vec<usize>);

/// Returns the least set that satisfies all clauses, and its key. For problems of a dozen candidates.
pub(super) fn least(problem: &Problem, objective: Objective) -> Key {
    let given: BTreeSet<usize> = problem.given().iter().map(|id| id.0).collect();
    let free: Vec<usize> = (0..problem.candidate_count())
        .filter(|id| !given.contains(id))
        .collect();
    (0_u32..1 << free.len())
        .map(|mask| {
            let chosen = free.iter().enumerate();
            let chosen = chosen.filter(|(bit, _)| mask >> bit & 1 == 1);
            chosen.map(|(_, &id)| id).collect::<Vec<_>>()
        })
        .filter(|chosen| satisfies(problem, &given, chosen))
        .map(|chosen| key(problem, objective, &given, chosen))
        .min()
        .expect("every problem has a solution")
}

fn satisfies(problem: &Problem, given: &BTreeSet<usize>, chosen: &[usize]) -> bool {
    let has = |id: &CandidateId| given.contains(&id.0) || chosen.contains(&id.0);
    problem.clauses().iter().all(|clause| {
        let mut alternatives = clause.alternatives.iter();
        alternatives.any(|alternative| alternative.iter().all(has))
    })
}

/// Returns the key of a set, straight from the definitions.
pub(super) fn key(
    problem: &Problem,
    objective: Objective,
    given: &BTreeSet<usize>,
    chosen: Vec<usize>,
) -> Key {
    let of = |id: &usize| problem.candidate(CandidateId(*id));
    let opens = |id: &usize| Opens::read(of(id).opening.opens);
    let tier = |tier| chosen.iter().filter(|id| of(id).tier == Some(tier)).count();
    let has_admin = given.iter().any(|id| of(id).needs_admin);
    let admin = usize::from(!has_admin && chosen.iter().any(|id| of(id).needs_admin));
    let mut writes: BTreeSet<OperationId> = chosen.iter().flat_map(|id| opens(id).writes).collect();
    let mut reads: BTreeSet<OperationId> = chosen.iter().flat_map(|id| opens(id).reads).collect();
    for id in given {
        writes.retain(|operation| !opens(id).writes.contains(operation));
        reads.retain(|operation| !opens(id).reads.contains(operation));
    }
    let (tier0, tier1, count) = (tier(Tier::Zero), tier(Tier::One), chosen.len());
    let (writes, reads) = (writes.len(), reads.len());
    let levels = match objective {
        Objective::Documented => [tier0, tier1, admin, count, writes, reads],
        Objective::Fewest => [tier0, count, tier1, admin, writes, reads],
    };
    (levels, chosen)
}
