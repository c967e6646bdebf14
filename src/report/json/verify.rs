//! The machine form of a verification.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::coverage::HeldState;
use crate::finding::Findings;
use crate::plan::model::AppPlan;
use crate::report::finding::json::{Document as FindingsDocument, FindingForm};
use crate::report::json::token::ClaimsFacts;
use crate::report::json::{CatalogFacts, VERSION, name, names};
use crate::token::claims::Claims;
use crate::token::inspection::Inspection;
use crate::verify::probe::{Answer, Diagnosis};
use crate::verify::{Verdict, Verification};

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant verify", inline)]
pub struct Document<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The access that was compared.
    pub access: &'static str,
    /// Whether every operation of the access is covered, the token is the expected one, and each live call that was due
    /// proves it.
    pub proven: bool,
    /// What the token says, unverified; null for one that cannot be read.
    pub token: Option<ClaimsFacts>,
    /// By operation of the manifest.
    pub operations: Vec<OperationForm<'a>>,
    /// What the token holds of known permissions; empty where they are not compared.
    pub held: Vec<HeldForm>,
    /// What live calls answered; empty without `--probe`.
    pub probes: Vec<ProbeForm<'a>>,
    /// What speaks against the token, and what to know.
    pub findings: Vec<FindingForm<'a>>,
}

/// How an operation stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationForm<'a> {
    /// As written.
    pub request: &'a str,
    /// The line in the manifest.
    pub line: usize,
    /// `exact`, `covered`, `implied`, `route`, `missing`, `not-compared`, `unknown`, `other-access`, `unsupported` or
    /// `excluded`.
    pub verdict: &'static str,
    /// The permissions in the token that serve it.
    pub by: Vec<String>,
    /// What they stand for by the order alone.
    pub stands_for: Vec<String>,
    /// What the token lacks for it.
    pub lacks: Vec<String>,
}

/// A permission in the token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldForm {
    /// Its name.
    pub name: String,
    /// `planned`, `serves`, `broader`, `implies`, `sign-in`, `excess` or `in-doubt`.
    pub state: &'static str,
    /// The permissions of the plan that it is broader than.
    pub broader_than: Vec<String>,
}

/// A live call.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbeForm<'a> {
    /// The operation, as written.
    pub request: &'a str,
    /// Version, path and query as called; null when it was not.
    pub called: Option<&'a str>,
    /// What the answer means; null when there is none.
    pub answer: Option<DiagnosisForm<'a>>,
    /// Why there is none.
    pub skipped: Option<&'a str>,
}

/// What an answer of Microsoft Graph means.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosisForm<'a> {
    /// The status.
    pub status: u16,
    /// `allowed`, `only-ids`, `not-accepted`, `refused`, `not-found`, `malformed`, `throttled` or `fault`.
    pub outcome: &'static str,
    /// The workload that answered, as far as its code tells.
    pub workload: Option<&'a str>,
    /// The code of the error.
    pub code: Option<&'a str>,
    /// What it means.
    pub meaning: &'a str,
    /// What to do.
    pub advice: &'a str,
    /// The permissions that the service says it accepts.
    pub accepted: &'a [String],
    /// The permissions that the service says it saw.
    pub presented: &'a [String],
    /// The resource-specific grants that the service says it saw.
    pub resource_specific: &'a [String],
    /// For Microsoft's support.
    pub request_id: Option<&'a str>,
}

impl<'a> DiagnosisForm<'a> {
    /// Returns the machine form.
    pub fn new(diagnosis: &'a Diagnosis) -> Self {
        Self {
            status: diagnosis.status,
            outcome: diagnosis.outcome.word(),
            workload: diagnosis.workload.as_deref(),
            code: diagnosis.code.as_deref(),
            meaning: &diagnosis.meaning,
            advice: &diagnosis.advice,
            accepted: &diagnosis.accepted,
            presented: &diagnosis.presented,
            resource_specific: &diagnosis.resource_specific,
            request_id: diagnosis.request_id.as_deref(),
        }
    }
}

impl<'a> Document<'a> {
    /// Returns the machine form.
    pub fn new(
        catalog: &Catalog,
        plan: &'a AppPlan,
        verification: &'a Verification,
        token: Option<&(&Claims, Inspection)>,
        findings: &'a Findings,
    ) -> Self {
        let pairs = plan.requirements.iter().zip(&verification.verdicts);
        let operations = pairs.map(|(requirement, verdict)| {
            let list = |ids: &[PermissionId]| names(catalog, ids);
            let (by, stands_for, lacks) = match verdict {
                Verdict::Exact { by } | Verdict::Other { by } => (list(by), list(&[]), list(&[])),
                Verdict::Implied { by, stands_for } => (list(by), list(stands_for), list(&[])),
                Verdict::Missing { lacks } => (list(&[]), list(&[]), list(lacks)),
                _ => (list(&[]), list(&[]), list(&[])),
            };
            OperationForm {
                request: &requirement.request,
                line: requirement.line,
                verdict: verdict.word(),
                by,
                stands_for,
                lacks,
            }
        });
        let held = verification.coverage.held.iter().map(|held| {
            let (state, broader_than) = match &held.state {
                HeldState::Planned => ("planned", Vec::new()),
                HeldState::Serves { broader_than, .. } if broader_than.is_empty() => {
                    ("serves", Vec::new())
                }
                HeldState::Serves { broader_than, .. } => ("broader", names(catalog, broader_than)),
                HeldState::Implies { .. } => ("implies", Vec::new()),
                HeldState::SignIn => ("sign-in", Vec::new()),
                HeldState::Excess { .. } => ("excess", Vec::new()),
                HeldState::InDoubt { .. } => ("in-doubt", Vec::new()),
            };
            HeldForm {
                name: name(catalog, held.permission),
                state,
                broader_than,
            }
        });
        let answers = verification.answers.iter();
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            access: verification.access.name(),
            proven: verification.is_proven(),
            token: token.map(|(claims, inspection)| ClaimsFacts::new(claims, inspection)),
            operations: operations.collect(),
            held: held.collect(),
            probes: answers.map(|answer| probe(plan, answer)).collect(),
            findings: FindingsDocument::new(findings).findings,
        }
    }
}

fn probe<'a>(plan: &'a AppPlan, answer: &'a Answer) -> ProbeForm<'a> {
    let requirement = plan.requirements.get(answer.operation);
    ProbeForm {
        request: requirement.map_or("", |requirement| requirement.request.as_str()),
        called: answer.called.as_deref(),
        answer: answer.result.as_ref().ok().map(DiagnosisForm::new),
        skipped: answer
            .result
            .as_ref()
            .err()
            .map(|skipped| skipped.why.as_str()),
    }
}
