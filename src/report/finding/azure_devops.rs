//! `--format azure-devops`: logging commands of Azure Pipelines
//! (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>, read 2026-11).

use std::fmt::Write as _;

use crate::finding::{Finding, Findings, Severity};
use crate::report::finding::{Located, Tally};
use crate::report::words;

/// Writes a logging command for each error and warning that counts, the remarks, and the numbers. Warnings
/// alone make the task succeed "with issues"; whether it fails is for the exit code.
pub fn write(findings: &Findings) -> String {
    let mut out = String::new();
    for finding in findings.counted() {
        out.push_str(&line(finding));
        out.push('\n');
    }
    for remark in &findings.remarks {
        let _ = writeln!(out, "note: {}", words::safe(remark));
    }
    let tally = Tally::new(findings);
    if tally.errors + tally.warnings > 0 {
        let sentence = data(&tally.sentence());
        let _ = writeln!(
            out,
            "##vso[task.complete result=SucceededWithIssues;]{sentence}"
        );
    }
    let _ = writeln!(out, "graphgrant: {}", tally.sentence());
    out
}

fn line(finding: &Finding) -> String {
    let at = Located::new(&finding.place);
    let mut message = words::safe(&finding.message);
    if let Some(help) = &finding.help {
        // A command is one line.
        let _ = write!(message, " ({})", words::safe(help));
    }
    let kind = match finding.severity {
        // There is no command for what is only worth knowing.
        Severity::Info => {
            let path = words::safe(&at.path);
            let (id, name) = (finding.rule.id, finding.rule.name);
            return format!("note: {path}:{}: {id} {name}: {message}", at.start);
        }
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    format!(
        "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}",
        property(&words::safe(&at.path)),
        at.start.line,
        at.start.column,
        property(finding.rule.id),
        data(&message)
    )
}

/// Escapes what ends a command.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes what ends a property.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
