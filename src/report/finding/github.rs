//! `--format github`: workflow commands that GitHub shows as annotations
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>, read 2026-11).
//!
//! The job summary (`GITHUB_STEP_SUMMARY`) is the markdown format.

use std::fmt::Write as _;

use crate::finding::{Finding, Findings, Severity};
use crate::report::finding::{Located, Tally};
use crate::report::words;

/// How many annotations of each kind GitHub shows for a step.
pub const SHOWN: usize = 10;

/// Writes a workflow command for each finding that counts, and the remarks and numbers for the log.
pub fn write(findings: &Findings) -> String {
    let mut out = String::new();
    for finding in findings.counted() {
        out.push_str(&command(finding));
        out.push('\n');
    }
    for remark in &findings.remarks {
        let _ = writeln!(out, "note: {}", words::safe(remark));
    }
    let tally = Tally::new(findings);
    let _ = writeln!(out, "graphgrant: {}", tally.sentence());
    if [tally.errors, tally.warnings, tally.infos]
        .iter()
        .any(|number| *number > SHOWN)
    {
        let _ = writeln!(
            out,
            "note: GitHub shows {SHOWN} annotations of each kind for a step; all are listed above, and in the formats `markdown` (job summary) and `sarif` (code scanning)"
        );
    }
    out
}

fn command(finding: &Finding) -> String {
    let kind = match finding.severity {
        Severity::Info => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let at = Located::new(&finding.place);
    let mut text = format!(
        "::{kind} file={},line={},endLine={}",
        property(&words::safe(&at.path)),
        at.start.line,
        at.end.line
    );
    // Columns are taken only within one line.
    if at.start.line == at.end.line {
        let _ = write!(text, ",col={},endColumn={}", at.start.column, at.end.column);
    }
    let title = format!("{} {}", finding.rule.id, finding.rule.name);
    let message = match &finding.help {
        Some(help) => format!("{}\n{}", words::safe(&finding.message), words::safe(help)),
        None => words::safe(&finding.message),
    };
    let _ = write!(text, ",title={}::{}", property(&title), data(&message));
    text
}

/// Escapes what ends a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes what ends a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
