//! `graphgrant.lock`: JSON that people can read and compare.

use schemars::JsonSchema;
use serde::Serialize;

use super::text;
use crate::lock::{
    CatalogVersion, Lock, LockedApp, LockedNeed, LockedOperation, LockedPermission, LockedPlan,
    LockedRoute,
};

/// A lock file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant.lock", inline)]
pub struct Document<'a> {
    /// The version of this form.
    pub lock_version: u32,
    /// What was minimised: `documented`, `fewest` or `no-admin`.
    pub objective: &'a str,
    /// The data it rests on. It may change without changing the plan.
    pub catalog: VersionForm<'a>,
    /// The apps, by name.
    pub apps: Vec<AppForm<'a>>,
}

/// The data a lock rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CatalogVersion")]
pub struct VersionForm<'a> {
    /// The commit of Microsoft's repository.
    pub commit: &'a str,
    /// The day of that commit.
    pub date: &'a str,
    /// SHA-256 over the imported facts.
    pub sha256: &'a str,
    /// SHA-256 over the curated facts.
    pub overlay_sha256: &'a str,
}

/// What an app was planned to have.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LockedApp")]
pub struct AppForm<'a> {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Its application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
    /// Delegated access.
    pub delegated: PlanForm<'a>,
    /// App-only access.
    pub application: PlanForm<'a>,
    /// What it calls, sorted.
    pub operations: Vec<OperationForm<'a>>,
}

/// The plan of one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LockedPlan")]
pub struct PlanForm<'a> {
    /// `complete`, `partial` or `excluded`.
    pub status: &'a str,
    /// The permissions, by name.
    pub permissions: Vec<PermissionForm<'a>>,
    /// The scopes of signing in.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub sign_in: &'a [String],
    /// The routes that stand in for tenant-wide grants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteForm<'a>>,
}

/// A permission of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LockedPermission")]
pub struct PermissionForm<'a> {
    /// Its name.
    pub name: &'a str,
    /// The id that app registrations use.
    pub id: Option<&'a str>,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// The profiles whose increments it belongs to; the base when absent.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub profiles: &'a [String],
}

/// A route of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LockedRoute")]
pub struct RouteForm<'a> {
    /// The route.
    pub via: &'a str,
    /// The operations it serves.
    pub operations: &'a [String],
    /// The permissions it asks for itself.
    pub grants: &'a [String],
}

/// An operation and what serves it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LockedOperation")]
pub struct OperationForm<'a> {
    /// The request as written.
    pub request: &'a str,
    /// Delegated access, work or school accounts.
    pub delegated: NeedForm<'a>,
    /// Delegated access, personal accounts; only where the app takes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<NeedForm<'a>>,
    /// App-only access.
    pub application: NeedForm<'a>,
}

/// The answer for an operation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LockedNeed")]
pub struct NeedForm<'a> {
    /// `supported`, `conditional`, `unsupported`, `unknown` or `excluded`.
    pub verdict: &'a str,
    /// The permissions of the plan that serve it; null where nothing does.
    pub chosen: Option<&'a [String]>,
}

/// Writes a lock file.
///
/// # Errors
/// Never: the keys are text.
pub fn write(lock: &Lock) -> serde_json::Result<String> {
    text(&Document::new(lock))
}

impl<'a> Document<'a> {
    /// Returns the JSON form of a lock.
    pub fn new(lock: &'a Lock) -> Self {
        Self {
            lock_version: lock.lock_version,
            objective: &lock.objective,
            catalog: version(&lock.catalog),
            apps: lock.apps.iter().map(app).collect(),
        }
    }
}

/// Returns the JSON form of the data that something rests on.
pub fn version(version: &CatalogVersion) -> VersionForm<'_> {
    VersionForm {
        commit: &version.commit,
        date: &version.date,
        sha256: &version.sha256,
        overlay_sha256: &version.overlay_sha256,
    }
}

fn app(app: &LockedApp) -> AppForm<'_> {
    AppForm {
        name: app.name.as_deref(),
        client_id: app.client_id.as_deref(),
        delegated: plan(&app.delegated),
        application: plan(&app.application),
        operations: app.operations.iter().map(operation).collect(),
    }
}

fn plan(plan: &LockedPlan) -> PlanForm<'_> {
    PlanForm {
        status: &plan.status,
        permissions: plan.permissions.iter().map(permission).collect(),
        sign_in: &plan.sign_in,
        routes: plan.routes.iter().map(route).collect(),
    }
}

fn permission(permission: &LockedPermission) -> PermissionForm<'_> {
    PermissionForm {
        name: &permission.name,
        id: permission.id.as_deref(),
        admin_consent: permission.admin_consent,
        profiles: &permission.profiles,
    }
}

fn route(route: &LockedRoute) -> RouteForm<'_> {
    RouteForm {
        via: &route.via,
        operations: &route.operations,
        grants: &route.grants,
    }
}

fn operation(operation: &LockedOperation) -> OperationForm<'_> {
    OperationForm {
        request: &operation.request,
        delegated: need(&operation.delegated),
        personal: operation.personal.as_ref().map(need),
        application: need(&operation.application),
    }
}

fn need(need: &LockedNeed) -> NeedForm<'_> {
    NeedForm {
        verdict: &need.verdict,
        chosen: need.chosen.as_deref(),
    }
}
