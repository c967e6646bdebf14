//! `compare --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::compare::model::{
    Cause, Cell, Change, Close, Comparison, Criterion, Ground, Measure, Recommendation, Row, Side,
    Way,
};
use crate::consent::model::FactKind;
use crate::report::json::{CatalogFacts, Reach, VERSION};

/// The whole document: always a list of apps.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant compare", inline)]
pub struct Document {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The apps, in the order of the manifest.
    pub apps: Vec<AppForm>,
}

impl Document {
    /// Returns the document of comparisons.
    pub fn new(catalog: &Catalog, comparisons: &[Comparison]) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            apps: comparisons.iter().map(|it| app(catalog, it)).collect(),
        }
    }
}

/// An app, one way beside the other.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "App")]
pub struct AppForm {
    /// Its name in the manifest.
    pub name: Option<String>,
    /// Which way fits, and why.
    pub recommendation: RecommendationForm,
    /// What each way amounts to.
    pub ways: Vec<WayForm>,
    /// In the order of the manifest, batches expanded; referred to by position, from 0.
    pub operations: Vec<OperationForm>,
}

/// Which way fits, and why.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Recommendation")]
pub struct RecommendationForm {
    /// `delegated`, `application` or `mixed`; null when no way can do any known operation.
    pub way: Option<&'static str>,
    /// Who is there when the app runs: `attended`, `unattended` or `unsaid`.
    pub presence: &'static str,
    /// The criterion that decided; null when the ways are equal.
    pub decided_by: Option<&'static str>,
    /// Why it is a close call: `size` or `presence-unsaid`; null when it is none.
    pub close: Option<&'static str>,
    /// The criteria, the weightiest first.
    pub grounds: Vec<GroundForm>,
    /// What would lead to another recommendation.
    pub would_change: Vec<ChangeForm>,
}

/// How the ways compare by one criterion.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Ground")]
pub struct GroundForm {
    /// The criterion.
    pub criterion: &'static str,
    /// The value of each way; less is better.
    pub values: Vec<ValueForm>,
    /// The ways that were still in the running and are best.
    pub best: Vec<&'static str>,
}

/// The value of a way.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Value")]
pub struct ValueForm {
    /// The way.
    pub way: &'static str,
    /// Its value.
    pub value: usize,
}

/// Something that would lead to another recommendation.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Change")]
pub struct ChangeForm {
    /// `presence`, `without` or `route`.
    pub cause: &'static str,
    /// For `presence`: who would be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<&'static str>,
    /// For `route`: the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<&'static str>,
    /// For `without` and `route`: the operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<usize>,
    /// The way that would fit then.
    pub then: &'static str,
    /// The criterion that would decide then.
    pub decided_by: Option<&'static str>,
}

/// What a way amounts to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Way")]
pub struct WayForm {
    /// `delegated`, `application` or `mixed`.
    pub way: &'static str,
    /// Operations that cannot be done.
    pub impossible: Vec<usize>,
    /// Permissions that the manifest asks for by name under another access alone.
    pub lacking: Vec<String>,
    /// Operations that the catalog does not know.
    pub unknown: Vec<usize>,
    /// Operations that work only under a condition.
    pub conditional: Vec<usize>,
    /// The permissions, by access and name.
    pub permissions: Vec<PermissionForm>,
    /// Whether an admin has to consent.
    pub admin_needed: bool,
    /// The least directory role that can grant it; null when no admin is needed.
    pub grantor: Option<String>,
    /// What has to be done besides consent.
    pub prerequisites: Vec<String>,
    /// What the signed-in user must be allowed to do besides.
    pub user_roles: Vec<String>,
    /// Licences that it takes.
    pub licences: Vec<String>,
    /// `nobody`, `own`, `as-user`, `chosen` or `everyone`.
    pub whose_data: &'static str,
    /// What is opened; of a mixed plan the sum of both grants.
    pub reach: Reach,
    /// The routes that it takes.
    pub routes: Vec<&'static str>,
}

/// A permission of a way.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WayPermission")]
pub struct PermissionForm {
    /// Microsoft's name.
    pub name: String,
    /// The access.
    pub access: &'static str,
    /// The risk tier; null when nobody judged it.
    pub tier: Option<u8>,
}

/// An operation under both accesses.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Operation")]
pub struct OperationForm {
    /// As written.
    pub request: String,
    /// The line in the manifest.
    pub line: usize,
    /// On behalf of the signed-in user.
    pub delegated: CellForm,
    /// As the app alone.
    pub application: CellForm,
    /// The `/me` form of a call about any user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_form: Option<OwnForm>,
    /// The access it takes in the mixed plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixed: Option<&'static str>,
}

/// What one operation needs under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cell")]
pub struct CellForm {
    /// The verdict.
    pub verdict: &'static str,
    /// The request in the form that this access takes, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What serves it; null when nothing does.
    pub permissions: Option<Vec<String>>,
    /// Whether an admin has to consent to these.
    pub admin_needed: bool,
    /// The worst tier of these.
    pub tier: Option<u8>,
    /// Whether a route serves it.
    pub by_route: bool,
    /// The details that would decide and that the manifest does not give.
    pub missing_detail: Vec<&'static str>,
    /// What to know of it.
    pub notes: Vec<String>,
}

/// A call about any user, written for the signed-in user alone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnForm {
    /// The request.
    pub request: String,
    /// The least sets of permissions.
    pub preferred: Vec<Vec<String>>,
}

fn app(catalog: &Catalog, comparison: &Comparison) -> AppForm {
    let rows = comparison.rows.iter();
    AppForm {
        name: comparison.name.clone(),
        recommendation: recommendation(&comparison.recommendation),
        ways: comparison.sides().map(|side| way(catalog, side)).collect(),
        operations: rows.map(|row| operation(catalog, row)).collect(),
    }
}

fn recommendation(found: &Recommendation) -> RecommendationForm {
    RecommendationForm {
        way: found.way.map(Way::word),
        presence: found.presence.word(),
        decided_by: found.decided_by.map(Criterion::word),
        close: found.close.map(|close| match close {
            Close::Size => "size",
            Close::PresenceUnsaid => "presence-unsaid",
        }),
        grounds: found.grounds.iter().map(ground).collect(),
        would_change: found.would_change.iter().map(change).collect(),
    }
}

fn ground(ground: &Ground) -> GroundForm {
    let values = ground.values.iter().map(|(way, value)| ValueForm {
        way: way.word(),
        value: *value,
    });
    GroundForm {
        criterion: ground.criterion.word(),
        values: values.collect(),
        best: ground.best.iter().map(|way| way.word()).collect(),
    }
}

fn change(change: &Change) -> ChangeForm {
    let (cause, presence, via, operations) = match &change.cause {
        Cause::Presence(presence) => ("presence", Some(presence.word()), None, Vec::new()),
        Cause::Without(index) => ("without", None, None, vec![*index]),
        Cause::Route(via, operations) => ("route", None, Some(via.word()), operations.clone()),
    };
    ChangeForm {
        cause,
        presence,
        via,
        operations,
        then: change.then.word(),
        decided_by: change.decided_by.map(Criterion::word),
    }
}

fn way(catalog: &Catalog, side: &Side) -> WayForm {
    let Measure {
        lost,
        lacking,
        unknown,
        conditional,
        admin,
        whose,
        reach,
        ..
    } = &side.measure;
    let used = Access::ALL
        .into_iter()
        .filter(|access| side.way.uses(*access));
    let (mut permissions, mut routes) = (Vec::new(), Vec::new());
    for access in used {
        let plan = side.plan.plan(access);
        routes.extend(plan.routes.iter().map(|route| route.via.word()));
        permissions.extend(plan.permissions.iter().map(|chosen| {
            PermissionForm {
                name: catalog.name(chosen.permission).to_owned(),
                access: access.name(),
                tier: catalog
                    .grant_for(chosen.permission, access)
                    .and_then(|grant| grant.risk.map(|(tier, _)| tier)),
            }
        }));
    }
    WayForm {
        way: side.way.word(),
        impossible: lost.clone(),
        lacking: lacking.clone(),
        unknown: unknown.clone(),
        conditional: conditional.clone(),
        permissions,
        admin_needed: *admin,
        grantor: side.grantor.clone(),
        prerequisites: told(side, FactKind::Prerequisite),
        user_roles: told(side, FactKind::UserRole),
        licences: told(side, FactKind::Licence),
        whose_data: whose.word(),
        reach: Reach {
            reads: reach.reads,
            writes: reach.writes,
        },
        routes,
    }
}

fn told(side: &Side, kind: FactKind) -> Vec<String> {
    side.told(kind).into_iter().map(str::to_owned).collect()
}

fn operation(catalog: &Catalog, row: &Row) -> OperationForm {
    OperationForm {
        request: row.request.clone(),
        line: row.line,
        delegated: cell(catalog, &row.delegated),
        application: cell(catalog, &row.application),
        own_form: row.own_form.as_ref().map(|own| OwnForm {
            request: own.request.clone(),
            preferred: own
                .preferred
                .iter()
                .map(|set| names(catalog, set))
                .collect(),
        }),
        mixed: row.mixed.map(Access::name),
    }
}

fn cell(catalog: &Catalog, cell: &Cell) -> CellForm {
    CellForm {
        verdict: cell.verdict.word(),
        request: cell.request.clone(),
        permissions: cell.permissions.as_ref().map(|set| names(catalog, set)),
        admin_needed: cell.admin,
        tier: cell.tier,
        by_route: cell.by_route,
        missing_detail: cell.missing_detail.iter().map(|it| it.key()).collect(),
        notes: cell.notes.clone(),
    }
}

fn names(catalog: &Catalog, ids: &[PermissionId]) -> Vec<String> {
    ids.iter().map(|id| catalog.name(*id).to_owned()).collect()
}
