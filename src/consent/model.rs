//! The plain data of a consent, as the reports read it.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::overlay::RouteKind;
use crate::plan::model::Reach;
use crate::requirement::Set;

/// What has to be consented to for an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// What is known of the tenant's consent policy.
    pub basis: Basis,
    /// What is asked for, in the order in which it is: of each access that the plan wants the base, then the
    /// increments of the profiles.
    pub parts: Vec<Part>,
    /// Who has to consent to all parts of an access.
    pub whole: Vec<(Access, Who)>,
    /// The same under each policy that Microsoft brings along, by its word; delegated access alone.
    pub by_policy: Vec<(String, Who)>,
    /// The requirements that nothing in the plan serves: what they need is not part of this consent.
    pub gaps: Vec<Gap>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// What would avoid the admin or lower what is at stake.
    pub easier: Vec<Easier>,
    /// What no file tells, and limits that the request comes near.
    pub cautions: Vec<Caution>,
}

/// What an answer about user consent rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// One of Microsoft's policies, by the word of the option.
    Named {
        /// The word.
        name: String,
        /// False when nobody named it: it is the default of new tenants.
        is_chosen: bool,
    },
    /// The tenant's own settings, from exported files: the ids of the policies that are assigned.
    Tenant {
        /// The ids; none when users cannot consent.
        assigned: Vec<String>,
    },
}

/// What is asked for together: the base of an access, or the increment of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The access.
    pub access: Access,
    /// The profile; the base when `None`.
    pub profile: Option<String>,
    /// The permissions, sign-in scopes included, sorted.
    pub asks: Vec<Ask>,
    /// Who has to consent.
    pub who: Who,
}

/// Who has to consent to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Nobody: nothing is asked for.
    Nobody,
    /// Users can do it themselves.
    Users {
        /// On these conditions, all of them; of several ways the one with the fewest.
        conditions: Vec<Condition>,
    },
    /// An admin.
    Admin {
        /// The least role; `None` when the data knows none.
        role: Option<String>,
        /// The permissions that make it so.
        because: Set,
    },
}

impl Who {
    /// Returns whether it takes an admin.
    pub const fn is_admin(&self) -> bool {
        matches!(self, Self::Admin { .. })
    }
}

/// A permission that has to be consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The permission.
    pub permission: PermissionId,
    /// Whether it is a scope of signing in.
    pub is_sign_in: bool,
    /// Whether users can consent for themselves.
    pub user: UserConsent,
    /// The least role that grants it for the whole tenant; `None` when the data knows none.
    pub role: Option<String>,
    /// The requirements it serves.
    pub operations: Vec<usize>,
    /// Why the manifest asks for it by name: the developer's words; or the route that needs it.
    pub asked_for: Option<String>,
    /// Whether it belongs to other profiles too.
    pub other_profiles: Vec<String>,
    /// What it takes besides consent, and what to know.
    pub facts: Vec<AskFact>,
    /// Permissions that give less, and why they do not do.
    pub narrower: Vec<Narrower>,
    /// The nearest permissions that give more and are not asked for.
    pub wider: Set,
}

/// Whether users can consent to a permission themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserConsent {
    /// Never: it is an app role, or Microsoft asks an admin for it.
    AdminOnly,
    /// The policy does not let them.
    Refused(Refusal),
    /// They can, in one of these ways; an empty way is without conditions. Fewest conditions first.
    Allowed {
        /// The ways.
        ways: Vec<Vec<Condition>>,
    },
}

/// Why a policy does not let users consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No policy is assigned to users.
    NoPolicy,
    /// A policy names it as an exception.
    Excluded,
    /// No policy includes it.
    NotIncluded,
}

/// What has to hold for a consent, and cannot be told offline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The tenant has classified the permissions so.
    Classified {
        /// `low`, `medium` or `high`.
        class: String,
    },
    /// The publisher of the app is verified.
    VerifiedPublisher,
    /// The publisher of the app has one of these ids.
    Publisher {
        /// Ids of verified publishers.
        ids: Vec<String>,
    },
    /// The app is certified for Microsoft 365.
    Certified,
    /// The app is registered in the tenant that consents.
    OwnTenant,
    /// The app is registered in one of these tenants.
    RegisteredIn {
        /// Tenant ids.
        tenants: Vec<String>,
    },
    /// The app has one of these ids.
    Client {
        /// Application ids.
        ids: Vec<String>,
    },
    /// It is one of the apps that Microsoft names.
    NamedByMicrosoft,
    /// No exception of the policy applies, which depends on the app's publisher or tenant.
    NoException {
        /// The policy.
        policy: String,
    },
    /// The policy lets them: its conditions are not in the files.
    PolicyAllows {
        /// The policy.
        policy: String,
    },
    /// A condition that this program does not know.
    Other {
        /// Its name.
        name: String,
    },
}

/// What a fact about a permission is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// It has to be done before it works.
    Prerequisite,
    /// What the signed-in user must be allowed to do besides.
    UserRole,
    /// A licence.
    Licence,
    /// Anything else to know.
    Note,
}

impl FactKind {
    /// Returns the word that machine forms use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prerequisite => "prerequisite",
            Self::UserRole => "user-role",
            Self::Licence => "licence",
            Self::Note => "note",
        }
    }
}

/// Something to do or to know besides consent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskFact {
    /// What it is about; several where one line speaks of both.
    pub kinds: Vec<FactKind>,
    /// One line.
    pub text: String,
    /// A link.
    pub source: String,
    /// When that was read.
    pub date: String,
}

/// A permission that gives less than one that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrower {
    /// The permission.
    pub permission: PermissionId,
    /// The requirements that it and the rest of the plan would not serve. Empty: the data accepts it for
    /// all of them, and documentation names the wider one.
    pub lacks: Vec<usize>,
}

/// A requirement that nothing in the plan serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The requirement.
    pub operation: usize,
    /// Whether the data knows it, but not under this access.
    pub is_known: bool,
}

/// Something to do on the way to a working grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What kind of step it is.
    pub kind: StepKind,
    /// What to do, in one line.
    pub text: String,
    /// The permissions it is about; all when empty.
    pub of: Set,
    /// A link, empty for what follows from the plan.
    pub source: String,
}

/// The kinds of steps, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// The app registration and what it declares.
    Register,
    /// The service principal in the tenant.
    ServicePrincipal,
    /// Waiting for the directory to know it everywhere.
    Replication,
    /// What has to be there before the permission works.
    Prerequisite,
    /// The grant of delegated permissions.
    GrantDelegated,
    /// The grant of app roles.
    GrantAppRoles,
    /// What a route takes.
    Route,
    /// New tokens.
    Token,
    /// Looking whether it worked.
    Check,
}

impl StepKind {
    /// Returns the word that machine forms use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::ServicePrincipal => "service-principal",
            Self::Replication => "replication",
            Self::Prerequisite => "prerequisite",
            Self::GrantDelegated => "grant-delegated",
            Self::GrantAppRoles => "grant-app-roles",
            Self::Route => "route",
            Self::Token => "token",
            Self::Check => "check",
        }
    }
}

/// A change that would avoid the admin, or lower what is at stake; found by planning again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Easier {
    /// The change.
    pub change: Change,
    /// The access it is about.
    pub access: Access,
    /// The permissions that would go.
    pub drops: Set,
    /// The permissions that would come.
    pub adds: Set,
    /// Before and after.
    pub before: Stake,
    /// After the change.
    pub after: Stake,
    /// The operations that would be opened besides.
    pub widens: Reach,
    /// The requirements that would be served by a set that is accepted, but not documented as the least.
    pub unconfirmed: Vec<usize>,
    /// The requirements that would not be served any more.
    pub unserved: Vec<usize>,
    /// What would have to be done besides consent, in order.
    pub steps: Vec<String>,
}

/// A change to what is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Other permissions that need no admin, for the same operations.
    NoAdmin,
    /// The operations that force the admin go into a profile of their own, asked for later.
    Split {
        /// Those operations.
        operations: Vec<usize>,
    },
    /// A signed-in user instead of the app alone.
    SignedInUser,
    /// A route instead of tenant-wide permissions.
    Route {
        /// The route.
        via: RouteKind,
        /// The operations that take it.
        operations: Vec<usize>,
    },
}

/// What is at stake with a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stake {
    /// Who has to consent.
    pub who: Who,
    /// Permissions that lead to control of the tenant.
    pub tier0: usize,
    /// Permissions on data or devices of the whole tenant.
    pub tier1: usize,
}

/// What no file tells, or a limit that the request comes near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caution {
    /// A new app for several tenants without a verified publisher is stepped up to the admin.
    StepUp,
    /// An app that requires assignment needs the admin for everything.
    Assignment,
    /// People with personal accounts consent for themselves.
    PersonalAccounts,
    /// More permissions than one request or one app takes.
    TooMany {
        /// The access.
        access: Access,
        /// How many are asked for.
        count: usize,
        /// How many go into one request.
        limit: usize,
    },
    /// More characters than one delegated grant takes.
    TooLong {
        /// The characters of the scopes.
        count: usize,
        /// How many one grant takes.
        limit: usize,
    },
    /// An operation is unknown or needs details, so nothing here is called too much.
    Doubt {
        /// The requirements.
        operations: Vec<usize>,
    },
}
