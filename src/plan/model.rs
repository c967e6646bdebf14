//! The plain data of a plan, as reports, lint, consent and verify read it.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::overlay::RouteKind;
use crate::requirement::{Note, Requirement, Set};

/// What is minimised. See the design of plans in the crate's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// Documented permissions; one is dropped only when one that contains it is chosen anyway.
    Documented,
    /// As few permissions as the accepted alternatives allow.
    Fewest,
    /// No admin consent, where that is possible for all operations; else the documented plan, with the
    /// operations that force the admin. Delegated access only.
    ///
    /// An operation is served by its admissible alternatives that need no admin where there are any, those
    /// of documented permissions first, and by accepted ones that need no admin only where there are none.
    /// So a documented plan that needs no admin stays as it is.
    NoAdmin,
}

impl Goal {
    /// Returns the word that options and outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Fewest => "fewest",
            Self::NoAdmin => "no-admin",
        }
    }
}

/// Whether a plan covers all that the manifest wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Every operation wanted under this access is served.
    Complete,
    /// Some operation wanted under this access is unknown or unsupported.
    Partial,
    /// The manifest does not want this access at all.
    Excluded,
}

impl Status {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Excluded => "excluded",
        }
    }
}

/// How many operations are opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Operations that change nothing.
    pub reads: usize,
    /// Operations that change something.
    pub writes: usize,
}

/// A permission of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The permission.
    pub permission: PermissionId,
    /// Indices of the requirements it serves, sorted.
    pub operations: Vec<usize>,
    /// Of the requirements that nothing else in the plan could serve, one that prefers the permission, or
    /// any where none does; the first by request, so that the order of the manifest does not matter. `None`
    /// for what the manifest asks for by name.
    pub forced_by: Option<usize>,
    /// The requirements that would be lost without it, sorted.
    pub lost_without: Vec<usize>,
    /// The developer's reason when the manifest asks for it by name (`permissions`) or a route needs it.
    pub asked_for: Option<String>,
    /// The profile whose increment it belongs to, the first of the manifest if several need it; the base
    /// when `None`.
    pub profile: Option<String>,
    /// The other profiles whose increments it belongs to, in the order of the manifest.
    pub other_profiles: Vec<String>,
}

/// A preferred permission that is not in the plan, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// The permission.
    pub permission: PermissionId,
    /// The requirements that prefer it, sorted.
    pub preferred_by: Vec<usize>,
    /// The chosen permissions that serve them instead, sorted.
    pub replaced_by: Set,
}

/// What `fewest` would save: possible, unconfirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// Permissions of the plan that would go.
    pub drops: Vec<PermissionId>,
    /// Permissions that would come.
    pub adds: Vec<PermissionId>,
    /// Operations that would be opened besides.
    pub widens: Reach,
    /// The requirements that would then be served by a set that is accepted and not admissible, sorted.
    pub unconfirmed: Vec<usize>,
}

/// A route the manifest declares, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutePlan {
    /// The route.
    pub via: RouteKind,
    /// The requirements it serves, sorted.
    pub operations: Vec<usize>,
    /// The permissions it stands for, sorted.
    pub replaces: Vec<PermissionId>,
    /// The permissions it asks for itself, sorted. Tenant-wide ones are part of the plan; resource-specific
    /// ones are declared elsewhere (the steps say where) and are not.
    pub grants: Vec<PermissionId>,
    /// What to do besides consent, in order.
    pub steps: Vec<String>,
    /// The developer's reason.
    pub reason: Option<String>,
}

/// The plan of one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The access.
    pub access: Access,
    /// What was minimised.
    pub goal: Goal,
    /// Whether all is covered.
    pub status: Status,
    /// False when the search ran out of its budget: the plan suffices, but a smaller one may exist.
    pub optimal: bool,
    /// When not optimal: the number of permissions in the least cost that is not ruled out.
    pub bound: Option<usize>,
    /// Whether an admin has to consent to any of it.
    pub admin_needed: bool,
    /// Sorted by name; base and all profiles.
    pub permissions: Vec<Chosen>,
    /// The OpenID Connect scopes of `signIn`, sorted; empty for app-only access.
    pub sign_in: Vec<PermissionId>,
    /// By requirement: the set that serves it; `None` where nothing does. For an operation that takes a
    /// route, what the route asks for.
    pub chosen: Vec<Option<Set>>,
    /// By requirement: the set that serves it for personal accounts; `None` where nothing does, or where
    /// the app does not take them.
    pub chosen_personal: Vec<Option<Set>>,
    /// What the plan opens altogether.
    pub reach: Reach,
    /// What was made redundant.
    pub redundant: Vec<Redundant>,
    /// What `fewest` would save.
    pub savings: Vec<Saving>,
    /// Routes the manifest declares for this access.
    pub routes: Vec<RoutePlan>,
    /// With [`Goal::NoAdmin`]: the requirements that force the admin, sorted. Empty when none does.
    pub admin_forced_by: Vec<usize>,
    /// What the user should know of this plan, sorted.
    pub notes: Vec<Note>,
}

/// What an app needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPlan {
    /// The app's name in the manifest.
    pub name: Option<String>,
    /// By operation of the manifest, batches expanded.
    pub requirements: Vec<Requirement>,
    /// The plan for delegated access.
    pub delegated: Plan,
    /// The plan for app-only access.
    pub application: Plan,
}

impl AppPlan {
    /// Returns the plan of an access.
    pub const fn plan(&self, access: Access) -> &Plan {
        match access {
            Access::Delegated => &self.delegated,
            Access::Application => &self.application,
        }
    }
}
