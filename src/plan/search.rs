//! The exact search: which permissions are the least that satisfy all clauses.
//!
//! The order has three kinds of levels, and each is treated where it is simple:
//!
//! - *Weights* (tier 0, tier 1, number) add up over permissions, so they split over components: groups of
//!   clauses that share no candidate. Each is solved by branch and bound.
//! - *Admin* is one bit for all. The problem is solved twice, with admin permissions and without. Without
//!   wins if it is possible and no worse in the levels before; then the bit is 0 for every solution that
//!   is left, else 1. So inside each of the two the bit decides nothing. Without is impossible when a
//!   clause admits nothing else, and the same as with when nothing admissible or something given needs an
//!   admin; then one problem is enough.
//! - *Writes, reads, names* matter only among solutions of the same least weight. They are unions, so they
//!   couple components that open the same operations.
//!
//! Phases, for one of the two problems:
//!
//! 1. `reduce`: what is forced, implied or dominated goes; what is left falls into components.
//! 2. `component`: the least weight of each. (Here the two problems are compared, and one goes on.)
//! 3. For each candidate left: is it in all, in some or in no solution of least weight? All and none are
//!    decided; what is left falls into smaller components, whose least solutions are few: all are listed.
//! 4. `tie`: one of the listed is taken from each component.
//!
//! All phases draw on one budget of nodes, each stage on half of what is left. When it runs out, the
//! answer is still a solution without superfluous members, and says what is not proved.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::plan::component::{Answer, Best, Budget, Choice, Component};
use crate::plan::cost::{Cost, Objective, Packing};
use crate::plan::problem::{CandidateId, Problem};
use crate::plan::reduce::{
    Base, Demand, components, demands, reduce, take_as_chosen, take_as_excluded,
};
use crate::plan::tie;

/// Nodes that a search may visit unless the caller knows better.
///
/// Measured on the permissions data of August 2026: 500 operations take up to 120, all of the catalog up
/// to 90, and the hardest selection tried (the 1,546 app-only operations that accept three permissions or
/// more) 4,150. Random problems of 100 clauses with 5 alternatives exhaust it, within a second.
pub const DEFAULT_BUDGET: u64 = 50_000;

/// Ways of equal weight that are listed of one component before the search gives up on its ties.
const MOST_WAYS: usize = 1_000;

/// An answer of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// The chosen permissions, sorted, without the given ones. With those they satisfy all clauses, and
    /// none of them can be dropped, whether the solution is optimal or not.
    pub chosen: Vec<CandidateId>,
    /// What they add.
    pub cost: Cost,
    /// Whether no other choice is less, names included.
    pub optimal: bool,
    /// No choice costs less than this. Equal to `cost` when the solution is optimal. When weights are not
    /// proved, its writes and reads are 0: nothing is claimed of them.
    pub bound: Cost,
    /// The nodes that the search visited.
    pub nodes: u64,
}

/// Finds the least permissions that satisfy all clauses, with at most `budget` nodes.
///
/// The answer depends on nothing but the problem: neither the order of clauses nor that of alternatives
/// changes it.
#[must_use]
pub fn solve(problem: &Problem, objective: Objective, budget: u64) -> Solution {
    let packing = Packing::new(objective);
    let mut left = Budget::new(budget);
    let needs_admin = |id: CandidateId| problem.candidate(id).needs_admin;
    let has_admin = problem.given().iter().any(|&id| needs_admin(id));
    let mut mentioned = problem
        .clauses()
        .iter()
        .flat_map(|it| &it.alternatives)
        .flatten();
    let may_add_admin = !has_admin && mentioned.any(|&id| needs_admin(id));
    let without_admin = may_add_admin
        .then(|| demands(problem, needs_admin))
        .flatten()
        .map(|demands| Weighed::new(problem, packing, demands, &mut left));
    let with_admin = demands(problem, |_| false)
        .map(|demands| Weighed::new(problem, packing, demands, &mut left));

    let cost = |weighed: &Weighed| Cost::without_opened(problem, &weighed.chosen());
    let bounds = [
        without_admin
            .as_ref()
            .map(|it| packing.cost(it.bound, false)),
        with_admin
            .as_ref()
            .map(|it| packing.cost(it.bound, may_add_admin)),
    ];
    let bound = bounds
        .into_iter()
        .flatten()
        .min_by(|one, two| one.compare(two, objective))
        .unwrap_or_default();
    let taken = [without_admin, with_admin]
        .into_iter()
        .flatten()
        .min_by(|one, two| cost(one).compare(&cost(two), objective))
        .unwrap_or_default();
    let is_proved = cost(&taken).compare(&bound, objective) == Ordering::Equal;

    let (all, ties) = taken.decide_ties(problem, packing, &mut left);
    let mut chosen = all.chosen;
    chosen.sort_unstable();
    let ((writes, reads), (given_writes, given_reads)) =
        (all.opened.size(), Base::given(problem).opened.size());
    let cost = Cost {
        writes: writes - given_writes,
        reads: reads - given_reads,
        ..Cost::without_opened(problem, &chosen)
    };
    let optimal = is_proved && ties.is_proved;
    let bound = if optimal {
        cost
    } else if is_proved {
        Cost {
            writes: ties.bound.0 - given_writes,
            reads: ties.bound.1 - given_reads,
            ..bound
        }
    } else {
        bound
    };
    Solution {
        chosen,
        cost,
        optimal,
        bound,
        nodes: budget - left.left(),
    }
}

/// A problem after phase 2.
#[derive(Debug, Default)]
struct Weighed {
    base: Base,
    components: Vec<(Component, Vec<Demand>, Best)>,
    bound: u64,
}

impl Weighed {
    fn new(problem: &Problem, packing: Packing, demands: Vec<Demand>, left: &mut Budget) -> Self {
        let mut base = Base::given(problem);
        let demands = reduce(problem, packing, &mut base, demands);
        let mut budget = left.take_half();
        let components = weigh(problem, packing, demands, &mut budget);
        left.give_back(&budget);
        let forced = base.chosen.iter();
        let forced: u64 = forced
            .map(|&id| packing.weight(problem.candidate(id)))
            .sum();
        let open: u64 = components.iter().map(|(_, _, best)| best.bound).sum();
        Self {
            base,
            components,
            bound: forced + open,
        }
    }

    fn chosen(&self) -> Vec<CandidateId> {
        let mut chosen = self.base.chosen.clone();
        for (component, _, best) in &self.components {
            chosen.extend(best.members.iter().map(|&member| component.id(member)));
        }
        chosen
    }

    /// Phases 3 and 4.
    fn decide_ties(
        self,
        problem: &Problem,
        packing: Packing,
        left: &mut Budget,
    ) -> (Base, tie::Decided) {
        let mut base = self.base;
        let mut budget = left.take_half();
        let mut rest: Vec<Demand> = Vec::new();
        // Components whose ties are not decided: what was found for them stays.
        let mut kept: Vec<CandidateId> = Vec::new();
        for (component, demands, best) in self.components {
            match sort_out(&component, &best, &mut budget) {
                Some(fate) => {
                    let is_excluded = |id| fate.excluded.binary_search(&id).is_ok();
                    let mut demands = demands;
                    take_as_excluded(&mut demands, is_excluded);
                    take_as_chosen(&mut demands, &fate.forced);
                    for id in fate.forced {
                        base.choose(problem, id);
                    }
                    rest.extend(demands);
                }
                None => kept.extend(best.members.iter().map(|&member| component.id(member))),
            }
        }
        let rest = reduce(problem, packing, &mut base, rest);
        let mut parts = Vec::new();
        for (component, _, best) in weigh(problem, packing, rest, &mut budget) {
            let ids = |members: &BTreeSet<_>| -> Vec<CandidateId> {
                members.iter().map(|&member| component.id(member)).collect()
            };
            match component.all(best.weight, MOST_WAYS, &mut budget) {
                Some(ways) if best.bound == best.weight => {
                    parts.push(ways.iter().map(ids).collect());
                }
                _ => kept.extend(ids(&best.members)),
            }
        }
        left.give_back(&budget);
        // What every least solution opens at least: taken before the undecided ones are added.
        let certain = base.opened.size();
        let is_complete = kept.is_empty();
        for id in kept {
            base.choose(problem, id);
        }
        let mut decided = tie::decide(problem, &mut base, parts, left);
        if !is_complete {
            decided.is_proved = false;
            decided.bound = certain;
        }
        (base, decided)
    }
}

/// Phase 2: splits demands into components and finds the least weight of each, the small ones first, so
/// that a hard one does not take their share of the budget.
fn weigh(
    problem: &Problem,
    packing: Packing,
    demands: Vec<Demand>,
    budget: &mut Budget,
) -> Vec<(Component, Vec<Demand>, Best)> {
    let mut parts: Vec<(Component, Vec<Demand>)> = components(demands, problem.candidate_count())
        .into_iter()
        .map(|demands| (Component::new(problem, packing, &demands), demands))
        .collect();
    parts.sort_by_key(|(component, _)| component.size());
    parts
        .into_iter()
        .map(|(component, demands)| {
            let best = component.best(budget);
            (component, demands, best)
        })
        .collect()
}

/// The candidates of a component that ties do not concern, sorted.
struct Fate {
    forced: Vec<CandidateId>,
    excluded: Vec<CandidateId>,
}

/// Phase 3: asks for each candidate whether it is in all or in none of the least solutions. Returns
/// `None` when the budget ran out, or when the least weight is not known to begin with.
fn sort_out(component: &Component, best: &Best, budget: &mut Budget) -> Option<Fate> {
    if best.bound < best.weight {
        return None;
    }
    let mut fate = Fate {
        forced: Vec::new(),
        excluded: Vec::new(),
    };
    // Every solution met shows of all its candidates that they can be in, of all others that they can be out.
    let mut in_all = best.members.clone();
    let mut in_some = best.members.clone();
    for member in component.members() {
        for choice in [Choice::In, Choice::Out] {
            let is_shown = match choice {
                Choice::In => in_some.contains(&member),
                _ => !in_all.contains(&member),
            };
            if is_shown {
                continue;
            }
            match component.exists(member, choice, best.weight, budget) {
                Answer::Yes(members) => {
                    in_all.retain(|other| members.contains(other));
                    in_some.extend(members);
                }
                Answer::No if choice == Choice::In => fate.excluded.push(component.id(member)),
                Answer::No => fate.forced.push(component.id(member)),
                Answer::Unknown => return None,
            }
        }
    }
    Some(fate)
}
