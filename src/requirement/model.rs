//! The plain data of a requirement.

use crate::call::{MatchKind, Rewrite};
use crate::catalog::model::{Effect, Method, OperationId, PathId, PermissionId, Scheme};
use crate::catalog::overlay::Detail;
use crate::catalog::record::Rank;
use crate::manifest::model::Target;

pub use crate::catalog::record::Set;

/// Whether an operation can be done under an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It can, with any of the alternatives.
    Supported,
    /// It can, but the answer rests on something the manifest does not say or a grant cannot give: a
    /// missing detail, import mode, resource-specific consent.
    Conditional,
    /// It cannot under this access.
    Unsupported,
    /// The catalog does not know.
    Unknown,
    /// The manifest does not want it under this access.
    Excluded,
}

impl Verdict {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Conditional => "conditional",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
            Self::Excluded => "excluded",
        }
    }
}

/// Something the user should know, with its source where it comes from the overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// One line.
    pub text: String,
    /// A link, empty for what the program itself concluded.
    pub source: String,
}

/// What the operation would need if the call named something that the manifest is silent about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fuller {
    /// The condition's name.
    pub condition: String,
    /// The detail the manifest does not give.
    pub detail: Detail,
    /// What the call would have to name, e.g. `signInActivity`; empty for "anything else".
    pub values: Vec<String>,
    /// What it would need then, preferred sets first.
    pub needs: Vec<Set>,
    /// Why, in one line.
    pub reason: String,
}

/// Why a permission that the data accepts may not do for the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// By its name it reaches the signed-in user's own data alone, and the call may touch other people's.
    OwnData,
    /// A tenant-wide grant of it cannot be counted on: resource-specific, import mode, not offered.
    Grant,
}

/// What an operation needs under one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Whether it can be done.
    pub verdict: Verdict,
    /// All sets known to suffice, sorted.
    pub alternatives: Vec<Set>,
    /// The least of them, sorted; several are a tie.
    pub preferred: Vec<Set>,
    /// Those a plan may use: preferred, or containing a preferred one by the order. Sorted.
    pub admissible: Vec<Set>,
    /// How `preferred` was found; `None` without alternatives.
    pub rank: Option<Rank>,
    /// The sources of curated facts that had a say: reason, link and date in one line each.
    pub sources: Vec<Note>,
    /// Details that would decide and that the manifest does not give.
    pub missing_detail: Vec<Detail>,
    /// What fuller calls would need.
    pub fuller: Vec<Fuller>,
    /// The permissions of alternatives that may not do for the call, sorted.
    pub flaws: Vec<(PermissionId, Flaw)>,
    /// Whether the answer leaves a part of the call out; the notes say which.
    pub is_in_part: bool,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// What an operation of the manifest needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The request as written; members of a batch are prefixed with `POST /$batch > `.
    pub request: String,
    /// The line in the manifest, from 1.
    pub line: usize,
    /// The bytes of the request in the manifest.
    pub span: crate::source::Span,
    /// The developer's reason: a claim, not a fact.
    pub reason: Option<String>,
    /// The profile it belongs to; the base when `None`.
    pub profile: Option<String>,
    /// The method.
    pub method: Method,
    /// The catalog path; `None` when unknown.
    pub path: Option<PathId>,
    /// The catalog's operation; `None` when path or method are unknown.
    pub operation: Option<OperationId>,
    /// What it does to data.
    pub effect: Effect,
    /// How the path was found; `None` when it was not.
    pub matched: Option<MatchKind>,
    /// What was rewritten to find it.
    pub rewrites: Vec<Rewrite>,
    /// The nearest known operations, when this one is unknown.
    pub candidates: Vec<String>,
    /// Delegated, work or school accounts.
    pub delegated: Need,
    /// Delegated, personal accounts.
    pub personal: Need,
    /// App-only.
    pub application: Need,
    /// Whose data a delegated call touches, as the manifest says or as the path lets expect.
    pub target: Target,
    /// The route (index into the app's routes) that serves it instead of a tenant-wide grant.
    pub route: Option<usize>,
}

impl Requirement {
    /// Returns what is needed under a scheme.
    pub const fn need(&self, scheme: Scheme) -> &Need {
        match scheme {
            Scheme::Work => &self.delegated,
            Scheme::Personal => &self.personal,
            Scheme::Application => &self.application,
        }
    }
}
