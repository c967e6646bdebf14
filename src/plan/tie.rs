//! Decides between solutions of equal weight: fewest writes opened, then fewest reads, then names.
//!
//! What comes in are *parts*: pieces of the problem that share no candidate, each with all its *ways*,
//! the solutions of least weight. One way has to be taken from each part. Parts are still coupled, because
//! an operation that two ways open counts once. So:
//!
//! 1. what is opened anyway is taken off all ways;
//! 2. an operation that only one part can open is *private* to it: it counts whatever the others do. A way
//!    is beaten by another of its part that is strictly better whatever the other parts open: of what only
//!    the beaten one opens the private operations count for sure, and of what only the other one opens
//!    everything may count;
//! 3. a part with one way left is taken; then from 1 again, as less is private and more is opened;
//! 4. parts that share an operation form a group. Nothing couples groups, so each is decided alone, by
//!    branch and bound. The bound of what is not decided yet: each part adds at least the least of its
//!    ways, where an operation counts as much as its share, one part in as many as can open it.
//!
//! Names need no step of their own: of sets of equal size the lesser is the one that has the lowest
//! candidate that only one of them has, so the least set takes the least in every independent group.

use std::cmp::Ordering;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::plan::bits::Bits;
use crate::plan::component::Budget;
use crate::plan::cost::Opened;
use crate::plan::problem::{CandidateId, Problem};
use crate::plan::reduce::Base;

/// One solution of a part.
#[derive(Debug, Clone)]
struct Way {
    members: Vec<CandidateId>,
    names: Bits,
    opened: Opened,
}

type Part = Vec<Way>;

/// What is known of the least writes and reads of the parts when the budget ran out on some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decided {
    /// No choice opens fewer (writes, reads), counting those of the base.
    pub(super) bound: (u64, u64),
    /// Whether the choice made is proved to be the least.
    pub(super) is_proved: bool,
}

/// Takes one way of each part into the base. No part may be without ways.
pub(super) fn decide(
    problem: &Problem,
    base: &mut Base,
    parts: Vec<Vec<Vec<CandidateId>>>,
    budget: &mut Budget,
) -> Decided {
    let mut parts: Vec<Part> = parts
        .into_iter()
        .map(|ways| ways.into_iter().map(|way| Way::new(problem, way)).collect())
        .collect();
    pack(&base.opened, &mut parts);
    let mut opened = Opened::default();
    while simplify(problem, base, &mut opened, &mut parts) {}
    let before = base.opened.size();
    let mut decided = Decided {
        bound: before,
        is_proved: true,
    };
    for group in groups(parts) {
        let mut choice = Search::new(group);
        let root = choice.least_growth(0, &Opened::default());
        choice.descend(0, &Opened::default(), &Bits::default(), budget);
        let growth = if choice.is_cut {
            decided.is_proved = false;
            root
        } else {
            choice.best_growth
        };
        decided.bound.0 += growth.0;
        decided.bound.1 += growth.1;
        for id in choice.best {
            base.choose(problem, id);
        }
    }
    decided
}

impl Way {
    fn new(problem: &Problem, members: Vec<CandidateId>) -> Self {
        let mut opened = Opened::default();
        for &id in &members {
            opened.open(problem.candidate(id));
        }
        Self {
            names: members.iter().map(|id| id.0).collect(),
            members,
            opened,
        }
    }

    /// Returns whether this way is better than another of its part whatever the other parts open.
    fn beats(&self, other: &Self, private: &Opened) -> bool {
        // INVARIANT: with the other parts fixed, this way opens at most `more` operations that the other
        // does not, and the other at least `fewer` that this one does not.
        let compare = |mine: &Bits, theirs: &Bits, private: &Bits| {
            let more = mine.count_outside(theirs);
            let fewer = theirs.count_outside_among(mine, private);
            more.cmp(&fewer)
        };
        compare(&self.opened.writes, &other.opened.writes, &private.writes)
            .then_with(|| compare(&self.opened.reads, &other.opened.reads, &private.reads))
            .then_with(|| self.names.compare_as_names(&other.names))
            == Ordering::Less
    }
}

/// Takes off what is opened anyway, and the numbers of operations that then no way opens: sets of few
/// operations are compared sooner, and nothing else depends on the numbers.
fn pack(opened: &Opened, parts: &mut [Part]) {
    for way in parts.iter_mut().flatten() {
        way.opened.remove_all(opened);
    }
    let mut all = Opened::default();
    for way in parts.iter().flatten() {
        all.add_all(&way.opened);
    }
    let (writes, reads) = (all.writes.places(), all.reads.places());
    for way in parts.iter_mut().flatten() {
        way.opened.writes = way.opened.writes.packed(&writes);
        way.opened.reads = way.opened.reads.packed(&reads);
    }
}

/// Applies steps 1 to 3 once; returns whether a part was decided. `opened` is what decided parts open.
fn simplify(
    problem: &Problem,
    base: &mut Base,
    opened: &mut Opened,
    parts: &mut Vec<Part>,
) -> bool {
    for way in parts.iter_mut().flatten() {
        way.opened.remove_all(opened);
    }
    let private = private(parts);
    for (part, private) in parts.iter_mut().zip(&private) {
        // A way only loses to one that is before it in this order, as what beats it opens no more.
        let mut sized: Vec<_> = part.drain(..).map(|way| (way.opened.size(), way)).collect();
        sized.sort_by(|(one_size, one), (two_size, two)| {
            let by_size = one_size.cmp(two_size);
            by_size.then_with(|| one.names.compare_as_names(&two.names))
        });
        let mut kept: Part = Vec::new();
        for (_, way) in sized {
            if !kept.iter().any(|better| better.beats(&way, private)) {
                kept.push(way);
            }
        }
        *part = kept;
    }
    let before = parts.len();
    parts.retain(|part| {
        if let [only] = part.as_slice() {
            for &id in &only.members {
                base.choose(problem, id);
            }
            opened.add_all(&only.opened);
        }
        part.len() > 1
    });
    parts.len() < before
}

/// For each part, all that its ways open.
fn reach(part: &Part) -> Opened {
    let mut reach = Opened::default();
    for way in part {
        reach.add_all(&way.opened);
    }
    reach
}

/// For each part, what no other part opens.
fn private(parts: &[Part]) -> Vec<Opened> {
    let mut reaches: Vec<Opened> = parts.iter().map(reach).collect();
    let (mut once, mut twice) = (Opened::default(), Opened::default());
    for reach in &reaches {
        for (reach, once, twice) in [
            (&reach.writes, &mut once.writes, &mut twice.writes),
            (&reach.reads, &mut once.reads, &mut twice.reads),
        ] {
            twice.add_all(&reach.shared_with(once));
            once.add_all(reach);
        }
    }
    for reach in &mut reaches {
        reach.remove_all(&twice);
    }
    reaches
}

/// Joins parts that share an operation, in the order of their first appearance.
fn groups(parts: Vec<Part>) -> Vec<Vec<Part>> {
    let mut groups: Vec<(Opened, Vec<Part>)> = Vec::new();
    for part in parts {
        let mut reach = reach(&part);
        let mut members = vec![part];
        let nothing = Opened::default();
        let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(other, _)| {
            !(is_apart(&reach.writes, &other.writes, &nothing.writes)
                && is_apart(&reach.reads, &other.reads, &nothing.reads))
        });
        for (other, others) in joined {
            reach.add_all(&other);
            members.extend(others);
        }
        groups = apart;
        groups.push((reach, members));
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

fn is_apart(one: &Bits, two: &Bits, nothing: &Bits) -> bool {
    one.count_outside_among(nothing, two) == 0
}

/// Branch and bound over the parts of one group, in a fixed order.
struct Search {
    parts: Vec<(Opened, Part)>,
    best: Vec<CandidateId>,
    best_names: Bits,
    best_growth: (u64, u64),
    is_cut: bool,
    /// One more than the highest number of an operation.
    operations: usize,
}

/// An operation's whole, to be shared: divisible by all small numbers of parts.
const WHOLE: u64 = 720_720;

impl Search {
    /// Starts from the choice that takes the cheapest way of each part after the other.
    fn new(mut group: Vec<Part>) -> Self {
        let operations = renumber(&mut group);
        // Large parts first: what they open is opened for all others.
        group.sort_by_cached_key(|part| {
            let least = part.iter().map(|way| way.opened.size()).min();
            let first = part.iter().filter_map(|way| way.members.first()).min();
            (Reverse(least), first.copied())
        });
        let mut opened = Opened::default();
        let mut best = Vec::new();
        for part in &group {
            if let Some(way) = part.iter().min_by(|one, two| {
                let sizes = growth(one, &opened).cmp(&growth(two, &opened));
                sizes.then_with(|| one.names.compare_as_names(&two.names))
            }) {
                opened.add_all(&way.opened);
                best.extend(way.members.iter().copied());
            }
        }
        Self {
            parts: group.into_iter().map(|part| (reach(&part), part)).collect(),
            best_names: best.iter().map(|id| id.0).collect(),
            best,
            best_growth: opened.size(),
            is_cut: false,
            operations,
        }
    }

    fn descend(&mut self, depth: usize, opened: &Opened, names: &Bits, budget: &mut Budget) {
        if !budget.spend() {
            self.is_cut = true;
            return;
        }
        if self.is_hopeless(depth, opened, names) {
            return;
        }
        let Some((_, part)) = self.parts.get(depth) else {
            self.best_growth = opened.size();
            self.best_names = names.clone();
            self.best = names
                .iter_outside(&Bits::default())
                .map(CandidateId)
                .collect();
            return;
        };
        let mut ways = part.clone();
        ways.sort_by(|one, two| {
            let sizes = growth(one, opened).cmp(&growth(two, opened));
            sizes.then_with(|| one.names.compare_as_names(&two.names))
        });
        for way in ways {
            let (mut opened, mut names) = (opened.clone(), names.clone());
            opened.add_all(&way.opened);
            names.add_all(&way.names);
            self.descend(depth + 1, &opened, &names, budget);
        }
    }

    /// Returns whether nothing below this node is less than the best found.
    fn is_hopeless(&self, depth: usize, opened: &Opened, names: &Bits) -> bool {
        let (writes, reads) = self.least_growth(depth, opened);
        (writes, reads).cmp(&self.best_growth).then_with(|| {
            self.least_names(depth, names)
                .compare_as_names(&self.best_names)
        }) != Ordering::Less
    }

    /// The names that would be least if only they mattered.
    fn least_names(&self, depth: usize, names: &Bits) -> Bits {
        let mut names = names.clone();
        for (_, part) in self.parts.iter().skip(depth) {
            let least = part
                .iter()
                .min_by(|one, two| one.names.compare_as_names(&two.names));
            if let Some(way) = least {
                names.add_all(&way.names);
            }
        }
        names
    }

    /// Returns writes and reads that every choice from this depth on opens at least, with what is opened.
    fn least_growth(&self, depth: usize, opened: &Opened) -> (u64, u64) {
        let writes = self.least(depth, &opened.writes, |opened| &opened.writes);
        let reads = self.least(depth, &opened.reads, |opened| &opened.reads);
        (writes, reads)
    }

    fn least(&self, depth: usize, opened: &Bits, side: impl Fn(&Opened) -> &Bits) -> u64 {
        let mut parts_with = vec![0_u64; self.operations];
        for (reach, _) in self.parts.iter().skip(depth) {
            for operation in side(reach).iter_outside(opened) {
                if let Some(parts) = parts_with.get_mut(operation) {
                    *parts += 1;
                }
            }
        }
        let share = |operation: usize| {
            let parts = parts_with.get(operation).copied();
            parts
                .and_then(|parts| WHOLE.checked_div(parts))
                .unwrap_or(0)
        };
        let shares: u64 = self
            .parts
            .iter()
            .skip(depth)
            .map(|(_, part)| {
                let ways = part.iter();
                ways.map(|way| {
                    side(&way.opened)
                        .iter_outside(opened)
                        .map(share)
                        .sum::<u64>()
                })
                .min()
                .unwrap_or(0)
            })
            .sum();
        opened.len() + shares.div_ceil(WHOLE)
    }
}

/// Numbers the operations of a group from 0 on, so that its bits are few; returns how many there are.
fn renumber(group: &mut [Part]) -> usize {
    let nothing = Bits::default();
    let mut most = 0;
    for side in [
        (|opened| &mut opened.writes) as fn(&mut Opened) -> &mut Bits,
        |opened| &mut opened.reads,
    ] {
        let mut used = BTreeSet::new();
        for way in group.iter_mut().flatten() {
            used.extend(side(&mut way.opened).iter_outside(&nothing));
        }
        let used: Vec<usize> = used.into_iter().collect();
        most = most.max(used.len());
        for way in group.iter_mut().flatten() {
            let bits = side(&mut way.opened);
            let place = |old| used.binary_search(&old).unwrap_or_else(|place| place);
            *bits = bits.iter_outside(&nothing).map(place).collect();
        }
    }
    most
}

fn growth(way: &Way, opened: &Opened) -> (u64, u64) {
    (
        way.opened.writes.count_outside(&opened.writes),
        way.opened.reads.count_outside(&opened.reads),
    )
}
