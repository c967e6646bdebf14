//! The rules of `lint` for machines.

use schemars::JsonSchema;
use serde::Serialize;

use super::VERSION;
use crate::finding::{Persona, Rule as Facts};

/// The rules of `lint --list-rules --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The version of this form.
    pub schema_version: u32,
    /// In the order of their ids.
    pub rules: Vec<Rule>,
}

/// What `explain RULE --format json` says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The version of this form.
    pub schema_version: u32,
    /// The rule.
    pub rule: Rule,
}

/// A rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The stable id.
    pub id: &'static str,
    /// The name that policies and suppressions use.
    pub name: &'static str,
    /// `info`, `warning` or `error`, unless a policy says otherwise, or the explanation under **Severity**.
    pub severity: &'static str,
    /// Whether it takes part with `--pedantic` only.
    pub pedantic: bool,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Markdown: what it finds, why that matters, what to do, when to suppress it.
    pub explanation: &'static str,
    /// The weight for code scanning, `0.1` to `10.0`; null when it is no matter of security.
    pub security: Option<&'static str>,
}

impl Rules {
    /// Returns the JSON form of rules.
    pub fn new(rules: &[&'static Facts]) -> Self {
        Self {
            schema_version: VERSION,
            rules: rules.iter().map(|rule| Rule::new(rule)).collect(),
        }
    }
}

impl Explanation {
    /// Returns the JSON form of a rule's explanation.
    pub fn new(rule: &'static Facts) -> Self {
        Self {
            schema_version: VERSION,
            rule: Rule::new(rule),
        }
    }
}

impl Rule {
    fn new(rule: &'static Facts) -> Self {
        Self {
            id: rule.id,
            name: rule.name,
            severity: rule.severity.word(),
            pedantic: rule.persona == Persona::Pedantic,
            summary: rule.summary,
            explanation: rule.explanation,
            security: rule.security,
        }
    }
}
