//! Findings in the format that is asked for.

use miette::IntoDiagnostic as _;

use crate::cli::{Lint, LintFormat};
use crate::command::Context;
use crate::finding::{Findings, Rule};
use crate::report::finding::{azure_devops, github, gitlab, human, json, junit, markdown, sarif};
use crate::report::json as report_json;

/// The category of a run for code scanning.
const CATEGORY: &str = "graphgrant";

/// Writes the findings.
pub(super) fn write(
    context: &Context,
    findings: &Findings,
    options: &Lint,
) -> miette::Result<String> {
    Ok(match options.format {
        LintFormat::Human => human::write(findings, context.look(options.output.as_deref())),
        LintFormat::Json => json::write(findings).into_diagnostic()?,
        LintFormat::Sarif => sarif::write(findings, CATEGORY).into_diagnostic()?,
        LintFormat::Github => github::write(findings),
        LintFormat::Gitlab => gitlab::write(findings).into_diagnostic()?,
        LintFormat::AzureDevops => azure_devops::write(findings),
        LintFormat::Junit => junit::write(findings).into_diagnostic()?,
        LintFormat::Markdown => markdown::write(findings),
    })
}

/// Writes the rules for machines.
pub(super) fn rules_json(rules: &[&'static Rule]) -> miette::Result<String> {
    report_json::text(&report_json::rule::Rules::new(rules)).into_diagnostic()
}
