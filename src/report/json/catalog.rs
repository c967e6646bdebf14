//! `catalog info` and `catalog check`, as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{CatalogFacts, VERSION};
use crate::catalog::Catalog;
use crate::catalog::record::RepairRecord;
use crate::graph::size::{Repairs, Size};
use crate::report::words::Detail;

/// What `catalog info` says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant catalog info")]
pub struct Info<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The data's names.
    pub catalog: CatalogFacts,
    /// What is recorded about the import: repository, commit, date, licence, hashes of the inputs.
    pub source: BTreeMap<&'a str, &'a str>,
    /// How many rows each part has.
    pub counts: BTreeMap<&'static str, usize>,
}

impl<'a> Info<'a> {
    /// Returns the JSON form of what a catalog is.
    pub fn new(catalog: &'a Catalog, sizes: &[Size]) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            source: catalog.source().facts.into_iter().collect(),
            counts: sizes.iter().map(|size| (size.of, size.count)).collect(),
        }
    }
}

/// What `catalog check` found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant catalog check")]
pub struct Check {
    /// The version of this form.
    pub schema_version: u32,
    /// The data's names.
    pub catalog: CatalogFacts,
    /// What the import repaired, by kind.
    pub repairs: Vec<RepairsForm>,
    /// Overlay entries that are unnecessary or name something unknown.
    pub complaints: Vec<RepairForm>,
}

/// The repairs of one kind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Repairs")]
pub struct RepairsForm {
    /// The kind.
    pub kind: String,
    /// Why such a repair is made.
    pub reason: String,
    /// How many there are.
    pub count: usize,
    /// The repairs; only where a list was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<RepairForm>,
}

/// One repair or complaint.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Repair")]
pub struct RepairForm {
    /// The kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What it became, or what is wrong.
    pub result: String,
}

impl From<&RepairRecord<'_>> for RepairForm {
    fn from(record: &RepairRecord<'_>) -> Self {
        Self {
            kind: record.kind.to_owned(),
            subject: record.subject.to_owned(),
            result: record.result.to_owned(),
        }
    }
}

impl Check {
    /// Returns the JSON form of what was repaired and what is complained about.
    pub fn new(
        catalog: &Catalog,
        repairs: &[Repairs<'_>],
        complaints: &[RepairRecord<'_>],
        detail: Detail,
    ) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            repairs: repairs
                .iter()
                .map(|repairs| RepairsForm {
                    kind: repairs.kind.to_owned(),
                    reason: repairs.reason.to_owned(),
                    count: repairs.list.len(),
                    list: match detail {
                        Detail::List => repairs.list.iter().map(RepairForm::from).collect(),
                        Detail::Counts => Vec::new(),
                    },
                })
                .collect(),
            complaints: complaints.iter().map(RepairForm::from).collect(),
        }
    }
}
