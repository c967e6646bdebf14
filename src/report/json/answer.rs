//! The answers of `query`, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CatalogFacts, Reach, VERSION, name, names};
use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::graph::query;

/// The answer of `query opens`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant query opens")]
pub struct Opens {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The permission.
    pub permission: String,
    /// By scheme it exists for.
    pub schemes: Vec<OpenedForm>,
}

/// What a permission opens under one scheme.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Opened")]
pub struct OpenedForm {
    /// `delegated` (work or school accounts), `personal` or `application`.
    pub scheme: &'static str,
    /// How many.
    pub reach: Reach,
    /// The operations, by path and method.
    pub operations: Vec<String>,
}

impl Opens {
    /// Returns the JSON form of the answer.
    pub fn new(catalog: &Catalog, id: PermissionId, opened: &[query::Opened]) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            permission: name(catalog, id),
            schemes: opened
                .iter()
                .map(|one| OpenedForm {
                    scheme: one.scheme.name(),
                    reach: Reach {
                        reads: one.reads,
                        writes: one.writes,
                    },
                    operations: one
                        .operations
                        .iter()
                        .map(|id| catalog.operation_text(*id))
                        .collect(),
                })
                .collect(),
        }
    }
}

/// The answer of `query covers`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant query covers")]
pub struct Covers {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The permission that should give more.
    pub upper: String,
    /// The permission that should give less.
    pub lower: String,
    /// By access.
    pub access: Vec<CoverageForm>,
}

/// The answer of `query covers` under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Coverage")]
pub struct CoverageForm {
    /// The access.
    pub access: &'static str,
    /// `covers`, `does-not-cover`, or `absent` when one does not exist for this access.
    pub verdict: &'static str,
    /// Which of the two do not exist for this access.
    pub absent: Vec<String>,
    /// An operation that the lower one opens and the upper one is not known to open.
    pub counterexample: Option<String>,
    /// How many operations the data lists for both.
    pub accepted: usize,
    /// Operations that the data lists for the lower one alone: implied and unconfirmed where it covers.
    pub unconfirmed: Vec<String>,
}

impl Covers {
    /// Returns the JSON form of the answer.
    pub fn new(
        catalog: &Catalog,
        [upper, lower]: [PermissionId; 2],
        answer: &[query::Coverage],
    ) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            upper: name(catalog, upper),
            lower: name(catalog, lower),
            access: answer
                .iter()
                .map(|one| CoverageForm {
                    access: one.access.name(),
                    verdict: one.verdict.word(),
                    absent: names(catalog, &one.absent),
                    counterexample: one.counterexample.map(|id| catalog.operation_text(id)),
                    accepted: one.accepted,
                    unconfirmed: one
                        .unconfirmed
                        .iter()
                        .map(|id| catalog.operation_text(*id))
                        .collect(),
                })
                .collect(),
        }
    }
}

/// The answer of `query between`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant query between")]
pub struct Between {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// One end.
    pub first: String,
    /// The other end.
    pub second: String,
    /// By access.
    pub access: Vec<BetweenForm>,
}

/// The answer of `query between` under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BetweenAccess")]
pub struct BetweenForm {
    /// The access.
    pub access: &'static str,
    /// `first-contains-second`, `second-contains-first`, `equal`, `unrelated` or `absent`.
    pub relation: &'static str,
    /// The permissions strictly between the two.
    pub permissions: Vec<String>,
}

impl Between {
    /// Returns the JSON form of the answer.
    pub fn new(
        catalog: &Catalog,
        [first, second]: [PermissionId; 2],
        answer: &[query::Between],
    ) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            first: name(catalog, first),
            second: name(catalog, second),
            access: answer
                .iter()
                .map(|one| BetweenForm {
                    access: one.access.name(),
                    relation: one.relation.word(),
                    permissions: names(catalog, &one.permissions),
                })
                .collect(),
        }
    }
}
