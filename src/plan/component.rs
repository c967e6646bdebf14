//! Exact search for the least weight inside one component: demands that share candidates.
//!
//! Depth-first branch and bound. A node has decided some candidates (in or out); it
//!
//! 1. propagates: a demand with one alternative left takes it, one with none ends the node;
//! 2. bounds: each open demand in turn raises a charge as far as what is left of the weights of its
//!    cheapest alternative allows, and the charge is taken off the weights of its members, so that no
//!    candidate is charged more than it weighs. Every solution then weighs at least the sum of charges;
//!    an alternative of several candidates splits its charge among them;
//! 3. fixes: a candidate whose uncharged rest would lift the bound over the limit is out;
//! 4. branches on the candidate that occurs most in the open demands, out of a demand with the fewest
//!    alternatives: first in, then out.
//!
//! Both children together are all solutions of a node and no solution is in both, so the same walk
//! improves, asks for existence, and enumerates. All order is by number: no clock, no chance.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::plan::cost::Packing;
use crate::plan::problem::{Alternative, CandidateId, Problem};
use crate::plan::reduce::Demand;
use crate::plan::table::{Row, Table};

/// The number of a candidate inside one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member(pub(super) usize);

impl Row for Member {
    fn at(index: usize) -> Self {
        Self(index)
    }

    fn index(self) -> usize {
        self.0
    }
}

/// Nodes that a search may still visit.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    /// Returns a budget of so many nodes.
    pub(super) const fn new(nodes: u64) -> Self {
        Self { left: nodes }
    }

    /// Takes one node; `false` when none is left.
    pub(super) const fn spend(&mut self) -> bool {
        let has_some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        has_some
    }

    /// Splits half of it off, so that one stage cannot starve the next.
    pub(super) const fn take_half(&mut self) -> Self {
        let half = self.left / 2;
        self.left -= half;
        Self { left: half }
    }

    /// Gives back what a part did not use.
    pub(super) const fn give_back(&mut self, part: &Self) {
        self.left += part.left;
    }

    /// Returns how many nodes are left.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}

/// Whether a candidate is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Not yet.
    Open,
    /// Chosen.
    In,
    /// Excluded.
    Out,
}

type Choices = Table<Member, Choice>;
/// As [`Alternative`], renumbered.
type Together = SmallVec<[Member; 2]>;
type Alternatives = Vec<Together>;

/// Demands that share candidates, with the candidates renumbered.
#[derive(Debug)]
pub(super) struct Component {
    ids: Table<Member, CandidateId>,
    weights: Table<Member, u64>,
    demands: Vec<Alternatives>,
}

/// The best solution found, and what is known of the least one.
#[derive(Debug)]
pub(super) struct Best {
    /// The solution.
    pub(super) members: BTreeSet<Member>,
    /// What it weighs.
    pub(super) weight: u64,
    /// No solution weighs less. Equal to `weight` when the solution is proved to be least.
    pub(super) bound: u64,
}

/// An answer about existence.
#[derive(Debug)]
pub(super) enum Answer {
    /// There is one: this.
    Yes(BTreeSet<Member>),
    /// There is none.
    No,
    /// The budget ran out.
    Unknown,
}

impl Component {
    /// Returns the component of these demands.
    pub(super) fn new(problem: &Problem, packing: Packing, demands: &[Demand]) -> Self {
        let ids: BTreeSet<CandidateId> = demands.iter().flatten().flatten().copied().collect();
        let ids: Vec<CandidateId> = ids.into_iter().collect();
        let member = |id: &CandidateId| Member(ids.binary_search(id).unwrap_or_else(|place| place));
        let demands = demands
            .iter()
            .map(|demand| {
                let inside = |set: &Alternative| set.iter().map(member).collect();
                demand.iter().map(inside).collect()
            })
            .collect();
        let weights = ids
            .iter()
            .map(|&id| packing.weight(problem.candidate(id)))
            .collect();
        Self {
            ids: Table::new(ids),
            weights: Table::new(weights),
            demands,
        }
    }

    /// Returns the candidate behind a member.
    pub(super) fn id(&self, member: Member) -> CandidateId {
        self.ids[member]
    }

    /// Returns all members.
    pub(super) fn members(&self) -> impl Iterator<Item = Member> + use<> {
        (0..self.ids.len()).map(Member)
    }

    /// Returns the number of demands, as a measure of how hard the component may be.
    pub(super) const fn size(&self) -> usize {
        self.demands.len()
    }

    /// Finds a least solution.
    pub(super) fn best(&self, budget: &mut Budget) -> Best {
        let members = self.first_solution();
        let weight = self.weight(&members);
        let mut walk = Walk::new(self, budget, weight.saturating_sub(1), Goal::Better);
        walk.descend(self.undecided(), 0);
        let open = walk.open;
        let (members, weight) = walk
            .found
            .pop()
            .map_or((members, weight), |better| (better, walk.limit + 1));
        Best {
            members,
            weight,
            bound: open.map_or(weight, |bound| bound.min(weight)),
        }
    }

    /// Says whether a solution of at most this weight has the member decided in this way.
    pub(super) fn exists(
        &self,
        member: Member,
        choice: Choice,
        weight: u64,
        budget: &mut Budget,
    ) -> Answer {
        let mut choices = self.undecided();
        choices[member] = choice;
        let mut walk = Walk::new(self, budget, weight, Goal::UpTo(1));
        walk.descend(choices, 0);
        match (walk.found.pop(), walk.open) {
            (Some(members), _) => Answer::Yes(members),
            (None, None) => Answer::No,
            (None, Some(_)) => Answer::Unknown,
        }
    }

    /// Returns all solutions of at most this weight, or `None` when they are more than `most` or the
    /// budget ran out. The weight must be the least one: then no solution has a member too many.
    pub(super) fn all(
        &self,
        weight: u64,
        most: usize,
        budget: &mut Budget,
    ) -> Option<Vec<BTreeSet<Member>>> {
        let mut walk = Walk::new(self, budget, weight, Goal::UpTo(most + 1));
        walk.descend(self.undecided(), 0);
        (walk.open.is_none() && walk.found.len() <= most).then_some(walk.found)
    }

    fn undecided(&self) -> Choices {
        Table::new(vec![Choice::Open; self.ids.len()])
    }

    fn weight(&self, members: &BTreeSet<Member>) -> u64 {
        members.iter().map(|&member| self.weights[member]).sum()
    }

    /// A good solution to start from: what the charges of the root pay for, without what is superfluous.
    fn first_solution(&self) -> BTreeSet<Member> {
        let choices = self.undecided();
        let open: Vec<&Alternatives> = self.demands.iter().collect();
        let (_, rest) = self.charge(&choices, &open);
        let mut members = BTreeSet::new();
        for demand in &self.demands {
            if !is_satisfied(demand, &members) {
                let price = |set: &&Together| {
                    let of = |weights: &Table<Member, u64>| -> u64 {
                        let new = set.iter().filter(|member| !members.contains(member));
                        new.map(|&member| weights[member]).sum()
                    };
                    (of(&rest), of(&self.weights))
                };
                members.extend(demand.iter().min_by_key(price).into_iter().flatten());
            }
        }
        self.without_superfluous(members)
    }

    /// Drops members, the heaviest first, as long as every demand stays satisfied.
    fn without_superfluous(&self, mut members: BTreeSet<Member>) -> BTreeSet<Member> {
        let mut order: Vec<Member> = members.iter().copied().collect();
        order.sort_by_key(|&member| Reverse((self.weights[member], member)));
        for member in order {
            members.remove(&member);
            if !self
                .demands
                .iter()
                .all(|demand| is_satisfied(demand, &members))
            {
                members.insert(member);
            }
        }
        members
    }

    /// Charges open demands: returns the sum of charges and what is left of each weight.
    ///
    /// The sum bounds what a solution adds: it satisfies each demand by some alternative, whose members
    /// were charged at least that demand's charge, and no member was charged more than its weight. By the
    /// same sum each member of a solution that is not fully charged adds its rest to the bound.
    fn charge(&self, choices: &Choices, open: &[&Alternatives]) -> (u64, Table<Member, u64>) {
        let mut rest = self.weights.clone();
        for (member, left) in rest.iter_mut() {
            if choices[member] != Choice::Open {
                *left = 0;
            }
        }
        let mut total = 0;
        let mut charged: Vec<(Member, u64)> = Vec::new();
        for demand in open {
            let live = demand.iter().filter(|set| is_live(set, choices));
            let left = |set: &Together| set.iter().map(|&member| rest[member]).sum::<u64>();
            let charge = live.clone().map(left).min().unwrap_or(0);
            if charge == 0 {
                continue;
            }
            total += charge;
            charged.clear();
            for set in live {
                let mut owed = charge;
                for &(member, part) in &charged {
                    if set.contains(&member) {
                        owed = owed.saturating_sub(part);
                    }
                }
                for &member in set {
                    let part = owed.min(rest[member]);
                    if part > 0 {
                        // What it was charged by another alternative of this demand is off already.
                        rest[member] -= part;
                        owed -= part;
                        charged.push((member, part));
                    }
                }
            }
        }
        (total, rest)
    }
}

fn is_satisfied(demand: &Alternatives, members: &BTreeSet<Member>) -> bool {
    demand
        .iter()
        .any(|set| set.iter().all(|member| members.contains(member)))
}

fn is_live(set: &[Member], choices: &Choices) -> bool {
    set.iter().all(|&member| choices[member] != Choice::Out)
}

/// What a walk looks for.
#[derive(Debug, Clone, Copy)]
enum Goal {
    /// Ever lighter solutions.
    Better,
    /// So many solutions within the limit.
    UpTo(usize),
}

#[derive(Debug)]
struct Walk<'a> {
    component: &'a Component,
    budget: &'a mut Budget,
    /// Solutions heavier than this are of no interest.
    limit: u64,
    goal: Goal,
    found: Vec<BTreeSet<Member>>,
    /// The least bound of the nodes that the budget did not allow to look at.
    open: Option<u64>,
}

impl<'a> Walk<'a> {
    const fn new(component: &'a Component, budget: &'a mut Budget, limit: u64, goal: Goal) -> Self {
        Self {
            component,
            budget,
            limit,
            goal,
            found: Vec::new(),
            open: None,
        }
    }

    /// Visits a node and all below it. `bound` is that of the node above.
    fn descend(&mut self, mut choices: Choices, bound: u64) {
        if let Goal::UpTo(most) = self.goal
            && self.found.len() >= most
        {
            return;
        }
        if !self.budget.spend() {
            self.open = Some(self.open.map_or(bound, |least| least.min(bound)));
            return;
        }
        let Some((bound, open)) = self.settle(&mut choices) else {
            return;
        };
        let Some(member) = self.branch(&choices, &open) else {
            self.record(&choices);
            return;
        };
        // Deep searches would hold one such list per level.
        drop(open);
        for choice in [Choice::In, Choice::Out] {
            let mut child = choices.clone();
            child[member] = choice;
            self.descend(child, bound);
        }
    }

    /// Propagates, bounds and fixes until nothing changes. Returns the bound and the open demands, or
    /// `None` when no solution within the limit is below this node.
    fn settle(&self, choices: &mut Choices) -> Option<(u64, Vec<&'a Alternatives>)> {
        let component = self.component;
        loop {
            let open = propagate(component, choices)?;
            let chosen = component.weights.iter();
            let chosen: u64 = chosen
                .filter(|&(member, _)| choices[member] == Choice::In)
                .map(|(_, &weight)| weight)
                .sum();
            let (charges, rest) = component.charge(choices, &open);
            let bound = chosen + charges;
            if bound > self.limit {
                return None;
            }
            let mut has_fixed = false;
            for (member, choice) in choices.iter_mut() {
                if *choice == Choice::Open && bound + rest[member] > self.limit {
                    *choice = Choice::Out;
                    has_fixed = true;
                }
            }
            if !has_fixed {
                return Some((bound, open));
            }
        }
    }

    fn branch(&self, choices: &Choices, open: &[&Alternatives]) -> Option<Member> {
        // The demands come sorted by the number of alternatives left.
        let narrowest = open.first()?;
        let mut hits: Table<Member, usize> = Table::new(vec![0; choices.len()]);
        for set in open.iter().flat_map(|demand| demand.iter()) {
            if is_live(set, choices) {
                for &member in set {
                    hits[member] += 1;
                }
            }
        }
        narrowest
            .iter()
            .filter(|set| is_live(set, choices))
            .flatten()
            .copied()
            .filter(|&member| choices[member] == Choice::Open)
            .min_by_key(|&member| {
                let weight = self.component.weights[member];
                (Reverse(hits[member]), weight, member)
            })
    }

    fn record(&mut self, choices: &Choices) {
        let members: BTreeSet<Member> = choices
            .iter()
            .filter(|&(_, &choice)| choice == Choice::In)
            .map(|(member, _)| member)
            .collect();
        match self.goal {
            Goal::UpTo(_) => self.found.push(members),
            Goal::Better => {
                let members = self.component.without_superfluous(members);
                self.limit = self.component.weight(&members).saturating_sub(1);
                self.found = vec![members];
            }
        }
    }
}

/// Takes what is the only way left, until nothing changes. Returns the demands that are still open,
/// those with the fewest alternatives left first, or `None` when one has none.
fn propagate<'a>(component: &'a Component, choices: &mut Choices) -> Option<Vec<&'a Alternatives>> {
    loop {
        let mut has_changed = false;
        let mut open: Vec<(usize, &Alternatives)> = Vec::new();
        for demand in &component.demands {
            let mut live = demand.iter().filter(|set| is_live(set, choices));
            let first = live.next()?;
            let is_chosen =
                |set: &Together| set.iter().all(|&member| choices[member] == Choice::In);
            let mut count = 1;
            let mut is_done = is_chosen(first);
            for set in live {
                is_done = is_done || is_chosen(set);
                count += 1;
            }
            if is_done {
                continue;
            }
            if count == 1 {
                for &member in first {
                    choices[member] = Choice::In;
                }
                has_changed = true;
            } else {
                open.push((count, demand));
            }
        }
        if !has_changed {
            open.sort_by_key(|&(count, _)| count);
            return Some(open.into_iter().map(|(_, demand)| demand).collect());
        }
    }
}
