//! `explain` for a permission, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CatalogFacts, Fact, Reach, VERSION, name, names};
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::catalog::record::{Evidence, PermissionNoteRecord, RouteRecord};
use crate::graph::permission::{Granted, Known, Placed, reach};
use crate::report::words;

/// The answer of `explain` for a permission.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant explain (a permission)")]
pub struct Explanation {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The permission.
    pub permission: PermissionForm,
}

/// A permission.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Permission")]
pub struct PermissionForm {
    /// Microsoft's name.
    pub name: String,
    /// `oauth2`, `rsc` (resource-specific) or `oidc` (signing in).
    pub kind: &'static str,
    /// By scheme it exists for.
    pub schemes: Vec<SchemeForm>,
    /// Its place in the order, by access it exists for.
    pub order: Vec<PlaceForm>,
    /// Routes to the same data that are no tenant-wide grant.
    pub routes: Vec<RouteForm>,
    /// What the user should know, and what to do besides consent.
    pub notes: Vec<NoteForm>,
}

/// A permission under one scheme.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Scheme")]
pub struct SchemeForm {
    /// `delegated` (work or school accounts), `personal` or `application`.
    pub scheme: &'static str,
    /// The id that app registrations use; null when the data has no usable one.
    pub id: Option<String>,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// Microsoft's privilege level, 1 to 4.
    pub privilege_level: Option<u8>,
    /// The risk tier, and why.
    pub tier: Option<TierForm>,
    /// `visible`, `hidden`, `disabled` or `unprovisioned`.
    pub state: &'static str,
    /// What it opens.
    pub reach: Reach,
    /// The operations it opens.
    pub opens: Vec<String>,
}

/// A risk tier and its reason.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Tier")]
pub struct TierForm {
    /// 0, 1 or 2.
    pub tier: u8,
    /// Why.
    pub reason: Fact,
}

/// The place of a permission in the order of one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Place")]
pub struct PlaceForm {
    /// The access.
    pub access: &'static str,
    /// Those that give exactly as much.
    pub equal: Vec<String>,
    /// Those directly above.
    pub contained_in: Vec<String>,
    /// Those directly below.
    pub contains: Vec<String>,
    /// Those below that open some of the same operations, most of them first.
    pub narrower: Vec<NarrowerForm>,
}

/// A permission that gives less.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Narrower")]
pub struct NarrowerForm {
    /// Its name.
    pub name: String,
    /// How many of the same operations it opens.
    pub shared: usize,
}

/// A route.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Route")]
pub struct RouteForm {
    /// The route.
    pub via: &'static str,
    /// The access it is for.
    pub access: Vec<&'static str>,
    /// The permissions it asks for itself.
    pub grants: Vec<String>,
    /// What to do besides consent, in order.
    pub steps: Vec<String>,
    /// Why it can stand for the permission.
    pub reason: Fact,
}

/// A curated note on a permission.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Note")]
pub struct NoteForm {
    /// The access it is about.
    pub access: Vec<&'static str>,
    /// What has to be done besides consent.
    pub prerequisites: Vec<String>,
    /// What the user should know.
    pub note: Option<String>,
    /// Why.
    pub reason: Fact,
}

impl Explanation {
    /// Returns the JSON form of what is known about a permission.
    pub fn new(catalog: &Catalog, known: &Known<'_>) -> Self {
        let record = catalog.permission(known.permission);
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            permission: PermissionForm {
                name: record.name.to_owned(),
                kind: words::kind(record.kind),
                schemes: known
                    .granted
                    .iter()
                    .map(|one| scheme(catalog, one))
                    .collect(),
                order: known.placed.iter().map(|one| place(catalog, one)).collect(),
                routes: known.routes.iter().map(|one| route(catalog, one)).collect(),
                notes: known.notes.iter().map(note).collect(),
            },
        }
    }
}

fn fact(evidence: Evidence<'_>) -> Fact {
    Fact {
        text: evidence.reason.to_owned(),
        source: evidence.source.to_owned(),
    }
}

fn access_names(access: &[Access]) -> Vec<&'static str> {
    let access = if access.is_empty() {
        &Access::ALL
    } else {
        access
    };
    access.iter().map(|access| access.name()).collect()
}

fn scheme(catalog: &Catalog, granted: &Granted<'_>) -> SchemeForm {
    let (reads, writes) = reach(catalog, &granted.opens);
    SchemeForm {
        scheme: granted.scheme.name(),
        id: granted.grant.id.map(str::to_owned),
        admin_consent: granted.grant.admin,
        privilege_level: granted.grant.level,
        tier: granted.grant.risk.map(|(tier, evidence)| TierForm {
            tier,
            reason: fact(evidence),
        }),
        state: words::state(granted.grant.state),
        reach: Reach { reads, writes },
        opens: granted
            .opens
            .iter()
            .map(|id| catalog.operation_text(*id))
            .collect(),
    }
}

fn place(catalog: &Catalog, placed: &Placed) -> PlaceForm {
    PlaceForm {
        access: placed.access.name(),
        equal: names(catalog, &placed.equal),
        contained_in: names(catalog, &placed.contained_in),
        contains: names(catalog, &placed.contains),
        narrower: placed
            .narrower
            .iter()
            .map(|narrower| NarrowerForm {
                name: name(catalog, narrower.permission),
                shared: narrower.shared,
            })
            .collect(),
    }
}

fn route(catalog: &Catalog, route: &RouteRecord<'_>) -> RouteForm {
    RouteForm {
        via: route.via.word(),
        access: access_names(&route.access),
        grants: names(catalog, &route.grants),
        steps: route.steps.iter().map(|step| (*step).to_owned()).collect(),
        reason: fact(route.evidence),
    }
}

fn note(note: &PermissionNoteRecord<'_>) -> NoteForm {
    NoteForm {
        access: access_names(&note.access),
        prerequisites: note
            .prerequisites
            .iter()
            .map(|one| (*one).to_owned())
            .collect(),
        note: note.note.map(str::to_owned),
        reason: fact(note.evidence),
    }
}
