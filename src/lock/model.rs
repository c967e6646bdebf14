//! The plain data of a lock.

use serde::Deserialize;

use crate::catalog::model::Access;

/// The version of the form; raised when a key changes its meaning or goes.
pub const VERSION: u32 = 1;

/// What the apps of a manifest were planned to have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lock {
    /// The version of the form.
    pub lock_version: u32,
    /// What was minimised.
    pub objective: String,
    /// The data it rests on.
    pub catalog: CatalogVersion,
    /// The apps, by name.
    pub apps: Vec<LockedApp>,
}

/// Which data an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogVersion {
    /// The upstream commit.
    pub commit: String,
    /// Its day.
    pub date: String,
    /// SHA-256 over the imported facts.
    pub sha256: String,
    /// SHA-256 over the curated facts.
    pub overlay_sha256: String,
}

/// What an app was planned to have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockedApp {
    /// Its name in the manifest.
    #[serde(default)]
    pub name: Option<String>,
    /// Its application id.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Delegated access.
    pub delegated: LockedPlan,
    /// App-only access.
    pub application: LockedPlan,
    /// What it calls, sorted.
    pub operations: Vec<LockedOperation>,
}

impl LockedApp {
    /// Returns the plan of an access.
    pub const fn plan(&self, access: Access) -> &LockedPlan {
        match access {
            Access::Delegated => &self.delegated,
            Access::Application => &self.application,
        }
    }
}

/// The plan of one access.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockedPlan {
    /// `complete`, `partial` or `excluded`.
    pub status: String,
    /// The permissions, by name.
    pub permissions: Vec<LockedPermission>,
    /// The scopes of signing in, by name.
    #[serde(default)]
    pub sign_in: Vec<String>,
    /// The routes that stand in for tenant-wide grants, sorted.
    #[serde(default)]
    pub routes: Vec<LockedRoute>,
}

/// A permission of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockedPermission {
    /// Its name.
    pub name: String,
    /// The id that app registrations use; `None` when the data has none.
    pub id: Option<String>,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// The profiles whose increments it belongs to; empty for the base.
    #[serde(default)]
    pub profiles: Vec<String>,
}

/// A route of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockedRoute {
    /// The route.
    pub via: String,
    /// The operations it serves, sorted.
    pub operations: Vec<String>,
    /// The permissions it asks for itself, by name.
    pub grants: Vec<String>,
}

/// An operation and what serves it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockedOperation {
    /// The request as written.
    pub request: String,
    /// Delegated access, work or school accounts.
    pub delegated: LockedNeed,
    /// Delegated access, personal accounts; `None` where the app takes none.
    #[serde(default)]
    pub personal: Option<LockedNeed>,
    /// App-only access.
    pub application: LockedNeed,
}

impl LockedOperation {
    /// Returns the answers for an access; two for delegated access where the app takes personal accounts.
    pub fn needs(&self, access: Access) -> impl Iterator<Item = &LockedNeed> {
        let (first, second) = match access {
            Access::Delegated => (&self.delegated, self.personal.as_ref()),
            Access::Application => (&self.application, None),
        };
        std::iter::once(first).chain(second)
    }
}

/// The answer for an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockedNeed {
    /// `supported`, `conditional`, `unsupported`, `unknown` or `excluded`.
    pub verdict: String,
    /// The permissions of the plan that serve it; `None` where nothing does.
    pub chosen: Option<Vec<String>>,
}
