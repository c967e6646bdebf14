//! `--format gitlab`: a Code Quality report (<https://docs.gitlab.com/ci/testing/code_quality/>, read
//! 2026-11).

use serde::Serialize;

use crate::finding::{Finding, Findings, Severity};
use crate::report::finding::Located;
use crate::report::finding::fingerprint::fingerprints;
use crate::report::json;
use crate::report::words;

#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Debug, Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes the findings that count.
///
/// # Errors
/// Never: the keys are text.
pub fn write(findings: &Findings) -> serde_json::Result<String> {
    let all = &findings.findings;
    let issues: Vec<Issue> = all
        .iter()
        .zip(fingerprints(all))
        .filter(|(finding, _)| finding.suppressed.is_none())
        .map(|(finding, fingerprint)| issue(finding, fingerprint))
        .collect();
    json::text(&issues)
}

fn issue(finding: &Finding, fingerprint: String) -> Issue {
    let at = Located::new(&finding.place);
    let description = format!(
        "{} {}: {}",
        finding.rule.id,
        finding.rule.name,
        words::safe(&finding.message)
    );
    Issue {
        description,
        check_name: finding.rule.name,
        fingerprint,
        severity: match finding.severity {
            Severity::Info => "info",
            Severity::Warning => "minor",
            Severity::Error => "critical",
        },
        location: Place {
            path: at.path,
            lines: Lines {
                begin: at.start.line,
                end: at.end.line,
            },
        },
    }
}
