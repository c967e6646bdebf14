//! The machine form of what an error means.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::json::VERSION;
use crate::report::json::verify::DiagnosisForm;
use crate::token::aadsts::Table;
use crate::token::refusal::Refusal;
use crate::verify::probe::Diagnosis;

/// What an error of the identity platform or an answer of Microsoft Graph means.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The error of the identity platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformForm<'a>>,
    /// The answer of Microsoft Graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<DiagnosisForm<'a>>,
}

/// An error of the identity platform.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlatformForm<'a> {
    /// The OAuth error; empty when only a code is known.
    pub error: &'a str,
    /// What is known of each code.
    pub codes: Vec<CodeForm<'a>>,
    /// For Microsoft's support.
    pub trace_id: Option<&'a str>,
    /// For Microsoft's support and the tenant's sign-in logs.
    pub correlation_id: Option<&'a str>,
}

/// What is known of a code.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeForm<'a> {
    /// The number after `AADSTS`.
    pub code: u32,
    /// Whether the table has it.
    pub known: bool,
    /// What it means.
    pub meaning: Option<&'a str>,
    /// What to do.
    pub advice: Option<&'a str>,
    /// Where that comes from.
    pub source: Option<&'a str>,
}

impl<'a> Explanation<'a> {
    /// Returns the machine form of an error of the identity platform.
    pub fn of_platform(refusal: &'a Refusal, table: &'a Table) -> Self {
        let codes = refusal.codes.iter().map(|code| {
            let fact = table.code(*code);
            CodeForm {
                code: *code,
                known: fact.is_some(),
                meaning: fact.map(|fact| fact.meaning.as_str()),
                advice: fact.map(|fact| fact.advice.as_str()),
                source: fact.map(|fact| fact.source.as_deref().unwrap_or(&table.source)),
            }
        });
        Self {
            schema_version: VERSION,
            platform: Some(PlatformForm {
                error: &refusal.error,
                codes: codes.collect(),
                trace_id: refusal.trace_id.as_deref(),
                correlation_id: refusal.correlation_id.as_deref(),
            }),
            graph: None,
        }
    }

    /// Returns the machine form of an answer of Microsoft Graph.
    pub fn of_graph(diagnosis: &'a Diagnosis) -> Self {
        Self {
            schema_version: VERSION,
            platform: None,
            graph: Some(DiagnosisForm::new(diagnosis)),
        }
    }
}
