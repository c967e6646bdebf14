//! How many findings there are.

use crate::finding::{Findings, Severity};
use crate::report::words;

/// The numbers of findings by severity; suppressed ones apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Errors that count.
    pub errors: usize,
    /// Warnings that count.
    pub warnings: usize,
    /// Remarks that count.
    pub infos: usize,
    /// Findings that a suppression takes out.
    pub suppressed: usize,
    /// Files that were judged.
    pub files: usize,
}

impl Tally {
    /// Counts the findings of a run.
    pub fn new(findings: &Findings) -> Self {
        let of = |severity| {
            findings
                .counted()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        let all = findings.findings.len();
        Self {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            infos: of(Severity::Info),
            suppressed: all - findings.counted().count(),
            files: findings.files.len(),
        }
    }

    /// Returns how many findings count.
    pub const fn counted(&self) -> usize {
        self.errors + self.warnings + self.infos
    }

    /// Returns the numbers in a sentence without a full stop.
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        for (number, noun) in [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "remark"),
        ] {
            if number > 0 {
                parts.push(words::count(number, noun));
            }
        }
        let found = match parts.split_last() {
            None => "no finding".to_owned(),
            Some((only, [])) => only.clone(),
            Some((last, before)) => format!("{} and {last}", before.join(", ")),
        };
        let files = words::count(self.files, "file");
        if self.suppressed == 0 {
            format!("{found} in {files}")
        } else {
            format!("{found} in {files}, {} suppressed", self.suppressed)
        }
    }
}
