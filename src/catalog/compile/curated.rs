//! The files of `data/overlay/`, read, and the complaints that arise while they are used.

use serde::de::DeserializeOwned;

use crate::catalog::compile::CompileError;
use crate::catalog::overlay::{
    CloudFact, ConditionFact, EffectFact, File, GrantorFact, NoteFact, OperationFact, OrderFact,
    PermissionFact, PolicyFact, ResourceFact, RiskFact, RouteFact,
};
use crate::catalog::record::Evidence;

/// The file names below `data/overlay/`, sorted.
pub const FILES: [&str; 12] = [
    "clouds.yaml",
    "conditions.yaml",
    "consent-policies.yaml",
    "effects.yaml",
    "grantors.yaml",
    "notes.yaml",
    "operations.yaml",
    "order.yaml",
    "permissions.yaml",
    "resources.yaml",
    "risk.yaml",
    "routes.yaml",
];

/// The overlay.
#[derive(Debug)]
pub struct Overlay {
    /// `clouds.yaml`.
    pub clouds: File<CloudFact>,
    /// `conditions.yaml`.
    pub conditions: File<ConditionFact>,
    /// `consent-policies.yaml`.
    pub consent_policies: File<PolicyFact>,
    /// `effects.yaml`.
    pub effects: File<EffectFact>,
    /// `grantors.yaml`.
    pub grantors: File<GrantorFact>,
    /// `notes.yaml`.
    pub notes: File<NoteFact>,
    /// `operations.yaml`.
    pub operations: File<OperationFact>,
    /// `order.yaml`.
    pub order: File<OrderFact>,
    /// `permissions.yaml`.
    pub permissions: File<PermissionFact>,
    /// `resources.yaml`.
    pub resources: File<ResourceFact>,
    /// `risk.yaml`.
    pub risk: File<RiskFact>,
    /// `routes.yaml`.
    pub routes: File<RouteFact>,
}

impl Overlay {
    /// Reads the texts of [`FILES`].
    ///
    /// # Errors
    /// The first file that is not of its form, with the YAML reader's line and column.
    pub fn read(texts: &[&str; FILES.len()]) -> Result<Self, CompileError> {
        let [
            clouds,
            conditions,
            consent_policies,
            effects,
            grantors,
            notes,
            operations,
            order,
            permissions,
            resources,
            risk,
            routes,
        ] = texts;
        Ok(Self {
            clouds: file(FILES[0], clouds)?,
            conditions: file(FILES[1], conditions)?,
            consent_policies: file(FILES[2], consent_policies)?,
            effects: file(FILES[3], effects)?,
            grantors: file(FILES[4], grantors)?,
            notes: file(FILES[5], notes)?,
            operations: file(FILES[6], operations)?,
            order: file(FILES[7], order)?,
            permissions: file(FILES[8], permissions)?,
            resources: file(FILES[9], resources)?,
            risk: file(FILES[10], risk)?,
            routes: file(FILES[11], routes)?,
        })
    }
}

fn file<T: DeserializeOwned>(name: &'static str, text: &str) -> Result<File<T>, CompileError> {
    serde_yaml::from_str(text).map_err(|error| CompileError::Overlay {
        file: name,
        what: error.to_string(),
    })
}

impl<T> File<T> {
    /// Returns where an entry comes from: its own source and date, else the file's.
    pub fn evidence<'a>(
        &'a self,
        reason: &'a str,
        source: Option<&'a String>,
        date: Option<&'a String>,
    ) -> Evidence<'a> {
        Evidence {
            reason,
            source: source.map_or(self.source.as_str(), String::as_str),
            date: date.map_or(self.date.as_str(), String::as_str),
        }
    }
}

/// What is wrong with an overlay entry although its form is right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// The kind, in kebab case.
    pub kind: &'static str,
    /// The file and entry.
    pub subject: String,
    /// What is wrong.
    pub what: String,
}

/// Collects complaints; sorted and without repetition at the end.
#[derive(Debug, Default)]
pub struct Complaints(Vec<Complaint>);

impl Complaints {
    /// Notes a complaint.
    pub fn add(&mut self, kind: &'static str, subject: impl Into<String>, what: impl Into<String>) {
        self.0.push(Complaint {
            kind,
            subject: subject.into(),
            what: what.into(),
        });
    }

    /// Returns all of them.
    pub fn finish(mut self) -> Vec<Complaint> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}
