//! The part of `plan --format json` that a lock has. Other keys may come and are not looked at.

use serde::Deserialize;

use crate::lock::model::{
    CatalogVersion, Lock, LockedApp, LockedNeed, LockedOperation, LockedPermission, LockedPlan,
    LockedRoute, VERSION,
};

/// A plan of one app, or of several.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) schema_version: u32,
    catalog: Version,
    #[serde(default)]
    app: Option<AppFacts>,
    #[serde(default)]
    access: Option<PerAccess>,
    #[serde(default)]
    operations: Vec<Operation>,
    #[serde(default)]
    apps: Vec<App>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    commit: String,
    date: String,
    sha256: String,
    overlay_sha256: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppFacts {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct App {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    access: PerAccess,
    operations: Vec<Operation>,
}

#[derive(Debug, Deserialize)]
struct PerAccess {
    delegated: Plan,
    application: Plan,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    status: String,
    objective: String,
    permissions: Vec<Permission>,
    #[serde(default)]
    sign_in: Vec<Named>,
    #[serde(default)]
    routes: Vec<Route>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    name: String,
    id: Option<String>,
    admin_consent: bool,
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    other_profiles: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Route {
    via: String,
    operations: Vec<usize>,
    grants: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    request: String,
    delegated: Need,
    #[serde(default)]
    personal: Option<Need>,
    application: Need,
}

#[derive(Debug, Deserialize)]
struct Need {
    verdict: String,
    chosen: Option<Vec<String>>,
}

impl Document {
    /// Returns the lock of the plan.
    pub(super) fn into_lock(self) -> Lock {
        let facts = self.app.unwrap_or_default();
        let one = self.access.map(|access| App {
            name: facts.name,
            client_id: facts.client_id,
            access,
            operations: self.operations,
        });
        let apps: Vec<App> = one.into_iter().chain(self.apps).collect();
        let objective = apps
            .first()
            .map(|app| app.access.delegated.objective.clone());
        let mut apps: Vec<LockedApp> = apps.into_iter().map(App::into_locked).collect();
        apps.sort_by(|a, b| (&a.name, &a.client_id).cmp(&(&b.name, &b.client_id)));
        Lock {
            lock_version: VERSION,
            objective: objective.unwrap_or_else(|| "documented".to_owned()),
            catalog: CatalogVersion {
                commit: self.catalog.commit,
                date: self.catalog.date,
                sha256: self.catalog.sha256,
                overlay_sha256: self.catalog.overlay_sha256,
            },
            apps,
        }
    }
}

impl App {
    fn into_locked(self) -> LockedApp {
        let requests: Vec<String> = self
            .operations
            .iter()
            .map(|it| it.request.clone())
            .collect();
        let operations = self.operations.into_iter();
        let mut operations: Vec<LockedOperation> = operations
            .map(|operation| LockedOperation {
                request: operation.request,
                delegated: operation.delegated.into_locked(),
                personal: operation.personal.map(Need::into_locked),
                application: operation.application.into_locked(),
            })
            .collect();
        operations.sort();
        LockedApp {
            name: self.name,
            client_id: self.client_id,
            delegated: self.access.delegated.into_locked(&requests),
            application: self.access.application.into_locked(&requests),
            operations,
        }
    }
}

impl Need {
    fn into_locked(self) -> LockedNeed {
        LockedNeed {
            verdict: self.verdict,
            chosen: self.chosen.map(sorted),
        }
    }
}

impl Plan {
    fn into_locked(self, requests: &[String]) -> LockedPlan {
        let permissions = self.permissions.into_iter();
        let mut permissions: Vec<LockedPermission> = permissions
            .map(|permission| LockedPermission {
                name: permission.name,
                id: permission.id,
                admin_consent: permission.admin_consent,
                profiles: (permission.profile.into_iter())
                    .chain(permission.other_profiles)
                    .collect(),
            })
            .collect();
        permissions.sort();
        let routes = self.routes.into_iter();
        let mut routes: Vec<LockedRoute> = routes
            .map(|route| {
                let served = route.operations.iter().filter_map(|at| requests.get(*at));
                LockedRoute {
                    via: route.via,
                    operations: sorted(served.cloned().collect()),
                    grants: sorted(route.grants),
                }
            })
            .collect();
        routes.sort();
        LockedPlan {
            status: self.status,
            permissions,
            sign_in: sorted(self.sign_in.into_iter().map(|one| one.name).collect()),
            routes,
        }
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}
