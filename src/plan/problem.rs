//! What the search is asked: permissions to choose from, what is wanted, what is there already.

use std::cell::OnceCell;
use std::rc::Rc;

use smallvec::SmallVec;

use crate::catalog::record::StoredOpens;
use crate::plan::cost::Opened;
use crate::plan::error::PlanError;
use crate::plan::table::{Row, Table};

/// The number of a candidate. Candidates are sorted by name, so ids order as names do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateId(pub usize);

impl Row for CandidateId {
    fn at(index: usize) -> Self {
        Self(index)
    }

    fn index(self) -> usize {
        self.0
    }
}

/// The number of a clause, in the order in which the caller gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId(pub usize);

/// What a permission lets an attacker do. No tier is known to be harmless: unknown counts as `Two`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Leads to control of the tenant.
    Zero,
    /// Leads to data or devices of the whole tenant.
    One,
    /// Less than that.
    Two,
}

/// A permission to choose from.
#[derive(Debug, Clone, Default)]
pub struct Candidate<'a> {
    /// Its risk; `None` when it is not known.
    pub tier: Option<Tier>,
    /// Whether an admin has to consent to it.
    pub needs_admin: bool,
    /// The operations it opens.
    pub opening: Rc<Opening<'a>>,
}

/// What a permission opens, shared by the problems of one plan.
#[derive(Debug, Default)]
pub struct Opening<'a> {
    /// The operations. Most candidates are decided without a look at them.
    pub opens: StoredOpens<'a>,
    opened: OnceCell<Opened>,
}

impl<'a> Opening<'a> {
    /// Returns the opening of operations.
    #[must_use]
    pub const fn new(opens: StoredOpens<'a>) -> Self {
        Self {
            opens,
            opened: OnceCell::new(),
        }
    }

    /// Returns the operations as sets.
    pub(super) fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| Opened::of(self.opens))
    }
}

/// Permissions that suffice together. Nearly always they are one or two, and a search makes and changes
/// hundreds of such sets: so the small ones need no memory of their own.
pub type Alternative = SmallVec<[CandidateId; 2]>;

/// Something wanted: an OR of ANDs.
#[derive(Debug, Clone, Default)]
pub struct Clause {
    /// The admissible alternatives: each a set of permissions that suffice together. An empty one says
    /// that nothing is needed.
    pub alternatives: Vec<Alternative>,
    /// The permissions of the preferred alternatives. They do not steer the search; the proof tells of
    /// each that the plan does without.
    pub preferred: Alternative,
}

impl Clause {
    /// Returns whether the set, which must be sorted, satisfies the clause.
    #[must_use]
    pub fn is_satisfied(&self, set: &[CandidateId]) -> bool {
        self.alternatives
            .iter()
            .any(|alternative| is_inside(alternative, set))
    }
}

/// Returns whether every member of `alternative` is in `set`, which must be sorted.
pub(super) fn is_inside(alternative: &[CandidateId], set: &[CandidateId]) -> bool {
    alternative
        .iter()
        .all(|candidate| set.binary_search(candidate).is_ok())
}

/// A problem that has a solution: every clause can be satisfied.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    candidates: Table<CandidateId, Candidate<'a>>,
    clauses: Vec<Clause>,
    given: Vec<CandidateId>,
}

impl<'a> Problem<'a> {
    /// Checks a problem and brings it into normal form (sets sorted, without duplicates).
    ///
    /// `given` are permissions that the plan has anyway, such as the base plan when a profile is planned:
    /// they satisfy clauses, are never chosen, and cost nothing. What is minimised then is the growth:
    /// permissions added, an admin needed where none was, operations opened that were not.
    pub fn new(
        candidates: Vec<Candidate<'a>>,
        mut clauses: Vec<Clause>,
        mut given: Vec<CandidateId>,
    ) -> Result<Self, PlanError> {
        let count = candidates.len();
        for (index, clause) in clauses.iter_mut().enumerate() {
            let id = ClauseId(index);
            if clause.alternatives.is_empty() {
                return Err(PlanError::Unsatisfiable { clause: id });
            }
            for set in clause
                .alternatives
                .iter_mut()
                .chain([&mut clause.preferred])
            {
                set.sort_unstable();
                set.dedup();
                if let Some(&candidate) = set.last().filter(|last| last.0 >= count) {
                    return Err(PlanError::UnknownCandidate {
                        clause: id,
                        candidate,
                        count,
                    });
                }
            }
        }
        given.sort_unstable();
        given.dedup();
        if let Some(&candidate) = given.last().filter(|last| last.0 >= count) {
            return Err(PlanError::UnknownGiven { candidate, count });
        }
        Ok(Self {
            candidates: Table::new(candidates),
            clauses,
            given,
        })
    }

    /// Returns the number of candidates.
    #[must_use]
    pub const fn candidate_count(&self) -> usize {
        self.candidates.len()
    }

    /// Returns a candidate of this problem.
    #[must_use]
    pub fn candidate(&self, id: CandidateId) -> &Candidate<'a> {
        &self.candidates[id]
    }

    /// Returns what is wanted.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Returns the permissions that are there already, sorted.
    #[must_use]
    pub fn given(&self) -> &[CandidateId] {
        &self.given
    }
}
