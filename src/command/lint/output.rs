//! Findings in the format that is asked for.

use std::path::{Path, PathBuf};

use miette::IntoDiagnostic as _;

use crate::cli::{Lint, LintFormat};
use crate::command::Context;
use crate::finding::{Findings, Rule};
use crate::report::finding::{azure_devops, github, gitlab, human, json, junit, markdown, sarif};
use crate::report::json as report_json;
use crate::source::relative::normal;

/// The category of a run for code scanning.
const CATEGORY: &str = "graphgrant";

/// Writes the findings. Code hosts look for files from the top of the repository, people from where they are: `here`
/// is the folder of the run, relative to the top.
pub(super) fn write(
    context: &Context,
    findings: &Findings,
    here: &Path,
    options: &Lint,
) -> miette::Result<String> {
    let from_top = match options.format {
        LintFormat::Sarif | LintFormat::Github | LintFormat::Gitlab | LintFormat::AzureDevops => {
            from_top(findings, here)
        }
        LintFormat::Human | LintFormat::Json | LintFormat::Junit | LintFormat::Markdown => None,
    };
    let findings = from_top.as_ref().unwrap_or(findings);
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

/// Returns findings with paths from the top folder; `None` when that is where they start anyway.
fn from_top(findings: &Findings, here: &Path) -> Option<Findings> {
    if here.as_os_str().is_empty() {
        return None;
    }
    let change = |path: &mut PathBuf| {
        // What lies elsewhere keeps its absolute path.
        *path = normal(&here.join(&*path));
    };
    let mut all = findings.clone();
    all.files.iter_mut().for_each(change);
    for finding in &mut all.findings {
        change(&mut finding.place.path);
        let related = finding.related.iter_mut();
        related.for_each(|related| change(&mut related.place.path));
        if let Some(suppressed) = &mut finding.suppressed {
            change(&mut suppressed.place.path);
        }
        if let Some(fix) = &mut finding.fix {
            change(&mut fix.file);
        }
    }
    Some(all)
}

/// Writes the rules for machines.
pub(super) fn rules_json(rules: &[&'static Rule]) -> miette::Result<String> {
    report_json::text(&report_json::rule::Rules::new(rules)).into_diagnostic()
}
