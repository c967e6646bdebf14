//! The overlay as it is written in `data/overlay/`: curated facts on top of what Microsoft publishes.
//!
//! Every fact carries a reason in our own words, a source and a date. A file gives `source` and `date`
//! once for all its entries; an entry may have its own. Reading is strict: an unknown key is an error.
//! This module only knows the written form; `compile` turns it into records.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::model::{Access, Effect, Scheme};

/// A set of permissions that suffice together, written `A` or `A + B`.
pub type WrittenSet = String;

/// The alternatives of an operation per scheme. A scheme that is absent is left as it is (`personal`
/// follows `delegated`); an empty list says that the scheme is not supported.
pub type PerScheme = BTreeMap<Scheme, Vec<WrittenSet>>;

/// A file of the overlay: entries with a common source and date.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File<T> {
    /// Where the entries come from, unless one says otherwise.
    pub source: String,
    /// When the source was read (ISO 8601), unless an entry says otherwise.
    pub date: String,
    /// The facts.
    pub entries: Vec<T>,
}

/// `operations.yaml`: what an operation accepts and prefers, where upstream is wrong or silent.
///
/// An operation is written `METHOD /path/{id}`; `**` as first segment stands for any prefix, a `*` at the end of the last
/// segment for any ending.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OperationFact {
    /// The operations that the fact is about.
    pub operations: Vec<String>,
    /// Sets that suffice besides those upstream lists.
    #[serde(default)]
    pub accepted: PerScheme,
    /// Sets that upstream lists and that do not suffice for the operation in general.
    #[serde(default)]
    pub refused: PerScheme,
    /// The least of what is accepted.
    #[serde(default)]
    pub preferred: PerScheme,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// The part of a call that decides what it needs beyond method and path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Detail {
    /// Properties named by `$select`, `$filter` or `$orderby`.
    Select,
    /// Relations named by `$expand`.
    Expand,
    /// `$search` text is given.
    Search,
    /// `entityTypes` in the body of `POST /search/query`.
    EntityTypes,
    /// `resource` in the body of a subscription.
    Resource,
    /// Properties written in the body.
    Properties,
    /// Whose data is touched. No condition looks at it: it is only ever a missing detail.
    Target,
}

impl Detail {
    /// Returns the manifest key that gives this detail.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Expand => "expand",
            Self::Search => "search",
            Self::EntityTypes => "entityTypes",
            Self::Resource => "resource",
            Self::Properties => "properties",
            Self::Target => "target",
        }
    }

    /// Returns whether the URL of a call shows it, so that what is not there is not asked for.
    pub const fn is_in_url(self) -> bool {
        matches!(self, Self::Select | Self::Expand | Self::Search)
    }
}

/// When a condition applies. Exactly one of `is` and `outside` is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct When {
    /// The part of the call that is looked at.
    pub detail: Detail,
    /// Applies when the call names one of these. For `resource` they are path templates
    /// (`/users/{id}/messages`), for all others names without regard to case; a name also covers what
    /// lies below it (`manager` covers `manager/displayName`). `*` stands for anything at all.
    #[serde(default)]
    pub is: Vec<String>,
    /// Applies when the call names something else than these.
    #[serde(default)]
    pub outside: Vec<String>,
    /// Applies too when the call is known to name nothing (`select: []`), because the default answer
    /// holds one of these.
    #[serde(default)]
    pub or_default: bool,
}

/// `conditions.yaml`: how query and body change what an operation needs.
///
/// `and` adds to the requirement. `replace` stands instead of the operation's own; where several apply,
/// all of them are needed, and the operation's own stays needed while the call names something that no
/// `replace` speaks of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConditionFact {
    /// A short unique name in kebab case.
    pub id: String,
    /// The operations that the fact is about.
    pub operations: Vec<String>,
    /// When it applies.
    pub when: When,
    /// What is needed on top.
    #[serde(default)]
    pub and: PerScheme,
    /// What is needed instead. The first set is the preferred one.
    #[serde(default)]
    pub replace: PerScheme,
    /// What the user should know besides (a role, a licence, an effect on the answer).
    pub note: Option<String>,
    /// What the note is about, if it is one of these.
    #[serde(default)]
    pub about: Vec<Topic>,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// What a note is about, where other parts of the program ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// A licence that the tenant or the user needs.
    Licence,
    /// What the signed-in user must be allowed to do besides.
    UserRole,
}

/// `notes.yaml`: what a user of an operation should know whatever the query and body say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NoteFact {
    /// The operations that the note is about.
    pub operations: Vec<String>,
    /// The access it is about; both when empty.
    #[serde(default)]
    pub access: Vec<Access>,
    /// The note in one line of our own.
    pub note: String,
    /// What it is about, if it is one of these.
    #[serde(default)]
    pub about: Vec<Topic>,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// `effects.yaml`: operations whose method misleads about what they do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EffectFact {
    /// The operations that the fact is about.
    pub operations: Vec<String>,
    /// What they do.
    pub effect: Effect,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// `order.yaml`: containment that names do not show, or where they mislead.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OrderFact {
    /// The permission that gives less.
    pub lower: Vec<String>,
    /// The permission that gives all that `lower` gives.
    pub upper: Vec<String>,
    /// The access it holds for; both when empty.
    #[serde(default)]
    pub access: Vec<Access>,
    /// `false` when names suggest containment and there is none.
    #[serde(default = "yes")]
    pub contains: bool,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

const fn yes() -> bool {
    true
}

/// `risk.yaml`: what a permission lets an attacker do. Tier 0 leads to control of the tenant, tier 1 to
/// data or devices of the whole tenant; permissions that are not listed have no tier (unknown).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RiskFact {
    /// The permission.
    pub permission: String,
    /// The access it is about; both when empty.
    #[serde(default)]
    pub access: Vec<Access>,
    /// 0, 1 or 2.
    pub tier: u8,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// What is special about a permission, so that it is not preferred while another one is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peculiarity {
    /// Works only while data is imported (migration mode).
    ImportOnly,
    /// Works for some properties of the object only.
    PropertyScoped,
    /// Works for objects that the app created or was given only.
    ResourceScoped,
    /// Meant for a workload's own use; the operation is a side effect.
    Special,
}

/// `permissions.yaml`: facts about a permission that upstream does not tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PermissionFact {
    /// The permissions.
    pub permissions: Vec<String>,
    /// The access it is about; both when empty.
    #[serde(default)]
    pub access: Vec<Access>,
    /// Why it is not preferred, if so.
    pub peculiarity: Option<Peculiarity>,
    /// What has to be done besides consent before it works (one line each).
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// What the user should know, in one line of our own.
    pub note: Option<String>,
    /// What prerequisites and note are about, if it is one of these.
    #[serde(default)]
    pub about: Vec<Topic>,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// A way to the same data that is no tenant-wide grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteKind {
    /// A `*.Selected` permission and a grant on the site, list, item or file.
    SitesSelected,
    /// An Exchange management role with a scope; no Entra grant at all.
    ExchangeRbac,
    /// Resource-specific consent of a Teams app in a team, chat or meeting.
    Rsc,
    /// A directory role on the service principal, maybe scoped to an administrative unit.
    EntraRole,
    /// The app owns or created the object.
    Ownership,
}

impl RouteKind {
    /// All routes.
    pub const ALL: [Self; 5] = [
        Self::SitesSelected,
        Self::ExchangeRbac,
        Self::Rsc,
        Self::EntraRole,
        Self::Ownership,
    ];

    /// Returns the word that manifests, the overlay and outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SitesSelected => "sites-selected",
            Self::ExchangeRbac => "exchange-rbac",
            Self::Rsc => "rsc",
            Self::EntraRole => "entra-role",
            Self::Ownership => "ownership",
        }
    }
}

/// `routes.yaml`: which permissions a route can stand for, and what it takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteFact {
    /// The route.
    pub via: RouteKind,
    /// The permissions whose work it can do.
    pub replaces: Vec<String>,
    /// The access it is about; both when empty.
    #[serde(default)]
    pub access: Vec<Access>,
    /// The permissions that the route itself asks for, if any.
    #[serde(default)]
    pub grants: Vec<String>,
    /// What to do besides consent, in order (one line each).
    pub steps: Vec<String>,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// `clouds.yaml`: the deployments of Microsoft Graph.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CloudFact {
    /// The name that manifests use.
    pub name: String,
    /// The host of Microsoft Graph; aliases follow.
    pub graph_hosts: Vec<String>,
    /// The host of the identity platform; aliases follow.
    pub login_hosts: Vec<String>,
    /// The audience that assertions of other platforms must have there.
    pub federation_audience: Option<String>,
    /// Operations known to be absent there (patterns as in `operations`, method `*` for all).
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// `resources.yaml`: other resources of Microsoft that app manifests ask permissions of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ResourceFact {
    /// The resource's application id.
    pub app_id: String,
    /// Its common name.
    pub name: String,
    /// The day it stopped or stops working (ISO 8601), if it does.
    pub retired: Option<String>,
    /// What to use instead, if there is something.
    pub instead: Option<String>,
    /// Parts of it that stop working, in the order of their days.
    #[serde(default)]
    pub endings: Vec<EndingFact>,
    /// What a user should know, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// A part of a resource that stops working.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EndingFact {
    /// The ids of its permissions at this resource.
    pub ids: Vec<String>,
    /// The names of its permissions, also where another resource has them.
    pub names: Vec<String>,
    /// The days and what happens on each.
    pub days: Vec<EndingDay>,
    /// What to use instead.
    pub instead: String,
    /// Where the fact comes from.
    pub source: String,
}

/// A day on which a part of a resource stops working.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EndingDay {
    /// The day (ISO 8601).
    pub day: String,
    /// What happens, as the end of a sentence.
    pub what: String,
}

/// Which apps a condition of a consent policy lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clients {
    /// All.
    Any,
    /// Those whose publisher is verified.
    VerifiedPublisher,
    /// Those registered in the tenant itself.
    OwnTenant,
    /// A few that Microsoft names.
    NamedByMicrosoft,
}

/// What a consent policy lets users consent to: a delegated permission that needs no admin, and besides
/// what is said here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classification {
    /// Classified as low by the tenant.
    Low,
}

/// A condition set of a consent policy.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct IncludeFact {
    /// How the tenant must have classified the permission; it does not matter when `None`.
    pub classification: Option<Classification>,
    /// For which apps.
    pub clients: Clients,
}

/// `consent-policies.yaml`: the consent policies that Microsoft brings along for users.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PolicyFact {
    /// The word that options use.
    pub name: String,
    /// Microsoft's id; `None` for "no policy is assigned".
    pub id: Option<String>,
    /// What it lets users consent to: one is enough.
    pub includes: Vec<IncludeFact>,
    /// The permissions that it takes out.
    #[serde(default)]
    pub excludes: Vec<String>,
    /// What it means, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}

/// What a role can grant for a whole tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grantable {
    /// Delegated permissions of any resource.
    Delegated,
    /// App roles of Microsoft Graph.
    GraphAppRoles,
    /// App roles of other resources.
    OtherAppRoles,
}

/// `grantors.yaml`: who can grant permissions for a whole tenant, from the least role to the one with the most rights.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GrantorFact {
    /// The directory role.
    pub role: String,
    /// What it can grant.
    pub grants: Vec<Grantable>,
    /// Why, in one line of our own.
    pub reason: String,
    /// Where the fact comes from, if not the file's source.
    pub source: Option<String>,
    /// When it was read, if not the file's date.
    pub date: Option<String>,
}
