//! Why there is no plan to search for.

use miette::Diagnostic;
use thiserror::Error;

use crate::plan::problem::{CandidateId, ClauseId};

/// A problem that no set of permissions solves, or that contradicts itself.
///
/// Neither comes from a user's file: operations that are unknown or unsupported are verdicts, and the
/// caller keeps them out of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Diagnostic)]
pub enum PlanError {
    /// A clause without alternatives.
    #[error("clause {} has no alternative", .clause.0)]
    #[diagnostic(
        code(graphgrant::plan::unsatisfiable),
        help(
            "leave operations that no permission opens out of the plan, and report them as unsupported"
        )
    )]
    Unsatisfiable {
        /// The clause.
        clause: ClauseId,
    },
    /// A clause names a candidate that does not exist.
    #[error("clause {} names candidate {}, and there are {count}", .clause.0, .candidate.0)]
    #[diagnostic(
        code(graphgrant::plan::unknown_candidate),
        help("number the candidates from 0, sorted by name")
    )]
    UnknownCandidate {
        /// The clause.
        clause: ClauseId,
        /// What it names.
        candidate: CandidateId,
        /// How many candidates there are.
        count: usize,
    },
    /// The given permissions name a candidate that does not exist.
    #[error("candidate {} is given, and there are {count}", .candidate.0)]
    #[diagnostic(
        code(graphgrant::plan::unknown_given),
        help("number the candidates from 0, sorted by name")
    )]
    UnknownGiven {
        /// What is given.
        candidate: CandidateId,
        /// How many candidates there are.
        count: usize,
    },
}
