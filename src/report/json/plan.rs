//! `plan --format json`.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::requirement::{Operation, Personal, Serving, note, operation};
use super::{CatalogFacts, Reach, VERSION, name, names};
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::plan::model::{Chosen, Plan};
use crate::report::{Planned, facts, profiles, profiles_of};
use crate::requirement::Set;

/// The whole document: flat for one app, a list for a manifest with `apps`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant plan", inline)]
pub struct Document<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// What was planned.
    #[serde(flatten)]
    pub content: Content<'a>,
}

/// What was planned.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Content<'a> {
    /// A manifest of one app.
    One(Box<OneApp<'a>>),
    /// A manifest with `apps`.
    Several {
        /// The apps, in the order of the manifest.
        apps: Vec<NamedApp<'a>>,
    },
}

/// The plan of a manifest with one app.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OneApp<'a> {
    /// The app, when the manifest names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppFacts<'a>>,
    /// Its plans.
    #[serde(flatten)]
    pub plans: Plans<'a>,
}

/// What the manifest says of the app.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppFacts<'a> {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Its application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
}

/// The plan of one of several apps.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedApp<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
    /// Its plans.
    #[serde(flatten)]
    pub plans: Plans<'a>,
}

/// The plans of an app and its operations.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Plans<'a> {
    /// By access.
    pub access: PerAccess,
    /// In the order of the manifest, batches expanded; plans refer to them by position, from 0.
    #[schemars(with = "Vec<Operation<'a>>")]
    pub operations: Operations<'a>,
}

/// The operations of a plan, each made while it is written: together they are larger than the plan.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    catalog: &'a Catalog,
    origin: &'a str,
    planned: &'a Planned<'a>,
}

impl Serialize for Operations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = &self.planned.plan;
        let personal = if self.planned.takes_personal() {
            Personal::Shown
        } else {
            Personal::Left
        };
        let operations = plan.requirements.iter().enumerate();
        serializer.collect_seq(operations.map(|(at, requirement)| {
            let serving = Serving {
                delegated: at_position(&plan.delegated.chosen, at),
                personal: at_position(&plan.delegated.chosen_personal, at),
                application: at_position(&plan.application.chosen, at),
            };
            operation(self.catalog, self.origin, requirement, serving, personal)
        }))
    }
}

/// A plan per access.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PerAccess {
    /// On behalf of a signed-in user.
    pub delegated: PlanForm,
    /// The app alone.
    pub application: PlanForm,
}

/// The plan of one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Plan")]
pub struct PlanForm {
    /// `complete`, `partial`, or `excluded` when the manifest does not want this access.
    pub status: &'static str,
    /// `documented`, `fewest` or `no-admin`.
    pub objective: &'static str,
    /// Whether the search proved that nothing smaller serves.
    pub optimal: bool,
    /// When that is not proved: how many permissions the least plan has that is not ruled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<usize>,
    /// Whether an admin has to consent to any of it.
    pub admin_needed: bool,
    /// The operations that force the admin, under the objective `no-admin`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin_forced_by: Vec<usize>,
    /// The permissions, in name order.
    pub permissions: Vec<PermissionForm>,
    /// The scopes of signing in.
    pub sign_in: Vec<SignInForm>,
    /// What the plan opens altogether.
    pub reach: Reach,
    /// Preferred permissions that the plan does without.
    pub redundant: Vec<RedundantForm>,
    /// What other accepted permissions could save: possible, unconfirmed.
    pub savings: Vec<SavingForm>,
    /// The increments of the profiles on the base.
    pub profiles: Vec<ProfileForm>,
    /// The routes that the manifest declares.
    pub routes: Vec<RouteForm>,
    /// What the user should know of this plan.
    pub notes: Vec<String>,
}

/// A permission of the plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Permission")]
pub struct PermissionForm {
    /// Microsoft's name.
    pub name: String,
    /// The id that app registrations use; null when the data has no usable one.
    pub id: Option<String>,
    /// `Scope` or `Role`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// Microsoft's privilege level, 1 to 4.
    pub privilege_level: Option<u8>,
    /// The risk tier: 0 leads to control of the tenant, 1 to data or devices of the whole tenant.
    pub tier: Option<u8>,
    /// What it opens.
    pub reach: Reach,
    /// The positions of the operations it serves.
    pub operations: Vec<usize>,
    /// An operation that nothing else in the plan could serve, first of all one that prefers the permission.
    pub forced_by: Option<usize>,
    /// The operations that would be lost without it.
    pub lost_without: Vec<usize>,
    /// Where the manifest asks for it by name, the developer's reason: a claim, not a fact. Where a route
    /// needs it, the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<String>,
    /// The profile whose increment it belongs to; the base when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Other profiles whose increments it belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_profiles: Vec<String>,
    /// What has to be done besides consent, and what to know.
    pub notes: Vec<String>,
}

/// A scope of signing in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignIn")]
pub struct SignInForm {
    /// Its name.
    pub name: String,
    /// The id that app registrations use.
    pub id: Option<String>,
}

/// A preferred permission that the plan does without.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Redundant")]
pub struct RedundantForm {
    /// Its name.
    pub name: String,
    /// The operations that prefer it.
    pub preferred_by: Vec<usize>,
    /// The permissions of the plan that serve them.
    pub replaced_by: Vec<String>,
}

/// A possible, unconfirmed saving.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Saving")]
pub struct SavingForm {
    /// The permissions that would go.
    pub drops: Vec<String>,
    /// The permissions that would come.
    pub adds: Vec<String>,
    /// What would be opened besides.
    pub widens: Reach,
    /// The positions of the operations that would run on a set that is accepted, but does not contain the
    /// documented one.
    pub unconfirmed: Vec<usize>,
}

/// The increment of a profile.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Profile")]
pub struct ProfileForm {
    /// The profile's name.
    pub name: String,
    /// The permissions that it adds to the base.
    pub permissions: Vec<String>,
    /// Whether an admin has to consent to any of them.
    pub admin_needed: bool,
}

/// A route and what it takes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Route")]
pub struct RouteForm {
    /// The route.
    pub via: &'static str,
    /// The operations it serves.
    pub operations: Vec<usize>,
    /// The permissions it stands for.
    pub replaces: Vec<String>,
    /// The permissions it asks for itself.
    pub grants: Vec<String>,
    /// What to do besides consent, in order.
    pub steps: Vec<String>,
    /// The developer's reason: a claim, not a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl<'a> Document<'a> {
    /// Returns the JSON form of the plans of a manifest.
    /// `origin` is what [`origin`](super::requirement::origin) returns.
    pub fn new(catalog: &'a Catalog, origin: &'a str, planned: &'a [Planned<'a>]) -> Self {
        let content = match planned {
            [one] => Content::One(Box::new(OneApp {
                app: facts(one),
                plans: plans(catalog, origin, one),
            })),
            several => Content::Several {
                apps: several
                    .iter()
                    .map(|one| NamedApp {
                        name: app_name(one),
                        client_id: client_id(one),
                        plans: plans(catalog, origin, one),
                    })
                    .collect(),
            },
        };
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            content,
        }
    }
}

fn app_name<'a>(planned: &'a Planned<'a>) -> Option<&'a str> {
    planned.app.name.as_ref().map(|name| name.value.as_str())
}

fn client_id<'a>(planned: &'a Planned<'a>) -> Option<&'a str> {
    let id = planned.app.client_id.as_ref();
    id.map(|id| id.value.as_str())
}

fn facts<'a>(planned: &'a Planned<'a>) -> Option<AppFacts<'a>> {
    let (name, client_id) = (app_name(planned), client_id(planned));
    (name.is_some() || client_id.is_some()).then_some(AppFacts { name, client_id })
}

fn plans<'a>(catalog: &'a Catalog, origin: &'a str, planned: &'a Planned<'a>) -> Plans<'a> {
    Plans {
        access: PerAccess {
            delegated: plan(catalog, planned, Access::Delegated),
            application: plan(catalog, planned, Access::Application),
        },
        operations: Operations {
            catalog,
            origin,
            planned,
        },
    }
}

fn at_position(sets: &[Option<Set>], at: usize) -> Option<&Set> {
    sets.get(at).and_then(Option::as_ref)
}

fn plan(catalog: &Catalog, planned: &Planned<'_>, access: Access) -> PlanForm {
    let plan = planned.plan.plan(access);
    let reach = |reach: crate::plan::model::Reach| Reach {
        reads: reach.reads,
        writes: reach.writes,
    };
    PlanForm {
        status: plan.status.word(),
        objective: plan.goal.word(),
        optimal: plan.optimal,
        bound: plan.bound,
        admin_needed: plan.admin_needed,
        admin_forced_by: plan.admin_forced_by.clone(),
        permissions: plan
            .permissions
            .iter()
            .map(|chosen| permission(catalog, chosen, access))
            .collect(),
        sign_in: plan
            .sign_in
            .iter()
            .map(|id| SignInForm {
                name: name(catalog, *id),
                id: catalog
                    .grant_for(*id, access)
                    .and_then(|grant| grant.id.map(str::to_owned)),
            })
            .collect(),
        reach: reach(plan.reach),
        redundant: plan
            .redundant
            .iter()
            .map(|redundant| RedundantForm {
                name: name(catalog, redundant.permission),
                preferred_by: redundant.preferred_by.clone(),
                replaced_by: names(catalog, &redundant.replaced_by),
            })
            .collect(),
        savings: plan
            .savings
            .iter()
            .map(|saving| SavingForm {
                drops: names(catalog, &saving.drops),
                adds: names(catalog, &saving.adds),
                widens: reach(saving.widens),
                unconfirmed: saving.unconfirmed.clone(),
            })
            .collect(),
        profiles: increments(catalog, planned, plan),
        routes: plan
            .routes
            .iter()
            .map(|route| RouteForm {
                via: route.via.word(),
                operations: route.operations.clone(),
                replaces: names(catalog, &route.replaces),
                grants: names(catalog, &route.grants),
                steps: route.steps.clone(),
                reason: route.reason.clone(),
            })
            .collect(),
        notes: plan.notes.iter().map(note).collect(),
    }
}

fn permission(catalog: &Catalog, chosen: &Chosen, access: Access) -> PermissionForm {
    let grant = catalog.grant_for(chosen.permission, access);
    PermissionForm {
        name: name(catalog, chosen.permission),
        id: grant.and_then(|grant| grant.id.map(str::to_owned)),
        kind: access.resource_access_type(),
        admin_consent: grant.is_none_or(|grant| grant.admin),
        privilege_level: grant.and_then(|grant| grant.level),
        tier: grant.and_then(|grant| grant.risk.map(|(tier, _)| tier)),
        reach: Reach {
            reads: grant.map_or(0, |grant| usize::from(grant.reads)),
            writes: grant.map_or(0, |grant| usize::from(grant.writes)),
        },
        operations: chosen.operations.clone(),
        forced_by: chosen.forced_by,
        lost_without: chosen.lost_without.clone(),
        asked_for: chosen.asked_for.clone(),
        profile: chosen.profile.clone(),
        other_profiles: chosen.other_profiles.clone(),
        notes: facts::of_permission(catalog, chosen.permission, access),
    }
}

fn increments(catalog: &Catalog, planned: &Planned<'_>, plan: &Plan) -> Vec<ProfileForm> {
    profiles(planned)
        .into_iter()
        .map(|profile| {
            let own = || {
                let permissions = plan.permissions.iter();
                permissions.filter(|chosen| profiles_of(chosen).any(|own| own == profile))
            };
            ProfileForm {
                name: profile.to_owned(),
                permissions: own()
                    .map(|chosen| name(catalog, chosen.permission))
                    .collect(),
                admin_needed: own().any(|chosen| {
                    let grant = catalog.grant_for(chosen.permission, plan.access);
                    grant.is_none_or(|grant| grant.admin)
                }),
            }
        })
        .collect()
}
