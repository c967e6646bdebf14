//! The plain data of a comparison.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::overlay::{Detail, RouteKind};
use crate::consent::model::{AskFact, FactKind};
use crate::plan::model::{AppPlan, Reach};
use crate::requirement::{Set, Verdict};
use crate::source::Span;

/// How an app gets its access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// All on behalf of the signed-in user.
    Delegated,
    /// All as the app alone.
    Application,
    /// Some operations one way, some the other.
    Mixed,
}

impl Way {
    /// All ways, in the order in which outputs show them.
    pub const ALL: [Self; 3] = [Self::Delegated, Self::Application, Self::Mixed];

    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::Application => "application",
            Self::Mixed => "mixed",
        }
    }

    /// Returns whether it asks for permissions of an access.
    pub const fn uses(self, access: Access) -> bool {
        matches!(
            (self, access),
            (Self::Mixed, _)
                | (Self::Delegated, Access::Delegated)
                | (Self::Application, Access::Application)
        )
    }
}

/// An app, one way beside the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The app's name in the manifest.
    pub name: Option<String>,
    /// By operation of the manifest, batches expanded.
    pub rows: Vec<Row>,
    /// All delegated.
    pub delegated: Side,
    /// All app-only.
    pub application: Side,
    /// The best mixed plan, where it beats both.
    pub mixed: Option<Side>,
    /// Which way fits, and why.
    pub recommendation: Recommendation,
}

impl Comparison {
    /// Returns the side of a way, where there is one.
    pub const fn side(&self, way: Way) -> Option<&Side> {
        match way {
            Way::Delegated => Some(&self.delegated),
            Way::Application => Some(&self.application),
            Way::Mixed => self.mixed.as_ref(),
        }
    }

    /// Returns the sides that there are.
    pub fn sides(&self) -> impl Iterator<Item = &Side> {
        Way::ALL.into_iter().filter_map(|way| self.side(way))
    }
}

/// An operation under both accesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The request as written.
    pub request: String,
    /// The line in the manifest, from 1.
    pub line: usize,
    /// The bytes of the request in the manifest.
    pub span: Span,
    /// On behalf of the signed-in user.
    pub delegated: Cell,
    /// As the app alone.
    pub application: Cell,
    /// The form with `/me` of a call about any user.
    pub own_form: Option<OwnForm>,
    /// The access it takes in the mixed plan.
    pub mixed: Option<Access>,
}

/// What one operation needs under one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Whether it can be done.
    pub verdict: Verdict,
    /// The request in the form that this access takes, where that is not the one written.
    pub request: Option<String>,
    /// What serves it in the plan of this access; `None` where nothing does.
    pub permissions: Option<Set>,
    /// Whether an admin has to consent to any of these.
    pub admin: bool,
    /// The lowest, that is worst, risk tier of these; `None` when nobody judged them.
    pub tier: Option<u8>,
    /// Whether a route serves it instead of a tenant-wide grant.
    pub by_route: bool,
    /// The details that would decide and that the manifest does not give.
    pub missing_detail: Vec<Detail>,
    /// What the user should know of it, in one line each.
    pub notes: Vec<String>,
}

/// A call about any user, written for the signed-in user alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnForm {
    /// The request.
    pub request: String,
    /// The preferred sets under delegated access.
    pub preferred: Vec<Set>,
}

/// An app planned one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The way.
    pub way: Way,
    /// By requirement: the access it takes.
    pub assigned: Vec<Access>,
    /// The plan. Its requirements have the form that their access takes.
    pub plan: AppPlan,
    /// What the plan amounts to.
    pub measure: Measure,
    /// The least directory role that can grant it; `None` when no admin is needed, or the data knows none.
    pub grantor: Option<String>,
    /// What it takes besides consent, each once.
    pub facts: Vec<AskFact>,
}

impl Side {
    /// Returns the texts of the facts of a kind, each once: several operations and permissions may have the
    /// same, from different sources.
    pub fn told(&self, kind: FactKind) -> Vec<&str> {
        let mut texts: Vec<&str> = Vec::new();
        for fact in self.facts.iter().filter(|fact| fact.kinds.contains(&kind)) {
            if !texts.contains(&fact.text.as_str()) {
                texts.push(&fact.text);
            }
        }
        texts
    }
}

/// Whose data a grant reaches, from narrow to wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Nothing is granted.
    Nobody,
    /// The signed-in user's own.
    Own,
    /// What the signed-in user may reach, and no more.
    AsUser,
    /// What routes open: chosen sites, mailboxes, teams.
    Chosen,
    /// Everyone's in the tenant.
    Everyone,
}

impl Whose {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Own => "own",
            Self::AsUser => "as-user",
            Self::Chosen => "chosen",
            Self::Everyone => "everyone",
        }
    }
}

/// What a plan amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The operations that cannot be done this way, sorted.
    pub lost: Vec<usize>,
    /// The permissions that the manifest asks for by name (`permissions`) under another access alone, in its
    /// order.
    pub lacking: Vec<String>,
    /// The operations that the catalog does not know, sorted.
    pub unknown: Vec<usize>,
    /// The operations that work only under a condition no detail of the manifest could lift, such as import
    /// mode, sorted.
    pub conditional: Vec<usize>,
    /// The tier-0 permissions, sorted.
    pub tier0: Vec<(Access, PermissionId)>,
    /// The tier-1 permissions, sorted.
    pub tier1: Vec<(Access, PermissionId)>,
    /// Whether an admin has to consent.
    pub admin: bool,
    /// Whose data is reached.
    pub whose: Whose,
    /// What is opened; of a mixed plan the sum of both grants.
    pub reach: Reach,
    /// How many permissions there are, once per access.
    pub permissions: usize,
}

/// Who is there when the app runs, as the manifest tells by `access` and `signIn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// The app is said to be app-only: no user signs in.
    Unattended,
    /// Users are said to sign in.
    Attended,
    /// The manifest does not say.
    Unsaid,
}

impl Presence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unattended, Self::Attended, Self::Unsaid];

    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unattended => "unattended",
            Self::Attended => "attended",
            Self::Unsaid => "unsaid",
        }
    }
}

/// What ways are compared by, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criterion {
    /// How many operations cannot be done, and permissions that are asked for by name not be had.
    Impossible,
    /// How many work only under a condition.
    Conditional,
    /// Whether it suits who is there when the app runs.
    Presence,
    /// How many tier-0 permissions it takes.
    TierZero,
    /// Whose data it reaches.
    Whose,
    /// How many tier-1 permissions it takes.
    TierOne,
    /// Whether an admin has to consent.
    Admin,
    /// How many operations that change something it opens.
    Writes,
    /// How many operations that change nothing it opens.
    Reads,
    /// How many permissions it takes.
    Permissions,
}

impl Criterion {
    /// All criteria, in their order.
    pub const ALL: [Self; 10] = [
        Self::Impossible,
        Self::Conditional,
        Self::Presence,
        Self::TierZero,
        Self::Whose,
        Self::TierOne,
        Self::Admin,
        Self::Writes,
        Self::Reads,
        Self::Permissions,
    ];

    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Impossible => "impossible",
            Self::Conditional => "conditional",
            Self::Presence => "presence",
            Self::TierZero => "tier-0",
            Self::Whose => "whose-data",
            Self::TierOne => "tier-1",
            Self::Admin => "admin",
            Self::Writes => "writes",
            Self::Reads => "reads",
            Self::Permissions => "permissions",
        }
    }

    /// Returns whether only the size of a grant is compared, not its kind: what it decides is close.
    pub const fn is_size(self) -> bool {
        matches!(self, Self::Writes | Self::Reads | Self::Permissions)
    }
}

/// How the ways compare by one criterion. Less is better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The criterion.
    pub criterion: Criterion,
    /// The value of each way that was compared.
    pub values: Vec<(Way, usize)>,
    /// The ways that were still in the running and have the least value.
    pub best: Vec<Way>,
}

/// Which way fits, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    /// The way; `None` when no way can do a single known operation.
    pub way: Option<Way>,
    /// Who is there when the app runs.
    pub presence: Presence,
    /// The criterion that decided; `None` when all were equal.
    pub decided_by: Option<Criterion>,
    /// The criteria, in their order, with their values.
    pub grounds: Vec<Ground>,
    /// Why it is a close call, if it is.
    pub close: Option<Close>,
    /// What would change the recommendation, or lessen what it takes.
    pub would_change: Vec<Change>,
}

/// Why a recommendation is a close call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// Only the size of the grants decided, or nothing did.
    Size,
    /// It hangs on who is there when the app runs, and the manifest does not say.
    PresenceUnsaid,
}

/// Something that would lead to another recommendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub cause: Cause,
    /// The way that would fit then.
    pub then: Way,
    /// The criterion that would decide then.
    pub decided_by: Option<Criterion>,
}

/// What would have to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Who is there when the app runs.
    Presence(Presence),
    /// The app would not make this call.
    Without(usize),
    /// These operations would take a route.
    Route(RouteKind, Vec<usize>),
}
