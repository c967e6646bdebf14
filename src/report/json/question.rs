//! The answers of `query needs` and `query what-if`, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CatalogFacts, VERSION, name, names};
use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::graph::question::{Added, Dropped, Needs as Answer, Role};
use crate::plan::model::AppPlan;
use crate::requirement::Set;

/// The answer of `query needs`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant query needs")]
pub struct Needs {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The permission.
    pub permission: String,
    /// The operations of the manifest, batches expanded; referred to by position, from 0.
    pub operations: Vec<String>,
    /// By access that the manifest wants.
    pub access: Vec<NeedsForm>,
}

/// What a permission is for under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NeedsUnderAccess")]
pub struct NeedsForm {
    /// The access.
    pub access: &'static str,
    /// `planned`, `redundant` or `unneeded`.
    pub role: &'static str,
    /// The operations that it serves, or that would prefer it where it is redundant.
    pub operations: Vec<usize>,
    /// The operation that forces it.
    pub forced_by: Option<usize>,
    /// Whether the manifest asks for it by name or by a route.
    pub asked_for: bool,
    /// What serves its operations where it is redundant.
    pub replaced_by: Vec<String>,
    /// The operations that accept it, and are served by something else.
    pub could_serve: Vec<usize>,
}

impl Needs {
    /// Returns the JSON form of the answer.
    pub fn new(catalog: &Catalog, id: PermissionId, plan: &AppPlan, answer: &[Answer]) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            permission: name(catalog, id),
            operations: requests(plan),
            access: answer.iter().map(|one| needs(catalog, one)).collect(),
        }
    }
}

fn needs(catalog: &Catalog, one: &Answer) -> NeedsForm {
    let form = NeedsForm {
        access: one.access.name(),
        role: "unneeded",
        operations: Vec::new(),
        forced_by: None,
        asked_for: false,
        replaced_by: Vec::new(),
        could_serve: one.could_serve.clone(),
    };
    match &one.role {
        Role::Planned {
            serves,
            forced_by,
            asked_for,
        } => NeedsForm {
            role: "planned",
            operations: serves.clone(),
            forced_by: *forced_by,
            asked_for: *asked_for,
            ..form
        },
        Role::Redundant {
            preferred_by,
            replaced_by,
        } => NeedsForm {
            role: "redundant",
            operations: preferred_by.clone(),
            replaced_by: names(catalog, replaced_by),
            ..form
        },
        Role::Unneeded => form,
    }
}

/// The answer of `query what-if --drop`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant query what-if --drop")]
pub struct Without {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The permission that is taken out.
    pub drop: String,
    /// The operations of the manifest, batches expanded; referred to by position, from 0.
    pub operations: Vec<String>,
    /// By access that the manifest wants.
    pub access: Vec<DroppedForm>,
}

/// What is lost under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Dropped")]
pub struct DroppedForm {
    /// The access.
    pub access: &'static str,
    /// Whether the plan has the permission.
    pub planned: bool,
    /// Whether the manifest asks for it by name or by a route.
    pub asked_for: bool,
    /// The operations that fail, and what they lack.
    pub lost: Vec<Counterexample>,
    /// The operations that the order says may go on, unconfirmed, and with what.
    pub unconfirmed: Vec<Counterexample>,
}

/// An operation and the permissions that it lacks or may go on with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Counterexample {
    /// The operation.
    pub operation: usize,
    /// The permissions.
    pub permissions: Vec<String>,
}

impl Without {
    /// Returns the JSON form of the answer.
    pub fn new(catalog: &Catalog, id: PermissionId, plan: &AppPlan, answer: &[Dropped]) -> Self {
        let examples = |all: &[(usize, Set)]| {
            let forms = all.iter().map(|(operation, set)| Counterexample {
                operation: *operation,
                permissions: names(catalog, set),
            });
            forms.collect()
        };
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            drop: name(catalog, id),
            operations: requests(plan),
            access: answer
                .iter()
                .map(|one| DroppedForm {
                    access: one.access.name(),
                    planned: one.is_planned,
                    asked_for: one.asked_for,
                    lost: examples(&one.lost),
                    unconfirmed: examples(&one.unconfirmed),
                })
                .collect(),
        }
    }
}

/// The answer of `query what-if --add`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant query what-if --add")]
pub struct With {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The call that is added.
    pub add: String,
    /// Whether the catalog knows the call; what an unknown one needs is unknown.
    pub known: bool,
    /// By access that the manifest wants.
    pub access: Vec<AddedForm>,
}

/// What changes under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Added")]
pub struct AddedForm {
    /// The access.
    pub access: &'static str,
    /// What serves the call; null when nothing does.
    pub served_by: Option<Vec<String>>,
    /// Permissions that come.
    pub gained: Vec<String>,
    /// Permissions that go.
    pub gone: Vec<String>,
    /// Whether an admin has to consent now and did not before.
    pub admin_now: bool,
    /// What the plan opens now and did not before.
    pub opened: Vec<String>,
}

impl With {
    /// Returns the JSON form of the answer.
    pub fn new(catalog: &Catalog, after: &AppPlan, answer: &[Added]) -> Self {
        let added = after.requirements.last();
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            add: added.map_or_else(String::new, |it| it.request.clone()),
            known: added.is_some_and(|it| it.operation.is_some()),
            access: answer
                .iter()
                .map(|one| AddedForm {
                    access: one.access.name(),
                    served_by: one.served_by.as_ref().map(|set| names(catalog, set)),
                    gained: names(catalog, &one.gained),
                    gone: names(catalog, &one.gone),
                    admin_now: one.admin_now,
                    opened: one
                        .opened
                        .iter()
                        .map(|id| catalog.operation_text(*id))
                        .collect(),
                })
                .collect(),
        }
    }
}

fn requests(plan: &AppPlan) -> Vec<String> {
    let requirements = plan.requirements.iter();
    requirements
        .map(|requirement| requirement.request.clone())
        .collect()
}
