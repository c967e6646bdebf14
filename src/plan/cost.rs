//! What a plan costs, and what "least" means under each objective.

use std::cmp::Ordering;

use crate::catalog::model::OperationId;
use crate::catalog::record::{StoredOpens, operations};
use crate::plan::bits::Bits;
use crate::plan::problem::{Candidate, CandidateId, Problem, Tier};

/// What is least first. The caller decides which alternatives are admissible under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Risk before number: tier 0, tier 1, admin, permissions, writes, reads, names. The order of the
    /// objectives `documented` and `no-admin`.
    Documented,
    /// Number before most risk: tier 0, permissions, tier 1, admin, writes, reads, names.
    Fewest,
}

/// What the chosen permissions add to the given ones.
///
/// With nothing given that is simply what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Permissions added that lead to control of the tenant.
    pub tier0: u64,
    /// Permissions added that lead to data or devices of the whole tenant.
    pub tier1: u64,
    /// Whether an admin is needed, and the given permissions need none.
    pub admin_needed: bool,
    /// Permissions added.
    pub permissions: u64,
    /// Operations opened that write and that the given permissions do not open.
    pub writes: u64,
    /// Operations opened that only read and that the given permissions do not open.
    pub reads: u64,
}

impl Cost {
    /// Returns what `chosen` adds to what the problem gives, but for what it opens: that takes much longer to
    /// count than the rest, and only finished plans need it.
    pub(super) fn without_opened(problem: &Problem, chosen: &[CandidateId]) -> Self {
        let needs_admin = |id: &CandidateId| problem.candidate(*id).needs_admin;
        let has_admin = problem.given().iter().any(needs_admin);
        let tier = |tier| {
            let of_tier = chosen
                .iter()
                .filter(|id| problem.candidate(**id).tier == Some(tier));
            of_tier.count() as u64
        };
        Self {
            tier0: tier(Tier::Zero),
            tier1: tier(Tier::One),
            admin_needed: !has_admin && chosen.iter().any(needs_admin),
            permissions: chosen.len() as u64,
            writes: 0,
            reads: 0,
        }
    }

    /// Compares two costs under an objective. Names are not part of a cost: equal ones may differ there.
    #[must_use]
    pub fn compare(&self, other: &Self, objective: Objective) -> Ordering {
        self.levels(objective).cmp(&other.levels(objective))
    }

    fn levels(&self, objective: Objective) -> [u64; 6] {
        let admin = u64::from(self.admin_needed);
        let [second, third, fourth] = match objective {
            Objective::Documented => [self.tier1, admin, self.permissions],
            Objective::Fewest => [self.permissions, self.tier1, admin],
        };
        [self.tier0, second, third, fourth, self.writes, self.reads]
    }
}

/// The levels of a cost that add up over permissions (tier 0, tier 1, number), packed into one number
/// whose order is the objective's.
///
/// A level holds at most `2^LEVEL - 1`, far more than there are permissions, so sums never carry from one
/// level into the next, and comparing sums is comparing the levels one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    objective: Objective,
}

const LEVEL: u32 = 20;
const LEVEL_MASK: u64 = (1 << LEVEL) - 1;

impl Packing {
    /// Returns the packing of an objective.
    pub(super) const fn new(objective: Objective) -> Self {
        Self { objective }
    }

    /// Returns the weight of one candidate; never 0, as it counts at least as a permission.
    pub(super) fn weight(self, candidate: &Candidate) -> u64 {
        let tier0 = u64::from(candidate.tier == Some(Tier::Zero)) << (2 * LEVEL);
        let tier1 = u64::from(candidate.tier == Some(Tier::One));
        match self.objective {
            Objective::Documented => tier0 | tier1 << LEVEL | 1,
            Objective::Fewest => tier0 | 1 << LEVEL | tier1,
        }
    }

    /// Returns the cost that a weight stands for, without what is opened.
    pub(super) const fn cost(self, weight: u64, admin_needed: bool) -> Cost {
        let middle = weight >> LEVEL & LEVEL_MASK;
        let last = weight & LEVEL_MASK;
        let (tier1, permissions) = match self.objective {
            Objective::Documented => (middle, last),
            Objective::Fewest => (last, middle),
        };
        Cost {
            tier0: weight >> (2 * LEVEL),
            tier1,
            admin_needed,
            permissions,
            writes: 0,
            reads: 0,
        }
    }
}

/// Operations opened together.
#[derive(Debug, Clone, Default)]
pub(super) struct Opened {
    /// Those that write.
    pub(super) writes: Bits,
    /// Those that only read.
    pub(super) reads: Bits,
}

impl Opened {
    /// Returns the sets of operations.
    pub(super) fn of((reads, writes): StoredOpens<'_>) -> Self {
        // The largest first: lists are sorted, and the sets grow once.
        let bits = |list| operations(list).rev().map(OperationId::index).collect();
        Self {
            writes: bits(writes),
            reads: bits(reads),
        }
    }

    /// Adds what a candidate opens.
    pub(super) fn open(&mut self, candidate: &Candidate) {
        self.add_all(candidate.opening.opened());
    }

    /// Adds what another set opens.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.writes.add_all(&other.writes);
        self.reads.add_all(&other.reads);
    }

    /// Removes what another set opens.
    pub(super) fn remove_all(&mut self, other: &Self) {
        self.writes.remove_all(&other.writes);
        self.reads.remove_all(&other.reads);
    }

    /// Returns the number of writes and of reads.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.writes.len(), self.reads.len())
    }
}
