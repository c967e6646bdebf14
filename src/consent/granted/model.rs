//! The plain data of exports.

use crate::source::{Source, Span};

/// The application id of Microsoft Graph, the same in every tenant and cloud.
pub(super) const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Where something is written: the export and the bytes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The index of the export, in the order in which they were given.
    pub file: usize,
    /// The bytes.
    pub span: Span,
}

/// All that exports say. Object ids and application ids are in lower case.
#[derive(Debug, Clone, Default)]
pub struct Granted {
    /// The exports.
    pub sources: Vec<Source>,
    /// Delegated permission grants, of any client and to any resource.
    pub grants: Vec<Grant>,
    /// App role assignments, of any principal and to any resource.
    pub assignments: Vec<Assignment>,
    /// What app registrations declare.
    pub applications: Vec<Application>,
    /// Service principals.
    pub principals: Vec<Principal>,
    /// Whether some export lists delegated permission grants, be it none.
    pub lists_grants: bool,
    /// Whether some export lists app role assignments, be it none.
    pub lists_assignments: bool,
    /// Lists that go on on a page that is not among the exports.
    pub unfinished: Vec<Unfinished>,
    /// Lists of several pages that are taken to be all there.
    pub joined: Vec<Place>,
}

impl Granted {
    /// Returns whether something in it says what is granted.
    pub const fn tells_granted(&self) -> bool {
        self.lists_grants || self.lists_assignments || !self.principals.is_empty()
    }

    /// Returns whether something in it says anything at all.
    pub const fn tells_anything(&self) -> bool {
        self.tells_granted() || !self.applications.is_empty()
    }

    /// Returns whether something in it says what is declared.
    pub fn tells_declared(&self) -> bool {
        let mut applications = self.applications.iter();
        applications.any(|application| application.declared.is_some())
    }
}

/// A list that goes on on a page that is not among the exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// Where it is written.
    pub place: Place,
    /// Whether delegated grants may be on that page.
    pub may_list_grants: bool,
    /// Whether app role assignments may be on it.
    pub may_list_assignments: bool,
}

/// On whose behalf a delegated grant lets the client act.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consent {
    /// All users of the tenant.
    AllPrincipals,
    /// One user, by object id.
    Principal(String),
}

/// An `oAuth2PermissionGrant`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Where it is written.
    pub place: Place,
    /// Its id; exports may leave it out.
    pub id: Option<String>,
    /// The object id of the client's service principal.
    pub client: String,
    /// On whose behalf.
    pub consent: Consent,
    /// The object id of the resource's service principal.
    pub resource: String,
    /// The resource's display name where the export has it: a claim.
    pub resource_name: Option<String>,
    /// The scopes in the order of the text, without empty ones.
    pub scopes: Vec<String>,
}

/// An `appRoleAssignment`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Where it is written.
    pub place: Place,
    /// Its id; exports may leave it out.
    pub id: Option<String>,
    /// The object id of whom the role is assigned to.
    pub principal: String,
    /// The object id of the resource's service principal.
    pub resource: String,
    /// The resource's display name where the export has it: a claim.
    pub resource_name: Option<String>,
    /// The id of the app role, in lower case.
    pub role: String,
}

/// What an app registration declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Where it is written.
    pub place: Place,
    /// The object id; `az ad app permission list` leaves it out.
    pub object_id: Option<String>,
    /// The client id; `az ad app permission list` leaves it out.
    pub client_id: Option<String>,
    /// `requiredResourceAccess`; `None` where the export does not have it.
    pub declared: Option<Vec<Declared>>,
}

/// The declared permissions of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The resource's application id.
    pub resource: String,
    /// The permissions in the order of the text.
    pub entries: Vec<DeclaredEntry>,
}

/// A declared permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclaredEntry {
    /// The id, in lower case.
    pub id: String,
    /// `Scope` or `Role`, as written.
    pub kind: String,
}

/// A service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Where it is written.
    pub place: Place,
    /// The object id.
    pub object_id: String,
    /// The application id.
    pub app_id: String,
    /// Whether it is switched on; `None` where the export does not say.
    pub enabled: Option<bool>,
    /// The scopes it offers; `None` where the export does not list them.
    pub scopes: Option<Vec<Offer>>,
    /// The app roles it offers; `None` where the export does not list them.
    pub roles: Option<Vec<Offer>>,
}

/// A scope or app role that a service principal offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The id, in lower case.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether it can be granted.
    pub enabled: bool,
}
