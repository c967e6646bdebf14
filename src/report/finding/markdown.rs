//! `--format markdown`: a summary for a pull request or the summary of a job.
//!
//! What users wrote makes no link, image, mention, reference or HTML, and no address becomes one by itself.

use std::fmt::Write as _;

use crate::finding::{Finding, Findings, Severity};
use crate::report::finding::{Located, Tally};
use crate::report::markdown::{self, unlinked};
use crate::report::words;

/// How many bytes are written: a job summary of GitHub takes 1 MiB for a step, and may have other parts.
const LIMIT: usize = 900 * 1024;

/// Writes the numbers, a table of the findings that count, and the remarks.
pub fn write(findings: &Findings) -> String {
    let tally = Tally::new(findings);
    let mut out = format!("## graphgrant\n\n{}.\n\n", tally.sentence());
    for remark in &findings.remarks {
        let _ = writeln!(out, "- {}", unlinked(remark));
    }
    if !findings.remarks.is_empty() {
        out.push('\n');
    }
    if tally.counted() == 0 {
        return out;
    }
    out.push_str("| Severity | Rule | Place | Finding |\n|---|---|---|---|\n");
    let mut written = 0;
    // The heaviest first: a long table is cut at its end.
    for severity in Severity::ALL.into_iter().rev() {
        let of_severity = findings
            .counted()
            .filter(|finding| finding.severity == severity);
        for finding in of_severity {
            let row = row(finding);
            if out.len() + row.len() > LIMIT {
                let left = tally.counted() - written;
                let _ = writeln!(out, "\n{} left out here.", words::count(left, "finding"));
                return out;
            }
            out.push_str(&row);
            written += 1;
        }
    }
    out
}

fn row(finding: &Finding) -> String {
    let at = Located::new(&finding.place);
    let place = markdown::code(&format!("{}:{}", at.path, at.start));
    let mut text = unlinked(&finding.message);
    if let Some(help) = &finding.help {
        let _ = write!(text, "<br>{}", unlinked(help));
    }
    format!(
        "| {} | {} {} | {} | {} |\n",
        finding.severity.word(),
        finding.rule.id,
        finding.rule.name,
        cell(&place),
        cell(&text)
    )
}

/// Escapes the bars that end a cell, even in a code span.
fn cell(markdown: &str) -> String {
    markdown.replace("\\|", "|").replace('|', "\\|")
}
