//! A plan to what a lock says of it.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::lock::model::{
    CatalogVersion, Lock, LockedApp, LockedNeed, LockedOperation, LockedPermission, LockedPlan,
    LockedRoute, VERSION,
};
use crate::manifest::App;
use crate::manifest::model::Audience;
use crate::plan::model::{AppPlan, Chosen, Goal, Plan};
use crate::requirement::{Need, Requirement, Set};

/// Returns what a lock says of planned apps. The order of the manifest does not matter.
pub fn locked(catalog: &Catalog, goal: Goal, planned: &[(&App, &AppPlan)]) -> Lock {
    let mut apps: Vec<LockedApp> = planned
        .iter()
        .map(|(app, plan)| locked_app(catalog, app, plan))
        .collect();
    apps.sort_by(|a, b| (&a.name, &a.client_id).cmp(&(&b.name, &b.client_id)));
    Lock {
        lock_version: VERSION,
        objective: goal.word().to_owned(),
        catalog: version(catalog),
        apps,
    }
}

/// Returns which data a catalog has.
pub fn version(catalog: &Catalog) -> CatalogVersion {
    let source = catalog.source();
    let fact = |key: &str| {
        let found = source.facts.iter().find(|(name, _)| *name == key);
        found.map_or_else(|| "unknown".to_owned(), |(_, value)| (*value).to_owned())
    };
    CatalogVersion {
        commit: fact("commit"),
        date: fact("date"),
        sha256: source.sha256.to_owned(),
        overlay_sha256: source.overlay_sha256.to_owned(),
    }
}

fn locked_app(catalog: &Catalog, app: &App, plan: &AppPlan) -> LockedApp {
    let takes_personal =
        (app.audience.as_ref()).is_some_and(|it| Audience::takes_personal(it.value));
    let requirements = plan.requirements.iter().enumerate();
    let mut operations: Vec<LockedOperation> = requirements
        .map(|(at, requirement)| LockedOperation {
            request: requirement.request.clone(),
            delegated: need(catalog, &requirement.delegated, &plan.delegated.chosen, at),
            personal: takes_personal.then(|| {
                need(
                    catalog,
                    &requirement.personal,
                    &plan.delegated.chosen_personal,
                    at,
                )
            }),
            application: need(
                catalog,
                &requirement.application,
                &plan.application.chosen,
                at,
            ),
        })
        .collect();
    operations.sort();
    LockedApp {
        name: app.name.as_ref().map(|name| name.value.clone()),
        client_id: app.client_id.as_ref().map(|id| id.value.clone()),
        delegated: locked_plan(catalog, &plan.requirements, &plan.delegated),
        application: locked_plan(catalog, &plan.requirements, &plan.application),
        operations,
    }
}

fn need(catalog: &Catalog, need: &Need, chosen: &[Option<Set>], at: usize) -> LockedNeed {
    let chosen = chosen.get(at).and_then(Option::as_ref);
    LockedNeed {
        verdict: need.verdict.word().to_owned(),
        chosen: chosen.map(|set| names(catalog, set)),
    }
}

fn locked_plan(catalog: &Catalog, requirements: &[Requirement], plan: &Plan) -> LockedPlan {
    let permissions = plan.permissions.iter();
    let mut routes: Vec<LockedRoute> = plan
        .routes
        .iter()
        .map(|route| {
            let served = route
                .operations
                .iter()
                .filter_map(|at| requirements.get(*at));
            let mut operations: Vec<String> = served.map(|it| it.request.clone()).collect();
            operations.sort();
            LockedRoute {
                via: route.via.word().to_owned(),
                operations,
                grants: names(catalog, &route.grants),
            }
        })
        .collect();
    routes.sort();
    LockedPlan {
        status: plan.status.word().to_owned(),
        permissions: permissions
            .map(|chosen| permission(catalog, chosen, plan.access))
            .collect(),
        sign_in: names(catalog, &plan.sign_in),
        routes,
    }
}

fn permission(catalog: &Catalog, chosen: &Chosen, access: Access) -> LockedPermission {
    let grant = catalog.grant_for(chosen.permission, access);
    let others = chosen.other_profiles.iter().cloned();
    LockedPermission {
        name: catalog.name(chosen.permission).to_owned(),
        id: grant.and_then(|grant| grant.id).map(str::to_owned),
        // App roles are granted by admins alone, whatever the data says.
        admin_consent: access == Access::Application || grant.is_none_or(|grant| grant.admin),
        profiles: chosen.profile.iter().cloned().chain(others).collect(),
    }
}

fn names(catalog: &Catalog, ids: &[PermissionId]) -> Vec<String> {
    let mut names: Vec<String> = ids.iter().map(|id| catalog.name(*id).to_owned()).collect();
    names.sort();
    names
}
