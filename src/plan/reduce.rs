//! Makes a problem smaller without losing its least solution.
//!
//! Each rule below says why. The claim that all of them keep is: *the least solution in the full order
//! (weight, writes, reads, names) of the demands that are left, together with what was forced, is the
//! least solution of the demands that came in*. Whether an admin is needed is not part of that order: the
//! search reduces the problem with and without admin permissions separately, and inside the one that is
//! taken in the end the admin level is the same for all solutions that matter.
//!
//! - A satisfied demand asks for nothing. An alternative that contains another one of its demand is
//!   never the reason why the demand is satisfied. Of equal demands one is enough.
//! - A demand is *implied* by another when every alternative of the other contains one of its own: what
//!   satisfies the other satisfies it. Among demands without contained alternatives two that imply each
//!   other are equal, so the rule never drops both.
//! - What all alternatives of a demand share is *forced*: every solution has it.
//! - Candidate `x` is *dominated* by `y` when in every demand each alternative with `x` has a counterpart
//!   that needs at most `y` and the rest of it, and `y` is better. Then `y` instead of `x` turns a
//!   solution with `x` into a strictly lesser solution: strictly, so that chains of such steps end, in a
//!   solution without any dominated candidate, and all of them can go at once. Better means a smaller
//!   weight (if `y` was there already, `x` just goes, and the weight falls as well). With equal weights it means
//!   that `y` opens nothing but what `x` or what is there anyway opens, and has the earlier name. Both
//!   are needed: whether `y` really opens *less* depends on what else is chosen, and then names decide.

use std::collections::BTreeSet;

use crate::plan::cost::{Opened, Packing};
use crate::plan::problem::{Alternative, CandidateId, Problem, is_inside};
use crate::plan::table::Table;

/// The alternatives of something wanted that is not yet satisfied.
pub(super) type Demand = Vec<Alternative>;

/// What every solution looked for contains.
#[derive(Debug, Clone, Default)]
pub(super) struct Base {
    /// The permissions chosen so far, in the order in which they were forced. Without the given ones.
    pub(super) chosen: Vec<CandidateId>,
    /// What they and the given ones open.
    pub(super) opened: Opened,
}

impl Base {
    /// Returns the base of a problem: what is given, and nothing chosen.
    pub(super) fn given(problem: &Problem) -> Self {
        let mut base = Self::default();
        for &id in problem.given() {
            base.opened.open(problem.candidate(id));
        }
        base
    }

    /// Adds a candidate.
    pub(super) fn choose(&mut self, problem: &Problem, id: CandidateId) {
        self.chosen.push(id);
        self.opened.open(problem.candidate(id));
    }
}

/// Reduces demands as far as the rules go, and moves what is forced into the base.
///
/// Every demand that is left has at least two alternatives, and none of them is empty.
pub(super) fn reduce(
    problem: &Problem,
    packing: Packing,
    base: &mut Base,
    mut demands: Vec<Demand>,
) -> Vec<Demand> {
    loop {
        normalise(&mut demands);
        let forced = forced(&demands);
        if !forced.is_empty() {
            for &id in &forced {
                base.choose(problem, id);
            }
            let forced: Vec<_> = forced.into_iter().collect();
            take_as_chosen(&mut demands, &forced);
            continue;
        }
        drop_implied(&mut demands);
        let dominated = dominated(problem, packing, base, &demands);
        if dominated.is_empty() {
            return demands;
        }
        take_as_excluded(&mut demands, |id| dominated.contains(&id));
    }
}

/// Removes candidates from the alternatives because they are chosen. `chosen` must be sorted.
pub(super) fn take_as_chosen(demands: &mut [Demand], chosen: &[CandidateId]) {
    for alternative in demands.iter_mut().flatten() {
        alternative.retain(|id| chosen.binary_search(id).is_err());
    }
}

/// Removes the alternatives that contain an excluded candidate.
pub(super) fn take_as_excluded(demands: &mut [Demand], is_excluded: impl Fn(CandidateId) -> bool) {
    for demand in demands {
        demand.retain(|alternative| !alternative.iter().any(|&id| is_excluded(id)));
    }
}

/// Splits demands into groups that share no candidate, in the order of their first candidates.
pub(super) fn components(demands: Vec<Demand>, candidate_count: usize) -> Vec<Vec<Demand>> {
    let mut roots = Table::new((0..candidate_count).map(CandidateId).collect());
    for demand in &demands {
        let mut members = demand.iter().flatten();
        if let Some(&first) = members.next() {
            for &other in members {
                let (one, two) = (root(&mut roots, first), root(&mut roots, other));
                roots[one.max(two)] = one.min(two);
            }
        }
    }
    let mut groups: Table<CandidateId, Vec<Demand>> =
        Table::new((0..candidate_count).map(|_| Vec::new()).collect());
    for demand in demands {
        if let Some(&first) = demand.iter().flatten().next() {
            groups[root(&mut roots, first)].push(demand);
        }
    }
    groups
        .iter_mut()
        .map(|(_, group)| std::mem::take(group))
        .filter(|group| !group.is_empty())
        .collect()
}

fn root(roots: &mut Table<CandidateId, CandidateId>, id: CandidateId) -> CandidateId {
    let mut at = id;
    while roots[at] != at {
        let above = roots[roots[at]];
        roots[at] = above;
        at = above;
    }
    at
}

/// Drops satisfied demands, alternatives that contain another, and duplicates; sorts the rest.
fn normalise(demands: &mut Vec<Demand>) {
    demands.retain(|demand| !demand.iter().any(Alternative::is_empty));
    for demand in demands.iter_mut() {
        demand.sort_unstable_by(|one, two| one.len().cmp(&two.len()).then_with(|| one.cmp(two)));
        demand.dedup();
        if demand.last().is_some_and(|longest| longest.len() > 1) {
            let mut kept: Demand = Vec::with_capacity(demand.len());
            for alternative in demand.drain(..) {
                if !kept.iter().any(|less| is_inside(less, &alternative)) {
                    kept.push(alternative);
                }
            }
            *demand = kept;
        }
    }
    demands.sort_unstable();
    demands.dedup();
}

fn forced(demands: &[Demand]) -> BTreeSet<CandidateId> {
    let mut forced = BTreeSet::new();
    for demand in demands {
        if let Some((first, others)) = demand.split_first() {
            let shared = |id: &&CandidateId| others.iter().all(|set| set.binary_search(id).is_ok());
            forced.extend(first.iter().filter(shared));
        }
    }
    forced
}

/// The candidates with the positions of the demands that mention them, sorted.
struct Mentions(Vec<(CandidateId, usize)>);

impl Mentions {
    fn new(demands: &[Demand]) -> Self {
        let of_demand = |(position, demand): (usize, &Demand)| -> Vec<_> {
            let members = demand.iter().flatten();
            members.map(|&id| (id, position)).collect()
        };
        let mut all: Vec<_> = demands.iter().enumerate().flat_map(of_demand).collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    fn of(&self, id: CandidateId) -> impl ExactSizeIterator<Item = usize> {
        let start = self.0.partition_point(|(other, _)| *other < id);
        let end = self.0.partition_point(|(other, _)| *other <= id);
        let entries = self.0.get(start..end).unwrap_or_default();
        entries.iter().map(|(_, position)| *position)
    }
}

fn drop_implied(demands: &mut Vec<Demand>) {
    let mentions = Mentions::new(demands);
    let mut implied = vec![false; demands.len()];
    for (position, demand) in demands.iter().enumerate() {
        // What it implies has an alternative inside each of its own: the rarest one is looked at.
        let reach = |set: &&Alternative| set.iter().map(|&id| mentions.of(id).len()).sum::<usize>();
        let Some(rarest) = demand.iter().min_by_key(reach) else {
            continue;
        };
        for other in rarest.iter().flat_map(|&id| mentions.of(id)) {
            if other != position
                && let (Some(lesser), Some(mark)) = (demands.get(other), implied.get_mut(other))
            {
                *mark = *mark || implies(demand, lesser);
            }
        }
    }
    let mut marks = implied.into_iter();
    demands.retain(|_| marks.next() != Some(true));
}

fn implies(demand: &Demand, lesser: &Demand) -> bool {
    demand
        .iter()
        .all(|set| lesser.iter().any(|less| is_inside(less, set)))
}

fn dominated(
    problem: &Problem,
    packing: Packing,
    base: &Base,
    demands: &[Demand],
) -> BTreeSet<CandidateId> {
    let Mentions(mentions) = Mentions::new(demands);
    let mut dominated = BTreeSet::new();
    for mentions in mentions.chunk_by(|(one, _), (two, _)| one == two) {
        let rows = mentions.iter().filter_map(|(_, at)| demands.get(*at));
        // A dominating candidate occurs in each of these demands, so also in the shortest.
        let (Some(&(id, _)), Some(shortest)) =
            (mentions.first(), rows.clone().min_by_key(|row| row.len()))
        else {
            continue;
        };
        if shortest.iter().flatten().any(|&rival| {
            rival != id
                && may_be_better(problem, packing, rival, id)
                && rows.clone().all(|row| can_replace(row, id, rival))
                && is_better(problem, packing, base, rival, id)
        }) {
            dominated.insert(id);
        }
    }
    dominated
}

/// Returns whether in the demand each alternative with `old` has a counterpart with `new` at most.
fn can_replace(demand: &Demand, old: CandidateId, new: CandidateId) -> bool {
    let with_old = |set: &&Alternative| set.binary_search(&old).is_ok();
    demand.iter().filter(with_old).all(|set| {
        demand.iter().any(|other| {
            other
                .iter()
                .all(|&id| id == new || (id != old && set.binary_search(&id).is_ok()))
        })
    })
}

/// The cheap part of `is_better`.
fn may_be_better(problem: &Problem, packing: Packing, new: CandidateId, old: CandidateId) -> bool {
    let weight = |id| packing.weight(problem.candidate(id));
    (weight(new), new) < (weight(old), old)
}

fn is_better(
    problem: &Problem,
    packing: Packing,
    base: &Base,
    new: CandidateId,
    old: CandidateId,
) -> bool {
    let (new, old) = (problem.candidate(new), problem.candidate(old));
    if packing.weight(new) < packing.weight(old) {
        return true;
    }
    let (less, more) = (new.opening.opened(), old.opening.opened());
    less.writes.is_within(&more.writes, &base.opened.writes)
        && less.reads.is_within(&more.reads, &base.opened.reads)
}

/// The demands of a problem, without what is given and without alternatives of excluded candidates.
///
/// Returns `None` when a demand is left without alternative.
pub(super) fn demands(
    problem: &Problem,
    is_excluded: impl Fn(CandidateId) -> bool,
) -> Option<Vec<Demand>> {
    let is_given = |id: &CandidateId| problem.given().binary_search(id).is_ok();
    let is_open = |id: &CandidateId| is_given(id) || !is_excluded(*id);
    let clauses = problem.clauses().iter();
    clauses
        .map(|clause| {
            let sets = clause.alternatives.iter();
            let open = sets.filter(|set| set.iter().all(is_open));
            let demand: Demand = open
                .map(|set| set.iter().copied().filter(|id| !is_given(id)).collect())
                .collect();
            (!demand.is_empty()).then_some(demand)
        })
        .collect()
}
