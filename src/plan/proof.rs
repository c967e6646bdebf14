//! Why each chosen permission is in the plan, and why others are not.
//!
//! A proof looks at the clauses and the finished set alone, so it does not depend on how the set was found.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::cost::Opened;
use crate::plan::problem::{
    Alternative, Candidate, CandidateId, Clause, ClauseId, Problem, Tier, is_inside,
};
use crate::plan::search::Solution;

/// What the plan is for, clause by clause and permission by permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The alternative that serves each clause, in the order of the clauses: its least one inside the
    /// plan.
    pub served_by: Vec<Alternative>,
    /// One entry for each chosen permission, in the order of names.
    pub explanations: Vec<Explanation>,
    /// What was preferred somewhere and is not needed, in the order of names.
    pub redundant: Vec<Redundant>,
}

/// Why a permission is in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The permission.
    pub candidate: CandidateId,
    /// The clauses that it serves, alone or with others, in their order.
    pub serves: Vec<ClauseId>,
    /// The clauses that nothing satisfies when it is dropped, in their order. Never empty: a permission
    /// that could be dropped is not chosen.
    pub lost_without: Vec<ClauseId>,
}

impl Explanation {
    /// Returns the first clause that is lost without the permission.
    #[must_use]
    pub fn forced_by(&self) -> Option<ClauseId> {
        self.lost_without.first().copied()
    }
}

/// A preferred permission that the plan does without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// The permission.
    pub candidate: CandidateId,
    /// The clauses that prefer it, in their order.
    pub preferred_by: Vec<ClauseId>,
    /// The permissions that serve those clauses instead, sorted.
    pub replaced_by: Vec<CandidateId>,
}

/// Explains a solution.
#[must_use]
pub fn explain(problem: &Problem, solution: &Solution) -> Proof {
    let mut set = solution.chosen.clone();
    set.extend_from_slice(problem.given());
    set.sort_unstable();
    set.dedup();

    let mut served_by = Vec::with_capacity(problem.clauses().len());
    let mut explanations: BTreeMap<CandidateId, Explanation> = BTreeMap::new();
    for &candidate in &solution.chosen {
        let explanation = Explanation {
            candidate,
            serves: Vec::new(),
            lost_without: Vec::new(),
        };
        explanations.insert(candidate, explanation);
    }
    let mut redundant: BTreeMap<CandidateId, (Vec<ClauseId>, BTreeSet<CandidateId>)> =
        BTreeMap::new();
    for (index, clause) in problem.clauses().iter().enumerate() {
        let id = ClauseId(index);
        let least = least_inside(problem, clause, &set);
        for candidate in &least {
            if let Some(explanation) = explanations.get_mut(candidate) {
                explanation.serves.push(id);
            }
        }
        let mut others = inside(clause, &set);
        let first = others.next();
        // What all alternatives inside the set share: without one of them none is left.
        let is_shared =
            |id: &&CandidateId| others.clone().all(|other| other.binary_search(id).is_ok());
        for candidate in first.into_iter().flatten().filter(is_shared) {
            if let Some(explanation) = explanations.get_mut(candidate) {
                explanation.lost_without.push(id);
            }
        }
        for &candidate in &clause.preferred {
            if set.binary_search(&candidate).is_err() {
                let (clauses, by) = redundant.entry(candidate).or_default();
                clauses.push(id);
                by.extend(least.iter().copied());
            }
        }
        served_by.push(least);
    }
    Proof {
        served_by,
        explanations: explanations.into_values().collect(),
        redundant: redundant
            .into_iter()
            .map(|(candidate, (preferred_by, by))| Redundant {
                candidate,
                preferred_by,
                replaced_by: by.into_iter().collect(),
            })
            .collect(),
    }
}

/// Returns the least alternative of a clause inside a sorted set: fewest permissions, then risk, admin,
/// writes and reads opened, names. Empty when the set does not satisfy the clause.
#[must_use]
pub fn least_inside(problem: &Problem, clause: &Clause, set: &[CandidateId]) -> Alternative {
    let mut inside: Vec<_> = inside(clause, set).collect();
    if let [only] = inside.as_slice() {
        return (*only).clone();
    }
    let risk = |alternative: &[CandidateId]| {
        let tier = |tier| {
            members(problem, alternative)
                .filter(|it| it.tier == Some(tier))
                .count()
        };
        (
            alternative.len(),
            tier(Tier::Zero),
            tier(Tier::One),
            members(problem, alternative).any(|it| it.needs_admin),
        )
    };
    // Sizes of what is opened are only worth counting when nothing else decides.
    if let Some(least) = inside.iter().map(|alternative| risk(alternative)).min() {
        inside.retain(|alternative| risk(alternative) == least);
    }
    if let [only] = inside.as_slice() {
        return (*only).clone();
    }
    let key = |alternative: &Alternative| {
        let mut opened = Opened::default();
        for candidate in members(problem, alternative) {
            opened.open(candidate);
        }
        (opened.size(), alternative.clone())
    };
    let least = inside
        .into_iter()
        .min_by_key(|alternative| key(alternative));
    least.cloned().unwrap_or_default()
}

fn members<'a>(
    problem: &'a Problem<'a>,
    alternative: &'a [CandidateId],
) -> impl Iterator<Item = &'a Candidate<'a>> {
    alternative.iter().map(|&id| problem.candidate(id))
}

fn inside<'a>(
    clause: &'a Clause,
    set: &'a [CandidateId],
) -> impl Iterator<Item = &'a Alternative> + Clone {
    let alternatives = clause.alternatives.iter();
    alternatives.filter(|alternative| is_inside(alternative, set))
}
